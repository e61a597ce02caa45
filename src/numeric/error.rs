//! Failures and warnings as values: they name the parameter or file, what was
//! expected, what came, and (where there is one) the remedy.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What every fallible function here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure that a visitor may meet. Owned, because it crosses threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Error {
    /// A parameter's value is outside its domain (scikit-learn's `InvalidParameterError`).
    InvalidParameter {
        /// Name of the parameter, as in the link and in scikit-learn.
        name: String,
        /// What it must be, to follow "must be".
        must_be: String,
        /// What came instead, as it was written.
        got: String,
    },
    /// A link or form names a parameter that the experiment does not have.
    UnknownParameter(String),
    /// No lab, scene or experiment of that name.
    UnknownExperiment(String),
    /// No data set of that name.
    UnknownDataset(String),
    /// Data that cannot be used: the file or place, what is wrong, and the remedy.
    Data(String),
    /// Numbers that an algorithm cannot go on with.
    Numeric(String),
    /// A worker failed: it panicked, could not start, or stopped answering.
    Worker(String),
    /// The visitor stopped the run.
    Cancelled,
}

impl Error {
    /// An [`Error::InvalidParameter`] from anything that can be written out.
    pub fn invalid(name: &str, must_be: impl Into<String>, got: impl fmt::Display) -> Self {
        Error::InvalidParameter { name: name.into(), must_be: must_be.into(), got: got.to_string() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::InvalidParameter { name, must_be, got } => {
                write!(f, "The '{name}' parameter must be {must_be}. Got {got} instead.")
            }
            Error::UnknownParameter(name) => write!(f, "There is no parameter '{name}' here; it was ignored."),
            Error::UnknownExperiment(name) => {
                write!(f, "There is no lab, scene or experiment '{name}'. Choose one from the menu.")
            }
            Error::UnknownDataset(name) => write!(f, "There is no data set '{name}'; the scene's own is used."),
            Error::Data(what) => f.write_str(what),
            Error::Numeric(what) => write!(f, "The computation cannot go on: {what}"),
            Error::Worker(what) => write!(f, "A worker stopped: {what}"),
            Error::Cancelled => f.write_str("Stopped."),
        }
    }
}

impl std::error::Error for Error {}

/// Something that a result should be read with, but that did not prevent it
/// (scikit-learn's `ConvergenceWarning` and kin).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// An iteration reached its limit before its tolerance.
    NotConverged {
        /// What was iterating.
        what: String,
        /// The limit it reached.
        max_iter: u32,
    },
    /// k-means found fewer distinct clusters than asked for: the data has duplicates.
    FewerClusters {
        /// Distinct clusters found.
        found: u32,
        /// Clusters asked for.
        n_clusters: u32,
    },
    /// A model without a penalty on classes that can be told apart without an error.
    Separable {
        /// What was fitted.
        what: String,
    },
    /// Images in black and white that are all black or all white.
    Uniform {
        /// Whether every pixel is on, not off.
        on: bool,
        /// A pixel is on above this grey level.
        threshold: u32,
    },
    /// Samples to learn from that do not differ in any feature.
    Flat {
        /// How many there are.
        n_samples: u32,
    },
    /// A class with fewer images than there are folds.
    FewOfClass {
        /// How many it has.
        n: u32,
        /// How many folds.
        n_splits: u32,
    },
    /// Exact solutions that rounding kept from being found.
    Unsolved {
        /// Which and how many.
        what: String,
    },
    /// Fewer samples than columns that are told apart.
    FewSamples {
        /// What is inferred.
        what: String,
        /// How many samples.
        n_samples: u32,
        /// How many columns.
        n_clusters: u32,
    },
    /// A fit that leaves next to nothing of its target, so that there is no noise to compare with.
    Saturated {
        /// What was fitted.
        what: String,
        /// How many of the fits.
        n: u32,
        /// Of how many.
        of: u32,
    },
    /// Pixels that take part and do not touch: regions may cross the gap.
    Apart {
        /// Of what.
        what: String,
        /// How many pieces.
        n_pieces: u32,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::NotConverged { what, max_iter } => {
                write!(f, "{what} stopped at max_iter = {max_iter} without converging; raise max_iter.")
            }
            Warning::Separable { what } => write!(
                f,
                "{what}: the classes, or one and the rest, can be told apart without an error, so without a penalty there is no best model; \
                 its coefficients grow for as long as the solver runs."
            ),
            Warning::Uniform { on, threshold } => {
                let remedy = match (on, threshold) {
                    (true, 254) | (false, 0) => "Choose other images.",
                    (true, _) => "Raise it, or choose other images.",
                    (false, _) => "Lower it, or choose other images.",
                };
                let all = if *on { "on" } else { "off" };
                write!(
                    f,
                    "With threshold = {threshold} all pixels of all images are {all}, so nothing tells them apart. {remedy}"
                )
            }
            Warning::Flat { n_samples } => write!(
                f,
                "All {n_samples} images to learn from are the same, so nothing tells classes apart: whatever is found is how \
                 frequent each class is. Choose other images."
            ),
            Warning::FewOfClass { n, n_splits } => write!(
                f,
                "The least frequent class has {n} images to learn from, fewer than n_splits = {n_splits}: some folds are \
                 tried without it. Lower n_splits, or learn from more images."
            ),
            Warning::Unsolved { what } => write!(
                f,
                "{what} ended a little above their minimum: their columns depend on each other to the last digits; \
                 use fewer regions (n_clusters) or more images (n_samples)."
            ),
            Warning::FewSamples { what, n_samples, n_clusters } => write!(
                f,
                "{what}: {n_samples} images (n_samples) are fewer than {n_clusters} regions (n_clusters), n < K: little can be \
                 found, and p-values lean on the lasso alone; use fewer regions or more images."
            ),
            Warning::Saturated { what, n, of } => write!(
                f,
                "{what}: a saturated fit in {n} of {of} bootstraps. The lasso leaves next to nothing of the label (R² about 1), or \
                 has as many weights as there are images: the noise is underestimated, and p-values are too small; use fewer \
                 regions (n_clusters) or more images (n_samples)."
            ),
            Warning::Apart { what, n_pieces } => write!(
                f,
                "{what}: the pixels that min_lit keeps are {n_pieces} pieces that do not touch, and regions cross the gaps \
                 between them; lower min_lit to keep one piece."
            ),
            Warning::FewerClusters { found, n_clusters } => write!(
                f,
                "Number of distinct clusters ({found}) found smaller than n_clusters ({n_clusters}); \
                 the data may hold duplicate points."
            ),
        }
    }
}
