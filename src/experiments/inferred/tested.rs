//! The regions, which are what is tested: every one of a bootstrap, and how far off a pixel may be.

use crate::experiments::encludl::{EncludlParams, Inference};
use crate::experiments::pair::Pair;
use crate::report::{Figure, Report, Section, Table, Value, plain};

/// What one bootstrap says of each of its regions, the surest first.
pub(super) fn by_region(name: &str, one: &Inference) -> Vec<Vec<Value>> {
    let mut order: Vec<usize> = (0..one.beta.len()).collect();
    order.sort_by(|a, b| one.z[*b].abs().total_cmp(&one.z[*a].abs()));
    let number = |value: f64| Value::Text(plain(value));
    let row = |i: usize| {
        vec![
            Value::Text(name.into()),
            Value::Int(i as i64 + 1),
            Value::Int(i64::from(one.sizes[i])),
            number(one.diameters[i]),
            number(one.beta[i]),
            number(one.lower[i]),
            number(one.upper[i]),
            number(one.z[i]),
            number(one.p[i]),
        ]
    };
    order.into_iter().map(row).collect()
}

pub(super) fn table_of_regions(params: &EncludlParams, rows: Vec<Vec<Value>>) -> Section {
    let columns = ["pair", "region", "pixels", "diameter", "beta", "95 % from", "to", "z", "p"];
    Section {
        id: "clusters".into(),
        title: format!("Every region of bootstrap {}", params.table_bootstrap),
        summary: "The weight of the mean grey level of each region while all others are held fixed, its confidence interval, and \
                  how sure its sign is; of each pair the surest regions come first. The diameter is the distance of the \
                  two pixels that lie farthest apart. Another bootstrap is chosen under Settings."
            .into(),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}

/// How far off a selected pixel may be, and how much is found: what the number of regions trades for each other.
pub(super) fn tolerance(
    report: &mut Report,
    params: &EncludlParams,
    pair: &Pair,
    name: &str,
    known: &[(usize, &Inference)],
) {
    let (mut widest, mut second) = (0.0f64, 0.0f64);
    for (_, one) in known {
        let mut sizes = one.diameters.clone();
        sizes.sort_by(|a, b| b.total_cmp(a));
        widest = widest.max(sizes.first().copied().unwrap_or(0.0));
        second = second.max(sizes.get(1).copied().unwrap_or(0.0));
    }
    let half = if params.two_tailed { 2.0 } else { 1.0 };
    let below = params.fwer / half / f64::from(params.n_clusters);
    let found = known.iter().flat_map(|(_, one)| &one.p).filter(|p| **p < below).count();
    let id = pair.id();
    let delta = format!("Spatial tolerance delta: largest diameter of a region, in pixels, {name}");
    report.metric(&format!("delta_{id}"), &delta, Value::Float(widest));
    let next = format!("the same without the largest region of each bootstrap, {name}");
    report.metric(&format!("delta_next_{id}"), &next, Value::Float(second));
    let share = found as f64 / (known.len() * params.n_clusters as usize).max(1) as f64;
    let power = format!("Power seen: share of the regions that a bootstrap finds by itself, {name}");
    report.metric(&format!("power_{id}"), &power, Value::Float(share));
}
