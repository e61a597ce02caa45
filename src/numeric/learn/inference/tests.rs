//! What must hold of the parts of the inference.

use super::*;
use crate::learn::Matrix;
use proptest::prelude::*;

proptest! {
    #[test]
    fn aggregated_p_values_keep_their_bounds(
        rows in (1usize..12).prop_flat_map(|b| prop::collection::vec(prop::collection::vec(0.0..=1.0f64, 4), b)),
        gamma in 0.01..=1.0f64,
    ) {
        let views: Vec<&[f64]> = rows.iter().map(|row| row.as_slice()).collect();
        let fixed = quantile_aggregation(&views, Aggregation::Fixed { gamma }).unwrap();
        let adaptive = quantile_aggregation(&views, Aggregation::Adaptive { gamma_min: gamma }).unwrap();
        for i in 0..4 {
            let all: Vec<f64> = rows.iter().map(|row| row[i]).collect();
            let least = all.iter().copied().fold(1.0, f64::min);
            let most = all.iter().copied().fold(0.0, f64::max);
            prop_assert!((0.0..=1.0).contains(&fixed[i]) && (0.0..=1.0).contains(&adaptive[i]));
            if rows.len() > 1 {
                prop_assert!(fixed[i] >= least.min(1.0) && fixed[i] <= (most / gamma).min(1.0) + 1e-15);
                // The adaptive one searches what the fixed one takes, and pays for it.
                let ranks = (1..=all.len()).filter(|r| *r as f64 >= gamma * all.len() as f64 - 1e-9);
                let mut sorted = all.clone();
                sorted.sort_by(f64::total_cmp);
                let slow = ranks.map(|r| sorted[r - 1] * all.len() as f64 / r as f64).fold(f64::INFINITY, f64::min);
                prop_assert!((adaptive[i] - ((1.0 - gamma.ln()) * slow).min(1.0)).abs() <= 1e-14);
            } else {
                prop_assert_eq!(fixed[i], all[0]);
            }
        }
        // The order of the repetitions does not count.
        let turned: Vec<&[f64]> = views.iter().rev().copied().collect();
        prop_assert_eq!(quantile_aggregation(&turned, Aggregation::Fixed { gamma }).unwrap(), fixed);
    }

    #[test]
    fn quantiles_undo_probabilities(z in -37.0..8.0f64) {
        let p = norm_cdf(z);
        let back = norm_ppf(p);
        // Near 1 a probability has few digits left to tell.
        let known = if z < 1.0 { 1e-14 } else { 1e-15 / norm_sf(z) };
        prop_assert!((back - z).abs() <= known * (1.0 + z.abs()), "{z} {back}");
        prop_assert!((norm_sf(-z) - p).abs() <= 1e-300);
    }

    #[test]
    fn logarithms_go_on_where_p_values_end(z in 0.0..37.0f64) {
        let (log, plain) = (log_two_sided_p(z), two_sided_p(z).ln());
        prop_assert!((log - plain).abs() <= 1e-13 * (1.0 + plain.abs()), "{log} {plain}");
        prop_assert!(log_two_sided_p(z + 0.1) < log);
    }

    /// Also far below what a double holds.
    #[test]
    fn logarithms_are_aggregated_as_p_values_are(
        rows in prop::collection::vec(prop::collection::vec(1e-12..1.0f64, 4), 1..9), gamma in 0.05..0.99f64,
    ) {
        let logs: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|p| p.ln()).collect()).collect();
        let views = |rows: &[Vec<f64>], how| {
            quantile_aggregation(&rows.iter().map(|row| row.as_slice()).collect::<Vec<_>>(), how).unwrap()
        };
        let log_views = |rows: &[Vec<f64>], how| {
            log_quantile_aggregation(&rows.iter().map(|row| row.as_slice()).collect::<Vec<_>>(), how).unwrap()
        };
        let settings = [
            Aggregation::Fixed { gamma },
            Aggregation::Fixed { gamma: 0.5 },
            Aggregation::Adaptive { gamma_min: gamma },
            Aggregation::AdaptiveCompat { gamma_min: gamma },
        ];
        for how in settings {
            let p = views(&rows, how);
            for (p, log) in p.iter().zip(log_views(&logs, how)) {
                prop_assert!((p.ln() - log).abs() <= 1e-12 * (1.0 + log.abs()) || !p.is_finite(), "{how:?} {p} {log}");
            }
            // A thousand less in every logarithm is a thousand less in what they come to, unless that was capped.
            let far: Vec<Vec<f64>> = logs.iter().map(|row| row.iter().map(|log| log - 1e3).collect()).collect();
            let farther: Vec<Vec<f64>> = logs.iter().map(|row| row.iter().map(|log| log - 2e3).collect()).collect();
            for (far, farther) in log_views(&far, how).iter().zip(log_views(&farther, how)) {
                prop_assert!((far - farther - 1e3).abs() <= 1e-9 || !far.is_finite(), "{how:?} {far} {farther}");
            }
        }
    }

    #[test]
    fn selections_are_those_of_their_words(
        p in prop::collection::vec(prop_oneof![0.0..1e-3f64, 0.0..1.0f64], 1..30), level in 0.01..0.5f64, two in any::<bool>(),
    ) {
        let importance: Vec<f64> = (0..p.len()).map(|i| i as f64 % 3.0 - 1.0).collect();
        let half = if two { level / 2.0 } else { level };
        let n = p.len() as f64;
        let fwer = select(&p, &importance, Control::Fwer { n_tests: 7 }, level, two).unwrap();
        let bhq = select(&p, &importance, Control::FdrBhq, level, two).unwrap();
        // The largest k of which k p-values are below k level / n.
        let k = (1..=p.len()).rev().find(|k| p.iter().filter(|p| **p < half / n * *k as f64).count() >= *k);
        for i in 0..p.len() {
            let sign = if two { importance[i] as i8 } else { 1 };
            prop_assert_eq!(fwer[i], if p[i] < half / 7.0 { sign } else { 0 });
            let within = k.is_some_and(|k| p[i] < half / n * k as f64);
            prop_assert_eq!(bhq[i], if within { sign } else { 0 });
        }
    }
}

