//! Colour maps by matplotlib's names, and text that can be read on them.

use crate::report::ColorMap;

/// An sRGB colour.
pub type Rgb = [u8; 3];

/// The colour at `t`, from 0 to 1; what is outside gets the nearer end.
pub fn color(map: ColorMap, t: f64) -> Rgb {
    if t.is_nan() && matches!(map, ColorMap::RdBu | ColorMap::Signs | ColorMap::Set2 | ColorMap::Viridis) {
        return NO_DATA;
    }
    let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
    let grey = |t: f64| [(t * 255.0).round() as u8; 3];
    match map {
        ColorMap::Gray => grey(t),
        ColorMap::GrayR => grey(1.0 - t),
        ColorMap::Blues => {
            between(&[[0xff, 0xff, 0xff], [0xbf, 0xd0, 0xee], [0x6f, 0x8f, 0xcf], [0x1d, 0x39, 0x7c]], t)
        }
        ColorMap::Viridis => between(&VIRIDIS, t),
        ColorMap::RdBuR => between(&RD_BU_R, t),
        ColorMap::Reds => between(&REDS, t),
        ColorMap::BuPuR => between(&BUPU, 1.0 - t),
        ColorMap::RdYlGn => between(&RDYLGN, t),
        ColorMap::PuOr => between(&PUOR, t),
        ColorMap::RdBu => between(&RD_BU_R, 1.0 - t),
        ColorMap::Set2 => part(&SET_2, t),
        ColorMap::Signs => part(&SIGNS, t),
    }
}

/// Every ninth part of S. van der Walt's and N. Smith's map.
const VIRIDIS: [Rgb; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x49, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b],
    [0xfd, 0xe7, 0x25],
];

/// C. Brewer's map, from blue.
const RD_BU_R: [Rgb; 11] = [
    [0x05, 0x30, 0x61],
    [0x21, 0x66, 0xac],
    [0x43, 0x93, 0xc3],
    [0x92, 0xc5, 0xde],
    [0xd1, 0xe5, 0xf0],
    [0xf7, 0xf7, 0xf7],
    [0xfd, 0xdb, 0xc7],
    [0xf4, 0xa5, 0x82],
    [0xd6, 0x60, 0x4d],
    [0xb2, 0x18, 0x2b],
    [0x67, 0x00, 0x1f],
];
// ColorBrewer's schemes (Cynthia Brewer, Mark Harrower, Pennsylvania State University; Apache License 2.0), of
// which matplotlib makes its maps of the same names. The middle of the two-sided ones is their middle stop.
const REDS: [Rgb; 9] = [
    [255, 245, 240],
    [254, 224, 210],
    [252, 187, 161],
    [252, 146, 114],
    [251, 106, 74],
    [239, 59, 44],
    [203, 24, 29],
    [165, 15, 21],
    [103, 0, 13],
];
const BUPU: [Rgb; 9] = [
    [247, 252, 253],
    [224, 236, 244],
    [191, 211, 230],
    [158, 188, 218],
    [140, 150, 198],
    [140, 107, 177],
    [136, 65, 157],
    [129, 15, 124],
    [77, 0, 75],
];
const RDYLGN: [Rgb; 11] = [
    [165, 0, 38],
    [215, 48, 39],
    [244, 109, 67],
    [253, 174, 97],
    [254, 224, 139],
    [255, 255, 191],
    [217, 239, 139],
    [166, 217, 106],
    [102, 189, 99],
    [26, 152, 80],
    [0, 104, 55],
];
const PUOR: [Rgb; 11] = [
    [127, 59, 8],
    [179, 88, 6],
    [224, 130, 20],
    [253, 184, 99],
    [254, 224, 182],
    [247, 247, 247],
    [216, 218, 235],
    [178, 171, 210],
    [128, 115, 172],
    [84, 39, 136],
    [45, 0, 75],
];

/// Where there is no number: a grey that no sign has.
const NO_DATA: Rgb = [0xd9, 0xd9, 0xd9];

/// C. Brewer's eight soft colours.
const SET_2: [Rgb; 8] = [
    [0x66, 0xc2, 0xa5],
    [0xfc, 0x8d, 0x62],
    [0x8d, 0xa0, 0xcb],
    [0xe7, 0x8a, 0xc3],
    [0xa6, 0xd8, 0x54],
    [0xff, 0xd9, 0x2f],
    [0xe5, 0xc4, 0x94],
    [0xb3, 0xb3, 0xb3],
];

