//! What a run knows of one image: its cluster, how far it is from the centre, and from the next one.

use super::{Numbers, Report};

/// Of one image; what the report does not say is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// Its cluster.
    pub cluster: Option<u32>,
    /// Its distance to the centre of that cluster.
    pub distance: Option<f64>,
    /// The nearest other centre, and the distance to it.
    pub second: Option<(u32, f64)>,
}

/// The facts of image `image` of the data set, from the arrays of a run.
pub fn of(report: &Report, image: u32) -> Facts {
    let array = |name: &str| report.arrays.iter().find(|array| array.name == name).map(|array| &array.numbers);
    let place = match array("drawn") {
        Some(Numbers::U32(drawn)) => drawn.iter().position(|other| *other == image),
        _ => Some(image as usize),
    };
    let Some(place) = place else { return Facts::default() };
    let whole = |name: &str| match array(name) {
        Some(Numbers::U32(values)) => values.get(place).copied(),
        _ => None,
    };
    let float = |name: &str| match array(name) {
        Some(Numbers::F64(values)) => values.get(place).copied(),
        _ => None,
    };
    let second = whole("second_labels").zip(float("second_distances"));
    Facts {
        cluster: whole("labels_"),
        distance: float("distances"),
        // With a single centre there is no other.
        second: second.filter(|(_, distance)| distance.is_finite()),
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
        let second = array("second_labels", Numbers::U32(vec![0, 4, 0]));
        let further = array("second_distances", Numbers::F64(vec![2.0, f64::INFINITY, 4.5]));
        let all = Report { arrays: vec![labels.clone(), distances, second, further], ..Report::default() };
        assert_eq!(of(&all, 1).second, None);
        assert_eq!(of(&all, 2), Facts { cluster: Some(2), distance: Some(2.5), second: Some((0, 4.5)) });
        assert_eq!(of(&all, 3), Facts::default());
        let drawn = array("drawn", Numbers::U32(vec![70, 9, 70]));
        let sample = Report { arrays: vec![labels, drawn], ..Report::default() };
        assert_eq!(of(&sample, 70), Facts { cluster: Some(4), distance: None, second: None });
        assert_eq!(of(&sample, 0), Facts::default());
        assert!(!wanting(&all) && !wanting(&Report::default()));
    }
}
