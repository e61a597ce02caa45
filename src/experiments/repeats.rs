//! Would the same come out tomorrow? The inference with several seeds: one bootstrap against many.

use super::Experiment;
use super::encludl::{Bootstrap, EncludlParams, Inference};
use super::inferred::{self, Doubts};
use super::lab::{Lab, Progress};
use super::pair::{self, Pair};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::Domain;
use crate::report::{Array, ColorMap, Figure, Numbers, Rate, Report, Section, Table, Value};

crate::params! {
    /// The same inference with several seeds.
    pub struct RepeatsParams {
        /// The two digits.
        pairs "Digits": Vec<u32> = vec![4, 7], Domain::Ints { min: 0, max: 9, longest: 2 };
        /// Images of both digits at most, drawn without replacement, each digit with its share.
        n_samples "Images": u32 = 5_000, Domain::Int { min: 10, max: 100_000, slider: 0 };
        /// Regions that the pixels are joined to in each bootstrap; also the number of tests.
        n_clusters "Regions": u32 = 100, Domain::Int { min: 2, max: 300, slider: 300 };
        /// Bootstraps of each seed.
        n_bootstraps "Bootstraps": u32 = 10, Domain::Int { min: 2, max: 50, slider: 20 };
        /// How many seeds: the first, and those that follow it.
        n_seeds "Seeds": u32 = 10, Domain::Int { min: 2, max: 50, slider: 20 };
        /// Family-wise error rate.
        fwer "FWER": f64 = 0.1, Domain::Float { min: 0.0, max: 1.0 };
        /// The first seed. Each seed draws the images anew, in another order, and its own bootstraps.
        random_state "First seed": u32 = 0, Domain::Int { min: 0, max: 4_000_000_000, slider: 0 };
    }
}

impl RepeatsParams {
    fn encludl(&self, seed: u32) -> EncludlParams {
        EncludlParams {
            pairs: self.pairs.clone(),
            n_samples: self.n_samples,
            n_clusters: self.n_clusters,
            n_bootstraps: self.n_bootstraps,
            fwer: self.fwer,
            random_state: self.random_state + seed,
            ..EncludlParams::default()
        }
    }

    fn digits(&self) -> Result<(u8, u8)> {
        let digits = pair::pairs(&self.pairs)?;
        digits.first().copied().ok_or_else(|| Error::invalid("pairs", "two digits", "none"))
    }
}

/// The experiment.
pub struct Repeats;

impl Experiment for Repeats {
    const ID: &'static str = "repeats";
    const TITLE: &'static str = "The same tomorrow?";
    type Params = RepeatsParams;
    type Job = Bootstrap;

    fn check(params: &RepeatsParams, _: usize, n_features: usize) -> Result<()> {
        pair::pairs(&params.pairs)?;
        pair::check_regions(params.n_clusters, n_features)?;
        pair::check_rate(params.fwer)
    }

    async fn run(params: &RepeatsParams, lab: &Lab<'_>) -> Result<Report> {
        let digits = params.digits()?;
        let seeds = || (0..params.n_seeds).map(|seed| params.encludl(seed));
        let jobs: Vec<Bootstrap> = seeds()
            .flat_map(|encludl| (0..params.n_bootstraps).map(move |i| Bootstrap::new(&encludl, digits, i)))
            .collect();
        // Of each seed the images in its order.
        let draw = |encludl: EncludlParams| Pair::draw(lab.dataset, digits, params.n_samples, encludl.random_state);
        let pairs = seeds().map(draw).collect::<Result<Vec<_>>>()?;
        let mut live = |known: &[Progress<Inference>], _: usize| {
            let found: Vec<Option<&Inference>> = known.iter().map(|job| job.output.as_ref()).collect();
            report(params, lab.dataset, &pairs, &found).ok()
        };
        let found = lab.map("Fitting clustered inferences", &jobs, &mut live).await?;
        report(params, lab.dataset, &pairs, &found.iter().map(Some).collect::<Vec<_>>())
    }

