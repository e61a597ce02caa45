//! What the number of groups depends on: where a chain starts, or the concentration. Beside it k-means, which is told
//! the number.

use super::clustered;
use super::selection::{Chosen, Selection};
use super::{CLUSTERS, MODEL};

use crate::error::Result;
use crate::experiments::Experiment;
use crate::experiments::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use crate::learn::metrics;
use crate::learn::mixture::{Chain, ChainOptions, Counts, Hyper, Learn, Start, log_joint};
use crate::params::{Domain, distinct};
use crate::python;
use crate::report::{Curve, Figure, Report, Section, Stroke, Table, Value};
use serde::{Deserialize, Serialize};

/// Images between two looks at the clock.
const VISITS: usize = 250;

/// Groups at the start of the chains that differ in their concentration.
const USUAL: u32 = 100;

crate::params! {
    /// Groups in use against the start and the concentration. Pixel priors are fixed at Beta(1, 1), so that log joints can be compared.
    pub struct StartsParams {
        /// Digits whose images are taken.
        digits "Digits": Vec<u32> = vec![2, 3], Domain::Ints { min: 0, max: 9, longest: 10 };
        /// Images at most, spread evenly over those of the digits.
        n_images "Images at most": u32 = 2_000, Domain::Int { min: 1, max: 70_000, slider: 0 };
        /// A pixel is on if its grey level is above this.
        threshold "Ink above": u32 = 0, Domain::Int { min: 0, max: 254, slider: 254 };
        /// Groups at the start, and clusters of k-means.
        n_groups "Groups at the start": Vec<u32> = vec![5, 10, 30, 100, 300], Domain::Ints { min: 1, max: 1_000, longest: 8 };
        /// Concentrations of chains that start from a hundred random groups.
        concentrations "Concentrations": Vec<u32> = vec![1, 10, 100], Domain::Ints { min: 1, max: 1_000, longest: 8 };
        /// Sweeps of each chain: visits to every image.
        n_iter "Sweeps": u32 = 10, Domain::Int { min: 1, max: 1_000, slider: 50 };
        /// Seed of every random draw. All chains get the same draws, so that they differ by what is compared only.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl StartsParams {
    fn selection(&self) -> Selection {
        let StartsParams { n_images, threshold, random_state, .. } = *self;
        Selection { digits: self.digits.clone(), n_images, threshold, n_queries: 1, held_out: false, random_state }
    }

    /// Every chain: how it starts, and its concentration.
    fn chains(&self) -> Vec<(Begin, u32)> {
        let starts = Begin::ALL.iter().flat_map(|begin| self.n_groups.iter().map(|groups| (begin(*groups), 1)));
        let levels = self.concentrations.iter().map(|alpha| (Begin::Random(USUAL), *alpha));
        starts.chain(levels).collect()
    }
}

/// How a chain starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Begin {
    /// Every image in a random group.
    Random(u32),
    /// Every image with the nearest of some images.
    Nearest(u32),
    /// The clusters of k-means.
    KMeans(u32),
}

impl Begin {
    const ALL: [fn(u32) -> Begin; 3] = [Begin::Random, Begin::Nearest, Begin::KMeans];

    fn name(self) -> &'static str {
        match self {
            Begin::Random(_) => "random groups",
            Begin::Nearest(_) => "nearest of some images",
            Begin::KMeans(_) => "k-means",
        }
    }

    fn groups(self) -> u32 {
        match self {
            Begin::Random(groups) | Begin::Nearest(groups) | Begin::KMeans(groups) => groups,
        }
    }
}

/// One chain.
#[derive(Serialize, Deserialize)]
pub struct Follow {
    params: StartsParams,
    begin: Begin,
    concentration: u32,
}

/// Where a chain began and ended.
#[derive(Clone, Serialize, Deserialize)]
pub struct Followed {
    /// Log joint and purity of the start.
    before: [f64; 2],
    /// Groups in use at the end.
    n_groups: u32,
    /// Log joint, purity and adjusted Rand index at the end.
    after: [f64; 3],
    /// Images that moved in the last sweep.
    moved: u32,
    labels: Vec<u32>,
}

