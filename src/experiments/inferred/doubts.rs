//! What the numbers should be read with, whichever experiment shows them.

use crate::data::Dataset;
use crate::error::{Result, Warning};
use crate::experiments::encludl::{EncludlParams, Inference, Solver};
use crate::experiments::pair::Pair;
use crate::report::{Report, regions};

/// The doubts about the inferences of one or several pairs: of each pair once what it says for itself, of all lassos
/// together once how many did not end.
#[derive(Default)]
pub struct Doubts {
    n_not_converged: u64,
    n_lassos: u64,
}

impl Doubts {
    /// Takes in all inferences that are known of a pair, of several seeds together if there are several, and says what
    /// should be known of them.
    ///
    /// Errors: too few pixels take part.
    pub fn of(
        &mut self,
        report: &mut Report,
        params: &EncludlParams,
        data: &Dataset,
        pair: &Pair,
        known: &[&Inference],
    ) -> Result<()> {
        let (what, n_samples, n_clusters) = (pair.name(data), pair.rows.len() as u32, params.n_clusters);
        if n_samples < n_clusters {
            report.warnings.push(Warning::FewSamples { what: what.clone(), n_samples, n_clusters });
        }
        let n = known.iter().filter(|one| one.saturated).count() as u32;
        if n > 0 {
            report.warnings.push(Warning::Saturated { what: what.clone(), n, of: known.len() as u32 });
        }
        let n_pieces = regions::n_areas(&params.kept(data, pair)?, data.width) as u32;
        if n_pieces > 1 {
            report.warnings.push(Warning::Apart { what, n_pieces });
        }
        for one in known {
            self.n_not_converged += u64::from(one.n_not_converged);
            // A hundred penalties on five folds and one on all images, then one lasso for each region.
            self.n_lassos += 501 + u64::from(n_clusters);
        }
        Ok(())
    }

    /// Says once how many lassos did not end, if there are any.
    pub fn unfinished(self, report: &mut Report, params: &EncludlParams) {
        if self.n_not_converged == 0 {
            return;
        }
        let what = format!("{} of {} lassos", self.n_not_converged, self.n_lassos);
        report.warnings.push(match params.solver {
            Solver::Compat => Warning::NotConverged { what, max_iter: params.max_iter },
            Solver::Exact => Warning::Unsolved { what },
        });
    }
}
