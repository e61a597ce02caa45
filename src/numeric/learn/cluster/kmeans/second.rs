//! How far each row is from the nearest centre that is not its own.

use super::points::{Points, to_inner};
use crate::error::{Error, Result};
use crate::learn::Matrix;

/// The nearest centre but the one that its label names, and the distance to it, for each row: `(n_samples,)` both. Of
/// equals the first; with a single centre there is none, and the distances are infinite.
///
/// Errors: centres of another shape or not finite, or another number of labels than rows.
pub fn second_nearest<P: Points>(points: &P, cluster_centers: &Matrix, labels: &[u32]) -> Result<(Vec<u32>, Vec<f64>)> {
    let centers = to_inner(points, cluster_centers)?;
    if labels.len() != points.n_samples() {
        return Err(Error::invalid("labels", format!("of length {}", points.n_samples()), labels.len()));
    }
    // In as many dimensions as an image has pixels, bounds by the distances of the centres leave hardly any out.
    let of = |(i, &label): (usize, &u32)| {
        let mut found = (f64::INFINITY, 0);
        for other in (0..centers.n_rows()).filter(|other| *other != label as usize) {
            let square = points.squared_distance(i, centers.row(other));
            if square < found.0 {
                found = (square, other as u32);
            }
        }
        (found.0.sqrt(), found.1)
    };
    let found = labels.iter().enumerate().map(of);
    Ok(found.map(|(distance, center)| (center, distance)).unzip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::cluster::{Samples, predict};
    use proptest::prelude::*;

    fn slow(x: &Matrix, centers: &Matrix, labels: &[u32]) -> Vec<f64> {
        let distance =
            |row: &[f64], center: &[f64]| row.iter().zip(center).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let of = |(row, label): (&[f64], &u32)| {
            let others = (0..centers.n_rows()).filter(|j| *j as u32 != *label);
            others.map(|j| distance(row, centers.row(j))).fold(f64::INFINITY, f64::min)
        };
        x.rows().zip(labels).map(of).collect()
    }

    proptest! {
        #[test]
        fn the_second_is_the_least_of_all_others(
            values in prop::collection::vec(-9i32..10, 3 * 40),
            k in 1usize..9,
        ) {
            let x = Matrix::from_vec(values.iter().map(|v| f64::from(*v) / 4.0).collect(), 40, 3).unwrap();
            let centers = Matrix::from_vec(x.as_slice()[..3 * k].to_vec(), k, 3).unwrap();
            let points = Samples::new(&x).unwrap();
            let labels = predict(&points, &centers).unwrap();
            let (second, distances) = second_nearest(&points, &centers, &labels).unwrap();
            for ((found, expected), (other, label)) in
                distances.iter().zip(slow(&x, &centers, &labels)).zip(second.iter().zip(&labels))
            {
                prop_assert!(k == 1 || other != label);
                prop_assert!(*found == expected || (found - expected).abs() <= 1e-12 * expected, "{found} {expected}");
            }
        }
    }

    #[test]
    fn labels_must_be_as_many_as_rows() {
        let x = Matrix::from_vec(vec![0.0, 1.0, 2.0], 3, 1).unwrap();
        let error = second_nearest(&Samples::new(&x).unwrap(), &x, &[0, 1]).unwrap_err();
        assert!(error.to_string().contains("labels"), "{error}");
    }
}
