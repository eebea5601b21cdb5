//! The TOML tree read with its places: typed access that reports what has the wrong type, the wrong
//! name or the wrong key, and goes on.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::Text;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, suggest};
use crate::expr::{
    self, Expr, ExprKind, KEYWORDS, Literal, Name, StringText, UnaryOperator, UnitText,
};
use crate::source::{SourceId, Span};

/// A value of the tree with its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A key and its value.
pub(super) struct Entry<'t, 'i> {
    /// The key in NFC, and its place without quotes.
    pub(super) key: Name,
    /// The place of the key with its quotes.
    pub(super) key_range: Range<usize>,
    pub(super) value: &'t Value<'i>,
}

/// One file on its way from TOML to a parsed model.
pub(super) struct Walker<'a> {
    pub(super) file: &'a str,
    pub(super) source: SourceId,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// The places of mistakes that TOML itself found and that are reported, in order: what seems to be
    /// missing may only be unread.
    pub(super) broken: Vec<Range<usize>>,
}

impl Walker<'_> {
    // ---- places and mistakes ----

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }

    pub(super) fn value_span(&self, value: &Value<'_>) -> Span {
        self.span(value.span())
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports a mistake without a label under it.
    pub(super) fn error(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        self.report(Diagnostic::new(code, message, span, "").help(help));
    }

    /// Reports that something needed is not there, unless TOML's own mistakes may be why.
    pub(super) fn missing(
        &mut self,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        if self.broken.is_empty() {
            self.error(Code::E104, message, span, help);
        }
    }

    /// Reports a value of the wrong type: "`steps` must be a whole number, not a string".
    pub(super) fn wrong_type(&mut self, what: &str, expected: &str, value: &Value<'_>, help: &str) {
        let found = type_name(value.get_ref());
        let message = format!("`{what}` must be {expected}, not {found}");
        let diagnostic = Diagnostic::new(Code::E105, message, self.value_span(value), "");
        self.report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// Reports a key that is not one of `known`, and gives the one that was probably meant.
    pub(super) fn unknown_key(
        &mut self,
        place: &str,
        key: &Name,
        known: &[&str],
    ) -> Option<String> {
        // `value = 10,000` leaves a key `000` behind, and is reported already.
        let (start, end) = (key.span.start as usize, key.span.end as usize);
        if self.broken.iter().any(|broken| broken.start <= end + 2 && start <= broken.end + 2) {
            return None;
        }
        let meant = suggest::nearest(&key.text, known.iter().copied());
        let help = match &meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("{place} knows {}", listed(known)),
        };
        self.error(Code::E103, format!("unknown key `{}` in {place}", key.text), key.span, help);
        meant
    }

    // ---- access ----

    /// The entries of a table in the order of the file; of two keys that are one name the second is
    /// reported and left out.
    pub(super) fn entries<'t, 'i>(&mut self, table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
        let mut entries: Vec<Entry<'t, 'i>> = table
            .iter()
            .map(|(key, value)| {
                let text = expr::normal_name(key.get_ref());
                let raw = self.file.get(key.span()).unwrap_or("");
                let quote = usize::from(raw.starts_with(['"', '\'']) && raw.len() >= 2);
                let span = self.span(key.span().start + quote..key.span().end - quote);
                Entry { key: Name { text, span }, key_range: key.span(), value }
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_range.start);
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        entries.retain(|entry| {
            let first = *seen.entry(entry.key.text.clone()).or_insert(entry.key.span);
            if first != entry.key.span {
                self.diagnostics.push(defined_twice(&entry.key, first));
            }
            first == entry.key.span
        });
        entries
    }

    /// A table, or the report that it is none.
    pub(super) fn table<'t, 'i>(
        &mut self,
        what: &str,
        value: &'t Value<'i>,
        help: &str,
    ) -> Option<&'t DeTable<'i>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(what, "a table", value, help);
            return None;
        };
        Some(table)
    }

    /// A string of prose.
    pub(super) fn text(&mut self, what: &str, value: &Value<'_>) -> Option<Text> {
        let string = self.string(what, value, "a string in quotes")?;
        Some(Text { text: string.text().to_owned(), span: string.whole() })
    }

    /// A string with the place of each byte.
    pub(super) fn string(
        &mut self,
        what: &str,
        value: &Value<'_>,
        expected: &str,
    ) -> Option<StringText> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(what, expected, value, "");
            return None;
        };
        Some(StringText::from_toml(self.file, self.source, value.span(), text))
    }

    /// A list of values.
    pub(super) fn array<'t, 'i>(
        &mut self,
        what: &str,
        value: &'t Value<'i>,
        help: &str,
    ) -> Option<&'t DeArray<'i>> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(what, "a list", value, help);
            return None;
        };
        Some(array)
    }

    /// One word of a few.
    pub(super) fn choice<T: Copy>(
        &mut self,
        what: &str,
        value: &Value<'_>,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let text = self.string(what, value, &listed_with("or", &words))?;
        let found = choices.iter().find(|(word, _)| *word == text.text());
        if found.is_none() {
            let message = format!("`{what}` cannot be `{}`", text.text());
            let help = match suggest::nearest(text.text(), words.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write {}", listed_with("or", &words)),
            };
            self.error(Code::E105, message, text.whole(), help);
        }
        found.map(|(_, choice)| *choice)
    }

    /// An expression in quotes, or a bare number.
    pub(super) fn expr(&mut self, what: &str, value: &Value<'_>) -> Expr {
        let span = self.value_span(value);
        let place = value.span();
        let n_before = self.broken.partition_point(|broken| broken.start <= place.end);
        let nearest = n_before.checked_sub(1).map(|last| &self.broken[last]);
        if nearest.is_some_and(|broken| place.start <= broken.end) {
            return Expr { kind: ExprKind::Error, span };
        }
        match value.get_ref() {
            DeValue::String(text) => {
                let string = StringText::from_toml(self.file, self.source, value.span(), text);
                expr::parse(&string, self.diagnostics)
            }
            DeValue::Integer(_) | DeValue::Float(_) => match number(value.get_ref()) {
                Some(number) => number_expr(number, self.file.get(value.span()) == Some("0"), span),
                None => {
                    let message = format!("`{what}` must be a finite number");
                    self.report(Diagnostic::new(Code::E105, message, span, ""));
                    Expr { kind: ExprKind::Error, span }
                }
            },
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                let help = if value.get_ref().is_bool() {
                    "write 1 for true and 0 for false"
                } else if value.get_ref().is_array() {
                    "a plan of one value a step is `{ by = \"step\", value = [ … ] }`"
                } else {
                    ""
                };
                self.wrong_type(what, "an expression in quotes or a number", value, help);
                Expr { kind: ExprKind::Error, span }
            }
        }
    }

    /// A unit in quotes.
    pub(super) fn unit(&mut self, what: &str, value: &Value<'_>) -> Option<UnitText> {
        let text = self.string(what, value, "a unit in quotes, such as \"亿 CNY\"")?;
        Some(expr::parse_unit_text(&text, self.diagnostics))
    }

    // ---- names ----

    /// A name from a string, checked.
    pub(super) fn name(&mut self, what: &str, value: &Value<'_>) -> Option<Name> {
        let text = self.string(what, value, "a name in quotes")?;
        let name = Name { text: expr::normal_name(text.text()), span: text.whole() };
        self.check_name(&name).then_some(name)
    }

    /// Whether a key or string can be a name; reports why not.
    pub(super) fn check_name(&mut self, name: &Name) -> bool {
        if !expr::is_name(&name.text) {
            let diagnostic = Diagnostic::new(
                Code::E310,
                format!("`{}` is not a name", name.text),
                name.span,
                "",
            );
            let diagnostic = diagnostic.note(
                "a name is made of letters of any script, digits and `_`, and begins with no digit",
            );
            let tame = tamed(&name.text);
            self.report(if tame.is_empty() {
                diagnostic
            } else {
                diagnostic.help(format!("write `{tame}`"))
            });
            return false;
        }
        true
    }

    /// The same for names of quantities and units, which must not be the language's own.
    pub(super) fn check_own_name(&mut self, name: &Name) -> bool {
        if !self.check_name(name) {
            return false;
        }
        if expr::is_reserved(&name.text) {
            let why = match name.text.as_str() {
                "t" => "`t` is the elapsed time",
                "prev" => "`prev` is the value a step ago",
                "e" => "`e` is the number 2.718…",
                "pi" => "`pi` is the number 3.141…",
                _ => "it is a word of the expression language",
            };
            let help = format!("take another name, such as `{}_`", name.text);
            let diagnostic = Diagnostic::new(
                Code::E303,
                format!("the name `{}` is taken", name.text),
                name.span,
                "",
            );
            self.report(diagnostic.note(why).help(help));
            return false;
        }
        true
    }

    /// The same for labels: keywords cannot stand in an index.
    pub(super) fn check_label(&mut self, name: &Name) -> bool {
        if KEYWORDS.contains(&name.text.as_str()) {
            self.check_own_name(name)
        } else {
            self.check_name(name)
        }
    }
}

