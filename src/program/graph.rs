//! The program as a graph: one node a value, equal nodes once, constants folded while it grows.
//!
//! A node is of the whole run (constant), of the step alone (table), of the trial, or of trial and step.
//! Step 0 is lowered as trial nodes; the loop over steps 1, 2, … reads what was a step ago through slots.
//! The graph DEFINES the values: the block engine and the scalar reference both follow it bit for bit.

use std::collections::BTreeMap;

use crate::distribution::Distribution;
use crate::math::operation::{Binary, Ternary, Unary};

/// A node: an index into [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A value carried from step to step: an index into [`Graph::slots`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

/// One value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// The same in the whole run, by its bits.
    Constant(u64),
    /// The same in every trial, by step: an index into [`Graph::tables`].
    Table(u32),
    /// A uniform number of the trial: the draw site, an index into [`Graph::sites`].
    Draw(u32),
    /// A uniform number of trial and step.
    StepDraw(u32),
    /// The standard normal quantile of a uniform number.
    Normal(NodeId),
    /// The quantile of a distribution with constant parameters: an index into [`Graph::samplers`].
    Sample(u32, NodeId),
    /// The quantile or the base of a distribution whose parameters are nodes: an index into [`Graph::calls`].
    Call(u32),
    /// An operation on one value.
    Unary(Unary, NodeId),
    /// An operation on two values.
    Binary(Binary, NodeId, NodeId),
    /// An operation on three values.
    Ternary(Ternary, NodeId, NodeId, NodeId),
    /// What a slot carries from the step before.
    State(SlotId),
    /// The value of a step node at the last step.
    Final(NodeId),
    /// The internal rate of return of a series: its value at step 0 and at the later steps.
    Irr(NodeId, NodeId),
}

/// How often a node changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rate {
    /// Never.
    Constant,
    /// By step, the same in every trial.
    Table,
    /// By trial.
    Trial,
    /// By trial and step.
    Step,
}

/// A value carried from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its value at step 0: a node of the trial, or a constant.
    pub init: NodeId,
    /// What it is at a later step.
    pub next: NodeId,
}

/// A distribution whose parameters are nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which distribution, its parameters left open.
    pub template: crate::check::DistributionExpr,
    /// The parameters, in the order in which the template asks for them.
    pub arguments: Vec<NodeId>,
    /// The uniform number; `None` for the base, and for a sum.
    pub uniform: Option<NodeId>,
    /// Where it stands for a sum of draws: the first argument is then how many.
    pub sum: Option<Sum>,
}

/// A sum of draws that are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// The stream of their uniform numbers: an index into [`Graph::streams`].
    pub stream: u32,
    /// Whether they are drawn afresh at each step.
    pub by_step: bool,
    /// Where parameters are the same in every trial: an index into [`Graph::samplers`].
    pub sampler: Option<u32>,
}

/// All values of a model.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The values: what a node reads stands before it, but for slots.
    pub nodes: Vec<Node>,
    /// How often each changes.
    pub rates: Vec<Rate>,
    /// The slots.
    pub slots: Vec<Slot>,
    /// Values by step, steps + 1 each.
    pub tables: Vec<Vec<f64>>,
    /// Names of draw sites.
    pub sites: Vec<String>,
    /// Names of streams that sums take their draws from.
    pub streams: Vec<String>,
    /// Distributions with constant parameters.
    pub samplers: Vec<Distribution>,
    /// Distributions with other parameters.
    pub calls: Vec<Call>,
    /// The last step; `None` without a timeline.
    pub last_step: Option<u32>,
    known: BTreeMap<Node, NodeId>,
    known_tables: BTreeMap<Vec<u64>, u32>,
    known_sites: BTreeMap<String, u32>,
    /// By what they are written as: floats are not ordered, their shortest texts are.
    known_samplers: BTreeMap<String, u32>,
    known_calls: BTreeMap<String, u32>,
}

