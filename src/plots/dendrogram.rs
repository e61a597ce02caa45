//! Dendrograms as SciPy draws them: links like brackets, a colour for each branch
//! below the cut, counts in parentheses where branches are left out.

use super::{Drawn, Frame, message};
use crate::learn::cluster::{Cut, Dendrogram, Linkage, dendrogram};
use crate::report::Tree;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Most leaves that are labelled.
pub const MOST_LABELS: usize = 60;

const LEFT: f64 = 66.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
/// Room for the title of the x axis.
const TITLE: f64 = 24.0;
/// Width of a character of a leaf's label.
const LETTER: f64 = 7.0;
/// A leaf narrower than this cannot hold a label, even a standing one.
const LEAST_LEAF: f64 = 17.0;

/// A tree's lines, and the colour of each of its nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// SciPy's lines and leaves; what is left out is a leaf.
    pub lines: Dendrogram,
    /// Colour of each node: 0 above the cut, else its branch's, from 1 on. Leaving
    /// branches out changes no colour.
    pub colors: Vec<u32>,
}

impl Picture {
    /// The lines of `tree`, whose linkage is `linkage`.
    ///
    /// Errors: the cut is NaN.
    pub fn new(tree: &Tree, linkage: &Linkage) -> crate::error::Result<Self> {
        // SciPy colours what is below the threshold, and cuts at it or below.
        let threshold = Some(tree.threshold().next_up());
        let whole = dendrogram(linkage, Default::default(), threshold)?;
        let mut colors = vec![0; 2 * linkage.n_samples() - 1];
        for (node, color) in whole.nodes.iter().zip(&whole.color_list) {
            colors[*node as usize] = *color;
        }
        for (leaf, color) in whole.leaves.iter().zip(&whole.leaves_color_list) {
            colors[*leaf as usize] = *color;
        }
        let mut lines = match tree.truncation == Default::default() {
            true => whole,
            false => dendrogram(linkage, tree.truncation, threshold)?,
        };
        if tree.pruned.is_some() {
            for (label, node) in lines.ivl.iter_mut().zip(&lines.leaves) {
                *label = format!("({})", tree.n_images(linkage.members(*node)?));
            }
        }
        Ok(Picture { lines, colors })
    }

    fn of(tree: &Tree) -> Result<(Linkage, Self), String> {
        let linkage = tree.linkage().map_err(message)?;
        let picture = Picture::new(tree, &linkage).map_err(message)?;
        Ok((linkage, picture))
    }
}

/// Colour number `color` of a [`Picture`]: ink for what is above the cut.
pub fn color(theme: &super::Theme, color: u32) -> RGBColor {
    match color {
        0 => theme.muted,
        n => {
            // Greys, which would pass for ink, come last.
            let RGBColor(r, g, b) = theme.class([0, 1, 2, 4, 6, 5, 9, 7, 8][(n as usize - 1) % 9]);
            // Thin lines in the deep colours would drown in the dark.
            let light = |channel: u8| if theme.dark { channel + (255 - channel) / 3 } else { channel };
            RGBColor(light(r), light(g), light(b))
        }
    }
}

/// Where things are, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Left end of the x axis.
    pub left: f64,
    /// Right end of the x axis.
    pub right: f64,
    /// The y of `highest`.
    pub top: f64,
    /// The y of 0.
    pub bottom: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Number of leaves, which are ten apart in SciPy's coordinates.
    pub n_leaves: usize,
    /// Value at the upper end of the y axis.
    pub highest: f64,
    /// Whether the leaves have labels.
    pub labelled: bool,
    standing: bool,
}

impl Layout {
    /// The layout of `tree` at a width in CSS pixels.
    pub fn new(tree: &Tree, width: f64) -> Self {
        match Picture::of(tree) {
            Ok((_, picture)) => Layout::of(tree, &picture.lines, width),
            // Drawing will say what is wrong.
            Err(_) => Layout::of_labels(tree, 0, 0, width),
        }
    }

    /// The layout of these lines of `tree`.
    pub fn of(tree: &Tree, lines: &Dendrogram, width: f64) -> Self {
        let longest = lines.ivl.iter().map(String::len).max().unwrap_or(0);
        Layout::of_labels(tree, lines.leaves.len(), longest, width)
    }

