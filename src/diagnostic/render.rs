//! How a diagnostic looks: annotate-snippets for people, JSON lines for programs.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use super::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::{SourceId, Sources, Span};

/// Most errors, and most warnings, that are shown to a person.
const MAX_SHOWN: usize = 20;
/// Longest line of a headline, note or help, in characters.
const MAX_CHARS: usize = 300;
/// Longest text between backticks in a line that is too long.
const MAX_QUOTED: usize = 80;

/// All diagnostics as text with the user's lines under them, at most 20 errors and 20 warnings, each
/// ended by an empty line. Empty where there is none.
pub fn render(diagnostics: &Diagnostics, sources: &Sources, is_colored: bool) -> String {
    let renderer = if is_colored { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for (severity, word) in [(Severity::Warning, "warning"), (Severity::Error, "error")] {
        let of_severity = || diagnostics.iter().filter(|d| d.severity() == severity);
        for diagnostic in of_severity().take(MAX_SHOWN) {
            text += &renderer.render(&[report(&presentable(diagnostic), sources)]);
            text += "\n\n";
        }
        let n_more = of_severity().count().saturating_sub(MAX_SHOWN);
        if n_more > 0 {
            let plural = if n_more == 1 { "" } else { "s" };
            text += &format!("… and {n_more} more {word}{plural}\n\n");
        }
    }
    text
}

/// A diagnostic whose texts are short and hold no character that a terminal obeys: names and values of a
/// file come in here as they stand there.
fn presentable(diagnostic: &Diagnostic) -> Diagnostic {
    let label = |label: &Label| Label { span: label.span, text: one_line(&label.text) };
    let paragraph = |text: &String| text.lines().map(one_line).collect::<Vec<_>>().join("\n");
    Diagnostic {
        code: diagnostic.code,
        message: one_line(&diagnostic.message),
        primary: diagnostic.primary.as_ref().map(label),
        secondary: diagnostic.secondary.iter().map(label).collect(),
        notes: diagnostic.notes.iter().map(paragraph).collect(),
        helps: diagnostic.helps.iter().map(paragraph).collect(),
    }
}

/// A text on one line, made visible and elided.
fn one_line(text: &str) -> String {
    let n_chars = text.chars().count();
    if n_chars <= MAX_CHARS {
        return visible(text);
    }
    // What is long stands between backticks mostly: the words around it are what is to be read.
    let parts: Vec<String> = text
        .split('`')
        .enumerate()
        .map(
            |(place, part)| if place % 2 == 1 { elided(part, MAX_QUOTED) } else { part.to_owned() },
        )
        .collect();
    visible(&elided(&parts.join("`"), MAX_CHARS))
}

/// A text of at most `most` characters, `…` in its middle where some had to go.
fn elided(text: &str, most: usize) -> String {
    let n_chars = text.chars().count();
    if n_chars <= most {
        return text.to_owned();
    }
    let n_kept = (most - 1) / 2;
    let start: String = text.chars().take(n_kept).collect();
    let end: String = text.chars().skip(n_chars - n_kept).collect();
    format!("{start}…{end}")
}

/// Control characters as their pictures, and characters that turn the text around as their codes.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => shown.push('␡'),
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => shown.extend(c.escape_unicode()),
            _ => shown.push(c),
        }
    }
    shown
}

/// One diagnostic in the words of annotate-snippets.
fn report<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group =
        Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code.name()));
    if let Some(primary) = &diagnostic.primary {
        for id in source_order(primary, &diagnostic.secondary) {
            let source = sources.get(id);
            let labels = [(AnnotationKind::Primary, primary)]
                .into_iter()
                .chain(diagnostic.secondary.iter().map(|label| (AnnotationKind::Context, label)))
                .filter(|(_, label)| label.span.source == id);
            let annotations = labels.map(|(kind, label)| {
                let shown = (!label.text.is_empty()).then_some(label.text.as_str());
                kind.span(clipped(&source.text, label.span)).label(shown)
            });
            group = group.element(
                Snippet::source(&source.text).path(visible(&source.name)).annotations(annotations),
            );
        }
    }
    group
        .elements(diagnostic.notes.iter().map(|note| Level::NOTE.message(note)))
        .elements(diagnostic.helps.iter().map(|help| Level::HELP.message(help)))
}

/// The texts that the labels lie in, the primary one's first.
fn source_order(primary: &Label, secondary: &[Label]) -> Vec<SourceId> {
    let mut ids = vec![primary.span.source];
    for label in secondary {
        if !ids.contains(&label.span.source) {
            ids.push(label.span.source);
        }
    }
    ids
}

/// The bytes of a span, moved to characters that the text has.
fn clipped(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len()));
    start..end.max(start)
}

/// A diagnostic as one line of JSON.
#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    helps: &'a [String],
}

/// A place; lines and columns count from 1, columns in characters, the end is behind the last one.
#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
    primary: bool,
}

