//! The fixtures of the specification (exact enumerations and driven runs made by
//! other implementations), and properties against slow twins.

mod agreement;
mod enumeration;
mod learned;
mod queries;
mod scores;

use super::*;
use serde::de::DeserializeOwned;
use std::path::Path;

/// A fixture of `tests/fixtures/mixture`.
fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/mixture").join(name);
    let text = std::fs::read_to_string(&path).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is whole")
}

/// A case of `partitions.json`.
#[derive(serde::Deserialize)]
struct Case {
    name: String,
    #[serde(rename = "N")]
    n: usize,
    #[serde(rename = "D")]
    d: usize,
    crp_alpha: f64,
    a: Vec<f64>,
    b: Vec<f64>,
    #[serde(rename = "X")]
    x: Vec<Vec<u8>>,
    missing: Option<Vec<Vec<u8>>>,
    partitions: Vec<String>,
    score_assignment: Vec<f64>,
    score_data: Vec<f64>,
    posterior: Vec<f64>,
    coclustering: Vec<Vec<f64>>,
    sweep_kernel: Kernel,
    point_estimates: Estimates,
}

#[derive(serde::Deserialize)]
struct Kernel {
    thin_for_1pct: usize,
    from_all_together: Vec<f64>,
    from_all_singletons: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Estimates {
    binder: Binder,
    /// Not given for the largest case.
    #[serde(rename = "VI_bits")]
    vi_bits: Option<Vi>,
}

#[derive(serde::Deserialize)]
struct Binder {
    expected_loss_unordered_pairs: f64,
}

#[derive(serde::Deserialize)]
struct Vi {
    #[serde(rename = "expected_VI")]
    expected: f64,
}

#[derive(serde::Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

fn cases() -> Vec<Case> {
    fixture::<Cases>("partitions.json").cases
}

impl Case {
    fn images(&self) -> BinaryImages {
        let missing = self.missing.as_ref().map(|rows| rows.concat()).unwrap_or_default();
        BinaryImages::from_bits(&self.x.concat(), &missing, self.d).unwrap()
    }

    fn hyper(&self) -> Hyper {
        Hyper { alpha: self.crp_alpha, a: self.a.clone(), b: self.b.clone() }
    }

    fn state(&self, labels: Vec<u32>) -> State {
        State::new(&self.images(), labels, self.hyper()).unwrap()
    }
}

fn labels_of(partition: &str) -> Vec<u32> {
    partition.chars().map(|c| c.to_digit(10).unwrap()).collect()
}

/// A partition as a restricted growth string: groups numbered as they first occur.
fn growth_string(labels: &[u32]) -> String {
    let mut seen: Vec<u32> = Vec::new();
    labels
        .iter()
        .map(|label| {
            let at = seen.iter().position(|known| known == label).unwrap_or_else(|| {
                seen.push(*label);
                seen.len() - 1
            });
            char::from_digit(at as u32, 10).unwrap()
        })
        .collect()
}

fn close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()), "{ours} instead of {theirs}");
}
