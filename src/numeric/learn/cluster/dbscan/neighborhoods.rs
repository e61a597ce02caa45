//! For each pair of rows, the least `eps` that joins them: one search for all.
//!
//! Words settle nearly all pairs, float64 most of the others. Where rounding could
//! matter, squares are summed in the order of the columns and compared with
//! `eps * eps`, as scikit-learn's k-d tree does.

use super::forest::{self, Levels};
use super::{Dbscan, check_min_samples};
use crate::error::{Error, Result};
use crate::learn::cluster::kmeans::Points;
use crate::learn::cluster::words::Words;
use std::ops::Range;

/// Most values of `eps`: a level fits into a byte.
const MOST_EPS: usize = 255;

/// Most bytes to keep levels in; beyond, they are computed each time (128 MiB, 16,384 rows).
const MOST_KEPT: usize = 1 << 27;

/// Most labels of settings that are found together.
const MOST_TOGETHER: usize = 1 << 24;

/// Rows whose levels are computed together.
const TOGETHER: usize = 4;

/// Relative distance to `eps * eps` below which the order of a sum could matter.
const CLOSE: f64 = 1e-9;

/// Neighbours of every row for a list of `eps`.
#[derive(Debug, Clone)]
pub struct Neighborhoods {
    /// As given.
    eps: Vec<f64>,
    /// Distinct values, ascending.
    ascending: Vec<f64>,
    n_samples: usize,
    words: Words,
    /// Level of each pair, the upper triangle row by row: index into `ascending` of
    /// the least that joins it, or its length.
    kept: Option<Vec<u8>>,
    /// Rows within each of `ascending`, the row itself included, `(n_samples, n_ascending)`.
    counts: Vec<u32>,
}

/// The first rows of a search, of which all neighbours are known by now.
#[derive(Debug)]
pub struct Finished<'a> {
    /// How many.
    pub n_rows: usize,
    eps: &'a [f64],
    ascending: &'a [f64],
    /// Rows at each level of each of them.
    counts: &'a [u32],
}

impl Finished<'_> {
    /// How many of the rows are cores, for each `eps` as given: a count that only grows.
    pub fn cores(&self, min_samples: usize) -> Vec<u32> {
        let mut cores = vec![0; self.ascending.len()];
        for counts in self.counts.chunks_exact(self.ascending.len() + 1) {
            let mut within = 1;
            for (cores, count) in cores.iter_mut().zip(counts) {
                within += *count as usize;
                *cores += u32::from(within >= min_samples);
            }
        }
        let level = |eps: &f64| self.ascending.partition_point(|other| other < eps);
        self.eps.iter().map(|eps| cores[level(eps)]).collect()
    }
}

impl Neighborhoods {
    /// Searches once for all `eps`; `tick` is given the number of rows searched, after some of them.
    ///
    /// Errors: no `eps`, more than 255, or one that is not positive and finite.
    pub fn new<P: Points>(points: &P, eps: &[f64], tick: &mut dyn FnMut(usize)) -> Result<Self> {
        Self::watched(points, eps, &mut |finished| tick(finished.n_rows))
    }

