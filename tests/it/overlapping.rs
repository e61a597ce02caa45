//! Logistic regression of classes that overlap against scikit-learn's (`tests/python/reference_overlapping.py`): there is
//! one minimum, and coefficients are to be those of it at the usual tolerance.

use base64::Engine as _;
use digitoscope::learn::linear_model::{Design, LogisticOptions, LogisticRegression, Penalty, Scheme};
use digitoscope::learn::preprocessing::Scaling;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    l1_ratio: f64,
    x: String,
    y: Vec<i64>,
    fits: Vec<Fit>,
}

#[derive(Deserialize)]
struct Fit {
    scaling: String,
    scheme: String,
    penalty: String,
    #[serde(rename = "C")]
    c: f64,
    usual: f64,
    objective: f64,
    coef: Vec<f64>,
}

#[test]
fn a_fit_of_the_usual_tolerance_is_the_minimum() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/overlapping.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    let Reference { l1_ratio, x, y, fits } = serde_json::from_str(&text).expect("the fixture is whole");
    let x = base64::engine::general_purpose::STANDARD.decode(x).expect("base64");
    let (rows, m): (Vec<u32>, usize) = ((0..y.len() as u32).collect(), x.len() / y.len());
    assert_eq!(fits.len(), 28);
    for fit in &fits {
        let what = format!("{} {} C={} {}", fit.scheme, fit.penalty, fit.c, fit.scaling);
        let scaling = if fit.scaling == "standard" { Scaling::Standard } else { Scaling::MinMax };
        let design = Design::bytes(&x, m, &rows, scaling).expect("whole rows");
        let options = LogisticOptions {
            scheme: if fit.scheme == "ovr" { Scheme::OneVsRest } else { Scheme::Multinomial },
            penalty: match fit.penalty.as_str() {
                "l1" => Penalty::L1,
                "elasticnet" => Penalty::ElasticNet(l1_ratio),
                _ => Penalty::None,
            },
            c: fit.c,
            tol: 1e-4,
            max_iter: 1000,
            ..LogisticOptions::default()
        };
        let (_, parts) = LogisticRegression::fit(&design, &y, &options).expect("can be fitted");
        assert!(parts.iter().all(|part| part.converged), "{what}");
        let objective: f64 = parts.iter().map(|part| part.objective).sum();
        // What rounding makes of sums of this size.
        let rounding = 1e-13 * fit.objective;
        assert!(objective <= fit.usual + rounding, "{what}: {objective} and {}", fit.usual);
        assert!(
            (objective - fit.objective).abs() <= 1e-10 * fit.objective,
            "{what}: {objective} and {}",
            fit.objective
        );
        let coef: Vec<f64> = parts.iter().flat_map(|part| part.coef.iter().copied()).collect();
        assert_eq!(coef.len(), fit.coef.len(), "{what}");
        let greatest = fit.coef.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        for (ours, theirs) in coef.iter().zip(&fit.coef) {
            assert!((ours - theirs).abs() <= 1e-4 * greatest, "{what}: {ours} and {theirs}");
        }
    }
}
