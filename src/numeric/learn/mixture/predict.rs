//! What the model expects of pixels that are hidden.

use super::counts::Counts;
use super::model::Hyper;
use crate::error::{Error, Result};
use crate::random::Generator;
use libm::{exp, log};

/// One partition as a distribution of images, ready for queries.
#[derive(Debug, Clone)]
pub struct Predictor {
    n_features: usize,
    /// Slot of each group; those of the last entry, a new group, are free.
    slots: Vec<u32>,
    /// Log weight of each group before anything is observed, normalised, the new one last.
    log_prior: Vec<f64>,
    /// Probability that each pixel is on, row-major `(groups + 1, n_features)`.
    on: Vec<f64>,
    log_on: Vec<f64>,
    log_off: Vec<f64>,
}

/// What a predictor makes of one query.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Log probability of the observed pixels.
    pub log_p_observed: f64,
    /// Probability of each group given the observed pixels, the new one last.
    pub responsibilities: Vec<f64>,
    /// Probability that each pixel is on given the observed ones (Rao-Blackwell:
    /// no draws). Observed pixels have it too; who shows them echoes the query.
    pub expected: Vec<f64>,
}

impl Predictor {
    /// The distribution that a partition stands for.
    pub fn new(counts: &Counts, hyper: &Hyper) -> Self {
        let n_features = counts.n_features();
        let slots: Vec<u32> = counts.occupied().map(|slot| slot as u32).collect();
        let n: f64 = slots.iter().map(|slot| f64::from(counts.size(*slot as usize))).sum();
        let all = log(n + hyper.alpha);
        let mut log_prior: Vec<f64> =
            slots.iter().map(|slot| log(f64::from(counts.size(*slot as usize))) - all).collect();
        log_prior.push(log(hyper.alpha) - all);
        let mut on = Vec::with_capacity(log_prior.len() * n_features);
        let chance = |a: f64, b: f64, yes: f64, no: f64| (a + yes) / (a + b + (yes + no));
        let priors = || hyper.a.iter().zip(&hyper.b);
        for slot in &slots {
            let cells = counts.on(*slot as usize).iter().zip(counts.off(*slot as usize));
            on.extend(priors().zip(cells).map(|((a, b), (yes, no))| chance(*a, *b, f64::from(*yes), f64::from(*no))));
        }
        on.extend(priors().map(|(a, b)| chance(*a, *b, 0.0, 0.0)));
        let log_on = on.iter().map(|p| log(*p)).collect();
        let log_off = on.iter().map(|p| log(1.0 - p)).collect();
        Predictor { n_features, slots, log_prior, on, log_on, log_off }
    }

    /// The slot of each group, in the order of [`Answer::responsibilities`], which has the new group on top.
    pub fn slots(&self) -> &[u32] {
        &self.slots
    }

    /// Probability that each pixel is on in group `k` of [`slots`](Self::slots); those of a new group at the end.
    pub fn template(&self, k: usize) -> &[f64] {
        &self.on[k * self.n_features..(k + 1) * self.n_features]
    }

    /// Log weight of each group with the pixels of which `counts` says so.
    fn log_weights(&self, query: &[u8], counts: impl Fn(usize) -> bool) -> Vec<f64> {
        let pixels: Vec<usize> = (0..self.n_features).filter(|d| counts(*d)).collect();
        self.log_prior
            .iter()
            .enumerate()
            .map(|(k, prior)| {
                let cells = k * self.n_features..(k + 1) * self.n_features;
                let (on, off) = (&self.log_on[cells.clone()], &self.log_off[cells]);
                prior + pixels.iter().map(|d| if query[*d] != 0 { on[*d] } else { off[*d] }).sum::<f64>()
            })
            .collect()
    }

    /// What to expect of an image whose pixels are known where `observed` is.
    /// `query` is not 0 where a pixel is on; both of shape `(n_features,)`.
    ///
    /// Errors: another number of pixels.
    pub fn answer(&self, query: &[u8], observed: &[bool]) -> Result<Answer> {
        self.check(query, observed)?;
        let weights = self.log_weights(query, |d| observed[d]);
        let log_p_observed = log_sum_exp(&weights);
        let responsibilities: Vec<f64> = weights.iter().map(|w| exp(w - log_p_observed)).collect();
        let mut expected = vec![0.0; self.n_features];
        for (share, row) in responsibilities.iter().zip(self.on.chunks_exact(self.n_features)) {
            // What is below 2^-80 adds no bit to a sum of probabilities.
            if *share > 1e-24 {
                expected.iter_mut().zip(row).for_each(|(sum, p)| *sum += share * p);
            }
        }
        Ok(Answer { log_p_observed, responsibilities, expected })
    }

