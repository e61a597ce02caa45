//! One bootstrap against the others: how alike their regions are, and what each selects by itself.

use crate::error::Result;
use crate::experiments::encludl::{EncludlParams, Inference};
use crate::learn::metrics::adjusted_rand_score;
use crate::report::{ColorMap, Figure, Section, Table, Value};

/// The adjusted Rand index of the regions of every two bootstraps, shape `(n_known, n_known)`.
pub(super) fn scores(known: &[(usize, &Inference)]) -> Result<Vec<Vec<f64>>> {
    let signed: Vec<Vec<i32>> =
        known.iter().map(|(_, one)| one.labels.iter().map(|label| *label as i32).collect()).collect();
    let mut scores = vec![vec![1.0; known.len()]; known.len()];
    for i in 0..known.len() {
        for j in 0..i {
            let score = adjusted_rand_score(&signed[j], &signed[i])?;
            (scores[i][j], scores[j][i]) = (score, score);
        }
    }
    Ok(scores)
}

/// Each bootstrap of a pair against the ensemble and against the other bootstraps: pixels selected, of
/// them with the ensemble's sign, pixels that differ from it, mean adjusted Rand index of its regions.
pub(super) fn agreements(
    name: &str,
    known: &[(usize, &Inference)],
    maps: &[Vec<i8>],
    ensemble: &[i8],
    scores: &[Vec<f64>],
) -> Vec<Vec<Value>> {
    let others = known.len().saturating_sub(1);
    let row = |(at, (i, _)): (usize, &(usize, &Inference))| {
        let pairs = || maps[at].iter().zip(ensemble);
        let both = pairs().filter(|(one, all)| **one != 0 && one == all).count();
        let differ = pairs().filter(|(one, all)| one != all).count();
        // Its index against itself is 1.
        let mean = (scores[at].iter().sum::<f64>() - 1.0) / others as f64;
        vec![
            Value::Text(name.into()),
            Value::Int(*i as i64),
            Value::Int(maps[at].iter().filter(|sign| **sign != 0).count() as i64),
            Value::Int(both as i64),
            Value::Int(differ as i64),
            if others == 0 { Value::Text("–".into()) } else { Value::Float(mean) },
        ]
    };
    known.iter().enumerate().map(row).collect()
}

/// How alike the regions of the bootstraps of all pairs are: a line for each bootstrap that is known.
#[derive(Default)]
pub(super) struct Alike {
    rows: Vec<String>,
    values: Vec<f64>,
    texts: Vec<String>,
}

impl Alike {
    pub(super) fn add(&mut self, name: &str, known: &[(usize, &Inference)], scores: &[Vec<f64>], n_bootstraps: u32) {
        for ((i, _), scores) in known.iter().zip(scores) {
            self.rows.push(format!("{name}, {i}"));
            for number in 0..n_bootstraps as usize {
                let score = known.iter().position(|(other, _)| *other == number).map(|at| scores[at]);
                // An index may be a little below 0; colours begin there.
                self.values.push(score.unwrap_or(0.0).max(0.0));
                self.texts.push(score.map_or(String::new(), |score| format!("{score:.2}")));
            }
        }
    }

    pub(super) fn section(self, n_bootstraps: u32) -> Section {
        let least = self.texts.iter().filter_map(|text| text.parse::<f64>().ok()).fold(f64::INFINITY, f64::min);
        Section {
            id: "ari".into(),
            title: "How alike the regions are".into(),
            summary: format!(
                "The adjusted Rand index of the regions of every two bootstraps of a pair; 1 is the same, 0 what chance \
                 gives. The least is {least:.2}."
            ),
            figure: Figure::Heatmap {
                row_title: "pair, bootstrap".into(),
                column_title: "bootstrap".into(),
                rows: self.rows,
                columns: (0..n_bootstraps).map(|number| number.to_string()).collect(),
                values: self.values,
                texts: self.texts,
                high: 1.0,
                map: ColorMap::Blues,
            },
        }
    }
}

pub(super) fn one_by_one(params: &EncludlParams, rows: Vec<Vec<Value>>) -> Section {
    let columns = ["pair", "bootstrap", "pixels selected", "as in the ensemble", "pixels that differ", "mean ARI"];
    Section {
        id: "bootstraps".into(),
        title: "One bootstrap against all".into(),
        summary: format!(
            "Each bootstrap by itself at the error rate {}: what it selects, and how far that is what all of them select \
             together. The adjusted Rand index says how alike its regions are to those of the other bootstraps; 1 would be \
             the same.",
            params.fwer
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    }
}
