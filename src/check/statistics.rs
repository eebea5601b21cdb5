//! Statistics over the trials: what they are of, in which unit, and what is said of them.
//!
//! What comes in: sentences as written, the outputs, the scope. What goes out: a [`Statistic`] whose argument is
//! a quantity of the model like any other. Outside the brackets stand constants alone.

use super::checked::{
    Check, Claim, Output, Quantity, QuantityId, QuantityKind, Rule, Statistic, TypedExpr,
};
use super::constant;
use super::define::Definer;
use super::infer::{Inference, Place};
use super::message::{self, Mismatch};
use super::outputs::{default_unit, final_type};
use super::plan::Plans;
use super::scope::{Entry, KnownType, Scope};
use super::typed::{Typed, UnitState};
use super::units;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{
    Comparison, Expr, ExprKind, Measure, Precision, Sentence, SentenceEnd, StringText,
    parse_unit_text,
};
use crate::model::{Better, ParsedModel};
use crate::source::Span;
use crate::unit::Unit;

/// The checks of a model, and what else is asked of its trials.
pub(super) fn statistics(
    parsed: &ParsedModel,
    outputs: &[Output],
    scope: &mut Scope<'_>,
    quantities: &mut Vec<Quantity>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Check>, Vec<Statistic>) {
    let mut checker = Checker { outputs, scope, quantities, diagnostics };
    let checks = parsed.checks.iter().filter_map(|check| {
        Some(Check {
            name: check.name.text.clone(),
            about: check.about.as_ref().map(|about| about.text.clone()),
            statistic: checker.statistic(check.sentence.as_ref()?)?,
        })
    });
    let checks = checks.collect();
    let asked = parsed.statistics.iter().filter_map(|sentence| checker.statistic(sentence));
    (checks, asked.collect())
}

struct Checker<'a, 's> {
    outputs: &'a [Output],
    scope: &'a mut Scope<'s>,
    quantities: &'a mut Vec<Quantity>,
    diagnostics: &'a mut Diagnostics,
}

/// What a statistic is shown in.
struct Shown {
    unit: Unit,
    magnitude: f64,
    text: Option<String>,
}

impl Checker<'_, '_> {
    fn infer(&mut self, expr: &Expr) -> Typed {
        let (scope, diagnostics) = (&*self.scope, &mut *self.diagnostics);
        let typed = Inference { scope, place: Place::default(), diagnostics }.infer(expr);
        let plans = Plans::default();
        Definer { scope, diagnostics: self.diagnostics, plans: &plans }.tidied(typed)
    }

    fn statistic(&mut self, sentence: &Sentence) -> Option<Statistic> {
        let typed = self.infer(&sentence.argument);
        if typed.is_poisoned() || !self.is_one_value(sentence, &typed) {
            return None;
        }
        let is_probability = sentence.measure == Measure::Probability;
        if is_probability && !typed.is_condition {
            let text = self.scope.sources.text(typed.span).trim();
            let message = format!("`P` needs a condition, not {}", self.unit_words(&typed));
            let error = Diagnostic::new(Code::E409, message, typed.span, "neither true nor false");
            let help = format!("compare it with something, for example `P({text} > 0)`");
            self.diagnostics.push(error.help(help));
            return None;
        }
        // A condition in arithmetic counts 1 or 0.
        let typed = Typed { is_condition: is_probability, ..typed };
        let shown = self.shown(sentence, &typed);
        let value_unit = typed.unit.clone();
        let claim = self.claim(sentence, &typed, &shown)?;
        let better = self.output(&sentence.argument).map_or(Better::Higher, |output| output.better);
        let id = self.quantity(sentence, typed);
        let plain = TypedExpr::Quantity { id, pinned: Vec::new() };
        let span = sentence.argument.span;
        let shape = self.scope.entries[id.0 as usize].ty.shape;
        let value = Typed::number(plain, value_unit, shape, span);
        let (scope, diagnostics) = (&*self.scope, &mut *self.diagnostics);
        let inference = Inference { scope, place: Place::default(), diagnostics };
        let value = inference.shown(value, &shown.unit, shown.magnitude)?;
        Some(Statistic {
            text: sentence.text.clone(),
            measure: sentence.measure,
            of: Output {
                name: sentence.text.clone(),
                about: None,
                quantity: id,
                value,
                unit: shown.text,
                shown_in: shown.unit,
                magnitude: shown.magnitude,
                better,
            },
            claim,
        })
    }

    fn unit_words(&self, typed: &Typed) -> String {
        let words = message::unit_words(&typed.known_unit(), &self.scope.units);
        if words.starts_with('`') { format!("a quantity in {words}") } else { words }
    }

