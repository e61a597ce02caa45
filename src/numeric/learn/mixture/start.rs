//! Where a chain starts. The result depends on this more than on anything else.

use super::images::BinaryImages;
use crate::error::{Error, Result};
use crate::random::Generator;
use serde::{Deserialize, Serialize};

/// The first partition of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// Every image in one of so many groups, each equally likely (datamicroscopes: 100).
    Random(u32),
    /// So many images drawn as seeds, every image with the nearest of them by the pixels in which they differ.
    Nearest(u32),
    /// All images in one group: a trap that the sampler does not leave.
    Together,
    /// These groups: those of k-means, or of anything else.
    Labels(Vec<u32>),
}

impl Start {
    /// The first partition, shape `(n_samples,)`. More groups than images count as that many.
    ///
    /// Errors: no groups, or labels of another length.
    pub(super) fn labels(&self, images: &BinaryImages, rng: &mut Generator) -> Result<Vec<u32>> {
        let n = images.n_samples();
        let groups = |asked: u32| match asked {
            0 => Err(Error::invalid("n_groups", "an int in the range [1, inf)", 0)),
            _ => Ok((asked as usize).min(n)),
        };
        match self {
            Start::Random(asked) => {
                let last = groups(*asked)? as i64;
                Ok(rng.integers_many(0, last, n, false).into_iter().map(|label| label as u32).collect())
            }
            Start::Nearest(asked) => {
                let seeds = rng.choice(n, groups(*asked)?, false, true)?;
                let mut row = vec![0u8; images.n_features()];
                let seed_on: Vec<&[u16]> = seeds.iter().map(|seed| images.on(*seed as usize)).collect();
                Ok((0..n)
                    .map(|i| {
                        images.spread(i, &mut row);
                        // Pixels that differ: those of the seed plus the own ones less twice the common ones.
                        let far = |on: &[u16]| {
                            let common: i64 = on.iter().map(|d| i64::from(row[usize::from(*d)])).sum();
                            on.len() as i64 - 2 * common
                        };
                        (0..seeds.len()).min_by_key(|k| far(seed_on[*k])).unwrap_or(0) as u32
                    })
                    .collect())
            }
            Start::Together => Ok(vec![0; n]),
            Start::Labels(labels) if labels.len() == n => Ok(labels.clone()),
            Start::Labels(labels) => {
                let must_be = format!("one group for each of {n} images");
                Err(Error::invalid("labels", must_be, format!("{} labels", labels.len())))
            }
        }
    }
}
