//! Link, embed snippet, Python script and files of the current setup.

use super::desk::Desk;
use super::later::{self, Piece};
use super::save;
use crate::error::Result;
use crate::experiments::LocalFuture;
use crate::link::{Embed, Setup};
use crate::python;
use crate::report::Outcome;
use crate::workers::Reader;
use js_sys::Uint8Array;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The page's address without its fragment.
fn base() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_string()
}

/// The link of a setup, without the frame it may be shown in.
fn link(setup: &Setup) -> String {
    let bare = Setup { embed: Embed::default(), ..setup.clone() };
    format!("{}{}", base(), bare.fragment())
}

fn snippet(setup: &Setup) -> String {
    let framed = Setup { embed: Embed { on: true, ..Embed::default() }, ..setup.clone() };
    let title = setup.scene().map_or("Digitoscope", |scene| scene.title.as_str());
    format!(
        "<iframe src=\"{}{}\" title=\"{title}\" width=\"100%\" height=\"640\" loading=\"lazy\" \
         allow=\"clipboard-write; fullscreen\" style=\"border:0\"></iframe>",
        base(),
        framed.fragment().replace('&', "&amp;")
    )
}

/// The dialog.
#[component]
pub fn ShareDialog() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if desk.sharing.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !desk.sharing.get() && dialog.open() {
            dialog.close();
        }
    });
    // The event comes a moment after the dialog is gone, and by then it may have been opened again.
    let closed = move |_| {
        if !node.get_untracked().is_some_and(|dialog| dialog.open()) {
            desk.sharing.set(false);
        }
    };
    view! {
        <dialog class="share" node_ref=node aria-labelledby="share-title" data-testid="share-dialog"
            on:close=closed>
            <div class="head">
                <h2 id="share-title">"Share"</h2>
                <span class="space"></span>
                <button class="btn" data-testid="close" on:click=move |_| desk.sharing.set(false)>"Close"</button>
            </div>
            <Show when=move || desk.sharing.get()>
                {later::view(Piece::Share)}
            </Show>
        </dialog>
    }
}

/// What there is to copy and to save.
#[component]
pub fn Offers() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let of_setup = move |make: fn(&Setup) -> String| Signal::derive(move || desk.setup.with(make));
    let failed = RwSignal::new(String::new());
    // Files are written by a worker, and come when they come.
    let hand_out = move |part: &'static str, ending, kind, work: LocalFuture<'static, Result<Uint8Array>>| {
        leptos::task::spawn_local(async move {
            match work.await {
                Ok(bytes) => save::file(&save::name(desk, part, ending), kind, &bytes),
                Err(error) => failed.set(error.to_string()),
            }
        });
    };
    let outcome = move || desk.shown.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.outcome.clone()));
    let json = move |_| {
        if let Some(outcome) = outcome() {
            let work = Box::pin(async move { Reader::pack_report(&outcome).await });
            hand_out("report", "json", "application/json", work);
        }
    };
    let arrays = Memo::new(move |_| {
        let full = |outcome: &Outcome| !outcome.report.arrays.is_empty();
        desk.shown.with(|shown| shown.as_ref().and_then(|shown| shown.outcome.as_deref()).is_some_and(full))
    });
    let npz = move |_| {
        if let Some(outcome) = outcome() {
            let work = Box::pin(async move { Reader::pack_arrays(&outcome.report.arrays).await });
            hand_out("result", "npz", "application/octet-stream", work);
        }
    };
    let images = move |_| {
        let id = desk.setup.with_untracked(|setup| setup.data.clone());
        leptos::task::spawn_local(async move {
            let packed = match desk.dataset(&id).await {
                Ok(data) => Reader::pack_images(&data).await,
                Err(error) => Err(error),
            };
            match packed {
                Ok(bytes) => save::file(&python::npz_name(&id), "application/octet-stream", &bytes),
                Err(error) => failed.set(error.to_string()),
            }
        });
    };
    // The experiment's own module writes the script, so it comes a moment after the dialog.
    let python = RwSignal::new(String::new());
    Effect::new(move |_| {
        let setup = desk.setup.get();
        leptos::task::spawn_local(async move {
            let text = desk.script(&setup).await.unwrap_or_else(|error| format!("# {error}\n"));
            if desk.setup.with_untracked(|now| *now == setup) {
                python.set(text);
            }
        });
    });
    let finished = move || desk.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.outcome.is_some()));
    view! {
        <Copy id="link" label="Link to this experiment" text=of_setup(link)/>
        <Copy id="embed" label="Embed in a course page" text=of_setup(snippet)/>
        <Copy id="python" label="The same in Python" text=python.into()/>
        <h3>"Files"</h3>
        <div class="files">
            <button class="btn" data-testid="save-images" on:click=images>"Images (NPZ)"</button>
            <button class="btn" data-testid="save-npz" prop:disabled=move || !arrays.get() on:click=npz>
                "Result arrays (NPZ)"
            </button>
            <button class="btn" data-testid="save-json" prop:disabled=move || !finished() on:click=json>"Report (JSON)"</button>
        </div>
        <p class="error" role="status">{failed}</p>
    }
}

/// A text to copy: always selectable, since a frame may be denied the clipboard.
#[component]
fn Copy(id: &'static str, label: &'static str, text: Signal<String>) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    let said = RwSignal::new("");
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            let written = JsFuture::from(window().navigator().clipboard().write_text(&text.get_untracked())).await;
            if written.is_ok() {
                said.set("Copied");
            } else if let Some(area) = node.get_untracked() {
                area.select();
                said.set("Press Ctrl + C");
            }
        });
    };
    let rows = move || text.with(|text| text.lines().count()).clamp(2, 12).to_string();
    view! {
        <div class="copy">
            <div class="head">
                <label for=format!("s-{id}")>{label}</label>
                <span class="space"></span>
                <span class="muted" role="status">{said}</span>
                <button class="btn" aria-label=format!("Copy: {label}") on:click=copy>"Copy"</button>
            </div>
            <textarea id=format!("s-{id}") data-testid=format!("s-{id}") node_ref=node readonly rows=rows spellcheck="false"
                prop:value=text></textarea>
        </div>
    }
}
