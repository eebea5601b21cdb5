//! Special functions: error function, normal law, and by re-export the incomplete gamma and beta functions.
//!
//! Scalar and accurate rather than fast. Transcendental functions come from `libm`, so that the bits are the same on
//! every platform. Sources: Abramowitz & Stegun, *Handbook of Mathematical Functions*; NIST, *Digital Library of
//! Mathematical Functions* (DLMF).
//! Not here: elementary functions over blocks.

pub use super::special_beta::{
    beta_density, beta_inverse, beta_lower, beta_upper, binomial_probability, ln_beta,
};
pub use super::special_gamma::{
    gamma_density, gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, ln_gamma, ln_gamma_1p,
    ln_gamma_square_ratio,
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

/// Φ⁻¹(u), relative error below 10⁻¹⁴, for u ≤ ½ down to the smallest number; the upper tail is −Φ⁻¹(q).
///
/// A start by A&S 26.2.23, then Newton's method: in the tail on ln Φ, which is concave, in the middle on erf, which is
/// nearly straight.
pub fn norm_quantile(u: f64) -> f64 {
    /// Where the middle begins.
    const MIDDLE: f64 = 0.25;
    if u > 0.5 {
        return -norm_quantile(1.0 - u);
    }
    if u == 0.5 {
        return 0.0;
    }
    if u <= 0.0 {
        return if u == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    }
    if u.is_nan() {
        return u;
    }
    let t = libm::sqrt(-2.0 * libm::log(u));
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut x = numerator / denominator - t;
    for _ in 0..5 {
        let (residual, slope) = if u > MIDDLE {
            ((u - 0.5) - 0.5 * libm::erf(x * std::f64::consts::FRAC_1_SQRT_2), norm_pdf(x))
        } else {
            let cdf = norm_cdf(x);
            // ln(u / cdf), without a loss where they are close
            (libm::log1p((u - cdf) / cdf), norm_pdf(x) / cdf)
        };
        x += residual / slope;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(computed: f64, reference: f64) {
        assert!(
            (computed / reference - 1.0).abs() < 1e-14,
            "{computed:e} instead of {reference:e}"
        );
    }

    /// 40 digits with mpmath 1.3.
    #[test]
    fn the_normal_law_matches_references() {
        check(norm_cdf(-8.0), 6.220_960_574_271_784e-16);
        check(norm_cdf(-1.0), 0.158_655_253_931_457_05);
        check(norm_sf(-0.5), 0.691_462_461_274_013_1);
        check(norm_quantile(1.0 / 9_007_199_254_740_992.0), -8.209_536_151_601_387);
        check(norm_quantile(0.05), -1.644_853_626_951_472_7);
        check(norm_quantile(0.75), 0.674_489_750_196_081_7);
        check(norm_quantile(1e-300), -37.047_096_299_361_2);
    }

    #[test]
    fn the_normal_quantile_at_its_ends() {
        assert_eq!(norm_quantile(0.5), 0.0);
        assert_eq!((norm_quantile(0.0), norm_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(norm_quantile(-1.0).is_nan() && norm_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn log1p_minus_does_not_cancel() {
        check(log1p_minus(1e-8), -4.999_999_966_666_667e-17);
        check(log1p_minus(-0.25), -0.037_682_072_451_780_93);
        check(log1p_minus(0.5), -0.094_534_891_891_835_62);
        check(log1p_minus(1.0), -0.306_852_819_440_054_7);
    }
}
