//! k-means on whole images: every pixel is a feature (notebooks 002 and 003).

use super::lab::{Lab, Progress};
use super::members::Members;
use super::restarts::{Fit, Found, Restart, Task};
use super::space::Space;
use super::{Experiment, pictures};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::KMeansOptions;
use crate::learn::metrics;
use crate::learn::preprocessing;
use crate::python;
use crate::report::{Array, Curve, Figure, Numbers, Report, Section, Stroke, Value};

crate::choices! {
    /// How the first centres are chosen.
    pub enum Init {
        /// Greedy k-means++ with local trials.
        KMeansPlusPlus = "k-means++",
        /// Images drawn at random.
        Random = "random",
    }
}

crate::choices! {
    /// What is done to the pixels first.
    pub enum Scaling {
        /// Grey levels 0 to 255 as they are.
        None = "none",
        /// Each pixel to the range 0 to 1 (`MinMaxScaler`).
        MinMax = "min-max",
        /// Each pixel to mean 0 and variance 1 (`StandardScaler`).
        Standard = "standard",
    }
}

crate::choices! {
    /// How centres are drawn, by matplotlib's names.
    pub enum Drawn {
        /// Ink is black, five centres in a row: notebook 002.
        GrayR = "gray_r",
        /// Ink is white on black, about as many rows as columns: notebook 003.
        Gray = "gray",
    }
}

impl Drawn {
    fn columns(self, n_clusters: u32) -> u32 {
        match self {
            Drawn::GrayR => 5,
            // The notebook's own reckoning: 3 rows of 4 for ten centres, 4 of 6 for twenty.
            Drawn::Gray => n_clusters / n_clusters.isqrt().max(1) + 1,
        }
    }
}

impl From<Scaling> for preprocessing::Scaling {
    fn from(scaling: Scaling) -> Self {
        match scaling {
            Scaling::None => preprocessing::Scaling::None,
            Scaling::MinMax => preprocessing::Scaling::MinMax,
            Scaling::Standard => preprocessing::Scaling::Standard,
        }
    }
}

crate::params! {
    /// k-means on whole images.
    pub struct KMeansParams {
        /// Number of clusters to form, and of centres to draw.
        n_clusters "Clusters": u32 = 10, crate::params::Domain::Int { min: 1, max: 500, slider: 40 };
        /// Number of restarts; the run of lowest inertia wins.
        n_init "Restarts": u32 = 10, crate::params::Domain::Int { min: 1, max: 200, slider: 30 };
        /// Seed of every random draw; the same number gives the same result here and in scikit-learn.
        random_state "Seed": u32 = 0, crate::params::Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// How the first centres are chosen: k-means++ spreads them over the images, random draws images.
        init "Start": Init = Init::KMeansPlusPlus, crate::params::Domain::Choice(Init::WORDS);
        /// What is done to each pixel first. Without scaling the grey levels count as they are.
        scaling "Scaling": Scaling = Scaling::None, crate::params::Domain::Choice(Scaling::WORDS);
        /// Most iterations of one restart.
        max_iter "Iterations at most": u32 = 300, crate::params::Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// A restart ends when the centres move less than this, relative to the mean variance of the pixels.
        tol "Tolerance": f64 = 1e-4, crate::params::Domain::Float { min: 0.0, max: 1.0 };
        /// How the centres are drawn: gray_r with black ink, five in a row, as notebook 002; gray white on black, in about as many rows as columns, as notebook 003.
        cmap "Colours of the centres": Drawn = Drawn::GrayR, crate::params::Domain::Choice(Drawn::WORDS);
    }
}

impl KMeansParams {
    /// The settings as the algorithm takes them.
    pub fn options(&self) -> KMeansOptions {
        KMeansOptions { n_clusters: self.n_clusters as usize, max_iter: self.max_iter, tol: self.tol }
    }

    /// One job for each restart, in the order in which scikit-learn runs them.
    pub fn restarts(&self) -> Vec<Restart> {
        (0..self.n_init).map(|restart| Restart::new(self, restart)).collect()
    }

    /// An error if there are fewer images than clusters.
    pub fn check(&self, n_samples: usize) -> Result<()> {
        if (self.n_clusters as usize) > n_samples {
            let must_be = format!("at most the number of images, {n_samples}");
            return Err(Error::invalid("n_clusters", must_be, self.n_clusters));
        }
        Ok(())
    }
}

/// The experiment.
pub struct KMeans;

impl Experiment for KMeans {
    const ID: &'static str = "kmeans";
    const TITLE: &'static str = "k-means";
    type Params = KMeansParams;
    type Job = Task;

    fn check(params: &KMeansParams, n_samples: usize, _n_features: usize) -> Result<()> {
        params.check(n_samples)
    }

