//! The rules of quantities: inputs cell by cell, formulas, series.

use super::checked::{
    DistributionExpr, IndexId, InputCell, InputRule, QuantityId, Rule, Shape, TypedExpr,
};
use super::constant;
use super::distributions::{TypedDistribution, is_random};
use super::infer::{Inference, Place};
use super::message;
use super::plan::{DataUse, Plans};
use super::process::is_process;
use super::scope::{KnownType, Scope};
use super::typed::{Typed, UnitState};
use super::units;
use super::written::Written;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{Expr, Name};
use crate::model::{
    After, FormulaDefinition, InputDefinition, InputValue, SeriesDefinition, SeriesRule,
};
use crate::source::Span;
use crate::unit::Unit;

/// A definition of the model, whatever table it stands in.
#[derive(Clone, Copy)]
pub(super) enum Definition<'a> {
    Input(&'a InputDefinition),
    Formula(&'a FormulaDefinition),
    Series(&'a SeriesDefinition),
}

impl<'a> Definition<'a> {
    pub(super) fn name(self) -> &'a Name {
        match self {
            Definition::Input(input) => &input.name,
            Definition::Formula(formula) => &formula.name,
            Definition::Series(series) => &series.name,
        }
    }

    /// Its expressions, and whether each defines step 0 and the later steps.
    pub(super) fn expressions(self) -> Vec<(&'a Expr, bool, bool)> {
        match self {
            Definition::Formula(formula) => vec![(&formula.value, true, true)],
            Definition::Series(series) => match &series.rule {
                SeriesRule::Plain(value) => vec![(value, true, true)],
                SeriesRule::Recursive { first, next } => {
                    vec![(first, true, false), (next, false, true)]
                }
            },
            Definition::Input(input) => {
                let values: Vec<&Expr> = match &input.value {
                    InputValue::Plain(value) | InputValue::ByIndexSame { value, .. } => vec![value],
                    InputValue::ByIndex { values, .. } => {
                        values.iter().map(|(_, value)| value).collect()
                    }
                    InputValue::ByStep { values, .. } => values.iter().collect(),
                    InputValue::ByStepFile { .. } => Vec::new(),
                };
                values.into_iter().chain(&input.base).map(|value| (value, true, true)).collect()
            }
        }
    }
}

const POISONED: KnownType = KnownType {
    unit: UnitState::Poisoned,
    shape: Shape::TRIAL,
    is_condition: false,
    may_be_never: false,
};

fn known(typed: &Typed) -> KnownType {
    KnownType {
        unit: typed.unit.clone(),
        shape: typed.shape,
        is_condition: typed.is_condition,
        may_be_never: typed.may_be_never,
    }
}

/// Infers one definition with what is known so far.
pub(super) struct Definer<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) diagnostics: &'a mut Diagnostics,
    pub(super) plans: &'a Plans,
}

