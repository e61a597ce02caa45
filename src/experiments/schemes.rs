//! Mean images beside what two schemes of logistic regression learnt (notebook 004).

use super::lab::Lab;
use super::logistic::{LogisticParams, Scheme, Sides, Task, ends, fitted, python_fits, warnings};
use super::sheet::class_means;
use super::{Experiment, pictures};
use crate::error::Result;
use crate::report::{Array, ColorMap, Figure, Numbers, Report, Value};

/// The experiment; it takes the parameters of one fit, of which the scheme is not used.
pub struct Schemes;

impl Experiment for Schemes {
    const ID: &'static str = "schemes";
    const TITLE: &'static str = "Means and two schemes";
    type Params = LogisticParams;
    type Job = Task;

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
        for (scheme, id) in [(Scheme::Ovr, "ovr"), (Scheme::Multinomial, "multinomial")] {
            let params = LogisticParams { scheme, ..params.clone() };
            let parts = fitted(&params, lab, &sides).await?;
            report.warnings.extend(warnings(&params, &sides, &parts));
            let coef: Vec<f64> = parts.iter().flat_map(|part| part.coef.iter().copied()).collect();
            let objective = parts.iter().map(|part| part.objective).sum();
            report.metric(
                &format!("objective_{id}"),
                &format!("Objective, {}", scheme.word()),
                Value::Float(objective),
            );
            let n = coef.len() / m;
            let shape = format!("({n}, {m})");
            report.metric(
                &format!("coef_shape_{id}"),
                &format!("Shape of the coefficients, {}", scheme.word()),
                Value::Text(shape),
            );
            scales.extend(ends(&params, &coef, m).into_iter().map(|end| (params.colors.into(), -end, end)));
            pixels.extend(coef.iter().map(|value| *value as f32));
            // Two classes have one set of coefficients, which speaks for the second.
            captions.extend((0..n).map(|k| format!("{}, {}", names[if n == 1 { 1 } else { k }], scheme.word())));
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
        Ok(report)
    }

    fn python(params: &LogisticParams) -> String {
        let mut script = python_fits(params);
        script += "means = np.array([X[y == label].mean(axis=0) for label in np.unique(y)])\nprint(means.shape)\n";
        script
    }
}
