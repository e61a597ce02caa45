//! The report of an inference: masks first of all, and what they should be read with.

use super::encludl::{EncludlParams, Inference, Solver};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::{Result, Warning};
use crate::learn::metrics::adjusted_rand_score;
use crate::report::sight::Look;
use crate::report::{
    Array, ColorMap, Curve, Figure, Inferred, Joined, Numbers, Rate, Report, Section, Stroke, Table, Task, Value,
    plain, regions,
};

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
fn importances(kept: &[bool], known: &[(usize, &Inference)]) -> Vec<f64> {
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
    settings(&mut report, params, data, pairs);
    let mut inferred = empty(params, data);
    let (mut rows, mut curves, mut quality, mut each, mut stability) = (vec![], vec![], vec![], vec![], vec![]);
    let mut alike = Alike::default();
    let (mut seen, mut n_not_converged, mut n_lassos) = (Vec::new(), 0u64, 0u64);
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
            tolerance(&mut report, params, pair, &name, &known);
            doubts(&mut report, params, data, pair, &name, &known)?;
            if let Some((_, one)) = known.iter().find(|(i, _)| *i == params.table_bootstrap as usize) {
                table.extend(by_region(&name, one));
            }
            let maps = (0..known.len())
                .map(|at| inferred.mask_of(&task, at, Rate::Fwer, params.fwer))
                .collect::<Result<Vec<_>>>()?;
            let often = |pixel: usize| maps.iter().map(|map| i32::from(map[pixel])).sum::<i32>();
            let share = |pixel: usize| (f64::from(often(pixel)) * 100.0 / maps.len() as f64).round() as f32;
            stability.push((name.clone(), (0..now.mask.len()).map(share).collect()));
            for ((i, one), map) in known.iter().zip(&maps) {
                n_not_converged += u64::from(one.n_not_converged);
                n_lassos += 501 + u64::from(params.n_clusters);
                rows.push(row(&name, *i, one, map));
            }
            let scores = scores(&known)?;
            each.extend(agreements(&name, &known, &maps, &now.mask, &scores));
            alike.add(&name, &known, &scores, params.n_bootstraps);
            curves.push(curve(&inferred, &task, &joined, at as u8)?);
            arrays(&mut report, pair, &joined, &now.mask, &importances(&params.kept(data, pair)?, &known), &known);
        }
        seen.push(now);
        inferred.tasks.push(task);
    }
    if n_not_converged > 0 {
        let what = format!("{n_not_converged} of {n_lassos} lassos");
        report.warnings.push(match params.solver {
            Solver::Compat => Warning::NotConverged { what, max_iter: params.max_iter },
            Solver::Exact => Warning::Unsolved { what },
        });
    }
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
                   on which images made the regions."
            .to_string();
    let look = (ColorMap::RdBu, -100.0, 100.0);
    report.sections.push(pair::panels(
        ("stability", "One bootstrap after the other", summary),
        data,
        look,
        n,
        stability,
    ));
    report.sections.push(one_by_one(params, each));
    report.sections.push(alike.section(params.n_bootstraps));
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
    report.sections.push(fit(rows));
    if !table.is_empty() {
        report.sections.push(table_of_regions(params, table));
    }
    Ok(report)
}

/// How far off a selected pixel may be, and how much is found: what the number of regions trades for each other.
fn tolerance(report: &mut Report, params: &EncludlParams, pair: &Pair, name: &str, known: &[(usize, &Inference)]) {
    let (mut widest, mut second) = (0.0f64, 0.0f64);
    for (_, one) in known {
        let mut sizes = one.diameters.clone();
        sizes.sort_by(|a, b| b.total_cmp(a));
        widest = widest.max(sizes.first().copied().unwrap_or(0.0));
        second = second.max(sizes.get(1).copied().unwrap_or(0.0));
    }
    let half = if params.two_tailed { 2.0 } else { 1.0 };
    let below = params.fwer / half / f64::from(params.n_clusters);
    let found = known.iter().flat_map(|(_, one)| &one.p).filter(|p| **p < below).count();
    let id = pair.id();
    let delta = format!("Spatial tolerance delta: largest diameter of a region, in pixels, {name}");
    report.metric(&format!("delta_{id}"), &delta, Value::Float(widest));
    let next = format!("the same without the largest region of each bootstrap, {name}");
    report.metric(&format!("delta_next_{id}"), &next, Value::Float(second));
    let share = found as f64 / (known.len() * params.n_clusters as usize).max(1) as f64;
    let power = format!("Power seen: share of the regions that a bootstrap finds by itself, {name}");
    report.metric(&format!("power_{id}"), &power, Value::Float(share));
}

