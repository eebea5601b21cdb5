//! The README's console blocks, run: what it says is printed is what the program prints.

use std::fs;

use crate::cli::outlay;

/// The console blocks of a document: each command with what it is said to print.
fn console_blocks(document: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if line.trim_end() != "```console" {
            continue;
        }
        let mut commands: Vec<(String, String)> = Vec::new();
        for line in lines.by_ref().take_while(|line| line.trim_end() != "```") {
            match line.strip_prefix("$ ") {
                Some(command) => commands.push((command.to_owned(), String::new())),
                None => {
                    let (_, printed) = commands.last_mut().expect("a block begins with a command");
                    printed.push_str(line);
                    printed.push('\n');
                }
            }
        }
        blocks.extend(commands.into_iter().filter(|(command, _)| command.starts_with("outlay ")));
    }
    blocks
}

/// The words of a command as a shell would split them; single and double quotes alone are known.
fn words(command: &str) -> Vec<String> {
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

#[test]
fn the_readme_prints_what_the_program_prints() {
    let Ok(readme) = fs::read_to_string("README.md") else { return };
    let blocks = console_blocks(&readme);
    assert!(blocks.len() >= 2, "README.md shows at least two commands with their output");
    for (command, printed) in blocks {
        let shown = words(&command);
        let output = outlay([]).args(&shown[1..]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "$ {command}");
        let found = String::from_utf8(output.stdout).expect("text");
        let is_cut = printed.contains("\n...\n") || printed.ends_with("...\n");
        if is_cut {
            // `...` stands for any lines.
            snapbox::assert_data_eq!(found, snapbox::Data::from(printed));
        } else {
            assert_eq!(found.trim_end(), printed.trim_end(), "$ {command}");
        }
    }
}

#[test]
fn commands_are_split_as_a_shell_does() {
    let split = words("outlay run a --set 'gpus=20_000 GPU'  -q");
    assert_eq!(split, ["outlay", "run", "a", "--set", "gpus=20_000 GPU", "-q"]);
}
