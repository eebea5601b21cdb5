//! From the checked model to the graph: labels unrolled, step 0 apart from the later steps,
//! reductions over time as values carried from step to step.

use std::collections::BTreeMap;

use super::cell_position;
use super::graph::{Graph, NodeId, SlotId};
use crate::check::{
    CheckedModel, Discounted, IndexId, InputCell, InputRule, OverIndex, OverTime, QuantityId, Rule,
    Shape, TypedExpr,
};
use crate::math::operation::{Binary, Ternary, Unary};

/// Which values inputs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Random ones are drawn.
    Sample,
    /// All are at their base.
    Base,
}

/// Step 0, or a later one. What does not vary by step is lowered as of step 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    First,
    Later,
}

/// Labels along the indexes of the surroundings, sorted by index.
pub(super) type Labels = Vec<(IndexId, u32)>;

/// The nodes of a quantity: of the trial, or at step 0 and at the later steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lowered {
    /// One value a trial.
    Trial(NodeId),
    /// One value a step.
    Series {
        /// At step 0.
        first: NodeId,
        /// At every later step.
        later: NodeId,
    },
}

impl Lowered {
    /// The node of the trial, or at step 0.
    pub fn first(self) -> NodeId {
        match self {
            Lowered::Trial(first) | Lowered::Series { first, .. } => first,
        }
    }
}

pub(super) struct Lowering<'a> {
    pub(super) model: &'a CheckedModel,
    pub(super) graph: Graph,
    pub(super) mode: Mode,
    memo: BTreeMap<(QuantityId, Labels, Phase), NodeId>,
    previous: BTreeMap<(PreviousOf, Labels), SlotId>,
    accumulated: BTreeMap<(Accumulation, NodeId, NodeId), NodeId>,
    /// By an input's cell: its group among the model's, and its place there.
    pub(super) group_of: BTreeMap<&'a str, (usize, usize)>,
    waiting: Vec<(SlotId, &'a TypedExpr, Labels)>,
    waiting_own: Vec<(SlotId, QuantityId, Labels)>,
}

/// What a slot remembers: a quantity, or an expression by its place in memory (the model does not move).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PreviousOf {
    Quantity(QuantityId),
    Expression(usize),
}

