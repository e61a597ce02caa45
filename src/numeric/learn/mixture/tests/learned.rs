//! Hyperparameters and concentration against densities integrated on fine grids.

use super::*;
use crate::learn::mixture::concentration;
use crate::learn::mixture::hyper::{self, Side};
use crate::random::default_rng;
use libm::log;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Pixel>,
    crp_alpha: Vec<Alpha>,
}

#[derive(Deserialize)]
struct Pixel {
    name: String,
    h: Vec<u32>,
    n: Vec<u32>,
    a_given_b_1: GivenOne,
    joint: Joint,
    score_checks: Vec<Check>,
}

#[derive(Deserialize)]
struct GivenOne {
    quantile_levels: Vec<f64>,
    quantiles_a: Vec<f64>,
}

#[derive(Deserialize)]
#[allow(non_snake_case)]
struct Joint {
    E_log_a: f64,
    E_log_b: f64,
    E_mean: f64,
    sd_log_a: f64,
    sd_log_b: f64,
    E_log_a_plus_b: f64,
}

#[derive(Deserialize)]
struct Check {
    a: f64,
    b: f64,
    score_data: f64,
    log_prior: f64,
}

#[derive(Deserialize)]
struct Alpha {
    #[serde(rename = "K")]
    k: usize,
    #[serde(rename = "N")]
    n: usize,
    mean: f64,
    sd: f64,
    quantile_levels: Vec<f64>,
    quantiles: Vec<f64>,
}

impl Pixel {
    /// One pixel, groups of these sizes in which it is on so often.
    fn counts(&self) -> Counts {
        let mut counts = Counts::new(1, self.n.len());
        for (slot, (h, n)) in self.h.iter().zip(&self.n).enumerate() {
            (0..*n).for_each(|i| counts.add(slot, &[u8::from(i < *h)], &[]));
        }
        counts
    }

