//! How many principal components an image is put together from: a slider, and the images
//! follow. The sums are done here; nothing asks a worker.

use super::desk::Desk;
use crate::report::{Section, reconstruct};
use leptos::prelude::*;

/// The section from as many components as chosen; as it is while nobody chose, and without a run.
pub fn seen(desk: Desk, section: Memo<Option<Section>>, n: RwSignal<Option<usize>>) -> Memo<Option<Section>> {
    Memo::new(move |_| {
        let fewer = |section: &Section| {
            let n = n.get()?;
            desk.shown.with(|shown| reconstruct::from_first(section, &shown.as_ref()?.report, n))
        };
        section.with(|section| section.as_ref().map(|section| fewer(section).unwrap_or_else(|| section.clone())))
    })
}

/// The slider.
#[component]
pub fn Components(n: RwSignal<Option<usize>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let most = Memo::new(move |_| desk.shown.with(|shown| reconstruct::n_components(&shown.as_ref()?.report)));
    let now = move || most.get().map(|most| n.get().map_or(most, |n| n.min(most)));
    let text = move || now().map_or_else(String::new, |n| n.to_string());
    view! {
        <div class="cut-controls">
            <label class="field">
                "Components"
                <input type="range" class="wide" min="0" step="1" data-testid="n-components" prop:max=move || most.get().unwrap_or(1).to_string()
                    prop:disabled=move || most.get().is_none() prop:value=text
                    on:input=move |event| n.set(event_target_value(&event).parse().ok())/>
            </label>
            <output class="muted">{move || now().map_or("Run to choose how many.".to_string(), |n| n.to_string())}</output>
        </div>
    }
}
