//! What a code means, with a wrong and a right example: the sections of `docs/messages.md`, which is the one source of both.

use unicode_width::UnicodeWidthStr;

use crate::diagnostic::Code;

/// The page, as it stands in the repository.
const PAGE: &str = include_str!("../../docs/messages.md");

/// What there is to say of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it means, a paragraph each.
    pub paragraphs: Vec<String>,
    /// What gets it.
    pub wrong: Example,
    /// What does not.
    pub right: Example,
}

/// An example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Example {
    /// A model.
    Model(String),
    /// A command line.
    Command(String),
}

impl Example {
    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            Example::Model(text) | Example::Command(text) => text,
        }
    }
}

/// The explanation of a code: each has one.
pub fn explanation(code: Code) -> Explanation {
    let head = format!("\n## {}\n", code.name());
    let section = PAGE.split_once(&head).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let prose = section.split("```").next().unwrap_or_default();
    let paragraphs = prose.trim().split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let example = |which: &str| {
        let block = |language: &str| {
            let (_, rest) = section.split_once(&format!("```{language} {which}\n"))?;
            Some(rest.split("```").next().unwrap_or_default().to_owned())
        };
        let model = block("toml").map(Example::Model);
        let found = model.or_else(|| block("sh").map(Example::Command));
        found.expect("every section has both examples")
    };
    Explanation {
        paragraphs: paragraphs.collect(),
        wrong: example("wrong"),
        right: example("right"),
    }
}

/// The explanation as text of that many cells a line.
pub fn explained(code: Code, width: usize) -> String {
    let Explanation { paragraphs, wrong, right } = explanation(code);
    let mut out = format!("{}: {}\n", code.name(), code.summary());
    for paragraph in paragraphs {
        out.push('\n');
        out.push_str(&wrapped(&paragraph.replace('`', ""), width));
    }
    for (word, example) in [("Wrong", wrong), ("Right", right)] {
        out.push_str(&format!("\n{word}:\n\n"));
        for line in example.text().lines() {
            out.push_str(&format!("    {line}\n"));
        }
    }
    out
}

/// All codes with what they are.
pub fn all_codes() -> String {
    Code::ALL.iter().map(|code| format!("{}  {}\n", code.name(), code.summary())).collect()
}

fn wrapped(text: &str, width: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for word in text.split_whitespace() {
        let cells = word.width();
        if used > 0 && used + 1 + cells > width {
            out.push('\n');
            used = 0;
        }
        if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += cells;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_and_nothing_else() {
        for &code in Code::ALL {
            let explanation = explanation(code);
            assert!(explanation.paragraphs[0].len() > 40, "{}", code.name());
            assert!(
                explained(code, 80)
                    .lines()
                    .filter(|l| !l.starts_with(' '))
                    .all(|l| l.width() <= 80)
            );
        }
        assert_eq!(PAGE.matches("\n## ").count(), Code::ALL.len());
    }
}
