//! Dirichlet process mixtures of Beta-Bernoulli images by collapsed Gibbs sampling
//! (Neal 2000, algorithm 3).
//!
//! [`BinaryImages`] are partitioned by a [`Chain`], which may be stopped between any
//! two images, saved as a [`Snapshot`] and gone on with; a [`Predictor`] answers
//! queries about one partition, [`complete`] asks those of several chains.

mod chain;
mod concentration;
mod counts;
mod diagnostics;
mod hyper;
mod images;
mod model;
mod partitions;
mod predict;
mod split_merge;
mod start;
mod state;
mod tables;
#[cfg(test)]
mod tests;

pub use chain::{Chain, ChainOptions, RECENT, Snapshot, TraceRow, followed};
pub use concentration::GammaPrior;
pub use counts::Counts;
pub use diagnostics::{effective_groups, r_hat};
pub use hyper::Learn;
pub use images::BinaryImages;
pub use model::{ALPHA_RANGE, BOX, Hyper, log_joint, log_weights, score_assignment, score_data};
pub use partitions::{Loss, MOST_PAIRED, co_assignment, companionship, distance, mean_distances, representative};
pub use predict::{Answer, Merge, Predictor, complete};
pub use start::Start;
pub use state::{State, Visit};
