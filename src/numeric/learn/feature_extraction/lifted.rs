//! Every window of one image in turn: its bytes as 16-bit words, and their sum.

/// Pixels that are copied at once.
const ABREAST: usize = 8;

/// An image of which window after window is taken.
#[derive(Debug)]
pub(super) struct Lifted {
    width: usize,
    patch_size: (usize, usize),
    /// The image, and some zeros for the last copy's sake.
    pixels: Vec<i16>,
    /// Sums of all pixels above and to the left, one row and one column more than the image has. They wrap, but their
    /// differences are right.
    sums: Vec<u32>,
    /// The window taken last, and what the last copy brought beside it.
    window: Vec<i16>,
}

impl Lifted {
    /// Windows of `patch_size` (height, width) of an image `width` pixels wide.
    pub(super) fn new(image: &[u8], width: usize, patch_size: (usize, usize)) -> Self {
        let mut pixels: Vec<i16> = image.iter().map(|&byte| i16::from(byte)).collect();
        pixels.resize(image.len() + ABREAST, 0);
        let mut sums = vec![0u32; width + 1];
        for line in image.chunks_exact(width) {
            let above = sums.len() - width - 1;
            sums.push(0);
            let mut sum = 0u32;
            for (x, &byte) in line.iter().enumerate() {
                sum += u32::from(byte);
                sums.push(sum.wrapping_add(sums[above + x + 1]));
            }
        }
        let window = vec![0; patch_size.0 * patch_size.1 + 2 * ABREAST];
        Lifted { width, patch_size, pixels, sums, window }
    }

    /// Sum of the bytes of the window at `(row, column)`.
    #[inline(always)]
    pub(super) fn sum(&self, (row, column): (u32, u32)) -> u32 {
        let (height, width) = self.patch_size;
        let above = row as usize * (self.width + 1) + column as usize;
        let below = above + height * (self.width + 1);
        let [a, b, c, d] = [above, above + width, below, below + width].map(|at| self.sums[at]);
        d.wrapping_sub(c).wrapping_sub(b).wrapping_add(a)
    }

    /// The bytes of the window at `(row, column)` as words, row by row. What follows them means nothing.
    #[inline(always)]
    pub(super) fn window(&mut self, (row, column): (u32, u32)) -> &[i16] {
        let (height, width) = self.patch_size;
        let first = row as usize * self.width + column as usize;
        for line in 0..height {
            let (mut from, mut to) = (first + line * self.width, line * width);
            let end = to + width;
            // The next copy, or nobody, minds what is copied beyond the line.
            while to < end {
                self.window[to..to + ABREAST].copy_from_slice(&self.pixels[from..from + ABREAST]);
                (from, to) = (from + ABREAST, to + ABREAST);
            }
        }
        &self.window
    }
}

#[cfg(test)]
mod tests {
    use super::super::windows::copy_window;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_and_their_sums_are_those_of_the_bytes(
            image in prop::collection::vec(any::<u8>(), 20 * 19),
            (height, width) in (1usize..=20, 1usize..=19),
            place in any::<[prop::sample::Index; 2]>(),
        ) {
            let mut lifted = Lifted::new(&image, 19, (height, width));
            let mut bytes = vec![0; height * width];
            let last = (20 - height, 19 - width);
            for at in [(0, 0), last, (place[0].index(last.0 + 1), place[1].index(last.1 + 1))] {
                let at = (at.0 as u32, at.1 as u32);
                copy_window(&image, 19, at, (height, width), &mut bytes);
                let words: Vec<i16> = bytes.iter().map(|&byte| i16::from(byte)).collect();
                prop_assert_eq!(&lifted.window(at)[..words.len()], &words);
                prop_assert_eq!(lifted.sum(at), bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>());
            }
        }
    }
}
