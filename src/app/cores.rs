//! eps as a line over the distances to the k-th neighbour: how many images are cores
//! above it is counted in the report, so nothing is computed while it moves.

use super::desk::Desk;
use super::drag::Drag;
use super::figure::{Chart, width_of};
use super::settings::{Chosen, Found, int, table};
use crate::plots::{self, curves};
use crate::report::{Figure, Section, Table, Value, flags};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// eps in a row of the table.
fn eps_of(table: &Table, row: usize) -> Option<f64> {
    match table.rows.get(row)?.first()? {
        Value::Float(eps) => Some(*eps),
        _ => None,
    }
}

/// The curves, the line, and the cores on its near side.
#[component]
pub fn Cores(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Chosen(chosen) = expect_context::<Chosen>();
    let counts = Memo::new(move |_| desk.shown.with(|shown| table(&shown.as_ref()?.report, "cores").cloned()));
    let n =
        Memo::new(move |_| desk.shown.with(|shown| Found::at(&shown.as_ref()?.report, 0)).map_or(0, |found| found.n()));
    // The setting's eps, in each row of the grid.
    let grid = Memo::new(move |_| {
        desk.shown.with(|shown| -> Option<Vec<Found>> {
            let report = &shown.as_ref()?.report;
            Some((0..table(report, "settings")?.rows.len()).filter_map(|row| Found::at(report, row)).collect())
        })
    });
    // The row of the table that the line is at.
    let at = RwSignal::new(None::<usize>);
    let nearest = move |eps: f64| {
        counts.with(|counts| {
            let counts = counts.as_ref()?;
            let off = |row: &usize| (eps_of(counts, *row).unwrap_or(f64::INFINITY) - eps).abs();
            (0..counts.rows.len()).min_by(|a, b| off(a).total_cmp(&off(b)))
        })
    };
    // A chosen setting takes the line along.
    Effect::new(move |_| {
        let Some((row, column)) = chosen.get() else { return };
        let eps = grid.with_untracked(|grid| {
            let grid = grid.as_ref()?;
            let width = grid.iter().filter(|found| found.eps == grid[0].eps).count();
            Some(grid.get(row * width + column)?.eps)
        });
        if let Some(row) = eps.and_then(nearest) {
            at.set(Some(row));
        }
    });
    let last = move || counts.with(|counts| counts.as_ref().map_or(0, |counts| counts.rows.len().saturating_sub(1)));
    let row = Memo::new(move |_| at.get().unwrap_or(last() * 3 / 5).min(last()));
    let eps = Memo::new(move |_| counts.with(|counts| eps_of(counts.as_ref()?, row.get())).unwrap_or(0.0));
    let lines = move || {
        counts.with(|counts| {
            let Some(counts) = counts else { return Vec::new() };
            let line = |(column, name): (usize, &String)| {
                let count = int(counts, row.get(), column)?;
                let k: i64 = name.rsplit(' ').next()?.parse().ok()?;
                let share = count as f64 / n.get().max(1) as f64;
                let one = |found: &Found| found.eps == eps.get() && found.is(k) && found.clusters == 1;
                let one = grid.with(|grid| grid.iter().flatten().any(one));
                Some((k, count, share, flags::of(share, usize::from(one))))
            };
            counts.columns.iter().enumerate().skip(1).filter_map(line).collect::<Vec<_>>()
        })
    };
    view! {
        <Chart section><Line section counts row at/></Chart>
        <p class="muted">"Drag the line, or use the arrow keys: at " <strong data-testid="eps">"eps = " {eps}</strong> " so many images are cores."</p>
        <div class="scroll" tabindex="0" role="region" aria-label="Cores at this eps">
            <table class="counts" data-testid="cores">
                <thead><tr><th scope="col">"min_samples"</th><th scope="col">"cores"</th><th scope="col">"share"</th><th scope="col">"beware"</th></tr></thead>
                <tbody>
                    {move || {
                        lines()
                            .into_iter()
                            .map(|(k, count, share, flags)| {
                                view! {
                                    <tr>
                                        <th scope="row">{k}</th>
                                        <td class="num">{count}</td>
                                        <td class="bars"><span style=format!("width:{:.1}%", share * 100.0)></span></td>
                                        <td class="bad">{flags.join(", ")}</td>
                                    </tr>
                                }
                            })
                            .collect_view()
                    }}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Line(
    section: Memo<Option<Section>>,
    counts: Memo<Option<Table>>,
    row: Memo<usize>,
    at: RwSignal<Option<usize>>,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = width_of(frame);
    let plane = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(figure @ Figure::Curves { curves, .. }) => {
                Some(curves::Plane::of(curves, plots::height(figure, width.get().max(plots::least_width(figure)))))
            }
            _ => None,
        })
    });
    let with = move |pick: fn(&Table, usize) -> Option<f64>, row: usize| {
        counts.with(|counts| counts.as_ref().and_then(|counts| pick(counts, row))).unwrap_or(0.0)
    };
    let last = move || counts.with(|counts| counts.as_ref().map_or(0, |counts| counts.rows.len().saturating_sub(1)));
    let eps = move || with(eps_of, row.get());
    let top = move || plane.get().map_or(0.0, |plane| plane.y(eps()));
    let drag = Drag::new();
    let moved = move |event: web_sys::PointerEvent| {
        let (true, Some(plane), Some(frame)) = (drag.follows(&event), plane.get_untracked(), frame.get_untracked())
        else {
            return;
        };
        let y =
            f64::from(event.client_y()) - frame.unchecked_ref::<web_sys::Element>().get_bounding_client_rect().top();
        let step = with(eps_of, 1).max(f64::MIN_POSITIVE);
        at.set(Some(((plane.at_y(y) / step).round().max(0.0) as usize).min(last())));
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let now = row.get_untracked();
        let next = match event.key().as_str() {
            "ArrowUp" | "ArrowRight" => now + 1,
            "ArrowDown" | "ArrowLeft" => now.saturating_sub(1),
            "PageUp" => now + 10,
            "PageDown" => now.saturating_sub(10),
            "Home" => 0,
            "End" => last(),
            _ => return,
        };
        event.prevent_default();
        at.set(Some(next.min(last())));
    };
    let words = move || {
        counts.with(|counts| {
            let counts = counts.as_ref()?;
            let cores = |column: usize| {
                Some(format!("{} cores with {}", int(counts, row.get(), column)?, counts.columns[column]))
            };
            let ends = [1, counts.columns.len().saturating_sub(1)];
            Some(format!("eps {}: {}", eps(), ends.into_iter().filter_map(cores).collect::<Vec<_>>().join(", ")))
        })
    };
    view! {
        <div class="over" node_ref=frame>
            <div class="cut" class:held=move || drag.held() style=move || format!("top:{}px", top()) data-testid="eps-line"
                role="slider" tabindex="0" aria-label="eps" aria-orientation="vertical" aria-valuemin="0"
                aria-valuemax=move || with(eps_of, last()).to_string() aria-valuenow=move || eps().to_string() aria-valuetext=words
                on:pointerdown=move |event| drag.take(&event, ".cut") on:pointermove=moved on:pointerup=move |_| drag.drop()
                on:pointercancel=move |_| drag.drop() on:keydown=key>
                <span class="cut-handle" aria-hidden="true">{move || format!("↕ {}", eps())}</span>
            </div>
        </div>
    }
}
