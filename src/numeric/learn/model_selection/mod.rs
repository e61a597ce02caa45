//! Which samples a model learns from, and which it is tried on (`sklearn.model_selection`),
//! drawn as scikit-learn draws them.

mod folds;
mod split;

pub use folds::{Fold, k_fold, stratified_k_fold};
pub use split::{Split, train_test_split};
