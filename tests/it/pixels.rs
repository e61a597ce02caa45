//! What a page computes of pixels by itself: ink, centred as MNIST centres it, and what each pixel adds
//! to a decision; images rebuilt from components, against scikit-learn; and bad input of the lab `logistic`.

use base64::Engine as _;
use digitoscope::data::{Dataset, digit_names, disk, idx};
use digitoscope::error::{Result, Warning};
use digitoscope::experiments::{Entry, Serial, Values, poll_once};
use digitoscope::learn::Matrix;
use digitoscope::learn::decomposition::{NComponents, Pca, PcaOptions, SvdSolver};
use digitoscope::learn::linear_model::{Design, LogisticOptions, LogisticRegression, Rebuilt, Scheme};
use digitoscope::report::ink::{Ink, mass};
use digitoscope::report::{Figure, Linear, Numbers, Report};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;

fn run(id: &str, values: &[(&str, &str)], data: Dataset) -> Result<Report> {
    let entry = Entry::find(id)?;
    let mut all: Values = entry.normal(&Vec::new())?;
    for (name, value) in values {
        let known = all.iter_mut().find(|(known, _)| known == name).expect("a parameter");
        known.1 = (*value).to_string();
    }
    let data = Arc::new(data);
    poll_once(entry.run(&all, &data, &Serial::new(entry, Arc::clone(&data)))).expect("a native run never waits")
}

/// Images of 3 by 4 pixels; those of a class have ink in a pixel of their own, and a little everywhere.
fn some(labels: &[u8]) -> Dataset {
    let mut word = 7_u32;
    let mut noise = || {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (word >> 25) as u8
    };
    let image = |label: &u8| (0..12).map(|pixel| noise() + if pixel == *label { 120 } else { 0 }).collect::<Vec<u8>>();
    let images = labels.iter().flat_map(image).collect();
    Dataset::new("some", "Some", images, labels.to_vec(), (3, 4), digit_names(10)).expect("images")
}

fn in_turn(n: usize, k: u8) -> Vec<u8> {
    (0..n).map(|i| (i % usize::from(k)) as u8).collect()
}

#[test]
fn mnists_own_images_stay_where_they_are() {
    let data = disk::builtin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static/data"), "mnist10k").expect("built in");
    let (mut same, mut n) = (0, 0);
    for image in (0..data.n).step_by(10).map(|i| data.image(i)) {
        let centred = Ink::of_image((28, 28), image).centred();
        let at = |pixels: &[u8]| {
            let levels: Vec<f64> = pixels.iter().map(|level| f64::from(*level)).collect();
            mass(&levels, 28).expect("ink")
        };
        let (before, after) = (at(image), at(&centred));
        assert!((after.0 - 14.0).abs() < 1.6 && (after.1 - 14.0).abs() < 1.6, "{after:?}, {before:?} before");
        (same, n) = (same + usize::from(centred == image), n + 1);
    }
    assert!(same * 100 >= n * 95, "{same} of {n}");
}

fn linear(report: &Report) -> &Linear {
    let found = report.sections.iter().find_map(|section| match &section.figure {
        Figure::Linear(linear) => Some(linear),
        _ => None,
    });
    found.expect("the model is there")
}

fn array<'a>(report: &'a Report, name: &str) -> &'a Numbers {
    &report.arrays.iter().find(|array| array.name == name).expect(name).numbers
}