    /// As [`new`](Self::new); `tick` is given the rows that are finished.
    ///
    /// Errors: those of [`new`](Self::new).
    pub fn watched<P: Points>(points: &P, eps: &[f64], tick: &mut dyn FnMut(&Finished)) -> Result<Self> {
        if let Some(eps) = eps.iter().find(|eps| !(**eps > 0.0 && eps.is_finite())) {
            return Err(Error::invalid("eps", "a float in the range (0.0, inf)", eps));
        }
        let mut ascending = eps.to_vec();
        ascending.sort_by(f64::total_cmp);
        ascending.dedup();
        if !(1..=MOST_EPS).contains(&ascending.len()) {
            return Err(Error::invalid("eps", format!("1 to {MOST_EPS} values"), format!("{} values", eps.len())));
        }
        let (n, n_levels) = (points.n_samples(), ascending.len());
        let pairs = (n as u64 * (n as u64 - 1) / 2) as usize;
        let keep = n as u64 * n as u64 / 2 <= MOST_KEPT as u64;
        let mut all = Neighborhoods {
            eps: eps.to_vec(),
            ascending: ascending.clone(),
            n_samples: n,
            words: Words::new(points),
            kept: None,
            counts: vec![0; n * n_levels],
        };
        let mut kept = keep.then(|| Vec::with_capacity(pairs));
        let mut counts = vec![0u32; n * (n_levels + 1)];
        let (mut own, width) = (vec![0u32; n_levels + 1], n_levels + 1);
        all.search(points, &mut |i, levels| {
            own.fill(0);
            for (level, counts) in levels.iter().zip(counts[(i + 1) * width..].chunks_exact_mut(width)) {
                counts[*level as usize] += 1;
                own[*level as usize] += 1;
            }
            counts[i * width..(i + 1) * width].iter_mut().zip(&own).for_each(|(count, own)| *count += own);
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(levels);
            }
            if (i + 1).is_multiple_of(64) || i + 1 == n {
                let counts = &counts[..(i + 1) * width];
                tick(&Finished { n_rows: i + 1, eps, ascending: &ascending, counts });
            }
        });
        for (to, from) in all.counts.chunks_exact_mut(n_levels).zip(counts.chunks_exact(width)) {
            let mut within = 1;
            for (to, from) in to.iter_mut().zip(from) {
                within += from;
                *to = within;
            }
        }
        all.kept = kept;
        Ok(all)
    }

    /// Clusters of every `eps` given, in that order, with each of `min_samples`:
    /// all for the first `eps`, then for the next. `points` are those searched.
    ///
    /// Errors: another number of points; no `min_samples`, or one of 0.
    pub fn dbscan<P: Points>(&self, points: &P, min_samples: &[usize]) -> Result<Vec<Dbscan>> {
        check_min_samples(min_samples)?;
        if points.n_samples() != self.n_samples {
            return Err(Error::invalid("X", format!("the {} samples searched", self.n_samples), points.n_samples()));
        }
        let searched = Searched { all: self, points };
        let together = (MOST_TOGETHER / (self.n_samples * self.ascending.len())).max(1);
        let found: Vec<Dbscan> =
            min_samples.chunks(together).flat_map(|min_samples| forest::clusters(&searched, min_samples)).collect();
        let level = |eps: f64| self.ascending.partition_point(|&other| other < eps);
        let cells = self.eps.iter().flat_map(|&eps| (0..min_samples.len()).map(move |m| (m, eps)));
        Ok(cells.map(|(m, eps)| found[m * self.ascending.len() + level(eps)].clone()).collect())
    }

    /// Drops what is kept, as if there were too much.
    #[cfg(test)]
    pub(super) fn forget(&mut self) {
        self.kept = None;
    }

    /// Gives `visit` each row with the levels of the rows after it.
    fn search<P: Points>(&self, points: &P, visit: &mut dyn FnMut(usize, &[u8])) {
        let n = self.n_samples;
        let mut settle = Settle::new(points, &self.ascending);
        let mut apart: [Vec<i32>; TOGETHER] = std::array::from_fn(|_| vec![0; n]);
        let (mut sure, mut open) = (vec![0u8; n], vec![0u8; n]);
        for start in (0..n).step_by(TOGETHER) {
            let is: [usize; TOGETHER] = std::array::from_fn(|k| (start + k).min(n - 1));
            self.words.distances(is, start, &mut apart.each_mut().map(Vec::as_mut_slice));
            for (k, apart) in apart.iter().enumerate().take(n - start) {
                let i = start + k;
                let apart = &apart[k + 1..n - start];
                let (sure, open) = (&mut sure[..apart.len()], &mut open[..apart.len()]);
                self.filter(i, apart, sure, open);
                settle.open(i, sure, open);
                visit(i, sure);
            }
        }
    }

    /// What words know of the levels of the rows after row `i`, which are `apart` from it: level `sure` or above it,
    /// but not above `open`.
    // Not inlined: browsers make a function fast when it is called again, not within its loops.
    #[inline(never)]
    fn filter(&self, i: usize, apart: &[i32], sure: &mut [u8], open: &mut [u8]) {
        let lost = self.words.rest(i) + self.words.greatest_rest();
        let bounds = self.ascending.iter().map(|eps| {
            let near = whole_square((eps * (1.0 - CLOSE) - lost) / self.words.unit());
            let far = whole_square((eps * (1.0 + CLOSE) + lost) / self.words.unit() + 1e-6);
            (near, far)
        });
        // Most eps are below all of a row's distances, or above them.
        let (least, most) =
            apart.iter().fold((i32::MAX, i32::MIN), |(low, high), apart| (low.min(*apart), high.max(*apart)));
        let all_beyond = bounds.clone().take_while(|(_, far)| *far < least).count();
        sure.fill(all_beyond as u8);
        open.fill(all_beyond as u8);
        for (near, far) in bounds.skip(all_beyond).take_while(|(near, _)| *near < most) {
            for ((sure, open), &apart) in sure.iter_mut().zip(open.iter_mut()).zip(apart) {
                *sure += u8::from(apart > far);
                *open += u8::from(apart > near);
            }
        }
    }
}

