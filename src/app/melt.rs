//! The sweeps of a mixture once more.

use super::desk::Desk;
use super::figure::ImageGrid;
use super::mixed::{Chains, Shared};
use super::player;
use crate::report::Section;
use crate::report::groups::whole;
use crate::report::melting::{self, Melting};
use leptos::prelude::*;

/// Groups that melt together, from frame to frame.
#[component]
pub fn Melt(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Chains { known, .. } = expect_context::<Shared>().chains();
    let played = player::frames(desk);
    let position = RwSignal::new(usize::MAX);
    let n = Memo::new(move |_| {
        known.with(|known| whole(&known.as_ref()?.report.arrays, "rows").map(|rows| rows.len() as u32)).unwrap_or(0)
    });
    let size = Memo::new(move |_| known.with(|known| known.as_ref().map_or((1, 1), |known| known.shape())));
    let seen = Memo::new(move |_| {
        let melted = played.with(|played| {
            let frame = played.as_ref()?.frames.get(position.get())?;
            let melting = Melting::of(&frame.values().collect::<Vec<f32>>())?;
            Some(melting.section(size.get(), frame.job, (frame.step, n.get())))
        });
        melted.or_else(|| section.get())
    });
    let place = Callback::new(move |(chain, step): (usize, u32)| melting::place(chain, step, n.get_untracked()));
    let there = move || played.with(Option::is_some);
    let words = move || seen.with(|seen| seen.as_ref().map(|seen| seen.summary.clone()));
    view! {
        <Show when=there>
            <details data-testid="melt">
                <summary>"Watch the groups melt together"</summary>
                <player::Player played position noun="chain" place/>
                <ImageGrid section=seen/>
                <p class="muted" data-testid="melt-words">{words}</p>
            </details>
        </Show>
    }
}
