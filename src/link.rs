//! The address of everything: `#/<lab>/<scene>?<name>=<value>&…`. Only what differs
//! from the scene's preset is written, in bytes that survive chats and Markdown.
//! What cannot be understood is reported, never fatal.

mod embed;
mod view;

pub use embed::Embed;
pub use view::View;

use crate::data::catalog;
use crate::error::Error;
use crate::experiments::{EXPERIMENTS, Entry, Values};
use crate::labs::{self, Scene};

/// The data set of a bench, where no scene names another.
const DEFAULT_DATA: &str = "mnist10k";

/// Longest fragment that is looked at, in bytes.
const LONGEST: usize = 4_000;

/// Most notes on one link: a hostile one must not fill the page.
const MOST_NOTES: usize = 10;

/// Where in the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The five labs.
    Home,
    /// A scene of a lab.
    Scene {
        /// The lab's name.
        lab: String,
        /// The scene's name; empty in a lab that has none yet.
        scene: String,
    },
    /// The data sets: what is here, and the door for more.
    Data,
    /// One experiment alone.
    Bench {
        /// The experiment's name.
        experiment: String,
    },
}

/// What a link says: the place, the data, every parameter's value, the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Where in the page.
    pub place: Place,
    /// The data set's name.
    pub data: String,
    /// All parameters of the place's experiment, in the order of its table; none at home.
    pub values: Values,
    /// How its result is looked at.
    pub view: View,
    /// How it is shown inside another page.
    pub embed: Embed,
}

/// A link that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What to show.
    pub setup: Setup,
    /// What could not be understood.
    pub notes: Vec<Error>,
}

impl Setup {
    /// The five labs.
    pub fn home() -> Self {
        Setup {
            place: Place::Home,
            data: String::new(),
            values: Values::new(),
            view: View::default(),
            embed: Embed::default(),
        }
    }

    /// A place with its preset.
    pub fn preset(place: Place) -> Self {
        let (data, values) = preset_of(&place);
        Setup { place, data, values, view: View::default(), embed: Embed::default() }
    }

    /// The scene of this place, if it is one.
    pub fn scene(&self) -> Option<&'static Scene> {
        scene_of(&self.place)
    }

    /// The experiment of this place, if it has one.
    pub fn entry(&self) -> Option<&'static Entry> {
        entry_of(&self.place)
    }

    /// A parameter's value as it is written.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same, also of what is no parameter but a way of looking.
    pub fn said(&self, name: &str) -> Option<&str> {
        self.value(name).or_else(|| self.view.value(name))
    }

    /// This setup with one value changed; not checked.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut setup = self.clone();
        match setup.values.iter_mut().find(|(known, _)| known == name) {
            Some(slot) => slot.1 = value.into(),
            // What is no way of looking either changes nothing.
            None => drop(setup.view.apply(name, value)),
        }
        setup
    }

    /// The names and values that differ from the place's preset, data first.
    pub fn changes(&self) -> Values {
        let (data, values) = preset_of(&self.place);
        let mut changes = Values::new();
        if self.data != data {
            changes.push(("data".into(), self.data.clone()));
        }
        changes.extend(self.values.iter().filter(|pair| !values.contains(pair)).cloned());
        changes
    }

    /// What the result depends on, and nothing else: equal keys, equal results.
    pub fn key(&self) -> String {
        let experiment = self.entry().map_or("", |entry| entry.id);
        let mut pairs = vec![("data".to_string(), self.data.clone())];
        pairs.extend(self.values.iter().cloned());
        format!("#/bench/{experiment}{}", query(&pairs))
    }

    /// The shortest link that opens this setup.
    pub fn fragment(&self) -> String {
        let mut pairs = self.changes();
        pairs.extend(self.view.pairs());
        pairs.extend(self.embed.pairs());
        format!("{}{}", path(&self.place), query(&pairs))
    }
}

/// `#/…` without a query.
fn path(place: &Place) -> String {
    match place {
        Place::Home => "#/".into(),
        Place::Scene { lab, scene } if scene.is_empty() => format!("#/{lab}"),
        Place::Data => "#/data".into(),
        Place::Scene { lab, scene } => format!("#/{lab}/{scene}"),
        Place::Bench { experiment } => format!("#/bench/{experiment}"),
    }
}

fn query(pairs: &[(String, String)]) -> String {
    let text = pairs.iter().map(|(name, value)| format!("{name}={}", written(value))).collect::<Vec<_>>().join("&");
    if text.is_empty() { text } else { format!("?{text}") }
}

/// A value in the bytes that links may hold. The only ones that values of ours
/// have beyond those are the pluses of `k-means++`.
fn written(value: &str) -> String {
    value.replace('+', "-plus")
}

