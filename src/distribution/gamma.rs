//! The gamma distribution, on the incomplete gamma functions of [`special`](crate::math::special).

use super::Distribution;
use super::family::{Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{gamma_density, gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse};

/// Gamma with mean `shape · scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    /// Shape, above 0.
    pub shape: f64,
    /// Scale, above 0.
    pub scale: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "gamma",
    forms: &[Form { parameters: &[Parameter::plain("shape"), Parameter::quantity("scale")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

pub(super) fn build(shape: f64, scale: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "shape", shape)?;
    parameter::positive(1, "scale", scale)?;
    Ok(Distribution::Gamma(Gamma { shape, scale }))
}

/// The ratio of two percentiles falls as the shape rises: bisection in its logarithm.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    /// Shapes that are looked at: from a spread of hundreds of decades to one of a ten-thousandth.
    const LOG_SHAPES: (f64, f64) = (-4.6, 18.4);
    let [(p, a), (q, b)] = [points[0], points[1]];
    let target = libm::log(b / a);
    let spread = |log_shape: f64| {
        let shape = libm::exp(log_shape);
        libm::log(gamma_p_inverse(shape, q) / gamma_p_inverse(shape, p))
    };
    let (mut low, mut high) = LOG_SHAPES;
    // NaN where the lower percentile underflows: that spread is too large to be reached
    if !(spread(high) <= target && spread(low) > target || spread(low).is_nan()) {
        return Err(ParameterError::new(1, "no gamma distribution has these percentiles"));
    }
    while high - low > 1e-15 * high.abs().max(low.abs()) {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if spread(middle) <= target {
            high = middle;
        } else {
            low = middle;
        }
    }
    let shape = libm::exp(high);
    build(shape, b / gamma_p_inverse(shape, q))
}

impl Law for Gamma {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        gamma_p(self.shape, x / self.scale)
    }
    fn sf(&self, x: f64) -> f64 {
        gamma_q(self.shape, x / self.scale)
    }
    fn pdf(&self, x: f64) -> f64 {
        gamma_density(self.shape, x / self.scale) / self.scale
    }
    fn quantile(&self, u: f64) -> f64 {
        self.scale * gamma_p_inverse(self.shape, u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.scale * gamma_q_inverse(self.shape, q)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.shape * self.scale)
    }
    fn sd(&self) -> Option<f64> {
        Some(libm::sqrt(self.shape) * self.scale)
    }
}
