//! What drives an output, as a page, as CSV and as JSON (`outlay.sensitivity/1`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::bars;
use super::command;
use super::csv::{Sheet, number as csv_number, safe};
use super::json::{ModelWire, finite, model_wire, written};
use super::memo::{self, NOTHING};
use super::number::{self, Counting, Figure, Scale};
use super::page::{Align, Column, Grid, Memo};
use crate::analysis::{Decision, Driver, Gain, Member, Sensitivity, Swing};
use crate::results::Estimate;

/// Cells of a bar of shares, and of the line of a swing.
const SHARE_CELLS: usize = 12;
const SWING_CELLS: usize = 31;
/// Decimals of an index; one less where the interval leaves that open.
const DECIMALS: i32 = 3;
const LEAST_OPEN: f64 = 0.01;

/// The page: indices, tornado, decision.
pub fn sensitivity_memo(answer: &Sensitivity) -> Memo {
    let provenance = &answer.provenance;
    let mut assumptions = memo::assumptions(provenance);
    assumptions.push(subject(answer));
    let mut grids = vec![indices_grid(answer)];
    grids.extend([tornado_grid(answer)].into_iter().filter(|grid| !grid.rows.is_empty()));
    grids.extend(answer.decision.as_ref().map(|decision| decision_grid(answer, decision)));
    let mut options = vec![format!("--output {}", command::quoted(&answer.output))];
    if let Some(decision) = &answer.decision {
        let names: Vec<&str> = decision.choices.iter().map(|choice| &*choice.name).collect();
        options.push(format!("--decide {}", command::quoted(&names.join(","))));
    }
    Memo {
        title: provenance.title.clone(),
        assumptions,
        alert: memo::alert(provenance),
        grids,
        warnings: answer.warnings.clone(),
        notes: Vec::new(),
        provenance: memo::provenance_line(provenance),
        command: command::of(provenance, "sensitivity", options),
    }
}

/// `What drives npv (亿 CNY): mean -3.1, sd 12.4`.
fn subject(answer: &Sensitivity) -> String {
    let unit = answer.unit.as_ref().map_or(String::new(), |unit| format!(" ({unit})"));
    let mut text = format!("What drives {}{unit}", answer.output);
    if let (Some(mean), Some(sd)) = (answer.mean, answer.sd) {
        let scale = Scale::of(&[Figure::computed(mean), Figure::computed(sd)]);
        let write = |value: f64| scale.write(Figure::computed(value));
        text.push_str(&format!(": mean {}, sd {}", write(mean), write(sd)));
    }
    if let Some(horizon) = answer.horizon
        && answer.never > 0.0
    {
        text.push_str(&format!(
            "; never ({} of trials) counts as {}",
            number::percent(answer.never),
            number::exact(horizon)
        ));
    }
    text
}

fn half_width(estimate: Estimate) -> f64 {
    (estimate.high - estimate.low) / 2.0
}

fn index_cells(estimate: Option<Estimate>) -> [String; 2] {
    match estimate {
        None => [NOTHING.to_owned(), String::new()],
        Some(estimate) => {
            let half = half_width(estimate);
            let decimals = if half > LEAST_OPEN { DECIMALS - 1 } else { DECIMALS };
            let error = if half.is_finite() {
                format!("± {}", number::fixed(half, decimals))
            } else {
                String::new()
            };
            [number::fixed(estimate.value, decimals), error]
        }
    }
}

/// What is shown of an input that stands for itself, or of one of several.
fn member_cells(member: &Member) -> [String; 2] {
    [
        member.spearman.map_or(NOTHING.to_owned(), |rho| number::fixed(rho, 2)),
        member.contribution.map_or(NOTHING.to_owned(), number::percent),
    ]
}

fn member_name(member: &Member) -> String {
    if member.is_over_time {
        format!("{} (mean over time)", member.name)
    } else {
        member.name.clone()
    }
}

