//! Clusterings that were kept, to be compared with others: of the same method with other settings, or of another one.
//! From the arrays of a run; saved results have none.

mod compared;
mod store;

pub use compared::{compared, matrix};
pub use store::{pack, unpack};

use super::agreement;
use super::{Array, Figure, Numbers, Report, Section, Value};
use crate::learn::cluster::Cut;
use crate::learn::metrics::adjusted_rand_score;
use std::collections::BTreeMap;

/// What the digits themselves are called.
const DIGITS: &str = "digits";

/// Clusterings that can be kept at the same time.
pub const MOST: usize = 8;

/// A clustering that a report has.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Which one, if the report has several; empty if it is the only one.
    pub name: String,
    /// Where it is.
    at: At,
}

#[derive(Debug, Clone, PartialEq)]
enum At {
    /// In an array of that number, at that place there.
    Array(usize, usize),
    /// In a tree, if it is cut where it is looked at: the images and their clusters.
    Cut(Vec<u32>, Vec<u32>),
}

/// A clustering that was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    /// The link that repeats it, from `#/` on.
    pub link: String,
    /// What it is of, and which of the clusterings there.
    pub title: String,
    /// The data set that its images are of.
    pub data: String,
    /// Settings that differ from those of the place it is from.
    pub changes: Vec<(String, String)>,
    /// Numbers of its images in the data set, each once, ascending.
    pub images: Vec<u32>,
    /// The cluster of each image, -1 for noise.
    pub labels: Vec<i32>,
    /// The digit of each image, by its number among the classes.
    pub digits: Vec<u8>,
}

fn wholes(array: &Array) -> Option<&[u32]> {
    match &array.numbers {
        Numbers::U32(values) => Some(values),
        Numbers::F64(_) => None,
    }
}

/// Numbers of the images that labels are of; `None` if they are all images of the data set in their order.
fn images(report: &Report) -> Option<&[u32]> {
    report.arrays.iter().find(|array| matches!(&*array.name, "drawn" | "rows")).and_then(wholes)
}

/// The clusterings in a report on a data set of `n` images.
pub fn choices(report: &Report, n: usize) -> Vec<Choice> {
    let len = images(report).map_or(n, <[u32]>::len);
    let swept = |of: &str| report.arrays.iter().any(|array| array.name == format!("core_sample_indices_{of}"));
    let compared = agreement::names(report);
    let mut compared = compared.iter();
    let mut found = Vec::new();
    for (i, array) in report.arrays.iter().enumerate().filter(|(_, array)| wholes(array).is_some()) {
        let of = match array.name.as_str() {
            "labels" => Some(""),
            "grid_labels" => Some("grid"),
            name => name.strip_prefix("labels_"),
        };
        let (Some(of), Some((last, before))) = (of, array.shape.split_last()) else { continue };
        if *last as usize != len {
            continue;
        }
        let n_there = before.iter().product::<u32>() as usize;
        let names: Vec<String> = match (compared.next(), n_there) {
            (Some(name), _) => vec![name.clone()],
            _ if of == "grid" => grid(report, n_there),
            (None, 2..) => (0..n_there).map(|chain| format!("chain {chain}")).collect(),
            _ if swept(of) => vec![format!("eps = {of}")],
            _ if of == "km" => vec!["k-means".into()],
            _ if !of.is_empty() && of.bytes().all(|byte| byte.is_ascii_digit()) => vec![format!("k = {of}")],
            _ => vec![of.to_string()],
        };
        // The digits are in the matrix in any case.
        if names.first().is_some_and(|name| name == DIGITS) {
            continue;
        }
        found.extend(names.into_iter().enumerate().map(|(place, name)| Choice { name, at: At::Array(i, place) }));
    }
    // What stands beside another needs a name of its own.
    if found.len() > 1 {
        found.iter_mut().filter(|choice| choice.name.is_empty()).for_each(|choice| choice.name = "tree".into());
    }
    found
}

