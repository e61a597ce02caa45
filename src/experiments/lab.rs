//! What an experiment sees while it runs: the data, and somebody who carries out
//! its jobs. Who that is (workers in a browser, threads natively, or this very
//! thread) never changes a result.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::Pixels;
use crate::learn::preprocessing::Scaling;
use crate::report::Report;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// A future that stays on its thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A sign of life from a running job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// Iterations done.
    pub step: u32,
    /// The value being minimised.
    pub objective: f64,
    /// What the experiment draws of the state, such as the centres; may be empty.
    #[serde(with = "crate::bytes")]
    pub frame: Vec<f32>,
}

/// Takes a job's ticks. Making one costs time, so a job asks first.
pub trait Ticker {
    /// Whether a tick would be looked at now.
    fn due(&mut self) -> bool;
    /// Passes a tick on.
    fn tell(&mut self, tick: Tick);
}

/// Nobody is listening.
pub struct Deaf;

impl Ticker for Deaf {
    fn due(&mut self) -> bool {
        false
    }
    fn tell(&mut self, _: Tick) {}
}

/// What a worker works on: the data set, and forms of it that jobs share.
pub struct Workplace {
    dataset: Arc<Dataset>,
    pixels: Option<(Scaling, Rc<Pixels>)>,
}

impl Workplace {
    /// A place with nothing prepared.
    pub fn new(dataset: Arc<Dataset>) -> Self {
        Workplace { dataset, pixels: None }
    }

    /// The data set.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// The images as points, shape `(n_samples, n_features)`; made once for each scaling in turn.
    pub fn pixels(&mut self, scaling: Scaling) -> Result<Rc<Pixels>> {
        if let Some((made, pixels)) = &self.pixels
            && *made == scaling
        {
            return Ok(Rc::clone(pixels));
        }
        self.pixels = None;
        let data = &self.dataset;
        let pixels = Rc::new(Pixels::new(&data.images, data.n, data.n_features(), scaling)?);
        self.pixels = Some((scaling, Rc::clone(&pixels)));
        Ok(pixels)
    }
}

/// A piece of work for one worker: about 0.1 to 5 seconds, with all its random
/// draws fixed beforehand.
pub trait Job: Serialize + DeserializeOwned {
    /// What it hands back.
    type Output: Serialize + DeserializeOwned;
    /// Does the work.
    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Self::Output>;
}

/// What is heard from jobs while they run, by the job's position.
pub enum Heard<'a> {
    /// It goes on.
    Tick(usize, Tick),
    /// It is done; its encoded output.
    Done(usize, &'a [u8]),
}

/// Somebody who carries out jobs. Jobs and outputs are encoded by [`encode`].
pub trait Bench {
    /// Carries out all jobs; outputs in the order of the jobs. `patience` is the
    /// number of seconds of silence after which a worker counts as stuck.
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<Vec<Vec<u8>>>>;

    /// Whether an unfinished report would be drawn now.
    fn wants_report(&self) -> bool {
        false
    }

    /// Draws an unfinished report.
    fn show(&self, _unfinished: Report) {}

    /// Says how far the run is: a stage's name and a share from 0 to 1 of all of it.
    fn progress(&self, _stage: &str, _done: usize, _of: usize, _share: f64) {}
}

/// Encodes a job or an output for its way to or from a worker.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_allocvec(value).map_err(|e| Error::Worker(format!("a message could not be encoded: {e}")))
}

/// Decodes what [`encode`] made.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|e| Error::Worker(format!("a message could not be decoded: {e}")))
}

/// How far one job has come.
pub struct Progress<O> {
    /// The last tick heard of it.
    pub tick: Option<Tick>,
    /// `(step, objective)` of all ticks heard of it.
    pub history: Vec<(u32, f64)>,
    /// Its output, once it is done.
    pub output: Option<O>,
}

/// Draws an unfinished report from what is known of all jobs, and the position of the one heard last.
pub type Live<'a, O> = dyn FnMut(&[Progress<O>], usize) -> Option<Report> + 'a;

/// An experiment's view of the run.
pub struct Lab<'a> {
    /// The data set of the run.
    pub dataset: &'a Arc<Dataset>,
    /// Who carries out the jobs.
    pub bench: &'a dyn Bench,
    /// Seconds of silence after which a worker counts as stuck.
    pub patience: f64,
}

impl Lab<'_> {
    /// Carries out `jobs`; outputs in their order.
    pub async fn map<J: Job>(&self, stage: &str, jobs: &[J], live: &mut Live<'_, J::Output>) -> Result<Vec<J::Output>> {
        let encoded = jobs.iter().map(encode).collect::<Result<Vec<_>>>()?;
        let of = jobs.len();
        let mut known: Vec<Progress<J::Output>> =
            jobs.iter().map(|_| Progress { tick: None, history: Vec::new(), output: None }).collect();
        let mut broken = None;
        let mut share = 0f64;
        self.bench.progress(stage, 0, of, share);
        let mut heard = |heard: Heard| {
            let at = match heard {
                Heard::Tick(at, tick) => {
                    known[at].history.push((tick.step, tick.objective));
                    known[at].tick = Some(tick);
                    at
                }
                Heard::Done(at, bytes) => {
                    match decode(bytes) {
                        Ok(output) => known[at].output = Some(output),
                        Err(error) => broken = Some(error),
                    }
                    at
                }
            };
            let done = known.iter().filter(|job| job.output.is_some()).count();
            // Nobody knows how many iterations a job will take: each tick brings it nearer to its end, never to it.
            let under_way = |job: &Progress<J::Output>| match (&job.output, &job.tick) {
                (None, Some(tick)) => f64::from(tick.step) / (f64::from(tick.step) + 30.0),
                _ => 0.0,
            };
            let now = (done as f64 + known.iter().map(under_way).sum::<f64>()) / of as f64;
            share = share.max(now);
            self.bench.progress(stage, done, of, share);
            if self.bench.wants_report()
                && let Some(report) = live(&known, at)
            {
                self.bench.show(report);
            }
        };
        self.bench.carry_out(encoded, self.patience, &mut heard).await?;
        if let Some(error) = broken {
            return Err(error);
        }
        known
            .into_iter()
            .map(|job| job.output.ok_or_else(|| Error::Worker("a job ended without an answer".into())))
            .collect()
    }
}
