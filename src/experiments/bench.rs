//! Benches without a browser: this thread, or all cores.

use super::lab::{Bench, Deaf, Heard, LocalFuture, Ticker, Turn, Workplace};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::Entry;
use crate::report::Took;
use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// Carries out every job at once on this thread.
pub struct Serial {
    entry: &'static Entry,
    dataset: Arc<Dataset>,
}

impl Serial {
    /// A bench for one experiment on one data set.
    pub fn new(entry: &'static Entry, dataset: Arc<Dataset>) -> Self {
        Serial { entry, dataset }
    }
}

impl Bench for Serial {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        _patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut place = Workplace::new(Arc::clone(&self.dataset));
            for (at, job) in jobs.iter().enumerate() {
                let output = finished(self.entry, job, &mut place, &mut Deaf)?;
                heard(Heard::Done(at, &output));
            }
            Ok(())
        })
    }
}

/// Carries out a job turn by turn.
fn finished(entry: &Entry, job: &[u8], place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Vec<u8>> {
    let mut worked = entry.work(job, place, ticker)?;
    loop {
        match worked {
            Turn::Done(output) => return Ok(output),
            Turn::Rest(job) => worked = entry.work(&job, place, ticker)?,
        }
    }
}

/// Carries out jobs on `n_threads` threads.
pub struct Threads {
    entry: &'static Entry,
    dataset: Arc<Dataset>,
    n_threads: usize,
    began: Instant,
    parts: RefCell<Vec<Took>>,
}

impl Threads {
    /// A bench of `n_threads` threads (at least one).
    pub fn new(entry: &'static Entry, dataset: Arc<Dataset>, n_threads: usize) -> Self {
        Threads { entry, dataset, n_threads: n_threads.max(1), began: Instant::now(), parts: RefCell::default() }
    }

    /// How long parts of the run took; they are handed over once.
    pub fn parts(&self) -> Vec<Took> {
        self.parts.take()
    }
}

impl Bench for Threads {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        _patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>> {
        use crate::error::Error;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::sync::mpsc;

        Box::pin(async move {
            let (entry, dataset) = (self.entry, &self.dataset);
            let next = AtomicUsize::new(0);
            let mut n_done = 0;
            std::thread::scope(|scope| {
                let (sender, receiver) = mpsc::channel();
                for _ in 0..self.n_threads.min(jobs.len()) {
                    let sender = sender.clone();
                    let (next, jobs) = (&next, &jobs);
                    scope.spawn(move || {
                        let mut place = Workplace::new(Arc::clone(dataset));
                        while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < jobs.len()) {
                            let output = finished(entry, &jobs[at], &mut place, &mut Deaf);
                            // After a failure the rest need not be dealt out.
                            if output.is_err() {
                                next.store(jobs.len(), Ordering::Relaxed);
                            }
                            if sender.send((at, output)).is_err() {
                                break;
                            }
                        }
                    });
                }
                drop(sender);
                let mut failed: Option<(usize, Error)> = None;
                for (at, output) in receiver {
                    match output {
                        Ok(output) => {
                            heard(Heard::Done(at, &output));
                            n_done += 1;
                        }
                        // The first job's error, whichever thread was faster.
                        Err(error) if failed.as_ref().is_none_or(|(first, _)| at < *first) => {
                            failed = Some((at, error));
                        }
                        Err(_) => {}
                    }
                }
                failed.map_or(Ok(()), |(_, error)| Err(error))
            })?;
            match n_done == jobs.len() {
                true => Ok(()),
                false => Err(Error::Worker("a thread ended without an answer".into())),
            }
        })
    }

    fn clock(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn took(&self, part: Took) {
        self.parts.borrow_mut().push(part);
    }
}

/// Polls a future that never waits, as those on [`Serial`] and `Threads` benches;
/// `None` if it did wait.
pub fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