    fn python(params: &RepeatsParams) -> String {
        let mut script = super::encludl::python_head();
        script += &format!("for a, b in {}:\n  masks, firsts = [], []\n", pair::python_pairs(&params.pairs));
        script += &format!("  for seed in range({0}, {0} + {1}):\n", params.random_state, params.n_seeds);
        let body = pair::python(params.n_samples, 0).replace("random_state=0", "random_state=seed");
        script += &body;
        script += "    kept = np.ones(X_pair.shape[1], dtype=bool)\n";
        let fit = EncludlParams { random_state: 0, ..params.encludl(0) };
        script += &super::encludl::python_fit(&fit).replace("random_state=0", "random_state=seed");
        script += "    masks.append(selected)\n";
        script += &format!(
            "    one = encludl.clustering_desparsified_lassos_[0]\n    \
             firsts.append(one.fwer_selection(fwer={}, n_tests={}, two_tailed_test=True))\n",
            params.fwer, params.n_clusters
        );
        script += "  def jaccard(maps):\n    shares = []\n    for i in range(len(maps)):\n      for j in range(i):\n        \
                   both = np.count_nonzero((maps[i] != 0) & (maps[i] == maps[j]))\n        \
                   either = np.count_nonzero((maps[i] != 0) | (maps[j] != 0))\n        \
                   shares.append(both / either if either else 1.0)\n    return np.mean(shares)\n";
        script += "  show('n_samples', len(X_pair))\n  show('jaccard_all', jaccard(masks))\n  show('jaccard_one', jaccard(firsts))\n";
        script += "  show('always_all', np.count_nonzero(abs(np.sum(masks, axis=0)) == len(masks)))\n";
        script += "  show('always_one', np.count_nonzero(abs(np.sum(firsts, axis=0)) == len(firsts)))\n";
        script
    }
}

/// The masks of several seeds.
struct Masks {
    name: &'static str,
    id: &'static str,
    /// The seed of each mask, and the mask.
    of: Vec<(u32, Vec<i8>)>,
}

impl Masks {
    /// For each pixel, in per cent, how many seeds select it, with the sign.
    fn often(&self) -> Vec<f32> {
        let n = self.of.first().map_or(0, |(_, mask)| mask.len());
        let sum = |pixel: usize| self.of.iter().map(|(_, mask)| f64::from(mask[pixel])).sum::<f64>();
        (0..n).map(|pixel| (sum(pixel) * 100.0 / self.of.len() as f64).round() as f32).collect()
    }

    /// The mean over all pairs of seeds of the pixels that both select with one sign, over those that either selects.
    fn jaccard(&self) -> f64 {
        let mut shares = Vec::new();
        for (i, (_, a)) in self.of.iter().enumerate() {
            for (_, b) in &self.of[..i] {
                let both = a.iter().zip(b).filter(|(a, b)| **a != 0 && a == b).count();
                let either = a.iter().zip(b).filter(|(a, b)| **a != 0 || **b != 0).count();
                shares.push(if either == 0 { 1.0 } else { both as f64 / either as f64 });
            }
        }
        shares.iter().sum::<f64>() / shares.len().max(1) as f64
    }

    /// Whether any seed selects anything.
    fn any(&self) -> bool {
        self.of.iter().any(|(_, mask)| mask.iter().any(|sign| *sign != 0))
    }

    /// Pixels that every seed selects, always with the same sign.
    fn always(&self) -> usize {
        self.often().iter().filter(|share| share.abs() == 100.0).count()
    }
}

/// NaN, which is drawn as no data, where nothing can be known.
fn with_data(values: Vec<f32>, has_data: &[bool]) -> Vec<f32> {
    values.into_iter().zip(has_data).map(|(value, has)| if *has { value } else { f32::NAN }).collect()
}

