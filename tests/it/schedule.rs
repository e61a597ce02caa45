//! The schedule against simulated workers: messages late, stale, repeated, and
//! in any order between workers; panics, hangs, workers that never start,
//! cancels. Every answer of the machine is compared with an obvious book-keeper.

mod world;

use digitoscope::workers::schedule::{
    Action, BatchId, BatchOutcome, DataKey, Event, Failure, JobOutcome, MAX_STILLBORN, Schedule, SlotId, Ticket,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use world::World;

/// One move of the world; numbers choose among whatever there is to choose from.
#[derive(Debug, Clone, Copy)]
enum Move {
    Submit {
        key: u32,
        n_jobs: u32,
        failing: u8,
    },
    Cancel(usize),
    Release,
    /// Jobs are about to come, for so many workers.
    Expect(u32),
    /// A worker boots, reads a message, ticks or ends its job.
    Work(usize),
    /// The page gets a worker's oldest message.
    Deliver(usize),
    /// The page gets a worker's last message once more.
    Repeat(usize),
    /// A worker dies where it stands, and its last message says so.
    Panic(usize),
    /// The watchdog declares a worker dead, which knows nothing of it.
    Hang(usize),
    /// The next worker cannot be made.
    RefuseNext,
}

fn moves(mishaps: u32, n_moves: usize) -> impl Strategy<Value = Vec<Move>> {
    let failing = prop_oneof![4 => Just(0_u8), 1 => any::<u8>()];
    let submit = (0..3_u32, 0..8_u32, failing).prop_map(|(key, n_jobs, failing)| Move::Submit { key, n_jobs, failing });
    let n = || 0..24_usize;
    let ordinary = prop_oneof![
        6 => submit,
        3 => n().prop_map(Move::Cancel),
        2 => Just(Move::Release),
        2 => (0..5_u32).prop_map(Move::Expect),
        50 => n().prop_map(Move::Work),
        50 => n().prop_map(Move::Deliver),
        4 => n().prop_map(Move::Repeat),
    ];
    let mishap = prop_oneof![
        2 => n().prop_map(Move::Panic),
        2 => n().prop_map(Move::Hang),
        2 => Just(Move::RefuseNext),
    ];
    prop::collection::vec(prop_oneof![100 - mishaps => ordinary, mishaps => mishap], 0..n_moves)
}

fn play(max_slots: u32, moves: &[Move]) -> World {
    let mut world = World::new(max_slots);
    for step in moves {
        world.make(*step);
    }
    world.rest();
    world.check_books();
    world
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Without mishaps every batch ends as its jobs and its caller have it.
    #[test]
    fn sound_workers_finish_every_batch(max_slots in 1..6_u32, moves in moves(0, 250)) {
        let world = play(max_slots, &moves);
        for book in &world.books {
            prop_assert!(!matches!(book.finish, Some(BatchOutcome::Failed(Failure::Worker(_) | Failure::CannotStart))));
            prop_assert!(book.finish != Some(BatchOutcome::Complete) || book.n_dealt == book.answers.len());
        }
    }

    /// Some deaths now and then: nothing is lost, nothing said twice.
    #[test]
    fn few_mishaps(max_slots in 1..6_u32, moves in moves(4, 250)) {
        play(max_slots, &moves);
    }

    /// Deaths all the time.
    #[test]
    fn many_mishaps(max_slots in 1..6_u32, moves in moves(40, 250)) {
        play(max_slots, &moves);
    }

    /// Workers that never get ready: few attempts, then every batch says so; and
    /// when the hindrance has gone, so has the verdict.
    #[test]
    fn blocked_workers_are_given_up(max_slots in 1..6_u32, n_jobs in prop::collection::vec(1..9_u32, 1..4)) {
        let mut world = World::new(max_slots);
        world.blocked = true;
        for n_jobs in n_jobs {
            world.make(Move::Submit { key: 0, n_jobs, failing: 0 });
        }
        world.rest();
        prop_assert!(world.books.iter().all(|book| book.finish == Some(BatchOutcome::Failed(Failure::CannotStart))));
        prop_assert!(world.workers.len() < (max_slots + MAX_STILLBORN) as usize, "{} attempts", world.workers.len());
        world.blocked = false;
        world.make(Move::Submit { key: 0, n_jobs: 3, failing: 0 });
        world.rest();
        prop_assert_eq!(world.books.last().unwrap().finish, Some(BatchOutcome::Complete));
    }
}

/// The plays above are worth something only if they get everywhere.
#[test]
fn the_plays_reach_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let (mut n_stale, mut n_replaced, mut n_rests, mut finishes) = (0, 0, 0, BTreeMap::new());
    for n in 0..300 {
        // Few mishaps leave some batches whole; with many, starting workers is given up, too.
        let moves = moves(if n % 2 == 0 { 4 } else { 40 }, 250);
        let world = play(1 + n % 3, &moves.new_tree(&mut runner).unwrap().current());
        n_stale += world.n_stale;
        n_replaced += world.n_replaced;
        n_rests += world.n_rests;
        for book in world.books.iter().filter(|book| !book.answers.is_empty()) {
            let kind = match book.finish {
                Some(BatchOutcome::Failed(Failure::Job(_))) => "job",
                Some(BatchOutcome::Failed(Failure::Worker(_))) => "worker",
                Some(BatchOutcome::Failed(Failure::CannotStart)) => "cannot start",
                Some(BatchOutcome::Cancelled) => "cancelled",
                _ => "complete",
            };
            *finishes.entry(kind).or_insert(0) += 1;
        }
    }
    assert_eq!(finishes.len(), 5, "{finishes:?}");
    assert!(finishes.values().all(|n| *n >= 5), "{finishes:?}");
    assert!(
        n_stale > 500 && n_replaced > 100 && n_rests > 100,
        "{n_stale} stale, {n_replaced} replaced, {n_rests} rests"
    );
}

