//! The clusters of k-means on black and white images, for chains to start from.

use crate::error::Result;
use crate::learn::cluster::{Init, KMeansOptions, Pixels, kmeans};
use crate::learn::mixture::BinaryImages;
use crate::learn::preprocessing::Scaling;

/// One start of k-means++, `(n_samples,)`; more clusters than images count as that many.
///
/// Errors: those of `kmeans`.
pub fn labels(images: &BinaryImages, n_clusters: u32, random_state: u32) -> Result<Vec<u32>> {
    let (n, d) = (images.n_samples(), images.n_features());
    let mut bits = vec![0u8; n * d];
    bits.chunks_exact_mut(d).enumerate().for_each(|(i, row)| images.spread(i, row));
    let points = Pixels::new(&bits, n, d, Scaling::None)?;
    let options = KMeansOptions { n_clusters: (n_clusters as usize).min(n), max_iter: 300, tol: 1e-4 };
    Ok(kmeans(&points, &Init::KMeansPlusPlus, 1, random_state, &options)?.0.labels)
}
