//! One integration binary of named modules: references (numbers this project
//! did not produce), properties (fast against obvious), and contracts.

mod data;
mod dbscan;
mod docs;
mod experiments;
mod figures;
mod hierarchy;
mod kmeans;
mod links;
mod metrics;
mod opened;
mod params;
mod pca;
mod random;
mod runner;
mod saved;
mod schedule;
