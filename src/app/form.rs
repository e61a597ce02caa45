//! The controls: one for each row of the experiment's parameter table, Run, Cancel.

use super::desk::{Desk, now};
use super::door::Door;
use super::lab::state_words;
use super::state::RunState;
use crate::data::catalog;
use crate::error::Error;
use crate::experiments::Entry;
use crate::link::Setup;
use crate::params::{Domain, ParamSpec};
use leptos::prelude::*;
use std::time::Duration;

/// The column of controls; on a narrow screen a bar at the bottom that opens.
#[component]
pub fn Controls() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let open = RwSignal::new(false);
    let changed = move || desk.setup.with(|setup| !setup.changes().is_empty());
    let shown = move |name: &str| {
        desk.setup.with(|setup| setup.embed.controls.as_ref().is_none_or(|names| names.iter().any(|n| n == name)))
    };
    // The table changes with the place, not with every value.
    let table = Memo::new(move |_| {
        desk.place.track();
        let offered = |entry: &'static Entry| {
            (entry.specs)().into_iter().filter(|spec| !entry.idle.contains(&spec.name)).collect::<Vec<_>>()
        };
        desk.entry().map(offered).unwrap_or_default()
    });
    let title = move || desk.entry().map_or("", |entry| entry.title);
    view! {
        <aside class="rail" aria-label="Controls" class:open=open>
            <div class="bar">
                <span class="summary">{move || desk.setup.with(summary)}</span>
                <button class="btn" aria-expanded=move || open.get().to_string() aria-controls="controls"
                    on:click=move |_| open.update(|open| *open = !*open)>
                    {move || if open.get() { "Close" } else { "Change" }}
                </button>
            </div>
            <div id="controls" class="controls">
                <div class="rail-head">
                    <h2>{title}</h2>
                    <button class="btn quiet" data-testid="reset-all" prop:disabled=move || !changed()
                        title="Back to the values of this scene" on:click=move |_| desk.reset(None)>"Reset"</button>
                </div>
                <Show when=move || shown("data")><DataChoice/></Show>
                {move || {
                    table.get().into_iter().filter(|spec| shown(spec.name)).map(|spec| view! { <Control spec/> }).collect_view()
                }}
            </div>
            <RunBar/>
        </aside>
    }
}

