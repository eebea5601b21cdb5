//! Numbers as people write them: how many digits, grouped thousands, percentages.
//!
//! In: a value and what is known of its error. Out: text without its unit. Nothing here decides
//! what is shown. At most four significant digits of an estimate are written, and none that the
//! Monte Carlo error leaves open (JCGM 100:2008 "GUM", 7.2.6: digits follow the uncertainty).
//! Powers of ten are taken from decimal text, never from a logarithm: the same digits everywhere.

mod magnitude;
mod row;

pub(crate) use magnitude::{Counting, Ends, Magnitude};
pub(crate) use row::{Figure, Scale};

/// The most significant digits of an estimate.
const ESTIMATE_DIGITS: i32 = 4;
/// The most significant digits of a number that has no sampling error.
const EXACT_DIGITS: i32 = 6;
/// A small value beside large ones of its row keeps at least so many.
const FEWEST_DIGITS: i32 = 2;
/// The last digit of the best determined figure of a row may be off by so many units (95 %).
const UNITS_OPEN: f64 = 2.0;
/// From here on, and below the other, powers of ten are written.
const SCIENTIFIC_FROM: f64 = 1e15;
const SCIENTIFIC_BELOW: f64 = 1e-4;
/// A number with a power of ten is no longer than this.
const MOST_CHARACTERS: usize = 10;
/// The most decimals of an error beside a mean.
const MOST_DECIMALS: i32 = 7;

/// `1,000,000`.
pub(crate) fn grouped(n: u64) -> String {
    group_digits(&n.to_string())
}

/// Inserts a comma before every third digit from the right.
fn group_digits(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The power of ten of a value once it is rounded to `digits` significant digits; 0 for 0.
pub(super) fn exponent(value: f64, digits: i32) -> i32 {
    let precision = usize::try_from(digits - 1).unwrap_or(0);
    let text = format!("{:.*e}", precision, value.abs());
    text.rsplit('e').next().and_then(|e| e.parse().ok()).unwrap_or(0)
}

/// `value × 10^power` as the nearest double, by its decimal text: 0.07 becomes 7 and not 7.000000000000001.
pub(crate) fn shifted(value: f64, power: i32) -> f64 {
    let text = format!("{value:e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return value };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}", exponent + power).parse().unwrap_or(value)
}

/// A ratio to two significant digits: `1.3`, `650`.
pub(crate) fn ratio(value: f64) -> String {
    fixed(value, 1 - exponent(value, 2))
}

/// A value with that many decimals; a negative number of them rounds to tens, hundreds, …
pub(crate) fn fixed(value: f64, decimals: i32) -> String {
    if value != 0.0 && value.abs() >= SCIENTIFIC_FROM {
        return scientific(value, ESTIMATE_DIGITS);
    }
    let text = if decimals >= 0 {
        format!("{:.*}", usize::try_from(decimals).unwrap_or(0), value.abs())
    } else {
        let whole = shifted(value.abs(), decimals).round();
        format!("{:.0}", shifted(whole, -decimals))
    };
    let (whole, rest) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (text.as_str(), String::new()),
    };
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "-" } else { "" };
    format!("{sign}{}{rest}", group_digits(whole))
}

/// `1.235e18`, `6.2e-26`: that many significant digits, four at most and no more than fit in ten characters.
fn scientific(value: f64, digits: i32) -> String {
    let precision = usize::try_from(digits.clamp(1, ESTIMATE_DIGITS) - 1).unwrap_or(0);
    let text = format!("{value:.precision$e}");
    let too_long = text.len().saturating_sub(MOST_CHARACTERS).min(precision.saturating_sub(1));
    format!("{value:.*e}", precision - too_long)
}

/// Whether a value is written with a power of ten.
fn is_scientific(value: f64) -> bool {
    value != 0.0 && !(SCIENTIFIC_BELOW..SCIENTIFIC_FROM).contains(&value.abs())
}

