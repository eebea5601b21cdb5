//! The incomplete beta function and its inverse.
//!
//! I and its complement are each computed where they are small: by a power series near the ends (DLMF 8.17.7), elsewhere
//! by a continued fraction. The arguments x and y = 1 − x are both given, so that neither end loses digits.
//! The prefactor follows Loader, *Fast and Accurate Computation of Binomial Probabilities* (2000).

use super::special::{SQRT_2PI, log1p_minus};
use super::special_gamma::{ln_gamma_1p, log_ratio, nonzero, stirling_error};

/// ln B(a, b) for a, b > 0.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    if small <= 1.0 {
        return ln_small_times_beta(small, large) - libm::log(small);
    }
    let sum = a + b;
    // logarithms of a/sum and b/sum, of which the second is near 0
    let exponent = (small - 0.5) * libm::log(small / sum) + large * libm::log1p(-small / sum);
    let stirling = stirling_error(small) + stirling_error(large) - stirling_error(sum);
    exponent + stirling + libm::log(SQRT_2PI) - 0.5 * libm::log(large)
}

/// ln(a B(a, b)) for a ≤ 1, of full relative accuracy as a tends to 0: ln Γ(1+a) − (ln Γ(a+b) − ln Γ(b)).
fn ln_small_times_beta(a: f64, b: f64) -> f64 {
    /// Arguments are shifted up to here for Stirling's formula.
    const LARGE: f64 = 10.0;
    let (mut shifted, mut ratio) = (b, 0.0);
    while shifted < LARGE {
        ratio -= libm::log1p(a / shifted);
        shifted += 1.0;
    }
    let sum = a + shifted;
    ratio += (shifted - 0.5) * libm::log1p(a / shifted) + a * (libm::log(sum) - 1.0);
    ratio += stirling_error(sum) - stirling_error(shifted);
    ln_gamma_1p(a) - ratio
}

/// x^a y^b / B(a, b), with x + y = 1.
fn power_terms(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if a <= 1.0 {
        return a * libm::exp(a * libm::log(x) + b * ln_of(y, x) - ln_small_times_beta(a, b));
    }
    if b <= 1.0 {
        return b * libm::exp(a * ln_of(x, y) + b * libm::log(y) - ln_small_times_beta(b, a));
    }
    let sum = a + b;
    // x = (a + shift) / sum: in the sum of both deviances the linear terms cancel exactly
    let shift = x * b - y * a;
    let exponent = deviance(a, shift, x * sum) + deviance(b, -shift, y * sum);
    let stirling = stirling_error(sum) - stirling_error(a) - stirling_error(b);
    libm::exp(exponent + stirling) * libm::sqrt(a) * libm::sqrt(b / sum) / SQRT_2PI
}

/// a ln(value/a) − shift, where value = a + shift.
fn deviance(a: f64, shift: f64, value: f64) -> f64 {
    let t = shift / a;
    if t.abs() < 0.5 { a * log1p_minus(t) } else { a * libm::log(value / a) - shift }
}

/// ln x, by its complement y where that is the smaller.
fn ln_of(x: f64, y: f64) -> f64 {
    if y < 0.5 { libm::log1p(-y) } else { libm::log(x) }
}

/// x^(a−1) y^(b−1) / B(a, b): density of the beta law, with x + y = 1.
pub fn beta_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    for (shape, other, end) in [(a, b, x), (b, a, y)] {
        if end <= 0.0 {
            return if shape < 1.0 {
                f64::INFINITY
            } else if shape == 1.0 {
                other
            } else {
                0.0
            };
        }
    }
    power_terms(a, b, x, y) / x / y
}

/// Probability of `k` successes among `n` attempts, with p + q = 1.
pub fn binomial_probability(n: f64, k: f64, p: f64, q: f64) -> f64 {
    if k == 0.0 {
        libm::exp(n * ln_of(q, p))
    } else if k == n {
        libm::exp(n * ln_of(p, q))
    } else {
        power_terms(k, n - k, p, q) * (n / k / (n - k))
    }
}

/// I_x(a, b) for a, b > 0 and x + y = 1.
pub fn beta_lower(a: f64, b: f64, x: f64, y: f64) -> f64 {
    tails(a, b, x, y).0
}

/// 1 − I_x(a, b) for a, b > 0 and x + y = 1.
pub fn beta_upper(a: f64, b: f64, x: f64, y: f64) -> f64 {
    tails(a, b, x, y).1
}

