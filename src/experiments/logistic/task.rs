//! What workers do for a logistic regression: fit a part, or judge the whole.

use super::params::LogisticParams;
use crate::data::Dataset;
use crate::error::{Error, Result, Warning};
use crate::experiments::lab::{Job, Tick, Ticker, Workplace};
use crate::learn::Matrix;
use crate::learn::linear_model::{Design, LogisticRegression, Part, Sign, fit_part};
use crate::learn::metrics;
use crate::learn::preprocessing::Scaling;
use serde::{Deserialize, Serialize};

/// Bins of the reliability curve.
const BINS: usize = 10;

/// Which images are learnt from, and which are only tried on.
pub struct Sides {
    /// Numbers of the images to learn from, in the order drawn.
    pub train: Vec<u32>,
    /// Numbers of the others.
    pub test: Vec<u32>,
    /// The labels that occur, ascending.
    pub classes: Vec<u8>,
    /// The position in `classes` of each image's label.
    of: Vec<u32>,
}

impl Sides {
    /// The split that the parameters ask for.
    pub fn new(params: &LogisticParams, data: &Dataset) -> Result<Self> {
        let labels: Vec<u32> = data.labels.iter().map(|label| u32::from(*label)).collect();
        let (train, test) = params.asked().sides(data, &labels)?;
        // An ordered split may leave images out, and with them a class.
        let mut classes: Vec<u8> = train.iter().chain(&test).map(|i| data.labels[*i as usize]).collect();
        classes.sort_unstable();
        classes.dedup();
        if let [only] = classes.as_slice() {
            let got = format!("only one class, {}", data.class_names[usize::from(*only)]);
            return Err(Error::invalid("y", "of at least 2 classes", got));
        }
        let place = |label: &u8| classes.partition_point(|class| class < label) as u32;
        let of: Vec<u32> = data.labels.iter().map(place).collect();
        Ok(Sides { train, test, classes, of })
    }

    /// What a visitor must know if all images to learn from are the same, pixel by pixel.
    pub fn flat(&self, data: &Dataset) -> Option<Warning> {
        let mut images = self.train.iter().map(|i| data.image(*i as usize));
        let first = images.next();
        images.all(|image| Some(image) == first).then_some(Warning::Flat { n_samples: self.train.len() as u32 })
    }

    /// Class positions of these images.
    pub fn of(&self, images: &[u32]) -> Vec<u32> {
        images.iter().map(|i| self.of[*i as usize]).collect()
    }

    /// Names of the classes.
    pub fn names(&self, data: &Dataset) -> Vec<String> {
        self.classes.iter().map(|class| data.class_names[usize::from(*class)].clone()).collect()
    }
}

/// What a worker is asked for.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// One part of the fit.
    Fit {
        /// The settings.
        params: LogisticParams,
        /// Which part.
        part: u32,
    },
    /// Predictions of the fitted model.
    Judge {
        /// The settings.
        params: LogisticParams,
        /// All parts, in order.
        parts: Vec<Part>,
    },
}

/// What the model says of the images; classes by their position.
#[derive(Serialize, Deserialize)]
pub struct Judged {
    /// Class of each image learnt from.
    pub train: Vec<u32>,
    /// Class of each other image.
    pub test: Vec<u32>,
    /// Probability of that class, for each image learnt from.
    pub sure_train: Vec<f64>,
    /// The same for each other image.
    pub sure_test: Vec<f64>,
    /// The model of grey levels as they are: coefficients, `(n_outputs, n_features)`.
    pub coef: Vec<f64>,
    /// Its intercepts, `(n_outputs,)`.
    pub intercept: Vec<f64>,
    /// Log loss on the others.
    pub log_loss: f64,
    /// Area under the curve of each class on the others; NaN of a class that has none or all of them.
    pub auc: Vec<f64>,
    /// Over all classes and other images: mean probability, share that is of the class, how many.
    pub bins: Vec<(f64, f64, u64)>,
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Answer {
    /// Of a fit.
    Part(Part),
    /// Of a judgement.
    Judged(Judged),
}

impl Answer {
    /// The part, if it is one.
    pub fn part(self) -> Option<Part> {
        match self {
            Answer::Part(part) => Some(part),
            Answer::Judged(_) => None,
        }
    }

