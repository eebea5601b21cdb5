//! Inputs as distributions: families, ranges, mixtures, truncation, scaling and shifting.

use super::checked::{DistributionExpr, Shape, TypedExpr};
use super::constant;
use super::functions::{COMBINATORS, PLANNED};
use super::infer::Inference;
use super::message::{self, Mismatch};
use super::scope::Scope;
use super::typed::{Typed, Unified, UnitState, binary, unify};
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{self, Constant, Distribution, Family, Form, ParameterError, Role};
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
                || PLANNED.contains(&name)
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

    fn not_one_distribution(&mut self, span: Span) -> Option<TypedDistribution> {
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
            _ if PLANNED.contains(&name) => {
                let error = Diagnostic::new(
                    Code::E112,
                    format!("`{name}` is not available in this version"),
                    function.span,
                    "",
                );
                self.report(error);
                None
            }
            _ => self.not_one_distribution(span),
        }
    }

    /// A finished distribution, refused where its constant parameters are impossible.
    fn finish(
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
    fn impossible(
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

    fn family(
        &mut self,
        family: Family,
        function: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        if let Some(weighted) = arguments.iter().find(|argument| argument.weight.is_some()) {
            let error = Diagnostic::new(
                Code::E306,
                format!("`{}` takes no weights", family.name()),
                weighted.value.span,
                "",
            );
            self.report(
                error.help(
                    "weights stand in `discrete(value: weight, …)` and `mixture(a: weight, …)`",
                ),
            );
            return None;
        }
        let is_pinned = arguments
            .iter()
            .any(|a| a.name.as_ref().is_some_and(|name| percentile(&name.text).is_some()));
        if is_pinned {
            return self.pinned(family, arguments, span);
        }
        let Some((form, slots)) = match_form(family, arguments) else {
            self.wrong_parameters(family, function, arguments, span);
            return None;
        };
        let parameters = family.forms()[form].parameters;
        let mut unit = UnitState::Zero;
        let mut shape = Shape::TRIAL;
        let mut typed = Vec::with_capacity(parameters.len());
        for (parameter, slot) in parameters.iter().zip(&slots) {
            let value = match slot {
                Some(position) => self.infer(&arguments[*position].value),
                None => default(parameter.default.unwrap_or(0.0), span),
            };
            if value.is_poisoned() {
                return None;
            }
            shape = shape.union(value.shape);
            typed.push(match parameter.role {
                Role::Quantity => value,
                Role::Plain | Role::Probability | Role::Count => {
                    self.plain(value, &format!("`{}` of `{}`", parameter.name, family.name()))?
                }
            });
        }
        // One unit for all parameters that are quantities: that of the first that has one.
        let is_quantity = |position: usize| matches!(parameters[position].role, Role::Quantity);
        let target = (0..typed.len())
            .find(|&i| is_quantity(i) && matches!(typed[i].unit, UnitState::Known(_)));
        if let Some(target) = target {
            let reference = typed[target].clone();
            for position in (0..typed.len()).filter(|&i| is_quantity(i) && i != target) {
                let value = std::mem::replace(&mut typed[position], Typed::poisoned(span));
                typed[position] = self.same_unit(&reference, value, family.name())?;
            }
            unit = UnitState::Known(reference.known_unit().tidy(&self.scope.units));
            let tidy = reference.known_unit().tidy(&self.scope.units);
            typed[target] = reference.convert(&tidy, &self.scope.units)?;
        }
        let spans: Vec<Span> =
            slots.iter().map(|slot| slot.map_or(span, |at| arguments[at].value.span)).collect();
        let expr = DistributionExpr::Family {
            family,
            form,
            arguments: typed.into_iter().map(|value| value.expr).collect(),
        };
        let unit = if unit == UnitState::Zero { UnitState::Known(Unit::none()) } else { unit };
        self.finish(expr, unit, shape, &spans, span)
    }

    /// A parameter in the unit of another one.
    fn same_unit(&mut self, reference: &Typed, value: Typed, name: &str) -> Option<Typed> {
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

    fn wrong_parameters(
        &mut self,
        family: Family,
        function: &Name,
        arguments: &[Argument],
        span: Span,
    ) {
        let name = family.name();
        let known =
            family.forms().iter().flat_map(|form| form.parameters).map(|parameter| parameter.name);
        let strange = arguments.iter().filter_map(|argument| argument.name.as_ref());
        let strange = strange
            .into_iter()
            .find(|given| known.clone().all(|parameter| parameter != given.text));
        let error = match strange {
            Some(given) => Diagnostic::new(
                Code::E306,
                format!("`{name}` has no parameter `{}`", given.text),
                given.span,
                "",
            ),
            None => self.misfit(family, arguments, span).label(function.span, ""),
        };
        let usage: Vec<String> = family.forms().iter().map(|form| usage(name, form)).collect();
        self.report(error.help(format!("write {}", usage.join(" or "))));
    }

    /// Arguments of which each is known, and which are no form all the same.
    fn misfit(&self, family: Family, arguments: &[Argument], span: Span) -> Diagnostic {
        let name = family.name();
        let most = family.forms().iter().map(|form| form.parameters.len()).max().unwrap_or(0);
        if arguments.len() > most {
            let message = format!("`{name}` takes {most} parameters, not {}", arguments.len());
            let surplus = arguments[most].value.span;
            return Diagnostic::new(Code::E306, message, surplus, "one too many");
        }
        let missing = family.forms().iter().find_map(|form| {
            let slots = partial_slots(form, arguments)?;
            let open = form.parameters.iter().zip(&slots);
            let open =
                open.filter(|(parameter, slot)| slot.is_none() && parameter.default.is_none());
            Some(open.map(|(parameter, _)| format!("`{}`", parameter.name)).collect::<Vec<_>>())
        });
        let message = match missing {
            Some(missing) if !missing.is_empty() => {
                format!("`{name}` needs {} too", missing.join(" and "))
            }
            _ => format!("these parameters of `{name}` do not go together"),
        };
        Diagnostic::new(Code::E306, message, span, "")
    }

    fn pinned(
        &mut self,
        family: Family,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        if !family.can_pin() {
            let error = Diagnostic::new(
                Code::E306,
                format!("`{}` cannot be given by percentiles", family.name()),
                span,
                "",
            );
            let usage: Vec<String> =
                family.forms().iter().map(|form| usage(family.name(), form)).collect();
            self.report(error.help(format!("write {}", usage.join(" or "))));
            return None;
        }
        let mut points: Vec<(f64, Typed)> = Vec::new();
        let mut spans = Vec::new();
        for argument in arguments {
            let Some(p) = argument.name.as_ref().and_then(|name| percentile(&name.text)) else {
                let error = Diagnostic::new(
                    Code::E306,
                    "percentiles and other parameters do not mix",
                    argument.value.span,
                    "not a percentile",
                );
                self.report(error.help(format!("write `{}(p5 = …, p95 = …)`", family.name())));
                return None;
            };
            let value = self.infer(&argument.value);
            if value.is_poisoned() {
                return None;
            }
            spans.push(value.span);
            points.push((p, value));
        }
        // A unit behind the last one alone does not belong to the first: only ranges read so.
        let reference = points
            .iter()
            .map(|(_, value)| value)
            .find(|value| matches!(value.unit, UnitState::Known(_)))
            .cloned();
        let mut shape = Shape::TRIAL;
        let mut unit = UnitState::Known(Unit::none());
        if let Some(reference) = reference {
            for (_, value) in &mut points {
                shape = shape.union(value.shape);
                *value = self.same_unit(&reference, value.clone(), family.name())?;
            }
            unit = UnitState::Known(reference.known_unit());
        }
        let points = points.into_iter().map(|(p, value)| (p, value.expr)).collect();
        self.finish(DistributionExpr::Pinned { family, points }, unit, shape, &spans, span)
    }

    /// `low to high @ level`: a unit behind the range belongs to both ends.
    fn range(
        &mut self,
        low: &Expr,
        high: &Expr,
        level: Option<&Expr>,
        span: Span,
    ) -> Option<TypedDistribution> {
        let level_span = level.map_or(span, |level| level.span);
        let level = match level {
            None => 0.9,
            Some(level) => {
                let typed = self.infer(level);
                let typed = self.plain(typed, "the level of a range")?;
                let Some(value) = constant::value(&typed.expr, self.scope) else {
                    let error = Diagnostic::new(
                        Code::E411,
                        "the level of a range must be a constant",
                        level.span,
                        "not a constant",
                    );
                    self.report(error.help("write it as a number, for example `@ 80%`"));
                    return None;
                };
                value
            }
        };
        let (mut a, b) = (self.end_of_range(low)?, self.end_of_range(high)?);
        let is_bare = matches!(a.expr, TypedExpr::Constant(_))
            && leading_number(low).is_some_and(|rest| rest == 0);
        let takes_unit = is_bare
            && leading_number(high).is_some()
            && message::has_dimension(&b, &self.scope.units);
        if takes_unit {
            // The number in front of the unit is what the unit belongs to: `8万 to 15万 CNY/GPU`.
            a.unit = b.unit.clone();
        }
        // Each end with its unit, for help that can be pasted.
        let shared =
            if takes_unit { b.known_unit().text(&self.scope.units) } else { String::new() };
        let text = |span: Span| self.scope.sources.text(span).trim().trim_end_matches('x');
        let ends = [format!("{} {shared}", text(low.span)), text(high.span).to_owned()];
        let (a, b, unit) = self.unified(a, b, high.span, |left, right| {
            format!("the ends of the range differ: {left} and {right}")
        })?;
        let spans = [low.span, high.span, level_span];
        let shape = a.shape.union(b.shape);
        let unit = if unit == UnitState::Zero { UnitState::Known(Unit::none()) } else { unit };
        let expr = DistributionExpr::Range { low: a.expr, high: b.expr, level };
        let scope = self.scope;
        let built = instantiate(&expr, &mut |end| constant::value(end, scope));
        let Some(Err(error)) = built else {
            return self.finish(expr, unit, shape, &spans, span);
        };
        let [low_text, high_text] = ends.each_ref().map(|end| end.trim());
        let help = match error.parameter {
            2 => "the level is the probability between the ends, for example `@ 80%`".to_owned(),
            _ if is_ascending(&expr, scope) => {
                let (p, q) = (50.0 - 50.0 * level, 50.0 + 50.0 * level);
                // Tenths of a percent are as fine as anyone writes a level.
                let [p, q] = [p, q].map(|p| libm::round(p * 1e6) / 1e6);
                format!(
                    "a range is lognormal, hence above 0: for a bell write `normal(p{p} = {low_text}, p{q} = {high_text})`"
                )
            }
            _ => format!("write `{high_text} to {low_text}`"),
        };
        let diagnostic = self.impossible(&expr, &unit, error, &spans, span);
        self.report(Diagnostic { helps: vec![help], ..diagnostic });
        None
    }

    fn end_of_range(&mut self, expr: &Expr) -> Option<Typed> {
        let typed = if let ExprKind::Factor(value) = expr.kind {
            Typed::constant(value, Unit::none(), expr.span)
        } else {
            self.infer(expr)
        };
        (!typed.is_poisoned()).then_some(typed)
    }

    fn discrete(&mut self, arguments: &[Argument], span: Span) -> Option<TypedDistribution> {
        let mut entries: Vec<(Typed, Typed)> = Vec::new();
        let mut spans = Vec::new();
        for argument in arguments {
            let weight = self.weight(argument, "discrete", "discrete(1: 30%, 2: 70%)")?;
            let value = self.infer(&argument.value);
            if value.is_poisoned() {
                return None;
            }
            spans.push(argument.value.span.to(weight.span));
            entries.push((value, weight));
        }
        let mut shape = Shape::TRIAL;
        let mut unit = UnitState::Known(Unit::none());
        let reference = entries
            .iter()
            .map(|(value, _)| value)
            .find(|value| matches!(value.unit, UnitState::Known(_)))
            .cloned();
        if let Some(reference) = reference {
            for (value, weight) in &mut entries {
                shape = shape.union(value.shape).union(weight.shape);
                *value = self.same_unit(&reference, value.clone(), "discrete")?;
            }
            unit = UnitState::Known(reference.known_unit());
        }
        let entries =
            entries.into_iter().map(|(value, weight)| (value.expr, weight.expr)).collect();
        self.finish(DistributionExpr::Discrete(entries), unit, shape, &spans, span)
    }

    fn weight(&mut self, argument: &Argument, name: &str, example: &str) -> Option<Typed> {
        let Some(weight) = argument.weight.as_ref().filter(|_| argument.name.is_none()) else {
            let place = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
            let error = Diagnostic::new(
                Code::E306,
                format!("`{name}` needs a weight behind each value"),
                place,
                "no weight",
            );
            self.report(error.help(format!("write `{example}`")));
            return None;
        };
        let typed = self.infer(weight);
        self.plain(typed, "a weight")
    }

    fn mixture(&mut self, arguments: &[Argument], span: Span) -> Option<TypedDistribution> {
        let mut components: Vec<(TypedDistribution, Typed)> = Vec::new();
        let mut spans = Vec::new();
        for argument in arguments {
            let weight = self.weight(
                argument,
                "mixture",
                "mixture(normal(1, 2): 30%, exponential(3): 70%)",
            )?;
            spans.push(argument.value.span.to(weight.span));
            components.push((self.distribution(&argument.value)?, weight));
        }
        let known = |component: &TypedDistribution| match &component.unit {
            UnitState::Known(unit) => Some(unit.clone()),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => None,
        };
        let target = components
            .iter()
            .find_map(|(component, _)| known(component))
            .unwrap_or_else(Unit::none);
        let mut shape = Shape::TRIAL;
        let mut built = Vec::with_capacity(components.len());
        for (component, weight) in components {
            shape = shape.union(component.shape).union(weight.shape);
            let component =
                self.distribution_in(component, &target, "the components of a mixture")?;
            built.push((component.expr, weight.expr));
        }
        self.finish(DistributionExpr::Mixture(built), UnitState::Known(target), shape, &spans, span)
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

    fn truncate(&mut self, arguments: &[Argument], span: Span) -> Option<TypedDistribution> {
        let usage = "write `truncate(d, low = …, high = …)`, with one bound or both";
        let wrong = |this: &mut Self, place: Span, message: &str| {
            this.report(Diagnostic::new(Code::E306, message, place, "").help(usage));
            None
        };
        let mut inner = None;
        let mut bounds: [Option<&Expr>; 2] = [None, None];
        for argument in arguments {
            let slot = match argument.name.as_ref().map(|name| name.text.as_str()) {
                _ if argument.weight.is_some() => {
                    return wrong(self, argument.value.span, "`truncate` takes no weights");
                }
                None if inner.is_none() => {
                    inner = Some(&argument.value);
                    continue;
                }
                Some("low") => 0,
                Some("high") => 1,
                _ => {
                    return wrong(
                        self,
                        argument.value.span,
                        "the bounds of `truncate` are named `low` and `high`",
                    );
                }
            };
            if bounds[slot].replace(&argument.value).is_some() {
                return wrong(self, argument.value.span, "a bound of `truncate` is given twice");
            }
        }
        let Some(inner) = inner else {
            return wrong(self, span, "`truncate` needs a distribution");
        };
        if bounds.iter().all(Option::is_none) {
            return wrong(self, span, "`truncate` needs a bound");
        }
        let inner = self.distribution(inner)?;
        let reference = Typed::number(
            TypedExpr::Constant(f64::NAN),
            inner.unit.clone(),
            inner.shape,
            inner.span,
        );
        let mut shape = inner.shape;
        let mut spans = vec![inner.span];
        let mut typed = [None, None];
        for (slot, bound) in bounds.into_iter().enumerate() {
            let Some(bound) = bound else {
                spans.push(span);
                continue;
            };
            let value = self.infer(bound);
            if value.is_poisoned() {
                return None;
            }
            shape = shape.union(value.shape);
            spans.push(bound.span);
            typed[slot] = Some(self.same_unit(&reference, value, "truncate")?.expr);
        }
        let [low, high] = typed;
        let expr = DistributionExpr::Truncated { inner: Box::new(inner.expr), low, high };
        self.finish(expr, inner.unit, shape, &spans, span)
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

fn affine(inner: TypedDistribution, scale: TypedExpr, shift: TypedExpr) -> TypedDistribution {
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

/// `p5` → 0.05, `p97.5` → 0.975.
fn percentile(name: &str) -> Option<f64> {
    let digits = name.strip_prefix('p')?;
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let percent: f64 = digits.parse().ok().filter(|_| is_number)?;
    Some(percent / 100.0)
}

fn default(value: f64, span: Span) -> Typed {
    let unit = if value == 0.0 { UnitState::Zero } else { UnitState::Known(Unit::none()) };
    Typed::number(TypedExpr::Constant(value), unit, Shape::TRIAL, span)
}

/// The first form that takes these arguments, and which argument each of its parameters gets.
fn match_form(family: Family, arguments: &[Argument]) -> Option<(usize, Vec<Option<usize>>)> {
    family
        .forms()
        .iter()
        .enumerate()
        .find_map(|(position, form)| Some((position, slots(form, arguments)?)))
}

fn slots(form: &Form, arguments: &[Argument]) -> Option<Vec<Option<usize>>> {
    let slots = partial_slots(form, arguments)?;
    let is_complete = form
        .parameters
        .iter()
        .zip(&slots)
        .all(|(parameter, slot)| slot.is_some() || parameter.default.is_some());
    is_complete.then_some(slots)
}

/// Which argument each parameter of a form gets; `None` where an argument has no place in it.
fn partial_slots(form: &Form, arguments: &[Argument]) -> Option<Vec<Option<usize>>> {
    let mut slots = vec![None; form.parameters.len()];
    let positional: Vec<usize> = (0..form.parameters.len())
        .filter(|&parameter| !form.parameters[parameter].keyword_only)
        .collect();
    for (position, argument) in arguments.iter().enumerate() {
        let slot = match &argument.name {
            None => *positional.get(position)?,
            Some(name) => {
                form.parameters.iter().position(|parameter| parameter.name == name.text)?
            }
        };
        if slots[slot].replace(position).is_some() {
            return None;
        }
    }
    Some(slots)
}

/// The parameters whose places are known, in their order; weights have none of their own.
fn parameters(expr: &DistributionExpr) -> Vec<&TypedExpr> {
    match expr {
        DistributionExpr::Family { arguments, .. } => arguments.iter().collect(),
        DistributionExpr::Pinned { points, .. } => points.iter().map(|(_, value)| value).collect(),
        DistributionExpr::Range { low, high, .. } => vec![low, high],
        DistributionExpr::Value(_)
        | DistributionExpr::Discrete(_)
        | DistributionExpr::Mixture(_)
        | DistributionExpr::Truncated { .. }
        | DistributionExpr::Affine { .. } => Vec::new(),
    }
}

/// A headline with one of its numbers as the user wrote it: `it is -1万`, not `it is -10000`.
fn in_words(message: &str, value: f64, text: &str) -> String {
    let number = value.to_string();
    let words = message.split(' ').map(|word| match word.strip_suffix(',') {
        Some(word) if word == number => format!("{text},"),
        _ if word == number => text.to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the ends of a range stand in their order.
fn is_ascending(expr: &DistributionExpr, scope: &Scope<'_>) -> bool {
    let DistributionExpr::Range { low, high, .. } = expr else { return false };
    constant::value(low, scope) <= constant::value(high, scope)
}

fn usage(name: &str, form: &Form) -> String {
    let parameters: Vec<String> = form
        .parameters
        .iter()
        .map(|parameter| match (parameter.default, parameter.keyword_only) {
            (Some(default), _) => format!("{} = {default}", parameter.name),
            (None, true) => format!("{} = …", parameter.name),
            (None, false) => parameter.name.to_owned(),
        })
        .collect();
    format!("`{name}({})`", parameters.join(", "))
}

/// How many factors follow the number that an expression begins with; `None` where it begins otherwise.
fn leading_number(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Number(_) => Some(0),
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => leading_number(operand),
        ExprKind::Juxtaposed { left, .. } => leading_number(left).map(|count| count + 1),
        ExprKind::Binary {
            operator: BinaryOperator::Multiply | BinaryOperator::Divide,
            left,
            ..
        } => leading_number(left).map(|count| count + 1),
        ExprKind::Factor(_)
        | ExprKind::Name(_)
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Range { .. }
        | ExprKind::If { .. }
        | ExprKind::Call { .. }
        | ExprKind::Index { .. }
        | ExprKind::List(_)
        | ExprKind::Text(_)
        | ExprKind::Error => None,
    }
}
