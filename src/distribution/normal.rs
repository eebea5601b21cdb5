//! The normal distribution. Φ and Φ⁻¹ are those of [`special`](crate::math::special).

use super::Distribution;
use super::constant::Constant;
use super::family::{Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::{norm_cdf, norm_pdf, norm_quantile, norm_sf};

/// Normal with a mean and a standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, above 0.
    pub sd: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "normal",
    forms: &[Form { parameters: &[Parameter::quantity("mean"), Parameter::quantity("sd")] }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: false, build: pinned }),
};

fn build(mean: f64, sd: f64) -> Result<Distribution, ParameterError> {
    parameter::not_negative(1, "sd", sd)?;
    Ok(if sd == 0.0 { Constant::of(mean) } else { Distribution::Normal(Normal { mean, sd }) })
}

fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let (mean, sd) = super::family::location_scale(points, norm_quantile);
    build(mean, sd)
}

impl Law for Normal {
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn cdf(&self, x: f64) -> f64 {
        norm_cdf((x - self.mean) / self.sd)
    }
    fn sf(&self, x: f64) -> f64 {
        norm_sf((x - self.mean) / self.sd)
    }
    fn pdf(&self, x: f64) -> f64 {
        norm_pdf((x - self.mean) / self.sd) / self.sd
    }
    fn quantile(&self, u: f64) -> f64 {
        self.mean + self.sd * norm_quantile(u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.mean - self.sd * norm_quantile(q)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }
    fn sd(&self) -> Option<f64> {
        Some(self.sd)
    }
}
