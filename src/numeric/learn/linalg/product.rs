//! Products of matrices, in tiles that stay in the registers.
//!
//! Whatever the tiles, an element is `((c + a[0] b[0]) + a[1] b[1]) + …`: the
//! bits of the loop that one would write first.

use crate::learn::Matrix;
use crate::learn::kernels::lanes::{Best, Lanes};

/// Rows and columns of a tile.
const TILE: usize = 4;
/// Terms of a sum that are packed at once: a tile's rows then stay in the first cache.
const DEPTH: usize = 256;
/// Rows that are packed at once.
const HEIGHT: usize = 64;

/// A matrix or its transpose, read only.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    values: &'a [f64],
    n_rows: usize,
    n_cols: usize,
    row_step: usize,
    col_step: usize,
}

impl<'a> View<'a> {
    /// The matrix as it is.
    pub fn of(matrix: &'a Matrix) -> Self {
        Self::rows(matrix, 0, matrix.n_rows())
    }

    /// Rows `from..to` of the matrix. Panics if there are not as many.
    pub fn rows(matrix: &'a Matrix, from: usize, to: usize) -> Self {
        let n_cols = matrix.n_cols();
        let values = &matrix.as_slice()[from * n_cols..to * n_cols];
        View { values, n_rows: to - from, n_cols, row_step: n_cols, col_step: 1 }
    }

    /// Number of rows.
    pub fn n_rows(self) -> usize {
        self.n_rows
    }

    /// The transpose.
    pub fn t(self) -> Self {
        View {
            values: self.values,
            n_rows: self.n_cols,
            n_cols: self.n_rows,
            row_step: self.col_step,
            col_step: self.row_step,
        }
    }

    /// Writes rows `from..to` and columns `left..right` tile by tile: of each tile
    /// the columns in order, each with its `TILE` rows (zeros beyond the last).
    fn pack(self, (from, to): (usize, usize), (left, right): (usize, usize), out: &mut Vec<f64>) {
        out.clear();
        out.resize((to - from).div_ceil(TILE) * TILE * (right - left), 0.0);
        for (row, tile) in (from..to).step_by(TILE).zip(out.chunks_exact_mut(TILE * (right - left))) {
            for i in row..to.min(row + TILE) {
                let start = i * self.row_step + left * self.col_step;
                let column = self.values[start..].iter().step_by(self.col_step);
                for (cell, &value) in tile[i - row..].iter_mut().step_by(TILE).zip(column) {
                    *cell = value;
                }
            }
        }
    }
}

/// `a @ b`, shape `(a.n_rows, b.n_cols)`. Panics unless `a.n_cols == b.n_rows`.
pub fn product(a: View, b: View) -> Matrix {
    let mut c = Matrix::zeros(a.n_rows, b.n_cols);
    add_product(&mut c, a, b);
    c
}

/// Adds `a @ b` to `c`. Panics unless the shapes fit.
pub fn add_product(c: &mut Matrix, a: View, b: View) {
    add_product_on::<Best>(c, a, b, false);
}

/// Adds `a @ a.T` to `c`, but only on and below the diagonal; what is above it
/// is left in an unspecified state. Panics unless the shapes fit.
pub fn add_gram_below(c: &mut Matrix, a: View) {
    add_product_on::<Best>(c, a, a.t(), true);
}

/// Copies what is below the diagonal to above it.
pub fn mirror(c: &mut Matrix) {
    for i in 0..c.n_rows() {
        for j in 0..i {
            c.row_mut(j)[i] = c.row(i)[j];
        }
    }
}

fn add_product_on<L: Lanes>(c: &mut Matrix, a: View, b: View, below: bool) {
    assert_eq!((c.n_rows(), c.n_cols(), a.n_cols), (a.n_rows, b.n_cols, b.n_rows), "shapes of a product");
    let (n_rows, n_cols, depth) = (a.n_rows, b.n_cols, a.n_cols);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for k in (0..depth).step_by(DEPTH) {
        let ks = (k, depth.min(k + DEPTH));
        let n_terms = ks.1 - ks.0;
        b.t().pack((0, n_cols), ks, &mut right);
        for top in (0..n_rows).step_by(HEIGHT) {
            a.pack((top, n_rows.min(top + HEIGHT)), ks, &mut left);
            for (col, b) in (0..n_cols).step_by(TILE).zip(right.chunks_exact(TILE * n_terms)) {
                add_column::<L>(c, (top, n_rows), &left, col, b, below);
            }
        }
    }
}

