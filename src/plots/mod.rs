//! Figures drawn. Everything is generic over plotters' backend, so that the
//! canvas, the SVG that a visitor saves and the one that a test looks at are one drawing.

mod backend;
pub mod bars;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod canvas;
pub mod cells;
pub mod colormap;
pub mod curves;
pub mod dendrogram;
mod histogram;
mod legend;
pub mod overlay;
pub mod scatter;
mod theme;

pub use theme::{Frame, Theme};

use crate::report::Figure;
use plotters::coord::Shift;
use plotters::prelude::*;

/// A message from a backend; a drawing has nothing else to say.
pub type Drawn = Result<(), String>;

/// Whether `figure` is drawn here (images are rasters, and tables are tables).
pub fn drawable(figure: &Figure) -> bool {
    !matches!(
        figure,
        Figure::Images { .. } | Figure::Gallery { .. } | Figure::Inferred(_) | Figure::Linear(_) | Figure::Numbers(_)
    )
}

/// Height in CSS pixels that suits `figure` at a width in CSS pixels.
pub fn height(figure: &Figure, width: f64) -> f64 {
    match figure {
        Figure::Confusion { rows, .. } | Figure::Heatmap { rows, .. } => cells::height(rows.len(), width),
        Figure::Dendrogram(tree) => dendrogram::Layout::new(tree, width).height,
        Figure::Bars { parts, .. } => bars::height(parts, width),
        Figure::Scatter { groups, points, .. } => scatter::height(groups, points, width),
        _ => (width * 0.5).clamp(220.0, 340.0),
    }
}

/// Least width in CSS pixels at which `figure` can be read; a narrower frame scrolls.
pub fn least_width(figure: &Figure) -> f64 {
    match figure {
        Figure::Confusion { rows, columns, counts, .. } => {
            let most = counts.iter().copied().max().unwrap_or(0);
            cells::least_width(rows, columns, most.to_string().len())
        }
        Figure::Heatmap { rows, columns, texts, .. } => cells::least_width(rows, columns, cells::longest_of(texts)),
        Figure::Dendrogram(tree) => dendrogram::least_width(tree),
        Figure::Bars { bars, .. } => bars::least_width(bars.len()),
        _ => 240.0,
    }
}

/// Draws `figure` over all of `area`.
pub fn draw<DB: DrawingBackend>(figure: &Figure, area: &DrawingArea<DB, Shift>, frame: &Frame) -> Drawn {
    area.fill(&frame.theme.surface).map_err(message)?;
    match figure {
        Figure::Confusion { row_title, column_title, rows, columns, counts, map } => {
            let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
            let shades: Vec<f64> = counts.iter().map(|count| *count as f64 / most).collect();
            let texts: Vec<String> = counts.iter().map(u64::to_string).collect();
            cells::draw((row_title, column_title), (rows, columns), (*map, &shades, &texts), area, frame)
        }
        Figure::Heatmap { row_title, column_title, rows, columns, values, texts, high, map } => {
            let shades: Vec<f64> = values.iter().map(|value| value / high).collect();
            cells::draw((row_title, column_title), (rows, columns), (*map, &shades, texts), area, frame)
        }
        Figure::Curves { x_title, y_title, curves } => curves::draw((x_title, y_title), curves, area, frame),
        Figure::Dendrogram(tree) => dendrogram::draw(tree, area, frame),
        Figure::Bars { x_title, y_title, bars, parts } => bars::draw((x_title, y_title), bars, parts, area, frame),
        Figure::Scatter { x_title, y_title, groups, points, .. } => {
            scatter::draw((x_title, y_title), groups, points, area, frame)
        }
        Figure::Path(path) => draw(&path.curves(None), area, frame),
        Figure::Bag(bag) => histogram::draw(&bag.counts(usize::MAX), ("word", "windows"), area, frame),
        Figure::Images { .. }
        | Figure::Gallery { .. }
        | Figure::Inferred(_)
        | Figure::Linear(_)
        | Figure::Numbers(_) => Ok(()),
    }
}

/// `figure` as an SVG document of that width in CSS pixels.
pub fn svg(figure: &Figure, width: f64, theme: Theme) -> Result<String, String> {
    let width = width.max(least_width(figure));
    let mut text = String::new();
    {
        let size = (width as u32, height(figure, width) as u32);
        let area = backend::Surface::Svg(SVGBackend::with_string(&mut text, size)).into_drawing_area();
        draw(figure, &area, &Frame { scale: 1.0, theme })?;
        area.present().map_err(message)?;
    }
    Ok(text)
}

fn message<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}
