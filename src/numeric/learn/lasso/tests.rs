//! What must hold of every lasso, whichever way its minimum was found.

use super::*;
use crate::learn::Matrix;
use crate::learn::linalg::dot;
use proptest::prelude::*;

/// Samples that depend on each other a little, or (with `twins`) exactly.
fn samples(n: usize, m: usize, seed: u64, twins: bool) -> (Matrix, Vec<f64>) {
    let mut word = seed;
    let mut next = || {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (word >> 40) as f64 / 2f64.powi(23) - 1.0
    };
    let mut x = Matrix::zeros(n, m);
    let mut y = vec![0.0; n];
    for (i, y) in y.iter_mut().enumerate() {
        let common = next();
        for j in 0..m {
            x.row_mut(i)[j] = next() * (1.0 + j as f64) + common;
            if twins && j >= m / 2 && m > 1 {
                x.row_mut(i)[j] = 2.0 * x.row(i)[j - m / 2];
            }
        }
        *y = x.row(i)[0] - 0.5 * x.row(i)[m - 1] + 0.7 * next();
    }
    (x, y)
}

/// The largest violation of the conditions of a minimum, relative to the scale of the problem.
fn violation(problem: &Problem, w: &[f64]) -> f64 {
    let scale = problem.xy.iter().fold(problem.penalty, |most, c| most.max(c.abs()));
    let fitted = super::moments::gram_times(problem.gram, w);
    let mut worst = 0.0f64;
    for j in (0..w.len()).filter(|j| Some(*j) != problem.skip) {
        let left = problem.xy[j] - fitted[j];
        let off = match w[j] {
            0.0 => (left.abs() - problem.penalty).max(0.0),
            w => (left - problem.penalty * w.signum()).abs(),
        };
        worst = worst.max(off / scale);
    }
    worst
}

