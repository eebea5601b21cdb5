//! Overrides put into a model: scenarios and `--set` replace the values of inputs, and nothing else.

use super::{After, InputValue, Override, ParsedModel};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{Expr, Name};
use crate::source::Span;

/// An input that an override changed, as it was before: the new value must be of the same dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// Its position among the inputs.
    pub input: usize,
    /// Its value before.
    pub value: InputValue,
    /// The place of the new value.
    pub span: Span,
}

/// Puts the overrides in, later ones over earlier ones.
pub fn apply(
    model: &mut ParsedModel,
    overrides: &[Override],
    diagnostics: &mut Diagnostics,
) -> Vec<Replaced> {
    let mut replaced = Vec::new();
    for change in overrides {
        let Some(position) =
            model.inputs.iter().position(|input| input.name.text == change.name.text)
        else {
            diagnostics.push(unknown(model, change));
            continue;
        };
        let before = model.inputs[position].value.clone();
        let Some(after) = changed(model, &before, change, diagnostics) else { continue };
        let input = &mut model.inputs[position];
        input.value = after;
        // The base follows the new value; one label of several leaves it to the others.
        if change.labels.is_empty() {
            input.base = None;
        }
        replaced.push(Replaced { input: position, value: before, span: change.value.span });
    }
    replaced
}

/// Puts in the overrides of a scenario.
pub fn apply_scenario(
    model: &mut ParsedModel,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<Replaced> {
    let Some(scenario) = model.scenarios.iter().find(|scenario| scenario.name.text == name) else {
        let names = model.scenarios.iter().map(|scenario| scenario.name.text.as_str());
        let error =
            Diagnostic::without_place(Code::E308, format!("the model has no scenario `{name}`"));
        let listed = names.clone().collect::<Vec<_>>().join(", ");
        diagnostics.push(match nearest(name, names) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if listed.is_empty() => error.note("it has no scenarios at all"),
            None => error.note(format!("its scenarios are {listed}")),
        });
        return Vec::new();
    };
    let set = scenario.set.clone();
    apply(model, &set, diagnostics)
}

fn unknown(model: &ParsedModel, change: &Override) -> Diagnostic {
    let name = change.name.text.as_str();
    let is_other = model.formulas.iter().any(|formula| formula.name.text == name)
        || model.series.iter().any(|series| series.name.text == name)
        || model.outputs.iter().any(|output| output.name.text == name);
    if is_other {
        let error = Diagnostic::new(
            Code::E309,
            format!("`{name}` is calculated and cannot be set"),
            change.name.span,
            "",
        );
        return error.help("only inputs can be set: set what it is made of, or make it an input");
    }
    let error = Diagnostic::new(
        Code::E309,
        format!("there is no input `{name}` to set"),
        change.name.span,
        "",
    );
    match nearest(name, model.inputs.iter().map(|input| input.name.text.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if model.inputs.is_empty() => error.note("the model has no inputs"),
        None => {
            let names: Vec<&str> =
                model.inputs.iter().map(|input| input.name.text.as_str()).take(12).collect();
            let more = if model.inputs.len() > names.len() { ", …" } else { "" };
            error.note(format!("its inputs are {}{more}", names.join(", ")))
        }
    }
}

/// The value of an input with the change put in.
fn changed(
    model: &ParsedModel,
    before: &InputValue,
    change: &Override,
    diagnostics: &mut Diagnostics,
) -> Option<InputValue> {
    let value = change.value.clone();
    let labels: Vec<&str> = change.labels.iter().map(|label| label.text.as_str()).collect();
    let mut refuse = |message: String, place: Span, help: &str| {
        diagnostics.push(Diagnostic::new(Code::E309, message, place, "").help(help));
        None
    };
    match before {
        _ if labels.is_empty() => Some(match before {
            InputValue::Plain(_) => InputValue::Plain(value),
            InputValue::ByIndexSame { indexes, .. } | InputValue::ByIndex { indexes, .. } => {
                InputValue::ByIndexSame { indexes: indexes.clone(), value }
            }
            InputValue::ByStep { .. } | InputValue::ByStepFile { .. } => {
                let span = value.span;
                InputValue::ByStep { values: vec![value], after: After::Last, span }
            }
        }),
        InputValue::ByIndex { indexes, values, span } => {
            let is_it = |names: &[Name]| {
                names.iter().map(|name| name.text.as_str()).eq(labels.iter().copied())
            };
            let mut values = values.clone();
            match values.iter_mut().find(|(names, _)| is_it(names)) {
                Some((_, old)) => {
                    *old = value;
                    Some(InputValue::ByIndex { indexes: indexes.clone(), values, span: *span })
                }
                None => {
                    let (place, help) = wrong_labels(model, indexes, change);
                    let shown = labels.join(", ");
                    refuse(format!("`{}` has no label `{shown}`", change.name.text), place, &help)
                }
            }
        }
        InputValue::ByIndexSame { indexes, value: shared } => {
            let mut values = spread(model, indexes, shared);
            let is_it = |names: &[Name]| {
                names.iter().map(|name| name.text.as_str()).eq(labels.iter().copied())
            };
            match values.iter_mut().find(|(names, _)| is_it(names)) {
                Some((_, old)) => {
                    *old = value;
                    Some(InputValue::ByIndex {
                        indexes: indexes.clone(),
                        values,
                        span: shared.span,
                    })
                }
                None => {
                    let (place, help) = wrong_labels(model, indexes, change);
                    let shown = labels.join(", ");
                    refuse(format!("`{}` has no label `{shown}`", change.name.text), place, &help)
                }
            }
        }
        InputValue::Plain(_) | InputValue::ByStep { .. } | InputValue::ByStepFile { .. } => {
            let message = format!("`{}` does not vary by any index", change.name.text);
            refuse(message, change.name.span, "leave the brackets out")
        }
    }
}

/// Where the labels of an override go wrong, and what to do about it.
fn wrong_labels(model: &ParsedModel, indexes: &[Name], change: &Override) -> (Span, String) {
    let known = |index: &Name| {
        let found = model.indexes.iter().find(|known| known.name.text == index.text);
        found.map(|found| found.labels.as_slice()).unwrap_or_default()
    };
    let place = change.labels.first().map_or(change.name.span, |label| label.span);
    let (wanted, given) = (indexes.len(), change.labels.len());
    if wanted == given {
        for (index, label) in indexes.iter().zip(&change.labels) {
            let names = || known(index).iter().map(|known| known.text.as_str());
            if names().any(|name| name == label.text) {
                continue;
            }
            let listed = names().take(12).collect::<Vec<_>>().join(", ");
            let help = match nearest(&label.text, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the labels of `{}` are {listed}", index.text),
            };
            return (label.span, help);
        }
    }
    let names: Vec<&str> = indexes.iter().map(|index| index.text.as_str()).collect();
    let name = &change.name.text;
    (place, format!("name one label of each index in this order: `{name}[{}]`", names.join(", ")))
}

/// One shared expression as one a combination of labels.
fn spread(model: &ParsedModel, indexes: &[Name], value: &Expr) -> Vec<(Vec<Name>, Expr)> {
    let mut all: Vec<Vec<Name>> = vec![Vec::new()];
    for index in indexes {
        let labels = model
            .indexes
            .iter()
            .find(|known| known.name.text == index.text)
            .map(|known| known.labels.clone());
        let labels = labels.unwrap_or_default();
        all = all
            .into_iter()
            .flat_map(|head| {
                labels
                    .iter()
                    .map(move |label| head.iter().cloned().chain([label.clone()]).collect())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    all.into_iter().map(|labels| (labels, value.clone())).collect()
}
