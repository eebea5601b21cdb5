//! The binomial distribution: its distribution function is an incomplete beta function of p.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::WholeLaw;
use super::parameter::{self, Form, Parameter, ParameterError};
use super::poisson::skewed_normal_guess;
use crate::math::special::{beta_lower, beta_upper};

/// Successes among `n` independent attempts, each with probability `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binomial {
    /// Attempts, a whole number above 0.
    pub n: f64,
    /// Probability of a success, inside (0, 1).
    pub p: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "binomial",
    forms: &[Form { parameters: &[Parameter::count("n"), Parameter::probability("p")] }],
    is_discrete: true,
    result_is_plain: true,
    build: |_, p| build(p[0], p[1]),
    pins: None,
};

fn build(n: f64, p: f64) -> Result<Distribution, ParameterError> {
    parameter::not_negative(0, "n", n)?;
    parameter::whole(0, "n", n)?;
    parameter::probability(1, "p", p)?;
    if n == 0.0 || p == 0.0 || p == 1.0 {
        return Ok(Constant::of(n * p));
    }
    Ok(Distribution::Binomial(Binomial { n, p }))
}

impl WholeLaw for Binomial {
    fn support(&self) -> (f64, f64) {
        (0.0, self.n)
    }
    fn cdf_at(&self, k: f64) -> f64 {
        if k >= self.n { 1.0 } else { beta_upper(k + 1.0, self.n - k, self.p, 1.0 - self.p) }
    }
    fn sf_at(&self, k: f64) -> f64 {
        if k >= self.n { 0.0 } else { beta_lower(k + 1.0, self.n - k, self.p, 1.0 - self.p) }
    }
    fn guess(&self, u: f64, q: f64) -> f64 {
        let sd = WholeLaw::sd(self);
        skewed_normal_guess(self.n * self.p, sd, (1.0 - 2.0 * self.p) / sd, u, q)
    }
    fn mean(&self) -> f64 {
        self.n * self.p
    }
    fn sd(&self) -> f64 {
        libm::sqrt(self.n * self.p * (1.0 - self.p))
    }
}
