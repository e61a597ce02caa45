//! Bars side by side, each a stack of the same parts.

use super::colormap::ink_on;
use super::{Drawn, Frame, legend, message};
use crate::report::{Part, Value};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const LEFT: f64 = 74.0;
const RIGHT: f64 = 14.0;
/// Room below the bars for their names and the axis' title.
const BOTTOM: f64 = 44.0;
/// A part lower than this cannot hold its number.
const LEAST_PART: f64 = 15.0;
/// A bar narrower than this cannot hold five digits, or its name.
const LEAST_BAR: f64 = 38.0;
/// Width of a character.
const LETTER: f64 = 7.0;

/// Colour number `i` of the parts: greys for what is at the bottom, where noise lies.
fn color(frame: &Frame, i: usize) -> RGBColor {
    frame.theme.class([3, 0, 1, 4, 6, 5, 9, 2, 7, 8][i % 10])
}

fn names(parts: &[Part]) -> impl Iterator<Item = &str> {
    parts.iter().map(|part| part.name.as_str())
}

/// Height in CSS pixels at that width.
pub fn height(parts: &[Part], width: f64) -> f64 {
    (width * 0.45).clamp(210.0, 320.0) + legend::height(names(parts), width - LEFT - RIGHT)
}

/// Least width in CSS pixels of that many bars.
pub fn least_width(n_bars: usize) -> f64 {
    (LEFT + RIGHT + LEAST_BAR * n_bars as f64).max(240.0)
}

/// Draws the bars over all of `area`. What is not finite or below 0 has no length.
pub fn draw<DB: DrawingBackend>(
    (x_title, y_title): (&str, &str),
    bars: &[String],
    parts: &[Part],
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let theme = &frame.theme;
    let (width, height) = area.dim_in_pixel();
    let width = f64::from(width) / frame.scale;
    let colors: Vec<(&str, RGBColor)> = names(parts).enumerate().map(|(i, name)| (name, color(frame, i))).collect();
    legend::draw(&colors, (LEFT, width - RIGHT, 4.0), area, frame)?;

    let length =
        |part: &Part, bar: usize| part.values.get(bar).copied().filter(|v| v.is_finite()).unwrap_or(0.0).max(0.0);
    let total = |bar: usize| parts.iter().map(|part| length(part, bar)).sum::<f64>();
    let highest = (0..bars.len()).map(total).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin_top(frame.px(10.0 + legend::height(names(parts), width - LEFT - RIGHT)))
        .margin_right(frame.px(RIGHT))
        .x_label_area_size(frame.px(BOTTOM))
        .y_label_area_size(frame.px(LEFT))
        .build_cartesian_2d(0.0..bars.len().max(1) as f64, 0.0..(if highest > 0.0 { highest * 1.02 } else { 1.0 }))
        .map_err(message)?;
    let small = (FontFamily::SansSerif, frame.font(12.0)).into_font().color(&theme.muted);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .max_light_lines(0)
        .bold_line_style(theme.line.stroke_width(frame.px(1.0) as u32))
        .axis_style(theme.muted.stroke_width(frame.px(1.0) as u32))
        .x_labels(0)
        .y_labels(5)
        .y_label_formatter(&|y| if highest >= 10.0 { format!("{y:.0}") } else { format!("{y:.2}") })
        .label_style(small.clone())
        .axis_desc_style(small.clone())
        .y_desc(y_title)
        .draw()
        .map_err(message)?;
    let place = |x: f64, y: f64| chart.backend_coord(&(x, y));
    let style = |color: RGBColor, v: VPos| {
        (FontFamily::SansSerif, frame.font(12.0)).into_font().color(&color).pos(Pos::new(HPos::Center, v))
    };
    for (i, name) in bars.iter().enumerate() {
        let (middle, mut below) = (i as f64 + 0.5, 0.0);
        for (p, part) in parts.iter().enumerate() {
            let value = length(part, i);
            let (from, to) = (place(i as f64 + 0.12, below), place(i as f64 + 0.88, below + value));
            below += value;
            if value <= 0.0 {
                continue;
            }
            area.draw(&Rectangle::new([from, to], color(frame, p).filled())).map_err(message)?;
            let text = if value.fract() == 0.0 { format!("{value:.0}") } else { Value::Float(value).short() };
            let fits = f64::from(to.0 - from.0) >= LETTER * text.len() as f64 * frame.scale;
            if fits && f64::from(from.1 - to.1) >= LEAST_PART * frame.scale {
                let RGBColor(r, g, b) = color(frame, p);
                let [r, g, b] = ink_on([r, g, b]);
                let at = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
                area.draw(&Text::new(text, at, style(RGBColor(r, g, b), VPos::Center))).map_err(message)?;
            }
        }
        let (x, y) = place(middle, 0.0);
        area.draw(&Text::new(name.as_str(), (x, y + frame.px(7.0)), style(theme.text, VPos::Top))).map_err(message)?;
    }
    let below = (frame.px((LEFT + width - RIGHT) / 2.0), height as i32 - frame.px(4.0));
    area.draw(&Text::new(x_title, below, style(theme.muted, VPos::Bottom))).map_err(message)
}
