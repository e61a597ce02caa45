//! A slider along curves: a line stands where it is, and what the curves are there is said.

use super::figure::Chart;
use crate::report::{Curve, Figure, Section, Stroke};
use leptos::prelude::*;

/// Numbers on the x axis that curves have points at.
fn stops(section: &Section) -> Vec<f64> {
    match &section.figure {
        Figure::Curves { curves, .. } => {
            curves.first().map_or(Vec::new(), |curve| curve.points.iter().map(|point| point.0).collect())
        }
        _ => Vec::new(),
    }
}

/// The curves with a line at a stop.
fn at(section: &Section, stop: usize) -> Section {
    let mut section = section.clone();
    if let Figure::Curves { curves, .. } = &mut section.figure
        && let Some(x) = curves.first().and_then(|curve| curve.points.get(stop)).map(|point| point.0)
    {
        let all = curves.iter().flat_map(|curve| &curve.points).map(|point| point.1);
        let (low, high) = all.fold((0.0f64, 0.0f64), |(low, high), y| (low.min(y), high.max(y)));
        curves.push(Curve { name: "here".into(), points: vec![(x, low), (x, high)], stroke: Stroke::Strong });
    }
    section
}

/// The slider, the curves, and their values where it is.
#[component]
pub fn Ending(section: Memo<Option<Section>>) -> impl IntoView {
    let n_stops = Memo::new(move |_| section.with(|section| section.as_ref().map_or(0, |s| stops(s).len())));
    let chosen = RwSignal::new(None::<usize>);
    let last = move || n_stops.get().saturating_sub(1);
    let place = Memo::new(move |_| chosen.get().unwrap_or_else(|| last() / 2).min(last()));
    let drawn = Memo::new(move |_| section.with(|section| section.as_ref().map(|section| at(section, place.get()))));
    let words = move || {
        section.with(|section| {
            let Some(Figure::Curves { x_title, curves, .. }) = section.as_ref().map(|section| &section.figure) else {
                return None;
            };
            let x = curves.first()?.points.get(place.get())?.0;
            let value = |curve: &Curve| Some(format!("{} {:.4}", curve.name, curve.points.get(place.get())?.1));
            let values: Vec<String> = curves.iter().filter_map(value).collect();
            Some(format!("{x_title} {x}: {}.", values.join(", ")))
        })
    };
    let slide = move |event: web_sys::Event| chosen.set(event_target_value(&event).parse().ok());
    view! {
        <div class="window-controls">
            <input type="range" min="0" step="1" aria-label="Number of clusters" data-testid="ending" aria-valuetext=words
                prop:max=move || last().to_string() prop:value=move || place.get().to_string() on:input=slide/>
        </div>
        <p class="muted window-words" role="status" data-testid="ending-words">{words}</p>
        <Chart section=drawn/>
    }
}
