//! The groups of a mixture as a mosaic of templates; each opens to what is in it.

use super::desk::Desk;
use super::figure::{Cell, ImageGrid};
use super::gallery::Load;
use super::later::{self, Piece, Subject};
use super::mixed::{Chains, Mixed, Shared};
use super::strip::Strip;
use super::tile::{At, Pointed, under};
use crate::data::Dataset;
use crate::link::View;
use crate::report::groups::{self, whole};
use crate::report::{ColorMap, Figure, Picture, Section};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};

/// Templates in a row, as in the notebook.
const COLUMNS: usize = 12;

/// Members shown of each end.
const ENDS: usize = 12;

/// Members shown at most.
const MOST: usize = 300;

/// The mosaic of the chain that is looked at.
#[component]
pub fn Templates(subject: Subject) -> impl IntoView {
    let section = subject.section;
    let Chains { known, chain, group } = expect_context::<Shared>().chains();
    let scaled = section.with_untracked(|section| section.as_ref().is_some_and(|section| section.id != "mosaic"));
    let here = Memo::new(move |_| known.with(Option::is_some));
    // Chain 0 is the report's own picture; the others are drawn from their counts.
    let seen = Memo::new(move |_| match chain.get() {
        0 => section.get(),
        at => known.with(|known| section.with(|section| mosaic(section.as_ref()?, known.as_ref()?, at, scaled))),
    });
    let n = Memo::new(move |_| {
        seen.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { images, .. }) => images.len(),
            _ => 0,
        })
    });
    let n_chains = move || known.with(|known| known.as_ref().map_or(1, |known| known.groups.chains.len()));
    let choose = move |event: web_sys::Event| {
        group.set(None);
        chain.set(event_target_value(&event).parse().unwrap_or(0));
    };
    // Words, table and files are of the chain that is looked at.
    Effect::new(move |_| subject.seen.set(seen.get()));
    let name = move |i: usize| known.with(|known| known.as_ref().map(|known| named(known, chain.get(), i)));
    let desk = expect_context::<Desk>();
    let data = Memo::new(move |_| known.with(|known| known.as_ref().map(|known| known.data.clone())));
    // One stop of the Tab key for all; the arrows go on from there.
    let stop = RwSignal::new(0_usize);
    let key = move |event: KeyboardEvent| {
        let (now, last) = (stop.get_untracked(), n.get_untracked().saturating_sub(1));
        let to = match event.key().as_str() {
            "ArrowRight" => now + 1,
            "ArrowLeft" => now.saturating_sub(1),
            "ArrowDown" => now + COLUMNS,
            "ArrowUp" => now.saturating_sub(COLUMNS),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        stop.set(to.min(last));
        let grid = event.current_target().and_then(|grid| grid.dyn_into::<HtmlElement>().ok());
        let button =
            grid.and_then(|grid| grid.query_selector(&format!("[data-group='{}']", to.min(last))).ok().flatten());
        button.into_iter().for_each(|button| drop(button.unchecked_into::<HtmlElement>().focus()));
    };
    let looked = RwSignal::new(None::<usize>);
    let pixel = RwSignal::new(None::<At>);
    // Another chain has other groups, and perhaps fewer.
    Effect::new(move |_| {
        known.track();
        chain.track();
        stop.set(0);
        looked.set(None);
        pixel.set(None);
    });
    let known_more = Memo::new(move |_| {
        let i = looked.get()?;
        let id = data.get()?;
        known.with(|known| {
            let known = known.as_ref()?;
            Some(desk.data.with(|all| more(known, all.get(&id).map(|data| &**data), chain.get(), i)))
        })
    });
    // The pixel under the pointer; the keys find theirs inside.
    let at_pixel = move || {
        let (i, at) = (looked.get()?, pixel.get()?);
        known.with(|known| odds(known.as_ref()?, chain.get(), i, at))
    };
    let words = move || match looked.get() {
        Some(_) => known_more.get().map(|words| match at_pixel() {
            Some(odds) => format!("{words} {odds}"),
            None => words,
        }),
        None => Some("Point at a template, or go to it with the arrow keys; press it to look inside.".into()),
    };
    // In a mosaic by size the templates are smaller than their pictures.
    let point = move |event: PointerEvent| {
        let button = event.current_target().and_then(|button| button.dyn_into::<Element>().ok());
        let canvas = button.and_then(|button| button.query_selector("canvas").ok().flatten());
        let to = canvas.filter(|_| !scaled).and_then(|canvas| {
            let (height, width) = known.with_untracked(|known| known.as_ref().map(|known| known.shape()))?;
            let (x, y) = under(&event, &canvas, (height, width));
            let inside = |at: f64, n: u32| (0.0..f64::from(n)).contains(&at).then_some(at as u32);
            Some((inside(y, height)?, inside(x, width)?))
        });
        if pixel.get_untracked() != to {
            pixel.set(to);
        }
    };
    // A link may have been made with other settings.
    let lost = move || {
        let [chain, group] = desk.view.with(View::template)?;
        let there = known.with(|known| known.as_ref().is_some_and(|known| known.has((chain as usize, group as usize))));
        (!there).then(|| format!("The link asks for group {group} of chain {chain}, which there is not."))
    };
    let width = move || {
        seen.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Images { width, .. }) => format!("--w:{width};--columns:{COLUMNS}"),
            _ => String::new(),
        })
    };
    view! {
        <Show when=move || here.get() fallback=move || view! {
            <ImageGrid section/>
            <p class="muted">"Run to look into the groups: members, digits, the nearest other one, all chains."</p>
        }>
            <p class="files">
                <label>
                    "Chain "
                    <select data-testid="mosaic-chain" prop:value=move || chain.get().to_string() on:change=choose>
                        {move || (0..n_chains()).map(|i| view! { <option value=i selected=move || chain.get() == i>{i}</option> }).collect_view()}
                    </select>
                </label>
            </p>
            {move || lost().map(|words| view! { <p class="muted" data-testid="no-template">{words}</p> })}
            <div class="tiles" style=width>
            <div class="grid small picks" role="group" aria-label="Groups, the largest first" on:keydown=key
                on:pointerleave=move |_| { looked.set(None); pixel.set(None) }>
                <For each=move || 0..n.get() key=|i| *i children=move |i| view! {
                    <button class="pick" data-group=i tabindex=move || if stop.get() == i { "0" } else { "-1" }
                        aria-pressed=move || (group.get() == Some(i)).to_string() aria-label=move || name(i)
                        on:focus=move |_| { stop.set(i); looked.set(Some(i)); pixel.set(None) } on:pointerenter=move |_| looked.set(Some(i)) on:pointermove=point
                        on:click=move |_| group.update(|group| *group = if *group == Some(i) { None } else { Some(i) })>
                        <Cell section=seen i/>
                    </button>
                }/>
            </div>
            <p class="sideways" aria-hidden="true">"The rows go on to the right: scroll them →"</p>
            </div>
            <p class="muted picked" data-testid="mosaic-words">{words}</p>
            <Show when=move || !scaled>
                {later::view(Piece::Melt(section))}
                {move || group.get().map(|i| view! { <Inside i/> })}
            </Show>
        </Show>
    }
}

