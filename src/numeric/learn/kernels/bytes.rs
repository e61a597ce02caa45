//! Kernels over rows of bytes, padded with zeros to a multiple of sixteen.

use super::doubles::Sums;
use super::lanes::{Best, Lanes};

/// Longest row: the sums of products of bytes then fit into 32-bit lanes.
pub const LONGEST_ROW: usize = 1 << 16;

/// Dot products of one row of bytes with `K` others, exact.
///
/// All rows have one length, a multiple of 16 and at most 65,536 (what is
/// beyond the last full sixteen is left out).
pub fn dot_bytes<const K: usize>(row: &[u8], others: [&[u8]; K]) -> [i64; K] {
    dot_bytes_on::<Best, K>(row, others)
}

/// Dot products of one row of bytes with `K` rows of 16-bit words, exact.
///
/// All rows have one length, a multiple of 16. The caller sees to it that no
/// 32-bit lane overflows: for `lane` in `0..4`, the sum of `255 * |word|` over the
/// positions `i` with `i / 2 % 4 == lane` stays below 2^31.
pub fn dot_words<const K: usize>(row: &[u8], weights: [&[i16]; K]) -> [i64; K] {
    dot_words_on::<Best, K>(row, weights)
}

/// Sum of `(scale[i] * row[i] - center[i])^2`; all three of one length, a multiple of 16.
pub fn squared_distance_scaled(row: &[u8], scale: &[f64], center: &[f64]) -> f64 {
    squared_distance_scaled_on::<Best>(row, scale, center)
}

/// Sum of `(scale[i] * row[i])^2`; both of one length, a multiple of 16.
pub fn squared_norm_scaled(row: &[u8], scale: &[f64]) -> f64 {
    let mut sums = Sums::<Best>::default();
    for (block, scale) in row.as_chunks::<16>().0.iter().zip(scale.as_chunks::<16>().0) {
        let (low, high) = Best::bytes(block);
        for (half, words) in [low, high].into_iter().enumerate() {
            let values = Best::widen(words);
            let scale = &scale.as_chunks::<2>().0[half * 4..half * 4 + 4];
            sums.add_squares(std::array::from_fn(|i| Best::mul(values[i], Best::pair(&scale[i]))));
        }
    }
    sums.total()
}

/// Sum of `(a[i] - b[i])^2` of two rows of one length, exact. Any length.
pub fn squared_difference(a: &[u8], b: &[u8]) -> u64 {
    // Of a part of that length the sum fits into 32 bits, and so into a lane.
    let parts = a.chunks(LONGEST_ROW).zip(b.chunks(LONGEST_ROW));
    let square = |(a, b): (&u8, &u8)| u32::from(a.abs_diff(*b)).pow(2);
    parts.map(|(a, b)| u64::from(a.iter().zip(b).map(square).sum::<u32>())).sum()
}

#[inline(always)]
fn dot_bytes_on<L: Lanes, const K: usize>(row: &[u8], others: [&[u8]; K]) -> [i64; K] {
    let row = row.as_chunks::<16>().0;
    let others = others.map(|other| &other.as_chunks::<16>().0[..row.len()]);
    let mut sums = [L::zero(); K];
    for (i, block) in row.iter().enumerate() {
        let (low, high) = L::bytes(block);
        for k in 0..K {
            let (other_low, other_high) = L::bytes(&others[k][i]);
            sums[k] = L::dot(L::dot(sums[k], low, other_low), high, other_high);
        }
    }
    sums.map(L::total)
}

#[inline(always)]
fn dot_words_on<L: Lanes, const K: usize>(row: &[u8], weights: [&[i16]; K]) -> [i64; K] {
    let row = row.as_chunks::<16>().0;
    let weights = weights.map(|words| &words.as_chunks::<16>().0[..row.len()]);
    let mut sums = [L::zero(); K];
    for (i, block) in row.iter().enumerate() {
        let (low, high) = L::bytes(block);
        for k in 0..K {
            let halves = weights[k][i].as_chunks::<8>().0;
            sums[k] = L::dot(L::dot(sums[k], low, L::words(&halves[0])), high, L::words(&halves[1]));
        }
    }
    sums.map(L::total)
}

