//! Images put together from fewer principal components than were found: sums of a few
//! products, from the arrays of a run.

use super::{Figure, Numbers, Report, Section};

/// The components there are; `None` without arrays, which saved results have not.
pub fn n_components(report: &Report) -> Option<usize> {
    let scores = report.arrays.iter().find(|array| array.name == "reconstructed_scores")?;
    scores.shape.get(1).map(|n| *n as usize)
}

/// The section with its second half of images made of the first `n` components.
pub fn from_first(section: &Section, report: &Report, n: usize) -> Option<Section> {
    let array = |name: &str| match &report.arrays.iter().find(|array| array.name == name)?.numbers {
        Numbers::F64(values) => Some(values.as_slice()),
        Numbers::U32(_) => None,
    };
    let (mean, components) = (array("mean_")?, array("components_")?);
    let (scores, k) = (array("reconstructed_scores")?, n_components(report)?);
    let mut section = section.clone();
    let Figure::Images { images, .. } = &mut section.figure else { return None };
    let half = images.len() / 2;
    for (image, scores) in images[half..].iter_mut().zip(scores.chunks_exact(k.max(1))) {
        let mut pixels = mean.to_vec();
        for (score, component) in scores.iter().take(n).zip(components.chunks_exact(mean.len().max(1))) {
            pixels.iter_mut().zip(component).for_each(|(pixel, value)| *pixel += score * value);
        }
        image.pixels = pixels.into_iter().map(|value| value as f32).collect();
        image.caption = format!("from {n}");
    }
    let squares = |i: usize| {
        let (whole, rebuilt) = (&images[i].pixels, &images[half + i].pixels);
        whole.iter().zip(rebuilt).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum::<f64>()
    };
    let error = ((0..half).map(squares).sum::<f64>() / (half * mean.len()).max(1) as f64).sqrt();
    section.summary = format!(
        "The first image of each of {half} classes, and below the same put together from {n} of {k} components: they are \
         off by {error:.1} grey levels (root mean square)."
    );
    Some(section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Array, ColorMap, Picture};

    #[test]
    fn components_are_added_one_by_one() {
        let array = |name: &str, shape: &[u32], values: &[f64]| Array {
            name: name.into(),
            shape: shape.to_vec(),
            numbers: Numbers::F64(values.to_vec()),
        };
        let picture = |pixels: &[f32]| Picture { caption: "7".into(), pixels: pixels.to_vec(), scale: None };
        let images = vec![picture(&[3.0, 5.0]), picture(&[0.0, 0.0])];
        let figure =
            Figure::Images { height: 1, width: 2, columns: 1, map: ColorMap::GrayR, low: 0.0, high: 255.0, images };
        let section = Section { id: "reconstructed".into(), title: String::new(), summary: String::new(), figure };
        let report = Report {
            arrays: vec![
                array("mean_", &[2], &[1.0, 2.0]),
                array("components_", &[2, 2], &[0.6, 0.8, -0.8, 0.6]),
                array("reconstructed_scores", &[1, 2], &[3.6, 0.2]),
            ],
            ..Report::default()
        };
        let made = |n: usize| {
            let section = from_first(&section, &report, n).unwrap();
            let Figure::Images { images, .. } = section.figure else { unreachable!() };
            (images[1].pixels.clone(), images[1].caption.clone(), images[0].clone())
        };
        assert_eq!(made(0).0, [1.0, 2.0]);
        assert_eq!(made(1).0, [3.16, 4.88]);
        assert_eq!(made(2).0, [3.0, 5.0]);
        assert_eq!(made(9).0, made(2).0);
        assert_eq!(made(1).1, "from 1");
        assert_eq!(made(1).2, picture(&[3.0, 5.0]));
        assert!(
            from_first(&section, &report, 2).unwrap().summary.ends_with("off by 0.0 grey levels (root mean square).")
        );
        assert_eq!(from_first(&section, &Report::default(), 1), None);
    }
}
