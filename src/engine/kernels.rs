//! Elementwise loops over columns: one generic kernel an arity.
//!
//! What an operation does to a lane stands in [`crate::math::operation`]; here it only meets the loop that
//! the compiler vectorizes, one for each operation. Everything is inlined into the code of one instruction set.

use crate::math::lanes;
use crate::math::operation::{
    Binary, BinaryLane, BinaryVisitor, Ternary, TernaryLane, TernaryVisitor, Unary, UnaryLane,
    UnaryVisitor,
};
use crate::math::simd::{Kernel, Path, chain};
use crate::sampling::BLOCK;

/// One number a lane.
pub(super) type Column = chain::Column<BLOCK>;

/// An operand: a column, or one number for all lanes.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    Column(&'a Column),
    Scalar(f64),
}

#[inline(always)]
fn map<F: UnaryLane>(dst: &mut Column, x: &Column, f: F) {
    for (dst, &x) in dst.0.iter_mut().zip(&x.0) {
        *dst = f.apply(x);
    }
}

#[inline(always)]
fn zip<F: BinaryLane>(dst: &mut Column, a: Input<'_>, b: Input<'_>, f: F) {
    let dst = &mut dst.0;
    match (a, b) {
        (Input::Column(a), Input::Column(b)) => {
            for ((dst, &a), &b) in dst.iter_mut().zip(&a.0).zip(&b.0) {
                *dst = f.apply(a, b);
            }
        }
        (Input::Column(a), Input::Scalar(b)) => {
            for (dst, &a) in dst.iter_mut().zip(&a.0) {
                *dst = f.apply(a, b);
            }
        }
        (Input::Scalar(a), Input::Column(b)) => {
            for (dst, &b) in dst.iter_mut().zip(&b.0) {
                *dst = f.apply(a, b);
            }
        }
        (Input::Scalar(a), Input::Scalar(b)) => dst.fill(f.apply(a, b)),
    }
}

/// Lanes of an operand where all are the same: numbers are spread, so that three operands need one loop.
#[inline(always)]
fn spread<'a>(input: Input<'a>, scratch: &'a mut Column) -> &'a Column {
    match input {
        Input::Column(column) => column,
        Input::Scalar(value) => {
            scratch.0.fill(value);
            scratch
        }
    }
}

#[inline(always)]
fn zip3<F: TernaryLane>(dst: &mut Column, [a, b, c]: [Input<'_>; 3], time: f64, f: F) {
    let dst = &mut dst.0;
    match (a, b, c) {
        (Input::Column(a), Input::Column(b), Input::Column(c)) => {
            for (((dst, &a), &b), &c) in dst.iter_mut().zip(&a.0).zip(&b.0).zip(&c.0) {
                *dst = f.apply(a, b, c, time);
            }
        }
        (Input::Column(a), Input::Column(b), Input::Scalar(c)) => {
            for ((dst, &a), &b) in dst.iter_mut().zip(&a.0).zip(&b.0) {
                *dst = f.apply(a, b, c, time);
            }
        }
        (Input::Column(a), Input::Scalar(b), Input::Column(c)) => {
            for ((dst, &a), &c) in dst.iter_mut().zip(&a.0).zip(&c.0) {
                *dst = f.apply(a, b, c, time);
            }
        }
        (Input::Column(a), Input::Scalar(b), Input::Scalar(c)) => {
            for (dst, &a) in dst.iter_mut().zip(&a.0) {
                *dst = f.apply(a, b, c, time);
            }
        }
        (a, b, c) => {
            let mut scratch = [Column::zeroed(), Column::zeroed(), Column::zeroed()];
            let [x, y, z] = &mut scratch;
            let (a, b, c) = (spread(a, x), spread(b, y), spread(c, z));
            for (((dst, &a), &b), &c) in dst.iter_mut().zip(&a.0).zip(&b.0).zip(&c.0) {
                *dst = f.apply(a, b, c, time);
            }
        }
    }
}

struct Map<'a>(&'a mut Column, &'a Column);
struct Zip<'a>(&'a mut Column, Input<'a>, Input<'a>);
struct Zip3<'a>(&'a mut Column, [Input<'a>; 3], f64);

impl UnaryVisitor for Map<'_> {
    #[inline(always)]
    fn visit<F: UnaryLane>(self, f: F) {
        map(self.0, self.1, f);
    }
}

impl BinaryVisitor for Zip<'_> {
    #[inline(always)]
    fn visit<F: BinaryLane>(self, f: F) {
        zip(self.0, self.1, self.2, f);
    }
}

impl TernaryVisitor for Zip3<'_> {
    #[inline(always)]
    fn visit<F: TernaryLane>(self, f: F) {
        zip3(self.0, self.1, self.2, f);
    }
}

/// `dst = op(x)`
#[inline(always)]
pub(super) fn unary<P: Path>(path: P, op: Unary, dst: &mut Column, x: &Column) {
    if op == Unary::Exp {
        path.exp(&x.0, &mut dst.0);
    } else {
        op.visit(Map(dst, x));
    }
}

/// `dst = op(a, b)`
#[inline(always)]
pub(super) fn binary(op: Binary, dst: &mut Column, a: Input<'_>, b: Input<'_>) {
    op.visit(Zip(dst, a, b));
}

/// `dst = op(a, b, c)` at an elapsed time in steps
#[inline(always)]
pub(super) fn ternary<P: Path>(
    path: P,
    op: Ternary,
    dst: &mut Column,
    inputs: [Input<'_>; 3],
    time: f64,
) {
    if op == Ternary::ExpMultiplyAdd {
        let mut exponents = Column::zeroed();
        Ternary::MultiplyAdd.visit(Zip3(&mut exponents, inputs, time));
        path.exp(&exponents.0, &mut dst.0);
    } else if op.is_quantile() {
        quantile::<P>(op, dst, inputs);
    } else {
        op.visit(Zip3(dst, inputs, time));
    }
}

/// Out of the line of the other operations: a call costs nothing beside the work, and the code is long.
#[inline(never)]
fn quantile<P: Path>(op: Ternary, dst: &mut Column, [a, b, u]: [Input<'_>; 3]) {
    let mut scratch = [Column::zeroed(), Column::zeroed(), Column::zeroed()];
    let [x, y, z] = &mut scratch;
    P::PATH.run(Quantiles { op, dst, inputs: [spread(a, x), spread(b, y), spread(u, z)] });
}

struct Quantiles<'a> {
    op: Ternary,
    dst: &'a mut Column,
    inputs: [&'a Column; 3],
}

impl Kernel for Quantiles<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, _: P) {
        let [a, b, u] = self.inputs.map(|column| &column.0);
        let out = &mut self.dst.0;
        if self.op == Ternary::GammaQuantile {
            lanes::fill::<lanes::Gamma>(a, b, u, out);
        } else if self.op == Ternary::BetaQuantile {
            lanes::fill::<lanes::Beta>(a, b, u, out);
        } else if self.op == Ternary::StudentQuantile {
            lanes::fill::<lanes::StudentT>(a, b, u, out);
        } else if self.op == Ternary::InverseGaussianQuantile {
            lanes::fill::<lanes::InverseGaussian>(a, b, u, out);
        } else if self.op == Ternary::PoissonQuantile {
            lanes::fill::<lanes::Poisson>(a, b, u, out);
        } else if self.op == Ternary::BinomialQuantile {
            lanes::fill::<lanes::Binomial>(a, b, u, out);
        } else if self.op == Ternary::NegativeBinomialQuantile {
            lanes::fill::<lanes::NegativeBinomial>(a, b, u, out);
        }
    }
}
