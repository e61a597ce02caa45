//! Do clusterings agree? k-means, four trees and DBSCAN on the same images, every one
//! against every other (notebook 002 compares two of them, and the digits with one).

use super::Experiment;
use super::features::{self, Features, Outline, Projection, Restart, SvdSolver};
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::pcakmeans::check_n_clusters;
use super::principal;
use super::restarts::Fit;
use super::tree::{Join, n_distinct};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{Pixels, Samples, agglomerative_labels, dbscan_grid, linkage};
use crate::learn::metrics::adjusted_rand_score;
use crate::learn::preprocessing;
use crate::params::Domain;
use crate::report::{Array, Numbers, Report, Section, Value, meeting};
use serde::{Deserialize, Serialize};

crate::params! {
    /// Clusterings of one sample, each against each.
    pub struct AgreementParams {
        /// Images drawn from the data set. Average and complete linkage need all distances at once, so at most 5000.
        n_samples "Images": u32 = 2_000, Domain::Int { min: 2, max: 5_000, slider: 5_000 };
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
        /// Clusters of k-means, and of each tree.
        n_clusters "Clusters": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// Restarts of k-means.
        n_init "Restarts of k-means": u32 = 10, Domain::Int { min: 1, max: 200, slider: 30 };
        /// Seed of k-means.
        kmeans_random_state "Seed of k-means": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// Distance within which two images are neighbours for DBSCAN.
        eps "eps of DBSCAN": f64 = 9.0, Domain::Float { min: 1e-6, max: 1e6 };
        /// Neighbours, itself included, that make an image a core of a cluster of DBSCAN.
        min_samples "min_samples of DBSCAN": u32 = 3, Domain::Int { min: 1, max: 1_000, slider: 20 };
    }
}

impl AgreementParams {
    fn projection(&self) -> Projection {
        let AgreementParams { n_samples, replace, random_state, n_components, whiten, svd_solver, .. } = *self;
        Projection { n_samples, replace, random_state, n_components, whiten, svd_solver }
    }
}

/// The clusterings, as metrics and arrays name them and as people do. The first is the truth.
const NAMES: [(&str, &str); 8] = [
    ("digits", "digits"),
    ("kmeans_pixels", "k-means, pixels"),
    ("kmeans", "k-means"),
    ("ward", "Ward"),
    ("complete", "complete"),
    ("average", "average"),
    ("single", "single"),
    ("dbscan", "DBSCAN"),
];
/// Trees, at their place among the names.
const TREES: [(usize, Join); 4] = [(3, Join::Ward), (4, Join::Complete), (5, Join::Average), (6, Join::Single)];
const DIGITS: usize = 0;
const PIXELS: usize = 1;
const KMEANS: usize = 2;
const DBSCAN: usize = 7;

/// One clustering, or a restart of one.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// A restart of k-means on the components.
    Components(Restart),
    /// A restart of k-means on the pixels of the same images.
    Pixels(Restart),
    /// A tree, cut.
    Tree(Projection, Join, u32),
    /// DBSCAN: eps and `min_samples`.
    Dbscan(Projection, f64, u32),
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of a restart.
    Fit(Fit),
    /// The cluster of each image, -1 for noise.
    Labels(Vec<i32>),
    /// The same, and what is shown of the components.
    Outlined(Vec<i32>, Vec<u32>, Outline),
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        match self {
            Task::Components(restart) => Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Pixels(Restart { projection, n_clusters, random_state, restart }) => {
                let data = place.dataset();
                let rows: Vec<usize> = projection.draw(data.n)?.into_iter().map(|row| row as usize).collect();
                let sample = data.select(&rows)?;
                let scaling = preprocessing::Scaling::None;
                let pixels = Pixels::new(&sample.images, sample.n, sample.n_features(), scaling)?;
                Ok(Found::Fit(features::fit(&pixels, n_clusters, random_state, restart, &|_| Vec::new(), ticker)?))
            }
            Task::Tree(projection, join, n_clusters) => {
                let features = place.features(&projection)?;
                let tree = linkage(&Samples::new(&features.scores)?, join.into(), &mut |growing| {
                    tell(ticker, growing.n_merges(), features.images.len());
                })?;
                Ok(Found::Labels(signed(&agglomerative_labels(&tree, n_clusters as usize)?)))
            }
            Task::Dbscan(projection, eps, min_samples) => {
                let features = place.features(&projection)?;
                let Features { images, scores, .. } = &*features;
                let mut tick = |rows| tell(ticker, rows, images.len());
                let found = dbscan_grid(&Samples::new(scores)?, &[eps], &[min_samples as usize], &mut tick)?;
                let labels = found.into_iter().next().map(|one| one.labels).unwrap_or_default();
                Ok(Found::Outlined(labels, images.clone(), features.outline()))
            }
        }
    }
}

