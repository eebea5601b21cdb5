//! Distributions by their family: parameters matched with its forms, or percentiles that pin it.

use super::checked::{DistributionExpr, Shape, TypedExpr};
use super::distributions::TypedDistribution;
use super::infer::Inference;
use super::typed::{Typed, UnitState};
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{Family, Form, Role};
use crate::expr::{Argument, Name};
use crate::source::Span;
use crate::unit::Unit;

impl Inference<'_> {
    pub(super) fn family(
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
}

/// `p5` → 0.05, `p97.5` → 0.975.
pub(super) fn percentile(name: &str) -> Option<f64> {
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
