//! The standard normal law: Φ, its density and its inverse, accurate in both tails.
//!
//! Scalars in, scalars out; deterministic arithmetic and `libm`. Blocks of normal draws come from
//! the table in `sampling::normal`, which is built from here.
//!
//! Φ is W. J. Cody's approach by erfc (libm's, after fdlibm), with the rounding error of its
//! argument put right; Φ⁻¹ is M. J. Wichura, "Algorithm AS 241: The percentage points of the normal
//! distribution", Applied Statistics 37 (1988), routine PPND16.

use std::f64::consts::FRAC_1_SQRT_2;

use super::elementary;

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
    if a <= 1.0 || a.is_nan() || value == 0.0 {
        return 0.5 * value;
    }
    // d/da erfc(a) = -2/√π e^(-a²).
    let shift = -(error + x * FRAC_1_SQRT_2_LOW);
    let slope = -std::f64::consts::FRAC_2_SQRT_PI * libm::exp(-a * a);
    0.5 * (value + slope * shift)
}

/// The uniform number that a standard normal one stands for: Φ(x), but at least 2⁻⁵³ and at most 1 − 2⁻⁵³, as uniform
/// draws are. Relative error below 1e-14 in both tails, rounding of 1 − p aside. Branch-free, for the trial path.
#[inline(always)]
pub fn norm_uniform(x: f64) -> f64 {
    const SMALLEST: f64 = 1.0 / 9_007_199_254_740_992.0;
    /// Here the tail is 2⁻⁵³.
    const END: f64 = 8.21;
    let size = x.abs();
    let a = if size > END { END } else { size };
    let place = 1.0 / (a + 3.0);
    let s = (5.0 * a - 9.0) * (place * (1.0 / 3.0));
    let s2 = s * s;
    let (mut even, mut odd) = (MILLS[20], MILLS[19]);
    let mut k = 18;
    while k > 0 {
        even = even * s2 + MILLS[k];
        odd = odd * s2 + MILLS[k - 1];
        k -= 2;
    }
    even = even * s2 + MILLS[0];
    let ratio = (even + s * odd) * place;
    // The exponential without a table: the loop around this is vectorized.
    let log = -0.5 * (a * a);
    let tail = FRAC_1_SQRT_TAU * elementary::exp_of_parts(log, log, 0.0) * ratio;
    let tail = if tail < SMALLEST { SMALLEST } else { tail };
    let u = if x > 0.0 { 1.0 - tail } else { tail };
    if x.is_nan() { x } else { u }
}

/// The distribution function of Student's t with two degrees of freedom, inside [2⁻⁵³, 1 − 2⁻⁵³]: a smooth way from
/// the line to (0, 1) whose tails are powers. Relative error below 1e-15 in both tails, rounding of 1 − p aside.
#[inline(always)]
pub fn student_two(t: f64) -> f64 {
    const SMALLEST: f64 = 1.0 / 9_007_199_254_740_992.0;
    /// Beyond it the tail is smaller still.
    const END: f64 = 1e9;
    let size = t.abs();
    let size = if size > END { END } else { size };
    let root = (2.0 + size * size).sqrt();
    let tail = 1.0 / (root * (root + size));
    let tail = if tail < SMALLEST { SMALLEST } else { tail };
    let u = if t > 0.0 { 1.0 - tail } else { tail };
    if t.is_nan() { t } else { u }
}

/// Chebyshev interpolant of (a + 3) Φ(−a) / φ(a), the Mills ratio, for 0 ≤ a ≤ 9 as a polynomial in
/// s = (5a − 9) / (3a + 9); relative error 4e-17. Interpolation in such a variable follows M. M. Shepherd and
/// J. G. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x", Mathematics of Computation 36 (1981).
const MILLS: [f64; 21] = [
    2.184_486_205_648_185_3,
    -1.188_931_786_530_896_4,
    0.367_343_876_481_592_1,
    -0.034_780_402_765_721_065,
    -0.014_060_566_224_977_016,
    0.002_581_045_421_031_107,
    0.001_013_864_331_219_379,
    -0.000_112_477_700_270_673_82,
    -9.583_822_147_515_283e-5,
    -5.911_702_200_583_739e-6,
    7.589_674_286_134_109e-6,
    2.297_934_087_820_092_4e-6,
    -1.724_627_536_435_856_2e-7,
    -2.874_213_619_202_03e-7,
    -6.864_296_224_898_05e-8,
    9.999_253_578_645_638e-9,
    1.137_954_774_368_519e-8,
    2.635_971_682_088_788e-9,
    -4.659_036_806_530_431e-10,
    -3.732_941_795_018_442_5e-10,
    -5.365_888_364_540_801e-11,
];

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

#[cfg(test)]
mod tests {
    use super::*;