/// What is carried along by a reduction, so that two reductions of one series share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Accumulation {
    Sum,
    Lowest,
    Highest,
    FirstTime,
    LargestTotal,
    Product,
    Payback,
    SustainedPayback,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(model: &'a CheckedModel, mode: Mode) -> Lowering<'a> {
        let last_step = model.timeline.as_ref().map(|timeline| timeline.steps);
        Lowering {
            model,
            graph: Graph::new(last_step),
            mode,
            memo: BTreeMap::new(),
            previous: BTreeMap::new(),
            accumulated: BTreeMap::new(),
            group_of: model
                .dependence
                .iter()
                .enumerate()
                .flat_map(|(group, dependence)| {
                    let members = dependence.members.iter().enumerate();
                    members.map(move |(member, name)| (name.as_str(), (group, member)))
                })
                .collect(),
            waiting: Vec::new(),
            waiting_own: Vec::new(),
        }
    }

    /// Lowers every quantity in an order in which what it reads at the same step comes first, so that no
    /// chain of formulas, however long, becomes a chain of calls.
    pub(super) fn warm_up(&mut self) {
        for &id in &self.model.order {
            for labels in self.model.combinations(self.model.quantity(id).ty.shape) {
                self.quantity_at(id, &labels, Phase::First);
                if self.model.quantity(id).ty.shape.step {
                    self.quantity_at(id, &labels, Phase::Later);
                }
            }
        }
        self.settle();
    }

    /// A quantity at given labels.
    pub(super) fn quantity(&mut self, id: QuantityId, labels: &Labels) -> Lowered {
        let shape = self.model.quantity(id).ty.shape;
        let first = self.quantity_at(id, labels, Phase::First);
        let lowered = if shape.step {
            Lowered::Series { first, later: self.quantity_at(id, labels, Phase::Later) }
        } else {
            Lowered::Trial(first)
        };
        self.settle();
        lowered
    }

    /// An expression at given labels.
    pub(super) fn expression(
        &mut self,
        expr: &'a TypedExpr,
        shape: Shape,
        labels: &Labels,
    ) -> Lowered {
        let first = self.lower(expr, labels, Phase::First);
        let lowered = if shape.step {
            Lowered::Series { first, later: self.lower(expr, labels, Phase::Later) }
        } else {
            Lowered::Trial(first)
        };
        self.settle();
        lowered
    }

    /// Fills the slots that were opened before what they carry was known.
    fn settle(&mut self) {
        loop {
            if let Some((slot, expr, labels)) = self.waiting.pop() {
                let init = self.lower(expr, &labels, Phase::First);
                let next = self.lower(expr, &labels, Phase::Later);
                self.graph.carry(slot, init, next);
            } else if let Some((slot, id, labels)) = self.waiting_own.pop() {
                let init = self.quantity_at(id, &labels, Phase::First);
                let next = self.quantity_at(id, &labels, Phase::Later);
                self.graph.carry(slot, init, next);
            } else {
                return;
            }
        }
    }

    fn quantity_at(&mut self, id: QuantityId, surroundings: &Labels, phase: Phase) -> NodeId {
        let quantity = self.model.quantity(id);
        let shape = quantity.ty.shape;
        let labels: Labels =
            surroundings.iter().copied().filter(|&(index, _)| shape.has(index)).collect();
        let phase = if shape.step { phase } else { Phase::First };
        let key = (id, labels, phase);
        if let Some(&node) = self.memo.get(&key) {
            return node;
        }
        let node = match (&quantity.rule, phase) {
            (Rule::Input { by, cells, each_step }, _) => {
                let cell = &cells[cell_position(self.model, by, &key.1)];
                self.input(cell, *each_step, &key.1, phase)
            }
            (Rule::Formula(expr), _) | (Rule::Recursive { first: expr, .. }, Phase::First) => {
                self.lower(expr, &key.1, phase)
            }
            (Rule::Recursive { next, .. }, Phase::Later) => self.lower(next, &key.1, phase),
        };
        self.memo.insert(key, node);
        node
    }

    fn input(
        &mut self,
        cell: &'a InputCell,
        each_step: bool,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        if let (Mode::Base, Some(base)) = (self.mode, &cell.base) {
            return self.lower(base, labels, phase);
        }
        match &cell.value {
            InputRule::Fixed(expr) => self.lower(expr, labels, phase),
            InputRule::Plan(values) => match phase {
                Phase::First => self.graph.constant(values[0]),
                Phase::Later => self.graph.table(values.clone()),
            },
            InputRule::Process(process) => self.process(&cell.name, process, labels, phase),
            InputRule::Random(distribution) => match self.mode {
                Mode::Base => self.base(distribution, labels, phase),
                Mode::Sample => {
                    let uniform = self.uniform(&cell.name, each_step, phase);
                    if distribution.is_compound() {
                        let by_step = each_step && phase == Phase::Later;
                        let name = &cell.name;
                        return self.compound(distribution, name, uniform, by_step, labels, phase);
                    }
                    self.sample(distribution, uniform, labels, phase)
                }
            },
        }
    }

    pub(super) fn lower(&mut self, expr: &'a TypedExpr, labels: &Labels, phase: Phase) -> NodeId {
        match expr {
            TypedExpr::Constant(value) => self.graph.constant(*value),
            TypedExpr::Quantity { id, pinned } => {
                let labels = merged(labels, pinned);
                self.quantity_at(*id, &labels, phase)
            }
            TypedExpr::Unary(operation, operand) => {
                let operand = self.lower(operand, labels, phase);
                self.graph.unary(*operation, operand)
            }
            TypedExpr::Binary(operation, a, b) => {
                let (a, b) = (self.lower(a, labels, phase), self.lower(b, labels, phase));
                self.graph.binary(*operation, a, b)
            }
            TypedExpr::Select(condition, then, otherwise) => {
                let condition = self.lower(condition, labels, phase);
                let (then, otherwise) =
                    (self.lower(then, labels, phase), self.lower(otherwise, labels, phase));
                self.graph.ternary(Ternary::Select, condition, then, otherwise)
            }
            TypedExpr::NeverIf { value, never, other } => {
                let value = self.lower(value, labels, phase);
                let (never, other) =
                    (self.lower(never, labels, phase), self.lower(other, labels, phase));
                self.graph.ternary(Ternary::NeverIf, value, never, other)
            }
            TypedExpr::Power(base, exponent) => {
                let base = self.lower(base, labels, phase);
                self.power(base, *exponent)
            }
            TypedExpr::Elapsed => match phase {
                Phase::First => self.graph.constant(0.0),
                Phase::Later => self.graph.elapsed(),
            },
            TypedExpr::Previous(x) => match phase {
                Phase::First => self.lower(x, labels, phase),
                Phase::Later => {
                    if let TypedExpr::Quantity { id, pinned } = &**x {
                        let labels = merged(labels, pinned);
                        return self.previous_quantity(*id, &labels);
                    }
                    let key =
                        (PreviousOf::Expression(std::ptr::from_ref(&**x).addr()), labels.clone());
                    if let Some(&slot) = self.previous.get(&key) {
                        return self.graph.state(slot);
                    }
                    let slot = self.graph.slot();
                    self.previous.insert(key, slot);
                    self.waiting.push((slot, x, labels.clone()));
                    self.graph.state(slot)
                }
            },
            TypedExpr::OwnPrevious(id) => self.previous_quantity(*id, labels),
            TypedExpr::CumulativeSum(x) => {
                let first = self.lower(x, labels, Phase::First);
                match phase {
                    Phase::First => first,
                    Phase::Later => {
                        let later = self.lower(x, labels, Phase::Later);
                        self.accumulate(Accumulation::Sum, first, later)
                    }
                }
            }
            TypedExpr::RunningProduct(factor) => {
                let factor = self.lower(factor, labels, Phase::First);
                match phase {
                    // 1, and undefined where the factor is.
                    Phase::First => self.graph.binary(Binary::Equal, factor, factor),
                    Phase::Later => self.running_product(factor),
                }
            }
            TypedExpr::OverTime(over, x) => {
                let first = self.lower(x, labels, Phase::First);
                let later = self.lower(x, labels, Phase::Later);
                self.over_time(*over, first, later)
            }
            TypedExpr::Discounted(kind, cash, rate) => {
                let first = self.lower(cash, labels, Phase::First);
                let later = self.lower(cash, labels, Phase::Later);
                let rate = self.lower(rate, labels, Phase::First);
                self.discounted(*kind, first, later, rate)
            }
            TypedExpr::At(x, time) => {
                let first = self.lower(x, labels, Phase::First);
                let later = self.lower(x, labels, Phase::Later);
                let time = self.lower(time, labels, Phase::First);
                self.at(first, later, time)
            }
            TypedExpr::OverIndex(over, index, x) => {
                self.over_index(*over, *index, x, labels, phase)
            }
        }
    }

    fn previous_quantity(&mut self, id: QuantityId, surroundings: &Labels) -> NodeId {
        let shape = self.model.quantity(id).ty.shape;
        let labels: Labels =
            surroundings.iter().copied().filter(|&(index, _)| shape.has(index)).collect();
        let key = (PreviousOf::Quantity(id), labels.clone());
        let slot = match self.previous.get(&key) {
            Some(&slot) => slot,
            None => {
                let slot = self.graph.slot();
                self.previous.insert(key, slot);
                self.waiting_own.push((slot, id, labels));
                slot
            }
        };
        self.graph.state(slot)
    }

    /// A power with a constant exponent: small whole ones as products, in a fixed order.
    fn power(&mut self, base: NodeId, exponent: f64) -> NodeId {
        const LARGEST_PRODUCT: f64 = 16.0;
        if exponent == 0.5 {
            return self.graph.unary(Unary::SquareRoot, base);
        }
        if exponent < 0.0 {
            let (one, positive) = (self.graph.constant(1.0), self.power(base, -exponent));
            return self.graph.binary(Binary::Divide, one, positive);
        }
        if exponent.trunc() == exponent && (1.0..=LARGEST_PRODUCT).contains(&exponent) {
            let half = (exponent / 2.0).trunc();
            if half == 0.0 {
                return base;
            }
            let root = self.power(base, half);
            let square = self.graph.binary(Binary::Multiply, root, root);
            let is_odd = exponent - 2.0 * half == 1.0;
            return if is_odd { self.graph.binary(Binary::Multiply, square, base) } else { square };
        }
        let exponent = self.graph.constant(exponent);
        self.graph.binary(Binary::Power, base, exponent)
    }

    fn over_index(
        &mut self,
        over: OverIndex,
        index: IndexId,
        x: &'a TypedExpr,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        let count = self.model.indexes[usize::from(index.0)].labels.len();
        let operation = match over {
            OverIndex::Sum | OverIndex::Mean => Binary::Add,
            OverIndex::Min => Binary::Min,
            OverIndex::Max => Binary::Max,
        };
        let mut all: Option<NodeId> = None;
        for label in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let labels = merged(labels, &[(index, label)]);
            let value = self.lower(x, &labels, phase);
            all = Some(match all {
                None => value,
                Some(all) => self.graph.binary(operation, all, value),
            });
        }
        let all = all.unwrap_or_else(|| self.graph.constant(0.0));
        match over {
            OverIndex::Mean => {
                let count =
                    self.graph.constant(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
                self.graph.binary(Binary::Divide, all, count)
            }
            OverIndex::Sum | OverIndex::Min | OverIndex::Max => all,
        }
    }

    /// A running value: at step 0 and at the later steps, carried by one slot, once for each series.
    fn accumulate(&mut self, accumulation: Accumulation, first: NodeId, later: NodeId) -> NodeId {
        let key = (accumulation, first, later);
        if let Some(&node) = self.accumulated.get(&key) {
            return node;
        }
        let slot = self.graph.slot();
        let state = self.graph.state(slot);
        let (init, next) = match accumulation {
            Accumulation::Sum => (first, self.graph.binary(Binary::Add, state, later)),
            Accumulation::Lowest => (first, self.graph.binary(Binary::Min, state, later)),
            Accumulation::Highest => (first, self.graph.binary(Binary::Max, state, later)),
            Accumulation::FirstTime => {
                let (zero, never, now) = (
                    self.graph.constant(0.0),
                    self.graph.constant(f64::INFINITY),
                    self.graph.elapsed(),
                );
                let init = self.graph.ternary(Ternary::Select, first, zero, never);
                let time = self.graph.ternary(Ternary::Select, later, now, never);
                (init, self.graph.binary(Binary::Min, state, time))
            }
            Accumulation::LargestTotal => {
                let first = self.graph.unary(Unary::Absolute, first);
                (first, self.graph.binary(Binary::MaxAbsolute, state, later))
            }
            Accumulation::Product => (first, self.graph.binary(Binary::Multiply, state, later)),
            Accumulation::Payback | Accumulation::SustainedPayback => {
                self.payback(accumulation, first, later, state)
            }
        };
        self.graph.carry(slot, init, next);
        self.accumulated.insert(key, next);
        next
    }

    /// The state of a payback of a running total: see [`crate::math::operation::payback_step`].
    fn payback(
        &mut self,
        kind: Accumulation,
        first: NodeId,
        later: NodeId,
        state: NodeId,
    ) -> (NodeId, NodeId) {
        let largest = self.accumulate(Accumulation::LargestTotal, first, later);
        let (zero, never) = (self.graph.constant(0.0), self.graph.constant(f64::INFINITY));
        let size = self.graph.unary(Unary::Absolute, first);
        let is_negative_first = self.graph.binary(Binary::Overdrawn, first, size);
        let init = self.graph.ternary(Ternary::Select, is_negative_first, never, zero);
        let next = if kind == Accumulation::Payback {
            self.graph.ternary(Ternary::PaybackWait, state, later, largest)
        } else {
            let is_negative = self.graph.binary(Binary::Overdrawn, later, largest);
            let now = self.graph.elapsed();
            let is_waiting = self.graph.binary(Binary::Equal, state, never);
            let since = self.graph.ternary(Ternary::Select, is_waiting, now, state);
            self.graph.ternary(Ternary::Select, is_negative, never, since)
        };
        (init, next)
    }

    fn over_time(&mut self, over: OverTime, first: NodeId, later: NodeId) -> NodeId {
        let Some(last_step) = self.graph.last_step.filter(|&steps| steps > 0) else {
            return self.over_one_step(over, first);
        };
        let accumulation = match over {
            OverTime::First => return first,
            OverTime::Last => return self.graph.at_last_step(later),
            OverTime::Irr => return self.graph.irr(first, later),
            OverTime::Mean => {
                let sum = self.over_time(OverTime::Sum, first, later);
                let count = self.graph.constant(f64::from(last_step) + 1.0);
                return self.graph.binary(Binary::Divide, sum, count);
            }
            OverTime::Payback | OverTime::SustainedPayback => {
                let total = self.accumulate(Accumulation::Sum, first, later);
                let kind = if over == OverTime::Payback {
                    Accumulation::Payback
                } else {
                    Accumulation::SustainedPayback
                };
                let state = self.accumulate(kind, first, total);
                return self.graph.at_last_step(state);
            }
            OverTime::Sum => Accumulation::Sum,
            OverTime::Lowest => Accumulation::Lowest,
            OverTime::Highest => Accumulation::Highest,
            OverTime::FirstTime => Accumulation::FirstTime,
        };
        let node = self.accumulate(accumulation, first, later);
        self.graph.at_last_step(node)
    }

    /// A timeline of step 0 alone.
    fn over_one_step(&mut self, over: OverTime, first: NodeId) -> NodeId {
        let (zero, never) = (self.graph.constant(0.0), self.graph.constant(f64::INFINITY));
        match over {
            OverTime::Sum
            | OverTime::Mean
            | OverTime::Lowest
            | OverTime::Highest
            | OverTime::First
            | OverTime::Last => first,
            OverTime::FirstTime => self.graph.ternary(Ternary::Select, first, zero, never),
            OverTime::Payback | OverTime::SustainedPayback => {
                let is_negative = self.graph.binary(Binary::Less, first, zero);
                self.graph.ternary(Ternary::Select, is_negative, never, zero)
            }
            OverTime::Irr => self.graph.irr(first, first),
        }
    }

    /// At the later steps: a factor times itself, once a step.
    fn running_product(&mut self, factor: NodeId) -> NodeId {
        let Some(constant) = self.graph.constant_of(factor) else {
            let one = self.graph.constant(1.0);
            return self.accumulate(Accumulation::Product, one, factor);
        };
        let mut product = 1.0;
        let mut values = vec![1.0];
        for _ in 0..self.graph.last_step.unwrap_or(0) {
            product *= constant;
            values.push(product);
        }
        self.graph.table(values)
    }

    /// Sums and paybacks of discounted cash: the discount factor is a running product.
    fn discounted(
        &mut self,
        kind: Discounted,
        first: NodeId,
        later: NodeId,
        rate: NodeId,
    ) -> NodeId {
        let Some(timeline) = &self.model.timeline else { return first };
        let (one, minus_per_step) = (self.graph.constant(1.0), -1.0 / timeline.steps_per_year());
        let growth = self.graph.binary(Binary::Add, one, rate);
        let growth = self.graph.unary(Unary::Factor, growth);
        let factor = self.power(growth, minus_per_step);
        let discount = self.running_product(factor);
        let later = self.graph.binary(Binary::Multiply, later, discount);
        let over = match kind {
            Discounted::Npv => OverTime::Sum,
            Discounted::Payback => OverTime::Payback,
            Discounted::SustainedPayback => OverTime::SustainedPayback,
        };
        self.over_time(over, first, later)
    }

    /// The value at the step in force at a time.
    fn at(&mut self, first: NodeId, later: NodeId, time: NodeId) -> NodeId {
        let zero = self.graph.constant(0.0);
        let nothing = self.graph.constant(f64::NAN);
        let horizon = self.graph.constant(f64::from(self.graph.last_step.unwrap_or(0)));
        let is_within = self.graph.binary(Binary::LessEqual, time, horizon);
        let step = self.graph.unary(Unary::Floor, time);
        let step = self.graph.ternary(Ternary::Select, is_within, step, nothing);
        let is_first = self.graph.binary(Binary::Equal, step, zero);
        let init = self.graph.ternary(Ternary::Select, is_first, first, nothing);
        let Some(_) = self.graph.last_step.filter(|&steps| steps > 0) else { return init };
        let now = self.graph.elapsed();
        let is_now = self.graph.binary(Binary::Equal, now, step);
        let slot = self.graph.slot();
        let state = self.graph.state(slot);
        let next = self.graph.ternary(Ternary::Select, is_now, later, state);
        self.graph.carry(slot, init, next);
        self.graph.at_last_step(next)
    }
}

/// Labels with some of them replaced.
fn merged(labels: &Labels, pinned: &[(IndexId, u32)]) -> Labels {
    let kept =
        labels.iter().copied().filter(|(index, _)| pinned.iter().all(|(other, _)| other != index));
    let mut all: Labels = kept.chain(pinned.iter().copied()).collect();
    all.sort_unstable();
    all
}
