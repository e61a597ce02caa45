//! What is said of a tree that is cut: by the experiment at first, and by the page
//! each time that the line is moved.

use crate::error::Result;
use crate::learn::cluster::Cut;
use crate::learn::metrics;
use crate::report::Tree;

/// One cluster of a cut, seen beside the digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Samples in it.
    pub size: u64,
    /// The most frequent class, the first of several; an index of the tree's classes.
    pub class: usize,
    /// Its share of the cluster, 0 to 1.
    pub share: f64,
}

/// The most frequent digit of each cluster.
pub fn shares(tree: &Tree, cut: &Cut) -> Vec<Share> {
    let n_classes = tree.classes.len();
    let mut counts = vec![0u64; cut.n_clusters() * n_classes];
    for (label, sample) in cut.labels.iter().zip(0..) {
        for (class, count) in tree.counts(sample) {
            counts[(*label as usize - 1) * n_classes + class] += count;
        }
    }
    counts.chunks_exact(n_classes.max(1)).map(share).collect()
}

fn share(counts: &[u64]) -> Share {
    let size: u64 = counts.iter().sum();
    let class = (0..counts.len()).rev().max_by_key(|class| counts[*class]).unwrap_or(0);
    Share { size, class, share: counts.get(class).map_or(0.0, |n| *n as f64 / size.max(1) as f64) }
}

/// The most frequent digit among some samples; `None` if there are none.
pub fn share_of(tree: &Tree, samples: &[u32]) -> Option<Share> {
    let mut counts = vec![0u64; tree.classes.len()];
    samples.iter().flat_map(|sample| tree.counts(*sample)).for_each(|(class, count)| counts[class] += count);
    (!samples.is_empty()).then(|| share(&counts))
}

/// Adjusted Rand index of the cut against the digits (`adjusted_rand_score`).
pub fn score(tree: &Tree, cut: &Cut) -> Result<f64> {
    let pairs = cut.labels.iter().zip(0..).flat_map(|(label, sample)| {
        tree.counts(sample).flat_map(move |(class, count)| (0..count).map(move |_| (class as i32, *label as i32)))
    });
    let (truth, found): (Vec<i32>, Vec<i32>) = pairs.unzip();
    metrics::adjusted_rand_score(&truth, &found)
}

/// The cut in a paragraph.
pub fn summary(tree: &Tree, cut: &Cut) -> Result<String> {
    let shares = shares(tree, cut);
    let n = tree.size();
    let largest = shares.iter().max_by_key(|share| share.size).cloned();
    let alone = shares.iter().filter(|share| share.size == 1).count();
    let mut text = format!(
        "A tree of {n} images; the last two branches merge at a distance of {:.1}. Cut at {:.1}, it has {}",
        tree.highest(),
        cut.height,
        match shares.len() {
            1 => "one cluster".to_string(),
            k => format!("{k} clusters"),
        }
    );
    if let Some(largest) = largest {
        text += &format!(
            "; the largest holds {} images, {:.0} % of them the digit {}",
            largest.size,
            largest.share * 100.0,
            tree.classes[largest.class]
        );
    }
    if alone > 0 && shares.len() > 1 {
        text += &format!("; {alone} {} of a single image", if alone == 1 { "consists" } else { "consist" });
    }
    text += &format!(". Adjusted Rand index against the digits: {:.4}.", score(tree, cut)?);
    Ok(text)
}
