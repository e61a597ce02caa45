//! The chains of a mixture as a report carries them: what the page completes pictures with agrees with the numeric core
//! and with the specification, chains go on from a file as if they had never stopped, and what does not fit is refused.

use digitoscope::data::{Dataset, digit_names};
use digitoscope::error::{Error, Result};
use digitoscope::experiments::{Bench, CHAINS, Entry, Heard, LocalFuture, Saved, Serial, Values, poll_once};
use digitoscope::learn::mixture::{
    BinaryImages, Counts, Hyper, Merge, Predictor, State, co_assignment, complete, representative,
};
use digitoscope::link::{Place, Setup};
use digitoscope::random::default_rng;
use digitoscope::report::groups::{Groups, real, whole};
use digitoscope::report::{Array, Numbers, Report};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mixture").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn f64s(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn u8s(value: &Value) -> Vec<u8> {
    value.as_array().unwrap().iter().map(|value| value.as_u64().unwrap() as u8).collect()
}

fn close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()), "{ours} instead of {theirs}");
}

/// The arrays that a report brings of one chain whose labels are 0, 1, …
fn arrays_of(bits: &[u8], labels: &[u32], (a, b, alpha): (&[f64], &[f64], f64)) -> Vec<Array> {
    let d = a.len();
    let groups = labels.iter().max().map_or(0, |label| *label as usize + 1);
    let (mut sizes, mut on) = (vec![0; groups], vec![0; groups * d]);
    for (row, label) in bits.chunks_exact(d).zip(labels) {
        sizes[*label as usize] += 1;
        on[*label as usize * d..][..d].iter_mut().zip(row).for_each(|(count, bit)| *count += u32::from(*bit));
    }
    let real = |name: &str, shape: &[u32], values: &[f64]| Array {
        name: name.into(),
        shape: shape.to_vec(),
        numbers: Numbers::F64(values.to_vec()),
    };
    let whole = |name: &str, values: Vec<u32>| Array {
        name: name.into(),
        shape: vec![values.len() as u32],
        numbers: Numbers::U32(values),
    };
    vec![
        real("alpha", &[1, d as u32], a),
        real("beta", &[1, d as u32], b),
        real("concentration", &[1], &[alpha]),
        whole("n_groups", vec![groups as u32]),
        whole("group_labels", (0..groups as u32).collect()),
        whole("group_sizes", sizes),
        whole("group_counts", on),
    ]
}

#[test]
fn the_page_answers_queries_as_the_specification_does() {
    let cases = fixture("partitions.json")["cases"].take();
    let mut n_queries = 0;
    for state in fixture("predictive.json")["states"].as_array().unwrap().iter().filter(|state| state["z"].is_array()) {
        let case = cases.as_array().unwrap().iter().find(|case| case["name"] == state["case"]).unwrap();
        // The page's chains never have pixels that are missing.
        if case["missing"].is_array() {
            continue;
        }
        let bits: Vec<u8> = case["X"].as_array().unwrap().iter().flat_map(u8s).collect();
        let labels: Vec<u32> = u8s(&state["z"]).into_iter().map(u32::from).collect();
        let prior = (&f64s(&case["a"])[..], &f64s(&case["b"])[..], case["crp_alpha"].as_f64().unwrap());
        let groups = Groups::of(&arrays_of(&bits, &labels, prior)).unwrap();
        for query in state["queries"].as_array().unwrap() {
            let bits = u8s(&query["query"]);
            let observed: Vec<bool> = u8s(&query["query_missing"]).iter().map(|missing| *missing == 0).collect();
            let found = groups.complete(&bits, &observed);
            let theirs = f64s(&query["group_prob_then_new"]);
            found.shares[0].iter().zip(&theirs).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-9));
            for (d, theirs) in f64s(&query["expected_pixel"]).into_iter().enumerate() {
                close(found.mean()[d], if observed[d] { f64::from(bits[d]) } else { theirs }, 1e-9);
            }
            n_queries += 1;
        }
    }
    assert_eq!(n_queries, 96, "queries of the fixtures");
}

/// `n` images of 8 by 8 pixels in four styles, two of each of two classes, with noise.
fn small(n: usize) -> Arc<Dataset> {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 28 == 0
    };
    let styles = (0..n).map(|i| i % 4);
    let images = styles.clone().flat_map(|style| (0..64).map(move |pixel| (pixel / 16 == style) || pixel % 8 == style));
    let images = images.map(|on| u8::from(on != noise()) * 255).collect();
    let labels = styles.map(|style| 2 + (style / 2) as u8).collect();
    Arc::new(Dataset::new("small", "Small", images, labels, (8, 8), digit_names(10)).unwrap())
}

