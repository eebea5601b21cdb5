//! Which data files a model names: plans by step, and samples.

use std::collections::BTreeSet;

use super::{InputValue, Override, ParsedModel};
use crate::expr::{Expr, ExprKind};

/// The paths of all data files, as written: those of inputs, of scenarios, and of overrides.
pub fn data_files(model: &ParsedModel, overrides: &[Override]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for input in &model.inputs {
        match &input.value {
            InputValue::Plain(value) | InputValue::ByIndexSame { value, .. } => {
                samples(value, &mut found);
            }
            InputValue::ByIndex { values, .. } => {
                values.iter().for_each(|(_, value)| samples(value, &mut found));
            }
            InputValue::ByStep { .. } => {}
            InputValue::ByStepFile { file, .. } => {
                found.insert(file.text.clone());
            }
        }
    }
    let of_scenarios = model.scenarios.iter().flat_map(|scenario| &scenario.set);
    for change in of_scenarios.chain(overrides) {
        samples(&change.value, &mut found);
    }
    found
}

/// The files of the calls `sample(file = …, column = …)` in an expression.
pub fn sample_files(expr: &Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    samples(expr, &mut found);
    found
}

fn samples(expr: &Expr, found: &mut BTreeSet<String>) {
    if let ExprKind::Call { function, arguments } = &expr.kind
        && function.text == "sample"
    {
        let file = arguments
            .iter()
            .find(|argument| argument.name.as_ref().is_some_and(|name| name.text == "file"))
            .or(arguments.first().filter(|first| first.name.is_none()));
        if let Some(ExprKind::Text(path)) = file.map(|argument| &argument.value.kind) {
            found.insert(path.clone());
        }
    }
    expr.children().into_iter().for_each(|child| samples(child, found));
}
