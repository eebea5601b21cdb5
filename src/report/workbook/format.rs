//! How numbers are shown: four digits, 万 and 亿 for large amounts of yuan, percent.

use crate::results::{NumberSummary, Point, Shown};

/// `P5`, `P99.9`.
pub(super) fn percentile(p: f64) -> String {
    format!("P{}", super::super::shifted(p, 2))
}

/// How many powers of ten a number has.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.rsplit('e').next().and_then(|power| power.parse().ok()).unwrap_or(0)
}

/// The format that shows the numbers of a unit, the largest of which is so large, with four digits.
pub(super) fn number_format(unit: Option<&str>, largest: f64) -> String {
    let unit = unit.unwrap_or("");
    let power = if largest == 0.0 { 0 } else { exponent(largest) };
    let is_yuan = unit == "CNY" || unit.starts_with("CNY/");
    // A comma behind the digits divides by a thousand; a point that is written out stands where 万 or 亿 have theirs.
    match power {
        _ if largest == 0.0 => "0".to_owned(),
        8.. if is_yuan => "0\\.00,,\" 亿\"".to_owned(),
        5.. if is_yuan => "0\\.0,\" 万\"".to_owned(),
        15.. => "0.000E+00".to_owned(),
        9.. => "#,##0.00,,,\" bn\"".to_owned(),
        7.. => "#,##0.00,,\" M\"".to_owned(),
        -4.. => {
            let decimals = usize::try_from(3 - power).unwrap_or(0);
            let point = if decimals == 0 { "" } else { "." };
            let percent = if unit == "%" { "\" %\"" } else { "" };
            format!("#,##0{point}{}{percent}", "0".repeat(decimals))
        }
        _ => "0.000E+00".to_owned(),
    }
}

/// The same of an input, as its own text is written; a cell in percent still holds the plain number.
pub(super) fn input_format(shown: &Shown, largest: f64) -> String {
    if !shown.is_percent {
        return number_format(shown.unit.as_deref(), largest);
    }
    let power = if largest == 0.0 { 0 } else { exponent(largest) + 2 };
    let decimals = usize::try_from(3 - power).unwrap_or(0).min(6);
    let point = if decimals == 0 { "" } else { "." };
    format!("0{point}{}%", "0".repeat(decimals))
}

/// Shares: as many digits as four make.
pub(super) const SHARE: &str = "0.00%";

/// The format of the values of a summary: of whole numbers without decimals, which their mean and spread have all the same.
pub(super) fn value_format(unit: Option<&str>, number: &NumberSummary) -> String {
    let is_whole = |point: Point| match point {
        Point::Value(value) => value.fract() == 0.0,
        Point::Never | Point::Undefined => true,
    };
    let ends = number.min.into_iter().chain(number.max).map(Point::Value);
    let quantiles = number.quantiles.iter().map(|quantile| quantile.value);
    let largest = largest(number);
    if largest < 1e7 && ends.chain(quantiles).all(is_whole) {
        return "#,##0".to_owned();
    }
    number_format(unit, largest)
}

/// The largest distance from zero of what a summary shows.
pub(super) fn largest(number: &NumberSummary) -> f64 {
    let value = |point: Point| if let Point::Value(value) = point { Some(value) } else { None };
    let quantiles = number.quantiles.iter().filter_map(|quantile| value(quantile.value));
    let base = number.base.and_then(|base| value(base.value));
    quantiles.chain(number.mean).chain(base).fold(0.0, |most, value| value.abs().max(most))
}

/// `npv (亿 CNY)`.
pub(super) fn named(name: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| name.to_owned(), |unit| format!("{name} ({unit})"))
}
