//! A symmetric matrix to tridiagonal form, and the eigenvalues of that.

use super::orthonormal::reflector;
use super::rows::{add_scaled, dot};
use crate::error::{Error, Result};
use crate::learn::Matrix;

/// `A = Q T Q.T` with tridiagonal `T`.
#[derive(Debug, Clone)]
pub(super) struct Tridiagonal {
    /// Diagonal of `T`, `(n,)`.
    pub diagonal: Vec<f64>,
    /// Beside the diagonal, `(n,)`; the last is 0.
    pub beside: Vec<f64>,
    /// Row `k` holds, from column `k + 1` on, the vector of reflection `k`.
    pub reflections: Matrix,
    /// The factor of each reflection, `(n,)`.
    pub factors: Vec<f64>,
}

/// A rotation of two neighbours by the angle of this cosine and sine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rotation {
    pub cos: f64,
    pub sin: f64,
}

/// The rotations of one sweep: `rotations[i]` mixes `low + i` and `low + i + 1`,
/// and was applied after those behind it.
#[derive(Debug, Clone)]
pub(super) struct Sweep {
    pub low: usize,
    pub rotations: Vec<Rotation>,
}

/// Reduces `a`, shape `(n, n)`, of which the part on and below the diagonal counts.
pub(super) fn reduce(mut a: Matrix) -> Tridiagonal {
    let n = a.n_rows();
    let (mut diagonal, mut beside, mut factors) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    // What the last reflection takes off is A - v w.T - w v.T; it is taken off row
    // by row just before the row is needed, so that A is passed over once a step.
    let (mut v, mut w) = (vec![0.0; n], vec![0.0; n]);
    let (mut next_v, mut next_w) = (vec![0.0; n], vec![0.0; n]);
    for k in 0..n {
        diagonal[k] = a.row(k)[k] - 2.0 * v[k] * w[k];
        if k + 1 == n {
            break;
        }
        for i in k + 1..n {
            next_v[i] = a.row(i)[k] - v[i] * w[k] - w[i] * v[k];
        }
        let (factor, image) = reflector(&mut next_v[k + 1..]);
        (factors[k], beside[k]) = (factor, image);
        next_w[k + 1..].fill(0.0);
        for i in k + 1..n {
            let row = &mut a.row_mut(i)[k + 1..=i];
            add_scaled(row, -v[i], &w[k + 1..=i]);
            add_scaled(row, -w[i], &v[k + 1..=i]);
            let (&mut on, left) = row.split_last_mut().expect("at least the diagonal");
            let sum = dot(left, &next_v[k + 1..i]);
            add_scaled(&mut next_w[k + 1..i], next_v[i], left);
            next_w[i] += sum + on * next_v[i];
        }
        next_w[k + 1..].iter_mut().for_each(|value| *value *= factor);
        let half = -0.5 * factor * dot(&next_w[k + 1..], &next_v[k + 1..]);
        add_scaled(&mut next_w[k + 1..], half, &next_v[k + 1..]);
        std::mem::swap(&mut v, &mut next_v);
        std::mem::swap(&mut w, &mut next_w);
        // Right of the diagonal the matrix is not read: room for the reflection.
        a.row_mut(k)[k + 1..].copy_from_slice(&v[k + 1..]);
    }
    Tridiagonal { diagonal, beside, reflections: a, factors }
}

/// Sweeps for one eigenvalue in which it must be small beside its neighbours.
const PATIENT: usize = 90;

/// Eigenvalues of `T` by the implicit QL method, in no order, in the place of the
/// diagonal; and the rotations that made it diagonal, if asked for.
///
/// Errors: it does not converge, which finite numbers always do.
pub(super) fn diagonalize(d: &mut [f64], e: &mut [f64], keep: bool) -> Result<Vec<Sweep>> {
    let n = d.len();
    let mut sweeps = Vec::new();
    let largest = d.iter().chain(e.iter()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 {
        return Ok(sweeps);
    }
    // Lengths near 1: no square overflows.
    d.iter_mut().chain(e.iter_mut()).for_each(|x| *x /= largest);
    for low in 0..n {
        for trial in 0.. {
            // Among eigenvalues of 0, as of pixels that never change, all is rounding, and may go round
            // for ever. What is small beside the largest of all is then small enough: the
            // reduction has left no more.
            let least = if trial < PATIENT { f64::EPSILON } else { 1.0 };
            let small = |i: usize| e[i].abs() <= f64::EPSILON * (d[i].abs() + d[i + 1].abs() + least);
            let high = (low..n - 1).find(|&i| small(i)).unwrap_or(n - 1);
            if high == low {
                break;
            }
            if trial == 2 * PATIENT {
                return Err(Error::Numeric("the eigenvalues did not converge".into()));
            }
            let rotations = sweep(d, e, low, high, keep);
            if keep {
                sweeps.push(rotations);
            }
        }
    }
    d.iter_mut().for_each(|x| *x *= largest);
    Ok(sweeps)
}

/// One QL step with Wilkinson's shift on the block `low..=high`.
fn sweep(d: &mut [f64], e: &mut [f64], low: usize, high: usize, keep: bool) -> Sweep {
    let ratio = (d[low + 1] - d[low]) / (2.0 * e[low]);
    let root = (ratio * ratio + 1.0).sqrt();
    let shift = d[low] - e[low] / (ratio + if ratio < 0.0 { -root } else { root });
    let (mut cos, mut sin, mut carry) = (1.0, 1.0, 0.0);
    let mut bulge = d[high] - shift;
    let mut rotations = Vec::with_capacity(if keep { high - low } else { 0 });
    let mut lowest = low;
    for i in (low..high).rev() {
        let (far, near) = (sin * e[i], cos * e[i]);
        let length = (far * far + bulge * bulge).sqrt();
        e[i + 1] = length;
        if length == 0.0 {
            // The block came apart here; the rest of it waits for the next sweep.
            d[i + 1] -= carry;
            lowest = i + 1;
            break;
        }
        (sin, cos) = (far / length, bulge / length);
        let base = d[i + 1] - carry;
        let mixed = (d[i] - base) * sin + 2.0 * cos * near;
        carry = sin * mixed;
        d[i + 1] = base + carry;
        bulge = cos * mixed - near;
        if keep {
            rotations.push(Rotation { cos, sin });
        }
    }
    if lowest == low {
        d[low] -= carry;
        e[low] = bulge;
    }
    e[high] = 0.0;
    rotations.reverse();
    Sweep { low: lowest, rotations }
}