fn setup(values: &[(&str, &str)]) -> Setup {
    let setup = Setup::preset(Place::Bench { experiment: "mixture".into() }).with("n_groups", "7");
    values.iter().fold(setup, |setup, (name, value)| setup.with(name, value))
}

fn run_with(setup: &Setup, data: &Arc<Dataset>, chains: Option<&str>) -> Result<Report> {
    let entry = Entry::find("mixture").unwrap();
    let mut values: Values = setup.values.clone();
    values.extend(chains.map(|text| (CHAINS.to_string(), text.to_string())));
    poll_once(entry.run(&values, data, &Serial::new(entry, Arc::clone(data)))).unwrap()
}

fn run(values: &[(&str, &str)], data: &Arc<Dataset>) -> Report {
    run_with(&setup(values), data, None).unwrap()
}

/// One chain of a report as the numeric core has it.
fn core(report: &Report, data: &Dataset, chain: usize) -> (BinaryImages, Vec<u32>, Hyper) {
    let rows = whole(&report.arrays, "rows").unwrap();
    let images = BinaryImages::from_grey(&data.images, data.n_features(), rows, 0).unwrap();
    let part = |values: &[f64], n: usize| values[chain * n..(chain + 1) * n].to_vec();
    let (a, b) = (real(&report.arrays, "alpha").unwrap(), real(&report.arrays, "beta").unwrap());
    let alpha = real(&report.arrays, "concentration").unwrap()[chain];
    let labels = whole(&report.arrays, "labels_").unwrap()[chain * rows.len()..][..rows.len()].to_vec();
    (images, labels, Hyper { alpha, a: part(a, 64), b: part(b, 64) })
}

#[test]
fn the_page_completes_as_the_chains_do() {
    let data = small(90);
    let report = run(&[("n_queries", "3"), ("n_iter", "4"), ("n_chains", "3")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    assert_eq!(groups.chains.len(), 3);
    let predictors: Vec<Predictor> = (0..3)
        .map(|chain| {
            let (images, labels, hyper) = core(&report, &data, chain);
            Predictor::new(&Counts::of(&images, &labels), &hyper)
        })
        .collect();
    let masks: Vec<Vec<bool>> =
        vec![(0..64).map(|d| d < 32).collect(), (0..64).map(|d| d % 7 != 0).collect(), vec![false; 64], vec![true; 64]];
    let queries = whole(&report.arrays, "queries").unwrap();
    for (at, query) in queries.iter().enumerate() {
        let bits: Vec<u8> = data.image(*query as usize).iter().map(|grey| u8::from(*grey > 0)).collect();
        for (i, observed) in masks.iter().enumerate() {
            let ours = groups.complete(&bits, observed);
            let theirs = complete(&predictors, &bits, observed, Merge::Expected, 0, &mut default_rng(0)).unwrap();
            ours.mean().iter().zip(&theirs).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-12));
            if i == 0 {
                let d = groups.n_features;
                let shown = &real(&report.arrays, "completions").unwrap()[at * d..(at + 1) * d];
                ours.mean().iter().zip(shown).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-12));
            }
            let spread = ours.spread();
            for d in 0..64 {
                let (low, high) = ours.expected.iter().fold((1.0_f64, 0.0_f64), |(l, h), e| (l.min(e[d]), h.max(e[d])));
                // Of three values the standard deviation is between these shares of their range.
                assert!(spread[d] <= 0.48 * (high - low) + 1e-12 && spread[d] >= 0.4 * (high - low) - 1e-12);
                assert!(!observed[d] || spread[d] == 0.0);
            }
        }
    }
}

