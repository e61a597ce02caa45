//! Centres of k-means: in which colours, and the way they came to be.

use super::desk::Desk;
use super::figure::ImageGrid;
use super::player;
use crate::report::{ColorScale, Section, Value, span};
use leptos::prelude::*;

/// Centres, and the way they came to be.
#[component]
pub fn Centres(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let played = player::frames(desk);
    let position = RwSignal::new(usize::MAX);
    let seen = Memo::new(move |_| {
        played.with(|played| section.with(|section| player::at(section.as_ref(), played.as_deref(), position.get())))
    });
    let scale = move || desk.view.with(|view| view.color_scale.word());
    // The ends as they are, whatever scale they come from.
    let ends = move || {
        let ends = section.with(|section| span::ends(section.as_ref()?, ColorScale::Notebook));
        ends.map(|(low, high)| format!("{} to {}", Value::Float(low.into()).short(), Value::Float(high.into()).short()))
    };
    view! {
        <player::Player played position/>
        <div class="cut-controls">
            <label class="field">
                "Colours span"
                <select data-testid="color-scale" prop:value=scale
                    on:change=move |event| desk.scale_to(ColorScale::of(&event_target_value(&event)).unwrap_or_default())>
                    <option value="notebook">"as the notebook"</option>
                    <option value="levels">"all grey levels"</option>
                    <option value="automatic">"what occurs"</option>
                </select>
            </label>
            <output class="muted" data-testid="ends">{ends}</output>
        </div>
        <ImageGrid section=seen/>
    }
}
