//! A slider along a path of C: the maps change with it, and a line shows where it is on
//! the curves of accuracy.

use super::figure::{Chart, ImageGrid};
use super::signs::{Choices, Signs};
use crate::decimal;
use crate::report::signed::Ends;
use crate::report::{ColorMap, Figure, Path, Section};
use leptos::prelude::*;
use std::sync::Arc;

/// Steps of the slider from one C to the next.
const FINE: f64 = 10.0;

/// The slider, the curves and the maps.
#[component]
pub fn Along(section: Memo<Option<Section>>) -> impl IntoView {
    let signs = expect_context::<Signs>();
    let path = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Path(path)) => Some(Arc::new(path.clone())),
            _ => None,
        })
    });
    let with = move |pick: &dyn Fn(&Path) -> f64| path.with(|path| path.as_ref().map_or(0.0, |path| pick(path)));
    // At first where the images left out are predicted best.
    let best = |path: &Path| {
        let better =
            |best: usize, at: usize| if path.stops[at].validated > path.stops[best].validated { at } else { best };
        (0..path.stops.len()).fold(0, better) as f64
    };
    let chosen = RwSignal::new(None::<f64>);
    let place = Memo::new(move |_| chosen.get().unwrap_or_else(|| with(&best)).min(with(&Path::last)));
    let drawn = move |figure: Figure| {
        section.with(|section| section.as_ref().map(|section| Section { figure, ..section.clone() }))
    };
    let curves = Memo::new(move |_| drawn(path.with(|path| path.as_ref().map(|path| path.curves(Some(place.get()))))?));
    let maps = Memo::new(move |_| {
        let map = signs.map().unwrap_or(ColorMap::RdYlGn);
        let ends = signs.ends().unwrap_or(Ends::Size);
        let figure = path.with(|path| {
            let path = path.as_ref()?;
            let (height, width) = path.size;
            let images = path.pictures(place.get(), map, ends);
            Some(Figure::Images { height, width, columns: 5, map, low: -1.0, high: 1.0, images })
        });
        drawn(figure?)
    });
    let c = move || format!("C = {:.2e}", with(&|path| path.c(place.get())));
    let words = move || {
        path.with(|path| {
            let path = path.as_ref()?;
            let stop = path.stops.get(place.get().round() as usize)?;
            let all = path.names.len() * (path.size.0 * path.size.1) as usize;
            let between = match place.get().fract() {
                0.0 => String::new(),
                share => {
                    let at = place.get() as usize;
                    let (low, high) = (path.stops.get(at)?.c, path.stops.get(at + 1)?.c);
                    format!("The maps are between two fits: {:.0} % of the way from C = {low:.2e} to {high:.2e}. ", share * 100.0)
                }
            };
            Some(format!(
                "{between}Nearest C of the path {:.2e}: {:.2} % of the images learnt from are predicted right, {:.2} % of those left out of a fold, \
                 {:.2} % of the test; {} of {all} coefficients are not zero.",
                stop.c, stop.learnt * 100.0, stop.validated * 100.0, stop.test * 100.0, stop.n_nonzero
            ))
        })
    };
    let slide = move |event: web_sys::Event| {
        if let Some(value) = decimal::read(&event_target_value(&event)) {
            chosen.set(Some(value / FINE));
        }
    };
    let most = move || with(&|path| path.last() * FINE).to_string();
    let now = move || (place.get() * FINE).round().to_string();
    view! {
        <div class="window-controls">
            <input type="range" min="0" max=most step="1" aria-label="C" aria-valuetext=c data-testid="path-c" prop:value=now on:input=slide/>
            <strong class="score" data-testid="path-at">{c}</strong>
        </div>
        <p class="muted window-words" role="status" data-testid="path-words">{words}</p>
        <Chart section=curves/>
        <ImageGrid section=maps/>
        <Choices ends=true/>
    }
}
