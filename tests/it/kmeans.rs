//! k-means against scikit-learn's numbers (`tests/python/reference_kmeans.py`),
//! and what it refuses.

use base64::Engine as _;
use digitoscope::error::{Error, Warning};
use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{
    Init, KMeansFit, KMeansOptions, Pixels, Points, Samples, best_restart, distances, kmeans, lloyd, predict, start,
};
use digitoscope::learn::preprocessing::{MinMaxScaler, Scaling, StandardScaler};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Reference {
    digits: String,
    checksums: BTreeMap<String, u64>,
    scalers: Vec<Scalers>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Scalers {
    data: String,
    minmax_scale: Vec<String>,
    minmax_min: Vec<String>,
    standard_mean: Vec<f64>,
    standard_scale: Vec<f64>,
    minmax_row: Vec<String>,
    standard_row: Vec<f64>,
}

#[derive(Deserialize, Debug)]
struct Case {
    data: String,
    scaling: String,
    n_clusters: usize,
    init: String,
    n_init: usize,
    random_state: u32,
    max_iter: u32,
    tol: f64,
    labels: String,
    inertia: f64,
    n_iter: u32,
    center_sums: Vec<f64>,
    center_moments: Vec<f64>,
    #[serde(default)]
    cluster_centers: Vec<f64>,
}

struct Data {
    bytes: Vec<u8>,
    n_samples: usize,
    n_features: usize,
}

fn reference() -> Reference {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/kmeans.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
}

/// The generator of `words` in the script.
struct Words(u32);

impl Words {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % n
    }
}

fn blobs(n_samples: usize, n_features: usize, n_blobs: u32, spread: u32, seed: u32) -> Data {
    let mut words = Words(seed);
    let centers: Vec<Vec<u32>> =
        (0..n_blobs).map(|_| (0..n_features).map(|_| words.below(256 - spread)).collect()).collect();
    let mut bytes = Vec::new();
    for _ in 0..n_samples {
        let (one, other) = (words.below(n_blobs), words.below(n_blobs));
        let center = &centers[one.min(other) as usize];
        for (j, &center) in center.iter().enumerate() {
            bytes.push(if j % 7 == 6 { 7 } else { (center + words.below(spread)) as u8 });
        }
    }
    Data { bytes, n_samples, n_features }
}

fn repeats(n_features: usize, seed: u32) -> Data {
    let mut words = Words(seed);
    let kinds: Vec<Vec<u8>> = (0..5).map(|_| (0..n_features).map(|_| words.below(256) as u8).collect()).collect();
    let order: Vec<usize> = [32, 16, 8, 4, 4].iter().enumerate().flat_map(|(kind, &n)| vec![kind; n]).collect();
    let bytes = (0..64).flat_map(|i| kinds[order[i * 37 % 64]].clone()).collect();
    Data { bytes, n_samples: 64, n_features }
}

fn data(name: &str, reference: &Reference) -> Data {
    let data = match name {
        "digits" => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(&reference.digits).expect("base64");
            Data { n_samples: bytes.len() / 64, n_features: 64, bytes }
        }
        "blobs" => blobs(300, 20, 7, 90, 1),
        "wide" => blobs(700, 33, 12, 200, 2),
        "distinct" => blobs(64, 5, 6, 250, 3),
        "repeats" => repeats(6, 4),
        name => panic!("no data {name}"),
    };
    let sum: u64 = data.bytes.iter().map(|&x| u64::from(x)).sum();
    assert_eq!(sum, reference.checksums[name], "{name} is not the script's");
    data
}

fn init(name: &str, data: &Data) -> Init {
    let row = |i: usize| -> Vec<f64> {
        data.bytes[i * data.n_features..(i + 1) * data.n_features].iter().map(|&x| f64::from(x)).collect()
    };
    let far = |j: usize| vec![1000.0 + 100.0 * j as f64; data.n_features];
    let rows = match name {
        "k-means++" => return Init::KMeansPlusPlus,
        "random" => return Init::Random,
        "first" => (0..5).map(row).collect(),
        "one empty" => vec![row(0), row(1), far(0)],
        "two empty" => vec![far(0), row(0), far(1), row(1)],
        "five empty" => vec![row(0), far(0), far(1), row(1), far(2), far(3), row(2), far(4)],
        "all in one" => vec![row(0).iter().map(|x| x + 0.25).collect(), far(0), far(1), far(2)],
        "same" => vec![row(0); 4],
        name => panic!("no start {name}"),
    };
    Init::Given(Matrix::from_vec(rows.concat(), rows.len(), data.n_features).expect("whole rows"))
}

