//! The Bernoulli distribution: 1 with probability p, else 0.

use super::constant::Constant;
use super::family::Entry;
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use super::{Distribution, Kind};

/// 1 with probability `p`, else 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bernoulli {
    /// P(X = 1), inside (0, 1).
    pub p: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "bernoulli",
    forms: &[Form { parameters: &[Parameter::probability("p")] }],
    is_discrete: true,
    result_is_plain: true,
    build: |_, p| build(p[0]),
    pins: None,
};

fn build(p: f64) -> Result<Distribution, ParameterError> {
    parameter::probability(0, "p", p)?;
    Ok(if p == 0.0 || p == 1.0 {
        Constant::of(p)
    } else {
        Distribution::Bernoulli(Bernoulli { p })
    })
}

impl Law for Bernoulli {
    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }
    fn cdf(&self, _x: f64) -> f64 {
        1.0 - self.p
    }
    fn sf(&self, _x: f64) -> f64 {
        self.p
    }
    // 0 < x ≤ 1 in both
    fn cdf_below(&self, _x: f64) -> f64 {
        1.0 - self.p
    }
    fn sf_from(&self, _x: f64) -> f64 {
        self.p
    }
    fn pdf(&self, _x: f64) -> f64 {
        0.0
    }
    fn quantile(&self, u: f64) -> f64 {
        f64::from(u > 1.0 - self.p)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        f64::from(q < self.p)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.p)
    }
    fn sd(&self) -> Option<f64> {
        Some(libm::sqrt(self.p * (1.0 - self.p)))
    }
    fn kind(&self) -> Kind {
        Kind::Discrete
    }
}