#[test]
fn what_pixels_add_is_the_decision() {
    for k in [2, 5] {
        for scheme in ["ovr", "multinomial"] {
            for scaling in ["none", "min-max", "standard"] {
                let data = some(&in_turn(100, k));
                let images = data.images.clone();
                let report = run("logistic", &[("scheme", scheme), ("scaling", scaling)], data).expect("a report");
                let model = linear(&report);
                let levels = |i: u32| -> Vec<f32> {
                    images[i as usize * 12..][..12].iter().map(|level| f32::from(*level)).collect()
                };
                let (Numbers::U32(test), Numbers::U32(predicted)) =
                    (array(&report, "test"), array(&report, "predicted_test"))
                else {
                    panic!("numbers of images")
                };
                let Numbers::F64(sure) = array(&report, "sure_test") else { panic!("confidences") };
                assert_eq!((test.len(), predicted.len(), sure.len()), (20, 20, 20));
                for ((image, predicted), sure) in test.iter().zip(predicted).zip(sure) {
                    let pixels = levels(*image);
                    let scores = model.scores(&pixels);
                    let decided = Linear::decided(&scores);
                    assert_eq!(decided as u32, *predicted, "{k} {scheme} {scaling}");
                    assert!((model.probabilities(&scores)[decided] - sure).abs() < 1e-5);
                    for class in 0..usize::from(k) {
                        let over = (class + 1) % usize::from(k);
                        let parts = model.contributions(&pixels, class, Some(over));
                        let sum: f64 = parts.iter().map(|part| f64::from(*part)).sum();
                        let expected = scores[class] - scores[over];
                        assert!((sum + model.constant(class, Some(over)) - expected).abs() < 1e-4, "{sum} {expected}");
                    }
                }
                if scaling == "none" {
                    let (Numbers::F64(coef), Numbers::F64(intercept)) =
                        (array(&report, "coef_"), array(&report, "intercept_"))
                    else {
                        panic!("coefficients")
                    };
                    let last = intercept.len() - 1;
                    let pixels = levels(test[0]);
                    let own = coef[last * 12..].iter().zip(&pixels).map(|(w, x)| w * f64::from(*x)).sum::<f64>();
                    let score = model.scores(&pixels)[usize::from(k) - 1];
                    assert!((own + intercept[last] - score).abs() < 1e-4, "{k} {scheme}");
                }
            }
        }
    }
}

/// `(name, images and parameters, what the answer says)`: a word of the error, or a warning.
#[test]
fn bad_input_is_named_or_survived() {
    let error = |values: &[(&str, &str)], labels: &[u8]| match run("logistic", values, some(labels)) {
        Ok(_) => String::from("no error"),
        Err(error) => error.to_string(),
    };
    let cases: [(&str, String, &str); 6] = [
        ("one class only", error(&[], &[4; 30]), "at least 2 classes. Got only one class, 4"),
        ("one image", error(&[], &[4]), "at least 2 images. Got 1"),
        (
            "fewer images than classes",
            error(&[], &[0, 1, 2]),
            "at least 2 of each class, since a single one cannot be on both sides",
        ),
        ("a class of one image", error(&[], &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 7]), "at least 2"),
        ("no C", error(&[("C", "0")], &in_turn(40, 4)), "'C'"),
        ("a share of L1 above all", error(&[("l1_ratio", "1.5")], &in_turn(40, 4)), "'l1_ratio'"),
    ];
    for (name, found, expected) in &cases {
        assert!(found.contains(expected), "{name}: {found}");
    }
    // Labels that no digit has, and files that hold no labels, do not even become a data set.
    let images = vec![0; 24];
    let refused = |labels: Vec<u8>| Dataset::new("bad", "Bad", images.clone(), labels, (3, 4), digit_names(10));
    assert!(refused(vec![3, 10]).is_err_and(|error| error.to_string().contains("label 10 of image 1")));
    let words = b"three,seven\n";
    assert!(idx::read_labels("labels.csv", words).is_err_and(|error| error.to_string().contains("labels.csv")));
    let nan = Matrix::from_vec(vec![1.0, f64::NAN, 2.0, 3.0], 2, 2).expect("whole rows");
    assert!(Design::doubles(&nan).is_err_and(|error| error.to_string().contains("NaN")));

    // Fewer images than classes, all of them learnt from, is a problem like any other.
    let report = run("logistic", &[("test_size", "0")], some(&[0, 1, 2])).expect("a report");
    assert_eq!(report.find("n_train").expect("a number").value.full(), "3");
    // Features that are the same in every image tell nothing apart.
    for scheme in ["ovr", "multinomial"] {
        for scaling in ["none", "min-max", "standard"] {
            for level in [0, 9] {
                let labels = in_turn(60, 3);
                let flat = Dataset::new("flat", "Flat", vec![level; 60 * 12], labels, (3, 4), digit_names(10))
                    .expect("images");
                let report = run("logistic", &[("scheme", scheme), ("scaling", scaling)], flat).expect("a report");
                let Numbers::F64(coef) = array(&report, "coef_") else { panic!("coefficients") };
                assert!(coef.iter().all(|value| value.is_finite()), "{scheme} {scaling} {level}");
            }
        }
    }
    // Classes that can be told apart have no best model without a penalty: that is said, and the run ends.
    for scheme in ["ovr", "multinomial"] {
        let values = [("scheme", scheme), ("penalty", "none"), ("max_iter", "50")];
        let report = run("logistic", &values, some(&in_turn(80, 4))).expect("a report");
        assert!(report.warnings.iter().any(|warning| matches!(warning, Warning::Separable { .. })), "{scheme}");
    }
}

