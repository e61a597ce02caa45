//! How images lie around the centres of a k-means: who is closest, who is farthest, and who might as well be in another
//! cluster.

use super::pictures;
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::Matrix;
use crate::learn::cluster::{self, Points};
use crate::report::{Array, Figure, GalleryRow, Numbers, Section};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Members shown that are closest to a centre.
const CLOSEST: usize = 6;
/// Members shown that are farthest from it.
const FARTHEST: usize = 4;
/// Members shown that are nearly as close to another centre.
const CONFUSED: usize = 4;

/// How samples lie around their centres. Samples are rows: images of the data set, or of a draw from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Members {
    /// Of each cluster, those to show.
    shown: Vec<Shown>,
    /// Distance of every sample to its centre.
    distances: Vec<f64>,
    /// The nearest centre of every sample but its own.
    second: Vec<u32>,
    /// Distance to that.
    second_distances: Vec<f64>,
}

/// Members of one cluster, and how many there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shown {
    size: u32,
    /// The closest to the centre, ascending.
    closest: Vec<u32>,
    /// The farthest from it, ascending, without those above.
    farthest: Vec<u32>,
    /// Those whose distance is the greatest share of that to another centre, descending.
    confused: Vec<u32>,
}

/// Samples in the order of their values, of equals the first one first.
fn ascending(values: impl Iterator<Item = (f64, u32)>) -> Vec<u32> {
    let mut order: Vec<(f64, u32)> = values.collect();
    order.sort_by(by_value);
    order.into_iter().map(|(_, i)| i).collect()
}

fn by_value(a: &(f64, u32), b: &(f64, u32)) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

impl Members {
    /// Looks at the clusters `labels`, `(n_samples,)`, around `centers`, `(n_clusters, n_features)`.
    ///
    /// Errors: those of [`cluster::distances`].
    pub fn of<P: Points>(points: &P, centers: &Matrix, labels: &[u32]) -> Result<Self> {
        let distances = cluster::distances(points, centers, labels)?;
        let (second, second_distances) = cluster::second_nearest(points, centers, labels)?;
        let mut all = vec![Vec::new(); centers.n_rows()];
        labels.iter().zip(0u32..).for_each(|(label, i)| all[*label as usize].push(i));
        let share = |i: u32| match second_distances[i as usize] {
            // A sample that is on two centres at once belongs to both alike.
            0.0 => 1.0,
            second => distances[i as usize] / second,
        };
        let shown = all.into_iter().map(|all| {
            let by_distance = ascending(all.iter().map(|i| (distances[*i as usize], *i)));
            let near = CLOSEST.min(all.len());
            let far = all.len().saturating_sub(FARTHEST).max(near);
            // With a single centre there is nothing to be confused with.
            let between = if centers.n_rows() == 1 { &[] } else { &all[..] };
            let mut confused = ascending(between.iter().map(|i| (-share(*i), *i)));
            confused.truncate(CONFUSED);
            Shown {
                size: all.len() as u32,
                closest: by_distance[..near].to_vec(),
                farthest: by_distance[far..].to_vec(),
                confused,
            }
        });
        Ok(Members { shown: shown.collect(), distances, second, second_distances })
    }

    /// Rows of images for each cluster; `image` is the image of a sample.
    pub fn gallery(&self, data: &Dataset, image: impl Fn(u32) -> u32) -> Section {
        let rows = self.shown.iter().enumerate().flat_map(|(i, shown)| {
            let row = |what: &str, samples: &[u32]| {
                let images: Vec<u32> = samples.iter().map(|sample| image(*sample)).collect();
                let captions = pictures::labels(data, &images);
                GalleryRow { title: format!("cluster {i} ({}), {what}", shown.size), images, captions }
            };
            [row("closest", &shown.closest), row("farthest", &shown.farthest), row("most confused", &shown.confused)]
        });
        let n = self.shown.len();
        let confused = match n {
            1 => String::new(),
            _ => format!(", then the {CONFUSED} most confused ones, which are nearly as close to another centre"),
        };
        Section {
            id: "members".into(),
            title: "Members of each cluster".into(),
            summary: format!(
                "For each of {n} clusters the {CLOSEST} images closest to its centre, then the {FARTHEST} farthest from \
                 it{confused}; under each its true digit.",
            ),
            figure: Figure::Gallery {
                data: data.id.clone(),
                rows: rows.filter(|row: &GalleryRow| !row.images.is_empty()).collect(),
            },
        }
    }

    /// What is known of every sample, for export and to be read under the pointer.
    pub fn arrays(self) -> [Array; 3] {
        let n = self.distances.len() as u32;
        let array = |name: &str, numbers| Array { name: name.into(), shape: vec![n], numbers };
        [
            array("distances", Numbers::F64(self.distances)),
            array("second_labels", Numbers::U32(self.second)),
            array("second_distances", Numbers::F64(self.second_distances)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::cluster::Samples;

    fn members(x: &[f64], centers: &[f64], labels: &[u32]) -> Members {
        let x = Matrix::from_vec(x.to_vec(), x.len(), 1).unwrap();
        let centers = Matrix::from_vec(centers.to_vec(), centers.len(), 1).unwrap();
        Members::of(&Samples::new(&x).unwrap(), &centers, labels).unwrap()
    }

    #[test]
    fn the_most_confused_are_between_two_centres() {
        let found = members(&[0.0, 4.5, 1.0, -9.0, 10.0, 5.5], &[0.0, 10.0], &[0, 0, 0, 0, 1, 1]);
        // 4.5 of 5.5, then 9 of 19, then 1 of 9, then 0 of 10: far away is not between.
        assert_eq!(found.shown[0].confused, [1, 3, 2, 0]);
        assert_eq!(found.shown[0].closest, [0, 2, 1, 3]);
        assert_eq!(found.shown[1].confused, [5, 4]);
        assert_eq!(found.second, [1, 1, 1, 1, 0, 0]);
        assert_eq!(found.second_distances, [10.0, 5.5, 9.0, 19.0, 10.0, 5.5]);
    }

    #[test]
    fn a_single_cluster_confuses_nobody() {
        let found = members(&[0.0, 2.0], &[1.0], &[0, 0]);
        assert_eq!(found.shown[0], Shown { size: 2, closest: vec![0, 1], farthest: vec![], confused: vec![] });
    }
}