fn objective(problem: &Problem, w: &[f64]) -> f64 {
    let fitted = super::moments::gram_times(problem.gram, w);
    let l1: f64 = w.iter().map(|w| w.abs()).sum();
    0.5 * dot(&fitted, w) - dot(problem.xy, w) + problem.penalty * l1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_exact_lasso_is_a_minimum(
        n in 6usize..60, m in 1usize..24, seed in any::<u64>(), twins in any::<bool>(),
    ) {
        let (x, y) = samples(n, m, seed, twins);
        let folds = Folds::new(&x, &y, 5).unwrap();
        for intercept in [true, false] {
            let all = folds.without(1, intercept);
            let mut path = Path::new(Solver::Exact, Stopping::default(), m);
            for alpha in alpha_grid(&all, 1e-3, 12) {
                let penalty = alpha * all.n_samples;
                let problem = Problem { gram: &all.gram, xy: &all.xy, yy: all.yy, penalty, skip: None };
                let end = path.step(&problem);
                let w = path.weights().to_vec();
                if end.converged {
                    // Where columns depend on each other, the descent's gap bounds the rest.
                    let allowed = if end.gap == 0.0 { 1e-9 } else { 1e-5 };
                    prop_assert!(violation(&problem, &w) <= allowed, "{} of {:?}", violation(&problem, &w), end);
                }
                // Descent from nothing comes no lower, and as low if it arrives: where there are more columns than
                // samples it may still be on its way.
                let mut slow = vec![0.0; m];
                coordinate_descent(&problem, &mut slow, 1e-13, 50_000);
                let (found, other) = (objective(&problem, &w), objective(&problem, &slow));
                let equal = 1e-9 * all.yy;
                prop_assert!(found <= other + equal, "{found} {other}");
                let arrived = violation(&problem, &slow) <= 1e-9;
                prop_assert!(!arrived || other <= found + equal, "{found} {other}");
            }
        }
    }

    /// More columns than samples: whatever the penalty, the steps end by themselves, at the minimum.
    #[test]
    fn lassos_of_columns_that_depend_on_each_other_end_by_themselves(
        n in 7usize..24, more in 1usize..40, seed in any::<u64>(), twins in any::<bool>(),
    ) {
        let m = n + more;
        let (x, y) = samples(n, m, seed, twins);
        let all = Folds::new(&x, &y, 5).unwrap().without(1, true);
        let mut path = Path::new(Solver::Exact, Stopping::default(), m);
        for alpha in alpha_grid(&all, 1e-4, 15) {
            let problem = Problem { gram: &all.gram, xy: &all.xy, yy: all.yy, penalty: alpha * all.n_samples, skip: None };
            let end = path.step(&problem);
            prop_assert!(end.converged && end.gap == 0.0, "{end:?}");
            prop_assert!(violation(&problem, path.weights()) <= 1e-9, "{}", violation(&problem, path.weights()));
        }
        for i in [0, m / 2, m - 1] {
            let row = all.gram.row(i);
            let problem = Problem { gram: &all.gram, xy: row, yy: row[i], penalty: 1e-3 * row[i], skip: Some(i) };
            let mut set = ActiveSet::empty(m);
            let end = set.solve(&problem);
            prop_assert!(end.converged && end.gap == 0.0, "{i}: {end:?}");
            prop_assert!(violation(&problem, set.weights()) <= 1e-9, "{i}: {}", violation(&problem, set.weights()));
            prop_assert_eq!(set.weights()[i], 0.0);
        }
    }

    #[test]
    fn nodewise_lassos_from_the_precision_matrix_are_those_from_nothing(
        n in 30usize..60, m in 2usize..16, seed in any::<u64>(), share in 0.0..1.2f64,
    ) {
        use crate::learn::linalg::{Cholesky, View, product};
        let (x, y) = samples(n, m, seed, false);
        let all = Folds::new(&x, &y, 2).unwrap().all(true);
        let mut root = Matrix::zeros(m, m);
        (0..m).for_each(|i| root.row_mut(i)[i] = 1.0);
        Cholesky::new(&all.gram, 1e-12).unwrap().solve(&mut root);
        let precision = product(View::of(&root).t(), View::of(&root));
        for i in 0..m {
            let row = all.gram.row(i);
            let most = row.iter().enumerate().filter(|(j, _)| *j != i).fold(0.0f64, |most, (_, c)| most.max(c.abs()));
            let problem = Problem { gram: &all.gram, xy: row, yy: row[i], penalty: share * most, skip: Some(i) };
            let mut from_all = ActiveSet::regression(&precision, i);
            let mut from_none = ActiveSet::empty(m);
            prop_assert!(from_all.solve(&problem).converged && from_none.solve(&problem).converged);
            prop_assert!(violation(&problem, from_all.weights()) <= 1e-9);
            prop_assert!(violation(&problem, from_none.weights()) <= 1e-9);
            prop_assert_eq!(from_all.weights()[i], 0.0);
            for (a, b) in from_all.weights().iter().zip(from_none.weights()) {
                prop_assert!((a - b).abs() <= 1e-9, "{a} {b}");
            }
        }
    }

    #[test]
    fn errors_of_folds_are_those_of_the_samples(
        n in 7usize..40, m in 1usize..6, seed in any::<u64>(), intercept in any::<bool>(),
    ) {
        let (x, y) = samples(n, m, seed, false);
        let folds = Folds::new(&x, &y, 3).unwrap();
        let w: Vec<f64> = (0..m).map(|j| 0.3 - 0.1 * j as f64).collect();
        let mut from = 0;
        for fold in 0..3 {
            let to = from + n / 3 + usize::from(fold < n % 3);
            let train = folds.without(fold, intercept);
            let inside = |i: usize| (from..to).contains(&i);
            let mean = |f: &dyn Fn(usize) -> f64| {
                let rest: Vec<usize> = (0..n).filter(|i| !inside(*i)).collect();
                if intercept { rest.iter().map(|i| f(*i)).sum::<f64>() / rest.len() as f64 } else { 0.0 }
            };
            let offset = mean(&|i| y[i]) - (0..m).map(|j| w[j] * mean(&|i| x.row(i)[j])).sum::<f64>();
            let squares: f64 = (from..to).map(|i| (y[i] - offset - dot(x.row(i), &w)).powi(2)).sum();
            let expected = squares / (to - from) as f64;
            let found = folds.error(fold, &train, &w);
            prop_assert!((found - expected).abs() <= 1e-10 * (1.0 + expected), "{found} {expected}");
            from = to;
        }
    }
}

#[test]
fn bad_input_is_refused() {
    let (x, y) = samples(10, 3, 1, false);
    assert!(Folds::new(&x, &y, 1).is_err());
    assert!(Folds::new(&x, &y, 11).is_err());
    assert!(Folds::new(&x, &y[1..], 5).is_err());
    assert!(Folds::new(&Matrix::zeros(10, 0), &y, 5).is_err());
    let mut nan = y.clone();
    nan[3] = f64::NAN;
    assert!(Folds::new(&x, &nan, 5).is_err());
    let folds = Folds::new(&x, &y, 5).unwrap();
    for eps in [0.0, -1.0, 1.5, f64::NAN] {
        assert!(lasso_cv(&folds, &LassoCvOptions { eps, ..Default::default() }).is_err());
    }
    assert!(lasso_cv(&folds, &LassoCvOptions { n_alphas: 0, ..Default::default() }).is_err());
}

#[test]
fn nothing_to_fit_fits_nothing() {
    let (x, _) = samples(10, 3, 1, false);
    let fit = lasso_cv(&Folds::new(&x, &[2.0; 10], 5).unwrap(), &LassoCvOptions::default()).unwrap();
    assert_eq!(fit.coef, [0.0; 3]);
    assert_eq!(fit.alpha, 1e-15);
    assert!((fit.intercept - 2.0).abs() < 1e-15);
}