fn indices_grid(answer: &Sensitivity) -> Grid {
    let mut columns = vec![
        Column::new("", Align::Left),
        Column::new("total", Align::Decimal)
            .meaning("total: share of the variance in which the input has a part"),
        Column::spare("± 95 %", Align::Joined, 4),
        Column::spare("", Align::Left, 2),
        Column::new("first", Align::Decimal)
            .meaning("first: share that goes when it alone is known"),
        Column::spare("± 95 % ", Align::Joined, 4),
        Column::spare("Spearman", Align::Decimal, 1).meaning("Spearman: rank correlation"),
        Column::spare("contribution", Align::Right, 3)
            .meaning("contribution: its square, of the sum of squares"),
    ];
    if answer.decision.is_some() {
        columns.push(
            Column::new("EVPPI", Align::Decimal)
                .meaning("EVPPI: worth of knowing it before the decision, ± standard error"),
        );
        columns.push(Column::spare("± se", Align::Joined, 4));
    }
    let n_columns = columns.len();
    let mut grid = Grid::new("", columns);
    let longest = answer
        .drivers
        .iter()
        .filter_map(|driver| driver.total)
        .map(|total| total.value)
        .fold(1.0, f64::max);
    for driver in &answer.drivers {
        let single = match &driver.members[..] {
            [single] => Some(single),
            _ => None,
        };
        let [total, total_error] = index_cells(driver.total);
        let [first, first_error] = index_cells(driver.first);
        let bar = driver
            .total
            .map_or(String::new(), |total| bars::share(total.value / longest, SHARE_CELLS));
        let [spearman, contribution] = single.map_or([String::new(), String::new()], member_cells);
        let mut row = vec![
            driver.name.clone(),
            total,
            total_error,
            bar,
            first,
            first_error,
            spearman,
            contribution,
        ];
        if let Some(gain) = driver.evppi {
            row.extend(gain_cells(gain));
        }
        row.resize(n_columns, String::new());
        grid.rows.push(row);
        if single.is_none() {
            for member in &driver.members {
                let [spearman, contribution] = member_cells(member);
                let mut row = vec![format!("  {}", member_name(member))];
                row.resize(6, String::new());
                row.extend([spearman, contribution]);
                row.resize(n_columns, String::new());
                grid.rows.push(row);
            }
        }
    }
    let mut members = answer.drivers.iter().flat_map(|driver| &driver.members);
    if answer.decision.is_some() && members.any(|member| member.is_over_time) {
        grid.notes.push(
            "EVPPI of what is drawn at every step is of its mean over time: at most what all steps are worth"
                .to_owned(),
        );
    }
    grid
}

/// `1.57`, `± 0.18`; a plain 0 where the decision stays the same whatever the input is.
fn gain_cells(gain: Gain) -> [String; 2] {
    if gain.value == 0.0 {
        return ["0".to_owned(), String::new()];
    }
    let (value, error) = number::mean_and_error(gain.value, Some(gain.se));
    [value, if error.is_empty() { error } else { format!("± {error}") }]
}

/// The mean of the output with each input at its P10 and at its P90, the widest swing first.
fn tornado_grid(answer: &Sensitivity) -> Grid {
    let mut swings: Vec<(&Member, Swing)> = answer
        .drivers
        .iter()
        .flat_map(|driver| &driver.members)
        .filter_map(|member| Some((member, member.swing?)))
        .collect();
    let reach = |swing: Swing| (swing.high - swing.low).abs();
    swings.sort_by(|a, b| reach(b.1).total_cmp(&reach(a.1)));
    let columns = vec![
        Column::new("", Align::Left),
        Column::spare("input P10", Align::Decimal, 2),
        Column::spare("input P90", Align::Decimal, 2),
        Column::spare("unit", Align::Left, 2),
        Column::new("at P10", Align::Decimal)
            .meaning("at P10: mean of the output with the input at its P10"),
        Column::new("at P90", Align::Decimal),
        Column::spare("░ at P10  █ at P90", Align::Left, 1),
    ];
    let mut grid = Grid::new(format!("Swing of {}", answer.output), columns);
    let ends = || swings.iter().flat_map(|(_, swing)| [swing.low, swing.high]).chain(answer.mean);
    let lowest = ends().fold(f64::INFINITY, f64::min);
    let width = ends().fold(f64::NEG_INFINITY, f64::max) - lowest;
    let place = |value: f64| if width > 0.0 { (value - lowest) / width } else { 0.5 };
    let figures: Vec<Figure> = ends().map(Figure::computed).collect();
    let scale = Scale::of_table(&figures);
    let middle = place(answer.mean.unwrap_or(lowest));
    for &(member, swing) in &swings {
        let inputs = swing.input.map(|end| Figure::computed(member.shown.value(end)));
        let own = Scale::of(&inputs).by(Counting::of(&member.shown));
        let [low, high] = inputs.map(|figure| own.write(figure));
        grid.rows.push(vec![
            member_name(member),
            low,
            high,
            member.shown.unit.clone().unwrap_or_default(),
            scale.write(Figure::computed(swing.low)),
            scale.write(Figure::computed(swing.high)),
            bars::span(place(swing.low), place(swing.high), middle, SWING_CELLS),
        ]);
    }
    grid
}

