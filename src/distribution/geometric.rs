//! The geometric distribution: failures before the first success.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::WholeLaw;
use super::negative_binomial::some_success;
use super::parameter::{Form, Parameter, ParameterError};

/// Failures before the first success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometric {
    /// Probability of a success, inside (0, 1).
    pub p: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "geometric",
    forms: &[Form { parameters: &[Parameter::probability("p")] }],
    is_discrete: true,
    result_is_plain: true,
    build: |_, p| build(p[0]),
    pins: None,
};

fn build(p: f64) -> Result<Distribution, ParameterError> {
    some_success(0, p)?;
    Ok(if p == 1.0 { Constant::of(0.0) } else { Distribution::Geometric(Geometric { p }) })
}

impl Geometric {
    /// ln P(X > k).
    fn log_tail(&self, k: f64) -> f64 {
        (k + 1.0) * libm::log1p(-self.p)
    }
}

impl WholeLaw for Geometric {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf_at(&self, k: f64) -> f64 {
        -libm::expm1(self.log_tail(k))
    }
    fn sf_at(&self, k: f64) -> f64 {
        libm::exp(self.log_tail(k))
    }
    fn guess(&self, u: f64, q: f64) -> f64 {
        let log_tail = if u < q { libm::log1p(-u) } else { libm::log(q) };
        libm::ceil(log_tail / libm::log1p(-self.p)) - 1.0
    }
    fn mean(&self) -> f64 {
        (1.0 - self.p) / self.p
    }
    fn sd(&self) -> f64 {
        libm::sqrt(1.0 - self.p) / self.p
    }
}
