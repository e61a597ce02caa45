//! Chains that go on: from where a run was stopped, for more sweeps, or from a file.

use super::desk::Desk;
use super::save;
use super::state::{RunState, Shown, Status};
use crate::experiments::{CHAINS, Saved};
use crate::link;
use crate::report::groups::whole;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

/// Sweeps that one press adds.
const MORE: u32 = 5;

/// Sweeps at most.
const MOST: u32 = 1000;

/// Largest file that is read: chains of twenty times 70,000 images are smaller.
const LARGEST: f64 = 64e6;

/// Minutes that the notebook took.
const NOTEBOOK: &str = "156.39 minutes";

/// Buttons under the traces of the chains.
#[component]
pub fn Keep() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let refused = RwSignal::new(String::new());
    // Sweeps done and asked for, of what can be gone on with.
    let at = Memo::new(move |_| desk.shown.with(|shown| shown.as_ref().and_then(sweeps)));
    let busy = move || desk.run.with(RunState::busy);
    let text = move || {
        let seconds = desk.spent();
        desk.shown.with_untracked(|shown| shown.as_ref().and_then(|s| Saved::text(&s.key, &s.report.arrays, seconds)))
    };
    let store = move |_| {
        if let Some(text) = text() {
            save::text(&save::name(desk, "chains", "json"), "application/json", &text);
        }
    };
    // A pause waits for the end of the sweep, so that nothing is lost; Cancel does not.
    let pausing = RwSignal::new(None::<u32>);
    let busy_now = Memo::new(move |_| busy());
    // What is shown before a run shows something is of another one.
    let under_way = Memo::new(move |_| {
        let partial = |shown: &&Shown| matches!(shown.status, Status::Partial(..));
        desk.shown.with(|shown| sweeps(shown.as_ref().filter(partial)?)).map_or(0, |(done, _)| done)
    });
    Effect::new(move |_| {
        if !busy_now.get() {
            pausing.set(None);
        } else if pausing.get().is_some_and(|from| under_way.get() > from) {
            desk.stop();
        }
    });
    let go = move |_| {
        if busy_now.get_untracked() {
            pausing.set(Some(under_way.get_untracked()));
            return;
        }
        let (Some(text), Some((done, asked))) = (text(), at.get_untracked()) else { return };
        // The very settings of these chains, whatever the controls say by now.
        let setup = desk.shown.with_untracked(|shown| shown.as_ref().map(|shown| link::open(&shown.key).setup));
        setup.into_iter().flat_map(|setup| setup.values).for_each(|(name, value)| desk.change(&name, &value));
        if done >= asked {
            desk.change("n_iter", &(done + MORE).min(MOST).to_string());
        }
        desk.start_from(CHAINS, text, desk.spent());
    };
    let load = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        refused.set(String::new());
        desk.unread.set(String::new());
        leptos::task::spawn_local(async move {
            let Some(file) = file else { return };
            if file.size() > LARGEST {
                let size = file.size() / 1e6;
                refused.set(format!(
                    "{}: {size:.0} MB are more than {:.0} MB. Choose a file of chains.",
                    file.name(),
                    LARGEST / 1e6
                ));
                return;
            }
            match JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
                Some(text) if text.trim().is_empty() => {
                    refused.set(format!("{}: it is empty. Choose a file of chains.", file.name()));
                }
                Some(text) => {
                    let seconds = seconds_of(&text);
                    desk.start_from(CHAINS, text, seconds);
                    desk.loaded.set_value(desk.run.with_untracked(RunState::busy));
                }
                None => refused.set(format!("{}: it cannot be read. Choose a file of chains.", file.name())),
            }
            // The same file may be chosen again.
            input.set_value("");
        });
    };
    let words = move || {
        let (done, asked) = at.get()?;
        let took = desk.shown.with(|shown| {
            let shown = shown.as_ref().filter(|shown| matches!(shown.status, Status::Done { .. }))?;
            let seconds = shown.outcome.as_ref()?.seconds;
            Some(format!(" It took {seconds:.1} s (the notebook, on 14,131 images: {NOTEBOOK})."))
        });
        let from_file = if desk.loaded.get_value() { ", which were loaded from a file," } else { "" };
        Some(format!("The chains{from_file} have done {done} of {asked} sweeps.{}", took.unwrap_or_default()))
    };
    let label = move || match at.get() {
        _ if busy() && pausing.get().is_some() => "Pausing after this sweep…".to_string(),
        _ if busy() => "Pause".into(),
        Some((done, asked)) if done < asked => "Go on".into(),
        Some((done, _)) if done + MORE > MOST => format!("{} more sweeps", MOST.saturating_sub(done)),
        _ => format!("{MORE} more sweeps"),
    };
    view! {
        <div class="keep" data-testid="keep">
            <p class="muted" data-testid="keep-words">{words}</p>
            <p class="files">
                <button class="btn" data-testid="keep-go" prop:disabled=move || if busy() { pausing.get().is_some() } else { at.get().is_none_or(|(done, _)| done >= MOST) } on:click=go>{label}</button>
                <button class="btn" data-testid="keep-save" prop:disabled=move || busy() || at.get().is_none() on:click=store>"Save the chains"</button>
                <label class="btn file-btn">
                    "Load chains"
                    <input type="file" class="sr" accept=".json,application/json" data-testid="keep-load" prop:disabled=busy on:change=load/>
                </label>
            </p>
            <p class="error" role="status" data-testid="keep-refused">{move || desk.unread.with(|unread| refused.get() + unread)}</p>
        </div>
    }
}

/// The seconds that a file of chains tells of; 0 if it tells of none.
fn seconds_of(text: &str) -> f64 {
    let told = js_sys::JSON::parse(text).and_then(|file| js_sys::Reflect::get(&file, &"seconds".into()));
    told.ok().and_then(|seconds| seconds.as_f64()).filter(|seconds| *seconds > 0.0).unwrap_or(0.0)
}

/// Sweeps that the chains of a report have done, and that were asked for.
fn sweeps(shown: &Shown) -> Option<(u32, u32)> {
    let trace = shown.report.arrays.iter().find(|array| array.name == "trace")?;
    whole(&shown.report.arrays, "rows")?;
    let asked = link::open(&shown.key).setup.value("n_iter")?.parse().ok()?;
    Some((trace.shape.get(1)?.saturating_sub(1), asked))
}
