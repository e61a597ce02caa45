//! The page's half: carries out what the schedule decides, with real workers.

use super::conductor::News as Heard;
use super::protocol::{FromWorker, Parcel, ToWorker};
use super::schedule::{Action, BatchId, BatchOutcome, DataKey, Event, Failure, JobOutcome, Schedule, SlotId, Ticket};
use super::start::{cannot_start, start};
use super::wire::{Message, pack};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::experiments::{Entry, Tick, decode};
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// Seconds after which a worker that has not said `Ready` counts as dead.
const START_PATIENCE: f64 = 20.0;
/// Seconds after which idle workers are let go.
const KEEP_IDLE: f64 = 60.0;
/// Workers that start before it is known how many jobs there are.
const AT_ONCE: u32 = 2;
/// Milliseconds between two looks at the clock.
const WATCH_MS: i32 = 250;

/// A pool of workers, shared by everything on the page.
#[derive(Clone)]
pub struct Pool {
    state: Rc<RefCell<State>>,
}

struct State {
    schedule: Schedule,
    workers: BTreeMap<SlotId, Handle>,
    batches: BTreeMap<BatchId, Batch>,
    data: BTreeMap<DataKey, Arc<Dataset>>,
    next_batch: u32,
    /// Events that came up while actions were carried out.
    pending: VecDeque<Event>,
    /// Why the worker died whose death is being told.
    last_words: String,
    memory: BTreeMap<SlotId, u32>,
    watch: Option<Watch>,
    last_look: f64,
    idle_since: f64,
    n_workers: u32,
    /// The compute module of its workers.
    group: &'static str,
}

/// A worker and the closures that listen to it; both end together.
struct Handle {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
    ready: bool,
    running: Option<(BatchId, Ticket)>,
    last_word: f64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

struct Batch {
    experiment: &'static str,
    jobs: Vec<Uint8Array>,
    patience: f64,
    news: VecDeque<News>,
    error: Option<Error>,
    waker: Option<Waker>,
}

/// What the future of a batch is told.
enum News {
    Tick(usize, Tick, Uint8Array),
    Done(usize, Uint8Array),
    Finished(Result<()>),
}

struct Watch {
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

fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now() / 1000.0)
}

impl Pool {
    /// A pool that starts up to `max_workers` workers when there is work.
    pub fn new(max_workers: u32) -> Self {
        let state = State {
            schedule: Schedule::new(max_workers),
            workers: BTreeMap::new(),
            batches: BTreeMap::new(),
            data: BTreeMap::new(),
            next_batch: 0,
            pending: VecDeque::new(),
            last_words: String::new(),
            memory: BTreeMap::new(),
            watch: None,
            last_look: now(),
            idle_since: now(),
            n_workers: max_workers,
            group: "",
        };
        Pool { state: Rc::new(RefCell::new(state)) }
    }

    /// Most workers that it starts.
    pub fn max_workers(&self) -> u32 {
        self.state.borrow().n_workers
    }

    /// Jobs of an experiment are about to come: starts as many workers as any run keeps busy, while they are made.
    pub fn expect(&self, entry: &'static Entry) {
        {
            let mut state = self.state.borrow_mut();
            if state.group != entry.group {
                state.turn_to(entry.group);
            }
            state.idle_since = now();
        }
        self.watch();
        self.tell(Event::Expected { n_workers: AT_ONCE });
    }

    /// Peak bytes of the memory of all workers of the current batch together.
    pub fn memory(&self) -> u64 {
        self.state.borrow().memory.values().map(|bytes| u64::from(*bytes)).sum()
    }

    /// Carries out `jobs` of an experiment on `dataset`; `heard` is told of each output. Dropping the future cancels
    /// them.
    pub async fn carry_out(
        &self,
        entry: &'static Entry,
        dataset: &Arc<Dataset>,
        jobs: Vec<Uint8Array>,
        patience: f64,
        heard: &mut dyn FnMut(Heard),
    ) -> Result<()> {
        let batch = self.submit(entry, dataset, jobs, patience);
        let guard = CancelOnDrop { pool: self, batch };
        loop {
            let news = poll_fn(|context| {
                let mut state = self.state.borrow_mut();
                let Some(batch) = state.batches.get_mut(&guard.batch) else {
                    return Poll::Ready(News::Finished(Err(Error::Cancelled)));
                };
                match batch.news.pop_front() {
                    Some(news) => Poll::Ready(news),
                    None => {
                        batch.waker = Some(context.waker().clone());
                        Poll::Pending
                    }
                }
            })
            .await;
            match news {
                News::Tick(job, tick, body) => heard(Heard::Tick(job, tick, body)),
                News::Done(job, output) => heard(Heard::Done(job, output)),
                News::Finished(outcome) => return outcome,
            }
        }
    }

