//! Every scene and every experiment on sixty small images: the same bits whoever
//! carries out the jobs, and everything that the labs' words refer to.

mod forming;

use crate::params::{is_plain, places};
use digitoscope::data::{Dataset, catalog, digit_names};
use digitoscope::error::{Error, Result};
use digitoscope::experiments::{
    Bench, Deaf, EXPERIMENTS, Entry, Heard, LocalFuture, Serial, Threads, Tick, Ticker, Turn, Values, Workplace,
    poll_once,
};
use digitoscope::labs;
use digitoscope::link::{Place, Setup};
use digitoscope::report::near::{N_NEAREST, Search, Shelf};
use digitoscope::report::{Bag, Figure, Numbers, Report, Value};
use digitoscope::runner;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

/// `n` images of 8 by 8 pixels: each class has its own bright rows, and noise from a
/// plain congruential generator.
fn small(n: usize) -> Arc<Dataset> {
    let mut state = 12345_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 26) as u8
    };
    let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
    let mut images = Vec::with_capacity(n * 64);
    for label in &labels {
        for pixel in 0..64 {
            let bright = (pixel / 8 + pixel % 3) % 10 == usize::from(*label);
            images.push(noise() + if bright { 190 } else { 0 });
        }
    }
    Arc::new(Dataset::new("small", "Small", images, labels, (8, 8), digit_names(10)).unwrap())
}

fn run(entry: &'static Entry, values: &Values, data: &Arc<Dataset>, bench: &dyn Bench) -> Result<Report> {
    poll_once(entry.run(values, data, bench)).expect("a native run never waits")
}

/// What `setup` gives on every bench; they must agree.
fn everywhere(setup: &Setup, data: &Arc<Dataset>) -> Result<Report> {
    let entry = setup.entry().unwrap();
    let serial = run(entry, &setup.values, data, &Serial::new(entry, Arc::clone(data)));
    for n_threads in [1, 2, 4] {
        let threads = run(entry, &setup.values, data, &Threads::new(entry, Arc::clone(data), n_threads));
        assert_eq!(threads, serial, "{}: {n_threads} threads", setup.fragment());
        if let (Ok(threads), Ok(serial)) = (&threads, &serial) {
            assert_eq!(threads.digest(), serial.digest(), "{}: {n_threads} threads", setup.fragment());
        }
    }
    serial
}

fn bench(entry: &Entry) -> Setup {
    scaled(Setup::preset(Place::Bench { experiment: entry.id.into() }))
}

/// Principal components of 64 pixels, and of a few hundred draws, are less than those of
/// digits; and twelve images of two of them do not tell a hundred regions apart.
fn scaled(setup: Setup) -> Setup {
    let setup = match setup.value("pairs").and(setup.value("n_clusters")) {
        Some(_) => setup.with("n_clusters", "4"),
        None => setup,
    };
    match setup.value("n_components") {
        Some(_) => setup.with("n_components", "12").with("n_samples", "300"),
        None => setup,
    }
}

/// `setup` with patches of every one of few images, so that there are more of them than words.
fn fitting(setup: Setup) -> Setup {
    let steps = (setup.entry().unwrap().specs)().iter().any(|spec| spec.name == "image_step");
    if steps { setup.with("image_step", "1") } else { setup }
}

