//! What `outlay fit` found: a table, a picture of quantiles, lines to paste into a model, CSV and JSON.
//!
//! Every number in a line reads back as the number it was written from.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::written;
use super::number::exact;
use super::page::{Align, Column, Grid, Memo};
use super::table::{Look, table};
use crate::analysis::fit::{Estimate, Fit, Fits, SAMPLE};
use crate::expr::{is_name, is_reserved, print_number};

/// The schema of the JSON.
const SCHEMA: &str = "outlay.fit/1";
/// A correlation below this is left out of a pasted model.
const LEAST_CORRELATION: f64 = 0.01;
/// The picture's cells.
const PLOT: (usize, usize) = (57, 19);
/// Above this ratio of the largest to the smallest positive value the picture has logarithmic axes.
const LOG_FROM: f64 = 50.0;

/// The data that were fitted, as they are named in text.
#[derive(Debug, Clone, Copy)]
pub struct FitSubject<'a> {
    /// The file as typed.
    pub file: &'a str,
    /// The column's head.
    pub column: &'a str,
    /// The unit of its numbers; empty for none.
    pub unit: &'a str,
}

impl FitSubject<'_> {
    fn spaced_unit(self) -> String {
        if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) }
    }

    /// The column's head as a name of an input.
    fn name(self) -> String {
        let name: String =
            self.column.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        if is_name(&name) && !is_reserved(&name) { name } else { "fitted".to_owned() }
    }
}

/// `lognormal(mu = 1.2, sigma = 0.6) USD`, to paste into a model.
pub fn fit_line(fit: &Fit, subject: FitSubject<'_>) -> String {
    let unit = subject.spaced_unit();
    if fit.family == SAMPLE {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
        let (file, column) = (quoted(subject.file), quoted(subject.column));
        return format!("sample(file = '{file}', column = '{column}'){unit}");
    }
    let arguments: Vec<String> = fit
        .parameters
        .iter()
        .map(|parameter| format!("{} = {}", parameter.name, print_number(parameter.value)))
        .collect();
    format!("{}({}){unit}", fit.family, arguments.join(", "))
}

/// The family with parameters that are uncertain themselves, as lines of `[inputs]`; `None` where no parameter has an error.
///
/// Parameters are drawn from the normal law that the likelihood tends to, in the coordinates in which it was maximized and
/// with its correlations: each given those before it.
pub fn fit_inputs(fit: &Fit, subject: FitSubject<'_>) -> Option<String> {
    let covariance = fit.covariance.as_ref()?;
    let name = subject.name();
    let unit = subject.spaced_unit();
    let mut out = "[inputs]\n".to_owned();
    let mut arguments = Vec::new();
    let places: Vec<f64> = fit.parameters.iter().map(place).collect();
    for (i, parameter) in fit.parameters.iter().enumerate() {
        let own = format!("{name}_{}", parameter.name);
        let own_unit = if parameter.coordinate.is_quantity() { unit.as_str() } else { "" };
        let (weights, variance) = conditional(covariance, i);
        if variance <= 0.0 {
            let _ = writeln!(out, "{own} = \"{}{own_unit}\"", print_number(parameter.value));
        } else {
            let mut center = print_number(places[i]);
            for (j, weight) in weights.into_iter().enumerate() {
                let (other, at) = (&fit.parameters[j], places[j]);
                let share = weight * libm::sqrt(covariance[j][j] / covariance[i][i]);
                if share.abs() < LEAST_CORRELATION {
                    continue;
                }
                let sign = if weight < 0.0 { "-" } else { "+" };
                let other = in_coordinate(&name, other, &unit);
                let at = if at < 0.0 {
                    format!("+ {}", print_number(-at))
                } else {
                    format!("- {}", print_number(at))
                };
                let _ = write!(center, " {sign} {} * ({other} {at})", short(weight.abs()));
            }
            let sd = short(libm::sqrt(variance));
            let law = if parameter.coordinate.is_positive() {
                format!("lognormal(mu = {center}, sigma = {sd})")
            } else {
                format!("normal(mean = {center}, sd = {sd})")
            };
            let _ = writeln!(out, "{own} = \"{law}{own_unit}\"");
        }
        arguments.push(format!("{} = {own}", parameter.name));
    }
    // A law by its logarithm, or one between 0 and 1, has no parameter that carries the unit.
    let is_bare = fit.parameters.iter().all(|parameter| !parameter.coordinate.is_quantity());
    let behind = if is_bare { unit.as_str() } else { "" };
    let _ = writeln!(out, "{name} = \"{}({}){behind}\"", fit.family, arguments.join(", "));
    Some(out)
}

