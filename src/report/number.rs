//! Numbers as people write them: how many digits, grouped thousands, percentages.
//!
//! In: a value and what is known of its error. Out: text without its unit. Nothing here decides
//! what is shown. At most four significant digits of an estimate are written, and none that the
//! Monte Carlo error leaves open (JCGM 100:2008 "GUM", 7.2.6: digits follow the uncertainty).
//! Powers of ten are taken from decimal text, never from a logarithm: the same digits everywhere.

use crate::results::Shown;

/// The most significant digits of an estimate.
const ESTIMATE_DIGITS: i32 = 4;
/// The most significant digits of a number that has no sampling error.
const EXACT_DIGITS: i32 = 6;
/// A small value beside large ones of its row keeps at least so many.
const FEWEST_DIGITS: i32 = 2;
/// The last digit of the best determined figure of a row may be off by so many units (95 %).
const UNITS_OPEN: f64 = 2.0;
/// The last digit of any figure of a row may be off by so many units; else it loses digits of its own.
const UNITS_OPEN_AT_WORST: f64 = 12.0;
/// From here on, and below the other, powers of ten are written.
const SCIENTIFIC_FROM: f64 = 1e15;
const SCIENTIFIC_BELOW: f64 = 1e-4;
/// A number with a power of ten is no longer than this.
const MOST_CHARACTERS: usize = 10;
/// The most decimals of an error beside a mean.
const MOST_DECIMALS: i32 = 7;
/// From here on a word stands for the last digits.
const MAGNITUDE_FROM: f64 = 1e7;
/// The same where words count ten thousands.
const TEN_THOUSANDS_FROM: f64 = 1e5;
/// A figure that is less than this in the magnitude of its row is written in its own.
const LEAST_OF_MAGNITUDE: f64 = 0.01;

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

/// What is known of a figure besides its value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    /// It is computed, without an error of its own.
    Computed,
    /// It is the plan's own figure: four digits of it are of interest, whatever the others' errors.
    Plan,
    /// An estimate that has met an atom: the model's own number.
    Atom,
    /// An estimate with half the width of its 95 % interval.
    Within(f64),
}

/// A figure of a row and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    value: f64,
    known: Known,
}

impl Figure {
    /// A figure without an error.
    pub(crate) fn computed(value: f64) -> Figure {
        Figure { value, known: Known::Computed }
    }

    /// A figure of the base case.
    pub(crate) fn plan(value: f64) -> Figure {
        Figure { value, known: Known::Plan }
    }

    /// An estimate; an interval without width is an atom, an interval with an end that is no number tells nothing.
    pub(crate) fn estimate(value: f64, interval: Option<(f64, f64)>) -> Figure {
        let known = match interval {
            Some((low, high)) if low == high => Known::Atom,
            Some((low, high)) => Known::Within((high - low) / 2.0),
            None => Known::Computed,
        };
        Figure { value, known }
    }

    fn half_width(self) -> Option<f64> {
        if let Known::Within(half_width) = self.known { Some(half_width) } else { None }
    }
}

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
pub(super) struct Magnitude {
    pub(super) power: i32,
    pub(super) suffix: &'static str,
}

const NO_MAGNITUDE: Magnitude = Magnitude { power: 0, suffix: "" };

impl Magnitude {
    /// What keeps numbers as large as this one readable: from ten million on, a word instead of digits.
    pub(super) fn of(largest: f64) -> Magnitude {
        match largest {
            value if value >= SCIENTIFIC_FROM => NO_MAGNITUDE,
            value if value >= 1e12 => Magnitude { power: 12, suffix: " tn" },
            value if value >= 1e9 => Magnitude { power: 9, suffix: " bn" },
            value if value >= MAGNITUDE_FROM => Magnitude { power: 6, suffix: " M" },
            _ => NO_MAGNITUDE,
        }
    }

