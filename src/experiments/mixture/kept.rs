//! Chains as arrays: what a report carries, what a file keeps, and what a run goes on from.

use super::MixtureParams;
use super::selection::Chosen;
use super::task::PAIRED;
use crate::error::{Error, Result};
use crate::learn::mixture::{Hyper, Snapshot, TraceRow, followed};
use crate::params::Params;
use crate::report::groups::{real, whole};
use crate::report::{Array, Numbers};
use serde::{Deserialize, Serialize};

/// What such a file calls itself.
const FORMAT: &str = "digitoscope-chains-1";

/// Settings that the chains depend on. Which images they saw is compared image by image.
const BINDING: [&str; 11] = [
    "threshold",
    "concentration",
    "learn_concentration",
    "alpha",
    "beta",
    "learn",
    "n_chains",
    "init",
    "n_groups",
    "n_proposals",
    "random_state",
];

/// Numbers of a row of the trace.
const COLUMNS: usize = 13;

/// Chains in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// What it is.
    pub format: String,
    /// The link of the run that the chains are from, every parameter written out.
    pub configuration: String,
    /// Seconds that their sweeps took, as far as it is known.
    #[serde(default)]
    pub seconds: f64,
    /// The chains.
    pub arrays: Vec<Array>,
}

impl Saved {
    /// The file of the chains of a report, whose sweeps took so many seconds; `None` if it has none.
    pub fn text(configuration: &str, arrays: &[Array], seconds: f64) -> Option<String> {
        let names =
            ["rows", "labels_", "alpha", "beta", "concentration", "running", "births", "n_births", "trace", "recent"];
        let arrays: Vec<Array> = arrays.iter().filter(|array| names.contains(&array.name.as_str())).cloned().collect();
        if arrays.len() != names.len() {
            return None;
        }
        let (format, configuration) = (FORMAT.into(), configuration.into());
        crate::json::write(&Saved { format, configuration, seconds, arrays }).ok()
    }
}

/// The arrays of some chains; `rows` are the images that they saw.
pub fn arrays(rows: &[u32], chains: &[Snapshot]) -> Vec<Array> {
    let (n, c) = (rows.len() as u32, chains.len() as u32);
    let d = chains.first().map_or(0, |chain| chain.hyper.a.len()) as u32;
    let sweeps = chains.first().map_or(0, |chain| chain.trace.len()) as u32;
    let real = |name: &str, shape: Vec<u32>, values: Vec<f64>| {
        let numbers = Numbers::F64(values);
        Array { name: name.into(), shape, numbers }
    };
    let whole = |name: &str, shape: Vec<u32>, values: Vec<u32>| {
        let numbers = Numbers::U32(values);
        Array { name: name.into(), shape, numbers }
    };
    let each = |value: fn(&Snapshot) -> f64| chains.iter().map(value).collect();
    let births: Vec<u32> = chains.iter().flat_map(|chain| chain.births.clone()).collect();
    let recent: Vec<u32> = chains.iter().flat_map(|chain| chain.recent.concat()).collect();
    let n_followed = followed(rows.len(), PAIRED).count() as u32;
    let n_recent = chains.first().map_or(0, |chain| chain.recent.len()) as u32;
    let log_joint = chains.iter().flat_map(|chain| chain.trace.iter().map(TraceRow::log_joint)).collect();
    vec![
        whole("rows", vec![n], rows.to_vec()),
        whole("labels_", vec![c, n], chains.iter().flat_map(|chain| chain.labels.clone()).collect()),
        real("alpha", vec![c, d], chains.iter().flat_map(|chain| chain.hyper.a.clone()).collect()),
        real("beta", vec![c, d], chains.iter().flat_map(|chain| chain.hyper.b.clone()).collect()),
        real("concentration", vec![c], each(|chain| chain.hyper.alpha)),
        real("log_joint", vec![c, sweeps], log_joint),
        real("running", vec![c], each(|chain| chain.log_joint)),
        whole("n_groups", vec![c], chains.iter().map(|chain| chain.births.len() as u32).collect()),
        whole("recent", vec![c, n_recent, n_followed], recent),
        whole("births", vec![births.len() as u32], births),
        whole("n_births", vec![c], chains.iter().map(|chain| chain.n_births).collect()),
        real(
            "trace",
            vec![c, sweeps, COLUMNS as u32],
            chains.iter().flat_map(|chain| chain.trace.iter().flat_map(row)).collect(),
        ),
    ]
}

