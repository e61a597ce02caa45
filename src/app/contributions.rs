//! A linear model tried on any image: what every pixel adds to the score of a class, or to
//! it over that of another one, while the image is drawn on.

use super::later::Subject;
use super::pad::Pad;
use super::signs::{Choices, Signs};
use super::tile::{At, Pointed};
use crate::report::{ColorMap, Figure, Linear, Section};
use leptos::prelude::*;
use std::sync::Arc;

/// The pad, the scores and the map.
#[component]
pub fn Contributions(subject: Subject) -> impl IntoView {
    let section = subject.section;
    let model = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Linear(linear)) => Some(Arc::new(linear.clone())),
            _ => None,
        })
    });
    // Another model begins with its own image.
    move || model.get().map(|model| view! { <Tried model subject/> })
}

#[component]
fn Tried(model: Arc<Linear>, subject: Subject) -> impl IntoView {
    let signs = expect_context::<Signs>();
    let levels = RwSignal::new(model.pixels.clone());
    let begins = Linear::decided(&model.scores(&model.pixels));
    let label = model.label as usize;
    let class = RwSignal::new(begins);
    let over = RwSignal::new((label != begins).then_some(label));
    let pixel = RwSignal::new(None::<At>);
    let (data, size, first) = (model.data.clone(), model.size, model.image);
    let names = model.classes.clone();
    let model = StoredValue::new(model);
    let scores = Memo::new(move |_| levels.with(|levels| model.with_value(|model| model.scores(levels))));
    // Words, table and files are of what is on the sheet, once it is another image than that of the run.
    Effect::new(move |_| {
        let other = levels.with(|levels| model.with_value(|model| (*levels != model.pixels).then(|| levels.clone())));
        let looked = other.and_then(|levels| {
            let ink = levels.iter().any(|level| *level > 0.0);
            let scores = scores.get();
            let (best, p) = (Linear::decided(&scores), model.with_value(|model| model.probabilities(&scores)));
            let linear = model.with_value(|model| Linear { pixels: levels, ..(**model).clone() });
            let says = format!(
                "the model says {}, with a probability of {:.1} %",
                linear.classes.get(best)?,
                100.0 * p.get(best)?
            );
            let summary = match ink {
                true => format!("Of what is on the sheet {says}. The map shows what each pixel adds to a score."),
                false => format!("The sheet is blank: {says}, from the intercepts alone."),
            };
            subject.section.with_untracked(|section| {
                section.as_ref().map(|section| Section { figure: Figure::Linear(linear), summary, ..section.clone() })
            })
        });
        subject.seen.set(looked);
    });
    on_cleanup(move || drop(subject.seen.try_set(None)));
    let parts = Memo::new(move |_| {
        levels.with(|levels| model.with_value(|model| model.contributions(levels, class.get(), over.get())))
    });
    let range = Signal::derive(move || {
        let most = parts.with(|parts| parts.iter().fold(0.0f32, |most, part| most.max(part.abs())));
        if most > 0.0 { (-most, most) } else { (-1.0, 1.0) }
    });
    let name = move |class: usize| model.with_value(|model| model.classes.get(class).cloned().unwrap_or_default());
    let what = move || match over.get() {
        None => format!("the score of {}", name(class.get())),
        Some(other) => format!("the score of {} over that of {}", name(class.get()), name(other)),
    };
    let sum = move || {
        let constant = model.with_value(|model| model.constant(class.get(), over.get()));
        let total: f64 = parts.with(|parts| parts.iter().map(|part| f64::from(*part)).sum());
        format!("Pixels {total:+.3}, intercept {constant:+.3}: together {:+.3}, {}.", total + constant, what())
    };
    let one = move || match pixel.get() {
        None => "Point at a pixel, or use the arrow keys: what does it add?".to_string(),
        Some((row, column)) => {
            let at = (row * size.1 + column) as usize;
            let ink = levels.with(|levels| levels.get(at).copied().unwrap_or(0.0));
            let weight =
                model.with_value(|model| model.weights(class.get(), over.get()).get(at).copied().unwrap_or(0.0));
            format!("Row {row}, column {column}: ink {ink} × {weight:.3e} = {:+.3}", f64::from(ink) * weight)
        }
    };
    let rows = move || {
        let scores = scores.get();
        let p = model.with_value(|model| model.probabilities(&scores));
        let best = Linear::decided(&scores);
        let row = |k: usize| {
            let said = if k == best { "predicted" } else { "" };
            view! {
                <tr data-class=k>
                    <th scope="row">{name(k)}</th>
                    <td class="num right">{format!("{:+.2}", scores[k])}</td>
                    <td class="num right">{format!("{:.1} %", 100.0 * p[k])}</td>
                    <td class="bars"><span style=format!("width:{:.1}%", 100.0 * p[k])></span></td>
                    <td>{said}</td>
                </tr>
            }
        };
        (0..scores.len()).map(row).collect_view()
    };
    // A class has nothing over itself.
    Effect::new(move |_| {
        if over.get() == Some(class.get()) {
            over.set(None);
        }
    });
    let options = move |none: bool| {
        let each = names.iter().enumerate().map(|(k, name)| {
            let itself = move || none && class.get() == k;
            view! { <option value=k.to_string() disabled=itself>{name.clone()}</option> }
        });
        view! { {none.then(|| view! { <option value="">"nothing"</option> })} {each.collect_view()} }
    };
    let map = Signal::derive(move || signs.map().unwrap_or(ColorMap::RdYlGn));
    view! {
        <div class="window" data-testid="contributions">
            <Pad size data levels first/>
            <div class="pad-parts">
                <div class="scroll" tabindex="0" role="region" aria-label="Scores and probabilities">
                    <table class="counts scores" data-testid="scores">
                        <thead><tr><th scope="col">"class"</th><th scope="col">"score"</th><th scope="col" colspan="2">"probability"</th><th scope="col"><span class="sr">"predicted"</span></th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <div class="pad-sheet">
                    <div class="pad-tools">
                        <label class="field">"For "<select data-testid="for-class" prop:value=move || class.get().to_string()
                            on:change=move |event| class.set(event_target_value(&event).parse().unwrap_or(0))>{options(false)}</select></label>
                        <label class="field">"over "<select data-testid="over-class" prop:value=move || over.get().map_or(String::new(), |over| over.to_string())
                            on:change=move |event| over.set(event_target_value(&event).parse().ok())>{options(true)}</select></label>
                    </div>
                    <Pointed size=Signal::stored(size) values=Signal::derive(move || parts.get()) range map hover=true
                        label=Signal::derive(move || format!("What each pixel adds to {}", what())) pixel/>
                    <p class="muted window-words" aria-live="polite" data-testid="pixel-adds">{one}</p>
                </div>
            </div>
            <p data-testid="sum">{sum}</p>
            <Choices/>
        </div>
    }
}
