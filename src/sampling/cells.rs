//! The log-linear index of a probability: octaves of v, each in equal cells.
//!
//! In: a uniform u. Out: which half of the distribution it lies in, v = min(u, 1 − u) in
//! [2^-53, 1/2], the cell of v and the place in it. A float's bits are such an index already
//! (exponent, then mantissa), so that finding the cell costs a shift; cells shrink with the tail,
//! and a cubic a cell is accurate relative to the tail probability. Not here: what a cell holds.

use crate::math::simd::{CHUNK, Columns, Path, RowTable};

/// The smallest tail probability told apart: half a step of the uniforms.
pub const SMALLEST: f64 = f64::from_bits(SMALLEST_BITS);
const SMALLEST_BITS: u64 = (1023 - 53) << 52;

/// Octaves from [`SMALLEST`] to a half.
pub const OCTAVES: u64 = 52;

/// How many cells an octave is cut into: 2^`log2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells {
    log2: u32,
}

/// 64 cells an octave: a cubic a cell is then accurate to 2e-10.
pub const CUBIC: Cells = Cells::new(6);

impl Cells {
    /// 2^`log2` cells an octave.
    pub const fn new(log2: u32) -> Cells {
        assert!(log2 < 16, "at most 2^15 cells an octave");
        Cells { log2 }
    }

    /// Index of the cell that consists of v = 1/2 alone; as many cells lie before it.
    #[inline(always)]
    pub const fn last(self) -> usize {
        (OCTAVES as usize) << self.log2
    }

    /// Rows from the first cell of the lower half to the first of the upper half, a power of two.
    #[inline(always)]
    pub const fn stride(self) -> usize {
        64 << self.log2
    }

    /// The smallest v of a cell.
    pub fn edge(self, cell: usize) -> f64 {
        f64::from_bits(SMALLEST_BITS + ((cell as u64) << (52 - self.log2)))
    }

    /// The cell of v, and v's distance from its edge, which is exact.
    #[inline(always)]
    pub fn locate(self, v: f64) -> (u64, f64) {
        let below_cell = (1 << (52 - self.log2)) - 1;
        let bits = v.to_bits();
        ((bits - SMALLEST_BITS) >> (52 - self.log2), v - f64::from_bits(bits & !below_cell))
    }

    /// The row of u in a table of two halves, and the place in its cell.
    #[inline(always)]
    pub fn locate_in_halves(self, u: f64) -> (u64, f64) {
        let (cell, place) = self.locate(tail_of(u));
        let half = if is_upper(u) { self.stride() as u64 } else { 0 };
        (cell + half, place)
    }
}

/// Whether u lies in the upper half.
#[inline(always)]
pub fn is_upper(u: f64) -> bool {
    u > 0.5
}

/// min(u, 1 − u), at least [`SMALLEST`]; 1 − u is exact. NaN counts as the smallest.
#[inline(always)]
pub fn tail_of(u: f64) -> f64 {
    let v = if u > 0.5 { 1.0 - u } else { u };
    if v > SMALLEST { v } else { SMALLEST }
}

/// Fills a column from a table of rows: `locate` tells row and place of a uniform, `value` makes the
/// draw from (u, place, row). Chunk by chunk: indices, then rows, then values.
///
/// # Panics
/// Where the lengths differ.
#[inline(always)]
pub(crate) fn fill_from_rows<P: Path>(
    path: P,
    table: &RowTable,
    u: &[f64],
    out: &mut [f64],
    locate: impl Fn(f64) -> (u64, f64) + Copy,
    value: impl Fn(f64, f64, [f64; 4]) -> f64 + Copy,
) {
    assert_eq!(u.len(), out.len(), "slices of one length");
    let mut columns = Columns::zeroed();
    let (u_chunks, u_rest) = u.as_chunks::<CHUNK>();
    let (out_chunks, out_rest) = out.as_chunks_mut::<CHUNK>();
    for (u, out) in u_chunks.iter().zip(out_chunks) {
        fill_chunk(path, table, &mut columns, u, out, locate, value);
    }
    if !u_rest.is_empty() {
        let mut u = [0.5; CHUNK];
        let mut out = [0.0; CHUNK];
        u[..u_rest.len()].copy_from_slice(u_rest);
        fill_chunk(path, table, &mut columns, &u, &mut out, locate, value);
        out_rest.copy_from_slice(&out[..u_rest.len()]);
    }
}

