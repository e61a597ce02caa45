//! Light, dark, or as the system has it.

use super::desk::Desk;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

const KEY: &str = "digitoscope-theme";

/// The next of auto, light, dark.
pub fn cycle(desk: Desk) {
    let next = match chosen().as_deref() {
        None => "light",
        Some("light") => "dark",
        _ => "auto",
    };
    // In a sandboxed frame there is no storage, and reading it throws.
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, next);
    }
    set(desk, Some(next));
}

/// What the visitor chose; `None` for the system's.
fn chosen() -> Option<String> {
    document().document_element()?.get_attribute("data-theme")
}

/// Shows a theme by name.
pub fn set(desk: Desk, name: Option<&str>) {
    let Some(root) = document().document_element() else { return };
    let _ = match name {
        Some(name @ ("light" | "dark")) => root.set_attribute("data-theme", name),
        _ => root.remove_attribute("data-theme"),
    };
    refresh(desk);
}

fn refresh(desk: Desk) {
    let system = || {
        let query = window().match_media("(prefers-color-scheme: dark)");
        query.ok().flatten().is_some_and(|query| query.matches())
    };
    desk.dark.set(match chosen().as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => system(),
    });
}

/// Follows the link's theme, the stored one and the system's.
pub fn follow(desk: Desk) {
    let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
    set(desk, stored.as_deref());
    let wanted = Memo::new(move |_| desk.setup.with(|setup| setup.embed.theme.clone()));
    Effect::new(move |_| {
        if let Some(theme) = wanted.get() {
            set(desk, Some(&theme));
        }
    });
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let changed = Closure::<dyn FnMut()>::new(move || refresh(desk));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        changed.forget();
    }
}

/// The visitor's choice in words, for the button.
pub fn name(desk: Desk) -> &'static str {
    desk.dark.track();
    match chosen().as_deref() {
        Some("dark") => "dark",
        Some("light") => "light",
        _ => "as the system",
    }
}
