//! Chains of elementwise operations: a tile of lanes goes through all of them before the next tile starts.
//!
//! In: links that work on one accumulator, columns, numbers. Out: the columns that links store. A value that
//! only the next operation reads stays in the accumulator: eight registers of an x86-64 CPU, whatever their width,
//! elsewhere a tile in the first-level cache. Storing costs twice as much as the arithmetic on many CPUs, so this is
//! what an interpreter of whole columns loses to fused code. Each link rounds as the operation alone
//! does: the bits are those of [`crate::math::operation`]. Not here: which operations are chained
//! (`program::chain`).

use super::Path;
#[cfg(target_arch = "x86_64")]
use super::vector::Vector;
#[cfg(target_arch = "x86_64")]
use crate::math::elementary::exp;
#[cfg(target_arch = "x86_64")]
use crate::math::operation::TOLERANCE;
use crate::math::operation::{Binary, BinaryLane, BinaryVisitor, payback_step};

/// Lanes that go through a chain together.
pub const TILE: usize = 64;

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

/// A link with the places of its operands looked up.
#[derive(Debug, Clone, Copy)]
struct Step {
    action: Action,
    x: Place,
    y: Place,
}

/// Where an operand lies among the numbers of all columns.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The first number.
    first: usize,
    /// All bits for a column; none for one number for all lanes, of which there is a tile.
    mask: usize,
}

impl Place {
    #[inline(always)]
    fn at(self, start: usize) -> usize {
        self.first + (start & self.mask)
    }
}

/// The links of a program, made ready for columns that numbers for all lanes follow: those lie in the first tiles of
/// columns of their own.
#[derive(Debug)]
pub struct Links<const N: usize> {
    steps: Vec<Step>,
    /// Columns that all places need.
    n_columns: usize,
}

impl<const N: usize> Links<N> {
    /// Looks the operands up; number i lies in column `n_registers + i`.
    ///
    /// # Panics
    /// Where a link stores into a number.
    pub fn new(links: &[Link<u16>], n_registers: usize) -> Links<N> {
        let mut n_columns = 0;
        let mut place = |operand: Operand<u16>| {
            let (column, mask) = match operand {
                Operand::Column(register) => (usize::from(register), usize::MAX),
                Operand::Scalar(index) => (n_registers + usize::from(index), 0),
            };
            n_columns = n_columns.max(column + 1);
            Place { first: column * (N + TILE), mask }
        };
        let step = |&Link { action, x, y }: &Link<u16>| {
            let is_number = matches!(x, Operand::Scalar(_));
            assert!(!(action == Action::Store && is_number), "links store into columns");
            Step { action, x: place(x), y: place(y) }
        };
        let steps = links.iter().map(step).collect();
        Links { steps, n_columns }
    }

    /// The chain that begins at a link and has so many.
    ///
    /// # Panics
    /// Where it goes beyond the last link.
    pub fn chain(&self, start: usize, len: usize) -> Chain<'_, N> {
        Chain { steps: &self.steps[start..start + len], n_columns: self.n_columns }
    }
}

/// Links that lanes go through together.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'a, const N: usize> {
    steps: &'a [Step],
    n_columns: usize,
}

/// The numbers of all columns in a row.
#[inline(always)]
fn numbers<const N: usize>(columns: &mut [Column<N>]) -> &mut [f64] {
    const { assert!(size_of::<Column<N>>() == (N + TILE) * size_of::<f64>()) };
    let len = columns.len() * (N + TILE);
    // SAFETY: a column is N numbers and a tile of them, without padding, as has just been asserted.
    unsafe { std::slice::from_raw_parts_mut(columns.as_mut_ptr().cast(), len) }
}

#[inline(always)]
fn tile(numbers: &[f64], place: usize) -> &[f64; TILE] {
    numbers[place..].first_chunk().expect("places are of tiles")
}

#[inline(always)]
fn tile_mut(numbers: &mut [f64], place: usize) -> &mut [f64; TILE] {
    numbers[place..].first_chunk_mut().expect("places are of tiles")
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
    chain: Chain<'_, N>,
    columns: &mut [Column<N>],
    time: f64,
) {
    let numbers = numbers(columns);
    for start in (0..N).step_by(TILE) {
        let mut acc = [0.0; TILE];
        for &Step { action, x, y } in chain.steps {
            let x = x.at(start);
            let mut binary = |op: Binary, is_left| {
                op.visit(Lanes { acc: &mut acc, x: tile(numbers, x), is_left });
            };
            match action {
                Action::Load => acc = *tile(numbers, x),
                Action::Store => *tile_mut(numbers, x) = acc,
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
                    let (states, totals) = (tile(numbers, x), tile(numbers, y.at(start)));
                    for ((acc, &state), &total) in acc.iter_mut().zip(states).zip(totals) {
                        *acc = payback_step(state, total, *acc, time);
                    }
                }
            }
        }
    }
}

