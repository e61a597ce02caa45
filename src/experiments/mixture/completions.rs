//! What becomes of half-hidden images: how they are completed, what they are taken for, and how probable the part that
//! was hidden is.

use super::sections::levels;
use super::task::Look;
use super::{Merged, MixtureParams};
use crate::data::Dataset;
use crate::error::Result;
use crate::experiments::pictures;
use crate::learn::mixture::Predictor;
use crate::report::groups::completed_words;
use crate::report::{Figure, Report, Section, Table, Value};
use serde::{Deserialize, Serialize};

/// What the chains make of an image of which a part is hidden.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answered {
    /// Probability of each digit of the selection: each group counts as the digits of its images.
    pub digits: Vec<f64>,
    /// Log probability of the hidden part given the seen one, under all chains, which count the same.
    pub log_p_hidden: f64,
}

/// The chains, and the digits in their groups.
pub struct Judges<'a> {
    chains: &'a [Predictor],
    /// Of each chain the share of each digit in each group, a new one last, row-major `(n_groups + 1, n_digits)`.
    shares: Vec<Vec<f64>>,
}

impl<'a> Judges<'a> {
    /// `labels` are the groups of each chain's images, `truth` their digits. Of a new group nothing is known but how
    /// frequent the digits are.
    pub fn new(chains: &'a [Predictor], labels: &[Vec<u32>], truth: &[u32], digits: &[u32]) -> Self {
        let of = |(chain, labels): (&Predictor, &Vec<u32>)| {
            let (k, m) = (chain.slots().len(), digits.len());
            let mut counts = vec![0.0; (k + 1) * m];
            for (label, digit) in labels.iter().zip(truth) {
                let (group, at) = (chain.slots().binary_search(label), digits.iter().position(|own| own == digit));
                if let (Ok(group), Some(at)) = (group, at) {
                    counts[group * m + at] += 1.0;
                    counts[k * m + at] += 1.0;
                }
            }
            counts.chunks_exact_mut(m).for_each(|row| {
                let n: f64 = row.iter().sum();
                row.iter_mut().for_each(|count| *count /= n);
            });
            counts
        };
        Judges { chains, shares: chains.iter().zip(labels).map(of).collect() }
    }

    /// The answer to one image; its pixels are seen where `observed` is, both `(n_features,)`.
    ///
    /// Errors: another number of pixels.
    pub fn answer(&self, bits: &[u8], observed: &[bool]) -> Result<Answered> {
        let n = self.chains.len() as f64;
        let mut digits: Vec<f64> = Vec::new();
        let mut scores = Vec::new();
        for (chain, shares) in self.chains.iter().zip(&self.shares) {
            let found = chain.answer(bits, observed)?.responsibilities;
            let m = shares.len() / found.len();
            digits.resize(m, 0.0);
            for (weight, row) in found.iter().zip(shares.chunks_exact(m)) {
                digits.iter_mut().zip(row).for_each(|(sum, share)| *sum += weight * share / n);
            }
            scores.push(chain.log_p_hidden(bits, observed)?);
        }
        let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = scores.iter().map(|score| libm::exp(score - greatest)).sum::<f64>() / n;
        Ok(Answered { digits, log_p_hidden: greatest + libm::log(mean) })
    }
}

impl Answered {
    /// The most probable digit, by its place among those of the selection, the first of several; and its probability.
    fn most(&self) -> (usize, f64) {
        let better = |best: (usize, f64), now: (usize, &f64)| if *now.1 > best.1 { (now.0, *now.1) } else { best };
        self.digits.iter().enumerate().fold((0, 0.0), better)
    }
}

/// What the images are taken for, and how probable their hidden parts are, in two numbers.
pub fn scores(report: &mut Report, params: &MixtureParams, data: &Dataset, look: &Look) {
    let right = right(params, data, look);
    let n = look.queries.len().max(1) as f64;
    let label = "Completed images whose most probable digit is the true one";
    report.metric("class_accuracy", label, Value::Float(right as f64 / n));
    let score = look.answered.iter().map(|answered| answered.log_p_hidden).sum::<f64>() / n;
    let label = match params.held_out {
        true => "Held-out score: log probability of a hidden part, mean",
        false => "Log probability of a hidden part, mean of images that the chains have learned",
    };
    report.metric("hidden_score", label, Value::Float(score));
}

