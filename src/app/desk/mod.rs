//! The page's state: what the link says, what is shown, what is running. Views
//! are functions of it, and only its methods change it.

mod images;
mod known;
mod runs;

use super::player::Played;
use super::state::{Kept, RunState, Shown};
use super::{fetch, route};
use crate::data::Dataset;
use crate::error::Error;
use crate::experiments::Entry;
use crate::link::{Place, Setup, View};
use crate::report::{ColorScale, Outcome};
use crate::workers::{Conductor, Pool};
use futures::future::AbortHandle;
use images::absent;
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
    /// Why the file that a run was to begin from was refused.
    pub unread: RwSignal<String>,
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
    /// Whether the last run began with chains of a file.
    pub loaded: StoredValue<bool>,
    /// Seconds that were spent on what a run goes on from, and at its end on all of it.
    spent: StoredValue<f64>,
    /// The last result that was stopped: one may come back to it.
    stopped: StoredValue<Option<Shown>>,
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
            unread: RwSignal::new(String::new()),
            played: RwSignal::default(),
            loaded: StoredValue::new(false),
            spent: StoredValue::new(0.0),
            stopped: StoredValue::new(None),
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
}

/// One worker for each core but at least one and at most eight; the page itself
/// has little to do while they work.
fn workers(cores: u32) -> u32 {
    cores.clamp(1, 8)
}
