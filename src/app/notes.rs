//! What has to be said: notes on the link, a failed run, and what a screen reader hears.

use super::desk::{Desk, RunState, Status, now};
use super::lab::state_words;
use crate::error::Error;
use leptos::prelude::*;

/// Seconds between two announcements of a running computation.
const QUIET_MS: f64 = 5_000.0;

/// Notes on what of the link could not be understood.
#[component]
pub fn Notes() -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <Show when=move || desk.notes.with(|notes| !notes.is_empty())>
            <div class="notes card note" role="status" data-testid="notes">
                <p><strong>"Not all of this link could be understood."</strong></p>
                <ul>{move || desk.notes.get().into_iter().map(|note| view! { <li>{note.to_string()}</li> }).collect_view()}</ul>
                <button class="btn" on:click=move |_| desk.notes.set(Vec::new())>"Dismiss"</button>
            </div>
        </Show>
    }
}

/// A failed run: what happened, what is kept, what to do.
#[component]
pub fn ErrorCard() -> impl IntoView {
    let desk = expect_context::<Desk>();
    move || {
        let RunState::Failed(error, link) = desk.run.get() else { return None };
        let kept =
            if desk.shown.with(Option::is_some) { "The result below is kept; it is not of this run." } else { "" };
        let broken = matches!(error, Error::Worker(_)).then(|| {
            view! {
                <p>
                    "This should not have happened. The link that repeats it: "
                    <a data-testid="error-link" href=link.clone()>{link.clone()}</a>
                </p>
            }
        });
        Some(view! {
            <div class="card failed" role="alert" data-testid="error-card">
                <h2>"The run failed"</h2>
                <p>{error.to_string()}</p>
                {broken}
                <p class="muted">{kept}</p>
                <button class="btn" data-testid="retry" on:click=move |_| desk.start()>"Try again"</button>
            </div>
        })
    }
}

/// What a screen reader hears: beginnings and ends at once, progress now and then.
#[component]
pub fn Spoken() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let spoken = RwSignal::new(String::new());
    let last = StoredValue::new((0.0f64, false));
    Effect::new(move |_| {
        let busy = desk.run.with(RunState::busy);
        let (at, was_busy) = last.get_value();
        if busy && was_busy && now() - at < QUIET_MS {
            return;
        }
        last.set_value((now(), busy));
        let words = desk.run.with(state_words);
        if !words.is_empty() {
            spoken.set(words);
        } else if was_busy {
            let done = desk.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.status.clone()));
            spoken.set(match done {
                Some(Status::Done { identical: true }) => "Done, identical to the saved result.".into(),
                Some(Status::Done { .. }) => "Done.".into(),
                _ => "Stopped.".into(),
            });
        }
    });
    view! { <div class="sr" role="status" aria-live="polite" data-testid="spoken">{spoken}</div> }
}
