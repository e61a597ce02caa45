//! A worker outside the pool, and what it says, in the order in which it says it. Dropping it ends it at once.

use super::protocol::{FromWorker, ToWorker};
use super::start::{cannot_start, start};
use super::wire::{Message, pack};
use crate::error::{Error, Result};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use js_sys::Uint8Array;
use std::pin::pin;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// Milliseconds after which a worker that has not said `Ready` counts as dead.
const START_PATIENCE_MS: i32 = 20_000;

/// One worker with one task.
pub struct Companion {
    worker: Worker,
    heard: UnboundedReceiver<Result<Message<FromWorker>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Companion {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Companion {
    /// Starts one with that module, and waits until it listens.
    pub async fn start(module: &str) -> Result<Self> {
        let worker = start(module).map_err(|why| cannot_start(&why))?;
        let (tell, heard) = unbounded();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let tell = tell.clone();
            move |event: MessageEvent| drop(tell.unbounded_send(Message::read(&event.data()).map_err(Error::Worker)))
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            drop(tell.unbounded_send(Err(Error::Worker(event.message()))));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        let mut companion = Companion { worker, heard, _on_message: on_message, _on_error: on_error };
        let patience = pin!(super::sleep(START_PATIENCE_MS));
        let first = match select(pin!(companion.next()), patience).await {
            Either::Left((first, _)) => first?,
            Either::Right(_) => {
                return Err(Error::Worker("it did not start. Try again, or open the page in another tab.".into()));
            }
        };
        match first.head {
            FromWorker::Ready => Ok(companion),
            other => Err(unexpected(&other)),
        }
    }

    /// Says something; the bodies are gone from here afterwards.
    pub fn say(&self, head: &ToWorker, bodies: &[Uint8Array]) -> Result<()> {
        let sent =
            pack(head, bodies).and_then(|(message, gone)| self.worker.post_message_with_transfer(&message, &gone));
        sent.map_err(|error| Error::Worker(format!("a message could not be sent: {error:?}")))
    }

    /// Says something as soon as the page is drawn as it stands now.
    pub fn say_when_drawn(&self, head: &ToWorker) -> Result<()> {
        let cannot = |error: JsValue| Error::Worker(format!("a message could not be made: {error:?}"));
        let ((message, _), worker) = (pack(head, &[]).map_err(cannot)?, self.worker.clone());
        wasm_bindgen_futures::spawn_local(async move {
            super::drawn().await;
            // Where it has ended meanwhile nobody hears it.
            let _ = worker.post_message(&message);
        });
        Ok(())
    }

    /// What it says next; a panic is an error.
    pub async fn next(&mut self) -> Result<Message<FromWorker>> {
        let message = self.heard.next().await.ok_or_else(|| Error::Worker("it fell silent".into()))??;
        match message.head {
            FromWorker::Panicked { message } => Err(Error::Worker(message)),
            _ => Ok(message),
        }
    }
}

/// It said something that was not to be expected.
pub fn unexpected(message: &FromWorker) -> Error {
    match message {
        FromWorker::Refused(error) | FromWorker::Failed { error, .. } => error.clone(),
        other => Error::Worker(format!("it answered something else: {other:?}").chars().take(200).collect()),
    }
}
