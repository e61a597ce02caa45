//! The numeric core of Digitoscope: a crate of its own, so that it is compiled for
//! speed where the page around it is compiled for size, and so that it cannot know
//! of a browser, of messages or of figures.
//!
//! * [`error`]: the values every room reports failures with.
//! * [`random`]: NumPy's random streams, word for word.
//! * [`learn`]: the algorithms. Knows `error` and `random`.

pub mod error;
pub mod learn;
pub mod random;
