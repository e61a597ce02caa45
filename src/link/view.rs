//! The part of a link that says how a result is looked at. It changes no result, so it is no part of a run's key.

use super::embed::plain;
use crate::decimal;
use crate::error::{Error, Result};
use crate::experiments::Values;
use crate::report::ColorScale;
use crate::report::Rate;
use crate::report::sight::Look;
use crate::report::signed::{COLORS, Ends};

/// Highest cut that a link may ask for.
const HIGHEST: f64 = 1e12;

/// How a result is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Heights at which trees are cut: name of the section, or nothing for every
    /// tree that has no height of its own; the height as it is written.
    heights: Values,
    /// What else is looked at, by the names of [`LOOKS`].
    looks: Values,
    /// What the colours of centres span.
    pub color_scale: ColorScale,
}

/// The one way that a value is written, if it is one.
type Normal = fn(&str) -> Option<String>;

/// The other names of a view, and what their values must be.
const LOOKS: [(&str, &str, Normal); 8] = [
    ("level", "an error rate above 0 and below 1", |text| {
        Some(decimal::read(text).filter(|level| *level > 0.0 && *level < 1.0)?.to_string())
    }),
    ("rate", "fwer, bhq or bhy", |text| word(text, Rate::WORDS.iter().map(|(_, word)| *word))),
    ("look", "mask, p, z or coef", |text| word(text, Look::ALL.iter().map(|(_, word, _)| *word))),
    ("colors", "RdYlGn or PuOr", |text| word(text, COLORS.iter().map(|(_, word)| *word))),
    ("ends", "max, size or shared", |text| word(text, Ends::ALL.iter().map(|(_, word)| *word))),
    ("word", "a number of a word, from 0 to 999", |text| {
        text.parse::<u32>().ok().filter(|word| *word < 1000).map(|word| word.to_string())
    }),
    ("template", "a chain and one of its groups, such as 0~3", |text| {
        numbers(text).map(|[chain, group]| format!("{chain}~{group}"))
    }),
    ("pixel", "a pair, a row and a column, such as 0~14~10", |text| {
        numbers(text).map(|[pair, row, column]| format!("{pair}~{row}~{column}"))
    }),
];

/// One of these words.
fn word(text: &str, mut words: impl Iterator<Item = &'static str>) -> Option<String> {
    words.find(|word| *word == text).map(String::from)
}

/// So many small numbers joined by `~`.
fn numbers<const N: usize>(text: &str) -> Option<[u32; N]> {
    let numbers: Vec<u32> =
        text.split('~').map(|part| part.parse().ok().filter(|n| *n < 1000)).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The one way that a value of that name is written; `None` if it is no name or no value.
fn normal(name: &str, value: &str) -> Option<String> {
    LOOKS.iter().find(|(known, ..)| *known == name).and_then(|(.., normal)| normal(value))
}

/// The name of [`View::color_scale`] in links: a parameter once, so old links have it.
const COLOR_SCALE: &str = "color_scale";

impl View {
    /// What holds when other settings are chosen: a height of one tree means nothing in another.
    pub fn of_other_settings(&self) -> Self {
        // An error rate, and how results are looked at, mean the same with other settings; a pixel of a pair does not, nor
        // the number of a word or of a group.
        let theirs = |name: &str| ["pixel", "word", "template"].contains(&name);
        let looks = self.looks.iter().filter(|(name, _)| !theirs(name)).cloned().collect();
        View { color_scale: self.color_scale, looks, ..View::default() }
    }

    /// A part that has a word of its own, as it is written.
    pub fn value(&self, name: &str) -> Option<&str> {
        if name == COLOR_SCALE { Some(self.color_scale.word()) } else { self.look(name) }
    }

    /// The height at which the tree of that section is cut.
    pub fn height(&self, section: &str) -> Option<f64> {
        let of = |name: &str| self.heights.iter().find(|(known, _)| known == name).map(|(_, height)| height);
        decimal::read(of(section).or_else(|| of(""))?)
    }

    /// Sets that height, or forgets it.
    pub fn set_height(&mut self, section: &str, height: Option<f64>) {
        self.heights.retain(|(known, _)| known != section);
        if let Some(height) = height.filter(|height| (0.0..=HIGHEST).contains(height)) {
            // Adding zero takes the sign from a negative one.
            self.heights.push((section.into(), (height + 0.0).to_string()));
            self.heights.sort();
        }
    }

    /// What is looked at by that name of [`LOOKS`], as it is written.
    pub fn look(&self, name: &str) -> Option<&str> {
        self.looks.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets that, or forgets it; what is no value of that name is forgotten.
    pub fn set_look(&mut self, name: &str, value: Option<&str>) {
        self.looks.retain(|(known, _)| known != name);
        if let Some(value) = value.and_then(|value| normal(name, value)) {
            self.looks.push((name.into(), value));
            self.looks.sort();
        }
    }

    /// The pixel that is looked at: pair, row, column.
    pub fn pixel(&self) -> Option<[u32; 3]> {
        numbers(self.look("pixel")?)
    }

    /// The template that is looked into: chain, group.
    pub fn template(&self) -> Option<[u32; 2]> {
        numbers(self.look("template")?)
    }

    /// The names and values that write it.
    pub fn pairs(&self) -> Values {
        let name = |section: &str| if section.is_empty() { "height".into() } else { format!("height.{section}") };
        let heights = self.heights.iter().map(|(section, height)| (name(section), height.clone()));
        let scale = Some(self.color_scale).filter(|scale| *scale != ColorScale::default());
        let scale = scale.map(|scale| (COLOR_SCALE.into(), scale.word().into()));
        scale.into_iter().chain(heights).chain(self.looks.iter().cloned()).collect()
    }

    /// Sets one name of a query; whether the name is one of these.
    pub fn apply(&mut self, name: &str, value: &str) -> Result<bool> {
        let given = || format!("'{}'", value.chars().take(40).collect::<String>());
        if let Some((_, must_be, _)) = LOOKS.iter().find(|(known, ..)| *known == name) {
            if normal(name, value).is_none() {
                return Err(Error::invalid(name, *must_be, given()));
            }
            self.set_look(name, Some(value));
            return Ok(true);
        }
        if name == COLOR_SCALE {
            let must_be = || Error::invalid(name, format!("one of {}", ColorScale::WORDS.join(", ")), given());
            self.color_scale = ColorScale::of(value).ok_or_else(must_be)?;
            return Ok(true);
        }
        let section = match name.strip_prefix("height") {
            Some("") => "",
            Some(rest) => match rest.strip_prefix('.').filter(|section| plain(section)) {
                Some(section) => section,
                None => return Ok(false),
            },
            None => return Ok(false),
        };
        let height = decimal::read(value).filter(|height| (0.0..=HIGHEST).contains(height));
        let bad = || Error::invalid(name, "a height of the cut, 0 or more", given());
        self.set_height(section, Some(height.ok_or_else(bad)?));
        Ok(true)
    }
}
