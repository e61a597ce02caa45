//! Which pixels matter, as data: what every bootstrap says of its regions. From it follows
//! everything that is drawn, at any error rate, on the page as well as where it was computed.

use super::regions::n_areas;
use super::sight::Look;
use crate::error::Result;
use crate::learn::inference::{
    Aggregation, Control, log_quantile_aggregation, log_two_sided_p, quantile_aggregation, select, threshold,
    two_sided_p,
};
use serde::{Deserialize, Serialize};

/// Inferences of several pairs of classes by the same rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inferred {
    /// The data set's name.
    pub data: String,
    /// Height and width of the images.
    pub size: (u32, u32),
    /// Tests of each inference: its regions.
    pub n_tests: u32,
    /// The family-wise error rate of the run.
    pub fwer: f64,
    /// Whether the sign counts, and the error rate is halved.
    pub two_tailed: bool,
    /// How the p-values of the bootstraps are joined.
    pub aggregation: Aggregation,
    /// Bootstraps of each pair, known or not.
    pub n_bootstraps: u32,
    /// The pairs.
    pub tasks: Vec<Task>,
    /// Which errors are kept rare; a visitor may change it, and the level `fwer`.
    #[serde(skip)]
    pub rate: Rate,
    /// Which numbers are drawn; a visitor may change it.
    #[serde(skip)]
    pub look: Look,
}

/// One pair. Pixels are row-major, `(n_features,)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its name: `4 vs 7`.
    pub name: String,
    /// The classes, that of the sign minus first.
    pub classes: (u8, u8),
    /// Their names.
    pub class_names: (String, String),
    /// Mean image of the first class.
    #[serde(with = "crate::bytes")]
    pub first_mean: Vec<f32>,
    /// Mean image of the second class.
    #[serde(with = "crate::bytes")]
    pub second_mean: Vec<f32>,
    /// Per cent of the images that have ink in each pixel, rounded up: 0 is never.
    #[serde(with = "crate::bytes")]
    pub lit: Vec<f32>,
    /// Mean over the bootstraps of the pixel's share of its region's weight; NaN if it takes no part.
    #[serde(with = "crate::bytes")]
    pub importance: Vec<f32>,
    /// Numbers of the bootstraps that are known.
    pub known: Vec<u32>,
    /// Region of each pixel in each of them, from 1 on, `(n_known, n_features)`; 0 if it takes no part.
    #[serde(with = "crate::bytes")]
    pub labels: Vec<f32>,
    /// The z-score of each region, `(n_known, n_tests)`.
    #[serde(with = "crate::bytes::doubles")]
    pub z: Vec<f64>,
}

/// What the bootstraps of a pair say together of each pixel; NaN where it takes no part.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Aggregated p-values, as the library has them: 0 where a double holds no smaller number.
    pub p: Vec<f64>,
    /// Their natural logarithms, from the z-scores: finite also where `p` is 0, NaN where `p` is NaN.
    pub log_p: Vec<f64>,
    /// Medians of the z-scores.
    pub z: Vec<f64>,
}

/// Which errors a selection keeps rare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rate {
    /// Any false selection.
    #[default]
    Fwer,
    /// The share of false ones (Benjamini and Hochberg).
    Bhq,
    /// The share of false ones, whatever the dependence (Benjamini and Yekutieli).
    Bhy,
}

impl Rate {
    /// All of them with the words of links.
    pub const WORDS: [(Rate, &str); 3] = [(Rate::Fwer, "fwer"), (Rate::Bhq, "bhq"), (Rate::Bhy, "bhy")];
}

/// How many pixels are selected, and in how many areas of touching ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Pixels.
    pub pixels: usize,
    /// Areas.
    pub areas: usize,
}

impl Task {
    /// Number of pixels.
    pub fn n_features(&self) -> usize {
        self.importance.len()
    }

    /// Whether a pixel takes part.
    pub fn takes_part(&self, pixel: usize) -> bool {
        self.importance.get(pixel).is_some_and(|value| !value.is_nan())
    }

    /// Whether anything can be known of a pixel: it takes part, and some image has ink there.
    pub fn has_data(&self, pixel: usize) -> bool {
        self.takes_part(pixel) && self.lit.get(pixel).is_some_and(|lit| *lit > 0.0)
    }

    /// The region of a pixel in the `at`-th known bootstrap, and the region's z-score.
    pub fn region(&self, at: usize, pixel: usize) -> Option<(u32, f64)> {
        let of_bootstrap = self.labels.chunks_exact(self.n_features().max(1)).nth(at)?;
        let label = *of_bootstrap.get(pixel)? as u32;
        let region = label.checked_sub(1)?;
        let width = self.z.len() / self.known.len().max(1);
        Some((region, *self.z.get(at * width + region as usize)?))
    }

