//! One pixel of the images: which grey levels it has in a class, and which images have most ink there.

use crate::data::Dataset;

/// Least grey level of each bar: no ink, then steps of 32.
pub const BARS: [u8; 9] = [0, 1, 32, 64, 96, 128, 160, 192, 224];

/// What the images of one class have in a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    /// Images of the class.
    pub n: usize,
    /// Images with a grey level from each of [`BARS`] on, and below the next.
    pub counts: [usize; 9],
    /// The images with most ink there, darkest first, then by number; none without any.
    pub most: Vec<u32>,
}

impl Levels {
    /// Of the pixel in all images of `class`, with at most `n_most` of the darkest.
    pub fn of(data: &Dataset, class: u8, pixel: usize, n_most: usize) -> Self {
        let (mut n, mut counts) = (0, [0; 9]);
        let mut inked: Vec<(u8, u32)> = Vec::new();
        for row in (0..data.n).filter(|row| data.labels[*row] == class) {
            let level = data.image(row).get(pixel).copied().unwrap_or(0);
            n += 1;
            counts[BARS.partition_point(|least| *least <= level) - 1] += 1;
            if level > 0 {
                inked.push((level, row as u32));
            }
        }
        inked.sort_unstable_by_key(|(level, row)| (std::cmp::Reverse(*level), *row));
        Levels { n, counts, most: inked.into_iter().take(n_most).map(|(_, row)| row).collect() }
    }
}

/// A bar's name: `1–31`.
pub fn name(bar: usize) -> String {
    match BARS.get(bar + 1) {
        _ if bar == 0 => "0".into(),
        Some(next) => format!("{}–{}", BARS[bar], next - 1),
        None => format!("{}–255", BARS[bar]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::disk;
    use crate::runner::builtin_folder;

    #[test]
    fn levels_are_those_of_the_images() {
        let data = disk::builtin(&builtin_folder(), "mnist1k").unwrap();
        for (class, pixel) in [(4, 14 * 28 + 10), (7, 0), (0, 14 * 28 + 14)] {
            let found = Levels::of(&data, class, pixel, 12);
            let levels: Vec<u8> =
                (0..data.n).filter(|i| data.labels[*i] == class).map(|i| data.image(i)[pixel]).collect();
            assert_eq!(found.n, levels.len());
            assert_eq!(found.counts.iter().sum::<usize>(), levels.len());
            assert_eq!(found.counts[0], levels.iter().filter(|level| **level == 0).count());
            assert_eq!(found.counts[1], levels.iter().filter(|level| (1..32).contains(*level)).count());
            assert_eq!(found.counts[8], levels.iter().filter(|level| **level >= 224).count());
            let of = |image: &u32| data.image(*image as usize)[pixel];
            assert!(found.most.iter().all(|image| data.labels[*image as usize] == class && of(image) > 0));
            assert!(
                found
                    .most
                    .windows(2)
                    .all(|pair| (of(&pair[1]), pair[0]) < (of(&pair[0]), pair[1]) || of(&pair[1]) < of(&pair[0]))
            );
            let least = found.most.last().map_or(0, of);
            let darker = levels.iter().filter(|level| **level > least).count();
            assert!(darker < 12 && found.most.len() == levels.iter().filter(|level| **level > 0).count().min(12));
        }
    }

    #[test]
    fn bars_have_names() {
        let names: Vec<String> = (0..9).map(name).collect();
        assert_eq!(names, ["0", "1–31", "32–63", "64–95", "96–127", "128–159", "160–191", "192–223", "224–255"]);
    }
}
