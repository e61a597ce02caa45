//! What is decomposed: rows of doubles, or of bytes that stay bytes.

use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::kernels::lanes::{Best, Lanes};
use crate::learn::linalg::{View, add_gram_below, byte_moments, mirror, product};

/// Rows that are centred at once: a few hundred kilobytes of doubles.
const BLOCK: usize = 64;
/// Components that are summed at once, in registers.
const WIDTH: usize = 16;

/// Samples, shape `(n_samples, n_features)`.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// Doubles, as they are.
    Doubles(&'a Matrix),
    /// Grey levels, which stand for the doubles of the same value.
    Bytes {
        /// Row by row, a multiple of `n_features` of them.
        values: &'a [u8],
        /// Length of a row, at least 1.
        n_features: usize,
    },
}

impl<'a> From<&'a Matrix> for Data<'a> {
    fn from(x: &'a Matrix) -> Self {
        Data::Doubles(x)
    }
}

impl<'a> Data<'a> {
    /// Borrows `values` as `n_samples` rows.
    ///
    /// Errors: `n_features` is 0, or there are not `n_samples * n_features` values.
    pub fn bytes(values: &'a [u8], n_samples: usize, n_features: usize) -> Result<Self> {
        if n_features == 0 || n_samples.checked_mul(n_features) != Some(values.len()) {
            let must_be = format!("{n_samples} rows of {n_features} bytes, at least one each");
            return Err(Error::invalid("X", must_be, format!("{} bytes", values.len())));
        }
        Ok(Data::Bytes { values, n_features })
    }

    pub(super) fn n_samples(self) -> usize {
        match self {
            Data::Doubles(x) => x.n_rows(),
            Data::Bytes { values, n_features } => values.len() / n_features.max(1),
        }
    }

    pub(super) fn n_features(self) -> usize {
        match self {
            Data::Doubles(x) => x.n_cols(),
            Data::Bytes { n_features, .. } => n_features,
        }
    }

    /// Refuses NaN and infinity.
    pub(super) fn check(self) -> Result<()> {
        if let Data::Doubles(x) = self
            && let Some(value) = x.as_slice().iter().find(|value| !value.is_finite())
        {
            return Err(Error::invalid("X", "free of NaN and infinity", value));
        }
        Ok(())
    }

    /// Mean of each column, and `Xc.T @ Xc` of the centred columns: of bytes the
    /// exact value, rounded.
    pub(super) fn scatter(self) -> (Vec<f64>, Matrix) {
        let m = self.n_features();
        match self {
            Data::Bytes { values, .. } => {
                let moments = byte_moments(values, m);
                (moments.mean(), moments.scatter())
            }
            Data::Doubles(x) => {
                let mean = self.mean();
                let mut scatter = Matrix::zeros(m, m);
                for from in (0..x.n_rows()).step_by(4 * BLOCK) {
                    let block = self.centered_rows(&mean, from, x.n_rows().min(from + 4 * BLOCK));
                    add_gram_below(&mut scatter, View::of(&block).t());
                }
                mirror(&mut scatter);
                (mean, scatter)
            }
        }
    }

    /// Mean of each column, `(n_features,)`.
    pub(super) fn mean(self) -> Vec<f64> {
        let mut mean = vec![0.0; self.n_features()];
        let mut row = mean.clone();
        for i in 0..self.n_samples() {
            self.copy_row(i, &mut row);
            mean.iter_mut().zip(&row).for_each(|(sum, value)| *sum += value);
        }
        let n = self.n_samples() as f64;
        mean.iter_mut().for_each(|sum| *sum /= n);
        mean
    }

    /// All rows less `mean`.
    pub(super) fn centered(self, mean: &[f64]) -> Matrix {
        self.centered_rows(mean, 0, self.n_samples())
    }

    /// `(X - mean) @ directions.T`, shape `(n_samples, n_directions)`, of directions
    /// `(n_directions, n_features)`.
    pub(super) fn project(self, mean: &[f64], directions: &Matrix) -> Matrix {
        let (n, k) = (self.n_samples(), directions.n_rows());
        match self {
            Data::Doubles(_) => {
                let mut scores = Matrix::zeros(n, k);
                for from in (0..n).step_by(4 * BLOCK) {
                    let to = n.min(from + 4 * BLOCK);
                    let block = self.centered_rows(mean, from, to);
                    let part = product(View::of(&block), View::of(directions).t());
                    (from..to).for_each(|i| scores.row_mut(i).copy_from_slice(part.row(i - from)));
                }
                scores
            }
            Data::Bytes { values, n_features } => project_bytes::<Best>(values, n_features, mean, directions),
        }
    }

