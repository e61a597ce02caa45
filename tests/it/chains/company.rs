//! How sure a chain is of itself: the companions that images keep over its last sweeps.

use super::{number, run, run_with, saved, setup, small};
use digitoscope::learn::mixture::{RECENT, companionship, followed};
use digitoscope::report::groups::whole;
use digitoscope::report::{Figure, Report, Value};
use serde_json::Value as Json;

#[test]
fn companions_are_counted_as_they_are_defined() {
    // Image 0 has 1 and 2 with it at the end: one of them in the first partition, none in the second.
    let partitions = vec![vec![0, 0, 1, 1], vec![0, 1, 2, 0], vec![5, 5, 5, 6]];
    let found = companionship(&partitions).unwrap();
    assert_eq!(found[0], 1.0 / 4.0);
    assert_eq!(found[1], 1.0 / 4.0);
    assert_eq!(found[2], 0.0);
    // Image 3 is alone at the end, and only there.
    assert_eq!(found[3], 0.0);
    assert_eq!(companionship(&[vec![3, 3, 9], vec![1, 1, 0]]).unwrap(), [1.0; 3]);
    assert!(companionship(&[]).is_err());
    assert!(companionship(&[vec![3, 3, 9]]).is_err(), "the last partition agrees with itself, which says nothing");
    assert!(companionship(&[vec![0, 1], vec![0]]).is_err());
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Labels of the followed images of a chain after so many sweeps, by a run of its own.
fn after(n_iter: usize, chain: usize, n: usize) -> Vec<u32> {
    let report = run(&[("n_chains", "2"), ("n_iter", &n_iter.to_string())], &small(n));
    let labels = &whole(&report.arrays, "labels_").unwrap()[chain * n..(chain + 1) * n];
    followed(n, 200).map(|i| labels[i]).collect()
}

#[test]
fn the_second_half_of_the_sweeps_counts_and_has_the_labels_of_shorter_runs() {
    for (n, n_iter, first) in [(60, 5, 3), (60, 6, 4), (230, 3, 2)] {
        let report = run(&[("n_chains", "2"), ("n_iter", &n_iter.to_string())], &small(n));
        let each = [0, 1].map(|chain| {
            let kept: Vec<Vec<u32>> = (first..=n_iter).map(|sweep| after(sweep, chain, n)).collect();
            assert_eq!(kept[0].len(), n.min(200));
            mean(&companionship(&kept).unwrap())
        });
        assert_eq!(number(&report, "kept_sweeps") as usize, n_iter - first);
        assert_eq!(number(&report, "company_0"), each[0]);
        assert!((number(&report, "company") - mean(&each)).abs() < 1e-15);
        let recent = report.arrays.iter().find(|array| array.name == "recent").unwrap();
        assert_eq!(recent.shape, [2, n_iter as u32, n.min(200) as u32]);
    }
    // Of one sweep and of two only the last counts.
    for n_iter in ["1", "2"] {
        let report = run(&[("n_chains", "2"), ("n_iter", n_iter)], &small(40));
        assert_eq!(number(&report, "kept_sweeps"), 0.0);
        assert_eq!(report.find("company").unwrap().value.full(), "no sweep to compare");
        let (words, lines) = section(&report);
        assert!(words.contains("Only the last sweep counts") && lines == 0, "{words}");
    }
}

fn section(report: &Report) -> (String, usize) {
    let section = report.sections.iter().find(|section| section.id == "company").unwrap();
    // Where there is nothing to compare a table says so.
    let lines = match &section.figure {
        Figure::Curves { curves, .. } => curves.len(),
        Figure::Numbers(table) => table.rows.iter().filter(|row| row[1] != Value::Int(0)).count(),
        other => panic!("{other:?}"),
    };
    (section.summary.clone(), lines)
}

#[test]
fn of_a_long_chain_the_last_sweeps_are_kept() {
    let report = run(&[("n_chains", "1"), ("n_iter", "130")], &small(30));
    assert_eq!(number(&report, "kept_sweeps") as usize, RECENT - 1);
    let (words, lines) = section(&report);
    assert!(words.contains("with it in the 49 sweeps before"), "{words}");
    assert_eq!(lines, 1);
    let shares = number(&report, "company_0");
    assert!(shares > 0.0 && shares <= 1.0);
}

#[test]
fn chains_of_an_older_file_keep_sweeps_from_there_on() {
    let data = small(50);
    let settings = |n_iter: &'static str| [("n_chains", "2"), ("n_iter", n_iter)];
    let text = saved(&settings("3"), &run(&settings("3"), &data));
    let mut file: Json = serde_json::from_str(&text).unwrap();
    let without = |file: &Json| {
        let mut file = file.clone();
        file["arrays"].as_array_mut().unwrap().retain(|array| array["name"] != "recent");
        file.to_string()
    };
    let old = without(&file);
    let there = run_with(&setup(&settings("3")), &data, Some(&old)).unwrap();
    assert_eq!(number(&there, "kept_sweeps"), 0.0);
    assert_eq!(there.find("company_0").unwrap().value.full(), "no sweep to compare");
    let (words, lines) = section(&there);
    assert!(words.contains("they come from an older file") && lines == 0, "{words}");
    let on = run_with(&setup(&settings("9")), &data, Some(&old)).unwrap();
    let whole_run = run(&settings("9"), &data);
    // Of sweeps 5 to 9, which count, all have been kept by then.
    for name in ["kept_sweeps", "company_0", "company", "log_joint"] {
        assert_eq!(on.find(name).unwrap().value, whole_run.find(name).unwrap().value, "{name}");
    }
    // What is there must be whole.
    let at = file["arrays"].as_array().unwrap().iter().position(|array| array["name"] == "recent").unwrap();
    file["arrays"][at]["numbers"]["U32"].as_array_mut().unwrap().pop();
    let error = run_with(&setup(&settings("9")), &data, Some(&file.to_string())).unwrap_err().to_string();
    assert!(error.contains("'recent' has"), "{error}");
    // More sweeps than the chain has done.
    let mut file: Json = serde_json::from_str(&text).unwrap();
    let numbers = file["arrays"][at]["numbers"]["U32"].as_array_mut().unwrap();
    let all = numbers.clone();
    numbers.extend(all);
    let error = run_with(&setup(&settings("9")), &data, Some(&file.to_string())).unwrap_err().to_string();
    assert!(error.contains("does not keep 50 images for each of its last sweeps"), "{error}");
}
