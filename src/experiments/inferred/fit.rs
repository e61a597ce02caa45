//! How well the lassos fit: what should be read before a map.

use crate::experiments::encludl::Inference;
use crate::report::{Figure, Section, Table, Value};

/// How well the lassos of one pair fit, from the least to the largest.
pub fn fitted(name: &str, found: &[(usize, &Inference)]) -> Vec<Value> {
    let range = |of: &dyn Fn(&Inference) -> f64| {
        let least = found.iter().map(|(_, one)| of(one)).fold(f64::INFINITY, f64::min);
        let most = found.iter().map(|(_, one)| of(one)).fold(f64::NEG_INFINITY, f64::max);
        [Value::Float(least), Value::Float(most)]
    };
    let mut row = vec![Value::Text(name.into())];
    row.extend(range(&|one| one.cv_r2));
    row.extend(range(&|one| one.sigma));
    row.extend(range(&|one| one.alpha.0));
    row.push(Value::Int(found.iter().map(|(_, one)| i64::from(one.n_not_converged)).sum()));
    row
}

/// How well the lassos fit, to be read before any map.
pub fn qualities(rows: Vec<Vec<Value>>) -> Section {
    let columns = ["pair", "R² from", "to", "sigma from", "to", "alpha from", "to", "lassos not converged"];
    Section {
        id: "quality".into(),
        title: "Before you read a map".into(),
        summary:
            "For each pair, over its bootstraps: the share of the label's variance explained on images not seen, the \
                  standard deviation of the noise, and the penalty that cross-validation chose. Where little is \
                  explained, a map says little."
                .into(),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}

/// How well one lasso fits.
pub(super) fn row(name: &str, i: usize, one: &Inference, map: &[i8]) -> Vec<Value> {
    let selected = map.iter().filter(|sign| **sign != 0).count();
    vec![
        Value::Text(name.into()),
        Value::Int(i as i64),
        Value::Float(one.cv_r2),
        Value::Float(one.sigma),
        Value::Float(one.alpha.0),
        Value::Int(i64::from(one.alpha.1)),
        Value::Int(i64::from(one.support_size)),
        Value::Int(i64::from(one.sizes.iter().copied().max().unwrap_or(0))),
        Value::Int(selected as i64),
        Value::Int(i64::from(one.n_not_converged)),
    ]
}

pub(super) fn fit(rows: Vec<Vec<Value>>) -> Section {
    let columns = [
        "pair",
        "bootstrap",
        "R² on unseen folds",
        "sigma",
        "alpha",
        "place in the grid of 100",
        "regions with a weight",
        "largest region",
        "pixels selected",
        "not converged",
    ];
    Section {
        id: "fit".into(),
        title: "How well the lassos fit".into(),
        summary: "Look here before you read a map: the share of the label's variance that the lasso explains on images it \
                  has not seen, the noise that is left, and the penalty that cross-validation chose. The p-values assume \
                  that the label is linear in the pixels and that the noise is the same for every image."
            .into(),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}