    /// The p-value of each pixel in the `at`-th known bootstrap.
    pub fn p_of(&self, at: usize) -> Vec<f64> {
        self.by_z(at, two_sided_p)
    }

    /// What follows from each pixel's z-score in the `at`-th known bootstrap; NaN where it takes no part.
    fn by_z(&self, at: usize, value: fn(f64) -> f64) -> Vec<f64> {
        (0..self.n_features()).map(|pixel| self.region(at, pixel).map_or(f64::NAN, |(_, z)| value(z))).collect()
    }

    /// What the known bootstraps say together; nothing of any pixel while there are none.
    ///
    /// Errors: those of [`quantile_aggregation`].
    pub fn joined(&self, aggregation: Aggregation) -> Result<Joined> {
        if self.known.is_empty() {
            let nothing = vec![f64::NAN; self.n_features()];
            return Ok(Joined { p: nothing.clone(), log_p: nothing.clone(), z: nothing });
        }
        let all = 0..self.known.len();
        let of = |value: fn(f64) -> f64| all.clone().map(|at| self.by_z(at, value)).collect::<Vec<Vec<f64>>>();
        fn views(parts: &[Vec<f64>]) -> Vec<&[f64]> {
            parts.iter().map(Vec::as_slice).collect()
        }
        let z = |pixel: usize| median((0..self.known.len()).filter_map(|at| Some(self.region(at, pixel)?.1)).collect());
        let p = quantile_aggregation(&views(&of(two_sided_p)), aggregation)?;
        let log_p = log_quantile_aggregation(&views(&of(log_two_sided_p)), aggregation)?;
        Ok(Joined {
            log_p: log_p.into_iter().zip(&p).map(|(log, p)| if p.is_nan() { f64::NAN } else { log }).collect(),
            p,
            z: (0..self.n_features()).map(z).collect(),
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}

impl Inferred {
    fn control(&self, rate: Rate) -> Control {
        match rate {
            Rate::Fwer => Control::Fwer { n_tests: self.n_tests as usize },
            Rate::Bhq => Control::FdrBhq,
            Rate::Bhy => Control::FdrBhy,
        }
    }

    /// What p-values are compared with at `level`; those that are NaN take no part.
    ///
    /// Errors: those of [`threshold`].
    pub fn threshold(&self, p: &[f64], rate: Rate, level: f64) -> Result<f64> {
        let kept: Vec<f64> = p.iter().copied().filter(|p| !p.is_nan()).collect();
        threshold(&kept, self.control(rate), within(level), self.two_tailed)
    }

    /// The selection at `level`: the sign of each pixel, 0 where it is not selected.
    ///
    /// Errors: those of [`select`].
    pub fn select(&self, p: &[f64], importance: &[f64], rate: Rate, level: f64) -> Result<Vec<i8>> {
        let kept: Vec<usize> = (0..p.len()).filter(|pixel| !p[*pixel].is_nan()).collect();
        let (p_kept, signs): (Vec<f64>, Vec<f64>) = kept.iter().map(|pixel| (p[*pixel], importance[*pixel])).unzip();
        let found = select(&p_kept, &signs, self.control(rate), within(level), self.two_tailed)?;
        let mut map = vec![0; p.len()];
        kept.iter().zip(found).for_each(|(pixel, sign)| map[*pixel] = sign);
        Ok(map)
    }

    /// The mask of a pair.
    ///
    /// Errors: those of [`select`].
    pub fn mask(&self, task: &Task, joined: &Joined, rate: Rate, level: f64) -> Result<Vec<i8>> {
        let importance: Vec<f64> = task.importance.iter().map(|value| f64::from(*value)).collect();
        self.select(&joined.p, &importance, rate, level)
    }

    /// The mask of one known bootstrap by itself.
    ///
    /// Errors: those of [`select`].
    pub fn mask_of(&self, task: &Task, at: usize, rate: Rate, level: f64) -> Result<Vec<i8>> {
        // A region's weight has the sign of its z-score.
        let sign = |pixel: usize| task.region(at, pixel).map_or(0.0, |(_, z)| z);
        self.select(&task.p_of(at), &(0..task.n_features()).map(sign).collect::<Vec<_>>(), rate, level)
    }

    /// Pixels and areas of a mask with that sign.
    pub fn count(&self, mask: &[i8], sign: i8) -> Count {
        let inside: Vec<bool> = mask.iter().map(|value| *value == sign).collect();
        let pixels = inside.iter().filter(|inside| **inside).count();
        Count { pixels, areas: n_areas(&inside, (self.size.1 as usize).max(1)) }
    }
}

/// The library's levels lie below 1; the largest number that does stands for 1.
fn within(level: f64) -> f64 {
    level.min(1.0 - f64::EPSILON / 2.0)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::sight;
    use super::*;

    /// A picture of 2 x 3 pixels: two bootstraps with two regions, and a pixel that takes no part.
    pub fn small() -> Inferred {
        let task = Task {
            name: "4 vs 7".into(),
            classes: (4, 7),
            class_names: ("4".into(), "7".into()),
            first_mean: vec![0.0, 10.0, 20.0, 0.0, 10.0, 20.0],
            second_mean: vec![0.0; 6],
            lit: vec![0.0, 50.0, 1.0, 100.0, 7.0, 3.0],
            importance: vec![1.0, 1.0, -2.0, 1.0, -2.0, f32::NAN],
            known: vec![0, 3],
            labels: vec![1.0, 1.0, 2.0, 1.0, 2.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 0.0],
            z: vec![5.0, -3.0, 4.0, -1.0],
        };
        Inferred {
            data: "mnist10k".into(),
            size: (2, 3),
            n_tests: 2,
            fwer: 0.1,
            two_tailed: true,
            aggregation: Aggregation::Fixed { gamma: 0.5 },
            n_bootstraps: 10,
            tasks: vec![task],
            rate: Rate::Fwer,
            look: Look::Mask,
        }
    }

    #[test]
    fn pixels_have_what_their_regions_have() {
        let inferred = small();
        let task = &inferred.tasks[0];
        assert_eq!(task.region(0, 2), Some((1, -3.0)));
        assert_eq!(task.region(1, 2), Some((0, 4.0)));
        assert_eq!((task.region(0, 5), task.region(2, 0), task.region(0, 6)), (None, None, None));
        let joined = task.joined(inferred.aggregation).unwrap();
        let p = 2.0 * (two_sided_p(5.0) + (two_sided_p(4.0) - two_sided_p(5.0)) * 0.5);
        assert!((joined.p[0] / p - 1.0).abs() < 1e-14, "{} {p}", joined.p[0]);
        assert_eq!(joined.z[..3], [4.5, 4.5, 0.5]);
        assert!(joined.p[5].is_nan() && joined.z[5].is_nan() && joined.log_p[5].is_nan());
        for pixel in 0..5 {
            assert!((joined.log_p[pixel] - joined.p[pixel].ln()).abs() < 1e-12, "{}", joined.log_p[pixel]);
        }
        let has_data: Vec<bool> = (0..7).map(|pixel| task.has_data(pixel)).collect();
        assert_eq!(has_data, [false, true, true, true, true, false, false]);
    }

    #[test]
    fn what_no_double_holds_has_a_logarithm() {
        let mut inferred = small();
        let task = &mut inferred.tasks[0];
        task.z = vec![50.0, -3.0, 60.0, -1.0];
        let joined = task.joined(inferred.aggregation).unwrap();
        assert_eq!(joined.p[0], 0.0, "as the library has it");
        // Twice the mean of a p-value and of one that is nothing beside it.
        assert!((joined.log_p[0] - log_two_sided_p(50.0)).abs() < 1e-9, "{}", joined.log_p[0]);
        assert_eq!(sight::written(joined.p[0], joined.log_p[0]), "10^−545");
        assert_eq!(sight::written(joined.p[2], joined.log_p[2]), format!("{:.1e}", joined.p[2]));
    }

    #[test]
    fn selections_follow_the_level() {
        let inferred = small();
        let task = &inferred.tasks[0];
        let joined = task.joined(inferred.aggregation).unwrap();
        let mask = |rate, level| inferred.mask(task, &joined, rate, level).unwrap();
        // The pixel of both regions has 2 * (p(3) + p(4)) / 2 = 0.0028, the last one with a part 0.32.
        assert_eq!(mask(Rate::Fwer, 0.1), [1, 1, -1, 1, 0, 0]);
        assert_eq!(mask(Rate::Fwer, 0.01), [1, 1, 0, 1, 0, 0]);
        assert_eq!(mask(Rate::Fwer, 1e-9), [0; 6]);
        assert_eq!(mask(Rate::Bhq, 1.0), [1, 1, -1, 1, -1, 0]);
        assert_eq!(mask(Rate::Bhy, 0.1), [1, 1, -1, 1, 0, 0]);
        // A level is a number above 0; 1 is the largest.
        assert!(inferred.mask(task, &joined, Rate::Fwer, 0.0).is_err());
        assert_eq!(mask(Rate::Fwer, 1.0), mask(Rate::Fwer, 0.999_999_9));
        let first = inferred.mask_of(task, 0, Rate::Fwer, 0.1).unwrap();
        assert_eq!(first, [1, 1, -1, 1, -1, 0]);
        assert_eq!(inferred.count(&first, 1), Count { pixels: 3, areas: 1 });
        assert_eq!(inferred.count(&first, -1), Count { pixels: 2, areas: 2 });
    }

    #[test]
    fn it_survives_json() {
        let inferred = small();
        let text = serde_json::to_string(&inferred).unwrap();
        let back: Inferred = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        assert_eq!(back.tasks[0].z, inferred.tasks[0].z);
    }
}
