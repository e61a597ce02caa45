//! A tree of images: hierarchical clustering of a sample of whole images, from raw
//! grey levels (notebook 002, part d).

use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::{Experiment, cut, growing};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{Cut, Linkage, Method, Pixels, fcluster_distance, height_between, linkage};
use crate::learn::preprocessing::Scaling;
use crate::learn::resample::resample_indices;
use crate::params::Domain;
use crate::random::RandomState;
use crate::report::{Array, Curve, Figure, GalleryRow, Numbers, Report, Section, Stroke, Table, Tree, Value};
use serde::{Deserialize, Serialize};

crate::choices! {
    /// How far apart two clusters are.
    pub enum Join {
        /// By how much a merge increases the squared distances to the means.
        Ward = "ward",
        /// The nearest two members.
        Single = "single",
        /// The mean over all pairs of members.
        Average = "average",
        /// The farthest two members.
        Complete = "complete",
    }
}

impl From<Join> for Method {
    fn from(join: Join) -> Self {
        match join {
            Join::Ward => Method::Ward,
            Join::Single => Method::Single,
            Join::Average => Method::Average,
            Join::Complete => Method::Complete,
        }
    }
}

crate::params! {
    /// A tree of a sample.
    pub struct TreeParams {
        /// Images drawn from the data set; each of them is a leaf of the tree.
        n_samples "Images in the tree": u32 = 500, Domain::Int { min: 2, max: 10_000, slider: 3_000 };
        /// Whether an image may be drawn again. The notebook writes replace='false', and a text that is not empty counts as true.
        replace "With replacement": bool = true, Domain::Flag;
        /// Seed of the draw; the same number draws the same images here and in scikit-learn.
        random_state "Seed": u32 = 69, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// How far apart two clusters are: ward by the growth of their scatter, single by the nearest members, average by the mean over pairs, complete by the farthest members.
        linkage "Linkage": Join = Join::Ward, Domain::Choice(Join::WORDS);
        /// Clusters at which the tree is cut at first; the line in the picture moves the cut without a new run.
        n_clusters "Clusters": u32 = 5, Domain::Int { min: 1, max: 10_000, slider: 40 };
    }
}

impl TreeParams {
    /// An error if more images or clusters are asked for than there are.
    pub fn check(&self, n_total: usize) -> Result<()> {
        if !self.replace && self.n_samples as usize > n_total {
            let must_be = format!("at most {n_total}, the number of images, without replacement");
            return Err(Error::invalid("n_samples", must_be, self.n_samples));
        }
        if self.n_clusters > self.n_samples {
            let must_be = format!("at most {}, the number of images in the tree", self.n_samples);
            return Err(Error::invalid("n_clusters", must_be, self.n_clusters));
        }
        Ok(())
    }

    /// The numbers of the images in the tree, `(n_samples,)` (`sklearn.utils.resample`).
    pub fn draw(&self, n_total: usize) -> Result<Vec<u32>> {
        let mut random_state = RandomState::new(self.random_state);
        resample_indices(n_total, self.n_samples as usize, self.replace, None, &mut random_state)
    }

    /// The lines of Python that draw the sample.
    pub fn python(&self) -> String {
        format!(
            "from scipy.cluster import hierarchy\nfrom sklearn.utils import resample\n\n\
             small_X, small_y, drawn = resample(\n    X, y, np.arange(len(X)), n_samples={}, replace={}, random_state={}\n)\n\
             show('n_samples', len(small_X))\nshow('n_distinct', len(np.unique(drawn)))\n",
            self.n_samples,
            if self.replace { "True" } else { "False" },
            self.random_state
        )
    }
}

/// One tree, merge after merge.
#[derive(Serialize, Deserialize)]
pub struct Task {
    images: Vec<u32>,
    linkage: Join,
}

impl Task {
    /// The tree of these images.
    pub fn new(images: &[u32], linkage: Join) -> Self {
        Task { images: images.to_vec(), linkage }
    }
}

