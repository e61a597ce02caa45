//! Figures of a logistic regression.

use super::params::{Ends, LogisticParams, Scheme};
use super::task::{Answer, Judged, Sides};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::lab::Progress;
use crate::experiments::pictures;
use crate::learn::linear_model::Part;
use crate::learn::metrics;
use crate::random::RandomState;
use crate::report::{ColorMap, Curve, Figure, Linear, Report, Section, Stroke, Table, Value, plain};

/// True classes down, predicted ones across.
pub fn confusion(id: &str, title: &str, names: &[String], truth: &[u32], predicted: &[u32]) -> Section {
    let k = names.len();
    let mut counts = vec![0u64; k * k];
    for (truth, predicted) in truth.iter().zip(predicted) {
        counts[*truth as usize * k + *predicted as usize] += 1;
    }
    let right: u64 = (0..k).map(|i| counts[i * k + i]).sum();
    let pairs: Vec<String> = confused(truth, predicted, k, 3)
        .iter()
        .map(|(a, b, n)| format!("{} for {} ({n})", names[*a], names[*b]))
        .collect();
    let most = if pairs.is_empty() { "nothing".into() } else { pairs.join(", ") };
    Section {
        id: id.into(),
        title: title.into(),
        summary: format!(
            "{right} of {} images are predicted right. Most often taken for another: {most}.",
            truth.len()
        ),
        figure: Figure::Confusion {
            row_title: "true label".into(),
            column_title: "predicted".into(),
            rows: names.to_vec(),
            columns: names.to_vec(),
            counts,
            map: ColorMap::Reds,
        },
    }
}

/// The most frequent mistakes: true class, predicted class, how often.
pub fn confused(truth: &[u32], predicted: &[u32], k: usize, most: usize) -> Vec<(usize, usize, u64)> {
    let mut counts = vec![0u64; k * k];
    for (truth, predicted) in truth.iter().zip(predicted).filter(|(a, b)| a != b) {
        counts[*truth as usize * k + *predicted as usize] += 1;
    }
    let mut pairs: Vec<(usize, usize, u64)> =
        counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, n)| (i / k, i % k, *n)).collect();
    pairs.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    pairs.truncate(most);
    pairs
}

/// Some of the images learnt from that the model gets wrong, then some of the test: with their
/// pixels, so that a saved result shows them.
pub fn misclassified(params: &LogisticParams, data: &Dataset, sides: &Sides, judged: &Judged) -> Vec<Section> {
    let names = sides.names(data);
    let mut stream = RandomState::new(params.random_state);
    let parts = [
        ("misclassified", "Mis-classified of those learnt from", &sides.train, &judged.train),
        ("misclassified_test", "Mis-classified of the test", &sides.test, &judged.test),
    ];
    let mut sections = Vec::new();
    for (id, title, images, predicted) in parts.into_iter().filter(|part| !part.2.is_empty()) {
        let truth = sides.of(images);
        let mut wrong: Vec<usize> = (0..truth.len()).filter(|i| truth[*i] != predicted[*i]).collect();
        let all = wrong.len();
        stream.shuffle(&mut wrong);
        wrong.truncate(params.n_shown as usize);
        let seed = params.random_state;
        let summary = match all {
            0 => format!("None of {} images is mis-classified.", images.len()),
            _ => format!(
                "{all} of {} images are mis-classified; {} of them, drawn at random with seed {seed}: true label → \
                 predicted, and the number of the image.",
                images.len(),
                wrong.len()
            ),
        };
        let caption = |i: &usize| {
            format!("{} → {}, no. {}", names[truth[*i] as usize], names[predicted[*i] as usize], images[*i])
        };
        let captions: Vec<String> = wrong.iter().map(caption).collect();
        let pixels: Vec<f32> =
            wrong.iter().flat_map(|i| data.image(images[*i] as usize).iter().map(|level| f32::from(*level))).collect();
        let mut section = pictures::grid(id, title, &summary, data, captions.into_iter(), &pixels, (0.0, 255.0), 5);
        if all == 0 {
            let columns = ["images", "mis-classified"].map(String::from).to_vec();
            let rows = vec![vec![Value::Int(images.len() as i64), Value::Int(0)]];
            section.figure = Figure::Numbers(Table { columns, rows });
        }
        sections.push(section);
    }
    sections
}

