//! Are the results of k-means stable? The adjusted Rand index of one run against
//! the digits, and of further runs with other seeds (notebook 002, part c).

use super::Experiment;
use super::kmeans::{Init, KMeansParams, Scaling};
use super::lab::{Lab, Progress};
use super::restarts::{Fit, Restart};
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::metrics::adjusted_rand_score;
use crate::params::Domain;
use crate::python;
use crate::report::{Curve, Figure, Report, Section, Stroke, Table, Value};

crate::params! {
    /// Several runs of k-means.
    pub struct StabilityParams {
        /// Number of clusters to form.
        n_clusters "Clusters": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// Number of restarts in each run; the restart of lowest inertia is the run's result.
        n_init "Restarts in each run": u32 = 15, Domain::Int { min: 1, max: 200, slider: 30 };
        /// Further runs; run i is seeded with random_state + i.
        n_runs "Further runs": u32 = 3, Domain::Int { min: 0, max: 50, slider: 10 };
        /// Seed of the first run.
        random_state "Seed": u32 = 69, Domain::Int { min: 0, max: 4_000_000_000, slider: 0 };
        /// How the first centres are chosen.
        init "Start": Init = Init::KMeansPlusPlus, Domain::Choice(Init::WORDS);
        /// What is done to each pixel first.
        scaling "Scaling": Scaling = Scaling::MinMax, Domain::Choice(Scaling::WORDS);
    }
}

impl StabilityParams {
    /// The k-means settings of run `run`; run 0 is the first.
    fn kmeans(&self, run: u32) -> KMeansParams {
        KMeansParams {
            n_clusters: self.n_clusters,
            n_init: self.n_init,
            random_state: self.random_state + run,
            init: self.init,
            scaling: self.scaling,
            ..KMeansParams::default()
        }
    }
}

/// The experiment.
pub struct Stability;

impl Experiment for Stability {
    const ID: &'static str = "stability";
    const TITLE: &'static str = "k-means again and again";
    type Params = StabilityParams;
    type Job = Restart;

    fn check(params: &StabilityParams, n_samples: usize, _: usize) -> Result<()> {
        params.kmeans(0).check(n_samples)
    }

    async fn run(params: &StabilityParams, lab: &Lab<'_>) -> Result<Report> {
        let jobs: Vec<Restart> = (0..=params.n_runs).flat_map(|run| params.kmeans(run).restarts()).collect();
        let data = lab.dataset;
        let mut live = |known: &[Progress<Fit>], _: usize| {
            let fits: Vec<Option<&Fit>> = known.iter().map(|job| job.output.as_ref()).collect();
            report(params, data, &fits).ok()
        };
        let fits = lab.map("Restarts", &jobs, &mut live).await?;
        report(params, data, &fits.iter().map(Some).collect::<Vec<_>>())
    }

    fn python(params: &StabilityParams) -> String {
        let mut script = python::scaled(params.scaling.word());
        script += &format!("for run in range({}):\n", params.n_runs + 1);
        script += &format!(
            "    model = KMeans(n_clusters={}, n_init={}, random_state={} + run, init={:?})\n",
            params.n_clusters,
            params.n_init,
            params.random_state,
            params.init.word()
        );
        script += "    model.fit(X_scaled)\n";
        script += "    show(f'ari_{run}', metrics.adjusted_rand_score(y, model.labels_))\n";
        script += "    show(f'inertia_{run}', model.inertia_)\n";
        script
    }
}

/// The report of the runs that are complete, and of every restart that is.
fn report(params: &StabilityParams, data: &Dataset, fits: &[Option<&Fit>]) -> Result<Report> {
    let truth: Vec<i32> = data.labels.iter().map(|label| i32::from(*label)).collect();
    let ari = |fit: &Fit| {
        let found: Vec<i32> = fit.labels.iter().map(|label| *label as i32).collect();
        adjusted_rand_score(&truth, &found)
    };
    let mut report = Report::default();
    let mut rows = Vec::new();
    let mut winners = Vec::new();
    let mut singles = Vec::new();
    for (run, fits) in fits.chunks(params.n_init as usize).enumerate() {
        for (restart, fit) in fits.iter().enumerate() {
            if let Some(fit) = fit {
                singles.push(((run * params.n_init as usize + restart) as f64, ari(fit)?));
            }
        }
        let complete: Vec<&Fit> = fits.iter().flatten().copied().collect();
        if complete.len() < fits.len() {
            continue;
        }
        let best = Fit::best(complete.iter().copied(), params.n_clusters);
        let fit = complete[best];
        let score = ari(fit)?;
        if run == 0 {
            report.warnings = fit.warnings(&params.kmeans(0));
        }
        report.metric(&format!("ari_{run}"), &format!("Adjusted Rand index, run {run}"), Value::Float(score));
        report.metric(&format!("inertia_{run}"), &format!("Inertia, run {run}"), Value::Float(fit.inertia));
        rows.push(vec![
            Value::Int(run as i64),
            Value::Int(i64::from(params.random_state) + run as i64),
            Value::Float(score),
            Value::Float(fit.inertia),
            Value::Int(best as i64),
        ]);
        winners.push(((run * params.n_init as usize + best) as f64, score));
    }
    let spread = |points: &[(f64, f64)]| {
        let low = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let runs = match winners.as_slice() {
        [] => "No run is complete yet.".to_string(),
        some => {
            let (low, high) = spread(some);
            report.metric("ari_spread", "Spread between runs", Value::Float(high - low));
            format!("{} runs; their adjusted Rand indices lie between {low:.4} and {high:.4}.", some.len())
        }
    };
    report.sections.push(Section {
        id: "runs".into(),
        title: "Run after run".into(),
        summary: runs,
        figure: Figure::Numbers(Table {
            columns: ["run", "random_state", "adjusted_rand_score", "inertia", "winning restart"]
                .map(String::from)
                .to_vec(),
            rows,
        }),
    });
    let summary = match singles.as_slice() {
        [] => "No restart is complete yet.".to_string(),
        some => {
            let (low, high) = spread(some);
            report.metric("single_lowest", "Lowest single restart", Value::Float(low));
            report.metric("single_highest", "Highest single restart", Value::Float(high));
            report.metric("single_spread", "Spread between single restarts", Value::Float(high - low));
            format!(
                "{} single restarts: their adjusted Rand indices lie between {low:.4} and {high:.4}. The strong line \
                 joins the winners, which is all that a run of {} restarts shows.",
                some.len(),
                params.n_init
            )
        }
    };
    report.sections.push(Section {
        id: "restarts".into(),
        title: "Every single restart".into(),
        summary,
        figure: Figure::Curves {
            x_title: "restart".into(),
            y_title: "adjusted Rand index".into(),
            curves: vec![
                Curve { name: "single restarts".into(), points: singles, stroke: Stroke::Dots },
                Curve { name: "winners of the runs".into(), points: winners, stroke: Stroke::Strong },
            ],
        },
    });
    Ok(report)
}
