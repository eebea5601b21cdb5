//! Every expression of a model that may name a quantity, and renaming one.

use super::{InputValue, ParsedModel, SeriesRule};
use crate::expr::{Expr, ExprKind, Name};

impl InputValue {
    /// The expressions that it is made of, in the order written.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            InputValue::Plain(value) | InputValue::ByIndexSame { value, .. } => vec![value],
            InputValue::ByIndex { values, .. } => values.iter().map(|(_, value)| value).collect(),
            InputValue::ByStep { values, .. } => values.iter().collect(),
            InputValue::ByStepFile { .. } => Vec::new(),
        }
    }

    fn expressions_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            InputValue::Plain(value) | InputValue::ByIndexSame { value, .. } => vec![value],
            InputValue::ByIndex { values, .. } => {
                values.iter_mut().map(|(_, value)| value).collect()
            }
            InputValue::ByStep { values, .. } => values.iter_mut().collect(),
            InputValue::ByStepFile { .. } => Vec::new(),
        }
    }
}

impl SeriesRule {
    /// The expressions that it is made of.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            SeriesRule::Plain(value) => vec![value],
            SeriesRule::Recursive { first, next } => vec![first, next],
        }
    }
}

impl ParsedModel {
    /// The expressions of inputs, formulas, series and outputs, each with the name of what it belongs to.
    pub fn expressions(&self) -> Vec<(&str, &Expr)> {
        let mut found = Vec::new();
        for input in &self.inputs {
            let all = input.value.expressions().into_iter().chain(&input.base);
            found.extend(all.map(|value| (input.name.text.as_str(), value)));
        }
        for formula in &self.formulas {
            found.push((formula.name.text.as_str(), &formula.value));
        }
        for series in &self.series {
            let all = series.rule.expressions().into_iter();
            found.extend(all.map(|value| (series.name.text.as_str(), value)));
        }
        for output in &self.outputs {
            found.extend(output.value.iter().map(|value| (output.name.text.as_str(), value)));
        }
        found
    }

    fn expressions_mut(&mut self) -> Vec<&mut Expr> {
        let mut found = Vec::new();
        for input in &mut self.inputs {
            found.extend(input.value.expressions_mut());
            found.extend(&mut input.base);
        }
        found.extend(self.formulas.iter_mut().map(|formula| &mut formula.value));
        for series in &mut self.series {
            match &mut series.rule {
                SeriesRule::Plain(value) => found.push(value),
                SeriesRule::Recursive { first, next } => found.extend([first, next]),
            }
        }
        found.extend(self.outputs.iter_mut().filter_map(|output| output.value.as_mut()));
        for scenario in &mut self.scenarios {
            found.extend(scenario.set.iter_mut().map(|change| &mut change.value));
        }
        for check in &mut self.checks {
            found.extend(check.sentence.iter_mut().map(|sentence| &mut sentence.argument));
        }
        found
    }

    /// Calls `visit` with every expression, its parts behind it.
    pub fn visit_expressions(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        self.expressions_mut().into_iter().for_each(|value| value.visit_mut(visit));
    }

    /// Gives an input, a formula or a series another name, everywhere.
    pub fn rename(&mut self, from: &str, to: &str) {
        let rename = |name: &mut Name| {
            if name.text == from {
                to.clone_into(&mut name.text);
            }
        };
        for output in &mut self.outputs {
            // An output without a value reports the quantity of its name.
            if output.value.is_none() && output.name.text == from {
                let name = Name { text: from.to_owned(), span: output.name.span };
                output.value = Some(Expr { kind: ExprKind::Name(name), span: output.name.span });
            }
        }
        self.visit_expressions(&mut |expr| {
            if let ExprKind::Name(name) = &mut expr.kind {
                rename(name);
            }
        });
        self.inputs.iter_mut().for_each(|input| rename(&mut input.name));
        self.formulas.iter_mut().for_each(|formula| rename(&mut formula.name));
        self.series.iter_mut().for_each(|series| rename(&mut series.name));
        let sets = self.scenarios.iter_mut().flat_map(|scenario| &mut scenario.set);
        sets.for_each(|change| rename(&mut change.name));
        let pairs = self.correlations.iter_mut().flat_map(|pair| &mut pair.inputs);
        let members = self.copulas.iter_mut().flat_map(|copula| copula.over.iter_mut().flatten());
        pairs.chain(members).for_each(|address| rename(&mut address.name));
    }
}
