//! What the schedule and the pool say to each other: ids, events, actions.

/// One worker, from its start to its end; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId(pub u32);

/// A data set, as the caller numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataKey(pub u32);

/// One job given to one worker; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u32);

/// A list of jobs to be done, as the caller numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchId(pub u32);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Jobs `0..n_jobs` wait, all on the data set `key`. A batch without jobs is
    /// complete at once; a `batch` that is already at hand is ignored.
    Submitted {
        /// Its id, not in use by another batch at hand.
        batch: BatchId,
        /// The data set that every job of it needs.
        key: DataKey,
        /// How many jobs.
        n_jobs: u32,
    },
    /// Jobs are about to come: so many workers may start already, while they are made.
    Expected {
        /// How many, those that are there included.
        n_workers: u32,
    },
    /// A worker has loaded its code and listens.
    Ready(SlotId),
    /// A job reported progress.
    Ticked {
        /// Who said so.
        slot: SlotId,
        /// About what.
        ticket: Ticket,
    },
    /// A job returned a result.
    Done {
        /// Who said so.
        slot: SlotId,
        /// About what.
        ticket: Ticket,
    },
    /// A job has had its turn and rests: it waits behind the others.
    Rested {
        /// Who said so.
        slot: SlotId,
        /// About what.
        ticket: Ticket,
    },
    /// A job returned an error; its worker is sound.
    Failed {
        /// Who said so.
        slot: SlotId,
        /// About what.
        ticket: Ticket,
    },
    /// A worker panicked, had an error or an unreadable message, or does not answer.
    Died {
        /// Which one.
        slot: SlotId,
    },
    /// A worker could not even be made; nothing will be heard of it.
    StartFailed {
        /// Which one.
        slot: SlotId,
    },
    /// The batch is no longer wanted. Ignored if it is not at hand.
    Cancelled {
        /// Which one.
        batch: BatchId,
    },
    /// The caller's timer found that idle workers have been kept long enough.
    Release,
}

/// What is to be done, in this order, before the next event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Start a worker under this id.
    Start(SlotId),
    /// Send a worker the data set, in place of the one it holds.
    Load {
        /// To whom.
        slot: SlotId,
        /// Which data set.
        key: DataKey,
    },
    /// Send a worker a job. It is ready, free, and was sent the right data set.
    Run {
        /// To whom.
        slot: SlotId,
        /// The job's batch.
        batch: BatchId,
        /// The job's place in its batch.
        job: u32,
        /// The name under which the worker speaks of it.
        ticket: Ticket,
        /// Whether more jobs wait than there are free workers, so that it should rest after a while.
        by_turns: bool,
    },
    /// Terminate a worker, if it still exists.
    Stop(SlotId),
    /// Terminate `old`, if it still exists, and start `new` for it.
    Replace {
        /// The worker that goes.
        old: SlotId,
        /// The worker that comes.
        new: SlotId,
    },
    /// Pass on the progress that the event brought.
    Tell {
        /// The job's batch.
        batch: BatchId,
        /// The job's place in its batch.
        job: u32,
    },
    /// Keep what the event brought in the place of this job: it is what is left of it.
    Keep {
        /// The job's batch.
        batch: BatchId,
        /// The job's place in its batch.
        job: u32,
    },
    /// Keep what the event brought as this job's answer; there is no other.
    Answer {
        /// The job's batch.
        batch: BatchId,
        /// The job's place in its batch.
        job: u32,
        /// How it ended.
        outcome: JobOutcome,
    },
    /// The batch is over; nothing about it follows.
    Finish {
        /// Which one.
        batch: BatchId,
        /// How it ended.
        outcome: BatchOutcome,
    },
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOutcome {
    /// With a result.
    Done,
    /// With an error of its own.
    Failed,
    /// With the death of its worker.
    Died,
}

/// How a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchOutcome {
    /// Every job was answered with a result.
    Complete,
    /// There will be no result.
    Failed(Failure),
    /// The caller cancelled it.
    Cancelled,
}

/// Why there will be no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// This job returned an error; every job before it returned a result.
    /// Its answer is the last of the failed ones.
    Job(u32),
    /// The worker died that had this job.
    Worker(u32),
    /// No worker could be started.
    CannotStart,
}
