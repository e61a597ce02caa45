//! The kinds of state that the page can be in, and how sure one may be of what it shows.

use crate::data::catalog::Info;
use crate::error::Error;
use crate::report::{Outcome, Report};
use std::sync::Arc;

/// What a figure shows, and how sure one may be of it.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// [`Setup::key`] of what is shown.
    pub key: String,
    /// How it came about.
    pub status: Status,
    /// What to draw.
    pub report: Arc<Report>,
    /// The finished run, if it is one.
    pub outcome: Option<Arc<Outcome>>,
}

/// How a shown report came about.
#[derive(Clone, PartialEq, Eq)]
pub enum Status {
    /// It came with the page.
    Saved,
    /// It is still forming: `done of of`.
    Partial(usize, usize),
    /// It was stopped: `done of of`.
    Stopped(usize, usize),
    /// It was computed here; whether the saved result is the same, bit for bit.
    Done {
        /// The saved result of the same settings has the same digest.
        identical: bool,
    },
}

/// A data set that a visitor opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub info: Info,
    /// Whether the browser keeps it beyond this visit; `None` while that is being tried.
    pub kept: Option<bool>,
}

/// What is going on.
#[derive(Clone, PartialEq)]
pub enum RunState {
    /// Nothing.
    Idle,
    /// Images are coming: bytes so far, and of how many.
    Loading(usize, usize),
    /// Jobs are being carried out.
    Running {
        /// Name of the stage.
        stage: String,
        /// Jobs done.
        done: usize,
        /// Jobs in all.
        of: usize,
        /// Share of everything, 0 to 1.
        share: f64,
        /// Seconds since the start.
        seconds: f64,
    },
    /// It went wrong; the link that repeats it.
    Failed(Error, String),
}

impl RunState {
    /// Whether something can be cancelled.
    pub fn busy(&self) -> bool {
        matches!(self, RunState::Loading(..) | RunState::Running { .. })
    }

    /// Jobs done of this stage, and in all.
    pub fn counted(&self) -> Option<(usize, usize)> {
        match self {
            RunState::Running { done, of, .. } => Some((*done, *of)),
            _ => None,
        }
    }
}
