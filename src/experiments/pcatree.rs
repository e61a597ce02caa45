//! A tree of images on principal components, cut into clusters and set against k-means
//! (notebook 002, part g).

use super::cut;
use super::features::{Outline, Projection, Restart, SvdSolver};
use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::pcakmeans::check_n_clusters;
use super::prune::prune;
use super::restarts::Fit;
use super::tree::{Join, listed, n_distinct, title};
use super::{Experiment, growing, pictures, principal};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{Cut, Linkage, Samples, agglomerative_labels, linkage};
use crate::learn::metrics::adjusted_rand_score;
use crate::params::{Domain, distinct};
use crate::report::{Array, BRANCHES, ColorMap, Figure, GalleryRow, Numbers, Report, Section, Tree, Value};
use serde::{Deserialize, Serialize};

crate::params! {
    /// A tree of images on principal components.
    pub struct PcaTreeParams {
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
        /// How the components are found. Only randomized, which approximates the last ones, gives the notebook's features.
        svd_solver "Solver": SvdSolver = SvdSolver::Randomized, Domain::Choice(SvdSolver::WORDS);
        /// Number of clusters that the tree is cut into.
        n_clusters "Clusters": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// How far apart two clusters are. Average and complete linkage need all distances at once, so at most 5000 images.
        linkage "Linkage": Join = Join::Ward, Domain::Choice(Join::WORDS);
        /// Levels of the tree that are drawn, from the top.
        p "Levels drawn": u32 = 7, Domain::Int { min: 1, max: 8, slider: 8 };
        /// Clusters of which images are shown.
        rows "Rows of images": Vec<u32> = (0..10).collect(), Domain::Ints { min: 0, max: 499, longest: 40 };
        /// Images shown in a row.
        n_images "Images in a row": u32 = 10, Domain::Int { min: 1, max: 100, slider: 30 };
        /// Clusters of the k-means that the tree is compared with.
        kmeans_n_clusters "Clusters of k-means": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// Restarts of that k-means.
        n_init "Restarts of k-means": u32 = 10, Domain::Int { min: 1, max: 200, slider: 30 };
        /// Seed of that k-means.
        kmeans_random_state "Seed of k-means": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

/// Most images for linkages that need all distances: 100 MB of them.
const MOST_FOR_ALL_DISTANCES: u32 = 5_000;

impl PcaTreeParams {
    fn projection(&self) -> Projection {
        let PcaTreeParams { n_samples, replace, random_state, n_components, whiten, svd_solver, .. } = *self;
        Projection { n_samples, replace, random_state, n_components, whiten, svd_solver }
    }
}

/// The tree, or a restart of k-means.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// The tree.
    Tree(Projection, Join),
    /// One restart.
    Restart(Restart),
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of the tree.
    Tree(Box<Grown>),
    /// Of a restart.
    Fit(Fit),
}

/// A tree and what it is of.
#[derive(Serialize, Deserialize)]
pub struct Grown {
    images: Vec<u32>,
    outline: Outline,
    linkage: Linkage,
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        let (projection, join) = match self {
            Task::Restart(restart) => return Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Tree(projection, join) => (projection, join),
        };
        let features = place.features(&projection)?;
        let n = features.images.len();
        let points = Samples::new(&features.scores)?;
        let linkage = linkage(&points, join.into(), &mut |made| growing::tell(ticker, made, n))?;
        Ok(Found::Tree(Box::new(Grown { images: features.images.clone(), outline: features.outline(), linkage })))
    }
}

/// The experiment.
pub struct PcaTree;

impl Experiment for PcaTree {
    const ID: &'static str = "pcatree";
    const TITLE: &'static str = "A tree on principal components";
    type Params = PcaTreeParams;
    type Job = Task;

    fn check(params: &PcaTreeParams, n_samples: usize, n_features: usize) -> Result<()> {
        distinct("rows", &params.rows)?;
        // Fewer clusters have fewer rows; none at all is a mistake.
        if let Some(row) = params.rows.iter().min().filter(|row| **row >= params.n_clusters) {
            return Err(Error::invalid("rows", format!("below n_clusters={}", params.n_clusters), row));
        }
        check_n_clusters("n_clusters", params.n_clusters, params.n_samples)?;
        check_n_clusters("kmeans_n_clusters", params.kmeans_n_clusters, params.n_samples)?;
        if matches!(params.linkage, Join::Average | Join::Complete) && params.n_samples > MOST_FOR_ALL_DISTANCES {
            let must_be = format!("at most {MOST_FOR_ALL_DISTANCES} for this linkage ('ward' and 'single' take more)");
            return Err(Error::invalid("n_samples", must_be, params.n_samples));
        }
        params.projection().check(n_samples, n_features)
    }

