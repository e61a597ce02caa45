//! A dendrogram on the page: its cut can be dragged, typed or moved by keys, and all
//! that depends on the cut follows at once. Nothing here asks a worker.

use super::branches::Branches;
use super::clusters::Clusters;
use super::desk::Desk;
use super::drag::Drag;
use super::later::Subject;
use super::paint::Brush;
use super::state::Shown;
use crate::decimal;
use crate::experiments::cut::{self, Share};
use crate::learn::cluster::{Cut, Linkage, Truncation, height_between};
use crate::plots::dendrogram::{Layout, Picture};
use crate::plots::{self, Theme, canvas};
use crate::report::{Figure, Section, Tree};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Room for the handle of the cut, in CSS pixels: as the style sheet places it.
const HANDLE: f64 = 62.0;

/// How the visitor looks at a tree.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Look {
    /// Where it is cut, if not where the report says.
    height: Option<f64>,
    /// Which merges are drawn.
    truncation: Truncation,
}

impl Look {
    /// How the report itself looks at it.
    fn first(section: Option<&Section>) -> Self {
        let truncation = section.and_then(tree).map_or_else(Truncation::default, |tree| tree.truncation);
        Look { height: None, truncation }
    }
}

/// The tree of a section.
fn tree(section: &Section) -> Option<&Tree> {
    match &section.figure {
        Figure::Dendrogram(tree) => Some(tree),
        _ => None,
    }
}

/// The section as the visitor looks at it, with words to match; `None` if it is no tree.
fn seen(section: Option<&Section>, look: Look) -> Option<Section> {
    let tree = tree(section?)?;
    let mut section = section?.clone();
    let changed =
        Tree { color_threshold: look.height.or(tree.color_threshold), truncation: look.truncation, ..tree.clone() };
    if look.height.is_some()
        && let Ok(linkage) = changed.linkage()
        && let Ok(cut) = Cut::new(&linkage, changed.threshold())
        && let Ok(words) = cut::summary(&changed, &cut)
    {
        section.summary = words;
    }
    section.figure = Figure::Dendrogram(changed);
    Some(section)
}

/// A tree with everything that is drawn and said of it.
#[derive(Clone, PartialEq)]
pub struct Known {
    /// As the visitor looks at it.
    pub tree: Tree,
    /// Its merges.
    pub linkage: Linkage,
    /// Its lines.
    pub picture: Picture,
    /// Its clusters.
    pub cut: Cut,
    /// The most frequent digit of each.
    pub shares: Vec<Share>,
    /// Their adjusted Rand index against the digits.
    pub score: f64,
}

impl Known {
    fn of(tree: &Tree) -> crate::error::Result<Self> {
        let linkage = tree.linkage()?;
        let picture = Picture::new(tree, &linkage)?;
        let cut = Cut::new(&linkage, tree.threshold())?;
        let (shares, score) = (cut::shares(tree, &cut), cut::score(tree, &cut)?);
        Ok(Known { tree: tree.clone(), linkage, picture, cut, shares, score })
    }

    /// The height at which `step` clusters more, or fewer, are left; equally high merges go together.
    fn step(&self, step: i64) -> f64 {
        let now = self.cut.n_clusters() as i64;
        let n = self.linkage.n_samples() as i64;
        let mut wanted = (now + step).clamp(1, n);
        loop {
            let height = height_between(&self.linkage, wanted as usize);
            let made = self.linkage.merges().iter().take_while(|merge| merge.height <= height).count() as i64;
            if (n - made - now).signum() == step.signum() || !(2..n).contains(&wanted) {
                return height;
            }
            wanted += step.signum();
        }
    }
}

