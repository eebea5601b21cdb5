//! The Laplace distribution: exponential to both sides.

use super::Distribution;
use super::family::{Entry, Pins, location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Laplace with its median and the mean distance from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Laplace {
    /// Location.
    pub location: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "laplace",
    forms: &[Form { parameters: &[Parameter::quantity("location"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: false, build: pinned }),
};

fn build(location: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Laplace(Laplace { location, scale }))
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, scale) = location_scale(points, standard_quantile);
    build(location, scale)
}

/// The quantile for location 0 and scale 1.
fn standard_quantile(u: f64) -> f64 {
    if u <= 0.5 { libm::log(2.0 * u) } else { -libm::log(2.0 * (1.0 - u)) }
}

impl Laplace {
    fn standardized(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

impl Law for Laplace {
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        let z = self.standardized(x);
        if z < 0.0 { 0.5 * libm::exp(z) } else { 1.0 - 0.5 * libm::exp(-z) }
    }
    fn sf(&self, x: f64) -> f64 {
        let z = self.standardized(x);
        if z > 0.0 { 0.5 * libm::exp(-z) } else { 1.0 - 0.5 * libm::exp(z) }
    }
    fn pdf(&self, x: f64) -> f64 {
        0.5 * libm::exp(-self.standardized(x).abs()) / self.scale
    }
    fn quantile(&self, u: f64) -> f64 {
        self.location + self.scale * standard_quantile(u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.location - self.scale * standard_quantile(q)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.location)
    }
    fn sd(&self) -> Option<f64> {
        Some(self.scale * std::f64::consts::SQRT_2)
    }
}
