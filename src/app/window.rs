//! A window that slides over an image: each place becomes a word, and the words are
//! counted. A word shows where it is and what it stands for; a pixel, which words cover it.

use super::desk::Desk;
use super::drawn::{Draw, Nearest, Sheet};
use super::later::Subject;
use super::tile::Tile;
use crate::report::laid::{positions, rebuilt};
use crate::report::{Bag, ColorMap, Figure, Section};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// A bag, if the section has one.
pub type Known = Memo<Option<Arc<Bag>>>;

/// The image, its window and its bag.
#[component]
pub fn Window(subject: Subject) -> impl IntoView {
    let Subject { section, seen } = subject;
    let computed: Known = Memo::new(move |_| {
        section.with(|section| match section.as_ref().map(|section| &section.figure) {
            Some(Figure::Bag(bag)) => Some(Arc::new(bag.clone())),
            _ => None,
        })
    });
    let Sheet { drawn, laid } = expect_context();
    let open = RwSignal::new(false);
    on_cleanup(move || {
        drawn.try_set(None);
        laid.try_set(None);
    });
    let bag: Known = Memo::new(move |_| drawn.get().or_else(|| computed.get()));
    Effect::new(move |_| laid.set(drawn.with(|bag| bag.as_ref().map(|bag| [positions(bag), rebuilt(bag)]))));
    // Words, table and files are of what is looked at.
    Effect::new(move |_| {
        let drawn = drawn.get();
        let section = section.with(|section| {
            let (section, bag) = (section.as_ref()?, drawn?);
            Some(Section { summary: bag.summary(), figure: Figure::Bag((*bag).clone()), ..section.clone() })
        });
        seen.set(section);
    });
    let n_windows = Memo::new(move |_| with(bag, |bag| bag.reading.len()).unwrap_or(0));
    // Windows read so far; all of them until the visitor begins anew.
    let done = RwSignal::new(0);
    Effect::new(move |_| {
        drawn.track();
        done.set(n_windows.get());
    });
    // The chosen word is a part of the link, and Back brings it back.
    let desk = expect_context::<Desk>();
    let word = RwSignal::new(None::<usize>);
    Effect::new(move |_| word.set(desk.view.with(|view| view.look("word")?.parse().ok())));
    Effect::new(move |before: Option<()>| {
        let chosen = word.get().map(|word| word.to_string());
        let known = desk.view.with_untracked(|view| view.look("word").map(String::from));
        if before.is_some() && chosen != known {
            desk.look_at("word", chosen.as_deref());
            desk.view.update(|view| view.set_look("word", chosen.as_deref()));
        }
    });
    let pixel = RwSignal::new(None::<(u32, u32)>);
    let counts = Memo::new(move |_| {
        let done = done.get();
        with(bag, |bag| bag.counts(done)).unwrap_or_default()
    });
    let covering = Memo::new(move |_| {
        let at = pixel.get();
        with(bag, |bag| at.map(|(row, column)| words_at(bag, row, column)).unwrap_or_default()).unwrap_or_default()
    });
    // A bag of fewer words must not keep a word that is gone.
    let chosen = Memo::new(move |_| word.get().filter(|word| counts.with(|counts| *word < counts.len())));
    let n_words = Memo::new(move |_| counts.with(Vec::len));
    let lost = move || {
        let (word, n) = (word.get()?, n_words.get());
        (n > 0 && word >= n)
            .then(|| format!("The link asks for word {word}; the words of this vocabulary are 0 to {}.", n - 1))
    };
    view! {
        <div class="window" data-testid="window">
            <Draw computed drawn open/>
            <Controls done n_windows/>
            <div class="window-parts">
                <Image bag done pixel covering/>
                <div class="window-now"><Now bag done/></div>
            </div>
            <p class="muted" aria-hidden="true">
                {move || format!("The bag: {} of {} windows. Bars are square roots of the counts; choose a word.", done.get(), n_windows.get())}
            </p>
            <div class="words" role="group" aria-label="Words, and how many windows each stands for" data-testid="words">
                <For each=move || 0..n_words.get() key=|i| *i children=move |i| {
                    view! { <Word i bag done counts covering word/> }
                }/>
            </div>
            {move || chosen.get().map(|word| view! { <Chosen word bag/> })}
            {move || lost().map(|words| view! { <p class="muted" data-testid="no-word">{words}</p> })}
            <Nearest computed drawn open/>
        </div>
    }
}

fn with<T>(bag: Known, pick: impl FnOnce(&Bag) -> T) -> Option<T> {
    bag.with(|bag| bag.as_ref().map(|bag| pick(bag)))
}

