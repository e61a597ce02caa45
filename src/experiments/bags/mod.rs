//! Learning on bags of patches, which notebook 003 stops short of: k-means and logistic
//! regression on bags against pixels, and what it costs to forget where windows were.

mod tasks;
mod told;
mod twin;

use super::Experiment;
use super::drawing::{Drawing, Learning, Scaling, n_read, read_so_far};
use super::kmeans::KMeansParams;
use super::lab::{Lab, Progress};
use super::restarts::Fit;
use crate::error::{Error, Result, Warning};
use crate::learn::model_selection::{Fold, stratified_k_fold};
use crate::params::Domain;
use crate::report::{Array, Numbers, Report, Section};
pub use tasks::{Found, Rows, Task};
use told::{gather, near, scores};

crate::choices! {
    /// What the counts of words are turned into.
    pub enum Weighting {
        /// The counts themselves.
        Counts = "counts",
        /// Counts weighted by how few images a word is in, at length 1 (`TfidfTransformer`).
        TfIdf = "tf-idf",
    }
}

crate::params! {
    /// Learning on bags.
    pub struct BagsParams {
        /// Number of the image whose nearest images are shown.
        index "Image": u32 = 0, Domain::Int { min: 0, max: 9_999_999, slider: 0 };
        /// Whether counts of words are taken as they are or weighted.
        weighting "Weighting": Weighting = Weighting::Counts, Domain::Choice(Weighting::WORDS);
        /// Number of words.
        n_words "Words": u32 = 50, Domain::Int { min: 1, max: 250, slider: 100 };
        /// Number of clusters of images.
        n_clusters "Clusters of images": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// Restarts of each clustering of images.
        n_init "Restarts": u32 = 10, Domain::Int { min: 1, max: 50, slider: 20 };
        /// Inverse strength of the penalty of logistic regression, which sees each feature at variance 1.
        C "C": f64 = 0.01, Domain::Float { min: 1e-6, max: 1e6 };
        /// Logistic regression learns from every which image.
        learn_step "Learn from every which image": u32 = 5, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// Parts of the cross-validation.
        cv "Folds": u32 = 5, Domain::Int { min: 2, max: 20, slider: 10 };
        /// Height and width of a patch in pixels.
        patch_size "Patch": u32 = 6, Domain::Int { min: 3, max: 12, slider: 12 };
        /// The words are learned from every which image, in one restart.
        image_step "Words from every which image": u32 = 100, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// What is done to each image before patches are taken.
        scaling "Scaling of each image": Scaling = Scaling::Standard, Domain::Choice(Scaling::WORDS);
        /// Seed of every random draw.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: 4_000_000_000, slider: 0 };
    }
}

impl BagsParams {
    fn learning(&self, shuffle: Option<u32>) -> Learning {
        Learning {
            drawing: Drawing {
                patch_size: self.patch_size,
                image_step: self.image_step,
                max_patches: SHARE,
                scaling: self.scaling,
                random_state: self.random_state,
                shuffle,
            },
            n_clusters: self.n_words,
            n_init: 1,
            max_iter: 300,
            tol: 1e-4,
        }
    }

    fn kmeans(&self) -> KMeansParams {
        KMeansParams {
            n_clusters: self.n_clusters,
            n_init: self.n_init,
            random_state: self.random_state,
            ..KMeansParams::default()
        }
    }
}

/// What an image is taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Pixels,
    Bag,
    Shuffled,
    Quarters,
    Scattered,
}

const FORMS: [(Form, &str, &str); 5] = [
    (Form::Pixels, "pixels", "pixels"),
    (Form::Bag, "bag", "bag of words"),
    (Form::Shuffled, "shuffled", "bag, pixels shuffled"),
    (Form::Quarters, "quarters", "bags of four quarters"),
    (Form::Scattered, "scattered", "quarters, windows shuffled"),
];

/// Share of the windows of each image that words are learned from, as in the notebook.
const SHARE: f64 = 0.75;
/// Images that a worker reads at a time.
const CHUNK: usize = 1250;
/// Nearest images shown.
const NEAREST: usize = 10;