impl Definer<'_> {
    fn inference(&mut self, place: Place) -> Inference<'_> {
        Inference { scope: self.scope, place, diagnostics: self.diagnostics }
    }

    /// The type and the rule of a definition; a poisoned type after a report.
    pub(super) fn define(
        &mut self,
        id: QuantityId,
        definition: Definition<'_>,
    ) -> (KnownType, Rule) {
        let nothing = || (POISONED, Rule::Formula(TypedExpr::Constant(f64::NAN)));
        match definition {
            Definition::Input(input) => self.input(input).unwrap_or_else(nothing),
            Definition::Formula(formula) => {
                let typed = self.inference(Place::default()).infer(&formula.value);
                let (mut ty, rule) = self.formula(typed);
                if ty.shape.step {
                    let name = &formula.name.text;
                    let error = Diagnostic::new(
                        Code::E406,
                        format!("`{name}` varies by step, and [formulas] are of the trial"),
                        formula.value.span,
                        "one value a step",
                    );
                    self.diagnostics.push(error.help(format!("move `{name}` to [series], or make one value of it: `sum(…)`, `last(…)`, `at(…, 12 month)`")));
                    ty.unit = UnitState::Poisoned;
                }
                (ty, rule)
            }
            Definition::Series(series) => self.series(id, series).unwrap_or_else(nothing),
        }
    }

    /// A formula in its tidied unit.
    fn formula(&mut self, typed: Typed) -> (KnownType, Rule) {
        let typed = self.tidied(typed);
        (known(&typed), Rule::Formula(typed.expr))
    }

    /// The same in a unit that a reader would write.
    pub(super) fn tidied(&self, typed: Typed) -> Typed {
        match &typed.unit {
            UnitState::Known(unit) => {
                let tidy = unit.tidy(&self.scope.units);
                typed.clone().convert(&tidy, &self.scope.units).unwrap_or(typed)
            }
            UnitState::Zero => Typed { unit: UnitState::Known(Unit::none()), ..typed },
            UnitState::Unknown | UnitState::Poisoned => typed,
        }
    }

    fn series(&mut self, id: QuantityId, series: &SeriesDefinition) -> Option<(KnownType, Rule)> {
        let name = &series.name;
        if self.scope.timeline.is_none() {
            let what = format!("series `{}`", name.text);
            message::no_timeline(&what, name.span, self.diagnostics);
            return None;
        }
        let by_step = |ty: KnownType| KnownType { shape: ty.shape.union(Shape::STEP), ..ty };
        match &series.rule {
            SeriesRule::Plain(value) => {
                let place = Place { is_series: true, ..Place::default() };
                let typed = self.inference(place).infer(value);
                let (ty, rule) = self.formula(typed);
                Some((by_step(ty), rule))
            }
            SeriesRule::Recursive { first, next } => {
                let first_typed = self.inference(Place::default()).infer(first);
                let next_typed = self
                    .inference(Place { own: Some(id), is_series: true, is_input: false })
                    .infer(next);
                if next_typed.is_poisoned()
                    && !first_typed.is_poisoned()
                    && message::has_dimension(&first_typed, &self.scope.units)
                {
                    // The first value tells the type: what reads this series is not to blame.
                    let ty = by_step(known(&self.tidied(first_typed)));
                    return Some((ty, Rule::Formula(TypedExpr::Constant(f64::NAN))));
                }
                let is_condition = first_typed.is_condition && next_typed.is_condition;
                let may_be_never = first_typed.may_be_never || next_typed.may_be_never;
                let first_typed = self.tidied_if_known(first_typed);
                let place = next_typed.span;
                let headline =
                    |a: &str, b: &str| format!("`{}` starts as {a} and goes on as {b}", name.text);
                let (a, b, unit) = self.inference(Place::default()).unified(
                    first_typed,
                    next_typed,
                    place,
                    headline,
                )?;
                let unit =
                    if unit == UnitState::Zero { UnitState::Known(Unit::none()) } else { unit };
                let shape = a.shape.union(b.shape).union(Shape::STEP);
                let ty = KnownType { unit, shape, is_condition, may_be_never };
                Some((ty, Rule::Recursive { first: a.expr, next: b.expr }))
            }
        }
    }

    /// Tidied, but a bare `0` stays open for the unit of `next`.
    fn tidied_if_known(&self, typed: Typed) -> Typed {
        if matches!(typed.unit, UnitState::Known(_)) { self.tidied(typed) } else { typed }
    }

    fn input(&mut self, input: &InputDefinition) -> Option<(KnownType, Rule)> {
        let name = &input.name.text;
        let each_step = input.each_step.is_some();
        if let Some(span) = input.each_step
            && self.scope.timeline.is_none()
        {
            let what = format!("input `{name}` is drawn each step and");
            message::no_timeline(&what, span, self.diagnostics);
            return None;
        }
        let (by, cells) = match &input.value {
            InputValue::ByStep { values, after, span } => {
                return self.plan(input, values, *after, *span);
            }
            InputValue::ByStepFile { file, column, unit, after } => {
                let (unit, magnitude) = match unit {
                    Some(text) => units::text(text, &self.scope.units, self.diagnostics)?,
                    None => (Unit::none(), 1.0),
                };
                let places = [(&*file.text, file.span), (&*column.text, column.span)];
                let values = self.plans.column(places, DataUse::Plan, self.diagnostics)?;
                let values = values.into_iter().map(|value| value * magnitude).collect();
                return self.planned(input, values, *after, unit, column.span);
            }
            InputValue::Plain(value) => (Vec::new(), vec![(Vec::new(), value)]),
            InputValue::ByIndexSame { indexes, value } => {
                let by = self.indexes(indexes)?;
                let cells = self
                    .label_combinations(&by)
                    .into_iter()
                    .map(|labels| (labels, value))
                    .collect();
                (by, cells)
            }
            InputValue::ByIndex { indexes, values, span } => {
                let by = self.indexes(indexes)?;
                let cells = self.cells_by_label(name, &by, values, *span)?;
                (by, cells)
            }
        };
        self.cells(input, by, cells, each_step)
    }

    fn indexes(&mut self, names: &[Name]) -> Option<Vec<IndexId>> {
        let mut by = Vec::new();
        for name in names {
            let Some(index) = self.scope.index(&name.text) else {
                let known: Vec<&str> =
                    self.scope.indexes.iter().map(|index| index.name.as_str()).collect();
                let error = Diagnostic::new(
                    Code::E307,
                    format!("unknown index `{}`", name.text),
                    name.span,
                    "",
                );
                self.diagnostics.push(
                    match crate::diagnostic::suggest::nearest(
                        &name.text,
                        known.iter().copied().chain(["step"]),
                    ) {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None => error.help(format!(
                            "declare it: `[index]` with `{} = [\"a\", \"b\"]`",
                            name.text
                        )),
                    },
                );
                return None;
            };
            by.push(index);
        }
        Some(by)
    }

    /// Every combination of labels of these indexes, the last index fastest.
    fn label_combinations(&self, by: &[IndexId]) -> Vec<Vec<String>> {
        let mut all = vec![Vec::new()];
        for index in by {
            let labels = &self.scope.indexes[usize::from(index.0)].labels;
            all = all
                .into_iter()
                .flat_map(|head: Vec<String>| {
                    labels
                        .iter()
                        .map(move |label| head.iter().cloned().chain([label.clone()]).collect())
                })
                .collect();
        }
        all
    }

    fn cells_by_label<'e>(
        &mut self,
        name: &str,
        by: &[IndexId],
        values: &'e [(Vec<Name>, Expr)],
        span: Span,
    ) -> Option<Vec<(Vec<String>, &'e Expr)>> {
        let wanted = self.label_combinations(by);
        let text =
            |labels: &[Name]| labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
        let mut is_right = true;
        // Labels that are written wrong are not missing as well.
        let mut slips: Vec<Vec<String>> = Vec::new();
        for (labels, value) in values {
            if !wanted.contains(&text(labels)) {
                let place = labels.last().map_or(value.span, |label| label.span);
                let shown = text(labels).join(", ");
                let known =
                    by.iter().flat_map(|index| &self.scope.indexes[usize::from(index.0)].labels);
                let error = Diagnostic::new(
                    Code::E408,
                    format!("`{name}` has a value for `{shown}`, which is no label of its index"),
                    place,
                    "",
                );
                let last = labels.last().map_or("", |label| label.text.as_str());
                let error =
                    match crate::diagnostic::suggest::nearest(last, known.map(String::as_str)) {
                        Some(near) => {
                            let mut meant = text(labels);
                            meant.pop();
                            meant.push(near.clone());
                            slips.push(meant);
                            error.help(format!("did you mean `{near}`?"))
                        }
                        None => {
                            let index = by.get(labels.len().wrapping_sub(1)).or(by.first());
                            let index = index.map_or("", |index| {
                                self.scope.indexes[usize::from(index.0)].name.as_str()
                            });
                            error.help(format!(
                                "add `{}` to `{index}` in [index], or leave its value out",
                                labels.last().map_or("", |label| label.text.as_str())
                            ))
                        }
                    };
                self.diagnostics.push(error);
                is_right = false;
            }
        }
        let mut cells = Vec::new();
        let mut missing = Vec::new();
        for labels in wanted {
            match values.iter().find(|(given, _)| text(given) == labels) {
                Some((_, value)) => cells.push((labels, value)),
                None if slips.contains(&labels) => {}
                None => missing.push(labels),
            }
        }
        if let Some([outer @ .., last]) = missing.first().map(Vec::as_slice) {
            let shown: Vec<String> =
                missing.iter().take(5).map(|labels| format!("`{}`", labels.join(", "))).collect();
            let more = if missing.len() > shown.len() { ", …" } else { "" };
            let message = format!("`{name}` has no value for {}{more}", shown.join(", "));
            let place = if outer.is_empty() {
                String::new()
            } else {
                format!("in the table of `{}` ", outer.join("` of `"))
            };
            let error = Diagnostic::new(Code::E408, message, span, "");
            self.diagnostics.push(error.help(format!("{place}add `{last} = \"…\"`")));
            is_right = false;
        }
        is_right.then_some(cells)
    }

    fn cells(
        &mut self,
        input: &InputDefinition,
        by: Vec<IndexId>,
        cells: Vec<(Vec<String>, &Expr)>,
        each_step: bool,
    ) -> Option<(KnownType, Rule)> {
        let name = &input.name.text;
        let has_process = cells.iter().any(|(_, expr)| is_process(expr));
        if let (true, Some(span)) = (has_process, input.each_step) {
            let message = format!("`{name}` is a process, and moves at every step by itself");
            let error = Diagnostic::new(Code::E504, message, span, "");
            self.diagnostics.push(error.help("delete `each`"));
            return None;
        }
        let rate = if each_step || has_process { Shape::STEP } else { Shape::TRIAL };
        let own = by.iter().fold(rate, |shape, &index| shape.with(index));
        let mut target: Option<Unit> = None;
        let mut built: Vec<InputCell> = Vec::new();
        let mut ty = KnownType {
            unit: UnitState::Zero,
            shape: own,
            is_condition: false,
            may_be_never: false,
        };
        // The first cell that has a unit decides: a bare 0 in front of it takes that unit.
        for (_, expr) in &cells {
            let Some(unit) = self.cell_unit(expr) else { continue };
            if let UnitState::Known(unit) = unit {
                target = Some(unit.tidy(&self.scope.units));
                break;
            }
        }
        let target = target.unwrap_or_else(Unit::none);
        let mut any_random = false;
        for (labels, expr) in cells {
            let cell_name = if labels.is_empty() {
                name.clone()
            } else {
                format!("{name}[{}]", labels.join(", "))
            };
            let place = Place { is_input: true, ..Place::default() };
            let what = format!("the labels of `{name}`");
            any_random |= is_random(expr);
            let value = if is_process(expr) {
                let typed = self.inference(place).process(expr)?;
                if !self.check_shape(input, typed.shape, own, expr.span) {
                    return None;
                }
                let typed = self.inference(place).process_in(typed, &target, &what)?;
                InputRule::Process(Box::new(typed.process))
            } else {
                let mut found = Diagnostics::new();
                let typed = self.cell(expr, &mut found);
                self.diagnostics.extend(found);
                let typed = typed?;
                if !self.check_shape(input, typed.shape, own, expr.span) {
                    return None;
                }
                let typed = self.inference(place).distribution_in(typed, &target, &what)?;
                if let DistributionExpr::Value(expr) = typed.expr {
                    InputRule::Fixed(expr)
                } else {
                    InputRule::Random(typed.expr)
                }
            };
            let base = match &input.base {
                None => None,
                Some(base) => {
                    let typed = self.inference(place).infer(base);
                    let what = format!("the base of `{name}`");
                    let typed = self.inference(place).in_unit(typed, &target, &what, None)?;
                    self.check_base_shape(&typed)?;
                    Some(typed.expr)
                }
            };
            let text = self.scope.sources.text(expr.span).to_owned();
            let base_text =
                input.base.as_ref().map(|base| self.scope.sources.text(base.span).to_owned());
            let written = Written::of(expr, &text);
            built.push(InputCell { name: cell_name, value, base, text, base_text, written });
        }
        if let (false, [InputCell { value: InputRule::Fixed(_), .. }]) =
            (any_random, built.as_slice())
            && let [(expr, ..), ..] = Definition::Input(input).expressions().as_slice()
        {
            // `flag = "a < b"` stays a condition, a payback stays a time.
            let typed = self.inference(Place { is_input: true, ..Place::default() }).infer(expr);
            ty.is_condition = typed.is_condition;
            ty.may_be_never = typed.may_be_never;
        }
        ty.unit = UnitState::Known(target);
        Some((ty, Rule::Input { by, cells: built, each_step: each_step && any_random }))
    }

    fn cell(&mut self, expr: &Expr, found: &mut Diagnostics) -> Option<TypedDistribution> {
        let place = Place { is_input: true, ..Place::default() };
        Inference { scope: self.scope, place, diagnostics: found }.distribution(expr)
    }

    /// The unit of a cell, silently.
    fn cell_unit(&mut self, expr: &Expr) -> Option<UnitState> {
        let mut silent = Diagnostics::new();
        if !is_process(expr) {
            return self.cell(expr, &mut silent).map(|typed| typed.unit);
        }
        let place = Place { is_input: true, ..Place::default() };
        let mut inference = Inference { scope: self.scope, place, diagnostics: &mut silent };
        inference.process(expr).map(|typed| typed.unit)
    }

    fn check_shape(
        &mut self,
        input: &InputDefinition,
        shape: Shape,
        own: Shape,
        span: Span,
    ) -> bool {
        let surplus = shape.indexes().find(|&index| !own.has(index));
        let name = &input.name.text;
        if let Some(index) = surplus {
            let index = &self.scope.indexes[usize::from(index.0)].name;
            let error = Diagnostic::new(
                Code::E406,
                format!("`{name}` would vary by `{index}`"),
                span,
                "varies by that index",
            );
            self.diagnostics
                .push(error.help(format!("say so: `{name} = {{ by = \"{index}\", value = … }}`")));
            return false;
        }
        if shape.step && !own.step {
            let words = message::shape_words(shape, &self.scope.indexes);
            let error = Diagnostic::new(
                Code::E406,
                format!("input `{name}` is of the trial, and this varies by step"),
                span,
                words,
            );
            self.diagnostics.push(error.help("add `each = \"step\"`, or calculate it in [series]"));
            return false;
        }
        true
    }

    fn check_base_shape(&mut self, typed: &Typed) -> Option<()> {
        if typed.shape == Shape::TRIAL {
            return Some(());
        }
        let words = message::shape_words(typed.shape, &self.scope.indexes);
        let error = Diagnostic::new(Code::E406, "a base is one number", typed.span, words);
        self.diagnostics.push(error.help("leave it out: the base is the median then"));
        None
    }

    fn plan(
        &mut self,
        input: &InputDefinition,
        values: &[Expr],
        after: After,
        span: Span,
    ) -> Option<(KnownType, Rule)> {
        let mut typed = Vec::with_capacity(values.len());
        for value in values {
            if is_random(value) {
                let error = Diagnostic::new(
                    Code::E411,
                    "a plan by step has fixed numbers only",
                    value.span,
                    "random",
                );
                self.diagnostics.push(
                    error.help("give the random part an input of its own and multiply in [series]"),
                );
                return None;
            }
            let item = self.inference(Place { is_input: true, ..Place::default() }).infer(value);
            if item.is_poisoned() {
                return None;
            }
            typed.push(item);
        }
        let target = typed.iter().find_map(|item| match &item.unit {
            UnitState::Known(unit) => Some(unit.tidy(&self.scope.units)),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => None,
        });
        let target = target.unwrap_or_else(Unit::none);
        let mut numbers = Vec::with_capacity(typed.len());
        for item in typed {
            let place = item.span;
            let what = format!("the plan `{}`", input.name.text);
            let item = self
                .inference(Place { is_input: true, ..Place::default() })
                .in_unit(item, &target, &what, None)?;
            let Some(number) = constant::value(&item.expr, self.scope) else {
                let error = Diagnostic::new(
                    Code::E411,
                    "a plan by step has fixed numbers only",
                    place,
                    "not a fixed number",
                );
                self.diagnostics.push(error.help("calculate it in [series]"));
                return None;
            };
            numbers.push(number);
        }
        self.planned(input, numbers, after, target, span)
    }

    fn planned(
        &mut self,
        input: &InputDefinition,
        numbers: Vec<f64>,
        after: After,
        unit: Unit,
        span: Span,
    ) -> Option<(KnownType, Rule)> {
        let name = &input.name;
        let Some(timeline) = &self.scope.timeline else {
            let what = format!("input `{}` is a plan by step and", name.text);
            message::no_timeline(&what, name.span, self.diagnostics);
            return None;
        };
        let wanted = timeline.steps as usize + 1;
        if numbers.len() > wanted {
            let message = format!(
                "the plan `{}` has {} values, and the timeline {wanted} steps",
                name.text,
                numbers.len()
            );
            let error = Diagnostic::new(Code::E408, message, span, "too long");
            self.diagnostics.push(error.help(format!(
                "steps run from 0 to {}: shorten the plan, or raise `steps`",
                timeline.steps
            )));
            return None;
        }
        let rest = match after {
            After::Zero => 0.0,
            After::Last => numbers.last().copied().unwrap_or(0.0),
        };
        let mut values = numbers;
        values.resize(wanted, rest);
        let ty = KnownType {
            unit: UnitState::Known(unit),
            shape: Shape::STEP,
            is_condition: false,
            may_be_never: false,
        };
        let cell = InputCell {
            name: name.text.clone(),
            value: InputRule::Plan(values),
            base: None,
            text: self.scope.sources.text(span).to_owned(),
            base_text: None,
            written: Written::default(),
        };
        Some((ty, Rule::Input { by: Vec::new(), cells: vec![cell], each_step: false }))
    }
}
