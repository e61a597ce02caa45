//! Which pixels tell two digits apart: ensembles of clustered desparsified lassos
//! (notebook 000). A job is one bootstrap of one pair.

use super::Experiment;
use super::inferred;
use super::lab::{Job, Lab, Progress, Tick, Ticker, Workplace};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::learn::cluster::{Merging, grid_to_graph};
use crate::learn::inference::{
    Aggregation, DesparsifiedOptions, NodewiseAlpha, bootstrap_generators, bootstrap_rows, cludl, diameters,
};
use crate::learn::lasso::{self, LassoCvOptions, Stopping};
use crate::params::Domain;
use crate::report::{Report, Took};
use serde::{Deserialize, Serialize};

crate::choices! {
    /// How far each lasso is solved.
    pub enum Solver {
        /// To the last digits.
        Exact = "exact",
        /// Until the library's own stopping rule.
        Compat = "compat",
    }
}

crate::choices! {
    /// The penalty of the lassos of one region on the others.
    pub enum Nodewise {
        /// 1 for each region, as the library does.
        One = "one",
        /// A hundredth of the largest covariance, as its documentation says.
        Share = "share",
    }
}

crate::params! {
    /// Inference for pairs of digits.
    pub struct EncludlParams {
        /// Pairs of digits, one after the other: 4~7~0~1 is 4 against 7, and 0 against 1.
        pairs "Pairs": Vec<u32> = vec![4, 7, 0, 1, 0, 9], Domain::Ints { min: 0, max: 9, longest: 24 };
        /// Images of each pair at most, drawn without replacement, each digit with its share.
        n_samples "Images of each pair": u32 = 5_000, Domain::Int { min: 10, max: 100_000, slider: 0 };
        /// Regions that the pixels are joined to in each bootstrap; also the number of tests.
        n_clusters "Regions": u32 = 100, Domain::Int { min: 2, max: 300, slider: 300 };
        /// How often the pixels are joined on other images, and the inference is made; one is CluDL.
        n_bootstraps "Bootstraps": u32 = 10, Domain::Int { min: 1, max: 100, slider: 50 };
        /// Share of the images that the regions of a bootstrap come from; at exactly 1 images are drawn with replacement, as the library does.
        cluster_bootstrap_size "Share of the images": f64 = 0.5, Domain::Float { min: 0.0, max: 1.0 };
        /// Family-wise error rate: how probable any false selection may be.
        fwer "FWER": f64 = 0.1, Domain::Float { min: 0.0, max: 1.0 };
        /// Whether the sign counts; the library then halves the error rate, although its p-values are two-sided.
        two_tailed "Two-sided": bool = true, Domain::Flag;
        /// Seed of the images' draw and of the bootstraps.
        random_state "Seed": u32 = 0, Domain::Int { min: 0, max: u32::MAX, slider: 0 };
        /// How each lasso is solved: exact, to the last digits; compat, until the library's stopping rule, which is slower and gives its p-values.
        solver "Solver": Solver = Solver::Exact, Domain::Choice(Solver::WORDS);
        /// Penalty of the lassos of one region on the others: one, as the library does; share, a hundredth of the largest covariance, as its documentation says.
        nodewise_alpha "Nodewise penalty": Nodewise = Nodewise::One, Domain::Choice(Nodewise::WORDS);
        /// Most sweeps of a lasso with the compat solver.
        max_iter "Sweeps at most": u32 = 1_000, Domain::Int { min: 1, max: 100_000, slider: 0 };
        /// Which quantile of the p-values of all bootstraps is taken, and divided by; 0.5 is twice the median.
        gamma "Quantile": f64 = 0.5, Domain::Float { min: 0.0, max: 1.0 };
        /// Whether the best quantile from that one on is searched, at a price.
        adaptive_aggregation "Adaptive": bool = false, Domain::Flag;
        /// Pixels with ink in fewer than this share of the images are left out; 0 keeps all, as the notebook does.
        min_lit "Least share of images with ink": f64 = 0.0, Domain::Float { min: 0.0, max: 0.5 };
        /// Which bootstrap the table of regions is of, from 0.
        table_bootstrap "Table of bootstrap": u32 = 0, Domain::Int { min: 0, max: 99, slider: 0 };
        /// Jobs in the library. Here the workers decide, and they never change a result.
        n_jobs "Jobs": u32 = 5, Domain::Int { min: 1, max: 64, slider: 0 };
    }
}

