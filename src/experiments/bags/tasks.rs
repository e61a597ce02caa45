//! What workers do: learn words, read images, cluster, recognise.

use super::{BagsParams, Weighting};
use crate::data::Dataset;
use crate::error::{Result, Warning};
use crate::experiments::drawing::{Drawing, Train, tell_read};
use crate::experiments::kmeans::KMeansParams;
use crate::experiments::lab::{Job, Ticker, Workplace};
use crate::experiments::restarts::{Fit, Restart};
use crate::learn::Matrix;
use crate::learn::cluster::{self, Samples};
use crate::learn::feature_extraction::TfidfTransformer;
use crate::learn::linear_model::{Design, LogisticOptions, LogisticRegression};
use crate::learn::preprocessing::{self, StandardScaler};
use crate::random::RandomState;
use serde::{Deserialize, Serialize};

/// Counts of all images in one form, and what is made of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rows {
    d: usize,
    /// An image has fewer windows than 2^16.
    counts: Vec<u16>,
    /// Weights of the words, if they are weighted.
    idf: Option<Vec<f64>>,
}

impl Rows {
    pub(super) fn new(counts: Vec<u16>, d: usize, weighting: Weighting) -> Result<Self> {
        let idf = match weighting {
            Weighting::Counts => None,
            Weighting::TfIdf => Some(TfidfTransformer::fit(&wide(&counts), d)?.idf),
        };
        Ok(Rows { d, counts, idf })
    }

    /// Some of the images.
    pub(super) fn select(&self, images: &[u32]) -> Self {
        let counts = images.iter().flat_map(|&i| self.counts[i as usize * self.d..][..self.d].iter().copied());
        Rows { d: self.d, counts: counts.collect(), idf: self.idf.clone() }
    }

    /// What is learned from, shape `(n_images, d)`; the counts are gone then, which is a third
    /// of what a worker holds while it clusters.
    pub(super) fn into_matrix(self) -> Result<Matrix> {
        let Rows { d, counts, idf } = self;
        match idf {
            Some(idf) => TfidfTransformer { idf }.transform(&wide(&counts)),
            None => {
                let n = counts.len() / d;
                Matrix::from_vec(counts.into_iter().map(f64::from).collect(), n, d)
            }
        }
    }
}

fn wide(counts: &[u16]) -> Vec<u32> {
    counts.iter().map(|count| u32::from(*count)).collect()
}

/// Most iterations of a fold's model.
const MAX_ITER: u32 = 1000;

/// What a worker is asked for.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// The words.
    Train(Train),
    /// The bags of the images `from..to`.
    Read {
        /// The words, and those of shuffled pixels.
        words: [(Drawing, Vec<f64>); 2],
        /// The first image.
        from: u32,
        /// The image behind the last one.
        to: u32,
    },
    /// A restart of k-means on pixels.
    Pixels(Restart),
    /// k-means on rows.
    Cluster {
        /// Settings, as for pixels.
        params: KMeansParams,
        /// The rows.
        rows: Rows,
    },
    /// One fold of the cross-validation.
    Fold {
        /// `C`.
        c: f64,
        /// Images that are learned from or tried on.
        images: Vec<u32>,
        /// Of those, the ones to learn from.
        train: Vec<u32>,
        /// Of those, the ones to be tried on.
        test: Vec<u32>,
        /// The rows of `images`; none for pixels.
        rows: Option<Rows>,
    },
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of a restart.
    Fit(Fit),
    /// Of reading: counts of quarters, of quarters with windows shuffled, and of shuffled pixels.
    Bags([Vec<u16>; 3]),
    /// Of k-means on rows, and what scikit-learn would warn of.
    Labels(Vec<u32>, Vec<Warning>),
    /// Of a fold: the share of images that were recognised, and whether the model converged.
    Accuracy(f64, bool),
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        // The others bring their own rows, or read the images as they are.
        if !matches!(self, Task::Train(_) | Task::Pixels(_)) {
            place.forget();
        }
        match self {
            Task::Train(train) => Ok(Found::Fit(train.run(place, ticker)?)),
            Task::Read { words, from, to } => Ok(Found::Bags(read(words, place.dataset(), from..to, ticker)?)),
            Task::Pixels(restart) => Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Cluster { params, rows } => {
                let rows = rows.into_matrix()?;
                let points = Samples::new(&rows)?;
                let (init, seed) = (cluster::Init::KMeansPlusPlus, params.random_state);
                let n_init = params.n_init as usize;
                let (fit, warnings) = cluster::kmeans(&points, &init, n_init, seed, &params.options())?;
                Ok(Found::Labels(fit.labels, warnings))
            }
            Task::Fold { c, images, train, test, rows } => {
                let data = place.dataset();
                let labels = |of: &[u32]| -> Vec<i64> {
                    of.iter().map(|&i| i64::from(data.labels[images[i as usize] as usize])).collect()
                };
                let (learned, tried) = match rows {
                    None => {
                        let all = |of: &[u32]| of.iter().map(|&i| images[i as usize]).collect::<Vec<_>>();
                        let design =
                            |of: &[u32], scaling| Design::bytes(&data.images, data.n_features(), &all(of), scaling);
                        let scaling = preprocessing::Scaling::Standard;
                        (design(&train, scaling)?, design(&test, preprocessing::Scaling::None)?)
                    }
                    Some(rows) => {
                        let (train, test) = (rows.select(&train).into_matrix()?, rows.select(&test).into_matrix()?);
                        let scaler = StandardScaler::fit(&train)?;
                        (Design::doubles(&scaler.transform(&train)?)?, Design::doubles(&scaler.transform(&test)?)?)
                    }
                };
                let options = LogisticOptions { c, tol: 1e-7, max_iter: MAX_ITER, ..LogisticOptions::default() };
                let (model, parts) = LogisticRegression::fit(&learned, &labels(&train), &options)?;
                let found = model.unscaled(&learned).predict(&tried)?;
                let right = found.iter().zip(labels(&test)).filter(|(found, label)| **found == *label).count();
                let converged = parts.iter().all(|part| part.converged);
                Ok(Found::Accuracy(right as f64 / found.len() as f64, converged))
            }
        }
    }
}

