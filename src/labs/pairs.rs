//! Two classes that are taken for one another: a guess of such pairs, and how it stands in a confusion matrix.
//!
//! A pair has no direction: mistakes of the one for the other and of the other for the one are counted together.

use crate::report::{Figure, Report, Value};

/// Pairs of classes by their positions, the smaller first, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs(pub Vec<(usize, usize)>);

impl Pairs {
    /// Reads `4-9~3-5`: `n` different pairs of different classes, of which there are `n_classes`; `None` of anything else.
    pub fn read(text: &str, n: usize, n_classes: usize) -> Option<Self> {
        let class = |text: &str| text.parse::<usize>().ok().filter(|class| *class < n_classes);
        let pair = |text: &str| {
            let (a, b) = text.split_once('-')?;
            let (a, b) = (class(a)?, class(b)?);
            (a != b).then_some((a.min(b), a.max(b)))
        };
        let pairs = text.split('~').map(pair).collect::<Option<Vec<_>>>()?;
        let again = (1..pairs.len()).any(|at| pairs[..at].contains(&pairs[at]));
        (pairs.len() == n && !again).then_some(Pairs(pairs))
    }

    /// `4 and 9, 3 and 5`; `classes` are the names.
    pub fn words(&self, classes: &[String]) -> String {
        self.0.iter().map(|(a, b)| named(classes, *a, *b)).collect::<Vec<_>>().join(", ")
    }

    /// How often each pair was confused in the matrix of that name, as numbers for a text: `given`, how often each of these
    /// and its rank; `most`, as many pairs that were confused most often; `mistakes`, all of them. `None` if the
    /// report has no such matrix, or not these classes.
    pub fn compared(&self, report: &Report, section: &str, classes: &[String]) -> Option<Report> {
        let figure = &report.sections.iter().find(|known| known.id == section)?.figure;
        let Figure::Confusion { rows, columns, counts, .. } = figure else { return None };
        let k = rows.len();
        if rows != columns {
            return None;
        }
        let both = |(a, b): (usize, usize)| counts[a * k + b] + counts[b * k + a];
        let mut all: Vec<(usize, usize)> = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b))).collect();
        all.sort_by_key(|pair| std::cmp::Reverse(both(*pair)));
        let mut given = Vec::new();
        for (a, b) in &self.0 {
            // The images may have other classes, or fewer.
            let place = |class: usize| rows.iter().position(|name| *name == classes[class]);
            let pair = (place(*a)?, place(*b)?);
            let n = both(pair);
            let rank = 1 + all.iter().filter(|other| both(**other) > n).count();
            given.push(format!("{}: {n}, number {rank} of {}", named(rows, pair.0, pair.1), all.len()));
        }
        let most: Vec<String> = all
            .iter()
            .take(self.0.len())
            .filter(|pair| both(**pair) > 0)
            .map(|pair| format!("{} ({})", named(rows, pair.0, pair.1), both(*pair)))
            .collect();
        let mistakes: u64 = all.iter().map(|pair| both(*pair)).sum();
        let mut numbers = Report::default();
        numbers.metric("given", "", Value::Text(given.join("; ")));
        numbers.metric("most", "", Value::Text(if most.is_empty() { "none".into() } else { most.join(", ") }));
        numbers.metric("mistakes", "", Value::Int(mistakes as i64));
        Some(numbers)
    }
}

fn named(classes: &[String], a: usize, b: usize) -> String {
    format!("{} and {}", classes[a], classes[b])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ColorMap, Section};

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    fn report(counts: Vec<u64>, k: usize) -> Report {
        let figure = Figure::Confusion {
            row_title: String::new(),
            column_title: String::new(),
            rows: names(k),
            columns: names(k),
            counts,
            map: ColorMap::Reds,
        };
        let section = Section { id: "m".into(), title: String::new(), summary: String::new(), figure };
        Report { sections: vec![section], ..Report::default() }
    }

    #[test]
    fn pairs_are_different_pairs_of_different_classes() {
        assert_eq!(Pairs::read("9-4~3-5", 2, 10), Some(Pairs(vec![(4, 9), (3, 5)])));
        for text in
            ["", "4-9", "4-9~9-4", "4-4~3-5", "4-10~3-5", "4-~3-5", "4~9", "4-9~3-5~1-2", "-4-9~3-5", "4-9-1~3-5"]
        {
            assert_eq!(Pairs::read(text, 2, 10), None, "{text}");
        }
        assert_eq!(Pairs(vec![(4, 9), (3, 5)]).words(&names(10)), "4 and 9, 3 and 5");
    }

    #[test]
    fn both_directions_count_together() {
        // 0 for 1 twice and 1 for 0 once; 1 for 2 twice; 2 for 0 never.
        let report = report(vec![9, 2, 0, 1, 9, 2, 0, 0, 9], 3);
        let text = |pairs: &[(usize, usize)], id: &str| {
            let found = Pairs(pairs.to_vec()).compared(&report, "m", &names(3)).unwrap();
            found.find(id).unwrap().value.short()
        };
        assert_eq!(text(&[(0, 1)], "given"), "0 and 1: 3, number 1 of 3");
        assert_eq!(text(&[(1, 2), (0, 2)], "given"), "1 and 2: 2, number 2 of 3; 0 and 2: 0, number 3 of 3");
        assert_eq!(text(&[(1, 2), (0, 2)], "most"), "0 and 1 (3), 1 and 2 (2)");
        assert_eq!(text(&[(0, 1)], "mistakes"), "5");
        assert_eq!(Pairs(vec![(0, 1)]).compared(&report, "other", &names(3)), None);
        assert_eq!(Pairs(vec![(0, 4)]).compared(&report, "m", &names(10)), None, "a class that the images do not have");
    }

    #[test]
    fn without_a_mistake_no_pair_is_most() {
        let found = Pairs(vec![(0, 1)]).compared(&report(vec![3, 0, 0, 3], 2), "m", &names(2)).unwrap();
        assert_eq!(found.find("most").unwrap().value.short(), "none");
    }
}
