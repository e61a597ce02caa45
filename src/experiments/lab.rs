//! What an experiment sees while it runs: the data, and somebody who carries out
//! its jobs. Who that is (workers in a browser, threads natively, or this very
//! thread) never changes a result.

use super::drawing::Drawing;
use super::features::{Features, Projection};
use super::mixture::Selection;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::Pixels;
use crate::learn::feature_extraction::Patches;
use crate::learn::mixture::BinaryImages;
use crate::learn::preprocessing::Scaling;
use crate::report::{Report, Took};
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
    /// Whether others wait and it is their turn: a job that can be taken up again should [rest](Turn::Rest).
    fn tired(&mut self) -> bool {
        false
    }
}

/// Nobody is listening.
pub struct Deaf;

impl Ticker for Deaf {
    fn due(&mut self) -> bool {
        false
    }
    fn tell(&mut self, _: Tick) {}
}

/// A form of the data with what it was made by; the last one is kept for the jobs that follow.
struct Kept<K, V>(Option<(K, Rc<V>)>);

impl<K: Clone + PartialEq, V> Kept<K, V> {
    fn has(&self, key: &K) -> bool {
        self.0.as_ref().is_some_and(|(made, _)| made == key)
    }

    fn get(&mut self, key: &K, make: impl FnOnce() -> Result<V>) -> Result<Rc<V>> {
        if let Some((made, value)) = &self.0
            && made == key
        {
            return Ok(Rc::clone(value));
        }
        // The old one goes first: two would be too much memory.
        self.0 = None;
        let value = Rc::new(make()?);
        self.0 = Some((key.clone(), Rc::clone(&value)));
        Ok(value)
    }
}

/// What a worker works on: the data set, and forms of it that jobs share.
pub struct Workplace {
    dataset: Arc<Dataset>,
    pixels: Kept<Scaling, Pixels>,
    features: Kept<Projection, Features>,
    patches: Kept<Drawing, Patches>,
    binary: Kept<Selection, BinaryImages>,
}

impl Workplace {
    /// A place with nothing prepared.
    pub fn new(dataset: Arc<Dataset>) -> Self {
        let (pixels, features, patches, binary) = (Kept(None), Kept(None), Kept(None), Kept(None));
        Workplace { dataset, pixels, features, patches, binary }
    }

    /// The data set.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// Lets go of every form: the jobs of a stage share one, and what an earlier stage needed is in the way of the next.
    pub fn forget(&mut self) {
        (self.pixels, self.features, self.patches, self.binary) = (Kept(None), Kept(None), Kept(None), Kept(None));
    }

    /// The images as points, shape `(n_samples, n_features)`.
    pub fn pixels(&mut self, scaling: Scaling) -> Result<Rc<Pixels>> {
        if !self.pixels.has(&scaling) {
            self.forget();
        }
        let data = &self.dataset;
        self.pixels.get(&scaling, || Pixels::new(&data.images, data.n, data.n_features(), scaling))
    }

    /// A sample on its principal components.
    pub fn features(&mut self, projection: &Projection) -> Result<Rc<Features>> {
        if !self.features.has(projection) {
            self.forget();
        }
        self.features.get(projection, || projection.features(&self.dataset))
    }

    /// Windows of the images, shape `(n_patches, patch_size * patch_size)`; `heard` is told how many have been taken,
    /// again and again, if they are not here yet.
    pub fn patches(&mut self, drawing: &Drawing, heard: &mut dyn FnMut(usize)) -> Result<Rc<Patches>> {
        if !self.patches.has(drawing) {
            self.forget();
        }
        self.patches.get(drawing, || drawing.extract(&self.dataset, heard))
    }

    /// Chosen images in black and white.
    pub fn binary(&mut self, selection: &Selection) -> Result<Rc<BinaryImages>> {
        if !self.binary.has(selection) {
            self.forget();
        }
        self.binary.get(selection, || selection.binarise(&self.dataset))
    }
}

