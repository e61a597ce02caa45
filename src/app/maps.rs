//! Maps of coefficients: other colours and ends without a new run, and for a pixel of a map the
//! images that use it most.

use super::desk::Desk;
use super::figure::{Cell, ImageGrid};
use super::gallery::Gallery;
use super::later::Subject;
use super::numerals;
use super::signs::{Choices, Signs};
use super::tile::{At, Pointed};
use crate::report::{ColorMap, Figure, GalleryRow, Linear, Picture, Section};
use leptos::prelude::*;
use std::sync::Arc;

/// Images that use a pixel, as many as are shown.
const MOST: usize = 30;

/// The maps, the choice of colours, and a pixel.
#[component]
pub fn Maps(subject: Subject) -> impl IntoView {
    let section = subject.section;
    let desk = expect_context::<Desk>();
    let signs = expect_context::<Signs>();
    let worn = Memo::new(move |_| section.with(|section| signs.worn(section.as_ref())));
    // Words, table and files are of the maps as they are seen.
    Effect::new(move |_| subject.seen.set(worn.get()));
    on_cleanup(move || drop(subject.seen.try_set(None)));
    let of_one = section.with_untracked(|section| section.as_ref().is_some_and(|section| section.id == "coef_label"));
    let of_labels = section.with_untracked(|section| section.as_ref().is_some_and(|section| section.id == "coefs"));
    // The model that the maps are of, if the report has it.
    let model = Memo::new(move |_| {
        desk.shown.with(|shown| {
            let sections = &shown.as_ref()?.report.sections;
            sections.iter().find_map(|section| match &section.figure {
                Figure::Linear(linear) => Some(Arc::new(linear.clone())),
                _ => None,
            })
        })
    });
    // Without a model nothing can be said of a pixel.
    let told = Memo::new(move |_| of_one || (of_labels && model.with(Option::is_some)));
    view! {
        {(!of_one).then(|| view! { <Rows section=worn/> })}
        {move || told.get().then(|| view! { <Pixel worn model choose=of_labels/> })}
        <Choices ends=true/>
    }
}

/// The maps of one row of a section, by their place, with the row's own part of the captions taken off: what stands
/// after the last comma, if it is the same in all of them.
fn row_of(section: &Section, row: usize) -> Option<(String, Section)> {
    let Figure::Images { columns, images, .. } = &section.figure else { return None };
    let own: Vec<Picture> = images.iter().skip(row * *columns as usize).take(*columns as usize).cloned().collect();
    let split = |image: &Picture| image.caption.rsplit_once(", ").map(|(a, b)| (a.to_string(), b.to_string()));
    let parts: Vec<(String, String)> = own.iter().filter_map(split).collect();
    let title = match parts.first() {
        Some((_, title)) if parts.len() == own.len() && parts.iter().all(|part| part.1 == *title) => title.clone(),
        _ => String::new(),
    };
    let mut section = section.clone();
    if let Figure::Images { images, .. } = &mut section.figure {
        *images = own;
        if !title.is_empty() {
            images.iter_mut().zip(parts).for_each(|(image, (caption, _))| image.caption = caption);
        }
    }
    Some((title, section))
}

/// The maps. Rows that are compared with each other keep their columns, however narrow the page is, and each has its
/// name once.
#[component]
fn Rows(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shape = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { columns, images, .. }) => ((*columns).max(1) as usize, images.len()),
            _ => (1, 0),
        })
    });
    let aligned = Memo::new(move |_| shape.with(|(columns, n)| *columns > 6 && n > columns));
    let row = move |at: usize| {
        let of = Memo::new(move |_| section.with(|section| row_of(section.as_ref()?, at)));
        let title = Memo::new(move |_| of.with(|of| of.as_ref().map(|(title, _)| title.clone()).unwrap_or_default()));
        let maps = Memo::new(move |_| of.with(|of| of.as_ref().map(|(_, section)| section.clone())));
        view! {
            <div role="group" aria-label=move || title.get()>
                <p class="row-name">{title}</p>
                <Grid section=maps/>
            </div>
        }
    };
    let n_rows = move || shape.with(|(columns, n)| n.div_ceil(*columns));
    let name = move || section.with(|section| section.as_ref().map(|section| section.title.clone()));
    let kannada = Memo::new(move |_| numerals::spoken(desk));
    move || {
        if aligned.get() {
            view! {
                <div class="rows" tabindex="0" role="region" aria-label=name>
                    <For each=move || 0..n_rows() key=|at| *at children=row/>
                </div>
            }
            .into_any()
        } else if kannada.get() {
            view! { <Grid section/> }.into_any()
        } else {
            view! { <ImageGrid section/> }.into_any()
        }
    }
}

