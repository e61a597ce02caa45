//! One integration binary of named modules: references (numbers this project
//! did not produce), properties (fast against obvious), and contracts.

mod chains;
mod claims;
mod data;
mod dbscan;
mod docs;
mod edges;
mod experiments;
mod figures;
mod hierarchy;
mod inference;
mod kmeans;
mod learnt;
mod ledger;
mod links;
mod logistic;
mod metrics;
mod mixture;
mod opened;
mod overlapping;
mod params;
mod patches;
mod pca;
mod pixels;
mod random;
mod runner;
mod saved;
mod schedule;
mod trees;
mod unpenalized;
