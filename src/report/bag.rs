//! One image read with a vocabulary, as data: everything that its picture needs.

use super::{Table, Value};
use crate::error::Result;
use crate::learn::Matrix;
use crate::learn::feature_extraction::{PatchScaling, Vocabulary};
use serde::{Deserialize, Serialize};

/// An image, the words of its windows, and what is known of each word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bag {
    /// What the image is.
    pub title: String,
    /// Height and width of the image.
    pub image_size: (u32, u32),
    /// Height and width of a window.
    pub patch_size: (u32, u32),
    /// Grey levels of the image, `(height * width,)`.
    #[serde(with = "crate::bytes")]
    pub pixels: Vec<f32>,
    /// The words, `(n_words, patch height * patch width)`: every bit, so that another image is read as the run reads.
    #[serde(with = "crate::bytes::doubles")]
    pub words: Vec<f64>,
    /// The value of a word drawn as paper.
    pub low: f32,
    /// The value of a word drawn as ink.
    pub high: f32,
    /// The word of each window in reading order, `(n_windows,)`.
    #[serde(with = "crate::bytes")]
    pub reading: Vec<f32>,
    /// How often each word occurs in all images, `(n_words,)`.
    pub totals: Vec<u64>,
    /// Where in images each word occurs, `(n_words, n_windows)`: 0 to 255, relative to its most frequent place.
    #[serde(with = "crate::bytes")]
    pub places: Vec<f32>,
    /// How often each word occurs at its most frequent place, `(n_words,)`.
    pub most: Vec<u64>,
    /// For each word the windows nearest to it: number of the image, row and column of the
    /// upper left pixel, class.
    pub nearest: Vec<Vec<Near>>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// The grey levels of those windows, one after the other.
    #[serde(with = "crate::bytes")]
    pub near_pixels: Vec<f32>,
}

/// A window near to a word: number of its image, its row and column there, and the class
/// of the image, an index of [`Bag::classes`].
pub type Near = (u32, u32, u32, u8);

impl Bag {
    /// Number of windows down and across.
    pub fn positions(&self) -> (u32, u32) {
        (self.image_size.0 + 1 - self.patch_size.0, self.image_size.1 + 1 - self.patch_size.1)
    }

    /// Number of words.
    pub fn n_words(&self) -> usize {
        self.totals.len()
    }

    /// The words as the run read images with them.
    ///
    /// Errors: words that are none, or windows that do not fit.
    pub fn vocabulary(&self) -> Result<Vocabulary> {
        let size = |(height, width): (u32, u32)| (height as usize, width as usize);
        let words = Matrix::from_vec(self.words.clone(), self.n_words(), self.words.len() / self.n_words().max(1))?;
        // Words of raw grey levels are drawn from 0 on, those of scaled images from below.
        let scaling = if self.low < 0.0 { PatchScaling::Standard } else { PatchScaling::None };
        Vocabulary::new(words, size(self.image_size), size(self.patch_size), scaling)
    }

    /// The reading of another image of that size with [`vocabulary`](Self::vocabulary).
    ///
    /// Errors: an image of another size.
    pub fn of(&self, vocabulary: &Vocabulary, pixels: &[u8], title: &str) -> Result<Self> {
        let reading = vocabulary.read(pixels)?.into_iter().map(|word| word as f32).collect();
        let pixels = pixels.iter().map(|level| f32::from(*level)).collect();
        Ok(Bag { title: title.into(), pixels, reading, ..self.clone() })
    }

    /// What the image became, in words.
    pub fn summary(&self) -> String {
        let counts = self.counts(usize::MAX);
        let used = counts.iter().filter(|count| **count > 0).count();
        let most = (0..counts.len()).fold(0, |most, word| if counts[word] > counts[most] { word } else { most });
        format!(
            "{}: its {} windows of {} by {} pixels are {used} of {} words; word {most} stands for {} of them.",
            self.title,
            self.reading.len(),
            self.patch_size.0,
            self.patch_size.1,
            counts.len(),
            counts.get(most).copied().unwrap_or(0)
        )
    }

