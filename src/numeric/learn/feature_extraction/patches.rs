//! Many windows of many images, as points for k-means.
//!
//! They are kept as bytes, each of an image once, with the mean and the deviation of each image beside them:
//! a tenth of the memory of doubles, and exactly what the integer filter reads.

use super::filter::{WordFilter, widen};
use super::records::Records;
use super::scaled::{Levels, PatchScaling};
use super::sums::ExactSums;
use super::windows::{MaxPatches, copy_window, extract_positions, n_patches};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::cluster::{Interval, Look, Move, Nearest, Points, Scratch};
use crate::learn::kernels::squared_distance;
use crate::random::RandomState;

/// Which windows are taken, and as what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PatchOptions {
    /// Height and width of a window.
    pub patch_size: (usize, usize),
    /// How many of each image.
    pub max_patches: MaxPatches,
    /// What is done to each image first.
    pub scaling: PatchScaling,
}

/// Windows of images, shape `(n_images * n_patches, height * width)`, ready to be clustered.
#[derive(Debug, Clone)]
pub struct Patches {
    /// The windows that differ from all earlier ones of their image, in order.
    records: Records,
    /// For each row which of them it is.
    places: Vec<u32>,
    n_features: usize,
    per_image: usize,
    n_pixels: usize,
    scaling: PatchScaling,
    levels: Vec<Levels>,
    /// The first row of the same image with the same bytes.
    twins: Vec<u32>,
    offsets: Vec<f64>,
    mean: Vec<f64>,
    scatter: f64,
}

/// Centres, and what the windows of each image have in common.
#[derive(Debug, Clone)]
pub struct Prepared {
    filter: WordFilter,
    /// Shape `(n_images, filter.stride())`.
    offsets: Vec<i32>,
}

impl Patches {
    /// Takes windows from each of `images` in turn, `image_size` (height, width) row by row;
    /// `random` goes on from image to image, as one `RandomState` given to
    /// `extract_patches_2d` in a loop does.
    ///
    /// Errors: no images, images of another size, more than 2^32 windows, or those of [`n_patches`].
    pub fn extract(
        images: &[&[u8]],
        image_size: (usize, usize),
        options: &PatchOptions,
        random: &mut RandomState,
    ) -> Result<Self> {
        Self::extract_heard(images, image_size, options, random, &mut |_| {})
    }

    /// As [`extract`](Self::extract); `heard` is told after each image how many windows have been taken by then.
    ///
    /// Errors: as there.
    pub fn extract_heard(
        images: &[&[u8]],
        image_size: (usize, usize),
        options: &PatchOptions,
        random: &mut RandomState,
        heard: &mut dyn FnMut(usize),
    ) -> Result<Self> {
        let per_image = n_patches(image_size, options.patch_size, options.max_patches)?;
        let n_pixels = image_size.0 * image_size.1;
        if images.is_empty() {
            return Err(Error::invalid("X", "at least one image", "none"));
        }
        if let Some(image) = images.iter().find(|image| image.len() != n_pixels) {
            return Err(Error::invalid("X", format!("images of {n_pixels} bytes"), image.len()));
        }
        let d = options.patch_size.0 * options.patch_size.1;
        let n = images.len().checked_mul(per_image).filter(|&n| n <= u32::MAX as usize);
        let Some(n) = n.filter(|n| n.checked_mul(d).is_some()) else {
            return Err(Error::invalid("X", "few enough images for 2**32 - 1 windows", images.len()));
        };
        let mut records = Records::new(d);
        let mut levels = Vec::with_capacity(images.len());
        // Room for all at once: a vector that grows leaves its former places behind.
        let (mut twins, mut places) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut rows, mut values) = (vec![0; per_image * d], vec![0.0; d]);
        for image in images {
            let levels_of_it = Levels::of(image, options.scaling);
            levels.push(levels_of_it);
            let positions = extract_positions(image_size, options.patch_size, options.max_patches, random)?;
            for (row, position) in rows.chunks_exact_mut(d).zip(positions) {
                copy_window(image, image_size.1, position, options.patch_size, row);
            }
            let first = twins.len() as u32;
            for (row, twin) in rows.chunks_exact(d).zip(first_equals(&rows, d, first)) {
                let here = twins.len() as u32;
                if twin < here {
                    places.push(places[twin as usize]);
                } else {
                    levels_of_it.values(row, &mut values);
                    places.push(records.len() as u32);
                    records.push(values.iter().map(|x| x * x).sum(), row);
                }
                twins.push(twin);
            }
            heard(twins.len());
        }
        records.trim();
        let mut patches = Patches {
            records,
            places,
            n_features: d,
            per_image,
            n_pixels,
            scaling: options.scaling,
            levels,
            twins,
            offsets: vec![0.0; d],
            mean: vec![0.0; d],
            scatter: 0.0,
        };
        patches.measure();
        Ok(patches)
    }

    /// Mean and scatter of the rows.
    fn measure(&mut self) {
        let (n, d) = (self.n_samples(), self.n_features);
        let mut row = vec![0.0; d];
        let mut sums = self.sums(1);
        let mut norms = 0.0;
        for i in 0..n {
            self.copy_row(i, &mut row);
            sums.add(0, &row);
            norms += self.get(i).0;
        }
        sums.sum(0, &mut self.mean);
        self.mean.iter_mut().for_each(|sum| *sum /= n as f64);
        let rest = n as f64 * self.mean.iter().map(|x| x * x).sum::<f64>();
        self.scatter = (norms - rest).max(0.0);
    }

    /// The values of window `i`, `(n_features,)`, as f32: for pictures.
    pub fn picture(&self, i: usize) -> Vec<f32> {
        let levels = self.levels(i);
        self.bytes(i).iter().map(|&byte| levels.value(byte) as f32).collect()
    }

    /// Windows taken from each image.
    pub fn per_image(&self) -> usize {
        self.per_image
    }

    /// Windows that differ from all earlier ones of their image.
    pub fn n_distinct(&self) -> usize {
        self.records.len()
    }

    /// Windows of one grey, most of them without ink.
    pub fn n_constant(&self) -> usize {
        let constant = |at: usize| self.records.bytes(at).windows(2).all(|two| two[0] == two[1]);
        let constant: Vec<bool> = (0..self.records.len()).map(constant).collect();
        self.places.iter().filter(|&&at| constant[at as usize]).count()
    }

    /// Least and greatest value of all windows.
    pub fn range(&self) -> (f64, f64) {
        (0..self.n_samples()).filter(|&i| self.twin(i) == i).fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(low, high), i| {
                let (bytes, levels) = (self.bytes(i), self.levels(i));
                let (least, most) =
                    bytes.iter().fold((255, 0), |(least, most), byte| (*byte.min(&least), *byte.max(&most)));
                (low.min(levels.value(least)), high.max(levels.value(most)))
            },
        )
    }

    fn bytes(&self, i: usize) -> &[u8] {
        self.records.bytes(self.places[i] as usize)
    }

    /// Squared length of row `i`, and the sum of its bytes, and these.
    #[inline(always)]
    fn get(&self, i: usize) -> (f64, u32, &[u8]) {
        self.records.get(self.places[i] as usize)
    }

    fn levels(&self, i: usize) -> &Levels {
        &self.levels[i / self.per_image]
    }

    fn greatest(&self) -> f64 {
        self.scaling.greatest_norm(self.n_pixels).sqrt()
    }
}

