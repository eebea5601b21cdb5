//! The first sheets: numbers and times in a row each; probabilities, checks and statistics.

use super::super::{memo, number};
use super::book::Book;
use super::cells::{Cell, FITS, below_zero};
use super::format::{SHARE, largest, number_format, percentile, value_format};
use super::{HEAD, percentiles, shown};
use crate::results::{Estimate, NumberSummary, Point, SimulationResult, Statistics};

impl Book {
    /// Numbers and times, a row each.
    pub(super) fn summary(&mut self, result: &SimulationResult, sheets: &[(String, String)]) {
        let title = self.title.clone();
        let of = percentiles(result);
        let mut sheet = self.sheet("Summary");
        sheet.title(&title, &memo::provenance_line(&result.provenance));
        let mut lines = memo::assumptions(&result.provenance);
        lines.extend(memo::alert(&result.provenance));
        sheet.row(2, 0, [Cell::text(Some(&lines.join(" · ")))]);
        let mut names: Vec<String> = [
            "output",
            "meaning",
            "unit",
            "base",
            "rank of base",
            "mean",
            "standard error",
            "sd",
            "min",
        ]
        .map(str::to_owned)
        .into();
        names.extend(of.iter().map(|&p| percentile(p)));
        names.extend(["max", "P(never)", "undefined trials", "P(below zero)"].map(str::to_owned));
        sheet.head(HEAD, 0, &names);
        let mut row = HEAD;
        for output in &result.outputs {
            let (number, time) = match &output.statistics {
                Statistics::Number(number) => (number, None),
                Statistics::Time(time) => (&time.number, Some(time)),
                Statistics::Probability(_) | Statistics::Series(_) => continue,
            };
            row += 1;
            let unit = output.unit.as_deref();
            let format = value_format(unit, number);
            let name = shown(output);
            let link = sheets.iter().find(|(output, _)| *output == name);
            let mut cells = vec![
                match link {
                    Some((_, sheet)) => Cell::Link(name, sheet.clone()),
                    None => Cell::Text(name),
                },
                Cell::text(output.about.as_deref()),
                Cell::text(output.unit.as_deref()),
            ];
            cells.extend(figures(number, &of, unit));
            cells.push(match time.and_then(|time| time.never) {
                Some(never) => Cell::number(Some(never.value), SHARE),
                None => Cell::Empty,
            });
            cells.push(match number.undefined.count {
                0 => Cell::Empty,
                count => Cell::number(Some(count as f64), "#,##0"),
            });
            cells.push(below_zero(number));
            sheet.row(row, 0, cells);
            if let Some(time) = time.filter(|time| !time.quantiles_if_ever.is_empty()) {
                row += 1;
                sheet.row(row, 1, [Cell::text(Some("if ever"))]);
                let quantiles = time.quantiles_if_ever.iter();
                sheet.row(row, 9, quantiles.map(|quantile| Cell::point(quantile.value, &format)));
            }
        }
        sheet.widths(&[vec![26.0, 40.0, 14.0], vec![12.5; names.len() - 3]].concat());
        sheet.sheet.set_freeze_panes(HEAD + 1, 1).expect(FITS);
        let notes = [
            "base: all inputs at their base · rank of base: share of trials at or below it",
            "P5: not exceeded in 5 % of trials · never: not within the timeline",
        ];
        for (line, note) in (row + 2..).zip(notes) {
            sheet.row(line, 0, [Cell::text(Some(note))]);
        }
    }