    async fn run(params: &KMeansParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let tasks: Vec<Task> = params.restarts().into_iter().map(Task::Restart).collect();
        let found = lab
            .map_part("Restarts", &tasks, &mut |known, at| Some(unfinished(params, data, known, at)), (0.0, 0.95))
            .await?;
        let fits: Vec<Fit> = found.into_iter().filter_map(Found::fit).collect();
        let best = Fit::best(&fits, params.n_clusters);
        let Fit { labels, cluster_centers, .. } = fits[best].clone();
        let look = Task::Members { params: params.clone(), labels, cluster_centers };
        let members =
            lab.map_part("Members", &[look], &mut |_, _| None, (0.95, 1.0)).await?.into_iter().find_map(Found::members);
        let members = members.ok_or_else(|| Error::Worker("no members came back".into()))?;
        finished(params, data, &fits, best, members)
    }

    fn python(params: &KMeansParams) -> String {
        let mut script = python::scaled(params.scaling.word());
        script += &python::call("model", "KMeans", params, &["scaling", "cmap"]);
        script += "model.fit(X_scaled)\n";
        script += "show('inertia', model.inertia_)\n";
        script += "show('n_iter', model.n_iter_)\n";
        script += "show('adjusted_rand_score', metrics.adjusted_rand_score(y, model.labels_))\n";
        script += "show('normalized_mutual_info_score', metrics.normalized_mutual_info_score(y, model.labels_))\n";
        script += "confusion = metrics.cluster.contingency_matrix(y, model.labels_)\n";
        script += "show('purity', confusion.max(axis=0).sum() / len(y))\n";
        script += "show('n_owners', len(np.unique(confusion.argmax(axis=0))))\n";
        script += "pairs = np.argsort(-confusion, axis=0, kind='stable')[:2]\n";
        script += "seconds = np.take_along_axis(confusion, pairs, axis=0)[-1]\n";
        script += "pair = sorted(pairs[:, seconds.argmax()])\n";
        script += "if len(pair) == 2:\n    show('shared_pair', ' '.join(str(np.unique(y)[i]) for i in pair))\n";
        script += "show('sizes', ' '.join(map(str, np.bincount(model.labels_, minlength=model.n_clusters))))\n";
        script
    }
}

fn finished(
    params: &KMeansParams,
    data: &Dataset,
    fits: &[Fit],
    best: usize,
    (members, space): (Members, Space),
) -> Result<Report> {
    let fit = &fits[best];
    let truth: Vec<i32> = data.labels.iter().map(|label| i32::from(*label)).collect();
    let found: Vec<i32> = fit.labels.iter().map(|label| *label as i32).collect();
    let sizes = fit.sizes(params.n_clusters);
    let mut report = Report { warnings: fit.warnings(params), ..Report::default() };
    report.metric("inertia", "Inertia", Value::Float(fit.inertia));
    report.metric("n_iter", "Iterations of the winner", Value::Int(i64::from(fit.n_iter)));
    report.metric("best_restart", "Winning restart (from 0)", Value::Int(best as i64));
    report.metric(
        "adjusted_rand_score",
        "Adjusted Rand index against the digits",
        Value::Float(metrics::adjusted_rand_score(&truth, &found)?),
    );
    report.metric(
        "normalized_mutual_info_score",
        "Normalised mutual information",
        Value::Float(metrics::normalized_mutual_info_score(&truth, &found)?),
    );
    report.metric("purity", "Purity", Value::Float(metrics::purity(&truth, &found)?));
    let k = params.n_clusters as usize;
    let counts = pictures::contingency((&data.labels, data.class_names.len()), (&fit.labels, k));
    let owners = pictures::owners(&counts, k).len();
    report.metric("n_owners", "Digits that own a cluster", Value::Int(owners as i64));
    if let Some((a, b)) = pictures::shared_pair(&counts, k) {
        let text = format!("{} {}", data.class_names[a], data.class_names[b]);
        report.metric("shared_pair", "Digits that share a cluster most", Value::Text(text));
    }
    let text = sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    report.metric("sizes", "Cluster sizes", Value::Text(text));
    report.metric("n_samples", "Images", Value::Int(data.n as i64));

    let frame: Vec<f32> = fit.cluster_centers.iter().map(|value| *value as f32).collect();
    let confusion = pictures::confusion("confusion", "Digits against clusters", data, &fit.labels, params.n_clusters);
    report.sections.push(centres(params, data, &frame, Some(&sizes)));
    report.sections.push(confusion);
    let histories: Vec<Vec<(f64, f64)>> = fits.iter().map(Fit::points).collect();
    report.sections.push(descent(&histories, Some(best)));
    report.sections.push(members.gallery(data, |image| image));

    let n_features = data.n_features() as u32;
    report.arrays = vec![
        Array {
            name: "labels_".into(),
            shape: vec![fit.labels.len() as u32],
            numbers: Numbers::U32(fit.labels.clone()),
        },
        Array {
            name: "cluster_centers_".into(),
            shape: vec![params.n_clusters, n_features],
            numbers: Numbers::F64(fit.cluster_centers.clone()),
        },
        Array {
            name: "inertias".into(),
            shape: vec![fits.len() as u32],
            numbers: Numbers::F64(fits.iter().map(|fit| fit.inertia).collect()),
        },
    ];
    report.arrays.extend(members.arrays());
    report.arrays.extend(space.arrays());
    Ok(report)
}

