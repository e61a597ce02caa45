//! A path of warm starts: each C is fitted from where the last one ended.

use super::CrossvalParams;
use crate::error::Result;
use crate::experiments::lab::{Job, Tick, Ticker, Workplace};
use crate::experiments::logistic::Penalty;
use crate::learn::linear_model::{Design, LogisticRegression, Part, Sign, fit_part, n_parts};
use crate::learn::metrics::accuracy_score;
use crate::learn::model_selection::stratified_k_fold;
use crate::learn::preprocessing;
use serde::{Deserialize, Serialize};

/// A path: all C in order, each fit from the last one on.
#[derive(Serialize, Deserialize)]
pub struct Path {
    pub(super) params: CrossvalParams,
    pub(super) penalty: Penalty,
    /// The fold to leave out; none to learn from all, and be tried on the test.
    pub(super) fold: Option<u32>,
}

/// What is known at one C.
#[derive(Serialize, Deserialize, Clone)]
pub struct Stop {
    /// Accuracy on what was learnt from.
    pub(super) learnt: f64,
    /// Accuracy on what was left out.
    pub(super) held_out: f64,
    /// Coefficients that are not zero.
    pub(super) n_nonzero: u64,
    /// Models that converged, and all.
    pub(super) converged: (u32, u32),
    /// Coefficients, `(n_outputs, n_features)`, of the path of all images; nothing of the folds.
    pub(super) coef: Vec<f64>,
}

/// What a path shows while it is walked.
pub(super) struct Seen {
    /// Accuracy on what was left out, at each C that is done.
    pub(super) held_out: Vec<f64>,
    /// The gradient of the model that is being fitted.
    pub(super) gradient: f64,
    /// Its coefficients so far, `(n_outputs, n_features)`; nothing of the folds.
    pub(super) coef: Vec<f64>,
}

impl Seen {
    fn frame(&self) -> Vec<f32> {
        let head = [self.held_out.len() as f64];
        head.iter().chain(&self.held_out).chain([&self.gradient]).chain(&self.coef).map(|value| *value as f32).collect()
    }

    pub(super) fn of(frame: &[f32]) -> Option<Self> {
        let (n, rest) = frame.split_first()?;
        let (held_out, rest) = rest.split_at_checked(*n as usize)?;
        let (gradient, coef) = rest.split_first()?;
        let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect();
        Some(Seen { held_out: wide(held_out), gradient: f64::from(*gradient), coef: wide(coef) })
    }
}

/// The coefficients of all parts while part `at` has `coef`: zero in those that are not fitted yet.
fn so_far(parts: &[Option<Part>], at: usize, coef: Vec<f64>) -> Vec<f64> {
    let of = |(i, part): (usize, &Option<Part>)| match part {
        _ if i == at => coef.clone(),
        Some(part) => part.coef.clone(),
        None => vec![0.0; coef.len()],
    };
    parts.iter().enumerate().flat_map(of).collect()
}

impl Job for Path {
    type Output = Vec<Stop>;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Vec<Stop>> {
        let Path { params, penalty, fold } = self;
        let data = place.dataset();
        let sides = params.sides(data)?;
        let (train, test) = match fold {
            None => (sides.train.clone(), sides.test.clone()),
            Some(fold) => {
                let folds =
                    stratified_k_fold(&sides.of(&sides.train), params.n_splits as usize, Some(params.random_state))?;
                let pick = |rows: &[u32]| -> Vec<u32> { rows.iter().map(|i| sides.train[*i as usize]).collect() };
                (pick(&folds[fold as usize].train), pick(&folds[fold as usize].test))
            }
        };
        let m = data.n_features();
        let design = Design::bytes(&data.images, m, &train, params.scaling.into())?;
        let others = Design::bytes(&data.images, m, &test, preprocessing::Scaling::None)?;
        let (of_train, of_test) = (sides.of(&train), sides.of(&test));
        let k = sides.classes.len();
        let mut parts: Vec<Option<Part>> = vec![None; n_parts(params.scheme.into(), k)];
        let mut stops: Vec<Stop> = Vec::new();
        let mut step = 0;
        for c in params.cs() {
            let options = params.at(penalty, c).options();
            for i in 0..parts.len() {
                let start = parts[i].take();
                let mut tick = |sign: &Sign| {
                    step += 1;
                    if ticker.due() {
                        let held_out: Vec<f64> = stops.iter().map(|stop| stop.held_out).collect();
                        let coef = fold.is_none().then(|| so_far(&parts, i, sign.coef()));
                        let seen = Seen { held_out, gradient: sign.gradient_norm, coef: coef.unwrap_or_default() };
                        ticker.tell(Tick { step, objective: sign.objective, frame: seen.frame() });
                    }
                };
                let part = fit_part(&design, &of_train, k, i, &options, start.as_ref(), &mut tick)?;
                parts[i] = Some(part);
            }
            let fitted: Vec<Part> = parts.iter().flatten().cloned().collect();
            let classes = (0..k as i64).collect();
            let model = LogisticRegression::join(classes, params.scheme.into(), &fitted)?;
            let learnt = model.decide(&model.decision_function(&design)?);
            let held_out = model.decide(&model.unscaled(&design).decision_function(&others)?);
            stops.push(Stop {
                learnt: accuracy_score(&of_train, &learnt)?,
                held_out: accuracy_score(&of_test, &held_out)?,
                n_nonzero: model.coef.as_slice().iter().filter(|value| **value != 0.0).count() as u64,
                converged: (fitted.iter().filter(|part| part.converged).count() as u32, fitted.len() as u32),
                coef: if fold.is_none() { model.coef.as_slice().to_vec() } else { Vec::new() },
            });
        }
        Ok(stops)
    }
}
