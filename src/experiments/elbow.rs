//! How many clusters? Inertia and silhouette of k-means over a list of numbers (the "elbow"
//! that the exercise of notebook 002 does not draw).

use super::Experiment;
use super::kmeans::{Init, KMeansParams, Scaling};
use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::restarts::{Fit, Restart};
use crate::error::Result;
use crate::learn::Matrix;
use crate::learn::cluster::Points;
use crate::learn::metrics::silhouette_score;
use crate::params::{Domain, distinct};
use crate::python;
use crate::random::RandomState;
use crate::report::{Curve, Figure, Report, Section, Stroke, Table, Value};
use serde::{Deserialize, Serialize};

crate::params! {
    /// Inertia and silhouette for several numbers of clusters.
    pub struct ElbowParams {
        /// Numbers of clusters to compare.
        n_clusters "Clusters": Vec<u32> = vec![2, 4, 6, 8, 10, 12, 14, 16, 18, 20], Domain::Ints { min: 1, max: 500, longest: 24 };
        /// Number of restarts for each; the run of lowest inertia wins.
        n_init "Restarts": u32 = 3, Domain::Int { min: 1, max: 200, slider: 30 };
        /// Seed of every random draw.
        random_state "Seed": u32 = 69, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// How the first centres are chosen.
        init "Start": Init = Init::KMeansPlusPlus, Domain::Choice(Init::WORDS);
        /// What is done to each pixel first.
        scaling "Scaling": Scaling = Scaling::MinMax, Domain::Choice(Scaling::WORDS);
        /// Images whose silhouettes are averaged: all pairs of them are compared, so a part of all, the same for each number of clusters.
        sample_size "Images for the silhouette": u32 = 1_000, Domain::Int { min: 3, max: 10_000, slider: 3_000 };
    }
}

impl ElbowParams {
    fn kmeans(&self, n_clusters: u32) -> KMeansParams {
        KMeansParams {
            n_clusters,
            n_init: self.n_init,
            random_state: self.random_state,
            init: self.init,
            scaling: self.scaling,
            ..KMeansParams::default()
        }
    }

    /// The images that `silhouette_score(sample_size=…, random_state=…)` takes.
    fn sample(&self, n: usize) -> Vec<u32> {
        let mut all = RandomState::new(self.random_state).permutation(n);
        all.truncate(self.sample_size as usize);
        all
    }
}

/// A restart, or the silhouette of a winner.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// One restart.
    Restart(Restart),
    /// The mean silhouette of some images.
    Silhouette {
        /// What is done to the pixels.
        scaling: Scaling,
        /// The images.
        images: Vec<u32>,
        /// Cluster of each of them.
        labels: Vec<u32>,
    },
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of a restart.
    Fit(Fit),
    /// Of a silhouette; none where it has no meaning.
    Silhouette(Option<f64>),
}

impl Found {
    fn fit(&self) -> Option<&Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            Found::Silhouette(_) => None,
        }
    }

    fn score(&self) -> Option<f64> {
        match self {
            Found::Silhouette(score) => *score,
            Found::Fit(_) => None,
        }
    }
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        let (scaling, images, labels) = match self {
            Task::Restart(restart) => return Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Silhouette { scaling, images, labels } => (scaling, images, labels),
        };
        let n_labels = labels.iter().collect::<std::collections::BTreeSet<_>>().len();
        if n_labels < 2 || n_labels >= images.len() {
            return Ok(Found::Silhouette(None));
        }
        let pixels = place.pixels(scaling.into())?;
        let mut x = Matrix::zeros(images.len(), place.dataset().n_features());
        for (i, image) in images.iter().enumerate() {
            pixels.copy_values(*image as usize, x.row_mut(i));
        }
        Ok(Found::Silhouette(Some(silhouette_score(&x, &labels)?)))
    }
}

/// The experiment.
pub struct Elbow;

impl Experiment for Elbow {
    const ID: &'static str = "elbow";
    const TITLE: &'static str = "How many clusters?";
    type Params = ElbowParams;
    type Job = Task;

    fn check(params: &ElbowParams, n_samples: usize, _: usize) -> Result<()> {
        distinct("n_clusters", &params.n_clusters)?;
        params.n_clusters.iter().try_for_each(|k| params.kmeans(*k).check(n_samples))
    }

    async fn run(params: &ElbowParams, lab: &Lab<'_>) -> Result<Report> {
        let restarts = params.n_clusters.iter().flat_map(|k| params.kmeans(*k).restarts());
        let tasks: Vec<Task> = restarts.map(Task::Restart).collect();
        let images = params.sample(lab.dataset.n);
        let mut live = |known: &[Progress<Found>], _: usize| {
            let fits: Vec<Option<&Fit>> = known.iter().map(|job| job.output.as_ref()?.fit()).collect();
            Some(report(params, images.len(), &best(params, &fits), &[]))
        };
        let found = lab.map_part("Restarts", &tasks, &mut live, (0.0, 0.5)).await?;
        let fits: Vec<Option<&Fit>> = found.iter().map(Found::fit).collect();
        let winners = best(params, &fits);
        let looks = winners.iter().flatten().map(|fit| Task::Silhouette {
            scaling: params.scaling,
            images: images.clone(),
            labels: images.iter().map(|image| fit.labels[*image as usize]).collect(),
        });
        let looks: Vec<Task> = looks.collect();
        let mut live = |known: &[Progress<Found>], _: usize| {
            let scores: Vec<Option<f64>> = known.iter().map(|job| job.output.as_ref()?.score()).collect();
            Some(report(params, images.len(), &winners, &scores))
        };
        let scores = lab.map_part("Silhouettes", &looks, &mut live, (0.5, 1.0)).await?;
        let scores: Vec<Option<f64>> = scores.iter().map(Found::score).collect();
        Ok(report(params, images.len(), &winners, &scores))
    }

