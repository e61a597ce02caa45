//! How the clusters of two clusterings meet: those that belong together in the same place, small ones put together.

use super::agreement::Pair;
use super::{ColorMap, Figure, Section, Table, Value};
use crate::error::Result;
use crate::learn::Matrix;
use crate::learn::matching::linear_sum_assignment;
use crate::learn::metrics::{adjusted_rand_score, contingency_matrix};

/// Clusters of a clustering that are shown apart; noise, and the rest together, come on top.
const SHOWN: usize = 16;

/// A clustering cut down to what can be read: the largest clusters, the rest, noise.
struct Side {
    /// Those that are shown apart.
    shown: Vec<usize>,
    /// Their names, then "rest" and "noise" where there are any.
    names: Vec<String>,
    /// The place of each image's cluster among the names.
    places: Vec<usize>,
}

impl Side {
    fn new(labels: &[i32]) -> Self {
        let n_labels = labels.iter().max().map_or(0, |most| (*most + 1).max(0) as usize);
        let mut sizes = vec![0u64; n_labels];
        labels.iter().filter_map(|label| usize::try_from(*label).ok()).for_each(|label| sizes[label] += 1);
        let mut shown: Vec<usize> = (0..n_labels).filter(|label| sizes[*label] > 0).collect();
        shown.sort_by_key(|label| (std::cmp::Reverse(sizes[*label]), *label));
        let rest = shown.len() > SHOWN;
        shown.truncate(SHOWN);
        shown.sort_unstable();
        let mut place = vec![shown.len(); n_labels];
        shown.iter().enumerate().for_each(|(at, label)| place[*label] = at);
        let mut all: Vec<String> = shown.iter().map(usize::to_string).collect();
        if rest {
            all.push("rest".into());
        }
        let noise = all.len();
        if labels.iter().any(|label| *label < 0) {
            all.push("noise".into());
        }
        let places = labels.iter().map(|label| usize::try_from(*label).map_or(noise, |label| place[label])).collect();
        Side { shown, names: all, places }
    }
}

/// Samples in no two matched clusters: the cluster in the one, in the other, and the samples that are there.
pub type Moved = (i32, i32, Vec<usize>);

/// How two clusterings of the same samples meet: clusters against clusters, the columns in the order of the rows that
/// they are matched with. Labels are `(n_samples,)` each, -1 for noise.
///
/// Errors: not as many labels in one as in the other.
pub fn pair(names: [&str; 2], first: &[i32], second: &[i32]) -> Result<Pair> {
    let score = adjusted_rand_score(first, second)?;
    let partners = partners(first, second)?;
    let (rows, columns) = (Side::new(first), Side::new(second));
    let width = columns.names.len();
    let mut counts = vec![0u64; rows.names.len() * width];
    rows.places.iter().zip(&columns.places).for_each(|(r, c)| counts[r * width + c] += 1);
    // Clusters that are shown apart come first, those with a shown partner before the others.
    let place = |side: &Side, label: i32| side.shown.iter().position(|shown| *shown == label as usize);
    let matches: Vec<(usize, usize)> =
        partners.iter().filter_map(|(one, other, _)| Some((place(&rows, *one)?, place(&columns, *other)?))).collect();
    let mut across: Vec<usize> = matches.iter().map(|(_, c)| *c).collect();
    across.extend((0..width).filter(|c| !matches.iter().any(|(_, matched)| matched == c)));
    let mut down: Vec<usize> = matches.iter().map(|(r, _)| *r).collect();
    down.extend((0..rows.names.len()).filter(|r| !matches.iter().any(|(matched, _)| matched == r)));
    let listed = |names: &[String], order: &[usize]| order.iter().map(|at| names[*at].clone()).collect();
    let ordered = down.iter().flat_map(|r| across.iter().map(move |c| r * width + c)).map(|at| counts[at]);
    Ok(Pair {
        names: names.map(String::from),
        score,
        matched: n_matched(&partners) as i64,
        n_matched: matches.len(),
        rows: listed(&rows.names, &down),
        columns: listed(&columns.names, &across),
        counts: ordered.collect(),
    })
}

