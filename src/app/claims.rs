//! "Check this claim": what the notebook says, what to look at, and how it stands up to this run.

use super::desk::Desk;
use super::numbers;
use crate::labs::{Claim, Open, Scene, Test, Verdict};
use crate::link::{Setup, View};
use leptos::prelude::*;

/// The scene of this place, which changes with the place and not with every value.
pub fn scene(desk: Desk) -> Option<&'static Scene> {
    desk.place.track();
    desk.setup.with_untracked(|setup| setup.scene())
}

/// The claims of the scene.
#[component]
pub fn Claims() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let hidden = Memo::new(move |_| desk.setup.with(|setup| setup.embed.no_notes));
    move || {
        let scene = scene(desk).filter(|_| !hidden.get());
        let claims = scene.map(|scene| scene.claims.as_slice()).unwrap_or_default();
        let open = scene.map(|scene| scene.open.as_slice()).unwrap_or_default();
        let answer = |asked: &'static Open| {
            view! {
                <details><summary>{asked.question.as_str()}</summary><p>{asked.answer.as_str()}</p></details>
            }
        };
        [
            (!claims.is_empty()).then(|| {
                let cards = claims.iter().map(|claim| view! { <Card claim/> }).collect_view().into_any();
                part("claims", "What the notebook claims", cards)
            }),
            (!open.is_empty()).then(|| {
                part("open-questions", "Questions to think about", open.iter().map(answer).collect_view().into_any())
            }),
        ]
        .into_iter()
        .flatten()
        .collect_view()
    }
}

fn part(id: &'static str, title: &'static str, inside: AnyView) -> impl IntoView {
    view! {
        <section class="card figure" data-testid=id>
            <div class="head"><h3>{title}</h3></div>
            {inside}
        </section>
    }
}

#[component]
fn Card(claim: &'static Claim) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let current = numbers::current(desk);
    // Of a result of these settings: the verdict, if it has the numbers for one.
    let verdict = Memo::new(move |_| current.get().map(|report| claim.verdict(&report)));
    let busy = move || desk.run.with(super::state::RunState::busy);
    let said = move || {
        match verdict.get() {
        Some(Some((verdict, text))) => {
            let class = match verdict {
                Verdict::Holds => "badge ok",
                Verdict::InPart => "badge warn",
                Verdict::Fails => "badge bad",
            };
            view! { <p><strong class=class data-testid="verdict">{verdict.words()}</strong> " " {text}</p> }.into_any()
        }
        Some(None) => view! {
            <p class="muted" data-testid="no-verdict">"This result lacks the numbers that the verdict needs: reset the settings to this scene's, and run."</p>
        }
        .into_any(),
        None => view! {
            <p class="muted" data-testid="no-verdict">"The verdict needs a result of these settings."</p>
            <button class="btn" prop:disabled=busy on:click=move |_| desk.start()>"Run"</button>
        }
        .into_any(),
    }
    };
    let words = if claim.code {
        view! { <code>{claim.claim.as_str()}</code> }.into_any()
    } else {
        view! { "“" {claim.claim.as_str()} "”" }.into_any()
    };
    view! {
        <div class="claim" data-claim=claim.id.as_str()>
            <blockquote>{words}</blockquote>
            <details>
                <summary data-testid="check">"Check this claim"</summary>
                <div class="finding">
                    <p class="muted">{claim.look.as_str()}</p>
                    <div role="status">{said}</div>
                    {claim.test.as_ref().map(|test| view! { <TestLink test/> })}
                </div>
            </details>
        </div>
    }
}

/// The way to the settings that put the claim to the test, and back.
#[component]
fn TestLink(test: &'static Test) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let locked = move || {
        desk.setup.with(|setup| test.set.iter().any(|(name, _)| setup.embed.lock.iter().any(|lock| lock == name)))
    };
    let there = Memo::new(move |_| {
        desk.view.track();
        desk.setup.with(|setup| test.set.iter().all(|(name, value)| setup.said(name) == Some(value.as_str())))
    });
    let href = move || {
        desk.setup.with(|setup| {
            let preset = Setup::preset(setup.place.clone());
            let back = there.get();
            let set = |setup: Setup, (name, value): &(String, String)| {
                match (back, preset.said(name)) {
                    (false, _) => setup.with(name, value),
                    (true, Some(before)) => setup.with(name, before),
                    // A way of looking that the preset leaves open.
                    (true, None) => setup,
                }
            };
            let start = Setup { view: View::default(), ..setup.clone() };
            test.set.iter().fold(start, set).fragment()
        })
    };
    // A way of looking needs no run.
    let computed = test.set.iter().any(|(name, _)| desk.setup.with_untracked(|setup| setup.value(name).is_some()));
    let label = move || if there.get() { "Back to the notebook's setting" } else { test.label.as_str() };
    view! {
        <Show when=move || !locked()>
            <p class="muted">
                "Test it: " <a class="btn" data-testid="test" href=href>{label}</a>
                {move || (there.get() && computed).then_some(" Now run it, and look again.")}
            </p>
        </Show>
    }
}
