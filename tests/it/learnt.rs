//! What a logistic regression refuses, warns of and chooses, as the page says it.

use digitoscope::data::disk;
use digitoscope::error::{Result, Warning};
use digitoscope::labs::{self, Agreement, Ran};
use digitoscope::link;
use digitoscope::report::{Figure, Metric, Numbers, Outcome, Report, Took, Value, plain};
use digitoscope::runner;
use std::sync::Arc;

fn run(link: &str) -> Result<Report> {
    let opened = link::open(link);
    assert_eq!(opened.notes, []);
    let data = disk::builtin(&runner::builtin_folder(), &opened.setup.data).unwrap();
    runner::outcome(&opened.setup, &Arc::new(data), 2).map(|outcome| outcome.report)
}

fn value(report: &Report, metric: &str) -> String {
    report.find(metric).unwrap_or_else(|| panic!("no {metric}")).value.full()
}

#[test]
fn a_label_that_no_class_has_is_refused_with_the_range() {
    let error = run("#/bench/logistic?data=mnist1k&label=99&max_iter=1").unwrap_err().to_string();
    assert!(error.contains("'label'") && error.contains("[0, 9]") && error.contains("Got 99"), "{error}");
    // What shows no single label does not ask for one.
    assert!(run("#/bench/schemes?data=mnist1k&label=99&max_iter=1").is_ok());
}

#[test]
fn a_test_of_fewer_images_than_classes_says_what_to_do() {
    let error = run("#/bench/logistic?data=mnist1k&test_size=0.001").unwrap_err().to_string();
    assert!(error.contains("'test_size'") && error.contains("10 classes") && error.contains("raise it"), "{error}");
}

#[test]
fn models_that_end_alike_are_one_warning() {
    let report = run("#/bench/logistic?data=mnist1k&max_iter=1").unwrap();
    let [Warning::NotConverged { what, max_iter: 1 }] = report.warnings.as_slice() else {
        panic!("{:?}", report.warnings)
    };
    assert!(what.starts_with("10 of 10 models"), "{what}");
    let least = value(&report, "lowest_recall");
    let (first, second) = least.split_once(", ").unwrap();
    assert!(first < second, "{least}");
}

#[test]
fn numbers_are_written_as_people_write_them() {
    for (value, text) in [
        (47.412_3, "47.41"),
        (0.001, "0.001"),
        (1e-4, "0.0001"),
        (0.000_999_999_999, "0.001"),
        (3.25e-7, "3.25e-7"),
        (123_456.7, "123457"),
        (1e20, "1e20"),
        (0.0, "0"),
        (-2.5, "-2.5"),
        (f64::INFINITY, "inf"),
    ] {
        assert_eq!(plain(value), text);
    }
}

/// Penalties do not see each other: each does what it does alone, and the best of them is named.
#[test]
fn the_penalty_is_chosen_among_several() {
    let link = |penalty: &str| {
        format!(
            "#/bench/crossval?data=mnist1k&penalty={penalty}&c_min=0.01&c_max=0.1&n_c=2&n_splits=2&max_iter=4&scheme=ovr"
        )
    };
    let all = run(&link("l2~l1~elasticnet")).unwrap();
    let array = all.arrays.iter().find(|array| array.name == "accuracy_cv").unwrap();
    assert_eq!(array.shape, [3, 2]);
    let Numbers::F64(means) = &array.numbers else { panic!() };
    let highest = means.iter().copied().fold(0.0, f64::max);
    assert_eq!(value(&all, "accuracy_cv").parse::<f64>().unwrap(), highest);
    let words = ["l2", "l1", "elasticnet"];
    let best = means.iter().position(|mean| *mean == highest).unwrap();
    assert_eq!(value(&all, "best_penalty"), words[best / 2]);
    assert_eq!(value(&all, "best_C").parse::<f64>().unwrap(), [0.01, 0.1][best % 2]);
    let section = all.sections.iter().find(|section| section.id == "accuracy").unwrap();
    let Figure::Curves { curves, .. } = &section.figure else { panic!() };
    for (i, word) in words.into_iter().enumerate() {
        let alone = run(&link(word)).unwrap();
        assert_eq!(value(&alone, "best_penalty"), word);
        for metric in ["accuracy_cv", "best_C"] {
            assert_eq!(value(&alone, metric), value(&all, &format!("{metric}_{word}")), "{word}");
        }
        let curve = curves.iter().find(|curve| curve.name == format!("cross-validated, {word}")).unwrap();
        let accuracies: Vec<f64> = curve.points.iter().map(|point| point.1).collect();
        assert_eq!(accuracies, means[2 * i..][..2]);
    }
}

/// Nobody who has opened all of MNIST reads that the images are the built-in ones, nor does who has opened others.
#[test]
fn reasons_on_all_of_mnist_are_not_those_of_the_built_in_images() {
    for lab in ["inference", "mixture", "clusters"] {
        let scenes = &labs::lab(lab).unwrap().scenes;
        assert!(scenes.iter().any(|scene| scene.all_images));
        for line in scenes.iter().flat_map(|scene| &scene.notebook) {
            let why = line.why("mnist70k");
            for words in ["built in", "built-in", "10,000 here", "mnist70k"] {
                assert!(!why.contains(words), "{} {}: {why}", line.id, line.what);
            }
            assert!(line.why("own-0a1b2c").contains("yours"));
        }
    }
}