fn place(parameter: &Estimate) -> f64 {
    if parameter.coordinate.is_positive() { libm::log(parameter.value) } else { parameter.value }
}

/// A parameter in its coordinate, as a formula of plain numbers.
fn in_coordinate(name: &str, parameter: &Estimate, unit: &str) -> String {
    let own = format!("{name}_{}", parameter.name);
    let plain = match parameter.coordinate.is_quantity() && !unit.is_empty() {
        true => format!("{own} / (1{unit})"),
        false => own,
    };
    if parameter.coordinate.is_positive() { format!("ln({plain})") } else { plain }
}

/// Weights of the coordinates before coordinate `i` in its conditional mean, and its conditional variance: of
/// coordinates jointly normal, three at most.
fn conditional(covariance: &[Vec<f64>], i: usize) -> (Vec<f64>, f64) {
    let c = covariance;
    match i {
        0 => (Vec::new(), c[0][0]),
        _ if c[0][0] <= 0.0 => (vec![0.0; i], c[i][i]),
        1 => {
            let weight = c[0][1] / c[0][0];
            (vec![weight], c[1][1] - weight * c[0][1])
        }
        _ => {
            let determinant = c[0][0] * c[1][1] - c[0][1] * c[0][1];
            let first = (c[1][1] * c[0][i] - c[0][1] * c[1][i]) / determinant;
            let second = (c[0][0] * c[1][i] - c[0][1] * c[0][i]) / determinant;
            (vec![first, second], c[i][i] - first * c[0][i] - second * c[1][i])
        }
    }
}

/// An error or a weight as it is pasted: six significant digits are more than is known of it.
fn short(value: f64) -> String {
    print_number(format!("{value:.5e}").parse().unwrap_or(value))
}

/// So many significant digits.
fn rounded(value: f64, digits: usize) -> String {
    exact(format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value))
}

/// The table: families by AIC, and those that do not fit with the reason.
pub fn fit_memo(fits: &Fits, subject: FitSubject<'_>) -> Memo {
    let least = fits.fits.iter().find_map(|fit| fit.aic);
    let columns = vec![
        Column::new("family", Align::Left),
        Column::new("AIC", Align::Decimal),
        Column::new("more", Align::Decimal),
        Column::spare("ln L", Align::Decimal, 3),
        Column::spare("KS", Align::Decimal, 1),
        Column::spare("AD", Align::Decimal, 2),
        Column::new("parameters ± se", Align::Left),
    ];
    let mut grid = Grid::new("", columns);
    for fit in &fits.fits {
        let figure = |value: Option<f64>, decimals: usize| {
            value.map_or("–".to_owned(), |value| format!("{value:.decimals$}"))
        };
        let parameters: Vec<String> = fit
            .parameters
            .iter()
            .map(|parameter| {
                let value = rounded(parameter.value, 5);
                match parameter.se {
                    Some(se) => format!("{} {value} ± {}", parameter.name, rounded(se, 2)),
                    None => format!("{} {value}", parameter.name),
                }
            })
            .collect();
        grid.rows.push(vec![
            fit.family.to_owned(),
            figure(fit.aic, 1),
            figure(fit.aic.zip(least).map(|(aic, least)| aic - least), 1),
            figure(fit.log_likelihood, 1),
            figure(fit.ks, 4),
            figure(fit.ad, 3),
            if fit.family == SAMPLE {
                "the data themselves".to_owned()
            } else {
                parameters.join(", ")
            },
        ]);
    }
    grid.notes.push(
        "AIC: the lower, the better; a difference (more) below 2 is none, above 10 decides · KS, AD: distances to the data"
            .to_owned(),
    );
    let mut grids = vec![grid];
    if !fits.inapplicable.is_empty() {
        let mut out = Grid::new(
            "",
            vec![Column::new("not applicable", Align::Left), Column::new("because", Align::Left)],
        );
        out.rows = fits
            .inapplicable
            .iter()
            .map(|found| vec![found.family.to_owned(), found.reason.clone()])
            .collect();
        grids.push(out);
    }
    let (low, high) = (fits.values[0], fits.values[fits.values.len() - 1]);
    Memo {
        title: format!(
            "{}, column {}: {} values from {} to {}{}",
            subject.file,
            subject.column,
            super::grouped(fits.values.len() as u64),
            rounded(low, 4),
            rounded(high, 4),
            subject.spaced_unit()
        ),
        grids,
        ..Memo::default()
    }
}

