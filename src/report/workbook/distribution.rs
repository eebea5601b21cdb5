//! The sheet of a number or a time: percentiles, histogram, cumulative curve.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLegendPosition, ChartLine, ChartMarker, ChartMarkerType,
    ChartSolidFill, ChartType,
};

use super::super::number;
use super::book::Book;
use super::cells::{Cell, FITS, cut};
use super::format::{SHARE, largest, named, number_format, percentile, value_format};
use super::{BLUE, HEAD, ORANGE, PALE, shown};
use crate::results::{NumberSummary, Outline, OutputResult, Point, Quantile, TimeSummary};

impl Book {
    /// Percentiles, histogram and cumulative curve of a number or a time.
    pub(super) fn distribution(
        &mut self,
        output: &OutputResult,
        number: &NumberSummary,
        time: Option<&TimeSummary>,
        name: &str,
    ) {
        let Some(outline) = &output.outline else { return };
        let format = value_format(output.unit.as_deref(), number);
        let fine = number_format(output.unit.as_deref(), largest(number));
        let axis = named(&output.name, output.unit.as_deref());
        let mut sheet = self.sheet(name);
        let about = output.about.as_deref().unwrap_or("");
        let never = time.and_then(|time| time.never).filter(|never| never.value > 0.0);
        let never_text = never
            .map(|never| format!("never in {} % of trials", number::exact(100.0 * never.value)));
        let below: Vec<&str> =
            [about, output.unit.as_deref().unwrap_or(""), never_text.as_deref().unwrap_or("")]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
        sheet.title(&shown(output), &below.join(" · "));
        sheet.head(HEAD, 0, &["percentile", "value", "95 % low", "95 % high", "share"]);
        let mut row = HEAD;
        let mut drawn = 0;
        for Quantile { p, value, low, high } in &number.quantiles {
            row += 1;
            let mut cells = vec![Cell::Text(percentile(*p))];
            cells.extend([*value, *low, *high].map(|point| Cell::drawn(point, &format)));
            cells.push(Cell::number(Some(*p), "0.0#%"));
            sheet.row(row, 0, cells);
            if *value == Point::Never {
                sheet.row(row, 5, [Cell::text(Some("never"))]);
            } else if drawn == row - HEAD - 1 {
                drawn += 1;
            }
        }
        for (word, value, format) in [
            ("mean", number.mean, &fine),
            ("sd", number.sd, &fine),
            ("min", number.min, &format),
            ("max", number.max, &format),
        ] {
            row += 1;
            sheet.row(row, 0, [Cell::Text(word.to_owned()), Cell::number(value, format)]);
        }
        if let Some(base) = number.base {
            row += 1;
            sheet.row(row, 0, [Cell::Text("base".to_owned()), Cell::point(base.value, &format)]);
        }
        row += 2;
        sheet.head(row, 0, &["from", "to", "middle", "share of trials"]);
        let first = row + 1;
        // Bars of whole numbers lie halfway between these.
        let edges = if outline.bars.is_empty() { &format } else { &fine };
        for (from, to, share) in bars(outline) {
            row += 1;
            let values = [from, to, (from + to) / 2.0].map(|x| Cell::number(Some(x), edges));
            sheet.row(row, 0, values.into_iter().chain([Cell::number(Some(share), SHARE)]));
        }
        sheet.head(HEAD, 6, &["value", "P(at or below)"]);
        let mut line = HEAD;
        for &(x, share) in &outline.curve {
            line += 1;
            sheet.row(line, 6, [Cell::number(Some(x), edges), Cell::number(Some(share), SHARE)]);
        }
        let mut histogram = Chart::new(ChartType::Column);
        histogram
            .add_series()
            .set_categories((name, first, 2, row, 2))
            .set_values((name, first, 3, row, 3))
            .set_gap(if outline.bars.is_empty() { 60 } else { 4 })
            .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(PALE)));
        histogram.title().set_name(&format!("Histogram: {}", cut(&axis)));
        histogram.legend().set_hidden();
        histogram.x_axis().set_num_format(&format);
        histogram.y_axis().set_num_format("0.0%").set_name("share of trials");
        histogram.set_width(680).set_height(300);
        histogram.set_alt_text(format!("Histogram of {}", cut(&shown(output))));
        sheet.chart(HEAD, 9, &histogram);
        let mut curve = Chart::new(ChartType::ScatterStraight);
        curve
            .add_series()
            .set_name("trials")
            .set_categories((name, HEAD + 1, 6, line, 6))
            .set_values((name, HEAD + 1, 7, line, 7))
            .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(BLUE).set_width(2)));
        if drawn > 0 {
            curve
                .add_series()
                .set_name("percentiles")
                .set_categories((name, HEAD + 1, 1, HEAD + drawn, 1))
                .set_values((name, HEAD + 1, 4, HEAD + drawn, 4))
                .set_format(ChartFormat::new().set_no_line())
                .set_marker(
                    ChartMarker::new().set_type(ChartMarkerType::Diamond).set_size(9).set_format(
                        ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(ORANGE)),
                    ),
                );
        }
        curve.title().set_name(&format!("Cumulative: {}", cut(&axis)));
        curve.legend().set_position(ChartLegendPosition::Bottom);
        curve.x_axis().set_num_format(&format).set_name(&cut(&axis));
        curve.y_axis().set_num_format("0%").set_min(0).set_max(1).set_name("P(at or below)");
        curve.set_width(680).set_height(320);
        curve.set_alt_text(format!("Cumulative distribution of {}", cut(&shown(output))));
        sheet.chart(HEAD + 16, 9, &curve);
        sheet.widths(&[12.0, 14.0, 14.0, 14.0, 9.0, 9.0, 14.0, 14.0]);
        sheet.sheet.set_freeze_panes(HEAD + 1, 0).expect(FITS);
    }
}

/// The bars of a histogram: from, to, share; single values are bars without width.
fn bars(outline: &Outline) -> Vec<(f64, f64, f64)> {
    let n = outline.bars.len();
    let edge = |at: usize| outline.low + (outline.high - outline.low) * (at as f64 / n as f64);
    let bars = outline.bars.iter().enumerate().map(|(at, &share)| (edge(at), edge(at + 1), share));
    let atoms = outline.atoms.iter().map(|&(value, share)| (value, value, share));
    let mut all: Vec<(f64, f64, f64)> = bars.chain(atoms).collect();
    all.sort_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)));
    all
}
