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
    /// P(X ≤ mode).
    fn below_mode(&self) -> f64 {
        (self.mode - self.low) / self.width()
    }
    /// P(X ≥ mode).
    fn above_mode(&self) -> f64 {
        (self.high - self.mode) / self.width()
    }
    /// Probability between the mode and a point at this distance, on the side that is `run` long.
    fn beyond_mode(&self, distance: f64, run: f64) -> f64 {
        distance / self.width() * (2.0 - distance / run)
    }
    /// The distance from the mode that holds this probability, on the side that is `run` long.
    fn inverse_beyond_mode(&self, probability: f64, run: f64) -> f64 {
        let share = (probability * self.width() / run).min(1.0);
        run * (share / (1.0 + libm::sqrt(1.0 - share)))
    }
    fn inverse_rising(&self, u: f64) -> f64 {
        self.low + self.width() * libm::sqrt(u * self.below_mode())
    }
    fn inverse_falling(&self, q: f64) -> f64 {
        self.high - self.width() * libm::sqrt(q * self.above_mode())
    }
}

impl Law for Triangular {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x < self.mode {
            self.rising(x)
        } else {
            (self.below_mode() + self.beyond_mode(x - self.mode, self.high - self.mode)).min(1.0)
        }
    }
    fn sf(&self, x: f64) -> f64 {
        if x < self.mode {
            (self.above_mode() + self.beyond_mode(self.mode - x, self.mode - self.low)).min(1.0)
        } else {
            self.falling(x)
        }
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
    // each from the end or the mode that is nearest in probability: the others would cancel
    fn quantile(&self, u: f64) -> f64 {
        let rest = u - self.below_mode();
        if rest <= 0.0 {
            self.inverse_rising(u)
        } else if u <= 0.5 {
            self.mode + self.inverse_beyond_mode(rest, self.high - self.mode)
        } else {
            self.inverse_falling(1.0 - u)
        }
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        let rest = q - self.above_mode();
        if rest <= 0.0 {
            self.inverse_falling(q)
        } else if q <= 0.5 {
            self.mode - self.inverse_beyond_mode(rest, self.mode - self.low)
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
