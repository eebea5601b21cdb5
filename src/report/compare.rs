//! Alternatives side by side: page, CSV and JSON (`outlay.compare/1`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::command;
use super::csv::{Sheet, number as csv_number, safe};
use super::json::{ModelWire, OutputWire, finite, model_wire, output_wire, written};
use super::memo::{self, NOTHING};
use super::number::{self, Figure, Scale};
use super::page::{Align, Column, Grid, Memo};
use super::statistics::estimate_cells;
use crate::accumulate::ChannelKind;
use crate::analysis::{ComparedOutput, Comparison, Dominance, Pair, Side, Standing};
use crate::results::{Estimate, NumberSummary, OutputResult, Point, Provenance, Statistics};

const SCHEMA: &str = "outlay.compare/1";
/// Columns of a row before its percentiles.
const BEFORE: usize = 4;

/// The page; `asked` are the models and options, word by word.
pub fn compare_memo(comparison: &Comparison, asked: &[String]) -> Memo {
    let provenance = provenance(comparison);
    let mut grids = vec![
        standings_grid(comparison),
        probabilities_grid(comparison),
        differences_grid(comparison),
    ];
    grids.retain(|grid| !grid.rows.is_empty());
    let titles: Vec<&str> =
        unique(comparison.alternatives.iter().map(|(_, result)| result.provenance.title.as_str()));
    let mut identities: Vec<String> = comparison
        .alternatives
        .iter()
        .map(|(_, result)| memo::provenance_line(&result.provenance))
        .collect();
    identities.dedup();
    let words: Vec<String> = asked.iter().map(|word| command::quoted(word)).collect();
    let trials = number::grouped(provenance.trials_asked).replace(',', "_");
    Memo {
        title: titles.join(" | "),
        assumptions: comparison.alternatives.iter().filter_map(assumption).collect(),
        alert: memo::alert(provenance),
        grids,
        warnings: comparison.warnings.clone(),
        provenance: identities.join("\n"),
        command: format!(
            "outlay compare {} -n {trials} --seed {}",
            words.join(" "),
            provenance.seed
        ),
        ..Memo::default()
    }
}

/// `large: gpus = 20_000 GPU`, where an alternative is more than its name.
fn assumption((name, result): &(String, crate::results::SimulationResult)) -> Option<String> {
    let set = &result.provenance.set;
    let set: Vec<String> = set.iter().map(|(input, value)| format!("{input} = {value}")).collect();
    (!set.is_empty()).then(|| format!("{name}: {}", set.join(", ")))
}

fn unique<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

fn provenance(comparison: &Comparison) -> &Provenance {
    &comparison.alternatives[0].1.provenance
}

/// The numbers of an output, where it is no condition.
fn numbers(standing: &Standing) -> Option<&NumberSummary> {
    match &standing.statistics {
        Statistics::Number(number) => Some(number),
        Statistics::Time(time) => Some(&time.number),
        Statistics::Probability(_) | Statistics::Series(_) => None,
    }
}

fn figures(summary: &NumberSummary) -> impl Iterator<Item = Figure> {
    summary.quantiles.iter().filter_map(memo::quantile_figure)
}

fn percentile_columns(comparison: &Comparison) -> Vec<Column> {
    let standings = comparison.outputs.iter().flat_map(|output| &output.standings);
    let quantiles = standings.filter_map(numbers).map(|numbers| &numbers.quantiles);
    let quantiles = quantiles.max_by_key(|list| list.len());
    let ps: Vec<f64> = quantiles.into_iter().flatten().map(|quantile| quantile.p).collect();
    let last = ps.len().saturating_sub(1);
    ps.iter()
        .enumerate()
        .map(|(position, &p)| {
            let is_inner = position > 0 && position < last && p != 0.5;
            let spare = if is_inner { 4 } else { 0 };
            Column::spare(number::percentile_name(p), Align::Decimal, spare)
        })
        .collect()
}

