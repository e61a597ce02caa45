//! Centres in 16-bit integers, with a bound on what that loses.
//!
//! The squared distance of a row of bytes `b`, scaled by `s`, to a centre `c` is
//! `|s b|^2 - 2 b.(s c) + |c|^2`. The weights `s c` are rounded to multiples of a
//! power of two that fit into 16 bits; then the dot product is exact in integers
//! (so the order of its sums does not matter), and what rounding the weights did
//! to it is at most `|b|_1 max|r|` and at most `|b|_2 |r|_2`, with `r` the rest.

use super::points::Interval;
use crate::learn::Matrix;
use crate::learn::kernels::dot_words;

/// What the bound needs to know of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowNorms {
    /// `|s b|^2`.
    pub scaled: f64,
    /// Sum of the bytes.
    pub sum: f64,
    /// Root of the sum of the squared bytes.
    pub length: f64,
}

/// What is known of a centre besides its weights.
#[derive(Debug, Clone, Copy)]
struct Center {
    /// `|c|^2`.
    norm: f64,
    /// The power of two that one step of a weight stands for.
    unit: f64,
    /// Greatest rest of a weight.
    max_rest: f64,
    /// Root of the sum of the squared rests.
    rest: f64,
}

/// Centres as 16-bit weights.
#[derive(Debug, Clone)]
pub struct Quantized {
    words: Vec<i16>,
    centers: Vec<Center>,
    stride: usize,
    /// Bound on the rounding of everything else, relative to `|s b|^2 + |c|^2`.
    slack: f64,
}

impl Quantized {
    /// Rounds `centers`, shape `(n_clusters, stride)`, for rows scaled by `scale`, `(stride,)`.
    pub(super) fn new(centers: &Matrix, scale: &[f64]) -> Self {
        let stride = scale.len();
        let mut words = vec![0i16; centers.n_rows() * stride];
        let mut weights = vec![0.0; stride];
        let centers = (0..centers.n_rows())
            .map(|j| {
                let row = centers.row(j);
                weights.iter_mut().zip(row).zip(scale).for_each(|((weight, c), s)| *weight = s * c);
                let words = &mut words[j * stride..(j + 1) * stride];
                let unit = round_weights(&weights, words);
                let (mut max_rest, mut rest) = (0.0f64, 0.0);
                for (weight, &word) in weights.iter().zip(words.iter()) {
                    let r = (weight - f64::from(word) * unit).abs();
                    max_rest = max_rest.max(r);
                    rest += r * r;
                }
                let norm = row.iter().map(|c| c * c).sum();
                // The factor covers the rounding of these sums themselves.
                Center { norm, unit, max_rest, rest: rest.sqrt() * (1.0 + 1e-9) }
            })
            .collect();
        Quantized { words, centers, stride, slack: (stride as f64 + 64.0) * 4.0 * f64::EPSILON }
    }

    fn words(&self, j: u32) -> &[i16] {
        &self.words[j as usize * self.stride..(j as usize + 1) * self.stride]
    }

    fn interval(&self, norms: &RowNorms, j: u32, dot: i64) -> Interval {
        let center = &self.centers[j as usize];
        let size = norms.scaled + center.norm;
        let squared = size - 2.0 * center.unit * dot as f64;
        // Not `min` and `max`, which browsers call functions for.
        let (one, other) = (norms.sum * center.max_rest, norms.length * center.rest);
        let bound = 2.0 * if one < other { one } else { other } + self.slack * size;
        let positive = |x: f64| if x > 0.0 { x } else { 0.0 };
        Interval { low: positive(squared - bound), high: positive(squared + bound) }
    }

    /// Squared distances of a row to the centres `js`, into `out`.
    #[inline]
    pub(super) fn intervals(&self, row: &[u8], norms: &RowNorms, js: &[u32], out: &mut [Interval]) {
        let (fours, rest) = js.as_chunks::<4>();
        let (out_fours, out_rest) = out.split_at_mut(fours.len() * 4);
        for (four, out) in fours.iter().zip(out_fours.as_chunks_mut::<4>().0) {
            let dots = dot_words(row, four.map(|j| self.words(j)));
            for k in 0..4 {
                out[k] = self.interval(norms, four[k], dots[k]);
            }
        }
        match *rest {
            [a] => out_rest[0] = self.interval(norms, a, dot_words(row, [self.words(a)])[0]),
            [a, b, ref last @ ..] => {
                let dots = dot_words(row, [self.words(a), self.words(b)]);
                out_rest[0] = self.interval(norms, a, dots[0]);
                out_rest[1] = self.interval(norms, b, dots[1]);
                for &j in last {
                    out_rest[2] = self.interval(norms, j, dot_words(row, [self.words(j)])[0]);
                }
            }
            [] => {}
        }
    }
}

/// Rounds to the finest unit at which every word fits and no 32-bit lane of a
/// dot product with bytes can overflow; returns the unit.
fn round_weights(weights: &[f64], words: &mut [i16]) -> f64 {
    let greatest = weights.iter().fold(0.0f64, |greatest, weight| greatest.max(weight.abs()));
    if greatest == 0.0 {
        words.fill(0);
        return 1.0;
    }
    let mut exponent = 15 - libm::frexp(greatest).1;
    loop {
        let factor = libm::ldexp(1.0, exponent);
        let mut lanes = [0i64; 4];
        let mut fits = true;
        for (i, (word, weight)) in words.iter_mut().zip(weights).enumerate() {
            let rounded = (weight * factor + 0.5).floor();
            fits &= rounded.abs() <= 32767.0;
            *word = rounded as i16;
            lanes[i / 2 % 4] += 255 * i64::from(word.unsigned_abs());
        }
        if fits && lanes.iter().all(|&lane| lane < 1 << 31) {
            return libm::ldexp(1.0, -exponent);
        }
        exponent -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_interval_holds_the_distance(
            row in prop::collection::vec(any::<u8>(), 48),
            scale in prop::collection::vec(0.0..2.0, 48),
            center in prop::collection::vec(-300.0..300.0, 48),
            k in 1usize..8,
        ) {
            let centers: Vec<f64> = (0..k).flat_map(|_| center.clone()).collect();
            let quantized = Quantized::new(&Matrix::from_vec(centers, k, 48).unwrap(), &scale);
            let squares = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
            let norms = RowNorms {
                scaled: squares(&mut row.iter().zip(&scale).map(|(&b, s)| f64::from(b) * s)),
                sum: row.iter().map(|&b| f64::from(b)).sum(),
                length: squares(&mut row.iter().map(|&b| f64::from(b))).sqrt(),
            };
            let exact = squares(&mut (0..48).map(|j| f64::from(row[j]) * scale[j] - center[j]));
            let mut out = vec![Interval { low: 0.0, high: 0.0 }; k];
            quantized.intervals(&row, &norms, &(0..k as u32).collect::<Vec<_>>(), &mut out);
            for interval in out {
                prop_assert!(interval.low <= exact && exact <= interval.high, "{:?} {}", interval, exact);
                prop_assert!(interval.high - interval.low <= 2e-3 * exact.max(1e5), "{:?} {}", interval, exact);
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        let width = 1 << 16;
        let mut words = vec![0; width];
        let unit = round_weights(&vec![1e300; width], &mut words);
        let dot = dot_words(&vec![255; width], [&words])[0];
        assert_eq!(dot, 255 * i64::from(words[0]) * width as i64);
        assert!((f64::from(words[0]) * unit / 1e300 - 1.0).abs() < 0.01);
    }
}