    async fn run(params: &PcaTreeParams, lab: &Lab<'_>) -> Result<Report> {
        let projection = params.projection();
        let restarts = Restart::all(&projection, params.kmeans_n_clusters, params.kmeans_random_state, params.n_init);
        // The tree takes longest, so it goes first.
        let mut tasks = vec![Task::Tree(projection, params.linkage)];
        tasks.extend(restarts.into_iter().map(Task::Restart));
        let (mut grown, mut fits) = (None, Vec::new());
        let images = params.projection().draw(lab.dataset.n)?;
        // The tree is the first of the tasks.
        let mut live = |known: &[Progress<Found>], at: usize| {
            let tick = known.first().filter(|_| at == 0)?.tick.as_ref()?;
            growing::report(lab.dataset, &images, params.linkage, tick)
        };
        for found in lab.map("Tree and k-means", &tasks, &mut live).await? {
            match found {
                Found::Tree(tree) => grown = Some(tree),
                Found::Fit(fit) => fits.push(fit),
            }
        }
        let grown = grown.ok_or_else(|| Error::Worker("no tree came back".into()))?;
        let best = Fit::best(&fits, params.kmeans_n_clusters);
        finished(params, lab.dataset, &grown, &fits[best])
    }

    fn python(params: &PcaTreeParams) -> String {
        let mut script = params.projection().python();
        script += "from scipy.cluster import hierarchy\nfrom sklearn.cluster import AgglomerativeClustering\n\n";
        script += &format!(
            "agglomerative = AgglomerativeClustering(n_clusters={}, linkage={:?})\n",
            params.n_clusters,
            params.linkage.word()
        );
        script += "labels = agglomerative.fit_predict(X_pca)\n";
        script += &format!(
            "km = KMeans(n_clusters={}, n_init={}, random_state={})\nlabels_km = km.fit_predict(X_pca)\n",
            params.kmeans_n_clusters, params.n_init, params.kmeans_random_state
        );
        script += "show('sizes', ' '.join(map(str, np.bincount(labels))))\n";
        script += "show('adjusted_rand_score', metrics.adjusted_rand_score(small_y, labels))\n";
        script += "show('sizes_kmeans', ' '.join(map(str, np.bincount(labels_km, minlength=km.n_clusters))))\n";
        script += "score = metrics.adjusted_rand_score(labels, labels_km)\n";
        script += "show('ari_kmeans', score)\nshow('printed', f'ARI: {score:.2f}')\n";
        script += &format!("linkage_array = hierarchy.linkage(X_pca, {:?})\n", params.linkage.word());
        script += "for i, merge in enumerate(linkage_array[:-6:-1], start=1):\n    show(f'height_{i}', merge[2])\n";
        script += &format!(
            "tree = hierarchy.dendrogram(linkage_array, p={}, truncate_mode='level', no_plot=True)\n",
            params.p
        );
        script += "show('n_leaves', len(tree['leaves']))\n";
        script
    }
}

