//! The worker that carries an experiment out: it deals out the jobs, which the page's pool does, and makes the report.
//! So the page holds no experiment, and never waits for one.

use super::Pool;
use super::companion::{Companion, unexpected};
use super::protocol::{FromWorker, Parcel, ToWorker};
use super::wire::Message;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::experiments::{Entry, Tick, Values, decode};
use crate::link::Setup;
use crate::report::{Report, Took};
use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use futures::future::{Either, select};
use js_sys::Uint8Array;
use std::pin::pin;
use std::sync::Arc;

/// Who watches a run.
pub trait Watch {
    /// A job's tick.
    fn note(&self, job: usize, tick: &Tick);
    /// How far the run is: a stage's name and a share from 0 to 1 of all of it.
    fn progress(&self, stage: &str, done: usize, of: usize, share: f64);
    /// Whether an unfinished report would be drawn.
    fn wants_report(&self) -> bool;
    /// An unfinished report.
    fn show(&self, unfinished: Report);
}

/// What a run came to.
pub struct Conclusion {
    /// The report.
    pub report: Report,
    /// The report as it came.
    pub raw: Vec<u8>,
    /// [`Report::digest`].
    pub digest: String,
    /// Bytes of the conductor's memory.
    pub memory: u32,
    /// How long parts of the run took.
    pub parts: Vec<Took>,
}

/// A worker that conducts. Dropping it ends it at once.
pub struct Conductor {
    companion: Companion,
    group: &'static str,
    /// Checksum of the data set that it holds.
    loaded: String,
}

/// What a pool's job said, on its way to the conductor as it came.
pub enum News {
    /// A tick.
    Tick(usize, Tick, Uint8Array),
    /// Its output.
    Done(usize, Uint8Array),
}

impl Conductor {
    /// Starts one for experiments of that group.
    pub async fn start(group: &'static str) -> Result<Self> {
        let companion = Companion::start(group).await?;
        Ok(Conductor { companion, group, loaded: String::new() })
    }

    /// The group of experiments that it knows.
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// Runs an experiment. After an error it must not be used again.
    pub async fn run(
        &mut self,
        entry: &'static Entry,
        values: &Values,
        dataset: &Arc<Dataset>,
        pool: &Pool,
        watch: &dyn Watch,
    ) -> Result<Conclusion> {
        if self.loaded != dataset.sha256 {
            // One copy, out of the page's memory and over to the worker: of 70,000 images a second would be felt.
            let images = Uint8Array::from(dataset.images.as_slice());
            self.companion.say(&ToWorker::Load(Parcel::from(&**dataset)), &[images])?;
            self.loaded.clone_from(&dataset.sha256);
        }
        let (experiment, values) = (entry.id.to_string(), values.clone());
        self.companion.say(&ToWorker::Conduct { experiment, values }, &[])?;
        loop {
            let message = self.companion.next().await?;
            match message.head {
                FromWorker::Jobs { patience } => {
                    self.play(entry, dataset, message.bodies, patience, pool, watch).await?;
                }
                FromWorker::Concluded { ref digest, memory, ref parts } => {
                    // Taking the message in, reading the report and showing it are each some frames' work on a slow
                    // machine: the page draws and listens in between.
                    super::breathe().await;
                    let raw = message.bytes();
                    let report = decode(&raw)?;
                    return Ok(Conclusion { report, raw, digest: digest.clone(), memory, parts: parts.clone() });
                }
                // The last of a stage may come when its jobs are through.
                _ => self.aside(&message, watch)?,
            }
        }
    }

    /// What does not fit of a setup and images of that number and size, if something does not.
    pub async fn check(&mut self, setup: &Setup, n_samples: usize, n_features: usize) -> Result<Option<Error>> {
        let Some(entry) = setup.entry() else { return Ok(None) };
        let (experiment, values) = (entry.id.to_string(), setup.values.clone());
        let (n_samples, n_features) = (n_samples as u32, n_features as u32);
        self.companion.say(&ToWorker::Check { experiment, values, n_samples, n_features }, &[])?;
        match self.companion.next().await?.head {
            FromWorker::Checked(error) => Ok(error),
            other => Err(unexpected(&other)),
        }
    }

    /// The Python script of an experiment.
    pub async fn script(&mut self, setup: &Setup) -> Result<String> {
        let Some(entry) = setup.entry() else { return Ok(String::new()) };
        self.companion.say(
            &ToWorker::Script {
                experiment: entry.id.into(),
                values: setup.values.clone(),
                data: setup.data.clone(),
                link: setup.fragment(),
            },
            &[],
        )?;
        match self.companion.next().await?.head {
            FromWorker::Script(text) => Ok(text),
            other => Err(unexpected(&other)),
        }
    }

    /// Has the pool do the jobs, and passes on what they say.
    async fn play(
        &mut self,
        entry: &'static Entry,
        dataset: &Arc<Dataset>,
        jobs: Vec<Uint8Array>,
        patience: f64,
        pool: &Pool,
        watch: &dyn Watch,
    ) -> Result<()> {
        let (tell, mut told) = unbounded();
        let mut heard = |news: News| drop(tell.unbounded_send(news));
        let outcome = {
            let mut playing = pin!(pool.carry_out(entry, dataset, jobs, patience, &mut heard));
            loop {
                let step = {
                    let said = pin!(self.companion.next());
                    let news = pin!(told.next());
                    match select(select(said, news), playing.as_mut()).await {
                        Either::Left((Either::Left((message, _)), _)) => Step::Aside(message?),
                        Either::Left((Either::Right((news, _)), _)) => Step::News(news),
                        Either::Right((outcome, _)) => Step::Over(outcome),
                    }
                };
                match step {
                    Step::Aside(message) => self.aside(&message, watch)?,
                    Step::News(news) => self.relay(news, watch)?,
                    Step::Over(outcome) => break outcome,
                }
            }
        };
        while let Ok(news) = told.try_recv() {
            self.relay(Some(news), watch)?;
        }
        self.companion.say(&ToWorker::Finished(outcome.err()), &[])
    }

    fn relay(&self, news: Option<News>, watch: &dyn Watch) -> Result<()> {
        match news {
            Some(News::Tick(job, tick, body)) => {
                watch.note(job, &tick);
                self.companion.say(&ToWorker::Ticked { job: job as u32 }, &[body])
            }
            Some(News::Done(job, output)) => self.companion.say(&ToWorker::Answered { job: job as u32 }, &[output]),
            None => Ok(()),
        }
    }

    /// What the conductor says beside the matter.
    fn aside(&self, message: &Message<FromWorker>, watch: &dyn Watch) -> Result<()> {
        match &message.head {
            FromWorker::Progress { stage, done, of, share } => {
                watch.progress(stage, *done as usize, *of as usize, *share);
                Ok(())
            }
            FromWorker::Unfinished => {
                if watch.wants_report() {
                    watch.show(decode(&message.bytes())?);
                }
                // It waits for that before it sends the next.
                self.companion.say_when_drawn(&ToWorker::Drawn)
            }
            FromWorker::Panicked { message } => Err(Error::Worker(message.clone())),
            other => Err(unexpected(other)),
        }
    }
}

enum Step {
    Aside(Message<FromWorker>),
    News(Option<News>),
    Over(Result<()>),
}
