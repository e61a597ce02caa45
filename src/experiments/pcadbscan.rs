//! DBSCAN on principal components, one neighbour search for every eps (notebook 002, part g).

use super::features::{Features, Outline, Projection, SvdSolver};
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::reconstructed::{self, Reconstructed};
use super::space::{array, score_factor};
use super::tree::{listed, n_distinct};
use super::{Experiment, pictures, principal};
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::cluster::{Neighborhoods, Samples};
use crate::learn::metrics::adjusted_rand_score;
use crate::params::{Domain, distinct};
use crate::report::{Array, Figure, GalleryRow, Numbers, Part, Report, Section, Table, Value, flags};
use serde::{Deserialize, Serialize};

crate::params! {
    /// DBSCAN on principal components.
    pub struct PcaDbscanParams {
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
        /// How the components are found. Only randomized, which approximates the last ones, gives the notebook's clusters.
        svd_solver "Solver": SvdSolver = SvdSolver::Randomized, Domain::Choice(SvdSolver::WORDS);
        /// Distances within which two images are neighbours, one clustering for each.
        eps "eps": Vec<f64> = vec![1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0], Domain::Floats { min: 0.001, max: 10_000.0, longest: 24 };
        /// Neighbours, itself included, that make an image a core of a cluster.
        min_samples "min_samples": u32 = 3, Domain::Int { min: 1, max: 1_000, slider: 20 };
    }
}

impl PcaDbscanParams {
    fn projection(&self) -> Projection {
        let PcaDbscanParams { n_samples, replace, random_state, n_components, whiten, svd_solver, .. } = *self;
        Projection { n_samples, replace, random_state, n_components, whiten, svd_solver }
    }
}

/// Most scores that are handed out, 16 MB: more than the notebook's.
const MOST_SCORES: usize = 2_000_000;

/// All clusterings of a sample.
#[derive(Serialize, Deserialize)]
pub struct Sweep {
    params: PcaDbscanParams,
}

/// What was found.
#[derive(Serialize, Deserialize)]
pub struct Swept {
    images: Vec<u32>,
    outline: Outline,
    /// For each eps the cluster of each image, -1 for noise.
    labels: Vec<Vec<i32>>,
    /// For each eps the samples that are cores, ascending.
    cores: Vec<Vec<u32>>,
    /// What scores are multiplied with.
    score_factor: Vec<f64>,
    /// The scores, row-major `(n_samples, n_components)`; empty if there are too many.
    scores: Vec<f64>,
    reconstructed: Reconstructed,
}

impl Job for Sweep {
    type Output = Swept;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Swept> {
        let params = &self.params;
        let features = place.features(&params.projection())?;
        let Features { images, scores, .. } = &*features;
        let points = Samples::new(scores)?;
        let n = images.len();
        // The components are there before any neighbour, and can be looked at while those are searched.
        let outline = features.outline();
        let tell = |ticker: &mut dyn Ticker, rows: usize, cores: Vec<u32>| {
            let step = (rows as u64 * 300 / n as u64) as u32;
            let frame = cores.into_iter().map(|cores| cores as f32).chain(outline.ticked()).collect();
            ticker.tell(Tick { step, objective: rows as f64, frame });
        };
        tell(ticker, 0, vec![0; params.eps.len()]);
        let neighborhoods = Neighborhoods::watched(&points, &params.eps, &mut |finished| {
            if ticker.due() {
                tell(ticker, finished.n_rows, finished.cores(params.min_samples as usize));
            }
        })?;
        let found = neighborhoods.dbscan(&points, &[params.min_samples as usize])?;
        Ok(Swept {
            reconstructed: Reconstructed::of(place.dataset(), &features)?,
            images: images.clone(),
            outline,
            score_factor: score_factor(&features.pca),
            scores: if scores.as_slice().len() > MOST_SCORES { Vec::new() } else { scores.as_slice().to_vec() },
            cores: found.iter().map(|one| one.core_sample_indices.clone()).collect(),
            labels: found.into_iter().map(|one| one.labels).collect(),
        })
    }
}

/// The experiment.
pub struct PcaDbscan;

impl Experiment for PcaDbscan {
    const ID: &'static str = "pcadbscan";
    const TITLE: &'static str = "DBSCAN on principal components";
    type Params = PcaDbscanParams;
    type Job = Sweep;

    fn check(params: &PcaDbscanParams, n_samples: usize, n_features: usize) -> Result<()> {
        distinct("eps", &params.eps)?;
        params.projection().check(n_samples, n_features)
    }

