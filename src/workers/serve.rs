//! The worker's half: load data, do jobs, send ticks, conduct an experiment, read and write files, report a panic.

use super::protocol::{FromWorker, ToWorker};
use super::wire::{Message, pack};
use crate::error::Error;
#[cfg(feature = "compute")]
use crate::experiments::{EXPERIMENTS, Entry, know};
use js_sys::Uint8Array;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Says something to the page.
pub fn post(head: &FromWorker, bodies: &[Uint8Array]) {
    let sent = pack(head, bodies).and_then(|(message, gone)| scope().post_message_with_transfer(&message, &gone));
    if let Err(error) = sent {
        // Nothing else can tell the page, which would wait for ever.
        wasm_bindgen::throw_val(error);
    }
}

/// Answers the page's messages from now on: those that `hear` does not give back.
fn serve(mut hear: impl FnMut(Message<ToWorker>) -> Option<Message<ToWorker>> + 'static) {
    std::panic::set_hook(Box::new(|info| {
        post(&FromWorker::Panicked { message: info.to_string() }, &[]);
    }));
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = match Message::<ToWorker>::read(&event.data()) {
            Ok(message) => message,
            Err(message) => return post(&FromWorker::Panicked { message }, &[]),
        };
        let Some(message) = hear(message) else { return };
        let error = Error::Worker(format!("this module cannot do that: {:?}", message.head));
        post(&FromWorker::Refused(error), &[]);
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
    post(&FromWorker::Ready, &[]);
}

/// The compute module of these experiments.
#[cfg(feature = "compute")]
pub fn compute(entries: &'static [Entry]) {
    know(entries);
    let mut stage = compute::Stage::default();
    serve(move |message| stage.hear(message));
}

/// The module that reads and writes files.
#[cfg(feature = "files")]
pub fn files() {
    let mut desk = files::Desk::default();
    serve(move |message| desk.hear(message));
}

/// One module for everything.
#[cfg(all(feature = "compute", feature = "files"))]
pub fn all() {
    know(EXPERIMENTS);
    let (mut stage, mut desk) = (compute::Stage::default(), files::Desk::default());
    serve(move |message| stage.hear(message).and_then(|message| desk.hear(message)));
}

