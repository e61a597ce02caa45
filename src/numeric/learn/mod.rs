//! Numbers only: the algorithms, on slices and [`Matrix`]. No browser, no
//! messages, no clock. Names are scikit-learn's.

mod closest;
pub mod cluster;
pub mod decomposition;
pub mod feature_extraction;
pub mod inference;
pub mod kernels;
pub mod lasso;
pub mod linalg;
pub mod linear_model;
pub mod matching;
mod matrix;
pub mod metrics;
pub mod mixture;
pub mod model_selection;
pub mod preprocessing;
pub mod resample;

pub use closest::Closest;
pub use matrix::Matrix;
