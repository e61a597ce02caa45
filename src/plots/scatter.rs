//! Images as points of a plane.

use super::{Drawn, Frame, Theme, legend, message};
use crate::report::Point;
use plotters::coord::Shift;
use plotters::prelude::*;

const LEFT: f64 = 62.0;
const RIGHT: f64 = 14.0;
const BOTTOM: f64 = 42.0;
/// Radius of a point.
const RADIUS: f64 = 2.4;

/// Colour of group number `i`.
pub fn color(theme: &Theme, i: u16) -> RGBColor {
    theme.class((i % 10) as u8)
}

/// The groups that have names, for the legend; others may leave a gap in the numbers.
fn names(groups: &[String]) -> impl Iterator<Item = (&str, u16)> {
    groups.iter().map(String::as_str).zip(0..).filter(|(name, _)| !name.is_empty())
}

/// Where things are, in CSS pixels: what a page needs to draw over the points and to
/// find the one under a pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Left end of the x axis.
    pub left: f64,
    /// Right end of the x axis.
    pub right: f64,
    /// Upper end of the y axis.
    pub top: f64,
    /// Lower end of the y axis.
    pub bottom: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Least and greatest x.
    pub xs: (f64, f64),
    /// Least and greatest y.
    pub ys: (f64, f64),
}

impl Layout {
    /// The layout at a width in CSS pixels.
    pub fn new(groups: &[String], points: &[Point], width: f64) -> Self {
        let top = 8.0 + legend::height(names(groups).map(|(name, _)| name), width - LEFT - RIGHT);
        let bottom = top + (width * 0.7).clamp(220.0, 460.0);
        Layout {
            left: LEFT,
            right: (width - RIGHT).max(LEFT + 1.0),
            top,
            bottom,
            height: bottom + BOTTOM,
            xs: span(points.iter().map(|point| f64::from(point.x))),
            ys: span(points.iter().map(|point| f64::from(point.y))),
        }
    }

    /// Where a point is drawn.
    pub fn place(&self, point: &Point) -> (f64, f64) {
        let share = |value: f32, (low, high): (f64, f64)| (f64::from(value) - low) / (high - low);
        let x = self.left + (self.right - self.left) * share(point.x, self.xs);
        let y = self.bottom - (self.bottom - self.top) * share(point.y, self.ys);
        (x, y)
    }

    /// The point nearest to a place, the last drawn of several, if one is within `reach`.
    pub fn nearest(&self, points: &[Point], (x, y): (f64, f64), reach: f64) -> Option<usize> {
        let squared = |point: &Point| {
            let (px, py) = self.place(point);
            (px - x) * (px - x) + (py - y) * (py - y)
        };
        let near = points.iter().enumerate().map(|(i, point)| (i, squared(point)));
        let near = near.filter(|(_, squared)| *squared <= reach * reach);
        near.rev().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
    }
}

/// Least and greatest finite value with a margin, apart from each other even where there is one or none.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let margin = if low == high { 0.5 } else { (high - low) * 0.04 };
    (low - margin, high + margin)
}

/// Height in CSS pixels at that width.
pub fn height(groups: &[String], points: &[Point], width: f64) -> f64 {
    Layout::new(groups, points, width).height
}

/// Draws the points over all of `area`, in their order; what is not finite is left out.
pub fn draw<DB: DrawingBackend>(
    (x_title, y_title): (&str, &str),
    groups: &[String],
    points: &[Point],
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let theme = &frame.theme;
    let layout = Layout::new(groups, points, f64::from(area.dim_in_pixel().0) / frame.scale);
    let colors: Vec<(&str, RGBColor)> = names(groups).map(|(name, i)| (name, color(theme, i))).collect();
    legend::draw(&colors, (layout.left, layout.right, 4.0), area, frame)?;
    let mut chart = ChartBuilder::on(area)
        .margin_top(frame.px(layout.top))
        .margin_right(frame.px(RIGHT))
        .x_label_area_size(frame.px(BOTTOM))
        .y_label_area_size(frame.px(LEFT))
        .build_cartesian_2d(layout.xs.0..layout.xs.1, layout.ys.0..layout.ys.1)
        .map_err(message)?;
    let small = (FontFamily::SansSerif, frame.font(12.0)).into_font().color(&theme.muted);
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(theme.line.stroke_width(frame.px(1.0) as u32))
        .axis_style(theme.muted.stroke_width(frame.px(1.0) as u32))
        .x_labels(6)
        .y_labels(5)
        .x_label_formatter(&|x| label(*x, layout.xs))
        .y_label_formatter(&|y| label(*y, layout.ys))
        .label_style(small.clone())
        .axis_desc_style(small)
        .x_desc(x_title)
        .y_desc(y_title)
        .draw()
        .map_err(message)?;
    for point in points.iter().filter(|point| point.x.is_finite() && point.y.is_finite()) {
        let (x, y) = layout.place(point);
        let dot = Circle::new((frame.px(x), frame.px(y)), frame.px(RADIUS), color(theme, point.group).filled());
        area.draw(&dot).map_err(message)?;
    }
    Ok(())
}

fn label(value: f64, (low, high): (f64, f64)) -> String {
    if high - low >= 10.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_is_found() {
        let point = |x, y| Point { x, y, image: 0, group: 0 };
        let points = [point(0.0, 0.0), point(1.0, 1.0), point(1.0, 1.0), point(-2.0, 3.0)];
        let layout = Layout::new(&["a".into()], &points, 500.0);
        for (i, expected) in [(0, 0), (1, 2), (2, 2), (3, 3)] {
            let (x, y) = layout.place(&points[i]);
            assert!(layout.left < x && x < layout.right && layout.top < y && y < layout.bottom);
            assert_eq!(layout.nearest(&points, (x + 1.0, y), 5.0), Some(expected));
            assert_eq!(layout.nearest(&points, (x + 6.0, y), 5.0), None);
        }
        assert_eq!(Layout::new(&[], &[], 300.0).nearest(&[], (5.0, 5.0), 100.0), None);
    }
}