impl EncludlParams {
    /// The pixels that take part, and whether there are enough of them.
    pub fn kept(&self, data: &Dataset, pair: &Pair) -> Result<Vec<bool>> {
        let least = self.min_lit * pair.rows.len() as f64;
        let kept: Vec<bool> = pair.lit(data).iter().map(|lit| f64::from(*lit) >= least).collect();
        let count = kept.iter().filter(|kept| **kept).count();
        if count < self.n_clusters as usize {
            let must_be = format!("at most the {count} pixels that take part");
            return Err(Error::invalid("n_clusters", must_be, self.n_clusters));
        }
        Ok(kept)
    }

    /// How p-values are joined.
    pub fn aggregation(&self) -> Aggregation {
        match (self.adaptive_aggregation, self.solver) {
            (false, _) => Aggregation::Fixed { gamma: self.gamma },
            (true, Solver::Exact) => Aggregation::Adaptive { gamma_min: self.gamma },
            (true, Solver::Compat) => Aggregation::AdaptiveCompat { gamma_min: self.gamma },
        }
    }

    fn options(&self) -> DesparsifiedOptions {
        let solver = match self.solver {
            Solver::Exact => lasso::Solver::Exact,
            Solver::Compat => lasso::Solver::Compat,
        };
        let stopping = Stopping { max_iter: self.max_iter, ..Stopping::default() };
        DesparsifiedOptions {
            lasso: LassoCvOptions { solver, stopping, ..LassoCvOptions::default() },
            nodewise_alpha: match self.nodewise_alpha {
                Nodewise::One => NodewiseAlpha::Fixed(1.0),
                Nodewise::Share => NodewiseAlpha::ShareOfMax(0.01),
            },
            ..DesparsifiedOptions::default()
        }
    }

    /// The pairs and their images.
    pub fn draw(&self, data: &Dataset) -> Result<Vec<Pair>> {
        let pairs = pair::pairs(&self.pairs)?;
        pairs.into_iter().map(|digits| Pair::draw(data, digits, self.n_samples, self.random_state)).collect()
    }
}

/// One bootstrap of one pair.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bootstrap {
    params: EncludlParams,
    digits: (u8, u8),
    bootstrap: u32,
}

impl Bootstrap {
    /// Bootstrap number `bootstrap` of two digits.
    pub fn new(params: &EncludlParams, digits: (u8, u8), bootstrap: u32) -> Self {
        Bootstrap { params: params.clone(), digits, bootstrap }
    }
}

/// What it found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// Region of each pixel that takes part.
    pub labels: Vec<u32>,
    /// Pixels of each region.
    pub sizes: Vec<u32>,
    /// Weight of each region.
    pub beta: Vec<f64>,
    /// Its z-score.
    pub z: Vec<f64>,
    /// Its two-sided p-value.
    pub p: Vec<f64>,
    /// Lower end of the 95 % confidence interval of its weight.
    pub lower: Vec<f64>,
    /// Upper end.
    pub upper: Vec<f64>,
    /// The largest distance of two of its pixels.
    pub diameters: Vec<f64>,
    /// Whether the lasso leaves too little to tell the noise by.
    pub saturated: bool,
    /// The chosen penalty, and its place in the grid of 100.
    pub alpha: (f64, u32),
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Share of the variance explained on folds not seen.
    pub cv_r2: f64,
    /// Regions with a weight in the lasso.
    pub support_size: u32,
    /// Lassos that did not converge.
    pub n_not_converged: u32,
}

impl Job for Bootstrap {
    type Output = Inference;

