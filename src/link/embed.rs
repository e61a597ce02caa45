//! The part of a link that says how the page is shown inside another one.

use crate::error::{Error, Result};
use crate::experiments::Values;

/// How the page is shown inside another one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embed {
    /// No header, and no footer but one line.
    pub on: bool,
    /// The sections to show; all if empty.
    pub only: Vec<String>,
    /// The parameters with a control; all if `None`, no control at all if empty.
    pub controls: Option<Vec<String>>,
    /// Parameters that are shown but fixed.
    pub lock: Vec<String>,
    /// Narrower ranges of sliders: name, least, most.
    pub ranges: Vec<(String, u32, u32)>,
    /// `light` or `dark`; the system's if `None`.
    pub theme: Option<String>,
    /// Background as six hexadecimal digits.
    pub bg: Option<String>,
    /// Accent as six hexadecimal digits.
    pub accent: Option<String>,
    /// Least height in CSS pixels.
    pub height: Option<u32>,
    /// `click`, `visible` or `never`: when the page computes by itself.
    pub start: Option<String>,
    /// Whether "Notebook against this run" is left out.
    pub no_notes: bool,
    /// Whether the questions to answer before the run are left out.
    pub no_ask: bool,
    /// Whether the line with a link to the full page is left out.
    pub no_credit: bool,
}

impl Embed {
    /// The names and values that write it.
    pub fn pairs(&self) -> Values {
        let mut pairs = Values::new();
        let mut add = |name: &str, value: String| pairs.push((name.into(), value));
        if self.on {
            add("embed", "1".into());
        }
        if !self.only.is_empty() {
            add("only", self.only.join("~"));
        }
        match self.controls.as_deref() {
            Some([]) => add("controls", "none".into()),
            Some(names) => add("controls", names.join("~")),
            None => {}
        }
        if !self.lock.is_empty() {
            add("lock", self.lock.join("~"));
        }
        for (name, least, most) in &self.ranges {
            add(&format!("range.{name}"), format!("{least}~{most}"));
        }
        for (name, value) in
            [("theme", &self.theme), ("bg", &self.bg), ("accent", &self.accent), ("start", &self.start)]
        {
            if let Some(value) = value {
                add(name, value.clone());
            }
        }
        if let Some(height) = self.height {
            add("h", height.to_string());
        }
        if self.no_notes {
            add("notes", "0".into());
        }
        if self.no_ask {
            add("ask", "0".into());
        }
        if self.no_credit {
            add("credit", "0".into());
        }
        pairs
    }

    /// Sets one name of a query; whether the name is one of these.
    pub fn apply(&mut self, name: &str, value: &str) -> Result<bool> {
        let given = || format!("'{}'", value.chars().take(40).collect::<String>());
        let one_of = |words: &[&str]| {
            let bad = || Error::invalid(name, format!("one of {}", words.join(", ")), given());
            words.contains(&value).then(|| value.to_string()).ok_or_else(bad)
        };
        let list = || {
            let names: Vec<String> = value.split('~').filter(|part| !part.is_empty()).map(String::from).collect();
            let sound = names.iter().all(|part| plain(part));
            sound.then_some(names).ok_or_else(|| Error::invalid(name, "names joined by ~", given()))
        };
        let color = || {
            let sound = value.len() == 6 && value.bytes().all(|b| b.is_ascii_hexdigit());
            let bad = || Error::invalid(name, "a colour of six hexadecimal digits such as fbfaf6", given());
            sound.then(|| value.to_ascii_lowercase()).ok_or_else(bad)
        };
        match name {
            "embed" => self.on = one_of(&["1", "0"])? == "1",
            "only" => self.only = list()?,
            "controls" => self.controls = Some(list()?.into_iter().filter(|part| part != "none").collect()),
            "lock" => self.lock = list()?,
            "theme" => self.theme = Some(one_of(&["light", "dark", "auto"])?).filter(|word| word != "auto"),
            "bg" => self.bg = Some(color()?),
            "accent" => self.accent = Some(color()?),
            "start" => self.start = Some(one_of(&["click", "visible", "never"])?),
            "h" => {
                let height = value.parse().ok().filter(|height| (100..=5_000).contains(height));
                let bad = || Error::invalid(name, "a height in the range [100, 5000]", given());
                self.height = Some(height.ok_or_else(bad)?);
            }
            "notes" => self.no_notes = one_of(&["1", "0"])? == "0",
            "ask" => self.no_ask = one_of(&["1", "0"])? == "0",
            "credit" => self.no_credit = one_of(&["1", "0"])? == "0",
            // There is one language so far, and this is the first version of the grammar.
            "lang" => drop(one_of(&["en"])?),
            "v" => drop(one_of(&["1"])?),
            _ => {
                let Some(parameter) = name.strip_prefix("range.").filter(|parameter| plain(parameter)) else {
                    return Ok(false);
                };
                let ends = value.split_once('~').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                let bad = || Error::invalid(name, "a range such as 2~20", given());
                let (least, most) = ends.filter(|(a, b)| a < b).ok_or_else(bad)?;
                self.ranges.retain(|(known, ..)| known != parameter);
                self.ranges.push((parameter.into(), least, most));
            }
        }
        Ok(true)
    }
}

/// Whether a name comes back from the link that is written of it, and is no longer than a note should be.
pub(super) fn plain(name: &str) -> bool {
    (1..=60).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
