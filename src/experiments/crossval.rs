//! How strong a penalty, and which? Both chosen by cross-validation, along a path of warm
//! starts for each penalty (the first "next step" of notebook 004).

use super::Experiment;
use super::kmeans::Scaling;
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::logistic::{LogisticParams, Penalty, Scheme, Sides, Way, coefficients, objectives, ways};
use super::split::split_params;
use crate::data::Dataset;
use crate::error::{Error, Result, Warning};
use crate::learn::linear_model::{Design, LogisticRegression, Part, Sign, fit_part, n_parts};
use crate::learn::metrics::accuracy_score;
use crate::learn::model_selection::stratified_k_fold;
use crate::learn::preprocessing;
use crate::params::Domain;
use crate::report::{Array, Curve, Figure, Numbers, Report, Section, Stroke, Table, Value, path, plain};
use serde::{Deserialize, Serialize};

/// The penalties that C counts against.
const PENALTIES: &[&str] = &["l2", "l1", "elasticnet"];

split_params! {
    /// Logistic regression for several C, cross-validated.
    pub struct CrossvalParams;
    {
        /// One model for each class against the rest, or one model of all probabilities.
        scheme "Scheme": Scheme = Scheme::Multinomial, Domain::Choice(Scheme::WORDS);
        /// What is added to the loss for large coefficients: one penalty, or several to choose among. L1 and elastic net take many times as long as L2.
        penalty "Penalties": Vec<Penalty> = vec![Penalty::L2], Domain::Words(PENALTIES);
        /// Share of L1 in the elastic net.
        l1_ratio "Share of L1": f64 = 0.5, Domain::Float { min: 0.0, max: 1.0 };
        /// Smallest C: the strongest penalty.
        c_min "Smallest C": f64 = 1e-4, Domain::Float { min: 1e-12, max: 1e12 };
        /// Greatest C.
        c_max "Greatest C": f64 = 1.0, Domain::Float { min: 1e-12, max: 1e12 };
        /// How many C, evenly spread by their logarithms.
        n_c "Number of C": u32 = 5, Domain::Int { min: 2, max: 30, slider: 12 };
        /// Parts of the cross-validation.
        n_splits "Folds": u32 = 3, Domain::Int { min: 2, max: 20, slider: 10 };
        /// What is done to each pixel first.
        scaling "Scaling": Scaling = Scaling::MinMax, Domain::Choice(Scaling::WORDS);
        /// Most iterations of a model.
        max_iter "Iterations at most": u32 = 100, Domain::Int { min: 1, max: 10_000, slider: 200 };
        /// When a model has converged.
        tol "Tolerance": f64 = 1e-4, Domain::Float { min: 1e-14, max: 1.0 };
    }
    split
    {
        /// With the stratified split: share of the images that is set apart for the test.
        test_size "Share for the test": f64 = 0.2, Domain::Float { min: 0.01, max: 0.9 };
        /// Seed of the split and of the folds.
        random_state "Seed": u32 = 42, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl CrossvalParams {
    /// The C, ascending.
    fn cs(&self) -> Vec<f64> {
        let (low, high) = (libm::log10(self.c_min), libm::log10(self.c_max));
        let step = (high - low) / f64::from(self.n_c - 1);
        (0..self.n_c)
            .map(|i| match i {
                0 => self.c_min,
                i if i + 1 == self.n_c => self.c_max,
                i => libm::pow(10.0, low + f64::from(i) * step),
            })
            .collect()
    }

    /// One fit's parameters.
    fn at(&self, penalty: Penalty, c: f64) -> LogisticParams {
        LogisticParams {
            scheme: self.scheme,
            penalty,
            C: c,
            l1_ratio: self.l1_ratio,
            scaling: self.scaling,
            max_iter: self.max_iter,
            tol: self.tol,
            split: self.split,
            n_train: self.n_train,
            n_test: self.n_test,
            test_size: self.test_size,
            random_state: self.random_state,
            ..LogisticParams::default()
        }
    }

    /// Which images are learnt from, which hangs on no penalty.
    fn sides(&self, data: &Dataset) -> Result<Sides> {
        Sides::new(&self.at(Penalty::L2, 1.0), data)
    }
}

/// A path: all C in order, each fit from the last one on.
#[derive(Serialize, Deserialize)]
pub struct Path {
    params: CrossvalParams,
    penalty: Penalty,
    /// The fold to leave out; none to learn from all, and be tried on the test.
    fold: Option<u32>,
}

/// What is known at one C.
#[derive(Serialize, Deserialize, Clone)]
pub struct Stop {
    /// Accuracy on what was learnt from.
    learnt: f64,
    /// Accuracy on what was left out.
    held_out: f64,
    /// Coefficients that are not zero.
    n_nonzero: u64,
    /// Models that converged, and all.
    converged: (u32, u32),
    /// Coefficients, `(n_outputs, n_features)`, of the path of all images; nothing of the folds.
    coef: Vec<f64>,
}

/// What a path shows while it is walked.
struct Seen {
    /// Accuracy on what was left out, at each C that is done.
    held_out: Vec<f64>,
    /// The gradient of the model that is being fitted.
    gradient: f64,
    /// Its coefficients so far, `(n_outputs, n_features)`; nothing of the folds.
    coef: Vec<f64>,
}

impl Seen {
    fn frame(&self) -> Vec<f32> {
        let head = [self.held_out.len() as f64];
        head.iter().chain(&self.held_out).chain([&self.gradient]).chain(&self.coef).map(|value| *value as f32).collect()
    }

    fn of(frame: &[f32]) -> Option<Self> {
        let (n, rest) = frame.split_first()?;
        let (held_out, rest) = rest.split_at_checked(*n as usize)?;
        let (gradient, coef) = rest.split_first()?;
        let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect();
        Some(Seen { held_out: wide(held_out), gradient: f64::from(*gradient), coef: wide(coef) })
    }
}

/// The coefficients of all parts while part `at` has `coef`: zero in those that are not fitted yet.
fn so_far(parts: &[Option<Part>], at: usize, coef: Vec<f64>) -> Vec<f64> {
    let of = |(i, part): (usize, &Option<Part>)| match part {
        _ if i == at => coef.clone(),
        Some(part) => part.coef.clone(),
        None => vec![0.0; coef.len()],
    };
    parts.iter().enumerate().flat_map(of).collect()
}

impl Job for Path {
    type Output = Vec<Stop>;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Vec<Stop>> {
        let Path { params, penalty, fold } = self;
        let data = place.dataset();
        let sides = params.sides(data)?;
        let (train, test) = match fold {
            None => (sides.train.clone(), sides.test.clone()),
            Some(fold) => {
                let folds =
                    stratified_k_fold(&sides.of(&sides.train), params.n_splits as usize, Some(params.random_state))?;
                let pick = |rows: &[u32]| -> Vec<u32> { rows.iter().map(|i| sides.train[*i as usize]).collect() };
                (pick(&folds[fold as usize].train), pick(&folds[fold as usize].test))
            }
        };
        let m = data.n_features();
        let design = Design::bytes(&data.images, m, &train, params.scaling.into())?;
        let others = Design::bytes(&data.images, m, &test, preprocessing::Scaling::None)?;
        let (of_train, of_test) = (sides.of(&train), sides.of(&test));
        let k = sides.classes.len();
        let mut parts: Vec<Option<Part>> = vec![None; n_parts(params.scheme.into(), k)];
        let mut stops: Vec<Stop> = Vec::new();
        let mut step = 0;
        for c in params.cs() {
            let options = params.at(penalty, c).options();
            for i in 0..parts.len() {
                let start = parts[i].take();
                let mut tick = |sign: &Sign| {
                    step += 1;
                    if ticker.due() {
                        let held_out: Vec<f64> = stops.iter().map(|stop| stop.held_out).collect();
                        let coef = fold.is_none().then(|| so_far(&parts, i, sign.coef()));
                        let seen = Seen { held_out, gradient: sign.gradient_norm, coef: coef.unwrap_or_default() };
                        ticker.tell(Tick { step, objective: sign.objective, frame: seen.frame() });
                    }
                };
                let part = fit_part(&design, &of_train, k, i, &options, start.as_ref(), &mut tick)?;
                parts[i] = Some(part);
            }
            let fitted: Vec<Part> = parts.iter().flatten().cloned().collect();
            let classes = (0..k as i64).collect();
            let model = LogisticRegression::join(classes, params.scheme.into(), &fitted)?;
            let learnt = model.decide(&model.decision_function(&design)?);
            let held_out = model.decide(&model.unscaled(&design).decision_function(&others)?);
            stops.push(Stop {
                learnt: accuracy_score(&of_train, &learnt)?,
                held_out: accuracy_score(&of_test, &held_out)?,
                n_nonzero: model.coef.as_slice().iter().filter(|value| **value != 0.0).count() as u64,
                converged: (fitted.iter().filter(|part| part.converged).count() as u32, fitted.len() as u32),
                coef: if fold.is_none() { model.coef.as_slice().to_vec() } else { Vec::new() },
            });
        }
        Ok(stops)
    }
}

/// A warning if a class has fewer images than there are folds.
///
/// # Errors
/// [`Error::InvalidParameter`] if a class has a single one: the fold that it is in has nothing of it to learn from.
fn least(params: &CrossvalParams, sides: &Sides) -> Result<Option<Warning>> {
    let of_train = sides.of(&sides.train);
    let count = |at: usize| of_train.iter().filter(|class| **class as usize == at).count() as u32;
    let counts = sides.classes.iter().enumerate().map(|(at, class)| (count(at), *class));
    let Some((n, class)) = counts.filter(|(n, _)| *n > 0).min() else { return Ok(None) };
    if n == 1 {
        let must_be = format!(
            "a number of folds that each leave something of every class, and of class {class} there is a single image to \
             learn from. Learn from more images, or open others"
        );
        return Err(Error::invalid("n_splits", must_be, params.n_splits));
    }
    Ok((n < params.n_splits).then_some(Warning::FewOfClass { n, n_splits: params.n_splits }))
}

/// The experiment.
pub struct Crossval;

impl Experiment for Crossval {
    const ID: &'static str = "crossval";
    const TITLE: &'static str = "C by cross-validation";
    type Params = CrossvalParams;
    type Job = Path;
    const NEEDS: &'static [super::Need] = super::split::NEEDS;

    fn patience(_: &CrossvalParams) -> f64 {
        600.0
    }

    fn check(params: &CrossvalParams, n_samples: usize, _: usize) -> Result<()> {
        params.asked().check(n_samples)?;
        if params.c_min >= params.c_max {
            return Err(Error::invalid("c_max", format!("greater than c_min, {}", params.c_min), params.c_max));
        }
        Ok(())
    }

    async fn run(params: &CrossvalParams, lab: &Lab<'_>) -> Result<Report> {
        let path = |penalty, fold| Path { params: params.clone(), penalty, fold };
        let jobs: Vec<Path> = params
            .penalty
            .iter()
            .flat_map(|penalty| (0..params.n_splits).map(Some).chain([None]).map(move |fold| path(*penalty, fold)))
            .collect();
        let sides = params.sides(lab.dataset)?;
        let folds = stratified_k_fold(&sides.of(&sides.train), params.n_splits as usize, Some(params.random_state))?;
        let few = least(params, &sides)?;
        let mut live = |known: &[Progress<Vec<Stop>>], _: usize| Some(unfinished(params, lab.dataset, &sides, known));
        let paths = lab.map("Paths", &jobs, &mut live).await?;
        let tried: Vec<Tried> =
            params.penalty.iter().zip(paths.chunks(jobs.len() / params.penalty.len())).map(Tried::new).collect();
        // Of equals the penalty that is named first, and of its C the smallest, which is the simplest model.
        let best = tried.iter().reduce(|best, one| if one.highest() > best.highest() { one } else { best });
        let best = best.ok_or_else(|| Error::invalid("penalty", "at least one", "none"))?;
        let mut report = report(params, &tried, best);
        report.warnings.extend(warning(params, &paths));
        report.warnings.extend(sides.flat(lab.dataset));
        report.warnings.extend(few);
        maps(params, lab.dataset, &sides, best, "", &mut report);
        for other in tried.iter().filter(|one| one.penalty != best.penalty) {
            maps(params, lab.dataset, &sides, other, &format!("_{}", other.penalty.word()), &mut report);
        }
        let sizes: Vec<String> = folds.iter().map(|fold| fold.test.len().to_string()).collect();
        report.metric("n_train", "Images to learn from", Value::Int(sides.train.len() as i64));
        report.metric("n_test", "Images to be tried on", Value::Int(sides.test.len() as i64));
        report.metric("fold_sizes", "Images of each fold", Value::Text(sizes.join(" ")));
        Ok(report)
    }

    fn python(params: &CrossvalParams) -> String {
        let at = |penalty| LogisticParams { scaling: Scaling::None, ..params.at(penalty, 1.0) };
        let mut script = super::logistic::prepared(&at(Penalty::L2));
        script += "from sklearn.model_selection import StratifiedKFold, cross_val_score\n\
                   from sklearn.pipeline import make_pipeline\n\nmodels = {}\n";
        for penalty in &params.penalty {
            script += &at(*penalty).python_model("model");
            script += &format!("models['{}'] = model\n", penalty.word());
        }
        let scaler = match params.scaling.word() {
            "min-max" => "MinMaxScaler(), ",
            "standard" => "StandardScaler(), ",
            _ => "",
        };
        script += &format!(
            "folds = StratifiedKFold({}, shuffle=True, random_state={})\n\
             show('n_train', len(y_train))\nshow('n_test', len(y_test))\n\
             show('fold_sizes', ' '.join(str(len(test)) for _, test in folds.split(X_train, y_train)))\n\
             scores = {{}}\n\
             for penalty, model in models.items():\n    \
                 for C in np.logspace(np.log10({}), np.log10({}), {}):\n        \
                     getattr(model, 'estimator', model).set_params(C=C)\n        \
                     pipeline = make_pipeline({scaler}model)\n        \
                     scores[penalty, C] = cross_val_score(pipeline, X_train, y_train, cv=folds).mean()\n        \
                     print(penalty, C, scores[penalty, C])\n\
             # Of equals the first, as here; solvers that stop early may order near equals otherwise.\n\
             print('best penalty and C:', *max(scores, key=scores.get))\n",
            params.n_splits, params.random_state, params.c_min, params.c_max, params.n_c
        );
        script
    }
}

/// What a visitor must know of models that stopped early.
fn warning(params: &CrossvalParams, paths: &[Vec<Stop>]) -> Option<Warning> {
    let counts = paths.iter().flatten().map(|stop| stop.converged);
    let (converged, all) = counts.fold((0, 0), |sum, (converged, all)| (sum.0 + converged, sum.1 + all));
    let what = format!("Of the {all} models on the paths {}", all - converged);
    (converged < all).then_some(Warning::NotConverged { what, max_iter: params.max_iter })
}

/// A penalty, and how its paths went.
struct Tried<'a> {
    penalty: Penalty,
    /// The path of all images to learn from.
    whole: &'a [Stop],
    /// Those of all images but a fold.
    folds: &'a [Vec<Stop>],
    /// The mean accuracy on the folds at each C.
    means: Vec<f64>,
}

impl<'a> Tried<'a> {
    fn new((penalty, paths): (&Penalty, &'a [Vec<Stop>])) -> Self {
        let (whole, folds) = paths.split_last().expect("a path of all images is always asked for");
        let mean = |at: usize| folds.iter().map(|path| path[at].held_out).sum::<f64>() / folds.len() as f64;
        Tried { penalty: *penalty, whole, folds, means: (0..whole.len()).map(mean).collect() }
    }

    /// The place of the C of the highest mean; of equals the smallest C.
    fn best(&self) -> usize {
        (0..self.means.len()).fold(0, |best, at| if self.means[at] > self.means[best] { at } else { best })
    }

    fn highest(&self) -> f64 {
        self.means[self.best()]
    }
}

/// A curve over the logarithms of the first of the C.
fn curve(name: String, cs: &[f64], values: Vec<f64>, stroke: Stroke) -> Curve {
    Curve { name, points: cs.iter().map(|c| libm::log10(*c)).zip(values).collect(), stroke }
}

/// Accuracies over the logarithm of C.
fn accuracies(summary: String, curves: Vec<Curve>) -> Section {
    Section {
        id: "accuracy".into(),
        title: "Accuracy against C".into(),
        summary,
        figure: Figure::Curves { x_title: "logarithm of C to base 10".into(), y_title: "accuracy".into(), curves },
    }
}

fn report(params: &CrossvalParams, all: &[Tried], best: &Tried) -> Report {
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

/// What can be drawn while paths are walked: the folds, as far as they are.
fn unfinished(params: &CrossvalParams, data: &Dataset, sides: &Sides, known: &[Progress<Vec<Stop>>]) -> Report {
    let cs = params.cs();
    let n_paths = known.len() / params.penalty.len();
    let name = |i: usize| {
        let (word, at) = (params.penalty[i / n_paths].word(), i % n_paths);
        if at + 1 == n_paths { format!("test, {word}") } else { format!("fold {at}, {word}") }
    };
    let seen: Vec<Option<Seen>> =
        known.iter().map(|job| Seen::of(&job.tick.as_ref().filter(|_| job.output.is_none())?.frame)).collect();
    let mut curves = Vec::new();
    let mut n_done = 0;
    for (i, (job, seen)) in known.iter().zip(&seen).enumerate() {
        n_done += usize::from(job.output.is_some());
        let values: Vec<f64> = match (&job.output, seen) {
            (Some(stops), _) => stops.iter().map(|stop| stop.held_out).collect(),
            (None, Some(seen)) => seen.held_out.clone(),
            (None, None) => Vec::new(),
        };
        if !values.is_empty() {
            curves.push(curve(name(i), &cs, values, Stroke::Class(i as u8)));
        }
    }
    let summary = format!(
        "{n_done} of {} paths are walked to their end. Each curve is the accuracy on the images that one of them did not \
         learn from: those of a fold, or the test.",
        known.len()
    );
    let mut report = Report { sections: vec![accuracies(summary, curves)], ..Report::default() };
    report.sections.push(ways(known.iter().zip(&seen).enumerate().filter_map(|(i, (job, seen))| {
        let tick = job.tick.as_ref()?;
        let (c, ended) = match seen {
            Some(seen) => (cs.get(seen.held_out.len()).copied().unwrap_or(params.c_max), "not yet"),
            None => (params.c_max, "walked"),
        };
        let name = format!("{}, C = {}", name(i), plain(c));
        let gradient = seen.as_ref().map_or(f64::NAN, |seen| seen.gradient);
        Some(Way { name, objective: tick.objective, gradient, n_iter: tick.step, ended })
    })));
    let histories = known.iter().enumerate().map(|(i, job)| (name(i), job.history.as_slice()));
    let summary = "The objective after each iteration, of all C one after the other: it rises where the next C begins, since it \
                   counts the loss C times.";
    report.sections.extend(objectives(summary.into(), histories));
    // The path that is walked of all images: its maps as they form.
    let forming = seen.iter().enumerate().rev().find_map(|(i, seen)| {
        let seen = seen.as_ref().filter(|seen| !seen.coef.is_empty())?;
        Some((i, seen))
    });
    if let Some((i, seen)) = forming {
        let of = LogisticParams { label: 0, ..params.at(params.penalty[i / n_paths], params.c_max) };
        report.sections.extend(coefficients(&of, data, &sides.names(data), &seen.coef).into_iter().skip(1));
    }
    report
}

/// The coefficients along the path of a penalty, and their maps. What they are called ends with `suffix`: nothing for
/// those of the penalty that does best.
fn maps(params: &CrossvalParams, data: &Dataset, sides: &Sides, one: &Tried, suffix: &str, report: &mut Report) {
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
