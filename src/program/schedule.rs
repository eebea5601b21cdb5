//! From the graph to operations over registers: what runs when, and which column holds what.
//!
//! A trial node runs in the first stage in which all it needs is known; a reduction over time is known
//! after its loop. A loop runs every step node that its results need, those of earlier loops again:
//! recomputing costs no memory. Registers come from a linear scan over the straight-line order.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::chain;
use super::fuse::fuse;
use super::graph::{Graph, Node, NodeId, Rate, SlotId, Sum};
use super::op::{DrawSite, Op, Operand, Program, Record, Scalar, Section};
use super::registers::allocate;
use crate::math::simd::chain::Link;

/// What the tally gets from the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// The first channel.
    pub channel: usize,
    /// The value of the trial, or at step 0.
    pub first: NodeId,
    /// The value at the later steps, for a series.
    pub later: Option<NodeId>,
}

/// The program has more values at once than registers can be addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// A register before allocation.
pub(super) type Virtual = u32;

/// Operations over virtual registers, with what the allocation must know.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) ops: Vec<Op<Virtual>>,
    /// What chains are made of.
    pub(super) links: Vec<Link<Virtual>>,
    pub(super) sections: Vec<Section>,
    pub(super) calls: Vec<DraftCall>,
    pub(super) n_virtual: u32,
}

pub(super) struct DraftCall {
    pub(super) template: crate::check::DistributionExpr,
    pub(super) arguments: Vec<Operand<Virtual>>,
    pub(super) uniform: Option<Operand<Virtual>>,
    pub(super) sum: Option<Sum>,
}

/// Compiles a graph for the engine.
///
/// # Errors
/// [`TooLarge`] where registers run out.
pub fn schedule(
    graph: &Graph,
    roots: &[Root],
    n_channels: usize,
    years_per_step: f64,
) -> Result<Program, TooLarge> {
    let levels = Levels::of(graph);
    let mut emitter = Emitter::new(graph, &levels);
    emitter.plan(roots);
    emitter.emit(roots);
    let Emitter { mut draft, scalars, records, n_stored, .. } = emitter;
    fuse(&mut draft);
    chain(&mut draft);
    let allocated = allocate(draft)?;
    let program = Program {
        ops: allocated.ops,
        links: allocated.links,
        sections: allocated.sections,
        n_registers: allocated.n_registers,
        calls: allocated.calls,
        scalars,
        tables: graph.tables.clone(),
        sites: draw_sites(graph),
        streams: graph.streams.clone(),
        samplers: graph.samplers.clone(),
        records,
        n_stored: n_stored as usize,
        n_channels,
        last_step: graph.last_step.unwrap_or(0),
        years_per_step,
    };
    Ok(program)
}

/// The draw sites of the whole model, whichever outputs are wanted.
fn draw_sites(graph: &Graph) -> Vec<DrawSite> {
    let site = |name: &String| DrawSite { name: name.clone(), by_step: false, is_normal: false };
    let mut sites: Vec<DrawSite> = graph.sites.iter().map(site).collect();
    for &node in &graph.nodes {
        if let Node::StepDraw(site) = node {
            sites[site as usize].by_step = true;
        }
        if let Node::Normal(uniform) = node
            && let Node::StepDraw(site) = graph.node(uniform)
        {
            sites[site as usize].is_normal = true;
        }
    }
    sites
}

/// The stage of each trial node, the loop of each step node.
struct Levels {
    of_node: Vec<u32>,
    of_slot: Vec<u32>,
    last: u32,
}

