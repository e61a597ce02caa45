//! From labels to the next centres, empty clusters included.

use super::points::Points;
use crate::learn::Matrix;
use crate::learn::kernels::squared_distance;

/// New inner centres of the labelled rows; `old` are those that the labels were
/// found with, `counts` the rows of each cluster.
///
/// An empty cluster goes to the row that is farthest from its centre, which
/// leaves its cluster's mean; several empty ones, in order, to the farthest rows
/// in descending order. Of rows at equal distance the last comes first:
/// scikit-learn leaves that to `numpy.argpartition`, which promises no order and
/// differs between processors.
pub(super) fn next_centers<P: Points>(
    points: &P,
    sums: &P::Sums,
    labels: &[u32],
    counts: &[u32],
    old: &Matrix,
) -> Matrix {
    let k = counts.len();
    let far = if counts.contains(&0) { farthest(points, labels, counts, old) } else { Vec::new() };
    let mut centers = Matrix::zeros(k, points.width());
    let mut weights: Vec<i64> = counts.iter().map(|&count| i64::from(count)).collect();
    let mut relocated = vec![None; k];
    let empty = (0..k).filter(|&j| counts[j] == 0);
    for (j, &row) in empty.zip(&far) {
        relocated[j] = Some(row);
        weights[j] = 1;
        weights[labels[row as usize] as usize] -= 1;
    }
    // The first of the largest clusters, as numpy.argmax finds it.
    let largest = (0..k).fold(0, |largest, j| if weights[j] > weights[largest] { j } else { largest });
    for j in 0..k {
        if let Some(row) = relocated[j] {
            points.copy_row(row as usize, centers.row_mut(j));
        } else if weights[j] > 0 {
            points.center(sums, j, &without(labels, &far, j), weights[j] as f64, centers.row_mut(j));
        } else {
            let mut center = vec![0.0; points.width()];
            match relocated[largest] {
                Some(row) => points.copy_row(row as usize, &mut center),
                None => {
                    let count = weights[largest] as f64;
                    points.center(sums, largest, &without(labels, &far, largest), count, &mut center);
                }
            }
            if j < largest {
                // scikit-learn copies the largest cluster while it is still a sum of
                // deviations from the mean of all rows, when that comes later in the
                // order. It decides labels where rows repeat, so it is kept.
                let count = weights[largest] as f64;
                center.iter_mut().zip(points.mean()).for_each(|(c, mean)| *c = mean + (*c - mean) * count);
            }
            centers.row_mut(j).copy_from_slice(&center);
        }
    }
    centers
}

/// The relocated rows that left cluster `j`.
fn without(labels: &[u32], far: &[u32], j: usize) -> Vec<u32> {
    far.iter().copied().filter(|&row| labels[row as usize] as usize == j).collect()
}

/// As many rows as there are empty clusters, farthest first; none if every row
/// lies on its centre, as relocation would gain nothing.
fn farthest<P: Points>(points: &P, labels: &[u32], counts: &[u32], old: &Matrix) -> Vec<u32> {
    let n_empty = counts.iter().filter(|&&count| count == 0).count();
    let distance = |i: usize| points.squared_distance(i, old.row(labels[i] as usize));
    let mut rows: Vec<(f64, u32)> = (0..labels.len()).map(|i| (distance(i), i as u32)).collect();
    if rows.iter().all(|&(distance, _)| distance == 0.0) {
        return Vec::new();
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    rows.into_iter().take(n_empty).map(|(_, row)| row).collect()
}

/// Distance that each centre moved.
pub(super) fn shifts(old: &Matrix, new: &Matrix) -> Vec<f64> {
    (0..old.n_rows()).map(|j| squared_distance(old.row(j), new.row(j)).sqrt()).collect()
}
