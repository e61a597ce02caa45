//! The page of the data sets: the door for files, what is here, what others published.

use super::desk::Desk;
use super::door::{Door, DoorState};
use super::fetch::host;
use super::later::{self, Piece};
use super::preview;
use super::state::Kept;
use crate::data::catalog::{self, Info};
use crate::data::public::{PUBLIC, PublicSet};
use leptos::prelude::*;
use web_sys::HtmlInputElement;

/// The page: its heading at once, the rest when its module is here.
#[component]
pub fn DataPage() -> impl IntoView {
    view! {
        <div class="data">
            <section class="scene" aria-label="Data">
                <h1>"Data"</h1>
                <p class="lead">
                    "The images that every experiment can use. Files that you open are read in this page and sent nowhere."
                </p>
                {later::view(Piece::Sets)}
            </section>
        </div>
    }
}

/// The door, and what can come or has come through it.
#[component]
pub fn Sets() -> impl IntoView {
    let door = expect_context::<Door>();
    // For the screen reader: beginnings and ends, not every byte.
    let said = Memo::new(move |_| {
        door.state.with(|state| match state {
            DoorState::Fetching(title, ..) => format!("Fetching {title}"),
            DoorState::Reading(..) => "Reading the files".into(),
            DoorState::Preview(preview) => format!("Preview of {} images, to accept or discard", preview.n),
            _ => String::new(),
        })
    });
    view! {
        <Wanted/>
        <DropZone/>
        <p class="sr" role="status" data-testid="door-said">{said}</p>
        <AtTheDoor/>
        <Here/>
        <Published/>
    }
}

/// Whom the images are for, if somebody waits for them.
#[component]
fn Wanted() -> impl IntoView {
    let door = expect_context::<Door>();
    move || {
        let setup = door.wanted.get()?;
        let missing = door.missing();
        let back = crate::link::Setup { ..setup.clone() }.fragment();
        let title = setup
            .scene()
            .map(|scene| scene.title.clone())
            .or_else(|| setup.entry().map(|entry| entry.title.to_string()))
            .unwrap_or_default();
        let words = match missing {
            Some(id) => view! {
                "The link to “" {title} "” uses the data set " <code>{id.clone()}</code> "; open its files."
            }
            .into_any(),
            None => view! { "What you accept here is used in “" {title} "”." }.into_any(),
        };
        Some(view! {
            <div class="card note wanted" role="status" data-testid="wanted">
                <p>{words}</p>
                <a class="btn" href=back>"Back without"</a>
            </div>
        })
    }
}

#[component]
fn DropZone() -> impl IntoView {
    let door = expect_context::<Door>();
    let chosen = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            door.open_files(&files);
        }
        // The same files may be chosen again, after they were mended.
        input.set_value("");
    };
    view! {
        <div class="drop" class:hovering=door.hovering data-testid="drop">
            <svg width="56" height="40" viewBox="0 0 56 40" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round">
                <rect x="3" y="9" width="24" height="24" rx="3"/><path d="M9 26c6 1 11-3 11-8 0-2-2-4-4-4-3 0-5 2-5 4s2 3 4 3"/>
                <rect x="35" y="9" width="18" height="24" rx="3"/><path d="M40 16h8M40 21h8M40 26h5"/>
            </svg>
            <p><strong>"Drop a file of images and its file of labels here"</strong>", or all four files of MNIST."</p>
            <label class="btn primary">
                "Choose files"
                <input class="sr" type="file" multiple data-testid="files" on:change=chosen/>
            </label>
            <p class="muted">"IDX (…-idx3-ubyte, …-idx1-ubyte), plain or .gz. Labels from 0 to 9; images of any size."</p>
        </div>
    }
}

/// What is happening with the files.
#[component]
fn AtTheDoor() -> impl IntoView {
    let door = expect_context::<Door>();
    // Progress changes the words within, not the view around them.
    let kind = Memo::new(move |_| door.state.with(std::mem::discriminant));
    let words = move || {
        door.state.with(|state| match state {
            DoorState::Fetching(title, done, of) => {
                format!("Fetching {title}: {:.1} of {:.1} MB", *done as f64 / 1e6, *of as f64 / 1e6)
            }
            DoorState::Reading(_, 0) => "Reading".into(),
            DoorState::Reading(done, of) if done == of => "Checking".into(),
            DoorState::Reading(done, of) => {
                format!("Reading: {:.1} of {:.1} MB", f64::from(*done) / 1e6, f64::from(*of) / 1e6)
            }
            _ => "Taking over".into(),
        })
    };
    let share = move || {
        door.state.with(|state| match state {
            DoorState::Fetching(_, done, of) => Some(*done as f64 / (*of).max(1) as f64),
            DoorState::Reading(done, of) if *of > 0 => Some(f64::from(*done) / f64::from(*of)),
            _ => None,
        })
    };
    move || {
        // Read, not only tracked: a memo that nobody reads never looks at its own sources.
        kind.with(|_| ());
        match door.state.get_untracked() {
            DoorState::Idle => ().into_any(),
            state if state.busy() => view! {
                <div class="card coming">
                    <p data-testid="door-progress">{words}</p>
                    <progress max="1" aria-label="Progress" prop:value=share></progress>
                    <button class="btn cancel" data-testid="door-cancel" on:click=move |_| door.discard()>"Cancel"</button>
                </div>
            }
            .into_any(),
            DoorState::Preview(_) => view! { <preview::PreviewCard/> }.into_any(),
            DoorState::Accepted(id) => view! {
                <div class="card note" role="status" data-testid="accepted">
                    <p><code>{id.clone()}</code> " is ready. " <Use id=id.clone()/></p>
                </div>
            }
            .into_any(),
            _ => view! {
                <div class="card failed" role="alert" data-testid="door-error">
                    <h2>"These files cannot be used"</h2>
                    <p>{move || match door.state.get() {
                        DoorState::Refused(error) => error.to_string(),
                        _ => String::new(),
                    }}</p>
                    <p class="muted">"Nothing was changed: the data sets below are as they were."</p>
                    <button class="btn" on:click=move |_| door.discard()>"Dismiss"</button>
                </div>
            }
            .into_any(),
        }
    }
}

