//! The exponential distribution.

use super::Distribution;
use super::family::{Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Exponential with a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential {
    /// Mean, above 0.
    pub mean: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "exponential",
    forms: &[Form { parameters: &[Parameter::quantity("mean")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0]),
    pins: Some(Pins { count: 1, is_positive: true, build: pinned }),
};

fn build(mean: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "mean", mean)?;
    Ok(Distribution::Exponential(Exponential { mean }))
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (p, value) = points[0];
    build(-value / libm::log1p(-p))
}

impl Law for Exponential {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-x / self.mean)
    }
    fn sf(&self, x: f64) -> f64 {
        libm::exp(-x / self.mean)
    }
    fn pdf(&self, x: f64) -> f64 {
        libm::exp(-x / self.mean) / self.mean
    }
    fn quantile(&self, u: f64) -> f64 {
        -self.mean * libm::log1p(-u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        -self.mean * libm::log(q)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }
    fn sd(&self) -> Option<f64> {
        Some(self.mean)
    }
}
