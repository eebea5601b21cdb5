//! The Cauchy distribution: so heavy in both tails that it has no mean.

use super::Distribution;
use super::family::{Entry, Pins, location_scale};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Cauchy with its median and half of its interquartile range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cauchy {
    /// Location.
    pub location: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "cauchy",
    forms: &[Form { parameters: &[Parameter::quantity("location"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: false, build: pinned }),
};

fn build(location: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Cauchy(Cauchy { location, scale }))
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (location, scale) = location_scale(points, standard_quantile);
    build(location, scale)
}

/// The quantile for location 0 and scale 1.
fn standard_quantile(u: f64) -> f64 {
    if u > 0.25 {
        // Around the median from the median: exactly 0 there.
        return libm::tan(std::f64::consts::PI * (u - 0.5));
    }
    -1.0 / libm::tan(std::f64::consts::PI * u)
}

impl Cauchy {
    fn standardized(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

impl Law for Cauchy {
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        // accurate in the tail, unlike ½ + atan(z) / π
        libm::atan2(1.0, -self.standardized(x)) / std::f64::consts::PI
    }
    fn sf(&self, x: f64) -> f64 {
        libm::atan2(1.0, self.standardized(x)) / std::f64::consts::PI
    }
    fn pdf(&self, x: f64) -> f64 {
        let z = self.standardized(x);
        1.0 / (std::f64::consts::PI * self.scale * (1.0 + z * z))
    }
    fn quantile(&self, u: f64) -> f64 {
        self.location + self.scale * standard_quantile(u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.location - self.scale * standard_quantile(q)
    }
    fn mean(&self) -> Option<f64> {
        None
    }
    fn sd(&self) -> Option<f64> {
        None
    }
}
