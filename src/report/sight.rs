//! An inference as the visitor looks at it: which numbers, at which error rate; pictures and
//! words from the same selection.

use super::{ColorMap, Count, Figure, Inferred, Joined, Picture, Rate, Table, Task, Value};
use crate::error::Result;

/// Which numbers of the pixels are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The signs of what is selected.
    #[default]
    Mask,
    /// Minus the logarithm of the p-value, to base 10.
    P,
    /// The median z-score.
    Z,
    /// The mean weight.
    Weight,
}

impl Look {
    /// All of them: the word of links, and the name for people.
    pub const ALL: [(Look, &str, &str); 4] = [
        (Look::Mask, "mask", "Mask"),
        (Look::P, "p", "−log₁₀ p"),
        (Look::Z, "z", "z-score"),
        (Look::Weight, "coef", "Coefficient"),
    ];
}

/// A pair at one level: its mask, and how much is selected for each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Signs, `(n_features,)`.
    pub mask: Vec<i8>,
    /// What p-values are compared with.
    pub threshold: f64,
    /// Selected for the first class.
    pub minus: Count,
    /// Selected for the second class, or for any if the sign does not count.
    pub plus: Count,
    /// Selected pixels that no image lights.
    pub unlit: usize,
}

/// Numbers drawn, and the ends of their scale.
pub type Drawn = (Vec<f32>, ColorMap, f32, f32);

impl Inferred {
    /// A pair at the level that is set.
    ///
    /// Errors: those of [`Inferred::mask`].
    pub fn at(&self, task: &Task, joined: &Joined) -> Result<Seen> {
        let (rate, level) = (self.rate, self.fwer);
        let mask = self.mask(task, joined, rate, level)?;
        let unlit = mask.iter().zip(&task.lit).filter(|(sign, lit)| **sign != 0 && **lit == 0.0).count();
        let threshold = self.threshold(&joined.p, rate, level)?;
        Ok(Seen { minus: self.count(&mask, -1), plus: self.count(&mask, 1), threshold, unlit, mask })
    }

    /// All pairs at the level that is set; none if that is no level.
    pub fn all(&self) -> Vec<(Joined, Seen)> {
        let one = |task: &Task| {
            let joined = task.joined(self.aggregation)?;
            let seen = self.at(task, &joined)?;
            Ok((joined, seen))
        };
        self.tasks.iter().map(one).collect::<Result<_>>().unwrap_or_default()
    }

    /// The numbers that are drawn of a pair; NaN where no image has ink, or nothing is known.
    pub fn drawn(&self, task: &Task, joined: &Joined, seen: &Seen) -> Drawn {
        let look = self.look;
        let (values, map): (Vec<f32>, _) = match look {
            Look::Mask => (seen.mask.iter().map(|sign| f32::from(*sign)).collect(), ColorMap::Signs),
            Look::P => (joined.log_p.iter().map(|log_p| minus_log10(*log_p) as f32).collect(), ColorMap::Viridis),
            Look::Z => (joined.z.iter().map(|z| *z as f32).collect(), ColorMap::RdBu),
            Look::Weight => (task.importance.clone(), ColorMap::RdBu),
        };
        let values: Vec<f32> = values
            .into_iter()
            .enumerate()
            .map(|(pixel, value)| if task.has_data(pixel) { value } else { f32::NAN })
            .collect();
        let most = values.iter().filter(|value| value.is_finite()).fold(0.0f32, |most, value| most.max(value.abs()));
        match look {
            Look::Mask => (values, map, -1.0, 1.0),
            Look::P => (values, map, 0.0, most),
            Look::Z | Look::Weight => (values, map, -most, most),
        }
    }

    /// All pairs as pictures.
    pub fn figure(&self) -> Figure {
        let found = self.all();
        let images = self.tasks.iter().zip(&found).map(|(task, (joined, seen))| {
            let (pixels, map, low, high) = self.drawn(task, joined, seen);
            Picture { caption: task.name.clone(), pixels, scale: Some((map, low, high)) }
        });
        Figure::Images {
            height: self.size.0,
            width: self.size.1,
            columns: self.tasks.len().max(1) as u32,
            map: ColorMap::Signs,
            low: -1.0,
            high: 1.0,
            images: images.collect(),
        }
    }

