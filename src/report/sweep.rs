//! Statistics along one or two inputs: page with a chart, CSV and JSON (`outlay.sweep/1`).
//!
//! In CSV and JSON an input written in percent is a plain number: 0.62.

use std::collections::BTreeMap;

use serde::Serialize;

use super::command;
use super::csv::{number as csv_number, safe, sheet};
use super::json::{ModelWire, StatisticWire, finite, model_wire, statistic_wire, written};
use super::memo;
use super::number;
use super::page::{Align, Column, Grid, Memo};
use super::statistics::estimate_cells;
use crate::analysis::{Steps, Sweep, SweepPoint};
use crate::expr::Measure;
use crate::results::{Point, StatisticResult};

const SCHEMA: &str = "outlay.sweep/1";
/// Cells of the chart.
const CHART: usize = 40;
/// The marks of the statistics in the chart.
const MARKS: [char; 6] = ['●', '○', '◆', '◇', '■', '□'];

/// The page: a row a point, and for one input a chart.
pub fn sweep_memo(sweep: &Sweep) -> Memo {
    let provenance = &sweep.provenance;
    let missing = sweep.n_points - sweep.points.len();
    let alert = (missing > 0)
        .then(|| format!("Interrupted: {} of {} points.", sweep.points.len(), sweep.n_points));
    let mut options: Vec<String> = Vec::new();
    for steps in &sweep.steps {
        let values: Vec<String> = steps.values.iter().map(f64::to_string).collect();
        let unit = spaced(steps.vary.unit());
        let text = format!("{}={}{unit}", steps.vary.name, values.join(","));
        options.push(format!("--vary {}", command::quoted(&text)));
    }
    for statistic in sweep.points.first().iter().flat_map(|point| &point.statistics) {
        options.push(format!("--statistic {}", command::quoted(&statistic.text)));
    }
    let mut grids = vec![points_grid(sweep)];
    grids.extend(chart_grids(sweep));
    Memo {
        title: provenance.title.clone(),
        assumptions: memo::assumptions(provenance),
        alert,
        grids,
        warnings: sweep.warnings.clone(),
        provenance: memo::provenance_line(provenance),
        command: command::of(provenance, "sweep", options),
        ..Memo::default()
    }
}

fn spaced(unit: &str) -> String {
    match unit {
        "" => String::new(),
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    }
}

/// `gpus (GPU)`.
fn head(steps: &Steps) -> String {
    match steps.vary.unit() {
        "" => steps.vary.name.clone(),
        unit => format!("{} ({unit})", steps.vary.name),
    }
}

fn points_grid(sweep: &Sweep) -> Grid {
    let mut columns: Vec<Column> =
        sweep.steps.iter().map(|steps| Column::new(head(steps), Align::Decimal)).collect();
    let statistics = sweep.points.first().map_or(&[][..], |point| &point.statistics);
    for statistic in statistics {
        let unit = statistic.unit.as_ref().map_or(String::new(), |unit| format!(" ({unit})"));
        columns.push(Column::new(format!("{}{unit}", statistic.text), Align::Decimal));
    }
    let mut grid = Grid::new("", columns);
    for point in &sweep.points {
        let values = point.values.iter().map(|&value| number::exact(value));
        let estimates = point.statistics.iter().map(|statistic| estimate_cells(statistic).0);
        grid.rows.push(values.chain(estimates).collect());
    }
    grid
}

/// A chart for the statistics of each unit, where one input varies.
fn chart_grids(sweep: &Sweep) -> Vec<Grid> {
    let ([steps], Some(first)) = (sweep.steps.as_slice(), sweep.points.first()) else {
        return Vec::new();
    };
    if sweep.points.len() < 2 {
        return Vec::new();
    }
    let is_share = |statistic: &StatisticResult| statistic.measure == Measure::Probability;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, statistic) in first.statistics.iter().enumerate() {
        let is_alike = |group: &Vec<usize>| {
            let known = &first.statistics[group[0]];
            known.unit == statistic.unit
                && is_share(known) == is_share(statistic)
                && group.len() < MARKS.len()
        };
        match groups.iter().position(is_alike) {
            Some(group) => groups[group].push(at),
            None => groups.push(vec![at]),
        }
    }
    groups.iter().filter_map(|group| chart(sweep, steps, group)).collect()
}

