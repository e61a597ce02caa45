//! Principal components against scikit-learn's numbers
//! (`tests/python/reference_pca.py`), what must hold of any, what notebook 002
//! printed, and what is refused.

use base64::Engine as _;
use digitoscope::data::Dataset;
use digitoscope::error::Error;
use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{Samples, dbscan_grid};
use digitoscope::learn::decomposition::{Data, NComponents, Pca, PcaOptions, SvdSolver};
use digitoscope::learn::linalg::dot;
use digitoscope::learn::resample::resample_indices;
use digitoscope::random::RandomState;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Reference {
    digits: String,
    checksums: BTreeMap<String, u64>,
    cases: Vec<Case>,
}

#[derive(Deserialize, Debug)]
struct Case {
    data: String,
    svd_solver: String,
    n_components: Option<f64>,
    whiten: bool,
    #[serde(default)]
    random_state: u32,
    iterated_power: Option<usize>,
    n_oversamples: Option<usize>,
    k: usize,
    solver: String,
    kept: Vec<usize>,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    singular_values: Vec<f64>,
    noise_variance: f64,
    mean: Vec<f64>,
    moments: Vec<f64>,
    first: Vec<f64>,
    scores: Vec<f64>,
    transformed: Vec<f64>,
    inverse: Vec<f64>,
}

struct Bytes {
    values: Vec<u8>,
    n: usize,
    m: usize,
}

impl Bytes {
    fn data(&self) -> Data<'_> {
        Data::bytes(&self.values, self.n, self.m).expect("whole rows")
    }

    fn doubles(&self) -> Matrix {
        let values = self.values.iter().map(|&x| f64::from(x)).collect();
        Matrix::from_vec(values, self.n, self.m).expect("whole rows")
    }
}

fn reference() -> Reference {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/pca.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
}

/// The script's `factors`.
fn factors(n: usize, m: usize, rank: usize, mut seed: u32) -> Bytes {
    let mut draw = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let patterns: Vec<Vec<u32>> = (0..rank).map(|_| (0..m).map(|_| draw(61)).collect()).collect();
    let mut values = Vec::with_capacity(n * m);
    for _ in 0..n {
        let weights: Vec<u32> = (0..rank).map(|r| draw(64 >> r)).collect();
        for j in 0..m {
            let sum: u32 = weights.iter().zip(&patterns).map(|(w, pattern)| w * pattern[j]).sum();
            values.push((sum / 64 + draw(9)) as u8);
        }
    }
    Bytes { values, n, m }
}

fn data(reference: &Reference) -> BTreeMap<&str, Bytes> {
    let digits = base64::engine::general_purpose::STANDARD.decode(&reference.digits).expect("base64");
    let rows = |from: usize, to: usize| Bytes { values: digits[from * 64..to * 64].to_vec(), n: to - from, m: 64 };
    let all = BTreeMap::from([
        ("digits", rows(0, 300)),
        ("digits_wide", rows(300, 340)),
        ("tall", factors(600, 12, 3, 1)),
        ("wide", factors(30, 90, 4, 2)),
        ("big", factors(620, 70, 5, 3)),
        ("square", factors(40, 40, 3, 4)),
    ]);
    for (name, data) in &all {
        let sum: u64 = data.values.iter().map(|&x| u64::from(x)).sum();
        assert_eq!(sum, reference.checksums[*name], "{name} is not the script's");
    }
    all
}

fn solver(name: &str) -> SvdSolver {
    match name {
        "full" => SvdSolver::Full,
        "covariance_eigh" => SvdSolver::CovarianceEigh,
        "randomized" => SvdSolver::Randomized,
        "auto" => SvdSolver::Auto,
        name => panic!("no solver {name}"),
    }
}

fn options(case: &Case) -> PcaOptions {
    PcaOptions {
        n_components: match case.n_components {
            None => NComponents::All,
            Some(share) if share.fract() > 0.0 => NComponents::Share(share),
            Some(count) => NComponents::Count(count as usize),
        },
        whiten: case.whiten,
        svd_solver: solver(&case.svd_solver),
        iterated_power: case.iterated_power,
        n_oversamples: case.n_oversamples.unwrap_or(10),
        random_state: case.random_state,
    }
}