#[test]
fn single_draws_are_the_same_again_and_have_the_expected_pixels() {
    let data = small(60);
    let report = run(&[("n_chains", "2")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    let bits: Vec<u8> = data.image(0).iter().map(|grey| u8::from(*grey > 0)).collect();
    let observed: Vec<bool> = (0..64).map(|d| d < 20).collect();
    let found = groups.complete(&bits, &observed);
    const DRAWS: u32 = 20_000;
    let mut sums = vec![0.0; 64];
    for i in 0..DRAWS {
        let (chain, group, pixels) = found.draw(&groups, i, &bits, &observed);
        assert_eq!(chain, i as usize % 2);
        assert!(group <= groups.chains[chain].sizes.len());
        pixels.iter().zip(&mut sums).for_each(|(bit, sum)| *sum += f64::from(*bit));
    }
    assert_eq!(found.draw(&groups, 7, &bits, &observed), found.draw(&groups, 7, &bits, &observed));
    for (d, mean) in found.mean().into_iter().enumerate() {
        if observed[d] {
            assert_eq!(sums[d], f64::from(DRAWS) * f64::from(bits[d]));
            continue;
        }
        // Pixels of one draw depend on each other, not those of two draws.
        let error = (mean * (1.0 - mean) / f64::from(DRAWS)).sqrt();
        assert!((sums[d] / f64::from(DRAWS) - mean).abs() <= 5.0 * error + 1e-9, "pixel {d}");
    }
}

#[test]
fn members_fit_their_group_as_the_sampler_weighs_them() {
    let data = small(80);
    let report = run(&[("n_iter", "3"), ("n_chains", "1")], &data);
    let groups = Groups::of(&report.arrays).unwrap();
    let (images, labels, hyper) = core(&report, &data, 0);
    let mut state = State::new(&images, labels.clone(), hyper).unwrap();
    let chain = &groups.chains[0];
    for (group, slot) in chain.slots.iter().enumerate() {
        let members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == *slot).collect();
        assert_eq!(members.len(), chain.sizes[group] as usize);
        let bits: Vec<Vec<bool>> =
            members.iter().map(|i| (0..64).map(|d| images.on(*i).contains(&(d as u16))).collect()).collect();
        let fits = chain.typicality(group, bits.iter().map(Vec::as_slice));
        for (member, fit) in members.iter().zip(fits) {
            if members.len() > 1 {
                let (weights, _) = state.log_weights(&images, *member);
                let own = weights.iter().find(|(known, _)| *known == *slot as usize).unwrap().1;
                close(fit, own - libm::log(members.len() as f64 - 1.0), 1e-5);
            }
        }
        if let Some((other, far)) = chain.nearest(group) {
            assert!(other != group && (0.0..=1.0).contains(&far));
        }
    }
    let sizes = &chain.sizes;
    assert!(sizes.is_sorted_by(|a, b| a >= b), "the largest first: {sizes:?}");
}

/// The text of the file of a report's chains.
fn saved(values: &[(&str, &str)], report: &Report) -> String {
    Saved::text(&setup(values).key(), &report.arrays).unwrap()
}

#[test]
fn chains_go_on_from_a_file_as_if_they_had_never_stopped() {
    let data = small(70);
    let more = [("learn_concentration", "true"), ("n_proposals", "4"), ("n_chains", "2"), ("held_out", "true")];
    let with = |n_iter: &'static str| [&more[..], &[("n_iter", n_iter)]].concat();
    let first = run(&with("3"), &data);
    let text = saved(&with("3"), &first);
    let whole = run(&with("9"), &data);
    let resumed = run_with(&setup(&with("9")), &data, Some(&text)).unwrap();
    assert_eq!(resumed.digest(), whole.digest());
    // What was asked for is there already: nothing is left to do.
    assert_eq!(run_with(&setup(&with("3")), &data, Some(&text)).unwrap().digest(), first.digest());
    // What is shown of the chains may be another thing.
    let other = [&with("9")[..], &[("hidden", "left"), ("merge", "avg")]].concat();
    let shown = run_with(&setup(&other), &data, Some(&text)).unwrap();
    assert_eq!(shown.digest(), run(&other, &data).digest());
}

/// Is asked to stop after so many stages, and has what the page has then: the last report that was shown.
struct Paused {
    inner: Serial,
    n_stages: Cell<u32>,
    shown: RefCell<Option<Report>>,
    counted: RefCell<Vec<(usize, usize)>>,
}

impl Bench for Paused {
    fn carry_out<'a>(
        &'a self,
        jobs: Vec<Vec<u8>>,
        patience: f64,
        heard: &'a mut dyn FnMut(Heard),
    ) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let stop = self.n_stages.get() == 0;
            // What stops in the middle of a sweep leaves one chain ahead of the others; what is shown does not have it.
            let jobs = if stop { jobs[..1].to_vec() } else { jobs };
            self.inner.carry_out(jobs, patience, heard).await?;
            self.n_stages.set(self.n_stages.get().saturating_sub(1));
            if stop { Err(Error::Cancelled) } else { Ok(()) }
        })
    }

    fn wants_report(&self) -> bool {
        true
    }

    fn show(&self, unfinished: Report) {
        self.shown.replace(Some(unfinished));
    }

    fn progress(&self, _: &str, done: usize, of: usize, _: f64) {
        self.counted.borrow_mut().push((done, of));
    }
}

