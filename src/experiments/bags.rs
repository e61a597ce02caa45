//! Learning on bags of patches, which notebook 003 stops short of: k-means and logistic
//! regression on bags against pixels, and what it costs to forget where windows were.

use super::Experiment;
use super::drawing::{Drawing, Learning, Scaling, Train};
use super::kmeans::KMeansParams;
use super::lab::{Job, Lab, Progress, Ticker, Workplace};
use super::restarts::{Fit, Restart};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{self, Samples};
use crate::learn::feature_extraction::TfidfTransformer;
use crate::learn::kernels::squared_distance;
use crate::learn::linear_model::{Design, LogisticOptions, LogisticRegression};
use crate::learn::model_selection::stratified_k_fold;
use crate::learn::preprocessing::{self, StandardScaler};
use crate::learn::{Matrix, metrics};
use crate::params::Domain;
use crate::random::RandomState;
use crate::report::{Array, ColorMap, Figure, GalleryRow, Numbers, Report, Section, Value};
use serde::{Deserialize, Serialize};

crate::choices! {
    /// What the counts of words are turned into.
    pub enum Weighting {
        /// The counts themselves.
        Counts = "counts",
        /// Counts weighted by how few images a word is in, at length 1 (`TfidfTransformer`).
        TfIdf = "tf-idf",
    }
}

crate::params! {
    /// Learning on bags.
    pub struct BagsParams {
        /// Number of the image whose nearest images are shown.
        index "Image": u32 = 0, Domain::Int { min: 0, max: 9_999_999, slider: 0 };
        /// Whether counts of words are taken as they are or weighted.
        weighting "Weighting": Weighting = Weighting::Counts, Domain::Choice(Weighting::WORDS);
        /// Number of words.
        n_words "Words": u32 = 50, Domain::Int { min: 1, max: 250, slider: 100 };
        /// Number of clusters of images.
        n_clusters "Clusters of images": u32 = 10, Domain::Int { min: 1, max: 500, slider: 40 };
        /// Restarts of each clustering of images.
        n_init "Restarts": u32 = 10, Domain::Int { min: 1, max: 50, slider: 20 };
        /// Inverse strength of the penalty of logistic regression, which sees each feature at variance 1.
        C "C": f64 = 0.01, Domain::Float { min: 1e-6, max: 1e6 };
        /// Logistic regression learns from every which image.
        learn_step "Learn from every which image": u32 = 5, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// Parts of the cross-validation.
        cv "Folds": u32 = 5, Domain::Int { min: 2, max: 20, slider: 10 };
        /// Height and width of a patch in pixels.
        patch_size "Patch": u32 = 6, Domain::Int { min: 3, max: 12, slider: 12 };
        /// The words are learned from every which image, in one restart.
        image_step "Words from every which image": u32 = 100, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// What is done to each image before patches are taken.
        scaling "Scaling of each image": Scaling = Scaling::Standard, Domain::Choice(Scaling::WORDS);
        /// Seed of every random draw.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: 4_000_000_000, slider: 0 };
    }
}

impl BagsParams {
    fn learning(&self, shuffle: Option<u32>) -> Learning {
        Learning {
            drawing: Drawing {
                patch_size: self.patch_size,
                image_step: self.image_step,
                max_patches: 0.75,
                scaling: self.scaling,
                random_state: self.random_state,
                shuffle,
            },
            n_clusters: self.n_words,
            n_init: 1,
            max_iter: 300,
            tol: 1e-4,
        }
    }

    fn kmeans(&self) -> KMeansParams {
        KMeansParams {
            n_clusters: self.n_clusters,
            n_init: self.n_init,
            random_state: self.random_state,
            ..KMeansParams::default()
        }
    }
}

/// What an image is taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Pixels,
    Bag,
    Shuffled,
    Quarters,
    Scattered,
}

const FORMS: [(Form, &str, &str); 5] = [
    (Form::Pixels, "pixels", "pixels"),
    (Form::Bag, "bag", "bag of words"),
    (Form::Shuffled, "shuffled", "bag, pixels shuffled"),
    (Form::Quarters, "quarters", "bags of four quarters"),
    (Form::Scattered, "scattered", "quarters, windows shuffled"),
];

