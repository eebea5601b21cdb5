//! Types of expressions: from the tree as written to the tree over numbers, with units fitted on the way.

use super::checked::{IndexId, QuantityId, Shape, TypedExpr};
use super::constant;
use super::functions;
use super::growth;
use super::message::{self, Mismatch};
use super::scope::Scope;
use super::typed::{Typed, Unified, UnitState, binary, converted, unary, unify};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::distribution::Family;
use crate::expr::{BinaryOperator, Expr, ExprKind, Literal, Name, UnaryOperator};
use crate::math::operation::{Binary, Unary};
use crate::source::Span;
use crate::unit::{Exponent, Unit};

/// Where an expression stands, as far as it decides what may be written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// The series whose `next` this is: `prev` is its value a step ago.
    pub(super) own: Option<QuantityId>,
    /// Whether this is part of an input, where distributions may stand.
    pub(super) is_input: bool,
    /// Whether this is part of a series: what is random there is drawn at each step.
    pub(super) is_series: bool,
}

/// Infers the type of one expression after another, in one place.
pub(super) struct Inference<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) place: Place,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Inference<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports, and gives what stands for the mistake.
    pub(super) fn mistake(&mut self, span: Span, diagnostic: Diagnostic) -> Typed {
        self.report(diagnostic);
        Typed::poisoned(span)
    }

    /// The type of an expression.
    pub(super) fn infer(&mut self, expr: &Expr) -> Typed {
        let span = expr.span;
        let mut typed = match &expr.kind {
            ExprKind::Error => Typed::poisoned(span),
            ExprKind::Number(literal) => number(*literal, span),
            ExprKind::Factor(_) => {
                let error = Diagnostic::new(
                    Code::E209,
                    "a factor stands only in a range",
                    span,
                    "a factor",
                );
                self.mistake(
                    span,
                    error.help("write `0.5x to 2x` for an input, or `*` and a number"),
                )
            }
            ExprKind::Name(name) => self.name(name),
            ExprKind::Unary { operator, operand } => self.unary(*operator, operand, span),
            ExprKind::Binary { operator, operator_span, left, right } => {
                self.binary(*operator, *operator_span, left, right, span)
            }
            ExprKind::Juxtaposed { left, right } => {
                let left = self.infer(left);
                let right = if let ExprKind::Name(name) = &right.kind
                    && !self.is_known(name)
                {
                    let error = self.scope.unknown_unit(name);
                    self.mistake(right.span, error)
                } else {
                    self.infer(right)
                };
                self.product(Binary::Multiply, left, right, span)
            }
            ExprKind::If { condition, then, otherwise } => {
                self.conditional(condition, then, otherwise, span)
            }
            ExprKind::Call { function, arguments } => self.call(function, arguments, span),
            ExprKind::Index { base, labels } => self.labelled(base, labels, span),
            ExprKind::Range { .. } => self.misplaced_distribution("a range", span),
            ExprKind::Text(_) => {
                let error = Diagnostic::new(
                    Code::E202,
                    "a text stands only as an argument",
                    span,
                    "a text",
                );
                self.mistake(span, error)
            }
            ExprKind::List(_) => {
                let error = Diagnostic::new(
                    Code::E202,
                    "a list stands only as an argument",
                    span,
                    "a list",
                );
                self.mistake(span, error)
            }
        };
        typed.span = span;
        typed
    }

    /// A distribution where none may stand.
    pub(super) fn misplaced_distribution(&mut self, what: &str, span: Span) -> Typed {
        let text = self.scope.sources.text(span).trim().to_owned();
        let message = if self.place.is_input {
            format!("{what} stands inside another distribution")
        } else {
            format!("{what} is random, and randomness stands only in [inputs]")
        };
        let error = Diagnostic::new(Code::E501, message, span, "random");
        let line = if self.place.is_series {
            format!("my_input = {{ value = \"{text}\", each = \"step\" }}")
        } else {
            format!("my_input = \"{text}\"")
        };
        self.mistake(
            span,
            if what == "`truncate`" && !self.place.is_input {
                error.help("`clamp(x, low, high)`, `max` and `min` cut a quantity off in a formula")
            } else {
                error.help(format!("give it an input of its own, and name that here: `{line}`"))
            },
        )
    }

    fn is_known(&self, name: &Name) -> bool {
        let text = name.text.as_str();
        self.scope.quantity(text).is_some()
            || self.scope.units.plural_or_exact(text).is_some()
            || matches!(text, "pi" | "e" | "t" | "prev")
    }

    fn name(&mut self, name: &Name) -> Typed {
        let span = name.span;
        if let Some(id) = self.scope.quantity(&name.text) {
            return self.quantity(id, Vec::new(), span);
        }
        match name.text.as_str() {
            "pi" => Typed::constant(std::f64::consts::PI, Unit::none(), span),
            "e" => Typed::constant(std::f64::consts::E, Unit::none(), span),
            "t" => self.elapsed(span),
            "prev" => self.own_previous(span),
            text => match self.scope.units.plural_or_exact(text) {
                Some(unit) => Typed::constant(1.0, Unit::of(unit), span),
                None => {
                    let error = self.scope.unknown_name(name);
                    self.mistake(span, error)
                }
            },
        }
    }

    /// A quantity, at given labels of some of its indexes.
    fn quantity(&mut self, id: QuantityId, pinned: Vec<(IndexId, u32)>, span: Span) -> Typed {
        let known = &self.scope.entries[id.0 as usize].ty;
        let shape = pinned.iter().fold(known.shape, |shape, &(index, _)| shape.without(index));
        Typed {
            expr: TypedExpr::Quantity { id, pinned },
            unit: known.unit.clone(),
            shape,
            is_condition: known.is_condition,
            may_be_never: known.may_be_never,
            span,
        }
    }

    /// The unit of a step; an error where there is no timeline.
    pub(super) fn step_unit(&mut self, what: &str, span: Span) -> Option<Unit> {
        if let Some(timeline) = &self.scope.timeline {
            return Some(self.scope.units.named(timeline.unit_name()));
        }
        message::no_timeline(what, span, self.diagnostics);
        None
    }

    pub(super) fn elapsed(&mut self, span: Span) -> Typed {
        match self.step_unit("`t`", span) {
            Some(unit) => {
                Typed::number(TypedExpr::Elapsed, UnitState::Known(unit), Shape::STEP, span)
            }
            None => Typed::poisoned(span),
        }
    }

    fn own_previous(&mut self, span: Span) -> Typed {
        let Some(id) = self.place.own else {
            let error = Diagnostic::new(Code::E301, "`prev` has no value here", span, "")
                .note("`prev` is the value a step ago of the series whose `next` it stands in")
                .help("write `prev(x)` for the value of x a step ago, or give the series `{ first = \"…\", next = \"…\" }`");
            return self.mistake(span, error);
        };
        let known = &self.scope.entries[id.0 as usize].ty;
        Typed {
            expr: TypedExpr::OwnPrevious(id),
            unit: known.unit.clone(),
            shape: known.shape.union(Shape::STEP),
            is_condition: known.is_condition,
            may_be_never: known.may_be_never,
            span,
        }
    }

    fn unary(&mut self, operator: UnaryOperator, operand: &Expr, span: Span) -> Typed {
        match operator {
            UnaryOperator::Not => {
                let typed = self.infer(operand);
                let Some(condition) = self.condition(typed, "`not`") else {
                    return Typed::poisoned(span);
                };
                let expr = unary(Unary::Not, condition.expr);
                Typed { expr, is_condition: true, may_be_never: false, ..condition }
            }
            UnaryOperator::Negate => {
                let typed = self.infer(operand);
                self.keep(Unary::Negate, typed)
            }
        }
    }

    /// An operation that keeps unit and shape.
    pub(super) fn keep(&mut self, operation: Unary, typed: Typed) -> Typed {
        let never = typed.may_be_never.then(|| typed.expr.clone());
        let expr = if let TypedExpr::Constant(value) = typed.expr {
            TypedExpr::Constant(operation.apply(value))
        } else {
            unary(operation, typed.expr)
        };
        let expr = guard(expr, never.clone(), never);
        Typed { expr, is_condition: false, ..typed }
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        place: Span,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Typed {
        use BinaryOperator as B;
        let (a, b) = (self.infer(left), self.infer(right));
        let compare = |this: &mut Self, operation: Binary, a: Typed, b: Typed| {
            this.comparison(operation, place, a, b)
        };
        match operator {
            B::Add => self.sum(Binary::Add, place, a, b),
            B::Subtract => self.sum(Binary::Subtract, place, a, b),
            B::Multiply => self.product(Binary::Multiply, a, b, span),
            B::Divide => self.product(Binary::Divide, a, b, span),
            B::Power => self.power(a, b, span),
            B::Less => compare(self, Binary::Less, a, b),
            B::LessEqual => compare(self, Binary::LessEqual, a, b),
            // `a > b` is `b < a`: the units still come from the left.
            B::Greater => self.comparison_swapped(Binary::Less, place, a, b),
            B::GreaterEqual => self.comparison_swapped(Binary::LessEqual, place, a, b),
            B::Equal => compare(self, Binary::Equal, a, b),
            B::NotEqual => compare(self, Binary::NotEqual, a, b),
            B::And => self.logical(Binary::And, "`and`", a, b),
            B::Or => self.logical(Binary::Or, "`or`", a, b),
        }
    }

    fn sum(&mut self, operation: Binary, place: Span, a: Typed, b: Typed) -> Typed {
        let is_difference = operation == Binary::Subtract;
        let headline = |left: &str, right: &str| match is_difference {
            true => format!("cannot subtract {right} from {left}"),
            false => format!("cannot add {right} to {left}"),
        };
        match self.unified(a, b, place, headline) {
            Some((a, b, unit)) => self.arithmetic(operation, a, b, unit),
            None => Typed::poisoned(place),
        }
    }

    /// Two operands in one unit, or an error.
    pub(super) fn unified(
        &mut self,
        a: Typed,
        b: Typed,
        place: Span,
        headline: impl Fn(&str, &str) -> String,
    ) -> Option<(Typed, Typed, UnitState)> {
        match unify(a, b, &self.scope.units) {
            Unified::Fits(_, _, UnitState::Poisoned) => None,
            Unified::Fits(a, b, unit) => Some((*a, *b, unit)),
            Unified::Differs(a, b) => {
                let mismatch = Mismatch { scope: self.scope, left: &a, right: &b };
                let diagnostic = mismatch.diagnostic(place, headline);
                self.report(diagnostic);
                None
            }
        }
    }

    /// An operation on two operands in their final units.
    pub(super) fn arithmetic(
        &mut self,
        operation: Binary,
        a: Typed,
        b: Typed,
        unit: UnitState,
    ) -> Typed {
        let (shape, span) = (a.shape.union(b.shape), a.span.to(b.span));
        let may_be_never = a.may_be_never || b.may_be_never;
        let nevers = [(a.may_be_never, &a, &b), (b.may_be_never, &b, &a)]
            .map(|(flag, never, other)| flag.then(|| (never.expr.clone(), other.expr.clone())));
        let expr = match (&a.expr, &b.expr) {
            (&TypedExpr::Constant(x), &TypedExpr::Constant(y)) => {
                TypedExpr::Constant(operation.apply(x, y))
            }
            _ => binary(operation, a.expr, b.expr),
        };
        let expr = nevers
            .into_iter()
            .flatten()
            .fold(expr, |expr, (never, other)| guard(expr, Some(never), Some(other)));
        Typed { may_be_never, ..Typed::number(expr, unit, shape, span) }
    }

    pub(super) fn product(&mut self, operation: Binary, a: Typed, b: Typed, span: Span) -> Typed {
        if a.is_poisoned() || b.is_poisoned() {
            return Typed::poisoned(span);
        }
        let exponent =
            if operation == Binary::Divide { Exponent::ONE.negated() } else { Exponent::ONE };
        let unit = match (&a.unit, &b.unit) {
            (UnitState::Unknown, _) | (_, UnitState::Unknown) => UnitState::Unknown,
            _ => UnitState::Known(a.known_unit().times(&b.known_unit(), exponent)),
        };
        // A unit name is the constant 1: `10 CNY/GPU` is the number 10, with no operation left.
        let is_one = |typed: &Typed| matches!(typed.expr, TypedExpr::Constant(1.0));
        if is_one(&b) {
            return Typed { unit, is_condition: false, span, ..a };
        }
        if is_one(&a) && operation == Binary::Multiply {
            return Typed { unit, is_condition: false, span, ..b };
        }
        self.arithmetic(operation, a, b, unit)
    }

    fn power(&mut self, base: Typed, exponent: Typed, span: Span) -> Typed {
        let Some(exponent) = self.plain(exponent, "an exponent") else {
            return Typed::poisoned(span);
        };
        let value = constant::value(&exponent.expr, self.scope);
        if message::has_dimension(&base, &self.scope.units) {
            let rational = value.and_then(Exponent::from_f64);
            let (Some(value), Some(rational)) = (value, rational) else {
                let unit = message::unit_words(&base.known_unit(), &self.scope.units);
                let error = Diagnostic::new(
                    Code::E405,
                    format!("a power of {unit} needs a constant rational exponent"),
                    exponent.span,
                    "not a constant",
                );
                let unit = base.known_unit().tidy(&self.scope.units);
                let text = self.scope.sources.text(base.span);
                let (_, _, example) = message::made_plain(text, &unit, &self.scope.units);
                return self.mistake(span, error.help(format!("write the exponent as a number, or make the base a plain number: `({example})`")));
            };
            let unit = UnitState::Known(base.known_unit().power(rational));
            return Typed { unit, ..self.constant_power(base, value) };
        }
        let is_open = base.unit == UnitState::Unknown;
        let Some(base) = self.plain(base, "a power") else { return Typed::poisoned(span) };
        let typed = match value {
            Some(value) => self.constant_power(base, value),
            None => match growth::power(&base.expr, &exponent.expr, self.scope) {
                Some(product) => {
                    let shape = base.shape.union(exponent.shape);
                    Typed::number(product, UnitState::Known(Unit::none()), shape, span)
                }
                None => {
                    self.arithmetic(Binary::Power, base, exponent, UnitState::Known(Unit::none()))
                }
            },
        };
        Typed { unit: if is_open { UnitState::Unknown } else { typed.unit }, ..typed }
    }

    fn constant_power(&mut self, base: Typed, exponent: f64) -> Typed {
        let never = base.may_be_never.then(|| base.expr.clone());
        let expr = TypedExpr::Power(Box::new(base.expr), exponent);
        Typed { expr: guard(expr, never.clone(), never), is_condition: false, ..base }
    }

    /// A plain number: of no dimension, in no unit.
    pub(super) fn plain(&mut self, typed: Typed, what: &str) -> Option<Typed> {
        if typed.is_poisoned() {
            return None;
        }
        match typed.clone().convert(&Unit::none(), &self.scope.units) {
            Some(plain) => Some(plain),
            None => {
                self.report(message::plain_needed(what, &typed, self.scope));
                None
            }
        }
    }

    fn comparison(&mut self, operation: Binary, place: Span, a: Typed, b: Typed) -> Typed {
        let headline = |left: &str, right: &str| format!("cannot compare {left} with {right}");
        match self.unified(a, b, place, headline) {
            Some((a, b, _)) => {
                let (shape, span) = (a.shape.union(b.shape), a.span.to(b.span));
                let expr = binary(operation, a.expr, b.expr);
                let condition = Typed::number(expr, UnitState::Known(Unit::none()), shape, span);
                Typed { is_condition: true, ..condition }
            }
            None => Typed::poisoned(place),
        }
    }

    fn comparison_swapped(&mut self, operation: Binary, place: Span, a: Typed, b: Typed) -> Typed {
        let typed = self.comparison(operation, place, a, b);
        if let TypedExpr::Binary(operation, left, right) = typed.expr {
            return Typed { expr: TypedExpr::Binary(operation, right, left), ..typed };
        }
        typed
    }

    fn logical(&mut self, operation: Binary, what: &str, a: Typed, b: Typed) -> Typed {
        let span = a.span.to(b.span);
        let (a, b) = (self.condition(a, what), self.condition(b, what));
        let (Some(a), Some(b)) = (a, b) else { return Typed::poisoned(span) };
        let shape = a.shape.union(b.shape);
        let expr = binary(operation, a.expr, b.expr);
        Typed {
            is_condition: true,
            ..Typed::number(expr, UnitState::Known(Unit::none()), shape, span)
        }
    }

    /// True or false; a plain number holds where it is not 0.
    pub(super) fn condition(&mut self, typed: Typed, what: &str) -> Option<Typed> {
        if typed.is_poisoned() {
            return None;
        }
        if typed.is_condition {
            return Some(typed);
        }
        if message::has_dimension(&typed, &self.scope.units) {
            let unit = message::unit_words(&typed.known_unit(), &self.scope.units);
            let text = self.scope.sources.text(typed.span).trim().to_owned();
            let error = Diagnostic::new(
                Code::E409,
                format!("{what} needs a condition, not a quantity in {unit}"),
                typed.span,
                "neither true nor false",
            );
            self.report(error.help(format!("compare it with something, for example `{text} > 0`")));
            return None;
        }
        let plain = self.plain(typed, what)?;
        let expr = binary(Binary::NotEqual, plain.expr.clone(), TypedExpr::Constant(0.0));
        Some(Typed { expr, is_condition: true, may_be_never: false, ..plain })
    }

    fn conditional(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        span: Span,
    ) -> Typed {
        let condition = self.infer(condition);
        let condition = self.condition(condition, "`if`");
        let (a, b) = (self.infer(then), self.infer(otherwise));
        self.select(condition, a, b, span)
    }

    pub(super) fn select(
        &mut self,
        condition: Option<Typed>,
        a: Typed,
        b: Typed,
        span: Span,
    ) -> Typed {
        let is_condition = a.is_condition && b.is_condition;
        let headline =
            |left: &str, right: &str| format!("the branches of `if` differ: {left} and {right}");
        let place = b.span;
        let Some((a, b, unit)) = self.unified(a, b, place, headline) else {
            return Typed::poisoned(span);
        };
        let Some(condition) = condition else { return Typed::poisoned(span) };
        let shape = condition.shape.union(a.shape).union(b.shape);
        let may_be_never = a.may_be_never || b.may_be_never;
        let expr = TypedExpr::Select(Box::new(condition.expr), Box::new(a.expr), Box::new(b.expr));
        Typed { expr, unit, shape, is_condition, may_be_never, span }
    }

    fn labelled(&mut self, base: &Expr, labels: &[Name], span: Span) -> Typed {
        let ExprKind::Name(name) = &base.kind else {
            let error = Diagnostic::new(
                Code::E307,
                "only a named quantity has labels",
                base.span,
                "not a name",
            );
            return self.mistake(
                span,
                error.help("give this expression a name in [formulas] and index that"),
            );
        };
        let Some(id) = self.scope.quantity(&name.text) else {
            let error = self.scope.unknown_name(name);
            return self.mistake(span, error);
        };
        let shape = self.scope.entries[id.0 as usize].ty.shape;
        let mut pinned = Vec::new();
        for label in labels {
            let places: Vec<(IndexId, u32)> =
                shape.indexes().filter_map(|index| self.find_label(index, &label.text)).collect();
            match places.as_slice() {
                [one] if !pinned.contains(one) => pinned.push(*one),
                [_] => {
                    let error = Diagnostic::new(
                        Code::E307,
                        format!("the label `{}` is given twice", label.text),
                        label.span,
                        "",
                    );
                    return self.mistake(span, error);
                }
                [] => {
                    let error = self.unknown_label(&name.text, shape, label);
                    return self.mistake(span, error);
                }
                // The same label in two indexes: its place among the brackets decides.
                several => {
                    let free = several
                        .iter()
                        .find(|(index, _)| pinned.iter().all(|(used, _)| used != index));
                    pinned.extend(free.copied());
                }
            }
        }
        self.quantity(id, pinned, span)
    }

    fn find_label(&self, index: IndexId, label: &str) -> Option<(IndexId, u32)> {
        let labels = &self.scope.indexes[usize::from(index.0)].labels;
        let position = labels.iter().position(|known| known == label)?;
        Some((index, u32::try_from(position).ok()?))
    }

    fn unknown_label(&self, quantity: &str, shape: Shape, label: &Name) -> Diagnostic {
        let indexes: Vec<_> =
            shape.indexes().map(|index| &self.scope.indexes[usize::from(index.0)]).collect();
        if indexes.is_empty() {
            let message = format!("`{quantity}` does not vary by any index");
            let at = format!("; `at({quantity}, 12 month)` is its value at a time");
            let at = if shape.step { at } else { String::new() };
            return Diagnostic::new(Code::E307, message, label.span, "")
                .help(format!("write `{quantity}` without brackets{at}"));
        }
        let known = indexes.iter().flat_map(|index| index.labels.iter().map(String::as_str));
        let error = Diagnostic::new(
            Code::E307,
            format!("`{quantity}` has no label `{}`", label.text),
            label.span,
            "",
        );
        let error = match crate::diagnostic::suggest::nearest(&label.text, known.clone()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        };
        let listed: Vec<&str> = known.take(12).collect();
        error.note(format!("its labels are {}", listed.join(", ")))
    }

    fn call(&mut self, function: &Name, arguments: &[crate::expr::Argument], span: Span) -> Typed {
        let text = function.text.as_str();
        if Family::from_name(text).is_some()
            || functions::COMBINATORS.contains(&text)
            || functions::PROCESSES.contains(&text)
        {
            return self.misplaced_distribution(&format!("`{text}`"), span);
        }
        if let Some(found) = functions::find(text) {
            return self.apply_function(found, function, arguments, span);
        }
        let known = functions::FUNCTIONS.iter().map(|known| known.name);
        let error = if self.scope.quantity(text).is_some() {
            Diagnostic::new(
                Code::E305,
                format!("`{text}` is a quantity, not a function"),
                function.span,
                "",
            )
            .help(match arguments {
                [one] if one.name.is_none() && one.weight.is_none() => {
                    let inner = self.scope.sources.text(one.value.span).trim();
                    let is_earlier = inner.replace(' ', "") == "t-1";
                    if is_earlier {
                        format!("the value a step ago is `prev({text})`")
                    } else {
                        format!("for a product write `{text} * ({inner})`")
                    }
                }
                _ => format!("write `{text}` without brackets"),
            })
        } else if functions::is_statistic(text) {
            let message = format!("`{text}(…)` is a statistic over trials, not a function");
            let error = Diagnostic::new(Code::E305, message, function.span, "");
            error.note("a formula is of one trial; statistics are made of all trials").help(
                if text.to_ascii_lowercase().starts_with("prob") || matches!(text, "p" | "P") {
                    "give the condition alone to an output: it is reported as a probability"
                } else {
                    "every number in [outputs] is reported with its mean and percentiles; `--percentiles` chooses them"
                },
            )
        } else if let Some(instead) = functions::instead_of(text) {
            Diagnostic::new(Code::E305, format!("unknown function `{text}`"), function.span, "")
                .help(format!("write {instead}"))
        } else {
            let families = Family::ALL.iter().map(|family| family.name());
            let names =
                known.chain(families).chain(functions::COMBINATORS.iter().copied()).chain(["if"]);
            let error = Diagnostic::new(
                Code::E305,
                format!("unknown function `{text}`"),
                function.span,
                "",
            );
            match crate::diagnostic::suggest::nearest(text, names) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("a quantity is written without brackets: define it in [inputs], [formulas] or [series]"),
            }
        };
        self.mistake(span, error)
    }

    /// A quantity in a given unit, or an error that says for what.
    pub(super) fn in_unit(
        &mut self,
        typed: Typed,
        unit: &Unit,
        what: &str,
        help: Option<String>,
    ) -> Option<Typed> {
        if typed.is_poisoned() {
            return None;
        }
        if let Some(fits) = typed.clone().convert(unit, &self.scope.units) {
            return Some(fits);
        }
        let units = &self.scope.units;
        let found = message::unit_words(&typed.known_unit(), units);
        let error = Diagnostic::new(
            Code::E404,
            format!("{what} needs a quantity in {}, not {found}", message::unit_words(unit, units)),
            typed.span,
            message::unit_label(&typed.known_unit(), units),
        );
        let number = self.scope.sources.text(typed.span).trim();
        let is_literal = message::is_number(number) && typed.known_unit().is_none();
        self.report(match help {
            Some(help) => error.help(help),
            None if is_literal => {
                let unit = unit.text(units);
                error.help(format!(
                    "give the number its unit: `{}`",
                    message::with_unit(number, &unit)
                ))
            }
            None => error,
        });
        None
    }

    /// The value of an expression in the unit and magnitude of an output.
    pub(super) fn shown(&self, typed: Typed, unit: &Unit, magnitude: f64) -> Option<TypedExpr> {
        let own = typed.known_unit();
        let conversion = own.conversion_scaled(unit, magnitude, &self.scope.units)?;
        Some(converted(typed.expr, conversion))
    }
}

fn number(literal: Literal, span: Span) -> Typed {
    let unit = if literal.is_bare_zero { UnitState::Zero } else { UnitState::Known(Unit::none()) };
    Typed::number(TypedExpr::Constant(literal.value), unit, Shape::TRIAL, span)
}

/// Arithmetic with never is never, and undefined beats it.
pub(super) fn guard(
    value: TypedExpr,
    never: Option<TypedExpr>,
    other: Option<TypedExpr>,
) -> TypedExpr {
    match (never, other) {
        (Some(never), Some(other)) => TypedExpr::NeverIf {
            value: Box::new(value),
            never: Box::new(never),
            other: Box::new(other),
        },
        _ => value,
    }
}
