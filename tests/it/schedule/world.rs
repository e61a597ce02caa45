//! Simulated workers, and a book-keeper who checks every answer of the schedule.

use super::Move;
use digitoscope::workers::schedule::{
    Action, BatchId, BatchOutcome, DataKey, Event, Failure, JobOutcome, MAX_STILLBORN, Schedule, SlotId, Ticket,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A worker as it really is, terminated or not: what was terminated goes on
/// speaking here, which no browser would allow it, but a late message may.
#[derive(Default)]
pub struct Worker {
    booted: bool,
    dead: bool,
    loaded: Option<DataKey>,
    inbox: VecDeque<Action>,
    outbox: VecDeque<Event>,
    last_delivered: Option<Event>,
    job: Option<Job>,
}

/// What a worker is at.
#[derive(Clone, Copy)]
struct Job {
    ticket: Ticket,
    /// Ticks to come.
    ticks: u32,
    end: End,
}

#[derive(Clone, Copy)]
enum End {
    Rests,
    Fails,
    Answers,
}

/// A living worker as the page may know it.
#[derive(Default)]
struct Seat {
    ready: bool,
    loaded: Option<DataKey>,
    run: Option<(Ticket, usize, u32)>,
}

impl Seat {
    fn idle(&self) -> bool {
        self.ready && self.run.is_none()
    }
}

pub struct Book {
    key: DataKey,
    failing: u8,
    pub n_dealt: usize,
    /// Dealt jobs that wait for their next turn.
    resting: VecDeque<u32>,
    /// Turns that each job has had.
    turns: Vec<u32>,
    pub answers: Vec<Option<JobOutcome>>,
    cancelled: bool,
    pub finish: Option<BatchOutcome>,
}

impl Book {
    fn first_failed(&self) -> Option<u32> {
        self.answers.iter().position(|answer| *answer == Some(JobOutcome::Failed)).map(|job| job as u32)
    }

    fn n_waiting(&self) -> usize {
        if self.finish.is_some() {
            return 0;
        }
        let fresh = if self.first_failed().is_none() { self.answers.len() - self.n_dealt } else { 0 };
        fresh + self.resting.len()
    }

    /// Turns after which a job, by its number, rests.
    fn n_rests(job: u32) -> u32 {
        if job % 4 == 1 { 2 } else { 0 }
    }
}

/// What the book-keeper expects of the machine in answer to one event.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    tells: Vec<(usize, u32)>,
    answers: Vec<(usize, u32, JobOutcome)>,
    keeps: Vec<(usize, u32)>,
    finishes: Vec<(usize, BatchOutcome)>,
    terminated: BTreeSet<SlotId>,
}

pub struct World {
    schedule: Schedule,
    max_slots: usize,
    pub workers: BTreeMap<SlotId, Worker>,
    seats: BTreeMap<SlotId, Seat>,
    pub books: Vec<Book>,
    tickets: BTreeSet<Ticket>,
    refuse_next: bool,
    /// Every new worker dies before it is ready.
    pub blocked: bool,
    /// Deaths before ready, since a worker was last ready or a new queue began.
    stillborn: u32,
    pub n_stale: usize,
    pub n_replaced: usize,
    pub n_rests: usize,
}

impl World {
    pub fn new(max_slots: u32) -> Self {
        World {
            schedule: Schedule::new(max_slots),
            max_slots: max_slots as usize,
            workers: BTreeMap::new(),
            seats: BTreeMap::new(),
            books: Vec::new(),
            tickets: BTreeSet::new(),
            refuse_next: false,
            blocked: false,
            stillborn: 0,
            n_stale: 0,
            n_replaced: 0,
            n_rests: 0,
        }
    }