/// What a visitor must know of how the learning ended: k-means on pixels and on bags, and the models of the folds.
pub(super) fn warnings(params: &BagsParams, found: &[Found]) -> Vec<Warning> {
    let fits: Vec<&Fit> = found.iter().filter_map(Found::as_fit).collect();
    let best = Fit::best(fits.iter().copied(), params.n_clusters);
    let mut warnings = fits.get(best).map(|fit| fit.warnings(&params.kmeans())).unwrap_or_default();
    let (mut early, mut n_models) = (0, 0);
    for found in found {
        match found {
            Found::Labels(_, own) => warnings.extend(own.iter().cloned()),
            Found::Accuracy(_, converged) => (early, n_models) = (early + u32::from(!converged), n_models + 1),
            Found::Fit(_) | Found::Bags(_) => {}
        }
    }
    if early > 0 {
        let what = format!("{early} of {n_models} logistic regressions");
        warnings.push(Warning::NotConverged { what, max_iter: MAX_ITER });
    }
    warnings
}

/// Counts of words in quarters, in quarters of windows laid anywhere, and of shuffled pixels.
fn read(
    words: [(Drawing, Vec<f64>); 2],
    data: &Dataset,
    images: std::ops::Range<u32>,
    ticker: &mut dyn Ticker,
) -> Result<[Vec<u16>; 3]> {
    let [(drawing, own), (shuffled_drawing, shuffled)] = words;
    let vocabulary = drawing.vocabulary(own, data)?;
    let shuffled = shuffled_drawing.vocabulary(shuffled, data)?;
    let (k, (rows, columns)) = (vocabulary.words().n_rows(), vocabulary.positions());
    let quarter = |window: usize| {
        usize::from(2 * (window / columns) >= rows) * 2 + usize::from(2 * (window % columns) >= columns)
    };
    let order = shuffled_drawing.order(data);
    let mut bags = [Vec::new(), Vec::new(), Vec::new()];
    for image in images.clone() {
        tell_read(ticker, (image - images.start) as usize, images.len());
        let pixels = data.image(image as usize);
        let words = vocabulary.read(pixels)?;
        let places = RandomState::new(drawing.random_state + image).permutation(words.len());
        let mut counts = [vec![0u16; 4 * k], vec![0u16; 4 * k]];
        for (window, (&word, &place)) in words.iter().zip(&places).enumerate() {
            counts[0][quarter(window) * k + word as usize] += 1;
            counts[1][quarter(place as usize) * k + word as usize] += 1;
        }
        let [quarters, scattered] = counts;
        bags[0].extend(quarters);
        bags[1].extend(scattered);
        let mixed: Vec<u8> = order.iter().map(|&i| pixels[i as usize]).collect();
        bags[2].extend(shuffled.bags([mixed.as_slice()])?.into_iter().map(|count| count as u16));
    }
    Ok(bags)
}

impl Found {
    pub(super) fn fit(self) -> Option<Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            _ => None,
        }
    }

    pub(super) fn as_fit(&self) -> Option<&Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            _ => None,
        }
    }
}