/// What the numbers of a pair should be read with.
fn doubts(
    report: &mut Report,
    params: &EncludlParams,
    data: &Dataset,
    pair: &Pair,
    name: &str,
    known: &[(usize, &Inference)],
) -> Result<()> {
    let (what, n_samples, n_clusters) = (name.to_string(), pair.rows.len() as u32, params.n_clusters);
    if n_samples < n_clusters {
        report.warnings.push(Warning::FewSamples { what: what.clone(), n_samples, n_clusters });
    }
    let n = known.iter().filter(|(_, one)| one.saturated).count() as u32;
    if n > 0 {
        report.warnings.push(Warning::Saturated { what: what.clone(), n, of: known.len() as u32 });
    }
    let n_pieces = regions::n_areas(&params.kept(data, pair)?, data.width) as u32;
    if n_pieces > 1 {
        report.warnings.push(Warning::Apart { what, n_pieces });
    }
    Ok(())
}

/// What one bootstrap says of each of its regions, the surest first.
fn by_region(name: &str, one: &Inference) -> Vec<Vec<Value>> {
    let mut order: Vec<usize> = (0..one.beta.len()).collect();
    order.sort_by(|a, b| one.z[*b].abs().total_cmp(&one.z[*a].abs()));
    let number = |value: f64| Value::Text(plain(value));
    let row = |i: usize| {
        vec![
            Value::Text(name.into()),
            Value::Int(i as i64 + 1),
            Value::Int(i64::from(one.sizes[i])),
            number(one.diameters[i]),
            number(one.beta[i]),
            number(one.lower[i]),
            number(one.upper[i]),
            number(one.z[i]),
            number(one.p[i]),
        ]
    };
    order.into_iter().map(row).collect()
}