fn decision_grid(answer: &Sensitivity, decision: &Decision) -> Grid {
    let unit = answer.unit.clone().unwrap_or_default();
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("mean", Align::Decimal),
        Column::spare("± se", Align::Joined, 2),
        Column::new("unit", Align::Left),
        Column::new("best in", Align::Right).meaning("best in: share of the trials"),
    ];
    let mut grid = Grid::new("Decision", columns);
    let figures: Vec<Figure> =
        decision.choices.iter().map(|choice| Figure::computed(choice.mean)).collect();
    let scale = Scale::of_table(&figures);
    for (position, choice) in decision.choices.iter().enumerate() {
        let mark = if position == decision.best { " (chosen)" } else { "" };
        grid.rows.push(vec![
            format!("{}{mark}", choice.name),
            scale.write(Figure::computed(choice.mean)),
            String::new(),
            unit.clone(),
            number::percent(choice.is_best),
        ]);
    }
    let [value, error] = gain_cells(decision.evpi);
    grid.rows.push(vec![
        "EVPI: worth of knowing everything".to_owned(),
        value,
        error,
        unit,
        String::new(),
    ]);
    if decision.is_lower_better {
        grid.notes.push("Less is better.".to_owned());
    }
    grid.without_empty_columns()
}

/// The columns of the CSV.
const HEAD: [&str; 11] = [
    "model",
    "scenario",
    "output",
    "input",
    "unit",
    "statistic",
    "value",
    "low",
    "high",
    "trials",
    "seed",
];

/// One statistic of one input a row.
pub fn sensitivity_csv(answer: &Sensitivity) -> String {
    let mut sheet = Sheet::new(&HEAD);
    let provenance = &answer.provenance;
    let cell = |value: Option<f64>| value.map_or_else(String::new, csv_number);
    let mut row = |input: &str, unit: Option<&str>, statistic: &str, values: [Option<f64>; 3]| {
        let [value, low, high] = values.map(cell);
        sheet.row(&[
            safe(&provenance.file),
            safe(provenance.scenario.as_deref().unwrap_or("")),
            safe(&answer.output),
            safe(input),
            safe(unit.unwrap_or("")),
            statistic.to_owned(),
            value,
            low,
            high,
            provenance.trials.to_string(),
            provenance.seed.to_string(),
        ]);
    };
    let unit = answer.unit.as_deref();
    for driver in &answer.drivers {
        for (statistic, estimate) in [("first", driver.first), ("total", driver.total)] {
            if let Some(Estimate { value, low, high }) = estimate {
                row(&driver.name, None, statistic, [Some(value), Some(low), Some(high)]);
            }
        }
        for member in &driver.members {
            row(&member.name, None, "spearman", [member.spearman, None, None]);
            row(&member.name, None, "contribution", [member.contribution, None, None]);
            if let Some(Swing { input, low, high }) = member.swing {
                let own = member.unit.as_deref();
                row(&member.name, own, "input_p10", [Some(input[0]), None, None]);
                row(&member.name, own, "input_p90", [Some(input[1]), None, None]);
                row(&member.name, unit, "swing_low", [Some(low), None, None]);
                row(&member.name, unit, "swing_high", [Some(high), None, None]);
            }
        }
        if let Some(Gain { value, se }) = driver.evppi {
            row(&driver.name, unit, "evppi", [Some(value), None, None]);
            row(&driver.name, unit, "evppi_se", [Some(se), None, None]);
        }
    }
    if let Some(decision) = &answer.decision {
        row("", unit, "evpi", [Some(decision.evpi.value), None, None]);
        row("", unit, "evpi_se", [Some(decision.evpi.se), None, None]);
    }
    sheet.text()
}

