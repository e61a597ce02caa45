//! Rows of doubles: principal components, tests, anything that is not bytes.

use super::closest::Look;
use super::points::{Interval, LARGEST, Move, Points};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::kernels::{squared_distance, squared_distances};

/// The rows of a [`Matrix`], ready to be clustered.
#[derive(Debug, Clone)]
pub struct Samples<'a> {
    rows: &'a Matrix,
    mean: Vec<f64>,
    offsets: Vec<f64>,
    scatter: f64,
    slack: f64,
}

impl<'a> Samples<'a> {
    /// Borrows `rows`, shape `(n_samples, n_features)`.
    ///
    /// Errors: no rows or columns, more than 2^32 rows, values that are not
    /// finite or whose squares are not.
    pub fn new(rows: &'a Matrix) -> Result<Self> {
        let (n, d) = (rows.n_rows(), rows.n_cols());
        if n == 0 || d == 0 || n as u64 > u64::from(u32::MAX) {
            return Err(Error::invalid("X", "of 1 to 2**32 - 1 rows and at least one column", format!("({n}, {d})")));
        }
        if let Some(value) = rows.as_slice().iter().find(|value| !value.is_finite()) {
            return Err(Error::invalid("X", "free of NaN and infinity", value));
        }
        let mut mean = vec![0.0; d];
        for row in rows.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        mean.iter_mut().for_each(|sum| *sum /= n as f64);
        let scatter: f64 = rows.rows().map(|row| squared_distance(row, &mean)).sum();
        if scatter.is_nan() || scatter > LARGEST {
            return Err(Error::invalid("X", "small enough for its squares", "squared distances beyond float64"));
        }
        // Eight partial sums, each of d / 8 squares of a rounded difference; twice that.
        let slack = (d as f64 + 64.0) * f64::EPSILON;
        Ok(Samples { rows, mean, offsets: vec![0.0; d], scatter, slack })
    }

    fn interval(&self, squared: f64) -> Interval {
        Interval { low: squared * (1.0 - self.slack), high: squared * (1.0 + self.slack) }
    }
}

impl Points for Samples<'_> {
    type Prepared = Matrix;
    type Sums = Matrix;

    fn n_samples(&self) -> usize {
        self.rows.n_rows()
    }

    fn n_features(&self) -> usize {
        self.rows.n_cols()
    }

    fn width(&self) -> usize {
        self.rows.n_cols()
    }

    fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    fn mean(&self) -> &[f64] {
        &self.mean
    }

    fn scatter(&self) -> f64 {
        self.scatter
    }

    fn copy_row(&self, i: usize, out: &mut [f64]) {
        out.copy_from_slice(self.rows.row(i));
    }

    fn copy_values(&self, i: usize, out: &mut [f64]) {
        out.copy_from_slice(self.rows.row(i));
    }

    fn inner(&self, _: usize, value: f64) -> f64 {
        value
    }

    fn prepare(&self, centers: &Matrix) -> Matrix {
        centers.clone()
    }

    fn intervals(&self, centers: &Matrix, i: usize, js: &[u32], out: &mut [Interval]) {
        let (row, center) = (self.rows.row(i), |j: u32| centers.row(j as usize));
        let (fours, rest) = js.as_chunks::<4>();
        let (out_fours, out_rest) = out.split_at_mut(fours.len() * 4);
        for (four, out) in fours.iter().zip(out_fours.as_chunks_mut::<4>().0) {
            *out = squared_distances(row, four.map(center)).map(|squared| self.interval(squared));
        }
        for (&j, out) in rest.iter().zip(out_rest) {
            *out = self.interval(squared_distance(row, center(j)));
        }
    }

    fn squared_distance(&self, i: usize, center: &[f64]) -> f64 {
        squared_distance(self.rows.row(i), center)
    }

    fn sums(&self, n_clusters: usize) -> Matrix {
        Matrix::zeros(n_clusters, self.width())
    }

    fn update(&self, sums: &mut Matrix, labels: &[u32], moves: Option<&[Move]>) {
        // Adding and taking away would leave rounding behind, so a cluster that
        // changed is summed anew, in the order of the rows.
        let mut anew = vec![moves.is_none(); sums.n_rows()];
        for step in moves.unwrap_or_default() {
            anew[step.from as usize] = true;
            anew[labels[step.row as usize] as usize] = true;
        }
        for (j, _) in anew.iter().enumerate().filter(|(_, anew)| **anew) {
            sums.row_mut(j).fill(0.0);
        }
        for (row, &label) in self.rows.rows().zip(labels).filter(|(_, label)| anew[**label as usize]) {
            sums.row_mut(label as usize).iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }

    fn center(&self, sums: &Matrix, j: usize, without: &[u32], count: f64, out: &mut [f64]) {
        out.copy_from_slice(sums.row(j));
        for &i in without {
            out.iter_mut().zip(self.rows.row(i as usize)).for_each(|(sum, value)| *sum -= value);
        }
        out.iter_mut().for_each(|sum| *sum /= count);
    }

    fn closer(&self, candidates: &[u32], look: &mut Look) {
        look.at_each(|i, _, out| {
            for (&candidate, out) in candidates.iter().zip(out) {
                *out = squared_distance(self.rows.row(i), self.rows.row(candidate as usize));
            }
        });
    }
}
