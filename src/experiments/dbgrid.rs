//! DBSCAN over a grid of settings: one search for neighbours serves them all
//! (notebook 002, part f).

use super::Experiment;
use super::kmeans::Scaling;
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::space::Space;
use super::tree::n_distinct;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{Finished, Neighborhoods, Pixels, k_distances_of};
use crate::learn::resample::resample_indices;
use crate::params::{Domain, distinct};
use crate::python;
use crate::random::RandomState;
use crate::report::{Array, ColorMap, Curve, Figure, Numbers, Report, Section, Stroke, Table, Value};
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
        eps "eps": Vec<f64> = (1..10).map(f64::from).collect(), Domain::Floats { min: 0.001, max: 10_000.0, longest: 24 };
        /// Neighbours, itself included, that make an image a core of a cluster.
        min_samples "min_samples": Vec<u32> = (2..10).collect(), Domain::Ints { min: 1, max: 1_000, longest: 24 };
        /// Share of images in clusters above which a setting is listed.
        share "Listed above a share of": f64 = 0.9, Domain::Float { min: 0.0, max: 1.0 };
    }
}

/// A part of the work.
#[derive(Serialize, Deserialize)]
pub struct Look {
    params: DbGridParams,
    part: Part,
}

#[derive(Serialize, Deserialize)]
enum Part {
    /// The whole grid.
    Grid,
    /// Distances of the images `from..to` of those drawn.
    Distances { from: u32, to: u32 },
}

/// What it found.
#[derive(Serialize, Deserialize)]
pub enum Seen {
    /// For each eps, for each `min_samples`.
    Grid(Box<Whole>),
    /// For each of `min_samples` that there are images for: the distance of each image to its neighbour of that number.
    Distances(Vec<Vec<f64>>),
}

/// What the settings found.
#[derive(Serialize, Deserialize)]
pub struct Whole {
    /// For each eps, for each `min_samples`.
    cells: Vec<Cell>,
    /// The images drawn.
    images: Vec<u32>,
    /// Where another image would be among them.
    space: Space,
}

/// Labels of all settings that are handed out at most.
const MOST_LABELS: usize = 1_000_000;

/// What the settings found, and the distances that help to choose eps.
struct Searched {
    whole: Whole,
    /// For each of `min_samples` that there are images for: distance of every image to its neighbour of that number, ascending.
    curves: Vec<(u32, Vec<f64>)>,
}

/// Images whose distances are one job.
const CHUNK: usize = 250;

/// What one setting found.
#[derive(Serialize, Deserialize)]
pub struct Cell {
    /// Images in each cluster, the largest first.
    sizes: Vec<u32>,
    /// Images that are cores.
    n_core: u32,
    /// Cluster of each image drawn, the greatest number for noise; of too many cells nothing.
    labels: Vec<u32>,
    /// Whether it is a core, 1 or 0; of too many cells nothing.
    cores: Vec<u32>,
}

impl Cell {
    fn clustered(&self) -> u32 {
        self.sizes.iter().sum()
    }

    fn largest(&self) -> u32 {
        self.sizes.first().copied().unwrap_or(0)
    }
}

/// Rows of the table of cores, about: enough to drag a line over them.
const CORE_ROWS: f64 = 150.0;

/// The images that `sklearn.utils.resample` draws.
pub fn drawn(data: &Dataset, n_samples: u32, replace: bool, random_state: u32) -> Result<Vec<usize>> {
    let mut stream = RandomState::new(random_state);
    let rows = resample_indices(data.n, n_samples as usize, replace, None, &mut stream)?;
    Ok(rows.into_iter().map(|row| row as usize).collect())
}

