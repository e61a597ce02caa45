//! Which images a mixture is fitted to, and which of them are completed.

use crate::data::Dataset;
use crate::error::{Error, Result, Warning};
use crate::learn::mixture::BinaryImages;
use crate::params::distinct;
use crate::random::{Generator, SeedSequence};
use serde::{Deserialize, Serialize};

/// Streams of random numbers that belong to no chain have this number in their spawn key.
const NO_CHAIN: u32 = u32::MAX;

/// What is drawn outside the chains.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// The images to complete.
    Queries,
    /// The draws of their hidden pixels.
    Draws,
}

/// `default_rng(SeedSequence(random_state, spawn_key=(2**32 - 1, purpose)))`.
pub fn stream(random_state: u32, purpose: Purpose) -> Generator {
    let key = [NO_CHAIN, purpose as u32];
    Generator::from_seed_sequence(SeedSequence::with_spawn_key(&[u128::from(random_state)], &key))
}

/// A choice of images, and how they are made black and white.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Their digits.
    pub digits: Vec<u32>,
    /// At most so many, spread evenly over the images of these digits.
    pub n_images: u32,
    /// A pixel is on if its grey level is above this.
    pub threshold: u32,
    /// Images of each digit to complete.
    pub n_queries: u32,
    /// Whether those are kept from the chains.
    pub held_out: bool,
    /// Seed of the choice of images to complete.
    pub random_state: u32,
}

/// Image numbers of a [`Selection`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What the chains see, ascending.
    pub rows: Vec<u32>,
    /// What is completed, digit by digit.
    pub queries: Vec<u32>,
}

impl Selection {
    /// The images of a data set.
    ///
    /// Errors: a digit twice, or no image left to fit.
    pub fn choose(&self, data: &Dataset) -> Result<Chosen> {
        distinct("digits", &self.digits)?;
        let of_digits = |i: &u32| self.digits.contains(&u32::from(data.labels[*i as usize]));
        let all: Vec<u32> = (0..data.n as u32).filter(of_digits).collect();
        let kept = all.len().min(self.n_images as usize);
        let mut rows: Vec<u32> = (0..kept).map(|i| all[i * all.len() / kept.max(1)]).collect();
        let mut rng = stream(self.random_state, Purpose::Queries);
        let mut queries = Vec::new();
        for digit in &self.digits {
            let members: Vec<u32> =
                rows.iter().copied().filter(|i| u32::from(data.labels[*i as usize]) == *digit).collect();
            let drawn = rng.choice(members.len(), members.len().min(self.n_queries as usize), false, true)?;
            queries.extend(drawn.into_iter().map(|i| members[i as usize]));
        }
        if self.held_out {
            rows.retain(|row| !queries.contains(row));
        }
        if rows.is_empty() {
            let digits: Vec<String> = self.digits.iter().map(u32::to_string).collect();
            let (kept, remedy) = match self.held_out && !queries.is_empty() {
                true => (
                    " once the images to complete are kept from the chains",
                    "Choose more images (n_images), or fewer to complete (n_queries)",
                ),
                false => ("", "Choose other digits"),
            };
            return Err(Error::Data(format!(
                "{}: no image of {} is left{kept}. {remedy}.",
                data.title,
                digits.join(", ")
            )));
        }
        Ok(Chosen { rows, queries })
    }

    /// The chosen images in black and white.
    ///
    /// Errors: see [`choose`](Self::choose), and [`BinaryImages::from_grey`].
    pub fn binarise(&self, data: &Dataset) -> Result<BinaryImages> {
        BinaryImages::from_grey(&data.images, data.n_features(), &self.choose(data)?.rows, self.threshold as u8)
    }

    /// A warning if `n_on` of `n` pixels on are none or all.
    pub fn uniform(&self, n_on: u64, n: u64) -> Option<Warning> {
        (n_on == 0 || n_on == n).then_some(Warning::Uniform { on: n_on > 0, threshold: self.threshold })
    }

    /// One image in black and white, a 0 or a 1 for each pixel.
    pub fn bits(&self, data: &Dataset, image: u32) -> Vec<u8> {
        data.image(image as usize).iter().map(|grey| u8::from(u32::from(*grey) > self.threshold)).collect()
    }
}
