//! The scores of one image against all groups, from tables of logarithms.
//!
//! The weight of a group is `ln n + base + sum over the on pixels of delta`, where
//! `base` treats every pixel as off and `delta` is what a pixel that is on changes.
//! So only on pixels cost time, one addition each, and a column of the tables is
//! made anew, from the integer counts, only when its group changes.

use super::counts::{BLOCK, Counts};
use super::model::Hyper;
use crate::learn::kernels::{ln, sum_of_logs};

/// Tables for images of which no pixel is missing.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    n_features: usize,
    stride: usize,
    /// `ln((a + on) / (b + off))`, pixel-major `(n_features, stride)`.
    delta: Vec<f32>,
    /// Of each slot: `ln n` plus all pixels as if they were off.
    base: Vec<f64>,
    /// The same for a group of no images, without its `ln alpha`.
    base_new: f64,
    delta_new: Vec<f64>,
    log_alpha: f64,
    /// `sum_d ln(a + b + n)` by `n`; NaN where it was not needed yet.
    log_totals: Vec<f64>,
}

impl Tables {
    /// The tables of a partition.
    pub(super) fn new(counts: &Counts, hyper: &Hyper, n_samples: usize) -> Self {
        let n_features = counts.n_features();
        let mut tables = Tables {
            n_features,
            stride: 0,
            delta: Vec::new(),
            base: Vec::new(),
            base_new: 0.0,
            delta_new: vec![0.0; n_features],
            log_alpha: 0.0,
            log_totals: vec![f64::NAN; n_samples + 1],
        };
        tables.rebuild(counts, hyper);
        tables
    }

    /// All tables anew: after the hyperparameters changed, or the number of slots.
    pub(super) fn rebuild(&mut self, counts: &Counts, hyper: &Hyper) {
        let (a, b) = (&hyper.a, &hyper.b);
        if self.stride != counts.capacity() {
            self.stride = counts.capacity();
            self.delta = vec![0.0; self.stride * self.n_features];
            self.base = vec![0.0; self.stride];
        }
        self.log_totals.fill(f64::NAN);
        self.log_alpha = ln(hyper.alpha);
        self.base_new = sum_of_logs(|d| b[d], b.len()) - self.log_total(0, hyper);
        for (delta, (a, b)) in self.delta_new.iter_mut().zip(a.iter().zip(b)) {
            *delta = ln(a / b);
        }
        for slot in counts.occupied() {
            self.column(counts, hyper, slot);
        }
    }

    /// The column of one group anew: after an image came or went.
    pub(super) fn column(&mut self, counts: &Counts, hyper: &Hyper, slot: usize) {
        let size = counts.size(slot);
        if size == 0 {
            return;
        }
        let (a, b) = (&hyper.a[..self.n_features], &hyper.b[..self.n_features]);
        let (on, off) = (&counts.on(slot)[..self.n_features], &counts.off(slot)[..self.n_features]);
        // A few pixels at a time, so that the logarithms are vector code and the writes are not in its way.
        let mut logs = [0f32; 16];
        for start in (0..self.n_features).step_by(16) {
            let end = (start + 16).min(self.n_features);
            let cells = on[start..end].iter().zip(&off[start..end]).zip(a[start..end].iter().zip(&b[start..end]));
            for (log, ((on, off), (a, b))) in logs.iter_mut().zip(cells) {
                *log = ln((a + f64::from(*on)) / (b + f64::from(*off))) as f32;
            }
            for (d, log) in (start..end).zip(logs) {
                self.delta[d * self.stride + slot] = log;
            }
        }
        self.base[slot] = ln(f64::from(size)) + sum_of_logs(|d| b[d] + f64::from(off[d]), b.len())
            - self.log_total(size as usize, hyper);
    }

    fn log_total(&mut self, n: usize, hyper: &Hyper) -> f64 {
        if self.log_totals[n].is_nan() {
            let (a, b) = (&hyper.a[..self.n_features], &hyper.b[..self.n_features]);
            self.log_totals[n] = sum_of_logs(|d| a[d] + b[d] + n as f64, b.len());
        }
        self.log_totals[n]
    }

    /// Log weights of the first `weights.len()` slots for an image that is in none
    /// of them; nonsense for free slots. `weights` is a whole number of blocks.
    pub(super) fn weights(&self, on: &[u16], weights: &mut [f64]) {
        for (block, weights) in weights.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let columns = &self.delta[block * BLOCK..];
            let mut sums = [0f32; BLOCK];
            for d in on {
                let row = &columns[usize::from(*d) * self.stride..][..BLOCK];
                for (sum, delta) in sums.iter_mut().zip(row) {
                    *sum += delta;
                }
            }
            let base = &self.base[block * BLOCK..][..BLOCK];
            for (weight, (base, sum)) in weights.iter_mut().zip(base.iter().zip(sums)) {
                *weight = base + f64::from(sum);
            }
        }
    }

    /// Log weight of a new group.
    pub(super) fn weight_new(&self, on: &[u16]) -> f64 {
        self.log_alpha + self.base_new + on.iter().map(|d| self.delta_new[usize::from(*d)]).sum::<f64>()
    }

    /// Log weight of the group that the image is in, as if it had been taken out:
    /// exact, in doubles. The group has another image.
    pub(super) fn weight_own(&mut self, counts: &Counts, hyper: &Hyper, slot: usize, row: &[u8]) -> f64 {
        let rest = counts.size(slot) as usize - 1;
        ln(rest as f64) + log_numerator(counts, hyper, slot, row, 1.0) - self.log_total(rest, hyper)
    }
}

/// `sum_d ln(a + on)` over the on pixels of an image plus `ln(b + off)` over its off
/// pixels, `less` taken from each count: 1 if the image is in the group.
pub(super) fn log_numerator(counts: &Counts, hyper: &Hyper, slot: usize, row: &[u8], less: f64) -> f64 {
    let n = row.len();
    let (a, b) = (&hyper.a[..n], &hyper.b[..n]);
    let (on, off) = (&counts.on(slot)[..n], &counts.off(slot)[..n]);
    sum_of_logs(
        |d| {
            let (yes, no) = (a[d] + f64::from(on[d]), b[d] + f64::from(off[d]));
            (if row[d] != 0 { yes } else { no }) - less
        },
        n,
    )
}
