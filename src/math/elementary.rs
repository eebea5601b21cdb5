//! Elementary functions with the same bits on every CPU.
//!
//! Scalars in, scalars out. [`exp`] and [`ln`] are written without branches, table look-ups and
//! fused operations, so that a loop over a slice is vectorized and a lane of a vector has the bits of
//! the scalar. The rest are exact operations (rounding, minimum, remainder), or the `libm` crate's
//! (sin, pow, …; one call a lane), which is software arithmetic throughout and gives the same bits
//! everywhere too. Not here: special functions, Φ (see [`normal`](super::normal)).
//!
//! Methods: reduction and reconstruction after P. T. P. Tang, "Table-driven implementation of the
//! exponential function", ACM TOMS 15 (1989), without the table, and Cody & Waite, "Software Manual
//! for the Elementary Functions" (1980); the logarithm's odd series in f/(2+f) as in Sun's fdlibm
//! (1993). The coefficients are our own minimax fits (Remez exchange at 60 digits).

/// 1.5 · 2^52: adding it to a number below 2^51 rounds that to an integer in the low bits.
const ROUND_TO_INTEGER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has 21 trailing zero bits, so that its product with an exponent is exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e^x. Error below 1 ulp (1 ulp of the smallest number in the subnormal range, which underflows
/// gradually); +∞ above 709.78, 0 below −745.13, NaN of NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // Beyond these ends the result is ∞ or 0 by itself; comparisons written so that NaN goes on.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    // x = n ln 2 + r, |r| <= ln 2 / 2. The low bits of `shifted` hold n + 2046.
    const SHIFT: f64 = ROUND_TO_INTEGER + 2046.0;
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // (e^r - 1 - r) / r^2, relative error of e^r 4e-18.
    let r2 = r * r;
    let r4 = r2 * r2;
    let q01 = 0.500_000_000_000_001_1 + r * 0.166_666_666_666_664_1;
    let q23 = 0.041_666_666_666_529_2 + r * 0.008_333_333_333_495_625;
    let q45 = 0.001_388_888_894_392_019_7 + r * 0.000_198_412_695_047_514_03;
    let q67 = 2.480_149_276_513_915_7e-5 + r * 2.755_758_735_955_869_8e-6;
    let q89 = 2.763_037_784_964_704_7e-7 + r * 2.499_995_913_780_977_5e-8;
    let q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * q89);
    let e = 1.0 + (r + r2 * q);
    // Times 2^n in two exact steps, so that neither 2^1024 nor a subnormal factor is needed.
    let biased = shifted.to_bits();
    let half = biased >> 1;
    let scale_1 = f64::from_bits(half << 52);
    let scale_2 = f64::from_bits(biased.wrapping_sub(half) << 52);
    e * scale_1 * scale_2
}

/// Natural logarithm. Error below 1 ulp; −∞ at ±0, NaN below 0, +∞ at +∞, NaN of NaN.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const SQRT_HALF_BITS: u64 = 0x3FE6_A09E_667F_3BCD;
    const ONE_BITS: u64 = 0x3FF0_0000_0000_0000;
    const MANTISSA: u64 = 0x000F_FFFF_FFFF_FFFF;
    const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    // Subnormal numbers are lifted by 2^52.
    let is_subnormal = x < f64::MIN_POSITIVE;
    let lifted = if is_subnormal { x * TWO_52 } else { x };
    let bias = if is_subnormal { TWO_52 + (1023.0 + 52.0) } else { TWO_52 + 1023.0 };
    // x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
    let offset = lifted.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let k = f64::from_bits((offset >> 52) | TWO_52_BITS) - bias;
    let f = f64::from_bits((offset & MANTISSA).wrapping_add(SQRT_HALF_BITS)) - 1.0;
    // ln(1 + f) = 2 artanh(s) = f - f^2/2 + s (f^2/2 + R), relative error of R 3e-18 / ln.
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let r_odd = 0.666_666_666_666_673_4
        + w * (0.285_714_287_420_497_87
            + w * (0.181_835_630_542_563_42 + w * 0.147_957_073_976_021_84));
    let r_even =
        0.399_999_999_994_165_7 + w * (0.222_221_986_020_112_34 + w * 0.153_140_785_235_851_28);
    let r = z * r_odd + w * r_even;
    let half_f2 = 0.5 * f * f;
    let y = k * LN_2_HIGH - ((half_f2 - (s * (half_f2 + r) + k * LN_2_LOW)) - f);
    let outside = if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    let y = if x > 0.0 { y } else { outside };
    if x == f64::INFINITY { x } else { y }
}

