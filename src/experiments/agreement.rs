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
use crate::learn::matching::linear_sum_assignment;
use crate::learn::metrics::{adjusted_rand_score, contingency_matrix};
use crate::learn::{Matrix, preprocessing};
use crate::params::Domain;
use crate::report::{Array, Figure, Numbers, Report, Section, Table, Value};
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

/// Clusters of a clustering that are shown apart; noise, and the rest together, come on top.
const SHOWN: usize = 16;

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
                   table = metrics.cluster.contingency_matrix(first, second)\n    \
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
    let names = || NAMES.iter().zip(1..).map(|((_, name), i)| format!("{i} {name}"));
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
    // A chance agreement may be a little below 0, which is drawn and written as 0.
    let text = |score: &Option<f64>| score.map_or(String::new(), |score| format!("{:.2}", score.max(0.0)));
    Section {
        id: "matrix".into(),
        title: "Every clustering against every other".into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "clustering".into(),
            column_title: "clustering".into(),
            rows: names().collect(),
            columns: (1..=n).map(|i| i.to_string()).collect(),
            values: scores.iter().map(|score| score.unwrap_or(0.0).max(0.0)).collect(),
            texts: scores.iter().map(text).collect(),
            high: 1.0,
            map: crate::report::ColorMap::Blues,
        },
    }
}

/// A contingency table cut down to what can be read: the largest clusters, the rest, noise.
struct Side {
    names: Vec<String>,
    /// The place of each image's cluster among the names.
    places: Vec<usize>,
    /// How many of the names are clusters, and may be matched.
    n_clusters: usize,
}

impl Side {
    fn new(labels: &[i32]) -> Self {
        let n_labels = labels.iter().max().map_or(0, |most| (*most + 1).max(0) as usize);
        let mut sizes = vec![0u64; n_labels];
        labels.iter().filter_map(|label| usize::try_from(*label).ok()).for_each(|label| sizes[label] += 1);
        let mut shown: Vec<usize> = (0..n_labels).filter(|label| sizes[*label] > 0).collect();
        shown.sort_by_key(|label| (std::cmp::Reverse(sizes[*label]), *label));
        let rest = shown.len() > SHOWN;
        shown.truncate(SHOWN);
        shown.sort_unstable();
        let mut place = vec![shown.len(); n_labels];
        shown.iter().enumerate().for_each(|(at, label)| place[*label] = at);
        let mut all: Vec<String> = shown.iter().map(usize::to_string).collect();
        if rest {
            all.push("rest".into());
        }
        let noise = all.len();
        if labels.iter().any(|label| *label < 0) {
            all.push("noise".into());
        }
        let places = labels.iter().map(|label| usize::try_from(*label).map_or(noise, |label| place[label])).collect();
        Side { names: all, places, n_clusters: shown.len() }
    }
}

/// One row of the table of pairs: two clusterings, and how their clusters meet, the
/// columns in the order of the rows that they are matched with.
fn pair(i: usize, j: usize, sides: &[Side], score: f64, labels: &[Vec<i32>]) -> Result<Vec<Value>> {
    let (rows, columns) = (&sides[i], &sides[j]);
    let width = columns.names.len();
    let mut counts = vec![0u64; rows.names.len() * width];
    rows.places.iter().zip(&columns.places).for_each(|(r, c)| counts[r * width + c] += 1);
    let inner = (0..rows.n_clusters).flat_map(|r| (0..columns.n_clusters).map(move |c| (r, c)));
    let cost = inner.map(|(r, c)| counts[r * width + c] as f64).collect();
    let matches = linear_sum_assignment(&Matrix::from_vec(cost, rows.n_clusters, columns.n_clusters)?, true)?;
    // A column stands where its row does; those without a partner fill the gaps behind.
    let mut order: Vec<usize> = matches.iter().map(|(_, c)| *c).collect();
    order.extend((0..width).filter(|c| !matches.iter().any(|(_, matched)| matched == c)));
    let mut down: Vec<usize> = matches.iter().map(|(r, _)| *r).collect();
    down.extend((0..rows.names.len()).filter(|r| !matches.iter().any(|(matched, _)| matched == r)));
    let listed = |names: &[String], order: &[usize]| {
        Value::Text(order.iter().map(|at| names[*at].as_str()).collect::<Vec<_>>().join(" "))
    };
    let line = |r: &usize| order.iter().map(|c| counts[r * width + c].to_string()).collect::<Vec<_>>().join(" ");
    Ok(vec![
        Value::Int(i as i64 + 1),
        Value::Int(j as i64 + 1),
        Value::Float(score),
        Value::Int(matched(&labels[i], &labels[j])? as i64),
        Value::Int(matches.len() as i64),
        listed(&rows.names, &down),
        listed(&columns.names, &order),
        Value::Text(down.iter().map(line).collect::<Vec<_>>().join(" / ")),
    ])
}

