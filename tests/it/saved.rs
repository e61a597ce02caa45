//! The saved results that the page shows before anything is computed are what the
//! program of today computes.

use digitoscope::report::{ENGINE, sealed};
use digitoscope::runner;
use std::path::{Path, PathBuf};

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

/// That a fresh run gives the very bytes is for `scripts/test`, which has the optimised program write them all.
#[test]
fn saved_results_are_whole_and_of_this_program() {
    for (scene, setup) in runner::presets() {
        let file = folder().join(format!("{scene}.gz"));
        let bytes = std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}. {REMEDY}", file.display()));
        let saved = sealed::open(&scene, &bytes).unwrap_or_else(|e| panic!("{scene}: {e}. {REMEDY}"));
        assert_eq!(saved.configuration, setup.key(), "{scene}: another configuration. {REMEDY}");
        assert_eq!(saved.engine, ENGINE, "{scene}: of another engine. {REMEDY}");
        // What a machine took on a day is not kept, nor are the arrays (which the digest sees, too).
        assert_eq!((saved.seconds, saved.memory_bytes, saved.workers), (0.0, 0, 0), "{scene}");
        assert!(saved.report.arrays.is_empty(), "{scene}");
        // The page must read the very numbers: a last digit lost in parsing would be another result.
        assert!(bytes == sealed::seal(&saved).unwrap(), "{scene}: the file is written otherwise. {REMEDY}");
    }
}
