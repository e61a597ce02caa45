//! Images rebuilt from a few principal components, and logistic regression on what is left
//! of them (the second "next step" of notebook 004).

use super::Experiment;
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::logistic::{LogisticParams, Scheme, Sides, Way, objectives, ways};
use super::pictures;
use super::split::{Split, split_params};
use crate::data::Dataset;
use crate::error::{Error, Result, Warning};
use crate::learn::Matrix;
use crate::learn::decomposition::{Data, NComponents, Pca, PcaOptions, SvdSolver};
use crate::learn::linear_model::{Design, LogisticRegression, Part, Rebuilt, Sign, fit_part, n_parts};
use crate::learn::metrics::accuracy_score;
use crate::params::{Domain, distinct};
use crate::report::signed::{self, Ends};
use crate::report::{Array, ColorMap, Curve, Figure, Numbers, Report, Section, Stroke, Table, Value};
use serde::{Deserialize, Serialize};

split_params! {
    /// Logistic regression on images rebuilt from principal components.
    pub struct DenoiseParams;
    {
        /// Numbers of components that images are rebuilt from.
        n_components "Components": Vec<u32> = vec![5, 10, 20, 50, 100], Domain::Ints { min: 1, max: 784, longest: 8 };
        /// One model for each class against the rest, or one model of all probabilities.
        scheme "Scheme": Scheme = Scheme::Multinomial, Domain::Choice(Scheme::WORDS);
        /// How much the loss counts against the penalty, on pixels from 0 to 1.
        C "C": f64 = 1.0, Domain::Float { min: 1e-12, max: 1e12 };
        /// Most iterations of a model.
        max_iter "Iterations at most": u32 = 100, Domain::Int { min: 1, max: 10_000, slider: 200 };
        /// When a model has converged, as in scikit-learn's solvers of the scheme.
        tol "Tolerance": f64 = 1e-4, Domain::Float { min: 1e-14, max: 1.0 };
    }
    split
    {
        /// With the stratified split: share of the images, the same of every class, that is set apart for the test.
        test_size "Share for the test": f64 = 0.2, Domain::Float { min: 0.01, max: 0.9 };
        /// Seed of the split.
        random_state "Seed": u32 = 42, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl DenoiseParams {
    fn logistic(&self) -> LogisticParams {
        LogisticParams {
            scheme: self.scheme,
            C: self.C,
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

    fn most(&self) -> u32 {
        self.n_components.iter().copied().max().unwrap_or(1)
    }
}

/// What a worker is asked for.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// The components of the images to learn from.
    Components(DenoiseParams),
    /// A model on images rebuilt from the first so many of them; on the images themselves without a number.
    Fit(DenoiseParams, Option<u32>, Pca),
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Answer {
    /// The components.
    Components(Pca),
    /// The model.
    Fit(Fitted),
}

/// A model, and how it does.
#[derive(Serialize, Deserialize)]
pub struct Fitted {
    coef: Vec<f64>,
    learnt: f64,
    test: f64,
    n_iter: u32,
    converged: bool,
}

impl Job for Task {
    type Output = Answer;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Answer> {
        let data = place.dataset();
        match self {
            Task::Components(params) => {
                let sides = Sides::new(&params.logistic(), data)?;
                Ok(Answer::Components(components(&params, data, &sides)?))
            }
            Task::Fit(params, n, pca) => {
                let sides = Sides::new(&params.logistic(), data)?;
                Ok(Answer::Fit(fitted(&params, n, &pca, data, &sides, ticker)?))
            }
        }
    }
}

fn components(params: &DenoiseParams, data: &Dataset, sides: &Sides) -> Result<Pca> {
    let rows: Vec<u8> = sides.train.iter().flat_map(|i| data.image(*i as usize)).copied().collect();
    let options = PcaOptions {
        n_components: NComponents::Count(params.most() as usize),
        svd_solver: SvdSolver::CovarianceEigh,
        ..PcaOptions::default()
    };
    Pca::fit(Data::bytes(&rows, sides.train.len(), data.n_features())?, &options)
}

fn fitted(
    params: &DenoiseParams,
    n: Option<u32>,
    pca: &Pca,
    data: &Dataset,
    sides: &Sides,
    ticker: &mut dyn Ticker,
) -> Result<Fitted> {
    let rebuilt = n.map(|n| Rebuilt::new(&pca.components(), &pca.mean, n as usize));
    let design = |images: &[u32]| -> Result<Design> {
        let rows = images.iter().map(|i| data.image(*i as usize).iter().map(|level| f64::from(*level) / 255.0));
        match &rebuilt {
            Some(rebuilt) => Design::doubles(&rebuilt.coordinates(rows, 255.0)),
            None => {
                let values = rows.flatten().collect();
                Design::doubles(&Matrix::from_vec(values, images.len(), data.n_features())?)
            }
        }
    };
    let (train, of_train) = (design(&sides.train)?, sides.of(&sides.train));
    let options = params.logistic().options();
    let k = sides.classes.len();
    let mut step = 0;
    let mut parts: Vec<Part> = Vec::new();
    let of_pixels = |coef: &[f64]| match &rebuilt {
        Some(rebuilt) => coef.chunks_exact(train.n_features()).flat_map(|row| rebuilt.coefficients(row)).collect(),
        None => coef.to_vec(),
    };
    let n_parts = n_parts(options.scheme, k);
    for part in 0..n_parts {
        let before: Vec<f64> = parts.iter().flat_map(|part| of_pixels(&part.coef)).collect();
        let mut tick = |sign: &Sign| {
            step += 1;
            if ticker.due() {
                // The coefficients, zero in parts that are not fitted yet, and after them the gradient.
                let mut coef = [before.clone(), of_pixels(&sign.coef())].concat();
                coef.resize(coef.len() / (part + 1) * n_parts, 0.0);
                let frame = coef.iter().chain([&sign.gradient_norm]).map(|value| *value as f32).collect();
                ticker.tell(Tick { step, objective: sign.objective, frame });
            }
        };
        parts.push(fit_part(&train, &of_train, k, part, &options, None, &mut tick)?);
    }
    let model = LogisticRegression::join((0..k as i64).collect(), options.scheme, &parts)?;
    let learnt = accuracy_score(&of_train, &model.decide(&model.decision_function(&train)?))?;
    let found = model.decide(&model.decision_function(&design(&sides.test)?)?);
    let test = accuracy_score(&sides.of(&sides.test), &found)?;
    let coef = of_pixels(model.coef.as_slice());
    let (n_iter, converged) = (parts.iter().map(|part| part.n_iter).sum(), parts.iter().all(|part| part.converged));
    Ok(Fitted { coef, learnt, test, n_iter, converged })
}

/// The experiment.
pub struct Denoise;

impl Experiment for Denoise {
    const ID: &'static str = "denoise";
    const TITLE: &'static str = "Components, then a model";
    type Params = DenoiseParams;
    type Job = Task;
    const NEEDS: &'static [super::Need] = super::split::NEEDS;

    fn patience(_: &DenoiseParams) -> f64 {
        600.0
    }

    fn check(params: &DenoiseParams, n_samples: usize, n_features: usize) -> Result<()> {
        distinct("n_components", &params.n_components)?;
        params.asked().check(n_samples)?;
        let learnt = match params.split {
            Split::Stratified => (n_samples as f64 * (1.0 - params.test_size)) as usize,
            Split::Ordered => params.n_train as usize,
            // How many are of the training file is seen when it is there.
            Split::Files => n_samples,
        };
        let most = n_features.min(learnt);
        if params.most() as usize > most {
            let must_be = format!("at most the number of pixels and of images to learn from, {most}");
            return Err(Error::invalid("n_components", must_be, params.most()));
        }
        Ok(())
    }

    async fn run(params: &DenoiseParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let sides = Sides::new(&params.logistic(), data)?;
        let unasked = || Error::Worker("a job answered what it was not asked".into());
        let jobs = [Task::Components(params.clone())];
        let first = lab.map_part("Components", &jobs, &mut |_, _| None, (0.0, 0.1)).await?;
        let Some(Answer::Components(pca)) = first.into_iter().next() else { return Err(unasked()) };
        let forms: Vec<Option<u32>> =
            std::iter::once(None).chain(params.n_components.iter().copied().map(Some)).collect();
        let jobs: Vec<Task> = forms.iter().map(|n| Task::Fit(params.clone(), *n, pca.clone())).collect();
        let mut live =
            |known: &[Progress<Answer>], at: usize| Some(unfinished(params, data, &sides, &forms, (known, at)));
        let answers = lab.map_part("Fits", &jobs, &mut live, (0.1, 1.0)).await?;
        let models: Vec<Fitted> = answers
            .into_iter()
            .map(|answer| match answer {
                Answer::Fit(fitted) => Ok(fitted),
                Answer::Components(_) => Err(unasked()),
            })
            .collect::<Result<_>>()?;
        Ok(report(params, data, &sides, &pca, &models))
    }

    fn python(params: &DenoiseParams) -> String {
        let logistic = LogisticParams { tol: params.tol.min(1e-6), max_iter: 10_000, ..params.logistic() };
        let mut script = super::logistic::prepared(&logistic);
        script += "from sklearn.decomposition import PCA\n\nX_train, X_test = X_train / 255, X_test / 255\n";
        script += "show('n_train', len(y_train))\nshow('n_test', len(y_test))\n";
        script += &logistic.python_model("model");
        script += &format!(
            "pca = PCA({}, svd_solver='covariance_eigh').fit(X_train)\n\
             for n in {:?}:\n    \
                 show(f'explained_{{n}}', pca.explained_variance_ratio_[:n].sum())\n    \
                 V = pca.components_[:n]\n    \
                 rebuilt, rebuilt_test = [(A - pca.mean_) @ V.T @ V + pca.mean_ for A in (X_train, X_test)]\n    \
                 model.fit(rebuilt, y_train)\n    \
                 print(n, model.score(rebuilt, y_train), model.score(rebuilt_test, y_test))\n",
            params.most(),
            params.n_components,
        );
        script
    }
}

fn report(params: &DenoiseParams, data: &Dataset, sides: &Sides, pca: &Pca, models: &[Fitted]) -> Report {
    let m = data.n_features();
    let names = sides.names(data);
    let mut report = Report { warnings: warning(params, models).into_iter().collect(), ..Report::default() };
    report.warnings.extend(sides.flat(data));
    report.metric("n_train", "Images to learn from", Value::Int(sides.train.len() as i64));
    report.metric("n_test", "Images to be tried on", Value::Int(sides.test.len() as i64));
    let explained = |n: u32| pca.explained_variance_ratio.iter().take(n as usize).sum::<f64>();
    let (whole, rebuilt) = (&models[0], &models[1..]);
    // Of equals the fewest components.
    let mut order: Vec<usize> = (0..rebuilt.len()).collect();
    order.sort_by_key(|at| params.n_components[*at]);
    let best =
        order.iter().copied().fold(order[0], |best, at| if rebuilt[at].test > rebuilt[best].test { at } else { best });
    let n_best = params.n_components[best];
    report.metric("accuracy_test", "Accuracy on the test images, all pixels", Value::Float(whole.test));
    report.metric("best_n_components", "Components of the highest test accuracy", Value::Int(i64::from(n_best)));
    report.metric("accuracy_best", "Accuracy on the test images there", Value::Float(rebuilt[best].test));
    for n in &params.n_components {
        report.metric(
            &format!("explained_{n}"),
            &format!("Variance kept by {n} components"),
            Value::Float(explained(*n)),
        );
    }
    let curve = |name: &str, class: u8, pick: fn(&Fitted) -> f64| Curve {
        name: name.into(),
        points: order.iter().map(|at| (f64::from(params.n_components[*at]), pick(&rebuilt[*at]))).collect(),
        stroke: Stroke::Class(class),
    };
    let line = |name: &str, class: u8, y: f64| Curve {
        name: name.into(),
        points: vec![(0.0, y), (f64::from(params.most()), y)],
        stroke: Stroke::Class(class),
    };
    let s = if n_best == 1 { ("", "s") } else { ("s", "") };
    let kept = match explained(n_best) * 100.0 {
        kept if kept.is_finite() => format!("which keep{} {kept:.1} % of the variance,", s.1),
        _ => "of images that do not differ,".into(),
    };
    report.sections.push(Section {
        id: "accuracy".into(),
        title: "Accuracy against components".into(),
        summary: format!(
            "Images rebuilt from few components have less to learn by heart. {n_best} component{}, {kept} \
             predict{} {:.2} % of the test images right; all pixels {:.2} %. The level lines are those of all pixels.",
            s.0,
            s.1,
            rebuilt[best].test * 100.0,
            whole.test * 100.0
        ),
        figure: Figure::Curves {
            x_title: "components".into(),
            y_title: "accuracy".into(),
            curves: vec![
                curve("learnt from", 0, |model| model.learnt),
                curve("test", 2, |model| model.test),
                line("learnt from, all pixels", 1, whole.learnt),
                line("test, all pixels", 4, whole.test),
            ],
        },
    });
    report.sections.push(sheet(params, data, sides, pca));
    let rows = [(whole.coef.clone(), None), (rebuilt[best].coef.clone(), Some(n_best))];
    report.sections.push(maps(data, &names, &rows, "Coefficients"));
    report.sections.push(table(params, models, explained));
    let shape = [models.len(), whole.coef.len() / m, m].map(|n| n as u32).to_vec();
    let all = models.iter().flat_map(|model| model.coef.iter().copied()).collect();
    report.arrays = vec![
        Array { name: "coef_".into(), shape, numbers: Numbers::F64(all) },
        Array {
            name: "explained_variance_ratio_".into(),
            shape: vec![pca.n_components() as u32],
            numbers: Numbers::F64(pca.explained_variance_ratio.clone()),
        },
    ];
    report
}

/// What a visitor must know of models that stopped early.
fn warning(params: &DenoiseParams, models: &[Fitted]) -> Option<Warning> {
    let early = models.iter().filter(|model| !model.converged).count();
    let what = format!("{early} of {} models", models.len());
    (early > 0).then_some(Warning::NotConverged { what, max_iter: params.max_iter })
}

/// What can be drawn while models are fitted: the objective of each, and how those do that are done.
fn unfinished(
    params: &DenoiseParams,
    data: &Dataset,
    sides: &Sides,
    forms: &[Option<u32>],
    (known, last): (&[Progress<Answer>], usize),
) -> Report {
    let fitted = |job: &Progress<Answer>| match &job.output {
        Some(Answer::Fit(fitted)) => Some((fitted.learnt, fitted.test)),
        _ => None,
    };
    let mut done: Vec<(f64, (f64, f64))> =
        forms.iter().zip(known).filter_map(|(n, job)| Some((f64::from((*n)?), fitted(job)?))).collect();
    done.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut curves = Vec::new();
    if !done.is_empty() {
        let curve = |name: &str, class, pick: fn((f64, f64)) -> f64| Curve {
            name: name.into(),
            points: done.iter().map(|(n, accuracies)| (*n, pick(*accuracies))).collect(),
            stroke: Stroke::Class(class),
        };
        curves.push(curve("learnt from", 0, |accuracies| accuracies.0));
        curves.push(curve("test", 2, |accuracies| accuracies.1));
    }
    if let Some((learnt, test)) = known.first().and_then(fitted) {
        for (name, y, class) in [("learnt from, all pixels", learnt, 1), ("test, all pixels", test, 4)] {
            let points = vec![(0.0, y), (f64::from(params.most()), y)];
            curves.push(Curve { name: name.into(), points, stroke: Stroke::Class(class) });
        }
    }
    let n_done = known.iter().filter(|job| job.output.is_some()).count();
    let mut report = Report::default();
    if !curves.is_empty() {
        report.sections.push(Section {
            id: "accuracy".into(),
            title: "Accuracy against components".into(),
            summary: format!("{n_done} of {} models are fitted.", known.len()),
            figure: Figure::Curves { x_title: "components".into(), y_title: "accuracy".into(), curves },
        });
    }
    let name = |n: &Option<u32>| n.map_or("all pixels".into(), |n| format!("{n} components"));
    report.sections.push(ways(forms.iter().zip(known).filter_map(|(n, job)| {
        let tick = job.tick.as_ref()?;
        let ended = match &job.output {
            Some(Answer::Fit(fitted)) if fitted.converged => "converged",
            Some(_) => "stopped early",
            None => "not yet",
        };
        let gradient = tick.frame.last().copied().map_or(f64::NAN, f64::from);
        Some(Way { name: name(n), objective: tick.objective, gradient, n_iter: tick.step, ended })
    })));
    let summary = format!("The objective after each iteration. {n_done} of {} models are fitted.", known.len());
    let histories = forms.iter().zip(known).map(|(n, job)| (name(n), job.history.as_slice()));
    report.sections.extend(objectives(summary, histories));
    let coef = |at: usize| -> Option<Vec<f64>> {
        match (&known.get(at)?.output, &known[at].tick) {
            (Some(Answer::Fit(fitted)), _) => Some(fitted.coef.clone()),
            (_, Some(tick)) => {
                tick.frame.split_last().map(|(_, coef)| coef.iter().map(|value| f64::from(*value)).collect())
            }
            _ => None,
        }
    };
    // All pixels above, and below the number of components that was heard of last.
    let below =
        Some(last).filter(|last| *last > 0).or_else(|| (1..known.len()).rev().find(|at| known[*at].tick.is_some()));
    let rows: Vec<(Vec<f64>, Option<u32>)> =
        [Some(0), below].into_iter().flatten().filter_map(|at| Some((coef(at)?, forms[at]))).collect();
    if !rows.is_empty() {
        report.sections.push(maps(data, &sides.names(data), &rows, "The coefficients so far"));
    }
    report
}

/// The first image of each class as it is, and rebuilt.
fn sheet(params: &DenoiseParams, data: &Dataset, sides: &Sides, pca: &Pca) -> Section {
    let first = |class: &u8| sides.test.iter().copied().find(|i| data.labels[*i as usize] == *class);
    let shown: Vec<u32> = sides.classes.iter().filter_map(first).collect();
    let levels = |i: &u32| data.image(*i as usize).iter().map(|level| f64::from(*level));
    let mut pixels: Vec<f32> = shown.iter().flat_map(levels).map(|level| level as f32).collect();
    let mut captions: Vec<String> =
        shown.iter().map(|i| data.class_names[usize::from(data.labels[*i as usize])].clone()).collect();
    for n in &params.n_components {
        let rebuilt = Rebuilt::new(&pca.components(), &pca.mean, *n as usize);
        for i in &shown {
            let row: Vec<f64> = levels(i).collect();
            pixels.extend(rebuilt.image(&row).into_iter().map(|level| level.round().clamp(0.0, 255.0) as f32));
            captions.push(format!("{n}"));
        }
    }
    let summary = format!(
        "One test image of each class: first as it is, then a row for each number of components, written below. The \
         components are those of the {} images learnt from.",
        sides.train.len()
    );
    let columns = shown.len() as u32;
    let captions = captions.into_iter();
    pictures::grid("rebuilt", "Digits rebuilt", &summary, data, captions, &pixels, (0.0, 255.0), columns)
}

/// Coefficients on all pixels above, those of a number of components below: a row of maps for each.
fn maps(data: &Dataset, names: &[String], rows: &[(Vec<f64>, Option<u32>)], begin: &str) -> Section {
    let m = data.n_features();
    let k = rows.first().map_or(1, |(coef, _)| coef.len() / m);
    let pixels: Vec<f32> = rows.iter().flat_map(|(coef, _)| coef).map(|value| *value as f32).collect();
    let of = |n: &Option<u32>| n.map_or("all pixels".to_string(), |n| n.to_string());
    let caption = |n: &Option<u32>, i: usize| format!("{}, {}", names[if k == 1 { 1 } else { i }], of(n));
    let captions: Vec<String> =
        rows.iter().flat_map(|(_, n)| (0..k).map(move |i| (n, i))).map(|(n, i)| caption(n, i)).collect();
    let told: Vec<String> = rows
        .iter()
        .map(|(_, n)| n.map_or("on all pixels".into(), |n| format!("on images rebuilt from {n} components")))
        .collect();
    let summary = format!(
        "{begin} {}: what no component has cannot be learnt. {} Zero has the middle colour.",
        told.join(", and below them "),
        signed::told(Ends::Size)
    );
    let captions = captions.into_iter();
    let mut section = pictures::grid("coefs", "Coefficients", &summary, data, captions, &pixels, (-1.0, 1.0), k as u32);
    let ends = super::logistic::ends(&pixels, m, Ends::Size);
    super::logistic::color(&mut section, ColorMap::RdYlGn, &ends);
    section
}

fn table(params: &DenoiseParams, models: &[Fitted], explained: impl Fn(u32) -> f64) -> Section {
    let columns = ["components", "variance kept", "learnt from", "test", "iterations", "ended"];
    let row = |(at, model): (usize, &Fitted)| {
        let n = at.checked_sub(1).map(|at| params.n_components[at]);
        let ended = if model.converged { "converged" } else { "stopped early" };
        vec![
            n.map_or(Value::Text("all pixels".into()), |n| Value::Int(i64::from(n))),
            Value::Float(n.map_or(1.0, &explained)),
            Value::Float(model.learnt),
            Value::Float(model.test),
            Value::Int(i64::from(model.n_iter)),
            Value::Text(ended.into()),
        ]
    };
    Section {
        id: "models".into(),
        title: "The models".into(),
        summary: "Each is fitted on the same images. With an L2 penalty a model on rebuilt images has no coefficient outside the \
                  components, so it is found from as many numbers as there are components."
            .into(),
        figure: Figure::Numbers(Table {
            columns: columns.map(String::from).to_vec(),
            rows: models.iter().enumerate().map(row).collect(),
        }),
    }
}
