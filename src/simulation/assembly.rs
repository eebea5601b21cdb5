//! From a checked model to what a run needs: the program, the channels of its tally, the plans of its outputs.

use std::collections::BTreeMap;

use crate::accumulate::{ChannelKind, Resolution};
use crate::check::{self, CheckedModel, Output, Quantity, Statistic};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::engine::Pilot;
use crate::engine::reference::{Draws, Trial};
use crate::model::{Better, StepLength};
use crate::program::{self, Cell, Graph, Lowered, Mode, Program, Root};
use crate::results::{CheckPlan, OutputPlan, Point, StatisticPlan, Worse};

/// The most columns that a run keeps statistics of: some 40 kB each and thread.
const MOST_CHANNELS: usize = 20_000;
/// With more columns than this, histograms are coarse.
const MOST_FINE_CHANNELS: usize = 256;
/// The most values that a block may store for internal rates of return: 1 GB a thread.
const MOST_STORED: usize = 1 << 18;

/// The most values of the base case, which is kept step by step: 0.5 GB.
const MOST_BASE_VALUES: usize = 1 << 26;

/// What a run needs.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) program: Program,
    pub(super) outputs: Vec<OutputPlan>,
    pub(super) statistics: Vec<StatisticPlan>,
    pub(super) checks: Vec<CheckPlan>,
    pub(super) channels: Vec<Pilot>,
    /// What the program was made of, for a second look at single trials.
    pub(super) graph: Graph,
    /// Ascending by channel.
    pub(super) roots: Vec<Root>,
}

/// The program of the outputs, the checks and the statistics, with what is known of each channel before the run.
pub(super) fn assemble(
    model: &CheckedModel,
    outputs: &[Output],
    diagnostics: &mut Diagnostics,
) -> Option<Assembled> {
    let checked: Vec<&Statistic> =
        model.checks.iter().map(|check| &check.statistic).chain(&model.statistics).collect();
    let mut lowered = outputs.to_vec();
    lowered.extend(checked.iter().map(|statistic| statistic.of.clone()));
    let (graph, mut cells) = program::lower_outputs(model, &lowered, Mode::Sample);
    let steps = model.timeline.as_ref().map_or(1, |timeline| timeline.steps as usize + 1);
    let n_columns: usize = cells
        .iter()
        .flatten()
        .map(|cell| if matches!(cell.nodes, Lowered::Series { .. }) { steps } else { 1 })
        .sum();
    if n_columns > MOST_CHANNELS {
        let message = format!(
            "the outputs have {n_columns} columns, and a run keeps at most {MOST_CHANNELS}"
        );
        let error = Diagnostic::without_place(Code::E109, message);
        diagnostics.push(
            error.help("choose outputs with `--only`, or reduce over the index or the timeline"),
        );
        return None;
    }
    let (base_graph, mut base_cells) = program::lower_outputs(model, &lowered, Mode::Base);
    if base_graph.nodes.len().saturating_mul(steps) > MOST_BASE_VALUES {
        diagnostics.push(too_large());
        return None;
    }
    let of_statistics = cells.split_off(outputs.len());
    let base_of_statistics = base_cells.split_off(outputs.len());
    let mut base = Trial::new(&base_graph, Draws::None, years_per_step(model));
    let (mut roots, mut plans, mut channels) = (Vec::new(), Vec::new(), Vec::new());
    for ((output, cells), base_cells) in outputs.iter().zip(&cells).zip(&base_cells) {
        let kind = channel_kind(model.quantity(output.quantity));
        let thresholds = thresholds(model, output, kind);
        for (cell, base_cell) in cells.iter().zip(base_cells) {
            let base_values = base.values(base_cell.nodes);
            let (first, later) = match cell.nodes {
                Lowered::Trial(node) => (node, None),
                Lowered::Series { first, later } => (first, Some(later)),
            };
            roots.push(Root { channel: channels.len(), first, later });
            plans.push(OutputPlan {
                name: output.name.clone(),
                about: output.about.clone(),
                index: index_labels(model, cell),
                unit: output.unit.clone(),
                kind,
                channels: channels.len()..channels.len() + base_values.len(),
                is_series: later.is_some(),
                step_labels: if later.is_some() { step_labels(model) } else { Vec::new() },
                base: base_values.iter().map(|&value| point(value, kind)).collect(),
            });
            let is_coarse = later.is_some() || cells.len() > MOST_FINE_CHANNELS;
            let resolution = if is_coarse { Resolution::Coarse } else { Resolution::Fine };
            channels.extend(base_values.iter().map(|&base| Pilot {
                kind,
                resolution,
                base,
                thresholds: if later.is_some() { Vec::new() } else { thresholds.clone() },
            }));
        }
    }
    let mut statistics = Vec::new();
    for ((statistic, cells), base_cells) in
        checked.iter().zip(of_statistics).zip(base_of_statistics)
    {
        let base = base.values(base_cells[0].nodes)[0];
        let first = cells[0].nodes.first();
        let kind = channel_kind(model.quantity(statistic.of.quantity));
        let channel = channel_of(first, kind, base, &mut roots, &mut channels);
        statistics.push(statistic_plan(statistic, kind, channel, &graph, first));
    }
    let asked = statistics.split_off(model.checks.len());
    let checks = model.checks.iter().zip(statistics).map(|(check, statistic)| CheckPlan {
        name: check.name.clone(),
        about: check.about.clone(),
        statistic,
    });
    let checks = checks.collect();
    match program::schedule(&graph, &roots, channels.len(), years_per_step(model)) {
        Ok(program) if program.n_stored * steps <= MOST_STORED => {
            let (outputs, statistics) = (plans, asked);
            Some(Assembled { program, outputs, statistics, checks, channels, graph, roots })
        }
        Ok(_) | Err(program::TooLarge) => {
            diagnostics.push(too_large());
            None
        }
    }
}