/// The notebook's four runs differ by chance: another that lies between them says the same.
#[test]
fn a_number_within_the_notebooks_spread_is_told_from_one_outside() {
    let (_, scene) = labs::find("clusters", "2-ari").unwrap();
    let line = scene.notebook.iter().find(|line| line.metric == "ari_0").unwrap();
    let agreement = |ari: f64| {
        let metric = Metric { id: "ari_0".into(), label: String::new(), value: Value::Float(ari) };
        line.agreement(&Report { metrics: vec![metric], ..Report::default() })
    };
    assert_eq!(agreement(0.3654675097713884), Some(Agreement::Equal));
    assert_eq!(agreement(0.365239), Some(Agreement::Within));
    assert_eq!(agreement(0.37), Some(Agreement::Differs));
    assert_eq!(line.agreement(&Report::default()), None);
}

/// A picture, a recipe or a task is neither equal to a number nor unequal to it.
#[test]
fn what_the_notebook_gives_without_a_number_is_not_compared() {
    let mut n_words = 0;
    for line in labs::all().iter().flat_map(|lab| &lab.scenes).flat_map(|scene| &scene.notebook) {
        let of = |value: Value| {
            let metric = Metric { id: line.metric.clone(), label: String::new(), value };
            line.agreement(&Report { metrics: vec![metric], ..Report::default() })
        };
        let texts = ["a picture", "pictures", "a task", "a recipe", "not done", "done", "Done", "printed settings"];
        if texts.contains(&&*line.notebook) {
            assert!(!line.comparable(), "{}", line.id);
            assert_eq!(of(Value::Int(7)), None, "{}", line.id);
            n_words += 1;
        } else if line.notebook.bytes().any(|byte| byte.is_ascii_digit()) {
            assert_eq!(of(Value::Text("another".into())), Some(Agreement::Differs), "{}", line.id);
            assert_eq!(of(Value::Text(line.notebook.clone())), Some(Agreement::Equal), "{}", line.id);
        }
        // Yes and no are answers.
        if line.metric == "two_tailed" {
            assert_eq!(of(Value::Text("True".into())), Some(Agreement::Equal));
            assert_eq!(of(Value::Text("False".into())), Some(Agreement::Differs));
        }
    }
    assert!(n_words > 30, "{n_words}");
}

/// Time, memory and rate are those of the run, and a saved result has none.
#[test]
fn what_differs_from_run_to_run_is_told_of_runs_alone() {
    let mut report = Report::default();
    report.metric("n_bootstraps", "Bootstraps", Value::Int(10));
    let took = |part: &str, seconds| Took { part: part.into(), n: 10, seconds };
    let parts = vec![took("fit_4_7", 0.25), took("importances_4_7", 0.0008), took("importances_0_1", 0.0)];
    let of = |seconds| Outcome {
        configuration: String::new(),
        engine: String::new(),
        digest: String::new(),
        seconds,
        memory_bytes: 73_400_000,
        workers: 2,
        parts: parts.clone(),
        report: report.clone(),
        raw: Vec::new(),
    };
    assert_eq!(Ran::Seconds.of(&of(1.25)).unwrap(), "1.25 s");
    assert_eq!(Ran::Memory.of(&of(1.25)).unwrap(), "73 MB");
    let part = |name: &str| Ran::Part(name.into());
    assert_eq!(part("fit_4_7").of(&of(1.25)).unwrap(), "40.00 it/s");
    assert_eq!(part("importances_4_7").of(&of(1.25)).unwrap(), "12500 it/s");
    assert_eq!(part("importances_0_1").of(&of(1.25)).unwrap(), "too quick for the clock");
    assert_eq!(part("fit_3_8").of(&of(1.25)), None, "the run has no such task");
    for ran in [Ran::Seconds, Ran::Memory, part("fit_4_7")] {
        assert_eq!(ran.of(&of(0.0)), None);
    }
    let asked = |lab: &str| {
        let lines = labs::lab(lab).unwrap().scenes.iter().flat_map(|scene| &scene.notebook);
        lines.filter_map(|line| line.ran.clone()).collect::<Vec<_>>()
    };
    // A line for each of the notebook's six bars.
    let bars = ["fit_4_7", "fit_0_1", "fit_0_9", "importances_4_7", "importances_0_1", "importances_0_9"].map(part);
    assert_eq!(asked("inference"), bars.into_iter().chain([Ran::Seconds, Ran::Memory]).collect::<Vec<_>>());
    assert_eq!(asked("mixture"), [Ran::Seconds]);
}

/// What is said of the notebook's numbers fits the images that are there.
#[test]
fn reasons_are_those_of_the_data_set() {
    let lab = labs::lab("logistic").unwrap();
    let mut n_other = 0;
    for line in lab.scenes.iter().flat_map(|scene| &scene.notebook) {
        let why = line.why("kannada10k");
        assert!(!why.contains("built in") && !why.contains("Arabic"), "{}: {why}", line.what);
        n_other += usize::from(why != line.why("mnist10k"));
    }
    assert!(n_other >= 8, "{n_other}");
    for scene in lab.scenes.iter().filter(|scene| !scene.open.is_empty()) {
        assert!(scene.open.iter().all(|asked| !asked.question.is_empty() && !asked.answer.is_empty()));
    }
    let asked = lab.scenes.iter().find(|scene| scene.id == "4-three").unwrap().open.len();
    assert_eq!(asked, 3, "the exercise asks three questions");
}