#[inline(always)]
fn squared_distance_scaled_on<L: Lanes>(row: &[u8], scale: &[f64], center: &[f64]) -> f64 {
    let mut sums = Sums::<L>::default();
    let blocks = row.as_chunks::<16>().0.iter();
    for ((block, scale), center) in blocks.zip(scale.as_chunks::<16>().0).zip(center.as_chunks::<16>().0) {
        let (low, high) = L::bytes(block);
        for (half, words) in [low, high].into_iter().enumerate() {
            let values = L::widen(words);
            let scale = &scale.as_chunks::<2>().0[half * 4..half * 4 + 4];
            let center = &center.as_chunks::<2>().0[half * 4..half * 4 + 4];
            sums.add_squares(std::array::from_fn(|i| {
                L::sub(L::mul(values[i], L::pair(&scale[i])), L::pair(&center[i]))
            }));
        }
    }
    sums.total()
}

#[cfg(test)]
mod tests {
    use super::super::lanes::Plain;
    use super::*;
    use proptest::prelude::*;

    type Rows = (Vec<u8>, Vec<u8>, Vec<i16>, Vec<f64>, Vec<f64>);

    fn rows() -> impl Strategy<Value = Rows> {
        (0usize..6).prop_flat_map(|blocks| {
            let n = blocks * 16;
            (
                prop::collection::vec(any::<u8>(), n),
                prop::collection::vec(any::<u8>(), n),
                prop::collection::vec(any::<i16>(), n),
                prop::collection::vec(-2.0..2.0, n),
                prop::collection::vec(-300.0..300.0, n),
            )
        })
    }

    proptest! {
        #[test]
        fn integer_dots_are_exact((row, other, words, _, _) in rows()) {
            let bytes: i64 = row.iter().zip(&other).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
            let weighted: i64 = row.iter().zip(&words).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
            prop_assert_eq!(dot_bytes(&row, [&other, &row])[0], bytes);
            prop_assert_eq!(dot_words(&row, [&words; 4]), [weighted; 4]);
            prop_assert_eq!(dot_bytes_on::<Plain, 1>(&row, [&other]), [bytes]);
            prop_assert_eq!(dot_words_on::<Plain, 1>(&row, [&words]), [weighted]);
        }

        #[test]
        fn scaled_distances_have_the_plain_bits((row, _, _, scale, center) in rows()) {
            let fast = squared_distance_scaled(&row, &scale, &center);
            prop_assert_eq!(fast.to_bits(), squared_distance_scaled_on::<Plain>(&row, &scale, &center).to_bits());
            let naive: f64 = (0..row.len()).map(|i| (f64::from(row[i]) * scale[i] - center[i]).powi(2)).sum();
            prop_assert!((fast - naive).abs() <= 1e-13 * naive, "{} {}", fast, naive);
            let norm: f64 = (0..row.len()).map(|i| (f64::from(row[i]) * scale[i]).powi(2)).sum();
            prop_assert!((squared_norm_scaled(&row, &scale) - norm).abs() <= 1e-13 * norm);
        }
    }

    #[test]
    fn differences_are_squared_exactly_at_any_length() {
        for n in [0, 1, 15, 784, LONGEST_ROW, LONGEST_ROW + 3] {
            assert_eq!(squared_difference(&vec![255; n], &vec![0; n]), 65_025 * n as u64);
            assert_eq!(squared_difference(&vec![7; n], &vec![9; n]), 4 * n as u64);
        }
    }

    #[test]
    fn the_longest_row_does_not_overflow() {
        let row = vec![255u8; LONGEST_ROW];
        assert_eq!(dot_bytes(&row, [&row]), [65_025 * LONGEST_ROW as i64]);
    }
}
