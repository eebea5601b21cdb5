//! How many digits of an estimate to print: those that its Monte Carlo error supports, four significant at most.

/// Significant digits at most.
const MOST: i32 = 4;

/// How many decimals to print of `value`, whose 95 % interval reaches `error` to either side: the last digit
/// printed is the first whose unit is at least the error (after the *Guide to the expression of uncertainty in
/// measurement*, 7.2.6: no digits beyond those that the uncertainty leaves meaningful), the leading digit stands
/// in any case, and no more than four significant digits do. Negative: to round left of the point, -2 to hundreds.
pub fn decimals(value: f64, error: f64) -> i32 {
    let supported = match decimal_exponent(error.abs(), MOST as usize) {
        Some((exponent, is_power)) => -exponent - i32::from(!is_power),
        None => i32::MAX,
    };
    let Some((leading, _)) = decimal_exponent(value.abs(), MOST as usize) else {
        // A value of 0 has no leading digit.
        return if supported == i32::MAX { 0 } else { supported };
    };
    supported.clamp(-leading, MOST - 1 - leading)
}

/// `value` to the decimals that its error supports; `1200` for 1234 ± 60.
pub fn significant(value: f64, error: f64) -> String {
    let decimals = decimals(value, error);
    if decimals >= 0 {
        return format!("{value:.*}", decimals as usize);
    }
    // Rounding by way of the decimal text: no power of ten is inexact there.
    let digits =
        usize::try_from(decimal_exponent(value, MOST as usize).map_or(0, |(e, _)| e + decimals))
            .unwrap_or(0);
    let rounded: f64 = format!("{value:.digits$e}").parse().expect("a float's own text");
    format!("{rounded:.0}")
}

/// How many decimals show `digits` significant digits; 0 for 0.
pub(super) fn decimals_for(value: f64, digits: u8) -> i32 {
    let digits = usize::from(digits.max(1));
    decimal_exponent(value, digits).map_or(0, |(exponent, _)| digits as i32 - 1 - exponent)
}

/// The exponent of the leading decimal digit once rounded to `digits`, and whether the number is a power of ten;
/// `None` for 0 and what is not finite.
fn decimal_exponent(value: f64, digits: usize) -> Option<(i32, bool)> {
    if value == 0.0 || !value.is_finite() {
        return None;
    }
    let text = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').expect("scientific notation");
    let is_power = mantissa.trim_end_matches(['0', '.']).trim_start_matches('-') == "1";
    Some((exponent.parse().expect("an exponent"), is_power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, error: f64, expected: &str) {
        assert_eq!(significant(value, error), expected);
    }

    #[test]
    fn prints_the_digits_that_the_error_supports() {
        check(66.123_456, 0.1, "66.1");
        check(66.123_456, 0.02, "66.1");
        check(66.123_456, 0.2, "66");
        check(-66.123_456, 0.01, "-66.12");
        check(5.67e-8, 1e-10, "0.0000000567");
    }

    #[test]
    fn prints_four_significant_digits_at_most() {
        check(66.123_456, 0.0, "66.12");
        check(0.001_234_567, 1e-12, "0.001235");
        check(9.999_96, 0.0, "10.00");
        check(123_456.0, 0.0, "123500");
    }

    #[test]
    fn rounds_left_of_the_point_where_the_error_is_large() {
        check(1234.0, 60.0, "1200");
        check(-98_765.0, 1000.0, "-99000");
        check(3.0, 100.0, "3");
        check(0.04, 100.0, "0.04");
    }

    #[test]
    fn zero_takes_its_decimals_from_the_error() {
        assert_eq!(decimals(0.0, 0.01), 2);
        assert_eq!(decimals(0.0, 0.0), 0);
        check(0.0, 300.0, "0");
    }
}
