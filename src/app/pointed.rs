//! The image of a gallery that is pointed at, or gone to with the arrow keys: which it is,
//! what it shows, its cluster and how far it is from the centre.

use super::desk::Desk;
use crate::data::Dataset;
use crate::report::{GalleryRow, Value, facts};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

/// A row of the gallery, and an image in it.
type At = (usize, usize);

/// Where an image's line says what it holds.
fn number(line: &Element, name: &str) -> Option<usize> {
    line.get_attribute(name)?.parse().ok()
}

/// The image under the pointer.
fn under(event: &web_sys::PointerEvent) -> Option<At> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let line = target.closest(".line-of-images").ok()??;
    let step = number(&line, "data-step")?.max(1) as f64;
    let x = f64::from(event.client_x()) - line.get_bounding_client_rect().left();
    let i = (x / step).max(0.0) as usize;
    (i < number(&line, "data-n")?).then_some((number(&line, "data-row")?, number(&line, "data-first")? + i))
}

/// The line that holds an image, and its place there; `None` if it is not drawn.
fn line_of(gallery: &Element, (row, image): At) -> Option<(HtmlElement, usize)> {
    let lines = gallery.query_selector_all(&format!(".line-of-images[data-row=\"{row}\"]")).ok()?;
    (0..lines.length()).find_map(|i| {
        let line: HtmlElement = lines.get(i)?.dyn_into().ok()?;
        let place = image.checked_sub(number(&line, "data-first")?)?;
        (place < number(&line, "data-n")?).then_some((line, place))
    })
}

/// A gallery, and below it what is known of one of its images.
#[component]
pub fn Pointed(rows: Memo<Vec<GalleryRow>>, data: Arc<Dataset>, children: Children) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let frame = NodeRef::<html::Div>::new();
    let at = RwSignal::new(None::<At>);
    let side = data.width as f64 * 2.0;
    let words = move || {
        let Some((row, i)) = at.get() else {
            return "Point at an image, or use the arrow keys: which is it?".to_string();
        };
        let found = rows.with(|rows| rows.get(row).and_then(|row| Some((*row.images.get(i)?, row.title.clone()))));
        let Some((image, title)) = found else { return String::new() };
        let digit = data.labels.get(image as usize).map_or("?", |label| data.class_names[usize::from(*label)].as_str());
        let mut words = format!("Image {image}, a {digit}; ");
        desk.shown.with(|shown| {
            let Some(report) = shown.as_ref().map(|shown| &shown.report) else { return };
            let known = facts::of(report, image);
            words += &known.cluster.map_or(title, |cluster| format!("cluster {cluster}"));
            words += &match known.distance {
                Some(distance) => format!("; {} from its centre.", Value::Float(distance).short()),
                None if facts::wanting(report) => ". Run to see how far it is from its centre.".into(),
                None => ".".into(),
            };
        });
        words
    };
    let go = move |to: At| {
        at.set(Some(to));
        let line = frame.get_untracked().and_then(|frame| line_of(&frame, to));
        if let Some((line, _)) = line {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            line.scroll_into_view_with_scroll_into_view_options(&options);
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let length = |row: usize| rows.with_untracked(|rows| rows.get(row).map_or(0, |row| row.images.len()));
        let n_rows = rows.with_untracked(Vec::len);
        let (row, i) = at.get_untracked().unwrap_or((0, 0));
        let (row, i) = match event.key().as_str() {
            "ArrowLeft" => (row, i.saturating_sub(1)),
            "ArrowRight" => (row, i + 1),
            "ArrowUp" => (row.saturating_sub(1), i),
            "ArrowDown" => ((row + 1).min(n_rows.saturating_sub(1)), i),
            "Home" => (row, 0),
            "End" => (row, usize::MAX),
            _ => return,
        };
        event.prevent_default();
        go((row, i.min(length(row).saturating_sub(1))));
    };
    // The mark lies over the gallery, not in it: a line has no closures of its own.
    let width = super::figure::width_of(frame);
    let mark = move || {
        width.track();
        let frame = frame.get()?;
        let (line, place) = line_of(&frame, at.get()?)?;
        let (outer, inner) = (frame.get_bounding_client_rect(), line.get_bounding_client_rect());
        let step = number(&line, "data-step")? as f64;
        let (left, top) = (inner.left() - outer.left() + step * place as f64, inner.top() - outer.top());
        Some(
            view! { <div class="mark" style=format!("left:{left}px;top:{top}px;width:{side}px;height:{side}px")></div> },
        )
    };
    view! {
        <div class="pointed" node_ref=frame tabindex="0" role="group" aria-label="Images; the arrow keys go from one to the next"
            data-testid="gallery" on:keydown=key on:pointermove=move |event| if let Some(to) = under(&event) { at.set(Some(to)) }
            on:pointerdown=move |event| if let Some(to) = under(&event) { at.set(Some(to)) }>
            {children()}
            {mark}
        </div>
        <p class="reading muted" class:held=move || at.get().is_some() aria-live="polite" data-testid="pointed">{words}</p>
    }
}
