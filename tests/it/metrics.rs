//! The scores against scikit-learn's, and what must hold of any labelings.

use digitoscope::learn::Matrix;
use digitoscope::learn::metrics::*;
use proptest::prelude::*;
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("../fixtures/reference/metrics.json")).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn double(value: &Value) -> f64 {
    f64::from_bits(u64::from_str_radix(value.as_str().expect("a text"), 16).expect("the bits of a double"))
}

fn labels(value: &Value) -> Vec<i32> {
    list(value).iter().map(|label| label.as_i64().expect("a label") as i32).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    list(value).iter().flat_map(list).map(|count| count.as_u64().expect("a count")).collect()
}

/// What goes over logarithms may differ in the last digits only.
#[track_caller]
fn close(got: f64, expected: f64, what: &str) {
    assert!((got - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{what}: {got:?} is not {expected:?}");
}

const AVERAGES: [AverageMethod; 4] =
    [AverageMethod::Arithmetic, AverageMethod::Geometric, AverageMethod::Min, AverageMethod::Max];

#[test]
fn scores_equal_scikit_learns() {
    let reference = reference();
    let cases = list(&reference["labelings"]);
    assert_eq!(cases.len(), 35);
    for case in cases {
        let (truth, found) = (labels(&case["true"]), labels(&case["pred"]));
        let what = if truth.len() < 50 { format!("{truth:?} {found:?}") } else { format!("{} labels", truth.len()) };
        // Made of integers, so equal to the bit.
        assert_eq!(adjusted_rand_score(&truth, &found).unwrap(), double(&case["adjusted_rand"]), "{what}");
        assert_eq!(rand_score(&truth, &found).unwrap(), double(&case["rand"]), "{what}");
        assert_eq!(pair_confusion_matrix(&truth, &found).unwrap().concat(), counts(&case["pairs"]), "{what}");
        for (at, average) in AVERAGES.into_iter().enumerate() {
            let got = normalized_mutual_info_score_with(&truth, &found, average).unwrap();
            close(got, double(&case["nmi"][at]), &format!("nmi {average:?} {what}"));
            if !case["ami"][at].is_null() {
                let got = adjusted_mutual_info_score(&truth, &found, average).unwrap();
                close(got, double(&case["ami"][at]), &format!("ami {average:?} {what}"));
            }
        }
        for (beta, expected) in case["v_measures"].as_object().expect("one entry a beta") {
            let got = homogeneity_completeness_v_measure(&truth, &found, beta.parse().unwrap()).unwrap();
            close(got.0, double(&expected[0]), &what);
            close(got.1, double(&expected[1]), &what);
            close(got.2, double(&expected[2]), &what);
        }
        if !truth.is_empty() {
            close(mutual_info_score(&truth, &found).unwrap(), double(&case["mutual_info"]), &what);
            assert_eq!(accuracy_score(&truth, &found).unwrap(), double(&case["accuracy"]), "{what}");
            assert_eq!(purity(&truth, &found).unwrap(), double(&case["purity"]), "{what}");
        }
        if !case["table"].is_null() {
            let table = contingency_matrix(&truth, &found).unwrap();
            assert_eq!(table.counts, counts(&case["table"]), "{what}");
            assert_eq!(table.n_classes(), list(&case["table"]).len());
        }
    }
}

#[test]
fn pair_counts_beyond_64_bits_stay_exact() {
    let big = &reference()["big"];
    let n = big["n"].as_u64().unwrap();
    let truth: Vec<u32> = (0..n).map(|i| (i * 7919 % 10) as u32).collect();
    let found: Vec<u32> = (0..n).map(|i| (i * i % 13) as u32).collect();
    assert_eq!(adjusted_rand_score(&truth, &found).unwrap(), double(&big["adjusted_rand"]));
    assert_eq!(rand_score(&truth, &found).unwrap(), double(&big["rand"]));
    close(normalized_mutual_info_score(&truth, &found).unwrap(), double(&big["nmi"]), "nmi");
}

#[test]
fn silhouettes_equal_scikit_learns() {
    for case in list(&reference()["silhouettes"]) {
        let values: Vec<f64> = list(&case["x"]).iter().map(|value| value.as_f64().unwrap()).collect();
        let labels = labels(&case["labels"]);
        let x = Matrix::from_vec(values, labels.len(), case["n_features"].as_u64().unwrap() as usize).unwrap();
        let samples = silhouette_samples(&x, &labels).unwrap();
        assert_eq!(samples.len(), labels.len());
        for (got, expected) in samples.iter().zip(list(&case["samples"])) {
            close(*got, double(expected), "a sample");
        }
        close(silhouette_score(&x, &labels).unwrap(), double(&case["score"]), "the score");
    }
}

#[test]
fn tables_name_their_rows_and_columns() {
    let table = contingency_matrix(&[7u8, 7, 2, 9], &[-1i32, 4, 4, 4]).unwrap();
    assert_eq!((table.classes.as_slice(), table.clusters.as_slice()), (&[2, 7, 9][..], &[-1, 4][..]));
    assert_eq!((table.row(0), table.row(1), table.row(2)), (&[0, 1][..], &[1, 1][..], &[0, 1][..]));

    let table = confusion_table(&[0u32, 2, 2], &[1u32, 3, 3], 3, 4).unwrap();
    assert_eq!((table.n_classes(), table.n_clusters()), (3, 4));
    assert_eq!(table.counts, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!((table.classes, table.clusters), (vec![0, 1, 2], vec![0, 1, 2, 3]));
}

#[test]
fn bad_labelings_are_refused_by_name() {
    let (long, short) = ([0i32, 1, 2], [0i32, 1]);
    let says = |message: String| message.contains("'labels_pred'") && message.contains("(3 labels). Got 2 labels");
    assert!(says(contingency_matrix(&long, &short).unwrap_err().to_string()));
    assert!(says(confusion_table(&long, &short, 3, 3).unwrap_err().to_string()));
    assert!(says(purity(&long, &short).unwrap_err().to_string()));
    assert!(says(accuracy_score(&long, &short).unwrap_err().to_string()));
    assert!(says(rand_score(&long, &short).unwrap_err().to_string()));
    assert!(says(adjusted_rand_score(&long, &short).unwrap_err().to_string()));
    assert!(says(mutual_info_score(&long, &short).unwrap_err().to_string()));
    assert!(says(normalized_mutual_info_score(&long, &short).unwrap_err().to_string()));
    assert!(says(adjusted_mutual_info_score(&long, &short, AverageMethod::Min).unwrap_err().to_string()));
    assert!(says(homogeneity_completeness_v_measure(&long, &short, 1.0).unwrap_err().to_string()));

    let nothing: [i32; 0] = [];
    assert!(mutual_info_score(&nothing, &nothing).is_err() && accuracy_score(&nothing, &nothing).is_err());
    assert_eq!(purity(&nothing, &nothing), Ok(1.0));
    for beta in [-0.5, f64::NAN, f64::INFINITY] {
        assert!(v_measure_score(&long, &long, beta).unwrap_err().to_string().contains("'beta'"));
    }
    let outside = confusion_table(&[0i32, 1], &[0i32, -1], 2, 2).unwrap_err().to_string();
    assert!(outside.contains("'labels_pred' parameter must be labels from 0 to below 2. Got -1"), "{outside}");
    assert!(confusion_table(&[2u32], &[0u32], 2, 2).unwrap_err().to_string().contains("'labels_true'"));
    assert!(confusion_table(&[0u32], &[0u32], usize::MAX, 2).unwrap_err().to_string().contains("too large"));
    let singletons: Vec<u32> = (0..5000).collect();
    assert!(contingency_matrix(&singletons, &singletons).unwrap_err().to_string().contains("too large"));
    // The scores do not build the table that was refused.
    assert_eq!(adjusted_rand_score(&singletons, &singletons), Ok(1.0));
}

#[test]
fn bad_silhouettes_are_refused_by_name() {
    let x = Matrix::from_vec(vec![0.0, 1.0, 5.0], 3, 1).unwrap();
    let message = |x: &Matrix, labels: &[i32]| silhouette_score(x, labels).unwrap_err().to_string();
    assert!(message(&x, &[0, 1]).contains("as long as 'X' (3 samples). Got 2 labels"));
    assert!(message(&x, &[0, 0, 0]).contains("2 to n_samples - 1 different values. Got 1 labels"));
    assert!(message(&x, &[0, 1, 2]).contains("Got 3 labels for 3 samples"));
    assert!(message(&Matrix::zeros(3, 0), &[0, 1, 1]).contains("at least 1 feature"));
    assert!(message(&Matrix::zeros(0, 2), &[]).contains("Got 0 labels"));
    let x = Matrix::from_vec(vec![0.0, f64::NAN, 5.0], 3, 1).unwrap();
    assert!(message(&x, &[0, 1, 1]).contains("'X' parameter must be finite. Got NaN"));
}

/// Pairs of samples counted one by one: apart in both, together in one, in both.
fn pairs_one_by_one(truth: &[i32], found: &[i32]) -> [[u64; 2]; 2] {
    let mut counts = [[0; 2]; 2];
    for i in 0..truth.len() {
        for j in (0..truth.len()).filter(|&j| j != i) {
            counts[usize::from(truth[i] == truth[j])][usize::from(found[i] == found[j])] += 1;
        }
    }
    counts
}

/// The silhouette as its definition reads, over all distances.
fn slow_silhouette(x: &Matrix, labels: &[i32], i: usize) -> f64 {
    let mean_to = |label: i32| {
        let others = (0..labels.len()).filter(|&j| j != i && labels[j] == label);
        let distances = others.map(|j| x.row(i).iter().zip(x.row(j)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt());
        let distances: Vec<f64> = distances.collect();
        (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64)
    };
    let Some(a) = mean_to(labels[i]) else { return 0.0 };
    let others = labels.iter().filter(|&&label| label != labels[i]);
    let b = others.filter_map(|&label| mean_to(label)).fold(f64::INFINITY, f64::min);
    if a.max(b) == 0.0 { 0.0 } else { (b - a) / a.max(b) }
}

fn two_labelings() -> impl Strategy<Value = (Vec<i32>, Vec<i32>)> {
    prop::collection::vec((-1i32..6, -1i32..5), 0..80).prop_map(|pairs| pairs.into_iter().unzip())
}

proptest! {
    #[test]
    fn pair_counts_are_those_counted_one_by_one((truth, found) in two_labelings()) {
        prop_assert_eq!(pair_confusion_matrix(&truth, &found).unwrap(), pairs_one_by_one(&truth, &found));
    }

    #[test]
    fn scores_are_symmetric_and_v_is_nmi((truth, found) in two_labelings()) {
        prop_assert_eq!(adjusted_rand_score(&truth, &found), adjusted_rand_score(&found, &truth));
        prop_assert_eq!(rand_score(&truth, &found), rand_score(&found, &truth));
        let nmi = normalized_mutual_info_score(&truth, &found).unwrap();
        close(nmi, normalized_mutual_info_score(&found, &truth).unwrap(), "nmi both ways");
        close(nmi, v_measure_score(&truth, &found, 1.0).unwrap(), "nmi and v");
        close(homogeneity_score(&truth, &found).unwrap(), completeness_score(&found, &truth).unwrap(), "both ways");
        prop_assert!((-1e-12..=1.0 + 1e-12).contains(&nmi));
    }

    #[test]
    fn names_of_labels_do_not_matter(
        (truth, found) in two_labelings(),
        names in Just((-1..5).collect::<Vec<i32>>()).prop_shuffle(),
    ) {
        let rename = |&label: &i32| (1_000_000 + names[(label + 1) as usize] * 17) as u32;
        let renamed: Vec<u32> = found.iter().map(rename).collect();
        prop_assert_eq!(adjusted_rand_score(&truth, &found), adjusted_rand_score(&truth, &renamed));
        prop_assert_eq!(purity(&truth, &found), purity(&truth, &renamed));
        let nmi = |found: &[u32]| normalized_mutual_info_score(&truth, found).unwrap();
        close(nmi(&renamed), normalized_mutual_info_score(&truth, &found).unwrap(), "nmi of renamed clusters");
        // A renaming is no disagreement.
        prop_assert_eq!(adjusted_rand_score(&found, &renamed), Ok(1.0));
        prop_assert_eq!(purity(&found, &renamed), Ok(1.0));
        close(normalized_mutual_info_score(&found, &renamed).unwrap(), 1.0, "nmi of a renaming");
    }

    #[test]
    fn silhouettes_are_those_of_the_definition(
        rows in prop::collection::vec((prop::collection::vec(-9.0f64..9.0, 19), 0i32..4), 6..70),
    ) {
        let (rows, mut labels): (Vec<Vec<f64>>, Vec<i32>) = rows.into_iter().unzip();
        (labels[0], labels[1]) = (0, 1);
        let x = Matrix::from_vec(rows.concat(), labels.len(), 19).unwrap();
        for (i, got) in silhouette_samples(&x, &labels).unwrap().into_iter().enumerate() {
            close(got, slow_silhouette(&x, &labels, i), "a sample");
            prop_assert!((-1.0..=1.0).contains(&got));
        }
    }
}
