//! A strip that says which value a colour is: the lowest, the middle, the highest.

use crate::plots::colormap;
use crate::report::{ColorMap, plain};
use leptos::prelude::*;

/// Colours between which the strip is filled evenly.
const STOPS: u8 = 8;

/// The strip, for colours from one value to another.
#[component]
pub fn ColourBar(
    /// The colours, the value of the first, and of the last.
    scale: Signal<(ColorMap, f64, f64)>,
) -> impl IntoView {
    let fill = move || {
        let (map, ..) = scale.get();
        let stop = |i: u8| {
            let [r, g, b] = colormap::color(map, f64::from(i) / f64::from(STOPS));
            format!(",rgb({r} {g} {b})")
        };
        format!("background:linear-gradient(to right{})", (0..=STOPS).map(stop).collect::<String>())
    };
    let ends = move || {
        let (_, low, high) = scale.get();
        [low, (low + high) / 2.0, high].map(plain)
    };
    let name = move || format!("Colours from {}", ends().join(" to "));
    view! {
        <div class="bar-of-colours" role="img" aria-label=name data-testid="colour-bar">
            <div style=fill></div>
            <p aria-hidden="true">{move || ends().map(|end| view! { <span>{end}</span> }).collect_view()}</p>
        </div>
    }
}
