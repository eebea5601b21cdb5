//! What a region of the trials is made of, as a page, as CSV and as JSON (`outlay.tail/1`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::command;
use super::csv::{Sheet, number as csv_number, safe};
use super::json::{ModelWire, finite, model_wire, written};
use super::memo::{self, NOTHING, point};
use super::number::{self, Counting, Figure, Scale};
use super::page::{Align, Column, Grid, Memo};
use crate::analysis::{Tail, TailInput, Threshold};
use crate::results::Point;

/// The page: the inputs inside and outside, and the typical trial.
pub fn tail_memo(tail: &Tail) -> Memo {
    let provenance = &tail.provenance;
    let mut assumptions = memo::assumptions(provenance);
    assumptions.push(subject(tail));
    let options = match &tail.threshold {
        None => vec![format!("--where {}", command::quoted(&tail.region))],
        Some(threshold) => vec![
            format!("--output {}", command::quoted(&threshold.output)),
            format!("--at p{}", number::shifted(threshold.p, 2)),
        ],
    };
    let mut grid = grid(tail);
    let replay = command::replay(provenance, provenance.trials_asked, tail.typical);
    grid.notes.push(format!("Every quantity of the typical trial: {replay}"));
    Memo {
        title: provenance.title.clone(),
        assumptions,
        alert: memo::alert(provenance),
        grids: vec![grid],
        warnings: tail.warnings.clone(),
        notes: Vec::new(),
        provenance: memo::provenance_line(provenance),
        command: command::of(provenance, "tail", options),
    }
}

fn in_unit(at: Point, unit: Option<&str>) -> String {
    match (at, unit) {
        (Point::Value(value), Some(unit)) => format!("{} {unit}", number::exact(value)),
        (Point::Value(_) | Point::Never | Point::Undefined, _) => point(at, number::exact),
    }
}

/// `Inside: break_even ≥ P90 = 41 month, 102,312 of 1,000,000 trials (10.2 %)`.
fn subject(tail: &Tail) -> String {
    let value = tail.threshold.as_ref().map_or(String::new(), |threshold| {
        format!(" = {}", in_unit(threshold.value, threshold.unit.as_deref()))
    });
    let (inside, defined) = (tail.inside, tail.defined);
    format!(
        "Inside: {}{value}, {} of {} trials ({})",
        tail.region,
        number::grouped(inside),
        number::grouped(defined),
        number::percent(inside as f64 / defined as f64)
    )
}

fn name(input: &TailInput) -> String {
    if input.is_over_time { format!("{} (mean over time)", input.name) } else { input.name.clone() }
}

fn grid(tail: &Tail) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::unit(),
        Column::new("inside", Align::Decimal).meaning("inside, outside: medians of the input"),
        Column::new("outside", Align::Decimal),
        Column::new("shift", Align::Decimal).meaning("shift: of the median, in standard units"),
        Column::new("P(in > out)", Align::Decimal)
            .meaning("P(in > out): a draw inside is above one outside"),
        Column::spare("± 95 %", Align::Joined, 2),
        Column::spare(format!("trial {}", tail.typical), Align::Decimal, 1)
            .meaning(format!("trial {}: typical of the region", tail.typical)),
    ];
    let mut grid = Grid::new("", columns);
    for input in &tail.inputs {
        let figures = [input.inside, input.outside, input.typical]
            .map(|value| Figure::computed(input.shown.value(value)));
        let scale = Scale::of(&figures).by(Counting::of(&input.shown));
        let [inside, outside, typical] = figures.map(|figure| scale.write(figure));
        let half = (input.superiority.high - input.superiority.low) / 2.0;
        grid.rows.push(vec![
            name(input),
            input.shown.unit.clone().unwrap_or_default(),
            inside,
            outside,
            input.shift.map_or(NOTHING.to_owned(), |shift| number::fixed(shift, 2)),
            number::fixed(input.superiority.value, 3),
            format!("± {}", number::fixed(half, 3)),
            typical,
        ]);
    }
    if let Some(Threshold { output, unit, typical, .. }) = &tail.threshold {
        grid.notes.push(format!(
            "Trial {}: {output} is {}.",
            tail.typical,
            in_unit(*typical, unit.as_deref())
        ));
    }
    grid
}

