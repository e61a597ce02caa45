//! Small pictures of values, one pixel each, and a pixel of them that is pointed at.

use super::paint::Brush;
use crate::plots::canvas;
use crate::report::ColorMap;
use leptos::html;
use leptos::prelude::*;

/// A small picture of values, one pixel each.
#[component]
pub fn Tile(
    /// Height and width.
    size: Signal<(u32, u32)>,
    /// Row-major values, `(height * width,)`.
    values: Signal<Vec<f32>>,
    /// The values of the first and the last colour.
    range: Signal<(f32, f32)>,
    #[prop(into)] map: Signal<ColorMap>,
    /// What it shows; nothing if it is part of something that has a name.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let brush = Brush::new();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        size.track();
        values.track();
        range.track();
        map.track();
        brush.paint(move || {
            let (height, width) = size.get_untracked();
            let drawn = values.with_untracked(|values| {
                // While a picture of another size is on its way there may be none.
                if values.is_empty() || values.len() != (height * width) as usize {
                    return Ok(());
                }
                canvas::raster(&element, (width, height), values, map.get_untracked(), range.get_untracked())
            });
            if let Err(error) = drawn {
                leptos::logging::error!("a tile: {error}");
            }
        });
    });
    // A picture without a name is part of something that has one.
    let named = move || label.with(|label| !label.is_empty());
    view! {
        <canvas node_ref=node role=move || named().then_some("img") aria-label=move || named().then(|| label.get())
            aria-hidden=move || (!named()).then_some("true") width="6" height="6"></canvas>
    }
}

/// Row and column of a pixel.
pub type At = (u32, u32);

/// Where in an image of `size` (height, width) a pointer is that is over `element`: `(x, y)` in pixels.
pub fn under(event: &web_sys::PointerEvent, element: &web_sys::Element, size: (u32, u32)) -> (f64, f64) {
    let edge = element.get_bounding_client_rect();
    let part = |at: i32, from: f64, of: f64, n: u32| (f64::from(at) - from) / of.max(1.0) * f64::from(n);
    (
        part(event.client_x(), edge.left(), edge.width(), size.1),
        part(event.client_y(), edge.top(), edge.height(), size.0),
    )
}

/// The pixel that an arrow key goes to; `None` for other keys.
pub fn beside(key: &str, (row, column): At, (height, width): (u32, u32)) -> Option<At> {
    Some(match key {
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => ((row + 1).min(height.saturating_sub(1)), column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, (column + 1).min(width.saturating_sub(1))),
        _ => return None,
    })
}

/// Where a frame around one pixel lies over an image of `size`.
pub fn boxed((row, column): At, (height, width): (u32, u32)) -> String {
    let percent = |part: u32, of: u32| 100.0 * f64::from(part) / f64::from(of.max(1));
    format!(
        "top:{}%;left:{}%;height:{}%;width:{}%",
        percent(row, height),
        percent(column, width),
        percent(1, height),
        percent(1, width)
    )
}

/// A picture of which a pixel is chosen: pointed at, or gone to with the arrow keys.
#[component]
pub fn Pointed(
    /// Height and width.
    size: Signal<(u32, u32)>,
    values: Signal<Vec<f32>>,
    range: Signal<(f32, f32)>,
    #[prop(into)] map: Signal<ColorMap>,
    #[prop(into)] label: Signal<String>,
    /// The pixel.
    pixel: RwSignal<Option<At>>,
    /// Whether passing over a pixel is enough to choose it.
    #[prop(optional)]
    hover: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let choose = move |event: web_sys::PointerEvent| {
        let Some(element) = node.get_untracked() else { return };
        let (height, width) = size.get_untracked();
        let (x, y) = under(&event, &element, (height, width));
        let inside = |at: f64, n: u32| at.clamp(0.0, f64::from(n.saturating_sub(1))) as u32;
        let to = Some((inside(y, height), inside(x, width)));
        if pixel.get_untracked() != to {
            pixel.set(to);
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let size = size.get_untracked();
        let from = pixel.get_untracked().unwrap_or((size.0 / 2, size.1 / 2));
        if let Some(to) = beside(&event.key(), from, size) {
            event.prevent_default();
            pixel.set(Some(to));
        }
    };
    let shape = move || {
        let (height, width) = size.get();
        format!("aspect-ratio:{width}/{height}")
    };
    let name = move || format!("{}; the arrow keys go from pixel to pixel", label.get());
    view! {
        <div class="window-frame" node_ref=node style=shape tabindex="0" role="group" aria-label=name data-testid="pixels"
            on:pointerdown=choose on:pointermove=move |event| if hover { choose(event) } on:keydown=key>
            <Tile size values range map label/>
            {move || pixel.get().map(|at| view! { <div class="window-pixel" style=boxed(at, size.get()) aria-hidden="true"></div> })}
        </div>
    }
}
