//! Rows as 16-bit words: a filter over the distances of all pairs.
//!
//! A row `x` is kept as `x = center + unit * q + rest` with whole numbers `q`, so
//! the squared distance of two rows of words is an exact integer, and the
//! distance of the rows differs from its root by at most the lengths of the two
//! rests. What the filter leaves open is settled in float64 elsewhere, so no
//! result depends on the filter.

use super::kmeans::Points;
use crate::learn::kernels::lanes::{Best, Lanes};

/// Length that no row of words exceeds: the square of a difference then fits into 32 bits.
const LONGEST: f64 = 23_000.0;

/// Rows of words, shape `(n_rows, stride)`, and what is known of their rests.
#[derive(Debug, Clone)]
pub(super) struct Words {
    words: Vec<i16>,
    /// Words of a row: the number of columns, made a multiple of eight.
    stride: usize,
    /// Squared length of each row of words.
    norms: Vec<i32>,
    /// At least the length of each rest.
    rests: Vec<f64>,
    greatest_rest: f64,
    center: Vec<f64>,
    exponent: i32,
}

impl Words {
    /// Rounds the rows (in inner coordinates) around their mean.
    pub fn new<P: Points>(points: &P) -> Self {
        let (n, width) = (points.n_samples(), points.width());
        let mut row = vec![0.0; width];
        let mut longest = 0.0f64;
        for i in 0..n {
            points.copy_row(i, &mut row);
            let squared: f64 = row.iter().zip(points.mean()).map(|(x, mean)| (x - mean) * (x - mean)).sum();
            longest = longest.max(squared);
        }
        // Rounding the words, and the centre, lengthens a row by up to half the root of its width each.
        let room = (LONGEST - (width as f64).sqrt()).max(1.0);
        let exponent = libm::frexp(longest.sqrt() / room).1.max(-900);
        let (unit, factor) = (libm::ldexp(1.0, exponent), libm::ldexp(1.0, -exponent));
        // A centre of whole units keeps whole numbers whole.
        let center = points.mean().iter().map(|mean| (mean * factor + 0.5).floor() * unit).collect();
        let stride = width.next_multiple_of(8);
        let (norms, rests) = (vec![0; n], vec![0.0; n]);
        let words = vec![0; n * stride];
        let mut words = Words { words, stride, norms, rests, greatest_rest: 0.0, center, exponent };
        for i in 0..n {
            points.copy_row(i, &mut row);
            words.set(i, &row);
        }
        words
    }

    /// What one step of a word stands for.
    pub fn unit(&self) -> f64 {
        libm::ldexp(1.0, self.exponent)
    }

    /// At least the length of the rest of row `i`.
    pub fn rest(&self, i: usize) -> f64 {
        self.rests[i]
    }

    /// At least every [`rest`](Self::rest).
    pub fn greatest_rest(&self) -> f64 {
        self.greatest_rest
    }

    /// Makes row `i` that of inner coordinates `row`, which lies among the first rows
    /// or between them.
    pub fn set(&mut self, i: usize, row: &[f64]) {
        let (unit, factor) = (self.unit(), libm::ldexp(1.0, -self.exponent));
        let words = &mut self.words[i * self.stride..(i + 1) * self.stride];
        let (mut norm, mut rest, mut length) = (0i64, 0.0, 0.0);
        for ((word, x), center) in words.iter_mut().zip(row).zip(&self.center) {
            let moved = x - center;
            let whole = (moved * factor + 0.5).floor();
            *word = whole as i16;
            norm += i64::from(*word) * i64::from(*word);
            rest += (moved - whole * unit) * (moved - whole * unit);
            length += moved * moved;
        }
        self.norms[i] = norm as i32;
        // The factor and the term cover the rounding of these sums and of `moved`.
        self.rests[i] = rest.sqrt() * (1.0 + 1e-9) + length.sqrt() * 4.0 * f64::EPSILON;
        self.greatest_rest = self.greatest_rest.max(self.rests[i]);
    }

    /// Squared distances, in units, of the rows `is` to every row from `first` on:
    /// into `out[k]`, of length `n_rows - first`.
    // Not inlined: browsers make a function fast when it is called again, not within its loops.
    #[inline(never)]
    pub fn distances<const K: usize>(&self, is: [usize; K], first: usize, out: &mut [&mut [i32]; K]) {
        let (rows, own, n) = (is.map(|i| self.row(i)), is.map(|i| self.norms[i]), self.norms.len());
        let fours = (n - first) / 4;
        let mut to = out.each_mut().map(|out| out[..n - first].as_chunks_mut::<4>().0[..fours].iter_mut());
        let (words, norms) = (&self.words[first * self.stride..], self.norms[first..].as_chunks::<4>().0);
        for (words, norms) in words.chunks_exact(4 * self.stride).zip(norms) {
            let others = std::array::from_fn(|at| &words[at * self.stride..(at + 1) * self.stride]);
            for k in (0..K - K % 2).step_by(2) {
                for (k, dots) in (k..).zip(dots::<Best, 2>([rows[k], rows[k + 1]], others)) {
                    if let Some(out) = to[k].next() {
                        *out = std::array::from_fn(|at| own[k] + norms[at] - 2 * dots[at]);
                    }
                }
            }
            if K % 2 == 1
                && let (Some(out), [dots]) = (to[K - 1].next(), dots::<Best, 1>([rows[K - 1]], others))
            {
                *out = std::array::from_fn(|at| own[K - 1] + norms[at] - 2 * dots[at]);
            }
        }
        for j in first + fours * 4..n {
            for (k, [dots]) in rows.map(|row| dots::<Best, 1>([row], [self.row(j); 4])).into_iter().enumerate() {
                out[k][j - first] = own[k] + self.norms[j] - 2 * dots[0];
            }
        }
    }