/// The columns of the CSV.
const HEAD: [&str; 15] = [
    "model",
    "scenario",
    "region",
    "input",
    "unit",
    "inside",
    "outside",
    "shift",
    "superiority",
    "low",
    "high",
    "typical",
    "typical_trial",
    "trials",
    "seed",
];

/// One input a row.
pub fn tail_csv(tail: &Tail) -> String {
    let mut sheet = Sheet::new(&HEAD);
    let provenance = &tail.provenance;
    for input in &tail.inputs {
        let superiority = input.superiority;
        sheet.row(&[
            safe(&provenance.file),
            safe(provenance.scenario.as_deref().unwrap_or("")),
            safe(&tail.region),
            safe(&input.name),
            safe(input.unit.as_deref().unwrap_or("")),
            csv_number(input.inside),
            csv_number(input.outside),
            input.shift.map_or_else(String::new, csv_number),
            csv_number(superiority.value),
            csv_number(superiority.low),
            csv_number(superiority.high),
            csv_number(input.typical),
            tail.typical.to_string(),
            provenance.trials.to_string(),
            provenance.seed.to_string(),
        ]);
    }
    sheet.text()
}

#[derive(Serialize)]
struct TailWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    format: u32,
    model: ModelWire<'a>,
    trials: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials_asked: Option<u64>,
    seed: String,
    design: &'a str,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
    elapsed_seconds: Option<f64>,
    region: &'a str,
    inside: u64,
    defined: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<ThresholdWire<'a>>,
    typical_trial: u64,
    inputs: Vec<InputWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct ThresholdWire<'a> {
    output: &'a str,
    unit: Option<&'a str>,
    p: f64,
    value: Option<f64>,
    never: bool,
    typical: Option<f64>,
}

#[derive(Serialize)]
struct InputWire<'a> {
    name: &'a str,
    unit: Option<&'a str>,
    inside: Option<f64>,
    outside: Option<f64>,
    shift: Option<f64>,
    superiority: SuperiorityWire,
    typical: Option<f64>,
}

#[derive(Serialize)]
struct SuperiorityWire {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => finite(value),
        Point::Never | Point::Undefined => None,
    }
}

/// The tail as JSON, ending with a line break.
pub fn tail_json(tail: &Tail, elapsed_seconds: Option<f64>) -> String {
    let provenance = &tail.provenance;
    let is_partial = provenance.trials < provenance.trials_asked;
    written(&TailWire {
        schema: "outlay.tail/1",
        outlay: provenance.version,
        format: provenance.format,
        model: model_wire(provenance),
        trials: provenance.trials,
        trials_asked: is_partial.then_some(provenance.trials_asked),
        seed: provenance.seed.to_string(),
        design: provenance.design,
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        elapsed_seconds: elapsed_seconds.and_then(finite),
        region: &tail.region,
        inside: tail.inside,
        defined: tail.defined,
        threshold: tail.threshold.as_ref().map(|threshold| ThresholdWire {
            output: &threshold.output,
            unit: threshold.unit.as_deref(),
            p: threshold.p,
            value: value(threshold.value),
            never: threshold.value == Point::Never,
            typical: value(threshold.typical),
        }),
        typical_trial: tail.typical,
        inputs: tail.inputs.iter().map(input_wire).collect(),
        warnings: &tail.warnings,
    })
}

fn input_wire(input: &TailInput) -> InputWire<'_> {
    InputWire {
        name: &input.name,
        unit: input.unit.as_deref(),
        inside: finite(input.inside),
        outside: finite(input.outside),
        shift: input.shift.and_then(finite),
        superiority: SuperiorityWire {
            value: finite(input.superiority.value),
            low: finite(input.superiority.low),
            high: finite(input.superiority.high),
        },
        typical: finite(input.typical),
    }
}
