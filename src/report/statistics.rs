//! Checks and the statistics that were asked for, as tables.
//!
//! In: estimates with their intervals. Out: grids of a page, and the words for a verdict.

use super::memo::{NOTHING, point};
use super::number::{self, Counting, Figure, Scale};
use super::page::{Align, Column, Grid};
use crate::check::Claim;
use crate::expr::Measure;
use crate::results::{CheckResult, Point, StatisticResult, Verdict, Withheld};

/// What the trials say, for people.
pub(crate) fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::Unsure => "cannot tell",
    }
}

/// The estimate and its interval, each with its unit where it is a probability.
pub(crate) fn estimate_cells(result: &StatisticResult) -> (String, String) {
    estimate_cells_by(result, Counting::Thousands)
}

/// The same, with large numbers counted in either way.
pub(super) fn estimate_cells_by(result: &StatisticResult, counting: Counting) -> (String, String) {
    if let (Point::Value(value), Ok((Point::Value(low), Point::Value(high)))) =
        (result.value, result.interval)
    {
        return match result.measure {
            Measure::Probability => number::percent_beside_interval(value, low, high),
            Measure::Mean | Measure::Sd | Measure::Percentile(_) | Measure::Shortfall(_) => {
                number::with_interval_by(value, low, high, counting)
            }
        };
    }
    let value = match result.value {
        Point::Undefined => NOTHING.to_owned(),
        known @ (Point::Value(_) | Point::Never) => point(known, |value| {
            Scale::of(&[Figure::computed(value)]).by(counting).write(Figure::computed(value))
        }),
    };
    let interval = match result.interval {
        // Never at one end.
        Ok((low, high)) if low != high => {
            let write = |end| point(end, |value| number::exact_by(value, counting));
            format!("{} – {}", write(low), write(high))
        }
        Err(Withheld::HeavyTail) => "none: heavy tail".to_owned(),
        Err(Withheld::TooFew(_)) => "none: too few trials".to_owned(),
        Err(Withheld::Undefined) | Ok(_) => String::new(),
    };
    (value, interval)
}

/// The checks of the model.
pub(super) fn checks_grid(checks: &[CheckResult]) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("must hold", Align::Left),
        Column::new("estimate", Align::Right),
        Column::spare("95 % interval", Align::Right, 2),
        Column::unit(),
        Column::new("verdict", Align::Left),
    ];
    let mut grid = Grid::new("Checks", columns);
    for check in checks {
        let (estimate, interval) = estimate_cells(&check.statistic);
        grid.short_labels.extend(check.about.clone().map(|about| (grid.rows.len(), about)));
        let label = match &check.about {
            Some(about) => format!("{}: {about}", check.name),
            None => check.name.clone(),
        };
        grid.rows.push(vec![
            label,
            check.statistic.text.clone(),
            estimate,
            interval,
            check.statistic.unit.clone().unwrap_or_default(),
            verdict_words(check.verdict()).to_owned(),
        ]);
    }
    grid.without_empty_columns()
}

/// The statistics that were asked for.
pub(super) fn statistics_grid(statistics: &[StatisticResult]) -> Grid {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("estimate", Align::Decimal),
        Column::spare("95 % interval", Align::Right, 2),
        Column::unit(),
        Column::new("reached", Align::Right),
        Column::new("verdict", Align::Left),
    ];
    let mut grid = Grid::new("Statistics", columns);
    for statistic in statistics {
        let (estimate, interval) = estimate_cells(statistic);
        let verdict = match (statistic.verdict, statistic.precision) {
            (Some(verdict), _) => verdict_words(verdict).to_owned(),
            (None, Some(precision)) if precision.is_reached => "precise enough".to_owned(),
            (None, Some(_)) => "not converged".to_owned(),
            (None, None) => String::new(),
        };
        grid.rows.push(vec![
            statistic.text.clone(),
            estimate,
            interval,
            statistic.unit.clone().unwrap_or_default(),
            reached(statistic),
            verdict,
        ]);
    }
    grid.without_empty_columns()
}

/// `± 0.48 %`, `± 0.19 pt`, `± 0.1`: in the form that was asked for.
fn reached(statistic: &StatisticResult) -> String {
    let Some(half_width) = statistic.precision.and_then(|precision| precision.half_width) else {
        return String::new();
    };
    match (statistic.claim, statistic.value) {
        (Claim::Relative(_), Point::Value(value)) if value != 0.0 => {
            format!("± {} %", number::two_digits(100.0 * half_width / value.abs()))
        }
        (Claim::Absolute(_), _) if statistic.measure == Measure::Probability => {
            format!("± {} pt", number::two_digits(100.0 * half_width))
        }
        (Claim::Absolute(_) | Claim::Relative(_), _) => {
            format!("± {}", number::two_digits(half_width))
        }
        (Claim::Nothing | Claim::Compared(..), _) => String::new(),
    }
}
