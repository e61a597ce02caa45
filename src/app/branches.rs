//! The images of a dendrogram: under its leaves, and of the branch that is looked at.

use super::dendrogram::Known;
use super::desk::Desk;
use super::gallery::{Here, Load};
use super::pointed::Pointed;
use super::strip::Line;
use crate::data::Dataset;
use crate::experiments::cut;
use crate::plots::dendrogram::{Layout, MOST_LABELS};
use crate::plots::{Theme, canvas};
use crate::report::{GalleryRow, behind};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Width of an image and the gap behind it, in CSS pixels.
const STEP: f64 = 30.0;
/// Rows of images shown of a branch at first, and rows that come with each "more".
const ROWS: (usize, usize) = (2, 10);

/// The data set of a tree, if it is here.
pub fn dataset(desk: Desk, known: Memo<Option<Arc<Known>>>) -> Option<Arc<Dataset>> {
    let id = known.with(|known| known.as_ref().map(|known| known.tree.data.clone()))?;
    desk.data.with(|data| data.get(&id).cloned())
}

/// The images under the leaves, if each leaf is one image and there is room.
#[component]
pub fn Leaves(known: Memo<Option<Arc<Known>>>, layout: Memo<Option<Layout>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let leaves = Memo::new(move |_| {
        known
            .with(|known| {
                let known = known.as_ref()?;
                let leaves = &known.picture.lines.leaves;
                // A branch that is left out is shown by its leftmost image.
                let image = |node: &u32| Some(known.tree.images[*known.linkage.members(*node).ok()?.first()? as usize]);
                (leaves.len() <= MOST_LABELS).then(|| leaves.iter().filter_map(image).collect::<Vec<u32>>())
            })
            .unwrap_or_default()
    });
    let place = move |i: usize| {
        let layout = layout.get()?;
        let room = (layout.right - layout.left) / layout.n_leaves.max(1) as f64;
        let size = (room - 1.0).clamp(8.0, 42.0);
        Some(format!("left:{}px;width:{size}px", layout.x(10.0 * i as f64 + 5.0) - size / 2.0))
    };
    let tall = move || {
        let room = layout.get().map_or(0.0, |layout| (layout.right - layout.left) / layout.n_leaves.max(1) as f64);
        format!("height:{}px;width:{}px", (room - 1.0).clamp(8.0, 42.0) + 4.0, layout.get().map_or(0.0, |l| l.right))
    };
    view! {
        <Show when=move || dataset(desk, known).is_some() && leaves.with(|leaves| !leaves.is_empty())>
            <div class="leaves" style=tall aria-hidden="true">
                <For each=move || leaves.get().into_iter().enumerate() key=|leaf| *leaf
                    children=move |(i, image)| view! { <Leaf known image style=move || place(i)/> }/>
            </div>
        </Show>
    }
}

#[component]
fn Leaf<F>(known: Memo<Option<Arc<Known>>>, image: u32, style: F) -> impl IntoView
where
    F: Fn() -> Option<String> + Send + Sync + 'static,
{
    let desk = expect_context::<Desk>();
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(element), Some(data)) = (node.get(), dataset(desk, known))
            && let Err(error) = canvas::strip(&element, &data, &[image], 1)
        {
            leptos::logging::error!("image {image}: {error}");
        }
    });
    view! { <canvas node_ref=node style=move || style().unwrap_or_default()></canvas> }
}

/// The branch that is looked at, drawn over the tree.
#[component]
pub fn Lit(known: Memo<Option<Arc<Known>>>, layout: Memo<Option<Layout>>, lit: RwSignal<Option<u32>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(element), Some(layout), lit) = (node.get(), layout.get(), lit.get()) else { return };
        let theme = if desk.dark.get() { Theme::DARK } else { Theme::LIGHT };
        let lines = known.with(|known| known.as_ref().map(|known| below(known, &layout, lit)).unwrap_or_default());
        let size = (layout.right + 14.0, layout.height);
        // Thick lines would run into each other where leaves are close.
        let thick = ((layout.right - layout.left) / layout.n_leaves.max(1) as f64 * 0.5).clamp(1.2, 3.0);
        if let Err(error) = canvas::lines(&element, size, &lines, (theme.accent, thick)) {
            leptos::logging::error!("branch: {error}");
        }
    });
    view! { <canvas class="lit" node_ref=node aria-hidden="true"></canvas> }
}

