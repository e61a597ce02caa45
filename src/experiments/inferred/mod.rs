//! The report of an inference: masks first of all, and what they should be read with.

mod alike;
mod doubts;
mod fit;
mod tested;
mod told;

pub use doubts::Doubts;
pub use fit::{fitted, qualities};

use super::encludl::{EncludlParams, Inference};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::Result;
use crate::report::sight::Look;
use crate::report::{ColorMap, Curve, Figure, Inferred, Joined, Rate, Report, Section, Stroke, Task, Value};
use alike::Alike;

/// Points of the curves over the error rate.
const LEVELS: usize = 61;

/// A pair and what its known bootstraps say, for the report.
///
/// Errors: too few pixels take part.
pub fn task(params: &EncludlParams, data: &Dataset, pair: &Pair, known: &[(usize, &Inference)]) -> Result<Task> {
    let kept = params.kept(data, pair)?;
    let lit = pair.lit(data);
    let n = pair.rows.len().max(1) as f64;
    let [first_mean, second_mean] = pair.means(data);
    let name = |class: u8| data.class_names[usize::from(class)].clone();
    let places = placed(&kept, &(0..kept.len()).map(|i| i as f64).collect::<Vec<_>>());
    let labels = known.iter().flat_map(|(_, one)| {
        let label = |place: &f64| if place.is_nan() { 0.0 } else { one.labels[*place as usize] as f32 + 1.0 };
        places.iter().map(label).collect::<Vec<f32>>()
    });
    Ok(Task {
        name: pair.name(data),
        classes: (pair.first, pair.second),
        class_names: (name(pair.first), name(pair.second)),
        first_mean,
        second_mean,
        lit: lit.iter().map(|lit| (100.0 * f64::from(*lit) / n).ceil() as f32).collect(),
        importance: importances(&kept, known).into_iter().map(|value| value as f32).collect(),
        known: known.iter().map(|(i, _)| *i as u32).collect(),
        labels: labels.collect(),
        z: known.iter().flat_map(|(_, one)| one.z.iter().copied()).collect(),
    })
}

/// Puts values of the pixels that take part in their places.
fn placed(kept: &[bool], values: &[f64]) -> Vec<f64> {
    let mut values = values.iter();
    let at = |kept: &bool| if *kept { values.next().copied().unwrap_or(f64::NAN) } else { f64::NAN };
    kept.iter().map(at).collect()
}

/// The mean over the bootstraps of each pixel's share of its region's weight; NaN where it takes no part.
pub fn importances(kept: &[bool], known: &[(usize, &Inference)]) -> Vec<f64> {
    let n = kept.iter().filter(|kept| **kept).count();
    let share = |one: &Inference, pixel: usize| {
        let region = one.labels[pixel] as usize;
        one.beta[region] / f64::from(one.sizes[region])
    };
    let mean = |pixel| known.iter().map(|(_, one)| share(one, pixel)).sum::<f64>() / known.len() as f64;
    placed(kept, &(0..n).map(mean).collect::<Vec<_>>())
}

/// An inference of no pair yet.
pub fn empty(params: &EncludlParams, data: &Dataset) -> Inferred {
    Inferred {
        data: data.id.clone(),
        size: (data.height as u32, data.width as u32),
        n_tests: params.n_clusters,
        fwer: params.fwer,
        two_tailed: params.two_tailed,
        aggregation: params.aggregation(),
        n_bootstraps: params.n_bootstraps,
        tasks: Vec::new(),
        rate: Rate::Fwer,
        look: Look::Mask,
    }
}