/// Decimal logarithm (libm).
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// ln(1 + x), accurate for small x (libm).
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// e^x − 1, accurate for small x (libm).
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// x^y (libm, below 1 ulp). A constant whole exponent is better served by [`powi_block`].
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// x^n by repeated squaring, the order being part of the format: the bits of |n| from the lowest,
/// result times square where the bit is set; a negative n gives the reciprocal of x^|n|. x^0 is 1.
#[inline(always)]
pub fn powi(x: f64, n: i32) -> f64 {
    let mut result = 1.0;
    let mut square = x;
    let mut rest = n.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        rest >>= 1;
        if rest > 0 {
            square *= square;
        }
    }
    if n < 0 { 1.0 / result } else { result }
}

/// [`powi`] of every lane with one exponent: the same bits, vectorized. `scratch` is overwritten.
///
/// # Panics
/// Where the lengths differ.
#[inline(always)]
pub fn powi_block(x: &[f64], n: i32, scratch: &mut [f64], out: &mut [f64]) {
    assert!(x.len() == scratch.len() && x.len() == out.len(), "slices of one length");
    scratch.copy_from_slice(x);
    out.fill(1.0);
    let mut rest = n.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            for (out, square) in out.iter_mut().zip(&*scratch) {
                *out *= square;
            }
        }
        rest >>= 1;
        if rest > 0 {
            for square in &mut *scratch {
                *square *= *square;
            }
        }
    }
    if n < 0 {
        for out in out {
            *out = 1.0 / *out;
        }
    }
}

/// Square root: an exact operation, correctly rounded everywhere.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Sine of radians (libm).
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of radians (libm).
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Tangent of radians (libm).
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    libm::tan(x)
}

/// Arc tangent in radians (libm).
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// The angle of the point (x, y) in radians, y first (libm).
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Hyperbolic tangent (libm).
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// Error function (libm).
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The nearest whole number, halves away from zero.
#[inline(always)]
pub fn round_half_away(x: f64) -> f64 {
    // Exact in IEEE 754, so the platform's own is no danger to the bits.
    x.round()
}

/// The largest whole number not above x.
#[inline(always)]
pub fn floor(x: f64) -> f64 {
    x.floor()
}

/// The smallest whole number not below x.
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    x.ceil()
}

/// Remainder of the division a / b with the sign of b: a − b ⌊a/b⌋, from an exact remainder.
/// NaN where b is 0 or a is infinite.
#[inline(always)]
pub fn modulo(a: f64, b: f64) -> f64 {
    let remainder = libm::fmod(a, b);
    if remainder == 0.0 {
        libm::copysign(0.0, b)
    } else if (remainder < 0.0) != (b < 0.0) {
        remainder + b
    } else {
        remainder
    }
}

/// The smaller one; the first where they are equal (−0 and 0 are), NaN where either is.
#[inline(always)]
pub fn min(a: f64, b: f64) -> f64 {
    if (a <= b) | a.is_nan() { a } else { b }
}

/// The larger one; the first where they are equal (−0 and 0 are), NaN where either is.
#[inline(always)]
pub fn max(a: f64, b: f64) -> f64 {
    if (a >= b) | a.is_nan() { a } else { b }
}

/// 1 above 0, −1 below 0, 0 at ±0, NaN of NaN.
#[inline(always)]
pub fn sign(x: f64) -> f64 {
    let zero_or_nan = x + 0.0;
    let not_below = if x > 0.0 { 1.0 } else { zero_or_nan };
    if x < 0.0 { -1.0 } else { not_below }
}