const KEY: DataKey = DataKey(7);

fn submitted(batch: u32, n_jobs: u32) -> Event {
    Event::Submitted { batch: BatchId(batch), key: KEY, n_jobs }
}

fn run(slot: u32, batch: u32, job: u32, ticket: u32) -> Action {
    Action::Run { slot: SlotId(slot), batch: BatchId(batch), job, ticket: Ticket(ticket), by_turns: false }
}

/// The same where others wait.
fn turn(slot: u32, batch: u32, job: u32, ticket: u32) -> Action {
    Action::Run { slot: SlotId(slot), batch: BatchId(batch), job, ticket: Ticket(ticket), by_turns: true }
}

fn finish(batch: u32, outcome: BatchOutcome) -> Action {
    Action::Finish { batch: BatchId(batch), outcome }
}

/// Two jobs on one worker, word for word.
#[test]
fn one_worker_from_start_to_release() {
    let mut schedule = Schedule::new(1);
    let (slot, batch) = (SlotId(0), BatchId(0));
    let load = Action::Load { slot, key: KEY };
    let answer = |job| Action::Answer { batch, job, outcome: JobOutcome::Done };
    let [first, second] = [Ticket(0), Ticket(1)];
    assert_eq!(schedule.on(submitted(0, 2)), [Action::Start(slot)]);
    assert_eq!(schedule.on(submitted(0, 2)), [], "a batch at hand cannot be submitted again");
    assert_eq!(schedule.on(Event::Release), [], "a starting worker is not idle");
    assert_eq!(schedule.on(Event::Ready(slot)), [load, turn(0, 0, 0, 0)]);
    assert_eq!(schedule.on(Event::Ticked { slot, ticket: first }), [Action::Tell { batch, job: 0 }]);
    assert_eq!(schedule.on(Event::Done { slot, ticket: first }), [answer(0), run(0, 0, 1, 1)]);
    assert_eq!(schedule.on(Event::Ticked { slot, ticket: first }), [], "a ticket that is over");
    let end = [answer(1), finish(0, BatchOutcome::Complete)];
    assert_eq!(schedule.on(Event::Done { slot, ticket: second }), end);
    assert_eq!(schedule.on(submitted(1, 1)), [run(0, 1, 0, 2)], "the data set is still there");
    assert_eq!(
        schedule.on(Event::Cancelled { batch: BatchId(1) }),
        [finish(1, BatchOutcome::Cancelled), Action::Stop(slot)]
    );
    assert_eq!(schedule.on(Event::Release), []);
}

/// Workers that are expected start before there is a job, no more of them than there may be, and then take the jobs.
#[test]
fn expected_workers_start_at_once() {
    let mut schedule = Schedule::new(3);
    assert_eq!(schedule.on(Event::Expected { n_workers: 2 }), [Action::Start(SlotId(0)), Action::Start(SlotId(1))]);
    assert_eq!(schedule.on(Event::Expected { n_workers: 2 }), [], "they are there");
    assert_eq!(schedule.on(Event::Ready(SlotId(0))), []);
    let load = Action::Load { slot: SlotId(0), key: KEY };
    assert_eq!(schedule.on(submitted(0, 4)), [load, turn(0, 0, 0, 0), Action::Start(SlotId(2))]);
    assert_eq!(schedule.on(Event::Expected { n_workers: 9 }), [], "there may not be more");
    let mut schedule = Schedule::new(1);
    for slot in 0..MAX_STILLBORN {
        assert_eq!(schedule.on(Event::Expected { n_workers: 1 }), [Action::Start(SlotId(slot))]);
        assert_eq!(schedule.on(Event::StartFailed { slot: SlotId(slot) }), [Action::Stop(SlotId(slot))]);
    }
}

