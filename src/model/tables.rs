//! The tables that say what a model is about: `[model]`, `[units]`, `[timeline]`, `[index]`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::walker::{Entry, Value, Walker, defined_twice, number};
use super::{IndexDefinition, MAX_LABELS, MAX_STEPS, StepLength, Text, UnitDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Name;
use crate::source::Span;

/// `[model]` of one file.
#[derive(Default)]
pub(super) struct Head {
    pub(super) title: Option<Text>,
    pub(super) about: Option<Text>,
    pub(super) source: Option<Text>,
    pub(super) units: Vec<Name>,
    pub(super) extends: Option<Text>,
}

/// `[timeline]` of one file: what it extends may say the rest.
pub(super) struct TimelineFields {
    pub(super) step: Option<StepLength>,
    pub(super) steps: Option<u32>,
    pub(super) start: Option<Date>,
    pub(super) span: Span,
}

impl Walker<'_> {
    pub(super) fn head(&mut self, table: &DeTable<'_>) -> Head {
        let mut head = Head::default();
        for Entry { key, value, .. } in self.entries(table) {
            match key.text.as_str() {
                "title" => head.title = self.text("title", value),
                "about" => head.about = self.text("about", value),
                "source" => head.source = self.text("source", value),
                "extends" => head.extends = self.text("extends", value),
                "units" => {
                    let help = "write a list of counted things: `units = [\"GPU\", \"server\"]`";
                    let items = self
                        .array("units", value, help)
                        .map(|array| array.iter())
                        .into_iter()
                        .flatten();
                    let names: Vec<Name> =
                        items.filter_map(|item| self.name("units", item)).collect();
                    head.units =
                        names.into_iter().filter(|name| self.check_own_name(name)).collect();
                }
                _ => {
                    let known = ["title", "about", "source", "units", "extends"];
                    self.unknown_key("[model]", &key, &known);
                }
            }
        }
        head
    }

    pub(super) fn units(&mut self, table: &DeTable<'_>) -> Vec<UnitDefinition> {
        let entries = self.entries(table);
        let own = entries.into_iter().filter_map(|entry| {
            let value = self.expr(&entry.key.text, entry.value);
            self.check_own_name(&entry.key).then_some(UnitDefinition { name: entry.key, value })
        });
        own.collect()
    }

    pub(super) fn timeline(&mut self, head: &Name, table: &DeTable<'_>) -> TimelineFields {
        let mut fields = TimelineFields { step: None, steps: None, start: None, span: head.span };
        for Entry { key, value, .. } in self.entries(table) {
            match key.text.as_str() {
                "step" => {
                    let lengths = [
                        ("month", StepLength::Month),
                        ("quarter", StepLength::Quarter),
                        ("year", StepLength::Year),
                    ];
                    fields.step = self.choice("step", value, &lengths);
                }
                "steps" => fields.steps = self.steps(value),
                "start" => fields.start = self.start(value),
                _ => {
                    self.unknown_key("[timeline]", &key, &["step", "steps", "start"]);
                }
            }
        }
        fields
    }

    fn steps(&mut self, value: &Value<'_>) -> Option<u32> {
        let help = "the last step's number; `steps = 60` has the steps 0, 1, … 60";
        let DeValue::Integer(_) = value.get_ref() else {
            match value.get_ref().as_float() {
                Some(float) => {
                    let message = format!("`steps` must be a whole number, not {}", float.as_str());
                    self.error(Code::E105, message, self.value_span(value), help);
                }
                None => self.wrong_type("steps", "a whole number", value, help),
            }
            return None;
        };
        let steps = number(value.get_ref()).unwrap_or(f64::INFINITY);
        let span = self.value_span(value);
        if steps < 1.0 {
            self.error(Code::E109, "a timeline of no steps", span, help);
            return None;
        }
        if steps > f64::from(MAX_STEPS) {
            let message = format!("a timeline of more than {MAX_STEPS} steps");
            self.error(
                Code::E109,
                message,
                span,
                "take longer steps: `step = \"quarter\"` or `step = \"year\"`",
            );
            return None;
        }
        // Whole and inside 1..=MAX_STEPS, as just compared.
        Some(steps as u32)
    }

    /// `"2023-06"`, `"2023-06-15"`, or TOML's own date.
    fn start(&mut self, value: &Value<'_>) -> Option<Date> {
        let help = "write a month or a day: `start = \"2023-06\"`, `start = \"2023-06-15\"`";
        let (text, span) = match value.get_ref() {
            DeValue::Datetime(date) => (date.to_string(), self.value_span(value)),
            DeValue::String(_) => {
                let string = self.string("start", value, "a date")?;
                (string.text().trim().to_owned(), string.whole())
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.wrong_type("start", "a date in quotes", value, help);
                return None;
            }
        };
        let date = date_of(&text);
        if date.is_none() {
            self.error(Code::E111, format!("`{text}` is not a date"), span, help);
        }
        date
    }

    pub(super) fn indexes(&mut self, table: &DeTable<'_>) -> Vec<IndexDefinition> {
        let mut indexes = Vec::new();
        for Entry { key, value, .. } in self.entries(table) {
            let help =
                format!("write a list of labels: `{} = [\"alibaba\", \"tencent\"]`", key.text);
            let Some(array) = self.array(&key.text, value, &help) else { continue };
            if array.len() > MAX_LABELS {
                let message = format!("an index of more than {MAX_LABELS} labels");
                self.report(Diagnostic::new(
                    Code::E109,
                    message,
                    key.span,
                    format!("{} labels", array.len()),
                ));
            }
            if array.is_empty() {
                self.error(
                    Code::E104,
                    format!("the index `{}` has no labels", key.text),
                    self.value_span(value),
                    help,
                );
                continue;
            }
            let mut labels: Vec<Name> = Vec::new();
            let mut first_of: BTreeMap<String, Span> = BTreeMap::new();
            // Of an index that is too large the first labels stay, so that it is known by its name.
            for item in array.iter().take(MAX_LABELS) {
                let Some(label) = self.name(&key.text, item) else { continue };
                if !self.check_label(&label) {
                    continue;
                }
                match first_of.get(&label.text) {
                    Some(_) if array.len() > MAX_LABELS => {}
                    Some(first) => self.report(defined_twice(&label, *first)),
                    None => {
                        first_of.insert(label.text.clone(), label.span);
                        labels.push(label);
                    }
                }
            }
            if self.check_own_name(&key) {
                indexes.push(IndexDefinition { name: key, labels });
            }
        }
        indexes
    }
}

/// The first day of the month or year where no day is given.
fn date_of(text: &str) -> Option<Date> {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let is_plain = full.len() == 10 && full.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    full.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_a_year_a_month_or_a_day() {
        assert_eq!(date_of("2023-06"), Some(jiff::civil::date(2023, 6, 1)));
        assert_eq!(date_of("2023-06-15"), Some(jiff::civil::date(2023, 6, 15)));
        assert_eq!(date_of("2023"), Some(jiff::civil::date(2023, 1, 1)));
        for wrong in ["20x3", "2023-13", "2023-02-30", "06-2023", "2023-06-15T00:00:00", "", "x"] {
            assert_eq!(date_of(wrong), None, "{wrong}");
        }
    }
}
