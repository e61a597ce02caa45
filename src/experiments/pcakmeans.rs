//! k-means on principal components, its centres mapped back to images (notebook 002, part g).

use super::features::{self, Outline, Projection, Restart, SvdSolver};
use super::kmeans::{KMeansParams, descent};
use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::members::Members;
use super::restarts::Fit;
use super::space::Space;
use super::tree::{listed, n_distinct};
use super::{Experiment, pictures, principal};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::Samples;
use crate::learn::{Matrix, metrics};
use crate::params::Domain;
use crate::report::{Array, ColorMap, Figure, Numbers, Report, Section, Value};
use serde::{Deserialize, Serialize};

crate::params! {
    /// k-means on principal components.
    pub struct PcaKMeansParams {
        /// Images drawn from the data set.
        n_samples "Images": u32 = 10_000, Domain::Int { min: 2, max: 20_000, slider: 10_000 };
        /// Whether an image may be drawn again. The notebook writes replace='false', and a text that is not empty counts as true.
        replace "With replacement": bool = true, Domain::Flag;
        /// Seed of the draw and of the randomized components.
        random_state "Seed": u32 = 69, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// Principal components to keep; at most the number of images and of pixels.
        n_components "Components": u32 = 100, Domain::Int { min: 1, max: 1_000, slider: 200 };
        /// Whether each component is scaled to variance 1, so that all of them count the same.
        whiten "Whiten": bool = true, Domain::Flag;
        /// How the components are found. Only randomized, which approximates the last ones, gives the notebook's features.
        svd_solver "Solver": SvdSolver = SvdSolver::Randomized, Domain::Choice(SvdSolver::WORDS);
        /// Number of clusters to form.
        n_clusters "Clusters": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// Number of restarts; the run of lowest inertia wins.
        n_init "Restarts": u32 = 10, Domain::Int { min: 1, max: 200, slider: 30 };
        /// Seed of k-means.
        kmeans_random_state "Seed of k-means": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl PcaKMeansParams {
    fn projection(&self) -> Projection {
        let PcaKMeansParams { n_samples, replace, random_state, n_components, whiten, svd_solver, .. } = *self;
        Projection { n_samples, replace, random_state, n_components, whiten, svd_solver }
    }
}

/// An error if a sample is too small for so many clusters.
pub fn check_n_clusters(name: &str, n_clusters: u32, n_samples: u32) -> Result<()> {
    match n_clusters > n_samples {
        true => Err(Error::invalid(name, format!("at most n_samples={n_samples}"), n_clusters)),
        false => Ok(()),
    }
}

/// A restart, or a look at the winner.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// One restart.
    Restart(Restart),
    /// What is drawn of the winner.
    Look {
        /// What it works on.
        projection: Projection,
        /// Cluster of each image.
        labels: Vec<u32>,
        /// Centres among the scores, row-major.
        cluster_centers: Vec<f64>,
    },
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of a restart.
    Fit(Fit),
    /// Of a look.
    Look(Box<Look>),
}

/// What is drawn of the winner.
#[derive(Serialize, Deserialize)]
pub struct Look {
    images: Vec<u32>,
    outline: Outline,
    /// Centres as images, row-major, in grey levels.
    centres: Vec<f64>,
    /// How the samples lie around the centres, among the scores.
    members: Members,
    /// Where a new image would be among the scores.
    space: Space,
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        let (projection, labels, cluster_centers) = match self {
            Task::Restart(restart) => return Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Look { projection, labels, cluster_centers } => (projection, labels, cluster_centers),
        };
        let features = place.features(&projection)?;
        let d = features.pca.n_components();
        let k = cluster_centers.len() / d.max(1);
        let centers = Matrix::from_vec(cluster_centers, k, d)?;
        Ok(Found::Look(Box::new(Look {
            members: Members::of(&Samples::new(&features.scores)?, &centers, &labels)?,
            space: Space::scores(&features.pca),
            images: features.images.clone(),
            outline: features.outline(),
            centres: features.pca.inverse_transform(&centers)?.into_vec(),
        })))
    }
}

