//! The Weibull distribution.

use super::Distribution;
use super::family::{Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{ln_gamma, ln_gamma_square_ratio};

/// Weibull: (x / scale)^shape is exponential with mean 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weibull {
    /// Shape, above 0.
    pub shape: f64,
    /// Scale, above 0: the 63.2 % point.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "weibull",
    forms: &[Form { parameters: &[Parameter::plain("shape"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

pub(super) fn build(shape: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "shape", shape)?;
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Weibull(Weibull { shape, scale }))
}

/// ln x is linear in ln(−ln(1 − p)), with slope 1/shape.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, slope) =
        super::family::log_location_scale(points, |p| libm::log(-libm::log1p(-p)));
    build(1.0 / slope, libm::exp(location))
}

impl Weibull {
    fn hazard(&self, x: f64) -> f64 {
        libm::pow(x / self.scale, self.shape)
    }
    /// E[(X / scale)^k].
    fn moment(&self, k: f64) -> f64 {
        libm::exp(ln_gamma(1.0 + k / self.shape))
    }
}

impl Law for Weibull {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-self.hazard(x))
    }
    fn sf(&self, x: f64) -> f64 {
        libm::exp(-self.hazard(x))
    }
    fn pdf(&self, x: f64) -> f64 {
        let z = x / self.scale;
        self.shape / self.scale * libm::pow(z, self.shape - 1.0) * libm::exp(-self.hazard(x))
    }
    fn quantile(&self, u: f64) -> f64 {
        self.scale * libm::pow(-libm::log1p(-u), 1.0 / self.shape)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.scale * libm::pow(-libm::log(q), 1.0 / self.shape)
    }
    fn mean(&self) -> Option<f64> {
        let mean = self.scale * self.moment(1.0);
        mean.is_finite().then_some(mean)
    }
    fn sd(&self) -> Option<f64> {
        let square = libm::expm1(ln_gamma_square_ratio(1.0 / self.shape));
        let sd = self.scale * self.moment(1.0) * libm::sqrt(square);
        sd.is_finite().then_some(sd)
    }
}