fn tell(ticker: &mut dyn Ticker, done: usize, of: usize) {
    if ticker.due() {
        ticker.tell(Tick { step: (done as u64 * 300 / of as u64) as u32, objective: done as f64, frame: Vec::new() });
    }
}

fn signed(labels: &[u32]) -> Vec<i32> {
    labels.iter().map(|label| *label as i32).collect()
}

/// The experiment.
pub struct Agreement;

impl Experiment for Agreement {
    const ID: &'static str = "agreement";
    const TITLE: &'static str = "Do clusterings agree?";
    type Params = AgreementParams;
    type Job = Task;

    fn check(params: &AgreementParams, n_samples: usize, n_features: usize) -> Result<()> {
        check_n_clusters("n_clusters", params.n_clusters, params.n_samples)?;
        params.projection().check(n_samples, n_features)
    }

    async fn run(params: &AgreementParams, lab: &Lab<'_>) -> Result<Report> {
        let projection = params.projection();
        let images = projection.draw(lab.dataset.n)?;
        let truth: Vec<i32> = images.iter().map(|image| i32::from(lab.dataset.labels[*image as usize])).collect();
        // What takes longest goes first.
        let trees = TREES.map(|(at, join)| (at, Task::Tree(projection.clone(), join, params.n_clusters)));
        let restarts = Restart::all(&projection, params.n_clusters, params.kmeans_random_state, params.n_init);
        let mut tasks: Vec<(usize, Task)> = trees.into_iter().collect();
        tasks.extend(restarts.iter().cloned().map(|restart| (PIXELS, Task::Pixels(restart))));
        tasks.extend(restarts.into_iter().map(|restart| (KMEANS, Task::Components(restart))));
        tasks.push((DBSCAN, Task::Dbscan(projection, params.eps, params.min_samples)));
        let (places, tasks): (Vec<usize>, Vec<Task>) = tasks.into_iter().unzip();
        let mut live = |known: &[Progress<Found>], _: usize| {
            let found: Vec<Option<&Found>> = known.iter().map(|job| job.output.as_ref()).collect();
            let known = gather(params, &truth, &places, &found);
            let mut report = Report::default();
            report.sections.push(matrix(&scores(&known).ok()?, images.len()));
            Some(report)
        };
        let found = lab.map("Clusterings", &tasks, &mut live).await?;
        finished(params, lab.dataset, &truth, &places, &found)
    }

