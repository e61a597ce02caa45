//! Parameters, declared once: from one `params!` table come the struct that a
//! job carries, the form, the link, the validation, the keyword arguments of the
//! Python script, the documentation and the property tests.

use crate::decimal;
use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The values a parameter may take, and how a form offers them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// Whole numbers from `min` to `max`; a slider reaches only to `slider`,
    /// since what is handy and what is possible are two things.
    Int {
        /// Smallest value.
        min: u32,
        /// Largest value.
        max: u32,
        /// Where the slider ends; no slider if 0.
        slider: u32,
    },
    /// Real numbers from `min` to `max`; NaN and infinities are outside.
    Float {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Some of these words, each once, written `l2~l1`.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A list of whole numbers, written `10~20`.
    Ints {
        /// Smallest entry.
        min: u32,
        /// Largest entry.
        max: u32,
        /// Longest list.
        longest: usize,
    },
    /// A list of real numbers, written `1~6.1`.
    Floats {
        /// Smallest entry.
        min: f64,
        /// Largest entry.
        max: f64,
        /// Longest list.
        longest: usize,
    },
    /// A share of something in (0, 1], or from 2 on how many of it, as scikit-learn takes a float or an int.
    Part {
        /// Largest number.
        most: u32,
    },
}

impl Domain {
    /// The end of the sentence "The parameter must be …".
    pub fn must_be(&self) -> String {
        match self {
            Domain::Int { min, max, .. } => format!("an int in the range [{min}, {max}]"),
            Domain::Float { min, max } => format!("a float in the range [{min}, {max}]"),
            Domain::Choice(words) => format!("one of {{{}}}", quoted(words)),
            Domain::Words(words) => {
                format!("a list such as {} of different ones of {{{}}}", words.join("~"), quoted(words))
            }
            Domain::Flag => "true or false".into(),
            Domain::Ints { min, max, longest } => {
                format!("a list such as {min}~{max} of 1 to {longest} ints in the range [{min}, {max}]")
            }
            Domain::Floats { min, max, longest } => {
                format!("a list such as {min}~{max} of 1 to {longest} floats in the range [{min}, {max}]")
            }
            Domain::Part { most } => format!("a float in the range (0, 1] or an int in the range [2, {most}]"),
        }
    }
}

impl Domain {
    /// The one way in which a value is written that `text` names; `None` where it names none.
    pub fn normal(&self, text: &str) -> Option<String> {
        fn written<T: ParamType>(text: &str, domain: &Domain) -> Option<String> {
            T::parse(text, domain).map(|value| value.write())
        }
        match self {
            Domain::Int { .. } => written::<u32>(text, self),
            Domain::Float { .. } | Domain::Part { .. } => written::<f64>(text, self),
            Domain::Choice(words) => words.iter().find(|word| **word == text.trim()).map(|word| word.to_string()),
            Domain::Words(words) => {
                let known = |part: &str| words.iter().find(|word| **word == part).copied();
                let parts = parts(text).map(known).collect::<Option<Vec<_>>>()?;
                distinct("", &parts).ok().filter(|()| !parts.is_empty()).map(|()| parts.join("~"))
            }
            Domain::Flag => written::<bool>(text, self),
            Domain::Ints { .. } => written::<Vec<u32>>(text, self),
            Domain::Floats { .. } => written::<Vec<f64>>(text, self),
        }
    }
}

/// The entries of a list. A form may separate by commas or spaces; a link uses '~'.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['~', ',', ' ']).filter(|part| !part.is_empty())
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|w| format!("'{w}'")).collect::<Vec<_>>().join(", ")
}

/// One row of a parameter table.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamSpec {
    /// scikit-learn's name, as in links and scripts.
    pub name: &'static str,
    /// A few words for the form.
    pub label: &'static str,
    /// One or two sentences of help.
    pub doc: String,
    /// What it may be.
    pub domain: Domain,
    /// The table's default, as it is written in a link.
    pub default: String,
}

/// A type that a parameter may have: written to and read from a link.
pub trait ParamType: Sized {
    /// Reads `text`; `None` where it is no value of `domain`.
    fn parse(text: &str, domain: &Domain) -> Option<Self>;
    /// The one way this value is written; `parse` reads it back.
    fn write(&self) -> String;
}