fn fit<P: Points>(points: &P, case: &Case, data: &Data) -> KMeansFit {
    let options = KMeansOptions { n_clusters: case.n_clusters, max_iter: case.max_iter, tol: case.tol };
    let init = init(&case.init, data);
    let (fit, warnings) = kmeans(points, &init, case.n_init, case.random_state, &options).expect("a valid case");
    let fewer = warnings.iter().any(|warning| matches!(warning, Warning::FewerClusters { .. }));
    assert_eq!(fewer, case.labels.chars().collect::<std::collections::BTreeSet<_>>().len() < case.n_clusters);
    // What jobs do, restart by restart, comes to the same.
    let fits: Vec<KMeansFit> = (0..case.n_init)
        .map(|restart| {
            let start = start(points, &init, case.n_clusters, case.random_state, restart).expect("a valid start");
            lloyd(points, start, &options, &mut |_| ()).expect("a valid case")
        })
        .collect();
    let runs = fits.iter().map(|fit| (fit.inertia, fit.labels.as_slice()));
    assert_eq!(fits[best_restart(runs, case.n_clusters)], fit);
    fit
}

fn matrix(data: &Data) -> Matrix {
    let values = data.bytes.iter().map(|&x| f64::from(x)).collect();
    Matrix::from_vec(values, data.n_samples, data.n_features).expect("whole rows")
}

fn scaling(name: &str) -> Scaling {
    match name {
        "none" => Scaling::None,
        "minmax" => Scaling::MinMax,
        "standard" => Scaling::Standard,
        name => panic!("no scaling {name}"),
    }
}

fn assert_near(found: impl IntoIterator<Item = f64>, expected: &[f64], tolerance: f64, what: &str) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        let bound = tolerance * expected.abs().max(1.0);
        assert!((found - expected).abs() <= bound, "{what}: {found} instead of {expected}");
    }
}

fn compare(fit: &KMeansFit, case: &Case) {
    let alphabet: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').chain(['-', '_']).collect();
    let labels: String = fit.labels.iter().map(|&label| alphabet[label as usize]).collect();
    assert_eq!(labels, case.labels, "labels of {case:?}");
    assert_eq!(fit.n_iter, case.n_iter, "n_iter of {case:?}");
    let name = format!("{} {} {} k={}", case.data, case.scaling, case.init, case.n_clusters);
    assert!((fit.inertia - case.inertia).abs() <= 1e-9 * case.inertia, "{name}: {} {}", fit.inertia, case.inertia);
    let moment = |row: &[f64]| row.iter().enumerate().map(|(j, c)| (j + 1) as f64 * c).sum();
    assert_near(fit.cluster_centers.rows().map(|row| row.iter().sum()), &case.center_sums, 1e-9, &name);
    assert_near(fit.cluster_centers.rows().map(moment), &case.center_moments, 1e-9, &name);
    if !case.cluster_centers.is_empty() {
        assert_near(fit.cluster_centers.as_slice().iter().copied(), &case.cluster_centers, 1e-9, &name);
    }
}

#[test]
fn fits_are_those_of_scikit_learn() {
    let reference = reference();
    assert!(reference.cases.len() > 100);
    for case in &reference.cases {
        let data = data(&case.data, &reference);
        let found = if case.scaling == "doubles" {
            let values = data.bytes.iter().map(|&x| f64::from(x) / 7.0 - 3.25).collect();
            let rows = Matrix::from_vec(values, data.n_samples, data.n_features).expect("whole rows");
            fit(&Samples::new(&rows).expect("finite"), case, &data)
        } else {
            let shape = (data.n_samples, data.n_features);
            fit(&Pixels::new(&data.bytes, shape.0, shape.1, scaling(&case.scaling)).expect("valid"), case, &data)
        };
        compare(&found, case);
    }
}

/// The values behind scaled pixels are the scaler's, and a fit of those as
/// doubles finds the same.
#[test]
fn scaled_pixels_are_what_they_stand_for() {
    let reference = reference();
    for case in reference.cases.iter().filter(|case| ["minmax", "standard"].contains(&case.scaling.as_str())) {
        let data = data(&case.data, &reference);
        let pixels = Pixels::new(&data.bytes, data.n_samples, data.n_features, scaling(&case.scaling)).expect("valid");
        let (raw, values) = (matrix(&data), pixels.to_matrix());
        if case.scaling == "minmax" {
            assert_eq!(values, MinMaxScaler::fit(&raw).expect("finite").transform(&raw).expect("the same columns"));
        } else {
            let expected = StandardScaler::fit(&raw).expect("finite").transform(&raw).expect("the same columns");
            assert_near(values.as_slice().iter().copied(), expected.as_slice(), 1e-12, "standard");
        }
        compare(&fit(&Samples::new(&values).expect("finite"), case, &data), case);
    }
}

#[test]
fn scalers_are_those_of_scikit_learn() {
    let reference = reference();
    for expected in &reference.scalers {
        let raw = matrix(&data(&expected.data, &reference));
        let minmax = MinMaxScaler::fit(&raw).expect("finite");
        let bits = |values: &[f64]| values.iter().map(|x| format!("{:016x}", x.to_bits())).collect::<Vec<_>>();
        assert_eq!(bits(&minmax.scale), expected.minmax_scale);
        assert_eq!(bits(&minmax.min), expected.minmax_min);
        assert_eq!(bits(minmax.transform(&raw).expect("the same columns").row(3)), expected.minmax_row);
        let standard = StandardScaler::fit(&raw).expect("finite");
        assert_near(standard.mean.iter().copied(), &expected.standard_mean, 1e-13, "mean");
        assert_near(standard.scale.iter().copied(), &expected.standard_scale, 1e-13, "scale");
        let row = standard.transform(&raw).expect("the same columns");
        assert_near(row.row(3).iter().copied(), &expected.standard_row, 1e-12, "row");
    }
}