    /// Every pixel that takes part, the smallest p-value of its pair first.
    pub fn table(&self) -> Table {
        let columns = [
            "pair",
            "row",
            "column",
            "images with ink, %",
            "p-value",
            "−log₁₀ p",
            "z-score",
            "coefficient",
            "selected",
        ];
        let mut rows = Vec::new();
        for (task, (joined, seen)) in self.tasks.iter().zip(self.all()) {
            let mut pixels: Vec<usize> = (0..task.n_features()).filter(|pixel| task.takes_part(*pixel)).collect();
            pixels.sort_by(|a, b| joined.p[*a].total_cmp(&joined.p[*b]));
            let width = (self.size.1 as usize).max(1);
            rows.extend(pixels.into_iter().map(|pixel| {
                vec![
                    Value::Text(task.name.clone()),
                    Value::Int((pixel / width) as i64),
                    Value::Int((pixel % width) as i64),
                    Value::Int(task.lit[pixel] as i64),
                    // Four decimals would make 0 of most of them.
                    Value::Text(format!("{:.3e}", joined.p[pixel])),
                    Value::Float(minus_log10(joined.log_p[pixel])),
                    Value::Float(joined.z[pixel]),
                    Value::Text(format!("{:.3e}", task.importance[pixel])),
                    Value::Int(i64::from(seen.mask[pixel])),
                ]
            }));
        }
        Table { columns: columns.map(String::from).to_vec(), rows }
    }

    /// What is selected, in words.
    pub fn words(&self, found: &[Seen]) -> String {
        let (rate, level) = (self.rate, self.fwer);
        let Some(first) = found.first() else { return "No bootstrap is done yet.".into() };
        let of = |count: Count| format!("{} pixels in {}", count.pixels, areas(count.areas));
        let each = self.tasks.iter().zip(found).map(|(task, seen)| {
            let (a, b) = &task.class_names;
            if task.known.is_empty() {
                return format!("{}: no bootstrap yet", task.name);
            }
            let unlit = match seen.unlit {
                0 => String::new(),
                n => format!(" ({n} of them have no ink in any image)"),
            };
            match self.two_tailed {
                true => format!("{}: {} speak for {a}, {} for {b}{unlit}", task.name, of(seen.minus), of(seen.plus)),
                false => format!("{}: {} matter{unlit}", task.name, of(seen.plus)),
            }
        });
        let each = each.collect::<Vec<_>>().join("; ");
        let half = if self.two_tailed { " half of" } else { "" };
        let level = short(level);
        let how = match rate {
            Rate::Fwer => format!(
                "Selected are p-values below {:.2e}, which is{half} the error rate {level} over {} tests",
                first.threshold, self.n_tests
            ),
            Rate::Bhq => format!(
                "Selected by Benjamini and Hochberg at{half} a false discovery rate of {level}, pixel by pixel although \
                 pixels of a region share one test: beside the map of the family-wise rate, not instead of it"
            ),
            Rate::Bhy => format!(
                "Selected by Benjamini and Yekutieli at{half} a false discovery rate of {level}, which holds whatever \
                 the dependence"
            ),
        };
        let drawn = match self.look {
            Look::P => {
                " Drawn is −log₁₀ of the p-value, from the z-scores: so p-values that are too small for a number of the \
                 computer, which read 0 in the table as in the library, are told apart too."
            }
            _ => "",
        };
        format!(
            "{each}. {how}.{drawn} Plus and blue: more ink makes the second digit more probable, all else equal; minus and red: \
             the first. Hatched pixels have no ink in any image, or take no part."
        )
    }
}

/// A p-value as people read it; one that no double holds as a power of ten.
pub fn written(p: f64, log_p: f64) -> String {
    let ten = log_p / std::f64::consts::LN_10;
    if p > 0.0 || !ten.is_finite() { format!("{p:.1e}") } else { format!("10^−{:.0}", -ten) }
}

