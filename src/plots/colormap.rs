//! Colour maps by matplotlib's names, and text that can be read on them.

use crate::report::ColorMap;

/// An sRGB colour.
pub type Rgb = [u8; 3];

/// The colour at `t`, from 0 to 1; what is outside gets the nearer end.
pub fn color(map: ColorMap, t: f64) -> Rgb {
    let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
    let grey = |t: f64| [(t * 255.0).round() as u8; 3];
    match map {
        ColorMap::Gray => grey(t),
        ColorMap::GrayR => grey(1.0 - t),
        ColorMap::Blues => {
            between(&[[0xff, 0xff, 0xff], [0xbf, 0xd0, 0xee], [0x6f, 0x8f, 0xcf], [0x1d, 0x39, 0x7c]], t)
        }
    }
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
            let background = color(ColorMap::Blues, f64::from(i) / 1000.0);
            assert!(contrast(background, ink_on(background)) >= 4.5, "{background:?}");
        }
    }

    #[test]
    fn ends_and_nan_have_colours() {
        assert_eq!(
            rgba(&[0.0, 255.0, 300.0, f32::NAN], ColorMap::GrayR, 0.0, 255.0)[..8],
            [255, 255, 255, 255, 0, 0, 0, 255]
        );
        assert_eq!(rgba(&[1.0], ColorMap::Gray, 1.0, 1.0), [0, 0, 0, 255]);
    }
}