impl Found {
    fn fit(&self) -> Option<&Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            Found::Look(_) => None,
        }
    }
}

/// The experiment.
pub struct PcaKMeans;

impl Experiment for PcaKMeans {
    const ID: &'static str = "pcakmeans";
    const TITLE: &'static str = "k-means on principal components";
    type Params = PcaKMeansParams;
    type Job = Task;

    fn check(params: &PcaKMeansParams, n_samples: usize, n_features: usize) -> Result<()> {
        check_n_clusters("n_clusters", params.n_clusters, params.n_samples)?;
        params.projection().check(n_samples, n_features)
    }

    async fn run(params: &PcaKMeansParams, lab: &Lab<'_>) -> Result<Report> {
        let projection = params.projection();
        let restarts = Restart::all(&projection, params.n_clusters, params.kmeans_random_state, params.n_init);
        let tasks: Vec<Task> = restarts.into_iter().map(Task::Restart).collect();
        let mut live = |known: &[Progress<Found>], at: usize| {
            let histories: Vec<Vec<(u32, f64)>> = known.iter().map(|job| job.history.clone()).collect();
            let mut report = Report::default();
            if let Some(frame) = known[at].tick.as_ref().map(|tick| &tick.frame).filter(|frame| !frame.is_empty()) {
                let summary = format!("Centres of restart {at} as it moves them, mapped back to pixels.");
                let captions = (0..params.n_clusters).map(|i| format!("idx: {i}"));
                report.sections.push(centres(lab.dataset, &summary, captions, frame));
            }
            let points = |history: &Vec<(u32, f64)>| history.iter().map(|(i, y)| (f64::from(*i), *y)).collect();
            report.sections.push(descent(&histories.iter().map(points).collect::<Vec<_>>(), None));
            Some(report)
        };
        let found = lab.map_part("Restarts", &tasks, &mut live, (0.0, 0.95)).await?;
        let fits: Vec<&Fit> = found.iter().filter_map(Found::fit).collect();
        let best = Fit::best(fits.iter().copied(), params.n_clusters);
        let Fit { labels, cluster_centers, .. } = fits[best].clone();
        let look = [Task::Look { projection, labels, cluster_centers }];
        let looks = lab.map_part("Centres", &look, &mut |_, _| None, (0.95, 1.0)).await?;
        match looks.into_iter().next() {
            Some(Found::Look(look)) => finished(params, lab.dataset, &fits, best, *look),
            _ => Err(Error::Worker("no centres came back".into())),
        }
    }

    fn python(params: &PcaKMeansParams) -> String {
        let mut script = params.projection().python();
        script += &format!(
            "km = KMeans(n_clusters={}, n_init={}, random_state={})\nlabels = km.fit_predict(X_pca)\n",
            params.n_clusters, params.n_init, params.kmeans_random_state
        );
        script += "centres = pca.inverse_transform(km.cluster_centers_)\n";
        script += "show('inertia', km.inertia_)\n";
        script += "show('sizes', ' '.join(map(str, np.bincount(labels, minlength=km.n_clusters))))\n";
        script += "show('adjusted_rand_score', metrics.adjusted_rand_score(small_y, labels))\n";
        script += "show('lowest', centres.min())\nshow('highest', centres.max())\n";
        script += "show('beyond', (centres > 1).mean())\n";
        script
    }
}

