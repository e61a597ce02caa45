//! A blank grid to paint on, and what was painted under a mask.

use super::pixels::{Act, Picture, Pixels};
use crate::labs::Kind;
use crate::plots::overlay::{self, Ink, Raster};
use crate::report::Painted;
use leptos::prelude::*;
use std::sync::Arc;

const RED: [u8; 3] = [0xd6, 0x27, 0x28];
const BLUE: [u8; 3] = [0x1f, 0x77, 0xb4];
const AMBER: [u8; 3] = [0xff, 0xa9, 0x0e];

/// The grid. `draft` is the painting as text, empty while nothing is painted.
#[component]
pub fn Paint(rows: u32, columns: u32, draft: RwSignal<String>) -> impl IntoView {
    let n = (rows * columns) as usize;
    let pixels = Memo::new(move |_| {
        draft.with(|draft| Painted::read(draft, n)).map_or_else(|| vec![false; n], |painted| painted.0)
    });
    let count = move || pixels.with(|pixels| pixels.iter().filter(|on| **on).count());
    let raster = Memo::new(move |_| {
        let ink = |on: &bool| Ink { color: on.then_some(AMBER), sign: 0, unknown: false };
        pixels.with(|pixels| {
            let inks: Vec<Ink> = pixels.iter().map(ink).collect();
            Arc::new(overlay::raster(columns as usize, &inks, None, 1.0))
        })
    });
    let brush = RwSignal::new(2u32);
    // A stroke that begins on a painted pixel takes paint away.
    let (erases, from) = (StoredValue::new(false), StoredValue::new(0usize));
    let dab = move |to: usize| {
        let mut now = Painted(pixels.get_untracked());
        now.stroke(columns as usize, (from.get_value(), to), brush.get_untracked() as usize, !erases.get_value());
        from.set_value(to);
        let text = if now.0.contains(&true) { now.text() } else { String::new() };
        draft.set(text);
    };
    let act = Callback::new(move |(act, pixel): (Act, usize)| match act {
        Act::Over => {}
        Act::Pick => {
            erases.set_value(pixels.with_untracked(|pixels| pixels.get(pixel) == Some(&true)));
            from.set_value(pixel);
            dab(pixel);
        }
        Act::Drag => dab(pixel),
    });
    let cursor = RwSignal::new(None);
    let place = move || {
        let at = cursor.get()?;
        let on = if pixels.with(|pixels| pixels.get(at) == Some(&true)) { "painted" } else { "blank" };
        Some(format!("Row {}, column {}: {on}.", at / columns as usize, at % columns as usize))
    };
    view! {
        <Pixels raster size=Signal::stored((rows, columns)) cursor chosen=Signal::stored(None) lines=String::new() act paints=true
            label="Grid to paint on: arrow keys move, space paints or takes away".to_string()/>
        <p class="files">
            <label class="field">"Brush "
                <select data-testid="brush" prop:value=move || brush.get().to_string()
                    on:change=move |event| brush.set(event_target_value(&event).parse().unwrap_or(2))>
                    {[1, 2, 3].map(|n| view! { <option value=n.to_string() selected=n == 2>{n} " px"</option> }).collect_view()}
                </select>
            </label>
            <button class="btn quiet" type="button" data-testid="clear-paint" on:click=move |_| draft.set(String::new())>"Clear"</button>
            <span class="num" data-testid="painted">{move || format!("{} of {n} pixels", count())}</span>
        </p>
        <p class="sr" aria-live="polite">{place}</p>
    }
}

/// What was painted and the mask, one over the other; `kind` is that of the question.
#[component]
pub fn Compared(painted: Painted, mask: Vec<i8>, kind: &'static Kind) -> impl IntoView {
    let Kind::Paint { columns, key, .. } = kind else { return None };
    let ink = |(on, sign): (&bool, &i8)| {
        let color = match sign {
            0 => AMBER,
            1.. => BLUE,
            _ => RED,
        };
        // A found pixel is drawn strong with its sign; a missed one is pale.
        let pale = color.map(|part| part / 2 + 127);
        Ink {
            color: (*on || *sign != 0).then_some(if *on { color } else { pale }),
            sign: if *on { *sign } else { 0 },
            unknown: false,
        }
    };
    let inks: Vec<Ink> = painted.0.iter().zip(&mask).map(ink).collect();
    let raster: Arc<Raster> = Arc::new(overlay::raster(*columns as usize, &inks, None, 1.0));
    Some(view! {
        <div class="pixels paints compared" data-testid="compared">
            <Picture raster=Signal::stored(raster) label="Your pixels and the mask".to_string()/>
        </div>
        <p class="muted">{key.as_str()}</p>
    })
}
