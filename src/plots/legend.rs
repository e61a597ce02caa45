//! Names beside their colours, in lines that wrap.

use super::{Drawn, Frame, message};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Height of a line in CSS pixels.
const LINE: f64 = 20.0;
/// Width of a character.
const LETTER: f64 = 7.2;
/// Between the middle of a patch and its name.
const PATCH: f64 = 10.0;
/// Between a name and the next patch.
const GAP: f64 = 22.0;

/// Where each name begins, in CSS pixels: its left end and its line.
fn places<'a>(names: impl Iterator<Item = &'a str>, width: f64) -> Vec<(f64, usize)> {
    let (mut at, mut line) = (0.0, 0);
    names
        .map(|name| {
            let wide = PATCH + LETTER * name.chars().count() as f64 + GAP;
            if at > 0.0 && at + wide - GAP > width {
                (at, line) = (0.0, line + 1);
            }
            let place = (at, line);
            at += wide;
            place
        })
        .collect()
}

/// Height in CSS pixels of these names in lines of that width.
pub fn height<'a>(names: impl Iterator<Item = &'a str>, width: f64) -> f64 {
    places(names, width).last().map_or(0.0, |(_, line)| LINE * (line + 1) as f64)
}

/// Draws the names from `(left, top)` on, in CSS pixels, in lines up to `right`.
pub fn draw<DB: DrawingBackend>(
    names: &[(&str, RGBColor)],
    (left, right, top): (f64, f64, f64),
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let style = (FontFamily::SansSerif, frame.font(13.0)).into_font().color(&frame.theme.text);
    let style = style.pos(Pos::new(HPos::Left, VPos::Center));
    let places = places(names.iter().map(|(name, _)| *name), right - left);
    for ((name, color), (at, line)) in names.iter().zip(places) {
        let y = frame.px(top + LINE * (line as f64 + 0.5));
        let x = left + at + 5.0;
        area.draw(&Circle::new((frame.px(x), y), frame.px(5.0), color.filled())).map_err(message)?;
        area.draw(&Text::new(*name, (frame.px(x + PATCH), y), style.clone())).map_err(message)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_wrap_where_the_line_ends() {
        let names = ["noise", "largest cluster", "rest"];
        assert_eq!(height(names.into_iter(), 1000.0), LINE);
        assert_eq!(height(names.into_iter(), 1.0), 3.0 * LINE);
        assert_eq!(height([].into_iter(), 100.0), 0.0);
        assert!(places(names.into_iter(), 1000.0).windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
