//! The proof: given the library's rows, the same bootstraps, parcels and masks.

use super::fixture::{Npy, folder, json, near, numbers};
use super::{COMPAT, EXACT};
use digitoscope::data::gunzip::gunzip;
use digitoscope::learn::cluster::grid_to_graph;
use digitoscope::learn::inference::{
    Aggregation, CluDl, Control, DesparsifiedOptions, bootstrap_generators, bootstrap_rows, cludl, cluster_means,
    desparsified_lasso, parcels, quantile_aggregation, select,
};
use digitoscope::learn::lasso::LassoCvOptions;
use digitoscope::report::sight::Look;
use digitoscope::report::{Inferred, Rate, Task};

/// 5,000 images of two digits, and their labels.
fn task(name: &str) -> Option<(Vec<u8>, Vec<f64>)> {
    let packed = std::fs::read(folder()?.join(format!("x_{name}.u8.gz"))).unwrap();
    let x = gunzip("x", &packed, 5000 * 784).unwrap();
    Some((x, Npy::open(&format!("y_{name}.npy"))?.numbers()))
}

fn ensemble(x: &[u8], y: &[f64], seed: u32, lasso: LassoCvOptions) -> Vec<CluDl> {
    let graph = grid_to_graph(28, 28, None).unwrap();
    let options = DesparsifiedOptions { lasso, ..Default::default() };
    let one = |mut stream| {
        let rows = bootstrap_rows(y.len(), 0.5, &mut stream).unwrap();
        cludl(x, y, &rows, &graph, 100, &options, &mut |_| ()).unwrap()
    };
    bootstrap_generators(seed, 10).into_iter().map(one).collect()
}

/// Aggregated p-values, mean importances, and the map of the notebook's setting.
fn joined(found: &[CluDl]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let p: Vec<Vec<f64>> = found.iter().map(|one| one.feature_p()).collect();
    let p: Vec<&[f64]> = p.iter().map(|p| p.as_slice()).collect();
    let p = quantile_aggregation(&p, Aggregation::Fixed { gamma: 0.5 }).unwrap();
    let parts: Vec<Vec<f64>> = found.iter().map(|one| one.feature_importance()).collect();
    let importance: Vec<f64> =
        (0..p.len()).map(|i| parts.iter().map(|part| part[i]).sum::<f64>() / parts.len() as f64).collect();
    let map = select(&p, &importance, Control::Fwer { n_tests: 100 }, 0.1, true).unwrap();
    (p, importance, map.into_iter().map(f64::from).collect())
}

/// Row `seed` of an array of the golden runs.
fn golden(task: &str, what: &str, seed: usize) -> Vec<f64> {
    let all = Npy::open(&format!("full_{task}_{what}.npy")).unwrap();
    let values = all.numbers();
    let size = values.len() / all.shape[0];
    values[seed * size..(seed + 1) * size].to_vec()
}

fn proof(name: &str) {
    let Some((x, y)) = task(name) else { return };
    let found = ensemble(&x, &y, 0, COMPAT);
    let (p, importance, map) = joined(&found);
    let all = |part: &dyn Fn(&CluDl) -> Vec<f64>| found.iter().flat_map(part).collect::<Vec<f64>>();
    assert_eq!(all(&|one| one.labels.iter().map(|l| f64::from(*l)).collect()), golden(name, "labels", 0));
    near(&all(&|one| vec![one.clusters.lasso.alpha]), &golden(name, "alpha", 0), |a| 1e-12 * a);
    near(&all(&|one| vec![one.clusters.sigma]), &golden(name, "sigma", 0), |s| 1e-11 * s);
    let beta = golden(name, "cluster_beta", 0);
    near(&all(&|one| one.clusters.beta.clone()), &beta, |_| 1e-7 * super::largest(&beta));
    near(&all(&|one| one.clusters.omega.clone()), &golden(name, "cluster_omega", 0), |o| 1e-7 * o);
    near(&all(&|one| one.clusters.p.clone()), &golden(name, "cluster_p", 0), |p| 1e-6 * p);
    near(&p, &golden(name, "pixel_p", 0), |p| 1e-6 * p);
    let expected = golden(name, "pixel_importance", 0);
    near(&importance, &expected, |_| 1e-7 * super::largest(&expected));
    assert_eq!(map, golden(name, "selection", 0), "compat");

    follows(&found, name);

    // To the last digits: other p-values, the same map.
    let exact = ensemble(&x, &y, 0, EXACT);
    assert_eq!(exact.iter().map(|one| one.clusters.n_not_converged).sum::<u32>(), 0);
    assert_eq!(joined(&exact).2, golden(name, "selection", 0), "exact");
    for (a, b) in exact.iter().zip(&found) {
        near(&a.clusters.z, &b.clusters.z, |_| 0.2);
    }
}

