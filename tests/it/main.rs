//! One integration binary of named modules: references (numbers this project
//! did not produce), properties (fast against obvious), and contracts.

mod data;
mod kmeans;
mod metrics;
mod random;
mod schedule;
