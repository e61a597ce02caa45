//! What a partition is to the model: how many images each group has, and in how
//! many of them each pixel is on and off.

use super::images::BinaryImages;

/// Slots come in blocks of this many, which the scores are computed by.
pub(super) const BLOCK: usize = 32;

/// Sufficient statistics of the groups. Groups live in slots; a slot without
/// images is free. Pixels are integers, so no order of additions matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    n_features: usize,
    sizes: Vec<u32>,
    /// On pixels, cluster-major `(capacity, n_features)`.
    on: Vec<i32>,
    /// Off pixels, as `on`. Together they are the size where nothing is missing.
    off: Vec<i32>,
    n_groups: usize,
}

impl Counts {
    /// No group, room for `slots` of them.
    pub(super) fn new(n_features: usize, slots: usize) -> Self {
        let capacity = slots.max(1).next_multiple_of(BLOCK);
        let cells = vec![0; capacity * n_features];
        Counts { n_features, sizes: vec![0; capacity], on: cells.clone(), off: cells, n_groups: 0 }
    }

    /// The counts of a partition; `labels` are slots.
    pub fn of(images: &BinaryImages, labels: &[u32]) -> Self {
        let slots = labels.iter().max().map_or(0, |slot| *slot as usize + 1);
        let mut counts = Self::new(images.n_features(), slots);
        let mut row = vec![0; images.n_features()];
        for (i, slot) in labels.iter().enumerate() {
            images.spread(i, &mut row);
            counts.add(*slot as usize, &row, images.missing(i));
        }
        counts
    }

    /// Number of slots, free ones included; a multiple of 32.
    pub fn capacity(&self) -> usize {
        self.sizes.len()
    }

    /// Number of pixels.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of groups that have images.
    pub fn n_groups(&self) -> usize {
        self.n_groups
    }

    /// Images in the group of a slot, 0 if it is free.
    pub fn size(&self, slot: usize) -> u32 {
        self.sizes[slot]
    }

    /// For each pixel the images of the group in which it is on.
    pub fn on(&self, slot: usize) -> &[i32] {
        &self.on[slot * self.n_features..(slot + 1) * self.n_features]
    }

    /// For each pixel the images of the group in which it is off.
    pub fn off(&self, slot: usize) -> &[i32] {
        &self.off[slot * self.n_features..(slot + 1) * self.n_features]
    }

    /// Slots that have a group, ascending.
    pub fn occupied(&self) -> impl Iterator<Item = usize> + '_ {
        self.sizes.iter().enumerate().filter(|(_, size)| **size > 0).map(|(slot, _)| slot)
    }

    /// The lowest free slot; the capacity if there is none.
    pub(super) fn free(&self) -> usize {
        self.sizes.iter().position(|size| *size == 0).unwrap_or(self.sizes.len())
    }

    /// Twice as many slots.
    pub(super) fn grow(&mut self) {
        let capacity = 2 * self.capacity();
        self.sizes.resize(capacity, 0);
        self.on.resize(capacity * self.n_features, 0);
        self.off.resize(capacity * self.n_features, 0);
    }

    /// Adds an image (`row` as of [`BinaryImages::spread`]) to a slot.
    pub(super) fn add(&mut self, slot: usize, row: &[u8], missing: &[u8]) {
        self.n_groups += usize::from(self.sizes[slot] == 0);
        self.sizes[slot] += 1;
        self.change(slot, row, missing, 1);
    }

    /// Takes an image out of the slot that it is in.
    pub(super) fn remove(&mut self, slot: usize, row: &[u8], missing: &[u8]) {
        self.sizes[slot] -= 1;
        self.n_groups -= usize::from(self.sizes[slot] == 0);
        self.change(slot, row, missing, -1);
    }

    /// Adds whole groups of `others` as one to slot 0.
    pub(super) fn add_group(&mut self, others: &Counts, slots: &[usize]) {
        for slot in slots {
            self.n_groups += usize::from(self.sizes[0] == 0 && others.sizes[*slot] > 0);
            self.sizes[0] += others.sizes[*slot];
            self.on.iter_mut().zip(others.on(*slot)).for_each(|(sum, on)| *sum += on);
            self.off.iter_mut().zip(others.off(*slot)).for_each(|(sum, off)| *sum += off);
        }
    }

    fn change(&mut self, slot: usize, row: &[u8], missing: &[u8], by: i32) {
        let cells = slot * self.n_features..(slot + 1) * self.n_features;
        let (on, off) = (&mut self.on[cells.clone()], &mut self.off[cells]);
        if missing.is_empty() {
            for ((on, off), bit) in on.iter_mut().zip(off).zip(row) {
                *on += by * i32::from(*bit);
                *off += by * i32::from(1 - *bit);
            }
        } else {
            for (((on, off), bit), missing) in on.iter_mut().zip(off).zip(row).zip(missing) {
                let known = by * i32::from(1 - *missing);
                *on += known * i32::from(*bit);
                *off += known * i32::from(1 - *bit);
            }
        }
    }
}
