//! Figures on a canvas element.

use super::backend::Surface;
use super::{Drawn, Frame, Theme, colormap, draw, height, least_width};
use crate::data::Dataset;
use crate::report::{ColorMap, Figure};
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

fn js(error: JsValue) -> String {
    format!("{error:?}")
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, String> {
    let context = canvas.get_context("2d").map_err(js)?.ok_or("this browser has no canvas")?;
    context.dyn_into().map_err(|_| "this browser has no canvas".to_string())
}

/// Draws a chart at `width` CSS pixels; plotters measures in backing pixels, so the
/// canvas is made as large as the screen's pixels and shown smaller.
pub fn chart(figure: &Figure, canvas: &HtmlCanvasElement, width: f64, theme: Theme) -> Drawn {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 4.0);
    let width = width.max(least_width(figure));
    let tall = height(figure, width);
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((tall * ratio).round() as u32);
    let style = canvas.style();
    style.set_property("width", &format!("{width}px")).map_err(js)?;
    style.set_property("height", &format!("{tall}px")).map_err(js)?;
    let backend = CanvasBackend::with_canvas_object(canvas.clone()).ok_or("this browser has no canvas")?;
    let area = Surface::Canvas(backend).into_drawing_area();
    draw(figure, &area, &Frame { scale: ratio, theme })?;
    area.present().map_err(|e| e.to_string())
}

/// Draws values as one pixel each; the style sheet enlarges them without smoothing.
pub fn raster(
    canvas: &HtmlCanvasElement,
    (width, height): (u32, u32),
    values: &[f32],
    map: ColorMap,
    (low, high): (f32, f32),
) -> Drawn {
    points(canvas, (width, height), &colormap::rgba(values, map, low, high))
}

/// Puts RGBA bytes on a canvas of that size.
pub fn points(canvas: &HtmlCanvasElement, (width, height): (u32, u32), rgba: &[u8]) -> Drawn {
    // Setting a size clears the canvas and lays the page out anew, even if it is the same.
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width, height).map_err(js)?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).map_err(js)
}

/// Draws some of the data set's images side by side, one pixel each, with clear gaps.
/// `across` of them make a row.
pub fn strip(canvas: &HtmlCanvasElement, data: &Dataset, images: &[u32], across: usize) -> Drawn {
    /// Clear pixels between two images.
    const GAP: usize = 2;
    // A report of other data must not break the page.
    let images: Vec<usize> = images.iter().map(|i| *i as usize).filter(|i| *i < data.n).collect();
    let (w, h) = (data.width, data.height);
    let across = images.len().clamp(1, across.max(1));
    let width = across * (w + GAP) - GAP;
    let height = images.len().div_ceil(across).max(1) * (h + GAP) - GAP;
    let mut bytes = vec![0; 4 * width * height];
    for (i, image) in images.iter().enumerate() {
        let (x, y) = (i % across * (w + GAP), i / across * (h + GAP));
        let levels: Vec<f32> = data.image(*image).iter().map(|level| f32::from(*level)).collect();
        let colors = colormap::rgba(&levels, ColorMap::GrayR, 0.0, 255.0);
        for (row, line) in colors.chunks_exact(4 * w).enumerate() {
            let at = 4 * ((y + row) * width + x);
            bytes[at..at + line.len()].copy_from_slice(line);
        }
    }
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let image =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(&bytes), width as u32, height as u32).map_err(js)?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).map_err(js)
}

