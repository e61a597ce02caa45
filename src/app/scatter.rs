//! Images as points of a plane: which one is under the pointer, and a selection that
//! is shown as images, as counts and in the table.

use super::desk::Desk;
use super::drag::Drag;
use super::figure::{Chart, width_of};
use super::gallery::{Here, Load};
use super::pointed::Pointed;
use super::strip::Line;
use crate::plots::scatter::{self, Layout};
use crate::plots::{Theme, canvas};
use crate::report::{Figure, GalleryRow, Point, Section, Value, facts};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// How far from a point a pointer may be, in CSS pixels.
const REACH: f64 = 14.0;
/// Images shown of a selection.
const SHOWN: usize = 60;
/// Width of an image and the gap behind it, in CSS pixels.
const STEP: f64 = 30.0;

/// What the figure shows, taken apart.
#[derive(Clone, PartialEq, Default)]
struct Plane {
    data: String,
    group_title: String,
    groups: Vec<String>,
    points: Vec<Point>,
}

impl Plane {
    /// A group in words: `cluster 3`, `digit 7`, `noise`.
    fn name(&self, group: usize) -> String {
        let name = self.groups.get(group).map_or("", String::as_str);
        if name.parse::<u32>().is_ok() { format!("{} {name}", self.group_title) } else { name.into() }
    }

    /// Whether the groups are the digits themselves.
    fn by_digit(&self) -> bool {
        self.group_title == "digit"
    }
}

fn plane(section: Option<&Section>) -> Plane {
    match section.map(|section| &section.figure) {
        Some(Figure::Scatter { data, group_title, groups, points, .. }) => Plane {
            data: data.clone(),
            group_title: group_title.clone(),
            groups: groups.clone(),
            points: points.clone(),
        },
        _ => Plane::default(),
    }
}

/// The section with the selected points only, if there are some.
pub fn only(section: Option<&Section>, selected: &[usize]) -> Option<Section> {
    let mut section = section?.clone();
    if let Figure::Scatter { points, .. } = &mut section.figure
        && !selected.is_empty()
    {
        *points = selected.iter().filter_map(|i| points.get(*i).copied()).collect();
    }
    Some(section)
}

/// The points, the one under the pointer, and the selection.
#[component]
pub fn Scatter(section: Memo<Option<Section>>, selected: RwSignal<Vec<usize>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let plane = Memo::new(move |_| section.with(|section| Arc::new(plane(section.as_ref()))));
    let data = Memo::new(move |_| {
        let id = plane.with(|plane| plane.data.clone());
        desk.data.with(|data| data.get(&id).cloned()).map(Here)
    });
    let here = Signal::derive(move || data.get().map(|here| here.0));
    // A new result has other points.
    Effect::new(move |before: Option<()>| {
        plane.track();
        if before.is_some() {
            selected.set(Vec::new());
        }
    });
    let hovered = RwSignal::new(None::<usize>);
    let digit = move |image: u32| {
        here.with(|data| {
            let data = data.as_ref()?;
            Some(data.class_names[usize::from(*data.labels.get(image as usize)?)].clone())
        })
    };
    let words = move || match hovered.get() {
        None => "Point at an image, click it, or drag a rectangle.".to_string(),
        Some(i) => plane.with(|plane| {
            let Some(point) = plane.points.get(i) else { return String::new() };
            let group = plane.name(usize::from(point.group));
            let digit = digit(point.image)
                .filter(|_| !plane.by_digit())
                .map(|digit| format!(", a {digit}"))
                .unwrap_or_default();
            let known = desk.shown.with(|shown| facts::of(&shown.as_ref()?.report, point.image).distance);
            let far = known.map(|distance| format!("; {} from its centre", Value::Float(distance).short()));
            format!("Image {}{digit}; {group}{}", point.image, far.unwrap_or_default())
        }),
    };
    let images = Memo::new(move |_| {
        plane.with(|plane| {
            let all =
                selected.with(
                    |selected| if selected.is_empty() { hovered.get().into_iter().collect() } else { selected.clone() },
                );
            all.iter().take(SHOWN).filter_map(|i| plane.points.get(*i)).map(|point| point.image).collect::<Vec<_>>()
        })
    });
    let rows =
        Memo::new(move |_| vec![GalleryRow { title: "selected".into(), images: images.get(), captions: Vec::new() }]);
    let frame = NodeRef::<html::Div>::new();
    let width = width_of(frame);
    let across = Memo::new(move |_| ((width.get() + 2.0) / STEP).clamp(4.0, 40.0) as usize);
    view! {
        <div node_ref=frame>
            <Chart section><Over plane here hovered selected/></Chart>
            <div class="cut-controls">
                <Chooser plane here selected/>
                <button class="btn quiet" data-testid="clear" prop:disabled=move || selected.with(Vec::is_empty)
                    on:click=move |_| selected.set(Vec::new())>"Clear"</button>
                <span data-testid="hovered">{words}</span>
            </div>
            <div class="selection" data-testid="selection">
                <p role="status">{move || counted(&plane.get(), &selected.get(), &digit)}</p>
                <Show when=move || here.with(Option::is_some)
                    fallback=move || view! { <Load id=Signal::derive(move || plane.with(|plane| plane.data.clone()))/> }>
                    {move || data.get().map(|Here(data)| view! {
                        <Pointed rows data><div class="strips"><Line row=0 data=here images across/></div></Pointed>
                    })}
                </Show>
            </div>
        </div>
    }
}

