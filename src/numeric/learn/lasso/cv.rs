//! The penalty by cross-validation: `sklearn.linear_model.LassoCV`.

use super::{Folds, Moments, Path, Problem, Solver, Stopping};
use crate::error::{Error, Result};
use crate::learn::linalg::dot;

/// Least `alpha_max` of which a grid is made; below it there is nothing to fit.
const LEAST_ALPHA: f64 = 1e-15;

/// How the penalty is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LassoCvOptions {
    /// Length of the path: smallest penalty over largest (`eps`).
    pub eps: f64,
    /// Penalties along it (`alphas=100`).
    pub n_alphas: usize,
    /// Whether means are taken off (`fit_intercept`).
    pub fit_intercept: bool,
    /// The way to the minimum.
    pub solver: Solver,
    /// How long [`Solver::Compat`] works.
    pub stopping: Stopping,
}

impl Default for LassoCvOptions {
    fn default() -> Self {
        LassoCvOptions {
            eps: 1e-3,
            n_alphas: 100,
            fit_intercept: true,
            solver: Solver::Exact,
            stopping: Stopping::default(),
        }
    }
}

/// What cross-validation chose.
#[derive(Debug, Clone, PartialEq)]
pub struct LassoCv {
    /// The grid, descending (`alphas_`).
    pub alphas: Vec<f64>,
    /// Mean squared error for each penalty and fold (`mse_path_`).
    pub mse_path: Vec<Vec<f64>>,
    /// Place of the chosen penalty in `alphas`.
    pub best: usize,
    /// The chosen penalty (`alpha_`).
    pub alpha: f64,
    /// Weights of the fit to all samples (`coef_`), `(n_features,)`.
    pub coef: Vec<f64>,
    /// `intercept_`.
    pub intercept: f64,
    /// Lassos that ended before their tolerance was met.
    pub n_not_converged: u32,
}

impl LassoCv {
    /// Mean over the folds of the squared error for each penalty.
    pub fn mean_mse(&self) -> Vec<f64> {
        self.mse_path.iter().map(|row| row.iter().sum::<f64>() / row.len() as f64).collect()
    }
}

/// The penalties that are tried: `n_alphas` of them, from the least that leaves no
/// weight down to `eps` of it, evenly on a logarithmic scale.
pub fn alpha_grid(moments: &Moments, eps: f64, n_alphas: usize) -> Vec<f64> {
    let most = moments.xy.iter().fold(0.0f64, |most, c| most.max(c.abs())) / moments.n_samples;
    if most <= LEAST_ALPHA {
        return vec![LEAST_ALPHA; n_alphas];
    }
    let last = n_alphas.saturating_sub(1).max(1) as f64;
    (0..n_alphas)
        .map(|i| match i {
            0 => most,
            i if i + 1 == n_alphas => most * eps,
            i => most * libm::pow(eps, i as f64 / last),
        })
        .collect()
}

/// Chooses the penalty of the lasso of a target on columns.
///
/// Errors: `eps` not in (0, 1], no penalties.
pub fn lasso_cv(folds: &Folds, options: &LassoCvOptions) -> Result<LassoCv> {
    let LassoCvOptions { eps, n_alphas, fit_intercept, solver, stopping } = *options;
    if !(eps > 0.0 && eps <= 1.0) {
        return Err(Error::invalid("eps", "a float in the range (0, 1]", eps));
    }
    if n_alphas == 0 {
        return Err(Error::invalid("n_alphas", "at least 1", n_alphas));
    }
    let all = folds.all(fit_intercept);
    let alphas = alpha_grid(&all, eps, n_alphas);
    let mut mse_path = vec![Vec::with_capacity(folds.n_folds()); n_alphas];
    let mut n_not_converged = 0;
    for fold in 0..folds.n_folds() {
        let train = folds.without(fold, fit_intercept);
        let mut path = Path::new(solver, stopping, train.n_features());
        for (alpha, errors) in alphas.iter().zip(&mut mse_path) {
            let end = path.step(&problem(&train, *alpha));
            n_not_converged += u32::from(!end.converged);
            errors.push(folds.error(fold, &train, path.weights()));
        }
    }
    let mut best = 0;
    let means: Vec<f64> = mse_path.iter().map(|row: &Vec<f64>| row.iter().sum::<f64>() / row.len() as f64).collect();
    for (i, mean) in means.iter().enumerate() {
        if *mean < means[best] {
            best = i;
        }
    }
    let mut path = Path::new(solver, stopping, all.n_features());
    let end = path.step(&problem(&all, alphas[best]));
    n_not_converged += u32::from(!end.converged);
    let coef = path.weights().to_vec();
    let intercept = all.y_offset - dot(&all.x_offset, &coef);
    Ok(LassoCv { alpha: alphas[best], alphas, mse_path, best, coef, intercept, n_not_converged })
}

fn problem(moments: &Moments, alpha: f64) -> Problem<'_> {
    let Moments { n_samples, gram, xy, yy, .. } = moments;
    Problem { gram, xy, yy: *yy, penalty: alpha * n_samples, skip: None }
}