    pub fn make(&mut self, step: Move) {
        match step {
            Move::Submit { key, n_jobs, failing } => {
                let batch = BatchId(self.books.len() as u32);
                let answers = vec![None; n_jobs as usize];
                let key = DataKey(key);
                let (resting, turns) = (VecDeque::new(), vec![0; n_jobs as usize]);
                self.books.push(Book {
                    key,
                    failing,
                    n_dealt: 0,
                    resting,
                    turns,
                    answers,
                    cancelled: false,
                    finish: None,
                });
                self.tell(Event::Submitted { batch, key, n_jobs });
            }
            // One more than there are: a batch that nobody submitted.
            Move::Cancel(n) => self.tell(Event::Cancelled { batch: BatchId((n % (self.books.len() + 1)) as u32) }),
            Move::Release => self.tell(Event::Release),
            Move::Expect(n_workers) => self.tell(Event::Expected { n_workers }),
            Move::Work(n) => {
                if let Some(slot) = self.choose(n, |worker| !worker.dead) {
                    self.work(slot);
                }
            }
            Move::Deliver(n) => {
                if let Some(slot) = self.choose(n, |worker| !worker.outbox.is_empty()) {
                    self.deliver(slot);
                }
            }
            Move::Repeat(n) => {
                if let Some(slot) = self.choose(n, |worker| worker.last_delivered.is_some()) {
                    self.tell(self.workers[&slot].last_delivered.unwrap());
                }
            }
            Move::Panic(n) => {
                if let Some(slot) = self.choose(n, |worker| !worker.dead) {
                    let worker = self.workers.get_mut(&slot).unwrap();
                    worker.dead = true;
                    worker.outbox.push_back(Event::Died { slot });
                }
            }
            Move::Hang(n) => {
                self.choose(n, |_| true).into_iter().for_each(|slot| self.tell(Event::Died { slot }));
            }
            Move::RefuseNext => self.refuse_next = true,
        }
    }

    fn choose(&self, n: usize, can: impl Fn(&Worker) -> bool) -> Option<SlotId> {
        let able: Vec<SlotId> = self.workers.iter().filter(|(_, worker)| can(worker)).map(|(slot, _)| *slot).collect();
        // Mostly a young one: the old ones are mostly terminated.
        able.get(able.len().checked_sub(1 + n % able.len().clamp(1, 6))?).copied()
    }

    /// Whether the worker had anything to do.
    fn work(&mut self, slot: SlotId) -> bool {
        let worker = self.workers.get_mut(&slot).unwrap();
        if worker.dead {
            return false;
        }
        if !worker.booted {
            worker.booted = true;
            worker.outbox.push_back(Event::Ready(slot));
        } else if let Some(Job { ticket, ticks, end }) = worker.job {
            worker.job = (ticks > 0).then(|| Job { ticket, ticks: ticks - 1, end });
            worker.outbox.push_back(match (ticks, end) {
                (0, End::Rests) => Event::Rested { slot, ticket },
                (0, End::Fails) => Event::Failed { slot, ticket },
                (0, End::Answers) => Event::Done { slot, ticket },
                _ => Event::Ticked { slot, ticket },
            });
        } else {
            match worker.inbox.pop_front() {
                Some(Action::Load { key, .. }) => worker.loaded = Some(key),
                Some(Action::Run { batch, job, ticket, .. }) => {
                    let book = &self.books[batch.0 as usize];
                    assert_eq!(worker.loaded, Some(book.key), "the data set is there when the job runs");
                    let end = if book.turns[job as usize] <= Book::n_rests(job) {
                        End::Rests
                    } else if book.failing >> job & 1 == 1 {
                        End::Fails
                    } else {
                        End::Answers
                    };
                    worker.job = Some(Job { ticket, ticks: job % 3, end });
                }
                _ => return false,
            }
        }
        true
    }

    fn deliver(&mut self, slot: SlotId) -> bool {
        let worker = self.workers.get_mut(&slot).unwrap();
        let Some(event) = worker.outbox.pop_front() else { return false };
        worker.last_delivered = Some(event);
        self.tell(event);
        true
    }

