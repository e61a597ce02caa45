//! What workers do for a mixture: some sweeps of one chain, and a look at all of them.

use super::company::company;
use super::completions::{Answered, Judges, errors, first};
use super::selection::{Purpose, stream};
use super::{Hidden, MixtureParams};
use crate::error::Result;
use crate::experiments::lab::{Job, Tick, Ticker, Tireless, Turn, Workplace};
use crate::learn::cluster::{Method, Samples, leaves_list, linkage};
use crate::learn::metrics;
use crate::learn::mixture::{
    BinaryImages, Chain, Counts, Hyper, Loss, Predictor, Snapshot, co_assignment, complete, followed, representative,
};
use crate::report::melting::Melting;
use serde::{Deserialize, Serialize};

/// Images between two looks at the clock.
const VISITS: usize = 250;

/// Visits of the first sweep of the first chain after which its groups are always told: who plays it again sees them melt.
const SEEN: u32 = 500;
/// Groups that are shown while a chain runs: four rows.
const SHOWN: usize = 48;

/// Images of which all pairs are shown, and which a chain follows through its last sweeps.
pub const PAIRED: u32 = 200;

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

/// The groups of one chain, the largest first.
#[derive(Clone, Serialize, Deserialize)]
pub struct Stored {
    /// Their labels.
    pub labels: Vec<u32>,
    /// Images in each.
    pub sizes: Vec<u32>,
    /// In how many of them each pixel is on, `(n_groups, n_features)`.
    pub on: Vec<u32>,
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
    /// The chain with the least mean variation of information to all, and that with the least mean Binder loss.
    pub representative: [u32; 2],
    /// The groups of each chain in pixels, for the page to complete pictures with.
    pub stored: Vec<Stored>,
    /// Images of which all pairs are shown, so that those often together stand together, ...
    pub paired: Vec<u32>,
    /// ... and the share of the chains that have two of them in one group, row-major.
    pub together: Vec<f64>,
    /// Of each chain how sure it is of the company of each image that it follows; empty if it has kept no sweep.
    pub company: Vec<Vec<f64>>,
    /// Of the first image to complete: what the chains expect, and the standard deviation between them.
    pub first: [Vec<f64>; 2],
    /// The images to complete.
    pub queries: Vec<u32>,
    /// Their completions, by the pixel.
    pub completions: Vec<Vec<f64>>,
    /// What each is taken for, and how probable its hidden part is.
    pub answered: Vec<Answered>,
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
                sweeps(&params, chain, from, n_sweeps, place, &mut Tireless(ticker))
                    .map(|(chain, _)| Found::Chain(chain))
            }
            Task::Look { params, chains } => look(&params, chains, place).map(|found| Found::Look(Box::new(found))),
        }
    }

    fn turn(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Turn<Self, Found>> {
        let Task::Sweeps { params, chain, from, n_sweeps } = self else {
            return self.run(place, ticker).map(Turn::Done);
        };
        Ok(match sweeps(&params, chain, from, n_sweeps, place, ticker)? {
            (found, 0) => Turn::Done(Found::Chain(found)),
            (found, n_sweeps) => Turn::Rest(Task::Sweeps { params, chain, from: Some(found), n_sweeps }),
        })
    }
}

/// Sweeps until all are done or the ticker is tired: the chain, and how many sweeps are left, one under way among them.
fn sweeps(
    params: &MixtureParams,
    number: u32,
    from: Option<Box<Snapshot>>,
    n_sweeps: u32,
    place: &mut Workplace,
    ticker: &mut dyn Ticker,
) -> Result<(Box<Snapshot>, u32)> {
    let images = place.binary(&params.selection())?;
    let options = params.chain(number);
    let mut chain = match from {
        Some(saved) => Chain::resume(&images, options, *saved)?,
        None => Chain::new(&images, options, &params.start(&images, number)?, params.hyper(images.n_features())?)?,
    };
    let mut left = n_sweeps;
    while left > 0 {
        if chain.advance(&images, VISITS)? {
            left -= 1;
        } else if ticker.due() || (number == 0 && chain.n_sweeps() == 0 && chain.position() % SEEN == 0) {
            ticker.tell(Tick {
                step: chain.n_sweeps() * images.n_samples() as u32 + chain.position(),
                objective: chain.state().log_joint(),
                frame: frame(chain.state().counts(), chain.state().hyper()),
            });
        }
        if ticker.tired() {
            break;
        }
    }
    Ok((Box::new(chain.snapshot()), left))
}

