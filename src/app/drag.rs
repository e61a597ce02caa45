//! A line that is dragged with a pointer: who holds it.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, PointerEvent};

/// The pointer that holds a line, if one does.
#[derive(Clone, Copy)]
pub struct Drag(RwSignal<Option<i32>>);

impl Drag {
    /// A line that nobody holds.
    pub fn new() -> Self {
        Drag(RwSignal::new(None))
    }

    /// Whether somebody holds it.
    pub fn held(self) -> bool {
        self.0.with(Option::is_some)
    }

    /// A pointer takes the line, which is what `selector` finds around the event.
    pub fn take(self, event: &PointerEvent, selector: &str) {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let part: HtmlElement = event_target(event);
        let line = part.closest(selector).ok().flatten().unwrap_or(part.unchecked_into());
        // Without capture a fast drag would lose the line; it still follows inside.
        let _ = line.set_pointer_capture(event.pointer_id());
        let _ = line.unchecked_ref::<HtmlElement>().focus();
        self.0.set(Some(event.pointer_id()));
    }

    /// Whether `event` is of the pointer that holds the line.
    pub fn follows(self, event: &PointerEvent) -> bool {
        let follows = self.0.get_untracked() == Some(event.pointer_id());
        if follows {
            event.stop_propagation();
        }
        follows
    }

    /// Nobody holds it any more.
    pub fn drop(self) {
        self.0.set(None);
    }
}
