//! How strong a penalty, and which? Both chosen by cross-validation, along a path of warm
//! starts for each penalty (the first "next step" of notebook 004).

mod live;
mod told;
mod walk;

use super::Experiment;
use super::kmeans::Scaling;
use super::lab::{Lab, Progress};
use super::logistic::{LogisticParams, Penalty, Scheme, Sides};
use super::split::split_params;
use crate::data::Dataset;
use crate::error::{Error, Result, Warning};
use crate::learn::model_selection::stratified_k_fold;
use crate::params::Domain;
use crate::report::{Report, Value};
use live::unfinished;
use told::{Tried, maps, report};
use walk::{Path, Stop};

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