/// A piece of work for one worker: about 0.1 to 5 seconds, with all its random
/// draws fixed beforehand.
pub trait Job: Serialize + DeserializeOwned {
    /// What it hands back.
    type Output: Serialize + DeserializeOwned;
    /// Does the work.
    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Self::Output>;
    /// Does the work, or a part of it: what takes long rests when its ticker is tired, and any worker takes it up
    /// again. So no worker is idle while three long jobs are done by two. Where a job rests changes no result.
    fn turn(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Turn<Self, Self::Output>> {
        self.run(place, ticker).map(Turn::Done)
    }
}

/// What a job's turn came to.
#[derive(Debug)]
pub enum Turn<J, O> {
    /// The output.
    Done(O),
    /// The job that is left.
    Rest(J),
}

/// A turn as it travels: see [`encode`].
pub type Worked = Turn<Vec<u8>, Vec<u8>>;

/// Never tired.
pub struct Tireless<'a>(pub &'a mut dyn Ticker);

impl Ticker for Tireless<'_> {
    fn due(&mut self) -> bool {
        self.0.due()
    }
    fn tell(&mut self, tick: Tick) {
        self.0.tell(tick);
    }
}

/// Does a job's turns one after the other: the [`Job::run`] of a job that can rest.
pub fn without_rest<J: Job>(mut job: J, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<J::Output> {
    loop {
        match job.turn(place, &mut Tireless(ticker))? {
            Turn::Done(output) => return Ok(output),
            Turn::Rest(rest) => job = rest,
        }
    }
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
    /// Carries out all jobs; `heard` is given the output of each, in any order, and nobody keeps a second copy.
    /// `patience` is the number of seconds of silence after which a worker counts as stuck.
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>>;

    /// Takes note of a tick: the job's position, and what it says.
    fn note(&self, _job: usize, _tick: &Tick) {}

    /// Whether an unfinished report would be drawn now.
    fn wants_report(&self) -> bool {
        false
    }

    /// Draws an unfinished report.
    fn show(&self, _unfinished: Report) {}

    /// Seconds on a clock that begins anywhere; it stands still where nobody measures.
    fn clock(&self) -> f64 {
        0.0
    }

    /// Takes note of how long a part of the run took.
    fn took(&self, _part: Took) {}

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
        self.map_part(stage, jobs, live, (0.0, 1.0)).await
    }

    /// As [`map`](Self::map), for one of several stages: `span` is the share of all
    /// work that is done before it and after it.
    pub async fn map_part<J: Job>(
        &self,
        stage: &str,
        jobs: &[J],
        live: &mut Live<'_, J::Output>,
        span: (f64, f64),
    ) -> Result<Vec<J::Output>> {
        self.map_counted(stage, jobs, live, span, None).await
    }

    /// As [`map`](Self::map), where `ended` hears the position of each job as it ends.
    pub async fn map_told<J: Job>(
        &self,
        stage: &str,
        jobs: &[J],
        live: &mut Live<'_, J::Output>,
        ended: &mut dyn FnMut(usize),
    ) -> Result<Vec<J::Output>> {
        self.carry_out(stage, jobs, live, (0.0, 1.0), None, ended).await
    }

    /// As [`map_part`](Self::map_part), where what counts are not the jobs of this stage: `count` is how much is done of
    /// what was asked for, and stays so until the stage is over.
    pub async fn map_counted<J: Job>(
        &self,
        stage: &str,
        jobs: &[J],
        live: &mut Live<'_, J::Output>,
        span: (f64, f64),
        count: Option<(usize, usize)>,
    ) -> Result<Vec<J::Output>> {
        self.carry_out(stage, jobs, live, span, count, &mut |_| ()).await
    }

    async fn carry_out<J: Job>(
        &self,
        stage: &str,
        jobs: &[J],
        live: &mut Live<'_, J::Output>,
        (before, after): (f64, f64),
        count: Option<(usize, usize)>,
        ended: &mut dyn FnMut(usize),
    ) -> Result<Vec<J::Output>> {
        let encoded = jobs.iter().map(encode).collect::<Result<Vec<_>>>()?;
        let of = jobs.len();
        let mut known: Vec<Progress<J::Output>> =
            jobs.iter().map(|_| Progress { tick: None, history: Vec::new(), output: None }).collect();
        let mut broken = None;
        let mut share = before;
        let say = |done: usize, share: f64| {
            let (done, of) = count.unwrap_or((done, of));
            self.bench.progress(stage, done, of, share);
        };
        say(0, share);
        let mut heard = |heard: Heard| {
            let at = match heard {
                Heard::Tick(at, tick) => {
                    self.bench.note(at, &tick);
                    known[at].history.push((tick.step, tick.objective));
                    known[at].tick = Some(tick);
                    at
                }
                Heard::Done(at, bytes) => {
                    ended(at);
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
            share = share.max(before + (after - before) * now);
            say(done, share);
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
