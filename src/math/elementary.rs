//! Elementary functions with the same bits on every CPU.
//!
//! Scalars in, scalars out. [`ln`] is written without branches, table look-ups and fused operations, so
//! that a loop over a slice is vectorized and a lane of a vector has the bits of the scalar; columns of
//! [`exp`] are for [`Path::exp`](super::simd::Path::exp), with the same bits. The rest are exact operations (rounding, minimum, remainder), or the `libm` crate's
//! (sin, log10, …; one call a lane), which is software arithmetic throughout and gives the same bits
//! everywhere too. Not here: powers of any exponent (see [`power`](super::power)), special functions, Φ (see [`normal`](super::normal)).
//!
//! Methods: reduction and reconstruction after P. T. P. Tang, "Table-driven implementation of the
//! exponential function", ACM TOMS 15 (1989), its table cut to sixteen, and Cody & Waite, "Software Manual
//! for the Elementary Functions" (1980); the logarithm's odd series in f/(2+f) as in Sun's fdlibm
//! (1993). The coefficients are our own minimax fits (Remez exchange at 60 digits).

/// 1.5 · 2^52: adding it to a number below 2^51 rounds that to an integer in the low bits.
pub(super) const ROUND_TO_INTEGER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has 21 trailing zero bits, so that its product with an exponent is exact.
pub(super) const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
pub(super) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e^x. Error below 1.1 ulp (1 ulp of the smallest number in the subnormal range, which underflows
/// gradually); +∞ above 709.78, 0 below −745.13, NaN of NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    if x.abs() < EXP_NEAR { exp_near(x) } else { exp_far(x) }
}

/// Below this absolute value of x, e^x is a normal number and [`exp_near`] does.
pub(super) const EXP_NEAR: f64 = 708.0;

/// 2^(j/16), rounded.
pub(super) const SIXTEENTHS: [f64; 16] = [
    1.0,
    1.044_273_782_427_413_8,
    1.090_507_732_665_257_7,
    1.138_788_634_756_691_6,
    1.189_207_115_002_721,
    1.241_857_812_073_484,
    1.296_839_554_651_009_6,
    1.354_255_546_936_892_7,
    std::f64::consts::SQRT_2,
    1.476_826_145_939_499_3,
    1.542_210_825_407_940_7,
    1.610_490_331_949_254_3,
    1.681_792_830_507_429,
    1.756_252_160_373_299_5,
    1.834_008_086_409_342_4,
    1.915_206_561_397_147_4,
];

/// Numbers that [`exp_near`] is made of, for vectors, which look its table up in their own ways.
pub(super) mod exp_parts {
    use super::{LN_2_HIGH, LN_2_LOW};

    /// 16 / ln 2.
    pub(in crate::math) const PER_LN_2: f64 = 16.0 * std::f64::consts::LOG2_E;
    /// ln 2 / 16 in two parts.
    pub(in crate::math) const HIGH: f64 = LN_2_HIGH / 16.0;
    pub(in crate::math) const LOW: f64 = LN_2_LOW / 16.0;
    /// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 32, relative error of e^r 1.2e-17.
    pub(in crate::math) const Q: [f64; 5] = [
        0.499_999_999_999_996_06,
        0.166_666_666_644_179_62,
        0.041_666_666_693_250_58,
        0.008_333_471_921_041_051,
        0.001_388_859_405_320_233_6,
    ];
}

/// e^x for |x| < [`EXP_NEAR`]: x = k ln 2 / 16 + r, e^x = 2^(k/16) e^r, the power from a table of sixteen and an
/// exponent.
#[inline(always)]
pub(super) fn exp_near(x: f64) -> f64 {
    use exp_parts::{HIGH, LOW, PER_LN_2, Q};
    // The low bits of `shifted` hold k.
    let shifted = x * PER_LN_2 + ROUND_TO_INTEGER;
    let k = shifted - ROUND_TO_INTEGER;
    let r = (x - k * HIGH) - k * LOW;
    let r2 = r * r;
    let q01 = Q[0] + r * Q[1];
    let q234 = (Q[2] + r * Q[3]) + r2 * Q[4];
    let p = r + r2 * (q01 + r2 * q234);
    let bits = shifted.to_bits();
    let power = SIXTEENTHS[(bits & 15) as usize];
    let e = power + power * p;
    // Sixteenths are in [1, 2): the rest of k goes to the exponent.
    f64::from_bits(e.to_bits().wrapping_add((bits & !15) << 48))
}

/// e^x at the ends, and of NaN.
#[cold]
fn exp_far(x: f64) -> f64 {
    // Beyond these ends the result is ∞ or 0 by itself; comparisons written so that NaN goes on.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    exp_of_parts(x, x, 0.0)
}

/// e^(high + low) for a sum between −746 and 710, `low` being at most a last digit or so of `high`.
#[inline(always)]
pub(super) fn exp_of_parts(sum: f64, high: f64, low: f64) -> f64 {
    // sum = n ln 2 + r, |r| <= ln 2 / 2. The low bits of `shifted` hold n + 2046.
    const SHIFT: f64 = ROUND_TO_INTEGER + 2046.0;
    let shifted = sum * std::f64::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (high - n * LN_2_HIGH) - (n * LN_2_LOW - low);
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
            + w * (0.181_835_630_542_563_4 + w * 0.147_957_073_976_021_84));
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

