//! Mean images beside what two schemes of logistic regression learnt (notebook 004).

use super::lab::Lab;
use super::logistic::{LogisticParams, Scheme, Sides, Task, color, ends, fitted, python_fits, warnings};
use super::sheet::class_means;
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::Result;
use crate::report::signed::{self, Ends};
use crate::report::{Array, ColorMap, Figure, Numbers, Report, Section, Value};

/// The experiment; it takes the parameters of one fit, of which the scheme is not used.
pub struct Schemes;

impl Experiment for Schemes {
    const ID: &'static str = "schemes";
    const TITLE: &'static str = "Means and two schemes";
    type Params = LogisticParams;
    type Job = Task;
    const NEEDS: &'static [super::Need] = super::split::NEEDS;
    // It fits both schemes, and shows all labels and no single image.
    const IDLE: &'static [&'static str] = &["scheme", "label", "n_shown"];

    fn patience(_: &LogisticParams) -> f64 {
        600.0
    }

    fn check(params: &LogisticParams, n_samples: usize, _: usize) -> Result<()> {
        params.check(n_samples)
    }

    async fn run(params: &LogisticParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let m = data.n_features();
        let sides = Sides::new(params, data)?;
        let mut report = Report { warnings: sides.flat(data).into_iter().collect(), ..Report::default() };
        let (names, means) = class_means(data);
        // A 256th of a grey level is finer than any screen, and short in a file.
        let rounded = |value: &f64| ((value * 256.0).round() / 256.0) as f32;
        let mut pixels: Vec<f32> = means.iter().flatten().map(rounded).collect();
        let mut captions: Vec<String> = names.iter().map(|name| format!("{name}, mean")).collect();
        let highest = pixels.iter().copied().fold(1.0, f32::max);
        let mut scales = vec![(ColorMap::Gray, 0.0, highest); names.len()];
        let mut both: Vec<Vec<f64>> = Vec::new();
        let schemes = [(Scheme::Ovr, "ovr", "one-vs-rest"), (Scheme::Multinomial, "multinomial", "multinomial")];
        for (scheme, id, title) in schemes {
            let params = LogisticParams { scheme, ..params.clone() };
            let parts = fitted(&params, lab, &sides).await?;
            report.warnings.extend(warnings(&params, &sides, &parts));
            let coef: Vec<f64> = parts.iter().flat_map(|part| part.coef.iter().copied()).collect();
            let objective = parts.iter().map(|part| part.objective).sum();
            report.metric(&format!("objective_{id}"), &format!("Objective, {title}"), Value::Float(objective));
            let n = coef.len() / m;
            let shape = format!("({n}, {m})");
            report.metric(
                &format!("coef_shape_{id}"),
                &format!("Shape of the coefficients, {title}"),
                Value::Text(shape),
            );
            let maps: Vec<f32> = coef.iter().map(|value| *value as f32).collect();
            scales.extend(ends(&maps, m, Ends::Greatest).into_iter().map(|end| (ColorMap::RdYlGn, -end, end)));
            pixels.extend(maps);
            // Two classes have one set of coefficients, which speaks for the second.
            captions.extend((0..n).map(|k| format!("{}, {title}", names[if n == 1 { 1 } else { k }])));
            both.push(coef.clone());
            report.arrays.push(Array {
                name: format!("coef_{id}"),
                shape: vec![n as u32, m as u32],
                numbers: Numbers::F64(coef),
            });
        }
        let rows = match names.as_slice() {
            [_, second] => format!(
                "First row: mean images of two classes. Second: coefficients that speak for {second}, of one model against \
                 the rest and of one model of all probabilities."
            ),
            _ => format!(
                "{} classes across. First row: mean images. Second: coefficients of one model for each class against the \
                 rest. Third: coefficients of one model of all probabilities.",
                names.len()
            ),
        };
        let summary = format!(
            "{rows} Of coefficients, green speaks for the label and red against it; zero has the middle colour. {}",
            signed::told(Ends::Greatest)
        );
        let columns = names.len() as u32;
        let mut section = pictures::grid(
            "three",
            "Mean images, one-vs-rest and multinomial",
            &summary,
            data,
            captions.into_iter(),
            &pixels,
            (0.0, highest),
            columns,
        );
        if let Figure::Images { images, map, .. } = &mut section.figure {
            *map = ColorMap::Gray;
            images.iter_mut().zip(scales).for_each(|(image, scale)| image.scale = Some(scale));
        }
        report.sections.push(section);
        let (section, alike) = difference(data, &names, &both[0], &both[1]);
        report.sections.push(section);
        alike.tell(&mut report);
        Ok(report)
    }

    fn python(params: &LogisticParams) -> String {
        let mut script = python_fits(params);
        script += "means = np.array([X[y == label].mean(axis=0) for label in np.unique(y)])\nprint(means.shape)\n";
        script
    }
}

