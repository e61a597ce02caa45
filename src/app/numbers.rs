//! The numbers of a run: beside the notebook's, and all of them.

use super::desk::Desk;
use super::state::Status;
use crate::labs::{Agreement, Printed};
use crate::link::{self, Setup};
use crate::report::Report;
use leptos::prelude::*;
use std::sync::Arc;

/// The report that numbers are read from: not an unfinished one.
fn finished(desk: Desk) -> Option<Arc<Report>> {
    desk.shown.with(|shown| {
        let shown = shown.as_ref()?;
        let whole = matches!(shown.status, Status::Saved | Status::Done { .. });
        whole.then(|| Arc::clone(&shown.report))
    })
}

/// The finished report of the very settings that the controls show.
pub fn current(desk: Desk) -> Memo<Option<Arc<Report>>> {
    let key = Memo::new(move |_| desk.setup.with(Setup::key));
    Memo::new(move |_| {
        finished(desk).filter(|_| desk.shown.with(|shown| shown.as_ref().is_some_and(|s| s.key == key.get())))
    })
}

/// Whether what is shown is of other settings than the controls.
pub fn stale(desk: Desk) -> Memo<bool> {
    Memo::new(move |_| {
        let key = desk.setup.with(Setup::key);
        desk.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.key != key))
    })
}

