//! What painted pixels are compared with.

use crate::report::{Figure, Report};
use serde::Deserialize;

/// A mask in a report.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mask {
    /// What the inference selects of a pair of digits, by the pair's name.
    Pair(String),
    /// Coefficients of a class that are of one sign.
    Signs {
        /// Whether one model of all probabilities has them, or one model for each class.
        multinomial: bool,
        /// The class, by its name.
        class: String,
        /// Whether they are negative, not positive.
        negative: bool,
        /// They are greater in size than this share of the class's greatest coefficient.
        beyond: f32,
    },
}

impl Mask {
    /// The signs of the pixels, 0 outside the mask, of images of `size`; `None` if the report has no such mask.
    pub fn find(&self, report: &Report, size: (u32, u32)) -> Option<Vec<i8>> {
        match self {
            Mask::Pair(pair) => {
                let inferred = report.sections.iter().find_map(|section| match &section.figure {
                    Figure::Inferred(inferred) => Some(inferred),
                    _ => None,
                })?;
                let at = inferred.tasks.iter().position(|task| task.name == *pair && inferred.size == size)?;
                Some(inferred.all().into_iter().nth(at)?.1.mask)
            }
            Mask::Signs { multinomial, class, negative, beyond } => {
                let scheme = report.sections.iter().find_map(|section| match &section.figure {
                    Figure::Linear(linear) => Some(linear.softmax),
                    _ => None,
                })?;
                let maps = &report.sections.iter().find(|section| section.id == "coefs")?.figure;
                let Figure::Images { height, width, images, .. } = maps else { return None };
                let map = &images.iter().find(|image| image.caption == *class)?.pixels;
                if scheme != *multinomial || (*height, *width) != size {
                    return None;
                }
                let least = beyond * map.iter().copied().fold(0.0f32, f32::max);
                let sign = if *negative { -1 } else { 1 };
                Some(map.iter().map(|value| if value * f32::from(sign) > least { sign } else { 0 }).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ColorMap, Linear, Picture, Section};

    fn report(softmax: bool) -> Report {
        let section =
            |id: &str, figure| Section { id: id.into(), title: String::new(), summary: String::new(), figure };
        let picture =
            |caption: &str, pixels: &[f32]| Picture { caption: caption.into(), pixels: pixels.to_vec(), scale: None };
        let maps = Figure::Images {
            height: 2,
            width: 2,
            columns: 5,
            map: ColorMap::RdYlGn,
            low: -1.0,
            high: 1.0,
            images: vec![picture("0", &[4.0, -3.0, -0.5, 0.0]), picture("1", &[-1.0, 1.0, 2.0, -2.0])],
        };
        let linear = Linear {
            data: "d".into(),
            size: (2, 2),
            classes: ["0", "1"].map(String::from).to_vec(),
            softmax,
            coef: Vec::new(),
            intercept: Vec::new(),
            image: 0,
            label: 0,
            pixels: Vec::new(),
        };
        Report {
            sections: vec![section("coefs", maps), section("contributions", Figure::Linear(linear))],
            ..Report::default()
        }
    }

    fn signs(class: &str, multinomial: bool, negative: bool, beyond: f32) -> Mask {
        Mask::Signs { multinomial, class: class.into(), negative, beyond }
    }

    #[test]
    fn signs_of_a_map_are_those_of_one_class_and_one_scheme() {
        let ovr = report(false);
        assert_eq!(signs("0", false, true, 0.0).find(&ovr, (2, 2)), Some(vec![0, -1, -1, 0]));
        assert_eq!(signs("0", false, true, 0.25).find(&ovr, (2, 2)), Some(vec![0, -1, 0, 0]));
        assert_eq!(signs("1", false, false, 0.0).find(&ovr, (2, 2)), Some(vec![0, 1, 1, 0]));
        assert_eq!(signs("0", true, true, 0.0).find(&ovr, (2, 2)), None, "this is the other scheme's map");
        assert!(signs("0", true, true, 0.0).find(&report(true), (2, 2)).is_some());
        assert_eq!(signs("7", false, true, 0.0).find(&ovr, (2, 2)), None, "no such class");
        assert_eq!(signs("0", false, true, 0.0).find(&ovr, (4, 1)), None, "images of another shape");
        assert_eq!(signs("0", false, true, 0.0).find(&Report::default(), (2, 2)), None);
        assert_eq!(Mask::Pair("0 vs 1".into()).find(&ovr, (2, 2)), None);
    }
}
