//! Properties: the fast tables against the definition, chunks against whole sweeps,
//! and what is refused.

use super::*;
use proptest::prelude::*;

/// Images of a few styles with noise, and a start of some groups.
fn problem() -> impl Strategy<Value = (BinaryImages, Vec<u32>, u32)> {
    (1usize..40, 1usize..70, 1u32..60, any::<u32>()).prop_map(|(n, d, groups, seed)| {
        let mut rng = crate::random::default_rng(u128::from(seed));
        let styles: Vec<f64> = (0..4 * d).map(|_| rng.random()).collect();
        let bits: Vec<u8> = (0..n * d).map(|at| u8::from(rng.random() < styles[at / d % 4 * d + at % d])).collect();
        let labels = rng.integers_many(0, i64::from(groups), n, false).into_iter().map(|l| l as u32).collect();
        (BinaryImages::from_bits(&bits, &[], d).unwrap(), labels, seed)
    })
}

fn hyper(d: usize, seed: u32) -> Hyper {
    let mut rng = crate::random::default_rng(u128::from(seed) + 1);
    let mut draw = || (0..d).map(|_| libm::exp(rng.uniform(-2.0, 1.0))).collect();
    Hyper { alpha: 0.7, a: draw(), b: draw() }
}

fn options(seed: u32, learn: Learn, n_proposals: u32) -> ChainOptions {
    ChainOptions {
        random_state: seed,
        chain: seed % 3,
        learn,
        learn_concentration: Some(GammaPrior::default()),
        n_proposals,
        n_followed: 5,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tables_agree_with_the_definition((images, labels, seed) in problem()) {
        let hyper = hyper(images.n_features(), seed);
        let mut state = State::new(&images, labels, hyper.clone()).unwrap();
        let mut row = vec![0; images.n_features()];
        for i in 0..images.n_samples() {
            let (fast, fast_new) = state.log_weights(&images, i);
            let mut counts = state.counts().clone();
            images.spread(i, &mut row);
            counts.remove(state.labels()[i] as usize, &row, &[]);
            let (slow, slow_new) = log_weights(&counts, &hyper, &row, &[]);
            prop_assert_eq!(fast.len(), slow.len());
            for ((a, x), (b, y)) in fast.iter().zip(&slow) {
                prop_assert_eq!(a, b);
                prop_assert!((x - y).abs() < 2e-5 * (1.0 + y.abs()), "{} {}", x, y);
            }
            prop_assert!((fast_new - slow_new).abs() < 1e-9);
        }
    }

    #[test]
    fn the_running_log_joint_is_the_recomputed_one((images, labels, seed) in problem()) {
        let mut state = State::new(&images, labels, hyper(images.n_features(), seed)).unwrap();
        let mut rng = crate::random::default_rng(u128::from(seed));
        for i in 0..images.n_samples() {
            state.visit(&images, i, rng.random()).unwrap();
        }
        let anew = log_joint(&Counts::of(&images, state.labels()), state.hyper());
        prop_assert!((state.log_joint() - anew).abs() < 1e-5 * (1.0 + anew.abs()), "{} {}", state.log_joint(), anew);
        prop_assert_eq!(state.counts().n_groups(), state.counts().occupied().count());
    }

    #[test]
    fn a_sweep_in_pieces_has_the_bits_of_a_whole_one((images, labels, seed) in problem(), piece in 1usize..9) {
        let hyper = hyper(images.n_features(), seed);
        let options = options(seed, if seed % 2 == 0 { Learn::LogSlice } else { Learn::Fixed }, seed % 4);
        let mut whole = Chain::new(&images, options.clone(), &Start::Labels(labels), hyper).unwrap();
        let mut pieces = whole.clone();
        for _ in 0..2 {
            whole.sweep(&images).unwrap();
            while !pieces.advance(&images, piece).unwrap() {
                // As if the chain went from one worker to another.
                pieces = Chain::resume(&images, options.clone(), pieces.snapshot()).unwrap();
            }
        }
        prop_assert_eq!(whole.snapshot(), pieces.snapshot());
        let births: std::collections::BTreeSet<u32> = whole.state().counts().occupied().map(|s| whole.state().births()[s]).collect();
        prop_assert_eq!(births.len(), whole.state().counts().n_groups());
    }

    #[test]
    fn slots_are_only_names((images, labels, seed) in problem()) {
        let hyper = hyper(images.n_features(), seed);
        let renamed: Vec<u32> = labels.iter().map(|label| 63 - label).collect();
        let (one, other) = (Counts::of(&images, &labels), Counts::of(&images, &renamed));
        prop_assert!((log_joint(&one, &hyper) - log_joint(&other, &hyper)).abs() < 1e-8);
        prop_assert_eq!(distance(&labels, &renamed, Loss::VariationOfInformation).unwrap(), 0.0);
        prop_assert_eq!(distance(&labels, &renamed, Loss::Binder).unwrap(), 0.0);
        let (query, observed) = (vec![1; images.n_features()], vec![false; images.n_features()]);
        let ask = |counts| Predictor::new(counts, &hyper).answer(&query, &observed).unwrap().expected;
        for (a, b) in ask(&one).iter().zip(ask(&other)) {
            prop_assert!((a - b).abs() < 1e-12);
        }
    }
}

fn small() -> BinaryImages {
    BinaryImages::from_bits(&[1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0], &[], 3).unwrap()
}

#[test]
fn starts_are_what_they_say() {
    let images = small();
    let hyper = || Hyper::uniform(1.0, 1.0, 1.0, 3).unwrap();
    let chain = |start: Start| Chain::new(&images, options(1, Learn::Fixed, 0), &start, hyper());
    assert_eq!(chain(Start::Together).unwrap().state().labels(), [0; 4]);
    assert!(chain(Start::Random(100)).unwrap().state().labels().iter().all(|l| *l < 4));
    assert_eq!(chain(Start::Labels(vec![3, 1, 1, 0])).unwrap().state().labels(), [3, 1, 1, 0]);
    let nearest = chain(Start::Nearest(4)).unwrap();
    assert_eq!(nearest.trace()[0].n_groups, 4, "every image is nearest to itself");
    for start in [Start::Random(0), Start::Nearest(0), Start::Labels(vec![0; 3]), Start::Labels(vec![1 << 30; 4])] {
        assert!(chain(start).is_err());
    }
}

#[test]
fn more_groups_than_slots_make_room() {
    // Forty images that have nothing in common, all in their own groups of the 32 slots and more.
    let bits: Vec<u8> = (0..40 * 40).map(|at| u8::from(at / 40 == at % 40)).collect();
    let images = BinaryImages::from_bits(&bits, &[], 40).unwrap();
    let mut state = State::new(&images, vec![0; 40], Hyper::uniform(1e8, 1e-4, 1e-4, 40).unwrap()).unwrap();
    for i in 0..40 {
        state.visit(&images, i, 0.999_999).unwrap();
    }
    assert_eq!(state.counts().n_groups(), 40);
    assert_eq!(state.counts().capacity(), 64);
    let anew = log_joint(&Counts::of(&images, state.labels()), state.hyper());
    close(state.log_joint(), anew, 1e-6);
}

#[test]
fn one_image_and_empty_images_are_no_trouble() {
    let images = BinaryImages::from_bits(&[0, 0, 0, 0], &[], 4).unwrap();
    let hyper = Hyper::uniform(1.0, 1.0, 1.0, 4).unwrap();
    let mut chain = Chain::new(&images, options(0, Learn::LogSlice, 2), &Start::Random(100), hyper.clone()).unwrap();
    chain.sweep(&images).unwrap();
    assert_eq!(chain.trace()[1].n_groups, 1);
    let white = BinaryImages::from_grey(&[0; 12], 4, &[0, 1, 2], 0).unwrap();
    let black = BinaryImages::from_grey(&[255; 12], 4, &[0, 1, 2], 254).unwrap();
    for images in [white, black] {
        let mut chain = Chain::new(&images, options(0, Learn::LogSlice, 2), &Start::Random(2), hyper.clone()).unwrap();
        (0..3).for_each(|_| chain.sweep(&images).unwrap());
        assert!(chain.trace().iter().all(|row| row.log_joint().is_finite()));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(BinaryImages::from_grey(&[0; 12], 4, &[], 0).is_err());
    assert!(BinaryImages::from_grey(&[0; 12], 4, &[3], 0).is_err());
    assert!(BinaryImages::from_bits(&[0; 5], &[], 2).is_err());
    assert!(BinaryImages::from_bits(&[0; 4], &[0; 3], 2).is_err());
    assert!(BinaryImages::from_bits(&[], &[], 0).is_err());
    for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Hyper::uniform(alpha, 1.0, 1.0, 3).is_err());
        assert!(Hyper::uniform(1.0, alpha, 1.0, 3).is_err());
    }
    let images = small();
    let hyper = Hyper::uniform(1.0, 1.0, 1.0, 3).unwrap();
    assert!(State::new(&images, vec![0; 4], Hyper::uniform(1.0, 1.0, 1.0, 2).unwrap()).is_err());
    let options = options(1, Learn::Fixed, 0);
    let chain = Chain::new(&images, options.clone(), &Start::Random(3), hyper).unwrap();
    let saved = chain.snapshot();
    assert!(Chain::resume(&images, options.clone(), saved.clone()).is_ok());
    let other = BinaryImages::from_bits(&[1; 12], &[], 3).unwrap();
    assert!(Chain::resume(&other, options.clone(), saved.clone()).is_err(), "other images");
    assert!(Chain::resume(&images, options.clone(), Snapshot { position: 4, ..saved.clone() }).is_err());
    assert!(Chain::resume(&images, options.clone(), Snapshot { trace: vec![], ..saved.clone() }).is_err());
    assert!(
        Chain::resume(&images, options.clone(), Snapshot { births: vec![0; 32], ..saved.clone() }).is_err()
            || saved.n_births == 1
    );
    assert!(Chain::resume(&images, options, Snapshot { labels: vec![0; 3], ..saved }).is_err());
}