    /// Squared distances, in units, of row `i` to every row.
    pub fn distances_to_all(&self, i: usize, out: &mut [i32]) {
        self.distances([i], 0, &mut [out]);
    }

    /// Keeps the rows that `keep` names, in order.
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut to = 0;
        for from in (0..self.norms.len()).filter(|&i| keep(i)) {
            self.words.copy_within(from * self.stride..(from + 1) * self.stride, to * self.stride);
            self.norms[to] = self.norms[from];
            self.rests[to] = self.rests[from];
            to += 1;
        }
        self.words.truncate(to * self.stride);
        self.norms.truncate(to);
        self.rests.truncate(to);
        self.greatest_rest = self.rests.iter().fold(0.0, |greatest, &rest| greatest.max(rest));
    }

    fn row(&self, i: usize) -> &[i16] {
        &self.words[i * self.stride..(i + 1) * self.stride]
    }
}

/// Dot products of `R` rows of words with four others: each is read once for all of the other side, and the sums of two
/// rows are as many as registers hold. No lane overflows: the products' absolute values sum to at most the product of
/// the lengths.
#[inline(always)]
fn dots<L: Lanes, const R: usize>(rows: [&[i16]; R], others: [&[i16]; 4]) -> [[i32; 4]; R] {
    let n = others[0].len() / 8;
    let rows = rows.map(|row| &row.as_chunks::<8>().0[..n]);
    let others = others.map(|other| &other.as_chunks::<8>().0[..n]);
    let mut sums = [[L::zero(); 4]; R];
    for i in 0..n {
        let others = others.map(|other| L::words(&other[i]));
        for (row, sums) in rows.iter().zip(&mut sums) {
            let row = L::words(&row[i]);
            for (sum, other) in sums.iter_mut().zip(others) {
                *sum = L::dot(*sum, row, other);
            }
        }
    }
    sums.map(L::totals)
}

#[cfg(test)]
mod tests {
    use super::super::kmeans::Samples;
    use super::*;
    use crate::learn::Matrix;
    use crate::learn::kernels::lanes::Plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_rests_hold_the_distances(
            values in prop::collection::vec(-1.0..1.0, 9 * 11),
            scale in -20i32..20,
            offset in -3.0..3.0,
        ) {
            let scale = libm::ldexp(1.0, scale);
            let values: Vec<f64> = values.iter().map(|value| (value + offset) * scale).collect();
            let rows = Matrix::from_vec(values, 9, 11).unwrap();
            let points = Samples::new(&rows).unwrap();
            let mut words = Words::new(&points);
            let between: Vec<f64> = rows.row(2).iter().zip(rows.row(3)).map(|(a, b)| (a + b) / 2.0).collect();
            words.set(8, &between);
            let mut all = rows.clone();
            all.row_mut(8).copy_from_slice(&between);
            let mut out = vec![0; 9];
            let mut pair = [vec![0; 8], vec![0; 8]];
            let [a, b] = &mut pair;
            words.distances([4, 8], 1, &mut [a, b]);
            for i in 0..9 {
                words.distances_to_all(i, &mut out);
                for j in 0..9 {
                    let exact: f64 = all.row(i).iter().zip(all.row(j)).map(|(a, b)| (a - b).powi(2)).sum();
                    let apart = f64::from(out[j]).sqrt() * words.unit();
                    prop_assert!((exact.sqrt() - apart).abs() <= words.rest(i) + words.rest(j));
                    prop_assert!(words.rest(i) <= 2e-4 * scale * 11.0);
                    if j > 0 && (i == 4 || i == 8) {
                        prop_assert_eq!(pair[usize::from(i == 8)][j - 1], out[j]);
                    }
                }
            }
            let (rows, others) = ([words.row(0), words.row(1)], [2, 3, 4, 5].map(|i| words.row(i)));
            prop_assert_eq!(dots::<Best, 2>(rows, others), dots::<Plain, 2>(rows, others));
            words.retain(|i| i % 3 != 1);
            let mut kept = vec![0; 6];
            words.distances_to_all(5, &mut kept);
            prop_assert_eq!(kept, [0, 2, 3, 5, 6, 8].map(|i: usize| out[i]).to_vec());
        }
    }

    #[test]
    fn whole_numbers_stay_whole_and_nothing_overflows() {
        let rows = Matrix::from_vec((0..60).map(|i| f64::from(i * i % 17)).collect(), 12, 5).unwrap();
        let words = Words::new(&Samples::new(&rows).unwrap());
        assert!(words.greatest_rest() < 1e-13);
        let rows = Matrix::from_vec(vec![-1e140, 1e140], 2, 1).unwrap();
        let words = Words::new(&Samples::new(&rows).unwrap());
        let mut out = [0; 2];
        words.distances_to_all(0, &mut out);
        assert_eq!(out[0], 0);
        assert!((f64::from(out[1]).sqrt() * words.unit() / 2e140 - 1.0).abs() < 1e-3);
        let same = Matrix::from_vec(vec![3.0; 20], 4, 5).unwrap();
        let words = Words::new(&Samples::new(&same).unwrap());
        let mut out = [1; 4];
        words.distances_to_all(1, &mut out);
        assert_eq!(out, [0; 4]);
    }
}
