//! Predictions, representative partitions and shares of pairs against exact values.

use super::*;
use crate::random::default_rng;
use serde::Deserialize;

#[derive(Deserialize)]
struct Predicted {
    states: Vec<PredictedState>,
}

#[derive(Deserialize)]
struct PredictedState {
    case: String,
    #[serde(default)]
    z: Vec<u32>,
    #[serde(default)]
    queries: Vec<Query>,
    #[serde(default)]
    query: Vec<u8>,
    #[serde(default)]
    query_missing: Vec<u8>,
    #[serde(default)]
    expected_pixel_library_style_plain_average_over_states: Vec<f64>,
    #[serde(default)]
    expected_pixel_exact_bayes_weighted_by_p_observed: Vec<f64>,
}

#[derive(Deserialize)]
struct Query {
    query: Vec<u8>,
    query_missing: Vec<u8>,
    log_p_observed: f64,
    group_prob_then_new: Vec<f64>,
    expected_pixel: Vec<f64>,
    log_p_hidden_given_observed: f64,
}

#[test]
fn every_query_has_its_answer() {
    let cases = cases();
    let mut n_queries = 0;
    for state in fixture::<Predicted>("predictive.json").states {
        if state.z.is_empty() {
            exact_averages(&cases[0], &state);
            continue;
        }
        let case = cases.iter().find(|case| case.name == state.case).unwrap();
        let predictor = Predictor::new(&Counts::of(&case.images(), &state.z), &case.hyper());
        for query in &state.queries {
            let observed: Vec<bool> = query.query_missing.iter().map(|m| *m == 0).collect();
            let answer = predictor.answer(&query.query, &observed).unwrap();
            close(answer.log_p_observed, query.log_p_observed, 1e-9);
            let pairs = answer.responsibilities.iter().zip(&query.group_prob_then_new);
            pairs.chain(answer.expected.iter().zip(&query.expected_pixel)).for_each(|(a, b)| close(*a, *b, 1e-9));
            let hidden = predictor.log_p_hidden(&query.query, &observed).unwrap();
            close(hidden, query.log_p_hidden_given_observed, 1e-9);
            n_queries += 1;
        }
    }
    assert_eq!(n_queries, 144);
}

/// Averages over all partitions: of equal weight given each, and by the evidence of what was observed.
fn exact_averages(case: &Case, state: &PredictedState) {
    let observed: Vec<bool> = state.query_missing.iter().map(|m| *m == 0).collect();
    let (mut plain, mut weighted, mut evidence) = ([0.0; 3], [0.0; 3], 0.0);
    for (partition, share) in case.partitions.iter().zip(&case.posterior) {
        let counts = Counts::of(&case.images(), &labels_of(partition));
        let answer = Predictor::new(&counts, &case.hyper()).answer(&state.query, &observed).unwrap();
        let weight = share * libm::exp(answer.log_p_observed);
        evidence += weight;
        for d in 0..3 {
            plain[d] += share * answer.expected[d];
            weighted[d] += weight * answer.expected[d];
        }
    }
    for d in 0..3 {
        close(plain[d], state.expected_pixel_library_style_plain_average_over_states[d], 1e-9);
        close(weighted[d] / evidence, state.expected_pixel_exact_bayes_weighted_by_p_observed[d], 1e-9);
    }
}

