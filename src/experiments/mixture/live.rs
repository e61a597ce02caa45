//! What is drawn while chains run: templates that melt together, groups in use and log joint so far.

use super::MixtureParams;
use super::kept;
use super::sections::COLUMNS;
use super::selection::Chosen;
use super::task::Found;
use crate::data::Dataset;
use crate::experiments::lab::Progress;
use crate::experiments::pictures;
use crate::learn::mixture::{Snapshot, TraceRow};
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
    if let Some(section) = known[at].tick.as_ref().and_then(|tick| mosaic(data, n, at, tick.step, &tick.frame)) {
        report.sections.push(section);
    }
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
    let words = format!("{moved} of {} chains have moved.", params.n_chains);
    report.sections.extend(lines("groups", "Groups in use", "groups in use", &words, groups));
    report.sections.extend(lines("log_joint", "Log joint", "log joint", &words, joints));
    report.arrays = if before.is_empty() { Vec::new() } else { kept::arrays(&chosen.rows, before) };
    report
}

/// The groups of a chain while its images move; see `task::frame`.
fn mosaic(data: &Dataset, n: usize, chain: usize, step: u32, frame: &[f32]) -> Option<Section> {
    let (groups, shown) = (*frame.first()? as usize, *frame.get(1)? as usize);
    let (sizes, levels) = frame.get(2..)?.split_at_checked(shown)?;
    let (sweep, visited) = (step as usize / n.max(1) + 1, step as usize % n.max(1));
    let rest = if shown < groups { format!("; the {shown} largest are shown") } else { String::new() };
    let summary =
        format!("Chain {chain}, sweep {sweep}: {visited} of {n} images have chosen; {groups} groups in use{rest}.");
    let captions = sizes.iter().map(|size| size.to_string());
    Some(pictures::grid("mosaic", "All groups", &summary, data, captions, levels, (0.0, 255.0), COLUMNS))
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
