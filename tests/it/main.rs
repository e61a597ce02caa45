//! One integration binary of named modules: references (numbers this project
//! did not produce), properties (fast against obvious), and contracts.

mod data;
mod docs;
mod experiments;
mod figures;
mod kmeans;
mod links;
mod metrics;
mod opened;
mod params;
mod random;
mod runner;
mod saved;
mod schedule;