/// Images that a worker reads at a time.
const CHUNK: usize = 1250;
/// Nearest images shown.
const NEAREST: usize = 10;

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
    fn new(counts: Vec<u16>, d: usize, weighting: Weighting) -> Result<Self> {
        let idf = match weighting {
            Weighting::Counts => None,
            Weighting::TfIdf => Some(TfidfTransformer::fit(&wide(&counts), d)?.idf),
        };
        Ok(Rows { d, counts, idf })
    }

    /// Some of the images.
    fn select(&self, images: &[u32]) -> Self {
        let counts = images.iter().flat_map(|&i| self.counts[i as usize * self.d..][..self.d].iter().copied());
        Rows { d: self.d, counts: counts.collect(), idf: self.idf.clone() }
    }

    /// What is learned from, shape `(n_images, d)`; the counts are gone then, which is a third
    /// of what a worker holds while it clusters.
    fn into_matrix(self) -> Result<Matrix> {
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
    /// Of k-means on rows.
    Labels(Vec<u32>),
    /// Of a fold: the share of images that were recognised.
    Accuracy(f64),
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
            Task::Read { words, from, to } => Ok(Found::Bags(read(words, place.dataset(), from..to)?)),
            Task::Pixels(restart) => Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Cluster { params, rows } => {
                let rows = rows.into_matrix()?;
                let points = Samples::new(&rows)?;
                let (init, seed) = (cluster::Init::KMeansPlusPlus, params.random_state);
                let (fit, _) = cluster::kmeans(&points, &init, params.n_init as usize, seed, &params.options())?;
                Ok(Found::Labels(fit.labels))
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
                let options = LogisticOptions { c, tol: 1e-7, max_iter: 1000, ..LogisticOptions::default() };
                let (model, _) = LogisticRegression::fit(&learned, &labels(&train), &options)?;
                let found = model.unscaled(&learned).predict(&tried)?;
                let right = found.iter().zip(labels(&test)).filter(|(found, label)| **found == *label).count();
                Ok(Found::Accuracy(right as f64 / found.len() as f64))
            }
        }
    }
}

