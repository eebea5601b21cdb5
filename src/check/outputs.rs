//! Outputs: what is reported, in which unit, of which kind.

use super::checked::{Output, Quantity, QuantityId, QuantityKind, Rule, Type, TypedExpr};
use super::define::Definer;
use super::infer::{Inference, Place};
use super::message;
use super::plan::Plans;
use super::scope::{Entry, KnownType, Scope};
use super::typed::{Typed, UnitState};
use super::units;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{self, ExprKind};
use crate::model::{OutputDefinition, ParsedModel};
use crate::unit::{Dimension, Exponent, TIME, Unit};

/// A type in which nothing is open any more.
pub(super) fn final_type(known: &KnownType) -> Type {
    let unit = match &known.unit {
        UnitState::Known(unit) => unit.clone(),
        UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => Unit::none(),
    };
    Type {
        unit,
        shape: known.shape,
        is_condition: known.is_condition,
        may_be_never: known.may_be_never,
    }
}

/// The outputs; one with a value of its own becomes a quantity that later outputs may name.
pub(super) fn outputs(
    parsed: &ParsedModel,
    scope: &mut Scope<'_>,
    quantities: &mut Vec<Quantity>,
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    if parsed.outputs.is_empty() && !diagnostics.has_errors() {
        let error = Diagnostic::without_place(Code::E104, "the model has no outputs");
        diagnostics.push(error.help(
            "add `[outputs]` with at least one, for example `total = {}` for the quantity `total`",
        ));
    }
    let mut outputs = Vec::new();
    for definition in &parsed.outputs {
        let Some(id) = quantity(definition, scope, quantities, diagnostics) else { continue };
        if let Some(output) = output(definition, id, scope, diagnostics) {
            outputs.push(output);
        }
    }
    outputs
}

fn quantity(
    definition: &OutputDefinition,
    scope: &mut Scope<'_>,
    quantities: &mut Vec<Quantity>,
    diagnostics: &mut Diagnostics,
) -> Option<QuantityId> {
    let name = &definition.name;
    let Some(value) = &definition.value else {
        if let Some(id) = scope.quantity(&name.text) {
            return Some(id);
        }
        let error = Diagnostic::new(
            Code::E301,
            format!("output `{}` has no value", name.text),
            name.span,
            "no quantity has this name",
        );
        let near = crate::diagnostic::suggest::nearest(
            &name.text,
            scope.by_name.keys().map(String::as_str),
        );
        diagnostics.push(match near {
            Some(near) => error.help(format!(
                "did you mean `{near}`? Otherwise give it a value: `{{ value = \"…\" }}`"
            )),
            None => error.help(format!("give it a value: `{} = {{ value = \"…\" }}`", name.text)),
        });
        return None;
    };
    if scope.units.exact(&name.text).is_some() {
        let error = Diagnostic::new(
            Code::E303,
            format!("`{}` is a unit and cannot name an output", name.text),
            name.span,
            "",
        );
        let help = format!("choose another name, for example `{}_value`", name.text);
        diagnostics.push(error.help(help));
        return None;
    }
    if let Some(id) = scope.quantity(&name.text) {
        // `cost = { value = "cost" }` says twice what is one thing; anything else would be two things of one name.
        if matches!(&value.kind, ExprKind::Name(own) if own.text == name.text) {
            return Some(id);
        }
        let message = format!("`{}` is defined twice", name.text);
        let error = Diagnostic::new(Code::E302, message, name.span, "a second time");
        let first = scope.entries[id.0 as usize].span;
        let text = scope.sources.text(value.span).trim();
        let is_unit = !matches!(value.kind, ExprKind::Number(_))
            && units::evaluate(value, &scope.units).is_ok();
        let help = if is_unit {
            format!("for another unit write `{} = {{ unit = \"{text}\" }}`", name.text)
        } else {
            "give the output another name, or leave `value` out".to_owned()
        };
        diagnostics.push(error.label(first, "first defined here").help(help));
        return None;
    }
    let typed = Inference { scope, place: Place::default(), diagnostics }.infer(value);
    let plans = Plans::default();
    let typed = Definer { scope, diagnostics, plans: &plans }.tidied(typed);
    let ty = KnownType {
        unit: typed.unit.clone(),
        shape: typed.shape,
        is_condition: typed.is_condition,
        may_be_never: typed.may_be_never,
    };
    let id = QuantityId(u32::try_from(scope.entries.len()).expect("fewer than 2^32 quantities"));
    scope.by_name.entry(name.text.clone()).or_insert(id);
    scope.entries.push(Entry {
        name: name.text.clone(),
        span: name.span,
        ty: ty.clone(),
        constant: None,
    });
    quantities.push(Quantity {
        name: name.text.clone(),
        span: name.span,
        kind: QuantityKind::Output,
        ty: final_type(&ty),
        rule: Rule::Formula(typed.expr),
        about: definition.about.as_ref().map(|about| about.text.clone()),
        source: None,
        date: None,
        confidence: None,
    });
    Some(id)
}

