//! Living in somebody else's page: the look, the height, and messages both ways.
//! Nothing depends on being heard; a host that does not listen gets a frame that scrolls.

use super::desk::Desk;
use super::state::{RunState, Status};
use super::theme;
use crate::error::Error;
use crate::link::Embed;
use crate::plots::Theme;
use crate::plots::colormap::{contrast, ink_on};
use leptos::prelude::*;
use plotters::style::RGBColor;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

/// The host page, if there is one.
fn host() -> Option<web_sys::Window> {
    window().parent().ok().flatten().filter(|parent| *parent != window())
}

fn object(pairs: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in pairs {
        let _ = js_sys::Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// Tells the host something; configuration and results only, nothing personal.
fn tell(kind: &str, more: &[(&str, JsValue)]) {
    let Some(host) = host() else { return };
    let mut pairs = vec![("digitoscope", JsValue::from_f64(1.0)), ("type", JsValue::from_str(kind))];
    pairs.extend(more.iter().cloned());
    let _ = host.post_message(&object(&pairs), "*");
}

/// Tells the host what was predicted: the question as `scene/question`, and the answer.
pub fn tell_answer(question: &str, answer: &str) {
    tell("answer", &[("question", question.into()), ("answer", answer.into())]);
}

/// Height of the content in CSS pixels.
fn height() -> f64 {
    document().get_element_by_id("app").map_or(0.0, |app| app.get_bounding_client_rect().height().ceil())
}

fn tell_height() {
    let height = JsValue::from_f64(height());
    tell("height", &[("height", height.clone())]);
    if let Some(host) = host() {
        // Canvas, the course platform, listens to this one.
        let _ = host.post_message(&object(&[("subject", "lti.frameResize".into()), ("height", height)]), "*");
    }
}

/// Puts on the host's height and two colours; a colour that could not be read is refused with a note.
fn dress(desk: Desk, embed: &Embed) {
    let (Some(body), Some(root)) = (document().body(), document().document_element()) else { return };
    let height = embed.height.map(|height| format!("{height}px")).unwrap_or_default();
    let _ = body.style().set_property("min-height", &height);
    let root: web_sys::HtmlElement = root.unchecked_into();
    let theme = if desk.dark.get_untracked() { Theme::DARK } else { Theme::LIGHT };
    let parts = |color: RGBColor| [color.0, color.1, color.2];
    let rgb = |hex: &str| [0, 2, 4].map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap_or(0));
    for (name, property, wanted, other) in
        [("bg", "--bg", &embed.bg, theme.text), ("accent", "--accent", &embed.accent, theme.surface)]
    {
        let Some(hex) = wanted else {
            let _ = root.style().remove_property(property);
            continue;
        };
        if contrast(rgb(hex), parts(other)) >= 4.5 {
            let _ = root.style().set_property(property, &format!("#{hex}"));
        } else {
            let note = Error::invalid(name, "a colour with a contrast of at least 4.5 in this theme", hex);
            desk.notes.update(|notes| {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            });
        }
    }
    let on_accent = embed.accent.as_deref().map(|hex| {
        let [r, g, b] = ink_on(rgb(hex));
        format!("rgb({r} {g} {b})")
    });
    let _ = match on_accent {
        Some(ink) => root.style().set_property("--on-accent", &ink),
        None => root.style().remove_property("--on-accent").map(drop),
    };
}

/// Follows the link's embed settings and the host.
pub fn follow(desk: Desk) {
    let on = Memo::new(move |_| desk.setup.with(|setup| setup.embed.on));
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            let _ = body.class_list().toggle_with_force("embed", on.get());
        }
    });
    let look = Memo::new(move |_| desk.setup.with(|setup| setup.embed.clone()));
    Effect::new(move |_| {
        // The theme decides which colours can be read.
        desk.dark.track();
        look.with(|embed| dress(desk, embed));
    });
    if host().is_none() {
        return;
    }
    let resized = Closure::<dyn FnMut()>::new(tell_height);
    if let (Ok(observer), Some(app)) =
        (web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()), document().get_element_by_id("app"))
    {
        observer.observe(&app);
        // Both live as long as the page.
        std::mem::forget(observer);
        resized.forget();
    }
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let from_host = host().is_some_and(|host| event.source().is_some_and(|source| source == *host.as_ref()));
        if from_host {
            obey(desk, &event.data());
        }
    });
    let _ = window().add_event_listener_with_callback("message", listen.as_ref().unchecked_ref());
    listen.forget();

    tell("ready", &[]);
    Effect::new(move |_| {
        let link = desk.setup.with(|setup| setup.fragment());
        tell("state", &[("link", link.into())]);
    });
    Effect::new(move |_| match desk.run.get() {
        RunState::Running { share, .. } => tell("progress", &[("share", share.into())]),
        RunState::Failed(error, link) => tell("error", &[("message", error.to_string().into()), ("link", link.into())]),
        _ => {}
    });
    Effect::new(move |_| {
        let done = desk.shown.with(|shown| {
            let shown = shown.as_ref().filter(|shown| matches!(shown.status, Status::Done { .. }))?;
            shown.outcome.as_ref().map(|outcome| (outcome.configuration.clone(), outcome.digest.clone()))
        });
        if let Some((configuration, digest)) = done {
            tell("result", &[("link", configuration.into()), ("digest", digest.into())]);
        }
    });
}

/// Does what the host asks, if it is something that a link or a button could ask.
fn obey(desk: Desk, message: &JsValue) {
    let text = |name: &str| js_sys::Reflect::get(message, &JsValue::from_str(name)).ok()?.as_string();
    let number = js_sys::Reflect::get(message, &JsValue::from_str("digitoscope")).ok().and_then(|one| one.as_f64());
    if number != Some(1.0) {
        return;
    }
    match text("type").as_deref() {
        Some("set") => desk.open(&text("link").unwrap_or_default()),
        Some("theme") => theme::set(desk, text("theme").as_deref()),
        Some("run") => desk.start(),
        Some("cancel") => desk.stop(),
        Some("get") => tell("state", &[("link", desk.setup.with_untracked(|setup| setup.fragment()).into())]),
        // The host has made room: from now on nothing scrolls inside.
        Some("ack") => {
            if let Some(body) = document().body() {
                let _ = body.class_list().add_1("fitted");
            }
        }
        _ => {}
    }
}
