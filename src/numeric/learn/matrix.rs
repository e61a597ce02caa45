//! Row-major dense matrices.

use crate::error::{Error, Result};

/// A dense row-major matrix of `f64`, shape `(n_rows, n_cols)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    values: Vec<f64>,
    n_rows: usize,
    n_cols: usize,
}

impl Matrix {
    /// A matrix of zeros, shape `(n_rows, n_cols)`.
    pub fn zeros(n_rows: usize, n_cols: usize) -> Self {
        Matrix { values: vec![0.0; n_rows * n_cols], n_rows, n_cols }
    }

    /// Takes row-major `values`; an error if there are not `n_rows * n_cols` of them.
    pub fn from_vec(values: Vec<f64>, n_rows: usize, n_cols: usize) -> Result<Self> {
        if n_rows.checked_mul(n_cols) != Some(values.len()) {
            let n = values.len();
            return Err(Error::Numeric(format!("{n} values do not fill a matrix of shape ({n_rows}, {n_cols})")));
        }
        Ok(Matrix { values, n_rows, n_cols })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_cols(&self) -> usize {
        self.n_cols
    }

    /// Row `i`, of length `n_cols`. Panics if `i >= n_rows`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.n_cols..(i + 1) * self.n_cols]
    }

    /// Row `i`, to write to. Panics if `i >= n_rows`.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.n_cols..(i + 1) * self.n_cols]
    }

    /// The rows in order (none for a matrix without columns).
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.n_cols.max(1))
    }

    /// All values, row by row.
    pub fn as_slice(&self) -> &[f64] {
        &self.values
    }

    /// Gives the row-major values away.
    pub fn into_vec(self) -> Vec<f64> {
        self.values
    }
}
