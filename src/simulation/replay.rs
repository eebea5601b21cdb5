//! One trial of a run, alone: every quantity of it, by the scalar reference.

use std::collections::BTreeMap;

use super::assembly::{point, years_per_step};
use super::observe::Watched;
use super::{Compiled, RunSettings};
use crate::accumulate::ChannelKind;
use crate::check::{Quantity, QuantityKind};
use crate::engine::reference::{Draws, Trial};
use crate::engine::{self, Prepared};
use crate::program::{self, Mode};
use crate::results::QuantityRow;

/// Every quantity of one trial of the run with these settings, in the order of the model: the values that the run
/// has, bit for bit, under any design. Trials count from 0. An output stands in the unit it is shown in, anything else in its own.
pub fn trial(model: &Compiled, settings: &RunSettings, number: u64) -> Vec<QuantityRow> {
    let checked = model.model();
    let shown: BTreeMap<String, Watched> = model
        .watched_outputs()
        .into_iter()
        .map(|watched| (watched.name.clone(), watched))
        .collect();
    let mut watched: Vec<Watched> = model.watched_quantities();
    for quantity in &mut watched {
        if let Some(output) = shown.get(&quantity.name) {
            *quantity = output.clone();
        }
    }
    let expressions: Vec<_> = watched.iter().map(Watched::expression).collect();
    let (graph, cells) = program::lower_expressions(checked, &expressions, Mode::Sample);
    let years_per_step = years_per_step(checked);
    // No operations: the sources and the tables of the graph are all that is wanted.
    let program = program::schedule(&graph, &[], 0, years_per_step)
        .expect("a program without operations needs no registers");
    let layout = settings.layout();
    let place = layout.place(number);
    let plan = engine::plan_sources(&program, layout, settings.seed);
    let sources = plan.sources(layout.replicate(place.replicate));
    let prepared = Prepared::new(&program, settings.seed);
    let draws = Draws::Trial {
        sources: &sources,
        streams: &prepared.streams,
        samplers: &prepared.samplers,
        place,
    };
    let mut trial = Trial::new(&graph, draws, years_per_step);
    let named = |quantity: &&Quantity| quantity.kind != QuantityKind::Statistic;
    let of_cell = checked.quantities.iter().filter(named).flat_map(|quantity| {
        let cells = checked.combinations(quantity.ty.shape.of_trial()).len();
        std::iter::repeat_n(quantity, cells)
    });
    let nodes = cells.iter().flatten().map(|cell| cell.nodes);
    let mut rows = Vec::with_capacity(watched.len());
    for ((quantity, watched), nodes) in of_cell.zip(watched).zip(nodes) {
        let values = trial.values(nodes);
        rows.push(QuantityRow {
            kind: match quantity.kind {
                QuantityKind::Input => "input",
                QuantityKind::Formula => "formula",
                QuantityKind::Series => "series",
                QuantityKind::Output | QuantityKind::Statistic => "output",
            },
            is_series: watched.is_series(),
            is_condition: watched.kind == ChannelKind::Condition,
            values: values.into_iter().map(|value| point(value, watched.kind)).collect(),
            name: watched.name,
            about: quantity.about.clone(),
            unit: watched.unit,
            shown: watched.shown,
        });
    }
    rows
}
