//! Claims of the notebooks that a visitor can check.

use super::rule::{Rule, filled};
use crate::report::Report;
use serde::Deserialize;

/// A sentence or a printed line of the notebook, and how it stands up to the numbers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claim {
    /// Its name within the scene.
    pub id: String,
    /// What the notebook writes or prints, in its own words.
    pub claim: String,
    /// Whether the words are code.
    #[serde(default)]
    pub code: bool,
    /// What to look at.
    pub look: String,
    /// Verdicts; the first whose rule holds is the one.
    pub findings: Vec<Finding>,
    /// The settings that put it to the test.
    #[serde(default)]
    pub test: Option<Test>,
}

/// A verdict and when it is due.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Finding {
    /// When; without a rule, if no other before it holds.
    #[serde(default)]
    pub when: Option<Rule>,
    /// How the claim stands.
    pub verdict: Verdict,
    /// Why, with `{metric}` where a number of the run belongs.
    pub text: String,
}

/// How a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The numbers agree.
    Holds,
    /// They agree with a part of it only.
    InPart,
    /// They contradict it.
    Fails,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Holds => "Holds",
            Verdict::InPart => "Holds in part",
            Verdict::Fails => "Does not hold",
        }
    }
}

/// Settings that put a claim to the test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Test {
    /// What is done, as the button says it.
    pub label: String,
    /// Parameters and the values they get.
    pub set: Vec<(String, String)>,
}

impl Claim {
    /// The verdict and its reason; `None` if the report has not the numbers for it.
    pub fn verdict(&self, report: &Report) -> Option<(Verdict, String)> {
        for finding in &self.findings {
            if finding.when.as_ref().map_or(Some(true), |rule| rule.holds(report))? {
                return Some((finding.verdict, filled(&finding.text, report)?));
            }
        }
        None
    }
}
