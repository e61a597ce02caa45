//! DBSCAN over a grid of settings: one search for neighbours serves them all
//! (notebook 002, part f).

use super::Experiment;
use super::kmeans::Scaling;
use super::lab::{Job, Lab, Tick, Ticker, Workplace};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{Neighborhoods, Pixels, k_distances};
use crate::learn::resample::resample_indices;
use crate::params::{Domain, distinct};
use crate::python;
use crate::random::RandomState;
use crate::report::{Curve, Figure, Report, Section, Stroke, Value};
use serde::{Deserialize, Serialize};

crate::params! {
    /// DBSCAN for every pair of eps and min_samples.
    pub struct DbGridParams {
        /// Number of images drawn from the data set.
        n_samples "Images": u32 = 1_000, Domain::Int { min: 2, max: 5_000, slider: 2_000 };
        /// Whether an image may be drawn twice. The notebook says replace='false', which is a text that is not empty, and so means yes.
        replace "With replacement": bool = true, Domain::Flag;
        /// Seed of the draw.
        random_state "Seed": u32 = 69, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// What is done to each pixel of the drawn images.
        scaling "Scaling": Scaling = Scaling::MinMax, Domain::Choice(Scaling::WORDS);
        /// Distances within which two images are neighbours.
        eps "eps": Vec<u32> = (1..10).collect(), Domain::Ints { min: 1, max: 10_000, longest: 24 };
        /// Neighbours, itself included, that make an image a core of a cluster.
        min_samples "min_samples": Vec<u32> = (2..10).collect(), Domain::Ints { min: 1, max: 1_000, longest: 24 };
        /// Share of images in clusters above which a setting is listed.
        share "Listed above a share of": f64 = 0.9, Domain::Float { min: 0.0, max: 1.0 };
    }
}

/// The whole grid.
#[derive(Serialize, Deserialize)]
pub struct Grid {
    params: DbGridParams,
}

/// What a setting found, and the distances that help to choose eps.
#[derive(Serialize, Deserialize)]
pub struct Searched {
    /// For each eps, for each `min_samples`: images in clusters, and clusters.
    cells: Vec<(u32, u32)>,
    /// For the first and the last of `min_samples`: distance of every image to its neighbour of that number, ascending.
    curves: Vec<(u32, Vec<f64>)>,
    /// Largest cluster of each setting.
    largest: Vec<u32>,
}

/// The images that `sklearn.utils.resample` draws.
pub fn drawn(data: &Dataset, n_samples: u32, replace: bool, random_state: u32) -> Result<Vec<usize>> {
    let mut stream = RandomState::new(random_state);
    let rows = resample_indices(data.n, n_samples as usize, replace, None, &mut stream)?;
    Ok(rows.into_iter().map(|row| row as usize).collect())
}

impl Job for Grid {
    type Output = Searched;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Searched> {
        let Grid { params } = self;
        let data = place.dataset();
        let sample = data.select(&drawn(data, params.n_samples, params.replace, params.random_state)?)?;
        let pixels = Pixels::new(&sample.images, sample.n, sample.n_features(), params.scaling.into())?;
        let eps: Vec<f64> = params.eps.iter().map(|eps| f64::from(*eps)).collect();
        let min_samples: Vec<usize> = params.min_samples.iter().map(|count| *count as usize).collect();
        let mut tick = |done: usize| {
            if ticker.due() {
                ticker.tell(Tick { step: done as u32, objective: 0.0, frame: Vec::new() });
            }
        };
        let found = Neighborhoods::new(&pixels, &eps, &mut tick)?.dbscan(&pixels, &min_samples)?;
        let cells = found.iter().map(|one| ((sample.n - one.n_noise()) as u32, one.n_clusters)).collect();
        let largest = found.iter().map(|one| one.sizes().into_iter().max().unwrap_or(0)).collect();
        let mut ends = vec![params.min_samples[0], params.min_samples[params.min_samples.len() - 1]];
        ends.dedup();
        ends.retain(|k| *k as usize <= sample.n);
        let curve = |k: u32| Ok((k, k_distances(&pixels, k as usize, &mut |_| {})?));
        Ok(Searched { cells, largest, curves: ends.into_iter().map(curve).collect::<Result<_>>()? })
    }
}

/// The experiment.
pub struct DbGrid;

impl Experiment for DbGrid {
    const ID: &'static str = "dbgrid";
    const TITLE: &'static str = "DBSCAN, a grid of settings";
    type Params = DbGridParams;
    type Job = Grid;

    fn check(params: &DbGridParams, n_samples: usize, _: usize) -> Result<()> {
        distinct("eps", &params.eps)?;
        distinct("min_samples", &params.min_samples)?;
        if !params.replace && params.n_samples as usize > n_samples {
            let must_be = format!("at most the {n_samples} images there are, or drawn with replacement");
            return Err(Error::invalid("n_samples", must_be, params.n_samples));
        }
        Ok(())
    }

