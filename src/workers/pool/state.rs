//! What the pool knows: its workers, the batches that they do, and the data sets.

use super::clock::{Watch, now};
use super::hands::Handle;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::experiments::Tick;
use crate::workers::protocol::{Parcel, ToWorker};
use crate::workers::schedule::{BatchId, DataKey, Event, Schedule, SlotId, Ticket};
use crate::workers::wire::pack;
use js_sys::Uint8Array;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;

/// All of it.
pub(super) struct State {
    pub(super) schedule: Schedule,
    pub(super) workers: BTreeMap<SlotId, Handle>,
    pub(super) batches: BTreeMap<BatchId, Batch>,
    pub(super) data: BTreeMap<DataKey, Arc<Dataset>>,
    pub(super) next_batch: u32,
    /// Events that came up while actions were carried out.
    pub(super) pending: VecDeque<Event>,
    /// Why the worker died whose death is being told.
    pub(super) last_words: String,
    pub(super) memory: BTreeMap<SlotId, u32>,
    pub(super) watch: Option<Watch>,
    pub(super) last_look: f64,
    pub(super) idle_since: f64,
    pub(super) n_workers: u32,
    /// The compute module of its workers.
    pub(super) group: &'static str,
}

/// The jobs of one stage of a run, and what has been heard of them.
pub(super) struct Batch {
    pub(super) experiment: &'static str,
    pub(super) jobs: Vec<Uint8Array>,
    pub(super) patience: f64,
    pub(super) news: VecDeque<News>,
    pub(super) error: Option<Error>,
    pub(super) waker: Option<Waker>,
}

/// What the future of a batch is told.
pub(super) enum News {
    Tick(usize, Tick, Uint8Array),
    Done(usize, Uint8Array),
    Finished(Result<()>),
}

impl State {
    /// Of a pool that has no workers yet.
    pub(super) fn new(max_workers: u32) -> Self {
        State {
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
        }
    }

    /// Lets all workers go: those that come know other experiments. Nobody waits for what they do, since only one run
    /// goes on at a time.
    pub(super) fn turn_to(&mut self, group: &'static str) {
        self.workers.clear();
        self.memory.clear();
        self.batches.clear();
        self.schedule = Schedule::new(self.n_workers);
        self.group = group;
    }

    /// The key of a data set; the same one for the same content.
    pub(super) fn key_of(&mut self, dataset: &Arc<Dataset>) -> DataKey {
        if let Some((key, _)) = self.data.iter().find(|(_, known)| known.sha256 == dataset.sha256) {
            return *key;
        }
        let key = DataKey(self.data.keys().last().map_or(0, |last| last.0 + 1));
        self.data.insert(key, Arc::clone(dataset));
        key
    }

    pub(super) fn stop(&mut self, slot: SlotId) {
        self.workers.remove(&slot);
        self.memory.remove(&slot);
    }

    /// Its job is over, or rests; memory only ever grows.
    pub(super) fn free(&mut self, slot: SlotId, memory: u32) {
        if let Some(handle) = self.workers.get_mut(&slot) {
            handle.running = None;
            let known = self.memory.entry(slot).or_default();
            *known = memory.max(*known);
        }
    }

    pub(super) fn load(&self, slot: SlotId, key: DataKey) -> Result<()> {
        let gone = || Error::Worker("the data set is gone".into());
        let data = self.data.get(&key).ok_or_else(gone)?;
        // One copy, out of the page's memory and over to the worker: of 70,000 images a second would be felt.
        let images = Uint8Array::from(data.images.as_slice());
        self.say(slot, &ToWorker::Load(Parcel::from(&**data)), images)
    }

    pub(super) fn run(&mut self, slot: SlotId, batch: BatchId, job: u32, ticket: Ticket, by_turns: bool) -> Result<()> {
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

    pub(super) fn say(&self, slot: SlotId, head: &ToWorker, body: Uint8Array) -> Result<()> {
        let Some(handle) = self.workers.get(&slot) else { return Ok(()) };
        let sent =
            pack(head, &[body]).and_then(|(message, gone)| handle.worker.post_message_with_transfer(&message, &gone));
        sent.map_err(|e| Error::Worker(format!("a message could not be sent: {e:?}")))
    }

    pub(super) fn news(&mut self, batch: BatchId, news: News) {
        if let Some(batch) = self.batches.get_mut(&batch) {
            batch.news.push_back(news);
            if let Some(waker) = batch.waker.take() {
                waker.wake();
            }
        }
    }
}
