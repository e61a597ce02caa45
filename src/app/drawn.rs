//! Another image to read with the words of a run: drawn, or taken from the data set and drawn on. Every stroke is
//! read at once, by the arithmetic that the run used, and the images nearest to it are looked for.

use super::desk::Desk;
use super::later::{self, Piece};
use super::pad::Pad;
use super::window::Known;
use crate::learn::feature_extraction::Vocabulary;
use crate::report::{Bag, ColorMap, Section};
use leptos::prelude::*;
use std::sync::Arc;

/// A drawn image, while there is one.
pub type Drawn = RwSignal<Option<Arc<Bag>>>;

/// What is on the sheet of these figures: all that show the image of the run show it instead.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// Its bag.
    pub drawn: Drawn,
    /// The figures of it: the word of each window, and what the words keep.
    pub laid: RwSignal<Option<[Section; 2]>>,
}

impl Sheet {
    /// An empty one.
    pub fn new() -> Self {
        Sheet { drawn: RwSignal::new(None), laid: RwSignal::new(None) }
    }

    /// A section of the run's image, or the same of what is drawn.
    pub fn instead(self, section: Memo<Option<Section>>, which: usize) -> Memo<Option<Section>> {
        Memo::new(move |_| {
            let drawn = self.laid.with(|laid| laid.as_ref().map(|laid| laid[which].clone()));
            section.with(|section| section.as_ref().map(|section| drawn.unwrap_or_else(|| section.clone())))
        })
    }
}

/// The way to the sheet, and the sheet. `drawn` is the bag of what is on it, nothing while it is put away.
#[component]
pub fn Draw(computed: Known, drawn: Drawn, open: RwSignal<bool>) -> impl IntoView {
    let toggle = move |_| {
        open.update(|open| *open = !*open);
        if !open.get_untracked() {
            drawn.set(None);
        }
    };
    // Another vocabulary reads anew, beginning with its own image.
    let sheet = move || {
        let bag = computed.get().filter(|_| open.get())?;
        match bag.vocabulary() {
            Ok(vocabulary) => Some(view! { <Drawing bag vocabulary drawn/> }.into_any()),
            Err(error) => Some(view! { <p class="error" role="status">{error.to_string()}</p> }.into_any()),
        }
    };
    view! {
        <div class="pad-tools">
            <button class="btn" data-testid="draw" aria-expanded=move || open.get().to_string() on:click=toggle>
                {move || if open.get() { "Back to the image of the run" } else { "Draw a digit" }}
            </button>
        </div>
        {sheet}
    }
}

/// The images nearest to what is on the sheet; below the bag, which is to be seen while one draws.
#[component]
pub fn Nearest(computed: Known, drawn: Drawn, open: RwSignal<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let data = Memo::new(move |_| desk.setup.with(|setup| setup.data.clone()));
    move || {
        let vocabulary = computed.get().filter(|_| open.get())?.vocabulary().ok()?;
        Some(later::view(Piece::Near(vocabulary, drawn, data)))
    }
}

#[component]
fn Drawing(bag: Arc<Bag>, vocabulary: Vocabulary, drawn: Drawn) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let data = Memo::new(move |_| desk.setup.with(|setup| setup.data.clone()));
    let levels = RwSignal::new(bag.pixels.clone());
    let size = bag.image_size;
    Effect::new(move |_| {
        let pixels: Vec<u8> = levels.with(|levels| levels.iter().map(|level| *level as u8).collect());
        match bag.of(&vocabulary, &pixels, "What is on the sheet") {
            Ok(read) => drawn.set(Some(Arc::new(read))),
            Err(error) => leptos::logging::error!("{error}"),
        }
    });
    view! { <Pad size data levels map=ColorMap::Gray/> }
}
