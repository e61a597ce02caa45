//! Chains go on from a file as if they had never stopped, and a file that does not fit is refused.

use super::{run, run_with, saved, setup, small};
use digitoscope::data::Dataset;
use digitoscope::error::{Error, Result};
use digitoscope::experiments::{Bench, Entry, Heard, LocalFuture, Serial, poll_once};
use digitoscope::report::Report;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

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
    assert!(words.contains("the trace of chain 0 ends with 4 groups, and its labels are 5"), "{words}");
    let words = tamper("trace", "F64", &|values| values[1] = 0.5.into());
    assert!(words.contains("row 0 of the trace of chain 0 has 0.5 groups of 70 images"), "{words}");
    let words = tamper("trace", "F64", &|values| values[0] = 7.into());
    assert!(words.contains("row 0 of the trace of chain 0 has sweep 7"), "{words}");
    assert!(tamper("labels_", "U32", &|labels| drop(labels.pop())).contains("numbers where 140 belong"));
    assert!(tamper("alpha", "F64", &|values| values[3] = (-1.0).into()).contains("alpha"));
    assert!(tamper("alpha", "F64", &|values| drop(values.pop())).contains("belong"));
    assert!(tamper("running", "F64", &|values| values[0] = 1.0.into()).contains("log joint"));
    assert!(tamper("births", "U32", &|births| births[0] = 4_000_000_000_u32.into()).contains("births"));
    assert!(tamper("births", "U32", &|births| births.clear()).contains("births"));
    assert!(tamper("trace", "F64", &|rows| rows.clear()).contains("sweeps"));
}
