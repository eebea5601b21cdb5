//! The Kumaraswamy distribution on [0, 1]: like a beta, in closed form.

use super::Distribution;
use super::family::{self, Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use crate::math::special::ln_beta;

/// Kumaraswamy: (1 − x^a)^b is the probability to exceed x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kumaraswamy {
    /// First shape, above 0.
    pub a: f64,
    /// Second shape, above 0.
    pub b: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "kumaraswamy",
    forms: &[Form { parameters: &[Parameter::plain("a"), Parameter::plain("b")] }],
    is_discrete: false,
    result_is_plain: true,
    build: |_, p| build(p[0], p[1]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

/// ln(1 − q) / ln(1 − p) is ln(1 − yᵃ) / ln(1 − xᵃ), which rises with a.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    /// Exponents that are looked at: the least, and what leaves of x^a the least number.
    const LOG_LEAST: f64 = -9.0;
    const LEAST: f64 = 700.0;
    let [(p, x), (q, y)] = [points[0], points[1]];
    below_one(points)?;
    let rest = |x: f64, log_a: f64| {
        let log_power = libm::exp(log_a) * libm::log(x);
        // whichever of power and rest is small keeps its digits
        if log_power < -0.7 {
            libm::log1p(-libm::exp(log_power))
        } else {
            libm::log(-libm::expm1(log_power))
        }
    };
    let ratio = |log_a: f64| -(rest(y, log_a) / rest(x, log_a));
    let range = (LOG_LEAST, libm::log(LEAST / -libm::log(x)));
    let target = -(libm::log1p(-q) / libm::log1p(-p));
    let Some(log_a) = family::falling_root(ratio, target, range) else {
        let message = "no Kumaraswamy distribution has these percentiles";
        return Err(ParameterError::new(1, message));
    };
    build(libm::exp(log_a), libm::log1p(-p) / rest(x, log_a))
}

/// The rule that laws on (0, 1) share.
pub(super) fn below_one(points: &[(f64, f64)]) -> Result<(), ParameterError> {
    match points.iter().position(|&(_, x)| x >= 1.0) {
        Some(index) => {
            let x = points[index].1;
            let message = format!("its values lie between 0 and 1, but {x} is not below 1");
            Err(ParameterError::new(index, message))
        }
        None => Ok(()),
    }
}

fn build(a: f64, b: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "a", a)?;
    parameter::positive(1, "b", b)?;
    Ok(Distribution::Kumaraswamy(Kumaraswamy { a, b }))
}

impl Kumaraswamy {
    /// ln(1 − x^a).
    fn log_rest(&self, x: f64) -> f64 {
        let power = self.a * libm::log(x);
        // 1 − e^power, by whichever form keeps its digits
        if power > -0.5 { libm::log(-libm::expm1(power)) } else { libm::log1p(-libm::exp(power)) }
    }
    /// E[X^n].
    fn moment(&self, n: f64) -> f64 {
        self.b * libm::exp(ln_beta(1.0 + n / self.a, self.b))
    }
}

impl Law for Kumaraswamy {
    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }
    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(self.b * self.log_rest(x))
    }
    fn sf(&self, x: f64) -> f64 {
        libm::exp(self.b * self.log_rest(x))
    }
    fn pdf(&self, x: f64) -> f64 {
        if x == 0.0 && self.a == 1.0 {
            return self.b;
        }
        let rest = if self.b == 1.0 { 1.0 } else { libm::exp((self.b - 1.0) * self.log_rest(x)) };
        self.a * self.b * libm::pow(x, self.a - 1.0) * rest
    }
    fn quantile(&self, u: f64) -> f64 {
        libm::pow(-libm::expm1(libm::log1p(-u) / self.b), 1.0 / self.a)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        libm::pow(-libm::expm1(libm::log(q) / self.b), 1.0 / self.a)
    }
    fn mean(&self) -> Option<f64> {
        Some(self.moment(1.0))
    }
    fn sd(&self) -> Option<f64> {
        let mean = self.moment(1.0);
        Some(libm::sqrt((self.moment(2.0) - mean * mean).max(0.0)))
    }
}
