//! How penalties did at each C: the report's numbers, curves, table and maps.

use super::CrossvalParams;
use super::walk::Stop;
use crate::data::Dataset;
use crate::experiments::logistic::{Penalty, Sides};
use crate::report::{Array, Curve, Figure, Numbers, Report, Section, Stroke, Table, Value, path, plain};

/// A penalty, and how its paths went.
pub(super) struct Tried<'a> {
    pub(super) penalty: Penalty,
    /// The path of all images to learn from.
    whole: &'a [Stop],
    /// Those of all images but a fold.
    folds: &'a [Vec<Stop>],
    /// The mean accuracy on the folds at each C.
    means: Vec<f64>,
}

impl<'a> Tried<'a> {
    pub(super) fn new((penalty, paths): (&Penalty, &'a [Vec<Stop>])) -> Self {
        let (whole, folds) = paths.split_last().expect("a path of all images is always asked for");
        let mean = |at: usize| folds.iter().map(|path| path[at].held_out).sum::<f64>() / folds.len() as f64;
        Tried { penalty: *penalty, whole, folds, means: (0..whole.len()).map(mean).collect() }
    }

    /// The place of the C of the highest mean; of equals the smallest C.
    fn best(&self) -> usize {
        (0..self.means.len()).fold(0, |best, at| if self.means[at] > self.means[best] { at } else { best })
    }

    pub(super) fn highest(&self) -> f64 {
        self.means[self.best()]
    }
}

/// A curve over the logarithms of the first of the C.
pub(super) fn curve(name: String, cs: &[f64], values: Vec<f64>, stroke: Stroke) -> Curve {
    Curve { name, points: cs.iter().map(|c| libm::log10(*c)).zip(values).collect(), stroke }
}

/// Accuracies over the logarithm of C.
pub(super) fn accuracies(summary: String, curves: Vec<Curve>) -> Section {
    Section {
        id: "accuracy".into(),
        title: "Accuracy against C".into(),
        summary,
        figure: Figure::Curves { x_title: "logarithm of C to base 10".into(), y_title: "accuracy".into(), curves },
    }
}

/// What all paths together say, where `best` is the penalty that did best.
pub(super) fn report(params: &CrossvalParams, all: &[Tried], best: &Tried) -> Report {
    let cs = params.cs();
    let (at, word) = (best.best(), best.penalty.word());
    let stop = &best.whole[at];
    let mut report = Report::default();
    report.metric("best_C", "C of the highest cross-validated accuracy", Value::Float(cs[at]));
    report.metric("best_penalty", "Penalty of the highest cross-validated accuracy", Value::Text(word.into()));
    report.metric("accuracy_cv", "Cross-validated accuracy there", Value::Float(best.highest()));
    report.metric("accuracy_test", "Accuracy on the test images there", Value::Float(stop.held_out));
    report.metric("accuracy_train", "Accuracy on the images learnt from there", Value::Float(stop.learnt));
    if all.len() > 1 {
        for one in all {
            let word = one.penalty.word();
            let (id, label) = (format!("best_C_{word}"), format!("Best C, {word}"));
            report.metric(&id, &label, Value::Float(cs[one.best()]));
            let (id, label) = (format!("accuracy_cv_{word}"), format!("Cross-validated accuracy there, {word}"));
            report.metric(&id, &label, Value::Float(one.highest()));
        }
    }
    // One penalty is shown with what it makes of other images; of several each has one curve, and only the best the rest.
    let mut curves = Vec::new();
    let of = |values: fn(&Stop) -> f64| best.whole.iter().map(values).collect::<Vec<f64>>();
    match all {
        [_] => {
            curves.push(curve("learnt from".into(), &cs, of(|stop| stop.learnt), Stroke::Class(0)));
            curves.push(curve("cross-validated".into(), &cs, best.means.clone(), Stroke::Class(1)));
            curves.push(curve("test".into(), &cs, of(|stop| stop.held_out), Stroke::Class(2)));
        }
        _ => {
            for (i, one) in all.iter().enumerate() {
                let name = format!("cross-validated, {}", one.penalty.word());
                curves.push(curve(name, &cs, one.means.clone(), Stroke::Class(i as u8)));
            }
            let next = all.len() as u8;
            curves.push(curve(format!("learnt from, {word}"), &cs, of(|stop| stop.learnt), Stroke::Class(next)));
            curves.push(curve(format!("test, {word}"), &cs, of(|stop| stop.held_out), Stroke::Class(next + 1)));
        }
    }
    let among = match all {
        [_] => String::new(),
        _ => format!("Of {} penalties {word} does best. ", all.len()),
    };
    let learnt = of(|stop| stop.learnt);
    let fitted = match (learnt.first(), learnt.last()) {
        (Some(first), Some(last)) if last > first => "better and better",
        (Some(first), Some(last)) if last < first => "no better for it",
        _ => "as well at every C",
    };
    let summary = format!(
        "To the right the penalty counts for less. {among}The images learnt from are fitted {fitted}; those left \
         out of each of {} folds are predicted best at C = {}, {:.2} % of them, and the test images there {:.2} %.",
        params.n_splits,
        plain(cs[at]),
        best.highest() * 100.0,
        stop.held_out * 100.0
    );
    report.sections.push(accuracies(summary, curves));
    let columns = [
        "penalty",
        "C",
        "cross-validated",
        "lowest fold",
        "highest fold",
        "learnt from",
        "test",
        "not zero",
        "converged",
    ];
    let line = |one: &Tried, at: usize| {
        let each = || one.folds.iter().map(|path| path[at].held_out);
        let whole = &one.whole[at];
        let converged = one.folds.iter().map(|path| path[at].converged).chain([whole.converged]);
        let (done, of) = converged.fold((0, 0), |sum, (done, of)| (sum.0 + done, sum.1 + of));
        vec![
            Value::Text(one.penalty.word().into()),
            Value::Text(plain(cs[at])),
            Value::Float(one.means[at]),
            Value::Float(each().fold(f64::INFINITY, f64::min)),
            Value::Float(each().fold(f64::NEG_INFINITY, f64::max)),
            Value::Float(whole.learnt),
            Value::Float(whole.held_out),
            Value::Int(whole.n_nonzero as i64),
            Value::Text(format!("{done} of {of}")),
        ]
    };
    let rows = all.iter().flat_map(|one| (0..cs.len()).map(move |at| (one, at))).map(|(one, at)| line(one, at));
    report.sections.push(Section {
        id: "path".into(),
        title: "Along the path".into(),
        summary: format!(
            "Accuracies at each of {} C, how many coefficients are not zero, and how many of the models converged.",
            cs.len()
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows: rows.collect() }),
    });
    let shape = vec![all.len() as u32, cs.len() as u32];
    let means = all.iter().flat_map(|one| one.means.iter().copied()).collect();
    report.arrays.push(Array { name: "accuracy_cv".into(), shape, numbers: Numbers::F64(means) });
    report
}

