//! Images as bytes, with a scaling of their columns that is never written out.
//!
//! A column is kept as `(x - lowest) * gain`, with the whole number `gain` that
//! fills the byte best: columns of small range then weigh as much in the
//! integer filter as the others. Raw pixels are kept as they are, so that their
//! distances are whole numbers.

use super::closest::{Look, closer_by_filter};
use super::points::{Interval, Move, Points};
use super::quantized::{Quantized, RowNorms};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::kernels::{LONGEST_ROW, dot_bytes, squared_distance_scaled, squared_norm_scaled};
use crate::learn::preprocessing::{MinMaxScaler, Scaling, StandardScaler};

/// Images, shape `(n_samples, n_features)`, ready to be clustered.
#[derive(Debug, Clone)]
pub struct Pixels {
    stored: Vec<u8>,
    stride: usize,
    n_samples: usize,
    n_features: usize,
    lowest: Vec<u8>,
    gain: Vec<u8>,
    scaler: Scaler,
    /// From a stored byte to the inner coordinate, `(stride,)`; 0 for constant columns.
    scale: Vec<f64>,
    /// The value of each column's lowest byte.
    offsets: Vec<f64>,
    norms: Vec<RowNorms>,
    mean: Vec<f64>,
    scatter: f64,
}

#[derive(Debug, Clone)]
enum Scaler {
    None,
    MinMax(MinMaxScaler),
    Standard(StandardScaler),
}

impl Scaler {
    fn value(&self, j: usize, x: f64) -> f64 {
        match self {
            Scaler::None => x,
            Scaler::MinMax(scaler) => scaler.value(j, x),
            Scaler::Standard(scaler) => scaler.value(j, x),
        }
    }

    fn slope(&self, j: usize) -> f64 {
        match self {
            Scaler::None => 1.0,
            Scaler::MinMax(scaler) => scaler.scale[j],
            Scaler::Standard(scaler) => 1.0 / scaler.scale[j],
        }
    }
}

/// Range and exact sums of each column.
struct Columns {
    low: Vec<u8>,
    high: Vec<u8>,
    sum: Vec<u64>,
    squares: Vec<u64>,
}

impl Columns {
    fn of(rows: &[u8], width: usize) -> Self {
        let mut columns =
            Columns { low: vec![255; width], high: vec![0; width], sum: vec![0; width], squares: vec![0; width] };
        for row in rows.chunks_exact(width) {
            for (j, &x) in row.iter().enumerate() {
                columns.low[j] = columns.low[j].min(x);
                columns.high[j] = columns.high[j].max(x);
                columns.sum[j] += u64::from(x);
                columns.squares[j] += u64::from(x) * u64::from(x);
            }
        }
        columns
    }

    /// Sum of the squared deviations from the mean, of column `j` over `n` rows.
    fn scatter(&self, j: usize, n: usize) -> f64 {
        // `MOST_SAMPLES` keeps both products below 2^64, so the difference is exact.
        (n as u64 * self.squares[j] - self.sum[j] * self.sum[j]) as f64 / n as f64
    }
}

/// Most rows: a sum of a column's bytes then fits into 32 bits.
const MOST_SAMPLES: usize = (u32::MAX / 255) as usize;

