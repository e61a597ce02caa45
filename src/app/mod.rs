//! The page: Leptos views over one [`Desk`], plain HTML controls, canvases.

mod agree;
mod bar;
mod bench;
mod bootstraps;
mod branches;
mod brush;
mod centres;
mod chains;
mod claims;
mod clusters;
mod complete;
mod contributions;
mod cores;
mod data;
mod datapoint;
mod dendrogram;
mod desk;
mod door;
mod drag;
mod drawn;
mod embed;
mod ending;
mod fetch;
mod figure;
mod form;
mod formulas;
mod frame;
mod gallery;
mod guess;
mod home;
mod inferred;
mod keep;
mod lab;
mod later;
mod maps;
mod matched;
mod matrix;
mod melt;
mod mine;
mod mixed;
mod near;
mod notes;
mod numbers;
mod numerals;
mod offer;
mod opinions;
mod pad;
mod paint;
mod painting;
mod pairs;
mod path;
mod pins;
mod pixel;
mod pixels;
mod player;
mod pointed;
mod predict;
mod preview;
mod reconstruct;
mod regions;
mod route;
mod save;
mod scale_strip;
mod scatter;
mod settings;
mod share;
mod signs;
mod sorting;
mod state;
mod stream;
mod strip;
mod table;
mod templates;
mod theme;
mod tile;
mod window;

use desk::Desk;
use leptos::prelude::*;

/// Starts the page in place of the static one.
pub fn mount() {
    console_error_panic_hook::set_once();
    let Some(root) = document().get_element_by_id("app") else { return };
    // The static page has the same shape, so nothing moves.
    root.set_inner_html("");
    if let Some(body) = document().body() {
        // It hid those parts of the static page that do not fit the address.
        let _ = body.class_list().remove_1("static-lab");
    }
    mount_to(wasm_bindgen::JsCast::unchecked_into(root), Page).forget();
}

#[component]
fn Page() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    provide_context(door::Door::new(desk));
    theme::follow(desk);
    route::follow(desk);
    embed::follow(desk);
    provide_context(predict::Answers::new(desk));
    provide_context(pins::Pins::new());
    view! {
        <a class="skip" href="#main" on:click=frame::skip>"Skip to content"</a>
        <frame::Header/>
        <main id="main" tabindex="-1">
            <notes::Notes/>
            <door::DropVeil/>
            {move || match desk.place.get() {
                crate::link::Place::Home => home::Home().into_any(),
                crate::link::Place::Data => data::DataPage().into_any(),
                _ => lab::LabPage().into_any(),
            }}
        </main>
        <frame::Footer/>
        <share::ShareDialog/>
        <notes::Spoken/>
    }
}
