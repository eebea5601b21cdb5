//! Distributions made of numbers and of other distributions: ranges, discrete ones, mixtures, truncation.

use super::checked::{DistributionExpr, Shape, TypedExpr};
use super::constant;
use super::distributions::{TypedDistribution, instantiate, is_ascending};
use super::infer::Inference;
use super::message;
use super::typed::{Typed, UnitState};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Argument, BinaryOperator, Expr, ExprKind, UnaryOperator};
use crate::source::Span;
use crate::unit::Unit;

impl Inference<'_> {
    /// `low to high @ level`: a unit behind the range belongs to both ends.
    pub(super) fn range(
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
            // The unit behind a range is that of both ends.
            _ if takes_unit && high_text.contains(' ') => {
                let unit = high_text.trim_start_matches(|c: char| !c.is_whitespace());
                let high_number = high_text.trim_end_matches(unit);
                format!("write `{high_number} to {}{unit}`", text(low.span))
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

    pub(super) fn discrete(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
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

    pub(super) fn mixture(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        let mut components: Vec<(TypedDistribution, Typed)> = Vec::new();
        let mut spans = Vec::new();
        for argument in arguments {
            let weight = self.weight(
                argument,
                "mixture",
                "mixture(normal(1, 2): 30%, exponential(3): 70%)",
            )?;
            spans.push(argument.value.span.to(weight.span));
            let component = self.distribution(&argument.value)?;
            self.of_one_draw(&component, "`mixture`")?;
            components.push((component, weight));
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

    pub(super) fn truncate(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
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
        self.of_one_draw(&inner, "`truncate`")?;
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
