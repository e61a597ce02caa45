//! What cannot be inferred is refused by name, before or while it is computed; what only looks
//! strange is computed, and said.

use digitoscope::data::{Dataset, digit_names};
use digitoscope::error::{Error, Result, Warning};
use digitoscope::link::{Place, Setup};
use digitoscope::report::{Figure, Report};
use digitoscope::runner;
use std::sync::Arc;

/// Images of 6 by 5 pixels: class `c` is bright where pixel and class say so, with noise; the last
/// column and the first row are black in all of them.
fn images(labels: &[u8]) -> Arc<Dataset> {
    let mut state = 7_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 25) as u8
    };
    let pixel = |label: u8, at: usize, noise: u8| match (at / 5, at % 5) {
        (0, _) | (_, 4) => 0,
        (row, column) if (row + column) % 4 == usize::from(label) % 4 => 120 + noise,
        _ => noise,
    };
    let pixels = labels.iter().flat_map(|label| (0..30).map(move |at| (*label, at)));
    let pixels: Vec<u8> = pixels.map(|(label, at)| pixel(label, at, noise())).collect();
    Arc::new(Dataset::new("tiny", "Tiny", pixels, labels.to_vec(), (6, 5), digit_names(10)).unwrap())
}

/// So many images of 4 and 7 in turn.
fn pair(n: usize) -> Arc<Dataset> {
    images(&(0..n).map(|i| if i % 2 == 0 { 4 } else { 7 }).collect::<Vec<u8>>())
}

fn run(experiment: &str, data: &Arc<Dataset>, values: &[(&str, &str)]) -> Result<Report> {
    let setup = Setup::preset(Place::Bench { experiment: experiment.into() });
    let start = [("pairs", "4~7"), ("n_clusters", "5")];
    let setup = start.iter().chain(values).fold(setup, |setup, (name, value)| setup.with(name, value));
    runner::outcome(&setup, data, 2).map(|outcome| outcome.report)
}

/// Experiment, images, settings; the parameter that is named, and words of the message.
type Case = (&'static str, fn() -> Arc<Dataset>, &'static [(&'static str, &'static str)], &'static str, &'static str);

const CASES: &[Case] = &[
    // One class.
    ("encludl", || images(&[4; 20]), &[], "pairs", "of digits that the images have. Got 7"),
    ("encludl", || pair(20), &[("pairs", "4~4")], "pairs", "two different digits"),
    ("encludl", || pair(20), &[("pairs", "4")], "pairs", "two different digits"),
    ("encludl", || pair(20), &[("pairs", "4~10")], "pairs", "in the range [0, 9]"),
    ("encludl", || pair(20), &[("pairs", "4~7~0~1")], "pairs", "of digits that the images have. Got 0"),
    // Fewer images than folds.
    ("encludl", || pair(4), &[("n_clusters", "2")], "n_samples", "at least the 5 folds"),
    ("encludl", || pair(20), &[("n_samples", "4")], "n_samples", "10"),
    // Regions.
    ("encludl", || pair(20), &[("n_clusters", "31")], "n_clusters", "at most the 30 pixels of an image"),
    ("encludl", || pair(20), &[("n_clusters", "1")], "n_clusters", "[2, 300]"),
    ("encludl", || pair(20), &[("n_clusters", "0")], "n_clusters", "[2, 300]"),
    ("encludl", || pair(20), &[("n_clusters", "25"), ("min_lit", "0.5")], "n_clusters", "pixels that take part"),
    // Share of a bootstrap.
    ("encludl", || pair(20), &[("cluster_bootstrap_size", "0")], "cluster_bootstrap_size", "(0, 1]"),
    ("encludl", || pair(20), &[("cluster_bootstrap_size", "-0.5")], "cluster_bootstrap_size", "[0, 1]"),
    ("encludl", || pair(20), &[("cluster_bootstrap_size", "1.5")], "cluster_bootstrap_size", "[0, 1]"),
    ("encludl", || pair(20), &[("cluster_bootstrap_size", "nan")], "cluster_bootstrap_size", "[0, 1]"),
    ("encludl", || pair(20), &[("cluster_bootstrap_size", "0.01")], "cluster_bootstrap_size", "one of 20 samples"),
    // The table.
    (
        "encludl",
        || pair(20),
        &[("n_bootstraps", "2"), ("table_bootstrap", "2")],
        "table_bootstrap",
        "below n_bootstraps, 2",
    ),
    // Error rates.
    ("encludl", || pair(20), &[("fwer", "0")], "fwer", "(0, 1)"),
    ("encludl", || pair(20), &[("fwer", "1")], "fwer", "(0, 1)"),
    ("encludl", || pair(20), &[("fwer", "-1")], "fwer", "[0, 1]"),
    ("encludl", || pair(20), &[("fwer", "2")], "fwer", "[0, 1]"),
    ("encludl", || pair(20), &[("gamma", "0")], "gamma", "(0, 1]"),
    ("contrast", || pair(20), &[("fwer", "1")], "fwer", "(0, 1)"),
    ("contrast", || images(&[7; 20]), &[], "pairs", "of digits that the images have. Got 4"),
    ("repeats", || pair(20), &[("fwer", "0")], "fwer", "(0, 1)"),
    ("repeats", || pair(20), &[("n_clusters", "31")], "n_clusters", "at most the 30 pixels"),
    ("parcels", || pair(20), &[("n_clusters", "31")], "n_clusters", "at most the 30 pixels"),
    ("parcels", || pair(20), &[("subsample", "0")], "subsample", "(0, 1]"),
    ("parcels", || pair(20), &[("subsample", "0.01")], "subsample", "one of 20 images"),
    ("samples", || images(&[4; 20]), &[], "pairs", "of digits that the images have. Got 7"),
];