    fn submit(&self, entry: &'static Entry, dataset: &Arc<Dataset>, jobs: Vec<Uint8Array>, patience: f64) -> BatchId {
        let (batch, key, n_jobs) = {
            let mut state = self.state.borrow_mut();
            if state.group != entry.group {
                state.turn_to(entry.group);
            }
            let key = state.key_of(dataset);
            let batch = BatchId(state.next_batch);
            state.next_batch = state.next_batch.wrapping_add(1);
            let (experiment, n_jobs, news) = (entry.id, jobs.len() as u32, VecDeque::new());
            state.batches.insert(batch, Batch { experiment, jobs, patience, news, error: None, waker: None });
            (batch, key, n_jobs)
        };
        self.watch();
        self.tell(Event::Submitted { batch, key, n_jobs });
        batch
    }

    /// Tells the schedule what happened, and does what it answers.
    fn tell(&self, event: Event) {
        self.tell_with(event, None);
    }

    fn tell_with(&self, event: Event, mut payload: Option<Payload>) {
        let mut event = Some(event);
        while let Some(current) = event {
            let actions = self.state.borrow_mut().schedule.on(current);
            for action in actions {
                self.act(action, &mut payload);
            }
            event = self.state.borrow_mut().pending.pop_front();
        }
    }

    fn act(&self, action: Action, payload: &mut Option<Payload>) {
        match action {
            Action::Start(slot) => self.start_worker(slot),
            Action::Replace { old, new } => {
                self.state.borrow_mut().stop(old);
                self.start_worker(new);
            }
            Action::Stop(slot) => self.state.borrow_mut().stop(slot),
            Action::Load { slot, key } => {
                let sent = self.state.borrow().load(slot, key);
                self.sent(slot, sent);
            }
            Action::Run { slot, batch, job, ticket, by_turns } => {
                let sent = self.state.borrow_mut().run(slot, batch, job, ticket, by_turns);
                self.sent(slot, sent);
            }
            Action::Tell { batch, job } => {
                if let Some(Payload::Tick(tick, body)) = payload.take() {
                    self.state.borrow_mut().news(batch, News::Tick(job as usize, tick, body));
                }
            }
            Action::Keep { batch, job } => {
                if let Some(Payload::Output(rest)) = payload.take()
                    && let Some(batch) = self.state.borrow_mut().batches.get_mut(&batch)
                {
                    batch.jobs[job as usize] = rest;
                }
            }
            Action::Answer { batch, job, outcome } => {
                let mut state = self.state.borrow_mut();
                match (outcome, payload.take()) {
                    (JobOutcome::Done, Some(Payload::Output(output))) => {
                        state.news(batch, News::Done(job as usize, output));
                    }
                    (JobOutcome::Failed, Some(Payload::Error(error))) => {
                        // Of several, the schedule lets the first in order win.
                        if let Some(batch) = state.batches.get_mut(&batch) {
                            batch.error = Some(error);
                        }
                    }
                    _ => {}
                }
            }
            Action::Finish { batch, outcome } => {
                let mut state = self.state.borrow_mut();
                let words = state.last_words.clone();
                let error = state.batches.get_mut(&batch).and_then(|batch| batch.error.take());
                let outcome = match outcome {
                    BatchOutcome::Complete => Ok(()),
                    BatchOutcome::Cancelled => Err(Error::Cancelled),
                    BatchOutcome::Failed(Failure::Job(_)) => {
                        Err(error.unwrap_or_else(|| Error::Worker("a job failed without a reason".into())))
                    }
                    BatchOutcome::Failed(Failure::Worker(_)) => Err(Error::Worker(words)),
                    BatchOutcome::Failed(Failure::CannotStart) => Err(cannot_start(&words)),
                };
                state.idle_since = now();
                state.news(batch, News::Finished(outcome));
            }
        }
    }

