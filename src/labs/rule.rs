//! Small rules over the numbers of a report: the content says with them which
//! verdict a claim deserves and which answer is right, so that no code has to know.

use crate::report::{Report, Value};
use serde::Deserialize;

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Comparison {
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Equal.
    #[serde(rename = "=")]
    Equal,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// More.
    #[serde(rename = ">")]
    More,
}

/// What a metric is compared with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Side {
    /// A number.
    Number(f64),
    /// Another metric of the same report.
    Metric(String),
    /// A text, which can only be equal.
    Text {
        /// The text.
        text: String,
    },
}

/// A comparison of a metric with something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rule {
    /// Name of the metric.
    pub metric: String,
    /// How it is compared.
    pub op: Comparison,
    /// What with.
    pub than: Side,
    /// What the other side is multiplied by.
    #[serde(default = "one")]
    pub times: f64,
}

fn one() -> f64 {
    1.0
}

/// A metric as a number; `None` if the report has no such number.
pub fn number(report: &Report, metric: &str) -> Option<f64> {
    match &report.find(metric)?.value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        Value::Text(_) => None,
    }
}

impl Rule {
    /// Whether it holds; `None` if the report has not the numbers that it needs.
    pub fn holds(&self, report: &Report) -> Option<bool> {
        let other = match &self.than {
            Side::Text { text } => {
                let same = report.find(&self.metric)?.value.full() == *text;
                return (self.op == Comparison::Equal).then_some(same);
            }
            Side::Number(value) => *value,
            Side::Metric(metric) => number(report, metric)?,
        } * self.times;
        let value = number(report, &self.metric)?;
        Some(match self.op {
            Comparison::Less => value < other,
            Comparison::AtMost => value <= other,
            Comparison::Equal => value == other,
            Comparison::AtLeast => value >= other,
            Comparison::More => value > other,
        })
    }
}

/// `text` with `{metric}` replaced by the report's value, and `{metric%}` by per cent
/// of it; `None` if one of them is not in the report.
pub fn filled(text: &str, report: &Report) -> Option<String> {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        match name.strip_suffix('%') {
            Some(name) => out += &format!("{:.1} %", number(report, name)? * 100.0),
            None => out += &report.find(name)?.value.short(),
        }
        out += rest;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.metric("n", "n", Value::Int(489));
        report.metric("share", "share", Value::Float(0.978));
        report.metric("pair", "pair", Value::Text("7 9".into()));
        report
    }

    fn rule(json: &str) -> Rule {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn comparisons() {
        for (json, expected) in [
            (r#"{"metric": "n", "op": "<", "than": 500}"#, Some(true)),
            (r#"{"metric": "n", "op": "<", "than": 489}"#, Some(false)),
            (r#"{"metric": "n", "op": "<=", "than": 489}"#, Some(true)),
            (r#"{"metric": "n", "op": ">=", "than": 490}"#, Some(false)),
            (r#"{"metric": "n", "op": ">", "than": "share"}"#, Some(true)),
            (r#"{"metric": "n", "op": ">", "than": "share", "times": 500}"#, Some(false)),
            (r#"{"metric": "n", "op": "=", "than": 489}"#, Some(true)),
            (r#"{"metric": "pair", "op": "=", "than": {"text": "7 9"}}"#, Some(true)),
            (r#"{"metric": "pair", "op": "=", "than": {"text": "4 9"}}"#, Some(false)),
            (r#"{"metric": "pair", "op": "<", "than": {"text": "7 9"}}"#, None),
            (r#"{"metric": "pair", "op": "=", "than": 7}"#, None),
            (r#"{"metric": "nothing", "op": "=", "than": 7}"#, None),
            (r#"{"metric": "n", "op": "=", "than": "nothing"}"#, None),
        ] {
            assert_eq!(rule(json).holds(&report()), expected, "{json}");
        }
    }

    #[test]
    fn texts_are_filled_with_the_numbers() {
        let fill = |text: &str| filled(text, &report());
        assert_eq!(fill("{n} of 500, or {share%}, {pair}."), Some("489 of 500, or 97.8 %, 7 9.".into()));
        assert_eq!(fill("no number"), Some("no number".into()));
        assert_eq!(fill("{nothing}"), None);
        assert_eq!(fill("{pair%}"), None);
        assert_eq!(fill("{n"), None);
    }
}