/// Bytes of this worker's memory.
pub fn memory() -> u32 {
    let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
    buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

thread_local! {
    static CLOCK: RefCell<Option<web_sys::Performance>> = const { RefCell::new(None) };
}

/// Milliseconds since the worker began.
pub fn now() -> f64 {
    CLOCK.with_borrow_mut(|clock| clock.get_or_insert_with(|| scope().performance().unwrap_throw()).now())
}

#[cfg(feature = "compute")]
mod compute {
    //! Jobs, and the conducting of an experiment.

    use super::*;
    use crate::experiments::{Tick, Ticker, Turn, Workplace, encode};
    use crate::python;
    use crate::workers::conduct::{Ear, News, conduct};
    use std::sync::Arc;

    /// Milliseconds between two ticks.
    const TICK_MS: f64 = 100.0;
    /// Milliseconds of a job's turn where others wait. Taking a job up again costs some hundredths of a second.
    const TURN_MS: f64 = 1500.0;

    #[derive(Default)]
    pub struct Stage {
        place: Option<Workplace>,
        ear: Option<Ear>,
    }

    impl Stage {
        /// Answers a message, or gives it back.
        pub fn hear(&mut self, message: Message<ToWorker>) -> Option<Message<ToWorker>> {
            let tell = |ear: &Option<Ear>, news| drop(ear.as_ref().map(|ear| ear.unbounded_send(news)));
            let bytes = |message: &Message<ToWorker>| message.bytes();
            match message.head {
                ToWorker::Load(ref parcel) => match parcel.clone().unpack(bytes(&message)) {
                    Ok(dataset) => self.place = Some(Workplace::new(Arc::new(dataset))),
                    Err(error) => post(&FromWorker::Panicked { message: error.to_string() }, &[]),
                },
                ToWorker::Run { ticket, ref experiment, by_turns } => {
                    self.run(ticket, experiment, by_turns, &bytes(&message));
                }
                ToWorker::Conduct { experiment, values } => match &self.place {
                    Some(place) => self.ear = Some(conduct(&experiment, values, Arc::clone(place.dataset()))),
                    None => post(&FromWorker::Refused(early()), &[]),
                },
                ToWorker::Check { ref experiment, ref values, n_samples, n_features } => {
                    let (n_samples, n_features) = (n_samples as usize, n_features as usize);
                    let fits = Entry::find(experiment).and_then(|entry| entry.check(values, n_samples, n_features));
                    post(&FromWorker::Checked(fits.err()), &[]);
                }
                ToWorker::Script { ref experiment, ref values, ref data, ref link } => {
                    let text = Entry::find(experiment).and_then(|entry| python::script(entry, values, data, link));
                    post(&text.map_or_else(FromWorker::Refused, FromWorker::Script), &[]);
                }
                ToWorker::Ticked { job } => tell(&self.ear, News::Tick(job as usize, bytes(&message))),
                ToWorker::Answered { job } => tell(&self.ear, News::Done(job as usize, bytes(&message))),
                ToWorker::Drawn => tell(&self.ear, News::Drawn),
                ToWorker::Finished(error) => tell(&self.ear, News::Finished(error)),
                _ => return Some(message),
            }
            None
        }

        fn run(&mut self, ticket: u32, experiment: &str, by_turns: bool, job: &[u8]) {
            let answer = Entry::find(experiment).and_then(|entry| {
                let place = self.place.as_mut().ok_or_else(early)?;
                let ends = if by_turns { now() + TURN_MS } else { f64::INFINITY };
                entry.work(job, place, &mut Posting { ticket, last: f64::NEG_INFINITY, ends })
            });
            let memory = memory();
            match answer {
                Ok(Turn::Done(output)) => {
                    post(&FromWorker::Done { ticket, memory }, &[Uint8Array::from(output.as_slice())]);
                }
                Ok(Turn::Rest(job)) => {
                    post(&FromWorker::Rested { ticket, memory }, &[Uint8Array::from(job.as_slice())]);
                }
                Err(error) => post(&FromWorker::Failed { ticket, error }, &[]),
            }
        }
    }

    fn early() -> Error {
        Error::Worker("it was given work before its data".into())
    }

    /// Posts a job's ticks to the page.
    struct Posting {
        ticket: u32,
        last: f64,
        /// When the job's turn ends.
        ends: f64,
    }

    impl Ticker for Posting {
        fn due(&mut self) -> bool {
            now() - self.last >= TICK_MS
        }

        fn tell(&mut self, tick: Tick) {
            self.last = now();
            if let Ok(tick) = encode(&tick) {
                post(&FromWorker::Ticked { ticket: self.ticket }, &[Uint8Array::from(tick.as_slice())]);
            }
        }

        fn tired(&mut self) -> bool {
            self.ends < f64::INFINITY && now() >= self.ends
        }
    }
}

#[cfg(feature = "files")]
mod files {
    //! Files in and out.

    use super::*;
    use crate::data::opened::{self, File, Opened};
    use crate::error::Result;
    use crate::experiments::decode;
    use crate::export;
    use crate::report::Outcome;
    use crate::workers::protocol::Parcel;

    #[derive(Default)]
    pub struct Desk {
        opened: Option<Opened>,
    }

    impl Desk {
        /// Answers a message, or gives it back.
        pub fn hear(&mut self, message: Message<ToWorker>) -> Option<Message<ToWorker>> {
            let bytes = || message.bodies.first().map(Uint8Array::to_vec).unwrap_or_default();
            match message.head {
                ToWorker::Open { names } => {
                    let mut heard = |done, of| {
                        post(&FromWorker::Opening { done: done as u32, of: of as u32 }, &[]);
                    };
                    let file = |(name, body): (String, &Uint8Array)| File { name, bytes: body.to_vec() };
                    let files = names.into_iter().zip(&message.bodies).map(file).collect();
                    answer(opened::open(files, &mut heard), |files| {
                        post(&FromWorker::Opened(Box::new(self.opened.insert(files).preview())), &[]);
                    });
                }
                ToWorker::Take(order) => {
                    let nothing = || Error::Worker("nothing was opened".into());
                    answer(self.opened.as_ref().ok_or_else(nothing).and_then(|opened| opened.arrange(order)), |data| {
                        post(&FromWorker::Taken(Parcel::from(&data)), &[Uint8Array::from(data.images.as_slice())]);
                    });
                }
                ToWorker::PackArrays => packed(decode(&bytes()).and_then(|arrays: Vec<_>| export::arrays(&arrays))),
                ToWorker::PackImages(ref parcel) => {
                    packed(parcel.clone().unpack(bytes()).and_then(|data| export::images(&data)));
                }
                ToWorker::PackReport { configuration, engine, digest, seconds, memory_bytes, workers, parts } => {
                    let text = decode(&bytes()).and_then(|report| {
                        let raw = Vec::new();
                        let outcome = Outcome {
                            configuration,
                            engine,
                            digest,
                            seconds,
                            memory_bytes,
                            workers,
                            parts,
                            report,
                            raw,
                        };
                        serde_json::to_vec_pretty(&outcome).map_err(|e| Error::Data(e.to_string()))
                    });
                    packed(text);
                }
                _ => return Some(message),
            }
            None
        }
    }

    fn answer<T>(result: Result<T>, good: impl FnOnce(T)) {
        match result {
            Ok(value) => good(value),
            Err(error) => post(&FromWorker::Refused(error), &[]),
        }
    }

    fn packed(file: Result<Vec<u8>>) {
        answer(file, |file| post(&FromWorker::Packed, &[Uint8Array::from(file.as_slice())]));
    }
}
