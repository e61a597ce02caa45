//! A brush that hides any part of an image; the chains of a mixture complete it at every stroke.

use super::brush::{Canvas, Picture, Strokes};
use super::desk::Desk;
use super::figure::ImageGrid;
use super::gallery::Load;
use super::later::{self, Piece, Subject};
use super::mixed::{Chains, Mixed, Shared};
use super::opinions::{Opinions, opinions};
use super::pad::Pad;
use crate::link;
use crate::report::groups::{Completion, completed_words, whole};
use crate::report::{ColorMap, Figure, Picture, Section};
use leptos::prelude::*;
use std::sync::Arc;

/// Masks that can be taken back.
const MOST_UNDONE: usize = 50;

/// Draws that the slider reaches.
const DRAWS: u32 = 60;

/// Parts that can be hidden at once: name and whether a pixel is hidden, by its row and column and the image's size.
type Part = (&'static str, fn(usize, usize, usize, usize) -> bool);

const PARTS: [Part; 9] = [
    ("Lower half", |row, column, h, w| row * w + column >= h * w / 2),
    ("Upper half", |row, column, h, w| row * w + column < h * w / 2),
    ("Left half", |_, column, _, w| column < w / 2),
    ("Right half", |_, column, _, w| column >= w / 2),
    ("A quadrant", |row, column, h, w| row < h / 2 && column >= w / 2),
    // The bits of a multiplicative hash: as good as random, and the same for everybody.
    ("Random dots", |row, column, _, w| ((row * w + column) as u32).wrapping_mul(2_654_435_761) >> 31 == 1),
    ("Every second pixel", |row, column, _, _| (row + column) % 2 == 1),
    ("Everything", |_, _, _, _| true),
    ("Nothing", |_, _, _, _| false),
];

/// Which part the run has hidden.
fn of_run(desk: Desk) -> usize {
    let key = desk.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.key.clone()));
    match key.and_then(|key| link::open(&key).setup.value("hidden").map(String::from)).as_deref() {
        Some("top") => 1,
        Some("left") => 2,
        Some("right") => 3,
        Some("dots") => 6,
        Some("all") => 7,
        _ => 0,
    }
}

/// The section of the brush: with chains at hand a place to paint, without them its pictures.
#[component]
pub fn Complete(subject: Subject) -> impl IntoView {
    let section = subject.section;
    let desk = expect_context::<Desk>();
    let Chains { known, .. } = expect_context::<Shared>().chains();
    let id = Memo::new(move |_| known.with(|known| known.as_ref().map(|known| known.data.clone())));
    let here = Memo::new(move |_| {
        let id = id.get()?;
        Some(desk.data.with(|data| data.contains_key(&id)))
    });
    move || match here.get() {
        Some(true) => view! { <Painting known subject/> }.into_any(),
        Some(false) => view! { <Load id=Signal::derive(move || id.get().unwrap_or_default())/> }.into_any(),
        None => view! {
            <ImageGrid section/>
            <p class="muted" data-testid="brush-needs-run">"Run to hide other parts, of any image."</p>
        }
        .into_any(),
    }
}

/// What is painted on: the image and what of it is hidden.
#[derive(Clone, PartialEq)]
pub struct Easel {
    /// Number of the image.
    pub image: usize,
    /// Its pixels, 1 where on, `(n_features,)`.
    pub bits: Vec<u8>,
    /// Which of them are seen, `(n_features,)`.
    pub observed: Vec<bool>,
}

