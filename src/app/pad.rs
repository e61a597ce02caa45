//! A sheet to draw a digit on, with a pointer, a pen, a finger or the keys, or to take
//! ink from an image of the data set; beside it the image that comes of it, live.

use super::desk::Desk;
use super::tile::{At, Tile, beside, boxed, under};
use crate::report::ColorMap;
use crate::report::ink::{FINE, Ink, mass};
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

/// Radius of the pen in pixels: a stroke of MNIST is two to three pixels wide.
const PEN: f64 = 1.3;
/// Radius of the eraser.
const RUBBER: f64 = 1.8;
/// Drawings that can be come back to.
const MOST_UNDO: usize = 60;

/// The sheet and its image. `levels` are the grey levels of the image, `(height * width,)`: what they are
/// at first is on the sheet.
#[component]
pub fn Pad(
    /// Height and width of the image.
    size: (u32, u32),
    /// The data set that images are taken from.
    #[prop(into)]
    data: Signal<String>,
    /// The image.
    levels: RwSignal<Vec<f32>>,
    /// Number of the image that it is at first.
    #[prop(optional)]
    first: u32,
    /// Its colours: ink is dark, unless the pictures around have it light.
    #[prop(default = ColorMap::GrayR)]
    map: ColorMap,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shape = (size.0 as usize, size.1 as usize);
    let start = levels.with_untracked(|levels| {
        let pixels: Vec<u8> = levels.iter().map(|level| *level as u8).collect();
        if pixels.len() == shape.0 * shape.1 { Ink::of_image(shape, &pixels) } else { Ink::blank(shape) }
    });
    // What is drawn is centred; an image of the data set has been.
    let centre = RwSignal::new(start.is_blank());
    let ink = RwSignal::new(start);
    // Each with whether it was centred.
    let before = RwSignal::new(Vec::<(Ink, bool)>::new());
    let erase = RwSignal::new(false);
    let number = RwSignal::new(first.to_string());
    let failed = RwSignal::new(String::new());
    Effect::new(move |_| {
        let centre = centre.get();
        let image = ink.with(|ink| if centre { ink.centred() } else { ink.shrunk() });
        levels.set(image.into_iter().map(f32::from).collect());
    });
    let keep = move || {
        before.update(|before| {
            if before.len() == MOST_UNDO {
                before.remove(0);
            }
            before.push((ink.get_untracked(), centre.get_untracked()));
        });
    };
    let undo = move || {
        if let Some((last, centred)) = before.try_update(Vec::pop).flatten() {
            ink.set(last);
            centre.set(centred);
            failed.set(String::new());
        }
    };
    let clear = move |_| {
        keep();
        ink.set(Ink::blank(shape));
        centre.set(true);
    };
    let take = move || {
        failed.set(String::new());
        leptos::task::spawn_local(async move {
            let id = data.get_untracked();
            match (desk.dataset(&id).await, number.get_untracked().trim().parse::<usize>()) {
                (Ok(data), Ok(image)) if image < data.n && (data.height, data.width) == shape => {
                    keep();
                    ink.set(Ink::of_image(shape, data.image(image)));
                    centre.set(false);
                }
                (Ok(data), _) => {
                    let typed: String = number.get_untracked().chars().take(20).collect();
                    failed.set(format!("Image: expected a number from 0 to {}, but got '{typed}'.", data.n - 1));
                }
                (Err(error), _) => failed.set(error.to_string()),
            }
        });
    };
    let mean = move || {
        levels.with(|levels| {
            let pixels: Vec<f64> = levels.iter().map(|level| f64::from(*level)).collect();
            match mass(&pixels, shape.1) {
                None => "No ink yet.".to_string(),
                Some((y, x)) => {
                    let n = pixels.iter().filter(|level| **level > 0.0).count();
                    format!("{n} pixels have ink; its centre of mass is {y:.1} down and {x:.1} across.")
                }
            }
        })
    };
    let image = Signal::derive(move || levels.get());
    view! {
        <div class="pad" data-testid="pad">
            <div class="pad-tools">
                <button class="btn" data-testid="pad-erase" aria-pressed=move || erase.get().to_string()
                    on:click=move |_| erase.update(|erase| *erase = !*erase)>"Eraser"</button>
                <button class="btn" data-testid="pad-undo" disabled=move || before.with(Vec::is_empty) on:click=move |_| undo()>"Undo"</button>
                <button class="btn" data-testid="pad-clear" on:click=clear>"Clear"</button>
                <label class="field"><input type="checkbox" data-testid="pad-centre" prop:checked=move || centre.get()
                    on:change=move |event| centre.set(event_target_checked(&event))/>" centre as MNIST does"</label>
                <label class="field">"image "<input inputmode="numeric" size="6" data-testid="pad-number" prop:value=number
                    on:input=move |event| number.set(event_target_value(&event))
                    on:keydown=move |event| if event.key() == "Enter" && !event.ctrl_key() && !event.meta_key() { take() }/></label>
                <button class="btn" data-testid="pad-take" on:click=move |_| take()>"Take it"</button>
            </div>
            <p class="error" role="status">{failed}</p>
            <div class="pad-parts">
                <Sheet ink erase keep=Callback::new(move |()| keep()) undo=Callback::new(move |()| undo()) size map/>
                <div class="cell">
                    <Tile size=Signal::stored(size) values=image range=Signal::stored((0.0, 255.0)) map
                        label="The image that is made of it".to_string()/>
                    <span>"what the model sees"</span>
                </div>
            </div>
            <p class="muted" data-testid="pad-mass">{mean}</p>
        </div>
    }
}

