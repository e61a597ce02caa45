//! What a lasso needs to know of its samples: their second moments. Those of the
//! folds of a cross-validation are parts of one sum, so each sample is read once.

use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::linalg::{View, add_gram_below, add_scaled, dot, mirror};

/// Second moments of columns and a target, about their means or about 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Number of samples.
    pub n_samples: f64,
    /// What was subtracted from each column, `(n_features,)`; zeros without an intercept.
    pub x_offset: Vec<f64>,
    /// What was subtracted from the target.
    pub y_offset: f64,
    /// `X.T @ X`, shape `(n_features, n_features)`.
    pub gram: Matrix,
    /// `X.T @ y`, `(n_features,)`.
    pub xy: Vec<f64>,
    /// `y @ y`.
    pub yy: f64,
}

impl Moments {
    /// Number of columns.
    pub fn n_features(&self) -> usize {
        self.xy.len()
    }

    /// `X.T @ X @ w`, `(n_features,)`.
    pub fn gram_times(&self, w: &[f64]) -> Vec<f64> {
        gram_times(&self.gram, w)
    }

    /// `||y - X w||^2`, not below 0.
    pub fn residual(&self, w: &[f64]) -> f64 {
        (self.yy - 2.0 * dot(&self.xy, w) + dot(&self.gram_times(w), w)).max(0.0)
    }
}

/// `gram @ w` for a symmetric `gram`; columns whose weight is 0 are not read.
pub(super) fn gram_times(gram: &Matrix, w: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; w.len()];
    for (row, w) in gram.rows().zip(w).filter(|(_, w)| **w != 0.0) {
        add_scaled(&mut product, *w, row);
    }
    product
}

/// Sums over the samples of one fold.
#[derive(Debug, Clone)]
struct Sums {
    n: f64,
    x: Vec<f64>,
    y: f64,
    xx: Matrix,
    xy: Vec<f64>,
    yy: f64,
}

/// The moments of all samples and of each fold: contiguous blocks of rows, the first ones
/// a row longer if they do not come out even (`KFold` without shuffling).
#[derive(Debug, Clone)]
pub struct Folds {
    folds: Vec<Sums>,
    all: Sums,
}

impl Folds {
    /// Reads `x`, shape `(n_samples, n_features)`, and `y`, `(n_samples,)`. What is summed
    /// keeps most digits if the means are about 0.
    ///
    /// Errors: fewer than 2 folds or fewer samples than folds, `y` of another length, NaN or infinity.
    pub fn new(x: &Matrix, y: &[f64], n_folds: usize) -> Result<Self> {
        let n = x.n_rows();
        if n_folds < 2 {
            return Err(Error::invalid("cv", "at least 2 folds", n_folds));
        }
        if n < n_folds {
            let must_be = format!("at least the {n_folds} folds of the cross-validation");
            return Err(Error::invalid("n_samples", must_be, n));
        }
        if y.len() != n {
            return Err(Error::invalid("y", format!("of the {n} samples of X"), y.len()));
        }
        if x.n_cols() == 0 {
            return Err(Error::invalid("X", "of at least 1 feature", "0 features"));
        }
        if ![x.as_slice(), y].iter().all(|values| values.iter().all(|value| value.is_finite())) {
            return Err(Error::Numeric("X or y holds NaN or infinity.".into()));
        }
        let mut from = 0;
        let folds: Vec<Sums> = (0..n_folds)
            .map(|fold| {
                let to = from + n / n_folds + usize::from(fold < n % n_folds);
                let sums = Sums::of(x, y, from, to);
                from = to;
                sums
            })
            .collect();
        let mut all = folds[0].clone();
        folds[1..].iter().for_each(|fold| all.add(fold, 1.0));
        Ok(Folds { folds, all })
    }

    /// Number of folds.
    pub fn n_folds(&self) -> usize {
        self.folds.len()
    }

    /// The moments of all samples.
    pub fn all(&self, fit_intercept: bool) -> Moments {
        self.all.moments(fit_intercept)
    }

    /// The moments of the samples that are not in `fold`.
    pub fn without(&self, fold: usize, fit_intercept: bool) -> Moments {
        let mut rest = self.all.clone();
        rest.add(&self.folds[fold], -1.0);
        rest.moments(fit_intercept)
    }

    /// Mean squared error in `fold` of the weights `w` that came of `train`, its moments without that fold.
    pub fn error(&self, fold: usize, train: &Moments, w: &[f64]) -> f64 {
        let Sums { n, x, y, xx, xy, yy } = &self.folds[fold];
        let intercept = train.y_offset - dot(&train.x_offset, w);
        // ||y - b - X w||^2, multiplied out.
        let squares = yy - 2.0 * dot(xy, w) + dot(&gram_times(xx, w), w);
        let lines = n * intercept * intercept - 2.0 * intercept * (y - dot(x, w));
        (squares + lines).max(0.0) / n
    }
}

impl Sums {
    fn of(x: &Matrix, y: &[f64], from: usize, to: usize) -> Self {
        let m = x.n_cols();
        let mut xx = Matrix::zeros(m, m);
        add_gram_below(&mut xx, View::rows(x, from, to).t());
        mirror(&mut xx);
        let (mut sums, mut xy, mut total, mut yy) = (vec![0.0; m], vec![0.0; m], 0.0, 0.0);
        for (row, y) in (from..to).zip(&y[from..to]) {
            add_scaled(&mut sums, 1.0, x.row(row));
            add_scaled(&mut xy, *y, x.row(row));
            total += y;
            yy += y * y;
        }
        Sums { n: (to - from) as f64, x: sums, y: total, xx, xy, yy }
    }

    fn add(&mut self, other: &Sums, sign: f64) {
        self.n += sign * other.n;
        self.y += sign * other.y;
        self.yy += sign * other.yy;
        add_scaled(&mut self.x, sign, &other.x);
        add_scaled(&mut self.xy, sign, &other.xy);
        for i in 0..self.x.len() {
            add_scaled(self.xx.row_mut(i), sign, other.xx.row(i));
        }
    }

    fn moments(&self, fit_intercept: bool) -> Moments {
        let Sums { n, x, y, xx, xy, yy } = self.clone();
        let mut moments = Moments { n_samples: n, x_offset: vec![0.0; x.len()], y_offset: 0.0, gram: xx, xy, yy };
        if fit_intercept {
            moments.x_offset = x.iter().map(|sum| sum / n).collect();
            moments.y_offset = y / n;
            for (i, sum) in x.iter().enumerate() {
                add_scaled(moments.gram.row_mut(i), -sum, &moments.x_offset);
                // Both triangles are to be the same number.
                for j in 0..i {
                    let value = moments.gram.row(i)[j];
                    moments.gram.row_mut(j)[i] = value;
                }
            }
            add_scaled(&mut moments.xy, -moments.y_offset, &x);
            moments.yy -= y * moments.y_offset;
        }
        moments
    }
}