impl Job for Task {
    type Output = Linkage;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Linkage> {
        let data = place.dataset();
        let mut levels = Vec::with_capacity(self.images.len() * data.n_features());
        for image in &self.images {
            if *image as usize >= data.n {
                return Err(Error::invalid("images", format!("below {}", data.n), image));
            }
            levels.extend_from_slice(data.image(*image as usize));
        }
        let n = self.images.len();
        let pixels = Pixels::new(&levels, n, data.n_features(), Scaling::None)?;
        linkage(&pixels, self.linkage.into(), &mut |growing| growing::tell(ticker, growing, n))
    }
}

/// The experiment.
pub struct Grow;

impl Experiment for Grow {
    const ID: &'static str = "tree";
    const TITLE: &'static str = "A tree of images";
    type Params = TreeParams;
    type Job = Task;

    fn check(params: &TreeParams, n_samples: usize, _: usize) -> Result<()> {
        params.check(n_samples)
    }

    async fn run(params: &TreeParams, lab: &Lab<'_>) -> Result<Report> {
        let images = params.draw(lab.dataset.n)?;
        let mut live = |known: &[Progress<Linkage>], _: usize| {
            growing::report(lab.dataset, &images, params.linkage, known.first()?.tick.as_ref()?)
        };
        let trees = lab.map("Tree", &[Task::new(&images, params.linkage)], &mut live).await?;
        let linkage = trees.into_iter().next().ok_or_else(|| Error::Worker("no tree came back".into()))?;
        finished(params, lab.dataset, images, &linkage)
    }

    fn python(params: &TreeParams) -> String {
        let mut script = params.python();
        script += "text = np.array2string(small_X.astype(np.uint8), separator=', ', threshold=1000)\n";
        script += "text = ' '.join(text.split()).replace('[ ', '[')\n";
        script += "show('array', f'array({text}, dtype=uint8)')\n";
        script += &format!("linkage_array = hierarchy.linkage(small_X, {:?})\n", params.linkage.word());
        script += "for i, merge in enumerate(linkage_array[:-6:-1], start=1):\n    show(f'height_{i}', merge[2])\n";
        script += "threshold = 0.7 * linkage_array[-1, 2]\n";
        script +=
            "show('n_colored', len(np.unique(hierarchy.fcluster(linkage_array, threshold, criterion='distance'))))\n";
        script += &format!("labels = hierarchy.fcluster(linkage_array, {}, criterion='maxclust')\n", params.n_clusters);
        script += "sizes = np.bincount(labels)[1:]\n";
        script += "show('n_clusters', len(sizes))\nshow('sizes', ' '.join(map(str, sizes)))\n";
        script += "show('largest', sizes.max())\n";
        script += "show('adjusted_rand_score', metrics.adjusted_rand_score(small_y, labels))\n";
        script
    }
}

/// The figure of one tree, cut so that `n_clusters` are left, or where SciPy's colours change.
pub fn figure(data: &Dataset, images: &[u32], linkage: &Linkage, n_clusters: Option<u32>) -> Tree {
    Tree {
        data: data.id.clone(),
        linkage: Tree::rows(linkage),
        images: images.to_vec(),
        labels: images.iter().map(|image| data.labels[*image as usize]).collect(),
        classes: data.class_names.clone(),
        x_title: "Sample index".into(),
        y_title: "Cluster distance".into(),
        color_threshold: n_clusters.map(|k| height_between(linkage, k as usize)),
        truncation: Default::default(),
        pruned: None,
    }
}

/// Numbers as they are listed in metrics.
pub fn listed(sizes: &[u64]) -> Value {
    Value::Text(sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(" "))
}

/// How many different images there are.
pub fn n_distinct(images: &[u32]) -> usize {
    images.iter().collect::<std::collections::BTreeSet<_>>().len()
}