/// Adds the products of packed rows `top..` with the packed columns of one tile.
// Not inlined: browsers make a function fast when it is called again, not within its loops.
#[inline(never)]
fn add_column<L: Lanes>(
    c: &mut Matrix,
    (top, n_rows): (usize, usize),
    left: &[f64],
    col: usize,
    b: &[f64],
    below: bool,
) {
    let width = TILE.min(c.n_cols() - col);
    for (row, a) in (top..n_rows).step_by(TILE).zip(left.chunks_exact(b.len())) {
        if below && row + TILE <= col {
            continue;
        }
        let height = TILE.min(n_rows - row);
        let mut tile = [[0.0; TILE]; TILE];
        for (i, tile) in tile.iter_mut().enumerate().take(height) {
            tile[..width].copy_from_slice(&c.row(row + i)[col..col + width]);
        }
        let tile = add_tile::<L>(tile, a, b);
        for (i, tile) in tile.iter().enumerate().take(height) {
            c.row_mut(row + i)[col..col + width].copy_from_slice(&tile[..width]);
        }
    }
}

/// `tile` plus the products of packed rows and columns.
#[inline(always)]
fn add_tile<L: Lanes>(tile: [[f64; TILE]; TILE], a: &[f64], b: &[f64]) -> [[f64; TILE]; TILE] {
    let mut sums = tile.map(|row| [L::pair(&[row[0], row[1]]), L::pair(&[row[2], row[3]])]);
    for (a, b) in a.as_chunks::<TILE>().0.iter().zip(b.as_chunks::<TILE>().0) {
        let b = [L::pair(&[b[0], b[1]]), L::pair(&[b[2], b[3]])];
        for i in 0..TILE {
            let a = L::pair(&[a[i], a[i]]);
            sums[i][0] = L::add(sums[i][0], L::mul(a, b[0]));
            sums[i][1] = L::add(sums[i][1], L::mul(a, b[1]));
        }
    }
    sums.map(|[low, high]| {
        let (low, high) = (L::values(low), L::values(high));
        [low[0], low[1], high[0], high[1]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::kernels::lanes::Plain;
    use proptest::prelude::*;

    fn naive(c: &Matrix, a: &Matrix, b: &Matrix) -> Matrix {
        let mut c = c.clone();
        for i in 0..a.n_rows() {
            for j in 0..b.n_cols() {
                for k in 0..a.n_cols() {
                    c.row_mut(i)[j] += a.row(i)[k] * b.row(k)[j];
                }
            }
        }
        c
    }

    fn filled(n_rows: usize, n_cols: usize, seed: u64) -> Matrix {
        let mut word = seed;
        let mut next = || {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (word >> 11) as f64 / 2f64.powi(50) - 4.0
        };
        Matrix::from_vec((0..n_rows * n_cols).map(|_| next()).collect(), n_rows, n_cols).unwrap()
    }

    fn transposed(m: &Matrix) -> Matrix {
        let mut t = Matrix::zeros(m.n_cols(), m.n_rows());
        for i in 0..m.n_rows() {
            for (j, &value) in m.row(i).iter().enumerate() {
                t.row_mut(j)[i] = value;
            }
        }
        t
    }

    proptest! {
        #[test]
        fn products_have_the_bits_of_the_plain_loop(
            (n, k, m, seed) in (0usize..75, 0usize..9, 0usize..12, any::<u64>()),
            deep in any::<bool>(),
        ) {
            let k = if deep { k + 255 } else { k };
            let (a, b, c) = (filled(n, k, seed), filled(k, m, seed ^ 1), filled(n, m, seed ^ 2));
            let expected = naive(&c, &a, &b);
            let mut found = c.clone();
            add_product(&mut found, View::of(&a), View::of(&b));
            prop_assert_eq!(&found, &expected);
            let mut found = c.clone();
            add_product_on::<Plain>(&mut found, View::of(&a), View::of(&b), false);
            prop_assert_eq!(&found, &expected);
            let (at, bt) = (transposed(&a), transposed(&b));
            let mut found = c.clone();
            add_product(&mut found, View::of(&at).t(), View::of(&bt).t());
            prop_assert_eq!(&found, &expected);
            let mut gram = Matrix::zeros(n, n);
            add_gram_below(&mut gram, View::of(&a));
            mirror(&mut gram);
            prop_assert_eq!(gram, naive(&Matrix::zeros(n, n), &a, &at));
        }
    }
}
