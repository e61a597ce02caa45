//! The picture of a tree: `scipy.cluster.hierarchy.dendrogram(no_plot=True)`.

use super::Linkage;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which merges are drawn (`truncate_mode` and `p`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Truncation {
    /// All.
    #[default]
    None,
    /// The last `p - 1`, so that there are `p` leaves; all if `p` is 0 or more than the rows.
    LastP(u32),
    /// Those up to `p` levels below the root; all if `p` is 0.
    Level(u32),
}

/// Lines and leaves of a dendrogram, in SciPy's coordinates: leaf `i` at `10 i + 5`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dendrogram {
    /// Positions of the four corners of each link, left foot first.
    pub icoord: Vec<[f64; 4]>,
    /// Heights of the four corners of each link.
    pub dcoord: Vec<[f64; 4]>,
    /// Colour of each link: 0 (SciPy's `C0`) from the threshold up, else 1 to 9
    /// (`C1` to `C9`), one for each branch below it, in turn.
    pub color_list: Vec<u32>,
    /// Cluster that each link makes.
    pub nodes: Vec<u32>,
    /// Cluster at each leaf, from left to right.
    pub leaves: Vec<u32>,
    /// Label of each leaf: the number of a row, or `(size)`.
    pub ivl: Vec<String>,
    /// Colour of the link above each leaf.
    pub leaves_color_list: Vec<u32>,
    /// The threshold of the colours.
    pub color_threshold: f64,
}

/// A cluster whose branches are being drawn.
struct Open {
    node: u32,
    level: u32,
    color: u32,
    left: Option<Foot>,
}

/// Where a branch ends: position, height, and number if it is a leaf.
#[derive(Clone, Copy)]
struct Foot {
    at: f64,
    height: f64,
    leaf: Option<usize>,
}

/// Lines and leaves of `tree`; `color_threshold` is 0.7 times its height if `None`.
///
/// Errors: a threshold that is NaN.
pub fn dendrogram(tree: &Linkage, truncation: Truncation, color_threshold: Option<f64>) -> Result<Dendrogram> {
    let n = tree.n_samples();
    let highest = tree.merges[n - 2].height;
    let threshold = color_threshold.unwrap_or(highest * 0.7);
    if threshold.is_nan() {
        return Err(Error::invalid("color_threshold", "a number", threshold));
    }
    let cut = |node: u32, level: u32| match truncation {
        // One beyond the last merge that is not drawn.
        Truncation::LastP(p) => p > 0 && (p as usize) <= n && (node as usize) < 2 * n - p as usize,
        // SciPy draws the very first merge at any level.
        Truncation::Level(p) => p > 0 && node as usize > n && level > p,
        Truncation::None => false,
    };
    let mut picture = Dendrogram {
        icoord: Vec::new(),
        dcoord: Vec::new(),
        color_list: Vec::new(),
        nodes: Vec::new(),
        leaves: Vec::new(),
        ivl: Vec::new(),
        leaves_color_list: Vec::new(),
        color_threshold: threshold,
    };
    // Colours go on to the next each time that the drawing comes up from below.
    let (mut color, mut below) = (0, false);
    let mut stack: Vec<Open> = Vec::new();
    let mut next = Some((tree.root(), 0));
    let mut foot = None;
    loop {
        if let Some((node, level)) = next.take() {
            if tree.parts(node).is_none() || cut(node, level) {
                foot = Some(picture.leaf(tree, node));
            } else {
                let left = tree.merges[node as usize - n].cluster1;
                stack.push(Open { node, level, color: 0, left: None });
                next = Some((left, level + 1));
                continue;
            }
        }
        let (Some(mut open), Some(end)) = (stack.pop(), foot) else { break };
        let merge = &tree.merges[open.node as usize - n];
        let Some(left) = open.left else {
            if merge.height >= threshold || threshold <= 0.0 {
                color = (color + u32::from(below)) % 9;
                below = false;
            } else {
                below = true;
                open.color = color + 1;
            }
            open.left = Some(end);
            next = Some((merge.cluster2, open.level + 1));
            stack.push(open);
            continue;
        };
        foot = Some(picture.link(&open, merge.height, left, end));
    }
    Ok(picture)
}

impl Dendrogram {
    fn leaf(&mut self, tree: &Linkage, node: u32) -> Foot {
        let leaf = self.leaves.len();
        let label = match (node as usize).checked_sub(tree.n_samples()) {
            Some(merge) => format!("({})", tree.merges[merge].size),
            None => node.to_string(),
        };
        self.leaves.push(node);
        self.ivl.push(label);
        self.leaves_color_list.push(0);
        Foot { at: 10.0 * leaf as f64 + 5.0, height: 0.0, leaf: Some(leaf) }
    }

    fn link(&mut self, open: &Open, height: f64, left: Foot, right: Foot) -> Foot {
        self.icoord.push([left.at, left.at, right.at, right.at]);
        self.dcoord.push([left.height, height, height, right.height]);
        self.color_list.push(open.color);
        self.nodes.push(open.node);
        for leaf in [left, right].into_iter().filter_map(|foot| foot.leaf) {
            self.leaves_color_list[leaf] = open.color;
        }
        Foot { at: (left.at + right.at) / 2.0, height, leaf: None }
    }
}
