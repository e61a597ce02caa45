//! What can be drawn while models are fitted: every descent, and the coefficients so far.

use super::figures::coefficients;
use super::params::LogisticParams;
use super::task::{Answer, Sides};
use crate::data::Dataset;
use crate::experiments::lab::Progress;
use crate::report::{Curve, Figure, Report, Section, Stroke, Table, Value, plain};

/// Lines that can be told apart by their colours.
const COLORS: usize = 9;

/// How far a model is.
pub struct Way {
    /// What it is called.
    pub name: String,
    /// The objective, see [`Part`](crate::learn::linear_model::Part).
    pub objective: f64,
    /// What has to vanish.
    pub gradient: f64,
    /// Iterations done.
    pub n_iter: u32,
    /// How it ended, or that it has not.
    pub ended: &'static str,
}

/// Where each model is on its way.
pub fn ways(ways: impl Iterator<Item = Way>) -> Section {
    let columns = ["model", "objective", "gradient", "iterations", "ended"].map(String::from).to_vec();
    let row = |way: Way| {
        vec![
            Value::Text(way.name),
            Value::Float(way.objective),
            Value::Text(if way.gradient.is_nan() { "–".into() } else { plain(way.gradient) }),
            Value::Int(i64::from(way.n_iter)),
            Value::Text(way.ended.into()),
        ]
    };
    Section {
        id: "convergence".into(),
        title: "Does it converge?".into(),
        summary: "How far each model has come. The objective falls, and the gradient with it; the model has converged when the \
                  gradient has fallen far enough."
            .into(),
        figure: Figure::Numbers(Table { columns, rows: ways.map(row).collect() }),
    }
}

/// The objective of each model after each iteration; nothing while there is none.
pub fn objectives<'a>(summary: String, models: impl Iterator<Item = (String, &'a [(u32, f64)])>) -> Option<Section> {
    let mut curves: Vec<Curve> = models
        .filter(|(_, history)| !history.is_empty())
        .map(|(name, history)| Curve {
            name,
            points: history.iter().map(|(step, objective)| (f64::from(*step), *objective)).collect(),
            stroke: Stroke::Thin,
        })
        .collect();
    if curves.len() <= COLORS {
        curves.iter_mut().zip(0u8..).for_each(|(curve, i)| curve.stroke = Stroke::Class(i));
    }
    (!curves.is_empty()).then(|| Section {
        id: "descent".into(),
        title: "Objective".into(),
        summary,
        figure: Figure::Curves { x_title: "iteration".into(), y_title: "objective".into(), curves },
    })
}

/// How far each model of a fit is.
fn descending(names: &[String], known: &[Progress<Answer>]) -> Section {
    ways(known.iter().enumerate().filter_map(|(i, job)| {
        let part = job.output.as_ref().and_then(Answer::as_part);
        let (objective, gradient, n_iter, ended) = match (part, &job.tick) {
            (Some(part), _) => {
                let ended = if part.converged { "converged" } else { "stopped early" };
                (part.objective, part.gradient_norm, part.n_iter, ended)
            }
            (None, Some(tick)) => {
                let gradient = tick.frame.last().copied().map_or(f64::NAN, f64::from);
                (tick.objective, gradient, tick.step, "not yet")
            }
            (None, None) => return None,
        };
        let name = if known.len() == 1 { "all classes".into() } else { format!("{} against the rest", names[i]) };
        Some(Way { name, objective, gradient, n_iter, ended })
    }))
}

/// What can be drawn while models are fitted: the coefficients so far, and every descent.
pub fn unfinished(params: &LogisticParams, data: &Dataset, sides: &Sides, known: &[Progress<Answer>]) -> Report {
    let names = sides.names(data);
    let m = data.n_features();
    let outputs = if known.len() == 1 && names.len() > 2 { names.len() } else { 1 };
    let coef: Vec<f64> = known
        .iter()
        .flat_map(|job| match (job.output.as_ref().and_then(Answer::as_part), &job.tick) {
            (Some(part), _) => part.coef.clone(),
            // The last number is the gradient's.
            (None, Some(tick)) => tick.frame.iter().take(outputs * m).map(|value| f64::from(*value)).collect(),
            (None, None) => vec![0.0; outputs * m],
        })
        .collect();
    let mut report = Report::default();
    report.sections.extend(coefficients(params, data, &names, &coef));
    let summary = match known.len() {
        1 => "The objective after each iteration.".to_string(),
        n => format!("The objective after each iteration, of {n} models."),
    };
    let named = |i: usize| if known.len() == 1 { "all classes".into() } else { names[i].clone() };
    if let Some(section) =
        objectives(summary, known.iter().enumerate().map(|(i, job)| (named(i), job.history.as_slice())))
    {
        report.sections.push(descending(&names, known));
        report.sections.push(section);
    }
    report
}
