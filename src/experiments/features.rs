//! A sample of whole images on its principal components: what DBSCAN, k-means and trees
//! of notebook 002, part g, work on. A worker makes it once for all its jobs.

use super::lab::{Job, Tick, Ticker, Workplace};
use super::restarts::Fit;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::cluster::{self, Init, KMeansFit, KMeansOptions, Points, Samples};
use crate::learn::decomposition::{self, Data, NComponents, Pca, PcaOptions};
use crate::learn::resample::resample_indices;
use crate::random::RandomState;
use serde::{Deserialize, Serialize};

crate::choices! {
    /// How the components are found.
    pub enum SvdSolver {
        /// Random directions, sharpened: an approximation, and the notebook's.
        Randomized = "randomized",
        /// Singular values of the centred images.
        Full = "full",
        /// Eigenvectors of the covariance.
        CovarianceEigh = "covariance_eigh",
        /// scikit-learn's choice by shape.
        Auto = "auto",
    }
}

impl From<SvdSolver> for decomposition::SvdSolver {
    fn from(solver: SvdSolver) -> Self {
        match solver {
            SvdSolver::Randomized => decomposition::SvdSolver::Randomized,
            SvdSolver::Full => decomposition::SvdSolver::Full,
            SvdSolver::CovarianceEigh => decomposition::SvdSolver::CovarianceEigh,
            SvdSolver::Auto => decomposition::SvdSolver::Auto,
        }
    }
}

/// Which images, and how they are projected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Images drawn.
    pub n_samples: u32,
    /// Whether an image may be drawn again.
    pub replace: bool,
    /// Seed of the draw, and of the randomized solver.
    pub random_state: u32,
    /// Components kept.
    pub n_components: u32,
    /// Whether scores are divided by their standard deviation.
    pub whiten: bool,
    /// How the components are found.
    pub svd_solver: SvdSolver,
}

impl Projection {
    /// An error if there are fewer images, or fewer directions, than asked for.
    pub fn check(&self, n_total: usize, n_features: usize) -> Result<()> {
        if !self.replace && self.n_samples as usize > n_total {
            let must_be = format!("at most {n_total}, the number of images, without replacement");
            return Err(Error::invalid("n_samples", must_be, self.n_samples));
        }
        let least = n_features.min(self.n_samples as usize);
        if self.n_components as usize > least {
            let must_be = format!("at most min(n_samples, n_features)={least}");
            return Err(Error::invalid("n_components", must_be, self.n_components));
        }
        Ok(())
    }

    /// The numbers of the images, `(n_samples,)` (`sklearn.utils.resample`).
    pub fn draw(&self, n_total: usize) -> Result<Vec<u32>> {
        let mut stream = RandomState::new(self.random_state);
        resample_indices(n_total, self.n_samples as usize, self.replace, None, &mut stream)
    }

    /// Draws and projects.
    pub fn features(&self, data: &Dataset) -> Result<Features> {
        let images = self.draw(data.n)?;
        let mut levels = Vec::with_capacity(images.len() * data.n_features());
        images.iter().for_each(|image| levels.extend_from_slice(data.image(*image as usize)));
        let options = PcaOptions {
            n_components: NComponents::Count(self.n_components as usize),
            whiten: self.whiten,
            svd_solver: self.svd_solver.into(),
            random_state: self.random_state,
            ..PcaOptions::default()
        };
        let (pca, scores) = Pca::fit_transform(Data::bytes(&levels, images.len(), data.n_features())?, &options)?;
        Ok(Features { images, pca, scores })
    }

    /// The lines of Python that make `small_X`, `small_y` and `X_pca`.
    pub fn python(&self) -> String {
        let word = |flag: bool| if flag { "True" } else { "False" };
        format!(
            "from sklearn.decomposition import PCA\nfrom sklearn.utils import resample\n\n\
             small_X, small_y = resample(X, y, n_samples={}, replace={}, random_state={})\n\
             pca = PCA(n_components={}, whiten={}, svd_solver={:?}, random_state={})\n\
             X_pca = pca.fit_transform(small_X)\n\
             show('explained', pca.explained_variance_ratio_.sum())\n",
            self.n_samples,
            word(self.replace),
            self.random_state,
            self.n_components,
            word(self.whiten),
            self.svd_solver.word(),
            self.random_state,
        )
    }
}

