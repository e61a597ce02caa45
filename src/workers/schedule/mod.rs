//! Which worker does what, as a state machine without browser, clock or data.
//!
//! The pool tells [`Schedule::on`] what happened and carries out the actions it
//! gets back; so every interleaving can be played natively. Three rules keep the
//! machine small:
//!
//! * **An id is used once.** A [`SlotId`] names one worker, not a place: its
//!   replacement has another id. A message of a terminated worker therefore
//!   names nobody and is ignored, and so is one about a [`Ticket`] that is over.
//! * **Cancel, failure and death are one mechanism**: the workers in question
//!   are terminated. New ones are started in their place only if jobs wait
//!   (phones have little memory); otherwise the next batch starts them, or
//!   the word that one is about to come.
//! * **Nothing is tried twice.** A job whose worker died ends its batch. Only
//!   starting a worker is repeated, [`MAX_STILLBORN`] times in a row.
//!
//! Batches are served first come, first served, and jobs dealt out in order; a
//! job that has had its turn rests behind those that had none. Which error a batch reports does not depend on the number of workers: when a
//! job fails, those before it are still awaited, and the first in order wins.

mod events;

use std::collections::VecDeque;
use std::mem;

pub use events::{Action, BatchId, BatchOutcome, DataKey, Event, Failure, JobOutcome, SlotId, Ticket};

/// Workers in a row that may die before they were ready; then no more are started.
///
/// Pool-wide, because what blocks one worker (a content security policy, no
/// memory) blocks the next, and each attempt may cost the watchdog's patience.
/// The count begins anew when a worker gets ready, when one that was ready is
/// given up, and with a batch submitted while no other is at hand.
pub const MAX_STILLBORN: u32 = 3;

/// The state of the pool.
#[derive(Debug)]
pub struct Schedule {
    max_slots: usize,
    /// The living workers, oldest first.
    slots: Vec<Slot>,
    /// The batches at hand, oldest first.
    batches: VecDeque<Batch>,
    next_slot: u32,
    next_ticket: u32,
    stillborn: u32,
    /// Workers that this event put an end to; emptied by `staff`.
    leaving: Vec<SlotId>,
    /// The answer to this event; emptied by `on`.
    actions: Vec<Action>,
}

#[derive(Debug)]
struct Slot {
    id: SlotId,
    state: State,
    loaded: Option<DataKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Idle,
    Busy { ticket: Ticket, batch: BatchId, job: u32 },
}

#[derive(Debug)]
struct Batch {
    id: BatchId,
    key: DataKey,
    n_jobs: u32,
    /// Jobs `0..n_dealt` were given to workers.
    n_dealt: u32,
    /// Of these, those that rest, in the order in which they are taken up again.
    resting: VecDeque<u32>,
    /// Jobs answered with a result.
    n_done: u32,
    /// The first job in order, of those answered so far, that returned an error.
    failed: Option<u32>,
}

impl Batch {
    fn n_waiting(&self) -> u32 {
        let fresh = if self.failed.is_some() { 0 } else { self.n_jobs - self.n_dealt };
        fresh + self.resting.len() as u32
    }

    /// The job whose turn it is.
    fn next(&mut self) -> Option<u32> {
        if self.failed.is_some() || self.n_dealt == self.n_jobs {
            return self.resting.pop_front();
        }
        self.n_dealt += 1;
        Some(self.n_dealt - 1)
    }
}