#[test]
fn what_cannot_be_is_refused_by_name() {
    for (experiment, data, values, named, words) in CASES {
        let values: Vec<(&str, &str)> = match *experiment {
            // It has no regions.
            "samples" => vec![("pairs", "4~7")],
            _ => values.to_vec(),
        };
        let error = run(experiment, &data(), &values).expect_err(experiment);
        let text = error.to_string();
        let Error::InvalidParameter { name, got, .. } = &error else { panic!("{experiment} {values:?}: {error:?}") };
        assert_eq!(name, named, "{experiment} {values:?}: {text}");
        assert!(text.contains(words), "{experiment} {values:?}: {text}");
        assert!(!got.is_empty() && text.len() < 300, "{text}");
    }
}

/// Pixels drawn as no data in each picture of a section.
fn no_data(report: &Report, section: &str) -> Vec<usize> {
    let section = report.sections.iter().find(|known| known.id == section).unwrap();
    let Figure::Images { images, .. } = &section.figure else { panic!("{} has no pictures", section.id) };
    images.iter().map(|image| image.pixels.iter().filter(|value| value.is_nan()).count()).collect()
}

#[test]
fn black_columns_say_nothing_and_spoil_nothing() {
    let data = pair(60);
    // As many regions as pixels: those that are black in all images are constant columns.
    for k in ["5", "30"] {
        let report = run("encludl", &data, &[("n_clusters", k)]).unwrap();
        let section = report.sections.iter().find(|section| section.id == "masks").unwrap();
        let Figure::Inferred(inferred) = &section.figure else { panic!() };
        let task = &inferred.tasks[0];
        let (joined, seen) = inferred.all().remove(0);
        for pixel in 0..30 {
            let black = pixel < 5 || pixel % 5 == 4;
            assert_eq!(task.lit[pixel] == 0.0, black, "{pixel}");
            assert!((0.0..=1.0).contains(&joined.p[pixel]) && joined.z[pixel].is_finite(), "{pixel}");
            if black && k == "30" {
                assert_eq!((joined.p[pixel], seen.mask[pixel]), (1.0, 0), "{pixel}");
            }
        }
        let Figure::Images { images, .. } = inferred.figure() else { panic!() };
        assert_eq!(images[0].pixels.iter().filter(|value| value.is_nan()).count(), 10, "drawn as no data");
    }
    let report = run("encludl", &data, &[]).unwrap();
    assert_eq!(no_data(&report, "stability"), [10]);
    let report = run("repeats", &data, &[("n_bootstraps", "2"), ("n_seeds", "3")]).unwrap();
    assert_eq!(no_data(&report, "often"), [10, 10], "one bootstrap, and all");
    for section in ["ones", "alls"] {
        assert_eq!(no_data(&report, section), [10; 3], "{section}, seed by seed");
    }
    let report = run("contrast", &data, &[]).unwrap();
    assert_eq!(no_data(&report, "ways"), [10; 5]);
    assert_eq!(report.find("n_tested").unwrap().value.full(), "20", "black pixels are no tests");
}