/// The report that a name has two definitions.
pub(super) fn defined_twice(second: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E302,
        format!("`{}` is defined twice", second.text),
        second.span,
        "a second time",
    )
    .label(first, "first defined here")
    .help("delete one of them, or give it another name")
}

/// `a`, `b` and `c`.
pub(super) fn listed(words: &[&str]) -> String {
    listed_with("and", words)
}

/// `a`, `b` or `c`.
fn listed_with(joint: &str, words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {joint} {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// The number of a TOML number, where it is finite.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let parsed = match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        // Rounded once from 128 bits; longer ones are no number that a person writes.
        DeValue::Integer(integer) => {
            i128::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64)
        }
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::String(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    };
    parsed.filter(|number: &f64| number.is_finite())
}

/// A bare number as an expression; a negative one is minus a number, as in a formula.
fn number_expr(number: f64, is_bare_zero: bool, span: Span) -> Expr {
    let literal = Literal { value: number.abs(), is_bare_zero, is_percent: false };
    let size = Expr { kind: ExprKind::Number(literal), span };
    if number.is_sign_negative() {
        let kind = ExprKind::Unary { operator: UnaryOperator::Negate, operand: Box::new(size) };
        return Expr { kind, span };
    }
    size
}

/// What a TOML value is, in words.
fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A name made of what in `text` a name may hold; empty where nothing is left.
fn tamed(text: &str) -> String {
    let kept: String =
        text.chars().map(|c| if expr::is_name(&format!("_{c}")) { c } else { '_' }).collect();
    let kept = kept.trim_matches('_');
    match kept.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("_{kept}"),
        _ => kept.to_owned(),
    }
}