fn finished(params: &PcaTreeParams, data: &Dataset, grown: &Grown, kmeans: &Fit) -> Result<Report> {
    let Grown { images, outline, linkage } = grown;
    let k = params.n_clusters;
    let labels = agglomerative_labels(linkage, k as usize)?;
    let digits: Vec<u8> = images.iter().map(|image| data.labels[*image as usize]).collect();
    let signed = |labels: &[u32]| labels.iter().map(|label| *label as i32).collect::<Vec<_>>();
    let (found, other) = (signed(&labels), signed(&kmeans.labels));
    let truth: Vec<i32> = digits.iter().map(|digit| i32::from(*digit)).collect();
    let mut sizes = vec![0u64; k as usize];
    labels.iter().for_each(|label| sizes[*label as usize] += 1);
    let score = adjusted_rand_score(&found, &other)?;
    let (tree, branches) = prune(data, images, linkage, params.p)?;
    let shown = crate::plots::dendrogram::Picture::new(&tree, &tree.linkage()?)?.lines.leaves.len();

    let mut report = Report::default();
    report.metric("sizes", "Cluster sizes", listed(&sizes));
    report.metric("ari_kmeans", "Adjusted Rand index against k-means", Value::Float(score));
    report.metric("printed", "The same as the notebook prints it", Value::Text(format!("ARI: {score:.2}")));
    report.metric(
        "adjusted_rand_score",
        "Adjusted Rand index against the digits",
        Value::Float(adjusted_rand_score(&truth, &found)?),
    );
    report.metric("sizes_kmeans", "Cluster sizes of k-means", listed(&kmeans.sizes(params.kmeans_n_clusters)));
    for (i, merge) in (1..=5).zip(linkage.merges().iter().rev()) {
        let label = if i == 1 { "Highest merge".into() } else { format!("Merge {i} from the top") };
        report.metric(&format!("height_{i}"), &label, Value::Float(merge.height));
    }
    report.metric("n_leaves", "Branches at the foot of the picture", Value::Int(shown as i64));
    report.metric("n_samples", "Images drawn", Value::Int(images.len() as i64));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(images) as i64));
    principal::explained(&mut report, outline);

    report.sections.push(members(params, data, images, &labels, &sizes));
    report.sections.push(picture(params, images.len(), tree)?);
    report.sections.push(pictures::confusion_of(("confusion", "Digits against clusters"), data, &digits, (&labels, k)));
    report.sections.push(against(&labels, k, kmeans, params.kmeans_n_clusters, score));
    let names = (0..k).map(|cluster| format!("cluster {cluster}")).collect();
    let group = |i: usize| labels[i] as usize;
    report.sections.push(principal::plane(data, &params.projection(), (images, outline), ("cluster", names), group));

    let rows = Tree::rows(linkage);
    let n = images.len() as u32;
    report.arrays = vec![
        Array { name: "labels_".into(), shape: vec![n], numbers: Numbers::U32(labels) },
        Array { name: "labels_km".into(), shape: vec![n], numbers: Numbers::U32(kmeans.labels.clone()) },
        Array {
            name: "linkage".into(),
            shape: vec![n - 1, 4],
            numbers: Numbers::F64(rows.iter().flat_map(|m| [m.0.into(), m.1.into(), m.2, m.3.into()]).collect()),
        },
        Array { name: "drawn".into(), shape: vec![n], numbers: Numbers::U32(images.clone()) },
        // Of the picture, which leaves the lower branches out.
        Array { name: BRANCHES.into(), shape: vec![n], numbers: Numbers::U32(branches) },
    ];
    Ok(report)
}

/// The upper part of the tree.
fn picture(params: &PcaTreeParams, n: usize, tree: Tree) -> Result<Section> {
    let cut = Cut::new(&tree.linkage()?, tree.threshold())?;
    Ok(Section {
        id: "tree".into(),
        title: format!("{} of {n} images, {} levels", title(params.linkage), params.p),
        summary: cut::summary(&tree, &cut)?,
        figure: Figure::Dendrogram(tree),
    })
}

/// The first images of the clusters asked for.
fn members(params: &PcaTreeParams, data: &Dataset, images: &[u32], labels: &[u32], sizes: &[u64]) -> Section {
    let there: Vec<u32> = params.rows.iter().copied().filter(|cluster| *cluster < params.n_clusters).collect();
    let rows = there.iter().map(|cluster| {
        let members = labels.iter().zip(images).filter(|(label, _)| *label == cluster).map(|(_, image)| *image);
        let images: Vec<u32> = members.take(params.n_images as usize).collect();
        let captions = pictures::labels(data, &images);
        GalleryRow { title: format!("#{cluster}: {}", sizes[*cluster as usize]), images, captions }
    });
    Section {
        id: "members".into(),
        title: "Members of the clusters".into(),
        summary: format!(
            "{} of {} clusters, each with its number and its size, and up to {} of its images in the order of the \
             sample; under each its true digit.",
            there.len(),
            params.n_clusters,
            params.n_images
        ),
        figure: Figure::Gallery { data: data.id.clone(), rows: rows.collect() },
    }
}

/// Clusters of the tree against those of k-means.
fn against(labels: &[u32], n_clusters: u32, kmeans: &Fit, kmeans_n_clusters: u32, score: f64) -> Section {
    let width = kmeans_n_clusters as usize;
    let mut counts = vec![0u64; n_clusters as usize * width];
    for (label, other) in labels.iter().zip(&kmeans.labels) {
        counts[*label as usize * width + *other as usize] += 1;
    }
    let names = |k: u32| (0..k).map(|cluster| cluster.to_string()).collect();
    Section {
        id: "against".into(),
        title: "Tree against k-means".into(),
        summary: format!(
            "Images in each cluster of the tree and each of k-means. The adjusted Rand index of the two is {score:.4}: \
             it compares two clusterings, and no digit enters it."
        ),
        figure: Figure::Confusion {
            row_title: "cluster of the tree".into(),
            column_title: "cluster of k-means".into(),
            rows: names(n_clusters),
            columns: names(kmeans_n_clusters),
            counts,
            map: ColorMap::Blues,
        },
    }
}
