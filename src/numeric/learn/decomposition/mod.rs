//! Principal components: `sklearn.decomposition`.
//!
//! * [`Pca`]: fit, transform and back, by [`SvdSolver`]'s three ways.
//! * [`Data`]: doubles or bytes; images need no copy as doubles.

mod data;
mod options;
mod pca;
mod randomized;
mod spectrum;

pub use data::Data;
pub use options::{NComponents, PcaOptions, SvdSolver};
pub use pca::Pca;
