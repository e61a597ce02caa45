//! How often a classifier is right, class by class.

use super::contingency::{ContingencyMatrix, confusion_table, ranks};
use crate::error::{Error, Result};
use std::fmt::Write;

/// Samples of each class against what was predicted for them, both of shape
/// `(n_samples,)` (`confusion_matrix`): a row and a column for each label that occurs on either side.
///
/// Errors: the lists differ in length or are empty; more than 4,096 labels.
pub fn confusion_matrix<A, B>(y_true: &[A], y_pred: &[B]) -> Result<ContingencyMatrix>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    if y_true.len() != y_pred.len() || y_true.is_empty() {
        let got = format!("{} and {} labels", y_true.len(), y_pred.len());
        return Err(Error::invalid("y_true", "at least one label, and as many as y_pred", got));
    }
    let both = y_true.iter().map(|&label| label.into()).chain(y_pred.iter().map(|&label| label.into()));
    let (labels, of): (Vec<i64>, Vec<u32>) = ranks(&both.collect::<Vec<i64>>())?;
    let (of_true, of_pred) = of.split_at(y_true.len());
    let table = confusion_table(of_true, of_pred, labels.len(), labels.len())?;
    Ok(ContingencyMatrix { counts: table.counts, classes: labels.clone(), clusters: labels })
}

/// Scores of each class, all of shape `(n_classes,)`; a ratio of nothing to nothing is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScores {
    /// The labels, ascending.
    pub labels: Vec<i64>,
    /// Of what was predicted to be of the class, the share that is.
    pub precision: Vec<f64>,
    /// Of what is of the class, the share that was predicted to be.
    pub recall: Vec<f64>,
    /// The harmonic mean of both.
    pub f1: Vec<f64>,
    /// Samples of the class.
    pub support: Vec<u64>,
    /// Samples predicted right, of all classes together.
    pub n_right: u64,
}

/// Scores of each class from true and predicted labels, both of shape `(n_samples,)`
/// (`precision_recall_fscore_support`).
///
/// Errors: those of [`confusion_matrix`].
pub fn precision_recall_fscore_support<A, B>(y_true: &[A], y_pred: &[B]) -> Result<ClassScores>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let table = confusion_matrix(y_true, y_pred)?;
    let k = table.n_classes();
    let ratio = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let right: Vec<u64> = (0..k).map(|i| table.row(i)[i]).collect();
    let support: Vec<u64> = (0..k).map(|i| table.row(i).iter().sum()).collect();
    let predicted: Vec<u64> = (0..k).map(|j| (0..k).map(|i| table.row(i)[j]).sum()).collect();
    Ok(ClassScores {
        precision: (0..k).map(|i| ratio(right[i], predicted[i])).collect(),
        recall: (0..k).map(|i| ratio(right[i], support[i])).collect(),
        f1: (0..k).map(|i| ratio(2 * right[i], support[i] + predicted[i])).collect(),
        n_right: right.iter().sum(),
        labels: table.classes,
        support,
    })
}

impl ClassScores {
    /// Samples of all classes.
    pub fn n_samples(&self) -> u64 {
        self.support.iter().sum()
    }

    /// Means of precision, recall and F1 over the classes.
    pub fn macro_average(&self) -> [f64; 3] {
        let k = self.labels.len() as f64;
        [&self.precision, &self.recall, &self.f1].map(|scores| scores.iter().sum::<f64>() / k)
    }

    /// The same with each class counted by its samples.
    pub fn weighted_average(&self) -> [f64; 3] {
        let n = self.n_samples() as f64;
        [&self.precision, &self.recall, &self.f1]
            .map(|scores| scores.iter().zip(&self.support).map(|(score, n)| score * *n as f64).sum::<f64>() / n)
    }
}

/// The text of `classification_report`, with names of the labels (their numbers if `None`) and
/// that many digits.
///
/// Errors: those of [`confusion_matrix`]; as many names as labels are needed.
pub fn classification_report<A, B>(
    y_true: &[A],
    y_pred: &[B],
    names: Option<&[String]>,
    digits: usize,
) -> Result<String>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let scores = precision_recall_fscore_support(y_true, y_pred)?;
    let numbers: Vec<String> = scores.labels.iter().map(i64::to_string).collect();
    let names = names.unwrap_or(&numbers);
    if names.len() != numbers.len() {
        let must_be = format!("one for each of {} labels", numbers.len());
        return Err(Error::invalid("target_names", must_be, names.len()));
    }
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let width = longest.max("weighted avg".len()).max(digits);
    let mut text = format!("{:>width$} ", "");
    for head in ["precision", "recall", "f1-score", "support"] {
        // Writing to a string does not fail.
        let _ = write!(text, " {head:>9}");
    }
    text += "\n\n";
    let line = |text: &mut String, name: &str, [p, r, f]: [f64; 3], n: u64| {
        let _ = writeln!(text, "{name:>width$}  {p:>9.digits$} {r:>9.digits$} {f:>9.digits$} {n:>9}");
    };
    for (i, name) in names.iter().enumerate() {
        let of_class = [scores.precision[i], scores.recall[i], scores.f1[i]];
        line(&mut text, name, of_class, scores.support[i]);
    }
    let n = scores.n_samples();
    let accuracy = scores.n_right as f64 / n as f64;
    let _ = writeln!(text, "\n{:>width$}  {:>9} {:>9} {accuracy:>9.digits$} {n:>9}", "accuracy", "", "");
    line(&mut text, "macro avg", scores.macro_average(), n);
    line(&mut text, "weighted avg", scores.weighted_average(), n);
    Ok(text)
}
