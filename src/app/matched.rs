//! Two chains of a mixture side by side: groups that belong together, with what they share.

use super::brush::Picture;
use super::figure::Chart;
use super::mixed::{Chains, Shared};
use crate::report::groups::ChainGroups;
use crate::report::matched::{Matched, Pair};
use crate::report::{ColorMap, Figure, Section};
use leptos::prelude::*;

/// Pairs shown at first, and with each "more".
const PAIRS: usize = 8;

/// The matrix of all chains, and the groups of two of them.
#[component]
pub fn Against(section: Memo<Option<Section>>) -> impl IntoView {
    let Chains { known, .. } = expect_context::<Shared>().chains();
    let chains = RwSignal::new([0_usize, 1]);
    let limit = RwSignal::new(PAIRS);
    let n_chains = Memo::new(move |_| known.with(|known| known.as_ref().map_or(0, |known| known.groups.chains.len())));
    // Chains of another run may be fewer.
    Effect::new(move |_| {
        known.track();
        chains.set([0, 1]);
        limit.set(PAIRS);
    });
    let matched = Memo::new(move |_| {
        known.with(|known| {
            let known = known.as_ref()?;
            Matched::of(&known.report.arrays, &known.groups, chains.get())
        })
    });
    let words = move || {
        let [a, b] = chains.get();
        matched.with(|matched| {
            let Matched { pairs, alone, images: [both, n] } = matched.as_ref()?;
            let ari = section.with(|section| match section.as_ref().map(|section| &section.figure) {
                Some(Figure::Heatmap { texts, columns, .. }) => texts.get(a * columns.len() + b).cloned(),
                _ => None,
            });
            let ari = ari.unwrap_or_default();
            Some(format!(
                "In chain {a} {} a partner in chain {b}; {both} of {n} images ({:.1} %) are in such a pair. Groups without \
                 one: {} of chain {a}, {} of chain {b}. Adjusted Rand index {ari}.",
                if pairs.len() == 1 { "1 group has".into() } else { format!("{} groups have", pairs.len()) },
                100.0 * *both as f64 / (*n).max(1) as f64,
                alone[0],
                alone[1],
            ))
        })
    };
    let rows = move || {
        let at = chains.get();
        let known = known.get()?;
        let size = (known.groups.n_features > 0).then(|| known.shape())?;
        let row = |pair: &Pair| {
            let cells = [0, 1].map(|side| {
                let (chain, group) = (&known.groups.chains[at[side]], pair.groups[side]);
                side_of(chain, at[side], group, size)
            });
            view! {
                <tr data-pair=format!("{}-{}", pair.groups[0], pair.groups[1])>
                    {cells}
                    <td class="num right">{pair.both}</td>
                    <td class="num right">{format!("{:.1} %", 100.0 * pair.overlap)}</td>
                    <td class="bars"><span style=format!("width:{:.1}%", 100.0 * pair.overlap)></span></td>
                </tr>
            }
        };
        matched.with(|matched| Some(matched.as_ref()?.pairs.iter().take(limit.get()).map(row).collect_view()))
    };
    let rest =
        move || matched.with(|matched| matched.as_ref().map_or(0, |m| m.pairs.len())).saturating_sub(limit.get());
    let choice = move |side: usize| {
        view! {
            <select aria-label=if side == 0 { "First chain" } else { "Second chain" } data-testid=format!("matched-{side}")
                prop:value=move || chains.get()[side].to_string()
                on:change=move |event| {
                    limit.set(PAIRS);
                    chains.update(|chains| chains[side] = event_target_value(&event).parse().unwrap_or(0));
                }>
                {move || (0..n_chains.get()).map(|i| view! { <option value=i selected=move || chains.get()[side] == i>{i}</option> }).collect_view()}
            </select>
        }
    };
    view! {
        <Chart section/>
        <Show when=move || { n_chains.get() > 1 } fallback=move || view! {
            <p class="muted">{move || if n_chains.get() == 1 { "A second chain would have groups to match." } else { "Run to see the groups of two chains side by side." }}</p>
        }>
            <div class="opinions matched" data-testid="matched">
                <p class="files">"Groups of chain " {choice(0)} " beside those of chain " {choice(1)}</p>
                <p role="status" data-testid="matched-words">{words}</p>
                <div class="scroll" tabindex="0" role="region" aria-label="Matched groups">
                    <table class="counts" data-testid="matched-table">
                        <caption class="sr">"Groups of two chains that share most images"</caption>
                        <thead>
                            <tr>
                                <th scope="col" colspan="2">{move || format!("chain {}", chains.get()[0])}</th>
                                <th scope="col" colspan="2">{move || format!("chain {}", chains.get()[1])}</th>
                                <th scope="col">"in both"</th>
                                <th scope="col" colspan="2">"of those in either"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <Show when=move || { rest() > 0 }>
                    <button class="btn" data-testid="matched-more" on:click=move |_| limit.update(|limit| *limit += 4 * PAIRS)>
                        {move || format!("Show more ({} pairs left)", rest())}
                    </button>
                </Show>
            </div>
        </Show>
    }
}

/// A group of one side: its template and its size.
fn side_of(chain: &ChainGroups, at: usize, group: usize, size: (u32, u32)) -> impl IntoView + use<> {
    let template: Vec<f32> = chain.template(group).into_iter().map(|p| p as f32).collect();
    view! {
        <td class="template"><Picture size values=Signal::stored(template) map=ColorMap::GrayR label=format!("Template of group {group} of chain {at}")/></td>
        <td>{format!("group {group}, {} images", chain.sizes[group])}</td>
    }
}
