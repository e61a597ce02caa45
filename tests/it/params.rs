//! Every parameter of every experiment, from the one table that declares it: what
//! is valid survives a link, what is not is refused by name.

use digitoscope::error::Error;
use digitoscope::experiments::{EXPERIMENTS, Entry, Values};
use digitoscope::labs;
use digitoscope::link::{self, Place, Setup};
use digitoscope::params::{Domain, ParamSpec};
use proptest::prelude::*;

/// Every place that has parameters: the benches and the scenes.
pub fn places() -> Vec<Place> {
    let benches = EXPERIMENTS.iter().map(|entry| Place::Bench { experiment: entry.id.into() });
    let scenes = labs::all().iter().flat_map(|lab| {
        let built = lab.scenes.iter().filter(|scene| scene.experiment.is_some());
        built.map(|scene| Place::Scene { lab: lab.id.clone(), scene: scene.id.clone() })
    });
    benches.chain(scenes).collect()
}

/// The bytes that survive chats and Markdown.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~=&/?#".contains(&b))
}

fn ints(min: u32, max: u32) -> BoxedStrategy<u32> {
    prop_oneof![2 => Just(min), 2 => Just(max), 3 => min..=max, 3 => min..=max.min(min.saturating_add(50))].boxed()
}

/// Valid values of a domain, its ends included, also in spellings that only people use.
fn valid(domain: Domain) -> BoxedStrategy<String> {
    let spelt = match domain {
        Domain::Int { min, max, .. } => (ints(min, max), 0..3)
            .prop_map(|(value, spelling)| match spelling {
                0 => format!("{value}.0"),
                _ => value.to_string(),
            })
            .boxed(),
        Domain::Float { min, max } => {
            let small = (-12..0_i32).prop_map(move |power| (min + 10_f64.powi(power)).min(max));
            let value = prop_oneof![1 => Just(min), 1 => Just(max), 4 => min..=max, 4 => small];
            (value, any::<bool>()).prop_map(|(x, e)| if e { format!("{x:e}") } else { x.to_string() }).boxed()
        }
        Domain::Choice(words) => prop::sample::select(words).prop_map(String::from).boxed(),
        Domain::Words(words) => {
            let some = prop::sample::subsequence(words, 1..=words.len()).prop_shuffle();
            let between = prop::sample::select(&["~", ",", ", ", " "][..]);
            (some, between).prop_map(|(words, between)| words.join(between)).boxed()
        }
        Domain::Flag => prop::sample::select(&["true", "false", "0", "1"][..]).prop_map(String::from).boxed(),
        Domain::Ints { min, max, longest } => {
            let values = prop_oneof![Just(1), Just(longest), 1..=longest]
                .prop_flat_map(move |n| prop::collection::vec(ints(min, max), n));
            let between = prop::sample::select(&["~", ",", ", ", " "][..]);
            (values, between)
                .prop_map(|(values, between)| values.iter().map(u32::to_string).collect::<Vec<_>>().join(between))
                .boxed()
        }
        Domain::Floats { min, max, longest } => {
            let value = prop_oneof![1 => Just(min), 1 => Just(max), 4 => min..=max];
            let values = prop_oneof![Just(1), Just(longest), 1..=longest]
                .prop_flat_map(move |n| prop::collection::vec(value.clone(), n));
            let between = prop::sample::select(&["~", ",", ", ", " "][..]);
            (values, between)
                .prop_map(|(values, between)| values.iter().map(f64::to_string).collect::<Vec<_>>().join(between))
                .boxed()
        }
        Domain::Part { most } => prop_oneof![
            (0.0..=1.0_f64).prop_map(|share| share.max(1e-12).to_string()),
            Just("1".to_string()),
            ints(2, most).prop_map(|count| count.to_string()),
        ]
        .boxed(),
    };
    (spelt, 0..6).prop_map(|(text, spaces)| if spaces == 0 { format!(" {text} ") } else { text }).boxed()
}

