//! What a model defines, as text that can be compared: entry by entry, part by part.
//!
//! In: a [`ParsedModel`] and the texts it was read from. Out: [`Definition`]s. Two expressions are the same where
//! they print the same ([`expr::print`]): blanks, comments and ways to write a number do not count. A data file
//! counts by its contents.

use std::collections::BTreeSet;

use super::ChangeKind;
use crate::check::Plans;
use crate::dependence::Coefficient;
use crate::expr::{self, Expr, ExprKind, Name, Sentence, SentenceEnd};
use crate::model::{
    Address, After, Better, Confidence, CopulaKind, InputDefinition, InputValue, ParsedModel,
    SeriesRule, StepLength, Text, sample_files,
};
use crate::source::Sources;

/// Which entry of a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// `[model]`: title, about, source.
    Model,
    /// A counted thing of `[model] units`.
    Counted(String),
    /// An entry of `[units]`.
    Unit(String),
    /// `[timeline]`.
    Timeline,
    /// An entry of `[index]`.
    Index(String),
    /// An input, a formula or a series.
    Quantity(String),
    /// A pair of `[correlations]`.
    Correlation(String),
    /// A copula.
    Copula(String),
    /// An entry of `[outputs]`.
    Output(String),
    /// An entry of `[checks]`.
    Check(String),
    /// An entry of `[scenarios]`.
    Scenario(String),
}

impl Place {
    /// What it is called on a page.
    pub(super) fn name(&self) -> &str {
        match self {
            Place::Model => "model",
            Place::Timeline => "timeline",
            Place::Counted(name)
            | Place::Unit(name)
            | Place::Index(name)
            | Place::Quantity(name)
            | Place::Correlation(name)
            | Place::Copula(name)
            | Place::Output(name)
            | Place::Check(name)
            | Place::Scenario(name) => name,
        }
    }
}

/// One part of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// What it is: `first`, `alibaba`; empty for the value itself.
    pub(super) label: String,
    /// What is compared.
    pub(super) canonical: String,
    /// What is shown.
    pub(super) shown: String,
}

/// One entry of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    /// Which.
    pub(super) place: Place,
    /// What it is.
    pub(super) kind: ChangeKind,
    /// What figures depend on.
    pub(super) parts: Vec<Part>,
    /// What the base case of an input is, where its author says so: drawn figures do not depend on it.
    pub(super) base: Vec<Part>,
    /// What they do not depend on: what it means, where it is from, how it is shown.
    pub(super) notes: Vec<Part>,
}

impl Definition {
    /// What figures depend on, for comparing.
    pub(super) fn canonical(&self) -> Vec<(&str, &str)> {
        self.parts.iter().map(|part| (part.label.as_str(), part.canonical.as_str())).collect()
    }
}

/// A pair of inputs in one order, whichever was written.
pub(super) fn pair_name(inputs: &[Address; 2]) -> String {
    let mut pair = inputs.each_ref().map(Address::text);
    pair.sort_unstable();
    pair.join(", ")
}

/// A copula by its name; the only one has none.
pub(super) fn copula_name(name: Option<&Name>) -> String {
    name.map_or_else(|| "copula".to_owned(), |name| name.text.clone())
}

/// What definitions are written with.
pub(super) struct Writer<'a> {
    /// The texts of the model.
    pub(super) sources: &'a Sources,
    /// Its data files.
    pub(super) plans: &'a Plans,
}

