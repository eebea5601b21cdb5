//! Chains of elementwise operations: a tile of lanes goes through all of them before the next tile starts.
//!
//! In: links that work on one accumulator, columns, numbers. Out: the columns that links store. A value that
//! only the next operation reads stays in the accumulator: under AVX-512 that is eight registers, elsewhere a
//! tile in the first-level cache. Storing costs twice as much as the arithmetic on many CPUs, so this is what
//! an interpreter of whole columns loses to fused code. Each link rounds as the operation alone
//! does: the bits are those of [`crate::math::operation`]. Not here: which operations are chained
//! (`program::chain`).

use super::Path;
use crate::math::operation::{Binary, BinaryLane, BinaryVisitor, payback_step};

/// Lanes that go through a chain together.
pub const TILE: usize = 64;

/// One number for all lanes of a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub struct Tile(pub [f64; TILE]);

/// One number a lane. What lies behind keeps the same lanes of columns next to each other out of the same sets
/// of the first-level cache.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub struct Column<const N: usize>(pub [f64; N], [f64; TILE]);

impl<const N: usize> Column<N> {
    /// Zeros.
    pub fn zeroed() -> Column<N> {
        Column([0.0; N], [0.0; TILE])
    }
}

/// What an operation reads: a column, or one number for all lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand<R> {
    /// The column in this register.
    Column(R),
    /// The number at this index.
    Scalar(R),
}

/// What a link does to the accumulator; x and y are its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Becomes x.
    Load,
    /// Is kept as column x.
    Store,
    /// Plus x.
    Add,
    /// Minus x.
    Subtract,
    /// x minus it.
    SubtractFrom,
    /// Times x.
    Multiply,
    /// Divided by x; undefined where x is 0.
    Divide,
    /// x divided by it, likewise.
    DivideInto,
    /// The smaller one; itself where they are equal.
    Min,
    /// The smaller one; x where they are equal.
    MinOf,
    /// The larger one; itself where they are equal.
    Max,
    /// The larger one; x where they are equal.
    MaxOf,
    /// The larger one of x and its absolute value.
    MaxAbsolute,
    /// Its negative.
    Negate,
    /// Its absolute value.
    Absolute,
    /// Its exponential.
    Exp,
    /// A step of a payback: x is the state, y the running total, and itself the largest total so far.
    Payback,
}

/// One operation on the accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<R> {
    /// What it does.
    pub action: Action,
    /// The first operand, where the action has one.
    pub x: Operand<R>,
    /// The second operand, where the action has two.
    pub y: Operand<R>,
}

/// Where a chain works: columns, numbers for all lanes, and the elapsed time in steps.
#[derive(Debug)]
pub struct Surroundings<'a, const N: usize> {
    /// Columns by register.
    pub columns: &'a mut [Column<N>],
    /// Numbers by index.
    pub scalars: &'a [Tile],
    /// Elapsed time in steps.
    pub time: f64,
}

impl<const N: usize> Surroundings<'_, N> {
    /// The lanes of an operand that belong to a tile.
    #[inline(always)]
    fn tile(&self, operand: Operand<u16>, number: usize) -> &[f64; TILE] {
        match operand {
            Operand::Column(register) => {
                let (tiles, _) = self.columns[usize::from(register)].0.as_chunks::<TILE>();
                &tiles[number]
            }
            Operand::Scalar(index) => &self.scalars[usize::from(index)].0,
        }
    }

    /// The lanes of a column that belong to a tile, to be written.
    ///
    /// # Panics
    /// Where the operand is a number: links store into columns.
    #[inline(always)]
    fn tile_mut(&mut self, operand: Operand<u16>, number: usize) -> &mut [f64; TILE] {
        let Operand::Column(register) = operand else { panic!("links store into columns") };
        let (tiles, _) = self.columns[usize::from(register)].0.as_chunks_mut::<TILE>();
        &mut tiles[number]
    }
}

struct Lanes<'a> {
    acc: &'a mut [f64; TILE],
    x: &'a [f64; TILE],
    is_left: bool,
}

impl BinaryVisitor for Lanes<'_> {
    #[inline(always)]
    fn visit<F: BinaryLane>(self, f: F) {
        if self.is_left {
            for (acc, &x) in self.acc.iter_mut().zip(self.x) {
                *acc = f.apply(*acc, x);
            }
        } else {
            for (acc, &x) in self.acc.iter_mut().zip(self.x) {
                *acc = f.apply(x, *acc);
            }
        }
    }
}