/// The table, the picture of the best fit, and what to paste; with the parameters' own uncertainty if that is asked for.
pub fn fit_page(fits: &Fits, subject: FitSubject<'_>, is_uncertain: bool, look: Look) -> String {
    let mut out = table(&fit_memo(fits, subject), look);
    let Some(best) = fits.fits.first() else { return out };
    if let Some(picture) = picture(fits, best) {
        let _ = write!(out, "\n{picture}");
    }
    let inputs = is_uncertain.then(|| fit_inputs(best, subject)).flatten();
    let line = format!("[inputs]\n{} = \"{}\"\n", subject.name(), fit_line(best, subject));
    let _ = write!(out, "\n{}", inputs.unwrap_or(line));
    out
}

/// Quantiles of the data over those of the law: a good fit stands on the diagonal.
fn picture(fits: &Fits, fit: &Fit) -> Option<String> {
    let law = fit.distribution.as_ref()?;
    let n = fits.values.len();
    let points: Vec<(f64, f64)> = fits
        .values
        .iter()
        .enumerate()
        .map(|(i, &value)| (law.quantile((i as f64 + 0.5) / n as f64), value))
        .collect();
    let all = || points.iter().flat_map(|&(x, y)| [x, y]).filter(|value| value.is_finite());
    let (low, high) =
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let is_log = low > 0.0 && high / low > LOG_FROM;
    let scaled = |value: f64| if is_log { libm::log(value) } else { value };
    let (from, to) = (scaled(low), scaled(high));
    if to.partial_cmp(&from) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let (width, height) = PLOT;
    let cell = |value: f64, cells: usize| -> usize {
        let share = ((scaled(value) - from) / (to - from)).clamp(0.0, 1.0);
        libm::round(share * (cells - 1) as f64) as usize
    };
    let mut cells = vec![vec![' '; width]; height];
    for (row, line) in cells.iter_mut().enumerate() {
        let share = (width - 1) as f64 / (height - 1) as f64;
        // The diagonal: three columns a row.
        let middle = libm::round(row as f64 * share) as usize;
        for cell in line.iter_mut().skip(middle.saturating_sub(1)).take(3) {
            *cell = '·';
        }
    }
    for &(x, y) in points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
        cells[cell(y, height)][cell(x, width)] = 'o';
    }
    let (low, high) = (rounded(low, 3), rounded(high, 3));
    let margin = low.chars().count().max(high.chars().count());
    let axes = if is_log { ", logarithmic axes" } else { "" };
    let mut out =
        format!("Quantiles of the data (up) over those of {} (right){axes}\n", fit.family);
    for (row, line) in cells.iter().enumerate().rev() {
        let label = match row {
            0 => low.as_str(),
            _ if row == height - 1 => high.as_str(),
            _ => "",
        };
        let line: String = line.iter().collect();
        let _ = writeln!(out, "{}", format!("{label:>margin$} │{line}").trim_end());
    }
    let _ = writeln!(out, "{:margin$} └{}", "", "─".repeat(width));
    let gap = width.saturating_sub(low.chars().count() + high.chars().count());
    let _ = writeln!(out, "{:margin$}  {low}{}{high}", "", " ".repeat(gap));
    Some(out)
}

#[derive(Serialize)]
struct Wire<'a> {
    schema: &'static str,
    outlay: &'static str,
    file: &'a str,
    column: &'a str,
    unit: &'a str,
    values: usize,
    fits: Vec<FitWire>,
    inapplicable: Vec<InapplicableWire<'a>>,
}

#[derive(Serialize)]
struct FitWire {
    family: &'static str,
    parameters: serde_json::Map<String, serde_json::Value>,
    log_likelihood: Option<f64>,
    aic: Option<f64>,
    ks: Option<f64>,
    ad: Option<f64>,
    line: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<String>,
}

#[derive(Serialize)]
struct InapplicableWire<'a> {
    family: &'static str,
    reason: &'a str,
}

