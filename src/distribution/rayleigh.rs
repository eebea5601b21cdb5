//! The Rayleigh distribution: a Weibull with shape 2.

use super::family::{Entry, Pins};
use super::parameter::{Form, Parameter, ParameterError};
use super::{Distribution, weibull};

pub(super) static ENTRY: Entry = Entry {
    name: "rayleigh",
    forms: &[Form { parameters: &[Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0]),
    pins: Some(Pins { count: 1, is_positive: true, build: pinned }),
};

fn build(scale: f64) -> Result<Distribution, ParameterError> {
    super::parameter::positive(0, "scale", scale)?;
    weibull::build(2.0, scale * std::f64::consts::SQRT_2)
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (p, value) = points[0];
    build(value / libm::sqrt(-2.0 * libm::log1p(-p)))
}
