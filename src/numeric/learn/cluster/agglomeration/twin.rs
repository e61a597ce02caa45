//! The merges once more, by looking at every pair of touching clusters each time.

use super::*;
use proptest::prelude::*;

/// `(earlier, later, height)`.
type Merged = (u32, u32, f64);

/// All merges and the members of every node.
fn slow(x: &[u8], rows: &[u32], graph: &Graph) -> (Vec<Merged>, Vec<Vec<usize>>) {
    let n = graph.n_nodes();
    let mut members: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
    let mut live: Vec<u32> = (0..n as u32).collect();
    let mut merges = Vec::new();
    let cost = |a: &[usize], b: &[usize]| {
        let (na, nb) = (a.len() as f64, b.len() as f64);
        let mut sum = 0.0;
        for row in rows {
            let of = |members: &[usize]| members.iter().map(|i| f64::from(x[*row as usize * n + i])).sum::<f64>();
            let difference = of(b) / nb - of(a) / na;
            sum += difference * difference;
        }
        sum * (na * nb / (na + nb))
    };
    while live.len() > 1 {
        let mut best = (f64::INFINITY, 0, 0);
        for &later in &live {
            for &earlier in live.iter().filter(|earlier| **earlier < later) {
                let (a, b) = (&members[earlier as usize], &members[later as usize]);
                let touch = a.iter().any(|i| b.iter().any(|j| graph.neighbours(*i).contains(&(*j as u32))));
                let found = (cost(a, b), later, earlier);
                if touch && found < best {
                    best = found;
                }
            }
        }
        let (least, later, earlier) = best;
        merges.push((earlier, later, (2.0 * least).sqrt()));
        let joined = [members[earlier as usize].clone(), members[later as usize].clone()].concat();
        members.push(joined);
        live.retain(|node| *node != earlier && *node != later);
        live.push(members.len() as u32 - 1);
    }
    (merges, members)
}

fn images() -> impl Strategy<Value = (Vec<u8>, usize, usize)> {
    (1usize..5, 2usize..5, 1usize..5).prop_flat_map(|(height, width, n)| {
        // Few grey levels: ties are what a tree goes wrong by.
        (
            prop::collection::vec(prop_oneof![Just(0u8), 0u8..4, any::<u8>()], n * height * width),
            Just(height),
            Just(width),
        )
    })
}

proptest! {
    #[test]
    fn merges_are_those_of_the_slow_twin((x, height, width) in images()) {
        let graph = grid_to_graph(height, width, None).unwrap();
        let n = height * width;
        let rows: Vec<u32> = (0..(x.len() / n) as u32).rev().collect();
        let mut on_the_way = Vec::new();
        let tree = ward_tree(&x, &rows, &graph, 1, &mut |merging| on_the_way.push((merging.n_merges(), merging.labels())));
        let tree = tree.unwrap();
        prop_assert_eq!(on_the_way.len(), n - 1);
        for (t, (done, labels)) in on_the_way.into_iter().enumerate() {
            prop_assert_eq!((done, labels), (t + 1, tree.labels_by_creation(n - t - 1).unwrap()));
        }
        let (merges, members) = slow(&x, &rows, &graph);
        let found: Vec<(u32, u32, f64)> = tree.children().zip(tree.heights()).map(|((a, b), h)| (a, b, h)).collect();
        prop_assert_eq!(found, merges.clone());
        for k in 1..=n {
            let stopped = ward_tree(&x, &rows, &graph, k, &mut |_| ()).unwrap();
            let labels = stopped.labels_by_creation(k).unwrap();
            prop_assert_eq!(&labels, &tree.labels_by_creation(k).unwrap());
            // Each cluster is a node that no merge made so far has used, in their order.
            let used = |node: u32| merges[..n - k].iter().any(|(a, b, _)| *a == node || *b == node);
            let roots = (0..(2 * n - k) as u32).filter(|node| !used(*node));
            for (label, root) in (0..).zip(roots) {
                prop_assert!(members[root as usize].iter().all(|i| labels[*i] == label));
            }
            // The other numbering names the same clusters.
            let other = tree.labels(k).unwrap();
            for i in 0..n {
                for j in 0..n {
                    prop_assert_eq!(labels[i] == labels[j], other[i] == other[j]);
                }
            }
            prop_assert_eq!(cluster_sizes(&other, k).iter().filter(|size| **size > 0).count(), k);
        }
    }

    #[test]
    fn pieces_are_joined(x in prop::collection::vec(0u8..9, 24)) {
        // Two columns of four pixels that do not touch.
        let mask = [true, false, true, true, false, true, true, false, true, true, false, true];
        let graph = grid_to_graph(4, 3, Some(&mask)).unwrap();
        let tree = ward_tree(&x, &[0, 1, 2], &graph, 1, &mut |_| ()).unwrap();
        prop_assert_eq!(tree.children().count(), 7);
    }
}

#[test]
fn bad_input_is_refused() {
    let graph = grid_to_graph(2, 2, None).unwrap();
    let tree = |x: &[f64], rows: &[u32], k| ward_tree(x, rows, &graph, k, &mut |_| ());
    assert!(tree(&[0.0; 8], &[0, 1], 2).is_ok());
    assert!(tree(&[0.0; 7], &[0], 2).is_err());
    assert!(tree(&[0.0; 8], &[], 2).is_err());
    assert!(tree(&[0.0; 8], &[2], 2).is_err());
    assert!(tree(&[0.0; 8], &[0], 0).is_err());
    assert!(tree(&[0.0; 8], &[0], 5).is_err());
    assert!(tree(&[f64::NAN; 8], &[0], 2).is_err());
    assert!(tree(&[0.0; 8], &[0], 2).unwrap().labels(1).is_err());
}