    fn python(params: &ElbowParams) -> String {
        let mut script = python::scaled(params.scaling.word());
        script += &format!("for k in {:?}:\n", params.n_clusters);
        script += &format!(
            "    model = KMeans(n_clusters=k, n_init={}, random_state={}, init={:?}).fit(X_scaled)\n",
            params.n_init,
            params.random_state,
            params.init.word()
        );
        script += "    show(f'inertia_{k}', model.inertia_)\n";
        script += &format!("    sample_size = min({}, len(X))\n", params.sample_size);
        script += "    try:\n        score = metrics.silhouette_score(\n            X_scaled, model.labels_, ";
        script += &format!("sample_size=sample_size, random_state={}\n        )\n", params.random_state);
        script += "        show(f'silhouette_{k}', score)\n";
        script +=
            "    except ValueError:\n        pass  # fewer than two clusters in the sample, or one for each image\n";
        script
    }
}

/// The winner among the restarts so far, for each number of clusters.
fn best<'a>(params: &ElbowParams, fits: &[Option<&'a Fit>]) -> Vec<Option<&'a Fit>> {
    let groups = params.n_clusters.iter().zip(fits.chunks(params.n_init as usize));
    let winner = |(k, fits): (&u32, &[Option<&'a Fit>])| {
        let done: Vec<&Fit> = fits.iter().flatten().copied().collect();
        (!done.is_empty()).then(|| done[Fit::best(done.iter().copied(), *k)])
    };
    groups.map(winner).collect()
}

fn report(params: &ElbowParams, sample_size: usize, winners: &[Option<&Fit>], scores: &[Option<f64>]) -> Report {
    let mut report = Report::default();
    let mut rows: Vec<(u32, f64, Option<f64>)> = Vec::new();
    for (i, (k, fit)) in params.n_clusters.iter().zip(winners).enumerate() {
        let Some(fit) = fit else { continue };
        let score = scores.get(i).copied().flatten();
        report.metric(&format!("inertia_{k}"), &format!("Inertia of {k} clusters"), Value::Float(fit.inertia));
        if let Some(score) = score {
            report.metric(&format!("silhouette_{k}"), &format!("Mean silhouette of {k}"), Value::Float(score));
        }
        for warning in fit.warnings(&params.kmeans(*k)) {
            if !report.warnings.contains(&warning) {
                report.warnings.push(warning);
            }
        }
        rows.push((*k, fit.inertia, score));
    }
    rows.sort_by_key(|row| row.0);
    let curve =
        |name: &str, points: Vec<(f64, f64)>, i: u8| Curve { name: name.into(), points, stroke: Stroke::Class(i) };
    let section = |id: &str, title: &str, summary: String, y_title: &str, curve: Curve| Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure: Figure::Curves { x_title: "n_clusters".into(), y_title: y_title.into(), curves: vec![curve] },
    };
    let inertias = rows.iter().map(|row| (f64::from(row.0), row.1)).collect();
    let summary = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) if first.0 < last.0 => format!(
            "Inertia always falls as clusters are added, here by {:.0} % from {} to {} clusters. A natural number \
             would show as a bend: steep before it, flat after it.",
            (1.0 - last.1 / first.1) * 100.0,
            first.0,
            last.0
        ),
        _ => "Inertia for each number of clusters, as it comes.".into(),
    };
    report.sections.push(section(
        "elbow",
        "Inertia against the number of clusters",
        summary,
        "inertia",
        curve("inertia", inertias, 0),
    ));
    let known: Vec<(f64, f64)> = rows.iter().filter_map(|row| Some((f64::from(row.0), row.2?))).collect();
    let highest = known.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
    // Where there is none there is nothing to draw.
    if let Some((k, score)) = highest {
        let summary = format!(
            "The mean silhouette of {sample_size} images, the same for each number: 1 is a cluster far from all \
             others, 0 is between two. It is highest at {k} clusters, with {score:.3}; below 0.25 it is usually read \
             as no clear structure."
        );
        let (title, line) = ("Silhouette against the number of clusters", curve("mean silhouette", known, 1));
        report.sections.push(section("silhouette", title, summary, "mean silhouette", line));
    }
    let cells = rows.iter().map(|(k, inertia, score)| {
        let score = score.map_or(Value::Text("–".into()), Value::Float);
        vec![Value::Int(i64::from(*k)), Value::Float(*inertia), score]
    });
    report.sections.push(Section {
        id: "numbers".into(),
        title: "The numbers".into(),
        summary: format!("Inertia of the best of {} restarts, and the mean silhouette.", params.n_init),
        figure: Figure::Numbers(Table {
            columns: ["n_clusters", "inertia", "mean silhouette"].map(String::from).to_vec(),
            rows: cells.collect(),
        }),
    });
    report
}
