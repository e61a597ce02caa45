//! Lines over common axes.

use super::{Drawn, Frame, message};
use crate::report::{Curve, Value};
use plotters::coord::Shift;
use plotters::prelude::*;

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
        .margin_top(frame.px(10.0))
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
    let (strong, weak): (Vec<&Curve>, Vec<&Curve>) = curves.iter().partition(|curve| curve.strong);
    let alone = curves.len() == 1;
    for curve in weak.into_iter().chain(strong) {
        let strong = curve.strong || alone;
        let color = if strong { theme.accent } else { theme.muted };
        let line = color.stroke_width(frame.px(if strong { 2.5 } else { 1.2 }).max(1) as u32);
        chart.draw_series(LineSeries::new(curve.points.iter().copied(), line)).map_err(message)?;
        // Where lines are short, a line alone would not show its points.
        if curve.points.len() <= 40 {
            let radius = frame.px(if strong { 3.5 } else { 2.5 });
            let dots = curve.points.iter().map(|point| Circle::new(*point, radius, color.filled()));
            chart.draw_series(dots).map_err(message)?;
        }
    }
    Ok(())
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