impl Graph {
    /// No values yet.
    pub fn new(last_step: Option<u32>) -> Graph {
        Graph { last_step, ..Graph::default() }
    }

    /// The node with this id.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    /// How often a node changes.
    pub fn rate(&self, id: NodeId) -> Rate {
        self.rates[id.0 as usize]
    }

    /// The value of a constant node.
    pub fn constant_of(&self, id: NodeId) -> Option<f64> {
        let Node::Constant(bits) = self.node(id) else { return None };
        Some(f64::from_bits(bits))
    }

    fn intern(&mut self, node: Node, rate: Rate) -> NodeId {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        self.nodes.push(node);
        self.rates.push(rate);
        self.known.insert(node, id);
        id
    }

    /// A number.
    pub fn constant(&mut self, value: f64) -> NodeId {
        // One undefined is as good as another: no payload may travel.
        let value = if value.is_nan() { f64::NAN } else { value };
        self.intern(Node::Constant(value.to_bits()), Rate::Constant)
    }

    /// A number by step.
    pub fn table(&mut self, values: Vec<f64>) -> NodeId {
        let bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
        let next = u32::try_from(self.tables.len()).expect("fewer than 2^32 tables");
        let index = *self.known_tables.entry(bits).or_insert(next);
        if index == next {
            self.tables.push(values);
        }
        self.intern(Node::Table(index), Rate::Table)
    }

    /// Elapsed time in steps.
    pub fn elapsed(&mut self) -> NodeId {
        let steps = self.last_step.unwrap_or(0);
        self.table((0..=steps).map(f64::from).collect())
    }

    /// The draw site of a name.
    pub fn site(&mut self, name: &str) -> u32 {
        let next = u32::try_from(self.sites.len()).expect("fewer than 2^32 draw sites");
        let index = *self.known_sites.entry(name.to_owned()).or_insert(next);
        if index == next {
            self.sites.push(name.to_owned());
        }
        index
    }

    /// A uniform number of the trial.
    pub fn draw(&mut self, site: u32) -> NodeId {
        self.intern(Node::Draw(site), Rate::Trial)
    }

    /// A uniform number of trial and step.
    pub fn step_draw(&mut self, site: u32) -> NodeId {
        self.intern(Node::StepDraw(site), Rate::Step)
    }

    /// The uniform number that a standard normal one stands for.
    pub fn uniform(&mut self, normal: NodeId) -> NodeId {
        // A plain draw on its way to a normal number and back stays as it is.
        if let Node::Normal(uniform) = self.node(normal) {
            return uniform;
        }
        self.unary(Unary::NormalUniform, normal)
    }

    /// The standard normal quantile. Of what a normal number stands for it is that number, both tails included.
    pub fn normal(&mut self, uniform: NodeId) -> NodeId {
        if let Node::Unary(Unary::NormalUniform, normal) = self.node(uniform) {
            return normal;
        }
        let rate = self.rate(uniform);
        self.intern(Node::Normal(uniform), rate)
    }

    /// The stream of a name.
    pub fn stream(&mut self, name: &str) -> u32 {
        let known = self.streams.iter().position(|stream| stream == name);
        let index = known.unwrap_or_else(|| {
            self.streams.push(name.to_owned());
            self.streams.len() - 1
        });
        u32::try_from(index).expect("fewer than 2^32 streams")
    }

    /// The sampler of a distribution with constant parameters.
    pub fn sampler(&mut self, distribution: Distribution) -> u32 {
        let next = u32::try_from(self.samplers.len()).expect("fewer than 2^32 samplers");
        let index = *self.known_samplers.entry(format!("{distribution:?}")).or_insert(next);
        if index == next {
            self.samplers.push(distribution);
        }
        index
    }

    /// The quantile of a distribution with constant parameters.
    pub fn sample(&mut self, distribution: Distribution, uniform: NodeId) -> NodeId {
        let index = self.sampler(distribution);
        let rate = self.rate(uniform);
        self.intern(Node::Sample(index, uniform), rate)
    }

