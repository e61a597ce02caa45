//! The saved results that the page shows before anything is computed are what the
//! program of today computes.

use digitoscope::data::disk;
use digitoscope::report::{ENGINE, Outcome, sealed};
use digitoscope::runner;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const REMEDY: &str = "If that is meant: cargo run --release -- --save-presets static/saved";

/// What a visitor downloads of a scene before anything is computed.
const MOST_BYTES: u64 = 100_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/saved")
}

#[test]
fn every_scene_has_a_small_saved_result_and_nothing_else_is_there() {
    let expected: Vec<String> = {
        let mut names: Vec<String> = runner::presets().into_iter().map(|(id, _)| format!("{id}.gz")).collect();
        names.sort();
        names
    };
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder()).unwrap().map(Result::unwrap) {
        let name = file.file_name().into_string().unwrap();
        let bytes = file.metadata().unwrap().len();
        assert!(bytes <= MOST_BYTES, "{name}: {bytes} bytes are more than {MOST_BYTES}");
        found.push(name);
    }
    found.sort();
    assert_eq!(found, expected, "static/saved does not fit the scenes. {REMEDY}");
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn saved_results_are_what_a_fresh_run_gives() {
    let builtin = runner::builtin_folder();
    let mut datasets = BTreeMap::new();
    // Two scenes may show the same run.
    let mut fresh: BTreeMap<String, Outcome> = BTreeMap::new();
    for (scene, setup) in runner::presets() {
        let file = folder().join(format!("{scene}.gz"));
        let bytes = std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}. {REMEDY}", file.display()));
        let saved = sealed::open(&scene, &bytes).unwrap_or_else(|e| panic!("{scene}: {e}. {REMEDY}"));
        assert_eq!(saved.configuration, setup.key(), "{scene}: another configuration. {REMEDY}");
        assert_eq!(saved.engine, ENGINE, "{scene}: of another engine. {REMEDY}");

        let data = datasets
            .entry(setup.data.clone())
            .or_insert_with(|| Arc::new(disk::builtin(&builtin, &setup.data).unwrap()));
        let outcome = fresh.entry(setup.key()).or_insert_with(|| {
            let mut outcome = runner::outcome(&setup, data, 2).unwrap();
            // What a machine took on a day is not kept, nor are arrays.
            (outcome.seconds, outcome.memory_bytes, outcome.workers) = (0.0, 0, 0);
            outcome.report.arrays.clear();
            outcome
        });
        assert_eq!(saved.digest, outcome.digest, "{scene}: the digests differ. {REMEDY}");
        // The page must read the very numbers: a last digit lost in parsing would be another result.
        let (ours, theirs) = (&outcome.report, &saved.report);
        assert_eq!(theirs.metrics, ours.metrics, "{scene}: the numbers differ. {REMEDY}");
        for (ours, theirs) in ours.sections.iter().zip(&theirs.sections) {
            // As text, in which pixels without a value (NaN) are equal too, bit for bit.
            assert!(written(ours) == written(theirs), "{scene}: section '{}' differs. {REMEDY}", ours.id);
        }
        assert!(written(&saved) == written(outcome), "{scene}: the reports differ. {REMEDY}");
        assert!(bytes == sealed::seal(outcome).unwrap(), "{scene}: the file is written otherwise. {REMEDY}");
    }
}