/// Counts of words in quarters, in quarters of windows laid anywhere, and of shuffled pixels.
fn read(words: [(Drawing, Vec<f64>); 2], data: &Dataset, images: std::ops::Range<u32>) -> Result<[Vec<u16>; 3]> {
    let [(drawing, own), (shuffled_drawing, shuffled)] = words;
    let vocabulary = drawing.vocabulary(own, data)?;
    let shuffled = shuffled_drawing.vocabulary(shuffled, data)?;
    let (k, (rows, columns)) = (vocabulary.words().n_rows(), vocabulary.positions());
    let quarter = |window: usize| {
        usize::from(2 * (window / columns) >= rows) * 2 + usize::from(2 * (window % columns) >= columns)
    };
    let order = shuffled_drawing.order(data);
    let mut bags = [Vec::new(), Vec::new(), Vec::new()];
    for image in images {
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

/// What is known of each form so far: labels of the clusters, and accuracies of the folds.
#[derive(Default, Clone)]
struct Known {
    labels: Option<Vec<u32>>,
    folds: Vec<f64>,
}

/// The experiment.
pub struct LearnBags;

impl Experiment for LearnBags {
    const ID: &'static str = "bags";
    const TITLE: &'static str = "Learning on bags of patches";
    type Params = BagsParams;
    type Job = Task;

    fn check(params: &BagsParams, n_samples: usize, _: usize) -> Result<()> {
        if params.index as usize >= n_samples {
            let last = n_samples.saturating_sub(1);
            return Err(Error::invalid("index", format!("an image number from 0 to {last}"), params.index));
        }
        params.kmeans().check(n_samples)
    }

    async fn run(params: &BagsParams, lab: &Lab<'_>) -> Result<Report> {
        let data = lab.dataset;
        let rows = bags(params, lab).await?;
        let images: Vec<u32> = (0..data.n as u32).step_by(params.learn_step as usize).collect();
        let labels: Vec<i64> = images.iter().map(|&i| i64::from(data.labels[i as usize])).collect();
        let folds = stratified_k_fold(&labels, params.cv as usize, None)?;

        let mut tasks: Vec<(usize, Task)> =
            params.kmeans().restarts().into_iter().map(|restart| (0, Task::Pixels(restart))).collect();
        let bag = rows[0].clone();
        let mut tries = Vec::new();
        for fold in &folds {
            for form in 0..FORMS.len() {
                let rows = form.checked_sub(1).map(|form| rows[form].select(&images));
                let (train, test) = (fold.train.clone(), fold.test.clone());
                tries.push((form, Task::Fold { c: params.C, images: images.clone(), train, test, rows }));
            }
        }
        // Whoever deals out the jobs holds the rows only once.
        for (form, rows) in (1..).zip(rows) {
            tasks.push((form, Task::Cluster { params: params.kmeans(), rows }));
        }
        tasks.extend(tries);
        let (forms, tasks): (Vec<usize>, Vec<Task>) = tasks.into_iter().unzip();
        let mut live = |known: &[Progress<Found>], _: usize| {
            let found: Vec<Option<&Found>> = known.iter().map(|job| job.output.as_ref()).collect();
            let mut report = Report::default();
            scores(params, data, &gather(params, &forms, &found), &mut report).ok()?;
            Some(report)
        };
        let found = lab.map_part("Learning", &tasks, &mut live, (0.4, 1.0)).await?;
        let known = gather(params, &forms, &found.iter().map(Some).collect::<Vec<_>>());
        let mut report = Report::default();
        scores(params, data, &known, &mut report)?;
        let bag = bag.into_matrix()?;
        near(params, data, &bag, &mut report);
        report.arrays = vec![Array {
            name: "bags".into(),
            shape: vec![data.n as u32, params.n_words],
            numbers: Numbers::F64(bag.into_vec()),
        }];
        Ok(report)
    }

    fn python(params: &BagsParams) -> String {
        twin(params)
    }
}

/// The bags of all images, in all forms but pixels.
async fn bags(params: &BagsParams, lab: &Lab<'_>) -> Result<Vec<Rows>> {
    let data = lab.dataset;
    let learnings = [params.learning(None), params.learning(Some(params.random_state))];
    learnings[0].n_patches(data)?;
    let jobs: Vec<Task> = learnings.iter().flat_map(Learning::jobs).map(Task::Train).collect();
    let found = lab.map_part("Words", &jobs, &mut |_, _| None, (0.0, 0.2)).await?;
    let words: Vec<Vec<f64>> = found.into_iter().filter_map(Found::fit).map(|fit| fit.cluster_centers).collect();
    let word = |i: usize| (learnings[i].drawing.clone(), words[i].clone());
    let read = |from: usize| Task::Read {
        words: [word(0), word(1)],
        from: from as u32,
        to: (from + CHUNK).min(data.n) as u32,
    };
    let jobs: Vec<Task> = (0..data.n).step_by(CHUNK).map(read).collect();
    let [mut quarters, mut scattered, mut shuffled] = [Vec::new(), Vec::new(), Vec::new()];
    for found in lab.map_part("Reading", &jobs, &mut |_, _| None, (0.2, 0.4)).await? {
        if let Found::Bags([a, b, c]) = found {
            quarters.extend(a);
            scattered.extend(b);
            shuffled.extend(c);
        }
    }
    let k = params.n_words as usize;
    let sum = |four: &[u16]| (0..k).map(|word| (0..4).map(|part| four[part * k + word]).sum()).collect::<Vec<u16>>();
    let bag: Vec<u16> = quarters.chunks_exact(4 * k).flat_map(sum).collect();
    [(bag, k), (shuffled, k), (quarters, 4 * k), (scattered, 4 * k)]
        .into_iter()
        .map(|(counts, d)| Rows::new(counts, d, params.weighting))
        .collect()
}

/// What has been found of each form.
fn gather(params: &BagsParams, forms: &[usize], found: &[Option<&Found>]) -> Vec<Known> {
    let mut known = vec![Known::default(); FORMS.len()];
    let restarts: Vec<&Fit> = found.iter().flatten().filter_map(|found| found.as_fit()).collect();
    if restarts.len() == params.n_init as usize {
        known[0].labels = Some(restarts[Fit::best(restarts.iter().copied(), params.n_clusters)].labels.clone());
    }
    for (form, found) in forms.iter().zip(found) {
        match found {
            Some(Found::Labels(labels)) => known[*form].labels = Some(labels.clone()),
            Some(Found::Accuracy(accuracy)) => known[*form].folds.push(*accuracy),
            _ => {}
        }
    }
    known
}

/// Purity, adjusted Rand index and accuracy of every form.
fn scores(params: &BagsParams, data: &Dataset, known: &[Known], report: &mut Report) -> Result<()> {
    let truth: Vec<i32> = data.labels.iter().map(|label| i32::from(*label)).collect();
    let mut values = Vec::new();
    for ((_, id, name), known) in FORMS.iter().zip(known) {
        let mut scores = [None; 3];
        if let Some(labels) = &known.labels {
            let found: Vec<i32> = labels.iter().map(|label| *label as i32).collect();
            scores[0] = Some(("purity", "Purity", metrics::purity(&truth, &found)?));
            scores[1] = Some(("ari", "Adjusted Rand index", metrics::adjusted_rand_score(&truth, &found)?));
        }
        if known.folds.len() == params.cv as usize {
            let mean = known.folds.iter().sum::<f64>() / known.folds.len() as f64;
            scores[2] = Some(("accuracy", "Accuracy", mean));
        }
        for (score, label, value) in scores.iter().flatten() {
            report.metric(&format!("{score}_{id}"), &format!("{label}, {name}"), Value::Float(*value));
        }
        values.extend(scores.map(|score| score.map(|(_, _, value)| value)));
    }
    let accuracy = |form: Form| values[FORMS.iter().position(|known| known.0 == form).unwrap_or(0) * 3 + 2];
    let percent = |value: f64| format!("{:.1} %", 100.0 * value);
    let summary = match (
        accuracy(Form::Pixels),
        accuracy(Form::Bag),
        accuracy(Form::Shuffled),
        accuracy(Form::Quarters),
    ) {
        (Some(pixels), Some(bag), Some(shuffled), Some(quarters)) => format!(
            "Logistic regression recognises {} of unseen images by their pixels and {} by the counts of their words. Told \
             in which quarter a word was, it recognises {}. With the pixels of all images shuffled alike, which pixels do \
             not notice, bags fall to {}.",
            percent(pixels),
            percent(bag),
            percent(quarters),
            percent(shuffled)
        ),
        _ => "Scores so far; the rest is being computed.".into(),
    };
    report.sections.push(Section {
        id: "scores".into(),
        title: "Bags against pixels".into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "images as".into(),
            column_title: "score".into(),
            rows: FORMS.iter().map(|(_, _, name)| name.to_string()).collect(),
            columns: ["purity", "ARI", "accuracy"].map(String::from).to_vec(),
            texts: values.iter().map(|value| value.map_or(String::new(), |value| format!("{value:.3}"))).collect(),
            values: values.iter().map(|value| value.unwrap_or(0.0)).collect(),
            high: 1.0,
            map: ColorMap::Blues,
        },
    });
    Ok(())
}

/// The images nearest to one, by its bag and by its pixels.
fn near(params: &BagsParams, data: &Dataset, bags: &Matrix, report: &mut Report) {
    let index = params.index as usize;
    let own = data.image(index);
    let by_pixels = |i: usize| {
        let squares = data.image(i).iter().zip(own).map(|(a, b)| i64::from(*a) - i64::from(*b));
        squares.map(|difference| difference * difference).sum::<i64>() as f64
    };
    let nearest = |distance: &dyn Fn(usize) -> f64| -> Vec<u32> {
        let mut others: Vec<(f64, usize)> = (0..data.n).filter(|i| *i != index).map(|i| (distance(i), i)).collect();
        let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        let shown = NEAREST.min(others.len());
        if shown < others.len() {
            others.select_nth_unstable_by(shown, order);
            others.truncate(shown);
        }
        others.sort_by(order);
        others.into_iter().map(|(_, i)| i as u32).collect()
    };
    let found = [
        ("bag", "by its bag", nearest(&|i| squared_distance(bags.row(i), bags.row(index)))),
        ("pixels", "by its pixels", nearest(&by_pixels)),
    ];
    let digit = |image: &u32| data.class_names[usize::from(data.labels[*image as usize])].clone();
    let label = digit(&params.index);
    let mut rows =
        vec![GalleryRow { title: format!("image {index}"), images: vec![params.index], captions: vec![label.clone()] }];
    let mut same = Vec::new();
    for (id, name, images) in found {
        let n_same = images.iter().filter(|image| digit(image) == label).count();
        let what = format!("Of the {} nearest {name}, as many show its digit", images.len());
        report.metric(&format!("near_{id}"), &what, Value::Int(n_same as i64));
        let captions = images.iter().map(digit).collect();
        rows.push(GalleryRow { title: format!("nearest {name}"), images, captions });
        same.push(n_same);
    }
    report.sections.push(Section {
        id: "near".into(),
        title: "Nearest images".into(),
        summary: format!(
            "The {} images nearest to image {index}, a {label}: by their bags {} of them show a {label}, by their pixels {}.",
            rows[1].images.len(),
            same[0],
            same[1]
        ),
        figure: Figure::Gallery { data: data.id.clone(), rows },
    });
}

impl Found {
    fn fit(self) -> Option<Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            _ => None,
        }
    }

    fn as_fit(&self) -> Option<&Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            _ => None,
        }
    }
}

