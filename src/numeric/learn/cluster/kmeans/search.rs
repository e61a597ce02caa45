//! The nearest centre of every row, mostly without computing distances.
//!
//! Every row keeps an upper bound on the distance to its own centre and lower
//! bounds on the distances to the others (Elkan 2003), or one for all others where
//! the table would be too large (Hamerly 2010). When centres move, bounds give way
//! by as much: those of a row's own, and one for all others, at once; those of the
//! table when they are read, so that most rows do not touch it. Bounds are f32, rounded outwards, and strict: a centre that they
//! rule out cannot even tie. What remains is computed by the filter of
//! [`Points::intervals`], and what that leaves open in f64, lowest index first.

use super::points::{Interval, Move, Points, Scratch};
use crate::learn::Matrix;
use crate::learn::kernels::squared_distance;
use std::ops::Range;

/// Most lower bounds that are kept: 64 MB.
pub(super) const MOST_BOUNDS: usize = 16 << 20;

/// Rows whose centres are found by one call.
const AT_ONCE: usize = 512;

/// Slightly above: covers the conversion to f32 and any rounding in f64 before.
fn up(x: f64) -> f32 {
    grow(x as f32)
}

/// Slightly below, at least 0.
fn down(x: f64) -> f32 {
    let x = x as f32;
    shrink(if x < f32::MAX { x } else { f32::MAX })
}

/// The greater of two bounds. Not `max`, which browsers call a function for.
#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// An f32 result, raised beyond its own rounding.
fn grow(x: f32) -> f32 {
    x * (1.0 + f32::EPSILON * 2.0) + f32::MIN_POSITIVE
}

/// An f32 result, lowered beyond its own rounding, at least 0.
#[inline(always)]
fn shrink(x: f32) -> f32 {
    let x = x * (1.0 - f32::EPSILON * 2.0) - f32::MIN_POSITIVE;
    if x > 0.0 { x } else { 0.0 }
}

/// The least of the lower bounds, each less the way that its centre has gone since. Four at a time, so that none waits
/// for the one before.
#[inline(always)]
fn least_of(lower: &[f32], ways: &[f32]) -> f32 {
    let lesser = |a: f32, b: f32| if a < b { a } else { b };
    let ((fours, rest), (way_fours, way_rest)) = (lower.as_chunks::<4>(), ways.as_chunks::<4>());
    let mut least = [f32::INFINITY; 4];
    for (lower, way) in fours.iter().zip(way_fours) {
        least = std::array::from_fn(|k| lesser(shrink(lower[k] - way[k]), least[k]));
    }
    let rest = rest.iter().zip(way_rest).map(|(lower, way)| shrink(lower - way));
    least.into_iter().chain(rest).fold(f32::INFINITY, lesser)
}

/// Bounds of every row, between two calls of [`assign`](Self::assign). Of equal rows one has bounds.
pub(super) struct Search {
    /// The rows that have no [twin](Points::twin) before them; what follows has an entry for each of these.
    rows: Vec<u32>,
    /// The others.
    copies: Vec<u32>,
    upper: Vec<f32>,
    /// For each row a lower bound for all centres but its own.
    least: Vec<f32>,
    /// Lower bounds plus the ways that their centres had gone, shape `(len(rows), n_clusters)`,
    /// the own centre's at infinity; or none.
    lower: Vec<f32>,
    per_center: bool,
    ways: Ways,
    /// Half the distances between centres, `(n_clusters, n_clusters)`; zeros where
    /// they would cost more than they can save.
    halves: Vec<f32>,
    /// For each centre the least of its row in `halves`.
    nearest_half: Vec<f32>,
    /// Some rows, by their position in `rows`, whose bounds do not tell.
    open: Vec<u32>,
    scratch: Scratch,
}

/// What bounds of the rows of a centre are to be changed by, and compared with.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Distance that the centre moved.
    own: f32,
    /// The greatest that another moved.
    others: f32,
    /// Half its distance to the nearest other.
    half: f32,
}

/// How far each centre has gone in all: at least, and at most.
#[derive(Debug, Clone)]
struct Ways {
    exact: Vec<f64>,
    low: Vec<f32>,
    high: Vec<f32>,
}

impl Ways {
    fn new(n_clusters: usize) -> Self {
        Ways { exact: vec![0.0; n_clusters], low: vec![0.0; n_clusters], high: vec![0.0; n_clusters] }
    }

    fn go(&mut self, shifts: &[f64]) {
        for (j, shift) in shifts.iter().enumerate() {
            self.exact[j] += shift;
            (self.low[j], self.high[j]) = (down(self.exact[j]), up(self.exact[j]));
        }
    }
}