/// The experiment.
pub struct LearnBags;

impl Experiment for LearnBags {
    const ID: &'static str = "bags";
    const TITLE: &'static str = "Learning on bags of patches";
    type Params = BagsParams;
    type Job = Task;

    fn check(params: &BagsParams, n_samples: usize, _: usize) -> Result<()> {
        if params.index as usize >= n_samples {
            let last = n_samples.saturating_sub(1);
            return Err(Error::invalid("index", format!("an image number from 0 to {last}"), params.index));
        }
        params.kmeans().check(n_samples)
    }

    async fn run(params: &BagsParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let (rows, mut warnings) = bags(params, lab).await?;
        let images: Vec<u32> = (0..data.n as u32).step_by(params.learn_step as usize).collect();
        let labels: Vec<i64> = images.iter().map(|&i| i64::from(data.labels[i as usize])).collect();
        let folds = folds(params, &labels)?;

        let mut tasks: Vec<(usize, Task)> =
            params.kmeans().restarts().into_iter().map(|restart| (0, Task::Pixels(restart))).collect();
        let bag = rows[0].clone();
        let mut tries = Vec::new();
        for fold in &folds {
            for form in 0..FORMS.len() {
                let rows = form.checked_sub(1).map(|form| rows[form].select(&images));
                let (train, test) = (fold.train.clone(), fold.test.clone());
                tries.push((form, Task::Fold { c: params.C, images: images.clone(), train, test, rows }));
            }
        }
        // Whoever deals out the jobs holds the rows only once.
        for (form, rows) in (1..).zip(rows) {
            tasks.push((form, Task::Cluster { params: params.kmeans(), rows }));
        }
        tasks.extend(tries);
        let (forms, tasks): (Vec<usize>, Vec<Task>) = tasks.into_iter().unzip();
        let mut live = |known: &[Progress<Found>], _: usize| {
            let found: Vec<Option<&Found>> = known.iter().map(|job| job.output.as_ref()).collect();
            let mut report = Report::default();
            scores(params, data, &gather(params, &forms, &found), &mut report).ok()?;
            Some(report)
        };
        let found = lab.map_part("Learning", &tasks, &mut live, (0.4, 1.0)).await?;
        let known = gather(params, &forms, &found.iter().map(Some).collect::<Vec<_>>());
        warnings.extend(tasks::warnings(params, &found));
        let mut report = Report { warnings, ..Report::default() };
        scores(params, data, &known, &mut report)?;
        let bag = bag.into_matrix()?;
        near(params, data, &bag, &mut report);
        report.arrays = vec![Array {
            name: "bags".into(),
            shape: vec![data.n as u32, params.n_words],
            numbers: Numbers::F64(bag.into_vec()),
        }];
        Ok(report)
    }

    fn python(params: &BagsParams) -> String {
        twin::twin(params)
    }
}

/// The folds of the images that are learned from.
fn folds(params: &BagsParams, labels: &[i64]) -> Result<Vec<Fold>> {
    let several = |labels: &[i64]| labels.iter().any(|label| Some(label) != labels.first());
    if !several(labels) {
        let must_be = format!(
            "such that images of at least 2 classes are learned from; the {} of every {}th are of one. Lower it, or choose \
             other images",
            labels.len(),
            params.learn_step
        );
        return Err(Error::invalid("learn_step", must_be, params.learn_step));
    }
    let fewer = |why: &str| {
        let must_be =
            format!("smaller for the {} images learned from: {why}. Lower it, or lower learn_step", labels.len());
        Error::invalid("cv", must_be, params.cv)
    };
    let folds = stratified_k_fold(labels, params.cv as usize, None).map_err(|error| match error {
        Error::InvalidParameter { .. } => fewer("no class has so many of them"),
        other => other,
    })?;
    if folds.iter().any(|fold| !several(&fold.train.iter().map(|i| labels[*i as usize]).collect::<Vec<_>>())) {
        return Err(fewer("without one of the folds a single class would be left"));
    }
    Ok(folds)
}