    // Exact values, rounded: mpmath at 50 digits.
    /// x and Φ(x).
    const CDF: &[(f64, f64)] = &[
        (-37.5, 4.605353009581955e-308),
        (-30.0, 4.906713927148187e-198),
        (-20.0, 2.7536241186062337e-89),
        (-12.3, 4.5287069561587846e-35),
        (-8.2, 1.2019351542735859e-16),
        (-5.0, 2.866515718791939e-07),
        (-3.0, 0.0013498980316300946),
        (-1.7, 0.04456546275854304),
        (-1.0, 0.15865525393145705),
        (-0.5, 0.3085375387259869),
        (-0.1, 0.460172162722971),
        (-0.001, 0.49960105778608893),
        (-1e-09, 0.49999999960105773),
        (0.0, 0.5),
        (1e-05, 0.500003989422804),
        (0.3, 0.6179114221889527),
        (1.0, 0.8413447460685429),
        (2.5, 0.9937903346742238),
        (5.5, 0.9999999810104375),
    ];
    /// u and Φ⁻¹(u).
    const QUANTILE: &[(f64, f64)] = &[
        (1e-300, -37.0470962993612),
        (1e-100, -21.273453560965326),
        (1e-50, -14.933337534788489),
        (1e-30, -11.464024688443615),
        (1.1102230246251565e-16, -8.209536151601387),
        (1e-12, -7.034483825301132),
        (1e-09, -5.9978070150076865),
        (1e-06, -4.753424308822899),
        (0.00013, -3.6522032174961896),
        (0.001, -3.0902323061678136),
        (0.01, -2.326347874040841),
        (0.025, -1.9599639845400543),
        (0.0749, -1.4402382675279637),
        (0.0751, -1.43882539275254),
        (0.1, -1.2815515655446004),
        (0.2, -0.8416212335729142),
        (0.3, -0.5244005127080408),
        (0.4, -0.2533471031357997),
        (0.45, -0.12566134685507402),
        (0.49, -0.025068908258711057),
        (0.499999, -2.5066282745665593e-06),
        (0.4999999999, -2.506628482030354e-10),
        (0.5000000001, 2.506628482030354e-10),
        (0.55, 0.12566134685507416),
        (0.6, 0.2533471031357997),
        (0.75, 0.6744897501960817),
        (0.9, 1.2815515655446006),
        (0.95, 1.6448536269514722),
        (0.975, 1.9599639845400538),
        (0.99, 2.3263478740408408),
        (0.999, 3.090232306167813),
        (0.999999, 4.753424308817087),
    ];

    #[track_caller]
    fn check_near(actual: f64, expected: f64, tolerance: f64) {
        assert!(
            (actual - expected).abs() <= tolerance * expected.abs(),
            "{actual:e}, not {expected:e}"
        );
    }

    #[test]
    fn the_distribution_function_is_accurate_in_both_tails() {
        for &(x, expected) in CDF {
            check_near(norm_cdf(x), expected, 4e-15);
        }
        assert_eq!(
            [f64::NEG_INFINITY, -40.0, 40.0, f64::INFINITY].map(norm_cdf),
            [0.0, 0.0, 1.0, 1.0]
        );
        assert!(norm_cdf(f64::NAN).is_nan());
    }

    #[test]
    fn the_quantile_is_accurate_in_both_tails_and_at_the_median() {
        for &(u, expected) in QUANTILE {
            check_near(norm_quantile(u), expected, 2e-15);
        }
        assert_eq!([0.0, 0.5, 1.0].map(norm_quantile), [f64::NEG_INFINITY, 0.0, f64::INFINITY]);
        assert!([-0.1, 1.1, f64::NAN].map(norm_quantile).iter().all(|x| x.is_nan()));
    }

    #[test]
    fn distribution_function_and_quantile_are_inverse() {
        for exponent in 1..900 {
            let u = libm::exp2(-f64::from(exponent)) * 0.77;
            // A rounding of x moves Φ by x² ulps.
            let x = norm_quantile(u);
            check_near(norm_cdf(x), u, 1e-15 * (4.0 + x * x));
        }
    }

    #[test]
    fn the_density_is_the_slope() {
        for x in [-9.0, -2.5, 0.0, 1.0, 3.0] {
            let slope = (norm_cdf(x + 1e-5) - norm_cdf(x - 1e-5)) / 2e-5;
            check_near(norm_pdf(x), slope, 1e-8);
        }
    }

    #[test]
    fn uniforms_of_normal_numbers_are_accurate_in_both_tails() {
        for step in -8209..=8209 {
            let x = f64::from(step) * 1e-3;
            let (lower, upper) = (norm_uniform(x), 1.0 - norm_uniform(x));
            if x <= 0.0 {
                check_near(lower / norm_cdf(x), 1.0, 1e-14);
            } else {
                assert!((upper - norm_cdf(-x)).abs() <= 6e-16, "{x}");
            }
            assert!(norm_uniform(x) <= norm_uniform(x + 1e-6), "falls at {x}");
        }
        assert_eq!(norm_uniform(0.0), 0.5);
        for (x, u) in [(-40.0, libm::exp2(-53.0)), (f64::INFINITY, 1.0 - libm::exp2(-53.0))] {
            assert_eq!(norm_uniform(x), u);
        }
        assert!(norm_uniform(f64::NAN).is_nan());
    }
}
