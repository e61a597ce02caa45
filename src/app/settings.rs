//! A grid of settings to choose from: a cell of its heat map shows what was found
//! there. Nothing is computed; the report has it all.

use super::desk::Desk;
use super::figure::Chart;
use crate::plots::cells;
use crate::report::{Figure, Report, Section, Table, Value, flags};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// The cell that the visitor chose, the same in all heat maps of a page: row and column.
#[derive(Clone, Copy)]
pub struct Chosen(pub RwSignal<Option<(usize, usize)>>);

/// A table of the report, by its section's name.
pub fn table<'a>(report: &'a Report, id: &str) -> Option<&'a Table> {
    report.sections.iter().find(|section| section.id == id).and_then(|section| match &section.figure {
        Figure::Numbers(table) => Some(table),
        _ => None,
    })
}

/// A whole number in a table.
pub fn int(table: &Table, row: usize, column: usize) -> Option<i64> {
    match table.rows.get(row)?.get(column)? {
        Value::Int(value) => Some(*value),
        _ => None,
    }
}

/// What one setting found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Distance within which images are neighbours.
    pub eps: f64,
    /// Neighbours, itself included, that make a core.
    pub min_samples: i64,
    /// Clusters.
    pub clusters: i64,
    noise: i64,
    cores: i64,
    sizes: Vec<i64>,
    n: i64,
}

impl Found {
    /// Row `row` of the table of settings.
    pub fn at(report: &Report, row: usize) -> Option<Self> {
        let table = table(report, "settings")?;
        let int = |column: usize| int(table, row, column);
        let Value::Text(sizes) = table.rows.get(row)?.get(6)? else { return None };
        let sizes: Vec<i64> = sizes.split_whitespace().filter_map(|size| size.parse().ok()).collect();
        let noise = int(3)?;
        let n = noise + sizes.iter().sum::<i64>();
        let eps = match table.rows.get(row)?.first()? {
            Value::Int(eps) => *eps as f64,
            Value::Float(eps) => *eps,
            Value::Text(_) => return None,
        };
        Some(Found { eps, min_samples: int(1)?, clusters: int(2)?, noise, cores: int(4)?, sizes, n })
    }

    /// Images in all.
    pub fn n(&self) -> i64 {
        self.n
    }

    /// Whether it is of that `min_samples`.
    pub fn is(&self, min_samples: i64) -> bool {
        self.min_samples == min_samples
    }

    fn share(&self, part: i64) -> f64 {
        part as f64 / self.n.max(1) as f64
    }

    /// What should make one distrust the setting.
    fn flags(&self) -> Vec<&'static str> {
        flags::of(self.share(self.cores), self.clusters as usize)
    }
}

/// The heat map with its cells to choose, and what the chosen one found.
#[component]
pub fn Settings(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Chosen(chosen) = expect_context::<Chosen>();
    let shape = shape(section);
    let found = Memo::new(move |_| {
        let (row, column) = chosen.get()?;
        let width =
            shape.with(|(rows, columns)| (row < rows.len() && column < columns.len()).then_some(columns.len()))?;
        desk.shown.with(|shown| Found::at(&shown.as_ref()?.report, row * width + column))
    });
    // Two heat maps show the same cell; it is read out once.
    let spoken = move || {
        section.with(|section| section.as_ref().is_some_and(|section| section.id == "grid").then_some("status"))
    };
    view! {
        <Chart section><Cells section shape/></Chart>
        <div class="found" role=spoken data-testid="found">
            {move || match found.get() {
                None => view! { <p class="muted">"Choose a cell to see what was found there."</p> }.into_any(),
                Some(found) => words(&found).into_any(),
            }}
        </div>
    }
}

