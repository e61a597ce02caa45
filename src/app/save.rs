//! Files to take away: pictures, tables, results, images.

use super::desk::Desk;
use crate::plots::{self, Theme, canvas};
use crate::report::{Figure, Section};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

/// Hands a text to the visitor as a file.
pub fn text(name: &str, kind: &str, text: &str) {
    file(name, kind, &js_sys::Uint8Array::from(text.as_bytes()));
}

/// Hands a file to the visitor.
pub fn file(name: &str, kind: &str, bytes: &js_sys::Uint8Array) {
    let parts = js_sys::Array::of1(bytes);
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    if let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) {
        blob_file(name, &blob);
    }
}

fn blob_file(name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The download has begun by the time the browser gets to the next task.
    let later = Closure::once_into_js(move || {
        let _ = Url::revoke_object_url(&url);
    });
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(later.unchecked_ref(), 10_000);
}

/// `2-kmeans-centres-k12.png`: lab, figure, what differs from the preset.
pub fn name(desk: Desk, part: &str, ending: &str) -> String {
    let setup = desk.setup.get_untracked();
    let place = match &setup.place {
        crate::link::Place::Scene { scene, .. } => scene.clone(),
        crate::link::Place::Bench { experiment } => experiment.clone(),
        crate::link::Place::Home | crate::link::Place::Data => "digitoscope".into(),
    };
    let mut name = format!("{place}-{part}");
    for (key, value) in setup.changes() {
        name += &format!("-{key}-{value}");
    }
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    format!("{}.{ending}", &safe[..safe.len().min(80)])
}

/// The files of one figure.
#[component]
pub fn SaveMenu(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let charted = Memo::new(move |_| section.with(|s| s.as_ref().is_some_and(|s| plots::drawable(&s.figure))));
    let pictured = Memo::new(move |_| {
        section.with(|s| {
            s.as_ref()
                .is_some_and(|s| !matches!(s.figure, Figure::Numbers(_) | Figure::Gallery { .. } | Figure::Linear(_)))
        })
    });
    let csv = move |_| {
        section.with_untracked(|section| {
            if let Some(section) = section {
                text(&name(desk, &section.id, "csv"), "text/csv", &section.figure.table().csv());
            }
        });
    };
    let svg = move |_| {
        section.with_untracked(|section| {
            let Some(section) = section else { return };
            match plots::svg(&section.figure, 800.0, Theme::LIGHT) {
                Ok(drawing) => text(&name(desk, &section.id, "svg"), "image/svg+xml", &drawing),
                Err(error) => leptos::logging::error!("{error}"),
            }
        });
    };
    let png = move |_| section.with_untracked(|section| section.iter().for_each(|section| save_png(desk, section)));
    view! {
        <details class="menu">
            <summary class="btn quiet" data-testid="save">"Save"</summary>
            <div class="menu-items">
                <Show when=move || pictured.get()><button class="btn quiet" on:click=png>"PNG picture"</button></Show>
                <Show when=move || charted.get()><button class="btn quiet" on:click=svg>"SVG picture"</button></Show>
                <button class="btn quiet" data-testid="save-csv" on:click=csv>"CSV table"</button>
            </div>
        </details>
    }
}

fn save_png(desk: Desk, section: &Section) {
    let Ok(element) = document().create_element("canvas") else { return };
    let element: HtmlCanvasElement = element.unchecked_into();
    let drawn = if plots::drawable(&section.figure) {
        canvas::chart(&section.figure, &element, 1200.0, Theme::LIGHT)
    } else {
        canvas::sheet(&element, &section.figure, Theme::LIGHT)
    };
    if let Err(error) = drawn {
        return leptos::logging::error!("{error}");
    }
    let name = name(desk, &section.id, "png");
    let ready = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            blob_file(&name, &blob);
        }
    });
    let _ = element.to_blob(ready.unchecked_ref());
}