fn first_columns() -> Vec<Column> {
    vec![
        Column::new("", Align::Left),
        Column::unit(),
        Column::spare("mean", Align::Decimal, 2),
        Column::spare("± se", Align::Joined, 5).meaning("se: standard error"),
    ]
}

fn heading(output: &ComparedOutput, n_columns: usize) -> Vec<String> {
    let label = match &output.about {
        Some(about) => format!("{}: {about}", output.name),
        None => output.name.clone(),
    };
    let way = if output.is_lower_better { " (less is better)" } else { "" };
    let mut row = vec![format!("{label}{way}")];
    row.resize(n_columns, String::new());
    row
}

fn number_cells(summary: &NumberSummary, unit: Option<&str>, scale: Scale) -> Vec<String> {
    let [mean, error] = memo::mean_cells(summary);
    let mut cells = vec![unit.unwrap_or_default().to_owned(), mean, error];
    cells.extend(memo::quantile_cells(&summary.quantiles, scale));
    cells
}

/// Numbers and times: percentiles of each alternative, its worst trials, how often it is best.
fn standings_grid(comparison: &Comparison) -> Grid {
    let mut columns = first_columns();
    columns.extend(percentile_columns(comparison));
    let n_before = columns.len();
    columns.push(Column::new("P(never)", Align::Right));
    columns.push(
        Column::spare("worst 5 %", Align::Decimal, 3).meaning(
            "worst 5 %: expected shortfall, the mean of the worst twentieth of the trials",
        ),
    );
    columns.push(
        Column::new("best in", Align::Right)
            .meaning("best in: share of the trials; alternatives that are equally good share one"),
    );
    columns.push(
        Column::new("regret", Align::Decimal)
            .meaning("regret: by how much the best of the trial is better, on average"),
    );
    columns.push(Column::spare("± se ", Align::Joined, 5));
    let mut grid = Grid::new("", columns);
    for output in &comparison.outputs {
        let all: Vec<Figure> =
            output.standings.iter().filter_map(numbers).flat_map(figures).collect();
        if output.kind == ChannelKind::Condition {
            continue;
        }
        let scale = Scale::of_table(&all);
        grid.rows.push(heading(output, grid.columns.len()));
        for ((name, _), standing) in comparison.alternatives.iter().zip(&output.standings) {
            let Some(summary) = numbers(standing) else { continue };
            let mut row = vec![format!("  {name}")];
            row.extend(number_cells(summary, output.unit.as_deref(), scale));
            row.resize(n_before, NOTHING.to_owned());
            row.push(match &standing.statistics {
                Statistics::Time(time) => {
                    time.never.map_or_else(String::new, |never| number::percent(never.value))
                }
                Statistics::Number(_) | Statistics::Probability(_) | Statistics::Series(_) => {
                    String::new()
                }
            });
            row.push(match &standing.shortfall {
                Some(shortfall) => estimate_cells(shortfall).0,
                None => String::new(),
            });
            row.extend(field_cells(standing));
            grid.rows.push(row);
        }
    }
    grid.without_empty_columns()
}

/// How often an alternative is best, and what it costs to have chosen it.
fn field_cells(standing: &Standing) -> [String; 3] {
    let best = standing.best.map_or_else(String::new, |best| number::percent(best.value));
    match standing.regret {
        Some(regret) if regret.value > 0.0 => {
            let (value, error) = number::mean_and_error(regret.value, Some(regret.se));
            [best, value, if error.is_empty() { error } else { format!("± {error}") }]
        }
        Some(_) => [best, "0".to_owned(), String::new()],
        None => [best, String::new(), String::new()],
    }
}

