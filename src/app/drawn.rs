//! Another image to read with the words of a run: drawn, or taken from the data set and drawn on. Every stroke is
//! read at once, by the arithmetic that the run used, and the images nearest to it are looked for.

use super::desk::Desk;
use super::near::{Drawn, Near};
use super::pad::Pad;
use super::window::Known;
use crate::learn::feature_extraction::Vocabulary;
use crate::report::Bag;
use leptos::prelude::*;
use std::sync::Arc;

/// The way to the sheet, and the sheet. `drawn` is the bag of what is on it, nothing while it is put away.
#[component]
pub fn Draw(computed: Known, drawn: Drawn) -> impl IntoView {
    let open = RwSignal::new(false);
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
            Ok(vocabulary) => Some(view! { <Sheet bag vocabulary drawn/> }.into_any()),
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

#[component]
fn Sheet(bag: Arc<Bag>, vocabulary: Vocabulary, drawn: Drawn) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let data = Memo::new(move |_| desk.setup.with(|setup| setup.data.clone()));
    let levels = RwSignal::new(bag.pixels.clone());
    let size = bag.image_size;
    let words = vocabulary.clone();
    Effect::new(move |_| {
        let pixels: Vec<u8> = levels.with(|levels| levels.iter().map(|level| *level as u8).collect());
        match bag.of(&vocabulary, &pixels, "What is on the sheet") {
            Ok(read) => drawn.set(Some(Arc::new(read))),
            Err(error) => leptos::logging::error!("{error}"),
        }
    });
    view! {
        <Pad size data levels/>
        <Near vocabulary=words drawn data/>
    }
}