fn tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    /// The power series serves up to here, both in x and in b x.
    const NEAR: f64 = 0.7;
    if x.is_nan() || y.is_nan() {
        (f64::NAN, f64::NAN)
    } else if x <= 0.0 {
        (0.0, 1.0)
    } else if y <= 0.0 {
        (1.0, 0.0)
    } else if a <= 1.0 && x <= NEAR && b * x <= NEAR {
        near_zero(a, b, x)
    } else if b <= 1.0 && y <= NEAR && a * y <= NEAR {
        let (upper, lower) = near_zero(b, a, y);
        (lower, upper)
    } else if b <= 1.0 || (a > 1.0 && x * (b + 1.0) < y * (a + 1.0)) {
        let lower = power_terms(a, b, x, y) * fraction(a, b, x, y);
        (lower, 1.0 - lower)
    } else {
        let upper = power_terms(a, b, x, y) * fraction(b, a, y, x);
        (1.0 - upper, upper)
    }
}

/// Both tails for a ≤ 1 and small x: I = x^a / (a B) · (1 + J), J = a Σ (1−b)ₙ xⁿ / ((a + n) n!) from n = 1, and in
/// the complement 1 − I the 1 is taken out before it cancels.
fn near_zero(a: f64, b: f64, x: f64) -> (f64, f64) {
    let (mut sum, mut power, mut n) = (0.0, 1.0, 1.0);
    loop {
        power *= (n - b) * x / n;
        let term = power / (a + n);
        sum += term;
        if term.abs() <= 1e-18 * f64::abs(sum) {
            break;
        }
        n += 1.0;
    }
    let j = a * sum;
    let exponent = a * libm::log(x) - ln_small_times_beta(a, b);
    let head = libm::exp(exponent);
    (head * (1.0 + j), -libm::expm1(exponent) - head * j)
}

/// I_x(a, b) B(a, b) / (x^a y^b) for x below a/(a+b) or little above, by the continued fraction (9) of DiDonato & Morris,
/// *Significant Digit Computation of the Incomplete Beta Function Ratios* (ACM TOMS 18, 1992), the even part of
/// DLMF 8.17.22, whose terms do not cancel; evaluated after Lentz (1976).
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let sum = a + b;
    // a − (a+b) x
    let lambda = a * y - b * x;
    let first = a / (a + 1.0) * (lambda + 1.0);
    let mut value = 1.0 / first;
    let (mut c, mut d) = (f64::INFINITY, value);
    let mut n = 1.0;
    loop {
        let odd = a + 2.0 * n - 1.0;
        let weight = n * (b - n) * x / odd;
        let numerator = weight * ((a + n - 1.0) * (sum + n - 1.0) * x / odd);
        let denominator = n + weight + (a + n) / (odd + 2.0) * (lambda + 1.0 + n * (1.0 + y));
        d = 1.0 / nonzero(denominator + numerator * d);
        c = nonzero(denominator + numerator / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 || n > MOST_TERMS {
            return value;
        }
        n += 1.0;
    }
}

/// Ends the loop where rounding keeps it from settling; never needed for parameters up to 10¹².
const MOST_TERMS: f64 = 1e6;

/// The x with I_x(a, b) = u, and 1 − x, for u + q = 1. Either may underflow to 0 for a shape far below 1.
pub fn beta_inverse(a: f64, b: f64, u: f64, q: f64) -> (f64, f64) {
    if u <= 0.0 {
        (0.0, 1.0)
    } else if q <= 0.0 {
        (1.0, 0.0)
    } else if u <= q {
        lower_inverse(a, b, u)
    } else {
        let (y, x) = lower_inverse(b, a, q);
        (x, y)
    }
}

/// The x with I_x(a, b) = u for u ≤ ½, and 1 − x.
///
/// Newton's method in s = ln(x / y) on ln I. The density of ln(X / Y) is log-concave, hence so is I as a function of s,
/// and from the second step on Newton's method approaches the root from the left, wherever it starts.
fn lower_inverse(a: f64, b: f64, u: f64) -> (f64, f64) {
    let near = near_inverse(a, b, u);
    if a <= 1.0 && near * (1.0 + b) < 1e-17 {
        return (near, 1.0);
    }
    let mut x = start(a, b, u, near);
    let mut y = 1.0 - x;
    // where I has not underflowed
    let mut last = (a / (a + b), b / (a + b));
    for _ in 0..200 {
        let lower = tails(a, b, x, y).0;
        let residual = log_ratio(u, lower);
        let step = residual * (lower / power_terms(a, b, x, y));
        let odds = if step.is_finite() {
            last = (x, y);
            x / y * libm::exp(step.clamp(-50.0, 50.0))
        } else {
            // overshot into underflow: half of the way back
            libm::sqrt(x / y * (last.0 / last.1))
        };
        (x, y) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
        if residual.abs() < 1e-9 {
            break;
        }
    }
    (x, y)
}