fn too_large() -> Diagnostic {
    let message = "the model needs more values at once than outlay can hold";
    let error = Diagnostic::without_place(Code::E109, message);
    error.help("use fewer labels of an index, or fewer outputs at once with `--only`")
}

/// The channel of a value of the trial: that of an output, where one reports just this.
fn channel_of(
    node: program::NodeId,
    kind: ChannelKind,
    base: f64,
    roots: &mut Vec<Root>,
    channels: &mut Vec<Pilot>,
) -> usize {
    let is_same = |root: &&Root| {
        let channel = &channels[root.channel];
        root.first == node
            && root.later.is_none()
            && channel.kind == kind
            && channel.resolution == Resolution::Fine
    };
    if let Some(root) = roots.iter().find(is_same) {
        return root.channel;
    }
    roots.push(Root { channel: channels.len(), first: node, later: None });
    channels.push(Pilot { kind, resolution: Resolution::Fine, base, thresholds: Vec::new() });
    channels.len() - 1
}

fn statistic_plan(
    statistic: &Statistic,
    kind: ChannelKind,
    channel: usize,
    graph: &Graph,
    node: program::NodeId,
) -> StatisticPlan {
    StatisticPlan {
        text: statistic.text.clone(),
        measure: statistic.measure,
        unit: statistic.of.unit.clone(),
        kind,
        channel,
        is_constant: graph.constant_of(node).is_some(),
        worse: match statistic.of.better {
            Better::Higher => Worse::Low,
            Better::Lower => Worse::High,
        },
        claim: statistic.claim,
    }
}

pub(super) fn years_per_step(model: &CheckedModel) -> f64 {
    model.timeline.as_ref().map_or(1.0, |timeline| 1.0 / timeline.steps_per_year())
}

pub(super) fn channel_kind(quantity: &Quantity) -> ChannelKind {
    match (quantity.ty.is_condition, quantity.ty.may_be_never) {
        (true, _) => ChannelKind::Condition,
        (false, true) => ChannelKind::Time,
        (false, false) => ChannelKind::Number,
    }
}

/// The months within which a payback is of interest to those who lend.
const WITHIN_MONTHS: [f64; 3] = [24.0, 36.0, 60.0];

/// Times up to which trials are counted, in the unit of the output: of those that the horizon reaches.
fn thresholds(model: &CheckedModel, output: &Output, kind: ChannelKind) -> Vec<f64> {
    let (Some(timeline), ChannelKind::Time) = (&model.timeline, kind) else { return Vec::new() };
    let month = model.units.named("month");
    let Some(conversion) =
        month.conversion_scaled(&output.shown_in, output.magnitude, &model.units)
    else {
        return Vec::new();
    };
    let horizon = (f64::from(timeline.steps) + 1.0) * 12.0 / timeline.steps_per_year();
    WITHIN_MONTHS
        .into_iter()
        .filter(|&months| months <= horizon)
        .map(|months| conversion.apply(months))
        .collect()
}

fn index_labels(model: &CheckedModel, cell: &Cell) -> BTreeMap<String, String> {
    let label = |&(index, label): &(check::IndexId, u32)| {
        let index = &model.indexes[usize::from(index.0)];
        (index.name.clone(), index.labels[label as usize].clone())
    };
    cell.labels.iter().map(label).collect()
}

pub(super) fn step_labels(model: &CheckedModel) -> Vec<Option<String>> {
    let Some(timeline) = &model.timeline else { return Vec::new() };
    let label = |step: u32| {
        let start = timeline.start?;
        let months = match timeline.step {
            StepLength::Month => step,
            StepLength::Quarter => step * 3,
            StepLength::Year => step * 12,
        };
        let date = start.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
        Some(match timeline.step {
            StepLength::Month => date.strftime("%Y-%m").to_string(),
            StepLength::Quarter => format!("{}-Q{}", date.year(), (date.month() - 1) / 3 + 1),
            StepLength::Year => date.strftime("%Y").to_string(),
        })
    };
    (0..=timeline.steps).map(label).collect()
}

pub(super) fn point(value: f64, kind: ChannelKind) -> Point {
    match kind {
        ChannelKind::Time if value == f64::INFINITY => Point::Never,
        _ if value.is_finite() => Point::Value(value),
        ChannelKind::Time | ChannelKind::Number | ChannelKind::Condition => Point::Undefined,
    }
}