/// The samples that are in no two matched clusters, the fullest places first. Noise is -1, and has no partner.
///
/// Errors: not as many labels in one as in the other.
pub fn moved(first: &[i32], second: &[i32]) -> Result<Vec<Moved>> {
    let partners = partners(first, second)?;
    let mut apart: Vec<Moved> = Vec::new();
    for (sample, (one, other)) in first.iter().copied().zip(second.iter().copied()).enumerate() {
        if partners.iter().any(|partner| (partner.0, partner.1) == (one, other)) {
            continue;
        }
        match apart.iter_mut().find(|place| (place.0, place.1) == (one, other)) {
            Some(place) => place.2.push(sample),
            None => apart.push((one, other, vec![sample])),
        }
    }
    apart.sort_by_key(|(one, other, samples)| (std::cmp::Reverse(samples.len()), *one, *other));
    Ok(apart)
}

/// Clusters that belong together (Hungarian method on the samples that they share), by the first of the two, and how many
/// samples they share. Noise is no cluster and has no partner.
fn partners(first: &[i32], second: &[i32]) -> Result<Vec<(i32, i32, u64)>> {
    let both = first.iter().copied().zip(second.iter().copied()).filter(|(one, other)| *one >= 0 && *other >= 0);
    let (one, other): (Vec<i32>, Vec<i32>) = both.unzip();
    if one.is_empty() {
        return Ok(Vec::new());
    }
    let table = contingency_matrix(&one, &other)?;
    let counts = table.counts.iter().map(|count| *count as f64).collect();
    let pairs = linear_sum_assignment(&Matrix::from_vec(counts, table.n_classes(), table.n_clusters())?, true)?;
    let all = pairs.into_iter().map(|(r, c)| (table.classes[r] as i32, table.clusters[c] as i32, table.row(r)[c]));
    Ok(all.filter(|(.., both)| *both > 0).collect())
}

/// Samples in the same cluster, if clusters are paired as well as can be. Noise is in none.
///
/// Errors: not as many labels in one as in the other.
pub fn matched(first: &[i32], second: &[i32]) -> Result<u64> {
    Ok(n_matched(&partners(first, second)?))
}

fn n_matched(partners: &[(i32, i32, u64)]) -> u64 {
    partners.iter().map(|(.., both)| both).sum()
}

/// Scores of every two clusterings as a heat map, `(n, n)` of them row by row; `None` where there is none. The rows say
/// which clustering each number stands for.
pub fn matrix(names: &[&str], scores: &[Option<f64>], summary: String) -> Section {
    // A chance agreement may be a little below 0, which is drawn as 0. Adding zero takes the sign from a negative one.
    let text = |score: &Option<f64>| {
        score.map_or(String::new(), |score| format!("{:.2}", (100.0 * score).round() / 100.0 + 0.0))
    };
    Section {
        id: "matrix".into(),
        title: "Every clustering against every other".into(),
        summary,
        figure: Figure::Heatmap {
            row_title: "clustering".into(),
            column_title: "clustering".into(),
            rows: names.iter().zip(1..).map(|(name, i)| format!("{i} {name}").trim_end().to_string()).collect(),
            columns: (1..=names.len()).map(|i| i.to_string()).collect(),
            values: scores.iter().map(|score| score.unwrap_or(0.0).max(0.0)).collect(),
            texts: scores.iter().map(text).collect(),
            high: 1.0,
            map: ColorMap::Blues,
        },
    }
}

/// How the clusters of every two clusterings of the same samples meet, as a table: what [`Pair::of`] reads.
///
/// Errors: not as many labels in one as in the other.
pub fn pairs(names: &[&str], labels: &[Vec<i32>]) -> Result<Section> {
    let mut rows = Vec::new();
    for i in 0..labels.len() {
        for j in i + 1..labels.len() {
            rows.push(row((i, j), &pair([names[i], names[j]], &labels[i], &labels[j])?));
        }
    }
    let columns = ["first", "second", "adjusted Rand index", "matched images", "matched", "rows", "columns", "counts"];
    Ok(Section {
        id: "pairs".into(),
        title: "How clusters meet".into(),
        summary: format!(
            "For every two clusterings, by their numbers in the matrix: images in each cluster of the first and each of \
             the second, matched clusters in the same place (Hungarian method). The {SHOWN} largest clusters are shown, \
             then the rest, then noise.",
        ),
        figure: Figure::Numbers(Table { columns: columns.map(String::from).to_vec(), rows }),
    })
}

