//! Clusters of all settings from the levels of all pairs.
//!
//! With `min_samples` fixed, a larger `eps` only adds core rows and joins clusters.
//! So a pair of rows joins two clusters once, at the first level where both are
//! core and neighbours, and what is joined at a level stays so at the next.

use super::Dbscan;

/// What a search found. A level is an index into the ascending values of `eps`.
pub(super) trait Levels {
    fn n_samples(&self) -> usize;
    fn n_levels(&self) -> usize;
    /// Rows within each level of row `i`, itself included, `(n_levels,)`.
    fn counts(&self, i: usize) -> &[u32];
    /// Gives `visit` each row, ascending, with the first level that joins it to each
    /// row after it (`n_levels` if none does).
    fn visit(&self, visit: &mut dyn FnMut(usize, &[u8]));
}

/// Sets of rows, each named by its lowest row.
struct Sets<'a>(&'a mut [u32]);

impl Sets<'_> {
    fn find(&mut self, mut x: u32) -> u32 {
        while self.0[x as usize] != x {
            let up = self.0[self.0[x as usize] as usize];
            self.0[x as usize] = up;
            x = up;
        }
        x
    }

    /// Their common set from now on.
    fn join(&mut self, x: u32, y: u32) -> u32 {
        let (x, y) = (self.find(x), self.find(y));
        self.0[x.max(y) as usize] = x.min(y);
        x.min(y)
    }
}

/// No cluster.
const NOISE: u32 = u32::MAX;

/// Clusters for each of `min_samples` (outer) and each level (inner).
pub(super) fn clusters(search: &impl Levels, min_samples: &[usize]) -> Vec<Dbscan> {
    let (n, n_levels) = (search.n_samples(), search.n_levels());
    // First level at which a row is core, `(n_min_samples, n_samples)`.
    let first_core =
        |&least: &usize, i: usize| search.counts(i).partition_point(|&count| (count as usize) < least) as u8;
    let core: Vec<Vec<u8>> = min_samples.iter().map(|least| (0..n).map(|i| first_core(least, i)).collect()).collect();
    let mut sets: Vec<u32> = (0..min_samples.len() * n_levels).flat_map(|_| 0..n as u32).collect();
    let mut reached: Vec<Vec<u8>> = core.iter().map(|_| vec![n_levels as u8; n]).collect();
    search.visit(&mut |i, levels| {
        for ((core, reached), sets) in core.iter().zip(&mut reached).zip(sets.chunks_exact_mut(n_levels * n)) {
            join_row(i, levels, core, reached, sets, n_levels);
            // Ever more rarely: what is large grows slowly.
            if (i + 1).is_power_of_two() || (i + 1) % 1024 == 0 {
                *reached = reach(sets, core, n_levels);
            }
        }
    });
    let mut labels = number(&mut sets, &core, n, n_levels);
    search.visit(&mut |i, levels| {
        for (core, labels) in core.iter().zip(labels.chunks_exact_mut(n_levels * n)) {
            label_row(i, levels, core, labels);
        }
    });
    let runs = labels.chunks_exact(n).enumerate();
    runs.map(|(run, labels)| result(labels, &core[run / n_levels], run % n_levels)).collect()
}

/// Rows that are looked at together: most often none of them has anything to do.
const TOGETHER: usize = 32;

/// The rows after row `i`, `TOGETHER` by `TOGETHER`: the first of them, and what is said of them.
fn chunks<'a, const K: usize>(
    i: usize,
    levels: &'a [u8],
    of_rows: [&'a [u8]; K],
) -> impl Iterator<Item = (usize, &'a [u8], [&'a [u8]; K])> {
    (i + 1..)
        .step_by(TOGETHER)
        .zip(levels.chunks(TOGETHER))
        .map(move |(first, levels)| (first, levels, of_rows.map(|of_rows| &of_rows[first..first + levels.len()])))
}

/// Joins row `i` with the rows after it, at each pair's first level where both are core and neighbours.
/// Pairs that one large set has from that level on, as [`reach`] says, are joined already.
fn join_row(i: usize, levels: &[u8], core: &[u8], reached: &[u8], sets: &mut [u32], n_levels: usize) {
    let (own, near, n, none) = (core[i], reached[i], core.len(), n_levels as u8);
    if own == none {
        return;
    }
    // The set of row `i` at each level. A row whose parent it is has been joined.
    let mut roots: Vec<u32> = sets.chunks_exact_mut(n).map(|sets| Sets(sets).find(i as u32)).collect();
    for (first, levels, [others, reached]) in chunks(i, levels, [core, reached]) {
        let any = levels.iter().zip(others).zip(reached).fold(false, |any, ((level, other), reached)| {
            let level = *level.max(other).max(&own);
            any | ((level < none) & (level < near.max(*reached)))
        });
        if !any {
            continue;
        }
        for (j, (&level, &other)) in (first..).zip(levels.iter().zip(others)) {
            let level = level.max(own).max(other) as usize;
            if level < n_levels && sets[level * n + j] != roots[level] {
                let mut sets = Sets(&mut sets[level * n..(level + 1) * n]);
                let root = sets.join(roots[level], j as u32);
                // Shortens the way of both, so that the next look at them ends at once.
                (sets.0[i], sets.0[j]) = (root, root);
                roots[level] = root;
            }
        }
    }
}