/// Within 1e-8 of the greatest of the expected numbers.
fn assert_near(found: &[f64], expected: &[f64], what: &str, case: &Case) {
    assert_eq!(found.len(), expected.len(), "{what} of {case:?}");
    let size = expected.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-8 * size, "{what}: {found} is not {expected} of {case:?}");
    }
}

fn compare(pca: &Pca, scores: &Matrix, x: &Matrix, case: &Case) {
    assert_eq!((pca.n_components(), pca.svd_solver), (case.k, solver(&case.solver)), "{case:?}");
    let pick = |values: &[f64]| case.kept.iter().map(|&c| values[c]).collect::<Vec<_>>();
    let relative = |found: &[f64], expected: &[f64], what: &str| {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-9 * expected, "{what}: {found} is not {expected} of {case:?}");
        }
    };
    relative(&pick(&pca.explained_variance), &case.explained_variance, "explained_variance");
    relative(&pick(&pca.explained_variance_ratio), &case.explained_variance_ratio, "ratio");
    relative(&pick(&pca.singular_values), &case.singular_values, "singular_values");
    // Rounding of all variance, kept and left out.
    let total = pca.explained_variance.iter().sum::<f64>() + case.noise_variance;
    assert!((pca.noise_variance - case.noise_variance).abs() <= 1e-10 * total, "noise of {case:?}");
    assert_near(&pca.mean[..5], &case.mean, "mean", case);
    let moment = |&c: &usize| pca.component(c).iter().enumerate().map(|(j, x)| (j + 1) as f64 * x).sum();
    let moments: Vec<f64> = case.kept.iter().map(moment).collect();
    assert_near(&moments, &case.moments, "moments", case);
    if case.k > 0 {
        assert_near(&pca.component(0)[..case.first.len()], &case.first, "first component", case);
    }
    let rows = [pick(scores.row(0)), pick(scores.row(x.n_rows() - 1))].concat();
    assert_near(&rows, &case.scores, "scores", case);
    let n = x.n_rows();
    let new = [n - 1, n - 2].iter().flat_map(|&i| x.row(i).iter().map(|x| x / 2.0 + 0.5)).collect();
    let new = pca.transform(&Matrix::from_vec(new, 2, x.n_cols()).expect("whole rows")).expect("as fitted");
    assert_near(&[pick(new.row(0)), pick(new.row(1))].concat(), &case.transformed, "transformed", case);
    if case.k > 0 {
        let rank = case.kept.last().map_or(0, |last| last + 1);
        let trial = (0..case.k).map(|c| if c < rank { (1 + c % 3) as f64 } else { 0.0 }).collect();
        let trial = Matrix::from_vec(trial, 1, case.k).expect("one row");
        let inverse = pca.inverse_transform(&trial).expect("as fitted");
        assert_near(&inverse.row(0)[..5], &case.inverse, "inverse", case);
    }
}

#[test]
fn fits_are_those_of_scikit_learn() {
    let reference = reference();
    let data = data(&reference);
    assert!(reference.cases.len() > 150);
    for case in &reference.cases {
        let bytes = &data[case.data.as_str()];
        let x = bytes.doubles();
        for input in [bytes.data(), Data::from(&x)] {
            let (pca, scores) = Pca::fit_transform(input, &options(case)).expect("valid");
            assert_eq!(Pca::fit(input, &options(case)).expect("valid"), pca);
            compare(&pca, &scores, &x, case);
        }
    }
}