/// Draws images as ink in a colour of their own around given places, `(x, y)` in CSS pixels,
/// over a clear canvas of that size. Where several would cover each other the first is drawn.
pub fn thumbnails(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    data: &Dataset,
    placed: impl Iterator<Item = ((f64, f64), u32, RGBColor)>,
    surface: RGBColor,
) -> Drawn {
    /// Side of an image in CSS pixels.
    const SIDE: f64 = 15.0;
    /// Radius in which the point below it is hidden.
    const HIDDEN: f64 = 3.5;
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 2.0);
    let (w, h) = ((width * ratio) as usize, (height * ratio) as usize);
    let side = (SIDE * ratio) as usize;
    let mut bytes = vec![0u8; 4 * w * h];
    let mut taken = vec![false; (w / side + 1) * (h / side + 1)];
    for ((x, y), image, color) in placed {
        let (left, top) = (x * ratio - side as f64 / 2.0, y * ratio - side as f64 / 2.0);
        let fits = left >= 0.0 && top >= 0.0 && left as usize + side <= w && top as usize + side <= h;
        if !fits || image as usize >= data.n {
            continue;
        }
        let (left, top) = (left as usize, top as usize);
        let cell = &mut taken[top / side * (w / side + 1) + left / side];
        if std::mem::replace(cell, true) {
            continue;
        }
        let levels = data.image(image as usize);
        for row in 0..side {
            for column in 0..side {
                // The darkest of what a pixel covers: thin strokes stay.
                let rows = row * data.height / side..((row + 1) * data.height).div_ceil(side);
                let columns = column * data.width / side..((column + 1) * data.width).div_ceil(side);
                let ink =
                    rows.flat_map(|r| columns.clone().map(move |c| levels[r * data.width + c])).max().unwrap_or(0);
                let at = 4 * ((top + row) * w + left + column);
                let off = |i: usize| (i as f64 + 0.5 - side as f64 / 2.0) / ratio;
                // The point itself would make another digit of it.
                let pixel = if off(row) * off(row) + off(column) * off(column) < HIDDEN * HIDDEN {
                    let mix = |a: u8, b: u8| {
                        ((u32::from(a) * u32::from(ink) + u32::from(b) * u32::from(255 - ink)) / 255) as u8
                    };
                    [mix(color.0, surface.0), mix(color.1, surface.1), mix(color.2, surface.2), 255]
                } else {
                    [color.0, color.1, color.2, ink]
                };
                if pixel[3] > bytes[at + 3] {
                    bytes[at..at + 4].copy_from_slice(&pixel);
                }
            }
        }
    }
    canvas.set_width(w as u32);
    canvas.set_height(h as u32);
    let style = canvas.style();
    style.set_property("width", &format!("{}px", w as f64 / ratio)).map_err(js)?;
    style.set_property("height", &format!("{}px", h as f64 / ratio)).map_err(js)?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&bytes), w as u32, h as u32).map_err(js)?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).map_err(js)
}

/// Draws thick lines, in CSS pixels, over a clear canvas of that size.
pub fn lines(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    lines: &[Vec<(f64, f64)>],
    (color, thick): (RGBColor, f64),
) -> Drawn {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 4.0);
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((height * ratio).round() as u32);
    let style = canvas.style();
    style.set_property("width", &format!("{width}px")).map_err(js)?;
    style.set_property("height", &format!("{height}px")).map_err(js)?;
    let brush = context(canvas)?;
    brush.scale(ratio, ratio).map_err(js)?;
    brush.set_stroke_style_str(&format!("rgb({} {} {})", color.0, color.1, color.2));
    brush.set_line_width(thick);
    brush.set_line_join("round");
    brush.begin_path();
    for line in lines {
        for (i, (x, y)) in line.iter().enumerate() {
            if i == 0 { brush.move_to(*x, *y) } else { brush.line_to(*x, *y) }
        }
    }
    brush.stroke();
    Ok(())
}

/// Draws a whole grid of images with captions on one canvas, to be saved.
pub fn sheet(canvas: &HtmlCanvasElement, figure: &Figure, theme: Theme) -> Drawn {
    if let Figure::Inferred(inferred) = figure {
        return sheet(canvas, &inferred.figure(), theme);
    }
    let Figure::Images { height, width, columns, map, low, high, images } = figure else { return Ok(()) };
    let zoom = 6;
    let (cell_width, cell_height) = (width * zoom + 24, height * zoom + 44);
    let columns = (*columns).clamp(1, images.len().max(1) as u32);
    let rows = (images.len() as u32).div_ceil(columns);
    canvas.set_width(columns * cell_width + 24);
    canvas.set_height(rows * cell_height + 24);
    let brush = context(canvas)?;
    let css = |color: RGBColor| format!("rgb({} {} {})", color.0, color.1, color.2);
    brush.set_fill_style_str(&css(theme.surface));
    brush.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
    let small: HtmlCanvasElement =
        document.create_element("canvas").map_err(js)?.dyn_into().map_err(|_| "no canvas".to_string())?;
    for (i, picture) in images.iter().enumerate() {
        let (map, low, high) = picture.scale.unwrap_or((*map, *low, *high));
        raster(&small, (*width, *height), &picture.pixels, map, (low, high))?;
        let x = f64::from(24 + i as u32 % columns * cell_width);
        let y = f64::from(24 + i as u32 / columns * cell_height);
        let (w, h) = (f64::from(width * zoom), f64::from(height * zoom));
        brush.set_image_smoothing_enabled(false);
        brush.draw_image_with_html_canvas_element_and_dw_and_dh(&small, x, y, w, h).map_err(js)?;
        brush.set_fill_style_str(&css(theme.text));
        brush.set_font("16px system-ui, sans-serif");
        brush.set_text_align("center");
        brush.fill_text(&picture.caption, x + w / 2.0, y + h + 20.0).map_err(js)?;
    }
    Ok(())
}