fn twin(params: &BagsParams) -> String {
    let learning = params.learning(None);
    let (seed, k) = (params.random_state, params.n_words);
    let mut script = learning.drawing.python("X");
    script += &learning.python();
    script += learning.python_bags();
    script += &format!(
        "# The same with the pixels of all images shuffled alike.\nX_shuffled = X[:, np.random.RandomState({seed})\
         .permutation(X.shape[1])]\nown = model.cluster_centers_\nrng = np.random.RandomState({seed})\nall_patches = []\n\
         for image in X_shuffled[::{}]:\n    this_image = scale(image).reshape(image_shape)\n    \
         patch = extract_patches_2d(this_image, PATCH_SIZE, max_patches=0.75, random_state=rng)\n    \
         all_patches.append(patch.reshape(len(patch), -1))\nall_patches = np.concatenate(all_patches)\n{}\n",
        params.image_step,
        learning.python()
    );
    script += &format!(
        "rows, columns = (side - size + 1 for side, size in zip(image_shape, PATCH_SIZE))\n\
         down, across = np.divmod(np.arange(rows * columns), columns)\n\
         quarter = (2 * down >= rows) * 2 + (2 * across >= columns)\n\n\n\
         def in_quarters(words, quarter):\n    return np.bincount(quarter * {k} + words, minlength=4 * {k})\n\n\n\
         quarters, scattered = [], []\nfor i, image in enumerate(X):\n    words = words_of(image, own)\n    \
         places = np.random.RandomState({seed} + i).permutation(len(words))\n    \
         quarters.append(in_quarters(words, quarter))\n    scattered.append(in_quarters(words, quarter[places]))\n\
         quarters, scattered = np.array(quarters), np.array(scattered)\n\
         bags = quarters.reshape(len(X), 4, -1).sum(axis=1)\n\
         shuffled = bagofpatches(X_shuffled, model.cluster_centers_)\n"
    );
    script +=
        "forms = {'pixels': X, 'bag': bags, 'shuffled': shuffled, 'quarters': quarters, 'scattered': scattered}\n";
    if params.weighting == Weighting::TfIdf {
        script += "from sklearn.feature_extraction.text import TfidfTransformer\n\n\
                   for name in ['bag', 'shuffled', 'quarters', 'scattered']:\n    \
                   forms[name] = TfidfTransformer().fit_transform(forms[name]).toarray()\n";
    }
    script += &format!(
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import StratifiedKFold, \
         cross_val_score\nfrom sklearn.pipeline import make_pipeline\n\n\
         # Distances between whole numbers are often equal, as are those of blank patches to shuffled ones, and \
         rounding\n# decides what k-means does then: such scores may differ a little, and are only printed.\n\
         WEIGHTED = {weighted}\n\nfor name, form in forms.items():\n    \
         tell = show if name == 'pixels' or WEIGHTED and name != 'shuffled' else print\n    \
         clusters = KMeans(n_clusters={}, n_init={}, random_state={seed}).fit(form)\n    \
         confusion = metrics.cluster.contingency_matrix(y, clusters.labels_)\n    \
         tell(f'purity_{{name}}', confusion.max(axis=0).sum() / len(y))\n    \
         tell(f'ari_{{name}}', metrics.adjusted_rand_score(y, clusters.labels_))\n    \
         learner = make_pipeline(StandardScaler(), LogisticRegression(C={}, tol=1e-7, max_iter=10_000))\n    \
         folds = StratifiedKFold({})\n    \
         accuracy = cross_val_score(learner, form[::{step}].astype(float), y[::{step}], cv=folds)\n    \
         tell = print if name == 'shuffled' else show\n    \
         tell(f'accuracy_{{name}}', accuracy.mean())\n",
        params.n_clusters,
        params.n_init,
        params.C,
        params.cv,
        weighted = if params.weighting == Weighting::TfIdf { "True" } else { "False" },
        step = params.learn_step
    );
    script += &format!(
        "for name in ['bag', 'pixels']:\n    form = forms[name].astype(float)\n    \
         distances = ((form - form[{i}]) ** 2).sum(axis=1)\n    distances[{i}] = np.inf\n    \
         nearest = np.argsort(distances, kind='stable')[:{NEAREST}]\n    \
         show(f'near_{{name}}', (y[nearest] == y[{i}]).sum())\n",
        i = params.index
    );
    script
}
