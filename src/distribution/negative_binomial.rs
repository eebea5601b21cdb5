//! The negative binomial distribution: failures before the r-th success, with any positive r.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::WholeLaw;
use super::parameter::{self, Form, Parameter, ParameterError};
use super::poisson::skewed_normal_guess;
use crate::math::special::{beta_lower, beta_upper};

/// Failures before the `r`-th success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NegativeBinomial {
    /// Successes to wait for, above 0.
    pub r: f64,
    /// Probability of a success, inside (0, 1).
    pub p: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "negative_binomial",
    forms: &[Form { parameters: &[Parameter::plain("r"), Parameter::probability("p")] }],
    is_discrete: true,
    result_is_plain: true,
    build: |_, p| build(p[0], p[1]),
    pins: None,
};

fn build(r: f64, p: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "r", r)?;
    some_success(1, p)?;
    Ok(if p == 1.0 {
        Constant::of(0.0)
    } else {
        Distribution::NegativeBinomial(NegativeBinomial { r, p })
    })
}

/// The rule that waiting for a success needs: a probability above 0.
pub(super) fn some_success(index: usize, p: f64) -> Result<(), ParameterError> {
    parameter::probability(index, "p", p)?;
    parameter::positive(index, "p", p)
}

impl WholeLaw for NegativeBinomial {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf_at(&self, k: f64) -> f64 {
        beta_lower(self.r, k + 1.0, self.p, 1.0 - self.p)
    }
    fn sf_at(&self, k: f64) -> f64 {
        beta_upper(self.r, k + 1.0, self.p, 1.0 - self.p)
    }
    fn guess(&self, u: f64, q: f64) -> f64 {
        let skewness = (2.0 - self.p) / libm::sqrt(self.r * (1.0 - self.p));
        skewed_normal_guess(WholeLaw::mean(self), WholeLaw::sd(self), skewness, u, q)
    }
    fn mean(&self) -> f64 {
        self.r * (1.0 - self.p) / self.p
    }
    fn sd(&self) -> f64 {
        libm::sqrt(self.r * (1.0 - self.p)) / self.p
    }
}
