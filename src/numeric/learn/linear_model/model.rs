//! A fitted logistic regression: decisions, probabilities, contributions.

use super::design::Design;
use super::fit::{Part, fit_part, n_parts};
use super::loss::{sigmoid, softmax};
use super::options::{LogisticOptions, Scheme};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::metrics::ranks;

/// `sklearn.linear_model.LogisticRegression`, or `OneVsRestClassifier` of such.
///
/// Two classes have one output, whose positive side is the second class; more have one each.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    /// The labels, ascending (`classes_`).
    pub classes: Vec<i64>,
    /// How several classes are told apart.
    pub scheme: Scheme,
    /// Coefficients of the features, shape `(n_outputs, n_features)` (`coef_`).
    pub coef: Matrix,
    /// Intercepts, `(n_outputs,)` (`intercept_`).
    pub intercept: Vec<f64>,
}

impl LogisticRegression {
    /// Fits all parts one after the other. `labels` are any integers, one for each sample.
    ///
    /// Errors: those of [`fit_part`]; one class only.
    pub fn fit<L: Copy + Into<i64>>(
        design: &Design,
        labels: &[L],
        options: &LogisticOptions,
    ) -> Result<(Self, Vec<Part>)> {
        let (classes, of) = ranks(labels)?;
        if classes.len() < 2 {
            let got = classes.first().map_or("no class".to_string(), |class| format!("only one class, {class}"));
            return Err(Error::invalid("y", "of at least 2 classes", got));
        }
        let parts = (0..n_parts(options.scheme, classes.len()))
            .map(|part| fit_part(design, &of, classes.len(), part, options, None, &mut |_| {}))
            .collect::<Result<Vec<_>>>()?;
        Ok((Self::join(classes, options.scheme, &parts)?, parts))
    }

    /// The model of all parts in order; `classes` are ascending labels.
    ///
    /// Errors: the parts are not those of so many classes.
    pub fn join(classes: Vec<i64>, scheme: Scheme, parts: &[Part]) -> Result<Self> {
        let n_outputs = if classes.len() == 2 { 1 } else { classes.len() };
        let intercept: Vec<f64> = parts.iter().flat_map(|part| part.intercept.iter().copied()).collect();
        let coef: Vec<f64> = parts.iter().flat_map(|part| part.coef.iter().copied()).collect();
        if intercept.len() != n_outputs {
            let must_be = format!("of {n_outputs} outputs together");
            return Err(Error::invalid("parts", must_be, intercept.len()));
        }
        let n_features = coef.len() / n_outputs;
        Ok(LogisticRegression { classes, scheme, coef: Matrix::from_vec(coef, n_outputs, n_features)?, intercept })
    }

    /// The same model of features before scaling: `design` is what it was fitted on.
    /// Its decisions on raw pixels are this model's on scaled ones, but for rounding.
    pub fn unscaled(&self, design: &Design) -> Self {
        let (scale, offset) = design.affine();
        let mut model = self.clone();
        for (k, intercept) in model.intercept.iter_mut().enumerate() {
            for (value, (scale, offset)) in model.coef.row_mut(k).iter_mut().zip(scale.iter().zip(&offset)) {
                *intercept += *value * offset;
                *value *= scale;
            }
        }
        model
    }

    /// Scores, shape `(n_samples, n_outputs)` (`decision_function`).
    ///
    /// Errors: another number of features than fitted.
    pub fn decision_function(&self, x: &Design) -> Result<Matrix> {
        if x.n_features() != self.coef.n_cols() {
            let must_be = format!("of {} features, as it was fitted", self.coef.n_cols());
            return Err(Error::invalid("X", must_be, x.n_features()));
        }
        let k = self.intercept.len();
        let columns = x.columns().iter();
        let mut theta: Vec<f64> = columns.flat_map(|j| (0..k).map(|k| self.coef.row(k)[*j as usize])).collect();
        theta.extend(&self.intercept);
        Matrix::from_vec(x.scores(&theta, k), x.n_samples(), k)
    }

