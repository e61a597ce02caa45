//! A question that is answered by sorting images into groups by hand: how well the groups agree with the digits, and
//! with the clusters of a run.

use super::rule::filled;
use crate::learn::metrics::adjusted_rand_score;
use crate::report::{Figure, Report, Value, facts};
use serde::Deserialize;

/// Groups at most: letters from `a`.
const MOST_GROUPS: usize = 8;

/// What stands for an image that is in no group yet.
pub const UNSORTED: char = '-';

/// Images to be sorted. An answer is a letter for each of them, in their order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Sorting {
    /// The data set they are of.
    pub data: String,
    /// Their numbers there.
    pub images: Vec<u32>,
    /// What digit each of them is.
    pub digits: Vec<u8>,
    /// Groups there may be.
    pub groups: usize,
    /// What is said before a run: `{own}`, the adjusted Rand index of the groups against the digits, and `{n_groups}`.
    pub alone: String,
    /// What is said after it: also `{theirs}`, that of the run's clusters of the same images, and `{both}`, that of the
    /// two against each other.
    pub beside: String,
}

impl Sorting {
    /// The letters of the groups.
    pub fn letters(&self) -> impl Iterator<Item = char> {
        ('a'..).take(self.groups.min(MOST_GROUPS))
    }

    /// The group of each image; `None` if `answer` does not put each image into one.
    pub fn groups(&self, answer: &str) -> Option<Vec<i32>> {
        let group = |letter: char| self.letters().position(|known| known == letter).map(|group| group as i32);
        let groups = answer.chars().map(group).collect::<Option<Vec<i32>>>()?;
        (groups.len() == self.images.len()).then_some(groups)
    }

    /// An answer in words: the digits of each group.
    pub fn words(&self, answer: &str) -> Option<String> {
        let groups = self.groups(answer)?;
        let of = |group: i32| {
            let digits = groups.iter().zip(&self.digits).filter(|(of, _)| **of == group);
            digits.map(|(_, digit)| digit.to_string()).collect::<Vec<_>>().join(" ")
        };
        let all = (0..self.groups as i32).map(of).filter(|digits| !digits.is_empty());
        Some(all.collect::<Vec<_>>().join(" | "))
    }

    /// What is said to an answer.
    pub fn reveal(&self, answer: &str, report: &Report) -> Option<String> {
        let own = self.groups(answer)?;
        let digits: Vec<i32> = self.digits.iter().map(|digit| i32::from(*digit)).collect();
        let mut used = own.clone();
        used.sort_unstable();
        used.dedup();
        let mut numbers = Report::default();
        numbers.metric("n_groups", "", Value::Int(used.len() as i64));
        let mut score = |id: &str, a: &[i32], b: &[i32]| {
            let score = adjusted_rand_score(a, b).ok()?;
            // Two digits are as much as twelve images tell.
            numbers.metric(id, "", Value::Text(format!("{score:.2}")));
            Some(())
        };
        score("own", &digits, &own)?;
        let Some(theirs) = self.clusters(report) else { return filled(&self.alone, &numbers) };
        score("theirs", &digits, &theirs)?;
        score("both", &own, &theirs)?;
        filled(&self.beside, &numbers)
    }

    /// The clusters of the images in a run of the same data; saved results do not say.
    fn clusters(&self, report: &Report) -> Option<Vec<i32>> {
        let same = |figure: &Figure| matches!(figure, Figure::Gallery { data, .. } if *data == self.data);
        report.sections.iter().find(|section| same(&section.figure))?;
        self.images.iter().map(|image| facts::of(report, *image).cluster.map(|cluster| cluster as i32)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Array, Numbers, Section};

    fn sorting() -> Sorting {
        let json = r#"{"data": "d", "images": [0, 2, 3, 5], "digits": [4, 4, 9, 9], "groups": 3,
            "alone": "{n_groups} groups, {own}", "beside": "{own}, {theirs}, {both}"}"#;
        serde_json::from_str(json).unwrap()
    }

    fn run(data: &str) -> Report {
        let figure = Figure::Gallery { data: data.into(), rows: Vec::new() };
        let labels = Array { name: "labels_".into(), shape: vec![6], numbers: Numbers::U32(vec![7, 0, 7, 7, 0, 1]) };
        Report {
            sections: vec![Section { id: "members".into(), title: String::new(), summary: String::new(), figure }],
            arrays: vec![labels],
            ..Report::default()
        }
    }

    #[test]
    fn groups_are_compared_with_digits_and_with_clusters() {
        let none = Report::default();
        assert_eq!(sorting().reveal("aacc", &none).as_deref(), Some("2 groups, 1.00"));
        assert_eq!(sorting().reveal("abab", &none).as_deref(), Some("2 groups, -0.50"));
        // The run has the first three together: of 1 pair of each digit it keeps one.
        assert_eq!(sorting().reveal("aacc", &run("d")).as_deref(), Some("1.00, 0.00, 0.00"));
        assert_eq!(sorting().reveal("aaac", &run("d")).as_deref(), Some("0.00, 0.00, 1.00"));
        assert_eq!(sorting().reveal("aacc", &run("other")).as_deref(), Some("2 groups, 1.00"), "not the same images");
    }

    #[test]
    fn an_answer_sorts_every_image() {
        for answer in ["", "aac", "aacca", "aac-", "aacd", "AACC", "aač"] {
            assert_eq!(sorting().groups(answer), None, "{answer}");
            assert_eq!(sorting().reveal(answer, &Report::default()), None, "{answer}");
        }
        assert_eq!(sorting().words("caac").as_deref(), Some("4 9 | 4 9"));
    }
}