impl Job for Look {
    type Output = Seen;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Seen> {
        let Look { params, part } = self;
        let data = place.dataset();
        let rows = drawn(data, params.n_samples, params.replace, params.random_state)?;
        let sample = data.select(&rows)?;
        let pixels = Pixels::new(&sample.images, sample.n, sample.n_features(), params.scaling.into())?;
        if let Part::Distances { from, to } = part {
            let mut tick = |done: usize| {
                if ticker.due() {
                    ticker.tell(Tick { step: done as u32, objective: 0.0, frame: Vec::new() });
                }
            };
            let found = k_distances_of(&pixels, from as usize..to as usize, &params.neighbours(), &mut tick)?;
            return Ok(Seen::Distances(found));
        }
        let min_samples: Vec<usize> = params.min_samples.iter().map(|count| *count as usize).collect();
        // Rows that are finished say which of them are cores, of every setting.
        let mut search = |finished: &Finished| {
            if ticker.due() {
                let cores: Vec<Vec<u32>> = min_samples.iter().map(|count| finished.cores(*count)).collect();
                let cell = |i: usize| cores.iter().map(move |cores| cores[i] as f32);
                let frame = (0..params.eps.len()).flat_map(cell).collect();
                ticker.tell(Tick { step: finished.n_rows as u32, objective: 0.0, frame });
            }
        };
        let found = Neighborhoods::watched(&pixels, &params.eps, &mut search)?.dbscan(&pixels, &min_samples)?;
        let handed = found.len() * sample.n <= MOST_LABELS;
        let cells = found.iter().map(|one| {
            let mut sizes = one.sizes();
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            let n_core = one.core_sample_indices.len() as u32;
            if !handed {
                return Cell { sizes, n_core, labels: Vec::new(), cores: Vec::new() };
            }
            let mut cores = vec![0; sample.n];
            one.core_sample_indices.iter().for_each(|core| cores[*core as usize] = 1);
            Cell { sizes, n_core, labels: one.labels.iter().map(|label| *label as u32).collect(), cores }
        });
        let images = rows.into_iter().map(|row| row as u32).collect();
        Ok(Seen::Grid(Box::new(Whole { cells: cells.collect(), images, space: Space::pixels(&pixels) })))
    }
}

impl DbGridParams {
    /// Those of `min_samples` that there are images for.
    fn neighbours(&self) -> Vec<usize> {
        self.min_samples.iter().filter(|k| **k <= self.n_samples).map(|k| *k as usize).collect()
    }
}

/// The experiment.
pub struct DbGrid;

impl Experiment for DbGrid {
    const ID: &'static str = "dbgrid";
    const TITLE: &'static str = "DBSCAN, a grid of settings";
    type Params = DbGridParams;
    type Job = Look;

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
        let look = |part: Part| Look { params: params.clone(), part };
        let mut live = |known: &[Progress<Seen>], _: usize| unfinished(params, known.first()?.tick.as_ref()?);
        let found = lab.map_part("Neighbours", &[look(Part::Grid)], &mut live, (0.0, 0.5)).await?.pop();
        let Some(Seen::Grid(whole)) = found else {
            return Err(Error::Worker("the grid came without its cells".into()));
        };
        // The cells are finished; the distances are still to come.
        let both = grids(params, &whole.cells);
        let ks = params.neighbours();
        let n = params.n_samples as usize;
        let chunks = (0..if ks.is_empty() { 0 } else { n }).step_by(CHUNK);
        let jobs: Vec<Look> =
            chunks.map(|from| look(Part::Distances { from: from as u32, to: (from + CHUNK).min(n) as u32 })).collect();
        let mut live = |_: &[Progress<Seen>], _: usize| Some(Report { sections: both.to_vec(), ..Report::default() });
        let mut curves: Vec<(u32, Vec<f64>)> = ks.into_iter().map(|k| (k as u32, Vec::with_capacity(n))).collect();
        for seen in lab.map_part("Distances", &jobs, &mut live, (0.5, 1.0)).await? {
            if let Seen::Distances(found) = seen {
                curves.iter_mut().zip(found).for_each(|(curve, found)| curve.1.extend(found));
            }
        }
        curves.iter_mut().for_each(|(_, curve)| curve.sort_by(f64::total_cmp));
        Ok(report(params, Searched { whole: *whole, curves }))
    }

    fn python(params: &DbGridParams) -> String {
        let replace = if params.replace { "True" } else { "False" };
        let mut script = String::from("from sklearn.cluster import DBSCAN\nfrom sklearn.utils import resample\n\n");
        script += &format!(
            "X, y, drawn = resample(X, y, np.arange(len(X)), n_samples={}, replace={replace}, random_state={})\n",
            params.n_samples, params.random_state
        );
        script += "show('n_distinct', len(np.unique(drawn)))\n";
        script += &python::scaled(params.scaling.word());
        script += "listed = lopsided = 0\nquiet = []\n";
        // Whole numbers as ints, so that names are written alike.
        let eps = params.eps.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
        script += &format!("for eps in [{eps}]:\n    for min_samples in {:?}:\n", params.min_samples);
        script += "        labels = DBSCAN(eps=eps, min_samples=min_samples).fit_predict(X_scaled)\n";
        script += "        clustered = labels[labels >= 0]\n        share = len(clustered) / len(labels)\n";
        script += "        if 10 * len(clustered) > 9 * len(labels):\n            quiet.append(eps)\n";
        script += &format!("        if share > {}:\n            listed += 1\n", params.share);
        script += "            lopsided += 100 * np.bincount(clustered).max() >= 99 * len(clustered)\n";
        script += "            show(f'row_{eps}_{min_samples}', f'{share * 100:.2f}% good clusters with eps={eps}, '\n";
        script += "                 f'min_samples={min_samples}, cluster_count: {len(np.unique(clustered))}')\n";
        script += "show('n_listed', listed)\nshow('n_lopsided', lopsided)\n";
        script += "if quiet:\n    show('eps_low_noise', min(quiet))\n";
        script
    }
}

