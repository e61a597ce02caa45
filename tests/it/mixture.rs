//! Mixtures on the original twos and threes, against chains of another implementation:
//! the mean of five chains lies within four standard errors of theirs.

use digitoscope::data::Dataset;
use digitoscope::learn::metrics::{adjusted_rand_score, purity};
use digitoscope::learn::mixture::{BinaryImages, Chain, ChainOptions, Counts, Hyper, Learn, Predictor, Start};
use serde_json::Value;
use std::path::{Path, PathBuf};

const CHAINS: u32 = 5;
const SWEEPS: usize = 5;

/// Half-width of a band, in standard deviations between chains: four standard errors of a mean of five.
const WIDE: f64 = 2.1;

struct Golden {
    runs: Value,
    train: Dataset,
    test: Dataset,
}

fn golden() -> Option<Golden> {
    let folder = std::env::var_os("DIGITOSCOPE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("../spec/dpmm/golden_mnist.json")) else {
        println!("skipped, no data");
        return None;
    };
    let part = |part: &str| {
        let read =
            |name: &str| std::fs::read(folder.join("mnist").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (images, labels) = (format!("{part}-images-idx3-ubyte.gz"), format!("{part}-labels-idx1-ubyte.gz"));
        let all = Dataset::from_idx(&images, &read(&images), &labels, &read(&labels)).unwrap();
        let rows: Vec<usize> = (0..all.n).filter(|i| [2, 3].contains(&all.labels[*i])).collect();
        all.select(&rows).unwrap()
    };
    let runs = serde_json::from_str::<Value>(&text).unwrap()["runs"].take();
    Some(Golden { runs, train: part("train"), test: part("t10k") })
}

fn binarised(data: &Dataset) -> BinaryImages {
    let rows: Vec<u32> = (0..data.n as u32).collect();
    BinaryImages::from_grey(&data.images, data.n_features(), &rows, 0).unwrap()
}

/// Five chains of five sweeps from a hundred random groups, on two threads.
fn chains(images: &BinaryImages, learn: Learn) -> Vec<Chain> {
    let run = |chain: u32| {
        let options =
            ChainOptions { random_state: 0, chain, learn, learn_concentration: None, n_proposals: 0, n_followed: 0 };
        let hyper = Hyper::uniform(1.0, 1.0, 1.0, images.n_features()).unwrap();
        let mut chain = Chain::new(images, options, &Start::Random(100), hyper).unwrap();
        (0..SWEEPS).for_each(|_| chain.sweep(images).unwrap());
        chain
    };
    std::thread::scope(|scope| {
        let odd = scope.spawn(|| (0..CHAINS).filter(|c| c % 2 == 1).map(run).collect::<Vec<_>>());
        let mut all: Vec<Chain> = (0..CHAINS).filter(|c| c % 2 == 0).map(run).collect();
        all.extend(odd.join().unwrap());
        all
    })
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    values.sum::<f64>() / f64::from(CHAINS)
}

/// Compares a mean of five chains with theirs.
fn within(name: &str, ours: f64, theirs: &Value) {
    let (middle, sd) = (theirs["mean"].as_f64().unwrap(), theirs["sd"].as_f64().unwrap());
    println!("{name}: {ours:.5}, theirs {middle:.5} +- {sd:.5}");
    assert!((ours - middle).abs() <= WIDE * sd, "{name}: {ours} is not within {WIDE} x {sd} of {middle}");
}

/// Traces and agreement with the digits.
fn check_chains(name: &str, runs: &Value, chains: &[Chain], labels: &[u8]) {
    let theirs = &runs[name]["summary_by_sweep"];
    let row = |sweep: usize| chains.iter().map(move |chain| &chain.trace()[sweep]);
    for sweep in [1, 2, 3, SWEEPS] {
        let theirs = &theirs[sweep - 1];
        within(&format!("{name} K, sweep {sweep}"), mean(row(sweep).map(|row| f64::from(row.n_groups))), &theirs["K"]);
        within(
            &format!("{name} log joint, sweep {sweep}"),
            mean(row(sweep).map(|row| row.log_joint())),
            &theirs["log_joint"],
        );
        within(
            &format!("{name} moved, sweep {sweep}"),
            mean(row(sweep).map(|row| f64::from(row.moved))),
            &theirs["moved"],
        );
    }
    let theirs = &theirs[SWEEPS - 1];
    within("largest", mean(row(SWEEPS).map(|row| f64::from(row.largest))), &theirs["largest"]);
    within("groups in effect", mean(row(SWEEPS).map(|row| row.effective_groups)), &theirs["size_entropy_eff_K"]);
    within("score of the partition", mean(row(SWEEPS).map(|row| row.score_assignment)), &theirs["score_assignment"]);
    let truth: Vec<u32> = labels.iter().map(|label| u32::from(*label)).collect();
    let found = || chains.iter().map(|chain| chain.state().labels());
    within("purity", mean(found().map(|labels| purity(&truth, labels).unwrap())), &theirs["purity"]);
    within("ARI", mean(found().map(|labels| adjusted_rand_score(&truth, labels).unwrap())), &theirs["ARI"]);
}

#[test]
fn chains_on_all_twos_and_threes_are_like_theirs() {
    let Some(golden) = golden() else { return };
    let all = golden.train.concatenate(&golden.test).unwrap();
    assert_eq!(all.n, 14_131);
    let images = binarised(&all);
    for (name, learn) in [
        ("all_none_5sweeps", Learn::Fixed),
        ("all_log_5sweeps", Learn::LogSlice),
        ("all_orig_5sweeps", Learn::LinearSlice),
    ] {
        check_chains(name, &golden.runs, &chains(&images, learn), &all.labels);
    }
}

/// Log loss, absolute error, Brier score, wrong pixels, joint log loss by the pixel, right labels.
#[derive(Default, Clone, Copy)]
struct Losses([f64; 6]);

const NAMES: [&str; 6] = ["logloss", "mae", "brier", "err", "joint_nll_per_pixel", "label_acc"];

impl Losses {
    fn pixel(&mut self, p: f64, on: bool, n: f64) {
        let right = if on { p } else { 1.0 - p };
        self.0[0] -= right.ln() / n;
        self.0[1] += (1.0 - right) / n;
        self.0[2] += (1.0 - right) * (1.0 - right) / n;
        self.0[3] += f64::from(u8::from((p > 0.5) != on)) / n;
    }
}

#[test]
fn completions_of_unseen_images_are_like_theirs() {
    let Some(golden) = golden() else { return };
    let (train, test) = (&golden.train, &golden.test);
    assert_eq!((train.n, test.n), (12_089, 2_042));
    let images = binarised(train);
    let truth: Vec<bool> = train.labels.iter().map(|label| *label == 3).collect();
    let d = test.n_features();
    let observed: Vec<bool> = (0..d).map(|pixel| pixel < d / 2).collect();
    let whole = vec![true; d];
    for (name, learn) in [
        ("heldout_none_5sweeps", Learn::Fixed),
        ("heldout_log_5sweeps", Learn::LogSlice),
        ("heldout_orig_5sweeps", Learn::LinearSlice),
    ] {
        let chains = chains(&images, learn);
        check_chains(name, &golden.runs, &chains, &train.labels);
        let predictors: Vec<Predictor> =
            chains.iter().map(|chain| Predictor::new(chain.state().counts(), chain.state().hyper())).collect();
        // Of each group the chance that an image in it is a three.
        let threes: Vec<Vec<f64>> = chains
            .iter()
            .zip(&predictors)
            .map(|(chain, predictor)| {
                let counts: &Counts = chain.state().counts();
                let of_slot = |slot: &u32| {
                    let members = chain.state().labels().iter().zip(&truth);
                    let three = members.filter(|(label, three)| *label == slot && **three).count() as f64;
                    (three + 1.0) / (f64::from(counts.size(*slot as usize)) + 2.0)
                };
                predictor.slots().iter().map(of_slot).chain([0.5]).collect()
            })
            .collect();

        let (n_pixels, n_tests) = ((test.n * d / 2) as f64, test.n as f64);
        let (mut single, mut together) = (Losses::default(), Losses::default());
        for i in 0..test.n {
            let bits: Vec<u8> = test.image(i).iter().map(|grey| u8::from(*grey > 0)).collect();
            let three = test.labels[i] == 3;
            let (mut expected, mut hidden, mut chance) = (vec![0.0; d], 0.0, 0.0);
            for (predictor, threes) in predictors.iter().zip(&threes) {
                let answer = predictor.answer(&bits, &observed).unwrap();
                for pixel in d / 2..d {
                    single.pixel(answer.expected[pixel], bits[pixel] == 1, n_pixels * f64::from(CHAINS));
                    expected[pixel] += answer.expected[pixel] / f64::from(CHAINS);
                }
                let log_p = predictor.log_p_hidden(&bits, &observed).unwrap();
                single.0[4] -= log_p / (n_pixels * f64::from(CHAINS));
                hidden += log_p.exp() / f64::from(CHAINS);
                let seen = predictor.answer(&bits, &whole).unwrap();
                let p: f64 = seen.responsibilities.iter().zip(threes).map(|(r, three)| r * three).sum();
                single.0[5] += f64::from(u8::from((p > 0.5) == three)) / (n_tests * f64::from(CHAINS));
                chance += p / f64::from(CHAINS);
            }
            for pixel in d / 2..d {
                together.pixel(expected[pixel], bits[pixel] == 1, n_pixels);
            }
            together.0[4] -= hidden.ln() / n_pixels;
            together.0[5] += f64::from(u8::from((chance > 0.5) == three)) / n_tests;
        }
        let theirs = &golden.runs[name];
        for (at, what) in NAMES.into_iter().enumerate() {
            let chain = &theirs["pred_single_chain"][what];
            within(&format!("{name} {what}, one chain"), single.0[at], chain);
            // The spread of ensembles of five is theirs of three, or they have one; that of chains is the better known.
            let ensemble = &theirs["pred_5chain_ensemble"][what];
            let middle = if ensemble.is_number() { ensemble } else { &ensemble["mean"] };
            let band = serde_json::json!({ "mean": middle, "sd": chain["sd"] });
            within(&format!("{name} {what}, five chains"), together.0[at], &band);
        }
    }
}
