//! Runs: begun, carried out, stopped.

use super::{Desk, mark, now};
use crate::app::bench::PageBench;
use crate::app::fetch;
use crate::app::player::Played;
use crate::app::state::{RunState, Shown, Status};
use crate::error::{Error, Result};
use crate::experiments::Entry;
use crate::link::Setup;
use crate::report::{ENGINE, Outcome};
use crate::workers::{Conclusion, Conductor, breathe};
use futures::future::{abortable, try_join};
use leptos::prelude::*;
use std::sync::Arc;

impl Desk {
    /// Computes what the controls say.
    pub fn start(&self) {
        let setup = self.setup.get_untracked();
        let Some(entry) = setup.entry() else { return };
        if !self.invalid.with_untracked(Vec::is_empty) {
            return;
        }
        self.stop();
        self.unread.set(String::new());
        self.spent.set_value(0.0);
        self.loaded.set_value(false);
        let from_file = self.beside.with_value(Option::is_some);
        let desk = *self;
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        self.run.set(RunState::Loading(0, 0));
        let (link, key) = (setup.fragment(), setup.key());
        let (work, abort) = abortable(async move { desk.compute(setup, entry, turn).await });
        self.abort.set_value(Some(abort));
        leptos::task::spawn_local(async move {
            let Ok(done) = work.await else { return };
            if desk.turn.get_value() != turn {
                return;
            }
            let counted = desk.run.with_untracked(RunState::counted);
            desk.run.set(match done {
                Ok(()) | Err(Error::Cancelled) => RunState::Idle,
                // Said where the file was chosen: what is shown is still what it was.
                Err(error) if from_file && !matches!(error, Error::Worker(_)) => {
                    desk.unread.set(error.to_string());
                    RunState::Idle
                }
                // Said at its control, if it has one.
                Err(error @ Error::InvalidParameter { .. }) if desk.controls(&error) => {
                    desk.refused.set(Some((key, error)));
                    RunState::Idle
                }
                Err(error) => RunState::Failed(error, link),
            });
            if desk.run.with_untracked(|run| *run != RunState::Idle) {
                desk.keep_partial(counted);
            }
        });
    }

    /// Computes what the controls say, with a value beside them that stands in no link, in which so many seconds went
    /// before.
    pub fn start_from(&self, name: &str, text: String, spent: f64) {
        self.beside.set_value(Some((name.into(), text)));
        self.start();
        self.spent.set_value(spent);
        // A run that did not begin must not leave it to another.
        if !self.run.with_untracked(RunState::busy) {
            self.beside.set_value(None);
        }
    }

    /// Whether an error is about a parameter of this place's form.
    pub(super) fn controls(&self, error: &Error) -> bool {
        let Error::InvalidParameter { name, .. } = error else { return false };
        self.entry().is_some_and(|entry| (entry.specs)().iter().any(|spec| spec.name == name))
    }

    pub(super) async fn compute(self, setup: Setup, entry: &'static Entry, turn: u32) -> Result<()> {
        let mut values = setup.values.clone();
        values.extend(self.beside.try_update_value(Option::take).flatten());
        let pool = self.pool.get_value();
        // The workers start while the images come.
        let images = async {
            let dataset = self.dataset(&setup.data).await?;
            Ok((dataset, now()))
        };
        let workers = async {
            if !entry.instant {
                pool.expect(entry);
            }
            self.conductor(entry.group).await
        };
        let ((dataset, began), mut conductor) = try_join(images, workers).await?;
        let key = setup.key();
        let bench = PageBench::new(self, turn, key.clone());
        let Conclusion { report, raw, digest, memory, parts } =
            conductor.run(entry, &values, &dataset, &pool, &bench).await?;
        self.conductor.set_value(Some(conductor));
        breathe().await;
        let outcome = Arc::new(Outcome {
            configuration: key.clone(),
            engine: ENGINE.into(),
            digest,
            seconds: (now() - began) / 1000.0 + self.spent.get_value(),
            memory_bytes: pool.memory() + u64::from(memory) + fetch::memory(),
            workers: if entry.instant { 0 } else { pool.max_workers() },
            parts,
            report,
            raw,
        });
        self.own.update_value(|own| drop(own.insert(key.clone(), Arc::clone(&outcome))));
        // The saved result is the yardstick; without it the run still counts.
        if let Some(scene) = setup.scene().map(|scene| scene.id.clone())
            && !self.saved.with_value(|saved| saved.contains_key(&scene))
            && let Ok(saved) = fetch::saved(&scene).await
        {
            self.saved.update_value(|all| drop(all.insert(scene, Arc::new(saved))));
        }
        self.played.set(Arc::new(Played { key: key.clone(), frames: bench.frames() }));
        breathe().await;
        self.present(key, outcome);
        mark("result:live");
        breathe().await;
        Ok(())
    }

    /// A conductor for experiments of that group. It is taken away from here while it is used, so that whatever ends
    /// that early ends the conductor too.
    pub(super) async fn conductor(self, group: &'static str) -> Result<Conductor> {
        let known = self.conductor.try_update_value(Option::take).flatten();
        match known.filter(|conductor| conductor.group() == group) {
            Some(conductor) => Ok(conductor),
            None => Conductor::start(group).await,
        }
    }

    /// The Python script of a setup.
    pub async fn script(self, setup: &Setup) -> Result<String> {
        let Some(entry) = setup.entry() else { return Ok(String::new()) };
        let mut conductor = self.conductor(entry.group).await?;
        let script = conductor.script(setup).await;
        self.conductor.set_value(Some(conductor));
        script
    }

    /// Seconds in which what is shown was computed, as far as it is known.
    pub fn spent(&self) -> f64 {
        let of = |shown: &Shown| match shown.status {
            Status::Stopped(..) => self.spent.get_value(),
            _ => shown.outcome.as_ref().map_or(0.0, |outcome| outcome.seconds),
        };
        self.shown.with_untracked(|shown| shown.as_ref().map_or(0.0, of))
    }

    /// Ends what is going on at once; what it had found stays, marked as partial.
    pub fn stop(&self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
        let counted = self.run.with_untracked(RunState::counted);
        if let RunState::Running { seconds, .. } = self.run.get_untracked() {
            self.spent.update_value(|spent| *spent += seconds);
        }
        if self.run.with_untracked(RunState::busy) {
            self.run.set(RunState::Idle);
        }
        self.keep_partial(counted);
    }

    /// What has formed stays, marked with how far the run had come.
    pub(super) fn keep_partial(&self, counted: Option<(usize, usize)>) {
        let Some(Shown { status: Status::Partial(done, of), .. }) = self.shown.get_untracked() else { return };
        let (done, of) = counted.unwrap_or((done, of));
        self.shown.update(|shown| {
            if let Some(shown) = shown {
                shown.status = Status::Stopped(done, of);
                self.stopped.set_value(Some(shown.clone()));
            }
        });
    }
}
