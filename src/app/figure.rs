//! Figure cards: heading, badge, picture, summary, table, files.

use super::agree;
use super::bootstraps;
use super::desk::Desk;
use super::drawn::Sheet;
use super::gallery::Gallery;
use super::later::{self, Piece};
use super::mine;
use super::mixed::Shared;
use super::numerals;
use super::paint::{Brush, growing};
use super::reconstruct;
use super::save;
use super::scatter;
use super::settings;
use super::signs::{Signs, has_signs};
use super::state::{RunState, Shown, Status};
use super::table::TableView;
use crate::labs::Scene;
use crate::plots::{self, Theme, canvas};
use crate::report::{ColorScale, Figure, Section, Table, span};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// Parts the caption of a picture from the title that stands above it.
const TITLE: &str = " · ";

/// The cards of all sections that this scene shows.
#[component]
pub fn Figures() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let ids = Memo::new(move |before: Option<&Vec<String>>| {
        let forming = desk.shown.with(|shown| matches!(shown, Some(Shown { status: Status::Partial(..), .. })));
        // What was seen of a run that was stopped stays.
        let stopped = desk.shown.with(|shown| matches!(shown, Some(Shown { status: Status::Stopped(..), .. })));
        let unfinished = forming || stopped;
        let shows = desk.setup.with(|setup| {
            let of = |scene: &Scene| match unfinished && !scene.shows.is_empty() {
                true => [scene.shows.clone(), scene.live.clone()].concat(),
                false => [scene.shows.clone(), scene.also.clone()].concat(),
            };
            let only = &setup.embed.only;
            if only.is_empty() { setup.scene().map(of).unwrap_or_default() } else { only.clone() }
        });
        let there: Vec<String> = desk.shown.with(|shown| {
            shown.iter().flat_map(|shown| shown.report.sections.iter().map(|section| section.id.clone())).collect()
        });
        // While a result forms, cards of which it says nothing yet stay where they are, for whoever reads there.
        let waits = |id: &String| forming && before.is_some_and(|before| before.contains(id));
        let wanted: Vec<String> = shows.iter().filter(|id| there.contains(id) || waits(id)).cloned().collect();
        if wanted.is_empty() { there } else { wanted }
    });
    provide_context(Signs::new(desk));
    provide_context(Sheet::new());
    provide_context(Shared::new());
    let grown = growing(Memo::new(move |_| ids.with(Vec::len)), 1);
    let mounted = move || ids.with(|ids| ids.iter().take(grown.get()).cloned().collect::<Vec<_>>());
    // While cards are still coming the room for them is kept, so that what stands below does not move twice.
    let growing_now = move || grown.get() < ids.with(Vec::len);
    let stale = super::numbers::stale(desk);
    let empty = move || desk.shown.with(Option::is_none) && desk.run.with(|run| *run == RunState::Idle);
    view! {
        <Show when=empty>
            <p class="card empty" data-testid="empty">"Nothing is computed yet. Press Run, or Ctrl + Enter."</p>
        </Show>
        <div class="figures" class:stale=stale class:growing=growing_now data-testid="figures">
            <For each=mounted key=String::clone children=move |id| view! { <Card id stale/> }/>
        </div>
    }
}

fn badge(shown: &Shown, stale: bool, under_way: Option<(usize, usize)>) -> (&'static str, String) {
    if stale {
        return ("warn", "out of date".into());
    }
    match &shown.status {
        Status::Saved => ("", "saved result".into()),
        Status::Partial(done, of) => {
            let (done, of) = under_way.unwrap_or((*done, *of));
            ("warn", format!("partial, {done} of {of}"))
        }
        Status::Stopped(done, of) => ("warn", format!("stopped at {done} of {of}")),
        Status::Done { identical } => {
            let seconds = shown.outcome.as_ref().map_or(0.0, |outcome| outcome.seconds);
            let tail = if *identical { ", identical" } else { "" };
            ("ok", format!("computed here{tail} · {seconds:.1} s"))
        }
    }
}

/// How a section is shown.
#[derive(Clone, Copy, PartialEq)]
pub enum Manner {
    Points,
    Agreement,
    Cores,
    Datapoint,
    Settings,
    Words,
    Contributions,
    Matrix,
    Ending,
    Path,
    Maps,
    Masks,
    Bootstraps,
    Regions,
    Centres,
    Images,
    Numbers,
    Gallery,
    Tree,
    Templates,
    Complete,
    Against,
    Keep,
    Chart,
}

