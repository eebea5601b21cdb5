//! A model file, and the models it extends, to one [`ParsedModel`]; all mistakes at once.

use toml::de::{DeTable, DeValue};

use super::merge::{check_duplicates, merged};
use super::tables::{Head, TimelineFields};
use super::toml_errors::report_toml_errors;
use super::walker::{Entry, Value, Walker};
use super::{MAX_STEPS, ParsedModel, TimelineDefinition};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, suggest};
use crate::expr::Name;
use crate::source::{Sources, Span};

/// The largest model file that is read.
pub const MAX_BYTES: usize = 10_000_000;
/// The most labels of an index, and combinations of labels of an input.
pub const MAX_LABELS: usize = 10_000;
/// So many models may extend one another.
const MAX_EXTENDS: usize = 16;

pub(super) const TABLES: [&str; 13] = [
    "outlay",
    "model",
    "units",
    "timeline",
    "index",
    "inputs",
    "correlations",
    "copula",
    "formulas",
    "series",
    "outputs",
    "checks",
    "scenarios",
];

/// The least that is a model.
const EXAMPLE: &str = "a model begins with `outlay = 1`, then [inputs], [formulas] and [outputs]";

/// Parses the model file `text`, shown in messages as `name`. Models it extends are brought in by `read`,
/// which takes the name behind `extends`. What cannot be read is reported and left out.
pub fn parse(
    sources: &mut Sources,
    name: &str,
    text: &str,
    read: &mut dyn FnMut(&str) -> Option<String>,
    diagnostics: &mut Diagnostics,
) -> ParsedModel {
    let mut reader = Reader { sources, read, diagnostics, chain: Vec::new(), is_broken: false };
    let (mut model, timeline) = reader.file(name, text);
    model.timeline = timeline.map(|fields| reader.timeline(fields));
    check_duplicates(&model, reader.diagnostics);
    if model.outputs.is_empty() && !reader.is_broken && !reader.diagnostics.has_errors() {
        let (id, source) = reader
            .sources
            .iter()
            .find(|(_, source)| source.name == name)
            .expect("the file was taken in under its name");
        let end = source.text.trim_end().len();
        let diagnostic =
            Diagnostic::new(Code::E104, "the model has no outputs", Span::new(id, end, end), "");
        reader.diagnostics.push(
            diagnostic.help("say what to report: `[outputs]` and below it `investment = {}`"),
        );
    }
    model
}

/// Reads a file and what it extends.
struct Reader<'a> {
    sources: &'a mut Sources,
    read: &'a mut dyn FnMut(&str) -> Option<String>,
    diagnostics: &'a mut Diagnostics,
    /// The names of the files that are being read, the first asked for first.
    chain: Vec<String>,
    /// Whether a file could not be read in full.
    is_broken: bool,
}

impl Reader<'_> {
    fn file(&mut self, name: &str, text: &str) -> (ParsedModel, Option<TimelineFields>) {
        let nothing = (ParsedModel::default(), None);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MAX_BYTES {
            let id = self.sources.add(name, "");
            let message = format!("`{name}` is larger than {} MB", MAX_BYTES / 1_000_000);
            self.diagnostics.push(Diagnostic::new(Code::E109, message, Span::new(id, 0, 0), ""));
            return nothing;
        }
        let id = self.sources.add(name, text);
        if let Some(at) = text.find('\0') {
            let diagnostic = Diagnostic::new(
                Code::E101,
                "the file is not text: it holds a NUL byte",
                Span::new(id, at, at + 1),
                "",
            );
            self.diagnostics.push(diagnostic.help("give a model file, saved as UTF-8"));
            return nothing;
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        if let (Some(error), false) = (errors.first(), names_a_table(text)) {
            let place = error.span().unwrap_or(0..0);
            let span = Span::new(id, place.start, place.end);
            let diagnostic = Diagnostic::new(Code::E102, "this is not a model", span, "no TOML");
            self.diagnostics.push(diagnostic.help(EXAMPLE));
            return nothing;
        }
        let broken = report_toml_errors(text, id, root.get_ref(), &errors, self.diagnostics);
        self.is_broken |= !broken.is_empty();
        if root.get_ref().is_empty() {
            if broken.is_empty() {
                let diagnostic =
                    Diagnostic::new(Code::E107, "the model is empty", Span::new(id, 0, 0), "");
                self.diagnostics.push(diagnostic.help(EXAMPLE));
            }
            return nothing;
        }
        let mut walker = Walker { file: text, source: id, diagnostics: self.diagnostics, broken };
        let (head, model, timeline) = walker.root(root.get_ref());
        check_duplicates(&model, self.diagnostics);
        let Some(extends) = head.extends else { return (model, timeline) };
        self.chain.push(name.to_owned());
        let base = self.extended(&extends.text, extends.span);
        self.chain.pop();
        let Some((base, base_timeline)) = base else { return (model, timeline) };
        (merged(base, model), laid_over(base_timeline, timeline))
    }

    /// The model behind `extends`, which stands at `span`.
    fn extended(
        &mut self,
        name: &str,
        span: Span,
    ) -> Option<(ParsedModel, Option<TimelineFields>)> {
        if self.chain.iter().any(|known| known == name) {
            let path: Vec<String> =
                self.chain.iter().chain([&name.to_owned()]).map(|n| format!("`{n}`")).collect();
            let diagnostic = Diagnostic::new(Code::E110, "the model extends itself", span, "");
            self.refuse(diagnostic.note(path.join(" extends ")));
            return None;
        }
        if self.chain.len() > MAX_EXTENDS {
            let message = format!("more than {MAX_EXTENDS} models extend one another");
            self.refuse(Diagnostic::new(Code::E110, message, span, ""));
            return None;
        }
        let Some(text) = (self.read)(name) else {
            let diagnostic =
                Diagnostic::new(Code::E110, format!("cannot read the model `{name}`"), span, "");
            self.refuse(diagnostic.help(
                "`extends` is a path seen from this file, or a name that `outlay models` lists",
            ));
            return None;
        };
        Some(self.file(name, &text))
    }

    fn refuse(&mut self, diagnostic: Diagnostic) {
        self.is_broken = true;
        self.diagnostics.push(diagnostic);
    }

    /// A timeline, whatever is wrong with it: without one every series would be reported, too.
    fn timeline(&mut self, fields: TimelineFields) -> TimelineDefinition {
        let TimelineFields { step, steps, start, span } = fields;
        if steps.is_none() && !self.is_broken && !self.diagnostics.has_errors() {
            let diagnostic = Diagnostic::new(Code::E104, "[timeline] has no `steps`", span, "");
            self.diagnostics.push(diagnostic.help("write the last step's number: `steps = 60`"));
        }
        let steps = steps.unwrap_or(MAX_STEPS);
        TimelineDefinition { step: step.unwrap_or_default(), steps, start, span }
    }
}