/// Greatest whole number whose root is at most `length`; -1 if there is none.
fn whole_square(length: f64) -> i32 {
    // The cast takes what does not fit to the greatest number.
    if length < 0.0 { -1 } else { (length * length).floor() as i32 }
}

/// The levels of all pairs, kept or computed again.
struct Searched<'a, P> {
    all: &'a Neighborhoods,
    points: &'a P,
}

impl<P: Points> Levels for Searched<'_, P> {
    fn n_samples(&self) -> usize {
        self.all.n_samples
    }

    fn n_levels(&self) -> usize {
        self.all.ascending.len()
    }

    fn counts(&self, i: usize) -> &[u32] {
        &self.all.counts[i * self.n_levels()..(i + 1) * self.n_levels()]
    }

    fn visit(&self, visit: &mut dyn FnMut(usize, &[u8])) {
        let Some(kept) = &self.all.kept else { return self.all.search(self.points, visit) };
        let mut rest = kept.as_slice();
        for i in 0..self.all.n_samples {
            let (levels, after) = rest.split_at(self.all.n_samples - 1 - i);
            visit(i, levels);
            rest = after;
        }
    }
}

/// Distances in float64, row after row.
struct Exact<'a, P> {
    points: &'a P,
    /// Inner coordinates of the second row.
    inner: Vec<f64>,
    /// Values of both rows.
    values: [Vec<f64>; 2],
}

impl<'a, P: Points> Exact<'a, P> {
    fn new(points: &'a P) -> Self {
        let row = vec![0.0; points.n_features()];
        Exact { points, inner: vec![0.0; points.width()], values: [row.clone(), row] }
    }

    /// Squared distance in inner coordinates.
    fn fast(&mut self, i: usize, j: usize) -> f64 {
        self.points.copy_row(j, &mut self.inner);
        self.points.squared_distance(i, &self.inner)
    }

    /// Squared distance of the values, summed in the order of the columns.
    fn in_order(&mut self, i: usize, j: usize) -> f64 {
        let [a, b] = &mut self.values;
        self.points.copy_values(i, a);
        self.points.copy_values(j, b);
        a.iter().zip(b.iter()).map(|(a, b)| (a - b) * (a - b)).sum()
    }
}

/// Levels of the pairs that words leave open.
struct Settle<'a, P> {
    exact: Exact<'a, P>,
    squares: Vec<f64>,
}

impl<'a, P: Points> Settle<'a, P> {
    fn new(points: &'a P, ascending: &[f64]) -> Self {
        Settle { exact: Exact::new(points), squares: ascending.iter().map(|eps| eps * eps).collect() }
    }

