//! The formulas of the mixture: how the model makes images, and what it expects of one. A symbol that has a control
//! leads to it.

use super::desk::Desk;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Symbols with a control: how they are written, and whose control it is.
const SYMBOLS: [(&str, &str, &str); 3] = [
    ("γ", "concentration", "the concentration"),
    ("α", "alpha", "the pixel prior, on"),
    ("β", "beta", "the pixel prior, off"),
];

/// Goes to a control, which may be in a panel that is closed.
fn go(name: &str) {
    let Some(control) = document().get_element_by_id(&format!("c-{name}")) else { return };
    let Ok(control) = control.dyn_into::<HtmlElement>() else { return };
    if control.offset_parent().is_none()
        && let Some(opener) = document().query_selector(".rail:not(.open) .bar .btn").ok().flatten()
    {
        opener.unchecked_into::<HtmlElement>().click();
    }
    // The panel is open in the next frame.
    request_animation_frame(move || drop(control.focus()));
}

/// The formulas and what their symbols are now.
#[component]
pub fn Formulas() -> impl IntoView {
    let desk = expect_context::<Desk>();
    // In another page's frame there may be no controls to go to.
    let shown = move |name: &'static str| {
        move || {
            desk.setup.with(|setup| setup.embed.controls.as_ref().is_none_or(|names| names.iter().any(|n| n == name)))
        }
    };
    // The index stands outside: a name has to have in it what is read on the button.
    let symbol = move |i: usize, index: Option<&'static str>| {
        let (sign, name, what) = SYMBOLS[i];
        let body = move || view! { <var>{sign}</var> };
        view! {
            <Show when=shown(name) fallback=body>
                <button class="symbol" data-symbol=name aria-label=format!("{sign}: go to the control of {what}")
                    on:click=move |_| go(name)>{body}</button>
            </Show>
            {index.map(|index| view! { <sub>{index}</sub> })}
        }
    };
    let (gamma, alpha, beta) = (move || symbol(0, None), move || symbol(1, Some("d")), move || symbol(2, Some("d")));
    let now = move || {
        desk.setup.with(|setup| {
            let value = |name: &str| setup.value(name).unwrap_or_default().to_string();
            let learned = match setup.value("learn") {
                Some("fixed") => "fixed for every pixel",
                _ => "where every pixel begins; each learns its own",
            };
            format!(
                "Here γ = {}, and α = {}, β = {} ({learned}).",
                value("concentration"),
                value("alpha"),
                value("beta")
            )
        })
    };
    view! {
        <section class="card formulas" data-testid="formulas" aria-label="The model in formulas">
            <h3>"How images are made"</h3>
            <p class="formula">
                <var>"P"</var>"(" <var>"z"</var><sub>"i"</sub>" = " <var>"k"</var>" | the other images) ∝ " <var>"n"</var><sub>"k"</sub>
                ", a new group ∝ " {gamma()}
            </p>
            <p class="formula">
                <var>"θ"</var><sub>"k d"</sub>" ~ Beta(" {alpha()} ", " {beta()} "),  "
                <var>"P"</var>"(pixel" <sub>"d"</sub>" on | group " <var>"k"</var>") = " <var>"θ"</var><sub>"k d"</sub>
            </p>
            <p class="formula">"pixel"<sub>"d"</sub>" ⊥ pixel"<sub>"c"</sub>" given the group, for all " <var>"d"</var>" ≠ " <var>"c"</var></p>
            <p class="muted">
                "Image i joins group k in proportion to the images in it. The other two lines are the notebook's: BetaBernoulli, and \
                pixels that do not depend on each other once the group is known. It gives α and β the index of the group; in its \
                library they belong to the pixel."
            </p>
            <h3>"What it expects"</h3>
            <p class="formula">
                <var>"P"</var>"(pixel" <sub>"d"</sub>" on | group " <var>"k"</var>", images) = ("
                {alpha()} " + " <var>"h"</var><sub>"k d"</sub>") / (" {alpha()} " + " {beta()} " + " <var>"n"</var><sub>"k"</sub>")"
            </p>
            <p class="formula">
                <var>"P"</var>"(group " <var>"k"</var>" | seen pixels) ∝ " <var>"n"</var><sub>"k"</sub>" · ∏" <sub>"d seen"</sub>" "
                <var>"P"</var>"(pixel" <sub>"d"</sub>" as it is seen | " <var>"k"</var>"), a new group: " {gamma()} " in place of "
                <var>"n"</var><sub>"k"</sub>", and no counts"
            </p>
            <p class="muted">
                "n counts the images of group k, h those of them in which pixel d is on. The first line is the template that is drawn \
                for each group; with the second a half-hidden image is completed."
            </p>
            <p data-testid="formulas-now">{now}</p>
        </section>
    }
}