/// Both vocabularies as far as they are.
fn words_so_far(learnings: &[Learning], frames: impl Iterator<Item = Vec<f32>>) -> Report {
    let mut report = Report::default();
    for (learning, frame) in learnings.iter().zip(frames).filter(|(_, frame)| !frame.is_empty()) {
        let (id, of) = match learning.drawing.shuffle {
            None => ("words", ""),
            Some(_) => ("words_shuffled", " of images whose pixels are shuffled"),
        };
        let summary = format!("{} words{of}, as far as they are learned.", learning.n_clusters);
        let section = learning.words(&frame, &summary, |word| format!("word {word}"));
        report.sections.push(Section { id: id.into(), title: format!("The words{of}"), ..section });
    }
    report
}

/// The bags of all images, in all forms but pixels.
async fn bags(params: &BagsParams, lab: &Lab<'_>) -> Result<(Vec<Rows>, Vec<Warning>)> {
    let data = lab.dataset;
    let learnings = [params.learning(None), params.learning(Some(params.random_state))];
    // Here words have a name of their own, and the share of the windows is fixed.
    learnings[0].n_patches(data).map_err(|error| match error {
        Error::InvalidParameter { name, must_be, got } if name == "n_clusters" => {
            Error::invalid("n_words", must_be, got)
        }
        Error::InvalidParameter { name, .. } if name == "max_patches" => {
            let must_be = format!("smaller: {SHARE} of the windows of an image are less than one");
            Error::invalid("patch_size", must_be, params.patch_size)
        }
        other => other,
    })?;
    let jobs: Vec<Task> = learnings.iter().flat_map(Learning::jobs).map(Task::Train).collect();
    let mut forming = |known: &[Progress<Found>], _: usize| {
        let frames = known.iter().map(|job| Learning::frame(job, Found::as_fit));
        Some(words_so_far(&learnings, frames))
    };
    let found = lab.map_part("Words", &jobs, &mut forming, (0.0, 0.2)).await?;
    let fits: Vec<Fit> = found.into_iter().filter_map(Found::fit).collect();
    let warnings = fits.iter().flat_map(|fit| fit.warn(params.n_words, learnings[0].max_iter)).collect();
    let words: Vec<Vec<f64>> = fits.into_iter().map(|fit| fit.cluster_centers).collect();
    let word = |i: usize| (learnings[i].drawing.clone(), words[i].clone());
    let read = |from: usize| Task::Read {
        words: [word(0), word(1)],
        from: from as u32,
        to: (from + CHUNK).min(data.n) as u32,
    };
    let jobs: Vec<Task> = (0..data.n).step_by(CHUNK).map(read).collect();
    let n_each: Vec<usize> = (0..data.n).step_by(CHUNK).map(|from| CHUNK.min(data.n - from)).collect();
    let mut reading = |known: &[Progress<Found>], _: usize| {
        let frames = words.iter().map(|words| words.iter().map(|value| *value as f32).collect());
        let mut report = words_so_far(&learnings, frames);
        report.sections.push(read_so_far(n_read(known, &n_each), data.n));
        Some(report)
    };
    let [mut quarters, mut scattered, mut shuffled] = [Vec::new(), Vec::new(), Vec::new()];
    for found in lab.map_part("Reading", &jobs, &mut reading, (0.2, 0.4)).await? {
        if let Found::Bags([a, b, c]) = found {
            quarters.extend(a);
            scattered.extend(b);
            shuffled.extend(c);
        }
    }
    let k = params.n_words as usize;
    let sum = |four: &[u16]| (0..k).map(|word| (0..4).map(|part| four[part * k + word]).sum()).collect::<Vec<u16>>();
    let bag: Vec<u16> = quarters.chunks_exact(4 * k).flat_map(sum).collect();
    let rows: Result<Vec<Rows>> = [(bag, k), (shuffled, k), (quarters, 4 * k), (scattered, 4 * k)]
        .into_iter()
        .map(|(counts, d)| Rows::new(counts, d, params.weighting))
        .collect();
    Ok((rows?, warnings))
}
