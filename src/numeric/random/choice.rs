//! `choice` with probabilities: what the legacy and the new generator share.

use super::words::Words;
use crate::error::{Error, Result};

/// Refuses what no `choice` without probabilities can answer.
///
/// Errors: more indices than `u32` can name, an empty population to draw from,
/// or a sample without replacement that exceeds its population.
pub(super) fn check_sizes(n: usize, size: usize, replace: bool) -> Result<()> {
    if n as u64 > 1 << 32 {
        return Err(Error::invalid("a", "at most 2**32, so that indices fit into 32 bits", n));
    }
    if n == 0 && size > 0 {
        return Err(Error::invalid("a", "greater than 0 unless no samples are taken", n));
    }
    if !replace && size > n {
        let must_be = format!("at most the population of {n} when 'replace' is false");
        return Err(Error::invalid("size", must_be, size));
    }
    Ok(())
}

/// Draws `size` indices below `n` with probabilities `p` of length `n`
/// (`choice(n, size, replace, p)` of both NumPy generators).
///
/// Errors are NumPy's: see [`check_p`] and [`check_sizes`], and without
/// replacement fewer non-zero probabilities than `size`.
pub(super) fn choice_p(words: &mut impl Words, n: usize, size: usize, replace: bool, p: &[f64]) -> Result<Vec<u32>> {
    check_sizes(n, if replace { size } else { 0 }, true)?;
    check_p(n, p)?;
    check_sizes(n, size, replace)?;
    if replace {
        let cdf = cumulative(p);
        return Ok((0..size).map(|_| search_right(&cdf, words.next_f64())).collect());
    }
    let possible = p.iter().filter(|&&p| p > 0.0).count();
    if possible < size {
        return Err(Error::invalid("size", format!("at most {possible}, the non-zero entries of 'p'"), size));
    }
    let mut p = p.to_vec();
    let mut found: Vec<u32> = Vec::with_capacity(size);
    while found.len() < size {
        // A round of draws all at once: the repeats in it are dropped, and what
        // was found is taken out of the distribution before the next round.
        for &i in &found {
            p[i as usize] = 0.0;
        }
        let cdf = cumulative(&p);
        let mut taken = vec![false; n];
        for _ in found.len()..size {
            let i = search_right(&cdf, words.next_f64());
            if !std::mem::replace(&mut taken[i as usize], true) {
                found.push(i);
            }
        }
    }
    Ok(found)
}

/// Refuses what is not a distribution over `0..n`: another length, NaN, negative
/// entries, or a sum further from 1 than the square root of the double epsilon.
fn check_p(n: usize, p: &[f64]) -> Result<()> {
    if p.len() != n {
        return Err(Error::invalid("p", format!("as long as the population of {n}"), format!("{} entries", p.len())));
    }
    let sum = kahan_sum(p);
    if sum.is_nan() {
        return Err(Error::invalid("p", "free of NaN", "NaN"));
    }
    if let Some(negative) = p.iter().find(|&&p| p < 0.0) {
        return Err(Error::invalid("p", "non-negative", negative));
    }
    if (sum - 1.0).abs() > f64::EPSILON.sqrt() {
        return Err(Error::invalid("p", "probabilities that sum to 1", format!("a sum of {sum}")));
    }
    Ok(())
}

/// The compensated sum by which NumPy judges whether `p` sums to 1.
fn kahan_sum(values: &[f64]) -> f64 {
    let mut sum = values.first().copied().unwrap_or(0.0);
    let mut lost = 0.0;
    for &value in values.iter().skip(1) {
        let next = value - lost;
        let total = sum + next;
        lost = (total - sum) - next;
        sum = total;
    }
    sum
}

/// Running sums of `p`, scaled so that the last is 1.
fn cumulative(p: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut cdf: Vec<f64> = Vec::with_capacity(p.len());
    for &p in p {
        sum += p;
        cdf.push(sum);
    }
    cdf.iter_mut().for_each(|c| *c /= sum);
    cdf
}

/// First index whose running sum exceeds `u` (`searchsorted(side="right")`).
fn search_right(cdf: &[f64], u: f64) -> u32 {
    cdf.partition_point(|&c| c <= u) as u32
}