/// The report of the bootstraps that are known, pair by pair.
pub fn report(params: &EncludlParams, data: &Dataset, pairs: &[Pair], found: &[Option<&Inference>]) -> Result<Report> {
    let mut report = Report::default();
    told::settings(&mut report, params, data, pairs);
    let mut inferred = empty(params, data);
    let (mut rows, mut curves, mut quality, mut each, mut stability) = (vec![], vec![], vec![], vec![], vec![]);
    let mut regions = Alike::default();
    let (mut seen, mut doubts) = (Vec::new(), Doubts::default());
    let mut table = Vec::new();
    for (at, (pair, found)) in pairs.iter().zip(found.chunks(params.n_bootstraps as usize)).enumerate() {
        let known: Vec<(usize, &Inference)> =
            found.iter().enumerate().filter_map(|(i, one)| one.map(|one| (i, one))).collect();
        let name = pair.name(data);
        let task = task(params, data, pair, &known)?;
        let joined = task.joined(inferred.aggregation)?;
        let now = inferred.at(&task, &joined)?;
        if !known.is_empty() {
            let (plus, minus) = (now.plus.pixels, now.minus.pixels);
            for (what, label, value) in [
                ("selected", "Pixels selected", plus + minus),
                ("positive", "of them for the second digit", plus),
                ("negative", "of them for the first digit", minus),
            ] {
                report.metric(&format!("{what}_{}", pair.id()), &format!("{label}, {name}"), Value::Int(value as i64));
            }
            let mean =
                |of: &dyn Fn(&Inference) -> f64| known.iter().map(|(_, one)| of(one)).sum::<f64>() / known.len() as f64;
            let (sigma, r2) = (mean(&|one| one.sigma), mean(&|one| one.cv_r2));
            report.metric(&format!("sigma_{}", pair.id()), &format!("Noise, {name}"), Value::Float(sigma));
            report.metric(&format!("r2_{}", pair.id()), &format!("Variance explained, {name}"), Value::Float(r2));
            quality.push(fitted(&name, &known));
            tested::tolerance(&mut report, params, pair, &name, &known);
            let all: Vec<&Inference> = known.iter().map(|(_, one)| *one).collect();
            doubts.of(&mut report, params, data, pair, &all)?;
            if let Some((_, one)) = known.iter().find(|(i, _)| *i == params.table_bootstrap as usize) {
                table.extend(tested::by_region(&name, one));
            }
            let maps = (0..known.len())
                .map(|at| inferred.mask_of(&task, at, Rate::Fwer, params.fwer))
                .collect::<Result<Vec<_>>>()?;
            let often = |pixel: usize| maps.iter().map(|map| i32::from(map[pixel])).sum::<i32>();
            let share = |pixel: usize| match task.has_data(pixel) {
                true => (f64::from(often(pixel)) * 100.0 / maps.len() as f64).round() as f32,
                false => f32::NAN,
            };
            stability.push((name.clone(), (0..now.mask.len()).map(share).collect()));
            for ((i, one), map) in known.iter().zip(&maps) {
                rows.push(fit::row(&name, *i, one, map));
            }
            let scores = alike::scores(&known)?;
            each.extend(alike::agreements(&name, &known, &maps, &now.mask, &scores));
            regions.add(&name, &known, &scores, params.n_bootstraps);
            curves.push(curve(&inferred, &task, &joined, at as u8)?);
            told::arrays(
                &mut report,
                pair,
                &joined,
                &now.mask,
                &importances(&params.kept(data, pair)?, &known),
                &known,
            );
        }
        seen.push(now);
        inferred.tasks.push(task);
    }
    doubts.unfinished(&mut report, params);
    if !quality.is_empty() {
        report.sections.push(qualities(quality));
    }
    report.sections.push(Section {
        id: "masks".into(),
        title: match params.n_bootstraps {
            1 => "Pixels that matter: one clustering (CluDL)".into(),
            _ => "Pixels that matter".into(),
        },
        summary: inferred.words(&seen),
        figure: Figure::Inferred(inferred),
    });
    if stability.is_empty() {
        return Ok(report);
    }
    let n = pairs.len().max(1) as u32;
    let summary =
        "How many per cent of the bootstraps select the pixel by themselves, with their sign: pale pixels depend \
                   on which images made the regions. Grey pixels have no ink in any image, or take no part."
            .to_string();
    let look = (ColorMap::RdBu, -100.0, 100.0);
    report.sections.push(pair::panels(
        ("stability", "One bootstrap after the other", summary),
        data,
        look,
        n,
        stability,
    ));
    report.sections.push(alike::one_by_one(params, each));
    report.sections.push(regions.section(params.n_bootstraps));
    report.sections.push(Section {
        id: "levels".into(),
        title: "More pixels for more errors".into(),
        summary: format!(
            "Pixels selected at each family-wise error rate from 0.001 to 1, from the same p-values; at {} they are {}.",
            params.fwer,
            curves.iter().map(|(_, count)| count.to_string()).collect::<Vec<_>>().join(", ")
        ),
        figure: Figure::Curves {
            x_title: "log10 of the family-wise error rate".into(),
            y_title: "pixels selected".into(),
            curves: curves.into_iter().map(|(curve, _)| curve).collect(),
        },
    });
    report.sections.push(fit::fit(rows));
    if !table.is_empty() {
        report.sections.push(tested::table_of_regions(params, table));
    }
    Ok(report)
}

/// Pixels selected at every level, and at the chosen one.
fn curve(inferred: &Inferred, task: &Task, joined: &Joined, class: u8) -> Result<(Curve, usize)> {
    let below = |level: f64| {
        let t = inferred.threshold(&joined.p, Rate::Fwer, level)?;
        Ok(joined.p.iter().filter(|p| **p < t).count())
    };
    let point = |i: usize| {
        let exponent = -3.0 + 3.0 * i as f64 / (LEVELS - 1) as f64;
        Ok((exponent, below(libm::pow(10.0, exponent))? as f64))
    };
    let points = (0..LEVELS).map(point).collect::<Result<_>>()?;
    Ok((Curve { name: task.name.clone(), points, stroke: Stroke::Class(class) }, below(inferred.fwer)?))
}
