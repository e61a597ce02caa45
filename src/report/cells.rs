//! What stands behind a confusion matrix: shares instead of counts, and the images of a cell.

use super::{Figure, Numbers, Report};
use crate::learn::Matrix;
use crate::learn::matching::linear_sum_assignment;

/// What the cells of a confusion matrix say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// Counts.
    Counts,
    /// Per cent of the row: of the images of a class.
    OfRow,
    /// Per cent of the column: of the images that were taken for a class.
    OfColumn,
}

/// A confusion matrix with counts or shares in its cells; `None` of other figures.
pub fn matrix(figure: &Figure, cells: Cells) -> Option<Figure> {
    let Figure::Confusion { row_title, column_title, rows, columns, counts, map } = figure else { return None };
    let width = columns.len().max(1);
    let total = |at: usize| -> u64 {
        match cells {
            Cells::Counts => 0,
            Cells::OfRow => counts[at / width * width..][..width].iter().sum(),
            Cells::OfColumn => counts.iter().skip(at % width).step_by(width).sum(),
        }
    };
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let (mut values, mut texts) = (Vec::new(), Vec::new());
    for (at, count) in counts.iter().enumerate() {
        let share = 100.0 * *count as f64 / total(at).max(1) as f64;
        let (value, text) = match cells {
            Cells::Counts => (*count as f64, count.to_string()),
            // What rounds to 0 and is not 0 must not look like it.
            _ if *count > 0 && share < 0.05 => (share, "<.1".into()),
            _ => (share, format!("{share:.1}")),
        };
        values.push(value);
        texts.push(text);
    }
    let high = if cells == Cells::Counts { most } else { 100.0 };
    let (row_title, column_title, rows, columns) =
        (row_title.clone(), column_title.clone(), rows.clone(), columns.clone());
    Some(Figure::Heatmap { row_title, column_title, rows, columns, values, texts, high, map: *map })
}

/// A confusion matrix with its columns in another order: one for each row on the diagonal, so that as many images as
/// possible are there, the rest behind in their own order; and how many images are on the diagonal. `None` of other
/// figures.
pub fn matched(figure: &Figure) -> Option<(Figure, u64)> {
    let Figure::Confusion { row_title, column_title, rows, columns, counts, map } = figure else { return None };
    let width = columns.len();
    let cost = Matrix::from_vec(counts.iter().map(|count| *count as f64).collect(), rows.len(), width).ok()?;
    let mut pairs = linear_sum_assignment(&cost, true).ok()?;
    // A column that has nothing of its row is nobody's.
    pairs.retain(|(row, column)| counts[row * width + column] > 0);
    let mut order: Vec<usize> = pairs.iter().map(|(_, column)| *column).collect();
    let rest: Vec<usize> = (0..width).filter(|column| !order.contains(column)).collect();
    order.extend(rest);
    let on = pairs.iter().map(|(row, column)| counts[row * width + column]).sum();
    let figure = Figure::Confusion {
        row_title: row_title.clone(),
        column_title: column_title.clone(),
        rows: rows.clone(),
        columns: order.iter().map(|column| columns[*column].clone()).collect(),
        counts: counts.chunks(width.max(1)).flat_map(|row| order.iter().map(|column| row[*column])).collect(),
        map: *map,
    };
    Some((figure, on))
}

/// Numbers of the images of class `truth` that were taken for `predicted`, each with its confidence, the
/// surest first. `side` is `train` or `test`; `labels` are those of the data set. `None` if the report does not say,
/// as a saved one.
pub fn images(report: &Report, side: &str, labels: &[u8], truth: u32, predicted: u32) -> Option<Vec<(u32, f64)>> {
    let array = |name: &str| report.arrays.iter().find(|array| array.name == name).map(|array| &array.numbers);
    let Numbers::U32(images) = array(side)? else { return None };
    let Numbers::U32(found) = array(&format!("predicted_{side}"))? else { return None };
    let Numbers::F64(sure) = array(&format!("sure_{side}"))? else { return None };
    let of = |image: &u32| labels.get(*image as usize).is_some_and(|label| u32::from(*label) == truth);
    let all = images.iter().zip(found).zip(sure);
    let mut cell: Vec<(u32, f64)> = all
        .filter(|((image, found), _)| **found == predicted && of(image))
        .map(|((image, _), sure)| (*image, *sure))
        .collect();
    cell.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Some(cell)
}

/// Numbers of the images of class `truth` in a cluster, in the order of the rows. `section` is the matrix:
/// `confusion` of the only clustering, `confusion_12` of that with 12 clusters. `None` if the report does not say.
pub fn members(report: &Report, section: &str, labels: &[u8], truth: u32, cluster: u32) -> Option<Vec<u32>> {
    let name = labels_of(section)?;
    let array = |name: &str| match &report.arrays.iter().find(|array| array.name == name)?.numbers {
        Numbers::U32(values) => Some(values),
        Numbers::F64(_) => None,
    };
    let (found, drawn) = (array(&name)?, array("drawn"));
    // A sample has rows of its own, and says which images they are; an image drawn twice is there twice.
    let n_rows = drawn.map_or(labels.len(), Vec::len);
    let image = |row: usize| drawn.map_or(row as u32, |drawn| drawn[row]);
    let of = |image: &u32| labels.get(*image as usize).is_some_and(|label| u32::from(*label) == truth);
    let rows = (0..n_rows).filter(|row| found.get(*row) == Some(&cluster));
    (found.len() == n_rows).then(|| rows.map(image).filter(of).collect())
}

