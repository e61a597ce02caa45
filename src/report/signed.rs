//! Maps of signs: which colours they have and where these end is a way of looking, and their words follow it.

use super::{ColorMap, Figure, Picture, Section, plain};

/// Colours of maps whose middle is zero, by their names in links.
pub const COLORS: [(ColorMap, &str); 2] = [(ColorMap::RdYlGn, "RdYlGn"), (ColorMap::PuOr, "PuOr")];

/// Where colours end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// At plus and minus the greatest value of a map, as in the notebook: stronger negative ones are clipped. If no value
    /// is positive, at the greatest size.
    Greatest,
    /// At plus and minus the greatest size of a value of the map.
    Size,
    /// At the greatest size over all maps.
    Shared,
}

impl Ends {
    /// All of them with their names in links.
    pub const ALL: [(Ends, &'static str); 3] =
        [(Ends::Greatest, "max"), (Ends::Size, "size"), (Ends::Shared, "shared")];

    /// Where the colours of a map end; `shared` is the greatest size over all maps. All of a map without a value is in
    /// the middle colour, whatever the ends are.
    pub fn of(self, pixels: &[f32], shared: f32) -> f32 {
        let end = match self {
            // Of a map without a positive value as if it were the other way round.
            Ends::Greatest => match pixels.iter().copied().fold(0.0, f32::max) {
                0.0 => size(pixels),
                greatest => greatest,
            },
            Ends::Size => size(pixels),
            Ends::Shared => shared,
        };
        if end > 0.0 { end } else { 1.0 }
    }
}

/// Where the colours of maps end, in words.
pub const fn told(ends: Ends) -> &'static str {
    match ends {
        Ends::Greatest => "Each map ends its colours at plus and minus its greatest value.",
        Ends::Size => "Each map ends its colours at the greatest size of its values.",
        Ends::Shared => "All maps end their colours at the greatest size of any of their values.",
    }
}

/// The greatest size of a value.
pub fn size(pixels: &[f32]) -> f32 {
    pixels.iter().fold(0.0f32, |most, value| most.max(value.abs()))
}

/// Whether a map of colours has a middle that is zero.
pub fn is_signed(map: ColorMap) -> bool {
    COLORS.iter().any(|(known, _)| *known == map)
}

/// The colours of what speaks for something, and of what speaks against it.
fn names(map: ColorMap) -> (&'static str, &'static str) {
    if map == ColorMap::PuOr { ("violet", "brown") } else { ("green", "red") }
}

/// What a map of the coefficients of one label shows, and where its colours end.
pub fn one_label(map: &Picture) -> String {
    let (colors, _, end) = map.scale.unwrap_or((ColorMap::RdYlGn, -1.0, 1.0));
    let (for_it, against) = names(colors);
    let count = |is: &dyn Fn(f32) -> bool| map.pixels.iter().filter(|value| is(**value)).count();
    let clip = match count(&|value| value < -end) {
        0 => String::new(),
        1 => " 1 pixel is beyond the end of the colours, and drawn as if it were at it.".into(),
        n => format!(" {n} pixels are beyond the end of the colours, and drawn as if they were at it."),
    };
    let none = match (count(&|value| value > 0.0), count(&|value| value < 0.0)) {
        (0, 0) => " All coefficients are zero.",
        (0, _) if clip.is_empty() => " No coefficient is positive, so they end at the greatest size.",
        _ => "",
    };
    format!(
        "One coefficient for each pixel: ink where it is positive ({for_it}, {}) speaks for {}, ink where it is \
         negative ({against}, {}) against it. Zero has the middle colour; the colours end at plus and minus {}.{clip}{none}",
        match count(&|value| value > 0.0) {
            1 => "1 pixel".to_string(),
            n => format!("{n} pixels"),
        },
        map.caption,
        count(&|value| value < 0.0),
        plain(f64::from(end)),
    )
}

/// How the words of such maps begin: other maps of coefficients have words of their own.
const OF_LABELS: &str = "The coefficients of ";

/// What maps of the coefficients of all labels show.
pub fn all_labels(maps: &[Picture], map: ColorMap, ends: Ends) -> String {
    let (for_it, against) = names(map);
    let n = maps.len();
    let of = || maps.iter().filter_map(|map| map.scale).map(|(.., end)| end);
    let (least, greatest) = (of().fold(f32::INFINITY, f32::min), of().fold(0.0, f32::max));
    let (least, greatest) = (plain(f64::from(least)), plain(f64::from(greatest)));
    let scale = match ends {
        Ends::Shared if n > 1 => format!("All have one scale of colours, which ends at plus and minus {greatest}."),
        _ if least == greatest => format!("The colours end at plus and minus {greatest}."),
        _ => format!(
            "Each has its own scale of colours, so compare shapes and not strengths: it ends at plus and minus {least} for \
             the weakest, {greatest} for the strongest."
        ),
    };
    let labels = if n == 1 { "1 label".to_string() } else { format!("each of {n} labels") };
    format!("{OF_LABELS}{labels}: ink on {for_it} speaks for the label, ink on {against} against it. {scale}")
}

/// A section's maps in other colours, with other ends; what is not chosen stays as the report has it.
pub fn worn(section: &Section, map: Option<ColorMap>, ends: Option<Ends>) -> Section {
    let mut section = section.clone();
    let Figure::Images { images, .. } = &mut section.figure else { return section };
    let signed = |image: &Picture| image.scale.is_some_and(|(map, ..)| is_signed(map));
    let shared = images.iter().filter(|image| signed(image)).map(|image| size(&image.pixels)).fold(0.0, f32::max);
    let mut had = ColorMap::RdYlGn;
    for image in images.iter_mut().filter(|image| signed(image)) {
        let (of_report, _, high) = image.scale.unwrap_or((ColorMap::RdYlGn, -1.0, 1.0));
        had = of_report;
        let end = ends.map_or(high, |ends| ends.of(&image.pixels, shared));
        image.scale = Some((map.unwrap_or(of_report), -end, end));
    }
    let now = map.unwrap_or(had);
    let summary = match (&*section.id, images.as_slice()) {
        ("coef_label", [only]) => one_label(only),
        ("coefs", all) if section.summary.starts_with(OF_LABELS) => {
            all_labels(all, now, ends.unwrap_or(Ends::Greatest))
        }
        _ => {
            let text = renamed(&section.summary, names(had), names(now));
            let said = Ends::ALL.iter().map(|(ends, _)| told(*ends)).find(|said| text.contains(said));
            match (ends, said) {
                (Some(ends), Some(said)) => text.replace(said, told(ends)),
                _ => text,
            }
        }
    };
    section.summary = summary;
    section
}

/// A text with the names of two colours replaced where they stand as words.
fn renamed(text: &str, from: (&str, &str), to: (&str, &str)) -> String {
    let word = |word: &str| match word {
        word if word == from.0 => to.0.to_string(),
        word if word == from.1 => to.1.to_string(),
        word => word.to_string(),
    };
    let parts = text.split_inclusive(|c: char| !c.is_alphabetic());
    parts
        .map(|part| match part.char_indices().last() {
            Some((at, last)) if !last.is_alphabetic() => word(&part[..at]) + &part[at..],
            _ => word(part),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: &str, summary: &str) -> Section {
        let picture = |caption: &str, pixels: [f32; 3], end: f32| Picture {
            caption: caption.into(),
            pixels: pixels.to_vec(),
            scale: Some((ColorMap::RdYlGn, -end, end)),
        };
        let images = vec![picture("3", [0.5, -2.0, 0.0], 0.5), picture("4", [4.0, -1.0, 1.0], 4.0)];
        let figure =
            Figure::Images { height: 1, width: 3, columns: 2, map: ColorMap::RdYlGn, low: -1.0, high: 1.0, images };
        Section { id: id.into(), title: String::new(), summary: summary.into(), figure }
    }

    fn scales(section: &Section) -> Vec<(ColorMap, f32)> {
        let Figure::Images { images, .. } = &section.figure else { panic!("no images") };
        images.iter().map(|image| image.scale.map(|(map, _, high)| (map, high)).unwrap()).collect()
    }

    #[test]
    fn ends_are_of_one_map_or_of_all() {
        let ended = |ends| scales(&worn(&section("coefs", ""), None, ends)).iter().map(|s| s.1).collect::<Vec<_>>();
        assert_eq!(ended(None), [0.5, 4.0]);
        assert_eq!(ended(Some(Ends::Greatest)), [0.5, 4.0]);
        assert_eq!(ended(Some(Ends::Size)), [2.0, 4.0]);
        assert_eq!(ended(Some(Ends::Shared)), [4.0, 4.0]);
        assert_eq!(Ends::Greatest.of(&[-1.0, -2.0], 9.0), 2.0, "no ink speaks for it");
        assert_eq!(Ends::Greatest.of(&[0.0, 0.0], 9.0), 1.0, "a map of zeros still has ends");
    }

    #[test]
    fn words_follow_the_colours_and_the_ends() {
        let mut one = section("coef_label", "");
        if let Figure::Images { images, .. } = &mut one.figure {
            images.truncate(1);
        }
        let said = worn(&one, None, None).summary;
        assert!(
            said.contains("positive (green, 1 pixel) speaks for 3") && said.contains("negative (red, 1)"),
            "{said}"
        );
        assert!(said.contains("minus 0.5. 1 pixel is beyond"), "{said}");
        let said = worn(&one, Some(ColorMap::PuOr), Some(Ends::Size)).summary;
        assert!(said.contains("(violet, 1 pixel)") && said.contains("(brown, 1)"), "{said}");
        assert!(said.ends_with("plus and minus 2."), "{said}");
        let said = worn(&section("coefs", OF_LABELS), Some(ColorMap::PuOr), Some(Ends::Shared)).summary;
        let all = "The coefficients of each of 2 labels: ink on violet speaks for the label, ink on brown against it. All have \
                   one scale of colours, which ends at plus and minus 4.";
        assert_eq!(said, all);
        // Colours inside of other words are none.
        let other = section("difference", "Compared, measured: green where it is less red, red.");
        let said = worn(&other, Some(ColorMap::PuOr), None);
        assert_eq!(said.summary, "Compared, measured: violet where it is less brown, brown.");
        assert!(scales(&said).iter().all(|scale| scale.0 == ColorMap::PuOr));
        assert_eq!(worn(&other, None, None), other);
        let ended = section("coefs_of", &format!("Maps. {} Zero.", told(Ends::Size)));
        assert_eq!(worn(&ended, None, Some(Ends::Shared)).summary, format!("Maps. {} Zero.", told(Ends::Shared)));
        assert_eq!(worn(&ended, None, None), ended);
    }
}
