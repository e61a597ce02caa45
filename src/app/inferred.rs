//! Which pixels matter, on the page: the error rate is moved and everything follows from the
//! p-values that are there. Nothing here asks a worker.

use super::bar::ColourBar;
use super::desk::Desk;
use super::later::Subject;
use super::pixel::Details;
use super::pixels::{Act, Pixels};
use crate::decimal;
use crate::link::View;
use crate::plots::colormap;
use crate::plots::overlay::{self, Ink, Raster};
use crate::report::sight::{self, Look, Seen, written};
use crate::report::{ColorMap, Figure, Inferred, Joined, Rate, Section, Task};
use leptos::prelude::*;
use std::sync::Arc;

/// An inference as the visitor looks at it.
#[derive(Clone, PartialEq)]
pub struct Sighted {
    /// With the visitor's rate, level and look.
    pub inferred: Inferred,
    /// What the bootstraps of each pair say together.
    pub joined: Arc<Vec<Joined>>,
    /// What is selected of each pair.
    pub seen: Vec<Seen>,
}

/// What the page knows of it; nothing where a section is no inference.
pub type Known = Memo<Option<Arc<Sighted>>>;

/// How a view is to be looked at: what the link says, then what is moved by hand.
#[derive(Clone, Copy)]
pub struct Sight {
    view: RwSignal<View>,
    desk: Desk,
}

impl Sight {
    /// Follows the link.
    pub fn new(desk: Desk) -> Self {
        let view = RwSignal::new(desk.view.get_untracked());
        Effect::new(move |_| view.set(desk.view.get()));
        Sight { view, desk }
    }

    fn word(self, name: &str) -> Option<String> {
        self.view.with(|view| view.look(name).map(String::from))
    }

    /// Sets one name, here and in the link; no value is the run's own.
    pub fn set(self, name: &str, value: Option<&str>) {
        self.view.update(|view| view.set_look(name, value));
        self.desk.look_at(name, value);
    }

    /// The pixel that is looked at: pair, row, column.
    pub fn pixel(self) -> Option<[u32; 3]> {
        self.view.with(View::pixel)
    }
}

/// The inference of a section, with what follows from it.
pub fn known(section: Memo<Option<Section>>, sight: Sight) -> Known {
    // The p-values change with the run only, the selection with every step of the slider.
    let joined = Memo::new(move |_| {
        section.with(|section| match &section.as_ref()?.figure {
            Figure::Inferred(inferred) => {
                let joined = inferred.tasks.iter().map(|task| task.joined(inferred.aggregation));
                Some((inferred.clone(), Arc::new(joined.collect::<Result<Vec<_>, _>>().ok()?)))
            }
            _ => None,
        })
    });
    Memo::new(move |_| {
        joined.with(|joined| {
            let (inferred, joined) = joined.as_ref()?;
            let mut inferred = inferred.clone();
            inferred.fwer = sight.word("level").and_then(|text| decimal::read(&text)).unwrap_or(inferred.fwer);
            let rate = sight.word("rate");
            let look = sight.word("look");
            let rates = Rate::WORDS.iter().find(|(_, word)| rate.as_deref() == Some(word));
            let looks = Look::ALL.iter().find(|(_, word, _)| look.as_deref() == Some(word));
            inferred.rate = rates.map_or(Rate::Fwer, |(rate, _)| *rate);
            inferred.look = looks.map_or(Look::Mask, |(look, ..)| *look);
            let seen = inferred.tasks.iter().zip(&**joined).map(|(task, joined)| inferred.at(task, joined));
            let seen = seen.collect::<Result<Vec<_>, _>>().ok()?;
            Some(Arc::new(Sighted { inferred, joined: Arc::clone(joined), seen }))
        })
    })
}

/// The section as the visitor looks at it, with words to match; `None` if it is no inference.
pub fn seen(section: Option<&Section>, known: Known) -> Option<Section> {
    known.with(|known| {
        let known = known.as_ref()?;
        let summary = known.inferred.words(&known.seen);
        let Section { id, title, .. } = section?;
        let figure = Figure::Inferred(known.inferred.clone());
        Some(Section { id: id.clone(), title: title.clone(), summary, figure })
    })
}

/// The masks of a section; what is seen of them goes where words, table and files get it.
pub fn sighted(subject: Subject) -> impl IntoView {
    let section = subject.section;
    let sight = Sight::new(expect_context());
    let known = known(section, sight);
    Effect::new(move |_| subject.seen.set(section.with(|section| seen(section.as_ref(), known))));
    view! { <Masks known sight/> }
}

pub(super) fn with<T>(known: Known, pick: impl FnOnce(&Sighted) -> T) -> Option<T> {
    known.with(|known| known.as_deref().map(pick))
}

/// What is drawn under the numbers.
#[derive(Clone, Copy, PartialEq)]
struct Under {
    /// 0 nothing, 1 the mean of the first class, 2 of the second.
    mean: usize,
    opacity: f32,
}