    /// Whether there is one value a trial; reports where there are several.
    fn is_one_value(&mut self, sentence: &Sentence, typed: &Typed) -> bool {
        let text = self.scope.sources.text(typed.span).trim().to_owned();
        let name = &sentence.name.text;
        let call = |inner: String| format!("`{name}({inner})`");
        let index = typed.shape.indexes().next();
        let (what, help) = if typed.shape.step {
            let examples = match typed.is_condition {
                true => [call(format!("never(first_time({text}))")), call(format!("last({text})"))],
                false => [call(format!("last({text})")), call(format!("at({text}, 12 month)"))],
            };
            ("step", format!("make one value of its steps: {} or {}", examples[0], examples[1]))
        } else if let Some(index) = index {
            let index = &self.scope.indexes[usize::from(index.0)];
            let (reducer, label) =
                (if typed.is_condition { "count" } else { "sum" }, &index.labels[0]);
            let at_label = if let ExprKind::Name(quantity) = &sentence.argument.kind {
                format!("{}[{label}]", quantity.text)
            } else {
                format!("…[{label}]")
            };
            let over = match typed.is_condition {
                true => format!("`{name}({reducer}({text}, {0}) >= 1)`", index.name),
                false => call(format!("{reducer}({text}, {})", index.name)),
            };
            (index.name.as_str(), format!("name one label: {}, or reduce: {over}", call(at_label)))
        } else {
            return true;
        };
        let message = format!("`{name}` is over trials, and this varies by {what}");
        let words = message::shape_words(typed.shape, &self.scope.indexes);
        self.diagnostics.push(Diagnostic::new(Code::E406, message, typed.span, words).help(help));
        false
    }

