//! The conductor's half: runs an experiment, and has the page's pool do its jobs.

use super::protocol::FromWorker;
use super::serve::{memory, now, post};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::experiments::{Bench, Entry, Heard, LocalFuture, Values, decode, encode};
use crate::report::{Report, Took};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// Milliseconds between two unfinished reports: ten pictures a second are as many as anybody sees.
const DRAW_MS: f64 = 100.0;
/// Part of the time that the page may spend with drawing them: it needs a processor that a worker would have.
const DRAW_SHARE: f64 = 0.25;
/// Milliseconds after which the next is made however long one takes: who pauses chains waits for it.
const LATEST_MS: f64 = 600.0;
/// Milliseconds after which the next is made though the last is not drawn: nobody may be looking.
const UNSEEN_MS: f64 = 2000.0;

/// What the page says of the jobs.
pub enum News {
    /// One goes on.
    Tick(usize, Vec<u8>),
    /// One is done.
    Done(usize, Vec<u8>),
    /// The page has drawn the unfinished report.
    Drawn,
    /// All are done, or there will be no result.
    Finished(Option<Error>),
}

/// Where news go.
pub type Ear = UnboundedSender<News>;

struct Podium {
    /// Away while a stage listens: a run has one stage at a time.
    news: Cell<Option<UnboundedReceiver<News>>>,
    /// When the last unfinished report was sent, and when the next may be.
    shown: Cell<f64>,
    next: Cell<f64>,
    /// How long parts of the run took.
    parts: RefCell<Vec<Took>>,
}

impl Podium {
    fn drawn(&self) {
        let shown = self.shown.get();
        let wait = ((now() - shown) / DRAW_SHARE).clamp(DRAW_MS, LATEST_MS);
        self.next.set(shown + wait);
    }
}

/// Runs an experiment and posts what it came to. Who sends news to the ear that it returns keeps it going.
pub fn conduct(experiment: &str, values: Values, dataset: Arc<Dataset>) -> Ear {
    let (ear, news) = unbounded();
    let podium = Podium {
        news: Cell::new(Some(news)),
        shown: Cell::new(now()),
        next: Cell::new(now() + DRAW_MS),
        parts: RefCell::default(),
    };
    let entry = Entry::find(experiment);
    wasm_bindgen_futures::spawn_local(async move {
        let report = match entry {
            Ok(entry) => entry.run(&values, &dataset, &podium).await,
            Err(error) => Err(error),
        };
        match report.and_then(|report| Ok((encode(&report)?, report.digest()))) {
            Ok((bytes, digest)) => {
                let parts = podium.parts.take();
                post(&FromWorker::Concluded { digest, memory: memory(), parts }, &[Uint8Array::from(bytes.as_slice())]);
            }
            Err(error) => post(&FromWorker::Failed { ticket: 0, error }, &[]),
        }
    });
    ear
}

impl Bench for Podium {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let bodies: Vec<Uint8Array> = jobs.iter().map(|job| Uint8Array::from(job.as_slice())).collect();
            drop(jobs);
            post(&FromWorker::Jobs { patience }, &bodies);
            let mut news = self.news.take().ok_or_else(|| Error::Worker("two stages at once".into()))?;
            loop {
                match news.next().await {
                    Some(News::Tick(job, tick)) => heard(Heard::Tick(job, decode(&tick)?)),
                    Some(News::Done(job, output)) => heard(Heard::Done(job, &output)),
                    Some(News::Drawn) => self.drawn(),
                    Some(News::Finished(None)) => break,
                    Some(News::Finished(Some(error))) => return Err(error),
                    None => return Err(Error::Cancelled),
                }
            }
            self.news.set(Some(news));
            Ok(())
        })
    }

    fn clock(&self) -> f64 {
        now() / 1000.0
    }

    fn took(&self, part: Took) {
        self.parts.borrow_mut().push(part);
    }

    fn wants_report(&self) -> bool {
        now() >= self.next.get()
    }

    fn show(&self, unfinished: Report) {
        self.shown.set(now());
        self.next.set(now() + UNSEEN_MS);
        if let Ok(bytes) = encode(&unfinished) {
            post(&FromWorker::Unfinished, &[Uint8Array::from(bytes.as_slice())]);
        }
    }

    fn progress(&self, stage: &str, done: usize, of: usize, share: f64) {
        post(&FromWorker::Progress { stage: stage.into(), done: done as u32, of: of as u32, share }, &[]);
    }
}
