//! The samples whose loss still bends: all that a Newton step needs to look at.
//!
//! A sample that is surely on its side adds next to nothing to the second derivative, and
//! once a model tells its classes apart most samples are. The gradient, the objective and
//! the line search go on to see them all, so that leaving them out of a step changes
//! how long a fit takes, not where it ends.

use super::design::Design;
use super::loss::Loss;
use super::target::{Place, Target};

/// Residual, as a share of the greatest, up to which a sample is left out.
const FAINT: f64 = 1e-6;

/// Samples of a target, and the place of their residuals.
pub(super) struct Bent {
    design: Design,
    classes: Vec<u32>,
    weights: Vec<f64>,
    place: Place,
}

impl Bent {
    /// The samples that bend at `place`; `None` if they are so many that a copy is not worth it, or
    /// if there is no penalty: where classes can be told apart, faint samples are then all that
    /// holds the coefficients.
    pub fn new(target: &Target, place: &Place) -> Option<Self> {
        if target.l2 == 0.0 {
            return None;
        }
        let rows: Vec<&[f64]> = place.r.chunks_exact(target.width).collect();
        // A residual is small where the curvature is, but for samples on the wrong side, which
        // the damping is for.
        let size = |i: usize| match target.loss {
            Loss::Logistic => rows[i][0].abs(),
            Loss::Softmax => rows[i][target.classes[i] as usize].abs(),
        };
        let limit = FAINT * (0..rows.len()).map(size).fold(0.0, f64::max);
        let kept: Vec<usize> = (0..rows.len()).filter(|i| size(*i) > limit).collect();
        if 5 * kept.len() > 4 * rows.len() {
            return None;
        }
        Some(Bent {
            design: target.design.only(&kept),
            classes: kept.iter().map(|i| target.classes[*i]).collect(),
            weights: kept.iter().map(|i| target.weights[*i]).collect(),
            place: Place { z: Vec::new(), r: kept.iter().flat_map(|i| rows[*i]).copied().collect(), loss: place.loss },
        })
    }

    /// `whole`, of which these are samples, with only these.
    pub fn target(&self, whole: &Target) -> Target<'_> {
        Target {
            design: &self.design,
            classes: &self.classes,
            weights: self.weights.clone(),
            loss: whole.loss,
            width: whole.width,
            l1: whole.l1,
            l2: whole.l2,
            intercept: whole.intercept,
        }
    }

    /// Their residuals; without scores.
    pub fn place(&self) -> &Place {
        &self.place
    }
}

#[cfg(test)]
mod tests {
    use super::super::target::Intercept;
    use super::*;
    use crate::learn::Matrix;

    #[test]
    fn what_is_left_out_hardly_bends() {
        // One feature: far on the right side, in doubt, far on the wrong side.
        let x = Matrix::from_vec(vec![-20.0, 30.0, 25.0, -18.0, 0.5, -0.5, -19.0, 40.0], 8, 1).unwrap();
        let design = Design::doubles(&x).unwrap();
        let classes = [0, 1, 1, 0, 1, 0, 1, 1];
        let target = Target {
            design: &design,
            classes: &classes,
            weights: vec![1.0; 8],
            loss: Loss::Logistic,
            width: 1,
            l1: 0.0,
            l2: 1.0,
            intercept: Intercept::Free,
        };
        let place = target.at(&[1.0, 0.0]);
        let bent = Bent::new(&target, &place).unwrap();
        assert_eq!(bent.classes, [1, 0, 1]);
        let near = bent.target(&target);
        let direction = [0.7, -0.2];
        let (all, some) =
            (target.hessian_times(&place, &direction, 0.0), near.hessian_times(bent.place(), &direction, 0.0));
        all.iter().zip(&some).for_each(|(all, some)| assert!((all - some).abs() < 1e-5, "{all} {some}"));
        assert!(Bent::new(&target, &target.at(&[0.0, 0.0])).is_none());
    }
}
