//! A difference for programs: CSV with one figure a row, and JSON.
//!
//! In JSON `effect` and `total` are of one output, the first that was asked for or of the model; `outputs` has all.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::csv::{number as csv_number, safe, sheet};
use super::super::json::{ModelWire, finite, model_wire, written};
use super::super::number;
use super::group_name;
use crate::analysis::diff::{
    Attribution, Change, Difference, Figure, FigureDifference, OutputDifference,
};
use crate::results::{Point, StatisticResult};

const SCHEMA: &str = "outlay.diff/1";

/// The columns of the CSV.
const HEAD: [&str; 12] = [
    "output",
    "unit",
    "part",
    "change",
    "kind",
    "statistic",
    "p",
    "value",
    "low",
    "high",
    "trials",
    "seed",
];

/// `mean`, `p50`, `p_loss`: keys of JSON.
fn key(figure: Figure) -> String {
    match figure {
        Figure::Mean => "mean".to_owned(),
        Figure::Percentile(p) => number::percentile_name(p).to_lowercase(),
        Figure::Loss => "p_loss".to_owned(),
        Figure::Never => "p_never".to_owned(),
        Figure::Holds => "probability".to_owned(),
    }
}

/// The kind of a group: of its members where these are of one kind.
fn kind(group: &[Change]) -> &'static str {
    let first = group.first().map_or("", |change| change.kind.name());
    if group.iter().all(|change| change.kind.name() == first) { first } else { "several" }
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => finite(value),
        Point::Never | Point::Undefined => None,
    }
}

/// One figure of a version, a change or the whole difference a row.
pub fn diff_csv(difference: &Difference) -> String {
    let mut rows = Vec::new();
    let cell = |value: Option<f64>| value.map_or_else(String::new, csv_number);
    for output in &difference.outputs {
        for figure in &output.figures {
            let (statistic, p) = match figure.figure {
                Figure::Percentile(p) => ("percentile".to_owned(), Some(p)),
                Figure::Mean | Figure::Loss | Figure::Never | Figure::Holds => {
                    (key(figure.figure), None)
                }
            };
            let unit = output.unit.as_deref().filter(|_| !figure.figure.is_share());
            let mut row = |[part, change, kind]: [&str; 3], values: [Option<f64>; 3]| {
                let [value, low, high] = values.map(cell);
                rows.push(vec![
                    safe(&output.name),
                    safe(unit.unwrap_or_default()),
                    part.to_owned(),
                    safe(change),
                    kind.to_owned(),
                    statistic.clone(),
                    cell(p),
                    value,
                    low,
                    high,
                    difference.new.trials.to_string(),
                    difference.new.seed.to_string(),
                ]);
            };
            let end = |result: &StatisticResult| {
                let ends = result.interval.map_or([None; 2], |(low, high)| [low, high].map(value));
                [value(result.value), ends[0], ends[1]]
            };
            row(["old", "", ""], end(&figure.old));
            for (position, group) in difference.groups.iter().enumerate() {
                let effect = figure.effects.as_ref().map(|effects| effects[position]);
                let name = group_name(group);
                row(["effect", &name, kind(group)], [effect.and_then(finite), None, None]);
            }
            row(["total", "", ""], [figure.total.and_then(finite), None, None]);
            row(["new", "", ""], end(&figure.new));
        }
    }
    sheet(&HEAD, &rows)
}

#[derive(Serialize)]
struct DiffWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    format: u32,
    old: ModelWire<'a>,
    new: ModelWire<'a>,
    trials: u64,
    seed: String,
    design: &'a str,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
    elapsed_seconds: Option<f64>,
    attribution: &'static str,
    models_run: usize,
    output: Option<&'a str>,
    unit: Option<&'a str>,
    changes: Vec<ChangeWire<'a>>,
    total: Value,
    outputs: Vec<OutputWire<'a>>,
    left_out: Vec<LeftOutWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct ChangeWire<'a> {
    name: String,
    kind: &'static str,
    old: Option<String>,
    new: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    members: Vec<MemberWire<'a>>,
    effect: Value,
}

