//! The images: built-in data sets in checked shards, and files that a visitor opens.
//!
//! * [`catalog`]: what is built in, with sizes, checksums, licence and citation.
//! * [`shard`]: the files of a built-in data set, checked and put together.
//! * [`public`]: what others have published, and the page fetches only when asked to.
//! * [`opened`]: files of a visitor, put together; [`kind`]: what a file is.
//! * [`idx`]: MNIST's own format, plain or gzip.
//! * [`gunzip`]: decompression that cannot be made to fill the memory.
//! * `inked`: the order in which a shard holds its images.
//! * `nearest`: the image that looks most like another one.
//! * [`disk`]: the built-in data sets from a folder, outside a browser.
//!
//! Every byte that comes in is taken as hostile: each length is checked before it
//! is believed, and a refusal names the file, the place and the remedy.

pub mod catalog;
#[cfg(not(target_arch = "wasm32"))]
pub mod disk;
pub mod gunzip;
pub mod idx;
mod inked;
pub mod kind;
mod nearest;
pub mod opened;
pub mod public;
pub mod shard;

use crate::error::{Error, Result};
use sha2::{Digest, Sha256};

/// Most classes a data set may have: its images are digits.
pub const MAX_CLASSES: usize = 10;

/// Grey-level images with a label each, in a fixed order.
#[derive(Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Name in links (`data=…`); `own-` and the beginning of the checksum for what a visitor opened.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Grey levels, 0 = paper and 255 = ink, `(n, height, width)` row by row.
    pub images: Vec<u8>,
    /// Class of each image, below `class_names.len()`, `(n,)`.
    pub labels: Vec<u8>,
    /// Number of images.
    pub n: usize,
    /// How many of them, the last, came as the test file beside a training file; 0 if they came as one.
    pub n_test: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// What the classes are called, `(n_classes,)`.
    pub class_names: Vec<String>,
    /// SHA-256 in hexadecimal of all labels followed by all images.
    pub sha256: String,
}

impl Dataset {
    /// A data set from `images` `(n, height, width)` and `labels` `(n,)`, with its checksum.
    ///
    /// # Errors
    /// [`Error::Data`] if there are no images, an image has no pixels, the lengths do not
    /// agree, or a label is not below `class_names.len()`; `title` names the source in it.
    pub fn new(
        id: &str,
        title: &str,
        images: Vec<u8>,
        labels: Vec<u8>,
        (height, width): (usize, usize),
        class_names: Vec<String>,
    ) -> Result<Self> {
        let sha256 = content_sha256(&labels, &images);
        Self::with_checksum(id, title, images, labels, (height, width), class_names, sha256)
    }

    /// As [`Dataset::new`], for content whose checksum is known: hashing 10,000 images
    /// again would block a page for longer than a frame.
    pub(crate) fn with_checksum(
        id: &str,
        title: &str,
        images: Vec<u8>,
        labels: Vec<u8>,
        (height, width): (usize, usize),
        class_names: Vec<String>,
        sha256: String,
    ) -> Result<Self> {
        let n = labels.len();
        if n == 0 || height == 0 || width == 0 {
            return Err(Error::Data(format!(
                "{title}: {n} images of {height} × {width} pixels. Choose a file with at least one image of at least one pixel."
            )));
        }
        let expected = height.checked_mul(width).and_then(|pixels| pixels.checked_mul(n));
        if expected != Some(images.len()) {
            return Err(Error::Data(format!(
                "{title}: {n} labels and images of {height} × {width} pixels do not fit {} bytes of images. \
                 Choose images and labels of the same data set.",
                images.len()
            )));
        }
        if class_names.is_empty() || class_names.len() > MAX_CLASSES {
            return Err(Error::Data(format!(
                "{title}: {} classes. Choose a data set with 1 to {MAX_CLASSES} classes.",
                class_names.len()
            )));
        }
        if let Some(i) = labels.iter().position(|&label| usize::from(label) >= class_names.len()) {
            return Err(Error::Data(format!(
                "{title}: label {} of image {i} is not one of 0 to {}. Choose a file of digit labels.",
                labels[i],
                class_names.len() - 1
            )));
        }
        let (id, title) = (id.to_owned(), title.to_owned());
        Ok(Self { id, title, images, labels, n, n_test: 0, height, width, class_names, sha256 })
    }

    /// Pixels of an image: scikit-learn's `n_features` of whole-image experiments.
    pub fn n_features(&self) -> usize {
        self.height * self.width
    }

    /// Number of classes, including any that no image has.
    pub fn n_classes(&self) -> usize {
        self.class_names.len()
    }

