//! The offer to use the images that the notebook used, where a scene begins with fewer.

use super::claims::scene;
use super::desk::Desk;
use super::door::Door;
use crate::data::public;
use leptos::prelude::*;

/// All of MNIST, by its name in links.
const ALL: &str = "mnist70k";

/// The offer; nothing where the images are in use, or may not be chosen.
#[component]
pub fn AllImages() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let door = expect_context::<Door>();
    let fits = Memo::new(move |_| {
        let wanted = scene(desk).is_some_and(|scene| scene.all_images);
        let free = desk.setup.with(|setup| {
            let named = |names: &[String]| names.iter().any(|name| name == "data");
            let embed = &setup.embed;
            setup.data != ALL && !named(&embed.lock) && embed.controls.as_deref().is_none_or(named)
        });
        wanted && free
    });
    let here = Memo::new(move |_| desk.info(ALL).is_some());
    let size = public::find(ALL).map_or(0.0, |set| set.bytes() as f64 / 1e6);
    move || {
        fits.get().then(|| {
            let words = "The notebook used all 70,000 images of MNIST. ";
            if here.get() {
                view! {
                    <p class="muted" data-testid="all-images">
                        {words}
                        <button class="btn" on:click=move |_| desk.change("data", ALL)>"Run this on all 70,000 images"</button>
                    </p>
                }
                .into_any()
            } else {
                view! {
                    <p class="muted" data-testid="all-images">
                        {words} <a href="#/data" on:click=move |_| door.come_back()>{format!("Open them ({size:.0} MB)")}</a>
                        ", and this scene can give the notebook's own numbers."
                    </p>
                }
                .into_any()
            }
        })
    }
}
