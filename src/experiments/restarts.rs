//! What workers do for k-means: a restart, and a look at the winner's members.

use super::kmeans::{Init, KMeansParams};
use super::lab::{Job, Tick, Ticker, Turn, Workplace, without_rest};
use super::members::Members;
use super::space::Space;
use crate::error::{Result, Warning};
use crate::learn::Matrix;
use crate::learn::cluster::{self, Descent, KMeansFit, KMeansOptions, Points, Standing};
use serde::{Deserialize, Serialize};

/// One restart: its start is drawn from the seed's stream as the n-th one, so
/// restarts may run anywhere and in any order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restart {
    params: KMeansParams,
    restart: u32,
    /// How far it has come, if it rested.
    way: Option<Way>,
}

impl Restart {
    /// The restart of that number, from 0.
    pub fn new(params: &KMeansParams, restart: u32) -> Self {
        Restart { params: params.clone(), restart, way: None }
    }
}

/// What one restart found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Cluster of each image.
    pub labels: Vec<u32>,
    /// Centres in the scaled space, row-major `(n_clusters, n_features)`.
    pub cluster_centers: Vec<f64>,
    /// Sum of squared distances to the own centre.
    pub inertia: f64,
    /// Iterations done.
    pub n_iter: u32,
    /// Whether it ended before `max_iter`.
    pub converged: bool,
    /// Inertia after each iteration.
    pub history: Vec<f64>,
}

impl Job for Restart {
    type Output = Fit;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Fit> {
        without_rest(self, place, ticker)
    }

    fn turn(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Turn<Self, Fit>> {
        let Restart { params, restart, way } = self;
        let pixels = place.pixels(params.scaling.into())?;
        let way = match way {
            Some(way) => way,
            None => {
                let init = match params.init {
                    Init::KMeansPlusPlus => cluster::Init::KMeansPlusPlus,
                    Init::Random => cluster::Init::Random,
                };
                let n_clusters = params.n_clusters as usize;
                let start = cluster::start(&*pixels, &init, n_clusters, params.random_state, restart as usize)?;
                Way::new(&*pixels, &start)?
            }
        };
        Ok(match way.go(&*pixels, &params.options(), ticker)? {
            Turn::Done(fit) => Turn::Done(fit),
            Turn::Rest(way) => Turn::Rest(Restart { params, restart, way: Some(way) }),
        })
    }
}

/// What a worker is asked for: a restart, or a look at the winner's members.
#[derive(Serialize, Deserialize)]
pub enum Task {
    /// One restart.
    Restart(Restart),
    /// Who is closest to each centre, farthest from it, and confused.
    Members {
        /// The settings.
        params: KMeansParams,
        /// Cluster of each image.
        labels: Vec<u32>,
        /// The centres, row-major.
        cluster_centers: Vec<f64>,
    },
}

/// The answer to a [`Task`].
#[derive(Serialize, Deserialize)]
pub enum Found {
    /// Of a restart.
    Fit(Fit),
    /// Of a look at the winner: its members, and where a new image would be.
    Members(Members, Space),
}

impl Job for Task {
    type Output = Found;

    fn turn(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Turn<Self, Found>> {
        let Task::Restart(restart) = self else { return self.run(place, ticker).map(Turn::Done) };
        Ok(match restart.turn(place, ticker)? {
            Turn::Done(fit) => Turn::Done(Found::Fit(fit)),
            Turn::Rest(restart) => Turn::Rest(Task::Restart(restart)),
        })
    }

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Found> {
        match self {
            Task::Restart(restart) => Ok(Found::Fit(restart.run(place, ticker)?)),
            Task::Members { params, labels, cluster_centers } => {
                let pixels = place.pixels(params.scaling.into())?;
                let k = params.n_clusters as usize;
                let centers = Matrix::from_vec(cluster_centers, k, place.dataset().n_features())?;
                Ok(Found::Members(Members::of(&*pixels, &centers, &labels)?, Space::pixels(&pixels)))
            }
        }
    }
}

impl Fit {
    /// The winner among restarts, by scikit-learn's rule.
    pub fn best<'a>(fits: impl IntoIterator<Item = &'a Fit>, n_clusters: u32) -> usize {
        cluster::best_restart(fits.into_iter().map(|fit| (fit.inertia, fit.labels.as_slice())), n_clusters as usize)
    }

    /// Inertia against iteration, from 1.
    pub fn points(&self) -> Vec<(f64, f64)> {
        self.history.iter().enumerate().map(|(i, y)| (i as f64 + 1.0, *y)).collect()
    }

    /// Number of images in each cluster.
    pub fn sizes(&self, n_clusters: u32) -> Vec<u64> {
        let mut sizes = vec![0; n_clusters as usize];
        for label in &self.labels {
            sizes[*label as usize] += 1;
        }
        sizes
    }

    /// What scikit-learn would warn of.
    pub fn warnings(&self, params: &KMeansParams) -> Vec<Warning> {
        self.warn(params.n_clusters, params.max_iter)
    }

    /// What scikit-learn would warn of with as many clusters and iterations asked for.
    pub fn warn(&self, n_clusters: u32, max_iter: u32) -> Vec<Warning> {
        let found = self.sizes(n_clusters).iter().filter(|size| **size > 0).count() as u32;
        let mut warnings = Vec::new();
        if found < n_clusters {
            warnings.push(Warning::FewerClusters { found, n_clusters });
        }
        if !self.converged {
            warnings.push(Warning::NotConverged { what: "The winning restart".into(), max_iter });
        }
        warnings
    }
}

impl Found {
    /// The fit, if it is one.
    pub fn fit(self) -> Option<Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            Found::Members(..) => None,
        }
    }

    /// The fit, if it is one.
    pub fn as_fit(&self) -> Option<&Fit> {
        match self {
            Found::Fit(fit) => Some(fit),
            Found::Members(..) => None,
        }
    }

    /// The members, if they are it.
    pub fn members(self) -> Option<(Members, Space)> {
        match self {
            Found::Members(members, space) => Some((members, space)),
            Found::Fit(_) => None,
        }
    }
}

/// A descent that was left somewhere: where it stands, and the way there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Way {
    standing: Standing,
    history: Vec<f64>,
}

impl Way {
    /// Nothing but a start.
    pub fn new<P: Points>(points: &P, start: &Matrix) -> Result<Self> {
        Ok(Way { standing: Standing::new(points, start)?, history: Vec::new() })
    }

    /// Goes on to the minimum, or until the ticker is tired; ticks carry the centres.
    pub fn go<P: Points>(self, points: &P, options: &KMeansOptions, ticker: &mut dyn Ticker) -> Result<Turn<Way, Fit>> {
        let Way { standing, mut history } = self;
        let descent = cluster::descend(points, standing, options, &mut |now| {
            history.push(now.inertia);
            if ticker.due() {
                let centers = now.cluster_centers();
                ticker.tell(Tick {
                    step: now.n_iter,
                    objective: now.inertia,
                    frame: centers.as_slice().iter().map(|value| *value as f32).collect(),
                });
            }
            !ticker.tired()
        })?;
        Ok(match descent {
            Descent::Rest(standing) => Turn::Rest(Way { standing, history }),
            Descent::Done(KMeansFit { cluster_centers, labels, inertia, n_iter, converged }) => {
                let cluster_centers = cluster_centers.into_vec();
                Turn::Done(Fit { labels, cluster_centers, inertia, n_iter, converged, history })
            }
        })
    }
}
