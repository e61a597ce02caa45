//! A tree that is not finished: what can be drawn of it while it is computed.

use super::{Joined, Linkage, find};
use crate::error::{Error, Result};

/// The merges made so far, in the order found, which is not that of their heights.
pub struct Growing<'a>(pub(super) &'a [Joined]);

/// Two of the first rows, by number, and the height at which their clusters merged.
pub type Met = (u32, u32, f64);

impl Growing<'_> {
    /// How many merges there are.
    pub fn n_merges(&self) -> usize {
        self.0.len()
    }

    /// How the first `n` rows hang together so far, lowest merges first: each names a row of
    /// either side. Rows that have not met have no merge, so there are fewer than `n`.
    pub fn among_first(&self, n: usize) -> Vec<Met> {
        let mut made: Vec<&Joined> = self.0.iter().collect();
        made.sort_by(|a, b| a.height.total_cmp(&b.height));
        let rows = made.iter().map(|merge| merge.x.max(merge.y) as usize + 1).max().unwrap_or(0).max(n);
        let mut parents: Vec<u32> = (0..rows as u32).collect();
        // One of the first rows in each cluster, by its root.
        let mut member: Vec<Option<u32>> =
            (0..rows as u32).map(|row| Some(row).filter(|row| (*row as usize) < n)).collect();
        let mut met = Vec::new();
        for merge in made {
            let (x, y) = (find(&mut parents, merge.x), find(&mut parents, merge.y));
            let both = (member[x as usize], member[y as usize]);
            if let (Some(a), Some(b)) = both {
                met.push((a, b, merge.height));
            }
            parents[x as usize] = y;
            member[y as usize] = both.0.or(both.1);
        }
        met
    }
}

impl Linkage {
    /// The tree of `n` rows of which only some merges are known: what is left is joined at
    /// `ceiling`, in the order of the rows.
    ///
    /// Errors: fewer than two rows, a merge within one cluster, of a row that is not there,
    /// or above the ceiling.
    pub fn under_ceiling(n: usize, met: &[Met], ceiling: f64) -> Result<Self> {
        let bad = |got: String| Error::invalid("merges", "of different clusters, at most as high as the ceiling", got);
        if n < 2 {
            return Err(Error::invalid("n", "at least 2", n));
        }
        let mut parents: Vec<u32> = (0..n as u32).collect();
        let mut joined = Vec::with_capacity(n - 1);
        for &(x, y, height) in met {
            if x.max(y) as usize >= n || !(0.0..=ceiling).contains(&height) {
                return Err(bad(format!("rows {x} and {y} at {height}")));
            }
            let roots = (find(&mut parents, x), find(&mut parents, y));
            if roots.0 == roots.1 {
                return Err(bad(format!("rows {x} and {y} twice")));
            }
            parents[roots.0 as usize] = roots.1;
            joined.push(Joined { x, y, height });
        }
        for row in 1..n as u32 {
            let roots = (find(&mut parents, 0), find(&mut parents, row));
            if roots.0 != roots.1 {
                parents[roots.0 as usize] = roots.1;
                joined.push(Joined { x: 0, y: row, height: ceiling });
            }
        }
        Ok(Linkage::from_unsorted(joined, false))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Method, linkage};
    use super::*;
    use crate::learn::Matrix;
    use crate::learn::cluster::Samples;
    use proptest::prelude::*;

    /// The height at which two rows are first in one cluster.
    fn cophenetic(tree: &Linkage, a: u32, b: u32) -> f64 {
        let n = tree.n_samples() as u32;
        let inside = |node: u32, row: u32| tree.members(node).unwrap().contains(&row);
        let first = (0..tree.merges().len() as u32).find(|i| inside(n + i, a) && inside(n + i, b)).unwrap();
        tree.merges()[first as usize].height
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        /// At the end the first rows have met where the whole tree says; before, no one has met elsewhere.
        #[test]
        fn rows_meet_where_the_tree_says(
            values in prop::collection::vec(-50i32..50, 24..60), first in 2usize..8,
            method in prop::sample::select(&[Method::Ward, Method::Single, Method::Average, Method::Complete][..]),
        ) {
            let n = values.len() / 3;
            // A little noise, so that no two distances are equal.
            let noise = |i: usize| (i * i % 97) as f64 * 1e-4;
            let rows = values[..3 * n].iter().enumerate().map(|(i, value)| f64::from(*value) + noise(i)).collect();
            let rows = Matrix::from_vec(rows, n, 3).unwrap();
            let mut seen = Vec::new();
            let tree = linkage(&Samples::new(&rows).unwrap(), method, &mut |growing| {
                seen.push((growing.n_merges(), growing.among_first(first)));
            }).unwrap();
            prop_assert_eq!(seen.iter().map(|(n, _)| *n).collect::<Vec<_>>(), (1..n).collect::<Vec<_>>());
            prop_assert_eq!(seen.last().unwrap().1.len(), first - 1);
            for (_, met) in &seen {
                prop_assert!(met.is_sorted_by(|a, b| a.2 <= b.2));
                for (a, b, height) in met {
                    prop_assert_eq!(*height, cophenetic(&tree, *a, *b));
                }
                let ceiling = tree.merges().last().unwrap().height;
                let drawn = Linkage::under_ceiling(first, met, ceiling).unwrap();
                prop_assert_eq!(drawn.n_samples(), first);
                let low = drawn.merges().iter().take(met.len()).map(|merge| merge.height);
                prop_assert_eq!(low.collect::<Vec<_>>(), met.iter().map(|met| met.2).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn merges_that_are_no_forest_are_refused() {
        assert!(Linkage::under_ceiling(1, &[], 1.0).is_err());
        for met in [vec![(0, 1, 0.5), (1, 0, 0.6)], vec![(0, 3, 0.5)], vec![(0, 1, 2.0)], vec![(0, 1, f64::NAN)]] {
            assert!(Linkage::under_ceiling(3, &met, 1.0).is_err(), "{met:?}");
        }
        assert_eq!(Linkage::under_ceiling(3, &[], 1.0).unwrap().merges().len(), 2);
    }
}
