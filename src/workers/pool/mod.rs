//! The page's half: carries out what the schedule decides, with real workers.

mod clock;
mod hands;
mod state;

use super::conductor::News as Heard;
use super::schedule::{Action, BatchId, BatchOutcome, Event, Failure, JobOutcome, SlotId};
use super::start::cannot_start;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::experiments::{Entry, Tick};
use clock::now;
use js_sys::Uint8Array;
use state::{Batch, News, State};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::Poll;

/// Workers that start before it is known how many jobs there are.
const AT_ONCE: u32 = 2;

/// A pool of workers, shared by everything on the page.
#[derive(Clone)]
pub struct Pool {
    state: Rc<RefCell<State>>,
}

impl Pool {
    /// A pool that starts up to `max_workers` workers when there is work.
    pub fn new(max_workers: u32) -> Self {
        let state = State::new(max_workers);
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
