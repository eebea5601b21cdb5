//! The Fréchet distribution: extreme values with a heavy tail.

use super::Distribution;
use super::family::{Entry, Pins, log_location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{ln_gamma, ln_gamma_square_ratio};

/// Fréchet: (x / scale)^(−shape) is exponential with mean 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frechet {
    /// Shape, above 0: the smaller, the heavier the tail.
    pub shape: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "frechet",
    forms: &[Form { parameters: &[Parameter::plain("shape"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

fn build(shape: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "shape", shape)?;
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Frechet(Frechet { shape, scale }))
}

/// ln x is linear in −ln(−ln p), with slope 1/shape.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, slope) = log_location_scale(points, |p| -libm::log(-libm::log(p)));
    build(1.0 / slope, libm::exp(location))
}

impl Frechet {
    /// E[(X / scale)^k], for k < shape.
    fn moment(&self, k: f64) -> f64 {
        libm::exp(ln_gamma(1.0 - k / self.shape))
    }
}

impl Law for Frechet {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        libm::exp(-libm::pow(x / self.scale, -self.shape))
    }
    fn sf(&self, x: f64) -> f64 {
        -libm::expm1(-libm::pow(x / self.scale, -self.shape))
    }
    fn pdf(&self, x: f64) -> f64 {
        let hazard = libm::pow(x / self.scale, -self.shape);
        if hazard.is_infinite() { 0.0 } else { self.shape / x * hazard * libm::exp(-hazard) }
    }
    fn quantile(&self, u: f64) -> f64 {
        self.scale * libm::pow(-libm::log(u), -1.0 / self.shape)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.scale * libm::pow(-libm::log1p(-q), -1.0 / self.shape)
    }
    fn mean(&self) -> Option<f64> {
        (self.shape > 1.0).then(|| self.scale * self.moment(1.0))
    }
    fn sd(&self) -> Option<f64> {
        (self.shape > 2.0).then(|| {
            let square = libm::expm1(ln_gamma_square_ratio(-1.0 / self.shape));
            self.scale * self.moment(1.0) * libm::sqrt(square)
        })
    }
}