impl Search {
    /// No bounds yet; `most_bounds` is [`MOST_BOUNDS`] except in tests.
    pub(super) fn new<P: Points>(points: &P, n_clusters: usize, most_bounds: usize) -> Self {
        let all = 0..points.n_samples() as u32;
        let (rows, copies): (Vec<u32>, Vec<u32>) = all.partition(|&i| points.twin(i as usize) >= i as usize);
        let n = rows.len();
        let per_center = n.checked_mul(n_clusters).is_some_and(|bounds| bounds <= most_bounds);
        Search {
            upper: vec![f32::INFINITY; n],
            least: vec![0.0; n],
            lower: vec![0.0; if per_center { n * n_clusters } else { 0 }],
            rows,
            copies,
            per_center,
            ways: Ways::new(n_clusters),
            halves: vec![0.0; n_clusters * n_clusters],
            nearest_half: vec![0.0; n_clusters],
            open: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Writes the nearest of the inner `centers` of every row into `labels` and
    /// returns the rows whose label changed. `shifts` are the distances that the
    /// centres moved since the last call; `None` at the first.
    pub(super) fn assign<P: Points>(
        &mut self,
        points: &P,
        centers: &Matrix,
        shifts: Option<&[f64]>,
        labels: &mut [u32],
    ) -> Vec<Move> {
        let prepared = points.prepare(centers);
        self.measure_halves(centers, labels.len());
        if let Some(shifts) = shifts {
            self.ways.go(shifts);
        }
        let steps = self.steps(shifts);
        let mut moves = Vec::new();
        for first in (0..self.rows.len()).step_by(AT_ONCE) {
            self.sift(&steps, first..self.rows.len().min(first + AT_ONCE), labels);
            self.assign_open(points, centers, &prepared, shifts.is_some(), labels, &mut moves);
        }
        if !moves.is_empty() {
            self.follow(points, labels, &mut moves);
        }
        moves
    }

    /// For each centre what its rows need to know.
    fn steps(&self, shifts: Option<&[f64]>) -> Vec<Step> {
        let each: Vec<f32> = match shifts {
            Some(shifts) => shifts.iter().map(|&shift| up(shift)).collect(),
            None => vec![0.0; self.nearest_half.len()],
        };
        let greatest = (0..each.len()).fold(0, |greatest, j| if each[j] > each[greatest] { j } else { greatest });
        let others = each.iter().enumerate().filter(|(j, _)| *j != greatest);
        let second = others.fold(0.0, |second, (_, &shift)| greater(second, shift));
        let step = |(j, (&own, &half)): (usize, (&f32, &f32))| {
            let others = if j == greatest { second } else { each[greatest] };
            Step { own, others, half }
        };
        each.iter().zip(&self.nearest_half).enumerate().map(step).collect()
    }

    /// Moves the two bounds of rows as centres moved, and leaves in `open` those of which they, and the distances
    /// between centres, do not say that the own centre is still nearest.
    // Not inlined: browsers make a function fast when it is called again, not within its loops.
    #[inline(never)]
    fn sift(&mut self, steps: &[Step], rows: Range<usize>, labels: &[u32]) {
        self.open.resize(AT_ONCE, 0);
        let (mut n_open, first) = (0, rows.start);
        let bounds = self.upper[rows.clone()].iter_mut().zip(&mut self.least[rows.clone()]);
        for (at, (&i, (upper, least))) in self.rows[rows].iter().zip(bounds).enumerate() {
            let step = steps[labels[i as usize] as usize];
            (*upper, *least) = (grow(*upper + step.own), shrink(*least - step.others));
            // Counted rather than chosen: no processor guesses which rows these are.
            self.open[n_open] = (first + at) as u32;
            n_open += usize::from(*upper >= greater(*least, step.half));
        }
        self.open.truncate(n_open);
    }

    #[inline(never)]
    fn assign_open<P: Points>(
        &mut self,
        points: &P,
        centers: &Matrix,
        prepared: &P::Prepared,
        moved: bool,
        labels: &mut [u32],
        moves: &mut Vec<Move>,
    ) {
        for open in 0..self.open.len() {
            let at = self.open[open] as usize;
            let row = self.rows[at];
            let from = labels[row as usize];
            let to = if self.per_center {
                self.assign_by_many(points, centers, prepared, at, from)
            } else {
                self.assign_by_one(points, centers, prepared, moved, at, from)
            };
            if to != from {
                labels[row as usize] = to;
                moves.push(Move { row, from });
            }
        }
    }

    /// Gives rows that have twins before them the labels of these.
    #[inline(never)]
    fn follow<P: Points>(&self, points: &P, labels: &mut [u32], moves: &mut Vec<Move>) {
        for &row in &self.copies {
            let (to, from) = (labels[points.twin(row as usize)], labels[row as usize]);
            if to != from {
                labels[row as usize] = to;
                moves.push(Move { row, from });
            }
        }
    }

    fn measure_halves(&mut self, centers: &Matrix, n_samples: usize) {
        let k = centers.n_rows();
        if k.saturating_mul(k) > n_samples / 4 {
            return;
        }
        self.nearest_half.fill(f32::INFINITY);
        for a in 0..k {
            for b in 0..a {
                let half = down(0.5 * squared_distance(centers.row(a), centers.row(b)).sqrt());
                self.halves[a * k + b] = half;
                self.halves[b * k + a] = half;
                self.nearest_half[a] = self.nearest_half[a].min(half);
                self.nearest_half[b] = self.nearest_half[b].min(half);
            }
        }
    }

    /// One row with a lower bound for each centre.
    #[inline(always)]
    fn assign_by_many<P: Points>(
        &mut self,
        points: &P,
        centers: &Matrix,
        prepared: &P::Prepared,
        at: usize,
        from: u32,
    ) -> u32 {
        let (k, i) = (centers.n_rows(), self.rows[at] as usize);
        let own = from as usize;
        let lower = &mut self.lower[at * k..(at + 1) * k];
        lower[own] = f32::INFINITY;
        let least = least_of(lower, &self.ways.high);
        self.least[at] = least;
        let mut upper = self.upper[at];
        if upper < least {
            return from;
        }
        let mut interval = [Interval { low: 0.0, high: 0.0 }];
        points.intervals(prepared, i, &[from], &mut interval);
        upper = up(interval[0].high.sqrt());
        self.upper[at] = upper;
        let halves = &self.halves[own * k..(own + 1) * k];
        let Scratch { js, intervals, .. } = &mut self.scratch;
        js.clear();
        for (j, ((lower, way), &half)) in lower.iter().zip(&self.ways.high).zip(halves).enumerate() {
            if shrink(lower - way) <= upper && half <= upper && j != own {
                js.push(j as u32);
            }
        }
        if js.is_empty() {
            return from;
        }
        intervals.resize(js.len() + 1, interval[0]);
        points.intervals(prepared, i, js, &mut intervals[..js.len()]);
        intervals[js.len()] = interval[0];
        js.push(from);
        let nearest = settle(points, centers, i, js, intervals);
        for (&j, interval) in js.iter().zip(intervals.iter()) {
            lower[j as usize] = down(interval.low.sqrt() + f64::from(self.ways.low[j as usize]));
        }
        let to = js[nearest];
        lower[to as usize] = f32::INFINITY;
        self.upper[at] = up(intervals[nearest].high.sqrt());
        self.least[at] = least_of(lower, &self.ways.high);
        to
    }

    /// One row with one lower bound for all centres but its own.
    #[inline(always)]
    fn assign_by_one<P: Points>(
        &mut self,
        points: &P,
        centers: &Matrix,
        prepared: &P::Prepared,
        moved: bool,
        at: usize,
        from: u32,
    ) -> u32 {
        let (own, i) = (from as usize, self.rows[at] as usize);
        if moved {
            self.upper[at] = up(points.interval(prepared, i, from, &mut self.scratch).high.sqrt());
            if self.upper[at] < greater(self.least[at], self.nearest_half[own]) {
                return from;
            }
        }
        let nearest = points.nearest(prepared, centers, i, &mut self.scratch);
        self.least[at] = down(nearest.others.sqrt());
        self.upper[at] = up(nearest.high.sqrt());
        nearest.label
    }
}

/// Which of the centres `js` is nearest to row `i`, as a position in `js`: ties
/// go to the lowest centre. Intervals that overlap the least become exact.
pub(super) fn settle<P: Points + ?Sized>(
    points: &P,
    centers: &Matrix,
    i: usize,
    js: &[u32],
    intervals: &mut [Interval],
) -> usize {
    // Not `min`, which browsers call a function for.
    let lesser = |least: f64, interval: &Interval| if interval.high < least { interval.high } else { least };
    let least = intervals.iter().fold(f64::INFINITY, lesser);
    let mut open = intervals.iter().enumerate().filter(|(_, interval)| interval.low <= least).map(|(at, _)| at);
    let first = open.next().unwrap_or(0);
    if open.next().is_none() {
        return first;
    }
    let (mut nearest, mut nearest_squared) = (first, f64::INFINITY);
    for at in first..js.len() {
        if intervals[at].low > least {
            continue;
        }
        let squared = points.squared_distance(i, centers.row(js[at] as usize));
        intervals[at] = Interval { low: squared, high: squared };
        if squared < nearest_squared || (squared == nearest_squared && js[at] < js[nearest]) {
            (nearest, nearest_squared) = (at, squared);
        }
    }
    nearest
}
