//! Bags of patches: each window of an image becomes the nearest word of a vocabulary,
//! and the image the counts of its words.

use super::filter::WordFilter;
use super::lifted::Lifted;
use super::scaled::{Levels, PatchScaling};
use super::windows::{check_patch_size, copy_window};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::kernels::squared_distance;

/// Words, and how images are read with them.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    words: Matrix,
    image_size: (usize, usize),
    patch_size: (usize, usize),
    scaling: PatchScaling,
    filter: WordFilter,
}

impl Vocabulary {
    /// `words`, shape `(n_words, height * width)` of `patch_size`, for images of `image_size`
    /// (height, width); `scaling` is what the images were given before the words were found.
    ///
    /// Errors: no words, words of another length or not finite, or a window that does not fit.
    pub fn new(
        words: Matrix,
        image_size: (usize, usize),
        patch_size: (usize, usize),
        scaling: PatchScaling,
    ) -> Result<Self> {
        check_patch_size(image_size, patch_size)?;
        let d = patch_size.0 * patch_size.1;
        if words.n_rows() == 0 || words.n_cols() != d {
            let got = format!("({}, {})", words.n_rows(), words.n_cols());
            return Err(Error::invalid("centroids", format!("of shape (n_words, {d}) with at least one word"), got));
        }
        if let Some(value) = words.as_slice().iter().find(|value| value.is_nan() || value.abs() > 1e100) {
            return Err(Error::invalid("centroids", "free of NaN, infinity and values beyond 1e100", value));
        }
        let filter = WordFilter::new(&words, scaling, image_size.0 * image_size.1);
        Ok(Vocabulary { words, image_size, patch_size, scaling, filter })
    }

    /// The words, shape `(n_words, height * width)`.
    pub fn words(&self) -> &Matrix {
        &self.words
    }

    /// Number of windows down and across.
    pub fn positions(&self) -> (usize, usize) {
        (self.image_size.0 - self.patch_size.0 + 1, self.image_size.1 - self.patch_size.1 + 1)
    }

    /// The nearest word of every window of an image in reading order, of equals the
    /// lowest, `(rows * columns,)` of [`positions`](Self::positions).
    ///
    /// Errors: an image of another size.
    pub fn read(&self, image: &[u8]) -> Result<Vec<u32>> {
        let n_pixels = self.image_size.0 * self.image_size.1;
        if image.len() != n_pixels {
            return Err(Error::invalid("image", format!("of {n_pixels} bytes"), image.len()));
        }
        let (rows, columns) = self.positions();
        let mut reading = Reading::new(self, image);
        let positions = (0..rows as u32).flat_map(|row| (0..columns as u32).map(move |column| (row, column)));
        Ok(positions.map(|position| reading.word(position)).collect())
    }

    /// As [`read`](Self::read): number, word and squared distance of every window.
    ///
    /// Errors: an image of another size.
    pub fn read_with_distances(&self, image: &[u8]) -> Result<Vec<(usize, u32, f64)>> {
        let words = self.read(image)?;
        let mut reading = Reading::new(self, image);
        let columns = self.positions().1;
        let with = words.into_iter().enumerate().map(|(window, word)| {
            let position = ((window / columns) as u32, (window % columns) as u32);
            (window, word, reading.squared_distance(position, word as usize))
        });
        Ok(with.collect())
    }

    /// How often each word occurs in each image, shape `(n_images, n_words)` row by row:
    /// the notebook's `bagofpatches`.
    ///
    /// Errors: an image of another size.
    pub fn bags<'a>(&self, images: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u32>> {
        let mut bags = Vec::new();
        for image in images {
            let from = bags.len();
            bags.resize(from + self.words.n_rows(), 0);
            self.read(image)?.into_iter().for_each(|word| bags[from + word as usize] += 1);
        }
        Ok(bags)
    }

    /// Squared distance of the window at `position` of `image` to a word.
    ///
    /// Panics if there is no such window or word.
    pub fn squared_distance(&self, image: &[u8], position: (u32, u32), word: usize) -> f64 {
        Reading::new(self, image).squared_distance(position, word)
    }
}

/// One image being read.
struct Reading<'a> {
    vocabulary: &'a Vocabulary,
    image: &'a [u8],
    lifted: Lifted,
    levels: Levels,
    offsets: Vec<i32>,
    bytes: Vec<u8>,
    scores: Vec<i32>,
    values: Vec<f64>,
    /// The word of windows without ink, which are most windows.
    blank: Option<u32>,
}

impl<'a> Reading<'a> {
    fn new(vocabulary: &'a Vocabulary, image: &'a [u8]) -> Self {
        let levels = Levels::of(image, vocabulary.scaling);
        let (d, stride) = (vocabulary.words.n_cols(), vocabulary.filter.stride());
        let mut offsets = vec![0; stride];
        vocabulary.filter.offsets(&levels, &mut offsets);
        let lifted = Lifted::new(image, vocabulary.image_size.1, vocabulary.patch_size);
        let (bytes, scores, values) = (vec![0; d], vec![0; stride], vec![0.0; d]);
        Reading { vocabulary, image, lifted, levels, offsets, bytes, scores, values, blank: None }
    }