fn finished(params: &TreeParams, data: &Dataset, images: Vec<u32>, linkage: &Linkage) -> Result<Report> {
    let tree = figure(data, &images, linkage, Some(params.n_clusters));
    let cut = Cut::new(linkage, tree.threshold())?;
    let sizes = cut.sizes();
    let colored = fcluster_distance(linkage, 0.7 * tree.highest())?.into_iter().max().unwrap_or(1);

    let mut report = Report::default();
    report.metric("n_samples", "Images in the tree", Value::Int(images.len() as i64));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(&images) as i64));
    for (i, merge) in (1..=5).zip(linkage.merges().iter().rev()) {
        let label = if i == 1 { "Highest merge".into() } else { format!("Merge {i} from the top") };
        report.metric(&format!("height_{i}"), &label, Value::Float(merge.height));
    }
    report.metric("n_colored", "Clusters at 0.7 of the highest merge", Value::Int(i64::from(colored)));
    report.metric("n_clusters", "Clusters at the cut", Value::Int(cut.n_clusters() as i64));
    report.metric("sizes", "Their sizes", listed(&sizes));
    report.metric("largest", "Images in the largest", Value::Int(sizes.iter().copied().max().unwrap_or(0) as i64));
    report.metric(
        "adjusted_rand_score",
        "Adjusted Rand index of the cut against the digits",
        Value::Float(cut::score(&tree, &cut)?),
    );
    report.metric("array", "The sample as NumPy prints it", Value::Text(printed(data, &images)));

    report.arrays = vec![
        Array {
            name: "linkage".into(),
            shape: vec![images.len() as u32 - 1, 4],
            numbers: Numbers::F64(
                tree.linkage.iter().flat_map(|m| [f64::from(m.0), f64::from(m.1), m.2, f64::from(m.3)]).collect(),
            ),
        },
        Array { name: "labels".into(), shape: vec![images.len() as u32], numbers: Numbers::U32(cut.labels.clone()) },
        Array { name: "drawn".into(), shape: vec![images.len() as u32], numbers: Numbers::U32(images.clone()) },
    ];
    let members = members(data, &tree, linkage, &cut)?;
    report.sections.push(Section {
        id: "tree".into(),
        title: format!("{} of {} images", title(params.linkage), images.len()),
        summary: cut::summary(&tree, &cut)?,
        figure: Figure::Dendrogram(tree),
    });
    report.sections.push(heights(linkage));
    report.sections.push(array(data, &images));
    report.sections.push(members);
    Ok(report)
}

/// A linkage's name at the head of a picture.
pub fn title(join: Join) -> &'static str {
    match join {
        Join::Ward => "Ward tree",
        Join::Single => "Single-linkage tree",
        Join::Average => "Average-linkage tree",
        Join::Complete => "Complete-linkage tree",
    }
}

/// Does a number of clusters stand out? Heights of the last merges, from the top.
fn heights(linkage: &Linkage) -> Section {
    let merges = linkage.merges();
    let shown = merges.len().min(30);
    // The merge that leaves k clusters, for k = 1, 2, …
    let height = |k: usize| merges[merges.len() - k].height;
    let points: Vec<(f64, f64)> = (1..=shown).map(|k| (k as f64, height(k))).collect();
    // k clusters last from the merge that leaves them to the one that ends them.
    let gap = |k: usize| height(k - 1) - height(k);
    let widest = (2..=shown).rev().max_by(|a, b| gap(*a).total_cmp(&gap(*b)));
    let among = (4..=shown).rev().max_by(|a, b| gap(*a).total_cmp(&gap(*b)));
    let mut summary = format!("Distance of each of the last {shown} merges, by the number of clusters it leaves. ");
    summary += &match (widest, among) {
        (Some(widest), Some(among)) => format!(
            "A natural number of clusters would show as a wide gap: the widest leaves {widest} clusters, the widest \
             beyond 3 leaves {among}."
        ),
        (Some(widest), None) => format!("The widest gap leaves {widest} clusters."),
        _ => "There is nothing to compare.".into(),
    };
    Section {
        id: "heights".into(),
        title: "Is there a natural number of clusters?".into(),
        summary,
        figure: Figure::Curves {
            x_title: "clusters left".into(),
            y_title: "distance of the merge".into(),
            curves: vec![Curve { name: "distance".into(), points, stroke: Stroke::Strong }],
        },
    }
}