    fn centered_rows(self, mean: &[f64], from: usize, to: usize) -> Matrix {
        let mut rows = Matrix::zeros(to - from, mean.len());
        for i in from..to {
            let row = rows.row_mut(i - from);
            self.copy_row(i, row);
            row.iter_mut().zip(mean).for_each(|(value, mean)| *value -= mean);
        }
        rows
    }

    fn copy_row(self, i: usize, out: &mut [f64]) {
        match self {
            Data::Doubles(x) => out.copy_from_slice(x.row(i)),
            Data::Bytes { values, n_features } => {
                let row = &values[i * n_features..(i + 1) * n_features];
                out.iter_mut().zip(row).for_each(|(to, &x)| *to = f64::from(x));
            }
        }
    }
}

/// As [`Data::project`]: the sum over a row's bytes in order, less that over the
/// mean. Bytes of zero, four in five of a digit's, add nothing and are passed over.
fn project_bytes<L: Lanes>(values: &[u8], m: usize, mean: &[f64], directions: &Matrix) -> Matrix {
    let k = directions.n_rows();
    let mut scores = Matrix::zeros(values.len() / m, k);
    let mut strips = vec![[0.0; WIDTH]; k.div_ceil(WIDTH) * m];
    for c in 0..k {
        let strip = &mut strips[c / WIDTH * m..][..m];
        strip.iter_mut().zip(directions.row(c)).for_each(|(cells, &value)| cells[c % WIDTH] = value);
    }
    let (mut inked, mut ends): (Vec<(u32, f64)>, Vec<usize>) = (Vec::new(), Vec::new());
    for (block, rows) in values.chunks(BLOCK * m).enumerate() {
        inked.clear();
        ends.clear();
        ends.push(0);
        for row in rows.chunks_exact(m) {
            let inks = row.iter().enumerate().filter(|(_, x)| **x > 0);
            inked.extend(inks.map(|(j, &x)| (j as u32, f64::from(x))));
            ends.push(inked.len());
        }
        for (s, strip) in strips.chunks_exact(m).enumerate() {
            let offset = sum::<L>(strip, mean.iter().enumerate().map(|(j, &mean)| (j as u32, mean)));
            for (i, ends) in ends.windows(2).enumerate() {
                let sums = sum::<L>(strip, inked[ends[0]..ends[1]].iter().copied());
                let row = &mut scores.row_mut(block * BLOCK + i)[s * WIDTH..];
                let values = sums.iter().zip(offset).map(|(sum, offset)| sum - offset);
                row.iter_mut().zip(values).for_each(|(to, value)| *to = value);
            }
        }
    }
    scores
}

// Not inlined: browsers make a function fast when it is called again, not within its loops.
#[inline(never)]
fn sum<L: Lanes>(strip: &[[f64; WIDTH]], terms: impl Iterator<Item = (u32, f64)>) -> [f64; WIDTH] {
    let mut sums = [L::pair(&[0.0; 2]); WIDTH / 2];
    for (j, x) in terms {
        let (cells, x) = (strip[j as usize].as_chunks::<2>().0, L::pair(&[x, x]));
        for (sum, cell) in sums.iter_mut().zip(cells) {
            *sum = L::add(*sum, L::mul(x, L::pair(cell)));
        }
    }
    let mut out = [0.0; WIDTH];
    out.as_chunks_mut::<2>().0.iter_mut().zip(sums).for_each(|(to, sum)| *to = L::values(sum));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::kernels::lanes::Plain;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn bytes_are_projected_as_the_doubles_they_stand_for(
            (n, m, k) in (1usize..140, 1usize..9, 0usize..37),
            seed in any::<u32>(),
        ) {
            let mut word = seed;
            let mut next = || {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                word >> 23
            };
            let bytes: Vec<u8> = (0..n * m).map(|_| next().saturating_sub(256) as u8).collect();
            let values = bytes.iter().map(|&x| f64::from(x)).collect();
            let doubles = Matrix::from_vec(values, n, m).unwrap();
            let directions = (0..k * m).map(|_| f64::from(next()) / 100.0 - 2.0).collect();
            let directions = Matrix::from_vec(directions, k, m).unwrap();
            let data = Data::bytes(&bytes, n, m).unwrap();
            let mean = data.mean();
            prop_assert_eq!(&mean, &data.scatter().0);
            let found = data.project(&mean, &directions);
            prop_assert_eq!(&found, &project_bytes::<Plain>(&bytes, m, &mean, &directions));
            let expected = Data::from(&doubles).project(&mean, &directions);
            for (a, b) in found.as_slice().iter().zip(expected.as_slice()) {
                prop_assert!((a - b).abs() <= 1e-11, "{} {}", a, b);
            }
            let (_, scatter) = Data::from(&doubles).scatter();
            for (a, b) in data.scatter().1.as_slice().iter().zip(scatter.as_slice()) {
                prop_assert!((a - b).abs() <= 1e-7, "{} {}", a, b);
            }
        }
    }
}
