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

/// The table of regions says what the arrays say of the bootstrap that was chosen, and each of its numbers follows from
/// others of the report.
#[test]
fn the_table_of_regions_is_of_the_chosen_bootstrap() {
    let (k, b) = (30, 3);
    let report =
        run(&format!("#/bench/encludl?data=mnist1k&pairs=4~7&n_clusters={k}&n_bootstraps={b}&table_bootstrap=1"));
    let section = report.sections.iter().find(|section| section.id == "clusters").unwrap();
    let Figure::Numbers(table) = &section.figure else { panic!() };
    assert_eq!(table.rows.len(), k);
    let cell = |row: usize, name: &str| {
        let column = table.columns.iter().position(|column| column == name).unwrap();
        table.rows[row][column].full().parse::<f64>().unwrap()
    };
    let of = |name: &str| array(&report, &format!("{name}_4_7"));
    let (beta, z, p, lower, upper) =
        (of("cluster_beta"), of("cluster_z"), of("cluster_pvalues"), of("cluster_lower"), of("cluster_upper"));
    let (labels, diameters) = (of("labels"), of("cluster_diameter"));
    for row in 0..k {
        let region = cell(row, "region") as usize - 1;
        let at = k + region;
        let own: Vec<usize> = (0..784).filter(|pixel| labels[784 + pixel] as usize == region).collect();
        assert_eq!(cell(row, "pixels") as usize, own.len());
        let apart = |a: &usize, b: &usize| ((a / 28) as f64 - (b / 28) as f64).hypot((a % 28) as f64 - (b % 28) as f64);
        let widest = own.iter().flat_map(|a| own.iter().map(move |b| apart(a, b))).fold(0.0, f64::max);
        assert!((diameters[at] - widest).abs() < 1e-12);
        // Four digits are written.
        for (name, value) in
            [("diameter", widest), ("beta", beta[at]), ("95 % from", lower[at]), ("z", z[at]), ("p", p[at])]
        {
            assert!((cell(row, name) - value).abs() <= 1e-3 * value.abs(), "{name}: {} {value}", cell(row, name));
        }
        let se = beta[at] / z[at];
        assert!((upper[at] - lower[at] - 2.0 * 1.959_963_984_540_054 * se.abs()).abs() <= 1e-9 * se.abs());
        assert!(((upper[at] + lower[at]) / 2.0 - beta[at]).abs() <= 1e-9 * se.abs());
        assert!(row == 0 || cell(row, "z").abs() <= cell(row - 1, "z").abs(), "the surest come first");
    }
    let delta = report.find("delta_4_7").unwrap().value.full().parse::<f64>().unwrap();
    assert_eq!(delta, diameters.iter().copied().fold(0.0, f64::max));
    let found = p.iter().filter(|p| **p < 0.05 / k as f64).count() as f64 / (k * b) as f64;
    assert_eq!(report.find("power_4_7").unwrap().value.full().parse::<f64>().unwrap(), found);
}

#[test]
fn one_bootstrap_is_called_by_its_own_name() {
    for (n, method) in [(1, "CluDL"), (2, "EnCluDL")] {
        let report = run(&format!("#/bench/encludl?data=mnist1k&pairs=4~7&n_clusters=10&n_bootstraps={n}"));
        assert_eq!(report.find("method").unwrap().value.full(), method);
        let section = report.sections.iter().find(|section| section.id == "masks").unwrap();
        assert_eq!(section.title.contains("CluDL"), n == 1, "{}", section.title);
    }
}

/// More regions than images: every lasso ends by itself, soon, and what to think of the result is said.
#[test]
fn more_regions_than_images_end_and_are_warned_of() {
    let report = run("#/bench/encludl?data=mnist10k&pairs=4~7&n_samples=50&n_bootstraps=3");
    let texts: Vec<String> = report.warnings.iter().map(|warning| warning.to_string()).collect();
    assert!(texts.iter().any(|text| text.contains("50 images") && text.contains("100 regions")), "{texts:?}");
    let unsolved = report.warnings.iter().any(|warning| {
        matches!(
            warning,
            digitoscope::error::Warning::Unsolved { .. } | digitoscope::error::Warning::NotConverged { .. }
        )
    });
    assert!(!unsolved, "{texts:?}");
    assert!(array(&report, "pvalues_4_7").iter().all(|p| (0.0..=1.0).contains(p)));
}