/// Entries at each end that NumPy prints of a long axis.
const EDGE: usize = 3;
/// NumPy prints arrays of up to this many entries in full.
const PRINTED: usize = 1000;

/// The indices of an axis that NumPy prints; `None` is the gap.
fn ends(n: usize, all: bool) -> Vec<Option<usize>> {
    if all || n <= 2 * EDGE {
        return (0..n).map(Some).collect();
    }
    (0..EDGE).map(Some).chain([None]).chain((n - EDGE..n).map(Some)).collect()
}

/// `array([[0, 0, 0, ..., 0, 0, 0], …], dtype=uint8)` on one line.
fn printed(data: &Dataset, images: &[u32]) -> String {
    let all = images.len() * data.n_features() <= PRINTED;
    let rows = ends(images.len(), all).into_iter().map(|row| match row {
        Some(row) => {
            let levels = data.image(images[row] as usize);
            let cells = ends(levels.len(), all);
            let cells = cells.into_iter().map(|cell| cell.map_or("...".into(), |cell| levels[cell].to_string()));
            format!("[{}]", cells.collect::<Vec<_>>().join(", "))
        }
        None => "...".into(),
    });
    format!("array([{}], dtype=uint8)", rows.collect::<Vec<_>>().join(", "))
}

/// The same as a table.
fn array(data: &Dataset, images: &[u32]) -> Section {
    let cells = ends(data.n_features(), false);
    let mut columns = vec!["sample".to_string(), "image".into(), "digit".into()];
    columns.extend(cells.iter().map(|cell| cell.map_or("…".into(), |cell| format!("pixel {cell}"))));
    let rows = ends(images.len(), false).into_iter().map(|row| match row {
        Some(row) => {
            let image = images[row] as usize;
            let mut values = vec![
                Value::Int(row as i64),
                Value::Int(image as i64),
                Value::Text(data.class_names[usize::from(data.labels[image])].clone()),
            ];
            let levels = data.image(image);
            values.extend(
                cells.iter().map(|cell| cell.map_or(Value::Text("…".into()), |cell| Value::Int(levels[cell].into()))),
            );
            values
        }
        None => vec![Value::Text("…".into()); columns.len()],
    });
    let rows = rows.collect();
    let twice = images.len() - n_distinct(images);
    Section {
        id: "array".into(),
        title: "The sample as an array".into(),
        summary: format!(
            "{} images of {} grey levels, the first and the last {EDGE} of each axis, as NumPy prints them; {twice} of \
             the images are there already.",
            images.len(),
            data.n_features()
        ),
        figure: Figure::Numbers(Table { columns, rows }),
    }
}

/// Images shown of each cluster.
const SHOWN: usize = 15;
/// Clusters of which images are listed.
const LISTED: usize = 40;

/// The first images of each cluster, from left to right in the tree.
fn members(data: &Dataset, tree: &Tree, linkage: &Linkage, cut: &Cut) -> Result<Section> {
    let mut rows = Vec::new();
    for (i, (node, share)) in cut.nodes.iter().zip(cut::shares(tree, cut)).take(LISTED).enumerate() {
        let samples = linkage.members(*node)?;
        let shown = samples.iter().take(SHOWN).map(|sample| *sample as usize);
        rows.push(GalleryRow {
            title: format!(
                "cluster {}: {} {}, {:.0} % digit {}",
                i + 1,
                share.size,
                if share.size == 1 { "image" } else { "images" },
                share.share * 100.0,
                tree.classes[share.class]
            ),
            images: shown.clone().map(|sample| tree.images[sample]).collect(),
            captions: shown.map(|sample| tree.classes[usize::from(tree.labels[sample])].clone()).collect(),
        });
    }
    Ok(Section {
        id: "members".into(),
        title: "Members of each cluster".into(),
        summary: format!(
            "Up to {SHOWN} images of each of {} clusters, in the order of the tree; under each its true digit.",
            rows.len()
        ),
        figure: Figure::Gallery { data: data.id.clone(), rows },
    })
}
