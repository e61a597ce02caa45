//! What is seen while paths are walked.

use super::CrossvalParams;
use super::told::{accuracies, curve};
use super::walk::{Seen, Stop};
use crate::data::Dataset;
use crate::experiments::lab::Progress;
use crate::experiments::logistic::{LogisticParams, Sides, Way, coefficients, objectives, ways};
use crate::report::{Report, Stroke, plain};

/// What can be drawn while paths are walked: the folds, as far as they are.
pub(super) fn unfinished(
    params: &CrossvalParams,
    data: &Dataset,
    sides: &Sides,
    known: &[Progress<Vec<Stop>>],
) -> Report {
    let cs = params.cs();
    let n_paths = known.len() / params.penalty.len();
    let name = |i: usize| {
        let (word, at) = (params.penalty[i / n_paths].word(), i % n_paths);
        if at + 1 == n_paths { format!("test, {word}") } else { format!("fold {at}, {word}") }
    };
    let seen: Vec<Option<Seen>> =
        known.iter().map(|job| Seen::of(&job.tick.as_ref().filter(|_| job.output.is_none())?.frame)).collect();
    let mut curves = Vec::new();
    let mut n_done = 0;
    for (i, (job, seen)) in known.iter().zip(&seen).enumerate() {
        n_done += usize::from(job.output.is_some());
        let values: Vec<f64> = match (&job.output, seen) {
            (Some(stops), _) => stops.iter().map(|stop| stop.held_out).collect(),
            (None, Some(seen)) => seen.held_out.clone(),
            (None, None) => Vec::new(),
        };
        if !values.is_empty() {
            curves.push(curve(name(i), &cs, values, Stroke::Class(i as u8)));
        }
    }
    let summary = format!(
        "{n_done} of {} paths are walked to their end. Each curve is the accuracy on the images that one of them did not \
         learn from: those of a fold, or the test.",
        known.len()
    );
    let mut report = Report { sections: vec![accuracies(summary, curves)], ..Report::default() };
    report.sections.push(ways(known.iter().zip(&seen).enumerate().filter_map(|(i, (job, seen))| {
        let tick = job.tick.as_ref()?;
        let (c, ended) = match seen {
            Some(seen) => (cs.get(seen.held_out.len()).copied().unwrap_or(params.c_max), "not yet"),
            None => (params.c_max, "walked"),
        };
        let name = format!("{}, C = {}", name(i), plain(c));
        let gradient = seen.as_ref().map_or(f64::NAN, |seen| seen.gradient);
        Some(Way { name, objective: tick.objective, gradient, n_iter: tick.step, ended })
    })));
    let histories = known.iter().enumerate().map(|(i, job)| (name(i), job.history.as_slice()));
    let summary = "The objective after each iteration, of all C one after the other: it rises where the next C begins, since it \
                   counts the loss C times.";
    report.sections.extend(objectives(summary.into(), histories));
    // The path that is walked of all images: its maps as they form.
    let forming = seen.iter().enumerate().rev().find_map(|(i, seen)| {
        let seen = seen.as_ref().filter(|seen| !seen.coef.is_empty())?;
        Some((i, seen))
    });
    if let Some((i, seen)) = forming {
        let of = LogisticParams { label: 0, ..params.at(params.penalty[i / n_paths], params.c_max) };
        report.sections.extend(coefficients(&of, data, &sides.names(data), &seen.coef).into_iter().skip(1));
    }
    report
}
