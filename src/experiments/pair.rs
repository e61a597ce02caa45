//! Two digits against each other: which images, in which order, and what both look like.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::resample::resample_indices;
use crate::random::RandomState;
use crate::report::{ColorMap, Figure, Picture, Section};

/// Images of two classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The first class, whose side has the sign minus.
    pub first: u8,
    /// The second, whose side has the sign plus.
    pub second: u8,
    /// Numbers of the images, in the order drawn, `(n_samples,)`.
    pub rows: Vec<u32>,
}

/// The pairs of a list such as `4~7~0~1`.
///
/// Errors: a digit without partner, or against itself; a pair twice.
pub fn pairs(digits: &[u32]) -> Result<Vec<(u8, u8)>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    let written = || digits.iter().map(u32::to_string).collect::<Vec<_>>().join("~");
    let found: Vec<(u8, u8)> = pairs.iter().map(|[a, b]| (*a as u8, *b as u8)).collect();
    let twice = (0..found.len()).any(|i| found[..i].contains(&found[i]));
    if !rest.is_empty() || found.iter().any(|(a, b)| a == b) || twice {
        return Err(Error::invalid("pairs", "pairs of two different digits, such as 4~7~0~1", written()));
    }
    Ok(found)
}

/// An error unless an image has enough pixels for so many regions.
pub fn check_regions(n_clusters: u32, n_features: usize) -> Result<()> {
    if n_clusters as usize > n_features {
        let must_be = format!("at most the {n_features} pixels of an image");
        return Err(Error::invalid("n_clusters", must_be, n_clusters));
    }
    Ok(())
}

/// An error unless an error rate lies in (0, 1).
pub fn check_rate(fwer: f64) -> Result<()> {
    if fwer > 0.0 && fwer < 1.0 { Ok(()) } else { Err(Error::invalid("fwer", "a float in the range (0, 1)", fwer)) }
}

impl Pair {
    /// Draws `n_samples` images of two classes without replacement, each class with its share
    /// (`resample(…, replace=False, stratify=y)`); all of them if there are not more.
    ///
    /// Errors: a class that the data set has no image of.
    pub fn draw(data: &Dataset, (first, second): (u8, u8), n_samples: u32, random_state: u32) -> Result<Pair> {
        let of = |row: u32| data.labels[row as usize];
        for digit in [first, second] {
            if !data.labels.contains(&digit) {
                return Err(Error::invalid("pairs", "of digits that the images have", digit));
            }
        }
        let rows: Vec<u32> = (0..data.n as u32).filter(|row| [first, second].contains(&of(*row))).collect();
        let classes: Vec<u32> = rows.iter().map(|row| u32::from(of(*row))).collect();
        let n = rows.len().min(n_samples as usize);
        let drawn = resample_indices(rows.len(), n, false, Some(&classes), &mut RandomState::new(random_state))?;
        Ok(Pair { first, second, rows: drawn.into_iter().map(|i| rows[i as usize]).collect() })
    }

    /// The pixels marked in `kept` of the images, shape `(n_samples, n_kept)` row by row.
    pub fn pixels(&self, data: &Dataset, kept: &[bool]) -> Vec<u8> {
        let mut x = Vec::with_capacity(self.rows.len() * kept.len());
        for row in &self.rows {
            let image = data.image(*row as usize);
            x.extend(image.iter().zip(kept).filter(|(_, kept)| **kept).map(|(pixel, _)| *pixel));
        }
        x
    }

    /// The class of each image as a number, `(n_samples,)`.
    pub fn target(&self, data: &Dataset) -> Vec<f64> {
        self.rows.iter().map(|row| f64::from(data.labels[*row as usize])).collect()
    }

    /// How many of the images light each pixel, `(n_features,)`.
    pub fn lit(&self, data: &Dataset) -> Vec<u32> {
        let mut lit = vec![0; data.n_features()];
        for row in &self.rows {
            let image = data.image(*row as usize);
            lit.iter_mut().zip(image).for_each(|(lit, pixel)| *lit += u32::from(*pixel > 0));
        }
        lit
    }

    /// Mean image of each class.
    pub fn means(&self, data: &Dataset) -> [Vec<f32>; 2] {
        [self.first, self.second].map(|class| {
            let members: Vec<&u32> = self.rows.iter().filter(|row| data.labels[**row as usize] == class).collect();
            let mut sums = vec![0u64; data.n_features()];
            for row in &members {
                sums.iter_mut().zip(data.image(**row as usize)).for_each(|(sum, pixel)| *sum += u64::from(*pixel));
            }
            // Whole grey levels take a byte each where a report is kept.
            sums.iter().map(|sum| (*sum as f64 / members.len().max(1) as f64).round() as f32).collect()
        })
    }

    /// `4 vs 7`.
    pub fn name(&self, data: &Dataset) -> String {
        let class = |class: u8| &data.class_names[usize::from(class)];
        format!("{} vs {}", class(self.first), class(self.second))
    }

    /// `4_7`, for the names of numbers.
    pub fn id(&self) -> String {
        format!("{}_{}", self.first, self.second)
    }
}

/// Images of one look in a section.
pub fn panels(
    (id, title, summary): (&str, &str, String),
    data: &Dataset,
    (map, low, high): (ColorMap, f32, f32),
    columns: u32,
    images: Vec<(String, Vec<f32>)>,
) -> Section {
    Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure: Figure::Images {
            height: data.height as u32,
            width: data.width as u32,
            columns,
            map,
            low,
            high,
            images: images.into_iter().map(|(caption, pixels)| Picture { caption, pixels, scale: None }).collect(),
        },
    }
}

/// The lines of a script that draw one pair: `X_pair`, `y_pair` of the digits `a` and `b`.
pub fn python(n_samples: u32, random_state: u32) -> String {
    format!(
        "    both = (y == a) | (y == b)\n    X_pair, y_pair = resample(\n        \
         X[both], y[both], n_samples=min({n_samples}, both.sum()), replace=False, random_state={random_state},\n        \
         stratify=y[both],\n    )\n"
    )
}

/// `[(4, 7), (0, 1)]`.
pub fn python_pairs(digits: &[u32]) -> String {
    let pairs: Vec<String> = digits.as_chunks::<2>().0.iter().map(|[a, b]| format!("({a}, {b})")).collect();
    format!("[{}]", pairs.join(", "))
}
