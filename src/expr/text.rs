//! The text of one expression and where each of its bytes stands in the file.
//!
//! A TOML string is not always its own text: escapes (`\u4ebf`), the newline behind `"""`, a line
//! ending in `\`. A [`StringText`] remembers runs that stand in the file as they are, and single
//! characters that are spelled otherwise, so that a caret points at the right place all the same.
//! Reference: TOML 1.1, "String".

use std::ops::Range;

use crate::source::{SourceId, Sources, Span};

/// A decoded text with the place of each byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringText {
    text: String,
    source: SourceId,
    /// In order, the first at offset 0 of the text.
    pieces: Vec<Piece>,
    /// The byte of the file behind the last one.
    file_end: usize,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Its first byte in the text.
    text: usize,
    /// Its first byte in the file.
    file: usize,
    /// Its length in the file where that differs from its length in the text.
    escaped: Option<usize>,
}

impl StringText {
    /// A whole source, such as an expression of the command line.
    pub fn plain(sources: &Sources, source: SourceId) -> StringText {
        let text = sources.get(source).text.clone();
        StringText::verbatim(text, source, 0)
    }

    /// A text that stands in the file as it is, from byte `file` on.
    pub fn verbatim(text: String, source: SourceId, file: usize) -> StringText {
        let file_end = file + text.len();
        StringText { text, source, pieces: vec![Piece { text: 0, file, escaped: None }], file_end }
    }