/// Where a data set can be looked at.
#[component]
fn Use(id: String) -> impl IntoView {
    let href = |place: &str| if id == "mnist10k" { place.to_string() } else { format!("{place}?data={id}") };
    view! {
        <span class="uses">
            <a href=href("#/bench/digits")>"Look at it"</a>
            <a href=href("#/clusters/2-kmeans")>"Find clusters"</a>
        </span>
    }
}

/// The data sets that can be used at once.
#[component]
fn Here() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let opened = move || desk.opened.with(|all| all.clone().unwrap_or_default());
    let any = move || desk.opened.with(|all| all.as_ref().is_some_and(|all| !all.is_empty()));
    view! {
        <section class="card">
            <div class="head">
                <h2>"Here"</h2>
                <span class="space"></span>
                <Show when=any>
                    <button class="btn quiet" data-testid="forget-all" on:click=move |_| desk.forget(None)>"Forget all opened"</button>
                </Show>
            </div>
            <ul class="sets" data-testid="here">
                {catalog::datasets().iter().map(|info| row(desk, Info::from(info), None)).collect_view()}
                {move || {
                    opened().into_iter().map(|Kept { info, kept }| row(desk, info, Some(kept))).collect_view()
                }}
            </ul>
        </section>
    }
}

fn row(desk: Desk, info: Info, opened: Option<Option<bool>>) -> impl IntoView {
    let Info { id, title, n, shape, bytes, .. } = info;
    let name = id.clone();
    let (badge, class) = match opened {
        None => ("built in", "badge"),
        Some(Some(true)) => ("kept in this browser", "badge ok"),
        Some(Some(false)) => ("for this visit only", "badge warn"),
        Some(None) => ("being kept", "badge"),
    };
    let forget = opened.is_some().then(|| {
        let id = id.clone();
        let label = format!("Forget {title}");
        view! {
            <button class="btn quiet" data-testid="forget" aria-label=label on:click=move |_| desk.forget(Some(&id))>"Forget"</button>
        }
    });
    view! {
        <li data-set=name>
            <div class="what">
                <strong>{title}</strong>
                <span class="muted">
                    <code>{id.clone()}</code>
                    {format!(" · {} images of {} × {} · {}", grouped(n), shape.0, shape.1, size(bytes))}
                </span>
            </div>
            <span class=class>{badge}</span>
            <Use id=id/>
            {forget}
        </li>
    }
}

/// What others published.
#[component]
fn Published() -> impl IntoView {
    view! {
        <section class="published" aria-labelledby="published-title">
            <h2 id="published-title">"Published by others"</h2>
            <p>
                "Fetched from their hosts when you press the button, and not before; a host then sees your address, and nothing else. "
                "If one does not let this page read its files, download them and drop them above."
            </p>
            <ul class="cards">{PUBLIC.iter().map(published).collect_view()}</ul>
        </section>
    }
}

fn published(set: &'static PublicSet) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let door = expect_context::<Door>();
    let here = Memo::new(move |_| desk.info(set.id).is_some());
    let hosts = set.folders.iter().map(|folder| host(folder)).collect::<Vec<_>>().join(", then ");
    let files = set.files.iter().map(|file| {
        let href = set.folders.first().map(|folder| format!("{folder}{}", file.name));
        view! { <li><a href=href rel="external noreferrer" download="">{file.name}</a> " " {size(file.bytes)} </li> }
    });
    view! {
        <li class="card" data-set=set.id>
            <h3>{set.title}</h3>
            <p class="muted">
                <code>{set.id}</code>
                {format!(" · {} images of {} × {} · ", grouped(set.n), set.shape.0, set.shape.1)}
                <a href=set.licence_url rel="external noreferrer">{set.licence}</a>
            </p>
            <p>{set.citation}</p>
            <p>
                <Show when=move || here.get() fallback=move || view! {
                    <button class="btn" data-testid=format!("fetch-{}", set.id)
                        prop:disabled=move || door.state.with(DoorState::busy)
                        on:click=move |_| door.fetch(set)>{format!("Fetch {}", size(set.bytes()))}</button>
                }>
                    <span class="badge ok">"here"</span> " " <Use id=set.id.to_string()/>
                </Show>
            </p>
            <details>
                <summary class="muted">"Files and hosts"</summary>
                <p class="muted">"From " {hosts} ". What comes is checked against the SHA-256 of each file."</p>
                <ul class="files-listed">{files.collect_view()}</ul>
            </details>
        </li>
    }
}

/// `54.9 MB` or `103 bytes`.
fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// `70,000`.
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}
