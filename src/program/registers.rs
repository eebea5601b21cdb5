//! Registers for values: a linear scan over the order in which operations run (Poletto and Sarkar 1999).
//!
//! A value that is born before a loop and read in it lives until the loop's end; one that is carried
//! from step to step lives from before the loop to behind it. A destination is given its register
//! before those of the operands are free again, so that an operation never overwrites what it reads; a chain
//! does where it is meant to.

use std::collections::BTreeSet;

use super::op::{ColumnCall, Op, Operand, Section};
use super::schedule::{Draft, DraftCall, TooLarge, Virtual};
use crate::math::simd::chain::{Action, Link};

/// Columns at once; 64 MB a worker.
const MOST_REGISTERS: usize = 16_384;

pub(super) struct Allocated {
    pub(super) ops: Vec<Op<u16>>,
    pub(super) links: Vec<Link<u16>>,
    pub(super) sections: Vec<Section>,
    pub(super) calls: Vec<ColumnCall>,
    pub(super) n_registers: usize,
}

/// First and last position at which a value is needed.
#[derive(Debug, Clone, Copy)]
struct Interval {
    start: usize,
    end: usize,
}

/// Gives each virtual register a real one.
pub(super) fn allocate(draft: Draft) -> Result<Allocated, TooLarge> {
    let intervals = intervals(&draft);
    let mut order: Vec<Virtual> =
        (0..draft.n_virtual).filter(|&v| intervals[v as usize].is_some()).collect();
    order.sort_by_key(|&v| intervals[v as usize].map(|interval| interval.start));
    let mut assigned = vec![0_u16; draft.n_virtual as usize];
    let mut free: BTreeSet<u16> = BTreeSet::new();
    let mut active: BTreeSet<(usize, u16)> = BTreeSet::new();
    let mut n_registers = 0;
    for register in order {
        let Some(interval) = intervals[register as usize] else { continue };
        while let Some(&(end, real)) = active.first()
            && end < interval.start
        {
            active.pop_first();
            free.insert(real);
        }
        let real = match free.pop_first() {
            Some(real) => real,
            None => {
                if n_registers == MOST_REGISTERS {
                    return Err(TooLarge);
                }
                n_registers += 1;
                u16::try_from(n_registers - 1).map_err(|_| TooLarge)?
            }
        };
        assigned[register as usize] = real;
        active.insert((interval.end, real));
    }
    let narrow = |index: u32| u16::try_from(index).map_err(|_| TooLarge);
    let ops = draft
        .ops
        .iter()
        .map(|&op| rewrite(op, |register| Ok(assigned[register as usize]), narrow))
        .collect::<Result<_, TooLarge>>()?;
    let calls = draft
        .calls
        .into_iter()
        .map(|call| {
            let operand = |operand: Operand<Virtual>| {
                real_operand(operand, |v| Ok(assigned[v as usize]), narrow)
            };
            Ok(ColumnCall {
                template: call.template,
                arguments: call
                    .arguments
                    .into_iter()
                    .map(operand)
                    .collect::<Result<_, TooLarge>>()?,
                uniform: call.uniform.map(operand).transpose()?,
                sum: call.sum,
            })
        })
        .collect::<Result<_, TooLarge>>()?;
    let links = draft
        .links
        .iter()
        .map(|link| {
            let operand = |operand| real_operand(operand, |v| Ok(assigned[v as usize]), narrow);
            Ok(Link { action: link.action, x: operand(link.x)?, y: operand(link.y)? })
        })
        .collect::<Result<_, TooLarge>>()?;
    Ok(Allocated { ops, links, sections: draft.sections, calls, n_registers })
}

fn intervals(draft: &Draft) -> Vec<Option<Interval>> {
    let mut intervals: Vec<Option<Interval>> = vec![None; draft.n_virtual as usize];
    let mut loops: Vec<(usize, usize)> = Vec::new();
    for section in &draft.sections {
        if let Section::Steps(range) = section {
            loops.push((range.start, range.end));
        }
    }
    let enclosing = |position: usize| {
        loops.iter().copied().find(|&(start, end)| (start..end).contains(&position))
    };
    for (position, op) in draft.ops.iter().enumerate() {
        visit(op, &draft.calls, &draft.links, |register, _| {
            let place = &mut intervals[register as usize];
            let interval = place.get_or_insert(Interval { start: position, end: position });
            interval.end = interval.end.max(position);
            if let Some((start, end)) = enclosing(position)
                && interval.start < start
            {
                // Carried from step to step, or read in every one.
                interval.end = interval.end.max(end);
            }
        });
    }
    // What is read after its loop must survive to the loop's end.
    for interval in intervals.iter_mut().flatten() {
        if let Some((_, end)) = enclosing(interval.start)
            && interval.end >= end
        {
            interval.end = interval.end.max(end);
        }
    }
    intervals
}

