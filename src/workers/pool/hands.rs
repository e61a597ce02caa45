//! Workers: how they are started, what they say, and how they are buried.

use super::clock::now;
use super::{Payload, Pool, with};
use crate::experiments::decode;
use crate::workers::protocol::FromWorker;
use crate::workers::schedule::{BatchId, Event, SlotId, Ticket};
use crate::workers::start::start;
use crate::workers::wire::Message;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// A worker and the closures that listen to it; both end together.
pub(super) struct Handle {
    pub(super) worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
    pub(super) ready: bool,
    pub(super) running: Option<(BatchId, Ticket)>,
    pub(super) last_word: f64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

impl Pool {
    pub(super) fn start_worker(&self, slot: SlotId) {
        let group = self.state.borrow().group;
        let worker = match start(group) {
            Ok(worker) => worker,
            Err(why) => {
                let mut state = self.state.borrow_mut();
                state.last_words = why;
                state.pending.push_back(Event::StartFailed { slot });
                return;
            }
        };
        let pool = Rc::downgrade(&self.state);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let pool = pool.clone();
            move |event: MessageEvent| {
                with(&pool, |pool| pool.hear(slot, &event.data()));
            }
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            with(&pool, |pool| pool.bury(slot, event.message()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        let handle = Handle {
            worker,
            _on_message: on_message,
            _on_error: on_error,
            ready: false,
            running: None,
            last_word: now(),
        };
        self.state.borrow_mut().workers.insert(slot, handle);
    }

    fn hear(&self, slot: SlotId, data: &JsValue) {
        if let Some(handle) = self.state.borrow_mut().workers.get_mut(&slot) {
            handle.last_word = now();
        }
        let message = match Message::<FromWorker>::read(data) {
            Ok(message) => message,
            Err(words) => return self.bury(slot, words),
        };
        let body = message.bodies.into_iter().next();
        match (message.head, body) {
            (FromWorker::Ready, _) => {
                if let Some(handle) = self.state.borrow_mut().workers.get_mut(&slot) {
                    handle.ready = true;
                }
                self.tell(Event::Ready(slot));
            }
            (FromWorker::Ticked { ticket }, Some(body)) => {
                let payload = decode(&body.to_vec()).ok().map(|tick| Payload::Tick(tick, body));
                self.tell_with(Event::Ticked { slot, ticket: Ticket(ticket) }, payload);
            }
            (FromWorker::Done { ticket, memory }, Some(output)) => {
                self.state.borrow_mut().free(slot, memory);
                self.tell_with(Event::Done { slot, ticket: Ticket(ticket) }, Some(Payload::Output(output)));
            }
            (FromWorker::Rested { ticket, memory }, Some(rest)) => {
                self.state.borrow_mut().free(slot, memory);
                self.tell_with(Event::Rested { slot, ticket: Ticket(ticket) }, Some(Payload::Output(rest)));
            }
            (FromWorker::Failed { ticket, error }, _) => {
                self.state.borrow_mut().free(slot, 0);
                self.tell_with(Event::Failed { slot, ticket: Ticket(ticket) }, Some(Payload::Error(error)));
            }
            (FromWorker::Panicked { message }, _) => self.bury(slot, message),
            _ => self.bury(slot, "it speaks of what it was not asked".into()),
        }
    }

    pub(super) fn bury(&self, slot: SlotId, words: String) {
        self.state.borrow_mut().last_words = words;
        self.tell(Event::Died { slot });
    }
}
