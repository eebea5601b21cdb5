//! What a reader is told: titles, tables of cells, notes, and the line that reproduces the run.
//!
//! In: a result. Out: a [`Memo`], text cell by cell, without a layout. The page of a board paper
//! is the model: the plan's own figure first, then what the distribution makes of it.

use super::command;
use super::number::{self, Figure, Scale};
use super::page::{Align, Column, Grid, Memo};
use super::series::series_grid;
use super::statistics::{checks_grid, statistics_grid};
use super::visible::visible;
use crate::results::{
    self, BaseCase, Estimate, NumberSummary, OutputResult, Point, Provenance, Quantile,
    SimulationResult, Statistics, TimeSummary, Undefined,
};

/// Characters of the digest that the last line shows: enough to tell two models apart.
const DIGEST_SHOWN: usize = 12;
/// Stands where a number would mean nothing.
pub(super) const NOTHING: &str = "–";

/// The page of a result.
pub fn memo(result: &SimulationResult) -> Memo {
    let provenance = &result.provenance;
    let trials = provenance.trials;
    let mut grids = Vec::new();
    let figures = if trials == 0 {
        base_grid(&result.outputs)
    } else {
        figures_grid(&result.outputs, trials)
    };
    let probabilities = probabilities_grid(&result.outputs, trials);
    let asked = [checks_grid(&result.checks), statistics_grid(&result.statistics)];
    let first = [figures, probabilities].into_iter().chain(asked);
    grids.extend(first.filter(|grid| !grid.rows.is_empty()));
    for output in &result.outputs {
        if let Statistics::Series(series) = &output.statistics {
            grids.push(series_grid(output, series, trials));
        }
    }
    Memo {
        title: provenance.title.clone(),
        assumptions: assumptions(provenance),
        alert: alert(provenance).or_else(|| not_converged(result)),
        grids,
        warnings: result.warnings.iter().map(ToString::to_string).collect(),
        notes: result.notes.clone(),
        provenance: provenance_line(provenance),
        command: command::line_with(provenance, &percentiles(&result.outputs), &statistics(result)),
    }
}

/// Statistics that stand in no file, as written.
fn statistics(result: &SimulationResult) -> Vec<&str> {
    result.statistics.iter().map(|statistic| statistic.text.as_str()).collect()
}

impl Memo {
    /// The page with a command that asks for these outputs alone; for all, if none is named.
    #[must_use]
    pub fn naming(mut self, only: &[String]) -> Memo {
        if !only.is_empty() && !self.command.is_empty() {
            self.command.push_str(" --only ");
            self.command.push_str(&command::quoted(&only.join(",")));
        }
        self
    }
}

/// The page of the checks alone.
pub fn checks_memo(result: &SimulationResult) -> Memo {
    let provenance = &result.provenance;
    let grid = checks_grid(&result.checks);
    let has_checks = !grid.rows.is_empty();
    Memo {
        title: provenance.title.clone(),
        assumptions: assumptions(provenance),
        alert: alert(provenance)
            .or_else(|| (!has_checks).then(|| "The model declares no checks.".to_owned())),
        grids: if has_checks { vec![grid] } else { Vec::new() },
        warnings: results::advice(&[], &result.checks, provenance.trials)
            .into_iter()
            .map(|warning| warning.english)
            .collect(),
        notes: result.notes.clone(),
        provenance: provenance_line(provenance),
        command: String::new(),
    }
}

/// `Scenario small_model`, `With gpus = 300 GPU`.
pub(super) fn assumptions(provenance: &Provenance) -> Vec<String> {
    let scenario = provenance.scenario.iter().map(|name| format!("Scenario: {name}"));
    let set: Vec<String> =
        provenance.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let set = (!set.is_empty()).then(|| format!("Set: {}", set.join(", ")));
    scenario.chain(set).collect()
}

pub(super) fn alert(provenance: &Provenance) -> Option<String> {
    let Provenance { trials, trials_asked, .. } = *provenance;
    (trials < trials_asked).then(|| match trials {
        0 => format!(
            "Interrupted before the first of {} trials: the base case alone.",
            number::grouped(trials_asked)
        ),
        _ => format!(
            "Interrupted: {} of {} trials. Every figure below is of the trials done.",
            number::grouped(trials),
            number::grouped(trials_asked)
        ),
    })
}