    fn python(params: &AgreementParams) -> String {
        let mut script = params.projection().python();
        script += "from scipy.optimize import linear_sum_assignment\n";
        script += "from sklearn.cluster import DBSCAN, AgglomerativeClustering\n\n";
        script += &format!(
            "km = KMeans(n_clusters={k}, n_init={}, random_state={})\n\
             labels = {{\n    'digits': small_y,\n    'kmeans_pixels': km.fit_predict(small_X),\n    \
             'kmeans': km.fit_predict(X_pca),\n}}\n\
             for linkage in ['ward', 'complete', 'average', 'single']:\n    \
             labels[linkage] = AgglomerativeClustering(n_clusters={k}, linkage=linkage).fit_predict(X_pca)\n\
             labels['dbscan'] = DBSCAN(eps={}, min_samples={}).fit_predict(X_pca)\n",
            params.n_init,
            params.kmeans_random_state,
            params.eps,
            params.min_samples,
            k = params.n_clusters,
        );
        script += "\n\ndef matched(first, second):\n    \
                   found = second >= 0  # noise is no cluster\n    \
                   if not found.any():\n        return 0\n    \
                   table = metrics.cluster.contingency_matrix(first[found], second[found])\n    \
                   return table[linear_sum_assignment(table, maximize=True)].sum()\n\n\n";
        script += "names = list(labels)\nfor i, first in enumerate(names):\n    for second in names[i + 1:]:\n        \
                   score = metrics.adjusted_rand_score(labels[first], labels[second])\n        \
                   show(f'ari_{first}_{second}', score)\n        \
                   if first == 'digits':\n            \
                   show(f'matched_{second}', matched(labels[first], labels[second]))\n";
        script += "score = metrics.adjusted_rand_score(labels['kmeans'], labels['ward'])\nshow('printed', f'ARI: {score:.2f}')\n";
        script += "show('noise', (labels['dbscan'] < 0).sum())\n";
        script += "show('n_clusters_dbscan', labels['dbscan'].max() + 1)\n";
        script
    }
}

/// The labels of every clustering that is known: of k-means once all its restarts are done.
fn gather(
    params: &AgreementParams,
    truth: &[i32],
    places: &[usize],
    found: &[Option<&Found>],
) -> Vec<Option<Vec<i32>>> {
    let mut known = vec![None; NAMES.len()];
    known[DIGITS] = Some(truth.to_vec());
    for at in [PIXELS, KMEANS] {
        let fits: Vec<&Fit> = fits(places, found, at).collect();
        if fits.len() == params.n_init as usize {
            let best = Fit::best(fits.iter().copied(), params.n_clusters);
            known[at] = Some(signed(&fits[best].labels));
        }
    }
    for (at, found) in places.iter().zip(found) {
        if let Some(Found::Labels(labels) | Found::Outlined(labels, ..)) = found {
            known[*at] = Some(labels.clone());
        }
    }
    known
}

fn fits<'a>(places: &'a [usize], found: &'a [Option<&'a Found>], at: usize) -> impl Iterator<Item = &'a Fit> {
    places.iter().zip(found).filter(move |(place, _)| **place == at).filter_map(|(_, found)| match found {
        Some(Found::Fit(fit)) => Some(fit),
        _ => None,
    })
}

/// Adjusted Rand index of every two, row-major; `None` where one of them is not known yet.
fn scores(known: &[Option<Vec<i32>>]) -> Result<Vec<Option<f64>>> {
    let n = known.len();
    let mut scores = vec![None; n * n];
    for (i, first) in known.iter().enumerate() {
        for (j, second) in known.iter().enumerate().skip(i) {
            if let (Some(first), Some(second)) = (first, second) {
                let score = adjusted_rand_score(first, second)?;
                (scores[i * n + j], scores[j * n + i]) = (Some(score), Some(score));
            }
        }
    }
    Ok(scores)
}