    /// The output that an expression names.
    fn output(&self, expr: &Expr) -> Option<&Output> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        self.outputs.iter().find(|output| output.name == name.text)
    }

    /// The unit: that of the output named, else that of the number compared with, else the usual one.
    fn shown(&self, sentence: &Sentence, typed: &Typed) -> Shown {
        if sentence.measure == Measure::Probability {
            return Shown { unit: Unit::none(), magnitude: 1.0, text: None };
        }
        if let Some(output) = self.output(&sentence.argument).filter(|output| output.unit.is_some())
        {
            let (unit, magnitude) = (output.shown_in.clone(), output.magnitude);
            return Shown { unit, magnitude, text: output.unit.clone() };
        }
        let own = typed.known_unit();
        let beside = match &sentence.end {
            SentenceEnd::Compared(_, target) => Some(target.span),
            SentenceEnd::Precise(Precision::Absolute(amount), _) => Some(amount.span),
            SentenceEnd::Precise(..) | SentenceEnd::Nothing => None,
        };
        if let Some(shown) = beside.and_then(|span| self.as_written(span, &own)) {
            return shown;
        }
        let unit = default_unit(&own, self.scope);
        let text = unit.text(&self.scope.units);
        Shown { unit, magnitude: 1.0, text: (!text.is_empty()).then_some(text) }
    }

    /// `亿 CNY` of `90亿 CNY`, where the unit fits.
    fn as_written(&self, span: Span, own: &Unit) -> Option<Shown> {
        let is_number = |c: char| c.is_ascii_digit() || "._-+ ".contains(c);
        let text = self.scope.sources.text(span).trim_start_matches(is_number).trim();
        if text.is_empty() || text.contains(['(', ')']) {
            return None;
        }
        let mut ignored = Diagnostics::new();
        let place = StringText::verbatim(text.to_owned(), span.source, span.start as usize);
        let unit_text = parse_unit_text(&place, &mut ignored);
        let (unit, magnitude) = units::text(&unit_text, &self.scope.units, &mut ignored)?;
        let fits = !ignored.has_errors()
            && own.conversion_scaled(&unit, magnitude, &self.scope.units).is_some();
        fits.then(|| Shown { unit, magnitude, text: Some(text.to_owned()) })
    }

    fn claim(&mut self, sentence: &Sentence, of: &Typed, shown: &Shown) -> Option<Claim> {
        match &sentence.end {
            SentenceEnd::Nothing => Some(Claim::Nothing),
            SentenceEnd::Compared(comparison, target) => {
                let headline = |a: &str, b: &str| format!("cannot compare {a} with {b}");
                let value = self.amount(sentence, of, target, shown, headline)?;
                if sentence.measure == Measure::Probability {
                    self.check_probability(target, value, *comparison)?;
                }
                Some(Claim::Compared(*comparison, value))
            }
            SentenceEnd::Precise(Precision::Relative(share), _) => Some(Claim::Relative(*share)),
            SentenceEnd::Precise(Precision::Points(share), span) => {
                if !of.known_unit().tidy(&self.scope.units).is_none() {
                    let message = "percentage points are of probabilities and plain numbers";
                    let error = Diagnostic::new(Code::E212, message, *span, "");
                    let help =
                        "write a share of the estimate, such as `0.5%`, or an amount with its unit";
                    self.diagnostics.push(error.help(help));
                    return None;
                }
                Some(Claim::Absolute(share / shown.magnitude))
            }
            SentenceEnd::Precise(Precision::Absolute(amount), span) => {
                let headline =
                    |a: &str, b: &str| format!("a precision of {b} for an estimate in {a}");
                let value = self.amount(sentence, of, amount, shown, headline)?;
                if value > 0.0 {
                    return Some(Claim::Absolute(value));
                }
                let error = Diagnostic::new(Code::E212, "a precision is above 0", *span, "");
                self.diagnostics.push(error.help("write for example `0.5%`"));
                None
            }
        }
    }

    /// A constant beside a statistic, in the unit that the statistic is shown in.
    fn amount(
        &mut self,
        sentence: &Sentence,
        of: &Typed,
        expr: &Expr,
        shown: &Shown,
        headline: impl Fn(&str, &str) -> String,
    ) -> Option<f64> {
        let amount = self.infer(expr);
        if amount.is_poisoned() {
            return None;
        }
        let unit = match sentence.measure {
            Measure::Probability => UnitState::Known(Unit::none()),
            Measure::Mean | Measure::Sd | Measure::Percentile(_) | Measure::Shortfall(_) => {
                of.unit.clone()
            }
        };
        let span = sentence.name.span.to(sentence.argument.span);
        let left = Typed { unit, span, ..of.clone() };
        let is_zero = matches!(&expr.kind, ExprKind::Number(literal) if literal.is_bare_zero);
        let amount = if is_zero { Typed { unit: left.unit.clone(), ..amount } } else { amount };
        if amount.clone().convert(&left.known_unit(), &self.scope.units).is_none() {
            let mismatch = Mismatch { scope: self.scope, left: &left, right: &amount };
            let error = mismatch.diagnostic(amount.span, headline);
            self.diagnostics.push(error);
            return None;
        }
        let (scope, diagnostics) = (&*self.scope, &mut *self.diagnostics);
        let inference = Inference { scope, place: Place::default(), diagnostics };
        let value = inference.shown(amount, &shown.unit, shown.magnitude)?;
        let value = constant::value(&value, self.scope).filter(|value| value.is_finite());
        if value.is_none() {
            let message = "what stands beside a statistic must be a constant";
            let error = Diagnostic::new(Code::E411, message, expr.span, "not a constant");
            self.diagnostics.push(error.help(
                "compare what differs from trial to trial inside the brackets, for example `P(a <= b) >= 95%`",
            ));
        }
        value
    }

    /// A probability lies between 0 and 1.
    fn check_probability(
        &mut self,
        target: &Expr,
        value: f64,
        comparison: Comparison,
    ) -> Option<()> {
        if (0.0..=1.0).contains(&value) {
            return Some(());
        }
        let text = self.scope.sources.text(target.span).trim();
        let message = format!("`{text}` is no probability");
        let error = Diagnostic::new(Code::E412, message, target.span, "not between 0 % and 100 %");
        let symbol = comparison.symbol();
        self.diagnostics.push(if value > 1.0 && value <= 100.0 && message::is_number(text) {
            error.help(format!("write `{symbol} {text}%`"))
        } else {
            error.help(format!("write for example `{symbol} 95%`"))
        });
        None
    }

    /// The quantity that an argument is: one that has a name, or one of its own.
    fn quantity(&mut self, sentence: &Sentence, typed: Typed) -> QuantityId {
        if let TypedExpr::Quantity { id, pinned } = &typed.expr
            && pinned.is_empty()
            && self.quantities[id.0 as usize].ty.is_condition == typed.is_condition
        {
            return *id;
        }
        let unit = match typed.unit {
            UnitState::Known(unit) => UnitState::Known(unit),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => {
                UnitState::Known(Unit::none())
            }
        };
        let ty = KnownType {
            unit,
            shape: typed.shape,
            is_condition: typed.is_condition,
            may_be_never: typed.may_be_never,
        };
        let count = u32::try_from(self.scope.entries.len()).expect("fewer than 2^32 quantities");
        self.quantities.push(Quantity {
            name: sentence.text.clone(),
            span: sentence.span,
            kind: QuantityKind::Statistic,
            ty: final_type(&ty),
            rule: Rule::Formula(typed.expr),
            about: None,
            source: None,
            date: None,
            confidence: None,
        });
        // No name: nothing can read it.
        let name = sentence.text.clone();
        self.scope.entries.push(Entry { name, span: sentence.span, ty, constant: None });
        QuantityId(count)
    }
}
