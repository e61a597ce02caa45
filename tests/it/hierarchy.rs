//! Trees against SciPy's and scikit-learn's numbers (`tests/python/reference_hierarchy.py`),
//! and what is refused.

use base64::Engine as _;
use digitoscope::error::Error;
use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{
    Linkage, MOST_CONDENSED, Merge, Method, Pixels, Samples, Truncation, agglomerative_labels, cut_tree, dendrogram,
    fcluster_distance, fcluster_maxclust, leaves_list, linkage,
};
use digitoscope::learn::matching::linear_sum_assignment;
use digitoscope::learn::preprocessing::Scaling;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Reference {
    digits: String,
    checksums: BTreeMap<String, String>,
    cases: Vec<Case>,
    assignments: Vec<Assignment>,
}

#[derive(Deserialize)]
struct Case {
    data: String,
    method: String,
    clusters: Vec<u32>,
    heights: String,
    sizes: Vec<u32>,
    leaves: Vec<u32>,
    by_distance: Vec<(String, Vec<u32>)>,
    by_count: Vec<(usize, Vec<u32>)>,
    cut_tree: Vec<(usize, Vec<u32>)>,
    labels: Vec<(usize, Vec<u32>)>,
    pictures: Vec<Picture>,
}

#[derive(Deserialize)]
struct Picture {
    mode: String,
    p: u32,
    threshold: Option<String>,
    icoord: String,
    dcoord: String,
    colors: Vec<u32>,
    leaves: Vec<u32>,
    ivl: Vec<String>,
    leaf_colors: Vec<u32>,
}

#[derive(Deserialize)]
struct Assignment {
    rows: usize,
    cols: usize,
    cost: Vec<f64>,
    totals: [f64; 2],
}

fn reference() -> Reference {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/hierarchy.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
}

/// Numbers from the digits of their bits.
fn numbers(bits: &str) -> Vec<f64> {
    let chunks = (0..bits.len()).step_by(16);
    chunks.map(|at| f64::from_bits(u64::from_str_radix(&bits[at..at + 16], 16).unwrap())).collect()
}

/// The generator of `words` in the script.
struct Words(u32);

impl Words {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 >> 16
    }
}

fn reals(n_samples: usize, n_features: usize, seed: u32) -> Matrix {
    let mut words = Words(seed);
    let values = (0..n_samples * n_features).map(|_| f64::from(words.next()) / 65536.0).collect();
    Matrix::from_vec(values, n_samples, n_features).unwrap()
}

fn lattice(rows: u32, cols: u32, step: f64) -> Matrix {
    let points = (0..rows).flat_map(|i| (0..cols).map(move |j| [f64::from(i) * step, f64::from(j) * step]));
    Matrix::from_vec(points.flatten().collect(), (rows * cols) as usize, 2).unwrap()
}

fn repeats() -> Matrix {
    let mut words = Words(4);
    let kinds: Vec<Vec<f64>> = (0..5).map(|_| (0..6).map(|_| f64::from(words.next() % 9)).collect()).collect();
    let values = (0..48).flat_map(|i| kinds[i * i % 7 % 5].clone()).collect();
    Matrix::from_vec(values, 48, 6).unwrap()
}

fn digits(reference: &Reference) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(&reference.digits).unwrap()
}

fn data(reference: &Reference, name: &str) -> Matrix {
    let rows = match name {
        "digits" => {
            let values: Vec<f64> = digits(reference).into_iter().map(f64::from).collect();
            let n = values.len() / 64;
            Matrix::from_vec(values, n, 64).unwrap()
        }
        "reals" => reals(70, 9, 1),
        "line" => reals(40, 1, 2),
        "lattice" => lattice(6, 7, 1.0),
        "tenths" => lattice(7, 5, 0.1),
        "repeats" => repeats(),
        "two" => reals(2, 3, 3),
        "three" => reals(3, 3, 5),
        other => panic!("no data named {other}"),
    };
    let sum: f64 = rows.as_slice().iter().sum();
    assert_eq!(sum, numbers(&reference.checksums[name])[0], "the data {name} are those of the script");
    rows
}

fn method(name: &str) -> Method {
    match name {
        "ward" => Method::Ward,
        "single" => Method::Single,
        "average" => Method::Average,
        "complete" => Method::Complete,
        other => panic!("no method named {other}"),
    }
}

