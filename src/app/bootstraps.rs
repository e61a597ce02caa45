//! Ten tiles and more, one per bootstrap: they fill while the run goes on, and show its regions, its
//! mask, or what sets it apart from all of them together.

use super::desk::Desk;
use super::pixels::Picture;
use crate::plots::overlay::{self, Ink, Raster};
use crate::report::sight::Seen;
use crate::report::{Figure, Inferred, Rate, Report, Task, regions};
use leptos::prelude::*;
use std::sync::Arc;

/// What the tiles show.
#[derive(Clone, Copy, PartialEq)]
enum Show {
    Masks,
    Apart,
    Regions,
}

const RED: [u8; 3] = [0xd6, 0x27, 0x28];
const BLUE: [u8; 3] = [0x1f, 0x77, 0xb4];
const AMBER: [u8; 3] = [0xff, 0xa9, 0x0e];
const GREY: [u8; 3] = [0x94, 0xa4, 0xa2];

/// The inference of a report.
fn inferred(report: &Report) -> Option<&Inferred> {
    report.sections.iter().find_map(|section| match &section.figure {
        Figure::Inferred(inferred) => Some(inferred),
        _ => None,
    })
}

/// Whether a report has bootstraps to show.
pub fn any(report: &Report) -> bool {
    inferred(report).is_some()
}

/// The tiles of all pairs.
#[component]
pub fn Bootstraps() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let known = Memo::new(move |_| {
        desk.shown.with(|shown| {
            let inferred = inferred(&shown.as_ref()?.report)?;
            let seen = inferred.all().into_iter().map(|(_, seen)| seen).collect::<Vec<Seen>>();
            Some(Arc::new((inferred.clone(), seen)))
        })
    });
    let show = RwSignal::new(Show::Masks);
    let shape = Memo::new(move |_| {
        known.with(|known| known.as_ref().map_or((0, 0), |known| (known.0.tasks.len(), known.0.n_bootstraps as usize)))
    });
    let option = move |this: Show, name: &'static str, test: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="bootstraps" data-testid=test prop:checked=move || show.get() == this on:change=move |_| show.set(this)/>
                {name}
            </label>
        }
    };
    let row = move |pair: usize| {
        let n_known =
            move || known.with(|known| known.as_ref().and_then(|known| Some(known.0.tasks.get(pair)?.known.len())));
        let title = move || known.with(|known| known.as_ref().map(|known| done(&known.0, pair)));
        // The notebook's two bars. Here the importances come with the inferences; what is left of them is timed by itself.
        let bar = move |what: &'static str, part: &'static str, test: &'static str| {
            let rate = move || rate(desk, known.with(|known| Some(known.as_ref()?.0.tasks.get(pair)?.classes)), part);
            let words = move || format!("{what}: {} of {}{}", n_known().unwrap_or(0), shape.get().1, rate());
            view! {
                <div class="task-bar">
                    <progress data-testid=test max=move || shape.get().1 value=n_known aria-label=words></progress>
                    <span class="muted" aria-hidden="true">{words}</span>
                </div>
            }
        };
        view! {
            <p class="muted" data-testid="bootstraps-of">{title}</p>
            {bar("Fitting clustered inferences", "fit", "bootstraps-bar")}
            {bar("Computing importances", "importances", "importances-bar")}
            <ol class="bootstraps">
                <For each=move || 0..shape.get().1 key=|i| *i children=move |number| {
                    let tile = Memo::new(move |_| {
                        let show = show.get();
                        known.with(|known| known.as_ref().and_then(|known| tile(&known.0, &known.1, pair, number as u32, show)))
                    });
                    let raster = Memo::new(move |_| tile.with(|tile| tile.as_ref().map(|(raster, _)| Arc::clone(raster)).unwrap_or_default()));
                    let words = Memo::new(move |_| tile.with(|tile| tile.as_ref().map(|(_, words)| words.clone()).unwrap_or_default()));
                    view! {
                        <li>
                            <Picture raster label=Signal::derive(move || format!("bootstrap {number}: {}", words.get()))/>
                            <span aria-hidden="true">{number} ": " {words}</span>
                        </li>
                    }
                }/>
            </ol>
        }
    };
    view! {
        <div class="options" role="radiogroup" aria-label="What the tiles show">
            {option(Show::Masks, "masks", "show-masks")}
            {option(Show::Apart, "against the ensemble", "show-apart")}
            {option(Show::Regions, "regions", "show-regions")}
        </div>
        <p class="muted">{move || match show.get() {
            Show::Masks => "What each bootstrap selects by itself; plus and minus as in the mask of all.",
            Show::Apart => "Plus and minus: as in the ensemble. Amber with a plus: this bootstrap only. Grey with a minus: the ensemble only.",
            Show::Regions => "The regions that each bootstrap made; neighbours have different colours.",
        }}</p>
        <For each=move || 0..shape.get().0 key=|i| *i children=row/>
    }
}

