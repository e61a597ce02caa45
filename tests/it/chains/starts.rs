//! Where chains start: the clusters of k-means, with as many clusters and the seed that the report says.

use super::{core, number, run, small};
use digitoscope::data::Dataset;
use digitoscope::experiments::{Entry, Serial, Values, poll_once};
use digitoscope::learn::cluster::{Init, KMeansOptions, Pixels, kmeans};
use digitoscope::learn::mixture::{Chain, ChainOptions, Hyper, Learn, Start};
use digitoscope::learn::preprocessing::Scaling;
use digitoscope::report::groups::whole;
use std::sync::Arc;

/// The clusters of black and white images, found without the experiment.
fn clusters(data: &Dataset, rows: &[u32], n_clusters: usize, random_state: u32) -> Vec<u32> {
    let bits: Vec<u8> = rows.iter().flat_map(|row| super::bits(data, *row)).collect();
    let points = Pixels::new(&bits, rows.len(), 64, Scaling::None).unwrap();
    let options = KMeansOptions { n_clusters, max_iter: 300, tol: 1e-4 };
    kmeans(&points, &Init::KMeansPlusPlus, 1, random_state, &options).unwrap().0.labels
}

#[test]
fn every_chain_goes_on_from_the_clusters_of_its_own_seed() {
    let data = small(90);
    let settings = [("init", "kmeans"), ("n_groups", "9"), ("learn", "fixed"), ("n_chains", "3"), ("n_iter", "2")];
    for (seed, seeds) in [("5", [5, 6, 7]), ("4294967295", [u32::MAX, 0, 1])] {
        let report = run(&[&settings[..], &[("random_state", seed)]].concat(), &data);
        let text = seeds.map(|seed| seed.to_string()).join(" ");
        assert_eq!(report.find("start_random_state").unwrap().value.full(), text);
        assert_eq!(number(&report, "start_n_clusters"), 9.0);
        for chain in 0..3 {
            let (images, labels, _) = core(&report, &data, chain);
            let rows = whole(&report.arrays, "rows").unwrap();
            let start = Start::Labels(clusters(&data, rows, 9, seeds[chain]));
            let options = ChainOptions {
                random_state: seeds[0],
                chain: chain as u32,
                learn: Learn::Fixed,
                learn_concentration: None,
                n_proposals: 0,
                n_followed: 0,
            };
            let hyper = Hyper::uniform(1.0, 1.0, 1.0, 64).unwrap();
            let mut alone = Chain::new(&images, options, &start, hyper).unwrap();
            (0..2).for_each(|_| alone.sweep(&images).unwrap());
            assert_eq!(alone.state().labels(), labels, "chain {chain}");
        }
    }
}

#[test]
fn a_chain_from_k_means_is_that_of_the_comparison_of_starts() {
    let data = small(120);
    let entry = Entry::find("starts").unwrap();
    let values: Values = [("n_groups", "4~11"), ("n_iter", "3"), ("random_state", "8"), ("concentrations", "1")]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .to_vec();
    let compared = poll_once(entry.run(&values, &data, &Serial::new(entry, Arc::clone(&data)))).unwrap().unwrap();
    let of = |n_groups: &str| {
        let settings =
            [("init", "kmeans"), ("n_groups", n_groups), ("learn", "fixed"), ("n_chains", "1"), ("n_iter", "3")];
        number(&run(&[&settings[..], &[("random_state", "8")]].concat(), &data), "groups_0")
    };
    let text = format!("{} {}", of("4"), of("11"));
    assert_eq!(compared.find("groups_kmeans").unwrap().value.full(), text);
}

#[test]
fn more_clusters_than_images_are_as_many_and_other_starts_name_no_clusters() {
    let data = small(20);
    let settings = [("n_chains", "1"), ("n_iter", "1"), ("n_groups", "900")];
    let report = run(&[&settings[..], &[("init", "kmeans")]].concat(), &data);
    assert_eq!(number(&report, "start_n_clusters"), 20.0);
    for init in ["random", "nearest", "together"] {
        let report = run(&[&settings[..], &[("init", init)]].concat(), &data);
        assert!(report.find("start_n_clusters").is_none() && report.find("start_random_state").is_none());
    }
}
