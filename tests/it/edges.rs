//! What is at the edge of possible: the fewest images, copies, pixels that never change, and
//! settings that cannot be. Each gives scikit-learn's result (`tests/python/reference_edges.py`)
//! or a message that names the parameter, what it must be, and what came.

use digitoscope::data::{Dataset, digit_names};
use digitoscope::error::{Error, Result, Warning};
use digitoscope::experiments::{Serial, poll_once};
use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{
    Init, KMeansOptions, Method, Pixels, Points, Samples, agglomerative_labels, dbscan, kmeans, linkage,
};
use digitoscope::learn::decomposition::{Data, NComponents, Pca, PcaOptions, SvdSolver};
use digitoscope::learn::feature_extraction::{MaxPatches, PatchOptions, PatchScaling, Patches, n_patches};
use digitoscope::learn::preprocessing::Scaling;
use digitoscope::link;
use digitoscope::random::RandomState;
use digitoscope::report::{Figure, Report};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Deserialize)]
struct Reference {
    constant: Vec<Vec<f64>>,
    copies: Vec<Vec<f64>>,
    one: Vec<Vec<f64>>,
    alike: Vec<Vec<f64>>,
    scaled: BTreeMap<String, Vec<f64>>,
    kmeans_scaled: BTreeMap<String, Fit>,
    kmeans_copies: Fit,
    kmeans_kinds: Fit,
    kmeans_one: Fit,
    dbscan_copies: BTreeMap<usize, Vec<i32>>,
    dbscan_one: BTreeMap<usize, Vec<i32>>,
    linkage_copies: BTreeMap<String, Vec<f64>>,
    agglomerative_copies: Vec<u32>,
    pca_alike: Projected,
    refused: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Fit {
    labels: Vec<u32>,
    inertia: f64,
    n_iter: u32,
}

#[derive(Deserialize)]
struct Projected {
    explained_variance: Vec<f64>,
    scores: Vec<f64>,
}

fn reference() -> Reference {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/edges.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
}

fn matrix(rows: &[Vec<f64>]) -> Matrix {
    Matrix::from_vec(rows.concat(), rows.len(), rows[0].len()).unwrap()
}

fn bytes(rows: &[Vec<f64>]) -> Vec<u8> {
    rows.concat().iter().map(|value| *value as u8).collect()
}

fn check(points: &impl Points, expected: &Fit, n_clusters: usize, n_init: usize) {
    let options = KMeansOptions { n_clusters, max_iter: 300, tol: 1e-4 };
    let (fit, warnings) = kmeans(points, &Init::KMeansPlusPlus, n_init, 3, &options).unwrap();
    assert_eq!(fit.labels, expected.labels);
    assert!((fit.inertia - expected.inertia).abs() <= 1e-9 * expected.inertia, "{} {}", fit.inertia, expected.inertia);
    assert_eq!(fit.n_iter, expected.n_iter);
    let distinct = expected.labels.iter().max().unwrap() + 1;
    let fewer = Warning::FewerClusters { found: distinct, n_clusters: n_clusters as u32 };
    assert_eq!(warnings.contains(&fewer), (distinct as usize) < n_clusters, "{warnings:?}");
}

#[test]
fn pixels_that_never_change_are_scaled_to_nothing() {
    let reference = reference();
    let rows = matrix(&reference.constant);
    for (name, scaling) in [("min-max", Scaling::MinMax), ("standard", Scaling::Standard)] {
        let pixels = Pixels::new(&bytes(&reference.constant), rows.n_rows(), rows.n_cols(), scaling).unwrap();
        let mut row = vec![0.0; rows.n_cols()];
        for (i, expected) in reference.scaled[name].chunks_exact(rows.n_cols()).enumerate() {
            pixels.copy_values(i, &mut row);
            for (ours, theirs) in row.iter().zip(expected) {
                assert!((ours - theirs).abs() <= 1e-12, "{name}: {ours} {theirs}");
            }
        }
        check(&pixels, &reference.kmeans_scaled[name], 2, 2);
    }
}

#[test]
fn copies_and_single_images_are_clustered_as_scikit_learn_does() {
    let reference = reference();
    let (copies, one) = (matrix(&reference.copies), matrix(&reference.one));
    let (copies, one) = (Samples::new(&copies).unwrap(), Samples::new(&one).unwrap());
    check(&copies, &reference.kmeans_copies, 5, 2);
    check(&copies, &reference.kmeans_kinds, 3, 2);
    check(&one, &reference.kmeans_one, 1, 1);
    for (min_samples, labels) in &reference.dbscan_copies {
        assert_eq!(&dbscan(&copies, 1e-9, *min_samples).unwrap().labels, labels, "min_samples = {min_samples}");
    }
    for (min_samples, labels) in &reference.dbscan_one {
        assert_eq!(&dbscan(&one, 1.0, *min_samples).unwrap().labels, labels, "min_samples = {min_samples}");
    }
    for (name, method) in [
        ("ward", Method::Ward),
        ("single", Method::Single),
        ("average", Method::Average),
        ("complete", Method::Complete),
    ] {
        let tree = linkage(&copies, method, &mut |_| {}).unwrap();
        let heights: Vec<f64> = tree.merges().iter().map(|merge| merge.height).collect();
        for (ours, theirs) in heights.iter().zip(&reference.linkage_copies[name]) {
            assert!((ours - theirs).abs() <= 1e-12 * theirs, "{name}: {heights:?}");
        }
        if method == Method::Ward {
            assert_eq!(agglomerative_labels(&tree, 3).unwrap(), reference.agglomerative_copies);
        }
    }
}

#[test]
fn images_that_are_all_alike_have_components_of_no_variance() {
    let reference = reference();
    let alike = matrix(&reference.alike);
    let options = |whiten| PcaOptions {
        n_components: NComponents::Count(2),
        whiten,
        svd_solver: SvdSolver::Full,
        ..PcaOptions::default()
    };
    let (pca, scores) = Pca::fit_transform(Data::from(&alike), &options(false)).unwrap();
    assert_eq!(pca.explained_variance, reference.pca_alike.explained_variance);
    assert_eq!(scores.as_slice(), reference.pca_alike.scores);
    // Whitening divides by nothing then, and what comes out is still numbers.
    let (_, scores) = Pca::fit_transform(Data::from(&alike), &options(true)).unwrap();
    assert!(scores.as_slice().iter().all(|score| score.is_finite()), "{scores:?}");
}

/// The parameter that a refusal names, and what it says.
fn refusal<T>(result: Result<T>) -> (String, String) {
    match result.err() {
        Some(Error::InvalidParameter { name, must_be, got }) => (name, format!("{must_be}, got {got}")),
        other => panic!("no refusal: {other:?}"),
    }
}

#[test]
fn what_scikit_learn_refuses_is_refused_by_name() {
    let Reference { copies, one, refused, .. } = reference();
    let (copies, one) = (matrix(&copies), matrix(&one));
    let points = Samples::new(&copies).unwrap();
    let fit = |n_clusters| {
        kmeans(&points, &Init::KMeansPlusPlus, 1, 0, &KMeansOptions { n_clusters, max_iter: 300, tol: 1e-4 })
    };
    let project = |k| {
        let svd_solver = SvdSolver::Full;
        let options = PcaOptions { n_components: NComponents::Count(k), svd_solver, ..PcaOptions::default() };
        Pca::fit_transform(Data::from(&copies), &options)
    };
    let windows = |max_patches| n_patches((4, 5), (2, 2), max_patches);
    let empty = PatchOptions { patch_size: (2, 2), max_patches: MaxPatches::All, scaling: PatchScaling::None };
    // What scikit-learn calls it, what we name, and a word that both sentences have.
    let table: [(&str, &str, (String, String)); 11] = [
        ("n_clusters", "n_clusters", refusal(fit(9))),
        ("eps", "eps", refusal(dbscan(&points, 0.0, 2))),
        ("eps", "eps", refusal(dbscan(&points, -1.0, 2))),
        ("min_samples", "min_samples", refusal(dbscan(&points, 1.0, 0))),
        ("n_components", "n_components", refusal(project(3))),
        ("tree_of_one", "X", refusal(linkage(&Samples::new(&one).unwrap(), Method::Ward, &mut |_| {}))),
        ("window", "patch_size", refusal(n_patches((4, 5), (6, 2), MaxPatches::All))),
        ("share_above", "max_patches", refusal(windows(MaxPatches::Share(1.5)))),
        ("share_of_none", "max_patches", refusal(windows(MaxPatches::Share(0.0)))),
        ("no_images", "X", refusal(Samples::new(&Matrix::zeros(0, 4)))),
        ("no_images", "X", refusal(Patches::extract(&[], (4, 5), &empty, &mut RandomState::new(0)))),
    ];
    for (theirs, name, (named, says)) in table {
        assert!(refused.contains_key(theirs), "{theirs}: scikit-learn takes it");
        assert_eq!(named, name, "{says}");
        assert!(
            says.contains("at most") || says.contains("at least") || says.contains("range") || says.contains("between"),
            "{says}"
        );
    }
}

/// `n` images of 6 by 6 pixels, of as many different kinds as asked for.
fn kinds(n: usize, n_kinds: usize) -> Arc<Dataset> {
    let pixel = |i: usize, p: usize| (((i % n_kinds) * 37 + p * (1 + i % n_kinds)) % 251) as u8;
    let images = (0..n).flat_map(|i| (0..36).map(move |p| pixel(i, p))).collect();
    let labels = (0..n).map(|i| (i % 10) as u8).collect();
    Arc::new(Dataset::new("kinds", "Kinds", images, labels, (6, 6), digit_names(10)).unwrap())
}

fn open(address: &str, data: &Arc<Dataset>) -> Result<Report> {
    let link::Opened { setup, notes } = link::open(address);
    if let Some(note) = notes.into_iter().next() {
        return Err(note);
    }
    let entry = setup.entry().unwrap();
    poll_once(entry.run(&setup.values, data, &Serial::new(entry, Arc::clone(data)))).unwrap()
}

/// What a visitor may type or get by a link, on thirty images of four kinds.
#[test]
fn links_that_cannot_be_say_why() {
    let data = kinds(30, 4);
    let few = "n_components=3&n_samples=30";
    for (link, parameter, words) in [
        ("kmeans?n_clusters=31", "n_clusters", "at most the number of images, 30"),
        ("kmeans?n_clusters=0", "n_clusters", "[1, 500]"),
        ("kmeans?n_init=0", "n_init", "[1, 200]"),
        ("dbgrid?eps=0", "eps", "floats in the range [0.001, 10000]"),
        ("dbgrid?min_samples=0", "min_samples", "[1, 1000]"),
        ("dbgrid?n_samples=31&replace=false", "n_samples", "at most the 30 images"),
        ("dbgrid?n_samples=1", "n_samples", "[2, 5000]"),
        ("pcadbscan?n_components=37", "n_components", "min(n_samples, n_features)=36"),
        ("pcadbscan?n_samples=20&n_components=21", "n_components", "min(n_samples, n_features)=20"),
        ("pcadbscan?n_samples=1&n_components=1", "n_samples", "[2, 20000]"),
        ("pcadbscan?eps=0", "eps", "[0.001, 10000]"),
        ("tree?n_samples=1", "n_samples", "[2, 10000]"),
        ("tree?n_samples=31&replace=false", "n_samples", "at most 30"),
        ("tree?n_samples=5&n_clusters=6", "n_clusters", "at most 5"),
        ("pcatree?n_samples=20&n_components=3&n_clusters=21", "n_clusters", "at most n_samples=20"),
        ("agreement?n_samples=20&n_components=3&n_clusters=21", "n_clusters", "at most n_samples=20"),
        ("agreement?eps=0", "eps", "[0.000001, 1000000]"),
        ("agreement?eps=-1", "eps", "[0.000001, 1000000]"),
        ("patches?patch_size=7", "patch_size", "at most the height of the image, 6"),
        ("patches?max_patches=0", "max_patches", "(0, 1]"),
        ("patches?max_patches=1.01", "max_patches", "(0, 1] or an int in the range [2, "),
        ("patches?max_patches=-0.5", "max_patches", "(0, 1] or an int in the range [2, "),
        ("vocabulary?patch_size=6&image_step=1&max_patches=1&n_clusters=31", "n_clusters", "number of patches, 30"),
        ("bag?index=30", "index", "0 to 29"),
        ("bags?index=30", "index", "0 to 29"),
    ] {
        let error = open(&format!("#/bench/{link}"), &data).expect_err(link);
        let Error::InvalidParameter { name, must_be, .. } = &error else { panic!("{link}: {error}") };
        assert_eq!(name, parameter, "{link}: {error}");
        assert!(must_be.contains(words), "{link}: {error}");
    }
    // More clusters than kinds of images, or of patches: as scikit-learn, with its warning.
    for link in [
        "kmeans?n_clusters=5&n_init=2".to_string(),
        // (Equal images keep equal components with this solver alone: `full` rounds each row of U for itself.)
        format!("pcakmeans?{few}&n_clusters=5&n_init=2&svd_solver=covariance_eigh&whiten=false"),
        "vocabulary?patch_size=6&image_step=1&max_patches=1&n_clusters=5&scaling=none".to_string(),
    ] {
        let report = open(&format!("#/bench/{link}"), &data).unwrap_or_else(|e| panic!("{link}: {e}"));
        let words = report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert!(words.contains("Number of distinct clusters (4) found smaller than n_clusters (5)"), "{link}: {words}");
    }
    // Copies at distance 0 are neighbours at any eps, and merge at height 0.
    let report = open("#/bench/dbgrid?n_samples=30&replace=false&eps=1&min_samples=7~8", &data).unwrap();
    let table = report.sections.iter().find(|section| section.id == "settings").unwrap().figure.table();
    let clusters: Vec<String> = table.rows.iter().map(|row| row[2].full()).collect();
    assert_eq!(clusters, ["4", "2"], "kinds of 8, 8, 7 and 7 copies");
    let report = open("#/bench/tree?n_samples=30&replace=false&n_clusters=4", &data).unwrap();
    assert_eq!(report.find("sizes").unwrap().value.full().split(' ').count(), 4);
    // Two images are enough for anything that needs more than one.
    let two = kinds(2, 2);
    for link in [
        "tree?n_samples=2&n_clusters=2",
        "kmeans?n_clusters=2",
        "pcadbscan?n_samples=2&n_components=1&eps=1",
        "dbgrid?n_samples=2",
        "dbgrid?n_samples=2&min_samples=5",
    ] {
        open(&format!("#/bench/{link}"), &two).unwrap_or_else(|e| panic!("{link}: {e}"));
    }
    // One image is a cluster, and a vocabulary too.
    let one = kinds(1, 1);
    for link in [
        "kmeans?n_clusters=1",
        "digits?index=0",
        "patches?image_step=1&patch_size=3&show_step=1",
        "vocabulary?image_step=1&patch_size=3&n_clusters=2&max_patches=1",
        "bag?image_step=1&patch_size=3&n_clusters=2&max_patches=1",
    ] {
        open(&format!("#/bench/{link}"), &one).unwrap_or_else(|e| panic!("{link}: {e}"));
    }
    let none = Dataset::new("none", "None", Vec::new(), Vec::new(), (6, 6), digit_names(10));
    assert!(none.is_err(), "a data set without images");
}

/// `n` images of one grey each: all their windows are alike, once they are scaled.
fn flat(n: usize) -> Arc<Dataset> {
    let images = (0..n).flat_map(|i| [(i * 7 % 256) as u8; 36]).collect();
    let labels = (0..n).map(|i| (i % 2) as u8).collect();
    Arc::new(Dataset::new("flat", "Flat", images, labels, (6, 6), digit_names(10)).unwrap())
}

/// Every experiment on patches, with windows, words and shares that cannot be.
#[test]
fn patches_that_cannot_be_say_why_in_every_experiment() {
    let data = kinds(30, 4);
    for experiment in ["patches", "vocabulary", "bag", "bags"] {
        let mut refused = vec![("patch_size=7", "patch_size", "at most the height of the image, 6")];
        refused.push(("patch_size=13", "patch_size", "[3, 12]"));
        if experiment != "bags" {
            for share in ["0", "-0.5", "1.01", "1.999"] {
                refused.push((["max_patches=", share].concat().leak(), "max_patches", "(0, 1] or an int"));
            }
            refused.push(("patch_size=6&max_patches=0.9", "max_patches", "large enough for one of 1 windows"));
        } else {
            // There the share is fixed, and the window is what can be changed.
            refused.push(("patch_size=6", "patch_size", "smaller"));
            refused.push(("n_words=13&patch_size=5&image_step=30", "n_words", "number of patches, 3"));
        }
        for (query, parameter, words) in refused {
            let error = open(&format!("#/bench/{experiment}?{query}"), &data).expect_err(query);
            let Error::InvalidParameter { name, must_be, .. } = &error else { panic!("{experiment}?{query}: {error}") };
            assert_eq!(name, parameter, "{experiment}?{query}: {error}");
            assert!(must_be.contains(words), "{experiment}?{query}: {error}");
        }
    }
    let none = Dataset::new("none", "None", Vec::new(), Vec::new(), (6, 6), digit_names(10)).unwrap_err().to_string();
    assert!(none.contains("at least one image"), "{none}");
}

/// More words than kinds of windows: one word has them all, k-means says so, and every image has the same bag.
#[test]
fn more_words_than_distinct_patches_give_the_words_there_are_and_a_warning() {
    let data = flat(40);
    let value = |report: &Report, metric: &str| report.find(metric).unwrap_or_else(|| panic!("{metric}")).value.full();
    let few = "image_step=1&patch_size=3";
    let vocabulary = open(&format!("#/bench/vocabulary?{few}&n_clusters=5&n_init=2"), &data).unwrap();
    assert_eq!(value(&vocabulary, "inertia"), "0.0");
    assert_eq!(value(&vocabulary, "sizes"), "480 0 0 0 0");
    let bag = open(&format!("#/bench/bag?{few}&n_clusters=5"), &data).unwrap();
    assert_eq!(value(&bag, "bag"), "16 0 0 0 0");
    let bags = open(&format!("#/bench/bags?{few}&n_words=5&n_clusters=2&n_init=1&learn_step=1&cv=2"), &data).unwrap();
    for (name, report) in [("vocabulary", &vocabulary), ("bag", &bag), ("bags", &bags)] {
        let words = report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert!(words.contains("Number of distinct clusters (1) found smaller than n_clusters (5)"), "{name}: {words}");
    }
    // Equal bags tell nothing: one cluster, no agreement beyond chance, and half of two classes guessed right.
    assert_eq!((value(&bags, "purity_bag"), value(&bags, "ari_bag")), ("0.5".into(), "0.0".into()));
    assert_eq!(value(&bags, "accuracy_bag"), "0.5");
    // All bags are equally near, so the lowest numbers come first; pixels still tell.
    let Figure::Gallery { rows, .. } = &bags.sections.iter().find(|section| section.id == "near").unwrap().figure
    else {
        panic!("no gallery")
    };
    assert_eq!(rows[1].images, (1..=10).collect::<Vec<u32>>());
    assert_ne!(rows[2].images, rows[1].images);
    // Grey levels as they are: as many kinds of windows as images.
    let raw = open(&format!("#/bench/vocabulary?{few}&n_clusters=45&n_init=1&scaling=none"), &data).unwrap();
    let words = raw.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert!(words.contains("Number of distinct clusters (40) found smaller than n_clusters (45)"), "{words}");
    assert_eq!(value(&raw, "inertia"), "0.0");
}
