//! Sparse rows times a few columns, and back: the two passes over all samples
//! that every iteration of a linear model makes.
//!
//! A sum over a row's values, or over samples, is taken in their order, so all
//! targets get the same bits.

use super::design::Design;
use crate::learn::kernels::lanes::{Best, Lanes};

/// Pairs of outputs that stay in registers.
const MOST: usize = 8;

/// Calls a pass of as many pairs as are left.
macro_rules! by_pairs {
    ($pairs:expr, $pass:ident ( $($arg:expr),* )) => {
        match $pairs {
            1 => $pass::<Best, 1>($($arg),*),
            2 => $pass::<Best, 2>($($arg),*),
            3 => $pass::<Best, 3>($($arg),*),
            4 => $pass::<Best, 4>($($arg),*),
            5 => $pass::<Best, 5>($($arg),*),
            6 => $pass::<Best, 6>($($arg),*),
            7 => $pass::<Best, 7>($($arg),*),
            _ => $pass::<Best, MOST>($($arg),*),
        }
    };
}

/// `X @ theta` without scaling; the last row of `theta` is added to every sample.
pub(super) fn scores(design: &Design, theta: &[f64], width: usize) -> Vec<f64> {
    let mut out = vec![0.0; design.n_samples() * width];
    for from in (0..width).step_by(2 * MOST) {
        by_pairs!((width - from).div_ceil(2), scores_on(design, theta, width, from, &mut out));
    }
    out
}

/// `X.T @ r` without scaling, and behind it the sums of `r` over the samples.
pub(super) fn add_back(design: &Design, r: &[f64], width: usize) -> Vec<f64> {
    let mut out = vec![0.0; (design.columns().len() + 1) * width];
    for from in (0..width).step_by(2 * MOST) {
        by_pairs!((width - from).div_ceil(2), back_on(design, r, width, from, &mut out));
    }
    out
}

fn scores_on<L: Lanes, const P: usize>(design: &Design, theta: &[f64], width: usize, from: usize, out: &mut [f64]) {
    let cells: Vec<[[f64; 2]; P]> = theta.chunks_exact(width).map(|row| load(&row[from..])).collect();
    let last = cells.len() - 1;
    for (i, out) in out.chunks_exact_mut(width).enumerate() {
        let (index, values) = design.row(i);
        let mut sums: [L::F64; P] = std::array::from_fn(|p| L::pair(&cells[last][p]));
        for (&j, &value) in index.iter().zip(values) {
            let (cell, value) = (&cells[usize::from(j)], L::pair(&[value; 2]));
            for p in 0..P {
                sums[p] = L::add(sums[p], L::mul(value, L::pair(&cell[p])));
            }
        }
        store(sums.map(L::values), &mut out[from..]);
    }
}

fn back_on<L: Lanes, const P: usize>(design: &Design, r: &[f64], width: usize, from: usize, out: &mut [f64]) {
    let mut cells = vec![[[0.0; 2]; P]; design.columns().len()];
    let mut total = [L::pair(&[0.0; 2]); P];
    for (i, row) in r.chunks_exact(width).enumerate() {
        let factors: [[f64; 2]; P] = load(&row[from..]);
        // Samples that are fitted well enough add nothing.
        if factors == [[0.0; 2]; P] {
            continue;
        }
        let factors: [L::F64; P] = std::array::from_fn(|p| L::pair(&factors[p]));
        let (index, values) = design.row(i);
        for (&j, &value) in index.iter().zip(values) {
            let (cell, value) = (&mut cells[usize::from(j)], L::pair(&[value; 2]));
            for p in 0..P {
                cell[p] = L::values(L::add(L::pair(&cell[p]), L::mul(value, factors[p])));
            }
        }
        total = std::array::from_fn(|p| L::add(total[p], factors[p]));
    }
    for (cell, out) in cells.iter().chain([&total.map(L::values)]).zip(out.chunks_exact_mut(width)) {
        store(*cell, &mut out[from..]);
    }
}

/// The first values of `row` in pairs, zeros behind its end.
#[inline(always)]
fn load<const P: usize>(row: &[f64]) -> [[f64; 2]; P] {
    std::array::from_fn(|p| std::array::from_fn(|half| row.get(2 * p + half).copied().unwrap_or(0.0)))
}

/// Writes as many values as there is room for.
#[inline(always)]
fn store<const P: usize>(pairs: [[f64; 2]; P], row: &mut [f64]) {
    row.iter_mut().zip(pairs.as_flattened()).for_each(|(to, value)| *to = *value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Matrix;
    use crate::learn::kernels::lanes::Plain;

    #[test]
    fn lanes_have_the_plain_bits() {
        let values = (0..60).map(|i| if i % 3 == 0 { 0.0 } else { f64::from(i * i % 17) - 7.3 }).collect();
        let design = Design::doubles(&Matrix::from_vec(values, 10, 6).unwrap()).unwrap();
        let theta: Vec<f64> = (0..35).map(|i| f64::from(i * 7 % 11) / 3.0 - 1.0).collect();
        let (mut fast, mut plain) = (vec![0.0; 50], vec![0.0; 50]);
        scores_on::<Best, 3>(&design, &theta, 5, 0, &mut fast);
        scores_on::<Plain, 3>(&design, &theta, 5, 0, &mut plain);
        assert_eq!(fast, plain);
        let (mut down, mut slow) = (vec![0.0; 35], vec![0.0; 35]);
        back_on::<Best, 3>(&design, &fast, 5, 0, &mut down);
        back_on::<Plain, 3>(&design, &fast, 5, 0, &mut slow);
        assert_eq!(down, slow);
    }
}
