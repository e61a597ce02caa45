//! The five labs.

use crate::labs;
use leptos::prelude::*;

/// The home page. The static page in `index.html` has the same words and shape.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <div class="hero">
            <div class="digits" aria-hidden="true"></div>
            <h1>"Look inside handwritten digits"</h1>
            <p>
                "Five classic notebooks, rebuilt to run in this page: nothing to install, nothing leaves your device. "
                "Open one, change a setting, share the link."
            </p>
            <p><a class="btn primary" href="#/clusters/2-kmeans">"Start with clusters"</a></p>
        </div>
        <ul class="cards">
            {labs::all()
                .iter()
                .map(|lab| {
                    let built = !lab.scenes.is_empty();
                    let badge = match (built, lab.unfinished.is_empty()) {
                        (false, _) => Some("not built yet"),
                        (true, false) => Some("in part"),
                        (true, true) => None,
                    };
                    view! {
                        <li class="card">
                            <h2><a href=format!("#/{}", lab.id)>{lab.title.as_str()}</a></h2>
                            <p>{lab.lead.as_str()}</p>
                            <p class="muted">
                                {badge.map(|text| view! { <span class="badge">{text}</span> " " })}
                                {lab.fact.as_str()}
                            </p>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}
