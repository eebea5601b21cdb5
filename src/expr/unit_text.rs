//! Unit strings such as `亿 CNY`, `M USD/MW`, `1/year`, `%`: an optional magnitude word, then a unit
//! expression. Here also stand the magnitude words themselves.

use super::lexer::{TokenKind, lex};
use super::name::{fold_width, is_name_continue};
use super::text::StringText;
use super::{Expr, ExprKind, habits, parser};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};
use unicode_normalization::UnicodeNormalization;

/// A unit string: an optional magnitude word, then a unit expression, or `%`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitText {
    /// As written, in NFC, trimmed: it is shown in heads of tables.
    pub text: String,
    /// `1e8` for 亿; 1 without a magnitude, 0.01 for `%`.
    pub magnitude: f64,
    /// The unit expression; none where the string is only a magnitude or `%`.
    pub unit: Option<Expr>,
    /// The place of the string's contents.
    pub span: Span,
}

/// Magnitudes that stand alone or glued to digits, as powers of ten.
const LATIN: [(&str, i32); 4] = [("k", 3), ("M", 6), ("bn", 9), ("tn", 12)];
/// Magnitudes that may have a name glued behind them; a longer one stands before its beginning.
const CJK: [(&str, i32); 10] = [
    ("百万", 6),
    ("千万", 7),
    ("万亿", 12),
    ("万", 4),
    ("亿", 8),
    // As they are written in Hong Kong and Taiwan.
    ("百萬", 6),
    ("千萬", 7),
    ("萬億", 12),
    ("萬", 4),
    ("億", 8),
];

/// What a magnitude word is worth: `1e8` for 亿, `1e9` for bn.
pub fn magnitude(word: &str) -> Option<f64> {
    let power = LATIN.iter().chain(&CJK).find(|(known, _)| *known == word)?.1;
    Some(format!("1e{power}").parse().expect("a power of ten"))
}

/// The power of ten at the front of what is glued to digits, and the rest.
pub(super) fn split_magnitude(run: &str) -> Option<(i32, &str)> {
    let latin = LATIN.iter().find(|(word, _)| *word == run).map(|(_, power)| (*power, ""));
    latin.or_else(|| split_cjk_magnitude(run))
}

/// The same for Chinese magnitudes alone.
pub(super) fn split_cjk_magnitude(run: &str) -> Option<(i32, &str)> {
    CJK.iter().find_map(|(word, power)| Some((*power, run.strip_prefix(word)?)))
}

/// Parses a unit string. A mistake is reported, and stands as [`super::ExprKind::Error`] in the result.
pub fn parse_unit_text(text: &StringText, diagnostics: &mut Diagnostics) -> UnitText {
    let mut found = Diagnostics::new();
    let mut unit = parse_as_written(text, &mut found);
    let meant = habits::unit_meant(text.text()).filter(|meant| {
        let meant = StringText::verbatim(meant.clone(), SourceId(0), 0);
        let mut mistakes = Diagnostics::new();
        parse_as_written(&meant, &mut mistakes);
        mistakes.is_empty()
    });
    match meant {
        Some(meant) => {
            let message = format!("`{}` is not a unit", text.text().trim());
            let diagnostic = Diagnostic::new(Code::E202, message, text.whole(), "");
            diagnostics.push(diagnostic.help(format!("write `{meant}`")));
            unit.unit = Some(Expr { kind: ExprKind::Error, span: text.whole() });
        }
        None => diagnostics.extend(found),
    }
    unit
}