/// As JSON, schema `outlay.fit/1`.
pub fn fit_json(fits: &Fits, subject: FitSubject<'_>, is_uncertain: bool) -> String {
    let parameters = |fit: &Fit| {
        fit.parameters
            .iter()
            .map(|parameter| {
                let value = serde_json::json!({"value": parameter.value, "se": parameter.se});
                (parameter.name.to_owned(), value)
            })
            .collect()
    };
    let wire = |fit: &Fit| FitWire {
        family: fit.family,
        parameters: parameters(fit),
        log_likelihood: fit.log_likelihood,
        aic: fit.aic,
        ks: fit.ks,
        ad: fit.ad,
        line: fit_line(fit, subject),
        inputs: is_uncertain.then(|| fit_inputs(fit, subject)).flatten(),
    };
    written(&Wire {
        schema: SCHEMA,
        outlay: env!("CARGO_PKG_VERSION"),
        file: subject.file,
        column: subject.column,
        unit: subject.unit,
        values: fits.values.len(),
        fits: fits.fits.iter().map(wire).collect(),
        inapplicable: fits
            .inapplicable
            .iter()
            .map(|found| InapplicableWire { family: found.family, reason: &found.reason })
            .collect(),
    })
}

/// As CSV: one statistic or parameter of a family a row, families in order.
pub fn fit_csv(fits: &Fits, subject: FitSubject<'_>) -> String {
    let mut rows =
        vec![["file", "column", "unit", "family", "statistic", "value", "se"].map(str::to_owned)];
    for fit in &fits.fits {
        let mut row = |statistic: &str, value: Option<f64>, se: Option<f64>| {
            let number = |value: Option<f64>| value.map_or(String::new(), print_number);
            rows.push([
                subject.file.to_owned(),
                subject.column.to_owned(),
                subject.unit.to_owned(),
                fit.family.to_owned(),
                statistic.to_owned(),
                number(value),
                number(se),
            ]);
        };
        row("log_likelihood", fit.log_likelihood, None);
        row("aic", fit.aic, None);
        row("ks", fit.ks, None);
        row("ad", fit.ad, None);
        for parameter in &fit.parameters {
            row(parameter.name, Some(parameter.value), parameter.se);
        }
    }
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for row in &rows {
        writer.write_record(row).expect("a vector takes every row");
    }
    let bytes = writer.into_inner().expect("a vector takes every row");
    String::from_utf8(bytes).expect("rows are text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fit;

    const SUBJECT: FitSubject<'_> = FitSubject { file: "prices.csv", column: "usd", unit: "USD" };

    fn values() -> Vec<f64> {
        (1..60).map(|i| f64::from(i * i % 37 + i) + 0.25).collect()
    }

    /// Every line, and every set of inputs, is a model that compiles.
    #[test]
    fn what_is_pasted_compiles() {
        let all: Vec<&str> = fit::families().filter(|&family| family != SAMPLE).collect();
        let unit_interval: Vec<f64> = values().iter().map(|x| x / 100.0).collect();
        let mut n_inputs = 0;
        for data in [values(), unit_interval] {
            let fits = fit::fit(&data, &all).expect("values that vary");
            for fit in &fits.fits {
                for unit in ["USD", ""] {
                    let subject = FitSubject { unit, ..SUBJECT };
                    let line = format!("[inputs]\nusd = \"{}\"\n", fit_line(fit, subject));
                    let inputs = fit_inputs(fit, subject);
                    n_inputs += usize::from(inputs.is_some());
                    for text in [Some(line), inputs].into_iter().flatten() {
                        let text = format!("outlay = 1\n{text}[outputs]\nusd = {{}}\n");
                        let request =
                            crate::Request { text: text.clone(), ..crate::Request::default() };
                        if let Err(failure) = crate::compile(&request, &mut crate::no_files) {
                            panic!("{text}\n{:?}", failure.diagnostics);
                        }
                    }
                }
            }
        }
        assert!(n_inputs > 40, "{n_inputs}");
    }

    #[test]
    fn conditional_laws_have_the_joint_covariances() {
        let c = vec![vec![4.0, 1.0, 0.5], vec![1.0, 2.0, -0.3], vec![0.5, -0.3, 1.0]];
        let (weights, variance) = conditional(&c, 2);
        // Σ₂₁ = w Σ₁₁, and the variance is what is left
        assert!((weights[0] * 4.0 + weights[1] * 1.0 - 0.5).abs() < 1e-12);
        assert!((weights[0] * 1.0 + weights[1] * 2.0 + 0.3).abs() < 1e-12);
        assert!((variance - (1.0 - weights[0] * 0.5 + weights[1] * 0.3)).abs() < 1e-12);
    }

    #[test]
    fn a_head_becomes_a_name() {
        let name = |column| FitSubject { column, ..SUBJECT }.name();
        assert_eq!(name("price per GPU"), "price_per_GPU");
        assert_eq!(name("价格"), "价格");
        assert_eq!(name("t"), "fitted");
        assert_eq!(name("2023"), "fitted");
    }
}