/// Every case with its tree.
fn trees(reference: &Reference) -> Vec<(&Case, Linkage)> {
    let tree = |case: &Case| {
        let rows = data(reference, &case.data);
        linkage(&Samples::new(&rows).unwrap(), method(&case.method), &mut |_| {}).unwrap()
    };
    reference.cases.iter().map(|case| (case, tree(case))).collect()
}

/// To the bit, and so with SciPy's choice among equal distances.
#[test]
fn trees_equal_scipys() {
    let reference = reference();
    assert_eq!(reference.cases.len(), 32);
    for (case, tree) in trees(&reference) {
        let what = format!("{} {}", case.data, case.method);
        let clusters: Vec<u32> = tree.merges().iter().flat_map(|merge| [merge.cluster1, merge.cluster2]).collect();
        let heights: Vec<f64> = tree.merges().iter().map(|merge| merge.height).collect();
        let sizes: Vec<u32> = tree.merges().iter().map(|merge| merge.size).collect();
        assert_eq!(heights, numbers(&case.heights), "{what}");
        assert_eq!(clusters, case.clusters, "{what}");
        assert_eq!(sizes, case.sizes, "{what}");
    }
}

#[test]
fn clusters_equal_scipys_and_scikit_learns() {
    let reference = reference();
    for (case, tree) in trees(&reference) {
        let what = format!("{} {}", case.data, case.method);
        assert_eq!(leaves_list(&tree), case.leaves, "{what}");
        for (t, labels) in &case.by_distance {
            let t = numbers(t)[0];
            assert_eq!(&fcluster_distance(&tree, t).unwrap(), labels, "{what} t {t}");
        }
        for (k, labels) in &case.by_count {
            assert_eq!(&fcluster_maxclust(&tree, *k).unwrap(), labels, "{what} k {k}");
        }
        for (k, labels) in &case.cut_tree {
            assert_eq!(&cut_tree(&tree, *k).unwrap(), labels, "{what} k {k}");
        }
        for (k, labels) in &case.labels {
            assert_eq!(&agglomerative_labels(&tree, *k).unwrap(), labels, "{what} k {k}");
        }
    }
    assert!(reference.cases.iter().any(|case| !case.cut_tree.is_empty()));
}

#[test]
fn pictures_equal_scipys() {
    let reference = reference();
    for (case, tree) in trees(&reference) {
        for picture in &case.pictures {
            let what = format!("{} {} {} {}", case.data, case.method, picture.mode, picture.p);
            let truncation = match picture.mode.as_str() {
                "lastp" => Truncation::LastP(picture.p),
                "level" => Truncation::Level(picture.p),
                _ => Truncation::None,
            };
            let threshold = picture.threshold.as_ref().map(|bits| numbers(bits)[0]);
            let drawn = dendrogram(&tree, truncation, threshold).unwrap();
            let positions: Vec<f64> = drawn
                .icoord
                .iter()
                .flat_map(|&[a, b, c, d]| {
                    assert_eq!((a, c), (b, d));
                    [a, c]
                })
                .collect();
            assert_eq!(positions, numbers(&picture.icoord), "{what}");
            assert_eq!(drawn.dcoord.as_flattened(), numbers(&picture.dcoord), "{what}");
            assert_eq!(drawn.color_list, picture.colors, "{what}");
            assert_eq!(drawn.leaves, picture.leaves, "{what}");
            assert_eq!(drawn.ivl, picture.ivl, "{what}");
            if !picture.leaf_colors.is_empty() {
                assert_eq!(drawn.leaves_color_list, picture.leaf_colors, "{what}");
            }
            for (node, corners) in drawn.nodes.iter().zip(&drawn.dcoord) {
                assert_eq!(tree.merges()[*node as usize - tree.n_samples()].height, corners[1], "{what}");
            }
        }
    }
}

#[test]
fn bytes_make_the_tree_of_their_values() {
    let reference = reference();
    let bytes = digits(&reference);
    for scaling in [Scaling::None, Scaling::MinMax, Scaling::Standard] {
        let pixels = Pixels::new(&bytes, bytes.len() / 64, 64, scaling).unwrap();
        let rows = pixels.to_matrix();
        let points = Samples::new(&rows).unwrap();
        for method in [Method::Ward, Method::Single] {
            assert_eq!(linkage(&pixels, method, &mut |_| {}), linkage(&points, method, &mut |_| {}));
        }
    }
}