/// What [`written`] or a person wrote, with %-escapes undone.
fn read(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escaped = (bytes[i] == b'%')
            .then(|| text.get(i + 1..i + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(escaped.unwrap_or(bytes[i]));
        i += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).replace("-plus", "+")
}

fn scene_of(place: &Place) -> Option<&'static Scene> {
    match place {
        Place::Scene { lab, scene } => labs::find(lab, scene).map(|(_, scene)| scene),
        _ => None,
    }
}

fn entry_of(place: &Place) -> Option<&'static Entry> {
    match place {
        Place::Home | Place::Data => None,
        Place::Scene { .. } => Entry::find(scene_of(place)?.experiment.as_deref()?).ok(),
        Place::Bench { experiment } => Entry::find(experiment).ok(),
    }
}

/// The data and the values that a place begins with.
fn preset_of(place: &Place) -> (String, Values) {
    let Some(entry) = entry_of(place) else { return (String::new(), Values::new()) };
    let mut values: Values = (entry.specs)().into_iter().map(|spec| (spec.name.into(), spec.default)).collect();
    let mut data = DEFAULT_DATA.to_string();
    if let Some(scene) = scene_of(place) {
        data.clone_from(&scene.data);
        for (name, value) in &scene.preset {
            if let Some(slot) = values.iter_mut().find(|(known, _)| known == name) {
                slot.1.clone_from(value);
            }
        }
    }
    (data, values)
}

/// Reads a fragment, with or without its `#`.
pub fn open(fragment: &str) -> Opened {
    let mut notes = Vec::new();
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let fragment = if fragment.len() > LONGEST {
        let must_be = format!("at most {LONGEST} characters");
        notes.push(Error::invalid("link", must_be, format!("{} characters", fragment.len())));
        ""
    } else {
        fragment
    };
    let (path, query) = fragment.split_once('?').unwrap_or((fragment, ""));
    let mut setup = Setup::preset(place(path, &mut notes));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (read(name), read(value));
        if let Err(note) = apply(&mut setup, &name, &value) {
            notes.push(note);
        }
    }
    if notes.len() > MOST_NOTES {
        let more = notes.len() - (MOST_NOTES - 1);
        notes.truncate(MOST_NOTES - 1);
        notes.push(Error::Data(format!("{more} more parts of the link were not understood.")));
    }
    Opened { setup, notes }
}

fn place(path: &str, notes: &mut Vec<Error>) -> Place {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(read).collect();
    let mut unknown = |name: &str| notes.push(Error::UnknownExperiment(name.chars().take(60).collect()));
    match parts.as_slice() {
        [] => Place::Home,
        [data, rest @ ..] if data == "data" => {
            rest.iter().for_each(|name| unknown(name));
            Place::Data
        }
        [bench] if bench == "bench" => Place::Bench { experiment: EXPERIMENTS[1].id.into() },
        [bench, experiment, ..] if bench == "bench" => {
            if Entry::find(experiment).is_err() {
                unknown(experiment);
                return Place::Home;
            }
            parts[2..].iter().for_each(|name| unknown(name));
            Place::Bench { experiment: experiment.clone() }
        }
        [lab, rest @ ..] => {
            let Some(found) = labs::lab(lab) else {
                unknown(lab);
                return Place::Home;
            };
            let wanted = rest.first();
            let scene = wanted.and_then(|name| found.scenes.iter().find(|scene| scene.id == *name));
            if let (Some(name), None) = (wanted, scene) {
                unknown(name);
            }
            rest.iter().skip(1).for_each(|name| unknown(name));
            let scene = scene.or(found.scenes.first()).map_or_else(String::new, |scene| scene.id.clone());
            Place::Scene { lab: found.id.clone(), scene }
        }
    }
}

/// Sets one name of the query.
fn apply(setup: &mut Setup, name: &str, value: &str) -> Result<(), Error> {
    if setup.embed.apply(name, value)? || setup.entry().is_some() && setup.view.apply(name, value)? {
        return Ok(());
    }
    match name {
        "data" if setup.entry().is_some() => {
            if !catalog::is_name(value) {
                return Err(Error::UnknownDataset(value.chars().take(60).collect()));
            }
            setup.data = value.into();
        }
        _ => {
            let Some(entry) = setup.entry().filter(|_| setup.value(name).is_some()) else {
                return Err(Error::UnknownParameter(name.chars().take(60).collect()));
            };
            let changed = setup.with(name, value);
            setup.values = entry.normal(&changed.values)?;
        }
    }
    Ok(())
}