/// A chain with the accumulator in memory, for any path.
#[inline(always)]
pub(super) fn run<P: Path, const N: usize>(
    path: P,
    links: &[Link<u16>],
    mut at: Surroundings<'_, N>,
) {
    for number in 0..N / TILE {
        let mut acc = [0.0; TILE];
        for &Link { action, x, y } in links {
            let x_tile = at.tile(x, number);
            let mut binary =
                |op: Binary, is_left| op.visit(Lanes { acc: &mut acc, x: x_tile, is_left });
            match action {
                Action::Load => acc = *x_tile,
                Action::Store => *at.tile_mut(x, number) = acc,
                Action::Add => binary(Binary::Add, true),
                Action::Subtract => binary(Binary::Subtract, true),
                Action::SubtractFrom => binary(Binary::Subtract, false),
                Action::Multiply => binary(Binary::Multiply, true),
                Action::Divide => binary(Binary::Divide, true),
                Action::DivideInto => binary(Binary::Divide, false),
                Action::Min => binary(Binary::Min, true),
                Action::MinOf => binary(Binary::Min, false),
                Action::Max => binary(Binary::Max, true),
                Action::MaxOf => binary(Binary::Max, false),
                Action::MaxAbsolute => binary(Binary::MaxAbsolute, false),
                Action::Negate => acc.iter_mut().for_each(|acc| *acc = -*acc),
                Action::Absolute => acc.iter_mut().for_each(|acc| *acc = acc.abs()),
                Action::Exp => {
                    let exponents = acc;
                    path.exp(&exponents, &mut acc);
                }
                Action::Payback => {
                    let totals = at.tile(y, number);
                    for ((acc, &state), &total) in acc.iter_mut().zip(x_tile).zip(totals) {
                        *acc = payback_step(state, total, *acc, at.time);
                    }
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use wide::run_avx512;

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m512d, _CMP_EQ_OQ, _CMP_LT_OQ, _CMP_UNORD_Q, _mm512_abs_pd, _mm512_add_pd,
        _mm512_castpd_si512, _mm512_castsi512_pd, _mm512_cmp_pd_mask, _mm512_div_pd,
        _mm512_loadu_pd, _mm512_mask_blend_pd, _mm512_max_pd, _mm512_min_pd, _mm512_mul_pd,
        _mm512_set1_epi64, _mm512_set1_pd, _mm512_setzero_pd, _mm512_storeu_pd, _mm512_sub_pd,
        _mm512_xor_si512,
    };

    use super::super::{ExpTable, exp_is_near, exp_near_avx512};
    use super::{Action, Link, Surroundings, TILE};
    use crate::math::elementary::exp;
    use crate::math::operation::TOLERANCE;

    /// Registers of the accumulator.
    const WIDTH: usize = TILE / 8;

    /// The first where it is the smaller one or they are equal or it is undefined, else the second.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
    #[inline]
    fn min(a: __m512d, b: __m512d) -> __m512d {
        // The instruction takes its second operand where they are equal or either is undefined.
        let smaller = _mm512_min_pd(b, a);
        _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(b, b), smaller, b)
    }

    /// The first where it is the larger one or they are equal or it is undefined, else the second.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
    #[inline]
    fn max(a: __m512d, b: __m512d) -> __m512d {
        let larger = _mm512_max_pd(b, a);
        _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(b, b), larger, b)
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
    #[inline]
    fn divide(a: __m512d, b: __m512d) -> __m512d {
        let is_zero = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(b, _mm512_setzero_pd());
        _mm512_mask_blend_pd(is_zero, _mm512_div_pd(a, b), _mm512_set1_pd(f64::NAN))
    }

    /// A chain with the accumulator in eight registers.
    ///
    /// # Safety
    /// The CPU has AVX-512.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
    #[expect(clippy::needless_range_loop, reason = "unrolled, indices become registers")]
    pub(in super::super) unsafe fn run_avx512<const N: usize>(
        links: &[Link<u16>],
        mut at: Surroundings<'_, N>,
    ) {
        let all = |x: f64| _mm512_set1_pd(x);
        let part = |tile: &[f64; TILE], i: usize| {
            let (parts, _) = tile.as_chunks::<8>();
            // SAFETY: eight numbers.
            unsafe { _mm512_loadu_pd(parts[i].as_ptr()) }
        };
        let put = |tile: &mut [f64; TILE], i: usize, value: __m512d| {
            let (parts, _) = tile.as_chunks_mut::<8>();
            // SAFETY: eight numbers.
            unsafe { _mm512_storeu_pd(parts[i].as_mut_ptr(), value) }
        };
        let table = ExpTable::new();
        let now = all(at.time);
        for number in 0..N / TILE {
            let mut acc = [_mm512_setzero_pd(); WIDTH];
            for &Link { action, x, y } in links {
                let x_tile = at.tile(x, number);
                macro_rules! each {
                    ($acc:ident, $x:ident => $value:expr) => {
                        for i in 0..WIDTH {
                            let ($acc, $x) = (acc[i], part(x_tile, i));
                            acc[i] = $value;
                        }
                    };
                }
                match action {
                    Action::Load => {
                        for i in 0..WIDTH {
                            acc[i] = part(x_tile, i);
                        }
                    }
                    Action::Store => {
                        let tile = at.tile_mut(x, number);
                        for i in 0..WIDTH {
                            put(tile, i, acc[i]);
                        }
                    }
                    Action::Add => each!(acc, x => _mm512_add_pd(acc, x)),
                    Action::Subtract => each!(acc, x => _mm512_sub_pd(acc, x)),
                    Action::SubtractFrom => each!(acc, x => _mm512_sub_pd(x, acc)),
                    Action::Multiply => each!(acc, x => _mm512_mul_pd(acc, x)),
                    Action::Divide => each!(acc, x => divide(acc, x)),
                    Action::DivideInto => each!(acc, x => divide(x, acc)),
                    Action::Min => each!(acc, x => min(acc, x)),
                    Action::MinOf => each!(acc, x => min(x, acc)),
                    Action::Max => each!(acc, x => max(acc, x)),
                    Action::MaxOf => each!(acc, x => max(x, acc)),
                    Action::MaxAbsolute => each!(acc, x => max(x, _mm512_abs_pd(acc))),
                    Action::Negate => {
                        let sign = _mm512_set1_epi64(i64::MIN);
                        for i in 0..WIDTH {
                            let bits = _mm512_xor_si512(_mm512_castpd_si512(acc[i]), sign);
                            acc[i] = _mm512_castsi512_pd(bits);
                        }
                    }
                    Action::Absolute => {
                        for i in 0..WIDTH {
                            acc[i] = _mm512_abs_pd(acc[i]);
                        }
                    }
                    Action::Exp => {
                        let mut is_near = true;
                        for i in 0..WIDTH {
                            is_near &= exp_is_near(acc[i]);
                        }
                        if is_near {
                            for i in 0..WIDTH {
                                acc[i] = exp_near_avx512(acc[i], &table);
                            }
                        } else {
                            let mut lanes = [0.0; TILE];
                            for i in 0..WIDTH {
                                put(&mut lanes, i, acc[i]);
                            }
                            lanes.iter_mut().for_each(|x| *x = exp(*x));
                            for i in 0..WIDTH {
                                acc[i] = part(&lanes, i);
                            }
                        }
                    }
                    // Branch by branch what `payback_step` does.
                    Action::Payback => {
                        let totals = at.tile(y, number);
                        let (zero, never) = (all(0.0), all(f64::INFINITY));
                        for i in 0..WIDTH {
                            let (state, total) = (part(x_tile, i), part(totals, i));
                            let depth = _mm512_mul_pd(acc[i], all(-TOLERANCE));
                            let is_negative = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(total, depth);
                            // Below zero what has not been negative starts to wait, else what waits is paid.
                            let left = _mm512_mask_blend_pd(is_negative, never, zero);
                            let entered = _mm512_mask_blend_pd(is_negative, now, never);
                            let is_left = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(state, left);
                            let next = _mm512_mask_blend_pd(is_left, state, entered);
                            let is_nan = _mm512_cmp_pd_mask::<_CMP_UNORD_Q>(state, total);
                            acc[i] = _mm512_mask_blend_pd(is_nan, next, all(f64::NAN));
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kernel, SimdPath};
    use super::*;
    use crate::math::elementary::exp;
    use crate::math::tests::spread;

    const N: usize = 2 * TILE;

    struct Run<'a>(&'a [Link<u16>], [[f64; N]; 3]);

    impl Kernel for Run<'_> {
        type Output = [f64; N];

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> [f64; N] {
            let mut columns = vec![Column::zeroed(); 4];
            for (column, values) in columns.iter_mut().zip(self.1) {
                column.0 = values;
            }
            let scalars = [Tile([1.5; TILE])];
            let at = Surroundings { columns: &mut columns, scalars: &scalars, time: 7.0 };
            path.chain(self.0, at);
            columns[3].0
        }
    }

    const SPECIAL: [f64; 12] = [
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
        1.0,
        -1.0,
        800.0,
        -800.0,
        f64::MAX,
        -3e-12,
    ];

    /// All pairs of special numbers, or ordinary ones.
    fn columns(is_special: bool) -> [[f64; N]; 3] {
        let value = |axis: usize, lane: usize| {
            let ordinary = 8.0 * spread(axis, lane as u64) - 4.0;
            let places = [lane % 12, lane / 12 % 12, (lane / 12 + lane) % 12];
            if is_special { SPECIAL[places[axis]] } else { ordinary }
        };
        std::array::from_fn(|axis| std::array::from_fn(|lane| value(axis, lane)))
    }

    #[track_caller]
    fn check(action: Action, x: Operand<u16>, expected: impl Fn(f64, f64, f64) -> f64) {
        let link = |action, x| Link { action, x, y: Operand::Column(2) };
        let links = [
            link(Action::Load, Operand::Column(0)),
            link(action, x),
            link(Action::Store, Operand::Column(3)),
        ];
        for is_special in [false, true] {
            let columns = columns(is_special);
            for path in SimdPath::available() {
                let found = path.run(Run(&links, columns));
                for lane in 0..N {
                    let [acc, b, y] = columns.map(|column| column[lane]);
                    let b = if x == Operand::Scalar(0) { 1.5 } else { b };
                    let expected = expected(acc, b, y);
                    assert!(
                        found[lane].to_bits() == expected.to_bits()
                            || (found[lane].is_nan() && expected.is_nan()),
                        "{path} {action:?} of {acc}, {b}, {y}: {}, not {expected}",
                        found[lane]
                    );
                }
            }
        }
    }

    #[test]
    fn every_path_has_the_bits_of_the_operations() {
        let binary = [
            (Action::Add, Binary::Add, true),
            (Action::Subtract, Binary::Subtract, true),
            (Action::SubtractFrom, Binary::Subtract, false),
            (Action::Multiply, Binary::Multiply, true),
            (Action::Divide, Binary::Divide, true),
            (Action::DivideInto, Binary::Divide, false),
            (Action::Min, Binary::Min, true),
            (Action::MinOf, Binary::Min, false),
            (Action::Max, Binary::Max, true),
            (Action::MaxOf, Binary::Max, false),
            (Action::MaxAbsolute, Binary::MaxAbsolute, false),
        ];
        for (action, op, is_left) in binary {
            for x in [Operand::Column(1), Operand::Scalar(0)] {
                check(
                    action,
                    x,
                    |acc, x, _| if is_left { op.apply(acc, x) } else { op.apply(x, acc) },
                );
            }
        }
        let x = Operand::Column(1);
        check(Action::Load, x, |_, x, _| x);
        check(Action::Negate, x, |acc, _, _| -acc);
        check(Action::Absolute, x, |acc, _, _| acc.abs());
        check(Action::Exp, x, |acc, _, _| exp(acc));
        check(Action::Payback, x, |acc, x, y| payback_step(x, y, acc, 7.0));
    }

    #[test]
    fn a_link_may_store_where_it_has_read() {
        let link = |action, x| Link { action, x: Operand::Column(x), y: Operand::Column(0) };
        let links = [
            link(Action::Load, 0),
            link(Action::Add, 1),
            link(Action::Store, 0),
            link(Action::Multiply, 0),
            link(Action::Store, 3),
        ];
        let [a, b, _] = columns(false);
        for path in SimdPath::available() {
            let found = path.run(Run(&links, columns(false)));
            for lane in 0..N {
                assert_eq!(found[lane], (a[lane] + b[lane]) * (a[lane] + b[lane]), "{path}");
            }
        }
    }
}