fn random_matrix(n: usize, m: usize, seed: u32) -> Matrix {
    let mut random_state = RandomState::new(seed);
    let values = (0..n * m).map(|i| random_state.standard_normal() * (1 + i % m) as f64 + (i % 3) as f64).collect();
    Matrix::from_vec(values, n, m).expect("whole rows")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_must_hold_of_any(
        (n, m) in (2usize..24, 1usize..24),
        seed in any::<u32>(),
        which in 0usize..3,
        whiten in any::<bool>(),
    ) {
        let svd_solver = [SvdSolver::Full, SvdSolver::CovarianceEigh, SvdSolver::Randomized][which];
        let x = random_matrix(n, m, seed);
        let (pca, scores) = Pca::fit_transform(&x, &PcaOptions { whiten, svd_solver, ..Default::default() }).unwrap();
        let k = n.min(m);
        prop_assert_eq!(pca.n_components(), k);
        for i in 0..k {
            for j in 0..k {
                let expected = f64::from(u8::from(i == j));
                prop_assert!((dot(pca.component(i), pca.component(j)) - expected).abs() < 1e-12);
            }
        }
        let total: f64 = (0..m).map(|j| {
            let mean: f64 = x.rows().map(|row| row[j]).sum::<f64>() / n as f64;
            x.rows().map(|row| (row[j] - mean).powi(2)).sum::<f64>() / (n - 1) as f64
        }).sum();
        prop_assert!((pca.explained_variance.iter().sum::<f64>() - total).abs() <= 1e-12 * total);
        prop_assert!((pca.explained_variance_ratio.iter().sum::<f64>() - 1.0).abs() <= 1e-12);
        prop_assert!(pca.explained_variance.is_sorted_by(|a, b| a >= b));
        prop_assert_eq!(pca.noise_variance, 0.0);
        // All components of the data: nothing is lost on the way there and back.
        let transformed = pca.transform(&x).unwrap();
        for scores in [&scores, &transformed] {
            let back = pca.inverse_transform(scores).unwrap();
            for (back, x) in back.as_slice().iter().zip(x.as_slice()) {
                prop_assert!((back - x).abs() <= 1e-9, "{} {}", back, x);
            }
        }
        // Scores are uncorrelated, of the variance that is said.
        let rank = m.min(n - 1);
        for a in 0..rank {
            for b in 0..rank {
                let along = scores.rows().map(|row| row[a] * row[b]).sum::<f64>() / (n - 1) as f64;
                let (size, expected) = if whiten { (1.0, 1.0) } else { (total, pca.explained_variance[a]) };
                let expected = if a == b { expected } else { 0.0 };
                prop_assert!((along - expected).abs() <= 1e-7 * size, "({}, {}): {}", a, b, along);
            }
        }
    }
}

/// Through the scatter or through the data: the same singular vectors.
#[test]
fn bytes_and_doubles_find_the_same() {
    let bytes = factors(400, 60, 6, 9);
    for (count, power) in [(2, None), (6, Some(0)), (12, None), (30, Some(3))] {
        let options = PcaOptions {
            n_components: NComponents::Count(count),
            svd_solver: SvdSolver::Randomized,
            iterated_power: power,
            ..Default::default()
        };
        let (one, scores) = Pca::fit_transform(bytes.data(), &options).unwrap();
        let (other, others) = Pca::fit_transform(&bytes.doubles(), &options).unwrap();
        for (a, b) in one.components().as_slice().iter().zip(other.components().as_slice()) {
            assert!((a - b).abs() < 1e-9, "{count} components: {a} {b}");
        }
        for (a, b) in scores.as_slice().iter().zip(others.as_slice()) {
            assert!((a - b).abs() < 1e-7, "{count} components: {a} {b}");
        }
    }
}

/// Where the scatter would blur the last components, the data itself is asked.
#[test]
fn more_components_than_the_data_has_directions() {
    let (few, patterns) = (random_matrix(50, 3, 4), random_matrix(3, 20, 5));
    let values = few.rows().flat_map(|row| (0..20).map(|j| (0..3).map(|r| row[r] * patterns.row(r)[j]).sum()));
    let x = Matrix::from_vec(values.collect(), 50, 20).unwrap();
    for svd_solver in [SvdSolver::Randomized, SvdSolver::Full] {
        let n_components = NComponents::Count(5);
        let options = PcaOptions { n_components, whiten: true, svd_solver, ..Default::default() };
        let (pca, scores) = Pca::fit_transform(&x, &options).unwrap();
        for i in 0..5 {
            assert_eq!(pca.singular_values[i] < 1e-12 * pca.singular_values[0], i >= 3);
            for j in 0..5 {
                let expected = f64::from(u8::from(i == j));
                assert!((dot(pca.component(i), pca.component(j)) - expected).abs() < 1e-12);
                let along: f64 = scores.rows().map(|row| row[i] * row[j]).sum();
                let expected = if i == j && i < 3 { 49.0 } else { 0.0 };
                assert!((along - expected).abs() < 1e-10, "{svd_solver:?} ({i}, {j}): {along}");
            }
        }
        assert_eq!(pca.transform(&x).unwrap().row(0)[3..], [0.0, 0.0]);
    }
}

