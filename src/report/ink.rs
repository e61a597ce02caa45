//! Ink on a sheet finer than an image: strokes, and the way MNIST centres a digit.
//! Plain arithmetic, a millisecond for a stroke, so that a page follows a pen.

/// Fine pixels in one pixel of the image, down and across.
pub const FINE: usize = 4;

/// A sheet for an image of `size` (height, width) pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ink {
    size: (usize, usize),
    /// Grey levels, 255 = ink, `(height * FINE, width * FINE)` row by row.
    levels: Vec<u8>,
}

impl Ink {
    /// A blank sheet.
    pub fn blank(size: (usize, usize)) -> Self {
        Ink { size, levels: vec![0; size.0 * size.1 * FINE * FINE] }
    }

    /// A sheet with an image on it; [`shrunk`](Self::shrunk) gives the image back.
    ///
    /// Panics if there are not `height * width` pixels.
    pub fn of_image(size: (usize, usize), pixels: &[u8]) -> Self {
        assert_eq!(pixels.len(), size.0 * size.1, "pixels of an image of {size:?}");
        let width = size.1 * FINE;
        let level = |at: usize| pixels[at / width / FINE * size.1 + at % width / FINE];
        Ink { size, levels: (0..pixels.len() * FINE * FINE).map(level).collect() }
    }

    /// Height and width in fine pixels.
    pub fn fine(&self) -> (usize, usize) {
        (self.size.0 * FINE, self.size.1 * FINE)
    }

    /// The grey levels, `(height * FINE, width * FINE)`.
    pub fn levels(&self) -> &[u8] {
        &self.levels
    }

    /// Whether there is no ink.
    pub fn is_blank(&self) -> bool {
        self.levels.iter().all(|level| *level == 0)
    }

