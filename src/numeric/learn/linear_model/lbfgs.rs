//! The problem without a penalty: steps of limited memory (L-BFGS; Liu and Nocedal, 1989), as scikit-learn takes them.
//!
//! Where classes can be told apart without an error there is no minimum, only directions that go down for ever. Second
//! derivatives would follow those that cost the least, of pixels that hardly vary, and what they lead to is no good
//! for other images. Gradients follow what many images have in common.

use super::newton::{line_search, newton, polished};
use super::solve::{Outcome, Rule, Step};
use super::target::Target;
use crate::learn::linalg::{add_scaled, dot};
use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 10;
/// Of classes told apart, the share of the bound that the gradient has to fall to: where the descent ends is then no
/// higher than where another one of the same tolerance does.
const SURER: f64 = 0.1;

/// A step, how it changed the gradient, and the inverse of their product.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse: f64,
}

/// Minimises `target`, which has no penalty, from `theta` on.
///
/// Where the rule is met although some samples are on the wrong side there is a minimum, and Newton's steps go there;
/// so they do where half of the iterations did not tell the classes apart.
pub(super) fn lbfgs(target: &Target, mut theta: Vec<f64>, rule: &Rule, tick: &mut dyn FnMut(&Step)) -> Outcome {
    let mut place = target.at(&theta);
    let mut gradient = target.gradient(&theta, &place);
    let mut known: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
    let mut n_iter = 0;
    loop {
        let (objective, gradient_norm) = (place.loss, rule.norm(&gradient));
        tick(&Step { iteration: n_iter, objective, gradient_norm, theta: &theta });
        let separated = target.is_separated(&place);
        let outcome = |theta, converged| Outcome { theta, objective, gradient_norm, n_iter, converged, separated };
        let small = gradient_norm <= rule.bound();
        if gradient_norm == 0.0 || separated && gradient_norm <= SURER * rule.bound() {
            return outcome(theta, true);
        }
        if n_iter == rule.max_iter {
            return outcome(theta, small);
        }
        if !separated && (small || n_iter >= rule.max_iter / 2) {
            return refined(target, theta, rule, (n_iter, small), tick);
        }
        let mut step = direction(&known, &gradient);
        if dot(&step, &gradient) >= 0.0 {
            // Rounding has spoilt what is remembered.
            known.clear();
            step = direction(&known, &gradient);
        }
        let Some((length, there)) = line_search(target, &theta, &place, &step, &gradient) else {
            if known.is_empty() {
                return if separated {
                    outcome(theta, small)
                } else {
                    refined(target, theta, rule, (n_iter, small), tick)
                };
            }
            known.clear();
            continue;
        };
        step.iter_mut().for_each(|value| *value *= length);
        add_scaled(&mut theta, 1.0, &step);
        place = there;
        n_iter += 1;
        let next = target.gradient(&theta, &place);
        let change: Vec<f64> = next.iter().zip(&gradient).map(|(next, before)| next - before).collect();
        gradient = next;
        let product = dot(&step, &change);
        if product > f64::EPSILON * dot(&change, &change) {
            if known.len() == MEMORY {
                known.pop_front();
            }
            known.push_back(Pair { step, change, inverse: 1.0 / product });
        }
    }
}

/// Minus the gradient, times what is known of the inverse of the second derivative.
fn direction(known: &VecDeque<Pair>, gradient: &[f64]) -> Vec<f64> {
    let mut out: Vec<f64> = gradient.iter().map(|value| 0.0 - value).collect();
    let mut shares = Vec::with_capacity(known.len());
    for pair in known.iter().rev() {
        let share = pair.inverse * dot(&pair.step, &out);
        add_scaled(&mut out, -share, &pair.change);
        shares.push(share);
    }
    let scale = match known.back() {
        Some(last) => 1.0 / (last.inverse * dot(&last.change, &last.change)),
        None => 1.0 / dot(gradient, gradient).sqrt().max(f64::MIN_POSITIVE),
    };
    out.iter_mut().for_each(|value| *value *= scale);
    for (pair, share) in known.iter().zip(shares.into_iter().rev()) {
        let back = pair.inverse * dot(&pair.change, &out);
        add_scaled(&mut out, share - back, &pair.step);
    }
    out
}

/// Newton's steps from there on, counted with those before; `near` says that the rule is met there.
fn refined(
    target: &Target,
    theta: Vec<f64>,
    rule: &Rule,
    (n_iter, near): (u32, bool),
    tick: &mut dyn FnMut(&Step),
) -> Outcome {
    let rest = Rule { max_iter: rule.max_iter - n_iter, ..*rule };
    let mut told = |step: &Step| tick(&Step { iteration: n_iter + step.iteration, ..*step });
    let outcome = if near { polished } else { newton }(target, theta, &rest, &mut told);
    Outcome { n_iter: n_iter + outcome.n_iter, ..outcome }
}
