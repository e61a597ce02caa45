//! Kernels over rows of doubles of any length.

use super::lanes::{Best, Lanes};

/// Eight partial sums of squares, kept in four pairs.
pub(super) struct Sums<L: Lanes>([L::F64; 4]);

impl<L: Lanes> Default for Sums<L> {
    fn default() -> Self {
        Sums([L::pair(&[0.0; 2]); 4])
    }
}

impl<L: Lanes> Sums<L> {
    #[inline(always)]
    pub(super) fn add_squares(&mut self, values: [L::F64; 4]) {
        for (sum, value) in self.0.iter_mut().zip(values) {
            *sum = L::add(*sum, L::mul(value, value));
        }
    }

    #[inline(always)]
    pub(super) fn total(self) -> f64 {
        let [a, b, c, d] = self.0;
        let [first, second] = L::values(L::add(L::add(a, b), L::add(c, d)));
        first + second
    }
}

/// Squared Euclidean distance of two rows of one length.
pub fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    squared_distances_on::<Best, 1>(a, [b])[0]
}

/// Squared Euclidean distances of one row to `K` others, all of one length:
/// the bits of [`squared_distance`], while the row is read once.
pub fn squared_distances<const K: usize>(a: &[f64], others: [&[f64]; K]) -> [f64; K] {
    squared_distances_on::<Best, K>(a, others)
}

#[inline(always)]
fn squared_distances_on<L: Lanes, const K: usize>(a: &[f64], others: [&[f64]; K]) -> [f64; K] {
    let (blocks, rest) = a.as_chunks::<8>();
    let others = others.map(|other| other[..a.len()].as_chunks::<8>());
    let mut sums: [Sums<L>; K] = std::array::from_fn(|_| Sums::default());
    for (i, block) in blocks.iter().enumerate() {
        let block = block.as_chunks::<2>().0;
        let values: [L::F64; 4] = std::array::from_fn(|j| L::pair(&block[j]));
        for k in 0..K {
            let other = others[k].0[i].as_chunks::<2>().0;
            sums[k].add_squares(std::array::from_fn(|j| L::sub(values[j], L::pair(&other[j]))));
        }
    }
    if !rest.is_empty() {
        // Zeros on both sides add nothing, so the tail takes the same sums.
        let fill = |tail: &[f64]| -> [f64; 8] { std::array::from_fn(|i| tail.get(i).copied().unwrap_or(0.0)) };
        let values = fill(rest);
        for k in 0..K {
            let other = fill(others[k].1);
            sums[k].add_squares(std::array::from_fn(|j| {
                L::sub(L::pair(&[values[2 * j], values[2 * j + 1]]), L::pair(&[other[2 * j], other[2 * j + 1]]))
            }));
        }
    }
    sums.map(Sums::total)
}

#[cfg(test)]
mod tests {
    use super::super::lanes::Plain;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn distances_have_the_plain_bits(pairs in prop::collection::vec((-1e3..1e3, -1e3..1e3), 0..40)) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let fast = squared_distance(&a, &b);
            prop_assert_eq!(fast.to_bits(), squared_distances_on::<Plain, 1>(&a, [&b])[0].to_bits());
            prop_assert_eq!(squared_distances(&a, [&a, &b, &b]), [0.0, fast, fast]);
            let naive: f64 = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum();
            prop_assert!((fast - naive).abs() <= 1e-14 * naive.max(1.0), "{} {}", fast, naive);
        }
    }
}
