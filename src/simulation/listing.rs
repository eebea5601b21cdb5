//! Listings of a compiled model: every quantity of the base case, every input's distribution.

use super::Compiled;
use super::assembly::{channel_kind, point, years_per_step};
use crate::check::{
    CheckedModel, Correlation, DependenceGroup, IndexId, InputRule, Quantity, QuantityId,
    QuantityKind, Rule,
};
use crate::dependence::{Coefficient, Copula};
use crate::engine::reference::{Draws, Trial};
use crate::engine::{self, Prepared};
use crate::model::Confidence;
use crate::program::{self, Lowered, Mode, Root};
use crate::results::{CorrelationRow, InputRow, Outline, QuantityRow, Shown};

/// Every quantity of the base case, in the order of the model.
pub fn quantities(model: &Compiled) -> Vec<QuantityRow> {
    let checked = &model.model;
    let ids: Vec<QuantityId> = (0..)
        .map(QuantityId)
        .zip(&checked.quantities)
        .filter_map(|(id, quantity)| (quantity.kind != QuantityKind::Statistic).then_some(id))
        .collect();
    let (graph, cells) = program::lower_quantities(checked, &ids, Mode::Base);
    let mut trial = Trial::new(&graph, Draws::None, years_per_step(checked));
    let mut rows = Vec::new();
    for (&id, cells) in ids.iter().zip(&cells) {
        let quantity = checked.quantity(id);
        for cell in cells {
            let kind = channel_kind(quantity);
            rows.push(QuantityRow {
                kind: match quantity.kind {
                    QuantityKind::Input => "input",
                    QuantityKind::Formula => "formula",
                    QuantityKind::Series => "series",
                    QuantityKind::Output | QuantityKind::Statistic => "output",
                },
                name: labelled(checked, &quantity.name, &cell.labels),
                about: quantity.about.clone(),
                unit: unit_text(checked, quantity),
                shown: shown(checked, quantity, &cell.labels),
                values: trial
                    .values(cell.nodes)
                    .into_iter()
                    .map(|value| point(value, kind))
                    .collect(),
                is_condition: quantity.ty.is_condition,
                is_series: quantity.ty.shape.step,
            });
        }
    }
    rows
}

/// `capex[alibaba]`.
pub(super) fn labelled(model: &CheckedModel, name: &str, labels: &[(IndexId, u32)]) -> String {
    if labels.is_empty() {
        return name.to_owned();
    }
    let labels = labels
        .iter()
        .map(|&(index, label)| model.indexes[usize::from(index.0)].labels[label as usize].as_str());
    format!("{name}[{}]", labels.collect::<Vec<_>>().join(", "))
}

pub(super) fn unit_text(model: &CheckedModel, quantity: &Quantity) -> Option<String> {
    let text = quantity.ty.unit.text(&model.units);
    (!text.is_empty() && !quantity.ty.is_condition).then_some(text)
}

/// How a quantity is shown to people: an input at these labels as its own text is written, anything else in its unit.
pub(super) fn shown(model: &CheckedModel, quantity: &Quantity, labels: &[(IndexId, u32)]) -> Shown {
    let unit = unit_text(model, quantity);
    if quantity.ty.is_condition {
        return Shown::plain(None);
    }
    match &quantity.rule {
        Rule::Input { by, cells, .. } => {
            let cell = &cells[program::cell_position(model, by, labels)];
            Shown::written(unit.as_deref(), cell.written)
        }
        Rule::Formula(_) | Rule::Recursive { .. } => Shown::plain(unit.as_deref()),
    }
}

/// Trials for an input whose parameters are random too.
const INPUT_TRIALS: u64 = 1 << 17;

