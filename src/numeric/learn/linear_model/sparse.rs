//! The problem with corners: Newton steps, each over a quadratic model with the
//! L1 term left as it is.
//!
//! A model is made only of the coefficients that are not zero or want to leave zero; of
//! several outputs one after the other, with what the others have moved since taken into account.

use super::coordinate::{Quadratic, least_subgradient};
use super::design::Design;
use super::shift::shifted;
use super::solve::{Outcome, Rule, Step, WON_BY_ROUNDING};
use super::target::{Intercept, Place, Target};
use crate::learn::Matrix;
use crate::learn::linalg::{add_scaled, dot, mirror};

/// Rounds over the outputs in one step.
const ROUNDS: usize = 30;
/// Share of the greatest subgradient down to which a model is solved.
const SHARE: f64 = 0.05;
/// Curvature that is added at first, where the loss itself has at most 1/4.
const DAMPING: f64 = 0.03;
/// Share of the greatest curvature below which a sample is left out of the model.
const FAINT: f64 = 1e-10;
/// Share of the objective by which a step must still promise to lower it, or the fit has converged: with little
/// penalty the subgradient, measured against all samples, is small long before coefficients stand still.
const PROMISE: f64 = 1e-10;

/// Minimises `target` from `theta` on.
pub(super) fn proximal_newton(
    target: &Target,
    mut theta: Vec<f64>,
    rule: &Rule,
    tick: &mut dyn FnMut(&Step),
) -> Outcome {
    let mut place = target.at(&theta);
    let mut damping = DAMPING;
    let (mut n_iter, mut last) = (0, false);
    // The measure before a step of which rounding hides what it changed.
    let mut hidden = f64::INFINITY;
    loop {
        let gradient = target.gradient(&theta, &place);
        let objective = place.loss + target.penalty(&theta);
        let subgradient = subgradient(target, &theta, &gradient);
        let gradient_norm = rule.norm(&subgradient);
        tick(&Step { iteration: n_iter, objective, gradient_norm, theta: &theta });
        let outcome =
            |theta, converged| Outcome { theta, objective, gradient_norm, n_iter, converged, separated: false };
        let small = gradient_norm <= rule.bound();
        if last {
            return outcome(theta, true);
        }
        if gradient_norm == 0.0 || gradient_norm >= hidden {
            return outcome(theta, small);
        }
        let most = subgradient.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let (step, dz) = model_step(target, &theta, &place, &gradient, &subgradient, damping, SHARE * most);
        let moved: Vec<f64> = theta.iter().zip(&step).map(|(theta, step)| theta + step).collect();
        let sizes = |theta: &[f64]| theta[..target.penalized()].iter().map(|value| value.abs()).sum::<f64>();
        let promise = dot(&gradient, &step) + target.l1 * (sizes(&moved) - sizes(&theta));
        // The last step is at hand, so it is taken.
        let least = -promise <= WON_BY_ROUNDING * objective;
        last = least || small && -promise <= PROMISE * objective;
        if n_iter == rule.max_iter {
            return outcome(theta, last);
        }
        let faint = -promise <= 1e-9 * objective;
        hidden = if faint { gradient_norm } else { f64::INFINITY };
        let mut length = 1.0;
        let there = loop {
            // At full length `moved` itself, so that what is zero is exactly zero.
            let goal: Vec<f64> = if length == 1.0 {
                moved.clone()
            } else {
                theta.iter().zip(&step).map(|(theta, step)| theta + length * step).collect()
            };
            let next = target.place(place.z.iter().zip(&dz).map(|(z, dz)| z + length * dz).collect());
            let change = (next.loss - place.loss) + (target.penalty(&goal) - target.penalty(&theta));
            if change <= 0.01 * length * promise || faint && change <= 1e-12 * objective {
                break Some((goal, next));
            }
            length *= 0.5;
            if length < 1e-9 {
                break None;
            }
        };
        match there {
            Some((goal, next)) => {
                (theta, place) = (goal, next);
                let objective = place.loss + target.penalty(&theta);
                if shifted(target, &mut theta, objective) {
                    place = target.at(&theta);
                }
            }
            // Rounding is all that is left.
            None => return outcome(theta, small || least),
        }
        n_iter += 1;
        if length < 0.5 {
            damping = (4.0 * damping).clamp(1e-8, 1.0);
        } else if length == 1.0 {
            damping *= 0.2;
        }
    }
}

