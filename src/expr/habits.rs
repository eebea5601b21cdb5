//! What analysts write out of habit (`10,000`, `5 million`, `$10`, `8万–15万`, `=SUM(a, b)`) and what they
//! mean by it.
//!
//! A text that does not parse is rewritten, one habit at a time. Only where the result parses is it
//! offered, and then it is the only message: whatever else was wrong followed from the habit.

mod numbers;
mod words;

use std::ops::Range;

use super::lexer::{Token, TokenKind, lex};
use super::parser::parse_tokens;
use super::text::StringText;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, suggest};
use crate::source::SourceId;

/// Longer texts are not looked through.
const MAX_LENGTH: usize = 2_000;
/// So many habits of one text are undone.
const MAX_EDITS: usize = 40;
/// A longer text is not offered in full.
const MAX_OFFERED: usize = 80;

/// One habit, found: what stands there and what is meant.
struct Edit {
    /// The bytes to replace.
    range: Range<usize>,
    /// What to write there.
    with: String,
    /// Another thing that may be meant.
    or: Option<String>,
    habit: Habit,
}

impl Edit {
    fn new(habit: Habit, range: Range<usize>, with: impl Into<String>) -> Edit {
        Edit { range, with: with.into(), or: None, habit }
    }
}

/// What kind of habit it is: decides the words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// `10,000`, `10 000`, `10'000`, `5 million`.
    Number,
    /// `10.000,00`
    DecimalComma,
    /// `$10`
    Currency,
    /// `8万–15万`, `±`, `per`, `between`.
    Operator,
    /// `5 ~ 10`
    Range,
    /// `;`
    Semicolon,
    /// `USD 10`
    UnitInFront,
    /// `3 years 2 months`
    Sum,
    /// `normal 5 3`
    NoBrackets,
    /// `=a + b`
    Formula,
    /// `SUM(a, b)`
    Function,
    /// `RAND()`
    Random,
}

/// What a text full of habits means; none where it has none, or undoing them does not help.
pub fn as_meant(text: &str) -> Option<String> {
    let is_short = text.len() <= MAX_LENGTH;
    is_short.then(|| undone(text, &RULES)).flatten().map(|(_, meant)| meant)
}

/// A text and its tokens.
struct Scan<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Scan<'a> {
        let whole = StringText::verbatim(text.to_owned(), SourceId(0), 0);
        Scan { text, tokens: lex(&whole, 0, &mut Diagnostics::new()) }
    }

    fn kind(&self, at: usize) -> Option<&TokenKind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn range(&self, at: usize) -> Range<usize> {
        self.tokens[at].range.clone()
    }

    fn written(&self, at: usize) -> &'a str {
        &self.text[self.range(at)]
    }

    fn name(&self, at: usize) -> Option<&'a str> {
        matches!(self.kind(at), Some(TokenKind::Name(_))).then(|| self.written(at))
    }

    fn is_number(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(TokenKind::Number(_)))
    }

    /// The place of the bracket that closes the one at `open`, and of the commas right inside it.
    fn call(&self, open: usize) -> Option<(usize, Vec<usize>)> {
        let (mut depth, mut commas) = (0_usize, Vec::new());
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                TokenKind::Open | TokenKind::OpenSquare => depth += 1,
                TokenKind::Close | TokenKind::CloseSquare if depth == 1 => {
                    return Some((at, commas));
                }
                TokenKind::Close | TokenKind::CloseSquare => depth = depth.checked_sub(1)?,
                TokenKind::Comma if depth == 1 => commas.push(at),
                _ => {}
            }
        }
        None
    }
}