fn table_of_regions(params: &EncludlParams, rows: Vec<Vec<Value>>) -> Section {
    let columns = ["pair", "region", "pixels", "diameter", "beta", "95 % from", "to", "z", "p"];
    Section {
        id: "clusters".into(),
        title: format!("Every region of bootstrap {}", params.table_bootstrap),
        summary: "The weight of the mean grey level of each region while all others are held fixed, its confidence interval, and \
                  how sure its sign is; of each pair the surest regions come first. The diameter is the distance of the \
                  two pixels that lie farthest apart. Another bootstrap is chosen under Settings."
            .into(),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}

/// The adjusted Rand index of the regions of every two bootstraps, shape `(n_known, n_known)`.
fn scores(known: &[(usize, &Inference)]) -> Result<Vec<Vec<f64>>> {
    let signed: Vec<Vec<i32>> =
        known.iter().map(|(_, one)| one.labels.iter().map(|label| *label as i32).collect()).collect();
    let mut scores = vec![vec![1.0; known.len()]; known.len()];
    for i in 0..known.len() {
        for j in 0..i {
            let score = adjusted_rand_score(&signed[j], &signed[i])?;
            (scores[i][j], scores[j][i]) = (score, score);
        }
    }
    Ok(scores)
}

/// Each bootstrap of a pair against the ensemble and against the other bootstraps: pixels selected, of
/// them with the ensemble's sign, pixels that differ from it, mean adjusted Rand index of its regions.
fn agreements(
    name: &str,
    known: &[(usize, &Inference)],
    maps: &[Vec<i8>],
    ensemble: &[i8],
    scores: &[Vec<f64>],
) -> Vec<Vec<Value>> {
    let others = known.len().saturating_sub(1);
    let row = |(at, (i, _)): (usize, &(usize, &Inference))| {
        let pairs = || maps[at].iter().zip(ensemble);
        let both = pairs().filter(|(one, all)| **one != 0 && one == all).count();
        let differ = pairs().filter(|(one, all)| one != all).count();
        // Its index against itself is 1.
        let mean = (scores[at].iter().sum::<f64>() - 1.0) / others as f64;
        vec![
            Value::Text(name.into()),
            Value::Int(*i as i64),
            Value::Int(maps[at].iter().filter(|sign| **sign != 0).count() as i64),
            Value::Int(both as i64),
            Value::Int(differ as i64),
            if others == 0 { Value::Text("–".into()) } else { Value::Float(mean) },
        ]
    };
    known.iter().enumerate().map(row).collect()
}

/// How alike the regions of the bootstraps of all pairs are: a line for each bootstrap that is known.
#[derive(Default)]
struct Alike {
    rows: Vec<String>,
    values: Vec<f64>,
    texts: Vec<String>,
}

impl Alike {
    fn add(&mut self, name: &str, known: &[(usize, &Inference)], scores: &[Vec<f64>], n_bootstraps: u32) {
        for ((i, _), scores) in known.iter().zip(scores) {
            self.rows.push(format!("{name}, {i}"));
            for number in 0..n_bootstraps as usize {
                let score = known.iter().position(|(other, _)| *other == number).map(|at| scores[at]);
                // An index may be a little below 0; colours begin there.
                self.values.push(score.unwrap_or(0.0).max(0.0));
                self.texts.push(score.map_or(String::new(), |score| format!("{score:.2}")));
            }
        }
    }

    fn section(self, n_bootstraps: u32) -> Section {
        let least = self.texts.iter().filter_map(|text| text.parse::<f64>().ok()).fold(f64::INFINITY, f64::min);
        Section {
            id: "ari".into(),
            title: "How alike the regions are".into(),
            summary: format!(
                "The adjusted Rand index of the regions of every two bootstraps of a pair; 1 is the same, 0 what chance \
                 gives. The least is {least:.2}."
            ),
            figure: Figure::Heatmap {
                row_title: "pair, bootstrap".into(),
                column_title: "bootstrap".into(),
                rows: self.rows,
                columns: (0..n_bootstraps).map(|number| number.to_string()).collect(),
                values: self.values,
                texts: self.texts,
                high: 1.0,
                map: ColorMap::Blues,
            },
        }
    }
}

fn one_by_one(params: &EncludlParams, rows: Vec<Vec<Value>>) -> Section {
    let columns = ["pair", "bootstrap", "pixels selected", "as in the ensemble", "pixels that differ", "mean ARI"];
    Section {
        id: "bootstraps".into(),
        title: "One bootstrap against all".into(),
        summary: format!(
            "Each bootstrap by itself at the error rate {}: what it selects, and how far that is what all of them select \
             together. The adjusted Rand index says how alike its regions are to those of the other bootstraps; 1 would be \
             the same.",
            params.fwer
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}

/// The notebook's parameters, as numbers of the report.
fn settings(report: &mut Report, params: &EncludlParams, data: &Dataset, pairs: &[Pair]) {
    let counts: Vec<String> = pairs.iter().map(|pair| pair.rows.len().to_string()).collect();
    let halves: Vec<String> = pairs
        .iter()
        .map(|pair| ((pair.rows.len() as f64 * params.cluster_bootstrap_size) as usize).to_string())
        .collect();
    let same = |texts: &[String]| match texts {
        [first, rest @ ..] if rest.iter().all(|text| text == first) => Value::Text(first.clone()),
        all => Value::Text(all.join(" ")),
    };
    report.metric("n_samples", "Images of each pair", same(&counts));
    report.metric("n_subsample", "Images that make the regions", same(&halves));
    report.metric("n_clusters", "Regions", Value::Int(i64::from(params.n_clusters)));
    report.metric("n_tests", "Tests", Value::Int(i64::from(params.n_clusters)));
    report.metric("shape", "Rows and columns", Value::Text(format!("{} x {}", data.height, data.width)));
    report.metric("fwer", "Family-wise error rate", Value::Float(params.fwer));
    report.metric("two_tailed", "Two-sided", Value::Text((if params.two_tailed { "True" } else { "False" }).into()));
    let method = if params.n_bootstraps == 1 { "CluDL" } else { "EnCluDL" };
    report.metric("method", "Method", Value::Text(method.into()));
    report.metric("n_bootstraps", "Bootstraps", Value::Int(i64::from(params.n_bootstraps)));
    report.metric("cluster_bootstrap_size", "Share of the images", Value::Float(params.cluster_bootstrap_size));
    report.metric("random_state", "Seed", Value::Int(i64::from(params.random_state)));
    report.metric("max_iter", "Sweeps at most", Value::Int(i64::from(params.max_iter)));
    report.metric("n_jobs", "Jobs, without effect here", Value::Int(i64::from(params.n_jobs)));
    for pair in pairs {
        let (id, name) = (pair.id(), pair.name(data));
        report.metric(&format!("n_{id}"), &format!("Images, {name}"), Value::Int(pair.rows.len() as i64));
    }
}

/// How well one lasso fits.
fn row(name: &str, i: usize, one: &Inference, map: &[i8]) -> Vec<Value> {
    let selected = map.iter().filter(|sign| **sign != 0).count();
    vec![
        Value::Text(name.into()),
        Value::Int(i as i64),
        Value::Float(one.cv_r2),
        Value::Float(one.sigma),
        Value::Float(one.alpha.0),
        Value::Int(i64::from(one.alpha.1)),
        Value::Int(i64::from(one.support_size)),
        Value::Int(i64::from(one.sizes.iter().copied().max().unwrap_or(0))),
        Value::Int(selected as i64),
        Value::Int(i64::from(one.n_not_converged)),
    ]
}

/// How well the lassos of one pair fit, from the least to the largest.
pub fn fitted(name: &str, found: &[(usize, &Inference)]) -> Vec<Value> {
    let range = |of: &dyn Fn(&Inference) -> f64| {
        let least = found.iter().map(|(_, one)| of(one)).fold(f64::INFINITY, f64::min);
        let most = found.iter().map(|(_, one)| of(one)).fold(f64::NEG_INFINITY, f64::max);
        [Value::Float(least), Value::Float(most)]
    };
    let mut row = vec![Value::Text(name.into())];
    row.extend(range(&|one| one.cv_r2));
    row.extend(range(&|one| one.sigma));
    row.extend(range(&|one| one.alpha.0));
    row.push(Value::Int(found.iter().map(|(_, one)| i64::from(one.n_not_converged)).sum()));
    row
}

/// How well the lassos fit, to be read before any map.
pub fn qualities(rows: Vec<Vec<Value>>) -> Section {
    let columns = ["pair", "R² from", "to", "sigma from", "to", "alpha from", "to", "lassos not converged"];
    Section {
        id: "quality".into(),
        title: "Before you read a map".into(),
        summary:
            "For each pair, over its bootstraps: the share of the label's variance explained on images not seen, the \
                  standard deviation of the noise, and the penalty that cross-validation chose. Where little is \
                  explained, a map says little."
                .into(),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}

fn fit(rows: Vec<Vec<Value>>) -> Section {
    let columns = [
        "pair",
        "bootstrap",
        "R² on unseen folds",
        "sigma",
        "alpha",
        "place in the grid of 100",
        "regions with a weight",
        "largest region",
        "pixels selected",
        "not converged",
    ];
    Section {
        id: "fit".into(),
        title: "How well the lassos fit".into(),
        summary: "Look here before you read a map: the share of the label's variance that the lasso explains on images it \
                  has not seen, the noise that is left, and the penalty that cross-validation chose. The p-values assume \
                  that the label is linear in the pixels and that the noise is the same for every image."
            .into(),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
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

/// Everything in all its digits.
fn arrays(
    report: &mut Report,
    pair: &Pair,
    joined: &Joined,
    mask: &[i8],
    importances: &[f64],
    found: &[(usize, &Inference)],
) {
    let id = pair.id();
    let n = joined.p.len() as u32;
    let mut add = |name: &str, shape: Vec<u32>, numbers: Numbers| {
        report.arrays.push(Array { name: format!("{name}_{id}"), shape, numbers });
    };
    add("pvalues", vec![n], Numbers::F64(joined.p.clone()));
    add("importances", vec![n], Numbers::F64(importances.to_vec()));
    add("selected", vec![n], Numbers::F64(mask.iter().map(|sign| f64::from(*sign)).collect()));
    let Some((_, first)) = found.first() else { return };
    let (b, k) = (found.len() as u32, first.beta.len() as u32);
    let kept = first.labels.len() as u32;
    let labels = found.iter().flat_map(|(_, one)| one.labels.iter().copied()).collect();
    add("labels", vec![b, kept], Numbers::U32(labels));
    let all =
        |of: &dyn Fn(&Inference) -> &[f64]| Numbers::F64(found.iter().flat_map(|(_, one)| of(one).to_vec()).collect());
    add("cluster_beta", vec![b, k], all(&|one| &one.beta));
    add("cluster_z", vec![b, k], all(&|one| &one.z));
    add("cluster_pvalues", vec![b, k], all(&|one| &one.p));
    add("cluster_lower", vec![b, k], all(&|one| &one.lower));
    add("cluster_upper", vec![b, k], all(&|one| &one.upper));
    add("cluster_diameter", vec![b, k], all(&|one| &one.diameters));
}