    fn word(&mut self, position: (u32, u32)) -> u32 {
        let sum = self.lifted.sum(position);
        if let (0, Some(word)) = (sum, self.blank) {
            return word;
        }
        let Vocabulary { image_size, patch_size, filter, words, .. } = self.vocabulary;
        filter.scores(self.lifted.window(position), &self.offsets, &mut self.scores);
        let found = WordFilter::least(&self.scores);
        let mut word = found.least;
        let limit = found.score + WordFilter::margin(sum);
        if found.second <= limit {
            copy_window(self.image, image_size.1, position, *patch_size, &mut self.bytes);
            let mut least = f64::INFINITY;
            for j in (0..words.n_rows()).filter(|&j| self.scores[j] <= limit) {
                let squared = squared_distance_of(&self.levels, &self.bytes, words.row(j), &mut self.values);
                if squared < least {
                    (word, least) = (j, squared);
                }
            }
        }
        if sum == 0 {
            self.blank = Some(word as u32);
        }
        word as u32
    }

    fn squared_distance(&mut self, position: (u32, u32), word: usize) -> f64 {
        let Vocabulary { image_size, patch_size, .. } = self.vocabulary;
        copy_window(self.image, image_size.1, position, *patch_size, &mut self.bytes);
        squared_distance_of(&self.levels, &self.bytes, self.vocabulary.words.row(word), &mut self.values)
    }
}

fn squared_distance_of(levels: &Levels, bytes: &[u8], word: &[f64], values: &mut [f64]) -> f64 {
    levels.values(bytes, values);
    squared_distance(values, word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Words at random, some of them twice, some equal to a window of the image.
    fn vocabulary(values: &[f64], k: usize, side: usize, scaling: PatchScaling, image: &[u8]) -> Vocabulary {
        let d = side * side;
        let mut words = Matrix::from_vec(values[..k * d].to_vec(), k, d).unwrap();
        let scale = if scaling == PatchScaling::None { 40.0 } else { 1.0 };
        let levels = Levels::of(image, scaling);
        let mut bytes = vec![0; d];
        for j in 0..k {
            match j % 4 {
                0 => words.row_mut(j).iter_mut().for_each(|value| *value *= scale),
                1 => {
                    let first = words.row(0).to_vec();
                    words.row_mut(j).copy_from_slice(&first);
                }
                _ => {
                    copy_window(image, 8, ((j % 3) as u32, (j % 2) as u32), (side, side), &mut bytes);
                    levels.values(&bytes, words.row_mut(j));
                }
            }
        }
        Vocabulary::new(words, (9, 8), (side, side), scaling).unwrap()
    }

    proptest! {
        #[test]
        fn every_window_gets_the_word_of_the_slow_search(
            image in prop::collection::vec(prop_oneof![Just(0u8), Just(255), any::<u8>()], 72),
            values in prop::collection::vec(-3.0..3.0, 20 * 25),
            (k, side) in (1usize..20, 1usize..6),
            scaling in prop_oneof![Just(PatchScaling::None), Just(PatchScaling::Standard)],
        ) {
            let vocabulary = vocabulary(&values, k, side, scaling, &image);
            let words = vocabulary.read(&image).unwrap();
            let (rows, columns) = vocabulary.positions();
            prop_assert_eq!(words.len(), rows * columns);
            for (i, &word) in words.iter().enumerate() {
                let at = ((i / columns) as u32, (i % columns) as u32);
                let distance = |j: usize| vocabulary.squared_distance(&image, at, j);
                let slow = (0..k).fold(0, |least, j| if distance(j) < distance(least) { j } else { least });
                prop_assert_eq!(word as usize, slow);
            }
            let bag = vocabulary.bags([image.as_slice(), &image]).unwrap();
            prop_assert_eq!(bag[..k].iter().sum::<u32>() as usize, rows * columns);
            prop_assert_eq!(&bag[..k], &bag[k..]);
            prop_assert!((0..k).all(|j| bag[j] as usize == words.iter().filter(|&&word| word as usize == j).count()));
        }

        #[test]
        fn a_constant_grey_added_changes_no_bag(
            image in prop::collection::vec(0u8..128, 72),
            values in prop::collection::vec(-3.0..3.0, 20 * 25),
            (k, side, grey) in (1usize..20, 1usize..6, 1u8..128),
        ) {
            let scaling = PatchScaling::Standard;
            let vocabulary = vocabulary(&values, k, side, scaling, &image);
            let lighter: Vec<u8> = image.iter().map(|x| x + grey).collect();
            let (before, after) = (vocabulary.read(&image).unwrap(), vocabulary.read(&lighter).unwrap());
            // The means are rounded, so only a window between two words may change.
            for (i, (a, b)) in before.iter().zip(&after).enumerate().filter(|(_, (a, b))| a != b) {
                let at = ((i / vocabulary.positions().1) as u32, (i % vocabulary.positions().1) as u32);
                let distance = |word: &u32| vocabulary.squared_distance(&image, at, *word as usize);
                prop_assert!((distance(a) - distance(b)).abs() <= 1e-12 * (1.0 + distance(a)), "{} {}", a, b);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let new = |words, patch_size| Vocabulary::new(words, (5, 5), patch_size, PatchScaling::Standard);
        assert!(new(Matrix::zeros(0, 9), (3, 3)).unwrap_err().to_string().contains("at least one word"));
        assert!(new(Matrix::zeros(2, 8), (3, 3)).unwrap_err().to_string().contains("(n_words, 9)"));
        assert!(new(Matrix::zeros(2, 36), (6, 6)).unwrap_err().to_string().contains("height of the image, 5"));
        let nan = Matrix::from_vec(vec![f64::NAN; 9], 1, 9).unwrap();
        assert!(new(nan, (3, 3)).unwrap_err().to_string().contains("free of NaN"));
        let vocabulary = new(Matrix::zeros(2, 9), (3, 3)).unwrap();
        assert!(vocabulary.read(&[0; 24]).unwrap_err().to_string().contains("25 bytes"));
        assert_eq!(vocabulary.bags([[7u8; 25].as_slice()]).unwrap(), [9, 0]);
    }
}
