//! A fit in parts that do not need each other: one for each class against the
//! rest, or one for all classes at once.

use super::design::Design;
use super::lbfgs::lbfgs;
use super::loss::Loss;
use super::newton::newton;
use super::options::{ClassWeight, LogisticOptions, Penalty, Scheme};
use super::solve::{Measure, Outcome, Rule, Step};
use super::sparse::{proximal_newton, subgradient};
use super::target::{Intercept, Target};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What a part of a fit found, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Coefficients of the scaled features, `n_outputs * n_features` of them, output by output.
    pub coef: Vec<f64>,
    /// Intercepts, `(n_outputs,)`.
    pub intercept: Vec<f64>,
    /// `C` times the sum of the weighted losses, and the penalty; without a penalty the sum alone.
    pub objective: f64,
    /// Multinomial: the greatest entry of the gradient of the objective over `C` times the sum of
    /// the weights. One-vs-rest: the length of the gradient (with L1 the sum of its sizes).
    /// Where the penalty has a corner, the least subgradient.
    pub gradient_norm: f64,
    /// What `gradient_norm` had to fall to.
    pub gradient_bound: f64,
    /// Iterations made.
    pub n_iter: u32,
    /// Whether `gradient_bound` was reached.
    pub converged: bool,
    /// Whether there is no penalty and the classes, or one and the rest, can be told apart without an error: there is
    /// no best model then, and coefficients grow for as long as the solver runs.
    pub separated: bool,
}

/// A sign of life of a fit.
#[derive(Debug)]
pub struct Sign<'a> {
    /// Iterations done.
    pub iteration: u32,
    /// The objective, see [`Part`].
    pub objective: f64,
    /// See [`Part`].
    pub gradient_norm: f64,
    theta: &'a [f64],
    design: &'a Design,
    width: usize,
}

impl Sign<'_> {
    /// Coefficients so far, laid out as [`Part::coef`].
    pub fn coef(&self) -> Vec<f64> {
        spread(self.design, self.theta, self.width)
    }
}

/// The number of parts of a fit.
pub fn n_parts(scheme: Scheme, n_classes: usize) -> usize {
    if scheme == Scheme::OneVsRest && n_classes > 2 { n_classes } else { 1 }
}