    /// Lets everyone come to rest without further mishaps.
    pub fn rest(&mut self) {
        self.refuse_next = false;
        for _ in 0..10_000 {
            let mut moved = false;
            for slot in self.workers.keys().copied().collect::<Vec<_>>() {
                moved |= self.work(slot) | self.deliver(slot);
            }
            if !moved {
                return;
            }
        }
        panic!("the pool does not come to rest");
    }

    fn tell(&mut self, event: Event) {
        let expected = self.expect(event);
        let live = expected.is_some();
        let actions = self.schedule.on(event);
        if !live {
            self.n_stale += 1;
            assert_eq!(actions, [], "stale: {event:?}");
        }
        self.check(event, expected.unwrap_or_default(), &actions);
    }

    fn running(&self, batch: usize, after: Option<u32>) -> impl Iterator<Item = SlotId> {
        let runs = move |seat: &Seat| seat.run.is_some_and(|(_, b, job)| b == batch && after.is_none_or(|a| job > a));
        self.seats.iter().filter(move |(_, seat)| runs(seat)).map(|(slot, _)| *slot)
    }

    /// Books the event; returns what must follow, or nothing when it is stale.
    fn expect(&mut self, event: Event) -> Option<Expected> {
        let mut expected = Expected::default();
        match event {
            Event::Submitted { batch, n_jobs, .. } => {
                if self.books[..batch.0 as usize].iter().all(|book| book.finish.is_some()) {
                    self.stillborn = 0;
                }
                if n_jobs == 0 {
                    expected.finishes.push((batch.0 as usize, BatchOutcome::Complete));
                }
            }
            Event::Expected { .. } => {
                if self.books.iter().all(|book| book.finish.is_some()) {
                    self.stillborn = 0;
                }
            }
            Event::Ready(slot) => {
                let seat = self.seats.get_mut(&slot).filter(|seat| !seat.ready)?;
                seat.ready = true;
                self.stillborn = 0;
            }
            Event::Ticked { slot, ticket } => {
                let (_, batch, job) = self.seats.get(&slot)?.run.filter(|run| run.0 == ticket)?;
                expected.tells.push((batch, job));
            }
            Event::Rested { slot, ticket } => {
                let seat = self.seats.get_mut(&slot)?;
                let (_, batch, job) = seat.run.filter(|run| run.0 == ticket)?;
                seat.run = None;
                self.books[batch].resting.push_back(job);
                self.n_rests += 1;
                expected.keeps.push((batch, job));
            }
            Event::Done { slot, ticket } | Event::Failed { slot, ticket } => {
                let seat = self.seats.get_mut(&slot)?;
                let (_, batch, job) = seat.run.filter(|run| run.0 == ticket)?;
                seat.run = None;
                let failed = matches!(event, Event::Failed { .. });
                let outcome = if failed { JobOutcome::Failed } else { JobOutcome::Done };
                expected.answers.push((batch, job, outcome));
                let book = &mut self.books[batch];
                assert_eq!(book.answers[job as usize].replace(outcome), None, "a second answer");
                if let Some(first) = book.first_failed() {
                    book.resting.retain(|job| *job < first);
                    assert!(!failed || job == first, "the last failed answer is the one to report");
                    let before = book.answers[..first as usize].iter();
                    if before.clone().all(|answer| *answer == Some(JobOutcome::Done)) {
                        expected.finishes.push((batch, BatchOutcome::Failed(Failure::Job(first))));
                    }
                    expected.terminated.extend(self.running(batch, Some(first)));
                } else if book.answers.iter().all(|answer| *answer == Some(JobOutcome::Done)) {
                    expected.finishes.push((batch, BatchOutcome::Complete));
                }
            }
            Event::Died { slot } | Event::StartFailed { slot } => {
                let seat = self.seats.get(&slot)?;
                self.stillborn += u32::from(!seat.ready);
                expected.terminated.insert(slot);
                if let Some((_, batch, job)) = seat.run {
                    expected.answers.push((batch, job, JobOutcome::Died));
                    expected.finishes.push((batch, BatchOutcome::Failed(Failure::Worker(job))));
                    expected.terminated.extend(self.running(batch, None));
                }
            }
            Event::Cancelled { batch } => {
                let batch = batch.0 as usize;
                self.books.get_mut(batch).filter(|book| book.finish.is_none())?.cancelled = true;
                expected.finishes.push((batch, BatchOutcome::Cancelled));
                expected.terminated.extend(self.running(batch, None));
            }
            Event::Release => {
                let idle = self.seats.iter().filter(|(_, seat)| seat.idle());
                expected.terminated.extend(idle.map(|(slot, _)| *slot));
            }
        }
        Some(expected)
    }

