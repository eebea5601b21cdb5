//! The standard normal law: Φ, its density and its inverse, accurate in both tails.
//!
//! Scalars in, scalars out; deterministic arithmetic and `libm`. Blocks of normal draws come from
//! the table in `sampling::normal`, which is built from here.
//!
//! Φ is W. J. Cody's approach by erfc (libm's, after fdlibm), with the rounding error of its
//! argument put right; Φ⁻¹ is M. J. Wichura, "Algorithm AS 241: The percentage points of the normal
//! distribution", Applied Statistics 37 (1988), routine PPND16.

use std::f64::consts::FRAC_1_SQRT_2;

/// 1 / √(2π).
const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// The density e^(−x²/2) / √(2π). Relative error below 1e-15 + x² · 1e-16.
pub fn norm_pdf(x: f64) -> f64 {
    FRAC_1_SQRT_TAU * libm::exp(-0.5 * x * x)
}

/// Φ(x), the probability of at most x. Relative error below 4e-15 as long as the result is a normal number.
pub fn norm_cdf(x: f64) -> f64 {
    // erfc's relative error is that of its argument times 2a², so the argument is kept in two parts.
    const FRAC_1_SQRT_2_LOW: f64 = -4.833_646_656_726_457e-17;
    let (product, error) = exact_product(x, FRAC_1_SQRT_2);
    let a = -product;
    let value = libm::erfc(a);
    if !(a > 1.0) || value == 0.0 {
        return 0.5 * value;
    }
    // d/da erfc(a) = -2/√π e^(-a²).
    let shift = -(error + x * FRAC_1_SQRT_2_LOW);
    let slope = -std::f64::consts::FRAC_2_SQRT_PI * libm::exp(-a * a);
    0.5 * (value + slope * shift)
}

/// a · b as the rounded product and its rounding error (Dekker 1971; Veltkamp's splitting).
fn exact_product(a: f64, b: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0; // 2^27 + 1
    let split = |x: f64| {
        let t = SPLITTER * x;
        let high = t - (t - x);
        (high, x - high)
    };
    let product = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (product, error)
}

/// Φ⁻¹(u): the x that is not exceeded with probability u. −∞ at 0, ∞ at 1, NaN outside of [0, 1].
/// Relative error below 1e-15 · few, in both tails and around the median.
pub fn norm_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTER);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    let x = norm_upper_quantile_of_small(tail);
    if q < 0.0 { -x } else { x }
}

/// The x that is exceeded with probability `tail`, at most 0.075.
fn norm_upper_quantile_of_small(tail: f64) -> f64 {
    if tail == 0.0 {
        return f64::INFINITY;
    }
    let r = libm::sqrt(-libm::log(tail));
    if r <= 5.0 { ratio(r - 1.6, &TAIL) } else { ratio(r - 5.0, &FAR_TAIL) }
}

fn ratio(r: f64, coefficients: &[[f64; 8]; 2]) -> f64 {
    let polynomial = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
    polynomial(&coefficients[0]) / polynomial(&coefficients[1])
}

/// Numerator and denominator, constant term first, from Wichura's paper.
const CENTER: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];
const TAIL: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
];
const FAR_TAIL: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];
