//! Values of pixels over a picture, large enough that a sign has a shape and not only a colour.

use super::colormap::{self, Rgb};
use crate::report::ColorMap;

/// Points that a pixel is wide and high.
pub const ZOOM: usize = 7;

/// A picture as RGBA bytes, to be put on a canvas as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Raster {
    /// Points across.
    pub width: u32,
    /// Points down.
    pub height: u32,
    /// Row-major, four bytes a point.
    pub rgba: Vec<u8>,
}

/// What is drawn of one pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ink {
    /// Its colour; none lets the picture below through.
    pub color: Option<Rgb>,
    /// Whether a plus (1) or a minus (-1) is drawn on it.
    pub sign: i8,
    /// Whether nothing is known of it: hatched.
    pub unknown: bool,
}

/// Draws `inks`, `(height * width,)`, over grey levels of a picture, `opacity` from 0 to 1.
pub fn raster(width: usize, inks: &[Ink], under: Option<&[f32]>, opacity: f32) -> Raster {
    let width = width.max(1);
    let height = inks.len() / width;
    let mut rgba = vec![255; 4 * width * height * ZOOM * ZOOM];
    for (at, ink) in inks.iter().enumerate().take(width * height) {
        let paper = under
            .and_then(|levels| levels.get(at))
            .map_or([255; 3], |level| colormap::color(ColorMap::GrayR, f64::from(*level) / 255.0));
        let fill = ink.color.map_or(paper, |color| {
            let opacity = if under.is_some() { opacity.clamp(0.0, 1.0) } else { 1.0 };
            let mix = |i: usize| (f32::from(color[i]) * opacity + f32::from(paper[i]) * (1.0 - opacity)).round() as u8;
            [mix(0), mix(1), mix(2)]
        });
        let strokes = colormap::ink_on(fill);
        for y in 0..ZOOM {
            for x in 0..ZOOM {
                let (row, column) = (at / width * ZOOM + y, at % width * ZOOM + x);
                let point = if ink.unknown {
                    // The lines go on from pixel to pixel.
                    if (row + column).is_multiple_of(5) { [150; 3] } else { [232; 3] }
                } else if stroke(ink.sign, x, y) {
                    strokes
                } else {
                    fill
                };
                let place = 4 * (row * width * ZOOM + column);
                rgba[place..place + 3].copy_from_slice(&point);
            }
        }
    }
    Raster { width: (width * ZOOM) as u32, height: (height * ZOOM) as u32, rgba }
}

/// Whether the point is on the sign's strokes.
fn stroke(sign: i8, x: usize, y: usize) -> bool {
    let middle = ZOOM / 2;
    let near = |at: usize| at.abs_diff(middle) <= 1;
    (sign != 0 && y == middle && near(x)) || (sign > 0 && x == middle && near(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_shapes_and_unknown_pixels_are_hatched() {
        let ink = |color, sign, unknown| Ink { color, sign, unknown };
        let blue = Some([31, 119, 180]);
        let inks = [ink(blue, 1, false), ink(blue, -1, false), ink(None, 0, false), ink(None, 0, true)];
        let drawn = raster(2, &inks, Some(&[0.0, 0.0, 255.0, 0.0]), 1.0);
        assert_eq!((drawn.width, drawn.height, drawn.rgba.len()), (14, 14, 4 * 196));
        let point = |x: usize, y: usize| &drawn.rgba[4 * (y * 14 + x)..4 * (y * 14 + x) + 3];
        let strokes =
            |x0: usize, y0: usize| (0..49).filter(|i| point(x0 + i % 7, y0 + i / 7) != [31, 119, 180]).count();
        assert_eq!((strokes(0, 0), strokes(7, 0)), (5, 3), "a plus and a minus");
        assert_eq!(point(0, 7), [0, 0, 0], "the picture below");
        let hatched: Vec<&[u8]> = (0..7).map(|x| point(7 + x, 7)).collect();
        assert!(hatched.contains(&&[150; 3][..]) && hatched.contains(&&[232; 3][..]));
    }

    #[test]
    fn opacity_lets_the_picture_through() {
        let ink = [Ink { color: Some([200, 100, 0]), sign: 0, unknown: false }];
        let at = |under: Option<&[f32]>, opacity| raster(1, &ink, under, opacity).rgba[..4].to_vec();
        assert_eq!(at(None, 0.0), [200, 100, 0, 255], "over nothing all is seen");
        assert_eq!(at(Some(&[255.0]), 0.5), [100, 50, 0, 255]);
        assert_eq!(at(Some(&[0.0]), 0.0), [255, 255, 255, 255]);
    }
}
