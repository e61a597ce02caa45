//! What a decomposition is asked for, and what of it can be done.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How many components are kept (`n_components`).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum NComponents {
    /// `min(n_samples, n_features)` (scikit-learn's `None`).
    #[default]
    All,
    /// So many.
    Count(usize),
    /// As many as explain more than this share of the variance, in `(0, 1)`; not
    /// for [`SvdSolver::Randomized`].
    Share(f64),
}

/// How the components are found (`svd_solver`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SvdSolver {
    /// scikit-learn's choice by shape: `CovarianceEigh` where there are at most
    /// 1,000 features and at least ten times as many samples; `Full` up to 500 of
    /// both or for nearly all components; otherwise `Randomized`.
    #[default]
    Auto,
    /// Singular values of the centred data. Where they would take seconds
    /// ([`is_quick`](crate::learn::linalg::is_quick)) and there are no fewer samples than
    /// features, eigenvectors of the covariance: as good for components whose
    /// variance is more than a millionth of the greatest.
    Full,
    /// Eigenvectors of the covariance matrix; of bytes that matrix is exact.
    CovarianceEigh,
    /// Halko's randomized range finder, with NumPy's draws.
    Randomized,
}

/// Parameters of a fit, named as in scikit-learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PcaOptions {
    /// Components to keep.
    pub n_components: NComponents,
    /// Whether scores are divided by their standard deviation.
    pub whiten: bool,
    /// The method.
    pub svd_solver: SvdSolver,
    /// Power iterations of `Randomized`; `None` is `auto`: 7 for fewer components
    /// than a tenth of the lesser side, else 4.
    pub iterated_power: Option<usize>,
    /// Random directions of `Randomized` beyond the components, at least 1.
    pub n_oversamples: usize,
    /// Seed of `Randomized`.
    pub random_state: u32,
}

impl Default for PcaOptions {
    fn default() -> Self {
        PcaOptions {
            n_components: NComponents::All,
            whiten: false,
            svd_solver: SvdSolver::Auto,
            iterated_power: None,
            n_oversamples: 10,
            random_state: 0,
        }
    }
}

impl PcaOptions {
    /// The solver that is taken for data of this shape.
    ///
    /// Errors: the options cannot be met for that shape.
    pub(super) fn resolve(&self, n_samples: usize, n_features: usize) -> Result<SvdSolver> {
        let least = n_samples.min(n_features);
        if n_samples < 2 || n_features == 0 {
            let shape = format!("({n_samples}, {n_features})");
            return Err(Error::invalid("X", "of at least 2 samples and 1 feature", shape));
        }
        if self.n_oversamples == 0 {
            return Err(Error::invalid("n_oversamples", "an int in the range [1, inf)", 0));
        }
        if let NComponents::Share(share) = self.n_components
            && !(share > 0.0 && share < 1.0)
        {
            return Err(Error::invalid("n_components", "an int, or a float in the range (0, 1)", share));
        }
        let solver = match self.svd_solver {
            SvdSolver::Auto => self.choose(n_samples, n_features),
            solver => solver,
        };
        let lowest = usize::from(solver == SvdSolver::Randomized);
        let must_be = || {
            format!(
                "between {lowest} and min(n_samples, n_features)={least} with svd_solver='{}'",
                match solver {
                    SvdSolver::Randomized => "randomized",
                    SvdSolver::CovarianceEigh => "covariance_eigh",
                    _ => "full",
                }
            )
        };
        match self.n_components {
            NComponents::Count(count) if !(lowest..=least).contains(&count) => {
                Err(Error::invalid("n_components", must_be(), count))
            }
            NComponents::Share(share) if lowest == 1 => Err(Error::invalid("n_components", must_be(), share)),
            _ => Ok(solver),
        }
    }

    fn choose(&self, n_samples: usize, n_features: usize) -> SvdSolver {
        let least = n_samples.min(n_features);
        // In f64: ten times a 32-bit size may not fit.
        if n_features <= 1_000 && n_samples as f64 >= 10.0 * n_features as f64 {
            return SvdSolver::CovarianceEigh;
        }
        let few = match self.n_components {
            NComponents::Count(count) => count >= 1 && (count as f64) < 0.8 * least as f64,
            NComponents::All | NComponents::Share(_) => false,
        };
        if n_samples.max(n_features) > 500 && few { SvdSolver::Randomized } else { SvdSolver::Full }
    }

    /// Components kept of those with these shares of the variance, descending.
    pub(super) fn count(&self, least: usize, ratios: impl Iterator<Item = f64>) -> usize {
        match self.n_components {
            NComponents::All => least,
            NComponents::Count(count) => count,
            NComponents::Share(share) => {
                let sums = ratios.scan(0.0, |sum, ratio| {
                    *sum += ratio;
                    Some(*sum)
                });
                // NaN, of data without variance, ends it at once.
                (sums.take_while(|sum| *sum <= share).count() + 1).min(least)
            }
        }
    }
}
