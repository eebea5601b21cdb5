//! What a user sees for each mistake: one wrong model a file, its rendered messages as a snapshot.

use std::fs;

use outlay::diagnostic::{Code, Diagnostics, render};
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

#[test]
fn every_code_of_files_and_syntax_has_a_wrong_model() {
    let mut told = String::new();
    for stage in ["file", "syntax"] {
        let folder = format!("{}/tests/fixtures/errors/{stage}", env!("CARGO_MANIFEST_DIR"));
        for entry in fs::read_dir(folder).expect("the folder of a stage") {
            let path = entry.expect("an entry").path();
            told += &messages("model", &fs::read_to_string(path).expect("a fixture is readable"));
        }
    }
    for code in Code::ALL.iter().map(|code| code.name()) {
        // A data file is read by the stage that checks.
        let is_ours = (code.starts_with("E1") || code.starts_with("E2")) && code != "E113";
        assert!(!is_ours || told.contains(code), "no wrong model for {code}");
    }
}
