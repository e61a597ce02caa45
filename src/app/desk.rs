//! The page's state: what the link says, what is shown, what is running. Views
//! are functions of it, and only its methods change it.

use super::bench::PageBench;
use super::player::Played;
use super::state::{Kept, RunState, Shown, Status};
use super::{fetch, keep, route};
use crate::data::Dataset;
use crate::data::catalog::{self, Info};
use crate::error::{Error, Result};
use crate::experiments::Entry;
use crate::link::{Place, Setup, View};
use crate::report::{ColorScale, ENGINE, Outcome};
use crate::workers::{Conclusion, Conductor, Pool};
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Milliseconds between two changes of the address while something is dragged.
const WRITE_MS: u64 = 250;

/// The state. Copied freely; all copies are one.
#[derive(Clone, Copy)]
pub struct Desk {
    /// What the link says.
    pub setup: RwSignal<Setup>,
    /// Its place, which changes less often.
    pub place: Memo<Place>,
    /// How its result is looked at, as a link or a button said last; what is moved by
    /// hand goes to `setup` a little later and does not come back here.
    pub view: RwSignal<View>,
    /// What of the link could not be understood.
    pub notes: RwSignal<Vec<Error>>,
    /// Control texts that are no values: name, text, error.
    pub invalid: RwSignal<Vec<(String, String, Error)>>,
    /// What was found not to fit: a setup's key, and why.
    refused: RwSignal<Option<(String, Error)>>,
    /// What is shown.
    pub shown: RwSignal<Option<Shown>>,
    /// What is going on.
    pub run: RwSignal<RunState>,
    /// Whether the page is dark.
    pub dark: RwSignal<bool>,
    /// Whether the dialog of links, code and files is open.
    pub sharing: RwSignal<bool>,
    /// Data sets that are here.
    pub data: RwSignal<BTreeMap<String, Arc<Dataset>>>,
    /// Data sets that a visitor opened, now or (where the browser keeps them) earlier;
    /// `None` until it is known what the browser kept.
    pub opened: RwSignal<Option<Vec<Kept>>>,
    /// What the last run showed while it ran.
    pub played: RwSignal<Arc<Played>>,
    own: StoredValue<BTreeMap<String, Arc<Outcome>>>,
    saved: StoredValue<BTreeMap<String, Arc<Outcome>>>,
    shards: StoredValue<fetch::Shards, LocalStorage>,
    pool: StoredValue<Pool, LocalStorage>,
    /// Who conducted the last run, for the next of its group.
    conductor: StoredValue<Option<Conductor>, LocalStorage>,
    abort: StoredValue<Option<AbortHandle>, LocalStorage>,
    /// A value that the next run gets beside those of the link, such as the text of a file.
    beside: StoredValue<Option<(String, String)>>,
    writing: StoredValue<bool>,
    pub(super) turn: StoredValue<u32>,
}

/// Milliseconds since the page began.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Marks a moment for whoever measures the page.
pub fn mark(name: &str) {
    if let Some(clock) = window().performance() {
        // Measuring must never get in the way.
        let _ = clock.mark(name);
    }
}

impl Desk {
    /// A desk at home.
    pub fn new() -> Self {
        let setup = RwSignal::new(Setup::home());
        let cores = window().navigator().hardware_concurrency() as u32;
        Desk {
            setup,
            place: Memo::new(move |_| setup.with(|setup| setup.place.clone())),
            view: RwSignal::new(View::default()),
            notes: RwSignal::new(Vec::new()),
            invalid: RwSignal::new(Vec::new()),
            refused: RwSignal::new(None),
            shown: RwSignal::new(None),
            run: RwSignal::new(RunState::Idle),
            dark: RwSignal::new(false),
            sharing: RwSignal::new(false),
            data: RwSignal::new(BTreeMap::new()),
            opened: RwSignal::new(None),
            played: RwSignal::default(),
            own: StoredValue::new(BTreeMap::new()),
            saved: StoredValue::new(BTreeMap::new()),
            shards: StoredValue::new_local(fetch::Shards::default()),
            pool: StoredValue::new_local(Pool::new(workers(cores))),
            conductor: StoredValue::new_local(None),
            abort: StoredValue::new_local(None),
            beside: StoredValue::new(None),
            writing: StoredValue::new(false),
            turn: StoredValue::new(0),
        }
    }

