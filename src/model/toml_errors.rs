//! TOML's own mistakes in the words of this project, with what to write instead.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::parse::TABLES;
use super::walker::defined_twice;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{self, Name};
use crate::source::{SourceId, Span};

/// More mistakes of one file are not looked into: nobody reads them.
const MAX_REPORTED: usize = 200;
/// So deep does TOML's parser look.
const MAX_NESTING: usize = 80;

/// Reports the mistakes that TOML's parser found in `text`, one a line, and gives their places.
pub(super) fn report_toml_errors(
    text: &str,
    source: SourceId,
    root: &DeTable<'_>,
    errors: &[toml::de::Error],
    diagnostics: &mut Diagnostics,
) -> Vec<Range<usize>> {
    let mut placed: Vec<(Range<usize>, &str)> =
        errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message())).collect();
    placed.sort_by_key(|(range, _)| range.start);
    let reporter = Reporter { text, source, root };
    let mut last_line = None;
    for (range, message) in placed.iter().take(MAX_REPORTED) {
        // What is wrong further on in a line mostly follows from its first mistake.
        let line = reporter.line(range.start);
        if last_line.as_ref() != Some(&line) {
            diagnostics.push(reporter.diagnostic(range.clone(), message));
        }
        last_line = Some(line);
    }
    placed.into_iter().map(|(range, _)| range).collect()
}

struct Reporter<'a> {
    text: &'a str,
    source: SourceId,
    root: &'a DeTable<'a>,
}