/// The sheet itself.
#[component]
fn Sheet(
    ink: RwSignal<Ink>,
    erase: RwSignal<bool>,
    keep: Callback<()>,
    undo: Callback<()>,
    size: (u32, u32),
    map: ColorMap,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    // The pointer that draws, and where it was.
    let held = StoredValue::new(None::<(i32, (f64, f64))>);
    // Where the keys are, and whether they draw.
    let at = RwSignal::new(None::<At>);
    let down = RwSignal::new(false);
    let stroke = move |from: (f64, f64), to: (f64, f64)| {
        let erase = erase.get_untracked();
        ink.update(|ink| ink.stroke(from, to, if erase { RUBBER } else { PEN }, erase));
    };
    let place = move |event: &PointerEvent| node.get_untracked().map(|element| under(event, &element, size));
    let begin = move |event: PointerEvent| {
        let (Some(to), Some(element), 0) = (place(&event), node.get_untracked(), event.button()) else { return };
        // A second finger scrolls the page.
        if held.get_value().is_some() {
            return;
        }
        event.prevent_default();
        let _ = element.focus();
        // Without capture a stroke ends where it leaves the sheet.
        let _ = element.set_pointer_capture(event.pointer_id());
        held.set_value(Some((event.pointer_id(), to)));
        at.set(None);
        keep.run(());
        stroke(to, to);
    };
    let go = move |event: PointerEvent| {
        let (Some((pointer, from)), Some(to)) = (held.get_value(), place(&event)) else { return };
        if pointer == event.pointer_id() {
            held.set_value(Some((pointer, to)));
            stroke(from, to);
        }
    };
    let end = move |event: PointerEvent| {
        if held.get_value().is_some_and(|(pointer, _)| pointer == event.pointer_id()) {
            held.set_value(None);
        }
    };
    let middle = |(row, column): At| (f64::from(column) + 0.5, f64::from(row) + 0.5);
    let key = move |event: KeyboardEvent| {
        let from = at.get_untracked().unwrap_or((size.0 / 2, size.1 / 2));
        let name = event.key();
        if let Some(to) = beside(&name, from, size) {
            at.set(Some(to));
            if down.get_untracked() {
                stroke(middle(from), middle(to));
            }
        } else if name == " " || name == "Enter" {
            at.set(Some(from));
            let draws = !down.get_untracked();
            down.set(draws);
            if draws {
                keep.run(());
                stroke(middle(from), middle(from));
            }
        } else if name == "z" && (event.ctrl_key() || event.meta_key()) && !event.shift_key() {
            undo.run(());
        } else if name == "Escape" && down.get_untracked() {
            down.set(false);
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let words = move || match at.get() {
        None => "Draw here; or go with the arrow keys, and set the pen down and up with space.".to_string(),
        Some((row, column)) => {
            let tool = if erase.get() { "eraser" } else { "pen" };
            format!("Row {row}, column {column}, {tool} {}.", if down.get() { "down" } else { "up" })
        }
    };
    let fine = Signal::stored((size.0 * FINE as u32, size.1 * FINE as u32));
    let values = Signal::derive(move || ink.with(|ink| ink.levels().iter().map(|level| f32::from(*level)).collect()));
    view! {
        <div class="pad-sheet">
            <div class="window-frame" node_ref=node style=format!("aspect-ratio:{}/{}", size.1, size.0) tabindex="0" role="group"
                data-testid="pad-sheet" aria-label="Sheet to draw on: arrow keys go, space sets the pen down and up, Ctrl + Z takes back"
                on:pointerdown=begin on:pointermove=go on:pointerup=end on:pointercancel=end on:keydown=key
                on:blur=move |_| down.set(false)>
                <Tile size=fine values range=Signal::stored((0.0, 255.0)) map label="What is drawn".to_string()/>
                {move || at.get().map(|at| view! { <div class="window-pixel" style=boxed(at, size) aria-hidden="true"></div> })}
            </div>
            <p class="muted window-words" role="status" data-testid="pad-words">{words}</p>
        </div>
    }
}