    async fn run(params: &PcaDbscanParams, lab: &Lab<'_>) -> Result<Report> {
        let jobs = [Sweep { params: params.clone() }];
        let mut live =
            |known: &[Progress<Swept>], _: usize| unfinished(params, lab.dataset, known.first()?.tick.as_ref()?);
        let found = lab.map("Neighbours", &jobs, &mut live).await?;
        finished(params, lab.dataset, &found[0])
    }

    fn python(params: &PcaDbscanParams) -> String {
        let mut script = params.projection().python();
        script += reconstructed::PYTHON;
        script += "from sklearn.cluster import DBSCAN\n\n";
        let eps = params.eps.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
        script += &format!("for eps in [{eps}]:\n");
        script += &format!("    dbscan = DBSCAN(eps=eps, min_samples={}).fit(X_pca)\n", params.min_samples);
        script += "    labels = dbscan.labels_\n";
        script += "    show(f'cores_{eps}', len(dbscan.core_sample_indices_))\n";
        script += "    sizes = np.bincount(labels + 1)\n";
        script += "    show(f'unique_{eps}', np.array2string(np.unique(labels), max_line_width=200, threshold=20))\n";
        script += "    show(f'n_labels_{eps}', len(np.unique(labels)))\n";
        script += "    show(f'n_clusters_{eps}', labels.max() + 1)\n";
        script += "    show(f'noise_{eps}', sizes[0])\n";
        script += "    show(f'sizes_{eps}', ' '.join(map(str, sizes)))\n";
        script += "    show(f'ari_{eps}', metrics.adjusted_rand_score(small_y, labels))\n";
        script
    }
}

/// Images with each label: noise first, as `np.bincount(labels + 1)` gives them.
fn bincount(labels: &[i32]) -> Vec<u64> {
    let mut sizes = vec![0];
    for label in labels {
        let at = (label + 1) as usize;
        sizes.resize(sizes.len().max(at + 1), 0);
        sizes[at] += 1;
    }
    sizes
}

/// Labels that are printed in full.
const PRINTED: usize = 20;

/// Labels that occur, as NumPy prints them on one line, the middle of many left out.
fn unique(sizes: &[u64]) -> String {
    let there: Vec<i64> = sizes.iter().zip(-1..).filter(|(size, _)| **size > 0).map(|(_, label)| label).collect();
    let wide = there.iter().map(|label| label.to_string().len()).max().unwrap_or(1);
    let mut words: Vec<String> = there.iter().map(|label| format!("{label:>wide$}")).collect();
    if words.len() > PRINTED {
        words.splice(3..words.len() - 3, ["...".into()]);
    }
    format!("[{}]", words.join(" "))
}

/// Of one eps.
struct Setting {
    eps: f64,
    /// Noise first.
    sizes: Vec<u64>,
    /// Share of the images that are cores.
    cores: f64,
}

impl Setting {
    fn noise(&self) -> u64 {
        self.sizes[0]
    }

    fn n_clusters(&self) -> usize {
        self.sizes.len() - 1
    }

    fn largest(&self) -> u64 {
        self.sizes[1..].iter().copied().max().unwrap_or(0)
    }

    fn clustered(&self) -> u64 {
        self.sizes[1..].iter().sum()
    }
}

