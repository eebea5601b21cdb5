//! Student's t distribution, on the incomplete beta function: df / (df + t²) has the beta law of df/2 and ½.

use super::Distribution;
use super::family::Entry;
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{beta_inverse, beta_lower, ln_beta};

/// `location + scale · T`, with T of Student's distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    /// Degrees of freedom, above 0.
    pub df: f64,
    /// Median.
    pub location: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "student_t",
    forms: &[Form {
        parameters: &[
            Parameter::plain("df"),
            Parameter::quantity("location").or(0.0).keyword(),
            Parameter::quantity("scale").or(1.0).keyword(),
        ],
    }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1], p[2]),
    pins: None,
};

fn build(df: f64, location: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "df", df)?;
    parameter::positive(2, "scale", scale)?;
    Ok(Distribution::StudentT(StudentT { df, location, scale }))
}

impl StudentT {
    fn standardized(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
    /// P(T > |t|).
    fn tail(&self, t: f64) -> f64 {
        // both shares without overflow of t²
        let ratio = t / libm::sqrt(self.df);
        let (below, above) = if ratio.abs() < 1.0 {
            (1.0 / (1.0 + ratio * ratio), ratio * ratio / (1.0 + ratio * ratio))
        } else {
            let inverse = 1.0 / (ratio * ratio);
            (inverse / (1.0 + inverse), 1.0 / (1.0 + inverse))
        };
        0.5 * beta_lower(self.df / 2.0, 0.5, below, above)
    }
    /// The t ≥ 0 with P(T > t) = tail, for tail ≤ ½.
    fn inverse_tail(&self, tail: f64) -> f64 {
        let (below, above) = beta_inverse(self.df / 2.0, 0.5, 2.0 * tail, 1.0 - 2.0 * tail);
        libm::sqrt(self.df) * libm::sqrt(above / below)
    }
}

impl Law for StudentT {
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        let t = self.standardized(x);
        if t < 0.0 { self.tail(t) } else { 1.0 - self.tail(t) }
    }
    fn sf(&self, x: f64) -> f64 {
        let t = self.standardized(x);
        if t > 0.0 { self.tail(t) } else { 1.0 - self.tail(t) }
    }
    fn pdf(&self, x: f64) -> f64 {
        let t = self.standardized(x) / libm::sqrt(self.df);
        let exponent = -0.5 * (self.df + 1.0) * libm::log1p(t * t) - ln_beta(self.df / 2.0, 0.5);
        libm::exp(exponent) / libm::sqrt(self.df) / self.scale
    }
    fn quantile(&self, u: f64) -> f64 {
        let t = if u <= 0.5 { -self.inverse_tail(u) } else { self.inverse_tail(1.0 - u) };
        self.location + self.scale * t
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        let t = if q <= 0.5 { self.inverse_tail(q) } else { -self.inverse_tail(1.0 - q) };
        self.location + self.scale * t
    }
    fn mean(&self) -> Option<f64> {
        (self.df > 1.0).then_some(self.location)
    }
    fn sd(&self) -> Option<f64> {
        (self.df > 2.0).then(|| self.scale * libm::sqrt(self.df / (self.df - 2.0)))
    }
}
