//! What is drawn while chains run: templates that melt together, groups in use and log joint so far.

use super::MixtureParams;
use super::kept;
use super::selection::Chosen;
use super::task::Found;
use crate::data::Dataset;
use crate::experiments::lab::Progress;
use crate::learn::mixture::{Snapshot, TraceRow};
use crate::report::melting::Melting;
use crate::report::{Curve, Figure, Report, Section, Stroke};

/// The report of chains under way. `before` is where they were when this stage began, and what a visitor who stops
/// the run can go on from.
pub fn report(
    params: &MixtureParams,
    data: &Dataset,
    chosen: &Chosen,
    before: &[Snapshot],
    known: &[Progress<Found>],
    at: usize,
) -> Report {
    let mut report = Report::default();
    let n = chosen.rows.len();
    // One chain is followed, the first that goes on: of five in turn nobody would see what melts.
    let going = |job: &Progress<Found>| job.tick.is_some() && job.output.is_none();
    let at = known.iter().position(going).unwrap_or(at);
    let size = (data.height as u32, data.width as u32);
    let mosaic = known[at]
        .tick
        .as_ref()
        .and_then(|tick| Some(Melting::of(&tick.frame)?.section(size, at, (tick.step, n as u32))));
    report.sections.extend(mosaic);
    let sweeps = f64::from(n.max(1) as u32);
    let trace = |value: fn(&TraceRow) -> f64| -> Vec<Vec<(f64, f64)>> {
        let of = |chain: usize| {
            let done = match &known[chain].output {
                Some(Found::Chain(chain)) => Some(&**chain),
                _ => before.get(chain),
            };
            let rows = done.map_or(&[][..], |chain| chain.trace.get(1..).unwrap_or_default());
            rows.iter().map(|row| (f64::from(row.sweep), value(row))).collect()
        };
        (0..known.len()).map(of).collect()
    };
    let groups = trace(|row| f64::from(row.n_groups));
    let mut joints = trace(TraceRow::log_joint);
    for (points, job) in joints.iter_mut().zip(known) {
        if job.output.is_none() {
            points.extend(job.history.iter().map(|(step, value)| (f64::from(*step) / sweeps, *value)));
        }
    }
    let moved = joints.iter().filter(|points| !points.is_empty()).count();
    let words = match params.n_chains {
        1 if moved == 0 => "The chain has not moved yet.".into(),
        1 => "The chain has moved.".into(),
        n => format!("{moved} of {n} chains have moved."),
    };
    report.sections.extend(lines("groups", "Groups in use", "groups in use", &words, groups));
    report.sections.extend(lines("log_joint", "Log joint", "log joint", &words, joints));
    report.arrays = if before.is_empty() { Vec::new() } else { kept::arrays(&chosen.rows, before) };
    report
}

fn lines(id: &str, title: &str, y_title: &str, words: &str, chains: Vec<Vec<(f64, f64)>>) -> Option<Section> {
    let curves: Vec<Curve> = chains
        .into_iter()
        .enumerate()
        .filter(|(_, points)| !points.is_empty())
        .map(|(chain, points)| Curve {
            name: format!("chain {chain}"),
            points,
            stroke: if chain == 0 { Stroke::Strong } else { Stroke::Thin },
        })
        .collect();
    (!curves.is_empty()).then(|| Section {
        id: id.into(),
        title: title.into(),
        summary: words.into(),
        figure: Figure::Curves { x_title: "sweep".into(), y_title: y_title.into(), curves },
    })
}
