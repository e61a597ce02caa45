//! What stands beside the maps: the notebook's parameters as numbers, and everything in all its digits.

use crate::data::Dataset;
use crate::experiments::encludl::{EncludlParams, Inference};
use crate::experiments::pair::Pair;
use crate::report::{Array, Joined, Numbers, Report, Value};

/// The notebook's parameters, as numbers of the report.
pub(super) fn settings(report: &mut Report, params: &EncludlParams, data: &Dataset, pairs: &[Pair]) {
    let counts: Vec<String> = pairs.iter().map(|pair| pair.rows.len().to_string()).collect();
    let halves: Vec<String> = pairs
        .iter()
        .map(|pair| ((pair.rows.len() as f64 * params.cluster_bootstrap_size) as usize).to_string())
        .collect();
    let same = |texts: &[String]| match texts {
        [first, rest @ ..] if rest.iter().all(|text| text == first) => Value::Text(first.clone()),
        all => Value::Text(all.join(" ")),
    };
    report.metric("n_samples", "Images of each pair", same(&counts));
    report.metric("n_subsample", "Images that make the regions", same(&halves));
    report.metric("n_clusters", "Regions", Value::Int(i64::from(params.n_clusters)));
    report.metric("n_tests", "Tests", Value::Int(i64::from(params.n_clusters)));
    report.metric("shape", "Rows and columns", Value::Text(format!("{} x {}", data.height, data.width)));
    report.metric("fwer", "Family-wise error rate", Value::Float(params.fwer));
    report.metric("two_tailed", "Two-sided", Value::Text((if params.two_tailed { "True" } else { "False" }).into()));
    let method = if params.n_bootstraps == 1 { "CluDL" } else { "EnCluDL" };
    report.metric("method", "Method", Value::Text(method.into()));
    report.metric("n_bootstraps", "Bootstraps", Value::Int(i64::from(params.n_bootstraps)));
    report.metric("cluster_bootstrap_size", "Share of the images", Value::Float(params.cluster_bootstrap_size));
    report.metric("random_state", "Seed", Value::Int(i64::from(params.random_state)));
    report.metric("max_iter", "Sweeps at most", Value::Int(i64::from(params.max_iter)));
    report.metric("n_jobs", "Jobs, without effect here", Value::Int(i64::from(params.n_jobs)));
    for pair in pairs {
        let (id, name) = (pair.id(), pair.name(data));
        report.metric(&format!("n_{id}"), &format!("Images, {name}"), Value::Int(pair.rows.len() as i64));
    }
}

/// Everything in all its digits.
pub(super) fn arrays(
    report: &mut Report,
    pair: &Pair,
    joined: &Joined,
    mask: &[i8],
    importances: &[f64],
    found: &[(usize, &Inference)],
) {
    let id = pair.id();
    let n = joined.p.len() as u32;
    let mut add = |name: &str, shape: Vec<u32>, numbers: Numbers| {
        report.arrays.push(Array { name: format!("{name}_{id}"), shape, numbers });
    };
    add("rows", vec![pair.rows.len() as u32], Numbers::U32(pair.rows.clone()));
    add("pvalues", vec![n], Numbers::F64(joined.p.clone()));
    add("importances", vec![n], Numbers::F64(importances.to_vec()));
    add("selected", vec![n], Numbers::F64(mask.iter().map(|sign| f64::from(*sign)).collect()));
    let Some((_, first)) = found.first() else { return };
    let (b, k) = (found.len() as u32, first.beta.len() as u32);
    let kept = first.labels.len() as u32;
    let labels = found.iter().flat_map(|(_, one)| one.labels.iter().copied()).collect();
    add("labels", vec![b, kept], Numbers::U32(labels));
    let all =
        |of: &dyn Fn(&Inference) -> &[f64]| Numbers::F64(found.iter().flat_map(|(_, one)| of(one).to_vec()).collect());
    add("cluster_beta", vec![b, k], all(&|one| &one.beta));
    add("cluster_z", vec![b, k], all(&|one| &one.z));
    add("cluster_pvalues", vec![b, k], all(&|one| &one.p));
    add("cluster_lower", vec![b, k], all(&|one| &one.lower));
    add("cluster_upper", vec![b, k], all(&|one| &one.upper));
    add("cluster_diameter", vec![b, k], all(&|one| &one.diameters));
}
