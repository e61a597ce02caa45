//! The smooth problem: Newton steps, each solved by conjugate gradients.
//!
//! Pixels that hardly vary and classes that can be told apart make the problem so
//! badly conditioned that first-order methods crawl. Two things help. The
//! preconditioner, one factored matrix for all outputs, sees the scale of every pixel.
//! And a sample that is far on the wrong side has hardly any curvature, so that a plain
//! Newton step would throw it across: the steps are damped, by a little curvature that
//! is added to that of every sample for as long as steps turn out too long.

use super::bent::Bent;
use super::solve::{Outcome, Rule, Step, WON_BY_ROUNDING};
use super::target::{Intercept, Place, Target};
use crate::learn::linalg::{Cholesky, add_scaled, dot};

/// Conjugate gradients after which the next step gets a new preconditioner.
const TIRED: usize = 8;
/// Most conjugate gradients of a step.
const MOST: usize = 250;
/// Share of the greatest curvature below which a sample is left out of the preconditioner.
const FAINT: f64 = 1e-9;
/// Curvature that is added at first, where the loss itself has at most 1/4.
const DAMPING: f64 = 0.03;
/// Shares of the gradient that a step may leave: the greatest far from the minimum, the least near it.
const GREATEST_SHARE: f64 = 0.5;
/// See [`GREATEST_SHARE`].
const LEAST_SHARE: f64 = 0.1;
/// Share of the objective by which a step must still promise to lower it, or the fit has converged.
const PROMISE: f64 = 1e-5;
/// The same near the minimum, where steps are hardly damped.
const LEAST_PROMISE: f64 = 1e-10;
/// See [`LEAST_PROMISE`].
const LEAST_DAMPING: f64 = 1e-8;

/// Minimises `target`, which has no L1 term, from `theta` on.
///
/// Ends when the rule is met and a further step would lower the objective by less than
/// a hundred-thousandth: on raw pixels a gradient is small long before that.
pub(super) fn newton(target: &Target, theta: Vec<f64>, rule: &Rule, tick: &mut dyn FnMut(&Step)) -> Outcome {
    damped(target, theta, rule, (DAMPING, PROMISE), tick)
}

/// As [`newton`], from a place near the minimum on, and very near to it.
pub(super) fn polished(target: &Target, theta: Vec<f64>, rule: &Rule, tick: &mut dyn FnMut(&Step)) -> Outcome {
    damped(target, theta, rule, (LEAST_DAMPING, LEAST_PROMISE), tick)
}

fn damped(
    target: &Target,
    mut theta: Vec<f64>,
    rule: &Rule,
    (mut damping, promise): (f64, f64),
    tick: &mut dyn FnMut(&Step),
) -> Outcome {
    let mut place = target.at(&theta);
    let mut factor: Option<Factor> = None;
    let (mut n_iter, mut easing, mut last) = (0, 1.0, false);
    loop {
        let gradient = target.gradient(&theta, &place);
        let objective = place.loss + target.penalty(&theta);
        let gradient_norm = rule.norm(&gradient);
        let first = rule.first;
        tick(&Step { iteration: n_iter, objective, gradient_norm, theta: &theta });
        let separated = target.l2 == 0.0 && target.is_separated(&place);
        let outcome = |theta, converged| Outcome { theta, objective, gradient_norm, n_iter, converged, separated };
        let small = gradient_norm <= rule.bound();
        if gradient_norm == 0.0 || small && separated || last {
            return outcome(theta, true);
        }
        let bent = Bent::new(target, &place);
        let (near, there) = match &bent {
            Some(bent) => (&bent.target(target), bent.place()),
            None => (target, &place),
        };
        let factor = match &mut factor {
            Some(factor) if !factor.tired => factor,
            old => old.insert(Factor::new(near, there, damping)),
        };
        let eta = (gradient_norm / first).sqrt().clamp(LEAST_SHARE, GREATEST_SHARE);
        let step = conjugate_gradients(near, there, &gradient, damping, factor, eta);
        // The last step is at hand, so it is taken: it costs next to nothing, and gains digits.
        let promised = -0.5 * dot(&gradient, &step);
        let least = promised <= WON_BY_ROUNDING * objective;
        last = least || small && promised <= promise * objective;
        if n_iter == rule.max_iter {
            return outcome(theta, last);
        }
        match line_search(target, &theta, &place, &step, &gradient) {
            Some((length, there)) => {
                add_scaled(&mut theta, length, &step);
                place = there;
                n_iter += 1;
                // The more steps in a row were not too long, the more the next one may be.
                easing = if length > 0.6 { 0.5 * easing } else { 1.0 };
                damping *= easing;
                if length < 0.25 {
                    damping = (8.0 * damping).clamp(LEAST_DAMPING, 1.0);
                }
                factor.fresh = false;
            }
            // Rounding is all that is left, unless the preconditioner was old.
            None if factor.fresh || last => return outcome(theta, small || least),
            None => factor.tired = true,
        }
    }
}

/// The preconditioner.
struct Factor {
    cholesky: Cholesky,
    width: usize,
    /// Whether no step has been made since.
    fresh: bool,
    /// Whether it took too many conjugate gradients.
    tired: bool,
}

impl Factor {
    /// From the curvature of each sample, summed over the outputs, of which most often
    /// two disagree over it.
    fn new(target: &Target, place: &Place, damping: f64) -> Self {
        let mut weights = target.curvatures(place, 0);
        for k in 1..target.width {
            add_scaled(&mut weights, 1.0, &target.curvatures(place, k));
        }
        let share = if target.width == 1 { 1.0 } else { 0.5 };
        weights.iter_mut().for_each(|weight| *weight *= share);
        add_scaled(&mut weights, damping, &target.weights);
        Factor { cholesky: factored(target, &weights), width: target.width, fresh: true, tired: false }
    }

