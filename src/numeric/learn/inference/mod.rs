//! Which features matter, with error control: the desparsified lasso on clusters of
//! features, repeated and aggregated. Names are those of `hidimstat` 0.4.0.

mod aggregation;
mod cludl;
mod desparsified;
mod normal;
mod p_values;
mod selection;
mod student;
#[cfg(test)]
mod tests;

pub use aggregation::{Aggregation, log_quantile_aggregation, quantile_aggregation};
pub use cludl::{CluDl, bootstrap_generators, bootstrap_rows, cludl, cluster_means, diameters, parcels};
pub use desparsified::{Desparsified, DesparsifiedOptions, NodewiseAlpha, desparsified_lasso};
pub use normal::{log_two_sided_p, norm_cdf, norm_ppf, norm_sf, two_sided_p};
pub use p_values::{bonferroni, one_sided_corrected, one_sided_p};
pub use selection::{Control, select, threshold};
pub use student::{Sample, t_test, two_sided_t};