fn report(params: &DbGridParams, found: Searched) -> Report {
    let mut report = Report::default();
    let n = f64::from(params.n_samples);
    let settings = || params.eps.iter().flat_map(|eps| params.min_samples.iter().map(move |count| (*eps, *count)));
    report.metric("n_samples", "Images drawn", Value::Int(i64::from(params.n_samples)));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(&found.whole.images) as i64));
    let (mut listed, mut lopsided) = (0, 0);
    for ((eps, min_samples), cell) in settings().zip(&found.whole.cells) {
        let (clustered, clusters) = (cell.clustered(), cell.sizes.len());
        let share = f64::from(clustered) / n;
        if share > params.share {
            listed += 1;
            lopsided += i64::from(100 * u64::from(cell.largest()) >= 99 * u64::from(clustered));
            let id = format!("row_{eps}_{min_samples}");
            let text = format!(
                "{:.2}% good clusters with eps={eps}, min_samples={min_samples}, cluster_count: {clusters}",
                share * 100.0
            );
            report.metric(&id, &format!("eps = {eps}, min_samples = {min_samples}"), Value::Text(text));
        }
    }
    report.metric("n_listed", "Settings listed", Value::Int(listed));
    report.metric("n_lopsided", "Of these, 99 % of what is clustered in one cluster", Value::Int(lopsided));
    let quiet = settings().zip(&found.whole.cells).filter(|(_, cell)| 10 * cell.clustered() > 9 * params.n_samples);
    if let Some(eps) = quiet.map(|((eps, _), _)| eps).min_by(f64::total_cmp) {
        report.metric("eps_low_noise", "Smallest eps with noise below 10 %", Value::number(eps));
    }

    report.sections.extend(grids(params, &found.whole.cells));

    let mut ends: Vec<&(u32, Vec<f64>)> = found.curves.iter().collect();
    if ends.len() > 2 {
        ends.drain(1..ends.len() - 1);
    }
    let curves = ends.into_iter().zip(0u8..).map(|((k, distances), i)| Curve {
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
    report.sections.push(cells(params, &found));
    report.sections.push(cores(&found));
    report.arrays = arrays(params, found.whole);
    report
}

/// The draw, and whose cluster each image is in with every setting: for export, and to place a digit that is drawn.
fn arrays(params: &DbGridParams, found: Whole) -> Vec<Array> {
    let n = found.images.len() as u32;
    let shape = vec![params.eps.len() as u32, params.min_samples.len() as u32, n];
    let all = |of: fn(&Cell) -> &[u32]| found.cells.iter().flat_map(of).copied().collect::<Vec<u32>>();
    let (labels, cores) = (all(|cell| &cell.labels), all(|cell| &cell.cores));
    let mut arrays = vec![Array { name: "drawn".into(), shape: vec![n], numbers: Numbers::U32(found.images) }];
    if !labels.is_empty() {
        arrays.push(Array { name: "grid_labels".into(), shape: shape.clone(), numbers: Numbers::U32(labels) });
        arrays.push(Array { name: "grid_cores".into(), shape, numbers: Numbers::U32(cores) });
    }
    arrays.extend(found.space.arrays());
    arrays
}

/// A heat map over all settings.
fn heat(params: &DbGridParams, (id, title): (&str, &str), summary: String, values: Vec<f64>, high: f64) -> Section {
    let digits = if id == "grid" { 1 } else { 0 };
    Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "eps".into(),
            column_title: "min_samples".into(),
            rows: params.eps.iter().map(f64::to_string).collect(),
            columns: params.min_samples.iter().map(u32::to_string).collect(),
            texts: values.iter().map(|value| format!("{value:.digits$}")).collect(),
            values,
            high,
            map: ColorMap::Blues,
        },
    }
}

