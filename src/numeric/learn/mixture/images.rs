//! Binary images: which pixels of each are on, and which are not known.

use crate::error::{Error, Result};

/// Images of on and off pixels, shape `(n_samples, n_features)`, kept as the list
/// of the on pixels of each, and optionally with pixels that are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryImages {
    n_samples: usize,
    n_features: usize,
    /// On and observed pixels of all images, ascending within each.
    on: Vec<u16>,
    /// Where each image begins in `on`; one more entry than images.
    starts: Vec<u32>,
    /// 1 where a pixel is missing, row-major; empty if none is.
    missing: Vec<u8>,
}

impl BinaryImages {
    /// Binarises grey images, row-major of shape `(n_samples, n_features)`: the
    /// images `rows`, each pixel on if it is above `threshold`.
    ///
    /// Errors: no rows, a row that is not there, no pixels, or more than 65,536.
    pub fn from_grey(grey: &[u8], n_features: usize, rows: &[u32], threshold: u8) -> Result<Self> {
        check_shape(rows.len(), n_features)?;
        let n = grey.len() / n_features;
        if let Some(row) = rows.iter().find(|row| **row as usize >= n) {
            return Err(Error::invalid("rows", format!("image numbers below {n}"), row));
        }
        let row_of = |row: &u32| &grey[*row as usize * n_features..][..n_features];
        Ok(Self::collect(rows.iter().map(|row| row_of(row).iter().map(|grey| *grey > threshold)), n_features))
    }

    /// From bits, row-major of shape `(n_samples, n_features)`, on where not 0;
    /// `missing`, if not empty, has the same shape and is 1 where a pixel is not known.
    ///
    /// Errors: no images, no pixels or more than 65,536, or lengths that do not fit.
    pub fn from_bits(bits: &[u8], missing: &[u8], n_features: usize) -> Result<Self> {
        let n_samples = bits.len().checked_div(n_features).unwrap_or(0);
        check_shape(n_samples, n_features)?;
        if bits.len() != n_samples * n_features {
            let must_be = format!("a whole number of images of {n_features} pixels");
            return Err(Error::invalid("bits", must_be, format!("{} pixels", bits.len())));
        }
        if !missing.is_empty() && missing.len() != bits.len() {
            let must_be = format!("as long as the images ({} pixels)", bits.len());
            return Err(Error::invalid("missing", must_be, format!("{} pixels", missing.len())));
        }
        let known = |at: usize| missing.is_empty() || missing[at] == 0;
        let rows = (0..n_samples).map(|i| (i * n_features..(i + 1) * n_features).map(|at| bits[at] != 0 && known(at)));
        let mut images = Self::collect(rows, n_features);
        if missing.iter().any(|m| *m != 0) {
            images.missing = missing.iter().map(|m| u8::from(*m != 0)).collect();
        }
        Ok(images)
    }

    fn collect(rows: impl Iterator<Item = impl Iterator<Item = bool>>, n_features: usize) -> Self {
        let (mut on, mut starts) = (Vec::new(), vec![0]);
        for row in rows {
            on.extend(row.enumerate().filter(|(_, bit)| *bit).map(|(d, _)| d as u16));
            starts.push(on.len() as u32);
        }
        BinaryImages { n_samples: starts.len() - 1, n_features, on, starts, missing: Vec::new() }
    }

    /// Number of images.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// Number of pixels of each.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of on pixels in all of them.
    pub fn n_on(&self) -> usize {
        self.on.len()
    }

    /// The on pixels of image `i`, ascending. Panics if `i >= n_samples`.
    pub fn on(&self, i: usize) -> &[u16] {
        &self.on[self.starts[i] as usize..self.starts[i + 1] as usize]
    }

    /// Whether any pixel of any image is missing.
    pub fn has_missing(&self) -> bool {
        !self.missing.is_empty()
    }

    /// For each pixel of image `i` 1 if it is missing; empty if none of any image is.
    pub fn missing(&self, i: usize) -> &[u8] {
        if self.missing.is_empty() { &[] } else { &self.missing[i * self.n_features..(i + 1) * self.n_features] }
    }

    /// Writes image `i` as a 1 for each pixel that is on and a 0 for each other.
    pub fn spread(&self, i: usize, row: &mut [u8]) {
        row.fill(0);
        for d in self.on(i) {
            row[usize::from(*d)] = 1;
        }
    }
}

fn check_shape(n_samples: usize, n_features: usize) -> Result<()> {
    if n_samples == 0 {
        return Err(Error::Data("No image is left: choose digits that the data set has.".into()));
    }
    if n_features == 0 || n_features > 1 << 16 {
        return Err(Error::invalid("n_features", "from 1 to 65536 pixels an image", n_features));
    }
    if n_samples.checked_mul(n_features).is_none_or(|pixels| pixels >= 1 << 31) {
        let got = format!("{n_samples} images of {n_features} pixels");
        return Err(Error::Data(format!("These are too many pixels for one mixture: {got}.")));
    }
    Ok(())
}