#[component]
fn Painting(known: Memo<Option<Arc<Mixed>>>, subject: Subject) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let data = move || {
        let id = known.with_untracked(|known| known.as_ref().map(|known| known.data.clone()))?;
        desk.data.with_untracked(|data| data.get(&id).cloned())
    };
    let threshold = move || known.with_untracked(|known| known.as_ref().map_or(0, |known| known.threshold));
    let n = data().map_or(1, |data| data.n);
    let (height, width) = data().map_or((1, 1), |data| (data.height, data.width));
    let bits_of = move |image: usize| -> Vec<u8> {
        data().map_or_else(Vec::new, |data| {
            data.image(image).iter().map(|level| u8::from(*level > threshold())).collect()
        })
    };
    let queries = Memo::new(move |_| {
        known
            .with(|known| known.as_ref().and_then(|k| whole(&k.report.arrays, "queries").map(<[u32]>::to_vec)))
            .unwrap_or_default()
    });
    let part = move |which: usize| -> Vec<bool> {
        (0..height * width).map(|d| !PARTS[which].1(d / width, d % width, height, width)).collect()
    };
    let first = queries.with_untracked(|queries| queries.first().map_or(0, |image| *image as usize)).min(n - 1);
    let easel = RwSignal::new(Easel { image: first, bits: bits_of(first), observed: part(of_run(desk)) });
    let undone = RwSignal::new(Vec::<Vec<bool>>::new());
    let remember = move || {
        undone.update(|all| {
            if all.len() == MOST_UNDONE {
                all.remove(0);
            }
            all.push(easel.with_untracked(|easel| easel.observed.clone()));
        });
    };
    let hide = move |which: usize| {
        remember();
        easel.update(|easel| easel.observed = part(which));
    };
    let show = move |image: usize| {
        let image = image.min(n - 1);
        easel.update(|easel| (easel.image, easel.bits) = (image, bits_of(image)));
    };
    // At every stroke, at once: a few milliseconds.
    let completed = Memo::new(move |_| {
        known.with(|known| {
            let groups = &known.as_ref()?.groups;
            easel.with(|easel| {
                (easel.bits.len() == groups.n_features).then(|| Arc::new(groups.complete(&easel.bits, &easel.observed)))
            })
        })
    });
    let draw = RwSignal::new(0_u32);
    let levels =
        |values: Vec<f64>, times: f64| values.into_iter().map(|value| (value * times) as f32).collect::<Vec<_>>();
    let size = (height as u32, width as u32);
    let mean = Signal::derive(move || completed.with(|c| c.as_ref().map_or_else(Vec::new, |c| levels(c.mean(), 1.0))));
    let spread =
        Signal::derive(move || completed.with(|c| c.as_ref().map_or_else(Vec::new, |c| levels(c.spread(), 2.0))));
    let drawn = Memo::new(move |_| {
        let (draw, completed) = (draw.get(), completed.get()?);
        known.with(|known| {
            let groups = &known.as_ref()?.groups;
            easel.with_untracked(|easel| Some(completed.draw(groups, draw, &easel.bits, &easel.observed)))
        })
    });
    let doubt =
        Signal::derive(move || completed.with(|c| c.as_ref().map_or_else(Vec::new, |c| levels(c.doubt(), 2.0))));
    let one = Signal::derive(move || {
        drawn.with(|drawn| {
            drawn.as_ref().map_or_else(Vec::new, |drawn| drawn.2.iter().map(|bit| f32::from(*bit)).collect())
        })
    });
    let drawn_words = move || {
        drawn.with(|drawn| {
            drawn.as_ref().map(|(chain, group, _)| format!("draw {}: chain {chain}, group {group}", draw.get()))
        })
    };
    let words = move || completed.with(|completed| easel.with(|easel| Some(said(easel, completed.as_ref()?))));
    let opinions = move || completed.with(|c| c.as_ref().map(|c| opinions(c)));
    let refused = RwSignal::new(String::new());
    let go = move |event: web_sys::Event| {
        let typed = event_target_value(&event);
        match typed.trim().parse() {
            Ok(image) if image < n => {
                refused.set(String::new());
                show(image);
            }
            _ => {
                let typed: String = typed.chars().take(20).collect();
                refused.set(format!("Image: expected a whole number from 0 to {}, but got '{typed}'.", n - 1));
            }
        }
    };
    // A visitor's own drawing is made black and white as the images are; it stays while an image is looked at.
    let drawing = RwSignal::new(false);
    let sheet = RwSignal::new(vec![0.0_f32; height * width]);
    Effect::new(move |_| {
        if drawing.get() {
            let threshold = f32::from(threshold());
            let bits = sheet.with(|levels| levels.iter().map(|level| u8::from(*level > threshold)).collect());
            easel.update(|easel| easel.bits = bits);
        }
    });
    let toggle = move |_| {
        refused.set(String::new());
        drawing.update(|drawing| *drawing = !*drawing);
        if !drawing.get_untracked() {
            show(easel.with_untracked(|easel| easel.image));
        }
    };
    let strokes = Strokes {
        id: "brush",
        label: "The image: drag to hide parts of it, or go with the arrow keys and press space",
        back: "Bring back",
        begins: Callback::new(move |()| remember()),
        passes: Callback::new(move |(pixels, back): (Vec<usize>, bool)| {
            easel.update(|easel| pixels.iter().for_each(|pixel| easel.observed[*pixel] = back));
        }),
        says: Callback::new(move |pixel: usize| match easel.with(|easel| easel.observed[pixel]) {
            true => "seen",
            false => "hidden",
        }),
    };
    // What is hidden is between ink and paper.
    let pixels = Signal::derive(move || {
        easel.with(|easel| {
            let pairs = easel.bits.iter().zip(&easel.observed);
            pairs.map(|(bit, seen)| if *seen { f32::from(*bit) } else { 0.35 }).collect::<Vec<f32>>()
        })
    });
    // What the visitor is to continue; what the chains make of it is covered until then.
    let guessed = RwSignal::new(None::<Easel>);
    // Other chains have other images, or see them otherwise: nothing of before is compared with them.
    Effect::new(move |before: Option<()>| {
        known.track();
        if before.is_some() {
            guessed.set(None);
            if !drawing.get_untracked() {
                show(easel.with_untracked(|easel| easel.image));
            }
        }
    });
    on_cleanup(move || drop(subject.seen.try_set(None)));
    // Words, table and files are of what is on the easel.
    Effect::new(move |_| {
        let easel = easel.get();
        let name = if drawing.get() { "Your drawing".into() } else { format!("Image {}", easel.image) };
        let n_chains = known.with(|known| known.as_ref().map_or(0, |known| known.groups.chains.len()));
        let looked = match (guessed.with(Option::is_some), completed.get()) {
            (false, Some(completed)) => subject
                .section
                .with(|section| section.as_ref().map(|section| painted(section, &name, &easel, &completed, n_chains))),
            // What the chains make of it is not to be seen yet.
            _ => subject.section.with(|section| {
                let words = "Go on with the image, then compare.".to_string();
                section.as_ref().map(|section| Section { summary: words, ..section.clone() })
            }),
        };
        subject.seen.set(looked);
    });
    let id =
        Signal::derive(move || known.with(|known| known.as_ref().map_or_else(String::new, |known| known.data.clone())));
    let next = move |_| {
        refused.set(String::new());
        let now = easel.with_untracked(|easel| easel.image as u32);
        queries.with_untracked(|queries| {
            let at = queries.iter().position(|query| *query == now).map_or(0, |at| (at + 1) % queries.len().max(1));
            queries.get(at).into_iter().for_each(|query| show(*query as usize));
        });
    };
    let brushing = move || {
        view! {
            <div class="brushing" data-testid="brushing">
                <div class="files">
                    <Show when=move || !drawing.get()>
                        <label>
                            "Image " <input inputmode="numeric" size="7" autocomplete="off" data-testid="brush-image" aria-describedby="brush-refused"
                                aria-invalid=move || (!refused.with(String::is_empty)).to_string()
                                prop:value=move || easel.with(|easel| easel.image.to_string()) on:change=go/>
                        </label>
                        <button class="btn" data-testid="brush-next" on:click=next>"Next of the completed ones"</button>
                    </Show>
                    <button class="btn" data-testid="brush-own" aria-pressed=move || drawing.get().to_string() on:click=toggle>"Draw a digit instead"</button>
                    <Show when=move || !drawing.get()>
                        <button class="btn" data-testid="brush-guess" on:click=move |_| guessed.set(Some(easel.get_untracked()))>"Paint how one goes on"</button>
                    </Show>
                </div>
                <p class="error" role="status" id="brush-refused" data-testid="brush-refused">{refused}</p>
                <Show when=move || drawing.get()>
                    <Pad size data=id levels=sheet/>
                    <p class="muted" data-testid="brush-sheet">{move || sheet_words(&easel.get(), threshold())}</p>
                </Show>
                <div class="files" role="group" aria-label="Hide">
                    {PARTS
                        .iter()
                        .enumerate()
                        .map(|(i, (name, _))| view! { <button class="btn tiny" data-part=i on:click=move |_| hide(i)>{*name}</button> })
                        .collect_view()}
                </div>
                <Canvas strokes size pixels/>
                <div class="files">
                    <button class="btn" data-testid="brush-undo" prop:disabled=move || undone.with(Vec::is_empty)
                        on:click=move |_| {
                            if let Some(observed) = undone.try_update(Vec::pop).flatten() {
                                easel.update(|easel| easel.observed = observed);
                            }
                        }>"Undo"</button>
                </div>
                <div class="brush-pictures">
                    <div class="cell"><Picture size values=mean map=ColorMap::GrayR label="Completed: the mean of the chains".to_string()/><span>"completed"</span></div>
                    <div class="cell"><Picture size values=spread map=ColorMap::Reds label="Where the chains differ".to_string()/><span>"where chains differ"</span></div>
                    <div class="cell"><Picture size values=one map=ColorMap::GrayR label="One draw".to_string()/><span data-testid="brush-drawn">{drawn_words}</span></div>
                    <div class="cell"><Picture size values=doubt map=ColorMap::Reds label="Where draws of one chain differ".to_string()/><span>"where draws of one chain differ"</span></div>
                </div>
                <p class="muted">"Where they differ, the darkest red is a standard deviation of 0.5, the greatest there is."</p>
                <label>
                    "Single draws "
                    <input type="range" min="0" max=DRAWS - 1 data-testid="brush-draw" prop:value=move || draw.get().to_string()
                        on:input=move |event| draw.set(event_target_value(&event).parse().unwrap_or(0))/>
                </label>
                <p role="status" data-testid="brush-words">{words}</p>
                <p class="muted" data-testid="brush-opinions">{opinions}</p>
                <Opinions known completed size/>
            </div>
        }
    };
    move || match guessed.get() {
        Some(easel) => {
            let choose = Callback::new(move |image: usize| Easel {
                image,
                bits: bits_of(image),
                observed: easel.observed.clone(),
            });
            later::view(Piece::Guess(known, size, choose, Callback::new(move |()| guessed.set(None))))
        }
        None => brushing().into_any(),
    }
}

