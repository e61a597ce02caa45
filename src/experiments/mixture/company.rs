//! How sure a chain is of itself: whether an image keeps its companions from sweep to sweep.

use super::task::{Look, PAIRED};
use crate::error::Result;
use crate::learn::mixture::{RECENT, Snapshot, companionship};
use crate::report::{Curve, Figure, Report, Section, Stroke, Table, Value};

/// Sweeps of a chain that count: the second half of them, those that it has kept. The first half tells of the start.
fn n_kept(chain: &Snapshot) -> usize {
    (chain.trace.len() / 2).min(RECENT).min(chain.recent.len())
}

/// How sure a chain is of the company of each image that it follows; empty if there is no sweep to compare the last with.
pub fn company(chain: &Snapshot) -> Result<Vec<f64>> {
    match n_kept(chain) {
        0 | 1 => Ok(Vec::new()),
        n => companionship(&chain.recent[chain.recent.len() - n..]),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// How sure chain 0 is, and all of them.
pub fn scores(report: &mut Report, chains: &[Snapshot], look: &Look) {
    let kept = chains.first().map_or(0, n_kept);
    let earlier = kept.saturating_sub(1);
    let label = "Sweeps of each chain that its last one is compared with";
    report.metric("kept_sweeps", label, Value::Int(earlier as i64));
    let value = |share: f64| if earlier == 0 { Value::Text("no sweep to compare".into()) } else { Value::Float(share) };
    let of_each: Vec<f64> = look.company.iter().map(|shares| mean(shares)).collect();
    let first = of_each.first().copied().unwrap_or(0.0);
    report.metric("company_0", "Companions that an image keeps within chain 0, mean share", value(first));
    report.metric("company", "The same, mean of the chains", value(mean(&of_each)));
}

/// For each chain its images from the least to the most sure of their company.
pub fn section(chains: &[Snapshot], look: &Look) -> Section {
    let kept = chains.first().map_or(0, n_kept);
    let line = |(chain, shares): (usize, &Vec<f64>)| {
        let mut sorted = shares.clone();
        sorted.sort_by(f64::total_cmp);
        let points = sorted.iter().enumerate().map(|(i, share)| (i as f64 + 1.0, 100.0 * share)).collect();
        let stroke = if chain == 0 { Stroke::Strong } else { Stroke::Thin };
        Curve { name: format!("chain {chain}"), points, stroke }
    };
    let m = look.company.first().map_or(0, Vec::len);
    let summary = match kept {
        0 => "These chains have kept no sweep to compare with: they come from an older file. Go on with more sweeps."
            .into(),
        1 => "Only the last sweep counts, so that there is nothing to compare it with. More sweeps show how often images \
              keep their companions."
            .into(),
        n => {
            let shares: Vec<f64> = look.company.iter().map(|shares| 100.0 * mean(shares)).collect();
            let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
            let most = shares.iter().copied().fold(0.0, f64::max);
            let before = if n == 2 { "sweep".to_string() } else { format!("{} sweeps", n - 1) };
            let loose = look.company[0].iter().filter(|share| **share < 0.5).count();
            let each = match shares.len() {
                1 => format!("Within the chain an image keeps {:.1} % of them on average", shares[0]),
                _ => format!("Within a chain an image keeps {least:.1} to {most:.1} % of them on average"),
            };
            format!(
                "{m} images, spread over all (at most {PAIRED}): of those among them that are in its group after the last \
                 sweep, how many an image has with it in the {before} before. {each}; in chain 0 {loose} of {m} images keep \
                 less than half. This is one chain against itself; how far chains differ is under \u{201c}Chain \
                 against chain\u{201d}, and a chain that is sure of itself may still be alone with its groups."
            )
        }
    };
    let curves = look.company.iter().enumerate().filter(|(_, shares)| !shares.is_empty()).map(line).collect();
    let (x_title, y_title) = ("images, the least sure first".into(), "% of companions kept".into());
    let figure = match kept {
        0 | 1 => {
            let row = |chain: usize| vec![Value::Int(chain as i64), Value::Int(0)];
            let columns = ["chain", "sweeps to compare the last with"].map(String::from).to_vec();
            Figure::Numbers(Table { columns, rows: (0..chains.len()).map(row).collect() })
        }
        _ => Figure::Curves { x_title, y_title, curves },
    };
    Section { id: "company".into(), title: "How sure each chain is".into(), summary, figure }
}
