//! Processes over the timeline: `gbm`, `mean_reverting`, and `jumps` added to either.

use super::checked::{Jumps, Motion, Process, Shape, TypedExpr};
use super::constant;
use super::distributions::{instantiate, is_random};
use super::functions::PROCESSES;
use super::infer::Inference;
use super::message;
use super::typed::{Typed, UnitState, binary};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Argument, BinaryOperator, Expr, ExprKind, Name};
use crate::math::operation::Binary;
use crate::source::Span;
use crate::unit::{Conversion, Exponent, Unit};

/// A process with its unit and the shape of its parameters.
pub(super) struct TypedProcess {
    pub(super) process: Process,
    pub(super) unit: UnitState,
    pub(super) shape: Shape,
    pub(super) span: Span,
}

/// More jumps a step than this are no jumps any more.
const MOST_JUMPS: f64 = 10.0;
/// A jump that takes everything away may be this likely: rounding of a tail that nobody meant.
const LARGEST_RUIN: f64 = 1e-6;

const USAGE: [(&str, &str, &[&str]); 3] = [
    ("gbm", "`gbm(start, drift, volatility)`", &["start", "drift", "volatility"]),
    (
        "mean_reverting",
        "`mean_reverting(start, level, speed, volatility)`",
        &["start", "level", "speed", "volatility"],
    ),
    ("jumps", "`jumps(rate = 0.5 / year, size = uniform(-40%, -10%))`", &["rate", "size"]),
];

/// Whether an expression has a process somewhere in it.
pub(super) fn is_process(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { function, .. } => PROCESSES.contains(&function.text.as_str()),
        ExprKind::Binary { left, right, .. } | ExprKind::Juxtaposed { left, right } => {
            is_process(left) || is_process(right)
        }
        ExprKind::Unary { operand, .. } => is_process(operand),
        ExprKind::Number(_)
        | ExprKind::Name(_)
        | ExprKind::Text(_)
        | ExprKind::Factor(_)
        | ExprKind::Range { .. }
        | ExprKind::If { .. }
        | ExprKind::Index { .. }
        | ExprKind::List(_)
        | ExprKind::Error => false,
    }
}

/// Whether an expression is `jumps(…)`.
fn is_jumps(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, .. } if function.text == "jumps")
}