#[derive(Deserialize)]
struct Reference {
    x: String,
    y: Vec<i64>,
    fits: Vec<Fit>,
}

#[derive(Deserialize)]
struct Fit {
    n_components: usize,
    scheme: String,
    coef: Vec<f64>,
    intercept: Vec<f64>,
    n_right: usize,
    explained: f64,
    row: Vec<f64>,
}

#[test]
fn models_of_rebuilt_digits_are_scikit_learns() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/denoise.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    let Reference { x, y, fits } = serde_json::from_str(&text).expect("the fixture is whole");
    let bytes = base64::engine::general_purpose::STANDARD.decode(x).expect("base64");
    let x = Matrix::from_vec(bytes.iter().map(|level| f64::from(*level) / 16.0).collect(), y.len(), 64).expect("rows");
    assert_eq!(fits.len(), 6);
    for fit in fits {
        let options = PcaOptions {
            n_components: NComponents::Count(fit.n_components),
            svd_solver: SvdSolver::CovarianceEigh,
            ..PcaOptions::default()
        };
        let pca = Pca::fit(&x, &options).expect("components");
        let explained: f64 = pca.explained_variance_ratio.iter().sum();
        assert!((explained - fit.explained).abs() < 1e-12);
        let rebuilt = Rebuilt::new(&pca.components(), &pca.mean, fit.n_components);
        let row = rebuilt.image(x.row(7));
        row.iter().zip(&fit.row).for_each(|(a, b)| assert!((a - b).abs() < 1e-8, "{a} {b}"));
        let few = rebuilt.coordinates(x.rows().map(|row| row.iter().copied()), 1.0);
        let design = Design::doubles(&few).expect("finite");
        let scheme = if fit.scheme == "ovr" { Scheme::OneVsRest } else { Scheme::Multinomial };
        let options = LogisticOptions { scheme, c: 2.0, tol: 1e-11, max_iter: 500, ..LogisticOptions::default() };
        let (model, _) = LogisticRegression::fit(&design, &y, &options).expect("a model");
        let found = model.predict(&design).expect("of the same features");
        let n_right = found.iter().zip(&y).filter(|(a, b)| a == b).count();
        assert_eq!(n_right, fit.n_right, "{} {}", fit.n_components, fit.scheme);
        let coef: Vec<f64> = model
            .coef
            .rows()
            .flat_map(|row| rebuilt.coefficients(row).into_iter().step_by(3).collect::<Vec<_>>())
            .collect();
        let size = fit.coef.iter().fold(1e-3, |most: f64, value| most.max(value.abs()));
        for (a, b) in coef.iter().zip(&fit.coef) {
            assert!((a - b).abs() <= 1e-5 * size, "{} {}: {a} {b}", fit.n_components, fit.scheme);
        }
        let shift = if fit.scheme == "ovr" { 0.0 } else { model.intercept[0] };
        for (a, b) in model.intercept.iter().zip(&fit.intercept) {
            assert!((a - shift - b).abs() <= 1e-5 * (1.0 + b.abs()), "{} {}: {a} {b}", fit.n_components, fit.scheme);
        }
    }
}
