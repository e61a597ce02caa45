//! The chains of a mixture that was run here, for the views that look into them.

use super::desk::Desk;
use super::state::Status;
use crate::link::{self, View};
use crate::report::groups::Groups;
use crate::report::{Figure, Report, Section};
use leptos::prelude::*;
use std::sync::Arc;

/// Chains, and what they saw.
pub struct Mixed {
    /// The report that they came with.
    pub report: Arc<Report>,
    /// Their groups.
    pub groups: Groups,
    /// The data set's name.
    pub data: String,
    /// A pixel is on if its grey level is above this.
    pub threshold: u8,
}

impl Mixed {
    /// Height and width of the images, as the pictures of the report have them.
    pub fn shape(&self) -> (u32, u32) {
        let of = |section: &Section| match section.figure {
            Figure::Images { height, width, .. } if section.id == "mosaic" => Some((height, width)),
            _ => None,
        };
        self.report.sections.iter().find_map(of).unwrap_or((1, self.groups.n_features as u32))
    }

    /// Whether that chain has that group.
    pub fn has(&self, (chain, group): (usize, usize)) -> bool {
        self.groups.chains.get(chain).is_some_and(|chain| group < chain.sizes.len())
    }
}

impl PartialEq for Mixed {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.report, &other.report)
    }
}

/// The chains, and which of them and of its groups is looked at: all views look at the same.
#[derive(Clone, Copy)]
pub struct Chains {
    /// The chains.
    pub known: Memo<Option<Arc<Mixed>>>,
    /// The chain that is looked at.
    pub chain: RwSignal<usize>,
    /// The group that is looked at.
    pub group: RwSignal<Option<usize>>,
}

/// The chains of all views of a page of figures, made when the first of them asks: only they know what to make of them.
#[derive(Clone)]
pub struct Shared {
    owner: Owner,
    chains: StoredValue<Option<Chains>>,
}

impl Shared {
    /// None yet; what is made later lives as long as what is there now.
    pub fn new() -> Self {
        Shared { owner: Owner::current().unwrap_or_default(), chains: StoredValue::new(None) }
    }

    /// The chains.
    pub fn chains(self) -> Chains {
        self.chains.get_value().unwrap_or_else(|| {
            let chains = self.owner.with(|| Chains::new(expect_context()));
            self.chains.set_value(Some(chains));
            chains
        })
    }
}

impl Chains {
    /// The chains of what is shown.
    pub fn new(desk: Desk) -> Self {
        let chains = Chains { known: mixed(desk), chain: RwSignal::new(0), group: RwSignal::new(None) };
        // Groups of other chains are others, even if they have the same numbers; the link may name one of these.
        Effect::new(move |before: Option<Option<Arc<Mixed>>>| {
            let known = chains.known.get();
            let named = desk.view.with(View::template).map(|[chain, group]| (chain as usize, group as usize));
            let named = named.filter(|at| known.as_ref().is_some_and(|known| known.has(*at)));
            let chain = match named {
                Some((chain, _)) => chain,
                None if before == Some(known.clone()) => chains.chain.get_untracked(),
                None => 0,
            };
            let group = named.map(|(_, group)| group);
            if (chains.chain.get_untracked(), chains.group.get_untracked()) != (chain, group) {
                chains.chain.set(chain);
                chains.group.set(group);
            }
            known
        });
        // What the visitor chooses is a part of the link.
        Effect::new(move |before: Option<()>| {
            let chosen = chains.group.get().map(|group| format!("{}~{group}", chains.chain.get_untracked()));
            let named = desk.view.with_untracked(|view| view.look("template").map(String::from));
            if before.is_some() && chosen != named {
                desk.look_at("template", chosen.as_deref());
                desk.view.update(|view| view.set_look("template", chosen.as_deref()));
            }
        });
        chains
    }
}

/// The chains of the report that is shown; none while they run, and none of a saved result.
fn mixed(desk: Desk) -> Memo<Option<Arc<Mixed>>> {
    Memo::new(move |before: Option<&Option<Arc<Mixed>>>| {
        desk.shown.with(|shown| {
            let shown = shown.as_ref().filter(|shown| matches!(shown.status, Status::Done { .. }))?;
            // Making the groups ready takes longer than a frame: once a result is enough.
            if let Some(Some(before)) = before
                && Arc::ptr_eq(&before.report, &shown.report)
            {
                return Some(Arc::clone(before));
            }
            let groups = Groups::of(&shown.report.arrays)?;
            let setup = link::open(&shown.key).setup;
            let threshold = setup.value("threshold").and_then(|text| text.parse().ok()).unwrap_or(0);
            Some(Arc::new(Mixed { report: Arc::clone(&shown.report), groups, data: setup.data, threshold }))
        })
    })
}
