//! `sklearn.decomposition.PCA`: the fitted components and what is done with them.

use super::data::Data;
use super::options::{PcaOptions, SvdSolver};
use super::{randomized, spectrum};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::linalg::{View, add_product};
use serde::{Deserialize, Serialize};

/// Principal components of data `(n_samples, n_features)`, greatest variance first.
///
/// The entry of a component that is greatest in size is positive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pca {
    /// Components row by row, `n_components * n_features` values (`components_`).
    components: Vec<f64>,
    /// Variance of the data along each component, `(n_components,)` (`explained_variance_`).
    pub explained_variance: Vec<f64>,
    /// The same as shares of all variance (`explained_variance_ratio_`); NaN where
    /// there is none.
    pub explained_variance_ratio: Vec<f64>,
    /// Lengths of the centred data along each component (`singular_values_`).
    pub singular_values: Vec<f64>,
    /// Mean of each feature, `(n_features,)` (`mean_`).
    pub mean: Vec<f64>,
    /// Mean variance along each direction left out; 0 if there is none (`noise_variance_`).
    pub noise_variance: f64,
    /// The solver that was taken.
    pub svd_solver: SvdSolver,
    /// Whether scores are whitened.
    pub whiten: bool,
    /// What scores are multiplied with for whitening; 0 along directions whose
    /// variance is rounding.
    whitening: Vec<f64>,
}

/// What a solver finds, before the signs are settled.
pub(super) struct Found {
    /// Mean of each feature, `(n_features,)`.
    pub mean: Vec<f64>,
    /// `(n_components, n_features)`.
    pub components: Matrix,
    /// `(n_components,)`.
    pub explained_variance: Vec<f64>,
    /// `(n_components,)`.
    pub singular_values: Vec<f64>,
    /// Of all directions.
    pub total_variance: f64,
    /// Mean over the directions that are left out.
    pub noise_variance: f64,
    /// Components beyond it have a variance that is rounding.
    pub rank: usize,
    /// Where the scores of the data itself come from.
    pub scores: Scores,
}

/// Left singular vectors, which are the scores of the data but for a factor.
pub(super) enum Scores {
    /// The data's projections on the components.
    Project,
    /// The projections on these directions, `(n_components, n_features)`.
    Along(Matrix),
    /// These, one a row, `(at least n_components, n_samples)`.
    Given(Matrix),
}