    fn run(self, place: &mut Workplace, ticker: &mut dyn Ticker) -> Result<Inference> {
        let Bootstrap { params, digits, bootstrap } = self;
        let data = place.dataset();
        let pair = Pair::draw(data, digits, params.n_samples, params.random_state)?;
        let kept = params.kept(data, &pair)?;
        let x = pair.pixels(data, &kept);
        let graph = grid_to_graph(data.height, data.width, Some(&kept))?;
        let stream = bootstrap_generators(params.random_state, bootstrap + 1).pop();
        let mut stream = stream.ok_or_else(|| Error::Numeric("there is no such bootstrap".into()))?;
        let rows = bootstrap_rows(pair.rows.len(), params.cluster_bootstrap_size, &mut stream)?;
        let mut tick = |merging: Merging<'_>| {
            if ticker.due() {
                ticker.tell(Tick { step: merging.n_merges() as u32, objective: 0.0, frame: Vec::new() });
            }
        };
        let k = params.n_clusters as usize;
        let found = cludl(&x, &pair.target(data), &rows, &graph, k, &params.options(), &mut tick)?;
        let clusters = found.clusters;
        Ok(Inference {
            diameters: diameters(&found.labels, k, &kept, data.width),
            saturated: clusters.saturated(),
            lower: clusters.lower,
            upper: clusters.upper,
            labels: found.labels,
            sizes: found.sizes,
            beta: clusters.beta,
            z: clusters.z,
            p: clusters.p,
            alpha: (clusters.lasso.alpha, clusters.lasso.best as u32),
            sigma: clusters.sigma,
            cv_r2: clusters.cv_r2,
            support_size: clusters.support_size as u32,
            n_not_converged: clusters.lasso.n_not_converged + clusters.n_not_converged,
        })
    }
}

/// The experiment.
pub struct Encludl;

impl Experiment for Encludl {
    const ID: &'static str = "encludl";
    const TITLE: &'static str = "Pixels that matter";
    type Params = EncludlParams;
    type Job = Bootstrap;
    const NEEDS: &'static [super::Need] = &[("max_iter", "solver", &["compat"])];

    fn check(params: &EncludlParams, _: usize, n_features: usize) -> Result<()> {
        pair::pairs(&params.pairs)?;
        pair::check_regions(params.n_clusters, n_features)?;
        for (name, value) in [("cluster_bootstrap_size", params.cluster_bootstrap_size), ("gamma", params.gamma)] {
            if value == 0.0 {
                return Err(Error::invalid(name, "a float in the range (0, 1]", value));
            }
        }
        if params.table_bootstrap >= params.n_bootstraps {
            let must_be = format!("below n_bootstraps, {}", params.n_bootstraps);
            return Err(Error::invalid("table_bootstrap", must_be, params.table_bootstrap));
        }
        pair::check_rate(params.fwer)
    }

    async fn run(params: &EncludlParams, lab: &Lab<'_>) -> Result<Report> {
        let pairs = params.draw(lab.dataset)?;
        let jobs: Vec<Bootstrap> = pairs
            .iter()
            .flat_map(|pair| (0..params.n_bootstraps).map(move |bootstrap| (pair, bootstrap)))
            .map(|(pair, bootstrap)| Bootstrap::new(params, (pair.first, pair.second), bootstrap))
            .collect();
        let mut live = |known: &[Progress<Inference>], _: usize| {
            let found: Vec<Option<&Inference>> = known.iter().map(|job| job.output.as_ref()).collect();
            inferred::report(params, lab.dataset, &pairs, &found).ok()
        };
        let began = lab.bench.clock();
        let mut ends = vec![began; jobs.len()];
        let mut ended = |at: usize| ends[at] = lab.bench.clock();
        let found = lab.map_told("Fitting clustered inferences", &jobs, &mut live, &mut ended).await?;
        timed(params, lab, &pairs, &found, (began, &ends))?;
        inferred::report(params, lab.dataset, &pairs, &found.iter().map(Some).collect::<Vec<_>>())
    }

    fn python(params: &EncludlParams) -> String {
        let mut script = python_head();
        script += &format!("\nfor a, b in {}:\n", pair::python_pairs(&params.pairs));
        script += &pair::python(params.n_samples, params.random_state);
        script += &format!("    kept = (X_pair > 0).mean(axis=0) >= {}\n", params.min_lit);
        script += "    X_pair = X_pair[:, kept]\n";
        script += &python_fit(params);
        script += "    show(f'n_{a}_{b}', len(X_pair))\n";
        script += "    fits = [one.desparsified_lasso_ for one in encludl.clustering_desparsified_lassos_]\n";
        if params.solver == Solver::Compat {
            script += "    show(f'sigma_{a}_{b}', np.mean([fit.sigma_hat_ for fit in fits]))\n";
        }
        if params.adaptive_aggregation && params.solver == Solver::Exact {
            script += "    # Ranks from 1 here; the library counts them from 0, so its p-values are larger.\n";
        } else {
            script += "    show(f'selected_{a}_{b}', np.count_nonzero(selected))\n";
            script += "    show(f'positive_{a}_{b}', np.count_nonzero(selected > 0))\n";
            script += "    show(f'negative_{a}_{b}', np.count_nonzero(selected < 0))\n";
        }
        script
    }
}

