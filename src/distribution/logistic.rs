//! The logistic distribution.

use super::Distribution;
use super::family::{Entry, Pins, location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Logistic with a location, its mean, and a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic {
    /// Location.
    pub location: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "logistic",
    forms: &[Form { parameters: &[Parameter::quantity("location"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: false, build: pinned }),
};

fn build(location: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Logistic(Logistic { location, scale }))
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, scale) = location_scale(points, standard_quantile);
    build(location, scale)
}

/// The quantile for location 0 and scale 1.
fn standard_quantile(u: f64) -> f64 {
    // ln(u / (1 − u)), without a loss in the middle
    if (u - 0.5).abs() < 0.25 {
        libm::log1p((2.0 * u - 1.0) / (1.0 - u))
    } else {
        libm::log(u) - libm::log1p(-u)
    }
}

impl Logistic {
    fn standardized(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

impl Law for Logistic {
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-self.standardized(x)))
    }
    fn sf(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(self.standardized(x)))
    }
    fn pdf(&self, x: f64) -> f64 {
        let tail = libm::exp(-self.standardized(x).abs());
        tail / ((1.0 + tail) * (1.0 + tail)) / self.scale
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
        Some(self.scale * std::f64::consts::PI / libm::sqrt(3.0))
    }
}