/// A chain with the accumulator in eight registers.
///
/// # Safety
/// The CPU has the instructions of the vector.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "unrolled, indices become registers")]
pub(super) unsafe fn run_in_registers<V: Vector, const N: usize>(
    chain: Chain<'_, N>,
    columns: &mut [Column<N>],
    time: f64,
) {
    const WIDTH: usize = 8;
    const { assert!(WIDTH * V::LANES <= TILE && N.is_multiple_of(TILE)) };
    assert!(chain.n_columns <= columns.len(), "an operand beyond the columns");
    let numbers = numbers(columns).as_mut_ptr();
    // SAFETY: places begin at columns that are there, or at numbers, of which there is a tile; the caller knows
    // that the CPU has the instructions.
    let part = |place: usize, i: usize| unsafe { V::load(numbers.add(place + i * V::LANES)) };
    let put = |place: usize, i: usize, value: V| unsafe {
        value.store(numbers.add(place + i * V::LANES));
    };
    // SAFETY: as the caller says.
    let all = |x: f64| unsafe { V::all(x) };
    for start in (0..N).step_by(WIDTH * V::LANES) {
        let mut acc = [all(0.0); WIDTH];
        for &Step { action, x, y } in chain.steps {
            let x = x.at(start);
            // Written out: an array that a loop indexes would lie in memory.
            macro_rules! each {
                ($i:ident => $value:expr) => {
                    acc = each!(@all $i $value; 0 1 2 3 4 5 6 7)
                };
                (@all $i:ident $value:expr; $($number:literal)*) => {
                    [$({ let $i: usize = $number; $value }),*]
                };
            }
            match action {
                Action::Load => each!(i => part(x, i)),
                Action::Store => {
                    for i in 0..WIDTH {
                        put(x, i, acc[i]);
                    }
                }
                Action::Add => each!(i => acc[i] + part(x, i)),
                Action::Subtract => each!(i => acc[i] - part(x, i)),
                Action::SubtractFrom => each!(i => part(x, i) - acc[i]),
                Action::Multiply => each!(i => acc[i] * part(x, i)),
                Action::Divide => each!(i => acc[i].quotient(part(x, i))),
                Action::DivideInto => each!(i => part(x, i).quotient(acc[i])),
                Action::Min => each!(i => acc[i].min(part(x, i))),
                Action::MinOf => each!(i => part(x, i).min(acc[i])),
                Action::Max => each!(i => acc[i].max(part(x, i))),
                Action::MaxOf => each!(i => part(x, i).max(acc[i])),
                Action::MaxAbsolute => each!(i => part(x, i).max(acc[i].abs())),
                Action::Negate => each!(i => acc[i].negate()),
                Action::Absolute => each!(i => acc[i].abs()),
                Action::Exp => {
                    let mut is_near = acc[0].is_near();
                    for i in 1..WIDTH {
                        is_near = V::both(is_near, acc[i].is_near());
                    }
                    if V::holds_everywhere(is_near) {
                        each!(i => acc[i].exp_near());
                    } else {
                        let mut lanes = [0.0; TILE];
                        for i in 0..WIDTH {
                            // SAFETY: `WIDTH * LANES` is at most a tile.
                            unsafe { acc[i].store(lanes.as_mut_ptr().add(i * V::LANES)) };
                        }
                        lanes[..WIDTH * V::LANES].iter_mut().for_each(|x| *x = exp(*x));
                        // SAFETY: likewise.
                        each!(i => unsafe { V::load(lanes.as_ptr().add(i * V::LANES)) });
                    }
                }
                // Branch by branch what `payback_step` does.
                Action::Payback => {
                    let y = y.at(start);
                    let (zero, never, now) = (all(0.0), all(f64::INFINITY), all(time));
                    each!(i => {
                        let (state, total) = (part(x, i), part(y, i));
                        let is_negative = total.is_below(acc[i] * all(-TOLERANCE));
                        // Below zero what has not been negative starts to wait, else what waits is paid.
                        let left = V::select(is_negative, zero, never);
                        let entered = V::select(is_negative, never, now);
                        let next = V::select(state.is_equal(left), entered, state);
                        V::select(state.is_undefined_with(total), all(f64::NAN), next)
                    });
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
            let mut columns = vec![Column::zeroed(); 5];
            for (column, values) in columns.iter_mut().zip(self.1) {
                column.0 = values;
            }
            columns[4].0[..TILE].fill(1.5);
            let mut again = columns.clone();
            let links = Links::new(self.0, 4);
            path.chain(links.chain(0, self.0.len()), &mut columns, 7.0);
            run(path, links.chain(0, self.0.len()), &mut again, 7.0);
            let bits =
                |column: &Column<N>| column.0.map(|x| if x.is_nan() { 0 } else { x.to_bits() });
            assert_eq!(bits(&columns[3]), bits(&again[3]), "in registers and in memory");
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
