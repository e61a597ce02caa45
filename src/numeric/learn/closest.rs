//! The nearest of many, when they come one after the other.

/// The nearest so far, at most as many as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Closest {
    most: usize,
    found: Vec<(f64, u32)>,
}

impl Closest {
    /// Room for the `most` nearest.
    pub fn new(most: usize) -> Self {
        Closest { most, found: Vec::new() }
    }

    /// Takes note of number `i` and its distance.
    pub fn see(&mut self, i: u32, distance: f64) {
        let nearer = |known: &(f64, u32)| known.0.total_cmp(&distance).then(known.1.cmp(&i)).is_lt();
        let place = self.found.partition_point(nearer);
        if place < self.most {
            self.found.insert(place, (distance, i));
            self.found.truncate(self.most);
        }
    }

    /// Distance and number of each, the nearest first; of equals the lower number first.
    pub fn found(&self) -> &[(f64, u32)] {
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_are_those_that_sorting_finds(
            distances in prop::collection::vec((0u8..20).prop_map(f64::from), 0..60),
            most in 0usize..12,
            turned in any::<bool>(),
        ) {
            let mut all: Vec<(f64, u32)> = distances.iter().copied().zip(0..).collect();
            let mut closest = Closest::new(most);
            // In which order they come changes nothing.
            let order: Vec<_> = if turned { all.iter().rev().copied().collect() } else { all.clone() };
            order.into_iter().for_each(|(distance, i)| closest.see(i, distance));
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all.truncate(most);
            prop_assert_eq!(closest.found(), all.as_slice());
        }
    }
}