impl ParamType for u32 {
    fn parse(text: &str, domain: &Domain) -> Option<Self> {
        let Domain::Int { min, max, .. } = domain else { return None };
        // A form may hand over "10.0" or " 10"; both are ten.
        let text = text.trim();
        let value = match text.parse::<u32>() {
            Ok(value) => value,
            Err(_) => {
                let value = decimal::read(text)?;
                if value.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&value) {
                    return None;
                }
                value as u32
            }
        };
        (*min..=*max).contains(&value).then_some(value)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl ParamType for f64 {
    fn parse(text: &str, domain: &Domain) -> Option<Self> {
        let value = decimal::read(text.trim())?;
        let there = match domain {
            Domain::Float { min, max } => (*min..=*max).contains(&value),
            Domain::Part { most } => {
                let counted = value.fract() == 0.0 && value <= f64::from(*most);
                value > 0.0 && (value <= 1.0 || counted)
            }
            _ => false,
        };
        // -0 and 0 are one value, and must have one spelling.
        there.then_some(value + 0.0)
    }

    fn write(&self) -> String {
        // The shorter of the two round-trip forms, without a '+'.
        let plain = format!("{self}");
        let exponent = format!("{self:e}");
        if exponent.len() < plain.len() { exponent } else { plain }
    }
}

impl ParamType for bool {
    fn parse(text: &str, domain: &Domain) -> Option<Self> {
        match (domain, text.trim()) {
            (Domain::Flag, "true" | "1") => Some(true),
            (Domain::Flag, "false" | "0") => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl ParamType for Vec<u32> {
    fn parse(text: &str, domain: &Domain) -> Option<Self> {
        let Domain::Ints { min, max, longest } = domain else { return None };
        listed(text, *longest, &Domain::Int { min: *min, max: *max, slider: 0 })
    }

    fn write(&self) -> String {
        self.iter().map(u32::to_string).collect::<Vec<_>>().join("~")
    }
}

impl ParamType for Vec<f64> {
    fn parse(text: &str, domain: &Domain) -> Option<Self> {
        let Domain::Floats { min, max, longest } = domain else { return None };
        listed(text, *longest, &Domain::Float { min: *min, max: *max })
    }

    fn write(&self) -> String {
        // Whole numbers as if they were ints, as a list of ints is written.
        self.iter().map(f64::to_string).collect::<Vec<_>>().join("~")
    }
}

/// The entries of a list. A form may separate by commas or spaces; a link uses '~'.
fn listed<T: ParamType>(text: &str, longest: usize, entry: &Domain) -> Option<Vec<T>> {
    let values = parts(text).map(|part| T::parse(part, entry)).collect::<Option<Vec<_>>>()?;
    (1..=longest).contains(&values.len()).then_some(values)
}

/// Parameters of one experiment; made by [`params!`](crate::params!).
pub trait Params: Clone + Default + PartialEq + Serialize + DeserializeOwned + 'static {
    /// The rows of the table, in the order of the form.
    fn specs() -> Vec<ParamSpec>;
    /// The value of `name` as it is written in a link.
    fn get(&self, name: &str) -> Option<String>;
    /// Reads `text` into `name`; on an error the old value stays.
    fn set(&mut self, name: &str, text: &str) -> Result<()>;

    /// The table's defaults with `values` set over them; the first bad value is the error.
    fn from_values<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut params = Self::default();
        for (name, text) in values {
            params.set(name, text)?;
        }
        Ok(params)
    }
}

/// Reads one parameter, or says what it must be.
pub fn parse<T: ParamType>(name: &str, text: &str, domain: &Domain) -> Result<T> {
    T::parse(text, domain).ok_or_else(|| refused(name, text, domain))
}

fn refused(name: &str, text: &str, domain: &Domain) -> Error {
    // A hostile link must not fill the page with its own text.
    let shown: String = text.chars().take(40).collect();
    Error::invalid(name, domain.must_be(), format!("'{shown}'"))
}

/// All parameters of a table, each in the one way it is written: `values` where they name it, else its default.
///
/// # Errors
/// The first value that its domain does not have, or that no parameter has.
pub fn normal(specs: &[ParamSpec], values: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let mut all: Vec<(String, String)> =
        specs.iter().map(|spec| (spec.name.to_string(), spec.default.clone())).collect();
    for (name, text) in values {
        let known = specs.iter().zip(&mut all).find(|(spec, _)| spec.name == name);
        let Some((spec, (_, value))) = known else { return Err(Error::UnknownParameter(name.clone())) };
        *value = spec.domain.normal(text).ok_or_else(|| refused(name, text, &spec.domain))?;
    }
    Ok(all)
}

/// An error if a list names a value twice: results are told apart by it.
pub fn distinct<T: PartialEq + std::fmt::Display>(name: &str, values: &[T]) -> Result<()> {
    match values.iter().enumerate().find(|(i, value)| values[..*i].contains(value)) {
        Some((_, value)) => Err(Error::invalid(name, "a list of different numbers", format!("{value} twice"))),
        None => Ok(()),
    }
}

/// Declares a choice: an enum whose variants are written as scikit-learn spells them.
#[macro_export]
macro_rules! choices {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// The words, in the order of the form.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as scikit-learn spells it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl $crate::params::ParamType for $name {
            fn parse(text: &str, domain: &$crate::params::Domain) -> Option<Self> {
                let $crate::params::Domain::Choice(words) = domain else { return None };
                let text = text.trim();
                if !words.contains(&text) { return None; }
                match text { $($word => Some($name::$variant),)+ _ => None }
            }

            fn write(&self) -> String {
                self.word().into()
            }
        }

        impl $crate::params::ParamType for Vec<$name> {
            fn parse(text: &str, domain: &$crate::params::Domain) -> Option<Self> {
                let $crate::params::Domain::Words(words) = domain else { return None };
                let one = $crate::params::Domain::Choice(words);
                let text = domain.normal(text)?;
                $crate::params::parts(&text).map(|part| <$name as $crate::params::ParamType>::parse(part, &one)).collect()
            }