fn tile(known: &Sighted, at: usize, under: Under) -> Option<Raster> {
    let Sighted { inferred, joined, seen } = known;
    let (task, joined, seen) = (inferred.tasks.get(at)?, joined.get(at)?, seen.get(at)?);
    let (values, map, low, high) = inferred.drawn(task, joined, seen);
    let mask = inferred.look == Look::Mask;
    let inks: Vec<Ink> = values
        .iter()
        .map(|value| {
            let t = (f64::from(*value) - f64::from(low)) / f64::from(high - low).max(f64::MIN_POSITIVE);
            // What is not selected hides nothing of the picture below.
            let clear = mask && *value == 0.0;
            Ink {
                color: (!clear).then(|| colormap::color(map, t)),
                sign: if mask && !value.is_nan() { *value as i8 } else { 0 },
                unknown: value.is_nan(),
            }
        })
        .collect();
    let mean = match under.mean {
        1 => Some(task.first_mean.as_slice()),
        2 => Some(task.second_mean.as_slice()),
        _ => None,
    };
    Some(overlay::raster(inferred.size.1 as usize, &inks, mean, under.opacity))
}

/// The masks with everything that can be moved.
#[component]
pub fn Masks(known: Known, sight: Sight) -> impl IntoView {
    let n_tasks = Memo::new(move |_| with(known, |known| known.inferred.tasks.len()).unwrap_or(0));
    let under = RwSignal::new(Under { mean: 0, opacity: 0.7 });
    view! {
        <Controls known sight under/>
        <div class="masks">
            <For each=move || 0..n_tasks.get() key=|i| *i children=move |at| view! { <Mask at known sight under/> }/>
        </div>
        <Details known sight/>
    }
}

#[component]
fn Controls(known: Known, sight: Sight, under: RwSignal<Under>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let level = move || with(known, |known| known.inferred.fwer).unwrap_or(0.1);
    // Hundredths of a power of ten.
    let slide = move |event: web_sys::Event| {
        if let Some(step) = decimal::read(&event_target_value(&event)) {
            let level = libm::pow(10.0, step / 100.0);
            sight.set("level", Some(&sight::short(level)));
        }
    };
    let refused = RwSignal::new(String::new());
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match decimal::read(text.trim()).filter(|level| *level > 0.0 && *level < 1.0) {
            Some(value) => {
                refused.set(String::new());
                sight.set("level", Some(&value.to_string()));
            }
            // What is no level leaves it as it was; the field shows it again.
            None => {
                let text: String = text.chars().take(20).collect();
                refused.set(format!(
                    "Error rate: expected a number between 0 and 1, but got '{text}'; {} holds.",
                    sight::short(level())
                ));
            }
        }
        event_target::<web_sys::HtmlInputElement>(&event).set_value(&sight::short(level()));
    };
    let own = move || sight.word("level").is_some();
    let (rate, look) = (move || sight.word("rate"), move || sight.word("look"));
    let other = move |event: web_sys::Event| {
        let pair = event_target_value(&event);
        if !pair.is_empty() {
            desk.change("pairs", &pair);
        }
    };
    let pairs = (0..10).flat_map(|a| (a + 1..10).map(move |b| (a, b)));
    let pairs = pairs.map(|(a, b)| view! { <option value=format!("{a}~{b}")>{format!("{a} vs {b}")}</option> });
    let step = move || format!("{:.0}", libm::log10(level()) * 100.0);
    let spoken = move || format!("error rate {}", sight::short(level()));
    view! {
        <div class="cut-controls">
            <span class="field grow">
                <label for="level">"Error rate"</label>
                <input id="level" type="range" min="-300" max="-1" step="1" data-testid="level" prop:value=step
                    aria-valuetext=spoken on:input=slide/>
                <input inputmode="decimal" autocomplete="off" aria-describedby="level-refused" aria-label="Error rate, as a number" data-testid="level-number"
                    prop:value=move || sight::short(level()) on:change=typed/>
                <button class="btn quiet" data-testid="level-reset" prop:disabled=move || !own() on:click=move |_| sight.set("level", None)>
                    "Reset"
                </button>
            </span>
            <label class="field">"of "
                <select data-testid="rate" prop:value=move || rate().unwrap_or("fwer".into())
                    on:change=move |event| sight.set("rate", Some(&event_target_value(&event)).filter(|word| *word != "fwer").map(|s| s.as_str()))>
                    <option value="fwer">"any false pixel (FWER)"</option>
                    <option value="bhq">"the share of false ones (FDR)"</option>
                    <option value="bhy">"the same, any dependence (BY)"</option>
                </select>
            </label>
            <label class="field">"Show "
                <select data-testid="look" prop:value=move || look().unwrap_or("mask".into())
                    on:change=move |event| sight.set("look", Some(&event_target_value(&event)).filter(|word| *word != "mask").map(|s| s.as_str()))>
                    {Look::ALL.map(|(_, word, name)| view! { <option value=word>{name}</option> }).collect_view()}
                </select>
            </label>
            <label class="field">"over "
                <select data-testid="under" on:change=move |event| {
                    under.update(|under| under.mean = event_target_value(&event).parse().unwrap_or(0));
                }>
                    <option value="0">"nothing"</option>
                    <option value="1">"the mean of the first digit"</option>
                    <option value="2">"the mean of the second digit"</option>
                </select>
            </label>
            <Show when=move || under.get().mean != 0>
                <label class="field">"Opacity "
                    <input type="range" min="0" max="1" step="0.05" data-testid="opacity" prop:value=move || under.get().opacity.to_string()
                        on:input=move |event| {
                            let value = decimal::read(&event_target_value(&event)).map_or(0.7, |value| value as f32);
                            under.update(|under| under.opacity = value);
                        }/>
                </label>
            </Show>
            <Show when=move || !desk.setup.with(|setup| setup.embed.on)>
                <label class="field">"Another pair "
                    <select data-testid="other-pair" on:change=other><option value="">"…"</option>{pairs.clone().collect_view()}</select>
                </label>
            </Show>
        </div>
        <p class="error" role="status" id="level-refused" data-testid="level-refused">{refused}</p>
    }
}

