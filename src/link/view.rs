//! The part of a link that says how a result is looked at. It changes no result, so it is no part of a run's key.

use super::embed::plain;
use crate::decimal;
use crate::error::{Error, Result};
use crate::experiments::Values;
use crate::report::ColorScale;

/// Highest cut that a link may ask for.
const HIGHEST: f64 = 1e12;

/// How a result is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Heights at which trees are cut: name of the section, or nothing for every
    /// tree that has no height of its own; the height as it is written.
    heights: Values,
    /// What the colours of centres span.
    pub color_scale: ColorScale,
}

/// The name of [`View::color_scale`] in links: a parameter once, so old links have it.
const COLOR_SCALE: &str = "color_scale";

impl View {
    /// What holds when other settings are chosen: a height of one tree means nothing in another.
    pub fn of_other_settings(&self) -> Self {
        View { color_scale: self.color_scale, ..View::default() }
    }

    /// A part that has a word of its own, as it is written.
    pub fn value(&self, name: &str) -> Option<&'static str> {
        (name == COLOR_SCALE).then(|| self.color_scale.word())
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

    /// The names and values that write it.
    pub fn pairs(&self) -> Values {
        let name = |section: &str| if section.is_empty() { "height".into() } else { format!("height.{section}") };
        let scale = Some(self.color_scale).filter(|scale| *scale != ColorScale::default());
        let scale = scale.map(|scale| (COLOR_SCALE.into(), scale.word().into()));
        scale.into_iter().chain(self.heights.iter().map(|(section, height)| (name(section), height.clone()))).collect()
    }

    /// Sets one name of a query; whether the name is one of these.
    pub fn apply(&mut self, name: &str, value: &str) -> Result<bool> {
        let given = || format!("'{}'", value.chars().take(40).collect::<String>());
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