    /// The experiment of this place.
    pub fn entry(&self) -> Option<&'static Entry> {
        self.setup.with(Setup::entry)
    }

    /// Shows what a link says, from the address bar or the host page.
    pub fn open(&self, fragment: &str) {
        let opened = crate::link::open(fragment);
        self.notes.set(opened.notes);
        self.go(opened.setup);
    }

    /// Shows a setup. Leaving a place cancels its run.
    fn go(&self, setup: Setup) {
        let moved = self.setup.with_untracked(|old| old.place != setup.place);
        let same = self.setup.with_untracked(|old| old.key() == setup.key());
        self.invalid.set(Vec::new());
        if moved {
            self.stop();
            self.run.set(RunState::Idle);
        }
        self.setup.set(setup.clone());
        self.view.set(setup.view.clone());
        if moved || !same {
            self.recall(&setup, moved);
        }
    }

    /// Notes that the tree of a section is cut at another height. The address follows,
    /// but not at every step of a drag: browsers allow only so many changes.
    pub fn cut_at(&self, section: &str, height: Option<f64>) {
        self.note_view(|view| view.set_height(section, height));
    }

    /// Notes what else is looked at, by its name in links.
    pub fn look_at(&self, name: &str, value: Option<&str>) {
        self.note_view(|view| view.set_look(name, value));
    }

    fn note_view(&self, change: impl FnOnce(&mut View)) {
        let mut view = self.setup.with_untracked(|setup| setup.view.clone());
        change(&mut view);
        if self.setup.with_untracked(|setup| setup.view == view) {
            return;
        }
        self.setup.update_untracked(|setup| setup.view = view);
        if self.writing.try_update_value(|writing| std::mem::replace(writing, true)) != Some(false) {
            return;
        }
        let desk = *self;
        let write = move || {
            desk.writing.set_value(false);
            desk.setup.with_untracked(route::replace);
            desk.setup.notify();
        };
        set_timeout(write, std::time::Duration::from_millis(WRITE_MS));
    }

    /// Chooses what the colours of centres span: a new step in the history, and nothing to compute.
    pub fn scale_to(&self, scale: ColorScale) {
        self.setup.update(|setup| setup.view.color_scale = scale);
        self.view.update(|view| view.color_scale = scale);
        self.setup.with_untracked(route::push);
    }

    /// Changes one value as a form does: a new step in the history.
    pub fn change(&self, name: &str, text: &str) {
        let setup = self.setup.get_untracked();
        let changed = if name == "data" {
            self.info(text).map(|_| Setup { data: text.into(), ..setup.clone() }).ok_or_else(|| absent(text))
        } else {
            let normal = setup.entry().map(|entry| entry.normal(&setup.with(name, text).values));
            normal.unwrap_or_else(|| Ok(Vec::new())).map(|values| Setup { values, ..setup.clone() })
        };
        let known = name.to_string();
        match changed {
            Ok(changed) => {
                self.invalid.update(|all| all.retain(|(name, ..)| *name != known));
                if changed != setup {
                    let view = setup.view.of_other_settings();
                    let changed = Setup { view: view.clone(), ..changed };
                    route::push(&changed);
                    self.setup.set(changed.clone());
                    self.view.set(view);
                    self.recall(&changed, false);
                }
            }
            Err(error) => self.invalid.update(|all| {
                all.retain(|(name, ..)| *name != known);
                all.push((known, text.into(), error));
            }),
        }
    }

    /// Back to the preset, for one value or for all.
    pub fn reset(&self, name: Option<&str>) {
        let setup = self.setup.get_untracked();
        let preset = Setup { embed: setup.embed.clone(), ..Setup::preset(setup.place.clone()) };
        match name {
            None => {
                self.invalid.set(Vec::new());
                if preset != setup {
                    route::push(&preset);
                    self.setup.set(preset.clone());
                    self.view.set(View::default());
                    self.recall(&preset, false);
                }
            }
            Some("data") => self.change("data", &preset.data),
            Some(name) => self.change(name, preset.value(name).unwrap_or_default()),
        }
    }

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
    fn examine(&self, setup: &Setup) {
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

    /// What is known of the data set of that name, if it is built in or was opened.
    pub fn info(&self, id: &str) -> Option<Info> {
        let opened = |all: &Option<Vec<Kept>>| {
            all.iter().flatten().find(|kept| kept.info.id == id).map(|kept| kept.info.clone())
        };
        catalog::dataset(id).ok().map(Info::from).or_else(|| self.opened.with(opened))
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

    /// Shows what is known of `setup` without computing: an own result, or the saved one.
    fn recall(&self, setup: &Setup, moved: bool) {
        let key = setup.key();
        if let Some(outcome) = self.own.with_value(|own| own.get(&key).cloned()) {
            return self.present(key, outcome);
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
    fn offer_saved(&self, key: &str, outcome: Arc<Outcome>, empty: bool) {
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
    fn present(&self, key: String, outcome: Arc<Outcome>) {
        let identical = self.saved.with_value(|saved| {
            saved.values().any(|saved| saved.configuration == key && saved.digest == outcome.digest)
        });
        let report = Arc::new(outcome.report.clone());
        self.shown.set(Some(Shown { key, status: Status::Done { identical }, report, outcome: Some(outcome) }));
    }

    /// Whether a setup takes no time worth a button: no jobs, and its data are small or here.
    fn instant(&self, setup: &Setup) -> bool {
        let waits = setup.embed.start.as_deref().is_some_and(|start| start != "visible");
        let small = || {
            self.data.with_untracked(|data| data.contains_key(&setup.data))
                || catalog::dataset(&setup.data).map_or(true, |info| info.bytes() < 200_000)
        };
        setup.entry().is_some_and(|entry| entry.instant) && !waits && small() && self.problem().is_none()
    }

    /// Computes what the controls say.
    pub fn start(&self) {
        let setup = self.setup.get_untracked();
        let Some(entry) = setup.entry() else { return };
        if !self.invalid.with_untracked(Vec::is_empty) {
            return;
        }
        self.stop();
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
            desk.run.set(match done {
                Ok(()) | Err(Error::Cancelled) => RunState::Idle,
                // Said at its control, if it has one.
                Err(error @ Error::InvalidParameter { .. }) if desk.controls(&error) => {
                    desk.refused.set(Some((key, error)));
                    RunState::Idle
                }
                Err(error) => RunState::Failed(error, link),
            });
            if desk.run.with_untracked(|run| *run != RunState::Idle) {
                desk.keep_partial();
            }
        });
    }

    /// Computes what the controls say, with a value beside them that stands in no link.
    pub fn start_from(&self, name: &str, text: String) {
        self.beside.set_value(Some((name.into(), text)));
        self.start();
        // A run that did not begin must not leave it to another.
        if !self.run.with_untracked(RunState::busy) {
            self.beside.set_value(None);
        }
    }

    /// Whether an error is about a parameter of this place's form.
    fn controls(&self, error: &Error) -> bool {
        let Error::InvalidParameter { name, .. } = error else { return false };
        self.entry().is_some_and(|entry| (entry.specs)().iter().any(|spec| spec.name == name))
    }

    async fn compute(self, setup: Setup, entry: &'static Entry, turn: u32) -> Result<()> {
        let mut values = setup.values.clone();
        values.extend(self.beside.try_update_value(Option::take).flatten());
        let dataset = self.dataset(&setup.data).await?;
        let key = setup.key();
        let began = now();
        let pool = self.pool.get_value();
        let bench = PageBench::new(self, turn, key.clone());
        let mut conductor = self.conductor(entry.group).await?;
        let Conclusion { report, raw, digest, memory } = conductor.run(entry, &values, &dataset, &pool, &bench).await?;
        self.conductor.set_value(Some(conductor));
        let outcome = Arc::new(Outcome {
            configuration: key.clone(),
            engine: ENGINE.into(),
            digest,
            seconds: (now() - began) / 1000.0,
            memory_bytes: pool.memory() + u64::from(memory) + fetch::memory(),
            workers: if entry.instant { 0 } else { pool.max_workers() },
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
        self.present(key, outcome);
        mark("result:live");
        Ok(())
    }

    /// A conductor for experiments of that group. It is taken away from here while it is used, so that whatever ends
    /// that early ends the conductor too.
    async fn conductor(self, group: &'static str) -> Result<Conductor> {
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

    /// Ends what is going on at once; what it had found stays, marked as partial.
    pub fn stop(&self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
        if self.run.with_untracked(RunState::busy) {
            self.run.set(RunState::Idle);
        }
        self.keep_partial();
    }

    fn keep_partial(&self) {
        let Some(Shown { status: Status::Partial(done, of), .. }) = self.shown.get_untracked() else { return };
        self.shown.update(|shown| {
            if let Some(shown) = shown {
                shown.status = Status::Stopped(done, of);
            }
        });
    }
}

fn absent(id: &str) -> Error {
    Error::Data(format!("The data set {id} is not here. Open its files on the page Data."))
}

/// One worker for each core but at least one and at most eight; the page itself
/// has little to do while they work.
fn workers(cores: u32) -> u32 {
    cores.clamp(1, 8)
}
