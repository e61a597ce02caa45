//! Many partitions of the same images: how far apart they are, which one stands for
//! all, and how often two images are together.

use crate::error::{Error, Result};
use crate::learn::Matrix;
use libm::log2;

/// How the distance of two partitions is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Loss {
    /// Variation of information, in bits (Wade and Ghahramani 2018).
    #[default]
    VariationOfInformation,
    /// Pairs of images that one has together and the other apart (Binder; Lau and Green 2007).
    Binder,
}

/// The distance of two partitions of the same images, each of shape `(n_samples,)`.
///
/// Errors: other lengths.
pub fn distance(a: &[u32], b: &[u32], loss: Loss) -> Result<f64> {
    if a.len() != b.len() {
        let must_be = format!("as long as the first ({} images)", a.len());
        return Err(Error::invalid("partitions", must_be, format!("{} images", b.len())));
    }
    let mut pairs: Vec<(u32, u32)> = a.iter().copied().zip(b.iter().copied()).collect();
    pairs.sort_unstable();
    let both = runs(&pairs);
    let sizes = |labels: &[u32]| {
        let mut sorted = labels.to_vec();
        sorted.sort_unstable();
        runs(&sorted)
    };
    let (a, b) = (sizes(a), sizes(b));
    Ok(match loss {
        Loss::VariationOfInformation => {
            // H(a) + H(b) - 2 I(a, b) = 2 H(a, b) - H(a) - H(b), each up to the same ln n.
            let n = pairs.len() as f64;
            let sum = |sizes: &[u64]| sizes.iter().map(|size| *size as f64 * log2(*size as f64)).sum::<f64>();
            ((sum(&a) + sum(&b) - 2.0 * sum(&both)) / n.max(1.0)).max(0.0)
        }
        Loss::Binder => {
            let squares = |sizes: &[u64]| sizes.iter().map(|size| size * size).sum::<u64>();
            (squares(&a) + squares(&b) - 2 * squares(&both)) as f64 / 2.0
        }
    })
}

/// Lengths of the runs of equal items, ascending: sums over them do not depend on the groups' names.
fn runs<T: PartialEq>(sorted: &[T]) -> Vec<u64> {
    let mut runs: Vec<u64> = sorted.chunk_by(|a, b| a == b).map(|run| run.len() as u64).collect();
    runs.sort_unstable();
    runs
}

/// The mean distance of each partition to all of them, `weights[i]` being the
/// weight of partition `i`.
///
/// Errors: lengths that differ.
pub fn mean_distances(partitions: &[Vec<u32>], weights: &[f64], loss: Loss) -> Result<Vec<f64>> {
    if partitions.len() != weights.len() {
        let must_be = format!("one for each of {} partitions", partitions.len());
        return Err(Error::invalid("weights", must_be, format!("{} weights", weights.len())));
    }
    let mut sums = vec![0.0; partitions.len()];
    for i in 0..partitions.len() {
        for j in 0..i {
            let apart = distance(&partitions[i], &partitions[j], loss)?;
            sums[i] += weights[j] * apart;
            sums[j] += weights[i] * apart;
        }
    }
    let all: f64 = weights.iter().sum();
    Ok(sums.into_iter().map(|sum| sum / all).collect())
}

/// The partition among these whose mean distance to all is least, the first of
/// several, and that distance.
///
/// Errors: no partitions, or lengths that differ.
pub fn representative(partitions: &[Vec<u32>], loss: Loss) -> Result<(usize, f64)> {
    let means = mean_distances(partitions, &vec![1.0; partitions.len()], loss)?;
    let least = means.into_iter().enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    least.ok_or_else(|| Error::invalid("partitions", "at least 1", 0))
}

/// How sure a chain is of the company of each image, `(n_samples,)`: the share of the partitions before the last in which
/// its companions in the last one are with it, the mean over them; of an image that is alone in the last one, the share
/// in which it is alone.
///
/// Errors: fewer than two partitions, or lengths that differ.
pub fn companionship(partitions: &[Vec<u32>]) -> Result<Vec<f64>> {
    // The last one agrees with itself, which says nothing.
    let Some((last, before)) = partitions.split_last().filter(|(_, before)| !before.is_empty()) else {
        return Err(Error::invalid("partitions", "at least 2", partitions.len()));
    };
    if let Some(other) = partitions.iter().find(|labels| labels.len() != last.len()) {
        let must_be = format!("as long as the last ({} images)", last.len());
        return Err(Error::invalid("partitions", must_be, format!("{} images", other.len())));
    }
    let n = last.len();
    let with = |labels: &[u32], i: usize, j: usize| j != i && labels[i] == labels[j];
    Ok((0..n)
        .map(|i| {
            let companions: Vec<usize> = (0..n).filter(|j| with(last, i, *j)).collect();
            let kept: usize = match companions.len() {
                0 => before.iter().filter(|labels| !(0..n).any(|j| with(labels, i, j))).count(),
                _ => before.iter().map(|labels| companions.iter().filter(|j| with(labels, i, **j)).count()).sum(),
            };
            kept as f64 / (before.len() * companions.len().max(1)) as f64
        })
        .collect())
}

/// Most images of which all pairs are kept.
pub const MOST_PAIRED: usize = 1500;

/// The share of the partitions that have two images together, shape `(m, m)` for
/// the `m` images of `subset`; 1 on the diagonal.
///
/// Errors: no partitions, more than [`MOST_PAIRED`] images, or one that is not there.
pub fn co_assignment(partitions: &[Vec<u32>], subset: &[u32]) -> Result<Matrix> {
    if partitions.is_empty() {
        return Err(Error::invalid("partitions", "at least 1", 0));
    }
    if subset.len() > MOST_PAIRED {
        return Err(Error::invalid("subset", format!("of at most {MOST_PAIRED} images"), subset.len()));
    }
    let m = subset.len();
    let mut shares = Matrix::zeros(m, m);
    for labels in partitions {
        if let Some(i) = subset.iter().find(|i| **i as usize >= labels.len()) {
            return Err(Error::invalid("subset", format!("image numbers below {}", labels.len()), i));
        }
        let own: Vec<u32> = subset.iter().map(|i| labels[*i as usize]).collect();
        for (i, label) in own.iter().enumerate() {
            let row = shares.row_mut(i);
            row.iter_mut().zip(&own).for_each(|(sum, other)| *sum += f64::from(u8::from(other == label)));
        }
    }
    let of = partitions.len() as f64;
    for i in 0..m {
        shares.row_mut(i).iter_mut().for_each(|sum| *sum /= of);
    }
    Ok(shares)
}
