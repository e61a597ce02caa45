//! What the chains believe about an image of which a part is hidden.

use super::brush::Picture;
use super::mixed::Mixed;
use crate::report::ColorMap;
use crate::report::groups::Completion;
use leptos::prelude::*;
use std::sync::Arc;

/// Templates that are listed one by one.
const LISTED: usize = 5;

/// What one chain believes: the probability of each template, and of a new one.
#[component]
pub fn Opinions(
    known: Memo<Option<Arc<Mixed>>>,
    completed: Memo<Option<Arc<Completion>>>,
    size: (u32, u32),
) -> impl IntoView {
    let chain = RwSignal::new(0_usize);
    let n_chains = move || known.with(|known| known.as_ref().map_or(0, |known| known.groups.chains.len()));
    // Of the chain, the probability of each group, a new one last.
    let shares = Memo::new(move |_| {
        completed.with(|all| all.as_ref().and_then(|all| all.shares.get(chain.get()).cloned()).unwrap_or_default())
    });
    let top = Memo::new(move |_| {
        shares.with(|shares| {
            let mut order: Vec<usize> = (0..shares.len().saturating_sub(1)).collect();
            order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
            order.truncate(LISTED);
            order.into_iter().map(|group| (chain.get(), group)).collect::<Vec<_>>()
        })
    });
    let share = move |group: usize| shares.with(|shares| shares.get(group).copied().unwrap_or(0.0));
    let new = move || shares.with(|shares| shares.last().copied().unwrap_or(0.0));
    let others = move || {
        let listed = top.with(|top| top.iter().map(|(_, group)| share(*group)).sum::<f64>());
        (shares.with(Vec::len).saturating_sub(1 + top.with(Vec::len)), (1.0 - listed - new()).max(0.0))
    };
    let cells = move |share: f64| {
        view! {
            <td class="num right">{format!("{:.2} %", 100.0 * share)}</td>
            <td class="bars"><span style=format!("width:{:.1}%", 100.0 * share)></span></td>
        }
    };
    let row = move |(at, group): (usize, usize)| {
        let known = known.get_untracked();
        let of = known.as_ref().and_then(|known| known.groups.chains.get(at));
        let template = of.map_or_else(Vec::new, |of| of.template(group).into_iter().map(|p| p as f32).collect());
        let images = of.and_then(|of| of.sizes.get(group)).copied().unwrap_or(0);
        view! {
            <tr data-group=group>
                <td class="template"><Picture size values=Signal::stored(template) map=ColorMap::GrayR label="Template".to_string()/></td>
                <th scope="row">{format!("group {group}, {images} images")}</th>
                {move || cells(share(group))}
            </tr>
        }
    };
    view! {
        <div class="opinions">
            <label>
                "Templates of chain "
                <select data-testid="opinions-chain" prop:value=move || chain.get().to_string()
                    on:change=move |event| chain.set(event_target_value(&event).parse().unwrap_or(0))>
                    {move || (0..n_chains()).map(|i| view! { <option value=i selected=move || chain.get() == i>{i}</option> }).collect_view()}
                </select>
            </label>
            <div class="scroll" tabindex="0" role="region" aria-label="Probability of each template">
                <table class="counts" data-testid="opinions">
                    <caption class="sr">"Probability of each template, given what is seen"</caption>
                    <tbody>
                        <For each=move || top.get() key=|key| *key children=row/>
                        <tr data-group="others">
                            <td></td>
                            <th scope="row">{move || match others().0 {
                                1 => "the other group".into(),
                                n => format!("the other {n} groups together"),
                            }}</th>
                            {move || cells(others().1)}
                        </tr>
                        <tr data-group="new"><td></td><th scope="row">"a new group"</th>{move || cells(new())}</tr>
                    </tbody>
                </table>
            </div>
        </div>
    }
}

/// The group that each chain believes in most.
pub fn opinions(completed: &Completion) -> String {
    let most = |(chain, shares): (usize, &Vec<f64>)| {
        let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or_else(String::new, |(group, share)| {
            let name = if group + 1 == shares.len() { "a new group".into() } else { format!("group {group}") };
            format!("chain {chain}: {name} ({:.0} %)", 100.0 * share)
        })
    };
    completed.shares.iter().enumerate().map(most).collect::<Vec<_>>().join(" · ")
}
