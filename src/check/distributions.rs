//! Inputs as distributions: what an expression stands for, and scaling and shifting it.
//!
//! Families by their parameters stand in `families`, what is made of others in `combinations`.

use super::checked::{DistributionExpr, Shape, TypedExpr};
use super::constant;
use super::functions::{COMBINATORS, PROCESSES};
use super::infer::Inference;
use super::message::{self, Mismatch};
use super::scope::Scope;
use super::typed::{Typed, Unified, UnitState, binary, unify};
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{self, Constant, Distribution, Family, ParameterError};
use crate::expr::{Argument, BinaryOperator, Expr, ExprKind, Name, UnaryOperator};
use crate::math::operation::Binary;
use crate::source::Span;
use crate::unit::{Conversion, Unit};

/// A distribution with its unit and the shape of its parameters.
pub(super) struct TypedDistribution {
    pub(super) expr: DistributionExpr,
    pub(super) unit: UnitState,
    pub(super) shape: Shape,
    pub(super) span: Span,
}

/// Whether an expression has a distribution somewhere in it.
pub(super) fn is_random(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Range { .. } | ExprKind::Factor(_) => true,
        ExprKind::Call { function, arguments } => {
            let name = function.text.as_str();
            Family::from_name(name).is_some()
                || COMBINATORS.contains(&name)
                || PROCESSES.contains(&name)
                || arguments.iter().any(|argument| is_random(&argument.value))
        }
        ExprKind::Unary { operand, .. } => is_random(operand),
        ExprKind::Binary { left, right, .. } | ExprKind::Juxtaposed { left, right } => {
            is_random(left) || is_random(right)
        }
        ExprKind::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().any(|part| is_random(part))
        }
        ExprKind::Index { base, .. } => is_random(base),
        ExprKind::List(items) => items.iter().any(is_random),
        ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Text(_) | ExprKind::Error => false,
    }
}

/// The distribution that an expression stands for, with its parameters valued; `None` where one has no value.
pub(crate) fn instantiate(
    expr: &DistributionExpr,
    value: &mut dyn FnMut(&TypedExpr) -> Option<f64>,
) -> Option<Result<Distribution, ParameterError>> {
    macro_rules! inner {
        ($expr:expr) => {
            match instantiate($expr, value)? {
                Ok(distribution) => distribution,
                Err(error) => return Some(Err(error)),
            }
        };
    }
    Some(match expr {
        DistributionExpr::Value(expr) => Ok(Constant::of(value(expr)?)),
        DistributionExpr::Family { family, form, arguments } => {
            let arguments: Vec<f64> = arguments.iter().map(&mut *value).collect::<Option<_>>()?;
            distribution::build(*family, *form, &arguments)
        }
        DistributionExpr::Pinned { family, points } => {
            let points: Vec<(f64, f64)> =
                points.iter().map(|(p, x)| Some((*p, value(x)?))).collect::<Option<_>>()?;
            distribution::build_pinned(*family, &points)
        }
        DistributionExpr::Range { low, high, level } => {
            distribution::range(value(low)?, value(high)?, *level)
        }
        DistributionExpr::Discrete(entries) => {
            let entries: Vec<(f64, f64)> = entries
                .iter()
                .map(|(x, weight)| Some((value(x)?, value(weight)?)))
                .collect::<Option<_>>()?;
            distribution::discrete(&entries)
        }
        DistributionExpr::Quantiles { points, low, high } => {
            let points: Vec<(f64, f64)> =
                points.iter().map(|(p, x)| Some((*p, value(x)?))).collect::<Option<_>>()?;
            let low = low.as_ref().map(|bound| value(bound).ok_or(())).transpose().ok()?;
            let high = high.as_ref().map(|bound| value(bound).ok_or(())).transpose().ok()?;
            distribution::quantiles(&points, low, high)
        }
        DistributionExpr::Histogram { edges, weights } => {
            let edges: Vec<f64> = edges.iter().map(&mut *value).collect::<Option<_>>()?;
            let weights: Vec<f64> = weights.iter().map(&mut *value).collect::<Option<_>>()?;
            distribution::histogram(&edges, &weights)
        }
        DistributionExpr::Sample(law) => Ok(Distribution::clone(law)),
        // the sum of draws has no distribution function of its own
        DistributionExpr::Compound { .. } => return None,
        DistributionExpr::Mixture(components) => {
            let mut built = Vec::with_capacity(components.len());
            for (component, weight) in components {
                built.push((value(weight)?, inner!(component)));
            }
            distribution::mixture(built)
        }
        DistributionExpr::Truncated { inner, low, high } => {
            let low = low.as_ref().map(|bound| value(bound).ok_or(())).transpose().ok()?;
            let high = high.as_ref().map(|bound| value(bound).ok_or(())).transpose().ok()?;
            distribution::truncated(inner!(inner), low, high)
        }
        DistributionExpr::Affine { scale, shift, inner } => {
            let (scale, shift) = (value(scale)?, value(shift)?);
            distribution::affine(scale, shift, inner!(inner))
        }
    })
}

