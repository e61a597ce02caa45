//! Which pixels matter: every part against numbers of hidimstat 0.4.0 and
//! scikit-learn 1.9.1 (fixtures beside the original data), and the whole against
//! its selection maps, pixel for pixel.

mod bad;
mod digits;
mod fixture;
mod maps;
mod report;
mod simulated;

use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{cluster_sizes, grid_to_graph, ward_tree};
use digitoscope::learn::inference::{
    Aggregation, Control, Desparsified, DesparsifiedOptions, NodewiseAlpha, bonferroni, bootstrap_generators,
    bootstrap_rows, desparsified_lasso, one_sided_corrected, one_sided_p, quantile_aggregation, select,
};
use digitoscope::learn::lasso::{Folds, LassoCv, LassoCvOptions, Solver, Stopping, lasso_cv};
use fixture::{Npy, json, near, numbers};

const COMPAT: LassoCvOptions = LassoCvOptions {
    eps: 1e-3,
    n_alphas: 100,
    fit_intercept: true,
    solver: Solver::Compat,
    stopping: Stopping { tol: 1e-4, max_iter: 1000 },
};

const EXACT: LassoCvOptions = LassoCvOptions { solver: Solver::Exact, ..COMPAT };

#[test]
fn trees_of_pixels_are_scikit_learns() {
    let Some(cases) = json("ward_small.json") else { return };
    let graph = grid_to_graph(28, 28, None).unwrap();
    for name in ["d47_n300", "d47_n40", "d01_n200"] {
        let case = &cases[name];
        let x = Npy::open(&format!("ward_small_{name}_X.npy")).unwrap();
        let rows: Vec<u32> = (0..x.shape[0] as u32).collect();
        let tree = ward_tree(&x.bytes(), &rows, &graph, 1, &mut |_| ()).unwrap();
        let children: Vec<f64> = tree.children().flat_map(|(a, b)| [f64::from(a), f64::from(b)]).collect();
        let expected: Vec<f64> = case["children"].as_array().unwrap().iter().flat_map(numbers).collect();
        assert_eq!(children, expected, "{name}");
        let heights: Vec<f64> = tree.heights().collect();
        near(&heights, &numbers(&case["heights"]), |h| 1e-12 * h);
        for k in [2, 25, 50, 100, 200, 400] {
            let labels = tree.labels_by_creation(k).unwrap();
            let as_numbers: Vec<f64> = labels.iter().map(|label| f64::from(*label)).collect();
            assert_eq!(as_numbers, numbers(&case[format!("labels_early_stop_{k}")]), "{name} {k}");
            let sizes: Vec<f64> = cluster_sizes(&labels, k).iter().map(|size| f64::from(*size)).collect();
            assert_eq!(sizes, numbers(&case[format!("sizes_{k}")]), "{name} {k}");
        }
        assert_eq!(tree.labels(100).unwrap(), tree.labels_by_creation(100).unwrap());
    }
}

#[test]
fn bootstraps_are_the_librarys() {
    let Some(expected) = Npy::open("subsamples_seeds0-5.npy") else { return };
    let rows = expected.numbers();
    for (seed, rows) in (0..6).zip(rows.chunks_exact(10 * 2500)) {
        for (mut stream, rows) in bootstrap_generators(seed, 10).into_iter().zip(rows.chunks_exact(2500)) {
            let drawn = bootstrap_rows(5000, 0.5, &mut stream).unwrap();
            let mut drawn: Vec<f64> = drawn.into_iter().map(f64::from).collect();
            let mut rows = rows.to_vec();
            drawn.sort_by(f64::total_cmp);
            rows.sort_by(f64::total_cmp);
            assert_eq!(drawn, rows, "seed {seed}");
        }
    }
}

/// The images of 4 and 7 as means of 100 clusters, and their labels.
fn reduced() -> Option<(Matrix, Vec<f64>)> {
    let x = Npy::open("reduced_X.npy")?;
    let y = Npy::open("reduced_y.npy")?.numbers();
    Some((Matrix::from_vec(x.numbers(), x.shape[0], x.shape[1]).unwrap(), y))
}