/// The model, to be tried on any image; it begins with the first one of the test that it gets wrong.
pub fn contributions(params: &LogisticParams, data: &Dataset, sides: &Sides, judged: &Judged) -> Section {
    let (images, predicted) =
        if sides.test.is_empty() { (&sides.train, &judged.train) } else { (&sides.test, &judged.test) };
    let truth = sides.of(images);
    let at = (0..truth.len()).find(|i| truth[*i] != predicted[*i]).unwrap_or(0);
    let names = sides.names(data);
    let summary = format!(
        "The score of a class is its intercept and, for each pixel, ink times coefficient: the map shows these \
         products, and they add up to the score. Image {} is a {}, and the model says {}. Draw, erase, or take another image.",
        images[at], names[truth[at] as usize], names[predicted[at] as usize]
    );
    let linear = Linear {
        data: data.id.clone(),
        size: (data.height as u32, data.width as u32),
        classes: names,
        softmax: params.scheme == Scheme::Multinomial,
        coef: judged.coef.iter().map(|value| *value as f32).collect(),
        intercept: judged.intercept.clone(),
        image: images[at],
        label: truth[at],
        pixels: data.image(images[at] as usize).iter().map(|level| f32::from(*level)).collect(),
    };
    Section {
        id: "contributions".into(),
        title: "What each pixel adds".into(),
        summary,
        figure: Figure::Linear(linear),
    }
}

/// scikit-learn's classification report as a table, with the area under the curve of each class.
pub fn classification_report(names: &[String], truth: &[u32], judged: &Judged) -> Result<Section> {
    let scores = metrics::precision_recall_fscore_support(truth, &judged.test)?;
    let columns = ["class", "precision", "recall", "f1-score", "support", "ROC AUC"].map(String::from).to_vec();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (i, label) in scores.labels.iter().enumerate() {
        let auc = judged.auc[*label as usize];
        rows.push(vec![
            Value::Text(names[*label as usize].clone()),
            Value::Float(scores.precision[i]),
            Value::Float(scores.recall[i]),
            Value::Float(scores.f1[i]),
            Value::Int(scores.support[i] as i64),
            if auc.is_nan() { Value::Text("–".into()) } else { Value::Float(auc) },
        ]);
    }
    let n = scores.n_samples();
    let accuracy = scores.n_right as f64 / n as f64;
    let empty = || Value::Text(String::new());
    rows.push(vec![
        Value::Text("accuracy".into()),
        empty(),
        empty(),
        Value::Float(accuracy),
        Value::Int(n as i64),
        empty(),
    ]);
    for (name, average) in [("macro avg", scores.macro_average()), ("weighted avg", scores.weighted_average())] {
        let mut row = vec![Value::Text(name.into())];
        row.extend(average.map(Value::Float));
        row.extend([Value::Int(n as i64), empty()]);
        rows.push(row);
    }
    Ok(Section {
        id: "report".into(),
        title: "Classification report, test images".into(),
        summary: format!(
            "Precision: of the images predicted to be of a class, the share that is. Recall: of the images of a class, the \
             share that was found. {:.2} % of {n} test images are predicted right.",
            accuracy * 100.0
        ),
        figure: Figure::Numbers(Table { columns, rows }),
    })
}

/// Do probabilities mean what they say?
pub fn reliability(judged: &Judged) -> Section {
    let points = judged.bins.iter().map(|(predicted, share, _)| (*predicted, *share)).collect();
    let n: u64 = judged.bins.iter().map(|bin| bin.2).sum();
    Section {
        id: "reliability".into(),
        title: "Reliability of the probabilities".into(),
        summary: format!(
            "{n} probabilities, one of each class for each test image, in ten bins of equal width. On the diagonal, of images \
             that get 70 % for a class 70 % are of it; below it the model is too sure."
        ),
        figure: Figure::Curves {
            x_title: "mean predicted probability".into(),
            y_title: "share that is of the class".into(),
            curves: vec![
                Curve { name: "as it should be".into(), points: vec![(0.0, 0.0), (1.0, 1.0)], stroke: Stroke::Thin },
                Curve { name: "this model".into(), points, stroke: Stroke::Class(0) },
            ],
        },
    }
}

