//! What principal components keep of an image: one of each class, and the same put
//! together again from its scores.

use super::features::Features;
use super::pictures;
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::Matrix;
use crate::report::{Array, Numbers, Report, Value};
use serde::{Deserialize, Serialize};

/// A projection as far as it is needed to undo it, and a few images.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reconstructed {
    /// The first image of each class in the sample, `(n_shown,)`.
    images: Vec<u32>,
    /// Mean of each pixel, `(n_features,)` (`mean_`).
    mean: Vec<f64>,
    /// The components, row-major `(n_components, n_features)` (`components_`).
    components: Vec<f64>,
    /// Scores of the images without whitening, row-major `(n_shown, n_components)`.
    scores: Vec<f64>,
    /// The images from all components, row-major `(n_shown, n_features)`.
    pixels: Vec<f64>,
}

impl Reconstructed {
    /// Of the first image of each class.
    pub fn of(data: &Dataset, features: &Features) -> Result<Self> {
        let Features { images, pca, scores } = features;
        let first = |class: usize| images.iter().position(|image| usize::from(data.labels[*image as usize]) == class);
        let rows: Vec<usize> = (0..data.n_classes()).filter_map(first).collect();
        let k = pca.n_components();
        let own = Matrix::from_vec(rows.iter().flat_map(|row| scores.row(*row)).copied().collect(), rows.len(), k)?;
        let pixels = pca.inverse_transform(&own)?;
        let spread = |c: usize| if pca.whiten { pca.explained_variance[c].sqrt() } else { 1.0 };
        let unwhitened = own.as_slice().iter().enumerate().map(|(i, score)| score * spread(i % k));
        let components = pca.components().into_vec();
        Ok(Reconstructed {
            images: rows.iter().map(|row| images[*row]).collect(),
            mean: pca.mean.clone(),
            components,
            scores: unwhitened.collect(),
            pixels: pixels.into_vec(),
        })
    }

    /// Adds the images, how well they come out, and what a page needs to use fewer components.
    pub fn report(&self, data: &Dataset, report: &mut Report) {
        let (m, d) = (self.images.len(), data.n_features());
        let k = self.components.len() / d;
        let originals: Vec<f32> =
            self.images.iter().flat_map(|image| data.image(*image as usize)).map(|level| f32::from(*level)).collect();
        let squares = self.pixels.iter().zip(&originals).map(|(rebuilt, level)| {
            let off = rebuilt - f64::from(*level);
            off * off
        });
        let error = (squares.sum::<f64>() / originals.len() as f64).sqrt();
        report.metric(
            "reconstruction_error",
            "Root mean square error of the reconstructed images, in grey levels",
            Value::Float(error),
        );
        let captions = pictures::labels(data, &self.images).into_iter();
        let captions = captions.chain((0..m).map(|_| format!("from {k}")));
        let mut values = originals;
        values.extend(self.pixels.iter().map(|value| *value as f32));
        let summary = format!(
            "The first image of each of {m} classes, and below the same put together from {k} components: they are off by \
             {error:.1} grey levels (root mean square)."
        );
        let (title, range) = ("Put together again", (0.0, 255.0));
        let grid = pictures::grid("reconstructed", title, &summary, data, captions, &values, range, m.max(1) as u32);
        report.sections.push(grid);
        let mut array = |name: &str, shape: &[usize], values: &[f64]| {
            let shape = shape.iter().map(|size| *size as u32).collect();
            report.arrays.push(Array { name: name.into(), shape, numbers: Numbers::F64(values.to_vec()) });
        };
        array("mean_", &[d], &self.mean);
        array("components_", &[k, d], &self.components);
        array("reconstructed_scores", &[m, k], &self.scores);
    }
}

/// The lines of Python that print the same.
pub const PYTHON: &str = "rows = [np.flatnonzero(small_y == label)[0] for label in np.unique(small_y)]\n\
                          off = pca.inverse_transform(X_pca[rows]) - small_X[rows]\n\
                          show('reconstruction_error', np.sqrt(np.mean(off**2)))\n";
