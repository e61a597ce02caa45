//! A picture whose pixels can be pointed at, chosen and painted: by pointer, touch or keys.

use super::paint::Brush;
use crate::plots::canvas;
use crate::plots::overlay::Raster;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// What somebody does with a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Looks at it: the pointer is over it, or the arrow keys came to it.
    Over,
    /// Chooses it: a click, Enter or the space bar.
    Pick,
    /// Comes over it with the pointer held down.
    Drag,
}

/// The picture on a canvas, drawn when it changes.
#[component]
pub fn Picture(#[prop(into)] raster: Signal<Arc<Raster>>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let brush = Brush::new();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        raster.track();
        brush.paint(move || {
            let drawn = raster.with_untracked(|raster| match raster.rgba.is_empty() {
                true => Ok(()),
                false => canvas::points(&element, (raster.width, raster.height), &raster.rgba),
            });
            if let Err(error) = drawn {
                leptos::logging::error!("pixels: {error}");
            }
        });
    });
    let named = move || label.with(|label| !label.is_empty());
    view! {
        <canvas node_ref=node width="28" height="28" role=move || named().then_some("img")
            aria-label=move || named().then(|| label.get()) aria-hidden=move || (!named()).then_some("true")></canvas>
    }
}

/// The picture with a cursor. Lines over it are an SVG path in pixels.
#[component]
pub fn Pixels(
    /// What is drawn.
    #[prop(into)]
    raster: Signal<Arc<Raster>>,
    /// Height and width in pixels.
    #[prop(into)]
    size: Signal<(u32, u32)>,
    /// Its name, and what the keys do.
    #[prop(into)]
    label: Signal<String>,
    /// The pixel that is looked at.
    cursor: RwSignal<Option<usize>>,
    /// The pixel that is chosen.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Lines over the picture.
    #[prop(into)]
    lines: Signal<String>,
    /// Strong lines over those.
    #[prop(optional, into)]
    outline: Signal<String>,
    /// Hears what is done.
    act: Callback<(Act, usize)>,
    /// Whether a finger paints instead of scrolling.
    #[prop(optional)]
    paints: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let held = StoredValue::new(false);
    let last = StoredValue::new(None::<usize>);
    let at = move |event: &web_sys::PointerEvent| {
        let edge = node.get_untracked()?.get_bounding_client_rect();
        let (height, width) = size.get_untracked();
        let part = |at: i32, from: f64, of: f64, n: u32| {
            let share = (f64::from(at) - from) / of.max(1.0);
            (0.0..1.0).contains(&share).then(|| (share * f64::from(n)) as usize)
        };
        let row = part(event.client_y(), edge.top(), edge.height(), height)?;
        Some(row * width as usize + part(event.client_x(), edge.left(), edge.width(), width)?)
    };
    let over = move |pixel: Option<usize>| {
        if cursor.get_untracked() != pixel {
            cursor.set(pixel);
            if let Some(pixel) = pixel {
                act.run((Act::Over, pixel));
            }
        }
    };
    let moved = move |event: web_sys::PointerEvent| {
        let Some(pixel) = at(&event) else { return };
        over(Some(pixel));
        if held.get_value() && last.get_value() != Some(pixel) {
            last.set_value(Some(pixel));
            act.run((Act::Drag, pixel));
        }
    };
    let down = move |event: web_sys::PointerEvent| {
        let (0, Some(pixel)) = (event.button(), at(&event)) else { return };
        over(Some(pixel));
        last.set_value(Some(pixel));
        if paints {
            held.set_value(true);
            if let Some(element) = node.get_untracked() {
                // Without capture a stroke ends at the edge; it still paints inside.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            act.run((Act::Pick, pixel));
        }
    };
    // A finger that scrolls the page makes no click.
    let click = move |_| {
        if let (false, Some(pixel)) = (paints, last.get_value()) {
            act.run((Act::Pick, pixel));
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let (height, width) = size.get_untracked();
        let (height, width) = (height as usize, (width as usize).max(1));
        if height == 0 || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let now = cursor.get_untracked().or(chosen.get_untracked()).unwrap_or(height / 2 * width + width / 2);
        let (row, column) = (now / width, now % width);
        let (row, column) = match event.key().as_str() {
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(height - 1), column),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(width - 1)),
            "Home" => (row, 0),
            "End" => (row, width - 1),
            "PageUp" => (0, column),
            "PageDown" => (height - 1, column),
            "Enter" | " " => {
                event.prevent_default();
                cursor.set(Some(now));
                return act.run((Act::Pick, now));
            }
            _ => return,
        };
        event.prevent_default();
        over(Some(row * width + column));
    };
    let boxed = move |pixel: Option<usize>| {
        let (height, width) = size.get();
        let (height, width) = (f64::from(height.max(1)), f64::from(width.max(1)));
        let pixel = pixel? as f64;
        let (row, column) = ((pixel / width).floor(), pixel % width);
        let percent = |part: f64, of: f64| 100.0 * part / of;
        Some(format!(
            "top:{}%;left:{}%;height:{}%;width:{}%",
            percent(row, height),
            percent(column, width),
            percent(1.0, height),
            percent(1.0, width)
        ))
    };
    let mark = move |class: &'static str, pixel: Option<usize>| {
        boxed(pixel).map(|style| view! { <div class=class style=style aria-hidden="true"></div> })
    };
    let frame = move || size.with(|(height, width)| format!("aspect-ratio:{width}/{height}"));
    let view_box = move || size.with(|(height, width)| format!("0 0 {width} {height}"));
    view! {
        <div class="pixels" class:paints=paints node_ref=node style=frame tabindex="0" role="group" aria-label=label
            on:pointermove=moved on:pointerdown=down on:pointerup=move |_| held.set_value(false)
            on:pointercancel=move |_| held.set_value(false) on:pointerleave=move |_| cursor.set(None) on:click=click
            on:keydown=key on:blur=move |_| cursor.set(None)>
            <Picture raster label=String::new()/>
            <svg viewBox=view_box preserveAspectRatio="none" aria-hidden="true"><path d=lines/><path class="strong" d=outline/></svg>
            {move || mark("pixel-chosen", chosen.get())}
            {move || mark("pixel-at", cursor.get())}
        </div>
    }
}

/// Lines between corners as an SVG path.
pub fn path(lines: &[[usize; 4]]) -> String {
    lines.iter().map(|[x0, y0, x1, y1]| format!("M{x0} {y0}L{x1} {y1}")).collect()
}
