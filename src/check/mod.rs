//! Meaning: names, order and cycles, shapes, units, distributions. What passes here can run.

mod calls;
mod checked;
mod combinations;
mod compound;
mod constant;
mod contradiction;
mod define;
mod dependence;
mod distributions;
mod empirical;
mod families;
mod functions;
mod growth;
mod infer;
mod message;
mod order;
mod outputs;
mod plan;
mod process;
mod scope;
mod statistics;
mod typed;
mod units;
mod written;

use std::collections::{BTreeMap, BTreeSet};

pub use checked::*;
pub(crate) use distributions::instantiate;
pub use plan::Plans;
pub use units::unit_of;
pub use written::Written;

use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{ExprKind, Name};
use crate::model::{InputDefinition, InputValue, ParsedModel, Replaced, SeriesRule};
use crate::source::Sources;
use crate::unit::{Unit, UnitTable};
use define::{Definer, Definition};
use order::{Reader, Reading, Reference};
use scope::{Entry, KnownType, Scope};
use typed::UnitState;

/// Checks a model. `replaced` are the inputs that overrides changed, as they were before.
///
/// Gives a model only where no error was found.
pub fn check(
    parsed: &ParsedModel,
    replaced: &[Replaced],
    sources: &Sources,
    plans: &Plans,
    diagnostics: &mut Diagnostics,
) -> Option<CheckedModel> {
    let replaced = &with_overlaid(parsed, replaced);
    let definitions: Vec<Definition<'_>> = (parsed.inputs.iter().map(Definition::Input))
        .chain(parsed.formulas.iter().map(Definition::Formula))
        .chain(parsed.series.iter().map(Definition::Series))
        .collect();
    let mut scope = names(parsed, &definitions, sources, plans, diagnostics);
    let references: Vec<Vec<Reference>> = definitions
        .iter()
        .enumerate()
        .map(|(position, &definition)| read(&scope, position, definition))
        .collect();
    let groups = order::groups(&references);
    let is_cyclic = order::report_cycles(&references, &groups, &scope, diagnostics);
    let mut rules: Vec<Option<Rule>> = vec![None; definitions.len()];
    for group in &groups {
        infer_group(group, &definitions, &is_cyclic, &mut scope, plans, &mut rules, diagnostics);
        let of_group = replaced.iter().filter(|old| group.contains(&old.input));
        check_replaced(of_group, &definitions, &mut scope, plans, diagnostics);
    }
    let dependence =
        dependence::groups(parsed, &definitions, &rules, replaced, &scope, diagnostics);
    let mut quantities = assemble(parsed, &definitions, &scope, rules);
    let outputs = outputs::outputs(parsed, &mut scope, &mut quantities, diagnostics);
    let (checks, statistics) =
        statistics::statistics(parsed, &outputs, &mut scope, &mut quantities, diagnostics);
    check_sizes(&quantities, &scope, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    warn_unused(parsed, &definitions, &references, &scope, diagnostics);
    let id = |position: usize| QuantityId(u32::try_from(position).unwrap_or(u32::MAX));
    let order = groups
        .iter()
        .flatten()
        .copied()
        .chain(definitions.len()..quantities.len())
        .map(id)
        .collect();
    Some(CheckedModel {
        title: parsed.title.as_ref().map(|title| title.text.clone()),
        units: scope.units,
        timeline: scope.timeline,
        indexes: scope.indexes,
        quantities,
        order,
        dependence,
        outputs,
        checks,
        statistics,
    })
}

fn names<'a>(
    parsed: &ParsedModel,
    definitions: &[Definition<'_>],
    sources: &'a Sources,
    plans: &'a Plans,
    diagnostics: &mut Diagnostics,
) -> Scope<'a> {
    let units = units::table(parsed, diagnostics);
    let mut indexes = Vec::new();
    for index in &parsed.indexes {
        if indexes.len() == MAX_INDEXES {
            let message = format!("a model has at most {MAX_INDEXES} indexes");
            diagnostics.push(Diagnostic::new(Code::E109, message, index.name.span, "one too many"));
            break;
        }
        let labels = index.labels.iter().map(|label| label.text.clone()).collect();
        indexes.push(Index { name: index.name.text.clone(), labels });
    }
    let timeline = parsed.timeline.as_ref().map(|timeline| Timeline {
        step: timeline.step,
        steps: timeline.steps,
        start: timeline.start,
    });
    let mut scope = Scope {
        sources,
        plans,
        units,
        indexes,
        timeline,
        entries: Vec::new(),
        by_name: BTreeMap::new(),
    };
    for definition in definitions {
        let name = definition.name();
        // A unit of the model and a quantity of one name are told already, as a name defined twice.
        let is_own = |unit: &Name| unit.text == name.text;
        if !parsed
            .counted_units
            .iter()
            .chain(parsed.units.iter().map(|unit| &unit.name))
            .any(is_own)
        {
            check_name(&name.text, name.span, &scope.units, diagnostics);
        }
        if let Some(index) = parsed.indexes.iter().find(|index| index.name.text == name.text) {
            let error = Diagnostic::new(
                Code::E302,
                format!("`{}` is an index already", name.text),
                name.span,
                "",
            );
            diagnostics.push(error.label(index.name.span, "the index"));
        }
        let shape = match definition {
            Definition::Series(_) => Shape::STEP,
            Definition::Input(_) | Definition::Formula(_) => Shape::TRIAL,
        };
        let ty =
            KnownType { unit: UnitState::Unknown, shape, is_condition: false, may_be_never: false };
        let id =
            QuantityId(u32::try_from(scope.entries.len()).expect("fewer than 2^32 quantities"));
        scope.by_name.entry(name.text.clone()).or_insert(id);
        scope.entries.push(Entry { name: name.text.clone(), span: name.span, ty, constant: None });
    }
    scope
}

