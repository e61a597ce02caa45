//! Pairs of digits, and a few images of each (notebook 000).

use super::Experiment;
use super::digits::NoJob;
use super::lab::Lab;
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::Result;
use crate::params::Domain;
use crate::report::{ColorMap, Figure, Report, Section, Table, Value};

crate::params! {
    /// Samples of pairs of digits.
    pub struct SamplesParams {
        /// Pairs of digits, one after the other: 0~1~4~7 is 0 against 1, and 4 against 7.
        pairs "Pairs": Vec<u32> = vec![0, 1, 4, 7, 0, 9], Domain::Ints { min: 0, max: 9, longest: 24 };
        /// Images of each pair at most, drawn without replacement, each digit with its share.
        n_samples "Images of each pair": u32 = 5_000, Domain::Int { min: 10, max: 100_000, slider: 0 };
        /// Seed of the draw; the same number draws the same images here and in scikit-learn.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

/// Images shown of each pair.
const SHOWN: usize = 5;

/// The experiment.
pub struct Samples;

impl Experiment for Samples {
    const ID: &'static str = "samples";
    const TITLE: &'static str = "Pairs of digits";
    type Params = SamplesParams;
    type Job = NoJob;
    const INSTANT: bool = true;

    fn check(params: &SamplesParams, _: usize, _: usize) -> Result<()> {
        pair::pairs(&params.pairs).map(|_| ())
    }

    async fn run(params: &SamplesParams, lab: &Lab<'_>) -> Result<Report> {
        report(params, lab.dataset)
    }

    fn python(params: &SamplesParams) -> String {
        let mut script = String::from("from sklearn.utils import resample\n\n");
        script += &format!("for a, b in {}:\n", pair::python_pairs(&params.pairs));
        script += &pair::python(params.n_samples, params.random_state);
        script += &format!("    show(f'n_{{a}}_{{b}}', len(X_pair))\n    ink = 0\n    for i in range({SHOWN}):\n");
        script += "        of_label = X_pair[y_pair == (b if i % 2 == 0 else a)]\n";
        script += "        if i < len(of_label):\n            ink += int(of_label[i].sum())\n";
        script += "    show(f'ink_{a}_{b}', ink)\n";
        script
    }
}

fn report(params: &SamplesParams, data: &Dataset) -> Result<Report> {
    let mut report = Report::default();
    let (mut images, mut means, mut rows, mut names) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for digits in pair::pairs(&params.pairs)? {
        let pair = Pair::draw(data, digits, params.n_samples, params.random_state)?;
        let members = |class: u8| pair.rows.iter().filter(move |row| data.labels[**row as usize] == class);
        report.metric(
            &format!("n_{}", pair.id()),
            &format!("Images, {}", pair.name(data)),
            Value::Int(pair.rows.len() as i64),
        );
        let mut ink = 0;
        for i in 0..SHOWN {
            // The notebook alternates the labels, and takes the i-th image of each.
            let class = if i % 2 == 0 { pair.second } else { pair.first };
            let Some(row) = members(class).nth(i) else { continue };
            let image = data.image(*row as usize);
            ink += image.iter().map(|pixel| i64::from(*pixel)).sum::<i64>();
            let caption = match i {
                2 => format!("{} · Digits {}", data.class_names[usize::from(class)], pair.name(data)),
                _ => data.class_names[usize::from(class)].clone(),
            };
            images.push((caption, image.iter().map(|pixel| f32::from(*pixel)).collect()));
        }
        report.metric(
            &format!("ink_{}", pair.id()),
            &format!("Ink of the five shown, {}", pair.name(data)),
            Value::Int(ink),
        );
        for (class, mean) in [pair.first, pair.second].into_iter().zip(pair.means(data)) {
            let class_name = &data.class_names[usize::from(class)];
            means.push((format!("{class_name} of {}", pair.name(data)), mean));
        }
        names.push(pair.name(data));
        rows.push(vec![
            Value::Text(pair.name(data)),
            Value::Int(members(pair.first).count() as i64),
            Value::Int(members(pair.second).count() as i64),
        ]);
    }
    let names = names.join(", ");
    let summary = format!("Five images of each pair of digits: {names}. The second digit of the pair comes first.");
    let look = (ColorMap::Gray, 0.0, 255.0);
    report.sections.push(pair::panels(("samples", "Five of each pair", summary), data, look, SHOWN as u32, images));
    let summary =
        format!("The mean image of both digits of each pair: {names}. Where both are dark, the pixel tells little.");
    let look = (ColorMap::GrayR, 0.0, 255.0);
    report.sections.push(pair::panels(("means", "Mean images", summary), data, look, 6, means));
    report.sections.push(Section {
        id: "counts".into(),
        title: "How many of each".into(),
        summary: format!("Images drawn of each pair, at most {}.", params.n_samples),
        figure: Figure::Numbers(Table {
            columns: ["pair", "images of the first", "images of the second"].map(String::from).to_vec(),
            rows,
        }),
    });
    Ok(report)
}