    /// The position in `classes` of each sample's class, `(n_samples,)`, by its scores: the
    /// greatest, or the sign if there is one.
    pub fn decide(&self, scores: &Matrix) -> Vec<u32> {
        scores
            .rows()
            .map(|row| match row {
                [score] => u32::from(*score > 0.0),
                row => (1..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best }) as u32,
            })
            .collect()
    }

    /// Labels of samples, `(n_samples,)` (`predict`).
    ///
    /// Errors: another number of features than fitted.
    pub fn predict(&self, x: &Design) -> Result<Vec<i64>> {
        let decided = self.decide(&self.decision_function(x)?);
        Ok(decided.into_iter().map(|class| self.classes[class as usize]).collect())
    }

    /// Probabilities from scores, shape `(n_samples, n_classes)` (`predict_proba`): the softmax, or in
    /// one-vs-rest each model's own, divided by their sum (where that is not 0).
    pub fn probabilities(&self, scores: &Matrix) -> Matrix {
        let k = self.classes.len();
        let mut out = Matrix::zeros(scores.n_rows(), k);
        for i in 0..scores.n_rows() {
            let (row, scores) = (out.row_mut(i), scores.row(i));
            if let [score] = scores {
                row[1] = sigmoid(*score);
                row[0] = 1.0 - row[1];
                continue;
            }
            row.copy_from_slice(scores);
            if self.scheme == Scheme::Multinomial {
                softmax(row);
                continue;
            }
            row.iter_mut().for_each(|value| *value = sigmoid(*value));
            let sum: f64 = row.iter().sum();
            if sum != 0.0 {
                row.iter_mut().for_each(|value| *value /= sum);
            }
        }
        out
    }

    /// What each feature of one sample adds to the score of class `class`, `(n_features,)`:
    /// together with the intercept they add up to it. `x` are the features as fitted.
    ///
    /// Of two classes the first has the second's score with its sign turned. Panics if there is no such class.
    pub fn contributions(&self, x: &[f64], class: usize) -> Vec<f64> {
        assert!(class < self.classes.len(), "class {class} of {}", self.classes.len());
        let (output, sign) = match self.intercept.len() {
            1 => (0, if class == 0 { -1.0 } else { 1.0 }),
            _ => (class, 1.0),
        };
        self.coef.row(output).iter().zip(x).map(|(coef, x)| sign * coef * x).collect()
    }

    /// What each feature adds to the score of class `a` over that of class `b`, `(n_features,)`.
    pub fn difference(&self, x: &[f64], a: usize, b: usize) -> Vec<f64> {
        let (a, b) = (self.contributions(x, a), self.contributions(x, b));
        a.iter().zip(&b).map(|(a, b)| a - b).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::linear_model::Penalty;
    use crate::learn::preprocessing::Scaling;
    use proptest::prelude::*;

    fn blobs(n: usize, m: usize, k: u32, seed: u32) -> (Vec<u8>, Vec<i32>) {
        let mut word = seed;
        let mut next = || {
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            word >> 20
        };
        let mut images = Vec::new();
        let labels: Vec<i32> = (0..n as u32).map(|i| (i % k) as i32 * 5 - 3).collect();
        for i in 0..n as u32 {
            for j in 0..m as u32 {
                let ink = next() % 100 + if j % k == i % k { 60 } else { 0 };
                images.push(if j + 1 == m as u32 { 0 } else { ink.saturating_sub(40) as u8 });
            }
        }
        (images, labels)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn contributions_add_up_and_probabilities_to_one(
            seed in any::<u32>(),
            k in 2u32..5,
            scheme in prop::sample::select(vec![Scheme::OneVsRest, Scheme::Multinomial]),
            scaling in prop::sample::select(vec![Scaling::None, Scaling::MinMax, Scaling::Standard]),
        ) {
            let (images, labels) = blobs(60, 9, k, seed);
            let rows: Vec<u32> = (0..60).collect();
            let design = Design::bytes(&images, 9, &rows, scaling).unwrap();
            let options = LogisticOptions { scheme, c: 0.1, ..LogisticOptions::default() };
            let (model, parts) = LogisticRegression::fit(&design, &labels, &options).unwrap();
            prop_assert!(parts.iter().all(|part| part.converged && !part.separated));
            let scores = model.decision_function(&design).unwrap();
            let raw = model.unscaled(&design);
            let pixels = Design::bytes(&images, 9, &rows, Scaling::None).unwrap();
            let again = raw.decision_function(&pixels).unwrap();
            for (a, b) in scores.as_slice().iter().zip(again.as_slice()) {
                prop_assert!((a - b).abs() < 1e-10);
            }
            let first: Vec<f64> = images[..9].iter().map(|&x| f64::from(x)).collect();
            for class in 0..k as usize {
                let sum: f64 = raw.contributions(&first, class).iter().sum();
                let (output, sign) = if k == 2 { (0, class as f64 * 2.0 - 1.0) } else { (class, 1.0) };
                prop_assert!((sum + sign * raw.intercept[output] - sign * scores.row(0)[output]).abs() < 1e-10);
            }
            let difference: f64 = raw.difference(&first, 0, 1).iter().sum();
            let expected: f64 = raw.contributions(&first, 0).iter().sum::<f64>() - raw.contributions(&first, 1).iter().sum::<f64>();
            prop_assert!((difference - expected).abs() < 1e-10);
            for row in model.probabilities(&scores).rows() {
                prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
            let predicted = model.predict(&design).unwrap();
            prop_assert!(predicted.iter().zip(&labels).filter(|(a, b)| **a == i64::from(**b)).count() > 20);
            let sparse = LogisticOptions { penalty: Penalty::ElasticNet(0.7), ..options };
            let (_, parts) = LogisticRegression::fit(&design, &labels, &sparse).unwrap();
            prop_assert!(parts.iter().all(|part| part.converged && part.coef.contains(&0.0)));
            prop_assert_eq!(&model.classes[..], &(0..k as i64).map(|k| k * 5 - 3).collect::<Vec<_>>()[..]);
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_said() {
        let (images, labels) = blobs(12, 4, 3, 1);
        let rows: Vec<u32> = (0..12).collect();
        let design = Design::bytes(&images, 4, &rows, Scaling::None).unwrap();
        let options = LogisticOptions::default();
        let said = |labels: &[i32], options: &LogisticOptions| {
            LogisticRegression::fit(&design, labels, options).unwrap_err().to_string()
        };
        assert!(said(&[7; 12], &options).contains("only one class, 7"));
        assert!(said(&labels[..11], &options).contains("11 labels"));
        assert!(said(&labels, &LogisticOptions { c: 0.0, ..options.clone() }).contains("'C'"));
        assert!(said(&labels, &LogisticOptions { tol: f64::NAN, ..options.clone() }).contains("'tol'"));
        assert!(said(&labels, &LogisticOptions { max_iter: 0, ..options.clone() }).contains("'max_iter'"));
        let ratio = LogisticOptions { penalty: Penalty::ElasticNet(1.5), ..options.clone() };
        assert!(said(&labels, &ratio).contains("'l1_ratio'"));
    }

    #[test]
    fn constant_features_and_separable_classes_end() {
        // Nothing but an intercept can be learnt: the shares of the classes.
        let x = Design::doubles(&Matrix::from_vec(vec![3.0; 12], 6, 2).unwrap()).unwrap();
        let labels = [0, 0, 0, 1, 1, 2];
        let options = LogisticOptions { tol: 1e-9, ..LogisticOptions::default() };
        let (model, parts) = LogisticRegression::fit(&x, &labels, &options).unwrap();
        assert!(parts[0].converged);
        let shares = model.probabilities(&model.decision_function(&x).unwrap());
        for (found, share) in shares.row(0).iter().zip([0.5, 1.0 / 3.0, 1.0 / 6.0]) {
            assert!((found - share).abs() < 1e-7, "{found} {share}");
        }
        // Balanced classes begin where they end, and a gradient that is all rounding is no reason to go on.
        for (penalty, c) in [(Penalty::L2, 1.0), (Penalty::L1, 1e-3), (Penalty::ElasticNet(0.5), 1e-6)] {
            for scheme in [Scheme::OneVsRest, Scheme::Multinomial] {
                let class_weight = crate::learn::linear_model::ClassWeight::Balanced;
                let options = LogisticOptions { penalty, c, scheme, class_weight, ..LogisticOptions::default() };
                let (_, parts) = LogisticRegression::fit(&x, &labels, &options).unwrap();
                assert!(
                    parts.iter().all(|part| part.converged && part.n_iter <= 3),
                    "{penalty:?} {scheme:?}: {parts:?}"
                );
            }
        }
        // One class that can be told apart from two that cannot.
        let spot = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 9.0, 8.0];
        let spot = Design::doubles(&Matrix::from_vec(spot.to_vec(), 8, 1).unwrap()).unwrap();
        let options = LogisticOptions { penalty: Penalty::None, ..LogisticOptions::default() };
        let (_, parts) = LogisticRegression::fit(&spot, &[0, 0, 1, 1, 0, 1, 2, 2], &options).unwrap();
        assert!(parts[0].separated && options.scheme == Scheme::Multinomial);
        let (_, parts) = LogisticRegression::fit(&spot, &[0, 0, 1, 1, 2, 1, 2, 0], &options).unwrap();
        assert!(!parts[0].separated);
        // Without a penalty, separable classes have no best model.
        let line = Design::doubles(&Matrix::from_vec((0..6).map(f64::from).collect(), 6, 1).unwrap()).unwrap();
        for scheme in [Scheme::OneVsRest, Scheme::Multinomial] {
            let options = LogisticOptions { penalty: Penalty::None, scheme, ..LogisticOptions::default() };
            let (model, parts) = LogisticRegression::fit(&line, &[0, 0, 0, 1, 1, 1], &options).unwrap();
            assert!(parts[0].separated && parts[0].n_iter <= 100);
            assert_eq!(model.predict(&line).unwrap(), [0, 0, 0, 1, 1, 1]);
            // More classes than distinct samples are no obstacle either.
            let (_, parts) = LogisticRegression::fit(&line, &[0, 1, 2, 3, 4, 5], &options).unwrap();
            assert!(parts.iter().all(|part| part.n_iter <= 100));
        }
    }
}
