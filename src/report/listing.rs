//! Pages of a model that is not simulated: every quantity of the base case, every input's distribution.
//!
//! In: the rows that the library gives. Out: a [`Memo`], laid out like any other page.

use super::memo::{memo, point};
use super::number::{self, Counting, Figure, Scale};
use super::page::{Align, Column, Grid, Memo};
use super::series::shown_steps;
use crate::results::{CorrelationRow, InputRow, QuantityRow, Shown};
use crate::results::{OutputResult, Point, SimulationResult, Statistics};

/// No series is shown at more steps.
const MOST_STEPS: usize = 6;

/// `run --base --all`: every quantity by kind; title and last line come from the base case.
pub fn quantities_memo(base: &SimulationResult, rows: &[QuantityRow]) -> Memo {
    let rows: Vec<QuantityRow> = rows.iter().map(|row| in_its_unit(row, &base.outputs)).collect();
    let page = memo(base);
    let command = format!("{} --all", page.command);
    Memo { grids: row_grids(&rows), command, ..page }
}

/// Tables of quantities by kind, what varies by step apart.
pub(super) fn row_grids(rows: &[QuantityRow]) -> Vec<Grid> {
    let kinds =
        [("input", "Inputs"), ("formula", "Formulas"), ("series", "Series"), ("output", "Outputs")];
    let mut grids = Vec::new();
    for (kind, caption) in kinds {
        let of_kind = |is_series: bool| -> Vec<&QuantityRow> {
            rows.iter().filter(|row| row.kind == kind && row.is_series == is_series).collect()
        };
        let (plain, by_step) = (of_kind(false), of_kind(true));
        if !plain.is_empty() {
            grids.push(plain_grid(caption, &plain));
        }
        if !by_step.is_empty() {
            let caption =
                if kind == "series" { caption.to_owned() } else { format!("{caption} by step") };
            grids.push(step_grid(&caption, &by_step));
        }
    }
    grids
}

/// An output in the unit that its model asks for.
fn in_its_unit(row: &QuantityRow, outputs: &[OutputResult]) -> QuantityRow {
    let is_same = |output: &&OutputResult| {
        let Some(labels) = row.name.strip_prefix(&output.name) else { return false };
        let labels = labels.trim_start_matches('[').trim_end_matches(']');
        let mut labels: Vec<&str> = labels.split(", ").filter(|label| !label.is_empty()).collect();
        let mut of_output: Vec<&str> = output.index.values().map(String::as_str).collect();
        labels.sort_unstable();
        of_output.sort_unstable();
        labels == of_output
    };
    let output = outputs.iter().filter(|_| row.kind == "output").find(is_same);
    let base = |statistics: &Statistics| match statistics {
        Statistics::Number(number) => number.base.map(|base| base.value),
        Statistics::Time(time) => time.number.base.map(|base| base.value),
        Statistics::Probability(_) | Statistics::Series(_) => None,
    };
    let values: Option<Vec<Point>> = output.and_then(|output| match &output.statistics {
        Statistics::Series(series) => series.steps.iter().map(|s| base(&s.statistics)).collect(),
        statistics @ (Statistics::Number(_) | Statistics::Time(_) | Statistics::Probability(_)) => {
            base(statistics).map(|value| vec![value])
        }
    });
    match (output, values) {
        (Some(output), Some(values)) => {
            let unit = output.unit.clone();
            QuantityRow { shown: Shown::plain(unit.as_deref()), unit, values, ..row.clone() }
        }
        _ => row.clone(),
    }
}

fn cell(row: &QuantityRow, at: Point, write: impl Fn(f64) -> String) -> String {
    point(row.shown.point(at), |value| match (row.is_condition, value == 0.0) {
        (true, true) => "false".to_owned(),
        (true, false) => "true".to_owned(),
        (false, _) => write(value),
    })
}

fn plain_grid(caption: &str, rows: &[&QuantityRow]) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("value", Align::Decimal),
        Column::new("unit", Align::Left),
        Column::spare("about", Align::Left, 1),
    ];
    let mut grid = Grid::new(caption, columns);
    for row in rows {
        let exact = |value| number::exact_by(value, Counting::of(&row.shown));
        let value = row.values.first().map_or_else(String::new, |at| cell(row, *at, exact));
        let about = row.about.clone().unwrap_or_default();
        let unit = row.shown.unit.clone().unwrap_or_default();
        grid.rows.push(vec![row.name.clone(), value, unit, about]);
    }
    grid.without_empty_columns()
}