/// The least subgradient of the objective; `gradient` is that of its smooth part.
pub(super) fn subgradient(target: &Target, theta: &[f64], gradient: &[f64]) -> Vec<f64> {
    let n = target.penalized();
    let l1 = |at: usize| if at < n { target.l1 } else { 0.0 };
    theta.iter().zip(gradient).enumerate().map(|(at, (x, g))| least_subgradient(*x, *g, l1(at))).collect()
}

/// One output's part of the model.
struct Part {
    /// The columns that may move, the column of ones among them as the last.
    kept: Vec<usize>,
    /// Only these columns of the samples.
    design: Design,
    matrix: Matrix,
}

/// The step to the minimum of the model, and the change of the scores that it makes.
fn model_step(
    target: &Target,
    theta: &[f64],
    place: &Place,
    gradient: &[f64],
    subgradient: &[f64],
    damping: f64,
    enough: f64,
) -> (Vec<f64>, Vec<f64>) {
    let (width, last) = (target.width, target.last() / target.width);
    let mut step = vec![0.0; theta.len()];
    let mut dz = vec![0.0; place.z.len()];
    let parts: Vec<Part> = (0..width)
        .map(|k| {
            let moves = |j: &usize| theta[j * width + k] != 0.0 || subgradient[j * width + k] != 0.0;
            let mut kept: Vec<usize> = (0..last).filter(moves).collect();
            let design = target.design.narrowed(&kept);
            kept.push(last);
            let mut weights = target.curvatures(place, k);
            add_scaled(&mut weights, damping, &target.weights);
            let greatest = weights.iter().copied().fold(0.0, f64::max);
            let mut matrix = design.gram(&weights, FAINT * greatest);
            mirror(&mut matrix);
            let n = kept.len() - 1;
            (0..n).for_each(|i| matrix.row_mut(i)[i] += target.l2);
            match target.intercept {
                Intercept::Absent => matrix.row_mut(n)[n] = 0.0,
                Intercept::Free => {}
                Intercept::Penalized => matrix.row_mut(n)[n] += target.l2,
            }
            Part { kept, design, matrix }
        })
        .collect();
    for round in 0..ROUNDS {
        let mut rest = 0.0f64;
        for (k, part) in parts.iter().enumerate() {
            let n = part.kept.len() - 1;
            let mut slope: Vec<f64> = part.kept.iter().map(|j| gradient[j * width + k]).collect();
            if round > 0 || k > 0 {
                let turned = turned(target, place, &dz, damping, k);
                let mut back = part.design.back(&turned, 1);
                if target.intercept == Intercept::Absent {
                    back[n] = 0.0;
                }
                for (at, (slope, back)) in slope.iter_mut().zip(back).enumerate() {
                    let l2 = if at < n || target.intercept == Intercept::Penalized { target.l2 } else { 0.0 };
                    *slope += back + l2 * step[part.kept[at] * width + k];
                }
            }
            let mut x: Vec<f64> = part.kept.iter().map(|j| theta[j * width + k] + step[j * width + k]).collect();
            let quadratic = Quadratic {
                matrix: &part.matrix,
                l1: target.l1,
                n_penalized: if target.intercept == Intercept::Penalized { n + 1 } else { n },
            };
            let before = x.clone();
            rest = rest.max(quadratic.violation(&x, &slope));
            quadratic.minimize(&mut x, &mut slope, 0.5 * enough);
            let change: Vec<f64> = x.iter().zip(&before).map(|(x, before)| x - before).collect();
            for (&j, x) in part.kept.iter().zip(&x) {
                step[j * width + k] = x - theta[j * width + k];
            }
            let moved = part.design.scores(&change, 1);
            dz[k..].iter_mut().step_by(width).zip(moved).for_each(|(dz, moved)| *dz += moved);
        }
        // Of one output the model is solved at once.
        if width == 1 || rest <= enough {
            break;
        }
    }
    (step, dz)
}

/// What a change `dz` of all scores changes in the weighted residuals of output `k`.
fn turned(target: &Target, place: &Place, dz: &[f64], damping: f64, k: usize) -> Vec<f64> {
    let width = target.width;
    let mut row = vec![0.0; width];
    let samples =
        dz.chunks_exact(width).zip(place.r.chunks_exact(width)).zip(target.classes.iter().zip(&target.weights));
    samples
        .map(|((dz, r), (class, weight))| {
            row.copy_from_slice(dz);
            target.loss.turn(r, *class as usize, &mut row);
            weight * (row[k] + damping * dz[k])
        })
        .collect()
}
