//! The run once more, restart after restart: frames that came while it ran, to step, play and scrub through.

use super::desk::Desk;
use super::state::{Shown, Status};
use crate::experiments::Frame;
use crate::report::{Figure, Section, Value};
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// Milliseconds of a frame while it plays; longer for those who want less motion.
const FRAME_MS: u64 = 160;
const CALM_MS: u64 = 800;

/// What the last run showed while it ran.
#[derive(Clone, PartialEq, Default)]
pub struct Played {
    /// [`crate::link::Setup::key`] of the run.
    pub key: String,
    /// Its frames, one restart after another.
    pub frames: Vec<Frame>,
}

/// The frames of what is shown, if they are of its run.
pub fn frames(desk: Desk) -> Memo<Option<Arc<Played>>> {
    Memo::new(move |_| {
        let key = desk.shown.with(|shown| match shown {
            Some(Shown { key, status: Status::Done { .. }, .. }) => Some(key.clone()),
            _ => None,
        })?;
        let played = desk.played.get();
        (played.key == key && !played.frames.is_empty()).then_some(played)
    })
}

/// The section with the images of a frame in place of its own; the section itself after the last frame.
pub fn at(section: Option<&Section>, played: Option<&Played>, position: usize) -> Option<Section> {
    let mut section = section?.clone();
    if let Some(frame) = played.and_then(|played| played.frames.get(position))
        && let Figure::Images { height, width, images, .. } = &mut section.figure
        && frame.len() == images.len() * (*height * *width) as usize
    {
        let values: Vec<f32> = frame.values().collect();
        for ((i, image), pixels) in images.iter_mut().enumerate().zip(values.chunks_exact((*height * *width) as usize))
        {
            image.pixels = pixels.to_vec();
            image.caption = format!("idx: {i}");
        }
    }
    Some(section)
}

/// The controls. Position `frames.len()` is the result.
#[component]
pub fn Player(
    played: Memo<Option<Arc<Played>>>,
    position: RwSignal<usize>,
    /// What a job is.
    #[prop(default = "restart")]
    noun: &'static str,
    /// What is said of a frame's place: job and step.
    #[prop(optional)]
    place: Option<Callback<(usize, u32), String>>,
) -> impl IntoView {
    let n = Memo::new(move |_| played.with(|played| played.as_ref().map_or(0, |played| played.frames.len())));
    let playing = RwSignal::new(None::<u32>);
    let turn = StoredValue::new(0u32);
    // A new run begins with its result.
    Effect::new(move |_| {
        played.track();
        playing.set(None);
        position.set(n.get_untracked());
    });
    let go = move |to: usize| {
        playing.set(None);
        position.set(to.min(n.get_untracked()));
    };
    let pace = move || {
        let calm = window()
            .match_media("(prefers-reduced-motion: reduce)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches());
        Duration::from_millis(if calm { CALM_MS } else { FRAME_MS })
    };
    let toggle = move |_| {
        if playing.get_untracked().is_some() {
            return playing.set(None);
        }
        if position.get_untracked() >= n.get_untracked() {
            position.set(0);
        }
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        playing.set(Some(turn.get_value()));
    };
    // Each frame asks for the next, until somebody presses something else or the card is gone.
    Effect::new(move |_| {
        let Some(mine) = playing.get() else { return };
        position.track();
        let next = move || {
            if playing.try_get_untracked().flatten() != Some(mine) {
                return;
            }
            let to = position.get_untracked() + 1;
            position.set(to.min(n.get_untracked()));
            if to >= n.get_untracked() {
                playing.set(None);
            }
        };
        set_timeout(next, pace());
    });
    let words = move || {
        played
            .with(|played| {
                let played = played.as_ref()?;
                let at = position.get();
                Some(match played.frames.get(at) {
                    Some(frame) if let Some(place) = place => place.run((frame.job, frame.step)),
                    Some(frame) => format!(
                        "Restart {}, iteration {}: inertia {}",
                        frame.job,
                        frame.step,
                        Value::Float(frame.objective).short()
                    ),
                    None => "The result".into(),
                })
            })
            .unwrap_or_else(|| format!("Run it, then go through each {noun} again."))
    };
    let restart = move || played.with(|played| played.as_ref()?.frames.get(position.get()).map(|frame| frame.job));
    let restarts = move || {
        played.with(|played| {
            let mut jobs: Vec<usize> =
                played.iter().flat_map(|played| played.frames.iter().map(|frame| frame.job)).collect();
            jobs.dedup();
            jobs
        })
    };
    let choose = move |event: web_sys::Event| {
        let wanted = event_target_value(&event).parse::<usize>().ok();
        let first =
            played.with_untracked(|played| played.as_ref()?.frames.iter().position(|frame| Some(frame.job) == wanted));
        go(first.unwrap_or(usize::MAX));
    };
    let empty = move || n.get() == 0;
    view! {
        <div class="player" role="group" aria-label="The run once more" data-testid="player">
            <button class="btn tiny" aria-label="Step back" data-testid="player-back" prop:disabled=move || position.get() == 0
                on:click=move |_| go(position.get_untracked().saturating_sub(1))>"‹"</button>
            <button class="btn tiny" data-testid="player-play" prop:disabled=empty aria-label=move || if playing.get().is_some() { "Pause" } else { "Play" }
                on:click=toggle>{move || if playing.get().is_some() { "❚❚" } else { "▶" }}</button>
            <button class="btn tiny" aria-label="Step on" data-testid="player-on" prop:disabled=move || { position.get() >= n.get() }
                on:click=move |_| go(position.get_untracked() + 1)>"›"</button>
            <input type="range" min="0" max=move || n.get().to_string() step="1" aria-label="Frame" prop:disabled=empty aria-valuetext=words data-testid="player-scrub"
                prop:value=move || position.get().to_string()
                on:input=move |event| go(event_target_value(&event).parse().unwrap_or(usize::MAX))/>
            <select aria-label=noun prop:disabled=empty data-testid="player-restart" prop:value=move || restart().map_or_else(String::new, |job| job.to_string()) on:change=choose>
                <option value="">"result"</option>
                <For each=restarts key=|job| *job children=move |job| view! { <option value=job.to_string()>{format!("{noun} {job}")}</option> }/>
            </select>
            <output data-testid="player-words">{words}</output>
        </div>
    }
}
