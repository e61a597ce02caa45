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

    fn join(&mut self, x: u32, y: u32) {
        let (x, y) = (self.find(x), self.find(y));
        self.0[x.max(y) as usize] = x.min(y);
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
    search.visit(&mut |i, levels| {
        for (core, sets) in core.iter().zip(sets.chunks_exact_mut(n_levels * n)) {
            if core[i] as usize == n_levels {
                continue;
            }
            for (j, (&level, &other)) in (i + 1..).zip(levels.iter().zip(&core[i + 1..])) {
                let level = level.max(core[i]).max(other) as usize;
                if level < n_levels {
                    Sets(&mut sets[level * n..(level + 1) * n]).join(i as u32, j as u32);
                }
            }
        }
    });
    let mut labels = number(&mut sets, &core, n, n_levels);
    search.visit(&mut |i, levels| {
        for (core, labels) in core.iter().zip(labels.chunks_exact_mut(n_levels * n)) {
            for (j, (&level, &other)) in (i + 1..).zip(levels.iter().zip(&core[i + 1..])) {
                // Between the two levels one row is core and the other at its border.
                let (low, high) = (core[i].min(other), core[i].max(other));
                for level in low.max(level)..high {
                    let labels = &mut labels[level as usize * n..(level as usize + 1) * n];
                    let (inside, border) = if core[i] < other { (i, j) } else { (j, i) };
                    labels[border] = labels[border].min(labels[inside]);
                }
            }
        }
    });
    let runs = labels.chunks_exact(n).enumerate();
    runs.map(|(run, labels)| result(labels, &core[run / n_levels], run % n_levels)).collect()
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
            (0..n as u32).for_each(|x| own.join(x, before.find(x)));
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
