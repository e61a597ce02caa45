//! Digitoscope: what clustering and linear models do with handwritten digits.
//!
//! The rooms, and what each may know:
//!
//! * `numeric`, a crate of its own that knows nothing of the others: [`error`], [`random`] (NumPy's streams), [`learn`]
//!   (the algorithms).
//! * [`data`]: the images: catalogue, shards, checksums, files.
//! * [`params`], [`report`], [`bytes`]: what experiments are declared and answered with.
//! * [`experiments`]: one a file. Know `learn`, `data`, and somebody who carries out their jobs.
//! * [`labs`]: the words of the five labs. [`link`]: the address of everything.
//! * [`json`], [`decimal`]: reading and writing it. [`python`]: the same in scikit-learn. [`export`]: files to take away.
//! * [`workers`]: the pool that carries out jobs in a browser.
//! * `runner` (native only): any link without a browser.
//! * `plots`: figures drawn.
//! * `app` (the page only): the page. Knows all.

// A compute module has a part of the experiments, and needs a part of what they need.
#![cfg_attr(not(all(feature = "compute", feature = "files")), allow(dead_code, unused_imports))]

#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod app;
pub mod bytes;
pub mod data;
pub mod decimal;
pub mod docs;
pub mod experiments;
pub mod export;
pub mod json;
pub mod labs;
pub mod link;
pub mod params;
pub mod plots;
pub mod python;
pub mod report;
#[cfg(not(target_arch = "wasm32"))]
pub mod runner;
pub mod workers;

pub use digitoscope_numeric::{error, learn, random};
