//! Questions to answer before the run: a prediction, compared with the result, never scored.

use super::mask::Mask;
use super::pairs::Pairs;
use super::rule::{Rule, filled, number};
use super::sorting::Sorting;
use crate::report::{Painted, Report, Value};
use serde::Deserialize;

/// A question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Question {
    /// Its name within the scene.
    pub id: String,
    /// The question.
    pub question: String,
    /// What its words mean, where that is not plain.
    #[serde(default)]
    pub hint: String,
    /// How it is answered.
    #[serde(flatten)]
    pub kind: Kind,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// By a whole number, which a metric of the report tells.
    Number {
        /// The metric.
        metric: String,
        /// Least answer.
        min: u32,
        /// Largest answer.
        max: u32,
        /// What is said of an answer that is too small.
        low: String,
        /// What is said of the right one.
        right: String,
        /// What is said of one that is too large.
        high: String,
    },
    /// By one of some answers.
    Choice {
        /// They.
        options: Vec<Choice>,
        /// What is said of a right one.
        right: String,
        /// What is said of any other.
        wrong: String,
    },
    /// By pixels that are painted, which are compared with a mask.
    Paint {
        /// Pixels down.
        rows: u32,
        /// Pixels across.
        columns: u32,
        /// The scene whose saved result has the mask, if not the run itself.
        #[serde(default)]
        scene: Option<String>,
        /// What they are compared with.
        of: Mask,
        /// What the colours of the comparison mean.
        key: String,
        /// What is said: `{painted}`, `{mask}`, `{both}`, and `{iou%}`, `{precision%}`, `{recall%}`.
        said: String,
    },
    /// By pairs of classes, compared with how often each pair is confused.
    Pairs {
        /// How many pairs.
        n: u32,
        /// Names of the classes to choose among.
        classes: Vec<String>,
        /// The confusion matrix, by the name of its section.
        matrix: String,
        /// What is said: `{given}`, `{most}`, `{mistakes}`, as [`Pairs::compared`] has them.
        said: String,
    },
    /// By images that are sorted into groups.
    Sort(Sorting),
    /// By an order, the largest first.
    Order {
        /// What is put in order.
        items: Vec<Item>,
        /// What is said of the right order.
        right: String,
        /// What is said of another.
        wrong: String,
    },
}

/// One answer of several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Choice {
    /// Its name.
    pub id: String,
    /// Its words.
    pub label: String,
    /// When it is right.
    pub rule: Rule,
}

/// One thing to put in order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Item {
    /// Its name.
    pub id: String,
    /// Its words.
    pub label: String,
    /// The number that it is ordered by.
    pub metric: String,
}

impl Question {
    /// Whether `answer` is one: what comes from outside may be anything.
    pub fn accepts(&self, answer: &str) -> bool {
        match &self.kind {
            Kind::Number { min, max, .. } => answer.parse::<u32>().is_ok_and(|n| (*min..=*max).contains(&n)),
            Kind::Choice { options, .. } => options.iter().any(|option| option.id == answer),
            Kind::Order { items, .. } => {
                let mut given: Vec<&str> = answer.split('~').collect();
                let mut known: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
                given.sort_unstable();
                known.sort_unstable();
                given == known
            }
            Kind::Paint { .. } => self.painted(answer).is_some(),
            Kind::Pairs { .. } => self.pairs(answer).is_some(),
            Kind::Sort(sorting) => sorting.groups(answer).is_some(),
        }
    }

    /// An answer in words.
    pub fn words(&self, answer: &str) -> String {
        if let (Kind::Pairs { classes, .. }, Some(pairs)) = (&self.kind, self.pairs(answer)) {
            return pairs.words(classes);
        }
        let label = |id: &str| match &self.kind {
            Kind::Choice { options, .. } => options.iter().find(|o| o.id == id).map(|o| o.label.clone()),
            Kind::Order { items, .. } => items.iter().find(|item| item.id == id).map(|item| item.label.clone()),
            Kind::Number { .. } | Kind::Pairs { .. } => None,
            Kind::Sort(sorting) => sorting.words(id),
            Kind::Paint { .. } => {
                let n = self.painted(id)?.0.iter().filter(|on| **on).count();
                Some(format!("{n} pixels"))
            }
        };
        answer.split('~').map(|id| label(id).unwrap_or_else(|| id.into())).collect::<Vec<_>>().join(", ")
    }

    /// The scene whose result answers it, if not its own.
    pub fn scene(&self) -> Option<&str> {
        match &self.kind {
            Kind::Paint { scene, .. } => scene.as_deref(),
            _ => None,
        }
    }

