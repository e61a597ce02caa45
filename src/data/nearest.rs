//! The image that looks most like another one.

use super::Dataset;
use crate::learn::kernels::dot_bytes;

/// Pixels that the kernel takes at once.
const LANES: usize = 16;

impl Dataset {
    /// The image nearest to image `i` by the grey levels of all pixels, itself not counted, and its Euclidean distance.
    /// Of equals the first; `None` of a single image, or of one that is not there.
    pub fn nearest(&self, i: usize) -> Option<(usize, f64)> {
        if i >= self.n {
            return None;
        }
        let own = self.image(i);
        let whole = own.len() / LANES * LANES;
        let dot = |a: &[u8], b: &[u8]| {
            let rest = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum::<i64>();
            dot_bytes(&a[..whole], [&b[..whole]])[0] + rest
        };
        let norm = dot(own, own);
        let square = |j: usize| {
            let other = self.image(j);
            norm + dot(other, other) - 2 * dot(own, other)
        };
        let (square, j) = (0..self.n).filter(|j| *j != i).map(|j| (square(j), j)).min()?;
        Some((j, (square as f64).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_image_is_that_of_a_slow_search() {
        let mut state = 7u32;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        // 5 × 7 is no multiple of what the kernel takes; 4 × 4 is.
        for (height, width) in [(5, 7), (4, 4), (1, 3)] {
            let images: Vec<u8> = (0..30 * height * width).map(|_| byte()).collect();
            let data = Dataset::new("t", "t", images, vec![0; 30], (height, width), vec!["0".into()]).unwrap();
            for i in 0..30 {
                let far = |j: usize| {
                    let pairs = data.image(i).iter().zip(data.image(j));
                    pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
                };
                let slow = (0..30).filter(|j| *j != i).min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap();
                assert_eq!(data.nearest(i), Some((slow, far(slow))), "{height} × {width}, image {i}");
            }
            assert_eq!(data.nearest(30), None);
        }
        let one = Dataset::new("t", "t", vec![1; 4], vec![0], (2, 2), vec!["0".into()]).unwrap();
        assert_eq!(one.nearest(0), None);
    }
}
