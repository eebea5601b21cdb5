//! The inverse Gaussian distribution (Wald's): the time a drifting Brownian motion takes to a level.
//!
//! With z = √(λ/x) (x/μ − 1), w = √(λ/x) (x/μ + 1) and Mills' ratio R = (1 − Φ)/φ, the distribution function is
//! φ(z) (R(−z) + R(w)) and its complement φ(z) (R(z) − R(w)): nothing overflows (after Chhikara & Folks, 1974).
//! The upper tail cancels by a factor of about x/μ, hence is accurate to 10⁻¹³ for shapes of a mean and above.

use super::Distribution;
use super::family::{self, Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{norm_cdf, norm_pdf, norm_quantile, norm_sf};

/// Inverse Gaussian with variance mean³ / shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InverseGaussian {
    /// Mean, above 0.
    pub mean: f64,
    /// Shape, above 0, in the unit of the mean.
    pub shape: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "inverse_gaussian",
    forms: &[Form { parameters: &[Parameter::quantity("mean"), Parameter::quantity("shape")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

/// The ratio of two percentiles falls as the shape grows beside the mean.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    /// Shapes of a mean of 1 that are looked at.
    const LOG_SHAPES: (f64, f64) = (-7.0, 30.0);
    let [(p, a), (q, b)] = [points[0], points[1]];
    let at = |log_shape: f64, u: f64| {
        let law = InverseGaussian { mean: 1.0, shape: libm::exp(log_shape) };
        if u <= 0.5 { law.quantile(u) } else { law.quantile_upper(1.0 - u) }
    };
    let spread = |log_shape: f64| libm::log(at(log_shape, q) / at(log_shape, p));
    let Some(log_shape) = family::falling_root(spread, libm::log(b / a), LOG_SHAPES) else {
        let message = "no inverse Gaussian distribution has these percentiles";
        return Err(ParameterError::new(1, message));
    };
    let mean = b / at(log_shape, q);
    build(mean, mean * libm::exp(log_shape))
}

fn build(mean: f64, shape: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "mean", mean)?;
    parameter::positive(1, "shape", shape)?;
    Ok(Distribution::InverseGaussian(InverseGaussian { mean, shape }))
}

/// (1 − Φ(z)) / φ(z) for z ≥ 0: far out by the continued fraction of Laplace (A&S 26.2.14).
fn mills_ratio(z: f64) -> f64 {
    /// Where the fraction takes over.
    const FAR: f64 = 4.0;
    /// Its terms, enough for 10⁻¹⁶ from there on.
    const TERMS: u32 = 60;
    if z < FAR {
        return norm_sf(z) / norm_pdf(z);
    }
    let rest = (1..=TERMS).rev().fold(z, |rest, k| z + f64::from(k) / rest);
    1.0 / rest
}

impl InverseGaussian {
    /// z and w of the file's header.
    fn deviates(&self, x: f64) -> (f64, f64) {
        let root = libm::sqrt(self.shape / x);
        (root * ((x - self.mean) / self.mean), root * ((x + self.mean) / self.mean))
    }

    /// Newton's method in ln x on the logarithm of the smaller tail, whose second derivative is negative.
    ///
    /// Both logarithms fall exponentially: steps outward are kept to a factor of e, and one that still leads into
    /// underflow is halved.
    fn solve(&self, u: f64, q: f64) -> f64 {
        let variance = libm::log1p(self.mean / self.shape);
        let z = if u <= q { norm_quantile(u) } else { -norm_quantile(q) };
        let mut x =
            self.mean * libm::exp((libm::sqrt(variance) * z - variance / 2.0).clamp(-300.0, 300.0));
        let mut last = self.mean;
        for _ in 0..200 {
            let (goal, tail, sign) =
                if u <= q { (u, self.cdf(x), 1.0) } else { (q, self.sf(x), -1.0) };
            let relative = (goal - tail) / tail;
            let residual = if relative.abs() < 0.5 {
                libm::log1p(relative)
            } else {
                libm::log(goal) - libm::log(tail)
            };
            let step = sign * residual * (tail / (x * self.pdf(x)));
            if step.is_finite() {
                last = x;
                x *= libm::exp(step.clamp(-1.0, 1.0));
            } else {
                x = libm::sqrt(x) * libm::sqrt(last);
            }
            if residual.abs() < 1e-9 {
                break;
            }
        }
        x
    }
}

impl Law for InverseGaussian {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x == 0.0 {
            return 0.0;
        }
        let (z, w) = self.deviates(x);
        let second = norm_pdf(z) * mills_ratio(w);
        if z < 0.0 { norm_pdf(z) * mills_ratio(-z) + second } else { norm_cdf(z) + second }
    }
    fn sf(&self, x: f64) -> f64 {
        if x == 0.0 {
            return 1.0;
        }
        let (z, w) = self.deviates(x);
        if z > 0.0 {
            norm_pdf(z) * (mills_ratio(z) - mills_ratio(w))
        } else {
            norm_sf(z) - norm_pdf(z) * mills_ratio(w)
        }
    }
    fn pdf(&self, x: f64) -> f64 {
        if x == 0.0 {
            return 0.0;
        }
        norm_pdf(self.deviates(x).0) * libm::sqrt(self.shape / x) / x
    }
    fn quantile(&self, u: f64) -> f64 {
        self.solve(u, 1.0 - u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.solve(1.0 - q, q)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }
    fn sd(&self) -> Option<f64> {
        Some(self.mean * libm::sqrt(self.mean / self.shape))
    }
}
