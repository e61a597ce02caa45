//! Fifty words for all patches: k-means on them (notebook 003).

use super::Experiment;
use super::drawing::{Drawing, Learning, Scaling, Train};
use super::kmeans;
use super::lab::Lab;
use super::restarts::Fit;
use crate::error::Result;
use crate::params::Domain;
use crate::report::{Array, Curve, Figure, Numbers, Report, Section, Stroke, Value};

crate::params! {
    /// A vocabulary of patches.
    pub struct VocabularyParams {
        /// Number of words to find: clusters of patches.
        n_clusters "Words": u32 = 50, Domain::Int { min: 1, max: 500, slider: 100 };
        /// Number of restarts; the run of lowest inertia wins.
        n_init "Restarts": u32 = 3, Domain::Int { min: 1, max: 50, slider: 10 };
        /// Most iterations of one restart.
        max_iter "Iterations at most": u32 = 300, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// A restart ends when the words move less than this, relative to the mean variance of the pixels.
        tol "Tolerance": f64 = 1e-4, Domain::Float { min: 0.0, max: 1.0 };
        /// Height and width of a patch in pixels.
        patch_size "Patch": u32 = 6, Domain::Int { min: 3, max: 12, slider: 12 };
        /// Patches are taken of every which image.
        image_step "Every which image": u32 = 10, Domain::Int { min: 1, max: 10_000, slider: 0 };
        /// Share of the windows of each image, or from 2 on their number, drawn with replacement; with 1, every window once.
        max_patches "Patches of each image": f64 = 0.75, Domain::Part { most: 10_000 };
        /// What is done to each image first: standard subtracts its mean and divides by its standard deviation.
        scaling "Scaling of each image": Scaling = Scaling::Standard, Domain::Choice(Scaling::WORDS);
        /// Seed of the patches drawn, and of the restarts.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
    }
}

impl VocabularyParams {
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
            max_iter: self.max_iter,
            tol: self.tol,
        }
    }
}

/// The experiment.
pub struct FindWords;

impl Experiment for FindWords {
    const ID: &'static str = "vocabulary";
    const TITLE: &'static str = "A vocabulary of patches";
    type Params = VocabularyParams;
    type Job = Train;

    async fn run(params: &VocabularyParams, lab: &Lab<'_>) -> Result<Report> {
        let learning = params.learning();
        let n_patches = learning.n_patches(lab.dataset)?;
        let jobs: Vec<Train> = learning.jobs().collect();
        let fits = lab.map("Restarts", &jobs, &mut |known, at| Some(learning.unfinished(known, at, itself))).await?;
        Ok(report(params, &learning, n_patches, &fits))
    }

    fn python(params: &VocabularyParams) -> String {
        let learning = params.learning();
        learning.drawing.python("X")
            + &learning.python()
            + "sizes = np.bincount(model.labels_, minlength=model.n_clusters)\n\
               show('n_patches', len(all_patches))\n\
               show('inertia', model.inertia_)\n\
               show('n_iter', model.n_iter_)\n\
               show('most_frequent', sizes.argmax())\n\
               show('share_of_most_frequent', sizes.max() / len(all_patches))\n\
               contrast = np.ptp(model.cluster_centers_, axis=1)\n\
               if len(sizes) > 1:\n    \
               show('contrast_of_most_frequent', contrast[sizes.argmax()] / contrast.max() if contrast.max() > 0 else 0.0)\n\
               show('sizes', ' '.join(map(str, sizes)))\n"
    }
}

fn itself(fit: &Fit) -> Option<&Fit> {
    Some(fit)
}

