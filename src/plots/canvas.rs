//! Figures on a canvas element.

use super::{Drawn, Frame, Theme, colormap, draw, height, least_width};
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
    let area = backend.into_drawing_area();
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
    // Setting a size clears the canvas and lays the page out anew, even if it is the same.
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let bytes = colormap::rgba(values, map, low, high);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&bytes), width, height).map_err(js)?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).map_err(js)
}

/// Draws a whole grid of images with captions on one canvas, to be saved.
pub fn sheet(canvas: &HtmlCanvasElement, figure: &Figure, theme: Theme) -> Drawn {
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
        raster(&small, (*width, *height), &picture.pixels, *map, (*low, *high))?;
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