/// The coefficients of one label alone, and those of all.
pub fn coefficients(params: &LogisticParams, data: &Dataset, names: &[String], coef: &[f64]) -> Vec<Section> {
    let m = data.n_features();
    // Two classes share one set, which speaks for the second.
    let names: Vec<String> = if coef.len() == m { vec![names[names.len() - 1].clone()] } else { names.to_vec() };
    let (map, ends) = (params.colors.into(), ends(params, coef, m));
    let pixels: Vec<f32> = coef.iter().map(|value| *value as f32).collect();
    let one = (params.label as usize).min(names.len() - 1);
    let of_one = &coef[one * m..(one + 1) * m];
    let inked = |sign: f64| of_one.iter().filter(|value| **value * sign > 0.0).count();
    let clipped = of_one.iter().filter(|value| **value < -f64::from(ends[one])).count();
    let clip = match clipped {
        0 => String::new(),
        n => format!(" {n} pixels are beyond the end of the colours, and drawn as if they were at it."),
    };
    let (for_it, against) = params.colors.names();
    let summary = format!(
        "One coefficient for each pixel: ink where it is positive ({for_it}, {} pixels) speaks for {}, ink where it is negative \
         ({against}, {}) against it. Zero has the middle colour; the colours end at plus and minus {}.{clip}",
        inked(1.0),
        names[one],
        inked(-1.0),
        plain(f64::from(ends[one])),
    );
    let drawn = |id: &str, title: &str, summary: &str, range: std::ops::Range<usize>, columns: u32| {
        let captions = names[range.clone()].iter().cloned();
        let values = &pixels[range.start * m..range.end * m];
        let mut section = pictures::grid(id, title, summary, data, captions, values, (0.0, 1.0), columns);
        color(&mut section, map, &ends[range]);
        section
    };
    let title = format!("Coefficients of label {}", names[one]);
    let alone = drawn("coef_label", &title, &summary, one..one + 1, 1);
    let summary = format!(
        "The coefficients of each of {} labels: ink on {for_it} speaks for the label, ink on {against} against it. {}",
        names.len(),
        match params.ends {
            Ends::Shared => "All have one scale of colours.",
            _ => "Each has its own scale of colours, so compare shapes and not strengths.",
        }
    );
    let all = drawn("coefs", "Coefficients of all labels", &summary, 0..names.len(), 5);
    vec![alone, all]
}

/// Where the colours of each label's coefficients end.
pub fn ends(params: &LogisticParams, coef: &[f64], m: usize) -> Vec<f32> {
    let size = |row: &[f64]| row.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    let greatest = |row: &[f64]| row.iter().copied().fold(0.0f64, f64::max);
    let shared = size(coef);
    let end = |row: &[f64]| match params.ends {
        Ends::Max => greatest(row),
        Ends::Size => size(row),
        Ends::Shared => shared,
    };
    // A label without a coefficient is all in the middle colour, whatever the ends are.
    coef.chunks_exact(m).map(|row| end(row) as f32).map(|end| if end > 0.0 { end } else { 1.0 }).collect()
}

/// Two-sided colours for each image, zero in the middle.
pub fn color(section: &mut Section, to: ColorMap, ends: &[f32]) {
    if let Figure::Images { images, map, low, high, .. } = &mut section.figure {
        (*map, *low, *high) = (to, -1.0, 1.0);
        images.iter_mut().zip(ends).for_each(|(image, end)| image.scale = Some((to, -end, *end)));
    }
}

