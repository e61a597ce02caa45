//! A partition with its hyperparameters, and one visit of the Gibbs sampler.

use super::counts::Counts;
use super::images::BinaryImages;
use super::model::{self, Hyper};
use super::tables::Tables;
use crate::error::{Error, Result};
use libm::exp;
use std::collections::BTreeSet;

/// Below this much under the greatest log weight, a weight is 0: e^-60 of a total
/// cannot move a draw of 53 bits.
const NEGLIGIBLE: f64 = -60.0;

/// A partition of the images and everything that its next visit needs.
#[derive(Debug, Clone)]
pub struct State {
    labels: Vec<u32>,
    counts: Counts,
    hyper: Hyper,
    /// None if pixels are missing: then every weight is computed from the definition.
    tables: Option<Tables>,
    /// Number of each slot's group in the order of birth, for lasting names and colours.
    births: Vec<u32>,
    n_births: u32,
    log_joint: f64,
    row: Vec<u8>,
    weights: Vec<f64>,
    candidates: Vec<(usize, f64)>,
}

/// What one visit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The group that the image was in.
    pub from: u32,
    /// The group that it is in now.
    pub to: u32,
    /// Whether a group was born of it.
    pub born: bool,
    /// Whether a group ended with it.
    pub died: bool,
}

impl State {
    /// The state of a partition; `labels`, shape `(n_samples,)`, are slots, below `2 n_samples`.
    ///
    /// Errors: `labels` or the hyperparameters do not fit the images.
    pub fn new(images: &BinaryImages, labels: Vec<u32>, hyper: Hyper) -> Result<Self> {
        let n = images.n_samples();
        hyper.check(images.n_features())?;
        if labels.len() != n {
            let must_be = format!("one group for each of {n} images");
            return Err(Error::invalid("labels", must_be, format!("{} labels", labels.len())));
        }
        let limit = 2 * n.max(64);
        if let Some(label) = labels.iter().find(|label| **label as usize >= limit) {
            return Err(Error::invalid("labels", format!("group numbers below {limit}"), label));
        }
        let counts = Counts::of(images, &labels);
        let mut births = vec![0; counts.capacity()];
        let mut n_births = 0;
        for slot in counts.occupied() {
            births[slot] = n_births;
            n_births += 1;
        }
        let tables = (!images.has_missing()).then(|| Tables::new(&counts, &hyper, n));
        let log_joint = model::log_joint(&counts, &hyper);
        let row = vec![0; images.n_features()];
        let (weights, candidates) = (Vec::new(), Vec::new());
        Ok(State { labels, counts, hyper, tables, births, n_births, log_joint, row, weights, candidates })
    }

    /// The slot of each image's group.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Sizes and pixel counts of the groups.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The hyperparameters.
    pub fn hyper(&self) -> &Hyper {
        &self.hyper
    }

    /// Lasting number of the group in each slot.
    pub fn births(&self) -> &[u32] {
        &self.births
    }

    /// Gives the groups, slots ascending, the lasting numbers that they had where the state was saved.
    ///
    /// Errors: two groups of one number, or another number of groups.
    pub fn set_births(&mut self, births: &[u32], n_births: u32) -> Result<()> {
        let distinct: BTreeSet<u32> = births.iter().copied().filter(|birth| *birth < n_births).collect();
        if distinct.len() != births.len() || births.len() != self.counts.n_groups() {
            let must_be = format!("a number below {n_births} for each of {} groups", self.counts.n_groups());
            return Err(Error::invalid("births", must_be, format!("{births:?}")));
        }
        for (slot, birth) in self.counts.occupied().zip(births) {
            self.births[slot] = *birth;
        }
        self.n_births = n_births;
        Ok(())
    }

    /// Groups born so far, those of the start included.
    pub fn n_births(&self) -> u32 {
        self.n_births
    }

    /// The log joint, kept up at every move by the difference of two weights.
    pub fn log_joint(&self) -> f64 {
        self.log_joint
    }

    /// Sets the log joint: to what it is computed to be anew, or was where a state was saved.
    pub(super) fn set_log_joint(&mut self, log_joint: f64) {
        self.log_joint = log_joint;
    }

    /// New hyperparameters, already checked. The log joint is the caller's to set.
    pub(super) fn set_hyper(&mut self, hyper: Hyper) {
        self.hyper = hyper;
        if let Some(tables) = &mut self.tables {
            tables.rebuild(&self.counts, &self.hyper);
        }
    }

    /// New concentration, already checked.
    pub(super) fn set_alpha(&mut self, alpha: f64) {
        let hyper = Hyper { alpha, ..self.hyper.clone() };
        self.set_hyper(hyper);
    }

