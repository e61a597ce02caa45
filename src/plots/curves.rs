//! Lines over common axes.

use super::{Drawn, Frame, message};
use crate::report::{Curve, Stroke, Value};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Height of a line of the legend in CSS pixels.
const LEGEND: f64 = 19.0;

/// About as wide as a letter of the legend is, in CSS pixels.
const LETTER: f64 = 6.9;

/// Room above the lines but for the legend, and below them for the axis, in CSS pixels.
const ABOVE: f64 = 10.0;
const MARGIN: f64 = 2.0;
const AXIS: f64 = 40.0;
/// Room for the title and the numbers of the y axis: -12 345 678 and a gap.
const LABELS: f64 = 92.0;

/// Most points of a line that have dots.
const MOST_DOTS: usize = 80;

/// Where values stand on the y axis, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    top: f64,
    bottom: f64,
    low: f64,
    high: f64,
}

impl Plane {
    /// Of a drawing of that height.
    pub fn of(curves: &[Curve], height: f64) -> Self {
        let (low, high) = heights(curves);
        Plane { top: ABOVE + LEGEND * named(curves).count() as f64, bottom: height - MARGIN - AXIS, low, high }
    }

    /// Distance of a value from the top.
    pub fn y(&self, value: f64) -> f64 {
        self.bottom - (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }

    /// The value at that distance from the top.
    pub fn at_y(&self, y: f64) -> f64 {
        self.low + (self.bottom - y) / (self.bottom - self.top) * (self.high - self.low)
    }
}

/// Lowest and highest value of the y axis.
fn heights(curves: &[Curve]) -> (f64, f64) {
    let (low, high) = span(curves.iter().flat_map(|curve| curve.points.iter()).map(|point| point.1));
    let pad = (high - low) * 0.05;
    (low - pad, high + pad)
}

/// Draws the lines over all of `area`.
pub fn draw<DB: DrawingBackend>(
    (x_title, y_title): (&str, &str),
    curves: &[Curve],
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let points = || curves.iter().flat_map(|curve| curve.points.iter());
    let (x_low, x_high) = across(points().map(|point| point.0));
    let (y_low, y_high) = heights(curves);
    let theme = frame.theme;
    let mut chart = ChartBuilder::on(area)
        .margin_top(frame.px(ABOVE + LEGEND * named(curves).count() as f64))
        .margin_right(frame.px(18.0))
        .margin_bottom(frame.px(MARGIN))
        .margin_left(frame.px(2.0))
        .x_label_area_size(frame.px(AXIS))
        .y_label_area_size(frame.px(LABELS))
        .build_cartesian_2d(x_low..x_high, y_low..y_high)
        .map_err(message)?;
    let axis = (FontFamily::SansSerif, frame.font(12.0)).into_font().color(&theme.muted);
    let whole = x_low.fract() == 0.0 && x_high.fract() == 0.0 && points().all(|point| point.0.fract() == 0.0);
    let n_labels = if whole { ((x_high - x_low) as usize + 1).min(8) } else { 6 };
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(theme.line.stroke_width(frame.px(1.0) as u32))
        .axis_style(theme.muted.stroke_width(frame.px(1.0) as u32))
        .x_labels(n_labels)
        .y_labels(5)
        .x_label_formatter(&|x| if whole { format!("{x:.0}") } else { label(*x, x_high - x_low) })
        .y_label_formatter(&|y| label(*y, (y_high - y_low) / 1.1))
        .label_style(axis.clone())
        .axis_desc_style(axis)
        .x_desc(x_title)
        .y_desc(y_title)
        .draw()
        .map_err(message)?;
    // Strong lines last, so that they lie on top.
    let (strong, others): (Vec<&Curve>, Vec<&Curve>) = curves.iter().partition(|c| c.stroke == Stroke::Strong);
    for curve in others.into_iter().chain(strong) {
        let (color, width, radius) = match curve.stroke {
            Stroke::Thin => (theme.muted, Some(1.2), None),
            Stroke::Strong => (theme.accent, Some(2.5), None),
            Stroke::Dots => (theme.muted, None, Some(3.0)),
            // Of many points the dots would run into a band wider than what they mark.
            Stroke::Class(i) => (theme.class(i), Some(2.0), (curve.points.len() <= MOST_DOTS).then_some(3.5)),
        };
        if let Some(width) = width {
            let line = color.stroke_width(frame.px(width).max(1) as u32);
            chart.draw_series(LineSeries::new(curve.points.iter().copied(), line)).map_err(message)?;
        }
        // A short line alone would hide where its points are, and one point is no line at all.
        let dots = radius.or((curve.points.len() <= 12).then_some(3.5));
        if let Some(radius) = dots {
            let dot = |point: &(f64, f64)| Circle::new(*point, frame.px(radius), color.filled());
            chart.draw_series(curve.points.iter().map(dot)).map_err(message)?;
        }
    }
    legend(curves, area, frame)
}

/// The names of the curves that have a colour of their own, above the lines.
fn legend<DB: DrawingBackend>(curves: &[Curve], area: &DrawingArea<DB, Shift>, frame: &Frame) -> Drawn {
    // Beside the axis, unless the longest name would not end within the picture.
    let longest = named(curves).map(|(name, _)| name.chars().count()).max().unwrap_or(0) as f64;
    let room = f64::from(area.dim_in_pixel().0) / frame.px(1.0).max(1) as f64;
    let beside = LABELS + 5.0;
    let left = frame.px(if beside + 12.0 + LETTER * longest <= room { beside } else { 6.0 });
    for (line, (name, i)) in (0..).zip(named(curves)) {
        let y = frame.px(14.0 + LEGEND * f64::from(line));
        area.draw(&Circle::new((left, y), frame.px(5.0), frame.theme.class(i).filled())).map_err(message)?;
        let style = (FontFamily::SansSerif, frame.font(13.0)).into_font().color(&frame.theme.text);
        let style = style.pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (left + frame.px(12.0), y), style)).map_err(message)?;
    }
    Ok(())
}

