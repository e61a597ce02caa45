//! Questions to answer before the run. What the run says to an answer comes afterwards;
//! nothing is scored, and every answer can be taken back or left out.

use super::claims::scene;
use super::desk::Desk;
use super::later::{self, Piece};
use super::{embed, fetch, numbers};
use crate::labs::{Item, Kind, Question, Scene};
use crate::report::Report;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const KEY: &str = "digitoscope-answers";

/// What stands for an answer where the question was left out.
const SKIPPED: &str = "-";

/// The visitor's answers, by scene and question.
#[derive(Clone, Copy)]
pub struct Answers {
    given: RwSignal<BTreeMap<String, String>>,
    /// The scene whose results are covered until its questions are answered.
    cover: RwSignal<Option<&'static str>>,
    desk: Desk,
}

impl Answers {
    /// The answers of earlier visits. A frame in another page begins without.
    pub fn new(desk: Desk) -> Self {
        let framed = desk.setup.with_untracked(|setup| setup.embed.on);
        let stored = if framed { None } else { storage() }.and_then(|storage| storage.get_item(KEY).ok().flatten());
        // What is stored is input too: what is no list of answers is none.
        let given = stored.and_then(|text| crate::json::read(&text).ok()).unwrap_or_default();
        Answers { given: RwSignal::new(given), cover: RwSignal::new(None), desk }
    }

    /// Whether questions of the scene are still open.
    fn open(&self, scene: &Scene) -> bool {
        scene.predictions.iter().any(|question| self.get(&key(scene, question)).is_none())
    }

    /// Whether the results are covered: who wants to answer first sees nothing of them before.
    pub fn covered(&self) -> bool {
        let scene = scene(self.desk);
        scene.is_some_and(|scene| self.cover.get() == Some(scene.id.as_str()) && self.open(scene))
    }

    fn get(&self, key: &str) -> Option<String> {
        self.given.with(|given| given.get(key).cloned())
    }

    fn set(&self, key: &str, answer: Option<String>) {
        self.given.update(|given| {
            match answer {
                Some(answer) => given.insert(key.into(), answer),
                None => given.remove(key),
            };
        });
        if self.desk.setup.with_untracked(|setup| setup.embed.on) {
            return;
        }
        // Where nothing can be stored, answers last as long as the page.
        if let (Some(storage), Ok(text)) = (storage(), self.given.with_untracked(crate::json::write)) {
            let _ = storage.set_item(KEY, &text);
        }
    }
}

/// The name that an answer is kept by.
fn key(scene: &Scene, question: &Question) -> String {
    format!("{}/{}", scene.id, question.id)
}

/// In a sandboxed frame there is no storage, and reading it throws.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The questions of the scene.
#[component]
pub fn Predictions() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let answers = expect_context::<Answers>();
    let hidden = Memo::new(move |_| desk.setup.with(|setup| setup.embed.no_ask));
    move || {
        let scene = scene(desk)?;
        (!scene.predictions.is_empty() && !hidden.get()).then(|| {
            let cards = scene.predictions.iter().map(|question| view! { <Card question key=key(scene, question)/> });
            let toggle = move |_| {
                let covered = answers.covered();
                answers.cover.set((!covered).then_some(scene.id.as_str()));
            };
            view! {
                {cards.collect_view()}
                <Show when=move || answers.open(scene)>
                    <p class="files">
                        <button class="btn" data-testid="cover" aria-pressed=move || answers.covered().to_string() on:click=toggle>
                            "Cover the results until I have answered"
                        </button>
                    </p>
                </Show>
            }
        })
    }
}

#[component]
fn Card(question: &'static Question, key: String) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let answers = expect_context::<Answers>();
    let title_id = format!("q-{}", question.id);
    let key = StoredValue::new(key);
    let given = Memo::new(move |_| {
        let answer = key.with_value(|key| answers.get(key));
        answer.filter(|answer| answer == SKIPPED || question.accepts(answer))
    });
    // What is being answered, until it is an answer.
    let draft =
        RwSignal::new(given.get_untracked().filter(|answer| answer != SKIPPED).unwrap_or_else(|| first(question)));
    let give = move |answer: Option<String>| {
        key.with_value(|key| answers.set(key, answer.clone()));
        if let Some(answer) = answer.filter(|answer| answer != SKIPPED) {
            key.with_value(|key| embed::tell_answer(key, &answer));
        }
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let answer = draft.get_untracked();
        if question.accepts(&answer) {
            give(Some(answer));
        }
    };
    let ready = move || draft.with(|draft| question.accepts(draft));
    let current = match question.scene() {
        Some(scene) => saved(scene, given),
        None => numbers::current(desk),
    };
    let revealed = move || {
        let answer = given.get()?;
        // Groups are compared with the digits before any run.
        let alone = || matches!(question.kind, Kind::Sort(_)).then(Arc::default);
        let report = current.get().or_else(alone)?;
        let text = question.reveal(&answer, &report)?;
        let picture = question.painted(&answer).zip(question.mask(&report));
        let picture = picture.map(|(painted, mask)| later::view(Piece::Compared(painted, mask, &question.kind)));
        Some(view! { {picture} <p data-testid="reveal">{text}</p> })
    };
    let said = move || match revealed() {
        Some(said) => said.into_any(),
        None if question.scene().is_some() => {
            view! { <p class="muted" data-testid="reveal">"The saved result is on its way."</p> }.into_any()
        }
        None => {
            let ran = current.with(Option::is_some);
            let why = if ran {
                "This result lacks the numbers to compare it with: reset the settings to this scene's, and run."
            } else {
                "Run it, and see."
            };
            view! { <p class="muted" data-testid="reveal">{why}</p> }.into_any()
        }
    };
    view! {
        <section class="card predict" aria-labelledby=title_id.clone() data-question=question.id.as_str()>
            <h3 id=title_id.clone()>{question.question.as_str()}</h3>
            {move || match given.get().as_deref() {
                None => view! {
                    <form on:submit=submit>
                        {(!question.hint.is_empty()).then(|| view! { <p class="muted">{question.hint.as_str()}</p> })}
                        <Field question draft/>
                        <p class="files">
                            <button class="btn primary" type="submit" data-testid="answer" prop:disabled=move || !ready()>
                                {if question.scene().is_some() { "Reveal" } else { "Answer" }}
                            </button>
                            <button class="btn quiet" type="button" data-testid="skip" on:click=move |_| give(Some(SKIPPED.into()))>
                                "Skip"
                            </button>
                        </p>
                    </form>
                }
                .into_any(),
                Some(SKIPPED) => view! {
                    <button class="btn quiet" data-testid="unskip" on:click=move |_| give(None)>"Answer it after all"</button>
                }
                .into_any(),
                Some(answer) => view! {
                    <p>
                        "You said: " <strong data-testid="given">{question.words(answer)}</strong> " "
                        <button class="btn quiet" data-testid="undo" on:click=move |_| give(None)>"Take it back"</button>
                    </p>
                    <div role="status">{said}</div>
                }
                .into_any(),
            }}
        </section>
    }
}

