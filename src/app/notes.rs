//! What has to be said: notes on the link, a failed run, and what a screen reader hears.

use super::desk::{Desk, now};
use super::door::Door;
use super::lab::state_words;
use super::state::{RunState, Status};
use crate::data::public;
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

/// A link that uses images which are not here: which, and the way to open them.
#[component]
pub fn MissingData() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let door = expect_context::<Door>();
    let missing = Memo::new(move |_| desk.missing());
    move || {
        missing.get().map(|id| {
            let words = match public::find(&id) {
                Some(set) => format!(
                    "This link uses the data set {id}: {}. It is not here yet; fetch it ({:.1} MB) or open its files.",
                    set.title,
                    set.bytes() as f64 / 1e6
                ),
                None => format!(
                    "This link uses the data set {id}, which somebody opened from files of their own. Open the same files here."
                ),
            };
            view! {
                <div class="card note missing" role="status" data-testid="missing-data">
                    <p>{words}</p>
                    <a class="btn primary" href="#/data" data-testid="open-missing" on:click=move |_| door.come_back()>
                        "Open its files"
                    </a>
                </div>
            }
        })
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
