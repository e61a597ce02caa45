//! Colours of positive and negative values: which ones, and where they end. One choice for all
//! maps of the page; it draws anew and computes nothing.

use crate::report::{ColorMap, Figure, Section};
use leptos::prelude::*;

/// Where the colours end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Where the report says.
    AsRun,
    /// At the greatest value, as in the notebook.
    Greatest,
    /// At the greatest size of a value.
    Size,
    /// At the greatest size over all maps.
    Shared,
}

/// What the visitor chose.
#[derive(Clone, Copy)]
pub struct Signs {
    /// The colours; the report's if `None`.
    pub map: RwSignal<Option<ColorMap>>,
    /// Where they end.
    pub ends: RwSignal<Ends>,
}

impl Signs {
    /// What the report says.
    pub fn new() -> Self {
        Signs { map: RwSignal::new(None), ends: RwSignal::new(Ends::AsRun) }
    }

    /// A section's pictures in those colours, if they are of signs.
    pub fn worn(self, section: Option<&Section>) -> Option<Section> {
        let (chosen, ends) = (self.map.get(), self.ends.get());
        let mut section = section?.clone();
        if let Figure::Images { images, .. } = &mut section.figure {
            let size = |pixels: &[f32]| pixels.iter().fold(0.0f32, |most, value| most.max(value.abs()));
            let signed = |scale: &Option<(ColorMap, f32, f32)>| scale.is_some_and(|(map, ..)| of_signs(map));
            let all = images.iter().filter(|image| signed(&image.scale)).map(|image| size(&image.pixels));
            let shared = all.fold(0.0, f32::max);
            for image in images.iter_mut().filter(|image| signed(&image.scale)) {
                let (map, _, high) = image.scale.unwrap_or((ColorMap::RdYlGn, -1.0, 1.0));
                let end = match ends {
                    Ends::AsRun => high,
                    Ends::Greatest => image.pixels.iter().copied().fold(0.0, f32::max),
                    Ends::Size => size(&image.pixels),
                    Ends::Shared => shared,
                };
                let end = if end > 0.0 { end } else { 1.0 };
                image.scale = Some((chosen.unwrap_or(map), -end, end));
            }
        }
        Some(section)
    }
}

/// Whether a map has a middle.
pub fn of_signs(map: ColorMap) -> bool {
    matches!(map, ColorMap::RdYlGn | ColorMap::PuOr)
}

/// Whether a section has maps of signs.
pub fn has_signs(section: Option<&Section>) -> bool {
    match section.map(|section| &section.figure) {
        Some(Figure::Images { images, .. }) => {
            images.iter().any(|image| image.scale.is_some_and(|(map, ..)| of_signs(map)))
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
    let safe = move || signs.map.get() == Some(ColorMap::PuOr);
    let toggle = move |_| signs.map.set(Some(if safe() { ColorMap::RdYlGn } else { ColorMap::PuOr }));
    let choose = move |event: web_sys::Event| {
        signs.ends.set(match event_target_value(&event).as_str() {
            "max" => Ends::Greatest,
            "size" => Ends::Size,
            "shared" => Ends::Shared,
            _ => Ends::AsRun,
        });
    };
    let now = move || match signs.ends.get() {
        Ends::AsRun => "",
        Ends::Greatest => "max",
        Ends::Size => "size",
        Ends::Shared => "shared",
    };
    view! {
        <div class="pad-tools">
            <button class="btn" data-testid="safe-colors" aria-pressed=move || safe().to_string() on:click=toggle>"Colours for the colour-blind"</button>
            {ends.then(|| view! {
                <label class="field">"Colours end at "
                    <select data-testid="ends" prop:value=now on:change=choose>
                        <option value="">"as the settings say"</option>
                        <option value="max">"± the greatest, as the notebook"</option>
                        <option value="size">"± the greatest size"</option>
                        <option value="shared">"± the greatest size of all"</option>
                    </select>
                </label>
            })}
        </div>
    }
}
