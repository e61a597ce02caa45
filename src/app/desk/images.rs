//! The images that are here: built in, opened by the visitor, kept by the browser.

use super::Desk;
use crate::app::state::{Kept, RunState};
use crate::app::{fetch, keep};
use crate::data::Dataset;
use crate::data::catalog::{self, Info};
use crate::data::public;
use crate::error::{Error, Result};
use leptos::prelude::*;
use std::sync::Arc;

impl Desk {
    /// What is known of the data set of that name, if it is built in or was opened.
    pub fn info(&self, id: &str) -> Option<Info> {
        let opened = |all: &Option<Vec<Kept>>| {
            all.iter().flatten().find(|kept| kept.info.id == id).map(|kept| kept.info.clone())
        };
        catalog::dataset(id).ok().map(Info::from).or_else(|| self.opened.with(opened))
    }

    /// `id`, or the name of the published data set that a visitor's files of that name hold the images of: they may
    /// differ from it in a byte.
    pub fn images_named(&self, id: String) -> String {
        if self.info(&id).is_some_and(|info| info.like_mnist) { public::ALL_OF_MNIST.into() } else { id }
    }

    /// The data set that this place's link asks for, if it is not here.
    pub fn missing(&self) -> Option<String> {
        let known = self.opened.with(Option::is_some);
        self.setup.with(|setup| {
            let missing = known && setup.entry().is_some() && self.info(&setup.data).is_none();
            missing.then(|| setup.data.clone())
        })
    }

    /// Learns what the browser kept of earlier visits.
    pub async fn remember(self) {
        let kept = keep::all().await;
        self.opened.update(|opened| {
            let opened = opened.get_or_insert_default();
            let new = kept.into_iter().filter(|info| opened.iter().all(|known| known.info.id != info.id));
            let new: Vec<Kept> = new.map(|info| Kept { info, kept: Some(true) }).collect();
            opened.extend(new);
        });
        let setup = self.setup.get_untracked();
        if catalog::dataset(&setup.data).is_err() && self.run.with_untracked(|run| !run.busy()) {
            self.recall(&setup, false);
        }
    }

    /// Takes in a data set that was opened, and tries to keep it.
    pub fn accept(&self, data: Dataset) {
        let data = Arc::new(data);
        let info = Info::from(&*data);
        let id = info.id.clone();
        self.data.update(|all| drop(all.insert(id.clone(), Arc::clone(&data))));
        self.opened.update(|opened| {
            let opened = opened.get_or_insert_default();
            opened.retain(|known| known.info.id != id);
            opened.push(Kept { info, kept: None });
        });
        let desk = *self;
        leptos::task::spawn_local(async move {
            let kept = keep::put(&data).await.is_ok();
            let here = |all: &Option<Vec<Kept>>| all.iter().flatten().any(|known| known.info.id == data.id);
            // Nothing half-kept, and nothing that was forgotten meanwhile.
            if !kept || !desk.opened.with_untracked(here) {
                keep::forget(&data.id).await;
            }
            desk.opened.update(|opened| {
                for known in opened.iter_mut().flatten().filter(|known| known.info.id == data.id) {
                    known.kept = Some(kept);
                }
            });
        });
    }

    /// Forgets one data set that was opened, or all of them.
    pub fn forget(&self, id: Option<&str>) {
        let goes = |other: &str| id.is_none_or(|id| id == other);
        self.opened.update(|opened| opened.iter_mut().for_each(|all| all.retain(|known| !goes(&known.info.id))));
        self.data.update(|data| data.retain(|other, _| catalog::dataset(other).is_ok() || !goes(other)));
        let id = id.map(String::from);
        leptos::task::spawn_local(async move {
            match id {
                Some(id) => keep::forget(&id).await,
                None => keep::forget_all().await,
            }
        });
    }

    /// The data set of that name, fetched and checked if it is not here.
    pub async fn dataset(self, id: &str) -> Result<Arc<Dataset>> {
        if let Some(dataset) = self.data.with_untracked(|data| data.get(id).cloned()) {
            return Ok(dataset);
        }
        let shards = self.shards.get_value();
        let progress = |bytes: usize, of: usize| {
            if self.run.with_untracked(|run| matches!(run, RunState::Loading(..))) {
                self.run.set(RunState::Loading(bytes, of));
            }
        };
        let dataset = Arc::new(if catalog::dataset(id).is_ok() {
            fetch::dataset(id, &shards, progress).await?
        } else if self.opened.with_untracked(|all| all.iter().flatten().any(|known| known.info.id == id)) {
            keep::get(id, |done, of| progress(done as usize, of as usize)).await?
        } else {
            return Err(absent(id));
        });
        self.data.update(|data| drop(data.insert(id.into(), Arc::clone(&dataset))));
        Ok(dataset)
    }
}

/// What is said of images that a link asks for.
pub(super) fn absent(id: &str) -> Error {
    Error::Data(format!("The data set {id} is not here. Open its files on the page Data."))
}