#[test]
fn lassos_that_do_not_converge_are_counted_once() {
    let data = pair(60);
    let report = run("encludl", &data, &[("solver", "compat"), ("max_iter", "1"), ("n_bootstraps", "3")]).unwrap();
    let [Warning::NotConverged { what, max_iter: 1 }] = report.warnings.as_slice() else {
        panic!("{:?}", report.warnings)
    };
    let (n, of) = what.trim_end_matches(" lassos").split_once(" of ").unwrap();
    assert_eq!(of, "1518", "3 bootstraps of 501 lassos of the label and 5 of the regions");
    assert!((1..=1518).contains(&n.parse::<u32>().unwrap()), "{what}");
    assert!(run("encludl", &data, &[]).unwrap().warnings.is_empty());
}

/// Whatever shows an inference says what it should be read with, and once.
#[test]
fn every_experiment_has_the_doubts() {
    let data = pair(20);
    for (experiment, more) in
        [("encludl", ("n_bootstraps", "2")), ("contrast", ("n_bootstraps", "2")), ("repeats", ("n_seeds", "3"))]
    {
        let values = [("n_clusters", "25"), more];
        let warnings = run(experiment, &data, &values).unwrap().warnings;
        let few = Warning::FewSamples { what: "4 vs 7".into(), n_samples: 20, n_clusters: 25 };
        assert_eq!(warnings.iter().filter(|warning| **warning == few).count(), 1, "{experiment}: {warnings:?}");
        let saturated = warnings.iter().filter(|warning| matches!(warning, Warning::Saturated { .. })).count();
        assert!(saturated <= 1, "{experiment}: {warnings:?}");
        let warnings = run(experiment, &pair(60), &[more]).unwrap().warnings;
        assert_eq!(warnings, [], "{experiment}");
    }
}

/// Two classes of a visitor's own, whatever their numbers.
#[test]
fn own_images_of_two_classes() {
    let data = images(&(0..40).map(|i| i % 2).collect::<Vec<u8>>());
    let report = run("encludl", &data, &[("pairs", "0~1")]).unwrap();
    assert!(report.find("selected_0_1").is_some());
    let report = run("contrast", &data, &[("pairs", "1~0")]).unwrap();
    assert!(report.find("selected_t").is_some());
    let error = run("encludl", &data, &[]).unwrap_err().to_string();
    assert!(error.contains("'pairs'") && error.contains("Got 4"), "{error}");
}

/// Pixels that take part in two pieces, as a mask may leave them.
#[test]
fn pieces_that_do_not_touch_are_said() {
    // The third column is black but for an image in ten.
    let whole = pair(60);
    let dark = |at: usize| at % 30 % 5 == 2 && !(at / 30).is_multiple_of(10);
    let pixels = whole.images.iter().enumerate().map(|(at, level)| if dark(at) { 0 } else { *level }).collect();
    let data = Dataset::new("gap", "Gap", pixels, whole.labels.clone(), (6, 5), digit_names(10)).unwrap();
    let data = Arc::new(data);
    let apart = |min_lit: &str| {
        let report = run("encludl", &data, &[("min_lit", min_lit)]).unwrap();
        report.warnings.into_iter().find(|warning| matches!(warning, Warning::Apart { .. }))
    };
    assert_eq!(apart("0.5"), Some(Warning::Apart { what: "4 vs 7".into(), n_pieces: 2 }));
    assert_eq!(apart("0.05"), None);
}

/// A label that the pixels tell to the last digit leaves no noise to compare with.
#[test]
fn saturated_fits_are_said() {
    let labels: Vec<u8> = (0..40).map(|i| if i % 2 == 0 { 4 } else { 7 }).collect();
    let mut state = 9_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 26) as u8
    };
    // The first pixel is the label.
    let pixels = (0..40 * 30)
        .map(|at| match at % 30 {
            0 if at / 30 % 2 == 0 => 250,
            0 => 10,
            _ => noise(),
        })
        .collect();
    let data = Arc::new(Dataset::new("told", "Told", pixels, labels, (6, 5), digit_names(10)).unwrap());
    let report = run("encludl", &data, &[("n_clusters", "30"), ("n_bootstraps", "2")]).unwrap();
    let said = report.warnings.iter().any(|warning| matches!(warning, Warning::Saturated { n: 2, of: 2, .. }));
    assert!(said, "{:?}", report.warnings);
    assert!(run("encludl", &pair(60), &[]).unwrap().warnings.is_empty());
}
