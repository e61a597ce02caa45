//! The clusters of a cut through a tree, as a table: how many, mostly which digit, and what they look like.

use super::branches;
use super::dendrogram::Known;
use super::desk::Desk;
use super::gallery::Here;
use super::pointed::Pointed;
use super::strip::Line;
use crate::plots::{self, Theme};
use crate::report::GalleryRow;
use leptos::prelude::*;
use std::sync::Arc;

/// Clusters listed at first, and with each "more".
const ROWS: usize = 12;
/// Images shown of each.
const IMAGES: usize = 15;

/// The clusters of the cut: how many, mostly which digit, and what they look like.
#[component]
pub fn Clusters(
    name: Signal<Option<String>>,
    known: Memo<Option<Arc<Known>>>,
    lit: RwSignal<Option<u32>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let limit = RwSignal::new(ROWS);
    let n_clusters = Memo::new(move |_| known.with(|known| known.as_ref().map_or(0, |known| known.cut.n_clusters())));
    let rest = move || n_clusters.get().saturating_sub(limit.get());
    let here = Memo::new(move |_| branches::dataset(desk, known).map(Here));
    let rows = Memo::new(move |_| {
        let listed = n_clusters.get().min(limit.get());
        let row = |i: usize| GalleryRow {
            title: format!("cluster {}", i + 1),
            images: first(known, i),
            captions: Vec::new(),
        };
        (0..listed).map(row).collect::<Vec<_>>()
    });
    view! {
        <Told here rows>
        <div class="scroll table clusters" tabindex="0" role="region" aria-label=name data-testid="clusters">
            <table>
                <caption class="sr">"Clusters at the cut"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Cluster"</th>
                        <th scope="col">"Images"</th>
                        <th scope="col">"Mostly"</th>
                        <th scope="col">"Share"</th>
                        <th scope="col">"From left to right in the tree"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || 0..n_clusters.get().min(limit.get()) key=|i| *i
                        children=move |i| view! { <ClusterRow i known rows lit desk/> }/>
                </tbody>
            </table>
        </div>
        </Told>
        <Show when=move || { rest() > 0 }>
            <button class="btn" on:click=move |_| limit.update(|limit| *limit += 4 * ROWS)>
                {move || format!("Show more clusters ({} left)", rest())}
            </button>
        </Show>
    }
}

/// The first images of a cluster of the cut, from left to right in the tree.
fn first(known: Memo<Option<Arc<Known>>>, i: usize) -> Vec<u32> {
    known
        .with(|known| {
            let known = known.as_ref()?;
            let samples = known.linkage.members(*known.cut.nodes.get(i)?).ok()?;
            Some(samples.iter().take(IMAGES).map(|sample| known.tree.images[*sample as usize]).collect::<Vec<_>>())
        })
        .unwrap_or_default()
}

/// What has rows of images, which can be pointed at as soon as the images are here.
#[component]
fn Told(here: Memo<Option<Here>>, rows: Memo<Vec<GalleryRow>>, children: ChildrenFn) -> impl IntoView {
    move || match here.get() {
        Some(Here(data)) => {
            let children = children.clone();
            view! { <Pointed rows data own_rows=true>{children()}</Pointed> }.into_any()
        }
        None => children().into_any(),
    }
}

#[component]
fn ClusterRow(
    i: usize,
    known: Memo<Option<Arc<Known>>>,
    rows: Memo<Vec<GalleryRow>>,
    lit: RwSignal<Option<u32>>,
    desk: Desk,
) -> impl IntoView {
    let with = move |pick: fn(&Known, usize) -> String| {
        move || {
            known.with(|known| {
                let known = known.as_ref().filter(|known| i < known.cut.n_clusters());
                known.map(|known| pick(known, i)).unwrap_or_default()
            })
        }
    };
    let node = move || known.with(|known| known.as_ref().and_then(|known| known.cut.nodes.get(i).copied()));
    let swatch = move || {
        let theme = if desk.dark.get() { Theme::DARK } else { Theme::LIGHT };
        let number = known.with(|known| {
            known.as_ref().and_then(|known| Some(known.picture.colors[*known.cut.nodes.get(i)? as usize])).unwrap_or(0)
        });
        let color = plots::dendrogram::color(&theme, number);
        format!("background:rgb({} {} {})", color.0, color.1, color.2)
    };
    let images = Memo::new(move |_| rows.with(|rows| rows.get(i).map(|row| row.images.clone()).unwrap_or_default()));
    view! {
        <tr on:pointerenter=move |_| lit.set(node()) on:pointerleave=move |_| lit.set(None)>
            <th scope="row">
                <span class="swatch" style=swatch aria-hidden="true"></span>
                {i + 1}
            </th>
            <td class="num">{with(|known, i| known.shares[i].size.to_string())}</td>
            <td class="num">{with(|known, i| known.tree.classes[known.shares[i].class].clone())}</td>
            <td class="num">{with(|known, i| format!("{:.0} %", known.shares[i].share * 100.0))}</td>
            <td><Line row=i data=Signal::derive(move || branches::dataset(desk, known)) images across=Signal::derive(|| IMAGES)/></td>
        </tr>
    }
}