    /// A distribution whose parameters are nodes.
    pub fn call(&mut self, call: Call) -> NodeId {
        let inputs: Vec<NodeId> = call.arguments.iter().chain(&call.uniform).copied().collect();
        let rate = self.joined(&inputs);
        // A call on tables alone is still evaluated lane by lane.
        let rate = match rate {
            Rate::Constant | Rate::Trial => Rate::Trial,
            Rate::Table | Rate::Step => Rate::Step,
        };
        let rate = if call.sum.is_some_and(|sum| sum.by_step) { Rate::Step } else { rate };
        let next = u32::try_from(self.calls.len()).expect("fewer than 2^32 calls");
        let index = *self.known_calls.entry(format!("{call:?}")).or_insert(next);
        if index == next {
            self.calls.push(call);
        }
        self.intern(Node::Call(index), rate)
    }

    /// The values by step of a constant or a table.
    fn by_step(&self, id: NodeId, step: usize) -> f64 {
        if let Node::Table(table) = self.node(id) {
            return self.tables[table as usize][step];
        }
        self.constant_of(id).unwrap_or(f64::NAN)
    }

    /// How often the result of an operation changes: what differs by step and what differs by trial make a step value.
    fn joined(&self, operands: &[NodeId]) -> Rate {
        let has = |rate: Rate| operands.iter().any(|&operand| self.rate(operand) == rate);
        if has(Rate::Table) && has(Rate::Trial) {
            return Rate::Step;
        }
        operands.iter().map(|&operand| self.rate(operand)).max().unwrap_or(Rate::Constant)
    }

    /// The result of an operation, folded where its operands are the same in every trial.
    fn folded(
        &mut self,
        operands: &[NodeId],
        apply: impl Fn(&[f64], f64) -> f64,
    ) -> Result<NodeId, Rate> {
        let rate = self.joined(operands);
        match rate {
            Rate::Constant => {
                let values: Vec<f64> =
                    operands.iter().map(|&operand| self.by_step(operand, 0)).collect();
                Ok(self.constant(apply(&values, 0.0)))
            }
            Rate::Table => {
                let steps = self.last_step.unwrap_or(0);
                let value = |step: u32| {
                    let values: Vec<f64> = operands
                        .iter()
                        .map(|&operand| self.by_step(operand, step as usize))
                        .collect();
                    apply(&values, f64::from(step))
                };
                let values = (0..=steps).map(value).collect();
                Ok(self.table(values))
            }
            Rate::Trial | Rate::Step => Err(rate),
        }
    }

    /// An operation on one value.
    pub fn unary(&mut self, operation: Unary, x: NodeId) -> NodeId {
        match self.folded(&[x], |values, _| operation.apply(values[0])) {
            Ok(node) => node,
            Err(rate) => self.intern(Node::Unary(operation, x), rate),
        }
    }

    /// An operation on two values.
    pub fn binary(&mut self, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
        // Exact in every bit, NaN included: x * 1, x / 1, x - 0.
        let is = |value: f64| self.constant_of(b).is_some_and(|b| b.to_bits() == value.to_bits());
        let is_scaling = matches!(operation, Binary::Multiply | Binary::Divide);
        if (is_scaling && is(1.0)) || (operation == Binary::Subtract && is(0.0)) {
            return a;
        }
        if operation == Binary::Multiply
            && self.constant_of(a).is_some_and(|a| a.to_bits() == 1.0_f64.to_bits())
        {
            return b;
        }
        match self.folded(&[a, b], |values, _| operation.apply(values[0], values[1])) {
            Ok(node) => node,
            Err(rate) => self.intern(Node::Binary(operation, a, b), rate),
        }
    }