/// Names and colour numbers of the curves that the legend names.
fn named(curves: &[Curve]) -> impl Iterator<Item = (&str, u8)> {
    curves.iter().filter_map(|curve| match curve.stroke {
        Stroke::Class(i) => Some((curve.name.as_str(), i)),
        _ => None,
    })
}

/// Least and largest value, apart from each other even where there is one or none.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        (0.0, 1.0)
    } else if low == high {
        let half = if low == 0.0 { 0.5 } else { low.abs() * 0.05 };
        (low - half, high + half)
    } else {
        (low, high)
    }
}

/// The same along the x axis, where a single whole number stands between its neighbours.
fn across(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let seen = values.inspect(|value| (least, most) = (least.min(*value), most.max(*value)));
    let (low, high) = span(seen);
    if least == most && least.fract() == 0.0 {
        (if least == 0.0 { 0.0 } else { least - 1.0 }, least + 1.0)
    } else {
        (low, high)
    }
}

/// As many digits as tell neighbouring labels apart.
fn label(value: f64, range: f64) -> String {
    // What has room beside the axis is written out.
    if range >= 20.0 && (1e5..1e8).contains(&value.abs()) {
        return Value::grouped(value);
    }
    if range >= 1e5 || value.abs() >= 1e6 {
        let exponent = libm::floor(libm::log10(value.abs().max(1e-300))) as i32;
        let digits = if range < value.abs() / 100.0 { 4 } else { 2 };
        return format!("{:.digits$}e{exponent}", value / libm::pow(10.0, f64::from(exponent)));
    }
    if range >= 20.0 {
        return format!("{value:.0}");
    }
    // Of numbers like 8 and 8.5 none needs the zeros of the others.
    let digits = if range >= 0.5 { 2 } else { (2.0 - libm::floor(libm::log10(range.max(1e-12)))).max(4.0) as usize };
    let text = format!("{value:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_never_empty() {
        assert_eq!(span([].into_iter()), (0.0, 1.0));
        assert_eq!(span([f64::NAN].into_iter()), (0.0, 1.0));
        let (low, high) = span([2.0].into_iter());
        assert!(low < 2.0 && 2.0 < high);
        // One number of clusters has its own label, and no fractions beside it.
        assert_eq!(across([10.0, 10.0].into_iter()), (9.0, 11.0));
        assert_eq!(across([10.0, 20.0].into_iter()), (10.0, 20.0));
        assert_eq!(across([0.0].into_iter()), (0.0, 1.0));
        assert_eq!(across([0.5].into_iter()), (0.475, 0.525));
    }

    #[test]
    fn labels_read_as_people_write_numbers() {
        assert_eq!(label(-400_000.0, 200_000.0), "-400\u{202f}000");
        assert_eq!(label(1_250_000.0, 900_000.0), "1\u{202f}250\u{202f}000");
        assert_eq!((label(8.0, 8.0), label(8.5, 2.0), label(-0.0, 2.0)), ("8".into(), "8.5".into(), "0".into()));
        assert_eq!((label(4000.0, 800.0), label(0.125, 0.2)), ("4000".into(), "0.125".into()));
        assert_eq!((label(0.4, 0.4), label(0.0, 0.4)), ("0.4".into(), "0".into()));
        assert_eq!(label(0.912_352, 1e-5), "0.912352");
        assert_eq!(label(2.5e9, 1e9), "2.50e9");
    }

    #[test]
    fn a_value_is_where_it_is_drawn() {
        let curve = Curve { name: "a".into(), points: vec![(0.0, 2.0), (1.0, 12.0)], stroke: Stroke::Class(0) };
        let plane = Plane::of(&[curve], 300.0);
        assert_eq!(plane.y(1.5), 258.0);
        assert_eq!(plane.y(12.5), 29.0);
        assert_eq!(plane.y(99.0), 29.0);
        assert!((plane.at_y(plane.y(7.25)) - 7.25).abs() < 1e-9);
    }
}
