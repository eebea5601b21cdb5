//! Programs: a checked model as a graph of values, and the graph as operations over registers.
//!
//! [`lower_outputs`] and [`schedule`](schedule()) are the way down. The graph defines the values; what comes
//! after it preserves their bits.

mod chain;
mod closed;
mod cut;
mod dependent;
mod fuse;
mod graph;
mod lower;
mod op;
mod process;
mod registers;
mod sample;
mod schedule;

pub use graph::{Call, Graph, Node, NodeId, Rate, Slot, SlotId, Sum};
pub use lower::{Lowered, Mode};
pub use op::{ColumnCall, DrawSite, Op, Operand, Program, Record, Scalar, Section};
pub use schedule::{Root, TooLarge, schedule};

use crate::check::{CheckedModel, DistributionExpr, IndexId, Output, QuantityId, Shape, TypedExpr};
use crate::distribution::Distribution;
use lower::Lowering;

/// A quantity or an output at one combination of labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Labels along its indexes.
    pub labels: Vec<(IndexId, u32)>,
    /// Its nodes.
    pub nodes: Lowered,
}

/// Every output of a model as a graph; `outputs[i]` are the cells of the i-th output given.
pub fn lower_outputs(
    model: &CheckedModel,
    outputs: &[Output],
    mode: Mode,
) -> (Graph, Vec<Vec<Cell>>) {
    let shape = |output: &Output| model.quantity(output.quantity).ty.shape;
    let expressions: Vec<(&TypedExpr, Shape)> =
        outputs.iter().map(|output| (&output.value, shape(output))).collect();
    lower_expressions(model, &expressions, mode)
}

/// Expressions of a model with their shapes as a graph; an output's own `value` is one.
pub fn lower_expressions(
    model: &CheckedModel,
    expressions: &[(&TypedExpr, Shape)],
    mode: Mode,
) -> (Graph, Vec<Vec<Cell>>) {
    let mut lowering = Lowering::new(model, mode);
    lowering.warm_up();
    let mut all = Vec::with_capacity(expressions.len());
    for &(expression, shape) in expressions {
        let cells = model.combinations(shape).into_iter().map(|labels| {
            let nodes = lowering.expression(expression, shape, &labels);
            Cell { labels, nodes }
        });
        all.push(cells.collect());
    }
    (lowering.graph, all)
}

/// Quantities of a model as a graph, in their own units.
pub fn lower_quantities(
    model: &CheckedModel,
    quantities: &[QuantityId],
    mode: Mode,
) -> (Graph, Vec<Vec<Cell>>) {
    let mut lowering = Lowering::new(model, mode);
    lowering.warm_up();
    let mut all = Vec::with_capacity(quantities.len());
    for &id in quantities {
        let cells = model.combinations(model.quantity(id).ty.shape).into_iter().map(|labels| {
            let nodes = lowering.quantity(id, &labels);
            Cell { labels, nodes }
        });
        all.push(cells.collect());
    }
    (lowering.graph, all)
}

/// The position of a combination of labels among the cells of an input, the last index of `by` fastest.
pub fn cell_position(model: &CheckedModel, by: &[IndexId], labels: &[(IndexId, u32)]) -> usize {
    by.iter().fold(0, |position, index| {
        let count = model.indexes[usize::from(index.0)].labels.len();
        let label =
            labels.iter().find(|(known, _)| known == index).map_or(0, |&(_, label)| label as usize);
        position * count + label
    })
}

/// The distribution of an input whose parameters are the same in every trial; else `None`.
pub fn constant_distribution(
    model: &CheckedModel,
    distribution: &DistributionExpr,
    labels: &[(IndexId, u32)],
) -> Option<Distribution> {
    Lowering::new(model, Mode::Sample).constant(distribution, &labels.to_vec())
}
