//! The experiments, one a file: a parameter table, a job, a `run` that reads like
//! the method, and the script that does the same in scikit-learn.
//!
//! Adding one is a file here and its name in `experiments!` below.

mod agreement;
mod bag;
mod bags;
#[cfg(not(target_arch = "wasm32"))]
mod bench;
mod binary;
mod contrast;
mod crossval;
pub mod cut;
mod dbgrid;
mod denoise;
mod digits;
mod drawing;
mod elbow;
mod encludl;
mod features;
mod growing;
mod inferred;
mod kmeans;
mod lab;
mod logistic;
mod members;
mod mixture;
mod pair;
mod parcels;
mod patches;
mod pcadbscan;
mod pcakmeans;
mod pcatree;
mod pictures;
mod principal;
mod prototypes;
mod prune;
mod purity;
mod reconstructed;
mod recording;
mod repeats;
mod restarts;
mod samples;
mod schemes;
mod selftest;
mod sheet;
mod space;
mod split;
mod stability;
mod tree;
mod trees;
mod vocabulary;

#[cfg(not(target_arch = "wasm32"))]
pub use bench::{Serial, Threads, poll_once};
pub use lab::{
    Bench, Deaf, Heard, Job, Lab, LocalFuture, Progress, Tick, Ticker, Tireless, Turn, Worked, Workplace, decode,
    encode,
};

pub use mixture::{CHAINS, Saved};
pub use recording::{Frame, Recording};

#[cfg(feature = "compute")]
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::{self, ParamSpec, Params};
use crate::report::Report;
use std::future::Future;
#[cfg(feature = "compute")]
use std::sync::Arc;

/// A parameter's name and its value as written in a link.
pub type Values = Vec<(String, String)>;

/// A parameter, another one, and those of its values with which the first one counts.
pub type Need = (&'static str, &'static str, &'static [&'static str]);

/// One experiment.
pub trait Experiment: 'static {
    /// Its name in links.
    const ID: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// Its parameter table.
    type Params: Params;
    /// What its workers do.
    type Job: Job;

    /// Whether it deals out no jobs and takes no time worth a button.
    const INSTANT: bool = false;

    /// Parameters of its table that have no effect here: links keep them, forms do not offer them.
    const IDLE: &'static [&'static str] = &[];

    /// Parameters that count only with some values of another one: forms show when they do not.
    const NEEDS: &'static [Need] = &[];

    /// Seconds of silence after which a worker of this run counts as stuck.
    fn patience(_params: &Self::Params) -> f64 {
        90.0
    }

    /// Conditions between parameters and data that no single parameter shows.
    fn check(_params: &Self::Params, _n_samples: usize, _n_features: usize) -> Result<()> {
        Ok(())
    }

    /// Deals out the jobs and makes the report.
    fn run(params: &Self::Params, lab: &Lab) -> impl Future<Output = Result<Report>>;

    /// The part of the Python script after the images are loaded into `X` and `y`;
    /// it prints the report's metrics with `show(id, value)`.
    fn python(params: &Self::Params) -> String;
}

#[cfg(feature = "compute")]
type Run = for<'a> fn(&'a Values, &'a Arc<Dataset>, &'a dyn Bench) -> LocalFuture<'a, Result<Report>>;
#[cfg(feature = "compute")]
type Work = fn(&[u8], &mut Workplace, &mut dyn Ticker) -> Result<Worked>;

/// An experiment without its types. The page knows its parameters and its script, but not its computation: that is
/// in the compute module of its group.
pub struct Entry {
    /// Its name in links.
    pub id: &'static str,
    /// The compute module it is in.
    pub group: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Whether it takes no time worth a button.
    pub instant: bool,
    /// Its parameter table.
    pub specs: fn() -> Vec<ParamSpec>,
    /// Parameters of the table that have no effect.
    pub idle: &'static [&'static str],
    /// Parameters that count only with some values of another one.
    pub needs: &'static [Need],
    #[cfg(feature = "compute")]
    check: fn(&Values, usize, usize) -> Result<()>,
    #[cfg(feature = "compute")]
    run: Run,
    #[cfg(feature = "compute")]
    work: Work,
    #[cfg(feature = "compute")]
    python: fn(&Values) -> Result<String>,
}