/// Minus, nothing, plus.
const SIGNS: [Rgb; 3] = [[0xd6, 0x27, 0x28], [0xff, 0xff, 0xff], [0x1f, 0x77, 0xb4]];

/// The colour of the part of the range that `t` is in.
fn part(colors: &[Rgb], t: f64) -> Rgb {
    colors[((t * colors.len() as f64) as usize).min(colors.len() - 1)]
}

fn between(stops: &[Rgb], t: f64) -> Rgb {
    let place = t * (stops.len() - 1) as f64;
    let left = (place as usize).min(stops.len() - 2);
    let share = place - left as f64;
    std::array::from_fn(|i| {
        let (a, b) = (f64::from(stops[left][i]), f64::from(stops[left + 1][i]));
        (a + (b - a) * share).round() as u8
    })
}

/// Relative luminance by WCAG, 0 to 1.
fn luminance(color: Rgb) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2])
}

/// Contrast of two colours by WCAG, 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

/// Black or white, whichever can be read better on `background`.
pub fn ink_on(background: Rgb) -> Rgb {
    // Pure black: any softer one leaves a range of greys on which neither reaches 4.5.
    let (black, white) = ([0; 3], [0xff; 3]);
    if contrast(black, background) >= contrast(white, background) { black } else { white }
}

/// Values as RGBA bytes: `low` is the map's first colour, `high` its last.
pub fn rgba(values: &[f32], map: ColorMap, low: f32, high: f32) -> Vec<u8> {
    let span = f64::from(high) - f64::from(low);
    let scale = if span == 0.0 { 0.0 } else { 1.0 / span };
    values
        .iter()
        .flat_map(|value| {
            let [r, g, b] = color(map, (f64::from(*value) - f64::from(low)) * scale);
            [r, g, b, 255]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_every_cell_can_be_read() {
        for i in 0..=1000 {
            for map in [ColorMap::Blues, ColorMap::Reds] {
                let background = color(map, f64::from(i) / 1000.0);
                assert!(contrast(background, ink_on(background)) >= 4.5, "{background:?}");
            }
        }
    }

    #[test]
    fn zero_has_the_middle_colour_of_two_sided_maps() {
        assert_eq!(rgba(&[0.0], ColorMap::RdYlGn, -3.0, 3.0), [255, 255, 191, 255]);
        assert_eq!(rgba(&[0.0], ColorMap::PuOr, -3.0, 3.0), [247, 247, 247, 255]);
        assert_eq!(rgba(&[-9.0, 9.0], ColorMap::RdYlGn, -3.0, 3.0), [165, 0, 38, 255, 0, 104, 55, 255]);
    }

    #[test]
    fn signs_and_what_has_none_have_colours() {
        let drawn = rgba(&[-1.0, 0.0, 1.0, f32::NAN], ColorMap::Signs, -1.0, 1.0);
        assert_eq!(drawn, [214, 39, 40, 255, 255, 255, 255, 255, 31, 119, 180, 255, 217, 217, 217, 255]);
        // As matplotlib draws 100 regions: the first 12.375 labels have the first colour.
        let drawn = rgba(&[12.0, 13.0, 99.0], ColorMap::Set2, 0.0, 99.0);
        assert_eq!(drawn, [102, 194, 165, 255, 252, 141, 98, 255, 179, 179, 179, 255]);
    }

    #[test]
    fn ends_and_nan_have_colours() {
        assert_eq!(
            rgba(&[0.0, 255.0, 300.0, f32::NAN], ColorMap::GrayR, 0.0, 255.0)[..8],
            [255, 255, 255, 255, 0, 0, 0, 255]
        );
        assert_eq!(rgba(&[1.0], ColorMap::Gray, 1.0, 1.0), [0, 0, 0, 255]);
        let ends = |map| (color(map, 0.0), color(map, 0.5), color(map, 1.0));
        assert_eq!(ends(ColorMap::RdBuR), (RD_BU_R[0], [0xf7; 3], RD_BU_R[10]));
        assert_eq!((color(ColorMap::Viridis, -1.0), color(ColorMap::Viridis, 2.0)), (VIRIDIS[0], VIRIDIS[9]));
    }
}
