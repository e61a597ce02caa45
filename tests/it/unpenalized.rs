//! Logistic regression without a penalty against scikit-learn's (`tests/python/reference_unpenalized.py`), at the
//! tolerances that people use: digits can be told apart without an error, so that there is no minimum to agree on.

use base64::Engine as _;
use digitoscope::learn::linear_model::{Design, LogisticOptions, LogisticRegression, Penalty, Scheme};
use digitoscope::learn::metrics::accuracy_score;
use digitoscope::learn::preprocessing::Scaling;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    n_learnt: u32,
    x: String,
    y: Vec<i64>,
    fits: Vec<Fit>,
}

#[derive(Deserialize, Debug)]
struct Fit {
    scaling: String,
    scheme: String,
    fit_intercept: bool,
    max_iter: u32,
    tol: f64,
    objective: f64,
    accuracy: f64,
}

#[test]
fn the_objective_is_never_above_and_other_images_are_predicted_as_well() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/unpenalized.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    let Reference { n_learnt, x, y, fits } = serde_json::from_str(&text).expect("the fixture is whole");
    let x = base64::engine::general_purpose::STANDARD.decode(x).expect("base64");
    let (n, m) = (y.len() as u32, x.len() / y.len());
    let (learnt, others): (Vec<u32>, Vec<u32>) = ((0..n_learnt).collect(), (n_learnt..n).collect());
    let raw = Design::bytes(&x, m, &others, Scaling::None).expect("whole rows");
    assert_eq!(fits.len(), 36);
    let mut better = 0.0;
    for fit in &fits {
        let scaling = match fit.scaling.as_str() {
            "min-max" => Scaling::MinMax,
            "standard" => Scaling::Standard,
            _ => Scaling::None,
        };
        let design = Design::bytes(&x, m, &learnt, scaling).expect("whole rows");
        let options = LogisticOptions {
            scheme: if fit.scheme == "ovr" { Scheme::OneVsRest } else { Scheme::Multinomial },
            penalty: Penalty::None,
            tol: fit.tol,
            max_iter: fit.max_iter,
            fit_intercept: fit.fit_intercept,
            ..LogisticOptions::default()
        };
        let (model, parts) =
            LogisticRegression::fit(&design, &y[..n_learnt as usize], &options).expect("can be fitted");
        let objective: f64 = parts.iter().map(|part| part.objective).sum();
        assert!(objective <= fit.objective, "{fit:?}: {objective}");
        assert!(parts.iter().all(|part| part.n_iter <= fit.max_iter), "{fit:?}");
        let predicted = model.unscaled(&design).predict(&raw).expect("of the same features");
        let accuracy = accuracy_score(&y[n_learnt as usize..], &predicted).expect("as many");
        // Without a minimum two descents end apart; neither may lead astray.
        assert!(accuracy >= fit.accuracy - 0.05, "{fit:?}: {accuracy}");
        better += accuracy - fit.accuracy;
    }
    assert!(better / fits.len() as f64 > -0.01, "{better}");
}
