//! Rows of images of the data set. A report names them by number; they are drawn
//! from the data when those are here, and fetched when the visitor asks.

use super::desk::Desk;
use super::paint::Brush;
use crate::data::Dataset;
use crate::plots::canvas;
use crate::report::{ColorMap, Figure, GalleryRow, Section};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// The rows of a gallery.
#[component]
pub fn Gallery(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let id = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Gallery { data, .. }) => data.clone(),
            _ => String::new(),
        })
    });
    let rows = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Gallery { rows, .. }) => rows.clone(),
            _ => Vec::new(),
        })
    });
    let data = move || desk.data.with(|data| data.get(&id.get()).cloned());
    let failed = RwSignal::new(String::new());
    let load = move |_| {
        failed.set(String::new());
        leptos::task::spawn_local(async move {
            if let Err(error) = desk.dataset(&id.get_untracked()).await {
                failed.set(error.to_string());
            }
        });
    };
    let size = move || desk.info(&id.get()).map_or(0.0, |info| info.bytes as f64 / 1e6);
    move || {
        match data() {
        Some(data) => view! {
            <div class="gallery">{rows.get().into_iter().map(|row| view! { <Row row data=Arc::clone(&data)/> }).collect_view()}</div>
        }
        .into_any(),
        None => view! {
            <p class="empty">
                <button class="btn" data-testid="load-images" on:click=load>
                    {move || format!("Show the images ({:.1} MB)", size())}
                </button>
            </p>
            <p class="error" role="status">{failed}</p>
        }
        .into_any(),
    }
    }
}

#[component]
fn Row(row: GalleryRow, data: Arc<Dataset>) -> impl IntoView {
    let style = format!("--w:{};--columns:{}", data.width, row.images.len().max(1));
    let cells = row.images.iter().zip(row.captions).map(|(image, caption)| {
        view! { <Thumbnail image=*image caption data=Arc::clone(&data)/> }
    });
    view! {
        <div class="row-of-images" role="group" aria-label=row.title.clone()>
            <p class="muted">{row.title.clone()}</p>
            <div class="grid small" style=style>{cells.collect_view()}</div>
        </div>
    }
}

#[component]
fn Thumbnail(image: u32, caption: String, data: Arc<Dataset>) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let label = format!("image {image}: {caption}");
    let brush = Brush::new();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let data = Arc::clone(&data);
        brush.paint(move || draw(image, &data, &element));
    });
    view! {
        <div class="cell" title=label.clone()>
            <canvas node_ref=node role="img" aria-label=label.clone()></canvas>
            <span aria-hidden="true">{caption}</span>
        </div>
    }
}

fn draw(image: u32, data: &Dataset, element: &web_sys::HtmlCanvasElement) {
    // A report of other data must not break the page.
    if (image as usize) < data.n {
        let values: Vec<f32> = data.image(image as usize).iter().map(|level| f32::from(*level)).collect();
        let size = (data.width as u32, data.height as u32);
        if let Err(error) = canvas::raster(element, size, &values, ColorMap::GrayR, (0.0, 255.0)) {
            leptos::logging::error!("image {image}: {error}");
        }
    }
}
