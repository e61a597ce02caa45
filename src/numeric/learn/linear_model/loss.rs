//! The loss of one sample, and what a solver needs of it.

/// `log(1 + exp(x))` without overflow.
pub(super) fn log1pexp(x: f64) -> f64 {
    if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) }
}

/// `1 / (1 + exp(-x))` without overflow.
pub(super) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// Turns scores into probabilities in place; returns the logarithm of the sum of their exponentials.
pub(super) fn softmax(z: &mut [f64]) -> f64 {
    let highest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for z in z.iter_mut() {
        *z = libm::exp(*z - highest);
        sum += *z;
    }
    z.iter_mut().for_each(|z| *z /= sum);
    highest + libm::log(sum)
}

/// What is minimised, sample by sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// One output; class 1 against class 0.
    Logistic,
    /// As many outputs as classes.
    Softmax,
}

impl Loss {
    /// Loss of a sample of class `class`, and the residuals (its gradient) in the
    /// place of the scores `z`.
    #[inline]
    pub(super) fn residual(self, z: &mut [f64], class: usize) -> f64 {
        match self {
            Loss::Logistic => {
                // With the sign of the class, so that neither tail cancels.
                let sign = if class == 1 { 1.0 } else { -1.0 };
                let margin = sign * z[0];
                z[0] = -sign * sigmoid(-margin);
                log1pexp(-margin)
            }
            Loss::Softmax => {
                let own = z[class];
                let log_sum = softmax(z);
                // 1 - p of the own class, from the others: no cancellation where p is nearly 1.
                let others: f64 = z.iter().enumerate().filter(|(k, _)| *k != class).map(|(_, p)| p).sum();
                z[class] = -others;
                // The same for the loss itself.
                if others < 0.5 { -libm::log1p(-others) } else { log_sum - own }
            }
        }
    }

    /// Second derivative by output `k` twice, from the residuals.
    #[inline]
    pub(super) fn curvature(self, r: &[f64], k: usize) -> f64 {
        // |r| is p or 1 - p, whichever was computed.
        let size = r[k].abs();
        size * (1.0 - size)
    }

    /// The change of the residuals for a change `dz` of the scores, in its place; `r` are the residuals.
    #[inline]
    pub(super) fn turn(self, r: &[f64], class: usize, dz: &mut [f64]) {
        match self {
            Loss::Logistic => dz[0] *= self.curvature(r, 0),
            Loss::Softmax => {
                // p (dz - <p, dz>), with dz counted from the own class: then 1 - p is not needed.
                let base = dz[class];
                let mut mean = 0.0;
                for (k, (dz, r)) in dz.iter_mut().zip(r).enumerate() {
                    *dz -= base;
                    mean += if k == class { 0.0 } else { r * *dz };
                }
                let own = 1.0 + r[class];
                for (k, (dz, r)) in dz.iter_mut().zip(r).enumerate() {
                    *dz = if k == class { -own * mean } else { r * (*dz - mean) };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn losses() -> impl Strategy<Value = (Loss, Vec<f64>, usize)> {
        prop_oneof![
            (prop::collection::vec(-30.0..30.0, 1..2), 0usize..2).prop_map(|(z, class)| (Loss::Logistic, z, class)),
            (prop::collection::vec(-30.0..30.0, 3..7), 0usize..3).prop_map(|(z, class)| (Loss::Softmax, z, class)),
        ]
    }

    proptest! {
        #[test]
        fn derivatives_are_those_of_the_loss((loss, z, class) in losses(), which in 0usize..3) {
            let k = which % z.len();
            let at = |h: f64| {
                let mut z = z.clone();
                z[k] += h;
                let value = loss.residual(&mut z, class);
                (value, z)
            };
            let (h, (value, r)) = (1e-5, at(0.0));
            let (up, down) = (at(h), at(-h));
            prop_assert!(value >= 0.0);
            prop_assert!(((up.0 - down.0) / (2.0 * h) - r[k]).abs() < 1e-7 * (1.0 + value));
            let mut turned: Vec<f64> = (0..z.len()).map(|j| f64::from(u8::from(j == k))).collect();
            loss.turn(&r, class, &mut turned);
            for (j, turned) in turned.iter().enumerate() {
                prop_assert!(((up.1[j] - down.1[j]) / (2.0 * h) - turned).abs() < 1e-7);
            }
            prop_assert!((turned[k] - loss.curvature(&r, k)).abs() < 1e-12);
        }
    }

    #[test]
    fn far_tails_keep_their_digits() {
        let mut z = [40.0];
        let value = Loss::Logistic.residual(&mut z, 1);
        assert!((value / libm::exp(-40.0) - 1.0).abs() < 1e-15 && (z[0] / -libm::exp(-40.0) - 1.0).abs() < 1e-15);
        let mut z = [40.0, 0.0, 0.0];
        let value = Loss::Softmax.residual(&mut z, 0);
        assert!((value / (2.0 * libm::exp(-40.0)) - 1.0).abs() < 1e-15);
        assert_eq!(z[0], -2.0 * z[1]);
        assert_eq!(Loss::Softmax.residual(&mut [1e4, -1e4], 1), 2e4);
        assert_eq!(Loss::Logistic.residual(&mut [-1e4], 1), 1e4);
    }
}