    /// A straight stroke of a round pen, or of an eraser. Places `(x, y)` and the radius are in
    /// pixels of the image.
    pub fn stroke(&mut self, from: (f64, f64), to: (f64, f64), radius: f64, erase: bool) {
        let fine = FINE as f64;
        let (height, width) = self.fine();
        let span = |a: f64, b: f64, n: usize| {
            let low = ((a.min(b) - radius) * fine).floor() - 1.0;
            let high = ((a.max(b) + radius) * fine).ceil() + 1.0;
            low.clamp(0.0, n as f64) as usize..high.clamp(0.0, n as f64) as usize
        };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let square = dx * dx + dy * dy;
        for row in span(from.1, to.1, height) {
            for column in span(from.0, to.0, width) {
                let (x, y) = ((column as f64 + 0.5) / fine - from.0, (row as f64 + 0.5) / fine - from.1);
                let along = if square > 0.0 { ((x * dx + y * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
                let (x, y) = (x - along * dx, y - along * dy);
                // The edge is one fine pixel wide.
                let cover = ((radius - (x * x + y * y).sqrt()) * fine + 0.5).clamp(0.0, 1.0);
                let level = &mut self.levels[row * width + column];
                *level = if erase {
                    (*level).min(((1.0 - cover) * 255.0) as u8)
                } else {
                    (*level).max((cover * 255.0) as u8)
                };
            }
        }
    }

    /// The image: each pixel is the mean of its fine ones, `(height * width,)`.
    pub fn shrunk(&self) -> Vec<u8> {
        let (height, width) = self.size;
        let all = self.averaged((0, 0), self.fine(), self.size);
        (0..height * width).map(|at| all[at].round() as u8).collect()
    }

    /// The image as MNIST makes one: what is drawn is fitted, its proportions kept, into a box
    /// of 20 by 20 pixels (of 28; of other images as much of the shorter side), and the box is put
    /// where the centre of mass of the ink comes into the pixel below and right of the middle, as it is in every image
    /// of MNIST. Ink never leaves the image: where the box would, it stays at the edge.
    pub fn centred(&self) -> Vec<u8> {
        let (height, width) = self.size;
        let mut out = vec![0; height * width];
        let Some((first, extent)) = self.bounds() else { return out };
        let most = extent.0.max(extent.1) as f64;
        let fit = (height.min(width) as f64 * 20.0 / 28.0).round().max(1.0);
        let side = |side: usize| ((side as f64 * fit / most).round() as usize).clamp(1, fit as usize);
        let (h, w) = (side(extent.0), side(extent.1));
        let small = self.averaged(first, extent, (h, w));
        let (y, x) = mass(&small, w).unwrap_or((h as f64 / 2.0, w as f64 / 2.0));
        let start = |middle: usize, mass: f64, size: usize| {
            (middle as f64 / 2.0 - mass).ceil().clamp(0.0, (middle - size) as f64) as usize
        };
        let (top, left) = (start(height, y, h), start(width, x, w));
        for (row, line) in small.chunks_exact(w).enumerate() {
            let at = (top + row) * width + left;
            out[at..at + w].iter_mut().zip(line).for_each(|(to, level)| *to = level.round() as u8);
        }
        out
    }

    /// Row and column of the first fine pixel of the smallest box around the ink, its height and width.
    fn bounds(&self) -> Option<((usize, usize), (usize, usize))> {
        let (height, width) = self.fine();
        let row = |row: &usize| self.levels[row * width..(row + 1) * width].iter().any(|level| *level > 0);
        let column = |column: &usize| self.levels.iter().skip(*column).step_by(width).any(|level| *level > 0);
        let (top, bottom) = ((0..height).find(row)?, (0..height).rfind(row)?);
        let (left, right) = ((0..width).find(column)?, (0..width).rfind(column)?);
        Some(((top, left), (bottom + 1 - top, right + 1 - left)))
    }

    /// A box of fine pixels as `(h, w)` larger ones: means over the area of each, `(h * w,)`.
    fn averaged(&self, (top, left): (usize, usize), extent: (usize, usize), (h, w): (usize, usize)) -> Vec<f64> {
        let width = self.fine().1;
        let columns: Vec<Vec<(usize, f64)>> = (0..w).map(|i| shares(i, w, extent.1)).collect();
        let mut lines = Vec::with_capacity(extent.0 * w);
        for row in 0..extent.0 {
            let line = &self.levels[(top + row) * width + left..][..extent.1];
            lines.extend(columns.iter().map(|of| of.iter().map(|(j, share)| share * f64::from(line[*j])).sum::<f64>()));
        }
        let mut out = Vec::with_capacity(h * w);
        for i in 0..h {
            let rows = shares(i, h, extent.0);
            out.extend((0..w).map(|j| rows.iter().map(|(row, share)| share * lines[row * w + j]).sum::<f64>()));
        }
        out
    }
}

/// Which of `of` parts lie in part `i` when they are made `n`, and their shares of it.
fn shares(i: usize, n: usize, of: usize) -> Vec<(usize, f64)> {
    let size = of as f64 / n as f64;
    let (low, high) = (i as f64 * size, (i + 1) as f64 * size);
    let inside = |part: usize| (high.min(part as f64 + 1.0) - low.max(part as f64)) / size;
    (low as usize..of.min(high.ceil() as usize)).map(|part| (part, inside(part))).collect()
}

/// Row and column of the centre of mass of an image of that width, from the upper left corner in
/// pixels; nothing without ink.
pub fn mass(pixels: &[f64], width: usize) -> Option<(f64, f64)> {
    let (mut sum, mut y, mut x) = (0.0, 0.0, 0.0);
    for (at, level) in pixels.iter().enumerate() {
        sum += level;
        y += level * ((at / width) as f64 + 0.5);
        x += level * ((at % width) as f64 + 0.5);
    }
    (sum > 0.0).then(|| (y / sum, x / sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_comes_back() {
        let pixels: Vec<u8> = (0..35).map(|i| (i * 37 % 256) as u8).collect();
        let ink = Ink::of_image((5, 7), &pixels);
        assert_eq!((ink.fine(), ink.shrunk()), ((20, 28), pixels));
        assert!(Ink::blank((5, 7)).is_blank() && Ink::blank((5, 7)).centred() == [0; 35]);
    }

    #[test]
    fn a_stroke_is_as_thick_as_its_pen_and_the_eraser_takes_it_away() {
        let mut ink = Ink::blank((28, 28));
        ink.stroke((4.0, 14.0), (24.0, 14.0), 1.0, false);
        let image = ink.shrunk();
        assert_eq!((image[13 * 28 + 14], image[14 * 28 + 14]), (255, 255));
        assert_eq!((image[12 * 28 + 14], image[15 * 28 + 14]), (0, 0));
        // A capsule: 20 by 2 pixels and a disc of radius 1.
        let area: f64 = ink.levels().iter().map(|level| f64::from(*level)).sum::<f64>() / 255.0 / 16.0;
        assert!((area - 40.0 - std::f64::consts::PI).abs() < 0.3, "{area}");
        ink.stroke((4.0, 14.0), (24.0, 14.0), 1.5, true);
        assert!(ink.is_blank());
        // Outside the sheet nothing happens.
        ink.stroke((-9.0, -9.0), (-5.0, 99.0), 2.0, false);
        assert!(ink.is_blank());
    }

    #[test]
    fn a_drawing_fills_the_box_and_its_mass_is_in_the_middle() {
        // A slanted stroke in a corner, four times as tall as wide.
        let mut ink = Ink::blank((28, 28));
        ink.stroke((20.0, 2.0), (22.0, 10.0), 1.0, false);
        let image: Vec<f64> = ink.centred().into_iter().map(f64::from).collect();
        let rows: Vec<usize> = (0..28).filter(|r| image[r * 28..(r + 1) * 28].iter().any(|v| *v > 0.0)).collect();
        let columns: Vec<usize> = (0..28).filter(|c| (0..28).any(|r| image[r * 28 + c] > 0.0)).collect();
        assert_eq!((rows.len(), columns.len()), (20, 8));
        let (y, x) = mass(&image, 28).unwrap();
        let middle = 13.99..15.01;
        assert!(middle.contains(&y) && middle.contains(&x), "{y} {x}");
    }

    #[test]
    fn lopsided_ink_stays_inside() {
        // All but a thin line is at one end: its middle would push the line over the edge.
        let mut ink = Ink::blank((28, 28));
        ink.stroke((4.0, 5.0), (26.0, 5.0), 0.3, false);
        ink.stroke((25.0, 3.0), (25.0, 7.0), 1.5, false);
        let image = ink.centred();
        let columns: Vec<usize> = (0..28).filter(|c| (0..28).any(|r| image[r * 28 + c] > 0)).collect();
        assert_eq!((columns.first(), columns.last(), columns.len()), (Some(&0), Some(&19), 20));
    }
}
