//! Clusterings against each other: a cell of their matrix shows how two of them meet, and
//! the images in their colours. Nothing is computed; the report has it all.

use super::desk::Desk;
use super::figure::Chart;
use super::settings::{Cells, Chosen, shape};
use super::table::TableView;
use crate::report::agreement::{self, Pair};
use crate::report::{Report, Section};
use leptos::prelude::*;

/// The cell that is shown at first: k-means against Ward, which the notebook compares.
const FIRST: (usize, usize) = (2, 3);

fn with<T>(desk: Desk, pick: impl FnOnce(&Report) -> T) -> Option<T> {
    desk.shown.with(|shown| shown.as_ref().map(|shown| pick(&shown.report)))
}

/// Whether clusterings are compared.
pub fn there(desk: Desk) -> bool {
    with(desk, agreement::is_there).unwrap_or(false)
}

fn chosen() -> Memo<(usize, usize)> {
    let Chosen(chosen) = expect_context::<Chosen>();
    Memo::new(move |_| chosen.get().unwrap_or(FIRST))
}

/// The matrix with its cells to choose, and the two clusterings of the chosen one.
#[component]
pub fn Agreement(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let cell = chosen();
    let pair = Memo::new(move |_| {
        let (row, column) = cell.get();
        with(desk, |report| Pair::of(report, row, column).map(|pair| pair.section())).flatten()
    });
    let words = move || match pair.with(|pair| pair.as_ref().map(|pair| pair.summary.clone())) {
        Some(words) => words,
        None => "A clustering agrees with itself: choose a cell beside the diagonal.".into(),
    };
    let title = move || pair.with(|pair| pair.as_ref().map(|pair| pair.title.clone()));
    view! {
        <Chart section><Cells section shape=shape(section)/></Chart>
        <div class="found" data-testid="pair">
            <h4>{title}</h4>
            <p role="status">{words}</p>
            <Show when=move || pair.with(Option::is_some)>
                <Chart section=pair/>
                <details><summary>"Table"</summary><TableView section=pair/></details>
            </Show>
        </div>
    }
}

/// The plane in the colours of one of the two; as it is where nothing is compared.
pub fn plane(desk: Desk, section: Memo<Option<Section>>, second: RwSignal<bool>) -> Memo<Option<Section>> {
    let cell = chosen();
    Memo::new(move |_| {
        let (row, column) = cell.get();
        let colored = |plane: &Section| {
            with(desk, |report| Pair::of(report, row, column)?.colored(plane, report, second.get())).flatten()
        };
        section.with(|plane| plane.as_ref().map(|plane| colored(plane).unwrap_or_else(|| plane.clone())))
    })
}

/// Which of the two has its colours shown.
#[component]
pub fn Side(second: RwSignal<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let cell = chosen();
    let name = move |second: bool| {
        let (row, column) = cell.get();
        with(desk, |report| agreement::names(report).get(if second { column } else { row }).cloned()).flatten()
    };
    let labelled = move || with(desk, |report| !report.arrays.is_empty()).unwrap_or(false);
    view! {
        <div class="cut-controls">
            <select aria-label="Colours of" data-testid="colours-of" prop:disabled=move || !labelled()
                on:change=move |event| second.set(event_target_value(&event) == "second")>
                <option value="first">{move || name(false)}</option>
                <option value="second">{move || name(true)}</option>
            </select>
            <span class="muted">
                {move || if labelled() { "The colours of matched clusters are the same." } else { "Run to colour the images by either of the two." }}
            </span>
        </div>
    }
}