impl Pixels {
    /// Copies `images`, row-major of shape `(n_samples, n_features)`, and fits `scaling` to them.
    ///
    /// Errors: no samples or features, too many of them (16,843,009 and 65,536),
    /// or another number of bytes than the shape says.
    pub fn new(images: &[u8], n_samples: usize, n_features: usize, scaling: Scaling) -> Result<Self> {
        if !(1..=MOST_SAMPLES).contains(&n_samples) {
            return Err(Error::invalid("n_samples", format!("in the range [1, {MOST_SAMPLES}]"), n_samples));
        }
        if !(1..=LONGEST_ROW).contains(&n_features) {
            return Err(Error::invalid("n_features", format!("in the range [1, {LONGEST_ROW}]"), n_features));
        }
        if n_samples.checked_mul(n_features) != Some(images.len()) {
            let must_be = format!("{n_samples} images of {n_features} bytes");
            return Err(Error::invalid("images", must_be, format!("{} bytes", images.len())));
        }
        let stride = n_features.next_multiple_of(16);
        let size = n_samples.checked_mul(stride);
        let size = size.ok_or_else(|| Error::invalid("n_samples", "small enough for the memory", n_samples))?;
        let columns = Columns::of(images, n_features);
        let scaler = fit(scaling, &columns, n_samples);
        let (mut lowest, mut gain) = (vec![0; n_features], vec![1; n_features]);
        let mut scale = vec![0.0; stride];
        for j in 0..n_features {
            if scaling != Scaling::None {
                lowest[j] = columns.low[j];
                gain[j] = 255u8.checked_div(columns.high[j] - columns.low[j]).unwrap_or(1);
            }
            let constant = scaling != Scaling::None && columns.low[j] == columns.high[j];
            scale[j] = if constant { 0.0 } else { scaler.slope(j) / f64::from(gain[j]) };
        }
        let offsets = (0..n_features).map(|j| scaler.value(j, f64::from(lowest[j]))).collect();
        let mut stored = vec![0; size];
        for (to, from) in stored.chunks_exact_mut(stride).zip(images.chunks_exact(n_features)) {
            for (j, (to, &x)) in to.iter_mut().zip(from).enumerate() {
                *to = (x - lowest[j]) * gain[j];
            }
        }
        let columns = Columns::of(&stored, stride);
        let mean = (0..stride).map(|j| scale[j] * (columns.sum[j] as f64 / n_samples as f64)).collect();
        let scatter = (0..stride).map(|j| scale[j] * scale[j] * columns.scatter(j, n_samples)).sum();
        let norms = stored.chunks_exact(stride).map(|row| row_norms(row, &scale)).collect();
        Ok(Pixels { stored, stride, n_samples, n_features, lowest, gain, scaler, scale, offsets, norms, mean, scatter })
    }

    /// The values that scikit-learn would be given, shape `(n_samples, n_features)`:
    /// eight times the memory, for tests and exports.
    pub fn to_matrix(&self) -> Matrix {
        let mut values = Matrix::zeros(self.n_samples, self.n_features);
        (0..self.n_samples).for_each(|i| self.copy_values(i, values.row_mut(i)));
        values
    }

    /// What the scaling makes of any image's grey levels, `x * factor + offset`, both `(n_features,)`. Under a scaling
    /// the columns that never vary have the factor 0: they tell no image from another.
    pub fn scaling(&self) -> (Vec<f64>, Vec<f64>) {
        let varies = |j: usize| self.scale[j] != 0.0;
        let factor = |j: usize| if varies(j) { self.scaler.slope(j) } else { 0.0 };
        let offset = |j: usize| if varies(j) { self.scaler.value(j, 0.0) } else { self.offsets[j] };
        (0..self.n_features).map(|j| (factor(j), offset(j))).unzip()
    }

    fn row(&self, i: usize) -> &[u8] {
        &self.stored[i * self.stride..(i + 1) * self.stride]
    }

    /// The value that a stored byte of column `j` stands for.
    fn value(&self, j: usize, stored: u8) -> f64 {
        self.scaler.value(j, f64::from(stored / self.gain[j]) + f64::from(self.lowest[j]))
    }
}

fn fit(scaling: Scaling, columns: &Columns, n_samples: usize) -> Scaler {
    let doubles = |bytes: &[u8]| -> Vec<f64> { bytes.iter().map(|&x| f64::from(x)).collect() };
    match scaling {
        Scaling::None => Scaler::None,
        Scaling::MinMax => Scaler::MinMax(MinMaxScaler::from_range(&doubles(&columns.low), &doubles(&columns.high))),
        Scaling::Standard => {
            let n = n_samples as f64;
            let mean = columns.sum.iter().map(|&sum| sum as f64 / n).collect();
            let variance = (0..columns.sum.len()).map(|j| columns.scatter(j, n_samples) / n);
            Scaler::Standard(StandardScaler::from_moments(mean, variance, n))
        }
    }
}

fn row_norms(row: &[u8], scale: &[f64]) -> RowNorms {
    let sum: u32 = row.iter().map(|&x| u32::from(x)).sum();
    // The factor covers the rounding of the root.
    let length = (dot_bytes(row, [row])[0] as f64).sqrt() * (1.0 + 1e-9);
    RowNorms { scaled: squared_norm_scaled(row, scale), sum: f64::from(sum), length }
}

