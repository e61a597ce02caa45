//! Eigenvalues and the leading eigenvectors of a symmetric matrix.

use super::tridiagonal::{Sweep, Tridiagonal, diagonalize, reduce};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::kernels::lanes::{Best, Lanes};

/// Vectors that are worked on together: all of their elements then stay in the
/// second cache, and the rotations are read once for them all.
const PANEL: usize = 8;

/// What [`eigh`] finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigh {
    /// All eigenvalues, descending, `(n,)`.
    pub values: Vec<f64>,
    /// Eigenvectors of the first of them, of length 1, one a row, `(n_vectors, n)`.
    pub vectors: Matrix,
}

/// Eigenvalues of the symmetric `a`, shape `(n, n)`, and eigenvectors of the
/// `n_vectors` greatest of them (`numpy.linalg.eigh`, the other way round and on rows).
///
/// Only the part on and below the diagonal is read. Errors of the values are
/// about `n * 1e-16` times the greatest of them.
///
/// Errors: values that are not finite. Panics if `n_vectors > n`.
pub fn eigh(a: Matrix, n_vectors: usize) -> Result<Eigh> {
    let n = a.n_rows();
    assert!(n_vectors <= n && a.n_cols() == n, "{n_vectors} eigenvectors of a matrix of {n} rows");
    if a.as_slice().iter().any(|value| !value.is_finite()) {
        return Err(Error::invalid("X", "small enough for its squares", "squares beyond float64"));
    }
    let mut form = reduce(a);
    let sweeps = diagonalize(&mut form.diagonal, &mut form.beside, n_vectors > 0)?;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| form.diagonal[j].total_cmp(&form.diagonal[i]));
    let values = order.iter().map(|&i| form.diagonal[i]).collect();
    let mut vectors = Matrix::zeros(n_vectors, n);
    let mut panel = vec![[0.0; PANEL]; n];
    for first in (0..n_vectors).step_by(PANEL) {
        let wanted = &order[first..n_vectors.min(first + PANEL)];
        panel.fill([0.0; PANEL]);
        for (lane, &i) in wanted.iter().enumerate() {
            panel[i][lane] = 1.0;
        }
        turn_back::<Best>(&mut panel, &sweeps, &form);
        for lane in 0..wanted.len() {
            let row = vectors.row_mut(first + lane);
            row.iter_mut().zip(&panel).for_each(|(to, from)| *to = from[lane]);
        }
    }
    Ok(Eigh { values, vectors })
}