#[test]
fn a_run_stopped_within_a_sweep_keeps_the_whole_ones_and_goes_on() {
    // As many as make one sweep a stage of its own.
    let data = small(2100);
    let settings = [("n_iter", "3"), ("n_chains", "2"), ("learn_concentration", "true")];
    let whole = run(&settings, &data);
    let entry = Entry::find("mixture").unwrap();
    for n_sweeps in [1, 2] {
        let bench = Paused {
            inner: Serial::new(entry, Arc::clone(&data)),
            n_stages: Cell::new(n_sweeps),
            shown: RefCell::default(),
            counted: RefCell::default(),
        };
        let stopped = poll_once(entry.run(&setup(&settings).values, &data, &bench)).unwrap();
        assert_eq!(stopped.err(), Some(Error::Cancelled));
        assert_eq!(bench.counted.borrow().last(), Some(&(n_sweeps as usize, 3)), "sweeps done of those asked for");
        let shown = bench.shown.take().unwrap();
        let trace = shown.arrays.iter().find(|array| array.name == "trace").unwrap();
        assert_eq!(trace.shape[1], n_sweeps + 1);
        let resumed = run_with(&setup(&settings), &data, Some(&saved(&settings, &shown))).unwrap();
        assert_eq!(resumed.digest(), whole.digest(), "paused after {n_sweeps}");
    }
}

#[test]
fn a_file_of_chains_that_does_not_fit_is_refused_with_the_reason() {
    let data = small(70);
    let settings = [("n_iter", "3"), ("n_chains", "2")];
    let text = saved(&settings, &run(&settings, &data));
    let refusal = |text: &str, values: &[(&str, &str)], data: &Arc<Dataset>| {
        let values = [&settings[..], values].concat();
        match run_with(&setup(&values), data, Some(text)) {
            Err(Error::Data(words)) => words,
            Err(error) => error.to_string(),
            Ok(_) => "not refused".into(),
        }
    };
    for (values, reason) in [
        (&[("n_groups", "8")][..], "run with n_groups = 7, and here it is 8"),
        (&[("threshold", "9")], "run with threshold = 0"),
        (&[("random_state", "1")], "run with random_state = 0"),
        (&[("n_chains", "3")], "run with n_chains = 2"),
        (&[("learn", "fixed")], "run with learn = log-slice"),
        (&[("digits", "2")], "seen 70 images, and here there are 36"),
        (&[("n_images", "50")], "seen 70 images, and here there are 50"),
        (&[("n_iter", "2")], "done 3 sweeps, and here 2 are asked for"),
    ] {
        let words = refusal(&text, values, &data);
        assert!(words.contains(reason), "{values:?}: {words}");
    }
    // The same numbers of images, other pixels: the log joint tells.
    let mut other = (*data).clone();
    other.images.reverse();
    let words = refusal(&text, &[], &Arc::new(other));
    assert!(words.contains("does not fit these images: its log joint is"), "{words}");

    let damaged = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        refusal(&text.replacen(from, to, 1), &[], &data)
    };
    assert!(refusal("{", &[], &data).contains("not whole or no file of chains"));
    assert!(refusal(&text[..text.len() / 2], &[], &data).contains("not whole or no file of chains"));
    assert!(refusal("[1, 2]", &[], &data).contains("no file of chains"));
    assert!(damaged("digitoscope-chains-1", "digitoscope-chains-9").contains("'digitoscope-chains-9'"));
    assert!(damaged("\"name\":\"labels_\"", "\"name\":\"label\"").contains("'labels_' is missing"));
    assert!(damaged("\"name\":\"births\"", "\"name\":\"beta\"").contains("missing"));
    let mut parsed: Value = serde_json::from_str(&text).unwrap();
    let at = |parsed: &Value, name: &str| {
        parsed["arrays"].as_array().unwrap().iter().position(|array| array["name"] == name).unwrap()
    };
    let mut tamper = |name: &str, kind: &str, change: &dyn Fn(&mut Vec<Value>)| {
        let i = at(&parsed, name);
        let before = parsed["arrays"][i].clone();
        change(parsed["arrays"][i]["numbers"][kind].as_array_mut().unwrap());
        let words = refusal(&parsed.to_string(), &[], &data);
        parsed["arrays"][i] = before;
        words
    };
    let words = tamper("labels_", "U32", &|labels| labels[0] = 4_000_000_000_u32.into());
    assert!(words.contains("'births' has too few numbers"), "{words}");
    assert!(tamper("labels_", "U32", &|labels| drop(labels.pop())).contains("numbers where 140 belong"));
    assert!(tamper("alpha", "F64", &|values| values[3] = (-1.0).into()).contains("alpha"));
    assert!(tamper("alpha", "F64", &|values| drop(values.pop())).contains("belong"));
    assert!(tamper("running", "F64", &|values| values[0] = 1.0.into()).contains("log joint"));
    assert!(tamper("births", "U32", &|births| births[0] = 4_000_000_000_u32.into()).contains("births"));
    assert!(tamper("births", "U32", &|births| births.clear()).contains("births"));
    assert!(tamper("trace", "F64", &|rows| rows.clear()).contains("sweeps"));
}

