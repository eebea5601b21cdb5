//! Blocks of standard normal draws, by the inverse of Φ from one static table.
//!
//! In: uniforms in (0, 1). Out: normal draws, monotone in the uniform, exactly antisymmetric about
//! 1/2, off by at most 2e-10 in probability (relative to the tail's probability beyond that), to
//! ±8.2 where the uniforms end. Scalar and block, and every instruction set, give the same bits.
//! Not here: Φ⁻¹ to full accuracy (`math::normal`), from which the table is built once.

use std::sync::LazyLock;

use crate::math::simd::{Path, Row, RowTable};
use crate::math::{norm_pdf, norm_quantile};
use crate::sampling::cells::{
    CUBIC, cubic, fill_from_rows, hermite, is_upper, settle_end, tail_of,
};

/// Cubics of the lower half.
static TABLE: LazyLock<RowTable> = LazyLock::new(build);

fn build() -> RowTable {
    let last = CUBIC.last();
    // The quantile is Φ⁻¹(v) and its slope 1 / φ of that.
    let knots: Vec<(f64, f64, f64)> = (0..=last)
        .map(|cell| {
            let v = CUBIC.edge(cell);
            let x = norm_quantile(v);
            (v, x, 1.0 / norm_pdf(x))
        })
        .collect();
    let mut rows: Vec<Row> = knots
        .windows(2)
        .map(|pair| {
            let [(v0, x0, slope0), (v1, x1, slope1)] = [pair[0], pair[1]];
            let mut row = hermite(v1 - v0, [x0, x1], [slope0, slope1]);
            settle_end(&mut row, v0, v1, x1);
            Row(row)
        })
        .collect();
    rows.push(Row([0.0; 4]));
    RowTable::new(rows)
}

#[inline(always)]
fn value(u: f64, place: f64, row: [f64; 4]) -> f64 {
    let x = cubic(place, row);
    if is_upper(u) { -x } else { x }
}

/// The standard normal draw of one uniform: the bits of [`fill_normal`].
pub fn normal_at(u: f64) -> f64 {
    let (cell, place) = CUBIC.locate(tail_of(u));
    value(u, place, *TABLE.row(cell))
}

/// Fills `out` with the standard normal draws of the uniforms `u`.
///
/// # Panics
/// Where the lengths differ.
#[inline(always)]
pub fn fill_normal<P: Path>(path: P, u: &[f64], out: &mut [f64]) {
    fill_from_rows(path, &TABLE, u, out, |u| CUBIC.locate(tail_of(u)), value);
}