/// How each model of the fit ended.
pub fn convergence(params: &LogisticParams, names: &[String], parts: &[Part]) -> Section {
    let columns =
        ["model", "objective", "gradient", "had to fall to", "iterations", "ended"].map(String::from).to_vec();
    let ended = |part: &Part| match (part.separated, part.converged) {
        (true, _) => "no best model: separable",
        (_, true) => "converged",
        (_, false) => "stopped early",
    };
    let name = |i: usize| match parts.len() {
        1 => "all classes".to_string(),
        _ => format!("{} against the rest", names[i]),
    };
    let rows = parts.iter().enumerate().map(|(i, part)| {
        vec![
            Value::Text(name(i)),
            Value::Float(part.objective),
            Value::Text(plain(part.gradient_norm)),
            Value::Text(plain(part.gradient_bound)),
            Value::Int(i64::from(part.n_iter)),
            Value::Text(ended(part).into()),
        ]
    });
    let n = parts.iter().filter(|part| part.converged && !part.separated).count();
    let (all, s) = (parts.len(), if parts.len() == 1 { "" } else { "s" });
    let early = match parts.iter().filter(|part| !part.converged).count() {
        0 => String::new(),
        n => format!(" {n} stopped early, at {} iterations: a longer run gives other coefficients.", params.max_iter),
    };
    Section {
        id: "convergence".into(),
        title: "Did it converge?".into(),
        summary: format!(
            "{n} of {all} model{s} converged.{early} The objective is C times the loss, plus the penalty."
        ),
        figure: Figure::Numbers(Table { columns, rows: rows.collect() }),
    }
}

/// How far each model is on its way: the gradient is what has to vanish.
fn descending(names: &[String], known: &[Progress<Answer>]) -> Section {
    let columns = ["model", "objective", "gradient", "iterations", "ended"].map(String::from).to_vec();
    let row = |(i, job): (usize, &Progress<Answer>)| {
        let part = job.output.as_ref().and_then(Answer::as_part);
        let (objective, gradient, n_iter, ended) = match (part, &job.tick) {
            (Some(part), _) if part.converged => (part.objective, part.gradient_norm, part.n_iter, "converged"),
            (Some(part), _) => (part.objective, part.gradient_norm, part.n_iter, "stopped early"),
            (None, Some(tick)) => {
                let gradient = tick.frame.last().copied().map_or(f64::NAN, f64::from);
                (tick.objective, gradient, tick.step, "goes on")
            }
            (None, None) => return None,
        };
        let name = if known.len() == 1 { "all classes".into() } else { format!("{} against the rest", names[i]) };
        let values = [Value::Text(name), Value::Float(objective), Value::Text(plain(gradient))];
        Some(values.into_iter().chain([Value::Int(i64::from(n_iter)), Value::Text(ended.into())]).collect())
    };
    Section {
        id: "convergence".into(),
        title: "Does it converge?".into(),
        summary: "Where each model is on its way. The objective falls, and the gradient with it; the model has converged when \
                  the gradient has fallen far enough."
            .into(),
        figure: Figure::Numbers(Table { columns, rows: known.iter().enumerate().filter_map(row).collect() }),
    }
}

/// What can be drawn while models are fitted: the coefficients so far, and every descent.
pub fn unfinished(params: &LogisticParams, data: &Dataset, sides: &Sides, known: &[Progress<Answer>]) -> Report {
    let names = sides.names(data);
    let m = data.n_features();
    let outputs = if known.len() == 1 && names.len() > 2 { names.len() } else { 1 };
    let coef: Vec<f64> = known
        .iter()
        .flat_map(|job| match (job.output.as_ref().and_then(Answer::as_part), &job.tick) {
            (Some(part), _) => part.coef.clone(),
            // The last number is the gradient's.
            (None, Some(tick)) => tick.frame.iter().take(outputs * m).map(|value| f64::from(*value)).collect(),
            (None, None) => vec![0.0; outputs * m],
        })
        .collect();
    let mut report = Report::default();
    report.sections.extend(coefficients(params, data, &names, &coef));
    let curves: Vec<Curve> = known
        .iter()
        .enumerate()
        .filter(|(_, job)| !job.history.is_empty())
        .map(|(i, job)| Curve {
            name: format!("model {i}"),
            points: job.history.iter().map(|(step, objective)| (f64::from(*step), *objective)).collect(),
            stroke: Stroke::Thin,
        })
        .collect();
    if !curves.is_empty() {
        report.sections.push(descending(&names, known));
        report.sections.push(Section {
            id: "descent".into(),
            title: "Objective".into(),
            summary: format!("The objective after each iteration, of {} models.", known.len()),
            figure: Figure::Curves { x_title: "iteration".into(), y_title: "objective".into(), curves },
        });
    }
    report
}
