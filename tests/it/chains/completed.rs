//! What the page completes pictures with agrees with the numeric core and with the specification.

use super::{close, core, run, small};
use digitoscope::learn::mixture::{Counts, Merge, Predictor, State, complete};
use digitoscope::random::default_rng;
use digitoscope::report::groups::{Groups, real, whole};
use digitoscope::report::{Array, Numbers};
use serde_json::Value;
use std::path::Path;

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mixture").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn f64s(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn u8s(value: &Value) -> Vec<u8> {
    value.as_array().unwrap().iter().map(|value| value.as_u64().unwrap() as u8).collect()
}

/// The arrays that a report brings of one chain whose labels are 0, 1, …
fn arrays_of(bits: &[u8], labels: &[u32], (a, b, alpha): (&[f64], &[f64], f64)) -> Vec<Array> {
    let d = a.len();
    let groups = labels.iter().max().map_or(0, |label| *label as usize + 1);
    let (mut sizes, mut on) = (vec![0; groups], vec![0; groups * d]);
    for (row, label) in bits.chunks_exact(d).zip(labels) {
        sizes[*label as usize] += 1;
        on[*label as usize * d..][..d].iter_mut().zip(row).for_each(|(count, bit)| *count += u32::from(*bit));
    }
    let real = |name: &str, shape: &[u32], values: &[f64]| Array {
        name: name.into(),
        shape: shape.to_vec(),
        numbers: Numbers::F64(values.to_vec()),
    };
    let whole = |name: &str, values: Vec<u32>| Array {
        name: name.into(),
        shape: vec![values.len() as u32],
        numbers: Numbers::U32(values),
    };
    vec![
        real("alpha", &[1, d as u32], a),
        real("beta", &[1, d as u32], b),
        real("concentration", &[1], &[alpha]),
        whole("n_groups", vec![groups as u32]),
        whole("group_labels", (0..groups as u32).collect()),
        whole("group_sizes", sizes),
        whole("group_counts", on),
    ]
}

#[test]
fn the_page_answers_queries_as_the_specification_does() {
    let cases = fixture("partitions.json")["cases"].take();
    let mut n_queries = 0;
    for state in fixture("predictive.json")["states"].as_array().unwrap().iter().filter(|state| state["z"].is_array()) {
        let case = cases.as_array().unwrap().iter().find(|case| case["name"] == state["case"]).unwrap();
        // The page's chains never have pixels that are missing.
        if case["missing"].is_array() {
            continue;
        }
        let bits: Vec<u8> = case["X"].as_array().unwrap().iter().flat_map(u8s).collect();
        let labels: Vec<u32> = u8s(&state["z"]).into_iter().map(u32::from).collect();
        let prior = (&f64s(&case["a"])[..], &f64s(&case["b"])[..], case["crp_alpha"].as_f64().unwrap());
        let groups = Groups::of(&arrays_of(&bits, &labels, prior)).unwrap();
        for query in state["queries"].as_array().unwrap() {
            let bits = u8s(&query["query"]);
            let observed: Vec<bool> = u8s(&query["query_missing"]).iter().map(|missing| *missing == 0).collect();
            let found = groups.complete(&bits, &observed);
            let theirs = f64s(&query["group_prob_then_new"]);
            found.shares[0].iter().zip(&theirs).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-9));
            for (d, theirs) in f64s(&query["expected_pixel"]).into_iter().enumerate() {
                close(found.mean()[d], if observed[d] { f64::from(bits[d]) } else { theirs }, 1e-9);
            }
            n_queries += 1;
        }
    }
    assert_eq!(n_queries, 96, "queries of the fixtures");
}