#[test]
fn flat_directions_score_zero_when_whitened() {
    for svd_solver in [SvdSolver::Full, SvdSolver::CovarianceEigh, SvdSolver::Randomized] {
        for whiten in [false, true] {
            let options = PcaOptions { whiten, svd_solver, ..Default::default() };
            let constant = Matrix::from_vec(vec![2.5; 18], 6, 3).unwrap();
            let (pca, scores) = Pca::fit_transform(&constant, &options).unwrap();
            assert_eq!(pca.explained_variance, [0.0; 3]);
            assert!(pca.explained_variance_ratio.iter().all(|ratio| ratio.is_nan()));
            assert_eq!(scores, Matrix::zeros(6, 3));
            assert_eq!(pca.transform(&constant).unwrap(), scores);
            assert_eq!(pca.inverse_transform(&scores).unwrap(), constant);
            // One direction only: its scores are scikit-learn's, the others vanish.
            let line = (0..6).flat_map(|i| [1.0, 2.0, 3.0].map(|x| x * f64::from(i))).collect();
            let (pca, scores) = Pca::fit_transform(&Matrix::from_vec(line, 6, 3).unwrap(), &options).unwrap();
            assert!((pca.explained_variance[0] - 49.0).abs() < 1e-12);
            let first = if whiten { -1.336_306_209_562_122 } else { -9.354_143_466_934_854 };
            assert!((scores.row(0)[0] - first).abs() < 1e-12, "{}", scores.row(0)[0]);
            for row in scores.rows() {
                assert!(row[1].abs() < 1e-12 && row[2].abs() < 1e-12, "{row:?}");
            }
        }
    }
}

