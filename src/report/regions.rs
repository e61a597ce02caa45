//! Regions of a picture: which touch, where their borders run, and colours that tell neighbours
//! apart. Labels are row-major, `(height * width,)`.

/// How many colours neighbours are told apart with: as many as Set2 has.
pub const N_COLORS: u32 = 8;

/// Neighbours of a pixel to its right and below it, where there are any.
fn forward(at: usize, width: usize, n: usize) -> impl Iterator<Item = usize> {
    let right = (!(at + 1).is_multiple_of(width)).then_some(at + 1);
    let below = (at + width < n).then_some(at + width);
    right.into_iter().chain(below)
}

/// Connected areas of the pixels for which `inside` holds, by the four neighbours.
pub fn n_areas(inside: &[bool], width: usize) -> usize {
    let (mut seen, mut areas) = (vec![false; inside.len()], 0);
    let mut open = Vec::new();
    for start in 0..inside.len() {
        if !inside[start] || seen[start] {
            continue;
        }
        areas += 1;
        seen[start] = true;
        open.push(start);
        while let Some(at) = open.pop() {
            let before = [(at % width != 0).then(|| at - 1), at.checked_sub(width)];
            for next in forward(at, width, inside.len()).chain(before.into_iter().flatten()) {
                if inside[next] && !seen[next] {
                    seen[next] = true;
                    open.push(next);
                }
            }
        }
    }
    areas
}

/// The borders of the pixels for which `inside` holds, as lines between corners `(x, y)` in pixels:
/// `[x0, y0, x1, y1]`, one per edge.
pub fn outline(inside: impl Fn(usize) -> bool, height: usize, width: usize) -> Vec<[usize; 4]> {
    let is = |row: usize, column: usize| inside(row * width + column);
    let mut lines = Vec::new();
    for row in 0..height {
        for column in (0..width).filter(|column| is(row, *column)) {
            if row == 0 || !is(row - 1, column) {
                lines.push([column, row, column + 1, row]);
            }
            if row + 1 == height || !is(row + 1, column) {
                lines.push([column, row + 1, column + 1, row + 1]);
            }
            if column == 0 || !is(row, column - 1) {
                lines.push([column, row, column, row + 1]);
            }
            if column + 1 == width || !is(row, column + 1) {
                lines.push([column + 1, row, column + 1, row + 1]);
            }
        }
    }
    lines
}

/// The borders between all regions, each once; the frame of the picture is none.
pub fn borders(labels: &[u32], width: usize) -> Vec<[usize; 4]> {
    let mut lines = Vec::new();
    for at in 0..labels.len() {
        let (row, column) = (at / width, at % width);
        for next in forward(at, width, labels.len()).filter(|next| labels[*next] != labels[at]) {
            lines.push(if next == at + 1 {
                [column + 1, row, column + 1, row + 1]
            } else {
                [column, row + 1, column + 1, row + 1]
            });
        }
    }
    lines
}

/// For each region the regions that it shares an edge with, in order, `(n_regions,)`.
pub fn neighbours(labels: &[u32], width: usize) -> Vec<Vec<u32>> {
    let n = labels.iter().map(|label| *label as usize + 1).max().unwrap_or(0);
    let mut all = vec![Vec::new(); n];
    for at in 0..labels.len() {
        for next in forward(at, width, labels.len()).filter(|next| labels[*next] != labels[at]) {
            all[labels[at] as usize].push(labels[next]);
            all[labels[next] as usize].push(labels[at]);
        }
    }
    for list in &mut all {
        list.sort_unstable();
        list.dedup();
    }
    all
}

/// A colour for each region, so that no two that share an edge have the same, `(n_regions,)`.
///
/// Regions in one piece make a planar map: some region always has at most five neighbours left, so
/// taking the one with fewest away, again and again, and colouring in the opposite order needs six.
pub fn recolor(labels: &[u32], width: usize) -> Vec<u32> {
    let neighbours = neighbours(labels, width);
    let mut left: Vec<usize> = neighbours.iter().map(Vec::len).collect();
    let mut taken = vec![false; left.len()];
    let mut order = Vec::with_capacity(left.len());
    while let Some(next) = (0..left.len()).filter(|i| !taken[*i]).min_by_key(|i| left[*i]) {
        taken[next] = true;
        order.push(next);
        neighbours[next].iter().for_each(|other| left[*other as usize] -= 1);
    }
    let mut colors = vec![u32::MAX; left.len()];
    for region in order.into_iter().rev() {
        let used = |color: &u32| neighbours[region].iter().any(|other| colors[*other as usize] == *color);
        // Regions in several pieces may need more; the last colour is then used twice.
        colors[region] = (0..N_COLORS).find(|color| !used(color)).unwrap_or(N_COLORS - 1);
    }
    colors
}

