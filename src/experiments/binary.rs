//! Images in black and white: the data of notebook 001 before any model.

use super::digits::NoJob;
use super::lab::Lab;
use super::mixture::{self, Selection};
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::Result;
use crate::params::{Domain, distinct};
use crate::random::default_rng;
use crate::report::{ColorMap, Figure, Report, Section, Table, Value};

crate::params! {
    /// Looking at images in black and white.
    pub struct BinaryParams {
        /// Digits whose images are taken.
        digits "Digits": Vec<u32> = vec![2, 3], Domain::Ints { min: 0, max: 9, longest: 10 };
        /// Images at most, spread evenly over those of the digits.
        n_images "Images at most": u32 = 70_000, Domain::Int { min: 1, max: 70_000, slider: 0 };
        /// A pixel is on if its grey level is above this.
        threshold "Ink above": u32 = 0, Domain::Int { min: 0, max: 254, slider: 254 };
        /// Seed of the order of the images; the first of them is shown in black and white.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

/// The experiment.
pub struct Binary;

impl Experiment for Binary {
    const ID: &'static str = "binary";
    const TITLE: &'static str = "Images in black and white";
    type Params = BinaryParams;
    type Job = NoJob;
    const INSTANT: bool = true;

    fn check(params: &BinaryParams, _: usize, _: usize) -> Result<()> {
        distinct("digits", &params.digits)
    }

    async fn run(params: &BinaryParams, lab: &Lab<'_>) -> Result<Report> {
        look(params, lab.dataset)
    }

    fn python(params: &BinaryParams) -> String {
        let mut script = format!("digits = {:?}\nrows = np.flatnonzero(np.isin(y, digits))\n", params.digits);
        script += &format!("kept = min(len(rows), {})\n", params.n_images);
        script += "rows = rows[np.arange(kept) * len(rows) // kept]\n";
        script += "for digit in digits:\n    show(f'n_of_{digit}', (y[rows] == digit).sum())\n";
        script += "show('n_samples', len(rows))\nshow('n_dimensions', X[rows].ndim)\nshow('n_features', X.shape[1])\n";
        script += &format!("bits = X[rows] > {}\n", params.threshold);
        script += &format!("first = np.random.default_rng({}).permutation(len(rows))[0]\n", params.random_state);
        script += "show('first', rows[first])\nshow('first_on', bits[first].sum())\n";
        script += "show('on', bits.mean())\nshow('never_on', (~bits.any(axis=0)).sum())\n";
        script
    }
}

fn look(params: &BinaryParams, data: &Dataset) -> Result<Report> {
    let BinaryParams { n_images, threshold, random_state, .. } = *params;
    let digits = params.digits.clone();
    let selection = Selection { digits, n_images, threshold, n_queries: 1, held_out: false, random_state };
    let rows = selection.choose(data)?.rows;
    let images = selection.binarise(data)?;
    let mut report = Report::default();
    report.warnings.extend(selection.uniform(images.n_on() as u64, (rows.len() * data.n_features()) as u64));
    let counts = mixture::counts(&mut report, &params.digits, data, &rows);

    let d = data.n_features();
    let mut often = vec![0u32; d];
    (0..rows.len()).for_each(|i| images.on(i).iter().for_each(|pixel| often[usize::from(*pixel)] += 1));
    let never = often.iter().filter(|n| **n == 0).count();
    let share = images.n_on() as f64 / (rows.len() * d) as f64;
    let first = default_rng(u128::from(random_state)).permutation(rows.len())[0] as usize;
    let on = images.on(first).len();
    report.metric("first", "Image shown in black and white", Value::Int(i64::from(rows[first])));
    report.metric("first_on", "Its pixels that are on", Value::Int(on as i64));
    report.metric("on", "Share of all pixels that are on", Value::Float(share));
    report.metric("never_on", "Pixels that are never on", Value::Int(never as i64));

    let name = |row: u32| data.class_names[usize::from(data.labels[row as usize])].clone();
    let last_digit = params.digits.last().copied().unwrap_or(0);
    let of_last: Vec<u32> =
        rows.iter().copied().filter(|row| u32::from(data.labels[*row as usize]) == last_digit).take(1).collect();
    let example = of_last.first().copied().unwrap_or(rows[0]);
    let grey: Vec<f32> = data.image(example as usize).iter().map(|level| f32::from(*level)).collect();
    let words = format!(
        "Image {example}, the first {}: {} by {} grey levels from 0 to 255, in the colours of a heat map.",
        name(example),
        data.height,
        data.width
    );
    let caption = std::iter::once(format!("image {example}"));
    report.sections.push(heat(pictures::grid(
        "example",
        "Example MNIST Digit",
        &words,
        data,
        caption,
        &grey,
        (0.0, 255.0),
        1,
    )));
    let bits: Vec<f32> = selection.bits(data, rows[first]).into_iter().map(f32::from).collect();
    let words = format!(
        "Image {}, a {}: {on} pixels with a grey level above {threshold} are on.",
        rows[first],
        name(rows[first])
    );
    let caption = std::iter::once(format!("image {}", rows[first]));
    report.sections.push(heat(pictures::grid(
        "binary",
        "In black and white",
        &words,
        data,
        caption,
        &bits,
        (0.0, 1.0),
        1,
    )));
    let shares: Vec<f32> = often.iter().map(|n| (255.0 * f64::from(*n) / rows.len() as f64).round() as f32).collect();
    let words =
        format!("How often each pixel is on. Of {d} pixels {never} never are; {:.1} % of all are on.", 100.0 * share);
    let caption = std::iter::once("all images".to_string());
    report.sections.push(pictures::grid(
        "often",
        "How often each pixel is on",
        &words,
        data,
        caption,
        &shares,
        (0.0, 255.0),
        1,
    ));
    let named = params.digits.iter().zip(&counts);
    let rows = named.map(|(digit, n)| vec![Value::Int(i64::from(*digit)), Value::Int(*n)]).collect();
    report.sections.push(Section {
        id: "counts".into(),
        title: "How many of each".into(),
        summary: match (counts.iter().sum::<i64>(), counts.len()) {
            (1, 1) => "1 image of 1 digit.".into(),
            (n, 1) => format!("{n} images of 1 digit."),
            (n, digits) => format!("{n} images of {digits} digits."),
        },
        figure: Figure::Numbers(Table { columns: vec!["digit".into(), "images".into()], rows }),
    });
    Ok(report)
}

/// In the colours of a heat map.
fn heat(mut section: Section) -> Section {
    if let Figure::Images { map, .. } = &mut section.figure {
        *map = ColorMap::Viridis;
    }
    section
}
