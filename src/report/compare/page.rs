//! The page: standings, probabilities, differences.

use super::super::command;
use super::super::memo::{self, NOTHING};
use super::super::number::{self, Figure, Scale};
use super::super::page::{Align, Column, Grid, Memo};
use super::super::statistics::estimate_cells;
use super::{names, provenance};
use crate::accumulate::ChannelKind;
use crate::analysis::{ComparedOutput, Comparison, Dominance, Side, Standing};
use crate::results::{Estimate, NumberSummary, Statistics};

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
