//! Sections that several experiments show: image grids and confusion matrices.

use crate::data::Dataset;
use crate::report::{ColorMap, Figure, Picture, Section};

/// Images cut from `values`, `height * width` at a time.
#[allow(clippy::too_many_arguments)]
pub fn grid(
    id: &str,
    title: &str,
    summary: &str,
    data: &Dataset,
    captions: impl Iterator<Item = String>,
    values: &[f32],
    (low, high): (f32, f32),
    columns: u32,
) -> Section {
    let images: Vec<Picture> = captions
        .zip(values.chunks_exact(data.n_features()))
        .map(|(caption, pixels)| Picture { caption, pixels: pixels.to_vec() })
        .collect();
    Section {
        id: id.into(),
        title: title.into(),
        summary: summary.into(),
        figure: Figure::Images {
            height: data.height as u32,
            width: data.width as u32,
            columns,
            map: ColorMap::GrayR,
            low,
            high,
            images,
        },
    }
}

/// True labels down, clusters across, counts in the cells.
pub fn confusion(id: &str, title: &str, data: &Dataset, labels: &[u32], n_clusters: u32) -> Section {
    let classes = data.class_names.clone();
    let k = n_clusters as usize;
    let mut counts = vec![0u64; classes.len() * k];
    for (class, cluster) in data.labels.iter().zip(labels) {
        counts[usize::from(*class) * k + *cluster as usize] += 1;
    }
    let owners: std::collections::BTreeSet<usize> = (0..k)
        .filter_map(|cluster| (0..classes.len()).max_by_key(|class| (counts[class * k + cluster], usize::MAX - class)))
        .collect();
    let orphans: Vec<&str> = (0..classes.len())
        .filter(|class| !owners.contains(class) && data.labels.iter().any(|label| usize::from(*label) == *class))
        .map(|class| classes[class].as_str())
        .collect();
    let summary = match orphans.as_slice() {
        [] => format!("{k} clusters; every digit is the most frequent one of at least one of them."),
        none => format!("{k} clusters; no cluster has its majority in {}.", none.join(", ")),
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
        },
    }
}