/// Images whose most probable digit is the true one.
fn right(params: &MixtureParams, data: &Dataset, look: &Look) -> usize {
    let digit = |query: &u32| u32::from(data.labels[*query as usize]);
    let is_right = |(query, answered): &(&u32, &Answered)| params.digits[answered.most().0] == digit(query);
    look.queries.iter().zip(&look.answered).filter(is_right).count()
}

/// Each completed image in numbers.
pub fn answers(params: &MixtureParams, data: &Dataset, look: &Look) -> Section {
    let columns = [
        "image",
        "digit",
        "most probable digit",
        "its probability",
        "log probability of the hidden part",
        "error of a hidden pixel",
    ];
    let hidden: Vec<bool> = params.hidden.observed(data.height, data.width).iter().map(|seen| !seen).collect();
    let selection = params.selection();
    let rows = look.queries.iter().zip(look.answered.iter().zip(&look.completions)).map(|(query, (found, pixels))| {
        let (most, share) = found.most();
        let name = |digit: usize| Value::Text(data.class_names[digit].clone());
        let bits = selection.bits(data, *query);
        let off = bits.iter().zip(pixels).zip(&hidden).filter(|(_, hidden)| **hidden);
        let off: f64 = off.map(|((bit, p), _)| (p - f64::from(*bit)).abs()).sum();
        vec![
            Value::Int(i64::from(*query)),
            name(usize::from(data.labels[*query as usize])),
            name(params.digits[most] as usize),
            Value::Float(share),
            Value::Float(found.log_p_hidden),
            Value::Float(off / hidden.iter().filter(|hidden| **hidden).count().max(1) as f64),
        ]
    });
    let (n, right) = (look.queries.len(), right(params, data, look));
    let seen =
        if params.held_out { "No chain has seen these images" } else { "The chains have learned from these images" };
    let images = if n == 1 { "1 image is" } else { &format!("{n} images are") };
    let summary = if hidden.iter().all(|hidden| *hidden) {
        format!(
            "Nothing is seen of them, so all are taken for the same digit, the one that is most frequent among the images of \
             the chains: {right} of {images} taken for the digit that they are. {seen}."
        )
    } else {
        format!(
            "By what is seen of them, {right} of {images} taken for the digit that they are. No chain knows a digit: \
             each group counts as the digits of its images, weighed by how probable it is for the seen part. {seen}."
        )
    };
    Section {
        id: "answers".into(),
        title: "What the completed images are taken for".into(),
        summary,
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows: rows.collect() }),
    }
}

/// Mean and standard deviation of what the chains expect of the hidden pixels of an image.
pub fn first(chains: &[Predictor], query: &[u8], observed: &[bool]) -> Result<[Vec<f64>; 2]> {
    let answers = chains.iter().map(|chain| chain.answer(query, observed)).collect::<Result<Vec<_>>>()?;
    let n = answers.len() as f64;
    let (mut mean, mut spread) = (Vec::new(), Vec::new());
    for (d, seen) in observed.iter().enumerate() {
        let all = || answers.iter().map(|answer| answer.expected[d]);
        let middle = all().sum::<f64>() / n;
        let deviation = (all().map(|p| (p - middle) * (p - middle)).sum::<f64>() / n).sqrt();
        mean.push(if *seen { f64::from(query[d]) } else { middle });
        spread.push(if *seen { 0.0 } else { deviation });
    }
    Ok([mean, spread])
}

