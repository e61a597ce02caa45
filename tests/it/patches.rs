//! Patches, their vocabulary and their bags against scikit-learn's numbers
//! (`tests/python/reference_patches.py`), and what is refused.

use digitoscope::learn::Matrix;
use digitoscope::learn::cluster::{Init, KMeansOptions, Points, kmeans};
use digitoscope::learn::feature_extraction::{
    MaxPatches, PatchOptions, PatchScaling, Patches, TfidfTransformer, Vocabulary, extract_positions, n_patches,
};
use digitoscope::random::RandomState;
use serde::Deserialize;

const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const SIZE: (usize, usize) = (20, 17);

#[derive(Deserialize)]
struct Reference {
    checksum: u64,
    positions: Vec<Positions>,
    refused: Vec<Refused>,
    fits: Vec<Fit>,
}

#[derive(Deserialize, Debug)]
struct Positions {
    image_size: (usize, usize),
    patch_size: (usize, usize),
    max_patches: Option<f64>,
    seed: u32,
    n_images: usize,
    positions: Vec<usize>,
    next: i64,
}

#[derive(Deserialize)]
struct Refused {
    image_size: (usize, usize),
    patch_size: (usize, usize),
    max_patches: Option<serde_json::Number>,
    says: String,
}

#[derive(Deserialize)]
struct Fit {
    patch_size: (usize, usize),
    max_patches: Option<f64>,
    scaling: String,
    seed: u32,
    n_clusters: usize,
    n_init: usize,
    init: String,
    row_sums: [f64; 3],
    labels: String,
    inertia: f64,
    n_iter: u32,
    cluster_centers: Vec<f64>,
    bags: Vec<u32>,
    idf: Vec<f64>,
    tfidf: Vec<f64>,
}

fn reference() -> Reference {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference/patches.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture is there")).expect("the fixture is whole")
}

/// The images of `reference_patches.py`.
fn images() -> Vec<Vec<u8>> {
    let mut state = 1u32;
    let mut word = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize
    };
    let (height, width) = SIZE;
    let mut images = vec![vec![0; height * width]; 12];
    for image in &mut images {
        for _ in 0..5 {
            let (top, left) = (word() % height, word() % width);
            let (bottom, right) = (top + 1 + word() % 9, left + 1 + word() % 6);
            let level = 40 + word() % 200;
            for r in top..bottom.min(height) {
                for c in left..right.min(width) {
                    image[r * width + c] = (level + word() % 16) as u8;
                }
            }
        }
    }
    images.push(vec![9; height * width]);
    images
}

/// scikit-learn's `max_patches`, which is a share if it is written with a point.
fn max_patches(number: Option<f64>) -> MaxPatches {
    match number {
        None => MaxPatches::All,
        Some(number) if number >= 1.0 => MaxPatches::Count(number as usize),
        Some(number) => MaxPatches::Share(number),
    }
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-11 * theirs.abs().max(1.0)
}

#[test]
fn windows_are_scikit_learns() {
    for case in reference().positions {
        let mut random = RandomState::new(case.seed);
        let mut found = Vec::new();
        for _ in 0..case.n_images {
            let max = max_patches(case.max_patches);
            let positions = extract_positions(case.image_size, case.patch_size, max, &mut random).unwrap();
            found.extend(positions.iter().map(|(row, column)| *row as usize * case.image_size.1 + *column as usize));
        }
        assert_eq!(found, case.positions, "{case:?}");
        assert_eq!(random.randint(0, 1_000_000), case.next, "{case:?}");
    }
}

#[test]
fn what_scikit_learn_refuses_is_refused() {
    for case in reference().refused {
        let max_patches = match &case.max_patches {
            None => MaxPatches::All,
            Some(number) if number.is_u64() => MaxPatches::Count(number.as_u64().unwrap() as usize),
            Some(number) => MaxPatches::Share(number.as_f64().unwrap()),
        };
        let error = n_patches(case.image_size, case.patch_size, max_patches).unwrap_err().to_string();
        if case.says.contains("max_patches") {
            let (_, theirs) = case.says.split_once("must be ").unwrap();
            let (range, _) = theirs.split_once(". Got").unwrap();
            assert!(error.contains(range), "{error} / {}", case.says);
        } else {
            let side = if case.says.starts_with("Height") { "height" } else { "width" };
            assert!(error.contains("patch_size") && error.contains(side), "{error} / {}", case.says);
        }
    }
}