/// A place, and for each of its parameters a valid value or none.
fn changes() -> impl Strategy<Value = (Setup, Values)> {
    prop::sample::select(places()).prop_flat_map(|place| {
        let setup = Setup::preset(place);
        let specs = (setup.entry().unwrap().specs)();
        let values: Vec<_> = specs
            .into_iter()
            .map(|spec| {
                let name = spec.name.to_string();
                prop::option::weighted(0.6, valid(spec.domain)).prop_map(move |text| Some((name.clone(), text?)))
            })
            .collect();
        (Just(setup), values.prop_map(|values| values.into_iter().flatten().collect()))
    })
}

/// `setup` with `values`, as a form sets them.
fn changed(setup: &Setup, values: &Values) -> Setup {
    let changed = values.iter().fold(setup.clone(), |setup, (name, text)| setup.with(name, text));
    let values = setup.entry().unwrap().normal(&changed.values).unwrap();
    Setup { values, ..changed }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a form can set, a link brings back: from the scene's address, from
    /// the address of the result, and as the visitor typed it.
    #[test]
    fn valid_values_survive_the_link((preset, values) in changes()) {
        let setup = changed(&preset, &values);
        for (name, text) in &values {
            let alone = setup.entry().unwrap().normal(&vec![(name.clone(), text.clone())]).unwrap();
            let written = alone.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            prop_assert_eq!(setup.value(name), written, "{}", name);
        }

        let fragment = setup.fragment();
        prop_assert!(is_plain(&fragment), "{}", fragment);
        let opened = link::open(&fragment);
        prop_assert_eq!(&opened.notes, &vec![], "{}", fragment);
        prop_assert_eq!(&opened.setup, &setup, "{}", fragment);

        let key = setup.key();
        prop_assert!(is_plain(&key), "{}", key);
        let opened = link::open(&key);
        prop_assert_eq!(&opened.notes, &vec![], "{}", key);
        prop_assert_eq!((&opened.setup.values, &opened.setup.data), (&setup.values, &setup.data));
        prop_assert_eq!(opened.setup.key(), key);

        let typed: Vec<String> = values.iter().map(|(name, text)| format!("{name}={text}")).collect();
        let opened = link::open(&format!("{}?{}", preset.fragment(), typed.join("&")));
        prop_assert_eq!(&opened.notes, &vec![]);
        prop_assert_eq!(opened.setup, setup);
    }

    /// There is one way to write a set of values.
    #[test]
    fn the_canonical_form_is_a_fixed_point((preset, values) in changes()) {
        let entry = preset.entry().unwrap();
        let once = entry.normal(&preset.with("no such name", "1").values).unwrap();
        prop_assert_eq!(&once, &preset.values);
        let once = entry.normal(&values).unwrap();
        prop_assert_eq!(entry.normal(&once).unwrap(), once);
    }
}

/// Every experiment's rows, each with its experiment.
fn rows() -> impl Iterator<Item = (&'static Entry, ParamSpec)> {
    EXPERIMENTS.iter().flat_map(|entry| (entry.specs)().into_iter().map(move |spec| (entry, spec)))
}