/// A cancel replaces the workers of that batch and leaves the others alone.
#[test]
fn cancel_replaces_exactly_the_busy_workers() {
    let mut schedule = Schedule::new(3);
    schedule.on(submitted(0, 2));
    schedule.on(submitted(1, 3));
    for slot in 0..3 {
        schedule.on(Event::Ready(SlotId(slot)));
    }
    let [old, new] = [[SlotId(0), SlotId(1)], [SlotId(3), SlotId(4)]];
    assert_eq!(
        schedule.on(Event::Cancelled { batch: BatchId(0) }),
        [
            finish(0, BatchOutcome::Cancelled),
            Action::Replace { old: old[0], new: new[0] },
            Action::Replace { old: old[1], new: new[1] },
        ]
    );
    assert_eq!(schedule.on(Event::Done { slot: old[0], ticket: Ticket(0) }), [], "the terminated one says nothing");
    assert_eq!(schedule.on(Event::Died { slot: old[1] }), []);
}

/// Job 1 fails first, job 0 later: with one worker job 0 would have been the
/// only one to fail, so it is the one reported.
#[test]
fn the_first_failing_job_in_order_is_reported() {
    let mut schedule = Schedule::new(3);
    schedule.on(submitted(0, 9));
    for slot in 0..3 {
        schedule.on(Event::Ready(SlotId(slot)));
    }
    let answer = |job| Action::Answer { batch: BatchId(0), job, outcome: JobOutcome::Failed };
    let failed = |n| Event::Failed { slot: SlotId(n), ticket: Ticket(n) };
    assert_eq!(schedule.on(failed(1)), [answer(1), Action::Stop(SlotId(2))], "job 0 is awaited, job 2 is not");
    assert_eq!(schedule.on(failed(0)), [answer(0), finish(0, BatchOutcome::Failed(Failure::Job(0)))]);
}

/// Three long jobs on two workers: each has its turn, and what is left of one goes to whoever is free.
#[test]
fn jobs_take_turns() {
    let mut schedule = Schedule::new(2);
    let batch = BatchId(0);
    schedule.on(submitted(0, 3));
    schedule.on(Event::Ready(SlotId(0)));
    schedule.on(Event::Ready(SlotId(1)));
    let rested = |slot, ticket| Event::Rested { slot: SlotId(slot), ticket: Ticket(ticket) };
    let keep = |job| Action::Keep { batch, job };
    assert_eq!(schedule.on(rested(0, 0)), [keep(0), turn(0, 0, 2, 2)]);
    assert_eq!(schedule.on(rested(0, 0)), [], "a turn that is over");
    assert_eq!(schedule.on(rested(1, 1)), [keep(1), turn(1, 0, 0, 3)]);
    let done = |slot, ticket| Event::Done { slot: SlotId(slot), ticket: Ticket(ticket) };
    let answer = |job| Action::Answer { batch, job, outcome: JobOutcome::Done };
    assert_eq!(schedule.on(done(1, 3)), [answer(0), run(1, 0, 1, 4)], "nobody waits any more");
    assert_eq!(schedule.on(done(0, 2)), [answer(2)]);
    assert_eq!(schedule.on(done(1, 4)), [answer(1), finish(0, BatchOutcome::Complete)]);
}

/// A job before the failed one rests: it is awaited to its end.
#[test]
fn a_resting_job_before_the_failed_one_is_awaited() {
    let mut schedule = Schedule::new(1);
    let (slot, batch) = (SlotId(0), BatchId(0));
    schedule.on(submitted(0, 2));
    schedule.on(Event::Ready(slot));
    let answer = |job, outcome| Action::Answer { batch, job, outcome };
    schedule.on(Event::Rested { slot, ticket: Ticket(0) });
    let failed = Event::Failed { slot, ticket: Ticket(1) };
    assert_eq!(schedule.on(failed), [answer(1, JobOutcome::Failed), run(0, 0, 0, 2)]);
    let end = [answer(0, JobOutcome::Done), finish(0, BatchOutcome::Failed(Failure::Job(1)))];
    assert_eq!(schedule.on(Event::Done { slot, ticket: Ticket(2) }), end);
}
