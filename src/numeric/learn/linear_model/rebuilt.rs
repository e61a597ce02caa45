//! Images rebuilt from principal components, as few numbers as there are components.
//!
//! A rebuilt image is `V.T @ (V @ x) + rest`, where `rest` is what the components leave of the
//! mean. All rebuilt images so lie in the space of the components and of that one direction, and
//! under an L2 penalty the coefficients of a linear model of them do as well: a fit on these coordinates is
//! the fit on all pixels, turned.

use crate::learn::Matrix;
use crate::learn::linalg::{add_scaled, dot};

/// The components `V`, and the direction that the mean adds to them.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    components: Matrix,
    /// Of length 1, or nothing where the components have all of the mean.
    direction: Option<Vec<f64>>,
    /// How long `rest` is.
    length: f64,
}

impl Rebuilt {
    /// Of the first `n` of these `components`, `(at least n, n_features)`, which are orthonormal, and of the
    /// `mean`, `(n_features,)`, of what they were found in.
    pub fn new(components: &Matrix, mean: &[f64], n: usize) -> Self {
        let values = components.rows().take(n).flatten().copied().collect();
        let components = Matrix::from_vec(values, n.min(components.n_rows()), mean.len()).expect("whole components");
        let mut rest = mean.to_vec();
        // Twice, so that rounding leaves nothing of the components in it.
        for _ in 0..2 {
            for row in components.rows() {
                let part = dot(row, &rest);
                add_scaled(&mut rest, -part, row);
            }
        }
        let length = dot(&rest, &rest).sqrt();
        let seen = length > 1e-9 * dot(mean, mean).sqrt();
        let direction = seen.then(|| rest.iter().map(|value| value / length).collect());
        Rebuilt { components, direction, length: if seen { length } else { 0.0 } }
    }

    /// Coordinates of rebuilt rows, shape `(n_samples, n_components)` and one more for the mean. The rows are in
    /// units of which the components' features are `unit` times as many.
    pub fn coordinates<R: Iterator<Item = f64>>(&self, rows: impl Iterator<Item = R>, unit: f64) -> Matrix {
        let width = self.components.n_rows() + usize::from(self.direction.is_some());
        let (mut values, mut n) = (Vec::new(), 0);
        for row in rows {
            let row: Vec<f64> = row.collect();
            values.extend(self.components.rows().map(|component| dot(component, &row)));
            if self.direction.is_some() {
                values.push(self.length / unit);
            }
            n += 1;
        }
        Matrix::from_vec(values, n, width).expect("whole rows")
    }

    /// Coefficients of pixels, `(n_features,)`, from those of coordinates.
    pub fn coefficients(&self, of: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.components.n_cols()];
        let directions = self.components.rows().chain(self.direction.as_deref());
        of.iter().zip(directions).for_each(|(value, direction)| add_scaled(&mut out, *value, direction));
        out
    }

    /// A row, rebuilt: `pca.inverse_transform(pca.transform(x))`.
    pub fn image(&self, row: &[f64]) -> Vec<f64> {
        let mut scores: Vec<f64> = self.components.rows().map(|component| dot(component, row)).collect();
        scores.push(self.length);
        self.coefficients(&scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::decomposition::{NComponents, Pca, PcaOptions};
    use crate::learn::linear_model::{Design, LogisticOptions, LogisticRegression, Scheme};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn a_fit_on_coordinates_is_the_fit_on_rebuilt_rows(
            seed in any::<u32>(),
            n in 1usize..6,
            k in 2usize..4,
            scheme in prop::sample::select(vec![Scheme::OneVsRest, Scheme::Multinomial]),
        ) {
            let mut word = seed;
            let mut next = || {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f64::from(word >> 20) / 1024.0
            };
            let labels: Vec<i32> = (0..60).map(|i| (i % k) as i32).collect();
            let values = (0..60 * 7).map(|at| next() + if at / 7 % k == at % 7 % k { 1.5 } else { 0.0 }).collect();
            let x = Matrix::from_vec(values, 60, 7).unwrap();
            let options = PcaOptions { n_components: NComponents::Count(n), ..PcaOptions::default() };
            let pca = Pca::fit(&x, &options).unwrap();
            let rebuilt = Rebuilt::new(&pca.components(), &pca.mean, n);
            let rows: Vec<f64> = x.rows().flat_map(|row| rebuilt.image(row)).collect();
            let expected = pca.inverse_transform(&pca.transform(&x).unwrap()).unwrap();
            rows.iter().zip(expected.as_slice()).for_each(|(a, b)| assert!((a - b).abs() < 1e-10));
            let options = LogisticOptions { scheme, c: 0.3, tol: 1e-11, ..LogisticOptions::default() };
            let whole = Design::doubles(&Matrix::from_vec(rows, 60, 7).unwrap()).unwrap();
            let (pixels, _) = LogisticRegression::fit(&whole, &labels, &options).unwrap();
            let few = rebuilt.coordinates(x.rows().map(|row| row.iter().copied()), 1.0);
            let (turned, _) = LogisticRegression::fit(&Design::doubles(&few).unwrap(), &labels, &options).unwrap();
            for (expected, row) in pixels.coef.rows().zip(turned.coef.rows()) {
                for (a, b) in rebuilt.coefficients(row).iter().zip(expected) {
                    prop_assert!((a - b).abs() < 1e-7, "{} {}", a, b);
                }
            }
        }
    }
}
