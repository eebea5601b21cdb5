//! The tables whose entries are made of inputs: `[formulas]`, `[series]`, `[outputs]`, `[checks]`, and `[scenarios]`,
//! which replace inputs.

use toml::de::DeTable;

use super::walker::{Entry, Value, Walker};
use super::{
    Better, CheckDefinition, FormulaDefinition, OutputDefinition, ScenarioDefinition,
    SeriesDefinition, SeriesRule, Text,
};
use crate::diagnostic::Code;
use crate::expr::{self, Expr, ExprKind, Name, Purpose, Sentence};

impl Walker<'_> {
    pub(super) fn formulas(&mut self, table: &DeTable<'_>) -> Vec<FormulaDefinition> {
        let mut formulas = Vec::new();
        for Entry { key, value, .. } in self.entries(table) {
            let is_named = self.check_own_name(&key);
            let (mut about, mut formula) = (None, None);
            match value.get_ref().as_table() {
                Some(fields) => {
                    for field in self.entries(fields) {
                        match field.key.text.as_str() {
                            "value" => formula = Some(self.expr(&key.text, field.value)),
                            "about" => about = self.text("about", field.value),
                            _ => {
                                let place = format!("the formula `{}`", key.text);
                                let meant =
                                    self.unknown_key(&place, &field.key, &["value", "about"]);
                                if meant.as_deref() == Some("value") {
                                    formula = Some(self.expr(&key.text, field.value));
                                }
                            }
                        }
                    }
                    if formula.is_none() {
                        let message = format!("the formula `{}` has no value", key.text);
                        self.missing(message, key.span, "write `value = \"…\"`");
                    }
                }
                None => formula = Some(self.expr(&key.text, value)),
            }
            let value = formula.unwrap_or(Expr { kind: ExprKind::Error, span: key.span });
            if is_named {
                formulas.push(FormulaDefinition { name: key, value, about });
            }
        }
        formulas
    }

    pub(super) fn series(&mut self, table: &DeTable<'_>) -> Vec<SeriesDefinition> {
        let mut series = Vec::new();
        for Entry { key, value, .. } in self.entries(table) {
            let is_named = self.check_own_name(&key);
            let mut about = None;
            let rule = match value.get_ref().as_table() {
                Some(fields) => self.series_fields(&key, fields, &mut about),
                None => SeriesRule::Plain(self.expr(&key.text, value)),
            };
            if is_named {
                series.push(SeriesDefinition { name: key, rule, about });
            }
        }
        series
    }

    fn series_fields(
        &mut self,
        name: &Name,
        fields: &DeTable<'_>,
        about: &mut Option<Text>,
    ) -> SeriesRule {
        let (mut first, mut next, mut plain) = (None, None, None);
        for field in self.entries(fields) {
            match field.key.text.as_str() {
                "first" => first = Some(self.expr(&name.text, field.value)),
                "next" => next = Some(self.expr(&name.text, field.value)),
                "value" => plain = Some((self.expr(&name.text, field.value), field.key.span)),
                "about" => *about = self.text("about", field.value),
                _ => {
                    let place = format!("the series `{}`", name.text);
                    let known = ["first", "next", "value", "about"];
                    let meant = self.unknown_key(&place, &field.key, &known);
                    let mut read = || self.expr(&name.text, field.value);
                    match meant.as_deref() {
                        Some("first") => first = Some(read()),
                        Some("next") => next = Some(read()),
                        Some("value") => plain = Some((read(), field.key.span)),
                        _ => {}
                    }
                }
            }
        }
        let help = "a series is `{ first = \"…\", next = \"…\" }`, or one formula for all steps";
        match (first, next, plain) {
            (Some(first), Some(next), None) => SeriesRule::Recursive { first, next },
            (None, None, Some((value, _))) => SeriesRule::Plain(value),
            (_, _, Some((value, span))) => {
                self.error(Code::E103, "`value` beside `first` or `next`", span, help);
                SeriesRule::Plain(Expr { kind: ExprKind::Error, span: value.span })
            }
            (first, next, None) => {
                let lacking = match (first.is_some(), next.is_some()) {
                    (true, _) => "no `next`",
                    (_, true) => "no `first`",
                    _ => "no value",
                };
                self.missing(format!("the series `{}` has {lacking}", name.text), name.span, help);
                SeriesRule::Plain(Expr { kind: ExprKind::Error, span: name.span })
            }
        }
    }

    pub(super) fn outputs(&mut self, table: &DeTable<'_>) -> Vec<OutputDefinition> {
        let mut outputs = Vec::new();
        for Entry { key, value, .. } in self.entries(table) {
            let is_named = self.check_own_name(&key);
            let mut output = OutputDefinition {
                name: key,
                value: None,
                unit: None,
                about: None,
                better: Better::default(),
            };
            match value.get_ref().as_table() {
                Some(fields) => {
                    for field in self.entries(fields) {
                        match field.key.text.as_str() {
                            "value" => {
                                output.value = Some(self.expr(&output.name.text, field.value));
                            }
                            "unit" => output.unit = self.unit("unit", field.value),
                            "about" => output.about = self.text("about", field.value),
                            "better" => {
                                let ways = [("higher", Better::Higher), ("lower", Better::Lower)];
                                output.better =
                                    self.choice("better", field.value, &ways).unwrap_or_default();
                            }
                            _ => {
                                let place = format!("the output `{}`", output.name.text);
                                let known = ["value", "unit", "about", "better"];
                                let meant = self.unknown_key(&place, &field.key, &known);
                                if meant.as_deref() == Some("value") {
                                    let value = self.expr(&output.name.text, field.value);
                                    output.value = Some(value);
                                }
                            }
                        }
                    }
                }
                None if self.is_shown_unit(&output.name, value) => {}
                None => output.value = Some(self.expr(&output.name.text, value)),
            }
            if is_named {
                outputs.push(output);
            }
        }
        outputs
    }

    /// Reports `cost = "亿 CNY"`: a magnitude and a unit where the value of an output stands.
    fn is_shown_unit(&mut self, name: &Name, value: &Value<'_>) -> bool {
        let Some(text) = value.get_ref().as_str() else { return false };
        let is_unit = text.split_once(char::is_whitespace).is_some_and(|(word, rest)| {
            expr::magnitude(word).is_some() && rest.trim().starts_with(char::is_alphabetic)
        });
        if is_unit {
            let message = format!("a unit where the value of `{}` stands", name.text);
            let help = format!("write `{} = {{ unit = \"{text}\" }}`", name.text);
            self.error(Code::E105, message, self.value_span(value), help);
        }
        is_unit
    }

    pub(super) fn checks(&mut self, table: &DeTable<'_>) -> Vec<CheckDefinition> {
        let mut checks = Vec::new();
        for Entry { key, value, .. } in self.entries(table) {
            let (mut about, mut sentence) = (None, None);
            match value.get_ref().as_table() {
                Some(fields) => {
                    let mut is_given = false;
                    for field in self.entries(fields) {
                        match field.key.text.as_str() {
                            "value" => {
                                is_given = true;
                                sentence = self.sentence(&key.text, field.value);
                            }
                            "about" => about = self.text("about", field.value),
                            _ => {
                                let place = format!("the check `{}`", key.text);
                                self.unknown_key(&place, &field.key, &["value", "about"]);
                            }
                        }
                    }
                    if !is_given {
                        let message = format!("the check `{}` has no value", key.text);
                        self.missing(message, key.span, "write `value = \"P(npv > 0) >= 80%\"`");
                    }
                }
                None => sentence = self.sentence(&key.text, value),
            }
            if self.check_name(&key) {
                checks.push(CheckDefinition { name: key, sentence, about });
            }
        }
        checks
    }

    fn sentence(&mut self, what: &str, value: &Value<'_>) -> Option<Sentence> {
        let expected = "a sentence in quotes, such as \"P(npv > 0) >= 80%\"";
        let text = self.string(what, value, expected)?;
        expr::parse_sentence(&text, Purpose::Check, self.diagnostics)
    }

    pub(super) fn scenarios(&mut self, table: &DeTable<'_>) -> Vec<ScenarioDefinition> {
        let mut scenarios = Vec::new();
        for Entry { key, value, .. } in self.entries(table) {
            let help = "write `[scenarios.NAME]` with `about` and `set = { gpus = \"300 GPU\" }`";
            let Some(fields) = self.table(&key.text, value, help) else { continue };
            let mut scenario = ScenarioDefinition { name: key, about: None, set: Vec::new() };
            for field in self.entries(fields) {
                match field.key.text.as_str() {
                    "about" => scenario.about = self.text("about", field.value),
                    "set" => {
                        let help = "write a table of inputs: `set = { gpus = \"300 GPU\" }`";
                        let Some(set) = self.table("set", field.value, help) else { continue };
                        for entry in self.entries(set) {
                            self.overrides(&entry, &mut scenario.set);
                        }
                    }
                    _ => {
                        let place = format!("the scenario `{}`", scenario.name.text);
                        self.unknown_key(&place, &field.key, &["about", "set"]);
                    }
                }
            }
            scenarios.push(scenario);
        }
        scenarios
    }
}
