//! What a logistic regression is asked for.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What is added to the loss for large coefficients. With `none` the loss alone counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Penalty {
    /// Nothing (`C=inf`).
    None,
    /// Half the sum of their squares (`l1_ratio=0`).
    L2,
    /// The sum of their sizes (`l1_ratio=1`).
    L1,
    /// A mixture, of which this share is L1 (`l1_ratio`).
    ElasticNet(f64),
}

impl Penalty {
    /// The share of L1 and the share of L2, as factors of their terms.
    pub(super) fn factors(self) -> (f64, f64) {
        match self {
            Penalty::None => (0.0, 0.0),
            Penalty::L2 => (0.0, 1.0),
            Penalty::L1 => (1.0, 0.0),
            Penalty::ElasticNet(ratio) => (ratio, 1.0 - ratio),
        }
    }
}

/// How several classes are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scheme {
    /// One model for each class against all others, with liblinear's objective: the
    /// intercept is penalised as the coefficient of a feature that is always 1
    /// (`OneVsRestClassifier(LogisticRegression(solver="liblinear"))`). Of an elastic net, which liblinear has not, the
    /// intercept is free, as with `solver="saga"`.
    OneVsRest,
    /// One model of all probabilities; the intercept is free (`LogisticRegression()`).
    Multinomial,
}

/// How much the samples of each class count (`class_weight`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum ClassWeight {
    /// All the same.
    #[default]
    None,
    /// In proportion to the inverse of the class's share; one-vs-rest balances each of its
    /// models by itself.
    Balanced,
    /// These, one for each class in the order of the model's classes; in one-vs-rest a
    /// model's own class has its weight and the rest has weight 1.
    Given(Vec<f64>),
}

/// Parameters of a fit, named as in scikit-learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticOptions {
    /// How several classes are told apart.
    pub scheme: Scheme,
    /// What is added for large coefficients.
    pub penalty: Penalty,
    /// How much the loss counts against the penalty (`C`).
    pub c: f64,
    /// When to stop: multinomial, when no entry of the gradient of the mean loss and its penalty
    /// is greater; one-vs-rest, when the gradient has shrunk to this share of
    /// the first, times the share of the rarer class (both as scikit-learn's solvers).
    pub tol: f64,
    /// Most iterations.
    pub max_iter: u32,
    /// Whether there are intercepts.
    pub fit_intercept: bool,
    /// How much the samples of each class count.
    pub class_weight: ClassWeight,
}

impl Default for LogisticOptions {
    fn default() -> Self {
        LogisticOptions {
            scheme: Scheme::Multinomial,
            penalty: Penalty::L2,
            c: 1.0,
            tol: 1e-4,
            max_iter: 100,
            fit_intercept: true,
            class_weight: ClassWeight::None,
        }
    }
}

impl LogisticOptions {
    /// Errors: a number outside its range.
    pub(super) fn check(&self, n_classes: usize) -> Result<()> {
        if !(self.c > 0.0 && self.c.is_finite()) {
            return Err(Error::invalid("C", "a float in the range (0.0, inf)", self.c));
        }
        if !(self.tol > 0.0 && self.tol.is_finite()) {
            return Err(Error::invalid("tol", "a float in the range (0.0, inf)", self.tol));
        }
        if self.max_iter == 0 {
            return Err(Error::invalid("max_iter", "an int in the range [1, inf)", 0));
        }
        if let Penalty::ElasticNet(ratio) = self.penalty
            && !(0.0..=1.0).contains(&ratio)
        {
            return Err(Error::invalid("l1_ratio", "a float in the range [0.0, 1.0]", ratio));
        }
        if let ClassWeight::Given(weights) = &self.class_weight {
            if weights.len() != n_classes {
                let must_be = format!("of one weight for each of {n_classes} classes");
                return Err(Error::invalid("class_weight", must_be, weights.len()));
            }
            if let Some(weight) = weights.iter().find(|weight| !(weight.is_finite() && **weight > 0.0)) {
                return Err(Error::invalid("class_weight", "positive and finite", weight));
            }
        }
        Ok(())
    }
}