fn step_grid(caption: &str, rows: &[&QuantityRow]) -> Grid {
    let n_steps = rows.iter().map(|row| row.values.len()).max().unwrap_or(0);
    let steps = shown_steps(n_steps, MOST_STEPS);
    let mut columns = vec![Column::new("", Align::Left), Column::new("unit", Align::Left)];
    columns.extend(steps.iter().map(|step| Column::new(format!("step {step}"), Align::Decimal)));
    let mut grid = Grid::new(caption, columns);
    for row in rows {
        let shown: Vec<Point> = steps
            .iter()
            .map(|step| row.values.get(*step).copied().unwrap_or(Point::Undefined))
            .collect();
        let figures: Vec<Figure> = shown
            .iter()
            .filter_map(|at| {
                let at = row.shown.point(*at);
                if let Point::Value(value) = at { Some(Figure::plan(value)) } else { None }
            })
            .collect();
        let scale = Scale::of(&figures).by(Counting::of(&row.shown));
        let mut cells = vec![row.name.clone(), row.shown.unit.clone().unwrap_or_default()];
        cells.extend(
            shown.iter().map(|at| cell(row, *at, |value| scale.write(Figure::plan(value)))),
        );
        grid.rows.push(cells);
    }
    grid.without_empty_columns()
}

/// `check`: the inputs with their distributions, and what is stated about pairs of them.
pub fn inputs_memo(title: &str, rows: &[InputRow], correlations: &[CorrelationRow]) -> Memo {
    let columns = vec![
        Column::new("input", Align::Left),
        Column::new("base", Align::Decimal),
        Column::new("mean", Align::Decimal),
        Column::new("P5", Align::Decimal),
        Column::new("P50", Align::Decimal),
        Column::new("P95", Align::Decimal),
        Column::new("unit", Align::Left),
        Column::spare("source", Align::Left, 1),
    ];
    let mut grid = Grid::new("", columns);
    for row in rows {
        let source = row.source.clone().unwrap_or_default();
        let shown = &row.shown;
        let counting = Counting::of(shown);
        let base = |write: &dyn Fn(f64) -> String| point(shown.point(row.base), write);
        let mut cells = vec![row.name.clone()];
        let figure = |value: f64| Figure::computed(shown.value(value));
        if row.is_random {
            let figures: Vec<Figure> =
                row.percentiles.iter().copied().chain(row.mean).map(figure).collect();
            let scale = Scale::of(&figures).by(counting);
            cells.push(base(&|value| scale.exact(value)));
            let write = |value: f64| scale.write(figure(value));
            cells.push(row.mean.map_or_else(|| "none".to_owned(), write));
            cells.extend(row.percentiles.map(write));
        } else {
            cells.push(base(&|value| number::exact_by(value, counting)));
            cells.resize(6, String::new());
        }
        cells.push(shown.unit.clone().unwrap_or_default());
        cells.push(source);
        grid.rows.push(cells);
    }
    let simulated: Vec<&str> =
        rows.iter().filter(|row| row.is_simulated).map(|row| row.name.as_str()).collect();
    if !simulated.is_empty() {
        let names = simulated.join(", ");
        grid.notes.push(format!("Simulated, because the parameters are random too: {names}."));
    }
    let processes: Vec<&str> =
        rows.iter().filter(|row| row.is_process).map(|row| row.name.as_str()).collect();
    if !processes.is_empty() {
        let names = processes.join(", ");
        grid.notes.push(format!("Processes, simulated, at the last step: {names}."));
    }
    let mut grids = vec![grid.without_empty_columns()];
    if !correlations.is_empty() {
        grids.push(correlations_grid(correlations));
    }
    Memo { title: title.to_owned(), grids, ..Memo::default() }
}

fn correlations_grid(rows: &[CorrelationRow]) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("stated", Align::Decimal),
        Column::new("of", Align::Left),
        Column::new("copula", Align::Left),
        Column::new("its parameter", Align::Decimal),
        Column::new("held", Align::Left),
    ];
    let mut grid = Grid::new("Correlations", columns);
    for row in rows {
        let [a, b] = row.inputs.clone();
        grid.rows.push(vec![
            a,
            b,
            number::exact(row.coefficient),
            if row.measure == "Spearman" { "ranks" } else { "values" }.to_owned(),
            row.copula.clone(),
            format!("{:.4}", row.parameter),
            if row.is_by_step { "step by step" } else { "once a trial" }.to_owned(),
        ]);
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::super::{Look, fixture, markdown, table};
    use super::*;

    #[test]
    fn every_quantity_of_the_base_case() {
        let memo = quantities_memo(&fixture::base(), &fixture::quantity_rows());
        insta::assert_snapshot!(table(&memo, Look::default()));
    }

    #[test]
    fn every_input_with_its_distribution() {
        let memo = inputs_memo("A model", &fixture::input_rows(), &[]);
        insta::assert_snapshot!(table(&memo, Look::default()));
    }

    #[test]
    fn listings_are_pages_like_others() {
        assert!(
            markdown(&inputs_memo("A model", &fixture::input_rows(), &[])).contains("| gpu_price ")
        );
    }
}
