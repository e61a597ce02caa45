//! What a solver minimises: a loss over samples and a penalty.

use super::design::Design;
use super::loss::Loss;
use crate::learn::linalg::add_scaled;

/// What is done with the coefficient of the column of ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intercept {
    /// It is zero.
    Absent,
    /// It is free.
    Free,
    /// It is penalised as any other.
    Penalized,
}

/// `sum(weights * loss(X @ theta)) + l1 * |theta| + l2 / 2 * |theta|^2`.
///
/// `theta` has a row of `width` coefficients for each column of the design, and one of intercepts.
pub(super) struct Target<'a> {
    pub design: &'a Design,
    /// The class of each sample, below 2 or `width`.
    pub classes: &'a [u32],
    /// How much the loss of each sample counts, `C` included.
    pub weights: Vec<f64>,
    pub loss: Loss,
    pub width: usize,
    pub l1: f64,
    pub l2: f64,
    pub intercept: Intercept,
}

/// What is known of the loss at a point.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Scores, shape `(n_samples, width)`.
    pub z: Vec<f64>,
    /// Residuals, of the same shape; see [`Loss`].
    pub r: Vec<f64>,
    /// The weighted sum of the losses.
    pub loss: f64,
}

impl Target<'_> {
    /// Number of coefficients, intercepts included.
    pub fn len(&self) -> usize {
        (self.design.columns().len() + 1) * self.width
    }

    /// Where the intercepts begin.
    pub fn last(&self) -> usize {
        self.len() - self.width
    }

    /// How many coefficients the penalty sees, from the first.
    pub fn penalized(&self) -> usize {
        if self.intercept == Intercept::Penalized { self.len() } else { self.last() }
    }

    /// The loss where the scores are `z`.
    pub fn place(&self, z: Vec<f64>) -> Place {
        let mut r = z.clone();
        let mut loss = 0.0;
        for (i, r) in r.chunks_exact_mut(self.width).enumerate() {
            loss += self.weights[i] * self.loss.residual(r, self.classes[i] as usize);
        }
        Place { z, r, loss }
    }

    /// The place at `theta`.
    pub fn at(&self, theta: &[f64]) -> Place {
        self.place(self.design.scores(theta, self.width))
    }

    /// The penalty at `theta`.
    pub fn penalty(&self, theta: &[f64]) -> f64 {
        let (mut sizes, mut squares) = (0.0, 0.0);
        for value in &theta[..self.penalized()] {
            sizes += value.abs();
            squares += value * value;
        }
        self.l1 * sizes + 0.5 * self.l2 * squares
    }

    /// The gradient of all but the L1 term.
    pub fn gradient(&self, theta: &[f64], place: &Place) -> Vec<f64> {
        self.pulled_back(place.r.clone(), theta)
    }

    /// The second derivative of all but the L1 term, times `direction`; `damping` is added to the
    /// curvature of every sample's loss.
    pub fn hessian_times(&self, place: &Place, direction: &[f64], damping: f64) -> Vec<f64> {
        let dz = self.design.scores(direction, self.width);
        let mut turned = dz.clone();
        let rows = place.r.chunks_exact(self.width).zip(self.classes);
        for (turned, (r, class)) in turned.chunks_exact_mut(self.width).zip(rows) {
            self.loss.turn(r, *class as usize, turned);
        }
        add_scaled(&mut turned, damping, &dz);
        self.pulled_back(turned, direction)
    }

    /// `X.T @ (weights * r) + l2 * theta`.
    fn pulled_back(&self, mut r: Vec<f64>, theta: &[f64]) -> Vec<f64> {
        for (r, weight) in r.chunks_exact_mut(self.width).zip(&self.weights) {
            r.iter_mut().for_each(|r| *r *= weight);
        }
        let mut out = self.design.back(&r, self.width);
        let n = self.penalized();
        out[..n].iter_mut().zip(theta).for_each(|(out, value)| *out += self.l2 * value);
        if self.intercept == Intercept::Absent {
            out[self.last()..].fill(0.0);
        }
        out
    }

    /// Weights of the samples in the second derivative by the coefficients of output `k`.
    pub fn curvatures(&self, place: &Place, k: usize) -> Vec<f64> {
        let rows = place.r.chunks_exact(self.width).zip(&self.weights);
        rows.map(|(r, weight)| weight * self.loss.curvature(r, k)).collect()
    }

    /// Whether one score, measured against the mean of all, is greater for every sample of its class than for any other
    /// sample: an intercept that is free can then put the border between the two.
    pub fn tells_one_apart(&self, place: &Place) -> bool {
        if self.loss != Loss::Softmax || self.intercept != Intercept::Free {
            return false;
        }
        let mut least_own = vec![f64::INFINITY; self.width];
        let mut greatest_other = vec![f64::NEG_INFINITY; self.width];
        for (z, class) in place.z.chunks_exact(self.width).zip(self.classes) {
            let mean = z.iter().sum::<f64>() / self.width as f64;
            for (k, score) in z.iter().map(|z| z - mean).enumerate() {
                if k == *class as usize {
                    least_own[k] = least_own[k].min(score);
                } else {
                    greatest_other[k] = greatest_other[k].max(score);
                }
            }
        }
        least_own.iter().zip(&greatest_other).any(|(own, other)| own > other)
    }

    /// Whether every sample is on its class's side: without a penalty there is then no minimum.
    pub fn is_separated(&self, place: &Place) -> bool {
        place.r.chunks_exact(self.width).zip(self.classes).all(|(r, class)| {
            let own = if self.loss == Loss::Logistic { 0 } else { *class as usize };
            r[own].abs() < 0.5
        })
    }
}
