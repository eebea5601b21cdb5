//! What two lists of definitions do not have in common.

use std::collections::BTreeSet;

use super::definition::{Definition, Part, Place};
use super::{Change, ChangeKind};
use crate::check::Plans;
use crate::expr::ExprKind;
use crate::model::{InputValue, ParsedModel, sample_files};

/// The changes from the old list to the new one: in the order of the new one, what is gone behind it.
pub(super) fn between(old: &[Definition], new: &[Definition]) -> Vec<Change> {
    let mut found = Vec::new();
    let find = |list: &[Definition], place: &Place| -> Option<Definition> {
        list.iter().find(|known| known.place == *place).cloned()
    };
    for own in new {
        match find(old, &own.place) {
            None => found.push(appeared(own)),
            Some(was) => found.extend(altered(&was, own)),
        }
    }
    for was in old {
        if find(new, &was.place).is_none() {
            let Change { name, kind, new, place, .. } = appeared(was);
            found.push(Change { name, kind, old: new, new: None, place });
        }
    }
    found
}

/// An entry that stands in one version only.
fn appeared(own: &Definition) -> Change {
    let parts = if own.parts.is_empty() { &own.notes } else { &own.parts };
    Change {
        name: own.place.name().to_owned(),
        kind: own.kind,
        old: None,
        new: Some(told(parts.iter())),
        place: own.place.clone(),
    }
}

/// An entry of both versions: its definition may have changed, and what is said about it.
fn altered(was: &Definition, own: &Definition) -> Vec<Change> {
    let change = |kind: ChangeKind, old: Option<String>, new: Option<String>| Change {
        name: own.place.name().to_owned(),
        kind,
        old,
        new,
        place: own.place.clone(),
    };
    let mut found = Vec::new();
    if was.kind != own.kind {
        let with_kind = |d: &Definition| {
            let article = if d.kind == ChangeKind::Input { "an" } else { "a" };
            format!("{article} {}: {}", d.kind.name(), told(d.parts.iter()))
        };
        found.push(change(own.kind, Some(with_kind(was)), Some(with_kind(own))));
    } else if let Some((old, new)) = different(&was.parts, &own.parts) {
        found.push(change(own.kind, old, new));
    }
    if let Some((old, new)) = different(&was.base, &own.base) {
        found.push(change(ChangeKind::Base, old, new));
    }
    if let Some((old, new)) = different(&was.notes, &own.notes) {
        // Of checks and scenarios these are all there is.
        let is_all = matches!(own.kind, ChangeKind::Check | ChangeKind::Scenario);
        let kind = if is_all { own.kind } else { ChangeKind::Text };
        found.push(change(kind, old, new));
    }
    found
}

/// The parts that differ, on both sides; `None` where there are none.
fn different(was: &[Part], own: &[Part]) -> Option<(Option<String>, Option<String>)> {
    let differs = |part: &&Part, others: &[Part]| {
        let same = |other: &Part| other.label == part.label && other.canonical == part.canonical;
        !others.iter().any(same)
    };
    let old: Vec<&Part> = was.iter().filter(|part| differs(part, own)).collect();
    let new: Vec<&Part> = own.iter().filter(|part| differs(part, was)).collect();
    if old.is_empty() && new.is_empty() {
        return None;
    }
    let text = |parts: &[&Part]| (!parts.is_empty()).then(|| told(parts.iter().copied()));
    let (old, mut new) = (text(&old), text(&new));
    if old == new {
        // Data files of one name.
        new = new.map(|text| format!("{text}, with other contents"));
    }
    Some((old, new))
}

/// `first: -investment; next: revenue`.
fn told<'a>(parts: impl Iterator<Item = &'a Part>) -> String {
    let text = |part: &Part| match part.label.as_str() {
        "" => part.shown.clone(),
        label => format!("{label}: {}", part.shown),
    };
    parts.map(text).collect::<Vec<String>>().join("; ")
}

/// Whether figures may hang on a change: `kept` are the quantities that the outputs in question hang on, `outputs` these
/// and other outputs that they name.
pub(super) fn matters(
    change: &Change,
    kept: &BTreeSet<String>,
    outputs: &BTreeSet<String>,
) -> bool {
    match (&change.place, change.kind) {
        (
            _,
            ChangeKind::Base
            | ChangeKind::Text
            | ChangeKind::Check
            | ChangeKind::Scenario
            | ChangeKind::Rename,
        ) => false,
        (Place::Quantity(name), _) => kept.contains(name),
        (Place::Output(name), _) => outputs.contains(name),
        (Place::Correlation(pair), _) => {
            let base = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
            pair.split(", ").any(|name| kept.contains(&base(name)))
        }
        (
            Place::Model
            | Place::Counted(_)
            | Place::Unit(_)
            | Place::Timeline
            | Place::Index(_)
            | Place::Copula(_)
            | Place::Check(_)
            | Place::Scenario(_),
            _,
        ) => true,
    }
}

/// The data files of both versions side by side: where two have one name, the new version names its own otherwise.
pub(super) fn joined_plans(old: &Plans, new: &Plans, model: &mut ParsedModel) -> Plans {
    let mut joined = old.clone();
    for path in new.paths() {
        let Some(content) = new.content(path) else { continue };
        let is_taken = old.content(path).is_some_and(|known| known != content);
        let own = if is_taken { format!("{path} (new)") } else { path.to_owned() };
        joined.insert(&own, Ok(content.to_vec()));
        if is_taken {
            name_otherwise(model, path, &own);
        }
    }
    joined
}

fn name_otherwise(model: &mut ParsedModel, path: &str, own: &str) {
    for input in &mut model.inputs {
        if let InputValue::ByStepFile { file, .. } = &mut input.value
            && file.text == path
        {
            own.clone_into(&mut file.text);
        }
    }
    model.visit_expressions(&mut |expr| {
        if !sample_files(expr).contains(path) {
            return;
        }
        if let ExprKind::Call { arguments, .. } = &mut expr.kind {
            for argument in arguments {
                if let ExprKind::Text(text) = &mut argument.value.kind
                    && text == path
                {
                    own.clone_into(text);
                }
            }
        }
    });
}