/// The words whose windows cover a pixel, and how many of them do, the most first.
fn words_at(bag: &Bag, row: u32, column: u32) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    for window in bag.covering(row, column) {
        let Some(word) = bag.reading.get(window).map(|word| *word as usize) else { continue };
        match words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => words.push((word, 1)),
        }
    }
    words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    words
}

/// Row and column of the window that was read last.
fn place(bag: &Bag, done: usize) -> Option<(u32, u32)> {
    let columns = bag.positions().1.max(1);
    let last = done.min(bag.reading.len()).checked_sub(1)? as u32;
    Some((last / columns, last % columns))
}

/// The word of the window that was read last.
fn current(bag: &Bag, done: usize) -> Option<usize> {
    bag.reading.get(done.checked_sub(1)?).map(|word| *word as usize)
}

fn still() -> bool {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches())
}

/// One more window in each frame, until somebody stops it or all are read.
fn play(done: RwSignal<usize>, n_windows: Memo<usize>, playing: RwSignal<bool>) {
    request_animation_frame(move || {
        // The component may be gone by then.
        if playing.try_get_untracked() != Some(true) {
            return;
        }
        let (next, n) = (done.get_untracked() + 1, n_windows.get_untracked());
        done.set(next.min(n));
        if next < n { play(done, n_windows, playing) } else { playing.set(false) }
    });
}

#[component]
fn Controls(done: RwSignal<usize>, n_windows: Memo<usize>) -> impl IntoView {
    let playing = RwSignal::new(false);
    let toggle = move |_| {
        if playing.get_untracked() {
            playing.set(false);
        } else if still() {
            done.set(n_windows.get_untracked());
        } else {
            if done.get_untracked() >= n_windows.get_untracked() {
                done.set(0);
            }
            playing.set(true);
            play(done, n_windows, playing);
        }
    };
    let step = move |by: i64| {
        playing.set(false);
        done.update(|done| *done = done.saturating_add_signed(by as isize).min(n_windows.get_untracked()));
    };
    let scrub = move |event: web_sys::Event| {
        playing.set(false);
        if let Ok(value) = event_target_value(&event).parse::<usize>() {
            done.set(value.min(n_windows.get_untracked()));
        }
    };
    let words = move || format!("{} of {} windows", done.get(), n_windows.get());
    view! {
        <div class="window-controls">
            <button class="btn" data-testid="window-play" on:click=toggle>
                {move || if playing.get() { "Pause" } else { "Play" }}
            </button>
            <button class="btn" data-testid="window-back" on:click=move |_| step(-1)>"Back"</button>
            <button class="btn" data-testid="window-step" on:click=move |_| step(1)>"Step"</button>
            <input type="range" min="0" max=move || n_windows.get().to_string() step="1" aria-label="Windows read"
                aria-valuetext=words data-testid="window-scrub" prop:value=move || done.get().to_string() on:input=scrub/>
            <span class="score" data-testid="window-done">{words}</span>
        </div>
    }
}

