//! Views that come when they are first shown: those of one lab are a module of their own (see scripts/page), so that
//! nobody downloads all of them before the first result.

use super::agree::Agreement;
use super::bootstraps::Bootstraps;
use super::centres::Centres;
use super::chains::Keep;
use super::complete::{Complete, Easel};
use super::contributions::Contributions;
use super::cores::Cores;
use super::data::Sets;
use super::datapoint::Datapoint;
use super::dendrogram::Dendrogram;
use super::drawn::Drawn;
use super::ending::Ending;
use super::figure::Manner;
use super::formulas::Formulas;
use super::guess::Guess;
use super::inferred;
use super::maps::Maps;
use super::matched::Against;
use super::matrix::Matrix;
use super::melt::Melt;
use super::mine::Mine;
use super::mixed::Mixed;
use super::near::Near;
use super::numerals::Numerals;
use super::painting::{Compared, Paint};
use super::pairs::Pairs;
use super::path::Along;
use super::pins::Tray;
use super::regions::Regions;
use super::scale_strip::ScaleStrip;
use super::scatter::Scatter;
use super::settings::Settings;
use super::share::Offers;
use super::sorting::Sort;
use super::templates::Templates;
use super::window::Window;
use crate::labs::{Kind, Sorting};
use crate::learn::feature_extraction::Vocabulary;
use crate::report::{Painted, Section};
use futures::FutureExt;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

type Came = Result<AnyView, SplitLoaderError>;

/// What a view is of.
#[derive(Clone, Copy)]
pub struct Subject {
    /// The section, as it was computed.
    pub section: Memo<Option<Section>>,
    /// The section as it is looked at, where the view lets it be looked at otherwise: words, table and files follow.
    pub seen: RwSignal<Option<Section>>,
}