/// The coefficients along the path of a penalty, and their maps. What they are called ends with `suffix`: nothing for
/// those of the penalty that does best.
pub(super) fn maps(
    params: &CrossvalParams,
    data: &Dataset,
    sides: &Sides,
    one: &Tried,
    suffix: &str,
    report: &mut Report,
) {
    let whole = one.whole;
    let m = data.n_features();
    let mut names = sides.names(data);
    // Two classes share one map, which speaks for the second.
    if names.len() == 2 {
        names.remove(0);
    }
    let (mut maps, mut stops) = (Vec::new(), Vec::new());
    for (at, (c, stop)) in params.cs().into_iter().zip(whole).enumerate() {
        let coef: Vec<f32> = stop.coef.iter().map(|value| *value as f32).collect();
        let (rounded, ends) = path::Path::rounded(&coef, m);
        maps.extend(rounded);
        let validated = one.means[at];
        let (learnt, test, n_nonzero) = (stop.learnt, stop.held_out, stop.n_nonzero);
        stops.push(path::Stop { c, learnt, validated, test, n_nonzero, ends });
    }
    let shape = [stops.len(), names.len(), m].map(|n| n as u32).to_vec();
    let all = whole.iter().flat_map(|stop| stop.coef.iter().copied()).collect();
    report.arrays.push(Array { name: format!("coef_path{suffix}"), shape, numbers: Numbers::F64(all) });
    let zero = |stop: &path::Stop| (names.len() * m) as u64 - stop.n_nonzero;
    let summary = format!(
        "The coefficients of {} labels at each of {} C, each fit begun where the last one ended. At the smallest C {} of {} \
         are zero, at the greatest {}.",
        names.len(),
        stops.len(),
        stops.first().map_or(0, zero),
        names.len() * m,
        stops.last().map_or(0, zero)
    );
    let size = (data.height as u32, data.width as u32);
    report.sections.push(Section {
        id: format!("maps{suffix}"),
        title: match params.penalty.len() {
            1 => "Coefficients along the path of C".into(),
            _ => format!("Coefficients along the path of C, {}", one.penalty.word()),
        },
        summary,
        figure: Figure::Path(path::Path { size, names, stops, maps }),
    });
}