/// The image with the window on it.
#[component]
fn Image(
    bag: Known,
    done: RwSignal<usize>,
    pixel: RwSignal<Option<(u32, u32)>>,
    covering: Memo<Vec<(usize, usize)>>,
) -> impl IntoView {
    let size = Signal::derive(move || with(bag, |bag| bag.image_size).unwrap_or((1, 1)));
    let values = Signal::derive(move || with(bag, |bag| bag.pixels.clone()).unwrap_or_default());
    let title = Signal::derive(move || with(bag, |bag| bag.title.clone()).unwrap_or_default());
    let boxed = |bag: &Bag, (row, column): (u32, u32), (height, width): (u32, u32)| {
        let percent = |part: u32, of: u32| 100.0 * f64::from(part) / f64::from(of.max(1));
        format!(
            "top:{}%;left:{}%;height:{}%;width:{}%",
            percent(row, bag.image_size.0),
            percent(column, bag.image_size.1),
            percent(height, bag.image_size.0),
            percent(width, bag.image_size.1)
        )
    };
    let frame = move || {
        let done = done.get();
        with(bag, |bag| place(bag, done).map(|at| boxed(bag, at, bag.patch_size))).flatten()
    };
    let cell = move || pixel.get().and_then(|at| with(bag, |bag| boxed(bag, at, (1, 1))));
    let frame_node = NodeRef::<html::Div>::new();
    let point = move |event: web_sys::PointerEvent| {
        let Some(element) = frame_node.get_untracked() else { return };
        let edge = element.get_bounding_client_rect();
        let (height, width) = size.get_untracked();
        let part = |at: i32, from: f64, of: f64, n: u32| {
            let share = (f64::from(at) - from) / of.max(1.0);
            (share * f64::from(n)).floor().clamp(0.0, f64::from(n.saturating_sub(1))) as u32
        };
        let row = part(event.client_y(), edge.top(), edge.height(), height);
        let column = part(event.client_x(), edge.left(), edge.width(), width);
        if pixel.get_untracked() != Some((row, column)) {
            pixel.set(Some((row, column)));
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let (height, width) = size.get_untracked();
        let (row, column) = pixel.get_untracked().unwrap_or((height / 2, width / 2));
        let to = match event.key().as_str() {
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(height - 1), column),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(width - 1)),
            _ => return,
        };
        event.prevent_default();
        pixel.set(Some(to));
    };
    let words = move || match pixel.get() {
        None => "Point at a pixel, or use the arrow keys: which words cover it?".to_string(),
        Some((row, column)) => covering.with(|words| {
            let n: usize = words.iter().map(|(_, count)| count).sum();
            let list: Vec<String> = words.iter().take(6).map(|(word, count)| format!("{word} ({count}×)")).collect();
            let rest = words.len().saturating_sub(6);
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            let windows = if n == 1 { "1 window covers it".to_string() } else { format!("{n} windows cover it") };
            format!("Row {row}, column {column}: {windows}; words {}{more}.", list.join(", "))
        }),
    };
    let shape = move || {
        let (height, width) = size.get();
        format!("aspect-ratio:{width}/{height}")
    };
    view! {
        <div class="window-image">
            <div class="window-frame" node_ref=frame_node style=shape tabindex="0" role="group" data-testid="window-image"
                aria-label=move || format!("{}; the arrow keys go from pixel to pixel", title.get())
                on:pointermove=point on:pointerdown=point on:pointerleave=move |_| pixel.set(None) on:keydown=key>
                <Tile size values range=Signal::stored((0.0, 255.0)) map=ColorMap::Gray label=title/>
                {move || frame().map(|style| view! { <div class="window-at" style=style aria-hidden="true"></div> })}
                {move || cell().map(|style| view! { <div class="window-pixel" style=style aria-hidden="true"></div> })}
            </div>
            <p class="muted window-words" aria-live="polite" data-testid="window-covering">{words}</p>
        </div>
    }
}

/// The window that was read last, and its word.
#[component]
fn Now(bag: Known, done: RwSignal<usize>) -> impl IntoView {
    let size = Signal::derive(move || with(bag, |bag| bag.patch_size).unwrap_or((1, 1)));
    let window = Signal::derive(move || {
        let done = done.get();
        with(bag, |bag| {
            let Some((row, column)) = place(bag, done) else { return Vec::new() };
            let width = bag.image_size.1 as usize;
            let line = |r: u32| {
                let first = (row + r) as usize * width + column as usize;
                bag.pixels.get(first..first + bag.patch_size.1 as usize).unwrap_or_default().to_vec()
            };
            (0..bag.patch_size.0).flat_map(line).collect()
        })
        .unwrap_or_default()
    });
    let now = Memo::new(move |_| {
        let done = done.get();
        with(bag, |bag| current(bag, done)).flatten()
    });
    let word =
        Signal::derive(move || now.get().and_then(|word| with(bag, |bag| pixels(bag, word))).unwrap_or_default());
    let range = Signal::derive(move || with(bag, |bag| (bag.low, bag.high)).unwrap_or((0.0, 1.0)));
    let name = move || now.get().map_or("no window yet".to_string(), |word| format!("word {word}"));
    view! {
        <div class="cell">
            <Tile size values=window range=Signal::stored((0.0, 255.0)) map=ColorMap::Gray label="The window".to_string()/>
            <span>"the window"</span>
        </div>
        <span class="arrow" aria-hidden="true">"→"</span>
        <div class="cell">
            <Tile size values=word range map=ColorMap::Gray label=Signal::derive(name)/>
            <span data-testid="window-word">{name}</span>
        </div>
    }
}

/// The picture of a word.
fn pixels(bag: &Bag, word: usize) -> Vec<f32> {
    let d = (bag.patch_size.0 * bag.patch_size.1) as usize;
    bag.words.get(word * d..(word + 1) * d).unwrap_or_default().iter().map(|value| *value as f32).collect()
}

