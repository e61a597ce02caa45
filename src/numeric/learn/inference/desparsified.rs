//! The desparsified lasso: what each column does to the target while the others are
//! held fixed, with a standard error. `hidimstat.DesparsifiedLasso`.
//!
//! Column `i` is regressed on all others by a lasso; what is left of it, correlated with
//! what the lasso of the target leaves, mends the shrinkage of weight `i`. All of these
//! lassos live on one Gram matrix.

use super::normal::{norm_ppf, two_sided_p};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::lasso::{ActiveSet, Folds, LassoCv, LassoCvOptions, Moments, Path, Problem, Solver, lasso_cv};
use crate::learn::linalg::{Cholesky, View, dot, product};

/// Share of the largest weight from which on a weight counts for the noise level.
const TOLERANCE_REID: f64 = 1e-4;
/// Share of the largest weight from which on a weight counts as a degree of freedom.
const TOLERANCE_DOF: f64 = 0.01;
/// A pivot below this share of its diagonal: the Gram matrix is not inverted.
const SINGULAR: f64 = 1e-11;

/// The penalty of the nodewise lassos.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NodewiseAlpha {
    /// This penalty, in squared units of the columns; the library's default is 1.
    Fixed(f64),
    /// This share of the largest covariance with another column, as its documentation says.
    ShareOfMax(f64),
}

/// How the inference is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DesparsifiedOptions {
    /// The lasso of the target.
    pub lasso: LassoCvOptions,
    /// Folds of its cross-validation.
    pub n_folds: usize,
    /// The penalty of the nodewise lassos; their solver is that of `lasso`.
    pub nodewise_alpha: NodewiseAlpha,
    /// Whether the bias is corrected for degrees of freedom (`dof_ajdustement`).
    pub dof_adjustment: bool,
    /// Confidence of the intervals (`confidence`).
    pub confidence: f64,
}

impl Default for DesparsifiedOptions {
    fn default() -> Self {
        DesparsifiedOptions {
            lasso: LassoCvOptions::default(),
            n_folds: 5,
            nodewise_alpha: NodewiseAlpha::Fixed(1.0),
            dof_adjustment: false,
            confidence: 0.95,
        }
    }
}

/// What was inferred of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Desparsified {
    /// The lasso of the target.
    pub lasso: LassoCv,
    /// Standard deviation of the noise (`sigma_hat_`).
    pub sigma: f64,
    /// Weights that count for it.
    pub support_size: usize,
    /// Samples less the weights that count: what is left to tell the noise by.
    pub dof: f64,
    /// Share of the target's variance that the lasso explains on what it was fitted to.
    pub fit_r2: f64,
    /// Share of the target's variance that the lasso explains on folds it has not seen.
    pub cv_r2: f64,
    /// Debiased weights (`importances_`), `(n_features,)`.
    pub beta: Vec<f64>,
    /// Diagonal of the precision matrix in the library's sense (`precision_diagonal_`).
    pub omega: Vec<f64>,
    /// Standard errors.
    pub se: Vec<f64>,
    /// `beta / se`.
    pub z: Vec<f64>,
    /// Two-sided p-values (`pvalues_`); 0 where they underflow.
    pub p: Vec<f64>,
    /// Lower ends of the confidence intervals.
    pub lower: Vec<f64>,
    /// Upper ends.
    pub upper: Vec<f64>,
    /// Columns without variance: weight 0 and p-value 1.
    pub no_data: Vec<bool>,
    /// Penalties of the nodewise lassos.
    pub nodewise_alpha: Vec<f64>,
    /// Nodewise lassos that ended before their tolerance was met.
    pub n_not_converged: u32,
}

/// Infers what each column of `x`, shape `(n_samples, n_features)`, does to `y`, `(n_samples,)`.
///
/// Errors: fewer than 2 columns, fewer samples than folds, `y` of another length or all
/// the same, NaN or infinity, options outside their ranges.
pub fn desparsified_lasso(mut x: Matrix, y: &[f64], options: &DesparsifiedOptions) -> Result<Desparsified> {
    if x.n_cols() < 2 {
        return Err(Error::invalid("n_features", "at least 2: each is regressed on the others", x.n_cols()));
    }
    if !(options.confidence > 0.0 && options.confidence < 1.0) {
        return Err(Error::invalid("confidence", "a float in the range (0, 1)", options.confidence));
    }
    if y.len() != x.n_rows() || y.is_empty() {
        return Err(Error::invalid("y", format!("of the {} samples of X, at least 1", x.n_rows()), y.len()));
    }
    if y.iter().all(|value| *value == y[0]) {
        return Err(Error::invalid("y", "of at least two different values", "one value only"));
    }
    let no_data = center_columns(&mut x);
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let y: Vec<f64> = y.iter().map(|value| value - mean).collect();
    let folds = Folds::new(&x, &y, options.n_folds)?;
    drop(x);
    let lasso = lasso_cv(&folds, &options.lasso)?;
    infer(&folds.all(false), lasso, no_data, options)
}

/// Takes the mean off every column; tells which of them are the same number all over.
fn center_columns(x: &mut Matrix) -> Vec<bool> {
    let (n, m) = (x.n_rows(), x.n_cols());
    let mut sums = vec![0.0; m];
    let mut constant = vec![true; m];
    for row in 0..n {
        for (j, value) in x.row(row).iter().enumerate() {
            sums[j] += value;
            constant[j] &= *value == x.row(0)[j];
        }
    }
    let means: Vec<f64> = sums.iter().map(|sum| sum / n as f64).collect();
    for row in 0..n {
        for (j, value) in x.row_mut(row).iter_mut().enumerate() {
            *value = if constant[j] { 0.0 } else { *value - means[j] };
        }
    }
    constant
}

