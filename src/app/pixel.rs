//! One pixel that was chosen: what the bootstraps say of it, its grey levels in both classes,
//! and the images with most ink there.

use super::desk::Desk;
use super::gallery::{Here, Load};
use super::inferred::{Known, Sight, with};
use super::pixels::Picture;
use super::strip::Strip;
use crate::learn::inference::{log_two_sided_p, two_sided_p};
use crate::plots::overlay::{self, Ink, Raster};
use crate::report::pixel::{self, Levels};
use crate::report::sight::written;
use crate::report::{Inferred, Task};
use leptos::prelude::*;
use std::sync::Arc;

/// Images shown of each class.
const IMAGES: usize = 12;

/// What is known of the chosen pixel.
#[component]
pub fn Details(known: Known, sight: Sight) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let spot = Memo::new(move |_| {
        let [pair, row, column] = sight.pixel()?;
        let there = |known: &super::inferred::Sighted| {
            let (height, width) = known.inferred.size;
            (pair as usize) < known.inferred.tasks.len() && row < height && column < width
        };
        with(known, there).filter(|there| *there).map(|_| [pair, row, column])
    });
    let data = Memo::new(move |_| {
        let id = with(known, |known| known.inferred.data.clone())?;
        desk.data.with(|data| data.get(&id).cloned()).map(Here)
    });
    let id = Signal::derive(move || with(known, |known| known.inferred.data.clone()).unwrap_or_default());
    let go = move |[pair, row, column]: [u32; 3]| sight.set("pixel", Some(&format!("{pair}~{row}~{column}")));
    let refused = RwSignal::new(String::new());
    let field = move |name: &'static str, which: usize| {
        let value = move || spot.get().map(|spot| spot[which].to_string());
        let change = move |event: web_sys::Event| {
            let text = event_target_value(&event);
            let (height, width) = with(known, |known| known.inferred.size).unwrap_or((1, 1));
            let last = if which == 1 { height } else { width }.saturating_sub(1);
            match (spot.get_untracked(), text.trim().parse::<u32>().ok().filter(|typed| *typed <= last)) {
                (Some(mut to), Some(typed)) => {
                    refused.set(String::new());
                    to[which] = typed;
                    go(to);
                }
                (to, _) => {
                    let text: String = text.chars().take(20).collect();
                    refused.set(format!("{name}: expected a whole number from 0 to {last}, but got '{text}'."));
                    let now = to.map_or(String::new(), |to| to[which].to_string());
                    event_target::<web_sys::HtmlInputElement>(&event).set_value(&now);
                }
            }
        };
        view! { <label class="field">{name} " " <input inputmode="numeric" autocomplete="off" data-testid=name prop:value=value on:change=change/></label> }
    };
    let levels = Memo::new(move |_| {
        let [pair, row, column] = spot.get()?;
        let Here(data) = data.get()?;
        with(known, |known| {
            let task = known.inferred.tasks.get(pair as usize)?;
            let pixel = (row * known.inferred.size.1 + column) as usize;
            let of = |class| Levels::of(&data, class, pixel, IMAGES);
            Some([of(task.classes.0), of(task.classes.1)])
        })
        .flatten()
    });
    let bootstraps = move || {
        let [pair, row, column] = spot.get()?;
        with(known, |known| {
            let inferred = &known.inferred;
            let pixel = (row * inferred.size.1 + column) as usize;
            let task = inferred.tasks.get(pair as usize)?;
            Some((0..task.known.len()).map(|at| bootstrap(inferred, task, at, pixel)).collect_view())
        })
        .flatten()
    };
    let names = move || {
        let pair = spot.get().map_or(0, |[pair, ..]| pair as usize);
        let names =
            |known: &super::inferred::Sighted| known.inferred.tasks.get(pair).map(|task| task.class_names.clone());
        with(known, names).flatten().unwrap_or_default()
    };
    let strip = move |which: usize| {
        let images = Signal::derive(move || {
            levels.with(|levels| levels.as_ref().map(|levels| levels[which].most.clone()).unwrap_or_default())
        });
        let here = Signal::derive(move || data.get().map(|Here(data)| data));
        let words = move || {
            let (a, b) = names();
            format!("Most ink there, of {}:", if which == 0 { a } else { b })
        };
        view! {
            <p class="muted">{words}</p>
            <Strip data=here images across=Signal::stored(IMAGES)/>
        }
    };
    view! {
        <Show when=move || spot.get().is_some()
            fallback=|| view! { <p class="muted">"Choose a pixel to see what is known of it."</p> }>
            <section class="pixel-details" aria-label="The chosen pixel" data-testid="pixel">
                <div class="cut-controls">
                    <strong>{move || spot.get().and_then(|[pair, ..]| with(known, |k| k.inferred.tasks[pair as usize].name.clone()))}</strong>
                    {field("Row", 1)}
                    {field("Column", 2)}
                    <button class="btn quiet" data-testid="pixel-close" on:click=move |_| sight.set("pixel", None)>"Close"</button>
                </div>
                <p class="error" role="status" data-testid="pixel-refused">{refused}</p>
                <p class="muted">"Its region, and the region's p-value, in each bootstrap:"</p>
                <ol class="bootstraps" data-testid="pixel-bootstraps">{bootstraps}</ol>
                <Show when=move || data.get().is_some() fallback=move || view! { <Load id/> }>
                    {move || levels.with(|levels| levels.as_ref().map(|levels| bars(levels, names())))}
                    {strip(0)}
                    {strip(1)}
                </Show>
            </section>
        </Show>
    }
}

