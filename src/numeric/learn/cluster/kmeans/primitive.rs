//! The slow twin: every distance of every iteration, sums from nothing, and no
//! bounds. The fast search must equal it in every bit.

use super::points::{to_inner, to_values};
use super::*;
use crate::learn::feature_extraction::{MaxPatches, PatchOptions, PatchScaling, Patches};
use proptest::prelude::*;

fn nearest<P: Points>(points: &P, centers: &Matrix) -> Vec<u32> {
    let label = |i: usize| {
        let mut best = (f64::INFINITY, 0);
        for j in 0..centers.n_rows() {
            let squared = points.squared_distance(i, centers.row(j));
            if squared < best.0 {
                best = (squared, j as u32);
            }
        }
        best.1
    };
    (0..points.n_samples()).map(label).collect()
}

fn slow_lloyd<P: Points>(points: &P, start: &Matrix, options: &KMeansOptions) -> KMeansFit {
    let k = options.n_clusters;
    let tol = tolerance(points, options.tol);
    let mut centers = to_inner(points, start).unwrap();
    let mut old = Vec::new();
    let (mut n_iter, mut converged, mut strict) = (0, false, false);
    let mut labels = Vec::new();
    while n_iter < options.max_iter && !converged {
        labels = nearest(points, &centers);
        let mut sums = points.sums(k);
        points.update(&mut sums, &labels, None);
        let counts: Vec<u32> =
            (0..k as u32).map(|j| labels.iter().filter(|&&label| label == j).count() as u32).collect();
        let new = step::next_centers(points, &sums, &labels, &counts, &centers);
        let shift: f64 = step::shifts(&centers, &new).iter().map(|shift| shift * shift).sum();
        centers = new;
        n_iter += 1;
        strict = labels == old;
        converged = strict || shift <= tol;
        old = labels.clone();
    }
    if !strict {
        labels = nearest(points, &centers);
    }
    let inertia = (0..labels.len()).map(|i| points.squared_distance(i, centers.row(labels[i] as usize))).sum();
    KMeansFit { cluster_centers: to_values(points, &centers), labels, inertia, n_iter, converged }
}

/// Small images that repeat, with columns that are constant or of small range.
fn images() -> impl Strategy<Value = (Vec<u8>, usize, usize)> {
    (1usize..40, 1usize..20).prop_flat_map(|(n, d)| {
        let row = prop::collection::vec(prop_oneof![Just(0u8), Just(7), 0u8..4, any::<u8>()], d);
        (prop::collection::vec(row, n), prop::collection::vec(prop::option::of(0..n), n), 0..d).prop_map(
            move |(mut rows, repeats, constant)| {
                for (i, repeat) in repeats.iter().enumerate() {
                    if let Some(j) = repeat {
                        rows[i] = rows[*j].clone();
                    }
                }
                rows.iter_mut().for_each(|row| row[constant] = 9);
                (rows.concat(), n, d)
            },
        )
    })
}

fn scalings() -> impl Strategy<Value = crate::learn::preprocessing::Scaling> {
    use crate::learn::preprocessing::Scaling::*;
    prop_oneof![Just(None), Just(MinMax), Just(Standard)]
}

fn starts() -> impl Strategy<Value = Init> {
    prop_oneof![Just(Init::KMeansPlusPlus), Just(Init::Random), Just(Init::Given(Matrix::zeros(0, 0)))]
}

/// `init`, with centres on a coarse grid (so that many are equal or empty) where they are given.
fn first<P: Points>(points: &P, init: &Init, k: usize, seed: u32) -> Matrix {
    match init {
        Init::Given(_) => {
            let mut random = crate::random::RandomState::new(seed);
            let values = (0..k * points.n_features()).map(|_| random.randint(-2, 9) as f64).collect();
            Matrix::from_vec(values, k, points.n_features()).unwrap()
        }
        init => start(points, init, k, seed, 1).unwrap(),
    }
}

