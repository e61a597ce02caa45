//! The image of a gallery or a strip that is pointed at, or gone to with the arrow keys: which it is, what it shows, its
//! cluster, how far it is from the centre, and the image that looks most like it.

use super::desk::Desk;
use super::strip::Strip;
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

/// Images in a row of a line: a strip has rows, a line of a gallery is one.
fn across(line: &Element) -> usize {
    number(line, "data-across").unwrap_or(usize::MAX)
}

/// The image under the pointer.
fn under(event: &web_sys::PointerEvent) -> Option<At> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let line = target.closest("[data-first]").ok()??;
    let step = number(&line, "data-step")?.max(1) as f64;
    let (edge, across) = (line.get_bounding_client_rect(), across(&line));
    let x = ((f64::from(event.client_x()) - edge.left()) / step).max(0.0) as usize;
    let i = match across {
        usize::MAX => x,
        across => ((f64::from(event.client_y()) - edge.top()) / step).max(0.0) as usize * across + x.min(across - 1),
    };
    (i < number(&line, "data-n")?).then_some((number(&line, "data-row")?, number(&line, "data-first")? + i))
}

/// The line that holds an image, and its place there; `None` if it is not drawn.
fn line_of(gallery: &Element, (row, image): At) -> Option<(HtmlElement, usize)> {
    let lines = gallery.query_selector_all(&format!("[data-first][data-row=\"{row}\"]")).ok()?;
    (0..lines.length()).find_map(|i| {
        let line: HtmlElement = lines.get(i)?.dyn_into().ok()?;
        let place = image.checked_sub(number(&line, "data-first")?)?;
        (place < number(&line, "data-n")?).then_some((line, place))
    })
}

/// How long a pointer rests on an image before its neighbour is looked for.
const REST: std::time::Duration = std::time::Duration::from_millis(120);

/// The image that looks most like image `image`, a little after it is asked for: of 70,000 images that takes a frame.
fn neighbour(image: Signal<Option<u32>>, data: Arc<Dataset>) -> RwSignal<Option<(u32, f64)>> {
    let found = RwSignal::new(None);
    Effect::new(move |_| {
        let asked = image.get();
        found.set(None);
        let Some(asked) = asked else { return };
        let data = Arc::clone(&data);
        let look = move || {
            if image.try_get_untracked() == Some(Some(asked))
                && let Some((nearest, distance)) = data.nearest(asked as usize)
            {
                let _ = found.try_set(Some((nearest as u32, distance)));
            }
        };
        set_timeout(look, REST);
    });
    found
}

/// A gallery, and below it what is known of one of its images.
#[component]
pub fn Pointed(
    rows: Memo<Vec<GalleryRow>>,
    data: Arc<Dataset>,
    /// Whether rows are the clusters that count, whatever the run's own are.
    #[prop(optional)]
    own_rows: bool,
    children: Children,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let frame = NodeRef::<html::Div>::new();
    let at = RwSignal::new(None::<At>);
    let side = data.width as f64 * 2.0;
    let found = Memo::new(move |_| {
        let (row, i) = at.get()?;
        rows.with(|rows| rows.get(row).and_then(|row| Some((*row.images.get(i)?, row.title.clone()))))
    });
    let image = Signal::derive(move || found.with(|found| found.as_ref().map(|(image, _)| *image)));
    let nearest = neighbour(image, Arc::clone(&data));
    let here = StoredValue::new(Arc::clone(&data));
    let digit = move |image: u32| {
        here.with_value(|data| match data.labels.get(image as usize) {
            Some(label) => data.class_names[usize::from(*label)].clone(),
            None => "?".into(),
        })
    };
    let words = move || {
        if at.with(Option::is_none) {
            return "Point at an image, or use the arrow keys: which is it?".to_string();
        }
        let Some((image, title)) = found.get() else { return String::new() };
        let mut words = format!("Image {image}, a {}; ", digit(image));
        desk.shown.with(|shown| {
            let Some(report) = shown.as_ref().map(|shown| &shown.report) else { return };
            let known = facts::of(report, image);
            words += &known.cluster.filter(|_| !own_rows).map_or(title, |cluster| format!("cluster {cluster}"));
            let far = |distance: f64| Value::Float(distance).short();
            words += &match (known.distance, known.second) {
                (Some(distance), Some((other, further))) => {
                    format!("; {} from its centre, {} from that of cluster {other}.", far(distance), far(further))
                }
                (Some(distance), None) => format!("; {} from its centre.", far(distance)),
                (None, _) if facts::wanting(report) => ". Run to see how far it is from its centre.".into(),
                _ => ".".into(),
            };
        });
        if let Some((other, distance)) = nearest.get() {
            let far = Value::Float(distance).short();
            words += &format!(" Nearest to it is image {other}, a {}, {far} grey levels away.", digit(other));
        }
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
        let (row, column) = (place / across(&line), place % across(&line));
        let left = inner.left() - outer.left() + step * column as f64;
        let top = inner.top() - outer.top() + step * row as f64;
        let side = side.min(step);
        Some(
            view! { <div class="mark" style=format!("left:{left}px;top:{top}px;width:{side}px;height:{side}px")></div> },
        )
    };
    let pair = Signal::derive(move || image.get().into_iter().chain(nearest.get().map(|(other, _)| other)).collect());
    view! {
        <div class="pointed" node_ref=frame tabindex="0" role="group" aria-label="Images; the arrow keys go from one to the next"
            data-testid="gallery" on:keydown=key on:pointermove=move |event| if let Some(to) = under(&event) { at.set(Some(to)) }
            on:pointerdown=move |event| if let Some(to) = under(&event) { at.set(Some(to)) }>
            {children()}
            {mark}
        </div>
        <div class="reading muted" class:held=move || at.get().is_some()>
            <Show when=move || nearest.with(Option::is_some)>
                <Strip data=Signal::derive(move || Some(here.get_value())) images=pair across=Signal::stored(2)/>
            </Show>
            <p aria-live="polite" data-testid="pointed">{words}</p>
        </div>
    }
}