fn not_converged(result: &SimulationResult) -> Option<String> {
    let open = result.statistics.iter().filter(|statistic| !statistic.is_precise());
    let open: Vec<&str> = open.map(|statistic| statistic.text.as_str()).collect();
    (!open.is_empty()).then(|| {
        let trials = number::grouped(result.provenance.trials);
        format!("Not converged after {trials} trials, the most allowed: {}", open.join(" · "))
    })
}

/// `outlay 0.1.0 · format 2 · a800-10k sha256:1f3a… · seed 1 · random · 1,000,000 trials`.
pub(super) fn provenance_line(provenance: &Provenance) -> String {
    let mut parts = vec![identity_line(provenance)];
    let Provenance { trials, trials_asked, .. } = *provenance;
    if trials == 0 {
        parts.push("base case".to_owned());
    } else {
        parts.push(format!("seed {}", provenance.seed));
        parts.push(provenance.design.to_owned());
        parts.push(if trials < trials_asked {
            let (done, asked) = (number::grouped(trials), number::grouped(trials_asked));
            format!("{done} of {asked} trials (interrupted)")
        } else {
            format!("{} trials", number::grouped(trials))
        });
    }
    parts.join(" · ")
}

/// `outlay 0.1.0 · format 2 · a800-10k sha256:1f3a…`: the program and the model.
pub(super) fn identity_line(provenance: &Provenance) -> String {
    let digest: String = provenance.digest.chars().take(DIGEST_SHOWN).collect();
    let file = if digest.is_empty() {
        provenance.file.clone()
    } else {
        format!("{} sha256:{digest}", provenance.file)
    };
    // A page may have several of these lines, and none is broken by a name.
    let file = visible(&file);
    format!("outlay {} · format {} · {file}", provenance.version, provenance.format)
}

/// What an output is called: `budget[alibaba]`.
fn name(output: &OutputResult) -> String {
    if output.index.is_empty() {
        return output.name.clone();
    }
    format!("{}[{}]", output.name, labels(output))
}

fn labels(output: &OutputResult) -> String {
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    labels.join(", ")
}

fn with_about(name: &str, output: &OutputResult) -> String {
    output.about.as_ref().map_or_else(|| name.to_owned(), |about| format!("{name}: {about}"))
}

/// `investment: Total investment`, `budget[alibaba]: Budget`.
pub(super) fn label(output: &OutputResult) -> String {
    with_about(&name(output), output)
}

/// Labels of rows: what varies by index is named once, its rows stand indented below.
#[derive(Default)]
struct Labels<'a> {
    heading: Option<&'a str>,
}

impl<'a> Labels<'a> {
    /// The label of the row that comes next, its about alone for where that is too long; before it, where there is one, the heading goes into the grid.
    fn next(&mut self, output: &'a OutputResult, grid: &mut Grid) -> String {
        if output.index.is_empty() {
            self.heading = None;
            grid.short_labels.extend(output.about.clone().map(|about| (grid.rows.len(), about)));
            return label(output);
        }
        if self.heading != Some(&output.name) {
            self.heading = Some(&output.name);
            let mut row = vec![with_about(&output.name, output)];
            row.resize(grid.columns.len(), String::new());
            grid.rows.push(row);
        }
        format!("  {}", labels(output))
    }
}

fn unit(output: &OutputResult) -> String {
    output.unit.clone().unwrap_or_default()
}

pub(super) fn quantile_figure(quantile: &Quantile) -> Option<Figure> {
    let interval = match (quantile.low, quantile.high) {
        (Point::Value(low), Point::Value(high)) => Some((low, high)),
        (Point::Value(_) | Point::Never | Point::Undefined, _) => None,
    };
    match quantile.value {
        Point::Value(value) => Some(Figure::estimate(value, interval)),
        Point::Never | Point::Undefined => None,
    }
}

/// A point in words or, written by the row's scale, in figures.
pub(super) fn point(point: Point, write: impl Fn(f64) -> String) -> String {
    match point {
        Point::Value(value) => write(value),
        Point::Never => "never".to_owned(),
        Point::Undefined => "undefined".to_owned(),
    }
}

/// The scale of a row from its percentiles; from the base case where there are none.
fn scale(quantiles: &[Quantile], base: Option<BaseCase>) -> Scale {
    let mut figures: Vec<Figure> = quantiles.iter().filter_map(quantile_figure).collect();
    if figures.is_empty()
        && let Some(BaseCase { value: Point::Value(value), .. }) = base
    {
        figures.push(Figure::plan(value));
    }
    Scale::of(&figures)
}

pub(super) fn quantile_cells(quantiles: &[Quantile], scale: Scale) -> impl Iterator<Item = String> {
    quantiles.iter().map(move |quantile| match quantile_figure(quantile) {
        Some(figure) => scale.write(figure),
        None => point(quantile.value, number::exact),
    })
}

