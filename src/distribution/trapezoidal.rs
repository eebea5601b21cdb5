//! The trapezoidal distribution. Its flat part may be a point or reach either end.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::Law;
use super::parameter::{self, Form, Parameter, ParameterError};

/// Density rising linearly from `low` to `b`, flat to `c`, falling to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trapezoidal {
    /// Lower end.
    pub low: f64,
    /// Where the flat part begins.
    pub b: f64,
    /// Where it ends.
    pub c: f64,
    /// Upper end, above `low`.
    pub high: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "trapezoidal",
    forms: &[Form {
        parameters: &[
            Parameter::quantity("low"),
            Parameter::quantity("b"),
            Parameter::quantity("c"),
            Parameter::quantity("high"),
        ],
    }],
    is_discrete: false,
    result_is_plain: false,
    build: |_, p| build(p[0], p[1], p[2], p[3]),
    pins: None,
};

fn build(low: f64, b: f64, c: f64, high: f64) -> Result<Distribution, ParameterError> {
    parameter::ordered(0, ("low", low), ("high", high))?;
    for (index, (left, right)) in
        [(("low", low), ("b", b)), (("b", b), ("c", c)), (("c", c), ("high", high))]
            .into_iter()
            .enumerate()
    {
        parameter::ordered(index, left, right)?;
    }
    Ok(if low == high {
        Constant::of(low)
    } else {
        Distribution::Trapezoidal(Trapezoidal { low, b, c, high })
    })
}

/// The density's slopes and flat part, seen from one end.
struct Sides {
    /// Lengths of the near slope, the flat part and the far slope.
    near: f64,
    flat: f64,
    far: f64,
    /// Density on the flat part.
    height: f64,
}

impl Sides {
    /// Probability within this distance of the near end.
    fn probability(&self, distance: f64) -> f64 {
        if distance < self.near {
            return 0.5 * self.height * distance * (distance / self.near);
        }
        let beyond = distance - self.near;
        if beyond <= self.flat {
            return self.height * (0.5 * self.near + beyond);
        }
        let fallen = beyond - self.flat;
        (self.height * (0.5 * self.near + self.flat + fallen * (1.0 - 0.5 * fallen / self.far)))
            .min(1.0)
    }
    /// The distance from the near end that holds this probability.
    fn distance(&self, probability: f64) -> f64 {
        let area = probability / self.height;
        let beyond = area - 0.5 * self.near;
        if beyond < 0.0 {
            return libm::sqrt(2.0 * area * self.near);
        }
        if beyond <= self.flat {
            return self.near + beyond;
        }
        let share = (2.0 * (beyond - self.flat) / self.far).min(1.0);
        self.near + self.flat + self.far * (share / (1.0 + libm::sqrt(1.0 - share)))
    }
}

impl Trapezoidal {
    fn seen_from_low(self) -> Sides {
        let (near, flat, far) = (self.b - self.low, self.c - self.b, self.high - self.c);
        Sides { near, flat, far, height: 2.0 / (near + 2.0 * flat + far) }
    }
    fn seen_from_high(self) -> Sides {
        let Sides { near, flat, far, height } = self.seen_from_low();
        Sides { near: far, flat, far: near, height }
    }
}

impl Law for Trapezoidal {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        self.seen_from_low().probability(x - self.low)
    }
    fn sf(&self, x: f64) -> f64 {
        self.seen_from_high().probability(self.high - x)
    }
    fn pdf(&self, x: f64) -> f64 {
        let height = self.seen_from_low().height;
        if x < self.b {
            height * ((x - self.low) / (self.b - self.low))
        } else if x > self.c {
            height * ((self.high - x) / (self.high - self.c))
        } else {
            height
        }
    }
    // from the end that is nearer in probability
    fn quantile(&self, u: f64) -> f64 {
        if u <= 0.5 {
            self.low + self.seen_from_low().distance(u)
        } else {
            self.high - self.seen_from_high().distance(1.0 - u)
        }
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        if q <= 0.5 {
            self.high - self.seen_from_high().distance(q)
        } else {
            self.low + self.seen_from_low().distance(1.0 - q)
        }
    }
    fn mean(&self) -> Option<f64> {
        Some(self.low + self.moments().0)
    }
    fn sd(&self) -> Option<f64> {
        let (first, second) = self.moments();
        Some(libm::sqrt(second - first * first))
    }
}

impl Trapezoidal {
    /// E[X − low] and E[(X − low)²].
    fn moments(&self) -> (f64, f64) {
        let (b, c, d) = (self.b - self.low, self.c - self.low, self.high - self.low);
        let height = self.seen_from_low().height;
        let first = height / 6.0 * (d * d + d * c + c * c - b * b);
        let second = height / 12.0 * ((d * d + c * c) * (d + c) - b * b * b);
        (first, second)
    }
}