impl Job for Follow {
    type Output = Followed;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Followed> {
        let Follow { params, begin, concentration } = self;
        let selection = params.selection();
        let images = place.binary(&selection)?;
        let data = place.dataset();
        let rows = selection.choose(data)?.rows;
        let truth: Vec<u32> = rows.iter().map(|row| u32::from(data.labels[*row as usize])).collect();
        let start = match begin {
            Begin::Random(groups) => Start::Random(groups),
            Begin::Nearest(groups) => Start::Nearest(groups),
            Begin::KMeans(clusters) => Start::Labels(clustered::labels(&images, clusters, params.random_state)?),
        };
        let options = ChainOptions {
            random_state: params.random_state,
            chain: 0,
            learn: Learn::Fixed,
            learn_concentration: None,
            n_proposals: 0,
            n_followed: 0,
        };
        let hyper = Hyper::uniform(f64::from(concentration), 1.0, 1.0, images.n_features())?;
        let mut chain = Chain::new(&images, options, &start, hyper.clone())?;
        let labels = chain.state().labels();
        let before = [log_joint(&Counts::of(&images, labels), &hyper), metrics::purity(&truth, labels)?];
        for _ in 0..params.n_iter {
            while !chain.advance(&images, VISITS)? {
                if ticker.due() {
                    let step = chain.n_sweeps() * images.n_samples() as u32 + chain.position();
                    ticker.tell(Tick { step, objective: chain.state().log_joint(), frame: Vec::new() });
                }
            }
        }
        let labels = chain.state().labels().to_vec();
        let last = chain.trace().last().copied().unwrap_or_default();
        let after =
            [last.log_joint(), metrics::purity(&truth, &labels)?, metrics::adjusted_rand_score(&truth, &labels)?];
        Ok(Followed { before, n_groups: last.n_groups, after, moved: last.moved, labels })
    }
}

/// The experiment.
pub struct Starts;

impl Experiment for Starts {
    const ID: &'static str = "starts";
    const TITLE: &'static str = "What the number of groups depends on";
    type Params = StartsParams;
    type Job = Follow;

    fn check(params: &StartsParams, _: usize, _: usize) -> Result<()> {
        distinct("digits", &params.digits)?;
        distinct("n_groups", &params.n_groups)?;
        distinct("concentrations", &params.concentrations)
    }

    async fn run(params: &StartsParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let selection = params.selection();
        let chosen = selection.choose(data)?;
        // More groups than images are as many as images.
        let n = chosen.rows.len();
        let mut n_groups: Vec<u32> = params.n_groups.iter().map(|groups| (*groups).min(n as u32)).collect();
        n_groups.sort_unstable();
        n_groups.dedup();
        let params = &if params.n_groups.iter().any(|groups| *groups as usize > n) {
            StartsParams { n_groups, ..params.clone() }
        } else {
            params.clone()
        };
        let chains = params.chains();
        let jobs: Vec<Follow> = chains
            .iter()
            .map(|(begin, concentration)| Follow {
                params: params.clone(),
                begin: *begin,
                concentration: *concentration,
            })
            .collect();
        let mut live = |known: &[Progress<Followed>], _: usize| {
            let found: Vec<Option<&Followed>> = known.iter().map(|job| job.output.as_ref()).collect();
            found.iter().any(Option::is_some).then(|| sections(params, &chosen, &chains, &found))
        };
        let found = lab.map("Chains", &jobs, &mut live).await?;
        let mut report = sections(params, &chosen, &chains, &found.iter().map(Some).collect::<Vec<_>>());
        numbers(&mut report, params, &chosen, &chains, &found)?;
        let n_on: usize =
            chosen.rows.iter().map(|row| selection.bits(data, *row).iter().filter(|bit| **bit == 1).count()).sum();
        report.warnings.extend(selection.uniform(n_on as u64, (n * data.n_features()) as u64));
        Ok(report)
    }

    fn python(params: &StartsParams) -> String {
        let mut script = String::from("from fractions import Fraction\n\nfrom scipy.special import gammaln\n");
        script += "from sklearn.cluster import kmeans_plusplus\n\n";
        script += &python::call("params", "dict", params, &[]);
        script += MODEL;
        script += CLUSTERS;
        script += include_str!("starts_twin.py");
        script
    }
}

/// Groups that the Chinese restaurant process alone expects of `n` images.
fn expected(alpha: f64, n: usize) -> f64 {
    (0..n).map(|i| alpha / (alpha + i as f64)).sum()
}

