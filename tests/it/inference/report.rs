//! What the report keeps of an inference is enough for every mask at every level, and a saved result
//! gives the very masks of the run.

use super::fixture::near;
use digitoscope::data::disk;
use digitoscope::learn::inference::{Control, select, threshold};
use digitoscope::link;
use digitoscope::report::{Figure, Inferred, Numbers, Rate, Report, sealed};
use digitoscope::runner;
use std::sync::Arc;

fn run(link: &str) -> Report {
    let opened = link::open(link);
    assert_eq!(opened.notes, []);
    let data = disk::builtin(&runner::builtin_folder(), &opened.setup.data).unwrap();
    runner::outcome(&opened.setup, &Arc::new(data), 2).unwrap().report
}

fn array(report: &Report, name: &str) -> Vec<f64> {
    match &report.arrays.iter().find(|array| array.name == name).unwrap().numbers {
        Numbers::F64(values) => values.clone(),
        Numbers::U32(values) => values.iter().map(|value| f64::from(*value)).collect(),
    }
}

/// The inference as the page reads it from a saved result: without arrays, through JSON.
fn saved(report: &Report) -> Inferred {
    let mut report = report.clone();
    report.arrays.clear();
    let text = serde_json::to_string(&report).unwrap();
    let back: Report = serde_json::from_str(&text).unwrap();
    let section = back.sections.into_iter().find(|section| section.id == "masks").unwrap();
    match section.figure {
        Figure::Inferred(inferred) => inferred,
        _ => panic!("the masks are no inference"),
    }
}

#[test]
fn masks_of_a_saved_result_are_the_runs_at_every_level() {
    for more in ["", "&two_tailed=false", "&n_bootstraps=1", "&adaptive_aggregation=true&gamma=0.2", "&min_lit=0.05"] {
        let link = format!("#/bench/encludl?data=mnist1k&pairs=4~7~0~1&n_clusters=40&n_bootstraps=5{more}");
        let report = run(&link);
        let inferred = saved(&report);
        for (task, id) in inferred.tasks.iter().zip(["4_7", "0_1"]) {
            let (p, importance) =
                (array(&report, &format!("pvalues_{id}")), array(&report, &format!("importances_{id}")));
            let joined = task.joined(inferred.aggregation).unwrap();
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&joined.p), bits(&p), "{link}");
            let kept: Vec<usize> = (0..p.len()).filter(|pixel| !p[*pixel].is_nan()).collect();
            assert!(kept.iter().all(|pixel| task.takes_part(*pixel)), "{link}");
            let of = |values: &[f64]| kept.iter().map(|pixel| values[*pixel]).collect::<Vec<f64>>();
            let rates = [
                (Rate::Fwer, Control::Fwer { n_tests: 40 }),
                (Rate::Bhq, Control::FdrBhq),
                (Rate::Bhy, Control::FdrBhy),
            ];
            for (rate, control) in rates {
                for level in [0.001, 0.01, 0.1, 0.5, 0.99] {
                    let mask = inferred.mask(task, &joined, rate, level).unwrap();
                    let expected = select(&of(&p), &of(&importance), control, level, inferred.two_tailed).unwrap();
                    let found: Vec<i8> = kept.iter().map(|pixel| mask[*pixel]).collect();
                    assert_eq!(found, expected, "{link} {rate:?} {level}");
                    let t = threshold(&of(&p), control, level, inferred.two_tailed).unwrap();
                    near(&[inferred.threshold(&joined.p, rate, level).unwrap()], &[t], |_| 0.0);
                }
            }
            let selected = array(&report, &format!("selected_{id}"));
            let mask = inferred.mask(task, &joined, Rate::Fwer, inferred.fwer).unwrap();
            assert_eq!(mask.iter().map(|sign| f64::from(*sign)).collect::<Vec<_>>(), selected, "{link}");
            // A higher level selects no less.
            let size = |level: f64| {
                inferred.mask(task, &joined, Rate::Fwer, level).unwrap().iter().filter(|s| **s != 0).count()
            };
            let sizes: Vec<usize> = (0..=60).map(|i| size(10f64.powf(-3.0 + f64::from(i) / 20.0))).collect();
            assert!(sizes.is_sorted(), "{sizes:?}");
        }
    }
}

#[test]
fn what_is_written_of_a_default_run_is_small() {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/static/saved/0-masks.gz")).unwrap();
    let outcome = sealed::open("0-masks", &bytes).unwrap();
    let inferred = saved(&outcome.report);
    assert_eq!(inferred.tasks.len(), 3);
    assert!(
        inferred.tasks.iter().all(|task| task.known.len() == 10 && task.z.len() == 1000 && task.n_features() == 784)
    );
    let own = serde_json::to_string(&inferred).unwrap().len();
    assert!(own < 90_000, "{own} bytes");
}