/// Maps in a grid, each with the numeral of its label where the images are of another script.
#[component]
fn Grid(section: Memo<Option<Section>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shape = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { width, columns, images, .. }) => (*width, *columns, images.len()),
            _ => (1, 1, 0),
        })
    });
    let style = move || shape.with(|(width, columns, _)| format!("--w:{width};--columns:{columns}"));
    let size = move || if shape.get().1 > 6 { "grid small" } else { "grid" };
    let numeral = move |at: usize| {
        let caption = section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { images, .. }) => images.get(at).map(|image| image.caption.clone()),
            _ => None,
        })?;
        let label = caption.split(',').next().unwrap_or_default();
        numerals::spoken(desk).then(|| numerals::beside(label)).flatten()
    };
    view! {
        <div class="tiles" style=style>
            <div class=size>
                <For each=move || 0..shape.get().2 key=|at| *at children=move |at| view! {
                    <div class="labelled"><Cell section i=at/>{move || numeral(at)}</div>
                }/>
            </div>
        </div>
    }
}

/// One map, a pixel of it, and who uses that.
#[component]
fn Pixel(worn: Memo<Option<Section>>, model: Memo<Option<Arc<Linear>>>, choose: bool) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let class = RwSignal::new(0usize);
    let pixel = RwSignal::new(None::<At>);
    let picture = Memo::new(move |_| {
        worn.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { height, width, images, .. }) => {
                let image = images.get(class.get().min(images.len().saturating_sub(1)))?.clone();
                Some(((*height, *width), image))
            }
            _ => None,
        })
    });
    let of = move |pick: fn(&((u32, u32), Picture)) -> String| {
        picture.with(|picture| picture.as_ref().map(pick).unwrap_or_default())
    };
    let size = Signal::derive(move || picture.with(|picture| picture.as_ref().map_or((1, 1), |(size, _)| *size)));
    let values = Signal::derive(move || {
        picture.with(|picture| picture.as_ref().map(|(_, image)| image.pixels.clone()).unwrap_or_default())
    });
    let scale = Memo::new(move |_| {
        picture.with(|picture| picture.as_ref().and_then(|(_, image)| image.scale)).unwrap_or((
            ColorMap::RdYlGn,
            -1.0,
            1.0,
        ))
    });
    let names = move || {
        worn.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { images, .. }) => images.iter().map(|image| image.caption.clone()).collect(),
            _ => Vec::new(),
        })
    };
    let users = Memo::new(move |_| {
        let (row, column) = pixel.get()?;
        let name = of(|(_, image)| image.caption.clone());
        model.with(|model| {
            let model = model.as_ref()?;
            let class = model.classes.iter().position(|known| *known == name)?;
            let at = (row * model.size.1 + column) as usize;
            let rows = desk.data.with(|all| {
                let data = all.get(&model.data)?;
                if data.n_features() != model.n_pixels() {
                    return None;
                }
                let found = model.users(&data.images, at, class, MOST);
                let caption = |image: &u32| data.class_names[usize::from(data.labels[*image as usize])].clone();
                let images: Vec<u32> = found.iter().map(|(image, _)| *image).collect();
                let captions = images.iter().map(caption).collect();
                let title = match found.first() {
                    None if model.weights(class, None).get(at) == Some(&0.0) => {
                        "No image uses it: its coefficient is zero.".to_string()
                    }
                    None => "No image has ink there.".into(),
                    Some((_, share)) => format!(
                        "Images that use it most, at first {:.1} % of all that their pixels add or take; true labels",
                        share * 100.0
                    ),
                };
                Some(vec![GalleryRow { title, images, captions }])
            });
            let (id, title, summary) = (String::new(), String::new(), String::new());
            // Without rows the gallery offers to fetch the images.
            let figure = Figure::Gallery { data: model.data.clone(), rows: rows.unwrap_or_default() };
            Some(Section { id, title, summary, figure })
        })
    });
    let words = move || match pixel.get() {
        None => "Choose a pixel, by pointing or with the arrow keys: which images use it most?".to_string(),
        Some((row, column)) => {
            let at = (row * size.get().1 + column) as usize;
            let value = values.with(|values| values.get(at).copied().unwrap_or(0.0));
            format!("Row {row}, column {column}: coefficient {}.", crate::report::plain(f64::from(value)))
        }
    };
    let label = Signal::derive(move || format!("Coefficients of label {}", of(|(_, image)| image.caption.clone())));
    view! {
        <div class="pad-parts window">
            <div class="pad-sheet">
                {choose.then(|| view! {
                    <label class="field">"Label "<select data-testid="map-label" prop:value=move || class.get().to_string()
                        on:change=move |event| class.set(event_target_value(&event).parse().unwrap_or(0))>
                        {move || names().into_iter().enumerate().map(|(k, name)| view! { <option value=k.to_string()>{name}</option> }).collect_view()}
                    </select></label>
                })}
                <Pointed size values range=Signal::derive(move || { let (_, low, high) = scale.get(); (low, high) })
                    map=Signal::derive(move || scale.get().0) label pixel/>
                <p class="muted window-words" aria-live="polite" data-testid="map-pixel">{words}</p>
            </div>
            <div class="users" data-testid="pixel-users">
                {move || users.with(Option::is_some).then(|| view! { <Gallery section=users/> })}
            </div>
        </div>
    }
}
