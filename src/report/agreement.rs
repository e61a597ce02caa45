//! Two clusterings of the same images, taken out of a report's table of pairs: how their
//! clusters meet, and the second in the colours of the first.

use super::{ColorMap, Figure, Numbers, Report, Section, Table, Value};

/// Two clusterings, and how their clusters meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// What the clusterings are.
    pub names: [String; 2],
    /// Their adjusted Rand index.
    pub score: f64,
    /// Images in matched clusters, all of them counted, shown or not.
    pub matched: i64,
    /// How many rows and columns, from the first on, are matched with each other.
    pub n_matched: usize,
    /// Clusters of the first.
    pub rows: Vec<String>,
    /// Clusters of the second.
    pub columns: Vec<String>,
    /// Images in both, row-major.
    pub counts: Vec<u64>,
}

/// The clusterings that the report compares, numbered as in its matrix.
pub fn names(report: &Report) -> Vec<String> {
    let matrix = report.sections.iter().find(|section| section.id == "matrix").map(|section| &section.figure);
    let Some(Figure::Heatmap { rows, .. }) = matrix else { return Vec::new() };
    rows.iter().map(|row| row.split_once(' ').map_or(row.as_str(), |(_, name)| name).to_string()).collect()
}

fn table(report: &Report) -> Option<&Table> {
    match &report.sections.iter().find(|section| section.id == "pairs")?.figure {
        Figure::Numbers(table) => Some(table),
        _ => None,
    }
}

/// Whether the report compares clusterings.
pub fn is_there(report: &Report) -> bool {
    table(report).is_some()
}

