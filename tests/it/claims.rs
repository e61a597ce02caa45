//! What the scenes claim and ask fits what their experiments report.

use digitoscope::data::disk;
use digitoscope::experiments::{Entry, Values};
use digitoscope::labs::{self, Kind, Scene};
use digitoscope::link::View;
use digitoscope::report::{Report, sealed};
use digitoscope::runner;
use std::collections::BTreeSet;
use std::path::Path;

fn scenes() -> impl Iterator<Item = &'static Scene> {
    labs::all().iter().flat_map(|lab| &lab.scenes)
}

fn saved(scene: &str) -> Report {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("static/saved/{scene}.gz"));
    let bytes = std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    sealed::open(scene, &bytes).unwrap().report
}

/// Every answer that a question accepts, or enough of them.
fn answers(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Number { min, max, .. } => (*min..=*max).map(|n| n.to_string()).collect(),
        Kind::Choice { options, .. } => options.iter().map(|option| option.id.clone()).collect(),
        Kind::Paint { .. } => ["p8", "p0ff", "p000000000000000000000000000f"].map(String::from).to_vec(),
        Kind::Pairs { .. } => ["0-1~2-3", "4-9~5-3", "9-8~7-9"].map(String::from).to_vec(),
        Kind::Sort(sorting) => {
            let n = sorting.images.len();
            ["a".repeat(n), "ab".repeat(n / 2), "abc".repeat(n / 3)].to_vec()
        }
        Kind::Order { items, .. } => {
            let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
            let turned = |by: usize| {
                let mut ids = ids.clone();
                ids.rotate_left(by);
                ids.join("~")
            };
            (0..ids.len()).map(turned).chain([ids.iter().rev().copied().collect::<Vec<_>>().join("~")]).collect()
        }
    }
}

#[test]
fn every_claim_reaches_a_verdict_in_its_preset() {
    let mut n_claims = 0;
    for scene in scenes().filter(|scene| !scene.claims.is_empty()) {
        let report = saved(&scene.id);
        for claim in &scene.claims {
            let name = format!("{} {}", scene.id, claim.id);
            let (_, text) = claim.verdict(&report).unwrap_or_else(|| panic!("{name}: no verdict"));
            assert!(!text.is_empty() && !text.contains(['{', '}']), "{name}: {text}");
            assert!(claim.findings.last().is_some_and(|last| last.when.is_none()), "{name}: there is a last word");
            for finding in &claim.findings {
                let alone =
                    labs::Claim { findings: vec![labs::Finding { when: None, ..finding.clone() }], ..claim.clone() };
                assert!(alone.verdict(&report).is_some(), "{name}: {}", finding.text);
                assert!(finding.when.iter().all(|rule| rule.holds(&report).is_some()), "{name}: {:?}", finding.when);
            }
            assert_eq!(claim.verdict(&Report::default()), None, "{name} needs the numbers");
            n_claims += 1;
        }
    }
    assert!(n_claims > 0);
}

#[test]
fn every_prediction_is_answered_by_the_run() {
    let mut n_questions = 0;
    for scene in scenes().filter(|scene| !scene.predictions.is_empty()) {
        for question in &scene.predictions {
            let report = saved(question.scene().unwrap_or(&scene.id));
            let name = format!("{} {}", scene.id, question.id);
            let texts: BTreeSet<String> = answers(&question.kind)
                .iter()
                .map(|answer| {
                    assert!(question.accepts(answer), "{name}: {answer}");
                    question.reveal(answer, &report).unwrap_or_else(|| panic!("{name}: nothing to say to {answer}"))
                })
                .collect();
            assert!(texts.len() > 1, "{name}: the text does not depend on the answer");
            assert!(texts.iter().all(|text| !text.contains(['{', '}'])), "{name}: {texts:?}");
            assert!(
                !question.accepts("") && !question.accepts("no~thing") && !question.accepts("4294967296"),
                "{name}"
            );
            if let Kind::Choice { options, .. } = &question.kind {
                let right = options.iter().filter(|option| option.rule.holds(&report) == Some(true)).count();
                assert_eq!(right, 1, "{name}: one answer is right in the preset");
            }
            n_questions += 1;
        }
    }
    assert!(n_questions >= 4, "the four questions of the exercise");
}

#[test]
fn images_to_be_sorted_are_the_digits_that_the_question_says() {
    let mut n_questions = 0;
    for question in scenes().flat_map(|scene| &scene.predictions) {
        let Kind::Sort(sorting) = &question.kind else { continue };
        let data = disk::builtin(&runner::builtin_folder(), &sorting.data).unwrap();
        let labels: Vec<u8> = sorting.images.iter().map(|image| data.labels[*image as usize]).collect();
        assert_eq!(labels, sorting.digits, "{}", question.id);
        assert!(sorting.groups > 1 && sorting.letters().count() == sorting.groups, "{}", question.id);
        n_questions += 1;
    }
    assert!(n_questions > 0);
}

#[test]
fn tests_of_claims_are_settings_of_their_experiment() {
    for scene in scenes() {
        let names: Vec<&str> = scene.claims.iter().map(|claim| claim.id.as_str()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}: {names:?}", scene.id);
        for test in scene.claims.iter().filter_map(|claim| claim.test.as_ref()) {
            let entry = Entry::find(scene.experiment.as_deref().unwrap()).unwrap();
            let mut view = View::default();
            let looks = |name: &str, value: &str| View::default().apply(name, value) == Ok(true);
            let (seen, set): (Values, Values) = test.set.iter().cloned().partition(|(name, value)| looks(name, value));
            for (name, value) in &seen {
                assert_eq!(view.apply(name, value), Ok(true), "{}", scene.id);
                assert_eq!(view.value(name), Some(value.as_str()), "{}", scene.id);
            }
            let values = entry.normal(&set).unwrap_or_else(|e| panic!("{}: {e}", scene.id));
            for (name, value) in &set {
                let normal = values.iter().find(|(known, _)| known == name).map(|(_, value)| value);
                assert_eq!(normal, Some(value), "{}: {name} is written otherwise", scene.id);
            }
            assert!(!test.set.is_empty() && !test.label.is_empty());
        }
    }
}