    /// Conditions, times within limits, checks and statistics that were asked for.
    pub(super) fn probabilities(&mut self, result: &SimulationResult) {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        let estimate = |estimate: Estimate| {
            [estimate.value, estimate.low, estimate.high]
                .map(|value| Cell::number(Some(value), SHARE))
        };
        for output in &result.outputs {
            let (name, about) = (shown(output), output.about.as_deref());
            match &output.statistics {
                Statistics::Probability(summary) => {
                    let mut row = vec![Cell::Text(name), Cell::text(about)];
                    match summary.probability {
                        Some(probability) => row.extend(estimate(probability)),
                        None => row.extend([Cell::Empty, Cell::Empty, Cell::Empty]),
                    }
                    let base = summary.base.map(|base| if base { "true" } else { "false" });
                    row.push(Cell::text(base));
                    rows.push(row);
                }
                Statistics::Time(time) => {
                    let unit = output.unit.as_deref().unwrap_or("");
                    for within in &time.within {
                        let limit = format!("{name} ≤ {} {unit}", number::exact(within.limit));
                        let mut row = vec![Cell::Text(limit), Cell::text(about)];
                        row.extend(estimate(within.probability));
                        rows.push(row);
                    }
                }
                Statistics::Number(_) | Statistics::Series(_) => {}
            }
        }
        let checks = result.checks.iter().map(|check| {
            let meaning = check.about.as_deref().unwrap_or(&check.name);
            (Some(meaning), &check.statistic)
        });
        let asked = checks.chain(result.statistics.iter().map(|statistic| (None, statistic)));
        for (meaning, statistic) in asked {
            let value = |point| match point {
                Point::Value(value) => value,
                Point::Never | Point::Undefined => 0.0,
            };
            let is_share = statistic.measure == crate::expr::Measure::Probability;
            let format = match is_share {
                true => SHARE.to_owned(),
                false => number_format(statistic.unit.as_deref(), value(statistic.value).abs()),
            };
            let mut row = vec![
                Cell::Text(statistic.text.clone()),
                Cell::text(meaning),
                Cell::point(statistic.value, &format),
            ];
            match statistic.interval {
                Ok((low, high)) => row.extend([low, high].map(|end| Cell::point(end, &format))),
                Err(_) => row.extend([Cell::Empty, Cell::Empty]),
            }
            row.push(Cell::Empty);
            row.push(Cell::text(statistic.verdict.map(|verdict| verdict.name())));
            row.push(Cell::text(statistic.unit.as_deref()));
            rows.push(row);
        }
        if rows.is_empty() {
            return;
        }
        let title = self.title.clone();
        let mut sheet = self.sheet("Probabilities");
        sheet.title(&title, "Estimates with their 95 % intervals, of the trials that are defined");
        sheet.head(
            HEAD,
            0,
            &[
                "condition or statistic",
                "meaning",
                "estimate",
                "95 % low",
                "95 % high",
                "base",
                "verdict",
                "unit",
            ],
        );
        for (row, cells) in (HEAD + 1..).zip(rows) {
            sheet.row(row, 0, cells);
        }
        sheet.widths(&[40.0, 44.0, 12.0, 12.0, 12.0]);
        sheet.sheet.set_freeze_panes(HEAD + 1, 1).expect(FITS);
    }
}

/// Base, rank, mean, error, sd, min, percentiles, max.
pub(super) fn figures(number: &NumberSummary, of: &[f64], unit: Option<&str>) -> Vec<Cell> {
    let format = &value_format(unit, number);
    let fine = &number_format(unit, largest(number));
    let error = &number_format(unit, number.mean_se.unwrap_or(0.0).abs());
    let base = number.base;
    let mut cells = vec![
        base.map_or(Cell::Empty, |base| Cell::point(base.value, format)),
        Cell::number(base.and_then(|base| base.rank), SHARE),
        Cell::number(number.mean, fine),
        Cell::number(number.mean_se, error),
        Cell::number(number.sd, fine),
        Cell::number(number.min, format),
    ];
    let quantile = |p: &f64| {
        let found = number.quantiles.iter().find(|quantile| quantile.p == *p);
        found.map_or(Cell::Empty, |quantile| Cell::point(quantile.value, format))
    };
    cells.extend(of.iter().map(quantile));
    cells.push(Cell::number(number.max, format));
    cells
}
