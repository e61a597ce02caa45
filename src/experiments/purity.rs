//! Confusion matrices and purity for several numbers of clusters (notebook 003).

use super::kmeans::{Init, KMeansParams, Scaling};
use super::lab::{Lab, Progress};
use super::restarts::{Fit, Restart};
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::metrics;
use crate::params::{Domain, distinct};
use crate::python;
use crate::report::{Curve, Figure, Report, Section, Stroke, Value};

crate::params! {
    /// Purity of k-means for several numbers of clusters.
    pub struct PurityParams {
        /// Numbers of clusters to compare.
        n_clusters "Clusters": Vec<u32> = vec![10, 20], Domain::Ints { min: 1, max: 500, longest: 8 };
        /// Number of restarts for each; the run of lowest inertia wins.
        n_init "Restarts": u32 = 10, Domain::Int { min: 1, max: 200, slider: 30 };
        /// Seed of every random draw.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// How the first centres are chosen.
        init "Start": Init = Init::KMeansPlusPlus, Domain::Choice(Init::WORDS);
        /// What is done to each pixel first.
        scaling "Scaling": Scaling = Scaling::None, Domain::Choice(Scaling::WORDS);
    }
}

impl PurityParams {
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
}

/// The experiment.
pub struct Purity;

impl Experiment for Purity {
    const ID: &'static str = "purity";
    const TITLE: &'static str = "Purity";
    type Params = PurityParams;
    type Job = Restart;

    fn check(params: &PurityParams, n_samples: usize, _: usize) -> Result<()> {
        distinct("n_clusters", &params.n_clusters)?;
        params.n_clusters.iter().try_for_each(|k| params.kmeans(*k).check(n_samples))
    }

    async fn run(params: &PurityParams, lab: &Lab<'_>) -> Result<Report> {
        let jobs: Vec<Restart> = params.n_clusters.iter().flat_map(|k| params.kmeans(*k).restarts()).collect();
        let data = lab.dataset;
        let mut live = |known: &[Progress<Fit>], _: usize| {
            let fits: Vec<Option<&Fit>> = known.iter().map(|job| job.output.as_ref()).collect();
            report(params, data, &fits).ok()
        };
        let fits = lab.map("Restarts", &jobs, &mut live).await?;
        report(params, data, &fits.iter().map(Some).collect::<Vec<_>>())
    }

    fn python(params: &PurityParams) -> String {
        let mut script = python::scaled(params.scaling.word());
        script += &format!("for k in {:?}:\n", params.n_clusters);
        script += &format!(
            "    model = KMeans(n_clusters=k, n_init={}, random_state={}, init={:?})\n",
            params.n_init,
            params.random_state,
            params.init.word()
        );
        script += "    model.fit(X_scaled)\n";
        script += "    confusion = metrics.cluster.contingency_matrix(y, model.labels_)\n";
        script += "    show(f'purity_{k}', confusion.max(axis=0).sum() / len(y))\n";
        script += "    show(f'ari_{k}', metrics.adjusted_rand_score(y, model.labels_))\n";
        script += "    show(f'nmi_{k}', metrics.normalized_mutual_info_score(y, model.labels_))\n";
        script += "    show(f'inertia_{k}', model.inertia_)\n";
        script
    }
}

/// The report over the best restarts so far, for every k that has one.
fn report(params: &PurityParams, data: &Dataset, fits: &[Option<&Fit>]) -> Result<Report> {
    let truth: Vec<i32> = data.labels.iter().map(|label| i32::from(*label)).collect();
    let mut report = Report::default();
    let mut lines: [Vec<(f64, f64)>; 3] = Default::default();
    for (k, fits) in params.n_clusters.iter().zip(fits.chunks(params.n_init as usize)) {
        let done: Vec<&Fit> = fits.iter().flatten().copied().collect();
        if done.is_empty() {
            continue;
        }
        let fit = done[Fit::best(done.iter().copied(), *k)];
        let found: Vec<i32> = fit.labels.iter().map(|label| *label as i32).collect();
        let scores = [
            metrics::purity(&truth, &found)?,
            metrics::adjusted_rand_score(&truth, &found)?,
            metrics::normalized_mutual_info_score(&truth, &found)?,
        ];
        for warning in fit.warnings(&params.kmeans(*k)) {
            if !report.warnings.contains(&warning) {
                report.warnings.push(warning);
            }
        }
        report.metric(&format!("purity_{k}"), &format!("Purity of {k} clusters"), Value::Float(scores[0]));
        report.metric(&format!("ari_{k}"), &format!("Adjusted Rand index of {k}"), Value::Float(scores[1]));
        report.metric(&format!("nmi_{k}"), &format!("Normalised mutual information of {k}"), Value::Float(scores[2]));
        report.metric(&format!("inertia_{k}"), &format!("Inertia of {k}"), Value::Float(fit.inertia));
        for (line, score) in lines.iter_mut().zip(scores) {
            line.push((f64::from(*k), score));
        }
        let id = format!("confusion_{k}");
        report.sections.push(pictures::confusion(&id, &format!("{k} clusters"), data, &fit.labels, *k));
    }
    let names = ["purity", "adjusted Rand index", "normalised mutual information"];
    let curves = names
        .iter()
        .zip(lines)
        .zip(0u8..)
        .map(|((name, mut points), i)| {
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            points.dedup();
            Curve { name: name.to_string(), points, stroke: Stroke::Class(i) }
        })
        .collect();
    report.sections.push(Section {
        id: "against_k".into(),
        title: "Scores against the number of clusters".into(),
        summary: format!(
            "Purity cannot fall when clusters are split, and it is 1 when every image is a cluster of its own (k = {}), \
             so a higher purity at a larger k says little. The adjusted Rand index and the mutual information \
             correct for it.",
            data.n
        ),
        figure: Figure::Curves { x_title: "n_clusters".into(), y_title: "score".into(), curves },
    });
    Ok(report)
}