/// A sample on its principal components.
pub struct Features {
    /// Numbers of the images, `(n_samples,)`.
    pub images: Vec<u32>,
    /// The fit.
    pub pca: Pca,
    /// The images' scores, `(n_samples, n_components)`.
    pub scores: Matrix,
}

/// What is reported of a projection; the same whatever is done with the scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Share of the variance along each component.
    pub ratios: Vec<f64>,
    /// The first components, row by row.
    #[serde(with = "crate::bytes")]
    pub components: Vec<f32>,
    /// Scores of the first images on the first two components, in turn.
    #[serde(with = "crate::bytes")]
    pub plane: Vec<f32>,
}

/// Components that are drawn.
pub const DRAWN: usize = 10;
/// Images that are drawn as points.
pub const POINTS: usize = 2_000;

impl Features {
    /// The outline.
    pub fn outline(&self) -> Outline {
        let drawn = self.pca.n_components().min(DRAWN);
        // A hundredth is less than a point's size, and short in a file.
        let round = |value: &f64| ((value * 100.0).round() / 100.0) as f32;
        let pair = |row: &[f64]| [row.first().map_or(0.0, round), row.get(1).map_or(0.0, round)];
        Outline {
            ratios: self.pca.explained_variance_ratio.clone(),
            components: (0..drawn).flat_map(|c| self.pca.component(c)).map(|value| *value as f32).collect(),
            plane: self.scores.rows().take(POINTS).flat_map(pair).collect(),
        }
    }
}

impl Outline {
    /// The shares and the components as numbers of a [`Tick`]; points come when there is something to say of them.
    pub fn ticked(&self) -> impl Iterator<Item = f32> + '_ {
        self.ratios.iter().map(|ratio| *ratio as f32).chain(self.components.iter().copied())
    }

    /// What [`ticked`](Self::ticked) told of `n_components` of them.
    pub fn heard(numbers: &[f32], n_components: usize) -> Option<Self> {
        let (ratios, components) = numbers.split_at_checked(n_components)?;
        let ratios = ratios.iter().map(|ratio| f64::from(*ratio)).collect();
        Some(Outline { ratios, components: components.to_vec(), plane: Vec::new() })
    }
}

/// One restart of k-means on the scores.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restart {
    /// What it works on.
    pub projection: Projection,
    /// Clusters to form.
    pub n_clusters: u32,
    /// Seed of all restarts.
    pub random_state: u32,
    /// Which of them, from 0.
    pub restart: u32,
}

impl Restart {
    /// All restarts, in scikit-learn's order.
    pub fn all(projection: &Projection, n_clusters: u32, random_state: u32, n_init: u32) -> Vec<Self> {
        let one = |restart| Restart { projection: projection.clone(), n_clusters, random_state, restart };
        (0..n_init).map(one).collect()
    }
}

impl Job for Restart {
    type Output = Fit;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Fit> {
        let features = place.features(&self.projection)?;
        // What is seen of a centre is the image that it stands for.
        let picture = |centers: &Matrix| {
            let images = features.pca.inverse_transform(centers).map(Matrix::into_vec).unwrap_or_default();
            images.into_iter().map(|value| value as f32).collect()
        };
        fit(&Samples::new(&features.scores)?, self.n_clusters, self.random_state, self.restart, &picture, ticker)
    }
}

/// One restart of k-means on `points`, with scikit-learn's other settings. Ticks carry what `picture` makes of the
/// centres.
pub fn fit<P: Points>(
    points: &P,
    n_clusters: u32,
    random_state: u32,
    restart: u32,
    picture: &dyn Fn(&Matrix) -> Vec<f32>,
    ticker: &mut dyn Ticker,
) -> Result<Fit> {
    let options = KMeansOptions { n_clusters: n_clusters as usize, max_iter: MAX_ITER, tol: 1e-4 };
    let start = cluster::start(points, &Init::KMeansPlusPlus, options.n_clusters, random_state, restart as usize)?;
    let mut history = Vec::new();
    let fit = cluster::lloyd(points, start, &options, &mut |now| {
        history.push(now.inertia);
        if ticker.due() {
            let frame = picture(&now.cluster_centers());
            ticker.tell(Tick { step: now.n_iter, objective: now.inertia, frame });
        }
    })?;
    let KMeansFit { cluster_centers, labels, inertia, n_iter, converged } = fit;
    Ok(Fit { labels, cluster_centers: cluster_centers.into_vec(), inertia, n_iter, converged, history })
}

/// Most iterations of a restart: scikit-learn's default.
pub const MAX_ITER: u32 = 300;
