//! Where an image that no run has seen would be: in which cluster of a k-means, or core, border or noise of a DBSCAN.
//! From the arrays of a run; saved results have none.

use super::{Numbers, Report};
use crate::data::Dataset;

/// Label of noise in arrays of whole numbers.
pub const NOISE: u32 = u32::MAX;

/// From grey levels to the coordinates that distances are measured in.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// Added to each pixel first.
    before: Vec<f64>,
    /// Factor of each pixel.
    factor: Vec<f64>,
    /// Components, row-major, and the factor of each score; none where every pixel counts for itself.
    scores: Option<(Vec<f64>, Vec<f64>)>,
}

/// Numbers of an array.
fn floats<'a>(report: &'a Report, name: &str) -> Option<&'a [f64]> {
    match &report.arrays.iter().find(|array| array.name == name)?.numbers {
        Numbers::F64(values) => Some(values),
        Numbers::U32(_) => None,
    }
}

/// Whole numbers of an array.
pub fn wholes<'a>(report: &'a Report, name: &str) -> Option<&'a [u32]> {
    match &report.arrays.iter().find(|array| array.name == name)?.numbers {
        Numbers::U32(values) => Some(values),
        Numbers::F64(_) => None,
    }
}

impl Space {
    /// The space of a report; `None` if it does not say.
    pub fn of(report: &Report) -> Option<Self> {
        if let Some(factor) = floats(report, "pixel_factor") {
            // Distances do not notice what is added to all images alike.
            return Some(Space { before: vec![0.0; factor.len()], factor: factor.to_vec(), scores: None });
        }
        let mean = floats(report, "mean_")?;
        let scores = (floats(report, "components_")?.to_vec(), floats(report, "score_factor")?.to_vec());
        let before = mean.iter().map(|mean| -mean).collect();
        Some(Space { before, factor: vec![1.0; mean.len()], scores: Some(scores) })
    }

    /// Pixels of an image.
    pub fn n_features(&self) -> usize {
        self.factor.len()
    }

    /// An image's coordinates.
    pub fn place(&self, pixels: &[u8]) -> Vec<f64> {
        let inner = pixels.iter().zip(&self.before).zip(&self.factor).map(|((x, b), f)| (f64::from(*x) + b) * f);
        let inner: Vec<f64> = inner.collect();
        match &self.scores {
            None => inner,
            Some((components, factor)) => {
                let rows = components.chunks_exact(inner.len().max(1)).zip(factor);
                rows.map(|(row, factor)| factor * row.iter().zip(&inner).map(|(a, b)| a * b).sum::<f64>()).collect()
            }
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// Distance of an image to each centre of a k-means.
pub fn to_centres(report: &Report, space: &Space, pixels: &[u8]) -> Option<Vec<f64>> {
    let centres = floats(report, "cluster_centers_")?;
    let mut at = space.place(pixels);
    // Centres of scaled pixels have the offset of the scaling in them.
    if let Some(offset) = floats(report, "pixel_offset") {
        at.iter_mut().zip(offset).for_each(|(at, offset)| *at += offset);
    }
    Some(centres.chunks_exact(at.len().max(1)).map(|centre| distance(&at, centre)).collect())
}

/// A DBSCAN that was carried out, as it is asked about another image.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// Distance within which two images are neighbours.
    pub eps: f64,
    /// Neighbours, itself included, that make a core.
    pub min_samples: u32,
    /// Cluster of each sample, [`NOISE`] for none.
    pub labels: Vec<u32>,
    /// Whether each sample is a core.
    pub cores: Vec<bool>,
}

impl Dense {
    /// Of the setting in that row and column of a grid; `width` settings are in a row.
    pub fn of_grid(report: &Report, (row, column): (usize, usize), (eps, min_samples): (f64, u32)) -> Option<Self> {
        let array = report.arrays.iter().find(|array| array.name == "grid_labels")?;
        let [_, width, n] = array.shape[..] else { return None };
        let from = (row * width as usize + column) * n as usize;
        let part = |name: &str| wholes(report, name)?.get(from..from + n as usize).map(<[u32]>::to_vec);
        let cores = part("grid_cores")?.into_iter().map(|core| core == 1).collect();
        Some(Dense { eps, min_samples, labels: part("grid_labels")?, cores })
    }

    /// Of one eps of a sweep, as its arrays are named.
    pub fn of_sweep(report: &Report, eps: &str, min_samples: u32) -> Option<Self> {
        let labels = wholes(report, &format!("labels_{eps}"))?.to_vec();
        let mut cores = vec![false; labels.len()];
        for core in wholes(report, &format!("core_sample_indices_{eps}"))? {
            *cores.get_mut(*core as usize)? = true;
        }
        Some(Dense { eps: crate::decimal::read(eps)?, min_samples, labels, cores })
    }

    /// All eps of a sweep, as they are written.
    pub fn swept(report: &Report) -> Vec<String> {
        let names = report.arrays.iter().filter_map(|array| array.name.strip_prefix("core_sample_indices_"));
        names.map(String::from).collect()
    }

    /// What an image at these distances from the samples is.
    pub fn ask(&self, distances: &[f64]) -> Standing {
        let near: Vec<usize> = (0..distances.len()).filter(|i| distances[*i] <= self.eps).collect();
        let cores = near.iter().copied().filter(|i| self.cores[*i]);
        let nearest = cores.clone().min_by(|a, b| distances[*a].total_cmp(&distances[*b]).then(a.cmp(b)));
        let mut met: Vec<u32> = cores.clone().map(|i| self.labels[i]).collect();
        met.sort_unstable();
        met.dedup();
        let kind = if near.len() + 1 >= self.min_samples as usize {
            Kind::Core
        } else if nearest.is_some() {
            Kind::Border
        } else {
            Kind::Noise
        };
        Standing { kind, neighbours: near.len(), cores: cores.count(), cluster: nearest.map(|i| self.labels[i]), met }
    }
}

/// What an image would be in a DBSCAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It has neighbours enough.
    Core,
    /// It is a neighbour of a core.
    Border,
    /// Neither.
    Noise,
}

/// The answer of a DBSCAN.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What it would be.
    pub kind: Kind,
    /// Samples within eps, itself not counted.
    pub neighbours: usize,
    /// Cores among these.
    pub cores: usize,
    /// Cluster of the nearest of these.
    pub cluster: Option<u32>,
    /// Clusters of all of these, ascending.
    pub met: Vec<u32>,
}

