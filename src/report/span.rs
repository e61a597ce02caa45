//! Which values the ends of a colour map stand for: a way of looking, which changes no result.

use super::{Figure, Section};

crate::choices! {
    /// What the colours of some images span.
    #[derive(Default)]
    pub enum ColorScale {
        /// What the notebook, or the experiment, draws them with.
        #[default]
        Notebook = "notebook",
        /// All grey levels, 0 to 255.
        Levels = "levels",
        /// The least and the greatest value that occurs.
        Automatic = "automatic",
    }
}

impl ColorScale {
    /// The scale of that name.
    pub fn of(word: &str) -> Option<Self> {
        [ColorScale::Notebook, ColorScale::Levels, ColorScale::Automatic].into_iter().find(|scale| scale.word() == word)
    }
}

/// The ends of the colours of a section's images on that scale; `None` if it has no images.
pub fn ends(section: &Section, scale: ColorScale) -> Option<(f32, f32)> {
    let Figure::Images { low, high, images, .. } = &section.figure else { return None };
    Some(match scale {
        ColorScale::Notebook => (*low, *high),
        ColorScale::Levels => (0.0, 255.0),
        ColorScale::Automatic => {
            let values = images.iter().flat_map(|image| &image.pixels).copied().filter(|value| value.is_finite());
            let ends = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
            if ends.0 > ends.1 { (*low, *high) } else { ends }
        }
    })
}

/// The section with its images on that scale.
pub fn on_scale(section: &Section, scale: ColorScale) -> Section {
    let mut section = section.clone();
    if let Some(ends) = ends(&section, scale)
        && let Figure::Images { low, high, .. } = &mut section.figure
    {
        (*low, *high) = ends;
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ColorMap, Picture};

    #[test]
    fn a_scale_changes_the_ends_and_nothing_else() {
        let picture = |pixels: &[f32]| Picture { caption: "a".into(), pixels: pixels.to_vec(), scale: None };
        let images = vec![picture(&[-3.0, 7.0]), picture(&[0.0, 250.5])];
        let section = |images: Vec<Picture>, low, high| Section {
            id: "centres".into(),
            title: "t".into(),
            summary: "s.".into(),
            figure: Figure::Images { height: 1, width: 2, columns: 5, map: ColorMap::Viridis, low, high, images },
        };
        let notebook = section(images.clone(), 0.0, 1.0);
        assert_eq!(on_scale(&notebook, ColorScale::Notebook), notebook);
        assert_eq!(on_scale(&notebook, ColorScale::Levels), section(images.clone(), 0.0, 255.0));
        assert_eq!(on_scale(&notebook, ColorScale::Automatic), section(images, -3.0, 250.5));
        let gaps = section(vec![picture(&[f32::NAN, 2.0])], 0.0, 1.0);
        assert_eq!(ends(&gaps, ColorScale::Automatic), Some((2.0, 2.0)));
        assert_eq!(ends(&section(Vec::new(), 0.0, 1.0), ColorScale::Automatic), Some((0.0, 1.0)));
        for word in ColorScale::WORDS {
            assert_eq!(ColorScale::of(word).map(ColorScale::word), Some(*word));
        }
    }
}
