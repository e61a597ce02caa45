//! What a visitor may ask for that cannot be, and what may look as if it could not.

use super::{run, run_with, setup, small};
use digitoscope::data::{Dataset, digit_names};
use digitoscope::experiments::{Entry, Serial, Values, poll_once};
use digitoscope::report::groups::Groups;
use std::sync::Arc;

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
        ("init", "k-means", "'random', 'nearest', 'together', 'kmeans'"),
        ("init", "labels", "'kmeans'"),
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
