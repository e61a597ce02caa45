//! The visitor goes on with an image of which a part is hidden, before it is shown what the chains would have there.

use super::brush::{Canvas, Picture, Strokes};
use super::complete::Easel;
use super::mixed::Mixed;
use crate::report::ColorMap;
use crate::report::continued::compare;
use crate::report::groups::whole;
use leptos::prelude::*;
use std::sync::Arc;

/// Strokes that can be taken back.
const MOST_UNDONE: usize = 50;

/// Names of what is compared.
const NAMES: [&str; 3] = ["yours", "the chains’ most probable pixels", "the image"];

/// A sheet that has the seen part of an image. `choose` has the easel of an image; `close` goes back.
#[component]
pub fn Guess(
    known: Memo<Option<Arc<Mixed>>>,
    size: (u32, u32),
    choose: Callback<usize, Easel>,
    close: Callback<()>,
) -> impl IntoView {
    // Images that the chains have seen, in an order as good as random, but none of those that are shown whole above.
    let nth = move |turn: u32| {
        known.with_untracked(|known| {
            let arrays = known.as_ref().map_or(&[][..], |known| &known.report.arrays);
            let shown = whole(arrays, "queries").unwrap_or_default();
            let rows = whole(arrays, "rows").unwrap_or_default();
            let there: Vec<u32> = rows.iter().copied().filter(|row| !shown.contains(row)).collect();
            let from = if there.is_empty() { rows } else { &there };
            let at = (turn + 1).wrapping_mul(2_654_435_761) as usize % from.len().max(1);
            choose.run(from.get(at).map_or(0, |image| *image as usize))
        })
    };
    let turn = RwSignal::new(0_u32);
    let easel = Memo::new(move |_| {
        let mut easel = nth(turn.get());
        // With nothing hidden there is nothing to go on with.
        if easel.observed.iter().all(|seen| *seen) {
            let half = easel.observed.len() / 2;
            easel.observed[half..].fill(false);
        }
        easel
    });
    let own = RwSignal::new(vec![0_u8; (size.0 * size.1) as usize]);
    let before = RwSignal::new(Vec::<Vec<u8>>::new());
    let compared = RwSignal::new(false);
    let keep = move || {
        before.update(|all| {
            if all.len() == MOST_UNDONE {
                all.remove(0);
            }
            all.push(own.get_untracked());
        });
    };
    let strokes = Strokes {
        id: "guess",
        label: "The image: drag over its hidden part to put ink there, or go with the arrow keys and press space",
        back: "Eraser",
        begins: Callback::new(move |()| keep()),
        passes: Callback::new(move |(pixels, back): (Vec<usize>, bool)| {
            easel.with_untracked(|easel| {
                let hidden = pixels.into_iter().filter(|pixel| !easel.observed[*pixel]);
                own.update(|own| hidden.for_each(|pixel| own[pixel] = u8::from(!back)));
            });
        }),
        says: Callback::new(move |pixel: usize| {
            match (easel.with(|easel| easel.observed[pixel]), own.with(|own| own[pixel])) {
                (true, _) => "seen",
                (false, 0) => "hidden",
                (false, _) => "your ink",
            }
        }),
    };
    let pixels = Signal::derive(move || {
        easel.with(|easel| {
            own.with(|own| {
                let all = easel.bits.iter().zip(&easel.observed).zip(own);
                all.map(|((bit, seen), ink)| match (seen, ink) {
                    (true, _) => f32::from(*bit),
                    (false, 0) => 0.35,
                    (false, _) => 1.0,
                })
                .collect::<Vec<f32>>()
            })
        })
    });
    let results = Memo::new(move |_| {
        if !compared.get() {
            return None;
        }
        known.with(|known| {
            let groups = &known.as_ref()?.groups;
            easel.with(|easel| own.with(|own| Some(compare(groups, &easel.bits, &easel.observed, own))))
        })
    });
    let again = move |_| {
        compared.set(false);
        own.update(|own| own.fill(0));
        before.set(Vec::new());
        turn.update(|turn| *turn += 1);
    };
    let words = move || {
        let (image, hidden) = easel.with(|easel| (easel.image, easel.observed.iter().filter(|seen| !**seen).count()));
        format!(
            "Image {image}, {hidden} of its pixels hidden. Put ink where you think that it has some; then compare. The \
             chains have been given the same pixels as you."
        )
    };
    let found = move || {
        results.get().map(|results| {
            let [yours, chains, image] = &results;
            let said = format!(
                "{:.1} % of the hidden pixels are as in the image if they are yours, {:.1} % if they are the chains’. For \
                 the chains your part has a log probability of {:.1}, the true one {:.1}: to them {} is the likelier \
                 one.",
                100.0 * yours.as_image,
                100.0 * chains.as_image,
                yours.log_p,
                image.log_p,
                if yours.log_p > image.log_p { "yours" } else { "the image" }
            );
            let cells = results.iter().zip(NAMES).map(|(one, name)| {
                let values = Signal::stored(one.pixels.iter().map(|bit| f32::from(*bit)).collect::<Vec<f32>>());
                view! { <div class="cell"><Picture size values map=ColorMap::GrayR label=name.to_string()/><span>{name}</span></div> }
            });
            let rows = results.iter().zip(NAMES).map(|(one, name)| {
                let share = |share: f64| format!("{:.1} %", 100.0 * share);
                view! {
                    <tr>
                        <th scope="row">{name}</th>
                        <td class="num right">{one.n_ink}</td>
                        <td class="num right">{share(one.as_image)}</td>
                        <td class="num right">{share(one.as_chains)}</td>
                        <td class="num right">{format!("{:.1}", one.log_p)}</td>
                    </tr>
                }
            });
            view! {
                <div class="brush-pictures">{cells.collect_view()}</div>
                <div class="scroll" tabindex="0" role="region" aria-label="The three compared">
                    <table class="counts" data-testid="guess-table">
                        <caption class="sr">"The hidden part, three times"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"hidden part"</th>
                                <th scope="col">"ink"</th>
                                <th scope="col">"as the image"</th>
                                <th scope="col">"as the chains"</th>
                                <th scope="col">"log probability"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
                <p data-testid="guess-said">{said}</p>
            }
        })
    };
    view! {
        <div class="brushing" data-testid="guessing">
            <p data-testid="guess-words">{words}</p>
            <Canvas strokes size pixels/>
            <div class="files">
                <button class="btn" data-testid="guess-undo" prop:disabled=move || before.with(Vec::is_empty)
                    on:click=move |_| {
                        if let Some(last) = before.try_update(Vec::pop).flatten() {
                            own.set(last);
                        }
                    }>"Undo"</button>
                <button class="btn" data-testid="guess-compare" aria-pressed=move || compared.get().to_string()
                    on:click=move |_| compared.update(|compared| *compared = !*compared)>"Compare"</button>
                <button class="btn" data-testid="guess-again" on:click=again>"Another image"</button>
                <button class="btn" data-testid="guess-close" on:click=move |_| close.run(())>"Back to the brush"</button>
            </div>
            <div role="status">{found}</div>
        </div>
    }
}
