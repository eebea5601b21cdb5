//! The standard normal law, of which both tails are known over lanes.

use super::{Law, Quantile, SQRT_2PI, exp};
use crate::math::normal::norm_quantile;

/// Without parameters.
#[derive(Debug, Clone, Copy)]
pub struct Normal;

/// Mills' ratio R = (1 − Φ) / density.
pub(super) mod mills {
    /// Where its polynomial has its middle.
    pub(in crate::math::lanes) const MIDDLE: f64 = 5.0;

    /// Chebyshev interpolant of (a + 5) R(a) for a ≥ 0 as a polynomial in s = (a − 5) / (a + 5), after M. M. Shepherd and
    /// J. G. Laframboise, Mathematics of Computation 36 (1981); relative error 2e-18, 6e-16 with rounding.
    pub(in crate::math::lanes) const COEFFICIENTS: [f64; 26] = [
        1.928_081_047_153_157_8,
        -1.667_866_595_188_96,
        1.241_547_061_573_866_4,
        -0.785_911_075_546_558_9,
        0.413_644_715_732_683_8,
        -0.173_254_734_086_729_37,
        0.052_125_502_412_278_8,
        -0.007_503_282_826_693_918,
        -0.001_999_961_974_984_366,
        0.001_365_859_209_063_712_4,
        -0.000_148_833_052_323_398_02,
        -0.000_124_735_896_168_795_83,
        4.181_458_586_632_463e-5,
        9.975_548_949_125_13e-6,
        -6.945_033_138_491_628e-6,
        -8.377_371_303_684_879e-7,
        1.093_663_352_359_394_2e-6,
        9.913_947_820_502_682e-8,
        -1.764_123_968_977_190_4e-7,
        -1.981_024_532_049_252_3e-8,
        2.817_201_197_544_303_2e-8,
        4.703_057_213_634_89e-9,
        -3.844_184_064_964_92e-9,
        -8.850_270_014_353_632e-10,
        3.125_605_447_160_412_5e-10,
        8.821_471_242_288_742e-11,
    ];

    /// The variable of the polynomial.
    #[inline(always)]
    pub(in crate::math::lanes) fn place(a: f64) -> f64 {
        (a - MIDDLE) / (a + MIDDLE)
    }
}

impl Quantile for Normal {
    #[inline(always)]
    fn fill<const W: usize>(_: &[f64; W], _: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        for (out, &u) in out.iter_mut().zip(u) {
            *out = norm_quantile(u);
        }
    }
}

impl Law for Normal {
    #[inline(always)]
    fn tails<const W: usize>(
        _: &[f64; W],
        _: &[f64; W],
        x: &[f64; W],
        _: &[f64; W],
    ) -> [[f64; W]; 3] {
        let (mut s, mut value) = ([0.0; W], [mills::COEFFICIENTS[25]; W]);
        for i in 0..W {
            // beyond, there is nothing
            let size = if x[i].abs() > 40.0 { 40.0 } else { x[i].abs() };
            s[i] = mills::place(size);
        }
        for k in (0..25).rev() {
            for i in 0..W {
                value[i] = value[i] * s[i] + mills::COEFFICIENTS[k];
            }
        }
        let mut all = [[0.0; W]; 3];
        for i in 0..W {
            let size = if x[i].abs() > 40.0 { 40.0 } else { x[i].abs() };
            let density = exp(-0.5 * (size * size)) / SQRT_2PI;
            let density = if x[i].abs() > 38.0 { 0.0 } else { density };
            let tail = density * value[i] / (size + mills::MIDDLE);
            all[0][i] = if x[i] > 0.0 { 1.0 - tail } else { tail };
            all[1][i] = if x[i] > 0.0 { tail } else { 1.0 - tail };
            all[2][i] = density;
        }
        all
    }

    #[inline(always)]
    fn inverse<const W: usize>(
        _: &[f64; W],
        _: &[f64; W],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2] {
        let mut x = [0.0; W];
        for i in 0..W {
            let is_lower = lower[i] <= upper[i];
            let size = norm_quantile(if is_lower { lower[i] } else { upper[i] });
            x[i] = if is_lower { size } else { -size };
        }
        [x, [0.0; W]]
    }
}