fn words(found: &Found) -> impl IntoView + use<> {
    let per_cent = |part: i64| format!("{:.1} %", found.share(part) * 100.0);
    let largest = found.sizes.first().copied().unwrap_or(0);
    let rest = found.n - found.noise - largest;
    let part = |name: &'static str, class: &'static str, value: i64| {
        let style = format!("flex-grow:{value}");
        (value > 0).then(|| view! { <span class=class style=style title=format!("{name}: {value}")></span> })
    };
    let (n_clusters, listed) = (found.clusters, found.sizes.iter().take(40).map(i64::to_string).collect::<Vec<_>>());
    let more = found.sizes.len().saturating_sub(listed.len());
    view! {
        <p>
            <strong>{format!("eps = {}, min_samples = {}: ", found.eps, found.min_samples)}</strong>
            {format!(
                "{n_clusters} {}; noise {} ({}), largest cluster {largest} ({}), all others {rest}; {} cores ({}).",
                if n_clusters == 1 { "cluster" } else { "clusters" },
                found.noise,
                per_cent(found.noise),
                per_cent(largest),
                found.cores,
                per_cent(found.cores)
            )}
            {found.flags().into_iter().map(|flag| view! { " " <strong class="badge bad">{flag}</strong> }).collect_view()}
        </p>
        <div class="stack" aria-hidden="true">
            {part("noise", "noise", found.noise)}
            {part("largest cluster", "most", largest)}
            {part("all others", "rest", rest)}
        </div>
        <p class="muted key" aria-hidden="true"><span class="noise"></span>"noise"<span class="most"></span>"largest"<span class="rest"></span>"rest"</p>
        {(!listed.is_empty()).then(|| view! {
            <p class="muted">
                "Sizes: " {listed.join(", ")} {(more > 0).then(|| format!(" and {more} more"))}
            </p>
        })}
    }
}

/// Names of the rows and of the columns of a heat map.
pub fn shape(section: Memo<Option<Section>>) -> Memo<(Vec<String>, Vec<String>)> {
    Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Heatmap { rows, columns, .. }) => (rows.clone(), columns.clone()),
            _ => Default::default(),
        })
    })
}

/// The cells, laid over the picture: clicked, or gone through with the arrow keys.
#[component]
pub fn Cells(section: Memo<Option<Section>>, shape: Memo<(Vec<String>, Vec<String>)>) -> impl IntoView {
    let Chosen(chosen) = expect_context::<Chosen>();
    let node = NodeRef::<html::Div>::new();
    let title = move || section.with(|section| section.as_ref().map(|section| section.title.clone()));
    let focus = move |(row, column): (usize, usize)| {
        let Some(grid) = node.get_untracked() else { return };
        let found = grid.query_selector(&format!("[data-cell=\"{row},{column}\"]")).ok().flatten();
        if let Some(cell) = found {
            let _ = cell.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let (rows, columns) = shape.with_untracked(|(rows, columns)| (rows.len(), columns.len()));
        let (row, column) = chosen.get_untracked().unwrap_or((0, 0));
        let next = match event.key().as_str() {
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(columns - 1)),
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(rows - 1), column),
            "Home" => (row, 0),
            "End" => (row, columns - 1),
            "PageUp" => (0, column),
            "PageDown" => (rows - 1, column),
            "Enter" | " " => (row, column),
            _ => return,
        };
        event.prevent_default();
        chosen.set(Some(next));
        focus(next);
    };
    let cell = move |row: usize, column: usize, label: String| {
        let is = move || chosen.get() == Some((row, column));
        let stop = move || if chosen.get().unwrap_or((0, 0)) == (row, column) { "0" } else { "-1" };
        view! {
            <div role="gridcell" data-cell=format!("{row},{column}") aria-label=label aria-selected=move || is().to_string()
                tabindex=stop on:click=move |_| chosen.set(Some((row, column)))></div>
        }
    };
    let body = move || {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Heatmap { rows, columns, texts, row_title, column_title, .. }) => rows
                .iter()
                .enumerate()
                .map(|(r, row)| {
                    let cells = columns.iter().zip(texts.iter().skip(r * columns.len())).enumerate().map(
                        |(c, (column, text))| cell(r, c, format!("{row_title} {row}, {column_title} {column}: {text}")),
                    );
                    view! { <div role="row">{cells.collect_view()}</div> }
                })
                .collect_view(),
            _ => Vec::new(),
        })
    };
    let style = move || {
        let left = shape.with(|(rows, _)| cells::left(rows));
        format!("inset:{}px {}px {}px {left}px", cells::TOP, cells::RIGHT, cells::BOTTOM)
    };
    view! {
        <div class="cells" role="grid" aria-label=title style=style node_ref=node on:keydown=key data-testid="cells">{body}</div>
    }
}
