//! A series over time: shades between percentiles, the median as a line.

use super::canvas::{labels, padded};
use crate::report::chart::{Axis, Ticks};
use crate::report::number;
use crate::report::series::shown_steps;
use crate::results::{Point, SeriesSummary, Statistics};

/// Rows of the drawing.
const ROWS: usize = 14;
/// Cells left of it, for numbers.
const LEFT: usize = 10;
/// Cells right of it, for names of percentiles.
const RIGHT: usize = 6;
/// One name of a step in so many cells.
const CELLS_A_STEP: usize = 12;

/// Shades from the outside in; the last is of all bands further inside.
const SHADES: [char; 2] = ['░', '▒'];
const MEDIAN: char = '━';
const PLAN: char = '╍';
const ZERO: char = '┄';

/// The lines of the drawing, with its legend; none of a series without figures.
pub(super) fn fan(series: &SeriesSummary, width: usize) -> Vec<String> {
    let Some(lines) = Lines::of(series) else { return Vec::new() };
    let n = width.saturating_sub(LEFT + RIGHT);
    let n_steps = series.steps.len();
    let step_at = |column: usize| {
        let share = column as f64 / n.saturating_sub(1).max(1) as f64;
        ((share * (n_steps - 1) as f64).round() as usize).min(n_steps - 1)
    };
    let (low, high) = lines.range;
    let axis = Axis::new((low, high), (ROWS as f64, 0.0));
    let row_of = |value: f64| (axis.at(value) as usize).min(ROWS - 1);
    let ticks: Vec<(usize, String)> = Ticks::new((low, high), 6)
        .0
        .into_iter()
        .map(|(value, text)| {
            let text = if lines.are_shares {
                format!("{} %", number::exact(number::shifted(value, 2)))
            } else {
                text
            };
            (row_of(value), text)
        })
        .collect();
    let zero = (low..=high).contains(&0.0).then(|| row_of(0.0));
    let mut cells = vec![vec![' '; n]; ROWS];
    for column in 0..n {
        let step = step_at(column);
        for (row, line) in cells.iter_mut().enumerate() {
            if zero == Some(row) {
                line[column] = ZERO;
            }
        }
        for (depth, (low, high)) in lines.bands.iter().enumerate() {
            if let (Some(low), Some(high)) = (low[step], high[step]) {
                let shade = SHADES[depth.min(SHADES.len() - 1)];
                for line in &mut cells[row_of(high)..=row_of(low)] {
                    line[column] = shade;
                }
            }
        }
        if let Some(base) = lines.base[step] {
            cells[row_of(base)][column] = PLAN;
        }
        if let Some(median) = lines.median.as_ref().and_then(|values| values[step]) {
            cells[row_of(median)][column] = MEDIAN;
        }
    }
    let mut names: Vec<Option<&str>> = vec![None; ROWS];
    for (name, value) in &lines.ends {
        let row = row_of(*value);
        if names[row].is_none() {
            names[row] = Some(name);
        }
    }
    let mut out: Vec<String> = cells
        .iter()
        .enumerate()
        .map(|(row, line)| {
            let tick = ticks.iter().find(|tick| tick.0 == row).map_or("", |tick| tick.1.as_str());
            let name = names[row].unwrap_or("");
            let line: String = line.iter().collect();
            let tick = padded("", (LEFT - 1).saturating_sub(tick.chars().count())) + tick;
            format!("{tick} {line} {name}").trim_end().to_owned()
        })
        .collect();
    let steps: Vec<(usize, String)> = shown_steps(n_steps, (n / CELLS_A_STEP).max(2))
        .into_iter()
        .map(|step| {
            let share = step as f64 / (n_steps - 1) as f64;
            let at = (share * n.saturating_sub(1) as f64).round() as usize;
            (at, series.steps[step].label.clone().unwrap_or_else(|| step.to_string()))
        })
        .collect();
    let left = " ".repeat(LEFT);
    let mut rule: Vec<char> = vec!['─'; n];
    for (at, _) in &steps {
        rule[*at] = '┬';
    }
    out.push(format!("{left}{}", rule.into_iter().collect::<String>()));
    out.push(format!("{left}{}", labels(&steps, n)));
    out.push(format!("{left}{}", lines.legend));
    out
}

/// One value a step; `None` where it is never or undefined.
type Values = Vec<Option<f64>>;

/// What is drawn.
struct Lines {
    /// Pairs of percentiles, the outermost first.
    bands: Vec<(Values, Values)>,
    median: Option<Values>,
    base: Values,
    /// Names at the right end.
    ends: Vec<(String, f64)>,
    range: (f64, f64),
    legend: String,
    are_shares: bool,
}

impl Lines {
    fn of(series: &SeriesSummary) -> Option<Lines> {
        let value = |point: Point| if let Point::Value(value) = point { Some(value) } else { None };
        let mut lines: Vec<(f64, Values)> = Vec::new();
        let mut base = Vec::new();
        let mut are_shares = false;
        for step in &series.steps {
            let (quantiles, plan): (Vec<(f64, Option<f64>)>, Option<f64>) = match &step.statistics {
                Statistics::Number(number) => (
                    number.quantiles.iter().map(|q| (q.p, value(q.value))).collect(),
                    number.base.and_then(|base| value(base.value)),
                ),
                Statistics::Time(time) => (
                    time.number.quantiles.iter().map(|q| (q.p, value(q.value))).collect(),
                    time.number.base.and_then(|base| value(base.value)),
                ),
                Statistics::Probability(summary) => {
                    are_shares = true;
                    (vec![(0.5, summary.probability.map(|p| p.value))], None)
                }
                Statistics::Series(_) => return None,
            };
            if lines.is_empty() {
                lines = quantiles.iter().map(|(p, _)| (*p, Vec::new())).collect();
            }
            for (line, quantile) in lines.iter_mut().zip(quantiles) {
                line.1.push(quantile.1);
            }
            base.push(plan);
        }
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = lines.len();
        let all = lines.iter().flat_map(|line| &line.1).chain(&base).flatten();
        let empty = if are_shares { (0.0, 1.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        let range = all.fold(empty, |(low, high), &v| (low.min(v), high.max(v)));
        if n == 0 || range.0 > range.1 || series.steps.len() < 2 {
            return None;
        }
        let name = |p: f64| number::percentile_name(p);
        let mut legend: Vec<String> = Vec::new();
        let mut ends: Vec<(String, f64)> = Vec::new();
        let end = |values: &[Option<f64>]| values.last().copied().flatten();
        let median = (n % 2 == 1).then(|| lines[n / 2].1.clone());
        if let Some(values) = &median {
            let text = if are_shares { "probability".to_owned() } else { name(lines[n / 2].0) };
            legend.push(format!("{MEDIAN} {text}"));
            ends.extend(end(values).filter(|_| !are_shares).map(|value| (text, value)));
        }
        for depth in 0..n / 2 {
            let (low, high) = (&lines[depth], &lines[n - 1 - depth]);
            let shade = SHADES[depth.min(SHADES.len() - 1)];
            legend.push(format!("{shade} {}–{}", name(low.0), name(high.0)));
            ends.extend([low, high].into_iter().filter_map(|(p, v)| Some((name(*p), end(v)?))));
        }
        if base.iter().any(Option::is_some) {
            legend.push(format!("{PLAN} base"));
        }
        let bands = (0..n / 2).map(|at| (lines[at].1.clone(), lines[n - 1 - at].1.clone()));
        Some(Lines {
            bands: bands.collect(),
            median,
            base,
            ends,
            range,
            legend: legend.join("  "),
            are_shares,
        })
    }
}
