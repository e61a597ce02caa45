//! k-means: `sklearn.cluster.KMeans(algorithm="lloyd")`, start for start and
//! label for label, in a fraction of its distances.
//!
//! Only where a row is exactly as far from two centres, or two draws of k-means++
//! are exactly as good, may labels part: scikit-learn moves the mean of all rows
//! to the origin first, and its rounding then chooses. Raw bytes stay where they
//! are here, so that distances between rows are whole numbers, and of equals the
//! first is taken; between means, whose coordinates are rounded, an exact tie may
//! be settled by rounding here, too.
//!
//! * [`points`]: what the data must offer; [`pixels`], [`samples`]: the data.
//! * [`quantized`]: the integer filter for images.
//! * [`start`]: the first centres; [`search`]: nearest centres; [`step`]: next centres.
//! * [`restarts`]: several starts, the best of them. [`second`]: what a row is nearest to besides.

mod closest;
mod pixels;
mod points;
#[cfg(test)]
mod primitive;
mod quantized;
mod restarts;
mod samples;
mod search;
mod second;
mod start;
mod step;

pub use closest::Look;
pub use pixels::Pixels;
pub use points::{Interval, Move, Nearest, Points, Scratch};
pub use quantized::Quantized;
pub use restarts::{best_restart, kmeans, warnings};
pub use samples::Samples;
pub use second::second_nearest;
pub use start::{Init, start};

use crate::error::{Error, Result};
use crate::learn::Matrix;
use points::{to_inner, to_values};
use search::Search;
use serde::{Deserialize, Serialize};

/// Options of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KMeansOptions {
    /// Clusters to form.
    pub n_clusters: usize,
    /// Most iterations, at least 1.
    pub max_iter: u32,
    /// Stops when the squared shifts of the centres sum to at most `tol` times the
    /// mean variance of the columns.
    pub tol: f64,
}

/// Where a run stands, after each iteration.
pub struct Iteration<'a> {
    /// Iterations done.
    pub n_iter: u32,
    /// Sum of the squared distances of the rows to the means of their clusters,
    /// from the sums alone: for progress, not for comparison.
    pub inertia: f64,
    centers: &'a dyn Fn() -> Matrix,
}

impl Iteration<'_> {
    /// The centres, shape `(n_clusters, n_features)`; computed when asked for.
    pub fn cluster_centers(&self) -> Matrix {
        (self.centers)()
    }
}

/// What one run found.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansFit {
    /// Centres, shape `(n_clusters, n_features)` (`cluster_centers_`).
    pub cluster_centers: Matrix,
    /// Nearest centre of each row, `(n_samples,)` (`labels_`).
    pub labels: Vec<u32>,
    /// Sum of the squared distances of the rows to their nearest centres (`inertia_`).
    pub inertia: f64,
    /// Iterations done (`n_iter_`).
    pub n_iter: u32,
    /// Whether it ended before `max_iter` did: labels repeated, or `tol` was met.
    pub converged: bool,
}

/// Where a run was left, to be taken up again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Centres as the points keep them, `(n_clusters, width)`.
    centers: Vec<f64>,
    /// The labels that they are the means of, `(n_samples,)`; none before the first iteration.
    labels: Vec<u32>,
    n_iter: u32,
}

impl Standing {
    /// A run before its first iteration, from `start`, shape `(n_clusters, n_features)`.
    ///
    /// Errors: a start of another number of columns, or with values that are not finite.
    pub fn new<P: Points>(points: &P, start: &Matrix) -> Result<Self> {
        Ok(Standing { centers: to_inner(points, start)?.into_vec(), labels: Vec::new(), n_iter: 0 })
    }
}

/// What a part of a run came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Descent {
    /// The minimum.
    Done(KMeansFit),
    /// Not all the way.
    Rest(Standing),
}

/// Moves `start`, shape `(n_clusters, n_features)`, to a local minimum; `tick` is
/// called after every iteration.
///
/// Errors: options outside their ranges, more clusters than rows, or a start of
/// another shape or with values that are not finite.
pub fn lloyd<P: Points>(
    points: &P,
    start: Matrix,
    options: &KMeansOptions,
    tick: &mut dyn FnMut(Iteration),
) -> Result<KMeansFit> {
    lloyd_with(points, start, options, points.most_bounds(), tick)
}

/// [`lloyd`] with its own limit on the number of lower bounds.
fn lloyd_with<P: Points>(
    points: &P,
    start: Matrix,
    options: &KMeansOptions,
    most_bounds: usize,
    tick: &mut dyn FnMut(Iteration),
) -> Result<KMeansFit> {
    check(points, options)?;
    check_start(points, &start, options)?;
    let standing = Standing::new(points, &start)?;
    let mut tick = |now: Iteration| {
        tick(now);
        true
    };
    match descend_with(points, standing, options, most_bounds, &mut tick)? {
        Descent::Done(fit) => Ok(fit),
        Descent::Rest(_) => Err(Error::invalid("tick", "such that the run goes on to its end", "a rest")),
    }
}

/// [`lloyd`] in parts: goes on from `standing` for as long as `tick` says so. Where it rests
/// changes no bit of what it comes to.
///
/// Errors: options outside their ranges, or a standing of other points.
pub fn descend<P: Points>(
    points: &P,
    standing: Standing,
    options: &KMeansOptions,
    tick: &mut dyn FnMut(Iteration) -> bool,
) -> Result<Descent> {
    check(points, options)?;
    descend_with(points, standing, options, points.most_bounds(), tick)
}

