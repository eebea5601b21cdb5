//! Elementwise loops over columns: one generic kernel an arity, an operation a line.
//!
//! What an operation does to a lane stands in [`crate::math::operation`]; here it only meets the loop that
//! the compiler vectorizes. Everything is inlined into the code of one instruction set.

use crate::math::operation::{Binary, Ternary, Unary};
use crate::sampling::BLOCK;

/// One number a lane.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(super) struct Column(pub(super) [f64; BLOCK]);

impl Column {
    pub(super) fn zeroed() -> Column {
        Column([0.0; BLOCK])
    }
}

/// An operand: a column, or one number for all lanes.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    Column(&'a Column),
    Scalar(f64),
}

#[inline(always)]
fn map(dst: &mut Column, x: &Column, f: impl Fn(f64) -> f64) {
    for (dst, &x) in dst.0.iter_mut().zip(&x.0) {
        *dst = f(x);
    }
}

#[inline(always)]
fn zip(dst: &mut Column, a: Input<'_>, b: Input<'_>, f: impl Fn(f64, f64) -> f64) {
    match (a, b) {
        (Input::Column(a), Input::Column(b)) => {
            for ((dst, &a), &b) in dst.0.iter_mut().zip(&a.0).zip(&b.0) {
                *dst = f(a, b);
            }
        }
        (Input::Column(a), Input::Scalar(b)) => map(dst, a, |a| f(a, b)),
        (Input::Scalar(a), Input::Column(b)) => map(dst, b, |b| f(a, b)),
        (Input::Scalar(a), Input::Scalar(b)) => dst.0.fill(f(a, b)),
    }
}

#[inline(always)]
fn zip3(
    dst: &mut Column,
    a: &Column,
    b: Input<'_>,
    c: Input<'_>,
    f: impl Fn(f64, f64, f64) -> f64,
) {
    match (b, c) {
        (Input::Column(b), Input::Column(c)) => {
            for (((dst, &a), &b), &c) in dst.0.iter_mut().zip(&a.0).zip(&b.0).zip(&c.0) {
                *dst = f(a, b, c);
            }
        }
        (Input::Column(b), Input::Scalar(c)) => {
            for ((dst, &a), &b) in dst.0.iter_mut().zip(&a.0).zip(&b.0) {
                *dst = f(a, b, c);
            }
        }
        (Input::Scalar(b), Input::Column(c)) => {
            for ((dst, &a), &c) in dst.0.iter_mut().zip(&a.0).zip(&c.0) {
                *dst = f(a, b, c);
            }
        }
        (Input::Scalar(b), Input::Scalar(c)) => map(dst, a, |a| f(a, b, c)),
    }
}

/// For each operation a loop of its own: the match stands outside of it.
macro_rules! for_each {
    ($op:expr, $kind:ident, [$($name:ident)*], $operation:ident => $loop:expr) => {
        match $op {
            $($kind::$name => {
                let $operation = $kind::$name;
                $loop
            })*
        }
    };
}

#[inline(always)]
pub(super) fn unary(op: Unary, dst: &mut Column, x: &Column) {
    for_each!(op, Unary, [
        Negate Absolute Sign Floor Ceil Round SquareRoot Exp Ln Log10 Sin Cos Tan Atan Tanh Erf
        NormalCdf NormalQuantile Not IsNever NonNegative Positive
    ], op => map(dst, x, |x| op.apply(x)));
}

#[inline(always)]
pub(super) fn binary(op: Binary, dst: &mut Column, a: Input<'_>, b: Input<'_>) {
    for_each!(op, Binary, [
        Add Subtract Multiply Divide Power Modulo Atan2 Min Max Less LessEqual Equal NotEqual And Or
    ], op => zip(dst, a, b, |a, b| op.apply(a, b)));
}

#[inline(always)]
pub(super) fn ternary(
    op: Ternary,
    dst: &mut Column,
    a: Input<'_>,
    b: Input<'_>,
    c: Input<'_>,
    time: f64,
) {
    for_each!(op, Ternary, [Select NeverIf PaybackWait], op => match a {
        Input::Column(a) => zip3(dst, a, b, c, |a, b, c| op.apply(a, b, c, time)),
        Input::Scalar(a) => zip(dst, b, c, |b, c| op.apply(a, b, c, time)),
    });
}