/// How many are selected, and of what.
fn counted(plane: &Plane, selected: &[usize], digit: &impl Fn(u32) -> Option<String>) -> String {
    let points: Vec<&Point> = selected.iter().filter_map(|i| plane.points.get(*i)).collect();
    if points.is_empty() {
        return format!("Nothing is selected of {} images.", plane.points.len());
    }
    let tally = |names: Vec<String>| {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for name in names {
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let all = counts.len();
        let listed = counts.into_iter().take(10).map(|(name, count)| format!("{name}: {count}"));
        let listed = listed.collect::<Vec<_>>().join(", ");
        if all > 10 { format!("{listed} and {} more", all - 10) } else { listed }
    };
    let group = |point: &&Point| plane.name(usize::from(point.group));
    let mut words = format!("{} of {} images selected. ", points.len(), plane.points.len());
    words += &format!("{}. ", tally(points.iter().map(group).collect()));
    let digits: Option<Vec<String>> = points.iter().map(|point| digit(point.image)).collect();
    if let Some(digits) = digits.filter(|_| !plane.by_digit()) {
        words += &format!("Digits: {}.", tally(digits));
    }
    words
}

/// Selects all points of a group or a digit, without a pointer.
#[component]
fn Chooser(
    plane: Memo<Arc<Plane>>,
    here: Signal<Option<Arc<crate::data::Dataset>>>,
    selected: RwSignal<Vec<usize>>,
) -> impl IntoView {
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        let (kind, number) = value.split_once(' ').unwrap_or_default();
        let Ok(number) = number.parse::<usize>() else { return };
        let found = plane.with_untracked(|plane| {
            let is = |point: &Point| match kind {
                "group" => usize::from(point.group) == number,
                _ => here.with_untracked(|data| {
                    data.as_ref()
                        .and_then(|data| data.labels.get(point.image as usize))
                        .is_some_and(|label| usize::from(*label) == number)
                }),
            };
            plane.points.iter().enumerate().filter(|(_, point)| is(point)).map(|(i, _)| i).collect::<Vec<_>>()
        });
        selected.set(found);
    };
    let options = move |kind: &'static str, names: Vec<String>| {
        let option = move |(i, name): (usize, String)| view! { <option value=format!("{kind} {i}")>{name}</option> };
        names.into_iter().enumerate().map(option).collect_view()
    };
    view! {
        <select aria-label="Select all of" data-testid="choose" on:change=choose>
            <option value="">"Select all of …"</option>
            {move || plane.with(|plane| options("group", (0..plane.groups.len()).map(|group| plane.name(group)).collect()))}
            {move || here.with(|data| data.as_ref().filter(|_| plane.with(|plane| !plane.by_digit())).map(|data| options("digit", data.class_names.iter().map(|name| format!("digit {name}")).collect())))}
        </select>
    }
}