fn report(params: &VocabularyParams, learning: &Learning, n_patches: usize, fits: &[Fit]) -> Report {
    let best = Fit::best(fits, params.n_clusters);
    let fit = &fits[best];
    let sizes = fit.sizes(params.n_clusters);
    let frequent = (0..sizes.len()).fold(0, |most, word| if sizes[word] > sizes[most] { word } else { most });
    let share = |word: usize| sizes[word] as f64 / n_patches as f64;
    let mut report = Report { warnings: fit.warn(params.n_clusters, params.max_iter), ..Report::default() };
    report.metric("n_patches", "Patches", Value::Int(n_patches as i64));
    report.metric("inertia", "Inertia", Value::Float(fit.inertia));
    report.metric("n_iter", "Iterations of the winner", Value::Int(i64::from(fit.n_iter)));
    report.metric("best_restart", "Winning restart (from 0)", Value::Int(best as i64));
    report.metric("most_frequent", "Most frequent word", Value::Int(frequent as i64));
    report.metric("share_of_most_frequent", "Its share of the patches", Value::Float(share(frequent)));
    // A single word has none to be compared with.
    if sizes.len() > 1 {
        report.metric(
            "contrast_of_most_frequent",
            "Its contrast, as a share of the greatest of a word",
            Value::Float(contrast(&fit.cluster_centers, sizes.len(), frequent)),
        );
    }
    let text = sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    report.metric("sizes", "Patches of each word", Value::Text(text));

    let words: Vec<f32> = fit.cluster_centers.iter().map(|value| *value as f32).collect();
    let p = params.patch_size;
    let words_ = if sizes.len() == 1 { "1 word".into() } else { format!("{} words", sizes.len()) };
    let used = match sizes.iter().filter(|size| **size > 0).count() {
        used if used == sizes.len() => String::new(),
        used => format!(", of which only {used} have any"),
    };
    let summary = format!(
        "{words_} of {p} by {p} pixels, the means of {n_patches} patches in as many clusters{used}, lighter is more ink. \
         The most frequent, word {frequent}, stands for {:.1} % of the patches.",
        100.0 * share(frequent)
    );
    report.sections.push(learning.words(&words, &summary, |word| format!("{word}: {}", sizes[word])));
    report.sections.push(kmeans::descent(&fits.iter().map(Fit::points).collect::<Vec<_>>(), Some(best)));
    report.sections.push(ranks(&sizes, n_patches));

    report.arrays = vec![
        Array {
            name: "cluster_centers_".into(),
            shape: vec![params.n_clusters, p * p],
            numbers: Numbers::F64(fit.cluster_centers.clone()),
        },
        Array { name: "labels_".into(), shape: vec![n_patches as u32], numbers: Numbers::U32(fit.labels.clone()) },
        Array {
            name: "inertias".into(),
            shape: vec![fits.len() as u32],
            numbers: Numbers::F64(fits.iter().map(|fit| fit.inertia).collect()),
        },
    ];
    report
}

/// How much the pixels of a word differ, as a share of what those of the word differ that has the greatest contrast; 0 if
/// all words are flat.
fn contrast(words: &[f64], n_words: usize, word: usize) -> f64 {
    let of = |word: &[f64]| {
        let ends = word.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)));
        ends.1 - ends.0
    };
    let all: Vec<f64> = words.chunks_exact(words.len() / n_words).map(of).collect();
    match all.iter().copied().fold(0.0, f64::max) {
        0.0 => 0.0,
        greatest => all[word] / greatest,
    }
}

/// How frequent the words are, the most frequent first.
fn ranks(sizes: &[u64], n_patches: usize) -> Section {
    let mut order: Vec<u64> = sizes.to_vec();
    order.sort_by(|a, b| b.cmp(a));
    let points: Vec<(f64, f64)> =
        (1..).zip(&order).map(|(rank, size)| (f64::from(rank), *size as f64 / n_patches as f64)).collect();
    let half = order
        .iter()
        .scan(0, |sum, size| Some(std::mem::replace(sum, *sum + size)))
        .take_while(|sum| 2 * sum < n_patches as u64);
    Section {
        id: "ranks".into(),
        title: "How frequent the words are".into(),
        summary: match half.count() {
            1 => "Share of the patches against the rank of the word. The most frequent word alone stands for half of all \
                  patches."
                .into(),
            n => format!(
                "Share of the patches against the rank of the word. The {n} most frequent words stand for half of all patches."
            ),
        },
        figure: Figure::Curves {
            x_title: "rank".into(),
            y_title: "share of the patches".into(),
            curves: vec![Curve { name: "share".into(), points, stroke: Stroke::Class(0) }],
        },
    }
}
