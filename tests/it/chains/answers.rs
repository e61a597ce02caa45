//! What half-hidden images are taken for, and how probable the chains find what was hidden: as the definitions say.

use super::{bits, close, core, number, predictors, run, small};
use digitoscope::data::Dataset;
use digitoscope::report::groups::{real, whole};
use digitoscope::report::{Figure, Report, Table, Value};

fn table(report: &Report) -> (&Table, &str) {
    let section = report.sections.iter().find(|section| section.id == "answers").unwrap();
    let Figure::Numbers(table) = &section.figure else { panic!("a table") };
    (table, &section.summary)
}

/// The probability of digit 3 given the seen part, and the log probability of the hidden one, image by image and chain
/// by chain.
fn expected(report: &Report, data: &Dataset, query: u32, observed: &[bool]) -> (f64, f64) {
    let predictors = predictors(report, data);
    let rows = whole(&report.arrays, "rows").unwrap();
    let bits = bits(data, query);
    let (mut three, mut probability) = (0.0, 0.0);
    for (chain, predictor) in predictors.iter().enumerate() {
        let (_, labels, _) = core(report, data, chain);
        let share = |slot: Option<&u32>| {
            let members = || labels.iter().zip(rows).filter(|(label, _)| slot.is_none_or(|slot| slot == *label));
            let threes = members().filter(|(_, row)| data.labels[**row as usize] == 3).count();
            threes as f64 / members().count() as f64
        };
        let answer = predictor.answer(&bits, observed).unwrap();
        for (k, weight) in answer.responsibilities.iter().enumerate() {
            three += weight * share(predictor.slots().get(k)) / predictors.len() as f64;
        }
        probability += predictor.log_p_hidden(&bits, observed).unwrap().exp() / predictors.len() as f64;
    }
    (three, probability.ln())
}

#[test]
fn each_group_counts_as_the_digits_of_its_images() {
    let data = small(90);
    for held_out in ["false", "true"] {
        for (hidden, seen) in [("bottom", 32), ("all", 0)] {
            let settings = [("hidden", hidden), ("held_out", held_out), ("n_queries", "6"), ("n_chains", "3")];
            let report = run(&settings, &data);
            let observed: Vec<bool> = (0..64).map(|d| d < seen).collect();
            let (table, _) = table(&report);
            let queries = whole(&report.arrays, "queries").unwrap();
            assert_eq!((table.rows.len(), queries.len()), (12, 12));
            let (mut right, mut score) = (0.0, 0.0);
            for (at, query) in queries.iter().enumerate() {
                let (three, log_p) = expected(&report, &data, *query, &observed);
                let [image, digit, most, share, hidden_part, off] = &table.rows[at][..] else { panic!("six columns") };
                assert_eq!(*image, Value::Int(i64::from(*query)));
                let taken = if three > 0.5 { 3 } else { 2 };
                let truth = data.labels[*query as usize];
                assert_eq!(*most, Value::Text(taken.to_string()));
                assert_eq!(*digit, Value::Text(truth.to_string()));
                let (Value::Float(share), Value::Float(found), Value::Float(off)) = (share, hidden_part, off) else {
                    panic!("three real numbers")
                };
                close(*share, three.max(1.0 - three), 1e-12);
                close(*found, log_p, 1e-9);
                let d = 64;
                let shown = &real(&report.arrays, "completions").unwrap()[at * d..(at + 1) * d];
                let apart: f64 = (seen..d).map(|i| (shown[i] - f64::from(bits(&data, *query)[i])).abs()).sum();
                close(*off, apart / (d - seen) as f64, 1e-12);
                right += f64::from(u8::from(taken == truth)) / 12.0;
                score += log_p / 12.0;
            }
            close(number(&report, "class_accuracy"), right, 1e-12);
            close(number(&report, "hidden_score"), score, 1e-9);
        }
    }
}

#[test]
fn a_score_of_images_that_were_learned_is_not_called_held_out() {
    let data = small(60);
    let label = |held_out: &str| {
        let report = run(&[("held_out", held_out), ("n_iter", "1"), ("n_chains", "1")], &data);
        (report.find("hidden_score").unwrap().label.clone(), table(&report).1.to_string())
    };
    let (held, words) = label("true");
    assert!(
        held.starts_with("Held-out score") && words.ends_with("No chain has seen these images."),
        "{held}: {words}"
    );
    let (learned, words) = label("false");
    assert!(learned.ends_with("images that the chains have learned"), "{learned}");
    assert!(words.ends_with("The chains have learned from these images."), "{words}");
}
