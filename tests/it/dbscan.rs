//! DBSCAN against scikit-learn's numbers (`tests/python/reference_dbscan.py`), what
//! notebook 002 printed, and what is refused.

use base64::Engine as _;
use digitoscope::data::Dataset;
use digitoscope::error::Error;
use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{Finished, Neighborhoods, Pixels, Points, Samples, dbscan, dbscan_grid, k_distances};
use digitoscope::learn::preprocessing::Scaling;
use digitoscope::learn::resample::resample_indices;
use digitoscope::random::RandomState;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Reference {
    digits: String,
    checksums: BTreeMap<String, f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    data: String,
    eps: Vec<f64>,
    min_samples: Vec<usize>,
    found: Vec<Found>,
    curves: Vec<(usize, Vec<f64>)>,
}

#[derive(Deserialize)]
struct Found {
    labels: Vec<i32>,
    core: String,
}

fn reference() -> Reference {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/dbscan.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
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
    let points = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j)));
    let points = points.filter(|(i, j)| !((i * cols + j) % 5).is_multiple_of(4));
    let values: Vec<f64> = points.flat_map(|(i, j)| [f64::from(i) * step, f64::from(j) * step]).collect();
    let n = values.len() / 2;
    Matrix::from_vec(values, n, 2).unwrap()
}

fn repeats() -> Matrix {
    let mut words = Words(4);
    let kinds: Vec<Vec<f64>> = (0..5).map(|_| (0..6).map(|_| f64::from(words.next() % 9)).collect()).collect();
    let values = (0..48).flat_map(|i| kinds[i * i % 7 % 5].clone()).collect();
    Matrix::from_vec(values, 48, 6).unwrap()
}

fn digits(reference: &Reference, scaling: Scaling) -> Pixels {
    let bytes = base64::engine::general_purpose::STANDARD.decode(&reference.digits).unwrap();
    Pixels::new(&bytes, bytes.len() / 64, 64, scaling).unwrap()
}

fn synthetic(reference: &Reference, name: &str) -> Matrix {
    let rows = match name {
        "reals" => reals(300, 3, 1),
        "line" => reals(120, 1, 2),
        "lattice" => lattice(12, 15, 1.0),
        "tenths" => lattice(9, 11, 0.1),
        "repeats" => repeats(),
        "one" => reals(1, 3, 3),
        "two" => reals(2, 3, 5),
        "three" => reals(3, 20, 6),
        other => panic!("no data named {other}"),
    };
    let sum: f64 = rows.as_slice().iter().sum();
    assert!((sum - reference.checksums[name]).abs() < 1e-12 * sum, "the data {name} are those of the script");
    rows
}

fn check<P: Points>(case: &Case, points: &P) {
    let Case { data, eps, min_samples, found, curves } = case;
    let mut rows = 0;
    let all = dbscan_grid(points, eps, min_samples, &mut |done| rows = done).unwrap();
    // What is told of the cores on the way only grows, and ends as what is found.
    let mut told = vec![vec![0; eps.len()]; min_samples.len()];
    let mut look = |finished: &Finished| {
        for (told, &min_samples) in told.iter_mut().zip(min_samples) {
            let now = finished.cores(min_samples);
            assert!(told.iter().zip(&now).all(|(before, now)| before <= now), "{} rows", finished.n_rows);
            *told = now;
        }
    };
    Neighborhoods::watched(points, eps, &mut look).unwrap();
    for (i, cell) in all.iter().enumerate() {
        let (eps, min_samples) = (i / min_samples.len(), i % min_samples.len());
        assert_eq!(cell.core_sample_indices.len() as u32, told[min_samples][eps]);
    }
    assert_eq!(rows, points.n_samples());
    assert_eq!(all.len(), found.len());
    let settings = eps.iter().flat_map(|eps| min_samples.iter().map(move |least| (*eps, *least)));
    for ((fit, found), (eps, min_samples)) in all.iter().zip(found).zip(settings) {
        let what = format!("{data} eps {eps} min_samples {min_samples}");
        let core: Vec<u32> = (0u32..).zip(found.core.bytes()).filter(|(_, c)| *c == b'1').map(|(i, _)| i).collect();
        assert_eq!(fit.core_sample_indices, core, "{what}");
        assert_eq!(fit.labels, found.labels, "{what}");
        assert_eq!(fit.n_clusters as i32, found.labels.iter().max().unwrap() + 1, "{what}");
        assert_eq!(fit.sizes().iter().sum::<u32>() as usize + fit.n_noise(), fit.labels.len(), "{what}");
    }
    assert_eq!(dbscan(points, eps[0], min_samples[0]).unwrap(), all[0]);
    for (k, curve) in curves {
        let ours = k_distances(points, *k, &mut |_| {}).unwrap();
        assert_eq!(ours.len(), curve.len());
        for (ours, theirs) in ours.iter().zip(curve) {
            assert!((ours - theirs).abs() <= 2e-14 * theirs, "{data} k {k}: {ours} {theirs}");
        }
    }
}

