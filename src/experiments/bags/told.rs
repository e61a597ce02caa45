//! What has been found, told: scores of every form, and the nearest images.

use super::tasks::Found;
use super::{BagsParams, FORMS, Form, NEAREST};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::restarts::Fit;
use crate::learn::kernels::{squared_difference, squared_distance};
use crate::learn::{Closest, Matrix, metrics};
use crate::report::{ColorMap, Figure, GalleryRow, Report, Section, Value};
use std::cmp::Ordering;

/// What is known of each form so far: labels of the clusters, and accuracies of the folds.
#[derive(Default, Clone)]
pub(super) struct Known {
    labels: Option<Vec<u32>>,
    folds: Vec<f64>,
}

/// What has been found of each form.
pub(super) fn gather(params: &BagsParams, forms: &[usize], found: &[Option<&Found>]) -> Vec<Known> {
    let mut known = vec![Known::default(); FORMS.len()];
    let restarts: Vec<&Fit> = found.iter().flatten().filter_map(|found| found.as_fit()).collect();
    if restarts.len() == params.n_init as usize {
        known[0].labels = Some(restarts[Fit::best(restarts.iter().copied(), params.n_clusters)].labels.clone());
    }
    for (form, found) in forms.iter().zip(found) {
        match found {
            Some(Found::Labels(labels, _)) => known[*form].labels = Some(labels.clone()),
            Some(Found::Accuracy(accuracy, _)) => known[*form].folds.push(*accuracy),
            _ => {}
        }
    }
    known
}

/// Purity, adjusted Rand index and accuracy of every form.
pub(super) fn scores(params: &BagsParams, data: &Dataset, known: &[Known], report: &mut Report) -> Result<()> {
    let truth: Vec<i32> = data.labels.iter().map(|label| i32::from(*label)).collect();
    let mut values = Vec::new();
    for ((_, id, name), known) in FORMS.iter().zip(known) {
        let mut scores = [None; 3];
        if let Some(labels) = &known.labels {
            let found: Vec<i32> = labels.iter().map(|label| *label as i32).collect();
            scores[0] = Some(("purity", "Purity", metrics::purity(&truth, &found)?));
            scores[1] = Some(("ari", "Adjusted Rand index", metrics::adjusted_rand_score(&truth, &found)?));
        }
        if known.folds.len() == params.cv as usize {
            let mean = known.folds.iter().sum::<f64>() / known.folds.len() as f64;
            scores[2] = Some(("accuracy", "Accuracy", mean));
        }
        for (score, label, value) in scores.iter().flatten() {
            report.metric(&format!("{score}_{id}"), &format!("{label}, {name}"), Value::Float(*value));
        }
        values.extend(scores.map(|score| score.map(|(_, _, value)| value)));
    }
    let accuracy = |form: Form| values[FORMS.iter().position(|known| known.0 == form).unwrap_or(0) * 3 + 2];
    let percent = |value: f64| format!("{:.1} %", 100.0 * value);
    let summary = match (
        accuracy(Form::Pixels),
        accuracy(Form::Bag),
        accuracy(Form::Shuffled),
        accuracy(Form::Quarters),
    ) {
        (Some(pixels), Some(bag), Some(shuffled), Some(quarters)) => format!(
            "Logistic regression recognises {} of unseen images by their pixels and {} by the counts of their words. Told \
             in which quarter a word was, it recognises {}. With the pixels of all images shuffled alike, which pixels do \
             not notice, bags {} {}.",
            percent(pixels),
            percent(bag),
            percent(quarters),
            match shuffled.total_cmp(&bag) {
                Ordering::Less => "fall to",
                Ordering::Equal => "stay at",
                Ordering::Greater => "rise to",
            },
            percent(shuffled)
        ),
        _ => "Scores so far; the rest is being computed.".into(),
    };
    report.sections.push(Section {
        id: "scores".into(),
        title: "Bags against pixels".into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "images as".into(),
            column_title: "score".into(),
            rows: FORMS.iter().map(|(_, _, name)| name.to_string()).collect(),
            columns: ["purity", "ARI", "accuracy"].map(String::from).to_vec(),
            texts: values.iter().map(|value| value.map_or(String::new(), |value| format!("{value:.3}"))).collect(),
            values: values.iter().map(|value| value.unwrap_or(0.0)).collect(),
            high: 1.0,
            map: ColorMap::Blues,
        },
    });
    Ok(())
}

/// The images nearest to one, by its bag and by its pixels.
pub(super) fn near(params: &BagsParams, data: &Dataset, bags: &Matrix, report: &mut Report) {
    let index = params.index as usize;
    let by_pixels = |i: usize| squared_difference(data.image(i), data.image(index)) as f64;
    let nearest = |distance: &dyn Fn(usize) -> f64| -> Vec<u32> {
        let mut closest = Closest::new(NEAREST);
        (0..data.n).filter(|i| *i != index).for_each(|i| closest.see(i as u32, distance(i)));
        closest.found().iter().map(|(_, i)| *i).collect()
    };
    let found = [
        ("bag", "by its bag", nearest(&|i| squared_distance(bags.row(i), bags.row(index)))),
        ("pixels", "by its pixels", nearest(&by_pixels)),
    ];
    let digit = |image: &u32| data.class_names[usize::from(data.labels[*image as usize])].clone();
    let label = digit(&params.index);
    let mut rows =
        vec![GalleryRow { title: format!("image {index}"), images: vec![params.index], captions: vec![label.clone()] }];
    let mut same = Vec::new();
    for (id, name, images) in found {
        let n_same = images.iter().filter(|image| digit(image) == label).count();
        let what = format!("Of the {} nearest {name}, as many show its digit", images.len());
        report.metric(&format!("near_{id}"), &what, Value::Int(n_same as i64));
        let captions = images.iter().map(digit).collect();
        rows.push(GalleryRow { title: format!("nearest {name}"), images, captions });
        same.push(n_same);
    }
    report.sections.push(Section {
        id: "near".into(),
        title: "Nearest images".into(),
        summary: format!(
            "The {} images nearest to image {index}, a {label}: by their bags {} of them {} a {label}, by their pixels {}.",
            rows[1].images.len(),
            same[0],
            if same[0] == 1 { "shows" } else { "show" },
            same[1]
        ),
        figure: Figure::Gallery { data: data.id.clone(), rows },
    });
}