/// Conditions: how likely each is under each alternative.
fn probabilities_grid(comparison: &Comparison) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("probability", Align::Right),
        Column::new("95 % interval", Align::Right),
    ];
    let mut grid = Grid::new("Probabilities", columns);
    for output in comparison.outputs.iter().filter(|output| output.kind == ChannelKind::Condition) {
        grid.rows.push(heading(output, 3));
        for ((name, _), standing) in comparison.alternatives.iter().zip(&output.standings) {
            let Statistics::Probability(summary) = &standing.statistics else { continue };
            let (value, interval) = match summary.probability {
                Some(p) => number::percent_with_interval(p.value, p.low, p.high),
                None => (NOTHING.to_owned(), String::new()),
            };
            grid.rows.push(vec![format!("  {name}"), value, interval]);
        }
    }
    grid
}

/// The difference of every pair, trial by trial.
fn differences_grid(comparison: &Comparison) -> Grid {
    let mut columns = first_columns();
    let percentiles = percentile_columns(comparison);
    columns.extend(percentiles.iter().cloned());
    columns.push(
        Column::new("P(first better)", Align::Right).meaning(
            "P(first better): share of the trials in which the first of the two is better",
        ),
    );
    columns.push(Column::spare("95 % interval", Align::Right, 3));
    columns.push(Column::new("dominates", Align::Left).meaning(
        "dominates: of the order 1: at every level it is at least as likely to be better than that, beyond sampling error \
         somewhere and against it nowhere; of the order 2: so for whoever dislikes risk",
    ));
    let mut grid = Grid::new("Differences, trial by trial", columns);
    for output in comparison.outputs.iter().filter(|output| output.kind != ChannelKind::Condition) {
        let all: Vec<Figure> =
            output.pairs.iter().flat_map(|pair| figures(&pair.difference)).collect();
        let scale = Scale::of_table(&all);
        grid.rows.push(heading(output, grid.columns.len()));
        for pair in &output.pairs {
            let (a, b) = names(comparison, pair);
            let mut row = vec![format!("  {a} − {b}")];
            row.extend(number_cells(&pair.difference, output.unit.as_deref(), scale));
            row.resize(BEFORE + percentiles.len(), NOTHING.to_owned());
            row.extend(match pair.better(output.is_lower_better) {
                Some(Estimate { value, low, high }) => {
                    let (value, interval) = number::percent_with_interval(value, low, high);
                    [value, interval]
                }
                None => [NOTHING.to_owned(), String::new()],
            });
            row.push(dominance_cell(pair.dominance));
            grid.rows.push(row);
        }
    }
    grid.without_empty_columns()
}

fn names<'a>(comparison: &'a Comparison, pair: &Pair) -> (&'a str, &'a str) {
    (&comparison.alternatives[pair.a].0, &comparison.alternatives[pair.b].0)
}

/// In a few words, which are never cut: names are in the row's label.
fn dominance_cell(dominance: Dominance) -> String {
    let name = |side: Side| if side == Side::A { "first" } else { "second" };
    match dominance {
        Dominance::EveryTrial(side) => format!("{}, always", name(side)),
        Dominance::First(side) => format!("{}, order 1", name(side)),
        Dominance::Second(side) => format!("{}, order 2", name(side)),
        Dominance::Neither => "neither".to_owned(),
        Dominance::NotFirst => "neither, order 1".to_owned(),
        Dominance::Unsure => "cannot tell".to_owned(),
        Dominance::Same => "equal".to_owned(),
    }
}

/// A sentence.
fn dominance_words(dominance: Dominance, a: &str, b: &str, trials: u64) -> String {
    let named = |side: Side| if side == Side::A { (a, b) } else { (b, a) };
    match dominance {
        Dominance::EveryTrial(side) => {
            let (best, other) = named(side);
            format!("{best} is at least as good as {other} in every trial, and better in some")
        }
        Dominance::First(side) => {
            let (best, other) = named(side);
            format!(
                "{best} dominates {other} in the first order: at every level it is at least as likely to be better \
                 than that; no level says otherwise beyond sampling error"
            )
        }
        Dominance::Second(side) => {
            let (best, other) = named(side);
            format!(
                "{best} dominates {other} in the second order, not in the first: whoever dislikes risk prefers it; \
                 no level says otherwise beyond sampling error"
            )
        }
        Dominance::Neither => format!(
            "neither {a} nor {b} dominates: each is better at some level, and which is preferred hangs on the \
             attitude to risk"
        ),
        Dominance::NotFirst => format!(
            "neither {a} nor {b} dominates in the first order: each is better at some level"
        ),
        Dominance::Unsure => {
            format!("{trials} trials cannot tell {a} and {b} apart at any level")
        }
        Dominance::Same => format!("{a} and {b} are equal in every trial"),
    }
}

