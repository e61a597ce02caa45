//! What k-means asks of the data, and how sure a distance is.

use super::closest::Look;
use super::search::{MOST_BOUNDS, settle};
use crate::error::{Error, Result};
use crate::learn::Matrix;

/// A range that surely holds a squared distance.
///
/// It also holds what [`Points::squared_distance`] returns, rounding included,
/// so two ranges that do not touch settle which of two centres is nearer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Least value, at least 0.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
}

/// What a search over all centres found for one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// The nearest centre.
    pub label: u32,
    /// At least the squared distance to it.
    pub high: f64,
    /// At most the squared distance to any other centre.
    pub others: f64,
}

/// Room for the intermediate results of a search, so that a row allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Centres looked at.
    pub js: Vec<u32>,
    /// A range for each of them.
    pub intervals: Vec<Interval>,
    /// Whole numbers to compare centres by.
    pub scores: Vec<i32>,
    /// A row, as words.
    pub words: Vec<i16>,
    /// A row, as doubles.
    pub values: Vec<f64>,
}

/// Greatest squared length: sums and differences of such stay finite.
pub(super) const LARGEST: f64 = 1e300;

/// One row that went from a cluster to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Index of the row.
    pub row: u32,
    /// The cluster that it left.
    pub from: u32,
}

/// Rows to be clustered, shape `(n_samples, n_features)`.
///
/// Inside, centres are rows of [`width`](Self::width) coordinates less the
/// [`offsets`](Self::offsets): k-means does not notice a translation, and
/// without it the distance of a row to itself is exactly 0.
pub trait Points {
    /// Centres, made ready for many distances.
    type Prepared;
    /// Sums of the rows of each cluster.
    type Sums;

    /// Number of rows.
    fn n_samples(&self) -> usize;
    /// Number of columns.
    fn n_features(&self) -> usize;
    /// Length of an inner row: `n_features`, or more with zeros behind.
    fn width(&self) -> usize;
    /// What is added to the inner coordinates to get the values, `(n_features,)`.
    fn offsets(&self) -> &[f64];
    /// Mean of all rows in inner coordinates, `(width,)`.
    fn mean(&self) -> &[f64];
    /// Sum of the squared distances of all rows to their mean.
    fn scatter(&self) -> f64;
    /// Row `i` in inner coordinates, `(width,)`.
    fn copy_row(&self, i: usize, out: &mut [f64]);
    /// Row `i` as the values that scikit-learn would be given, `(n_features,)`.
    fn copy_values(&self, i: usize, out: &mut [f64]);
    /// Coordinate `j` of a centre, from its value.
    fn inner(&self, j: usize, value: f64) -> f64;

    /// Makes inner centres, shape `(n_clusters, width)`, ready.
    fn prepare(&self, centers: &Matrix) -> Self::Prepared;
    /// Squared distances of row `i` to the centres `js`, into `out`.
    fn intervals(&self, centers: &Self::Prepared, i: usize, js: &[u32], out: &mut [Interval]);
    /// Squared distance of row `i` to centre `j`.
    fn interval(&self, centers: &Self::Prepared, i: usize, j: u32, _scratch: &mut Scratch) -> Interval {
        let mut interval = [Interval { low: 0.0, high: 0.0 }];
        self.intervals(centers, i, &[j], &mut interval);
        interval[0]
    }
    /// Squared distance of row `i` to an inner centre: the arithmetic that decides.
    fn squared_distance(&self, i: usize, center: &[f64]) -> f64;

    /// An earlier row with the same values as row `i`, or `i` itself: its label holds
    /// for both, so that repeated rows cost nothing.
    fn twin(&self, i: usize) -> usize {
        i
    }

    /// Most lower bounds that are worth keeping for a search, one for each row and centre.
    fn most_bounds(&self) -> usize {
        MOST_BOUNDS
    }

    /// The nearest of all inner `centers` to row `i`, of equals the lowest.
    fn nearest(&self, prepared: &Self::Prepared, centers: &Matrix, i: usize, scratch: &mut Scratch) -> Nearest {
        let Scratch { js, intervals, .. } = scratch;
        js.clear();
        js.extend(0..centers.n_rows() as u32);
        intervals.resize(js.len(), Interval { low: 0.0, high: 0.0 });
        self.intervals(prepared, i, js, intervals);
        let nearest = settle(self, centers, i, js, intervals);
        let others = intervals.iter().enumerate().filter(|(j, _)| *j != nearest);
        let others = others.fold(f64::INFINITY, |least, (_, interval)| least.min(interval.low));
        Nearest { label: nearest as u32, high: intervals[nearest].high, others }
    }

    /// Sums of `n_clusters` clusters without rows.
    fn sums(&self, n_clusters: usize) -> Self::Sums;
    /// Brings the sums up to date after the `moves`, or from nothing when there
    /// were no labels before (`moves` is `None`).
    fn update(&self, sums: &mut Self::Sums, labels: &[u32], moves: Option<&[Move]>);
    /// Mean of cluster `j`, less the rows `without`, when `count` rows remain.
    fn center(&self, sums: &Self::Sums, j: usize, without: &[u32], count: f64, out: &mut [f64]);

    /// Looks for the rows that are closer to one of the candidate rows than to all chosen before.
    fn closer(&self, candidates: &[u32], look: &mut Look);
}

/// Inner centres of the same shape from centres as values `(n_clusters, n_features)`.
///
/// Errors: another number of columns, or a value that is not finite.
pub(super) fn to_inner<P: Points>(points: &P, centers: &Matrix) -> Result<Matrix> {
    let (rows, cols) = (centers.n_rows(), centers.n_cols());
    if cols != points.n_features() || rows == 0 {
        let must_be = format!("of shape (n_clusters, {})", points.n_features());
        return Err(Error::invalid("init", must_be, format!("({rows}, {cols})")));
    }
    if let Some(value) = centers.as_slice().iter().find(|value| !value.is_finite()) {
        return Err(Error::invalid("init", "free of NaN and infinity", value));
    }
    let mut inner = Matrix::zeros(rows, points.width());
    for c in 0..rows {
        for (j, (to, &value)) in inner.row_mut(c).iter_mut().zip(centers.row(c)).enumerate() {
            *to = points.inner(j, value);
        }
        let squared: f64 = inner.row(c).iter().map(|value| value * value).sum();
        if squared > LARGEST {
            return Err(Error::invalid("init", "small enough for its squares", "squared distances beyond float64"));
        }
    }
    Ok(inner)
}

/// Centres as values, shape `(n_clusters, n_features)`, from inner ones.
pub(super) fn to_values<P: Points>(points: &P, inner: &Matrix) -> Matrix {
    let mut centers = Matrix::zeros(inner.n_rows(), points.n_features());
    for c in 0..inner.n_rows() {
        let values = inner.row(c).iter().zip(points.offsets()).map(|(inner, offset)| inner + offset);
        centers.row_mut(c).iter_mut().zip(values).for_each(|(to, value)| *to = value);
    }
    centers
}
