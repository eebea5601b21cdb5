//! HdrHistogram's formats: the percentile text of one output (`.hgrm`), a log of several (`.hlog`).
//!
//! In: a result with its outlines. Out: text. Both are read by the plotter of HdrHistogram, the log by its readers in Java,
//! Python and elsewhere. The text is in the output's own unit; a log holds whole numbers from 0 on, so that its values are
//! scaled, and the tag says by what. References: <https://hdrhistogram.github.io/HdrHistogram/>, and the class
//! `HistogramLogWriter` there, version 1.3 of the log.

use std::fmt::Write as _;

use super::number::grouped;
use crate::accumulate::{ChannelKind, Distribution, HdrError, hdr_log};
use crate::results::{OutputResult, SimulationResult, Statistics};

/// Lines up to half of what is left, over and over: as HdrHistogram does.
const TICKS: f64 = 5.0;
/// Lines at least of an output that is never in most trials: its values may be a few of a hundred.
const LEAST_LINES: f64 = 20.0;
/// Significant digits of a value.
const DIGITS: i32 = 6;
/// Whole numbers beyond are scaled down.
const LOG_DIGITS: i32 = 5;

/// An output's distribution with what the formats ask for.
struct Curve<'a> {
    output: &'a OutputResult,
    values: &'a Distribution,
    never: u64,
}

fn curves(result: &SimulationResult) -> impl Iterator<Item = Curve<'_>> {
    result.outputs.iter().filter_map(|output| {
        let outline = output.outline.as_ref()?;
        let values = outline.values.as_ref()?;
        Some(Curve { output, values, never: outline.n_never })
    })
}

/// The percentile text of the only output that is a number or a time.
///
/// # Errors
/// The names of the outputs where they are not just one.
pub fn hgrm(result: &SimulationResult) -> Result<String, Vec<String>> {
    let mut all: Vec<Curve<'_>> = curves(result).collect();
    let names = all.iter().map(|curve| name(curve.output)).collect();
    match (all.pop(), all.is_empty()) {
        (Some(curve), true) => Ok(text(&curve)),
        _ => Err(names),
    }
}

/// `budget[alibaba]`.
fn name(output: &OutputResult) -> String {
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    if labels.is_empty() {
        output.name.clone()
    } else {
        format!("{}[{}]", output.name, labels.join(","))
    }
}

fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.rsplit('e').next().and_then(|power| power.parse().ok()).unwrap_or(0)
}

fn text(curve: &Curve<'_>) -> String {
    let Curve { output, values, never } = curve;
    let (count, all) = (values.count(), values.count() + never);
    let largest = [values.min(), values.max()]
        .into_iter()
        .flatten()
        .fold(0.0, |most: f64, x| most.max(x.abs()));
    let decimals = usize::try_from((DIGITS - 1 - exponent(largest)).clamp(0, 15)).unwrap_or(0);
    let decimals = if values.is_whole() { 0 } else { decimals.max(3) };
    let width = 12.max(decimals + 9);
    let mut out = format!(
        "{:>width$} {:>14} {:>10} {:>14}\n\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    let mut line = |level: f64, value: f64, total: u64| {
        let _into_memory = if level < 1.0 {
            let inverse = 1.0 / (1.0 - level);
            writeln!(out, "{value:>width$.decimals$} {level:>14.12} {total:>10} {inverse:>14.2}")
        } else {
            writeln!(out, "{value:>width$.decimals$} {level:>14.12} {total:>10}")
        };
    };
    // Files on top of each other need the same rows: finer ones only where the usual rows would be hardly any.
    let is_mostly_never = count < *never;
    let finest =
        if is_mostly_never { count as f64 / all as f64 / LEAST_LINES } else { f64::INFINITY };
    let mut level = 0.0;
    // Where it happens in no trial there is nothing to tell.
    loop {
        if count == 0 {
            break;
        }
        // Levels are sums of binary fractions of a tenth: a hair less, lest 0.3 of 10 be 4.
        let rank = ((level * all as f64 - 1e-6).ceil() as u64).max(1);
        if rank >= all && *never == 0 {
            line(1.0, values.at_rank(count), count);
            break;
        }
        if is_mostly_never && rank >= count {
            // The greatest value; later, there is never alone.
            line(count as f64 / all as f64, values.at_rank(count), count);
            break;
        }
        if rank > count {
            break;
        }
        line(level, values.at_rank(rank), values.up_to_rank(rank));
        // Steps of a fifth of each half: 10 % up to 50 %, 5 % up to 75 %, …; finer where most of it is never.
        let mut half = 2.0;
        while 1.0 - 1.0 / half <= level {
            half *= 2.0;
        }
        level += (1.0 / (TICKS * half)).min(finest);
    }
    let summary = match &output.statistics {
        Statistics::Number(number) => Some(number),
        Statistics::Time(time) => Some(&time.number),
        Statistics::Probability(_) | Statistics::Series(_) => None,
    };
    if let Some((mean, sd)) = summary.and_then(|number| Some((number.mean?, number.sd?))) {
        let _into_memory = writeln!(
            out,
            "#[Mean    = {mean:>width$.decimals$}, StdDeviation   = {sd:>width$.decimals$}]",
            decimals = decimals.max(3)
        );
    }
    let max = values.max().unwrap_or(0.0);
    let _into_memory =
        writeln!(out, "#[Max     = {max:>width$.decimals$}, Total count    = {count:>width$}]");
    if *never > 0 {
        let _into_memory = writeln!(
            out,
            "#[Never   = {} of {} trials: later than every value]",
            grouped(*never),
            grouped(all)
        );
    }
    let _into_memory = writeln!(
        out,
        "#[Buckets = {:>width$}, SubBuckets     = {:>width$}]\n#[{}]",
        values.pieces().len(),
        1024,
        title(output)
    );
    out
}

