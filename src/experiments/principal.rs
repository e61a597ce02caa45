//! What is shown of principal components, whatever is done with the scores.

use super::features::{Outline, Projection};
use crate::data::Dataset;
use crate::report::{ColorMap, Curve, Figure, Picture, Point, Report, Section, Stroke, Value};

/// The share of variance that the components hold, as a number.
pub fn explained(report: &mut Report, outline: &Outline) {
    let sum = outline.ratios.iter().sum();
    report.metric("explained", "Share of the variance in the components", Value::Float(sum));
}

/// The variance of the first components, added up.
pub fn variance(outline: &Outline) -> Section {
    let sums: Vec<f64> = outline
        .ratios
        .iter()
        .scan(0.0, |sum, ratio| {
            *sum += ratio;
            Some(*sum)
        })
        .collect();
    let sum = sums.last().copied().unwrap_or(0.0);
    let curve = |name: &str, values: &[f64], i: u8| Curve {
        name: name.into(),
        points: values.iter().enumerate().map(|(c, value)| (c as f64 + 1.0, *value)).collect(),
        stroke: Stroke::Class(i),
    };
    let half = sums.iter().position(|sum| *sum >= 0.5).map(|c| c + 1);
    Section {
        id: "variance".into(),
        title: "Explained variance".into(),
        summary: format!(
            "{} components hold {:.1} % of the variance of the pixels, the first of them {:.1} %{}. Whitening then gives \
             all of them the same weight.",
            outline.ratios.len(),
            sum * 100.0,
            outline.ratios.first().unwrap_or(&0.0) * 100.0,
            half.map_or(String::new(), |half| format!("; the first {half} hold half of it")),
        ),
        figure: Figure::Curves {
            x_title: "component".into(),
            y_title: "share of the variance".into(),
            curves: vec![curve("up to this component", &sums, 0), curve("this component", &outline.ratios, 1)],
        },
    }
}

/// The first components as images.
pub fn components(data: &Dataset, outline: &Outline) -> Section {
    let most = outline.components.iter().fold(0.0, |most: f32, value| most.max(value.abs()));
    let images = outline.components.chunks_exact(data.n_features()).zip(&outline.ratios).enumerate();
    let images: Vec<Picture> = images
        .map(|(c, (pixels, ratio))| Picture {
            caption: format!("component {}, {:.1} %", c + 1, ratio * 100.0),
            pixels: pixels.to_vec(),
            scale: None,
        })
        .collect();
    Section {
        id: "components".into(),
        title: "The first components".into(),
        summary: format!(
            "{} components as images: white is 0, red is where more ink raises the score, blue where it lowers it.",
            images.len()
        ),
        figure: Figure::Images {
            height: data.height as u32,
            width: data.width as u32,
            columns: 5,
            map: ColorMap::RdBuR,
            low: -most,
            high: most,
            images,
        },
    }
}

/// The first images as points on the first two components; `groups` names what `group`
/// gives for the number of a sample.
pub fn plane(
    data: &Dataset,
    projection: &Projection,
    (images, outline): (&[u32], &Outline),
    (group_title, groups): (&str, Vec<String>),
    group: impl Fn(usize) -> usize,
) -> Section {
    let points: Vec<Point> = outline
        .plane
        .as_chunks::<2>()
        .0
        .iter()
        .zip(images)
        .enumerate()
        .map(|(i, ([x, y], image))| Point { x: *x, y: *y, image: *image, group: group(i) as u16 })
        .collect();
    let which = match points.len() {
        n if n == images.len() => format!("All {n} images of the sample"),
        n => format!("The first {n} of {} images of the sample", images.len()),
    };
    let ratio = |c: usize| outline.ratios.get(c).unwrap_or(&0.0) * 100.0;
    let title = |c: usize| format!("component {}{}", c + 1, if projection.whiten { ", whitened" } else { "" });
    Section {
        id: "plane".into(),
        title: "On the first two components".into(),
        summary: format!(
            "{which}, rounded to a hundredth, by {group_title}. These two components hold {:.1} % and {:.1} % of the \
             variance; what lies together here may be far apart along the others.",
            ratio(0),
            ratio(1)
        ),
        figure: Figure::Scatter {
            data: data.id.clone(),
            x_title: title(0),
            y_title: title(1),
            group_title: group_title.into(),
            groups,
            points,
        },
    }
}
