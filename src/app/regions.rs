//! Regions of pixels side by side: the region under the pointer or the cursor is outlined, and so is
//! the one that is most like it in every other clustering.

use super::pixels::{Act, Pixels, path};
use crate::plots::colormap;
use crate::plots::overlay::Raster;
use crate::report::{ColorMap, Figure, Section, regions};
use leptos::prelude::*;
use std::sync::Arc;

/// Clusterings of the same pixels.
#[derive(Clone, PartialEq, Default)]
struct All {
    size: (u32, u32),
    names: Vec<String>,
    labels: Vec<Vec<u32>>,
    /// The value drawn as the last colour.
    high: f32,
}

type Known = Memo<Arc<All>>;

/// The clusterings of a section.
#[component]
pub fn Regions(section: Memo<Option<Section>>) -> impl IntoView {
    let all: Known = Memo::new(move |_| {
        let all = section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { height, width, high, images, .. }) => All {
                size: (*height, *width),
                names: images.iter().map(|image| image.caption.clone()).collect(),
                labels: images.iter().map(|image| image.pixels.iter().map(|label| *label as u32).collect()).collect(),
                high: *high,
            },
            _ => All::default(),
        });
        Arc::new(all)
    });
    let n = Memo::new(move |_| all.with(|all| all.labels.len()));
    let apart = RwSignal::new(false);
    let borders = RwSignal::new(true);
    // The clustering and the pixel that are looked at; what was chosen stays.
    let spot = RwSignal::new(None::<(usize, usize)>);
    let chosen = RwSignal::new(None::<(usize, usize)>);
    let now = Memo::new(move |_| spot.get().or(chosen.get()));
    let toggle = |name: &'static str, test: &'static str, on: RwSignal<bool>| {
        view! {
            <label class="choice">
                <input type="checkbox" data-testid=test prop:checked=on on:change=move |event| on.set(event_target_checked(&event))/>
                {name}
            </label>
        }
    };
    let words = move || {
        all.with(|all| words(all, now.get()?)).unwrap_or_else(|| {
            "Point at a region, or go there with the arrow keys: its like in the other clusterings is outlined too."
                .into()
        })
    };
    view! {
        <div class="cut-controls">
            {toggle("Neighbours in different colours", "apart", apart)}
            {toggle("Borders", "borders", borders)}
        </div>
        <div class="masks four">
            <For each=move || 0..n.get() key=|i| *i children=move |at| view! { <Tile at all apart borders spot chosen now/> }/>
        </div>
        <p class="muted" aria-live="polite" data-testid="region">{words}</p>
    }
}

/// The region at a spot, and its like in the others.
fn words(all: &All, (at, pixel): (usize, usize)) -> Option<String> {
    let labels = all.labels.get(at)?;
    let region = *labels.get(pixel)?;
    let size = labels.iter().filter(|label| **label == region).count();
    let others = (0..all.labels.len()).filter(|other| *other != at).filter_map(|other| {
        let (like, both, either) = regions::best_match(labels, region, &all.labels[other])?;
        let share = 100.0 * both as f64 / either.max(1) as f64;
        Some(format!("{}: region {like} shares {both} of {either} pixels ({share:.0} %)", all.names[other]))
    });
    let others: Vec<String> = others.collect();
    Some(format!("{}: region {region}, {size} pixels. Most like it: {}.", all.names[at], others.join("; ")))
}

#[component]
fn Tile(
    at: usize,
    all: Known,
    apart: RwSignal<bool>,
    borders: RwSignal<bool>,
    spot: RwSignal<Option<(usize, usize)>>,
    chosen: RwSignal<Option<(usize, usize)>>,
    now: Memo<Option<(usize, usize)>>,
) -> impl IntoView {
    let raster = Memo::new(move |_| {
        let apart = apart.get();
        Arc::new(all.with(|all| {
            let Some(labels) = all.labels.get(at) else { return Raster::default() };
            let (height, width) = all.size;
            let rgba = match apart {
                false => {
                    let values: Vec<f32> = labels.iter().map(|label| *label as f32).collect();
                    colormap::rgba(&values, ColorMap::Set2, 0.0, all.high)
                }
                true => {
                    let colors = regions::recolor(labels, width as usize);
                    let values: Vec<f32> = labels.iter().map(|label| colors[*label as usize] as f32 + 0.5).collect();
                    colormap::rgba(&values, ColorMap::Set2, 0.0, regions::N_COLORS as f32)
                }
            };
            Raster { width, height, rgba }
        }))
    });
    let size = Memo::new(move |_| all.with(|all| all.size));
    let grid = Memo::new(move |_| {
        let on = borders.get();
        all.with(|all| match all.labels.get(at) {
            Some(labels) if on => path(&regions::borders(labels, all.size.1 as usize)),
            _ => String::new(),
        })
    });
    // Here the region itself, elsewhere its like.
    let outline = Memo::new(move |_| {
        let (from, pixel) = now.get()?;
        all.with(|all| {
            let (origin, labels) = (all.labels.get(from)?, all.labels.get(at)?);
            let region = *origin.get(pixel)?;
            let region = if from == at { region } else { regions::best_match(origin, region, labels)?.0 };
            let (height, width) = all.size;
            Some(path(&regions::outline(|i| labels[i] == region, height as usize, width as usize)))
        })
    });
    let cursor = RwSignal::new(None);
    Effect::new(move |before: Option<bool>| {
        let here = cursor.get();
        match here {
            Some(pixel) => spot.set(Some((at, pixel))),
            // Another picture may have been entered already.
            None if before == Some(true) => spot.update(|spot| {
                if spot.is_some_and(|(other, _)| other == at) {
                    *spot = None;
                }
            }),
            None => {}
        }
        here.is_some()
    });
    let act = Callback::new(move |(act, pixel): (Act, usize)| {
        if act == Act::Pick {
            chosen.set(Some((at, pixel)));
        }
    });
    let name = move || all.with(|all| all.names.get(at).cloned().unwrap_or_default());
    let label = move || format!("{}: arrow keys go from pixel to pixel, Enter keeps the region", name());
    view! {
        <div class="mask" data-clustering=at>
            <Pixels raster size label=Signal::derive(label) cursor
                chosen=Signal::derive(move || chosen.get().filter(|(other, _)| *other == at).map(|(_, pixel)| pixel))
                lines=grid outline=Signal::derive(move || outline.get().unwrap_or_default()) act/>
            <p class="mask-name">{name}</p>
        </div>
    }
}