/// Mean absolute error and log loss over the hidden pixels. A share of 0 or 1, as a
/// few draws give, counts as half a draw: it would cost without end.
pub fn errors(params: &MixtureParams, data: &Dataset, queries: &[u32], completions: &[Vec<f64>]) -> [f64; 2] {
    let selection = params.selection();
    let hidden: Vec<bool> = params.hidden.observed(data.height, data.width).iter().map(|seen| !seen).collect();
    let least = 0.5 / f64::from((params.n_chains * params.samples_per_chain).max(1));
    let (mut n, mut absolute, mut loss) = (0.0, 0.0, 0.0);
    for (query, completion) in queries.iter().zip(completions) {
        let bits = selection.bits(data, *query);
        for ((bit, p), _) in bits.iter().zip(completion).zip(&hidden).filter(|(_, hidden)| **hidden) {
            let right = if *bit == 1 { *p } else { 1.0 - p };
            n += 1.0;
            absolute += 1.0 - right;
            loss -= libm::log(if params.merge == Merged::Expected { right } else { right.max(least) });
        }
    }
    // Of no pixel there is no mean.
    if n == 0.0 { [f64::NAN; 2] } else { [absolute / n, loss / n] }
}

/// The completions above, the originals below, as the notebook draws them.
pub fn completion(params: &MixtureParams, data: &Dataset, look: &Look) -> Section {
    let selection = params.selection();
    let originals = look.queries.iter().flat_map(|query| selection.bits(data, *query));
    let mut values: Vec<f32> = look.completions.iter().flat_map(|pixels| levels(pixels)).collect();
    values.extend(originals.map(|bit| f32::from(bit) * 255.0));
    let label = |query: &u32| data.class_names[usize::from(data.labels[*query as usize])].clone();
    let captions = look.queries.iter().map(label).chain(look.queries.iter().map(|query| format!("image {query}")));
    let what = match params.merge {
        Merged::Expected => "the mean of what the chains expect".to_string(),
        Merged::Average => format!("the mean of {} draws of each chain", params.samples_per_chain),
        Merged::Mode => format!("the more frequent value of {} draws of each chain", params.samples_per_chain),
    };
    let seen = if params.held_out {
        "No chain has seen these images."
    } else {
        "The chains have learned from these very images."
    };
    let observed = params.hidden.observed(data.height, data.width);
    let n_hidden = observed.iter().filter(|seen| !**seen).count();
    let (above, below) = match look.queries.len() {
        1 => ("1 image".to_string(), "the whole image"),
        n => (format!("{n} images"), "the whole images"),
    };
    let off = look.errors[0];
    let summary = match n_hidden {
        0 => format!("Above {above} of which this mask hides no pixel; below {below}. {seen}"),
        n if n == observed.len() => format!(
            "Above {above} of which every pixel is hidden: {what}, without any help from the image; below {below}. {seen} A \
             pixel is off by {off:.3} on average."
        ),
        _ => format!(
            "Above {above} with hidden pixels completed by {what}; below {below}. {seen} A hidden pixel is off by {off:.3} \
             on average."
        ),
    };
    let columns = look.queries.len() as u32;
    pictures::grid("completion", "Completed", &summary, data, captions, &values, (0.0, 255.0), columns)
}

/// An image with hidden pixels, what becomes of it, and how far the chains agree: where the page's brush begins.
pub fn brush(params: &MixtureParams, data: &Dataset, look: &Look) -> Section {
    let query = look.queries[0];
    let [mean, spread] = &look.first;
    let mut values: Vec<f32> = params.selection().bits(data, query).iter().map(|bit| f32::from(*bit) * 255.0).collect();
    values.extend(levels(mean));
    // A standard deviation of numbers from 0 to 1 is at most a half.
    let doubled: Vec<f64> = spread.iter().map(|deviation| 2.0 * deviation).collect();
    values.extend(levels(&doubled));
    let captions = [format!("image {query}"), "completed".into(), "where chains differ".into()];
    let greatest = spread.iter().copied().fold(0.0, f64::max);
    let observed = params.hidden.observed(data.height, data.width);
    let summary = completed_words(&format!("Image {query}"), &observed, params.n_chains as usize, greatest);
    let captions = captions.into_iter();
    pictures::grid("brush", "Hide any part", &summary, data, captions, &values, (0.0, 255.0), 3)
}