/// Whether a line begins with the name of a table of models, as hardly a line of another kind of file does.
fn names_a_table(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches([' ', '\t', '[']);
        TABLES.iter().any(|table| line.starts_with(table))
    })
}

/// The fields of a timeline, those of `over` first.
fn laid_over(base: Option<TimelineFields>, over: Option<TimelineFields>) -> Option<TimelineFields> {
    match (base, over) {
        (Some(base), Some(over)) => Some(TimelineFields {
            step: over.step.or(base.step),
            steps: over.steps.or(base.steps),
            start: over.start.or(base.start),
            span: over.span,
        }),
        (base, over) => over.or(base),
    }
}

impl Walker<'_> {
    fn root(&mut self, root: &DeTable<'_>) -> (Head, ParsedModel, Option<TimelineFields>) {
        let mut head = Head::default();
        let mut model = ParsedModel::default();
        let mut timeline = None;
        let mut has_version = false;
        let entries = self.entries(root);
        let written: Vec<String> = entries.iter().map(|entry| entry.key.text.clone()).collect();
        for Entry { key, value, .. } in entries {
            // A table whose name is misspelled is read as the one that was meant, unless that stands there too.
            let meant = if TABLES.contains(&key.text.as_str()) {
                key.text.clone()
            } else {
                let meant = self.unknown_table(&key).filter(|meant| !written.contains(meant));
                match meant {
                    Some(meant) if value.get_ref().is_table() => meant,
                    _ => continue,
                }
            };
            match meant.as_str() {
                "outlay" => {
                    has_version = true;
                    self.version(value);
                }
                name => {
                    let help =
                        format!("write `[{name}]` on a line of its own and its entries below");
                    let Some(table) = self.table(name, value, &help) else { continue };
                    match name {
                        "model" => head = self.head(table),
                        "units" => model.units = self.units(table),
                        "timeline" => timeline = Some(self.timeline(&key, table)),
                        "index" => model.indexes = self.indexes(table),
                        "inputs" => model.inputs = self.inputs(table),
                        "correlations" => model.correlations = self.correlations(table),
                        "copula" => model.copulas = self.copulas(&key, table),
                        "formulas" => model.formulas = self.formulas(table),
                        "series" => model.series = self.series(table),
                        "outputs" => model.outputs = self.outputs(table),
                        "checks" => model.checks = self.checks(table),
                        _ => model.scenarios = self.scenarios(table),
                    }
                }
            }
        }
        if !has_version && self.broken.is_empty() {
            let diagnostic = Diagnostic::new(
                Code::E106,
                "the version of the language is missing",
                self.span(0..0),
                "",
            );
            self.report(diagnostic.help("write `outlay = 1` on the first line"));
        }
        let labels = |name: &str| {
            model.indexes.iter().find(|index| index.name.text == name).map_or(0, |i| i.labels.len())
        };
        self.check_products(&model.inputs, labels);
        model.title = head.title.take();
        model.about = head.about.take();
        model.source = head.source.take();
        model.counted_units = std::mem::take(&mut head.units);
        (head, model, timeline)
    }

    fn version(&mut self, value: &Value<'_>) {
        if matches!(value.get_ref(), DeValue::Integer(version) if version.as_str() == "1") {
            return;
        }
        let span = self.value_span(value);
        let written = self.file.get(value.span()).unwrap_or("").to_owned();
        let message = format!("there is no version {written} of the language");
        self.error(Code::E106, message, span, "write `outlay = 1`");
    }

    /// Reports a table that a model does not have, and gives the one that was probably meant.
    fn unknown_table(&mut self, key: &Name) -> Option<String> {
        let meant = suggest::nearest(&key.text, TABLES);
        let help = match &meant {
            Some(meant) => format!("did you mean [{meant}]?"),
            None => "a model has the tables [model], [units], [timeline], [index], [inputs], [correlations], \
                     [copula], [formulas], [series], [outputs], [checks] and [scenarios.NAME]"
                .to_owned(),
        };
        self.error(Code::E103, format!("unknown table or key `{}`", key.text), key.span, help);
        meant
    }
}
