//! Numbers only: the algorithms, on slices and [`Matrix`]. No browser, no
//! messages, no clock. Names are scikit-learn's.

pub mod cluster;
pub mod decomposition;
pub mod kernels;
pub mod linalg;
pub mod matching;
mod matrix;
pub mod metrics;
pub mod preprocessing;
pub mod resample;

pub use matrix::Matrix;
