//! How well labels agree, and how well clusters keep apart (`sklearn.metrics`).
//!
//! Labels are any integers that go into `i64`: classes, cluster numbers, and the
//! `-1` by which DBSCAN names noise, which counts as a cluster like any other.

mod accuracy;
mod classification;
mod contingency;
mod information;
mod pairs;
mod probability;
mod silhouette;

pub use accuracy::{accuracy_score, purity};
pub use classification::{ClassScores, classification_report, confusion_matrix, precision_recall_fscore_support};
pub(crate) use contingency::ranks;
pub use contingency::{ContingencyMatrix, confusion_table, contingency_matrix};
pub use information::{
    AverageMethod, adjusted_mutual_info_score, completeness_score, homogeneity_completeness_v_measure,
    homogeneity_score, mutual_info_score, normalized_mutual_info_score, normalized_mutual_info_score_with,
    v_measure_score,
};
pub use pairs::{adjusted_rand_score, pair_confusion_matrix, rand_score};
pub use probability::{Bin, calibration_curve, log_loss, roc_auc_score};
pub use silhouette::{silhouette_samples, silhouette_score};
