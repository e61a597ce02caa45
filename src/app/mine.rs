//! A digit of the visitor's own among those of a run: the cluster whose centre it is nearest to, or whether DBSCAN would
//! call it core, border or noise. Every stroke is answered at once, by the run's own measure of distance.

use super::desk::Desk;
use super::gallery::Load;
use super::later::{self, Piece};
use super::pad::Pad;
use super::settings::{Chosen, Found};
use super::state::{Shown, Status};
use super::strip::Strip;
use crate::data::Dataset;
use crate::report::placed::{self, Dense, Kind, NOISE, Space, Standing};
use crate::report::{Figure, Report, Value};
use leptos::prelude::*;
use std::sync::Arc;

/// Centres, or samples, that are listed.
const LISTED: usize = 5;
/// Nearest samples that are shown.
const NEAREST: usize = 10;

/// Whether the card of that section is where a digit can be placed.
pub fn there(desk: Desk, section: &str) -> bool {
    matches!(
        (desk.entry().map(|entry| entry.id), section),
        (Some("kmeans" | "pcakmeans"), "centres") | (Some("dbgrid"), "grid") | (Some("pcadbscan"), "shares")
    )
}

/// The way to the sheet; it comes with a module of its own.
#[component]
pub fn Open() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <div class="pad-tools">
            <button class="btn" data-testid="mine" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                {move || if open.get() { "Put your digit away" } else { "Try a digit of your own" }}
            </button>
        </div>
        <Show when=move || open.get()>{later::view(Piece::Mine)}</Show>
    }
}

/// What the run knows, and where an image would be in it.
#[derive(Clone)]
struct Run {
    report: Arc<Report>,
    space: Arc<Space>,
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.report, &other.report)
    }
}

/// The sheet and the answer.
#[component]
pub fn Mine() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let run = Memo::new(move |before: Option<&Option<Run>>| {
        let forming = |shown: &Shown| matches!(shown.status, Status::Partial(..));
        let (report, forming) =
            desk.shown.with(|shown| shown.as_ref().map(|shown| (Arc::clone(&shown.report), forming(shown))))?;
        match Space::of(&report) {
            Some(space) => Some(Run { report, space: Arc::new(space) }),
            // Until the next run knows, the last one answers.
            None => before.cloned().flatten().filter(|_| forming),
        }
    });
    let data = Memo::new(move |_| desk.setup.with(|setup| setup.data.clone()));
    let size = Memo::new(move |_| desk.info(&data.get()).map(|info| (info.shape.0 as u32, info.shape.1 as u32)));
    let fits =
        move || run.get().zip(size.get()).filter(|(run, size)| run.space.n_features() == (size.0 * size.1) as usize);
    // Another size needs another sheet; another run of the same images asks about the same drawing, also if the sheet was
    // away meanwhile.
    let sheet = Memo::new(move |_| fits().map(|(_, size)| size));
    let levels = RwSignal::new(Vec::<f32>::new());
    move || {
        match sheet.get() {
        Some(size) => {
            let n = (size.0 * size.1) as usize;
            if levels.with_untracked(Vec::len) != n {
                levels.set(vec![0.0; n]);
            }
            view! { <Sheet size data run levels/> }.into_any()
        }
        None => view! {
            <p class="muted" data-testid="mine-wants">"A saved result does not hold what is needed to place another image. Press Run first."</p>
        }
        .into_any(),
    }
    }
}

#[component]
fn Sheet(size: (u32, u32), data: Memo<String>, run: Memo<Option<Run>>, levels: RwSignal<Vec<f32>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let pixels = Memo::new(move |_| levels.with(|levels| levels.iter().map(|level| *level as u8).collect::<Vec<u8>>()));
    let blank = Memo::new(move |_| pixels.with(|pixels| pixels.iter().all(|level| *level == 0)));
    let dense = move || desk.entry().is_some_and(|entry| matches!(entry.id, "dbgrid" | "pcadbscan"));
    view! {
        <div class="mine" data-testid="mine-sheet">
            <Pad size data levels/>
            {move || match (blank.get(), dense()) {
                (true, _) => view! { <p class="muted">"Draw a digit, or take an image of the data."</p> }.into_any(),
                (_, true) => view! { <Density data run pixels/> }.into_any(),
                _ => view! { <Centres run pixels/> }.into_any(),
            }}
        </div>
    }
}