/// The picture of chain `at`, made as the report makes that of chain 0.
fn mosaic(section: &Section, known: &Mixed, at: usize, scaled: bool) -> Option<Section> {
    let Figure::Images { height, width, columns, map, low, high, .. } = section.figure else { return None };
    let chain = known.groups.chains.get(at)?;
    let largest = chain.sizes.first().copied()?;
    let image = |(k, size): (usize, &u32)| {
        let levels: Vec<f32> = chain.template(k).into_iter().map(|p| (255.0 * p).round() as f32).collect();
        let pixels = if scaled { groups::shrunk(&levels, (height, width), *size, largest) } else { levels };
        Picture { caption: size.to_string(), pixels, scale: None }
    };
    let images = chain.sizes.iter().enumerate().map(image).collect();
    let figure = Figure::Images { height, width, columns, map, low, high, images };
    let words = if scaled { groups::BY_SIZE } else { groups::PLAIN };
    Some(Section { figure, summary: groups::summary(at, &chain.sizes, words), ..section.clone() })
}

/// Members of a group, as places among the chains' images.
fn members(known: &Mixed, chain: usize, group: usize) -> Vec<usize> {
    let slot = known.groups.chains.get(chain).and_then(|chain| chain.slots.get(group).copied());
    let (Some(labels), Some(slot)) = (whole(&known.report.arrays, "labels_"), slot) else { return Vec::new() };
    let n = labels.len() / known.groups.chains.len().max(1);
    labels[chain * n..(chain + 1) * n].iter().enumerate().filter(|(_, label)| **label == slot).map(|(i, _)| i).collect()
}