/// Settings in a row of a report's grid.
pub fn width(report: &Report) -> Option<usize> {
    report.arrays.iter().find(|array| array.name == "grid_labels")?.shape.get(1).map(|width| *width as usize)
}

/// The trees of a report that are cut elsewhere than where the run cut them; `height` has that of a section.
pub fn cuts(report: &Report, height: impl Fn(&str) -> Option<f64>) -> Vec<Choice> {
    let cut = |section: &Section| {
        let (Figure::Dendrogram(tree), height) = (&section.figure, height(&section.id)?) else { return None };
        // Of a tree that is cut back it is not known where each image is.
        let cut = Cut::new(&tree.linkage().ok()?, height).ok().filter(|_| tree.pruned.is_none())?;
        let which = if section.id == "tree" { String::new() } else { format!("{} ", section.id) };
        Some(Choice { name: format!("{which}cut at {height:.1}"), at: At::Cut(tree.images.clone(), cut.labels) })
    };
    report.sections.iter().filter_map(cut).collect()
}

/// Names of the settings of a grid.
fn grid(report: &Report, n: usize) -> Vec<String> {
    let table = report.sections.iter().find(|section| section.id == "settings").map(|section| &section.figure);
    let Some(Figure::Numbers(table)) = table else { return (0..n).map(|i| format!("setting {i}")).collect() };
    let name = |row: &Vec<Value>| Some(format!("eps = {}, min_samples = {}", row.first()?.full(), row.get(1)?.full()));
    table.rows.iter().take(n).filter_map(name).collect()
}

impl Pinned {
    /// One of a report's clusterings; `digits` has the class of every image of the data set. `None` if the report is
    /// of other images.
    pub fn of(choice: &Choice, report: &Report, digits: &[u8]) -> Option<Self> {
        let (drawn, labels) = match &choice.at {
            At::Cut(images, labels) => (Some(images.as_slice()), labels.as_slice()),
            At::Array(array, place) => {
                let drawn = images(report);
                let n = drawn.map_or(digits.len(), <[u32]>::len);
                (drawn, wholes(report.arrays.get(*array)?)?.get(place * n..(place + 1) * n)?)
            }
        };
        // An image that was drawn again lies where its double lies.
        let rows = labels.iter().enumerate();
        let by_image: BTreeMap<u32, i32> =
            rows.rev().map(|(i, label)| (drawn.map_or(i as u32, |drawn| drawn[i]), *label as i32)).collect();
        let digits = by_image.keys().map(|image| digits.get(*image as usize).copied()).collect::<Option<_>>()?;
        let (images, labels) = by_image.into_iter().unzip();
        Some(Pinned {
            images,
            labels,
            digits,
            link: String::new(),
            title: String::new(),
            data: String::new(),
            changes: Vec::new(),
        })
    }

    /// Whether its parts fit each other: what is read from a store may be anything.
    pub fn is_whole(&self) -> bool {
        let n = self.images.len();
        let ascending = self.images.windows(2).all(|two| two[0] < two[1]);
        // A link elsewhere, or one that runs something, is none of ours.
        let ours = self.link.starts_with("#/");
        n > 0
            && ours
            && ascending
            && self.labels.len() == n
            && self.digits.len() == n
            && self.labels.iter().all(|l| (-1..1 << 20).contains(l))
    }