/// The columns of the CSV.
const HEAD: [&str; 11] = [
    "alternative",
    "other",
    "output",
    "unit",
    "statistic",
    "p",
    "value",
    "low",
    "high",
    "trials",
    "seed",
];

/// One statistic a row: of an alternative, or of it less another.
pub fn compare_csv(comparison: &Comparison) -> String {
    let mut sheet = Sheet::new(&HEAD);
    for output in &comparison.outputs {
        for ((name, _), standing) in comparison.alternatives.iter().zip(&output.standings) {
            let place = Place { comparison, output, a: name, b: "" };
            place.standing(standing, &mut sheet);
        }
        for pair in &output.pairs {
            let (a, b) = names(comparison, pair);
            Place { comparison, output, a, b }.pair(pair, &mut sheet);
        }
    }
    sheet.text()
}

/// Whose statistics rows are.
struct Place<'a> {
    comparison: &'a Comparison,
    output: &'a ComparedOutput,
    a: &'a str,
    b: &'a str,
}

impl Place<'_> {
    fn row(
        &self,
        sheet: &mut Sheet,
        statistic: &str,
        unit: Option<&str>,
        p: Option<f64>,
        values: [Option<f64>; 3],
    ) {
        let cell = |value: Option<f64>| value.map_or_else(String::new, csv_number);
        let provenance = provenance(self.comparison);
        let [value, low, high] = values.map(cell);
        sheet.row(&[
            safe(self.a),
            safe(self.b),
            safe(&self.output.name),
            safe(unit.unwrap_or("")),
            statistic.to_owned(),
            cell(p),
            value,
            low,
            high,
            provenance.trials.to_string(),
            provenance.seed.to_string(),
        ]);
    }

    fn number(&self, number: &NumberSummary, sheet: &mut Sheet) {
        let unit = self.output.unit.as_deref();
        let moments = [("mean", number.mean), ("mean_se", number.mean_se), ("sd", number.sd)];
        for (statistic, value) in moments {
            self.row(sheet, statistic, unit, None, [value, None, None]);
        }
        for quantile in &number.quantiles {
            let values = [quantile.value, quantile.low, quantile.high].map(value);
            self.row(sheet, "percentile", unit, Some(quantile.p), values);
        }
    }

    fn estimate(&self, statistic: &str, estimate: Option<Estimate>, sheet: &mut Sheet) {
        if let Some(Estimate { value, low, high }) = estimate {
            self.row(sheet, statistic, None, None, [Some(value), Some(low), Some(high)]);
        }
    }

    fn standing(&self, standing: &Standing, sheet: &mut Sheet) {
        let unit = self.output.unit.as_deref();
        match &standing.statistics {
            Statistics::Number(number) => self.number(number, sheet),
            Statistics::Time(time) => {
                self.number(&time.number, sheet);
                self.estimate("never", time.never, sheet);
            }
            Statistics::Probability(summary) => {
                self.estimate("probability", summary.probability, sheet);
            }
            Statistics::Series(_) => {}
        }
        if let Some(shortfall) = &standing.shortfall {
            let (low, high) = interval(shortfall);
            self.row(sheet, "shortfall", unit, Some(0.05), [value(shortfall.value), low, high]);
        }
        self.estimate("best", standing.best, sheet);
        if let Some(regret) = standing.regret {
            self.row(sheet, "regret", unit, None, [Some(regret.value), None, None]);
            self.row(sheet, "regret_se", unit, None, [Some(regret.se), None, None]);
        }
    }

    fn pair(&self, pair: &Pair, sheet: &mut Sheet) {
        self.number(&pair.difference, sheet);
        self.estimate("probability_greater", pair.greater, sheet);
        self.estimate("probability_less", pair.less, sheet);
        self.row(sheet, "probability_equal", None, None, [Some(pair.equal), None, None]);
        self.row(sheet, "undefined", None, None, [Some(pair.undefined as f64), None, None]);
        if self.output.kind != ChannelKind::Condition {
            let [first, second] = orders(pair.dominance);
            for (statistic, side) in [("dominance_first", first), ("dominance_second", second)] {
                let value = match side {
                    Some(Side::A) => 1.0,
                    Some(Side::B) => -1.0,
                    None => 0.0,
                };
                self.row(sheet, statistic, None, None, [Some(value), None, None]);
            }
        }
    }
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => finite(value),
        Point::Never | Point::Undefined => None,
    }
}

