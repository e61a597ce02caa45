//! A chain: sweeps over all images that may be cut anywhere, saved, and gone on with.

use super::concentration::{self, GammaPrior};
use super::diagnostics::effective_groups;
use super::hyper::{self, Learn};
use super::images::BinaryImages;
use super::model::{self, Hyper};
use super::split_merge;
use super::start::Start;
use super::state::State;
use crate::error::{Error, Result};
use crate::random::{Generator, SeedSequence};
use serde::{Deserialize, Serialize};

/// What a chain does at the end of each sweep, and with which random numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainOptions {
    /// Seed that all chains share.
    pub random_state: u32,
    /// Number of the chain, from 0: each has streams of its own.
    pub chain: u32,
    /// How the pixels' hyperparameters are learned.
    pub learn: Learn,
    /// Prior of the concentration if it is learned too.
    pub learn_concentration: Option<GammaPrior>,
    /// Split and merge proposals after each sweep.
    pub n_proposals: u32,
    /// Images whose groups are kept of the last sweeps, spread evenly over all: see [`followed`].
    pub n_followed: u32,
}

/// Sweeps of which the groups of the followed images are kept, the last ones.
pub const RECENT: usize = 50;

/// The images that a chain follows: `n_followed` of `n_samples`, or all, spread evenly.
pub fn followed(n_samples: usize, n_followed: u32) -> impl Iterator<Item = usize> {
    let m = n_samples.min(n_followed as usize);
    (0..m).map(move |i| i * n_samples / m)
}

/// Random numbers of one purpose: `default_rng(SeedSequence(random_state, spawn_key=(chain, sweep, purpose)))`.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Start,
    Sweep,
    Hyper,
    Concentration,
    SplitMerge,
}

impl ChainOptions {
    fn stream(&self, sweep: u32, purpose: Purpose) -> Generator {
        let key = [self.chain, sweep, purpose as u32];
        Generator::from_seed_sequence(SeedSequence::with_spawn_key(&[u128::from(self.random_state)], &key))
    }
}

/// What is known of a chain after a sweep; that of sweep 0 is the start.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TraceRow {
    /// Sweeps done.
    pub sweep: u32,
    /// Groups in use.
    pub n_groups: u32,
    /// Log probability of the partition.
    pub score_assignment: f64,
    /// Log probability of the images given the partition.
    pub score_data: f64,
    /// Images that changed their group.
    pub moved: u32,
    /// Groups that were born, ...
    pub births: u32,
    /// ... and that ended.
    pub deaths: u32,
    /// Groups of one image.
    pub singletons: u32,
    /// Images of the largest group.
    pub largest: u32,
    /// `exp` of the entropy of the sizes.
    pub effective_groups: f64,
    /// The concentration.
    pub concentration: f64,
    /// Splits that were accepted, ...
    pub splits: u32,
    /// ... and merges.
    pub merges: u32,
}

impl TraceRow {
    /// Log joint of partition and images.
    pub fn log_joint(&self) -> f64 {
        self.score_assignment + self.score_data
    }
}

/// A chain cut at some point: all that is needed to go on, whoever does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Slot of each image's group.
    pub labels: Vec<u32>,
    /// Hyperparameters.
    pub hyper: Hyper,
    /// Lasting numbers of the groups, slots ascending, ...
    pub births: Vec<u32>,
    /// ... and how many there are.
    pub n_births: u32,
    /// The running log joint, bit for bit.
    pub log_joint: f64,
    /// Images visited in the sweep that is under way.
    pub position: u32,
    /// Moves, births and deaths of the sweep that is under way.
    pub so_far: [u32; 3],
    /// A row for each sweep done, the start first.
    pub trace: Vec<TraceRow>,
    /// Slots of the [`followed`] images after each of the last [`RECENT`] sweeps at most, `(n_sweeps, n_followed)`.
    pub recent: Vec<Vec<u32>>,
}

/// A sampler that can be stopped between any two images.
#[derive(Debug, Clone)]
pub struct Chain {
    options: ChainOptions,
    state: State,
    /// Order of the sweep under way, and the stream of its uniforms.
    sweep: Option<(Vec<u32>, Generator)>,
    position: u32,
    so_far: [u32; 3],
    trace: Vec<TraceRow>,
    recent: Vec<Vec<u32>>,
}

impl Chain {
    /// A chain at its start.
    ///
    /// Errors: the start or the hyperparameters do not fit the images.
    pub fn new(images: &BinaryImages, options: ChainOptions, start: &Start, hyper: Hyper) -> Result<Self> {
        let labels = start.labels(images, &mut options.stream(0, Purpose::Start))?;
        let state = State::new(images, labels, hyper)?;
        let mut chain =
            Chain { options, state, sweep: None, position: 0, so_far: [0; 3], trace: Vec::new(), recent: Vec::new() };
        chain.record([0; 2]);
        Ok(chain)
    }

