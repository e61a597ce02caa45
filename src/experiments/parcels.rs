//! Pixels that touch and behave alike joined to regions, on several halves of the
//! images: how far do the regions depend on the images? (Notebook 000.)

use super::Experiment;
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::cluster::{
    Growing, Merging, Method, Samples, agglomerative_labels, cluster_sizes, grid_to_graph, linkage, ward_tree,
};
use crate::learn::metrics::adjusted_rand_score;
use crate::learn::resample::resample_indices;
use crate::params::Domain;
use crate::random::RandomState;
use crate::report::{Array, ColorMap, Figure, Numbers, Report, Section, Table, Value, regions};
use serde::{Deserialize, Serialize};

crate::choices! {
    /// Which pixels may be joined.
    pub enum Connectivity {
        /// Those that touch, above, below, left or right.
        Grid = "grid",
        /// Any two.
        None = "none",
    }
}

crate::params! {
    /// Several clusterings of the pixels.
    pub struct ParcelsParams {
        /// The two digits.
        pairs "Digits": Vec<u32> = vec![4, 7], Domain::Ints { min: 0, max: 9, longest: 2 };
        /// Images of both digits at most, drawn without replacement, each digit with its share.
        n_samples "Images": u32 = 5_000, Domain::Int { min: 10, max: 100_000, slider: 0 };
        /// Regions that the pixels are joined to.
        n_clusters "Regions": u32 = 100, Domain::Int { min: 2, max: 300, slider: 300 };
        /// How many clusterings; clustering i takes its images with seed i.
        n_clusterings "Clusterings": u32 = 4, Domain::Int { min: 2, max: 20, slider: 20 };
        /// Share of the images that each clustering looks at, drawn without replacement.
        subsample "Share of the images": f64 = 0.5, Domain::Float { min: 0.0, max: 1.0 };
        /// Seed of the draw of the images that all clusterings share.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// Which pixels may be joined: grid, those that touch, as the notebook does; none, any two, so that a region may lie in pieces.
        connectivity "Neighbours": Connectivity = Connectivity::Grid, Domain::Choice(Connectivity::WORDS);
    }
}

/// One clustering.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Clustering {
    params: ParcelsParams,
    seed: u32,
}

/// Its regions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Regions {
    /// Region of each pixel.
    labels: Vec<u32>,
    /// Height of each merge.
    heights: Vec<f64>,
}

impl ParcelsParams {
    fn pair(&self, data: &Dataset) -> Result<Pair> {
        let digits = pair::pairs(&self.pairs)?;
        let digits = digits.first().ok_or_else(|| Error::invalid("pairs", "two digits", "none"))?;
        Pair::draw(data, *digits, self.n_samples, self.random_state)
    }
}

impl Job for Clustering {
    type Output = Regions;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Regions> {
        let Clustering { params, seed } = self;
        let data = place.dataset();
        let pair = params.pair(data)?;
        let n = (pair.rows.len() as f64 * params.subsample) as usize;
        if n == 0 {
            let must_be = format!("large enough to leave one of {} images", pair.rows.len());
            return Err(Error::invalid("subsample", must_be, params.subsample));
        }
        let rows = resample_indices(pair.rows.len(), n, false, None, &mut RandomState::new(seed))?;
        let x = pair.pixels(data, &vec![true; data.n_features()]);
        if params.connectivity == Connectivity::None {
            return apart(&x, data.n_features(), &rows, params.n_clusters as usize, ticker);
        }
        let graph = grid_to_graph(data.height, data.width, None)?;
        let mut tick = |merging: Merging<'_>| {
            if ticker.due() {
                let frame = merging.labels().into_iter().map(|label| label as f32).collect();
                ticker.tell(Tick { step: merging.n_merges() as u32, objective: 0.0, frame });
            }
        };
        // The whole tree, so that few regions are numbered as scikit-learn numbers them.
        let tree = ward_tree(&x, &rows, &graph, 1, &mut tick)?;
        Ok(Regions { labels: tree.labels(params.n_clusters as usize)?, heights: tree.heights().collect() })
    }
}