type Rule = fn(&Scan<'_>) -> Option<Edit>;

/// In the order in which they are tried.
const RULES: [Rule; 20] = [
    words::leading_equals,
    words::inverse_of_random,
    words::semicolon,
    words::bars,
    words::earlier_step,
    words::random,
    words::spreadsheet_sum,
    words::spreadsheet_if,
    words::call_without_brackets,
    numbers::separators,
    numbers::dots,
    numbers::magnitude_word,
    numbers::currency_sign,
    numbers::currency_in_front,
    words::per,
    words::per_annum,
    words::durations,
    words::plus_minus,
    words::chinese_range,
    words::range,
];

/// The one message for a text full of habits; none where none is found or undoing them does not help.
/// `first` is what was reported about it first, none where it parses.
pub(super) fn diagnostic(text: &StringText, first: Option<&Diagnostic>) -> Option<Diagnostic> {
    let written = text.text();
    if written.len() > MAX_LENGTH || first.is_none() && !has_certain_habit(written) {
        return None;
    }
    // `10 B per hour` may be of a unit of the model; `10 B USD` can only be billions.
    let (edits, meant) = undone(written, &RULES).or_else(|| {
        let rules: Vec<Rule> =
            [numbers::short_magnitude as Rule].into_iter().chain(RULES).collect();
        undone(written, &rules)
    })?;
    let edit = edits.first()?;
    let found = written.get(edit.range.clone())?.trim();
    let place = text.span(edit.range.clone());
    let shown = |whole: String, piece: &str| {
        let is_short = whole.chars().count() <= MAX_OFFERED && !whole.contains(['`', '\n']);
        if is_short { whole } else { piece.to_owned() }
    };
    let mut offered = format!("`{}`", shown(meant, edit.with.trim()));
    if let (Some(other), [_]) = (&edit.or, edits.as_slice()) {
        let whole = replaced(written, &edit.range, other).trim().to_owned();
        if parses(&whole) {
            offered += &format!(" or `{}`", shown(whole, other));
        }
    }
    let (code, message, help) = words_for(edit.habit, found, &offered);
    let message = match first {
        Some(first) if message.is_empty() => return Some(with_help(first, help)),
        _ => message,
    };
    Some(Diagnostic::new(code, message, place, "").help(help))
}

/// Another message with this help alone.
fn with_help(first: &Diagnostic, help: String) -> Diagnostic {
    Diagnostic { helps: vec![help], ..first.clone() }
}

/// Code, headline and help; no headline where that of the parser is right.
fn words_for(habit: Habit, found: &str, offered: &str) -> (Code, String, String) {
    let plain = format!("write {offered}");
    let operator = |help: String| (Code::E202, String::new(), help);
    match habit {
        Habit::Number => (Code::E203, format!("`{found}` is not a number"), plain),
        Habit::DecimalComma => (
            Code::E203,
            format!("`{found}` is not a number"),
            format!("write {offered}; the decimal sign is a point"),
        ),
        Habit::Currency => (Code::E201, format!("`{found}` is not a sum of money"), plain),
        Habit::Range => operator(format!("a range is written {offered}")),
        Habit::Operator | Habit::Semicolon | Habit::Sum => operator(plain),
        Habit::UnitInFront => operator(format!("a unit stands behind its number: {offered}")),
        Habit::NoBrackets => (Code::E202, format!("`{found}` lacks its brackets"), plain),
        Habit::Formula => (
            Code::E202,
            "`=` in front of a formula".to_owned(),
            format!("a formula begins without `=`: {offered}"),
        ),
        Habit::Function => {
            let name = found.split('(').next().unwrap_or(found).trim();
            (Code::E305, format!("unknown function `{name}`"), plain)
        }
        Habit::Random => {
            let name = found.split('(').next().unwrap_or(found).trim();
            let help = format!("a random input: {offered} in [inputs]");
            (Code::E305, format!("unknown function `{name}`"), help)
        }
    }
}

/// Whether a text that parses means something else: `5 million` names no quantity.
fn has_certain_habit(text: &str) -> bool {
    // Without letters and digits in a row, and words that may be meant, nobody need look twice.
    let scan = Scan::new(text);
    (0..scan.tokens.len()).any(|at| match scan.name(at) {
        Some(name) if scan.kind(at + 1) == Some(&TokenKind::Open) => words::is_foreign_call(name),
        Some(name) => {
            let is_behind_number = at > 0 && scan.is_number(at - 1);
            is_behind_number && (numbers::is_certain(name) || words::is_chinese_to(name))
        }
        None => false,
    })
}

/// The text with its habits undone, where it parses then.
fn undone(text: &str, rules: &[Rule]) -> Option<(Vec<Edit>, String)> {
    let mut meant = text.to_owned();
    let mut edits = Vec::new();
    while edits.len() < MAX_EDITS {
        let scan = Scan::new(&meant);
        let Some(edit) = rules.iter().find_map(|rule| rule(&scan)) else { break };
        meant = replaced(&meant, &edit.range, &edit.with);
        edits.push(edit);
    }
    let meant = meant.trim().to_owned();
    (!edits.is_empty() && parses(&meant)).then_some((edits, meant))
}

fn replaced(text: &str, range: &Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// Whether a text is an expression.
fn parses(text: &str) -> bool {
    let whole = StringText::verbatim(text.to_owned(), SourceId(0), 0);
    let mut diagnostics = Diagnostics::new();
    let tokens = lex(&whole, 0, &mut diagnostics);
    parse_tokens(&whole, tokens, &mut diagnostics);
    !text.is_empty() && diagnostics.is_empty()
}

/// What a unit string full of habits means (`million $ per MW`: `M USD/MW`); none where it has none.
pub(super) fn unit_meant(text: &str) -> Option<String> {
    let mut meant = String::new();
    let mut is_rewritten = false;
    for (place, word) in text.split_whitespace().enumerate() {
        let magnitude = suggest::magnitude(word).filter(|meant| {
            place == 0 && *meant != word && (numbers::is_certain(word) || text.trim() != word)
        });
        if word == "per" && place > 0 {
            meant.push('/');
            is_rewritten = true;
            continue;
        }
        if !meant.is_empty() && !meant.ends_with('/') {
            meant.push(' ');
        }
        let named = numbers::signs_named(magnitude.unwrap_or(word));
        is_rewritten |= named != word;
        meant += &named;
    }
    // `$M` and `CNY M`: the magnitude stands in front.
    let code = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    let apart = meant.split_once(' ').or_else(|| meant.split_at_checked(3));
    if let Some((unit, word)) = apart
        && code(unit)
        && (is_rewritten || meant.contains(' '))
        && super::unit_text::magnitude(word).is_some()
    {
        return Some(format!("{word} {unit}"));
    }
    is_rewritten.then_some(meant)
}
