//! Elementwise operations in a row made one chain, whose values stay in an accumulator where nobody else reads them.
//!
//! First what is carried from step to step is written where it is kept, if the value of the step before is not
//! read any more: no copy, and half the columns. Then runs of operations become links ([`Link`]).
//! Every operation rounds as it did alone, so that no bit changes.

use std::ops::Range;

use super::fuse::{remove, uses};
use super::op::{Op, Operand, Section};
use super::registers::{rewrite, visit};
use super::schedule::{Draft, Virtual, destination};
use crate::math::operation::{Binary, Ternary, Unary};
use crate::math::simd::chain::{Action, Link};

/// Operations in a chain: their values need columns at the same time, and a tile of these fits the first-level cache.
const LONGEST: usize = 32;

/// Makes chains of what can be chained.
pub(super) fn chain(draft: &mut Draft) {
    for number in 0..draft.sections.len() {
        if let Section::Steps(range) = draft.sections[number].clone() {
            carry_in_place(draft, range);
        }
    }
    let uses = uses(draft);
    let ops = std::mem::take(&mut draft.ops);
    let mut links = Vec::new();
    for section in &mut draft.sections {
        let start = draft.ops.len();
        for run in ops[section.range()].chunk_by(|a, b| is_chained(a) && is_chained(b)) {
            if !is_chained(&run[0]) {
                draft.ops.extend_from_slice(run);
                continue;
            }
            for run in run.chunks(LONGEST) {
                let start = links.len();
                link(run, &uses, &mut links);
                let narrow = |n: usize| u32::try_from(n).expect("fewer than 2^32 links");
                let len = narrow(links.len() - start);
                draft.ops.push(Op::Chain { start: narrow(start), len });
            }
        }
        *section.range_mut() = start..draft.ops.len();
    }
    draft.links = links;
}

/// Operations that have an [`Action`], or are made of several.
fn is_chained(op: &Op<Virtual>) -> bool {
    match op {
        Op::Copy { .. } | Op::Fill { .. } => true,
        Op::Unary { op, .. } => unary_action(*op).is_some(),
        Op::Binary { op, .. } => *op == Binary::MaxAbsolute || binary_action(*op, true).is_some(),
        Op::Ternary { op, .. } => *op == Ternary::PaybackWait || sum_action(*op).is_some(),
        Op::Draw { .. }
        | Op::StepDraw { .. }
        | Op::Normal { .. }
        | Op::Sample { .. }
        | Op::Call { .. }
        | Op::Chain { .. }
        | Op::Store { .. }
        | Op::Irr { .. }
        | Op::Record { .. } => false,
    }
}

fn unary_action(op: Unary) -> Option<Action> {
    const ACTIONS: [(Unary, Action); 3] = [
        (Unary::Negate, Action::Negate),
        (Unary::Absolute, Action::Absolute),
        (Unary::Exp, Action::Exp),
    ];
    ACTIONS.iter().find(|(known, _)| *known == op).map(|&(_, action)| action)
}

/// The action with the accumulator on the left or on the right.
fn binary_action(op: Binary, is_left: bool) -> Option<Action> {
    const ACTIONS: [(Binary, Action, Action); 6] = [
        (Binary::Add, Action::Add, Action::Add),
        (Binary::Subtract, Action::Subtract, Action::SubtractFrom),
        (Binary::Multiply, Action::Multiply, Action::Multiply),
        (Binary::Divide, Action::Divide, Action::DivideInto),
        (Binary::Min, Action::Min, Action::MinOf),
        (Binary::Max, Action::Max, Action::MaxOf),
    ];
    let found = ACTIONS.iter().find(|(known, ..)| *known == op);
    found.map(|&(_, left, right)| if is_left { left } else { right })
}

/// What follows a product, of operations that begin with one.
fn sum_action(op: Ternary) -> Option<Action> {
    const ACTIONS: [(Ternary, Action); 4] = [
        (Ternary::MultiplyAdd, Action::Add),
        (Ternary::ExpMultiplyAdd, Action::Add),
        (Ternary::MultiplySubtract, Action::Subtract),
        (Ternary::SubtractProduct, Action::SubtractFrom),
    ];
    ACTIONS.iter().find(|(known, _)| *known == op).map(|&(_, action)| action)
}