impl Entry {
    /// The experiment of that name.
    pub fn find(id: &str) -> Result<&'static Entry> {
        known().iter().find(|entry| entry.id == id).ok_or_else(|| Error::UnknownExperiment(id.into()))
    }

    /// The one way `values` are written, or the first error in them.
    pub fn normal(&self, values: &Values) -> Result<Values> {
        params::normal(&(self.specs)(), values)
    }

    /// The need of a parameter that these values do not meet.
    pub fn unmet(&self, name: &str, value: impl Fn(&str) -> Option<String>) -> Option<&'static Need> {
        let met = |need: &Need| value(need.1).is_none_or(|now| now.split('~').any(|one| need.2.contains(&one)));
        self.needs.iter().find(|need| need.0 == name && !met(need))
    }

    /// An error if the parameters do not fit images of that number and size.
    #[cfg(feature = "compute")]
    pub fn check(&self, values: &Values, n_samples: usize, n_features: usize) -> Result<()> {
        (self.check)(values, n_samples, n_features)
    }

    /// Runs the experiment.
    #[cfg(feature = "compute")]
    pub fn run<'a>(
        &self,
        values: &'a Values,
        dataset: &'a Arc<Dataset>,
        bench: &'a dyn Bench,
    ) -> LocalFuture<'a, Result<Report>> {
        (self.run)(values, dataset, bench)
    }

    /// Carries out one encoded job, or a part of it.
    #[cfg(feature = "compute")]
    pub fn work(&self, job: &[u8], place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Worked> {
        (self.work)(job, place, ticker)
    }

    /// The experiment's part of the Python script.
    #[cfg(feature = "compute")]
    pub fn python(&self, values: &Values) -> Result<String> {
        (self.python)(values)
    }
}

#[cfg(feature = "compute")]
fn typed<P: Params>(values: &Values) -> Result<P> {
    P::from_values(values.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

const fn entry<E: Experiment>(group: &'static str) -> Entry {
    Entry {
        id: E::ID,
        group,
        title: E::TITLE,
        instant: E::INSTANT,
        specs: E::Params::specs,
        idle: E::IDLE,
        needs: E::NEEDS,
        #[cfg(feature = "compute")]
        check: |values, n_samples, n_features| E::check(&typed(values)?, n_samples, n_features),
        #[cfg(feature = "compute")]
        run: |values, dataset, bench| {
            Box::pin(async move {
                let params: E::Params = typed(values)?;
                E::check(&params, dataset.n, dataset.n_features())?;
                let lab = Lab { dataset, bench, patience: E::patience(&params) };
                E::run(&params, &lab).await
            })
        },
        #[cfg(feature = "compute")]
        work: |job, place, ticker| {
            Ok(match decode::<E::Job>(job)?.turn(place, ticker)? {
                Turn::Done(output) => Turn::Done(encode(&output)?),
                Turn::Rest(job) => Turn::Rest(encode(&job)?),
            })
        },
        #[cfg(feature = "compute")]
        python: |values| Ok(E::python(&typed(values)?)),
    }
}

/// The experiments of this program.
#[cfg(not(all(target_arch = "wasm32", feature = "compute")))]
fn known() -> &'static [Entry] {
    EXPERIMENTS
}

#[cfg(all(target_arch = "wasm32", feature = "compute"))]
static KNOWN: std::sync::OnceLock<&'static [Entry]> = std::sync::OnceLock::new();

/// The experiments of this compute module. Were all of them named here, all of them would be in every module.
#[cfg(all(target_arch = "wasm32", feature = "compute"))]
fn known() -> &'static [Entry] {
    KNOWN.get().copied().unwrap_or_default()
}

/// Says which experiments this compute module has; the first time counts.
#[cfg(all(target_arch = "wasm32", feature = "compute"))]
pub fn know(entries: &'static [Entry]) {
    let _ = KNOWN.set(entries);
}

/// Each group is a compute module. The page has all entries and computes none.
macro_rules! experiments {
    ($($group:ident: $($name:ty),+;)+) => {
        /// Every experiment, in the order of the menu.
        pub static EXPERIMENTS: &[Entry] = &[$($(entry::<$name>(stringify!($group))),+),+];

        /// The names of the compute modules.
        pub static GROUPS: &[&str] = &[$(stringify!($group)),+];

        /// What is in each compute module.
        #[cfg(all(target_arch = "wasm32", feature = "compute"))]
        #[allow(non_upper_case_globals, reason = "their names are those of modules, in links and files")]
        pub mod groups {
            use super::*;

            $(
                /// The experiments of this group.
                pub static $group: &[Entry] = &[$(entry::<$name>(stringify!($group))),+];
            )+
        }
    };
}

experiments! {
    pixels:
        digits::Digits,
        kmeans::KMeans,
        stability::Stability,
        purity::Purity,
        elbow::Elbow,
        sheet::Sheet,
        selftest::SelfTest;
    clusters:
        tree::Grow,
        trees::Compare,
        dbgrid::DbGrid,
        pcadbscan::PcaDbscan,
        pcakmeans::PcaKMeans,
        pcatree::PcaTree,
        agreement::Agreement;
    mixture:
        binary::Binary,
        mixture::Mixture,
        mixture::Starts;
    logistic:
        logistic::Logistic,
        schemes::Schemes,
        crossval::Crossval,
        denoise::Denoise;
    patches:
        patches::TakePatches,
        vocabulary::FindWords,
        bag::ReadImage,
        bags::LearnBags;
    inference:
        samples::Samples,
        parcels::Parcels,
        encludl::Encludl,
        contrast::Contrast,
        repeats::Repeats;
}