/// The pixel's region in one bootstrap.
fn bootstrap(inferred: &Inferred, task: &Task, at: usize, pixel: usize) -> impl IntoView + use<> {
    let number = task.known.get(at).copied().unwrap_or(0);
    let Some((region, z)) = task.region(at, pixel) else {
        return view! { <li>{number} ": takes no part"</li> }.into_any();
    };
    let here = |other: usize| task.region(at, other).is_some_and(|(other, _)| other == region);
    let color = if z < 0.0 { [0xd6, 0x27, 0x28] } else { [0x1f, 0x77, 0xb4] };
    let inks: Vec<Ink> = (0..task.n_features())
        .map(|other| Ink { color: here(other).then_some(color), sign: 0, unknown: false })
        .collect();
    let size = inks.iter().filter(|ink| ink.color.is_some()).count();
    // Behind it the mean of the class that it speaks for.
    let mean = if z < 0.0 { &task.first_mean } else { &task.second_mean };
    let raster: Arc<Raster> = Arc::new(overlay::raster(inferred.size.1 as usize, &inks, Some(mean), 0.85));
    let p = written(two_sided_p(z), log_two_sided_p(z));
    let words = format!("bootstrap {number}: region {region}, {size} pixels, p = {p}");
    view! {
        <li>
            <Picture raster=Signal::stored(raster) label=words/>
            <span aria-hidden="true">{number} ": " {size} " px" <br/> {format!("{}{p}", if z < 0.0 { "−" } else { "+" })}</span>
        </li>
    }
    .into_any()
}

/// How many images of each class have which grey levels there.
fn bars([first, second]: &[Levels; 2], (a, b): (String, String)) -> impl IntoView + use<> {
    let share = |levels: &Levels, bar: usize| 100.0 * levels.counts[bar] as f64 / levels.n.max(1) as f64;
    let cell = |share: f64| {
        view! {
            <td class="num">{format!("{share:.1} %")}</td>
            <td class="bars" aria-hidden="true"><span style=format!("width:{share}%")></span></td>
        }
    };
    let row = |bar: usize| {
        view! {
            <tr><th scope="row" class="num">{pixel::name(bar)}</th>{cell(share(first, bar))}{cell(share(second, bar))}</tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Grey levels of the pixel">
            <table class="counts" data-testid="levels">
                <thead>
                    <tr>
                        <th scope="col">"Grey level"</th>
                        <th scope="col" colspan="2">{format!("{} images of {a}", first.n)}</th>
                        <th scope="col" colspan="2">{format!("{} images of {b}", second.n)}</th>
                    </tr>
                </thead>
                <tbody>{(0..pixel::BARS.len()).map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