    /// Clusters, noise not among them.
    pub fn n_clusters(&self) -> usize {
        let mut all: Vec<i32> = self.labels.iter().copied().filter(|label| *label >= 0).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// Images in no cluster.
    pub fn n_noise(&self) -> usize {
        self.labels.iter().filter(|label| **label < 0).count()
    }

    /// Adjusted Rand index against the digits.
    pub fn ari(&self) -> f64 {
        let digits: Vec<i32> = self.digits.iter().map(|digit| i32::from(*digit)).collect();
        adjusted_rand_score(&digits, &self.labels).unwrap_or(f64::NAN)
    }

    /// Clusters of the digits themselves, on the same images.
    fn truth(&self) -> Pinned {
        let labels = self.digits.iter().map(|digit| i32::from(*digit)).collect();
        Pinned { labels, title: DIGITS.into(), ..self.clone() }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::report::Table;

    fn array(name: &str, shape: &[u32], values: &[u32]) -> Array {
        Array { name: name.into(), shape: shape.to_vec(), numbers: Numbers::U32(values.to_vec()) }
    }

    fn names(report: &Report, n: usize) -> Vec<String> {
        choices(report, n).into_iter().map(|choice| choice.name).collect()
    }

    #[test]
    fn every_clustering_of_a_report_can_be_kept_by_its_name() {
        let report = |arrays: Vec<Array>| Report { arrays, ..Report::default() };
        assert_eq!(names(&report(vec![array("labels_", &[3], &[0, 1, 0])]), 3), [""]);
        // Labels of something else, such as patches or pixels, are none of the images.
        assert!(names(&report(vec![array("labels_", &[4], &[0, 1, 0, 0])]), 3).is_empty());
        let drawn = || array("drawn", &[2], &[2, 0]);
        let two = report(vec![array("labels_", &[2], &[0, 1]), array("labels_km", &[2], &[1, 0]), drawn()]);
        assert_eq!(names(&two, 9), ["tree", "k-means"]);
        let purity = report(vec![array("labels_10", &[2], &[0, 1]), array("labels_20", &[2], &[1, 0])]);
        assert_eq!(names(&purity, 2), ["k = 10", "k = 20"]);
        let cores = array("core_sample_indices_7", &[0], &[]);
        assert_eq!(names(&report(vec![drawn(), array("labels_7", &[2], &[0, 1]), cores]), 9), ["eps = 7"]);
        let chains = report(vec![array("rows", &[2], &[5, 6]), array("labels_", &[2, 2], &[0, 1, 1, 1])]);
        assert_eq!(names(&chains, 9), ["chain 0", "chain 1"]);
        let pin = Pinned::of(&choices(&chains, 9)[1], &chains, &[0; 9]).unwrap();
        assert_eq!((pin.images, pin.labels), (vec![5, 6], vec![1, 1]));
    }

    #[test]
    fn each_setting_of_a_grid_can_be_kept() {
        let row = |eps: i64, least: i64| vec![Value::Int(eps), Value::Int(least)];
        let table = Table { columns: Vec::new(), rows: vec![row(1, 2), row(1, 3), row(2, 2), row(2, 3)] };
        let settings = Section {
            id: "settings".into(),
            title: String::new(),
            summary: String::new(),
            figure: Figure::Numbers(table),
        };
        let labels = array("grid_labels", &[2, 2, 2], &[0, 0, 0, u32::MAX, 1, 0, 0, 1]);
        let report = Report {
            sections: vec![settings],
            arrays: vec![array("drawn", &[2], &[4, 1]), labels],
            ..Report::default()
        };
        let all = choices(&report, 9);
        assert_eq!(all[1].name, "eps = 1, min_samples = 3");
        let pin = Pinned::of(&all[1], &report, &[7; 9]).unwrap();
        assert_eq!((&pin.images[..], &pin.labels[..], &pin.digits[..]), (&[1, 4][..], &[-1, 0][..], &[7, 7][..]));
        assert_eq!((pin.n_clusters(), pin.n_noise()), (1, 1));
    }

    /// A clustering by hand.
    pub fn pin(title: &str, images: &[u32], labels: &[i32], digits: &[u8]) -> Pinned {
        Pinned {
            link: "#/clusters/2-kmeans".into(),
            title: title.into(),
            data: "d".into(),
            changes: Vec::new(),
            images: images.to_vec(),
            labels: labels.to_vec(),
            digits: digits.to_vec(),
        }
    }
}
