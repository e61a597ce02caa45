//! Which windows are taken of which images, and the words learned from them: what the
//! experiments on patches have in common.

use super::kmeans;
use super::lab::{Job, Progress, Tick, Ticker, Turn, Workplace, without_rest};
use super::pictures;
use super::restarts::{Fit, Way};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{self, KMeansOptions};
use crate::learn::feature_extraction::{
    MaxPatches, PatchOptions, PatchScaling, Patches, Vocabulary, check_patch_size, n_patches,
};
use crate::learn::{Matrix, cluster::Init};
use crate::random::RandomState;
use crate::report::{Figure, Report, Section, Table, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

crate::choices! {
    /// What is done to each image before patches are taken from it.
    pub enum Scaling {
        /// Less its mean, divided by its standard deviation.
        Standard = "standard",
        /// Grey levels 0 to 255 as they are.
        None = "none",
    }
}

impl From<Scaling> for PatchScaling {
    fn from(scaling: Scaling) -> Self {
        match scaling {
            Scaling::Standard => PatchScaling::Standard,
            Scaling::None => PatchScaling::None,
        }
    }
}

/// Most bytes of windows: each worker keeps them all.
const MOST_BYTES: usize = 64 << 20;

/// Which windows are taken: a pure function of these and the data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// Height and width of a window.
    pub patch_size: u32,
    /// Every which image.
    pub image_step: u32,
    /// Share of the windows of each image, or from 2 on their number; 1 for all of them.
    pub max_patches: f64,
    /// What is done to each image first.
    pub scaling: Scaling,
    /// Seed of the draw.
    pub random_state: u32,
    /// Seed of a shuffle that all images' pixels are put through first, if they are.
    pub shuffle: Option<u32>,
}

impl Drawing {
    /// Height and width of a window.
    pub fn size(&self) -> (usize, usize) {
        (self.patch_size as usize, self.patch_size as usize)
    }

    fn max(&self) -> MaxPatches {
        match self.max_patches {
            1.0 => MaxPatches::All,
            share if share < 1.0 => MaxPatches::Share(share),
            count => MaxPatches::Count(count as usize),
        }
    }

    /// Images that windows are taken of, and windows of each.
    ///
    /// Errors: windows that do not fit, a share without windows, or more than a worker can keep.
    pub fn numbers(&self, data: &Dataset) -> Result<(usize, usize)> {
        let n_images = data.n.div_ceil(self.image_step.max(1) as usize);
        let per_image = n_patches((data.height, data.width), self.size(), self.max())?;
        let bytes = (n_images * per_image).saturating_mul((self.patch_size * self.patch_size) as usize);
        if bytes > MOST_BYTES {
            let must_be = format!("at least {}, as a worker keeps all patches", {
                (self.image_step as usize * bytes).div_ceil(MOST_BYTES)
            });
            return Err(Error::invalid("image_step", must_be, self.image_step));
        }
        Ok((n_images, per_image))
    }

    /// The windows; `heard` is told after each image how many there are.
    ///
    /// Errors: those of [`numbers`](Self::numbers).
    pub fn extract(&self, data: &Dataset, heard: &mut dyn FnMut(usize)) -> Result<Patches> {
        self.numbers(data)?;
        let mut images: Vec<Cow<[u8]>> =
            (0..data.n).step_by(self.image_step as usize).map(|i| Cow::Borrowed(data.image(i))).collect();
        if self.shuffle.is_some() {
            let order = self.order(data);
            for image in &mut images {
                *image = order.iter().map(|&i| image[i as usize]).collect();
            }
        }
        let images: Vec<&[u8]> = images.iter().map(AsRef::as_ref).collect();
        let options = PatchOptions { patch_size: self.size(), max_patches: self.max(), scaling: self.scaling.into() };
        let random = &mut RandomState::new(self.random_state);
        Patches::extract_heard(&images, (data.height, data.width), &options, random, heard)
    }

    /// Where each pixel of an image is taken from: its own place, if they are not shuffled.
    pub fn order(&self, data: &Dataset) -> Vec<u32> {
        match self.shuffle {
            Some(seed) => RandomState::new(seed).permutation(data.n_features()),
            None => (0..data.n_features() as u32).collect(),
        }
    }

