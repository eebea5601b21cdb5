//! The log-logistic distribution.

use super::Distribution;
use super::family::{Entry, Pins, log_location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Log-logistic: (x / scale)^shape are the odds not to exceed x; the scale is the median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogLogistic {
    /// Shape, above 0: the smaller, the heavier the tail.
    pub shape: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "loglogistic",
    forms: &[Form { parameters: &[Parameter::quantity("scale"), Parameter::plain("shape")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[1], p[0]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

fn build(shape: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "scale", scale)?;
    parameter::positive(1, "shape", shape)?;
    Ok(Distribution::LogLogistic(LogLogistic { shape, scale }))
}

/// ln x is linear in ln(p / (1 − p)), with slope 1/shape.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, slope) = log_location_scale(points, |p| libm::log(p) - libm::log1p(-p));
    build(1.0 / slope, libm::exp(location))
}

impl Law for LogLogistic {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::pow(x / self.scale, -self.shape))
    }
    fn sf(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::pow(x / self.scale, self.shape))
    }
    fn pdf(&self, x: f64) -> f64 {
        if x == 0.0 {
            return if self.shape < 1.0 {
                f64::INFINITY
            } else {
                f64::from(self.shape == 1.0) / self.scale
            };
        }
        self.shape / x * self.cdf(x) * self.sf(x)
    }
    fn quantile(&self, u: f64) -> f64 {
        self.scale * libm::pow(u / (1.0 - u), 1.0 / self.shape)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.scale * libm::pow((1.0 - q) / q, 1.0 / self.shape)
    }
    fn mean(&self) -> Option<f64> {
        let angle = std::f64::consts::PI / self.shape;
        (self.shape > 1.0).then(|| self.scale * angle / libm::sin(angle))
    }
    fn sd(&self) -> Option<f64> {
        let angle = std::f64::consts::PI / self.shape;
        let ratio = angle / libm::sin(angle);
        (self.shape > 2.0)
            .then(|| self.scale * libm::sqrt(2.0 * angle / libm::sin(2.0 * angle) - ratio * ratio))
    }
}