/// Values that `domain` refuses, from just outside it to nonsense.
fn invalid(domain: Domain) -> Vec<String> {
    let nonsense =
        ["", " ", "x", "NaN", "nan", "inf", "-inf", "infinity", "-1", "1e999", "%00", "\0", "１０", "ünï¢ødé", "∞"];
    let mut bad: Vec<String> = nonsense.map(String::from).to_vec();
    bad.extend(["9".repeat(3000), "é".repeat(1000), "k-means".repeat(100), "null".into(), "1 0 x".into()]);
    match domain {
        Domain::Int { min, max, .. } => {
            bad.extend(["1.5", "0x10", "1_000", "10 20", "10~20", "4294967296"].map(String::from));
            bad.push((u64::from(max) + 1).to_string());
            bad.push((i64::from(min) - 1).to_string());
        }
        Domain::Float { min, max } => {
            bad.extend([max + 1e-9 * (1.0 + max.abs()), min - 1e-9, max + 1.0].map(|value| value.to_string()));
            bad.push("0,5".into());
        }
        Domain::Choice(words) => bad.extend(words.iter().flat_map(|word| [format!("{word}x"), word.to_uppercase()])),
        Domain::Words(words) => {
            bad.extend(["~", ",", "~~"].map(String::from));
            bad.extend(
                words.iter().flat_map(|word| [format!("{word}x"), format!("{word}~{word}"), word.to_uppercase()]),
            );
        }
        Domain::Flag => bad.extend(["yes", "True", "2"].map(String::from)),
        Domain::Ints { min, max, longest } => {
            bad.extend(["1.5", "~", ",", "~~"].map(String::from));
            bad.push(format!("{min}~{}", u64::from(max) + 1));
            bad.push(format!("{}~{min}", i64::from(min) - 1));
            bad.push(vec![min.to_string(); longest + 1].join("~"));
        }
        Domain::Floats { min, max, longest } => {
            bad.extend(["~", ",", "1~x", "1~NaN"].map(String::from));
            bad.push(format!("{min}~{}", max + 1.0));
            bad.push(format!("{}~{max}", min - 1e-9));
            bad.push(vec![min.to_string(); longest + 1].join("~"));
        }
        Domain::Part { most } => {
            bad.extend(["0", "-0.5", "1.5", "1.01", "2.5", "0,5"].map(String::from));
            bad.push((u64::from(most) + 1).to_string());
        }
    }
    bad
}

#[test]
fn invalid_values_are_refused_by_name() {
    for (entry, spec) in rows() {
        for bad in invalid(spec.domain) {
            let error = entry.normal(&vec![(spec.name.into(), bad.clone())]).unwrap_err();
            let Error::InvalidParameter { name, must_be, got } = &error else { panic!("{error:?}") };
            assert_eq!((name.as_str(), must_be), (spec.name, &spec.domain.must_be()), "'{bad}'");
            assert!(got.chars().count() <= 42, "{got}");
        }
    }
}

#[test]
fn an_invalid_value_in_a_link_leaves_the_presets() {
    for place in places() {
        let preset = Setup::preset(place);
        for spec in (preset.entry().unwrap().specs)() {
            for bad in invalid(spec.domain) {
                let opened = link::open(&format!("{}?{}={bad}", preset.fragment(), spec.name));
                assert_eq!(opened.setup, preset, "{}={bad}", spec.name);
                let [Error::InvalidParameter { name, .. }] = opened.notes.as_slice() else {
                    panic!("{}={bad}: {:?}", spec.name, opened.notes)
                };
                assert_eq!(name, spec.name);
            }
        }
    }
}

#[test]
fn tables_are_complete() {
    for entry in EXPERIMENTS {
        assert!(is_plain(entry.id) && !entry.title.is_empty());
        let specs = (entry.specs)();
        let names: std::collections::BTreeSet<&str> = specs.iter().map(|spec| spec.name).collect();
        assert_eq!(names.len(), specs.len(), "{}: a name is there twice", entry.id);
        let defaults = entry.normal(&Values::new()).unwrap();
        assert_eq!(defaults.len(), specs.len());
        for (spec, (name, value)) in specs.iter().zip(&defaults) {
            let place = format!("{}, {}", entry.id, spec.name);
            assert_eq!((spec.name, &spec.default), (name.as_str(), value), "{place}");
            // A default that its own domain refuses could never be written out in a link.
            let again = entry.normal(&vec![(name.clone(), value.clone())]);
            assert_eq!(again.as_ref(), Ok(&defaults), "{place}");
            assert!(!spec.label.trim().is_empty(), "{place}");
            assert!(spec.doc.len() > 10 && spec.doc.ends_with('.'), "{place}: '{}'", spec.doc);
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{place}");
        }
    }
}

/// A link's own words must not be an experiment's.
#[test]
fn no_parameter_hides_a_word_of_links() {
    let taken = "data embed only controls lock range theme bg accent lang start h notes ask credit v";
    for (entry, spec) in rows() {
        assert!(!taken.split(' ').any(|word| word == spec.name), "{}: {}", entry.id, spec.name);
    }
}
