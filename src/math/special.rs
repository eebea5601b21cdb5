//! Special functions: error function, normal law, and by re-export the incomplete gamma and beta functions.
//!
//! Scalar and accurate rather than fast. Transcendental functions come from `libm`, so that the bits are the same on
//! every platform. Sources: Abramowitz & Stegun, *Handbook of Mathematical Functions*; NIST, *Digital Library of
//! Mathematical Functions* (DLMF).
//! Not here: elementary functions over blocks.

pub use super::special_beta::{beta_density, beta_inverse, beta_lower, beta_upper, ln_beta};
pub use super::special_gamma::{
    gamma_density, gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, ln_gamma,
};

/// √(2π).
pub(super) const SQRT_2PI: f64 = 2.506_628_274_631_000_5;

/// erf(x) = 2/√π ∫₀ˣ e^(−t²) dt, within 1 ulp.
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// 1 − erf(x), within 1 ulp where it is small too.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Density of the standard normal law.
pub fn norm_pdf(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / SQRT_2PI
}

/// Φ(x), relative error below 10⁻¹⁴ for x > −10 and x² ulp beyond.
pub fn norm_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// 1 − Φ(x), relative error as that of [`norm_cdf`].
pub fn norm_sf(x: f64) -> f64 {
    norm_cdf(-x)
}

/// Φ⁻¹(u), relative error below 10⁻¹⁴, for u < ½ down to the smallest number; the upper tail is −Φ⁻¹(q).
///
/// A start by A&S 26.2.23, then Newton's method on ln Φ, which is concave.
pub fn norm_quantile(u: f64) -> f64 {
    if u > 0.5 {
        return -norm_quantile(1.0 - u);
    }
    if u <= 0.0 {
        return if u == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    }
    if u.is_nan() {
        return u;
    }
    let t = libm::sqrt(-2.0 * libm::log(u));
    let mut x = -(t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308))));
    for _ in 0..4 {
        let cdf = norm_cdf(x);
        // ln(u / cdf), without a loss where they are close
        let residual = libm::log1p((u - cdf) / cdf);
        x += residual * (cdf / norm_pdf(x));
        if residual.abs() < 1e-9 {
            break;
        }
    }
    x
}

/// ln(1 + t) − t, without cancellation for small t.
///
/// With r = t / (2 + t), ln(1 + t) = 2 artanh r (A&S 4.1.29) and t − 2r = r t.
pub(super) fn log1p_minus(t: f64) -> f64 {
    if !(-0.5..=1.0).contains(&t) {
        return libm::log1p(t) - t;
    }
    let r = t / (2.0 + t);
    let square = r * r;
    let mut power = 1.0;
    let mut sum = 0.0;
    let mut k = 3.0;
    loop {
        let term = power / k;
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
        power *= square;
        k += 2.0;
    }
    r * (2.0 * square * sum - t)
}