fn noise(n: usize, m: usize, seed: u128) -> Matrix {
    let mut stream = crate::random::default_rng(seed);
    Matrix::from_vec((0..n * m).map(|_| stream.standard_normal()).collect(), n, m).unwrap()
}

fn options(solver: crate::learn::lasso::Solver) -> DesparsifiedOptions {
    let mut options = DesparsifiedOptions { nodewise_alpha: NodewiseAlpha::Fixed(0.01), ..Default::default() };
    options.lasso.solver = solver;
    options
}

#[test]
fn a_column_without_variance_has_no_data() {
    use crate::learn::lasso::Solver;
    let mut x = noise(60, 5, 3);
    (0..60).for_each(|i| x.row_mut(i)[2] = 0.1);
    let y: Vec<f64> = (0..60).map(|i| 2.0 * x.row(i)[0] + 0.3 * x.row(i)[4]).collect();
    for solver in [Solver::Exact, Solver::Compat] {
        let found = desparsified_lasso(x.clone(), &y, &options(solver)).unwrap();
        assert_eq!(found.no_data, [false, false, true, false, false]);
        assert_eq!((found.beta[2], found.p[2]), (0.0, 1.0));
        assert!(found.p[0] < 1e-10 && found.p.iter().all(|p| p.is_finite()));
        assert!(found.lower[0] < found.beta[0] && found.beta[0] < found.upper[0]);
    }
}

#[test]
fn more_columns_than_samples_still_find_the_one_that_matters() {
    use crate::learn::lasso::Solver;
    let x = noise(40, 60, 5);
    let noise = noise(40, 1, 6);
    let y: Vec<f64> = (0..40).map(|i| 3.0 * x.row(i)[7] + 0.1 * noise.row(i)[0]).collect();
    let found = desparsified_lasso(x, &y, &options(Solver::Exact)).unwrap();
    let least = (0..60).min_by(|a, b| found.p[*a].total_cmp(&found.p[*b]));
    assert_eq!(least, Some(7));
}

#[test]
fn bad_input_is_refused() {
    use crate::learn::lasso::Solver;
    let x = noise(20, 3, 1);
    let y: Vec<f64> = (0..20).map(f64::from).collect();
    let exact = options(Solver::Exact);
    assert!(desparsified_lasso(x.clone(), &y, &exact).is_ok());
    assert!(desparsified_lasso(x.clone(), &[4.0; 20], &exact).is_err());
    assert!(desparsified_lasso(x.clone(), &y[..19], &exact).is_err());
    assert!(desparsified_lasso(noise(20, 1, 1), &y, &exact).is_err());
    assert!(desparsified_lasso(noise(4, 3, 1), &y[..4], &exact).is_err());
    assert!(desparsified_lasso(x.clone(), &y, &DesparsifiedOptions { confidence: 1.0, ..exact }).is_err());
    let mut rng = bootstrap_generators(0, 1).remove(0);
    for size in [0.0, -0.5, 1.01, f64::NAN, 0.01] {
        assert!(bootstrap_rows(20, size, &mut rng).is_err(), "{size}");
    }
    assert!(quantile_aggregation(&[], Aggregation::Fixed { gamma: 0.5 }).is_err());
    assert!(quantile_aggregation(&[&[0.5], &[0.5, 0.1]], Aggregation::Fixed { gamma: 0.5 }).is_err());
    for gamma in [0.0, -1.0, 1.1, f64::NAN] {
        assert!(quantile_aggregation(&[&[0.5]], Aggregation::Fixed { gamma }).is_err());
    }
    for level in [0.0, 1.0, f64::NAN] {
        assert!(select(&[0.5], &[1.0], Control::Fwer { n_tests: 1 }, level, true).is_err());
    }
    assert!(select(&[0.5], &[1.0], Control::Fwer { n_tests: 0 }, 0.1, true).is_err());
    assert!(select(&[0.5], &[], Control::FdrBhq, 0.1, true).is_err());
}
