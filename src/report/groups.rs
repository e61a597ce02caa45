//! The groups of several chains of a mixture as data, and what they make of an image: everything that the page needs to
//! complete a picture while somebody paints on it. The numbers are those of `learn::mixture`, which a test sees to.

use super::{Array, Numbers};
use libm::{exp, log};

/// What is below 2^-80 adds no bit to a sum of probabilities.
const NOTHING: f64 = 1e-24;

/// The groups of one chain, the largest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainGroups {
    /// Images in each group, `(n_groups,)`.
    pub sizes: Vec<u32>,
    /// Label of each group in `labels_`, `(n_groups,)`.
    pub slots: Vec<u32>,
    /// In how many images of each group each pixel is on, `(n_groups, n_features)`.
    on: Vec<u32>,
    /// Beta prior of each pixel, `(n_features,)` each.
    a: Vec<f64>,
    b: Vec<f64>,
    /// Log weight of each group before anything is seen, up to what all share; a new one last.
    log_prior: Vec<f64>,
    /// Logarithm of the probability that each pixel is on, and off, `(n_groups + 1, n_features)` each.
    log_on: Vec<f64>,
    log_off: Vec<f64>,
}

/// The groups of all chains.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// Pixels of an image.
    pub n_features: usize,
    /// The chains.
    pub chains: Vec<ChainGroups>,
}

/// What the chains make of an image of which some pixels are hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Of each chain the probability of each group, a new one last.
    pub shares: Vec<Vec<f64>>,
    /// Of each chain the probability that each pixel is on; seen pixels as they are seen.
    pub expected: Vec<Vec<f64>>,
}

/// The words under an image with hidden pixels and what becomes of it; `greatest` is the greatest standard deviation
/// between the chains.
pub fn completed_words(name: &str, observed: &[bool], n_chains: usize, greatest: f64) -> String {
    let hidden = match observed.iter().filter(|seen| !**seen).count() {
        0 => return format!("{name} with nothing hidden, so that there is nothing to complete."),
        n if n == observed.len() => "all of it",
        _ => "a part",
    };
    match n_chains {
        1 => format!("{name} with {hidden} hidden, completed by what one chain expects."),
        n => format!(
            "{name} with {hidden} hidden, completed by what {n} chains expect, and where they differ: darkest is a standard \
             deviation of 0.5 between them; here it is at most {greatest:.2}."
        ),
    }
}

fn find<'a>(arrays: &'a [Array], name: &str) -> Option<&'a Array> {
    arrays.iter().find(|array| array.name == name)
}

/// What is said of a mosaic of templates, and of one by size.
pub const PLAIN: &str = "The darker a pixel, the more often it is on; under each group its size.";
/// See [`PLAIN`].
pub const BY_SIZE: &str = "Each is as wide as its share of the largest group.";

/// The groups of a chain in a sentence; `sizes` from the largest on.
pub fn summary(chain: usize, sizes: &[u32], words: &str) -> String {
    let (n, largest, smallest) = (sizes.len(), sizes.first().unwrap_or(&0), sizes.last().unwrap_or(&0));
    match n {
        1 if *largest == 1 => format!("1 group of chain {chain}, of 1 image. {words}"),
        1 => format!("1 group of chain {chain}, of {largest} images. {words}"),
        _ => {
            format!(
                "{n} groups of chain {chain}, the largest first: {largest} images, the smallest {smallest}. {words}"
            )
        }
    }
}

/// Whole numbers of a report's arrays.
pub fn whole<'a>(arrays: &'a [Array], name: &str) -> Option<&'a [u32]> {
    match &find(arrays, name)?.numbers {
        Numbers::U32(values) => Some(values),
        Numbers::F64(_) => None,
    }
}

/// Real numbers of a report's arrays.
pub fn real<'a>(arrays: &'a [Array], name: &str) -> Option<&'a [f64]> {
    match &find(arrays, name)?.numbers {
        Numbers::F64(values) => Some(values),
        Numbers::U32(_) => None,
    }
}

impl Groups {
    /// The groups that a report of a mixture brings with it; `None` if it has none, as a saved result.
    pub fn of(arrays: &[Array]) -> Option<Self> {
        let (alpha, beta) = (find(arrays, "alpha")?, real(arrays, "beta")?);
        let d = *alpha.shape.get(1)? as usize;
        let (alpha, concentration) = (real(arrays, "alpha")?, real(arrays, "concentration")?);
        let (sizes, slots) = (whole(arrays, "group_sizes")?, whole(arrays, "group_labels")?);
        let (on, n_groups) = (whole(arrays, "group_counts")?, whole(arrays, "n_groups")?);
        let mut first = 0;
        let mut chains = Vec::new();
        for (chain, n) in n_groups.iter().enumerate() {
            let groups = first..first + *n as usize;
            let pixels = chain * d..(chain + 1) * d;
            chains.push(ChainGroups::new(
                sizes.get(groups.clone())?,
                slots.get(groups.clone())?,
                on.get(groups.start * d..groups.end * d)?,
                (alpha.get(pixels.clone())?, beta.get(pixels)?),
                *concentration.get(chain)?,
            ));
            first = groups.end;
        }
        Some(Groups { n_features: d, chains })
    }

