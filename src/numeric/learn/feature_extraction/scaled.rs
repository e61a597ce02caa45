//! The grey levels of one image, less their mean and divided by their standard deviation.

/// What is done to the grey levels of each image before windows are taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchScaling {
    /// Nothing: grey levels 0 to 255.
    None,
    /// Less the mean of the image, divided by its standard deviation.
    Standard,
}

/// The values that an image's bytes stand for: `(byte - mean) / std`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    pub mean: f64,
    pub std: f64,
}

impl Levels {
    /// Those of an image. A constant image is only centred, as dividing would be by 0.
    pub fn of(image: &[u8], scaling: PatchScaling) -> Self {
        if scaling == PatchScaling::None {
            return Levels { mean: 0.0, std: 1.0 };
        }
        let n = image.len() as u64;
        let sum: u64 = image.iter().map(|&x| u64::from(x)).sum();
        let squares: u64 = image.iter().map(|&x| u64::from(x) * u64::from(x)).sum();
        // Whole numbers below 2^64 for images of up to 16 million pixels, so nothing cancels.
        let scatter = (n * squares - sum * sum) as f64;
        let std = scatter.sqrt() / n as f64;
        Levels { mean: sum as f64 / n as f64, std: if std > 0.0 { std } else { 1.0 } }
    }

    /// The value of a byte.
    #[inline(always)]
    pub fn value(&self, byte: u8) -> f64 {
        (f64::from(byte) - self.mean) / self.std
    }

    /// The values of bytes.
    #[inline(always)]
    pub fn values(&self, bytes: &[u8], out: &mut [f64]) {
        for (out, &byte) in out.iter_mut().zip(bytes) {
            *out = self.value(byte);
        }
    }
}

impl PatchScaling {
    /// At least every standard deviation that values are divided by.
    pub(super) fn greatest_std(self) -> f64 {
        match self {
            PatchScaling::None => 1.0,
            PatchScaling::Standard => 127.5,
        }
    }

    /// At least the squared length of every window of an image of `n_pixels`.
    pub(super) fn greatest_norm(self, n_pixels: usize) -> f64 {
        match self {
            PatchScaling::None => 65_025.0 * n_pixels as f64,
            // The squares of all values of an image sum to the number of its pixels.
            PatchScaling::Standard => 1.01 * n_pixels as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_image_is_centred_and_nothing_is_divided_by_zero() {
        for level in [0, 7, 255] {
            let levels = Levels::of(&[level; 49], PatchScaling::Standard);
            assert_eq!(levels.value(level), 0.0);
        }
        assert_eq!(Levels::of(&[3, 9], PatchScaling::None).value(9), 9.0);
    }

    #[test]
    fn values_have_mean_0_and_deviation_1() {
        let image: Vec<u8> = (0..=255).collect();
        let levels = Levels::of(&image, PatchScaling::Standard);
        let values: Vec<f64> = image.iter().map(|&x| levels.value(x)).collect();
        assert!(values.iter().sum::<f64>().abs() < 1e-12);
        assert!((values.iter().map(|v| v * v).sum::<f64>() / 256.0 - 1.0).abs() < 1e-14);
    }
}
