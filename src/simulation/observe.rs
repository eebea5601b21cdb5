//! Watching trials: which quantities of a compiled model are looked at trial by trial, and the program for that.
//!
//! In: a [`Compiled`] model and what is to be [`Watched`]. Out: an [`Observation`], whose program
//! [`observe`](crate::engine::observe) runs chunk by chunk. Draws are those of the run: trial k here is trial k there.

use super::Compiled;
use super::assembly::{channel_kind, years_per_step};
use super::listing::{labelled, shown, unit_text};
use crate::accumulate::ChannelKind;
use crate::check::{
    self, CheckedModel, IndexId, InputRule, Output, OverTime, Quantity, QuantityId, QuantityKind,
    Rule, Shape, TypedExpr,
};
use crate::engine::Prepared;
use crate::program::{self, Lowered, Mode, Program, Root, TooLarge};
use crate::results::Shown;
use crate::unit::Unit;

/// One thing to look at in every trial: of one combination of labels, of the trial or by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// What it is called, with its labels: `budget[alibaba]`.
    pub name: String,
    /// What its values are in; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// How people see them.
    pub shown: Shown,
    /// What its values are.
    pub kind: ChannelKind,
    /// The end of the timeline in its unit, for a time that may be never.
    pub horizon: Option<f64>,
    expression: TypedExpr,
    shape: Shape,
}

/// A random input at one combination of labels.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedInput {
    /// The input's name without labels.
    pub input: String,
    /// The name of its draw site.
    pub site: String,
    /// Its values; of what is drawn at every step all of them.
    pub values: Watched,
}

impl Watched {
    /// Whether it has one value a step.
    pub fn is_series(&self) -> bool {
        self.shape.step
    }

    pub(super) fn expression(&self) -> (&TypedExpr, Shape) {
        (&self.expression, self.shape)
    }

    /// The same, a series by its mean over time.
    #[must_use]
    pub fn over_time(self) -> Watched {
        if !self.shape.step {
            return self;
        }
        let expression = TypedExpr::OverTime(OverTime::Mean, Box::new(self.expression));
        Watched { expression, shape: self.shape.of_trial(), ..self }
    }
}

impl Compiled {
    /// An output by its name with its labels, or an expression of the request as it was written.
    pub fn watched_output(&self, name: &str) -> Option<Watched> {
        let wanted = without_blanks(name);
        let all = self.watched_outputs();
        let of_name = all.into_iter().find(|watched| without_blanks(&watched.name) == wanted);
        of_name.or_else(|| {
            let extra = self.expressions.iter().find(|output| output.name == name)?;
            let cells = watched_cells(&self.model, extra);
            if cells.len() == 1 { cells.into_iter().next() } else { None }
        })
    }

    /// Every output at every combination of labels, in the order of the model, in the unit it is shown in.
    pub fn watched_outputs(&self) -> Vec<Watched> {
        watched_outputs(&self.model)
    }

    /// What a value of an output is multiplied by to stand in another unit instead of the one it is shown in; `None`
    /// where there is no such output, or the unit is of another dimension.
    pub fn unit_factor(&self, output: &str, unit: Option<&str>) -> Option<f64> {
        unit_factor(&self.model, output, unit)
    }

    /// Every random input at every combination of labels, in the order of the model, in its own unit.
    pub fn watched_inputs(&self) -> Vec<WatchedInput> {
        let model = &self.model;
        let mut found = Vec::new();
        for (id, quantity) in (0..).map(QuantityId).zip(&model.quantities) {
            let Rule::Input { by, cells, .. } = &quantity.rule else { continue };
            for labels in model.combinations(quantity.ty.shape) {
                let cell = &cells[program::cell_position(model, by, &labels)];
                if let InputRule::Random(_) | InputRule::Process(_) = cell.value {
                    found.push(WatchedInput {
                        input: quantity.name.clone(),
                        site: cell.name.clone(),
                        values: at_labels(model, id, quantity, &labels),
                    });
                }
            }
        }
        found
    }

    /// Inputs that are correlated: for each group the names of their draw sites, and of sites that they share besides.
    pub fn dependent_sites(&self) -> Vec<(Vec<String>, Vec<String>)> {
        let groups = self.model.dependence.iter();
        groups
            .map(|group| (group.members.clone(), group.mixing_site.iter().cloned().collect()))
            .collect()
    }

    /// Every quantity at every combination of labels, in the order of the model, in its own unit.
    pub fn watched_quantities(&self) -> Vec<Watched> {
        let model = &self.model;
        let of = |(id, quantity): (QuantityId, &Quantity)| {
            let cells = model.combinations(quantity.ty.shape).into_iter();
            cells.map(|labels| at_labels(model, id, quantity, &labels)).collect::<Vec<Watched>>()
        };
        let named =
            |(_, quantity): &(QuantityId, &Quantity)| quantity.kind != QuantityKind::Statistic;
        (0..).map(QuantityId).zip(&model.quantities).filter(named).flat_map(of).collect()
    }
}

/// What a value of an output is multiplied by to stand in another unit, see [`Compiled::unit_factor`].
pub(crate) fn unit_factor(model: &CheckedModel, output: &str, unit: Option<&str>) -> Option<f64> {
    let output = model.outputs.iter().find(|known| known.name == output)?;
    if output.unit.as_deref() == unit {
        return Some(1.0);
    }
    let (target, magnitude) = check::unit_of(unit.unwrap_or_default(), &model.units)?;
    let conversion = output.shown_in.conversion_scaled(&target, magnitude, &model.units)?;
    Some(conversion.apply(output.magnitude))
}

