//! Clusterings that the visitor keeps: beside each other, against the digits, and what moved from one to another.

use super::desk::Desk;
use super::figure::Chart;
use super::gallery::Gallery;
use super::later::{self, Piece};
use super::settings::{Cells, Chosen, shape};
use super::table::TableView;
use crate::link::Setup;
use crate::report::pinned::{self, Choice, MOST, Pinned};
use crate::report::{Report, Section};
use leptos::prelude::*;

/// Where a browser keeps them.
const KEY: &str = "digitoscope-pins";

/// Experiments whose clusters can be kept.
const OF: [&str; 10] =
    ["kmeans", "purity", "tree", "trees", "dbgrid", "pcadbscan", "pcakmeans", "pcatree", "agreement", "mixture"];

/// Whether clusters can be kept here: not in another page's frame, which stores nothing.
fn there(desk: Desk) -> bool {
    desk.place.track();
    desk.setup.with(|setup| !setup.embed.on && setup.entry().is_some_and(|entry| OF.contains(&entry.id)))
}

/// What was kept, for as long as the page is open, and whether it is looked at. Its views are a module of their own, and
/// read the browser's store when they come.
#[derive(Clone, Copy)]
pub struct Pins {
    kept: RwSignal<Option<Vec<Pinned>>>,
    open: RwSignal<bool>,
}

impl Pins {
    /// Nothing read yet.
    pub fn new() -> Self {
        Pins { kept: RwSignal::new(None), open: RwSignal::new(false) }
    }
}

/// The place where clusters are kept, at the foot of a page; what is in it comes when it is opened.
#[component]
pub fn Shelf() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Pins { open, .. } = expect_context::<Pins>();
    view! {
        <Show when=move || there(desk)>
            <section class="card figure pins" data-testid="pins">
                <div class="head">
                    <h3>"Pinned clusters"</h3>
                    <span class="space"></span>
                    <button class="btn quiet" data-testid="pins-open" aria-expanded=move || open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)>
                        {move || if open.get() { "Close" } else { "Pin and compare" }}
                    </button>
                </div>
                <p class="muted">
                    {format!("Keep the clusters of a run, then change the settings or the scene, run again, and compare. An image that was drawn more than once counts once. Up to {MOST}; they stay in this browser.")}
                </p>
                <Show when=move || open.get()>{later::view(Piece::Pins)}</Show>
            </section>
        </Show>
    }
}

fn stored() -> Vec<Pinned> {
    // In a sandboxed frame there is no storage, and what others wrote there may be anything.
    let storage = window().local_storage().ok().flatten();
    let text = storage.and_then(|storage| storage.get_item(KEY).ok().flatten());
    text.map(|text| pinned::unpack(&text)).unwrap_or_default()
}

/// Keeps them beyond this visit; whether the browser does.
fn store(pins: &[Pinned]) -> bool {
    let Ok(Some(storage)) = window().local_storage() else { return false };
    match pins.is_empty() {
        true => storage.remove_item(KEY).is_ok(),
        false => pinned::pack(pins).is_some_and(|text| storage.set_item(KEY, &text).is_ok()),
    }
}

/// What can be kept of what is shown: the report's clusterings, if it is that of these settings and has them.
fn choices(desk: Desk) -> Vec<Choice> {
    let key = desk.setup.with(Setup::key);
    let n = desk.setup.with(|setup| desk.data.with(|all| all.get(&setup.data).map(|data| data.n)));
    let height = |section: &str| desk.setup.with(|setup| setup.view.height(section));
    let of = |report: &Report| n.map(|n| [pinned::cuts(report, height), pinned::choices(report, n)].concat());
    desk.shown
        .with(|shown| shown.as_ref().filter(|shown| shown.key == key).and_then(|shown| of(&shown.report)))
        .unwrap_or_default()
}