    /// Log probability of the hidden pixels of an image given the observed ones.
    ///
    /// Errors: another number of pixels.
    pub fn log_p_hidden(&self, query: &[u8], observed: &[bool]) -> Result<f64> {
        self.check(query, observed)?;
        let whole = log_sum_exp(&self.log_weights(query, |_| true));
        Ok(whole - log_sum_exp(&self.log_weights(query, |d| observed[d])))
    }

    /// A whole image drawn: a group first, then its pixels together; observed ones as in the query.
    ///
    /// Errors: another number of pixels.
    pub fn draw(&self, query: &[u8], observed: &[bool], rng: &mut Generator) -> Result<Vec<u8>> {
        let answer = self.answer(query, observed)?;
        Ok(self.draw_from(&answer, query, observed, rng))
    }

    /// [`draw`](Self::draw) of an answer that is there already.
    pub fn draw_from(&self, answer: &Answer, query: &[u8], observed: &[bool], rng: &mut Generator) -> Vec<u8> {
        let u = rng.random();
        let mut reached = 0.0;
        let found = answer.responsibilities.iter().position(|share| {
            reached += share;
            reached > u
        });
        let template = self.template(found.unwrap_or(answer.responsibilities.len() - 1));
        let pixel = |d: usize| if observed[d] { u8::from(query[d] != 0) } else { u8::from(rng.random() < template[d]) };
        (0..self.n_features).map(pixel).collect()
    }

    fn check(&self, query: &[u8], observed: &[bool]) -> Result<()> {
        for (name, len) in [("query", query.len()), ("observed", observed.len())] {
            if len != self.n_features {
                let must_be = format!("of {} pixels, as the images", self.n_features);
                return Err(Error::invalid(name, must_be, format!("{len} pixels")));
            }
        }
        Ok(())
    }
}

/// How the draws of all chains become one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Merge {
    /// Mean of what the chains expect: no draws.
    #[default]
    Expected,
    /// Mean of draws, as the notebook ("avg").
    Average,
    /// The more frequent value of draws; on if both are as frequent.
    Mode,
}

/// The hidden pixels completed by several chains of equal weight; observed ones as
/// in the query. `n_draws` of each chain, if there are draws.
///
/// Errors: no chains, no draws where there must be some, or another number of pixels.
pub fn complete(
    chains: &[Predictor],
    query: &[u8],
    observed: &[bool],
    merge: Merge,
    n_draws: u32,
    rng: &mut Generator,
) -> Result<Vec<f64>> {
    let Some(first) = chains.first() else {
        return Err(Error::invalid("n_chains", "an int in the range [1, inf)", 0));
    };
    if merge != Merge::Expected && n_draws == 0 {
        return Err(Error::invalid("samples_per_chain", "an int in the range [1, inf)", 0));
    }
    let mut sums = vec![0.0; first.n_features];
    for chain in chains {
        let answer = chain.answer(query, observed)?;
        match merge {
            Merge::Expected => sums.iter_mut().zip(&answer.expected).for_each(|(sum, p)| *sum += p),
            Merge::Average | Merge::Mode => {
                for _ in 0..n_draws {
                    let drawn = chain.draw_from(&answer, query, observed, rng);
                    sums.iter_mut().zip(drawn).for_each(|(sum, bit)| *sum += f64::from(bit));
                }
            }
        }
    }
    let of = chains.len() as f64 * if merge == Merge::Expected { 1.0 } else { f64::from(n_draws) };
    let pixel = |(d, sum): (usize, f64)| match (observed[d], merge) {
        (true, _) => f64::from(u8::from(query[d] != 0)),
        (false, Merge::Mode) => f64::from(u8::from(sum / of >= 0.5)),
        (false, _) => sum / of,
    };
    Ok(sums.into_iter().enumerate().map(pixel).collect())
}

fn log_sum_exp(values: &[f64]) -> f64 {
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    greatest + log(values.iter().map(|v| exp(v - greatest)).sum::<f64>())
}