/// Takes note of how long each pair took: its bootstraps, which begin where those of the pair before end, and what
/// comes after them.
fn timed(
    params: &EncludlParams,
    lab: &Lab<'_>,
    pairs: &[Pair],
    found: &[Inference],
    (mut began, ends): (f64, &[f64]),
) -> Result<()> {
    let n = params.n_bootstraps;
    let of_pairs = found.chunks(n as usize).zip(ends.chunks(n as usize));
    for (pair, (found, ends)) in pairs.iter().zip(of_pairs) {
        let end = ends.iter().copied().fold(began, f64::max);
        // Of a pair whose bootstraps were all done before the last of another nothing can be told.
        if end > began {
            lab.bench.took(Took { part: format!("fit_{}", pair.id()), n, seconds: end - began });
        }
        began = end;
        let known: Vec<(usize, &Inference)> = found.iter().enumerate().collect();
        let kept = params.kept(lab.dataset, pair)?;
        let task = inferred::task(params, lab.dataset, pair, &known)?;
        let start = lab.bench.clock();
        let made = (inferred::importances(&kept, &known), task.joined(params.aggregation())?);
        let seconds = lab.bench.clock() - start;
        // Made for the clock alone; the report makes its own.
        std::hint::black_box(made);
        lab.bench.took(Took { part: format!("importances_{}", pair.id()), n, seconds });
    }
    Ok(())
}

/// What a script imports for an inference.
pub fn python_head() -> String {
    let mut script = String::from("import warnings\n\nfrom hidimstat import DesparsifiedLasso\n");
    script += "from hidimstat.ensemble_clustered_inference import EnCluDL\n";
    script += "from sklearn.cluster import FeatureAgglomeration\nfrom sklearn.exceptions import ConvergenceWarning\n";
    script += "from sklearn.feature_extraction import image\nfrom sklearn.linear_model import LassoCV\n";
    script += "from sklearn.utils import resample\n\n";
    script += "# hidimstat 0.4.0. It ends its lassos early, and says so for each of them.\n";
    script += "warnings.simplefilter('ignore', ConvergenceWarning)\nwarnings.simplefilter('ignore', FutureWarning)\n";
    script
}

/// The lines, indented, that fit `X_pair`, whose pixels are those in `kept`, and make `selected`.
pub fn python_fit(params: &EncludlParams) -> String {
    let truth = |flag: bool| if flag { "True" } else { "False" };
    let share = match params.nodewise_alpha {
        Nodewise::One => "",
        Nodewise::Share => ", preconfigure_model_x_path=None, alpha_max_fraction=0.01",
    };
    format!(
        "    connectivity = image.grid_to_graph(\n        \
         n_x=image_shape[0], n_y=image_shape[1], mask=kept.reshape(*image_shape, 1)\n    )\n    \
         encludl = EnCluDL(\n        \
         clustering=FeatureAgglomeration(n_clusters={}, connectivity=connectivity),\n        \
         desparsified_lasso=DesparsifiedLasso(estimator=LassoCV(max_iter={}){share}),\n        \
         n_bootstraps={}, n_jobs={}, random_state={}, cluster_bootstrap_size={},\n        \
         gamma={}, adaptive_aggregation={},\n    )\n    \
         encludl.fit_importance(X_pair, y_pair)\n    \
         selected = encludl.fwer_selection(fwer={}, n_tests={}, two_tailed_test={})\n",
        params.n_clusters,
        params.max_iter,
        params.n_bootstraps,
        params.n_jobs,
        params.random_state,
        params.cluster_bootstrap_size,
        params.gamma,
        truth(params.adaptive_aggregation),
        params.fwer,
        params.n_clusters,
        truth(params.two_tailed)
    )
}
