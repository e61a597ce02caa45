//! What an experiment hands back: figures, tables and numbers as data. The page
//! draws them, tests snapshot them, exports write them; none computes anew.

pub mod agreement;
mod bag;
pub mod cells;
pub mod continued;
pub mod facts;
mod figure;
pub mod flags;
pub mod groups;
mod inferred;
pub mod ink;
pub mod laid;
mod linear;
pub mod matched;
pub mod meeting;
pub mod melting;
pub mod near;
mod painted;
pub mod path;
pub mod pinned;
pub mod pixel;
pub mod placed;
pub mod reconstruct;
pub mod regions;
pub mod sealed;
pub mod sight;
pub mod signed;
pub mod span;
mod tree;

pub use bag::{Bag, Near};
pub use figure::{ColorMap, Curve, Figure, GalleryRow, Part, Picture, Point, Stroke, Table};
pub use inferred::{Count, Inferred, Joined, Rate, Task};
pub use linear::{Linear, Use};
pub use painted::{Overlap, Painted};
pub use path::Path;
pub use span::ColorScale;
pub use tree::{BRANCHES, Pruned, Tree, behind};

use crate::data::sha256_hex;
use crate::error::Warning;
use crate::experiments::encode;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One cell of a table, or one number of a report. JSON tells the three apart by how they are written; messages, in
/// which nothing says what it is, by a number before them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A count or an index.
    Int(i64),
    /// A real number.
    Float(f64),
    /// Anything else.
    Text(String),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Value", untagged)]
enum Written {
    Int(i64),
    Float(f64),
    Text(String),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Value")]
enum Sent {
    Int(i64),
    // Processors differ in the bits of what is not a number.
    Float(#[serde(serialize_with = "canonical")] f64),
    Text(String),
}

fn canonical<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(if value.is_nan() { f64::from_bits(0x7ff8 << 48) } else { *value })
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            Written::serialize(self, serializer)
        } else {
            Sent::serialize(self, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            Written::deserialize(deserializer)
        } else {
            Sent::deserialize(deserializer)
        }
    }
}

impl Value {
    /// A setting in a table: a whole number as one.
    pub fn number(value: f64) -> Self {
        if value.fract() == 0.0 { Self::Int(value as i64) } else { Self::Float(value) }
    }

    /// All digits, as Python prints them: what exports and comparisons use.
    pub fn full(&self) -> String {
        match self {
            Value::Int(value) => value.to_string(),
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e16 => format!("{value:.1}"),
            Value::Float(value) => value.to_string(),
            Value::Text(text) => text.clone(),
        }
    }

    /// The next whole number, its digits in groups of three.
    pub fn grouped(value: f64) -> String {
        group(&format!("{value:.0}"))
    }

    /// A few digits, as a person reads them.
    pub fn short(&self) -> String {
        match self {
            Value::Int(value) => value.to_string(),
            Value::Float(value) if value.abs() >= 1e5 => Value::grouped(*value),
            Value::Float(value) if value.abs() >= 100.0 => format!("{value:.1}"),
            Value::Float(value) => format!("{value:.4}"),
            Value::Text(text) => text.clone(),
        }
    }
}

/// Four digits that count, as a person reads them and a program too: an exponent only where there would be many zeros.
pub fn plain(value: f64) -> String {
    let power = libm::log10(value.abs()).floor();
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let (text, tail) = if (-4.0..6.0).contains(&power) {
        let digits = (3.0 - power).clamp(0.0, 7.0) as usize;
        (format!("{value:.digits$}"), String::new())
    } else {
        let text = format!("{value:.3e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        (mantissa.to_string(), format!("e{exponent}"))
    };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{tail}")
}

/// Thin spaces between groups of three digits.
fn group(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// One named number. `id` is scikit-learn's name where it has one; the "Notebook
/// against this run" tables and the Python script refer to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Stable name: `inertia`, `adjusted_rand_score`, …
    pub id: String,
    /// A few words for people.
    pub label: String,
    /// The number.
    pub value: Value,
}

/// A figure with its words and the table behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Stable name within the experiment: `centres`, `inertia`, …
    pub id: String,
    /// Heading of the card.
    pub title: String,
    /// What the result is, in one generated paragraph; what a screen reader reads for the picture.
    pub summary: String,
    /// The picture; the table behind it is [`Figure::table`].
    pub figure: Figure,
}

/// Numbers of an exported array.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Numbers {
    /// Labels, indices.
    U32(Vec<u32>),
    /// Everything real.
    F64(Vec<f64>),
}

/// An array for the NPZ, named as scikit-learn names the attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Array {
    /// `labels_`, `cluster_centers_`, …
    pub name: String,
    /// NumPy shape.
    pub shape: Vec<u32>,
    /// Row-major values.
    pub numbers: Numbers,
}

/// What an experiment found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Named numbers.
    pub metrics: Vec<Metric>,
    /// Figures, in reading order.
    pub sections: Vec<Section>,
    /// What the result should be read with.
    pub warnings: Vec<Warning>,
    /// Arrays for export; saved results leave them out.
    #[serde(default)]
    pub arrays: Vec<Array>,
}

impl Report {
    /// Adds a named number.
    pub fn metric(&mut self, id: &str, label: &str, value: Value) {
        self.metrics.push(Metric { id: id.into(), label: label.into(), value });
    }

    /// The metric of that name.
    pub fn find(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id == id)
    }

    /// SHA-256 over every bit of the report, arrays included, in hexadecimal: equal
    /// digests mean equal results. Time and memory are not part of a report.
    pub fn digest(&self) -> String {
        // As messages carry it, floats by their bits: equal bytes mean equal results.
        sha256_hex(&encode(self).expect("a report is plain data"))
    }
}

/// A finished run: the report with everything that says what it is the result of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The link that repeats it, from `#/` on, every parameter written out.
    pub configuration: String,
    /// Version of the engine that made it.
    pub engine: String,
    /// [`Report::digest`] of the complete report.
    pub digest: String,
    /// Wall seconds, data loading excluded.
    pub seconds: f64,
    /// Peak bytes of all workers together; 0 where it is not known.
    pub memory_bytes: u64,
    /// Workers that carried it out.
    pub workers: u32,
    /// How long parts of it took, if the experiment tells them apart.
    #[serde(default)]
    pub parts: Vec<Took>,
    /// The result.
    pub report: Report,
    /// The result as messages carry it, if it came in one: to be handed on.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// How long a part of a run took, on a machine on a day: no part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// Its name.
    pub part: String,
    /// How many of what it is made of.
    pub n: u32,
    /// Wall seconds; 0 if the clock saw none.
    pub seconds: f64,
}

/// This engine's version, as in every [`Outcome`].
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.metric("inertia", "Inertia", Value::Float(0.1 + 0.2));
        report.arrays.push(Array { name: "a".into(), shape: vec![1], numbers: Numbers::F64(vec![0.0]) });
        report
    }

    #[test]
    fn the_digest_sees_every_bit() {
        let a = report();
        let mut b = report();
        assert_eq!(a.digest(), b.digest());
        b.arrays[0].numbers = Numbers::F64(vec![-0.0]);
        assert_ne!(a.digest(), b.digest());
        let mut c = report();
        c.metrics[0].value = Value::Float(0.3);
        assert_ne!(a.digest(), c.digest());
    }

    #[test]
    fn a_report_survives_json() {
        let a = report();
        let text = serde_json::to_string(&a).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), a);
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(Value::Float(25_427_034.4).short(), "25\u{202f}427\u{202f}034");
        assert_eq!(Value::Float(-125_427.0).short(), "-125\u{202f}427");
    }
}
