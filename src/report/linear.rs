//! A linear model of grey levels as data: what it says of any image, and what each
//! pixel adds to that. Plain arithmetic, so that a page follows a pen.

use super::{Table, Value};
use serde::{Deserialize, Serialize};

/// A model with one score for each class (of two classes one score, which speaks for the second), and
/// an image to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// The data set's name.
    pub data: String,
    /// Height and width of an image.
    pub size: (u32, u32),
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Whether probabilities are the softmax of the scores; if not, each is that of a model of its
    /// own, divided by the sum of all.
    pub softmax: bool,
    /// Coefficients of the grey levels as they are, 0 to 255, `(n_scores, height * width)`.
    #[serde(with = "crate::bytes")]
    pub coef: Vec<f32>,
    /// Intercepts, `(n_scores,)`.
    pub intercept: Vec<f64>,
    /// Number of the image to begin with.
    pub image: u32,
    /// Its class, an index of `classes`.
    pub label: u32,
    /// Its grey levels, `(height * width,)`.
    #[serde(with = "crate::bytes")]
    pub pixels: Vec<f32>,
}

/// An image of the data set, and the share that one pixel has in what the image adds to a score.
pub type Use = (u32, f64);

impl Linear {
    /// Number of pixels.
    pub fn n_pixels(&self) -> usize {
        (self.size.0 * self.size.1) as usize
    }

    /// The score that speaks of a class, and its sign there.
    fn score_of(&self, class: usize) -> (usize, f64) {
        match self.intercept.len() {
            1 => (0, if class == 0 { -1.0 } else { 1.0 }),
            _ => (class, 1.0),
        }
    }

    fn row(&self, score: usize) -> &[f32] {
        let m = self.n_pixels();
        self.coef.get(score * m..(score + 1) * m).unwrap_or_default()
    }

    /// The score of each class, `(n_classes,)`: scikit-learn's `decision_function`.
    pub fn scores(&self, pixels: &[f32]) -> Vec<f64> {
        let score = |class: usize| {
            let (row, sign) = self.score_of(class);
            let sum: f64 = self.row(row).iter().zip(pixels).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
            sign * (sum + self.intercept.get(row).copied().unwrap_or(0.0))
        };
        (0..self.classes.len()).map(score).collect()
    }