#[cfg(test)]
#[expect(clippy::approx_constant, reason = "tabulated values happen to be near constants")]
mod tests {
    use super::*;
    use crate::math::simd::{Kernel, Path, SimdPath};
    use crate::math::tests::spread;

    // Exact values, rounded: mpmath at 50 digits.
    /// x and e^x.
    const EXP: &[(f64, f64)] = &[
        (-745.1, 5e-324),
        (-744.0, 1e-323),
        (-710.0, 4.47628622567513e-309),
        (-708.3, 2.450295530965988e-308),
        (-650.25, 3.9811921806329143e-283),
        (-100.0, 3.720075976020836e-44),
        (-37.5, 5.175555005801869e-17),
        (-5.0, 0.006737946999085467),
        (-1.0, 0.36787944117144233),
        (-0.75, 0.4723665527410147),
        (-0.34657, 0.7071093199024199),
        (-0.1, 0.9048374180359595),
        (-0.001, 0.999000499833375),
        (-1e-10, 0.9999999999),
        (1e-17, 1.0),
        (1e-08, 1.00000001),
        (0.001, 1.0010005001667084),
        (0.1, 1.1051709180756477),
        (0.3465735, 1.4142134346979391),
        (0.34658, 1.41422262711514),
        (0.5, 1.6487212707001282),
        (1.0, 2.718281828459045),
        (2.0, 7.38905609893065),
        (3.3, 27.112638920657883),
        (10.0, 22026.465794806718),
        (50.7, 1.0440714795629396e+22),
        (123.456, 4.132944352778106e+53),
        (500.0, 1.4035922178528375e+217),
        (700.1, 1.120899771073261e+304),
        (709.5, 1.3549863193146328e+308),
        (709.78, 1.7928227943945155e+308),
    ];
    /// x and ln x.
    const LN: &[(f64, f64)] = &[
        (5e-324, -744.4400719213812),
        (1e-310, -713.8013788281542),
        (2.3e-308, -708.363299519231),
        (1e-200, -460.51701859880916),
        (1e-17, -39.14394658089878),
        (1e-05, -11.512925464970229),
        (0.1, -2.3025850929940455),
        (0.25, -1.3862943611198906),
        (0.5, -0.6931471805599453),
        (0.7, -0.35667494393873245),
        (0.70710678, -0.3465735919580042),
        (0.7071068, -0.3465735636737333),
        (0.9, -0.10536051565782628),
        (0.99, -0.01005033585350145),
        (0.999999, -1.000000500029089e-06),
        (1.0000000001, 1.000000082690371e-10),
        (1.000001, 9.999994999180668e-07),
        (1.01, 0.009950330853168092),
        (1.1, 0.09531017980432493),
        (1.25, 0.22314355131420976),
        (1.4142135, 0.3465735461755332),
        (1.4142136, 0.346573616886212),
        (1.5, 0.4054651081081644),
        (2.0, 0.6931471805599453),
        (2.718281828, 0.9999999998311266),
        (3.0, 1.0986122886681098),
        (10.0, 2.302585092994046),
        (12345.678, 9.421061321291832),
        (10000000000.0, 23.025850929940457),
        (1e+100, 230.25850929940458),
        (1e+300, 690.7755278982137),
        (1.7976931348623157e+308, 709.782712893384),
    ];

