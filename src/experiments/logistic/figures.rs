//! Figures of a logistic regression.

use super::params::{LogisticParams, Scheme};
use super::task::{Judged, Sides};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::pictures;
use crate::learn::linear_model::Part;
use crate::learn::metrics;
use crate::random::RandomState;
use crate::report::signed::{self, Ends};
use crate::report::{ColorMap, Curve, Figure, Linear, Section, Stroke, Table, Value, plain};

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

/// In place of the figures of a test that there is none of.
pub fn untested() -> Section {
    Section {
        id: "confusion_test".into(),
        title: "No test".into(),
        summary: "No image is set apart for the test, so there is nothing that the model has not seen: choose a share for the \
                  test above 0."
            .into(),
        figure: Figure::Numbers(Table {
            columns: vec!["images of the test".into()],
            rows: vec![vec![Value::Int(0)]],
        }),
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
                "{all} of {} images {} mis-classified; {}: true label → predicted, and the number of the image.",
                images.len(),
                if all == 1 { "is" } else { "are" },
                match wrong.len() {
                    1 if all == 1 => "it is shown".into(),
                    n if n == all => "all of them are shown".into(),
                    n => format!("{n} of them, drawn at random with seed {seed}"),
                }
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
    let pixels: Vec<f32> = coef.iter().map(|value| *value as f32).collect();
    let ends = ends(&pixels, m, Ends::Greatest);
    let one = (params.label as usize).min(names.len() - 1);
    let drawn = |id: &str, title: &str, range: std::ops::Range<usize>, columns: u32| {
        let captions = names[range.clone()].iter().cloned();
        let values = &pixels[range.start * m..range.end * m];
        let mut section = pictures::grid(id, title, "", data, captions, values, (0.0, 1.0), columns);
        color(&mut section, ColorMap::RdYlGn, &ends[range]);
        section
    };
    let mut alone = drawn("coef_label", &format!("Coefficients of label {}", names[one]), one..one + 1, 1);
    if let Figure::Images { images, .. } = &alone.figure {
        alone.summary = signed::one_label(&images[0]);
    }
    let mut all = drawn("coefs", "Coefficients of all labels", 0..names.len(), 5);
    if let Figure::Images { images, .. } = &all.figure {
        all.summary = signed::all_labels(images, ColorMap::RdYlGn, Ends::Greatest);
    }
    vec![alone, all]
}

/// Where the colours of each map of `m` pixels end.
pub fn ends(pixels: &[f32], m: usize, ends: Ends) -> Vec<f32> {
    let shared = signed::size(pixels);
    pixels.chunks_exact(m).map(|map| ends.of(map, shared)).collect()
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
        n => {
            let s = if params.max_iter == 1 { "" } else { "s" };
            format!(" {n} stopped early, at {} iteration{s}: a longer run gives other coefficients.", params.max_iter)
        }
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
