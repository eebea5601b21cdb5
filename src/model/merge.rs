//! A file laid over the model that it extends: an entry replaces the one of its name where that
//! stands, a new one is appended. Of an input that is replaced its meaning stays, unless the new one says another.

use std::collections::BTreeMap;

use super::walker::defined_twice;
use super::{Address, CorrelationDefinition, InputDefinition, Overlaid, ParsedModel};
use crate::diagnostic::Diagnostics;
use crate::expr::Name;
use crate::source::Span;

/// `over` laid over `base`; the timeline is laid over field by field before.
pub(super) fn merged(mut base: ParsedModel, over: ParsedModel) -> ParsedModel {
    let taken: Vec<String> = quantities(&over).map(|name| name.text.clone()).collect();
    // A formula may become an input and the other way round: the old one goes.
    let is_kept = |name: &Name, own: &[&Name]| {
        !taken.contains(&name.text) || own.iter().any(|own| own.text == name.text)
    };
    let own: Vec<&Name> = over.inputs.iter().map(|input| &input.name).collect();
    base.inputs.retain(|input| is_kept(&input.name, &own));
    let own: Vec<&Name> = over.formulas.iter().map(|formula| &formula.name).collect();
    base.formulas.retain(|formula| is_kept(&formula.name, &own));
    let own: Vec<&Name> = over.series.iter().map(|series| &series.name).collect();
    base.series.retain(|series| is_kept(&series.name, &own));

    lay_over(&mut base.counted_units, over.counted_units, |name| name);
    lay_over(&mut base.units, over.units, |unit| &unit.name);
    lay_over(&mut base.indexes, over.indexes, |index| &index.name);
    base.overlaid.extend(overlaid(&base.inputs, &over.inputs));
    let inputs = over.inputs.into_iter().map(|input| with_meaning(input, &base.inputs)).collect();
    lay_over(&mut base.inputs, inputs, |input| &input.name);
    lay_over_pairs(&mut base.correlations, over.correlations);
    if !over.copulas.is_empty() {
        base.copulas = over.copulas;
    }
    lay_over(&mut base.formulas, over.formulas, |formula| &formula.name);
    lay_over(&mut base.series, over.series, |series| &series.name);
    lay_over(&mut base.outputs, over.outputs, |output| &output.name);
    lay_over(&mut base.checks, over.checks, |check| &check.name);
    lay_over(&mut base.scenarios, over.scenarios, |scenario| &scenario.name);
    ParsedModel {
        title: over.title.or(base.title),
        about: over.about.or(base.about),
        source: over.source.or(base.source),
        timeline: over.timeline.or(base.timeline),
        ..base
    }
}

/// An input with what the old one of its name means, where it does not say. Where its value is from, of when and how sure
/// are of the old value, and go with it.
fn with_meaning(input: InputDefinition, base: &[InputDefinition]) -> InputDefinition {
    let old = base.iter().find(|old| old.name.text == input.name.text);
    let about = input.about.or_else(|| old.and_then(|old| old.about.clone()));
    InputDefinition { about, ..input }
}

/// The inputs of `base` that give way to one of `over`.
fn overlaid(base: &[InputDefinition], over: &[InputDefinition]) -> Vec<Overlaid> {
    let of_new = |new: &InputDefinition| {
        let old = base.iter().find(|old| old.name.text == new.name.text)?;
        let name = new.name.text.clone();
        Some(Overlaid { name, value: old.value.clone(), span: new.value.span() })
    };
    over.iter().filter_map(of_new).collect()
}

/// Entries of `over` in the place of those of the same name, the rest behind them.
fn lay_over<T>(base: &mut Vec<T>, over: Vec<T>, name_of: impl Fn(&T) -> &Name) {
    let mut places: BTreeMap<String, usize> = base
        .iter()
        .enumerate()
        .map(|(place, entry)| (name_of(entry).text.clone(), place))
        .collect();
    for entry in over {
        let name = name_of(&entry).text.clone();
        match places.get(&name) {
            Some(place) => base[*place] = entry,
            None => {
                places.insert(name, base.len());
                base.push(entry);
            }
        }
    }
}

/// Correlations of `over` in the place of those of the same pair, the rest behind them.
fn lay_over_pairs(base: &mut Vec<CorrelationDefinition>, over: Vec<CorrelationDefinition>) {
    let pair = |correlation: &CorrelationDefinition| {
        let mut pair = correlation.inputs.each_ref().map(Address::text);
        pair.sort_unstable();
        pair
    };
    base.retain(|old| over.iter().all(|new| pair(new) != pair(old)));
    base.extend(over);
}

/// The names of inputs, formulas and series.
fn quantities(model: &ParsedModel) -> impl Iterator<Item = &Name> {
    let inputs = model.inputs.iter().map(|input| &input.name);
    let formulas = model.formulas.iter().map(|formula| &formula.name);
    inputs.chain(formulas).chain(model.series.iter().map(|series| &series.name))
}

/// Reports names that two tables define: units, indexes and quantities share one namespace.
pub(super) fn check_duplicates(model: &ParsedModel, diagnostics: &mut Diagnostics) {
    let units = model.counted_units.iter().chain(model.units.iter().map(|unit| &unit.name));
    let indexes = model.indexes.iter().map(|index| &index.name);
    let mut names: Vec<&Name> = units.chain(indexes).chain(quantities(model)).collect();
    names.sort_by_key(|name| name.span);
    let mut first_of: BTreeMap<&str, Span> = BTreeMap::new();
    for name in names {
        match first_of.get(name.text.as_str()) {
            Some(first) => diagnostics.push(defined_twice(name, *first)),
            None => {
                first_of.insert(&name.text, name.span);
            }
        }
    }
}
