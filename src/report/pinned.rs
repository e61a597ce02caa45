//! Clusterings that were kept, to be compared with others: of the same method with other settings, or of another one.
//! From the arrays of a run; saved results have none.

use super::agreement;
use super::agreement::Pair;
use super::meeting::{self, Moved};
use super::{Array, Figure, GalleryRow, Numbers, Report, Section, Value};
use crate::error::Result;
use crate::learn::cluster::Cut;
use crate::learn::metrics::adjusted_rand_score;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the digits themselves are called.
const DIGITS: &str = "digits";

/// Clusterings that can be kept at the same time.
pub const MOST: usize = 8;

/// Images of a data set at most.
const MOST_IMAGES: u32 = 10_000_000;

/// Cells of two clusterings whose images are shown, and images of each.
const MOVES: (usize, usize) = (6, 20);

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

/// Images that both have: their numbers, and their clusters in the one and in the other.
fn common(first: &Pinned, second: &Pinned) -> (Vec<u32>, [Vec<i32>; 2]) {
    let (mut images, mut labels) = (Vec::new(), [Vec::new(), Vec::new()]);
    if first.data != second.data {
        return (images, labels);
    }
    let mut theirs = second.images.iter().zip(&second.labels).peekable();
    for (image, label) in first.images.iter().zip(&first.labels) {
        while theirs.next_if(|(other, _)| *other < image).is_some() {}
        if let Some((_, other)) = theirs.next_if(|(other, _)| *other == image) {
            images.push(*image);
            labels[0].push(*label);
            labels[1].push(*other);
        }
    }
    (images, labels)
}

/// All that were kept against each other, and against the digits, which come first: `(n + 1, n + 1)` adjusted Rand
/// indices.
pub fn matrix(pins: &[Pinned]) -> Section {
    let n = pins.len() + 1;
    let mut scores = vec![None; n * n];
    scores[0] = Some(1.0);
    let mut least = u32::MAX as usize;
    let mut apart = 0;
    let mut best = None::<(f64, usize, usize)>;
    for (i, first) in pins.iter().enumerate() {
        let ari = Some(first.ari());
        (scores[i + 1], scores[(i + 1) * n]) = (ari, ari);
        scores[(i + 1) * (n + 1)] = Some(1.0);
        for (j, second) in pins.iter().enumerate().skip(i + 1) {
            let (images, [a, b]) = common(first, second);
            if images.is_empty() {
                apart += 1;
                continue;
            }
            least = least.min(images.len());
            let Ok(score) = adjusted_rand_score(&a, &b) else { continue };
            (scores[(i + 1) * n + j + 1], scores[(j + 1) * n + i + 1]) = (Some(score), Some(score));
            if best.is_none_or(|(best, ..)| score > best) {
                best = Some((score, i, j));
            }
        }
    }
    let mut summary =
        "Adjusted Rand index of every two, number 1 the digits themselves, over the images that both have; 1 is the \
                       same clusters, 0 is chance."
            .to_string();
    if let Some((score, i, j)) = best {
        summary = format!(
            "Adjusted Rand index of every two, number 1 the digits themselves, over the images that both have (at least \
             {least}); 1 is the same clusters, 0 is chance. Numbers {} and {} agree most, {score:.2}.",
            i + 2,
            j + 2
        );
    }
    match apart {
        0 => {}
        1 => summary += " One pair has no image in common, and no index.",
        n => summary += &format!(" {n} pairs have no image in common, and no index."),
    }
    // Their titles stand in the list; beside the cells there is room for numbers.
    meeting::matrix(&vec![""; n], &scores, summary)
}

/// Two of them as the matrix numbers them: how their clusters meet, and images that are elsewhere in the second.
/// `None` on the diagonal, and of two without an image in common.
///
/// Errors: none that pins can give.
pub fn compared(pins: &[Pinned], (row, column): (usize, usize)) -> Option<Result<(Section, Section)>> {
    let of = |at: usize, other: usize| match at.checked_sub(1) {
        Some(i) => pins.get(i).cloned(),
        None => pins.get(other.checked_sub(1)?).map(Pinned::truth),
    };
    let (first, second) = (of(row, column)?, of(column, row)?);
    let (images, [a, b]) = common(&first, &second);
    (row != column && !images.is_empty()).then(|| {
        // Two of the same title are told apart by their numbers.
        let names = [(row, &first), (column, &second)].map(|(at, pin)| format!("{} {}", at + 1, pin.title));
        let pair = meeting::pair([&names[0], &names[1]], &a, &b)?;
        let moved = moved(&pair, &meeting::moved(&a, &b)?, &images, &first, &second);
        Ok((pair.section(), moved))
    })
}

