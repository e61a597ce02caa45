//! The images nearest to what is on the sheet, by its bag and by its pixels: every stroke moves them.

use super::desk::{Desk, now};
use super::drawn::Drawn;
use super::gallery::{Here, Load};
use super::table::TableView;
use super::tile::Tile;
use crate::data::Dataset;
use crate::learn::feature_extraction::Vocabulary;
use crate::report::near::{Neighbours, Search, Shelf};
use crate::report::{Bag, ColorMap};
use crate::workers::breathe;
use leptos::prelude::*;
use std::sync::Arc;

/// Milliseconds of work between two looks at what the visitor does.
const SLICE_MS: f64 = 8.0;
/// Images between two looks at the clock.
const STEP: usize = 250;

/// Both lists, once the images are here.
#[component]
pub fn Near(vocabulary: Vocabulary, drawn: Drawn, data: Memo<String>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let here = Memo::new(move |_| desk.data.with(|known| known.get(&data.get()).cloned()).map(Here));
    let vocabulary = StoredValue::new(vocabulary);
    // The sheet is read a moment after it opened.
    let fits = Memo::new(move |_| {
        let size = here.with(|here| here.as_ref().map(|Here(data)| (data.height as u32, data.width as u32)));
        drawn.with(|bag| bag.as_ref().is_some_and(|bag| Some(bag.image_size) == size))
    });
    let lists = move || match here.get() {
        Some(Here(data)) => {
            fits.get().then(|| view! { <Lists vocabulary=vocabulary.get_value() drawn data/> }).into_any()
        }
        None => view! { <Load id=data/> }.into_any(),
    };
    view! {
        <div class="chosen" data-testid="neighbours">
            <h4>"Nearest images"</h4>
            {lists}
        </div>
    }
}

#[component]
fn Lists(vocabulary: Vocabulary, drawn: Drawn, data: Arc<Dataset>) -> impl IntoView {
    let n = data.n;
    let found = RwSignal::new(Neighbours::default());
    let failed = RwSignal::new(String::new());
    let shelf = StoredValue::new(Shelf::new(vocabulary.words().n_rows()));
    let n_read = RwSignal::new(0);
    let images = Arc::clone(&data);
    leptos::task::spawn_local(async move {
        if let Some(Err(error)) = read(&images, &vocabulary, shelf, n_read).await {
            failed.try_set(error.to_string());
        }
    });
    let whole = Memo::new(move |_| n_read.get() == n);
    // How often another search was asked for, and whether one goes on.
    let asked = StoredValue::new(0u32);
    let busy = StoredValue::new(false);
    let images = Arc::clone(&data);
    Effect::new(move |_| {
        drawn.track();
        whole.track();
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        if !busy.get_value() {
            busy.set_value(true);
            let images = Arc::clone(&images);
            leptos::task::spawn_local(async move {
                let _ = search(&images, shelf, drawn, asked, found).await;
                busy.try_set_value(false);
            });
        }
    });
    let images = Arc::clone(&data);
    let section = Memo::new(move |_| found.with(|found| Some(found.section(&images))));
    let blank = Memo::new(move |_| {
        drawn.with(|bag| bag.as_ref().is_none_or(|bag| bag.pixels.iter().all(|level| *level == 0.0)))
    });
    let words = move || match blank.get() {
        true => Some("Draw a digit, or take an image, to see which are nearest to it.".to_string()),
        false => section.with(|section| section.as_ref().map(|section| section.summary.clone())),
    };
    let reading =
        move || (!whole.get()).then(|| format!("Reading all images with these words: {} of {n}.", n_read.get()));
    view! {
        <p role="status" data-testid="near-words">{words}</p>
        <p class="error" role="status">{failed}</p>
        <p class="muted" data-testid="near-reading">{reading}</p>
        <div hidden=blank>
            {list("by the counts of their words", "near-bag", &data, found, |found| &found.by_bag)}
            {list("by their grey levels", "near-pixels", &data, found, |found| &found.by_pixels)}
            <details>
                <summary>"Table"</summary>
                <TableView section/>
            </details>
        </div>
    }
}