fn interval(statistic: &crate::results::StatisticResult) -> (Option<f64>, Option<f64>) {
    statistic.interval.map_or((None, None), |(low, high)| (value(low), value(high)))
}

/// Who dominates in the first and in the second order; the first implies the second.
fn orders(dominance: Dominance) -> [Option<Side>; 2] {
    match dominance {
        Dominance::EveryTrial(side) | Dominance::First(side) => [Some(side); 2],
        Dominance::Second(side) => [None, Some(side)],
        Dominance::Neither | Dominance::NotFirst | Dominance::Unsure | Dominance::Same => [None; 2],
    }
}

#[derive(Serialize)]
struct CompareWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    format: u32,
    trials: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials_asked: Option<u64>,
    seed: String,
    design: &'a str,
    elapsed_seconds: Option<f64>,
    alternatives: Vec<AlternativeWire<'a>>,
    pairs: Vec<PairWire<'a>>,
    best: Vec<BestWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct AlternativeWire<'a> {
    name: &'a str,
    model: ModelWire<'a>,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
    outputs: Vec<OutputWire<'a>>,
    warnings: Vec<&'a str>,
}

#[derive(Serialize)]
struct EstimateWire {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct PairWire<'a> {
    a: &'a str,
    b: &'a str,
    output: &'a str,
    unit: Option<&'a str>,
    better: &'static str,
    difference: OutputWire<'a>,
    probability_a_greater: Option<EstimateWire>,
    probability_a_less: Option<EstimateWire>,
    probability_equal: Option<f64>,
    never: NeverWire,
    undefined: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dominance: Option<DominanceWire<'a>>,
}

/// Trials in which one of the two, or both, are never.
#[derive(Serialize)]
struct NeverWire {
    a: u64,
    b: u64,
    both: u64,
}

#[derive(Serialize)]
struct DominanceWire<'a> {
    first: Option<&'a str>,
    second: Option<&'a str>,
    words: String,
}

#[derive(Serialize)]
struct BestWire<'a> {
    name: &'a str,
    output: &'a str,
    unit: Option<&'a str>,
    better: &'static str,
    probability: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    expected_regret: Option<f64>,
    expected_regret_se: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_shortfall: Option<EstimateWire>,
    undefined: u64,
}