    /// Distance in units of the last place; the same NaN-ness and infinities count as none.
    fn ulps(a: f64, b: f64) -> u64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            return 0;
        }
        if a.signum() != b.signum() || !a.is_finite() || !b.is_finite() {
            return u64::MAX;
        }
        a.to_bits().abs_diff(b.to_bits())
    }

    #[track_caller]
    fn check_near(name: &str, x: f64, actual: f64, expected: f64, most: u64) {
        assert!(ulps(actual, expected) <= most, "{name}({x:e}) is {actual:e}, not {expected:e}");
    }

    /// Log-uniform magnitudes and uniform ones, `n` in all.
    fn some_numbers(n: u64, reach: f64) -> Vec<f64> {
        (0..n).map(|trial| (2.0 * spread(0, trial) - 1.0) * reach).collect()
    }

    const SPECIAL: [f64; 14] = [
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
        -5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        1.0,
        -1.0,
        800.0,
        -800.0,
    ];

    #[test]
    fn exp_and_ln_are_exact_to_a_last_digit() {
        for &(x, expected) in EXP {
            check_near("exp", x, exp(x), expected, 1);
        }
        for &(x, expected) in LN {
            check_near("ln", x, ln(x), expected, 1);
        }
    }

    #[test]
    fn exp_and_ln_agree_with_libm_everywhere() {
        for x in
            some_numbers(100_000, 746.0).into_iter().chain(some_numbers(50_000, 2.0)).chain(SPECIAL)
        {
            check_near("exp", x, exp(x), libm::exp(x), 1);
            let y = libm::exp(x);
            check_near("ln", y, ln(y), libm::log(y), 1);
            check_near("ln", x, ln(x), libm::log(x), 1);
        }
    }

    #[test]
    fn exp_overflows_and_underflows_gradually() {
        assert_eq!(exp(709.782_712_893_384), 1.797_693_134_862_273_2e308);
        assert_eq!(exp(709.782_712_893_384_1), f64::INFINITY);
        assert_eq!(exp(-745.133_219_101_941_2), 0.0);
        assert_eq!(exp(-745.13), 5e-324);
        assert_eq!(
            [exp(0.0), exp(-0.0), ln(1.0)].map(f64::to_bits),
            [1.0, 1.0, 0.0].map(f64::to_bits)
        );
        // A NaN of any payload stays one.
        assert!(exp(f64::from_bits(0xFFF0_0000_0000_0ABC)).is_nan());
    }

    struct Both<'a>(&'a [f64]);

    impl Kernel for Both<'_> {
        type Output = Vec<u64>;

        #[inline(always)]
        fn run<P: Path>(self, _: P) -> Vec<u64> {
            let mut out = vec![[0; 4]; self.0.len()];
            for (out, &x) in out.iter_mut().zip(self.0) {
                // NaN has no bits worth comparing.
                let values = [exp(x), ln(x), round_half_away(x), sign(x)];
                *out = values.map(|y| if y.is_nan() { f64::NAN } else { y }.to_bits());
            }
            out.into_flattened()
        }
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let numbers: Vec<f64> = some_numbers(4000, 750.0).into_iter().chain(SPECIAL).collect();
        let expected = SimdPath::Baseline.run(Both(&numbers));
        for path in SimdPath::available() {
            assert_eq!(path.run(Both(&numbers)), expected, "{path}");
        }
    }

    #[test]
    fn whole_powers_multiply_in_the_stated_order() {
        let x = 1.1;
        let square = x * x;
        let fourth = square * square;
        for (n, expected) in
            [(0, 1.0), (1, x), (2, square), (3, x * square), (5, x * fourth), (6, square * fourth)]
        {
            assert_eq!(powi(x, n), expected, "power {n}");
            assert_eq!(powi(x, -n), 1.0 / expected, "power {}", -n);
        }
        assert_eq!(powi(f64::NAN, 0), 1.0);
        assert_eq!(powi(2.0, i32::MIN), 0.0);
    }

    #[test]
    fn a_block_of_powers_has_the_bits_of_the_scalar() {
        let x = some_numbers(100, 3.0);
        let (mut scratch, mut out) = (vec![0.0; 100], vec![0.0; 100]);
        for n in [-7, -1, 0, 1, 2, 3, 12, 61] {
            powi_block(&x, n, &mut scratch, &mut out);
            let expected: Vec<f64> = x.iter().map(|&x| powi(x, n)).collect();
            assert_eq!(out, expected, "power {n}");
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let expected = [
            (0.5, 1.0),
            (-0.5, -1.0),
            (2.5, 3.0),
            (0.499_999_999_999_999_94, 0.0),
            (-1.2, -1.0),
            (1e300, 1e300),
        ];
        for (x, y) in expected {
            assert_eq!(round_half_away(x), y, "round({x})");
        }
        assert_eq!((floor(-0.5), ceil(0.5)), (-1.0, 1.0));
    }

    #[test]
    fn a_remainder_has_the_sign_of_the_divisor() {
        let expected = [
            (7.0, 3.0, 1.0),
            (-7.0, 3.0, 2.0),
            (7.0, -3.0, -2.0),
            (-7.0, -3.0, -1.0),
            (-6.0, 3.0, 0.0),
        ];
        for (a, b, r) in expected {
            assert_eq!(modulo(a, b), r, "{a} mod {b}");
        }
        assert!(modulo(1.0, 0.0).is_nan() && modulo(f64::INFINITY, 2.0).is_nan());
        assert_eq!(modulo(-6.0, 3.0).to_bits(), 0);
    }

    #[test]
    fn minimum_and_maximum_pass_nan_on_and_take_the_first_of_equals() {
        for pick in [min, max] {
            assert!(pick(f64::NAN, 1.0).is_nan() && pick(1.0, f64::NAN).is_nan());
            assert_eq!(pick(-0.0, 0.0).to_bits(), (-0.0_f64).to_bits());
            assert_eq!(pick(0.0, -0.0).to_bits(), 0);
        }
        assert_eq!((min(1.0, 2.0), max(1.0, 2.0)), (1.0, 2.0));
        assert_eq!(
            (min(2.0, f64::NEG_INFINITY), max(2.0, f64::INFINITY)),
            (f64::NEG_INFINITY, f64::INFINITY)
        );
    }

    #[test]
    fn the_sign_of_zero_is_zero() {
        assert_eq!(
            [sign(-3.0), sign(0.0), sign(-0.0), sign(1e-320)].map(f64::to_bits),
            [-1.0, 0.0, 0.0, 1.0].map(f64::to_bits)
        );
        assert!(sign(f64::NAN).is_nan());
    }
}