/// What a visitor may ask for that cannot be, and what may look as if it could not.
#[test]
fn bad_input_is_refused_and_odd_input_is_not() {
    let data = small(60);
    for (name, value, must_be) in [
        ("concentration", "0", "[0.001, 1000]"),
        ("concentration", "-1", "[0.001, 1000]"),
        ("concentration", "NaN", "[0.001, 1000]"),
        ("alpha", "0", "[0.001, 1000]"),
        ("beta", "inf", "[0.001, 1000]"),
        ("threshold", "255", "[0, 254]"),
        ("n_chains", "0", "[1, 20]"),
        ("n_iter", "0", "[1, 1000]"),
        ("n_groups", "0", "[1, 1000]"),
        ("n_images", "0", "[1, 70000]"),
        ("n_queries", "0", "[1, 12]"),
        ("samples_per_chain", "0", "[1, 1000]"),
        ("digits", "10", "[0, 9]"),
        ("digits", "", "a list such as"),
        ("hidden", "nothing", "'bottom'"),
        ("learn", "slice", "'log-slice'"),
        ("init", "kmeans", "'random'"),
    ] {
        let error = run_with(&setup(&[(name, value)]), &data, None).unwrap_err().to_string();
        assert!(error.contains(&format!("'{name}'")) && error.contains(must_be), "{name}={value}: {error}");
        assert!(error.contains(&format!("Got '{value}' instead")), "{name}={value}: {error}");
    }
    let none = run_with(&setup(&[("digits", "7~8")]), &data, None).unwrap_err().to_string();
    assert!(none.contains("no image of 7, 8 is left") && none.contains("Choose other digits"), "{none}");
    let twice = run_with(&setup(&[("digits", "2~2")]), &data, None).unwrap_err().to_string();
    assert!(twice.contains("different numbers") && twice.contains("2 twice"), "{twice}");

    // All black, all white, one image, one pixel: unusual, but a mixture of them is one.
    let uniform = |level: u8, n: usize, side: usize| {
        let images = vec![level; n * side * side];
        Arc::new(Dataset::new("u", "U", images, vec![2; n], (side, side), digit_names(10)).unwrap())
    };
    for (data, learn) in [
        (uniform(0, 20, 4), "log-slice"),
        (uniform(255, 20, 4), "log-slice"),
        (uniform(255, 1, 4), "fixed"),
        (uniform(0, 3, 1), "linear-slice"),
    ] {
        for hidden in ["all", "bottom", "dots"] {
            let report = run(&[("learn", learn), ("hidden", hidden), ("n_chains", "2")], &data);
            let groups = Groups::of(&report.arrays).unwrap();
            let d = data.n_features();
            let bits = vec![u8::from(data.images[0] > 0); d];
            for observed in [vec![true; d], vec![false; d]] {
                let mean = groups.complete(&bits, &observed).mean();
                assert!(mean.iter().all(|p| (0.0..=1.0).contains(p)), "{mean:?}");
                if observed[0] {
                    assert!(mean.iter().zip(&bits).all(|(p, bit)| *p == f64::from(*bit)));
                }
            }
        }
    }
}