/// Keeping, and what is kept.
#[component]
pub fn Tray() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Pins { kept: pins, .. } = expect_context::<Pins>();
    if pins.with_untracked(Option::is_none) {
        pins.set(Some(stored()));
    }
    let all = Memo::new(move |_| pins.with(|pins| pins.clone().unwrap_or_default()));
    let n_pins = Memo::new(move |_| all.with(Vec::len));
    let choices = Memo::new(move |_| choices(desk));
    let which = RwSignal::new(0_usize);
    let said = RwSignal::new(String::new());
    let before = RwSignal::new(None::<Vec<Pinned>>);
    let keep = move |new: Vec<Pinned>, words: &str| {
        let kept = store(&new);
        let tail =
            if kept { "" } else { " This browser has no room for all of them: they last until the page is closed." };
        said.set(format!("{words}{tail}"));
        pins.set(Some(new));
    };
    let pin = move |_| {
        let setup = desk.setup.get_untracked();
        let all = all.get_untracked();
        let made = choices.with_untracked(|choices| {
            let choice = choices.get(which.get_untracked()).or(choices.first())?;
            let data = desk.data.with_untracked(|all| all.get(&setup.data).cloned())?;
            let pin = desk.shown.with_untracked(|shown| Pinned::of(choice, &shown.as_ref()?.report, &data.labels))?;
            Some(named(pin, choice, &setup))
        });
        let Some(made) = made else {
            return said.set("These clusters are of other images than those that are here.".into());
        };
        if let Some(at) = all.iter().position(|pin| (&pin.link, &pin.title) == (&made.link, &made.title)) {
            return said.set(format!("It is pinned already, as number {}.", at + 2));
        }
        before.set(None);
        let words = format!("Pinned as number {}.", all.len() + 2);
        keep([all, vec![made]].concat(), &words);
    };
    let remove = move |at: Option<usize>| {
        let all = all.get_untracked();
        let mut rest = all.clone();
        match at {
            Some(at) if at < rest.len() => drop(rest.remove(at)),
            _ => rest.clear(),
        }
        before.set(Some(all));
        keep(rest, if at.is_some() { "Removed." } else { "All removed." });
    };
    let undo = move |_| {
        if let Some(all) = before.try_update(Option::take).flatten() {
            keep(all, "They are back.");
        }
    };
    let full = move || n_pins.get() >= MOST;
    let why = move || match (full(), choices.with(Vec::is_empty)) {
        (true, _) => format!("{MOST} are pinned, which is as many as can be: remove one first."),
        (_, true) => "Press Run first: only a run of these settings says where each image is.".into(),
        _ => String::new(),
    };
    let several = move || {
        choices.with(|choices| {
            (choices.len() > 1).then(|| {
                let options = choices.iter().enumerate();
                let options = options.map(|(i, choice)| {
                    view! { <option value=i.to_string() selected=move || which.get() == i>{choice.name.clone()}</option> }
                });
                view! {
                    <select aria-label="Which clusters" data-testid="pin-which"
                        on:change=move |event| which.set(event_target_value(&event).parse().unwrap_or(0))>{options.collect_view()}</select>
                }
            })
        })
    };
    // Another result may have fewer clusterings. Of a grid the cell that is looked at is meant.
    let looked = use_context::<Chosen>();
    Effect::new(move |_| {
        choices.track();
        let cell = looked.and_then(|Chosen(cell)| cell.get());
        let width = desk.shown.with(|shown| shown.as_ref().and_then(|shown| pinned::width(&shown.report)));
        which.set(cell.zip(width).map_or(0, |((row, column), width)| row * width + column));
    });
    let rows = move || {
        all.with(|all| all.iter().enumerate().map(|(i, pin)| row(i, pin, Callback::new(remove))).collect_view())
    };
    view! {
            <div class="files">
                {several}
                <button class="btn" data-testid="pin" prop:disabled=move || !why().is_empty() on:click=pin>"Pin these clusters"</button>
                <Show when=move || { n_pins.get() > 0 }>
                    <button class="btn quiet" data-testid="unpin-all" on:click=move |_| remove(None)>"Remove all"</button>
                </Show>
                <Show when=move || before.with(Option::is_some)>
                    <button class="btn quiet" data-testid="unpin-undo" on:click=undo>"Undo"</button>
                </Show>
            </div>
            <p class="muted">{why}</p>
            <p role="status" data-testid="pins-said">{said}</p>
            <Show when=move || { n_pins.get() > 0 }>
                <div class="scroll table" tabindex="0" role="region" aria-label="Pinned clusters">
                    <table data-testid="pinned">
                        <caption class="sr">"Pinned clusters"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"number"</th>
                                <th scope="col">"clusters of"</th>
                                <th scope="col">"changed settings"</th>
                                <th scope="col">"images"</th>
                                <th scope="col">"clusters"</th>
                                <th scope="col">"noise"</th>
                                <th scope="col">"ARI, digits"</th>
                                <th scope="col"><span class="sr">"remove"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <Matrix all/>
            </Show>
    }
}

