//! `[inputs]`: an expression, one a label, or a plan by step, with what documents it.

use toml::de::{DeTable, DeValue};

use super::walker::{Entry, Value, Walker};
use super::{After, Confidence, InputDefinition, InputValue, MAX_LABELS, MAX_STEPS, Text};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Expr, ExprKind, Name};

const INPUT_KEYS: [&str; 12] = [
    "value",
    "about",
    "source",
    "date",
    "confidence",
    "base",
    "each",
    "by",
    "file",
    "column",
    "unit",
    "after",
];

/// What `by` says.
enum By {
    Nothing,
    Step,
    Indexes(Vec<Name>),
    /// Something that was reported.
    Unread,
}

impl Walker<'_> {
    pub(super) fn inputs(&mut self, table: &DeTable<'_>) -> Vec<InputDefinition> {
        let entries = self.entries(table);
        entries.into_iter().filter_map(|entry| self.input(entry)).collect()
    }

    fn input(&mut self, entry: Entry<'_, '_>) -> Option<InputDefinition> {
        let is_named = self.check_own_name(&entry.key);
        let mut input = InputDefinition {
            name: entry.key,
            value: InputValue::Plain(Expr {
                kind: ExprKind::Error,
                span: self.value_span(entry.value),
            }),
            each_step: None,
            about: None,
            source: None,
            date: None,
            confidence: None,
            base: None,
        };
        match entry.value.get_ref().as_table() {
            Some(fields) => self.input_fields(fields, &mut input),
            None => input.value = InputValue::Plain(self.expr(&input.name.text, entry.value)),
        }
        is_named.then_some(input)
    }

    fn input_fields(&mut self, fields: &DeTable<'_>, input: &mut InputDefinition) {
        let mut by = By::Nothing;
        let mut value = None;
        let mut plan: Vec<Entry<'_, '_>> = Vec::new();
        for entry in self.entries(fields) {
            let item = entry.value;
            match entry.key.text.as_str() {
                "value" => value = Some(item),
                "about" => input.about = self.text("about", item),
                "source" => input.source = self.text("source", item),
                "date" => input.date = self.date_text(item),
                "confidence" => {
                    let levels = [
                        ("high", Confidence::High),
                        ("medium", Confidence::Medium),
                        ("low", Confidence::Low),
                    ];
                    input.confidence = self.choice("confidence", item, &levels);
                }
                "base" => input.base = Some(self.expr("base", item)),
                "each" => {
                    let span = self.value_span(item);
                    input.each_step = self.choice("each", item, &[("step", span)]);
                }
                "by" => by = self.by(item),
                "file" | "column" | "unit" | "after" => plan.push(entry),
                _ => {
                    let place = format!("the input `{}`", input.name.text);
                    let meant = self.unknown_key(&place, &entry.key, &INPUT_KEYS);
                    // A misspelled value is not missing as well.
                    if meant.as_deref() == Some("value") {
                        value = value.or(Some(item));
                    }
                }
            }
        }
        match by {
            By::Step => self.plan(input, value, plan),
            By::Nothing => {
                if let Some(value) = self.value_alone(&input.name, value, plan) {
                    input.value = self.single_value(&input.name.text, value);
                }
            }
            By::Indexes(indexes) => {
                if let Some(value) = self.value_alone(&input.name, value, plan) {
                    input.value = self.value_by_index(&input.name.text, indexes, value);
                }
            }
            By::Unread => {}
        }
    }

    /// The value of an input that is no plan: reports the keys of plans, and a value that is missing.
    fn value_alone<'t, 'i>(
        &mut self,
        name: &Name,
        value: Option<&'t Value<'i>>,
        plan: Vec<Entry<'_, '_>>,
    ) -> Option<&'t Value<'i>> {
        for entry in plan {
            let message = format!("`{}` stands only in a plan", entry.key.text);
            let help = match entry.key.text.as_str() {
                "unit" => "the unit stands behind the value: `\"10_000 GPU\"`",
                _ => "a plan says `by = \"step\"`",
            };
            self.error(Code::E103, message, entry.key.span, help);
        }
        if value.is_none() {
            let message = format!("the input `{}` has no value", name.text);
            let help = "write `value = \"…\"` with a number, a unit or a distribution";
            self.missing(message, name.span, help);
        }
        value
    }

    fn single_value(&mut self, name: &str, value: &Value<'_>) -> InputValue {
        if let DeValue::Table(_) = value.get_ref() {
            let help =
                "a table with one value a label needs `by`: `{ by = \"firm\", value = { … } }`";
            self.wrong_type(name, "an expression in quotes or a number", value, help);
            return InputValue::Plain(Expr { kind: ExprKind::Error, span: self.value_span(value) });
        }
        InputValue::Plain(self.expr(name, value))
    }

    /// Prose, or TOML's own date as it is written.
    fn date_text(&mut self, value: &Value<'_>) -> Option<Text> {
        match value.get_ref().as_datetime() {
            Some(date) => Some(Text { text: date.to_string(), span: self.value_span(value) }),
            None => self.text("date", value),
        }
    }

    /// `"step"`, the name of an index, or a list of such names.
    fn by(&mut self, value: &Value<'_>) -> By {
        match value.get_ref() {
            DeValue::String(text) if text == "step" => By::Step,
            DeValue::String(_) => {
                self.name("by", value).map_or(By::Unread, |name| By::Indexes(vec![name]))
            }
            DeValue::Array(items) if !items.is_empty() => {
                let names: Vec<Name> =
                    items.iter().filter_map(|item| self.name("by", item)).collect();
                if let Some(step) = names.iter().find(|name| name.text == "step") {
                    let help = "give each label an input of its own, planned `by = \"step\"`";
                    self.error(
                        Code::E112,
                        "a plan that differs by label is not available in this version",
                        step.span,
                        help,
                    );
                    return By::Unread;
                }
                for (place, name) in names.iter().enumerate() {
                    if let Some(first) = names[..place].iter().find(|first| first.text == name.text)
                    {
                        let message = format!("the index `{}` is named twice", name.text);
                        let diagnostic = Diagnostic::new(Code::E302, message, name.span, "");
                        self.report(diagnostic.label(first.span, "first named here"));
                        return By::Unread;
                    }
                }
                if names.len() < items.len() { By::Unread } else { By::Indexes(names) }
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.wrong_type(
                    "by",
                    "the name of an index, a list of such names, or \"step\"",
                    value,
                    "",
                );
                By::Unread
            }
        }
    }

    fn value_by_index(&mut self, name: &str, indexes: Vec<Name>, value: &Value<'_>) -> InputValue {
        let DeValue::Table(table) = value.get_ref() else {
            return InputValue::ByIndexSame { indexes, value: self.expr(name, value) };
        };
        let mut values = Vec::new();
        self.labeled_values(name, &indexes, &[], table, &mut values);
        InputValue::ByIndex { indexes, values, span: self.value_span(value) }
    }

    /// The values of a table by label, one level of it for each index that `labels` does not name yet.
    fn labeled_values(
        &mut self,
        name: &str,
        indexes: &[Name],
        labels: &[Name],
        table: &DeTable<'_>,
        values: &mut Vec<(Vec<Name>, Expr)>,
    ) {
        for entry in self.entries(table) {
            if !self.check_label(&entry.key) {
                continue;
            }
            let labels: Vec<Name> = labels.iter().cloned().chain([entry.key]).collect();
            if labels.len() == indexes.len() {
                let value = self.expr(name, entry.value);
                values.push((labels, value));
                continue;
            }
            let next = &indexes[labels.len()].text;
            let help = format!("inside it stands one value a label of `{next}`");
            if let Some(inner) = self.table(name, entry.value, &help) {
                self.labeled_values(name, indexes, &labels, inner, values);
            }
        }
    }

    /// `by = "step"`: a list of values, or a column of a file.
    fn plan(
        &mut self,
        input: &mut InputDefinition,
        value: Option<&Value<'_>>,
        fields: Vec<Entry<'_, '_>>,
    ) {
        if let Some(each) = input.each_step.take() {
            let help = "delete `each`: a plan already has one value a step";
            self.error(Code::E103, "`each` in a plan", each, help);
        }
        let (mut file, mut column, mut unit, mut after) = (None, None, None, After::Zero);
        let is_file = fields.iter().any(|entry| entry.key.text == "file");
        for Entry { key, value: item, .. } in fields {
            match key.text.as_str() {
                "after" => {
                    after = self
                        .choice("after", item, &[("zero", After::Zero), ("last", After::Last)])
                        .unwrap_or_default();
                }
                "file" => file = self.text("file", item),
                _ if !is_file => {
                    let message = format!("`{}` without `file`", key.text);
                    self.error(
                        Code::E103,
                        message,
                        key.span,
                        "a list of values has units of its own: `value = [\"4_000 GPU\"]`",
                    );
                }
                "column" => column = self.text("column", item),
                _ => unit = self.unit("unit", item),
            }
        }
        if is_file {
            if let Some(value) = value {
                let span = self.value_span(value);
                self.error(
                    Code::E103,
                    "a plan with both `value` and `file`",
                    span,
                    "delete one of them",
                );
            }
            match (file, column) {
                (Some(file), Some(column)) => {
                    input.value = InputValue::ByStepFile { file, column, unit, after }
                }
                (Some(file), None) => {
                    self.missing(
                        "a file without `column`",
                        file.span,
                        "name the head of the column: `column = \"gpus\"`",
                    );
                }
                (None, _) => {}
            }
            return;
        }
        let help = "write one value a step: `value = [\"4_000 GPU\", \"6_000 GPU\"]`";
        let Some(value) = value else {
            return self.missing(
                format!("the plan `{}` has no values", input.name.text),
                input.name.span,
                help,
            );
        };
        let Some(items) = self.array(&input.name.text, value, help) else { return };
        let span = self.value_span(value);
        if items.is_empty() {
            return self.missing(
                format!("the plan `{}` has no values", input.name.text),
                span,
                help,
            );
        }
        if items.len() > MAX_STEPS as usize + 1 {
            let message = format!("a plan of more than {MAX_STEPS} steps");
            return self.report(Diagnostic::new(
                Code::E109,
                message,
                input.name.span,
                format!("{} values", items.len()),
            ));
        }
        let values = items.iter().map(|item| self.expr(&input.name.text, item)).collect();
        input.value = InputValue::ByStep { values, after, span };
    }

    /// Reports inputs whose indexes multiply to more values than anyone wrote down.
    pub(super) fn check_products(
        &mut self,
        inputs: &[InputDefinition],
        n_labels: impl Fn(&str) -> usize,
    ) {
        for input in inputs {
            let InputValue::ByIndexSame { indexes, .. } = &input.value else { continue };
            let n_values = indexes
                .iter()
                .fold(1_usize, |n, index| n.saturating_mul(n_labels(&index.text).max(1)));
            if n_values > MAX_LABELS {
                let message = format!(
                    "the input `{}` has more than {MAX_LABELS} combinations of labels",
                    input.name.text
                );
                let label = format!("{n_values} combinations");
                self.report(Diagnostic::new(Code::E109, message, input.name.span, label));
            }
        }
    }
}