/// The same by their numbers in the data set.
fn images(known: &Mixed, chain: usize, group: usize) -> Vec<u32> {
    let rows = whole(&known.report.arrays, "rows").unwrap_or_default();
    members(known, chain, group).into_iter().filter_map(|i| rows.get(i).copied()).collect()
}

/// A template in a few words.
fn named(known: &Mixed, chain: usize, group: usize) -> String {
    let Some(size) = known.groups.chains.get(chain).and_then(|chain| chain.sizes.get(group)) else {
        return String::new();
    };
    let images = if *size == 1 { "1 image".into() } else { format!("{size} images") };
    format!("Group {group} of chain {chain}: {images}")
}

/// A template in more words: the digit that most of its images are, and the nearest other one.
fn more(known: &Mixed, data: Option<&Dataset>, chain: usize, group: usize) -> String {
    let mut words = named(known, chain, group);
    if let Some(data) = data {
        let images = images(known, chain, group);
        words += &format!(", {}", digits(data, &images, 1));
    }
    words += ".";
    if let Some((other, far)) = known.groups.chains.get(chain).and_then(|chain| chain.nearest(group)) {
        words += &format!(" Nearest other template: group {other}, {far:.3} away by the pixel on average.");
    }
    words
}

/// What a group expects of one pixel.
fn odds(known: &Mixed, chain: usize, group: usize, (row, column): At) -> Option<String> {
    let (of, pixel) = (known.groups.chains.get(chain)?, row * known.shape().1 + column);
    let size = of.sizes.get(group)?;
    let (chance, on) = of.pixel(group, pixel as usize)?;
    Some(format!(
        "Row {row}, column {column}: on with probability {chance:.3}, odds {:.3}; it is on in {on} of {}.",
        chance / (1.0 - chance),
        size
    ))
}

/// How many members of each class there are, the most frequent first, of `most` classes at most.
fn digits(data: &Dataset, images: &[u32], most: usize) -> String {
    let mut counts: Vec<(usize, usize)> = (0..data.n_classes()).map(|class| (class, 0)).collect();
    images.iter().for_each(|image| counts[usize::from(data.labels[*image as usize])].1 += 1);
    counts.retain(|(_, count)| *count > 0);
    counts.sort_by_key(|(class, count)| (std::cmp::Reverse(*count), *class));
    let share = |(class, count): (usize, usize)| {
        format!("{:.1} % are {} ({count})", 100.0 * count as f64 / images.len().max(1) as f64, data.class_names[class])
    };
    counts.into_iter().take(most).map(share).collect::<Vec<_>>().join(", ")
}

/// Members from the most to the least typical one.
fn by_fit(known: &Mixed, data: &Dataset, chain: usize, group: usize) -> Vec<u32> {
    let images = images(known, chain, group);
    let on =
        |image: &u32| data.image(*image as usize).iter().map(|level| *level > known.threshold).collect::<Vec<bool>>();
    let bits: Vec<Vec<bool>> = images.iter().map(on).collect();
    let fits = known.groups.chains[chain].typicality(group, bits.iter().map(Vec::as_slice));
    let mut order: Vec<usize> = (0..images.len()).collect();
    order.sort_by(|a, b| fits[*b].total_cmp(&fits[*a]));
    order.into_iter().map(|i| images[i]).collect()
}

