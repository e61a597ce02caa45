//! Images of the data set in a line that wraps, drawn on one canvas.

use super::paint::Brush;
use crate::data::Dataset;
use crate::plots::canvas;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Some images in a line that wraps; nothing until the data are here.
#[component]
pub fn Strip(
    /// The data set.
    #[prop(into)]
    data: Signal<Option<Arc<Dataset>>>,
    /// Numbers of the images.
    #[prop(into)]
    images: Signal<Vec<u32>>,
    /// Images in a row.
    #[prop(into)]
    across: Signal<usize>,
    /// What stands under them, in words for those who do not see them.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let brush = Brush::new();
    Effect::new(move |_| {
        let (Some(element), Some(data)) = (node.get(), data.get()) else { return };
        images.track();
        across.track();
        brush.paint(move || {
            let drawn = images.with_untracked(|images| canvas::strip(&element, &data, images, across.get_untracked()));
            if let Err(error) = drawn {
                leptos::logging::error!("images: {error}");
            }
        });
    });
    let label = move || match label {
        Some(label) => label.get(),
        None => {
            images.with(|images| format!("images {}", images.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")))
        }
    };
    view! {
        <Show when=move || data.with(Option::is_some) && images.with(|images| !images.is_empty())
            fallback=|| view! { <span class="muted">"–"</span> }>
            <canvas class="strip" node_ref=node role="img" aria-label=label></canvas>
        </Show>
    }
}

/// A strip that belongs to a row of something that is pointed at (see [`super::pointed::Pointed`]).
#[component]
pub fn Line(
    /// Which row.
    row: usize,
    #[prop(into)] data: Signal<Option<Arc<Dataset>>>,
    #[prop(into)] images: Signal<Vec<u32>>,
    #[prop(into)] across: Signal<usize>,
) -> impl IntoView {
    let n = move || images.with(Vec::len);
    let step = move || data.with(|data| data.as_ref().map_or(0, |data| data.width + 2));
    view! {
        <div data-first="0" data-row=row data-n=n data-step=step data-across=move || across.get().max(1)>
            <Strip data images across/>
        </div>
    }
}
