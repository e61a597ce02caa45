//! Which of many words is nearest to a window, in whole numbers, with a bound on what
//! that loses.
//!
//! A window of bytes `b` stands for `x = (b - mean) / std`, with the mean and the
//! deviation of its image, and for words `c`, in steps of `u`,
//!
//! `|x - c|^2 = |x|^2 + 2 u / std * (std |c|^2 / 2u + mean sum(c) / u - b.c / u)`.
//!
//! The words are rounded to 16-bit multiples of `u` and the first two terms, which an
//! image's windows share, to whole numbers. What is left is one dot product in integers,
//! and the bracket is off by at most half the sum of the bytes, half a step, and the
//! rounding of everything else, which `u` is too large for.

use super::scaled::{Levels, PatchScaling};
use crate::learn::Matrix;
use crate::learn::cluster::Interval;
use crate::learn::kernels::{dot, interleave, least_two, less_dots};

/// Greatest of the two parts of a score: their difference then fits into 32 bits.
const GREATEST: f64 = (1 << 29) as f64;

/// Words (or centres) of one length, made ready.
#[derive(Debug, Clone)]
pub struct WordFilter {
    /// Words of four rows side by side, for scores of all.
    words: Vec<i16>,
    /// Row after row, each made a multiple of eight long, for the score of one.
    rows: Vec<i16>,
    n_pairs: usize,
    n_words: usize,
    /// Squared length of each word.
    norms: Vec<f64>,
    /// Sum of the coordinates of each word.
    totals: Vec<f64>,
    unit: f64,
}

/// What a search over all words found.
pub(super) struct Scored {
    /// The word of least score, of equals the lowest.
    pub least: usize,
    /// Its score.
    pub score: i32,
    /// The least score of the other words.
    pub second: i32,
}

impl WordFilter {
    /// Rounds `words`, shape `(n_words, n_features)`, for windows of images of `n_pixels`.
    pub(super) fn new(words: &Matrix, scaling: PatchScaling, n_pixels: usize) -> Self {
        let (k, d) = (words.n_rows(), words.n_cols());
        let norms: Vec<f64> = words.rows().map(|word| word.iter().map(|c| c * c).sum()).collect();
        let totals = words.rows().map(|word| word.iter().sum()).collect();
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0f64, f64::max);
        let length = most(&mut words.rows().map(|word| word.iter().map(|c| c.abs()).sum()));
        let norm = most(&mut norms.iter().copied());
        let std = scaling.greatest_std();
        let needs = [
            most(&mut words.as_slice().iter().map(|c| c.abs())) / 32_766.0,
            (std * norm / 2.0 + 255.0 * length) / GREATEST,
            // Rounding in float64, of the distances that decide and of the terms above, stays
            // below a thousandth of a step.
            2e-12 * (scaling.greatest_norm(n_pixels) + norm) * std,
        ];
        let exponent = libm::frexp(most(&mut needs.into_iter())).1;
        let (unit, factor) = (libm::ldexp(1.0, exponent), libm::ldexp(1.0, -exponent));
        let n_pairs = d.div_ceil(2);
        let mut rounded = vec![0i16; k * 2 * n_pairs];
        for (to, word) in rounded.chunks_exact_mut((2 * n_pairs).max(1)).zip(words.rows()) {
            to.iter_mut().zip(word).for_each(|(to, c)| *to = (c * factor + 0.5).floor() as i16);
        }
        let length = padded(d);
        let mut rows = vec![0i16; k * length];
        for (to, row) in rows.chunks_exact_mut(length.max(1)).zip(rounded.chunks_exact((2 * n_pairs).max(1))) {
            to[..row.len()].copy_from_slice(row);
        }
        WordFilter { words: interleave(&rounded, n_pairs), rows, n_pairs, n_words: k, norms, totals, unit }
    }

    /// Length of the offsets of one image: a number for each word, and some for the vectors' sake.
    pub(super) fn stride(&self) -> usize {
        self.n_words.next_multiple_of(4)
    }

    /// The terms that all windows of an image share, `(stride,)`.
    pub(super) fn offsets(&self, levels: &Levels, out: &mut [i32]) {
        out[self.n_words..].fill(i32::MAX);
        for ((out, norm), total) in out.iter_mut().zip(&self.norms).zip(&self.totals) {
            *out = ((levels.std * norm / 2.0 + levels.mean * total) / self.unit + 0.5).floor() as i32;
        }
    }

    /// Scores of all words for a window of bytes, as [`widen`] makes it, into `out`, `(stride,)`.
    #[inline(always)]
    pub(super) fn scores(&self, window: &[i16], offsets: &[i32], out: &mut [i32]) {
        less_dots(&window[..2 * self.n_pairs], &self.words, offsets, out);
    }

    /// Score of one word alone.
    #[inline(always)]
    pub(super) fn score(&self, window: &[i16], offsets: &[i32], j: usize) -> i32 {
        offsets[j] - dot(window, &self.rows[j * window.len()..(j + 1) * window.len()])
    }

    /// The least two of the scores, `(stride,)`.
    #[inline(always)]
    pub(super) fn least(scores: &[i32]) -> Scored {
        let [score, second] = least_two(scores);
        let fours = scores.as_chunks::<4>().0;
        let four = fours.iter().position(|four| four.contains(&score)).unwrap_or(0);
        let lane = fours.get(four).and_then(|four| four.iter().position(|&other| other == score));
        Scored { least: 4 * four + lane.unwrap_or(0), score, second }
    }

    /// Scores that differ by more than this are surely in the order of the distances.
    pub(super) fn margin(sum: u32) -> i32 {
        sum as i32 + 2
    }

    /// A range that surely holds the squared distance of a window of squared length
    /// `norm`, and of a sum of bytes `sum`, to a word of that score.
    #[inline(always)]
    pub(super) fn interval(&self, levels: &Levels, norm: f64, sum: u32, score: i32) -> Interval {
        let factor = 2.0 * self.unit / levels.std;
        let lost = 0.5 * f64::from(sum) + 1.0;
        let score = f64::from(score);
        // Not `max`, which browsers call a function for.
        let positive = |x: f64| if x > 0.0 { x } else { 0.0 };
        Interval { low: positive(norm + factor * (score - lost)), high: positive(norm + factor * (score + lost)) }
    }

    /// A score whose words are surely at least as far as a squared distance of `squared`: the other way round of
    /// [`interval`](Self::interval).
    #[inline(always)]
    pub(super) fn farther(&self, levels: &Levels, norm: f64, sum: u32, squared: f64) -> i32 {
        let lost = 0.5 * f64::from(sum) + 1.0;
        // A step more than it takes, for the rounding; the cast takes what does not fit to the nearest number that does.
        ((squared - norm) * (levels.std * (0.5 / self.unit)) + lost + 2.0) as i32
    }
}