/// Distances of an image to all samples of a DBSCAN, in their order; `None` without the arrays.
pub fn to_samples(report: &Report, space: &Space, data: &Dataset, pixels: &[u8]) -> Option<Vec<f64>> {
    let at = space.place(pixels);
    if let Some(scores) = floats(report, "X_pca") {
        return Some(scores.chunks_exact(at.len().max(1)).map(|row| distance(&at, row)).collect());
    }
    if space.scores.is_some() || data.n_features() != space.n_features() {
        return None;
    }
    // Grey levels differ by whole numbers; the factors' squares are taken once.
    let squares: Vec<f64> = space.factor.iter().map(|factor| factor * factor).collect();
    let of = |image: &u32| {
        let row = data.images.get(*image as usize * pixels.len()..)?.get(..pixels.len())?;
        let differ = pixels.iter().zip(row).zip(&squares).map(|((a, b), square)| {
            let off = f64::from(i16::from(*a) - i16::from(*b));
            off * off * square
        });
        Some(differ.sum::<f64>().sqrt())
    };
    wholes(report, "drawn")?.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Array;

    fn array(name: &str, shape: &[u32], numbers: Numbers) -> Array {
        Array { name: name.into(), shape: shape.to_vec(), numbers }
    }

    #[test]
    fn centres_are_measured_in_their_own_space() {
        let mut report = Report::default();
        report.arrays.push(array("pixel_factor", &[2], Numbers::F64(vec![0.5, 0.0])));
        report.arrays.push(array("pixel_offset", &[2], Numbers::F64(vec![-1.0, 0.0])));
        report.arrays.push(array("cluster_centers_", &[2, 2], Numbers::F64(vec![0.0, 0.0, 3.0, 0.0])));
        let space = Space::of(&report).unwrap();
        // A pixel that never varies does not count, whatever is drawn there.
        assert_eq!(to_centres(&report, &space, &[4, 200]), Some(vec![1.0, 2.0]));

        let mut report = Report::default();
        report.arrays.push(array("mean_", &[2], Numbers::F64(vec![1.0, 1.0])));
        report.arrays.push(array("components_", &[1, 2], Numbers::F64(vec![0.6, 0.8])));
        report.arrays.push(array("score_factor", &[1], Numbers::F64(vec![0.5])));
        report.arrays.push(array("cluster_centers_", &[1, 1], Numbers::F64(vec![0.0])));
        let space = Space::of(&report).unwrap();
        assert_eq!(to_centres(&report, &space, &[4, 5]), Some(vec![0.5 * (0.6 * 3.0 + 0.8 * 4.0)]));
        assert_eq!(Space::of(&Report::default()), None);
    }

    #[test]
    fn an_image_is_core_border_or_noise() {
        let dense =
            Dense { eps: 2.0, min_samples: 3, labels: vec![0, 0, 1, NOISE], cores: vec![true, false, true, false] };
        let ask = |distances: &[f64]| {
            let found = dense.ask(distances);
            (found.kind, found.neighbours, found.cluster, found.met)
        };
        assert_eq!(ask(&[9.0, 9.0, 9.0, 1.0]), (Kind::Noise, 1, None, vec![]));
        assert_eq!(ask(&[9.0, 2.0, 9.0, 9.0]), (Kind::Noise, 1, None, vec![]), "no core among them");
        assert_eq!(ask(&[9.0, 9.0, 2.0, 9.0]), (Kind::Border, 1, Some(1), vec![1]), "eps itself is near");
        assert_eq!(ask(&[1.5, 9.0, 1.0, 9.0]), (Kind::Core, 2, Some(1), vec![0, 1]));
        assert_eq!(ask(&[9.0, 1.0, 9.0, 1.0]), (Kind::Core, 2, None, vec![]));
    }
}