/// "Notebook against this run".
#[component]
pub fn NotebookTable() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let lines = move || super::claims::scene(desk).map(|scene| scene.notebook.as_slice()).unwrap_or_default();
    let stale = stale(desk);
    let badge = move || {
        let report = finished(desk)?;
        if stale.get() {
            return Some(("warn", "out of date".to_string()));
        }
        let compared: Vec<Agreement> = lines().iter().filter_map(|line| line.agreement(&report)).collect();
        let count = |wanted| compared.iter().filter(|agreement| **agreement == wanted).count();
        let within = count(Agreement::Within);
        let within = if within > 0 { format!(", {within} within the notebook's spread") } else { String::new() };
        let words = match compared.len() {
            0 if lines().iter().any(Printed::comparable) => return None,
            0 => "no number to compare".into(),
            n => format!("{} of {n} equal{within}", count(Agreement::Equal)),
        };
        Some(("", words))
    };
    view! {
        <Show when=move || !lines().is_empty() && !desk.setup.with(|setup| setup.embed.no_notes)>
            <section class="card figure" data-testid="notebook">
                <div class="head">
                    <h3>"Notebook against this run"</h3>
                    {move || badge().map(|(kind, text)| view! { <span class=format!("badge {kind}")>{text}</span> })}
                </div>
                <div class="scroll" tabindex="0" role="region" aria-label="Notebook against this run">
                    // On a phone its rows become blocks, which some browsers no longer take for a table's: the roles say so.
                    <table class="stacks" role="table">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">"Output"</th>
                                <th scope="col" role="columnheader">"Notebook"</th>
                                <th scope="col" role="columnheader">"This run"</th>
                                <th scope="col" role="columnheader">"Why they may differ"</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{move || lines().iter().map(|line| row(desk, line)).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}

/// Which settings of what is shown are not the scene's: what is said of those would be untrue of it.
fn other_settings(desk: Desk) -> Option<String> {
    let key = desk.shown.with(|shown| shown.as_ref().map(|shown| shown.key.clone()))?;
    let (shown, preset) = (link::open(&key).setup, Setup::preset(desk.place.get()));
    let specs = (shown.entry()?.specs)();
    let differs = |name: &str| preset.value(name).is_some_and(|value| shown.value(name) != Some(value));
    let names: Vec<&str> = specs.iter().filter(|spec| differs(spec.name)).map(|spec| spec.label).collect();
    (!names.is_empty()).then(|| format!("Not this scene's settings: {}.", names.join(", ")))
}

/// The images that what is shown is of, or those that are asked for.
fn images_shown(desk: Desk) -> String {
    let shown = desk.shown.with(|shown| shown.as_ref().map(|shown| link::open(&shown.key).setup.data));
    desk.images_named(shown.unwrap_or_else(|| desk.setup.with(|setup| setup.data.clone())))
}

fn row(desk: Desk, line: &'static Printed) -> impl IntoView {
    let ours = move || {
        let report = finished(desk)?;
        let text = line.ours(&report)?;
        let agreement = line.agreement(&report);
        let word = match agreement {
            Some(Agreement::Equal) => " ✓",
            Some(Agreement::Within) => " ✓ within the notebook's spread",
            _ => "",
        };
        Some(view! { <span class:equal=!word.is_empty()>{text} {word}</span> })
    };
    let pictured = line.metric.is_empty() && line.ran.is_none();
    // Of what no result holds: once it ran here.
    let ran = move || {
        let outcome = desk.shown.with(|shown| shown.as_ref()?.outcome.clone())?;
        let ran = line.ran.as_ref()?;
        // Other pairs have parts of other names.
        (outcome.seconds > 0.0).then(|| ran.of(&outcome).unwrap_or_else(|| "–".into()))
    };
    // What is equal does not differ.
    let why = move || {
        let equal = finished(desk).is_some_and(|report| line.agreement(&report) == Some(Agreement::Equal));
        let why = || other_settings(desk).unwrap_or_else(|| line.why(&images_shown(desk)).into());
        (!equal).then(why)
    };
    view! {
        <tr data-id=line.id.as_str() role="row">
            <th scope="row" role="rowheader"><span class="muted">{line.id.as_str()}</span> " " {line.what.as_str()}</th>
            <td class="num" role="cell" data-column="Notebook">{line.notebook.as_str()}</td>
            <td class="num" role="cell" data-column="This run">
                {move || match (ours(), ran()) {
                    (Some(view), _) => view.into_any(),
                    (None, Some(text)) => text.into_any(),
                    (None, None) => (if pictured { "above" } else if line.ran.is_some() { "once it has run here" } else { "–" }).into_any(),
                }}
            </td>
            <td class="muted" role="cell">{why}</td>
        </tr>
    }
}

/// All numbers of the run, and what it is the result of.
#[component]
pub fn Metrics() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let stale = stale(desk);
    view! {
        {move || {
            let shown = desk.shown.get()?;
            let report = finished(desk)?;
            let outcome = shown.outcome;
            Some(view! {
                <section class="card figure" data-testid="metrics">
                    <div class="head">
                        <h3>"Numbers"</h3>
                        {move || stale.get().then(|| view! { <span class="badge warn">"out of date"</span> })}
                    </div>
                    {report.warnings.iter().map(|w| view! { <p class="warn">{w.to_string()}</p> }).collect_view()}
                    <div class="scroll" tabindex="0" role="region" aria-label="Numbers of the run">
                        <table>
                            <thead><tr><th scope="col">"Number"</th><th scope="col">"Value"</th></tr></thead>
                            <tbody>
                                {report
                                    .metrics
                                    .iter()
                                    .map(|metric| {
                                        view! {
                                            <tr data-metric=metric.id.clone()>
                                                <th scope="row">{metric.label.clone()}</th>
                                                <td class="num">{metric.value.full()}</td>
                                            </tr>
                                        }
                                    })
                                    .collect_view()}
                            </tbody>
                        </table>
                    </div>
                    {outcome.map(|outcome| {
                        let time = if outcome.seconds > 0.0 {
                            format!("{:.2} s", outcome.seconds)
                        } else {
                            "not kept with saved results".into()
                        };
                        let memory = if outcome.memory_bytes > 0 {
                            format!("{:.0} MB", outcome.memory_bytes as f64 / 1e6)
                        } else {
                            "not kept with saved results".into()
                        };
                        view! {
                            <details>
                                <summary>"About this run"</summary>
                                <dl class="about">
                                    <dt>"Configuration"</dt><dd><code data-testid="configuration">{outcome.configuration.clone()}</code></dd>
                                    <dt>"Engine"</dt><dd>{outcome.engine.clone()}</dd>
                                    <dt>"Time"</dt><dd>{time}</dd>
                                    <dt>"Peak memory"</dt><dd>{memory}</dd>
                                    <dt>"Digest"</dt><dd><code data-testid="digest">{outcome.digest.clone()}</code></dd>
                                </dl>
                            </details>
                        }
                    })}
                </section>
            })
        }}
    }
}
