//! Magnitudes behind numbers, and the two ends of a range, which share one.

use super::{
    ESTIMATE_DIGITS, EXACT_DIGITS, SCIENTIFIC_FROM, exponent, fixed, is_scientific, scientific,
    shifted, trimmed,
};
use crate::results::Shown;

/// From here on a word stands for the last digits.
pub(super) const MAGNITUDE_FROM: f64 = 1e7;
/// The same where words count ten thousands.
const TEN_THOUSANDS_FROM: f64 = 1e5;
/// A figure that is less than this in the magnitude of its row is written in its own.
const LEAST_OF_MAGNITUDE: f64 = 0.01;

/// How large numbers are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Counting {
    /// In M, bn and tn.
    #[default]
    Thousands,
    /// In 万, 亿 and 万亿.
    TenThousands,
}

impl Counting {
    /// How a quantity counts.
    pub(crate) fn of(shown: &Shown) -> Counting {
        if shown.is_by_ten_thousands { Counting::TenThousands } else { Counting::Thousands }
    }
}

/// A magnitude glued behind a number, as the model language writes it: `6.600 bn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Magnitude {
    pub(crate) power: i32,
    pub(crate) suffix: &'static str,
}

const NO_MAGNITUDE: Magnitude = Magnitude { power: 0, suffix: "" };

impl Magnitude {
    /// What keeps numbers as large as this one readable: from ten million on, a word instead of digits.
    pub(crate) fn of(largest: f64) -> Magnitude {
        match largest {
            value if value >= SCIENTIFIC_FROM => NO_MAGNITUDE,
            value if value >= 1e12 => Magnitude { power: 12, suffix: " tn" },
            value if value >= 1e9 => Magnitude { power: 9, suffix: " bn" },
            value if value >= MAGNITUDE_FROM => Magnitude { power: 6, suffix: " M" },
            _ => NO_MAGNITUDE,
        }
    }

    /// The same in either way of counting.
    pub(crate) fn by(counting: Counting, largest: f64) -> Magnitude {
        match (counting, largest) {
            (Counting::Thousands, _) => Magnitude::of(largest),
            (_, value) if value >= SCIENTIFIC_FROM => NO_MAGNITUDE,
            (_, value) if value >= 1e12 => Magnitude { power: 12, suffix: " 万亿" },
            (_, value) if value >= 1e8 => Magnitude { power: 8, suffix: " 亿" },
            (_, value) if value >= TEN_THOUSANDS_FROM => Magnitude { power: 4, suffix: " 万" },
            _ => NO_MAGNITUDE,
        }
    }

    /// This one, or the value's own where too little of the value would be left in front of the word.
    pub(super) fn fitting(self, value: f64, counting: Counting) -> Magnitude {
        if self.power == 0 || shifted(value.abs(), -self.power) < LEAST_OF_MAGNITUDE {
            Magnitude::by(counting, value.abs())
        } else {
            self
        }
    }

    /// Up to six significant digits in it, no zeros at the end.
    pub(crate) fn exact(self, value: f64) -> String {
        if is_scientific(value) {
            return scientific(value, ESTIMATE_DIGITS);
        }
        let shown = shifted(value, -self.power);
        let decimals = EXACT_DIGITS - 1 - exponent(shown, EXACT_DIGITS);
        let suffix = if value == 0.0 { "" } else { self.suffix };
        format!("{}{suffix}", trimmed(&fixed(shown, decimals.max(0))))
    }

    /// What is left of the decimal point is written to the unit, whatever `decimals` says.
    pub(super) fn write(self, value: f64, decimals: i32) -> String {
        if value == 0.0 || self.power == 0 {
            return fixed(value, decimals.max(0));
        }
        let decimals = (decimals + self.power).max(0);
        format!("{}{}", fixed(shifted(value, -self.power), decimals), self.suffix)
    }
}

/// The two ends of a range in three digits each: in one magnitude, the larger end's, unless that leaves too little of
/// the smaller one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ends {
    /// The numbers alone.
    pub(crate) digits: [String; 2],
    /// ` M`, ` 亿`, or nothing, of each.
    pub(crate) suffixes: [&'static str; 2],
}

impl Ends {
    /// From the values.
    pub(crate) fn of(ends: [f64; 2], counting: Counting) -> Ends {
        let ends = ends.map(rounded);
        let shared = Magnitude::by(counting, ends[0].abs().max(ends[1].abs()));
        let own = ends.map(|end| if end == 0.0 { shared } else { shared.fitting(end, counting) });
        // A digit more than the larger end has where it is the smaller one: 0.001 beside 0.835.
        let decimals = ends.map(|end| 2 - exponent(shifted(end, -shared.power), 3));
        let most = decimals[0].min(decimals[1]) + 1;
        let write = |at: usize| {
            let magnitude = own[at];
            let shown = shifted(ends[at], -magnitude.power);
            let is_apart = magnitude != shared || is_scientific(ends[at]);
            let most = most.max(-exponent(shown, 1)).max(0);
            let cut: f64 = if is_apart {
                ends[at]
            } else {
                let precision = usize::try_from(most).unwrap_or(0);
                let text = format!("{shown:.precision$}");
                shifted(text.parse().unwrap_or(shown), magnitude.power)
            };
            let text = magnitude.exact(cut);
            text.strip_suffix(magnitude.suffix).map_or(text.clone(), str::to_owned)
        };
        Ends { digits: [write(0), write(1)], suffixes: own.map(|magnitude| magnitude.suffix) }
    }

    /// An end with its magnitude; 0 needs none.
    pub(crate) fn end(&self, at: usize) -> String {
        let digits = &self.digits[at];
        if digits == "0" { digits.clone() } else { format!("{digits}{}", self.suffixes[at]) }
    }
}

/// To three significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_range_share_a_magnitude() {
        let check = |ends: [f64; 2], counting, expected: [&str; 2]| {
            let found = Ends::of(ends, counting);
            assert_eq!([found.end(0), found.end(1)], expected, "{found:?}");
        };
        check([9.8e6, 17.74e6], Counting::Thousands, ["9.8 M", "17.7 M"]);
        check([28.5e6, 350e6], Counting::TenThousands, ["0.285 亿", "3.5 亿"]);
        check([7.02e6, 73.5e6], Counting::TenThousands, ["702 万", "7,350 万"]);
        check([5e6, 1.2e9], Counting::Thousands, ["5,000,000", "1.2 bn"]);
        check([-0.05, 0.3], Counting::Thousands, ["-0.05", "0.3"]);
        check([0.000_989, 0.835], Counting::Thousands, ["0.001", "0.835"]);
        check([-0.156, 20.2], Counting::Thousands, ["-0.16", "20.2"]);
        check([1.234e-7, 0.5], Counting::Thousands, ["1.230e-7", "0.5"]);
        check([0.0, 2e8], Counting::Thousands, ["0", "200 M"]);
        check([89_518.0, 126_844.0], Counting::Thousands, ["89,500", "127,000"]);
    }
}
