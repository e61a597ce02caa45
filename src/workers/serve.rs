//! The worker's half: load data, do jobs, send ticks, read files, report a panic.

use super::protocol::{FromWorker, Parcel, ToWorker};
use crate::data::Dataset;
use crate::data::opened::{self, Opened};
use crate::error::Error;
use crate::experiments::{Entry, Tick, Ticker, Workplace, encode};
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Milliseconds between two ticks: ten pictures a second are as many as anybody sees.
const TICK_MS: f64 = 100.0;

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(message: &FromWorker) {
    let sent =
        serde_wasm_bindgen::to_value(message).map_err(JsValue::from).and_then(|value| scope().post_message(&value));
    if let Err(error) = sent {
        // Nothing else can tell the page, which would wait for ever.
        wasm_bindgen::throw_val(error);
    }
}

/// Answers the page's messages from now on.
pub fn serve() {
    std::panic::set_hook(Box::new(|info| {
        post(&FromWorker::Panicked { message: info.to_string() });
    }));
    let mut place: Option<Workplace> = None;
    let mut opened: Option<Opened> = None;
    let listen =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match serde_wasm_bindgen::from_value(event.data()) {
                Ok(ToWorker::Load(parcel)) => match parcel.unpack() {
                    Ok(dataset) => place = Some(Workplace::new(Arc::new(dataset))),
                    Err(error) => post(&FromWorker::Panicked { message: error.to_string() }),
                },
                Ok(ToWorker::Run { ticket, experiment, job }) => post(&run(ticket, &experiment, &job, place.as_mut())),
                Ok(ToWorker::Open { files }) => {
                    let mut heard = |done, of| post(&FromWorker::Opening { done: done as u32, of: of as u32 });
                    match opened::open(files, &mut heard) {
                        Ok(files) => post(&FromWorker::Opened(opened.insert(files).preview())),
                        Err(error) => post(&FromWorker::Refused(error)),
                    }
                }
                Ok(ToWorker::Take(order)) => {
                    let nothing = || Error::Worker("nothing was opened".into());
                    match opened.as_ref().ok_or_else(nothing).and_then(|opened| opened.arrange(order)) {
                        Ok(data) => post_taken(&data),
                        Err(error) => post(&FromWorker::Refused(error)),
                    }
                }
                Err(error) => post(&FromWorker::Panicked { message: format!("a message could not be read: {error}") }),
            }
        });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
    post(&FromWorker::Ready);
}

/// Hands images over without a second copy.
fn post_taken(data: &Dataset) {
    let images = js_sys::Uint8Array::from(data.images.as_slice());
    let sent = serde_wasm_bindgen::to_value(&FromWorker::Taken(Parcel::without_images(data)))
        .map_err(JsValue::from)
        .and_then(|message| {
            let taken = js_sys::Reflect::get(&message, &JsValue::from_str("Taken"))?;
            js_sys::Reflect::set(&taken, &JsValue::from_str("images"), &images)?;
            scope().post_message_with_transfer(&message, &js_sys::Array::of1(&images.buffer()))
        });
    if let Err(error) = sent {
        wasm_bindgen::throw_val(error);
    }
}

fn run(ticket: u32, experiment: &str, job: &[u8], place: Option<&mut Workplace>) -> FromWorker {
    let answer = Entry::find(experiment).and_then(|entry| {
        let place = place.ok_or_else(|| Error::Worker("it was given a job before its data".into()))?;
        entry.work(job, place, &mut Posting { ticket, last: f64::NEG_INFINITY })
    });
    match answer {
        Ok(output) => FromWorker::Done { ticket, output, memory: memory() },
        Err(error) => FromWorker::Failed { ticket, error },
    }
}

/// Bytes of this worker's memory.
fn memory() -> u32 {
    let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
    buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

thread_local! {
    static CLOCK: RefCell<Option<web_sys::Performance>> = const { RefCell::new(None) };
}

fn now() -> f64 {
    CLOCK.with_borrow_mut(|clock| clock.get_or_insert_with(|| scope().performance().unwrap_throw()).now())
}

/// Posts a job's ticks to the page.
struct Posting {
    ticket: u32,
    last: f64,
}

impl Ticker for Posting {
    fn due(&mut self) -> bool {
        now() - self.last >= TICK_MS
    }

    fn tell(&mut self, tick: Tick) {
        self.last = now();
        if let Ok(tick) = encode(&tick) {
            post(&FromWorker::Ticked { ticket: self.ticket, tick });
        }
    }
}
