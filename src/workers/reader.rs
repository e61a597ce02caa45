//! A worker of its own for opening files: unpacking 50 MB would block a page for
//! a second. It lives from the files until they are accepted or discarded, and
//! its memory goes with it. Not one of the pool's, which have data and jobs.

use super::protocol::{FromWorker, Parcel, ToWorker};
use super::start::start;
use crate::data::Dataset;
use crate::data::opened::{Order, Preview};
use crate::error::{Error, Result};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::pin::pin;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// Bytes that are copied before the page may draw and listen again.
const PIECE: usize = 4 << 20;

/// Milliseconds after which a worker that has not said `Ready` counts as dead.
const START_PATIENCE_MS: i32 = 20_000;

/// A worker that reads files. Dropping it ends it at once.
pub struct Reader {
    worker: Worker,
    heard: UnboundedReceiver<JsValue>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Reader {
    /// Starts one, and waits until it listens.
    pub async fn start() -> Result<Self> {
        let worker = start()?;
        let (tell, heard) = unbounded();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let tell = tell.clone();
            move |event: MessageEvent| drop(tell.unbounded_send(event.data()))
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            drop(tell.unbounded_send(object(&[("Panicked", object(&[("message", event.message().into())]))])));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let mut reader = Reader { worker, heard, _on_message: on_message, _on_error: on_error };
        let patience = pin!(super::sleep(START_PATIENCE_MS));
        let first = match select(pin!(reader.next()), patience).await {
            Either::Left((first, _)) => first?,
            Either::Right(_) => {
                return Err(Error::Worker("it did not start. Try again, or open the page in another tab.".into()));
            }
        };
        match read(first)? {
            FromWorker::Ready => Ok(reader),
            FromWorker::Panicked { message } => Err(Error::Worker(message)),
            other => Err(unexpected(&other)),
        }
    }

    async fn next(&mut self) -> Result<JsValue> {
        self.heard.next().await.ok_or_else(|| Error::Worker("it fell silent".into()))
    }

    /// Reads files, given as names and contents, which are gone from the page afterwards;
    /// `heard` is told of bytes read, and of how many.
    pub async fn open(&mut self, files: &[(String, Uint8Array)], mut heard: impl FnMut(u32, u32)) -> Result<Preview> {
        // By hand, as `ToWorker::Open` is written: the bytes need not pass through the page's own memory.
        let list: Array =
            files.iter().map(|(name, bytes)| object(&[("name", name.into()), ("bytes", bytes.into())])).collect();
        let buffers: Array = files.iter().map(|(_, bytes)| bytes.buffer()).collect();
        let message = object(&[("Open", object(&[("files", list.into())]))]);
        self.worker.post_message_with_transfer(&message, &buffers).map_err(unsent)?;
        loop {
            match read(self.next().await?)? {
                FromWorker::Opening { done, of } => heard(done, of),
                FromWorker::Opened(preview) => return Ok(preview),
                FromWorker::Refused(error) => return Err(error),
                FromWorker::Panicked { message } => return Err(Error::Worker(message)),
                other => return Err(unexpected(&other)),
            }
        }
    }

    /// The images in that order. Ends the worker.
    pub async fn take(mut self, order: Order) -> Result<Dataset> {
        let message = serde_wasm_bindgen::to_value(&ToWorker::Take(order)).map_err(unread)?;
        self.worker.post_message(&message).map_err(unsent)?;
        let answer = self.next().await?;
        let Some(parcel) = Reflect::get(&answer, &"Taken".into()).ok().filter(JsValue::is_object) else {
            return match read(answer)? {
                FromWorker::Refused(error) => Err(error),
                FromWorker::Panicked { message } => Err(Error::Worker(message)),
                other => Err(unexpected(&other)),
            };
        };
        let images = Reflect::get(&parcel, &"images".into()).unwrap_or_default();
        let images: Uint8Array = images.dyn_into().map_err(|_| Error::Worker("it sent no images".into()))?;
        let _ = Reflect::set(&parcel, &"images".into(), &Uint8Array::new_with_length(0));
        let mut parcel: Parcel = serde_wasm_bindgen::from_value(parcel).map_err(unread)?;
        parcel.images = copied(&images).await;
        parcel.unpack()
    }
}

/// Copies bytes into the page's memory, piece by piece.
async fn copied(bytes: &Uint8Array) -> Vec<u8> {
    let length = bytes.length() as usize;
    let mut all = Vec::with_capacity(length);
    while all.len() < length {
        let end = length.min(all.len() + PIECE);
        let from = all.len();
        all.resize(end, 0);
        bytes.subarray(from as u32, end as u32).copy_to(&mut all[from..]);
        super::breathe().await;
    }
    all
}

fn object(pairs: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in pairs {
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn read(message: JsValue) -> Result<FromWorker> {
    serde_wasm_bindgen::from_value(message).map_err(unread)
}

fn unread(error: serde_wasm_bindgen::Error) -> Error {
    Error::Worker(format!("a message could not be read: {error}"))
}

fn unsent(error: JsValue) -> Error {
    Error::Worker(format!("a message could not be sent: {error:?}"))
}

fn unexpected(message: &FromWorker) -> Error {
    Error::Worker(format!("it answered something else: {message:?}").chars().take(200).collect())
}