/// The inference from the moments of centred data.
fn infer(all: &Moments, lasso: LassoCv, no_data: Vec<bool>, options: &DesparsifiedOptions) -> Result<Desparsified> {
    let (n, m) = (all.n_samples, all.n_features());
    let w = &lasso.coef;
    let counted = |share: f64| {
        let largest = w.iter().fold(0.0f64, |most, w| most.max(w.abs()));
        w.iter().filter(|w| w.abs() > share * largest).count().min(n as usize - 1)
    };
    let support_size = counted(TOLERANCE_REID);
    // With the lasso's own intercept, which is 0 but for rounding.
    let sigma = (all.residual(w).max(0.0) / (n - support_size as f64)).sqrt();
    let fitted = all.gram_times(w);
    let left: Vec<f64> = all.xy.iter().zip(&fitted).map(|(c, f)| c - f).collect();
    let dof = n / (n - counted(TOLERANCE_DOF) as f64);
    let quantile = norm_ppf(0.5 + options.confidence / 2.0);
    let precision = match options.lasso.solver {
        Solver::Exact => inverse(&all.gram, &no_data),
        Solver::Compat => None,
    };

    let mut found = Desparsified {
        dof: n - support_size as f64,
        fit_r2: 1.0 - all.residual(w) / all.yy,
        cv_r2: r2(&lasso, all),
        sigma,
        support_size,
        beta: vec![0.0; m],
        omega: vec![0.0; m],
        se: vec![0.0; m],
        z: vec![0.0; m],
        p: vec![1.0; m],
        lower: vec![0.0; m],
        upper: vec![0.0; m],
        nodewise_alpha: vec![0.0; m],
        n_not_converged: 0,
        no_data,
        lasso,
    };
    let w = &found.lasso.coef;
    for i in (0..m).filter(|i| !found.no_data[*i]) {
        let row = all.gram.row(i);
        let alpha = match options.nodewise_alpha {
            NodewiseAlpha::Fixed(alpha) => alpha,
            NodewiseAlpha::ShareOfMax(share) => {
                // The signed maximum, as the library takes it.
                let others = row.iter().enumerate().filter(|(j, _)| *j != i);
                share * others.map(|(_, covariance)| covariance / n).fold(f64::NEG_INFINITY, f64::max).max(0.0)
            }
        };
        let problem = Problem { gram: &all.gram, xy: row, yy: row[i], penalty: alpha * n, skip: Some(i) };
        let most = row.iter().enumerate().filter(|(j, _)| *j != i).fold(0.0f64, |most, (_, c)| most.max(c.abs()));
        let mut path = match &precision {
            // Where the penalty is large, few have a weight: then it is nearer to start with none.
            Some(precision) if problem.penalty < 0.1 * most => Path::from_set(ActiveSet::regression(precision, i)),
            _ => Path::new(options.lasso.solver, options.lasso.stopping, m),
        };
        let end = path.step(&problem);
        found.n_not_converged += u32::from(!end.converged);
        // v = e_i - gamma: what is left of column i is X v.
        let mut v: Vec<f64> = path.weights().iter().map(|gamma| -gamma).collect();
        v[i] = 1.0;
        let across = all.gram_times(&v);
        let square = dot(&v, &across);
        let own = across[i];
        found.nodewise_alpha[i] = alpha;
        found.omega[i] = n * square / (own * own);
        found.beta[i] = w[i] + dot(&v, &left) / own;
        if options.dof_adjustment {
            let others = dot(&across, w) - own * w[i];
            found.beta[i] = (dof * dot(&v, &all.xy) - dof * others) / own - (dof - 1.0) * w[i];
            found.omega[i] *= dof * dof;
        }
        let se = sigma * (found.omega[i] / n).sqrt();
        found.se[i] = se;
        found.z[i] = found.beta[i] / se;
        found.p[i] = two_sided_p(found.z[i]);
        found.lower[i] = found.beta[i] - quantile * se;
        found.upper[i] = found.beta[i] + quantile * se;
    }
    if found.z.iter().any(|z| z.is_nan()) {
        return Err(Error::Numeric(
            "the columns explain the target without a rest; use fewer clusters or more images".into(),
        ));
    }
    Ok(found)
}

/// Share of the samples above which so many weights leave too few degrees of freedom.
const SATURATED_SUPPORT: f64 = 0.9;
/// Share of the variance above which a fit leaves next to nothing.
const SATURATED_R2: f64 = 0.9999;

impl Desparsified {
    /// Whether the fit leaves too little to tell the noise by: too many weights for the samples, or next to no rest.
    pub fn saturated(&self) -> bool {
        let n = self.dof + self.support_size as f64;
        self.support_size as f64 > SATURATED_SUPPORT * n || self.fit_r2 > SATURATED_R2
    }
}

/// One minus the error on unseen folds over the variance of the target.
fn r2(lasso: &LassoCv, all: &Moments) -> f64 {
    let errors = &lasso.mse_path[lasso.best];
    1.0 - errors.iter().sum::<f64>() / errors.len() as f64 / (all.yy / all.n_samples)
}

/// The inverse of the Gram matrix; columns without variance stay out (zeros).
fn inverse(gram: &Matrix, no_data: &[bool]) -> Option<Matrix> {
    let kept: Vec<usize> = (0..no_data.len()).filter(|j| !no_data[*j]).collect();
    if kept.len() < no_data.len() {
        // Rare, and the regressions then start from nothing.
        return None;
    }
    let factor = Cholesky::new(gram, SINGULAR)?;
    let mut root = Matrix::zeros(gram.n_rows(), gram.n_rows());
    (0..gram.n_rows()).for_each(|i| root.row_mut(i)[i] = 1.0);
    factor.solve(&mut root);
    Some(product(View::of(&root).t(), View::of(&root)))
}
