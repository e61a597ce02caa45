//! Pairs of classes to choose, as an answer to a question.

use leptos::prelude::*;

/// Two lists to choose from for each of `n` pairs. `draft` is the answer as text, such as `4-9~3-5`; what is not chosen yet is
/// empty in it.
#[component]
pub fn Pairs(n: usize, classes: &'static [String], draft: RwSignal<String>) -> impl IntoView {
    let sides = Memo::new(move |_| {
        let mut sides: Vec<String> = draft.with(|draft| draft.split(['~', '-']).map(String::from).collect());
        sides.resize(2 * n, String::new());
        sides
    });
    let choose = move |at: usize, class: String| {
        let mut sides = sides.get_untracked();
        sides[at] = class;
        draft.set(sides.chunks(2).map(|pair| pair.join("-")).collect::<Vec<_>>().join("~"));
    };
    let side = move |at: usize| {
        let (which, pair) = (["First", "Second"][at % 2], at / 2 + 1);
        view! {
            <select aria-label=format!("{which} digit of pair {pair}") data-testid=format!("pair-{at}")
                on:change=move |event| choose(at, event_target_value(&event))>
                <option value="" selected=move || sides.with(|sides| sides[at].is_empty())>"–"</option>
                {classes
                    .iter()
                    .enumerate()
                    .map(|(i, name)| {
                        let value = i.to_string();
                        let chosen = value.clone();
                        view! {
                            <option value=value selected=move || sides.with(|sides| sides[at] == chosen)>{name.as_str()}</option>
                        }
                    })
                    .collect_view()}
            </select>
        }
    };
    // Why what is chosen is no answer yet.
    let wrong = move || {
        let mut chosen: Vec<Vec<String>> = sides.with(|sides| sides.chunks(2).map(<[String]>::to_vec).collect());
        chosen.retain(|pair| pair.iter().all(|side| !side.is_empty()));
        chosen.iter_mut().for_each(|pair| pair.sort());
        match chosen.iter().any(|pair| pair[0] == pair[1]) {
            true => "A pair has two different digits.",
            false if (1..chosen.len()).any(|i| chosen[..i].contains(&chosen[i])) => "The pairs have to differ.",
            false => "",
        }
    };
    let pairs = (0..n)
        .map(|pair| {
            view! {
                <p class="files" role="group" aria-label=format!("Pair {}", pair + 1)>
                    <span>{format!("Pair {}", pair + 1)}</span>
                    {side(2 * pair)}
                    <span>"and"</span>
                    {side(2 * pair + 1)}
                </p>
            }
        })
        .collect_view();
    view! { {pairs} <p class="error" role="status" data-testid="pairs-wrong">{wrong}</p> }
}
