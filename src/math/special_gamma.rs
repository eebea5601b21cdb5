//! The gamma function's logarithm, the incomplete gamma functions and their inverses.
//!
//! P and Q are each computed where they are small, by the method that suits the arguments: the power series
//! (DLMF 8.11.4), Legendre's continued fraction (8.9.2), Temme's expansion for large parameters, for small arguments
//! an expansion of Q free of cancellation (after DiDonato & Morris, ACM TOMS 12, 1986).
//! Stated errors are relative, of the smaller of P and Q, and of what the rounding of the arguments allows.

use super::special::{SQRT_2PI, log1p_minus};
use super::special_temme;

/// ln Γ(x) for x > 0, within 2 ulp of the larger of 1 and the result.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ζ(k) − 1 for k = 2, 3, ….
pub(super) const ZETA_MINUS_1: [f64; 28] = [
    0.644_934_066_848_226_4,
    0.202_056_903_159_594_3,
    0.082_323_233_711_138_19,
    0.036_927_755_143_369_93,
    0.017_343_061_984_449_14,
    0.008_349_277_381_922_827,
    0.004_077_356_197_944_339,
    0.002_008_392_826_082_214_4,
    0.000_994_575_127_818_085_3,
    0.000_494_188_604_119_464_6,
    0.000_246_086_553_308_048_3,
    0.000_122_713_347_578_489_15,
    6.124_813_505_870_483e-5,
    3.058_823_630_702_049e-5,
    1.528_225_940_865_187e-5,
    7.637_197_637_899_762e-6,
    3.817_293_264_999_84e-6,
    1.908_212_716_553_939e-6,
    9.539_620_338_727_96e-7,
    4.769_329_867_878_065e-7,
    2.384_505_027_277_33e-7,
    1.192_199_259_653_110_7e-7,
    5.960_818_905_125_948e-8,
    2.980_350_351_465_228e-8,
    1.490_155_482_836_504e-8,
    7.450_711_789_835_429e-9,
    3.725_334_024_788_457e-9,
    1.862_659_723_513_049e-9,
];

/// 1 − γ, γ being Euler's constant.
pub(super) const ONE_MINUS_EULER: f64 = 0.422_784_335_098_467_1;

/// ln Γ(1 + a) for a > −1, of full relative accuracy as a tends to 0 (DLMF 5.7.3).
pub fn ln_gamma_1p(a: f64) -> f64 {
    if a.abs() > 0.5 {
        return libm::lgamma(1.0 + a);
    }
    let mut sum = 0.0;
    let mut power = a;
    for (k, zeta) in (2_u32..).zip(ZETA_MINUS_1) {
        power *= -a;
        sum -= zeta * power / f64::from(k);
    }
    // the signs: power is (−1)^(k−1) a^k
    a * ONE_MINUS_EULER - libm::log1p(a) + sum
}

/// ln(Γ(1 + 2a) / Γ(1 + a)²) for a > −½, of relative accuracy 10⁻¹² as a tends to 0: of a Weibull with shape 1/a this is
/// the logarithm of the mean square over the squared mean.
pub fn ln_gamma_square_ratio(a: f64) -> f64 {
    /// Below, the linear terms of the two logarithms would cancel too much.
    const SMALL: f64 = 1e-3;
    if a.abs() > SMALL {
        return ln_gamma_1p(2.0 * a) - 2.0 * ln_gamma_1p(a);
    }
    // Σ ζ(k) (2^k − 2) (−a)^k / k, in which there is no linear term
    let (mut sum, mut power, mut double) = (0.0, -a, 2.0);
    for (k, zeta) in (2_u32..=7).zip(ZETA_MINUS_1) {
        power *= -a;
        double *= 2.0;
        sum += (1.0 + zeta) * (double - 2.0) * power / f64::from(k);
    }
    sum
}

/// B₂ₖ / (2k (2k − 1)).
pub(super) const STIRLING: [f64; 9] = [
    0.083_333_333_333_333_33,
    -0.002_777_777_777_777_778,
    0.000_793_650_793_650_793_7,
    -0.000_595_238_095_238_095_2,
    0.000_841_750_841_750_841_8,
    -0.001_917_526_917_526_917_6,
    0.006_410_256_410_256_41,
    -0.029_550_653_594_771_24,
    0.179_644_372_368_830_57,
];

/// ln Γ(a) − ((a − ½) ln a − a + ½ ln 2π) for a > 0: what Stirling's formula leaves (DLMF 5.11.1).
pub(super) fn stirling_error(a: f64) -> f64 {
    /// From here on the series is exact to an ulp.
    const LARGE: f64 = 10.0;
    /// ½ ln 2π.
    const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;
    if a < LARGE {
        return libm::lgamma(a) - ((a - 0.5) * libm::log(a) - a + HALF_LN_2PI);
    }
    let square = 1.0 / (a * a);
    STIRLING.iter().rev().fold(0.0, |sum, c| sum * square + c) / a
}

