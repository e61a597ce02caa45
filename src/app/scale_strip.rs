//! The colours of a picture's levels in a strip beside it, with the values of its ends: a heat map's colour bar.

use crate::plots::colormap;
use crate::report::{Figure, Section, Value};
use leptos::prelude::*;

/// Colours of the strip; between them it is shaded.
const STEPS: u32 = 8;

/// The strip of a section of pictures, the highest value on top.
#[component]
pub fn ScaleStrip(section: Memo<Option<Section>>) -> impl IntoView {
    move || {
        section.with(|section| {
            let Figure::Images { map, low, high, .. } = section.as_ref()?.figure else { return None };
            let stops = (0..=STEPS).map(|step| {
                let [r, g, b] = colormap::color(map, f64::from(step) / f64::from(STEPS));
                format!("rgb({r} {g} {b})")
            });
            let style = format!("background:linear-gradient(to top,{})", stops.collect::<Vec<_>>().join(","));
            let value = |value: f32| {
                if value.fract() == 0.0 { format!("{value:.0}") } else { Value::Float(value.into()).short() }
            };
            let label = format!("Colours from {} to {}", value(low), value(high));
            Some(view! {
                <div class="scale-strip" role="img" aria-label=label data-testid="scale-strip">
                    <span>{value(high)}</span>
                    <div style=style></div>
                    <span>{value(low)}</span>
                </div>
            })
        })
    }
}