fn parse_as_written(text: &StringText, diagnostics: &mut Diagnostics) -> UnitText {
    let written = text.text();
    let shown: String = written.trim().nfc().collect();
    let mut unit = UnitText { text: shown, magnitude: 1.0, unit: None, span: text.whole() };
    if written.trim().is_empty() {
        let diagnostic = Diagnostic::new(Code::E210, "an empty unit", text.whole(), "");
        diagnostics
            .push(diagnostic.help(
                "leave the key out for a plain number, or write a unit: `unit = \"亿 CNY\"`",
            ));
        return unit;
    }
    let start = written.len() - written.trim_start().len();
    let mut rest = start;
    let first = written[start..].chars().next().map(fold_width);
    if first == Some('%') {
        unit.magnitude = 0.01;
        rest += written[start..].chars().next().map_or(0, char::len_utf8);
    } else {
        let run_len: usize = written[start..]
            .chars()
            .take_while(|c| is_name_continue(fold_width(*c)))
            .map(char::len_utf8)
            .sum();
        let run = &written[start..start + run_len];
        if let Some((_, behind)) = split_magnitude(run) {
            let word = &run[..run.len() - behind.len()];
            unit.magnitude = magnitude(word).expect("split off as one");
            rest += word.len();
        }
    }
    if !written[rest..].trim().is_empty() {
        unit.unit = Some(parse_rest(text, rest, diagnostics));
    }
    unit
}

/// The unit behind the magnitude; `% / year` is 1 / year.
fn parse_rest(text: &StringText, start: usize, diagnostics: &mut Diagnostics) -> Expr {
    let mut tokens = lex(text, start, diagnostics);
    if tokens[0].kind == TokenKind::Slash {
        tokens.insert(0, parser::implied_one(tokens[0].range.start));
    }
    parser::parse_tokens(text, tokens, diagnostics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[track_caller]
    fn check_unit(written: &str, magnitude: f64, unit: &str) {
        let mut sources = Sources::new();
        let id = sources.add("unit", written);
        let mut diagnostics = Diagnostics::new();
        let parsed = parse_unit_text(&StringText::plain(&sources, id), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{written}: {diagnostics:?}");
        assert_eq!(parsed.magnitude.to_bits(), magnitude.to_bits(), "{written}");
        assert_eq!(
            parsed.unit.map(|e| crate::expr::print(&e)).unwrap_or_default(),
            unit,
            "{written}"
        );
    }

    #[test]
    fn units_of_prose_are_offered_as_units() {
        for (written, meant) in [
            ("million CNY", "M CNY"),
            ("billion", "bn"),
            ("percent", "%"),
            ("$", "USD"),
            ("¥/GPU", "CNY/GPU"),
            ("CNY per GPU", "CNY/GPU"),
            ("mn $ per MW", "M USD/MW"),
        ] {
            let mut diagnostics = Diagnostics::new();
            let text = StringText::verbatim(written.to_owned(), SourceId(0), 0);
            parse_unit_text(&text, &mut diagnostics);
            let helps: Vec<_> = diagnostics.iter().flat_map(|d| d.helps.clone()).collect();
            assert_eq!(helps, [format!("write `{meant}`")], "{written}");
            check_right(meant);
        }
    }

    #[track_caller]
    fn check_right(written: &str) {
        let mut diagnostics = Diagnostics::new();
        let text = StringText::verbatim(written.to_owned(), SourceId(0), 0);
        parse_unit_text(&text, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{written}: {diagnostics:?}");
    }

    #[test]
    fn a_magnitude_stands_before_the_unit_glued_or_apart() {
        check_unit("亿 CNY", 1e8, "CNY");
        check_unit("亿元", 1e8, "元");
        check_unit("亿CNY", 1e8, "CNY");
        check_unit("百万 USD", 1e6, "USD");
        check_unit("M USD/MW", 1e6, "USD / MW");
        check_unit("MW", 1.0, "MW");
        check_unit("k GPU", 1e3, "GPU");
        check_unit("bn USD", 1e9, "USD");
        check_unit("万亿", 1e12, "");
        check_unit("千萬 CNY", 1e7, "CNY");
        check_unit("萬億", 1e12, "");
        check_unit("1/year", 1.0, "1 / year");
        check_unit("k/year", 1e3, "1 / year");
        check_unit("%", 0.01, "");
        check_unit("％ / year", 0.01, "1 / year");
        check_unit(" CNY/GPU/hour ", 1.0, "CNY / GPU / hour");
        check_unit("kW*hour", 1.0, "kW * hour");
    }
}