#[derive(Serialize)]
struct MemberWire<'a> {
    name: &'a str,
    kind: &'static str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

#[derive(Serialize)]
struct OutputWire<'a> {
    name: &'a str,
    unit: Option<&'a str>,
    old: Value,
    new: Value,
    effects: Vec<EffectWire>,
    total: Value,
}

#[derive(Serialize)]
struct EffectWire {
    name: String,
    effect: Value,
}

#[derive(Serialize)]
struct LeftOutWire<'a> {
    name: &'a str,
    reason: &'a str,
}

/// An object with a number a figure.
fn object(output: &OutputDifference, number: impl Fn(&FigureDifference) -> Option<f64>) -> Value {
    let mut map = Map::new();
    for figure in &output.figures {
        map.insert(key(figure.figure), number(figure).and_then(finite).into());
    }
    Value::Object(map)
}

fn effect(output: &OutputDifference, group: usize) -> Value {
    object(output, |figure| figure.effects.as_ref().map(|effects| effects[group]))
}

fn change_wire<'a>(group: &'a [Change], effect: Value) -> ChangeWire<'a> {
    let joined = |text: fn(&Change) -> &Option<String>| match group {
        [only] => text(only).clone(),
        _ => {
            let own = |change: &Change| {
                text(change).as_ref().map(|text| format!("{}: {text}", change.name))
            };
            let texts: Vec<String> = group.iter().filter_map(own).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
    };
    let member = |change: &'a Change| MemberWire {
        name: &change.name,
        kind: change.kind.name(),
        old: change.old.as_deref(),
        new: change.new.as_deref(),
    };
    ChangeWire {
        name: group.iter().map(|change| change.name.as_str()).collect::<Vec<_>>().join(" + "),
        kind: kind(group),
        old: joined(|change| &change.old),
        new: joined(|change| &change.new),
        members: if group.len() > 1 { group.iter().map(member).collect() } else { Vec::new() },
        effect,
    }
}

/// The difference as JSON, ending with a line break.
pub fn diff_json(difference: &Difference, elapsed_seconds: Option<f64>) -> String {
    let provenance = &difference.new;
    let main = difference.outputs.first();
    let of_main = |number: &dyn Fn(&OutputDifference) -> Value| main.map_or(Value::Null, number);
    let groups = difference.groups.iter().enumerate();
    let mut changes: Vec<ChangeWire<'_>> = groups
        .map(|(at, group)| change_wire(group, of_main(&|output| effect(output, at))))
        .collect();
    for change in &difference.idle {
        let nothing = of_main(&|output| object(output, |_| Some(0.0)));
        changes.push(change_wire(std::slice::from_ref(change), nothing));
    }
    let outputs = difference.outputs.iter().map(|output| OutputWire {
        name: &output.name,
        unit: output.unit.as_deref(),
        old: object(output, |figure| value(figure.old.value)),
        new: object(output, |figure| value(figure.new.value)),
        effects: difference
            .groups
            .iter()
            .enumerate()
            .map(|(at, group)| EffectWire { name: group_name(group), effect: effect(output, at) })
            .collect(),
        total: object(output, |figure| figure.total),
    });
    written(&DiffWire {
        schema: SCHEMA,
        outlay: provenance.version,
        format: provenance.format,
        old: model_wire(&difference.old),
        new: model_wire(provenance),
        trials: provenance.trials,
        seed: provenance.seed.to_string(),
        design: provenance.design,
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        elapsed_seconds: elapsed_seconds.and_then(finite),
        attribution: match difference.attribution {
            Attribution::Shapley => "shapley",
            Attribution::InOrder => "in_order",
        },
        models_run: difference.n_runs,
        output: main.map(|output| output.name.as_str()),
        unit: main.and_then(|output| output.unit.as_deref()),
        changes,
        total: of_main(&|output| object(output, |figure| figure.total)),
        outputs: outputs.collect(),
        left_out: difference
            .left_out
            .iter()
            .map(|(name, reason)| LeftOutWire { name, reason })
            .collect(),
        warnings: &difference.warnings,
    })
}