/// Names, shapes and figures fit each other.
fn check_shape(report: &Report, place: &str) {
    let metrics: BTreeSet<&str> = report.metrics.iter().map(|metric| metric.id.as_str()).collect();
    assert_eq!(metrics.len(), report.metrics.len(), "{place}: a metric is there twice");
    let sections: BTreeSet<&str> = report.sections.iter().map(|section| section.id.as_str()).collect();
    assert_eq!(sections.len(), report.sections.len(), "{place}: a section is there twice");
    for section in &report.sections {
        let place = format!("{place}, {}", section.id);
        assert!(!section.title.is_empty() && section.summary.ends_with('.'), "{place}: '{}'", section.summary);
        let table = section.figure.table();
        assert!(!table.rows.is_empty(), "{place}: an empty table");
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{place}: ragged rows");
        match &section.figure {
            Figure::Images { height, width, images, .. } => {
                assert!(images.iter().all(|image| image.pixels.len() == (height * width) as usize), "{place}");
            }
            Figure::Confusion { rows, columns, counts, .. } => {
                assert_eq!(counts.len(), rows.len() * columns.len(), "{place}");
                // Of all sixty, of the sample drawn from them, or of one side of a split.
                let all = match report.find("n_samples").map(|metric| &metric.value) {
                    Some(Value::Int(n)) => *n as u64,
                    _ => 60,
                };
                assert!((1..=all).contains(&counts.iter().sum::<u64>()), "{place}");
            }
            _ => {}
        }
    }
    for array in &report.arrays {
        let n = match &array.numbers {
            Numbers::U32(values) => values.len(),
            Numbers::F64(values) => values.len(),
        };
        assert_eq!(n, array.shape.iter().map(|size| *size as usize).product::<usize>(), "{place}, {}", array.name);
    }
}

#[test]
fn experiments_agree_on_every_bench() {
    let data = small(60);
    for entry in EXPERIMENTS {
        let report = everywhere(&fitting(bench(entry)), &data).unwrap();
        assert!(!report.metrics.is_empty(), "{}", entry.id);
        check_shape(&report, entry.id);
    }
}

