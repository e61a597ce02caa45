//! A test of the machinery that the other experiments stand on: does a worker
//! answer, and what happens when one breaks, refuses or hangs? Open it on a
//! device that misbehaves, and send its report.

use super::Experiment;
use super::lab::{Job, Lab, Tick, Ticker, Workplace};
use crate::error::{Error, Result};
use crate::params::Domain;
use crate::report::{Report, Value};
use serde::{Deserialize, Serialize};

crate::choices! {
    /// What the worker does.
    pub enum Behaviour {
        /// Counts, and answers.
        Answer = "answer",
        /// Breaks as a programming error would break it.
        Panic = "panic",
        /// Returns an error.
        Fail = "fail",
        /// Never answers.
        Hang = "hang",
        /// Sends ticks, but never ends.
        Endless = "endless",
    }
}

crate::params! {
    /// A test of the machinery.
    pub struct SelfTestParams {
        /// What the workers do.
        behaviour "Behaviour": Behaviour = Behaviour::Answer, Domain::Choice(Behaviour::WORDS);
        /// Number of jobs dealt out.
        n_jobs "Jobs": u32 = 4, Domain::Int { min: 1, max: 64, slider: 16 };
        /// Seconds of silence after which a worker counts as stuck.
        patience "Patience (s)": u32 = 5, Domain::Int { min: 1, max: 60, slider: 20 };
    }
}

/// One job.
#[derive(Serialize, Deserialize)]
pub struct Act {
    behaviour: Behaviour,
    number: u32,
}

impl Job for Act {
    type Output = u32;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<u32> {
        match self.behaviour {
            Behaviour::Answer => Ok(self.number + place.dataset().n as u32),
            Behaviour::Panic => panic!("the self-test was asked to break job {}", self.number),
            Behaviour::Fail => Err(Error::Numeric(format!("the self-test was asked to fail job {}", self.number))),
            Behaviour::Hang => loop {
                std::hint::spin_loop();
            },
            Behaviour::Endless => {
                let mut step = 0u32;
                loop {
                    step = step.wrapping_add(1);
                    if step.is_multiple_of(1 << 12) && ticker.due() {
                        ticker.tell(Tick { step: step >> 12, objective: 0.0, frame: Vec::new() });
                    }
                }
            }
        }
    }
}

/// The experiment.
pub struct SelfTest;

impl Experiment for SelfTest {
    const ID: &'static str = "selftest";
    const TITLE: &'static str = "Self-test of the workers";
    type Params = SelfTestParams;
    type Job = Act;

    fn patience(params: &SelfTestParams) -> f64 {
        f64::from(params.patience)
    }

    async fn run(params: &SelfTestParams, lab: &Lab<'_>) -> Result<Report> {
        let jobs: Vec<Act> = (0..params.n_jobs).map(|number| Act { behaviour: params.behaviour, number }).collect();
        let answers = lab.map("Jobs", &jobs, &mut |_, _| None).await?;
        let mut report = Report::default();
        report.metric("answers", "Jobs answered", Value::Int(answers.len() as i64));
        report.metric("sum", "Sum of the answers", Value::Int(answers.iter().map(|a| i64::from(*a)).sum()));
        Ok(report)
    }

    fn python(params: &SelfTestParams) -> String {
        let n = params.n_jobs;
        format!("show('answers', {n})\nshow('sum', sum(number + len(X) for number in range({n})))\n")
    }
}