/// `X` and `y` less their means.
fn centered(mut x: Matrix, mut y: Vec<f64>) -> (Matrix, Vec<f64>) {
    let n = x.n_rows();
    let means: Vec<f64> = (0..x.n_cols()).map(|j| (0..n).map(|i| x.row(i)[j]).sum::<f64>() / n as f64).collect();
    (0..n).for_each(|i| x.row_mut(i).iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean));
    let mean = y.iter().sum::<f64>() / n as f64;
    y.iter_mut().for_each(|y| *y -= mean);
    (x, y)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

#[test]
fn penalties_are_chosen_as_lasso_cv_does() {
    let Some(cases) = json("lassocv_reduced.json") else { return };
    let (x, y) = reduced().unwrap();
    let (x, y) = centered(x, y);
    let folds = Folds::new(&x, &y, 5).unwrap();
    let settings = [
        ("seed_default", COMPAT, 1e-10, 1e-9),
        ("sim2d_setting", LassoCvOptions { eps: 0.01, fit_intercept: false, ..COMPAT }, 1e-10, 1e-9),
        ("tight", LassoCvOptions { stopping: Stopping { tol: 1e-12, max_iter: 200_000 }, ..COMPAT }, 1e-9, 1e-8),
        ("exact_activeset", EXACT, 1e-10, 1e-9),
    ];
    for (name, options, mse_tol, coef_tol) in settings {
        let case = &cases[name];
        let fit: LassoCv = lasso_cv(&folds, &options).unwrap();
        near(&fit.alphas, &numbers(&case["alphas"]), |alpha| 1e-12 * alpha);
        let mse: Vec<f64> = case["mse_path"].as_array().unwrap().iter().flat_map(numbers).collect();
        near(&fit.mse_path.concat(), &mse, |_| mse_tol);
        near(&fit.mean_mse(), &numbers(&case["mean_mse"]), |_| mse_tol);
        assert_eq!(fit.best as u64, case["best_index"].as_u64().unwrap(), "{name}");
        let coef = numbers(&case["coef"]);
        near(&fit.coef, &coef, |_| coef_tol * largest(&coef));
        assert!(fit.intercept.abs() < 1e-13);
        assert_eq!(fit.n_not_converged, 0);
    }
}

fn inferred(x: &Matrix, y: &[f64], lasso: LassoCvOptions, change: impl Fn(&mut DesparsifiedOptions)) -> Desparsified {
    let mut options = DesparsifiedOptions { lasso, ..Default::default() };
    change(&mut options);
    desparsified_lasso(x.clone(), y, &options).unwrap()
}

#[test]
fn desparsified_lassos_are_the_librarys() {
    let Some(cases) = json("desparsified_reduced.json") else { return };
    let (x, y) = reduced().unwrap();
    let settings: [(&str, Desparsified, f64); 4] = [
        ("seed_default", inferred(&x, &y, COMPAT, |_| ()), 1e-7),
        ("alpha_frac_0.01", inferred(&x, &y, COMPAT, |o| o.nodewise_alpha = NodewiseAlpha::ShareOfMax(0.01)), 1e-7),
        ("dof_adjustment", inferred(&x, &y, COMPAT, |o| o.dof_adjustment = true), 1e-7),
        ("exact_activeset", inferred(&x, &y, EXACT, |_| ()), 1e-8),
    ];
    for (name, found, tol) in settings {
        let case = &cases[name];
        let expected = |what: &str| numbers(&case[what]);
        let beta = expected("beta_hat");
        near(&found.beta, &beta, |_| tol * largest(&beta));
        near(&found.omega, &expected("omega"), |value| tol * value);
        near(&found.se, &expected("se"), |value| tol * value);
        near(&found.z, &expected("z"), |_| tol);
        near(&[found.sigma], &[case["sigma_hat"].as_f64().unwrap()], |value| 1e-11 * value);
        assert_eq!(found.support_size as u64, case["support_size"].as_u64().unwrap(), "{name}");
        near(&found.p, &expected("p_two_sided"), |p| 1e-6 * p);
        if name == "exact_activeset" {
            continue;
        }
        near(&bonferroni(&found.p), &expected("p_two_sided_bonferroni"), |p| 1e-6 * p);
        near(&found.lower, &expected("cb_min"), |_| tol * largest(&beta));
        near(&found.upper, &expected("cb_max"), |_| tol * largest(&beta));
        let (p, other) = one_sided_p(&found.z);
        near(&p, &expected("p_one_sided"), |p| 1e-6 * p);
        near(&other, &expected("one_minus_p"), |p| 1e-6 * p);
        near(&one_sided_corrected(&p), &expected("p_one_sided_corr"), |p| 1e-6 * p);
        near(&one_sided_corrected(&other), &expected("one_minus_p_corr"), |p| 1e-6 * p);
        near(&found.nodewise_alpha, &expected("nodewise_alpha"), |alpha| 1e-12 * alpha);
    }
}

