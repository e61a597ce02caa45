//! Exact sums and products of the columns of byte images.

use crate::learn::Matrix;
use crate::learn::kernels::lanes::{Best, Lanes};

/// Samples that are taken at once: their columns then stay in the second cache.
const BLOCK: usize = 512;

/// Sums of columns and of products of two columns, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteMoments {
    n_samples: usize,
    sums: Vec<i64>,
    /// Row-major, shape `(n_features, n_features)`; the part on and above the diagonal counts.
    products: Vec<i64>,
}

/// Reads `rows`, shape `(n_samples, n_features)`; bytes beyond full rows are left out.
pub fn byte_moments(rows: &[u8], n_features: usize) -> ByteMoments {
    byte_moments_on::<Best>(rows, n_features)
}

impl ByteMoments {
    /// Mean of each column, shape `(n_features,)`: NumPy's `mean` of these bytes as doubles.
    pub fn mean(&self) -> Vec<f64> {
        self.sums.iter().map(|&sum| sum as f64 / self.n_samples as f64).collect()
    }

    /// `Xc.T @ Xc` of the centred columns, shape `(n_features, n_features)`: the
    /// exact value, rounded.
    pub fn scatter(&self) -> Matrix {
        let (m, n) = (self.sums.len(), self.n_samples as i128);
        let mut scatter = Matrix::zeros(m, m);
        for i in 0..m {
            for j in i..m {
                let exact =
                    n * i128::from(self.products[i * m + j]) - i128::from(self.sums[i]) * i128::from(self.sums[j]);
                let value = exact as f64 / n as f64;
                scatter.row_mut(i)[j] = value;
                scatter.row_mut(j)[i] = value;
            }
        }
        scatter
    }
}

fn byte_moments_on<L: Lanes>(rows: &[u8], m: usize) -> ByteMoments {
    let mut moments =
        ByteMoments { n_samples: rows.len().checked_div(m).unwrap_or(0), sums: vec![0; m], products: vec![0; m * m] };
    if m == 0 {
        return moments;
    }
    let mut words = Vec::new();
    for block in rows[..moments.n_samples * m].chunks(BLOCK * m) {
        let mut sums = vec![0u32; m];
        for row in block.chunks_exact(m) {
            sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += u32::from(x));
        }
        moments.sums.iter_mut().zip(&sums).for_each(|(total, &sum)| *total += i64::from(sum));
        // A column of zeros, as at the border of most digits, has only zero products.
        let inked: Vec<usize> = (0..m).filter(|&j| sums[j] > 0).collect();
        transpose(block, m, &inked, &mut words);
        for top in (0..inked.len()).step_by(4) {
            for left in (top..inked.len()).step_by(2) {
                let dots = tile::<L>(&words, top, left);
                for (dots, &i) in dots.iter().zip(&inked[top..]) {
                    for (dot, &j) in dots.iter().zip(&inked[left..]) {
                        moments.products[i * m + j] += dot;
                    }
                }
            }
        }
    }
    moments
}

/// The columns `inked` as rows of `BLOCK` words, with zeros where there is no
/// sample and up to three empty rows behind.
#[inline(never)]
fn transpose(block: &[u8], m: usize, inked: &[usize], words: &mut Vec<i16>) {
    words.clear();
    words.resize((inked.len() + 3) * BLOCK, 0);
    for (s, row) in block.chunks_exact(m).enumerate() {
        for (&j, column) in inked.iter().zip(words.chunks_exact_mut(BLOCK)) {
            column[s] = i16::from(row[j]);
        }
    }
}

/// Products of the columns `top..top + 4` with `left..left + 2`.
// Not inlined: browsers make a function fast when it is called again, not within its loops.
#[inline(never)]
fn tile<L: Lanes>(words: &[i16], top: usize, left: usize) -> [[i64; 2]; 4] {
    let column = |j: usize| &words[j * BLOCK..(j + 1) * BLOCK].as_chunks::<8>().0[..BLOCK / 8];
    let rows: [&[[i16; 8]]; 4] = std::array::from_fn(|i| column(top + i));
    let cols: [&[[i16; 8]]; 2] = std::array::from_fn(|j| column(left + j));
    let mut sums = [[L::zero(); 2]; 4];
    // A lane gets at most BLOCK / 4 products below 2^16.
    for s in 0..BLOCK / 8 {
        let b = [L::words(&cols[0][s]), L::words(&cols[1][s])];
        for i in 0..4 {
            let a = L::words(&rows[i][s]);
            sums[i] = [L::dot(sums[i][0], a, b[0]), L::dot(sums[i][1], a, b[1])];
        }
    }
    sums.map(|pair| pair.map(L::total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::kernels::lanes::Plain;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn moments_are_exact(n in 1usize..40, m in 1usize..14, long in any::<bool>(), seed in any::<u32>()) {
            let n = if long { n + 500 } else { n };
            let mut word = seed;
            let rows: Vec<u8> = (0..n * m).map(|i| {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if i % m % 5 == 2 { 0 } else { (word >> 24) as u8 }
            }).collect();
            let moments = byte_moments(&rows, m);
            prop_assert_eq!(&moments, &byte_moments_on::<Plain>(&rows, m));
            let scatter = moments.scatter();
            for i in 0..m {
                let x = |s: usize, j: usize| i64::from(rows[s * m + j]);
                prop_assert_eq!(moments.sums[i], (0..n).map(|s| x(s, i)).sum::<i64>());
                for j in 0..m {
                    let product = (0..n).map(|s| x(s, i) * x(s, j)).sum::<i64>();
                    let exact = n as i64 * product - moments.sums[i] * moments.sums[j];
                    prop_assert_eq!(scatter.row(i)[j], exact as f64 / n as f64);
                }
            }
        }
    }

    #[test]
    fn the_brightest_images_do_not_overflow() {
        let rows = vec![255u8; 2 * BLOCK * 3];
        let moments = byte_moments(&rows, 3);
        assert_eq!(moments.products[1], 65_025 * 2 * BLOCK as i64);
        assert_eq!(moments.scatter(), Matrix::zeros(3, 3));
    }
}