/// How fast a part of a finished run was, for a pair of classes.
fn rate(desk: Desk, classes: Option<(u8, u8)>, part: &str) -> String {
    let Some((first, second)) = classes else { return String::new() };
    let name = format!("{part}_{first}_{second}");
    let took = desk.shown.with(|shown| {
        let outcome = shown.as_ref()?.outcome.as_ref()?;
        outcome.parts.iter().find(|took| took.part == name).map(|took| (took.n, took.seconds))
    });
    match took {
        Some((n, seconds)) if seconds > 0.0 => format!(" · {seconds:.2} s, {:.1} it/s", f64::from(n) / seconds),
        Some((n, _)) => format!(" · {n} in less than the clock sees"),
        None => String::new(),
    }
}

fn done(inferred: &Inferred, pair: usize) -> String {
    let Some(task) = inferred.tasks.get(pair) else { return String::new() };
    format!("{}: {} of {} bootstraps", task.name, task.known.len(), inferred.n_bootstraps)
}

/// The tile of a bootstrap, and what it shows in words; hatched while it is not known.
fn tile(inferred: &Inferred, seen: &[Seen], pair: usize, number: u32, show: Show) -> Option<(Arc<Raster>, String)> {
    let task = inferred.tasks.get(pair)?;
    let width = inferred.size.1 as usize;
    let Some(at) = task.known.iter().position(|known| *known == number) else {
        let nothing = vec![Ink { color: None, sign: 0, unknown: true }; task.n_features()];
        return Some((Arc::new(overlay::raster(width, &nothing, None, 1.0)), "waits".into()));
    };
    let (inks, words) = match show {
        Show::Regions => colored(task, at, width),
        Show::Masks | Show::Apart => {
            let mask = inferred.mask_of(task, at, Rate::Fwer, inferred.fwer).ok()?;
            let all = &seen.get(pair)?.mask;
            let compared = show == Show::Apart;
            let ink = |(pixel, (one, all)): (usize, (&i8, &i8))| {
                let color = if *one < 0 { RED } else { BLUE };
                let (color, sign) = match (*one != 0, one == all || !compared) {
                    (true, true) => (Some(color), *one),
                    (true, false) => (Some(AMBER), 1),
                    (false, false) => (Some(GREY), -1),
                    (false, true) => (None, 0),
                };
                // Of a pixel that no image lights nothing is known.
                let unknown = !task.has_data(pixel);
                if unknown { Ink { color: None, sign: 0, unknown } } else { Ink { color, sign, unknown } }
            };
            let differ = mask.iter().zip(all).filter(|(one, all)| one != all).count();
            let selected = mask.iter().filter(|sign| **sign != 0).count();
            let words = if compared { format!("{differ} differ") } else { format!("{selected} px") };
            (mask.iter().zip(all).enumerate().map(ink).collect(), words)
        }
    };
    Some((Arc::new(overlay::raster(width, &inks, None, 1.0)), words))
}

fn colored(task: &Task, at: usize, width: usize) -> (Vec<Ink>, String) {
    let labels: Vec<u32> =
        (0..task.n_features()).map(|pixel| task.region(at, pixel).map_or(0, |(region, _)| region + 1)).collect();
    let colors = regions::recolor(&labels, width);
    let color = |label: &u32| {
        let t = (f64::from(colors[*label as usize]) + 0.5) / f64::from(regions::N_COLORS);
        let color = crate::plots::colormap::color(crate::report::ColorMap::Set2, t);
        Ink { color: (*label > 0).then_some(color), sign: 0, unknown: *label == 0 }
    };
    let n = labels.iter().max().copied().unwrap_or(0);
    (labels.iter().map(color).collect(), format!("{n} regions"))
}