/// What the settings are, in a line.
fn summary(setup: &Setup) -> String {
    let pick = |name: &str, unit: &str| setup.value(name).map(|value| format!("{unit} {}", value.replace('~', ", ")));
    let parts =
        [pick("n_clusters", "k"), pick("n_init", "restarts"), pick("random_state", "seed"), pick("index", "image")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[component]
fn DataChoice() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let door = expect_context::<Door>();
    let value = move || desk.setup.with(|setup| setup.data.clone());
    let locked = move || desk.setup.with(|setup| setup.embed.lock.iter().any(|lock| lock == "data"));
    let choices = move || {
        let mut all: Vec<(String, String)> =
            catalog::datasets().iter().map(|info| (info.id.clone(), info.title.clone())).collect();
        desk.opened.with(|opened| {
            all.extend(opened.iter().flatten().map(|known| (known.info.id.clone(), known.info.title.clone())));
        });
        let now = value();
        if !now.is_empty() && all.iter().all(|(id, _)| *id != now) {
            all.push((now.clone(), format!("{now} (not here)")));
        }
        all
    };
    view! {
        <div class="control">
            <label for="c-data">"Images"</label>
            <select id="c-data" data-testid="c-data" prop:value=value prop:disabled=locked
                on:change=move |event| desk.change("data", &event_target_value(&event))>
                {move || {
                    choices()
                        .into_iter()
                        .map(|(id, title)| {
                            let own = id.clone();
                            view! { <option value=id selected=move || value() == own>{title}</option> }
                        })
                        .collect_view()
                }}
            </select>
            <Show when=move || !locked()>
                <a class="more" href="#/data" data-testid="more-data" on:click=move |_| door.come_back()>"Open other images"</a>
            </Show>
        </div>
    }
}

#[component]
fn Control(spec: ParamSpec) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let name = spec.name;
    let id = format!("c-{name}");
    let value = Memo::new(move |_| desk.setup.with(|setup| setup.value(name).unwrap_or_default().to_string()));
    // A value that counts for nothing now: what would have to be chosen first.
    let unmet = Memo::new(move |_| {
        let entry = desk.entry()?;
        let need = desk.setup.with(|setup| entry.unmet(name, |other| setup.value(other).map(String::from)))?;
        let label = (entry.specs)().iter().find(|spec| spec.name == need.1).map_or(need.1, |spec| spec.label);
        Some(format!("Counts only with {label} {}.", need.2.join(" or ")))
    });
    let locked = move || {
        unmet.with(Option::is_some) || desk.setup.with(|setup| setup.embed.lock.iter().any(|lock| lock == name))
    };
    // What is in the field: the value, or what was typed instead of one.
    let text = Memo::new(move |_| {
        let wrong = desk.invalid.with(|all| all.iter().find(|(n, ..)| n == name).map(|(_, text, _)| text.clone()));
        wrong.unwrap_or_else(|| value.get().replace('~', ", "))
    });
    let error = Memo::new(move |_| {
        let typed = desk.invalid.with(|all| all.iter().find(|(n, ..)| n == name).map(|(.., error)| error.clone()));
        typed.or_else(|| desk.problem().filter(|e| matches!(e, Error::InvalidParameter { name: n, .. } if n == name)))
    });
    let preset = move || desk.setup.with(|setup| Setup::preset(setup.place.clone()).value(name).map(String::from));
    let differs =
        Memo::new(move |_| preset().is_some_and(|preset| preset != value.get()) || error.with(Option::is_some));
    let help = RwSignal::new(false);
    let (help_id, error_id) = (format!("h-{name}"), format!("e-{name}"));
    let described = {
        let (help_id, error_id) = (help_id.clone(), error_id.clone());
        move || match (help.get(), error.with(Option::is_some)) {
            (false, false) => None,
            (true, false) => Some(help_id.clone()),
            (false, true) => Some(error_id.clone()),
            (true, true) => Some(format!("{error_id} {help_id}")),
        }
    };
    let commit = move |event: leptos::ev::Event| desk.change(name, &event_target_value(&event));
    let invalid = move || error.with(|error| error.is_some().to_string());
    let field = match spec.domain {
        Domain::Choice(words) => view! {
            <select id=id.clone() data-testid=id.clone() prop:value=value prop:disabled=locked aria-describedby=described on:change=commit>
                {words
                    .iter()
                    .map(|word| view! { <option value=*word selected=move || value.get() == *word>{*word}</option> })
                    .collect_view()}
            </select>
        }
        .into_any(),
        Domain::Flag => view! {
            <input type="checkbox" id=id.clone() data-testid=id.clone() prop:checked=move || value.get() == "true"
                prop:disabled=locked aria-describedby=described
                on:change=move |event| desk.change(name, if event_target_checked(&event) { "true" } else { "false" })/>
        }
        .into_any(),
        Domain::Int { min, max, slider } => {
            let range = desk.setup.with_untracked(|setup| setup.embed.ranges.iter().find(|r| r.0 == name).cloned());
            let (least, slider) = range.map_or((min, slider), |(_, a, b)| (a.max(min), b.min(max)));
            let dragged = RwSignal::new(None::<String>);
            let label = spec.label;
            let range = (slider > 0).then(|| {
                view! {
                    <input type="range" aria-label=format!("{label}, slider") min=least max=slider
                        prop:value=value prop:disabled=locked
                        on:input=move |event| dragged.set(Some(event_target_value(&event)))
                        on:change=move |event| {
                            dragged.set(None);
                            desk.change(name, &event_target_value(&event));
                        }/>
                }
            });
            let number = move || dragged.get().unwrap_or_else(|| text.get());
            view! {
                <div class="row">
                    {range}
                    <input type="text" inputmode="numeric" class:wide=slider == 0 id=id.clone() data-testid=id.clone() autocomplete="off"
                        prop:value=number prop:disabled=locked
                        aria-invalid=invalid aria-describedby=described on:change=commit
                        on:keydown=move |event| step(&event, desk, name, min, max)/>
                </div>
            }
            .into_any()
        }
        Domain::Float { .. } | Domain::Ints { .. } | Domain::Floats { .. } | Domain::Part { .. } | Domain::Words(_) => view! {
            <input type="text" class="wide" id=id.clone() data-testid=id.clone() autocomplete="off" prop:value=text
                prop:disabled=locked aria-invalid=invalid aria-describedby=described on:change=commit/>
        }
        .into_any(),
    };
    let doc = format!("{} It must be {}. In scikit-learn and in links: {name}.", spec.doc, spec.domain.must_be());
    let label = spec.label;
    view! {
        <div class="control">
            <div class="label">
                <label for=id>{label}</label>
                <Show when=move || differs.get() && !locked()>
                    <button class="btn quiet tiny" data-testid=format!("reset-{name}") aria-label=format!("Reset {label}")
                        title="Back to this scene's value" on:click=move |_| {
                            desk.invalid.update(|all| all.retain(|(n, ..)| n != name));
                            desk.reset(Some(name));
                        }>"↺"</button>
                </Show>
                <button class="btn quiet tiny" aria-label=format!("Explain {label}") aria-expanded=move || help.get().to_string()
                    on:click=move |_| help.update(|help| *help = !*help)>"?"</button>
            </div>
            {field}
            <Show when=move || error.with(Option::is_some)>
                <p class="error" id=error_id.clone() data-testid=format!("error-{name}")>
                    {move || error.get().map(|error| error.to_string())}
                </p>
            </Show>
            {move || unmet.get().map(|words| view! { <p class="help" data-testid=format!("unmet-{name}")>{words}</p> })}
            <Show when=move || help.get()><p class="help" id=help_id.clone()>{doc.clone()}</p></Show>
        </div>
    }
}