fn row((i, j): (usize, usize), pair: &Pair) -> Vec<Value> {
    let counts = pair.counts.chunks(pair.columns.len().max(1));
    let line = |counts: &[u64]| counts.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    vec![
        Value::Int(i as i64 + 1),
        Value::Int(j as i64 + 1),
        Value::Float(pair.score),
        Value::Int(pair.matched),
        Value::Int(pair.n_matched as i64),
        Value::Text(pair.rows.join(" ")),
        Value::Text(pair.columns.join(" ")),
        Value::Text(counts.map(line).collect::<Vec<_>>().join(" / ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matched_clusters_stand_in_the_same_place() {
        // The second clustering has other numbers, and one image elsewhere.
        let labels = [vec![0, 0, 0, 1, 1, 2, 2], vec![2, 2, 2, 0, 0, 1, 0]];
        let row = row((0, 1), &pair(["one", "two"], &labels[0], &labels[1]).unwrap());
        let text = |i: usize| row[i].full();
        assert_eq!((text(5), text(6)), ("0 1 2".into(), "2 0 1".into()));
        assert_eq!(text(7), "3 0 0 / 0 2 0 / 0 1 1");
        assert_eq!((text(3), text(4)), ("6".into(), "3".into()));
        // The last image is in cluster 2 of the one, in cluster 0 of the other.
        assert_eq!(moved(&labels[0], &labels[1]).unwrap(), vec![(2, 0, vec![6])]);
        // Against itself nothing has moved.
        assert_eq!(pair(["one", "one"], &labels[0], &labels[0]).unwrap().score, 1.0);
        assert!(moved(&labels[0], &labels[0]).unwrap().is_empty());
        assert!(pair(["one", "two"], &labels[0], &labels[1][1..]).is_err());
    }

    #[test]
    fn what_is_in_no_matched_pair_has_moved() {
        // Two clusters and noise against one cluster; noise is matched with nothing, not even with noise.
        let (first, second) = ([0, 0, 0, 1, 1, -1], [4, 4, 4, 4, -1, -1]);
        let met = pair(["one", "two"], &first, &second).unwrap();
        assert_eq!((met.rows.join(" "), met.columns.join(" ")), ("0 1 noise".into(), "4 noise".into()));
        assert_eq!(moved(&first, &second).unwrap(), vec![(-1, -1, vec![5]), (1, -1, vec![4]), (1, 4, vec![3])]);
        assert_eq!((met.matched, matched(&first, &second).unwrap()), (3, 3));
        let nothing = pair(["one", "two"], &[-1, -1], &[0, 1]).unwrap();
        assert_eq!((nothing.matched, nothing.n_matched), (0, 0));
        assert_eq!(moved(&[-1, -1], &[0, 1]).unwrap().len(), 2);
    }

    /// What the words count, the picture and the list of what moved show, also of more clusters than are drawn.
    #[test]
    fn matched_and_moved_are_all_there_is() {
        let mut state = 7u32;
        let mut draw = |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        for (a, b) in [(4, 4), (12, 5), (30, 24)] {
            let first: Vec<i32> = (0..400).map(|_| draw(a + 1) as i32 - 1).collect();
            let second: Vec<i32> =
                first.iter().map(|label| if draw(3) > 0 { label % b as i32 } else { draw(b + 1) as i32 - 1 }).collect();
            let met = pair(["one", "two"], &first, &second).unwrap();
            let moved = moved(&first, &second).unwrap();
            let n_moved: usize = moved.iter().map(|(.., samples)| samples.len()).sum();
            assert_eq!(met.matched as usize + n_moved, 400);
            assert_eq!(met.matched as u64, matched(&first, &second).unwrap());
            let width = met.columns.len();
            let drawn: u64 = (0..met.n_matched).map(|i| met.counts[i * width + i]).sum();
            if a <= 16 {
                assert_eq!(drawn as i64, met.matched, "the diagonal of the picture");
            } else {
                assert!(drawn as i64 <= met.matched);
            }
        }
    }

    #[test]
    fn small_clusters_and_noise_come_last() {
        let many: Vec<i32> =
            (0..20).flat_map(|label| vec![label; if label == 3 { 1 } else { 2 }]).chain([-1]).collect();
        let side = Side::new(&many);
        assert_eq!(side.names.len(), SHOWN + 2);
        assert_eq!(side.names[SHOWN - 2..], ["15", "16", "rest", "noise"]);
        assert_eq!(side.places.last(), Some(&(SHOWN + 1)));
        let only_noise = Side::new(&[-1, -1]);
        assert_eq!((only_noise.names, only_noise.shown.len()), (vec!["noise".to_string()], 0));
    }
}
