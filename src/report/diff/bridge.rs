//! A bridge from one figure to another: what each step contributes, rounded so that what is shown adds up.

use super::super::number::{self, Magnitude};

/// Significant digits of the larger end.
const DIGITS: i32 = 4;
/// Significant digits that the whole difference has at least.
const LEAST_DIGITS: i32 = 2;
/// Significant digits of the larger end at most.
const MOST_DIGITS: i32 = 7;
/// A share of the trials is written in per cent with so many decimals, and with more where little moved.
const SHARE_DECIMALS: i32 = 1;
const MOST_SHARE_DECIMALS: i32 = 3;

/// The figures as text.
pub(super) struct Bridge {
    pub(super) old: String,
    pub(super) steps: Vec<String>,
    pub(super) total: String,
    pub(super) new: String,
}

impl Bridge {
    /// Between two values, by steps that add up to their difference.
    pub(super) fn of_values(old: f64, steps: &[f64], new: f64) -> Bridge {
        let most = old.abs().max(new.abs());
        let most = steps.iter().fold(most, |most, step| most.max(step.abs()));
        let magnitude = Magnitude::of(most);
        let down = |value: f64| number::shifted(value, -magnitude.power);
        let total = down(new) - down(old);
        let own = number::exponent(down(most), DIGITS);
        let needed = if total == 0.0 { 0 } else { number::exponent(total, LEAST_DIGITS) };
        let needed = if total == 0.0 { own } else { needed };
        let decimals = (DIGITS - 1 - own).max(LEAST_DIGITS - 1 - needed).min(MOST_DIGITS - 1 - own);
        let steps: Vec<f64> = steps.iter().copied().map(down).collect();
        let all = || steps.iter().copied().chain([down(old), down(new)]);
        // Whole months need no decimals.
        let is_enough = |decimals: i32| {
            let power = number::shifted(1.0, decimals);
            all().all(|value| ((value * power).round() / power - value).abs() <= 1e-9 * down(most))
        };
        let decimals = (0..decimals.max(0)).find(|&fewer| is_enough(fewer)).unwrap_or(decimals);
        Bridge::written(down(old), &steps, down(new), decimals.max(0), magnitude.suffix)
    }

    /// Between two shares of the trials.
    pub(super) fn of_shares(old: f64, steps: &[f64], new: f64) -> Bridge {
        let up = |value: f64| 100.0 * value;
        let total = up(new) - up(old);
        let needed =
            if total == 0.0 { SHARE_DECIMALS } else { 1 - number::exponent(total, LEAST_DIGITS) };
        let decimals = needed.clamp(SHARE_DECIMALS, MOST_SHARE_DECIMALS);
        let steps: Vec<f64> = steps.iter().copied().map(up).collect();
        Bridge::written(up(old), &steps, up(new), decimals, " %")
    }

    fn written(old: f64, steps: &[f64], new: f64, decimals: i32, suffix: &str) -> Bridge {
        let power = number::shifted(1.0, decimals);
        let units = |value: f64| (value * power).round();
        let mut whole: Vec<f64> = steps.iter().copied().map(units).collect();
        let total = units(new) - units(old);
        // Where rounding left something over, those steps give way that lost or gained most by it.
        let mut over = total - whole.iter().sum::<f64>();
        let mut left: Vec<(usize, f64)> = steps
            .iter()
            .enumerate()
            .filter(|(_, step)| **step != 0.0)
            .map(|(at, step)| (at, step * power - whole[at]))
            .collect();
        left.sort_by(|a, b| a.1.total_cmp(&b.1));
        if over > 0.0 {
            left.reverse();
        }
        for (at, _) in left {
            if over == 0.0 {
                break;
            }
            whole[at] += over.signum();
            over -= over.signum();
        }
        let text = |units: f64| format!("{}{suffix}", number::fixed(units / power, decimals));
        let signed = |units: f64, value: f64| match units {
            _ if value == 0.0 => "0".to_owned(),
            units if units > 0.0 => format!("+{}", text(units)),
            units => text(units),
        };
        Bridge {
            old: text(units(old)),
            steps: whole.iter().zip(steps).map(|(&units, &step)| signed(units, step)).collect(),
            total: signed(total, new - old),
            new: text(units(new)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bridge: &Bridge, expected: [&str; 3], steps: &[&str]) {
        assert_eq!([&*bridge.old, &*bridge.total, &*bridge.new], expected);
        assert_eq!(bridge.steps, steps);
    }

    #[test]
    fn what_is_shown_adds_up() {
        let bridge = Bridge::of_values(66.144, &[1.4049, 1.4049, 1.4049], 70.3587);
        check(&bridge, ["66.14", "+4.22", "70.36"], &["+1.40", "+1.41", "+1.41"]);
        let bridge = Bridge::of_values(-41.11, &[0.0, 0.012], -41.098);
        check(&bridge, ["-41.110", "+0.012", "-41.098"], &["0", "+0.012"]);
        let bridge = Bridge::of_values(1.2346e9, &[-3e8, 1e8], 1.0346e9);
        check(&bridge, ["1.235 bn", "-0.200 bn", "1.035 bn"], &["-0.300 bn", "+0.100 bn"]);
        let bridge = Bridge::of_values(17.0, &[-2.0, -1.0], 14.0);
        check(&bridge, ["17", "-3", "14"], &["-2", "-1"]);
        let bridge = Bridge::of_shares(0.9612, &[-0.0499, 0.0, 0.0], 0.9113);
        check(&bridge, ["96.1 %", "-5.0 %", "91.1 %"], &["-5.0 %", "0", "0"]);
        let bridge = Bridge::of_values(0.0, &[], 0.0);
        check(&bridge, ["0", "0", "0"], &[]);
    }
}
