//! Clustering: `sklearn.cluster`.

mod kmeans;

pub use kmeans::{
    Init, Interval, Iteration, KMeansFit, KMeansOptions, Move, Pixels, Points, Quantized, Samples, best_restart,
    distances, kmeans, lloyd, predict, start, warnings,
};