    fn check(&mut self, event: Event, expected: Expected, actions: &[Action]) {
        let mut seen = Expected::default();
        let (mut n_added, mut n_replaced, mut n_stopped, mut gave_up) = (0, 0, 0, false);
        for action in actions {
            match *action {
                Action::Start(slot) => {
                    n_added += 1;
                    self.start(slot);
                }
                Action::Stop(slot) => {
                    n_stopped += 1;
                    self.end(slot, &mut seen);
                }
                Action::Replace { old, new } => {
                    n_replaced += 1;
                    self.end(old, &mut seen);
                    self.start(new);
                }
                Action::Load { slot, key } => self.load(slot, key, *action),
                Action::Run { slot, batch, job, ticket, .. } => self.run(slot, batch.0 as usize, job, ticket, *action),
                Action::Keep { batch, job } => seen.keeps.push((batch.0 as usize, job)),
                Action::Tell { batch, job } => {
                    assert_eq!(self.books[batch.0 as usize].finish, None, "told after its finish");
                    seen.tells.push((batch.0 as usize, job));
                }
                Action::Answer { batch, job, outcome } => {
                    assert_eq!(self.books[batch.0 as usize].finish, None, "answered after its finish");
                    seen.answers.push((batch.0 as usize, job, outcome));
                }
                Action::Finish { batch, outcome } => {
                    let book = &mut self.books[batch.0 as usize];
                    assert_eq!(book.finish.replace(outcome), None, "finished twice");
                    if outcome == BatchOutcome::Failed(Failure::CannotStart) {
                        gave_up = true;
                    } else {
                        seen.finishes.push((batch.0 as usize, outcome));
                    }
                }
            }
        }
        assert_eq!(seen, expected, "{event:?} led to {actions:?}");

        let n_waiting: usize = self.books.iter().map(Book::n_waiting).sum();
        let n_starting = self.seats.values().filter(|seat| !seat.ready).count();
        let n_idle = self.seats.values().filter(|seat| seat.idle()).count();
        for seat in self.seats.values() {
            assert!(seat.run.is_none_or(|(_, batch, _)| self.books[batch].finish.is_none()), "works for nobody");
        }
        assert!(n_waiting == 0 || n_idle == 0, "a worker idles while jobs wait");
        self.n_replaced += n_replaced;
        if let Event::Expected { n_workers } = event {
            let enough = self.seats.len() >= self.max_slots.min(n_workers as usize);
            assert!(enough || self.stillborn >= MAX_STILLBORN, "an expected worker is missing");
            assert!(n_added == 0 || self.seats.len() <= n_workers as usize, "more workers than expected");
        } else {
            assert!(n_added + n_replaced == 0 || n_starting <= n_waiting, "more workers started than jobs wait");
        }
        assert!(n_added + n_replaced == 0 || self.stillborn < MAX_STILLBORN, "tried once too often");
        assert!(n_added == 0 || n_stopped == 0, "stopped instead of replaced");
        if self.seats.len() < self.max_slots && n_starting < n_waiting {
            assert!(self.stillborn >= MAX_STILLBORN, "a worker is missing");
            assert!(!self.seats.is_empty(), "nobody will ever take the jobs");
        }
        if gave_up {
            assert!(self.stillborn >= MAX_STILLBORN && self.seats.is_empty(), "gave up early");
            assert!(self.books.iter().all(|book| book.finish.is_some()), "gave up one batch only");
        }
    }

