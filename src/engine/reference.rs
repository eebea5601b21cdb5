//! The scalar reference: one trial at a time, straight from the graph, slow and obvious.
//!
//! It says what a program means; tests hold the block engine to it bit for bit. It also evaluates the base
//! case, which has no draws.

mod origin;

use crate::check::{DistributionExpr, instantiate};
use crate::math::irr::{Irr, IrrScratch, irr};
use crate::program::{Graph, Lowered, Node, NodeId, Rate, Sum};
use crate::sampling::{BLOCK, Place, Source, StreamKey, normal_at};

use super::prepared::{PreparedSampler, solve};
use super::sums;
use super::varying::Varying;

/// Where uniform numbers come from.
#[derive(Debug, Clone, Copy)]
pub enum Draws<'a> {
    /// From sources, for one trial.
    Trial {
        /// One source a draw site, of the trial's replicate.
        sources: &'a [Source],
        /// One key a stream that sums take their draws from.
        streams: &'a [StreamKey],
        /// One sampler for each of the graph's.
        samplers: &'a [PreparedSampler],
        /// Where the trial is.
        place: Place,
    },
    /// There are none: the base case.
    None,
}

/// One trial of a graph.
#[derive(Debug)]
pub struct Trial<'a> {
    graph: &'a Graph,
    draws: Draws<'a>,
    years_per_step: f64,
    /// Values of the trial, where known.
    trial: Vec<Option<f64>>,
    /// Values by step from step 1 on, where known.
    steps: Vec<Option<Vec<f64>>>,
}