#[derive(Serialize)]
struct AnswerWire<'a> {
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
    output: &'a str,
    unit: Option<&'a str>,
    mean: Option<f64>,
    sd: Option<f64>,
    undefined: u64,
    never: f64,
    never_counts_as: Option<f64>,
    evaluations: u64,
    kept: u64,
    inputs: Vec<DriverWire<'a>>,
    evpi: Option<GainWire>,
    decision: Option<DecisionWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct EstimateWire {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct GainWire {
    value: Option<f64>,
    se: Option<f64>,
}

#[derive(Serialize)]
struct SwingWire {
    low: Option<f64>,
    high: Option<f64>,
    input_low: Option<f64>,
    input_high: Option<f64>,
}

#[derive(Serialize)]
struct DriverWire<'a> {
    name: &'a str,
    unit: Option<&'a str>,
    spearman: Option<f64>,
    contribution: Option<f64>,
    first: Option<EstimateWire>,
    total: Option<EstimateWire>,
    swing: Option<SwingWire>,
    evppi: Option<GainWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    members: Vec<MemberWire<'a>>,
}

#[derive(Serialize)]
struct MemberWire<'a> {
    name: &'a str,
    unit: Option<&'a str>,
    spearman: Option<f64>,
    contribution: Option<f64>,
    swing: Option<SwingWire>,
}

#[derive(Serialize)]
struct DecisionWire<'a> {
    best: &'a str,
    better: &'static str,
    undefined: u64,
    alternatives: Vec<ChoiceWire<'a>>,
}

#[derive(Serialize)]
struct ChoiceWire<'a> {
    name: &'a str,
    mean: Option<f64>,
    probability_best: f64,
}

/// The answer as JSON, ending with a line break.
pub fn sensitivity_json(answer: &Sensitivity, elapsed_seconds: Option<f64>) -> String {
    let decision = answer.decision.as_ref();
    let provenance = &answer.provenance;
    let is_partial = provenance.trials < provenance.trials_asked;
    written(&AnswerWire {
        schema: "outlay.sensitivity/1",
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
        output: &answer.output,
        unit: answer.unit.as_deref(),
        mean: answer.mean.and_then(finite),
        sd: answer.sd.and_then(finite),
        undefined: answer.undefined,
        never: answer.never,
        never_counts_as: answer.horizon.filter(|_| answer.never > 0.0),
        evaluations: answer.evaluations,
        kept: answer.kept,
        inputs: answer.drivers.iter().map(driver_wire).collect(),
        evpi: decision.map(|decision| gain_wire(decision.evpi)),
        decision: decision.map(decision_wire),
        warnings: &answer.warnings,
    })
}

fn estimate_wire(estimate: Estimate) -> EstimateWire {
    let Estimate { value, low, high } = estimate;
    EstimateWire { value: finite(value), low: finite(low), high: finite(high) }
}

fn gain_wire(gain: Gain) -> GainWire {
    GainWire { value: finite(gain.value), se: finite(gain.se) }
}

fn swing_wire(swing: Swing) -> SwingWire {
    SwingWire {
        low: finite(swing.low),
        high: finite(swing.high),
        input_low: finite(swing.input[0]),
        input_high: finite(swing.input[1]),
    }
}

fn member_wire(member: &Member) -> MemberWire<'_> {
    MemberWire {
        name: &member.name,
        unit: member.unit.as_deref(),
        spearman: member.spearman.and_then(finite),
        contribution: member.contribution.and_then(finite),
        swing: member.swing.map(swing_wire),
    }
}

/// An input that stands for itself has its own figures; several have them by member.
fn driver_wire(driver: &Driver) -> DriverWire<'_> {
    let members: Vec<MemberWire<'_>> = driver.members.iter().map(member_wire).collect();
    let (single, members) =
        if members.len() == 1 { (members.into_iter().next(), Vec::new()) } else { (None, members) };
    let single = single.unwrap_or(MemberWire {
        name: &driver.name,
        unit: None,
        spearman: None,
        contribution: None,
        swing: None,
    });
    DriverWire {
        name: &driver.name,
        unit: single.unit,
        spearman: single.spearman,
        contribution: single.contribution,
        first: driver.first.map(estimate_wire),
        total: driver.total.map(estimate_wire),
        swing: single.swing,
        evppi: driver.evppi.map(gain_wire),
        members,
    }
}

fn decision_wire(decision: &Decision) -> DecisionWire<'_> {
    DecisionWire {
        best: &decision.choices[decision.best].name,
        better: if decision.is_lower_better { "lower" } else { "higher" },
        undefined: decision.undefined,
        alternatives: decision
            .choices
            .iter()
            .map(|choice| ChoiceWire {
                name: &choice.name,
                mean: finite(choice.mean),
                probability_best: choice.is_best,
            })
            .collect(),
    }
}