fn moved(pair: &Pair, moved: &[Moved], images: &[u32], first: &Pinned, second: &Pinned) -> Section {
    let n: usize = moved.iter().map(|(.., samples)| samples.len()).sum();
    let digit = |image: u32| first.images.binary_search(&image).map_or(0, |at| first.digits[at]);
    let name = |label: i32| if label < 0 { "noise".to_string() } else { label.to_string() };
    let row = |(one, other, samples): &Moved| {
        let shown: Vec<u32> = samples.iter().take(MOVES.1).map(|sample| images[*sample]).collect();
        GalleryRow {
            title: format!("{} → {}: {}", name(*one), name(*other), samples.len()),
            captions: shown.iter().map(|image| digit(*image).to_string()).collect(),
            images: shown,
        }
    };
    let summary = match (n, moved.len().min(MOVES.0)) {
        (0, _) => format!("All {} images are in clusters that are matched: nothing has moved.", images.len()),
        (_, shown) => format!(
            "{n} of {} images are in no two clusters that are matched. {}: cluster of {}, cluster of {}, and their \
             images, of which up to {} are shown with their digits.",
            images.len(),
            if shown == 1 { "Where they are".into() } else { format!("The {shown} places where most of them are") },
            pair.names[0],
            pair.names[1],
            MOVES.1
        ),
    };
    Section {
        id: "moved".into(),
        title: "What moved".into(),
        summary,
        figure: Figure::Gallery { data: second.data.clone(), rows: moved.iter().take(MOVES.0).map(row).collect() },
    }
}

/// As a browser keeps them: numbers in few letters.
#[derive(Serialize, Deserialize)]
struct Packed {
    link: String,
    title: String,
    data: String,
    changes: Vec<(String, String)>,
    n: usize,
    /// Base64 of four bytes each; none if they are the first `n` of the data set.
    images: Option<String>,
    /// Base64 of four bytes each, or of one where the greatest is below 255.
    labels: String,
    /// Base64 of one byte each.
    digits: String,
}

impl From<&Pinned> for Packed {
    fn from(pin: &Pinned) -> Self {
        let Pinned { link, title, data, changes, images, labels, digits } = pin.clone();
        let n = images.len();
        let all = images.iter().copied().eq(0..n as u32);
        let wide = labels.iter().any(|label| *label >= 255);
        let bytes: Vec<u8> = match wide {
            true => labels.iter().flat_map(|label| label.to_le_bytes()).collect(),
            false => labels.iter().map(|label| *label as u8).collect(),
        };
        let images: Vec<u8> = images.iter().flat_map(|image| image.to_le_bytes()).collect();
        let images = (!all).then(|| STANDARD.encode(images));
        let (labels, digits) = (STANDARD.encode(bytes), STANDARD.encode(digits));
        Packed { link, title, data, changes, n, images, labels, digits }
    }
}

impl Packed {
    fn open(self) -> Option<Pinned> {
        let Packed { link, title, data, changes, n, images, labels, digits } = self;
        let images = match images {
            None => (0..u32::try_from(n).ok().filter(|n| *n <= MOST_IMAGES)?).collect(),
            Some(text) => {
                STANDARD.decode(text).ok()?.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect()
            }
        };
        let bytes = STANDARD.decode(labels).ok()?;
        let labels = match bytes.len() == n {
            true => bytes.into_iter().map(|byte| if byte == 255 { -1 } else { i32::from(byte) }).collect(),
            false => bytes.as_chunks().0.iter().map(|four| i32::from_le_bytes(*four)).collect(),
        };
        let pin = Pinned { link, title, data, changes, images, labels, digits: STANDARD.decode(digits).ok()? };
        Some(pin).filter(Pinned::is_whole)
    }
}

/// The text that a browser keeps.
pub fn pack(pins: &[Pinned]) -> Option<String> {
    serde_json::to_string(&pins.iter().map(Packed::from).collect::<Vec<_>>()).ok()
}

/// What a text stands for that a browser kept. It may be anything: what is not whole is left out.
pub fn unpack(text: &str) -> Vec<Pinned> {
    let all: Vec<Packed> = serde_json::from_str(text).unwrap_or_default();
    all.into_iter().filter_map(Packed::open).take(MOST).collect()
}