impl Writer<'_> {
    /// Everything that the model defines, table by table.
    pub(super) fn definitions(&self, model: &ParsedModel) -> Vec<Definition> {
        let mut all = vec![Definition {
            place: Place::Model,
            kind: ChangeKind::Text,
            parts: Vec::new(),
            base: Vec::new(),
            notes: texts([
                ("title", model.title.as_ref()),
                ("about", model.about.as_ref()),
                ("source", model.source.as_ref()),
            ]),
        }];
        let plain = |place: Place, kind: ChangeKind, parts: Vec<Part>| Definition {
            place,
            kind,
            parts,
            base: Vec::new(),
            notes: Vec::new(),
        };
        for unit in &model.counted_units {
            let place = Place::Counted(unit.text.clone());
            all.push(plain(place, ChangeKind::Unit, vec![word("", "counted")]));
        }
        for unit in &model.units {
            let place = Place::Unit(unit.name.text.clone());
            all.push(plain(place, ChangeKind::Unit, vec![self.value("", &unit.value)]));
        }
        all.extend(self.timeline(model));
        for index in &model.indexes {
            let labels: Vec<&str> = index.labels.iter().map(|label| label.text.as_str()).collect();
            let place = Place::Index(index.name.text.clone());
            all.push(plain(place, ChangeKind::Index, vec![word("", &labels.join(", "))]));
        }
        all.extend(model.inputs.iter().map(|input| self.input(input)));
        for formula in &model.formulas {
            all.push(Definition {
                place: Place::Quantity(formula.name.text.clone()),
                kind: ChangeKind::Formula,
                parts: vec![self.value("", &formula.value)],
                base: Vec::new(),
                notes: texts([("about", formula.about.as_ref())]),
            });
        }
        for series in &model.series {
            all.push(Definition {
                place: Place::Quantity(series.name.text.clone()),
                kind: ChangeKind::Series,
                parts: match &series.rule {
                    SeriesRule::Plain(value) => vec![self.value("", value)],
                    SeriesRule::Recursive { first, next } => {
                        vec![self.value("first", first), self.value("next", next)]
                    }
                },
                base: Vec::new(),
                notes: texts([("about", series.about.as_ref())]),
            });
        }
        for pair in &model.correlations {
            let measure = match pair.measure {
                Coefficient::Spearman => "",
                Coefficient::Pearson => "pearson",
            };
            let place = Place::Correlation(pair_name(&pair.inputs));
            let parts = vec![self.value(measure, &pair.coefficient)];
            all.push(plain(place, ChangeKind::Correlation, parts));
        }
        for copula in &model.copulas {
            let mut parts = vec![word(
                "",
                match copula.kind {
                    CopulaKind::Gaussian => "gaussian",
                    CopulaKind::StudentT => "student_t",
                },
            )];
            parts.extend(copula.df.iter().map(|df| self.value("df", df)));
            if let Some(over) = &copula.over {
                let members: Vec<String> = over.iter().map(Address::text).collect();
                parts.push(word("over", &members.join(", ")));
            }
            let place = Place::Copula(copula_name(copula.name.as_ref()));
            all.push(plain(place, ChangeKind::Copula, parts));
        }
        all.extend(self.reported(model));
        all
    }

    fn timeline(&self, model: &ParsedModel) -> Option<Definition> {
        let timeline = model.timeline.as_ref()?;
        let step = match timeline.step {
            StepLength::Month => "month",
            StepLength::Quarter => "quarter",
            StepLength::Year => "year",
        };
        let start = timeline.start.map(|start| word("start", &start.to_string()));
        Some(Definition {
            place: Place::Timeline,
            kind: ChangeKind::Timeline,
            parts: vec![word("step", step), word("steps", &timeline.steps.to_string())],
            // It labels the steps, and no figure depends on it.
            base: Vec::new(),
            notes: start.into_iter().collect(),
        })
    }

    fn input(&self, input: &InputDefinition) -> Definition {
        let by = |indexes: &[Name]| {
            let names: Vec<&str> = indexes.iter().map(|name| name.text.as_str()).collect();
            word("by", &names.join(", "))
        };
        let then =
            |after: After| word("then", if after == After::Zero { "0" } else { "the last value" });
        let mut parts = match &input.value {
            InputValue::Plain(value) => vec![self.value("", value)],
            InputValue::ByIndexSame { indexes, value } => {
                vec![self.value("", value), by(indexes)]
            }
            InputValue::ByIndex { indexes, values, .. } => {
                let label = |labels: &[Name]| {
                    labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>().join(", ")
                };
                let cells = values.iter().map(|(labels, value)| self.value(&label(labels), value));
                cells.chain([by(indexes)]).collect()
            }
            InputValue::ByStep { values, after, .. } => {
                let steps = values.iter().enumerate();
                let steps = steps.map(|(step, value)| self.value(&format!("step {step}"), value));
                steps.chain([then(*after)]).collect()
            }
            InputValue::ByStepFile { file, column, unit, after } => {
                let contents = Part {
                    label: "file".to_owned(),
                    canonical: self.digest(&file.text),
                    shown: file.text.clone(),
                };
                let unit = unit.as_ref().map(|unit| word("unit", &unit.text));
                let column = word("column", &column.text);
                [contents, column].into_iter().chain(unit).chain([then(*after)]).collect()
            }
        };
        parts.extend(input.each_step.map(|_| word("each", "step")));
        let mut notes = texts([
            ("about", input.about.as_ref()),
            ("source", input.source.as_ref()),
            ("date", input.date.as_ref()),
        ]);
        notes.extend(input.confidence.map(|confidence| {
            word(
                "confidence",
                match confidence {
                    Confidence::High => "high",
                    Confidence::Medium => "medium",
                    Confidence::Low => "low",
                },
            )
        }));
        let base = input.base.iter().map(|base| self.value("", base)).collect();
        Definition {
            place: Place::Quantity(input.name.text.clone()),
            kind: ChangeKind::Input,
            parts,
            base,
            notes,
        }
    }

    /// Outputs, checks and scenarios.
    fn reported(&self, model: &ParsedModel) -> Vec<Definition> {
        let mut all = Vec::new();
        for output in &model.outputs {
            let value = match &output.value {
                Some(value) => self.value("", value),
                None => word("", &output.name.text),
            };
            let mut notes = texts([("about", output.about.as_ref())]);
            notes.extend(output.unit.as_ref().map(|unit| word("unit", &unit.text)));
            if output.better == Better::Lower {
                notes.push(word("better", "lower"));
            }
            all.push(Definition {
                place: Place::Output(output.name.text.clone()),
                kind: ChangeKind::Output,
                parts: vec![value],
                base: Vec::new(),
                notes,
            });
        }
        for check in &model.checks {
            let sentence = check.sentence.iter().map(|sentence| Part {
                label: String::new(),
                canonical: canonical_sentence(sentence),
                shown: sentence.text.trim().to_owned(),
            });
            all.push(Definition {
                place: Place::Check(check.name.text.clone()),
                kind: ChangeKind::Check,
                parts: Vec::new(),
                base: Vec::new(),
                notes: sentence.chain(texts([("about", check.about.as_ref())])).collect(),
            });
        }
        for scenario in &model.scenarios {
            let set = scenario.set.iter().map(|change| {
                let labels: Vec<&str> = change.labels.iter().map(|l| l.text.as_str()).collect();
                let label = match labels.as_slice() {
                    [] => change.name.text.clone(),
                    labels => format!("{}[{}]", change.name.text, labels.join(", ")),
                };
                self.value(&label, &change.value)
            });
            all.push(Definition {
                place: Place::Scenario(scenario.name.text.clone()),
                kind: ChangeKind::Scenario,
                parts: Vec::new(),
                base: Vec::new(),
                notes: set.chain(texts([("about", scenario.about.as_ref())])).collect(),
            });
        }
        all
    }

    fn value(&self, label: &str, value: &Expr) -> Part {
        let files = sample_files(value);
        let mut canonical = value.clone();
        if !files.is_empty() {
            canonical.visit_mut(&mut |part| {
                if let ExprKind::Text(path) = &mut part.kind
                    && files.contains(path)
                {
                    *path = self.digest(path);
                }
            });
        }
        Part {
            label: label.to_owned(),
            canonical: expr::print(&canonical),
            shown: self.as_written(value),
        }
    }

    /// An expression as it stands in its file, on one line.
    fn as_written(&self, value: &Expr) -> String {
        let raw = self.sources.text(value.span);
        let count = |bracket: char| raw.matches(bracket).count();
        // A span leaves the brackets around a tree out, one of two where the tree begins or ends with a bracket.
        let is_whole = count('(') == count(')') && count('（') == count('）');
        if raw.is_empty() || !is_whole || raw.contains(['\\', '#']) {
            return expr::print(value);
        }
        raw.split_whitespace().collect::<Vec<&str>>().join(" ")
    }

    /// Stands for the contents of a data file.
    fn digest(&self, path: &str) -> String {
        self.plans.content(path).map_or_else(String::new, |content| {
            use sha2::Digest;
            let digest = sha2::Sha256::digest(content);
            digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
        })
    }
}

