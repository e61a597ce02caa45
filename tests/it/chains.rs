//! The chains of a mixture as a report carries them: what the page completes pictures with agrees with the numeric core
//! and with the specification, chains go on from a file as if they had never stopped, and what does not fit is refused.

mod answers;
mod company;
mod completed;
mod continued;
mod input;
mod matched;
mod numbers;
mod resumed;
mod starts;

use digitoscope::data::{Dataset, digit_names};
use digitoscope::error::Result;
use digitoscope::experiments::{CHAINS, Entry, Saved, Serial, Values, poll_once};
use digitoscope::learn::mixture::{BinaryImages, Counts, Hyper, Predictor};
use digitoscope::link::{Place, Setup};
use digitoscope::report::Report;
use digitoscope::report::groups::{real, whole};
use std::sync::Arc;

fn close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()), "{ours} instead of {theirs}");
}

/// `n` images of 8 by 8 pixels in four styles, two of each of two classes, with noise.
fn small(n: usize) -> Arc<Dataset> {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 28 == 0
    };
    let styles = (0..n).map(|i| i % 4);
    let images = styles.clone().flat_map(|style| (0..64).map(move |pixel| (pixel / 16 == style) || pixel % 8 == style));
    let images = images.map(|on| u8::from(on != noise()) * 255).collect();
    let labels = styles.map(|style| 2 + (style / 2) as u8).collect();
    Arc::new(Dataset::new("small", "Small", images, labels, (8, 8), digit_names(10)).unwrap())
}

fn setup(values: &[(&str, &str)]) -> Setup {
    let setup = Setup::preset(Place::Bench { experiment: "mixture".into() }).with("n_groups", "7");
    values.iter().fold(setup, |setup, (name, value)| setup.with(name, value))
}

fn run_with(setup: &Setup, data: &Arc<Dataset>, chains: Option<&str>) -> Result<Report> {
    let entry = Entry::find("mixture").unwrap();
    let mut values: Values = setup.values.clone();
    values.extend(chains.map(|text| (CHAINS.to_string(), text.to_string())));
    poll_once(entry.run(&values, data, &Serial::new(entry, Arc::clone(data)))).unwrap()
}

fn run(values: &[(&str, &str)], data: &Arc<Dataset>) -> Report {
    run_with(&setup(values), data, None).unwrap()
}

/// One chain of a report as the numeric core has it.
fn core(report: &Report, data: &Dataset, chain: usize) -> (BinaryImages, Vec<u32>, Hyper) {
    let rows = whole(&report.arrays, "rows").unwrap();
    let images = BinaryImages::from_grey(&data.images, data.n_features(), rows, 0).unwrap();
    let part = |values: &[f64], n: usize| values[chain * n..(chain + 1) * n].to_vec();
    let (a, b) = (real(&report.arrays, "alpha").unwrap(), real(&report.arrays, "beta").unwrap());
    let alpha = real(&report.arrays, "concentration").unwrap()[chain];
    let labels = whole(&report.arrays, "labels_").unwrap()[chain * rows.len()..][..rows.len()].to_vec();
    (images, labels, Hyper { alpha, a: part(a, 64), b: part(b, 64) })
}

/// All chains of a report as the numeric core asks them.
fn predictors(report: &Report, data: &Dataset) -> Vec<Predictor> {
    let n_chains = whole(&report.arrays, "n_groups").unwrap().len();
    let of = |chain: usize| {
        let (images, labels, hyper) = core(report, data, chain);
        Predictor::new(&Counts::of(&images, &labels), &hyper)
    };
    (0..n_chains).map(of).collect()
}

/// An image of the small data set in black and white.
fn bits(data: &Dataset, image: u32) -> Vec<u8> {
    data.image(image as usize).iter().map(|grey| u8::from(*grey > 0)).collect()
}

/// A number of a report.
fn number(report: &Report, name: &str) -> f64 {
    report.find(name).unwrap().value.full().parse().unwrap()
}

/// The text of the file of a report's chains.
fn saved(values: &[(&str, &str)], report: &Report) -> String {
    Saved::text(&setup(values).key(), &report.arrays, 1.5).unwrap()
}
