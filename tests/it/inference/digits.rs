//! The same on small digits, whose numbers the project keeps
//! (`tests/python/reference_inference.py`): grids of every shape, few regions, pieces
//! that do not touch, and what EnCluDL makes of them.

use super::COMPAT;
use super::fixture::{near, numbers};
use base64::Engine as _;
use digitoscope::learn::cluster::{grid_to_graph, ward_tree};
use digitoscope::learn::inference::{
    Aggregation, CluDl, Control, DesparsifiedOptions, NodewiseAlpha, bootstrap_generators, bootstrap_rows, cludl,
    log_two_sided_p, norm_cdf, norm_ppf, norm_sf, quantile_aggregation, select, two_sided_p,
};
use digitoscope::random::default_rng;
use serde_json::Value;

fn reference() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/inference.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
}

fn images(reference: &Value) -> (Vec<u8>, Vec<f64>) {
    let text = reference["images"].as_str().unwrap();
    (base64::engine::general_purpose::STANDARD.decode(text).unwrap(), numbers(&reference["labels"]))
}

fn integers(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|value| value.as_u64().unwrap() as u32).collect()
}

fn size(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

#[test]
fn regions_on_every_grid_are_scikit_learns() {
    let reference = reference();
    let (images, _) = images(&reference);
    let mut trees = 0;
    for case in reference["regions"].as_array().unwrap() {
        let (height, width) = (size(&case["shape"][0]), size(&case["shape"][1]));
        let mask: Option<Vec<bool>> =
            case.get("mask").map(|mask| mask.as_array().unwrap().iter().map(|kept| kept.as_bool().unwrap()).collect());
        let taken = |i: usize| i < height * width && mask.as_ref().is_none_or(|mask| mask[i]);
        let n = size(&case["n_samples"]);
        let x: Vec<u8> = images
            .chunks_exact(64)
            .take(n)
            .flat_map(|image| image.iter().enumerate().filter(|(i, _)| taken(*i)).map(|(_, pixel)| *pixel))
            .collect();
        let graph = grid_to_graph(height, width, mask.as_deref()).unwrap();
        let rows: Vec<u32> = (0..n as u32).collect();
        let tree = ward_tree(&x, &rows, &graph, 1, &mut |_| ()).unwrap();
        let expected: Vec<Vec<u32>> = case["children"].as_array().unwrap().iter().map(integers).collect();
        // Of few regions scikit-learn may stop before the whole tree.
        let children: Vec<Vec<u32>> = tree.children().map(|(a, b)| vec![a, b]).take(expected.len()).collect();
        assert_eq!(children, expected, "{height} x {width}");
        let heights: Vec<f64> = tree.heights().take(expected.len()).collect();
        near(&heights, &numbers(&case["distances"]), |height| 1e-12 * height);
        for (k, labels) in case["labels"].as_object().unwrap() {
            assert_eq!(tree.labels(k.parse().unwrap()).unwrap(), integers(labels), "{height} x {width}, {k}");
        }
        trees += 1;
    }
    assert_eq!(trees, 6);
}

#[test]
fn ensembles_are_the_librarys() {
    let reference = reference();
    let (x, y) = images(&reference);
    let graph = grid_to_graph(8, 8, None).unwrap();
    for case in reference["ensembles"].as_array().unwrap() {
        let k = size(&case["n_clusters"]);
        let n_bootstraps = size(&case["n_bootstraps"]);
        let share = case["cluster_bootstrap_size"].as_f64().unwrap();
        let mut options = DesparsifiedOptions { lasso: COMPAT, ..Default::default() };
        if case.get("share").is_some() {
            options.nodewise_alpha = NodewiseAlpha::ShareOfMax(0.01);
        }
        let streams = bootstrap_generators(size(&case["random_state"]) as u32, n_bootstraps as u32);
        let mut found: Vec<CluDl> = Vec::new();
        for (b, mut stream) in streams.into_iter().enumerate() {
            let mut rows = bootstrap_rows(y.len(), share, &mut stream).unwrap();
            let one = cludl(&x, &y, &rows, &graph, k, &options, &mut |_| ()).unwrap();
            rows.sort_unstable();
            assert_eq!(rows, integers(&case["rows"][b]));
            assert_eq!(one.labels, integers(&case["labels"][b]));
            near(&[one.clusters.sigma], &[case["sigma"][b].as_f64().unwrap()], |sigma| 1e-10 * sigma);
            near(&[one.clusters.lasso.alpha], &[case["alpha"][b].as_f64().unwrap()], |alpha| 1e-12 * alpha);
            let beta = numbers(&case["beta"][b]);
            let largest = super::largest(&beta);
            near(&one.clusters.beta, &beta, |_| 1e-7 * largest);
            near(&one.clusters.p, &numbers(&case["p"][b]), |p| 1e-6 * p);
            near(&one.clusters.lower, &numbers(&case["lower"][b]), |_| 1e-7 * largest);
            near(&one.clusters.upper, &numbers(&case["upper"][b]), |_| 1e-7 * largest);
            found.push(one);
        }
        let gamma = case.get("gamma").map_or(0.5, |gamma| gamma.as_f64().unwrap());
        let how = match case.get("adaptive") {
            Some(_) => Aggregation::AdaptiveCompat { gamma_min: gamma },
            None => Aggregation::Fixed { gamma },
        };
        let p: Vec<Vec<f64>> = found.iter().map(|one| one.feature_p()).collect();
        let p: Vec<&[f64]> = p.iter().map(|p| p.as_slice()).collect();
        let p = quantile_aggregation(&p, how).unwrap();
        near(&p, &numbers(&case["pixel_p"]), |p| 1e-6 * p);
        let parts: Vec<Vec<f64>> = found.iter().map(|one| one.feature_importance()).collect();
        let importance: Vec<f64> =
            (0..64).map(|i| parts.iter().map(|part| part[i]).sum::<f64>() / parts.len() as f64).collect();
        let expected = numbers(&case["pixel_importance"]);
        near(&importance, &expected, |_| 1e-7 * super::largest(&expected));
        for (name, fwer, two) in [("selected", 0.1, true), ("selected_one", 0.05, false)] {
            let map = select(&p, &importance, Control::Fwer { n_tests: k }, fwer, two).unwrap();
            let map: Vec<f64> = map.into_iter().map(f64::from).collect();
            assert_eq!(map, numbers(&case[name]), "{name}, {k} regions");
            assert!(map.iter().any(|sign| *sign != 0.0) && map.contains(&0.0), "a map that says something");
        }
    }
}

/// CluDL by itself draws from its generator, not from a child of it.
#[test]
fn a_single_inference_draws_from_its_own_stream() {
    let reference = reference();
    let (x, y) = images(&reference);
    let case = &reference["single"];
    let mut rows = bootstrap_rows(y.len(), 0.5, &mut default_rng(4)).unwrap();
    let options = DesparsifiedOptions { lasso: COMPAT, ..Default::default() };
    let found = cludl(&x, &y, &rows, &grid_to_graph(8, 8, None).unwrap(), 20, &options, &mut |_| ()).unwrap();
    rows.sort_unstable();
    assert_eq!(rows, integers(&case["rows"]));
    near(&found.feature_p(), &numbers(&case["pixel_p"]), |p| 1e-6 * p);
}

#[test]
fn the_normal_distribution_is_scipys() {
    let reference = reference();
    let case = &reference["normal"];
    let z = numbers(&case["z"]);
    let of = |f: &dyn Fn(f64) -> f64, values: &[f64]| values.iter().map(|value| f(*value)).collect::<Vec<f64>>();
    // SciPy's own tails are good to about 13 digits.
    near(&of(&norm_sf, &z), &numbers(&case["sf"]), |p| 2e-13 * p);
    near(&of(&norm_cdf, &z), &numbers(&case["cdf"]), |p| 1e-15 * p);
    near(&of(&norm_ppf, &numbers(&case["p"])), &numbers(&case["ppf"]), |z| 1e-14 * z.max(0.1));
    let far = numbers(&case["far"]);
    let half = |z: f64| log_two_sided_p(z) - std::f64::consts::LN_2;
    near(&of(&half, &far), &numbers(&case["logsf"]), |log| 1e-14 * log);
    assert_eq!((norm_ppf(0.0), norm_ppf(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    assert!(norm_ppf(-0.1).is_nan() && norm_ppf(f64::NAN).is_nan() && two_sided_p(f64::NAN).is_nan());
    assert_eq!((two_sided_p(39.0), two_sided_p(f64::INFINITY), two_sided_p(0.0)), (0.0, 0.0, 1.0));
}
