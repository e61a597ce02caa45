//! The clock: who is silent for too long, and when workers that nobody needs are let go.

use super::hands::Handle;
use super::{Pool, with};
use crate::workers::schedule::{Event, SlotId};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Seconds after which a worker that has not said `Ready` counts as dead.
const START_PATIENCE: f64 = 20.0;
/// Seconds after which idle workers are let go.
const KEEP_IDLE: f64 = 60.0;
/// Milliseconds between two looks at the clock.
const WATCH_MS: i32 = 250;

/// Looks at the clock until it is dropped.
pub(super) struct Watch {
    id: i32,
    _look: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}

/// Seconds since the page was opened.
pub(super) fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now() / 1000.0)
}

impl Pool {
    /// Looks at the clock now and then while there are workers.
    pub(super) fn watch(&self) {
        let mut state = self.state.borrow_mut();
        if state.watch.is_some() {
            return;
        }
        state.last_look = now();
        let pool = Rc::downgrade(&self.state);
        let look = Closure::<dyn FnMut()>::new(move || with(&pool, |pool| pool.look()));
        let id = web_sys::window().and_then(|window| {
            let function = look.as_ref().unchecked_ref();
            window.set_interval_with_callback_and_timeout_and_arguments_0(function, WATCH_MS).ok()
        });
        state.watch = id.map(|id| Watch { id, _look: look });
    }

    fn look(&self) {
        let silent: Vec<(SlotId, String)> = {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            let now = now();
            // After a sleep of the device every worker seems silent; it was not.
            if now - state.last_look > 5.0 {
                state.workers.values_mut().for_each(|handle| handle.last_word = now);
            }
            state.last_look = now;
            let patience = |handle: &Handle| match (handle.ready, handle.running) {
                (false, _) => Some(START_PATIENCE),
                (true, Some((batch, _))) => state.batches.get(&batch).map(|batch| batch.patience),
                (true, None) => None,
            };
            let over = |handle: &Handle| patience(handle).filter(|limit| now - handle.last_word > *limit);
            let words = |limit: f64| format!("it has not answered for {limit} s. Other settings may need less time.");
            state.workers.iter().filter_map(|(slot, handle)| Some((*slot, words(over(handle)?)))).collect()
        };
        for (slot, words) in silent {
            self.bury(slot, words);
        }
        let release = {
            let state = self.state.borrow();
            state.batches.is_empty() && now() - state.idle_since > KEEP_IDLE
        };
        if release {
            self.tell(Event::Release);
            self.state.borrow_mut().watch = None;
        }
    }
}