/// Leaves the zeros behind the last decimal out: `26.65`, `10`.
fn trimmed(text: &str) -> String {
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// A number that has no sampling error: up to six significant digits, no zeros at the end, whole below ten million.
pub(crate) fn exact(value: f64) -> String {
    exact_by(value, Counting::Thousands)
}

/// The same, with large numbers counted in either way.
pub(crate) fn exact_by(value: f64, counting: Counting) -> String {
    Magnitude::by(counting, value.abs()).exact(value)
}

/// The decimals that a value has if that many significant digits are written, without zeros at the end.
fn decimals_needed(value: f64, digits: i32) -> i32 {
    let most = (digits - 1 - exponent(value, digits)).max(0);
    let text = format!("{value:.*}", usize::try_from(most).unwrap_or(0));
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
    i32::try_from(fraction.len()).unwrap_or(0)
}

/// Whether that many significant digits are all there is of a value.
fn is_short(value: f64, digits: i32) -> bool {
    let precision = usize::try_from(digits - 1).unwrap_or(0);
    format!("{value:.precision$e}").parse() == Ok(value)
}

/// The decimals up to which a half-width of `half_width` leaves at most `units` of the last digit open.
fn decimals_open(half_width: f64, units: f64) -> i32 {
    // floor(log10(units / half_width)), from decimal text; a hair wider, so that 0.1 counts as 0.1.
    let ratio = units / half_width * (1.0 + 1e-9);
    let text = format!("{ratio:.17e}");
    text.rsplit('e').next().and_then(|e| e.parse().ok()).unwrap_or(0)
}

/// A mean and its standard error, `("66.12", "0.01")`: decimals down to the error's first digit.
pub(crate) fn mean_and_error(mean: f64, error: Option<f64>) -> (String, String) {
    mean_and_error_by(mean, error, Counting::Thousands)
}

/// The same, with large numbers counted in either way.
pub(crate) fn mean_and_error_by(
    mean: f64,
    error: Option<f64>,
    counting: Counting,
) -> (String, String) {
    let most = ESTIMATE_DIGITS - 1 - exponent(mean, ESTIMATE_DIGITS);
    let error = error.filter(|error| *error > 0.0);
    if is_scientific(mean) {
        let wanted = error.map_or(most, |error| most.min(-exponent(error, 1)));
        let mean = scientific(mean, wanted + ESTIMATE_DIGITS - most);
        return (mean, error.map_or_else(String::new, |error| scientific(error, 1)));
    }
    let Some(error) = error else {
        let magnitude = Magnitude::by(counting, mean.abs());
        let is_whole = mean.fract() == 0.0 && magnitude.power == 0;
        return (magnitude.write(mean, if is_whole { 0 } else { most }), String::new());
    };
    let magnitude = Magnitude::by(counting, mean.abs().max(error));
    let wanted = -exponent(error, 1);
    // A mean near zero beside a large spread still deserves the error's digit.
    let decimals = if mean.abs() <= error { wanted } else { wanted.min(most) };
    let decimals = decimals.max(-magnitude.power);
    let smallest = shifted(1.0, -decimals);
    let error = match error < smallest / 2.0 {
        true => format!("<{}", magnitude.write(smallest, decimals)),
        // `0.00008` beside `0.01234`: a power of ten only where the zeros are no longer counted at a glance.
        false if is_scientific(error) && decimals > MOST_DECIMALS => scientific(error, 1),
        false => magnitude.write(error, decimals),
    };
    (magnitude.write(mean, decimals), error)
}

/// An error: two digits, `0.48`, `1,200`.
pub(crate) fn two_digits(value: f64) -> String {
    if is_scientific(value) {
        return scientific(value, FEWEST_DIGITS);
    }
    fixed(value, FEWEST_DIGITS - 1 - exponent(value, FEWEST_DIGITS))
}

/// The last digit of an estimate beside its interval is worth at most a tenth of half its width.
const UNITS_IN_INTERVAL: f64 = 20.0;

/// An estimate and its 95 % interval in the same digits, one or two of which are open: `66.12` and `66.11 – 66.14`.
pub(crate) fn with_interval(value: f64, low: f64, high: f64) -> (String, String) {
    with_interval_by(value, low, high, Counting::Thousands)
}

/// The same, with large numbers counted in either way.
pub(crate) fn with_interval_by(
    value: f64,
    low: f64,
    high: f64,
    counting: Counting,
) -> (String, String) {
    let magnitude = Magnitude::by(counting, value.abs().max(low.abs()).max(high.abs()));
    let most = EXACT_DIGITS - 1 - exponent(value, EXACT_DIGITS);
    let half_width = (high - low) / 2.0;
    let decimals = if half_width > 0.0 {
        decimals_open(half_width, UNITS_IN_INTERVAL).min(most.max(decimals_open(half_width, 2.0)))
    } else {
        most.min(decimals_needed(value, EXACT_DIGITS))
    };
    let write = |value: f64| {
        if is_scientific(value) {
            scientific(value, ESTIMATE_DIGITS)
        } else {
            magnitude.write(value, decimals)
        }
    };
    let interval = format!("{} – {}", write(low), write(high));
    (write(value), if low == high { String::new() } else { interval })
}

/// The same of a probability: `95.31 %` and `95.18 – 95.44 %`; never rounded to 0 % or 100 %.
pub(crate) fn percent_beside_interval(p: f64, low: f64, high: f64) -> (String, String) {
    let half_width = shifted((high - low) / 2.0, 2);
    let decimals =
        if half_width > 0.0 { decimals_open(half_width, UNITS_IN_INTERVAL).clamp(0, 9) } else { 0 };
    let write = |p: f64| {
        let is_end = p <= 0.0 || p >= 1.0;
        let own = if is_end { 0 } else { decimals.max(percent_decimals(p, 1)) };
        fixed(shifted(p, 2), own)
    };
    let interval = format!("{} – {} %", write(low), write(high));
    (format!("{} %", write(p)), if low == high { String::new() } else { interval })
}

/// A probability as a percentage: `31 %`, `6.9 %`, `98 %`, `99.98 %`: never rounded to 0 % or 100 %.
pub(crate) fn percent(p: f64) -> String {
    let digits = if p < 0.5 { 2 } else { 1 };
    format!("{} %", fixed(shifted(p, 2), percent_decimals(p, digits)))
}

/// A probability that was chosen, as a percentage: `5 %`, `97.5 %`.
pub(crate) fn percent_short(p: f64) -> String {
    format!("{} %", shifted(p, 2))
}

/// The same with the digits that its interval supports, three at most: `99.03 %` and `99.01 – 99.05 %`.
pub(crate) fn percent_with_interval(p: f64, low: f64, high: f64) -> (String, String) {
    let half_width = shifted((high - low) / 2.0, 2);
    let supported =
        if half_width > 0.0 { decimals_open(half_width, UNITS_OPEN).max(0) } else { 12 };
    let decimals = supported.min(percent_decimals(p, 3).max(0));
    let written =
        |decimals: i32| (fixed(shifted(low, 2), decimals), fixed(shifted(high, 2), decimals));
    // An interval whose ends look equal would look like none.
    let look_equal = |decimals: &i32| low < high && written(*decimals).0 == written(*decimals).1;
    let decimals = (decimals..=12).find(|decimals| !look_equal(decimals)).unwrap_or(decimals);
    let write = |p: f64| {
        let is_end = p <= 0.0 || p >= 1.0;
        // The bound of an event that was never seen is worth a digit: 0.0004 %.
        let own = if is_end { 0 } else { decimals.max(percent_decimals(p, 1)) };
        fixed(shifted(p, 2), if is_end { own } else { own.max(decimals) })
    };
    (format!("{} %", write(p)), format!("{} – {} %", write(low), write(high)))
}

/// Decimals of a percentage that show `digits` significant digits of min(p, 1 − p).
fn percent_decimals(p: f64, digits: i32) -> i32 {
    let rare = shifted(p.min(1.0 - p), 2);
    if rare <= 0.0 { 0 } else { (digits - 1 - exponent(rare, digits)).clamp(0, 9) }
}

/// `P5`, `P97.5`, from a non-exceedance probability.
pub(crate) fn percentile_name(p: f64) -> String {
    format!("P{}", shifted(p, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }

    #[test]
    fn percentiles_are_named_by_their_short_decimal() {
        assert_eq!(percentile_name(0.05), "P5");
        assert_eq!(percentile_name(0.975), "P97.5");
        assert_eq!(percentile_name(0.999), "P99.9");
        assert_eq!(percentile_name(0.07), "P7");
    }

    #[test]
    fn minus_zero_is_zero() {
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(fixed(-0.0, 0), "0");
    }

    #[test]
    fn a_mean_stops_at_its_error() {
        assert_eq!(mean_and_error(66.1234, Some(0.0098)), ("66.12".into(), "0.01".into()));
        assert_eq!(mean_and_error(66.1234, Some(0.3)), ("66.1".into(), "0.3".into()));
        assert_eq!(mean_and_error(66.1234, Some(0.0001)), ("66.12".into(), "<0.01".into()));
        assert_eq!(mean_and_error(-4571.3, Some(33.0)), ("-4,571".into(), "33".into()));
        assert_eq!(mean_and_error(0.001, Some(0.04)), ("0.00".into(), "0.04".into()));
        assert_eq!(mean_and_error(0.0, None).0, "0");
    }

    #[test]
    fn percentages_show_what_is_rare() {
        assert_eq!(percent(0.31), "31 %");
        assert_eq!(percent(0.0697), "7.0 %");
        assert_eq!(percent(0.00123), "0.12 %");
        assert_eq!(percent(0.99981), "99.98 %");
        assert_eq!(percent(0.98), "98 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn a_probability_and_its_interval_share_their_decimals() {
        assert_eq!(
            percent_with_interval(0.31, 0.309, 0.311),
            ("31.0 %".into(), "30.9 – 31.1 %".into())
        );
        assert_eq!(percent_with_interval(0.31, 0.28, 0.34), ("31 %".into(), "28 – 34 %".into()));
        assert_eq!(percent_with_interval(0.0, 0.0, 3.7e-6), ("0 %".into(), "0 – 0.0004 %".into()));
        assert_eq!(
            percent_with_interval(1.0, 0.9963, 1.0),
            ("100 %".into(), "99.6 – 100 %".into())
        );
        assert_eq!(
            percent_with_interval(0.0231, 0.0229, 0.0234),
            ("2.31 %".into(), "2.29 – 2.34 %".into())
        );
    }

    #[test]
    fn an_error_is_written_out_beside_its_mean() {
        assert_eq!(
            mean_and_error(0.01234, Some(7.9e-5)),
            ("0.01234".to_owned(), "0.00008".to_owned())
        );
    }

    #[test]
    fn exact_numbers_keep_six_digits_and_no_zeros() {
        assert_eq!(exact(26.65), "26.65");
        assert_eq!(exact(10.0), "10");
        assert_eq!(exact(10_000.0), "10,000");
        assert_eq!(exact(33.333_333_333), "33.3333");
        assert_eq!(exact(1_234_567.0), "1,234,567");
        assert_eq!(exact(1e9), "1 bn");
        assert_eq!(exact(3_333_333_333.3), "3.33333 bn");
        assert_eq!(exact(-0.25), "-0.25");
        assert_eq!(exact(2.5e-7), "2.500e-7");
        assert_eq!(exact(0.0), "0");
    }
}
