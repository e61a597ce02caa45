//! One image as a bag of patches: every window becomes its nearest word, and the image
//! the counts of its words (notebook 003, whose function for it is never called).

use super::Experiment;
use super::drawing::{Drawing, Learning, Scaling, Train, n_read, read_so_far, tell_read};
use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::restarts::Fit;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::feature_extraction::Vocabulary;
use crate::params::Domain;
use crate::report::{Array, Bag, Figure, Near, Numbers, Report, Section, Value, laid};
use serde::{Deserialize, Serialize};

crate::params! {
    /// An image as a bag of patches.
    pub struct BagParams {
        /// Number of the image to read, from 0, in the order of the data set.
        index "Image": u32 = 0, Domain::Int { min: 0, max: 9_999_999, slider: 0 };
        /// Number of words.
        n_clusters "Words": u32 = 50, Domain::Int { min: 1, max: 250, slider: 100 };
        /// Number of restarts of the vocabulary; the run of lowest inertia wins.
        n_init "Restarts": u32 = 1, Domain::Int { min: 1, max: 50, slider: 10 };
        /// Height and width of a patch in pixels.
        patch_size "Patch": u32 = 6, Domain::Int { min: 3, max: 12, slider: 12 };
        /// The words are learned from every which image; 10, with 3 restarts, is the notebook's vocabulary.
        image_step "Learn from every which image": u32 = 100, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// Share of the windows of each of those images, or from 2 on their number, drawn with replacement; with 1, every window once.
        max_patches "Patches of each image": f64 = 0.75, Domain::Part { most: 10_000 };
        /// What is done to each image first: standard subtracts its mean and divides by its standard deviation.
        scaling "Scaling of each image": Scaling = Scaling::Standard, Domain::Choice(Scaling::WORDS);
        /// Seed of the patches drawn, and of the restarts.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl BagParams {
    fn learning(&self) -> Learning {
        Learning {
            drawing: Drawing {
                patch_size: self.patch_size,
                image_step: self.image_step,
                max_patches: self.max_patches,
                scaling: self.scaling,
                random_state: self.random_state,
                shuffle: None,
            },
            n_clusters: self.n_clusters,
            n_init: self.n_init,
            max_iter: 300,
            tol: 1e-4,
        }
    }
}

/// Windows shown for each word.
const NEAREST: usize = 6;
/// Images that a worker reads at a time.
const CHUNK: usize = 1250;

/// What a worker is asked for: a restart, or to read some images.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// One restart of the vocabulary.
    Train(Train),
    /// Where each word occurs in the images `from..to`, and the windows nearest to it.
    Survey {
        /// How images are read.
        drawing: Drawing,
        /// The words, row by row.
        words: Vec<f64>,
        /// The first image.
        from: u32,
        /// The image behind the last one.
        to: u32,
    },
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of a restart.
    Fit(Fit),
    /// Of a survey.
    Seen(Seen),
}

/// What some images show of each word.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// How often each word is at each window's place, `(n_words, n_windows)`.
    places: Vec<u32>,
    /// For each word distance, image and window of those nearest to it, one of an image.
    nearest: Vec<Vec<(f64, u32, u32)>>,
}

impl Seen {
    fn of(
        vocabulary: &Vocabulary,
        data: &Dataset,
        images: std::ops::Range<u32>,
        ticker: &mut dyn Ticker,
    ) -> Result<Seen> {
        let (rows, columns) = vocabulary.positions();
        let k = vocabulary.words().n_rows();
        let mut seen = Seen { places: vec![0; k * rows * columns], nearest: vec![Vec::new(); k] };
        let mut own = vec![None; k];
        for image in images.clone() {
            tell_read(ticker, (image - images.start) as usize, images.len());
            let pixels = data.image(image as usize);
            own.fill(None);
            for (window, word, squared) in vocabulary.read_with_distances(pixels)? {
                seen.places[word as usize * rows * columns + window] += 1;
                let nearest = &mut own[word as usize];
                if nearest.is_none_or(|(least, _, _)| squared < least) {
                    *nearest = Some((squared, image, window as u32));
                }
            }
            for (all, own) in seen.nearest.iter_mut().zip(&own) {
                all.extend(own);
                shorten(all);
            }
        }
        Ok(seen)
    }

