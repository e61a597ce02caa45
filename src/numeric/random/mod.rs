//! NumPy's random streams, word for word.
//!
//! * [`RandomState`]: the legacy `numpy.random.RandomState` (MT19937), which
//!   scikit-learn draws from.
//! * [`default_rng`], [`Generator`]: the new `numpy.random.Generator` over PCG64.
//! * [`SeedSequence`]: one seed into the states of many independent streams.

mod choice;
mod generator;
mod log;
mod random_state;
mod seed_sequence;
mod words;
mod ziggurat;

pub use generator::{Generator, default_rng};
pub use random_state::RandomState;
pub use seed_sequence::SeedSequence;