    /// Completes an image. `query` is not 0 where a pixel is on; its pixels are known where `observed` is.
    /// Both of shape `(n_features,)`.
    pub fn complete(&self, query: &[u8], observed: &[bool]) -> Completion {
        let (shares, expected) = self.chains.iter().map(|chain| chain.answer(query, observed)).unzip();
        Completion { shares, expected }
    }

    /// Log probability of the hidden pixels of an image given the others, all of them together, under all chains, which
    /// count the same. `query` is not 0 where a pixel is on; hidden is what is not `observed`, both `(n_features,)`.
    pub fn log_p_hidden(&self, query: &[u8], observed: &[bool]) -> f64 {
        let all = vec![true; observed.len()];
        let of = |chain: &ChainGroups| log_sum(&chain.weights(query, &all)) - log_sum(&chain.weights(query, observed));
        let scores: Vec<f64> = self.chains.iter().map(of).collect();
        log_sum(&scores) - log(scores.len() as f64)
    }
}

impl Completion {
    /// The mean of the chains, which all count the same, `(n_features,)`.
    pub fn mean(&self) -> Vec<f64> {
        self.fold(|values| values.iter().sum::<f64>() / values.len() as f64)
    }

    /// How far the chains differ in each pixel: their standard deviation, `(n_features,)`, at most 0.5.
    pub fn spread(&self) -> Vec<f64> {
        self.fold(|values| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt()
        })
    }

    /// How far draws of one chain differ in each pixel: the standard deviation that is left within a chain,
    /// `(n_features,)`, at most 0.5. Its square and that of the spread are what draws of all chains have.
    pub fn doubt(&self) -> Vec<f64> {
        self.fold(|values| (values.iter().map(|value| value * (1.0 - value)).sum::<f64>() / values.len() as f64).sqrt())
    }

    fn fold(&self, each: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let d = self.expected.first().map_or(0, Vec::len);
        let mut values = vec![0.0; self.expected.len()];
        let pixel = |i| {
            values.iter_mut().zip(&self.expected).for_each(|(value, chain)| *value = chain[i]);
            each(&values)
        };
        (0..d).map(pixel).collect()
    }

    /// Draw number `i`, the same whenever it is asked for: the chains take turns. A group is drawn first, then all
    /// hidden pixels from that one group, so that the picture is of one style. Which chain, which of its groups (their
    /// number if a new one), and the pixels.
    pub fn draw(&self, groups: &Groups, i: u32, query: &[u8], observed: &[bool]) -> (usize, usize, Vec<u8>) {
        let chain = i as usize % self.shares.len().max(1);
        let mut rng = Mixer(u64::from(i));
        let (u, mut reached) = (rng.uniform(), 0.0);
        let shares = &self.shares[chain];
        let drawn = shares.iter().position(|share| {
            reached += share;
            reached > u
        });
        let group = drawn.unwrap_or(shares.len().saturating_sub(1));
        let template = groups.chains[chain].template(group);
        let pixel =
            |d: usize| if observed[d] { u8::from(query[d] != 0) } else { u8::from(rng.uniform() < template[d]) };
        (chain, group, (0..groups.n_features).map(pixel).collect())
    }
}

impl ChainGroups {
    fn new(sizes: &[u32], slots: &[u32], on: &[u32], (a, b): (&[f64], &[f64]), alpha: f64) -> Self {
        let d = a.len();
        let mut log_prior: Vec<f64> = sizes.iter().map(|size| log(f64::from(*size))).collect();
        log_prior.push(log(alpha));
        let cells = || (0..=sizes.len()).flat_map(|k| (0..d).map(move |pixel| (k, pixel)));
        let (a, b) = (a.to_vec(), b.to_vec());
        let mut groups = ChainGroups {
            sizes: sizes.to_vec(),
            slots: slots.to_vec(),
            on: on.to_vec(),
            a,
            b,
            log_prior,
            log_on: Vec::new(),
            log_off: Vec::new(),
        };
        groups.log_on = cells().map(|(k, pixel)| log(groups.chance(k, pixel))).collect();
        groups.log_off = cells().map(|(k, pixel)| log(1.0 - groups.chance(k, pixel))).collect();
        groups
    }

    /// Probability that a pixel of an image in group `k` is on.
    fn chance(&self, k: usize, pixel: usize) -> f64 {
        let (a, b) = (self.a[pixel], self.b[pixel]);
        match self.sizes.get(k) {
            Some(size) => (a + f64::from(self.on[k * self.a.len() + pixel])) / (a + b + f64::from(*size)),
            None => a / (a + b),
        }
    }

    /// Probability that each pixel is on in group `k`, `(n_features,)`; of a new group if `k` is their number.
    pub fn template(&self, k: usize) -> Vec<f64> {
        (0..self.a.len()).map(|pixel| self.chance(k, pixel)).collect()
    }

