//! Calls of functions: arguments matched with parameters, units and shapes by the kind of function.

use super::checked::{Discounted, IndexId, OverIndex, OverTime, Shape, TypedExpr};
use super::constant;
use super::functions::{Function, FunctionKind as K};
use super::growth;
use super::infer::{Inference, guard};
use super::message;
use super::typed::{Typed, UnitState, binary, unary};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Argument, Expr, ExprKind, Name};
use crate::math::operation::{Binary, Unary};
use crate::model::StepLength;
use crate::source::Span;
use crate::unit::{Exponent, Unit};

impl Inference<'_> {
    pub(super) fn apply_function(
        &mut self,
        function: &Function,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Typed {
        if let K::Extreme(operation) = function.kind {
            return self.extreme(operation, function, name, arguments, span);
        }
        let Some(matched) = self.matched(function, name, arguments, span) else {
            return Typed::poisoned(span);
        };
        let over_index = matched.get(1).and_then(|second| self.index_argument(second));
        if let (Some(over), true) = (over_index_of(function.kind), matched.len() > 1) {
            return self.reduce_index(over, function.kind, &matched, over_index, span);
        }
        let typed: Vec<Typed> = matched.iter().map(|argument| self.infer(argument)).collect();
        if typed.iter().any(Typed::is_poisoned) {
            return Typed::poisoned(span);
        }
        self.apply_kind(function.kind, name, typed, span).unwrap_or_else(|| Typed::poisoned(span))
    }

    /// Arguments in the order of the parameters.
    fn matched<'e>(
        &mut self,
        function: &Function,
        name: &Name,
        arguments: &'e [Argument],
        span: Span,
    ) -> Option<Vec<&'e Expr>> {
        let usage = || format!("`{}({})`", function.name, function.parameters.join(", "));
        let mut slots: Vec<Option<&Expr>> = vec![None; function.parameters.len()];
        for (position, argument) in arguments.iter().enumerate() {
            if argument.weight.is_some() {
                let error = Diagnostic::new(
                    Code::E306,
                    format!("`{}` takes no weights", name.text),
                    argument.value.span,
                    "",
                );
                self.report(error.help(format!("write {}", usage())));
                return None;
            }
            let slot = match &argument.name {
                None => Some(position),
                Some(given) => {
                    function.parameters.iter().position(|parameter| *parameter == given.text)
                }
            };
            let place = argument.name.as_ref().map_or(argument.value.span, |given| given.span);
            let Some(slot) = slot.filter(|&slot| slot < slots.len()) else {
                let (what, label) = match &argument.name {
                    Some(given) => (
                        format!("`{}` has no parameter `{}`", name.text, given.text),
                        "no such parameter",
                    ),
                    None => (count_message(function, arguments.len()), "one too many"),
                };
                self.report(
                    Diagnostic::new(Code::E306, what, place, label)
                        .help(format!("write {}", usage())),
                );
                return None;
            };
            if let Some(first) = slots[slot].replace(&argument.value) {
                let what = format!(
                    "parameter `{}` of `{}` is given twice",
                    function.parameters[slot], name.text
                );
                let error = Diagnostic::new(Code::E306, what, place, "again here");
                let first = error.label(first.span, format!("`{}`", function.parameters[slot]));
                self.report(first.help(format!("write {}", usage())));
                return None;
            }
        }
        let given = slots.iter().take_while(|slot| slot.is_some()).count();
        if given < function.required || slots[given..].iter().any(Option::is_some) {
            let error =
                Diagnostic::new(Code::E306, count_message(function, arguments.len()), span, "");
            let missing = function.parameters[given];
            self.report(
                error.note(format!("`{missing}` is missing")).help(format!("write {}", usage())),
            );
            return None;
        }
        Some(slots.into_iter().flatten().collect())
    }

    /// The index that an argument names.
    fn index_argument(&self, argument: &Expr) -> Option<IndexId> {
        let ExprKind::Name(name) = &argument.kind else { return None };
        self.scope.index(&name.text)
    }

    fn apply_kind(
        &mut self,
        kind: K,
        name: &Name,
        arguments: Vec<Typed>,
        span: Span,
    ) -> Option<Typed> {
        let what = format!("`{}`", name.text);
        let mut arguments = arguments.into_iter();
        let first = arguments.next()?;
        let second = arguments.next();
        let plain = UnitState::Known(Unit::none());
        Some(match kind {
            K::Plain(operation) => {
                let x = self.plain(first, &what)?;
                if operation == Unary::Exp
                    && let Some(product) = growth::exponential(&x.expr, self.scope)
                {
                    return Some(Typed { expr: product, is_condition: false, span, ..x });
                }
                Typed { span, ..self.keep(operation, x) }
            }
            K::Keep(operation) => Typed { span, ..self.keep(operation, first) },
            K::Sign => Typed { unit: plain, ..self.keep(Unary::Sign, first) },
            K::SquareRoot => {
                let half = Exponent::new(1, 2).expect("a valid exponent");
                let unit = match &first.unit {
                    UnitState::Known(unit) => {
                        UnitState::Known(unit.tidy(&self.scope.units).power(half))
                    }
                    UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => {
                        first.unit.clone()
                    }
                };
                let tidied = first.known_unit().tidy(&self.scope.units);
                let first = if first.unit == UnitState::Unknown {
                    first
                } else {
                    first.convert(&tidied, &self.scope.units)?
                };
                Typed { unit, ..self.keep(Unary::SquareRoot, first) }
            }
            K::Rounding(operation) => match second {
                None => {
                    if message::has_dimension(&first, &self.scope.units) {
                        let unit =
                            first.known_unit().tidy(&self.scope.units).text(&self.scope.units);
                        let text = self.scope.sources.text(first.span).trim().to_owned();
                        let help = format!("name the multiple: `{}({text}, 1 {unit})`", name.text);
                        let error = message::plain_needed(&what, &first, self.scope);
                        self.report(Diagnostic { helps: vec![help], ..error });
                        return None;
                    }
                    let x = self.plain(first, &what)?;
                    self.keep(operation, x)
                }
                Some(multiple) => {
                    let headline =
                        |a: &str, b: &str| format!("cannot round {a} to a multiple of {b}");
                    let place = multiple.span;
                    let (x, multiple, unit) = self.unified(first, multiple, place, headline)?;
                    let quotient = self.arithmetic(Binary::Divide, x, multiple.clone(), plain);
                    let rounded = self.keep(operation, quotient);
                    self.arithmetic(Binary::Multiply, rounded, multiple, unit)
                }
            },
            K::Clamp => {
                let high = arguments.next()?;
                let own = first.span;
                let bounded = self.pair(Binary::Max, first, second?, own)?;
                Typed { span, ..self.pair(Binary::Min, bounded, high, own)? }
            }
            K::Modulo => {
                let headline = |a: &str, b: &str| format!("cannot take {a} modulo {b}");
                let second = second?;
                let place = second.span;
                let (x, divisor, unit) = self.unified(first, second, place, headline)?;
                self.arithmetic(Binary::Modulo, x, divisor, unit)
            }
            K::Atan2 => {
                let headline = |a: &str, b: &str| format!("the sides differ: {a} and {b}");
                let second = second?;
                let place = second.span;
                let (y, x, _) = self.unified(first, second, place, headline)?;
                self.arithmetic(Binary::Atan2, y, x, plain)
            }
            K::Never => {
                let is_never = if first.may_be_never {
                    unary(Unary::IsNever, first.expr)
                } else {
                    binary(Binary::NotEqual, first.expr.clone(), first.expr)
                };
                let shape = first.shape;
                Typed { is_condition: true, ..Typed::number(is_never, plain, shape, span) }
            }
            K::Previous => {
                let x = self.varying(first, &what)?;
                Typed { expr: TypedExpr::Previous(Box::new(x.expr)), span, ..x }
            }
            K::CumulativeSum => {
                let x = self.cash(first, &what)?;
                Typed {
                    expr: TypedExpr::CumulativeSum(Box::new(x.expr)),
                    is_condition: false,
                    span,
                    ..x
                }
            }
            K::Reduce(over) => {
                let x = self.varying(first, &what)?;
                let keeps = matches!(
                    over,
                    OverTime::Lowest | OverTime::Highest | OverTime::First | OverTime::Last
                );
                let is_condition = keeps && x.is_condition;
                let shape = x.shape.of_trial();
                let never = x.may_be_never;
                let expr = TypedExpr::OverTime(over, Box::new(x.expr));
                Typed { expr, unit: x.unit, shape, is_condition, may_be_never: never, span }
            }
            K::At => self.at(first, second?, span)?,
            K::Ramp => self.ramp(first, second?, span)?,
            K::FirstTime => {
                let unit = self.step_unit(&what, span)?;
                let condition = self.condition(first, &what)?;
                let condition = self.varying(condition, &what)?;
                self.time(OverTime::FirstTime, condition, unit, span)
            }
            K::Payback(over, discounted) => {
                let unit = self.step_unit(&what, span)?;
                self.in_order(&first, second.as_ref(), &what)?;
                let cash = self.cash(first, &what)?;
                match second {
                    None => self.time(over, cash, unit, span),
                    Some(rate) => {
                        let rate = self.rate(rate, &what)?;
                        let typed =
                            self.discounted(discounted, cash, rate, UnitState::Known(unit), span);
                        Typed { may_be_never: true, ..typed }
                    }
                }
            }
            K::Npv => {
                self.in_order(&first, second.as_ref(), &what)?;
                let cash = self.cash(first, &what)?;
                let rate = self.rate(second?, &what)?;
                let unit = cash.unit.clone();
                self.discounted(Discounted::Npv, cash, rate, unit, span)
            }
            K::Irr => {
                let cash = self.cash(first, &what)?;
                let per_year = self.scope.units.named("year").power(Exponent::ONE.negated());
                let expr = TypedExpr::OverTime(OverTime::Irr, Box::new(cash.expr));
                Typed::number(expr, UnitState::Known(per_year), cash.shape.of_trial(), span)
            }
            K::Extreme(_) | K::Count => unreachable!("treated before the arguments were inferred"),
        })
    }

    fn time(&mut self, over: OverTime, x: Typed, unit: Unit, span: Span) -> Typed {
        let expr = TypedExpr::OverTime(over, Box::new(x.expr));
        Typed {
            may_be_never: true,
            ..Typed::number(expr, UnitState::Known(unit), x.shape.of_trial(), span)
        }
    }

    fn discounted(
        &mut self,
        kind: Discounted,
        cash: Typed,
        rate: Typed,
        unit: UnitState,
        span: Span,
    ) -> Typed {
        let shape = cash.shape.of_trial().union(rate.shape);
        let expr = TypedExpr::Discounted(kind, Box::new(cash.expr), Box::new(rate.expr));
        Typed::number(expr, unit, shape, span)
    }

    /// What varies by step.
    fn varying(&mut self, typed: Typed, what: &str) -> Option<Typed> {
        let by_index = matches!(what, "`sum`" | "`mean`")
            && !typed.shape.step
            && typed.shape.indexes().next().is_some();
        if !by_index {
            self.step_unit(what, typed.span)?;
        }
        if typed.shape.step {
            return Some(typed);
        }
        let words = message::shape_words(typed.shape, &self.scope.indexes);
        let error = Diagnostic::new(
            Code::E406,
            format!("{what} needs a quantity that varies by step"),
            typed.span,
            words,
        );
        let error = match typed.shape.indexes().next() {
            Some(index) if by_index => {
                let index = &self.scope.indexes[usize::from(index.0)].name;
                let text = self.scope.sources.text(typed.span).trim();
                error.help(format!(
                    "over the index it is {}",
                    format_args!("`{}({text}, {index})`", what.trim_matches('`'))
                ))
            }
            _ => error.help("what varies by step stands in [series], or reads something that does"),
        };
        self.report(error);
        None
    }

    /// Refuses `npv(10% / year, cash)`: spreadsheets take the rate first.
    fn in_order(&mut self, cash: &Typed, rate: Option<&Typed>, what: &str) -> Option<()> {
        let Some(rate) = rate.filter(|rate| rate.shape.step && !cash.shape.step) else {
            return Some(());
        };
        if cash.is_poisoned() || rate.is_poisoned() {
            return None;
        }
        let text = |typed: &Typed| self.scope.sources.text(typed.span).trim().to_owned();
        let function = what.trim_matches('`');
        let help = format!("write `{function}({}, {})`", text(rate), text(cash));
        let error = Diagnostic::new(
            Code::E406,
            format!("{what} takes the cash first, then the rate"),
            cash.span,
            message::shape_words(cash.shape, &self.scope.indexes),
        );
        self.report(error.help(help));
        None
    }

    /// A flow by step, in one unit that stays.
    fn cash(&mut self, typed: Typed, what: &str) -> Option<Typed> {
        let cash = self.varying(typed, what)?;
        let tidy = cash.known_unit().tidy(&self.scope.units);
        if cash.unit == UnitState::Unknown {
            return Some(cash);
        }
        cash.convert(&tidy, &self.scope.units)
    }

    /// A rate per year, one a trial.
    fn rate(&mut self, typed: Typed, what: &str) -> Option<Typed> {
        let per_year = self.scope.units.named("year").power(Exponent::ONE.negated());
        let text = message::as_factor(self.scope.sources.text(typed.span));
        let help = format!("a rate is per time: `{text} / year`");
        let rate = self.in_unit(typed, &per_year, &format!("the rate of {what}"), Some(help))?;
        if !rate.shape.step {
            return Some(rate);
        }
        let error = Diagnostic::new(
            Code::E406,
            format!("the rate of {what} must be one value a trial"),
            rate.span,
            "varies by step",
        );
        let root = match self.scope.timeline.as_ref().map(|timeline| timeline.step) {
            Some(StepLength::Month) => "^(1/12)",
            Some(StepLength::Quarter) => "^(1/4)",
            Some(StepLength::Year) | None => "",
        };
        self.report(error.help(format!("discount by hand in [series]: `discount = {{ first = \"1\", next = \"prev / (1 + {text} * 1 year){root}\" }}`")));
        None
    }

    fn at(&mut self, x: Typed, time: Typed, span: Span) -> Option<Typed> {
        let unit = self.step_unit("`at`", span)?;
        let x = self.varying(x, "`at`")?;
        let time = self.in_unit(time, &unit, "the time of `at`", None)?;
        if time.shape.step {
            let error = Diagnostic::new(
                Code::E406,
                "the time of `at` must be one value a trial",
                time.span,
                "varies by step",
            );
            self.report(error.help("`prev(x)` is the value a step ago, in [series]"));
            return None;
        }
        let steps = self.scope.timeline.as_ref().map_or(0, |timeline| timeline.steps);
        if let Some(value) = constant::value(&time.expr, self.scope)
            && !(0.0..=f64::from(steps)).contains(&value)
        {
            let unit = unit.text(&self.scope.units);
            let error = Diagnostic::new(
                Code::E410,
                format!(
                    "`at` looks at {value} {unit}, and the timeline runs from 0 to {steps} {unit}"
                ),
                time.span,
                if value < 0.0 { "before the decision" } else { "beyond the horizon" },
            );
            let text = self.scope.sources.text(x.span).trim();
            self.report(error.help(if value < 0.0 {
                format!("`first({text})` is the value at the decision")
            } else {
                format!(
                    "`last({text})` is the value at {steps} {unit}; `steps` in [timeline] makes it longer"
                )
            }));
            return None;
        }
        let shape = x.shape.of_trial().union(time.shape);
        let expr = TypedExpr::At(Box::new(x.expr), Box::new(time.expr));
        Some(Typed {
            expr,
            unit: x.unit,
            shape,
            is_condition: x.is_condition,
            may_be_never: x.may_be_never,
            span,
        })
    }

    /// `clamp((t - from) / length, 0, 1)`, and a jump where the length is 0.
    fn ramp(&mut self, from: Typed, length: Typed, span: Span) -> Option<Typed> {
        let unit = self.step_unit("`ramp`", span)?;
        let from = self.in_unit(from, &unit, "the start of `ramp`", None)?;
        let length = self.in_unit(length, &unit, "the length of `ramp`", None)?;
        let shape = from.shape.union(length.shape).union(Shape::STEP);
        let elapsed = binary(Binary::Subtract, TypedExpr::Elapsed, from.expr.clone());
        let valid = unary(Unary::NonNegative, length.expr.clone());
        let share = binary(Binary::Divide, elapsed, valid);
        let floor = binary(Binary::Max, share, TypedExpr::Constant(0.0));
        let sloped = binary(Binary::Min, floor, TypedExpr::Constant(1.0));
        let jump = binary(Binary::LessEqual, from.expr, TypedExpr::Elapsed);
        let is_jump = binary(Binary::Equal, length.expr, TypedExpr::Constant(0.0));
        let expr = TypedExpr::Select(Box::new(is_jump), Box::new(jump), Box::new(sloped));
        Some(Typed::number(expr, UnitState::Known(Unit::none()), shape, span))
    }

    /// `min` and `max` of two quantities of one unit: the earlier of never and a time is the time.
    fn pair(&mut self, operation: Binary, a: Typed, b: Typed, span: Span) -> Option<Typed> {
        let headline = |a: &str, b: &str| format!("cannot compare {a} with {b}");
        let both = a.may_be_never && b.may_be_never;
        let either = a.may_be_never || b.may_be_never;
        let may_be_never = if operation == Binary::Min { both } else { either };
        let is_condition = a.is_condition && b.is_condition;
        let place = b.span;
        let (a, b, unit) = self.unified(a, b, place, headline)?;
        let shape = a.shape.union(b.shape);
        let expr = match (&a.expr, &b.expr) {
            (&TypedExpr::Constant(x), &TypedExpr::Constant(y)) => {
                TypedExpr::Constant(operation.apply(x, y))
            }
            _ => binary(operation, a.expr, b.expr),
        };
        Some(Typed { expr, unit, shape, is_condition, may_be_never, span })
    }

    fn extreme(
        &mut self,
        operation: Binary,
        function: &Function,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Typed {
        let positional: Vec<&Expr> = arguments.iter().map(|argument| &argument.value).collect();
        let strange = arguments.iter().find(|argument| {
            argument.weight.is_some() || argument.name.as_ref().is_some_and(|name| name.text != "x")
        });
        if let Some(strange) = strange {
            let error = Diagnostic::new(
                Code::E306,
                format!("`{}` takes its arguments without names and weights", name.text),
                strange.name.as_ref().map_or(strange.value.span, |given| given.span),
                "",
            );
            let text = |expr: &&Expr| self.scope.sources.text(expr.span).trim();
            let plain: Vec<&str> = positional.iter().map(text).collect();
            let help = format!("write `{}({})`", name.text, plain.join(", "));
            return self.mistake(span, error.help(help));
        }
        if let [_, second] = positional.as_slice()
            && let Some(index) = self.index_argument(second)
        {
            let over = if operation == Binary::Min { OverIndex::Min } else { OverIndex::Max };
            return self.reduce_index(over, function.kind, &positional, Some(index), span);
        }
        if positional.len() < 2 {
            let error = Diagnostic::new(
                Code::E306,
                format!("`{}` needs at least two arguments", name.text),
                span,
                "",
            );
            let over_time = if operation == Binary::Min { "lowest" } else { "highest" };
            let error = error.help(format!(
                "over time it is `{over_time}(x)`, over an index `{}(x, index)`",
                function.name
            ));
            return self.mistake(span, error);
        }
        let mut typed = positional
            .into_iter()
            .map(|argument| self.infer(argument))
            .collect::<Vec<_>>()
            .into_iter();
        let mut all = typed.next().expect("at least two arguments");
        let own = all.span;
        for next in typed {
            match self.pair(operation, all, next, own) {
                Some(pair) => all = pair,
                None => return Typed::poisoned(span),
            }
        }
        all
    }

    fn reduce_index(
        &mut self,
        over: OverIndex,
        kind: K,
        arguments: &[&Expr],
        index: Option<IndexId>,
        span: Span,
    ) -> Typed {
        let mut x = self.infer(arguments[0]);
        if let K::Count = kind {
            x = match self.condition(x, "`count`") {
                Some(condition) => condition,
                None => Typed::poisoned(arguments[0].span),
            };
        }
        let second = arguments[1];
        let Some(index) = index else {
            let text = self.scope.sources.text(second.span).trim().to_owned();
            let names: Vec<&str> =
                self.scope.indexes.iter().map(|index| index.name.as_str()).collect();
            let error =
                Diagnostic::new(Code::E307, format!("`{text}` is not an index"), second.span, "");
            let error = if names.is_empty() {
                error.help("declare one: `[index]` with, for example, `firm = [\"a\", \"b\"]`")
            } else if let Some(near) = nearest(&text, names.iter().copied()) {
                error.help(format!("did you mean `{near}`?"))
            } else {
                error.note(format!("the indexes are {}", names.join(", ")))
            };
            return self.mistake(span, error);
        };
        if x.is_poisoned() {
            return Typed::poisoned(span);
        }
        let is_open = x.unit == UnitState::Unknown;
        if !x.shape.has(index) && !is_open {
            let words = message::shape_words(x.shape, &self.scope.indexes);
            let name = self.scope.indexes[usize::from(index.0)].name.clone();
            let text = self.scope.sources.text(x.span).trim();
            let message = format!("`{text}` does not vary by `{name}`");
            let error = Diagnostic::new(Code::E406, message, x.span, words);
            let help = format!("write `{text}` alone, or give one of its inputs `by = \"{name}\"`");
            return self.mistake(span, error.help(help));
        }
        let keeps_condition = matches!(over, OverIndex::Min | OverIndex::Max) && x.is_condition;
        let expr = TypedExpr::OverIndex(over, index, Box::new(x.expr.clone()));
        // Never beats every number in a sum and a mean, and ranks last in an extreme.
        let expr = if x.may_be_never && matches!(over, OverIndex::Sum | OverIndex::Mean) {
            let latest = TypedExpr::OverIndex(OverIndex::Max, index, Box::new(x.expr));
            guard(expr, Some(latest.clone()), Some(latest))
        } else {
            expr
        };
        Typed {
            expr,
            unit: x.unit,
            shape: x.shape.without(index),
            is_condition: keeps_condition,
            may_be_never: x.may_be_never,
            span,
        }
    }
}

/// What a function makes of an index, where it takes one.
fn over_index_of(kind: K) -> Option<OverIndex> {
    if let K::Reduce(OverTime::Mean) = kind {
        return Some(OverIndex::Mean);
    }
    matches!(kind, K::Reduce(OverTime::Sum) | K::Count).then_some(OverIndex::Sum)
}

fn count_message(function: &Function, given: usize) -> String {
    let (least, most) = (function.required, function.parameters.len());
    let wanted = match (least, most) {
        (1, 1) => "one argument".to_owned(),
        _ if least == most => format!("{least} arguments"),
        _ => format!("{least} or {most} arguments"),
    };
    format!("`{}` takes {wanted}, not {given}", function.name)
}
