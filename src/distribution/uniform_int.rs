//! The uniform distribution on whole numbers, both ends included.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::WholeLaw;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Equally likely on every whole number from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UniformInt {
    /// Smallest value.
    pub low: f64,
    /// Largest value, above `low`.
    pub high: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "uniform_int",
    forms: &[Form { parameters: &[Parameter::quantity("low"), Parameter::quantity("high")] }],
    is_discrete: true,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: None,
};

fn build(low: f64, high: f64) -> Result<Distribution, ParameterError> {
    parameter::whole(0, "low", low)?;
    parameter::whole(1, "high", high)?;
    parameter::ordered(0, ("low", low), ("high", high))?;
    Ok(if low == high {
        Constant::of(low)
    } else {
        Distribution::UniformInt(UniformInt { low, high })
    })
}

impl UniformInt {
    fn count(&self) -> f64 {
        self.high - self.low + 1.0
    }
}

impl WholeLaw for UniformInt {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf_at(&self, k: f64) -> f64 {
        (k - self.low + 1.0) / self.count()
    }
    fn sf_at(&self, k: f64) -> f64 {
        (self.high - k) / self.count()
    }
    fn guess(&self, u: f64, _q: f64) -> f64 {
        self.low - 1.0 + libm::ceil(u * self.count())
    }
    fn mean(&self) -> f64 {
        self.low + (self.high - self.low) / 2.0
    }
    fn sd(&self) -> f64 {
        let n = self.count();
        libm::sqrt((n - 1.0) * (n + 1.0) / 12.0)
    }
}