/// Units and names share one namespace; plurals give way.
fn check_name(
    name: &str,
    span: crate::source::Span,
    units: &UnitTable,
    diagnostics: &mut Diagnostics,
) {
    if units.exact(name).is_some() {
        let error = Diagnostic::new(
            Code::E303,
            format!("`{name}` is a unit and cannot name a quantity"),
            span,
            "",
        );
        diagnostics.push(error.help(format!("choose another name, for example `{name}_value`")));
    }
}

fn read(scope: &Scope<'_>, position: usize, definition: Definition<'_>) -> Vec<Reference> {
    let own = match definition {
        Definition::Series(series) if matches!(series.rule, SeriesRule::Recursive { .. }) => {
            Some(QuantityId(u32::try_from(position).unwrap_or(u32::MAX)))
        }
        Definition::Series(_) | Definition::Input(_) | Definition::Formula(_) => None,
    };
    let mut found = Vec::new();
    for (expr, at_first, at_later) in definition.expressions() {
        let own = own.filter(|_| !at_first);
        Reader { scope, own, at_first, at_later }.read(expr, Reading::Same, &mut found);
    }
    found
}

/// Infers quantities that depend on each other: silently until nothing changes, then once with reports.
fn infer_group(
    group: &[usize],
    definitions: &[Definition<'_>],
    is_cyclic: &[bool],
    scope: &mut Scope<'_>,
    plans: &Plans,
    rules: &mut [Option<Rule>],
    diagnostics: &mut Diagnostics,
) {
    let id = |position: usize| QuantityId(u32::try_from(position).unwrap_or(u32::MAX));
    if group.iter().any(|&member| is_cyclic[member]) {
        for &member in group {
            scope.entries[member].ty.unit = UnitState::Poisoned;
        }
        return;
    }
    // A circle through earlier steps: types settle after as many rounds as it has members.
    if group.len() > 1 || matches!(definitions[group[0]], Definition::Series(_)) {
        for _ in 0..=group.len().min(64) {
            let mut is_settled = true;
            for &member in group {
                let mut silent = Diagnostics::new();
                let mut definer = Definer { scope, diagnostics: &mut silent, plans };
                let (ty, _) = definer.define(id(member), definitions[member]);
                // What is poisoned now may be known in a later round.
                let ty = if ty.unit == UnitState::Poisoned {
                    KnownType { unit: UnitState::Unknown, ..ty }
                } else {
                    ty
                };
                let ty = KnownType { shape: ty.shape.union(scope.entries[member].ty.shape), ..ty };
                is_settled &= ty == scope.entries[member].ty;
                scope.entries[member].ty = ty;
            }
            if is_settled {
                break;
            }
        }
        for &member in group {
            if scope.entries[member].ty.unit != UnitState::Unknown {
                continue;
            }
            // Open still: nothing has a unit, or a mistake keeps it open, which is told before anything is assumed.
            let known = diagnostics.iter().count();
            Definer { scope, diagnostics, plans }.define(id(member), definitions[member]);
            let is_wrong = diagnostics.iter().count() > known
                || scope.timeline.is_none() && matches!(definitions[member], Definition::Series(_));
            scope.entries[member].ty.unit =
                if is_wrong { UnitState::Poisoned } else { UnitState::Known(Unit::none()) };
        }
    }
    for &member in group {
        if scope.entries[member].ty.unit == UnitState::Poisoned {
            continue;
        }
        let (ty, rule) =
            Definer { scope, diagnostics, plans }.define(id(member), definitions[member]);
        let constant = match &rule {
            Rule::Formula(expr) if ty.shape == Shape::TRIAL => constant::value(expr, scope),
            Rule::Input { cells, .. } if ty.shape == Shape::TRIAL => match cells.as_slice() {
                [InputCell { value: InputRule::Fixed(expr), .. }] => constant::value(expr, scope),
                _ => None,
            },
            Rule::Formula(_) | Rule::Input { .. } | Rule::Recursive { .. } => None,
        };
        let entry = &mut scope.entries[member];
        entry.ty = ty;
        entry.constant = constant;
        rules[member] = Some(rule);
    }
}

/// The inputs that overrides changed, and those that changed what the model extends.
fn with_overlaid(parsed: &ParsedModel, replaced: &[Replaced]) -> Vec<Replaced> {
    let overlaid = parsed.overlaid.iter().filter_map(|old| {
        let input = parsed.inputs.iter().position(|input| input.name.text == old.name)?;
        let is_replaced = replaced.iter().any(|change| change.input == input);
        (!is_replaced).then(|| Replaced { input, value: old.value.clone(), span: old.span })
    });
    overlaid.chain(replaced.iter().cloned()).collect()
}

/// An override must be of the dimension of what it replaces; one that is not keeps the old unit for its readers.
fn check_replaced<'a>(
    replaced: impl Iterator<Item = &'a Replaced>,
    definitions: &[Definition<'_>],
    scope: &mut Scope<'_>,
    plans: &Plans,
    diagnostics: &mut Diagnostics,
) {
    for old in replaced {
        let Some(Definition::Input(input)) = definitions.get(old.input) else { continue };
        let mut silent = Diagnostics::new();
        let definition =
            InputDefinition { value: old.value.clone(), base: None, ..(*input).clone() };
        let id = QuantityId(u32::try_from(old.input).unwrap_or(u32::MAX));
        let (was, _) = Definer { scope, diagnostics: &mut silent, plans }
            .define(id, Definition::Input(&definition));
        let (UnitState::Known(was), UnitState::Known(is)) =
            (&was.unit, &scope.entries[old.input].ty.unit)
        else {
            continue;
        };
        if scope.units.dimension(was) == scope.units.dimension(is) {
            continue;
        }
        let (was, is) = (was.clone(), is.clone());
        // A bare 0 fits every dimension, and the input stays of its own.
        if is_bare_zero(&input.value) {
            scope.entries[old.input].ty.unit = UnitState::Known(was);
            continue;
        }
        let error = message::replaced(&input.name, old.span, (&was, &is), scope);
        diagnostics.push(error);
        scope.entries[old.input].ty.unit = UnitState::Known(was);
    }
}

fn is_bare_zero(value: &InputValue) -> bool {
    let (InputValue::Plain(expr) | InputValue::ByIndexSame { value: expr, .. }) = value else {
        return false;
    };
    matches!(&expr.kind, ExprKind::Number(literal) if literal.is_bare_zero)
}

/// The most values at once: of one quantity over its labels, and of all quantities together.
const MOST_CELLS: [usize; 2] = [100_000, 1_000_000];

/// Refuses what would unroll to more values than memory holds, before any is asked for.
fn check_sizes(quantities: &[Quantity], scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let [most_of_one, most] = MOST_CELLS;
    let mut all = 0_usize;
    for quantity in quantities {
        let labels = quantity
            .ty
            .shape
            .indexes()
            .map(|index| scope.indexes[usize::from(index.0)].labels.len());
        let cells = labels.fold(1_usize, usize::saturating_mul);
        all = all.saturating_add(cells);
        if cells > most_of_one || all > most {
            let words = message::shape_words(quantity.ty.shape, &scope.indexes);
            let limit = if cells > most_of_one { most_of_one } else { most };
            let message =
                format!("`{}` brings the model to more than {limit} values", quantity.name);
            let error = Diagnostic::new(Code::E109, message, quantity.span, words);
            diagnostics.push(error.help(
                "reduce over an index first, for example `sum(x, firm)`, or use fewer labels",
            ));
            return;
        }
    }
}

fn assemble(
    parsed: &ParsedModel,
    definitions: &[Definition<'_>],
    scope: &Scope<'_>,
    rules: Vec<Option<Rule>>,
) -> Vec<Quantity> {
    let text = |text: &Option<crate::model::Text>| text.as_ref().map(|text| text.text.clone());
    let _ = parsed;
    definitions
        .iter()
        .zip(&scope.entries)
        .zip(rules)
        .map(|((definition, entry), rule)| {
            let (kind, about) = match definition {
                Definition::Input(input) => (QuantityKind::Input, text(&input.about)),
                Definition::Formula(formula) => (QuantityKind::Formula, text(&formula.about)),
                Definition::Series(series) => (QuantityKind::Series, text(&series.about)),
            };
            let input = match definition {
                Definition::Input(input) => Some(input),
                Definition::Formula(_) | Definition::Series(_) => None,
            };
            Quantity {
                name: entry.name.clone(),
                span: entry.span,
                kind,
                ty: outputs::final_type(&entry.ty),
                rule: rule.unwrap_or(Rule::Formula(TypedExpr::Constant(f64::NAN))),
                about,
                source: input.and_then(|input| text(&input.source)),
                date: input.and_then(|input| text(&input.date)),
                confidence: input.and_then(|input| input.confidence),
            }
        })
        .collect()
}

/// Inputs that neither an output nor a check depends on.
fn warn_unused(
    parsed: &ParsedModel,
    definitions: &[Definition<'_>],
    references: &[Vec<Reference>],
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut waiting: Vec<usize> = Vec::new();
    let mut values = Vec::new();
    for output in &parsed.outputs {
        match &output.value {
            None => waiting.extend(scope.quantity(&output.name.text).map(|id| id.0 as usize)),
            Some(value) => values.push(value),
        }
    }
    let sentences = parsed.checks.iter().filter_map(|check| check.sentence.as_ref());
    values.extend(sentences.chain(&parsed.statistics).map(|sentence| &sentence.argument));
    // A coefficient that is an input is used where the inputs that it correlates are.
    values.extend(parsed.correlations.iter().map(|correlation| &correlation.coefficient));
    values.extend(parsed.copulas.iter().filter_map(|copula| copula.df.as_ref()));
    let mut found = Vec::new();
    for value in values {
        let reader = Reader { scope, own: None, at_first: true, at_later: true };
        reader.read(value, Reading::Same, &mut found);
    }
    waiting.extend(found.iter().map(|reference| reference.to.0 as usize));
    let mut used = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        if used.insert(node) {
            waiting.extend(
                references.get(node).into_iter().flatten().map(|reference| reference.to.0 as usize),
            );
        }
    }
    for (position, definition) in definitions.iter().enumerate() {
        if let (Definition::Input(input), false) = (definition, used.contains(&position)) {
            let name = &input.name.text;
            let message = format!("no output depends on input `{name}`");
            let warning = Diagnostic::new(Code::W101, message, input.name.span, "");
            let reader = references.iter().zip(definitions).find(|(reads, _)| {
                reads.iter().any(|reference| reference.to.0 as usize == position)
            });
            diagnostics.push(match reader {
                Some((_, reader)) => {
                    let reader = reader.name();
                    let label =
                        format!("`{}` reads it, and no output depends on that", reader.text);
                    warning.label(reader.span, label)
                }
                None => {
                    let others = definitions.iter().enumerate();
                    let others = others.filter(|(other, _)| used.contains(other));
                    let names = others.filter_map(|(_, other)| match other {
                        Definition::Input(input) => Some(input.name.text.as_str()),
                        Definition::Formula(_) | Definition::Series(_) => None,
                    });
                    warning.help(match nearest(name, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => {
                            "delete it, or use it in a formula that an output depends on".into()
                        }
                    })
                }
            });
        }
    }
}