impl Manner {
    /// Of a section whose report has a grid of settings, or compares clusterings, or bootstraps.
    fn of(section: &Section, gridded: bool, compared: bool, resampled: bool) -> Self {
        match section.figure {
            Figure::Scatter { .. } => Manner::Points,
            Figure::Heatmap { .. } if compared => Manner::Agreement,
            Figure::Heatmap { .. } if gridded => Manner::Settings,
            _ if gridded && section.id == "k_distances" => Manner::Cores,
            Figure::Bag(_) => Manner::Words,
            Figure::Linear(_) => Manner::Contributions,
            Figure::Confusion { .. } if section.id.starts_with("confusion") => Manner::Matrix,
            Figure::Curves { .. } if section.id == "end" => Manner::Ending,
            Figure::Path(_) => Manner::Path,
            Figure::Inferred(_) => Manner::Masks,
            _ if resampled && section.id == "bootstraps" => Manner::Bootstraps,
            Figure::Images { .. } if section.id == "regions" => Manner::Regions,
            Figure::Images { .. } if has_signs(Some(section)) => Manner::Maps,
            Figure::Images { .. } if section.id.starts_with("mosaic") => Manner::Templates,
            Figure::Images { .. } if section.id == "brush" => Manner::Complete,
            Figure::Heatmap { .. } if section.id == "between" => Manner::Against,
            Figure::Images { .. } if section.id == "image" => Manner::Datapoint,
            Figure::Images { .. } if section.id == "centres" => Manner::Centres,
            Figure::Images { .. } => Manner::Images,
            Figure::Numbers(_) => Manner::Numbers,
            Figure::Gallery { .. } => Manner::Gallery,
            Figure::Dendrogram(_) => Manner::Tree,
            _ => Manner::Chart,
        }
    }
}