/// All scores as a heat map; the rows say which clustering each number stands for.
fn matrix(scores: &[Option<f64>], n_samples: usize) -> Section {
    let n = NAMES.len();
    let pairs = (1..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let best = pairs.filter_map(|(i, j)| Some((scores[i * n + j]?, i, j))).max_by(|a, b| a.0.total_cmp(&b.0));
    let truth = (1..n).filter_map(|j| Some((scores[j]?, j))).max_by(|a, b| a.0.total_cmp(&b.0));
    let summary = match (best, truth) {
        (Some((score, i, j)), Some((near, at))) if scores.iter().all(Option::is_some) => format!(
            "Adjusted Rand index of every two clusterings of the same {n_samples} images; 1 is the same clusters, 0 is \
             chance. Of the methods {} and {} agree most, {score:.2}. Nearest to the digits is {}, {near:.2}.",
            NAMES[i].1, NAMES[j].1, NAMES[at].1
        ),
        _ => "Scores so far; the rest is being computed.".into(),
    };
    meeting::matrix(&NAMES.map(|(_, name)| name), scores, summary)
}

fn finished(
    params: &AgreementParams,
    data: &Dataset,
    truth: &[i32],
    places: &[usize],
    found: &[Found],
) -> Result<Report> {
    let found: Vec<Option<&Found>> = found.iter().map(Some).collect();
    let known = gather(params, truth, places, &found);
    let scores = scores(&known)?;
    let labels: Vec<Vec<i32>> = known.into_iter().flatten().collect();
    let outlined = found.iter().flatten().find_map(|found| match found {
        Found::Outlined(_, images, outline) => Some((images, outline)),
        _ => None,
    });
    let (n, Some((images, outline))) = (NAMES.len(), outlined) else {
        return Err(Error::Worker("no components came back".into()));
    };
    let fits: Vec<&Fit> = fits(places, &found, KMEANS).collect();
    let best = Fit::best(fits.iter().copied(), params.n_clusters);

    let mut report = Report { warnings: fits[best].warn(params.n_clusters, features::MAX_ITER), ..Report::default() };
    for (i, (id, name)) in NAMES.iter().enumerate() {
        for (j, (other_id, other)) in NAMES.iter().enumerate().skip(i + 1) {
            let value = Value::Float(scores[i * n + j].unwrap_or(f64::NAN));
            report.metric(&format!("ari_{id}_{other_id}"), &format!("Adjusted Rand index, {name} and {other}"), value);
        }
    }
    for ((id, name), labels) in NAMES.iter().zip(&labels).skip(1) {
        let label = format!("Images whose digit is that of their cluster of {name}, clusters and digits paired");
        report.metric(&format!("matched_{id}"), &label, Value::Int(meeting::matched(truth, labels)? as i64));
    }
    let printed = scores[KMEANS * n + TREES[0].0].unwrap_or(f64::NAN);
    report.metric(
        "printed",
        "k-means and Ward, as the notebook prints them",
        Value::Text(format!("ARI: {printed:.2}")),
    );
    let noise = labels[DBSCAN].iter().filter(|label| **label < 0).count();
    let clusters = labels[DBSCAN].iter().max().map_or(0, |most| most + 1);
    report.metric("noise", "Noise of DBSCAN", Value::Int(noise as i64));
    report.metric("n_clusters_dbscan", "Clusters of DBSCAN", Value::Int(i64::from(clusters)));
    report.metric("n_samples", "Images drawn", Value::Int(images.len() as i64));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(images) as i64));
    principal::explained(&mut report, outline);

    report.sections.push(matrix(&scores, images.len()));
    report.sections.push(meeting::pairs(&NAMES.map(|(_, name)| name), &labels)?);
    let names = (0..params.n_clusters).map(|cluster| format!("cluster {cluster}")).collect();
    let of = (images.as_slice(), outline);
    let group = |i: usize| labels[KMEANS][i] as usize;
    report.sections.push(principal::plane(data, &params.projection(), of, ("cluster", names), group));

    let shape = vec![images.len() as u32];
    // Noise, -1, as the greatest number of 32 bits.
    report.arrays.extend(NAMES.iter().zip(&labels).map(|((id, _), labels)| Array {
        name: format!("labels_{id}"),
        shape: shape.clone(),
        numbers: Numbers::U32(labels.iter().map(|label| *label as u32).collect()),
    }));
    report.arrays.push(Array { name: "drawn".into(), shape, numbers: Numbers::U32(images.clone()) });
    Ok(report)
}
