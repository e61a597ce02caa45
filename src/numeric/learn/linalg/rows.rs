//! What is done with whole rows: inner products and multiples.

use crate::learn::Matrix;
use crate::learn::kernels::lanes::{Best, Lanes};

/// Sum of `a[i] * b[i]` over two rows of one length.
///
/// Eight partial sums, element `i` going to sum `i % 8`; those of a tail that
/// does not fill eight are added last, in order.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    dot_on::<Best>(a, b)
}

/// Adds `factor * x` to `y`; both of one length.
pub fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    // Element by element: the compiler may use vectors without changing a bit.
    y.iter_mut().zip(x).for_each(|(y, x)| *y += factor * x);
}

/// Hands out all values of `matrix` to write to, row by row.
pub(super) fn edit<T>(matrix: &mut Matrix, work: impl FnOnce(&mut [f64]) -> T) -> T {
    let (n_rows, n_cols) = (matrix.n_rows(), matrix.n_cols());
    let mut values = std::mem::take(matrix).into_vec();
    let result = work(&mut values);
    *matrix = Matrix::from_vec(values, n_rows, n_cols).expect("the number of values is what it was");
    result
}

/// Rows `i < j` of row-major values, to write to.
pub(super) fn two_rows(values: &mut [f64], width: usize, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let (above, below) = values.split_at_mut(j * width);
    (&mut above[i * width..(i + 1) * width], &mut below[..width])
}

#[inline(always)]
fn dot_on<L: Lanes>(a: &[f64], b: &[f64]) -> f64 {
    let (blocks, rest) = a.as_chunks::<8>();
    let (others, others_rest) = b[..a.len()].as_chunks::<8>();
    let mut sums = [L::pair(&[0.0; 2]); 4];
    for (block, other) in blocks.iter().zip(others) {
        let (block, other) = (block.as_chunks::<2>().0, other.as_chunks::<2>().0);
        for j in 0..4 {
            sums[j] = L::add(sums[j], L::mul(L::pair(&block[j]), L::pair(&other[j])));
        }
    }
    let [first, second] = L::values(L::add(L::add(sums[0], sums[1]), L::add(sums[2], sums[3])));
    rest.iter().zip(others_rest).fold(first + second, |sum, (a, b)| sum + a * b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::kernels::lanes::Plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn dots_have_the_plain_bits(pairs in prop::collection::vec((-1e3..1e3, -1e3..1e3), 0..40)) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let fast = dot(&a, &b);
            prop_assert_eq!(fast.to_bits(), dot_on::<Plain>(&a, &b).to_bits());
            let naive: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            let size: f64 = a.iter().zip(&b).map(|(a, b)| (a * b).abs()).sum();
            prop_assert!((fast - naive).abs() <= 1e-14 * size, "{} {}", fast, naive);
        }
    }
}