impl Levels {
    fn of(graph: &Graph) -> Levels {
        let mut levels = Levels {
            of_node: vec![0; graph.nodes.len()],
            of_slot: vec![0; graph.slots.len()],
            last: 0,
        };
        loop {
            let mut is_settled = true;
            for position in 0..graph.nodes.len() {
                let id = NodeId(u32::try_from(position).unwrap_or(u32::MAX));
                let mut level = 0;
                if let Node::State(slot) = graph.node(id) {
                    level = levels.of_slot[slot.0 as usize];
                }
                graph.operands(id, |operand| level = level.max(levels.node(operand)));
                // What is made of all steps is known after the loop.
                level += u32::from(matches!(graph.node(id), Node::Final(_) | Node::Irr(..)));
                is_settled &= levels.of_node[position] == level;
                levels.of_node[position] = level;
            }
            for (level, slot) in levels.of_slot.iter_mut().zip(&graph.slots) {
                let needed =
                    levels.of_node[slot.init.0 as usize].max(levels.of_node[slot.next.0 as usize]);
                is_settled &= *level == needed;
                *level = needed;
            }
            if is_settled {
                levels.last = levels.of_node.iter().copied().max().unwrap_or(0);
                return levels;
            }
        }
    }

    fn node(&self, id: NodeId) -> u32 {
        self.of_node[id.0 as usize]
    }
}

/// Where a value is: in the trial, or in the loop of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Trial,
    Loop(u32),
}

struct Emitter<'a> {
    graph: &'a Graph,
    levels: &'a Levels,
    /// Trial nodes that are needed, by stage.
    trial: BTreeMap<u32, BTreeSet<NodeId>>,
    /// Step nodes that each loop runs.
    steps: BTreeMap<u32, BTreeSet<NodeId>>,
    /// Slots that each loop carries.
    slots: BTreeMap<u32, BTreeSet<SlotId>>,
    /// Series to store for internal rates of return: by node, its number.
    stored: BTreeMap<NodeId, u32>,
    n_stored: u32,
    draft: Draft,
    registers: BTreeMap<(NodeId, Where), Virtual>,
    slot_registers: BTreeMap<(SlotId, u32), Virtual>,
    scalars: Vec<Scalar>,
    known_scalars: BTreeMap<NodeId, u32>,
    records: Vec<Record>,
}

