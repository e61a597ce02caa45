//! The definition, slowly: neighbours from all distances, clusters by walking them.

use super::super::kmeans::Samples;
use super::{Dbscan, Neighborhoods, all_k_distances, k_distances};
use crate::learn::Matrix;
use proptest::prelude::*;

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn slow(rows: &Matrix, eps: f64, min_samples: usize) -> Dbscan {
    let n = rows.n_rows();
    let near = |i: usize| (0..n).filter(move |&j| squared(rows.row(i), rows.row(j)) <= eps * eps);
    let is_core = |i: usize| near(i).count() >= min_samples;
    let mut labels = vec![-1; n];
    let mut n_clusters = 0;
    for start in 0..n {
        if labels[start] != -1 || !is_core(start) {
            continue;
        }
        let mut stack = vec![start];
        while let Some(i) = stack.pop() {
            if labels[i] == -1 {
                labels[i] = n_clusters;
                if is_core(i) {
                    stack.extend(near(i));
                }
            }
        }
        n_clusters += 1;
    }
    let core_sample_indices = (0..n as u32).filter(|&i| is_core(i as usize)).collect();
    Dbscan { labels, core_sample_indices, n_clusters: n_clusters as u32 }
}

fn check(rows: &Matrix, eps: &[f64], min_samples: &[usize]) {
    let points = Samples::new(rows).unwrap();
    let mut search = Neighborhoods::new(&points, eps, &mut |_| {}).unwrap();
    let all = search.dbscan(&points, min_samples).unwrap();
    let settings = eps.iter().flat_map(|&eps| min_samples.iter().map(move |&least| (eps, least)));
    for ((eps, least), fit) in settings.zip(&all) {
        assert_eq!(fit, &slow(rows, eps, least), "eps {eps} min_samples {least}");
    }
    search.forget();
    assert_eq!(search.dbscan(&points, min_samples).unwrap(), all, "levels computed again");
    let ks: Vec<usize> = min_samples.iter().copied().filter(|&least| least <= rows.n_rows()).collect();
    if ks.is_empty() {
        assert!(all_k_distances(&points, &ks, &mut |_| {}).is_err());
        return;
    }
    let curves = all_k_distances(&points, &ks, &mut |_| {}).unwrap();
    for (least, curve) in ks.into_iter().zip(curves) {
        assert_eq!(curve, k_distances(&points, least, &mut |_| {}).unwrap());
        let kth = |i: usize| {
            let mut all: Vec<f64> = (0..rows.n_rows()).map(|j| squared(rows.row(i), rows.row(j)).sqrt()).collect();
            all.sort_by(f64::total_cmp);
            all[least - 1]
        };
        let mut slow: Vec<f64> = (0..rows.n_rows()).map(kth).collect();
        slow.sort_by(f64::total_cmp);
        assert_eq!(curve, slow);
    }
}

proptest! {
    #[test]
    fn reals(
        n in 1usize..90, d in 1usize..20, values in prop::collection::vec(-1.0..1.0, 90 * 20),
        eps in prop::collection::vec(0.01..3.0, 1..6), min_samples in prop::collection::vec(1usize..9, 1..5),
    ) {
        check(&Matrix::from_vec(values[..n * d].to_vec(), n, d).unwrap(), &eps, &min_samples);
    }

    /// Whole numbers, many of them equal, with `eps` on their distances.
    #[test]
    fn ties_and_duplicates(
        n in 1usize..60, d in 1usize..4, step in 0usize..3, values in prop::collection::vec(0u32..7, 60 * 4),
        eps in prop::collection::vec(1u32..9, 1..6), min_samples in prop::collection::vec(1usize..9, 1..5),
    ) {
        let step = [1.0, 0.1, 1e-7][step];
        let values = values[..n * d].iter().map(|&value| 5.0 + f64::from(value) * step).collect();
        let eps: Vec<f64> = eps.iter().map(|&eps| f64::from(eps).sqrt() * step).collect();
        check(&Matrix::from_vec(values, n, d).unwrap(), &eps, &min_samples);
    }
}
