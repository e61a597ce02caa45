//! What was read of files, shown before it is accepted.

use super::data::grouped;
use super::door::{Door, DoorState};
use super::paint::Brush;
use crate::data::opened::{Arranged, Order, Preview};
use crate::plots::canvas;
use crate::report::ColorMap;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Images, counts, shape; the choice of the order; accept or discard.
#[component]
pub fn PreviewCard() -> impl IntoView {
    let door = expect_context::<Door>();
    move || match door.state.get() {
        DoorState::Preview(preview) => Some(card(door, preview)),
        _ => None,
    }
}

fn card(door: Door, preview: Arc<Preview>) -> impl IntoView {
    let wanted = door.missing();
    let first = match &wanted {
        Some(id) if preview.sorted.id == *id => Order::Sorted,
        Some(id) if preview.as_published.id == *id => Order::AsPublished,
        // The order of the built-in images and of the notebooks.
        _ => Order::Sorted,
    };
    let order = RwSignal::new(first);
    let id = {
        let preview = Arc::clone(&preview);
        Memo::new(move |_| preview.arranged(order.get()).id.clone())
    };
    let fits = Memo::new(move |_| wanted.clone().is_none_or(|wanted| wanted == id.get()));
    let parts = preview.parts.iter().map(|(images, labels, n)| {
        view! { <li><code>{images.clone()}</code> " with " <code>{labels.clone()}</code> ": " {grouped(*n as usize)} " images"</li> }
    });
    let same = preview.sorted.sha256 == preview.as_published.sha256;
    let choice = move |value: Order, label: &'static str, hint: &'static str, test: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="order" data-testid=test prop:checked=move || order.get() == value
                    on:change=move |_| order.set(value)/>
                <span>{label} ": " <span class="muted">{hint}</span></span>
            </label>
        }
    };
    let several = preview.parts.len() > 1;
    let hint = if several {
        "training and test each for itself: “MNIST original”"
    } else {
        "images of one label as they were"
    };
    let (n, height, width) = (grouped(preview.n as usize), preview.height, preview.width);
    let samples = {
        let preview = Arc::clone(&preview);
        move || thumbnails(&preview, preview.arranged(order.get()))
    };
    view! {
        <section class="card preview" aria-label="Preview" data-testid="preview">
            <div class="head">
                <h2>{preview.title.clone()}</h2>
                <span class="space"></span>
                {preview.published.then(|| view! { <span class="badge ok">"the published files, checked"</span> })}
            </div>
            <p><strong>{n}</strong> {format!(" images of {height} × {width} pixels. Nothing is taken over until you accept.")}</p>
            <ul class="parts muted">{parts.collect_view()}</ul>
            <div class="samples" role="group" aria-label="Twenty of the images, spread over all">{samples}</div>
            {counts(&preview)}
            <Show when=move || !same>
                <fieldset class="orders">
                    <legend>"Order"</legend>
                    {choice(Order::Sorted, "sorted by label", hint, "order-sorted")}
                    {choice(Order::AsPublished, "as published", "the files' own order", "order-published")}
                </fieldset>
            </Show>
            <p>"Its name in links: " <code data-testid="preview-id">{id}</code></p>
            <Show when=move || !fits.get()>
                <p class="warn" data-testid="misfit">
                    "This is not " <code>{move || door.missing()}</code> ", which the link asks for: other files, or another order."
                </p>
            </Show>
            <div class="files">
                <button class="btn primary" data-testid="accept" on:click=move |_| door.accept(order.get_untracked())>
                    {move || if fits.get() { "Accept" } else { "Use it anyway" }}
                </button>
                <button class="btn" data-testid="discard" on:click=move |_| door.discard()>"Discard"</button>
            </div>
        </section>
    }
}

fn thumbnails(preview: &Preview, arranged: &Arranged) -> impl IntoView + use<> {
    let (height, width) = (preview.height, preview.width);
    let size = (height * width) as usize;
    arranged
        .indices
        .iter()
        .zip(&arranged.labels)
        .enumerate()
        .map(|(k, (index, label))| {
            let name = preview.class_names.get(usize::from(*label)).cloned().unwrap_or_default();
            let values: Vec<f32> = arranged
                .pixels
                .get(k * size..(k + 1) * size)
                .unwrap_or_default()
                .iter()
                .map(|b| f32::from(*b))
                .collect();
            let node = NodeRef::<html::Canvas>::new();
            let brush = Brush::new();
            Effect::new(move |_| {
                let Some(element) = node.get().filter(|_| values.len() == size) else { return };
                let values = values.clone();
                brush.paint(move || {
                    let drawn = canvas::raster(&element, (width, height), &values, ColorMap::GrayR, (0.0, 255.0));
                    if let Err(error) = drawn {
                        leptos::logging::error!("{error}");
                    }
                });
            });
            view! {
                <div class="cell" title=format!("image {index}: {name}")>
                    <canvas node_ref=node role="img" aria-label=format!("image {index}: {name}")></canvas>
                    <span aria-hidden="true">{name.clone()}</span>
                </div>
            }
        })
        .collect_view()
}

/// Images of each class, as bars with their numbers.
fn counts(preview: &Preview) -> impl IntoView + use<> {
    let most = preview.counts.iter().copied().max().unwrap_or(1).max(1);
    let rows = preview.class_names.iter().zip(&preview.counts).map(|(name, count)| {
        let width = format!("width:{}%", f64::from(*count) * 100.0 / f64::from(most));
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td class="num">{grouped(*count as usize)}</td>
                <td class="bars" aria-hidden="true"><span style=width></span></td>
            </tr>
        }
    });
    view! {
        <table class="counts" data-testid="counts">
            <caption class="sr">"Images of each label"</caption>
            <thead><tr><th scope="col">"Label"</th><th scope="col" class="right">"Images"</th><td></td></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
