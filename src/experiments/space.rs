//! Where an image that was not there would be among those that were: what a page needs to place a drawn digit.

use crate::learn::cluster::Pixels;
use crate::learn::decomposition::Pca;
use crate::report::{Array, Numbers};
use serde::{Deserialize, Serialize};

/// From grey levels to the coordinates that distances are measured in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Space {
    /// Every pixel for itself: `x * factor + offset`, both `(n_features,)`.
    Pixels {
        /// Factor of each pixel.
        factor: Vec<f64>,
        /// What is added to each pixel after that.
        offset: Vec<f64>,
    },
    /// Scores on principal components: `components @ (x - mean) * factor`.
    Scores {
        /// Mean of each pixel, `(n_features,)` (`mean_`).
        mean: Vec<f64>,
        /// Row-major `(n_components, n_features)` (`components_`).
        components: Vec<f64>,
        /// Factor of each score, `(n_components,)`.
        factor: Vec<f64>,
    },
}

impl Space {
    /// That of scaled pixels.
    pub fn pixels(pixels: &Pixels) -> Self {
        let (factor, offset) = pixels.scaling();
        Space::Pixels { factor, offset }
    }

    /// That of a projection.
    pub fn scores(pca: &Pca) -> Self {
        Space::Scores { mean: pca.mean.clone(), components: pca.components().into_vec(), factor: score_factor(pca) }
    }

    /// As arrays of a report (see [`crate::report::placed`]).
    pub fn arrays(self) -> Vec<Array> {
        match self {
            Space::Pixels { factor, offset } => {
                let d = factor.len();
                vec![array("pixel_factor", &[d], factor), array("pixel_offset", &[d], offset)]
            }
            Space::Scores { mean, components, factor } => {
                let (d, k) = (mean.len(), factor.len());
                vec![
                    array("mean_", &[d], mean),
                    array("components_", &[k, d], components),
                    array("score_factor", &[k], factor),
                ]
            }
        }
    }
}

/// What the scores of a projection are multiplied with, `(n_components,)`: 1 but for whitening.
pub fn score_factor(pca: &Pca) -> Vec<f64> {
    match pca.whiten {
        // Along a direction without variance nothing differs.
        true => pca.explained_variance.iter().map(|v| if *v > 0.0 { 1.0 / v.sqrt() } else { 0.0 }).collect(),
        false => vec![1.0; pca.n_components()],
    }
}

/// Numbers of that shape.
pub fn array(name: &str, shape: &[usize], values: Vec<f64>) -> Array {
    let shape = shape.iter().map(|size| *size as u32).collect();
    Array { name: name.into(), shape, numbers: Numbers::F64(values) }
}
