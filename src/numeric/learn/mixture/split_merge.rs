//! Splits and merges of whole groups (Jain and Neal 2004): moves that one image
//! after the other does not make.

use super::counts::Counts;
use super::images::BinaryImages;
use super::model::{self, Hyper};
use super::state::State;
use super::tables::log_numerator;
use crate::error::Result;
use crate::learn::kernels::{ln, sum_of_logs};
use crate::random::Generator;
use libm::{exp, lgamma, log, log1p};

/// Restricted scans that a launch state has after its images were dealt out.
const SCANS: usize = 3;

/// Proposes `n_proposals` splits and merges; returns how many of each were accepted.
pub(super) fn propose(
    state: &mut State,
    images: &BinaryImages,
    n_proposals: u32,
    rng: &mut Generator,
) -> Result<[u32; 2]> {
    let mut accepted = [0; 2];
    if images.n_samples() < 2 {
        return Ok(accepted);
    }
    let mut log_totals = vec![f64::NAN; images.n_samples() + 1];
    for _ in 0..n_proposals {
        let (i, j) = pair(state, rng);
        let together = state.labels()[i] == state.labels()[j];
        if proposal(state, images, (i, j), &mut log_totals, rng)? {
            accepted[usize::from(!together)] += 1;
        }
    }
    Ok(accepted)
}

/// Two images: the second half of the time from the group of the first, if it has
/// another; uniform pairs would nearly all be of two groups.
fn pair(state: &State, rng: &mut Generator) -> (usize, usize) {
    let labels = state.labels();
    let i = rng.integers(0, labels.len() as i64, false) as usize;
    let others = state.counts().size(labels[i] as usize) as i64 - 1;
    if rng.random() < 0.5 && others > 0 {
        let nth = rng.integers(0, others, false) as usize;
        let same = (0..labels.len()).filter(|j| *j != i && labels[*j] == labels[i]).nth(nth);
        return (i, same.unwrap_or(i));
    }
    let j = rng.integers(0, labels.len() as i64 - 1, false) as usize;
    (i, j + usize::from(j >= i))
}

/// Logarithm of the chance that [`pair`] has of a pair whose first image is in a
/// group of `size`, up to what all pairs share.
fn log_chance(together: bool, size: f64, n_samples: f64) -> f64 {
    let uniform = 1.0 / (n_samples - 1.0);
    log(match (together, size > 1.0) {
        (true, _) => 0.5 / (size - 1.0) + 0.5 * uniform,
        (false, true) => 0.5 * uniform,
        (false, false) => uniform,
    })
}

/// Two groups that the restricted sampler deals the images of one or two groups to.
struct Halves<'a> {
    images: &'a BinaryImages,
    hyper: &'a Hyper,
    counts: Counts,
    /// Side of each image, in the order of `members`; 2 while it has none.
    sides: Vec<usize>,
    members: &'a [u32],
    row: Vec<u8>,
    log_totals: &'a mut [f64],
}

impl Halves<'_> {
    fn weight(&mut self, side: usize, i: usize) -> f64 {
        if self.images.has_missing() {
            let (groups, _) = model::log_weights(&self.counts, self.hyper, &self.row, self.images.missing(i));
            return groups[side].1;
        }
        let n = self.counts.size(side) as usize;
        if self.log_totals[n].is_nan() {
            let (a, b) = (&self.hyper.a, &self.hyper.b);
            self.log_totals[n] = sum_of_logs(|d| a[d] + b[d] + n as f64, a.len());
        }
        ln(n as f64) + log_numerator(&self.counts, self.hyper, side, &self.row, 0.0) - self.log_totals[n]
    }

    /// One restricted scan; each member goes to the side that `choose` says, given
    /// the log odds of side 1. Returns the log probability of the sides chosen.
    fn scan(&mut self, mut choose: impl FnMut(usize, f64) -> usize) -> f64 {
        let mut chance = 0.0;
        for at in 0..self.members.len() {
            let i = self.members[at] as usize;
            self.images.spread(i, &mut self.row);
            if self.sides[at] < 2 {
                self.counts.remove(self.sides[at], &self.row, self.images.missing(i));
            }
            let odds = self.weight(1, i) - self.weight(0, i);
            let side = choose(at, odds);
            // ln of 1 / (1 + e^-x) without overflow.
            let x = if side == 1 { odds } else { -odds };
            chance += if x > 0.0 { -log1p(exp(-x)) } else { x - log1p(exp(x)) };
            self.counts.add(side, &self.row, self.images.missing(i));
            self.sides[at] = side;
        }
        chance
    }
}

/// Log probability of the images of one group.
fn log_marginal(counts: &Counts, slots: &[usize], hyper: &Hyper) -> f64 {
    let mut group = Counts::new(counts.n_features(), 1);
    group.add_group(counts, slots);
    model::score_data(&group, hyper)
}

/// Proposes to split the group of both images, or to merge their two; returns whether it was accepted.
fn proposal(
    state: &mut State,
    images: &BinaryImages,
    (i, j): (usize, usize),
    log_totals: &mut [f64],
    rng: &mut Generator,
) -> Result<bool> {
    let (first, second) = (state.labels()[i], state.labels()[j]);
    let together = first == second;
    let mut members: Vec<u32> = (0..images.n_samples() as u32)
        .filter(|m| {
            let label = state.labels()[*m as usize];
            (label == first || label == second) && *m as usize != i && *m as usize != j
        })
        .collect();
    rng.shuffle(&mut members);

    let mut halves = Halves {
        images,
        hyper: state.hyper(),
        counts: Counts::new(images.n_features(), 2),
        sides: vec![2; members.len()],
        members: &members,
        row: vec![0; images.n_features()],
        log_totals,
    };
    for (side, image) in [i, j].into_iter().enumerate() {
        images.spread(image, &mut halves.row);
        halves.counts.add(side, &halves.row, images.missing(image));
    }
    for _ in 0..1 + SCANS {
        halves.scan(|_, odds| draw_side(odds, rng));
    }
    let chance = match together {
        true => halves.scan(|_, odds| draw_side(odds, rng)),
        false => halves.scan(|at, _| usize::from(state.labels()[members[at] as usize] == second)),
    };

    let (n1, n2) = (f64::from(halves.counts.size(0)), f64::from(halves.counts.size(1)));
    let hyper = state.hyper();
    let apart = log(hyper.alpha) + lgamma(n1) + lgamma(n2) - lgamma(n1 + n2)
        + log_marginal(&halves.counts, &[0], hyper)
        + log_marginal(&halves.counts, &[1], hyper)
        - log_marginal(&halves.counts, &[0, 1], hyper);
    let n = images.n_samples() as f64;
    let split = apart - chance + log_chance(false, n1, n) - log_chance(true, n1 + n2, n);
    let accepted = log1p(-rng.random()) < if together { split } else { -split };
    let sides = halves.sides;
    if accepted {
        let of_second = members.iter().zip(&sides).filter(|(_, side)| **side == 1).map(|(m, _)| *m);
        let mut moving: Vec<u32> = of_second.collect();
        moving.push(j as u32);
        let to = if together { state.free_slot() as u32 } else { first };
        let moves: Vec<(u32, u32)> = moving.into_iter().map(|m| (m, to)).collect();
        state.relabel(images, &moves);
    }
    Ok(accepted)
}

fn draw_side(odds: f64, rng: &mut Generator) -> usize {
    usize::from(rng.random() < 1.0 / (1.0 + exp(-odds)))
}
