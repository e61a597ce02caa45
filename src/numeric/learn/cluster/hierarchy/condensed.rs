//! All distances between rows: `scipy.spatial.distance.pdist`.

use crate::learn::cluster::kmeans::Points;

/// Rows whose distances to a row are summed side by side.
const BLOCK: usize = 8;

/// Distances of all pairs, the upper triangle row by row.
pub(super) struct Condensed {
    distances: Vec<f64>,
    n: usize,
}

impl Condensed {
    /// Euclidean distances, each the root of squares summed in the order of the
    /// columns: SciPy's bits.
    pub fn new<P: Points>(points: &P) -> Self {
        let (n, d) = (points.n_samples(), points.n_features());
        // Block by block column by column, so that a vector instruction serves rows
        // and the order of each sum stays.
        let n_blocks = n.div_ceil(BLOCK);
        let mut blocks = vec![[0.0; BLOCK]; n_blocks * d];
        let mut row = vec![0.0; d];
        for i in 0..n {
            points.copy_values(i, &mut row);
            let block = &mut blocks[i / BLOCK * d..(i / BLOCK + 1) * d];
            block.iter_mut().zip(&row).for_each(|(column, &value)| column[i % BLOCK] = value);
        }
        let mut distances = Vec::with_capacity(n * (n - 1) / 2);
        for i in 0..n {
            points.copy_values(i, &mut row);
            for b in (i + 1) / BLOCK..n_blocks {
                let mut sums = [0.0; BLOCK];
                for (column, value) in blocks[b * d..(b + 1) * d].iter().zip(&row) {
                    for (sum, other) in sums.iter_mut().zip(column) {
                        *sum += (value - other) * (value - other);
                    }
                }
                let lanes = (i + 1).saturating_sub(b * BLOCK)..BLOCK.min(n - b * BLOCK);
                distances.extend(sums[lanes].iter().map(|sum| sum.sqrt()));
            }
        }
        Condensed { distances, n }
    }

    /// Number of rows.
    pub fn n_samples(&self) -> usize {
        self.n
    }

    /// Where the distance of two different rows is kept.
    pub fn index(&self, i: usize, j: usize) -> usize {
        let (i, j) = (i.min(j), i.max(j));
        self.n * i - i * (i + 1) / 2 + j - i - 1
    }

    /// The distance of two different rows.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.distances[self.index(i, j)]
    }

    /// Replaces a distance.
    pub fn set(&mut self, i: usize, j: usize, distance: f64) {
        let index = self.index(i, j);
        self.distances[index] = distance;
    }
}
