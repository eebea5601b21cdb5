//! Distributions from what is known of them: any percentiles, the bins of a histogram, a column of data.

use std::sync::Arc;

use super::checked::{DistributionExpr, Shape, TypedExpr};
use super::distributions::TypedDistribution;
use super::families::percentile;
use super::infer::Inference;
use super::plan::DataUse;
use super::typed::{Typed, UnitState};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution;
use crate::expr::{Argument, Expr, ExprKind};
use crate::source::Span;
use crate::unit::Unit;

impl Inference<'_> {
    /// `quantiles(p10 = 3, p50 = 5, p90 = 12, low = 0)`
    pub(super) fn quantiles(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        let usage = "write `quantiles(p10 = …, p50 = …, p90 = …)`, with `low =` and `high =` where its values end";
        let mut points: Vec<(f64, Typed)> = Vec::new();
        let mut bounds: [Option<Typed>; 2] = [None, None];
        let mut point_spans = Vec::new();
        let mut bound_spans = [span, span];
        for argument in arguments {
            let place = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
            let slot = match argument.name.as_ref().map(|name| name.text.as_str()) {
                _ if argument.weight.is_some() => None,
                Some("low") => Some(Err(0)),
                Some("high") => Some(Err(1)),
                Some(name) => percentile(name).map(Ok),
                None => None,
            };
            let Some(slot) = slot else {
                let message = match &argument.name {
                    Some(name) => format!("`quantiles` has no parameter `{}`", name.text),
                    None => "`quantiles` takes its percentiles by name".to_owned(),
                };
                self.report(Diagnostic::new(Code::E306, message, place, "").help(usage));
                return None;
            };
            let value = self.infer(&argument.value);
            if value.is_poisoned() {
                return None;
            }
            match slot {
                Ok(p) => {
                    points.push((p, value));
                    point_spans.push(argument.value.span);
                }
                Err(side) => {
                    if bounds[side].replace(value).is_some() {
                        let message = "a bound of `quantiles` is given twice";
                        self.report(Diagnostic::new(Code::E306, message, place, "").help(usage));
                        return None;
                    }
                    bound_spans[side] = argument.value.span;
                }
            }
        }
        if points.len() < 2 {
            let message = "`quantiles` needs two percentiles or more";
            self.report(Diagnostic::new(Code::E306, message, span, "").help(usage));
            return None;
        }
        let (probabilities, mut values): (Vec<f64>, Vec<Typed>) = points.into_iter().unzip();
        let given = bounds.each_ref().map(Option::is_some);
        values.extend(bounds.into_iter().flatten());
        let (values, unit, shape) = self.one_unit(values, "quantiles")?;
        let mut values = values.into_iter();
        let points = probabilities.into_iter().zip(values.by_ref()).collect();
        let [low, high] = given.map(|is_given| if is_given { values.next() } else { None });
        let spans: Vec<Span> = point_spans.into_iter().chain(bound_spans).collect();
        let expr = DistributionExpr::Quantiles { points, low, high };
        self.finish(expr, unit, shape, &spans, span)
    }

    /// Values in the unit of the first that has one.
    fn one_unit(
        &mut self,
        mut values: Vec<Typed>,
        name: &str,
    ) -> Option<(Vec<TypedExpr>, UnitState, Shape)> {
        let reference =
            values.iter().find(|value| matches!(value.unit, UnitState::Known(_))).cloned();
        let mut unit = UnitState::Known(Unit::none());
        let mut shape = Shape::TRIAL;
        for value in &mut values {
            shape = shape.union(value.shape);
            if let Some(reference) = &reference {
                *value = self.same_unit(reference, value.clone(), name)?;
                unit = UnitState::Known(reference.known_unit());
            }
        }
        Some((values.into_iter().map(|value| value.expr).collect(), unit, shape))
    }

    /// `histogram(edges = [0, 10, 25], weights = [3, 1])`
    pub(super) fn histogram(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        let usage =
            "write `histogram(edges = [0, 10, 25], weights = [3, 1])`: one edge more than weights";
        let [edges, weights] =
            self.two_arguments(arguments, ["edges", "weights"], "histogram", usage, span)?;
        let edge_items = self.list(edges, usage)?;
        let weight_items = self.list(weights, usage)?;
        if edge_items.len() != weight_items.len() + 1 || weight_items.is_empty() {
            let (n_edges, n_weights) = (edge_items.len(), weight_items.len());
            let message = format!(
                "a histogram has one edge more than weights, not {n_edges} and {n_weights}"
            );
            let error = Diagnostic::new(Code::E306, message, weights.span, "its weights");
            self.report(error.label(edges.span, "its edges").help(usage));
            return None;
        }
        let mut values = Vec::with_capacity(edge_items.len());
        for item in edge_items {
            values.push(self.infer(item));
        }
        let mut typed_weights = Vec::with_capacity(weight_items.len());
        let mut weight_shape = Shape::TRIAL;
        for item in weight_items {
            let typed = self.infer(item);
            let typed = self.plain(typed, "a weight")?;
            weight_shape = weight_shape.union(typed.shape);
            typed_weights.push(typed.expr);
        }
        if values.iter().any(Typed::is_poisoned) {
            return None;
        }
        let (edges_typed, unit, shape) = self.one_unit(values, "histogram")?;
        let spans: Vec<Span> =
            edge_items.iter().chain(weight_items).map(|item| item.span).collect();
        let expr = DistributionExpr::Histogram { edges: edges_typed, weights: typed_weights };
        self.finish(expr, unit, shape.union(weight_shape), &spans, span)
    }

    fn list<'e>(&mut self, expr: &'e Expr, usage: &str) -> Option<&'e [Expr]> {
        if let ExprKind::List(items) = &expr.kind {
            return Some(items);
        }
        if expr.kind != ExprKind::Error {
            let error = Diagnostic::new(Code::E306, "a list in brackets is needed", expr.span, "");
            self.report(error.help(usage));
        }
        None
    }

    /// `sample(file = 'prices.csv', column = 'usd')`: every row alike.
    pub(super) fn sample(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        let usage = "write `sample(file = 'prices.csv', column = 'usd')`, and a unit behind it";
        let [file, column] =
            self.two_arguments(arguments, ["file", "column"], "sample", usage, span)?;
        let (path, head) = (self.text(file, usage)?, self.text(column, usage)?);
        let places = [(path, file.span), (head, column.span)];
        let values = self.scope.plans.column(places, DataUse::Sample, self.diagnostics)?;
        let entries: Vec<(f64, f64)> = values.into_iter().map(|value| (value, 1.0)).collect();
        let law = match distribution::discrete(&entries) {
            Ok(law) => law,
            Err(error) => {
                self.report(Diagnostic::new(Code::E502, error.message, file.span, ""));
                return None;
            }
        };
        Some(TypedDistribution {
            expr: DistributionExpr::Sample(Arc::new(law)),
            unit: UnitState::Known(Unit::none()),
            shape: Shape::TRIAL,
            span,
        })
    }

    fn text<'e>(&mut self, expr: &'e Expr, usage: &str) -> Option<&'e str> {
        if let ExprKind::Text(text) = &expr.kind {
            return Some(text);
        }
        if expr.kind != ExprKind::Error {
            let error = Diagnostic::new(Code::E306, "a text in quotes is needed", expr.span, "");
            self.report(error.help(usage));
        }
        None
    }

    /// Two arguments by position or by name, both needed.
    pub(super) fn two_arguments<'e>(
        &mut self,
        arguments: &'e [Argument],
        names: [&str; 2],
        function: &str,
        usage: &str,
        span: Span,
    ) -> Option<[&'e Expr; 2]> {
        let mut found: [Option<&'e Expr>; 2] = [None, None];
        for (position, argument) in arguments.iter().enumerate() {
            let slot = match &argument.name {
                _ if argument.weight.is_some() => None,
                Some(name) => names.iter().position(|known| *known == name.text),
                None => (position < 2).then_some(position),
            };
            let place = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
            let message = match (slot, &argument.name) {
                (Some(slot), _) => {
                    if found[slot].replace(&argument.value).is_none() {
                        continue;
                    }
                    format!("`{}` of `{function}` is given twice", names[slot])
                }
                (None, Some(name)) => format!("`{function}` has no parameter `{}`", name.text),
                (None, None) => format!("`{function}` takes two arguments, by name"),
            };
            let error = Diagnostic::new(Code::E306, message, place, "");
            let near = argument.name.as_ref().and_then(|name| nearest(&name.text, names));
            self.report(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(usage),
            });
            return None;
        }
        if let [Some(first), Some(second)] = found {
            return Some([first, second]);
        }
        let missing: Vec<String> = names
            .iter()
            .zip(found)
            .filter(|(_, argument)| argument.is_none())
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let message = format!("`{function}` needs {} too", missing.join(" and "));
        self.report(Diagnostic::new(Code::E306, message, span, "").help(usage));
        None
    }
}
