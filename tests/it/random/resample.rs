//! Resampled rows against `sklearn.utils.resample`'s.

use super::{Drawn, cases, flag, int, is_selection, list, seed_of, sha_u32, size, text};
use digitoscope::learn::resample::resample_indices;
use digitoscope::random::RandomState;
use proptest::prelude::*;

#[test]
fn resampling_takes_scikit_learns_rows() {
    let cases = cases("random_resample");
    let mut rng = RandomState::new(0);
    let mut seed = None;
    for case in list(&cases["small"]) {
        if seed != Some(seed_of(case)) {
            // One stream for all cases of a seed: what one case draws, the next feels.
            seed = Some(seed_of(case));
            rng = RandomState::new(seed_of(case));
        }
        let classes: Option<Vec<u32>> =
            case["classes"].as_array().map(|classes| classes.iter().map(|c| int(c) as u32).collect());
        let (total, n_samples) = (size(&case["total"]), size(&case["size"]));
        let rows = resample_indices(total, n_samples, flag(&case["replace"]), classes.as_deref(), &mut rng).unwrap();
        match case["rows"].as_str() {
            Some(digest) => assert_eq!(sha_u32(rows), digest, "{case}"),
            None => Drawn::indices(rows).must_be(&case["rows"], &case.to_string()),
        }
    }
    let labels: Vec<u32> = RandomState::new(5).randint_many(0, 10, 70_000).iter().map(|&l| l as u32).collect();
    for case in list(&cases["big"]) {
        let resampled = |stratify: Option<&[u32]>| {
            let mut rng = RandomState::new(int(&case[0]) as u32);
            sha_u32(resample_indices(70_000, size(&case[1]), flag(&case[2]), stratify, &mut rng).unwrap())
        };
        assert_eq!((resampled(None).as_str(), resampled(Some(&labels)).as_str()), (text(&case[3]), text(&case[4])));
    }
}

#[test]
fn resampling_refuses_what_scikit_learn_refuses() {
    let mut rng = RandomState::new(0);
    let mut message = |total, n_samples, replace, stratify: Option<&[u32]>| {
        resample_indices(total, n_samples, replace, stratify, &mut rng).expect_err("must be refused").to_string()
    };
    let got = message(3, 0, true, None);
    assert_eq!(got, "The 'n_samples' parameter must be an int in the range [1, inf). Got 0 instead.");
    assert!(message(3, 4, false, None).contains("at most the 3 samples"));
    assert!(message(3, 4, false, Some(&[0, 0, 1])).contains("at most the 3 samples"));
    assert!(message(0, 1, true, None).contains("greater than 0"));
    assert!(message(0, 1, true, Some(&[])).contains("at least 1 sample"));
    assert!(message(3, 2, true, Some(&[0, 1])).contains("as long as the data (3 samples)"));
}

proptest! {
    #[test]
    fn stratified_subsets_keep_the_shares(
        seed: u32,
        classes in prop::collection::vec(0u32..5, 1..200),
        share in 0.01f64..=1.0,
    ) {
        let total = classes.len();
        let n_samples = ((total as f64 * share) as usize).max(1);
        let mut rng = RandomState::new(seed);
        let rows = resample_indices(total, n_samples, false, Some(&classes), &mut rng).unwrap();
        prop_assert!(is_selection(&rows, total, n_samples));
        for class in 0..5 {
            let all = classes.iter().filter(|&&c| c == class).count() as f64;
            let picked = rows.iter().filter(|&&row| classes[row as usize] == class).count() as f64;
            prop_assert!((picked - all / total as f64 * n_samples as f64).abs() < 1.0 + 1e-9);
        }
    }
}
