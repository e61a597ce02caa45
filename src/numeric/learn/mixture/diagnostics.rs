//! How many groups there are in effect, and whether chains agree.

use libm::{exp, log};

/// `exp` of the entropy of the sizes: the number of groups if all were of one size.
pub fn effective_groups(sizes: &[u32]) -> f64 {
    let n: f64 = sizes.iter().map(|size| f64::from(*size)).sum();
    let shares = sizes.iter().filter(|size| **size > 0).map(|size| f64::from(*size) / n);
    exp(-shares.map(|share| share * log(share)).sum::<f64>())
}

/// The potential scale reduction of split chains (Gelman et al. 2013, section
/// 11.4): each chain is cut in halves, and the spread between halves is compared
/// with that within them. Near 1 when chains agree; above 1.01 they do not yet.
///
/// `chains` are equally long. None if there are fewer than four draws each, or if
/// no half moves at all while they differ.
pub fn r_hat(chains: &[Vec<f64>]) -> Option<f64> {
    let n = chains.iter().map(Vec::len).min().filter(|n| *n >= 4)? / 2;
    let halves: Vec<&[f64]> = chains
        .iter()
        .flat_map(|chain| [&chain[chain.len() - 2 * n..chain.len() - n], &chain[chain.len() - n..]])
        .collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let variance = |values: &[f64]| {
        let middle = mean(values);
        values.iter().map(|v| (v - middle) * (v - middle)).sum::<f64>() / (values.len() as f64 - 1.0)
    };
    let means: Vec<f64> = halves.iter().map(|half| mean(half)).collect();
    let within = mean(&halves.iter().map(|half| variance(half)).collect::<Vec<f64>>());
    let between = variance(&means);
    match (within > 0.0, between > 0.0) {
        (true, _) => {
            let length = n as f64;
            Some((((length - 1.0) / length * within + between) / within).sqrt())
        }
        (false, false) => Some(1.0),
        (false, true) => None,
    }
}
