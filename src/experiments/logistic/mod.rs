//! Logistic regression on whole images: what it gets wrong, and what it learnt of
//! each pixel (notebook 004).

mod figures;
mod live;
mod params;
mod task;

pub use figures::{coefficients, color, ends};
pub use live::{Way, objectives, ways};
pub use params::{LogisticParams, Penalty, Scheme};
pub use task::{Sides, Task};

use super::Experiment;
use super::lab::{Lab, Progress};
use crate::error::{Error, Result, Warning};
use crate::learn::linear_model::{Part, n_parts};
use crate::learn::metrics;
use crate::report::{Array, Numbers, Report, Value};
use task::{Answer, Judged};

/// The experiment.
pub struct Logistic;

impl Experiment for Logistic {
    const ID: &'static str = "logistic";
    const TITLE: &'static str = "Logistic regression";
    type Params = LogisticParams;
    type Job = Task;
    const NEEDS: &'static [crate::experiments::Need] = crate::experiments::split::NEEDS;

    fn patience(_: &LogisticParams) -> f64 {
        600.0
    }

    fn check(params: &LogisticParams, n_samples: usize, _: usize) -> Result<()> {
        if n_samples < 2 {
            return Err(Error::invalid("X", "of at least 2 images", n_samples));
        }
        params.check(n_samples)
    }

    async fn run(params: &LogisticParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let sides = Sides::new(params, data)?;
        params.check_label(sides.classes.len())?;
        let parts = fitted(params, lab, &sides).await?;
        let judge = Task::Judge { params: params.clone(), parts: parts.clone() };
        let judged = lab
            .map_part("Predictions", &[judge], &mut |_, _| None, (0.9, 1.0))
            .await?
            .into_iter()
            .find_map(Answer::judged);
        let judged = judged.ok_or_else(|| Error::Worker("a job answered what it was not asked".into()))?;
        finished(params, lab, &sides, &parts, &judged)
    }

    fn python(params: &LogisticParams) -> String {
        script(params)
    }
}

/// All parts of a fit, one job for each.
pub async fn fitted(params: &LogisticParams, lab: &Lab<'_>, sides: &Sides) -> Result<Vec<Part>> {
    let data = lab.dataset;
    let jobs: Vec<Task> = (0..n_parts(params.scheme.into(), sides.classes.len()))
        .map(|part| Task::Fit { params: params.clone(), part: part as u32 })
        .collect();
    let mut live = |known: &[Progress<Answer>], _: usize| Some(live::unfinished(params, data, sides, known));
    let answers = lab.map_part("Fits", &jobs, &mut live, (0.0, 0.9)).await?;
    Ok(answers.into_iter().filter_map(Answer::part).collect())
}