    /// Whether it has the form of "MNIST original", whatever its bytes: 70,000 images of 28 × 28 in ten classes, sorted
    /// by label (a training and a test part each for itself).
    pub fn is_like_mnist(&self) -> bool {
        let mut of_class = [0_u32; 256];
        self.labels.iter().for_each(|label| of_class[usize::from(*label)] += 1);
        let falls = self.labels.windows(2).filter(|pair| pair[1] < pair[0]).count();
        let classes = of_class.iter().filter(|n| **n > 0).count();
        (self.n, self.height, self.width) == (70_000, 28, 28) && classes == 10 && falls <= 1
    }

    /// Pixels of image `i` (below `n`), `(height * width,)`.
    pub fn image(&self, i: usize) -> &[u8] {
        let pixels = self.n_features();
        &self.images[i * pixels..(i + 1) * pixels]
    }

    /// The images at `indices`, in that order and as often as they are named: NumPy's `X[indices]`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `indices` is empty, has one that is not below `n`,
    /// or asks for more bytes than can be addressed.
    pub fn select(&self, indices: &[usize]) -> Result<Self> {
        if let Some(&i) = indices.iter().find(|&&i| i >= self.n) {
            return Err(Error::invalid("indices", format!("below n = {}", self.n), i));
        }
        if indices.is_empty() {
            return Err(Error::invalid("indices", "at least one index", "none"));
        }
        let bytes = indices.len().checked_mul(self.n_features());
        let bytes = bytes.ok_or_else(|| Error::invalid("indices", "few enough to be addressed", indices.len()))?;
        let mut images = Vec::with_capacity(bytes);
        for &i in indices {
            images.extend_from_slice(self.image(i));
        }
        let labels = indices.iter().map(|&i| self.labels[i]).collect();
        Self::new(&self.id, &self.title, images, labels, (self.height, self.width), self.class_names.clone())
    }

    /// Sorted by label, images of one class in the order they had: NumPy's `argsort(kind="stable")`.
    /// The old "MNIST original" is the training set in this order, then the test set in this order.
    pub fn sorted_by_label(&self) -> Self {
        let mut order: Vec<usize> = (0..self.n).collect();
        order.sort_by_key(|&i| self.labels[i]);
        let mut images = Vec::with_capacity(self.images.len());
        for &i in &order {
            images.extend_from_slice(self.image(i));
        }
        let labels: Vec<u8> = order.iter().map(|&i| self.labels[i]).collect();
        let sha256 = content_sha256(&labels, &images);
        Self { images, labels, sha256, n_test: 0, ..self.without_content() }
    }

    /// `self`, then `other`: scikit-learn users' `np.concatenate([train, test])`.
    /// The name is that of `self`, the classes are those of whichever has more; `other` is the test file.
    ///
    /// # Errors
    /// [`Error::Data`] if their images differ in shape.
    pub fn concatenate(&self, other: &Self) -> Result<Self> {
        let shape = (self.height, self.width);
        if shape != (other.height, other.width) {
            return Err(Error::Data(format!(
                "{}: images of {} × {} pixels cannot follow {}'s of {} × {}. Choose files of one shape.",
                other.title, other.height, other.width, self.title, self.height, self.width
            )));
        }
        let images = [self.images.as_slice(), &other.images].concat();
        let labels = [self.labels.as_slice(), &other.labels].concat();
        let more = if other.n_classes() > self.n_classes() { other } else { self };
        let both = Self::new(&self.id, &self.title, images, labels, shape, more.class_names.clone())?;
        Ok(Self { n_test: other.n, ..both })
    }

    /// Everything but images, labels and checksum.
    fn without_content(&self) -> Self {
        Self {
            id: self.id.clone(),
            title: self.title.clone(),
            class_names: self.class_names.clone(),
            images: Vec::new(),
            labels: Vec::new(),
            sha256: String::new(),
            ..*self
        }
    }
}

/// Written without the images, which would fill a log.
impl std::fmt::Debug for Dataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, title, n, height, width, sha256, .. } = self;
        write!(f, "Dataset {{ {id:?}, {title:?}, {n} × {height} × {width}, sha256 {sha256} }}")
    }
}

/// SHA-256 in hexadecimal of `labels` followed by `images`.
pub fn content_sha256(labels: &[u8], images: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(labels);
    hasher.update(images);
    hex(&hasher.finalize())
}

/// SHA-256 of `bytes` in hexadecimal, as `sha256sum` prints it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    digest.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// Names of the classes 0 to `n_classes` - 1 when the classes are digits.
pub fn digit_names(n_classes: usize) -> Vec<String> {
    (0..n_classes).map(|digit| digit.to_string()).collect()
}