fn output(
    definition: &OutputDefinition,
    id: QuantityId,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Output> {
    let entry = &scope.entries[id.0 as usize];
    let span = definition.value.as_ref().map_or(definition.name.span, |value| value.span);
    if entry.ty.unit == UnitState::Poisoned {
        return None;
    }
    let unit = entry.ty.unit.clone();
    let plain = TypedExpr::Quantity { id, pinned: Vec::new() };
    let typed = Typed {
        is_condition: entry.ty.is_condition,
        ..Typed::number(plain, unit, entry.ty.shape, span)
    };
    let own = typed.known_unit();
    let (shown_in, magnitude, text) = match &definition.unit {
        Some(text) => {
            let (unit, magnitude) = units::text(text, &scope.units, diagnostics)?;
            if entry.ty.is_condition {
                let error = Diagnostic::new(
                    Code::E404,
                    format!("`{}` is a condition and has no unit", definition.name.text),
                    text.span,
                    "",
                );
                diagnostics
                    .push(error.help("leave `unit` out: a condition is reported as a probability"));
                return None;
            }
            (unit, magnitude, Some(text.text.clone()))
        }
        None => {
            let unit = default_unit(&own, scope);
            let text = unit.text(&scope.units);
            (unit, 1.0, (!text.is_empty()).then_some(text))
        }
    };
    let inference = Inference { scope, place: Place::default(), diagnostics };
    let Some(value) = inference.shown(typed, &shown_in, magnitude) else {
        let found = message::is_words(&own, &scope.units);
        let place = definition.unit.as_ref().map_or(span, |unit| unit.span);
        let wanted = text.as_deref().unwrap_or_default();
        let message =
            format!("`{}` is {found} and cannot be shown in `{wanted}`", definition.name.text);
        let error = Diagnostic::new(Code::E404, message, place, "");
        let error = error.label(span, message::unit_label(&own, &scope.units));
        let own = own.tidy(&scope.units).text(&scope.units);
        // The magnitude that was asked for stays: 亿 CNY/month becomes 亿 CNY.
        let magnitude = match wanted.split_once(char::is_whitespace) {
            Some((word, _)) if expr::magnitude(word).is_some() => format!("{word} "),
            _ => String::new(),
        };
        diagnostics.push(if own.is_empty() {
            error.help("leave `unit` out, or write `unit = \"%\"`")
        } else {
            error.help(format!("write `unit = \"{magnitude}{own}\"`"))
        });
        return None;
    };
    Some(Output {
        name: definition.name.text.clone(),
        about: definition.about.as_ref().map(|about| about.text.clone()),
        quantity: id,
        value,
        unit: if entry.ty.is_condition { None } else { text },
        shown_in,
        magnitude,
        better: definition.better,
    })
}

/// What a dimension is shown in where the output does not say: time in steps, rates per year, all else in base units.
pub(super) fn default_unit(own: &Unit, scope: &Scope<'_>) -> Unit {
    let dimension = scope.units.dimension(own);
    let step = scope.timeline.as_ref().map_or("second", super::checked::Timeline::unit_name);
    let is_rate =
        dimension == Dimension::none().times(&Dimension::base(TIME), Exponent::ONE.negated());
    let time = if is_rate && scope.timeline.is_some() { "year" } else { step };
    let time = scope.units.exact(time).expect("built in");
    Unit::unscaled(&dimension, time, &scope.units)
}