#[component]
fn Card(id: String, stale: Memo<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let section = {
        let id = id.clone();
        Memo::new(move |before: Option<&Option<Section>>| {
            desk.shown.with(|shown| {
                let shown = shown.as_ref()?;
                let forming = matches!(shown.status, Status::Partial(..));
                let now = shown.report.sections.iter().find(|section| section.id == id).cloned();
                now.or_else(|| before.cloned().flatten().filter(|_| forming))
            })
        })
    };
    let waiting = {
        let id = id.clone();
        Memo::new(move |_| {
            desk.shown.with(|shown| {
                shown.as_ref().is_some_and(|shown| !shown.report.sections.iter().any(|section| section.id == id))
            })
        })
    };
    let with =
        move |pick: fn(&Section) -> String| section.with(|section| section.as_ref().map(pick).unwrap_or_default());
    // A stage may go on for a while before there is more to show.
    let under_way = Memo::new(move |_| desk.run.with(RunState::counted));
    let badge = move || {
        desk.shown.with(|shown| {
            shown.as_ref().map(|shown| {
                let (class, text) = match waiting.get() {
                    true => ("warn", "from before, being computed anew".into()),
                    false => badge(shown, stale.get(), under_way.get()),
                };
                view! { <span class=format!("badge {class}") data-testid="badge">{text}</span> }
            })
        })
    };
    let table = RwSignal::new(false);
    let selected = RwSignal::new(Vec::<usize>::new());
    // Of two clusterings, whose colours the images have; the table and the files follow.
    let second = RwSignal::new(false);
    let n_components = RwSignal::new(None);
    let section = match id.as_str() {
        "reconstructed" => reconstruct::seen(desk, section, n_components),
        "positions" => expect_context::<Sheet>().instead(section, 0),
        "rebuilt" => expect_context::<Sheet>().instead(section, 1),
        "plane" => agree::plane(desk, section, second),
        "centres" => Memo::new(move |_| {
            let scale = desk.view.with(|view| view.color_scale);
            section.with(|section| section.as_ref().map(|section| span::on_scale(section, scale)))
        }),
        _ => section,
    };
    let (rebuilt, chained, scaled) = (id == "reconstructed", id == "log_joint", id == "example");
    let compared = Memo::new(move |_| agree::there(desk));
    let manner = Memo::new(move |before: Option<&Manner>| {
        if let (true, Some(before)) = (waiting.get(), before) {
            return *before;
        }
        let gridded = desk
            .shown
            .with(|shown| shown.as_ref().is_some_and(|shown| settings::table(&shown.report, "settings").is_some()));
        let resampled = desk.shown.with(|shown| shown.as_ref().is_some_and(|shown| bootstraps::any(&shown.report)));
        section.with(|section| {
            section.as_ref().map_or(Manner::Chart, |s| Manner::of(s, gridded, compared.get(), resampled))
        })
    });
    let subject = later::Subject { section, seen: RwSignal::new(None) };
    // Of a tree, words and files follow the visitor's cut; of masks, the way they are looked at; of a bag, the sheet.
    let followed = Memo::new(move |_| subject.seen.get().or_else(|| section.get()));
    let follows = matches!(
        manner.get_untracked(),
        Manner::Tree
            | Manner::Masks
            | Manner::Words
            | Manner::Templates
            | Manner::Complete
            | Manner::Contributions
            | Manner::Maps
            | Manner::Matrix
    );
    let seen = if follows { followed } else { section };
    // The table is of what is selected, if something is.
    let chosen = Memo::new(move |_| section.with(|s| selected.with(|selected| scatter::only(s.as_ref(), selected))));
    let listed = match manner.get_untracked() {
        Manner::Points => chosen,
        _ => seen,
    };
    let table_id = format!("t-{id}");
    // Where labels stand under pictures of another script, its numerals stand below.
    let labelled = matches!(&*id, "random" | "sheet" | "means" | "coefs" | "coef_label" | "three" | "difference")
        || id.starts_with("confusion_t")
        || id.starts_with("misclassified");
    let kannada = Memo::new(move |_| labelled && numerals::spoken(desk));
    view! {
        <figure class="card figure" class:waiting=waiting data-section=id.clone()>
            <div class="head">
                <h3>{move || with(|section| section.title.clone())}</h3>
                {badge}
                <span class="space"></span>
                <Show when=move || manner.get() != Manner::Numbers>
                    <button class="btn quiet" data-testid="table" aria-expanded=move || table.get().to_string()
                        on:click=move |_| table.update(|table| *table = !*table)>
                        {move || if table.get() { "Hide table" } else { "Table" }}
                    </button>
                </Show>
                <save::SaveMenu section=seen/>
            </div>
            {move || match manner.get() {
                Manner::Points => view! {
                    {compared.get().then(|| view! { <agree::Side second/> })}
                    {later::view(Piece::Points(section, selected))}
                }.into_any(),
                Manner::Images => view! {
                    {rebuilt.then(|| view! { <reconstruct::Components n=n_components/> })}
                    <div class:with-scale=scaled>
                        <ImageGrid section/>
                        {scaled.then(|| later::view(Piece::Scale(section)))}
                    </div>
                }.into_any(),
                Manner::Numbers => ().into_any(),
                Manner::Gallery => view! { <Gallery section/> }.into_any(),
                Manner::Chart => view! { <Chart section/> }.into_any(),
                manner => later::view(Piece::View(manner, subject)),
            }}
            <figcaption data-testid="summary">{move || seen.with(|section| section.as_ref().map(|section| section.summary.clone()))}</figcaption>
            <Show when=move || kannada.get()>{later::view(Piece::Numerals)}</Show>
            {mine::there(desk, &id).then(|| view! { <mine::Open/> })}
            {chained.then(|| later::view(Piece::View(Manner::Keep, subject)))}
            <Show when=move || table.get() || manner.get() == Manner::Numbers>
                <div id=table_id.clone()><TableView section=listed/></div>
            </Show>
        </figure>
    }
}

/// Small images in a grid.
#[component]
pub fn ImageGrid(section: Memo<Option<Section>>) -> impl IntoView {
    let shape = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { width, columns, images, .. }) => (*width, *columns, images.len()),
            _ => (1, 1, 0),
        })
    });
    let style = move || {
        // Fewer pictures than columns need no more room than they have.
        let (width, columns, n) = shape.get();
        format!("--w:{width};--columns:{}", columns.min(n.max(1) as u32))
    };
    let size = move || match shape.get() {
        (_, 1, _) => "grid large",
        (_, 2..=6, _) => "grid",
        _ => "grid small",
    };
    // Long rows scroll on a narrow screen.
    let title = move || section.with(|s| s.as_ref().map(|s| format!("{}, pictures", s.title)));
    view! {
        <div class="tiles" style=style>
            <div class=size tabindex="0" role="region" aria-label=title>
                <For each=move || 0..shape.get().2 key=|i| *i children=move |i| view! { <Cell section i/> }/>
            </div>
            <p class="sideways" aria-hidden="true">"The rows go on to the right: scroll them →"</p>
        </div>
    }
}