/// What the form begins with. An order has to begin with one; other answers with none.
fn first(question: &Question) -> String {
    match &question.kind {
        Kind::Order { items, .. } => items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>().join("~"),
        _ => String::new(),
    }
}

/// The saved result of another scene, once there is an answer to compare with it.
fn saved(scene: &'static str, given: Memo<Option<String>>) -> Memo<Option<Arc<Report>>> {
    let report = RwSignal::new(None::<Arc<Report>>);
    Effect::new(move |_| {
        if given.with(Option::is_none) || report.with_untracked(Option::is_some) {
            return;
        }
        leptos::task::spawn_local(async move {
            // Without it nothing is revealed; the question says so.
            if let Ok(outcome) = fetch::saved(scene).await {
                let _ = report.try_set(Some(Arc::new(outcome.report)));
            }
        });
    });
    Memo::new(move |_| report.get())
}

#[component]
fn Field(question: &'static Question, draft: RwSignal<String>) -> impl IntoView {
    let name = question.id.as_str();
    match &question.kind {
        Kind::Number { min, max, .. } => view! {
            <input type="number" min=*min max=*max step="1" aria-label=question.question.as_str() data-testid="guess"
                prop:value=draft on:input=move |event| draft.set(event_target_value(&event).trim().to_string())/>
        }
        .into_any(),
        Kind::Choice { options, .. } => view! {
            <div class="options" role="radiogroup" aria-label=question.question.as_str()>
                {options
                    .iter()
                    .map(|option| {
                        let id = option.id.as_str();
                        view! {
                            <label class="choice">
                                <input type="radio" name=name value=id prop:checked=move || draft.with(|draft| draft == id)
                                    on:change=move |_| draft.set(id.into())/>
                                {option.label.as_str()}
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
        }
        .into_any(),
        Kind::Order { items, .. } => view! { <Order items draft/> }.into_any(),
        Kind::Pairs { n, classes, .. } => later::view(Piece::Pairs(*n as usize, classes, draft)),
        Kind::Sort(sorting) => {
            // As tall before it comes as when it asks for the images.
            view! { <div class="sort-room">{later::view(Piece::Sort(sorting, draft))}</div> }.into_any()
        }
        Kind::Paint { rows, columns, .. } => later::view(Piece::Paint(*rows, *columns, draft)),
    }
}

/// A list that is put in order with buttons.
#[component]
fn Order(items: &'static [Item], draft: RwSignal<String>) -> impl IntoView {
    let order = Memo::new(move |_| draft.with(|draft| draft.split('~').map(String::from).collect::<Vec<_>>()));
    let moved = RwSignal::new(String::new());
    let place = move |id: &str| order.with(|order| order.iter().position(|known| known == id).unwrap_or(0));
    let step = move |event: web_sys::MouseEvent, id: &'static str, label: &'static str, by: isize| {
        let mut order = order.get_untracked();
        let Some(from) = order.iter().position(|known| known == id) else { return };
        let Some(to) = from.checked_add_signed(by).filter(|to| *to < order.len()) else { return };
        order.swap(from, to);
        draft.set(order.join("~"));
        moved.set(format!("{label} is number {} of {}", to + 1, order.len()));
        // The button moves with its row, and would lose the focus on the way.
        let button: web_sys::HtmlElement = event_target(&event);
        request_animation_frame(move || drop(button.focus()));
    };
    let row = move |id: String| {
        let item = items.iter().find(|item| item.id == id)?;
        let (id, label) = (item.id.as_str(), item.label.as_str());
        Some(view! {
            <li>
                <span>{label}</span>
                <button class="btn tiny" type="button" aria-label=format!("{label} up") aria-disabled=move || (place(id) == 0).to_string()
                    on:click=move |event| step(event, id, label, -1)>"↑"</button>
                <button class="btn tiny" type="button" aria-label=format!("{label} down")
                    aria-disabled=move || (place(id) + 1 == items.len()).to_string()
                    on:click=move |event| step(event, id, label, 1)>"↓"</button>
            </li>
        })
    };
    view! {
        <ol class="order" data-testid="order">
            <For each=move || order.get() key=String::clone children=row/>
        </ol>
        <p class="sr" role="status">{moved}</p>
    }
}