/// From what a report keeps follows the library's map, and at other levels what its p-values say.
fn follows(found: &[CluDl], name: &str) {
    let importance = golden(name, "pixel_importance", 0);
    let task = Task {
        name: name.into(),
        classes: (0, 1),
        class_names: Default::default(),
        first_mean: vec![0.0; 784],
        second_mean: vec![0.0; 784],
        lit: vec![1.0; 784],
        importance: importance.iter().map(|value| *value as f32).collect(),
        known: (0..10).collect(),
        labels: found.iter().flat_map(|one| one.labels.iter().map(|label| *label as f32 + 1.0)).collect(),
        z: found.iter().flat_map(|one| one.clusters.z.clone()).collect(),
    };
    let inferred = Inferred {
        data: String::new(),
        size: (28, 28),
        n_tests: 100,
        fwer: 0.1,
        two_tailed: true,
        aggregation: Aggregation::Fixed { gamma: 0.5 },
        n_bootstraps: 10,
        tasks: vec![task],
        rate: Rate::Fwer,
        look: Look::Mask,
    };
    let task = &inferred.tasks[0];
    let joined = task.joined(inferred.aggregation).unwrap();
    let p = golden(name, "pixel_p", 0);
    near(&joined.p, &p, |p| 1e-6 * p);
    let mask = |level: f64| -> Vec<f64> {
        inferred.mask(task, &joined, Rate::Fwer, level).unwrap().into_iter().map(f64::from).collect()
    };
    assert_eq!(mask(0.1), golden(name, "selection", 0));
    for level in [0.001, 0.005, 0.02, 0.3, 0.9] {
        let selected = |(p, importance): (&f64, &f64)| if *p < level / 2.0 / 100.0 { importance.signum() } else { 0.0 };
        let expected: Vec<f64> = p.iter().zip(&importance).map(selected).collect();
        assert_eq!(mask(level), expected, "{name} {level}");
    }
    let majority: Vec<Vec<i8>> = (0..10).map(|at| inferred.mask_of(task, at, Rate::Fwer, 0.1).unwrap()).collect();
    for (map, one) in majority.iter().zip(found) {
        let alone = select(&one.feature_p(), &one.feature_importance(), Control::Fwer { n_tests: 100 }, 0.1, true);
        assert_eq!(map, &alone.unwrap());
    }
}

#[test]
fn the_map_of_4_and_7_is_the_librarys() {
    proof("4_7");
}

#[test]
fn the_map_of_0_and_1_is_the_librarys() {
    proof("0_1");
}

#[test]
fn the_map_of_0_and_9_is_the_librarys() {
    proof("0_9");
}

#[test]
fn parcels_of_the_notebooks_figure_are_scikit_learns() {
    let Some((x, _)) = task("4_7") else { return };
    let rows = Npy::open("clusterplot_4_7_samples.npy").unwrap().numbers();
    let labels = Npy::open("clusterplot_4_7_labels.npy").unwrap().numbers();
    let graph = grid_to_graph(28, 28, None).unwrap();
    for (rows, labels) in rows.chunks_exact(2500).zip(labels.chunks_exact(784)) {
        let rows: Vec<u32> = rows.iter().map(|row| *row as u32).collect();
        let found = parcels(&x, &rows, &graph, 100, &mut |_| ()).unwrap();
        assert_eq!(found.into_iter().map(f64::from).collect::<Vec<_>>(), labels);
    }
}

#[test]
fn one_inference_on_given_clusters_is_the_librarys() {
    let Some(case) = json("cludl_fixed_labels_4_7.json") else { return };
    let (x, y) = task("4_7").unwrap();
    let labels: Vec<u32> = numbers(&case["labels"]).into_iter().map(|label| label as u32).collect();
    let options = DesparsifiedOptions { lasso: COMPAT, ..Default::default() };
    let clusters = desparsified_lasso(cluster_means(&x, &labels, 100), &y, &options).unwrap();
    let sizes = digitoscope::learn::cluster::cluster_sizes(&labels, 100);
    let found = CluDl { labels, sizes, clusters };
    let expected = |what: &str| numbers(&case[what]);
    near(&[found.clusters.lasso.alpha], &[case["alpha"].as_f64().unwrap()], |a| 1e-12 * a);
    near(&[found.clusters.sigma], &[case["sigma_hat"].as_f64().unwrap()], |s| 1e-11 * s);
    let coef = expected("lasso_coef");
    near(&found.clusters.lasso.coef, &coef, |_| 1e-9 * super::largest(&coef));
    near(&found.clusters.p, &expected("cluster_p"), |p| 1e-6 * p);
    near(&found.feature_p(), &expected("pixel_p"), |p| 1e-6 * p);
    let importance = expected("pixel_importance");
    near(&found.feature_importance(), &importance, |_| 1e-7 * super::largest(&importance));
    let control = Control::Fwer { n_tests: 100 };
    let map = select(&found.feature_p(), &found.feature_importance(), control, 0.1, true).unwrap();
    assert_eq!(map.into_iter().map(f64::from).collect::<Vec<_>>(), expected("selected_fwer_0p1_two_tailed"));
}
