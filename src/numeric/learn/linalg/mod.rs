//! Dense linear algebra with the same bits in wasm and natively: products,
//! symmetric eigenvectors, singular values.
//!
//! Every sum has one order, written down where it is made; nothing is fused and
//! nothing is picked at run time. Sizes are those of images: up to a few
//! thousand columns.

mod cholesky;
mod eigh;
mod gram;
mod orthonormal;
mod product;
mod rows;
mod svd;
mod tridiagonal;

pub use cholesky::Cholesky;
pub use eigh::{Eigh, eigh};
pub use gram::{ByteMoments, byte_moments};
pub use orthonormal::{complete_rows, orthonormalize_rows};
pub use product::{View, add_gram_below, add_product, mirror, product};
pub use rows::{add_scaled, dot};
pub use svd::{Svd, is_quick, svd};