    fn add(&mut self, other: Seen) {
        if self.places.is_empty() {
            *self = other;
            return;
        }
        self.places.iter_mut().zip(other.places).for_each(|(sum, n)| *sum += n);
        for (all, more) in self.nearest.iter_mut().zip(other.nearest) {
            all.extend(more);
            shorten(all);
        }
    }
}

fn shorten(nearest: &mut Vec<(f64, u32, u32)>) {
    nearest.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    nearest.truncate(NEAREST);
}

impl Job for Task {
    type Output = Found;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        match self {
            Task::Train(train) => Ok(Found::Fit(train.run(place, ticker)?)),
            Task::Survey { drawing, words, from, to } => {
                // The patches that the words were learned from are in the way.
                place.forget();
                let vocabulary = drawing.vocabulary(words, place.dataset())?;
                Ok(Found::Seen(Seen::of(&vocabulary, place.dataset(), from..to, ticker)?))
            }
        }
    }
}

impl Found {
    fn into_fit(self) -> Option<Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            Found::Seen(_) => None,
        }
    }

    fn as_fit(&self) -> Option<&Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            Found::Seen(_) => None,
        }
    }
}

/// The experiment.
pub struct ReadImage;

impl Experiment for ReadImage {
    const ID: &'static str = "bag";
    const TITLE: &'static str = "A bag of patches";
    type Params = BagParams;
    type Job = Task;

    fn check(params: &BagParams, n_samples: usize, _: usize) -> Result<()> {
        if params.index as usize >= n_samples {
            let last = n_samples.saturating_sub(1);
            return Err(Error::invalid("index", format!("an image number from 0 to {last}"), params.index));
        }
        Ok(())
    }

    async fn run(params: &BagParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let learning = params.learning();
        let n_patches = learning.n_patches(data)?;
        let jobs: Vec<Task> = learning.jobs().map(Task::Train).collect();
        let found = lab
            .map_part("Words", &jobs, &mut |known, at| Some(learning.unfinished(known, at, Found::as_fit)), (0.0, 0.8))
            .await?;
        let fits: Vec<Fit> = found.into_iter().filter_map(Found::into_fit).collect();
        let fit = &fits[Fit::best(&fits, params.n_clusters)];
        let survey = |from: usize| Task::Survey {
            drawing: learning.drawing.clone(),
            words: fit.cluster_centers.clone(),
            from: from as u32,
            to: (from + CHUNK).min(data.n) as u32,
        };
        let jobs: Vec<Task> = (0..data.n).step_by(CHUNK).map(survey).collect();
        let n_each: Vec<usize> = (0..data.n).step_by(CHUNK).map(|from| CHUNK.min(data.n - from)).collect();
        let mut reading = |known: &[Progress<Found>], _: usize| {
            let words: Vec<f32> = fit.cluster_centers.iter().map(|value| *value as f32).collect();
            let words = learning.words(&words, &format!("{} words.", params.n_clusters), |word| format!("word {word}"));
            let sections = vec![words, read_so_far(n_read(known, &n_each), data.n)];
            Some(Report { sections, ..Report::default() })
        };
        let mut all = Seen::default();
        for found in lab.map_part("Reading", &jobs, &mut reading, (0.8, 1.0)).await? {
            if let Found::Seen(seen) = found {
                all.add(seen);
            }
        }
        report(params, &learning, data, n_patches, fit, &all)
    }

    fn python(params: &BagParams) -> String {
        let learning = params.learning();
        learning.drawing.python("X")
            + &learning.python()
            + learning.python_bags()
            + &format!("words = words_of(X[{}], model.cluster_centers_)\n", params.index)
            + "bag = np.bincount(words, minlength=model.n_clusters)\n\
               show('n_windows', bag.sum())\n\
               show('n_patches', len(all_patches))\n\
               show('inertia', model.inertia_)\n\
               show('n_words_used', np.count_nonzero(bag))\n\
               show('most_frequent', bag.argmax())\n\
               show('bag', ' '.join(map(str, bag)))\n"
    }
}

