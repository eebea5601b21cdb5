//! Operations that belong together made one: a product that only a sum reads, and the exponential of such a sum.
//!
//! A column that is written and read again costs as much as the arithmetic on it. What is fused here is the
//! interpretation alone: a product is still rounded before it is added, so that no bit changes.

use super::op::{Op, Operand};
use super::registers::visit;
use super::schedule::{Draft, Virtual};
use crate::math::operation::{Binary, Ternary, Unary};

/// Fuses what can be fused.
pub(super) fn fuse(draft: &mut Draft) {
    let uses = uses(draft);
    let section_of = sections_by_position(draft);
    // Where each virtual register is written, as far as it is written once.
    let mut writer: Vec<Option<usize>> = vec![None; draft.n_virtual as usize];
    let mut is_gone = vec![false; draft.ops.len()];
    for position in 0..draft.ops.len() {
        let source = |operand: Operand<Virtual>| {
            let Operand::Column(register) = operand else { return None };
            let at = writer[register as usize]?;
            (uses[register as usize] == 1 && section_of[at] == section_of[position]).then_some(at)
        };
        let op = draft.ops[position];
        let fused = if let Op::Binary { op: Binary::Add | Binary::Subtract, .. } = op {
            with_product(op, |operand| {
                let at = source(operand)?;
                let Op::Binary { op: Binary::Multiply, a, b, .. } = draft.ops[at] else {
                    return None;
                };
                Some((at, a, b))
            })
        } else if let Op::Unary { op: Unary::Exp, dst, x } = op
            && let Some(at) = source(Operand::Column(x))
            && let Op::Ternary { op: Ternary::MultiplyAdd, a, b, c, .. } = draft.ops[at]
        {
            Some((at, Op::Ternary { op: Ternary::ExpMultiplyAdd, dst, a, b, c }))
        } else {
            None
        };
        if let Some((at, op)) = fused {
            is_gone[at] = true;
            draft.ops[position] = op;
        }
        visit(&draft.ops[position], &draft.calls, &draft.links, |register, is_definition| {
            if is_definition {
                writer[register as usize] = Some(position);
            }
        });
    }
    remove(draft, &is_gone);
}

/// A sum or difference, one side of which is a product: what they are together, and where the product stood.
fn with_product(
    sum: Op<Virtual>,
    product: impl Fn(Operand<Virtual>) -> Option<(usize, Operand<Virtual>, Operand<Virtual>)>,
) -> Option<(usize, Op<Virtual>)> {
    let Op::Binary { op, dst, a, b } = sum else { return None };
    let is_sum = op == Binary::Add;
    let on_the_left = if is_sum { Ternary::MultiplyAdd } else { Ternary::MultiplySubtract };
    let on_the_right = if is_sum { Ternary::MultiplyAdd } else { Ternary::SubtractProduct };
    let found = product(a).map(|found| (found, on_the_left, b));
    let ((at, x, y), op, c) = found.or_else(|| product(b).map(|found| (found, on_the_right, a)))?;
    let (a, b) = column_first(x, y);
    Some((at, Op::Ternary { op, dst, a, b, c }))
}

/// Products commute; with a column in front there are fewer loops to compile.
fn column_first(a: Operand<Virtual>, b: Operand<Virtual>) -> (Operand<Virtual>, Operand<Virtual>) {
    if let Operand::Scalar(_) = a { (b, a) } else { (a, b) }
}

/// How often each virtual register is read; what is written twice counts as read often.
pub(super) fn uses(draft: &Draft) -> Vec<u32> {
    const OFTEN: u32 = 1 << 16;
    let mut uses = vec![0_u32; draft.n_virtual as usize];
    let mut is_written = vec![false; draft.n_virtual as usize];
    for op in &draft.ops {
        visit(op, &draft.calls, &draft.links, |register, is_definition| {
            let count = &mut uses[register as usize];
            let again =
                is_definition && std::mem::replace(&mut is_written[register as usize], true);
            *count += if again { OFTEN } else { u32::from(!is_definition) };
        });
    }
    uses
}

fn sections_by_position(draft: &Draft) -> Vec<usize> {
    let mut sections = vec![usize::MAX; draft.ops.len()];
    for (number, section) in draft.sections.iter().enumerate() {
        sections[section.range()].fill(number);
    }
    sections
}

/// Takes operations out, and moves the borders of sections along.
pub(super) fn remove(draft: &mut Draft, is_gone: &[bool]) {
    // How many stay before each position.
    let mut kept = vec![0; is_gone.len() + 1];
    for (position, &is_gone) in is_gone.iter().enumerate() {
        kept[position + 1] = kept[position] + usize::from(!is_gone);
    }
    for section in &mut draft.sections {
        let range = section.range_mut();
        *range = kept[range.start]..kept[range.end];
    }
    let mut stays = is_gone.iter().map(|is_gone| !is_gone);
    draft.ops.retain(|_| stays.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::super::op::Section;
    use super::*;

    const fn column(register: Virtual) -> Operand<Virtual> {
        Operand::Column(register)
    }

    fn fused(ops: Vec<Op<Virtual>>) -> Vec<Op<Virtual>> {
        let mut draft = Draft {
            sections: vec![Section::Trial(0..ops.len())],
            ops,
            n_virtual: 8,
            ..Draft::default()
        };
        fuse(&mut draft);
        assert_eq!(draft.sections[0].range(), 0..draft.ops.len());
        draft.ops
    }

    fn product(dst: Virtual, a: Operand<Virtual>, b: Operand<Virtual>) -> Op<Virtual> {
        Op::Binary { op: Binary::Multiply, dst, a, b }
    }

    #[test]
    fn a_product_meets_the_sum_that_reads_it() {
        let sum = Op::Binary { op: Binary::Add, dst: 3, a: column(2), b: column(1) };
        let exp = Op::Unary { op: Unary::Exp, dst: 4, x: 3 };
        let ops = fused(vec![product(2, Operand::Scalar(0), column(0)), sum, exp]);
        let expected = Op::Ternary {
            op: Ternary::ExpMultiplyAdd,
            dst: 4,
            a: column(0),
            b: Operand::Scalar(0),
            c: column(1),
        };
        assert_eq!(ops, [expected]);
    }

    #[test]
    fn a_product_that_others_read_stays() {
        let sum = Op::Binary { op: Binary::Subtract, dst: 3, a: column(1), b: column(2) };
        let record = Op::Record { record: 0, x: 2 };
        let ops = vec![product(2, column(0), column(0)), sum, record];
        assert_eq!(fused(ops.clone()), ops);
    }
}