fn row(row: &TraceRow) -> [f64; COLUMNS] {
    [
        f64::from(row.sweep),
        f64::from(row.n_groups),
        row.score_assignment,
        row.score_data,
        f64::from(row.moved),
        f64::from(row.births),
        f64::from(row.deaths),
        f64::from(row.singletons),
        f64::from(row.largest),
        row.effective_groups,
        row.concentration,
        f64::from(row.splits),
        f64::from(row.merges),
    ]
}

fn read_row(values: &[f64]) -> TraceRow {
    // Whether they are counts is seen before.
    let count = |at: usize| values[at] as u32;
    TraceRow {
        sweep: count(0),
        n_groups: count(1),
        score_assignment: values[2],
        score_data: values[3],
        moved: count(4),
        births: count(5),
        deaths: count(6),
        singletons: count(7),
        largest: count(8),
        effective_groups: values[9],
        concentration: values[10],
        splits: count(11),
        merges: count(12),
    }
}

/// What a row of the trace of `n` images cannot have after `sweep` sweeps.
fn wrong(row: &[f64], sweep: usize, n: usize) -> Option<String> {
    let most = n as f64;
    let count = |at: usize, least: f64, most: f64| row[at].fract() == 0.0 && (least..=most).contains(&row[at]);
    let any = f64::from(u32::MAX);
    if row[0] != sweep as f64 {
        Some(format!("sweep {}", row[0]))
    } else if !count(1, 1.0, most) {
        Some(format!("{} groups of {n} images", row[1]))
    } else if !row[2..4].iter().chain(&row[9..11]).all(|score| score.is_finite() && score.abs() < 1e300) {
        Some("a score that is no number".into())
    } else if !(4..7).chain(11..13).all(|at| count(at, 0.0, any)) || !(7..9).all(|at| count(at, 0.0, most)) {
        Some("a count that is none".into())
    } else {
        None
    }
}

fn refused(why: impl std::fmt::Display) -> Error {
    Error::Data(format!("These saved chains cannot go on here: {why}."))
}