    async fn run(params: &DbGridParams, lab: &Lab<'_>) -> Result<Report> {
        let jobs = [Grid { params: params.clone() }];
        let found = lab.map("Neighbours", &jobs, &mut |_, _| None).await?;
        Ok(report(params, &found[0]))
    }

    fn python(params: &DbGridParams) -> String {
        let replace = if params.replace { "True" } else { "False" };
        let mut script = String::from("from sklearn.cluster import DBSCAN\nfrom sklearn.utils import resample\n\n");
        script += &format!(
            "X, y = resample(X, y, n_samples={}, replace={replace}, random_state={})\n",
            params.n_samples, params.random_state
        );
        script += &python::scaled(params.scaling.word());
        script += "listed = 0\n";
        script += &format!("for eps in {:?}:\n    for min_samples in {:?}:\n", params.eps, params.min_samples);
        script += "        labels = DBSCAN(eps=eps, min_samples=min_samples).fit_predict(X_scaled)\n";
        script += "        clustered = labels[labels >= 0]\n        share = len(clustered) / len(labels)\n";
        script += &format!("        if share > {}:\n            listed += 1\n", params.share);
        script += "            show(f'row_{eps}_{min_samples}', f'{share * 100:.2f}% good clusters with eps={eps}, '\n";
        script += "                 f'min_samples={min_samples}, cluster_count: {len(np.unique(clustered))}')\n";
        script += "show('n_listed', listed)\n";
        script
    }
}

fn report(params: &DbGridParams, found: &Searched) -> Report {
    let mut report = Report::default();
    let n = f64::from(params.n_samples);
    let settings = || params.eps.iter().flat_map(|eps| params.min_samples.iter().map(move |count| (*eps, *count)));
    let mut listed = 0;
    for ((eps, min_samples), (clustered, clusters)) in settings().zip(&found.cells) {
        let share = f64::from(*clustered) / n;
        if share > params.share {
            listed += 1;
            let id = format!("row_{eps}_{min_samples}");
            let text = format!(
                "{:.2}% good clusters with eps={eps}, min_samples={min_samples}, cluster_count: {clusters}",
                share * 100.0
            );
            report.metric(&id, &format!("eps = {eps}, min_samples = {min_samples}"), Value::Text(text));
        }
    }
    report.metric("n_listed", "Settings listed", Value::Int(listed));

    let names = |values: &[u32]| values.iter().map(u32::to_string).collect::<Vec<_>>();
    let heat = |id: &str, title: &str, summary: String, values: Vec<f64>, texts: Vec<String>, high: f64| Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "eps".into(),
            column_title: "min_samples".into(),
            rows: names(&params.eps),
            columns: names(&params.min_samples),
            values,
            texts,
            high,
        },
    };
    let shares: Vec<f64> = found.cells.iter().map(|cell| f64::from(cell.0) / n * 100.0).collect();
    let texts = shares.iter().map(|share| format!("{share:.1}")).collect();
    let summary = format!(
        "Per cent of {} images that belong to a cluster, for each pair of settings; {listed} of {} pairs are above {} %.",
        params.n_samples,
        found.cells.len(),
        params.share * 100.0
    );
    report.sections.push(heat("grid", "Share of images in clusters", summary, shares, texts, 100.0));

    let counts: Vec<f64> = found.cells.iter().map(|cell| f64::from(cell.1)).collect();
    let most = counts.iter().copied().fold(1.0, f64::max);
    let lonely = found
        .cells
        .iter()
        .zip(&found.largest)
        .filter(|((clustered, clusters), largest)| *clusters == 1 && *largest == clustered)
        .count();
    let texts = found.cells.iter().map(|cell| cell.1.to_string()).collect();
    let summary = format!(
        "Number of clusters for each pair of settings, at most {most}. In {lonely} of them everything that is not \
         noise is one single cluster, which says nothing about digits."
    );
    report.sections.push(heat("clusters", "Number of clusters", summary, counts, texts, most));

    let curves = found.curves.iter().zip(0u8..).map(|((k, distances), i)| Curve {
        name: format!("neighbour number {k}"),
        points: distances.iter().enumerate().map(|(i, distance)| (i as f64, *distance)).collect(),
        stroke: Stroke::Class(i),
    });
    report.sections.push(Section {
        id: "k_distances".into(),
        title: "Distance to the k-th neighbour".into(),
        summary:
            "For every image the distance to its neighbour of that number, itself counted, in ascending order. An \
                  image is a core for min_samples = k exactly if its distance is at most eps, so a bend in the curve \
                  is where to look for eps."
                .into(),
        figure: Figure::Curves {
            x_title: "image, in order of distance".into(),
            y_title: "distance".into(),
            curves: curves.collect(),
        },
    });
    report
}