fn report(params: &RepeatsParams, data: &Dataset, pairs: &[Pair], found: &[Option<&Inference>]) -> Result<Report> {
    let mut all = Masks { name: "All bootstraps of a seed", id: "all", of: Vec::new() };
    let mut one = Masks { name: "The first bootstrap alone", id: "one", of: Vec::new() };
    let (mut quality, mut counted, mut data_of) = (Vec::new(), Vec::new(), Vec::new());
    for ((seed, pair), found) in (0..).zip(pairs).zip(found.chunks(params.n_bootstraps as usize)) {
        // A seed counts when it is done: fewer bootstraps would be another method.
        let Some(known) = found.iter().copied().collect::<Option<Vec<&Inference>>>() else { continue };
        counted.extend(&known);
        let known: Vec<(usize, &Inference)> = known.into_iter().enumerate().collect();
        let encludl = params.encludl(seed);
        let inferred = inferred::empty(&encludl, data);
        let task = inferred::task(&encludl, data, pair, &known)?;
        let joined = task.joined(inferred.aggregation)?;
        let seed = encludl.random_state;
        all.of.push((seed, inferred.mask(&task, &joined, Rate::Fwer, params.fwer)?));
        one.of.push((seed, inferred.mask_of(&task, 0, Rate::Fwer, params.fwer)?));
        quality.push(inferred::fitted(&format!("{}, seed {seed}", task.name), &known));
        data_of.push((0..task.n_features()).map(|pixel| task.has_data(pixel)).collect::<Vec<bool>>());
    }
    let mut report = Report::default();
    let n = pairs.first().map_or(0, |pair| pair.rows.len());
    report.metric("n_samples", "Images of both digits", Value::Int(n as i64));
    report.metric("n_seeds", "Seeds", Value::Int(all.of.len() as i64));
    if all.of.is_empty() {
        return Ok(report);
    }
    // All seeds have as many images, and the same pixels take part: what is to be said of them is said once.
    if let Some(pair) = pairs.first() {
        let (encludl, mut doubts) = (params.encludl(0), Doubts::default());
        doubts.of(&mut report, &encludl, data, pair, &counted)?;
        doubts.unfinished(&mut report, &encludl);
    }
    report.sections.push(inferred::qualities(quality));
    let mut rows = Vec::new();
    for masks in [&one, &all] {
        let (jaccard, always) = (masks.jaccard(), masks.always());
        let sizes: Vec<usize> =
            masks.of.iter().map(|(_, mask)| mask.iter().filter(|sign| **sign != 0).count()).collect();
        report.metric(
            &format!("jaccard_{}", masks.id),
            &format!("Mean Jaccard index of two seeds: {}", masks.name),
            Value::Float(jaccard),
        );
        report.metric(
            &format!("always_{}", masks.id),
            &format!("Pixels of every seed: {}", masks.name),
            Value::Int(always as i64),
        );
        rows.push(vec![
            Value::Text(masks.name.into()),
            Value::Int(sizes.iter().copied().min().unwrap_or(0) as i64),
            Value::Int(sizes.iter().copied().max().unwrap_or(0) as i64),
            Value::Int(always as i64),
            Value::Float(jaccard),
        ]);
    }
    let shared = |masks: &Masks| match masks.any() {
        true => format!(
            "{} pixels are selected by every seed, and two seeds share {:.0} % of what either selects",
            masks.always(),
            100.0 * masks.jaccard()
        ),
        false => "no seed selects any pixel".into(),
    };
    let words = format!(
        "{} seeds. A single bootstrap: {}. {} bootstraps together: {}.",
        all.of.len(),
        shared(&one),
        params.n_bootstraps,
        shared(&all),
    );
    let summary = format!(
        "{words} Strong colours are found by every seed; pale ones depend on it. Grey pixels have no ink in any image."
    );
    let look = (ColorMap::RdBu, -100.0, 100.0);
    let ever: Vec<bool> = (0..data.n_features()).map(|pixel| data_of.iter().any(|of| of[pixel])).collect();
    let images = [&one, &all].map(|masks| (masks.name.to_string(), with_data(masks.often(), &ever))).to_vec();
    let title = "How often a pixel is selected, per cent of the seeds";
    report.sections.push(pair::panels(("often", title, summary), data, look, 2, images));
    for (masks, id, title) in [(&one, "ones", "One bootstrap, seed by seed"), (&all, "alls", "Ensembles, seed by seed")]
    {
        let images: Vec<(String, Vec<f32>)> = masks
            .of
            .iter()
            .zip(&data_of)
            .map(|((seed, mask), of)| {
                let signs = mask.iter().map(|sign| f32::from(*sign)).collect();
                (format!("seed {seed}"), with_data(signs, of))
            })
            .collect();
        let look = (ColorMap::Signs, -1.0, 1.0);
        report.sections.push(pair::panels(
            (id, title, format!("{}, seed after seed. Grey pixels have no ink in any image of that seed.", masks.name)),
            data,
            look,
            10,
            images,
        ));
        report.arrays.push(Array {
            name: id.into(),
            shape: vec![masks.of.len() as u32, data.height as u32, data.width as u32],
            numbers: Numbers::F64(
                masks.of.iter().flat_map(|(_, mask)| mask.iter().map(|sign| f64::from(*sign))).collect(),
            ),
        });
    }
    let columns = ["what", "fewest pixels", "most", "in every seed", "mean Jaccard index"];
    report.sections.push(Section {
        id: "spread".into(),
        title: "One against many".into(),
        summary: words,
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    });
    Ok(report)
}