/// Fits part `part` of a model of `n_classes` classes, of which sample `i` has
/// class `classes[i]`; from `start` on, or from zero. Two classes take one model of the second.
///
/// Errors: options outside their range; fewer than two classes; a class that has no
/// sample; labels, `part` or `start` that do not fit.
pub fn fit_part(
    design: &Design,
    classes: &[u32],
    n_classes: usize,
    part: usize,
    options: &LogisticOptions,
    start: Option<&Part>,
    tick: &mut dyn FnMut(&Sign),
) -> Result<Part> {
    options.check(n_classes)?;
    let counts = counted(design, classes, n_classes)?;
    if part >= n_parts(options.scheme, n_classes) {
        return Err(Error::invalid("part", format!("below {}", n_parts(options.scheme, n_classes)), part));
    }
    let (l1, l2) = options.penalty.factors();
    let binary = options.scheme == Scheme::OneVsRest || n_classes == 2;
    let own = if n_classes == 2 { 1 } else { part as u32 };
    let of_rest = options.scheme == Scheme::OneVsRest && n_classes > 2;
    let (mapped, sizes): (Vec<u32>, Vec<usize>) = if of_rest {
        let own_size = counts[part];
        (classes.iter().map(|class| u32::from(*class == own)).collect(), vec![classes.len() - own_size, own_size])
    } else {
        (classes.to_vec(), counts)
    };
    let by_class: Vec<f64> = match &options.class_weight {
        ClassWeight::None => vec![1.0; sizes.len()],
        ClassWeight::Balanced => {
            sizes.iter().map(|size| classes.len() as f64 / (sizes.len() as f64 * *size as f64)).collect()
        }
        ClassWeight::Given(weights) if of_rest => vec![1.0, weights[part]],
        ClassWeight::Given(weights) => weights.clone(),
    };
    let c = if l1 + l2 > 0.0 { options.c } else { 1.0 };
    let weights: Vec<f64> = mapped.iter().map(|class| c * by_class[*class as usize]).collect();
    let unit: f64 = weights.iter().sum();
    let target = Target {
        design,
        classes: &mapped,
        weights,
        loss: if binary { Loss::Logistic } else { Loss::Softmax },
        width: if binary { 1 } else { n_classes },
        l1,
        l2,
        intercept: match (options.fit_intercept, options.scheme) {
            (false, _) => Intercept::Absent,
            // liblinear knows no elastic net: that is the problem of the solver which does.
            (true, Scheme::OneVsRest) if !matches!(options.penalty, Penalty::ElasticNet(_)) => Intercept::Penalized,
            (true, _) => Intercept::Free,
        },
    };
    let rarer = sizes.iter().min().copied().unwrap_or(0).max(1) as f64 / classes.len() as f64;
    let (measure, tol) = match options.scheme {
        Scheme::Multinomial => (Measure::Greatest(unit), options.tol),
        // liblinear knows no fit without a penalty: the rule is that of the solver which does.
        Scheme::OneVsRest if l1 + l2 == 0.0 => (Measure::Greatest(unit), options.tol),
        Scheme::OneVsRest if l1 > 0.0 => (Measure::Sum, options.tol * rarer),
        Scheme::OneVsRest => (Measure::Length, options.tol * rarer),
    };
    let zero = vec![0.0; target.len()];
    let mut rule = Rule { measure, tol, max_iter: options.max_iter, first: 0.0 };
    // The tolerance is a share of the gradient at zero, wherever the fit starts.
    let gradient = target.gradient(&zero, &target.at(&zero));
    rule.first = rule.norm(&subgradient(&target, &zero, &gradient));
    let theta = match start {
        None => zero,
        Some(start) => gathered(design, start, target.width)?,
    };
    let mut told = |step: &Step| {
        tick(&Sign {
            iteration: step.iteration,
            objective: step.objective,
            gradient_norm: step.gradient_norm,
            theta: step.theta,
            design,
            width: target.width,
        });
    };
    let solver = match (l1 > 0.0, l2 > 0.0) {
        (true, _) => proximal_newton,
        (false, true) => newton,
        (false, false) => lbfgs,
    };
    let Outcome { theta, objective, gradient_norm, n_iter, converged, separated } =
        solver(&target, theta, &rule, &mut told);
    // Of several outputs one can go on for ever where the others have a minimum.
    let separated = separated || l1 + l2 == 0.0 && target.tells_one_apart(&target.at(&theta));
    Ok(Part {
        coef: spread(design, &theta, target.width),
        intercept: theta[target.last()..].to_vec(),
        objective,
        gradient_norm,
        gradient_bound: rule.bound(),
        n_iter,
        converged,
        separated,
    })
}

/// Samples of each class.
fn counted(design: &Design, classes: &[u32], n_classes: usize) -> Result<Vec<usize>> {
    if classes.len() != design.n_samples() {
        let must_be = format!("as long as X ({} samples)", design.n_samples());
        return Err(Error::invalid("y", must_be, format!("{} labels", classes.len())));
    }
    let mut counts = vec![0; n_classes];
    for class in classes {
        match counts.get_mut(*class as usize) {
            Some(count) => *count += 1,
            None => return Err(Error::invalid("y", format!("below the number of classes, {n_classes}"), class)),
        }
    }
    if n_classes < 2 {
        return Err(Error::invalid("y", "of at least 2 classes", format!("{n_classes} class")));
    }
    if let Some(class) = counts.iter().position(|count| *count == 0) {
        return Err(Error::invalid("y", "such that each class has a sample", format!("none of class {class}")));
    }
    Ok(counts)
}

/// From a row for each kept column to all features, output by output.
fn spread(design: &Design, theta: &[f64], width: usize) -> Vec<f64> {
    let m = design.n_features();
    let mut coef = vec![0.0; width * m];
    for (row, &j) in theta.chunks_exact(width).zip(design.columns()) {
        row.iter().enumerate().for_each(|(k, value)| coef[k * m + j as usize] = *value);
    }
    coef
}

/// What [`spread`] makes, undone.
fn gathered(design: &Design, part: &Part, width: usize) -> Result<Vec<f64>> {
    let m = design.n_features();
    if part.coef.len() != width * m || part.intercept.len() != width {
        let must_be = format!("of {width} outputs and {m} features");
        return Err(Error::invalid("start", must_be, format!("{} coefficients", part.coef.len())));
    }
    let columns = design.columns().iter();
    let mut theta: Vec<f64> = columns.flat_map(|j| (0..width).map(move |k| part.coef[k * m + *j as usize])).collect();
    theta.extend(&part.intercept);
    Ok(theta)
}