    fn of_labels(tree: &Tree, n_leaves: usize, longest: usize, width: f64) -> Self {
        let (left, right) = (LEFT, (width - RIGHT).max(LEFT + 1.0));
        let labelled = n_leaves <= MOST_LABELS;
        let standing = labelled && (right - left) / (n_leaves.max(1) as f64) < longest as f64 * LETTER + 6.0;
        let labels = match (labelled, standing) {
            (false, _) => 4.0,
            (true, false) => 20.0,
            (true, true) => longest as f64 * LETTER + 8.0,
        };
        let bottom = (width * 0.42).clamp(230.0, 400.0);
        // Room above the last merge, where a cut leaves one cluster.
        let highest = if tree.highest() > 0.0 { tree.highest() * 1.06 } else { 1.0 };
        Layout { left, right, top: TOP, bottom, height: bottom + labels + TITLE, n_leaves, highest, labelled, standing }
    }

    /// The x of a position in SciPy's coordinates.
    pub fn x(&self, at: f64) -> f64 {
        self.left + (self.right - self.left) * at / (10.0 * self.n_leaves.max(1) as f64)
    }

    /// The y of a height.
    pub fn y(&self, height: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * height / self.highest
    }

    /// The position at `x`.
    pub fn at_x(&self, x: f64) -> f64 {
        (x - self.left) / (self.right - self.left) * 10.0 * self.n_leaves as f64
    }

    /// The height at `y`.
    pub fn at_y(&self, y: f64) -> f64 {
        (self.bottom - y) / (self.bottom - self.top) * self.highest
    }
}

/// Least width in CSS pixels at which the labels of `tree` can be read.
pub fn least_width(tree: &Tree) -> f64 {
    let n_leaves = Picture::of(tree).map_or(0, |(_, picture)| picture.lines.leaves.len());
    let leaves = if n_leaves <= MOST_LABELS { LEAST_LEAF * n_leaves as f64 } else { 0.0 };
    (LEFT + RIGHT + leaves).max(280.0)
}