/// Every input's distribution, in the order of the model.
pub fn inputs(model: &Compiled) -> Vec<InputRow> {
    let checked = &model.model;
    let ids: Vec<QuantityId> = (0..)
        .map(QuantityId)
        .zip(&checked.quantities)
        .filter_map(|(id, quantity)| (quantity.kind == QuantityKind::Input).then_some(id))
        .collect();
    let (mut graph, cells) = program::lower_quantities(checked, &ids, Mode::Sample);
    let (base_graph, base_cells) = program::lower_quantities(checked, &ids, Mode::Base);
    let mut base = Trial::new(&base_graph, Draws::None, years_per_step(checked));
    let mut rows = Vec::new();
    for ((&id, cells), base_cells) in ids.iter().zip(&cells).zip(&base_cells) {
        let quantity = checked.quantity(id);
        let Rule::Input { cells: input_cells, by, .. } = &quantity.rule else { continue };
        for (cell, base_cell) in cells.iter().zip(base_cells) {
            let input_cell = &input_cells[program::cell_position(checked, by, &cell.labels)];
            let base_value = base.values(base_cell.nodes)[0];
            let is_process = matches!(input_cell.value, InputRule::Process(_));
            let is_random = is_process || matches!(input_cell.value, InputRule::Random(_));
            let (Lowered::Trial(first) | Lowered::Series { first, .. }) = cell.nodes;
            let summary = match &input_cell.value {
                InputRule::Random(distribution) => {
                    match program::constant_distribution(checked, distribution, &cell.labels) {
                        Some(law) => {
                            let percentiles =
                                [law.quantile(0.05), law.quantile(0.5), law.quantile_upper(0.05)];
                            Summary {
                                mean: law.mean(),
                                percentiles,
                                is_simulated: false,
                                outline: Outline::of_distribution(&law),
                            }
                        }
                        None => simulated(&graph, first, years_per_step(checked)),
                    }
                }
                InputRule::Process(_) => {
                    let last = match cell.nodes {
                        Lowered::Series { later, .. } => graph.at_last_step(later),
                        Lowered::Trial(node) => node,
                    };
                    simulated(&graph, last, years_per_step(checked))
                }
                InputRule::Fixed(_) if graph.constant_of(first).is_none() => {
                    simulated(&graph, first, years_per_step(checked))
                }
                InputRule::Fixed(_) | InputRule::Plan(_) => Summary {
                    mean: Some(base_value),
                    percentiles: [base_value; 3],
                    is_simulated: false,
                    outline: None,
                },
            };
            rows.push(InputRow {
                name: labelled(checked, &quantity.name, &cell.labels),
                text: input_cell.text.clone(),
                unit: unit_text(checked, quantity),
                shown: shown(checked, quantity, &cell.labels),
                base: point(base_value, channel_kind(quantity)),
                is_random,
                mean: summary.mean,
                percentiles: summary.percentiles,
                is_simulated: summary.is_simulated && !is_process,
                is_process,
                about: quantity.about.clone(),
                source: quantity.source.clone(),
                date: quantity.date.clone(),
                confidence: quantity.confidence.map(|confidence| match confidence {
                    Confidence::High => "high",
                    Confidence::Medium => "medium",
                    Confidence::Low => "low",
                }),
                outline: summary.outline,
            });
        }
    }
    rows
}

/// Every stated correlation, in the order of groups.
pub fn correlations(model: &Compiled) -> Vec<CorrelationRow> {
    let row = |group: &DependenceGroup, pair: &Correlation| CorrelationRow {
        inputs: pair.inputs.clone(),
        measure: match pair.measure {
            Coefficient::Spearman => "Spearman",
            Coefficient::Pearson => "Pearson",
        },
        coefficient: pair.coefficient,
        copula: match group.copula {
            Copula::Gaussian => "Gaussian".to_owned(),
            Copula::StudentT { df } => format!("Student's t, df {df}"),
        },
        parameter: pair.parameter,
        is_by_step: group.is_by_step,
    };
    let groups = model.model.dependence.iter();
    groups.flat_map(|group| group.pairs.iter().map(|pair| row(group, pair))).collect()
}

struct Summary {
    mean: Option<f64>,
    percentiles: [f64; 3],
    is_simulated: bool,
    outline: Option<Outline>,
}

/// The distribution of one node, by simulation.
fn simulated(graph: &program::Graph, node: program::NodeId, years_per_step: f64) -> Summary {
    let roots = [Root { channel: 0, first: node, later: None }];
    let nothing =
        Summary { mean: None, percentiles: [f64::NAN; 3], is_simulated: true, outline: None };
    let Ok(program) = program::schedule(graph, &roots, 1, years_per_step) else { return nothing };
    let prepared = Prepared::new(&program, engine::PILOT_SEED);
    let mut lists = engine::collect(&prepared, 1, INPUT_TRIALS);
    let mut values = lists.swap_remove(0);
    values.retain(|value| value.is_finite());
    values.sort_unstable_by(f64::total_cmp);
    if values.is_empty() {
        return nothing;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand values")]
    let count = values.len() as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank below the number of values"
    )]
    let at = |p: f64| values[((p * count).ceil() as usize).clamp(1, values.len()) - 1];
    let percentiles = [at(0.05), at(0.5), at(0.95)];
    Summary {
        mean: Some(values.iter().sum::<f64>() / count),
        percentiles,
        is_simulated: true,
        outline: Outline::of_sample(&values),
    }
}
