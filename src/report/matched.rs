//! Two chains of a mixture side by side: each group of the one with the group of the other that it shares most images
//! with, so that as many images as can be are in such pairs.

use super::Array;
use super::groups::{Groups, whole};
use crate::learn::Matrix;
use crate::learn::matching::linear_sum_assignment;

/// A group of one chain and its partner in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The group of the first chain, and that of the second.
    pub groups: [usize; 2],
    /// Images in both.
    pub both: u32,
    /// The same as a share of the images in either.
    pub overlap: f64,
}

/// The groups of two chains.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Those that belong together, most common images first.
    pub pairs: Vec<Pair>,
    /// How many groups of either have no partner that they share an image with.
    pub alone: [usize; 2],
    /// Images in pairs, and all images.
    pub images: [u64; 2],
}

impl Matched {
    /// The groups of two chains of a report; `None` if its arrays have no such chains.
    pub fn of(arrays: &[Array], groups: &Groups, chains: [usize; 2]) -> Option<Self> {
        let labels = whole(arrays, "labels_")?;
        let n = labels.len() / groups.chains.len().max(1);
        let [a, b] = chains.map(|chain| groups.chains.get(chain));
        let (a, b) = (a?, b?);
        let of = |chain: usize, slots: &[u32]| -> Option<Vec<usize>> {
            let place = |label: &u32| slots.iter().position(|slot| slot == label);
            labels.get(chain * n..(chain + 1) * n)?.iter().map(place).collect()
        };
        let (first, second) = (of(chains[0], &a.slots)?, of(chains[1], &b.slots)?);
        let mut common = Matrix::zeros(a.sizes.len(), b.sizes.len());
        first.iter().zip(&second).for_each(|(i, j)| common.row_mut(*i)[*j] += 1.0);
        let found = linear_sum_assignment(&common, true).ok()?;
        let mut pairs: Vec<Pair> = found
            .into_iter()
            .filter(|(i, j)| common.row(*i)[*j] > 0.0)
            .map(|(i, j)| {
                let both = common.row(i)[j];
                let either = f64::from(a.sizes[i]) + f64::from(b.sizes[j]) - both;
                Pair { groups: [i, j], both: both as u32, overlap: both / either }
            })
            .collect();
        // The order of the first chain's groups decides among equals.
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.both));
        Some(Matched {
            alone: [a, b].map(|chain| chain.sizes.len() - pairs.len()),
            images: [pairs.iter().map(|pair| u64::from(pair.both)).sum(), n as u64],
            pairs,
        })
    }
}
