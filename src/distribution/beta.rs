//! The beta distribution on any interval, and PERT, which is one with a declared mode.

use super::constant::Constant;
use super::family::{self, Entry, Pins};
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};
use super::{Distribution, kumaraswamy, triangular};
use crate::math::special::{beta_density, beta_inverse, beta_lower, beta_upper};

/// `low + (high − low) · B`, with B of the beta distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    /// First shape, above 0.
    pub alpha: f64,
    /// Second shape, above 0.
    pub beta: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end, above `low`.
    pub high: f64,
    /// The declared mode of a PERT.
    pub mode: Option<f64>,
}

pub(super) static ENTRY: Entry = Entry {
    name: "beta",
    forms: &[Form {
        parameters: &[
            Parameter::plain("alpha"),
            Parameter::plain("beta"),
            Parameter::quantity("low").or(0.0),
            Parameter::quantity("high").or(1.0),
        ],
    }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1], p[2], p[3]),
    pins: Some(Pins { count: 2, is_positive: true, build: pinned }),
};

/// On (0, 1). With the first percentile held by the mean, the second one's probability rises with α + β.
fn pinned(points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    /// Sums of both shapes that are looked at.
    const LOG_SUMS: (f64, f64) = (-5.0, 20.0);
    let [(p, x), (q, y)] = [points[0], points[1]];
    kumaraswamy::below_one(points)?;
    // from the mean's odds, so that neither shape loses digits
    let shapes = |log_odds: f64, log_sum: f64| {
        let sum = libm::exp(log_sum);
        [sum / (1.0 + libm::exp(-log_odds)), sum / (1.0 + libm::exp(log_odds))]
    };
    let below = |x: f64, [a, b]: [f64; 2]| beta_lower(a, b, x, 1.0 - x);
    let held = |log_sum: f64| {
        let at = |log_odds: f64| below(x, shapes(log_odds, log_sum));
        family::falling_root(at, p, (-300.0, 300.0)).map(|odds| shapes(odds, log_sum))
    };
    let missed = |log_sum: f64| held(log_sum).map_or(f64::NAN, |shapes| -below(y, shapes));
    let found = family::falling_root(missed, -q, LOG_SUMS).and_then(held);
    let Some([alpha, beta]) = found else {
        return Err(ParameterError::new(1, "no beta distribution has these percentiles"));
    };
    build(alpha, beta, 0.0, 1.0)
}

pub(super) static PERT: Entry = Entry {
    name: "pert",
    forms: &[Form {
        parameters: &[
            Parameter::quantity("low"),
            Parameter::quantity("mode"),
            Parameter::quantity("high"),
            Parameter::plain("shape").or(4.0).keyword(),
        ],
    }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| pert(p[0], p[1], p[2], p[3]),
    pins: None,
};

fn build(alpha: f64, beta: f64, low: f64, high: f64) -> Result<Distribution, ParameterError> {
    parameter::positive(0, "alpha", alpha)?;
    parameter::positive(1, "beta", beta)?;
    parameter::ordered(2, ("low", low), ("high", high))?;
    if low == high {
        return Ok(Constant::of(low));
    }
    Ok(Distribution::Beta(Beta { alpha, beta, low, high, mode: None }))
}

/// Malcolm, Roseboom, Clark and Fazar (1959), with Vose's shape: mean (low + shape · mode + high) / (shape + 2).
fn pert(low: f64, mode: f64, high: f64, shape: f64) -> Result<Distribution, ParameterError> {
    triangular::three_points(low, mode, high)?;
    parameter::not_negative(3, "shape", shape)?;
    if low == high {
        return Ok(Constant::of(low));
    }
    let alpha = 1.0 + shape * ((mode - low) / (high - low));
    let beta = 1.0 + shape * ((high - mode) / (high - low));
    Ok(Distribution::Beta(Beta { alpha, beta, low, high, mode: Some(mode) }))
}

impl Beta {
    fn width(&self) -> f64 {
        self.high - self.low
    }
    /// x as a share of the interval, from below and from above.
    fn shares(&self, x: f64) -> (f64, f64) {
        ((x - self.low) / self.width(), (self.high - x) / self.width())
    }
    /// The value at these shares, from the nearer end.
    fn at(&self, (below, above): (f64, f64)) -> f64 {
        if below <= above {
            self.low + self.width() * below
        } else {
            self.high - self.width() * above
        }
    }
}

impl Law for Beta {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        let (below, above) = self.shares(x);
        beta_lower(self.alpha, self.beta, below, above)
    }
    fn sf(&self, x: f64) -> f64 {
        let (below, above) = self.shares(x);
        beta_upper(self.alpha, self.beta, below, above)
    }
    fn pdf(&self, x: f64) -> f64 {
        let (below, above) = self.shares(x);
        beta_density(self.alpha, self.beta, below, above) / self.width()
    }
    fn quantile(&self, u: f64) -> f64 {
        self.at(beta_inverse(self.alpha, self.beta, u, 1.0 - u))
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.at(beta_inverse(self.alpha, self.beta, 1.0 - q, q))
    }
    fn mean(&self) -> Option<f64> {
        Some(self.low + self.width() * (self.alpha / (self.alpha + self.beta)))
    }
    fn sd(&self) -> Option<f64> {
        let sum = self.alpha + self.beta;
        Some(self.width() * libm::sqrt(self.alpha / sum * (self.beta / sum) / (sum + 1.0)))
    }
    fn planned(&self) -> Option<f64> {
        self.mode
    }
}