/// The lines of a branch, in CSS pixels.
fn below(known: &Known, layout: &Layout, lit: Option<u32>) -> Vec<Vec<(f64, f64)>> {
    let Some(lit) = lit else { return Vec::new() };
    let (n, merges) = (known.linkage.n_samples(), known.linkage.merges());
    let mut inside = vec![false; 2 * n - 1];
    if let Some(mark) = inside.get_mut(lit as usize) {
        *mark = true;
    }
    for (i, merge) in merges.iter().enumerate().rev().filter(|(i, _)| n + i <= lit as usize) {
        if inside[n + i] {
            (inside[merge.cluster1 as usize], inside[merge.cluster2 as usize]) = (true, true);
        }
    }
    let picture = &known.picture.lines;
    let link = |i: usize| (0..4).map(|c| (layout.x(picture.icoord[i][c]), layout.y(picture.dcoord[i][c]))).collect();
    let mut lines: Vec<Vec<(f64, f64)>> =
        (0..picture.nodes.len()).filter(|i| inside[picture.nodes[*i] as usize]).map(link).collect();
    // A leaf has no link of its own: a stroke below the axis marks it.
    if let Some(leaf) = picture.leaves.iter().position(|node| *node == lit) {
        let (left, right) = (layout.x(10.0 * leaf as f64 + 1.0), layout.x(10.0 * leaf as f64 + 9.0));
        lines.push(vec![(left, layout.bottom + 1.5), (right, layout.bottom + 1.5)]);
    }
    lines
}