#[test]
fn images_that_are_all_black_or_all_white_are_said_to_be() {
    let uniform = |level: u8| {
        Arc::new(Dataset::new("u", "U", vec![level; 20 * 16], vec![2; 20], (4, 4), digit_names(10)).unwrap())
    };
    let words = |level: u8, threshold: &str| -> Vec<String> {
        let data = uniform(level);
        let entry = Entry::find("binary").unwrap();
        let values: Values = vec![("digits".into(), "2".into()), ("threshold".into(), threshold.into())];
        let looked = poll_once(entry.run(&values, &data, &Serial::new(entry, Arc::clone(&data)))).unwrap().unwrap();
        let ran = run(&[("threshold", threshold), ("digits", "2"), ("n_iter", "1"), ("n_chains", "1")], &data);
        assert_eq!(looked.warnings, ran.warnings, "both scenes say it");
        ran.warnings.iter().map(ToString::to_string).collect()
    };
    for (level, threshold, said, remedy) in [
        (0, "0", "all pixels of all images are off", "Choose other images."),
        (90, "100", "With threshold = 100 all pixels of all images are off", "Lower it, or choose other images."),
        (90, "89", "With threshold = 89 all pixels of all images are on", "Raise it, or choose other images."),
        (255, "254", "all pixels of all images are on", "Choose other images."),
    ] {
        let [warning] = &words(level, threshold)[..] else { panic!("one warning of {level} at {threshold}") };
        assert!(warning.contains(said) && warning.ends_with(remedy), "{warning}");
    }
    assert_eq!(run(&[("n_iter", "1"), ("n_chains", "1")], &small(40)).warnings, []);
}

#[test]
fn groups_are_counted_by_digit_and_chains_by_whether_they_stand_still() {
    let data = small(90);
    let report = run(&[("n_chains", "3"), ("n_iter", "2")], &data);
    let int = |name: &str| report.find(name).unwrap().value.full().parse::<u32>().unwrap();
    let n_groups = whole(&report.arrays, "n_groups").unwrap();
    assert_eq!(int("groups_0"), n_groups[0]);
    let labels = &whole(&report.arrays, "labels_").unwrap()[..90];
    let rows = whole(&report.arrays, "rows").unwrap();
    let slots: std::collections::BTreeSet<u32> = labels.iter().copied().collect();
    let of = |slot: u32, digit: u8| {
        labels.iter().zip(rows).filter(|(label, row)| **label == slot && data.labels[**row as usize] == digit).count()
    };
    let mostly = |digit: u8, other: u8| {
        slots.iter().filter(|slot| of(**slot, digit) > 0 && of(**slot, digit) >= of(**slot, other)).count() as u32
    };
    assert_eq!((int("groups_of_2"), int("groups_of_3")), (mostly(2, 3), mostly(3, 2)));
    let trace = report.arrays.iter().find(|array| array.name == "trace").unwrap();
    let (rows, columns) = (trace.shape[1] as usize, trace.shape[2] as usize);
    let values = real(&report.arrays, "trace").unwrap();
    let used = |chain: usize, row: usize| values[(chain * rows + row) * columns + 1];
    let changing = (0..3).filter(|chain| used(*chain, rows - 1) != used(*chain, rows - 2)).count() as u32;
    assert_eq!(int("changing"), changing);
}

#[test]
fn pairs_and_representatives_are_those_of_the_labels() {
    let data = small(40);
    let report = run(&[("n_chains", "4"), ("n_iter", "2")], &data);
    let labels: Vec<Vec<u32>> = whole(&report.arrays, "labels_").unwrap().chunks(40).map(<[u32]>::to_vec).collect();
    use digitoscope::learn::mixture::Loss;
    for (metric, loss) in [("representative", Loss::VariationOfInformation), ("representative_binder", Loss::Binder)] {
        let ours = report.find(metric).unwrap().value.full();
        assert_eq!(ours, representative(&labels, loss).unwrap().0.to_string(), "{metric}");
    }
    let all: Vec<u32> = (0..40).collect();
    let shares = co_assignment(&labels, &all).unwrap();
    let section = report.sections.iter().find(|section| section.id == "together").unwrap();
    let digitoscope::report::Figure::Images { height, images, .. } = &section.figure else { panic!() };
    assert_eq!((*height, images[0].pixels.len()), (40, 1600));
    // In another order, but the same cells: as many of each share, and 1 on the diagonal.
    assert!((0..40).all(|i| images[0].pixels[i * 41] == 255.0));
    let mut ours: Vec<i64> = images[0].pixels.iter().map(|level| *level as i64).collect();
    let mut theirs: Vec<i64> =
        (0..40).flat_map(|i| shares.row(i).iter().map(|share| (255.0 * share).round() as i64)).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
}

#[test]
fn a_saved_result_brings_no_chains() {
    assert!(Groups::of(&[]).is_none());
    let mut report = run(&[("n_chains", "1"), ("n_iter", "1")], &small(12));
    report.arrays.retain(|array| array.name != "group_counts");
    assert!(Groups::of(&report.arrays).is_none());
}