/// What is drawn of a chain under way.
fn frame(counts: &Counts, hyper: &Hyper) -> Vec<f32> {
    let slots = by_size(counts);
    let shown = &slots[..slots.len().min(SHOWN)];
    let level = |slot: usize| {
        let n = f64::from(counts.size(slot));
        let cells = counts.on(slot).iter().zip(hyper.a.iter().zip(&hyper.b));
        cells.map(move |(on, (a, b))| (255.0 * (a + f64::from(*on)) / (a + b + n)).round() as f32)
    };
    let sizes = shown.iter().map(|slot| counts.size(*slot)).collect();
    Melting { n_groups: slots.len(), sizes, levels: shown.iter().flat_map(|slot| level(*slot)).collect() }.frame()
}

/// Images whose pairs are shown, by their places among all, in the order of a tree over the rows of the matrix, which
/// is ordered likewise.
fn paired(images: &BinaryImages, labels: &[Vec<u32>]) -> Result<(Vec<u32>, Vec<f64>)> {
    let n = images.n_samples();
    let subset: Vec<u32> = followed(n, PAIRED).map(|i| i as u32).collect();
    let m = subset.len();
    let shares = co_assignment(labels, &subset)?;
    if m < 2 {
        return Ok((subset, vec![1.0; m]));
    }
    let order = leaves_list(&linkage(&Samples::new(&shares)?, Method::Average, &mut |_| ())?);
    let cells = order.iter().flat_map(|i| order.iter().map(|j| shares.row(*i as usize)[*j as usize]));
    Ok((order.iter().map(|i| subset[*i as usize]).collect(), cells.collect()))
}

fn look(params: &MixtureParams, saved: Vec<Snapshot>, place: &mut Workplace) -> Result<Look> {
    let selection = params.selection();
    let images = place.binary(&selection)?;
    let data = place.dataset();
    let chosen = selection.choose(data)?;
    let counts: Vec<Counts> = saved.iter().map(|chain| Counts::of(&images, &chain.labels)).collect();
    let predictors: Vec<Predictor> =
        counts.iter().zip(&saved).map(|(counts, chain)| Predictor::new(counts, &chain.hyper)).collect();
    let company = saved.iter().map(company).collect::<Result<_>>()?;
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
    let judges = Judges::new(&predictors, &labels, &truth, &params.digits);
    let answered = chosen.queries.iter().map(|query| judges.answer(&selection.bits(data, *query), &observed));
    let answered = answered.collect::<Result<_>>()?;
    let errors = errors(params, data, &chosen.queries, &completions);
    let stored = counts.iter().map(|counts| {
        let labels = by_size(counts);
        let on = labels.iter().flat_map(|slot| counts.on(*slot).iter().map(|n| *n as u32)).collect();
        let sizes = labels.iter().map(|slot| counts.size(*slot)).collect();
        Stored { labels: labels.iter().map(|slot| *slot as u32).collect(), sizes, on }
    });
    let (pairs_of, together) = paired(&images, &labels)?;
    let representative = [
        representative(&labels, Loss::VariationOfInformation)?.0 as u32,
        representative(&labels, Loss::Binder)?.0 as u32,
    ];
    Ok(Look {
        stored: stored.collect(),
        paired: pairs_of.iter().map(|i| chosen.rows[*i as usize]).collect(),
        together,
        company,
        answered,
        first: first(&predictors, &selection.bits(data, chosen.queries[0]), &observed)?,
        groups,
        against_digits: labels.iter().map(against).collect::<Result<_>>()?,
        between: pairs.collect::<Result<_>>()?,
        representative,
        queries: chosen.queries,
        completions,
        errors,
    })
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