fn finished(params: &PcaDbscanParams, data: &Dataset, found: &Swept) -> Result<Report> {
    let truth: Vec<i32> = found.images.iter().map(|image| i32::from(data.labels[*image as usize])).collect();
    let n = found.images.len();
    let settings: Vec<Setting> = params
        .eps
        .iter()
        .zip(found.labels.iter().zip(&found.cores))
        .map(|(eps, (labels, cores))| Setting {
            eps: *eps,
            sizes: bincount(labels),
            cores: cores.len() as f64 / n as f64,
        })
        .collect();

    let mut report = Report::default();
    let mut rows = Vec::new();
    for ((setting, labels), cores) in settings.iter().zip(&found.labels).zip(&found.cores) {
        let n_core = cores.len() as i64;
        let Setting { eps, sizes, .. } = setting;
        let n_labels = setting.n_clusters() + usize::from(setting.noise() > 0);
        let score = adjusted_rand_score(&truth, labels)?;
        let mut metric = |id: &str, label: &str, value: Value| {
            report.metric(&format!("{id}_{eps}"), &format!("eps = {eps}: {label}"), value);
        };
        metric("unique", "labels that occur", Value::Text(unique(sizes)));
        metric("n_labels", "clusters as the notebook counts them, noise included", Value::Int(n_labels as i64));
        metric("n_clusters", "clusters without noise", Value::Int(setting.n_clusters() as i64));
        metric("noise", "images of noise", Value::Int(setting.noise() as i64));
        metric("cores", "images that are cores", Value::Int(n_core));
        metric("sizes", "noise, then the size of each cluster", listed(sizes));
        metric("ari", "adjusted Rand index against the digits", Value::Float(score));
        rows.push(vec![
            Value::number(*eps),
            Value::Int(n_labels as i64),
            Value::Int(setting.n_clusters() as i64),
            Value::Int(setting.noise() as i64),
            Value::Int(n_core),
            Value::Int(setting.largest() as i64),
            Value::Float(score),
            Value::Text(flags::of(setting.cores, setting.n_clusters()).join(", ")),
            listed(sizes),
        ]);
    }
    report.metric("n_samples", "Images drawn", Value::Int(n as i64));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(&found.images) as i64));
    principal::explained(&mut report, &found.outline);

    report.sections.push(shares(&settings, n));
    report.sections.push(Section {
        id: "sizes".into(),
        title: "Sizes of all clusters".into(),
        summary: format!(
            "One line for each eps, {n} images in each. The first number of the sizes is noise, as NumPy's bincount of \
             labels + 1 gives it; the notebook counts noise as a cluster."
        ),
        figure: Figure::Numbers(Table {
            columns: [
                "eps",
                "labels",
                "clusters",
                "noise",
                "cores",
                "largest cluster",
                "adjusted Rand index",
                "beware",
                "sizes",
            ]
            .map(String::from)
            .to_vec(),
            rows,
        }),
    });
    report.sections.push(members(data, found, &settings));
    report.sections.push(principal::variance(&found.outline));
    report.sections.push(principal::components(data, &found.outline));
    found.reconstructed.report(data, &mut report);
    let digits = ("digit", data.class_names.clone());
    let of = (found.images.as_slice(), &found.outline);
    report.sections.push(principal::plane(data, &params.projection(), of, digits, |i| truth[i] as usize));

    report.arrays.push(Array {
        name: "drawn".into(),
        shape: vec![n as u32],
        numbers: Numbers::U32(found.images.clone()),
    });
    for (setting, labels) in settings.iter().zip(&found.labels) {
        report.arrays.push(Array {
            name: format!("labels_{}", setting.eps),
            shape: vec![n as u32],
            // Noise, -1, as the greatest number of 32 bits.
            numbers: Numbers::U32(labels.iter().map(|label| *label as u32).collect()),
        });
    }
    for (setting, cores) in settings.iter().zip(&found.cores) {
        report.arrays.push(Array {
            name: format!("core_sample_indices_{}", setting.eps),
            shape: vec![cores.len() as u32],
            numbers: Numbers::U32(cores.clone()),
        });
    }
    report.arrays.push(array("score_factor", &[found.score_factor.len()], found.score_factor.clone()));
    if !found.scores.is_empty() {
        report.arrays.push(array("X_pca", &[n, found.score_factor.len()], found.scores.clone()));
    }
    Ok(report)
}

/// What can be drawn on the way: the cores among the images whose neighbours are found.
fn unfinished(params: &PcaDbscanParams, data: &Dataset, tick: &Tick) -> Option<Report> {
    let (cores, rest) = tick.frame.split_at_checked(params.eps.len())?;
    let outline = Outline::heard(rest, params.n_components as usize)?;
    let cores: Vec<f64> = cores.iter().map(|cores| f64::from(*cores)).collect();
    let others = cores.iter().map(|cores| tick.objective - cores).collect();
    let part = |name: &str, values: Vec<f64>| Part { name: name.into(), values };
    let section = Section {
        id: "shares".into(),
        title: "Cores, so far".into(),
        summary: format!(
            "The neighbours of {} of {} images are found. Of these, how many are cores at each eps; clusters follow when \
             all are.",
            tick.objective, params.n_samples
        ),
        figure: Figure::Bars {
            x_title: "eps".into(),
            y_title: "images".into(),
            bars: params.eps.iter().map(f64::to_string).collect(),
            parts: vec![part("no core", others), part("core", cores)],
        },
    };
    let sections = vec![section, principal::variance(&outline), principal::components(data, &outline)];
    Some(Report { sections, ..Report::default() })
}