/// Calls `see` with every register of an operation, and whether it is written.
pub(super) fn visit(
    op: &Op<Virtual>,
    calls: &[DraftCall],
    links: &[Link<Virtual>],
    mut see: impl FnMut(Virtual, bool),
) {
    let operand = |operand: &Operand<Virtual>, see: &mut dyn FnMut(Virtual, bool)| {
        if let Operand::Column(register) = operand {
            see(*register, false);
        }
    };
    match op {
        Op::Fill { dst, .. }
        | Op::Draw { dst, .. }
        | Op::StepDraw { dst, .. }
        | Op::Irr { dst, .. } => see(*dst, true),
        Op::Normal { dst, x }
        | Op::Sample { dst, x, .. }
        | Op::Unary { dst, x, .. }
        | Op::Copy { dst, x } => {
            see(*x, false);
            see(*dst, true);
        }
        Op::Call { dst, call } => {
            let call = &calls[*call as usize];
            call.arguments
                .iter()
                .chain(&call.uniform)
                .for_each(|argument| operand(argument, &mut see));
            see(*dst, true);
        }
        Op::Binary { dst, a, b, .. } => {
            operand(a, &mut see);
            operand(b, &mut see);
            see(*dst, true);
        }
        Op::Ternary { dst, a, b, c, .. } => {
            operand(a, &mut see);
            operand(b, &mut see);
            operand(c, &mut see);
            see(*dst, true);
        }
        Op::Chain { start, len } => {
            let links = &links[*start as usize..][..*len as usize];
            for &Link { action, x, y } in links {
                match (action, x) {
                    (Action::Store, Operand::Column(register)) => see(register, true),
                    _ => operand(&x, &mut see),
                }
                operand(&y, &mut see);
            }
        }
        Op::Store { x, .. } | Op::Record { x, .. } => see(*x, false),
    }
}

fn real_operand<R>(
    operand: Operand<Virtual>,
    register: impl Fn(Virtual) -> Result<R, TooLarge>,
    index: impl Fn(u32) -> Result<R, TooLarge>,
) -> Result<Operand<R>, TooLarge> {
    Ok(match operand {
        Operand::Column(column) => Operand::Column(register(column)?),
        Operand::Scalar(scalar) => Operand::Scalar(index(scalar)?),
    })
}

/// The operation with other names of registers and indices.
pub(super) fn rewrite<R>(
    op: Op<Virtual>,
    register: impl Fn(Virtual) -> Result<R, TooLarge> + Copy,
    index: impl Fn(u32) -> Result<R, TooLarge> + Copy,
) -> Result<Op<R>, TooLarge> {
    let operand = |operand: Operand<Virtual>| real_operand(operand, register, index);
    Ok(match op {
        Op::Fill { dst, scalar } => Op::Fill { dst: register(dst)?, scalar: index(scalar)? },
        Op::Draw { dst, site } => Op::Draw { dst: register(dst)?, site: index(site)? },
        Op::StepDraw { dst, site } => Op::StepDraw { dst: register(dst)?, site: index(site)? },
        Op::Normal { dst, x } => Op::Normal { dst: register(dst)?, x: register(x)? },
        Op::Sample { dst, x, sampler } => {
            Op::Sample { dst: register(dst)?, x: register(x)?, sampler: index(sampler)? }
        }
        Op::Call { dst, call } => Op::Call { dst: register(dst)?, call: index(call)? },
        Op::Unary { op, dst, x } => Op::Unary { op, dst: register(dst)?, x: register(x)? },
        Op::Binary { op, dst, a, b } => {
            Op::Binary { op, dst: register(dst)?, a: operand(a)?, b: operand(b)? }
        }
        Op::Ternary { op, dst, a, b, c } => {
            Op::Ternary { op, dst: register(dst)?, a: operand(a)?, b: operand(b)?, c: operand(c)? }
        }
        Op::Copy { dst, x } => Op::Copy { dst: register(dst)?, x: register(x)? },
        Op::Chain { start, len } => Op::Chain { start, len },
        Op::Store { series, x } => Op::Store { series: index(series)?, x: register(x)? },
        Op::Irr { dst, series } => Op::Irr { dst: register(dst)?, series: index(series)? },
        Op::Record { record, x } => Op::Record { record: index(record)?, x: register(x)? },
    })
}
