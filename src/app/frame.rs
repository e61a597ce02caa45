//! Header and footer, the same on every page.

use super::desk::Desk;
use super::theme;
use crate::labs;
use crate::link::Place;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Moves the focus to the content without touching the address.
pub fn skip(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    if let Some(main) = document().get_element_by_id("main") {
        let _ = main.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

/// Name, labs, and what concerns the whole page.
#[component]
pub fn Header() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let current = move || match desk.place.get() {
        Place::Scene { lab, .. } => lab,
        Place::Bench { .. } => "bench".into(),
        Place::Data => "data".into(),
        Place::Home => String::new(),
    };
    let item = move |id: String, name: String, href: String| {
        let aria = { move || (current() == id).then_some("page") };
        view! { <a href=href aria-current=aria>{name}</a> }
    };
    view! {
        <header class="top">
            <a class="logo" href="#/">
                <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
                    <rect width="28" height="28" rx="6" fill="var(--accent)"/>
                    <path d="M8 20c7 1 12-3 12-9 0-3-2-5-5-5-4 0-6 3-6 5 0 3 2 4 5 4 3 0 5-1 6-4" fill="none"
                        stroke="var(--on-accent)" stroke-width="2.6" stroke-linecap="round"/>
                </svg>
                "Digitoscope"
            </a>
            <nav aria-label="Labs">
                {labs::all()
                    .iter()
                    .map(|lab| item(lab.id.clone(), lab.name.clone(), format!("#/{}", lab.id)))
                    .collect_view()}
                {item("bench".into(), "Bench".into(), "#/bench/kmeans".into())}
                {item("data".into(), "Data".into(), "#/data".into())}
            </nav>
            <span class="space"></span>
            <button class="btn" data-testid="share" prop:disabled=move || matches!(desk.place.get(), Place::Home | Place::Data)
                on:click=move |_| desk.sharing.set(true)>"Share"</button>
            <button class="btn quiet" data-testid="theme"
                aria-label=move || format!("Theme: {}", theme::name(desk))
                title=move || format!("Theme: {}", theme::name(desk))
                on:click=move |_| theme::cycle(desk)>"◐"</button>
        </header>
    }
}

/// Version and privacy; in an embed, the way to the full page.
#[component]
pub fn Footer() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let full = move || {
        let mut setup = desk.setup.get();
        setup.embed = crate::link::Embed::default();
        setup.fragment()
    };
    let credit = move || desk.setup.with(|setup| setup.embed.on && !setup.embed.no_credit);
    view! {
        <footer class="foot">
            <Show when=credit>
                <p><a href=full target="_blank" rel="noopener">"Open in Digitoscope"</a></p>
            </Show>
            <p class="full">
                "Digitoscope " {crate::report::ENGINE}
                ". Everything is computed in this page; nothing is sent anywhere. Images: MNIST by Y. LeCun, C. Cortes and "
                "C. J. C. Burges, "
                <a href="https://creativecommons.org/licenses/by-sa/3.0/" rel="external">"CC BY-SA 3.0"</a>". "
                <a href="#/bench/selftest">"Self-test of this browser"</a>"."
            </p>
        </footer>
    }
}
