//! Models that are old in some entries and new in others.
//!
//! In: both models and which entries to take from the new one. Out: a [`ParsedModel`] of what the outputs in question
//! hang on; all else is left out.

use std::collections::BTreeSet;

use super::definition::{Place, copula_name, pair_name};
use crate::expr::Name;
use crate::model::ParsedModel;

/// The old and the new model, and what matters of them.
pub(super) struct Pair<'a> {
    pub(super) old: &'a ParsedModel,
    pub(super) new: &'a ParsedModel,
    /// Quantities that matter.
    pub(super) kept: &'a BTreeSet<String>,
    /// Outputs that matter.
    pub(super) kept_outputs: &'a BTreeSet<String>,
}

impl Pair<'_> {
    /// The old model with the new entries at some places.
    pub(super) fn hybrid(&self, is_new: &dyn Fn(&Place) -> bool) -> ParsedModel {
        let Pair { old, new, kept, kept_outputs } = *self;
        let quantity = |name: &Name| Place::Quantity(name.text.clone());
        let mut model = ParsedModel {
            timeline: if is_new(&Place::Timeline) { &new.timeline } else { &old.timeline }.clone(),
            counted_units: merged(&old.counted_units, &new.counted_units, is_new, |unit| {
                Place::Counted(unit.text.clone())
            }),
            units: merged(&old.units, &new.units, is_new, |unit| {
                Place::Unit(unit.name.text.clone())
            }),
            indexes: merged(&old.indexes, &new.indexes, is_new, |index| {
                Place::Index(index.name.text.clone())
            }),
            inputs: merged(&old.inputs, &new.inputs, is_new, |input| quantity(&input.name)),
            correlations: merged(&old.correlations, &new.correlations, is_new, |pair| {
                Place::Correlation(pair_name(&pair.inputs))
            }),
            copulas: merged(&old.copulas, &new.copulas, is_new, |copula| {
                Place::Copula(copula_name(copula.name.as_ref()))
            }),
            formulas: merged(&old.formulas, &new.formulas, is_new, |formula| {
                quantity(&formula.name)
            }),
            series: merged(&old.series, &new.series, is_new, |series| quantity(&series.name)),
            outputs: merged(&old.outputs, &new.outputs, is_new, |output| {
                Place::Output(output.name.text.clone())
            }),
            ..ParsedModel::default()
        };
        model.inputs.retain(|input| kept.contains(&input.name.text));
        model.formulas.retain(|formula| kept.contains(&formula.name.text));
        model.series.retain(|series| kept.contains(&series.name.text));
        model.outputs.retain(|output| kept_outputs.contains(&output.name.text));
        model
            .correlations
            .retain(|pair| pair.inputs.iter().all(|input| kept.contains(&input.name.text)));
        model
    }
}

/// The old list with the new entries at some places, those of its own behind.
fn merged<T: Clone>(
    old: &[T],
    new: &[T],
    is_new: &dyn Fn(&Place) -> bool,
    place_of: impl Fn(&T) -> Place,
) -> Vec<T> {
    let mut found = Vec::new();
    for entry in old {
        let place = place_of(entry);
        if is_new(&place) {
            found.extend(new.iter().find(|entry| place_of(entry) == place).cloned());
        } else {
            found.push(entry.clone());
        }
    }
    let is_own = |entry: &&T| {
        let place = place_of(entry);
        is_new(&place) && old.iter().all(|old| place_of(old) != place)
    };
    found.extend(new.iter().filter(is_own).cloned());
    found
}
