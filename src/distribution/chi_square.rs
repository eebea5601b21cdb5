//! The chi-square distribution: a gamma with shape df/2 and scale 2.

use super::family::{self, Entry, Pins};
use super::parameter::{self, Form, Parameter, ParameterError};
use super::{Distribution, gamma};
use crate::math::special::gamma_p;

pub(super) static ENTRY: Entry = Entry {
    name: "chi_square",
    forms: &[Form { parameters: &[Parameter::plain("df")] }],
    is_discrete: false,
    result_is_plain: true,
    build: |_, p| build(p[0]),
    pins: Some(Pins { count: 1, is_positive: true, build: pinned }),
};

/// Every quantile rises with the degrees of freedom.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    /// From a millionth of a degree of freedom to a hundred millions.
    const LOG_DF: (f64, f64) = (-14.0, 18.0);
    let (p, x) = points[0];
    let cdf = |log_df: f64| gamma_p(0.5 * libm::exp(log_df), 0.5 * x);
    let Some(log_df) = family::falling_root(cdf, p, LOG_DF) else {
        return Err(ParameterError::new(0, "no chi-square distribution has this percentile"));
    };
    build(libm::exp(log_df))
}

fn build(df: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "df", df)?;
    gamma::build(df / 2.0, 2.0)
}
