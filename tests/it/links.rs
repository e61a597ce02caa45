//! Links: every form that was given out opens for ever, and nothing that can
//! stand after a `#` does harm.

use crate::params::{is_plain, places};
use digitoscope::error::Error;
use digitoscope::experiments::EXPERIMENTS;
use digitoscope::labs;
use digitoscope::link::{self, Opened, Place};
use proptest::prelude::*;

const LINKS: &str = include_str!("../fixtures/links.txt");

/// The file's lines: a link, what it is written as, and the number of notes on it.
fn published() -> Vec<(&'static str, &'static str, usize)> {
    LINKS
        .lines()
        .filter(|line| !line.trim().is_empty() && (!line.starts_with("# ") || line.starts_with("# =>")))
        .map(|line| {
            let (link, rest) = line.split_once(" => ").unwrap_or_else(|| panic!("no ' => ' in: {line}"));
            let (written, notes) = rest.split_once(" ! ").unwrap_or((rest, "0"));
            (link, written, notes.parse().unwrap())
        })
        .collect()
}

#[test]
fn every_published_link_opens() {
    for (link, written, n_notes) in published() {
        let Opened { setup, notes } = link::open(link);
        assert_eq!(setup.fragment(), written, "{link}: {notes:?}");
        assert_eq!(notes.len(), n_notes, "{link}: {notes:?}");
        assert!(is_plain(written), "{written}");
        assert_eq!(link::open(written), Opened { setup, notes: vec![] }, "{written}");
    }
}

/// What exists today is in the file, so that it cannot vanish tomorrow.
#[test]
fn the_list_of_links_is_complete() {
    let published = published();
    let has = |written: &str| published.iter().any(|(link, to, n)| *link == written && *to == written && *n == 0);
    for lab in labs::all() {
        assert!(
            lab.scenes.is_empty() || published.iter().any(|(link, ..)| *link == format!("#/{}", lab.id)),
            "{}",
            lab.id
        );
        for scene in &lab.scenes {
            assert!(has(&format!("#/{}/{}", lab.id, scene.id)), "scene {}", scene.id);
        }
    }
    for entry in EXPERIMENTS {
        assert!(has(&format!("#/bench/{}", entry.id)), "{}", entry.id);
        for spec in (entry.specs)() {
            let begins = format!("#/bench/{}?{}=", entry.id, spec.name);
            assert!(published.iter().any(|(_, to, n)| to.starts_with(&begins) && *n == 0), "{begins}");
        }
    }
}

#[test]
fn notes_name_what_was_not_understood() {
    let note = |link: &str| link::open(link).notes.iter().map(Error::to_string).collect::<Vec<_>>().join(" ");
    for (link, words) in [
        ("#/nowhere", "'nowhere'"),
        ("#/clusters/nowhere", "'nowhere'"),
        ("#/bench/nothing", "'nothing'"),
        ("#/bench/kmeans?nothing=1", "no parameter 'nothing'"),
        ("#/bench/kmeans?data=mnist2k", "no data set 'mnist2k'"),
        ("#/bench/kmeans?data=own-3F9A2C", "no data set 'own-3F9A2C'"),
        ("#/data/mine", "'mine'"),
        ("#/data?data=mnist10k", "no parameter 'data'"),
        (
            "#/bench/kmeans?n_clusters=0",
            "The 'n_clusters' parameter must be an int in the range [1, 500]. Got '0' instead.",
        ),
        ("#/?embed=2", "The 'embed' parameter must be one of 1, 0. Got '2' instead."),
        ("#/?only=a%26b", "The 'only' parameter must be names joined by ~. Got 'a&b' instead."),
        ("#/?a&b&c&d&e&f&g&h&i&j&k&l", "3 more parts of the link were not understood."),
    ] {
        assert!(note(link).contains(words), "{link}: {}", note(link));
    }
}