impl Points for Pixels {
    type Prepared = Quantized;
    /// Exact sums of the stored bytes, `(n_clusters, stride)`.
    type Sums = Vec<u32>;

    fn n_samples(&self) -> usize {
        self.n_samples
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn width(&self) -> usize {
        self.stride
    }

    fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    fn mean(&self) -> &[f64] {
        &self.mean
    }

    fn scatter(&self) -> f64 {
        self.scatter
    }

    fn copy_row(&self, i: usize, out: &mut [f64]) {
        for ((to, &x), scale) in out.iter_mut().zip(self.row(i)).zip(&self.scale) {
            *to = f64::from(x) * scale;
        }
    }

    fn copy_values(&self, i: usize, out: &mut [f64]) {
        for (j, (to, &x)) in out.iter_mut().zip(self.row(i)).enumerate() {
            *to = self.value(j, x);
        }
    }

    fn inner(&self, j: usize, value: f64) -> f64 {
        let difference = value - self.offsets[j];
        if self.scale[j] == 0.0 {
            return difference;
        }
        // A centre that is a data point must have distance 0 to it, so the value
        // of a byte becomes exactly what that byte's coordinate is.
        let byte = (difference / self.scale[j] + 0.5).floor();
        let is_byte = (0.0..=255.0).contains(&byte) && (byte as u8).is_multiple_of(self.gain[j]);
        if is_byte && self.value(j, byte as u8) == value { byte * self.scale[j] } else { difference }
    }

    fn prepare(&self, centers: &Matrix) -> Quantized {
        Quantized::new(centers, &self.scale)
    }

    fn intervals(&self, centers: &Quantized, i: usize, js: &[u32], out: &mut [Interval]) {
        centers.intervals(self.row(i), &self.norms[i], js, out);
    }

    fn squared_distance(&self, i: usize, center: &[f64]) -> f64 {
        squared_distance_scaled(self.row(i), &self.scale, center)
    }

    fn sums(&self, n_clusters: usize) -> Vec<u32> {
        vec![0; n_clusters * self.stride]
    }

    fn update(&self, sums: &mut Vec<u32>, labels: &[u32], moves: Option<&[Move]>) {
        let stride = self.stride;
        let add = |sums: &mut [u32], i: usize, label: u32| {
            let sums = &mut sums[label as usize * stride..][..stride];
            sums.iter_mut().zip(self.row(i)).for_each(|(sum, &x)| *sum += u32::from(x));
        };
        let Some(moves) = moves else {
            sums.fill(0);
            labels.iter().enumerate().for_each(|(i, &label)| add(sums, i, label));
            return;
        };
        for step in moves {
            let i = step.row as usize;
            let left = &mut sums[step.from as usize * stride..][..stride];
            left.iter_mut().zip(self.row(i)).for_each(|(sum, &x)| *sum -= u32::from(x));
            add(sums, i, labels[i]);
        }
    }

    fn center(&self, sums: &Vec<u32>, j: usize, without: &[u32], count: f64, out: &mut [f64]) {
        for (column, out) in out.iter_mut().enumerate() {
            let taken: u32 = without.iter().map(|&i| u32::from(self.row(i as usize)[column])).sum();
            *out = self.scale[column] * (f64::from(sums[j * self.stride + column] - taken) / count);
        }
    }

    fn closer(&self, candidates: &[u32], look: &mut Look) {
        if !matches!(self.scaler, Scaler::None) {
            return closer_by_filter(self, candidates, look);
        }
        // Raw bytes: squared distances are whole numbers.
        let norm = |i: usize| self.norms[i].scaled;
        look.at_each(|i, _, out| {
            let row = self.row(i);
            let mut set = |c: usize, dot: i64| out[c] = norm(i) + norm(candidates[c] as usize) - 2.0 * dot as f64;
            let (fours, rest) = candidates.as_chunks::<4>();
            for (at, four) in fours.iter().enumerate() {
                let dots = dot_bytes(row, four.map(|other| self.row(other as usize)));
                (0..4).for_each(|k| set(at * 4 + k, dots[k]));
            }
            for (k, &other) in rest.iter().enumerate() {
                set(fours.len() * 4 + k, dot_bytes(row, [self.row(other as usize)])[0]);
            }
        });
    }
}