/// The chains of a file, to go on with under `params`.
///
/// Errors: it is no such file, or its chains are of other settings or images; the reason is in the message. Whether
/// labels and images belong together is seen when a chain is resumed, by its log joint.
pub fn resume(text: &str, params: &MixtureParams, chosen: &Chosen) -> Result<Vec<Snapshot>> {
    // Where a parser stumbled is no help: nobody writes such a file by hand.
    let saved: Saved = crate::json::read(text).map_err(|_| {
        refused("the file is not whole or no file of chains. Choose one that \"Save the chains\" wrote")
    })?;
    if saved.format != FORMAT {
        let format: String = saved.format.chars().take(40).collect();
        return Err(refused(format!("the file says that it is '{format}', not '{FORMAT}'")));
    }
    let query = saved.configuration.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    for name in BINDING {
        let theirs = pairs.iter().find(|(known, _)| *known == name).map_or("missing", |(_, value)| *value);
        let ours = params.get(name).unwrap_or_default();
        if theirs == "missing" {
            return Err(refused(format!("the file does not say with which {name} they were run")));
        }
        if theirs != ours {
            let theirs: String = theirs.chars().take(40).collect();
            return Err(refused(format!(
                "they were run with {name} = {theirs}, and here it is {ours}. Set it to {theirs}, or run anew"
            )));
        }
    }
    let arrays = &saved.arrays;
    let lacks = |name: &str| refused(format!("the array '{name}' is missing from the file or has another type"));
    let u32s = |name: &str| whole(arrays, name).ok_or_else(|| lacks(name));
    let f64s = |name: &str| real(arrays, name).ok_or_else(|| lacks(name));
    let rows = u32s("rows")?;
    if rows != chosen.rows {
        return Err(refused(format!(
            "they have seen {} images, and here there are {}, not the same ones. Choose the digits, the images and the \
             data set that they were run with",
            rows.len(),
            chosen.rows.len()
        )));
    }
    let (c, n) = (params.n_chains as usize, rows.len());
    let (labels, alpha, beta) = (u32s("labels_")?, f64s("alpha")?, f64s("beta")?);
    let (concentration, running, n_births) = (f64s("concentration")?, f64s("running")?, u32s("n_births")?);
    let (births, trace) = (u32s("births")?, f64s("trace")?);
    // Files of before chains followed images have none: what is kept begins here.
    let recent = whole(arrays, "recent").unwrap_or_default();
    let n_followed = followed(n, PAIRED).count();
    let d = alpha.len() / c;
    let per_chain = trace.len() / c;
    let length = |name: &str, found: usize, expected: usize| match found == expected {
        true => Ok(()),
        false => Err(refused(format!("'{name}' has {found} numbers where {expected} belong"))),
    };
    length("labels_", labels.len(), c * n)?;
    length("alpha", alpha.len(), c * d)?;
    length("beta", beta.len(), c * d)?;
    length("concentration", concentration.len(), c)?;
    length("running", running.len(), c)?;
    length("n_births", n_births.len(), c)?;
    let n_recent = recent.len() / (c * n_followed);
    length("recent", recent.len(), c * n_recent * n_followed)?;
    length("trace", trace.len(), c * (per_chain / COLUMNS) * COLUMNS)?;
    let done = per_chain / COLUMNS;
    if done == 0 || done > params.n_iter as usize + 1 {
        let done = done.saturating_sub(1);
        return Err(refused(format!(
            "they have done {done} sweeps, and here {} are asked for. Ask for at least {done}",
            params.n_iter
        )));
    }
    let at = |chain: usize, sweep: usize| &trace[(chain * done + sweep) * COLUMNS..][..COLUMNS];
    for (chain, sweep) in (0..c).flat_map(|chain| (0..done).map(move |sweep| (chain, sweep))) {
        if let Some(what) = wrong(at(chain, sweep), sweep, n) {
            return Err(refused(format!("row {sweep} of the trace of chain {chain} has {what}")));
        }
    }
    // Slots of groups that ended are taken again.
    let most = n.max(params.n_groups as usize);
    if let Some(slot) = recent.iter().find(|slot| **slot as usize > most) {
        return Err(refused(format!("'recent' names group {slot}, and {n} images cannot be in so many")));
    }
    let mut born = births;
    let mut chains = Vec::with_capacity(c);
    for chain in 0..c {
        let labels = labels[chain * n..(chain + 1) * n].to_vec();
        let mut slots = labels.clone();
        slots.sort_unstable();
        slots.dedup();
        let Some((own, rest)) = born.split_at_checked(slots.len()) else {
            return Err(refused(format!("'births' has too few numbers for the groups of chain {chain}")));
        };
        born = rest;
        let told = at(chain, done - 1)[1];
        if told != slots.len() as f64 {
            let n_groups = slots.len();
            return Err(refused(format!(
                "the trace of chain {chain} ends with {told} groups, and its labels are {n_groups}"
            )));
        }
        chains.push(Snapshot {
            labels,
            hyper: Hyper {
                alpha: concentration[chain],
                a: alpha[chain * d..(chain + 1) * d].to_vec(),
                b: beta[chain * d..(chain + 1) * d].to_vec(),
            },
            births: own.to_vec(),
            n_births: n_births[chain],
            log_joint: running[chain],
            position: 0,
            so_far: [0; 3],
            recent: recent[chain * n_recent * n_followed..][..n_recent * n_followed]
                .chunks_exact(n_followed)
                .map(<[u32]>::to_vec)
                .collect(),
            trace: trace[chain * per_chain..(chain + 1) * per_chain].chunks_exact(COLUMNS).map(read_row).collect(),
        });
    }
    length("births", born.len(), 0)?;
    Ok(chains)
}
