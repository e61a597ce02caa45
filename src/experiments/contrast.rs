//! What clustering buys: the same two digits by EnCluDL, by one t-test for each pixel, and by the
//! coefficients of a logistic regression.

// `C` is scikit-learn's name, and a name in links for ever.
#![allow(non_snake_case)]

use super::Experiment;
use super::encludl::{Bootstrap, EncludlParams, Inference};
use super::inferred::{self, Doubts};
use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::{Error, Result, Warning};
use crate::learn::inference::{Sample, t_test};
use crate::learn::linear_model::{Design, LogisticOptions, fit_part};
use crate::learn::preprocessing::Scaling;
use crate::params::Domain;
use crate::report::{
    Array, ColorMap, Figure, Inferred, Numbers, Picture, Rate, Report, Section, Table, Value, regions,
};
use serde::{Deserialize, Serialize};

crate::params! {
    /// Three ways to ask which pixels tell two digits apart.
    pub struct ContrastParams {
        /// The two digits.
        pairs "Digits": Vec<u32> = vec![4, 7], Domain::Ints { min: 0, max: 9, longest: 2 };
        /// Images of both digits at most, drawn without replacement, each digit with its share.
        n_samples "Images": u32 = 5_000, Domain::Int { min: 10, max: 100_000, slider: 0 };
        /// Regions that the pixels are joined to in each bootstrap; also the number of tests.
        n_clusters "Regions": u32 = 100, Domain::Int { min: 2, max: 300, slider: 300 };
        /// How often the pixels are joined on other images, and the inference is made.
        n_bootstraps "Bootstraps": u32 = 10, Domain::Int { min: 1, max: 100, slider: 50 };
        /// Family-wise error rate of both tests, and the false discovery rate beside it.
        fwer "Error rate": f64 = 0.1, Domain::Float { min: 0.0, max: 1.0 };
        /// How much the loss of the logistic regression counts against its L2 penalty, on grey levels from 0 to 255.
        C "C": f64 = 0.0001, Domain::Float { min: 1e-12, max: 1e9 };
        /// Seed of the images' draw and of the bootstraps.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl ContrastParams {
    /// The inference, whatever else is the notebook's.
    fn encludl(&self) -> EncludlParams {
        EncludlParams {
            pairs: self.pairs.clone(),
            n_samples: self.n_samples,
            n_clusters: self.n_clusters,
            n_bootstraps: self.n_bootstraps,
            fwer: self.fwer,
            random_state: self.random_state,
            ..EncludlParams::default()
        }
    }

    fn pair(&self, data: &Dataset) -> Result<Pair> {
        let digits = pair::pairs(&self.pairs)?;
        let digits = digits.first().ok_or_else(|| Error::invalid("pairs", "two digits", "none"))?;
        Pair::draw(data, *digits, self.n_samples, self.random_state)
    }
}

/// What a worker is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Ask {
    /// One bootstrap.
    Bootstrap(Bootstrap),
    /// The logistic regression.
    Logistic(ContrastParams),
}

/// What it answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Answer {
    /// A bootstrap.
    Inference(Box<Inference>),
    /// Coefficients of the pixels, `(n_features,)`, and whether they converged.
    Logistic(Vec<f64>, bool),
}

/// The stopping rule of the regression: far below what a picture shows.
const OPTIONS: (f64, u32) = (1e-9, 1_000);

impl Job for Ask {
    type Output = Answer;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Answer> {
        match self {
            Ask::Bootstrap(job) => Ok(Answer::Inference(Box::new(job.run(place, ticker)?))),
            Ask::Logistic(params) => {
                let data = place.dataset();
                let pair = params.pair(data)?;
                let design = Design::bytes(&data.images, data.n_features(), &pair.rows, Scaling::None)?;
                let second = |row: &u32| u32::from(data.labels[*row as usize] == pair.second);
                let classes: Vec<u32> = pair.rows.iter().map(second).collect();
                let (tol, max_iter) = OPTIONS;
                let options = LogisticOptions { c: params.C, tol, max_iter, ..LogisticOptions::default() };
                let part = fit_part(&design, &classes, 2, 0, &options, None, &mut |_| {})?;
                Ok(Answer::Logistic(part.coef, part.converged))
            }
        }
    }
}

