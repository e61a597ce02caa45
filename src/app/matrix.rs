//! A confusion matrix: counts or shares in its cells, and the images of a cell.

use super::bar::ColourBar;
use super::desk::Desk;
use super::figure::Chart;
use super::gallery::Gallery;
use super::later::Subject;
use super::settings::{Cells, Chosen};
use crate::link::{Place, Setup};
use crate::report::{ColorMap, Figure, GalleryRow, Section, cells};
use leptos::prelude::*;

/// Images of a cell that are shown.
const MOST: usize = 60;

/// Whether a setup is of the lab of clusters.
fn in_clusters(setup: &Setup) -> bool {
    matches!(&setup.place, Place::Scene { lab, .. } if lab == "clusters")
}

/// The matrix, what its cells say, and the images of the chosen one.
#[component]
pub fn Matrix(subject: Subject) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let section = subject.section;
    // Each matrix has a cell of its own.
    let chosen = RwSignal::new(None);
    provide_context(Chosen(chosen));
    let kind = RwSignal::new(cells::Cells::Counts);
    // Clusters have no order of their own; where no notebook shows one, the best matching is the one to begin with.
    let of_clusters =
        section.with_untracked(|section| section.as_ref().is_some_and(|s| cells::labels_of(&s.id).is_some()));
    let match_columns = RwSignal::new(of_clusters && desk.setup.with_untracked(in_clusters));
    let matched = Memo::new(move |_| {
        section.with(|section| {
            let section = section.as_ref()?;
            let (figure, on) = cells::matched(&section.figure)?;
            Some((Section { figure, ..section.clone() }, on))
        })
    });
    let section = Memo::new(move |_| match match_columns.get() {
        true => matched.with(|matched| matched.as_ref().map(|matched| matched.0.clone())),
        false => section.get(),
    });
    // A cell that was chosen is another one in another order.
    Effect::new(move |before: Option<()>| {
        match_columns.track();
        if before.is_some() {
            chosen.set(None);
        }
    });
    let matching = move || {
        matched.with(|matched| {
            let (Section { figure: Figure::Confusion { counts, .. }, .. }, on) = matched.as_ref()? else { return None };
            let of = counts.iter().sum::<u64>();
            let share = 100.0 * *on as f64 / of.max(1) as f64;
            Some(format!("At best {on} of {of} images ({share:.1} %) are in the one cluster of their digit."))
        })
    };
    let seen = Memo::new(move |_| {
        section.with(|section| {
            let section = section.as_ref()?;
            Some(Section { figure: cells::matrix(&section.figure, kind.get())?, ..section.clone() })
        })
    });
    // Words, table and files are of what is looked at.
    Effect::new(move |_| {
        let of = match kind.get() {
            cells::Cells::Counts => return subject.seen.set(section.get().filter(|_| match_columns.get())),
            cells::Cells::OfRow => "row",
            cells::Cells::OfColumn => "column",
        };
        let mut looked = seen.get();
        if let Some(Section { figure: Figure::Heatmap { row_title, .. }, .. }) = &mut looked {
            row_title.push_str(&format!(" (% of the {of})"));
        }
        subject.seen.set(looked);
    });
    on_cleanup(move || drop(subject.seen.try_set(None)));
    let shape = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Confusion { rows, columns, .. }) => (rows.clone(), columns.clone()),
            _ => Default::default(),
        })
    });
    let id =
        StoredValue::new(section.with_untracked(|section| section.as_ref().map(|s| s.id.clone()).unwrap_or_default()));
    // Classifiers say which images are in a cell, and how sure they are; clusterings, which images are in a cluster.
    let side = id.with_value(|id| id.strip_prefix("confusion_").map(String::from));
    let side = StoredValue::new(side.filter(|side| side == "train" || side == "test"));
    let data = Memo::new(move |_| desk.setup.with(|setup| setup.data.clone()));
    let pictures = Memo::new(move |_| {
        let (row, column) = chosen.get()?;
        let (truth, found): (String, String) =
            shape.with(|(rows, columns)| Some((rows.get(row)?.clone(), columns.get(column)?.clone())))?;
        let name = data.get();
        let known = desk.data.with(|all| {
            let data = all.get(&name)?;
            let class =
                |name: &String| data.class_names.iter().position(|known| known == name).map(|class| class as u32);
            let (labels, digit) = (&data.labels, class(&truth)?);
            desk.shown.with(|shown| {
                let report = &shown.as_ref()?.report;
                let caption = |(image, sure): (u32, f64)| (image, format!("{:.0} %", sure * 100.0));
                match side.get_value() {
                    Some(side) => cells::images(report, &side, labels, digit, class(&found)?)
                        .map(|images| images.into_iter().map(caption).collect::<Vec<_>>()),
                    None => id
                        .with_value(|id| cells::members(report, id, labels, digit, found.parse().ok()?))
                        .map(|images| images.into_iter().map(|image| (image, image.to_string())).collect()),
                }
            })
        });
        let (summary, order) = match side.get_value() {
            Some(_) if truth == found => (format!("{truth} recognised"), "the surest first"),
            Some(_) => (format!("{truth} taken for {found}"), "the surest first"),
            None => (format!("{truth} in cluster {found}"), "by number"),
        };
        let rows = known.map(|known| {
            let n = known.len();
            let most = if n > MOST { format!(", of which {MOST} are shown") } else { String::new() };
            let noun = if n == 1 { "image" } else { "images" };
            let order = if n == 1 { String::new() } else { format!(", {order}") };
            let title = format!("{summary}: {n} {noun}{most}{order}");
            let (images, captions) = known.into_iter().take(MOST).unzip();
            if n == 0 { Vec::new() } else { vec![GalleryRow { title, images, captions }] }
        });
        let (id, title) = (String::new(), String::new());
        rows.map(|rows| Section { id, title, summary, figure: Figure::Gallery { data: name, rows } })
    });
    // Where the images are not here yet, they can be had; a saved result does not know which they are.
    let known = move || {
        let array = match side.get_value() {
            Some(side) => Some(side),
            None => id.with_value(|id| cells::labels_of(id)),
        };
        desk.shown.with(|shown| {
            let report = &shown.as_ref()?.report;
            // What is of a sample alone has no images to show.
            let stands = |name: &String| report.arrays.iter().any(|array| array.name == *name);
            array.map(|name| stands(&name)).filter(|there| *there || report.arrays.is_empty())
        })
    };
    let scale = Signal::derive(move || {
        seen.with(|seen| match seen.as_ref().map(|seen| &seen.figure) {
            Some(Figure::Heatmap { map, high, .. }) => (*map, 0.0, *high),
            _ => (ColorMap::Reds, 0.0, 1.0),
        })
    });
    let radio = move |value: cells::Cells, id: &'static str, name: &'static str| {
        view! {
            <button class="btn" data-testid=id aria-pressed=move || (kind.get() == value).to_string() on:click=move |_| kind.set(value)>{name}</button>
        }
    };
    let below = move || match (chosen.get(), known()) {
        (_, None) => ().into_any(),
        (None, _) => view! { <p class="muted">"Choose a cell to see its images."</p> }.into_any(),
        (Some(_), Some(false)) => {
            view! { <p class="muted">"A saved result does not say which images these are. Press Run to see them."</p> }
                .into_any()
        }
        (Some(_), Some(true)) => {
            let id = Signal::derive(move || data.get());
            match (pictures.with(Option::is_some), pictures.with(|s| s.as_ref().is_some_and(|s| matches!(&s.figure, Figure::Gallery { rows, .. } if rows.is_empty())))) {
                (false, _) => view! { <super::gallery::Load id/> }.into_any(),
                (_, true) => view! { <p class="muted">{pictures.with(|s| s.as_ref().map(|s| format!("{}: no image.", s.summary)))}</p> }.into_any(),
                _ => view! { <Gallery section=pictures/> }.into_any(),
            }
        }
    };
    view! {
        <div class="pad-tools" role="group" aria-label="What the cells say">
            {radio(cells::Cells::Counts, "cells-counts", "Counts")}
            {radio(cells::Cells::OfRow, "cells-row", "% of the row")}
            {radio(cells::Cells::OfColumn, "cells-column", "% of the column")}
            {of_clusters.then(|| view! {
                <button class="btn" data-testid="cells-matched" aria-pressed=move || match_columns.get().to_string()
                    on:click=move |_| match_columns.update(|on| *on = !*on)>"Clusters matched to digits"</button>
            })}
        </div>
        {of_clusters.then(|| view! { <p class="muted" data-testid="matching">{matching}</p> })}
        <Chart section=seen><Cells section=seen shape/></Chart>
        <ColourBar scale/>
        // Before a cell is chosen no room is kept for its images.
        <div class="found" class:none=move || chosen.get().is_none() role="status" data-testid="cell-images">{below}</div>
    }
}