/// Noise, largest cluster and the rest of each eps.
fn shares(settings: &[Setting], n: usize) -> Section {
    let part = |name: &str, value: fn(&Setting) -> u64| Part {
        name: name.into(),
        values: settings.iter().map(|setting| value(setting) as f64).collect(),
    };
    let lonely: Vec<String> =
        settings.iter().filter(|setting| setting.n_clusters() == 1).map(|setting| setting.eps.to_string()).collect();
    let mostly: Vec<String> = settings
        .iter()
        .filter(|setting| setting.noise() as f64 > n as f64 / 2.0)
        .map(|setting| setting.eps.to_string())
        .collect();
    let mut summary =
        format!("Each bar is the same {n} images: noise below, the largest cluster, and all others above.");
    if !mostly.is_empty() {
        summary += &format!(" More than half is noise at eps = {}.", mostly.join(", "));
    }
    for (flag, words) in [
        (flags::NONE, "Almost no image is a core, so clusters cannot grow, at eps = "),
        (flags::ALL, "Almost every image is a core, so clusters run together, at eps = "),
    ] {
        let raised = settings.iter().filter(|setting| flags::of_cores(setting.cores) == Some(flag));
        let eps: Vec<String> = raised.map(|setting| setting.eps.to_string()).collect();
        if !eps.is_empty() {
            summary += &format!(" {words}{}.", eps.join(", "));
        }
    }
    if !lonely.is_empty() {
        summary += &format!(" All that is not noise is one cluster at eps = {}.", lonely.join(", "));
    }
    Section {
        id: "shares".into(),
        title: "Noise, largest cluster, rest".into(),
        summary,
        figure: Figure::Bars {
            x_title: "eps".into(),
            y_title: "images".into(),
            bars: settings.iter().map(|setting| setting.eps.to_string()).collect(),
            parts: vec![
                part("noise", Setting::noise),
                part("largest cluster", Setting::largest),
                part("rest", |setting| setting.clustered() - setting.largest()),
            ],
        },
    }
}

/// Rows of the gallery, noise not counted.
const ROWS: usize = 40;
/// Images in a row.
const SHOWN: usize = 30;

/// One row for each cluster of the eps that has most of them, then noise.
fn members(data: &Dataset, found: &Swept, settings: &[Setting]) -> Section {
    let most = (0..settings.len()).rev().max_by_key(|i| settings[*i].n_clusters()).unwrap_or(0);
    let (setting, labels) = (&settings[most], &found.labels[most]);
    let row = |label: i32, name: String| {
        let size = setting.sizes[(label + 1) as usize];
        let images: Vec<u32> = labels
            .iter()
            .zip(&found.images)
            .filter(|(other, _)| **other == label)
            .map(|(_, image)| *image)
            .take(SHOWN)
            .collect();
        let captions = pictures::labels(data, &images);
        let rest = if size > SHOWN as u64 { format!(", the first {SHOWN}") } else { String::new() };
        GalleryRow { title: format!("{name}: {size} images{rest}"), images, captions }
    };
    let n_clusters = setting.n_clusters();
    let mut rows: Vec<GalleryRow> =
        (0..n_clusters.min(ROWS)).map(|label| row(label as i32, format!("cluster {label}"))).collect();
    if setting.noise() > 0 {
        rows.push(row(-1, "noise".into()));
    }
    let which = match n_clusters {
        n if n > ROWS => format!("The first {ROWS} of {n} clusters"),
        n => format!("All {n} clusters"),
    };
    Section {
        id: "members".into(),
        title: format!("Members of each cluster, eps = {}", setting.eps),
        summary: format!(
            "{which} at eps = {}, then noise; up to {SHOWN} images of each in the order of the sample, under each its \
             true digit.",
            setting.eps
        ),
        figure: Figure::Gallery { data: data.id.clone(), rows },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_counted_and_printed_as_numpy_does() {
        let labels = [0, -1, 10, 0, 3];
        let sizes = bincount(&labels);
        assert_eq!(sizes, [1, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(unique(&sizes), "[-1  0  3 10]");
        assert_eq!(unique(&bincount(&[0, 0])), "[0]");
        assert_eq!(unique(&bincount(&(-1..100).collect::<Vec<_>>())), "[-1  0  1 ... 97 98 99]");
        assert_eq!(bincount(&[-1]), [1]);
    }
}
