//! The report of an inference: masks first of all, and what they should be read with.

use super::encludl::{EncludlParams, Inference};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::{Result, Warning};
use crate::learn::inference::{Control, quantile_aggregation, select, threshold};
use crate::report::{Array, ColorMap, Curve, Figure, Numbers, Report, Section, Stroke, Table, Value};

/// Points of the curves over the error rate.
const LEVELS: usize = 61;

/// What the bootstraps of a pair say together, for every pixel; NaN where it took no part.
struct Joined {
    p: Vec<f64>,
    importance: Vec<f64>,
    z: Vec<f64>,
    /// -1, 0, 1.
    map: Vec<i8>,
    /// The same for each bootstrap.
    maps: Vec<Vec<i8>>,
}

/// Puts values of the pixels that take part in their places.
fn placed(kept: &[bool], values: &[f64]) -> Vec<f64> {
    let mut values = values.iter();
    let at = |kept: &bool| if *kept { values.next().copied().unwrap_or(f64::NAN) } else { f64::NAN };
    kept.iter().map(at).collect()
}

impl Joined {
    fn new(params: &EncludlParams, kept: &[bool], found: &[&Inference]) -> Result<Self> {
        let spread = |one: &Inference, value: &dyn Fn(usize) -> f64| {
            one.labels.iter().map(|label| value(*label as usize)).collect::<Vec<f64>>()
        };
        let parts: Vec<Vec<f64>> = found.iter().map(|one| spread(one, &|k| one.p[k])).collect();
        let shares: Vec<Vec<f64>> =
            found.iter().map(|one| spread(one, &|k| one.beta[k] / f64::from(one.sizes[k]))).collect();
        let scores: Vec<Vec<f64>> = found.iter().map(|one| spread(one, &|k| one.z[k])).collect();
        let views: Vec<&[f64]> = parts.iter().map(|p| p.as_slice()).collect();
        let p = quantile_aggregation(&views, params.aggregation())?;
        let n = found.len() as f64;
        let importance: Vec<f64> = (0..p.len()).map(|i| shares.iter().map(|one| one[i]).sum::<f64>() / n).collect();
        let z: Vec<f64> = (0..p.len()).map(|i| median(scores.iter().map(|one| one[i]).collect())).collect();
        let chosen = |p: &[f64], importance: &[f64]| -> Result<Vec<i8>> {
            let control = Control::Fwer { n_tests: params.n_clusters as usize };
            let map = select(p, importance, control, params.fwer, params.two_tailed)?;
            let map: Vec<f64> = map.into_iter().map(f64::from).collect();
            Ok(placed(kept, &map).into_iter().map(|sign| if sign.is_nan() { 0 } else { sign as i8 }).collect())
        };
        let map = chosen(&p, &importance)?;
        let maps = parts.iter().zip(&shares).map(|(p, share)| chosen(p, share)).collect::<Result<_>>()?;
        Ok(Joined { p: placed(kept, &p), importance: placed(kept, &importance), z: placed(kept, &z), map, maps })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}

/// The report of the bootstraps that are known, pair by pair.
pub fn report(params: &EncludlParams, data: &Dataset, pairs: &[Pair], found: &[Option<&Inference>]) -> Result<Report> {
    let mut report = Report::default();
    settings(&mut report, params, data, pairs);
    let mut views: [Vec<(String, Vec<f32>)>; 6] = Default::default();
    let [masks, logs, scores, weights, stability, tiles] = &mut views;
    let (mut means, mut rows, mut curves, mut quality) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut sentences, mut n_not_converged, mut n_lassos) = (Vec::new(), 0u64, 0u64);
    for (at, (pair, found)) in pairs.iter().zip(found.chunks(params.n_bootstraps as usize)).enumerate() {
        let known: Vec<(usize, &Inference)> =
            found.iter().enumerate().filter_map(|(i, one)| one.map(|one| (i, one))).collect();
        let name = pair.name(data);
        for (class, mean) in [pair.first, pair.second].into_iter().zip(pair.means(data)) {
            means.push((format!("{} of {name}", data.class_names[usize::from(class)]), mean));
        }
        if known.is_empty() {
            continue;
        }
        let kept = params.kept(data, pair)?;
        let lit = pair.lit(data);
        let inferences: Vec<&Inference> = known.iter().map(|(_, one)| *one).collect();
        let joined = Joined::new(params, &kept, &inferences)?;
        let count = |sign: i8| joined.map.iter().filter(|value| **value == sign).count();
        let (plus, minus) = (count(1), count(-1));
        for (what, label, value) in [
            ("selected", "Pixels selected", plus + minus),
            ("positive", "of them for the second digit", plus),
            ("negative", "of them for the first digit", minus),
        ] {
            report.metric(&format!("{what}_{}", pair.id()), &format!("{label}, {name}"), Value::Int(value as i64));
        }
        let mean = |of: &dyn Fn(&Inference) -> f64| {
            inferences.iter().map(|one| of(one)).sum::<f64>() / inferences.len() as f64
        };
        let r2 = mean(&|one| one.cv_r2);
        report.metric(&format!("sigma_{}", pair.id()), &format!("Noise, {name}"), Value::Float(mean(&|one| one.sigma)));
        report.metric(&format!("r2_{}", pair.id()), &format!("Variance explained, {name}"), Value::Float(r2));
        quality.push(fitted(&name, &inferences));
        sentences.push(format!("{name}: {minus} pixels speak for the first digit, {plus} for the second"));
        // A pixel without ink in any image has nothing to say, whatever its region says.
        let seen = |values: Vec<f64>| -> Vec<f32> {
            values.iter().zip(&lit).map(|(value, lit)| if *lit == 0 { f32::NAN } else { *value as f32 }).collect()
        };
        masks.push((name.clone(), seen(joined.map.iter().map(|sign| f64::from(*sign)).collect())));
        logs.push((name.clone(), seen(joined.p.iter().map(|p| -libm::log10(p.max(f64::from_bits(1)))).collect())));
        scores.push((name.clone(), seen(joined.z.clone())));
        weights.push((name.clone(), seen(joined.importance.clone())));
        let often = |pixel: usize| joined.maps.iter().map(|map| i32::from(map[pixel])).sum::<i32>();
        let share = |pixel: usize| (f64::from(often(pixel)) * 100.0 / joined.maps.len() as f64).round() as f32;
        stability.push((name.clone(), (0..joined.map.len()).map(share).collect()));
        for ((i, one), map) in known.iter().zip(&joined.maps) {
            tiles.push((format!("{name}, {i}"), map.iter().map(|sign| f32::from(*sign)).collect()));
            n_not_converged += u64::from(one.n_not_converged);
            n_lassos += 501 + u64::from(params.n_clusters);
            rows.push(row(&name, *i, one, map));
        }
        curves.push(curve(params, &name, &joined, at as u8)?);
        arrays(&mut report, pair, &joined, &inferences);
    }
    if n_not_converged > 0 {
        let what = format!("{n_not_converged} of {n_lassos} lassos");
        report.warnings.push(Warning::NotConverged { what, max_iter: params.max_iter });
    }
    let [masks, logs, scores, weights, stability, tiles] = views;
    let level = if params.two_tailed { params.fwer / 2.0 } else { params.fwer };
    let t = level / f64::from(params.n_clusters);
    let all = if sentences.is_empty() { "No bootstrap is done yet".to_string() } else { sentences.join("; ") };
    let n = pairs.len().max(1) as u32;
    let largest = |images: &[(String, Vec<f32>)]| {
        images.iter().flat_map(|(_, values)| values).filter(|v| v.is_finite()).fold(0.0f32, |most, v| most.max(v.abs()))
    };
    let grey = "Grey pixels have no ink in any image, or take no part.";
    if !quality.is_empty() {
        report.sections.push(qualities(quality));
    }
    let mut add = |id: &str, title: &str, summary: String, look: (ColorMap, f32, f32), columns: u32, images| {
        report.sections.push(pair::panels((id, title, summary), data, look, columns, images));
    };
    if !masks.is_empty() {
        let summary = format!(
            "{all}. Blue: more ink makes the second digit more probable, all else equal; red: the first. Selected are \
             p-values below {t:.2e} = {level} / {} tests. {grey}",
            params.n_clusters
        );
        add("masks", "Pixels that matter", summary, (ColorMap::Signs, -1.0, 1.0), n, masks);
        let high = largest(&logs);
        let summary = format!(
            "Minus the logarithm of the p-value, to base 10, of all bootstraps together: selected is what lies above {:.2}. {grey}",
            -libm::log10(t)
        );
        add("p_values", "−log₁₀ p", summary, (ColorMap::Viridis, 0.0, high), n, logs);
        let high = largest(&scores);
        let summary = format!(
            "The median over the bootstraps of the z-score of the pixel's region, from {:.1} (red) to {high:.1} (blue). {grey}",
            -high
        );
        add("z", "z-scores", summary, (ColorMap::RdBu, -high, high), n, scores);
        let high = largest(&weights);
        let summary = format!(
            "The mean over the bootstraps of the pixel's share of its region's weight: by how much one grey level more moves \
             the label. The scale ends at {high:.2e}. {grey}"
        );
        add("coefficients", "Coefficients", summary, (ColorMap::RdBu, -high, high), n, weights);
        let summary =
            "How many per cent of the bootstraps select the pixel by themselves, with their sign: pale pixels depend \
                       on which images made the regions."
                .to_string();
        add("stability", "One bootstrap after the other", summary, (ColorMap::RdBu, -100.0, 100.0), n, stability);
        let summary =
            format!("The mask of every bootstrap by itself, at the same threshold; {} of them are done.", tiles.len());
        add(
            "bootstraps",
            "Masks of the bootstraps",
            summary,
            (ColorMap::Signs, -1.0, 1.0),
            params.n_bootstraps.min(10),
            tiles,
        );
    }
    let summary = "The mean images of both digits of each pair, to be seen beside the masks.".to_string();
    add("means", "Mean images", summary, (ColorMap::GrayR, 0.0, 255.0), 2 * n, means);
    if !curves.is_empty() {
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
    }
    Ok(report)
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
fn fitted(name: &str, found: &[&Inference]) -> Vec<Value> {
    let range = |of: &dyn Fn(&Inference) -> f64| {
        let least = found.iter().map(|one| of(one)).fold(f64::INFINITY, f64::min);
        let most = found.iter().map(|one| of(one)).fold(f64::NEG_INFINITY, f64::max);
        [Value::Float(least), Value::Float(most)]
    };
    let mut row = vec![Value::Text(name.into())];
    row.extend(range(&|one| one.cv_r2));
    row.extend(range(&|one| one.sigma));
    row.extend(range(&|one| one.alpha.0));
    row.push(Value::Int(found.iter().map(|one| i64::from(one.n_not_converged)).sum()));
    row
}

fn qualities(rows: Vec<Vec<Value>>) -> Section {
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
fn curve(params: &EncludlParams, name: &str, joined: &Joined, class: u8) -> Result<(Curve, usize)> {
    let n_tests = params.n_clusters as usize;
    let below = |t: f64| joined.p.iter().filter(|p| **p < t).count();
    let point = |i: usize| {
        let exponent = -3.0 + 3.0 * i as f64 / (LEVELS - 1) as f64;
        let level = libm::pow(10.0, exponent) / if params.two_tailed { 2.0 } else { 1.0 };
        (exponent, below(level / n_tests as f64) as f64)
    };
    let t = threshold(&joined.p, Control::Fwer { n_tests }, params.fwer, params.two_tailed)?;
    let points = (0..LEVELS).map(point).collect();
    Ok((Curve { name: name.into(), points, stroke: Stroke::Class(class) }, below(t)))
}

/// Everything in all its digits.
fn arrays(report: &mut Report, pair: &Pair, joined: &Joined, found: &[&Inference]) {
    let id = pair.id();
    let n = joined.p.len() as u32;
    let mut add = |name: &str, shape: Vec<u32>, numbers: Numbers| {
        report.arrays.push(Array { name: format!("{name}_{id}"), shape, numbers });
    };
    add("pvalues", vec![n], Numbers::F64(joined.p.clone()));
    add("importances", vec![n], Numbers::F64(joined.importance.clone()));
    add("selected", vec![n], Numbers::F64(joined.map.iter().map(|sign| f64::from(*sign)).collect()));
    let (b, k) = (found.len() as u32, found[0].beta.len() as u32);
    let kept = found[0].labels.len() as u32;
    let labels = found.iter().flat_map(|one| one.labels.iter().copied()).collect();
    add("labels", vec![b, kept], Numbers::U32(labels));
    let all = |of: &dyn Fn(&Inference) -> &[f64]| Numbers::F64(found.iter().flat_map(|one| of(one).to_vec()).collect());
    add("cluster_beta", vec![b, k], all(&|one| &one.beta));
    add("cluster_z", vec![b, k], all(&|one| &one.z));
    add("cluster_pvalues", vec![b, k], all(&|one| &one.p));
}
