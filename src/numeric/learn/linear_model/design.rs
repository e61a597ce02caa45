//! The samples of a linear model as it reads them: only what is not zero, each
//! column with a factor and an offset that scaling gives it.

use super::strips::{add_back, scores};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::preprocessing::{MinMaxScaler, Scaling, StandardScaler};

/// Samples, shape `(n_samples, n_features)`, by rows and without their zeros.
///
/// A feature is `value * scale + offset`; zeros are left out before that, so that
/// standardised images stay sparse. Columns that are zero in every sample are left out too:
/// no penalised fit gives them a coefficient.
#[derive(Debug, Clone)]
pub struct Design {
    n_features: usize,
    /// The columns that are kept, ascending.
    columns: Vec<u32>,
    /// Where each row begins in `index` and `values`, and where the last ends.
    starts: Vec<u32>,
    /// Positions in `columns`, ascending within a row.
    index: Vec<u16>,
    values: Vec<f64>,
    scale: Vec<f64>,
    offset: Vec<f64>,
}

impl Design {
    /// The rows `rows` of byte images of `n_features` pixels, scaled by what
    /// `scaling` reads from these very rows.
    ///
    /// Errors: no rows or no pixels; a row that is not there; more than 65,535 pixels.
    pub fn bytes(images: &[u8], n_features: usize, rows: &[u32], scaling: Scaling) -> Result<Self> {
        let n = images.len().checked_div(n_features).unwrap_or(0);
        if let Some(row) = rows.iter().find(|row| **row as usize >= n) {
            return Err(Error::invalid("rows", format!("below the number of images, {n}"), row));
        }
        let row = |i: usize| images[rows[i] as usize * n_features..][..n_features].iter().map(|&x| f64::from(x));
        Self::from_rows(rows.len(), n_features, row, scaling)
    }

    /// The rows of `x`, shape `(n_samples, n_features)`, as they are.
    ///
    /// Errors: no rows or columns; NaN or infinity; more than 65,535 columns.
    pub fn doubles(x: &Matrix) -> Result<Self> {
        if let Some(value) = x.as_slice().iter().find(|value| !value.is_finite()) {
            return Err(Error::invalid("X", "free of NaN and infinity", value));
        }
        Self::from_rows(x.n_rows(), x.n_cols(), |i| x.row(i).iter().copied(), Scaling::None)
    }

    fn from_rows<R: Iterator<Item = f64>>(
        n: usize,
        n_features: usize,
        row: impl Fn(usize) -> R,
        scaling: Scaling,
    ) -> Result<Self> {
        if n == 0 || n_features == 0 || n_features > usize::from(u16::MAX) {
            let must_be = "of at least one sample and of 1 to 65535 features";
            return Err(Error::invalid("X", must_be, format!("({n}, {n_features})")));
        }
        let (scale, offset) = scaled(n, n_features, &row, scaling);
        let mut used: Vec<bool> = offset.iter().map(|offset| *offset != 0.0).collect();
        let mut n_values = 0usize;
        for i in 0..n {
            for (used, value) in used.iter_mut().zip(row(i)) {
                *used |= value != 0.0;
                n_values += usize::from(value != 0.0);
            }
        }
        if u32::try_from(n_values).is_err() {
            return Err(Error::invalid("X", "of fewer than 2**32 values that are not 0", n_values));
        }
        let columns: Vec<u32> = (0..n_features as u32).filter(|j| used[*j as usize]).collect();
        let mut place = vec![0u16; n_features];
        columns.iter().zip(0..).for_each(|(j, at)| place[*j as usize] = at);
        let (mut index, mut values) = (Vec::with_capacity(n_values), Vec::with_capacity(n_values));
        let mut starts = vec![0u32];
        for i in 0..n {
            for (j, value) in row(i).enumerate().filter(|(_, value)| *value != 0.0) {
                index.push(place[j]);
                values.push(value);
            }
            starts.push(index.len() as u32);
        }
        let kept = |all: Vec<f64>| columns.iter().map(|j| all[*j as usize]).collect();
        Ok(Design { n_features, starts, index, values, scale: kept(scale), offset: kept(offset), columns })
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of features, those that are always zero included.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The columns that are not zero in every sample, ascending.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// The same samples with only the columns at these ascending positions of [`columns`](Self::columns).
    pub(super) fn narrowed(&self, kept: &[usize]) -> Self {
        let mut place = vec![u16::MAX; self.columns.len()];
        kept.iter().zip(0..).for_each(|(&from, to)| place[from] = to);
        let (mut index, mut values, mut starts) = (Vec::new(), Vec::new(), vec![0]);
        for i in 0..self.n_samples() {
            let row = self.row(i);
            for (&j, &value) in row.0.iter().zip(row.1).filter(|(j, _)| place[usize::from(**j)] != u16::MAX) {
                index.push(place[usize::from(j)]);
                values.push(value);
            }
            starts.push(index.len() as u32);
        }
        Design {
            n_features: self.n_features,
            columns: kept.iter().map(|at| self.columns[*at]).collect(),
            starts,
            index,
            values,
            scale: kept.iter().map(|at| self.scale[*at]).collect(),
            offset: kept.iter().map(|at| self.offset[*at]).collect(),
        }
    }

    /// The samples `rows` alone, scaled as they are here.
    pub(super) fn only(&self, rows: &[usize]) -> Self {
        let n_values = rows.iter().map(|i| self.row(*i).0.len()).sum();
        let (mut index, mut values) = (Vec::with_capacity(n_values), Vec::with_capacity(n_values));
        let mut starts = vec![0];
        for &i in rows {
            let row = self.row(i);
            index.extend_from_slice(row.0);
            values.extend_from_slice(row.1);
            starts.push(index.len() as u32);
        }
        Design {
            n_features: self.n_features,
            columns: self.columns.clone(),
            starts,
            index,
            values,
            scale: self.scale.clone(),
            offset: self.offset.clone(),
        }
    }

    /// Row `i`: positions in [`columns`](Self::columns), and values before scaling.
    pub(super) fn row(&self, i: usize) -> (&[u16], &[f64]) {
        let (from, to) = (self.starts[i] as usize, self.starts[i + 1] as usize);
        (&self.index[from..to], &self.values[from..to])
    }

    /// Factors and offsets that turn the pixels of another image into features:
    /// for every feature, those left out included (factor 1, offset 0).
    pub fn affine(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut scale, mut offset) = (vec![1.0; self.n_features], vec![0.0; self.n_features]);
        for (at, &j) in self.columns.iter().enumerate() {
            scale[j as usize] = self.scale[at];
            offset[j as usize] = self.offset[at];
        }
        (scale, offset)
    }

