//! The random streams against NumPy's, and what holds for any seed.

mod resample;

use digitoscope::error::Error;
use digitoscope::random::{Generator, RandomState, SeedSequence, default_rng};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The `cases` of a reference file written by `tests/python/reference_random.py`.
fn cases(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/reference/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a reference file");
    let mut file: Value = serde_json::from_str(&text).expect("JSON");
    file["cases"].take()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn int(value: &Value) -> i64 {
    value.as_i64().expect("an integer")
}

fn size(value: &Value) -> usize {
    int(value) as usize
}

fn flag(value: &Value) -> bool {
    value.as_bool().expect("a flag")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn double(value: &Value) -> f64 {
    f64::from_bits(u64::from_str_radix(text(value), 16).expect("the bits of a double"))
}

fn doubles(value: &Value) -> Vec<f64> {
    list(value).iter().map(double).collect()
}

fn seed_of(case: &Value) -> u32 {
    u32::try_from(int(&case["seed"])).expect("a 32-bit seed")
}

fn wide_seed_of(case: &Value) -> u128 {
    text(&case["seed"]).parse().expect("a seed")
}

fn sha<const N: usize>(items: impl IntoIterator<Item = [u8; N]>) -> String {
    let mut digest = Sha256::new();
    items.into_iter().for_each(|bytes| digest.update(bytes));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha_f64(items: impl IntoIterator<Item = f64>) -> String {
    sha(items.into_iter().map(f64::to_le_bytes))
}

fn sha_i64(items: impl IntoIterator<Item = i64>) -> String {
    sha(items.into_iter().map(i64::to_le_bytes))
}

fn sha_u32(items: impl IntoIterator<Item = u32>) -> String {
    sha(items.into_iter().map(u32::to_le_bytes))
}

/// Doubles as their bits and integers as they are, as the reference writes them.
enum Drawn {
    Doubles(Vec<f64>),
    Ints(Vec<i64>),
}

impl Drawn {
    fn indices(drawn: Vec<u32>) -> Self {
        Drawn::Ints(drawn.into_iter().map(i64::from).collect())
    }

    #[track_caller]
    fn must_be(self, expected: &Value, what: &str) {
        match self {
            Drawn::Doubles(got) => {
                let got: Vec<u64> = got.into_iter().map(f64::to_bits).collect();
                let expected: Vec<u64> = doubles(expected).into_iter().map(f64::to_bits).collect();
                assert_eq!(got, expected, "{what}");
            }
            Drawn::Ints(got) if expected.is_i64() => assert_eq!(got, [int(expected)], "{what}"),
            Drawn::Ints(got) => assert_eq!(got, list(expected).iter().map(int).collect::<Vec<_>>(), "{what}"),
        }
    }
}

fn legacy_call(rng: &mut RandomState, kind: &str, args: &[Value]) -> Drawn {
    match kind {
        "next" => Drawn::Ints(vec![i64::from(rng.next_u32())]),
        "random_sample" => Drawn::Doubles(vec![rng.random_sample()]),
        "uniform" => Drawn::Doubles(vec![rng.uniform(double(&args[0]), double(&args[1]))]),
        "randint" => Drawn::Ints(vec![rng.randint(int(&args[0]), int(&args[1]))]),
        "randint_many" => Drawn::Ints(rng.randint_many(int(&args[0]), int(&args[1]), size(&args[2]))),
        "permutation" => Drawn::indices(rng.permutation(size(&args[0]))),
        "shuffle" => {
            let mut items: Vec<i64> = (100..100 + int(&args[0])).collect();
            rng.shuffle(&mut items);
            Drawn::Ints(items)
        }
        "choice" => Drawn::indices(rng.choice(size(&args[0]), size(&args[1]), flag(&args[2])).unwrap()),
        "choice_p" => {
            let p = doubles(&args[3]);
            Drawn::indices(rng.choice_p(size(&args[0]), size(&args[1]), flag(&args[2]), &p).unwrap())
        }
        other => panic!("the reference has an unknown call {other}"),
    }
}

#[test]
fn legacy_mixed_calls_stay_in_step_with_numpy() {
    let cases = cases("random_state");
    let mut called = 0;
    for stream in list(&cases["streams"]) {
        let mut rng = RandomState::new(seed_of(stream));
        for (at, call) in list(&stream["calls"]).iter().enumerate() {
            let (kind, args) = (text(&call[0]), list(&call[1]));
            if kind == "skip" {
                rng.skip_doubles(size(&args[0]));
                continue;
            }
            let what = format!("seed {}, call {at}: {kind} {args:?}", stream["seed"]);
            legacy_call(&mut rng, kind, args).must_be(&call[2], &what);
            called += 1;
        }
    }
    assert!(called > 400, "only {called} calls were compared");
}

#[test]
fn legacy_long_runs_equal_numpy() {
    for case in list(&cases("random_state")["long"]) {
        let mut rng = RandomState::new(seed_of(case));
        assert_eq!(sha_f64((0..5000).map(|_| rng.random_sample())), text(&case["random_sample"]));
        for run in list(&case["randint"]) {
            let drawn = rng.randint_many(int(&run[0]), int(&run[1]), 700);
            assert_eq!(sha_i64(drawn), text(&run[2]), "randint {run}");
        }
        for run in list(&case["permutation"]) {
            assert_eq!(sha_u32(rng.permutation(size(&run[0]))), text(&run[1]), "permutation {run}");
        }
    }
}

/// How many doubles lie between two of one sign.
fn ulps(a: f64, b: f64) -> u64 {
    a.to_bits().abs_diff(b.to_bits())
}

#[test]
fn legacy_normals_take_numpys_words_and_all_but_one_in_a_thousand_its_bits() {
    let cases = cases("random_state");
    for case in list(&cases["long"]) {
        let mut rng = RandomState::new(seed_of(case));
        rng.skip_doubles(3);
        for expected in doubles(&case["standard_normal"]) {
            assert!(ulps(rng.standard_normal(), expected) <= 1);
        }
        for expected in doubles(&case["normal"]) {
            assert!(ulps(rng.normal(-3.0, 0.25), expected) <= 1);
        }
        Drawn::Doubles(vec![rng.random_sample()]).must_be(&case["after"], "the draw after the normals");
    }
    let mut rng = RandomState::new(42);
    let expected = text(&cases["normals"]);
    let mut other = 0;
    for at in 0..4000 {
        let expected = f64::from_bits(u64::from_str_radix(&expected[16 * at..16 * at + 16], 16).unwrap());
        let got = rng.standard_normal();
        assert!(ulps(got, expected) <= 1, "{got:e} is not {expected:e}");
        other += usize::from(got != expected);
    }
    assert!(other <= 4, "{other} of 4000 legacy normals differ in the last bit");
}

fn generator_call(rng: &mut Generator, kind: &str, args: &[Value]) -> Drawn {
    match kind {
        "random" => Drawn::Doubles(vec![rng.random()]),
        "uniform" => Drawn::Doubles(vec![rng.uniform(double(&args[0]), double(&args[1]))]),
        "integers" => Drawn::Ints(vec![rng.integers(int(&args[0]), int(&args[1]), flag(&args[2]))]),
        "integers_many" => Drawn::Ints(rng.integers_many(int(&args[0]), int(&args[1]), size(&args[2]), flag(&args[3]))),
        "permutation" => Drawn::indices(rng.permutation(size(&args[0]))),
        "shuffle" => {
            let mut items: Vec<i64> = (100..100 + int(&args[0])).collect();
            rng.shuffle(&mut items);
            Drawn::Ints(items)
        }
        "choice" => {
            let drawn = rng.choice(size(&args[0]), size(&args[1]), flag(&args[2]), flag(&args[3]));
            Drawn::indices(drawn.unwrap())
        }
        "choice_p" => {
            let p = doubles(&args[3]);
            Drawn::indices(rng.choice_p(size(&args[0]), size(&args[1]), flag(&args[2]), &p).unwrap())
        }
        "standard_normal" => Drawn::Doubles(vec![rng.standard_normal()]),
        "normal" => Drawn::Doubles(vec![rng.normal(double(&args[0]), double(&args[1]))]),
        other => panic!("the reference has an unknown call {other}"),
    }
}

#[test]
fn generator_mixed_calls_stay_in_step_with_numpy() {
    let mut called = 0;
    for stream in list(&cases("random_generator")["streams"]) {
        let mut rng = default_rng(wide_seed_of(stream));
        for (at, call) in list(&stream["calls"]).iter().enumerate() {
            let (kind, args) = (text(&call[0]), list(&call[1]));
            let what = format!("seed {}, call {at}: {kind} {args:?}", stream["seed"]);
            generator_call(&mut rng, kind, args).must_be(&call[2], &what);
            called += 1;
        }
    }
    assert!(called > 400, "only {called} calls were compared");
}

#[test]
fn generator_long_runs_equal_numpy() {
    for case in list(&cases("random_generator")["long"]) {
        let mut rng = default_rng(wide_seed_of(case));
        assert_eq!(sha_f64((0..5000).map(|_| rng.random())), text(&case["random"]));
        assert_eq!(sha_f64((0..50_000).map(|_| rng.standard_normal())), text(&case["standard_normal"]));
        for run in list(&case["integers"]) {
            let drawn = rng.integers_many(int(&run[0]), int(&run[1]), 701, false);
            assert_eq!(sha_i64(drawn), text(&run[2]), "integers {run}");
        }
        for run in list(&case["choice"]) {
            let drawn = rng.choice(size(&run[0]), size(&run[1]), false, flag(&run[2])).unwrap();
            assert_eq!(sha_u32(drawn), text(&run[3]), "choice {run}");
        }
        for run in list(&case["permutation"]) {
            assert_eq!(sha_u32(rng.permutation(size(&run[0]))), text(&run[1]), "permutation {run}");
        }
        Drawn::Doubles(vec![rng.random()]).must_be(&case["after"], "the draw after all");
    }
}

#[test]
fn spawned_generators_equal_numpys() {
    for case in list(&cases("random_generator")["spawned"]) {
        let mut rng = default_rng(wide_seed_of(case));
        let mut draws = vec![rng.random()];
        let mut children = rng.spawn(3);
        draws.extend(children.iter_mut().map(Generator::random));
        draws.push(children[1].spawn(2)[1].random());
        draws.push(rng.spawn(1)[0].random());
        draws.push(rng.random());
        Drawn::Doubles(draws).must_be(&case["draws"], &format!("seed {}", case["seed"]));
    }
}

#[test]
fn seed_sequences_equal_numpys() {
    let u64s = |value: &Value| list(value).iter().map(|v| v.as_u64().unwrap()).collect::<Vec<_>>();
    let widened = |words: Vec<u32>| words.into_iter().map(u64::from).collect::<Vec<_>>();
    for case in list(&cases("random_seed_sequence")) {
        let entropy: Vec<u128> = list(&case["entropy"]).iter().map(|e| text(e).parse().unwrap()).collect();
        let key: Vec<u32> = u64s(&case["spawn_key"]).into_iter().map(|word| word as u32).collect();
        let mut sequence = SeedSequence::with_spawn_key(&entropy, &key);
        assert_eq!(widened(sequence.generate_state_u32(9)), u64s(&case["u32"]), "{case}");
        assert_eq!(sequence.generate_state_u64(5), u64s(&case["u64"]), "{case}");
        let mut children = sequence.spawn(2);
        assert_eq!(widened(children[1].spawn(1)[0].generate_state_u32(3)), u64s(&case["child"]), "{case}");
        assert_eq!((sequence.n_children_spawned(), children[1].n_children_spawned()), (2, 1));
        assert_eq!(children[0].spawn_key(), [&key[..], &[0]].concat());
    }
}

#[test]
fn choice_refuses_what_numpy_refuses() {
    let message = |outcome: Result<Vec<u32>, Error>| outcome.expect_err("must be refused").to_string();
    let mut rng = RandomState::new(0);
    let before = rng.clone();
    for (outcome, says) in [
        (rng.choice(0, 1, true), "The 'a' parameter must be greater than 0"),
        (rng.choice(3, 4, false), "The 'size' parameter must be at most the population of 3"),
        (rng.choice_p(2, 1, true, &[0.5, 0.4]), "sum to 1"),
        (rng.choice_p(2, 1, true, &[1.5, -0.5]), "non-negative"),
        (rng.choice_p(2, 1, true, &[f64::NAN, 0.5]), "free of NaN"),
        (rng.choice_p(2, 1, true, &[1.0]), "as long as the population of 2"),
        (rng.choice_p(3, 2, false, &[1.0, 0.0, 0.0]), "at most 1, the non-zero entries"),
        (rng.choice_p(2, 3, false, &[0.5, 0.5]), "at most the population of 2"),
        (rng.choice_p(0, 1, true, &[]), "greater than 0"),
    ] {
        let got = message(outcome);
        assert!(got.contains(says), "{got}");
    }
    assert_eq!(rng, before, "a refused call drew");
    let mut rng = default_rng(0);
    assert!(message(rng.choice(0, 1, false, true)).contains("greater than 0"));
    assert!(message(rng.choice(3, 4, false, true)).contains("at most the population of 3"));
    assert!(message(rng.choice_p(1, 1, true, &[0.9])).contains("sum to 1"));
    assert_eq!(rng.choice(0, 0, false, true), Ok(vec![]));
    // Off by less than the root of the double epsilon still counts as 1, as in NumPy.
    assert!(rng.choice_p(2, 1, true, &[0.5, 0.5 + 1e-8]).is_ok());
}

/// Whether the indices are `0..n` in some order.
fn is_permutation(indices: &[u32], n: usize) -> bool {
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    sorted.iter().copied().eq(0..n as u32)
}

/// Whether the indices are `size` distinct ones below `n`.
fn is_selection(indices: &[u32], n: usize, size: usize) -> bool {
    let distinct: std::collections::BTreeSet<_> = indices.iter().collect();
    indices.len() == size && distinct.len() == size && indices.iter().all(|&i| (i as usize) < n)
}

proptest! {
    #[test]
    fn permutations_are_permutations(seed: u32, n in 0usize..3000) {
        prop_assert!(is_permutation(&RandomState::new(seed).permutation(n), n));
        prop_assert!(is_permutation(&default_rng(u128::from(seed)).permutation(n), n));
    }

    #[test]
    fn choice_without_replacement_repeats_nothing(
        seed: u32,
        n in 1usize..20_000,
        share in 0.0f64..=1.0,
        shuffle: bool,
    ) {
        let size = (n as f64 * share * share) as usize;
        prop_assert!(is_selection(&RandomState::new(seed).choice(n, size, false).unwrap(), n, size));
        let drawn = default_rng(u128::from(seed)).choice(n, size, false, shuffle).unwrap();
        prop_assert!(is_selection(&drawn, n, size));
    }

    #[test]
    fn choice_p_takes_only_what_is_possible(seed: u32, weights in prop::collection::vec(0u32..4, 1..40)) {
        let total = weights.iter().sum::<u32>().max(1);
        prop_assume!(weights.iter().any(|&w| w > 0));
        let p: Vec<f64> = weights.iter().map(|&w| f64::from(w) / f64::from(total)).collect();
        let possible = weights.iter().filter(|&&w| w > 0).count();
        let n = p.len();
        let drawn = RandomState::new(seed).choice_p(n, possible, false, &p).unwrap();
        prop_assert!(is_selection(&drawn, n, possible));
        prop_assert!(drawn.iter().all(|&i| weights[i as usize] > 0));
        let drawn = default_rng(u128::from(seed)).choice_p(n, 50, true, &p).unwrap();
        prop_assert!(drawn.iter().all(|&i| weights[i as usize] > 0));
    }

    #[test]
    fn skipping_is_drawing_and_dropping(seed: u32, n in 0usize..2000) {
        let mut skipped = RandomState::new(seed);
        skipped.skip_doubles(n);
        let mut drawn = RandomState::new(seed);
        (0..n).for_each(|_| { drawn.random_sample(); });
        prop_assert_eq!(skipped.random_sample().to_bits(), drawn.random_sample().to_bits());
        prop_assert_eq!(skipped, drawn);
    }

    #[test]
    fn integers_stay_in_their_range(seed: u32, low: i64, span in 1u64..) {
        let high = low.saturating_add_unsigned(span);
        prop_assume!(low < high);
        let legacy = RandomState::new(seed).randint(low, high);
        prop_assert!((low..high).contains(&legacy));
        let mut rng = default_rng(u128::from(seed));
        prop_assert!((low..high).contains(&rng.integers(low, high, false)));
        prop_assert!((low..=high).contains(&rng.integers(low, high, true)));
        prop_assert_eq!(rng.integers(low, low, true), low);
    }
}