fn numbers(
    report: &mut Report,
    params: &StartsParams,
    chosen: &Chosen,
    chains: &[(Begin, u32)],
    found: &[Followed],
) -> Result<()> {
    let n = chosen.rows.len();
    report.metric("n_samples", "Images", Value::Int(n as i64));
    let parts: Vec<&[Followed]> = found.chunks(params.n_groups.len()).collect();
    let text = |part: &[Followed]| {
        Value::Text(part.iter().map(|chain| chain.n_groups.to_string()).collect::<Vec<_>>().join(" "))
    };
    for ((id, label), part) in [
        ("groups_random", "Groups in use from random groups"),
        ("groups_nearest", "Groups in use from the nearest of some images"),
        ("groups_kmeans", "Groups in use from k-means"),
    ]
    .into_iter()
    .zip(&parts)
    {
        report.metric(id, label, text(part));
    }
    // With one start, or one concentration, there is nothing to compare.
    let ends = || found[..params.n_groups.len()].iter().map(|chain| i64::from(chain.n_groups));
    if params.n_groups.len() > 1 {
        report.metric(
            "least_groups",
            "Fewest groups in use from a random start",
            Value::Int(ends().min().unwrap_or(0)),
        );
        report.metric("most_groups", "Most groups in use from a random start", Value::Int(ends().max().unwrap_or(0)));
    }
    let best = |values: &mut dyn Iterator<Item = f64>| Value::Float(values.fold(f64::NEG_INFINITY, f64::max));
    let (sampled, clusters) = found[..3 * params.n_groups.len()].split_at(2 * params.n_groups.len());
    report.metric("best_chain", "Greatest log joint of a chain", best(&mut sampled.iter().map(|chain| chain.after[0])));
    report.metric("best_kmeans", "Greatest log joint of a k-means", best(&mut clusters.iter().map(|c| c.before[0])));
    let levels = &found[3 * params.n_groups.len()..];
    report.metric("groups_concentration", "Groups in use by concentration", text(levels));
    if let [first, .., last] = levels {
        let ari = metrics::adjusted_rand_score(&first.labels, &last.labels)?;
        report.metric("ari_concentration", "Adjusted Rand index, first against last concentration", Value::Float(ari));
    }
    let of = || chains[3 * params.n_groups.len()..].iter().map(|(_, alpha)| expected(f64::from(*alpha), n));
    let least = of().fold(f64::INFINITY, f64::min);
    report.metric("expected_least", "Groups expected before any image is seen, least", Value::Float(least));
    report.metric("expected_most", "Groups expected before any image is seen, most", best(&mut of()));
    Ok(())
}

/// Groups in use and log joint.
type Point = (f64, f64);

/// Of the clusterings of k-means those that are no further below the chains than these are apart, and the others: on one
/// axis with all of them the chains would be a single line.
fn in_sight(chains: &[Point], kmeans: Vec<Point>) -> (Vec<Point>, Vec<Point>) {
    let scores = || chains.iter().map(|point| point.1);
    let (low, high) = (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max));
    // Before the first chain is done there is nothing to hide.
    let floor = if high > low { low - (high - low) } else { f64::NEG_INFINITY };
    kmeans.into_iter().partition(|point| point.1 >= floor)
}

