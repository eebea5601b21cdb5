//! Sentences in pieces: text of the page or the model, and figures that keep their full value beside their text.
//!
//! The template escapes every piece; `<data value>` carries the number as the JSON has it.

use serde::Serialize;

use crate::report::visible;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Piece {
    /// What is read.
    pub(super) text: String,
    /// The number behind it, as its shortest decimal; empty where it is no number of the result.
    pub(super) value: String,
    /// Whether it is set apart.
    pub(super) is_strong: bool,
}

/// Pieces in the order of reading.
pub(super) type Prose = Vec<Piece>;

impl Piece {
    /// Plain text, with nothing hidden in it.
    pub(super) fn text(text: &str) -> Piece {
        Piece { text: visible(text).into_owned(), value: String::new(), is_strong: false }
    }

    /// A figure of the result.
    pub(super) fn figure(text: impl Into<String>, value: f64) -> Piece {
        Piece { text: text.into(), value: machine(value), is_strong: true }
    }

    /// Text that is set apart.
    pub(super) fn strong(text: &str) -> Piece {
        Piece { is_strong: true, ..Piece::text(text) }
    }

    /// The same, not set apart.
    pub(super) fn plain(self) -> Piece {
        Piece { is_strong: false, ..self }
    }
}

/// The shortest decimal that reads back as the same number.
pub(super) fn machine(value: f64) -> String {
    (value + 0.0).to_string()
}

/// A sentence with pieces where it has `{0}`, `{1}`, `{2}`.
pub(super) fn fill(template: &str, pieces: &[&[Piece]]) -> Prose {
    let mut out = Prose::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, hole) = rest.split_at(at);
        if !before.is_empty() {
            out.push(Piece::text(before));
        }
        let number = hole[1..].chars().next().and_then(|c| c.to_digit(10)).unwrap_or(0);
        out.extend(
            pieces.get(number as usize).into_iter().flat_map(|pieces| pieces.iter().cloned()),
        );
        rest = hole.get(3..).unwrap_or("");
    }
    if !rest.is_empty() {
        out.push(Piece::text(rest));
    }
    out
}

/// The same as text alone.
pub(super) fn fill_text(template: &str, texts: &[&str]) -> String {
    let mut out = template.to_owned();
    // From the last on: a text that is filled in may hold braces itself, which are none of the template's.
    let mut parts: Vec<(usize, usize)> = (0..texts.len())
        .filter_map(|number| Some((template.find(&format!("{{{number}}}"))?, number)))
        .collect();
    parts.sort_unstable();
    for (at, number) in parts.into_iter().rev() {
        out.replace_range(at..at + 3, texts[number]);
    }
    out
}

/// Its words without the figures' values.
pub(super) fn text_of(prose: &[Piece]) -> String {
    prose.iter().map(|piece| piece.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_in_any_order() {
        let pieces = fill("{1} of {0}.", &[&[Piece::text("b")], &[Piece::figure("a", 1.0)]]);
        assert_eq!(text_of(&pieces), "a of b.");
        assert_eq!(pieces[0].value, "1");
        assert_eq!(fill_text("{1} of {0}.", &["{1}", "a"]), "a of {1}.");
    }
}
