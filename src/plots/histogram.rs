//! Counts as bars, one after the other.

use super::{Drawn, Frame, message};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Draws a bar for each of `counts` over all of `area`. Heights are square roots, as one
/// count may be a hundred times another; the labels are the counts themselves.
pub fn draw<DB: DrawingBackend>(
    counts: &[u64],
    (x_title, y_title): (&str, &str),
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
) -> Drawn {
    let theme = frame.theme;
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin_top(frame.px(10.0))
        .margin_right(frame.px(18.0))
        .margin_bottom(frame.px(2.0))
        .margin_left(frame.px(2.0))
        .x_label_area_size(frame.px(40.0))
        .y_label_area_size(frame.px(74.0))
        .build_cartesian_2d(-0.5..counts.len().max(1) as f64 - 0.5, 0.0..most.sqrt() * 1.04)
        .map_err(message)?;
    let axis = (FontFamily::SansSerif, frame.font(12.0)).into_font().color(&theme.muted);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .max_light_lines(0)
        .bold_line_style(theme.line.stroke_width(frame.px(1.0) as u32))
        .axis_style(theme.muted.stroke_width(frame.px(1.0) as u32))
        .x_labels(counts.len().min(12))
        .y_labels(6)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{:.0}", y * y))
        .label_style(axis.clone())
        .axis_desc_style(axis)
        .x_desc(x_title)
        .y_desc(y_title)
        .draw()
        .map_err(message)?;
    let bar = |(i, count): (usize, &u64)| {
        let middle = i as f64;
        Rectangle::new([(middle - 0.4, 0.0), (middle + 0.4, (*count as f64).sqrt())], theme.accent.filled())
    };
    chart.draw_series(counts.iter().enumerate().map(bar)).map_err(message)?;
    Ok(())
}