/// A clustering with the words and the link of where it is from.
fn named(pin: Pinned, choice: &Choice, setup: &Setup) -> Pinned {
    let bare = Setup { embed: crate::link::Embed::default(), ..setup.clone() };
    // A scene's title may name settings that were changed.
    let place = setup.entry().map_or("", |entry| entry.title);
    Pinned {
        link: bare.fragment(),
        title: if choice.name.is_empty() { place.into() } else { format!("{place}, {}", choice.name) },
        data: setup.data.clone(),
        changes: setup.changes(),
        ..pin
    }
}

fn row(i: usize, pin: &Pinned, remove: Callback<Option<usize>>) -> impl IntoView + use<> {
    let changes: Vec<String> = pin.changes.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let label = format!("Remove number {}", i + 2);
    view! {
        <tr>
            <td class="num">{i + 2}</td>
            <td><a href=pin.link.clone()>{pin.title.clone()}</a></td>
            <td>{if changes.is_empty() { "none".to_string() } else { changes.join(", ") }}</td>
            <td class="num">{pin.images.len()}</td>
            <td class="num">{pin.n_clusters()}</td>
            <td class="num">{pin.n_noise()}</td>
            <td class="num">{format!("{:.4}", pin.ari())}</td>
            <td><button class="btn tiny" data-testid="unpin" aria-label=label on:click=move |_| remove.run(Some(i))>"Remove"</button></td>
        </tr>
    }
}

/// Every one against every other; a cell shows how the two meet, and what moved.
#[component]
fn Matrix(all: Memo<Vec<Pinned>>) -> impl IntoView {
    let chosen = RwSignal::new(None::<(usize, usize)>);
    provide_context(Chosen(chosen));
    let section = Memo::new(move |_| all.with(|all| Some(pinned::matrix(all))));
    // At first the last two, or the only one and the digits.
    let cell = Memo::new(move |_| {
        let n = all.with(Vec::len);
        chosen.get().filter(|(row, column)| *row <= n && *column <= n).unwrap_or((n.saturating_sub(1), n))
    });
    let both = Memo::new(move |_| all.with(|all| pinned::compared(all, cell.get())?.ok()));
    let pair = Memo::new(move |_| both.with(|both| both.as_ref().map(|both| both.0.clone())));
    let moved = Memo::new(move |_| both.with(|both| both.as_ref().map(|both| both.1.clone())));
    let told = |section: Memo<Option<Section>>, pick: fn(&Section) -> String| {
        move || section.with(|section| section.as_ref().map(pick))
    };
    let words = move || match told(pair, |section| section.summary.clone())() {
        Some(words) => words,
        None if cell.get().0 == cell.get().1 => {
            "Clusters agree with themselves: choose a cell beside the diagonal.".into()
        }
        None => "These two have no image in common.".into(),
    };
    view! {
        <Chart section><Cells section shape=shape(section)/></Chart>
        <p class="muted" data-testid="pins-summary">{told(section, |section| section.summary.clone())}</p>
        <details><summary>"Table of all"</summary><TableView section/></details>
        <div class="found" data-testid="pins-pair">
            <h4>{told(pair, |section| section.title.clone())}</h4>
            <p role="status">{words}</p>
            <Show when=move || pair.with(Option::is_some)>
                <Chart section=pair/>
                <details><summary>"Table"</summary><TableView section=pair/></details>
                <h4>"What moved"</h4>
                <p data-testid="pins-moved">{told(moved, |section| section.summary.clone())}</p>
                <Gallery section=moved/>
            </Show>
        </div>
    }
}
