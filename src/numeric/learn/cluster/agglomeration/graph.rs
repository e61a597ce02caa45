//! Which features touch: the graph that merges keep to.

use crate::error::{Error, Result};

/// An undirected graph over the features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    neighbours: Vec<Vec<u32>>,
}

/// The 4-neighbour grid of an image (`sklearn.feature_extraction.image.grid_to_graph(n_x, n_y)`):
/// pixel `(row, column)` is node `width * row + column`.
///
/// `mask`, shape `(height * width,)`, keeps some pixels only; they are then numbered in their order.
///
/// Errors: no pixels, more than 2^32, a mask of another length, or one that keeps nothing.
pub fn grid_to_graph(height: usize, width: usize, mask: Option<&[bool]>) -> Result<Graph> {
    let n = height.checked_mul(width).filter(|n| (1..=1 << 32).contains(&(*n as u64)));
    let n = n.ok_or_else(|| Error::invalid("shape", "of at least one pixel", format!("({height}, {width})")))?;
    if let Some(mask) = mask
        && mask.len() != n
    {
        return Err(Error::invalid("mask", format!("of the image's {n} pixels"), format!("{} pixels", mask.len())));
    }
    let kept = |pixel: usize| mask.is_none_or(|mask| mask[pixel]);
    let mut numbers = vec![0; n];
    let mut count = 0u32;
    for (pixel, number) in numbers.iter_mut().enumerate().filter(|(pixel, _)| kept(*pixel)) {
        *number = count;
        count = count.checked_add(1).ok_or_else(|| Error::invalid("shape", "of fewer than 2**32 pixels", pixel))?;
    }
    if count == 0 {
        return Err(Error::invalid("mask", "true for at least one pixel", "false everywhere"));
    }
    let mut graph = Graph { neighbours: vec![Vec::new(); count as usize] };
    for pixel in (0..n).filter(|pixel| kept(*pixel)) {
        let (row, column) = (pixel / width, pixel % width);
        let right = (column + 1 < width).then_some(pixel + 1);
        let below = (row + 1 < height).then_some(pixel + width);
        for other in [right, below].into_iter().flatten().filter(|other| kept(*other)) {
            graph.join(numbers[pixel], numbers[other]);
        }
    }
    Ok(graph)
}

impl Graph {
    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.neighbours.len()
    }

    /// The nodes that touch `node`. Panics if there is no such node.
    pub fn neighbours(&self, node: usize) -> &[u32] {
        &self.neighbours[node]
    }

    /// Adds an edge.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        self.neighbours[a as usize].push(b);
        self.neighbours[b as usize].push(a);
    }

    /// Component of each node, numbered by their first nodes, `(n_nodes,)`.
    pub fn components(&self) -> Vec<u32> {
        const UNSEEN: u32 = u32::MAX;
        let mut component = vec![UNSEEN; self.n_nodes()];
        let mut count = 0;
        for first in 0..self.n_nodes() {
            if component[first] != UNSEEN {
                continue;
            }
            component[first] = count;
            let mut open = vec![first as u32];
            while let Some(node) = open.pop() {
                for &next in &self.neighbours[node as usize] {
                    if component[next as usize] == UNSEEN {
                        component[next as usize] = count;
                        open.push(next);
                    }
                }
            }
            count += 1;
        }
        component
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_its_edges() {
        let graph = grid_to_graph(28, 28, None).unwrap();
        assert_eq!((0..784).map(|node| graph.neighbours(node).len()).sum::<usize>(), 2 * 1512);
        assert_eq!(graph.neighbours(0), [1, 28]);
        assert_eq!(grid_to_graph(1, 3, None).unwrap().neighbours(1), [0, 2]);
        assert!(graph.components().iter().all(|component| *component == 0));
    }

    #[test]
    fn a_mask_renumbers_and_may_cut() {
        let mask = [true, false, true, true, false, true];
        let graph = grid_to_graph(2, 3, Some(&mask)).unwrap();
        assert_eq!(graph.n_nodes(), 4);
        assert_eq!(graph.components(), [0, 1, 0, 1]);
        assert!(grid_to_graph(2, 3, Some(&mask[..5])).is_err());
        assert!(grid_to_graph(2, 3, Some(&[false; 6])).is_err());
        assert!(grid_to_graph(0, 3, None).is_err());
    }
}
