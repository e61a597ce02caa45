//! The numbers behind a picture.

use crate::report::{Section, Table, Value};
use leptos::prelude::*;

/// Letters of a cell that stand on one line.
const LONG: usize = 32;

/// Rows of a table shown at first, and with each "more".
const ROWS: usize = 40;

/// A cell of a table; a list may have several lines, and is not shown to the end if it has hundreds.
fn cell(value: &Value) -> impl IntoView + use<> {
    let mut text = value.short();
    let long = text.len() > LONG;
    if let Some((end, _)) = text.match_indices(' ').find(|(at, _)| *at > 8 * LONG) {
        let rest = text[end..].split_whitespace().count();
        text.truncate(end);
        text += &format!(" … and {rest} more, which the CSV has");
    }
    view! { <td class="num" class:long=long>{text}</td> }
}

/// The numbers behind a picture, in parts.
#[component]
pub fn TableView(section: Memo<Option<Section>>) -> impl IntoView {
    let limit = RwSignal::new(ROWS);
    let table = Memo::new(move |_| section.with(|s| s.as_ref().map_or_else(Table::default, |s| s.figure.table())));
    let rest = move || table.with(|table| table.rows.len()).saturating_sub(limit.get());
    let title = move || section.with(|s| s.as_ref().map(|s| s.title.clone()));
    view! {
        <div class="scroll table" tabindex="0" role="region" aria-label=title data-testid="table-view">
            <table>
                <caption class="sr">{title}</caption>
                <thead>
                    <tr>{move || table.with(|t| t.columns.iter().map(|c| view! { <th scope="col">{c.clone()}</th> }).collect_view())}</tr>
                </thead>
                <tbody>
                    {move || table.with(|table| {
                        table
                            .rows
                            .iter()
                            .take(limit.get())
                            .map(|row| {
                                view! {
                                    <tr>{row.iter().map(cell).collect_view()}</tr>
                                }
                            })
                            .collect_view()
                    })}
                </tbody>
            </table>
        </div>
        <Show when=move || { rest() > 0 }>
            <button class="btn" on:click=move |_| limit.update(|limit| *limit += ROWS)>
                {move || format!("Show more ({} rows left)", rest())}
            </button>
        </Show>
    }
}
