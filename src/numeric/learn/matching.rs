//! Pairing rows with columns: `scipy.optimize.linear_sum_assignment`.

use super::Matrix;
use crate::error::{Error, Result};

/// The pairs `(row, column)` of least total cost (greatest if `maximize`), rows
/// ascending: as many as the shorter side of `cost` has.
///
/// Of equally good pairings always the same one is found, not necessarily SciPy's.
///
/// Errors: a cost that is not finite.
pub fn linear_sum_assignment(cost: &Matrix, maximize: bool) -> Result<Vec<(usize, usize)>> {
    if let Some(value) = cost.as_slice().iter().find(|value| !value.is_finite()) {
        return Err(Error::invalid("cost_matrix", "free of NaN and infinity", value));
    }
    let (rows, cols) = (cost.n_rows(), cost.n_cols());
    let wide = rows <= cols;
    let sign = if maximize { -1.0 } else { 1.0 };
    let at = |i: usize, j: usize| sign * if wide { cost.row(i)[j] } else { cost.row(j)[i] };
    let row_of = pair(rows.min(cols), rows.max(cols), at);
    let mut pairs: Vec<(usize, usize)> =
        (0..row_of.len()).filter_map(|j| row_of[j].map(|i| if wide { (i, j) } else { (j, i) })).collect();
    pairs.sort_unstable();
    Ok(pairs)
}

/// The row of each column, for at most as many rows as columns: rows are added one
/// by one along the shortest augmenting path (Jonker and Volgenant 1987).
fn pair(n_rows: usize, n_cols: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    let mut row_of: Vec<Option<usize>> = vec![None; n_cols];
    // Prices of rows and columns: no cost is below their sum, paired ones equal it.
    let (mut of_row, mut of_col) = (vec![0.0; n_rows], vec![0.0; n_cols]);
    for new in 0..n_rows {
        let mut distance = vec![f64::INFINITY; n_cols];
        let mut before: Vec<Option<usize>> = vec![None; n_cols];
        let mut done = vec![false; n_cols];
        let (mut row, mut reached, mut last) = (new, 0.0, None);
        let end = loop {
            let mut next: Option<usize> = None;
            for j in (0..n_cols).filter(|&j| !done[j]) {
                let length = reached + (cost(row, j) - of_row[row] - of_col[j]);
                if length < distance[j] {
                    distance[j] = length;
                    before[j] = last;
                }
                let nearer = |best: usize| {
                    distance[j] < distance[best]
                        || distance[j] == distance[best] && row_of[j].is_none() && row_of[best].is_some()
                };
                if next.is_none_or(nearer) {
                    next = Some(j);
                }
            }
            // There are at least as many columns as rows, so one is always left.
            let Some(col) = next else { return row_of };
            (reached, done[col], last) = (distance[col], true, Some(col));
            match row_of[col] {
                Some(paired) => row = paired,
                None => break col,
            }
        };
        of_row[new] += reached;
        for j in (0..n_cols).filter(|&j| done[j]) {
            if let Some(i) = row_of[j] {
                of_row[i] += reached - distance[j];
            }
            of_col[j] -= reached - distance[j];
        }
        let mut col = end;
        while let Some(previous) = before[col] {
            row_of[col] = row_of[previous];
            col = previous;
        }
        row_of[col] = Some(new);
    }
    row_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The best total over all pairings, by trying them.
    fn best(cost: &Matrix, maximize: bool) -> f64 {
        fn go(cost: &Matrix, maximize: bool, row: usize, used: &mut Vec<bool>, left: usize) -> f64 {
            let none = if maximize { f64::NEG_INFINITY } else { f64::INFINITY };
            if left == 0 {
                return 0.0;
            }
            if row == cost.n_rows() {
                return none;
            }
            let better = |a: f64, b: f64| if maximize { a.max(b) } else { a.min(b) };
            let mut total = go(cost, maximize, row + 1, used, left);
            for j in 0..cost.n_cols() {
                if !used[j] {
                    used[j] = true;
                    total = better(total, cost.row(row)[j] + go(cost, maximize, row + 1, used, left - 1));
                    used[j] = false;
                }
            }
            total
        }
        go(cost, maximize, 0, &mut vec![false; cost.n_cols()], cost.n_rows().min(cost.n_cols()))
    }

    proptest! {
        #[test]
        fn no_pairing_is_better(
            rows in 0usize..6, cols in 0usize..6, maximize: bool,
            values in prop::collection::vec(-4i32..9, 36),
        ) {
            let values = values[..rows * cols].iter().map(|&value| f64::from(value)).collect();
            let cost = Matrix::from_vec(values, rows, cols).unwrap();
            let pairs = linear_sum_assignment(&cost, maximize).unwrap();
            prop_assert_eq!(pairs.len(), rows.min(cols));
            prop_assert!(pairs.is_sorted());
            let mut columns: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
            columns.sort_unstable();
            columns.dedup();
            prop_assert_eq!(columns.len(), pairs.len());
            let total: f64 = pairs.iter().map(|&(i, j)| cost.row(i)[j]).sum();
            prop_assert_eq!(total, best(&cost, maximize));
        }
    }

    #[test]
    fn costs_must_be_finite() {
        for value in [f64::NAN, f64::INFINITY] {
            let cost = Matrix::from_vec(vec![0.0, value], 1, 2).unwrap();
            assert!(linear_sum_assignment(&cost, false).is_err());
        }
    }
}