/// Whether the links of an operation take this register from the accumulator, where it is.
fn takes(op: &Op<Virtual>, register: Virtual) -> bool {
    let wanted = Operand::Column(register);
    match *op {
        Op::Unary { x, .. } | Op::Copy { x, .. } => x == register,
        Op::Binary { op: Binary::MaxAbsolute, b, .. } => b == wanted,
        Op::Binary { a, b, .. } => a == wanted || b == wanted,
        Op::Ternary { op: Ternary::PaybackWait, c, .. } => c == wanted,
        Op::Ternary { a, b, .. } => a == wanted || b == wanted,
        Op::Fill { .. }
        | Op::Draw { .. }
        | Op::StepDraw { .. }
        | Op::Normal { .. }
        | Op::Sample { .. }
        | Op::Call { .. }
        | Op::Chain { .. }
        | Op::Store { .. }
        | Op::Irr { .. }
        | Op::Record { .. } => false,
    }
}

struct Linker<'l> {
    links: &'l mut Vec<Link<Virtual>>,
    /// The register whose value the accumulator has.
    held: Option<Virtual>,
}

impl Linker<'_> {
    fn holds(&self, operand: Operand<Virtual>) -> bool {
        self.held.is_some_and(|held| operand == Operand::Column(held))
    }

    fn push(&mut self, action: Action, x: Operand<Virtual>) {
        self.links.push(Link { action, x, y: x });
    }

    /// Has the accumulator hold an operand.
    fn begin(&mut self, operand: Operand<Virtual>) {
        if !self.holds(operand) {
            self.push(Action::Load, operand);
        }
    }

    /// The operation without its storing.
    fn operation(&mut self, op: &Op<Virtual>) {
        match *op {
            Op::Copy { x, .. } => self.begin(Operand::Column(x)),
            Op::Fill { scalar, .. } => self.begin(Operand::Scalar(scalar)),
            Op::Unary { op, x, .. } => {
                let x = Operand::Column(x);
                self.begin(x);
                self.push(unary_action(op).expect("only what has an action is linked"), x);
            }
            Op::Binary { op: Binary::MaxAbsolute, a, b, .. } => {
                self.begin(b);
                self.push(Action::MaxAbsolute, a);
            }
            Op::Binary { op, a, b, .. } => {
                let is_left = self.holds(a) || !self.holds(b);
                let (acc, x) = if is_left { (a, b) } else { (b, a) };
                self.begin(acc);
                let action = binary_action(op, is_left);
                self.push(action.expect("only what has an action is linked"), x);
            }
            Op::Ternary { op: Ternary::PaybackWait, a, b, c, .. } => {
                self.begin(c);
                self.links.push(Link { action: Action::Payback, x: a, y: b });
            }
            Op::Ternary { op, a, b, c, .. } => {
                let (acc, x) = if self.holds(b) && !self.holds(a) { (b, a) } else { (a, b) };
                self.begin(acc);
                self.push(Action::Multiply, x);
                self.push(sum_action(op).expect("only what has an action is linked"), c);
                if op == Ternary::ExpMultiplyAdd {
                    self.push(Action::Exp, c);
                }
            }
            Op::Draw { .. }
            | Op::StepDraw { .. }
            | Op::Normal { .. }
            | Op::Sample { .. }
            | Op::Call { .. }
            | Op::Chain { .. }
            | Op::Store { .. }
            | Op::Irr { .. }
            | Op::Record { .. } => unreachable!("only what has an action is linked"),
        }
    }
}

/// The links of a run of operations.
fn link(run: &[Op<Virtual>], uses: &[u32], links: &mut Vec<Link<Virtual>>) {
    let mut linker = Linker { links, held: None };
    for (position, op) in run.iter().enumerate() {
        linker.operation(op);
        let dst = destination(op);
        let is_passed_on =
            uses[dst as usize] == 1 && run.get(position + 1).is_some_and(|next| takes(next, dst));
        if !is_passed_on {
            linker.push(Action::Store, Operand::Column(dst));
        }
        linker.held = Some(dst);
    }
}

/// Where a register is read and written inside a section.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    reads: u32,
    first_read: usize,
    last_read: usize,
    writes: u32,
    written: usize,
}