#[cfg(test)]
mod tests {
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

    fn pin(title: &str, images: &[u32], labels: &[i32], digits: &[u8]) -> Pinned {
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

    #[test]
    fn only_images_that_both_have_are_compared() {
        let pins = [
            pin("one", &[0, 2, 4, 6, 8], &[0, 0, 1, 1, 1], &[3, 3, 5, 5, 5]),
            pin("two", &[2, 3, 4, 6], &[9, 4, 4, 9], &[3, 4, 5, 5]),
            pin("far", &[1, 3, 5], &[0, 1, 2], &[1, 4, 1]),
        ];
        let Figure::Heatmap { values, texts, rows, .. } = matrix(&pins).figure else { panic!() };
        assert_eq!(rows, ["1", "2", "3", "4"]);
        // The one has the digits' own clusters.
        assert_eq!(values[1], 1.0);
        // scikit-learn: adjusted_rand_score([0, 1, 1], [9, 4, 9]) is -0.5, which is drawn as 0.
        assert_eq!((values[4 + 2], texts[4 + 2].as_str()), (0.0, "-0.50"));
        assert_eq!(texts[4 + 3], "", "nothing in common");
        assert_eq!(texts[2 * 4 + 3], "1.00");
        assert!(matrix(&pins).summary.contains("One pair has no image in common"));
        assert!(compared(&pins, (1, 3)).is_none() && compared(&pins, (2, 2)).is_none());
        let (pair, moved) = compared(&pins, (1, 2)).unwrap().unwrap();
        assert!(pair.summary.contains("3 two: -0.5000"), "{}", pair.summary);
        let Figure::Gallery { rows, .. } = moved.figure else { panic!() };
        // Clusters 0 and 9, 1 and 4 are matched: image 6 is elsewhere.
        assert_eq!((rows.len(), &rows[0].images[..], rows[0].captions[0].as_str()), (1, &[6][..], "5"));
        assert_eq!(rows[0].title, "1 → 9: 1");
        assert!(moved.summary.starts_with("1 of 3 images"), "{}", moved.summary);
        // Against the digits, by their row; and the other way round.
        let (pair, moved) = compared(&pins, (1, 0)).unwrap().unwrap();
        assert!(pair.summary.contains("2 one and 1 digits: 1.0000"), "{}", pair.summary);
        assert!(moved.summary.contains("nothing has moved"), "{}", moved.summary);
        assert!(compared(&pins, (0, 2)).unwrap().is_ok());
    }

    #[test]
    fn what_does_not_fit_is_not_read_back() {
        let good = pin("one", &[0, 2], &[0, -1], &[3, 3]);
        assert!(good.is_whole());
        let all = pin("all", &[0, 1, 2], &[300, -1, 0], &[3, 4, 5]);
        let text = pack(&[good.clone(), all.clone()]).unwrap();
        assert_eq!(unpack(&text), [good.clone(), all]);
        for bad in ["", "[]", "{}", "[1]", &text[1..], &text.replace("\"n\":2", "\"n\":4000000000")] {
            assert!(unpack(bad).len() < 2, "{bad}");
        }
        for link in ["javascript:void(0)", "https://elsewhere", "", " #/clusters"] {
            let elsewhere = Pinned { link: link.into(), ..good.clone() };
            assert!(unpack(&pack(&[elsewhere]).unwrap()).is_empty(), "{link}");
        }
        for bad in [
            pin("none", &[], &[], &[]),
            pin("short", &[0, 2], &[0], &[3, 3]),
            pin("turned", &[2, 0], &[0, 1], &[3, 3]),
            pin("twice", &[2, 2], &[0, 1], &[3, 3]),
            pin("low", &[0, 2], &[0, -2], &[3, 3]),
            pin("without digits", &[0, 2], &[0, 1], &[3]),
        ] {
            assert!(!bad.is_whole(), "{}", bad.title);
        }
    }

    #[test]
    fn other_data_have_nothing_in_common() {
        let pins = [
            pin("one", &[0, 1], &[0, 1], &[3, 4]),
            Pinned { data: "e".into(), ..pin("two", &[0, 1], &[0, 1], &[3, 4]) },
        ];
        assert!(compared(&pins, (1, 2)).is_none());
        assert!(matrix(&pins).summary.contains("no index"));
    }
}