/// The end of the timeline in a unit, for what may be never.
fn horizon(model: &CheckedModel, quantity: &Quantity, unit: &Unit, magnitude: f64) -> Option<f64> {
    let timeline = model.timeline.as_ref().filter(|_| quantity.ty.may_be_never)?;
    let step = model.units.named(timeline.unit_name());
    let conversion = step.conversion_scaled(unit, magnitude, &model.units)?;
    Some(conversion.apply(f64::from(timeline.steps)))
}

fn without_labels(shape: Shape) -> Shape {
    if shape.step { Shape::STEP } else { Shape::TRIAL }
}

fn without_blanks(name: &str) -> String {
    name.chars().filter(|character| !character.is_whitespace()).collect()
}

fn at_labels(
    model: &CheckedModel,
    id: QuantityId,
    quantity: &Quantity,
    labels: &[(IndexId, u32)],
) -> Watched {
    Watched {
        name: labelled(model, &quantity.name, labels),
        unit: unit_text(model, quantity),
        shown: shown(model, quantity, labels),
        kind: channel_kind(quantity),
        horizon: horizon(model, quantity, &quantity.ty.unit, 1.0),
        expression: TypedExpr::Quantity { id, pinned: labels.to_vec() },
        shape: without_labels(quantity.ty.shape),
    }
}

/// Every output at every combination of labels, see [`Compiled::watched_outputs`].
pub(crate) fn watched_outputs(model: &CheckedModel) -> Vec<Watched> {
    model.outputs.iter().flat_map(|output| watched_cells(model, output)).collect()
}

/// An output at each combination of labels, in the unit it is shown in.
pub(super) fn watched_cells(model: &CheckedModel, output: &Output) -> Vec<Watched> {
    let quantity = model.quantity(output.quantity);
    let cell = |labels: Vec<(IndexId, u32)>| {
        let mut expression = output.value.clone();
        pin(&mut expression, &labels);
        Watched {
            name: labelled(model, &output.name, &labels),
            unit: output.unit.clone(),
            shown: Shown::plain(output.unit.as_deref()),
            kind: channel_kind(quantity),
            horizon: horizon(model, quantity, &output.shown_in, output.magnitude),
            expression,
            shape: without_labels(quantity.ty.shape),
        }
    };
    model.combinations(quantity.ty.shape).into_iter().map(cell).collect()
}

/// Fixes labels in the expression that shows an output: arithmetic around one quantity.
fn pin(expression: &mut TypedExpr, labels: &[(IndexId, u32)]) {
    match expression {
        TypedExpr::Quantity { pinned, .. } => pinned.extend_from_slice(labels),
        TypedExpr::Unary(_, x)
        | TypedExpr::Power(x, _)
        | TypedExpr::Previous(x)
        | TypedExpr::CumulativeSum(x)
        | TypedExpr::RunningProduct(x)
        | TypedExpr::OverTime(_, x)
        | TypedExpr::OverIndex(_, _, x) => pin(x, labels),
        TypedExpr::Binary(_, a, b) | TypedExpr::Discounted(_, a, b) | TypedExpr::At(a, b) => {
            pin(a, labels);
            pin(b, labels);
        }
        TypedExpr::Select(a, b, c) | TypedExpr::NeverIf { value: a, never: b, other: c } => {
            pin(a, labels);
            pin(b, labels);
            pin(c, labels);
        }
        TypedExpr::Constant(_) | TypedExpr::Elapsed | TypedExpr::OwnPrevious(_) => {}
    }
}

/// A program that shows what is watched, a channel a value.
#[derive(Debug)]
pub struct Observation {
    program: Program,
    channels: Vec<std::ops::Range<usize>>,
}

impl Observation {
    /// The program for what is watched.
    ///
    /// # Errors
    /// [`TooLarge`] where it needs more values at once than registers can be addressed.
    pub fn new(model: &Compiled, watched: &[Watched]) -> Result<Observation, TooLarge> {
        let expressions: Vec<_> = watched.iter().map(Watched::expression).collect();
        let (graph, cells) = program::lower_expressions(&model.model, &expressions, Mode::Sample);
        let steps = model.model.timeline.as_ref().map_or(1, |timeline| timeline.steps as usize + 1);
        let (mut roots, mut channels, mut next) = (Vec::new(), Vec::new(), 0);
        for nodes in cells.iter().flatten().map(|cell| cell.nodes) {
            let (first, later, count) = match nodes {
                Lowered::Trial(node) => (node, None, 1),
                Lowered::Series { first, later } => (first, Some(later), steps),
            };
            roots.push(Root { channel: next, first, later });
            channels.push(next..next + count);
            next += count;
        }
        let program = program::schedule(&graph, &roots, next, years_per_step(&model.model))?;
        Ok(Observation { program, channels })
    }

    /// The channels of the i-th thing that is watched: one, or one a step from step 0.
    pub fn channels(&self, watched: usize) -> std::ops::Range<usize> {
        self.channels[watched].clone()
    }

    /// Ready to run under a seed.
    pub fn prepare(&self, seed: u64) -> Prepared<'_> {
        Prepared::new(&self.program, seed)
    }
}