/// The experiment.
pub struct Contrast;

impl Experiment for Contrast {
    const ID: &'static str = "contrast";
    const TITLE: &'static str = "What clustering buys";
    type Params = ContrastParams;
    type Job = Ask;

    fn check(params: &ContrastParams, _: usize, n_features: usize) -> Result<()> {
        pair::pairs(&params.pairs)?;
        pair::check_regions(params.n_clusters, n_features)?;
        pair::check_rate(params.fwer)
    }

    async fn run(params: &ContrastParams, lab: &Lab<'_>) -> Result<Report> {
        let pair = params.pair(lab.dataset)?;
        let encludl = params.encludl();
        let digits = (pair.first, pair.second);
        let mut jobs: Vec<Ask> =
            (0..params.n_bootstraps).map(|i| Ask::Bootstrap(Bootstrap::new(&encludl, digits, i))).collect();
        jobs.push(Ask::Logistic(params.clone()));
        let mut live = |known: &[Progress<Answer>], _: usize| {
            let known: Vec<Option<&Answer>> = known.iter().map(|job| job.output.as_ref()).collect();
            report(params, lab.dataset, &pair, &known).ok()
        };
        let found = lab.map("Asking in three ways", &jobs, &mut live).await?;
        report(params, lab.dataset, &pair, &found.iter().map(Some).collect::<Vec<_>>())
    }

    fn python(params: &ContrastParams) -> String {
        let mut script = super::encludl::python_head();
        script += "from scipy.stats import ttest_ind\nfrom sklearn.linear_model import LogisticRegression\n\n";
        script += &format!("for a, b in {}:\n", pair::python_pairs(&params.pairs));
        script += &pair::python(params.n_samples, params.random_state);
        script += "    kept = np.ones(X_pair.shape[1], dtype=bool)\n";
        script += &super::encludl::python_fit(&params.encludl());
        script +=
            &format!("    fdr = encludl.fdr_selection(fdr={}, fdr_control='bhq', two_tailed_test=True)\n", params.fwer);
        script += &format!(
            "    lit = (X_pair > 0).any(axis=0)\n    \
             p = ttest_ind(X_pair[y_pair == a], X_pair[y_pair == b]).pvalue\n    \
             tested = lit & (p < {} / lit.sum())\n    \
             model = LogisticRegression(C={}, tol=1e-10, max_iter=1000, solver='newton-cholesky').fit(X_pair, y_pair)\n    \
             n = np.count_nonzero(selected)\n    \
             strongest = np.zeros_like(lit)\n    \
             strongest[np.argsort(-abs(model.coef_[0] * np.sign(b - a)), kind='stable')[:n]] = True\n    \
             show('n_samples', len(X_pair))\n    show('n_tested', lit.sum())\n    \
             show('selected_encludl', n)\n    show('selected_fdr', np.count_nonzero(fdr))\n    \
             show('selected_t', tested.sum())\n    show('shared_t', np.count_nonzero(tested & (selected != 0)))\n    \
             show('shared_logistic', np.count_nonzero(strongest & (selected != 0)))\n",
            params.fwer, params.C
        );
        script
    }
}

/// The t-statistic (second digit less first) and the p-value of each pixel; `None` of one that never varies.
fn t_tests(data: &Dataset, pair: &Pair) -> Vec<Option<(f64, f64)>> {
    let mut samples = [vec![Sample::default(); data.n_features()], vec![Sample::default(); data.n_features()]];
    for row in &pair.rows {
        let side = usize::from(data.labels[*row as usize] == pair.second);
        samples[side].iter_mut().zip(data.image(*row as usize)).for_each(|(sample, level)| sample.add(*level));
    }
    let [first, second] = samples;
    first.into_iter().zip(second).map(|(first, second)| t_test(second, first)).collect()
}