/// Reads all images in slices; nothing if nobody waits for them any more.
async fn read(
    data: &Dataset,
    vocabulary: &Vocabulary,
    shelf: StoredValue<Shelf>,
    n_read: RwSignal<usize>,
) -> Option<crate::error::Result<()>> {
    let mut began = now();
    for image in 0..data.n {
        if let Err(error) = shelf.try_update_value(|shelf| shelf.read(vocabulary, data.image(image)))? {
            return Some(Err(error));
        }
        if now() - began > SLICE_MS {
            if n_read.try_set(image + 1).is_some() {
                return None;
            }
            breathe().await;
            began = now();
        }
    }
    n_read.try_set(data.n);
    Some(Ok(()))
}

/// Looks for the nearest images until nobody has asked anew meanwhile.
async fn search(
    data: &Dataset,
    shelf: StoredValue<Shelf>,
    drawn: Drawn,
    asked: StoredValue<u32>,
    found: RwSignal<Neighbours>,
) -> Option<()> {
    loop {
        // Strokes that came in one frame are looked at once.
        breathe().await;
        let before = asked.try_get_value()?;
        let mut search = Search::new(&*drawn.try_get_untracked()??);
        let mut began = now();
        for from in (0..data.n).step_by(STEP) {
            shelf.try_with_value(|shelf| search.look(shelf, data, from..(from + STEP).min(data.n)))?;
            if now() - began > SLICE_MS {
                breathe().await;
                began = now();
            }
        }
        if found.try_set(search.found()).is_some() || asked.try_get_value()? == before {
            return Some(());
        }
    }
}

/// The images of one list, each with its label and its distance.
fn list(
    title: &'static str,
    name: &'static str,
    data: &Arc<Dataset>,
    found: RwSignal<Neighbours>,
    pick: fn(&Neighbours) -> &Vec<(f64, u32)>,
) -> impl IntoView + use<> {
    let size = Signal::stored((data.height as u32, data.width as u32));
    let data = StoredValue::new(Arc::clone(data));
    let at = move |i: usize| found.with(|found| pick(found).get(i).copied());
    let cell = move |i: usize| {
        let values = Signal::derive(move || {
            let levels = |data: &Arc<Dataset>, image: u32| {
                data.image(image as usize).iter().map(|level| f32::from(*level)).collect()
            };
            at(i).map(|(_, image)| data.with_value(|data| levels(data, image))).unwrap_or_default()
        });
        let label = move || {
            let class =
                |data: &Arc<Dataset>, image: u32| data.class_names[usize::from(data.labels[image as usize])].clone();
            at(i).map(|(_, image)| data.with_value(|data| class(data, image)))
        };
        let distance = move || {
            at(i)
                .map(|(distance, _)| if distance < 100.0 { format!("{distance:.1}") } else { format!("{distance:.0}") })
        };
        let name = Signal::derive(move || {
            let (Some((_, image)), Some(label), Some(distance)) = (at(i), label(), distance()) else {
                return String::new();
            };
            format!("image {image}, a {label}, distance {distance}")
        });
        view! {
            <div class="cell" title=name data-image=move || at(i).map(|(_, image)| image.to_string())>
                <Tile size values range=Signal::stored((0.0, 255.0)) map=ColorMap::Gray label=name/>
                <span aria-hidden="true">{label}</span>
                <span class="muted" aria-hidden="true">{distance}</span>
            </div>
        }
    };
    let n = move || found.with(|found| pick(found).len());
    view! {
        <Show when=move || { n() > 0 }>
            <div class="near" role="group" aria-label=format!("Nearest {title}") data-testid=name>
                <p class="muted">{format!("Nearest {title}, each with its label and its distance:")}</p>
                <div class="near-tiles"><For each=move || 0..n() key=|i| *i children=cell/></div>
            </div>
        </Show>
    }
}