/// Length of a widened window of `n_features` bytes.
fn padded(n_features: usize) -> usize {
    n_features.next_multiple_of(8)
}

/// A window of bytes as words, with zeros up to a multiple of eight, into `out`.
#[inline(always)]
pub(super) fn widen(bytes: &[u8], out: &mut Vec<i16>) {
    let (eights, rest) = bytes.as_chunks::<8>();
    out.resize(padded(bytes.len()), 0);
    let out = out.as_chunks_mut::<8>().0;
    for (out, eight) in out.iter_mut().zip(eights) {
        *out = eight.map(i16::from);
    }
    if let (Some(out), false) = (out.last_mut(), rest.is_empty()) {
        *out = std::array::from_fn(|at| rest.get(at).map_or(0, |byte| i16::from(*byte)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::kernels::squared_distance;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_interval_holds_the_distance(
            image in prop::collection::vec(any::<u8>(), 40),
            range in 1u8..=255,
            words in prop::collection::vec(-8.0..8.0, 45 * 6),
            limit in 0.5..2.0,
            scale in prop_oneof![Just(1.0), Just(1e-9), Just(0.05), Just(40.0), Just(0.0)],
            d in 1usize..40,
            k in 1usize..7,
            scaling in prop_oneof![Just(PatchScaling::None), Just(PatchScaling::Standard)],
        ) {
            let image: Vec<u8> = image.iter().map(|x| x % range).collect();
            let words: Vec<f64> = words[..d * k].iter().map(|c| c * scale).collect();
            let words = Matrix::from_vec(words, k, d).unwrap();
            let filter = WordFilter::new(&words, scaling, image.len());
            let levels = Levels::of(&image, scaling);
            let (mut offsets, mut scores) = (vec![0; filter.stride()], vec![0; filter.stride()]);
            filter.offsets(&levels, &mut offsets);
            let bytes = &image[..d];
            let mut values = vec![0.0; d];
            levels.values(bytes, &mut values);
            let norm = values.iter().map(|x| x * x).sum();
            let sum = bytes.iter().map(|&x| u32::from(x)).sum();
            let mut row = Vec::new();
            widen(bytes, &mut row);
            filter.scores(&row, &offsets, &mut scores);
            let exact: Vec<f64> = words.rows().map(|word| squared_distance(&values, word)).collect();
            for j in 0..k {
                prop_assert_eq!(filter.score(&row, &offsets, j), scores[j]);
                let interval = filter.interval(&levels, norm, sum, scores[j]);
                prop_assert!(interval.low <= exact[j] && exact[j] <= interval.high, "{:?} {}", interval, exact[j]);
                for squared in [0.0, exact[j] * limit, exact[j], exact[0], f64::INFINITY] {
                    let farther = filter.farther(&levels, norm, sum, squared);
                    prop_assert!(scores[j] < farther || exact[j] >= squared, "{} {} {}", scores[j], farther, squared);
                    // Nor is it in vain.
                    let far = interval.low >= squared && filter.interval(&levels, norm, sum, scores[j] - 4).low >= squared;
                    prop_assert!(!far || squared == 0.0 || scores[j] >= farther);
                }
            }
            let found = WordFilter::least(&scores);
            let ranked = (0..k).fold(0, |least, j| if scores[j] < scores[least] { j } else { least });
            let others = (0..k).filter(|&j| j != ranked).map(|j| scores[j]).min().unwrap_or(i32::MAX);
            prop_assert_eq!((found.least, found.score, found.second), (ranked, scores[ranked], others));
            let nearest = (0..k).fold(0, |nearest, j| if exact[j] < exact[nearest] { j } else { nearest });
            let limit = found.score + WordFilter::margin(sum);
            prop_assert!(scores[nearest] <= limit);
            if found.second > limit {
                prop_assert_eq!(found.least, nearest);
            }
        }
    }

    #[test]
    fn words_of_strokes_are_told_apart_finely() {
        let words = Matrix::from_vec(vec![-0.5, 2.0, 3.0, -0.5], 2, 2).unwrap();
        let filter = WordFilter::new(&words, PatchScaling::Standard, 784);
        assert!(filter.unit <= 1.0 / 4096.0, "{}", filter.unit);
    }
}