    /// Words, to read images with.
    ///
    /// Errors: words that are no patches of that size.
    pub fn vocabulary(&self, words: Vec<f64>, data: &Dataset) -> Result<Vocabulary> {
        let d = (self.patch_size * self.patch_size) as usize;
        let words = Matrix::from_vec(words.clone(), words.len() / d.max(1), d)?;
        Vocabulary::new(words, (data.height, data.width), self.size(), self.scaling.into())
    }

    /// The values that pictures of windows and words are drawn with, from paper to ink.
    pub fn shades(&self) -> (f32, f32) {
        match self.scaling {
            Scaling::Standard => (-1.0, 3.0),
            Scaling::None => (0.0, 255.0),
        }
    }

    /// The script that takes the windows of the images `images`, as `all_patches`.
    pub fn python(&self, images: &str) -> String {
        let (p, step) = (self.patch_size, self.image_step);
        let share = if self.max_patches == 1.0 { "None".into() } else { self.max_patches.to_string() };
        let scale = match self.scaling {
            Scaling::Standard => "    image = image - image.mean()\n    return image / (image.std() or 1.0)\n",
            Scaling::None => "    return image\n",
        };
        format!(
            "from sklearn.feature_extraction.image import extract_patches_2d\n\n\
             PATCH_SIZE = ({p}, {p})\n\n\ndef scale(image):\n{scale}\n\n\
             rng = np.random.RandomState({})\nall_patches = []\nfor image in {images}[::{step}]:\n    \
             this_image = scale(image).reshape(image_shape)\n    \
             patch = extract_patches_2d(this_image, PATCH_SIZE, max_patches={share}, random_state=rng)\n    \
             all_patches.append(patch.reshape(len(patch), -1))\n\
             n_images = len(all_patches)\nall_patches = np.concatenate(all_patches)\n",
            self.random_state
        )
    }
}

/// How many of `of` images have been read, while others still are.
pub fn read_so_far(n_read: usize, of: usize) -> Section {
    let row = |what: &str, n: usize| vec![Value::Text(what.into()), Value::Int(n as i64)];
    Section {
        id: "reading".into(),
        title: "Reading".into(),
        summary: format!("{n_read} of {of} images have been read with the words."),
        figure: Figure::Numbers(Table {
            columns: vec!["what".into(), "how many".into()],
            rows: vec![row("images read", n_read), row("images", of)],
        }),
    }
}

/// Says now and then how many of `of` images a job has read.
pub fn tell_read(ticker: &mut dyn Ticker, done: usize, of: usize) {
    if ticker.due() {
        ticker.tell(Tick { step: (done * 300 / of.max(1)) as u32, objective: done as f64, frame: Vec::new() });
    }
}

/// How many images have been read by jobs that read `n_each` of them.
pub fn n_read<O>(known: &[Progress<O>], n_each: &[usize]) -> usize {
    let of = |(job, n): (&Progress<O>, &usize)| match (&job.output, &job.tick) {
        (Some(_), _) => *n,
        (None, Some(tick)) => tick.objective as usize,
        (None, None) => 0,
    };
    known.iter().zip(n_each).map(of).sum()
}

/// A vocabulary to be learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// The windows that it is learned from.
    pub drawing: Drawing,
    /// Words to find.
    pub n_clusters: u32,
    /// Restarts.
    pub n_init: u32,
    /// Most iterations of each.
    pub max_iter: u32,
    /// When a restart ends.
    pub tol: f64,
}

impl Learning {
    /// Windows that the words are learned from.
    ///
    /// Errors: those of [`Drawing::numbers`], and fewer windows than words.
    pub fn n_patches(&self, data: &Dataset) -> Result<usize> {
        check_patch_size((data.height, data.width), self.drawing.size())?;
        let (n_images, per_image) = self.drawing.numbers(data)?;
        let n = n_images * per_image;
        if (self.n_clusters as usize) > n {
            return Err(Error::invalid("n_clusters", format!("at most the number of patches, {n}"), self.n_clusters));
        }
        Ok(n)
    }

    /// One job for each restart.
    pub fn jobs(&self) -> impl Iterator<Item = Train> {
        (0..self.n_init).map(|restart| Train { learning: self.clone(), restart, way: None })
    }