    fn side(&self, off: bool, other: f64) -> Side {
        let count = |(h, n): (&u32, &u32)| f64::from(if off { n - h } else { *h });
        let counts = self.h.iter().zip(&self.n).map(count).filter(|count| *count > 0.0).collect();
        Side { counts, totals: self.n.iter().map(|n| f64::from(*n)).collect(), other }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean and its standard error by 50 batches.
fn with_error(values: &[f64]) -> (f64, f64) {
    let batches: Vec<f64> = values.chunks(values.len() / 50).map(mean).collect();
    let middle = mean(&batches);
    let spread: f64 = batches.iter().map(|b| (b - middle) * (b - middle)).sum();
    (middle, (spread / (batches.len() * (batches.len() - 1)) as f64).sqrt())
}

#[test]
fn densities_are_scores_and_priors() {
    for pixel in fixture::<Fixture>("hyper.json").cases {
        let counts = pixel.counts();
        for check in &pixel.score_checks {
            let hyper = Hyper { alpha: 1.0, a: vec![check.a], b: vec![check.b] };
            close(score_data(&counts, &hyper), check.score_data, 1e-9);
            close(-2.5 * log(check.a + check.b), check.log_prior, 1e-9);
            // Differences along one side are those of score plus prior.
            let moved = Hyper { alpha: 1.0, a: vec![2.0 * check.a], b: vec![check.b] };
            let along = pixel.side(false, check.b);
            let theirs =
                score_data(&counts, &moved) - 2.5 * log(2.0 * check.a + check.b) - check.score_data - check.log_prior;
            close(along.log_density(2.0 * check.a) - along.log_density(check.a), theirs, 1e-8);
            let moved = Hyper { alpha: 1.0, a: vec![check.a], b: vec![3.0 * check.b] };
            let along = pixel.side(true, check.a);
            let theirs =
                score_data(&counts, &moved) - 2.5 * log(check.a + 3.0 * check.b) - check.score_data - check.log_prior;
            close(along.log_density(3.0 * check.b) - along.log_density(check.b), theirs, 1e-8);
        }
    }
}

#[test]
fn slices_of_one_side_have_the_quantiles() {
    for pixel in fixture::<Fixture>("hyper.json").cases {
        let side = pixel.side(false, 1.0);
        let mut rng = default_rng(23);
        let mut a = 1.0;
        let draws: Vec<f64> = (0..20_000)
            .map(|_| {
                a = side.draw(Learn::LogSlice, a, &mut rng);
                a
            })
            .collect();
        for (level, quantile) in pixel.a_given_b_1.quantile_levels.iter().zip(&pixel.a_given_b_1.quantiles_a) {
            let below: Vec<f64> = draws.iter().map(|a| f64::from(u8::from(a < quantile))).collect();
            let (share, error) = with_error(&below);
            assert!((share - level).abs() < 4.0 * error + 1e-4, "{} {level}: {share} +- {error}", pixel.name);
        }
    }
}

fn joint(pixel: &Pixel, learn: Learn, n_steps: usize) -> [Vec<f64>; 4] {
    let counts = pixel.counts();
    let mut rng = default_rng(29);
    let mut hyper = Hyper::uniform(1.0, 1.0, 1.0, 1).unwrap();
    let mut values: [Vec<f64>; 4] = Default::default();
    for _ in 0..n_steps {
        hyper = hyper::draw(&counts, &hyper, learn, &mut rng);
        let (a, b) = (hyper.a[0], hyper.b[0]);
        let now = [log(a), log(b), a / (a + b), log(a + b)];
        values.iter_mut().zip(now).for_each(|(values, now)| values.push(now));
    }
    values
}

#[test]
fn slices_of_both_sides_have_the_moments() {
    for pixel in fixture::<Fixture>("hyper.json").cases {
        let values = joint(&pixel, Learn::LogSlice, 40_000);
        let expected = [pixel.joint.E_log_a, pixel.joint.E_log_b, pixel.joint.E_mean, pixel.joint.E_log_a_plus_b];
        for (at, (values, expected)) in values.iter().zip(expected).enumerate() {
            let (found, error) = with_error(values);
            assert!(
                (found - expected).abs() < 4.0 * error + 1e-3,
                "{} {at}: {found} +- {error}, {expected}",
                pixel.name
            );
        }
        for (values, sd) in values.iter().zip([pixel.joint.sd_log_a, pixel.joint.sd_log_b]) {
            let middle = mean(values);
            let squares: Vec<f64> = values.iter().map(|v| (v - middle) * (v - middle)).collect();
            let (variance, error) = with_error(&squares);
            assert!((variance - sd * sd).abs() < 4.0 * error + 1e-2, "{}: {variance} +- {error}, {sd}", pixel.name);
        }
    }
}

#[test]
fn the_linear_slice_has_the_same_law() {
    let pixels = fixture::<Fixture>("hyper.json").cases;
    let pixel = pixels.iter().find(|pixel| pixel.name == "mixed").unwrap();
    let values = joint(pixel, Learn::LinearSlice, 20_000);
    for (values, expected) in values.iter().zip([pixel.joint.E_log_a, pixel.joint.E_log_b, pixel.joint.E_mean]) {
        let (found, error) = with_error(values);
        assert!((found - expected).abs() < 4.0 * error, "{found} +- {error}, {expected}");
        assert!(error < 0.1);
    }
}

#[test]
fn concentrations_have_the_quantiles() {
    for case in fixture::<Fixture>("hyper.json").crp_alpha {
        let mut rng = default_rng(31);
        let mut alpha = 1.0;
        let draws: Vec<f64> = (0..40_000)
            .map(|_| {
                alpha = concentration::draw(alpha, case.k, case.n, GammaPrior::default(), &mut rng);
                alpha
            })
            .collect();
        let (found, error) = with_error(&draws);
        assert!((found - case.mean).abs() < 4.0 * error, "K = {}: {found} +- {error}, {}", case.k, case.mean);
        let squares: Vec<f64> = draws.iter().map(|v| (v - found) * (v - found)).collect();
        let (variance, error) = with_error(&squares);
        assert!((variance - case.sd * case.sd).abs() < 4.0 * error);
        for (level, quantile) in case.quantile_levels.iter().zip(&case.quantiles) {
            let below: Vec<f64> = draws.iter().map(|a| f64::from(u8::from(a < quantile))).collect();
            let (share, error) = with_error(&below);
            assert!((share - level).abs() < 4.0 * error + 1e-4, "K = {} {level}: {share} +- {error}", case.k);
        }
    }
}

#[test]
fn gamma_draws_below_one_have_their_moments() {
    let mut rng = default_rng(37);
    for shape in [0.3, 1.0] {
        let draws: Vec<f64> = (0..50_000).map(|_| concentration::gamma(shape, &mut rng)).collect();
        let (found, error) = with_error(&draws);
        assert!((found - shape).abs() < 4.0 * error, "{found} {shape}");
    }
}
