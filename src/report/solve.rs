//! Where a statistic crosses its target: page, CSV and JSON of a solution.
//!
//! In: a [`Solution`]. Out: a page, or text. In CSV and JSON an input written in percent is a plain number: 0.62.

use serde::Serialize;

use super::command;
use super::memo::{NOTHING, assumptions, provenance_line};
use super::number;
use super::page::{Align, Column, Grid, Memo};
use super::statistics::estimate_cells;
use crate::analysis::{Crossing, Solution};

const SCHEMA: &str = "outlay.solve/1";
const HEAD: [&str; 10] =
    ["model", "scenario", "name", "equation", "value", "low", "high", "unit", "trials", "seed"];

/// The page of a solution.
pub fn solve_memo(solution: &Solution) -> Memo {
    let Solution { provenance, vary, equation, .. } = solution;
    let alert = match solution.crossings.as_slice() {
        [] => {
            let (low, high) = (number::exact(vary.low), number::exact(vary.high));
            let unit = spaced(vary.unit());
            Some(format!(
                "No crossing: {equation} has no solution for {} from {low} to {high}{unit}.",
                vary.name
            ))
        }
        _ => None,
    };
    let grids = [crossings_grid(solution), scan_grid(solution)];
    let options = vec![
        format!("--vary {}", command::quoted(&vary.range())),
        format!("--for {}", command::quoted(equation)),
    ];
    Memo {
        title: provenance.title.clone(),
        assumptions: assumptions(provenance),
        alert,
        grids: grids.into_iter().filter(|grid| !grid.rows.is_empty()).collect(),
        warnings: solution.warnings.clone(),
        provenance: provenance_line(provenance),
        command: command::of(provenance, "solve", options),
        ..Memo::default()
    }
}

fn spaced(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

fn crossings_grid(solution: &Solution) -> Grid {
    let columns = vec![
        Column::new(format!("{} where", solution.equation), Align::Left),
        Column::new("value", Align::Right),
        Column::new("95 % interval", Align::Right),
        Column::unit(),
        Column::new("the statistic", Align::Left),
    ];
    let mut grid = Grid::new("", columns);
    for crossing in &solution.crossings {
        let (value, interval) = match crossing.interval {
            Some((low, high)) => number::with_interval(crossing.value, low, high),
            None => (number::exact(crossing.value), NOTHING.to_owned()),
        };
        grid.rows.push(vec![
            solution.vary.name.clone(),
            value,
            interval,
            solution.vary.unit().to_owned(),
            if crossing.is_rising { "rises there" } else { "falls there" }.to_owned(),
        ]);
    }
    grid.without_empty_columns()
}

fn scan_grid(solution: &Solution) -> Grid {
    let unit = spaced(solution.vary.unit());
    let left = solution.equation.split('=').next().unwrap_or_default();
    let statistic = match solution.equation.rsplit_once('=') {
        Some((statistic, _)) => statistic.trim(),
        None => left,
    };
    let columns = vec![
        Column::new(format!("{}{unit}", solution.vary.name), Align::Decimal),
        Column::new(statistic, Align::Right),
        Column::spare("95 % interval", Align::Right, 2),
        Column::unit(),
    ];
    let mut grid = Grid::new("Scan", columns);
    for scanned in &solution.scan {
        let (estimate, interval) = estimate_cells(&scanned.statistic);
        let unit = solution.unit.clone().unwrap_or_default();
        grid.rows.push(vec![number::exact(scanned.value), estimate, interval, unit]);
    }
    grid.without_empty_columns()
}

/// A value in the unit of the range; of a percentage the plain number.
fn plain(solution: &Solution, value: f64) -> f64 {
    let is_percent = solution.vary.unit() == "%";
    (if is_percent { number::shifted(value, -2) } else { value }) + 0.0
}

/// The solution as CSV, a row a crossing; one without a value where there is none.
pub fn solve_csv(solution: &Solution) -> String {
    let provenance = &solution.provenance;
    let optional = |value: Option<f64>| {
        value.map_or_else(String::new, |value| super::csv::number(plain(solution, value)))
    };
    let row = |crossing: Option<&Crossing>| {
        let interval = crossing.and_then(|crossing| crossing.interval);
        vec![
            super::csv::safe(&provenance.file),
            super::csv::safe(provenance.scenario.as_deref().unwrap_or("")),
            super::csv::safe(&solution.vary.name),
            super::csv::safe(&solution.equation),
            optional(crossing.map(|crossing| crossing.value)),
            optional(interval.map(|(low, _)| low)),
            optional(interval.map(|(_, high)| high)),
            super::csv::safe(solution.vary.unit()),
            provenance.trials.to_string(),
            provenance.seed.to_string(),
        ]
    };
    let rows = if solution.crossings.is_empty() {
        vec![row(None)]
    } else {
        solution.crossings.iter().map(|crossing| row(Some(crossing))).collect()
    };
    super::csv::sheet(&HEAD, &rows)
}

#[derive(Serialize)]
struct SolveWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    model: super::json::ModelWire<'a>,
    trials: u64,
    seed: String,
    design: &'static str,
    scenario: Option<&'a str>,
    set: &'a std::collections::BTreeMap<String, String>,
    name: &'a str,
    equation: &'a str,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    unit: Option<&'a str>,
    crossings: usize,
    roots: Vec<RootWire>,
    scan: Vec<ScanWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct RootWire {
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
    rising: bool,
}

#[derive(Serialize)]
struct ScanWire<'a> {
    input: f64,
    statistic: super::json::StatisticWire<'a>,
}

/// The solution as JSON.
pub fn solve_json(solution: &Solution) -> String {
    let provenance = &solution.provenance;
    let first = solution.crossings.first();
    let interval = first.and_then(|crossing| crossing.interval);
    let unit = solution.vary.unit();
    super::json::written(&SolveWire {
        schema: SCHEMA,
        outlay: provenance.version,
        model: super::json::model_wire(provenance),
        trials: provenance.trials,
        seed: provenance.seed.to_string(),
        design: provenance.design,
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        name: &solution.vary.name,
        equation: &solution.equation,
        value: first.map(|crossing| plain(solution, crossing.value)),
        low: interval.map(|(low, _)| plain(solution, low)),
        high: interval.map(|(_, high)| plain(solution, high)),
        unit: (!unit.is_empty()).then_some(unit),
        crossings: solution.n_crossings,
        roots: solution
            .crossings
            .iter()
            .map(|crossing| RootWire {
                value: plain(solution, crossing.value),
                low: crossing.interval.map(|(low, _)| plain(solution, low)),
                high: crossing.interval.map(|(_, high)| plain(solution, high)),
                rising: crossing.is_rising,
            })
            .collect(),
        scan: solution
            .scan
            .iter()
            .map(|scanned| ScanWire {
                input: plain(solution, scanned.value),
                statistic: super::json::statistic_wire(&scanned.statistic),
            })
            .collect(),
        warnings: &solution.warnings,
    })
}