    /// Moves images between slots at once, as a split or a merge does; slots must be below the capacity.
    pub(super) fn relabel(&mut self, images: &BinaryImages, moves: &[(u32, u32)]) {
        let mut touched = BTreeSet::new();
        for (i, to) in moves {
            let from = self.labels[*i as usize];
            images.spread(*i as usize, &mut self.row);
            if self.counts.size(*to as usize) == 0 {
                self.births[*to as usize] = self.n_births;
                self.n_births += 1;
            }
            self.counts.remove(from as usize, &self.row, images.missing(*i as usize));
            self.counts.add(*to as usize, &self.row, images.missing(*i as usize));
            self.labels[*i as usize] = *to;
            touched.extend([from, *to]);
        }
        if let Some(tables) = &mut self.tables {
            for slot in touched {
                tables.column(&self.counts, &self.hyper, slot as usize);
            }
        }
    }

    /// A free slot, made if there is none.
    pub(super) fn free_slot(&mut self) -> usize {
        let free = self.counts.free();
        if free == self.counts.capacity() {
            self.counts.grow();
            self.births.resize(self.counts.capacity(), 0);
            if let Some(tables) = &mut self.tables {
                tables.rebuild(&self.counts, &self.hyper);
            }
        }
        free
    }

    /// Log weights of image `i` for every group that would be there without it,
    /// slots ascending, and for a new one.
    pub fn log_weights(&mut self, images: &BinaryImages, i: usize) -> (Vec<(usize, f64)>, f64) {
        let new = self.weigh(images, i);
        (self.candidates.clone(), new)
    }

    /// Fills `candidates`; the weight of a new group is returned.
    fn weigh(&mut self, images: &BinaryImages, i: usize) -> f64 {
        let own = self.labels[i] as usize;
        images.spread(i, &mut self.row);
        self.candidates.clear();
        let Some(tables) = &mut self.tables else {
            self.counts.remove(own, &self.row, images.missing(i));
            let (groups, new) = model::log_weights(&self.counts, &self.hyper, &self.row, images.missing(i));
            self.counts.add(own, &self.row, images.missing(i));
            self.candidates = groups;
            return new;
        };
        let on = images.on(i);
        let used = self.counts.occupied().last().map_or(0, |slot| slot + 1);
        self.weights.resize(used.next_multiple_of(super::counts::BLOCK), 0.0);
        tables.weights(on, &mut self.weights);
        for slot in self.counts.occupied() {
            if slot != own {
                self.candidates.push((slot, self.weights[slot]));
            } else if self.counts.size(own) > 1 {
                self.candidates.push((own, tables.weight_own(&self.counts, &self.hyper, own, &self.row)));
            }
        }
        tables.weight_new(on)
    }

    /// Draws the group of image `i` anew given all others, by `u` of `[0, 1)`: the
    /// first candidate whose cumulative weight exceeds `u` times the total, slots
    /// ascending, a new group last. A new group takes the lowest free slot; an
    /// image alone that stays alone keeps its own.
    ///
    /// Errors: the weights are not numbers any more.
    pub fn visit(&mut self, images: &BinaryImages, i: usize, u: f64) -> Result<Visit> {
        let own = self.labels[i] as usize;
        let alone = self.counts.size(own) == 1;
        let new = self.weigh(images, i);
        let greatest = self.candidates.iter().fold(new, |greatest, (_, w)| greatest.max(*w));
        let share = |w: f64| if w - greatest < NEGLIGIBLE { 0.0 } else { exp(w - greatest) };
        let total = self.candidates.iter().map(|(_, w)| share(*w)).sum::<f64>() + share(new);
        if !(total.is_finite() && total > 0.0) {
            return Err(Error::Numeric(format!("the weights of image {i} are not numbers any more")));
        }
        let mut reached = 0.0;
        let chosen = self.candidates.iter().find(|(_, w)| {
            reached += share(*w);
            reached > u * total
        });
        let old = match alone {
            true => new,
            false => self.candidates.iter().find(|(slot, _)| *slot == own).map_or(new, |(_, w)| *w),
        };
        let (to, weight) = match chosen {
            Some((slot, weight)) => (*slot, *weight),
            None if alone => (own, new),
            None => (self.free_slot(), new),
        };
        let visit =
            Visit { from: own as u32, to: to as u32, born: self.counts.size(to) == 0, died: alone && to != own };
        if to != own {
            if visit.born {
                self.births[to] = self.n_births;
                self.n_births += 1;
            }
            let missing = images.missing(i);
            self.counts.remove(own, &self.row, missing);
            self.counts.add(to, &self.row, missing);
            self.labels[i] = to as u32;
            if let Some(tables) = &mut self.tables {
                tables.column(&self.counts, &self.hyper, own);
                tables.column(&self.counts, &self.hyper, to);
            }
            self.log_joint += weight - old;
        }
        Ok(visit)
    }
}
