//! Clustering: `sklearn.cluster`.

mod agglomeration;
mod cut;
mod dbscan;
mod hierarchy;
mod kmeans;
mod words;

pub use agglomeration::{FeatureTree, Graph, Merging, cluster_sizes, grid_to_graph, ward_tree};
pub use cut::{Cut, height_between};
pub use dbscan::{Dbscan, Finished, Neighborhoods, all_k_distances, dbscan, dbscan_grid, k_distances, k_distances_of};
pub use hierarchy::{
    Dendrogram, Growing, Linkage, MOST_CONDENSED, Merge, Met, Method, Truncation, agglomerative_labels, cut_tree,
    dendrogram, fcluster_distance, fcluster_maxclust, leaves_list, linkage,
};
pub use kmeans::{
    Descent, Init, Interval, Iteration, KMeansFit, KMeansOptions, Look, Move, Nearest, Pixels, Points, Quantized,
    Samples, Scratch, Standing, best_restart, descend, distances, kmeans, lloyd, predict, second_nearest, start,
    warnings,
};