/// A tree as deep as it has rows, as single linkage makes them: no stack may overflow.
#[test]
fn deep_trees_are_walked() {
    let n = 60_000u32;
    let merge = |i: u32| Merge {
        cluster1: if i == 0 { 0 } else { i + 1 },
        cluster2: if i == 0 { 1 } else { n + i - 1 },
        height: f64::from(i),
        size: i + 2,
    };
    let tree = Linkage::from_merges((0..n - 1).map(merge).collect()).unwrap();
    std::thread::Builder::new()
        .stack_size(128 * 1024)
        .spawn(move || {
            let rows: Vec<u32> = (2..n).rev().chain([0, 1]).collect();
            assert_eq!(leaves_list(&tree), rows);
            assert_eq!(dendrogram(&tree, Truncation::None, None).unwrap().leaves, rows);
            assert_eq!(fcluster_distance(&tree, f64::INFINITY).unwrap(), vec![1; n as usize]);
            assert_eq!(fcluster_maxclust(&tree, 2).unwrap().iter().filter(|&&label| label == 2).count(), 1);
            assert_eq!(agglomerative_labels(&tree, n as usize).unwrap().len(), n as usize);
            assert_eq!(cut_tree(&tree, 3).unwrap()[n as usize - 1], 2);
        })
        .unwrap()
        .join()
        .unwrap();
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>, parameter: &str) {
    match result {
        Err(Error::InvalidParameter { name, .. }) => assert_eq!(name, parameter),
        other => panic!("expected an error for {parameter}, got {other:?}"),
    }
}

#[test]
fn bad_input_is_refused() {
    refused(Samples::new(&Matrix::zeros(0, 3)), "X");
    refused(Samples::new(&Matrix::from_vec(vec![0.0, f64::NAN], 2, 1).unwrap()), "X");
    let one = Matrix::zeros(1, 3);
    for method in [Method::Ward, Method::Single, Method::Average, Method::Complete] {
        refused(linkage(&Samples::new(&one).unwrap(), method, &mut |_| {}), "X");
    }
    let many = Matrix::zeros(MOST_CONDENSED + 1, 1);
    refused(linkage(&Samples::new(&many).unwrap(), Method::Average, &mut |_| {}), "n_samples");

    let rows = reals(5, 2, 8);
    let tree = linkage(&Samples::new(&rows).unwrap(), Method::Ward, &mut |_| {}).unwrap();
    for n_clusters in [0, 6] {
        refused(agglomerative_labels(&tree, n_clusters), "n_clusters");
        refused(cut_tree(&tree, n_clusters), "n_clusters");
    }
    refused(fcluster_maxclust(&tree, 0), "max_clusters");
    assert_eq!(fcluster_maxclust(&tree, 99).unwrap(), [1, 2, 3, 4, 5]);
    refused(fcluster_distance(&tree, f64::NAN), "t");
    refused(dendrogram(&tree, Truncation::None, Some(f64::NAN)), "color_threshold");
    refused(tree.members(9), "node");

    refused(Linkage::from_merges(vec![]), "Z");
    let merge = |cluster1, cluster2, height, size| Merge { cluster1, cluster2, height, size };
    for bad in [
        vec![merge(0, 0, 1.0, 2)],
        vec![merge(0, 2, 1.0, 2)],
        vec![merge(0, 1, f64::NAN, 2)],
        vec![merge(0, 1, -1.0, 2)],
        vec![merge(0, 1, 1.0, 3)],
        vec![merge(0, 1, 1.0, 2), merge(0, 2, 1.0, 2)],
        vec![merge(0, 1, 1.0, 2), merge(2, 3, 0.5, 3)],
    ] {
        refused(Linkage::from_merges(bad), "Z");
    }
}

#[test]
fn pairings_cost_what_scipys_do() {
    for Assignment { rows, cols, cost, totals } in reference().assignments {
        let cost = Matrix::from_vec(cost, rows, cols).unwrap();
        for (maximize, total) in [(false, totals[0]), (true, totals[1])] {
            let pairs = linear_sum_assignment(&cost, maximize).unwrap();
            assert_eq!(pairs.len(), rows.min(cols));
            assert_eq!(pairs.iter().map(|&(i, j)| cost.row(i)[j]).sum::<f64>(), total, "{rows} x {cols}");
        }
    }
}
