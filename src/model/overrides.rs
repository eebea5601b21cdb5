//! What replaces an input: an entry of a scenario's `set`, or the text behind `--set`.

use toml::de::DeValue;

use super::walker::{Entry, Walker};
use super::{Better, OutputDefinition, Override};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{self, Expr, ExprKind, Name, StringText};
use crate::source::Sources;

/// Parses `NAME=EXPRESSION` or `NAME[LABEL]=EXPRESSION` of an option of the command line.
pub fn parse_override(
    sources: &mut Sources,
    option: &str,
    text: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Override> {
    let id = sources.add(option, text);
    let help = "write a name, `=` and an expression: `--set 'gpus=300 GPU'`, `--set 'capex[alibaba]=533亿 CNY'`";
    let Some((target, value)) = text.split_once('=') else {
        let whole = StringText::plain(sources, id).whole();
        diagnostics
            .push(Diagnostic::new(Code::E309, "an override without `=`", whole, "").help(help));
        return None;
    };
    let target_text = StringText::verbatim(target.to_owned(), id, 0);
    let value_text = StringText::verbatim(value.to_owned(), id, target.len() + 1);
    let target = parse_target(&target_text, help, diagnostics);
    let value = expr::parse(&value_text, diagnostics);
    let (name, labels) = target?;
    Some(Override { name, labels, value })
}

/// Parses an expression of the command line as an output of that name: `--where 'npv < 0'`.
pub fn parse_expression(
    sources: &mut Sources,
    option: &str,
    text: &str,
    diagnostics: &mut Diagnostics,
) -> Option<OutputDefinition> {
    let id = sources.add(option, text);
    let plain = StringText::plain(sources, id);
    if text.trim().is_empty() {
        let message = format!("`{option}` without an expression");
        diagnostics.push(Diagnostic::new(Code::E309, message, plain.whole(), ""));
        return None;
    }
    let value = Some(expr::parse(&plain, diagnostics));
    let name = Name { text: text.to_owned(), span: plain.whole() };
    Some(OutputDefinition { name, value, unit: None, about: None, better: Better::Higher })
}

/// `capex` or `capex[alibaba]`.
fn parse_target(
    text: &StringText,
    help: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(Name, Vec<Name>)> {
    // Its mistakes are told as one, in the words of overrides.
    let mut ignored = Diagnostics::new();
    let target = expr::parse(text, &mut ignored);
    if !ignored.has_errors() {
        let (base, labels) = if let ExprKind::Index { base, labels } = target.kind {
            (base.kind, labels)
        } else {
            (target.kind, Vec::new())
        };
        if let ExprKind::Name(name) = base {
            return Some((name, labels));
        }
    }
    let message = match text.text().trim() {
        "" => "an override of nothing".to_owned(),
        written => format!("`{written}` is not the name of an input"),
    };
    diagnostics.push(Diagnostic::new(Code::E309, message, text.whole(), "").help(help));
    None
}

impl Walker<'_> {
    /// One entry of a scenario's `set`: an expression, or a table with one a label.
    pub(super) fn overrides(&mut self, entry: &Entry<'_, '_>, overrides: &mut Vec<Override>) {
        let key =
            StringText::from_toml(self.file, self.source, entry.key_range.clone(), &entry.key.text);
        let key = if self.file[entry.key_range.clone()].starts_with(['"', '\'']) {
            key
        } else {
            StringText::verbatim(entry.key.text.clone(), self.source, entry.key_range.start)
        };
        let help = "the key is the name of an input, or `\"capex[alibaba]\"` in quotes";
        let Some((name, labels)) = parse_target(&key, help, self.diagnostics) else { return };
        self.labeled_overrides(entry, &name, labels, overrides);
    }

    fn labeled_overrides(
        &mut self,
        entry: &Entry<'_, '_>,
        name: &Name,
        labels: Vec<Name>,
        overrides: &mut Vec<Override>,
    ) {
        if let DeValue::Table(table) = entry.value.get_ref() {
            for inner in self.entries(table) {
                if self.check_label(&inner.key) {
                    let labels = labels.iter().cloned().chain([inner.key.clone()]).collect();
                    self.labeled_overrides(&inner, name, labels, overrides);
                }
            }
            return;
        }
        let value: Expr = self.expr(&entry.key.text, entry.value);
        overrides.push(Override { name: name.clone(), labels, value });
    }
}
