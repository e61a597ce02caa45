//! Groups of a chain under way: what a worker tells of them, and the mosaic that is drawn of it.

use super::{ColorMap, Figure, Picture, Section};

/// Templates in a row, as in the notebook.
const COLUMNS: u32 = 12;

/// The largest groups of a chain while its images move.
#[derive(Debug, Clone, PartialEq)]
pub struct Melting {
    /// How many groups there are.
    pub n_groups: usize,
    /// How many images are in each of the largest.
    pub sizes: Vec<u32>,
    /// Their templates one after the other, in 256 levels, `(sizes.len(), n_features)`.
    pub levels: Vec<f32>,
}

impl Melting {
    /// As numbers that a recording of 256 levels keeps exactly: all whole, the least 0 and the greatest 255.
    pub fn frame(&self) -> Vec<f32> {
        let digits = |n: usize| [(n >> 16 & 255) as f32, (n >> 8 & 255) as f32, (n & 255) as f32];
        let mut frame = vec![0.0, 255.0];
        frame.extend(digits(self.n_groups));
        frame.extend(digits(self.sizes.len()));
        frame.extend(self.sizes.iter().flat_map(|size| digits(*size as usize)));
        frame.extend(&self.levels);
        frame
    }

    /// What [`frame`](Self::frame) wrote.
    pub fn of(frame: &[f32]) -> Option<Self> {
        let number = |digits: &[f32]| digits.iter().fold(0, |n, digit| n << 8 | *digit as usize);
        let (head, rest) = frame.get(2..)?.split_at_checked(6)?;
        let (sizes, levels) = rest.split_at_checked(3 * number(&head[3..]))?;
        let sizes = sizes.chunks_exact(3).map(|digits| number(digits) as u32).collect();
        Some(Melting { n_groups: number(&head[..3]), sizes, levels: levels.to_vec() })
    }

    /// The mosaic after so many visits to the `n` images, of that height and width.
    pub fn section(&self, (height, width): (u32, u32), chain: usize, (visits, n): (u32, u32)) -> Section {
        let shown = self.sizes.len();
        let rest = if shown < self.n_groups { format!("; the {shown} largest are shown") } else { String::new() };
        let noun = if self.n_groups == 1 { "group" } else { "groups" };
        let images = self.sizes.iter().zip(self.levels.chunks_exact((height * width).max(1) as usize));
        let images = images
            .map(|(size, levels)| Picture { caption: size.to_string(), pixels: levels.to_vec(), scale: None })
            .collect();
        Section {
            id: "mosaic".into(),
            title: "All groups".into(),
            summary: format!("{}; {} {noun} in use{rest}.", place(chain, visits, n), self.n_groups),
            figure: Figure::Images {
                height,
                width,
                columns: COLUMNS,
                map: ColorMap::GrayR,
                low: 0.0,
                high: 255.0,
                images,
            },
        }
    }
}

/// How far a chain is.
pub fn place(chain: usize, visits: u32, n: u32) -> String {
    let (sweep, visited) = (visits / n.max(1) + 1, visits % n.max(1));
    format!("Chain {chain}, sweep {sweep}: {visited} of {n} images have chosen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_is_drawn() {
        let levels = vec![0.0, 255.0, 17.0, 3.0, 255.0, 0.0];
        let melting = Melting { n_groups: 301, sizes: vec![70_000, 1], levels: levels.clone() };
        let frame = melting.frame();
        assert!(frame.iter().all(|value| value.fract() == 0.0 && (0.0..=255.0).contains(value)));
        assert_eq!(Melting::of(&frame).as_ref(), Some(&melting));
        assert_eq!(Melting::of(&frame[..9]), None);
        assert_eq!(Melting::of(&[]), None);
        let section = melting.section((1, 3), 2, (2523, 2023));
        assert_eq!(
            section.summary,
            "Chain 2, sweep 2: 500 of 2023 images have chosen; 301 groups in use; the 2 largest are shown."
        );
        let Figure::Images { images, .. } = section.figure else { panic!("images") };
        assert_eq!(images.iter().map(|image| &*image.caption).collect::<Vec<_>>(), ["70000", "1"]);
        assert_eq!(images.iter().flat_map(|image| image.pixels.clone()).collect::<Vec<_>>(), levels);
    }
}
