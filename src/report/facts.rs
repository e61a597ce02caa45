//! What a run knows of one image: its cluster, and how far it is from the centre.

use super::{Numbers, Report};

/// Of one image; what the report does not say is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// Its cluster.
    pub cluster: Option<u32>,
    /// Its distance to the centre of that cluster.
    pub distance: Option<f64>,
}

/// The facts of image `image` of the data set, from the arrays of a run.
pub fn of(report: &Report, image: u32) -> Facts {
    let array = |name: &str| report.arrays.iter().find(|array| array.name == name).map(|array| &array.numbers);
    let place = match array("drawn") {
        Some(Numbers::U32(drawn)) => drawn.iter().position(|other| *other == image),
        _ => Some(image as usize),
    };
    let Some(place) = place else { return Facts::default() };
    Facts {
        cluster: match array("labels_") {
            Some(Numbers::U32(labels)) => labels.get(place).copied(),
            _ => None,
        },
        distance: match array("distances") {
            Some(Numbers::F64(distances)) => distances.get(place).copied(),
            _ => None,
        },
    }
}

/// Whether a run would tell distances that this saved result has not.
pub fn wanting(report: &Report) -> bool {
    report.arrays.is_empty() && report.sections.iter().any(|section| section.id == "centres")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Array;

    #[test]
    fn images_of_a_sample_are_found_by_their_numbers() {
        let array = |name: &str, numbers| Array { name: name.into(), shape: vec![3], numbers };
        let labels = array("labels_", Numbers::U32(vec![4, 0, 2]));
        let distances = array("distances", Numbers::F64(vec![1.5, 0.0, 2.5]));
        let all = Report { arrays: vec![labels.clone(), distances], ..Report::default() };
        assert_eq!(of(&all, 2), Facts { cluster: Some(2), distance: Some(2.5) });
        assert_eq!(of(&all, 3), Facts::default());
        let drawn = array("drawn", Numbers::U32(vec![70, 9, 70]));
        let sample = Report { arrays: vec![labels, drawn], ..Report::default() };
        assert_eq!(of(&sample, 70), Facts { cluster: Some(4), distance: None });
        assert_eq!(of(&sample, 0), Facts::default());
        assert!(!wanting(&all) && !wanting(&Report::default()));
    }
}
