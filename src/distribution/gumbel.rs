//! The Gumbel distribution of the maximum.

use super::Distribution;
use super::family::{Entry, Pins, location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Gumbel of the maximum, with its mode and a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gumbel {
    /// Location.
    pub location: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "gumbel",
    forms: &[Form { parameters: &[Parameter::quantity("location"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: false, build: pinned }),
};

fn build(location: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Gumbel(Gumbel { location, scale }))
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, scale) = location_scale(points, standard_quantile);
    build(location, scale)
}

/// Euler's constant: the mean for location 0 and scale 1.
const EULER: f64 = 0.577_215_664_901_532_9;

/// The quantile for location 0 and scale 1.
fn standard_quantile(u: f64) -> f64 {
    -libm::log(-libm::log(u))
}

impl Gumbel {
    fn standardized(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

impl Law for Gumbel {
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        libm::exp(-libm::exp(-self.standardized(x)))
    }
    fn sf(&self, x: f64) -> f64 {
        -libm::expm1(-libm::exp(-self.standardized(x)))
    }
    fn pdf(&self, x: f64) -> f64 {
        let z = self.standardized(x);
        libm::exp(-z - libm::exp(-z)) / self.scale
    }
    fn quantile(&self, u: f64) -> f64 {
        self.location + self.scale * standard_quantile(u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.location - self.scale * libm::log(-libm::log1p(-q))
    }
    fn mean(&self) -> Option<f64> {
        Some(self.location + EULER * self.scale)
    }
    fn sd(&self) -> Option<f64> {
        Some(self.scale * std::f64::consts::PI / libm::sqrt(6.0))
    }
}
