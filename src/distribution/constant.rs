//! A single value: what fixed inputs are, and every distribution without spread.

use super::law::Law;
use super::{Distribution, Kind};

/// The value `value`, always.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    /// The value.
    pub value: f64,
}

impl Constant {
    /// As a distribution.
    pub fn of(value: f64) -> Distribution {
        Distribution::Constant(Constant { value })
    }
}

impl Law for Constant {
    fn support(&self) -> (f64, f64) {
        (self.value, self.value)
    }
    // the support holds one point, so that `Distribution` has answered everything else
    fn cdf(&self, _x: f64) -> f64 {
        1.0
    }
    fn sf(&self, _x: f64) -> f64 {
        0.0
    }
    fn cdf_below(&self, _x: f64) -> f64 {
        0.0
    }
    fn sf_from(&self, _x: f64) -> f64 {
        1.0
    }
    fn pdf(&self, _x: f64) -> f64 {
        0.0
    }
    fn quantile(&self, _u: f64) -> f64 {
        self.value
    }
    fn quantile_upper(&self, _q: f64) -> f64 {
        self.value
    }
    fn mean(&self) -> Option<f64> {
        Some(self.value)
    }
    fn sd(&self) -> Option<f64> {
        Some(0.0)
    }
    fn kind(&self) -> Kind {
        Kind::Discrete
    }
    fn planned(&self) -> Option<f64> {
        Some(self.value)
    }
}