    /// The probability of each class: scikit-learn's `predict_proba`.
    pub fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raw = |score: &f64| {
            if self.softmax && scores.len() > 2 { libm::exp(score - highest) } else { 1.0 / (1.0 + libm::exp(-score)) }
        };
        let raw: Vec<f64> = scores.iter().map(raw).collect();
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(|p| if sum > 0.0 { p / sum } else { p }).collect()
    }

    /// The class of the highest score; of equals the first.
    pub fn decided(scores: &[f64]) -> usize {
        (0..scores.len()).fold(0, |best, k| if scores[k] > scores[best] { k } else { best })
    }

    /// Coefficients for a class, or for it over another one, `(height * width,)`.
    pub fn weights(&self, class: usize, over: Option<usize>) -> Vec<f64> {
        let of = |class: usize| {
            let (row, sign) = self.score_of(class);
            self.row(row).iter().map(move |w| sign * f64::from(*w))
        };
        match over {
            None => of(class).collect(),
            Some(other) => of(class).zip(of(other)).map(|(a, b)| a - b).collect(),
        }
    }

    /// What there is of that without any ink.
    pub fn constant(&self, class: usize, over: Option<usize>) -> f64 {
        let of = |class: usize| {
            let (row, sign) = self.score_of(class);
            sign * self.intercept.get(row).copied().unwrap_or(0.0)
        };
        of(class) - over.map_or(0.0, of)
    }

    /// What each pixel adds to the score of a class, or to it over that of another one: with
    /// [`constant`](Self::constant) they add up to it.
    pub fn contributions(&self, pixels: &[f32], class: usize, over: Option<usize>) -> Vec<f32> {
        self.weights(class, over).iter().zip(pixels).map(|(w, x)| (w * f64::from(*x)) as f32).collect()
    }

    /// The images that use a pixel most for a class: those of which it is the greatest share of all that their pixels
    /// add or take, the greatest first; none where the coefficient is zero. `images` is `(n, height * width)`.
    pub fn users(&self, images: &[u8], pixel: usize, class: usize, most: usize) -> Vec<Use> {
        let weights: Vec<f32> = self.weights(class, None).iter().map(|w| w.abs() as f32).collect();
        let share = |(i, image): (usize, &[u8])| {
            let level = *image.get(pixel)?;
            let all: f32 = image.iter().zip(&weights).map(|(x, w)| f32::from(*x) * w).sum();
            let own = f32::from(level) * weights.get(pixel)?;
            (level > 0 && own > 0.0).then(|| (i as u32, f64::from(own / all)))
        };
        // Without ink there nothing has to be summed.
        let inked = images.chunks_exact(self.n_pixels().max(1)).enumerate().filter(|(_, image)| image[pixel] > 0);
        let mut found: Vec<Use> = inked.filter_map(share).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
    }

    /// Scores of the image to begin with.
    pub fn table(&self) -> Table {
        let scores = self.scores(&self.pixels);
        let columns = ["class", "intercept", "pixels", "score", "probability"].map(String::from).to_vec();
        let p = self.probabilities(&scores);
        let rows = self.classes.iter().enumerate().map(|(k, name)| {
            let constant = self.constant(k, None);
            let numbers = [constant, scores[k] - constant, scores[k], p[k]].map(Value::Float);
            std::iter::once(Value::Text(name.clone())).chain(numbers).collect()
        });
        Table { columns, rows: rows.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(n_classes: usize, softmax: bool) -> Linear {
        let n_scores = if n_classes == 2 { 1 } else { n_classes };
        Linear {
            data: String::new(),
            size: (2, 3),
            classes: (0..n_classes).map(|k| k.to_string()).collect(),
            softmax,
            coef: (0..n_scores * 6).map(|i| (i * 7 % 11) as f32 / 8.0 - 0.5).collect(),
            intercept: (0..n_scores).map(|k| k as f64 - 0.75).collect(),
            image: 0,
            label: 0,
            pixels: vec![0.0, 1.0, 4.0, 0.0, 2.0, 3.0],
        }
    }

    #[test]
    fn contributions_add_up_to_the_score() {
        for n_classes in [2, 4] {
            let model = model(n_classes, true);
            let scores = model.scores(&model.pixels);
            for class in 0..n_classes {
                for over in [None, Some(0), Some(1)] {
                    let parts = model.contributions(&model.pixels, class, over);
                    let sum: f64 = parts.iter().map(|part| f64::from(*part)).sum();
                    let score = scores[class] - over.map_or(0.0, |other| scores[other]);
                    assert!((sum + model.constant(class, over) - score).abs() < 1e-6, "{class} {over:?}");
                }
            }
        }
    }

    #[test]
    fn probabilities_are_scipys() {
        // scipy.special.softmax(scores), and scipy.special.expit(scores) over its sum.
        let scores = [1.0, 2.0, 4.0];
        let expected = [
            (true, [0.04201006613406605, 0.11419519938459449, 0.8437947344813395]),
            (false, [0.2818409305739566, 0.33956877788003764, 0.37859029154600576]),
        ];
        for (softmax, expected) in expected {
            let found = model(3, softmax).probabilities(&scores);
            found.iter().zip(&expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-14, "{found:?}"));
        }
        let found = model(2, true).probabilities(&[-1.0, 1.0]);
        assert!((found[1] - 0.7310585786300049).abs() < 1e-14 && (found[0] + found[1] - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_images_that_use_a_pixel_come_by_their_share() {
        let images = [[9, 0, 9, 9, 9, 9], [0, 200, 0, 0, 0, 0], [10, 100, 0, 0, 0, 0], [0, 0, 0, 0, 255, 0]].concat();
        let found = model(4, true).users(&images, 1, 0, 5);
        assert_eq!(found.iter().map(|(image, _)| *image).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(found[0].1, 1.0);
        assert_eq!(model(4, true).users(&images, 1, 0, 1).len(), 1);
        assert!(model(4, true).users(&[], 1, 0, 1).is_empty());
    }
}