    /// `X @ w + intercept` of `width` outputs, shape `(n_samples, width)`; `theta` has a row of
    /// `width` coefficients for each column, and one of intercepts.
    pub(super) fn scores(&self, theta: &[f64], width: usize) -> Vec<f64> {
        let k = self.columns.len();
        let mut raw = theta.to_vec();
        let (rows, last) = raw.split_at_mut(k * width);
        for (row, (scale, offset)) in rows.chunks_exact_mut(width).zip(self.scale.iter().zip(&self.offset)) {
            for (last, value) in last.iter_mut().zip(row) {
                *last += offset * *value;
                *value *= scale;
            }
        }
        scores(self, &raw, width)
    }

    /// `X.T @ r` and the sums of `r`, laid out as the `theta` of [`scores`](Self::scores); `r` has
    /// shape `(n_samples, width)`.
    pub(super) fn back(&self, r: &[f64], width: usize) -> Vec<f64> {
        let mut out = add_back(self, r, width);
        let (rows, last) = out.split_at_mut(self.columns.len() * width);
        for (row, (scale, offset)) in rows.chunks_exact_mut(width).zip(self.scale.iter().zip(&self.offset)) {
            for (value, sum) in row.iter_mut().zip(&*last) {
                *value = *value * scale + offset * sum;
            }
        }
        out
    }

    /// `X.T @ diag(weights) @ X` with a column of ones behind those of `X`, shape
    /// `(n_columns + 1, n_columns + 1)`, on and below the diagonal. Samples of a
    /// weight up to `least` are passed over.
    pub(super) fn gram(&self, weights: &[f64], least: f64) -> Matrix {
        let k = self.columns.len();
        let mut gram = Matrix::zeros(k + 1, k + 1);
        for (i, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > least) {
            let (index, values) = self.row(i);
            for (a, (&j, &value)) in index.iter().zip(values).enumerate() {
                let (factor, cells) = (weight * value, gram.row_mut(usize::from(j)));
                for (&column, &other) in index[..=a].iter().zip(values) {
                    cells[usize::from(column)] += factor * other;
                }
            }
            let last = gram.row_mut(k);
            index.iter().zip(values).for_each(|(&j, &value)| last[usize::from(j)] += weight * value);
            last[k] += weight;
        }
        let sums = gram.row(k).to_vec();
        for a in 0..k {
            let (row, sum) = (gram.row_mut(a), sums[a] * self.scale[a]);
            for (b, cell) in row.iter_mut().enumerate().take(a + 1) {
                let cross = sum * self.offset[b] + self.offset[a] * self.scale[b] * sums[b];
                *cell = *cell * self.scale[a] * self.scale[b] + cross + self.offset[a] * self.offset[b] * sums[k];
            }
        }
        let last = &mut gram.row_mut(k)[..k];
        for (b, cell) in last.iter_mut().enumerate() {
            *cell = *cell * self.scale[b] + self.offset[b] * sums[k];
        }
        gram
    }
}