    /// What the preconditioner makes of a gradient.
    fn solve(&self, gradient: &[f64], out: &mut [f64]) {
        let mut column = vec![0.0; gradient.len() / self.width];
        for k in 0..self.width {
            column.iter_mut().zip(gradient[k..].iter().step_by(self.width)).for_each(|(to, value)| *to = *value);
            self.cholesky.solve_vector(&mut column);
            out[k..].iter_mut().step_by(self.width).zip(&column).for_each(|(to, value)| *to = *value);
        }
    }
}

fn factored(target: &Target, weights: &[f64]) -> Cholesky {
    let greatest = weights.iter().copied().fold(0.0, f64::max);
    let mut matrix = target.design.gram(weights, FAINT * greatest);
    let (n, last) = (matrix.n_rows(), matrix.n_rows() - 1);
    let mean = (0..n).map(|i| matrix.row(i)[i]).sum::<f64>() / n as f64;
    if target.intercept == Intercept::Absent {
        matrix.row_mut(last).fill(0.0);
        matrix.row_mut(last)[last] = 1.0;
    }
    let n_penalized = if target.intercept == Intercept::Penalized { n } else { last };
    (0..n_penalized).for_each(|i| matrix.row_mut(i)[i] += target.l2);
    // Where features depend on each other, the factor of a matrix next to it does as well.
    let mut ridge = 1e-12 * mean;
    loop {
        (0..n).for_each(|i| matrix.row_mut(i)[i] += ridge);
        if let Some(factor) = Cholesky::new(&matrix, 1e-14) {
            return factor;
        }
        ridge = (100.0 * ridge).max(f64::MIN_POSITIVE);
    }
}

/// A step towards the minimum of the quadratic model, to a share `eta` of the gradient.
fn conjugate_gradients(
    target: &Target,
    place: &Place,
    gradient: &[f64],
    damping: f64,
    factor: &mut Factor,
    eta: f64,
) -> Vec<f64> {
    let n = gradient.len();
    let (mut step, mut solved) = (vec![0.0; n], vec![0.0; n]);
    let mut residual: Vec<f64> = gradient.iter().map(|value| 0.0 - value).collect();
    factor.solve(&residual, &mut solved);
    let mut direction = solved.clone();
    let mut size = dot(&residual, &solved);
    let enough = eta * eta * size;
    let mut n_done = 0;
    while n_done < MOST && size > enough {
        let turned = target.hessian_times(place, &direction, damping);
        let curvature = dot(&direction, &turned);
        if curvature <= 0.0 {
            break;
        }
        let length = size / curvature;
        add_scaled(&mut step, length, &direction);
        add_scaled(&mut residual, -length, &turned);
        factor.solve(&residual, &mut solved);
        let next = dot(&residual, &solved);
        let keep = next / size;
        direction.iter_mut().zip(&solved).for_each(|(value, solved)| *value = solved + keep * *value);
        size = next;
        n_done += 1;
    }
    factor.tired = n_done > TIRED;
    if n_done == 0 { direction } else { step }
}

/// How far to go along `step`, and the place there: near the minimum along the
/// line, and lower than here. `None` if nothing lower is found.
pub(super) fn line_search(
    target: &Target,
    theta: &[f64],
    here: &Place,
    step: &[f64],
    gradient: &[f64],
) -> Option<(f64, Place)> {
    let dz = target.design.scores(step, target.width);
    let n = target.penalized();
    let (linear, square) = (dot(&theta[..n], &step[..n]), dot(&step[..n], &step[..n]));
    let start = dot(gradient, step);
    if start >= 0.0 {
        return None;
    }
    let at = |t: f64| {
        let z = here.z.iter().zip(&dz).map(|(z, dz)| z + t * dz).collect();
        let place = target.place(z);
        let change = place.loss - here.loss + target.l2 * (t * linear + 0.5 * t * t * square);
        let rows = place.r.chunks_exact(target.width).zip(dz.chunks_exact(target.width)).zip(&target.weights);
        let slope: f64 =
            rows.map(|((r, dz), weight)| weight * r.iter().zip(dz).map(|(r, dz)| r * dz).sum::<f64>()).sum();
        (change, slope + target.l2 * (linear + t * square), place)
    };
    let mut best: Option<(f64, f64, Place)> = None;
    // Slopes at both ends of where the minimum is.
    let (mut low, mut high) = ((0.0, start), None::<(f64, f64)>);
    let mut t = 1.0;
    for _ in 0..30 {
        let (change, slope, place) = at(t);
        // Where rounding hides the change, the slope still shows it.
        let hidden = start.abs() <= 1e-9 * here.loss && slope.abs() <= 0.5 * start.abs();
        let fits = hidden || change <= 1e-4 * t * start;
        if fits && best.as_ref().is_none_or(|best| hidden || change < best.1) {
            best = Some((t, change, place));
        }
        if fits && slope.abs() <= 0.3 * start.abs() {
            break;
        }
        if slope < 0.0 && change.is_finite() {
            low = (t, slope);
        } else {
            high = Some((t, slope));
        }
        t = match high {
            None if t > 1e6 => break,
            // The slopes of a tail fall as an exponential does: a secant is too careful.
            None => t * 2.5,
            Some((end, slope)) => {
                let width = end - low.0;
                let secant = low.0 + width * low.1 / (low.1 - slope);
                // A secant may be not finite, and must leave both ends.
                if secant.is_finite() {
                    secant.clamp(low.0 + 0.1 * width, end - 0.1 * width)
                } else {
                    low.0 + 0.5 * width
                }
            }
        };
    }
    best.map(|(t, _, place)| (t, place))
}