    /// Goes on where a chain was cut.
    ///
    /// Errors: the snapshot does not fit the images, or does not hold together.
    pub fn resume(images: &BinaryImages, options: ChainOptions, saved: Snapshot) -> Result<Self> {
        let mut state = State::new(images, saved.labels, saved.hyper)?;
        state.set_births(&saved.births, saved.n_births)?;
        if saved.trace.is_empty() || saved.position as usize >= images.n_samples() {
            return Err(Error::Data("The saved chain is damaged: it does not say how far it is.".into()));
        }
        let running = state.log_joint();
        if (saved.log_joint - running).abs() > 1e-6 * (1.0 + running.abs()) {
            return Err(Error::Data(format!(
                "The saved chain does not fit these images: its log joint is {}, here it would be {running}.",
                saved.log_joint
            )));
        }
        let n_followed = followed(images.n_samples(), options.n_followed).count();
        if saved.recent.len() >= saved.trace.len() || saved.recent.iter().any(|slots| slots.len() != n_followed) {
            return Err(Error::Data(format!(
                "The saved chain is damaged: it does not keep {n_followed} images for each of its last sweeps."
            )));
        }
        state.set_log_joint(saved.log_joint);
        let Snapshot { position, so_far, trace, recent, .. } = saved;
        Ok(Chain { options, state, sweep: None, position, so_far, trace, recent })
    }

    /// All that is needed to go on from here.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            labels: self.state.labels().to_vec(),
            hyper: self.state.hyper().clone(),
            births: self.state.counts().occupied().map(|slot| self.state.births()[slot]).collect(),
            n_births: self.state.n_births(),
            log_joint: self.state.log_joint(),
            position: self.position,
            so_far: self.so_far,
            trace: self.trace.clone(),
            recent: self.recent.clone(),
        }
    }

    /// The partition as it is now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// A row for each sweep done, the start first.
    pub fn trace(&self) -> &[TraceRow] {
        &self.trace
    }

    /// Sweeps done.
    pub fn n_sweeps(&self) -> u32 {
        self.trace.len() as u32 - 1
    }

    /// Images visited in the sweep under way.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Visits up to `n_visits` further images, but not beyond the end of the sweep;
    /// what else the sweep does, it does with its last image. Returns whether the
    /// sweep is done. However a sweep is cut, its result has the same bits.
    ///
    /// Errors: the numbers left the range of a double.
    pub fn advance(&mut self, images: &BinaryImages, n_visits: usize) -> Result<bool> {
        let sweep = self.n_sweeps() + 1;
        let (order, uniforms) = match &mut self.sweep {
            Some((order, uniforms)) => (order, uniforms),
            none => {
                let mut stream = self.options.stream(sweep, Purpose::Sweep);
                let order = stream.permutation(images.n_samples());
                (0..self.position).for_each(|_| _ = stream.random());
                let (order, uniforms) = none.insert((order, stream));
                (order, uniforms)
            }
        };
        let end = order.len().min(self.position as usize + n_visits);
        for i in &order[self.position as usize..end] {
            let visit = self.state.visit(images, *i as usize, uniforms.random())?;
            self.so_far[0] += u32::from(visit.from != visit.to);
            self.so_far[1] += u32::from(visit.born && visit.from != visit.to);
            self.so_far[2] += u32::from(visit.died);
        }
        self.position = end as u32;
        if end < order.len() {
            return Ok(false);
        }
        self.finish_sweep(images, sweep)?;
        Ok(true)
    }

    /// One whole sweep, or the rest of one.
    ///
    /// Errors: see [`advance`](Self::advance).
    pub fn sweep(&mut self, images: &BinaryImages) -> Result<()> {
        self.advance(images, images.n_samples()).map(|_| ())
    }

    fn finish_sweep(&mut self, images: &BinaryImages, sweep: u32) -> Result<()> {
        let options = &self.options;
        let accepted = match options.n_proposals {
            0 => [0; 2],
            n => {
                let mut rng = options.stream(sweep, Purpose::SplitMerge);
                split_merge::propose(&mut self.state, images, n, &mut rng)?
            }
        };
        if options.learn != Learn::Fixed {
            let mut rng = options.stream(sweep, Purpose::Hyper);
            let drawn = hyper::draw(self.state.counts(), self.state.hyper(), options.learn, &mut rng);
            self.state.set_hyper(drawn);
        }
        if let Some(prior) = options.learn_concentration {
            let mut rng = options.stream(sweep, Purpose::Concentration);
            let (alpha, groups) = (self.state.hyper().alpha, self.state.counts().n_groups());
            self.state.set_alpha(concentration::draw(alpha, groups, images.n_samples(), prior, &mut rng));
        }
        self.record(accepted);
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        let labels = self.state.labels();
        self.recent.push(followed(images.n_samples(), self.options.n_followed).map(|i| labels[i]).collect());
        self.sweep = None;
        self.position = 0;
        self.so_far = [0; 3];
        Ok(())
    }

    fn record(&mut self, [splits, merges]: [u32; 2]) {
        let (counts, hyper) = (self.state.counts(), self.state.hyper());
        let (assignment, data) = (model::score_assignment(counts, hyper.alpha), model::score_data(counts, hyper));
        let sizes: Vec<u32> = counts.occupied().map(|slot| counts.size(slot)).collect();
        let [moved, births, deaths] = self.so_far;
        self.trace.push(TraceRow {
            sweep: self.trace.len() as u32,
            n_groups: sizes.len() as u32,
            score_assignment: assignment,
            score_data: data,
            moved,
            births,
            deaths,
            singletons: sizes.iter().filter(|size| **size == 1).count() as u32,
            largest: sizes.iter().copied().max().unwrap_or(0),
            effective_groups: effective_groups(&sizes),
            concentration: hyper.alpha,
            splits,
            merges,
        });
        self.state.set_log_joint(assignment + data);
    }
}