/// What every setting found: images in clusters, and clusters.
fn grids(params: &DbGridParams, cells: &[Cell]) -> [Section; 2] {
    let n = f64::from(params.n_samples);
    let cells: Vec<(f64, f64)> =
        cells.iter().map(|cell| (f64::from(cell.clustered()), cell.sizes.len() as f64)).collect();
    let listed = cells.iter().filter(|(clustered, _)| clustered / n > params.share).count();
    let summary = format!(
        "Per cent of {} images that belong to a cluster, for each pair of settings; {listed} of {} pairs are above {} %.",
        params.n_samples,
        cells.len(),
        params.share * 100.0
    );
    let shares = cells.iter().map(|(clustered, _)| clustered / n * 100.0).collect();
    let counts: Vec<f64> = cells.iter().map(|(_, clusters)| *clusters).collect();
    let most = counts.iter().copied().fold(1.0, f64::max);
    let lonely = counts.iter().filter(|count| **count == 1.0).count();
    let alone = format!(
        "Number of clusters for each pair of settings, at most {most}. In {lonely} of them everything that is not \
         noise is one single cluster, which says nothing about digits."
    );
    [
        heat(params, ("grid", "Share of images in clusters"), summary, shares, 100.0),
        heat(params, ("clusters", "Number of clusters"), alone, counts, most),
    ]
}

/// What can be drawn on the way: the cores among the rows that are searched.
fn unfinished(params: &DbGridParams, tick: &Tick) -> Option<Report> {
    if tick.frame.len() != params.eps.len() * params.min_samples.len() || tick.step == 0 {
        return None;
    }
    let shares = tick.frame.iter().map(|cores| f64::from(*cores) / f64::from(tick.step) * 100.0).collect();
    let summary = format!(
        "Per cent of images that are cores, for each pair of settings, of the {} of {} images whose neighbours are \
         found. Clusters follow when all are.",
        tick.step, params.n_samples
    );
    let sections = vec![heat(params, ("grid", "Share of images that are cores, so far"), summary, shares, 100.0)];
    Some(Report { sections, ..Report::default() })
}

/// What every setting found, as a table.
fn cells(params: &DbGridParams, found: &Searched) -> Section {
    let settings = params.eps.iter().flat_map(|eps| params.min_samples.iter().map(move |count| (*eps, *count)));
    let rows = settings.zip(&found.whole.cells).map(|((eps, min_samples), cell)| {
        let numbers =
            [min_samples, cell.sizes.len() as u32, params.n_samples - cell.clustered(), cell.n_core, cell.largest()];
        let sizes = cell.sizes.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        let numbers = numbers.into_iter().map(|number| Value::Int(i64::from(number)));
        [Value::number(eps)].into_iter().chain(numbers).chain([Value::Text(sizes)]).collect()
    });
    let columns = ["eps", "min_samples", "clusters", "noise", "cores", "largest", "sizes"].map(String::from).to_vec();
    Section {
        id: "settings".into(),
        title: "Every setting".into(),
        summary: format!("What DBSCAN finds in {} images with each pair of settings.", params.n_samples),
        figure: Figure::Numbers(Table { columns, rows: rows.collect() }),
    }
}

/// For many eps, how many images are cores: what the distances say without another search.
fn cores(found: &Searched) -> Section {
    let farthest = found.curves.iter().filter_map(|(_, curve)| curve.last()).copied().fold(0.0, f64::max);
    let (times, per) = round_step(farthest / CORE_ROWS);
    let n_rows = (farthest / times * per).ceil() as u32 + 1;
    let rows = (0..n_rows).map(|row| {
        let eps = f64::from(row) * times / per;
        let within = found.curves.iter().map(|(_, curve)| curve.partition_point(|distance| *distance <= eps) as i64);
        [Value::Float(eps)].into_iter().chain(within.map(Value::Int)).collect()
    });
    let names = found.curves.iter().map(|(k, _)| format!("min_samples = {k}"));
    Section {
        id: "cores".into(),
        title: "Cores for every eps".into(),
        summary: "How many images have enough neighbours within eps to be cores.".into(),
        figure: Figure::Numbers(Table {
            columns: ["eps".to_string()].into_iter().chain(names).collect(),
            rows: rows.collect(),
        }),
    }
}

/// 1, 2 or 5 times a power of ten, no less than `least` nor than a thousandth: as a
/// fraction, so that steps have few digits.
fn round_step(least: f64) -> (f64, f64) {
    let per = [1000.0, 100.0, 10.0].into_iter().flat_map(|per| [1.0, 2.0, 5.0].map(|times| (times, per)));
    let whole =
        [1.0, 10.0, 100.0, 1000.0].into_iter().flat_map(|unit| [1.0, 2.0, 5.0].map(|times| (times * unit, 1.0)));
    per.chain(whole).find(|(times, per)| times / per >= least).unwrap_or((10_000.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_large_enough() {
        assert_eq!(round_step(0.0), (1.0, 1000.0));
        assert_eq!(round_step(0.07), (1.0, 10.0));
        assert_eq!(round_step(0.1), (1.0, 10.0));
        assert_eq!(round_step(0.6), (1.0, 1.0));
        assert_eq!(round_step(30.0), (50.0, 1.0));
    }
}