/// All diagnostics, one JSON object a line, in the order they were found.
pub fn to_json_lines(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.iter().map(presentable) {
        let primary = diagnostic.primary.iter().map(|label| json_label(label, true, sources));
        let secondary = diagnostic.secondary.iter().map(|label| json_label(label, false, sources));
        let line = JsonDiagnostic {
            code: diagnostic.code.name(),
            severity: match diagnostic.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            labels: primary.chain(secondary).collect(),
            notes: &diagnostic.notes,
            helps: &diagnostic.helps,
        };
        text += &serde_json::to_string(&line).expect("strings and numbers are JSON");
        text.push('\n');
    }
    text
}

fn json_label<'a>(label: &'a Label, is_primary: bool, sources: &'a Sources) -> JsonLabel<'a> {
    let span = label.span;
    let (line, column) = sources.line_column(span);
    let (end_line, end_column) =
        sources.line_column(Span { start: span.end.max(span.start), ..span });
    let file = &sources.get(span.source).name;
    JsonLabel { file, line, column, end_line, end_column, text: &label.text, primary: is_primary }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    const FILE: &str = "显卡 = \"3 CNY\"\nmargin = \"显卡 - opex\"\n";

    fn span_of(needle: &str, id: SourceId) -> Span {
        let start = FILE.find(needle).unwrap();
        Span::new(id, start, start + needle.len())
    }

    fn example() -> (Diagnostics, Sources) {
        let mut sources = Sources::new();
        let id = sources.add("models/a.toml", FILE);
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(
            Diagnostic::new(
                Code::E402,
                "cannot subtract `CNY/month` from `CNY`",
                span_of("-", id),
                "here",
            )
            .label(span_of("opex", id), "CNY/month")
            .note("left:  money(CNY)\nright: money(CNY) × time⁻¹")
            .help("multiply the right side by a duration"),
        );
        (diagnostics, sources)
    }

    #[test]
    fn carets_point_under_wide_characters() {
        let (diagnostics, sources) = example();
        insta::assert_snapshot!(render(&diagnostics, &sources, false), @r#"
        error[E402]: cannot subtract `CNY/month` from `CNY`
         --> models/a.toml:2:14
          |
        2 | margin = "显卡 - opex"
          |                ^ ---- CNY/month
          |                |
          |                here
          |
          = note: left:  money(CNY)
                  right: money(CNY) × time⁻¹
          = help: multiply the right side by a duration
        "#);
    }

    #[test]
    fn programs_get_one_object_a_line() {
        let (diagnostics, sources) = example();
        let lines = to_json_lines(&diagnostics, &sources);
        let object: serde_json::Value = serde_json::from_str(lines.trim_end()).unwrap();
        assert_eq!(object["code"], "E402");
        assert_eq!(object["severity"], "error");
        assert_eq!(object["helps"][0], "multiply the right side by a duration");
        let place = |label: usize| {
            ["line", "column", "end_line", "end_column"]
                .map(|key| object["labels"][label][key].as_u64().unwrap())
        };
        assert_eq!(place(0), [2, 14, 2, 15]);
        assert_eq!(place(1), [2, 16, 2, 20]);
        assert_eq!(object["labels"][0]["primary"], true);
        assert_eq!(object["labels"][1]["text"], "CNY/month");
    }

    #[test]
    fn no_name_floods_the_terminal_or_gives_it_orders() {
        let sources = Sources::new();
        let long = "x".repeat(100_000);
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(
            Diagnostic::without_place(Code::E301, format!("unknown name `{long}`"))
                .note(format!("one of {}", "many ".repeat(10_000)))
                .help("write `a\u{202e}b\u{1b}[31m`\nor nothing"),
        );
        let text = render(&diagnostics, &sources, false);
        assert!(text.contains("unknown name `xxx") && text.contains("xxx…xxx"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 330), "{text}");
        assert!(text.contains("write `a\\u{202e}b␛[31m`"), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{1b}']));
        let lines = to_json_lines(&diagnostics, &sources);
        assert!(lines.len() < 1_000 && !lines.contains('\u{202e}'), "{lines}");
    }

    #[test]
    fn twenty_errors_are_enough_for_a_person() {
        let (mut diagnostics, sources) = example();
        for n in 0..22 {
            diagnostics
                .push(Diagnostic::without_place(Code::E701, format!("unknown output `{n}`")));
        }
        let text = render(&diagnostics, &sources, false);
        assert_eq!(text.matches("error[").count(), 20);
        assert!(text.ends_with("… and 3 more errors\n\n"), "{text}");
    }

    #[test]
    fn a_span_beyond_the_text_or_inside_a_character_is_no_panic() {
        let (_, sources) = example();
        let id = SourceId(0);
        for (start, end) in [(1, 2), (500, 900), (FILE.len(), FILE.len()), (0, FILE.len())] {
            let mut diagnostics = Diagnostics::new();
            diagnostics.push(Diagnostic::new(Code::E102, "m", Span::new(id, start, end), "l"));
            assert!(render(&diagnostics, &sources, true).contains("E102"));
        }
    }
}
