//! Images that the visitor sorts into groups: choose a group, then the images that belong to it; or press its letter
//! while an image has the focus.

use super::desk::Desk;
use super::gallery::{Here, Load};
use super::strip::Strip;
use crate::labs::{Sorting, UNSORTED};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The images and their groups; `draft` has the letter of each image's group.
#[component]
pub fn Sort(sorting: &'static Sorting, draft: RwSignal<String>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let data = Memo::new(move |_| desk.data.with(|data| data.get(&sorting.data).cloned()).map(Here));
    let here = Signal::derive(move || data.get().map(|here| here.0));
    let n = sorting.images.len();
    if draft.with_untracked(|draft| draft.chars().count() != n) {
        draft.set(UNSORTED.to_string().repeat(n));
    }
    let group = RwSignal::new('a');
    let moved = RwSignal::new(String::new());
    let of = move |i: usize| draft.with(|draft| draft.chars().nth(i).unwrap_or(UNSORTED));
    let put = move |i: usize, to: char| {
        draft
            .update(|draft| *draft = draft.chars().enumerate().map(|(j, old)| if i == j { to } else { old }).collect());
        moved.set(format!("Image {} is in group {}", i + 1, to.to_ascii_uppercase()));
        // The image moves to another row, and loses the focus on the way; but who has gone on to another meanwhile
        // stays there.
        let id = tile(sorting, i);
        request_animation_frame(move || {
            if document().active_element().is_some_and(|now| now.tag_name() != "BODY") {
                return;
            }
            let element = document().get_element_by_id(&id).and_then(|e| e.dyn_into::<HtmlElement>().ok());
            drop(element.map(|element| element.focus()));
        });
    };
    let key = move |event: KeyboardEvent, i: usize| {
        let key = event.key().to_lowercase();
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        let letter = sorting.letters().find(|letter| plain && key == letter.to_string());
        if let Some(letter) = letter {
            event.prevent_default();
            put(i, letter);
        }
    };
    let image = move |i: usize| {
        let images = vec![sorting.images[i]];
        view! {
            <button class="sort-image" type="button" id=tile(sorting, i) data-image=i.to_string() aria-label=format!("Image {}", i + 1)
                on:click=move |_| put(i, group.get_untracked()) on:keydown=move |event| key(event, i)>
                <Strip data=here images=Signal::stored(images) across=Signal::stored(1)/>
            </button>
        }
    };
    let row = move |letter: char, name: String| {
        let there = Memo::new(move |_| (0..n).filter(|i| of(*i) == letter).collect::<Vec<_>>());
        view! {
            <div class="sort-row" role="group" aria-label=name.clone() data-group=letter.to_string()>
                {if letter == UNSORTED {
                    view! { <span class="muted">{name.clone()}</span> }.into_any()
                } else {
                    view! {
                        <button class="btn" type="button" aria-pressed=move || (group.get() == letter).to_string()
                            on:click=move |_| group.set(letter)>{name.clone()}</button>
                    }
                    .into_any()
                }}
                <For each=move || there.get() key=|i| *i children=image/>
            </div>
        }
    };
    view! {
        <p class="muted">"Choose a group, then press the images that belong to it; or press a group's letter on an image."</p>
        <Show when=move || here.with(Option::is_some) fallback=move || view! { <Load id=Signal::stored(sorting.data.clone())/> }>
            <div class="sort" data-testid="sort">
                {row(UNSORTED, "Not sorted yet".into())}
                {sorting.letters().map(|letter| row(letter, format!("Group {}", letter.to_ascii_uppercase()))).collect_view()}
            </div>
        </Show>
        <p class="sr" role="status">{moved}</p>
    }
}

/// The name of an image's button in the document.
fn tile(sorting: &Sorting, i: usize) -> String {
    format!("sort-{}", sorting.images[i])
}