/// What is in a group.
#[component]
fn Inside(i: usize) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Chains { known, chain, group } = expect_context::<Shared>().chains();
    let id =
        Signal::derive(move || known.with(|known| known.as_ref().map_or_else(String::new, |known| known.data.clone())));
    let data = Signal::derive(move || desk.data.with(|data| data.get(&id.get()).cloned()));
    let at = chain.get_untracked();
    let inside = move || {
        let known = known.get()?;
        let of = known.groups.chains.get(at).filter(|of| i < of.sizes.len())?;
        let nearest = of.nearest(i);
        let Some(data) = data.get() else { return Some(view! { <Load id/> }.into_any()) };
        let images = by_fit(&known, &data, at, i);
        let (most, least) = (images.iter().take(ENDS), images.iter().rev().take(ENDS));
        let (most, least): (Vec<u32>, Vec<u32>) = (most.copied().collect(), least.copied().collect());
        let words = format!("{}. {}.", named(&known, at, i), digits(&data, &images, usize::MAX));
        let strip = move |title: &'static str, images: Vec<u32>| {
            let images = Signal::stored(images);
            view! {
                <div class="row-of-images" role="group" aria-label=title>
                    <p class="muted">{title}</p>
                    <Strip data=Signal::derive(move || desk.data.with(|data| data.get(&id.get()).cloned())) images across=Signal::stored(ENDS)/>
                </div>
            }
        };
        let more = images.len() > ENDS;
        let all: Vec<u32> = images.into_iter().take(MOST).collect();
        let title = format!("Members ({})", all.len());
        let near = nearest.map(|(other, far)| view! {
            <p>
                {format!("Nearest other template: group {other}, {far:.3} away by the pixel on average. ")}
                <button class="btn" data-testid="inside-nearest" on:click=move |_| group.set(Some(other))>"Look into it"</button>
            </p>
        });
        let opened = RwSignal::new(false);
        Some(
            view! {
                <p data-testid="inside-words">{words}</p>
                <Pixels i/>
                {near}
                {strip("Most typical of it", most)}
                {more.then(|| strip("Least typical of it", least))}
                <button class="btn" data-testid="inside-all" aria-expanded=move || opened.get().to_string()
                    on:click=move |_| opened.update(|opened| *opened = !*opened)>{title}</button>
                <Show when=move || opened.get()>{strip("All, the most typical first", all.clone())}</Show>
            }
            .into_any(),
        )
    };
    view! { <div class="chosen" data-testid="inside">{inside}</div> }
}

/// The template of a group, large: what it expects of each pixel, and the nearest other one of the same.
#[component]
fn Pixels(i: usize) -> impl IntoView {
    let Chains { known, chain, .. } = expect_context::<Shared>().chains();
    let at = chain.get_untracked();
    let pixel = RwSignal::new(None::<At>);
    let template = known.with_untracked(|known| {
        let of = known.as_ref().and_then(|known| known.groups.chains.get(at)).filter(|of| i < of.sizes.len());
        of.map_or_else(Vec::new, |of| of.template(i).into_iter().map(|p| p as f32).collect())
    });
    let size = known.with_untracked(|known| known.as_ref().map_or((1, 1), |known| known.shape()));
    let nearest = known.with_untracked(|known| {
        let of = known.as_ref()?.groups.chains.get(at).filter(|of| i < of.sizes.len())?;
        of.nearest(i)
    });
    let words = move || {
        let Some(place) = pixel.get() else {
            return Some("Point at a pixel of the template, or go to one with the arrow keys.".to_string());
        };
        known.with(|known| {
            let known = known.as_ref()?;
            let mut words = odds(known, at, i, place)?;
            if let Some((other, _)) = nearest {
                let of = known.groups.chains.get(at)?;
                let (chance, _) = of.pixel(other, (place.0 * size.1 + place.1) as usize)?;
                words += &format!(" In group {other}, the nearest: {chance:.3}.");
            }
            Some(words)
        })
    };
    view! {
        <div class="inside-template">
            <Pointed size=Signal::stored(size) values=Signal::stored(template) range=Signal::stored((0.0, 1.0)) map=ColorMap::GrayR
                label=format!("Template of group {i}") pixel hover=true/>
            <p class="muted" role="status" data-testid="inside-pixel">{words}</p>
        </div>
    }
}
