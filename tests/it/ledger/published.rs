//! Notebooks 000 and 001 on the 70,000 images as they were published, training images first.

use super::{differences, folder, parts, real, scene_on, text};
use digitoscope::data::Dataset;
use digitoscope::report::{Figure, Inferred, Numbers, Rate, Report};
use std::sync::{Arc, OnceLock};

fn published() -> Option<&'static Arc<Dataset>> {
    static PUBLISHED: OnceLock<Option<Arc<Dataset>>> = OnceLock::new();
    let read = || {
        let [train, test] = parts()?;
        Some(Arc::new(train.concatenate(&test).unwrap()))
    };
    PUBLISHED.get_or_init(read).as_ref()
}

/// Whole numbers of a fixture, which are 32 or 64 bits wide.
fn golden(name: &str) -> Option<Vec<i64>> {
    let path = folder()?.join("../spec/encludl/fixtures").join(name);
    let bytes = std::fs::read(&path).ok().or_else(|| {
        println!("skipped, no {}", path.display());
        None
    })?;
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let kind = String::from_utf8_lossy(&bytes[10..header]).into_owned();
    let values = &bytes[header..];
    Some(if kind.contains("<i4") {
        values.as_chunks().0.iter().map(|four| i64::from(i32::from_le_bytes(*four))).collect()
    } else if kind.contains("<i8") {
        values.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight)).collect()
    } else if kind.contains("|i1") {
        values.iter().map(|byte| i64::from(*byte as i8)).collect()
    } else {
        panic!("{name}: {kind}")
    })
}

fn inferred(report: &Report) -> &Inferred {
    let found = report.sections.iter().find_map(|section| match &section.figure {
        Figure::Inferred(inferred) => Some(inferred),
        _ => None,
    });
    found.expect("the report has masks")
}

/// The scene draws the library's images in the library's order, and its three masks are the library's, pixel for pixel.
#[test]
fn the_three_masks_are_the_librarys() {
    let Some(data) = published() else { return };
    let Some((setup, report)) = scene_on(data, ("inference", "0-masks"), &[]) else { return };
    assert_eq!(differences(&setup, &report), []);
    let inferred = inferred(&report);
    assert_eq!(inferred.tasks.len(), 3);
    for (task, name) in inferred.tasks.iter().zip(["4_7", "0_1", "0_9"]) {
        assert_eq!(task.name, name.replace('_', " vs "));
        let Some(rows) = golden(&format!("rows_{name}.npy")) else { return };
        let ours = report.arrays.iter().find(|array| array.name == format!("rows_{name}"));
        let Some(Numbers::U32(ours)) = ours.map(|array| &array.numbers) else { panic!("no rows of {name}") };
        assert!(ours.iter().map(|row| i64::from(*row)).eq(rows), "{name}: other images");
        let joined = task.joined(inferred.aggregation).unwrap();
        let mask = inferred.mask(task, &joined, Rate::Fwer, 0.1).unwrap();
        let Some(theirs) = golden(&format!("full_{name}_selection.npy")) else { return };
        let ours: Vec<i64> = mask.into_iter().map(i64::from).collect();
        // The first of the golden runs has the notebook's seed.
        assert_eq!(ours, theirs[..784], "{name}");
    }
}

#[test]
fn the_other_numbers_of_notebook_000() {
    let Some(data) = published() else { return };
    for (id, values) in [
        ("0-samples", &[][..]),
        ("0-parcels", &[]),
        // What the inputs determine does not need ten bootstraps; their number is looked at by its own.
        ("0-run", &[("pairs", "4~7")]),
    ] {
        let Some((setup, report)) = scene_on(data, ("inference", id), values) else { return };
        assert_eq!(differences(&setup, &report), [], "{id}");
    }
}

#[test]
fn the_numbers_of_notebook_001() {
    let Some(data) = published() else { return };
    for id in ["1-data", "1-binary", "1-model"] {
        let Some((setup, report)) = scene_on(data, ("mixture", id), &[]) else { return };
        assert_eq!(differences(&setup, &report), [], "{id}");
    }
    let Some((setup, report)) = scene_on(data, ("mixture", "1-run"), &[]) else { return };
    assert_eq!(differences(&setup, &report), []);
    assert_eq!(text(&report, "n_samples"), "14131");
    // Five chains of five sweeps, as in the golden runs of another implementation: the mean within four standard errors.
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("../spec/dpmm/golden_mnist.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    let theirs = &golden["runs"]["all_log_5sweeps"]["summary_by_sweep"][4]["K"];
    let (mean, sd) = (theirs["mean"].as_f64().unwrap(), theirs["sd"].as_f64().unwrap());
    let groups = real(&report, "mean_groups");
    assert!((groups - mean).abs() <= 2.1 * sd, "{groups}, theirs {mean} with a standard deviation of {sd}");
}