fn canonical_sentence(sentence: &Sentence) -> String {
    let end = match &sentence.end {
        SentenceEnd::Nothing | SentenceEnd::Precise(..) => String::new(),
        SentenceEnd::Compared(comparison, bound) => {
            format!("{} {}", comparison.symbol(), expr::print(bound))
        }
    };
    format!("{:?} {} {end}", sentence.measure, expr::print(&sentence.argument))
}

fn word(label: &str, text: &str) -> Part {
    Part { label: label.to_owned(), canonical: text.to_owned(), shown: text.to_owned() }
}

fn texts<const N: usize>(fields: [(&str, Option<&Text>); N]) -> Vec<Part> {
    let known = fields.into_iter().filter_map(|(label, text)| Some((label, text?)));
    known.map(|(label, text)| word(label, &text.text)).collect()
}

/// The names that an expression, or what it names, depends on: of `roots` and all below them.
pub(super) fn reachable(model: &ParsedModel, roots: &BTreeSet<String>) -> BTreeSet<String> {
    let all = model.expressions();
    let mut found = roots.clone();
    let mut joined: Vec<Vec<String>> = Vec::new();
    for pair in &model.correlations {
        joined.push(pair.inputs.iter().map(|input| input.name.text.clone()).collect());
    }
    for copula in &model.copulas {
        let members = copula.over.iter().flatten().map(|member| member.name.text.clone());
        joined.push(members.collect());
    }
    loop {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (_, value) in all.iter().filter(|(owner, _)| found.contains(*owner)) {
            named(value, &mut names);
        }
        for group in joined.iter().filter(|group| group.iter().any(|name| found.contains(name))) {
            names.extend(group.iter().cloned());
        }
        let before = found.len();
        found.extend(names);
        if found.len() == before {
            return found;
        }
    }
}

fn named(value: &Expr, names: &mut BTreeSet<String>) {
    if let ExprKind::Name(name) = &value.kind {
        names.insert(name.text.clone());
    }
    value.children().into_iter().for_each(|child| named(child, names));
}