impl Prepared {
    /// What the windows of the image of row `i` have in common.
    fn offsets(&self, patches: &Patches, i: usize) -> &[i32] {
        let stride = self.filter.stride();
        &self.offsets[i / patches.per_image * stride..][..stride]
    }
}

/// For each row of `d` bytes the number of the first row that equals it, counted from `first`.
fn first_equals(rows: &[u8], d: usize, first: u32) -> Vec<u32> {
    let row = |i: u32| &rows[i as usize * d..(i as usize + 1) * d];
    let mut order: Vec<u32> = (0..(rows.len() / d) as u32).collect();
    order.sort_unstable_by(|&a, &b| row(a).cmp(row(b)).then(a.cmp(&b)));
    let mut equals = vec![0; order.len()];
    for same in order.chunk_by(|&a, &b| row(a) == row(b)) {
        same.iter().for_each(|&i| equals[i as usize] = first + same[0]);
    }
    equals
}

impl Points for Patches {
    type Prepared = Prepared;
    type Sums = ExactSums;

    fn n_samples(&self) -> usize {
        self.twins.len()
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn width(&self) -> usize {
        self.n_features
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
        self.levels(i).values(self.bytes(i), out);
    }

    fn copy_values(&self, i: usize, out: &mut [f64]) {
        self.copy_row(i, out);
    }

    fn inner(&self, _: usize, value: f64) -> f64 {
        value
    }

    fn prepare(&self, centers: &Matrix) -> Prepared {
        let filter = WordFilter::new(centers, self.scaling, self.n_pixels);
        let mut offsets = vec![0; self.levels.len() * filter.stride()];
        for (levels, offsets) in self.levels.iter().zip(offsets.chunks_exact_mut(filter.stride())) {
            filter.offsets(levels, offsets);
        }
        Prepared { filter, offsets }
    }

    fn intervals(&self, centers: &Prepared, i: usize, js: &[u32], out: &mut [Interval]) {
        let (offsets, levels) = (centers.offsets(self, i), self.levels(i));
        let (norm, sum, bytes) = self.get(i);
        let mut row = Vec::new();
        widen(bytes, &mut row);
        for (&j, out) in js.iter().zip(out) {
            let score = centers.filter.score(&row, offsets, j as usize);
            *out = centers.filter.interval(levels, norm, sum, score);
        }
    }

    fn interval(&self, centers: &Prepared, i: usize, j: u32, scratch: &mut Scratch) -> Interval {
        let (norm, sum, bytes) = self.get(i);
        widen(bytes, &mut scratch.words);
        let score = centers.filter.score(&scratch.words, centers.offsets(self, i), j as usize);
        centers.filter.interval(self.levels(i), norm, sum, score)
    }

    fn squared_distance(&self, i: usize, center: &[f64]) -> f64 {
        let mut row = [0.0; 144];
        match row.get_mut(..self.n_features) {
            Some(row) => {
                self.copy_row(i, row);
                squared_distance(row, center)
            }
            None => {
                let mut row = vec![0.0; self.n_features];
                self.copy_row(i, &mut row);
                squared_distance(&row, center)
            }
        }
    }

    fn twin(&self, i: usize) -> usize {
        self.twins[i] as usize
    }

    fn most_bounds(&self) -> usize {
        // A search over all words costs little more than looking at as many bounds.
        0
    }

    fn nearest(&self, prepared: &Prepared, centers: &Matrix, i: usize, scratch: &mut Scratch) -> Nearest {
        let Scratch { words: row, scores, .. } = scratch;
        let (filter, k) = (&prepared.filter, centers.n_rows());
        let ((norm, sum, bytes), levels) = (self.get(i), self.levels(i));
        widen(bytes, row);
        scores.resize(filter.stride(), 0);
        filter.scores(row, prepared.offsets(self, i), scores);
        let found = WordFilter::least(scores);
        let (mut label, mut high) = (found.least, None);
        let limit = found.score + WordFilter::margin(sum);
        if found.second <= limit {
            for j in (0..k).filter(|&j| scores[j] <= limit) {
                let squared = self.squared_distance(i, centers.row(j));
                if high.is_none_or(|high| squared < high) {
                    (label, high) = (j, Some(squared));
                }
            }
        }
        let high = high.unwrap_or_else(|| filter.interval(levels, norm, sum, found.score).high);
        let second = if label == found.least { found.second } else { found.score };
        let others = if k == 1 { f64::INFINITY } else { filter.interval(levels, norm, sum, second).low };
        Nearest { label: label as u32, high, others }
    }

    fn sums(&self, n_clusters: usize) -> ExactSums {
        // Rows may also be taken away, in `center`.
        ExactSums::new(n_clusters, self.n_features, 2 * self.n_samples(), self.greatest())
    }

    fn update(&self, sums: &mut ExactSums, labels: &[u32], moves: Option<&[Move]>) {
        let mut row = vec![0.0; self.n_features];
        let Some(moves) = moves else {
            sums.clear();
            for (i, &label) in labels.iter().enumerate() {
                self.copy_row(i, &mut row);
                sums.add(label as usize, &row);
            }
            return;
        };
        for step in moves {
            self.copy_row(step.row as usize, &mut row);
            sums.take(step.from as usize, &row);
            sums.add(labels[step.row as usize] as usize, &row);
        }
    }

    fn center(&self, sums: &ExactSums, j: usize, without: &[u32], count: f64, out: &mut [f64]) {
        sums.sum(j, out);
        let mut row = vec![0.0; self.n_features];
        for &i in without {
            self.copy_row(i as usize, &mut row);
            out.iter_mut().zip(&row).for_each(|(sum, value)| *sum -= value);
        }
        out.iter_mut().for_each(|sum| *sum /= count);
    }

    fn closer(&self, candidates: &[u32], look: &mut Look) {
        let mut centers = Matrix::zeros(candidates.len(), self.n_features);
        for (c, &row) in candidates.iter().enumerate() {
            self.copy_row(row as usize, centers.row_mut(c));
        }
        let prepared = self.prepare(&centers);
        let filter = &prepared.filter;
        let (mut row, mut scores) = (Vec::new(), vec![0; filter.stride()]);
        let mut values = vec![0.0; self.n_features];
        // Of the image whose windows come now.
        let (mut end, mut levels, mut value_of, mut offsets) = (0, self.levels[0], [0.0; 256], &[][..]);
        look.at_each(|i, squared, out| {
            if i >= end {
                end = (i / self.per_image + 1) * self.per_image;
                levels = *self.levels(i);
                value_of = std::array::from_fn(|byte| levels.value(byte as u8));
                offsets = prepared.offsets(self, i);
            }
            let (norm, sum, bytes) = self.get(i);
            widen(bytes, &mut row);
            filter.scores(&row, offsets, &mut scores);
            let farther = filter.farther(&levels, norm, sum, squared);
            out.fill(squared);
            if scores[..candidates.len()].iter().any(|score| *score < farther) {
                values.iter_mut().zip(bytes).for_each(|(value, byte)| *value = value_of[*byte as usize]);
            }
            for ((center, out), &score) in centers.rows().zip(&mut *out).zip(&scores) {
                if score < farther {
                    *out = squared_distance(&values, center);
                }
            }
        });
    }
}