/// The regions of pixels of which any two may be joined: Ward's tree of the pixels as points, each with a coordinate in
/// every image of `rows`. `x` has shape `(n_samples, n_features)`, row by row.
fn apart(x: &[u8], n_features: usize, rows: &[u32], n_clusters: usize, ticker: &mut dyn Ticker) -> Result<Regions> {
    let values = (0..n_features).flat_map(|pixel| rows.iter().map(move |row| *row as usize * n_features + pixel));
    let points = Matrix::from_vec(values.map(|at| f64::from(x[at])).collect(), n_features, rows.len())?;
    let mut tick = |growing: &Growing| {
        if ticker.due() {
            let frame = by_first_pixel(n_features, growing);
            ticker.tell(Tick { step: growing.n_merges() as u32, objective: 0.0, frame });
        }
    };
    let tree = linkage(&Samples::new(&points)?, Method::Ward, &mut tick)?;
    let heights = tree.merges().iter().map(|merge| merge.height).collect();
    Ok(Regions { labels: agglomerative_labels(&tree, n_clusters)?, heights })
}

/// The region of each pixel in a tree that grows, numbered in the order of their first pixels.
fn by_first_pixel(n_features: usize, growing: &Growing) -> Vec<f32> {
    let mut first: Vec<usize> = (0..n_features).collect();
    for (a, b, _) in growing.among_first(n_features) {
        let (a, b) = (first[a as usize], first[b as usize]);
        first.iter_mut().filter(|other| **other == a.max(b)).for_each(|other| *other = a.min(b));
    }
    let mut n = 0;
    let mut numbers = vec![0.0; n_features];
    for (pixel, first) in first.into_iter().enumerate() {
        if first == pixel {
            numbers[pixel] = n as f32;
            n += 1;
        } else {
            numbers[pixel] = numbers[first];
        }
    }
    numbers
}

/// The experiment.
pub struct Parcels;

impl Experiment for Parcels {
    const ID: &'static str = "parcels";
    const TITLE: &'static str = "Regions of pixels";
    type Params = ParcelsParams;
    type Job = Clustering;

    fn check(params: &ParcelsParams, _: usize, n_features: usize) -> Result<()> {
        pair::pairs(&params.pairs)?;
        pair::check_regions(params.n_clusters, n_features)?;
        if params.subsample == 0.0 {
            return Err(Error::invalid("subsample", "a float in the range (0, 1]", params.subsample));
        }
        Ok(())
    }

    async fn run(params: &ParcelsParams, lab: &Lab<'_>) -> Result<Report> {
        let pair = params.pair(lab.dataset)?;
        let jobs: Vec<Clustering> =
            (0..params.n_clusterings).map(|seed| Clustering { params: params.clone(), seed }).collect();
        let mut live = |known: &[Progress<Regions>], _: usize| {
            let found: Vec<State> = known.iter().map(State::of).collect();
            found
                .iter()
                .any(|state| !matches!(state, State::Unknown))
                .then(|| report(params, lab.dataset, &pair, &found).ok())?
        };
        let found = lab.map("Clusterings", &jobs, &mut live).await?;
        report(params, lab.dataset, &pair, &found.iter().map(State::Done).collect::<Vec<_>>())
    }