    /// The same in either way of counting.
    pub(super) fn by(counting: Counting, largest: f64) -> Magnitude {
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
    fn fitting(self, value: f64, counting: Counting) -> Magnitude {
        if self.power == 0 || shifted(value.abs(), -self.power) < LEAST_OF_MAGNITUDE {
            Magnitude::by(counting, value.abs())
        } else {
            self
        }
    }

    /// Up to six significant digits in it, no zeros at the end.
    pub(super) fn exact(self, value: f64) -> String {
        if is_scientific(value) {
            return scientific(value, ESTIMATE_DIGITS);
        }
        let shown = shifted(value, -self.power);
        let decimals = EXACT_DIGITS - 1 - exponent(shown, EXACT_DIGITS);
        let suffix = if value == 0.0 { "" } else { self.suffix };
        format!("{}{suffix}", trimmed(&fixed(shown, decimals.max(0))))
    }

    /// What is left of the decimal point is written to the unit, whatever `decimals` says.
    fn write(self, value: f64, decimals: i32) -> String {
        if value == 0.0 || self.power == 0 {
            return fixed(value, decimals.max(0));
        }
        let decimals = (decimals + self.power).max(0);
        format!("{}{}", fixed(shifted(value, -self.power), decimals), self.suffix)
    }
}

/// How the figures of one row are written: in one magnitude, with the same decimals wherever that makes sense.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    decimals: i32,
    magnitude: Magnitude,
    largest: f64,
    counting: Counting,
    /// Whether the plan's own figures keep to the decimals of the others.
    is_table: bool,
}

impl Scale {
    /// From the figures of a row.
    pub(crate) fn of(figures: &[Figure]) -> Scale {
        let best = figures.iter().filter_map(|f| f.half_width()).min_by(f64::total_cmp);
        Scale::new(figures, best, false)
    }

    /// From the figures of a table whose columns are read as movements: the same decimals everywhere.
    pub(crate) fn of_table(figures: &[Figure]) -> Scale {
        let mut half_widths: Vec<f64> = figures.iter().filter_map(|f| f.half_width()).collect();
        half_widths.sort_by(f64::total_cmp);
        Scale::new(figures, half_widths.get(half_widths.len() / 2).copied(), true)
    }

    fn new(figures: &[Figure], half_width: Option<f64>, is_table: bool) -> Scale {
        let largest = figures.iter().map(|f| f.value.abs()).max_by(f64::total_cmp).unwrap_or(0.0);
        let is_whole = figures.iter().all(|f| f.value.fract() == 0.0);
        let most = ESTIMATE_DIGITS - 1 - exponent(largest, ESTIMATE_DIGITS);
        let decimals = match half_width {
            Some(half_width) => most.min(decimals_open(half_width, UNITS_OPEN)),
            None => without_common_zeros(figures, most),
        };
        Scale {
            decimals: if is_whole { decimals.min(0) } else { decimals },
            magnitude: Magnitude::of(largest),
            largest,
            counting: Counting::Thousands,
            is_table,
        }
    }

    /// The same with large numbers counted in this way.
    pub(crate) fn by(self, counting: Counting) -> Scale {
        Scale { magnitude: Magnitude::by(counting, self.largest), counting, ..self }
    }

    /// A figure without an error of its own beside those of the row: up to six digits, in their magnitude.
    pub(crate) fn exact(self, value: f64) -> String {
        self.magnitude.fitting(value, self.counting).exact(value)
    }

    /// One figure of the row.
    pub(crate) fn write(self, figure: Figure) -> String {
        let Figure { value, known } = figure;
        if value == 0.0 {
            return fixed(value, if self.is_table { self.decimals.max(0) } else { 0 });
        }
        // Never more digits than these, however much larger the others are.
        let own = ESTIMATE_DIGITS - 1 - exponent(value, ESTIMATE_DIGITS);
        let fewest = FEWEST_DIGITS - 1 - exponent(value, FEWEST_DIGITS);
        let shared = self.decimals.min(own);
        let magnitude = self.magnitude.fitting(value, self.counting);
        let needed = |digits: i32| {
            decimals_needed(shifted(value, -magnitude.power), digits) - magnitude.power
        };
        // Written in another way than its row, it need not keep to the row's decimals.
        let is_apart = magnitude != self.magnitude || is_scientific(value);
        let decimals = match known {
            Known::Within(half_width) if is_apart => own.min(decimals_open(half_width, UNITS_OPEN)),
            Known::Computed if is_apart => own.min(needed(ESTIMATE_DIGITS)),
            Known::Within(half_width) => {
                let at_worst =
                    decimals_open(half_width, UNITS_OPEN_AT_WORST).max(self.decimals - 2);
                shared.max(fewest.min(decimals_open(half_width, UNITS_OPEN))).min(at_worst)
            }
            Known::Computed => shared.max(fewest.min(needed(ESTIMATE_DIGITS))),
            Known::Plan if self.is_table => shared.max(fewest.min(needed(ESTIMATE_DIGITS))),
            Known::Plan => shared.max(needed(ESTIMATE_DIGITS)),
            Known::Atom if is_short(value, EXACT_DIGITS) => shared.max(needed(EXACT_DIGITS)),
            Known::Atom => own,
        };
        if is_scientific(value) {
            return scientific(value, decimals + 1 + exponent(value, ESTIMATE_DIGITS));
        }
        let is_exact = matches!(known, Known::Plan | Known::Atom);
        // A whole number keeps all its digits as long as they can be read.
        let is_cut = magnitude.power > 0 && !is_short(value, ESTIMATE_DIGITS);
        if is_exact && is_cut && value.fract() == 0.0 && value.abs() < MAGNITUDE_FROM {
            return fixed(value, 0);
        }
        magnitude.write(value, decimals)
    }
}