    /// Settles what is open between row `i` and the rows after it.
    #[inline(never)]
    fn open(&mut self, i: usize, sure: &mut [u8], open: &[u8]) {
        for (first, (sure, open)) in (i + 1..).step_by(32).zip(sure.chunks_mut(32).zip(open.chunks(32))) {
            // Most often all is sure.
            if sure.iter().zip(open).fold(0, |differ, (sure, open)| differ | (sure ^ open)) != 0 {
                for (j, (sure, open)) in (first..).zip(sure.iter_mut().zip(open)) {
                    if sure != open {
                        *sure = self.level(i, j);
                    }
                }
            }
        }
    }

    fn level(&mut self, i: usize, j: usize) -> u8 {
        let mut squared = self.exact.fast(i, j);
        if self.squares.iter().any(|square| (squared - square).abs() <= CLOSE * square) {
            squared = self.exact.in_order(i, j);
        }
        self.squares.partition_point(|&square| squared > square) as u8
    }
}

/// Distance of every row to its `k`-th nearest row, itself being the first, ascending,
/// `(n_samples,)`: what `NearestNeighbors(n_neighbors=k).fit(X).kneighbors(X)` gives in
/// its last column, sorted. `tick` is given the number of rows done, after some of them.
///
/// A row is a core sample for `min_samples = k` exactly if that distance is at most `eps`.
///
/// Errors: `k` is 0 or exceeds the number of rows.
pub fn k_distances<P: Points>(points: &P, k: usize, tick: &mut dyn FnMut(usize)) -> Result<Vec<f64>> {
    let mut curves = all_k_distances(points, &[k], tick)?;
    curves.pop().ok_or_else(|| Error::Numeric("no curve".into()))
}

/// [`k_distances`] for several `k` from one search, in their order.
///
/// Errors: no `k`, or one that is 0 or exceeds the number of rows.
pub fn all_k_distances<P: Points>(points: &P, ks: &[usize], tick: &mut dyn FnMut(usize)) -> Result<Vec<Vec<f64>>> {
    let mut curves = k_distances_of(points, 0..points.n_samples(), ks, tick)?;
    curves.iter_mut().for_each(|curve| curve.sort_by(f64::total_cmp));
    Ok(curves)
}

/// Of some rows the distance to the `k`-th nearest of all, for several `k`: for each of them, in the order of the rows.
///
/// Errors: rows that are not there; no `k`, or one that is 0 or exceeds the number of rows.
pub fn k_distances_of<P: Points>(
    points: &P,
    rows: Range<usize>,
    ks: &[usize],
    tick: &mut dyn FnMut(usize),
) -> Result<Vec<Vec<f64>>> {
    let n = points.n_samples();
    let most = ks.iter().copied().max().unwrap_or(0);
    if let Some(k) = ks.iter().find(|k| !(1..=n).contains(*k)).or((most == 0).then_some(&most)) {
        return Err(Error::invalid("k", format!("in the range [1, {n}], the number of samples"), k));
    }
    if rows.end > n {
        return Err(Error::invalid("rows", format!("below the {n} samples"), rows.end));
    }
    let words = Words::new(points);
    let mut exact = Exact::new(points);
    let (mut apart, mut sorted) = (vec![0i32; n], vec![0i32; n]);
    let mut nearest = Vec::new();
    let mut curves = vec![Vec::with_capacity(rows.len()); ks.len()];
    for (done, i) in (1..).zip(rows.clone()) {
        words.distances_to_all(i, &mut apart);
        sorted.copy_from_slice(&apart);
        let kth = *sorted.select_nth_unstable(most - 1).1;
        // At least `most` rows are within that root and the rests; no other row counts.
        let lost = (words.rest(i) + words.greatest_rest()) / words.unit();
        let far = whole_square((f64::from(kth).sqrt() + 2.0 * lost) * (1.0 + CLOSE) + 1e-6);
        nearest.clear();
        for j in (0..n).filter(|&j| apart[j] <= far) {
            nearest.push(if i == j { 0.0 } else { exact.in_order(i, j) });
        }
        nearest.sort_unstable_by(f64::total_cmp);
        for (curve, k) in curves.iter_mut().zip(ks) {
            curve.push(nearest[k - 1].sqrt());
        }
        if done % 64 == 0 || done == rows.len() {
            tick(done);
        }
    }
    Ok(curves)
}
