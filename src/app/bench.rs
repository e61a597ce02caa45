//! The page as a bench: jobs go to the pool, and what they say is drawn as it comes.

use super::desk::{Desk, mark, now};
use super::state::{RunState, Shown, Status};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::{Bench, Entry, Frame, Heard, LocalFuture, Recording, Tick};
use crate::report::Report;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// Milliseconds between two drawings of an unfinished report.
const DRAW_MS: f64 = 100.0;

/// Carries out jobs with the pool, and draws as they go.
pub struct PageBench {
    desk: Desk,
    entry: &'static Entry,
    dataset: Arc<Dataset>,
    turn: u32,
    key: String,
    began: f64,
    drawn: Cell<f64>,
    at: Cell<(usize, usize)>,
    stage: RefCell<String>,
    recording: RefCell<Recording>,
}

impl PageBench {
    /// The bench of the run that begins now; `key` is what it computes.
    pub fn new(desk: Desk, entry: &'static Entry, dataset: Arc<Dataset>, turn: u32, key: String) -> Self {
        PageBench {
            desk,
            entry,
            dataset,
            turn,
            key,
            began: now(),
            drawn: Cell::new(0.0),
            at: Cell::new((0, 0)),
            stage: RefCell::default(),
            recording: RefCell::default(),
        }
    }

    /// What the jobs showed while they ran.
    pub fn frames(&self) -> Vec<Frame> {
        self.recording.take().finish()
    }

    fn current(&self) -> bool {
        self.desk.turn.get_value() == self.turn
    }
}

impl Bench for PageBench {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<Vec<Vec<u8>>>> {
        let pool = self.desk.pool.get_value();
        Box::pin(async move { pool.carry_out(self.entry.id, &self.dataset, jobs, patience, heard).await })
    }

    fn note(&self, job: usize, tick: &Tick) {
        self.recording.borrow_mut().hear(job, tick);
    }

    fn wants_report(&self) -> bool {
        self.current() && now() - self.drawn.get() >= DRAW_MS
    }

    fn show(&self, unfinished: Report) {
        self.drawn.set(now());
        let (done, of) = self.at.get();
        self.desk.shown.set(Some(Shown {
            key: self.key.clone(),
            status: Status::Partial(done, of),
            report: Arc::new(unfinished),
            outcome: None,
        }));
    }

    fn progress(&self, stage: &str, done: usize, of: usize, share: f64) {
        self.at.set((done, of));
        // What the benchmark reads: when each stage began.
        if *self.stage.borrow() != stage {
            self.stage.replace(stage.into());
            mark(&format!("stage:{stage}"));
        }
        if self.current() {
            let seconds = (now() - self.began) / 1000.0;
            self.desk.run.set(RunState::Running { stage: stage.into(), done, of, share, seconds });
        }
    }
}
