//! The few hot loops, written once over [`lanes`]: simd128 in wasm, SSE2 on
//! x86-64, plain arrays elsewhere, all with the same bits.
//!
//! Integer kernels may add in any order. Floating ones keep eight partial sums,
//! element `i` going to sum `i % 8`, which are joined in one fixed order.

mod bytes;
mod doubles;
mod interleaved;
pub mod lanes;
mod logs;

pub use bytes::{LONGEST_ROW, dot_bytes, dot_words, squared_difference, squared_distance_scaled, squared_norm_scaled};
pub use doubles::{squared_distance, squared_distances};
pub use interleaved::{dot, interleave, least_two, less_dots};
pub use logs::{ln, sum_of_log_gammas, sum_of_logs};
