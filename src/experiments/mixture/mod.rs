//! A Dirichlet process mixture of binarised images (notebook 001): chains of
//! collapsed Gibbs sweeps, their groups, and half-hidden images completed.

mod clustered;
mod company;
mod completions;
mod kept;
mod live;
mod sections;
mod selection;
mod starts;
mod task;

pub use kept::Saved;
pub use sections::counts;
pub use selection::Selection;
pub use starts::Starts;

use super::Experiment;
use super::lab::{Lab, Progress};
use crate::error::{Error, Result};
use crate::learn::mixture::{self as learn, BinaryImages, ChainOptions, GammaPrior, Hyper, Learn, Merge, Snapshot};
use crate::params::{Domain, ParamSpec, Params};
use crate::python;
use crate::report::Report;
use serde::{Deserialize, Serialize};
use task::{Found, Task};

crate::choices! {
    /// How the pixels' hyperparameters are learned.
    pub enum Learning {
        /// Not at all.
        Fixed = "fixed",
        /// Slices of their logarithms.
        LogSlice = "log-slice",
        /// Slices as in datamicroscopes.
        LinearSlice = "linear-slice",
    }
}

crate::choices! {
    /// Where the chains start.
    pub enum Init {
        /// Every image in a random group.
        Random = "random",
        /// Every image with the nearest of some images.
        Nearest = "nearest",
        /// All in one group.
        Together = "together",
        /// The clusters of k-means.
        KMeans = "kmeans",
    }
}

crate::choices! {
    /// Which part of an image is hidden.
    pub enum Hidden {
        /// The second half of the pixels.
        Bottom = "bottom",
        /// The first half.
        Top = "top",
        /// The left half of each row.
        Left = "left",
        /// The right half of each row.
        Right = "right",
        /// Every other pixel.
        Dots = "dots",
        /// Everything: an image out of nothing.
        All = "all",
    }
}

crate::choices! {
    /// How the chains' opinions become one picture.
    pub enum Merged {
        /// The mean of what each expects, without draws.
        Expected = "expected",
        /// The mean of draws.
        Average = "avg",
        /// The more frequent value of draws.
        Mode = "mode",
    }
}

impl From<Merged> for Merge {
    fn from(merged: Merged) -> Self {
        match merged {
            Merged::Expected => Merge::Expected,
            Merged::Average => Merge::Average,
            Merged::Mode => Merge::Mode,
        }
    }
}