/// The root of x^a = u a B, the leading term of the power series: too small for b > 1, too large for b < 1.
fn near_inverse(a: f64, b: f64, u: f64) -> f64 {
    if a <= 1.0 {
        libm::pow(u * libm::exp(ln_small_times_beta(a, b)), 1.0 / a)
    } else {
        libm::exp((libm::log(u) + libm::log(a) + ln_beta(a, b)) / a)
    }
}

/// ln(X / Y) is roughly normal, with variance 1/a + 1/b.
fn start(a: f64, b: f64, u: f64, near: f64) -> f64 {
    if b <= 1.0 {
        return near.min(a / (a + 1.0));
    }
    let deviation = super::special::norm_quantile(u) * libm::sqrt(1.0 / a + 1.0 / b);
    let odds = a / b * libm::exp(deviation.max(-50.0));
    // a start above the middle would lose digits of y
    near.max(odds / (1.0 + odds)).min(a.max(1.0) / (a.max(1.0) + b))
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
    fn incomplete_beta_matches_references() {
        check(beta_lower(0.001, 0.002, 0.25, 0.75), 0.665_936_230_079_149_7);
        check(beta_upper(0.001, 0.002, 0.25, 0.75), 0.334_063_769_920_850_3);
        check(beta_upper(0.5, 8.0, 0.9375, 0.0625), 4.704_977_351_526_897e-11);
        check(
            beta_lower(2.0, 3.0, 1.0 / 1_048_576.0, 1_048_575.0 / 1_048_576.0),
            5.456_961_271_746_147e-12,
        );
        check(beta_lower(40.0, 60.0, 0.125, 0.875), 2.951_393_478_134_39e-12);
        check(beta_upper(1000.0, 500.0, 0.75, 0.25), 2.760_850_366_960_080_4e-13);
        check(
            beta_upper(0.007_812_5, 1024.0, 1.0 / 1024.0, 1023.0 / 1024.0),
            0.001_727_601_520_743_747_5,
        );
    }

    #[test]
    fn both_sides_are_one_function() {
        for (a, b, x) in [
            (0.5_f64, 7.0, 0.25),
            (3.0, 4.0, 0.375),
            (1e-3, 500.0, 0.0078125),
            (1e5, 2e5, 0.328125),
        ] {
            let (lower, mirrored) = (beta_lower(a, b, x, 1.0 - x), beta_upper(b, a, 1.0 - x, x));
            assert!((lower / mirrored - 1.0).abs() < 1e-14, "{a} {b} {x}: {lower:e}, {mirrored:e}");
            assert!(
                (beta_lower(a, b, x, 1.0 - x) + beta_upper(a, b, x, 1.0 - x) - 1.0).abs() < 1e-15
            );
        }
    }

    #[test]
    fn inverses_reach_tails_far_out() {
        for a in [1e-2, 0.3, 1.0, 7.5, 200.0, 1e5] {
            for b in [1e-3, 0.4, 1.0, 12.0, 1e6] {
                for exponent in [-500, -53, -10, -1] {
                    let tail = libm::exp2(f64::from(exponent));
                    let (x, y) = beta_inverse(a, b, tail, 1.0 - tail);
                    // of rounded x and y only this much can be asked
                    let allowed = 1e-12 + 8.0 * f64::EPSILON * power_terms(a, b, x, y) / tail;
                    // a power below the range of numbers is 0
                    let error = (beta_lower(a, b, x, y) / tail - 1.0).abs();
                    assert!(
                        x == 0.0 || y == 0.0 || error < allowed,
                        "I⁻¹({a}, {b}, 2^{exponent}): {error:e}"
                    );
                }
            }
        }
    }

    #[test]
    fn ln_beta_keeps_its_digits() {
        check(ln_beta(0.5, 0.5), 1.144_729_885_849_400_2);
        check(ln_beta(3.0, 4.0), -4.094_344_562_222_101);
        check(ln_beta(1e6, 2e6), -1_909_548.290_968_533);
    }
}
