//! One trial with every quantity in it, as a page, as CSV and as JSON (`outlay.trial/1`).

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::command;
use super::csv::{Sheet, number as csv_number, safe};
use super::json::{ModelWire, PointWire, model_wire, point_wire, written};
use super::listing::row_grids;
use super::memo;
use super::page::Memo;
use crate::results::{Point, Provenance, QuantityRow};

/// The page: inputs, formulas, series, outputs.
pub fn trial_memo(provenance: &Provenance, trial: u64, rows: &[QuantityRow]) -> Memo {
    let mut assumptions = memo::assumptions(provenance);
    assumptions.push(format!("Trial {trial} of seed {}", provenance.seed));
    Memo {
        title: provenance.title.clone(),
        assumptions,
        grids: row_grids(rows),
        provenance: format!(
            "{} · seed {} · {} · trial {trial}",
            memo::identity_line(provenance),
            provenance.seed,
            provenance.design
        ),
        command: command::replay(provenance, provenance.trials, trial),
        ..Memo::default()
    }
}

/// The columns of the CSV.
const HEAD: [&str; 9] =
    ["model", "scenario", "kind", "name", "step", "unit", "value", "trial", "seed"];

/// One value a row.
pub fn trial_csv(provenance: &Provenance, trial: u64, rows: &[QuantityRow]) -> String {
    let mut sheet = Sheet::new(&HEAD);
    for row in rows {
        for (step, point) in row.values.iter().enumerate() {
            let value = match *point {
                Point::Value(value) if row.is_condition => {
                    if value == 0.0 { "false" } else { "true" }.to_owned()
                }
                Point::Value(value) => csv_number(value),
                Point::Never => "never".to_owned(),
                Point::Undefined => String::new(),
            };
            sheet.row(&[
                safe(&provenance.file),
                safe(provenance.scenario.as_deref().unwrap_or("")),
                row.kind.to_owned(),
                safe(&row.name),
                if row.is_series { step.to_string() } else { String::new() },
                safe(row.unit.as_deref().unwrap_or("")),
                value,
                trial.to_string(),
                provenance.seed.to_string(),
            ]);
        }
    }
    sheet.text()
}

#[derive(Serialize)]
struct TrialWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    format: u32,
    model: ModelWire<'a>,
    trial: u64,
    seed: String,
    design: &'a str,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
    quantities: Quantities<'a>,
}

/// name → value, in the order of the model.
struct Quantities<'a>(&'a [QuantityRow]);

impl Serialize for Quantities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|row| (&row.name, quantity_wire(row))))
    }
}

#[derive(Serialize)]
struct QuantityWire<'a> {
    kind: &'static str,
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<PointWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<PointWire>>,
}

/// The trial as JSON, ending with a line break.
pub fn trial_json(provenance: &Provenance, trial: u64, rows: &[QuantityRow]) -> String {
    written(&TrialWire {
        schema: "outlay.trial/1",
        outlay: provenance.version,
        format: provenance.format,
        model: model_wire(provenance),
        trial,
        seed: provenance.seed.to_string(),
        design: provenance.design,
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        quantities: Quantities(rows),
    })
}

fn quantity_wire(row: &QuantityRow) -> QuantityWire<'_> {
    let wire = |point: &Point| point_wire(*point, row.is_condition);
    QuantityWire {
        kind: row.kind,
        unit: row.unit.as_deref(),
        value: if row.is_series { None } else { row.values.first().map(wire) },
        steps: row.is_series.then(|| row.values.iter().map(wire).collect()),
    }
}