/// `−log₁₀ p` from the natural logarithm of `p`.
fn minus_log10(log_p: f64) -> f64 {
    // The zero of p = 1 has no sign.
    -log_p / std::f64::consts::LN_10 + 0.0
}

/// A level as people write it.
pub fn short(level: f64) -> String {
    // Three digits that count: a slider must not stand still.
    let digits = (2.0 - libm::log10(level).floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{level:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

fn areas(n: usize) -> String {
    if n == 1 { "1 area".into() } else { format!("{n} areas") }
}

#[cfg(test)]
mod tests {
    use super::super::inferred::tests::small;
    use super::*;

    #[test]
    fn pictures_and_words_are_of_the_same_selection() {
        let mut inferred = small();
        let now = inferred.all().remove(0).1;
        assert_eq!((now.minus.pixels, now.plus.pixels, now.unlit), (1, 3, 1));
        assert_eq!(now.threshold, 0.025);
        let words = inferred.words(&[now]);
        let begin = "4 vs 7: 1 pixels in 1 area speak for 4, 3 pixels in 1 area for 7 (1 of them have no ink";
        assert!(words.starts_with(begin), "{words}");
        assert!(words.contains("below 2.50e-2, which is half of the error rate 0.1 over 2 tests"), "{words}");
        let Figure::Images { images, .. } = inferred.figure() else { panic!() };
        let pixels = &images[0].pixels;
        // The first pixel is selected, but no image lights it; the last takes no part.
        assert!(pixels[0].is_nan() && pixels[5].is_nan());
        assert_eq!(pixels[1..5], [1.0, -1.0, 1.0, 0.0]);
        let table = inferred.table();
        assert_eq!(table.rows.len(), 5);
        let selected = table.rows.iter().filter(|row| row[8] != Value::Int(0)).count();
        assert_eq!(selected, 4);
        (inferred.fwer, inferred.look) = (1e-9, Look::Z);
        let (joined, now) = inferred.all().remove(0);
        assert_eq!((now.minus, now.plus), (Count::default(), Count::default()));
        let (values, map, low, high) = inferred.drawn(&inferred.tasks[0], &joined, &now);
        assert_eq!((map, low, high, values[1]), (ColorMap::RdBu, -4.5, 4.5, 4.5));
        assert!(!inferred.words(std::slice::from_ref(&now)).contains("−log₁₀"));
        // Beyond the smallest number of a double the scale goes on.
        inferred.look = Look::P;
        inferred.tasks[0].z = vec![60.0, -3.0, 50.0, -1.0];
        let (joined, now) = inferred.all().remove(0);
        let (values, map, low, high) = inferred.drawn(&inferred.tasks[0], &joined, &now);
        assert_eq!((map, low, high), (ColorMap::Viridis, 0.0, values[1]));
        // scipy: -(log_ndtr(-50) + log(2)) / log(10) is 544.66530587.
        assert!(joined.p[1] == 0.0 && (values[1] - 544.6653).abs() < 1e-3 && values[0].is_nan(), "{}", values[1]);
        assert!(inferred.words(&[now]).contains("Drawn is −log₁₀ of the p-value, from the z-scores"));
        assert_eq!(inferred.words(&[]), "No bootstrap is done yet.");
        // Before the first bootstrap nothing is known of any pixel.
        let task = &mut inferred.tasks[0];
        (task.known, task.labels, task.z, task.importance) = (vec![], vec![], vec![], vec![f32::NAN; 6]);
        let Figure::Images { images, .. } = inferred.figure() else { panic!() };
        assert!(images[0].pixels.iter().all(|value| value.is_nan()));
        assert!(inferred.table().rows.is_empty());
    }

    #[test]
    fn levels_are_written_short() {
        for (level, text) in [(0.1, "0.1"), (0.001, "0.001"), (0.001234, "0.00123"), (1.0, "1"), (0.05, "0.05")] {
            assert_eq!(short(level), text);
        }
    }
}