/// What can be drawn while restarts run: the centres heard last, and every descent so far.
fn unfinished(params: &KMeansParams, data: &Dataset, known: &[Progress<Found>], at: usize) -> Report {
    let mut report = Report::default();
    let done: Vec<(usize, f64)> =
        known.iter().enumerate().filter_map(|(i, job)| Some((i, job.output.as_ref()?.as_fit()?.inertia))).collect();
    if let Some((_, lowest)) = done.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)) {
        report.metric("inertia", "Lowest inertia so far", Value::Float(lowest));
    }
    let frame = match (known[at].output.as_ref().and_then(Found::as_fit), &known[at].tick) {
        (Some(fit), _) => fit.cluster_centers.iter().map(|value| *value as f32).collect(),
        (None, Some(tick)) => tick.frame.clone(),
        (None, None) => Vec::new(),
    };
    if !frame.is_empty() {
        report.sections.push(centres(params, data, &frame, None));
    }
    let histories: Vec<Vec<(f64, f64)>> = known
        .iter()
        .map(|job| match job.output.as_ref().and_then(Found::as_fit) {
            Some(fit) => fit.points(),
            None => job.history.iter().map(|(step, y)| (f64::from(*step), *y)).collect(),
        })
        .collect();
    report.sections.push(descent(&histories, None));
    report
}

/// The centres as images; `sizes` are known once labels are.
fn centres(params: &KMeansParams, data: &Dataset, frame: &[f32], sizes: Option<&[u64]>) -> Section {
    let captions = (0..params.n_clusters as usize).map(|i| match sizes {
        Some(sizes) => format!("idx: {i}, size: {}", sizes[i]),
        None => format!("idx: {i}"),
    });
    // Scaled centres are drawn on the scale that matplotlib would give the finished picture.
    let (low, high) = match params.scaling {
        Scaling::None => (0.0, 255.0),
        Scaling::MinMax => (0.0, 1.0),
        Scaling::Standard => (-1.0, 3.0),
    };
    let summary = match sizes {
        Some(sizes) => {
            let (largest, size) = sizes.iter().enumerate().max_by_key(|(_, size)| **size).unwrap_or((0, &0));
            let smallest = sizes.iter().min().unwrap_or(&0);
            let ink = if params.cmap == Drawn::Gray { "lighter" } else { "darker" };
            format!(
                "{} centres as images of {} by {} pixels, {ink} is more ink. The largest cluster, number {largest}, \
                 holds {size} of {} images; the smallest holds {smallest}.",
                sizes.len(),
                data.height,
                data.width,
                data.n
            )
        }
        None => format!("{} centres while they move.", params.n_clusters),
    };
    let columns = params.cmap.columns(params.n_clusters);
    let section = pictures::grid("centres", "Cluster centres", &summary, data, captions, frame, (low, high), columns);
    if params.cmap == Drawn::Gray { pictures::white_on_black(section) } else { section }
}

/// Inertia after each iteration, one line for each restart.
pub fn descent(histories: &[Vec<(f64, f64)>], best: Option<usize>) -> Section {
    let curves: Vec<Curve> = histories
        .iter()
        .enumerate()
        .filter(|(_, points)| !points.is_empty())
        .map(|(i, points)| Curve {
            name: format!("restart {i}"),
            points: points.clone(),
            stroke: if Some(i) == best { Stroke::Strong } else { Stroke::Thin },
        })
        .collect();
    let finals = || histories.iter().filter_map(|points| points.last().map(|last| last.1));
    let low = finals().fold(f64::INFINITY, f64::min);
    let high = finals().fold(f64::NEG_INFINITY, f64::max);
    let summary = match best {
        Some(_) if histories.len() == 1 => "Inertia after each iteration of the only restart.".into(),
        Some(best) => {
            // Where every point is a centre nothing is left, and nothing is per cent of it.
            let worst = match (high - low, low) {
                (0.0, _) => "all end there".to_string(),
                (more, 0.0) => format!("the worst ends at {more:.4e}, the best at 0"),
                (more, low) => format!("the worst ends {:.2} % above it", more / low * 100.0),
            };
            format!(
                "Inertia after each iteration, one line for each of {} restarts. Restart {best} ends lowest; {worst}.",
                histories.len()
            )
        }
        None => format!("{} of {} restarts have begun.", curves.len(), histories.len()),
    };
    Section {
        id: "inertia".into(),
        title: "Inertia of each restart".into(),
        summary,
        figure: Figure::Curves { x_title: "iteration".into(), y_title: "inertia".into(), curves },
    }
}
