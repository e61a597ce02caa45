//! What README says of the parameters is what the program does.

use digitoscope::docs;
use std::path::Path;

const BEGIN: &str = "<!-- parameters:begin -->\n";
const END: &str = "<!-- parameters:end -->";

/// With `DIGITOSCOPE_UPDATE=1` the block in README.md is written anew instead.
#[test]
fn the_readme_lists_every_parameter() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let (before, rest) = text.split_once(BEGIN).expect("README.md has no <!-- parameters:begin -->");
    let (block, after) = rest.split_once(END).expect("README.md has no <!-- parameters:end -->");
    let expected = format!("\n{}\n", docs::parameters());
    if std::env::var_os("DIGITOSCOPE_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&file, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(block, expected, "README.md is out of date: DIGITOSCOPE_UPDATE=1 cargo test --test it docs");
    }
}
