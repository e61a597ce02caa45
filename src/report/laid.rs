//! What the words of an image look like, laid where their windows were: of the image of a run, and of one that is drawn.

use super::{Bag, ColorMap, Figure, Picture, Section};

/// The word of each window, as a picture of the windows' places.
pub fn positions(bag: &Bag) -> Section {
    let (height, width) = bag.positions();
    let last = bag.n_words().saturating_sub(1);
    Section {
        id: "positions".into(),
        title: "The word of each window".into(),
        summary: format!(
            "{height} by {width} windows; each pixel is the number of a window's word, from 0 (black) to {last} (white). \
             The numbers have no order."
        ),
        figure: Figure::Images {
            height,
            width,
            columns: 1,
            map: ColorMap::Gray,
            low: 0.0,
            high: last.max(1) as f32,
            images: vec![Picture { caption: bag.title.clone(), pixels: bag.reading.clone(), scale: None }],
        },
    }
}

/// The image beside what its words make of it.
pub fn rebuilt(bag: &Bag) -> Section {
    let (columns, width) = (bag.positions().1 as usize, bag.image_size.1 as usize);
    let (d, p) = ((bag.patch_size.0 * bag.patch_size.1) as usize, bag.patch_size.1 as usize);
    let mut sums = vec![0.0; bag.pixels.len()];
    let mut counts = vec![0.0; bag.pixels.len()];
    for (window, word) in bag.reading.iter().enumerate() {
        let first = *word as usize * d;
        for (i, value) in bag.words.get(first..first + d).unwrap_or_default().iter().enumerate() {
            let at = (window / columns + i / p) * width + window % columns + i % p;
            sums[at] += value;
            counts[at] += 1.0;
        }
    }
    let (low, high) = (bag.low, bag.high);
    // Grey levels on the scale on which words are drawn, so that both pictures have one.
    let original = bag.pixels.iter().map(|level| low + (high - low) * level / 255.0).collect();
    let made = sums.iter().zip(&counts).map(|(sum, count): (&f64, &f64)| (sum / count) as f32).collect();
    let images = [("the image", original), ("its words", made)]
        .map(|(caption, pixels): (&str, Vec<f32>)| Picture { caption: caption.into(), pixels, scale: None })
        .to_vec();
    Section {
        id: "rebuilt".into(),
        title: "What the words keep".into(),
        summary: "The image, and the mean of the words that cover each pixel, laid where their windows were. The bag \
                  itself forgets where they were."
            .into(),
        figure: Figure::Images {
            height: bag.image_size.0,
            width: bag.image_size.1,
            columns: 2,
            map: ColorMap::Gray,
            low,
            high,
            images,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(section: &Section) -> Vec<Vec<f32>> {
        match &section.figure {
            Figure::Images { images, .. } => images.iter().map(|image| image.pixels.clone()).collect(),
            _ => panic!("no images"),
        }
    }

    /// Two by three pixels, windows of two by two: one of a word that rises, one of a flat word.
    fn bag() -> Bag {
        Bag {
            title: "What is on the sheet".into(),
            image_size: (2, 3),
            patch_size: (2, 2),
            pixels: vec![0.0, 255.0, 51.0, 0.0, 0.0, 0.0],
            words: vec![9.0, 9.0, 9.0, 9.0, 1.0, 2.0, 3.0, 4.0],
            low: -1.0,
            high: 4.0,
            reading: vec![1.0, 0.0],
            totals: vec![1, 1],
            places: vec![0.0; 4],
            most: vec![0, 0],
            nearest: vec![Vec::new(); 2],
            classes: Vec::new(),
            near_pixels: Vec::new(),
        }
    }

    #[test]
    fn where_windows_overlap_their_words_are_averaged() {
        let section = rebuilt(&bag());
        assert_eq!(pictures(&section), [vec![-1.0, 4.0, 0.0, -1.0, -1.0, -1.0], vec![1.0, 5.5, 9.0, 3.0, 6.5, 9.0]]);
    }

    #[test]
    fn each_window_has_the_number_of_its_word() {
        let section = positions(&bag());
        assert_eq!(pictures(&section), [vec![1.0, 0.0]]);
        assert!(section.summary.starts_with("1 by 2 windows;"), "{}", section.summary);
        assert!(matches!(section.figure, Figure::Images { height: 1, width: 2, low: 0.0, high: 1.0, .. }));
        // With one word there is still a range.
        let one = Bag { totals: vec![2], reading: vec![0.0, 0.0], ..bag() };
        assert!(matches!(positions(&one).figure, Figure::Images { low: 0.0, high: 1.0, .. }));
    }
}
