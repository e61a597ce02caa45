//! What workers do for a mixture: some sweeps of one chain, and a look at all of them.

use super::selection::{Purpose, stream};
use super::{Hidden, MixtureParams};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::lab::{Job, Tick, Ticker, Workplace};
use crate::learn::metrics;
use crate::learn::mixture::{Chain, Counts, Loss, Predictor, Snapshot, complete, representative};
use serde::{Deserialize, Serialize};

/// Images between two looks at the clock.
const VISITS: usize = 250;

/// Groups that are shown while a chain runs.
pub const SHOWN: usize = 24;

/// A piece of work.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// Sweeps of one chain.
    Sweeps {
        /// The settings.
        params: MixtureParams,
        /// Number of the chain, from 0.
        chain: u32,
        /// Where it was left; nothing at its start.
        from: Option<Box<Snapshot>>,
        /// Sweeps to do.
        n_sweeps: u32,
    },
    /// All that is shown of the finished chains.
    Look {
        /// The settings.
        params: MixtureParams,
        /// The chains.
        chains: Vec<Snapshot>,
    },
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Where a chain was left.
    Chain(Box<Snapshot>),
    /// What is shown of all of them.
    Look(Box<Look>),
}

/// One group of the first chain.
#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    /// Images in it.
    pub size: u32,
    /// Images of each digit of the selection.
    pub digits: Vec<u32>,
    /// Probability that each pixel is on.
    pub template: Vec<f64>,
}

/// What is shown of the chains.
#[derive(Serialize, Deserialize)]
pub struct Look {
    /// Groups of the first chain, largest first.
    pub groups: Vec<Group>,
    /// Of each chain: purity, adjusted Rand index, homogeneity, completeness and V-measure against the digits.
    pub against_digits: Vec<[f64; 5]>,
    /// Adjusted Rand index of each chain with each, row-major.
    pub between: Vec<f64>,
    /// The chain with the least mean variation of information to all.
    pub representative: u32,
    /// The images to complete.
    pub queries: Vec<u32>,
    /// Their completions, by the pixel.
    pub completions: Vec<Vec<f64>>,
    /// Over their hidden pixels: mean absolute error, mean log loss.
    pub errors: [f64; 2],
}

/// Groups in the order of the mosaics: largest first, the older first of two of one size.
fn by_size(counts: &Counts) -> Vec<usize> {
    let mut slots: Vec<usize> = counts.occupied().collect();
    slots.sort_by_key(|slot| std::cmp::Reverse(counts.size(*slot)));
    slots
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        match self {
            Task::Sweeps { params, chain, from, n_sweeps } => {
                sweeps(&params, chain, from, n_sweeps, place, ticker).map(|found| Found::Chain(Box::new(found)))
            }
            Task::Look { params, chains } => look(&params, chains, place).map(|found| Found::Look(Box::new(found))),
        }
    }
}

fn sweeps(
    params: &MixtureParams,
    number: u32,
    from: Option<Box<Snapshot>>,
    n_sweeps: u32,
    place: &mut Workplace,
    ticker: &mut dyn Ticker,
) -> Result<Snapshot> {
    let images = place.binary(&params.selection())?;
    let options = params.chain(number);
    let mut chain = match from {
        Some(saved) => Chain::resume(&images, options, *saved)?,
        None => Chain::new(&images, options, &params.start(), params.hyper(images.n_features())?)?,
    };
    for _ in 0..n_sweeps {
        while !chain.advance(&images, VISITS)? {
            if ticker.due() {
                let state = chain.state();
                let counts = state.counts();
                let predictor = Predictor::new(counts, state.hyper());
                let shown = by_size(counts).into_iter().take(SHOWN);
                let at = shown.filter_map(|slot| predictor.slots().iter().position(|own| *own as usize == slot));
                ticker.tell(Tick {
                    step: chain.n_sweeps() * images.n_samples() as u32 + chain.position(),
                    objective: state.log_joint(),
                    frame: at.flat_map(|k| predictor.template(k).iter().map(|p| *p as f32)).collect(),
                });
            }
        }
    }
    Ok(chain.snapshot())
}

