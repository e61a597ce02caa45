//! One image with its numbers: the picture on axes, and its grey levels as a table of the same shape. A pixel that is
//! pointed at in either is marked in both.

use super::pixels::{Act, Pixels};
use crate::plots::colormap;
use crate::plots::overlay::{self, Ink, Raster};
use crate::report::{ColorMap, Figure, Section};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// Pixels between two marks of an axis, as matplotlib has them for 28.
const STEP: u32 = 5;

/// Numbers that are still worth a table of this shape.
const MOST: usize = 64 * 64;

/// Shape and grey levels of the first image of a section.
fn levels(section: Option<&Section>) -> (u32, u32, Vec<f32>) {
    match section.map(|section| &section.figure) {
        Some(Figure::Images { height, width, images, .. }) => {
            (*height, *width, images.first().map(|image| image.pixels.clone()).unwrap_or_default())
        }
        _ => (1, 1, Vec::new()),
    }
}

/// The image and its numbers.
#[component]
pub fn Datapoint(section: Memo<Option<Section>>) -> impl IntoView {
    let image = Memo::new(move |_| section.with(|section| levels(section.as_ref())));
    let size = Memo::new(move |_| image.with(|(height, width, _)| (*height, *width)));
    let gray = |level: f32| colormap::color(ColorMap::GrayR, f64::from(level) / 255.0);
    let raster = Signal::derive(move || {
        image.with(|(_, width, levels)| {
            let ink = |level: &f32| Ink { color: Some(gray(*level)), sign: 0, unknown: false };
            let inks: Vec<Ink> = levels.iter().map(ink).collect();
            Arc::new(if inks.is_empty() {
                Raster::default()
            } else {
                overlay::raster(*width as usize, &inks, None, 1.0)
            })
        })
    });
    let cursor = RwSignal::new(None::<usize>);
    let chosen = RwSignal::new(None::<usize>);
    Effect::new(move |_| {
        image.track();
        chosen.set(None);
    });
    let marked = Memo::new(move |_| cursor.get().or(chosen.get()));
    let pick = Callback::new(move |pixel| chosen.update(|chosen| *chosen = (*chosen != Some(pixel)).then_some(pixel)));
    let act = Callback::new(move |(act, pixel)| {
        if act == Act::Pick {
            pick.run(pixel);
        }
    });
    let words = move || {
        image.with(|(_, width, levels)| {
            let level = |pixel: usize| Some((pixel, *levels.get(pixel)?));
            match marked.get().and_then(level) {
                Some((pixel, level)) => {
                    let width = (*width as usize).max(1);
                    format!("Row {}, column {}: {level}", pixel / width, pixel % width)
                }
                None => "Point at a pixel, in the picture or in the table; or go with the arrow keys.".into(),
            }
        })
    };
    let ticks = move |down: bool| {
        let n = size.with(|(height, width)| if down { *height } else { *width }).max(1);
        let place = |i: u32| 100.0 * (f64::from(i) + 0.5) / f64::from(n);
        let side = if down { "top" } else { "left" };
        (0..n)
            .step_by(STEP as usize)
            .map(|i| view! { <span style=format!("{side}:{}%", place(i))>{i}</span> })
            .collect_view()
    };
    view! {
        <div class="datapoint">
            <div>
                <div class="axes">
                    <div class="axis-y" aria-hidden="true">{move || ticks(true)}</div>
                    <Pixels raster size label="The image: go through its pixels with the arrow keys".to_string() cursor chosen
                        lines=String::new() act/>
                    <div class="axis-x" aria-hidden="true">{move || ticks(false)}</div>
                </div>
                <p role="status" data-testid="level">{words}</p>
            </div>
            <Levels image marked cursor pick/>
        </div>
    }
}

/// Scrolls a frame as far as is needed to see a cell in it; the page stays where it is.
fn follow(frame: Option<&web_sys::HtmlElement>, cell: &Element) {
    let Some(frame) = frame else { return };
    let (seen, cell) = (frame.get_bounding_client_rect(), cell.get_bounding_client_rect());
    let step = |low: f64, high: f64, from: f64, to: f64| (high - to).max(0.0) + (low - from).min(0.0);
    let across = step(cell.left(), cell.right(), seen.left(), seen.right());
    let down = step(cell.top(), cell.bottom(), seen.top(), seen.bottom());
    frame.set_scroll_left(frame.scroll_left() + across as i32);
    frame.set_scroll_top(frame.scroll_top() + down as i32);
}

/// The grey levels in rows and columns.
#[component]
fn Levels(
    image: Memo<(u32, u32, Vec<f32>)>,
    marked: Memo<Option<usize>>,
    cursor: RwSignal<Option<usize>>,
    pick: Callback<usize>,
) -> impl IntoView {
    let node = NodeRef::<html::Table>::new();
    let frame = NodeRef::<html::Div>::new();
    let lit = StoredValue::new_local(None::<Element>);
    Effect::new(move |_| {
        let (Some(table), at) = (node.get(), marked.get()) else { return };
        let now = at.and_then(|at| table.query_selector(&format!("[data-pixel=\"{at}\"]")).ok().flatten());
        if let Some(before) = lit.try_update_value(|lit| std::mem::replace(lit, now.clone())).flatten() {
            let _ = before.class_list().remove_1("at");
        }
        if let Some(now) = now {
            let _ = now.class_list().add_1("at");
            follow(frame.get_untracked().as_deref(), &now);
        }
    });
    let under = |target: Option<web_sys::EventTarget>| -> Option<usize> {
        target?.dyn_into::<Element>().ok()?.get_attribute("data-pixel")?.parse().ok()
    };
    // A finger that passes over it scrolls.
    let over = move |event: PointerEvent| {
        let pixel = under(event.target());
        if event.pointer_type() != "touch" && cursor.get_untracked() != pixel {
            cursor.set(pixel);
        }
    };
    let body = move || {
        image.with(|(_, width, levels)| {
            let width = (*width as usize).max(1);
            let cell = |(pixel, level): (usize, &f32)| {
                let paper = colormap::color(ColorMap::GrayR, f64::from(*level) / 255.0);
                let css = |[r, g, b]: [u8; 3]| format!("rgb({r} {g} {b})");
                let style = format!("background:{};color:{}", css(paper), css(colormap::ink_on(paper)));
                view! { <td data-pixel=pixel style=style>{level.to_string()}</td> }
            };
            let row = |(row, cells): (usize, &[f32])| {
                let cells = cells.iter().enumerate().map(|(column, level)| cell((row * width + column, level)));
                view! { <tr><th scope="row">{row}</th>{cells.collect_view()}</tr> }
            };
            levels.chunks(width).enumerate().map(row).collect_view()
        })
    };
    let head =
        move || image.with(|(_, width, _)| (0..*width).map(|c| view! { <th scope="col">{c}</th> }).collect_view());
    let few = move || image.with(|(.., levels)| levels.len() <= MOST);
    view! {
        <Show when=few fallback=|| view! { <p class="muted">"“Table” lists the grey levels."</p> }>
            <div class="scroll levels" node_ref=frame tabindex="0" role="region" aria-label="Grey levels in rows and columns">
                <table node_ref=node data-testid="levels" on:pointerover=over on:pointerleave=move |_| cursor.set(None)
                    on:click=move |event| under(event.target()).into_iter().for_each(|pixel| pick.run(pixel))>
                    <caption class="sr">"Grey level of each pixel"</caption>
                    <thead><tr><td></td>{head}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </Show>
    }
}
