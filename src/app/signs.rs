//! Colours of positive and negative values: which ones, and where they end. One choice for all maps of the page, and a
//! part of its link; it draws anew and computes nothing.

use super::desk::Desk;
use crate::report::signed::{self, COLORS, Ends};
use crate::report::{ColorMap, Figure, Section};
use leptos::prelude::*;

/// What the visitor chose.
#[derive(Clone, Copy)]
pub struct Signs {
    desk: Desk,
}

impl Signs {
    /// Those of the page.
    pub fn new(desk: Desk) -> Self {
        Signs { desk }
    }

    /// The colours; the report's if `None`.
    pub fn map(self) -> Option<ColorMap> {
        let word = self.desk.view.with(|view| view.look("colors").map(String::from))?;
        COLORS.iter().find(|(_, known)| *known == word).map(|(map, _)| *map)
    }

    /// Where they end; where the report says if `None`.
    pub fn ends(self) -> Option<Ends> {
        let word = self.desk.view.with(|view| view.look("ends").map(String::from))?;
        Ends::ALL.iter().find(|(_, known)| *known == word).map(|(ends, _)| *ends)
    }

    fn choose(self, name: &str, value: Option<&str>) {
        self.desk.look_at(name, value);
        self.desk.view.update(|view| view.set_look(name, value));
    }

    /// A section's pictures in those colours, if they are of signs.
    pub fn worn(self, section: Option<&Section>) -> Option<Section> {
        section.map(|section| signed::worn(section, self.map(), self.ends()))
    }
}

/// Whether a section has maps of signs.
pub fn has_signs(section: Option<&Section>) -> bool {
    match section.map(|section| &section.figure) {
        Some(Figure::Images { images, .. }) => {
            images.iter().any(|image| image.scale.is_some_and(|(map, ..)| signed::is_signed(map)))
        }
        _ => false,
    }
}

/// The two choices.
#[component]
pub fn Choices(
    /// Whether the ends are for choice as well.
    #[prop(optional)]
    ends: bool,
) -> impl IntoView {
    let signs = expect_context::<Signs>();
    let safe = move || signs.map() == Some(ColorMap::PuOr);
    let toggle = move |_| signs.choose("colors", (!safe()).then_some("PuOr"));
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        signs.choose("ends", Some(&*value).filter(|value| !value.is_empty()));
    };
    let now = move || {
        let ends = signs.ends();
        Ends::ALL.iter().find(|(known, _)| Some(*known) == ends).map_or("", |(_, word)| word)
    };
    view! {
        <div class="pad-tools">
            <button class="btn" data-testid="safe-colors" aria-pressed=move || safe().to_string() on:click=toggle>"Colours for the colour-blind"</button>
            {ends.then(|| view! {
                <label class="field">"Colours end at "
                    <select data-testid="ends" prop:value=now on:change=choose>
                        <option value="">"as the figure has it"</option>
                        <option value="max">"± the greatest, as the notebook"</option>
                        <option value="size">"± the greatest size"</option>
                        <option value="shared">"± the greatest size of all"</option>
                    </select>
                </label>
            })}
        </div>
    }
}