    /// What can be drawn while restarts run: the words heard last, and every descent so far.
    pub fn unfinished<O>(&self, known: &[Progress<O>], at: usize, fit: impl Fn(&O) -> Option<&Fit>) -> Report {
        let mut report = Report::default();
        let fits: Vec<Option<&Fit>> = known.iter().map(|job| job.output.as_ref().and_then(&fit)).collect();
        let done = fits.iter().flatten().map(|fit| fit.inertia);
        if let Some(lowest) = done.min_by(f64::total_cmp) {
            report.metric("inertia", "Lowest inertia so far", Value::Float(lowest));
        }
        let frame = Self::frame(&known[at], &fit);
        if !frame.is_empty() {
            let summary = format!("{} words while they move.", self.n_clusters);
            report.sections.push(self.words(&frame, &summary, |word| format!("word {word}")));
        }
        let ticks = |job: &Progress<O>| job.history.iter().map(|(step, y)| (f64::from(*step), *y)).collect();
        let histories: Vec<_> =
            known.iter().zip(&fits).map(|(job, fit)| fit.map_or_else(|| ticks(job), Fit::points)).collect();
        report.sections.push(kmeans::descent(&histories, None));
        report
    }

    /// The words of one restart as far as they are, none before it is first heard.
    pub fn frame<O>(job: &Progress<O>, fit: impl Fn(&O) -> Option<&Fit>) -> Vec<f32> {
        match (job.output.as_ref().and_then(fit), &job.tick) {
            (Some(fit), _) => fit.cluster_centers.iter().map(|value| *value as f32).collect(),
            (None, Some(tick)) => tick.frame.clone(),
            (None, None) => Vec::new(),
        }
    }

    /// The words as pictures, as the notebook draws them.
    pub fn words(&self, words: &[f32], summary: &str, caption: impl Fn(usize) -> String) -> Section {
        let captions = (0..self.n_clusters as usize).map(caption);
        let (size, shades) = (self.drawing.size(), self.drawing.shades());
        pictures::white_on_black(pictures::tiles("words", "The words", summary, size, captions, words, shades, 10))
    }

    /// The script that learns the words from `all_patches`, as `model`.
    pub fn python(&self) -> String {
        format!(
            "model = KMeans(n_clusters={}, n_init={}, max_iter={}, tol={}, random_state={})\nmodel.fit(all_patches)\n",
            self.n_clusters, self.n_init, self.max_iter, self.tol, self.drawing.random_state
        )
    }

    /// The script that defines `bagofpatches` with the words of `model`.
    pub fn python_bags(&self) -> &'static str {
        "from scipy.spatial.distance import cdist\n\n\n\
         def words_of(image, centroids):\n    this_image = scale(image).reshape(image_shape)\n    \
         patches = extract_patches_2d(this_image, PATCH_SIZE)\n    \
         distances = cdist(patches.reshape(len(patches), -1), centroids)\n    return distances.argmin(axis=1)\n\n\n\
         def bagofpatches(X, centroids):\n    \
         return np.array([np.bincount(words_of(image, centroids), minlength=len(centroids)) for image in X])\n\n\n"
    }
}

/// One restart of a vocabulary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Train {
    learning: Learning,
    restart: u32,
    /// How far it has come, if it rested.
    way: Option<Way>,
}

impl Job for Train {
    type Output = Fit;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Fit> {
        without_rest(self, place, ticker)
    }

    fn turn(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Turn<Self, Fit>> {
        let Train { learning, restart, way } = self;
        let patches = place.patches(&learning.drawing, &mut |_| {})?;
        let n_clusters = learning.n_clusters as usize;
        let way = match way {
            Some(way) => way,
            None => {
                let seed = learning.drawing.random_state;
                let start = cluster::start(&*patches, &Init::KMeansPlusPlus, n_clusters, seed, restart as usize)?;
                Way::new(&*patches, &start)?
            }
        };
        let options = KMeansOptions { n_clusters, max_iter: learning.max_iter, tol: learning.tol };
        Ok(match way.go(&*patches, &options, ticker)? {
            Turn::Done(fit) => Turn::Done(fit),
            Turn::Rest(way) => Turn::Rest(Train { learning, restart, way: Some(way) }),
        })
    }
}