    /// Probability that a pixel of an image in group `k` is on, and in how many of its images it is.
    pub fn pixel(&self, k: usize, pixel: usize) -> Option<(f64, u32)> {
        let d = self.a.len();
        let on = *self.on.get(k * d..(k + 1) * d)?.get(pixel)?;
        Some((self.chance(k, pixel), on))
    }

    /// The group whose template is nearest to that of group `k`, and the mean difference of their pixels.
    pub fn nearest(&self, k: usize) -> Option<(usize, f64)> {
        if k >= self.sizes.len() {
            return None;
        }
        let own = self.template(k);
        let far = |other: usize| {
            let pixels = own.iter().enumerate().map(|(pixel, p)| (p - self.chance(other, pixel)).abs());
            pixels.sum::<f64>() / own.len().max(1) as f64
        };
        let others = (0..self.sizes.len()).filter(|other| *other != k).map(|other| (other, far(other)));
        others.min_by(|one, two| one.1.total_cmp(&two.1))
    }

    /// How well each of some members of group `k` fits the rest of the group: the log probability of its pixels given
    /// the others. `members` are rows of pixels, not 0 where on.
    pub fn typicality<'a>(&self, k: usize, members: impl Iterator<Item = &'a [bool]>) -> Vec<f64> {
        let d = self.a.len();
        let rest = f64::from(self.sizes[k]) - 1.0;
        let on = self.on.get(k * d..(k + 1) * d).unwrap_or_default();
        let logs = |yes: bool| -> Vec<f64> {
            let cell = |pixel: usize| {
                let (a, b, count) = (self.a[pixel], self.b[pixel], f64::from(on[pixel]));
                // A count that no member adds to is never asked for; without the floor it would be below 0.
                let part = if yes { a + (count - 1.0).max(0.0) } else { b + (rest - count).max(0.0) };
                log(part) - log(a + b + rest)
            };
            (0..d).map(cell).collect()
        };
        let (yes, no) = (logs(true), logs(false));
        let of = |member: &[bool]| {
            let pixels = member.iter().zip(yes.iter().zip(&no));
            pixels.map(|(bit, (yes, no))| if *bit { yes } else { no }).sum()
        };
        members.map(of).collect()
    }

    /// The log weight of each group with the pixels that are seen, a new one last, up to what all share.
    fn weights(&self, query: &[u8], observed: &[bool]) -> Vec<f64> {
        let d = self.a.len();
        let (on, off): (Vec<usize>, Vec<usize>) =
            (0..d).filter(|pixel| observed[*pixel]).partition(|pixel| query[*pixel] != 0);
        let sum = |logs: &[f64], pixels: &[usize]| pixels.iter().map(|pixel| logs[*pixel]).sum::<f64>();
        let rows = self.log_on.chunks_exact(d).zip(self.log_off.chunks_exact(d));
        self.log_prior.iter().zip(rows).map(|(prior, (yes, no))| prior + sum(yes, &on) + sum(no, &off)).collect()
    }

    /// The probability of each group given the pixels that are seen, and of each pixel to be on.
    fn answer(&self, query: &[u8], observed: &[bool]) -> (Vec<f64>, Vec<f64>) {
        let d = self.a.len();
        let mut shares = self.weights(query, observed);
        let greatest = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        shares.iter_mut().for_each(|weight| *weight = exp(*weight - greatest));
        let total: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= total);
        let mut expected = vec![0.0; d];
        for (k, share) in shares.iter().enumerate().filter(|(_, share)| **share > NOTHING) {
            expected.iter_mut().enumerate().for_each(|(pixel, sum)| *sum += share * self.chance(k, pixel));
        }
        for pixel in (0..d).filter(|pixel| observed[*pixel]) {
            expected[pixel] = f64::from(u8::from(query[pixel] != 0));
        }
        (shares, expected)
    }
}

/// Logarithm of the sum of what `logs` are the logarithms of.
fn log_sum(logs: &[f64]) -> f64 {
    let greatest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    greatest + log(logs.iter().map(|value| exp(value - greatest)).sum())
}

/// A template of `(height, width)` drawn smaller, in the middle of white, by its nearest pixels: its side is the share
/// of `size` in `largest`.
pub fn shrunk(pixels: &[f32], (height, width): (u32, u32), size: u32, largest: u32) -> Vec<f32> {
    let (height, width) = (height as usize, width as usize);
    let side = |length: usize| ((length as u64 * u64::from(size) / u64::from(largest.max(1))) as usize).max(1);
    let (rows, columns) = (side(height), side(width));
    let (top, left) = ((height - rows) / 2, (width - columns) / 2);
    let mut drawn = vec![0.0; pixels.len()];
    for row in 0..rows {
        for column in 0..columns {
            let from = (2 * row + 1) * height / (2 * rows) * width + (2 * column + 1) * width / (2 * columns);
            drawn[(top + row) * width + left + column] = pixels[from];
        }
    }
    drawn
}

/// Numbers for single draws, which nobody compares with NumPy: SplitMix64.
struct Mixer(u64);

impl Mixer {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}