#[test]
fn bad_input_is_refused_by_name() {
    let named = |result: Result<Pca, Error>, expected: &str| match result {
        Err(Error::InvalidParameter { name, must_be, got }) => {
            assert_eq!(name, expected, "must be {must_be}, got {got}");
        }
        other => panic!("{expected}: {other:?}"),
    };
    let x = random_matrix(6, 4, 1);
    let count = |count: usize, svd_solver| PcaOptions {
        n_components: NComponents::Count(count),
        svd_solver,
        ..Default::default()
    };
    for solver in [SvdSolver::Full, SvdSolver::CovarianceEigh, SvdSolver::Randomized, SvdSolver::Auto] {
        named(Pca::fit(&x, &count(5, solver)), "n_components");
        named(Pca::fit(&random_matrix(3, 8, 1), &count(4, solver)), "n_components");
        for bad in [f64::NAN, f64::INFINITY, 1e200] {
            let mut values = x.clone().into_vec();
            values[7] = bad;
            named(Pca::fit(&Matrix::from_vec(values, 6, 4).unwrap(), &count(2, solver)), "X");
        }
        named(Pca::fit(&Matrix::zeros(1, 3), &count(1, solver)), "X");
        named(Pca::fit(&Matrix::zeros(0, 3), &count(1, solver)), "X");
        named(Pca::fit(&Matrix::zeros(3, 0), &count(1, solver)), "X");
    }
    named(Pca::fit(&x, &count(0, SvdSolver::Randomized)), "n_components");
    assert_eq!(Pca::fit(&x, &count(0, SvdSolver::Full)).unwrap().transform(&x).unwrap().n_cols(), 0);
    for share in [0.0, 1.0, -0.5, f64::NAN] {
        let n_components = NComponents::Share(share);
        named(Pca::fit(&x, &PcaOptions { n_components, ..Default::default() }), "n_components");
    }
    let randomized = PcaOptions { svd_solver: SvdSolver::Randomized, ..Default::default() };
    named(Pca::fit(&x, &PcaOptions { n_components: NComponents::Share(0.5), ..randomized.clone() }), "n_components");
    named(Pca::fit(&x, &PcaOptions { n_oversamples: 0, ..randomized }), "n_oversamples");
    assert!(Data::bytes(&[1, 2, 3], 2, 2).is_err() && Data::bytes(&[], 0, 0).is_err());
    let pca = Pca::fit(&x, &count(2, SvdSolver::Full)).unwrap();
    assert!(pca.transform(&Matrix::zeros(2, 3)).is_err());
    assert!(pca.inverse_transform(&Matrix::zeros(2, 3)).is_err());
    assert!(pca.transform(&Matrix::from_vec(vec![f64::NAN; 4], 1, 4).unwrap()).is_err());
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

/// What notebook 002 printed for `eps` 1, 3, …, 13: noise, then the sizes of the
/// clusters; sizes that repeat are written as `size*times`.
const PRINTED: [(f64, &str); 7] = [
    (1.0, "9910 3*30"),
    (
        3.0,
        "9637 13 14 3 9 13 10 3 33 4 3*2 31 8 3*4 4 20 3*4 12 4 3 8 9 3*2 5 3*7 6 3*2 5 3*2 4 3 4 3 4 3*7 \
         5 3*11",
    ),
    (5.0, "8841 1000 3*6 4 3*6 4 3*5 4 3*7 10 3*11 5 3*9"),
    (
        7.0,
        "7477 2110 12 18 3*3 4 3*4 10 7 3*2 4 3*3 8 3 4 3 4 3*4 5 4 5 4 3*2 6 3*5 4 3 18 3 6 4*2 5*2 3*9 \
         4 3*2 6 3*6 8 4 3*2 5 3*5 6*2 3*4 4 6 3*5 4 5 3*2 5 3 5 3*5",
    ),
    (
        9.0,
        "3737 5943 7 4 3*3 4 3 6 3*2 6 4 5*2 8 4 6 7 3 4 3*6 5 3 4 3*3 4*2 3*2 9 3 4*3 3*3 4 3*4 4*2 3 4 \
         3 4 3*2 5 3*7 4 3*3 4 3*9 4*2 3*7",
    ),
    (11.0, "768 9184 3*4 4 3*7 4 3 4"),
    (13.0, "42 9958"),
];

/// The sweep over `eps` of notebook 002 on 100 whitened components of 10,000
/// images: every size that it printed.
///
/// At `eps = 9` two images are noise that the notebook has in the largest cluster,
/// as scikit-learn 1.9.1 finds, too, on these files: in them the grey level 1 of
/// most training images reads 0, and the nearest pair that would join the two lies
/// less than 0.0005 beyond 9.
#[test]
fn the_notebooks_sweep() {
    let (Some(train), Some(test)) = (mnist("train"), mnist("t10k")) else { return };
    let original = train.sorted_by_label().concatenate(&test.sorted_by_label()).unwrap();
    let rows = resample_indices(original.n, 10_000, true, None, &mut RandomState::new(69)).unwrap();
    let sample = original.select(&rows.iter().map(|&i| i as usize).collect::<Vec<_>>()).unwrap();
    let options = PcaOptions {
        n_components: NComponents::Count(100),
        whiten: true,
        svd_solver: SvdSolver::Randomized,
        random_state: 69,
        ..Default::default()
    };
    let data = Data::bytes(&sample.images, sample.n, sample.n_features()).unwrap();
    let (_, scores) = Pca::fit_transform(data, &options).unwrap();
    let mut eps: Vec<f64> = PRINTED.iter().map(|(eps, _)| *eps).collect();
    eps.extend([9.0005, 15.0]);
    let fits = dbscan_grid(&Samples::new(&scores).unwrap(), &eps, &[3], &mut |_| {}).unwrap();
    let sizes = |i: usize| -> Vec<u32> { [vec![fits[i].n_noise() as u32], fits[i].sizes()].concat() };
    for (i, (eps, printed)) in PRINTED.iter().enumerate() {
        let printed: Vec<u32> = printed.split_whitespace().flat_map(repeated).collect();
        if *eps == 9.0 {
            assert_eq!((&sizes(i)[..2], &printed[..2]), (&[3739, 5941][..], &[3737, 5943][..]));
            assert_eq!(sizes(i)[2..], printed[2..], "eps = 9, clusters but the largest");
            assert_eq!(sizes(7), printed, "eps = 9.0005");
        } else {
            assert_eq!(sizes(i), printed, "eps = {eps}");
        }
    }
    // A single cluster at eps = 15, and no noise.
    assert_eq!(sizes(8), [0, 10_000]);
}

fn repeated(entry: &str) -> Vec<u32> {
    let (size, times) = entry.split_once('*').unwrap_or((entry, "1"));
    vec![size.parse().unwrap(); times.parse().unwrap()]
}