#[test]
fn the_page_completes_as_the_chains_do() {
    let data = small(90);
    let report = run(&[("n_queries", "3"), ("n_iter", "4"), ("n_chains", "3")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    assert_eq!(groups.chains.len(), 3);
    let predictors: Vec<Predictor> = (0..3)
        .map(|chain| {
            let (images, labels, hyper) = core(&report, &data, chain);
            Predictor::new(&Counts::of(&images, &labels), &hyper)
        })
        .collect();
    let masks: Vec<Vec<bool>> =
        vec![(0..64).map(|d| d < 32).collect(), (0..64).map(|d| d % 7 != 0).collect(), vec![false; 64], vec![true; 64]];
    let queries = whole(&report.arrays, "queries").unwrap();
    for (at, query) in queries.iter().enumerate() {
        let bits: Vec<u8> = data.image(*query as usize).iter().map(|grey| u8::from(*grey > 0)).collect();
        for (i, observed) in masks.iter().enumerate() {
            let ours = groups.complete(&bits, observed);
            let theirs = complete(&predictors, &bits, observed, Merge::Expected, 0, &mut default_rng(0)).unwrap();
            ours.mean().iter().zip(&theirs).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-12));
            if i == 0 {
                let d = groups.n_features;
                let shown = &real(&report.arrays, "completions").unwrap()[at * d..(at + 1) * d];
                ours.mean().iter().zip(shown).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-12));
            }
            let spread = ours.spread();
            for d in 0..64 {
                let (low, high) = ours.expected.iter().fold((1.0_f64, 0.0_f64), |(l, h), e| (l.min(e[d]), h.max(e[d])));
                // Of three values the standard deviation is between these shares of their range.
                assert!(spread[d] <= 0.48 * (high - low) + 1e-12 && spread[d] >= 0.4 * (high - low) - 1e-12);
                assert!(!observed[d] || spread[d] == 0.0);
            }
        }
    }
}

#[test]
fn single_draws_are_the_same_again_and_have_the_expected_pixels() {
    let data = small(60);
    let report = run(&[("n_chains", "2")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    let bits: Vec<u8> = data.image(0).iter().map(|grey| u8::from(*grey > 0)).collect();
    let observed: Vec<bool> = (0..64).map(|d| d < 20).collect();
    let found = groups.complete(&bits, &observed);
    const DRAWS: u32 = 20_000;
    let mut sums = vec![0.0; 64];
    for i in 0..DRAWS {
        let (chain, group, pixels) = found.draw(&groups, i, &bits, &observed);
        assert_eq!(chain, i as usize % 2);
        assert!(group <= groups.chains[chain].sizes.len());
        pixels.iter().zip(&mut sums).for_each(|(bit, sum)| *sum += f64::from(*bit));
    }
    assert_eq!(found.draw(&groups, 7, &bits, &observed), found.draw(&groups, 7, &bits, &observed));
    for (d, mean) in found.mean().into_iter().enumerate() {
        if observed[d] {
            assert_eq!(sums[d], f64::from(DRAWS) * f64::from(bits[d]));
            continue;
        }
        // Pixels of one draw depend on each other, not those of two draws.
        let error = (mean * (1.0 - mean) / f64::from(DRAWS)).sqrt();
        assert!((sums[d] / f64::from(DRAWS) - mean).abs() <= 5.0 * error + 1e-9, "pixel {d}");
    }
}

#[test]
fn members_fit_their_group_as_the_sampler_weighs_them() {
    let data = small(80);
    let report = run(&[("n_iter", "3"), ("n_chains", "1")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    let (images, labels, hyper) = core(&report, &data, 0);
    let mut state = State::new(&images, labels.clone(), hyper).unwrap();
    let chain = &groups.chains[0];
    for (group, slot) in chain.slots.iter().enumerate() {
        let members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == *slot).collect();
        assert_eq!(members.len(), chain.sizes[group] as usize);
        let bits: Vec<Vec<bool>> =
            members.iter().map(|i| (0..64).map(|d| images.on(*i).contains(&(d as u16))).collect()).collect();
        let fits = chain.typicality(group, bits.iter().map(Vec::as_slice));
        for (member, fit) in members.iter().zip(fits) {
            if members.len() > 1 {
                let (weights, _) = state.log_weights(&images, *member);
                let own = weights.iter().find(|(known, _)| *known == *slot as usize).unwrap().1;
                close(fit, own - libm::log(members.len() as f64 - 1.0), 1e-5);
            }
        }
        if let Some((other, far)) = chain.nearest(group) {
            assert!(other != group && (0.0..=1.0).contains(&far));
        }
    }
    let sizes = &chain.sizes;
    assert!(sizes.is_sorted_by(|a, b| a >= b), "the largest first: {sizes:?}");
}

#[test]
fn a_saved_result_brings_no_chains() {
    assert!(Groups::of(&[]).is_none());
    let mut report = run(&[("n_chains", "1"), ("n_iter", "1")], &small(12));
    report.arrays.retain(|array| array.name != "group_counts");
    assert!(Groups::of(&report.arrays).is_none());
}