impl Reporter<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }

    /// The text of a range; empty where a mistake lies behind the end of its line.
    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    /// The bytes of the line that holds byte `at`, its ending left out.
    fn line(&self, at: usize) -> Range<usize> {
        let at = self.text.floor_char_boundary(at);
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        start..start + self.text[start..end].trim_end().len()
    }

    fn diagnostic(&self, range: Range<usize>, message: &str) -> Diagnostic {
        let line = self.line(range.start);
        let found = self.text.get(range.clone()).unwrap_or("");
        let line_text = self.slice(line.clone()).trim();
        let error = |message: String, range: Range<usize>| {
            Diagnostic::new(Code::E102, message, self.span(range), "")
        };
        if message.starts_with("duplicate key") {
            return self.duplicate(range);
        }
        if message.contains("recurs") {
            return error(
                format!("nested more than {MAX_NESTING} levels deep"),
                self.deepest(&line, range),
            )
            .help("put the inner part into a table or a formula of its own");
        }
        if let Some(diagnostic) = self.bare_number(range.start, &line) {
            return diagnostic;
        }
        if message.starts_with("invalid unquoted key") && expr::is_name(found) {
            let quoted = line_text.replacen(found, &format!("\"{found}\""), 1);
            let message = format!("the key `{found}` needs quotes");
            return Diagnostic::new(Code::E108, message, self.span(range), "")
                .note("TOML takes only ASCII letters without quotes; in expressions the name needs none")
                .help(format!("write `{quoted}`"));
        }
        let is_value =
            ["string values must be quoted", "invalid float", "invalid integer", "invalid boolean"]
                .iter()
                .any(|start| message.starts_with(start));
        if is_value {
            return self.unquoted(range, &line);
        }
        let foreign_comment = |text: &str| {
            let signs = ["//", "/*", "--", ";"];
            signs.into_iter().find(|sign| text.starts_with(*sign))
        };
        let behind = self.slice(range.start..line.end);
        let is_alien =
            ["invalid unquoted key", "unexpected"].iter().any(|m| message.starts_with(m));
        let sign =
            foreign_comment(line_text).or_else(|| foreign_comment(behind).filter(|_| is_alien));
        if let Some(sign) = sign {
            return error(format!("`{sign}` begins no comment"), range)
                .help("a comment begins with `#`");
        }
        if message.starts_with("key with no value") || matches!(found, ":" | "：") {
            return self.without_equals(range, &line);
        }
        if message.starts_with("unclosed table") {
            let head = line_text.trim_start_matches('[').trim_end_matches(']');
            return error("the head of a table is never closed".to_owned(), range)
                .help(format!("write `[{head}]`"));
        }
        if message.starts_with("missing assignment") {
            return error("`=` is missing between a key and its value".to_owned(), range);
        }
        if message.starts_with("missing escaped value") {
            return error("`\\` begins no escape that TOML knows".to_owned(), range)
                .help("a text between single quotes is taken as it is: `'C:\\prices.csv'`");
        }
        let is_string = message.contains("basic string") || message.contains("literal string");
        if is_string && message.starts_with("invalid") {
            return error("a string that is never closed".to_owned(), range)
                .help("a string ends on its own line, with the quote it began with; longer ones stand between `\"\"\"`");
        }
        error(message.to_owned(), range)
    }

    /// The place at which the nesting of a line, or a key of too many parts, begins.
    fn deepest(&self, line: &Range<usize>, found: Range<usize>) -> Range<usize> {
        let too_deep =
            |line: &str| line.match_indices(['[', '{', '.']).nth(MAX_NESTING).map(|(at, _)| at);
        if let Some(at) = too_deep(self.slice(line.clone())) {
            return line.start + at..line.start + at + 1;
        }
        // Of a key with too many parts TOML's parser does not say where it stands.
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            if let Some(at) = too_deep(line).filter(|_| found.start == 0) {
                return start + at..start + at + 1;
            }
            start += line.len();
        }
        found
    }

    /// A number without quotes that other tools would read: `value = 10,000`.
    fn bare_number(&self, at: usize, line: &Range<usize>) -> Option<Diagnostic> {
        let before = self.slice(line.start..at.clamp(line.start, line.end));
        let equals = line.start + before.rfind('=')?;
        let behind = self.slice(equals + 1..line.end);
        let rest = behind.trim_start();
        let start = line.end - rest.len();
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut end = rest.find(['}', ']', '#', '"']).unwrap_or(rest.len());
        // A comma with a key behind it ends the value, one with digits is part of it.
        let is_end = |place: &usize| {
            !rest[place + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit())
        };
        if let Some((comma, _)) = rest[..end].match_indices(',').find(|(place, _)| is_end(place)) {
            end = comma;
        }
        let written = rest[..end].trim_end();
        let meant = expr::as_meant(written)?;
        let key = self.slice(line.start..equals).rsplit(['{', ',']).next().unwrap_or("").trim();
        let place = self.span(start..start + written.len());
        let message = format!("`{written}` is not a number");
        let diagnostic = Diagnostic::new(Code::E102, message, place, "");
        Some(diagnostic.help(format!("write `{key} = \"{meant}\"`")))
    }

    /// A line with a key and no `=` behind it.
    fn without_equals(&self, range: Range<usize>, line: &Range<usize>) -> Diagnostic {
        let key = self.slice(line.start..range.start).trim_matches([' ', '\t', ':']);
        let rest = self.slice(range.start..line.end).trim_matches([' ', ':', '=', '：', '＝']);
        let error =
            |message: String| Diagnostic::new(Code::E102, message, self.span(range.clone()), "");
        if rest.is_empty() && TABLES.contains(&key) {
            return error(format!("`{key}` is a table")).help(format!("write `[{key}]`"));
        }
        if rest.is_empty() {
            return error(format!("`{key}` has no value")).help(format!("write `{key} = …`"));
        }
        if let Some((more, value)) = rest.split_once('=') {
            let joined = format!("{key} {more}").split_whitespace().collect::<Vec<_>>().join("_");
            return error("a space in a key".to_owned())
                .help(format!("write `{joined} = {}`", value.trim()));
        }
        let is_quoted = rest.starts_with(['"', '\'']) || rest.parse::<f64>().is_ok();
        let value = if is_quoted { rest.to_owned() } else { format!("\"{rest}\"") };
        error(format!("`=` is missing behind `{key}`")).help(format!("write `{key} = {value}`"))
    }

    /// A value that TOML cannot read: mostly an expression without quotes.
    fn unquoted(&self, range: Range<usize>, line: &Range<usize>) -> Diagnostic {
        let rest = self
            .slice(range.start.max(line.start)..line.end)
            .split(" #")
            .next()
            .unwrap_or("")
            .trim();
        if rest.is_empty() {
            let key = self.slice(line.clone()).trim_end_matches(['=', ' ']).trim();
            let message = format!("`{key}` has no value");
            return Diagnostic::new(Code::E102, message, self.span(range), "")
                .help("write a value behind `=`");
        }
        let place = self.span(range.start..range.start + rest.len());
        let before = self.slice(line.start..range.start).trim();
        let is_curly = rest.starts_with(['“', '”', '‘', '’']);
        let message = if is_curly {
            "a value between quotes that are not straight"
        } else {
            "a value without quotes"
        };
        let diagnostic = Diagnostic::new(Code::E102, message, place, "");
        let is_one_value = !before.contains(['{', '[']) && !rest.contains('"');
        if is_one_value {
            let value = rest.trim_matches(['“', '”', '‘', '’']);
            let meant = expr::as_meant(value);
            let value = meant.as_deref().unwrap_or(value);
            return diagnostic.help(format!("write `{before} \"{value}\"`"));
        }
        diagnostic.help("all but plain numbers stand between straight quotes: `\"10_000 GPU\"`")
    }

    /// A key that stands twice in one table, or a table's head that stands twice.
    fn duplicate(&self, range: Range<usize>) -> Diagnostic {
        let written = self.text.get(range.clone()).unwrap_or("");
        let text = expr::normal_name(written.trim_matches(['"', '\'']));
        let name = Name { text, span: self.span(range.clone()) };
        let mut first = None;
        find_key(self.root, &name.text, range.start, &mut first);
        let line = self.line(range.start);
        let is_head = self.slice(line).trim_start().starts_with('[');
        let mut diagnostic = match first {
            Some(first) => defined_twice(&name, self.span(first)),
            None => Diagnostic::new(
                Code::E302,
                format!("`{}` is defined twice", name.text),
                name.span,
                "a second time",
            ),
        };
        if is_head {
            diagnostic.message = format!("the table [{}] stands twice", name.text);
            diagnostic.helps = vec!["put all its entries under one head".to_owned()];
        }
        diagnostic
    }
}

/// The place of the last key `name` before byte `before`.
fn find_key(table: &DeTable<'_>, name: &str, before: usize, found: &mut Option<Range<usize>>) {
    for (key, value) in table {
        let place = key.span();
        let is_later = found.as_ref().is_none_or(|known| known.start < place.start);
        if expr::normal_name(key.get_ref()) == name && place.start < before && is_later {
            *found = Some(place);
        }
        if let DeValue::Table(inner) = value.get_ref() {
            find_key(inner, name, before, found);
        }
    }
}