fn finished(params: &LogisticParams, lab: &Lab<'_>, sides: &Sides, parts: &[Part], judged: &Judged) -> Result<Report> {
    let data = lab.dataset;
    let mut report = Report { warnings: warnings(params, sides, parts), ..Report::default() };
    report.warnings.extend(sides.flat(data));
    let names = sides.names(data);
    let (train, test) = (&sides.train, &sides.test);
    let (y_train, y_test) = (sides.of(train), sides.of(test));
    let k = names.len();
    let n_outputs = if k == 2 { 1 } else { k };
    let wrong: Vec<usize> = (0..train.len()).filter(|i| y_train[*i] != judged.train[*i]).collect();
    report.metric("n_train", "Images to learn from", Value::Int(train.len() as i64));
    report.metric("n_test", "Images to be tried on", Value::Int(test.len() as i64));
    let shape = format!("({n_outputs}, {})", data.n_features());
    report.metric("coef_shape", "Shape of the coefficients", Value::Text(shape));
    report.metric("n_misclassified", "Mis-classified of those learnt from", Value::Int(wrong.len() as i64));
    report.metric(
        "accuracy_train",
        "Accuracy on them",
        Value::Float(metrics::accuracy_score(&y_train, &judged.train)?),
    );
    if !test.is_empty() {
        let accuracy = metrics::accuracy_score(&y_test, &judged.test)?;
        report.metric("accuracy_test", "Accuracy on the test images", Value::Float(accuracy));
        report.metric("log_loss_test", "Log loss on the test images", Value::Float(judged.log_loss));
        let scores = metrics::precision_recall_fscore_support(&y_test, &judged.test)?;
        let mut order: Vec<usize> = (0..scores.labels.len()).filter(|i| scores.support[*i] > 0).collect();
        order.sort_by(|a, b| scores.recall[*a].total_cmp(&scores.recall[*b]));
        let named = |i: &usize| names[scores.labels[*i] as usize].clone();
        // Which of the two is less is no part of the answer; who recalls as little belongs to them.
        let recall = |i: &usize| scores.recall[*i];
        let second = order.get(usize::from(order.len() > 2)).map_or(0.0, recall);
        order.retain(|i| recall(i) <= second);
        order.sort_unstable();
        let lowest: Vec<String> = order.iter().map(named).collect();
        report.metric("lowest_recall", "Least recall", Value::Text(lowest.join(", ")));
        let pairs = figures::confused(&y_test, &judged.test, k, 3);
        let pairs: Vec<String> =
            pairs.iter().map(|(a, b, n)| format!("{} for {}: {n}", names[*a], names[*b])).collect();
        report.metric("most_confused", "Most often taken for another", Value::Text(pairs.join("; ")));
    }
    let objective: f64 = parts.iter().map(|part| part.objective).sum();
    report.metric("objective", "Objective, summed over the models", Value::Float(objective));
    report.metric(
        "n_iter",
        "Iterations, of all models",
        Value::Int(parts.iter().map(|part| i64::from(part.n_iter)).sum()),
    );
    let n_converged = parts.iter().filter(|part| part.converged && !part.separated).count();
    let ended = format!("{n_converged} of {}", parts.len());
    report.metric("converged", "Models that converged", Value::Text(ended));

    report.sections.push(figures::confusion(
        "confusion_train",
        "Confusion on the training images",
        &names,
        &y_train,
        &judged.train,
    ));
    report.sections.extend(figures::misclassified(params, data, sides, judged));
    if !test.is_empty() {
        report.sections.push(figures::confusion(
            "confusion_test",
            "Confusion on the test images",
            &names,
            &y_test,
            &judged.test,
        ));
        report.sections.push(figures::classification_report(&names, &y_test, judged)?);
        report.sections.push(figures::reliability(judged));
    } else {
        report.sections.push(figures::untested());
    }
    let coef: Vec<f64> = parts.iter().flat_map(|part| part.coef.iter().copied()).collect();
    let shown = (params.label as usize).min(n_outputs - 1);
    let map = &coef[shown * data.n_features()..][..data.n_features()];
    let end = map.iter().copied().fold(0.0, f64::max);
    let n_clipped = map.iter().filter(|value| end > 0.0 && **value < -end).count();
    report.metric(
        "n_clipped",
        "Coefficients of the label shown that are below minus the greatest one",
        Value::Int(n_clipped as i64),
    );
    report.sections.extend(figures::coefficients(params, data, &names, &coef));
    report.sections.push(figures::contributions(params, data, sides, judged));
    report.sections.push(figures::convergence(params, &names, parts));
    let labels = |of: &[u32]| of.iter().map(|of| u32::from(sides.classes[*of as usize])).collect::<Vec<_>>();
    report.arrays = vec![
        Array {
            name: "coef_".into(),
            shape: vec![n_outputs as u32, data.n_features() as u32],
            numbers: Numbers::F64(coef),
        },
        Array {
            name: "intercept_".into(),
            shape: vec![n_outputs as u32],
            numbers: Numbers::F64(parts.iter().flat_map(|part| part.intercept.iter().copied()).collect()),
        },
        Array { name: "train".into(), shape: vec![train.len() as u32], numbers: Numbers::U32(train.clone()) },
        Array { name: "test".into(), shape: vec![test.len() as u32], numbers: Numbers::U32(test.clone()) },
        Array {
            name: "predicted_test".into(),
            shape: vec![test.len() as u32],
            numbers: Numbers::U32(labels(&judged.test)),
        },
        Array {
            name: "predicted_train".into(),
            shape: vec![train.len() as u32],
            numbers: Numbers::U32(labels(&judged.train)),
        },
        Array {
            name: "sure_test".into(),
            shape: vec![test.len() as u32],
            numbers: Numbers::F64(judged.sure_test.clone()),
        },
        Array {
            name: "sure_train".into(),
            shape: vec![train.len() as u32],
            numbers: Numbers::F64(judged.sure_train.clone()),
        },
    ];
    Ok(report)
}