    /// The pixels of an answer that is painted.
    pub fn painted(&self, answer: &str) -> Option<Painted> {
        match &self.kind {
            Kind::Paint { rows, columns, .. } => Painted::read(answer, (rows * columns) as usize),
            _ => None,
        }
    }

    /// The pairs of an answer that names some.
    fn pairs(&self, answer: &str) -> Option<Pairs> {
        match &self.kind {
            Kind::Pairs { n, classes, .. } => Pairs::read(answer, *n as usize, classes.len()),
            _ => None,
        }
    }

    /// The mask that painted pixels are compared with, the signs of the pixels.
    pub fn mask(&self, report: &Report) -> Option<Vec<i8>> {
        match &self.kind {
            Kind::Paint { rows, columns, of, .. } => of.find(report, (*rows, *columns)),
            _ => None,
        }
    }

    /// What the run says to an answer; `None` if it is no answer, or the report has not
    /// the numbers for it.
    pub fn reveal(&self, answer: &str, report: &Report) -> Option<String> {
        if !self.accepts(answer) {
            return None;
        }
        match &self.kind {
            Kind::Number { metric, low, right, high, .. } => {
                let (given, truth) = (f64::from(answer.parse::<u32>().ok()?), number(report, metric)?);
                filled(
                    if given < truth {
                        low
                    } else if given > truth {
                        high
                    } else {
                        right
                    },
                    report,
                )
            }
            Kind::Choice { options, right, wrong } => {
                let chosen = options.iter().find(|option| option.id == answer)?;
                filled(if chosen.rule.holds(report)? { right } else { wrong }, report)
            }
            Kind::Order { items, right, wrong } => {
                let value = |id: &str| number(report, &items.iter().find(|item| item.id == id)?.metric);
                let values = answer.split('~').map(value).collect::<Option<Vec<f64>>>()?;
                filled(if values.is_sorted_by(|a, b| a >= b) { right } else { wrong }, report)
            }
            Kind::Pairs { classes, matrix, said, .. } => {
                filled(said, &self.pairs(answer)?.compared(report, matrix, classes)?)
            }
            Kind::Sort(sorting) => sorting.reveal(answer, report),
            Kind::Paint { said, .. } => {
                let overlap = self.painted(answer)?.overlap(&self.mask(report)?);
                let mut numbers = Report::default();
                for (id, n) in [("painted", overlap.painted), ("mask", overlap.mask), ("both", overlap.both)] {
                    numbers.metric(id, id, Value::Int(n as i64));
                }
                let shares = [("iou", overlap.iou()), ("precision", overlap.precision()), ("recall", overlap.recall())];
                for (id, share) in shares {
                    numbers.metric(id, id, Value::Float(share));
                }
                filled(said, &numbers)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.metric("a", "a", Value::Int(8));
        report.metric("b", "b", Value::Int(21));
        report
    }

    #[test]
    fn numbers() {
        let json = r#"{"id": "q", "question": "How many?", "kind": "number", "metric": "a", "min": 0, "max": 10,
            "low": "More: {a}.", "right": "Yes.", "high": "Fewer: {a}."}"#;
        let question: Question = serde_json::from_str(json).unwrap();
        let reveal = |answer: &str| question.reveal(answer, &report());
        assert_eq!(reveal("7").as_deref(), Some("More: 8."));
        assert_eq!(reveal("8").as_deref(), Some("Yes."));
        assert_eq!(reveal("9").as_deref(), Some("Fewer: 8."));
        assert_eq!((reveal("11"), reveal("x"), reveal("-1")), (None, None, None));
        assert_eq!(question.reveal("8", &Report::default()), None);
    }

    #[test]
    fn orders() {
        let json = r#"{"id": "q", "question": "Order!", "kind": "order", "right": "Yes.", "wrong": "No: {b}, {a}.",
            "items": [{"id": "x", "label": "X", "metric": "a"}, {"id": "y", "label": "Y", "metric": "b"}]}"#;
        let question: Question = serde_json::from_str(json).unwrap();
        let reveal = |answer: &str| question.reveal(answer, &report());
        assert_eq!(reveal("y~x").as_deref(), Some("Yes."));
        assert_eq!(reveal("x~y").as_deref(), Some("No: 21, 8."));
        assert_eq!((reveal("x"), reveal("x~x"), reveal("x~y~y"), reveal("")), (None, None, None, None));
        assert_eq!(question.words("y~x"), "Y, X");
    }
}