/// `npv (亿 CNY): Net present value`, on one line.
fn title(output: &OutputResult) -> String {
    let unit = output.unit.as_ref().map_or(String::new(), |unit| format!(" ({unit})"));
    let about = output.about.as_ref().map_or(String::new(), |about| format!(": {about}"));
    super::visible(&format!("{}{unit}{about}", name(output))).into_owned()
}

/// A log with an entry for every number and time that is never negative, and the names of the others.
///
/// # Errors
/// The names of all, where there is nothing to log.
pub fn hlog(result: &SimulationResult) -> Result<(String, Vec<String>), Vec<String>> {
    let (mut entries, mut left_out) = (Vec::new(), Vec::new());
    for curve in curves(result) {
        let power = power(curve.values);
        let scale: f64 = format!("1e{power}").parse().expect("a power of ten");
        entries.push((tag(&curve, power), curve.values.hdr(scale), name(curve.output)));
    }
    let mut kept = Vec::new();
    for (tag, hdr, name) in entries {
        match hdr {
            Ok(hdr) => kept.push((tag, hdr)),
            Err(HdrError::Negative | HdrError::TooLarge) => left_out.push(name),
        }
    }
    if kept.is_empty() {
        return Err(left_out);
    }
    let provenance = &result.provenance;
    let comment = super::visible(&format!(
        "{} · outlay {} · sha256:{} · seed {} · {} trials",
        provenance.title, provenance.version, provenance.digest, provenance.seed, provenance.trials
    ))
    .into_owned();
    Ok((hdr_log(&comment, &kept), left_out))
}

/// The power of ten that leaves the smaller values five digits: 0 for whole numbers that have no more than twelve.
fn power(values: &Distribution) -> i32 {
    let largest = values.max().map_or(0, exponent);
    if values.is_whole() && largest < 12 {
        return 0;
    }
    let count = values.count();
    let low =
        (1..=20).map(|part| values.at_rank((count * part / 20).max(1))).find(|value| *value > 0.0);
    // With 16 digits at most: beyond, whole numbers end.
    (LOG_DIGITS - 1 - low.map_or(largest, exponent)).min(15 - largest)
}

/// The output's name with its unit and by what the values are to be multiplied: `investment*1e-4_亿_CNY`; of a time that
/// may be never those that happen: `break_even_month_if_ever`. A tag holds no blanks and no commas.
fn tag(curve: &Curve<'_>, power: i32) -> String {
    let output = curve.output;
    let ever = if curve.never > 0 { "_if_ever" } else { "" };
    let factor = if power == 0 { String::new() } else { format!("*1e{}", -power) };
    let unit = output.unit.as_ref().map_or(String::new(), |unit| format!("_{unit}"));
    let is_broken = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '"');
    format!("{}{factor}{unit}{ever}", name(output)).replace(is_broken, "_")
}

/// Whether an output of this kind has a distribution in these formats.
pub fn is_in_hdr(kind: ChannelKind, is_series: bool) -> bool {
    !is_series && kind != ChannelKind::Condition
}
