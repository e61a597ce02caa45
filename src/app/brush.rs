//! A brush on an image: what it passes over, by pointer or with the arrow keys and the space bar.

use super::tile::{At, Tile, beside, under};
use crate::report::ColorMap;
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

/// A picture of probabilities.
#[component]
pub fn Picture(
    size: (u32, u32),
    values: Signal<Vec<f32>>,
    map: ColorMap,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    view! { <Tile size=Signal::stored(size) values range=Signal::stored((0.0, 1.0)) map label/> }
}

/// What a brush is called, and what its strokes do.
#[derive(Clone, Copy)]
pub struct Strokes {
    /// Beginning of the names that tests know it by.
    pub id: &'static str,
    /// What is painted on, and how.
    pub label: &'static str,
    /// The button that turns the brush round.
    pub back: &'static str,
    /// A stroke begins.
    pub begins: Callback<()>,
    /// Passes over these pixels; whether it is turned round.
    pub passes: Callback<(Vec<usize>, bool)>,
    /// What a pixel is, in a word.
    pub says: Callback<usize, &'static str>,
}

/// Where it is painted.
#[component]
pub fn Canvas(strokes: Strokes, size: (u32, u32), pixels: Signal<Vec<f32>>) -> impl IntoView {
    let Strokes { id, label, back, begins, passes, says } = strokes;
    let (height, width) = (size.0 as i32, size.1 as i32);
    let node = NodeRef::<html::Div>::new();
    // Radius in pixels; whether the brush is turned round; the pointer that paints, and where it was.
    let radius = RwSignal::new(1_i32);
    let turned = RwSignal::new(false);
    let painting = RwSignal::new(None::<i32>);
    let last = RwSignal::new((0_i32, 0_i32));
    let cursor = RwSignal::new(None::<At>);
    // The pixels under the brush.
    let dab = move |(row, column): (i32, i32)| {
        let r = radius.get_untracked();
        let around = (-r..=r).flat_map(move |down| (-r..=r).map(move |across| (down, across)));
        around
            .filter(move |(down, across)| down * down + across * across <= r * r + 1)
            .map(move |(down, across)| (row + down, column + across))
            .filter(move |(y, x)| (0..height).contains(y) && (0..width).contains(x))
            .map(move |(y, x)| (y * width + x) as usize)
    };
    let at = move |event: &PointerEvent| {
        let (x, y) = under(event, node.get_untracked()?.as_ref(), size);
        Some((y.floor() as i32, x.floor() as i32))
    };
    // A fast pointer skips pixels: the line between is painted too.
    let stroke = move |to: (i32, i32)| {
        let from = last.get_untracked();
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        let on = |step: i32| (from.0 + (to.0 - from.0) * step / steps, from.1 + (to.1 - from.1) * step / steps);
        passes.run(((0..=steps).flat_map(|step| dab(on(step))).collect(), turned.get_untracked()));
        last.set(to);
    };
    let down = move |event: PointerEvent| {
        let (Some(to), Some(element), 0) = (at(&event), node.get_untracked(), event.button()) else { return };
        event.prevent_default();
        let _ = element.set_pointer_capture(event.pointer_id());
        let _ = element.focus();
        begins.run(());
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
        let from = cursor.get_untracked().unwrap_or((size.0 / 2, size.1 / 2));
        let name = event.key();
        if name == " " || name == "Enter" {
            begins.run(());
            passes.run((dab((from.0 as i32, from.1 as i32)).collect(), turned.get_untracked()));
            cursor.set(Some(from));
        } else if let Some(to) = beside(&name, from, size) {
            cursor.set(Some(to));
        } else {
            return;
        }
        event.prevent_default();
    };
    let frame = move || {
        cursor.get().map(|(row, column)| {
            let r = radius.get();
            let part = |from: i32, of: i32| 100.0 * f64::from(from) / f64::from(of);
            let style = format!(
                "top:{}%;left:{}%;height:{}%;width:{}%",
                part(row as i32 - r, height),
                part(column as i32 - r, width),
                part(2 * r + 1, height),
                part(2 * r + 1, width)
            );
            view! { <div class="window-pixel" style=style aria-hidden="true"></div> }
        })
    };
    let said = move || {
        pixels.track();
        cursor
            .get()
            .map(|(row, column)| format!("Row {row}, column {column}, {}", says.run((row * size.1 + column) as usize)))
    };
    view! {
        <div class="files" role="group" aria-label="Brush">
            <label>
                "Width "
                <input type="range" min="0" max="4" data-testid=format!("{id}-width") prop:value=move || radius.get().to_string()
                    aria-valuetext=move || format!("{} pixels", 2 * radius.get() + 1)
                    on:input=move |event| radius.set(event_target_value(&event).parse().unwrap_or(1))/>
            </label>
            <button class="btn" data-testid=format!("{id}-reveals") aria-pressed=move || turned.get().to_string()
                on:click=move |_| turned.update(|turned| *turned = !*turned)>{back}</button>
        </div>
        <div class="window-frame brush-on" node_ref=node style=format!("aspect-ratio:{width}/{height}") tabindex="0" role="group"
            data-testid=format!("{id}-canvas") aria-label=label
            on:pointerdown=down on:pointermove=moved on:pointerup=up on:pointercancel=up on:keydown=key>
            <Picture size values=pixels map=ColorMap::GrayR label="The image; hidden pixels are grey".to_string()/>
            {frame}
        </div>
        <p class="sr" role="status">{said}</p>
    }
}