impl Inference<'_> {
    /// The process of an input; `None` after a report.
    pub(super) fn process(&mut self, expr: &Expr) -> Option<TypedProcess> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Call { function, arguments } => match function.text.as_str() {
                "gbm" | "mean_reverting" => self.motion(function, arguments, span),
                "jumps" => {
                    let error = Diagnostic::new(
                        Code::E504,
                        "jumps alone are no process",
                        span,
                        "added to nothing",
                    );
                    self.report(
                        error.help("add them to one: `gbm(start, drift, volatility) + jumps(…)`"),
                    );
                    None
                }
                _ => self.not_one_process(span),
            },
            ExprKind::Juxtaposed { left, right } => {
                self.scaled_process(left, right, BinaryOperator::Multiply, span)
            }
            ExprKind::Binary { operator, left, right, .. } => match operator {
                BinaryOperator::Add => {
                    let (process, jumps) = match (is_jumps(left), is_jumps(right)) {
                        (false, true) => (left, right),
                        (true, false) => (right, left),
                        _ => return self.not_one_process(span),
                    };
                    let mut typed = self.process(process)?;
                    let (jumps, shape) = self.jumps(jumps)?;
                    typed.process.jumps.push(jumps);
                    Some(TypedProcess { shape: typed.shape.union(shape), span, ..typed })
                }
                BinaryOperator::Multiply | BinaryOperator::Divide => {
                    self.scaled_process(left, right, *operator, span)
                }
                BinaryOperator::Subtract
                | BinaryOperator::Power
                | BinaryOperator::Less
                | BinaryOperator::LessEqual
                | BinaryOperator::Greater
                | BinaryOperator::GreaterEqual
                | BinaryOperator::Equal
                | BinaryOperator::NotEqual
                | BinaryOperator::And
                | BinaryOperator::Or => self.not_one_process(span),
            },
            ExprKind::Number(_)
            | ExprKind::Name(_)
            | ExprKind::Text(_)
            | ExprKind::Factor(_)
            | ExprKind::Unary { .. }
            | ExprKind::Range { .. }
            | ExprKind::If { .. }
            | ExprKind::Index { .. }
            | ExprKind::List(_)
            | ExprKind::Error => self.not_one_process(span),
        }
    }

    fn not_one_process(&mut self, span: Span) -> Option<TypedProcess> {
        let error = Diagnostic::new(
            Code::E504,
            "an input is one process, scaled at most, with jumps added to it",
            span,
            "a calculation with a process in it",
        );
        self.report(
            error.help("give the process an input of its own, and calculate with it in [series]"),
        );
        None
    }

    /// The arguments of a call in the order of its parameters; `None` after a report.
    fn parameters<'e>(
        &mut self,
        function: &Name,
        arguments: &'e [Argument],
        span: Span,
    ) -> Option<Vec<&'e Expr>> {
        let (name, usage, parameters) =
            USAGE.iter().find(|(name, ..)| *name == function.text).expect("a process");
        let mut found: Vec<Option<&Expr>> = vec![None; parameters.len()];
        for (position, argument) in arguments.iter().enumerate() {
            let slot = match &argument.name {
                _ if argument.weight.is_some() => None,
                None => (position < parameters.len()).then_some(position),
                Some(given) => parameters.iter().position(|parameter| *parameter == given.text),
            };
            let is_free = slot.is_some_and(|slot| found[slot].is_none());
            let (Some(slot), true) = (slot, is_free) else {
                let place = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
                let message = match &argument.name {
                    Some(given) if slot.is_none() => {
                        format!("`{name}` has no parameter `{}`", given.text)
                    }
                    Some(given) => format!("`{}` of `{name}` is given twice", given.text),
                    None => format!("`{name}` takes {} parameters", parameters.len()),
                };
                self.report(
                    Diagnostic::new(Code::E306, message, place, "").help(format!("write {usage}")),
                );
                return None;
            };
            found[slot] = Some(&argument.value);
        }
        let missing: Vec<String> = (parameters.iter().zip(&found))
            .filter(|(_, value)| value.is_none())
            .map(|(parameter, _)| format!("`{parameter}`"))
            .collect();
        if !missing.is_empty() {
            let message = format!("`{name}` needs {} too", missing.join(" and "));
            self.report(
                Diagnostic::new(Code::E306, message, span, "").help(format!("write {usage}")),
            );
            return None;
        }
        found.into_iter().collect()
    }

    fn motion(
        &mut self,
        function: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedProcess> {
        let name = function.text.as_str();
        self.step_unit(&format!("`{name}`"), function.span)?;
        let found = self.parameters(function, arguments, span)?;
        let start = self.parameter(found[0], "start", name)?;
        let unit = match &start.unit {
            UnitState::Known(unit) => unit.tidy(&self.scope.units),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => Unit::none(),
        };
        let start = start.convert(&unit, &self.scope.units)?;
        self.check_sign(&start, "start", true)?;
        let mut shape = start.shape;
        let motion = if name == "gbm" {
            let drift = self.rate_in_steps(found[1], "drift", name)?;
            let volatility = self.volatility(found[2], name)?;
            shape = shape.union(drift.shape).union(volatility.shape);
            Motion::Geometric { drift: drift.expr, volatility: volatility.expr }
        } else {
            let level = self.parameter(found[1], "level", name)?;
            let level = self.same_unit(&start, level, name)?;
            self.check_sign(&level, "level", true)?;
            let speed = self.rate_in_steps(found[2], "speed", name)?;
            self.check_sign(&speed, "speed", true)?;
            let volatility = self.volatility(found[3], name)?;
            shape = shape.union(level.shape).union(speed.shape).union(volatility.shape);
            Motion::MeanReverting {
                level: level.expr,
                speed: speed.expr,
                volatility: volatility.expr,
            }
        };
        let process = Process { start: start.expr, motion, jumps: Vec::new() };
        Some(TypedProcess { process, unit: UnitState::Known(unit), shape, span })
    }

    /// A parameter, which is of the trial.
    fn parameter(&mut self, expr: &Expr, parameter: &str, name: &str) -> Option<Typed> {
        if is_random(expr) {
            self.misplaced_distribution(&format!("`{parameter}` of `{name}`"), expr.span);
            return None;
        }
        let typed = self.infer(expr);
        if typed.is_poisoned() {
            return None;
        }
        if typed.shape.step {
            let words = message::shape_words(typed.shape, &self.scope.indexes);
            let error = Diagnostic::new(
                Code::E406,
                format!("`{parameter}` of `{name}` is of the trial, and this varies by step"),
                expr.span,
                words,
            );
            self.report(error.help("write such a process in [series], with `first` and `next`"));
            return None;
        }
        Some(typed)
    }

    /// A parameter per time, in steps.
    fn rate_in_steps(&mut self, expr: &Expr, parameter: &str, name: &str) -> Option<Typed> {
        self.per_time(expr, parameter, name, Exponent::ONE.negated())
    }

    fn volatility(&mut self, expr: &Expr, name: &str) -> Option<Typed> {
        let root = Exponent::new(-1, 2).expect("a fraction");
        let typed = self.per_time(expr, "volatility", name, root)?;
        self.check_sign(&typed, "volatility", false)?;
        Some(typed)
    }

    fn per_time(
        &mut self,
        expr: &Expr,
        parameter: &str,
        name: &str,
        power: Exponent,
    ) -> Option<Typed> {
        let typed = self.parameter(expr, parameter, name)?;
        let step = self.step_unit(&format!("`{name}`"), expr.span)?;
        let target = step.power(power);
        if let Some(typed) = typed.clone().convert(&target, &self.scope.units) {
            return Some(typed);
        }
        let is_rate = power == Exponent::ONE.negated();
        let wanted = if is_rate { "a rate per time" } else { "per square root of time" };
        let found = message::unit_words(&typed.known_unit(), &self.scope.units);
        let error = Diagnostic::new(
            Code::E404,
            format!("`{parameter}` of `{name}` is {wanted}, not {found}"),
            expr.span,
            found.replace('`', ""),
        );
        let text = self.scope.sources.text(expr.span).trim();
        let (example, divisor) =
            if is_rate { ("10% / year", "year") } else { ("30% / sqrt(year)", "sqrt(year)") };
        let is_plain = self.scope.units.dimension(&typed.known_unit()).is_none();
        self.report(if is_plain {
            error.help(format!("write `{} / {divisor}`", message::as_factor(text)))
        } else {
            error.help(format!("write it like `{example}`"))
        });
        None
    }

    /// Refuses a constant that is not positive, or is negative.
    fn check_sign(&mut self, typed: &Typed, parameter: &str, must_be_positive: bool) -> Option<()> {
        let Some(value) = constant::value(&typed.expr, self.scope) else { return Some(()) };
        if value > 0.0 || (value == 0.0 && !must_be_positive) {
            return Some(());
        }
        let text = self.scope.sources.text(typed.span).trim();
        let needed = if must_be_positive { "above 0" } else { "at least 0" };
        let message = format!("`{parameter}` of a process must be {needed}, but it is {text}");
        self.report(Diagnostic::new(Code::E509, message, typed.span, ""));
        None
    }

    fn jumps(&mut self, expr: &Expr) -> Option<(Jumps, Shape)> {
        let ExprKind::Call { function, arguments } = &expr.kind else { return None };
        let found = self.parameters(function, arguments, expr.span)?;
        let rate = self.rate_in_steps(found[0], "rate", "jumps")?;
        let Some(a_step) = constant::value(&rate.expr, self.scope) else {
            let error = Diagnostic::new(
                Code::E411,
                "the rate of jumps must be the same in every trial",
                found[0].span,
                "not a constant",
            );
            self.report(error.help("write a number, or the name of a fixed input"));
            return None;
        };
        self.check_sign(&rate, "rate", true)?;
        if a_step > MOST_JUMPS {
            let message = format!("more than {MOST_JUMPS} jumps a step, on average");
            let error = Diagnostic::new(Code::E509, message, found[0].span, "");
            self.report(error.help("so many small ones are volatility: raise that instead"));
            return None;
        }
        let size = self.distribution(found[1])?;
        self.of_one_draw(&size, "`jumps`")?;
        if let UnitState::Known(unit) = &size.unit
            && !self.scope.units.dimension(unit).is_none()
        {
            let words = message::unit_words(unit, &self.scope.units);
            let error = Diagnostic::new(
                Code::E403,
                format!("the size of a jump is a relative change, not {words}"),
                found[1].span,
                words.replace('`', ""),
            );
            self.report(error.help("-20% takes a fifth of the value away"));
            return None;
        }
        let size = self.distribution_in(size, &Unit::none(), "the size of a jump")?;
        if size.shape.step {
            let words = message::shape_words(size.shape, &self.scope.indexes);
            let message = "`size` of `jumps` is of the trial, and this varies by step";
            self.report(Diagnostic::new(Code::E406, message, found[1].span, words));
            return None;
        }
        let scope = self.scope;
        if let Some(Ok(law)) =
            instantiate(&size.expr, &mut |parameter| constant::value(parameter, scope))
            && law.cdf(-1.0) > LARGEST_RUIN
        {
            let message = "a jump would take the whole value away, or more";
            let label = format!("at most -100% with probability {:.2e}", law.cdf(-1.0));
            let error = Diagnostic::new(Code::E509, message, found[1].span, label);
            self.report(error.help("the size is the relative change: a factor of 0.8 is `-20%`; `truncate(…, low = -95%)` keeps it above"));
            return None;
        }
        Some((Jumps { rate: a_step, size: size.expr }, size.shape))
    }

    /// A process times or divided by a number of the trial.
    fn scaled_process(
        &mut self,
        left: &Expr,
        right: &Expr,
        operator: BinaryOperator,
        span: Span,
    ) -> Option<TypedProcess> {
        let is_division = operator == BinaryOperator::Divide;
        let (inner, factor) = match (is_process(left), is_process(right)) {
            (true, false) => (left, right),
            (false, true) if !is_division => (right, left),
            _ => return self.not_one_process(span),
        };
        let inner = self.process(inner)?;
        let factor = self.parameter(factor, "the factor", "a process")?;
        let reference = Typed::number(
            TypedExpr::Constant(f64::NAN),
            inner.unit.clone(),
            inner.shape,
            inner.span,
        );
        let operation = if is_division { Binary::Divide } else { Binary::Multiply };
        let unit = self.product(operation, reference, factor.clone(), span).unit;
        let shape = inner.shape.union(factor.shape);
        let process = if matches!(factor.expr, TypedExpr::Constant(1.0)) {
            inner.process
        } else {
            scaled(inner.process, operation, &factor.expr)
        };
        let process = TypedProcess { process, unit, shape, span };
        let target = process.unit.clone();
        match target {
            UnitState::Known(unit) => self.process_in(process, &unit.tidy(&self.scope.units), ""),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => Some(process),
        }
    }

    /// A process in another unit of the same dimension.
    pub(super) fn process_in(
        &mut self,
        typed: TypedProcess,
        target: &Unit,
        what: &str,
    ) -> Option<TypedProcess> {
        let UnitState::Known(own) = &typed.unit else { return Some(typed) };
        let unit = UnitState::Known(target.clone());
        let (operation, factor) = match own.conversion(target, &self.scope.units) {
            Some(Conversion::Same) => return Some(TypedProcess { unit, ..typed }),
            Some(Conversion::Multiply(factor)) => (Binary::Multiply, factor),
            Some(Conversion::Divide(divisor)) => (Binary::Divide, divisor),
            None => {
                let units = &self.scope.units;
                let (found, wanted) =
                    (message::unit_words(own, units), message::unit_words(target, units));
                let error = Diagnostic::new(
                    Code::E402,
                    format!("{what} differ: {wanted} and {found}"),
                    typed.span,
                    found.replace('`', ""),
                );
                self.report(error.help(format!("this one must be in {wanted} too")));
                return None;
            }
        };
        let process = scaled(typed.process, operation, &TypedExpr::Constant(factor));
        Some(TypedProcess { process, unit, ..typed })
    }
}

/// A process times or divided by a factor: where it starts, and what it reverts to.
fn scaled(process: Process, operation: Binary, factor: &TypedExpr) -> Process {
    let scale = |value: TypedExpr| match (&value, factor) {
        (TypedExpr::Constant(value), TypedExpr::Constant(factor)) => {
            TypedExpr::Constant(operation.apply(*value, *factor))
        }
        _ => binary(operation, value, factor.clone()),
    };
    let motion = match process.motion {
        Motion::MeanReverting { level, speed, volatility } => {
            Motion::MeanReverting { level: scale(level), speed, volatility }
        }
        motion @ Motion::Geometric { .. } => motion,
    };
    Process { start: scale(process.start), motion, ..process }
}
