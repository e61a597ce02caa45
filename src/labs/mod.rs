//! The five labs and their scenes: content, kept apart from the code that shows it.
//! The words are in `labs.json`, where a teacher can edit them.

mod claim;
mod mask;
mod pairs;
mod question;
mod rule;
mod sorting;

pub use claim::{Claim, Finding, Test, Verdict};
pub use mask::Mask;
pub use pairs::Pairs;
pub use question::{Choice, Item, Kind, Question};
pub use rule::{Comparison, Rule, Side};
pub use sorting::{Sorting, UNSORTED};

use crate::data::opened::is_own_id;
use crate::report::{Outcome, Report, Value};
use serde::Deserialize;
use std::sync::LazyLock;

/// One notebook, rebuilt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Lab {
    /// Its name in links.
    pub id: String,
    /// Its name in the menu.
    pub name: String,
    /// The question it asks.
    pub title: String,
    /// What it shows, in a sentence.
    pub lead: String,
    /// A fact about the notebook, for its card.
    pub fact: String,
    /// What is still to be built, if not all of it works.
    #[serde(default)]
    pub unfinished: String,
    /// Its scenes, in the order of the notebook.
    #[serde(default)]
    pub scenes: Vec<Scene>,
}

/// One step of a lab: an experiment with preset parameters.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Scene {
    /// Its name in links.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What it shows, in a few sentences.
    pub lead: String,
    /// Its experiment; none if the scene is still to be built.
    #[serde(default)]
    pub experiment: Option<String>,
    /// Its data set.
    #[serde(default)]
    pub data: String,
    /// Parameters that differ from the experiment's own defaults.
    #[serde(default)]
    pub preset: Vec<(String, String)>,
    /// Sections to show, in this order; all if empty.
    #[serde(default)]
    pub shows: Vec<String>,
    /// Sections that other settings than the scene's bring, behind them.
    #[serde(default)]
    pub also: Vec<String>,
    /// Sections that are shown besides while it runs, behind the others.
    #[serde(default)]
    pub live: Vec<String>,
    /// What the notebook printed, and what to compare it with.
    #[serde(default)]
    pub notebook: Vec<Printed>,
    /// What the notebook says that can be checked here.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// What the notebook asks and leaves open.
    #[serde(default)]
    pub open: Vec<Open>,
    /// What to predict before the run.
    #[serde(default)]
    pub predictions: Vec<Question>,
    /// Whether the notebook used all 70,000 images where this scene begins with fewer.
    #[serde(default)]
    pub all_images: bool,
    /// Whether the formulas of the notebook's model stand in it.
    #[serde(default)]
    pub formulas: bool,
}

/// A question without one right answer, and an answer to compare one's own with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Open {
    /// The question.
    pub question: String,
    /// An answer.
    pub answer: String,
}

/// One line of "Notebook against this run".
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Printed {
    /// Stable name of the notebook's output: `2-P1`, `2-F2`, …
    pub id: String,
    /// What it is.
    pub what: String,
    /// What the notebook printed.
    pub notebook: String,
    /// The metric of the report that answers it; "shown above" if empty.
    #[serde(default)]
    pub metric: String,
    /// What of the run itself answers it, in place of a metric.
    #[serde(default)]
    pub ran: Option<Ran>,
    /// Where the notebook has several such numbers that differ by chance: between which two they lie. Another one
    /// between them says the same.
    #[serde(default)]
    pub spread: Option<(f64, f64)>,
    /// Why the two may differ.
    #[serde(default)]
    pub why: String,
    /// What is said instead of that with another data set: its name, the sentence.
    #[serde(default)]
    pub why_on: Vec<(String, String)>,
}

/// A number of a run that no result holds: it differs from run to run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ran {
    /// How long it took.
    Seconds,
    /// Peak memory of all workers.
    Memory,
    /// How many in a second, of that part of the run: `fit_4_7`.
    Part(String),
}

impl Ran {
    /// In words, of a run that was not saved; `None` also of a part that the run does not have.
    pub fn of(&self, outcome: &Outcome) -> Option<String> {
        if outcome.seconds <= 0.0 {
            return None;
        }
        Some(match self {
            Ran::Seconds => format!("{:.2} s", outcome.seconds),
            Ran::Memory => format!("{:.0} MB", outcome.memory_bytes as f64 / 1e6),
            Ran::Part(name) => {
                let took = outcome.parts.iter().find(|took| took.part == *name)?;
                if took.seconds <= 0.0 {
                    return Some("too quick for the clock".into());
                }
                let rate = f64::from(took.n) / took.seconds;
                let digits = if rate < 1000.0 { 2 } else { 0 };
                format!("{rate:.digits$} it/s")
            }
        })
    }
}

/// How a number of the notebook and that of a run stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The same, to the last digit.
    Equal,
    /// Within what the notebook's own runs differ by.
    Within,
    /// Different.
    Differs,
}

/// What is said on images that are neither the notebook's nor of this site.
const OTHER_IMAGES: &str = "The notebook's images are others than yours.";

impl Printed {
    /// Why the two may differ on a data set: its name, or the name of the published set that it has the images of.
    pub fn why(&self, data: &str) -> &str {
        match self.why_on.iter().find(|(id, _)| id == data) {
            Some((_, why)) => why,
            None if is_own_id(data) => OTHER_IMAGES,
            None => &self.why,
        }
    }

    /// This run's value, with few digits where the notebook printed few.
    pub fn ours(&self, report: &Report) -> Option<String> {
        let value = &report.find(&self.metric)?.value;
        Some(value.full())
    }

    /// Whether the notebook gives something to compare a run with: a number, or yes or no. A picture, a recipe or a task
    /// is neither equal nor unequal to anything.
    pub fn comparable(&self) -> bool {
        matches!(&*self.notebook, "True" | "False") || self.notebook.contains(|letter: char| letter.is_ascii_digit())
    }

    /// Whether this run gives what the notebook printed; `None` if one of the two has no such number.
    pub fn agreement(&self, report: &Report) -> Option<Agreement> {
        let ours = self.ours(report).filter(|_| self.comparable())?;
        let value = report.find(&self.metric).map(|metric| &metric.value);
        let within = |(low, high)| matches!(value, Some(Value::Float(value)) if (low..=high).contains(value));
        Some(match () {
            () if ours == self.notebook => Agreement::Equal,
            () if self.spread.is_some_and(within) => Agreement::Within,
            () => Agreement::Differs,
        })
    }
}

/// All labs, in the order of the notebooks.
pub fn all() -> &'static [Lab] {
    static LABS: LazyLock<Vec<Lab>> = LazyLock::new(|| {
        // A test parses the same text, so this cannot fail on a page that was released.
        crate::json::read(include_str!("labs.json")).expect("labs.json is checked by a test")
    });
    &LABS
}

/// The lab of that name.
pub fn lab(id: &str) -> Option<&'static Lab> {
    all().iter().find(|lab| lab.id == id)
}

/// The scene of that name in that lab.
pub fn find(lab_id: &str, scene_id: &str) -> Option<(&'static Lab, &'static Scene)> {
    let lab = lab(lab_id)?;
    Some((lab, lab.scenes.iter().find(|scene| scene.id == scene_id)?))
}