crate::params! {
    /// A Dirichlet process mixture.
    pub struct MixtureParams {
        /// Digits whose images are taken.
        digits "Digits": Vec<u32> = vec![2, 3], Domain::Ints { min: 0, max: 9, longest: 10 };
        /// Images at most, spread evenly over those of the digits.
        n_images "Images at most": u32 = 70_000, Domain::Int { min: 1, max: 70_000, slider: 0 };
        /// A pixel is on if its grey level is above this.
        threshold "Ink above": u32 = 0, Domain::Int { min: 0, max: 254, slider: 254 };
        /// Concentration of the Chinese restaurant process: the larger, the easier a new group. It hardly matters here.
        concentration "Concentration": f64 = 1.0, Domain::Float { min: 1e-3, max: 1e3 };
        /// Whether the concentration is learned too, from an exponential prior.
        learn_concentration "Learn the concentration": bool = false, Domain::Flag;
        /// First parameter of each pixel's Beta prior; where it starts, if it is learned.
        alpha "Pixel prior, on": f64 = 1.0, Domain::Float { min: 1e-3, max: 1e3 };
        /// Second parameter of each pixel's Beta prior.
        beta "Pixel prior, off": f64 = 1.0, Domain::Float { min: 1e-3, max: 1e3 };
        /// How the pixels' priors are learned after each sweep. The notebook's library takes linear slices, which are a hundred times slower.
        learn "Learn the pixel priors": Learning = Learning::LogSlice, Domain::Choice(Learning::WORDS);
        /// Chains, each with random numbers of its own.
        n_chains "Chains": u32 = 5, Domain::Int { min: 1, max: 20, slider: 10 };
        /// Sweeps of each chain: visits to every image.
        n_iter "Sweeps": u32 = 5, Domain::Int { min: 1, max: 1_000, slider: 50 };
        /// Where the chains start; the result depends on this more than on anything else. Chain i starts from the k-means of seed random_state + i.
        init "Start": Init = Init::Random, Domain::Choice(Init::WORDS);
        /// Groups at the start: so many random ones, nearest images, or clusters (n_clusters) of k-means.
        n_groups "Groups at the start": u32 = 100, Domain::Int { min: 1, max: 1_000, slider: 300 };
        /// Splits and merges of whole groups proposed after each sweep.
        n_proposals "Splits and merges": u32 = 0, Domain::Int { min: 0, max: 2_000, slider: 300 };
        /// Images of each digit to complete.
        n_queries "Images to complete": u32 = 4, Domain::Int { min: 1, max: 12, slider: 12 };
        /// Whether those are kept from the chains. The notebook completes images that it has learned from.
        held_out "Kept from the chains": bool = false, Domain::Flag;
        /// Which part of them is hidden.
        hidden "Hidden": Hidden = Hidden::Bottom, Domain::Choice(Hidden::WORDS);
        /// How the chains' opinions become one picture: what they expect, or the mean (avg) or the mode of draws.
        merge "Merge": Merged = Merged::Expected, Domain::Choice(Merged::WORDS);
        /// Draws of each chain, if there are draws.
        samples_per_chain "Draws of each chain": u32 = 10, Domain::Int { min: 1, max: 1_000, slider: 100 };
        /// Seed of every random draw.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl MixtureParams {
    /// The images.
    pub fn selection(&self) -> Selection {
        let MixtureParams { n_images, threshold, n_queries, held_out, random_state, .. } = *self;
        Selection { digits: self.digits.clone(), n_images, threshold, n_queries, held_out, random_state }
    }

    fn chain(&self, chain: u32) -> ChainOptions {
        let learn = match self.learn {
            Learning::Fixed => Learn::Fixed,
            Learning::LogSlice => Learn::LogSlice,
            Learning::LinearSlice => Learn::LinearSlice,
        };
        let learn_concentration = self.learn_concentration.then(GammaPrior::default);
        let MixtureParams { random_state, n_proposals, .. } = *self;
        ChainOptions { random_state, chain, learn, learn_concentration, n_proposals, n_followed: task::PAIRED }
    }

    /// Where chain number `chain` starts.
    fn start(&self, images: &BinaryImages, chain: u32) -> Result<learn::Start> {
        Ok(match self.init {
            Init::Random => learn::Start::Random(self.n_groups),
            Init::Nearest => learn::Start::Nearest(self.n_groups),
            Init::Together => learn::Start::Together,
            Init::KMeans => learn::Start::Labels(clustered::labels(images, self.n_groups, self.clustered_by(chain))?),
        })
    }

    /// Seed of the k-means that chain number `chain` starts from. From one and the same clusters the chains would differ
    /// by their sweeps alone.
    fn clustered_by(&self, chain: u32) -> u32 {
        self.random_state.wrapping_add(chain)
    }

    fn hyper(&self, n_features: usize) -> Result<Hyper> {
        Hyper::uniform(self.concentration, self.alpha, self.beta, n_features)
    }

    /// Sweeps of one job: a tenth of a second of work. What a run that is stopped keeps are the sweeps of whole jobs;
    /// of few images several go into one, or the way of the chains between page and workers would take longer.
    fn sweeps_at_once(&self, n_samples: usize) -> u32 {
        (2_000 / n_samples.max(1) as u32).clamp(1, 50)
    }
}

/// The settings, and chains to go on from: a file's text, which is no setting, stands in no link and no form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Start {
    params: MixtureParams,
    chains: String,
}

/// The model and its sampler in NumPy.
const MODEL: &str = include_str!("model.py");

