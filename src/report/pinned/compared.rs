//! Clusterings that were kept, against each other and against the digits.

use super::Pinned;
use crate::error::Result;
use crate::learn::metrics::adjusted_rand_score;
use crate::report::agreement::Pair;
use crate::report::meeting::{self, Moved};
use crate::report::{Figure, GalleryRow, Section};

/// Cells of two clusterings whose images are shown, and images of each.
const MOVES: (usize, usize) = (6, 20);

/// Images that both have: their numbers, and their clusters in the one and in the other.
fn common(first: &Pinned, second: &Pinned) -> (Vec<u32>, [Vec<i32>; 2]) {
    let (mut images, mut labels) = (Vec::new(), [Vec::new(), Vec::new()]);
    if first.data != second.data {
        return (images, labels);
    }
    let mut theirs = second.images.iter().zip(&second.labels).peekable();
    for (image, label) in first.images.iter().zip(&first.labels) {
        while theirs.next_if(|(other, _)| *other < image).is_some() {}
        if let Some((_, other)) = theirs.next_if(|(other, _)| *other == image) {
            images.push(*image);
            labels[0].push(*label);
            labels[1].push(*other);
        }
    }
    (images, labels)
}

/// All that were kept against each other, and against the digits, which come first: `(n + 1, n + 1)` adjusted Rand
/// indices.
pub fn matrix(pins: &[Pinned]) -> Section {
    let n = pins.len() + 1;
    let mut scores = vec![None; n * n];
    scores[0] = Some(1.0);
    let mut least = u32::MAX as usize;
    let mut apart = 0;
    let mut best = None::<(f64, usize, usize)>;
    for (i, first) in pins.iter().enumerate() {
        let ari = Some(first.ari());
        (scores[i + 1], scores[(i + 1) * n]) = (ari, ari);
        scores[(i + 1) * (n + 1)] = Some(1.0);
        for (j, second) in pins.iter().enumerate().skip(i + 1) {
            let (images, [a, b]) = common(first, second);
            if images.is_empty() {
                apart += 1;
                continue;
            }
            least = least.min(images.len());
            let Ok(score) = adjusted_rand_score(&a, &b) else { continue };
            (scores[(i + 1) * n + j + 1], scores[(j + 1) * n + i + 1]) = (Some(score), Some(score));
            if best.is_none_or(|(best, ..)| score > best) {
                best = Some((score, i, j));
            }
        }
    }
    let mut summary =
        "Adjusted Rand index of every two, number 1 the digits themselves, over the images that both have; 1 is the \
                       same clusters, 0 is chance."
            .to_string();
    if let Some((score, i, j)) = best {
        summary = format!(
            "Adjusted Rand index of every two, number 1 the digits themselves, over the images that both have (at least \
             {least}); 1 is the same clusters, 0 is chance. Numbers {} and {} agree most, {score:.2}.",
            i + 2,
            j + 2
        );
    }
    match apart {
        0 => {}
        1 => summary += " One pair has no image in common, and no index.",
        n => summary += &format!(" {n} pairs have no image in common, and no index."),
    }
    // Their titles stand in the list; beside the cells there is room for numbers.
    meeting::matrix(&vec![""; n], &scores, summary)
}

/// Two of them as the matrix numbers them: how their clusters meet, and images that are elsewhere in the second.
/// `None` on the diagonal, and of two without an image in common.
///
/// Errors: none that pins can give.
pub fn compared(pins: &[Pinned], (row, column): (usize, usize)) -> Option<Result<(Section, Section)>> {
    let of = |at: usize, other: usize| match at.checked_sub(1) {
        Some(i) => pins.get(i).cloned(),
        None => pins.get(other.checked_sub(1)?).map(Pinned::truth),
    };
    let (first, second) = (of(row, column)?, of(column, row)?);
    let (images, [a, b]) = common(&first, &second);
    (row != column && !images.is_empty()).then(|| {
        // Two of the same title are told apart by their numbers.
        let names = [(row, &first), (column, &second)].map(|(at, pin)| format!("{} {}", at + 1, pin.title));
        let pair = meeting::pair([&names[0], &names[1]], &a, &b)?;
        let moved = moved(&pair, &meeting::moved(&a, &b)?, &images, &first, &second);
        Ok((pair.section(), moved))
    })
}

