//! Where the truth is known: the library's 2-D simulation of smooth noise with a
//! signal in four corners.

use super::COMPAT;
use super::fixture::{Npy, json, near, numbers};
use digitoscope::learn::cluster::grid_to_graph;
use digitoscope::learn::inference::{
    Aggregation, CluDl, Control, DesparsifiedOptions, NodewiseAlpha, bootstrap_generators, bootstrap_rows, cludl,
    quantile_aggregation, select,
};
use digitoscope::learn::lasso::{LassoCvOptions, Solver};
use digitoscope::random::default_rng;

const SIDE: usize = 40;
const N: usize = 100;
const REGION: usize = 5;
const N_CLUSTERS: usize = 200;

const LASSO: LassoCvOptions = LassoCvOptions { eps: 0.01, fit_intercept: false, ..COMPAT };

/// `scipy.ndimage.gaussian_filter(image, 1)`.
fn smooth(image: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = (0..5).map(|k| (-0.5 * f64::from(k * k)).exp()).collect();
    let total = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    let at = |i: isize| {
        let i = if i < 0 { -1 - i } else { i };
        (if i >= SIDE as isize { 2 * SIDE as isize - 1 - i } else { i }) as usize
    };
    let mut image = image.to_vec();
    for (step, line) in [(SIDE, 1), (1, SIDE)] {
        let before = image.clone();
        for start in (0..SIDE).map(|i| i * line) {
            let value = |i: isize| before[start + at(i) * step];
            for i in 0..SIDE as isize {
                let sides = (1..5).map(|k| weights[k] * (value(i - k as isize) + value(i + k as isize)));
                image[start + i as usize * step] = (weights[0] * value(i) + sides.sum::<f64>()) / total;
            }
        }
    }
    image
}

/// Distance in pixels from a corner's square, by the larger of rows and columns; 0 inside.
fn distance(pixel: usize) -> usize {
    let edge = |i: usize| i.min(SIDE - 1 - i);
    let beyond = |i: usize| (edge(i) + 1).saturating_sub(REGION);
    beyond(pixel / SIDE).max(beyond(pixel % SIDE))
}

fn simulated(seed: u128) -> (Vec<f64>, Vec<f64>) {
    let mut stream = default_rng(seed);
    let noise: Vec<f64> = (0..N * SIDE * SIDE).map(|_| stream.standard_normal()).collect();
    let x: Vec<f64> = noise.chunks_exact(SIDE * SIDE).flat_map(smooth).collect();
    let signal: Vec<f64> = x
        .chunks_exact(SIDE * SIDE)
        .map(|row| row.iter().enumerate().filter(|(pixel, _)| distance(*pixel) == 0).map(|(_, value)| value).sum())
        .collect();
    let noise: Vec<f64> = (0..N).map(|_| stream.standard_normal()).collect();
    let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let scale = norm(&signal) / (norm(&noise) * 4.0);
    let y = signal.iter().zip(&noise).map(|(signal, noise)| signal + scale * noise).collect();
    (x, y)
}

fn inferences(x: &[f64], y: &[f64], seed: u32, options: &DesparsifiedOptions) -> Vec<CluDl> {
    let graph = grid_to_graph(SIDE, SIDE, None).unwrap();
    let one = |mut stream| {
        let rows = bootstrap_rows(N, 0.5, &mut stream).unwrap();
        cludl(x, y, &rows, &graph, N_CLUSTERS, options, &mut |_| ()).unwrap()
    };
    bootstrap_generators(seed, 20).into_iter().map(one).collect()
}

fn aggregated(found: &[CluDl]) -> Vec<f64> {
    let p: Vec<Vec<f64>> = found.iter().map(|one| one.feature_p()).collect();
    let p: Vec<&[f64]> = p.iter().map(|p| p.as_slice()).collect();
    quantile_aggregation(&p, Aggregation::Fixed { gamma: 0.5 }).unwrap()
}

/// Pixels selected one-sidedly at `fwer=0.1`.
fn selected(p: &[f64]) -> Vec<usize> {
    let map = select(p, &vec![1.0; p.len()], Control::Fwer { n_tests: N_CLUSTERS }, 0.1, false).unwrap();
    (0..p.len()).filter(|pixel| map[*pixel] == 1).collect()
}

#[test]
fn the_first_simulation_is_the_librarys() {
    let Some(case) = json("sim2d.json") else { return };
    let (x, y) = simulated(0);
    near(&x, &Npy::open("sim2d_X.npy").unwrap().numbers(), |_| 1e-12);
    near(&y, &Npy::open("sim2d_y.npy").unwrap().numbers(), |_| 1e-10);
    for (name, alpha) in
        [("encludl", NodewiseAlpha::Fixed(1.0)), ("alpha_frac_0.01_variant", NodewiseAlpha::ShareOfMax(0.01))]
    {
        let options = DesparsifiedOptions { lasso: LASSO, nodewise_alpha: alpha, ..Default::default() };
        let found = inferences(&x, &y, 0, &options);
        let expected = if name == "encludl" { &case[name] } else { &case[name]["encludl"] };
        if name == "encludl" {
            let labels: Vec<f64> = found.iter().flat_map(|one| one.labels.iter().map(|l| f64::from(*l))).collect();
            assert_eq!(labels, Npy::open("sim2d_encludl_labels.npy").unwrap().numbers());
            let p: Vec<f64> = found.iter().flat_map(|one| one.clusters.p.clone()).collect();
            near(&p, &Npy::open("sim2d_encludl_cluster_p.npy").unwrap().numbers(), |p| 1e-6 * p);
            let sigma: Vec<f64> = found.iter().map(|one| one.clusters.sigma).collect();
            near(&sigma, &numbers(&expected["sigma_hat"]), |s| 1e-9 * s);
        }
        let p = aggregated(&found);
        near(&p, &numbers(&expected["pixel_p"]), |p| 1e-6 * p);
        let mut map = vec![0.0; p.len()];
        selected(&p).into_iter().for_each(|pixel| map[pixel] = 1.0);
        assert_eq!(map, numbers(&expected["selected"]));
    }
}

/// Power, and how often anything is selected farther than three pixels from the
/// signal, over many seeds: what the specification found of 60.
#[test]
fn power_and_errors_are_as_promised() {
    let mut lasso = LASSO;
    lasso.solver = Solver::Exact;
    let options = DesparsifiedOptions { lasso, ..Default::default() };
    let n_seeds = 40;
    let (mut power, mut far, mut far_alone) = (0.0, 0, 0);
    for seed in 0..n_seeds {
        let (x, y) = simulated(u128::from(seed));
        let found = inferences(&x, &y, seed, &options);
        let map = selected(&aggregated(&found));
        let right = map.iter().filter(|pixel| distance(**pixel) == 0).count();
        power += right as f64 / (4 * REGION * REGION) as f64 / f64::from(n_seeds);
        far += u32::from(map.iter().any(|pixel| distance(*pixel) > 3));
        far_alone += u32::from(selected(&found[0].feature_p()).iter().any(|pixel| distance(*pixel) > 3));
    }
    assert!((0.80..=0.87).contains(&power), "power {power}");
    assert!(far <= n_seeds / 4, "{far} of {n_seeds} runs select far from the signal");
    assert!(far < far_alone, "many bootstraps err less often than one: {far}, {far_alone}");
}
