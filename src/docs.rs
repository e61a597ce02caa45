//! The parameter tables as Markdown, for the README: what it says and what the
//! program does come from the same rows.

use crate::experiments::{EXPERIMENTS, Entry};
use crate::params::{Domain, ParamSpec};

/// One table for each experiment, under its name.
pub fn parameters() -> String {
    EXPERIMENTS.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn table(entry: &Entry) -> String {
    let mut text = format!("### {} (`#/bench/{}`)\n\n", entry.title, entry.id);
    text += "| parameter | values | default | |\n|---|---|---|---|\n";
    for ParamSpec { name, doc, domain, default, .. } in (entry.specs)() {
        text += &format!("| `{name}` | {} | `{default}` | {} |\n", values(&domain), doc.replace('|', "\\|"));
    }
    text
}

/// A domain in a table's few words.
fn values(domain: &Domain) -> String {
    match domain {
        Domain::Int { min, max: u32::MAX, .. } => format!("int from {min} to 2³² − 1"),
        Domain::Int { min, max, .. } => format!("int from {min} to {max}"),
        Domain::Float { min, max } => format!("float from {min} to {max}"),
        Domain::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Domain::Words(words) => {
            let each = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            format!("some of {each}, written `{}`", words.join("~"))
        }
        Domain::Flag => "`true`, `false`".into(),
        Domain::Ints { min, max, longest } => {
            format!("1 to {longest} ints from {min} to {max}, written `{min}~{max}`")
        }
        Domain::Floats { min, max, longest } => {
            format!("1 to {longest} floats from {min} to {max}, written `{min}~{max}`")
        }
        Domain::Part { most } => format!("float above 0, at most 1, or int from 2 to {most}"),
    }
}