impl<'a> Emitter<'a> {
    fn new(graph: &'a Graph, levels: &'a Levels) -> Emitter<'a> {
        Emitter {
            graph,
            levels,
            trial: BTreeMap::new(),
            steps: BTreeMap::new(),
            slots: BTreeMap::new(),
            stored: BTreeMap::new(),
            n_stored: 0,
            draft: Draft::default(),
            registers: BTreeMap::new(),
            slot_registers: BTreeMap::new(),
            scalars: Vec::new(),
            known_scalars: BTreeMap::new(),
            records: Vec::new(),
        }
    }

    /// Collects what every stage and every loop must run.
    fn plan(&mut self, roots: &[Root]) {
        let mut waiting: Vec<(NodeId, Where)> = Vec::new();
        for root in roots {
            waiting.push((root.first, Where::Trial));
            waiting.extend(root.later.map(|later| (later, self.home(later))));
        }
        while let Some((id, place)) = waiting.pop() {
            match (self.graph.rate(id), place) {
                (Rate::Constant | Rate::Table, _) => {}
                (Rate::Trial, _) => {
                    if !self.trial.entry(self.levels.node(id)).or_default().insert(id) {
                        continue;
                    }
                    if let Node::Irr(..) = self.graph.node(id) {
                        self.stored.insert(id, self.n_stored);
                        self.n_stored += 1;
                    }
                    // What a reduction reads step by step runs in the loop just before its stage.
                    let before = self.levels.node(id).checked_sub(1);
                    self.graph.operands(id, |operand| {
                        let place = match (self.graph.rate(operand), before) {
                            (Rate::Step, Some(level)) => Where::Loop(level),
                            _ => Where::Trial,
                        };
                        waiting.push((operand, place));
                    });
                }
                (Rate::Step, Where::Loop(level)) => {
                    if !self.steps.entry(level).or_default().insert(id) {
                        continue;
                    }
                    if let Node::State(slot) = self.graph.node(id)
                        && self.slots.entry(level).or_default().insert(slot)
                    {
                        let carried = self.graph.slots[slot.0 as usize];
                        waiting.extend([(carried.init, Where::Trial), (carried.next, place)]);
                    }
                    self.graph.operands(id, |operand| waiting.push((operand, place)));
                }
                (Rate::Step, Where::Trial) => unreachable!("a step value is read in its loop"),
            }
        }
    }

    /// The loop in which a step node is at home.
    fn home(&self, id: NodeId) -> Where {
        match self.graph.rate(id) {
            Rate::Step => Where::Loop(self.levels.node(id)),
            Rate::Constant | Rate::Table | Rate::Trial => Where::Trial,
        }
    }

    fn fresh(&mut self) -> Virtual {
        self.draft.n_virtual += 1;
        self.draft.n_virtual - 1
    }

    fn scalar(&mut self, id: NodeId) -> u32 {
        let next = u32::try_from(self.scalars.len()).expect("fewer than 2^32 scalars");
        let index = *self.known_scalars.entry(id).or_insert(next);
        if index == next {
            let constant = Scalar::Constant(self.graph.constant_of(id).unwrap_or(f64::NAN));
            self.scalars.push(if let Node::Table(table) = self.graph.node(id) {
                Scalar::Table(table)
            } else {
                constant
            });
        }
        index
    }

    fn operand(&mut self, id: NodeId, place: Where) -> Operand<Virtual> {
        match self.graph.rate(id) {
            Rate::Constant | Rate::Table => Operand::Scalar(self.scalar(id)),
            Rate::Trial => Operand::Column(self.registers[&(id, Where::Trial)]),
            Rate::Step => Operand::Column(self.registers[&(id, place)]),
        }
    }

    /// The register of a value; what is the same in all lanes is spread over a column.
    fn column(&mut self, id: NodeId, place: Where) -> Virtual {
        match self.operand(id, place) {
            Operand::Column(register) => register,
            Operand::Scalar(scalar) => {
                let dst = self.fresh();
                self.draft.ops.push(Op::Fill { dst, scalar });
                dst
            }
        }
    }

    fn emit(&mut self, roots: &[Root]) {
        for level in 0..=self.levels.last {
            let start = self.draft.ops.len();
            for id in self.trial.remove(&level).unwrap_or_default() {
                self.node(id, Where::Trial);
            }
            self.record_trial(roots, level);
            let steps = self.steps.remove(&level).unwrap_or_default();
            self.enter_loop(level);
            self.store_first(level);
            self.draft.sections.push(Section::Trial(start..self.draft.ops.len()));
            let in_loop = |root: &Root| root.later.is_some_and(|later| self.belongs(later, level));
            let recorded: Vec<Root> = roots.iter().copied().filter(in_loop).collect();
            let is_stored = self.has_steps() && !self.stored_in(level).is_empty();
            if !steps.is_empty() || !recorded.is_empty() || is_stored {
                self.loop_body(level, &steps, &recorded);
            }
        }
    }

    /// Whether the later value of a series is recorded in the loop of a level; a constant one in the first.
    fn belongs(&self, later: NodeId, level: u32) -> bool {
        self.has_steps() && self.levels.node(later) == level
    }

    /// Whether there is a step behind step 0.
    fn has_steps(&self) -> bool {
        self.graph.last_step.is_some_and(|steps| steps > 0)
    }

    fn record_trial(&mut self, roots: &[Root], level: u32) {
        for root in roots.iter().filter(|root| self.levels.node(root.first) == level) {
            let x = self.column(root.first, Where::Trial);
            let record = self.record(root.channel, false, root.first);
            self.draft.ops.push(Op::Record { record, x });
        }
    }

    fn record(&mut self, channel: usize, by_step: bool, id: NodeId) -> u32 {
        let rates_of_return = self.rates_of_return(id);
        self.records.push(Record { channel, by_step, rates_of_return });
        u32::try_from(self.records.len() - 1).expect("fewer than 2^32 records")
    }

    /// The stored series that a value depends on through an internal rate of return.
    fn rates_of_return(&self, id: NodeId) -> Vec<u16> {
        if self.stored.is_empty() {
            return Vec::new();
        }
        let (mut seen, mut waiting, mut found) = (BTreeSet::new(), vec![id], BTreeSet::new());
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(&series) = self.stored.get(&id) {
                found.extend(u16::try_from(series));
            }
            if let Node::State(slot) = self.graph.node(id) {
                let carried = self.graph.slots[slot.0 as usize];
                waiting.extend([carried.init, carried.next]);
            }
            self.graph.operands(id, |operand| waiting.push(operand));
        }
        found.into_iter().collect()
    }

    /// Gives every slot of a loop its value at step 0.
    fn enter_loop(&mut self, level: u32) {
        for slot in self.slots.get(&level).cloned().unwrap_or_default() {
            let init = self.graph.slots[slot.0 as usize].init;
            let dst = self.fresh();
            let op = match self.operand(init, Where::Trial) {
                Operand::Column(x) => Op::Copy { dst, x },
                Operand::Scalar(scalar) => Op::Fill { dst, scalar },
            };
            self.draft.ops.push(op);
            self.slot_registers.insert((slot, level), dst);
        }
    }

    /// The internal rates of return whose series this loop completes.
    fn stored_in(&self, level: u32) -> Vec<(NodeId, NodeId, u32)> {
        let of_level = self.stored.iter().filter(|(id, _)| self.levels.node(**id) == level + 1);
        let parts = of_level.filter_map(|(&id, &series)| {
            let Node::Irr(first, later) = self.graph.node(id) else { return None };
            Some((first, later, series))
        });
        parts.collect()
    }

    fn store_first(&mut self, level: u32) {
        for (first, _, series) in self.stored_in(level) {
            let x = self.column(first, Where::Trial);
            self.draft.ops.push(Op::Store { series, x });
        }
    }

    fn loop_body(&mut self, level: u32, steps: &BTreeSet<NodeId>, roots: &[Root]) {
        let place = Where::Loop(level);
        let start = self.draft.ops.len();
        for &id in steps {
            if let Node::State(slot) = self.graph.node(id) {
                self.registers.insert((id, place), self.slot_registers[&(slot, level)]);
            } else {
                self.node(id, place);
            }
        }
        for root in roots {
            let Some(later) = root.later else { continue };
            let x = self.column(later, place);
            let record = self.record(root.channel, true, later);
            self.draft.ops.push(Op::Record { record, x });
        }
        if self.has_steps() {
            for (_, later, series) in self.stored_in(level) {
                let x = self.column(later, place);
                self.draft.ops.push(Op::Store { series, x });
            }
        }
        let finals = self.carry_over(level, steps);
        self.draft.sections.push(Section::Steps(start..self.draft.ops.len()));
        // What is read after the loop: copied out at once, before registers are used again.
        let after = self.draft.ops.len();
        for (final_id, x) in finals {
            let dst = self.fresh();
            self.draft.ops.push(Op::Copy { dst, x });
            self.registers.insert((final_id, Where::Trial), dst);
        }
        self.draft.sections.push(Section::Trial(after..self.draft.ops.len()));
    }

    /// Moves what slots carry to the next step, and tells where final values are then.
    fn carry_over(&mut self, level: u32, steps: &BTreeSet<NodeId>) -> Vec<(NodeId, Virtual)> {
        let place = Where::Loop(level);
        let slots: Vec<SlotId> = self.slots.get(&level).into_iter().flatten().copied().collect();
        let mut sources = Vec::with_capacity(slots.len());
        let mut taken = BTreeSet::new();
        for &slot in &slots {
            let next = self.graph.slots[slot.0 as usize].next;
            let is_own = self.graph.rate(next) == Rate::Step
                && !matches!(self.graph.node(next), Node::State(_));
            let source = if is_own && taken.insert(next) {
                self.registers[&(next, place)]
            } else {
                let dst = self.fresh();
                let op = match self.operand(next, place) {
                    Operand::Column(x) => Op::Copy { dst, x },
                    Operand::Scalar(scalar) => Op::Fill { dst, scalar },
                };
                self.draft.ops.push(op);
                dst
            };
            sources.push(source);
        }
        let mut finals = Vec::new();
        let reductions: Vec<(NodeId, NodeId)> = self
            .trial
            .values()
            .flatten()
            .filter_map(|&id| {
                let Node::Final(x) = self.graph.node(id) else { return None };
                (self.levels.node(x) == level && steps.contains(&x)).then_some((id, x))
            })
            .collect();
        for (id, x) in reductions {
            let carrier = slots
                .iter()
                .position(|slot| taken.contains(&x) && self.graph.slots[slot.0 as usize].next == x);
            let register = match (carrier, self.graph.node(x)) {
                (Some(position), _) => self.slot_registers[&(slots[position], level)],
                (None, Node::State(_)) => {
                    let (dst, source) = (self.fresh(), self.registers[&(x, place)]);
                    self.draft.ops.push(Op::Copy { dst, x: source });
                    dst
                }
                (None, _) => self.registers[&(x, place)],
            };
            finals.push((id, register));
        }
        for (slot, source) in slots.iter().zip(sources) {
            let register = self.slot_registers[&(*slot, level)];
            self.draft.ops.push(Op::Copy { dst: register, x: source });
        }
        finals
    }

    fn node(&mut self, id: NodeId, place: Where) {
        let node = self.graph.node(id);
        let op = match node {
            Node::Constant(_) | Node::Table(_) | Node::State(_) | Node::Final(_) => return,
            Node::Draw(site) => Op::Draw { dst: self.fresh(), site },
            Node::StepDraw(site) => Op::StepDraw { dst: self.fresh(), site },
            Node::Normal(x) => {
                let x = self.column(x, place);
                Op::Normal { dst: self.fresh(), x }
            }
            Node::Sample(sampler, x) => {
                let x = self.column(x, place);
                Op::Sample { dst: self.fresh(), x, sampler }
            }
            Node::Call(call) => {
                let call = &self.graph.calls[call as usize];
                let arguments =
                    call.arguments.iter().map(|&argument| self.operand(argument, place)).collect();
                let uniform = call.uniform.map(|uniform| self.operand(uniform, place));
                self.draft.calls.push(DraftCall {
                    template: call.template.clone(),
                    arguments,
                    uniform,
                    sum: call.sum,
                });
                let index =
                    u32::try_from(self.draft.calls.len() - 1).expect("fewer than 2^32 calls");
                Op::Call { dst: self.fresh(), call: index }
            }
            Node::Unary(op, x) => {
                let x = self.column(x, place);
                Op::Unary { op, dst: self.fresh(), x }
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.operand(a, place), self.operand(b, place));
                Op::Binary { op, dst: self.fresh(), a, b }
            }
            Node::Ternary(op, a, b, c) => {
                let (a, b, c) =
                    (self.operand(a, place), self.operand(b, place), self.operand(c, place));
                Op::Ternary { op, dst: self.fresh(), a, b, c }
            }
            Node::Irr(..) => Op::Irr { dst: self.fresh(), series: self.stored[&id] },
        };
        self.registers.insert((id, place), destination(&op));
        self.draft.ops.push(op);
    }
}

/// The register that an operation writes; of one that writes none, what it reads.
pub(super) fn destination(op: &Op<Virtual>) -> Virtual {
    match *op {
        Op::Fill { dst, .. }
        | Op::Draw { dst, .. }
        | Op::StepDraw { dst, .. }
        | Op::Normal { dst, .. }
        | Op::Sample { dst, .. }
        | Op::Call { dst, .. }
        | Op::Unary { dst, .. }
        | Op::Binary { dst, .. }
        | Op::Ternary { dst, .. }
        | Op::Copy { dst, .. }
        | Op::Irr { dst, .. } => dst,
        Op::Chain { .. } => unreachable!("values are scheduled before they are chained"),
        Op::Store { x, .. } | Op::Record { x, .. } => x,
    }
}
