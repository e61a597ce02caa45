//! The first centres: `init` of `sklearn.cluster.KMeans`, draw for draw.

use super::closest::{Closer, Closest, Look};
use super::points::{Points, to_inner};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::random::RandomState;

/// How the first centres are chosen (`init`).
#[derive(Debug, Clone, PartialEq)]
pub enum Init {
    /// Greedy k-means++ (`"k-means++"`).
    KMeansPlusPlus,
    /// Rows drawn without replacement (`"random"`).
    Random,
    /// These centres, shape `(n_clusters, n_features)`.
    Given(Matrix),
}

/// The centres that restart number `restart` (from 0) begins with, shape
/// `(n_clusters, n_features)`, as `KMeans(random_state=random_state)` draws them.
///
/// Any restart can be asked for alone, so restarts can be shared out.
/// Errors: `n_clusters` is 0 or more than the rows, or given centres that do not
/// fit or are not finite.
pub fn start<P: Points>(
    points: &P,
    init: &Init,
    n_clusters: usize,
    random_state: u32,
    restart: usize,
) -> Result<Matrix> {
    check_n_clusters(points, n_clusters)?;
    let mut random = RandomState::new(random_state);
    let rows = match init {
        Init::Given(centers) => {
            if centers.n_rows() != n_clusters {
                let must_be = format!("of shape ({n_clusters}, {})", points.n_features());
                return Err(Error::invalid("init", must_be, format!("({}, {})", centers.n_rows(), centers.n_cols())));
            }
            to_inner(points, centers)?;
            return Ok(centers.clone());
        }
        Init::Random => {
            // How many draws a restart takes depends on their repeats.
            let p = uniform(points.n_samples());
            let mut rows = random.choice_p(points.n_samples(), n_clusters, false, &p)?;
            for _ in 0..restart {
                rows = random.choice_p(points.n_samples(), n_clusters, false, &p)?;
            }
            rows
        }
        Init::KMeansPlusPlus => {
            let draws = 1 + (n_clusters - 1) * n_local_trials(n_clusters);
            random.skip_doubles(draws.saturating_mul(restart));
            plus_plus(points, n_clusters, &mut random)?
        }
    };
    let mut centers = Matrix::zeros(n_clusters, points.n_features());
    for (c, &row) in rows.iter().enumerate() {
        points.copy_values(row as usize, centers.row_mut(c));
    }
    Ok(centers)
}

/// Refuses numbers of clusters that the rows cannot fill.
pub(super) fn check_n_clusters<P: Points>(points: &P, n_clusters: usize) -> Result<()> {
    if n_clusters == 0 {
        return Err(Error::invalid("n_clusters", "an int in the range [1, inf)", n_clusters));
    }
    if points.n_samples() < n_clusters {
        let must_be = format!("at most n_samples={}", points.n_samples());
        return Err(Error::invalid("n_clusters", must_be, n_clusters));
    }
    Ok(())
}

fn uniform(n: usize) -> Vec<f64> {
    vec![1.0 / n as f64; n]
}

fn n_local_trials(n_clusters: usize) -> usize {
    2 + libm::log(n_clusters as f64) as usize
}

/// Rows chosen by greedy k-means++: each time some rows are drawn with
/// probabilities in proportion to their squared distance to the nearest centre,
/// and the one that leaves the least sum of such distances stays.
fn plus_plus<P: Points>(points: &P, n_clusters: usize, random: &mut RandomState) -> Result<Vec<u32>> {
    let n = points.n_samples();
    let trials = n_local_trials(n_clusters);
    let mut rows = random.choice_p(n, 1, true, &uniform(n))?;
    let mut closest = Closest::new(points);
    let mut closer = vec![Closer::default(); trials];
    points.closer(&rows, &mut Look::new(&closest, &mut closer[..1]));
    closest.choose(0, &closer[0]);
    let mut potential: f64 = closest.squared().iter().sum();
    let mut row = vec![0.0; points.width()];
    while rows.len() < n_clusters {
        let running = Running::new(closest.squared());
        let candidates: Vec<u32> =
            (0..trials).map(|_| running.first_of(random.random_sample() * potential).min(n - 1) as u32).collect();
        let between = |&candidate: &u32| -> Vec<f64> {
            points.copy_row(candidate as usize, &mut row);
            rows.iter().map(|&chosen| points.squared_distance(chosen as usize, &row)).collect()
        };
        closest.expect(&candidates.iter().map(between).collect::<Vec<_>>());
        points.closer(&candidates, &mut Look::new(&closest, &mut closer));
        let mut best = 0;
        for c in 1..trials {
            if closer[c].potential < closer[best].potential {
                best = c;
            }
        }
        closest.choose(rows.len() as u32, &closer[best]);
        rows.push(candidates[best]);
        potential = closer[best].potential;
    }
    Ok(rows)
}

/// Sums of the first of some values, of how many is asked for later.
struct Running<'a> {
    values: &'a [f64],
    /// The sums before each [`STRIDE`](Self::STRIDE) values.
    before: Vec<f64>,
}

impl<'a> Running<'a> {
    /// Values between two sums that are kept.
    const STRIDE: usize = 256;

    /// Of values that are not negative.
    fn new(values: &'a [f64]) -> Self {
        let mut sum = 0.0;
        let before = |values: &[f64]| {
            let before = sum;
            values.iter().for_each(|value| sum += value);
            before
        };
        Running { values, before: values.chunks(Self::STRIDE).map(before).collect() }
    }

    /// The first value with which the sum reaches `least`, or the number of values.
    fn first_of(&self, least: f64) -> usize {
        let stride = self.before.partition_point(|before| *before < least).saturating_sub(1);
        let mut sum = self.before.get(stride).copied().unwrap_or(0.0);
        let start = stride * Self::STRIDE;
        let reached = self.values[start..].iter().position(|value| {
            sum += value;
            sum >= least
        });
        reached.map_or(self.values.len(), |at| start + at)
    }
}