/// How much the two maps of each label are alike.
struct Alike {
    /// The label whose maps are least alike, and the correlation of the two.
    least: (String, f64),
    /// The label whose maps are most alike, and the correlation of the two.
    most: (String, f64),
    /// The share of coefficients of opposite signs, of those that are not zero in both maps.
    opposite: f64,
}

impl Alike {
    fn new(names: &[String], correlations: &[f64], ovr: &[f64], multinomial: &[f64]) -> Self {
        let pick = |better: fn(f64, f64) -> bool| {
            let at = (1..correlations.len())
                .fold(0, |best, at| if better(correlations[at], correlations[best]) { at } else { best });
            (names[at].clone(), correlations[at])
        };
        let pairs = || ovr.iter().zip(multinomial);
        let used = pairs().filter(|(a, b)| **a != 0.0 || **b != 0.0).count();
        let opposite = pairs().filter(|(a, b)| *a * *b < 0.0).count();
        Alike { least: pick(|a, b| a < b), most: pick(|a, b| a > b), opposite: opposite as f64 / used.max(1) as f64 }
    }

    fn tell(&self, report: &mut Report) {
        for (id, word, (label, r)) in [("alike_least", "least", &self.least), ("alike_most", "most", &self.most)] {
            let title = format!("Correlation of the two maps that are {word} alike");
            report.metric(id, &title, Value::Float(*r));
            report.metric(&format!("{id}_label"), "Their label", Value::Text(label.clone()));
        }
        report.metric("opposite", "Share of pixels with coefficients of opposite signs", Value::Float(self.opposite));
    }
}

/// One-vs-rest less multinomial, label by label.
fn difference(data: &Dataset, names: &[String], ovr: &[f64], multinomial: &[f64]) -> (Section, Alike) {
    let m = data.n_features();
    let less: Vec<f64> = ovr.iter().zip(multinomial).map(|(a, b)| a - b).collect();
    let n = less.len() / m;
    let names = &names[names.len() - n..];
    let correlations: Vec<f64> = (0..n).map(|k| correlation(&ovr[k * m..][..m], &multinomial[k * m..][..m])).collect();
    let alike = Alike::new(names, &correlations, ovr, multinomial);
    let (most, least) = (&alike.most, &alike.least);
    let pairs = match n {
        1 => format!("The two maps of {} have a correlation of {:.2}.", most.0, most.1),
        _ => format!(
            "The maps of {} are most alike (their correlation is {:.2}), those of {} least ({:.2}).",
            most.0, most.1, least.0, least.1
        ),
    };
    let summary = format!(
        "Coefficients of one-vs-rest less those of multinomial: green where the first gives a label more for ink, red \
         where the second does. {pairs} {}",
        signed::told(Ends::Size)
    );
    let pixels: Vec<f32> = less.iter().map(|value| *value as f32).collect();
    let captions = names.iter().zip(&correlations).map(|(name, r)| format!("{name}, r = {r:.2}"));
    let mut section =
        pictures::grid("difference", "One-vs-rest less multinomial", &summary, data, captions, &pixels, (-1.0, 1.0), 5);
    // Neither side is the notebook's: each map ends at its greatest size.
    color(&mut section, ColorMap::RdYlGn, &ends(&pixels, m, Ends::Size));
    (section, alike)
}

/// Share of the greatest value below which differences within a map are rounding.
const FLAT: f64 = 1e-9;

/// Pearson's correlation of two maps; 0 where one of them is flat.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (of_a, of_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        ab += (a - of_a) * (b - of_b);
        aa += (a - of_a) * (a - of_a);
        bb += (b - of_b) * (b - of_b);
    }
    let varies = |values: &[f64], squares: f64| {
        let size = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        (squares / values.len() as f64).sqrt() > FLAT * size.max(f64::MIN_POSITIVE)
    };
    if varies(a, aa) && varies(b, bb) { ab / (aa * bb).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_numpys() {
        // np.corrcoef([1, 2, 4, 8], [3, 1, 4, 1])[0, 1]
        assert!((correlation(&[1.0, 2.0, 4.0, 8.0], &[3.0, 1.0, 4.0, 1.0]) + 0.34097520463683817).abs() < 1e-14);
        assert_eq!(correlation(&[1.0, 1.0], &[0.0, 2.0]), 0.0);
        assert_eq!(correlation(&[0.3, 0.1 + 0.2], &[0.0, 2.0]), 0.0, "rounding is no map");
    }

    #[test]
    fn opposite_signs_are_a_share_of_what_either_map_uses() {
        let names = ["a", "b"].map(String::from);
        let alike = Alike::new(&names, &[0.25, -0.5], &[1.0, -1.0, 0.0, 2.0], &[1.0, 3.0, 0.0, 0.0]);
        assert_eq!((alike.least, alike.most), (("b".into(), -0.5), ("a".into(), 0.25)));
        assert_eq!(alike.opposite, 1.0 / 3.0);
    }
}
