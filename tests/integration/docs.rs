//! What the documentation shows is true: its models compile, its commands print what stands below them,
//! its Rust is the doctest, its links lead somewhere.
//!
//! A ```` ```toml ```` block that is a whole model has a line beginning with `outlay = 1`; one whose first line is
//! `# NAME.toml` is that file for the console blocks of its page. A ```` ```console ```` block is a command behind
//! `$ ` and what it writes to stdout, or to stderr where stdout stays empty.
//! After a change that is meant, `UPDATE_DOCS=1 cargo test --test integration docs` writes the new output into the pages.

use std::fs;
use std::path::{Path, PathBuf};

use outlay::Request;

use crate::cli::outlay;

/// A fenced block: where its text begins and ends in the page, and what it is.
struct Block<'a> {
    language: &'a str,
    text: &'a str,
    start: usize,
}

/// The READMEs, CHANGELOG and everything in docs/, docs/models/ and docs/zh/, with their text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> =
        ["README.md", "README.zh.md", "CHANGELOG.md"].map(PathBuf::from).into();
    for folder in ["docs", "docs/models", "docs/zh", "docs/zh/models"] {
        for entry in fs::read_dir(folder).expect("a folder of pages") {
            let path = entry.expect("an entry of it").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a page is UTF-8 text");
    paths.iter().map(|path| (path.clone(), read(path))).collect()
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut position = 0;
    let mut open: Option<(&str, usize)> = None;
    for line in page.split_inclusive('\n') {
        let start = position;
        position += line.len();
        let Some(fence) = line.trim_end().strip_prefix("```") else { continue };
        open = match open {
            None => Some((fence, position)),
            Some((language, begin)) => {
                blocks.push(Block { language, text: &page[begin..start], start: begin });
                None
            }
        };
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The words of a command as a shell would split them; single and double quotes alone are known.
pub(crate) fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in command.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.push(std::mem::take(&mut word)),
            (c, _) => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// What a terminal would show.
fn shown(command: &str, folder: &Path) -> String {
    let words = words(command);
    assert_eq!(words.first().map(String::as_str), Some("outlay"), "`{command}`");
    let output =
        outlay([]).args(&words[1..]).current_dir(folder).output().expect("the binary runs");
    let bytes = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8(bytes).expect("output is text")
}

/// The page with the output of its commands as it is today.
fn replayed(page: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blocks = blocks(page);
    for block in blocks.iter().filter(|block| block.language == "toml") {
        if let Some((name, _)) =
            block.text.strip_prefix("# ").and_then(|text| text.split_once('\n'))
            && name.ends_with(".toml")
        {
            fs::write(folder.path().join(name), block.text).expect("the folder is writable");
        }
    }
    let mut text = String::new();
    let mut end = 0;
    for block in blocks.iter().filter(|block| block.language == "console") {
        let (command, _) = block.text.split_once('\n').expect("a command");
        let command = command.strip_prefix("$ ").expect("a console block begins with `$ `");
        text.push_str(&page[end..block.start]);
        text.push_str(&format!("$ {command}\n"));
        text.push_str(&shown(command, folder.path()));
        end = block.start + block.text.len();
    }
    text + &page[end..]
}

#[test]
fn console_blocks_show_what_the_commands_print() {
    for (path, page) in pages() {
        let replayed = replayed(&page);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, replayed).expect("the page is writable");
        } else {
            snapbox::assert_data_eq!(replayed, snapbox::Data::text(page).raw());
        }
    }
}

#[test]
fn every_whole_model_compiles() {
    let mut n_models = 0;
    for (path, page) in pages() {
        for block in blocks(&page).iter().filter(|block| block.language == "toml") {
            let is_whole = block.text.lines().any(|line| line.starts_with("outlay = 1"));
            if !is_whole || block.text.starts_with("# mistake") {
                continue;
            }
            n_models += 1;
            let request =
                Request { name: "docs.toml".into(), text: block.text.into(), ..Request::default() };
            let compiled = outlay::compile(&request, &mut outlay::no_files);
            assert!(compiled.is_ok(), "{}:\n{}", path.display(), block.text);
        }
    }
    assert!(n_models >= 2, "the README and docs/language.md each have one");
}

#[test]
fn the_readme_shows_the_doctest_of_the_library() {
    let readme = fs::read_to_string("README.md").expect("the README");
    let library = fs::read_to_string("src/lib.rs").expect("the library's root");
    let code: String = library
        .lines()
        .filter_map(|line| line.strip_prefix("///"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let examples: Vec<_> =
        blocks(&readme).into_iter().filter(|block| block.language == "rust").collect();
    assert_eq!(examples.len(), 1);
    assert!(code.contains(&format!("```\n{}```\n", examples[0].text)));
}

/// What stands in English has its page in Chinese, as far as a guide is needed to use a model.
#[test]
fn the_guide_of_models_exists_in_chinese() {
    let folder = fs::read_dir("docs/models").expect("the guide");
    for page in folder.map(|entry| entry.expect("a page").file_name()) {
        assert!(Path::new("docs/zh/models").join(&page).exists(), "{page:?}");
    }
    for page in ["models.md", "report.md", "language.md"] {
        assert!(Path::new("docs/zh").join(page).exists(), "{page}");
    }
}

#[test]
fn links_to_files_lead_to_files() {
    for (path, page) in pages() {
        for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().expect("the part before the fragment");
            if !target.starts_with("http") && !target.is_empty() {
                let file = path.parent().unwrap_or(Path::new("")).join(target);
                assert!(file.exists(), "{} links to {target}", path.display());
            }
        }
    }
}

#[test]
fn commands_are_split_as_a_shell_does() {
    let split = words("outlay run a --set 'gpus=20_000 GPU'  -q");
    assert_eq!(split, ["outlay", "run", "a", "--set", "gpus=20_000 GPU", "-q"]);
}