    fn python(params: &ParcelsParams) -> String {
        let mut script = String::from("from sklearn.cluster import FeatureAgglomeration\n");
        script += "from sklearn.feature_extraction import image\nfrom sklearn.utils import resample\n\n";
        script += &format!("for a, b in {}:\n", pair::python_pairs(&params.pairs));
        script += &pair::python(params.n_samples, params.random_state);
        script += "show('n_samples', len(X_pair))\n";
        script += match params.connectivity {
            Connectivity::Grid => "connectivity = image.grid_to_graph(n_x=image_shape[0], n_y=image_shape[1])\n",
            Connectivity::None => "connectivity = None\n",
        };
        script += "labels = []\n";
        script += &format!("for i in range({}):\n", params.n_clusterings);
        script += &format!(
            "    X_cluster = resample(X_pair, n_samples=int(len(X_pair) * {}), replace=False, random_state=i)\n",
            params.subsample
        );
        script += &format!(
            "    clustering = FeatureAgglomeration(n_clusters={}, connectivity=connectivity).fit(X_cluster)\n",
            params.n_clusters
        );
        script += "    show(f'largest_{i}', np.bincount(clustering.labels_).max())\n";
        script += "    labels.append(clustering.labels_)\n";
        script += "scores = []\nfor i in range(len(labels)):\n    for j in range(i):\n";
        script += "        scores.append(metrics.adjusted_rand_score(labels[j], labels[i]))\n";
        script += "show('ari_least', min(scores))\nshow('ari_most', max(scores))\n";
        script
    }
}

/// What is known of one clustering.
enum State<'a> {
    Unknown,
    /// The region of each pixel by now.
    Merging(&'a [f32]),
    Done(&'a Regions),
}

impl<'a> State<'a> {
    fn of(job: &'a Progress<Regions>) -> Self {
        match (&job.output, &job.tick) {
            (Some(regions), _) => Self::Done(regions),
            (None, Some(tick)) if !tick.frame.is_empty() => Self::Merging(&tick.frame),
            _ => Self::Unknown,
        }
    }

    fn done(&self) -> Option<&'a Regions> {
        match self {
            Self::Done(regions) => Some(regions),
            _ => None,
        }
    }
}