pub(super) fn base_cell(base: Option<BaseCase>, scale: Scale) -> String {
    base.map_or_else(String::new, |base| {
        point(base.value, |value| scale.write(Figure::plan(value)))
    })
}

fn rank_cell(base: Option<BaseCase>) -> String {
    base.and_then(|base| base.rank).map_or_else(String::new, number::percent)
}

pub(super) fn mean_cells(summary: &NumberSummary) -> [String; 2] {
    match summary.mean {
        Some(mean) => {
            let (mean, error) = number::mean_and_error(mean, summary.mean_se);
            [mean, if error.is_empty() { error } else { format!("± {error}") }]
        }
        None => [NOTHING.to_owned(), String::new()],
    }
}

/// `×650`: how many times the trials would find an estimate as well if they were independent.
fn gain(effective_trials: Option<f64>, trials: u64) -> String {
    effective_trials.map_or_else(String::new, |effective| {
        format!("×{}", number::ratio(effective / trials as f64))
    })
}

/// The share of trials without a value; empty where there are none.
pub(super) fn undefined_cell(undefined: &Undefined, trials: u64) -> String {
    if undefined.count == 0 || trials == 0 {
        return String::new();
    }
    number::percent(undefined.count as f64 / trials as f64)
}

/// The percentiles that the columns stand for: those of the first output that has any.
fn percentiles(outputs: &[OutputResult]) -> Vec<f64> {
    let of = |statistics: &Statistics| match statistics {
        Statistics::Number(number) => number.quantiles.iter().map(|q| q.p).collect(),
        Statistics::Time(time) => time.number.quantiles.iter().map(|q| q.p).collect(),
        Statistics::Probability(_) | Statistics::Series(_) => Vec::new(),
    };
    outputs
        .iter()
        .map(|output| of(&output.statistics))
        .find(|list: &Vec<f64>| !list.is_empty())
        .unwrap_or_default()
}

/// Numbers and times, one row each.
fn figures_grid(outputs: &[OutputResult], trials: u64) -> Grid {
    let percentiles = percentiles(outputs);
    let mut columns = vec![
        Column::new("", Align::Left),
        Column::unit(),
        Column::new("base", Align::Decimal).meaning("base: all inputs at their base"),
        Column::spare("rank", Align::Right, 3)
            .meaning("rank: share of trials at or below the base"),
        Column::spare("mean", Align::Decimal, 2),
        Column::spare("± se", Align::Joined, 5).meaning("se: standard error"),
        Column::spare("gain", Align::Right, 5)
            .meaning("gain: so many times the trials would find it as well, drawn at random"),
    ];
    let first = columns.len();
    let last = percentiles.len().saturating_sub(1);
    columns.extend(percentiles.iter().enumerate().map(|(position, p)| {
        // The outermost and the median stay.
        let is_inner = position > 0 && position < last && *p != 0.5;
        Column::spare(number::percentile_name(*p), Align::Decimal, if is_inner { 4 } else { 0 })
    }));
    if let (Some(column), Some(p)) = (columns.get_mut(first), percentiles.first()) {
        column.meaning =
            format!("{}: not exceeded in {} of trials", column.head, number::percent_short(*p));
    }
    columns.push(Column::new("P(never)", Align::Right));
    // What has no value is told in a warning as well.
    columns.push(Column::spare("undefined", Align::Right, 6));
    let mut grid = Grid::new("", columns);
    let mut labels = Labels::default();
    for output in outputs {
        let (summary, never) = match &output.statistics {
            Statistics::Number(number) => (number, String::new()),
            Statistics::Time(time) => {
                (&time.number, time.never.map_or_else(String::new, |p| number::percent(p.value)))
            }
            Statistics::Probability(_) | Statistics::Series(_) => continue,
        };
        let scale = scale(&summary.quantiles, summary.base);
        let [mean, error] = mean_cells(summary);
        let row_label = labels.next(output, &mut grid);
        let indent = if output.index.is_empty() { "" } else { "  " };
        let mut row = vec![
            row_label,
            unit(output),
            base_cell(summary.base, scale),
            rank_cell(summary.base),
            mean,
            error,
            gain(summary.effective_trials, trials),
        ];
        row.extend(quantile_cells(&summary.quantiles, scale));
        row.resize(first + percentiles.len(), NOTHING.to_owned());
        row.push(never);
        row.push(undefined_cell(&summary.undefined, trials));
        grid.rows.push(row);
        if let Statistics::Time(time) = &output.statistics {
            grid.rows.extend(if_ever_row(time, indent, first, percentiles.len()));
        }
    }
    grid.without_empty_columns()
}