/// The branch that is looked at: its images, and buttons that go through the tree
/// without a pointer.
#[component]
pub fn Branches(known: Memo<Option<Arc<Known>>>, lit: RwSignal<Option<u32>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = RwSignal::new(None::<u32>);
    let root = move || known.with(|known| known.as_ref().map_or(0, |known| 2 * (known.linkage.n_samples() as u32 - 1)));
    let branch = Memo::new(move |_| lit.get().or(chosen.get()).unwrap_or_else(root).min(root()));
    let samples =
        Memo::new(move |_| known.with(|known| known.as_ref()?.linkage.members(branch.get()).ok()).unwrap_or_default());
    let frame = NodeRef::<html::Div>::new();
    let width = super::figure::width_of(frame);
    let across = Memo::new(move |_| ((width.get() + 2.0) / STEP).clamp(4.0, 40.0) as usize);
    let limit = RwSignal::new(ROWS.0);
    // Another branch begins with few again.
    Effect::new(move |_| {
        branch.track();
        limit.set(ROWS.0);
    });
    let shown = move || across.get() * limit.get();
    // Where lower branches are left out, what each of the others stands for.
    let behind = Memo::new(move |_| {
        known.with(|known| {
            let known = known.as_ref()?;
            desk.shown.with(|shown| behind(&shown.as_ref()?.report, &known.tree))
        })
    });
    let images = Memo::new(move |_| {
        let of = |known: &Known| {
            samples.with(|all| {
                behind.with(|behind| match behind {
                    Some(behind) => {
                        all.iter().flat_map(|i| behind[*i as usize].iter().copied()).take(shown()).collect()
                    }
                    None => all.iter().take(shown()).map(|i| known.tree.images[*i as usize]).collect::<Vec<_>>(),
                })
            })
        };
        known.with(|known| known.as_ref().map(|known| of(known))).unwrap_or_default()
    });
    let here = Memo::new(move |_| dataset(desk, known).map(Here));
    let rows = Memo::new(move |_| {
        vec![GalleryRow { title: "of this branch".into(), images: images.get(), captions: Vec::new() }]
    });
    let words = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let node = branch.get();
            let mostly = samples.with(|samples| cut::share_of(&known.tree, samples))?;
            let digit = &known.tree.classes[mostly.class];
            let merge = (node as usize).checked_sub(known.linkage.n_samples()).map(|i| known.linkage.merges()[i]);
            Some(match merge {
                None if mostly.size > 1 => format!(
                    "A branch of {} images, not shown further; mostly {digit} ({:.0} %)",
                    mostly.size,
                    mostly.share * 100.0
                ),
                None => format!("Sample {node}: image {}, a {digit}", known.tree.images[node as usize]),
                Some(merge) => format!(
                    "{} of {} images, merged at {:.1}; mostly {digit} ({:.0} %)",
                    if node == root() { "Whole tree" } else { "Branch" },
                    mostly.size,
                    merge.height,
                    mostly.share * 100.0
                ),
            })
        })
    };
    // Images of the branch, of which the tree may not keep all.
    let size = move || {
        let share = |known: &Arc<Known>| samples.with(|samples| cut::share_of(&known.tree, samples));
        known.with(|known| known.as_ref().and_then(share)).map_or(0, |share| share.size as usize)
    };
    // Images that can be shown.
    let there = move || if behind.with(Option::is_some) { size() } else { samples.with(Vec::len) };
    let parts = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let i = (branch.get() as usize).checked_sub(known.linkage.n_samples())?;
            let merge = known.linkage.merges().get(i)?;
            Some((merge.cluster1, merge.cluster2))
        })
    };
    let parent = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let node = branch.get();
            let above = known.linkage.merges().iter().position(|m| m.cluster1 == node || m.cluster2 == node)?;
            Some((known.linkage.n_samples() + above) as u32)
        })
    };
    let go = move |node: Option<u32>| {
        if node.is_some() {
            chosen.set(node);
            lit.set(node.filter(|node| *node != root()));
        }
    };
    let id = Signal::derive(move || {
        known.with(|known| known.as_ref().map_or_else(String::new, |known| known.tree.data.clone()))
    });
    view! {
        <div class="branch" node_ref=frame role="group" aria-label="Branch">
            <div class="branch-head">
                <button class="btn tiny" data-testid="branch-up" aria-label="To the branch above" prop:disabled=move || parent().is_none()
                    on:click=move |_| go(parent())>"↑"</button>
                <button class="btn tiny" data-testid="branch-left" aria-label="To the left branch below" prop:disabled=move || parts().is_none()
                    on:click=move |_| go(parts().map(|parts| parts.0))>"↙"</button>
                <button class="btn tiny" data-testid="branch-right" aria-label="To the right branch below" prop:disabled=move || parts().is_none()
                    on:click=move |_| go(parts().map(|parts| parts.1))>"↘"</button>
                <span data-testid="branch">{words}</span>
            </div>
            <Show when=move || dataset(desk, known).is_some()
                fallback=move || view! { <Load id/> }>
                {move || here.get().map(|Here(data)| view! {
                    <Pointed rows data own_rows=true>
                        <div class="strips"><Line row=0 data=Signal::derive(move || dataset(desk, known)) images across/></div>
                    </Pointed>
                })}
                <p class="muted">
                    {move || match (there(), size()) {
                        (n, size) if n < size => format!(
                            "A saved result keeps one image of each branch that is not shown further: {} of {size}, from left to \
                             right; press Run for all of them. Point at a branch, or use the arrows.",
                            n.min(shown())
                        ),
                        (n, _) if n > shown() => format!("The first {} of {n}, from left to right. Point at a branch, or use the arrows.", shown()),
                        (1, _) => "One image. Point at a branch, or use the arrows.".into(),
                        (n, _) => format!("All {n}, from left to right. Point at a branch, or use the arrows."),
                    }}
                    <Show when=move || { there() > shown() }>
                        " " <button class="btn tiny" data-testid="branch-more" on:click=move |_| limit.update(|rows| *rows += ROWS.1)>"Show more"</button>
                    </Show>
                </p>
            </Show>
        </div>
    }
}