/// The section of the brush with what is on the easel.
fn painted(section: &Section, name: &str, easel: &Easel, completed: &Completion, n_chains: usize) -> Section {
    let Figure::Images { height, width, columns, map, low, high, .. } = section.figure else { return section.clone() };
    let spread = completed.spread();
    let greatest = spread.iter().copied().fold(0.0, f64::max);
    let picture = |caption: &str, values: &mut dyn Iterator<Item = f64>| Picture {
        caption: caption.into(),
        pixels: values.map(|value| (255.0 * value).round() as f32).collect(),
        scale: None,
    };
    // Grey levels of numbers from 0 to 1; of these deviations a half is the greatest there is.
    let images = vec![
        picture(name, &mut easel.bits.iter().map(|bit| f64::from(*bit))),
        picture("completed", &mut completed.mean().into_iter()),
        picture("where chains differ", &mut spread.iter().map(|deviation| 2.0 * deviation)),
    ];
    let summary = completed_words(name, &easel.observed, n_chains, greatest);
    let figure = Figure::Images { height, width, columns, map, low, high, images };
    Section { figure, summary, ..section.clone() }
}

/// What becomes of a drawing.
fn sheet_words(easel: &Easel, threshold: u8) -> String {
    match easel.bits.iter().filter(|bit| **bit == 1).count() {
        0 => "Nothing is drawn yet; the chains see a sheet without ink.".into(),
        n => format!(
            "In black and white, as the images are: {n} pixels with a grey level above {threshold} are on. Hide a part of it below."
        ),
    }
}

/// How much is hidden, how wrong the completion is, and how far the chains differ.
fn said(easel: &Easel, completed: &Completion) -> String {
    let hidden: Vec<usize> = (0..easel.observed.len()).filter(|d| !easel.observed[*d]).collect();
    if hidden.is_empty() {
        return "Nothing is hidden. Paint over a part of the image, or choose one.".into();
    }
    let (mean, spread, doubt) = (completed.mean(), completed.spread(), completed.doubt());
    let over = |value: &dyn Fn(usize) -> f64| hidden.iter().map(|d| value(*d)).sum::<f64>() / hidden.len() as f64;
    format!(
        "{} of {} pixels are hidden. A hidden pixel is off by {:.3} on average; the chains differ by {:.3}, draws \
         of one chain by {:.3}.",
        hidden.len(),
        easel.observed.len(),
        over(&|d| (mean[d] - f64::from(easel.bits[d])).abs()),
        over(&|d| spread[d]),
        over(&|d| doubt[d])
    )
}
