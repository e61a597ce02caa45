//! The ten Kannada numerals as strokes of our own, since few devices have letters for them.

use super::desk::Desk;
use leptos::prelude::*;

/// The numerals ೦ to ೯, each one line on a square of 28.
const STROKES: [&str; 10] = [
    "M14.5 5.5C9.5 5.5 8.5 10.5 8.5 14.5S9.5 24 14.5 24 20.5 19 20.5 14.5 19.5 5.5 14.5 5.5Z",
    "M9 24C8.5 16 10 5.5 14.8 5.5S20 14 19.5 23",
    "M15.5 14C14 10 15.5 6.5 19 6.5S22.8 9.5 22.8 12.5 20 19 14.5 19H3",
    "M11 8C11.5 4 17 4 17 9V15C16.5 20 10.5 24 10.5 20.5S15 17.5 20 23",
    "M21 7C18.5 11 11 17.5 11.5 21.5S18 25 17.5 21.5 10.5 13.5 10.5 9.5 14.5 5.5 14.5 9.5",
    "M9.5 9.5C10 5.5 14 6 13.5 10 13 16 10 20 9.5 24M9.5 16.5C14 18 17.5 13 18 5.5M18 5.5C16 12 16.5 20 20 24",
    "M16 3.5C12 4.5 11 9 12.5 10.5L16 11.5C12 12 9 16 10.5 19S17 20.5 24 16.5",
    "M10.5 8.5C10.5 3.5 15.5 3 16 8S12 16 12 20C12.5 24 18 23 22 19",
    "M10.5 15C12.5 13.5 14 9 11.5 8S7.5 12 8 17 11.5 24.5 15 24 18.5 17 18 10.5C17.5 8.5 20 10.5 25 10",
    "M24 7.5C19 7 11 7 10 11S11.5 16.5 14.5 17C10.5 17 9 20 10 22.5S14.5 25 16.5 22",
];

/// The digit that a label names: in Arabic or in Kannada numerals.
fn digit(label: &str) -> Option<usize> {
    let mut letters = label.trim().chars();
    let digit = match letters.next()? {
        letter @ '0'..='9' => letter as u32 - '0' as u32,
        letter @ '\u{ce6}'..='\u{cef}' => letter as u32 - 0xce6,
        _ => return None,
    };
    letters.next().is_none().then_some(digit as usize)
}

/// Whether the images that are shown are of Kannada numerals.
pub fn spoken(desk: Desk) -> bool {
    let id = desk.setup.with(|setup| setup.data.clone());
    let named = |names: &[String]| names.iter().any(|name| name.chars().any(|c| ('\u{ce6}'..='\u{cef}').contains(&c)));
    // Files that were opened have the title of what they were published as.
    let titled = desk.info(&id).is_some_and(|info| info.title.starts_with("Kannada"));
    titled || id.contains("kannada") || desk.data.with(|all| all.get(&id).is_some_and(|data| named(&data.class_names)))
}

fn shape(digit: usize, name: Option<String>) -> impl IntoView {
    let hidden = name.is_none().then_some("true");
    view! {
        <svg class="numeral" viewBox="0 0 28 28" role=name.is_some().then_some("img") aria-label=name aria-hidden=hidden>
            <path d=STROKES[digit]/>
        </svg>
    }
}

/// The shape that belongs to a label, where there is one. Its name is the label's, which stands beside it.
pub fn beside(label: &str) -> Option<impl IntoView + use<>> {
    digit(label).map(|digit| shape(digit, None))
}

/// All ten, each with its digit.
#[component]
pub fn Numerals() -> impl IntoView {
    let one = |digit: usize| {
        view! {
            <li>{shape(digit, Some(format!("Kannada numeral {digit}")))}<span aria-hidden="true">{digit}</span></li>
        }
    };
    view! { <ul class="numerals" aria-label="The Kannada numerals" data-testid="numerals">{(0..10).map(one).collect_view()}</ul> }
}