#[test]
fn unusual_settings_agree_on_every_bench() {
    let data = small(60);
    let all = |id: &str, values: &[(&str, &str)]| {
        let setup = bench(Entry::find(id).unwrap());
        let setup = values.iter().fold(setup, |setup, (name, value)| setup.with(name, value));
        let report = everywhere(&setup, &data).unwrap();
        check_shape(&report, &setup.fragment());
        report
    };
    let capped = all("kmeans", &[("n_clusters", "7"), ("init", "random"), ("scaling", "standard"), ("max_iter", "1")]);
    assert_eq!(capped.warnings.len(), 1, "one iteration is too few, and that is said: {:?}", capped.warnings);
    all("kmeans", &[("n_clusters", "60"), ("n_init", "3"), ("tol", "0")]);
    all("kmeans", &[("n_clusters", "1"), ("n_init", "1"), ("scaling", "min-max")]);
    all("purity", &[("n_clusters", "60~1~2"), ("n_init", "2"), ("scaling", "standard")]);
    all("stability", &[("n_runs", "0"), ("n_init", "1")]);
    all("elbow", &[("n_clusters", "60~1~2"), ("n_init", "2"), ("sample_size", "3")]);
    all("elbow", &[("n_clusters", "1"), ("n_init", "1"), ("scaling", "standard")]);
    all("stability", &[("random_state", "4000000000"), ("n_runs", "50"), ("n_init", "1")]);
    all("digits", &[("index", "59")]);
    all("tree", &[("n_samples", "60"), ("replace", "false"), ("linkage", "single"), ("n_clusters", "60")]);
    all("tree", &[("n_samples", "2"), ("n_clusters", "1"), ("linkage", "complete")]);
    all("trees", &[("n_samples", "200"), ("n_clusters", "200")]);
    all("pcadbscan", &[("eps", "7~1000"), ("whiten", "false"), ("svd_solver", "full"), ("min_samples", "1")]);
    all("pcadbscan", &[("n_samples", "2"), ("n_components", "1"), ("eps", "1")]);
    all("pcakmeans", &[("n_clusters", "1"), ("n_init", "1")]);
    all("pcakmeans", &[("n_samples", "60"), ("replace", "false"), ("svd_solver", "covariance_eigh")]);
    all("pcatree", &[("linkage", "average"), ("n_clusters", "300"), ("rows", "299~0"), ("p", "1")]);
    all(
        "pcatree",
        &[("n_samples", "2"), ("n_components", "2"), ("n_clusters", "1"), ("rows", "0"), ("kmeans_n_clusters", "2")],
    );
    all("binary", &[("digits", "9~0"), ("n_images", "1"), ("threshold", "254")]);
    all("mixture", &[("learn", "fixed"), ("n_chains", "1"), ("n_iter", "1"), ("merge", "mode"), ("hidden", "dots")]);
    all("mixture", &[("digits", "0~1~2~3~4~5~6~7~8~9"), ("n_iter", "7"), ("n_proposals", "5"), ("n_queries", "1")]);
    let values = [("init", "nearest"), ("n_groups", "4"), ("learn_concentration", "true"), ("held_out", "true")];
    all("mixture", &values);
    all(
        "mixture",
        &[("threshold", "254"), ("init", "together"), ("merge", "avg"), ("hidden", "all"), ("n_images", "3")],
    );
    all("starts", &[("n_groups", "2~1000"), ("concentrations", "1000"), ("n_iter", "2"), ("digits", "1~4~9")]);
    all("selftest", &[("n_jobs", "64")]);
    all("samples", &[("pairs", "3~8"), ("n_samples", "10")]);
    all("parcels", &[("n_clusters", "64"), ("n_clusterings", "2"), ("subsample", "1")]);
    all("parcels", &[("n_clusters", "2"), ("pairs", "9~0"), ("n_clusterings", "5")]);
    all("parcels", &[("n_clusters", "9"), ("connectivity", "none")]);
    all("encludl", &[("pairs", "1~2"), ("n_clusters", "3"), ("n_bootstraps", "1"), ("cluster_bootstrap_size", "1")]);
    all("encludl", &[("pairs", "1~2"), ("n_clusters", "2"), ("solver", "compat"), ("nodewise_alpha", "share")]);
    all("encludl", &[("pairs", "5~2"), ("n_clusters", "3"), ("adaptive_aggregation", "true"), ("gamma", "0.2")]);
    all("encludl", &[("pairs", "5~2"), ("n_clusters", "3"), ("min_lit", "0.4"), ("two_tailed", "false")]);
    let whole = [("image_step", "1"), ("patch_size", "8"), ("max_patches", "1"), ("scaling", "none")];
    all("patches", &whole);
    // A number of windows of each image instead of a share.
    let counted = all("patches", &[("image_step", "1"), ("patch_size", "3"), ("max_patches", "7")]);
    assert_eq!(counted.metrics.iter().find(|metric| metric.id == "per_image").unwrap().value, Value::Int(7));
    all("dbgrid", &[("n_samples", "60"), ("eps", "0.5~1~2.25"), ("min_samples", "2~3")]);
    all("vocabulary", &[&whole[..], &[("n_clusters", "60"), ("n_init", "2"), ("tol", "0")]].concat());
    let capped = all("vocabulary", &[("image_step", "1"), ("n_clusters", "9"), ("max_iter", "1")]);
    assert_eq!(capped.warnings.len(), 1, "{:?}", capped.warnings);
    all("bag", &[&whole[..], &[("n_clusters", "2"), ("index", "59")]].concat());
    all("bag", &[("image_step", "7"), ("patch_size", "3"), ("n_clusters", "243"), ("n_init", "2")]);
    let few = [("image_step", "3"), ("n_words", "4"), ("weighting", "tf-idf"), ("learn_step", "1"), ("cv", "2")];
    all("bags", &[&few[..], &[("patch_size", "7"), ("random_state", "4000000000")]].concat());
}

/// The page reads what is drawn with the words that a report carries: window for window as the run would.
#[test]
fn a_bag_reads_any_image_as_the_run_does() {
    let data = small(60);
    for scaling in ["standard", "none"] {
        let bag = |index: usize| {
            let values = [("image_step", "1"), ("patch_size", "3"), ("n_clusters", "40"), ("scaling", scaling)];
            let setup = bench(Entry::find("bag").unwrap()).with("index", &index.to_string());
            let setup = values.iter().fold(setup, |setup, (name, value)| setup.with(name, value));
            let entry = setup.entry().unwrap();
            let report = run(entry, &setup.values, &data, &Serial::new(entry, Arc::clone(&data))).unwrap();
            let section = report.sections.into_iter().find(|section| section.id == "bag").unwrap();
            match section.figure {
                Figure::Bag(bag) => bag,
                other => panic!("{other:?}"),
            }
        };
        // As it comes out of a file.
        let carried: Bag = serde_json::from_str(&serde_json::to_string(&bag(0)).unwrap()).unwrap();
        let vocabulary = carried.vocabulary().unwrap();
        for index in [0, 7, 31, 59] {
            let read = carried.of(&vocabulary, data.image(index), "another").unwrap();
            assert_eq!(read.reading, bag(index).reading, "{scaling}, image {index}");
            assert_eq!(read.counts(usize::MAX).iter().sum::<u64>(), 36);
        }
    }
}