#[test]
fn predictions_and_distances_follow_the_fit() {
    let reference = reference();
    let data = data("digits", &reference);
    let pixels = Pixels::new(&data.bytes, data.n_samples, data.n_features, Scaling::Standard).expect("valid");
    let options = KMeansOptions { n_clusters: 7, max_iter: 300, tol: 1e-4 };
    let (fit, warnings) = kmeans(&pixels, &Init::KMeansPlusPlus, 2, 0, &options).expect("valid");
    assert_eq!(warnings, []);
    assert_eq!(predict(&pixels, &fit.cluster_centers).expect("valid"), fit.labels);
    let distances = distances(&pixels, &fit.cluster_centers, &fit.labels).expect("valid");
    let values = pixels.to_matrix();
    for (i, distance) in distances.iter().enumerate() {
        let center = fit.cluster_centers.row(fit.labels[i] as usize);
        let naive: f64 = values.row(i).iter().zip(center).map(|(x, c)| (x - c).powi(2)).sum();
        assert!((distance - naive.sqrt()).abs() <= 1e-12 * distance.max(1.0));
    }
}

#[test]
fn a_run_that_is_cut_off_says_so() {
    let reference = reference();
    let data = data("digits", &reference);
    let pixels = Pixels::new(&data.bytes, data.n_samples, data.n_features, Scaling::None).expect("valid");
    let options = KMeansOptions { n_clusters: 10, max_iter: 2, tol: 0.0 };
    let (fit, warnings) = kmeans(&pixels, &Init::KMeansPlusPlus, 1, 0, &options).expect("valid");
    assert!(!fit.converged);
    assert!(matches!(warnings[..], [Warning::NotConverged { max_iter: 2, .. }]), "{warnings:?}");
}

#[test]
fn bad_input_is_refused_by_name() {
    let bytes = [1u8, 2, 3, 4, 5, 6];
    let pixels = Pixels::new(&bytes, 3, 2, Scaling::None).expect("valid");
    let good = KMeansOptions { n_clusters: 2, max_iter: 10, tol: 1e-4 };
    let named = |result: Result<(), Error>, expected: &str| match result {
        Err(Error::InvalidParameter { name, must_be, got }) => {
            assert_eq!(name, expected, "must be {must_be}, got {got}");
        }
        other => panic!("{expected}: {other:?}"),
    };
    let run =
        |init: Init, n_init: usize, options: KMeansOptions| kmeans(&pixels, &init, n_init, 0, &options).map(|_| ());
    named(run(Init::Random, 1, KMeansOptions { n_clusters: 0, ..good }), "n_clusters");
    named(run(Init::KMeansPlusPlus, 1, KMeansOptions { n_clusters: 4, ..good }), "n_clusters");
    named(run(Init::KMeansPlusPlus, 0, good), "n_init");
    named(run(Init::Random, 1, KMeansOptions { max_iter: 0, ..good }), "max_iter");
    for tol in [-1.0, f64::NAN, f64::INFINITY] {
        named(run(Init::Random, 1, KMeansOptions { tol, ..good }), "tol");
    }
    named(run(Init::Given(Matrix::zeros(3, 2)), 1, good), "init");
    named(run(Init::Given(Matrix::zeros(2, 3)), 1, good), "init");
    for value in [f64::NAN, f64::NEG_INFINITY, 1e200] {
        let centers = Matrix::from_vec(vec![0.0, 1.0, value, 1.0], 2, 2).expect("whole rows");
        named(run(Init::Given(centers), 1, good), "init");
    }
    named(predict(&pixels, &Matrix::zeros(1, 3)).map(|_| ()), "init");
    named(distances(&pixels, &Matrix::zeros(1, 2), &[0, 0]).map(|_| ()), "labels");
    named(distances(&pixels, &Matrix::zeros(1, 2), &[0, 0, 1]).map(|_| ()), "labels");
    named(Pixels::new(&bytes, 0, 2, Scaling::None).map(|_| ()), "n_samples");
    named(Pixels::new(&bytes, 6, 0, Scaling::None).map(|_| ()), "n_features");
    named(Pixels::new(&bytes, 2, 2, Scaling::MinMax).map(|_| ()), "images");
    for value in [f64::NAN, f64::INFINITY, 1e200] {
        let rows = Matrix::from_vec(vec![0.0, value], 2, 1).expect("whole rows");
        named(Samples::new(&rows).map(|_| ()), "X");
    }
    named(Samples::new(&Matrix::zeros(0, 2)).map(|_| ()), "X");
}