/// The first level at which each row is in the largest set, as far as rows are joined by now: of all rows at the
/// last level, and of what that holds at the level before, and so on. `n_levels` for those that never are.
fn reach(sets: &mut [u32], core: &[u8], n_levels: usize) -> Vec<u8> {
    let n = core.len();
    let mut joined: Vec<u32> = (0..n as u32).collect();
    let mut names = Vec::with_capacity(n_levels);
    for sets in sets.chunks_exact_mut(n) {
        let (mut joined, mut sets) = (Sets(&mut joined), Sets(sets));
        for x in 0..n as u32 {
            joined.join(x, sets.find(x));
        }
        names.push((0..n as u32).map(|x| joined.find(x)).collect::<Vec<u32>>());
    }
    let mut reached = vec![n_levels as u8; n];
    for (level, names) in names.iter().enumerate().rev() {
        let inside = |x: &usize| level + 1 == n_levels || reached[*x] as usize == level + 1;
        let mut sizes = vec![0u32; n];
        (0..n).filter(inside).for_each(|x| sizes[names[x] as usize] += 1);
        let largest = (0..n).rev().max_by_key(|x| sizes[*x]).map_or(0, |x| x as u32);
        let now: Vec<usize> = (0..n).filter(inside).filter(|x| names[*x] == largest).collect();
        now.into_iter().for_each(|x| reached[x] = level as u8);
    }
    reached
}

/// Gives rows that are not core, at the levels where they are not, the lowest label of their core neighbours.
fn label_row(i: usize, levels: &[u8], core: &[u8], labels: &mut [u32]) {
    let (own, n) = (core[i], core.len());
    for (first, levels, [others]) in chunks(i, levels, [core]) {
        // Between the two levels one row is core and the other at its border.
        let any = levels
            .iter()
            .zip(others)
            .fold(false, |any, (level, &other)| any | (*level.max(&own.min(other)) < own.max(other)));
        if !any {
            continue;
        }
        for (j, (&level, &other)) in (first..).zip(levels.iter().zip(others)) {
            for level in own.min(other).max(level)..own.max(other) {
                let labels = &mut labels[level as usize * n..(level as usize + 1) * n];
                let (inside, border) = if own < other { (i, j) } else { (j, i) };
                labels[border] = labels[border].min(labels[inside]);
            }
        }
    }
}

/// Joins each level's sets with those of the level below, and numbers the clusters
/// by their first core rows: labels of the core rows.
fn number(sets: &mut [u32], core: &[Vec<u8>], n: usize, n_levels: usize) -> Vec<u32> {
    let mut labels = vec![NOISE; sets.len()];
    for (run, core) in (0..core.len() * n_levels).map(|run| (run, &core[run / n_levels])) {
        let level = run % n_levels;
        let (before, own) = sets.split_at_mut(run * n);
        let mut own = Sets(&mut own[..n]);
        if level > 0 {
            let mut before = Sets(&mut before[(run - 1) * n..]);
            for x in 0..n as u32 {
                own.join(x, before.find(x));
            }
        }
        let labels = &mut labels[run * n..(run + 1) * n];
        let mut n_clusters = 0;
        for i in (0..n).filter(|&i| core[i] as usize <= level) {
            let first = own.find(i as u32) as usize;
            if first == i {
                labels[i] = n_clusters;
                n_clusters += 1;
            } else {
                labels[i] = labels[first];
            }
        }
    }
    labels
}

fn result(labels: &[u32], core: &[u8], level: usize) -> Dbscan {
    let is_core = |i: &u32| core[*i as usize] as usize <= level;
    let n_clusters = labels.iter().filter(|&&label| label != NOISE).max().map_or(0, |&greatest| greatest + 1);
    let labels: Vec<i32> = labels.iter().map(|&label| if label == NOISE { -1 } else { label as i32 }).collect();
    let core_sample_indices = (0..labels.len() as u32).filter(is_core).collect();
    Dbscan { labels, core_sample_indices, n_clusters }
}