/// Thumbnails, the selected points and the rectangle, over the drawn ones.
#[component]
fn Over(
    plane: Memo<Arc<Plane>>,
    here: Signal<Option<Arc<crate::data::Dataset>>>,
    hovered: RwSignal<Option<usize>>,
    selected: RwSignal<Vec<usize>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let frame = NodeRef::<html::Div>::new();
    let (small, marks) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Canvas>::new());
    let width = width_of(frame);
    let layout = Memo::new(move |_| {
        let width = width.get();
        (width >= 1.0).then(|| plane.with(|plane| Layout::new(&plane.groups, &plane.points, width)))
    });
    let theme = move || if desk.dark.get() { Theme::DARK } else { Theme::LIGHT };
    let brush = super::paint::Brush::new();
    Effect::new(move |_| {
        let (Some(element), Some(layout), Some(data), theme) = (small.get(), layout.get(), here.get(), theme()) else {
            return;
        };
        let plane = plane.get();
        brush.paint(move || {
            let color = |point: &Point| scatter::color(&theme, point.group);
            let placed = plane.points.iter().map(|point| (layout.place(point), point.image, color(point)));
            if let Err(error) =
                canvas::thumbnails(&element, (layout.right, layout.bottom), &data, placed, theme.surface)
            {
                leptos::logging::error!("images: {error}");
            }
        });
    });
    Effect::new(move |_| {
        let (Some(element), Some(layout), theme) = (marks.get(), layout.get(), theme()) else { return };
        let square = |i: &usize| {
            let (x, y) = plane.with(|plane| plane.points.get(*i).map(|point| layout.place(point)))?;
            Some(
                [(-6.0, -6.0), (6.0, -6.0), (6.0, 6.0), (-6.0, 6.0), (-6.0, -6.0)]
                    .map(|(dx, dy)| (x + dx, y + dy))
                    .to_vec(),
            )
        };
        let all = selected
            .with(|selected| selected.iter().chain(hovered.get().iter()).filter_map(square).collect::<Vec<_>>());
        if let Err(error) = canvas::lines(&element, (layout.right, layout.height), &all, (theme.accent, 1.4)) {
            leptos::logging::error!("selection: {error}");
        }
    });
    let place = move |event: &web_sys::PointerEvent| {
        let edge = frame.get_untracked()?.get_bounding_client_rect();
        Some((f64::from(event.client_x()) - edge.left(), f64::from(event.client_y()) - edge.top()))
    };
    let drag = Drag::new();
    let corners = RwSignal::new(None::<((f64, f64), (f64, f64))>);
    let moved = move |event: web_sys::PointerEvent| {
        let (Some(at), Some(layout)) = (place(&event), layout.get_untracked()) else { return };
        if drag.follows(&event) {
            corners.update(|corners| {
                if let Some((_, end)) = corners {
                    *end = at;
                }
            });
        }
        let under = plane.with_untracked(|plane| layout.nearest(&plane.points, at, REACH));
        if under != hovered.get_untracked() {
            hovered.set(under);
        }
    };
    let down = move |event: web_sys::PointerEvent| {
        drag.take(&event, ".points");
        if let Some(at) = place(&event).filter(|_| event.button() == 0) {
            corners.set(Some((at, at)));
        }
        moved(event);
    };
    let up = move |event: web_sys::PointerEvent| {
        if !drag.follows(&event) {
            return;
        }
        drag.drop();
        let (Some((a, b)), Some(layout)) = (corners.get_untracked(), layout.get_untracked()) else { return };
        corners.set(None);
        let (x, y) = ((a.0.min(b.0), a.0.max(b.0)), (a.1.min(b.1), a.1.max(b.1)));
        selected.set(plane.with_untracked(|plane| {
            // Hardly moved: a click.
            if x.1 - x.0 < 4.0 && y.1 - y.0 < 4.0 {
                return layout.nearest(&plane.points, b, REACH).into_iter().collect();
            }
            let inside = |point: &Point| {
                let (px, py) = layout.place(point);
                (x.0..=x.1).contains(&px) && (y.0..=y.1).contains(&py)
            };
            plane.points.iter().enumerate().filter(|(_, point)| inside(point)).map(|(i, _)| i).collect()
        }));
    };
    let rectangle = move || {
        corners.get().map(|(a, b)| {
            let style = format!(
                "left:{}px;top:{}px;width:{}px;height:{}px",
                a.0.min(b.0),
                a.1.min(b.1),
                (a.0 - b.0).abs(),
                (a.1 - b.1).abs()
            );
            view! { <div class="rubber" style=style></div> }
        })
    };
    view! {
        <div class="over points" node_ref=frame aria-hidden="true" data-testid="points" on:pointermove=moved on:pointerdown=down on:pointerup=up
            on:pointercancel=move |_| { drag.drop(); corners.set(None) } on:pointerleave=move |_| hovered.set(None)>
            <canvas node_ref=small></canvas>
            <canvas node_ref=marks></canvas>
            {rectangle}
        </div>
    }
}
