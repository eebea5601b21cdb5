//! Floors of the library: each imports from those to its left and from nothing else.
//!
//! `lib.rs`, `simulation.rs` and `shipped.rs` put the floors together and may use all of them; what they
//! export at the root of the crate stands behind `results`.

use std::fs;
use std::path::{Path, PathBuf};

/// Groups of floors from left to right; floors of one group may use each other.
const FLOORS: &[&[&str]] = &[
    &["source", "math"],
    &["diagnostic"],
    &["unit", "expr", "distribution", "dependence"],
    &["model"],
    &["check"],
    &["program", "sampling", "accumulate"],
    &["engine"],
    &["results"],
    &[ROOT, "shipped"],
    &["analysis"],
    &["report"],
    &["cli"],
];

/// What `lib.rs` and `simulation.rs` export: `crate::run`, `crate::Request`.
const ROOT: &str = "simulation";
/// The number of the format is of no floor.
const ANYWHERE: &str = "FORMAT";

fn position(floor: &str) -> Option<usize> {
    FLOORS.iter().position(|group| group.contains(&floor))
}

/// Every Rust file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first names behind `crate::`, of braces all of them.
fn imports(text: &str) -> Vec<String> {
    // Unit tests may use what they like: streams feed tests of mathematics.
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let name = |text: &str| -> String {
        let is_part = |c: &char| c.is_alphanumeric() || *c == '_';
        text.trim_start().chars().take_while(is_part).collect()
    };
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.push(name(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    found.push(name(&list[start..at]));
                    start = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn imports_go_left() {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let (mut wrong, mut n_imports) = (Vec::new(), 0);
    for path in &all {
        let inside = path.strip_prefix(&source).expect("a file of the library");
        let floor = inside.iter().next().expect("a name").to_string_lossy();
        let floor = floor.trim_end_matches(".rs");
        let is_test = path.file_name().is_some_and(|name| name == "tests.rs");
        if is_test || matches!(floor, "lib" | "main" | "simulation" | "shipped") {
            continue;
        }
        let Some(here) = position(floor) else {
            wrong.push(format!("{}: `{floor}` is no floor", inside.display()));
            continue;
        };
        for import in imports(&fs::read_to_string(path).expect("a readable file")) {
            n_imports += 1;
            let there = position(&import)
                .or_else(|| (import == ANYWHERE).then_some(0))
                .or_else(|| position(ROOT))
                .expect("the root has a place");
            if there > here {
                wrong.push(format!("{}: `{floor}` uses `crate::{import}`", inside.display()));
            }
        }
    }
    assert!(n_imports > 100, "only {n_imports} imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lists_of_imports_are_read_whole() {
    let text = "use crate::{a::{b, c}, d, e::f};\nlet x = crate::g::h; // crate::no\n";
    assert_eq!(imports(text), ["a", "d", "e", "g"]);
}
