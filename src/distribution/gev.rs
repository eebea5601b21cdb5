//! The generalized extreme value distribution. A positive shape is a heavy upper tail, shape 0 is Gumbel's.

use super::Distribution;
use super::family::Entry;
use super::gumbel::Gumbel;
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{ln_gamma_1p, ln_gamma_square_ratio};

/// `location + scale · (E^(−shape) − 1) / shape`, with E exponential.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gev {
    /// Location.
    pub location: f64,
    /// Scale, above 0.
    pub scale: f64,
    /// Shape, not 0.
    pub shape: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "gev",
    forms: &[Form {
        parameters: &[
            Parameter::quantity("location"),
            Parameter::quantity("scale"),
            Parameter::plain("shape"),
        ],
    }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1], p[2]),
    pins: None,
};

fn build(location: f64, scale: f64, shape: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(1, "scale", scale)?;
    Ok(if shape == 0.0 {
        Distribution::Gumbel(Gumbel { location, scale })
    } else {
        Distribution::Gev(Gev { location, scale, shape })
    })
}

impl Gev {
    /// −ln E at x: ln(1 + shape z) / shape.
    fn log_level(&self, x: f64) -> f64 {
        libm::log1p((self.shape * ((x - self.location) / self.scale)).max(-1.0)) / self.shape
    }
    /// The value at E.
    fn at(&self, exponential: f64) -> f64 {
        self.location
            + self.scale * (libm::expm1(-self.shape * libm::log(exponential)) / self.shape)
    }
}

impl Law for Gev {
    fn support(&self) -> (f64, f64) {
        let end = self.location - self.scale / self.shape;
        if self.shape > 0.0 { (end, f64::INFINITY) } else { (f64::NEG_INFINITY, end) }
    }
    fn cdf(&self, x: f64) -> f64 {
        libm::exp(-libm::exp(-self.log_level(x)))
    }
    fn sf(&self, x: f64) -> f64 {
        -libm::expm1(-libm::exp(-self.log_level(x)))
    }
    fn pdf(&self, x: f64) -> f64 {
        let level = self.log_level(x);
        if level.is_infinite() && level < 0.0 {
            return 0.0;
        }
        libm::exp(-(1.0 + self.shape) * level - libm::exp(-level)) / self.scale
    }
    fn quantile(&self, u: f64) -> f64 {
        self.at(-libm::log(u))
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.at(-libm::log1p(-q))
    }
    fn mean(&self) -> Option<f64> {
        if self.shape >= 1.0 {
            return None;
        }
        let mean =
            self.location + self.scale * (libm::expm1(ln_gamma_1p(-self.shape)) / self.shape);
        mean.is_finite().then_some(mean)
    }
    fn sd(&self) -> Option<f64> {
        if self.shape >= 0.5 {
            return None;
        }
        let square = libm::expm1(ln_gamma_square_ratio(-self.shape));
        let sd = self.scale * libm::exp(ln_gamma_1p(-self.shape)) * libm::sqrt(square)
            / self.shape.abs();
        sd.is_finite().then_some(sd)
    }
}
