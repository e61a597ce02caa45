//! The fragment and the desk: the address bar opens setups, and changed setups
//! are written to it.

use super::desk::Desk;
use crate::link::{Place, Setup};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// Opens the address now and whenever it changes, Back and Forward included.
pub fn follow(desk: Desk) {
    let open = move || {
        let hash = location_hash().unwrap_or_default();
        desk.open(&hash);
        let title = desk.setup.with_untracked(|setup| match setup.scene() {
            Some(scene) => format!("{} · Digitoscope", scene.title),
            None if setup.place == Place::Data => "Data · Digitoscope".to_string(),
            None => setup.entry().map_or_else(
                || "Digitoscope: look inside handwritten digits".to_string(),
                |entry| format!("{} · Digitoscope", entry.title),
            ),
        });
        document().set_title(&title);
    };
    open();
    let change = window_event_listener(leptos::ev::hashchange, move |_| {
        // A link inside the page that goes nowhere else, such as the skip link, is no setup.
        if location_hash().is_some_and(|hash| hash.is_empty() || hash.starts_with('/')) {
            open();
        }
    });
    let back = window_event_listener(leptos::ev::popstate, move |_| open());
    on_cleanup(move || {
        change.remove();
        back.remove();
    });
}

/// Writes a setup to the address bar in place of the last one.
pub fn replace(setup: &Setup) {
    if let Ok(history) = window().history() {
        // An address that cannot be written is not worth an error: the page works without.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&setup.fragment()));
    }
}

/// Writes a setup to the address bar as a new step; inside another page, whose
/// Back button is not ours, in place of the last one.
pub fn push(setup: &Setup) {
    let Ok(history) = window().history() else { return };
    let fragment = setup.fragment();
    let framed = window().parent().ok().flatten().is_some_and(|parent| parent != window());
    // An address that cannot be written is not worth an error: the page works without.
    let _ = if framed {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&fragment))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(&fragment))
    };
}
