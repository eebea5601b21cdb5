//! What a user sees for each mistake: one wrong model a file, its rendered messages as a snapshot.

use std::fs;

use outlay::diagnostic::{Diagnostics, render};
use outlay::model::{parse, parse_override};
use outlay::source::Sources;

/// The messages of a model and, behind `# --set` in its first line, of an override.
fn messages(name: &str, text: &str) -> String {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    let mut read = |wanted: &str| (wanted == "itself").then(|| text.to_owned());
    parse(&mut sources, name, text, &mut read, &mut diagnostics);
    for line in text.lines() {
        if let Some(set) = line.strip_prefix("# --set ") {
            parse_override(&mut sources, set, &mut diagnostics);
        }
    }
    render(&diagnostics, &sources, false)
}

#[test]
fn every_mistake_is_told_as_its_snapshot_says() {
    insta::glob!("../fixtures/errors", "{file,syntax,names}/*.toml", |path| {
        let text = fs::read_to_string(path).expect("a fixture is readable");
        let file = path.file_name().expect("a file").to_string_lossy();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("message", messages(&file, &text));
        });
    });
}