fn moved(pair: &Pair, moved: &[Moved], images: &[u32], first: &Pinned, second: &Pinned) -> Section {
    let n: usize = moved.iter().map(|(.., samples)| samples.len()).sum();
    let digit = |image: u32| first.images.binary_search(&image).map_or(0, |at| first.digits[at]);
    let name = |label: i32| if label < 0 { "noise".to_string() } else { label.to_string() };
    let row = |(one, other, samples): &Moved| {
        let shown: Vec<u32> = samples.iter().take(MOVES.1).map(|sample| images[*sample]).collect();
        GalleryRow {
            title: format!("{} → {}: {}", name(*one), name(*other), samples.len()),
            captions: shown.iter().map(|image| digit(*image).to_string()).collect(),
            images: shown,
        }
    };
    let summary = match (n, moved.len().min(MOVES.0)) {
        (0, _) => format!("All {} images are in clusters that are matched: nothing has moved.", images.len()),
        (_, shown) => format!(
            "{n} of {} images are in no two clusters that are matched. {}: cluster of {}, cluster of {}, and their \
             images, of which up to {} are shown with their digits.",
            images.len(),
            if shown == 1 { "Where they are".into() } else { format!("The {shown} places where most of them are") },
            pair.names[0],
            pair.names[1],
            MOVES.1
        ),
    };
    Section {
        id: "moved".into(),
        title: "What moved".into(),
        summary,
        figure: Figure::Gallery { data: second.data.clone(), rows: moved.iter().take(MOVES.0).map(row).collect() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pin;
    use super::*;

    #[test]
    fn only_images_that_both_have_are_compared() {
        let pins = [
            pin("one", &[0, 2, 4, 6, 8], &[0, 0, 1, 1, 1], &[3, 3, 5, 5, 5]),
            pin("two", &[2, 3, 4, 6], &[9, 4, 4, 9], &[3, 4, 5, 5]),
            pin("far", &[1, 3, 5], &[0, 1, 2], &[1, 4, 1]),
        ];
        let Figure::Heatmap { values, texts, rows, .. } = matrix(&pins).figure else { panic!() };
        assert_eq!(rows, ["1", "2", "3", "4"]);
        // The one has the digits' own clusters.
        assert_eq!(values[1], 1.0);
        // scikit-learn: adjusted_rand_score([0, 1, 1], [9, 4, 9]) is -0.5, which is drawn as 0.
        assert_eq!((values[4 + 2], texts[4 + 2].as_str()), (0.0, "-0.50"));
        assert_eq!(texts[4 + 3], "", "nothing in common");
        assert_eq!(texts[2 * 4 + 3], "1.00");
        assert!(matrix(&pins).summary.contains("One pair has no image in common"));
        assert!(compared(&pins, (1, 3)).is_none() && compared(&pins, (2, 2)).is_none());
        let (pair, moved) = compared(&pins, (1, 2)).unwrap().unwrap();
        assert!(pair.summary.contains("3 two: -0.5000"), "{}", pair.summary);
        let Figure::Gallery { rows, .. } = moved.figure else { panic!() };
        // Clusters 0 and 9, 1 and 4 are matched: image 6 is elsewhere.
        assert_eq!((rows.len(), &rows[0].images[..], rows[0].captions[0].as_str()), (1, &[6][..], "5"));
        assert_eq!(rows[0].title, "1 → 9: 1");
        assert!(moved.summary.starts_with("1 of 3 images"), "{}", moved.summary);
        // Against the digits, by their row; and the other way round.
        let (pair, moved) = compared(&pins, (1, 0)).unwrap().unwrap();
        assert!(pair.summary.contains("2 one and 1 digits: 1.0000"), "{}", pair.summary);
        assert!(moved.summary.contains("nothing has moved"), "{}", moved.summary);
        assert!(compared(&pins, (0, 2)).unwrap().is_ok());
    }

    #[test]
    fn other_data_have_nothing_in_common() {
        let pins = [
            pin("one", &[0, 1], &[0, 1], &[3, 4]),
            Pinned { data: "e".into(), ..pin("two", &[0, 1], &[0, 1], &[3, 4]) },
        ];
        assert!(compared(&pins, (1, 2)).is_none());
        assert!(matrix(&pins).summary.contains("no index"));
    }
}