/// x^a e^(−x) / Γ(a + 1) (the Poisson probability of a, where a is whole), after Loader (2000).
fn poisson_like(a: f64, x: f64) -> f64 {
    if a <= 1.0 {
        return libm::exp(a * libm::log(x) - x - ln_gamma_1p(a));
    }
    let t = (x - a) / a;
    let exponent = if t.abs() < 0.5 { a * log1p_minus(t) } else { a * libm::log(x / a) - (x - a) };
    libm::exp(exponent - stirling_error(a)) / (SQRT_2PI * libm::sqrt(a))
}

/// x^(a−1) e^(−x) / Γ(a): density of the gamma law with shape a. Infinite at 0 for a < 1.
pub fn gamma_density(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return if a < 1.0 { f64::INFINITY } else { f64::from(a == 1.0) };
    }
    poisson_like(a, x) * (a / x)
}

/// P(a, x) = γ(a, x) / Γ(a) for a > 0, x ≥ 0.
pub fn gamma_p(a: f64, x: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x <= 0.0 {
        0.0
    } else if x.is_infinite() {
        1.0
    } else {
        p_and_q(a, x).0
    }
}

/// Q(a, x) = Γ(a, x) / Γ(a) for a > 0, x ≥ 0.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x <= 0.0 {
        1.0
    } else if x.is_infinite() {
        0.0
    } else {
        p_and_q(a, x).1
    }
}

/// Both for 0 < x < ∞.
fn p_and_q(a: f64, x: f64) -> (f64, f64) {
    /// Where the power series of Q gives way to the continued fraction, for a ≤ 1.
    const SMALL: f64 = 1.1;
    if a <= 1.0 && x <= SMALL {
        small(a, x)
    } else if a >= special_temme::LEAST && (x - a).abs() <= special_temme::SPREAD * a {
        special_temme::p_and_q(a, x)
    } else if x < a {
        let p = poisson_like(a, x) * p_series(a, x);
        (p, 1.0 - p)
    } else {
        let q = poisson_like(a, x) * a * q_fraction(a, x);
        (1.0 - q, q)
    }
}

/// Σ xⁿ / ((a+1) … (a+n)) from n = 0.
fn p_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut denominator) = (1.0, 1.0, a);
    loop {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
        if term < 1e-17 * sum {
            return sum;
        }
    }
}

/// Γ(a, x) e^x x^(−a) for x ≥ a by Legendre's continued fraction, evaluated after Lentz (1976).
fn q_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut value = d;
    let mut n = 1.0;
    loop {
        let numerator = n * (a - n);
        b += 2.0;
        d = nonzero(b + numerator * d);
        c = nonzero(b + numerator / c);
        d = 1.0 / d;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 || n > 1e6 {
            return value;
        }
        n += 1.0;
    }
}

/// Lentz's guard against a vanishing denominator.
pub(super) fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// Both for a ≤ 1 and small x: with the sum J = −a Σ (−x)ⁿ / ((a + n) n!) from n = 1,
/// P = x^a / Γ(1+a) · (1 − J), and in Q = 1 − P the 1 is taken out before it cancels.
fn small(a: f64, x: f64) -> (f64, f64) {
    let (mut sum, mut power, mut n) = (0.0, 1.0, 1.0);
    loop {
        power *= -x / n;
        let term = power / (a + n);
        sum += term;
        if term.abs() <= 1e-18 * sum.abs() {
            break;
        }
        n += 1.0;
    }
    let j = -a * sum;
    let exponent = a * libm::log(x) - ln_gamma_1p(a);
    let head = libm::exp(exponent);
    (head * (1.0 - j), head * j - libm::expm1(exponent))
}

/// The x with P(a, x) = u.
pub fn gamma_p_inverse(a: f64, u: f64) -> f64 {
    inverse(a, u, 1.0 - u)
}

/// The x with Q(a, x) = q.
pub fn gamma_q_inverse(a: f64, q: f64) -> f64 {
    inverse(a, 1.0 - q, q)
}

/// Newton's method in s = ln x on the logarithm of the smaller tail.
///
/// The density of ln X is log-concave, hence so are both tails as functions of s, and from the second step on Newton's
/// method approaches the root from one side, wherever it starts.
fn inverse(a: f64, u: f64, q: f64) -> f64 {
    if u <= 0.0 {
        return 0.0;
    }
    if q <= 0.0 {
        return f64::INFINITY;
    }
    // P < x^a / Γ(1+a), and for tiny x they agree to the last digit
    let least = if a <= 1.0 {
        libm::pow(u * libm::exp(ln_gamma_1p(a)), 1.0 / a)
    } else {
        libm::exp((libm::log(u) + libm::lgamma(1.0 + a)) / a)
    };
    if a <= 1.0 && least < 1e-17 {
        return least;
    }
    let mut x = start(a, u, q, least);
    // where neither tail has underflowed
    let mut last = a;
    for _ in 0..200 {
        let (lower, upper) = p_and_q(a, x);
        let slope = poisson_like(a, x) * a;
        let (residual, step) = if u <= q {
            let residual = log_ratio(u, lower);
            (residual, residual * (lower / slope))
        } else {
            let residual = log_ratio(q, upper);
            // ln Q falls like −x = −e^s: a longer step outward would overshoot into underflow (NaN passes)
            let step = -residual * (upper / slope);
            (residual, if step > 1.0 { 1.0 } else { step })
        };
        if step.is_finite() {
            last = x;
            x = (x * libm::exp(step.clamp(-50.0, 50.0))).max(least);
        } else {
            // overshot into underflow: half of the way back
            x = libm::sqrt(x) * libm::sqrt(last);
        }
        if residual.abs() < 1e-9 {
            break;
        }
    }
    x
}

