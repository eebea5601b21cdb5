//! The Pareto distribution (of the first kind).

use super::Distribution;
use super::family::{Entry, Pins, log_location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Pareto: (scale / x)^shape is the probability to exceed x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pareto {
    /// Shape, above 0: the smaller, the heavier the tail.
    pub shape: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "pareto",
    forms: &[Form { parameters: &[Parameter::quantity("scale"), Parameter::plain("shape")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[1], p[0]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

fn build(shape: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "scale", scale)?;
    parameter::positive(1, "shape", shape)?;
    Ok(Distribution::Pareto(Pareto { shape, scale }))
}

/// ln x is linear in −ln(1 − p), with slope 1/shape.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, slope) = log_location_scale(points, |p| -libm::log1p(-p));
    build(1.0 / slope, libm::exp(location))
}

impl Law for Pareto {
    fn support(&self) -> (f64, f64) {
        (self.scale, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-self.shape * libm::log1p((x - self.scale) / self.scale))
    }
    fn sf(&self, x: f64) -> f64 {
        libm::exp(-self.shape * libm::log1p((x - self.scale) / self.scale))
    }
    fn pdf(&self, x: f64) -> f64 {
        self.shape / x * libm::exp(-self.shape * libm::log1p((x - self.scale) / self.scale))
    }
    fn quantile(&self, u: f64) -> f64 {
        self.scale + self.scale * libm::expm1(-libm::log1p(-u) / self.shape)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.scale * libm::pow(q, -1.0 / self.shape)
    }
    fn mean(&self) -> Option<f64> {
        (self.shape > 1.0).then(|| self.scale * self.shape / (self.shape - 1.0))
    }
    fn sd(&self) -> Option<f64> {
        (self.shape > 2.0)
            .then(|| self.scale * libm::sqrt(self.shape / (self.shape - 2.0)) / (self.shape - 1.0))
    }
}