            fn write(&self) -> String {
                self.iter().map(|value| value.word()).collect::<Vec<_>>().join("~")
            }
        }
    };
}

/// Declares an experiment's parameters. Each row reads
/// `name "Label": type = default, domain;` under its doc comment, which is the help text.
#[macro_export]
macro_rules! params {
    (
        $(#[doc = $sdoc:literal])+
        pub struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident $label:literal : $ty:ty = $default:expr, $domain:expr;)*
        }
    ) => {
        $(#[doc = $sdoc])+
        // scikit-learn's names are kept, `C` too.
        #[allow(non_snake_case)]
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: $ty),* }

        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default),* }
            }
        }

        impl $crate::params::Params for $name {
            fn specs() -> Vec<$crate::params::ParamSpec> {
                #[allow(unused_variables)]
                let default = $name::default();
                vec![$($crate::params::ParamSpec {
                    name: stringify!($field),
                    label: $label,
                    doc: [$($doc),+].map(str::trim).join(" "),
                    domain: $domain,
                    default: $crate::params::ParamType::write(&default.$field),
                }),*]
            }

            fn get(&self, name: &str) -> Option<String> {
                match name {
                    $(stringify!($field) => Some($crate::params::ParamType::write(&self.$field)),)*
                    _ => None,
                }
            }

            #[allow(unused_variables)]
            fn set(&mut self, name: &str, text: &str) -> $crate::error::Result<()> {
                match name {
                    $(stringify!($field) => {
                        self.$field = $crate::params::parse(name, text, &$domain)?;
                        Ok(())
                    })*
                    _ => Err($crate::error::Error::UnknownParameter(name.into())),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERCENT: Domain = Domain::Float { min: 0.0, max: 1.0 };

    #[test]
    fn nan_and_infinity_are_outside_every_range() {
        for text in ["NaN", "nan", "inf", "-inf", "1e999", "", " ", "x"] {
            assert_eq!(f64::parse(text, &PERCENT), None, "{text}");
            assert_eq!(u32::parse(text, &Domain::Int { min: 0, max: u32::MAX, slider: 0 }), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_is_scikit_learns_sentence() {
        let error = parse::<u32>("n_clusters", "0", &Domain::Int { min: 2, max: 64, slider: 0 }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The 'n_clusters' parameter must be an int in the range [2, 64]. Got '0' instead."
        );
    }

    #[test]
    fn floats_are_written_short_and_read_back() {
        for (value, text) in [(1e-4, "1e-4"), (0.5, "0.5"), (0.0, "0"), (-0.0 + 0.0, "0")] {
            assert_eq!(value.write(), text);
            assert_eq!(f64::parse(text, &PERCENT), Some(value));
        }
    }

    #[test]
    fn a_list_of_floats_is_written_as_one_of_ints_where_they_are_whole() {
        let domain = Domain::Floats { min: 0.001, max: 10_000.0, longest: 4 };
        for (text, values, written) in [
            ("1~2~3", vec![1.0, 2.0, 3.0], "1~2~3"),
            ("6.1, 10000", vec![6.1, 10_000.0], "6.1~10000"),
            ("1e-3", vec![0.001], "0.001"),
        ] {
            assert_eq!(Vec::<f64>::parse(text, &domain), Some(values.clone()), "{text}");
            assert_eq!(values.write(), written);
            assert_eq!(domain.normal(text).as_deref(), Some(written));
        }
        for bad in ["", "0", "1~-2", "1~x", "NaN", "1~2~3~4~5", "10001"] {
            assert_eq!(Vec::<f64>::parse(bad, &domain), None, "{bad}");
        }
    }

    #[test]
    fn a_part_is_a_share_or_a_number() {
        let domain = Domain::Part { most: 100 };
        for (text, value) in [("0.75", 0.75), ("1", 1.0), ("1.0", 1.0), ("2", 2.0), ("100", 100.0), ("1e-9", 1e-9)] {
            assert_eq!(f64::parse(text, &domain), Some(value), "{text}");
        }
        for bad in ["0", "-0", "-1", "1.5", "2.5", "101", "NaN", "inf", ""] {
            assert_eq!(f64::parse(bad, &domain), None, "{bad}");
        }
        let error = parse::<f64>("max_patches", "1.5", &domain).unwrap_err().to_string();
        assert!(error.contains("a float in the range (0, 1] or an int in the range [2, 100]. Got '1.5'"), "{error}");
    }

    #[test]
    fn lists_take_tildes_commas_and_spaces() {
        let domain = Domain::Ints { min: 2, max: 64, longest: 3 };
        assert_eq!(Vec::<u32>::parse("10~20", &domain), Some(vec![10, 20]));
        assert_eq!(Vec::<u32>::parse("10, 20", &domain), Some(vec![10, 20]));
        for bad in ["", "1~20", "10~x", "2~2~2~2"] {
            assert_eq!(Vec::<u32>::parse(bad, &domain), None, "{bad}");
        }
    }
}