/// The array with the cluster of every image that is in such a matrix; `None` of other sections.
pub fn labels_of(section: &str) -> Option<String> {
    let k = section.strip_prefix("confusion")?;
    let known = k.is_empty() || k.strip_prefix('_').is_some_and(|k| k.bytes().all(|byte| byte.is_ascii_digit()));
    known.then(|| format!("labels_{}", k.trim_start_matches('_')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Array, ColorMap};

    #[test]
    fn shares_are_of_the_row_or_of_the_column() {
        let names = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        let figure = Figure::Confusion {
            row_title: String::new(),
            column_title: String::new(),
            rows: names(3),
            columns: names(2),
            counts: vec![3, 1, 0, 0, 1, 3999],
            map: ColorMap::Reds,
        };
        let texts = |cells: Cells| match matrix(&figure, cells) {
            Some(Figure::Heatmap { texts, .. }) => texts,
            other => panic!("{other:?}"),
        };
        assert_eq!(texts(Cells::Counts), ["3", "1", "0", "0", "1", "3999"]);
        assert_eq!(texts(Cells::OfRow), ["75.0", "25.0", "0.0", "0.0", "<.1", "100.0"]);
        assert_eq!(texts(Cells::OfColumn), ["75.0", "<.1", "0.0", "0.0", "25.0", "100.0"]);
    }

    #[test]
    fn the_best_matching_is_on_the_diagonal() {
        let names = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        let of = |rows: usize, columns: usize, counts: &[u64]| {
            let figure = Figure::Confusion {
                row_title: String::new(),
                column_title: String::new(),
                rows: names(rows),
                columns: names(columns),
                counts: counts.to_vec(),
                map: ColorMap::Blues,
            };
            match matched(&figure) {
                Some((Figure::Confusion { columns, counts, .. }, on)) => (columns.join(" "), counts, on),
                other => panic!("{other:?}"),
            }
        };
        // Column 1 is the best of both rows; together they do best if the second gives way.
        let (columns, counts, on) = of(2, 3, &[0, 9, 2, 6, 7, 1]);
        assert_eq!((columns.as_str(), on), ("1 0 2", 15));
        assert_eq!(counts, [9, 0, 2, 7, 6, 1]);
        // More digits than clusters: one digit has none. An empty column is no match.
        assert_eq!(of(3, 2, &[1, 5, 4, 0, 2, 4]).0, "1 0");
        assert_eq!(of(2, 2, &[0, 3, 0, 5]), ("1 0".into(), vec![3, 0, 5, 0], 5));
    }

    #[test]
    fn the_images_of_a_cell_come_by_confidence() {
        let array = |name: &str, numbers: Numbers| Array { name: name.into(), shape: vec![4], numbers };
        let arrays = vec![
            array("test", Numbers::U32(vec![5, 2, 0, 4])),
            array("predicted_test", Numbers::U32(vec![1, 1, 1, 0])),
            array("sure_test", Numbers::F64(vec![0.6, 0.9, 0.7, 0.8])),
        ];
        let report = Report { arrays, ..Report::default() };
        let labels = [3, 0, 3, 0, 0, 3];
        assert_eq!(images(&report, "test", &labels, 3, 1), Some(vec![(2, 0.9), (0, 0.7), (5, 0.6)]));
        assert_eq!(images(&report, "test", &labels, 0, 1), Some(vec![]));
        assert_eq!(images(&report, "train", &labels, 3, 1), None);
        assert_eq!(images(&Report::default(), "test", &labels, 3, 1), None);
    }

    #[test]
    fn the_images_of_a_digit_in_a_cluster_come_in_order() {
        let array = |name: &str, numbers: Vec<u32>| Array {
            name: name.into(),
            shape: vec![numbers.len() as u32],
            numbers: Numbers::U32(numbers),
        };
        let arrays = vec![array("labels_", vec![1, 0, 1, 1]), array("labels_12", vec![0, 0, 11, 0])];
        let mut report = Report { arrays, ..Report::default() };
        let labels = [3, 3, 3, 7];
        assert_eq!(members(&report, "confusion", &labels, 3, 1), Some(vec![0, 2]));
        assert_eq!(members(&report, "confusion_12", &labels, 3, 11), Some(vec![2]));
        assert_eq!(members(&report, "confusion_12", &labels, 7, 11), Some(vec![]));
        // Another number of images: these are no labels of the data set's.
        assert_eq!(members(&report, "confusion", &labels[1..], 3, 1), None);
        for section in ["confusion_13", "confusion_train", "centres"] {
            assert_eq!(members(&report, section, &labels, 3, 1), None, "{section}");
        }
        // Rows of a sample are images by another order.
        report.arrays.push(array("drawn", vec![3, 0, 2, 2]));
        assert_eq!(members(&report, "confusion", &labels, 3, 1), Some(vec![2, 2]));
        assert_eq!(members(&report, "confusion", &labels, 7, 1), Some(vec![3]));
    }
}
