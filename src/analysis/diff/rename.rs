//! Names that changed while what they stand for did not.
//!
//! In: two models. Out: pairs of names, and the new model with the old names put back: draws are addressed by the
//! name of their input, so that a renamed input would seem to have changed otherwise.

use super::definition::{Definition, Place, Writer};
use super::{Change, ChangeKind};
use crate::expr::{Expr, ExprKind, Name};
use crate::model::ParsedModel;

/// So many names are compared with so many others at most.
const MOST_PAIRS: usize = 10_000;

/// Finds what is called otherwise in the new model, and gives it the old names there.
pub(super) fn undo(
    old: &ParsedModel,
    new: &mut ParsedModel,
    [old_writer, new_writer]: [&Writer<'_>; 2],
) -> Vec<Change> {
    let mut found = Vec::new();
    while let Some((from, to, kind)) = next(old, new, [old_writer, new_writer]) {
        if kind == ChangeKind::Output {
            rename_output(new, &to, &from);
        } else {
            new.rename(&to, &from);
        }
        // An output goes with the quantity that it reports.
        if found.iter().any(|known: &Change| known.name == to && known.old.as_ref() == Some(&from))
        {
            continue;
        }
        found.push(Change {
            name: to.clone(),
            kind: ChangeKind::Rename,
            old: Some(from),
            new: Some(to),
            place: Place::Model,
        });
    }
    found
}

/// The next pair: the old name and the new one.
fn next(
    old: &ParsedModel,
    new: &ParsedModel,
    [old_writer, new_writer]: [&Writer<'_>; 2],
) -> Option<(String, String, ChangeKind)> {
    let old_definitions = old_writer.definitions(old);
    let new_definitions = new_writer.definitions(new);
    let is_named = |definition: &&Definition| {
        matches!(definition.place, Place::Quantity(_) | Place::Output(_))
    };
    let missing = |from: &[Definition], in_: &[Definition]| -> Vec<Definition> {
        let known = |place: &Place| in_.iter().any(|other| other.place == *place);
        from.iter().filter(is_named).filter(|d| !known(&d.place)).cloned().collect()
    };
    let removed = missing(&old_definitions, &new_definitions);
    let added = missing(&new_definitions, &old_definitions);
    if removed.len() * added.len() > MOST_PAIRS {
        return None;
    }
    // Quantities first: outputs may name them.
    let in_order = |is_output: bool| {
        let wanted = move |d: &&Definition| matches!(d.place, Place::Output(_)) == is_output;
        removed.iter().filter(wanted).flat_map(|old| added.iter().map(move |new| (old, new)))
    };
    for (was, is) in in_order(false).chain(in_order(true)) {
        if was.kind != is.kind {
            continue;
        }
        let (from, to) = (was.place.name(), is.place.name());
        let is_same = if was.kind == ChangeKind::Series {
            // A series may name its own past.
            let mut renamed = new.clone();
            renamed.rename(to, from);
            let definitions = new_writer.definitions(&renamed);
            definitions.iter().any(|d| d.place == was.place && d.canonical() == was.canonical())
        } else {
            was.canonical() == is.canonical()
        };
        if is_same && (was.kind == ChangeKind::Output || are_used_alike(old, from, new, to)) {
            return Some((from.to_owned(), to.to_owned(), was.kind));
        }
    }
    None
}

/// Whether something that names the old name names the new one now, or nothing names either.
fn are_used_alike(old: &ParsedModel, from: &str, new: &ParsedModel, to: &str) -> bool {
    let users = |model: &ParsedModel, name: &str| -> Vec<String> {
        let all = model.expressions().into_iter();
        let using = all.filter(|(owner, value)| *owner != name && value.mentions(name));
        let mut users: Vec<String> = using.map(|(owner, _)| owner.to_owned()).collect();
        // An output without a value names the quantity of its name.
        let reports = |output: &&crate::model::OutputDefinition| {
            output.value.is_none() && output.name.text == name
        };
        users.extend(model.outputs.iter().filter(reports).map(|_| "[outputs]".to_owned()));
        users
    };
    let (old_users, new_users) = (users(old, from), users(new, to));
    (old_users.is_empty() && new_users.is_empty())
        || old_users.iter().any(|user| new_users.contains(user))
}

fn rename_output(model: &mut ParsedModel, from: &str, to: &str) {
    for output in model.outputs.iter_mut().filter(|output| output.name.text == from) {
        if output.value.is_none() {
            let name = Name { text: from.to_owned(), span: output.name.span };
            output.value = Some(Expr { kind: ExprKind::Name(name), span: output.name.span });
        }
        to.clone_into(&mut output.name.text);
    }
    // Other outputs may name it.
    for output in &mut model.outputs {
        if let Some(value) = &mut output.value {
            value.visit_mut(&mut |part| {
                if let ExprKind::Name(name) = &mut part.kind
                    && name.text == from
                {
                    to.clone_into(&mut name.text);
                }
            });
        }
    }
}
