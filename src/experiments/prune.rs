//! The upper part of a large tree: what is seen of it, and what a page can hold.

use crate::data::Dataset;
use crate::error::Result;
use crate::learn::cluster::{Linkage, Truncation};
use crate::report::{Pruned, Tree};

/// Merges that are kept at least, counted from the last.
pub const LAST: usize = 400;

/// The upper part of `linkage`, the tree of these `images` of the data set: all merges up
/// to `level` below the root, and the last [`LAST`]. Any cut above the others is exact.
/// With it the branch of each image, `(n_samples,)`: which sample of the upper part stands for it.
///
/// Errors: the linkage is no tree.
pub fn prune(data: &Dataset, images: &[u32], linkage: &Linkage, level: u32) -> Result<(Tree, Vec<u32>)> {
    let (n, merges) = (linkage.n_samples(), linkage.merges());
    let mut depths = vec![0u32; 2 * n - 1];
    let mut kept = vec![false; 2 * n - 1];
    for i in (0..merges.len()).rev() {
        let depth = depths[n + i];
        // A merge is above all that it is made of, so whatever is above a kept one is kept.
        kept[n + i] = depth <= level || i + LAST >= merges.len();
        for part in [merges[i].cluster1, merges[i].cluster2] {
            depths[part as usize] = depth + 1;
        }
    }
    let of_kept = merges.iter().enumerate().filter(|(i, _)| kept[n + i]).map(|(_, merge)| merge);
    let mut leaves: Vec<u32> =
        of_kept.clone().flat_map(|m| [m.cluster1, m.cluster2]).filter(|part| !kept[*part as usize]).collect();
    leaves.sort_unstable();

    let mut numbers = vec![0u32; 2 * n - 1];
    let nodes = (n..2 * n - 1).filter(|node| kept[*node]).map(|node| node as u32);
    for (number, node) in (0..).zip(leaves.iter().copied().chain(nodes)) {
        numbers[node as usize] = number;
    }
    let mut sizes = vec![1u32; leaves.len()];
    let rows = of_kept.map(|merge| {
        let (a, b) = (numbers[merge.cluster1 as usize], numbers[merge.cluster2 as usize]);
        let size = sizes[a as usize] + sizes[b as usize];
        sizes.push(size);
        (a, b, merge.height, size)
    });
    let rows = rows.collect();

    let mut counts = Vec::with_capacity(leaves.len());
    let mut firsts = Vec::with_capacity(leaves.len());
    let mut branches = vec![0; n];
    for (branch, leaf) in (0..).zip(&leaves) {
        let mut classes = vec![0u32; data.n_classes()];
        let samples = linkage.members(*leaf)?;
        for sample in &samples {
            classes[usize::from(data.labels[images[*sample as usize] as usize])] += 1;
            branches[*sample as usize] = branch;
        }
        counts.push(classes);
        firsts.push(images[samples.into_iter().min().unwrap_or(0) as usize]);
    }
    let most = |classes: &Vec<u32>| (0..classes.len()).rev().max_by_key(|class| classes[*class]).unwrap_or(0) as u8;
    let hidden = merges.iter().enumerate().filter(|(i, _)| !kept[n + i]).map(|(_, merge)| merge.height);
    let floor = hidden.fold(0.0, f64::max);
    let tree = Tree {
        data: data.id.clone(),
        linkage: rows,
        images: firsts,
        labels: counts.iter().map(most).collect(),
        classes: data.class_names.clone(),
        x_title: "Sample index".into(),
        y_title: "Cluster distance".into(),
        color_threshold: None,
        truncation: Truncation::Level(level),
        pruned: Some(Pruned { counts, floor }),
    };
    Ok((tree, branches))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digit_names;
    use crate::experiments::{cut, tree};
    use crate::learn::Matrix;
    use crate::learn::cluster::{Cut, Method, Samples, dendrogram, linkage};
    use crate::plots::dendrogram::Picture;

    /// What is said and drawn of the upper part is what the whole tree says above the floor.
    #[test]
    fn the_upper_part_is_that_of_the_whole() {
        let n = 700;
        let mut state = 5u32;
        let mut draw = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 20)
        };
        let rows = Matrix::from_vec((0..3 * n).map(|_| draw()).collect(), n, 3).unwrap();
        let pixels = vec![0; 4 * n];
        let labels = (0..n).map(|i| (i * i % 7) as u8).collect();
        let data = Dataset::new("a", "A", pixels, labels, (2, 2), digit_names(10)).unwrap();
        let images: Vec<u32> = (0..n as u32).collect();
        for method in [Method::Ward, Method::Single, Method::Average] {
            let linkage = linkage(&Samples::new(&rows).unwrap(), method, &mut |_| ()).unwrap();
            let whole = tree::figure(&data, &images, &linkage, None);
            let (part, branches) = prune(&data, &images, &linkage, 7).unwrap();
            for (leaf, first) in (0..).zip(&part.images) {
                let members: Vec<u32> = (0..n as u32).filter(|i| branches[*i as usize] == leaf).collect();
                assert_eq!((members.len() as u64, &members[0]), (part.n_images([leaf]), first));
            }
            let floor = part.pruned.as_ref().unwrap().floor;
            assert!(part.linkage.len() >= LAST && part.linkage.len() < n - 1);
            assert_eq!((part.size(), part.n_images([])), (n as u64, 0));
            let upper = part.linkage().unwrap();
            for height in [floor, floor * 1.01, part.highest() * 0.7, part.highest() * 0.95, part.highest()] {
                let at = |tree: &Tree| Tree { color_threshold: Some(height), ..tree.clone() };
                let (whole, part) = (at(&whole), at(&part));
                let (of_whole, of_part) = (Cut::new(&linkage, height).unwrap(), Cut::new(&upper, height).unwrap());
                let sorted = |tree: &Tree, cut: &Cut| {
                    let mut shares: Vec<(u64, usize)> =
                        cut::shares(tree, cut).iter().map(|share| (share.size, share.class)).collect();
                    shares.sort_unstable();
                    shares
                };
                assert_eq!(sorted(&part, &of_part), sorted(&whole, &of_whole));
                assert_eq!(cut::score(&part, &of_part).unwrap(), cut::score(&whole, &of_whole).unwrap());
                // The lines are those of SciPy's truncated picture of the whole.
                let lines = Picture::new(&part, &upper).unwrap().lines;
                let expected = dendrogram(&linkage, Truncation::Level(7), Some(height.next_up())).unwrap();
                assert_eq!((&lines.icoord, &lines.dcoord), (&expected.icoord, &expected.dcoord));
                let count = |label: &String| label.trim_matches(['(', ')']).parse::<usize>().unwrap();
                let alone = |label: &String| if label.starts_with('(') { count(label) } else { 1 };
                assert_eq!(
                    lines.ivl.iter().map(count).collect::<Vec<_>>(),
                    expected.ivl.iter().map(alone).collect::<Vec<_>>()
                );
            }
            assert_eq!(Tree { color_threshold: Some(0.0), ..part }.threshold(), floor);
        }
    }

    #[test]
    fn a_small_tree_is_kept_whole() {
        let rows = Matrix::from_vec(vec![0.0, 0.0, 5.0], 3, 1).unwrap();
        let data = Dataset::new("a", "A", vec![0; 3], vec![0, 1, 2], (1, 1), digit_names(10)).unwrap();
        let linkage = linkage(&Samples::new(&rows).unwrap(), Method::Ward, &mut |_| ()).unwrap();
        let (part, branches) = prune(&data, &[0, 1, 2], &linkage, 1).unwrap();
        assert_eq!(branches, [0, 1, 2]);
        assert_eq!(part.linkage, Tree::rows(&linkage));
        assert_eq!((part.pruned.unwrap().floor, part.images), (0.0, vec![0, 1, 2]));
    }
}
