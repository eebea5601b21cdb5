//! The uniform distribution on an interval.

use super::Distribution;
use super::constant::Constant;
use super::family::{Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Equally likely everywhere from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniform {
    /// Lower end.
    pub low: f64,
    /// Upper end, above `low`.
    pub high: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "uniform",
    forms: &[Form { parameters: &[Parameter::quantity("low"), Parameter::quantity("high")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: false, build: pinned }),
};

fn build(low: f64, high: f64) -> Result<Distribution, ParameterError> {
    parameter::ordered(0, ("low", low), ("high", high))?;
    Ok(if low == high { Constant::of(low) } else { Distribution::Uniform(Uniform { low, high }) })
}

/// A straight line through two points of the distribution function, from 0 to 1.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let [(p, a), (q, b)] = [points[0], points[1]];
    let slope = (b - a) / (q - p);
    build(a - p * slope, b + (1.0 - q) * slope)
}

impl Law for Uniform {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        (x - self.low) / (self.high - self.low)
    }
    fn sf(&self, x: f64) -> f64 {
        (self.high - x) / (self.high - self.low)
    }
    fn pdf(&self, _x: f64) -> f64 {
        1.0 / (self.high - self.low)
    }
    fn quantile(&self, u: f64) -> f64 {
        // from the nearer end, so that both ends are reached exactly
        if u <= 0.5 {
            self.low + u * (self.high - self.low)
        } else {
            self.high - (1.0 - u) * (self.high - self.low)
        }
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        if q <= 0.5 {
            self.high - q * (self.high - self.low)
        } else {
            self.low + (1.0 - q) * (self.high - self.low)
        }
    }
    fn mean(&self) -> Option<f64> {
        Some(self.low + (self.high - self.low) / 2.0)
    }
    fn sd(&self) -> Option<f64> {
        Some((self.high - self.low) / libm::sqrt(12.0))
    }
}
