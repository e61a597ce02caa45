//! Learning the pixels' `a` and `b`: slice sampling (Neal 2003) of one after the
//! other, pixel by pixel.

use super::counts::Counts;
use super::model::{BOX, Hyper};
use crate::learn::kernels::sum_of_log_gammas;
use crate::random::Generator;
use libm::{exp, lgamma, log, log1p};

/// How `a` and `b` are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Learn {
    /// Not at all.
    Fixed,
    /// Slice sampling of their logarithms, width 1: six evaluations for each draw.
    #[default]
    LogSlice,
    /// As datamicroscopes does it: on the linear scale with width 0.1, hundreds of evaluations for each draw.
    LinearSlice,
}

/// Attempts to shrink a slice before the old value is kept.
const SHRINKS_LOG: usize = 200;
const SHRINKS_LINEAR: usize = 100;
/// Width of the first interval.
const WIDTH_LOG: f64 = 1.0;
const WIDTH_LINEAR: f64 = 0.1;
/// Most steps outwards on the linear scale.
const STEPS_LINEAR: f64 = 10_000.0;

/// The log density of one side of one pixel, as far as it depends on `a` (or,
/// with counts of off pixels, on `b`), the other held fixed.
pub(super) struct Side {
    /// Counts on this side that are not 0.
    pub(super) counts: Vec<f64>,
    /// Observed images of each group.
    pub(super) totals: Vec<f64>,
    /// The parameter of the other side.
    pub(super) other: f64,
}

impl Side {
    /// `ln p(a | b, counts)` up to a constant, with the prior `(a + b)^(-5/2)`.
    pub(super) fn log_density(&self, a: f64) -> f64 {
        let both = a + self.other;
        let groups = self.totals.len() as f64;
        // Groups whose count is 0 contribute lgamma(a) - lgamma(a): nothing.
        let ups = sum_of_log_gammas(a, &self.counts);
        let downs = sum_of_log_gammas(both, &self.totals);
        -2.5 * log(both) + ups - self.counts.len() as f64 * lgamma(a) - downs + groups * lgamma(both)
    }

    pub(super) fn draw(&self, learn: Learn, value: f64, rng: &mut Generator) -> f64 {
        match learn {
            Learn::Fixed => value,
            Learn::LogSlice => self.draw_log(value, rng),
            Learn::LinearSlice => self.draw_linear(value, rng),
        }
    }

    fn draw_log(&self, value: f64, rng: &mut Generator) -> f64 {
        let (low, high) = (log(BOX.0), log(BOX.1));
        // The density of ln a has the Jacobian a.
        let density = |u: f64| u + self.log_density(exp(u));
        let at = log(value);
        let level = density(at) + log1p(-rng.random());
        let mut left = at - WIDTH_LOG * rng.random();
        let mut right = left + WIDTH_LOG;
        while left > low && density(left) > level {
            left -= WIDTH_LOG;
        }
        while right < high && density(right) > level {
            right += WIDTH_LOG;
        }
        (left, right) = (left.max(low), right.min(high));
        let drawn = shrink(density, level, at, (left, right), SHRINKS_LOG, rng);
        if drawn == at { value } else { exp(drawn).clamp(BOX.0, BOX.1) }
    }

    fn draw_linear(&self, value: f64, rng: &mut Generator) -> f64 {
        let density = |a: f64| self.log_density(a);
        let level = density(value) + log1p(-rng.random());
        let mut left = value - WIDTH_LINEAR * rng.random();
        let mut right = left + WIDTH_LINEAR;
        let mut steps_left = (STEPS_LINEAR * rng.random()).floor();
        let mut steps_right = STEPS_LINEAR - 1.0 - steps_left;
        while steps_left > 0.0 && left > BOX.0 && density(left) > level {
            left -= WIDTH_LINEAR;
            steps_left -= 1.0;
        }
        while steps_right > 0.0 && right < BOX.1 && density(right) > level {
            right += WIDTH_LINEAR;
            steps_right -= 1.0;
        }
        shrink(density, level, value, (left.max(BOX.0), right.min(BOX.1)), SHRINKS_LINEAR, rng)
    }
}

/// Draws from the interval until a value lies in the slice, shrinking towards `at`.
fn shrink(
    density: impl Fn(f64) -> f64,
    level: f64,
    at: f64,
    (mut left, mut right): (f64, f64),
    attempts: usize,
    rng: &mut Generator,
) -> f64 {
    for _ in 0..attempts {
        let drawn = left + (right - left) * rng.random();
        if density(drawn) > level {
            return drawn;
        }
        if drawn < at {
            left = drawn;
        } else {
            right = drawn;
        }
    }
    at
}

/// Draws every pixel's `a`, then its `b`, given the partition. A pixel that no
/// image has observed is left alone.
pub(super) fn draw(counts: &Counts, hyper: &Hyper, learn: Learn, rng: &mut Generator) -> Hyper {
    let mut drawn = hyper.clone();
    if learn == Learn::Fixed {
        return drawn;
    }
    let slots: Vec<usize> = counts.occupied().collect();
    for d in 0..counts.n_features() {
        let on = |slot: &usize| f64::from(counts.on(*slot)[d]);
        let off = |slot: &usize| f64::from(counts.off(*slot)[d]);
        let totals: Vec<f64> = slots.iter().map(|slot| on(slot) + off(slot)).filter(|total| *total > 0.0).collect();
        if totals.is_empty() {
            continue;
        }
        let counts = slots.iter().map(on).filter(|count| *count > 0.0).collect();
        let mut side = Side { counts, totals, other: drawn.b[d] };
        drawn.a[d] = side.draw(learn, drawn.a[d], rng);
        side.counts = slots.iter().map(off).filter(|count| *count > 0.0).collect();
        side.other = drawn.a[d];
        drawn.b[d] = side.draw(learn, drawn.b[d], rng);
    }
    drawn
}
