//! A series as a table: percentile bands, or a probability, at some of its steps.

use super::memo::{
    NOTHING, base_cell, label, quantile_cells, quantile_figure, truth, undefined_cell,
};
use super::number::{self, Figure, Scale};
use super::page::{Align, Column, Grid};
use crate::results::{
    Estimate, NumberSummary, OutputResult, Point, SeriesSummary, Statistics, StepSummary,
};

/// No series is shown at more steps.
const MOST_STEPS: usize = 13;
/// Distances between the steps shown: whole months, quarters, halves and years where steps are months.
const STRIDES: &[usize] = &[1, 2, 3, 4, 6, 12, 24, 36, 48, 60, 120, 240, 600, 1_200, 2_400];
/// Which of `n` steps are shown: the first, the last, and some at even distances between.
pub(super) fn shown_steps(n: usize, most: usize) -> Vec<usize> {
    let last = n.saturating_sub(1);
    let count = |stride: usize| last.div_ceil(stride) + 1;
    let stride =
        STRIDES.iter().copied().find(|stride| count(*stride) <= most).unwrap_or(last.max(1));
    let mut steps: Vec<usize> = (0..last).step_by(stride).collect();
    if n > 0 {
        steps.push(last);
    }
    steps
}

/// One series: percentile bands, or a probability, at some steps.
pub(super) fn series_grid(output: &OutputResult, series: &SeriesSummary, trials: u64) -> Grid {
    let unit = output.unit.as_ref().map_or_else(String::new, |unit| format!(", {unit}"));
    let caption = format!("{}{unit}", label(output));
    let shown: Vec<&StepSummary> = shown_steps(series.steps.len(), MOST_STEPS)
        .into_iter()
        .map(|step| &series.steps[step])
        .collect();
    let mut columns = vec![Column::new("step", Align::Right), Column::new("date", Align::Left)];
    let head =
        |step: &&StepSummary| vec![step.step.to_string(), step.label.clone().unwrap_or_default()];
    if shown.iter().any(|step| matches!(step.statistics, Statistics::Probability(_))) {
        columns.push(Column::new("base", Align::Left));
        columns.push(Column::new("probability", Align::Right));
        columns.push(Column::new("95 % interval", Align::Right));
        let mut grid = Grid::new(caption, columns);
        for step in &shown {
            let Statistics::Probability(summary) = &step.statistics else { continue };
            let (probability, interval) = summary.probability.map_or_else(Default::default, |e| {
                number::percent_with_interval(e.value, e.low, e.high)
            });
            grid.rows.push([head(step), vec![truth(summary.base), probability, interval]].concat());
        }
        return grid.without_empty_columns();
    }
    let summaries: Vec<(Vec<String>, &NumberSummary, Option<Estimate>)> = shown
        .iter()
        .filter_map(|step| match &step.statistics {
            Statistics::Number(number) => Some((head(step), number, None)),
            Statistics::Time(time) => Some((head(step), &time.number, time.never)),
            Statistics::Probability(_) | Statistics::Series(_) => None,
        })
        .collect();
    let percentiles: Vec<f64> =
        summaries.first().map_or_else(Vec::new, |s| s.1.quantiles.iter().map(|q| q.p).collect());
    columns.push(Column::new("base", Align::Decimal));
    columns.push(Column::spare("mean", Align::Decimal, 1));
    columns.extend(
        percentiles.iter().map(|p| Column::new(number::percentile_name(*p), Align::Decimal)),
    );
    columns.push(Column::new("P(never)", Align::Right));
    columns.push(Column::new("undefined", Align::Right));
    let mut grid = Grid::new(caption, columns);
    // One scale for the whole table, so that a column reads as a movement.
    let all: Vec<Figure> = summaries
        .iter()
        .flat_map(|(_, summary, _)| {
            let base = summary.base.map(|base| base.value);
            let base =
                if let Some(Point::Value(value)) = base { Some(Figure::plan(value)) } else { None };
            summary.quantiles.iter().filter_map(quantile_figure).chain(base)
        })
        .collect();
    let scale = Scale::of_table(&all);
    for (head, summary, never) in summaries {
        let mut row = head;
        row.push(base_cell(summary.base, scale));
        row.push(summary.mean.map_or_else(String::new, |mean| scale.write(Figure::computed(mean))));
        row.extend(quantile_cells(&summary.quantiles, scale));
        row.resize(4 + percentiles.len(), NOTHING.to_owned());
        row.push(never.map_or_else(String::new, |p| number::percent(p.value)));
        row.push(undefined_cell(&summary.undefined, trials));
        grid.rows.push(row);
    }
    grid.without_empty_columns()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_months_are_shown_by_halves_of_a_year() {
        assert_eq!(shown_steps(61, 13), [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
        assert_eq!(shown_steps(73, 13).len(), 13);
    }

    #[test]
    fn the_first_and_the_last_step_are_always_shown() {
        assert!(shown_steps(0, 13).is_empty());
        assert_eq!(shown_steps(1, 13), [0]);
        assert_eq!(shown_steps(12, 13), (0..12).collect::<Vec<_>>());
        assert_eq!(shown_steps(66, 13).last(), Some(&65));
        for n in 1..400 {
            assert!(shown_steps(n, 13).len() <= 13, "{n}");
        }
        assert!(shown_steps(20_001, 13).len() <= 13);
    }
}