/// Factor and offset of each column.
fn scaled<R: Iterator<Item = f64>>(
    n: usize,
    m: usize,
    row: &impl Fn(usize) -> R,
    scaling: Scaling,
) -> (Vec<f64>, Vec<f64>) {
    match scaling {
        Scaling::None => (vec![1.0; m], vec![0.0; m]),
        Scaling::MinMax => {
            let (mut low, mut high) = (vec![f64::INFINITY; m], vec![f64::NEG_INFINITY; m]);
            for i in 0..n {
                for (j, value) in row(i).enumerate() {
                    low[j] = low[j].min(value);
                    high[j] = high[j].max(value);
                }
            }
            let MinMaxScaler { scale, min } = MinMaxScaler::from_range(&low, &high);
            (scale, min)
        }
        Scaling::Standard => {
            // Of bytes, both sums are exact.
            let (mut sums, mut squares) = (vec![0.0; m], vec![0.0; m]);
            for i in 0..n {
                for (j, value) in row(i).enumerate() {
                    sums[j] += value;
                    squares[j] += value * value;
                }
            }
            let n = n as f64;
            let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
            let variance = sums.iter().zip(&squares).map(|(sum, square)| (n * square - sum * sum) / (n * n));
            let StandardScaler { mean, scale } = StandardScaler::from_moments(mean, variance, n);
            let offset = mean.iter().zip(&scale).map(|(mean, scale)| 0.0 - mean / scale).collect();
            (scale.iter().map(|scale| 1.0 / scale).collect(), offset)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::linalg::{View, product};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_design_is_its_scaled_matrix(
            (n, m, width) in (1usize..12, 1usize..7, 1usize..21),
            seed in any::<u32>(),
            scaling in prop::sample::select(vec![Scaling::None, Scaling::MinMax, Scaling::Standard]),
        ) {
            let mut word = seed;
            let mut next = || {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                word >> 23
            };
            let images: Vec<u8> = (0..n * m).map(|_| next().saturating_sub(256) as u8).collect();
            let rows: Vec<u32> = (0..n as u32).rev().chain([0]).collect();
            let design = Design::bytes(&images, m, &rows, scaling).unwrap();
            let raw: Vec<f64> = rows.iter().flat_map(|i| &images[*i as usize * m..][..m]).map(|&x| f64::from(x)).collect();
            let raw = Matrix::from_vec(raw, rows.len(), m).unwrap();
            let full = match scaling {
                Scaling::None => raw,
                Scaling::MinMax => MinMaxScaler::fit(&raw).unwrap().transform(&raw).unwrap(),
                Scaling::Standard => StandardScaler::fit(&raw).unwrap().transform(&raw).unwrap(),
            };
            let k = design.columns().len();
            let mut kept = Matrix::zeros(rows.len(), k + 1);
            for i in 0..rows.len() {
                for (at, &j) in design.columns().iter().enumerate() {
                    kept.row_mut(i)[at] = full.row(i)[j as usize];
                }
                kept.row_mut(i)[k] = 1.0;
            }
            let close = |a: &[f64], b: &[f64]| a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + a.abs()));
            let random = |n: usize, next: &mut dyn FnMut() -> u32| -> Vec<f64> {
                (0..n).map(|_| f64::from(next()) / 100.0 - 2.0).collect()
            };
            let theta = random((k + 1) * width, &mut next);
            let expected = product(View::of(&kept), View::of(&Matrix::from_vec(theta.clone(), k + 1, width).unwrap()));
            prop_assert!(close(&design.scores(&theta, width), expected.as_slice()));
            let r = random(rows.len() * width, &mut next);
            let right = Matrix::from_vec(r.clone(), rows.len(), width).unwrap();
            let expected = product(View::of(&kept).t(), View::of(&right));
            prop_assert!(close(&design.back(&r, width), expected.as_slice()));
            let weights: Vec<f64> = (0..rows.len()).map(|i| (i % 3) as f64 * 0.4).collect();
            let mut weighted = kept.clone();
            for (i, weight) in weights.iter().enumerate() {
                weighted.row_mut(i).iter_mut().for_each(|value| *value *= weight);
            }
            let expected = product(View::of(&kept).t(), View::of(&weighted));
            let gram = design.gram(&weights, 0.0);
            for a in 0..=k {
                prop_assert!(close(&gram.row(a)[..=a], &expected.row(a)[..=a]));
            }
        }
    }

    #[test]
    fn unusable_samples_are_refused() {
        assert!(Design::doubles(&Matrix::zeros(0, 3)).is_err());
        assert!(Design::doubles(&Matrix::zeros(3, 0)).is_err());
        assert!(Design::doubles(&Matrix::from_vec(vec![1.0, f64::NAN], 1, 2).unwrap()).is_err());
        assert!(Design::bytes(&[1, 2, 3, 4], 2, &[2], Scaling::None).is_err());
        assert_eq!(Design::doubles(&Matrix::zeros(2, 3)).unwrap().columns(), [0u32; 0]);
    }
}
