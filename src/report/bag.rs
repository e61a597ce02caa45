//! One image read with a vocabulary, as data: everything that its picture needs.

use super::{Table, Value};
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
    /// The words, `(n_words, patch height * patch width)`.
    #[serde(with = "crate::bytes")]
    pub words: Vec<f32>,
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

    /// The same vocabulary's reading of another image of that size: grey levels from 0 to 255,
    /// `(height * width,)`. Of words that are equally near the lowest is taken.
    pub fn of(&self, pixels: Vec<f32>, title: &str) -> Self {
        let n = pixels.len().max(1) as f64;
        let (mut mean, mut spread) = (0.0, 1.0);
        // Words of raw grey levels are drawn from 0 on, those of scaled images from below.
        if self.low < 0.0 {
            mean = pixels.iter().map(|level| f64::from(*level)).sum::<f64>() / n;
            let square = |level: &f32| (f64::from(*level) - mean) * (f64::from(*level) - mean);
            let std = (pixels.iter().map(square).sum::<f64>() / n).sqrt();
            spread = if std > 0.0 { std } else { 1.0 };
        }
        let values: Vec<f64> = pixels.iter().map(|level| (f64::from(*level) - mean) / spread).collect();
        let words: Vec<f64> = self.words.iter().map(|value| f64::from(*value)).collect();
        let ((down, across), width) = (self.patch_size, self.image_size.1 as usize);
        let (rows, columns) = self.positions();
        let mut window = Vec::new();
        let mut nearest = |row: u32, column: u32| -> f32 {
            let first = row as usize * width + column as usize;
            window.clear();
            (0..down as usize).for_each(|r| window.extend_from_slice(&values[first + r * width..][..across as usize]));
            let far = |word: &[f64]| word.iter().zip(&window).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
            let all = words.chunks_exact(window.len()).map(far).enumerate();
            all.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |(word, _)| word as f32)
        };
        let reading = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let reading = reading.map(|(row, column)| nearest(row, column)).collect();
        Bag { title: title.into(), pixels, reading, ..self.clone() }
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
        let mut pixels = vec![0.0; 20];
        pixels[..10].fill(255.0);
        let read = raw.of(pixels.clone(), "drawn");
        // The upper windows are all ink; those with one row of ink and one of paper are nearer to ink by 55.
        assert_eq!(read.reading, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!((read.title.as_str(), &read.totals), ("drawn", &raw.totals));
        // Scaled images have values around 0, and adding a grey level to all of them changes nothing.
        let words = [[-1.0; 6], [1.0; 6]].concat();
        let scaled = Bag { words, low: -1.0, high: 3.0, ..bag() };
        let darker = pixels.iter().map(|level| level * 0.5 + 20.0).collect();
        assert_eq!(scaled.of(pixels, "").reading, scaled.of(darker, "").reading);
        assert_eq!(scaled.of(vec![7.0; 20], "").counts(usize::MAX), [9, 0]);
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
