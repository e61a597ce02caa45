//! The definition, slowly: at each step all pairs of clusters, from their members.

use super::chain;
use super::condensed::Condensed;
use super::{Linkage, Merge, Method, linkage, single, ward};
use crate::learn::Matrix;
use crate::learn::cluster::kmeans::{Points, Samples};
use proptest::prelude::*;

/// Distance of two clusters from their rows.
fn apart(rows: &Matrix, a: &[u32], b: &[u32], method: Method) -> f64 {
    let pairs = || a.iter().flat_map(|&i| b.iter().map(move |&j| (i as usize, j as usize)));
    let squared = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let lengths = || pairs().map(|(i, j)| squared(rows.row(i), rows.row(j)).sqrt());
    match method {
        Method::Single => lengths().fold(f64::INFINITY, f64::min),
        Method::Complete => lengths().fold(0.0, f64::max),
        Method::Average => lengths().sum::<f64>() / lengths().count() as f64,
        Method::Ward => {
            let mean = |members: &[u32]| -> Vec<f64> {
                let column = |j: usize| members.iter().map(|&i| rows.row(i as usize)[j]).sum::<f64>();
                (0..rows.n_cols()).map(|j| column(j) / members.len() as f64).collect()
            };
            let (n, m) = (a.len() as f64, b.len() as f64);
            (2.0 * n * m / (n + m) * squared(&mean(a), &mean(b))).sqrt()
        }
    }
}

/// Heights of all merges and the clusters they make, as sets of rows.
fn slow(rows: &Matrix, method: Method) -> Vec<(f64, Vec<u32>)> {
    let mut clusters: Vec<Vec<u32>> = (0..rows.n_rows() as u32).map(|i| vec![i]).collect();
    let mut merges = Vec::new();
    while clusters.len() > 1 {
        let mut best = (f64::INFINITY, 0, 0);
        for i in 0..clusters.len() {
            for j in i + 1..clusters.len() {
                let distance = apart(rows, &clusters[i], &clusters[j], method);
                if distance < best.0 {
                    best = (distance, i, j);
                }
            }
        }
        let gone = clusters.remove(best.2);
        clusters[best.1].extend(gone);
        clusters[best.1].sort_unstable();
        merges.push((best.0, clusters[best.1].clone()));
    }
    merges
}

/// The same of a tree.
fn sets(tree: &Linkage) -> Vec<(f64, Vec<u32>)> {
    let set = |(i, merge): (usize, &Merge)| {
        let mut members = tree.members((tree.n_samples() + i) as u32).unwrap();
        members.sort_unstable();
        (merge.height, members)
    };
    tree.merges().iter().enumerate().map(set).collect()
}

fn ward_of_means<P: Points>(points: &P) -> Linkage {
    Linkage::from_unsorted(ward::merges(points, &mut |_| {}), false)
}

const METHODS: [Method; 4] = [Method::Ward, Method::Single, Method::Average, Method::Complete];

proptest! {
    #[test]
    fn trees_are_those_of_the_definition(n in 2usize..28, d in 1usize..12, values in prop::collection::vec(-1.0..1.0, 28 * 12)) {
        let rows = Matrix::from_vec(values[..n * d].to_vec(), n, d).unwrap();
        let points = Samples::new(&rows).unwrap();
        for method in METHODS {
            let mut ticks = 0;
            let tree = linkage(&points, method, &mut |growing| {
                ticks += 1;
                assert_eq!(growing.n_merges(), ticks);
            }).unwrap();
            prop_assert_eq!(ticks, n - 1);
            prop_assert_eq!(&Linkage::from_merges(tree.merges().to_vec()).unwrap().merges, &tree.merges);
            let trees = if method == Method::Ward { vec![tree, ward_of_means(&points)] } else { vec![tree] };
            for tree in trees {
                for (fast, slow) in sets(&tree).into_iter().zip(slow(&rows, method)) {
                    prop_assert!((fast.0 - slow.0).abs() <= 1e-9 * slow.0, "{} {}", fast.0, slow.0);
                    prop_assert_eq!(fast.1, slow.1);
                }
            }
        }
    }

    /// With whole numbers few of which differ, so nearly all merges are ties: only the
    /// distances that SciPy's update makes decide, and they must be the same for single
    /// linkage whichever way it is computed.
    #[test]
    fn ties_and_duplicates(n in 2usize..40, d in 1usize..4, values in prop::collection::vec(0i32..4, 40 * 4)) {
        let values = values[..n * d].iter().map(|&value| f64::from(value)).collect();
        let rows = Matrix::from_vec(values, n, d).unwrap();
        let points = Samples::new(&rows).unwrap();
        let heights = |tree: &Linkage| -> Vec<f64> { tree.merges().iter().map(|merge| merge.height).collect() };
        let by_tree = Linkage::from_unsorted(single::merges(&points, &mut |_| {}), true);
        let by_chain = Linkage::from_unsorted(chain::merges(Condensed::new(&points), Method::Single, &mut |_| {}), false);
        prop_assert_eq!(heights(&by_tree), heights(&by_chain));
        let slow: Vec<f64> = slow(&rows, Method::Single).into_iter().map(|merge| merge.0).collect();
        prop_assert_eq!(heights(&by_tree), slow);
        // Duplicates merge at height 0, exactly, and before all others.
        let mut distinct: Vec<Vec<i32>> = rows.rows().map(|row| row.iter().map(|&value| value as i32).collect()).collect();
        distinct.sort();
        distinct.dedup();
        let of_means = ward_of_means(&points);
        for tree in [&by_tree, &of_means] {
            let zeros = tree.merges().iter().filter(|merge| merge.height == 0.0).count();
            prop_assert_eq!(zeros, n - distinct.len());
        }
        prop_assert!(Linkage::from_merges(of_means.merges).is_ok());
    }
}

/// Enough rows to close up gaps many times, in clusters of very different size and spread.
#[test]
fn both_ways_to_a_ward_tree_agree() {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    let (n, d) = (900, 21);
    let mut values = Vec::with_capacity(n * d);
    for i in 0..n {
        let blob = (i * i) % 7;
        let spread = libm::ldexp(1.0, -3 * blob as i32);
        values.extend((0..d).map(|j| ((blob * (j + 1)) % 5) as f64 + spread * next()));
    }
    values[5 * d] = 1e4;
    let rows = Matrix::from_vec(values, n, d).unwrap();
    let points = Samples::new(&rows).unwrap();
    let tree = linkage(&points, Method::Ward, &mut |_| {}).unwrap();
    let of_means = ward_of_means(&points);
    for (a, b) in tree.merges().iter().zip(of_means.merges()) {
        assert!((a.height - b.height).abs() <= 1e-9 * a.height, "{a:?} {b:?}");
        assert_eq!((a.cluster1, a.cluster2, a.size), (b.cluster1, b.cluster2, b.size));
    }
}