fn agree<P: Points>(
    points: &P,
    init: &Init,
    k: usize,
    seed: u32,
    max_iter: u32,
    tol: f64,
) -> Result<(), TestCaseError> {
    let k = k.min(points.n_samples());
    let options = KMeansOptions { n_clusters: k, max_iter, tol };
    let begin = first(points, init, k, seed);
    let slow = slow_lloyd(points, &begin, &options);
    for most_bounds in [usize::MAX, 0] {
        let mut ticks = 0;
        let fast = lloyd_with(points, begin.clone(), &options, most_bounds, &mut |iteration| {
            ticks += 1;
            assert_eq!(iteration.n_iter, ticks);
        });
        let fast = fast.unwrap();
        prop_assert_eq!(ticks, fast.n_iter);
        prop_assert_eq!(&fast, &slow);
        // With a rest after every other iteration.
        let mut standing = Standing::new(points, &begin).unwrap();
        let rested = loop {
            match descend_with(points, standing, &options, most_bounds, &mut |now| now.n_iter % 2 == 0).unwrap() {
                Descent::Done(fit) => break fit,
                Descent::Rest(rest) => standing = rest,
            }
        };
        prop_assert_eq!(&rested, &slow);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn pixels_equal_the_slow_twin(
        (images, n, d) in images(),
        scaling in scalings(),
        init in starts(),
        k in 1usize..40,
        seed in any::<u32>(),
        max_iter in 1u32..30,
        tol in prop_oneof![Just(0.0), Just(1e-4), Just(0.3)],
    ) {
        let points = Pixels::new(&images, n, d, scaling).unwrap();
        agree(&points, &init, k, seed, max_iter, tol)?;
    }

    #[test]
    fn samples_equal_the_slow_twin(
        (images, n, d) in images(),
        factor in prop_oneof![Just(1.0), Just(0.1), Just(1e-30), Just(1e60)],
        init in starts(),
        k in 1usize..40,
        seed in any::<u32>(),
        max_iter in 1u32..30,
    ) {
        let values = images.iter().map(|&x| f64::from(x) * factor).collect();
        let rows = Matrix::from_vec(values, n, d).unwrap();
        agree(&Samples::new(&rows).unwrap(), &init, k, seed, max_iter, 0.0)?;
    }

    #[test]
    fn patches_equal_the_slow_twin(
        (images, n, _) in images(),
        height in 1usize..5,
        patch_size in (1usize..4, 1usize..4),
        share in prop::option::of(0.2..0.99),
        scaling in prop_oneof![Just(PatchScaling::None), Just(PatchScaling::Standard)],
        init in starts(),
        k in 1usize..30,
        seed in any::<u32>(),
        max_iter in 1u32..30,
    ) {
        let width = 4;
        let patch_size = (patch_size.0.min(height), patch_size.1);
        let images: Vec<u8> = images.into_iter().cycle().take(n * height * width).collect();
        let images: Vec<&[u8]> = images.chunks_exact(height * width).collect();
        let max_patches = share.map_or(MaxPatches::All, MaxPatches::Share);
        let options = PatchOptions { patch_size, max_patches, scaling };
        let random = &mut crate::random::RandomState::new(seed);
        if let Ok(points) = Patches::extract(&images, (height, width), &options, random) {
            agree(&points, &init, k, seed, max_iter, 0.0)?;
            let values: Vec<f64> = (0..points.n_samples()).flat_map(|i| {
                let mut row = vec![0.0; points.n_features()];
                points.copy_values(i, &mut row);
                row
            }).collect();
            let rows = Matrix::from_vec(values, points.n_samples(), points.n_features()).unwrap();
            let scatter = Samples::new(&rows).unwrap().scatter();
            prop_assert!((points.scatter() - scatter).abs() <= 1e-9 * scatter.max(1.0));
        }
    }

    #[test]
    fn objectives_are_those_of_the_final_labels((images, n, d) in images(), scaling in scalings(), k in 1usize..9) {
        let points = Pixels::new(&images, n, d, scaling).unwrap();
        let options = KMeansOptions { n_clusters: k.min(n), max_iter: 300, tol: 0.0 };
        let begin = start(&points, &Init::KMeansPlusPlus, options.n_clusters, 0, 0).unwrap();
        let (mut last, mut fewer) = (f64::INFINITY, false);
        let fit = lloyd(&points, begin, &options, &mut |iteration| {
            fewer |= iteration.inertia > last * (1.0 + 1e-9) + 1e-9;
            last = iteration.inertia;
        }).unwrap();
        prop_assert!(!fewer);
        prop_assert!((fit.inertia - last).abs() <= 1e-9 * points.scatter().max(1.0), "{} {}", fit.inertia, last);
        prop_assert_eq!(predict(&points, &fit.cluster_centers).unwrap().len(), n);
        let distances = distances(&points, &fit.cluster_centers, &fit.labels).unwrap();
        let sum: f64 = distances.iter().map(|d| d * d).sum();
        prop_assert!((sum - fit.inertia).abs() <= 1e-9 * fit.inertia.max(1.0));
    }
}