/// What is shown later.
#[derive(Clone)]
pub enum Piece {
    /// A section in that manner.
    View(Manner, Subject),
    /// The numerals of another script, with their digits.
    Numerals,
    /// A grid to paint an answer on: rows, columns, the answer.
    Paint(u32, u32, RwSignal<String>),
    /// What was painted beside a mask, and the question that it answers.
    Compared(Painted, Vec<i8>, &'static Kind),
    /// So many pairs of these classes to choose, the answer.
    Pairs(usize, &'static [String], RwSignal<String>),
    /// The formulas of the mixture.
    Formulas,
    /// Images to be sorted into groups, and the groups.
    Sort(&'static Sorting, RwSignal<String>),
    /// The sweeps of a mixture once more, and the groups that they end with.
    Melt(Memo<Option<Section>>),
    /// An image to go on with: the chains, its size, the easel of an image, and what goes back.
    Guess(Memo<Option<Arc<Mixed>>>, (u32, u32), Callback<usize, Easel>, Callback<()>),
    /// Images near to what is drawn: the words that they are read with, the drawing, the data set.
    Near(Vocabulary, Drawn, Memo<String>),
    /// A digit of one's own among those of a run.
    Mine,
    /// Points on a plane, and which of them are selected.
    Points(Memo<Option<Section>>, RwSignal<Vec<usize>>),
    /// Clusterings that are kept.
    Pins,
    /// The data sets that are here and that can come.
    Sets,
    /// What the share dialog offers.
    Share,
    /// The colour bar of a heat map.
    Scale(Memo<Option<Section>>),
}

/// Which module has it.
#[derive(Clone, Copy, PartialEq)]
enum Module {
    Clusters,
    Centres,
    Points,
    Patches,
    Cells,
    Logistic,
    Inference,
    Mixture,
    Completion,
    Hands,
    Painted,
    Files,
    Pins,
}

impl Piece {
    fn module(&self) -> Module {
        match self {
            Piece::View(Manner::Tree | Manner::Settings | Manner::Cores | Manner::Agreement, _) => Module::Clusters,
            Piece::Points(..) | Piece::View(Manner::Ending, _) => Module::Points,
            Piece::View(Manner::Centres, _) | Piece::Melt(_) => Module::Centres,
            Piece::Mine | Piece::Sort(..) | Piece::Near(..) => Module::Hands,
            Piece::Paint(..) | Piece::Compared(..) | Piece::Guess(..) | Piece::Pairs(..) => Module::Painted,
            Piece::Sets | Piece::Share => Module::Files,
            Piece::Pins => Module::Pins,
            Piece::View(Manner::Words, _) => Module::Patches,
            // What most visitors see first: a small module of its own.
            Piece::View(Manner::Matrix | Manner::Datapoint, _) => Module::Cells,
            Piece::View(Manner::Contributions | Manner::Path | Manner::Maps, _) | Piece::Numerals => Module::Logistic,
            Piece::View(Manner::Complete, _) => Module::Completion,
            Piece::View(Manner::Templates | Manner::Against | Manner::Keep, _) | Piece::Formulas | Piece::Scale(_) => {
                Module::Mixture
            }
            Piece::View(..) => Module::Inference,
        }
    }
}

#[wasm_split(clusters, fallible, preload(load_clusters))]
fn clusters(piece: Piece) -> Came {
    let Piece::View(manner, subject) = piece else { return Ok(().into_any()) };
    let section = subject.section;
    Ok(match manner {
        Manner::Tree => view! { <Dendrogram subject/> }.into_any(),
        Manner::Settings => view! { <Settings section/> }.into_any(),
        Manner::Cores => view! { <Cores section/> }.into_any(),
        _ => view! { <Agreement section/> }.into_any(),
    })
}

/// What a run showed, once more.
#[wasm_split(centres, fallible, preload(load_centres))]
fn centres(piece: Piece) -> Came {
    Ok(match piece {
        Piece::View(_, Subject { section, .. }) => view! { <Centres section/> }.into_any(),
        Piece::Melt(section) => view! { <Melt section/> }.into_any(),
        _ => ().into_any(),
    })
}

#[wasm_split(points, fallible, preload(load_points))]
fn points(piece: Piece) -> Came {
    Ok(match piece {
        Piece::Points(section, selected) => view! { <Scatter section selected/> }.into_any(),
        Piece::View(_, Subject { section, .. }) => view! { <Ending section/> }.into_any(),
        _ => ().into_any(),
    })
}

#[wasm_split(patches, fallible, preload(load_patches))]
fn patches(piece: Piece) -> Came {
    let Piece::View(_, subject) = piece else { return Ok(().into_any()) };
    Ok(view! { <Window subject/> }.into_any())
}

#[wasm_split(cells, fallible, preload(load_cells))]
fn cells(piece: Piece) -> Came {
    let Piece::View(manner, subject) = piece else { return Ok(().into_any()) };
    Ok(match manner {
        Manner::Datapoint => view! { <Datapoint section=subject.section/> }.into_any(),
        _ => view! { <Matrix subject/> }.into_any(),
    })
}

#[wasm_split(logistic, fallible, preload(load_logistic))]
fn logistic(piece: Piece) -> Came {
    Ok(match piece {
        Piece::View(Manner::Contributions, subject) => view! { <Contributions subject/> }.into_any(),
        Piece::View(Manner::Path, Subject { section, .. }) => view! { <Along section/> }.into_any(),
        Piece::View(_, subject) => view! { <Maps subject/> }.into_any(),
        _ => view! { <Numerals/> }.into_any(),
    })
}

#[wasm_split(inference, fallible, preload(load_inference))]
fn inference(piece: Piece) -> Came {
    Ok(match piece {
        Piece::View(Manner::Bootstraps, _) => view! { <Bootstraps/> }.into_any(),
        Piece::View(Manner::Regions, Subject { section, .. }) => view! { <Regions section/> }.into_any(),
        Piece::View(_, subject) => inferred::sighted(subject).into_any(),
        _ => ().into_any(),
    })
}

#[wasm_split(mixture, fallible, preload(load_mixture))]
fn mixture(piece: Piece) -> Came {
    Ok(match piece {
        Piece::View(Manner::Templates, subject) => view! { <Templates subject/> }.into_any(),
        Piece::View(Manner::Against, Subject { section, .. }) => view! { <Against section/> }.into_any(),
        Piece::Formulas => view! { <Formulas/> }.into_any(),
        Piece::Scale(section) => view! { <ScaleStrip section/> }.into_any(),
        _ => view! { <Keep/> }.into_any(),
    })
}

/// Images that chains complete.
#[wasm_split(completion, fallible, preload(load_completion))]
fn completion(piece: Piece) -> Came {
    let Piece::View(_, subject) = piece else { return Ok(().into_any()) };
    Ok(view! { <Complete subject/> }.into_any())
}

/// Answers that are painted.
#[wasm_split(painted, fallible, preload(load_painted))]
fn painted(piece: Piece) -> Came {
    Ok(match piece {
        Piece::Paint(rows, columns, draft) => view! { <Paint rows columns draft/> }.into_any(),
        Piece::Pairs(n, classes, draft) => view! { <Pairs n classes draft/> }.into_any(),
        Piece::Guess(known, size, choose, close) => view! { <Guess known size choose close/> }.into_any(),
        Piece::Compared(painted, mask, kind) => view! { <Compared painted mask kind/> }.into_any(),
        _ => ().into_any(),
    })
}

/// What is done by hand.
#[wasm_split(hands, fallible, preload(load_hands))]
fn hands(piece: Piece) -> Came {
    Ok(match piece {
        Piece::Mine => view! { <Mine/> }.into_any(),
        Piece::Sort(sorting, draft) => view! { <Sort sorting draft/> }.into_any(),
        Piece::Near(vocabulary, drawn, data) => view! { <Near vocabulary drawn data/> }.into_any(),
        _ => ().into_any(),
    })
}

/// What comes in and what is handed out.
#[wasm_split(files, fallible, preload(load_files))]
fn files(piece: Piece) -> Came {
    Ok(match piece {
        Piece::Sets => view! { <Sets/> }.into_any(),
        _ => view! { <Offers/> }.into_any(),
    })
}

/// What is kept and compared.
#[wasm_split(pins, fallible, preload(load_pins))]
fn pins(_: Piece) -> Came {
    Ok(view! { <Tray/> }.into_any())
}

/// A piece, as soon as its module is here.
pub fn view(piece: Piece) -> AnyView {
    let came = RwSignal::new(None);
    let (module, has_table) = (piece.module(), matches!(piece, Piece::View(..)));
    leptos::task::spawn_local(async move {
        let loaded = match module {
            Module::Clusters => load_clusters().await,
            Module::Centres => load_centres().await,
            Module::Points => load_points().await,
            Module::Patches => load_patches().await,
            Module::Cells => load_cells().await,
            Module::Logistic => load_logistic().await,
            Module::Inference => load_inference().await,
            Module::Mixture => load_mixture().await,
            Module::Completion => load_completion().await,
            Module::Hands => load_hands().await,
            Module::Painted => load_painted().await,
            Module::Files => load_files().await,
            Module::Pins => load_pins().await,
        };
        // Nobody may be waiting any more.
        let _ = came.try_set(Some(loaded.is_ok()));
    });
    // Their module is here, so they have it at once.
    let made = move || match module {
        Module::Clusters => clusters(piece.clone()).now_or_never(),
        Module::Centres => centres(piece.clone()).now_or_never(),
        Module::Points => points(piece.clone()).now_or_never(),
        Module::Patches => patches(piece.clone()).now_or_never(),
        Module::Cells => cells(piece.clone()).now_or_never(),
        Module::Logistic => logistic(piece.clone()).now_or_never(),
        Module::Inference => inference(piece.clone()).now_or_never(),
        Module::Mixture => mixture(piece.clone()).now_or_never(),
        Module::Completion => completion(piece.clone()).now_or_never(),
        Module::Hands => hands(piece.clone()).now_or_never(),
        Module::Painted => painted(piece.clone()).now_or_never(),
        Module::Files => files(piece.clone()).now_or_never(),
        Module::Pins => pins(piece.clone()).now_or_never(),
    };
    let shown = move || match came.get() {
        None => view! { <p class="muted later">"This view is on its way…"</p> }.into_any(),
        Some(true) if let Some(Ok(view)) = made() => view,
        Some(_) => view! {
            <p class="error" role="status">
                "This part of the page could not be downloaded. Check the connection and reload the page."
                {has_table.then_some(" The table has the numbers.")}
            </p>
        }
        .into_any(),
    };
    shown.into_any()
}
