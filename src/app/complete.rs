//! A brush that hides any part of an image; the chains of a mixture complete it at every stroke.

use super::desk::Desk;
use super::figure::ImageGrid;
use super::gallery::Load;
use super::mixed::{Chains, Mixed, Shared};
use super::pad::Pad;
use super::paint::Brush;
use crate::plots::canvas;
use crate::report::groups::{Completion, whole};
use crate::report::{ColorMap, Section};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

/// Masks that can be taken back.
const MOST_UNDONE: usize = 50;

/// Draws that the slider reaches.
const DRAWS: u32 = 60;

/// Parts that can be hidden at once: name and whether a pixel is hidden, by its row and column and the image's size.
type Part = (&'static str, fn(usize, usize, usize, usize) -> bool);

const PARTS: [Part; 8] = [
    ("Lower half", |row, column, h, w| row * w + column >= h * w / 2),
    ("Upper half", |row, column, h, w| row * w + column < h * w / 2),
    ("Left half", |_, column, _, w| column < w / 2),
    ("Right half", |_, column, _, w| column >= w / 2),
    ("A quadrant", |row, column, h, w| row < h / 2 && column >= w / 2),
    // The bits of a multiplicative hash: as good as random, and the same for everybody.
    ("Random dots", |row, column, _, w| ((row * w + column) as u32).wrapping_mul(2_654_435_761) >> 31 == 1),
    ("Everything", |_, _, _, _| true),
    ("Nothing", |_, _, _, _| false),
];

/// The section of the brush: with chains at hand a place to paint, without them its pictures.
#[component]
pub fn Complete(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Chains { known, .. } = expect_context::<Shared>().chains();
    let id = Memo::new(move |_| known.with(|known| known.as_ref().map(|known| known.data.clone())));
    let here = Memo::new(move |_| {
        let id = id.get()?;
        Some(desk.data.with(|data| data.contains_key(&id)))
    });
    move || match here.get() {
        Some(true) => view! { <Painting known/> }.into_any(),
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
struct Easel {
    image: usize,
    bits: Vec<u8>,
    observed: Vec<bool>,
}

#[component]
fn Painting(known: Memo<Option<Arc<Mixed>>>) -> impl IntoView {
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
    let easel = RwSignal::new(Easel { image: first, bits: bits_of(first), observed: part(0) });
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
        drawing.update(|drawing| *drawing = !*drawing);
        if !drawing.get_untracked() {
            show(easel.with_untracked(|easel| easel.image));
        }
    };
    let id = known.with_untracked(|known| known.as_ref().map_or_else(String::new, |known| known.data.clone()));
    let next = move |_| {
        let now = easel.with_untracked(|easel| easel.image as u32);
        queries.with_untracked(|queries| {
            let at = queries.iter().position(|query| *query == now).map_or(0, |at| (at + 1) % queries.len().max(1));
            queries.get(at).into_iter().for_each(|query| show(*query as usize));
        });
    };
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
            </div>
            <p class="error" role="status" id="brush-refused" data-testid="brush-refused">{refused}</p>
            <Show when=move || drawing.get()>
                <Pad size data=id.clone() levels=sheet/>
                <p class="muted" data-testid="brush-sheet">{move || sheet_words(&easel.get(), threshold())}</p>
            </Show>
            <div class="files" role="group" aria-label="Hide">
                {PARTS
                    .iter()
                    .enumerate()
                    .map(|(i, (name, _))| view! { <button class="btn tiny" data-part=i on:click=move |_| hide(i)>{*name}</button> })
                    .collect_view()}
            </div>
            <Canvas easel size remember/>
            <div class="files">
                <button class="btn" data-testid="brush-undo" prop:disabled=move || undone.with(Vec::is_empty)
                    on:click=move |_| {
                        if let Some(observed) = undone.try_update(Vec::pop).flatten() {
                            easel.update(|easel| easel.observed = observed);
                        }
                    }>"Undo"</button>
            </div>
            <div class="brush-pictures">
                <div class="cell"><Picture size values=mean map=ColorMap::GrayR label="Completed: the mean of the chains"/><span>"completed"</span></div>
                <div class="cell"><Picture size values=spread map=ColorMap::Reds label="Where the chains differ"/><span>"where chains differ"</span></div>
                <div class="cell"><Picture size values=one map=ColorMap::GrayR label="One draw"/><span data-testid="brush-drawn">{drawn_words}</span></div>
            </div>
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

/// Templates that are listed one by one.
const LISTED: usize = 5;

/// What one chain believes: the probability of each template, and of a new one.
#[component]
fn Opinions(
    known: Memo<Option<Arc<Mixed>>>,
    completed: Memo<Option<Arc<Completion>>>,
    size: (u32, u32),
) -> impl IntoView {
    let chain = RwSignal::new(0_usize);
    let n_chains = move || known.with(|known| known.as_ref().map_or(0, |known| known.groups.chains.len()));
    // Of the chain, the probability of each group, a new one last.
    let shares = Memo::new(move |_| {
        completed.with(|all| all.as_ref().and_then(|all| all.shares.get(chain.get()).cloned()).unwrap_or_default())
    });
    let top = Memo::new(move |_| {
        shares.with(|shares| {
            let mut order: Vec<usize> = (0..shares.len().saturating_sub(1)).collect();
            order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
            order.truncate(LISTED);
            order.into_iter().map(|group| (chain.get(), group)).collect::<Vec<_>>()
        })
    });
    let share = move |group: usize| shares.with(|shares| shares.get(group).copied().unwrap_or(0.0));
    let new = move || shares.with(|shares| shares.last().copied().unwrap_or(0.0));
    let others = move || {
        let listed = top.with(|top| top.iter().map(|(_, group)| share(*group)).sum::<f64>());
        (shares.with(Vec::len).saturating_sub(1 + top.with(Vec::len)), (1.0 - listed - new()).max(0.0))
    };
    let cells = move |share: f64| {
        view! {
            <td class="num right">{format!("{:.2} %", 100.0 * share)}</td>
            <td class="bars"><span style=format!("width:{:.1}%", 100.0 * share)></span></td>
        }
    };
    let row = move |(at, group): (usize, usize)| {
        let known = known.get_untracked();
        let of = known.as_ref().and_then(|known| known.groups.chains.get(at));
        let template = of.map_or_else(Vec::new, |of| of.template(group).into_iter().map(|p| p as f32).collect());
        let images = of.and_then(|of| of.sizes.get(group)).copied().unwrap_or(0);
        view! {
            <tr data-group=group>
                <td class="template"><Picture size values=Signal::stored(template) map=ColorMap::GrayR label="Template"/></td>
                <th scope="row">{format!("group {group}, {images} images")}</th>
                {move || cells(share(group))}
            </tr>
        }
    };
    view! {
        <div class="opinions">
            <label>
                "Templates of chain "
                <select data-testid="opinions-chain" prop:value=move || chain.get().to_string()
                    on:change=move |event| chain.set(event_target_value(&event).parse().unwrap_or(0))>
                    {move || (0..n_chains()).map(|i| view! { <option value=i selected=move || chain.get() == i>{i}</option> }).collect_view()}
                </select>
            </label>
            <div class="scroll" tabindex="0" role="region" aria-label="Probability of each template">
                <table class="counts" data-testid="opinions">
                    <caption class="sr">"Probability of each template, given what is seen"</caption>
                    <tbody>
                        <For each=move || top.get() key=|key| *key children=row/>
                        <tr data-group="others">
                            <td></td>
                            <th scope="row">{move || format!("the other {} groups together", others().0)}</th>
                            {move || cells(others().1)}
                        </tr>
                        <tr data-group="new"><td></td><th scope="row">"a new group"</th>{move || cells(new())}</tr>
                    </tbody>
                </table>
            </div>
        </div>
    }
}

/// How much is hidden, how wrong the completion is, and how far the chains differ.
fn said(easel: &Easel, completed: &Completion) -> String {
    let hidden: Vec<usize> = (0..easel.observed.len()).filter(|d| !easel.observed[*d]).collect();
    if hidden.is_empty() {
        return "Nothing is hidden. Paint over a part of the image, or choose one.".into();
    }
    let (mean, spread) = (completed.mean(), completed.spread());
    let over = |value: &dyn Fn(usize) -> f64| hidden.iter().map(|d| value(*d)).sum::<f64>() / hidden.len() as f64;
    format!(
        "{} of {} pixels are hidden. A hidden pixel is off by {:.3} on average; the chains differ by {:.3}.",
        hidden.len(),
        easel.observed.len(),
        over(&|d| (mean[d] - f64::from(easel.bits[d])).abs()),
        over(&|d| spread[d])
    )
}

/// The group that each chain believes in most.
fn opinions(completed: &Completion) -> String {
    let most = |(chain, shares): (usize, &Vec<f64>)| {
        let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or_else(String::new, |(group, share)| {
            let name = if group + 1 == shares.len() { "a new group".into() } else { format!("group {group}") };
            format!("chain {chain}: {name} ({:.0} %)", 100.0 * share)
        })
    };
    completed.shares.iter().enumerate().map(most).collect::<Vec<_>>().join(" · ")
}

/// A picture of probabilities.
#[component]
fn Picture(size: (u32, u32), values: Signal<Vec<f32>>, map: ColorMap, label: &'static str) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let brush = Brush::new();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        values.track();
        brush.paint(move || {
            let drawn = values.with_untracked(|values| match values.len() == (size.0 * size.1) as usize {
                true => canvas::raster(&element, (size.1, size.0), values, map, (0.0, 1.0)),
                false => Ok(()),
            });
            if let Err(error) = drawn {
                leptos::logging::error!("{label}: {error}");
            }
        });
    });
    view! { <canvas node_ref=node role="img" aria-label=label width="28" height="28"></canvas> }
}

/// Where it is painted: by pointer, or with the arrow keys and the space bar.
#[component]
fn Canvas(
    easel: RwSignal<Easel>,
    size: (u32, u32),
    remember: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (height, width) = (size.0 as i32, size.1 as i32);
    let node = NodeRef::<html::Div>::new();
    // Radius in pixels; whether the brush brings back what is hidden; the pointer that paints, and where it was.
    let radius = RwSignal::new(1_i32);
    let reveals = RwSignal::new(false);
    let painting = RwSignal::new(None::<i32>);
    let last = RwSignal::new((0_i32, 0_i32));
    let cursor = RwSignal::new(None::<(i32, i32)>);
    let dab = move |easel: &mut Easel, (row, column): (i32, i32)| {
        let (r, observed) = (radius.get_untracked(), reveals.get_untracked());
        for down in -r..=r {
            for across in -r..=r {
                let (y, x) = (row + down, column + across);
                if (0..height).contains(&y) && (0..width).contains(&x) && down * down + across * across <= r * r + 1 {
                    easel.observed[(y * width + x) as usize] = observed;
                }
            }
        }
    };
    let at = move |event: &PointerEvent| {
        let edge = node.get_untracked()?.get_bounding_client_rect();
        let cell = |to: i32, from: f64, length: f64, n: i32| {
            ((f64::from(to) - from) / length.max(1.0) * f64::from(n)).floor() as i32
        };
        Some((
            cell(event.client_y(), edge.top(), edge.height(), height),
            cell(event.client_x(), edge.left(), edge.width(), width),
        ))
    };
    // A fast pointer skips pixels: the line between is painted too.
    let stroke = move |to: (i32, i32)| {
        let from = last.get_untracked();
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        easel.update(|easel| {
            for step in 0..=steps {
                dab(easel, (from.0 + (to.0 - from.0) * step / steps, from.1 + (to.1 - from.1) * step / steps));
            }
        });
        last.set(to);
    };
    let down = move |event: PointerEvent| {
        let Some(to) = at(&event).filter(|_| event.button() == 0) else { return };
        event.prevent_default();
        let element: HtmlElement = event_target(&event);
        let _ = element.set_pointer_capture(event.pointer_id());
        let _ = node.get_untracked().map(|node| node.focus());
        remember();
        painting.set(Some(event.pointer_id()));
        cursor.set(None);
        last.set(to);
        stroke(to);
    };
    let moved = move |event: PointerEvent| {
        if painting.get_untracked() == Some(event.pointer_id())
            && let Some(to) = at(&event)
            && to != last.get_untracked()
        {
            stroke(to);
        }
    };
    let up = move |event: PointerEvent| {
        if painting.get_untracked() == Some(event.pointer_id()) {
            painting.set(None);
        }
    };
    let key = move |event: KeyboardEvent| {
        let (row, column) = cursor.get_untracked().unwrap_or((height / 2, width / 2));
        let to = match event.key().as_str() {
            "ArrowUp" => ((row - 1).max(0), column),
            "ArrowDown" => ((row + 1).min(height - 1), column),
            "ArrowLeft" => (row, (column - 1).max(0)),
            "ArrowRight" => (row, (column + 1).min(width - 1)),
            " " | "Enter" => {
                remember();
                easel.update(|easel| dab(easel, (row, column)));
                (row, column)
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some(to));
    };
    // What is hidden is between ink and paper, and marked by the style sheet's colour for it.
    let pixels = Signal::derive(move || {
        easel.with(|easel| {
            let pairs = easel.bits.iter().zip(&easel.observed);
            pairs.map(|(bit, seen)| if *seen { f32::from(*bit) } else { 0.35 }).collect::<Vec<f32>>()
        })
    });
    let shape = format!("aspect-ratio:{width}/{height}");
    let frame = move || {
        cursor.get().map(|(row, column)| {
            let r = radius.get();
            let part = |from: i32, of: i32| 100.0 * f64::from(from) / f64::from(of);
            let style = format!(
                "top:{}%;left:{}%;height:{}%;width:{}%",
                part(row - r, height),
                part(column - r, width),
                part(2 * r + 1, height),
                part(2 * r + 1, width)
            );
            view! { <div class="window-pixel" style=style aria-hidden="true"></div> }
        })
    };
    let said = move || {
        cursor.get().map(|(row, column)| {
            let hidden = easel.with(|easel| !easel.observed[(row * width + column) as usize]);
            format!("Row {row}, column {column}, {}", if hidden { "hidden" } else { "seen" })
        })
    };
    view! {
        <div class="files" role="group" aria-label="Brush">
            <label>
                "Width "
                <input type="range" min="0" max="4" data-testid="brush-width" prop:value=move || radius.get().to_string()
                    aria-valuetext=move || format!("{} pixels", 2 * radius.get() + 1)
                    on:input=move |event| radius.set(event_target_value(&event).parse().unwrap_or(1))/>
            </label>
            <button class="btn" data-testid="brush-reveals" aria-pressed=move || reveals.get().to_string()
                on:click=move |_| reveals.update(|reveals| *reveals = !*reveals)>"Bring back"</button>
        </div>
        <div class="window-frame brush-on" node_ref=node style=shape tabindex="0" role="group" data-testid="brush-canvas"
            aria-label="The image: drag to hide parts of it, or go with the arrow keys and press space"
            on:pointerdown=down on:pointermove=moved on:pointerup=up on:pointercancel=up on:keydown=key>
            <Picture size values=pixels map=ColorMap::GrayR label="The image; hidden pixels are grey"/>
            {frame}
        </div>
        <p class="sr" role="status">{said}</p>
    }
}