fn descend_with<P: Points>(
    points: &P,
    standing: Standing,
    options: &KMeansOptions,
    most_bounds: usize,
    tick: &mut dyn FnMut(Iteration) -> bool,
) -> Result<Descent> {
    let (n, k) = (points.n_samples(), options.n_clusters);
    let Standing { centers, mut labels, mut n_iter } = standing;
    let mut centers = Matrix::from_vec(centers, k, points.width())?;
    let fresh = labels.is_empty();
    if !fresh && (labels.len() != n || labels.iter().any(|&label| label as usize >= k)) {
        return Err(Error::invalid("standing", format!("of {n} samples in {k} clusters"), labels.len()));
    }
    let tol = tolerance(points, options.tol);
    let mut search = Search::new(points, k, most_bounds);
    let mut sums = points.sums(k);
    if fresh {
        labels = vec![0; n];
    } else {
        points.update(&mut sums, &labels, None);
    }
    let mut counts = vec![0u32; k];
    labels.iter().for_each(|&label| counts[label as usize] += 1);
    let mut moved: Option<Vec<f64>> = None;
    let (mut converged, mut strict) = (false, false);
    while n_iter < options.max_iter && !converged {
        let moves = search.assign(points, &centers, moved.as_deref(), &mut labels);
        let first = fresh && moved.is_none();
        points.update(&mut sums, &labels, if first { None } else { Some(&moves) });
        for step in &moves {
            counts[step.from as usize] -= 1;
            counts[labels[step.row as usize] as usize] += 1;
        }
        let new = step::next_centers(points, &sums, &labels, &counts, &centers);
        let shifts = step::shifts(&centers, &new);
        centers = new;
        n_iter += 1;
        strict = !first && moves.is_empty();
        converged = strict || shifts.iter().map(|shift| shift * shift).sum::<f64>() <= tol;
        moved = Some(shifts);
        let inertia = objective(points, &sums, &counts);
        let go_on = tick(Iteration { n_iter, inertia, centers: &|| to_values(points, &centers) });
        if !go_on && !converged && n_iter < options.max_iter {
            return Ok(Descent::Rest(Standing { centers: centers.into_vec(), labels, n_iter }));
        }
    }
    if !strict {
        search.assign(points, &centers, moved.as_deref(), &mut labels);
    }
    let inertia = (0..n).map(|i| points.squared_distance(i, centers.row(labels[i] as usize))).sum();
    Ok(Descent::Done(KMeansFit { cluster_centers: to_values(points, &centers), labels, inertia, n_iter, converged }))
}

/// Index of the nearest of `cluster_centers`, shape `(n_clusters, n_features)`, of
/// each row; of equals the lowest (`predict`).
///
/// Errors: centres of another shape or not finite.
pub fn predict<P: Points>(points: &P, cluster_centers: &Matrix) -> Result<Vec<u32>> {
    let centers = to_inner(points, cluster_centers)?;
    let mut labels = vec![0; points.n_samples()];
    // Bounds are of no use to a single pass.
    Search::new(points, centers.n_rows(), 0).assign(points, &centers, None, &mut labels);
    Ok(labels)
}

/// Distance of each row to the centre that its label names, `(n_samples,)`.
///
/// Errors: centres of another shape or not finite, another number of labels than
/// rows, or a label without a centre.
pub fn distances<P: Points>(points: &P, cluster_centers: &Matrix, labels: &[u32]) -> Result<Vec<f64>> {
    let centers = to_inner(points, cluster_centers)?;
    if labels.len() != points.n_samples() {
        return Err(Error::invalid("labels", format!("of length {}", points.n_samples()), labels.len()));
    }
    if let Some(label) = labels.iter().find(|&&label| label as usize >= centers.n_rows()) {
        return Err(Error::invalid("labels", format!("below {}", centers.n_rows()), label));
    }
    let distance = |(i, &label): (usize, &u32)| points.squared_distance(i, centers.row(label as usize)).sqrt();
    Ok(labels.iter().enumerate().map(distance).collect())
}

fn check_start<P: Points>(points: &P, start: &Matrix, options: &KMeansOptions) -> Result<()> {
    if start.n_rows() != options.n_clusters {
        let must_be = format!("of shape ({}, {})", options.n_clusters, points.n_features());
        return Err(Error::invalid("init", must_be, format!("({}, {})", start.n_rows(), start.n_cols())));
    }
    Ok(())
}

fn check<P: Points>(points: &P, options: &KMeansOptions) -> Result<()> {
    start::check_n_clusters(points, options.n_clusters)?;
    if options.max_iter == 0 {
        return Err(Error::invalid("max_iter", "an int in the range [1, inf)", options.max_iter));
    }
    if !(options.tol >= 0.0 && options.tol.is_finite()) {
        return Err(Error::invalid("tol", "a float in the range [0, inf)", options.tol));
    }
    Ok(())
}

fn tolerance<P: Points>(points: &P, tol: f64) -> f64 {
    tol * (points.scatter() / points.n_samples() as f64 / points.n_features() as f64)
}

/// Inertia of the labels around the means of their clusters: what scatters around
/// the mean of all rows, less what the means of the clusters account for.
fn objective<P: Points>(points: &P, sums: &P::Sums, counts: &[u32]) -> f64 {
    let mut center = vec![0.0; points.width()];
    let mut rest = points.scatter();
    for (j, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        points.center(sums, j, &[], f64::from(count), &mut center);
        rest -= f64::from(count) * crate::learn::kernels::squared_distance(&center, points.mean());
    }
    rest.max(0.0)
}