/// Arrow keys step a number, as they do in a number field.
fn step(event: &leptos::ev::KeyboardEvent, desk: Desk, name: &str, min: u32, max: u32) {
    let by = match event.key().as_str() {
        "ArrowUp" => 1i64,
        "ArrowDown" => -1,
        _ => return,
    };
    event.prevent_default();
    let now = desk.setup.with_untracked(|setup| setup.value(name).and_then(|value| value.parse::<i64>().ok()));
    if let Some(now) = now {
        let next = (now + by).clamp(i64::from(min), i64::from(max));
        desk.change(name, &next.to_string());
    }
}

#[component]
fn RunBar() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let busy = Memo::new(move |_| desk.run.with(RunState::busy));
    let blocked = move || desk.invalid.with(|all| !all.is_empty()) || desk.problem().is_some();
    let never = move || desk.setup.with(|setup| setup.embed.start.as_deref() == Some("never"));
    let share = move || match desk.run.get() {
        RunState::Loading(_, 0) => None,
        RunState::Loading(bytes, of) => Some(bytes as f64 / of as f64),
        RunState::Running { share, .. } => Some(share),
        _ => Some(0.0),
    };
    let key = window_event_listener(leptos::ev::keydown, move |event| {
        let run = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if event.key() == "Escape" && desk.run.with_untracked(RunState::busy) {
            desk.stop();
        } else if run && !desk.run.with_untracked(RunState::busy) && desk.problem().is_none() {
            event.prevent_default();
            desk.start();
        }
    });
    on_cleanup(move || key.remove());
    // A stage may be silent for long; the clock goes on.
    let heard = StoredValue::new((0.0, 0.0));
    let second = RwSignal::new(());
    let clock = set_interval_with_handle(move || second.set(()), Duration::from_secs(1));
    on_cleanup(move || clock.iter().for_each(IntervalHandle::clear));
    let words = move || {
        second.track();
        let mut run = desk.run.get();
        if let RunState::Running { seconds, .. } = &mut run {
            if heard.get_value().0 != *seconds {
                heard.set_value((*seconds, now()));
            }
            *seconds += (now() - heard.get_value().1) / 1000.0;
        }
        state_words(&run)
    };
    // The field may be out of sight: what is wrong is said here too.
    let wrong = move || {
        let typed = desk.invalid.with(|all| all.first().map(|(.., error)| error.to_string()));
        typed.or_else(|| desk.problem().map(|error| error.to_string()))
    };
    view! {
        <Show when=move || !never()>
            <div class="run">
                <p class="error" role="status" data-testid="run-refused">{wrong}</p>
                <Show when=move || !busy.get() fallback=move || view! {
                    <button class="btn cancel" data-testid="cancel" on:click=move |_| desk.stop()>"Cancel"</button>
                }>
                    <button class="btn primary" data-testid="run" prop:disabled=blocked title="Ctrl + Enter"
                        on:click=move |_| desk.start()>"Run"</button>
                </Show>
                <Show when=move || busy.get()>
                    <progress max="1" aria-label="Progress of the run" prop:value=share></progress>
                    <p class="muted" data-testid="progress">{words}</p>
                </Show>
            </div>
        </Show>
    }
}
