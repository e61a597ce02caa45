//! Mean images beside what two schemes of logistic regression learnt (notebook 004).

use super::lab::Lab;
use super::logistic::{Ends, LogisticParams, Scheme, Sides, Task, color, ends, fitted, python_fits, warnings};
use super::sheet::class_means;
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::Result;
use crate::report::{Array, ColorMap, Figure, Numbers, Report, Section, Value};

/// The experiment; it takes the parameters of one fit, of which the scheme is not used.
pub struct Schemes;

impl Experiment for Schemes {
    const ID: &'static str = "schemes";
    const TITLE: &'static str = "Means and two schemes";
    type Params = LogisticParams;
    type Job = Task;
    // It fits both schemes, and shows all labels and no single image.
    const IDLE: &'static [&'static str] = &["scheme", "label", "n_shown"];

    fn patience(_: &LogisticParams) -> f64 {
        600.0
    }

    fn check(params: &LogisticParams, _: usize, _: usize) -> Result<()> {
        params.check()
    }

    async fn run(params: &LogisticParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let m = data.n_features();
        let sides = Sides::new(params, data)?;
        let mut report = Report::default();
        let (names, means) = class_means(data);
        let mut pixels: Vec<f32> = means.iter().flatten().map(|value| *value as f32).collect();
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
            scales.extend(ends(&params, &coef, m).into_iter().map(|end| (params.colors.into(), -end, end)));
            pixels.extend(coef.iter().map(|value| *value as f32));
            // Two classes have one set of coefficients, which speaks for the second.
            captions.extend((0..n).map(|k| format!("{}, {title}", names[if n == 1 { 1 } else { k }])));
            both.push(coef.clone());
            report.arrays.push(Array {
                name: format!("coef_{id}"),
                shape: vec![n as u32, m as u32],
                numbers: Numbers::F64(coef),
            });
        }
        let summary = format!(
            "{} classes across. First row: mean images. Second: coefficients of one model for each class against the rest. \
             Third: coefficients of one model of all probabilities. Of coefficients, zero has the middle colour.",
            names.len()
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
        report.sections.push(difference(params, data, &names, &both[0], &both[1]));
        Ok(report)
    }

    fn python(params: &LogisticParams) -> String {
        let mut script = python_fits(params);
        script += "means = np.array([X[y == label].mean(axis=0) for label in np.unique(y)])\nprint(means.shape)\n";
        script
    }
}

/// One-vs-rest less multinomial, label by label.
fn difference(params: &LogisticParams, data: &Dataset, names: &[String], ovr: &[f64], multinomial: &[f64]) -> Section {
    let m = data.n_features();
    let less: Vec<f64> = ovr.iter().zip(multinomial).map(|(a, b)| a - b).collect();
    let n = less.len() / m;
    let names = &names[names.len() - n..];
    let alike: Vec<(usize, f64)> =
        (0..n).map(|k| correlation(&ovr[k * m..][..m], &multinomial[k * m..][..m])).enumerate().collect();
    let least = alike.iter().copied().fold(alike[0], |least, one| if one.1 < least.1 { one } else { least });
    let most = alike.iter().copied().fold(alike[0], |most, one| if one.1 > most.1 { one } else { most });
    let summary = format!(
        "Coefficients of one-vs-rest less those of multinomial: green where the first gives a label more for ink. The maps of {} are \
         most alike (their correlation is {:.2}), those of {} least ({:.2}).",
        names[most.0], most.1, names[least.0], least.1
    );
    let pixels: Vec<f32> = less.iter().map(|value| *value as f32).collect();
    let captions = names.iter().zip(&alike).map(|(name, (_, r))| format!("{name}, r = {r:.2}"));
    let mut section =
        pictures::grid("difference", "One-vs-rest less multinomial", &summary, data, captions, &pixels, (-1.0, 1.0), 5);
    // Neither side is the notebook's: each map ends at its greatest size.
    color(&mut section, params.colors.into(), &ends(&LogisticParams { ends: Ends::Size, ..params.clone() }, &less, m));
    section
}

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
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_numpys() {
        // np.corrcoef([1, 2, 4, 8], [3, 1, 4, 1])[0, 1]
        assert!((correlation(&[1.0, 2.0, 4.0, 8.0], &[3.0, 1.0, 4.0, 1.0]) + 0.34097520463683817).abs() < 1e-14);
        assert_eq!(correlation(&[1.0, 1.0], &[0.0, 2.0]), 0.0);
    }
}