    /// How often each word is among the first `n_windows` windows, `(n_words,)`.
    pub fn counts(&self, n_windows: usize) -> Vec<u64> {
        let mut counts = vec![0; self.n_words()];
        for word in self.reading.iter().take(n_windows) {
            if let Some(count) = counts.get_mut(*word as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// For each pixel how often windows of `word` cover it, relative to the most covered
    /// pixel, `(height * width,)` from 0 to 1.
    pub fn cover(&self, word: usize) -> Vec<f32> {
        let (height, width) = (self.image_size.0 as usize, self.image_size.1 as usize);
        let (rows, columns) = (self.positions().0 as usize, self.positions().1 as usize);
        let mut cover = vec![0f32; height * width];
        let places = self.places.get(word * rows * columns..(word + 1) * rows * columns).unwrap_or_default();
        for (i, place) in places.iter().enumerate().filter(|(_, place)| **place > 0.0) {
            for r in 0..self.patch_size.0 as usize {
                let first = (i / columns + r) * width + i % columns;
                cover[first..first + self.patch_size.1 as usize].iter_mut().for_each(|pixel| *pixel += place);
            }
        }
        let most = cover.iter().copied().fold(0.0, f32::max);
        if most > 0.0 {
            cover.iter_mut().for_each(|pixel| *pixel /= most);
        }
        cover
    }

    /// The windows that cover the pixel at row `r`, column `c`, by number.
    pub fn covering(&self, r: u32, c: u32) -> Vec<usize> {
        let (rows, columns) = self.positions();
        let lines = (r + 1).saturating_sub(self.patch_size.0)..=r.min(rows.saturating_sub(1));
        let line = |row: u32| {
            ((c + 1).saturating_sub(self.patch_size.1)..=c.min(columns.saturating_sub(1)))
                .map(move |column| (row * columns + column) as usize)
        };
        lines.flat_map(line).collect()
    }

    /// The histogram, and how frequent the words are elsewhere.
    pub fn table(&self) -> Table {
        let columns = ["word", "in this image", "in all images"].map(String::from).to_vec();
        let rows = self
            .counts(usize::MAX)
            .into_iter()
            .zip(&self.totals)
            .enumerate()
            .map(|(word, (count, total))| [word as u64, count, *total].map(|n| Value::Int(n as i64)).to_vec());
        Table { columns, rows: rows.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag() -> Bag {
        Bag {
            title: String::new(),
            image_size: (4, 5),
            patch_size: (2, 3),
            pixels: vec![0.0; 20],
            words: vec![0.0; 12],
            low: 0.0,
            high: 1.0,
            reading: vec![1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
            totals: vec![2, 7],
            places: [[0.0, 255.0, 0.0, 0.0, 0.0, 51.0, 0.0, 0.0, 0.0], [255.0; 9]].concat(),
            most: vec![1, 1],
            nearest: vec![Vec::new(); 2],
            classes: Vec::new(),
            near_pixels: Vec::new(),
        }
    }

    #[test]
    fn another_image_is_read_with_the_same_words() {
        // A word of paper and one of ink, each drawn from 0 on: grey levels as they are.
        let words = [[0.0; 6], [200.0; 6]].concat();
        let raw = Bag { words: words.clone(), low: 0.0, high: 255.0, ..bag() };
        let mut pixels = vec![0; 20];
        pixels[..10].fill(255);
        let read = |bag: &Bag, pixels: &[u8], title: &str| bag.of(&bag.vocabulary().unwrap(), pixels, title).unwrap();
        let drawn = read(&raw, &pixels, "What is drawn");
        // The upper windows are all ink; those with one row of ink and one of paper are nearer to ink by 55.
        assert_eq!(drawn.reading, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(drawn.totals, raw.totals);
        let summary = "What is drawn: its 9 windows of 2 by 3 pixels are 2 of 2 words; word 1 stands for 6 of them.";
        assert_eq!(drawn.summary(), summary);
        // Scaled images have values around 0, and adding a grey level to all of them changes nothing.
        let words = [[-1.0; 6], [1.0; 6]].concat();
        let scaled = Bag { words, low: -1.0, high: 3.0, ..bag() };
        let darker: Vec<u8> = pixels.iter().map(|level| level / 3 + 20).collect();
        assert_eq!(read(&scaled, &pixels, "").reading, read(&scaled, &darker, "").reading);
        assert_eq!(read(&scaled, &[7; 20], "").counts(usize::MAX), [9, 0]);
        let message = scaled.of(&scaled.vocabulary().unwrap(), &pixels[1..], "").unwrap_err().to_string();
        assert!(message.contains("20 bytes"), "{message}");
    }

    #[test]
    fn counts_grow_to_the_number_of_windows() {
        assert_eq!(bag().positions(), (3, 3));
        assert_eq!(bag().counts(3), [1, 2]);
        assert_eq!(bag().counts(usize::MAX), [2, 7]);
    }

    #[test]
    fn a_window_covers_its_pixels() {
        let cover = bag().cover(0);
        // The first window weighs 255, the second 51; where both lie is the most.
        let expected = [0, 255, 255, 255, 0, 0, 255, 306, 306, 51, 0, 0, 51, 51, 51, 0, 0, 0, 0, 0];
        assert_eq!(cover, expected.map(|weight| weight as f32 / 306.0));
        assert_eq!(bag().cover(9), vec![0.0; 20]);
    }

    #[test]
    fn a_pixel_is_covered_by_as_many_windows_as_fit() {
        assert_eq!(bag().covering(0, 0), [0]);
        assert_eq!(bag().covering(1, 2), [0, 1, 2, 3, 4, 5]);
        assert_eq!(bag().covering(3, 4), [8]);
        let pixels = (0..4).flat_map(|r| (0..5).map(move |c| bag().covering(r, c).len()));
        assert_eq!(pixels.sum::<usize>(), 9 * 6);
    }
}