    /// A message that could not be sent means a worker that cannot be used.
    fn sent(&self, slot: SlotId, sent: Result<()>) {
        if let Err(error) = sent {
            let mut state = self.state.borrow_mut();
            state.last_words = error.to_string();
            state.pending.push_back(Event::Died { slot });
        }
    }

    fn start_worker(&self, slot: SlotId) {
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

    fn bury(&self, slot: SlotId, words: String) {
        self.state.borrow_mut().last_words = words;
        self.tell(Event::Died { slot });
    }

    /// Looks at the clock now and then while there are workers.
    fn watch(&self) {
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

/// What an event brought along.
enum Payload {
    Tick(Tick, Uint8Array),
    Output(Uint8Array),
    Error(Error),
}

fn with(state: &Weak<RefCell<State>>, act: impl FnOnce(&Pool)) {
    if let Some(state) = state.upgrade() {
        act(&Pool { state });
    }
}

struct CancelOnDrop<'a> {
    pool: &'a Pool,
    batch: BatchId,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.pool.tell(Event::Cancelled { batch: self.batch });
        self.pool.state.borrow_mut().batches.remove(&self.batch);
    }
}

impl State {
    /// Lets all workers go: those that come know other experiments. Nobody waits for what they do, since only one run
    /// goes on at a time.
    fn turn_to(&mut self, group: &'static str) {
        self.workers.clear();
        self.memory.clear();
        self.batches.clear();
        self.schedule = Schedule::new(self.n_workers);
        self.group = group;
    }

    /// The key of a data set; the same one for the same content.
    fn key_of(&mut self, dataset: &Arc<Dataset>) -> DataKey {
        if let Some((key, _)) = self.data.iter().find(|(_, known)| known.sha256 == dataset.sha256) {
            return *key;
        }
        let key = DataKey(self.data.keys().last().map_or(0, |last| last.0 + 1));
        self.data.insert(key, Arc::clone(dataset));
        key
    }

    fn stop(&mut self, slot: SlotId) {
        self.workers.remove(&slot);
        self.memory.remove(&slot);
    }

    /// Its job is over, or rests; memory only ever grows.
    fn free(&mut self, slot: SlotId, memory: u32) {
        if let Some(handle) = self.workers.get_mut(&slot) {
            handle.running = None;
            let known = self.memory.entry(slot).or_default();
            *known = memory.max(*known);
        }
    }

    fn load(&self, slot: SlotId, key: DataKey) -> Result<()> {
        let gone = || Error::Worker("the data set is gone".into());
        let data = self.data.get(&key).ok_or_else(gone)?;
        // One copy, out of the page's memory and over to the worker: of 70,000 images a second would be felt.
        let images = Uint8Array::from(data.images.as_slice());
        self.say(slot, &ToWorker::Load(Parcel::from(&**data)), images)
    }

    fn run(&mut self, slot: SlotId, batch: BatchId, job: u32, ticket: Ticket, by_turns: bool) -> Result<()> {
        let (Some(handle), Some(jobs)) = (self.workers.get_mut(&slot), self.batches.get_mut(&batch)) else {
            return Ok(());
        };
        handle.running = Some((batch, ticket));
        handle.last_word = now();
        let experiment = jobs.experiment.to_string();
        // What is left of a job that rests takes its place.
        let job = std::mem::take(&mut jobs.jobs[job as usize]);
        self.say(slot, &ToWorker::Run { ticket: ticket.0, experiment, by_turns }, job)
    }

    fn say(&self, slot: SlotId, head: &ToWorker, body: Uint8Array) -> Result<()> {
        let Some(handle) = self.workers.get(&slot) else { return Ok(()) };
        let sent =
            pack(head, &[body]).and_then(|(message, gone)| handle.worker.post_message_with_transfer(&message, &gone));
        sent.map_err(|e| Error::Worker(format!("a message could not be sent: {e:?}")))
    }

    fn news(&mut self, batch: BatchId, news: News) {
        if let Some(batch) = self.batches.get_mut(&batch) {
            batch.news.push_back(news);
            if let Some(waker) = batch.waker.take() {
                waker.wake();
            }
        }
    }
}
