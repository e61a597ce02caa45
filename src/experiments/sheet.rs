//! A sheet of images, one at random, and the mean of each class (notebook 004).

use super::Experiment;
use super::digits::NoJob;
use super::lab::Lab;
use super::pictures;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::Domain;
use crate::random::RandomState;
use crate::report::{ColorMap, Figure, Report, Section, Value};

crate::choices! {
    /// Which images are on the sheet.
    pub enum Which {
        /// Some of all, evenly.
        Spread = "spread",
        /// The first, in their order.
        First = "first",
    }
}

crate::params! {
    /// A sheet of images.
    pub struct SheetParams {
        /// How many images the sheet shows.
        n_shown "Images on the sheet": u32 = 50, Domain::Int { min: 1, max: 400, slider: 100 };
        /// Which images the sheet shows: spread evenly over the data set, or the first in their order, as in the notebook.
        which "Which images": Which = Which::Spread, Domain::Choice(Which::WORDS);
        /// Seed of the draw of one image; the notebook has none.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

/// The experiment.
pub struct Sheet;

impl Experiment for Sheet {
    const ID: &'static str = "sheet";
    const TITLE: &'static str = "A sheet of images";
    type Params = SheetParams;
    type Job = NoJob;
    const INSTANT: bool = true;

    fn check(params: &SheetParams, n_samples: usize, _: usize) -> Result<()> {
        if params.n_shown as usize > n_samples {
            return Err(Error::invalid(
                "n_shown",
                format!("at most the number of images, {n_samples}"),
                params.n_shown,
            ));
        }
        Ok(())
    }

    async fn run(params: &SheetParams, lab: &Lab<'_>) -> Result<Report> {
        Ok(report(params, lab.dataset))
    }

    fn python(params: &SheetParams) -> String {
        format!(
            "show('n_samples', X.shape[0])\n\
             random_index = np.random.RandomState({}).randint(0, X.shape[0])\n\
             show('random_index', random_index)\nshow('random_label', y[random_index])\n\
             shown = np.arange({n}){spread}\n\
             show('shown_labels', ' '.join(str(label) for label in y[shown]))\n\
             means = np.array([X[y == label].mean(axis=0) for label in np.unique(y)])\n\
             show('n_means', len(means))\n",
            params.random_state,
            n = params.n_shown,
            spread = match params.which {
                Which::Spread => format!(" * X.shape[0] // {}", params.n_shown),
                Which::First => String::new(),
            }
        )
    }
}

fn report(params: &SheetParams, data: &Dataset) -> Report {
    let label = |i: usize| data.class_names[usize::from(data.labels[i])].clone();
    let values = |chosen: &[usize]| -> Vec<f32> {
        chosen.iter().flat_map(|i| data.image(*i).iter().map(|p| f32::from(*p))).collect()
    };
    let random = RandomState::new(params.random_state).randint(0, data.n as i64) as usize;
    let n = params.n_shown as usize;
    let shown: Vec<usize> = match params.which {
        Which::Spread => (0..n).map(|i| i * data.n / n).collect(),
        Which::First => (0..n).collect(),
    };
    let mut report = Report::default();
    report.metric("n_samples", "Images", Value::Int(data.n as i64));
    report.metric("random_index", "Number of the random image", Value::Int(random as i64));
    report.metric("random_label", "Its label", Value::Text(label(random)));
    let labels: Vec<String> = shown.iter().map(|i| label(*i)).collect();
    report.metric("shown_labels", "Labels on the sheet", Value::Text(labels.join(" ")));

    let summary = format!("Image {random} of {}, drawn at random with seed {}.", data.n, params.random_state);
    let caption = std::iter::once(label(random));
    let range = (0.0, 255.0);
    let mut one = pictures::grid("random", "One random digit", &summary, data, caption, &values(&[random]), range, 1);
    let summary = match params.which {
        Which::Spread => format!("{n} images, spread evenly over all {}; under the first ten their labels.", data.n),
        Which::First => format!("The first {n} of {} images in their order; under the first ten their labels.", data.n),
    };
    let captions = labels.iter().enumerate().map(|(i, label)| if i < 10 { label.clone() } else { String::new() });
    let mut sheet = pictures::grid("sheet", "Many at one go", &summary, data, captions, &values(&shown), range, 10);
    for section in [&mut one, &mut sheet] {
        if let Figure::Images { map, .. } = &mut section.figure {
            *map = ColorMap::BuPuR;
        }
    }
    let (names, means) = class_means(data);
    report.metric("n_means", "Classes", Value::Int(names.len() as i64));
    let pixels: Vec<f32> = means.iter().flatten().map(|value| *value as f32).collect();
    let mut section = means_section(data, &names, &pixels);
    if let Figure::Images { map, .. } = &mut section.figure {
        *map = ColorMap::Gray;
    }
    report.sections = vec![one, sheet, section];
    report
}

/// Names of the classes that have images, and the mean image of each.
pub fn class_means(data: &Dataset) -> (Vec<String>, Vec<Vec<f64>>) {
    let present = (0..data.n_classes()).filter(|class| data.labels.iter().any(|label| usize::from(*label) == *class));
    present
        .map(|class| {
            let members: Vec<usize> = (0..data.n).filter(|i| usize::from(data.labels[*i]) == class).collect();
            // Sums of bytes are exact, so their order does not matter.
            let mut sums = vec![0u64; data.n_features()];
            for i in &members {
                sums.iter_mut().zip(data.image(*i)).for_each(|(sum, pixel)| *sum += u64::from(*pixel));
            }
            let mean = sums.into_iter().map(|sum| sum as f64 / members.len() as f64).collect();
            (data.class_names[class].clone(), mean)
        })
        .unzip()
}

fn means_section(data: &Dataset, names: &[String], pixels: &[f32]) -> Section {
    let summary = format!("The mean of all images of each of {} classes; white is ink.", names.len());
    let captions = names.iter().cloned();
    let highest = pixels.iter().copied().fold(1.0, f32::max);
    pictures::grid("means", "Mean images for each digit", &summary, data, captions, pixels, (0.0, highest), 5)
}