    fn start(&mut self, slot: SlotId) {
        let refused = std::mem::take(&mut self.refuse_next);
        let mut worker = Worker { dead: refused || self.blocked, ..Worker::default() };
        if refused {
            worker.outbox.push_back(Event::StartFailed { slot });
        } else if self.blocked {
            worker.outbox.push_back(Event::Died { slot });
        }
        assert!(self.workers.insert(slot, worker).is_none(), "an id is used again");
        self.seats.insert(slot, Seat::default());
        assert!(self.seats.len() <= self.max_slots, "too many workers");
    }

    fn end(&mut self, slot: SlotId, seen: &mut Expected) {
        let seat = self.seats.remove(&slot).expect("terminated twice");
        if seat.ready {
            self.stillborn = 0;
        }
        seen.terminated.insert(slot);
    }

    fn load(&mut self, slot: SlotId, key: DataKey, action: Action) {
        let holds_other = self.seats[&slot].loaded.is_some();
        for seat in self.seats.values().filter(|seat| seat.idle()) {
            assert_ne!(seat.loaded, Some(key), "an idle worker holds the data set already");
            assert!(seat.loaded.is_some() || !holds_other, "an idle worker holds nothing");
        }
        let seat = self.seats.get_mut(&slot).expect("loads into a living worker");
        assert!(seat.idle(), "loads into a worker that is free");
        seat.loaded = Some(key);
        self.workers.get_mut(&slot).unwrap().inbox.push_back(action);
    }

    fn run(&mut self, slot: SlotId, batch: usize, job: u32, ticket: Ticket, action: Action) {
        let earlier = &self.books[..batch];
        assert!(earlier.iter().all(|book| book.n_waiting() == 0), "batches are served in order");
        let book = &mut self.books[batch];
        assert!(book.n_waiting() > 0, "a job of a batch that is over");
        if book.n_dealt < book.answers.len() && book.first_failed().is_none() {
            assert_eq!(job as usize, book.n_dealt, "jobs are dealt out in order");
            book.n_dealt += 1;
        } else {
            assert_eq!(book.resting.pop_front(), Some(job), "who rested first is taken up first");
        }
        book.turns[job as usize] += 1;
        let (key, n_waiting) = (book.key, book.n_waiting());
        // Those that are about to be terminated make room.
        let counts = |(_, batch, job): (Ticket, usize, u32)| {
            let book: &Book = &self.books[batch];
            book.finish.is_none() && book.first_failed().is_none_or(|first| job < first)
        };
        let n_busy = self.seats.values().filter(|seat| seat.run.is_some_and(counts)).count();
        let by_turns = matches!(action, Action::Run { by_turns: true, .. });
        assert_eq!(by_turns, n_waiting > self.max_slots - n_busy - 1, "turns where jobs wait for a worker");
        let seat = self.seats.get_mut(&slot).expect("runs on a living worker");
        assert!(seat.idle(), "runs on a worker that is ready and free");
        assert_eq!(seat.loaded, Some(key), "runs after its data set was sent");
        assert!(self.tickets.insert(ticket), "a ticket is used again");
        seat.run = Some((ticket, batch, job));
        self.workers.get_mut(&slot).unwrap().inbox.push_back(action);
    }

    /// After a rest: every batch is over, and by nothing but its own merits.
    pub fn check_books(&self) {
        for (batch, book) in self.books.iter().enumerate() {
            let first_failing = (0..book.answers.len() as u32).find(|job| book.failing >> job & 1 == 1);
            match book.finish.unwrap_or_else(|| panic!("batch {batch} was lost")) {
                BatchOutcome::Complete => assert_eq!(first_failing, None),
                BatchOutcome::Failed(Failure::Job(job)) => assert_eq!(first_failing, Some(job)),
                BatchOutcome::Failed(_) => (),
                BatchOutcome::Cancelled => assert!(book.cancelled),
            }
        }
    }
}
