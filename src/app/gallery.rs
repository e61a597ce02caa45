//! Rows of images of the data set. A report names them by number; they are drawn
//! from the data when those are here, and fetched when the visitor asks. Only rows
//! near the screen have pictures: a long gallery costs no more than a short one.

use super::desk::Desk;
use super::paint::growing;
use super::pointed::Pointed;
use super::strip::Strip;
use crate::data::Dataset;
use crate::report::{Figure, GalleryRow, Section};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::{IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// Rows that are put on the page in one task.
const ROWS_AT_ONCE: usize = 8;

/// How far beyond the screen pictures are drawn.
const NEAR: &str = "500px";

/// CSS pixels of an image's pixel, and between two images.
const ZOOM: usize = 2;

/// A button that brings the images, if they are not here yet.
#[component]
pub fn Load(
    /// The data set's name.
    #[prop(into)]
    id: Signal<String>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
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
    view! {
        <p class="empty">
            <button class="btn" data-testid="load-images" on:click=load>
                {move || format!("Show the images ({:.1} MB)", size())}
            </button>
        </p>
        <p class="error" role="status">{failed}</p>
    }
}

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
    let frame = NodeRef::<html::Div>::new();
    let width = super::figure::width_of(frame);
    let grown = growing(Memo::new(move |_| rows.with(Vec::len)), ROWS_AT_ONCE);
    let shown = move || rows.with(|rows| rows.iter().take(grown.get()).cloned().enumerate().collect::<Vec<_>>());
    let data = Memo::new(move |_| desk.data.with(|data| data.get(&id.get()).cloned()).map(Here));
    move || match data.get() {
        Some(Here(data)) => {
            let images = Arc::clone(&data);
            view! {
                <Pointed rows data=Arc::clone(&data)>
                    <div class="gallery" node_ref=frame>
                        <For each=shown key=|(i, row)| (*i, row.title.clone(), row.images.clone()) children=move |(i, row)| {
                            view! { <Row i row data=Arc::clone(&images) width/> }
                        }/>
                    </div>
                </Pointed>
            }
            .into_any()
        }
        None => view! { <Load id/> }.into_any(),
    }
}

/// A data set, equal to itself only: comparing millions of pixels would take long.
#[derive(Clone)]
pub struct Here(pub Arc<Dataset>);

impl PartialEq for Here {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[component]
fn Row(i: usize, row: GalleryRow, data: Arc<Dataset>, width: RwSignal<f64>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let near = near(node);
    let step = (ZOOM * (data.width + 2)) as f64;
    let tall = ZOOM * data.height + 24;
    let n = row.images.len();
    let across = Memo::new(move |_| ((column(width.get()) / step) as usize).clamp(1, n.max(1)));
    let style = move || format!("min-height:{}px", 28 + n.div_ceil(across.get()) * tall);
    let title = row.title.clone();
    let (data, row) = (StoredValue::new(Some(data)), StoredValue::new(row));
    let lines = move || {
        let across = across.get();
        row.with_value(|row| {
            let lines = row.images.chunks(across).zip(row.captions.chunks(across)).zip((0..).step_by(across));
            lines.map(|((images, captions), first)| line(data.get_value(), (i, first), images, captions)).collect_view()
        })
    };
    view! {
        <div class="row-of-images" role="group" aria-label=title.clone() node_ref=node style=style>
            <p class="muted">{title.clone()}</p>
            <Show when=move || near.get()>{lines}</Show>
        </div>
    }
}

/// Width of a column of the gallery: as the style sheet lays them out, 22rem at least, where there is room.
fn column(width: f64) -> f64 {
    const LEAST: f64 = 352.0;
    const GAP: f64 = 16.0;
    let columns = ((width + GAP) / (LEAST + GAP)).floor().max(1.0);
    (width - GAP * (columns - 1.0)) / columns
}

/// One line of a row: a canvas, and a caption under each image; `at` is the number of the row, and of its image that
/// the line begins with.
fn line(data: Option<Arc<Dataset>>, at: (usize, usize), images: &[u32], captions: &[String]) -> impl IntoView + use<> {
    let label = images.iter().zip(captions).map(|(image, caption)| format!("image {image}: {caption}"));
    let label = label.collect::<Vec<_>>().join(", ");
    let step = data.as_ref().map_or(0, |data| ZOOM * (data.width + 2));
    let style = format!("--step:{step}px;--n:{}", images.len());
    let (across, images) = (images.len(), images.to_vec());
    let captions = captions.iter().map(|caption| view! { <span>{caption.clone()}</span> }).collect_view();
    view! {
        <div class="line-of-images" style=style data-row=at.0.to_string() data-first=at.1.to_string() data-n=across.to_string()
            data-step=step.to_string()>
            <Strip data=Signal::derive(move || data.clone()) images=Signal::derive(move || images.clone()) across=Signal::derive(move || across)
                label=Signal::derive(move || label.clone())/>
            <div class="captions" aria-hidden="true">{captions}</div>
        </div>
    }
}

/// Whether an element is on the screen or near it.
fn near(node: NodeRef<html::Div>) -> RwSignal<bool> {
    let near = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let mut entries = entries.iter().map(JsCast::unchecked_into::<IntersectionObserverEntry>);
            // Several changes at once come in their order: the last one holds.
            if let Some(now) = entries.next_back().map(|entry| entry.is_intersecting())
                && near.try_get_untracked().is_some_and(|before| before != now)
            {
                near.set(now);
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(NEAR);
        match IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &options) {
            Ok(observer) => {
                observer.observe(&element);
                let kept = StoredValue::new_local((observer, seen));
                on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
            }
            // Without an observer every row is drawn.
            Err(_) => near.set(true),
        }
    });
    near
}