/// The digit that most images of a cluster are, and its share of them in per cent.
fn mostly(report: &Report, cluster: usize) -> Option<(String, f64)> {
    let matrix = report.sections.iter().find(|section| section.id == "confusion")?;
    let Figure::Confusion { rows, columns, counts, .. } = &matrix.figure else { return None };
    let column = columns.iter().position(|name| *name == cluster.to_string())?;
    let of: Vec<u64> = counts.iter().skip(column).step_by(columns.len().max(1)).copied().collect();
    let (class, most) = of.iter().enumerate().max_by_key(|(class, count)| (**count, std::cmp::Reverse(*class)))?;
    Some((rows.get(class)?.clone(), 100.0 * *most as f64 / of.iter().sum::<u64>().max(1) as f64))
}

/// The nearest centres.
#[component]
fn Centres(run: Memo<Option<Run>>, pixels: Memo<Vec<u8>>) -> impl IntoView {
    let found = Memo::new(move |_| {
        let Run { report, space } = run.get()?;
        let distances = pixels.with(|pixels| placed::to_centres(&report, &space, pixels))?;
        let mut order: Vec<usize> = (0..distances.len()).collect();
        order.sort_by(|a, b| distances[*a].total_cmp(&distances[*b]).then(a.cmp(b)));
        let of = |cluster: usize| (cluster, distances[cluster], mostly(&report, cluster));
        Some(order.into_iter().take(LISTED).map(of).collect::<Vec<_>>())
    });
    let words = move || {
        found.with(|found| {
            let (cluster, distance, mostly) = found.as_ref()?.first()?.clone();
            let mostly = mostly.map(|(digit, share)| format!(" Most of its images are a {digit} ({share:.0} %)."));
            let far = Value::Float(distance).short();
            Some(format!("Your digit is in cluster {cluster}, {far} from its centre.{}", mostly.unwrap_or_default()))
        })
    };
    let rows = move || {
        let found = found.get().unwrap_or_default();
        let far = found.last().map_or(1.0, |(_, distance, _)| distance.max(f64::MIN_POSITIVE));
        let row = move |(cluster, distance, mostly): (usize, f64, Option<(String, f64)>)| {
            view! {
                <tr>
                    <th scope="row">{cluster}</th>
                    <td class="num right">{Value::Float(distance).short()}</td>
                    <td class="bars"><span style=format!("width:{:.1}%", 100.0 * distance / far)></span></td>
                    <td>{mostly.map(|(digit, share)| format!("{digit}, {share:.0} %"))}</td>
                </tr>
            }
        };
        found.into_iter().map(row).collect_view()
    };
    view! {
        <p role="status" data-testid="mine-words">{words}</p>
        <div class="scroll" tabindex="0" role="region" aria-label="The nearest centres">
            <table class="counts" data-testid="mine-centres">
                <caption class="sr">"The nearest centres"</caption>
                <thead><tr><th scope="col">"cluster"</th><th scope="col">"distance"</th><td></td><th scope="col">"mostly"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// What a DBSCAN says.
#[component]
fn Density(data: Memo<String>, run: Memo<Option<Run>>, pixels: Memo<Vec<u8>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Chosen(chosen) = expect_context::<Chosen>();
    let images = Memo::new(move |_| {
        let id = data.get();
        desk.data.with(|all| all.get(&id).cloned()).map(super::gallery::Here)
    });
    let distances = Memo::new(move |_| {
        let (Run { report, space }, images) = (run.get()?, images.get()?);
        pixels.with(|pixels| placed::to_samples(&report, &space, &images.0, pixels))
    });
    let swept = Memo::new(move |_| run.with(|run| run.as_ref().map_or_else(Vec::new, |run| Dense::swept(&run.report))));
    let at = RwSignal::new(0_usize);
    let number = move |name: &str| {
        desk.setup.with(|setup| setup.value(name).and_then(|text| text.parse::<u32>().ok())).unwrap_or(1)
    };
    // Of a grid the chosen cell, else the first; of a sweep the eps of the list.
    let dense = Memo::new(move |_| {
        let Run { report, .. } = run.get()?;
        let swept = swept.get();
        if let Some(eps) = swept.get(at.get().min(swept.len().saturating_sub(1))) {
            return Dense::of_sweep(&report, eps, number("min_samples"));
        }
        let (row, column) = chosen.get().unwrap_or((0, 0));
        let width = report.arrays.iter().find(|array| array.name == "grid_labels")?.shape[1] as usize;
        let found = Found::at(&report, row * width + column)?;
        Dense::of_grid(&report, (row, column), (found.eps, found.min_samples as u32))
    });
    let standing = Memo::new(move |_| {
        distances.with(|distances| dense.with(|dense| Some(dense.as_ref()?.ask(distances.as_ref()?))))
    });
    let words = move || {
        let (eps, min_samples) = dense.with(|dense| dense.as_ref().map(|dense| (dense.eps, dense.min_samples)))?;
        standing.with(|standing| Some(said(standing.as_ref()?, eps, min_samples)))
    };
    let nearest = Memo::new(move |_| {
        distances.with(|distances| {
            let distances = distances.as_ref()?;
            let mut order: Vec<usize> = (0..distances.len()).collect();
            let by = |a: &usize, b: &usize| distances[*a].total_cmp(&distances[*b]).then(a.cmp(b));
            if order.len() > NEAREST {
                order.select_nth_unstable_by(NEAREST - 1, by);
                order.truncate(NEAREST);
            }
            order.sort_by(by);
            let report = run.get()?.report;
            let drawn = placed::wholes(&report, "drawn")?;
            let label = |i: usize| dense.with(|dense| dense.as_ref().map(|dense| (dense.labels[i], dense.cores[i])));
            Some(order.into_iter().map(|i| (drawn[i], distances[i], label(i))).collect::<Vec<_>>())
        })
    });
    let shown = Signal::derive(move || {
        nearest.with(|near| near.iter().flatten().map(|(image, ..)| *image).collect::<Vec<_>>())
    });
    let here = Signal::derive(move || images.get().map(|here| here.0));
    let rows = move || {
        let data = here.get();
        let near = nearest.get().unwrap_or_default();
        near.into_iter().map(|one| listed(one, data.as_deref())).collect_view()
    };
    view! {
        <Show when=move || !swept.with(Vec::is_empty)>
            <label class="field">
                "eps "
                <select data-testid="mine-eps" prop:value=move || at.get().to_string()
                    on:change=move |event| at.set(event_target_value(&event).parse().unwrap_or(0))>
                    {move || swept.get().into_iter().enumerate().map(|(i, eps)| view! { <option value=i selected=move || at.get() == i>{eps}</option> }).collect_view()}
                </select>
            </label>
        </Show>
        <Show when=move || swept.with(Vec::is_empty) && chosen.get().is_none()>
            <p class="muted">"Choose a cell of the grid to ask another setting."</p>
        </Show>
        {move || match (here.get(), standing.with(Option::is_some)) {
            (None, _) => view! { <Load id=data/> }.into_any(),
            (_, false) => view! { <p class="muted">"There are too many settings or samples to keep for this. Ask for fewer, and run again."</p> }.into_any(),
            _ => ().into_any(),
        }}
        <p role="status" data-testid="mine-words">{words}</p>
        <Show when=move || !shown.with(Vec::is_empty)>
            <div class="strips"><Strip data=here images=shown across=Signal::stored(NEAREST)/></div>
            <div class="scroll" tabindex="0" role="region" aria-label="The nearest images">
                <table class="counts" data-testid="mine-near">
                    <caption class="sr">"The nearest images"</caption>
                    <thead><tr><th scope="col">"image"</th><th scope="col">"digit"</th><th scope="col">"distance"</th><th scope="col">"in the run"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Show>
    }
}

/// A line of the nearest images.
fn listed((image, distance, label): (u32, f64, Option<(u32, bool)>), data: Option<&Dataset>) -> impl IntoView + use<> {
    let digit = data.and_then(|data| Some(data.class_names[usize::from(*data.labels.get(image as usize)?)].clone()));
    let kind = label.map(|(label, core)| match (label, core) {
        (NOISE, _) => "noise".to_string(),
        (label, true) => format!("core of cluster {label}"),
        (label, false) => format!("border of cluster {label}"),
    });
    view! {
        <tr><th scope="row">{image}</th><td>{digit}</td><td class="num right">{Value::Float(distance).short()}</td><td>{kind}</td></tr>
    }
}

fn said(standing: &Standing, eps: f64, min_samples: u32) -> String {
    let Standing { kind, neighbours, cores, cluster, met } = standing;
    let images = |n: usize| if n == 1 { "1 image".to_string() } else { format!("{n} images") };
    let within = match cores {
        0 => format!("{} of the sample within eps, no core among them", images(*neighbours)),
        cores => format!("{} of the sample within eps, {cores} of them cores", images(*neighbours)),
    };
    let setting = format!("At eps = {eps}, min_samples = {min_samples} your digit would be");
    let what = match (kind, cluster) {
        (Kind::Core, Some(cluster)) if met.len() > 1 => {
            let all = met.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            format!("a core between clusters {all}, which it would make one; the nearest core is of cluster {cluster}")
        }
        (Kind::Core, Some(cluster)) => format!("a core of cluster {cluster}"),
        (Kind::Core, None) => "the core of a new cluster".into(),
        (_, Some(cluster)) => format!("on the border of cluster {cluster}"),
        (_, None) => "noise".into(),
    };
    format!("{setting} {what}: {within}.")
}
