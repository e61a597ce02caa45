//! Confusion matrices and purity for several numbers of clusters (notebook 003).

use super::kmeans::{Init, KMeansParams, Scaling};
use super::lab::{Lab, Progress};
use super::restarts::{Fit, Restart};
use super::{Experiment, pictures, prototypes};
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::metrics;
use crate::params::{Domain, distinct};
use crate::python;
use crate::report::{Array, Curve, Figure, Numbers, Report, Section, Stroke, Value};

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

/// What is compared, in the order of the curves.
const NAMES: [&str; 3] = ["purity", "adjusted Rand index", "normalised mutual information"];

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
        let mut report = report(params, data, &fits.iter().map(Some).collect::<Vec<_>>())?;
        end(params, &mut report, data)?;
        Ok(report)
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
        script += "same = np.unique(X, axis=0, return_inverse=True)[1].ravel()\n";
        script += "confusion = metrics.cluster.contingency_matrix(y, same)\n";
        script += "show('n_distinct', same.max() + 1)\n";
        script += "show('purity_end', confusion.max(axis=0).sum() / len(y))\n";
        script += "show('ari_end', metrics.adjusted_rand_score(y, same))\n";
        script += "show('nmi_end', metrics.normalized_mutual_info_score(y, same))\n";
        script += &format!("m = min(len(X), {})\n", prototypes::MOST);
        script += &format!("order = np.random.RandomState({}).permutation(m)\n", params.random_state);
        script += "part = np.arange(m) * len(X) // m\nsample, digits = X[part], y[part]\n";
        script += "for k in sorted({round(m ** (i / 48)) for i in range(49)}):\n";
        script += "    nearest = metrics.pairwise_distances_argmin(sample, sample[order[:k]])\n";
        script += "    confusion = metrics.cluster.contingency_matrix(digits, nearest)\n";
        script += "    print(k, confusion.max(axis=0).sum() / m, metrics.adjusted_rand_score(digits, nearest))\n";
        script
    }
}

/// Equal images together, and no others: where k-means ends when it is given as many clusters as there are images.
fn every_image(data: &Dataset) -> (Vec<i32>, usize) {
    let mut order: Vec<usize> = (0..data.n).collect();
    order.sort_by(|a, b| data.image(*a).cmp(data.image(*b)));
    let mut labels = vec![0; data.n];
    let mut label = 0;
    for two in order.windows(2) {
        label += i32::from(data.image(two[0]) != data.image(two[1]));
        labels[two[1]] = label;
    }
    (labels, label as usize + 1)
}

/// Where the curves end: nothing to search for, as every different image is a cluster.
fn end(params: &PurityParams, report: &mut Report, data: &Dataset) -> Result<()> {
    let truth: Vec<i32> = data.labels.iter().map(|label| i32::from(*label)).collect();
    let (found, k) = every_image(data);
    let scores = [
        metrics::purity(&truth, &found)?,
        metrics::adjusted_rand_score(&truth, &found)?,
        metrics::normalized_mutual_info_score(&truth, &found)?,
    ];
    report.metric("n_distinct", "Different images", Value::Int(k as i64));
    let names =
        [("purity_end", "Purity"), ("ari_end", "Adjusted Rand index"), ("nmi_end", "Normalised mutual information")];
    for ((id, name), score) in names.into_iter().zip(scores) {
        report.metric(id, &format!("{name}, each of them a cluster"), Value::Float(score));
    }
    let ways = prototypes::ways(data, params.random_state)?;
    report.sections.push(prototypes::section(&ways, NAMES));
    Ok(())
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
        report.arrays.push(Array {
            name: format!("labels_{k}"),
            shape: vec![data.n as u32],
            numbers: Numbers::U32(fit.labels.clone()),
        });
    }
    let curves = NAMES
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
            "Purity cannot fall when clusters are split, and it reaches 1 when each of {} images is a cluster of its own, \
             so a higher purity at a larger k says little. The adjusted Rand index and the mutual information \
             correct for it.",
            data.n
        ),
        figure: Figure::Curves { x_title: "n_clusters".into(), y_title: "score".into(), curves },
    });
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::disk;

    #[test]
    fn purity_is_one_at_the_end_unless_equal_images_have_two_digits() {
        let mut data = disk::builtin(&crate::runner::builtin_folder(), "mnist1k").unwrap();
        let (found, k) = every_image(&data);
        assert_eq!(k, found.iter().collect::<std::collections::BTreeSet<_>>().len());
        let mut report = Report::default();
        end(&PurityParams::default(), &mut report, &data).unwrap();
        let score =
            |report: &Report, id: &str| match report.metrics.iter().find(|metric| metric.id == id).unwrap().value {
                Value::Float(score) => score,
                ref other => panic!("{other:?}"),
            };
        assert_eq!(score(&report, "purity_end"), 1.0);
        assert!(score(&report, "ari_end").abs() < 1e-3);
        // The same image twice, with two labels: one cluster, and one image of it is not of its digit.
        let n_pixels = data.n_features();
        let copy = data.image(0).to_vec();
        let other = (1..data.n).find(|i| data.labels[*i] != data.labels[0]).unwrap();
        data.images[other * n_pixels..(other + 1) * n_pixels].copy_from_slice(&copy);
        let (found, fewer) = every_image(&data);
        assert_eq!((found[0], fewer), (found[other], k - 1));
        let mut report = Report::default();
        end(&PurityParams::default(), &mut report, &data).unwrap();
        assert_eq!(score(&report, "purity_end"), 1.0 - 1.0 / data.n as f64);
    }
}