/// The comparison as JSON, ending with a line break.
pub fn compare_json(comparison: &Comparison, elapsed_seconds: Option<f64>) -> String {
    let own = provenance(comparison);
    let is_partial = own.trials < own.trials_asked;
    let differences: Vec<Vec<OutputResult>> = comparison.outputs.iter().map(differences).collect();
    let pairs = comparison.outputs.iter().zip(&differences).flat_map(|(output, differences)| {
        let wire = |(pair, difference)| pair_wire(comparison, output, pair, difference);
        output.pairs.iter().zip(differences).map(wire).collect::<Vec<_>>()
    });
    let best = comparison.outputs.iter().flat_map(|output| {
        let names = comparison.alternatives.iter().map(|(name, _)| name.as_str());
        let standings = names.zip(&output.standings);
        standings.map(move |(name, standing)| best_wire(output, name, standing))
    });
    written(&CompareWire {
        schema: SCHEMA,
        outlay: own.version,
        format: own.format,
        trials: own.trials,
        trials_asked: is_partial.then_some(own.trials_asked),
        seed: own.seed.to_string(),
        design: own.design,
        elapsed_seconds: elapsed_seconds.and_then(finite),
        alternatives: comparison
            .alternatives
            .iter()
            .map(|(name, result)| AlternativeWire {
                name,
                model: model_wire(&result.provenance),
                scenario: result.provenance.scenario.as_deref(),
                set: &result.provenance.set,
                outputs: result.outputs.iter().map(output_wire).collect(),
                warnings: result.warnings.iter().map(|warning| warning.english.as_str()).collect(),
            })
            .collect(),
        pairs: pairs.collect(),
        best: best.collect(),
        warnings: &comparison.warnings,
    })
}

/// The differences of an output's pairs as outputs.
fn differences(output: &ComparedOutput) -> Vec<OutputResult> {
    let difference = |pair: &Pair| OutputResult {
        name: output.name.clone(),
        about: None,
        index: BTreeMap::new(),
        unit: output.unit.clone(),
        statistics: Statistics::Number(pair.difference.clone()),
        outline: None,
    };
    output.pairs.iter().map(difference).collect()
}

fn way(output: &ComparedOutput) -> &'static str {
    if output.is_lower_better { "lower" } else { "higher" }
}

fn estimate_wire(estimate: Option<Estimate>) -> Option<EstimateWire> {
    estimate.map(|Estimate { value, low, high }| EstimateWire {
        value: finite(value),
        low: finite(low),
        high: finite(high),
    })
}

fn pair_wire<'a>(
    comparison: &'a Comparison,
    output: &'a ComparedOutput,
    pair: &'a Pair,
    difference: &'a OutputResult,
) -> PairWire<'a> {
    let (a, b) = names(comparison, pair);
    let trials = provenance(comparison).trials;
    let name = |side: Side| if side == Side::A { a } else { b };
    let [first, second] = orders(pair.dominance);
    PairWire {
        a,
        b,
        output: &output.name,
        unit: output.unit.as_deref(),
        better: way(output),
        difference: output_wire(difference),
        probability_a_greater: estimate_wire(pair.greater),
        probability_a_less: estimate_wire(pair.less),
        probability_equal: pair.greater.and_then(|_| finite(pair.equal)),
        never: NeverWire { a: pair.never[0], b: pair.never[1], both: pair.never[2] },
        undefined: pair.undefined,
        dominance: (output.kind != ChannelKind::Condition).then(|| DominanceWire {
            first: first.map(name),
            second: second.map(name),
            words: dominance_words(pair.dominance, a, b, trials),
        }),
    }
}

fn best_wire<'a>(output: &'a ComparedOutput, name: &'a str, standing: &Standing) -> BestWire<'a> {
    let Standing { best, regret, .. } = standing;
    BestWire {
        name,
        output: &output.name,
        unit: output.unit.as_deref(),
        better: way(output),
        probability: best.and_then(|best| finite(best.value)),
        low: best.and_then(|best| finite(best.low)),
        high: best.and_then(|best| finite(best.high)),
        expected_regret: regret.and_then(|regret| finite(regret.value)),
        expected_regret_se: regret.and_then(|regret| finite(regret.se)),
        expected_shortfall: standing.shortfall.as_ref().map(|shortfall| {
            let (low, high) = interval(shortfall);
            EstimateWire { value: value(shortfall.value), low, high }
        }),
        undefined: output.left_out,
    }
}
