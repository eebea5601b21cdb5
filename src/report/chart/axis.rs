//! Axes: from values to places, and round numbers to write beside them.

use crate::report::number::{Counting, Magnitude, exact, shifted};

/// From values to places along a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// `low` stands at `from`, `high` at `to`. One value alone stands in the middle.
    pub(in crate::report) fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Axis {
        let (low, high) = if low < high { (low, high) } else { (low - 1.0, low + 1.0) };
        Axis { low, high, from, to }
    }

    /// Where a value stands; at the nearer end where it lies outside.
    pub(in crate::report) fn at(&self, value: f64) -> f64 {
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    /// Whether a value lies on it.
    pub(in crate::report) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Its ends.
    pub(in crate::report) fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

/// Round numbers along an axis, with their texts.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Ticks(pub(in crate::report) Vec<(f64, String)>);

/// Steps between round numbers: thousandths of a power of ten.
const ROUND: [f64; 4] = [1.0, 2.0, 5.0, 10.0];
/// Steps between round numbers of months.
const MONTHS: [f64; 8] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0];

impl Ticks {
    /// At most so many (two at least) round numbers between two values.
    pub(in crate::report) fn new(range: (f64, f64), most: usize) -> Ticks {
        Ticks::at(Ticks::values(range, most))
    }

    /// These numbers, in one magnitude.
    fn at(values: Vec<f64>) -> Ticks {
        Ticks(values.into_iter().map(|value| (value, String::new())).collect())
            .by(Counting::Thousands)
    }

    /// The same with large numbers counted in this way, in one magnitude.
    pub(in crate::report) fn by(self, counting: Counting) -> Ticks {
        let largest = self.0.iter().map(|tick| tick.0.abs()).fold(0.0, f64::max);
        let magnitude = Magnitude::by(counting, largest);
        Ticks(self.0.into_iter().map(|(value, _)| (value, magnitude.exact(value))).collect())
    }

    /// The same among whole numbers.
    pub(in crate::report) fn whole(range: (f64, f64), most: usize) -> Ticks {
        let values = Ticks::values(range, most).into_iter();
        Ticks::at(values.filter(|value| value.fract() == 0.0).collect())
    }

    fn values((low, high): (f64, f64), most: usize) -> Vec<f64> {
        let width = high - low;
        if !(width > 0.0 && width.is_finite()) {
            return vec![low];
        }
        // The power of ten from decimal text: the same on every machine.
        let text = format!("{:e}", width / most.max(2) as f64);
        let power: i32 = text.split('e').nth(1).and_then(|e| e.parse().ok()).unwrap_or(0);
        let steps = ROUND.iter().map(|&round| (round, power));
        let steps = steps.chain([(2.0, power + 1), (5.0, power + 1)]);
        let mut best = Vec::new();
        for (round, power) in steps {
            let step = shifted(round, power);
            let first = (low / step - 1e-9).ceil();
            let last = (high / step + 1e-9).floor();
            if last - first + 1.0 <= most as f64 {
                let count = (last - first + 1.0).max(0.0) as usize;
                best = (0..count).map(|at| shifted((first + at as f64) * round, power)).collect();
                break;
            }
        }
        best.into_iter().map(|value| value + 0.0).collect()
    }

    /// The same among whole months: quarters, halves and years rather than tens.
    pub(in crate::report) fn months((low, high): (f64, f64), most: usize) -> Ticks {
        let count = |step: f64| (high / step).floor() - (low / step).ceil() + 1.0;
        let Some(step) = MONTHS.iter().copied().find(|&step| count(step) <= most as f64) else {
            return Ticks::new((low, high), most);
        };
        let first = (low / step).ceil();
        let values = (0..count(step).max(0.0) as usize).map(|at| (first + at as f64) * step + 0.0);
        Ticks(values.map(|value| (value, exact(value))).collect())
    }

    /// The same among shares: `0 %`, `50 %`.
    pub(in crate::report) fn shares(highest: f64, most: usize) -> Ticks {
        let ticks = Ticks::new((0.0, shifted(highest, 2)), most);
        let share = |(value, text): (f64, String)| (shifted(value, -2), format!("{text} %"));
        Ticks(ticks.0.into_iter().map(share).collect())
    }
}

/// The next round share at or above one: where an axis of shares may end.
pub(in crate::report) fn round_share(share: f64) -> f64 {
    const ENDS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];
    ENDS.into_iter().find(|&end| share <= end).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ticks: Ticks, expected: &[&str]) {
        let texts: Vec<&str> = ticks.0.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn ticks_are_round() {
        check(Ticks::new((31.0, 141.2), 6), &["40", "60", "80", "100", "120", "140"]);
        check(Ticks::new((-70.0, 12.0), 6), &["-60", "-40", "-20", "0"]);
        check(Ticks::new((0.0, 1.0), 6), &["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        check(Ticks::new((5.2e9, 8.4e9), 5), &["6 bn", "7 bn", "8 bn"]);
        check(Ticks::new((3.0, 3.0), 5), &["3"]);
    }

    #[test]
    fn ticks_share_a_magnitude() {
        check(Ticks::new((0.0, 1.1e9), 4), &["0", "0.5 bn", "1 bn"]);
        let by_ten_thousands = Ticks::new((0.0, 1.1e9), 4).by(Counting::TenThousands);
        check(by_ten_thousands, &["0", "5 亿", "10 亿"]);
    }

    #[test]
    fn counts_have_no_halves() {
        check(Ticks::whole((0.5, 3.5), 6), &["1", "2", "3"]);
        check(Ticks::whole((-0.5, 400.5), 6), &["0", "100", "200", "300", "400"]);
    }

    #[test]
    fn months_are_counted_by_years() {
        check(Ticks::months((0.0, 60.0), 6), &["0", "12", "24", "36", "48", "60"]);
        check(Ticks::months((34.0, 59.0), 6), &["36", "42", "48", "54"]);
    }

    #[test]
    fn shares_are_percentages() {
        check(Ticks::shares(1.0, 3), &["0 %", "50 %", "100 %"]);
        check(Ticks::shares(0.1, 3), &["0 %", "5 %", "10 %"]);
    }

    #[test]
    fn ticks_are_few_for_any_range() {
        for power in -12..14 {
            for low in [-7.3, 0.0, 0.4, 9.9] {
                let range = (shifted(low, power), shifted(low + 3.7, power));
                let ticks = Ticks::new(range, 6);
                assert!((1..=6).contains(&ticks.0.len()), "{range:?} {ticks:?}");
            }
        }
    }

    #[test]
    fn one_value_stands_in_the_middle() {
        assert_eq!(Axis::new((5.0, 5.0), (0.0, 10.0)).at(5.0), 5.0);
        let axis = Axis::new((0.0, 2.0), (100.0, 0.0));
        assert_eq!([axis.at(0.5), axis.at(9.0)], [75.0, 0.0]);
        assert!(axis.holds(2.0) && !axis.holds(2.1));
    }
}
