//! The images nearest to one that is not among them, such as a drawn digit: by its bag of words, and by its pixels.

use super::{Bag, Figure, Section, Table, Value};
use crate::data::Dataset;
use crate::error::Result;
use crate::learn::Closest;
use crate::learn::feature_extraction::Vocabulary;
use crate::learn::kernels::squared_difference;
use std::ops::Range;

/// Images in each list.
pub const N_NEAREST: usize = 10;

/// The bags of the images of a data set, in their order.
#[derive(Debug, Clone)]
pub struct Shelf {
    n_words: usize,
    /// Shape `(n_read, n_words)`; an image has fewer windows than 2^16.
    counts: Vec<u16>,
}

impl Shelf {
    /// A shelf for bags of so many words.
    pub fn new(n_words: usize) -> Self {
        Shelf { n_words, counts: Vec::new() }
    }

    /// Images whose bags are there.
    pub fn n_read(&self) -> usize {
        self.counts.len() / self.n_words.max(1)
    }

    /// Reads the next image.
    ///
    /// Errors: an image of another size.
    pub fn read(&mut self, vocabulary: &Vocabulary, image: &[u8]) -> Result<()> {
        self.counts.extend(vocabulary.bags([image])?.into_iter().map(|count| count as u16));
        Ok(())
    }

    fn squared_distance(&self, image: usize, bag: &[u64]) -> u64 {
        let counts = &self.counts[image * self.n_words..][..self.n_words];
        counts.iter().zip(bag).map(|(a, b)| u64::from(*a).abs_diff(*b).pow(2)).sum()
    }
}

/// The way through all images, which may be gone in steps.
#[derive(Debug, Clone)]
pub struct Search {
    bag: Vec<u64>,
    pixels: Vec<u8>,
    by_bag: Closest,
    by_pixels: Closest,
}

impl Search {
    /// What is nearest to the image of that bag?
    pub fn new(bag: &Bag) -> Self {
        let pixels = bag.pixels.iter().map(|level| *level as u8).collect();
        let nothing = || Closest::new(N_NEAREST);
        Search { bag: bag.counts(usize::MAX), pixels, by_bag: nothing(), by_pixels: nothing() }
    }

    /// Looks at some of the images; at their bags only if all of them have been read.
    pub fn look(&mut self, shelf: &Shelf, data: &Dataset, images: Range<usize>) {
        let read = shelf.n_read() == data.n;
        for image in images {
            let number = image as u32;
            self.by_pixels.see(number, squared_difference(data.image(image), &self.pixels) as f64);
            if read {
                self.by_bag.see(number, shelf.squared_distance(image, &self.bag) as f64);
            }
        }
    }

    /// What was found.
    pub fn found(&self) -> Neighbours {
        let list = |closest: &Closest| closest.found().iter().map(|(squared, i)| (squared.sqrt(), *i)).collect();
        Neighbours { by_bag: list(&self.by_bag), by_pixels: list(&self.by_pixels) }
    }
}

/// Distance and number of the nearest images, the nearest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Neighbours {
    /// By the counts of their words; empty as long as they are not read.
    pub by_bag: Vec<(f64, u32)>,
    /// By their grey levels.
    pub by_pixels: Vec<(f64, u32)>,
}

impl Neighbours {
    fn lists(&self) -> [(&'static str, &[(f64, u32)]); 2] {
        [("bag", &self.by_bag), ("pixels", &self.by_pixels)]
    }

    /// Both lists as a section: in words what most of them show, in a table every image, its label and its distance.
    pub fn section(&self, data: &Dataset) -> Section {
        let class = |image: u32| usize::from(data.labels[image as usize]);
        let told = self.lists().into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| {
            let mut counts = vec![0; data.class_names.len()];
            list.iter().for_each(|(_, image)| counts[class(*image)] += 1);
            let most = (0..counts.len()).fold(0, |most, class| if counts[class] > counts[most] { class } else { most });
            format!(
                "Of the {} images nearest by {name} {} show a {}.",
                list.len(),
                counts[most],
                data.class_names[most]
            )
        });
        let summary = told.collect::<Vec<_>>().join(" ");
        let rows = self.lists().into_iter().flat_map(|(name, list)| {
            list.iter().zip(1..).map(move |((distance, image), place)| {
                let label = data.class_names[class(*image)].clone();
                let words = |text: &str| Value::Text(text.into());
                vec![
                    words(name),
                    Value::Int(place),
                    Value::Int((*image).into()),
                    Value::Text(label),
                    Value::Float(*distance),
                ]
            })
        });
        let columns = ["nearest by", "place", "image", "label", "distance"].map(String::from).to_vec();
        let figure = Figure::Numbers(Table { columns, rows: rows.collect() });
        Section { id: "neighbours".into(), title: "Nearest images".into(), summary, figure }
    }
}