#[test]
fn p_values_are_aggregated_as_by_the_library() {
    let Some(cases) = json("aggregation.json") else { return };
    let mut compared = 0;
    for case in cases["cases"].as_array().unwrap() {
        let rows: Vec<Vec<f64>> = case["p"].as_array().unwrap().iter().map(numbers).collect();
        let rows: Vec<&[f64]> = rows.iter().map(|row| row.as_slice()).collect();
        for gamma in ["0.05", "0.1", "0.2", "0.3", "0.5", "0.9", "1"] {
            let value: f64 = gamma.parse().unwrap();
            let settings = [
                ("fixed_gamma", Aggregation::Fixed { gamma: value }),
                ("adaptive_gammamin", Aggregation::AdaptiveCompat { gamma_min: value }),
                ("meinshausen_adaptive_gammamin", Aggregation::Adaptive { gamma_min: value }),
            ];
            for (name, how) in settings {
                let Some(expected) = case.get(format!("{name}_{gamma}")).filter(|value| value.is_array()) else {
                    // The library fails there; so do we.
                    assert!(matches!(how, Aggregation::AdaptiveCompat { .. }));
                    continue;
                };
                let found = quantile_aggregation(&rows, how).unwrap();
                let expected = numbers(expected);
                near(&found, &expected, |p| 1e-13 * p);
                compared += found.len();
            }
        }
    }
    assert_eq!(compared, 423);
}

#[test]
fn selections_are_the_librarys() {
    let Some(cases) = json("selection.json") else { return };
    let mut compared = 0;
    for case in cases["cases"].as_array().unwrap() {
        let (p, importance) = (numbers(&case["p"]), numbers(&case["importance"]));
        for (level, text) in [(0.05, "0.05"), (0.1, "0.1")] {
            for (two, word) in [(false, "False"), (true, "True")] {
                let settings = [
                    (format!("fwer_{text}_ntests_None_two_{word}"), Control::Fwer { n_tests: p.len() }),
                    (format!("fwer_{text}_ntests_100_two_{word}"), Control::Fwer { n_tests: 100 }),
                    (format!("fwer_{text}_ntests_10_two_{word}"), Control::Fwer { n_tests: 10 }),
                    (format!("fdr_bhq_{text}_two_{word}"), Control::FdrBhq),
                    (format!("fdr_bhy_{text}_two_{word}"), Control::FdrBhy),
                ];
                for (name, control) in settings {
                    let Some(expected) = case.get(&name) else { continue };
                    let found = select(&p, &importance, control, level, two).unwrap();
                    for ((found, expected), p) in found.iter().zip(numbers(expected)).zip(&p) {
                        // The library draws a p-value that is not a number as a gap.
                        let expected = if expected.is_nan() { 0.0 } else { expected };
                        assert_eq!(f64::from(*found), expected, "{name} {p}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 2000, "{compared}");
}
