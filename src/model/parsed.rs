//! The model as its file says it: tables in file order, every value with its place, no meaning yet.

use super::{CopulaDefinition, CorrelationDefinition};
use crate::expr::{Expr, Name, Sentence, UnitText};
use crate::source::Span;

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The place of its contents, quotes left out.
    pub span: Span,
}

/// A model file, or a model and what extends it, as one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedModel {
    /// `[model] title`.
    pub title: Option<Text>,
    /// `[model] about`.
    pub about: Option<Text>,
    /// `[model] source`.
    pub source: Option<Text>,
    /// `[model] units`: counted things, each a dimension of its own.
    pub counted_units: Vec<Name>,
    /// `[units]`: units derived from others.
    pub units: Vec<UnitDefinition>,
    /// `[timeline]`.
    pub timeline: Option<TimelineDefinition>,
    /// `[index]`.
    pub indexes: Vec<IndexDefinition>,
    /// `[inputs]`.
    pub inputs: Vec<InputDefinition>,
    /// `[correlations]`.
    pub correlations: Vec<CorrelationDefinition>,
    /// `[copula]`.
    pub copulas: Vec<CopulaDefinition>,
    /// `[formulas]`.
    pub formulas: Vec<FormulaDefinition>,
    /// `[series]`.
    pub series: Vec<SeriesDefinition>,
    /// `[outputs]`.
    pub outputs: Vec<OutputDefinition>,
    /// `[checks]`.
    pub checks: Vec<CheckDefinition>,
    /// `[scenarios]`.
    pub scenarios: Vec<ScenarioDefinition>,
    /// Statistics that stand in no file: they are asked for along with the model.
    pub statistics: Vec<Sentence>,
    /// Inputs that stand in the place of inputs of a model that this one extends.
    pub overlaid: Vec<Overlaid>,
}

/// An input of an extended model in whose place another one stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaid {
    /// The name of both.
    pub name: String,
    /// Its value.
    pub value: InputValue,
    /// The place of the new value.
    pub span: Span,
}

/// `rack = "72 GPU"`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitDefinition {
    /// Its name.
    pub name: Name,
    /// What it is worth.
    pub value: Expr,
}

/// The length of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepLength {
    /// A month.
    #[default]
    Month,
    /// Three months.
    Quarter,
    /// Twelve months.
    Year,
}

/// `[timeline]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineDefinition {
    /// How long a step is.
    pub step: StepLength,
    /// The last step; there are `steps + 1` of them, from 0. At most [`MAX_STEPS`].
    pub steps: u32,
    /// The date of step 0, which labels the steps.
    pub start: Option<jiff::civil::Date>,
    /// The place of the table's head.
    pub span: Span,
}

/// The longest timeline that is accepted: a thousand years of months, and some.
pub const MAX_STEPS: u32 = 20_000;

/// `firm = ["alibaba", "tencent", "baidu"]`.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexDefinition {
    /// The index's name.
    pub name: Name,
    /// Its labels, in order.
    pub labels: Vec<Name>,
}

/// How sure the author is of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Seen in a primary source.
    High,
    /// From a secondary source.
    Medium,
    /// A guess.
    Low,
}

/// One entry of `[inputs]`.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDefinition {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub value: InputValue,
    /// `each = "step"`: drawn afresh at every step. The place of the value of `each`.
    pub each_step: Option<Span>,
    /// What it means.
    pub about: Option<Text>,
    /// Where it comes from.
    pub source: Option<Text>,
    /// When that was so.
    pub date: Option<Text>,
    /// How sure the author is.
    pub confidence: Option<Confidence>,
    /// The single number that a plan would use.
    pub base: Option<Expr>,
}

/// What an input is.
#[derive(Debug, Clone, PartialEq)]
pub enum InputValue {
    /// One expression, for the trial or (with `each = "step"`) for every step.
    Plain(Expr),
    /// `by = "firm"` (or several indexes) with one expression, drawn independently for each label.
    ByIndexSame {
        /// The indexes, in the order written.
        indexes: Vec<Name>,
        /// The expression that all labels share.
        value: Expr,
    },
    /// `by = "firm"` with a table of expressions.
    ByIndex {
        /// The indexes, in the order written.
        indexes: Vec<Name>,
        /// One entry a combination: a label of each index, in the order of `indexes`.
        values: Vec<(Vec<Name>, Expr)>,
        /// The place of the table.
        span: Span,
    },
    /// `by = "step"`: a plan.
    ByStep {
        /// The value of each step from 0 on.
        values: Vec<Expr>,
        /// What follows the last of them.
        after: After,
        /// The place of the list.
        span: Span,
    },
    /// `by = "step"` from a file.
    ByStepFile {
        /// The path, relative to the model.
        file: Text,
        /// The column's head.
        column: Text,
        /// The unit of its numbers.
        unit: Option<UnitText>,
        /// What follows the last of them.
        after: After,
    },
}

impl InputValue {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            InputValue::Plain(value) | InputValue::ByIndexSame { value, .. } => value.span,
            InputValue::ByIndex { span, .. } | InputValue::ByStep { span, .. } => *span,
            InputValue::ByStepFile { file, .. } => file.span,
        }
    }
}

/// What follows the last value of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum After {
    /// 0.
    #[default]
    Zero,
    /// The last value, for ever.
    Last,
}

/// One entry of `[formulas]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaDefinition {
    /// Its name.
    pub name: Name,
    /// The formula.
    pub value: Expr,
    /// What it means.
    pub about: Option<Text>,
}

/// One entry of `[series]`.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesDefinition {
    /// Its name.
    pub name: Name,
    /// How it moves.
    pub rule: SeriesRule,
    /// What it means.
    pub about: Option<Text>,
}

/// How a series moves.
#[derive(Debug, Clone, PartialEq)]
pub enum SeriesRule {
    /// A formula of the same step.
    Plain(Expr),
    /// A first value, and a rule for all later steps that may name `prev`.
    Recursive {
        /// At step 0.
        first: Expr,
        /// At every later step.
        next: Expr,
    },
}

/// Which way an output is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Better {
    /// More is better.
    #[default]
    Higher,
    /// Less is better.
    Lower,
}

/// One entry of `[outputs]`.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputDefinition {
    /// Its name.
    pub name: Name,
    /// What it reports; the quantity of that name where it is left out.
    pub value: Option<Expr>,
    /// What it is shown in.
    pub unit: Option<UnitText>,
    /// What it means.
    pub about: Option<Text>,
    /// Which way it is better.
    pub better: Better,
}

/// One entry of `[checks]`.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckDefinition {
    /// Its name.
    pub name: Name,
    /// What must hold; `None` where it could not be read.
    pub sentence: Option<Sentence>,
    /// What it means.
    pub about: Option<Text>,
}

/// One entry of `[scenarios]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioDefinition {
    /// Its name.
    pub name: Name,
    /// What it asks.
    pub about: Option<Text>,
    /// The inputs it replaces.
    pub set: Vec<Override>,
}

/// `gpus = "300 GPU"` in a scenario's `set`, or `--set gpus=300 GPU`.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The input.
    pub name: Name,
    /// `alibaba` in `capex[alibaba]`; empty for all labels.
    pub labels: Vec<Name>,
    /// What it becomes.
    pub value: Expr,
}