#[test]
fn draws_have_the_expected_pixels_and_keep_the_observed() {
    let case = &cases()[1];
    let predictor = Predictor::new(&Counts::of(&case.images(), &[0, 0, 1, 0, 2, 2]), &case.hyper());
    let (query, observed) = ([1, 0, 0, 1], [true, false, false, true]);
    let expected = predictor.answer(&query, &observed).unwrap().expected;
    let chains = [predictor];
    let mut rng = default_rng(3);
    const DRAWS: u32 = 40_000;
    let drawn = complete(&chains, &query, &observed, Merge::Average, DRAWS, &mut rng).unwrap();
    assert_eq!([drawn[0], drawn[3]], [1.0, 1.0]);
    for d in [1, 2] {
        let error = (expected[d] * (1.0 - expected[d]) / f64::from(DRAWS)).sqrt();
        assert!((drawn[d] - expected[d]).abs() < 4.0 * error, "{} {}", drawn[d], expected[d]);
    }
    let mode = complete(&chains, &query, &observed, Merge::Mode, 999, &mut rng).unwrap();
    assert_eq!(mode[1], f64::from(u8::from(expected[1] > 0.5)));
    let whole = complete(&chains, &query, &[true; 4], Merge::Expected, 0, &mut rng).unwrap();
    assert_eq!(whole, [1.0, 0.0, 0.0, 1.0]);
    let none = complete(&chains, &query, &[false; 4], Merge::Expected, 0, &mut rng).unwrap();
    assert!(none.iter().all(|p| *p > 0.0 && *p < 1.0));
    assert!(complete(&[], &query, &observed, Merge::Expected, 0, &mut rng).is_err());
    assert!(complete(&chains, &query, &observed, Merge::Average, 0, &mut rng).is_err());
    assert!(complete(&chains, &query[1..], &observed, Merge::Expected, 0, &mut rng).is_err());
}

#[test]
fn the_partition_of_least_mean_distance_is_found() {
    for case in cases() {
        let partitions: Vec<Vec<u32>> = case.partitions.iter().map(|p| labels_of(p)).collect();
        let least = |loss| {
            let means = mean_distances(&partitions, &case.posterior, loss).unwrap();
            means.into_iter().fold(f64::INFINITY, f64::min)
        };
        // The posterior is given with twelve digits.
        close(least(Loss::Binder), case.point_estimates.binder.expected_loss_unordered_pairs, 1e-9);
        if let Some(vi) = &case.point_estimates.vi_bits {
            close(least(Loss::VariationOfInformation), vi.expected, 1e-9);
        }
        for i in 0..case.n {
            for j in 0..case.n {
                let share: f64 = (0..partitions.len())
                    .filter(|p| partitions[*p][i] == partitions[*p][j])
                    .map(|p| case.posterior[p])
                    .sum();
                close(share, case.coclustering[i][j], 1e-9);
            }
        }
    }
}

#[test]
fn pairs_are_counted_for_a_subset_only() {
    let partitions = [vec![0, 0, 1, 1], vec![5, 0, 0, 0]];
    let shares = co_assignment(&partitions, &[2, 3, 0]).unwrap();
    assert_eq!(shares.as_slice(), [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    assert!(co_assignment(&partitions, &[4]).is_err());
    assert!(co_assignment(&[], &[0]).is_err());
    assert!(co_assignment(&partitions, &[0; MOST_PAIRED + 1]).is_err());
    assert_eq!(representative(&[vec![0, 0, 1], vec![1, 1, 2], vec![0, 1, 2]], Loss::default()).unwrap().0, 0);
    assert!(representative(&[], Loss::Binder).is_err());
    assert!(representative(&[vec![0], vec![0, 1]], Loss::Binder).is_err());
}

#[test]
fn chains_agree_or_do_not() {
    assert_eq!(effective_groups(&[5, 5, 0, 5]).round(), 3.0);
    close(effective_groups(&[3, 1]), 1.7547653506033232, 1e-14);
    // Split halves have variances 1 and means 2, 5, 2, 5: W = 1, var of means = 3, n = 3.
    let chain = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    close(r_hat(&[chain.clone(), chain]).unwrap(), (2.0f64 / 3.0 + 3.0).sqrt(), 1e-14);
    assert_eq!(r_hat(&[vec![1.0; 3]]), None);
    assert_eq!(r_hat(&[vec![1.0; 4], vec![1.0; 4]]), Some(1.0));
    assert_eq!(r_hat(&[vec![1.0; 4], vec![2.0; 4]]), None);
}
