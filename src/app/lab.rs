//! A lab's page: its scenes, the controls of the current one, its figures, its numbers.

use super::desk::Desk;
use super::later::{self, Piece};
use super::settings::Chosen;
use super::state::RunState;
use super::{claims, figure, form, notes, numbers, offer, pins, predict};
use crate::experiments::EXPERIMENTS;
use crate::labs::{self, Lab};
use crate::link::Place;
use leptos::html;
use leptos::prelude::*;

/// The page of a scene or of one experiment alone; a word of apology for a lab without scenes.
#[component]
pub fn LabPage() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let lab = move || match desk.place.get() {
        Place::Scene { lab, .. } => labs::lab(&lab),
        _ => None,
    };
    let title = move || match (lab(), desk.entry()) {
        (Some(lab), _) => lab.title.clone(),
        (None, Some(entry)) => entry.title.to_string(),
        (None, None) => "Nothing here".into(),
    };
    let works = move || desk.entry().is_some();
    let answers = expect_context::<predict::Answers>();
    let covered = Memo::new(move |_| answers.covered());
    provide_context(Chosen(RwSignal::new(None)));
    view! {
        <div class="lab" class:single=move || !works()>
            <Show when=works><form::Controls/></Show>
            <section class="scene" class:covered=covered aria-label="Figures">
                <h1>{title}</h1>
                {move || match lab() {
                    Some(lab) => scenes(lab).into_any(),
                    None => experiments().into_any(),
                }}
                {scene_words}
                <notes::MissingData/>
                <notes::ErrorCard/>
                <Show when=works>
                    <predict::Predictions/>
                    <offer::AllImages/>
                    <figure::Figures/>
                    <claims::Claims/>
                    <numbers::NotebookTable/>
                    <numbers::Metrics/>
                    <pins::Shelf/>
                </Show>
            </section>
        </div>
    }
}

fn scenes(lab: &'static Lab) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let current = move |id: &str| matches!(desk.place.get(), Place::Scene { scene, .. } if scene == id);
    let keep = move |href: String| {
        // In an embed the other scenes stay in the frame's dress.
        if desk.setup.with(|setup| setup.embed.on) { format!("{href}?embed=1") } else { href }
    };
    // Where the scenes are a row that scrolls, the current one is in sight. The page itself stays where it is.
    let row = NodeRef::<html::Ol>::new();
    Effect::new(move |_| {
        desk.place.track();
        let Some(row) = row.get() else { return };
        request_animation_frame(move || {
            let Ok(Some(link)) = row.query_selector("[aria-current]") else { return };
            let (of_row, of_link) = (row.get_bounding_client_rect(), link.get_bounding_client_rect());
            let middle = |of: &web_sys::DomRect| of.left() + of.width() / 2.0;
            row.set_scroll_left(row.scroll_left() + (middle(&of_link) - middle(&of_row)) as i32);
        });
    });
    (!lab.scenes.is_empty()).then(|| {
        view! {
            <nav class="scenes" aria-label="Scenes">
                <ol node_ref=row>
                    {lab.scenes
                        .iter()
                        .map(|scene| {
                            let href = format!("#/{}/{}", lab.id, scene.id);
                            let built = scene.experiment.is_some();
                            view! {
                                <li>
                                    <a href=move || keep(href.clone()) class:unbuilt=!built
                                        aria-current=move || current(&scene.id).then_some("step")>
                                        {scene.title.as_str()}
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ol>
            </nav>
        }
    })
}

/// The experiments, each alone: for those who outgrew the labs.
fn experiments() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let current = move |id: &str| matches!(desk.place.get(), Place::Bench { experiment } if experiment == id);
    view! {
        <nav class="scenes" aria-label="Experiments">
            <ul>
                {EXPERIMENTS
                    .iter()
                    .map(|entry| {
                        let href = format!("#/bench/{}", entry.id);
                        view! {
                            <li><a href=href aria-current=move || current(entry.id).then_some("step")>{entry.title}</a></li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

fn scene_words() -> impl IntoView {
    let desk = expect_context::<Desk>();
    move || {
        let scene = claims::scene(desk);
        let lab = match desk.place.get() {
            Place::Scene { lab, .. } => labs::lab(&lab),
            _ => None,
        };
        let unbuilt = scene.is_none_or(|scene| scene.experiment.is_none());
        view! {
            // Between the page's heading and the figures' there is one more level.
            {(lab.is_none()).then(|| view! { <h2 class="sr">"Result"</h2> })}
            {scene.map(|scene| view! { <h2 class="scene-title">{scene.title.as_str()}</h2> <p class="lead">{scene.lead.as_str()}</p> })}
            {scene.filter(|scene| scene.formulas).map(|_| later::view(Piece::Formulas))}
            {lab.filter(|lab| unbuilt && !lab.unfinished.is_empty())
                .map(|lab| view! { <p class="card note" data-testid="unfinished">{lab.unfinished.as_str()}</p> })}
        }
    }
}

/// The run's state in a few words, for the screen and for the screen reader.
pub fn state_words(run: &RunState) -> String {
    match run {
        RunState::Idle => String::new(),
        RunState::Loading(_, 0) => "Getting ready".into(),
        RunState::Loading(bytes, of) => {
            format!("Images: {:.1} of {:.1} MB", *bytes as f64 / 1e6, *of as f64 / 1e6)
        }
        RunState::Running { stage, done, of, share, seconds } => {
            let rest = if *share > 0.05 && *seconds > 1.0 {
                format!(" · about {:.0} s left", (seconds / share - seconds).ceil())
            } else {
                String::new()
            };
            format!("{stage}: {done} of {of} · {seconds:.0} s{rest}")
        }
        RunState::Failed(error, _) => error.to_string(),
    }
}
