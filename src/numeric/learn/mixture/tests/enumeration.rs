//! The sampler against exact laws: one sweep, long runs, the prior by Geweke's
//! test, splits and merges.

use super::*;
use crate::learn::mixture::split_merge;
use crate::random::{Generator, default_rng};
use libm::{erfc, exp, lgamma, log};
use std::collections::BTreeMap;

fn sweep(state: &mut State, images: &BinaryImages, rng: &mut Generator) {
    for i in rng.permutation(images.n_samples()) {
        state.visit(images, i as usize, rng.random()).unwrap();
    }
}

/// Chance of a chi-square statistic this large or larger, by the continued
/// fraction or the series of the incomplete gamma function.
fn chi_square_tail(statistic: f64, degrees: f64) -> f64 {
    let (a, x) = (degrees / 2.0, statistic / 2.0);
    if x <= 0.0 {
        return 1.0;
    }
    let front = exp(a * log(x) - x - lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-15 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut h = d;
    for i in 1..1000 {
        let an = -f64::from(i) * (f64::from(i) - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * h
}

/// p-value of counts against expected shares; cells expected fewer than 5 times are pooled.
fn p_value(found: &BTreeMap<String, u32>, partitions: &[String], shares: &[f64]) -> f64 {
    let n: u32 = found.values().sum();
    let (mut statistic, mut cells, mut pooled) = (0.0, 0.0, (0.0, 0.0));
    let mut cell = |expected: f64, observed: f64| {
        statistic += (observed - expected) * (observed - expected) / expected;
        cells += 1.0;
    };
    for (partition, share) in partitions.iter().zip(shares) {
        let expected = share * f64::from(n);
        let observed = f64::from(found.get(partition).copied().unwrap_or(0));
        if expected < 5.0 {
            pooled = (pooled.0 + expected, pooled.1 + observed);
        } else {
            cell(expected, observed);
        }
    }
    if pooled.0 > 0.0 {
        cell(pooled.0, pooled.1);
    }
    chi_square_tail(statistic, cells - 1.0)
}

#[test]
fn the_tail_of_chi_square_is_right() {
    // scipy.stats.chi2.sf
    close(chi_square_tail(3.841458820694124, 1.0), 0.04999999999999989, 1e-14);
    close(chi_square_tail(50.0, 51.0), 0.5133582325491168, 1e-12);
    close(chi_square_tail(1.0, 1.0), erfc(0.5f64.sqrt()), 1e-12);
    close(chi_square_tail(120.0, 51.0), 1.728891860823387e-7, 1e-18);
}

#[test]
fn one_sweep_has_the_exact_law() {
    for case in cases() {
        let images = case.images();
        let n = case.n as u32;
        let starts = [
            (vec![0; case.n], &case.sweep_kernel.from_all_together),
            ((0..n).collect(), &case.sweep_kernel.from_all_singletons),
        ];
        for (at, (start, row)) in starts.into_iter().enumerate() {
            let mut rng = default_rng(7 + at as u128);
            let mut found = BTreeMap::new();
            let fresh = case.state(start);
            for _ in 0..20_000 {
                let mut state = fresh.clone();
                sweep(&mut state, &images, &mut rng);
                *found.entry(growth_string(state.labels())).or_default() += 1;
            }
            let p = p_value(&found, &case.partitions, row);
            assert!(p > 1e-4, "{} start {at}: p = {p}", case.name);
        }
    }
}

#[test]
fn a_long_run_has_the_posterior() {
    for case in cases() {
        let images = case.images();
        let mut rng = default_rng(11);
        let mut state = case.state(vec![0; case.n]);
        let mut found = BTreeMap::new();
        for _ in 0..20_000 {
            for _ in 0..case.sweep_kernel.thin_for_1pct {
                sweep(&mut state, &images, &mut rng);
            }
            *found.entry(growth_string(state.labels())).or_default() += 1;
        }
        let p = p_value(&found, &case.partitions, &case.posterior);
        assert!(p > 1e-4, "{}: p = {p}", case.name);
    }
}

#[test]
fn splits_and_merges_keep_the_posterior() {
    for case in cases() {
        let images = case.images();
        let mut rng = default_rng(13);
        let mut state = case.state(vec![0; case.n]);
        let (mut found, mut accepted) = (BTreeMap::new(), [0; 2]);
        for _ in 0..12_000 {
            // Splits and merges reach every partition by themselves; ten for each one that is counted.
            let [splits, merges] = split_merge::propose(&mut state, &images, 10, &mut rng).unwrap();
            accepted = [accepted[0] + splits, accepted[1] + merges];
            *found.entry(growth_string(state.labels())).or_default() += 1;
        }
        assert_eq!(Counts::of(&images, state.labels()).n_groups(), state.counts().n_groups());
        assert!(accepted[0].abs_diff(accepted[1]) < case.n as u32, "{accepted:?}");
        let p = p_value(&found, &case.partitions, &case.posterior);
        assert!(p > 1e-4, "{}: p = {p}, {accepted:?}", case.name);
    }
}

#[derive(serde::Deserialize)]
struct Geweke {
    #[serde(rename = "N")]
    n: usize,
    #[serde(rename = "D")]
    d: usize,
    crp_alpha: f64,
    a: Vec<f64>,
    b: Vec<f64>,
    exact: Moments,
}

#[derive(serde::Deserialize)]
#[allow(non_snake_case)]
struct Moments {
    E_K: f64,
    E_singletons: f64,
    E_max_size: f64,
    E_pair_together: f64,
    E_total_on: f64,
    E_x0x1_pixelwise: Vec<f64>,
}

#[test]
fn alternating_images_and_groups_gives_the_prior() {
    let geweke: Geweke = {
        // The fixture calls it a probability; it is the mean of an indicator like the others.
        let mut value: serde_json::Value = fixture("geweke.json");
        value["exact"]["E_pair_together"] = value["exact"]["P_pair_together"].clone();
        serde_json::from_value(value).unwrap()
    };
    let (n, d) = (geweke.n, geweke.d);
    let hyper = Hyper { alpha: geweke.crp_alpha, a: geweke.a.clone(), b: geweke.b.clone() };
    let mut rng = default_rng(17);
    let mut bits = vec![0u8; n * d];
    let mut labels = vec![0u32; n];
    let exact = &geweke.exact;
    let expected = [
        exact.E_K,
        exact.E_singletons,
        exact.E_max_size,
        exact.E_pair_together,
        exact.E_total_on,
        exact.E_x0x1_pixelwise[1],
    ];
    const BATCHES: usize = 100;
    const LENGTH: usize = 600;
    let mut means = vec![[0.0; 6]; BATCHES];
    for batch in &mut means {
        for _ in 0..LENGTH {
            let images = BinaryImages::from_bits(&bits, &[], d).unwrap();
            let mut state = State::new(&images, labels.clone(), hyper.clone()).unwrap();
            sweep(&mut state, &images, &mut rng);
            labels = state.labels().to_vec();
            // Fresh images: of each group pixel by pixel, by its urn.
            for pixel in 0..d {
                let mut seen: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
                for (i, label) in labels.iter().enumerate() {
                    let (on, off) = seen.entry(*label).or_insert((hyper.a[pixel], hyper.b[pixel]));
                    let bit = rng.random() < *on / (*on + *off);
                    bits[i * d + pixel] = u8::from(bit);
                    if bit { *on += 1.0 } else { *off += 1.0 }
                }
            }
            let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
            labels.iter().for_each(|label| *sizes.entry(*label).or_default() += 1);
            let both_on = bits[1] * bits[d + 1];
            let values = [
                sizes.len() as f64,
                sizes.values().filter(|size| **size == 1).count() as f64,
                f64::from(*sizes.values().max().unwrap()),
                f64::from(u8::from(labels[0] == labels[1])),
                bits.iter().map(|bit| f64::from(*bit)).sum(),
                f64::from(both_on),
            ];
            batch.iter_mut().zip(values).for_each(|(sum, value)| *sum += value / LENGTH as f64);
        }
    }
    for (at, expected) in expected.into_iter().enumerate() {
        let mean = means.iter().map(|batch| batch[at]).sum::<f64>() / BATCHES as f64;
        let spread = means.iter().map(|batch| (batch[at] - mean) * (batch[at] - mean)).sum::<f64>();
        let error = (spread / (BATCHES * (BATCHES - 1)) as f64).sqrt();
        assert!(((mean - expected) / error).abs() < 4.0, "moment {at}: {mean} instead of {expected}, error {error}");
    }
}
