//! Why a value of one trial is undefined: followed back through what it was made of, to where it began.
//!
//! An operation whose operands are numbers and whose result is none is the origin; of several operands without a
//! value the first counts, and of `if` the condition, then the branch taken. Infinity on the way is an overflow.

use super::{Lowered, Trial};
use crate::accumulate::Cause;
use crate::math::irr::{Irr, IrrScratch, irr};
use crate::math::operation::{Binary, Ternary, Unary};
use crate::program::{Node, NodeId, Rate};

/// A node of the trial (step 0), or at a later step.
#[derive(Clone, Copy)]
struct At {
    node: NodeId,
    step: usize,
}

impl Trial<'_> {
    /// Why a value of an output has no value at a step; step 0 of what is of the trial.
    pub fn origin(&mut self, nodes: Lowered, step: usize) -> Cause {
        let node = match nodes {
            Lowered::Trial(node) => node,
            Lowered::Series { first, .. } if step == 0 => first,
            Lowered::Series { later, .. } => later,
        };
        let mut at = At { node, step };
        loop {
            if self.value_at(at).is_infinite() {
                return Cause::Overflow;
            }
            match self.before(at) {
                Ok(next) => at = next,
                Err(cause) => return cause,
            }
        }
    }

    fn value_at(&mut self, at: At) -> f64 {
        match self.graph.rate(at.node) {
            Rate::Constant | Rate::Trial => self.value(at.node),
            Rate::Table => self.shared(at.node, at.step),
            Rate::Step => self.by_step(at.node)[at.step - 1],
        }
    }

    /// The operand that an undefined value has it from, or the cause that lies in the operation.
    fn before(&mut self, at: At) -> Result<At, Cause> {
        let of = |node| At { node, step: at.step };
        match self.graph.node(at.node) {
            Node::Constant(_) | Node::Table(_) => Err(Cause::Arithmetic),
            Node::Draw(_) | Node::StepDraw(_) => Err(Cause::Arithmetic),
            Node::Normal(x) | Node::Sample(_, x) => Ok(of(x)),
            Node::Unary(operation, x) => self.first_undefined(&[of(x)], domain(operation)),
            Node::Binary(operation, a, b) => {
                let (x, y) = (self.value_at(of(a)), self.value_at(of(b)));
                let is_division = matches!(operation, Binary::Divide | Binary::Modulo) && y == 0.0;
                let is_power = operation == Binary::Power;
                let own = if is_division || (is_power && x == 0.0 && y < 0.0) {
                    Cause::DivisionByZero
                } else if is_power {
                    Cause::OutOfDomain
                } else {
                    Cause::Arithmetic
                };
                self.first_undefined(&[of(a), of(b)], own)
            }
            Node::Ternary(operation, a, b, c) => {
                if operation != Ternary::Select {
                    let own = match operation.is_quantile() {
                        true => Cause::ImpossibleParameters,
                        false => Cause::Arithmetic,
                    };
                    return self.first_undefined(&[of(a), of(b), of(c)], own);
                }
                let condition = self.value_at(of(a));
                let next = if condition.is_nan() {
                    a
                } else if condition == 0.0 {
                    c
                } else {
                    b
                };
                match self.graph.constant_of(next) {
                    // What `at` gives beyond the last step.
                    Some(_) => Err(Cause::BeyondHorizon),
                    None => Ok(of(next)),
                }
            }
            Node::Call(call) => {
                let call = &self.graph.calls[call as usize];
                let operands: Vec<At> =
                    call.arguments.iter().copied().chain(call.uniform).map(of).collect();
                self.first_undefined(&operands, Cause::ImpossibleParameters)
            }
            Node::State(slot) => {
                let carried = self.graph.slots[slot.0 as usize];
                Ok(match at.step {
                    0 | 1 => At { node: carried.init, step: 0 },
                    step => At { node: carried.next, step: step - 1 },
                })
            }
            Node::Final(x) => Ok(At { node: x, step: self.last_step() }),
            Node::Irr(first, later) => {
                let flows = self.values(Lowered::Series { first, later });
                if let Some(step) = flows.iter().position(|flow| !flow.is_finite()) {
                    return Ok(At { node: if step == 0 { first } else { later }, step });
                }
                Err(match irr(&flows, self.years_per_step, &mut IrrScratch::new()) {
                    Irr::SeveralRoots => Cause::IrrSeveral,
                    Irr::NoRoot => Cause::IrrNone,
                    Irr::Rate(_) => Cause::Arithmetic,
                })
            }
        }
    }

    /// The first operand without a value; without one, infinity among them is an overflow, else it is `own`.
    fn first_undefined(&mut self, operands: &[At], own: Cause) -> Result<At, Cause> {
        let values: Vec<f64> = operands.iter().map(|&operand| self.value_at(operand)).collect();
        if let Some(undefined) = values.iter().position(|value| value.is_nan()) {
            return Ok(operands[undefined]);
        }
        let has_infinity = values.iter().any(|value| value.is_infinite());
        Err(if has_infinity && own == Cause::Arithmetic { Cause::Overflow } else { own })
    }
}

/// What it means where an operation of one number has no result.
fn domain(operation: Unary) -> Cause {
    if matches!(operation, Unary::Positive | Unary::NonNegative) {
        return Cause::ImpossibleParameters;
    }
    let is_total = matches!(
        operation,
        Unary::Negate | Unary::Absolute | Unary::Not | Unary::Floor | Unary::Ceil | Unary::Round
    );
    if is_total { Cause::Arithmetic } else { Cause::OutOfDomain }
}