impl Pair {
    /// The clusterings of a row and a column of the matrix; `None` on its diagonal.
    pub fn of(report: &Report, row: usize, column: usize) -> Option<Self> {
        let (first, second) = (row.min(column), row.max(column));
        let is = |value: Option<&Value>, i: usize| value == Some(&Value::Int(i as i64 + 1));
        let line = table(report)?.rows.iter().find(|line| is(line.first(), first) && is(line.get(1), second))?;
        let int = |at: usize| match line.get(at) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        };
        let words = |at: usize| match line.get(at) {
            Some(Value::Text(text)) => Some(text.split_whitespace().map(String::from).collect::<Vec<_>>()),
            _ => None,
        };
        let Value::Float(score) = *line.get(2)? else { return None };
        let (rows, columns) = (words(5)?, words(6)?);
        let counts: Vec<u64> = words(7)?.iter().filter_map(|word| word.parse().ok()).collect();
        let names = names(report);
        let pair = Pair {
            names: [names.get(first)?.clone(), names.get(second)?.clone()],
            score,
            matched: int(3)?,
            n_matched: int(4)? as usize,
            rows,
            columns,
            counts,
        };
        let whole = pair.counts.len() == pair.rows.len() * pair.columns.len();
        whole.then(|| if row <= column { pair } else { pair.turned() })
    }

    fn turned(self) -> Self {
        let (down, across) = (self.rows.len(), self.columns.len());
        let counts = (0..across).flat_map(|c| (0..down).map(move |r| (r, c))).map(|(r, c)| self.counts[r * across + c]);
        let [first, second] = self.names;
        Pair { counts: counts.collect(), names: [second, first], rows: self.columns, columns: self.rows, ..self }
    }

    /// The images in all.
    pub fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How the clusters meet, as a picture.
    pub fn section(&self) -> Section {
        let [first, second] = &self.names;
        let share = 100.0 * self.matched as f64 / self.n().max(1) as f64;
        Section {
            id: "pair".into(),
            title: format!("{first} against {second}"),
            summary: format!(
                "Adjusted Rand index of {first} and {second}: {:.4}. Clusters that belong together stand in the same \
                 place; {} of {} images ({share:.0} %) are in such a pair.",
                self.score,
                self.matched,
                self.n()
            ),
            figure: Figure::Confusion {
                row_title: first.clone(),
                column_title: second.clone(),
                rows: self.rows.clone(),
                columns: self.columns.clone(),
                counts: self.counts.clone(),
                map: ColorMap::Blues,
            },
        }
    }

    /// The points of a plane coloured by the first clustering, or by the second in the
    /// colours of the clusters that it is matched with. `None` without the labels, which
    /// saved results have not.
    pub fn colored(&self, plane: &Section, report: &Report, second: bool) -> Option<Section> {
        let side = usize::from(second);
        let (name, other) = (&self.names[side], &self.names[1 - side]);
        let (shown, partners) = if second { (&self.columns, &self.rows) } else { (&self.rows, &self.columns) };
        let at = names(report).iter().position(|known| known == name)?;
        // Arrays stand in the order of the matrix.
        let labels = report.arrays.iter().filter(|array| array.name.starts_with("labels_")).nth(at)?;
        let Numbers::U32(labels) = &labels.numbers else { return None };
        // What has no partner must not have the colour of one of the others that have none.
        let gap = if second { partners.len() - self.n_matched } else { 0 };
        let group = |place: usize| if place < self.n_matched { place } else { place + gap };
        let known = |word: &str| shown.iter().position(|name| name == word);
        let mut section = plane.clone();
        let Figure::Scatter { groups, points, group_title, .. } = &mut section.figure else { return None };
        for (point, label) in points.iter_mut().zip(labels) {
            let word = if *label == u32::MAX { "noise".to_string() } else { label.to_string() };
            point.group = group(known(&word).or_else(|| known("rest"))?) as u16;
        }
        *groups = vec![String::new(); group(shown.len())];
        shown.iter().enumerate().for_each(|(place, word)| groups[group(place)].clone_from(word));
        group_title.clone_from(name);
        section.summary = format!(
            "Coloured by {name}. A cluster of {name} and the one of {other} that is matched with it share a colour."
        );
        Some(section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Array, Point};

    fn report() -> Report {
        let text = |words: &str| Value::Text(words.into());
        let row = vec![
            Value::Int(1),
            Value::Int(2),
            Value::Float(0.5),
            Value::Int(5),
            Value::Int(2),
            text("0 1 2"),
            text("1 0 noise"),
            text("3 0 0 / 0 2 1 / 0 0 1"),
        ];
        let section =
            |id: &str, figure| Section { id: id.into(), title: String::new(), summary: String::new(), figure };
        let names = ["1 one", "2 the other"].map(String::from).to_vec();
        let heat = Figure::Heatmap {
            row_title: String::new(),
            column_title: String::new(),
            rows: names.clone(),
            columns: names,
            values: Vec::new(),
            texts: Vec::new(),
            high: 1.0,
            map: crate::report::ColorMap::Blues,
        };
        let array = |name: &str, labels: &[u32]| Array {
            name: name.into(),
            shape: vec![labels.len() as u32],
            numbers: Numbers::U32(labels.to_vec()),
        };
        Report {
            sections: vec![
                section("matrix", heat),
                section("pairs", Figure::Numbers(Table { columns: Vec::new(), rows: vec![row] })),
            ],
            arrays: vec![
                array("labels_one", &[0, 0, 0, 1, 1, 1, 2]),
                array("labels_other", &[1, 1, 1, 0, 0, u32::MAX, u32::MAX]),
            ],
            ..Report::default()
        }
    }

    #[test]
    fn a_pair_is_found_in_either_order() {
        let report = report();
        assert!(is_there(&report) && !is_there(&Report::default()));
        let pair = Pair::of(&report, 0, 1).unwrap();
        assert_eq!(pair.n(), 7);
        assert_eq!(pair.counts, [3, 0, 0, 0, 2, 1, 0, 0, 1]);
        let turned = Pair::of(&report, 1, 0).unwrap();
        assert_eq!(turned.counts, [3, 0, 0, 0, 2, 0, 0, 1, 1]);
        assert_eq!((&turned.rows, &turned.names[0]), (&pair.columns, &pair.names[1]));
        assert!(turned.section().summary.contains("5 of 7 images (71 %)"), "{}", turned.section().summary);
        assert_eq!(Pair::of(&report, 1, 1), None);
        assert_eq!(Pair::of(&report, 0, 2), None);
    }

    #[test]
    fn matched_clusters_share_a_colour_and_others_do_not() {
        let report = report();
        let points = (0..7).map(|image| Point { x: 0.0, y: 0.0, image, group: 0 }).collect();
        let figure = Figure::Scatter {
            data: String::new(),
            x_title: String::new(),
            y_title: String::new(),
            group_title: String::new(),
            groups: Vec::new(),
            points,
        };
        let plane = Section { id: "plane".into(), title: String::new(), summary: String::new(), figure };
        let pair = Pair::of(&report, 0, 1).unwrap();
        let seen = |second| match pair.colored(&plane, &report, second).unwrap().figure {
            Figure::Scatter { groups, points, .. } => {
                (groups, points.iter().map(|point| point.group).collect::<Vec<_>>())
            }
            _ => unreachable!(),
        };
        assert_eq!(seen(false), (["0", "1", "2"].map(String::from).to_vec(), vec![0, 0, 0, 1, 1, 1, 2]));
        assert_eq!(seen(true), (["1", "0", "", "noise"].map(String::from).to_vec(), vec![0, 0, 0, 1, 1, 3, 3]));
        let saved = Report { arrays: Vec::new(), ..report.clone() };
        assert_eq!(pair.colored(&plane, &saved, true), None);
    }
}