/// A word of the vocabulary with its bar.
#[component]
fn Word(
    i: usize,
    bag: Known,
    done: RwSignal<usize>,
    counts: Memo<Vec<u64>>,
    covering: Memo<Vec<(usize, usize)>>,
    word: RwSignal<Option<usize>>,
) -> impl IntoView {
    let size = Signal::derive(move || with(bag, |bag| bag.patch_size).unwrap_or((1, 1)));
    let values = Signal::derive(move || with(bag, |bag| pixels(bag, i)).unwrap_or_default());
    let range = Signal::derive(move || with(bag, |bag| (bag.low, bag.high)).unwrap_or((0.0, 1.0)));
    let count = Memo::new(move |_| counts.with(|counts| counts.get(i).copied().unwrap_or(0)));
    let most = Memo::new(move |_| with(bag, |bag| bag.counts(usize::MAX).into_iter().max()).flatten().unwrap_or(1));
    let now = Memo::new(move |_| {
        let done = done.get();
        with(bag, |bag| current(bag, done) == Some(i)).unwrap_or(false)
    });
    let covers = Memo::new(move |_| covering.with(|words| words.iter().any(|(word, _)| *word == i)));
    let pressed = move || word.get() == Some(i);
    let height = move || format!("height:{:.1}%", 100.0 * (count.get() as f64 / most.get().max(1) as f64).sqrt());
    let name = move || format!("word {i}: {} windows", count.get());
    view! {
        <button class="word" class:now=now class:covers=covers aria-pressed=move || pressed().to_string() aria-label=name
            title=name data-word=i on:click=move |_| word.update(|word| *word = if *word == Some(i) { None } else { Some(i) })>
            <span class="bar-of" aria-hidden="true"><span style=height></span></span>
            <Tile size values range map=ColorMap::Gray label=String::new()/>
            <span class="num" aria-hidden="true">{move || count.get()}</span>
        </button>
    }
}

/// What is known of a chosen word.
#[component]
fn Chosen(word: usize, bag: Known) -> impl IntoView {
    let image = Signal::derive(move || with(bag, |bag| bag.image_size).unwrap_or((1, 1)));
    let size = Signal::derive(move || with(bag, |bag| bag.patch_size).unwrap_or((1, 1)));
    let everywhere = Signal::derive(move || with(bag, |bag| bag.cover(word)).unwrap_or_default());
    let here = Signal::derive(move || with(bag, |bag| cover_here(bag, word)).unwrap_or_default());
    let words = move || {
        with(bag, |bag| {
            let here = bag.counts(usize::MAX).get(word).copied().unwrap_or(0);
            let all = bag.totals.get(word).copied().unwrap_or(0);
            format!("Word {word}: {here} windows of this image, {all} of all images.")
        })
    };
    let near = move || {
        with(bag, |bag| {
            let d = (bag.patch_size.0 * bag.patch_size.1) as usize;
            let before: usize = bag.nearest.iter().take(word).map(Vec::len).sum();
            let near = bag.nearest.get(word).cloned().unwrap_or_default();
            let tiles = near.into_iter().enumerate().map(|(i, (number, row, column, class))| {
                let pixels = bag.near_pixels.get((before + i) * d..(before + i + 1) * d).unwrap_or_default().to_vec();
                let class = bag.classes.get(usize::from(class)).cloned().unwrap_or_default();
                let name = format!("image {number}, a {class}, row {row}, column {column}");
                view! {
                    <div class="cell" title=name.clone()>
                        <Tile size values=Signal::stored(pixels) range=Signal::stored((0.0, 255.0)) map=ColorMap::Gray label=name.clone()/>
                        <span aria-hidden="true">{class}</span>
                    </div>
                }
            });
            tiles.collect_view()
        })
    };
    let unit = Signal::stored((0.0, 1.0));
    view! {
        <div class="chosen" data-testid="chosen">
            <p>{words}</p>
            <div class="chosen-maps">
                <div class="cell map">
                    <Tile size=image values=here range=unit map=ColorMap::Blues label="Where it is in this image".to_string()/>
                    <span>"in this image"</span>
                </div>
                <div class="cell map">
                    <Tile size=image values=everywhere range=unit map=ColorMap::Blues label="Where it is in all images".to_string()/>
                    <span>"in all images"</span>
                </div>
                <div class="near">
                    <p class="muted">"The windows nearest to it, and the digits that they are from:"</p>
                    <div class="near-tiles">{near}</div>
                </div>
            </div>
        </div>
    }
}

/// For each pixel how many windows of the word cover it in this image, from 0 to 1.
fn cover_here(bag: &Bag, word: usize) -> Vec<f32> {
    let own = |read: &f32| if *read as usize == word { 1.0 } else { 0.0 };
    let places = bag.reading.iter().map(own).collect();
    Bag { places, ..bag.clone() }.cover(0)
}
