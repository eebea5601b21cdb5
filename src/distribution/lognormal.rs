//! The lognormal distribution: the exponential of a normal one.
//!
//! Declared by the mean and standard deviation of the quantity itself, by those of its logarithm, by two percentiles,
//! or as a range.

use super::Distribution;
use super::constant::Constant;
use super::family::{Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{norm_cdf, norm_pdf, norm_quantile, norm_sf};

/// exp of a normal with mean `mu` and standard deviation `sigma`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogNormal {
    /// Mean of the logarithm.
    pub mu: f64,
    /// Standard deviation of the logarithm, above 0.
    pub sigma: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "lognormal",
    forms: &[
        Form { parameters: &[Parameter::quantity("mean"), Parameter::quantity("sd")] },
        Form {
            parameters: &[Parameter::plain("mu").keyword(), Parameter::plain("sigma").keyword()],
        },
    ],
    is_discrete: false,
    result_is_plain: false,
    build: |form, p| if form == 0 { from_moments(p[0], p[1]) } else { from_logarithm(p[0], p[1]) },
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

fn from_moments(mean: f64, sd: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "mean", mean)?;
    parameter::not_negative(1, "sd", sd)?;
    if sd == 0.0 {
        return Ok(Constant::of(mean));
    }
    // sigma^2 = ln(1 + (sd/mean)^2)
    let ratio = sd / mean;
    let variance = libm::log1p(ratio * ratio);
    if !variance.is_finite() {
        return Err(ParameterError::new(
            1,
            format!("`sd` is too large for a mean of {mean}, it is {sd}"),
        ));
    }
    Ok(Distribution::LogNormal(LogNormal {
        mu: libm::log(mean) - variance / 2.0,
        sigma: libm::sqrt(variance),
    }))
}

fn from_logarithm(mu: f64, sigma: f64) -> Result<Distribution, ParameterError> {
    parameter::not_negative(1, "sigma", sigma)?;
    let median = libm::exp(mu);
    if !(median > 0.0 && median.is_finite()) {
        let error = ParameterError::new(
            0,
            format!("`mu` is the mean of the logarithm, {mu} is out of range"),
        );
        return Err(
            error.with_help("write `lognormal(mean, sd)` for the mean of the quantity itself")
        );
    }
    Ok(if sigma == 0.0 {
        Constant::of(median)
    } else {
        Distribution::LogNormal(LogNormal { mu, sigma })
    })
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (mu, sigma) = super::family::log_location_scale(points, norm_quantile);
    from_logarithm(mu, sigma)
}

impl LogNormal {
    fn standardized(&self, x: f64) -> f64 {
        (libm::log(x) - self.mu) / self.sigma
    }
}

impl Law for LogNormal {
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        norm_cdf(self.standardized(x))
    }
    fn sf(&self, x: f64) -> f64 {
        norm_sf(self.standardized(x))
    }
    fn pdf(&self, x: f64) -> f64 {
        if x == 0.0 { 0.0 } else { norm_pdf(self.standardized(x)) / (self.sigma * x) }
    }
    fn quantile(&self, u: f64) -> f64 {
        libm::exp(self.mu + self.sigma * norm_quantile(u))
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        libm::exp(self.mu - self.sigma * norm_quantile(q))
    }
    fn mean(&self) -> Option<f64> {
        let mean = libm::exp(self.mu + self.sigma * self.sigma / 2.0);
        mean.is_finite().then_some(mean)
    }
    fn sd(&self) -> Option<f64> {
        let variance = self.sigma * self.sigma;
        let sd = libm::exp(self.mu + variance / 2.0) * libm::sqrt(libm::expm1(variance));
        sd.is_finite().then_some(sd)
    }
}