/// What the page finds near a drawn digit is what the run finds near an image of the data set.
#[test]
fn a_drawn_copy_of_an_image_lies_where_the_image_lies() {
    let data = small(300);
    let carried = |values: &[(&str, &str)], experiment: &str, id: &str| {
        let setup =
            values.iter().fold(bench(Entry::find(experiment).unwrap()), |setup, (name, value)| setup.with(name, value));
        let entry = setup.entry().unwrap();
        let report = run(entry, &setup.values, &data, &Serial::new(entry, Arc::clone(&data))).unwrap();
        report.sections.into_iter().find(|section| section.id == id).unwrap().figure
    };
    let Figure::Bag(bag) = carried(&[("image_step", "5"), ("n_clusters", "12")], "bag", "bag") else {
        panic!("no bag")
    };
    let vocabulary = bag.vocabulary().unwrap();
    let mut shelf = Shelf::new(bag.n_words());
    let half_read = |shelf: &Shelf, bag: &Bag| {
        let mut search = Search::new(bag);
        (0..data.n).step_by(7).for_each(|from| search.look(shelf, &data, from..(from + 7).min(data.n)));
        search.found()
    };
    let pixels = half_read(&shelf, &bag);
    assert!(pixels.by_bag.is_empty() && pixels.by_pixels.len() == N_NEAREST, "bags wait until all are read");
    (0..data.n).for_each(|image| shelf.read(&vocabulary, data.image(image)).unwrap());
    assert_eq!(shelf.n_read(), data.n);
    for index in [0, 123, 298] {
        let few = [("image_step", "5"), ("n_words", "12"), ("learn_step", "1"), ("cv", "2"), ("n_init", "1")];
        let number = index.to_string();
        let Figure::Gallery { rows, .. } = carried(&[&few[..], &[("index", &number)]].concat(), "bags", "near") else {
            panic!("no gallery")
        };
        let drawn = bag.of(&vocabulary, data.image(index as usize), "What is on the sheet").unwrap();
        let found = half_read(&shelf, &drawn);
        for (list, row) in [(&found.by_bag, &rows[1]), (&found.by_pixels, &rows[2])] {
            assert_eq!(list.len(), N_NEAREST);
            // It lies at distance 0 of itself; where more images do than are listed, those of the lowest numbers are.
            let among_equals = list.iter().all(|(distance, image)| *distance == 0.0 && *image < index);
            assert!(list.contains(&(0.0, index)) || among_equals, "{list:?}");
            let others: Vec<u32> = list.iter().map(|(_, image)| *image).filter(|image| *image != index).collect();
            assert_eq!(others[..N_NEAREST - 1], row.images[..N_NEAREST - 1], "{}, image {index}", row.title);
            assert!(list.windows(2).all(|two| two[0].0 <= two[1].0), "{list:?}");
        }
        let (distance, image) = found.by_pixels[3];
        let apart = data.image(image as usize).iter().zip(data.image(index as usize));
        let apart: f64 = apart.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
        assert_eq!(distance, apart.sqrt());
        let section = found.section(&data);
        assert_eq!(section.figure.table().rows.len(), 2 * N_NEAREST);
        assert!(section.summary.starts_with("Of the 10 images nearest by bag "), "{}", section.summary);
    }
}

