//! Matrices of cells: a text in every cell, and cells as dark as their values.

use super::colormap::{color, ink_on};
use super::{Drawn, Frame, message};
use crate::report::ColorMap;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Room beside the cells for short names of rows, in CSS pixels.
pub const LEFT: f64 = 56.0;
/// Room above the cells.
pub const TOP: f64 = 8.0;
/// Room below the cells.
pub const BOTTOM: f64 = 44.0;
/// Room behind the cells.
pub const RIGHT: f64 = 8.0;
/// No cell is narrower than this.
const LEAST_CELL: f64 = 27.0;
/// Nor wider for the sake of its text alone.
const MOST_CELL: f64 = 120.0;
/// Width of a character in small letters and in the usual ones.
const LETTERS: [f64; 2] = [6.4, 7.6];
/// Room between two texts.
const BETWEEN: f64 = 4.0;

/// Height in CSS pixels of a matrix of `n_rows`.
pub fn height(n_rows: usize, width: f64) -> f64 {
    let row = if width < 500.0 { 24.0 } else { 30.0 };
    TOP + BOTTOM + row * n_rows as f64
}

/// Least width in CSS pixels of a matrix of these rows and columns whose longest text has so many characters.
pub fn least_width(rows: &[String], columns: &[String], longest: usize) -> f64 {
    let longest = longest.max(longest_of(columns)) as f64;
    let cell = (LETTERS[0] * longest + BETWEEN).clamp(LEAST_CELL, MOST_CELL);
    left(rows) + RIGHT + cell * columns.len() as f64
}

/// Characters of the longest text.
pub fn longest_of(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count()).max().unwrap_or(0)
}

/// Room beside the cells for the names of the rows: [`LEFT`] is enough for numbers.
pub fn left(rows: &[String]) -> f64 {
    match longest_of(rows) {
        longest if longest > 5 => LEFT.max(7.0 * longest as f64 + 28.0),
        _ => LEFT,
    }
}

/// Draws the matrix over all of `area`; shades, from 0 to 1, and texts are row-major.
pub fn draw<DB: DrawingBackend>(
    (row_title, column_title): (&str, &str),
    (rows, columns): (&[String], &[String]),
    (map, shades, texts): (ColorMap, &[f64], &[String]),
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let (width, height) = area.dim_in_pixel();
    let (left, top) = (frame.px(left(rows)), frame.px(TOP));
    let right = width as i32 - frame.px(RIGHT);
    let bottom = height as i32 - frame.px(BOTTOM);
    let x = |i: usize| left + ((right - left) as f64 * i as f64 / columns.len() as f64).round() as i32;
    let y = |i: usize| top + ((bottom - top) as f64 * i as f64 / rows.len() as f64).round() as i32;
    let cell = f64::from(right - left) / columns.len() as f64 / frame.scale;
    let longest = longest_of(texts).max(longest_of(columns)) as f64;
    let small = cell < 36.0 || cell < LETTERS[1] * longest + BETWEEN;
    let size = frame.font(if small { 11.0 } else { 13.0 });
    let style =
        |color: RGBColor, h: HPos, v: VPos| (FontFamily::SansSerif, size).into_font().color(&color).pos(Pos::new(h, v));
    for (i, (shade, text)) in shades.iter().zip(texts).enumerate() {
        let (r, c) = (i / columns.len(), i % columns.len());
        let fill = color(map, *shade);
        let [red, green, blue] = fill;
        let corners = [(x(c), y(r)), (x(c + 1), y(r + 1))];
        area.draw(&Rectangle::new(corners, RGBColor(red, green, blue).filled())).map_err(message)?;
        let [red, green, blue] = ink_on(fill);
        let middle = ((x(c) + x(c + 1)) / 2, (y(r) + y(r + 1)) / 2);
        let ink = style(RGBColor(red, green, blue), HPos::Center, VPos::Center);
        area.draw(&Text::new(text.as_str(), middle, ink)).map_err(message)?;
    }
    let muted = frame.theme.muted;
    for (r, name) in rows.iter().enumerate() {
        let place = (left - frame.px(8.0), (y(r) + y(r + 1)) / 2);
        area.draw(&Text::new(name.as_str(), place, style(frame.theme.text, HPos::Right, VPos::Center)))
            .map_err(message)?;
    }
    for (c, name) in columns.iter().enumerate() {
        let place = ((x(c) + x(c + 1)) / 2, bottom + frame.px(6.0));
        area.draw(&Text::new(name.as_str(), place, style(frame.theme.text, HPos::Center, VPos::Top)))
            .map_err(message)?;
    }
    let below = ((left + right) / 2, height as i32 - frame.px(4.0));
    area.draw(&Text::new(column_title, below, style(muted, HPos::Center, VPos::Bottom))).map_err(message)?;
    let beside = style(muted, HPos::Center, VPos::Bottom).transform(FontTransform::Rotate270);
    let place = (frame.px(4.0) + size as i32, (top + bottom) / 2);
    area.draw(&Text::new(row_title, place, beside)).map_err(message)?;
    Ok(())
}
