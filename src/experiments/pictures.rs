//! Sections that several experiments show: image grids and confusion matrices.

use crate::data::Dataset;
use crate::report::{ColorMap, Figure, Picture, Section};
use std::collections::BTreeSet;

/// Images of the data set's size, cut from `values` one after the other.
#[allow(clippy::too_many_arguments)]
pub fn grid(
    id: &str,
    title: &str,
    summary: &str,
    data: &Dataset,
    captions: impl Iterator<Item = String>,
    values: &[f32],
    range: (f32, f32),
    columns: u32,
) -> Section {
    tiles(id, title, summary, (data.height, data.width), captions, values, range, columns)
}

/// Images of any size (height, width), cut from `values` one after the other.
#[allow(clippy::too_many_arguments)]
pub fn tiles(
    id: &str,
    title: &str,
    summary: &str,
    (height, width): (usize, usize),
    captions: impl Iterator<Item = String>,
    values: &[f32],
    (low, high): (f32, f32),
    columns: u32,
) -> Section {
    let images: Vec<Picture> = captions
        .zip(values.chunks_exact(height * width))
        .map(|(caption, pixels)| Picture { caption, pixels: pixels.to_vec(), scale: None })
        .collect();
    let (height, width) = (height as u32, width as u32);
    let figure = Figure::Images { height, width, columns, map: ColorMap::GrayR, low, high, images };
    Section { id: id.into(), title: title.into(), summary: summary.into(), figure }
}

/// Pictures with white for the highest value, as matplotlib's `gray` draws them.
pub fn white_on_black(mut section: Section) -> Section {
    if let Figure::Images { map, .. } = &mut section.figure {
        *map = ColorMap::Gray;
    }
    section
}

/// Images of each class in each cluster, shape `(n_classes, n_clusters)`.
pub fn contingency((truth, n_classes): (&[u8], usize), (labels, n_clusters): (&[u32], usize)) -> Vec<u64> {
    let mut counts = vec![0u64; n_classes * n_clusters];
    for (class, cluster) in truth.iter().zip(labels) {
        counts[usize::from(*class) * n_clusters + *cluster as usize] += 1;
    }
    counts
}

/// The classes that are the most frequent one of some cluster.
pub fn owners(counts: &[u64], n_clusters: usize) -> BTreeSet<usize> {
    let n_classes = counts.len() / n_clusters.max(1);
    let count = |class: usize, cluster: usize| counts[class * n_clusters + cluster];
    let most = |cluster: usize| (0..n_classes).max_by_key(|class| (count(*class, cluster), usize::MAX - class));
    // A cluster without images has no most frequent class.
    (0..n_clusters).filter_map(|cluster| most(cluster).filter(|class| count(*class, cluster) > 0)).collect()
}

/// The two classes that share a cluster most: the two most frequent ones of the cluster
/// whose second is the largest of all seconds. `None` with a single class.
pub fn shared_pair(counts: &[u64], n_clusters: usize) -> Option<(usize, usize)> {
    let n_classes = counts.len() / n_clusters.max(1);
    let two = |cluster: usize| {
        let mut order: Vec<usize> = (0..n_classes).collect();
        order.sort_by_key(|class| (std::cmp::Reverse(counts[class * n_clusters + cluster]), *class));
        let [first, second] = <[usize; 2]>::try_from(order.get(..2)?).ok()?;
        Some((counts[second * n_clusters + cluster], std::cmp::Reverse(cluster), first, second))
    };
    let (.., first, second) = (0..n_clusters).filter_map(two).max()?;
    Some((first.min(second), first.max(second)))
}

/// True labels of all images down, clusters across, counts in the cells.
pub fn confusion(id: &str, title: &str, data: &Dataset, labels: &[u32], n_clusters: u32) -> Section {
    confusion_of((id, title), data, &data.labels, (labels, n_clusters))
}

/// The true labels `truth` of some images down, the clusters that they are in across.
pub fn confusion_of(
    (id, title): (&str, &str),
    data: &Dataset,
    truth: &[u8],
    (labels, n_clusters): (&[u32], u32),
) -> Section {
    let classes = data.class_names.clone();
    let k = n_clusters as usize;
    let counts = contingency((truth, classes.len()), (labels, k));
    let owners = owners(&counts, k);
    let there: Vec<usize> =
        (0..classes.len()).filter(|class| truth.iter().any(|label| usize::from(*label) == *class)).collect();
    let orphans: Vec<&str> =
        there.iter().filter(|class| !owners.contains(class)).map(|class| classes[*class].as_str()).collect();
    let every = match there.len() {
        all if all == classes.len() => "every digit".to_string(),
        1 => "the only digit there is".to_string(),
        some => format!("each of the {some} digits that there are"),
    };
    let noun = if k == 1 { "cluster" } else { "clusters" };
    let summary = match orphans.as_slice() {
        [] => format!("{k} {noun}; {every} is the most frequent one of at least one of them."),
        [rest @ .., last] => {
            let none = if rest.is_empty() { last.to_string() } else { format!("{} or {last}", rest.join(", ")) };
            format!("{k} {noun}; of none of them {none} is the most frequent digit.")
        }
    };
    Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure: Figure::Confusion {
            row_title: "Class Labels".into(),
            column_title: "cluster".into(),
            rows: classes,
            columns: (0..k).map(|cluster| cluster.to_string()).collect(),
            counts,
            map: ColorMap::Blues,
        },
    }
}

/// The true labels of images of the data set, to stand under them.
pub fn labels(data: &Dataset, images: &[u32]) -> Vec<String> {
    images.iter().map(|image| data.class_names[usize::from(data.labels[*image as usize])].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_and_pairs() {
        // Three classes, two clusters: the first belongs to class 0, the second to class 2.
        let counts = [9, 3, 1, 4, 2, 5];
        assert_eq!(owners(&counts, 2), BTreeSet::from([0, 2]));
        assert_eq!(shared_pair(&counts, 2), Some((1, 2)));
        assert_eq!(shared_pair(&[7, 1], 2), None);
        assert_eq!(owners(&[], 0), BTreeSet::new());
        assert_eq!(owners(&[0, 0, 0, 4], 2), BTreeSet::from([1]), "an empty cluster is nobody's");
    }
}