/// Has what is carried to the next step written where it is kept, where the value of the step before is done with.
fn carry_in_place(draft: &mut Draft, range: Range<usize>) {
    let uses = uses(draft);
    let mut places = vec![Places::default(); draft.n_virtual as usize];
    for (position, op) in draft.ops.iter().enumerate().take(range.end).skip(range.start) {
        // Arguments of calls stand apart and keep their names.
        let is_call = matches!(op, Op::Call { .. });
        visit(op, &draft.calls, &draft.links, |register, is_definition| {
            let place = &mut places[register as usize];
            if is_definition {
                place.writes += 1;
                place.written = position;
            } else {
                if place.reads == 0 {
                    place.first_read = position;
                }
                place.reads += u32::from(!is_call);
                place.last_read = position;
            }
        });
    }
    let mut kept_in: Vec<Option<Virtual>> = vec![None; draft.n_virtual as usize];
    let mut is_gone = vec![false; draft.ops.len()];
    for position in range.clone() {
        let Op::Copy { dst: slot, x: source } = draft.ops[position] else { continue };
        let (of_slot, of_source) = (places[slot as usize], places[source as usize]);
        let is_slot = of_slot.writes == 1 && of_slot.last_read <= of_source.written;
        // Once written, and read here alone: nobody else misses it.
        let is_source = of_source.writes == 1
            && uses[source as usize] == of_source.reads
            && of_source.first_read > of_source.written
            && is_chained(&draft.ops[of_source.written]);
        if is_slot && is_source && kept_in[source as usize].is_none() {
            kept_in[source as usize] = Some(slot);
            is_gone[position] = true;
        }
    }
    for op in &mut draft.ops[range] {
        let renamed = |register: Virtual| kept_in[register as usize].unwrap_or(register);
        *op = rewrite(*op, |register| Ok(renamed(register)), Ok)
            .expect("a register has a name as good as another");
    }
    remove(draft, &is_gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(register: Virtual) -> Operand<Virtual> {
        Operand::Column(register)
    }

    fn binary(op: Binary, dst: Virtual, a: Virtual, b: Virtual) -> Op<Virtual> {
        Op::Binary { op, dst, a: column(a), b: column(b) }
    }

    /// The links of steps over the operations, registers 0 to 3 being written before.
    fn chained(steps: Vec<Op<Virtual>>) -> Vec<(Action, Virtual)> {
        let draw = |dst| Op::Draw { dst, site: 0 };
        let mut ops: Vec<Op<Virtual>> = (0..4).map(draw).collect();
        ops.extend(steps);
        let end = ops.len();
        ops.push(Op::Record { record: 0, x: 0 });
        let sections =
            vec![Section::Trial(0..4), Section::Steps(4..end), Section::Trial(end..end + 1)];
        let mut draft = Draft { ops, sections, n_virtual: 12, ..Draft::default() };
        chain(&mut draft);
        assert!(matches!(draft.ops[4], Op::Chain { start: 0, .. }), "{:?}", draft.ops);
        assert_eq!(draft.sections[1].range(), 4..5);
        assert_eq!(draft.sections[2].range(), 5..6);
        let register = |operand| match operand {
            Operand::Column(register) | Operand::Scalar(register) => register,
        };
        draft.links.iter().map(|link| (link.action, register(link.x))).collect()
    }

    #[test]
    fn what_only_the_next_operation_reads_is_not_stored() {
        let ops = vec![
            binary(Binary::Add, 5, 1, 2),
            binary(Binary::Divide, 6, 3, 5),
            Op::Record { record: 0, x: 6 },
        ];
        let mut draft =
            Draft { sections: vec![Section::Trial(0..3)], ops, n_virtual: 8, ..Draft::default() };
        chain(&mut draft);
        assert_eq!(draft.ops, [Op::Chain { start: 0, len: 4 }, Op::Record { record: 0, x: 6 }]);
        let actions: Vec<Action> = draft.links.iter().map(|link| link.action).collect();
        assert_eq!(actions, [Action::Load, Action::Add, Action::DivideInto, Action::Store]);
    }

    #[test]
    fn what_is_carried_is_written_where_it_is_kept() {
        // 0 becomes 0 · 1.
        let steps = vec![binary(Binary::Multiply, 5, 0, 1), Op::Copy { dst: 0, x: 5 }];
        let expected = [(Action::Load, 0), (Action::Multiply, 1), (Action::Store, 0)];
        assert_eq!(chained(steps), expected);
    }

    #[test]
    fn a_value_that_is_still_read_is_not_overwritten() {
        // 0 becomes 0 · 1, and the step before is read again for 3.
        let steps = vec![
            binary(Binary::Multiply, 5, 0, 1),
            binary(Binary::Subtract, 6, 5, 0),
            binary(Binary::Add, 7, 3, 6),
            Op::Copy { dst: 0, x: 5 },
            Op::Copy { dst: 3, x: 7 },
        ];
        let expected = [
            (Action::Load, 0),
            (Action::Multiply, 1),
            (Action::Store, 5),
            (Action::Subtract, 0),
            (Action::Add, 3),
            (Action::Store, 3),
            (Action::Load, 5),
            (Action::Store, 0),
        ];
        assert_eq!(chained(steps), expected);
    }
}