/// The percentiles of the trials in which it happens at all.
fn if_ever_row(
    time: &TimeSummary,
    indent: &str,
    first: usize,
    n_percentiles: usize,
) -> Option<Vec<String>> {
    if time.quantiles_if_ever.is_empty() {
        return None;
    }
    let scale = scale(&time.quantiles_if_ever, None);
    let mut row = vec![format!("{indent}  if ever")];
    row.resize(first, String::new());
    row.extend(quantile_cells(&time.quantiles_if_ever, scale));
    row.resize(first + n_percentiles + 2, String::new());
    Some(row)
}

/// Numbers and times of the base case, one value each.
fn base_grid(outputs: &[OutputResult]) -> Grid {
    let columns =
        vec![Column::new("", Align::Left), Column::new("base", Align::Decimal), Column::unit()];
    let mut grid = Grid::new("", columns);
    let mut labels = Labels::default();
    for output in outputs {
        let base = match &output.statistics {
            Statistics::Number(number) => number.base.map(|base| base.value),
            Statistics::Time(time) => time.number.base.map(|base| base.value),
            Statistics::Probability(probability) => {
                let row_label = labels.next(output, &mut grid);
                grid.rows.push(vec![row_label, truth(probability.base), String::new()]);
                continue;
            }
            Statistics::Series(_) => continue,
        };
        let cell = base.map_or_else(|| NOTHING.to_owned(), |base| point(base, number::exact));
        let row_label = labels.next(output, &mut grid);
        grid.rows.push(vec![row_label, cell, unit(output)]);
    }
    grid.without_empty_columns()
}

/// A condition in the base case.
pub(super) fn truth(base: Option<bool>) -> String {
    match base {
        Some(true) => "true",
        Some(false) => "false",
        None => "undefined",
    }
    .to_owned()
}

/// Conditions, and how likely a time stays within its limits.
fn probabilities_grid(outputs: &[OutputResult], trials: u64) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("probability", Align::Right),
        Column::new("95 % interval", Align::Right),
        Column::spare("gain", Align::Right, 1),
        Column::new("base", Align::Left),
        Column::new("undefined", Align::Right),
    ];
    let mut grid = Grid::new("Probabilities", columns);
    if trials == 0 {
        return grid;
    }
    let cells = |estimate: Option<Estimate>| match estimate {
        Some(e) => number::percent_with_interval(e.value, e.low, e.high),
        None => (NOTHING.to_owned(), String::new()),
    };
    let mut labels = Labels::default();
    for output in outputs {
        match &output.statistics {
            Statistics::Probability(summary) => {
                let (probability, interval) = cells(summary.probability);
                let row_label = labels.next(output, &mut grid);
                grid.rows.push(vec![
                    row_label,
                    probability,
                    interval,
                    gain(summary.effective_trials, trials),
                    truth(summary.base),
                    undefined_cell(&summary.undefined, trials),
                ]);
            }
            Statistics::Time(time) => {
                for within in &time.within {
                    let (probability, interval) = cells(Some(within.probability));
                    let base = match time.number.base.map(|base| base.value) {
                        Some(Point::Value(value)) => truth(Some(value <= within.limit)),
                        Some(Point::Never) => truth(Some(false)),
                        Some(Point::Undefined) | None => String::new(),
                    };
                    let limit = limit(within.limit, output.unit.as_deref());
                    let name = format!("{} ≤ {limit}", name(output));
                    let nothing = String::new();
                    grid.rows.push(vec![
                        name,
                        probability,
                        interval,
                        nothing.clone(),
                        base,
                        nothing,
                    ]);
                }
            }
            Statistics::Number(_) | Statistics::Series(_) => {}
        }
    }
    grid.without_empty_columns()
}

/// `24 months`, `1 year`, `36`.
fn limit(value: f64, unit: Option<&str>) -> String {
    let number = number::exact(value);
    match unit {
        Some(unit @ ("month" | "year" | "quarter" | "week" | "day" | "hour")) if number != "1" => {
            format!("{number} {unit}s")
        }
        Some(unit) => format!("{number} {unit}"),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_time_read_as_words() {
        assert_eq!(limit(24.0, Some("month")), "24 months");
        assert_eq!(limit(1.0, Some("year")), "1 year");
        assert_eq!(limit(2.5, None), "2.5");
    }
}