/// The k-means that chains start from.
const CLUSTERS: &str = include_str!("clusters.py");

/// Name of the value that holds saved chains.
pub const CHAINS: &str = "chains";

impl Params for Start {
    fn specs() -> Vec<ParamSpec> {
        MixtureParams::specs()
    }

    fn get(&self, name: &str) -> Option<String> {
        self.params.get(name)
    }

    fn set(&mut self, name: &str, text: &str) -> Result<()> {
        if name == CHAINS {
            self.chains = text.into();
            return Ok(());
        }
        self.params.set(name, text)
    }
}

/// The experiment.
pub struct Mixture;

impl Experiment for Mixture {
    const ID: &'static str = "mixture";
    const TITLE: &'static str = "A mixture of styles";
    type Params = Start;
    type Job = Task;
    const NEEDS: &'static [crate::experiments::Need] =
        &[("samples_per_chain", "merge", &["avg", "mode"]), ("n_groups", "init", &["random", "nearest", "kmeans"])];

    fn check(Start { params, .. }: &Start, _: usize, n_features: usize) -> Result<()> {
        crate::params::distinct("digits", &params.digits)?;
        params.hyper(n_features).map(|_| ())
    }

    async fn run(Start { params, chains: saved }: &Start, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let chosen = params.selection().choose(data)?;
        let at_once = params.sweeps_at_once(chosen.rows.len());
        let mut chains: Vec<Snapshot> = match saved.as_str() {
            "" => Vec::new(),
            text => kept::resume(text, params, &chosen)?,
        };
        let mut done = chains.first().map_or(0, |chain| chain.trace.len() as u32 - 1);
        // Chains of a file are looked at even if no sweep is left: they may not fit these images.
        let mut trusted = saved.is_empty();
        while done < params.n_iter || !trusted {
            trusted = true;
            let n_sweeps = at_once.min(params.n_iter - done);
            let mut from = chains.iter().map(|chain| Box::new(chain.clone()));
            let tasks: Vec<Task> = (0..params.n_chains)
                .map(|chain| Task::Sweeps { params: params.clone(), chain, from: from.next(), n_sweeps })
                .collect();
            let mut live =
                |known: &[Progress<Found>], at: usize| Some(live::report(params, data, &chosen, &chains, known, at));
            let stage = match n_sweeps {
                0 => "Saved chains".to_string(),
                1 => format!("Sweep {}", done + 1),
                n => format!("Sweeps {} to {}", done + 1, done + n),
            };
            let of = f64::from(params.n_iter);
            let span = (f64::from(done) / of, f64::from(done + n_sweeps) / of);
            let count = Some((done as usize, params.n_iter as usize));
            let found = lab.map_counted(&stage, &tasks, &mut live, span, count).await?;
            chains = found.into_iter().filter_map(Found::chain).map(|chain| *chain).collect();
            done += n_sweeps;
        }
        let look = [Task::Look { params: params.clone(), chains: chains.clone() }];
        let looks = lab.map_part("Completions", &look, &mut |_, _| None, (1.0, 1.0)).await?;
        match looks.into_iter().next() {
            Some(Found::Look(look)) => sections::finished(params, data, &chosen, &chains, &look),
            _ => Err(Error::Worker("no look at the chains came back".into())),
        }
    }

    fn python(Start { params, .. }: &Start) -> String {
        let clustered = params.init == Init::KMeans;
        let mut script = String::new();
        if clustered {
            script += "from fractions import Fraction\n\n";
        }
        script += "from scipy.special import gammaln, logsumexp\n";
        if clustered {
            script += "from sklearn.cluster import kmeans_plusplus\n";
        }
        script += "\n";
        script += &python::call("params", "dict", params, &[]);
        script += MODEL;
        if clustered {
            script += CLUSTERS;
        }
        script += include_str!("twin.py");
        script
    }
}

impl Found {
    fn chain(self) -> Option<Box<Snapshot>> {
        match self {
            Found::Chain(chain) => Some(chain),
            Found::Look(_) => None,
        }
    }
}