impl<'a> Trial<'a> {
    /// A trial in which nothing has been evaluated yet.
    pub fn new(graph: &'a Graph, draws: Draws<'a>, years_per_step: f64) -> Trial<'a> {
        let count = graph.nodes.len();
        Trial { graph, draws, years_per_step, trial: vec![None; count], steps: vec![None; count] }
    }

    /// The values of a quantity: one, or one a step from step 0.
    pub fn values(&mut self, nodes: Lowered) -> Vec<f64> {
        match nodes {
            Lowered::Trial(node) => vec![self.value(node)],
            Lowered::Series { first, later } => {
                let mut values = vec![self.value(first)];
                if self.last_step() > 0 {
                    values.extend(self.by_step(later));
                }
                values
            }
        }
    }

    fn last_step(&self) -> usize {
        self.graph.last_step.unwrap_or(0) as usize
    }

    /// The value of a node of the trial.
    pub fn value(&mut self, id: NodeId) -> f64 {
        if let Some(value) = self.graph.constant_of(id) {
            return value;
        }
        if let Some(value) = self.trial[id.0 as usize] {
            return value;
        }
        self.evaluate(id);
        self.trial[id.0 as usize].expect("evaluated just now")
    }

    /// The values of a node at the steps 1, 2, …
    fn by_step(&mut self, id: NodeId) -> Vec<f64> {
        let last = self.last_step();
        match (self.graph.node(id), self.graph.rate(id)) {
            (Node::Table(table), _) => self.graph.tables[table as usize][1..].to_vec(),
            (_, Rate::Step) => {
                self.run_steps(id);
                self.steps[id.0 as usize].clone().expect("run just now")
            }
            _ => vec![self.value(id); last],
        }
    }

    /// Evaluates trial nodes in the order of their ids, so that no chain of nodes becomes a chain of calls.
    fn evaluate(&mut self, target: NodeId) {
        for id in self.needed(target) {
            if self.trial[id.0 as usize].is_some() || self.graph.rate(id) == Rate::Step {
                continue;
            }
            let value = match self.graph.node(id) {
                Node::Constant(bits) => f64::from_bits(bits),
                Node::Table(_) | Node::State(_) | Node::StepDraw(_) => continue,
                Node::Draw(site) => self.uniform(site, 0),
                Node::Final(x) => self.by_step(x).last().copied().unwrap_or(f64::NAN),
                Node::Irr(first, later) => {
                    let values = self.values(Lowered::Series { first, later });
                    rate_of_return(&values, self.years_per_step)
                }
                node @ (Node::Normal(_)
                | Node::Sample(..)
                | Node::Call(_)
                | Node::Unary(..)
                | Node::Binary(..)
                | Node::Ternary(..)) => self.operation(node, 0, &|this, id| {
                    this.trial[id.0 as usize].or(this.graph.constant_of(id)).unwrap_or(f64::NAN)
                }),
            };
            self.trial[id.0 as usize] = Some(value);
        }
    }

    /// What a trial node reads, itself included, in the order of ids. What loops read is found by the loops.
    fn needed(&self, target: NodeId) -> Vec<NodeId> {
        let mut seen = vec![false; self.graph.nodes.len()];
        let mut waiting = vec![target];
        while let Some(id) = waiting.pop() {
            if std::mem::replace(&mut seen[id.0 as usize], true)
                || self.trial[id.0 as usize].is_some()
            {
                continue;
            }
            if !matches!(self.graph.node(id), Node::Final(_) | Node::Irr(..)) {
                self.graph.operands(id, |operand| waiting.push(operand));
            }
        }
        let ids = (0..).map(NodeId).zip(seen);
        ids.filter_map(|(id, is_needed)| is_needed.then_some(id)).collect()
    }

    /// Runs the loop that a step node needs.
    fn run_steps(&mut self, target: NodeId) {
        if self.steps[target.0 as usize].is_some() {
            return;
        }
        let mut seen = vec![false; self.graph.nodes.len()];
        let mut waiting = vec![target];
        let mut slots = Vec::new();
        let mut outer = Vec::new();
        while let Some(id) = waiting.pop() {
            if std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            if let Node::State(slot) = self.graph.node(id) {
                let carried = self.graph.slots[slot.0 as usize];
                slots.push(slot);
                outer.push(carried.init);
                waiting.push(carried.next);
            } else if self.graph.rate(id) == Rate::Step {
                self.graph.operands(id, |operand| waiting.push(operand));
            } else {
                outer.push(id);
            }
        }
        outer.sort_unstable();
        for id in outer {
            if self.graph.rate(id) == Rate::Trial {
                self.value(id);
            }
        }
        let body: Vec<NodeId> = (0..)
            .map(NodeId)
            .zip(seen)
            .filter_map(|(id, is_needed)| is_needed.then_some(id))
            .collect();
        let mut now = vec![f64::NAN; self.graph.nodes.len()];
        let mut carried: Vec<f64> =
            slots.iter().map(|slot| self.value(self.graph.slots[slot.0 as usize].init)).collect();
        let mut lists: Vec<Vec<f64>> = vec![Vec::with_capacity(self.last_step()); body.len()];
        for step in 1..=self.last_step() {
            for (position, &id) in body.iter().enumerate() {
                let value = if let Node::State(slot) = self.graph.node(id) {
                    let place = slots.iter().position(|known| *known == slot);
                    carried[place.expect("found above")]
                } else if let Node::StepDraw(site) = self.graph.node(id) {
                    self.uniform(site, u32::try_from(step).unwrap_or(u32::MAX))
                } else {
                    match self.graph.rate(id) {
                        Rate::Table => self.shared(id, step),
                        Rate::Constant | Rate::Trial => self.value(id),
                        Rate::Step => {
                            self.operation(self.graph.node(id), step, &|_, id| now[id.0 as usize])
                        }
                    }
                };
                now[id.0 as usize] = value;
                lists[position].push(value);
            }
            for (slot, value) in slots.iter().zip(&mut carried) {
                let next = self.graph.slots[slot.0 as usize].next;
                *value = match self.graph.rate(next) {
                    Rate::Table => self.shared(next, step),
                    Rate::Step => now[next.0 as usize],
                    Rate::Constant | Rate::Trial => self.value(next),
                };
            }
        }
        for (id, list) in body.into_iter().zip(lists) {
            if self.graph.rate(id) == Rate::Step {
                self.steps[id.0 as usize] = Some(list);
            }
        }
    }

    /// The value at a step of what is the same in every trial.
    fn shared(&self, id: NodeId, step: usize) -> f64 {
        let Node::Table(table) = self.graph.node(id) else { return f64::NAN };
        self.graph.tables[table as usize][step]
    }

    fn uniform(&self, site: u32, step: u32) -> f64 {
        match self.draws {
            Draws::Trial { sources, place, .. } => sources[site as usize].at(step, place),
            Draws::None => f64::NAN,
        }
    }

    /// The sum of so many draws of a law with these parameters.
    fn sum_of_draws(
        &self,
        sum: Sum,
        count: f64,
        parameters: Vec<f64>,
        template: &DistributionExpr,
        step: usize,
    ) -> f64 {
        let Draws::Trial { streams, samplers, place, .. } = self.draws else { return f64::NAN };
        // Blocks are numbered through all replicates.
        let trial = place.block * BLOCK as u64 + place.lane as u64;
        let step = if sum.by_step { u32::try_from(step).unwrap_or(u32::MAX) } else { 0 };
        let varying = Varying::of_sum(template);
        let draw = |u: f64| {
            let mut parameters = parameters.iter().copied();
            match (sum.sampler, &varying) {
                (Some(sampler), _) => samplers[sampler as usize].at(u),
                (None, Some(law)) => law.at(parameters, u),
                (None, None) => match instantiate(template, &mut |_| parameters.next()) {
                    Some(Ok(law)) => solve(&law, u),
                    Some(Err(_)) | None => f64::NAN,
                },
            }
        };
        sums::at(draw, streams[sum.stream as usize], step, trial, count)
    }

    /// An operation on values that are known.
    fn operation(&self, node: Node, step: usize, value: &dyn Fn(&Trial<'a>, NodeId) -> f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a step is far below 2^53")]
        let time = step as f64;
        match node {
            Node::Unary(operation, x) => operation.apply(value(self, x)),
            Node::Binary(operation, a, b) => operation.apply(value(self, a), value(self, b)),
            Node::Ternary(operation, a, b, c) => {
                operation.apply(value(self, a), value(self, b), value(self, c), time)
            }
            Node::Normal(u) => normal_at(value(self, u)),
            Node::Sample(sampler, u) => match self.draws {
                Draws::Trial { samplers, .. } => samplers[sampler as usize].at(value(self, u)),
                Draws::None => f64::NAN,
            },
            Node::Call(call) => {
                let call = &self.graph.calls[call as usize];
                let mut parameters =
                    call.arguments.iter().map(|&argument| match self.graph.rate(argument) {
                        Rate::Table => self.shared(argument, step),
                        Rate::Constant | Rate::Trial | Rate::Step => value(self, argument),
                    });
                if let Some(sum) = call.sum {
                    let count = parameters.next().unwrap_or(f64::NAN);
                    return self.sum_of_draws(
                        sum,
                        count,
                        parameters.collect(),
                        &call.template,
                        step,
                    );
                }
                if let (Some(law), Some(uniform)) = (Varying::of(&call.template), call.uniform) {
                    return law.at(parameters, value(self, uniform));
                }
                match (instantiate(&call.template, &mut |_| parameters.next()), call.uniform) {
                    (Some(Ok(distribution)), Some(uniform)) => {
                        solve(&distribution, value(self, uniform))
                    }
                    (Some(Ok(distribution)), None) => distribution.base(),
                    (Some(Err(_)) | None, _) => f64::NAN,
                }
            }
            Node::Constant(_)
            | Node::Table(_)
            | Node::Draw(_)
            | Node::StepDraw(_)
            | Node::State(_)
            | Node::Final(_)
            | Node::Irr(..) => unreachable!("not an operation"),
        }
    }
}

fn rate_of_return(flows: &[f64], years_per_step: f64) -> f64 {
    if !flows.iter().all(|flow| flow.is_finite()) {
        return f64::NAN;
    }
    match irr(flows, years_per_step, &mut IrrScratch::new()) {
        Irr::Rate(rate) => rate,
        Irr::NoRoot | Irr::SeveralRoots => f64::NAN,
    }
}