/// Words, windows and images that do not fit are refused before anything is computed.
#[test]
fn patches_that_cannot_be_are_refused() {
    let data = small(60);
    let refused = |id: &str, values: &[(&str, &str)]| {
        let setup = fitting(bench(Entry::find(id).unwrap()));
        let setup = values.iter().fold(setup, |setup, (name, value)| setup.with(name, value));
        everywhere(&setup, &data).unwrap_err().to_string()
    };
    for id in ["patches", "vocabulary", "bag", "bags"] {
        let error = refused(id, &[("patch_size", "9")]);
        assert!(error.contains("'patch_size'") && error.contains("height of the image, 8"), "{id}: {error}");
    }
    for id in ["patches", "vocabulary", "bag"] {
        let error = refused(id, &[("max_patches", "0")]);
        assert!(error.contains("'max_patches'") && error.contains("(0, 1]"), "{id}: {error}");
        let error = refused(id, &[("max_patches", "0.01")]);
        assert!(error.contains("large enough for one of 9 windows"), "{id}: {error}");
    }
    let error = refused("vocabulary", &[("n_clusters", "361")]);
    assert!(error.contains("at most the number of patches, 360"), "{error}");
    assert!(refused("bag", &[("index", "60")]).contains("an image number from 0 to 59"));
    let error = refused("bags", &[("cv", "7"), ("learn_step", "11")]);
    assert!(error.contains("'cv'") && error.contains("the 6 images learned from"), "folds without images: {error}");
}

#[test]
fn a_mixture_without_images_is_refused() {
    let data = small(2);
    for (name, value) in [("digits", "2~3"), ("held_out", "true")] {
        let setup = bench(Entry::find("mixture").unwrap()).with("digits", "0").with(name, value);
        let Err(Error::Data(words)) = everywhere(&setup, &data) else { panic!("{name}") };
        assert!(words.contains("no image of") && words.contains("Choose"), "{words}");
    }
    let setup = bench(Entry::find("mixture").unwrap()).with("digits", "2~2");
    assert!(matches!(everywhere(&setup, &small(60)), Err(Error::InvalidParameter { .. })));
}

/// The words of the labs speak of sections and numbers; those must be there.
#[test]
fn scenes_agree_and_have_what_their_words_name() {
    let data = small(60);
    let presets = runner::presets();
    assert_eq!(presets.len(), n_scenes(), "every scene with an experiment has a preset");
    for (id, setup) in presets {
        let scene = setup.scene().unwrap();
        let report = everywhere(&fitting(scaled(setup.clone())), &data).unwrap();
        check_shape(&report, &id);
        for shown in &scene.shows {
            assert!(
                report.sections.iter().any(|section| section.id == *shown),
                "{id} shows '{shown}', which is not there"
            );
        }
        assert!(!scene.notebook.is_empty(), "{id} has nothing to compare with");
        for printed in scene.notebook.iter().filter(|printed| !printed.metric.is_empty()) {
            assert!(printed.ours(&report).is_some(), "{id}, {}: there is no metric '{}'", printed.id, printed.metric);
        }
    }
}

fn n_scenes() -> usize {
    places().iter().filter(|place| matches!(place, Place::Scene { .. })).count()
}

#[test]
fn the_labs_are_sound() {
    let labs = labs::all();
    assert_eq!(labs.len(), 5);
    let unique = |names: Vec<&str>| {
        let n = names.len();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), n, "{names:?}");
        assert!(names.iter().all(|name| is_plain(name) && !name.contains(['/', '?', '&', '='])), "{names:?}");
    };
    unique(labs.iter().map(|lab| lab.id.as_str()).chain(["bench"]).collect());
    // Saved results are files named by their scene, whatever lab it is in.
    unique(labs.iter().flat_map(|lab| lab.scenes.iter().map(|scene| scene.id.as_str())).collect());
    for lab in labs {
        assert!(![&lab.name, &lab.title, &lab.lead, &lab.fact].iter().any(|text| text.is_empty()), "{}", lab.id);
        let built = lab.scenes.iter().filter(|scene| scene.experiment.is_some()).count();
        assert!(built == lab.scenes.len() && built > 0 || !lab.unfinished.is_empty(), "{} does not say so", lab.id);
        for scene in &lab.scenes {
            assert!(!scene.title.is_empty() && !scene.lead.is_empty(), "{}", scene.id);
            let Some(experiment) = &scene.experiment else { continue };
            let entry = Entry::find(experiment).unwrap_or_else(|e| panic!("{}: {e}", scene.id));
            let info = catalog::dataset(&scene.data).unwrap_or_else(|e| panic!("{}: {e}", scene.id));
            let setup = Setup::preset(Place::Scene { lab: lab.id.clone(), scene: scene.id.clone() });
            for (name, value) in &scene.preset {
                let normal =
                    entry.normal(&vec![(name.clone(), value.clone())]).unwrap_or_else(|e| panic!("{}: {e}", scene.id));
                assert!(
                    normal.contains(&(name.clone(), value.clone())),
                    "{}: '{value}' is not how {name} is written",
                    scene.id
                );
                assert_eq!(setup.value(name), Some(value.as_str()), "{}", scene.id);
            }
            entry
                .check(&setup.values, info.n, info.shape.0 * info.shape.1)
                .unwrap_or_else(|e| panic!("{}: {e}", scene.id));
        }
    }
}