impl Pca {
    /// Finds the components of `x` (a [`Matrix`] by reference, or [`Data::bytes`]).
    ///
    /// Errors: NaN or infinity, squares beyond float64; fewer than two samples (of
    /// which scikit-learn makes NaN); components, oversamples or a share outside
    /// their range.
    pub fn fit<'a>(x: impl Into<Data<'a>>, options: &PcaOptions) -> Result<Pca> {
        fit(x.into(), options).map(|(pca, _)| pca)
    }

    /// As [`fit`](Self::fit), and the scores of `x` itself, `(n_samples, n_components)`.
    ///
    /// These are scikit-learn's: left singular vectors times singular values (or
    /// `sqrt(n_samples - 1)` if whitened), which for `Randomized` are not quite the
    /// projections that [`transform`](Self::transform) gives.
    pub fn fit_transform<'a>(x: impl Into<Data<'a>>, options: &PcaOptions) -> Result<(Pca, Matrix)> {
        let x = x.into();
        let (pca, scores) = fit(x, options)?;
        let k = pca.n_components();
        let mut u = match scores {
            Scores::Project => {
                let scores = pca.project(x);
                return Ok((pca, scores));
            }
            Scores::Along(directions) => x.project(&pca.mean, &directions),
            Scores::Given(rows) => {
                let mut u = Matrix::zeros(x.n_samples(), k);
                for i in 0..u.n_rows() {
                    u.row_mut(i).iter_mut().zip(rows.rows()).for_each(|(to, row)| *to = row[i]);
                }
                u
            }
        };
        let unit = ((x.n_samples() - 1) as f64).sqrt();
        let factors: Vec<f64> = (0..k)
            .map(|c| match (pca.whiten, pca.whitening[c] > 0.0) {
                (false, _) => pca.singular_values[c],
                (true, true) => unit,
                (true, false) => 0.0,
            })
            .collect();
        scale(&mut u, &factors);
        Ok((pca, u))
    }

    /// Number of components.
    pub fn n_components(&self) -> usize {
        self.explained_variance.len()
    }

    /// Number of features.
    pub fn n_features(&self) -> usize {
        self.mean.len()
    }

    /// Component `c`, `(n_features,)`, of length 1. Panics if there is none.
    pub fn component(&self, c: usize) -> &[f64] {
        &self.components[c * self.mean.len()..(c + 1) * self.mean.len()]
    }

    /// All components, shape `(n_components, n_features)` (`components_`).
    pub fn components(&self) -> Matrix {
        let (k, m) = (self.n_components(), self.n_features());
        Matrix::from_vec(self.components.clone(), k, m).expect("a fit has whole components")
    }

    /// Scores of the rows of `x` on the components, `(n_samples, n_components)`.
    ///
    /// Whitened scores along a direction in which the fitted data does not vary (but
    /// for rounding) are 0; scikit-learn divides by the rounding there.
    ///
    /// Errors: another number of features than fitted; NaN or infinity.
    pub fn transform<'a>(&self, x: impl Into<Data<'a>>) -> Result<Matrix> {
        let x = x.into();
        if x.n_features() != self.n_features() {
            let must_be = format!("of {} features, as it was fitted", self.n_features());
            return Err(Error::invalid("X", must_be, x.n_features()));
        }
        x.check()?;
        Ok(self.project(x))
    }

    /// The rows, `(n_samples, n_features)`, that have these `scores`,
    /// `(n_samples, n_components)`, and no other deviation from the mean.
    ///
    /// Errors: another number of components than fitted; NaN or infinity.
    pub fn inverse_transform(&self, scores: &Matrix) -> Result<Matrix> {
        if scores.n_cols() != self.n_components() {
            let must_be = format!("of {} components, as it was fitted", self.n_components());
            return Err(Error::invalid("X", must_be, scores.n_cols()));
        }
        Data::from(scores).check()?;
        let mut directions = self.components();
        if self.whiten {
            for (c, variance) in self.explained_variance.iter().enumerate() {
                directions.row_mut(c).iter_mut().for_each(|value| *value *= variance.sqrt());
            }
        }
        let mut rows = Matrix::zeros(scores.n_rows(), self.n_features());
        add_product(&mut rows, View::of(scores), View::of(&directions));
        for i in 0..rows.n_rows() {
            rows.row_mut(i).iter_mut().zip(&self.mean).for_each(|(value, mean)| *value += mean);
        }
        Ok(rows)
    }

    fn project(&self, x: Data) -> Matrix {
        let mut scores = x.project(&self.mean, &self.components());
        if self.whiten {
            scale(&mut scores, &self.whitening);
        }
        scores
    }
}

fn fit(x: Data, options: &PcaOptions) -> Result<(Pca, Scores)> {
    let svd_solver = options.resolve(x.n_samples(), x.n_features())?;
    x.check()?;
    let found = match svd_solver {
        SvdSolver::Randomized => randomized::find(x, options)?,
        SvdSolver::CovarianceEigh => spectrum::by_covariance(x, options)?,
        _ => spectrum::full(x, options)?,
    };
    let Found { mean, mut components, explained_variance, singular_values, rank, mut scores, .. } = found;
    for c in 0..components.n_rows() {
        if points_down(components.row(c)) {
            let turn = |row: &mut [f64]| row.iter_mut().for_each(|value| *value = -*value);
            turn(components.row_mut(c));
            match &mut scores {
                Scores::Along(rows) | Scores::Given(rows) => turn(rows.row_mut(c)),
                Scores::Project => {}
            }
        }
    }
    let whitening = |(c, variance): (usize, &f64)| if c < rank { 1.0 / variance.sqrt() } else { 0.0 };
    let pca = Pca {
        components: components.into_vec(),
        explained_variance_ratio: explained_variance.iter().map(|variance| variance / found.total_variance).collect(),
        whitening: explained_variance.iter().enumerate().map(whitening).collect(),
        explained_variance,
        singular_values,
        mean,
        noise_variance: found.noise_variance,
        svd_solver,
        whiten: options.whiten,
    };
    Ok((pca, scores))
}

/// Whether the entry greatest in size, the first of equals, is negative.
fn points_down(row: &[f64]) -> bool {
    row.iter().fold(0.0, |greatest: f64, &value| if value.abs() > greatest.abs() { value } else { greatest }) < 0.0
}

fn scale(scores: &mut Matrix, factors: &[f64]) {
    for i in 0..scores.n_rows() {
        scores.row_mut(i).iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor);
    }
}
