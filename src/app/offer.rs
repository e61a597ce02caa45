//! The offer to use the images that the notebook used, where a scene begins with fewer.

use super::claims::scene;
use super::desk::Desk;
use super::door::Door;
use super::state::Kept;
use crate::data::catalog::Info;
use crate::data::opened::is_own_id;
use crate::data::public::{self, ALL_OF_MNIST as ALL};
use leptos::prelude::*;

/// The offer; nothing where such images are in use, or may not be chosen.
#[component]
pub fn AllImages() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let door = expect_context::<Door>();
    // A visitor's files may differ from the published ones in a byte, and are as good.
    let full = move || {
        let own = |all: &Option<Vec<Kept>>| {
            let like = |info: &Info| info.like_mnist && is_own_id(&info.id);
            all.iter().flatten().find(|kept| like(&kept.info)).map(|kept| kept.info.id.clone())
        };
        if desk.info(ALL).is_some() { Some(ALL.to_string()) } else { desk.opened.with(own) }
    };
    let fits = Memo::new(move |_| {
        let wanted = scene(desk).is_some_and(|scene| scene.all_images);
        let free = desk.setup.with(|setup| {
            let named = |names: &[String]| names.iter().any(|name| name == "data");
            let embed = &setup.embed;
            setup.data != ALL && !named(&embed.lock) && embed.controls.as_deref().is_none_or(named)
        });
        wanted && free
    });
    let here = Memo::new(move |_| full());
    let used = move || here.with(|here| desk.setup.with(|setup| here.as_ref() == Some(&setup.data)));
    let size = public::find(ALL).map_or(0.0, |set| set.bytes() as f64 / 1e6);
    move || {
        (fits.get() && !used()).then(|| {
            let words = "The notebook used all 70,000 images of MNIST. ";
            if let Some(id) = here.get() {
                let whose = if id == ALL { "all" } else { "your" };
                view! {
                    <p class="muted" data-testid="all-images">
                        {words}
                        <button class="btn" on:click=move |_| desk.change("data", &id)>{format!("Run this on {whose} 70,000 images")}</button>
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