/// A way to choose pixels: its name, the signs of the pixels, and whether it bounds errors.
type Way = (&'static str, Vec<i8>, &'static str);

fn report(params: &ContrastParams, data: &Dataset, pair: &Pair, known: &[Option<&Answer>]) -> Result<Report> {
    let mut report = Report::default();
    let encludl = params.encludl();
    let inferences: Vec<(usize, &Inference)> = known
        .iter()
        .enumerate()
        .filter_map(|(i, answer)| match answer {
            Some(Answer::Inference(inference)) => Some((i, &**inference)),
            _ => None,
        })
        .collect();
    let logistic = known.iter().find_map(|answer| match answer {
        Some(Answer::Logistic(coef, converged)) => Some((coef, *converged)),
        _ => None,
    });
    let tests = t_tests(data, pair);
    let n_tested = tests.iter().flatten().count();
    let bound = params.fwer / n_tested.max(1) as f64;
    let sign = |value: f64| i8::from(value > 0.0) - i8::from(value < 0.0);
    let t_map: Vec<i8> =
        tests.iter().map(|test| test.map_or(0, |(t, p)| if p < bound { sign(t) } else { 0 })).collect();

    let mut inferred: Inferred = inferred::empty(&encludl, data);
    let task = inferred::task(&encludl, data, pair, &inferences)?;
    let joined = task.joined(inferred.aggregation)?;
    let mut mask = |rate: Rate| {
        inferred.rate = rate;
        inferred.mask(&task, &joined, rate, params.fwer)
    };
    let (fwer, fdr) = (mask(Rate::Fwer)?, mask(Rate::Bhq)?);
    let n = fwer.iter().filter(|sign| **sign != 0).count();

    report.metric("n_samples", "Images of both digits", Value::Int(pair.rows.len() as i64));
    report.metric("n_tested", "Pixels with ink, each a t-test", Value::Int(n_tested as i64));
    if !inferences.is_empty() {
        let mut doubts = Doubts::default();
        let all: Vec<&Inference> = inferences.iter().map(|(_, one)| *one).collect();
        doubts.of(&mut report, &encludl, data, pair, &all)?;
        doubts.unfinished(&mut report, &encludl);
        report.sections.push(inferred::qualities(vec![inferred::fitted(&task.name, &inferences)]));
    }
    let mut ways: Vec<Way> = Vec::new();
    if !inferences.is_empty() {
        ways.push(("EnCluDL", fwer.clone(), "any false pixel, beyond the width of a region"));
        ways.push(("EnCluDL, FDR", fdr, "the share of false pixels"));
    }
    ways.push(("t-tests", t_map, "any false pixel"));
    if let Some((coef, converged)) = logistic {
        let mut order: Vec<usize> = (0..coef.len()).collect();
        order.sort_by(|a, b| coef[*b].abs().total_cmp(&coef[*a].abs()));
        let mut strongest = vec![0; coef.len()];
        order.iter().take(n).for_each(|pixel| strongest[*pixel] = sign(coef[*pixel]));
        ways.push(("strongest logistic coefficients", strongest, "nothing"));
        if !converged {
            let what = "the logistic regression".to_string();
            report.warnings.push(Warning::NotConverged { what, max_iter: OPTIONS.1 });
        }
    }
    let shared = |map: &[i8]| map.iter().zip(&fwer).filter(|(one, other)| **one != 0 && **other != 0).count();
    let ids = ["encludl", "fdr", "t", "logistic"];
    let mut rows = Vec::new();
    for (name, map, bounds) in &ways {
        let id = ids[match *name {
            "EnCluDL" => 0,
            "EnCluDL, FDR" => 1,
            "t-tests" => 2,
            _ => 3,
        }];
        let selected = map.iter().filter(|sign| **sign != 0).count();
        let both = shared(map);
        report.metric(&format!("selected_{id}"), &format!("Pixels, {name}"), Value::Int(selected as i64));
        if !inferences.is_empty() {
            report.metric(
                &format!("shared_{id}"),
                &format!("of them also in EnCluDL, {name}"),
                Value::Int(both as i64),
            );
        }
        // An area speaks for one digit, as those of the masks do.
        let areas: usize = [-1, 1]
            .map(|side| map.iter().map(|sign| *sign == side).collect::<Vec<bool>>())
            .iter()
            .map(|inside| regions::n_areas(inside, data.width))
            .sum();
        let either = selected + n - both;
        rows.push(vec![
            Value::Text(name.to_string()),
            Value::Text(bounds.to_string()),
            Value::Int(selected as i64),
            Value::Int(areas as i64),
            Value::Int(both as i64),
            if either == 0 {
                Value::Text("nothing selected".into())
            } else {
                Value::Float(both as f64 / either as f64)
            },
        ]);
    }
    let seen = |values: Vec<f32>| -> Vec<f32> {
        values
            .into_iter()
            .enumerate()
            .map(|(pixel, value)| if task.has_data(pixel) { value } else { f32::NAN })
            .collect()
    };
    let mut images: Vec<Picture> = ways
        .iter()
        .map(|(name, map, _)| Picture {
            caption: name.to_string(),
            pixels: seen(map.iter().map(|sign| f32::from(*sign)).collect()),
            scale: None,
        })
        .collect();
    if let Some((coef, _)) = logistic {
        let most = coef.iter().fold(0.0f64, |most, value| most.max(value.abs())) as f32;
        images.push(Picture {
            caption: "all logistic coefficients".into(),
            pixels: seen(coef.iter().map(|value| *value as f32).collect()),
            scale: Some((ColorMap::RdBu, -most, most)),
        });
    }
    let counts: Vec<String> = ways
        .iter()
        .map(|(name, map, _)| format!("{name}: {} pixels", map.iter().filter(|sign| **sign != 0).count()))
        .collect();
    let n_t = ways
        .iter()
        .find(|(name, ..)| *name == "t-tests")
        .map_or(0, |(_, map, _)| map.iter().filter(|s| **s != 0).count());
    report.sections.push(Section {
        id: "ways".into(),
        title: format!("{}, asked in different ways", task.name),
        summary: format!(
            "{}. Blue speaks for {}, red for {}; grey pixels have no ink in any image. A t-test asks whether a pixel \
             alone differs between the digits, and {n_t} of {n_tested} with ink do. EnCluDL asks what it adds when all others are \
             known. Of the logistic coefficients as many of the largest are drawn as EnCluDL selects pixels: they come with \
             no bound on errors.",
            counts.join("; "),
            task.class_names.1,
            task.class_names.0
        ),
        figure: Figure::Images {
            height: data.height as u32,
            width: data.width as u32,
            columns: 3,
            map: ColorMap::Signs,
            low: -1.0,
            high: 1.0,
            images,
        },
    });
    let columns = ["way", "bounds", "pixels", "areas", "also in EnCluDL", "Jaccard index"];
    report.sections.push(Section {
        id: "shared".into(),
        title: "What they share".into(),
        summary: format!(
            "Bonferroni's bound for the t-tests is {:.1e} = {} / {n_tested} pixels with ink; EnCluDL's is over {} regions.",
            bound, params.fwer, params.n_clusters
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    });
    let shape = vec![data.height as u32, data.width as u32];
    let mut add = |name: &str, values: Vec<f64>| {
        report.arrays.push(Array { name: name.into(), shape: shape.clone(), numbers: Numbers::F64(values) });
    };
    add("pvalues_t", tests.iter().map(|test| test.map_or(f64::NAN, |(_, p)| p)).collect());
    add("t", tests.iter().map(|test| test.map_or(f64::NAN, |(t, _)| t)).collect());
    add("pvalues_encludl", joined.p);
    if let Some((coef, _)) = logistic {
        add("coef", coef.clone());
    }
    Ok(report)
}