    /// An operation on three values.
    pub fn ternary(&mut self, operation: Ternary, a: NodeId, b: NodeId, c: NodeId) -> NodeId {
        if operation == Ternary::Select
            && let Some(condition) = self.constant_of(a)
            && !condition.is_nan()
        {
            return if condition == 0.0 { c } else { b };
        }
        match self.folded(&[a, b, c], |values, time| {
            operation.apply(values[0], values[1], values[2], time)
        }) {
            Ok(node) => node,
            Err(rate) => self.intern(Node::Ternary(operation, a, b, c), rate),
        }
    }

    /// A new slot; what it carries is filled in later.
    pub fn slot(&mut self) -> SlotId {
        let id = SlotId(u32::try_from(self.slots.len()).expect("fewer than 2^32 slots"));
        let nothing = self.constant(f64::NAN);
        self.slots.push(Slot { init: nothing, next: nothing });
        id
    }

    /// What a slot carries from the step before.
    pub fn state(&mut self, slot: SlotId) -> NodeId {
        self.intern(Node::State(slot), Rate::Step)
    }

    /// Fills in what a slot carries.
    pub fn carry(&mut self, slot: SlotId, init: NodeId, next: NodeId) {
        self.slots[slot.0 as usize] = Slot { init, next };
    }

    /// The value of a step node at the last step.
    pub fn at_last_step(&mut self, id: NodeId) -> NodeId {
        if let Node::Table(table) = self.node(id) {
            let value = self.tables[table as usize].last().copied().unwrap_or(f64::NAN);
            return self.constant(value);
        }
        if self.rate(id) == Rate::Step { self.intern(Node::Final(id), Rate::Trial) } else { id }
    }

    /// The internal rate of return of a series.
    pub fn irr(&mut self, first: NodeId, later: NodeId) -> NodeId {
        self.intern(Node::Irr(first, later), Rate::Trial)
    }

    /// Calls `visit` with every node that a node reads at the same step.
    pub fn operands(&self, id: NodeId, mut visit: impl FnMut(NodeId)) {
        match self.node(id) {
            Node::Constant(_)
            | Node::Table(_)
            | Node::Draw(_)
            | Node::StepDraw(_)
            | Node::State(_) => {}
            Node::Normal(x) | Node::Sample(_, x) | Node::Unary(_, x) | Node::Final(x) => visit(x),
            Node::Binary(_, a, b) | Node::Irr(a, b) => {
                visit(a);
                visit(b);
            }
            Node::Ternary(_, a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Node::Call(call) => {
                let call = &self.calls[call as usize];
                call.arguments.iter().chain(&call.uniform).for_each(|&argument| visit(argument));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_nodes_stand_once() {
        let mut graph = Graph::new(None);
        let (x, two) = (graph.draw(0), graph.constant(2.0));
        let a = graph.binary(Binary::Add, x, two);
        let b = graph.binary(Binary::Add, x, two);
        assert_eq!(a, b);
        assert_eq!(graph.nodes.len(), 3);
    }

    #[test]
    fn constants_and_tables_fold() {
        let mut graph = Graph::new(Some(3));
        let (t, two) = (graph.elapsed(), graph.constant(2.0));
        let doubled = graph.binary(Binary::Multiply, t, two);
        let Node::Table(table) = graph.node(doubled) else { panic!("a table") };
        assert_eq!(graph.tables[table as usize], [0.0, 2.0, 4.0, 6.0]);
        let last = graph.at_last_step(doubled);
        assert_eq!(graph.constant_of(last), Some(6.0));
    }

    #[test]
    fn what_is_neutral_in_every_bit_disappears() {
        let mut graph = Graph::new(None);
        let (x, one, zero) = (graph.draw(0), graph.constant(1.0), graph.constant(0.0));
        assert_eq!(graph.binary(Binary::Multiply, one, x), x);
        assert_eq!(graph.binary(Binary::Subtract, x, zero), x);
        assert_ne!(graph.binary(Binary::Add, x, zero), x, "-0 + 0 is +0");
    }
}
