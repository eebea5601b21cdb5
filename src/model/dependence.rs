//! `[correlations]`, pair by pair, and `[copula]`, one or several by name.

use toml::de::{DeTable, DeValue};

use super::walker::{Entry, Value, Walker};
use crate::dependence::Coefficient;
use crate::diagnostic::Code;
use crate::expr::{self, Expr, ExprKind, Name, StringText};
use crate::source::Span;

/// An input, or one label of it: `capex[alibaba]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// The input.
    pub name: Name,
    /// One label of each of its indexes; none where it has none.
    pub labels: Vec<Name>,
    /// Its place.
    pub span: Span,
}

impl Address {
    /// `capex[alibaba]`: the name under which its draws are addressed.
    pub fn text(&self) -> String {
        if self.labels.is_empty() {
            return self.name.text.clone();
        }
        let labels: Vec<&str> = self.labels.iter().map(|label| label.text.as_str()).collect();
        format!("{}[{}]", self.name.text, labels.join(", "))
    }
}

/// One entry of `[correlations]`.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationDefinition {
    /// The two inputs, in the order written.
    pub inputs: [Address; 2],
    /// The place of the key.
    pub span: Span,
    /// Which coefficient.
    pub measure: Coefficient,
    /// The coefficient.
    pub coefficient: Expr,
}

/// Which copula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopulaKind {
    /// `gaussian`
    Gaussian,
    /// `student_t`
    StudentT,
}

/// `[copula]`, or `[copula.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub struct CopulaDefinition {
    /// `NAME`; `None` for the only one.
    pub name: Option<Name>,
    /// The place of its head.
    pub span: Span,
    /// Its kind.
    pub kind: CopulaKind,
    /// Degrees of freedom.
    pub df: Option<Expr>,
    /// The inputs that it joins; `None` for all that are correlated.
    pub over: Option<Vec<Address>>,
}

const PAIR: &str = "write two inputs and a coefficient: `\"gpu_price, rent\" = 0.5`";
const KEYS: [&str; 3] = ["kind", "df", "over"];