    /// The part, if it is one.
    pub fn as_part(&self) -> Option<&Part> {
        match self {
            Answer::Part(part) => Some(part),
            Answer::Judged(_) => None,
        }
    }

    /// The judgement, if it is one.
    pub fn judged(self) -> Option<Judged> {
        match self {
            Answer::Judged(judged) => Some(judged),
            Answer::Part(_) => None,
        }
    }
}

impl Job for Task {
    type Output = Answer;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Answer> {
        let data = place.dataset();
        match self {
            Task::Fit { params, part } => {
                let sides = Sides::new(&params, data)?;
                let design = learnt(&params, data, &sides)?;
                let classes = sides.of(&sides.train);
                let mut tick = |sign: &Sign| {
                    if ticker.due() {
                        // The coefficients, and after them the gradient.
                        let coef = sign.coef();
                        let frame = coef.iter().chain([&sign.gradient_norm]).map(|value| *value as f32).collect();
                        ticker.tell(Tick { step: sign.iteration, objective: sign.objective, frame });
                    }
                };
                let (k, options) = (sides.classes.len(), params.options());
                Ok(Answer::Part(fit_part(&design, &classes, k, part as usize, &options, None, &mut tick)?))
            }
            Task::Judge { params, parts } => Ok(Answer::Judged(judge(&params, data, &parts)?)),
        }
    }
}

/// The images to learn from, as the settings scale them.
fn learnt(params: &LogisticParams, data: &Dataset, sides: &Sides) -> Result<Design> {
    Design::bytes(&data.images, data.n_features(), &sides.train, params.scaling.into())
}

fn judge(params: &LogisticParams, data: &Dataset, parts: &[Part]) -> Result<Judged> {
    let sides = Sides::new(params, data)?;
    let design = learnt(params, data, &sides)?;
    let classes = sides.classes.iter().map(|class| i64::from(*class)).collect();
    let model = LogisticRegression::join(classes, params.scheme.into(), parts)?;
    let scores = model.decision_function(&design)?;
    let (train, sure_train) = decided(&model, &scores);
    let raw = model.unscaled(&design);
    let (coef, intercept) = (raw.coef.as_slice().to_vec(), raw.intercept.clone());
    let (test, sure_test, log_loss, auc, bins) = (Vec::new(), Vec::new(), 0.0, Vec::new(), Vec::new());
    let mut judged = Judged { train, test, sure_train, sure_test, coef, intercept, log_loss, auc, bins };
    if sides.test.is_empty() {
        return Ok(judged);
    }
    let others = Design::bytes(&data.images, data.n_features(), &sides.test, Scaling::None)?;
    let scores = raw.decision_function(&others)?;
    (judged.test, judged.sure_test) = decided(&model, &scores);
    let p = model.probabilities(&scores);
    let truth = sides.of(&sides.test);
    let (mut all_own, mut all_p) = (Vec::new(), Vec::new());
    for class in 0..sides.classes.len() {
        let own: Vec<bool> = truth.iter().map(|of| *of as usize == class).collect();
        let column: Vec<f64> = p.rows().map(|row| row[class]).collect();
        judged.auc.push(metrics::roc_auc_score(&own, &column).unwrap_or(f64::NAN));
        all_own.extend(own);
        all_p.extend(column);
    }
    judged.log_loss = metrics::log_loss(&truth, &p)?;
    let bins = metrics::calibration_curve(&all_own, &all_p, BINS)?;
    judged.bins = bins.into_iter().map(|bin| (bin.predicted, bin.fraction, bin.count)).collect();
    Ok(judged)
}

/// The class of each sample by its scores, and the probability of that class.
fn decided(model: &LogisticRegression, scores: &Matrix) -> (Vec<u32>, Vec<f64>) {
    let classes = model.decide(scores);
    let p = model.probabilities(scores);
    let sure = classes.iter().zip(p.rows()).map(|(class, row)| row[*class as usize]).collect();
    (classes, sure)
}
