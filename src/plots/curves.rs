//! Lines over common axes.

use super::{Drawn, Frame, message};
use crate::report::{Curve, Stroke, Value};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Height of a line of the legend in CSS pixels.
const LEGEND: f64 = 19.0;

/// Draws the lines over all of `area`.
pub fn draw<DB: DrawingBackend>(
    (x_title, y_title): (&str, &str),
    curves: &[Curve],
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let points = || curves.iter().flat_map(|curve| curve.points.iter());
    let (x_low, x_high) = span(points().map(|point| point.0));
    let (y_low, y_high) = span(points().map(|point| point.1));
    let theme = frame.theme;
    let pad = (y_high - y_low) * 0.05;
    let mut chart = ChartBuilder::on(area)
        .margin_top(frame.px(10.0 + LEGEND * named(curves).count() as f64))
        .margin_right(frame.px(18.0))
        .margin_bottom(frame.px(2.0))
        .margin_left(frame.px(2.0))
        .x_label_area_size(frame.px(40.0))
        .y_label_area_size(frame.px(74.0))
        .build_cartesian_2d(x_low..x_high, (y_low - pad)..(y_high + pad))
        .map_err(message)?;
    let axis = ("sans-serif", frame.font(12.0)).into_font().color(&theme.muted);
    let whole = x_low.fract() == 0.0 && x_high.fract() == 0.0;
    let n_labels = if whole { ((x_high - x_low) as usize + 1).min(8) } else { 6 };
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(theme.line.stroke_width(frame.px(1.0) as u32))
        .axis_style(theme.muted.stroke_width(frame.px(1.0) as u32))
        .x_labels(n_labels)
        .y_labels(5)
        .x_label_formatter(&|x| if whole { format!("{x:.0}") } else { Value::Float(*x).short() })
        .y_label_formatter(&|y| label(*y, y_high - y_low))
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
            Stroke::Class(i) => (theme.class(i), Some(2.0), Some(3.5)),
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
    let left = frame.px(84.0);
    for (line, (name, i)) in (0..).zip(named(curves)) {
        let y = frame.px(14.0 + LEGEND * f64::from(line));
        area.draw(&Circle::new((left, y), frame.px(5.0), frame.theme.class(i).filled())).map_err(message)?;
        let style = ("sans-serif", frame.font(13.0)).into_font().color(&frame.theme.text);
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

/// As many digits as tell neighbouring labels apart.
fn label(value: f64, range: f64) -> String {
    if range >= 1e5 || value.abs() >= 1e6 {
        let exponent = libm::floor(libm::log10(value.abs().max(1e-300))) as i32;
        let digits = if range < value.abs() / 100.0 { 4 } else { 2 };
        return format!("{:.digits$}e{exponent}", value / libm::pow(10.0, f64::from(exponent)));
    }
    match range {
        r if r >= 20.0 => format!("{value:.0}"),
        r if r >= 0.5 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
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
    }
}