/// Draws the tree over all of `area`.
pub fn draw<DB: DrawingBackend>(tree: &Tree, area: &DrawingArea<DB, Shift>, frame: &Frame) -> Drawn {
    let (linkage, picture) = Picture::of(tree)?;
    let lines = &picture.lines;
    let layout = Layout::of(tree, lines, f64::from(area.dim_in_pixel().0) / frame.scale);
    let theme = &frame.theme;
    let x = |at: f64| frame.px(layout.x(at));
    let y = |height: f64| frame.px(layout.y(height));
    let path = |points: Vec<(i32, i32)>, color: RGBColor, width: f64| {
        let line = color.stroke_width(frame.px(width).max(1) as u32);
        area.draw(&PathElement::new(points, line)).map_err(message)
    };
    let style = |color: RGBColor, size: f64, h: HPos, v: VPos| {
        (FontFamily::SansSerif, frame.font(size)).into_font().color(&color).pos(Pos::new(h, v))
    };

    // The scale.
    let (left, right) = (frame.px(layout.left), frame.px(layout.right));
    let step = step(layout.highest, 8.0);
    let mut tick = 0.0;
    while tick <= layout.highest {
        if tick > 0.0 {
            path(vec![(left, y(tick)), (right, y(tick))], theme.line, 1.0)?;
        }
        let place = (left - frame.px(7.0), y(tick));
        area.draw(&Text::new(number(tick, step), place, style(theme.muted, 12.0, HPos::Right, VPos::Center)))
            .map_err(message)?;
        tick += step;
    }

    // The links, those above the cut first.
    let wide = if layout.n_leaves <= 200 { 1.6 } else { 1.0 };
    let mut order: Vec<usize> = (0..lines.nodes.len()).collect();
    order.sort_by_key(|i| picture.colors[lines.nodes[*i] as usize] != 0);
    for i in order {
        let (at, heights) = (&lines.icoord[i], &lines.dcoord[i]);
        let corners = (0..4).map(|corner| (x(at[corner]), y(heights[corner]))).collect();
        path(corners, color(theme, picture.colors[lines.nodes[i] as usize]), wide)?;
    }

    let cut = Cut::new(&linkage, tree.threshold()).map_err(message)?;
    let across = y(tree.threshold());
    if (0.0..=layout.highest).contains(&tree.threshold()) {
        let (dash, gap) = (frame.px(5.0).max(1), frame.px(4.0).max(1));
        let mut from = left;
        while from < right {
            path(vec![(from, across), ((from + dash).min(right), across)], theme.text, 1.0)?;
            from += dash + gap;
        }
    }

    // The clusters' numbers, where there is room: at their branches, below the cut.
    let size = if cut.n_clusters() <= 20 { 12.0 } else { 10.0 };
    let mut taken = f64::NEG_INFINITY;
    let mut tops: Vec<(f64, f64, u32)> = Vec::new();
    let mut numbers = vec![0u32; 2 * linkage.n_samples() - 1];
    for (cluster, node) in (1..).zip(&cut.nodes) {
        numbers[*node as usize] = cluster;
    }
    for (i, node) in lines.nodes.iter().enumerate().filter(|(_, node)| numbers[**node as usize] > 0) {
        let middle = (lines.icoord[i][1] + lines.icoord[i][2]) / 2.0;
        tops.push((middle, lines.dcoord[i][1], numbers[*node as usize]));
    }
    tops.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (at, height, cluster) in tops {
        let text = cluster.to_string();
        let begin = layout.x(at) + 4.0;
        // A number needs room beside its stem, and a stem long enough to stand at.
        let stem = layout.y(height) - layout.y(tree.threshold());
        if begin < taken || stem < size {
            continue;
        }
        taken = begin + LETTER * text.len() as f64 + 3.0;
        let place = (frame.px(begin), frame.px(layout.y(height) - 2.0));
        area.draw(&Text::new(text, place, style(theme.text, size, HPos::Left, VPos::Bottom))).map_err(message)?;
    }

    // The axes.
    path(vec![(left, frame.px(layout.top)), (left, y(0.0)), (right, y(0.0))], theme.muted, 1.0)?;
    if layout.labelled {
        let flat = style(theme.text, 12.0, HPos::Center, VPos::Top);
        let standing = style(theme.text, 12.0, HPos::Right, VPos::Center).transform(FontTransform::Rotate270);
        for (leaf, label) in lines.ivl.iter().enumerate() {
            let place = (x(10.0 * leaf as f64 + 5.0), y(0.0) + frame.px(5.0));
            let style = if layout.standing { standing.clone() } else { flat.clone() };
            area.draw(&Text::new(label.as_str(), place, style)).map_err(message)?;
        }
    }
    let below = ((left + right) / 2, frame.px(layout.height - 4.0));
    let x_title = if lines.ivl.iter().any(|label| label.starts_with('(')) {
        format!("{}, or (number of images)", tree.x_title)
    } else {
        tree.x_title.clone()
    };
    let muted = style(theme.muted, 12.0, HPos::Center, VPos::Bottom);
    area.draw(&Text::new(x_title, below, muted.clone())).map_err(message)?;
    let beside = (frame.px(16.0), (frame.px(layout.top) + y(0.0)) / 2);
    area.draw(&Text::new(tree.y_title.as_str(), beside, muted.transform(FontTransform::Rotate270))).map_err(message)?;
    Ok(())
}

/// A step of 1, 2 or 5 times a power of ten that divides `range` into at most `most` parts.
fn step(range: f64, most: f64) -> f64 {
    let rough = range / most;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough.max(1e-300))));
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough).unwrap_or(rough)
}

/// As many digits as the steps of the scale need.
fn number(value: f64, step: f64) -> String {
    let digits = (-libm::floor(libm::log10(step))).clamp(0.0, 12.0) as usize;
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_steps() {
        for (range, expected) in [(14_300.0, 5000.0), (1.0, 0.2), (0.055, 0.01), (6.0, 1.0)] {
            assert!((step(range, 6.0) / expected - 1.0).abs() < 1e-12, "{range}: {}", step(range, 6.0));
        }
        assert_eq!(number(0.4, 0.2), "0.4");
        assert_eq!(number(5000.0, 5000.0), "5000");
    }
}
