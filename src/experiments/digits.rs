//! The data themselves: how many, which, and one of them pixel by pixel.

use super::lab::{Job, Lab, Ticker, Workplace};
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::report::{Figure, Report, Section, Table, Value};
use serde::{Deserialize, Serialize};

crate::params! {
    /// Looking at the images.
    pub struct DigitsParams {
        /// Number of the image to look at, from 0, in the order of the data set.
        index "Image": u32 = 4, crate::params::Domain::Int { min: 0, max: 9_999_999, slider: 0 };
    }
}

/// Looking needs no worker.
#[derive(Serialize, Deserialize)]
pub struct NoJob;

impl Job for NoJob {
    type Output = ();

    fn run(self, _: &mut Workplace, _: &mut dyn Ticker) -> Result<()> {
        Ok(())
    }
}

/// The experiment.
pub struct Digits;

impl Experiment for Digits {
    const ID: &'static str = "digits";
    const TITLE: &'static str = "The images";
    type Params = DigitsParams;
    type Job = NoJob;
    const INSTANT: bool = true;

    fn check(params: &DigitsParams, n_samples: usize, _: usize) -> Result<()> {
        if params.index as usize >= n_samples {
            let last = n_samples.saturating_sub(1);
            return Err(Error::invalid("index", format!("an image number from 0 to {last}"), params.index));
        }
        Ok(())
    }

    async fn run(params: &DigitsParams, lab: &Lab<'_>) -> Result<Report> {
        Ok(look(params, lab.dataset))
    }

    fn python(params: &DigitsParams) -> String {
        format!(
            "show('n_samples', X.shape[0])\nshow('n_features', X.shape[1])\n\
             show('labels', ' '.join(str(label) for label in np.unique(y)))\n\
             datapoint = X[{0}].astype(int)\nshow('label', y[{0}])\n\
             show('sum', datapoint.sum())\nshow('nonzero', np.count_nonzero(datapoint))\n\
             show('largest', datapoint.max())\nprint(datapoint.reshape(image_shape))\n",
            params.index
        )
    }
}

fn look(params: &DigitsParams, data: &Dataset) -> Report {
    let index = params.index as usize;
    let pixels = data.image(index);
    let label = &data.class_names[usize::from(data.labels[index])];
    let mut counts = vec![0i64; data.class_names.len()];
    data.labels.iter().for_each(|label| counts[usize::from(*label)] += 1);
    let present: Vec<String> =
        data.class_names.iter().cloned().zip(&counts).filter(|(_, n)| **n > 0).map(|(name, _)| name).collect();

    let mut report = Report::default();
    report.metric("n_samples", "Images", Value::Int(data.n as i64));
    report.metric("n_features", "Pixels of each", Value::Int(data.n_features() as i64));
    report.metric("labels", "Labels", Value::Text(present.join(" ")));
    report.metric("label", "Label of this image", Value::Text(label.clone()));
    report.metric("sum", "Sum of its grey levels", Value::Int(pixels.iter().map(|p| i64::from(*p)).sum()));
    report.metric("nonzero", "Pixels with ink", Value::Int(pixels.iter().filter(|p| **p > 0).count() as i64));
    report.metric("largest", "Largest grey level", Value::Int(i64::from(pixels.iter().copied().max().unwrap_or(0))));

    let values: Vec<f32> = pixels.iter().map(|p| f32::from(*p)).collect();
    let caption = std::iter::once(format!("image {index}, label {label}"));
    let summary = format!(
        "Image {index} shows a {label}: {} by {} grey levels from 0 (white) to 255 (black), {} of the {} above 0.",
        data.height,
        data.width,
        pixels.iter().filter(|p| **p > 0).count(),
        data.n_features()
    );
    report.sections.push(pictures::grid("image", "One image", &summary, data, caption, &values, (0.0, 255.0), 1));

    // Five of each digit, spread evenly over the images of that digit.
    let mut chosen = Vec::new();
    for (class, count) in counts.iter().enumerate() {
        let members: Vec<usize> = (0..data.n).filter(|i| usize::from(data.labels[*i]) == class).collect();
        let shown = 5.min(members.len());
        chosen.extend((0..shown).map(|i| members[i * *count as usize / shown]));
    }
    let values: Vec<f32> = chosen.iter().flat_map(|i| data.image(*i).iter().map(|p| f32::from(*p))).collect();
    let captions = chosen.iter().map(|i| i.to_string());
    let summary = format!("{} images, up to five of each digit, under each its number.", chosen.len());
    report.sections.push(pictures::grid(
        "samples",
        "A few of each",
        &summary,
        data,
        captions,
        &values,
        (0.0, 255.0),
        10,
    ));

    let rows = data
        .class_names
        .iter()
        .cloned()
        .zip(&counts)
        .filter(|(_, n)| **n > 0)
        .map(|(name, n)| vec![Value::Text(name), Value::Int(*n)])
        .collect();
    report.sections.push(Section {
        id: "counts".into(),
        title: "How many of each".into(),
        summary: format!(
            "{} of {}.",
            if data.n == 1 { "1 image".into() } else { format!("{} images", data.n) },
            if present.len() == 1 { "1 digit".into() } else { format!("{} digits", present.len()) }
        ),
        figure: Figure::Numbers(Table { columns: vec!["digit".into(), "images".into()], rows }),
    });
    report
}
