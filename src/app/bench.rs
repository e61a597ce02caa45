//! The page as it watches a run: what is said of it is drawn as it comes.

use super::desk::{Desk, mark, now};
use super::state::{RunState, Shown, Status};
use crate::experiments::{Frame, Recording, Tick};
use crate::report::Report;
use crate::workers::Watch;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// Draws a run as it goes.
pub struct PageBench {
    desk: Desk,
    turn: u32,
    key: String,
    began: f64,
    at: Cell<(usize, usize)>,
    stage: RefCell<String>,
    ticked: Cell<bool>,
    recording: RefCell<Recording>,
}

impl PageBench {
    /// Watches the run that begins now; `key` is what it computes.
    pub fn new(desk: Desk, turn: u32, key: String) -> Self {
        PageBench {
            desk,
            turn,
            key,
            began: now(),
            at: Cell::new((0, 0)),
            stage: RefCell::default(),
            ticked: Cell::new(false),
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

impl Watch for PageBench {
    fn note(&self, job: usize, tick: &Tick) {
        // What the benchmark reads: when a stage's jobs were through with what comes before their own work.
        if !self.ticked.replace(true) {
            mark(&format!("tick:{}", self.stage.borrow()));
        }
        self.recording.borrow_mut().hear(job, tick);
    }

    fn wants_report(&self) -> bool {
        self.current()
    }

    fn show(&self, unfinished: Report) {
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
            self.ticked.set(false);
            mark(&format!("stage:{stage}"));
        }
        if self.current() {
            let seconds = (now() - self.began) / 1000.0;
            self.desk.run.set(RunState::Running { stage: stage.into(), done, of, share, seconds });
        }
    }
}