    /// The TOML string that stands, quotes included, at `range` of the file and has the value `value`.
    pub fn from_toml(file: &str, source: SourceId, range: Range<usize>, value: &str) -> StringText {
        let raw = file.get(range.clone()).unwrap_or("");
        match decode(raw, range.start) {
            Some((text, pieces, file_end)) if text == value => {
                StringText { text, source, pieces, file_end }
            }
            // A spelling this file does not know: the whole string is the place of every byte.
            _ => StringText {
                text: value.to_owned(),
                source,
                pieces: vec![Piece { text: 0, file: range.start, escaped: Some(range.len()) }],
                file_end: range.end,
            },
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of all of it, quotes left out.
    pub fn whole(&self) -> Span {
        self.span(0..self.text.len())
    }

    /// The place in the file of a range of bytes of the text.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.file_start(range.start);
        let end = if range.is_empty() { start } else { self.file_behind(range.end) };
        Span::new(self.source, start, end)
    }

    /// The part at a range of bytes, every byte at its place.
    pub(super) fn part(&self, range: Range<usize>) -> StringText {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let file = self.file_start(range.start);
        if text.is_empty() {
            return StringText::verbatim(text, self.source, file);
        }
        let first = self.pieces.partition_point(|piece| piece.text <= range.start).max(1);
        let escaped = self.pieces[first - 1].escaped;
        let later = self.pieces[first..].iter().take_while(|piece| piece.text < range.end);
        let pieces = [Piece { text: 0, file, escaped }]
            .into_iter()
            .chain(later.map(|piece| Piece { text: piece.text - range.start, ..piece.clone() }))
            .collect();
        StringText { text, source: self.source, pieces, file_end: self.file_behind(range.end) }
    }

    fn piece_at(&self, offset: usize) -> &Piece {
        let behind = self.pieces.partition_point(|piece| piece.text <= offset);
        &self.pieces[behind.saturating_sub(1)]
    }

    fn file_start(&self, offset: usize) -> usize {
        if offset >= self.text.len() {
            return self.file_end;
        }
        let piece = self.piece_at(offset);
        if piece.escaped.is_some() { piece.file } else { piece.file + (offset - piece.text) }
    }

    fn file_behind(&self, offset: usize) -> usize {
        let piece = self.piece_at(offset - 1);
        piece.file + piece.escaped.unwrap_or(offset - piece.text)
    }
}

/// The text of a TOML string with quotes, its pieces, and where in the file its contents end.
fn decode(raw: &str, file_start: usize) -> Option<(String, Vec<Piece>, usize)> {
    let (quote, escapes) = [("\"\"\"", true), ("'''", false), ("\"", true), ("'", false)]
        .into_iter()
        .find(|(quote, _)| {
            raw.len() >= 2 * quote.len() && raw.starts_with(quote) && raw.ends_with(quote)
        })?;
    let contents_end = raw.len() - quote.len();
    let mut at = quote.len();
    if quote.len() == 3 {
        let rest = &raw[at..contents_end];
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    let mut text = String::new();
    let mut pieces = Vec::new();
    let mut is_run_open = false;
    while at < contents_end {
        let rest = &raw[at..contents_end];
        if escapes && rest.starts_with('\\') {
            let (decoded, len) = decode_escape(rest)?;
            if let Some(c) = decoded {
                pieces.push(Piece { text: text.len(), file: file_start + at, escaped: Some(len) });
                text.push(c);
            }
            is_run_open = false;
            at += len;
        } else {
            if !is_run_open {
                pieces.push(Piece { text: text.len(), file: file_start + at, escaped: None });
                is_run_open = true;
            }
            let c = rest.chars().next()?;
            text.push(c);
            at += c.len_utf8();
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece { text: 0, file: file_start + at, escaped: None });
    }
    Some((text, pieces, file_start + contents_end))
}

/// The character an escape stands for (none for a line continued behind `\`) and its length.
fn decode_escape(rest: &str) -> Option<(Option<char>, usize)> {
    let letter = rest[1..].chars().next()?;
    let coded = |digits: usize| {
        let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
        Some((Some(char::from_u32(code)?), 2 + digits))
    };
    let simple = |c: char| Some((Some(c), 2));
    match letter {
        'b' => simple('\u{8}'),
        't' => simple('\t'),
        'n' => simple('\n'),
        'f' => simple('\u{c}'),
        'r' => simple('\r'),
        'e' => simple('\u{1b}'),
        '"' | '\\' => simple(letter),
        'x' => coded(2),
        'u' => coded(4),
        'U' => coded(8),
        ' ' | '\t' | '\r' | '\n' => {
            let blank =
                rest[1..].len() - rest[1..].trim_start_matches([' ', '\t', '\r', '\n']).len();
            rest[1..=blank].contains('\n').then_some((None, 1 + blank))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of the file to which `needle`, looked up in the decoded text, is mapped.
    #[track_caller]
    fn check_place(raw: &str, needle: &str, expected: &str) {
        let file = format!("key = {raw} # behind\n");
        let table = toml::de::DeTable::parse(&file).unwrap();
        let value = table.get_ref().get("key").unwrap();
        let decoded = value.get_ref().as_str().unwrap();
        let mut sources = Sources::new();
        let id = sources.add("file", file.clone());
        let text = StringText::from_toml(&file, id, value.span(), decoded);
        let start = text.text().find(needle).unwrap();
        let span = text.span(start..start + needle.len());
        assert_eq!(sources.text(span), expected, "{raw}");
    }

    #[test]
    fn places_are_exact_whatever_the_string_looks_like() {
        check_place("\"a + b\"", "b", "b");
        check_place("'a + b'", "b", "b");
        check_place(r#""1\u4ebf + b""#, "b", "b");
        check_place(r#""1\u4ebf + b""#, "1亿", r"1\u4ebf");
        check_place(r#""a\tb""#, "\t", r"\t");
        check_place("\"\"\"\na +\n b\"\"\"", "b", "b");
        check_place("'''\na +\n b'''", "a +\n b", "a +\n b");
        check_place("\"\"\"a + \\\n    b\"\"\"", "b", "b");
        check_place("\"\"\"a +\r\n b\"\"\"", "\r\n b", "\r\n b");
        check_place("\"\"\"a \"\" b\"\"\"\"", "b", "b");
        check_place("\"显卡 + 单价\"", "单价", "单价");
    }

    #[test]
    fn the_end_is_before_the_closing_quote() {
        let file = "k = \"ab\"";
        let text = StringText::from_toml(file, SourceId(0), 4..8, "ab");
        assert_eq!(text.span(2..2), Span::new(SourceId(0), 7, 7));
        let empty = StringText::from_toml("k = \"\"", SourceId(0), 4..6, "");
        assert_eq!(empty.whole(), Span::new(SourceId(0), 5, 5));
    }
}
