//! The same few images in four trees: what the linkage changes (notebook 002, part e).

use super::lab::{Lab, Progress};
use super::tree::{Join, Task, TreeParams, figure, listed, n_distinct};
use super::{Experiment, cut, growing};
use crate::error::Result;
use crate::learn::cluster::{Cut, Linkage};
use crate::params::Domain;
use crate::report::{Array, Figure, Numbers, Report, Section, Table, Value};

crate::params! {
    /// Four trees of a sample.
    pub struct TreesParams {
        /// Images drawn from the data set; each of them is a leaf of every tree.
        n_samples "Images in each tree": u32 = 30, Domain::Int { min: 2, max: 3_000, slider: 500 };
        /// Whether an image may be drawn again. The notebook writes replace='false', and a text that is not empty counts as true.
        replace "With replacement": bool = true, Domain::Flag;
        /// Seed of the draw; the same number draws the same images here and in scikit-learn.
        random_state "Seed": u32 = 69, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// Clusters of which the sizes are compared.
        n_clusters "Clusters": u32 = 10, Domain::Int { min: 1, max: 3_000, slider: 40 };
    }
}

impl TreesParams {
    fn one(&self, linkage: Join) -> TreeParams {
        let TreesParams { n_samples, replace, random_state, n_clusters } = *self;
        TreeParams { n_samples, replace, random_state, linkage, n_clusters }
    }
}

/// The linkages in the order of the notebook, and the one that it leaves out.
const LINKAGES: [(Join, &str); 4] =
    [(Join::Ward, "Ward:"), (Join::Single, "Single:"), (Join::Average, "Average:"), (Join::Complete, "Complete:")];

/// The experiment.
pub struct Compare;

impl Experiment for Compare {
    const ID: &'static str = "trees";
    const TITLE: &'static str = "Four linkages";
    type Params = TreesParams;
    type Job = Task;

    fn check(params: &TreesParams, n_samples: usize, _: usize) -> Result<()> {
        params.one(Join::Ward).check(n_samples)
    }

    async fn run(params: &TreesParams, lab: &Lab<'_>) -> Result<Report> {
        let images = params.one(Join::Ward).draw(lab.dataset.n)?;
        let tasks = LINKAGES.map(|(join, _)| Task::new(&images, join));
        let mut live = |known: &[Progress<Linkage>], _: usize| unfinished(params, lab, &images, known);
        let trees = lab.map("Trees", &tasks, &mut live).await?;
        finished(params, lab, &images, &trees.iter().map(Some).collect::<Vec<_>>())
    }

    fn python(params: &TreesParams) -> String {
        let mut script = params.one(Join::Ward).python();
        script += "for method in ['ward', 'single', 'average', 'complete']:\n";
        script += "    linkage_array = hierarchy.linkage(small_X, method)\n";
        script += "    show(f'height_{method}', linkage_array[-1, 2])\n";
        script +=
            &format!("    labels = hierarchy.fcluster(linkage_array, {}, criterion='maxclust')\n", params.n_clusters);
        script += "    sizes = np.bincount(labels)[1:]\n";
        script += "    show(f'sizes_{method}', ' '.join(map(str, sizes)))\n";
        script += "    show(f'largest_{method}', sizes.max())\n";
        script += "    show(f'ari_{method}', metrics.adjusted_rand_score(small_y, labels))\n";
        script
    }
}

/// The trees that are there, and those that grow.
fn unfinished(params: &TreesParams, lab: &Lab<'_>, images: &[u32], known: &[Progress<Linkage>]) -> Option<Report> {
    let trees: Vec<Option<&Linkage>> = known.iter().map(|job| job.output.as_ref()).collect();
    let mut report = finished(params, lab, images, &trees).ok()?;
    for ((join, title), job) in LINKAGES.into_iter().zip(known).filter(|(_, job)| job.output.is_none()) {
        let growing = job.tick.as_ref().and_then(|tick| growing::report(lab.dataset, images, join, tick));
        let sections = growing.into_iter().flat_map(|report| report.sections);
        report.sections.extend(sections.map(|tree| Section {
            id: join.word().into(),
            title: format!("{title} growing"),
            ..tree
        }));
    }
    (report.sections.len() > 1 || !report.arrays.is_empty()).then_some(report)
}

/// The report over the trees that are there.
fn finished(params: &TreesParams, lab: &Lab<'_>, images: &[u32], trees: &[Option<&Linkage>]) -> Result<Report> {
    let n = images.len();
    let mut report = Report::default();
    report.metric("n_samples", "Images in each tree", Value::Int(n as i64));
    report.metric("n_distinct", "Different images among them", Value::Int(n_distinct(images) as i64));
    let mut rows = Vec::new();
    let mut largest = Vec::new();
    for ((join, title), linkage) in LINKAGES.into_iter().zip(trees) {
        let Some(linkage) = linkage else { continue };
        let word = join.word();
        // Coloured where SciPy colours; the sizes are those of the plain clustering that the exercise asks for.
        let tree = figure(lab.dataset, images, linkage, None);
        let plain = figure(lab.dataset, images, linkage, Some(params.n_clusters));
        let cut = Cut::new(linkage, plain.threshold())?;
        let sizes = cut.sizes();
        let most = sizes.iter().copied().max().unwrap_or(0);
        let score = cut::score(&plain, &cut)?;
        report.metric(&format!("height_{word}"), &format!("{title} highest merge"), Value::Float(tree.highest()));
        report.metric(&format!("sizes_{word}"), &format!("{title} cluster sizes"), listed(&sizes));
        report.metric(&format!("largest_{word}"), &format!("{title} largest cluster"), Value::Int(most as i64));
        report.metric(&format!("ari_{word}"), &format!("{title} adjusted Rand index"), Value::Float(score));
        rows.push(vec![
            Value::Text(word.into()),
            Value::Int(cut.n_clusters() as i64),
            listed(&sizes),
            Value::Float(most as f64 / n as f64),
            Value::Int(sizes.iter().filter(|size| **size == 1).count() as i64),
            Value::Float(score),
        ]);
        largest.push(format!("{most} ({word})"));
        report.arrays.push(Array {
            name: format!("linkage_{word}"),
            shape: vec![n as u32 - 1, 4],
            numbers: Numbers::F64(
                tree.linkage.iter().flat_map(|m| [f64::from(m.0), f64::from(m.1), m.2, f64::from(m.3)]).collect(),
            ),
        });
        // The plain clusters, as the table has them.
        report.arrays.push(Array {
            name: format!("labels_{word}"),
            shape: vec![n as u32],
            numbers: Numbers::U32(cut.labels.clone()),
        });
        report.sections.push(Section {
            id: word.into(),
            title: title.into(),
            summary: cut::summary(&tree, &Cut::new(linkage, tree.threshold())?)?,
            figure: Figure::Dendrogram(tree),
        });
    }
    let columns = ["linkage", "clusters", "sizes", "share of the largest", "of one image", "adjusted Rand index"];
    report.sections.push(Section {
        id: "sizes".into(),
        title: format!("Plain clusters at k = {}", params.n_clusters),
        summary: format!(
            "The same {n} images cut into {} clusters by each linkage. The largest cluster holds, of {n} images: {}.",
            params.n_clusters,
            largest.join(", ")
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    });
    report.arrays.push(Array { name: "drawn".into(), shape: vec![n as u32], numbers: Numbers::U32(images.to_vec()) });
    Ok(report)
}