#[inline(always)]
fn fill_chunk<P: Path>(
    path: P,
    table: &RowTable,
    columns: &mut Columns,
    u: &[f64; CHUNK],
    out: &mut [f64; CHUNK],
    locate: impl Fn(f64) -> (u64, f64),
    value: impl Fn(f64, f64, [f64; 4]) -> f64,
) {
    let mut index = [0; CHUNK];
    let mut place = [0.0; CHUNK];
    for lane in 0..CHUNK {
        (index[lane], place[lane]) = locate(u[lane]);
    }
    path.gather_rows(table, &index, columns);
    let [a, b, c, d] = &columns.0;
    for lane in 0..CHUNK {
        out[lane] = value(u[lane], place[lane], [a[lane], b[lane], c[lane], d[lane]]);
    }
}

/// c₀ + t (c₁ + t (c₂ + t c₃)): the constant comes last, so that a cubic that rises from there also
/// rises in floating point (a step of t exceeds the rounding of the rest).
#[inline(always)]
pub(crate) fn cubic(t: f64, [c0, c1, c2, c3]: [f64; 4]) -> f64 {
    c0 + t * (c1 + t * (c2 + t * c3))
}

/// The cubic with the given values and slopes at 0 and `width`.
pub(crate) fn hermite(width: f64, [x0, x1]: [f64; 2], [slope0, slope1]: [f64; 2]) -> [f64; 4] {
    let secant = (x1 - x0) / width;
    [
        x0,
        slope0,
        (3.0 * secant - 2.0 * slope0 - slope1) / width,
        (slope0 + slope1 - 2.0 * secant) / (width * width),
    ]
}

/// Changes a cubic's slope by some last digits until its value at the cell's last float does not
/// overshoot `end`, the value at the next cell's edge: the table is then monotone across edges too.
/// Where the whole cell is but some last digits high, it becomes a constant.
pub(crate) fn settle_end(row: &mut [f64; 4], cell_edge: f64, next_edge: f64, end: f64) {
    let last_place = next_edge.next_down() - cell_edge;
    let toward = if end < row[0] { -1.0 } else { 1.0 };
    let mut step = (end.abs().max(row[0].abs()) * f64::EPSILON).max(f64::MIN_POSITIVE) / last_place;
    while toward * (cubic(last_place, *row) - end) > 0.0 {
        row[1] -= toward * step;
        step *= 2.0;
        if toward * row[1] <= 0.0 {
            *row = [row[0], 0.0, 0.0, 0.0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_and_the_smallest_tail_are_the_ends_of_the_index() {
        for cells in [CUBIC, Cells::new(8)] {
            assert_eq!(cells.locate(SMALLEST), (0, 0.0));
            assert_eq!(cells.locate(0.5), (cells.last() as u64, 0.0));
            assert_eq!(cells.edge(cells.last()), 0.5);
            assert!(cells.last() < cells.stride());
        }
    }

    #[test]
    fn every_edge_is_the_first_float_of_its_cell() {
        for cell in 1..CUBIC.last() {
            let edge = CUBIC.edge(cell);
            assert_eq!(CUBIC.locate(edge), (cell as u64, 0.0));
            assert_eq!(CUBIC.locate(edge.next_down()).0, cell as u64 - 1);
        }
    }

    #[test]
    fn uniforms_beyond_the_ends_are_drawn_in() {
        for u in [0.0, -1.0, 1.0, 2.0, f64::NAN, 1e-300] {
            assert_eq!(tail_of(u), SMALLEST);
        }
    }
}