fn chart(sweep: &Sweep, steps: &Steps, group: &[usize]) -> Option<Grid> {
    let value = |point: &SweepPoint, at: usize| match point.statistics[at].value {
        Point::Value(value) => Some(value),
        Point::Never | Point::Undefined => None,
    };
    let values =
        sweep.points.iter().flat_map(|point| group.iter().map(move |&at| value(point, at)));
    let values: Vec<f64> = values.flatten().collect();
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    let width = high - low;
    if width.is_nan() || width <= 0.0 {
        return None;
    }
    let first = &sweep.points.first()?.statistics[group[0]];
    let write = |value: f64| {
        if first.measure == Measure::Probability {
            number::percent(value)
        } else {
            // Three digits of the width are enough for an axis.
            let tidy = |value: f64| -> f64 {
                let unit = format!("{width:.0e}").parse().unwrap_or(width) / 100.0;
                (value / unit).round() * unit
            };
            number::exact(tidy(value))
        }
    };
    let unit = first.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
    let axis = format!("{} … {}{unit}", write(low), write(high));
    let columns = vec![Column::new(head(steps), Align::Decimal), Column::new(axis, Align::Left)];
    let legend: Vec<String> = group
        .iter()
        .zip(MARKS)
        .map(|(&at, mark)| format!("{mark} {}", sweep.points[0].statistics[at].text))
        .collect();
    let mut grid = Grid::new("Chart", columns);
    for point in &sweep.points {
        let mut line = vec![' '; CHART];
        // The first statistic stands in front.
        for (&at, mark) in group.iter().zip(MARKS).rev() {
            if let Some(value) = value(point, at) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a cell of the chart"
                )]
                let cell = ((value - low) / width * (CHART - 1) as f64).round() as usize;
                line[cell.min(CHART - 1)] = mark;
            }
        }
        let line: String = line.into_iter().collect();
        grid.rows.push(vec![number::exact(point.values[0]), line.trim_end().to_owned()]);
    }
    grid.notes.push(legend.join(" · "));
    Some(grid)
}

/// A value in the unit as written; of a percentage the plain number.
fn plain(steps: &Steps, value: f64) -> f64 {
    (if steps.vary.unit() == "%" { number::shifted(value, -2) } else { value }) + 0.0
}

/// What a statistic is of, what it is, and its probability: `npv`, `percentile`, 0.5.
fn parts(statistic: &StatisticResult) -> (&str, &'static str, Option<f64>) {
    let inside = statistic.text.split_once('(').map_or("", |(_, inside)| inside);
    let inside = inside.trim_end().strip_suffix(')').unwrap_or(inside);
    match statistic.measure {
        Measure::Mean => (inside, "mean", None),
        Measure::Sd => (inside, "sd", None),
        Measure::Percentile(p) => (inside, "percentile", Some(p)),
        Measure::Probability => (inside, "probability", None),
        Measure::Shortfall(p) => {
            let of = inside.rsplit_once(',').map_or(inside, |(of, _)| of.trim_end());
            (of, "shortfall", Some(p))
        }
    }
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => finite(value),
        Point::Never | Point::Undefined => None,
    }
}

/// One statistic of one point a row; a value that is never or undefined is empty.
pub fn sweep_csv(sweep: &Sweep) -> String {
    let names: Vec<String> = sweep.steps.iter().map(|steps| safe(&steps.vary.name)).collect();
    let mut head: Vec<&str> = names.iter().map(String::as_str).collect();
    head.extend(["output", "statistic", "p", "value", "low", "high"]);
    let cell = |value: Option<f64>| value.map_or_else(String::new, csv_number);
    let mut rows = Vec::new();
    for point in &sweep.points {
        for statistic in &point.statistics {
            let (output, name, p) = parts(statistic);
            let inputs = sweep.steps.iter().zip(&point.values);
            let mut row: Vec<String> =
                inputs.map(|(steps, &value)| csv_number(plain(steps, value))).collect();
            let ends = statistic.interval.map_or([None; 2], |(low, high)| [low, high].map(value));
            row.extend([safe(output), name.to_owned(), cell(p), cell(value(statistic.value))]);
            row.extend(ends.map(cell));
            rows.push(row);
        }
    }
    sheet(&head, &rows)
}

#[derive(Serialize)]
struct SweepWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    format: u32,
    model: ModelWire<'a>,
    trials: u64,
    seed: String,
    design: &'a str,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
    elapsed_seconds: Option<f64>,
    vary: Vec<VaryWire<'a>>,
    points_asked: usize,
    points: Vec<PointWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct VaryWire<'a> {
    name: &'a str,
    unit: Option<&'a str>,
}

#[derive(Serialize)]
struct PointWire<'a> {
    inputs: BTreeMap<&'a str, f64>,
    statistics: Vec<StatisticWire<'a>>,
}

/// The sweep as JSON, ending with a line break.
pub fn sweep_json(sweep: &Sweep, elapsed_seconds: Option<f64>) -> String {
    let provenance = &sweep.provenance;
    let inputs = |point: &SweepPoint| {
        let all = sweep.steps.iter().zip(&point.values);
        all.map(|(steps, &value)| (steps.vary.name.as_str(), plain(steps, value))).collect()
    };
    written(&SweepWire {
        schema: SCHEMA,
        outlay: provenance.version,
        format: provenance.format,
        model: model_wire(provenance),
        trials: provenance.trials,
        seed: provenance.seed.to_string(),
        design: provenance.design,
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        elapsed_seconds: elapsed_seconds.and_then(finite),
        vary: sweep
            .steps
            .iter()
            .map(|steps| VaryWire {
                name: &steps.vary.name,
                unit: Some(steps.vary.unit()).filter(|unit| !unit.is_empty()),
            })
            .collect(),
        points_asked: sweep.n_points,
        points: sweep
            .points
            .iter()
            .map(|point| PointWire {
                inputs: inputs(point),
                statistics: point.statistics.iter().map(statistic_wire).collect(),
            })
            .collect(),
        warnings: &sweep.warnings,
    })
}