/// The region of `other` that has most in common with region `region` of `labels`: its number, the
/// pixels in both, and the pixels in either. The largest share wins, then the lower number.
pub fn best_match(labels: &[u32], region: u32, other: &[u32]) -> Option<(u32, usize, usize)> {
    let size = labels.iter().filter(|label| **label == region).count();
    let mut shared: Vec<(u32, usize)> = Vec::new();
    for (_, there) in labels.iter().zip(other).filter(|(label, _)| **label == region) {
        match shared.iter_mut().find(|(known, _)| known == there) {
            Some((_, n)) => *n += 1,
            None => shared.push((*there, 1)),
        }
    }
    shared.sort_unstable();
    let whole = |there: u32| other.iter().filter(|label| **label == there).count();
    let matches = shared.into_iter().map(|(there, both)| (there, both, size + whole(there) - both));
    matches.reduce(|best, next| if next.1 * best.2 > best.1 * next.2 { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::cluster::{grid_to_graph, ward_tree};
    use proptest::prelude::*;

    #[test]
    fn areas_are_counted_by_edges() {
        let inside = |text: &str| text.bytes().map(|byte| byte == b'#').collect::<Vec<_>>();
        assert_eq!(n_areas(&inside("#..#.##.."), 3), 2);
        assert_eq!(n_areas(&inside("#.#.#.#.#"), 3), 5, "corners do not join");
        assert_eq!(n_areas(&inside("..##.."), 3), 2, "the end of a row does not touch the next");
        assert_eq!(n_areas(&inside("......"), 3), 0);
        assert_eq!(n_areas(&[], 3), 0);
    }

    #[test]
    fn outlines_go_around() {
        assert_eq!(outline(|at| at == 0, 1, 1), [[0, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 1], [1, 0, 1, 1]]);
        assert_eq!(outline(|at| at < 2, 1, 2).len(), 6);
        assert_eq!(borders(&[0, 1, 0, 1], 2), [[1, 0, 1, 1], [1, 1, 1, 2]]);
        assert_eq!(borders(&[0, 0, 0, 0], 2), [] as [[usize; 4]; 0]);
    }

    #[test]
    fn regions_are_matched_by_what_they_share() {
        let (a, b) = ([0, 0, 0, 1, 1, 1], [5, 5, 2, 2, 2, 2]);
        assert_eq!(best_match(&a, 0, &b), Some((5, 2, 3)));
        assert_eq!(best_match(&a, 1, &b), Some((2, 3, 4)));
        assert_eq!(best_match(&a, 9, &b), None);
        // Half of each: the lower number.
        assert_eq!(best_match(&[0, 0], 0, &[4, 3]), Some((3, 1, 2)));
    }

    proptest! {
        /// As the page meets them: regions of pixels that touch, of any image.
        #[test]
        fn neighbours_get_different_colors(
            height in 1usize..9, width in 2usize..9, k in 1usize..30, seed in prop::collection::vec(0u8..=255, 81 * 3)
        ) {
            let n = height * width;
            let x: Vec<u8> = (0..3 * n).map(|i| seed[i % seed.len()]).collect();
            let graph = grid_to_graph(height, width, None).unwrap();
            let labels = ward_tree(&x, &[0, 1, 2], &graph, 1, &mut |_| ()).unwrap().labels(k.min(n)).unwrap();
            let colors = recolor(&labels, width);
            for (region, others) in neighbours(&labels, width).iter().enumerate() {
                prop_assert!(colors[region] < 6);
                prop_assert!(others.iter().all(|other| colors[*other as usize] != colors[region]));
                // In one piece, as the colours need it.
                let inside: Vec<bool> = labels.iter().map(|label| *label as usize == region).collect();
                prop_assert_eq!(n_areas(&inside, width), 1);
                let edges = outline(|at| inside[at], height, width);
                // Every edge of its pixels is on the outline, or shared by two of them.
                let size = inside.iter().filter(|inside| **inside).count();
                prop_assert!((4 * size - edges.len()) % 2 == 0);
            }
        }
    }
}
