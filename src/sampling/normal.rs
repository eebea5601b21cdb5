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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::norm_cdf;
    use crate::math::simd::{Kernel, SimdPath};
    use crate::sampling::cells::SMALLEST;
    use crate::sampling::{StreamKey, uniform_at};

    #[test]
    fn draws_are_accurate_in_probability() {
        let key = StreamKey::new(1, "normal");
        for trial in 0..50_000 {
            let u = uniform_at(key, 0, trial * 11);
            assert!((norm_cdf(normal_at(u)) - u).abs() < 2e-10, "u {u}");
        }
    }

    #[test]
    fn both_tails_are_accurate_relative_to_their_probability() {
        for exponent in 3..53 {
            for share in [1.0, 1.009, 1.37, 1.99] {
                let u = libm::exp2(-f64::from(exponent)) * share;
                assert!((norm_cdf(normal_at(u)) / u - 1.0).abs() < 2e-9, "u {u}");
                assert_eq!(normal_at(1.0 - u), -normal_at(1.0 - (1.0 - u)));
            }
        }
    }

    #[test]
    fn draws_never_fall_as_the_uniform_rises() {
        for cell in 1..CUBIC.last() {
            let edge = CUBIC.edge(cell);
            let around = [edge.next_down().next_down(), edge.next_down(), edge, edge.next_up()]
                .map(normal_at);
            assert!(around.is_sorted(), "{edge:e}: {around:?}");
        }
        let key = StreamKey::new(2, "normal");
        for trial in 0..20_000 {
            let u = uniform_at(key, 0, trial * 7);
            assert!(normal_at(u) < normal_at(u + f64::EPSILON), "not rising at {u}");
        }
    }

    #[test]
    fn the_median_is_zero_and_the_ends_are_finite() {
        assert_eq!(normal_at(0.5).to_bits(), 0);
        assert!((normal_at(SMALLEST) + 8.209_536_151_601_387).abs() < 1e-12);
        assert_eq!(normal_at(0.0), normal_at(SMALLEST));
        assert_eq!(normal_at(1.0), -normal_at(SMALLEST));
    }

    struct Fill<'a>(&'a [f64]);

    impl Kernel for Fill<'_> {
        type Output = Vec<u64>;

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> Vec<u64> {
            let mut out = vec![0.0; self.0.len()];
            fill_normal(path, self.0, &mut out);
            out.into_iter().map(f64::to_bits).collect()
        }
    }

    #[test]
    fn every_path_gives_the_bits_of_the_scalar() {
        let key = StreamKey::new(1, "normal");
        let mut uniforms: Vec<f64> = (0..1000).map(|trial| uniform_at(key, 0, trial)).collect();
        uniforms.extend([0.0, 0.5, 1.0, 1e-300, SMALLEST, 1.0 - SMALLEST]);
        let expected: Vec<u64> = uniforms.iter().map(|&u| normal_at(u).to_bits()).collect();
        for path in SimdPath::available() {
            for len in [0, 1, 63, 64, 512, uniforms.len()] {
                assert_eq!(
                    path.run(Fill(&uniforms[..len])),
                    expected[..len],
                    "{path}, {len} lanes"
                );
            }
        }
    }

    #[test]
    fn ten_draws_are_pinned() {
        let key = StreamKey::new(1, "pinned");
        let draws: Vec<f64> = (0..10).map(|trial| normal_at(uniform_at(key, 0, trial))).collect();
        assert_eq!(
            draws,
            [
                -1.013950796526921,
                -0.6657324157964613,
                0.5345164872610125,
                0.8647867777024318,
                0.2907342876907881,
                -1.9516029157528139,
                0.07325684392854322,
                0.5248273304374675,
                0.09212463438510078,
                2.205661588854848
            ]
        );
    }
}
