//! The names of a model: quantities, units, indexes, and what a name means where it stands.

use std::collections::BTreeMap;

use super::checked::{Index, IndexId, QuantityId, Timeline};
use super::plan::Plans;
use super::typed::UnitState;
use super::{checked::Shape, functions, units};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::Family;
use crate::expr::Name;
use crate::source::{Sources, Span};
use crate::unit::UnitTable;

/// What is known about a quantity while types are inferred.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KnownType {
    pub(super) unit: UnitState,
    pub(super) shape: Shape,
    pub(super) is_condition: bool,
    pub(super) may_be_never: bool,
}

/// A quantity's name and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) ty: KnownType,
    /// Its value where it is the same in every trial: fixed inputs and what follows from them alone.
    pub(super) constant: Option<f64>,
}

/// Everything a name may mean.
pub(super) struct Scope<'a> {
    pub(super) sources: &'a Sources,
    pub(super) plans: &'a Plans,
    pub(super) units: UnitTable,
    pub(super) indexes: Vec<Index>,
    pub(super) timeline: Option<Timeline>,
    pub(super) entries: Vec<Entry>,
    pub(super) by_name: BTreeMap<String, QuantityId>,
}

impl Scope<'_> {
    pub(super) fn quantity(&self, name: &str) -> Option<QuantityId> {
        self.by_name.get(name).copied()
    }

    pub(super) fn name(&self, id: QuantityId) -> &str {
        &self.entries[id.0 as usize].name
    }

    pub(super) fn index(&self, name: &str) -> Option<IndexId> {
        let position = self.indexes.iter().position(|index| index.name == name)?;
        u8::try_from(position).ok().map(IndexId)
    }

    /// What to say about a name that means nothing here.
    pub(super) fn unknown_name(&self, name: &Name) -> Diagnostic {
        let text = name.text.as_str();
        let error = |label: &str| {
            Diagnostic::new(Code::E301, format!("unknown name `{text}`"), name.span, label)
        };
        if let Some(unit) = text.strip_suffix('S').filter(|unit| unit.ends_with("FLOP")) {
            return error("not a unit")
                .help(format!("a rate of computing is written `{unit}/second`"));
        }
        if self.index(text).is_some() {
            return error("an index, not a quantity").help(format!(
                "an index stands as the last argument of a reducer, as in `sum(x, {text})`"
            ));
        }
        if let Some(index) =
            self.indexes.iter().find(|index| index.labels.iter().any(|label| label == text))
        {
            return error("a label, not a quantity").help(format!(
                "a label of `{}` stands in brackets behind a quantity, as in `x[{text}]`",
                index.name
            ));
        }
        if let Some(number) = ["false", "true"].iter().position(|word| *word == text) {
            return error("not defined").help(format!("write `{number}`: conditions count 1 or 0"));
        }
        if functions::find(text).is_some() || text == "if" {
            return error("a function without its arguments").help(format!("write `{text}(…)`"));
        }
        if Family::from_name(text).is_some() || functions::COMBINATORS.contains(&text) {
            return error("a distribution without its parameters")
                .help(format!("write `{text}(…)`"));
        }
        if functions::PROCESSES.contains(&text) {
            return error("a process without its parameters").help(format!("write `{text}(…)`"));
        }
        // `GPU` is a unit that is not declared rather than a slip for the quantity `gpus`.
        if text.len() > 1 && text.chars().all(|c| c.is_ascii_uppercase()) {
            return self.unknown_unit(name);
        }
        let quantities = self.by_name.keys().map(String::as_str);
        let near = nearest(text, quantities.chain(["t", "pi", "prev"]))
            .or_else(|| units::nearest_unit(text, &self.units));
        match near {
            Some(known) => error("not defined").help(format!("did you mean `{known}`?")),
            None => error("not defined").help(format!(
                "define `{text}` in [inputs], [formulas] or [series]; a counted thing belongs in `units` of [model]"
            )),
        }
    }

    /// What to say about a name that means nothing where a unit is expected.
    pub(super) fn unknown_unit(&self, name: &Name) -> Diagnostic {
        let text = name.text.as_str();
        let error =
            Diagnostic::new(Code::E301, format!("unknown name `{text}`"), name.span, "not a unit");
        units::with_unit_help(error, text, &self.units)
    }
}