fn report(params: &ParcelsParams, data: &Dataset, pair: &Pair, found: &[State<'_>]) -> Result<Report> {
    let k = params.n_clusters as usize;
    let known: Vec<(usize, &Regions)> =
        found.iter().enumerate().filter_map(|(i, state)| state.done().map(|regions| (i, regions))).collect();
    let mut report = Report::default();
    report.metric("n_samples", "Images of both digits", Value::Int(pair.rows.len() as i64));
    report.metric(
        "n_subsample",
        "Images of each clustering",
        Value::Int((pair.rows.len() as f64 * params.subsample) as i64),
    );
    report.metric("shape", "Rows and columns", Value::Text(format!("{} x {}", data.height, data.width)));
    report.metric("n_clusters", "Regions", Value::Int(i64::from(params.n_clusters)));
    let signed = |labels: &[u32]| labels.iter().map(|label| *label as i32).collect::<Vec<_>>();
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut rows = Vec::new();
    for (at, (i, one)) in known.iter().enumerate() {
        let sizes = cluster_sizes(&one.labels, k);
        let largest = sizes.iter().copied().max().unwrap_or(0);
        report.metric(
            &format!("largest_{i}"),
            &format!("Pixels of the largest region, clustering {i}"),
            Value::Int(i64::from(largest)),
        );
        for (j, other) in &known[..at] {
            let score = adjusted_rand_score(&signed(&other.labels), &signed(&one.labels))?;
            (least, most) = (least.min(score), most.max(score));
            rows.push(vec![Value::Int(*j as i64), Value::Int(*i as i64), Value::Float(score)]);
        }
    }
    let agreement = match rows.is_empty() {
        true => "There is only one clustering so far.".to_string(),
        false => {
            report.metric("ari_least", "Least adjusted Rand index of two clusterings", Value::Float(least));
            report.metric("ari_most", "Largest", Value::Float(most));
            format!(
                "The adjusted Rand indices of two clusterings lie between {least:.3} and {most:.3}; 1 would be the same."
            )
        }
    };
    let images = found.iter().enumerate().filter_map(|(i, state)| match state {
        State::Unknown => None,
        State::Merging(labels) => {
            let n_regions = labels.iter().fold(-1.0f32, |most, label| most.max(*label)) + 1.0;
            Some((format!("Clustering {i}, {n_regions} regions so far"), labels.to_vec()))
        }
        State::Done(one) => Some((format!("Clustering {i}"), one.labels.iter().map(|label| *label as f32).collect())),
    });
    let pieces = |one: &Regions| {
        let of = |k: usize| one.labels.iter().map(|label| *label as usize == k).collect::<Vec<bool>>();
        (0..k).map(|k| regions::n_areas(&of(k), data.width)).sum::<usize>()
    };
    let apart = match (params.connectivity, known.first()) {
        (Connectivity::None, Some((i, one))) => {
            format!(" Any two pixels may be joined: the regions of clustering {i} lie in {} pieces.", pieces(one))
        }
        _ => String::new(),
    };
    // Two regions that touch need two colours, and there are eight.
    let colours = if k > 8 {
        format!(
            " As in the notebook {k} regions have eight colours, so that neighbours may share one; they need not if you choose so."
        )
    } else {
        String::new()
    };
    let summary = format!(
        "{} clusterings of the pixels of {} into {k} regions, each on {} of {} images. {agreement}{apart}{colours}",
        known.len(),
        pair.name(data),
        (pair.rows.len() as f64 * params.subsample) as usize,
        pair.rows.len(),
    );
    let images: Vec<(String, Vec<f32>)> = images.collect();
    // While they merge there are more regions.
    let high = images.iter().flat_map(|(_, labels)| labels.iter().copied()).fold((k - 1) as f32, f32::max);
    let look = (ColorMap::Set2, 0.0, high);
    report.sections.push(pair::panels(("regions", "Regions of pixels", summary), data, look, 4, images));
    let differ: Vec<(String, Vec<f32>)> = known
        .iter()
        .skip(1)
        .map(|(i, one)| {
            let first = &known[0].1.labels;
            let share = partners(first, &one.labels, k);
            (format!("Clustering {i} against {}", known[0].0), share)
        })
        .collect();
    if !differ.is_empty() {
        let summary =
            "For each pixel the share of its region that is in one region of the first clustering with it, in \
                       per cent: dark where the clusterings agree."
                .to_string();
        let look = (ColorMap::GrayR, 0.0, 100.0);
        report.sections.push(pair::panels(("agreement", "Where they agree", summary), data, look, 4, differ));
    }
    if !rows.is_empty() {
        report.sections.push(Section {
            id: "scores".into(),
            title: "Two by two".into(),
            summary: agreement,
            figure: Figure::Numbers(Table {
                columns: ["clustering", "and", "adjusted Rand index"].map(String::from).to_vec(),
                rows,
            }),
        });
    }
    for (i, one) in &known {
        report.arrays.push(Array {
            name: format!("labels_{i}"),
            shape: vec![data.height as u32, data.width as u32],
            numbers: Numbers::U32(one.labels.clone()),
        });
        report.arrays.push(Array {
            name: format!("heights_{i}"),
            shape: vec![one.heights.len() as u32],
            numbers: Numbers::F64(one.heights.clone()),
        });
    }
    Ok(report)
}

/// Of each pixel's region in `labels`, per cent that share the pixel's region in `first`.
fn partners(first: &[u32], labels: &[u32], k: usize) -> Vec<f32> {
    let mut both = vec![0u32; k * k];
    first.iter().zip(labels).for_each(|(a, b)| both[*a as usize * k + *b as usize] += 1);
    let sizes = cluster_sizes(labels, k);
    let share = |(a, b): (&u32, &u32)| {
        let share = f64::from(both[*a as usize * k + *b as usize]) / f64::from(sizes[*b as usize]);
        (share * 100.0).round() as f32
    };
    first.iter().zip(labels).map(share).collect()
}