/// The tree, its cut and what follows from it; words and files follow too.
#[component]
pub fn Dendrogram(subject: Subject) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Subject { section: computed, seen: followed } = subject;
    // Of a tree that is alone, the link need not say which it is.
    let name = Memo::new(move |_| {
        let tree = |section: &&Section| tree(section).is_some();
        let trees = |shown: &Shown| shown.report.sections.iter().filter(tree).count();
        // While trees grow they come one after the other.
        let alone = desk.shown.with(|shown| shown.as_ref().is_some_and(|shown| trees(shown) == 1));
        let id = || computed.with(|section| section.as_ref().map(|section| section.id.clone()));
        if alone { String::new() } else { id().unwrap_or_default() }
    });
    let look = RwSignal::new(computed.with_untracked(|section| Look::first(section.as_ref())));
    Effect::new(move |_| {
        let height = desk.view.with(|view| view.height(&name.get()));
        look.update(|look| look.height = height);
    });
    Effect::new(move |before: Option<()>| {
        let height = look.get().height;
        if before.is_some() {
            desk.cut_at(&name.get_untracked(), height);
        }
    });
    let section = Memo::new(move |_| computed.with(|section| seen(section.as_ref(), look.get())));
    Effect::new(move |_| followed.set(section.get()));
    let known: Memo<Option<Arc<Known>>> = Memo::new(move |_| {
        section.with(|section| {
            let tree = tree(section.as_ref()?)?;
            match Known::of(tree) {
                Ok(known) => Some(Arc::new(known)),
                Err(error) => {
                    leptos::logging::error!("{error}");
                    None
                }
            }
        })
    });
    let frame = NodeRef::<html::Div>::new();
    let picture = NodeRef::<html::Canvas>::new();
    let whole = super::figure::width_of(frame);
    let (more, look_right) = super::figure::edge(frame, whole);
    // The handle of the cut stands beside the tree, not on its branches.
    let width = Memo::new(move |_| (whole.get() - HANDLE).max(0.0));
    let layout = Memo::new(move |_| {
        known.with(|known| {
            let known = known.as_ref()?;
            let width = width.get().max(plots::dendrogram::least_width(&known.tree));
            Some(Layout::of(&known.tree, &known.picture.lines, width))
        })
    });
    let brush = Brush::new();
    Effect::new(move |_| {
        let (Some(element), true) = (picture.get(), width.get() >= 1.0) else { return };
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
    let lit = RwSignal::new(None::<u32>);
    let summary = move || section.with(|section| section.as_ref().map(|section| section.summary.clone()));
    let tall = move || layout.get().map_or(0.0, |layout| layout.height);
    let wide = move || layout.get().map_or(0.0, |layout| layout.right + 14.0);
    let point = move |event: web_sys::PointerEvent| {
        let under = known.with(|known| {
            let (known, layout) = (known.as_ref()?, layout.get()?);
            under(known, &layout, &picture.get()?, &event)
        });
        if under != lit.get_untracked() {
            lit.set(under);
        }
    };
    // Several trees may stand on one page; each region says whose it is.
    let named = move |part: &'static str| {
        move || section.with(|section| section.as_ref().map(|section| format!("{}{part}", section.title)))
    };
    view! {
        <CutControls known look/>
        <div class="scroll chart tree" class:beyond=more node_ref=frame style=move || format!("min-height:{}px", tall()) tabindex="0"
            role="region" aria-label=named(", picture") on:scroll=move |_| look_right.run(())>
            <div class="tree-plot" style=move || format!("width:{}px;height:{}px", wide(), tall())
                on:pointermove=point on:pointerdown=point on:pointerleave=move |_| lit.set(None)>
                <canvas node_ref=picture class:dimmed=move || lit.with(Option::is_some) role="img" aria-label=summary data-testid="tree"></canvas>
                <super::branches::Lit known layout lit/>
                <CutLine known layout look picture/>
            </div>
            <super::branches::Leaves known layout/>
        </div>
        <Branches known lit/>
        <Clusters name=Signal::derive(named(" clusters at the cut")) known lit/>
    }
}

/// The smallest branch around the pointer, or the leaf below the axis.
fn under(
    known: &Known,
    layout: &Layout,
    picture: &web_sys::HtmlCanvasElement,
    event: &web_sys::PointerEvent,
) -> Option<u32> {
    let edge = picture.get_bounding_client_rect();
    let at = layout.at_x(f64::from(event.client_x()) - edge.left());
    let height = layout.at_y(f64::from(event.client_y()) - edge.top());
    let lines = &known.picture.lines;
    if height < 0.0 {
        return lines.leaves.get((at / 10.0).floor() as usize).copied().filter(|_| at >= 0.0);
    }
    let around = (0..lines.nodes.len()).filter(|i| {
        let ([left, .., right], [_, top, ..]) = (lines.icoord[*i], lines.dcoord[*i]);
        // A leaf's stem is as thin as a hair; five units is half way to the next.
        left - 5.0 <= at && at <= right + 5.0 && height <= top
    });
    let lowest = around.min_by(|a, b| lines.dcoord[*a][1].total_cmp(&lines.dcoord[*b][1]))?;
    Some(lines.nodes[lowest])
}