#[test]
fn a_hostile_link_cannot_fill_the_page() {
    let long = "é".repeat(1_500);
    for link in [
        format!("#/{long}"),
        format!("#/bench/{long}"),
        format!("#/clusters/{long}"),
        format!("#/bench/kmeans?{long}"),
        format!("#/bench/kmeans?data={long}"),
        format!("#/bench/kmeans?n_clusters={long}"),
        format!("#/?only={long}"),
        format!("#/?theme={long}"),
        format!("#/?range.{}=x", "a".repeat(3_000)),
        format!("#/?range.n_clusters={long}"),
        format!("#/?bg={long}&h={long}"),
        format!("#/clusters/2-data{}", "/x".repeat(1_500)),
        format!("#/?{}", "a&".repeat(1_500)),
        format!("#/?{}", "a&".repeat(5_000)),
    ] {
        let notes = link::open(&link).notes;
        assert!(!notes.is_empty() && notes.len() <= 10, "{} notes", notes.len());
        assert!(notes.iter().all(|note| note.to_string().chars().count() < 300), "{notes:?}");
    }
    let too_long = link::open(&format!("#/bench/kmeans?n_clusters=12{}", " ".repeat(5_000)));
    assert_eq!(too_long.setup.place, Place::Home, "what is too long is not looked at");
}

/// Whatever `link` is, what is made of it is sound, and is the same again when it is written and opened.
fn check(link: &str) -> Result<(), TestCaseError> {
    let Opened { setup, notes } = link::open(link);
    prop_assert!(notes.len() <= 10);
    let fragment = setup.fragment();
    prop_assert!(is_plain(&fragment), "{} gives {}", link, fragment);
    prop_assert!(
        matches!(setup.place, Place::Home | Place::Data) || setup.entry().is_some() || setup.values.is_empty()
    );
    if let Some(entry) = setup.entry() {
        prop_assert_eq!(&entry.normal(&setup.values).unwrap(), &setup.values);
    }
    let again = link::open(&fragment);
    prop_assert_eq!(&again.setup, &setup, "{} gives {}", link, fragment);
    prop_assert_eq!(&again.notes, &vec![], "{} gives {}", link, fragment);
    prop_assert_eq!(again.setup.fragment(), fragment);
    Ok(())
}

/// Words and signs that links are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let mut words: Vec<String> =
        "# / ? & = ~ % + - . %2B %26 %7E %3D %00 %ff %C3%A9 -plus plus 0 1 12 1.5 1e-4 NaN none file é bench clusters \
        patches &embed= &only= &controls= &lock= &range. &theme= &bg= &accent= &start= &height= &height. &ask= &h= &notes= &credit= &v= &lang= \
        &data= mnist1k mnist70k own-3f9a2c data light auto click centres 2~20 fbfaf6 480 x en"
            .split_whitespace()
            .map(String::from)
            .collect();
    for place in places() {
        words.push(link::Setup::preset(place).key());
    }
    for entry in EXPERIMENTS {
        words.extend((entry.specs)().iter().flat_map(|spec| [format!("&{}=", spec.name), spec.default.clone()]));
    }
    prop::collection::vec(prop::sample::select(words), 0..14).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_opens(link in ".{0,200}") {
        check(&link)?;
    }

    #[test]
    fn any_bytes_of_a_query_open(query in "[ -~é]{0,80}", bench in prop::sample::select(EXPERIMENTS.iter().map(|e| e.id).collect::<Vec<_>>())) {
        check(&format!("#/bench/{bench}?{query}"))?;
    }

    #[test]
    fn any_order_of_a_links_words_opens(link in pieces()) {
        check(&link)?;
    }

    /// A published link, cut, patched and stuck together anew.
    #[test]
    fn damaged_links_open(
        link in prop::sample::select(published()),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, "[ -~]{0,3}"), 1..4),
    ) {
        let mut text: Vec<char> = link.0.chars().collect();
        for (at, cut, patch) in wounds {
            let at = at.index(text.len() + 1);
            let end = (at + cut).min(text.len());
            text.splice(at..end, patch.chars());
        }
        check(&text.into_iter().collect::<String>())?;
    }
}
