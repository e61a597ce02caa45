//! A tree while it grows: some of the images, as far as they hang together by now.

use super::lab::{Tick, Ticker};
use super::tree::{Join, figure, title};
use crate::data::Dataset;
use crate::learn::cluster::{Growing, Linkage, Met};
use crate::report::{Figure, Report, Section, Tree};

/// Images that are drawn: as many as can be told apart, of a tree of any size.
const DRAWN: usize = 60;
/// What has not met yet is joined so far above the highest merge.
const CEILING: f64 = 1.05;

/// Tells of the merges made so far, if somebody would look. The bar expects a few hundred steps at most.
pub fn tell(ticker: &mut dyn Ticker, growing: &Growing, n_samples: usize) {
    if ticker.due() {
        let merges = growing.n_merges();
        let met = growing.among_first(DRAWN.min(n_samples));
        ticker.tell(Tick {
            step: (merges as u64 * 300 / n_samples as u64) as u32,
            objective: merges as f64,
            // Numbers below sixty are exact, and a picture needs no more digits of a height.
            frame: met.into_iter().flat_map(|(a, b, height)| [a as f32, b as f32, height as f32]).collect(),
        });
    }
}

/// What a tick shows of the tree of these images; `None` before two of those that are drawn have met.
pub fn report(data: &Dataset, images: &[u32], join: Join, tick: &Tick) -> Option<Report> {
    let met: Vec<Met> =
        tick.frame.as_chunks().0.iter().map(|[a, b, h]| (*a as u32, *b as u32, f64::from(*h))).collect();
    let highest = met.last().map(|(.., height)| *height).filter(|height| *height > 0.0)?;
    let drawn = DRAWN.min(images.len());
    let linkage = Linkage::under_ceiling(drawn, &met, highest * CEILING).ok()?;
    let tree = Tree { color_threshold: Some(highest), ..figure(data, &images[..drawn], &linkage, None) };
    let section = Section {
        id: "tree".into(),
        title: format!("{} of {} images, growing", title(join), images.len()),
        summary: format!(
            "{} of {} merges are made. {drawn} of the images are drawn, as far as they hang together; what has not met yet \
             is joined at the top.",
            tick.objective,
            images.len() - 1
        ),
        figure: Figure::Dendrogram(tree),
    };
    Some(Report { sections: vec![section], ..Report::default() })
}

#[cfg(test)]
mod tests {
    use super::super::Workplace;
    use super::super::lab::Job;
    use super::*;
    use crate::data::disk;
    use std::sync::Arc;

    /// Listens at every hundredth merge.
    struct Every(usize, Vec<Tick>);

    impl Ticker for Every {
        fn due(&mut self) -> bool {
            self.0 += 1;
            self.0.is_multiple_of(100)
        }
        fn tell(&mut self, tick: Tick) {
            self.1.push(tick);
        }
    }

    #[test]
    fn a_tree_fills_from_below() {
        let data = Arc::new(disk::builtin(&crate::runner::builtin_folder(), "mnist1k").unwrap());
        let images: Vec<u32> = (0..1000).collect();
        let mut ticker = Every(0, Vec::new());
        let whole = super::super::tree::Task::new(&images, Join::Ward);
        let whole = whole.run(&mut Workplace::new(Arc::clone(&data)), &mut ticker).unwrap();
        assert_eq!(ticker.1.len(), 9);
        let trees: Vec<Tree> = ticker
            .1
            .iter()
            .filter_map(|tick| report(&data, &images, Join::Ward, tick))
            .map(|report| match report.sections.into_iter().next().unwrap().figure {
                Figure::Dendrogram(tree) => tree,
                _ => unreachable!(),
            })
            .collect();
        assert!(trees.len() >= 5, "{} frames", trees.len());
        let below = |tree: &Tree| tree.linkage.iter().filter(|row| row.2 < tree.highest()).count();
        assert!(trees.windows(2).all(|two| below(&two[0]) <= below(&two[1]) && two[0].images.len() == DRAWN));
        assert!(below(&trees[0]) < below(&trees[trees.len() - 1]));
        assert!(trees.iter().all(|tree| tree.highest() <= CEILING * whole.merges().last().unwrap().height));
    }
}