fn counted(seen: &Seen, task: &Task, two_tailed: bool) -> String {
    let of = |n: usize, areas: usize| format!("{n} px in {areas} {}", if areas == 1 { "area" } else { "areas" });
    let (minus, plus) = (seen.minus, seen.plus);
    match (task.known.is_empty(), two_tailed) {
        (true, _) => "no bootstrap yet".into(),
        (_, false) => of(plus.pixels, plus.areas),
        _ => {
            let (a, b) = &task.class_names;
            format!("− {a}: {} · + {b}: {}", of(minus.pixels, minus.areas), of(plus.pixels, plus.areas))
        }
    }
}

#[component]
fn Mask(at: usize, known: Known, sight: Sight, under: RwSignal<Under>) -> impl IntoView {
    let raster = Memo::new(move |_| {
        let under = under.get();
        Arc::new(with(known, |known| tile(known, at, under)).flatten().unwrap_or_default())
    });
    let size = Memo::new(move |_| with(known, |known| known.inferred.size).unwrap_or((1, 1)));
    let name =
        Memo::new(move |_| with(known, |known| known.inferred.tasks.get(at).map(|task| task.name.clone())).flatten());
    let counts = move || {
        with(known, |known| {
            let (task, seen) = (known.inferred.tasks.get(at)?, known.seen.get(at)?);
            Some(counted(seen, task, known.inferred.two_tailed))
        })
        .flatten()
    };
    // A mask has only signs, which the words beside it name.
    let scale = Memo::new(move |_| {
        with(known, |known| {
            let Sighted { inferred, joined, seen } = known;
            let (_, map, low, high) = inferred.drawn(inferred.tasks.get(at)?, joined.get(at)?, seen.get(at)?);
            (inferred.look != Look::Mask).then_some((map, f64::from(low), f64::from(high)))
        })
        .flatten()
    });
    let cursor = RwSignal::new(None);
    let act = Callback::new(move |(act, pixel): (Act, usize)| {
        if act == Act::Pick {
            let width = (size.get_untracked().1 as usize).max(1);
            sight.set("pixel", Some(&format!("{at}~{}~{}", pixel / width, pixel % width)));
        }
    });
    let chosen = Signal::derive(move || {
        let [pair, row, column] = sight.pixel()?;
        let (height, width) = size.get();
        (pair as usize == at && row < height && column < width).then_some((row * width + column) as usize)
    });
    let read = move || {
        let pixel = cursor.get().or(chosen.get())?;
        with(known, |known| read_out(known, at, pixel)).flatten()
    };
    let label =
        move || format!("{}: arrow keys go from pixel to pixel, Enter chooses one", name.get().unwrap_or_default());
    view! {
        <div class="mask" data-mask=at>
            <p class="mask-name">{move || name.get()}</p>
            <Pixels raster size label=Signal::derive(label) cursor chosen lines=String::new() act/>
            <Show when=move || scale.get().is_some()>
                <ColourBar scale=Signal::derive(move || scale.get().unwrap_or((ColorMap::RdBu, -1.0, 1.0)))/>
            </Show>
            <p class="num" data-testid="mask-counts">{counts}</p>
            <p class="muted mask-read" aria-live="polite" data-testid="mask-read">{read}</p>
        </div>
    }
}

/// A pixel in a line.
fn read_out(known: &Sighted, at: usize, pixel: usize) -> Option<String> {
    let width = (known.inferred.size.1 as usize).max(1);
    let (task, joined, seen) = (known.inferred.tasks.get(at)?, known.joined.get(at)?, known.seen.get(at)?);
    let place = format!("row {}, column {}", pixel / width, pixel % width);
    if !task.takes_part(pixel) {
        return Some(format!("{place}: takes no part"));
    }
    if *task.lit.get(pixel)? == 0.0 {
        return Some(format!("{place}: no ink in any image"));
    }
    let word = match *seen.mask.get(pixel)? {
        1 if known.inferred.two_tailed => format!("+ {}", task.class_names.1),
        -1 => format!("− {}", task.class_names.0),
        0 => "not selected".into(),
        _ => "selected".into(),
    };
    let p = written(*joined.p.get(pixel)?, *joined.log_p.get(pixel)?);
    Some(format!("{place}: p = {p}, z = {:.1}; {word}", joined.z.get(pixel)?))
}