fn finished(params: &PcaKMeansParams, data: &Dataset, fits: &[&Fit], best: usize, look: Look) -> Result<Report> {
    let fit = fits[best];
    let digits: Vec<u8> = look.images.iter().map(|image| data.labels[*image as usize]).collect();
    let truth: Vec<i32> = digits.iter().map(|digit| i32::from(*digit)).collect();
    let found: Vec<i32> = fit.labels.iter().map(|label| *label as i32).collect();
    let sizes = fit.sizes(params.n_clusters);
    let settings = KMeansParams { n_clusters: params.n_clusters, max_iter: features::MAX_ITER, ..Default::default() };
    let mut report = Report { warnings: fit.warnings(&settings), ..Report::default() };
    report.metric("sizes", "Cluster sizes", listed(&sizes));
    report.metric("inertia", "Inertia", Value::Float(fit.inertia));
    report.metric(
        "adjusted_rand_score",
        "Adjusted Rand index against the digits",
        Value::Float(metrics::adjusted_rand_score(&truth, &found)?),
    );
    report.metric("best_restart", "Winning restart (from 0)", Value::Int(best as i64));
    report.metric("n_samples", "Images drawn", Value::Int(look.images.len() as i64));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(&look.images) as i64));
    principal::explained(&mut report, &look.outline);
    let lowest = look.centres.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = look.centres.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    report.metric("lowest", "Lowest value of a centre's pixel", Value::Float(lowest));
    report.metric("highest", "Highest value of a centre's pixel", Value::Float(highest));
    let beyond = look.centres.iter().filter(|value| **value > 1.0).count();
    let beyond = beyond as f64 / look.centres.len() as f64;
    report.metric("beyond", "Share of their pixels above 1", Value::Float(beyond));

    let summary = format!(
        "{} centres, mapped back from principal components to pixels. Their values go from {lowest:.1} to {highest:.1}; \
         the notebook's colours span 0 to 1, so that all above 1 has the colour of the upper end.",
        sizes.len()
    );
    let captions = sizes.iter().enumerate().map(|(i, size)| format!("idx: {i}, size: {size}"));
    let values: Vec<f32> = look.centres.iter().map(|value| *value as f32).collect();
    report.sections.push(centres(data, &summary, captions, &values));
    report.sections.push(pictures::confusion_of(
        ("confusion", "Digits against clusters"),
        data,
        &digits,
        (&fit.labels, params.n_clusters),
    ));
    let names = (0..params.n_clusters).map(|cluster| format!("cluster {cluster}")).collect();
    let of = (look.images.as_slice(), &look.outline);
    let group = |i: usize| fit.labels[i] as usize;
    report.sections.push(principal::plane(data, &params.projection(), of, ("cluster", names), group));
    report.sections.push(look.members.gallery(data, |sample| look.images[sample as usize]));
    let histories: Vec<Vec<(f64, f64)>> =
        fits.iter().map(|fit| fit.history.iter().enumerate().map(|(i, y)| (i as f64 + 1.0, *y)).collect()).collect();
    report.sections.push(descent(&histories, Some(best)));
    report.sections.push(principal::variance(&look.outline));

    let k = params.n_clusters;
    report.arrays = vec![
        Array {
            name: "labels_".into(),
            shape: vec![fit.labels.len() as u32],
            numbers: Numbers::U32(fit.labels.clone()),
        },
        Array {
            name: "cluster_centers_".into(),
            shape: vec![k, params.n_components],
            numbers: Numbers::F64(fit.cluster_centers.clone()),
        },
        Array {
            name: "centres".into(),
            shape: vec![k, data.n_features() as u32],
            numbers: Numbers::F64(look.centres.clone()),
        },
        Array { name: "drawn".into(), shape: vec![look.images.len() as u32], numbers: Numbers::U32(look.images) },
    ];
    report.arrays.extend(look.members.arrays());
    report.arrays.extend(look.space.arrays());
    Ok(report)
}

/// The centres as images, in the notebook's colours.
fn centres(data: &Dataset, summary: &str, captions: impl Iterator<Item = String>, values: &[f32]) -> Section {
    let mut section = pictures::grid("centres", "Centres mapped back", summary, data, captions, values, (0.0, 1.0), 5);
    if let Figure::Images { map, .. } = &mut section.figure {
        *map = ColorMap::Viridis;
    }
    section
}