/// What a visitor must know of fits that did not end well: one line for all models that ended alike.
pub fn warnings(params: &LogisticParams, sides: &Sides, parts: &[Part]) -> Vec<Warning> {
    let of = |which: &[usize]| match (parts.len(), which) {
        (1, _) => "The model".to_string(),
        (_, [part]) => format!("The model of class {}", sides.classes[*part]),
        (n, some) => {
            let classes: Vec<String> = some.iter().map(|part| sides.classes[*part].to_string()).collect();
            format!("{} of {n} models (of the classes {})", some.len(), classes.join(", "))
        }
    };
    let all = |holds: fn(&Part) -> bool| (0..parts.len()).filter(|i| holds(&parts[*i])).collect::<Vec<usize>>();
    let mut warnings = Vec::new();
    let separated = all(|part| part.separated);
    if !separated.is_empty() {
        warnings.push(Warning::Separable { what: of(&separated) });
    }
    let early = all(|part| !part.separated && !part.converged);
    if !early.is_empty() {
        warnings.push(Warning::NotConverged { what: of(&early), max_iter: params.max_iter });
    }
    warnings
}

/// The lines that split and scale the images.
pub fn prepared(params: &LogisticParams) -> String {
    let mut script = String::from(
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n\
         from sklearn.multiclass import OneVsRestClassifier\n\n",
    );
    script += &params.asked().python();
    let scaler = match params.scaling.word() {
        "min-max" => "MinMaxScaler",
        "standard" => "StandardScaler",
        _ => return script,
    };
    script += &format!("scaler = {scaler}().fit(X_train)\nX_train = scaler.transform(X_train)\n");
    script += "if len(X_test):\n    X_test = scaler.transform(X_test)\n";
    script
}

fn script(params: &LogisticParams) -> String {
    let mut script = prepared(params);
    script += &params.python_model("model");
    script += "model.fit(X_train, y_train)\n\
               models = getattr(model, 'estimators_', [model])\n\
               coef = np.vstack([one.coef_ for one in models])\n\
               converged = all(one.n_iter_.max() < one.max_iter for one in models)\n\
               show('n_train', len(y_train))\nshow('n_test', len(y_test))\nshow('coef_shape', coef.shape)\n\
               y_train_pred = model.predict(X_train)\n\
               # A solver that stopped early leaves predictions that depend on when; they are printed aside.\n\
               found = show if converged else (lambda name, value: print(f'stopped early, {name}: {value}'))\n\
               found('n_misclassified', np.count_nonzero(y_train_pred != y_train))\n\
               found('accuracy_train', metrics.accuracy_score(y_train, y_train_pred))\n\
               print(metrics.confusion_matrix(y_train, y_train_pred))\n\
               if len(y_test):\n    \
                   y_test_pred = model.predict(X_test)\n    \
                   found('accuracy_test', metrics.accuracy_score(y_test, y_test_pred))\n    \
                   print(metrics.confusion_matrix(y_test, y_test_pred))\n    \
                   print(metrics.classification_report(y_test, y_test_pred, zero_division=0))\n    \
                   print('log loss', metrics.log_loss(y_test, model.predict_proba(X_test), labels=model.classes_))\n";
    script
}

/// The script that fits both schemes.
pub fn python_fits(params: &LogisticParams) -> String {
    let mut script = prepared(params);
    for (scheme, id) in [(Scheme::Ovr, "ovr"), (Scheme::Multinomial, "multinomial")] {
        script += &LogisticParams { scheme, ..params.clone() }.python_model(id);
        script += &format!(
            "{id}.fit(X_train, y_train)\n\
             coef_{id} = np.vstack([one.coef_ for one in getattr({id}, 'estimators_', [{id}])])\n\
             show('coef_shape_{id}', coef_{id}.shape)\n"
        );
    }
    script
}
