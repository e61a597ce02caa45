//! What purity comes to when there is a cluster for every image: images as prototypes, from one to all of them.

use crate::data::Dataset;
use crate::error::Result;
use crate::learn::kernels::squared_difference;
use crate::learn::metrics;
use crate::random::RandomState;
use crate::report::{Curve, Figure, Section, Stroke};

/// Images looked at, spread evenly over the data set: all pairs of them are compared.
pub const MOST: usize = 1000;
/// Numbers of prototypes between which each is about as many times the one before.
const STOPS: u32 = 48;

/// Scores at some numbers of prototypes.
pub struct Ways {
    /// Images looked at.
    pub n: usize,
    /// Number of prototypes, purity, adjusted Rand index and normalised mutual information.
    pub stops: Vec<(usize, [f64; 3])>,
}

/// Numbers from 1 to `n` without gaps at first, then ever further apart.
pub fn stops(n: usize) -> Vec<usize> {
    let at = |i: u32| libm::round(libm::pow(n as f64, f64::from(i) / f64::from(STOPS))) as usize;
    let mut all: Vec<usize> = (0..=STOPS).map(at).collect();
    all.dedup();
    all
}

/// Every one of some images goes to the nearest of the first `k` of them in a random order, the earlier of two that
/// are equally near: no search, and never a cluster that takes in two of before.
///
/// Errors: those of the scores, of a data set without images.
pub fn ways(data: &Dataset, random_state: u32) -> Result<Ways> {
    let n = data.n.min(MOST);
    let order = RandomState::new(random_state).permutation(n);
    // Sorted by label the first of them would be of one class.
    let rows: Vec<usize> = (0..n).map(|i| i * data.n / n).collect();
    let truth: Vec<i32> = rows.iter().map(|row| i32::from(data.labels[*row])).collect();
    let mut nearest = vec![(u64::MAX, 0i32); n];
    let mut wanted = stops(n).into_iter().peekable();
    let mut stops = Vec::new();
    for (k, image) in (1..).zip(order) {
        let prototype = data.image(rows[image as usize]);
        for (row, nearest) in rows.iter().zip(&mut nearest) {
            let squared = squared_difference(data.image(*row), prototype);
            if squared < nearest.0 {
                *nearest = (squared, k as i32);
            }
        }
        if wanted.next_if_eq(&k).is_some() {
            let labels: Vec<i32> = nearest.iter().map(|(_, label)| *label).collect();
            let scores = [
                metrics::purity(&truth, &labels)?,
                metrics::adjusted_rand_score(&truth, &labels)?,
                metrics::normalized_mutual_info_score(&truth, &labels)?,
            ];
            stops.push((k, scores));
        }
    }
    Ok(Ways { n, stops })
}

/// The curves that can be dragged along.
pub fn section(ways: &Ways, names: [&str; 3]) -> Section {
    let curves = names.iter().zip(0u8..).enumerate().map(|(score, (name, class))| Curve {
        name: name.to_string(),
        points: ways.stops.iter().map(|(k, scores)| (*k as f64, scores[score])).collect(),
        stroke: Stroke::Class(class),
    });
    Section {
        id: "end".into(),
        title: "To the end: a cluster for every image".into(),
        summary: format!(
            "Each of {n} images, spread evenly over all, goes to the nearest of k of them, drawn at random: nothing is searched for. \
             Purity rises to {:.4} all the same, where each of {n} images is its own cluster; the adjusted Rand index \
             ends at {:.4}, the mutual information at {:.4}.",
            last(ways)[0],
            last(ways)[1],
            last(ways)[2],
            n = ways.n
        ),
        figure: Figure::Curves {
            x_title: "number of clusters".into(),
            y_title: "score".into(),
            curves: curves.collect(),
        },
    }
}

fn last(ways: &Ways) -> [f64; 3] {
    ways.stops.last().map_or([f64::NAN; 3], |(_, scores)| *scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::disk;

    #[test]
    fn stops_begin_at_one_and_end_at_all() {
        for n in [1, 2, 7, 1000] {
            let stops = stops(n);
            assert_eq!((stops[0], stops[stops.len() - 1]), (1, n));
            assert!(stops.windows(2).all(|two| two[0] < two[1]), "{stops:?}");
        }
        assert_eq!(stops(7), [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn purity_reaches_one_and_the_other_scores_do_not_follow() {
        let data = disk::builtin(&crate::runner::builtin_folder(), "mnist1k").unwrap();
        let ways = ways(&data, 0).unwrap();
        let most = data.labels.iter().filter(|label| **label == 1).count() as f64 / data.n as f64;
        let (first, end) = (ways.stops[0], ways.stops[ways.stops.len() - 1]);
        assert!(first.0 == 1 && first.1[0] >= most && first.1[1] == 0.0);
        assert_eq!((end.0, end.1[0]), (1000, 1.0));
        assert!(end.1[1].abs() < 1e-3);
        let best = ways.stops.iter().map(|stop| stop.1[1]).fold(0.0, f64::max);
        assert!(best > 0.2, "{best}");
    }

    #[test]
    fn of_two_equal_prototypes_the_earlier_one_keeps_its_images() {
        let mut data = disk::builtin(&crate::runner::builtin_folder(), "mnist1k").unwrap();
        // Nothing but copies of one image: however many prototypes, one cluster.
        let copy = data.image(0).to_vec();
        data.images = copy.repeat(data.n);
        let ways = ways(&data, 3).unwrap();
        assert!(ways.stops.iter().all(|stop| stop.1[1] == 0.0 && stop.1[0] == ways.stops[0].1[0]));
    }
}
