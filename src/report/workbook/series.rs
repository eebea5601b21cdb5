//! The sheet of a series: its figures step by step, and the fan.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartType,
};

use super::book::Book;
use super::cells::{Cell, FITS, below_zero, cut};
use super::format::{SHARE, largest, named, number_format, percentile};
use super::{BLUE, HEAD, ORANGE, PALE, shown};
use crate::results::{NumberSummary, OutputResult, SeriesSummary, Statistics, TimeSummary};

impl Book {
    /// A series: its figures step by step, and the fan.
    pub(super) fn series(&mut self, output: &OutputResult, series: &SeriesSummary, name: &str) {
        let numbers: Vec<Option<&NumberSummary>> = series
            .steps
            .iter()
            .map(|step| match &step.statistics {
                Statistics::Number(number) => Some(number),
                Statistics::Time(time) => Some(&time.number),
                Statistics::Probability(_) | Statistics::Series(_) => None,
            })
            .collect();
        let most = numbers.iter().flatten().map(|number| largest(number)).fold(0.0, f64::max);
        let format = number_format(output.unit.as_deref(), most);
        let of: Vec<f64> = numbers.iter().flatten().next().map_or_else(Vec::new, |number| {
            number.quantiles.iter().map(|quantile| quantile.p).collect()
        });
        let is_condition = numbers.iter().all(Option::is_none);
        let mut sheet = self.sheet(name);
        let below: Vec<&str> =
            [output.about.as_deref(), output.unit.as_deref()].into_iter().flatten().collect();
        sheet.title(&shown(output), &below.join(" · "));
        let mut names: Vec<String> =
            ["step", "date", "base", "mean", "sd"].map(str::to_owned).into();
        match is_condition {
            true => names = ["step", "date", "base", "probability"].map(str::to_owned).into(),
            false => names.extend(of.iter().map(|&p| percentile(p))),
        }
        names.push("undefined trials".to_owned());
        if !is_condition {
            names.push("P(below zero)".to_owned());
        }
        sheet.head(HEAD, 0, &names);
        let mut row = HEAD;
        for step in &series.steps {
            row += 1;
            let mut cells = vec![
                Cell::number(Some(f64::from(step.step)), "0"),
                step.label.clone().map_or(Cell::Empty, Cell::Date),
            ];
            let undefined = match &step.statistics {
                Statistics::Number(number) | Statistics::Time(TimeSummary { number, .. }) => {
                    cells.push(
                        number.base.map_or(Cell::Empty, |base| Cell::drawn(base.value, &format)),
                    );
                    cells
                        .extend([number.mean, number.sd].map(|value| Cell::number(value, &format)));
                    let quantiles = number.quantiles.iter();
                    cells.extend(quantiles.map(|quantile| Cell::drawn(quantile.value, &format)));
                    number.undefined.count
                }
                Statistics::Probability(summary) => {
                    let base = summary.base.map(|base| if base { 1.0 } else { 0.0 });
                    cells.push(Cell::number(base, "0"));
                    cells.push(Cell::number(summary.probability.map(|one| one.value), SHARE));
                    summary.undefined.count
                }
                Statistics::Series(_) => 0,
            };
            cells.push(match undefined {
                0 => Cell::Empty,
                count => Cell::number(Some(count as f64), "#,##0"),
            });
            if let Statistics::Number(number) = &step.statistics {
                cells.push(below_zero(number));
            }
            sheet.row(row, 0, cells);
        }
        let has_dates = series.steps.iter().all(|step| step.label.is_some());
        let mut chart = Chart::new(ChartType::Line);
        let columns: Vec<(u16, u32, f64, bool)> = match is_condition {
            true => vec![(3, BLUE, 2.25, false)],
            false => (5..)
                .zip(&of)
                .map(|(column, &p)| {
                    let is_middle = (p - 0.5).abs() < 1e-9;
                    let color = if is_middle { BLUE } else { PALE };
                    let width = if is_middle { 2.75 } else { 1.0 + 2.0 * (0.5 - (p - 0.5).abs()) };
                    (column, color, width, false)
                })
                .chain([(2, ORANGE, 1.5, true)])
                .collect(),
        };
        for (column, color, width, is_dashed) in columns {
            let mut line = ChartLine::new();
            line.set_color(color).set_width(width);
            if is_dashed {
                line.set_dash_type(ChartLineDashType::Dash);
            }
            chart
                .add_series()
                .set_name((name, HEAD, column))
                .set_categories((name, HEAD + 1, u16::from(has_dates), row, u16::from(has_dates)))
                .set_values((name, HEAD + 1, column, row, column))
                .set_format(ChartFormat::new().set_line(&line))
                .set_marker(ChartMarker::new().set_none());
        }
        chart.title().set_name(&cut(&named(&shown(output), output.unit.as_deref())));
        chart.legend().set_position(ChartLegendPosition::Bottom);
        chart.x_axis().set_label_position(rust_xlsxwriter::ChartAxisLabelPosition::Low);
        chart
            .x_axis()
            .set_label_interval(u16::try_from(series.steps.len().div_ceil(10).max(1)).unwrap_or(1));
        chart.y_axis().set_num_format(if is_condition { "0%" } else { &format });
        chart.set_width(760).set_height(420);
        chart.set_alt_text(format!("{} over time", cut(&shown(output))));
        let behind = u16::try_from(names.len()).unwrap_or(12) + 1;
        sheet.chart(HEAD, behind, &chart);
        sheet.widths(&[7.0, 10.0]);
        sheet.sheet.set_freeze_panes(HEAD + 1, 2).expect(FITS);
    }
}