/// The cube root is nearly normal (Wilson & Hilferty 1931); not below the leading term of the power series.
fn start(a: f64, u: f64, q: f64, least: f64) -> f64 {
    let z =
        if u <= q { super::special::norm_quantile(u) } else { -super::special::norm_quantile(q) };
    let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * libm::sqrt(a));
    let x = if root > 0.0 { a * root * root * root } else { 0.0 };
    let x = x.max(least);
    if x > 0.0 { x } else { a }
}

/// ln(goal / value), without a loss where they are close.
pub(super) fn log_ratio(goal: f64, value: f64) -> f64 {
    let relative = (goal - value) / value;
    if relative.abs() < 0.5 { libm::log1p(relative) } else { libm::log(goal) - libm::log(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(computed: f64, reference: f64) {
        assert!(
            (computed / reference - 1.0).abs() < 2e-14,
            "{computed:e} instead of {reference:e}"
        );
    }

    /// 40 digits with mpmath 1.3, one case for each method and tail.
    #[test]
    fn incomplete_gamma_matches_references() {
        check(gamma_p(0.001, 0.5), 0.999_439_933_343_529_2);
        check(gamma_q(0.001, 0.5), 5.600_666_564_707_5e-4);
        check(gamma_p(0.5, 1e-10), 1.128_379_167_057_9e-5);
        check(gamma_q(3.0, 40.0), 3.572_865_928_700_226e-15);
        check(gamma_p(50.0, 20.0), 1.245_892_607_971_938e-8);
        check(gamma_q(1000.0, 1200.0), 1.288_160_608_628_143_3e-9);
        check(gamma_p(1e6, 995_000.0), 2.749_580_359_270_071e-7);
    }

    #[test]
    fn methods_meet_without_a_step() {
        // across each border of the plane, Q changes by no more than its slope allows
        for (a, x) in
            [(1.0, 0.9), (0.7, 1.1), (5.0, 5.0), (40.0, 42.0), (100.0, 60.0), (100.0, 140.0)]
        {
            let (a, x): (f64, f64) = (a, x);
            for (b, y) in
                [(a.next_up(), x), (a, x.next_up()), (a.next_down(), x), (a, x.next_down())]
            {
                assert!((gamma_q(b, y) / gamma_q(a, x) - 1.0).abs() < 1e-13, "Q at {a}, {x}");
                assert!((gamma_p(b, y) / gamma_p(a, x) - 1.0).abs() < 1e-13, "P at {a}, {x}");
            }
        }
    }

    #[test]
    fn inverses_reach_tails_far_out() {
        for a in [1e-2, 0.3, 1.0, 7.5, 200.0, 1e9] {
            for exponent in [-990, -300, -53, -10, -1] {
                let tail = libm::exp2(f64::from(exponent));
                let (low, high) = (gamma_p_inverse(a, tail), gamma_q_inverse(a, tail));
                // of a rounded x only this much can be asked
                let allowed = |x: f64| 1e-12 + 4.0 * f64::EPSILON * x * gamma_density(a, x) / tail;
                // a power below the range of numbers is 0
                assert!(
                    low == 0.0 || (gamma_p(a, low) / tail - 1.0).abs() < allowed(low),
                    "P⁻¹({a}, 2^{exponent})"
                );
                assert!(
                    (gamma_q(a, high) / tail - 1.0).abs() < allowed(high),
                    "Q⁻¹({a}, 2^{exponent})"
                );
            }
        }
    }

    #[test]
    fn ln_gamma_near_1_keeps_its_digits() {
        check(ln_gamma_1p(-0.25), 0.203_280_951_431_295_37);
        check(ln_gamma_square_ratio(0.5), 0.241_564_475_270_490_45);
        check(ln_gamma_square_ratio(-1e-6), 1.644_936_470_965_820_7e-12);
        // both forms where they meet
        let (below, above) =
            (ln_gamma_square_ratio(1e-3), ln_gamma_square_ratio(1e-3_f64.next_up()));
        assert!((below / above - 1.0).abs() < 2e-12, "{below:e}, {above:e}");
        check(ln_gamma_1p(1e-9), -5.772_156_640_790_659e-10);
        check(ln_gamma_1p(0.5), -0.120_782_237_635_245_22);
    }
}
