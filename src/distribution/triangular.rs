//! The triangular distribution. Its mode may be either end.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Density rising linearly from `low` to `mode` and falling to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triangular {
    /// Lower end.
    pub low: f64,
    /// Most likely value, from `low` to `high`.
    pub mode: f64,
    /// Upper end, above `low`.
    pub high: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "triangular",
    forms: &[Form {
        parameters: &[
            Parameter::quantity("low"),
            Parameter::quantity("mode"),
            Parameter::quantity("high"),
        ],
    }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1], p[2]),
    pins: None,
};

fn build(low: f64, mode: f64, high: f64) -> Result<Distribution, ParameterError> {
    three_points(low, mode, high)?;
    Ok(if low == high {
        Constant::of(low)
    } else {
        Distribution::Triangular(Triangular { low, mode, high })
    })
}

/// The rule that triangular and PERT share: low ≤ mode ≤ high.
pub(super) fn three_points(low: f64, mode: f64, high: f64) -> Result<(), ParameterError> {
    parameter::ordered(0, ("low", low), ("high", high))?;
    if mode < low {
        return Err(ParameterError::new(
            1,
            format!("`mode` must not be below `low`, but {mode} is below {low}"),
        ));
    }
    if mode > high {
        return Err(ParameterError::new(
            1,
            format!("`mode` must not exceed `high`, but {mode} is above {high}"),
        ));
    }
    Ok(())
}

impl Triangular {
    fn width(&self) -> f64 {
        self.high - self.low
    }
    /// (x − low)² / (width · (mode − low)), for x ≤ mode.
    fn rising(&self, x: f64) -> f64 {
        let (d, run) = (x - self.low, self.mode - self.low);
        if run == 0.0 { 0.0 } else { d / self.width() * (d / run) }
    }
    /// (high − x)² / (width · (high − mode)), for x ≥ mode.
    fn falling(&self, x: f64) -> f64 {
        let (d, run) = (self.high - x, self.high - self.mode);
        if run == 0.0 { 0.0 } else { d / self.width() * (d / run) }
    }
    fn inverse_rising(&self, u: f64) -> f64 {
        self.low + self.width() * libm::sqrt(u * ((self.mode - self.low) / self.width()))
    }
    fn inverse_falling(&self, q: f64) -> f64 {
        self.high - self.width() * libm::sqrt(q * ((self.high - self.mode) / self.width()))
    }
}

impl Law for Triangular {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x < self.mode { self.rising(x) } else { 1.0 - self.falling(x) }
    }
    fn sf(&self, x: f64) -> f64 {
        if x < self.mode { 1.0 - self.rising(x) } else { self.falling(x) }
    }
    fn pdf(&self, x: f64) -> f64 {
        let height = 2.0 / self.width();
        if x < self.mode {
            height * ((x - self.low) / (self.mode - self.low))
        } else if x > self.mode {
            height * ((self.high - x) / (self.high - self.mode))
        } else {
            height
        }
    }
    fn quantile(&self, u: f64) -> f64 {
        if u <= (self.mode - self.low) / self.width() {
            self.inverse_rising(u)
        } else {
            self.inverse_falling(1.0 - u)
        }
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        if q <= (self.high - self.mode) / self.width() {
            self.inverse_falling(q)
        } else {
            self.inverse_rising(1.0 - q)
        }
    }
    fn mean(&self) -> Option<f64> {
        Some(self.low + (self.width() + (self.mode - self.low)) / 3.0)
    }
    fn sd(&self) -> Option<f64> {
        let (rise, fall) = (self.mode - self.low, self.high - self.mode);
        Some(libm::sqrt((rise * rise + rise * fall + fall * fall) / 18.0))
    }
    fn planned(&self) -> Option<f64> {
        Some(self.mode)
    }
}