/// Decimals without those that are 0 in every figure.
fn without_common_zeros(figures: &[Figure], most: i32) -> i32 {
    let most_needed =
        figures.iter().filter(|figure| figure.value.abs() < SCIENTIFIC_FROM).map(|figure| {
            let text = format!("{:.*}", usize::try_from(most).unwrap_or(0), figure.value);
            let fraction =
                text.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
            i32::try_from(fraction.len()).unwrap_or(0)
        });
    if most <= 0 { most } else { most_needed.max().unwrap_or(most) }
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

    /// Figures with half the width of their intervals; 0 for what has no error.
    #[track_caller]
    fn check_row(figures: &[(f64, f64)], expected: &[&str]) {
        let figure = |&(value, half_width): &(f64, f64)| match half_width {
            0.0 => Figure::computed(value),
            _ => Figure { value, known: Known::Within(half_width) },
        };
        let figures: Vec<Figure> = figures.iter().map(figure).collect();
        check(&figures, expected);
    }

    #[track_caller]
    fn check(figures: &[Figure], expected: &[&str]) {
        let scale = Scale::of(figures);
        let written: Vec<String> = figures.iter().map(|figure| scale.write(*figure)).collect();
        assert_eq!(written, expected);
    }

    fn atom(value: f64) -> Figure {
        Figure::estimate(value, Some((value, value)))
    }

    #[test]
    fn whole_numbers_and_atoms_are_never_rounded() {
        check(&[Figure::plan(1234.0), atom(1234.0), atom(56_789.0)], &["1,234", "1,234", "56,789"]);
        check(&[17.0, 29.0, 41.0, 53.0].map(atom), &["17", "29", "41", "53"]);
        let wide = Figure::estimate(90_000.0, Some((1234.0, 123_456.0)));
        check(&[Figure::plan(6172.0), atom(0.0), wide, atom(3.0)], &["6,172", "0", "90,000", "3"]);
        check(&[atom(1_234_567.0), atom(12_345_678.0)], &["1,234,567", "12.35 M"]);
        check(&[atom(12.345), atom(1.0 / 3.0)], &["12.345", "0.3333"]);
    }

    #[test]
    fn the_plan_keeps_four_digits_beside_badly_known_percentiles() {
        let percentile = Figure::estimate(52.0, Some((40.0, 64.0)));
        check(&[Figure::plan(66.037), percentile], &["66.04", "52"]);
        check(&[Figure::plan(12_345.6), percentile], &["12,346", "52"]);
    }

    #[test]
    fn tiny_and_huge_numbers_have_a_power_of_ten_and_no_other_cell_does() {
        check_row(&[(6.234e-26, 0.0), (1.5, 0.0)], &["6.234e-26", "1.5"]);
        check_row(&[(5.67e-8, 2e-11), (5.68e-8, 2e-11)], &["5.670e-8", "5.680e-8"]);
        check_row(&[(1e3, 1.0), (31.6e6, 1e4), (2.5e17, 1e15)], &["1,000", "31.60 M", "2.50e17"]);
        check_row(&[(-1.234_567e-300, 0.0)], &["-1.23e-300"]);
        assert_eq!(mean_and_error(5.67e-8, Some(2.3e-11)), ("5.670e-8".into(), "2e-11".into()));
        assert_eq!(mean_and_error(5.0, Some(1e-9)), ("5.000".into(), "<0.001".into()));
    }

    #[test]
    fn a_figure_far_below_its_row_has_a_magnitude_of_its_own() {
        check_row(&[(1234.0, 0.0), (6.6e9, 0.0), (5e7, 0.0)], &["1,234", "6.600 bn", "0.050 bn"]);
        check_row(&[(1_500_000.0, 0.0), (2e12, 0.0)], &["1,500,000", "2.000 tn"]);
        check_row(&[(31_622_777.0, 0.0), (1.3e16, 0.0)], &["31.62 M", "1.300e16"]);
    }

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
    fn a_row_shows_four_digits_of_its_largest_figure_at_most() {
        check_row(&[(52.0123, 0.0), (66.1267, 0.0), (83.2, 0.0)], &["52.01", "66.13", "83.20"]);
        check_row(&[(-6547.4, 0.0), (15.2, 0.0)], &["-6,547", "15"]);
        check_row(&[(1_659_612.4, 0.0), (0.0, 0.0)], &["1,659,612", "0"]);
    }

    #[test]
    fn decimals_that_the_error_leaves_open_are_not_shown() {
        check_row(&[(52.013, 0.11), (66.127, 0.1), (83.27, 0.15)], &["52.0", "66.1", "83.3"]);
        check_row(&[(66.127, 0.1), (983.27, 40.0)], &["66.1", "983"]);
        check_row(&[(4571.0, 300.0), (6123.0, 150.0)], &["4,571", "6,123"]);
    }

    #[test]
    fn a_small_figure_beside_large_ones_keeps_two_digits() {
        check_row(&[(0.0213, 0.0), (51.27, 0.0)], &["0.021", "51.27"]);
    }

    #[test]
    fn long_numbers_are_written_with_a_magnitude() {
        check_row(
            &[(6_599_612_345.5, 0.0), (-812_000_000.0, 0.0), (0.0, 0.0)],
            &["6.600 bn", "-0.812 bn", "0"],
        );
        check_row(&[(12_345_678.0, 0.0)], &["12.35 M"]);
        assert_eq!(mean_and_error(6.6123e9, Some(9.8e5)), ("6.612 bn".into(), "0.001 bn".into()));
    }

    #[test]
    fn zeros_that_all_figures_share_are_left_out() {
        check_row(&[(0.35, 0.0), (0.4, 0.0)], &["0.35", "0.40"]);
    }

    #[test]
    fn a_small_figure_gets_no_digit_that_is_open() {
        check_row(&[(-45.01, 0.05), (0.154, 0.1)], &["-45.0", "0.2"]);
    }

    #[test]
    fn the_cells_of_a_table_share_their_decimals() {
        let figures = [(-52.361, 0.01), (0.0312, 0.09), (57.99, 0.2)]
            .map(|(value, half_width)| Figure { value, known: Known::Within(half_width) });
        let scale = Scale::of_table(&figures);
        assert_eq!(figures.map(|figure| scale.write(figure)), ["-52.4", "0.0", "58.0"]);
    }

    #[test]
    fn whole_numbers_stay_whole() {
        check_row(&[(2.0, 0.0), (3.0, 0.0), (54.0, 0.5)], &["2", "3", "54"]);
        assert_eq!(mean_and_error(2.0, None).0, "2");
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

    #[test]
    fn numbers_are_counted_by_ten_thousands_too() {
        let by = |value| exact_by(value, Counting::TenThousands);
        assert_eq!([10_000.0, 100_000.0, 5e7].map(by), ["10,000", "10 万", "5,000 万"]);
        assert_eq!([5.33e10, 1.1e12, -2e8].map(by), ["533 亿", "1.1 万亿", "-2 亿"]);
        let figures = [5e6, 3.5e8].map(Figure::computed);
        let scale = Scale::of(&figures).by(Counting::TenThousands);
        assert_eq!(figures.map(|figure| scale.write(figure)), ["0.050 亿", "3.500 亿"]);
        assert_eq!(scale.exact(2.5e8), "2.5 亿");
        let (mean, error) = mean_and_error_by(6.6123e9, Some(9.8e5), Counting::TenThousands);
        assert_eq!((mean.as_str(), error.as_str()), ("66.12 亿", "0.01 亿"));
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
