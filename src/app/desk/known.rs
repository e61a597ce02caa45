//! What is known without computing: own results, saved ones, and whether settings fit the images.

use super::images::absent;
use super::{Desk, mark};
use crate::app::fetch;
use crate::app::state::{RunState, Shown, Status};
use crate::data::catalog;
use crate::error::Error;
use crate::link::Setup;
use crate::report::Outcome;
use leptos::prelude::*;
use std::sync::Arc;

impl Desk {
    /// Whether parameters and data fit each other, as far as is known.
    pub fn problem(&self) -> Option<Error> {
        self.setup.with(|setup| {
            setup.entry()?;
            if self.info(&setup.data).is_none() {
                return Some(absent(&setup.data));
            }
            let key = setup.key();
            self.refused.with(|refused| refused.as_ref().filter(|(known, _)| *known == key).map(|(_, e)| e.clone()))
        })
    }

    /// Asks the experiment's own module whether the parameters fit the data. The presets do.
    pub(super) fn examine(&self, setup: &Setup) {
        let preset = Setup::preset(setup.place.clone());
        let (Some(entry), Some(info)) = (setup.entry(), self.info(&setup.data)) else { return };
        if (&setup.values, &setup.data) == (&preset.values, &preset.data) {
            return;
        }
        let (desk, setup) = (*self, setup.clone());
        leptos::task::spawn_local(async move {
            // A page without workers says so when something is to be computed.
            let Ok(mut conductor) = desk.conductor(entry.group).await else { return };
            let fits = conductor.check(&setup, info.n, info.shape.0 * info.shape.1).await;
            desk.conductor.set_value(Some(conductor));
            if let Ok(Some(error)) = fits {
                desk.refused.set(Some((setup.key(), error)));
            }
        });
    }

    /// Shows what is known of `setup` without computing: an own result, or the saved one.
    pub(super) fn recall(&self, setup: &Setup, moved: bool) {
        let key = setup.key();
        if let Some(outcome) = self.own.with_value(|own| own.get(&key).cloned()) {
            return self.present(key, outcome);
        }
        let stopped = self.stopped.with_value(|stopped| stopped.clone().filter(|stopped| stopped.key == key));
        if stopped.is_some() && !self.run.with_untracked(RunState::busy) {
            return self.shown.set(stopped);
        }
        if moved {
            self.shown.set(None);
        }
        if self.instant(setup) {
            return self.start();
        }
        self.examine(setup);
        let Some(scene) = setup.scene().filter(|scene| scene.experiment.is_some()).map(|scene| scene.id.clone()) else {
            return;
        };
        if let Some(outcome) = self.saved.with_value(|saved| saved.get(&scene).cloned()) {
            return self.offer_saved(&key, outcome, moved);
        }
        let desk = *self;
        let place = setup.place.clone();
        leptos::task::spawn_local(async move {
            // Without the saved result the page still works, so its absence is no error.
            let Ok(outcome) = fetch::saved(&scene).await else { return };
            let outcome = Arc::new(outcome);
            desk.saved.update_value(|saved| drop(saved.insert(scene, Arc::clone(&outcome))));
            if desk.place.get_untracked() == place {
                desk.offer_saved(&desk.setup.with_untracked(Setup::key), outcome, true);
            }
        });
    }

    /// Shows the saved result if it is the one asked for, or if there is nothing else.
    pub(super) fn offer_saved(&self, key: &str, outcome: Arc<Outcome>, empty: bool) {
        if self.run.with_untracked(RunState::busy) {
            return;
        }
        let nothing = self.shown.with_untracked(Option::is_none);
        if outcome.configuration == key || (empty && nothing) {
            let report = Arc::new(outcome.report.clone());
            let shown =
                Shown { key: outcome.configuration.clone(), status: Status::Saved, report, outcome: Some(outcome) };
            self.shown.set(Some(shown));
            mark("result:saved");
        }
    }

    /// Shows a result of this page.
    pub(super) fn present(&self, key: String, outcome: Arc<Outcome>) {
        let identical = self.saved.with_value(|saved| {
            saved.values().any(|saved| saved.configuration == key && saved.digest == outcome.digest)
        });
        let report = Arc::new(outcome.report.clone());
        self.shown.set(Some(Shown { key, status: Status::Done { identical }, report, outcome: Some(outcome) }));
    }

    /// Whether a setup takes no time worth a button: no jobs, and its data are small or here.
    pub(super) fn instant(&self, setup: &Setup) -> bool {
        let waits = setup.embed.start.as_deref().is_some_and(|start| start != "visible");
        let small = || {
            self.data.with_untracked(|data| data.contains_key(&setup.data))
                || catalog::dataset(&setup.data).map_or(true, |info| info.bytes() < 200_000)
        };
        setup.entry().is_some_and(|entry| entry.instant) && !waits && small() && self.problem().is_none()
    }
}