#[test]
fn fits_bags_and_weights_are_those_of_scikit_learn() {
    let reference = reference();
    let images = images();
    let sum = images.concat().iter().enumerate().map(|(i, &x)| u64::from(x) * (1 + i as u64 % 1009)).sum::<u64>();
    assert_eq!(sum, reference.checksum);
    let images: Vec<&[u8]> = images.iter().map(Vec::as_slice).collect();
    for case in &reference.fits {
        let scaling = if case.scaling == "none" { PatchScaling::None } else { PatchScaling::Standard };
        let options = PatchOptions { patch_size: case.patch_size, max_patches: max_patches(case.max_patches), scaling };
        let patches = Patches::extract(&images, SIZE, &options, &mut RandomState::new(case.seed)).unwrap();
        check_rows(case, &patches);

        let init = if case.init == "random" { Init::Random } else { Init::KMeansPlusPlus };
        let options = KMeansOptions { n_clusters: case.n_clusters, max_iter: 300, tol: 1e-4 };
        let (fit, _) = kmeans(&patches, &init, case.n_init, case.seed, &options).unwrap();
        let labels: String = fit.labels.iter().map(|&label| ALPHABET[label as usize] as char).collect();
        assert_eq!(labels, case.labels);
        assert!(close(fit.inertia, case.inertia), "{} {}", fit.inertia, case.inertia);
        assert_eq!(fit.n_iter, case.n_iter);
        for (ours, theirs) in fit.cluster_centers.as_slice().iter().zip(&case.cluster_centers) {
            assert!(close(*ours, *theirs), "{ours} {theirs}");
        }

        let words = Matrix::from_vec(case.cluster_centers.clone(), case.n_clusters, patches.n_features()).unwrap();
        let vocabulary = Vocabulary::new(words, SIZE, case.patch_size, scaling).unwrap();
        let bags = vocabulary.bags(images.iter().copied()).unwrap();
        assert_eq!(bags, case.bags);

        let transformer = TfidfTransformer::fit(&bags, case.n_clusters).unwrap();
        assert!(transformer.idf.iter().zip(&case.idf).all(|(ours, theirs)| close(*ours, *theirs)));
        let tfidf = transformer.transform(&bags).unwrap();
        assert!(tfidf.row(1).iter().zip(&case.tfidf).all(|(ours, theirs)| close(*ours, *theirs)));
    }
}

fn check_rows(case: &Fit, patches: &Patches) {
    let mut row = vec![0.0; patches.n_features()];
    let (mut sum, mut squares, mut third) = (0.0, 0.0, 0.0);
    for i in 0..patches.n_samples() {
        patches.copy_values(i, &mut row);
        sum += row.iter().sum::<f64>();
        squares += row.iter().map(|x| x * x).sum::<f64>();
        if i == patches.n_samples() / 3 {
            third = row.iter().enumerate().map(|(j, x)| x * j as f64).sum();
        }
    }
    assert_eq!(patches.n_samples(), case.labels.len());
    assert!((sum - case.row_sums[0]).abs() <= 1e-11 * squares, "{sum} {}", case.row_sums[0]);
    assert!(close(squares, case.row_sums[1]) && close(third, case.row_sums[2]));
}

#[test]
fn images_that_do_not_fit_are_refused() {
    let options = PatchOptions { patch_size: (6, 6), max_patches: MaxPatches::All, scaling: PatchScaling::Standard };
    let extract = |images: &[&[u8]]| Patches::extract(images, SIZE, &options, &mut RandomState::new(0));
    assert!(extract(&[]).unwrap_err().to_string().contains("at least one image"));
    assert!(extract(&[&[0; 339]]).unwrap_err().to_string().contains("images of 340 bytes"));
    let constant = extract(&[&[200; 340]]).unwrap();
    assert_eq!((constant.n_samples(), constant.n_distinct(), constant.scatter()), (180, 1, 0.0));
    // More clusters than distinct windows: scikit-learn warns; more than windows: it refuses.
    let fit = |n_clusters| {
        kmeans(&constant, &Init::KMeansPlusPlus, 1, 0, &KMeansOptions { n_clusters, max_iter: 9, tol: 0.0 })
    };
    assert!(
        fit(2).unwrap().1[0].to_string().contains("Number of distinct clusters (1) found smaller than n_clusters (2)")
    );
    assert!(fit(181).unwrap_err().to_string().contains("at most n_samples=180"));
    assert!(TfidfTransformer::fit(&[], 3).is_err() && TfidfTransformer::fit(&[1, 2], 3).is_err());
}