fn look(params: &MixtureParams, saved: Vec<Snapshot>, place: &mut Workplace) -> Result<Look> {
    let selection = params.selection();
    let images = place.binary(&selection)?;
    let data = place.dataset();
    let chosen = selection.choose(data)?;
    let counts: Vec<Counts> = saved.iter().map(|chain| Counts::of(&images, &chain.labels)).collect();
    let predictors: Vec<Predictor> =
        counts.iter().zip(&saved).map(|(counts, chain)| Predictor::new(counts, &chain.hyper)).collect();
    let labels: Vec<Vec<u32>> = saved.into_iter().map(|chain| chain.labels).collect();
    let truth: Vec<u32> = chosen.rows.iter().map(|row| u32::from(data.labels[*row as usize])).collect();

    let against = |found: &Vec<u32>| -> Result<[f64; 5]> {
        let purity = metrics::purity(&truth, found)?;
        let rand = metrics::adjusted_rand_score(&truth, found)?;
        let (homogeneity, completeness, v) = metrics::homogeneity_completeness_v_measure(&truth, found, 1.0)?;
        Ok([purity, rand, homogeneity, completeness, v])
    };
    let pairs = labels.iter().flat_map(|a| labels.iter().map(move |b| metrics::adjusted_rand_score(a, b)));

    let template = |slot: usize| {
        let k = predictors[0].slots().iter().position(|own| *own as usize == slot).unwrap_or(0);
        predictors[0].template(k).to_vec()
    };
    let groups = by_size(&counts[0]).into_iter().map(|slot| {
        let mut digits = vec![0; params.digits.len()];
        for (label, digit) in labels[0].iter().zip(&truth) {
            if *label as usize == slot
                && let Some(at) = params.digits.iter().position(|own| own == digit)
            {
                digits[at] += 1;
            }
        }
        Group { size: counts[0].size(slot), digits, template: template(slot) }
    });
    let groups = groups.collect();

    let observed = params.hidden.observed(data.height, data.width);
    let mut rng = stream(params.random_state, Purpose::Draws);
    let completions = chosen
        .queries
        .iter()
        .map(|query| {
            let bits = selection.bits(data, *query);
            complete(&predictors, &bits, &observed, params.merge.into(), params.samples_per_chain, &mut rng)
        })
        .collect::<Result<Vec<Vec<f64>>>>()?;
    let errors = errors(params, data, &chosen.queries, &completions);
    Ok(Look {
        groups,
        against_digits: labels.iter().map(against).collect::<Result<_>>()?,
        between: pairs.collect::<Result<_>>()?,
        representative: representative(&labels, Loss::VariationOfInformation)?.0 as u32,
        queries: chosen.queries,
        completions,
        errors,
    })
}

/// Mean absolute error and log loss over the hidden pixels. A share of 0 or 1, as a
/// few draws give, counts as half a draw: it would cost without end.
fn errors(params: &MixtureParams, data: &Dataset, queries: &[u32], completions: &[Vec<f64>]) -> [f64; 2] {
    let selection = params.selection();
    let hidden: Vec<bool> = params.hidden.observed(data.height, data.width).iter().map(|seen| !seen).collect();
    let least = 0.5 / f64::from((params.n_chains * params.samples_per_chain).max(1));
    let (mut n, mut absolute, mut loss) = (0.0, 0.0, 0.0);
    for (query, completion) in queries.iter().zip(completions) {
        let bits = selection.bits(data, *query);
        for ((bit, p), _) in bits.iter().zip(completion).zip(&hidden).filter(|(_, hidden)| **hidden) {
            let right = if *bit == 1 { *p } else { 1.0 - p };
            n += 1.0;
            absolute += 1.0 - right;
            loss -= libm::log(if params.merge == super::Merged::Expected { right } else { right.max(least) });
        }
    }
    if n == 0.0 { [0.0; 2] } else { [absolute / n, loss / n] }
}

impl Hidden {
    /// For each pixel whether it is seen.
    pub fn observed(self, height: usize, width: usize) -> Vec<bool> {
        // The notebook hides D - D/2 pixels from the end; of an odd number of rows the middle one is cut.
        let pixels = height * width;
        (0..pixels)
            .map(|d| match self {
                Hidden::Bottom => d < pixels / 2,
                Hidden::Top => d >= pixels / 2,
                Hidden::Left => d % width >= width / 2,
                Hidden::Right => d % width < width / 2,
                Hidden::Dots => (d / width + d % width).is_multiple_of(2),
                Hidden::All => false,
            })
            .collect()
    }
}