#[test]
fn labels_and_core_samples_equal_scikit_learns() {
    let reference = reference();
    assert_eq!(reference.cases.len(), 11);
    for case in &reference.cases {
        let scaling = match case.data.as_str() {
            "digits" => Scaling::None,
            "digits_minmax" => Scaling::MinMax,
            "digits_standard" => Scaling::Standard,
            name => {
                let rows = synthetic(&reference, name);
                check(case, &Samples::new(&rows).unwrap());
                continue;
            }
        };
        let pixels = digits(&reference, scaling);
        check(case, &pixels);
        let rows = pixels.to_matrix();
        check(case, &Samples::new(&rows).unwrap());
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>, parameter: &str) {
    match result {
        Err(Error::InvalidParameter { name, .. }) => assert_eq!(name, parameter),
        other => panic!("expected an error for {parameter}, got {other:?}"),
    }
}

#[test]
fn bad_input_is_refused() {
    let rows = reals(5, 2, 8);
    let points = Samples::new(&rows).unwrap();
    for eps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(dbscan(&points, eps, 2), "eps");
    }
    refused(dbscan(&points, 1.0, 0), "min_samples");
    refused(dbscan_grid(&points, &[], &[2], &mut |_| {}), "eps");
    refused(dbscan_grid(&points, &[1.0], &[], &mut |_| {}), "min_samples");
    let many: Vec<f64> = (1..=256).map(f64::from).collect();
    refused(Neighborhoods::new(&points, &many, &mut |_| {}), "eps");
    refused(k_distances(&points, 0, &mut |_| {}), "k");
    refused(k_distances(&points, 6, &mut |_| {}), "k");
    let search = Neighborhoods::new(&points, &many[..255], &mut |_| {}).unwrap();
    assert_eq!(search.dbscan(&points, &[6]).unwrap()[0].labels, [-1; 5]);
    let others = reals(4, 2, 8);
    refused(search.dbscan(&Samples::new(&others).unwrap(), &[2]), "X");
    refused(Samples::new(&Matrix::from_vec(vec![0.0, f64::NAN], 2, 1).unwrap()), "X");
    refused(Pixels::new(&[], 0, 4, Scaling::None), "n_samples");
}

/// MNIST's files, if there.
fn mnist(part: &str) -> Option<Dataset> {
    let folder = std::env::var_os("DIGITOSCOPE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped, no data");
        return None;
    }
    let read = |name: &str| std::fs::read(folder.join("mnist").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let (images, labels) = (format!("{part}-images-idx3-ubyte.gz"), format!("{part}-labels-idx1-ubyte.gz"));
    Some(Dataset::from_idx(&images, &read(&images), &labels, &read(&labels)).unwrap())
}

/// The grid of notebook 002 on a sample of 1,000 images: the rows that it printed.
#[test]
fn the_notebooks_sixteen_rows() {
    let (Some(train), Some(test)) = (mnist("train"), mnist("t10k")) else { return };
    let original = train.sorted_by_label().concatenate(&test.sorted_by_label()).unwrap();
    let mut random_state = RandomState::new(69);
    let sample = resample_indices(original.n, 1000, true, None, &mut random_state).unwrap();
    let sample = original.select(&sample.iter().map(|&i| i as usize).collect::<Vec<_>>()).unwrap();
    let points = Pixels::new(&sample.images, sample.n, sample.n_features(), Scaling::MinMax).unwrap();
    let (eps, min_samples): (Vec<f64>, Vec<usize>) = ((1..10).map(f64::from).collect(), (2..10).collect());
    let all = dbscan_grid(&points, &eps, &min_samples, &mut |_| {}).unwrap();
    let settings = eps.iter().flat_map(|eps| min_samples.iter().map(move |least| (eps, least)));
    let mut rows = Vec::new();
    for (fit, (eps, min_samples)) in all.iter().zip(settings) {
        let good = 1.0 - fit.n_noise() as f64 / sample.n as f64;
        if good > 0.9 {
            rows.push(format!(
                "{:.2}% good clusters with eps={eps}, min_samples={min_samples}, cluster_count: {}",
                good * 100.0,
                fit.n_clusters
            ));
        }
    }
    let shares = ["97.70", "97.70", "97.50", "97.40", "97.40", "97.30", "96.90", "96.80"];
    let at_8 = shares.iter().zip(2..).map(|(share, least)| (8, *share, least));
    let at_9 = (2..10).map(|least| (9, "99.90", least));
    let printed: Vec<String> = at_8
        .chain(at_9)
        .map(|(eps, share, least)| {
            format!("{share}% good clusters with eps={eps}, min_samples={least}, cluster_count: 1")
        })
        .collect();
    assert_eq!(rows, printed);
}
