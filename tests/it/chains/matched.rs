//! Two chains side by side: partners share as many images as can be.

use super::{run, small};
use digitoscope::report::groups::{Groups, whole};
use digitoscope::report::matched::Matched;

#[test]
fn a_chain_beside_itself_has_every_group_beside_itself() {
    let report = run(&[("n_chains", "2"), ("n_iter", "2")], &small(70));
    let groups = Groups::of(&report.arrays).unwrap();
    let matched = Matched::of(&report.arrays, &groups, [1, 1]).unwrap();
    assert_eq!(matched.pairs.len(), groups.chains[1].sizes.len());
    for pair in &matched.pairs {
        assert_eq!((pair.groups[0], pair.overlap), (pair.groups[1], 1.0));
        assert_eq!(pair.both, groups.chains[1].sizes[pair.groups[0]]);
    }
    assert_eq!((matched.alone, matched.images), ([0, 0], [70, 70]));
}

#[test]
fn partners_share_the_images_that_their_labels_say_and_no_fewer_than_greedy_ones() {
    let n = 100;
    let report = run(&[("n_chains", "3"), ("n_iter", "1"), ("n_groups", "12")], &small(n));
    let groups = Groups::of(&report.arrays).unwrap();
    let labels = whole(&report.arrays, "labels_").unwrap();
    for (a, b) in [(0, 1), (1, 0), (2, 1)] {
        let matched = Matched::of(&report.arrays, &groups, [a, b]).unwrap();
        let (first, second) = (&groups.chains[a], &groups.chains[b]);
        let common = |i: usize, j: usize| {
            let pairs = labels[a * n..(a + 1) * n].iter().zip(&labels[b * n..(b + 1) * n]);
            pairs.filter(|(x, y)| **x == first.slots[i] && **y == second.slots[j]).count() as u32
        };
        for pair in &matched.pairs {
            let [i, j] = pair.groups;
            assert!(pair.both > 0 && pair.both == common(i, j));
            let either = first.sizes[i] + second.sizes[j] - pair.both;
            assert_eq!(pair.overlap, f64::from(pair.both) / f64::from(either));
        }
        for side in [0, 1] {
            let mut own: Vec<usize> = matched.pairs.iter().map(|pair| pair.groups[side]).collect();
            own.sort_unstable();
            own.dedup();
            assert_eq!(own.len(), matched.pairs.len(), "nobody has two partners");
            let all = [first, second][side].sizes.len();
            assert_eq!(matched.alone[side], all - own.len());
        }
        assert!(matched.pairs.is_sorted_by(|one, two| one.both >= two.both));
        let total: u32 = matched.pairs.iter().map(|pair| pair.both).sum();
        assert_eq!(matched.images, [u64::from(total), n as u64]);
        let mut left: Vec<usize> = (0..second.sizes.len()).collect();
        let mut greedy = 0;
        for i in 0..first.sizes.len() {
            if let Some((at, both)) = left.iter().map(|j| common(i, *j)).enumerate().max_by_key(|(_, both)| *both) {
                left.remove(at);
                greedy += both;
            }
        }
        assert!(total >= greedy, "{total} of {greedy}");
    }
    assert_eq!(Matched::of(&report.arrays, &groups, [0, 3]), None, "no such chain");
    assert_eq!(Matched::of(&[], &groups, [0, 1]), None, "no labels");
}