/// What is drawn, of the chains that are done.
fn sections(params: &StartsParams, chosen: &Chosen, chains: &[(Begin, u32)], found: &[Option<&Followed>]) -> Report {
    let (n, k) = (chosen.rows.len(), params.n_groups.len());
    let done = || chains.iter().zip(found).filter_map(|(chain, found)| Some((chain, (*found)?)));
    let line = |name: String, points: Vec<(f64, f64)>, stroke: Stroke| {
        let mut points = points;
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        (!points.is_empty()).then_some(Curve { name, points, stroke })
    };
    let part = |at: usize, point: &dyn Fn(Begin, &Followed) -> (f64, f64)| {
        let range = at * k..(at + 1) * k;
        let of =
            chains[range.clone()].iter().zip(&found[range]).filter_map(|((begin, _), f)| Some(point(*begin, (*f)?)));
        of.collect::<Vec<_>>()
    };
    let names = Begin::ALL.map(|begin| begin(1).name());
    let mut report = Report::default();
    let mut figure = |id: &str, title: &str, summary: String, x: &str, y: &str, curves: Vec<Curve>| {
        if !curves.is_empty() {
            let figure = Figure::Curves { x_title: x.into(), y_title: y.into(), curves };
            report.sections.push(Section { id: id.into(), title: title.into(), summary, figure });
        }
    };
    let in_use = |begin: Begin, chain: &Followed| (f64::from(begin.groups().min(n as u32)), f64::from(chain.n_groups));
    let curves = (0..3).filter_map(|at| line(names[at].into(), part(at, &in_use), Stroke::Class(at as u8))).collect();
    let sweeps = if params.n_iter == 1 { "1 sweep".into() } else { format!("{} sweeps", params.n_iter) };
    let summary = format!(
        "Groups in use after {sweeps} against groups at the start, {n} images, concentration 1. A level line would mean \
         that the images decide."
    );
    figure("start", "Groups in use against the start", summary, "groups at the start", "groups in use", curves);

    let levels = chains[3 * k..].iter().zip(&found[3 * k..]);
    let log10 = |count: u32| libm::log10(f64::from(count));
    let used: Vec<(f64, f64)> =
        levels.filter_map(|((_, alpha), f)| Some((log10(*alpha), f64::from((*f)?.n_groups)))).collect();
    let prior = chains[3 * k..].iter().map(|(_, alpha)| (log10(*alpha), expected(f64::from(*alpha), n))).collect();
    let curves = [
        line("in use".into(), used, Stroke::Class(0)),
        line("expected before any image is seen".into(), prior, Stroke::Class(2)),
    ];
    let summary = format!(
        "Groups in use after {sweeps} from {} random groups, and what the Chinese restaurant process alone expects \
         of {n} images.",
        n.min(USUAL as usize)
    );
    let (x, y) = ("log10 of the concentration", "groups");
    figure(
        "concentration",
        "Groups in use against the concentration",
        summary,
        x,
        y,
        curves.into_iter().flatten().collect(),
    );

    let ended = |_: Begin, chain: &Followed| (f64::from(chain.n_groups), chain.after[0]);
    let told = |begin: Begin, chain: &Followed| (f64::from(begin.groups().min(n as u32)), chain.before[0]);
    let chains_ended = [part(0, &ended), part(1, &ended), part(2, &ended)];
    let (near, far) = in_sight(&chains_ended.concat(), part(2, &told));
    let [random, nearest, kmeans] = chains_ended;
    let curves = [
        line(format!("chains from {}", names[0]), random, Stroke::Class(0)),
        line(format!("chains from {}", names[1]), nearest, Stroke::Class(1)),
        line("k-means itself".into(), near, Stroke::Class(2)),
        line("chains from k-means".into(), kmeans, Stroke::Class(4)),
    ];
    let beyond: Vec<String> =
        far.iter().map(|(k, score)| format!("{} at {k} clusters", Value::grouped(*score))).collect();
    let beyond = match beyond.as_slice() {
        [] => String::new(),
        all => format!(" Far below the picture: {}.", all.join(", ")),
    };
    let summary = format!(
        "Groups in use against the log joint, with the same pixel priors for all: the higher, the better the model likes the \
         groups. K-means does not know this score.{beyond}"
    );
    let (x, y) = ("groups in use", "log joint");
    figure("against_kmeans", "The same for k-means", summary, x, y, curves.into_iter().flatten().collect());

    let columns = [
        "start",
        "groups at the start",
        "concentration",
        "groups in use",
        "log joint",
        "purity",
        "adjusted Rand index",
        "moved last",
        "log joint of the start",
        "purity of the start",
    ];
    let rows = done().map(|((begin, concentration), chain)| {
        vec![
            Value::Text(begin.name().into()),
            Value::Int(i64::from(begin.groups().min(n as u32))),
            Value::Int(i64::from(*concentration)),
            Value::Int(i64::from(chain.n_groups)),
            Value::Float(chain.after[0]),
            Value::Float(chain.after[1]),
            Value::Float(chain.after[2]),
            Value::Int(i64::from(chain.moved)),
            Value::Float(chain.before[0]),
            Value::Float(chain.before[1]),
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    report.sections.push(Section {
        id: "runs".into(),
        title: "Every chain".into(),
        summary: format!("{} chains of {sweeps}, and where they started.", rows.len()),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    });
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_below_the_chains_does_not_squeeze_them() {
        let chains = [(12.0, -380.0), (40.0, -400.0)];
        let kmeans = vec![(10.0, -390.0), (30.0, -420.0), (300.0, -421.0)];
        let (near, far) = in_sight(&chains, kmeans.clone());
        assert_eq!((near, far), (kmeans[..2].to_vec(), kmeans[2..].to_vec()));
        assert_eq!(in_sight(&[], kmeans.clone()), (kmeans.clone(), Vec::new()));
        assert_eq!(in_sight(&chains[..1], kmeans.clone()), (kmeans, Vec::new()));
    }
}
