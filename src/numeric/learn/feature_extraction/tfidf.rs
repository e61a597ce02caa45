//! Counts, weighted by how few images a word is in: `sklearn.feature_extraction.text.TfidfTransformer`.

use crate::error::{Error, Result};
use crate::learn::Matrix;

/// Weights of words, fitted to bags (with scikit-learn's defaults: `norm="l2"`,
/// `smooth_idf=True`, `sublinear_tf=False`).
#[derive(Debug, Clone, PartialEq)]
pub struct TfidfTransformer {
    /// Weight of each word, `(n_words,)` (`idf_`).
    pub idf: Vec<f64>,
}

impl TfidfTransformer {
    /// Fits to counts, row-major of shape `(n_images, n_words)`.
    ///
    /// Errors: no images or words, or counts that do not fill the shape.
    pub fn fit(counts: &[u32], n_words: usize) -> Result<Self> {
        if n_words == 0 || counts.is_empty() || !counts.len().is_multiple_of(n_words) {
            let must_be = format!("of shape (n_images, {n_words}) with at least one image and word");
            return Err(Error::invalid("X", must_be, format!("{} counts", counts.len())));
        }
        let n = (counts.len() / n_words) as f64;
        let mut images_with = vec![0u32; n_words];
        for bag in counts.chunks_exact(n_words) {
            images_with.iter_mut().zip(bag).for_each(|(n, &count)| *n += u32::from(count > 0));
        }
        let idf = images_with.iter().map(|&df| libm::log((n + 1.0) / (f64::from(df) + 1.0)) + 1.0).collect();
        Ok(TfidfTransformer { idf })
    }

    /// Weighted counts, each image's of length 1 (or all 0), shape `(n_images, n_words)`.
    ///
    /// Errors: counts that do not fill rows of as many words.
    pub fn transform(&self, counts: &[u32]) -> Result<Matrix> {
        let k = self.idf.len();
        let mut values = Vec::with_capacity(counts.len());
        for bag in counts.chunks(k) {
            let from = values.len();
            values.extend(bag.iter().zip(&self.idf).map(|(&count, idf)| f64::from(count) * idf));
            let length = values[from..].iter().map(|v| v * v).sum::<f64>().sqrt();
            if length > 0.0 {
                values[from..].iter_mut().for_each(|value| *value /= length);
            }
        }
        Matrix::from_vec(values, counts.len() / k, k)
    }
}

/// [`TfidfTransformer::fit`] and [`TfidfTransformer::transform`] of the same counts.
///
/// Errors: those of the two.
pub fn tfidf(counts: &[u32], n_words: usize) -> Result<Matrix> {
    TfidfTransformer::fit(counts, n_words)?.transform(counts)
}