/// A picture of a figure and what stands under it.
#[component]
pub fn Cell(section: Memo<Option<Section>>, i: usize) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let caption = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { images, .. }) => images.get(i).map(|image| image.caption.clone()).unwrap_or_default(),
            _ => String::new(),
        })
    });
    // A title of its row stands above it, as in the notebooks.
    let above = move || caption.with(|text| text.split_once(TITLE).map(|(_, title)| title.to_string()));
    let below = move || caption.with(|text| text.split_once(TITLE).map_or(text.clone(), |(below, _)| below.into()));
    // An image without a caption is still one of a row.
    let name = move || caption.with(|text| if text.is_empty() { format!("image {}", i + 1) } else { text.clone() });
    let brush = Brush::new();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        section.track();
        brush.paint(move || section.with_untracked(|section| draw_cell(section.as_ref(), i, &element)));
    });
    view! {
        <div class="cell">
            {move || above().map(|title| view! { <strong class="row-title" aria-hidden="true">{title}</strong> })}
            <canvas node_ref=node role="img" aria-label=name width="28" height="28"></canvas>
            <span aria-hidden="true">{below}</span>
        </div>
    }
}

fn draw_cell(section: Option<&Section>, i: usize, element: &web_sys::HtmlCanvasElement) {
    if let Some(Figure::Images { height, width, map, low, high, images, .. }) = section.map(|s| &s.figure)
        && let Some(image) = images.get(i)
        && let (map, low, high) = image.scale.unwrap_or((*map, *low, *high))
        && let Err(error) = canvas::raster(element, (*width, *height), &image.pixels, map, (low, high))
    {
        leptos::logging::error!("image {i}: {error}");
    }
}

/// Width of an element in CSS pixels, whenever it changes. A figure in a hidden frame
/// has no width; it is drawn when it gets one.
pub fn width_of(frame: NodeRef<html::Div>) -> RwSignal<f64> {
    let width = RwSignal::new(0.0);
    Effect::new(move |_| {
        let Some(element) = frame.get() else { return };
        width.set(f64::from(element.client_width()));
        let resized = Closure::<dyn FnMut()>::new({
            let element = element.clone();
            move || {
                let now = f64::from(element.client_width());
                if now != width.get_untracked() {
                    width.set(now);
                }
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = StoredValue::new_local((observer, resized));
            on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    width
}

/// Whether something lies beyond the right edge of a frame that scrolls sideways, and what is to be called when it has
/// been scrolled.
pub fn edge(frame: NodeRef<html::Div>, width: RwSignal<f64>) -> (RwSignal<bool>, Callback<()>) {
    let more = RwSignal::new(false);
    let look = Callback::new(move |()| {
        let Some(element) = frame.try_get_untracked().flatten() else { return };
        let beyond = element.scroll_width() - element.client_width() - element.scroll_left() > 2;
        if more.try_get_untracked().is_some_and(|before| before != beyond) {
            more.set(beyond);
        }
    });
    Effect::new(move |_| {
        width.track();
        // The picture is drawn in the next frame, and has its width then; by then nobody may look any more.
        request_animation_frame(move || request_animation_frame(move || look.try_run(()).unwrap_or_default()));
    });
    (more, look)
}

/// A chart, and what lies over it.
#[component]
pub fn Chart(section: Memo<Option<Section>>, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let frame = NodeRef::<html::Div>::new();
    let node = NodeRef::<html::Canvas>::new();
    let width = width_of(frame);
    let brush = Brush::new();
    Effect::new(move |_| {
        let (Some(element), true) = (node.get(), width.get() >= 1.0) else { return };
        desk.dark.track();
        section.track();
        brush.paint(move || {
            let theme = if desk.dark.get_untracked() { Theme::DARK } else { Theme::LIGHT };
            section.with_untracked(|section| {
                if let Some(section) = section
                    && let Err(error) = canvas::chart(&section.figure, &element, width.get_untracked(), theme)
                {
                    leptos::logging::error!("{}: {error}", section.id);
                }
            });
        });
    });
    let summary = move || section.with(|section| section.as_ref().map(|s| s.summary.clone()));
    let (more, look) = edge(frame, width);
    let name = move || section.with(|section| section.as_ref().map(|s| format!("{}, picture", s.title)));
    let height = move || {
        section
            .with(|s| s.as_ref().map(|s| format!("min-height:{}px", plots::height(&s.figure, width.get().max(240.0)))))
    };
    view! {
        <div class="scroll chart" class:beyond=more node_ref=frame style=height tabindex="0" role="region" aria-label=name
            on:scroll=move |_| look.run(())>
            <div class="plot">
                <canvas node_ref=node role="img" aria-label=summary></canvas>
                {children.map(|children| children())}
            </div>
        </div>
    }
}
