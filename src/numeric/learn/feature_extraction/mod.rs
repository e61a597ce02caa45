//! Small windows of images as features: `sklearn.feature_extraction.image`, and what is
//! counted with them.
//!
//! * [`windows`]: which windows are taken; [`scaled`]: the grey levels of an image, centred and scaled.
//! * [`patches`]: many windows as points for k-means, kept as bytes in [`records`]; [`sums`]: their exact sums.
//! * [`bag`]: a vocabulary, and the words of an image, which [`lifted`] takes the windows of; [`filter`]: the integer
//!   search for the nearest word.
//! * [`tfidf`]: weights for the counts.

mod bag;
mod filter;
mod lifted;
mod patches;
mod records;
mod scaled;
mod sums;
mod tfidf;
mod windows;

pub use bag::Vocabulary;
pub use patches::{PatchOptions, Patches};
pub use scaled::PatchScaling;
pub use tfidf::{TfidfTransformer, tfidf};
pub use windows::{MaxPatches, check_patch_size, extract_positions, n_patches};