/// The line at the cut: a slider that stands upright.
#[component]
fn CutLine(
    known: Memo<Option<Arc<Known>>>,
    layout: Memo<Option<Layout>>,
    look: RwSignal<Look>,
    picture: NodeRef<html::Canvas>,
) -> impl IntoView {
    let drag = Drag::new();
    let set = move |height: f64| look.update(|look| look.height = Some(height));
    let top = move || {
        let threshold = known.with(|known| known.as_ref().map(|known| known.tree.threshold()));
        match (layout.get(), threshold) {
            (Some(layout), Some(threshold)) => layout.y(threshold.clamp(0.0, layout.highest)),
            _ => 0.0,
        }
    };
    let words = move || {
        known.with(|known| {
            known.as_ref().map(|known| {
                let k = known.cut.n_clusters();
                format!("{k} {} at distance {:.1}", if k == 1 { "cluster" } else { "clusters" }, known.cut.height)
            })
        })
    };
    let moved = move |event: web_sys::PointerEvent| {
        if !drag.follows(&event) {
            return;
        }
        if let (Some(layout), Some(picture)) = (layout.get_untracked(), picture.get_untracked()) {
            let y = f64::from(event.client_y()) - picture.get_bounding_client_rect().top();
            set(short(layout.at_y(y).clamp(0.0, layout.highest), layout.highest));
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let height = known.with_untracked(|known| {
            let known = known.as_ref()?;
            match event.key().as_str() {
                "ArrowUp" | "ArrowRight" => Some(known.step(-1)),
                "ArrowDown" | "ArrowLeft" => Some(known.step(1)),
                "PageUp" => Some(known.step(-10)),
                "PageDown" => Some(known.step(10)),
                "End" => Some(height_between(&known.linkage, 1)),
                "Home" => Some(height_between(&known.linkage, known.linkage.n_samples())),
                _ => None,
            }
        });
        if let Some(height) = height {
            event.prevent_default();
            set(height);
        }
    };
    let value = move || known.with(|known| known.as_ref().map(|known| format!("{:.4}", known.cut.height)));
    let most = move || layout.get().map(|layout| format!("{:.4}", layout.highest));
    view! {
        <div class="cut" class:held=move || drag.held() style=move || format!("top:{}px", top()) data-testid="cut"
            role="slider" tabindex="0" aria-label="Cut of the tree" aria-orientation="vertical" aria-valuemin="0"
            aria-valuemax=most aria-valuenow=value aria-valuetext=words
            on:pointerdown=move |event| drag.take(&event, ".cut") on:pointermove=moved on:pointerup=move |_| drag.drop()
            on:pointercancel=move |_| drag.drop() on:keydown=key>
            <span class="cut-handle" aria-hidden="true">
                {move || known.with(|known| known.as_ref().map(|known| format!("↕ {}", known.cut.n_clusters())))}
            </span>
        </div>
    }
}

/// A dragged height with no more digits than a pointer is worth, so that links stay short.
fn short(height: f64, highest: f64) -> f64 {
    let digits = (3.0 - libm::floor(libm::log10(highest.max(f64::MIN_POSITIVE)))).clamp(0.0, 12.0);
    let unit = libm::pow(10.0, digits);
    (height * unit).round() / unit
}

/// Number fields for the cut, the score, and what is left out of the picture.
#[component]
fn CutControls(known: Memo<Option<Arc<Known>>>, look: RwSignal<Look>) -> impl IntoView {
    let with = move |pick: fn(&Known) -> String| {
        move || known.with(|known| known.as_ref().map(|known| pick(known)).unwrap_or_default())
    };
    let uid = section_uid();
    let ids = ["k", "height", "show", "p"].map(|name| format!("tree-{uid}-{name}"));
    let [k_id, height_id, show_id, p_id] = ids;
    let set_k = move |event: web_sys::Event| {
        let height = known.with_untracked(|known| {
            let known = known.as_ref()?;
            let k = event_target_value(&event).trim().parse::<usize>().ok()?;
            Some(height_between(&known.linkage, k))
        });
        // What is no number leaves the cut; the field shows it again.
        look.update(|look| look.height = height.or(look.height));
        restore(&event, with(|known| known.cut.n_clusters().to_string())());
    };
    let set_height = move |event: web_sys::Event| {
        let height = decimal::read(event_target_value(&event).trim());
        look.update(|look| look.height = height.map(|height| height.max(0.0)).or(look.height));
        restore(&event, with(|known| format!("{:.1}", known.cut.height))());
    };
    let at_scipy = move |_| {
        let height = known.with_untracked(|known| known.as_ref().map(|known| known.tree.highest() * 0.7));
        look.update(|look| look.height = height);
    };
    let mode = move || match look.get().truncation {
        Truncation::None => "none",
        Truncation::Level(_) => "level",
        Truncation::LastP(_) => "lastp",
    };
    let set_mode = move |event: web_sys::Event| {
        let truncation = match event_target_value(&event).as_str() {
            "level" => Truncation::Level(7),
            "lastp" => Truncation::LastP(30),
            _ => Truncation::None,
        };
        look.update(|look| look.truncation = truncation);
    };
    let p = move || match look.get().truncation {
        Truncation::None => String::new(),
        Truncation::Level(p) | Truncation::LastP(p) => p.to_string(),
    };
    let set_p = move |event: web_sys::Event| {
        if let Ok(p) = event_target_value(&event).trim().parse::<u32>() {
            look.update(|look| match &mut look.truncation {
                Truncation::None => {}
                Truncation::Level(old) | Truncation::LastP(old) => *old = p.clamp(1, 10_000),
            });
        }
        restore(&event, p());
    };
    view! {
        <div class="cut-controls">
            <span class="field">
                <label for=k_id.clone()>"Clusters"</label>
                <input id=k_id type="number" min="1" step="1" data-testid="cut-k"
                    prop:value=with(|known| known.cut.n_clusters().to_string())
                    prop:max=with(|known| known.linkage.n_samples().to_string()) on:change=set_k/>
            </span>
            <span class="field">
                <label for=height_id.clone()>"Cut at distance"</label>
                <input id=height_id class="wide" type="number" min="0" step="any" data-testid="cut-height"
                    prop:value=with(|known| format!("{:.1}", known.cut.height)) on:change=set_height/>
            </span>
            <button class="btn quiet" data-testid="cut-scipy" title="Where SciPy's colours change" on:click=at_scipy>
                "0.7 × highest"
            </button>
            <span class="field">
                <label for=show_id.clone()>"Show"</label>
                <select id=show_id data-testid="truncate" prop:value=mode on:change=set_mode>
                    <option value="none">"all merges"</option>
                    <option value="level">"top levels"</option>
                    <option value="lastp">"last branches"</option>
                </select>
            </span>
            <Show when=move || mode() != "none">
                <span class="field">
                    <label for=p_id.clone()>{move || if mode() == "level" { "levels" } else { "branches" }}</label>
                    <input id=p_id.clone() type="number" min="1" step="1" data-testid="truncate-p" prop:value=p on:change=set_p/>
                </span>
            </Show>
            <span class="space"></span>
            <output class="score" data-testid="cut-score">
                <abbr title="Adjusted Rand index of the cut against the digits">"ARI"</abbr> " " <strong>{with(|known| format!("{:.4}", known.score))}</strong>
            </output>
        </div>
    }
}

/// Shows the value again that holds, whatever was typed.
fn restore(event: &web_sys::Event, text: String) {
    event_target::<web_sys::HtmlInputElement>(event).set_value(&text);
}

/// A number that tells the fields of several trees on a page apart.
fn section_uid() -> u32 {
    thread_local!(static NEXT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
    NEXT.with(|next| next.replace(next.get() + 1))
}
