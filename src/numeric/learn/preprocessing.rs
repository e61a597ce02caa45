//! Column-wise scaling before a clustering: `sklearn.preprocessing`.

use super::Matrix;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How the columns (pixels) are scaled before a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Scaling {
    /// As they are.
    #[default]
    None,
    /// Each column to `[0, 1]` ([`MinMaxScaler`]).
    MinMax,
    /// Each column to mean 0 and variance 1 ([`StandardScaler`]).
    Standard,
}

/// `sklearn.preprocessing.MinMaxScaler` of the default range: `x * scale + min`.
#[derive(Debug, Clone, PartialEq)]
pub struct MinMaxScaler {
    /// Factor of each column, `(n_features,)`; 1 for a constant column (`scale_`).
    pub scale: Vec<f64>,
    /// What is added to each column after that, `(n_features,)` (`min_`).
    pub min: Vec<f64>,
}

/// `sklearn.preprocessing.StandardScaler`: `(x - mean) / scale`.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardScaler {
    /// Mean of each column, `(n_features,)` (`mean_`).
    pub mean: Vec<f64>,
    /// Standard deviation (of the population) of each column, `(n_features,)`;
    /// 1 for a constant column (`scale_`).
    pub scale: Vec<f64>,
}

impl MinMaxScaler {
    /// Reads the range of each column of `x`, shape `(n_samples, n_features)`.
    ///
    /// Errors: no rows, or a value that is not finite.
    pub fn fit(x: &Matrix) -> Result<Self> {
        check(x)?;
        let (mut low, mut high) = (x.row(0).to_vec(), x.row(0).to_vec());
        for row in x.rows() {
            for (j, &value) in row.iter().enumerate() {
                low[j] = low[j].min(value);
                high[j] = high[j].max(value);
            }
        }
        Ok(Self::from_range(&low, &high))
    }

    /// From the least and the greatest value of each column.
    pub(crate) fn from_range(low: &[f64], high: &[f64]) -> Self {
        let factor = |(&low, &high): (&f64, &f64)| {
            let range = high - low;
            if range < 10.0 * f64::EPSILON { 1.0 } else { 1.0 / range }
        };
        let scale: Vec<f64> = low.iter().zip(high).map(factor).collect();
        let min = low.iter().zip(&scale).map(|(low, scale)| 0.0 - low * scale).collect();
        MinMaxScaler { scale, min }
    }

    /// The scaled rows of `x`, shape `(n_samples, n_features)`.
    ///
    /// Errors: another number of columns than at [`fit`](Self::fit).
    pub fn transform(&self, x: &Matrix) -> Result<Matrix> {
        map(x, self.scale.len(), |j, value| self.value(j, value))
    }

    /// What `x` in column `j` becomes.
    pub(crate) fn value(&self, j: usize, x: f64) -> f64 {
        x * self.scale[j] + self.min[j]
    }
}

impl StandardScaler {
    /// Reads mean and variance of each column of `x`, shape `(n_samples, n_features)`.
    ///
    /// Errors: no rows, or a value that is not finite.
    pub fn fit(x: &Matrix) -> Result<Self> {
        check(x)?;
        let n = x.n_rows() as f64;
        let mut mean = vec![0.0; x.n_cols()];
        for row in x.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        mean.iter_mut().for_each(|sum| *sum /= n);
        // The sum of the deviations is zero but for rounding; taking its square off
        // removes what the rounded mean adds to the variance.
        let (mut squares, mut rest) = (vec![0.0; x.n_cols()], vec![0.0; x.n_cols()]);
        for row in x.rows() {
            for (j, value) in row.iter().enumerate() {
                let deviation = value - mean[j];
                squares[j] += deviation * deviation;
                rest[j] += deviation;
            }
        }
        let variance = squares.iter().zip(&rest).map(|(square, rest)| (square - rest * rest / n) / n);
        Ok(Self::from_moments(mean.clone(), variance, n))
    }

    /// From the mean and variance of each column over `n` rows.
    pub(crate) fn from_moments(mean: Vec<f64>, variance: impl Iterator<Item = f64>, n: f64) -> Self {
        let deviation = |(variance, mean): (f64, &f64)| {
            // scikit-learn's bound on what rounding alone can make of a constant column.
            let noise = n * mean * f64::EPSILON;
            let constant = variance <= n * f64::EPSILON * variance + noise * noise;
            if constant { 1.0 } else { variance.sqrt() }
        };
        let scale = variance.zip(&mean).map(deviation).collect();
        StandardScaler { mean, scale }
    }

    /// The scaled rows of `x`, shape `(n_samples, n_features)`.
    ///
    /// Errors: another number of columns than at [`fit`](Self::fit).
    pub fn transform(&self, x: &Matrix) -> Result<Matrix> {
        map(x, self.mean.len(), |j, value| self.value(j, value))
    }

    /// What `x` in column `j` becomes.
    pub(crate) fn value(&self, j: usize, x: f64) -> f64 {
        (x - self.mean[j]) / self.scale[j]
    }
}

fn check(x: &Matrix) -> Result<()> {
    if x.n_rows() == 0 || x.n_cols() == 0 {
        return Err(Error::invalid(
            "X",
            "at least one row and one column",
            format!("({}, {})", x.n_rows(), x.n_cols()),
        ));
    }
    match x.as_slice().iter().find(|value| !value.is_finite()) {
        Some(value) => Err(Error::invalid("X", "free of NaN and infinity", value)),
        None => Ok(()),
    }
}

fn map(x: &Matrix, n_features: usize, value: impl Fn(usize, f64) -> f64) -> Result<Matrix> {
    if x.n_cols() != n_features {
        return Err(Error::invalid("X", format!("of {n_features} columns, as it was fitted"), x.n_cols()));
    }
    let values = x.rows().flat_map(|row| row.iter().enumerate().map(|(j, &x)| value(j, x))).collect();
    Matrix::from_vec(values, x.n_rows(), x.n_cols())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_columns_keep_a_scale_of_one() {
        let x = Matrix::from_vec(vec![0.1, 1.0, 0.1, 3.0, 0.1, 5.0], 3, 2).unwrap();
        assert_eq!(MinMaxScaler::fit(&x).unwrap().scale, [1.0, 0.25]);
        let standard = StandardScaler::fit(&x).unwrap();
        assert_eq!(standard.scale[0], 1.0);
        assert_eq!(standard.scale[1], (8.0f64 / 3.0).sqrt());
        assert_eq!(standard.mean[1], 3.0);
    }

    #[test]
    fn unusable_matrices_are_refused() {
        let nan = Matrix::from_vec(vec![f64::NAN], 1, 1).unwrap();
        assert!(MinMaxScaler::fit(&nan).is_err());
        assert!(StandardScaler::fit(&Matrix::zeros(0, 3)).is_err());
        let fitted = MinMaxScaler::fit(&Matrix::zeros(2, 3)).unwrap();
        assert!(fitted.transform(&Matrix::zeros(2, 2)).is_err());
    }
}