impl Inference<'_> {
    /// The distribution of an input; `None` after a report.
    pub(super) fn distribution(&mut self, expr: &Expr) -> Option<TypedDistribution> {
        let span = expr.span;
        if !is_random(expr) {
            let typed = self.infer(expr);
            if typed.is_poisoned() {
                return None;
            }
            return Some(TypedDistribution {
                unit: typed.unit,
                shape: typed.shape,
                expr: DistributionExpr::Value(typed.expr),
                span,
            });
        }
        let mut distribution = match &expr.kind {
            ExprKind::Call { function, arguments } => {
                self.distribution_call(function, arguments, span)?
            }
            ExprKind::Range { low, high, level } => {
                self.range(low, high, level.as_deref(), span)?
            }
            ExprKind::Juxtaposed { left, right } => {
                self.scaled(left, right, BinaryOperator::Multiply, span)?
            }
            ExprKind::Binary { operator, operator_span, left, right } => match operator {
                BinaryOperator::Multiply | BinaryOperator::Divide => {
                    self.scaled(left, right, *operator, span)?
                }
                BinaryOperator::Add | BinaryOperator::Subtract => self.shifted(
                    left,
                    right,
                    *operator == BinaryOperator::Subtract,
                    *operator_span,
                    span,
                )?,
                BinaryOperator::Power
                | BinaryOperator::Less
                | BinaryOperator::LessEqual
                | BinaryOperator::Greater
                | BinaryOperator::GreaterEqual
                | BinaryOperator::Equal
                | BinaryOperator::NotEqual
                | BinaryOperator::And
                | BinaryOperator::Or => return self.not_one_distribution(span),
            },
            ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
                let inner = self.distribution(operand)?;
                affine(inner, TypedExpr::Constant(-1.0), TypedExpr::Constant(0.0))
            }
            ExprKind::Factor(_) => {
                self.infer(expr);
                return None;
            }
            ExprKind::Unary { .. }
            | ExprKind::If { .. }
            | ExprKind::Index { .. }
            | ExprKind::List(_)
            | ExprKind::Number(_)
            | ExprKind::Name(_)
            | ExprKind::Text(_)
            | ExprKind::Error => return self.not_one_distribution(span),
        };
        distribution.span = span;
        Some(distribution)
    }

    pub(super) fn not_one_distribution(&mut self, span: Span) -> Option<TypedDistribution> {
        let error = Diagnostic::new(
            Code::E504,
            "an input is one distribution, scaled and shifted at most",
            span,
            "a calculation with a distribution in it",
        );
        self.report(error.help(
            "give each distribution an input of its own, and calculate with them in [formulas]",
        ));
        None
    }

    fn distribution_call(
        &mut self,
        function: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        let name = function.text.as_str();
        if let Some(family) = Family::from_name(name) {
            return self.family(family, function, arguments, span);
        }
        match name {
            "discrete" => self.discrete(arguments, span),
            "mixture" => self.mixture(arguments, span),
            "truncate" => self.truncate(arguments, span),
            "quantiles" => self.quantiles(arguments, span),
            "histogram" => self.histogram(arguments, span),
            "sample" => self.sample(arguments, span),
            "compound" => self.compound(arguments, span),
            _ if PROCESSES.contains(&name) => {
                let error = Diagnostic::new(
                    Code::E504,
                    format!("`{name}` is a process over the timeline, not a distribution"),
                    span,
                    "",
                );
                self.report(error.help(
                    "a process stands alone in its input, scaled at most, with jumps added to it",
                ));
                None
            }
            _ => self.not_one_distribution(span),
        }
    }

    /// A finished distribution, refused where its constant parameters are impossible.
    pub(super) fn finish(
        &mut self,
        expr: DistributionExpr,
        unit: UnitState,
        shape: Shape,
        spans: &[Span],
        span: Span,
    ) -> Option<TypedDistribution> {
        let scope = self.scope;
        if let Some(Err(error)) =
            instantiate(&expr, &mut |parameter| constant::value(parameter, scope))
        {
            let diagnostic = self.impossible(&expr, &unit, error, spans, span);
            self.report(diagnostic);
            return None;
        }
        Some(TypedDistribution { expr, unit, shape, span })
    }

    /// What to say about impossible parameters, in the user's own numbers.
    pub(super) fn impossible(
        &self,
        expr: &DistributionExpr,
        unit: &UnitState,
        error: ParameterError,
        spans: &[Span],
        span: Span,
    ) -> Diagnostic {
        let is_range = matches!(expr, DistributionExpr::Range { .. });
        let code = if is_range { Code::E503 } else { Code::E502 };
        let text = |span: Span| self.scope.sources.text(span).trim();
        let mut message = error.message;
        let mut label = String::new();
        for (position, (parameter, &at)) in parameters(expr).into_iter().zip(spans).enumerate() {
            let Some(value) = constant::value(parameter, self.scope) else { continue };
            if matches!(parameter, TypedExpr::Constant(_)) && at != span {
                message = in_words(&message, value, text(at));
            } else if position == error.parameter && at != span {
                let unit = match unit {
                    UnitState::Known(unit) => unit.text(&self.scope.units),
                    UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => String::new(),
                };
                let shown = format!("{value} {unit}");
                label = format!("`{}` is {}", text(at), shown.trim());
            }
        }
        let place = spans.get(error.parameter).copied().unwrap_or(span);
        let diagnostic = Diagnostic::new(code, message, place, label);
        match error.help {
            // 120 % was no slip for 1.2 %.
            Some(_) if text(place).ends_with(['%', '％']) => diagnostic,
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// A parameter in the unit of another one.
    pub(super) fn same_unit(
        &mut self,
        reference: &Typed,
        value: Typed,
        name: &str,
    ) -> Option<Typed> {
        let place = value.span;
        match unify(reference.clone(), value, &self.scope.units) {
            Unified::Fits(_, value, _) => Some(*value),
            Unified::Differs(a, b) => {
                let mismatch = Mismatch { scope: self.scope, left: &a, right: &b };
                let diagnostic = mismatch.diagnostic(place, |left, right| {
                    if name == "truncate" {
                        format!("the bound of `truncate` does not fit: {right}, not {left}")
                    } else {
                        format!("the parameters of `{name}` differ: {left} and {right}")
                    }
                });
                let is_outside = name == "truncate" && a.known_unit().is_none();
                self.report(if is_outside {
                    let help = "a bound is in the unit of the distribution inside the call: give that its unit there";
                    Diagnostic { helps: vec![help.to_owned()], ..diagnostic }
                } else {
                    diagnostic
                });
                None
            }
        }
    }

    /// A distribution in another unit of the same dimension.
    pub(super) fn distribution_in(
        &mut self,
        inner: TypedDistribution,
        target: &Unit,
        what: &str,
    ) -> Option<TypedDistribution> {
        let UnitState::Known(own) = &inner.unit else {
            return Some(TypedDistribution { unit: UnitState::Known(target.clone()), ..inner });
        };
        let factor = match own.conversion(target, &self.scope.units) {
            Some(Conversion::Same) => {
                return Some(TypedDistribution { unit: UnitState::Known(target.clone()), ..inner });
            }
            Some(Conversion::Multiply(factor)) => factor,
            Some(Conversion::Divide(divisor)) => 1.0 / divisor,
            None => {
                let units = &self.scope.units;
                let (found, wanted) =
                    (message::unit_words(own, units), message::unit_words(target, units));
                let error = Diagnostic::new(
                    Code::E402,
                    format!("{what} differ: {wanted} and {found}"),
                    inner.span,
                    found.replace('`', ""),
                );
                self.report(error.help(format!("this one must be in {wanted} too")));
                return None;
            }
        };
        let inner = TypedDistribution { unit: UnitState::Known(target.clone()), ..inner };
        Some(affine(inner, TypedExpr::Constant(factor), TypedExpr::Constant(0.0)))
    }

    /// A distribution times or divided by a number, or a number times a distribution.
    fn scaled(
        &mut self,
        left: &Expr,
        right: &Expr,
        operator: BinaryOperator,
        span: Span,
    ) -> Option<TypedDistribution> {
        let is_division = operator == BinaryOperator::Divide;
        let (inner, factor) = match (is_random(left), is_random(right)) {
            (true, false) => (left, right),
            (false, true) if !is_division => (right, left),
            _ => return self.not_one_distribution(span),
        };
        let inner = self.distribution(inner)?;
        let factor = self.infer(factor);
        if factor.is_poisoned() {
            return None;
        }
        let reference = Typed::number(
            TypedExpr::Constant(f64::NAN),
            inner.unit.clone(),
            inner.shape,
            inner.span,
        );
        let operation = if is_division { Binary::Divide } else { Binary::Multiply };
        let unit = self.product(operation, reference, factor.clone(), span).unit;
        let shape = inner.shape.union(factor.shape);
        let inner = TypedDistribution { unit, shape, ..inner };
        if matches!(factor.expr, TypedExpr::Constant(1.0)) {
            return Some(inner);
        }
        let scale = match (factor.expr, is_division) {
            (expr, false) => expr,
            (TypedExpr::Constant(value), true) => TypedExpr::Constant(1.0 / value),
            (expr, true) => binary(Binary::Divide, TypedExpr::Constant(1.0), expr),
        };
        let scaled = affine(inner, scale, TypedExpr::Constant(0.0));
        let spans = [factor.span, factor.span, span];
        self.finish(scaled.expr, scaled.unit, shape, &spans, span)
    }

    /// A distribution plus or minus a number, or a number minus a distribution.
    fn shifted(
        &mut self,
        left: &Expr,
        right: &Expr,
        is_difference: bool,
        place: Span,
        span: Span,
    ) -> Option<TypedDistribution> {
        let is_left = match (is_random(left), is_random(right)) {
            (true, false) => true,
            (false, true) => false,
            _ => return self.not_one_distribution(span),
        };
        let (inner, shift) = if is_left { (left, right) } else { (right, left) };
        let inner = self.distribution(inner)?;
        let shift = self.infer(shift);
        if shift.is_poisoned() {
            return None;
        }
        let reference = Typed::number(
            TypedExpr::Constant(f64::NAN),
            inner.unit.clone(),
            inner.shape,
            inner.span,
        );
        let (a, b) = if is_left { (reference, shift) } else { (shift, reference) };
        let (a, b, unit) = self.unified(a, b, place, |left, right| {
            if is_difference {
                format!("cannot subtract {right} from {left}")
            } else {
                format!("cannot add {right} to {left}")
            }
        })?;
        let shift = if is_left { b } else { a };
        let target = match &unit {
            UnitState::Known(unit) => unit.clone(),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => Unit::none(),
        };
        let inner = self.distribution_in(inner, &target, "distribution and shift")?;
        let shape = inner.shape.union(shift.shape);
        let inner = TypedDistribution { shape, ..inner };
        let negative = |expr: TypedExpr| {
            if let TypedExpr::Constant(value) = expr {
                return TypedExpr::Constant(-value);
            }
            binary(Binary::Multiply, TypedExpr::Constant(-1.0), expr)
        };
        let one = TypedExpr::Constant(1.0);
        Some(match (is_left, is_difference) {
            (_, false) => affine(inner, one, shift.expr),
            (true, true) => affine(inner, one, negative(shift.expr)),
            (false, true) => affine(inner, TypedExpr::Constant(-1.0), shift.expr),
        })
    }
}

pub(super) fn affine(
    inner: TypedDistribution,
    scale: TypedExpr,
    shift: TypedExpr,
) -> TypedDistribution {
    let expr = if let (
        DistributionExpr::Value(TypedExpr::Constant(value)),
        TypedExpr::Constant(scale),
        TypedExpr::Constant(shift),
    ) = (&inner.expr, &scale, &shift)
    {
        DistributionExpr::Value(TypedExpr::Constant(value * scale + shift))
    } else {
        DistributionExpr::Affine { scale, shift, inner: Box::new(inner.expr) }
    };
    TypedDistribution { expr, ..inner }
}

/// The parameters whose places are known, in their order; weights have none of their own.
pub(super) fn parameters(expr: &DistributionExpr) -> Vec<&TypedExpr> {
    match expr {
        DistributionExpr::Family { arguments, .. } => arguments.iter().collect(),
        DistributionExpr::Pinned { points, .. } => points.iter().map(|(_, value)| value).collect(),
        DistributionExpr::Range { low, high, .. } => vec![low, high],
        DistributionExpr::Quantiles { points, low, high } => {
            // without a lower bound the place of the upper one is not the next
            let high = high.iter().filter(|_| low.is_some());
            points.iter().map(|(_, value)| value).chain(low).chain(high).collect()
        }
        DistributionExpr::Histogram { edges, weights } => edges.iter().chain(weights).collect(),
        DistributionExpr::Value(_)
        | DistributionExpr::Discrete(_)
        | DistributionExpr::Sample(_)
        | DistributionExpr::Compound { .. }
        | DistributionExpr::Mixture(_)
        | DistributionExpr::Truncated { .. }
        | DistributionExpr::Affine { .. } => Vec::new(),
    }
}

/// A headline with one of its numbers as the user wrote it: `it is -1万`, not `it is -10000`.
pub(super) fn in_words(message: &str, value: f64, text: &str) -> String {
    let number = value.to_string();
    let words = message.split(' ').map(|word| match word.strip_suffix(',') {
        Some(word) if word == number => format!("{text},"),
        _ if word == number => text.to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the ends of a range stand in their order.
pub(super) fn is_ascending(expr: &DistributionExpr, scope: &Scope<'_>) -> bool {
    let DistributionExpr::Range { low, high, .. } = expr else { return false };
    constant::value(low, scope) <= constant::value(high, scope)
}