impl Walker<'_> {
    pub(super) fn correlations(&mut self, table: &DeTable<'_>) -> Vec<CorrelationDefinition> {
        let entries = self.entries(table);
        entries.into_iter().filter_map(|entry| self.correlation(&entry)).collect()
    }

    fn correlation(&mut self, entry: &Entry<'_, '_>) -> Option<CorrelationDefinition> {
        let text = self.key_text(entry);
        let span = text.whole();
        let parts = self.addresses(&text);
        let (mut measure, mut coefficient) = (Coefficient::Spearman, None);
        if let Some(fields) = entry.value.get_ref().as_table() {
            for field in self.entries(fields) {
                let named = match field.key.text.as_str() {
                    "spearman" => Coefficient::Spearman,
                    "pearson" => Coefficient::Pearson,
                    _ => {
                        let place = format!("the correlation of `{}`", text.text());
                        self.unknown_key(&place, &field.key, &["spearman", "pearson"]);
                        continue;
                    }
                };
                if coefficient.is_some() {
                    let help = "delete one of them: the copula has one parameter a pair";
                    self.error(Code::E103, "a pair with two coefficients", field.key.span, help);
                    continue;
                }
                (measure, coefficient) = (named, Some(self.expr(&field.key.text, field.value)));
            }
            if coefficient.is_none() {
                let message = format!("the correlation of `{}` has no coefficient", text.text());
                self.missing(message, span, "write `{ spearman = 0.5 }` or `{ pearson = 0.5 }`");
            }
        } else {
            coefficient = Some(self.expr(text.text(), entry.value));
        }
        let Ok(inputs) = <[Address; 2]>::try_from(parts?) else {
            let message = format!("`{}` is not a pair of inputs", text.text());
            self.error(Code::E505, message, span, PAIR);
            return None;
        };
        Some(CorrelationDefinition { inputs, span, measure, coefficient: coefficient? })
    }

    /// A key with the place of each byte.
    fn key_text(&self, entry: &Entry<'_, '_>) -> StringText {
        let raw = self.file.get(entry.key_range.clone()).unwrap_or("");
        if raw.starts_with(['"', '\'']) {
            StringText::from_toml(self.file, self.source, entry.key_range.clone(), &entry.key.text)
        } else {
            StringText::verbatim(entry.key.text.clone(), self.source, entry.key_range.start)
        }
    }

    /// Inputs with commas between them; `None` after a report.
    fn addresses(&mut self, text: &StringText) -> Option<Vec<Address>> {
        let mut parts = Vec::new();
        let (mut depth, mut start) = (0_i32, 0);
        for (at, c) in text.text().char_indices() {
            match c {
                '[' | '(' => depth += 1,
                ']' | ')' => depth -= 1,
                ',' | '，' if depth == 0 => {
                    parts.push(start..at);
                    start = at + c.len_utf8();
                }
                _ => {}
            }
        }
        parts.push(start..text.text().len());
        parts.into_iter().map(|range| self.address(text, range)).collect()
    }

    /// One input, with a label of each of its indexes where it has some.
    fn address(&mut self, text: &StringText, range: std::ops::Range<usize>) -> Option<Address> {
        let written = &text.text()[range.clone()];
        let lead = written.len() - written.trim_start().len();
        let span = text.span(range.start + lead..range.start + lead + written.trim().len());
        let part =
            StringText::verbatim(written.trim().to_owned(), self.source, span.start as usize);
        // Its mistakes are told as one, in the words of correlations.
        let mut ignored = crate::diagnostic::Diagnostics::new();
        let parsed = expr::parse(&part, &mut ignored);
        if !ignored.has_errors() {
            let (base, labels) = if let ExprKind::Index { base, labels } = parsed.kind {
                (base.kind, labels)
            } else {
                (parsed.kind, Vec::new())
            };
            if let ExprKind::Name(name) = base {
                return Some(Address { name, labels, span });
            }
        }
        let message = match written.trim() {
            "" => "a pair with no input on one side of its comma".to_owned(),
            written => format!("`{written}` is not the name of an input"),
        };
        self.error(Code::E505, message, span, PAIR);
        None
    }

    pub(super) fn copulas(&mut self, key: &Name, table: &DeTable<'_>) -> Vec<CopulaDefinition> {
        let entries = self.entries(table);
        let is_named =
            !entries.is_empty() && entries.iter().all(|entry| entry.value.get_ref().is_table());
        if !is_named {
            return self.copula(None, key.span, entries).into_iter().collect();
        }
        let mut copulas = Vec::new();
        for Entry { key, value, .. } in entries {
            let DeValue::Table(fields) = value.get_ref() else { continue };
            let fields = self.entries(fields);
            let span = key.span;
            if self.check_name(&key) {
                copulas.extend(self.copula(Some(key), span, fields));
            }
        }
        copulas
    }

    fn copula(
        &mut self,
        name: Option<Name>,
        span: Span,
        fields: Vec<Entry<'_, '_>>,
    ) -> Option<CopulaDefinition> {
        let (mut kind, mut df, mut over, mut has_kind) = (None, None, None, false);
        for field in fields {
            match field.key.text.as_str() {
                "kind" => {
                    has_kind = true;
                    let kinds =
                        [("gaussian", CopulaKind::Gaussian), ("student_t", CopulaKind::StudentT)];
                    kind = self.choice("kind", field.value, &kinds);
                }
                "df" => df = Some(self.expr("df", field.value)),
                "over" => over = self.members(field.value),
                _ => {
                    self.unknown_key("[copula]", &field.key, &KEYS);
                }
            }
        }
        if !has_kind {
            let help = "write `kind = \"student_t\"` and `df = 4`, or `kind = \"gaussian\"`";
            self.missing("[copula] has no `kind`", span, help);
        }
        let kind = kind?;
        match (kind, &df) {
            (CopulaKind::StudentT, None) => {
                let help =
                    "write `df = 4`: the fewer degrees of freedom, the more extremes come together";
                self.missing("Student's copula has no `df`", span, help);
                return None;
            }
            (CopulaKind::Gaussian, Some(df)) => {
                let help = "delete it, or write `kind = \"student_t\"`";
                self.error(Code::E103, "a Gaussian copula has no `df`", df.span, help);
            }
            (CopulaKind::StudentT, Some(_)) | (CopulaKind::Gaussian, None) => {}
        }
        Some(CopulaDefinition { name, span, kind, df, over })
    }

    fn members(&mut self, value: &Value<'_>) -> Option<Vec<Address>> {
        let help = "write the inputs that it joins: `over = [\"gpu_price\", \"rent\"]`";
        let items = self.array("over", value, help)?;
        let mut members = Vec::new();
        for item in items.iter() {
            let text = self.string("over", item, "a list of inputs in quotes")?;
            members.push(self.address(&text, 0..text.text().len())?);
        }
        Some(members)
    }
}