/// Images in the same cluster, if clusters are paired as well as can be, noise like a cluster.
fn matched(first: &[i32], second: &[i32]) -> Result<u64> {
    let table = contingency_matrix(first, second)?;
    let counts = table.counts.iter().map(|count| *count as f64).collect();
    let pairs = linear_sum_assignment(&Matrix::from_vec(counts, table.n_classes(), table.n_clusters())?, true)?;
    Ok(pairs.into_iter().map(|(r, c)| table.row(r)[c]).sum())
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
        report.metric(&format!("matched_{id}"), &label, Value::Int(matched(truth, labels)? as i64));
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
    report.sections.push(pairs(&labels, &scores)?);
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

/// How the clusters of every two clusterings meet: what the page shows of a cell of the matrix.
fn pairs(labels: &[Vec<i32>], scores: &[Option<f64>]) -> Result<Section> {
    let sides: Vec<Side> = labels.iter().map(|labels| Side::new(labels.as_slice())).collect();
    let mut rows = Vec::new();
    for i in 0..labels.len() {
        for j in i + 1..labels.len() {
            rows.push(pair(i, j, &sides, scores[i * labels.len() + j].unwrap_or(f64::NAN), labels)?);
        }
    }
    let columns = ["first", "second", "adjusted Rand index", "matched images", "matched", "rows", "columns", "counts"];
    Ok(Section {
        id: "pairs".into(),
        title: "How clusters meet".into(),
        summary: format!(
            "For every two clusterings, by their numbers in the matrix: images in each cluster of the first and each of \
             the second, matched clusters in the same place (Hungarian method). The {SHOWN} largest clusters are shown, \
             then the rest, then noise.",
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matched_clusters_stand_in_the_same_place() {
        // The second clustering has other numbers, and one image elsewhere.
        let labels = [vec![0, 0, 0, 1, 1, 2, 2], vec![2, 2, 2, 0, 0, 1, 0]];
        let sides = [0, 1].map(|at: usize| Side::new(&labels[at]));
        let row = pair(0, 1, &sides, 0.5, &labels).unwrap();
        let text = |i: usize| row[i].full();
        assert_eq!((text(5), text(6)), ("0 1 2".into(), "2 0 1".into()));
        assert_eq!(text(7), "3 0 0 / 0 2 0 / 0 1 1");
        assert_eq!(text(3), "6");
    }

    #[test]
    fn small_clusters_and_noise_come_last() {
        let many: Vec<i32> =
            (0..20).flat_map(|label| vec![label; if label == 3 { 1 } else { 2 }]).chain([-1]).collect();
        let side = Side::new(&many);
        assert_eq!(side.names.len(), SHOWN + 2);
        assert_eq!(side.names[SHOWN - 2..], ["15", "16", "rest", "noise"]);
        assert_eq!(side.places.last(), Some(&(SHOWN + 1)));
        let only_noise = Side::new(&[-1, -1]);
        assert_eq!((only_noise.names, only_noise.n_clusters), (vec!["noise".to_string()], 0));
    }
}
