//! Trees on the page: what is drawn, coloured and said at any cut is one and the same.

use digitoscope::data::disk;
use digitoscope::experiments::{Entry, Serial, cut, poll_once};
use digitoscope::learn::cluster::{Cut, Truncation, height_between};
use digitoscope::link::{Place, Setup};
use digitoscope::plots::dendrogram::{Layout, Picture};
use digitoscope::plots::{self, Theme};
use digitoscope::report::{Figure, Report, Tree};
use digitoscope::runner;
use std::collections::BTreeSet;
use std::sync::Arc;

fn report(experiment: &str, values: &[(&str, &str)]) -> Report {
    let data = Arc::new(disk::builtin(&runner::builtin_folder(), "mnist1k").unwrap());
    let entry = Entry::find(experiment).unwrap();
    let setup = Setup::preset(Place::Bench { experiment: experiment.into() });
    let setup = values.iter().fold(setup, |setup, (name, value)| setup.with(name, value));
    poll_once(entry.run(&setup.values, &data, &Serial::new(entry, Arc::clone(&data)))).unwrap().unwrap()
}

fn tree(report: &Report, section: &str) -> Tree {
    let section = report.sections.iter().find(|s| s.id == section).unwrap();
    let Figure::Dendrogram(tree) = &section.figure else { panic!("{}", section.id) };
    tree.clone()
}

fn at(tree: &Tree, height: f64) -> Tree {
    Tree { color_threshold: Some(height), ..tree.clone() }
}

#[test]
fn colours_numbers_and_words_are_of_one_cut() {
    for linkage in ["ward", "single", "average", "complete"] {
        let report = report("tree", &[("n_samples", "120"), ("linkage", linkage)]);
        let tree = tree(&report, "tree");
        let linkage = tree.linkage().unwrap();
        assert_eq!(Cut::new(&linkage, tree.threshold()).unwrap().n_clusters(), 5);
        // Duplicates merge at 0, so a cut at 0 is not the same as none.
        let heights = (1..=120).map(|k| height_between(&linkage, k)).chain([0.0, tree.highest(), 1e9]);
        for height in heights {
            let tree = at(&tree, height);
            let cut = Cut::new(&linkage, height).unwrap();
            let picture = Picture::new(&tree, &linkage).unwrap();
            for (i, merge) in linkage.merges().iter().enumerate() {
                let colored = picture.colors[120 + i] != 0;
                assert_eq!(colored, merge.height <= height, "merge {i} at {height}");
            }
            for node in &cut.nodes {
                let colors: BTreeSet<u32> =
                    linkage.members(*node).unwrap().iter().map(|leaf| picture.colors[*leaf as usize]).collect();
                assert_eq!(colors, BTreeSet::from([picture.colors[*node as usize]]), "cluster {node} at {height}");
            }
            let shares = cut::shares(&tree, &cut);
            assert_eq!(shares.iter().map(|share| share.size).collect::<Vec<_>>(), cut.sizes());
            assert!(shares.iter().all(|share| share.share >= 1.0 / share.size.min(10) as f64 && share.share <= 1.0));
            let words = cut::summary(&tree, &cut).unwrap();
            assert!(words.contains(&format!("{} cluster", cut.n_clusters())) || cut.n_clusters() == 1, "{words}");
        }
    }
}

#[test]
fn truncation_changes_leaves_but_no_colours() {
    let report = report("tree", &[("n_samples", "200")]);
    let whole = tree(&report, "tree");
    let linkage = whole.linkage().unwrap();
    let all = Picture::new(&whole, &linkage).unwrap();
    assert_eq!(all.lines.leaves.len(), 200);
    for (truncation, n_leaves) in
        [(Truncation::LastP(30), Some(30)), (Truncation::LastP(1), Some(1)), (Truncation::Level(3), None)]
    {
        let tree = Tree { truncation, ..whole.clone() };
        let picture = Picture::new(&tree, &linkage).unwrap();
        assert_eq!(picture.colors, all.colors);
        assert!(n_leaves.is_none_or(|n| picture.lines.leaves.len() == n), "{truncation:?}");
        // The counts in parentheses and the single leaves are all images.
        let images: usize = picture
            .lines
            .ivl
            .iter()
            .map(|label| label.strip_prefix('(').map_or(1, |rest| rest.trim_end_matches(')').parse().unwrap()))
            .sum();
        assert_eq!(images, 200, "{truncation:?}");
    }
}

#[test]
fn every_tree_is_drawn() {
    let small = report("tree", &[("n_samples", "2"), ("n_clusters", "2")]);
    let large = report("tree", &[("n_samples", "300"), ("linkage", "single")]);
    for whole in [tree(&small, "tree"), tree(&large, "tree")] {
        for height in [0.0, whole.highest() / 2.0, whole.highest(), 1e300] {
            for truncation in [Truncation::None, Truncation::Level(0), Truncation::Level(2), Truncation::LastP(1)] {
                let figure = Figure::Dendrogram(Tree { truncation, ..at(&whole, height) });
                for width in [1.0, 320.0, 1500.0] {
                    let drawn = plots::svg(&figure, width, Theme::DARK).unwrap();
                    assert!(drawn.trim_end().ends_with("</svg>"));
                    assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{truncation:?} at {height}");
                }
            }
        }
    }
    // A tree that is none is a message.
    let broken = Tree { linkage: vec![(0, 7, 1.0, 2)], ..tree(&small, "tree") };
    assert!(plots::svg(&Figure::Dendrogram(broken), 300.0, Theme::LIGHT).unwrap_err().contains("linkage"));
}

#[test]
fn places_and_values_are_each_others() {
    let tree = tree(&report("trees", &[]), "ward");
    for width in [320.0, 615.0, 1200.0] {
        let layout = Layout::new(&tree, width);
        assert!(layout.labelled && layout.n_leaves == 30);
        for value in [0.0, 12.5, 295.0] {
            assert!((layout.at_x(layout.x(value)) - value).abs() < 1e-9);
            assert!((layout.at_y(layout.y(value)) - value).abs() < 1e-9);
        }
        assert!(layout.y(tree.highest()) > layout.top && layout.bottom < layout.height);
    }
}

/// The saved picture has what the notebook's has: a scale with its title, and labels.
#[test]
fn a_saved_dendrogram_keeps_its_axis() {
    let figure = Figure::Dendrogram(tree(&report("trees", &[("n_samples", "8"), ("n_clusters", "3")]), "average"));
    let drawn = plots::svg(&figure, 480.0, Theme::LIGHT).unwrap();
    for text in ["Cluster distance", "Sample index", "500", "7"] {
        assert!(drawn.contains(&format!("\n{text}\n")), "no '{text}' in {drawn}");
    }
    let table = figure.table();
    assert_eq!((table.rows.len(), table.columns.len()), (7, 5));
}
