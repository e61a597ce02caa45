//! The page's half and the worker's half of the worker pool.
//!
//! A worker is the page's own script and wasm, started from a blob, so that both
//! are always of one version and no address has to be guessed. It says `Ready`,
//! is sent the data set once, and then one job at a time. Cancel, panic and
//! crash are one mechanism: the worker is thrown away and another one started.

#[cfg(target_arch = "wasm32")]
mod pool;
pub mod protocol;
pub mod schedule;
#[cfg(target_arch = "wasm32")]
mod serve;
#[cfg(target_arch = "wasm32")]
mod start;

#[cfg(target_arch = "wasm32")]
pub use pool::Pool;
#[cfg(target_arch = "wasm32")]
pub use serve::serve;