/// Takes vectors from the eigenbasis to the basis of the matrix: through all
/// rotations and then all reflections, the last first.
fn turn_back<L: Lanes>(panel: &mut [[f64; PANEL]], sweeps: &[Sweep], form: &Tridiagonal) {
    let load = |cells: &[f64; PANEL]| -> [L::F64; PANEL / 2] {
        let pairs = cells.as_chunks::<2>().0;
        std::array::from_fn(|i| L::pair(&pairs[i]))
    };
    let store = |cells: &mut [f64; PANEL], pairs: [L::F64; PANEL / 2]| {
        cells.as_chunks_mut::<2>().0.iter_mut().zip(pairs).for_each(|(to, pair)| *to = L::values(pair));
    };
    for sweep in sweeps.iter().rev().filter(|sweep| !sweep.rotations.is_empty()) {
        let cells = &mut panel[sweep.low..=sweep.low + sweep.rotations.len()];
        let mut upper = load(&cells[0]);
        for (i, rotation) in sweep.rotations.iter().enumerate() {
            let (cos, sin) = (L::pair(&[rotation.cos; 2]), L::pair(&[rotation.sin; 2]));
            let lower = load(&cells[i + 1]);
            let mixed = std::array::from_fn(|j| L::add(L::mul(cos, upper[j]), L::mul(sin, lower[j])));
            store(&mut cells[i], mixed);
            upper = std::array::from_fn(|j| L::sub(L::mul(cos, lower[j]), L::mul(sin, upper[j])));
        }
        store(&mut cells[sweep.rotations.len()], upper);
    }
    for k in (0..panel.len().saturating_sub(1)).rev().filter(|&k| form.factors[k] != 0.0) {
        let (v, cells) = (&form.reflections.row(k)[k + 1..], &mut panel[k + 1..]);
        let mut along = [L::pair(&[0.0; 2]); PANEL / 2];
        for (cell, &v) in cells.iter().zip(v) {
            let (cell, v) = (load(cell), L::pair(&[v; 2]));
            along = std::array::from_fn(|j| L::add(along[j], L::mul(cell[j], v)));
        }
        let factor = L::pair(&[form.factors[k]; 2]);
        along = along.map(|sum| L::mul(sum, factor));
        for (cell, &v) in cells.iter_mut().zip(v) {
            let (pairs, v) = (load(cell), L::pair(&[v; 2]));
            store(cell, std::array::from_fn(|j| L::sub(pairs[j], L::mul(along[j], v))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::linalg::{View, dot, product};
    use proptest::prelude::*;

    fn symmetric(n: usize, seed: u64, kind: u8) -> Matrix {
        let mut word = seed;
        let mut next = || {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (word >> 11) as f64 / 2f64.powi(52) - 1.0
        };
        let rank = if kind == 1 { n.div_ceil(3) } else { n };
        let x = Matrix::from_vec((0..rank * n).map(|_| next()).collect(), rank, n).unwrap();
        let mut a = product(View::of(&x).t(), View::of(&x));
        for i in 0..n {
            for j in 0..n {
                // Kinds: full rank, low rank, graded, with columns of zeros.
                let (i_size, j_size) = (0.1f64.powi(i as i32), 0.1f64.powi(j as i32));
                match kind {
                    2 => a.row_mut(i)[j] *= i_size * j_size,
                    3 if i % 3 == 1 || j % 3 == 1 => a.row_mut(i)[j] = 0.0,
                    _ => {}
                }
            }
        }
        a
    }

    proptest! {
        #[test]
        fn vectors_are_orthonormal_and_solve(n in 1usize..40, kind in 0u8..4, seed in any::<u64>()) {
            let a = symmetric(n, seed, kind);
            let Eigh { values, vectors } = eigh(a.clone(), n).unwrap();
            let size = values[0].abs().max(values[n - 1].abs());
            prop_assert!(values.is_sorted_by(|a, b| a >= b));
            for (i, value) in values.iter().enumerate() {
                for j in 0..n {
                    let expected = f64::from(u8::from(i == j));
                    prop_assert!((dot(vectors.row(i), vectors.row(j)) - expected).abs() < 1e-13);
                    let image = dot(a.row(j), vectors.row(i));
                    prop_assert!((image - value * vectors.row(i)[j]).abs() <= 1e-14 * n as f64 * size);
                }
            }
            let trace: f64 = (0..n).map(|i| a.row(i)[i]).sum();
            prop_assert!((values.iter().sum::<f64>() - trace).abs() <= 1e-14 * n as f64 * size);
            // The first few vectors alone have the same bits.
            let few = eigh(a, n / 2).unwrap();
            prop_assert_eq!(&few.values, &values);
            prop_assert!(few.vectors.rows().zip(vectors.rows()).take(n / 2).all(|(a, b)| a == b));
        }
    }

    #[test]
    fn nothing_and_zeros_are_fine_and_infinity_is_refused() {
        assert!(eigh(Matrix::zeros(0, 0), 0).unwrap().values.is_empty());
        let zeros = eigh(Matrix::zeros(3, 3), 3).unwrap();
        assert_eq!((zeros.values, zeros.vectors.row(2)), (vec![0.0; 3], &[0.0, 0.0, 1.0][..]));
        assert!(eigh(Matrix::from_vec(vec![f64::INFINITY], 1, 1).unwrap(), 0).is_err());
    }
}