#[test]
fn parameters_that_do_not_fit_the_images_are_refused_by_name() {
    let data = small(60);
    for (experiment, name, value) in [
        ("kmeans", "n_clusters", "61"),
        ("stability", "n_clusters", "61"),
        ("purity", "n_clusters", "10~61"),
        ("elbow", "n_clusters", "10~61"),
        ("digits", "index", "60"),
        ("tree", "n_clusters", "501"),
        ("trees", "n_clusters", "31"),
        ("digits", "index", "9999999"),
        ("pcadbscan", "n_components", "65"),
        ("pcakmeans", "n_clusters", "301"),
        ("pcatree", "n_clusters", "301"),
        ("pcatree", "rows", "10"),
        ("pcatree", "kmeans_n_clusters", "301"),
        ("samples", "pairs", "4~4"),
        ("parcels", "n_clusters", "65"),
        ("parcels", "subsample", "0"),
        ("parcels", "pairs", "4"),
        ("encludl", "n_clusters", "65"),
        ("encludl", "fwer", "1"),
        ("encludl", "gamma", "0"),
        ("encludl", "cluster_bootstrap_size", "0"),
        ("encludl", "pairs", "4~7~4~7"),
    ] {
        let setup = bench(Entry::find(experiment).unwrap()).with(name, value);
        let error = everywhere(&setup, &data).unwrap_err();
        let Error::InvalidParameter { name: named, got, .. } = &error else { panic!("{error:?}") };
        assert_eq!(named, name);
        assert!(value.ends_with(got.as_str()), "{error}");
        assert_eq!(setup.entry().unwrap().check(&setup.values, data.n, data.n_features()), Err(error));
    }
}

#[test]
fn values_that_are_none_are_errors_and_no_panics() {
    let data = small(60);
    for entry in EXPERIMENTS {
        let setup = bench(entry).with((entry.specs)()[0].name, "no such value");
        let error = everywhere(&setup, &data).unwrap_err();
        assert!(matches!(error, Error::InvalidParameter { .. }), "{error:?}");
        assert!(entry.python(&setup.values).is_err());
    }
}

/// Whoever fails first in time, the first in order is reported.
#[test]
fn the_first_job_that_fails_is_reported() {
    let data = small(60);
    let setup = bench(Entry::find("selftest").unwrap()).with("behaviour", "fail").with("n_jobs", "32");
    for _ in 0..20 {
        let expected = Error::Numeric("the self-test was asked to fail job 0".into());
        assert_eq!(everywhere(&setup, &data), Err(expected));
    }
}

/// Bytes that are no job are an error, whatever they are.
#[test]
fn a_damaged_job_is_an_error() {
    let data = small(60);
    for entry in EXPERIMENTS.iter().filter(|entry| !entry.instant) {
        let mut place = Workplace::new(Arc::clone(&data));
        for job in [&[][..], &[0xff; 3], &[0xff; 64]] {
            let error = entry.work(job, &mut place, &mut Deaf).unwrap_err();
            assert!(matches!(error, Error::Worker(_)), "{}: {error:?}", entry.id);
        }
    }
}