fn report(
    params: &BagParams,
    learning: &Learning,
    data: &Dataset,
    n_patches: usize,
    fit: &Fit,
    seen: &Seen,
) -> Result<Report> {
    let vocabulary = learning.drawing.vocabulary(fit.cluster_centers.clone(), data)?;
    let image = params.index as usize;
    let reading = vocabulary.read(data.image(image))?;
    let bag = figure(params, learning, data, &vocabulary, &reading, seen);
    let counts = bag.counts(usize::MAX);
    let frequent = (0..counts.len()).fold(0, |most, word| if counts[word] > counts[most] { word } else { most });
    let used = counts.iter().filter(|count| **count > 0).count();
    let label = &data.class_names[usize::from(data.labels[image])];

    let mut report = Report { warnings: fit.warn(params.n_clusters, 300), ..Report::default() };
    report.metric("n_windows", "Windows of the image", Value::Int(reading.len() as i64));
    report.metric("label", "Label of the image", Value::Text(label.clone()));
    report.metric("n_words_used", "Different words in it", Value::Int(used as i64));
    report.metric("most_frequent", "Its most frequent word", Value::Int(frequent as i64));
    report.metric("n_patches", "Patches that the words were learned from", Value::Int(n_patches as i64));
    report.metric("inertia", "Inertia of the words", Value::Float(fit.inertia));
    let text = counts.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    report.metric("bag", "The bag: windows of each word", Value::Text(text));

    let summary = format!(
        "Image {image}, a {label}: its {} windows of {p} by {p} pixels are {used} of {} words; word {frequent} stands \
         for {} of them. The words were learned from {n_patches} patches.",
        reading.len(),
        counts.len(),
        counts[frequent],
        p = params.patch_size
    );
    let section = |id: &str, title: &str, summary: String, figure| Section {
        id: id.into(),
        title: title.into(),
        summary,
        figure,
    };
    let laid = [laid::positions(&bag), laid::rebuilt(&bag)];
    report.sections.push(section("bag", "From windows to a bag", summary, Figure::Bag(bag)));
    report.sections.extend(laid);

    let (rows, columns) = vocabulary.positions();
    report.arrays = vec![
        Array {
            name: "cluster_centers_".into(),
            shape: vec![params.n_clusters, params.patch_size * params.patch_size],
            numbers: Numbers::F64(fit.cluster_centers.clone()),
        },
        Array { name: "words".into(), shape: vec![rows as u32, columns as u32], numbers: Numbers::U32(reading) },
        Array {
            name: "places".into(),
            shape: vec![params.n_clusters, rows as u32, columns as u32],
            numbers: Numbers::U32(seen.places.clone()),
        },
    ];
    Ok(report)
}

fn figure(
    params: &BagParams,
    learning: &Learning,
    data: &Dataset,
    vocabulary: &Vocabulary,
    reading: &[u32],
    seen: &Seen,
) -> Bag {
    let image = params.index as usize;
    let n_windows = reading.len();
    let columns = vocabulary.positions().1 as u32;
    let p = params.patch_size;
    let by_word = || seen.places.chunks_exact(n_windows);
    let most: Vec<u64> = by_word().map(|places| places.iter().copied().max().map_or(0, u64::from)).collect();
    let shade = |(places, most): (&[u32], &u64)| -> Vec<f32> {
        places.iter().map(|n| (u64::from(*n) * 255 / (*most).max(1)) as f32).collect()
    };
    let near = |&(_, image, window): &(f64, u32, u32)| -> Near {
        (image, window / columns, window % columns, data.labels[image as usize])
    };
    let nearest: Vec<Vec<Near>> = seen.nearest.iter().map(|nearest| nearest.iter().map(near).collect()).collect();
    let near_pixels = nearest.iter().flatten().flat_map(|&(image, row, column, _)| {
        let first = row as usize * data.width + column as usize;
        let pixels = data.image(image as usize);
        (0..p as usize)
            .flat_map(move |row| pixels[first + row * data.width..][..p as usize].iter().map(|level| f32::from(*level)))
    });
    let (low, high) = learning.drawing.shades();
    let label = &data.class_names[usize::from(data.labels[image])];
    Bag {
        title: format!("image {image}, label {label}"),
        image_size: (data.height as u32, data.width as u32),
        patch_size: (p, p),
        pixels: data.image(image).iter().map(|level| f32::from(*level)).collect(),
        words: vocabulary.words().as_slice().to_vec(),
        low,
        high,
        reading: reading.iter().map(|word| *word as f32).collect(),
        totals: by_word().map(|places| places.iter().map(|n| u64::from(*n)).sum()).collect(),
        places: by_word().zip(&most).flat_map(shade).collect(),
        near_pixels: near_pixels.collect(),
        most,
        nearest,
        classes: data.class_names.clone(),
    }
}
