//! The incomplete beta function and its inverse.
//!
//! I and its complement are each computed where they are small: by a power series near the ends (DLMF 8.17.7), elsewhere
//! by the continued fraction DLMF 8.17.22. The arguments x and y = 1 − x are both given, so that neither end loses digits.
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
    if x <= 0.0 {
        (0.0, 1.0)
    } else if y <= 0.0 {
        (1.0, 0.0)
    } else if a <= 1.0 && x <= NEAR && b * x <= NEAR {
        near_zero(a, b, x)
    } else if b <= 1.0 && y <= NEAR && a * y <= NEAR {
        let (upper, lower) = near_zero(b, a, y);
        (lower, upper)
    } else if x * (b + 1.0) < y * (a + 1.0) {
        let lower = power_terms(a, b, x, y) * fraction(a, b, x);
        (lower, 1.0 - lower)
    } else {
        let upper = power_terms(a, b, x, y) * fraction(b, a, y);
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

/// I_x(a, b) B(a, b) / (x^a y^b), by the continued fraction DLMF 8.17.22, evaluated after Lentz (1976).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let sum = a + b;
    let mut d = 1.0 / nonzero(1.0 - sum * x / (a + 1.0));
    let mut c = 1.0;
    let mut value = d;
    let mut m = 1.0;
    loop {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        value *= c * d;
        let odd = -(a + m) * (sum + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 || m > 1e6 {
            return value / a;
        }
        m += 1.0;
    }
}

/// The x with I_x(a, b) = u, and 1 − x, for u + q = 1.
///
/// Newton's method in ln(x / y) on the logarithm of the smaller tail. The density of ln(X / Y) is log-concave, hence so
/// are both tails, and from the second step on Newton's method approaches the root from one side, wherever it starts.
pub fn beta_inverse(a: f64, b: f64, u: f64, q: f64) -> (f64, f64) {
    if u <= 0.0 {
        return (0.0, 1.0);
    }
    if q <= 0.0 {
        return (1.0, 0.0);
    }
    let (mut x, mut y) = start(a, b, u, q);
    for _ in 0..100 {
        let (lower, upper) = tails(a, b, x, y);
        let slope = power_terms(a, b, x, y);
        let (residual, step) = if u <= q {
            let residual = log_ratio(u, lower);
            (residual, residual * (lower / slope))
        } else {
            let residual = log_ratio(q, upper);
            (residual, -residual * (upper / slope))
        };
        let factor = libm::exp(step.max(-50.0).min(50.0));
        // x/y is multiplied by the factor
        let total = x * factor + y;
        (x, y) = (x * factor / total, y / total);
        if residual.abs() < 1e-9 || step == 0.0 || x == 0.0 || y == 0.0 {
            break;
        }
    }
    (x, y)
}

/// ln(X / Y) is roughly normal; near an end the leading term of the power series is better.
fn start(a: f64, b: f64, u: f64, q: f64) -> (f64, f64) {
    use super::special::norm_quantile;
    let near = |shape: f64, other: f64, tail: f64| {
        libm::exp((libm::log(tail) + libm::log(shape) + ln_beta(shape, other)) / shape)
    };
    if u <= q {
        let x = near(a, b, u);
        if x * (b + 1.0) < 0.3 {
            return (x, 1.0 - x);
        }
    } else {
        let y = near(b, a, q);
        if y * (a + 1.0) < 0.3 {
            return (1.0 - y, y);
        }
    }
    let z = if u <= q { norm_quantile(u) } else { -norm_quantile(q) };
    let odds = a / b * libm::exp((z * libm::sqrt(1.0 / a + 1.0 / b)).max(-50.0).min(50.0));
    (odds / (1.0 + odds), 1.0 / (1.0 + odds))
}