impl Schedule {
    /// A pool without workers that will start `max_slots` at most (one if 0).
    pub fn new(max_slots: u32) -> Self {
        Schedule {
            max_slots: max_slots.max(1) as usize,
            slots: Vec::new(),
            batches: VecDeque::new(),
            next_slot: 0,
            next_ticket: 0,
            stillborn: 0,
            leaving: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Takes note of `event`; returns what to do about it, which is nothing when
    /// the event is stale. An event that comes up while the actions are carried
    /// out (a worker that cannot be made) waits until they all are.
    pub fn on(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Submitted { batch, key, n_jobs } => self.submit(batch, key, n_jobs),
            Event::Expected { n_workers } => self.expect(n_workers),
            Event::Ready(slot) => self.welcome(slot),
            Event::Ticked { slot, ticket } => {
                if let Some((_, batch, job)) = self.find_run(slot, ticket) {
                    self.actions.push(Action::Tell { batch, job });
                }
            }
            Event::Done { slot, ticket } => self.answer(slot, ticket, JobOutcome::Done),
            Event::Rested { slot, ticket } => self.rest(slot, ticket),
            Event::Failed { slot, ticket } => self.answer(slot, ticket, JobOutcome::Failed),
            Event::Died { slot } | Event::StartFailed { slot } => self.bury(slot),
            Event::Cancelled { batch } => self.finish(batch, BatchOutcome::Cancelled),
            Event::Release => self.dismiss(|state| state == State::Idle),
        }
        self.deal();
        self.staff();
        mem::take(&mut self.actions)
    }

    fn submit(&mut self, id: BatchId, key: DataKey, n_jobs: u32) {
        if self.batches.iter().any(|batch| batch.id == id) {
            return;
        }
        if self.batches.is_empty() {
            self.stillborn = 0;
        }
        self.batches.push_back(Batch {
            id,
            key,
            n_jobs,
            n_dealt: 0,
            resting: VecDeque::new(),
            n_done: 0,
            failed: None,
        });
        if n_jobs == 0 {
            self.finish(id, BatchOutcome::Complete);
        }
    }

    fn expect(&mut self, n_workers: u32) {
        if self.batches.is_empty() {
            self.stillborn = 0;
        }
        let n_workers = self.max_slots.min(n_workers as usize);
        while self.stillborn < MAX_STILLBORN && self.slots.len() < n_workers {
            let new = self.enlist();
            self.actions.push(Action::Start(new));
        }
    }

    fn welcome(&mut self, id: SlotId) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.id == id && slot.state == State::Starting) {
            slot.state = State::Idle;
            self.stillborn = 0;
        }
    }

    /// The place in `slots`, the batch and the job of a ticket that is not over.
    fn find_run(&self, id: SlotId, ticket: Ticket) -> Option<(usize, BatchId, u32)> {
        self.slots.iter().enumerate().find_map(|(place, slot)| match slot.state {
            State::Busy { ticket: current, batch, job } if slot.id == id && current == ticket => {
                Some((place, batch, job))
            }
            _ => None,
        })
    }

    fn rest(&mut self, slot: SlotId, ticket: Ticket) {
        let Some((place, id, job)) = self.find_run(slot, ticket) else { return };
        self.slots[place].state = State::Idle;
        if let Some(batch) = self.batches.iter_mut().find(|batch| batch.id == id) {
            batch.resting.push_back(job);
            self.actions.push(Action::Keep { batch: id, job });
        }
    }

    fn answer(&mut self, slot: SlotId, ticket: Ticket, outcome: JobOutcome) {
        let Some((place, id, job)) = self.find_run(slot, ticket) else { return };
        self.slots[place].state = State::Idle;
        self.actions.push(Action::Answer { batch: id, job, outcome });
        let Some(batch) = self.batches.iter_mut().find(|batch| batch.id == id) else { return };
        match outcome {
            JobOutcome::Done => batch.n_done += 1,
            _ => {
                let first = batch.failed.map_or(job, |first| first.min(job));
                batch.failed = Some(first);
                batch.resting.retain(|job| *job < first);
            }
        }
        let rests = !batch.resting.is_empty();
        let complete = batch.n_done == batch.n_jobs;
        if let Some(first) = batch.failed {
            // Jobs after the failed one cannot matter any more; one before it may fail, too.
            self.dismiss(|state| matches!(state, State::Busy { batch, job, .. } if batch == id && job > first));
            if !rests && !self.slots.iter().any(|slot| matches!(slot.state, State::Busy { batch, .. } if batch == id)) {
                self.finish(id, BatchOutcome::Failed(Failure::Job(first)));
            }
        } else if complete {
            self.finish(id, BatchOutcome::Complete);
        }
    }

    fn bury(&mut self, id: SlotId) {
        let Some(place) = self.slots.iter().position(|slot| slot.id == id) else { return };
        let slot = self.slots.remove(place);
        self.leaving.push(id);
        self.stillborn = if slot.state == State::Starting { self.stillborn + 1 } else { 0 };
        if let State::Busy { batch, job, .. } = slot.state {
            self.actions.push(Action::Answer { batch, job, outcome: JobOutcome::Died });
            self.finish(batch, BatchOutcome::Failed(Failure::Worker(job)));
        }
    }

    /// Ends a batch if it is at hand, and the workers that are still busy with it.
    fn finish(&mut self, id: BatchId, outcome: BatchOutcome) {
        let Some(place) = self.batches.iter().position(|batch| batch.id == id) else { return };
        self.batches.remove(place);
        self.dismiss(|state| matches!(state, State::Busy { batch, .. } if batch == id));
        self.actions.push(Action::Finish { batch: id, outcome });
    }

    /// Parts with the workers in a state; only ever called for ready ones.
    fn dismiss(&mut self, unwanted: impl Fn(State) -> bool) {
        let (gone, kept): (Vec<Slot>, Vec<Slot>) =
            mem::take(&mut self.slots).into_iter().partition(|slot| unwanted(slot.state));
        self.slots = kept;
        if !gone.is_empty() {
            // They had started well, so their successors deserve a try.
            self.stillborn = 0;
        }
        self.leaving.extend(gone.iter().map(|slot| slot.id));
    }

    /// Gives the next jobs to idle workers, best to those that hold the data set.
    fn deal(&mut self) {
        let n_seats = self.max_slots;
        while let Some(batch) = self.batches.iter_mut().find(|batch| batch.n_waiting() > 0) {
            let n_busy = self.slots.iter().filter(|slot| matches!(slot.state, State::Busy { .. })).count();
            let idle = self.slots.iter_mut().filter(|slot| slot.state == State::Idle);
            // Better fill an empty worker than have another forget what it holds.
            let Some(slot) = idle.min_by_key(|slot| (slot.loaded != Some(batch.key), slot.loaded.is_some())) else {
                return;
            };
            if slot.loaded != Some(batch.key) {
                slot.loaded = Some(batch.key);
                self.actions.push(Action::Load { slot: slot.id, key: batch.key });
            }
            let Some(job) = batch.next() else { return };
            let ticket = Ticket(self.next_ticket);
            self.next_ticket += 1;
            let by_turns = batch.n_waiting() as usize > n_seats - n_busy - 1;
            slot.state = State::Busy { ticket, batch: batch.id, job };
            self.actions.push(Action::Run { slot: slot.id, batch: batch.id, job, ticket, by_turns });
        }
    }

    /// Terminates who is leaving and starts as many workers as there are jobs
    /// without one; gives up if that takes workers and none can be had.
    fn staff(&mut self) {
        let n_waiting: u64 = self.batches.iter().map(|batch| u64::from(batch.n_waiting())).sum();
        let n_starting = self.slots.iter().filter(|slot| slot.state == State::Starting).count();
        let mut n_wanted = n_waiting.saturating_sub(n_starting as u64).min((self.max_slots - self.slots.len()) as u64);
        if self.stillborn >= MAX_STILLBORN {
            n_wanted = 0;
        }
        for old in mem::take(&mut self.leaving) {
            if n_wanted > 0 {
                n_wanted -= 1;
                let new = self.enlist();
                self.actions.push(Action::Replace { old, new });
            } else {
                self.actions.push(Action::Stop(old));
            }
        }
        for _ in 0..n_wanted {
            let new = self.enlist();
            self.actions.push(Action::Start(new));
        }
        if self.slots.is_empty() {
            for batch in mem::take(&mut self.batches) {
                let outcome = BatchOutcome::Failed(Failure::CannotStart);
                self.actions.push(Action::Finish { batch: batch.id, outcome });
            }
        }
    }

    fn enlist(&mut self) -> SlotId {
        let id = SlotId(self.next_slot);
        self.next_slot += 1;
        self.slots.push(Slot { id, state: State::Starting, loaded: None });
        id
    }
}
