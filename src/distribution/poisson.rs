//! The Poisson distribution: its distribution function is an incomplete gamma function of its mean.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::WholeLaw;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{gamma_p, gamma_q, norm_quantile};

/// Poisson with a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poisson {
    /// Mean, above 0.
    pub mean: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "poisson",
    forms: &[Form { parameters: &[Parameter::plain("mean")] }],
    is_discrete: true,
    result_is_plain: true,
    build: |_, p| build(p[0]),
    pins: None,
};

fn build(mean: f64) -> Result<Distribution, ParameterError> {
    parameter::not_negative(0, "mean", mean)?;
    Ok(if mean == 0.0 { Constant::of(0.0) } else { Distribution::Poisson(Poisson { mean }) })
}

impl WholeLaw for Poisson {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf_at(&self, k: f64) -> f64 {
        gamma_q(k + 1.0, self.mean)
    }
    fn sf_at(&self, k: f64) -> f64 {
        gamma_p(k + 1.0, self.mean)
    }
    fn guess(&self, u: f64, q: f64) -> f64 {
        skewed_normal_guess(self.mean, libm::sqrt(self.mean), 1.0 / libm::sqrt(self.mean), u, q)
    }
    fn mean(&self) -> f64 {
        self.mean
    }
    fn sd(&self) -> f64 {
        libm::sqrt(self.mean)
    }
}

/// First terms of the expansion of Cornish and Fisher (1938): a place to start to look for a quantile.
pub(super) fn skewed_normal_guess(mean: f64, sd: f64, skewness: f64, u: f64, q: f64) -> f64 {
    let z = if u <= q { norm_quantile(u) } else { -norm_quantile(q) };
    mean + sd * (z + (z * z - 1.0) * skewness / 6.0)
}
