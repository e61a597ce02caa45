//! Pixels that somebody painted, as text for links and storage, and how well they meet a mask.

/// Which pixels are painted, `(n_features,)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painted(pub Vec<bool>);

/// How painted pixels and those of a mask meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Painted pixels.
    pub painted: usize,
    /// Pixels of the mask.
    pub mask: usize,
    /// Pixels of both.
    pub both: usize,
}

impl Painted {
    /// A `p`, then four pixels in a digit of base 16, the first one worth most; zeros at the end are left out.
    pub fn text(&self) -> String {
        let digit = |four: &[bool]| {
            let value = four.iter().enumerate().map(|(i, on)| u32::from(*on) << (3 - i)).sum();
            char::from_digit(value, 16).unwrap_or('0')
        };
        let text: String = self.0.chunks(4).map(digit).collect();
        format!("p{}", text.trim_end_matches('0'))
    }

    /// Reads what [`text`](Self::text) wrote for `n` pixels; `None` if it is no such text, or nothing is painted.
    pub fn read(text: &str, n: usize) -> Option<Self> {
        let text = text.strip_prefix('p').filter(|text| text.len() <= n.div_ceil(4))?;
        let mut pixels = Vec::with_capacity(n + 3);
        for digit in text.chars() {
            // Other spellings of a digit are not ours.
            let value = digit.to_digit(16).filter(|_| !digit.is_ascii_uppercase())?;
            pixels.extend((0..4).map(|i| value >> (3 - i) & 1 == 1));
        }
        let beyond = pixels.iter().skip(n).any(|on| *on);
        pixels.resize(n, false);
        (!beyond && pixels.contains(&true)).then_some(Painted(pixels))
    }

    /// Paints squares of `size` pixels along the way between two pixels of lines of `width`, or takes paint away.
    pub fn stroke(&mut self, width: usize, (from, to): (usize, usize), size: usize, on: bool) {
        let place = |at: usize| ((at / width) as f64, (at % width) as f64);
        let ((r0, c0), (r1, c1)) = (place(from), place(to));
        let steps = (r1 - r0).abs().max((c1 - c0).abs()).max(1.0);
        for step in 0..=steps as usize {
            let t = step as f64 / steps;
            let (row, column) = ((r0 + (r1 - r0) * t).round() as usize, (c0 + (c1 - c0) * t).round() as usize);
            // An even square grows to the left and up.
            let (top, left) = (row.saturating_sub(size / 2), column.saturating_sub(size / 2));
            for r in top..(row + size.div_ceil(2)).min(self.0.len() / width) {
                self.0[r * width + left..r * width + (column + size.div_ceil(2)).min(width)].fill(on);
            }
        }
    }

    /// How it meets `mask`, the signs of the pixels.
    pub fn overlap(&self, mask: &[i8]) -> Overlap {
        let pairs = || self.0.iter().zip(mask);
        Overlap {
            painted: self.0.iter().filter(|on| **on).count(),
            mask: mask.iter().filter(|sign| **sign != 0).count(),
            both: pairs().filter(|(on, sign)| **on && **sign != 0).count(),
        }
    }
}

impl Overlap {
    /// Pixels of both over pixels of either (intersection over union, Jaccard index).
    pub fn iou(&self) -> f64 {
        share(self.both, self.painted + self.mask - self.both)
    }

    /// Which share of the painted pixels is in the mask.
    pub fn precision(&self) -> f64 {
        share(self.both, self.painted)
    }

    /// Which share of the mask was painted.
    pub fn recall(&self) -> f64 {
        share(self.both, self.mask)
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn overlaps() {
        let painted = Painted(vec![true, true, true, false, false]);
        let overlap = painted.overlap(&[0, 1, -1, -1, 0]);
        assert_eq!(overlap, Overlap { painted: 3, mask: 3, both: 2 });
        assert_eq!((overlap.iou(), overlap.precision(), overlap.recall()), (0.5, 2.0 / 3.0, 2.0 / 3.0));
        let nothing = Painted(vec![true]).overlap(&[0]);
        assert_eq!((nothing.iou(), nothing.precision(), nothing.recall()), (0.0, 0.0, 0.0));
    }

    #[test]
    fn strokes_leave_no_gaps_and_stay_inside() {
        let stroke = |from: usize, to: usize, size: usize| {
            let mut painted = Painted(vec![false; 20]);
            painted.stroke(5, (from, to), size, true);
            (0..20).filter(|at| painted.0[*at]).collect::<Vec<_>>()
        };
        assert_eq!(stroke(0, 0, 1), [0]);
        assert_eq!(stroke(0, 18, 1), [0, 6, 12, 18], "along the diagonal");
        assert_eq!(stroke(19, 15, 1), [15, 16, 17, 18, 19], "and backwards");
        assert_eq!(stroke(6, 6, 2), [0, 1, 5, 6]);
        assert_eq!(stroke(0, 0, 3), [0, 1, 5, 6]);
        assert_eq!(stroke(19, 19, 3), [13, 14, 18, 19]);
        let mut painted = Painted(vec![true; 20]);
        painted.stroke(5, (5, 9), 1, false);
        assert_eq!(painted.0.iter().filter(|on| !**on).count(), 5);
    }

    #[test]
    fn what_is_no_painting_is_none() {
        assert_eq!(Painted::read("p8", 3), Some(Painted(vec![true, false, false])));
        for text in ["", "p", "8", "p0", "p88", "p1", "px", "pA", "p-", "p８"] {
            assert_eq!(Painted::read(text, 3), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_painting_comes_back(pixels in prop::collection::vec(any::<bool>(), 1..900)) {
            let painted = Painted(pixels);
            let back = Painted::read(&painted.text(), painted.0.len());
            prop_assert_eq!(back, painted.0.contains(&true).then_some(painted));
        }
    }
}
