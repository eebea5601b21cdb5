//! The chi-square distribution: a gamma with shape df/2 and scale 2.

use super::family::Entry;
use super::parameter::{self, Form, Parameter, ParameterError};
use super::{Distribution, gamma};

pub(super) static ENTRY: Entry = Entry {
    name: "chi_square",
    forms: &[Form { parameters: &[Parameter::plain("df")] }],
    is_discrete: false,
    result_is_plain: true,
    build: |_, p| build(p[0]),
    pins: None,
};

fn build(df: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "df", df)?;
    gamma::build(df / 2.0, 2.0)
}
