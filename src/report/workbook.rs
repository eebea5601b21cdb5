//! A result as a workbook (.xlsx): a summary, a sheet an output with native charts, all figures, inputs, provenance.
//!
//! In: a result with its outlines, the inputs, the CSV and the JSON of the same. Out: bytes, which are a function of these.
//! This is the only file that knows `rust_xlsxwriter`. Numbers stand in the cells as they stand in the JSON, and formats alone
//! make them readable: four digits, 万 and 亿 for large amounts of yuan, percent. Every text is written as a text: there is no formula
//! in a workbook, whatever a model says.
//! What is never stands as the word, and is left empty where a chart reads (a text would be drawn as 0).

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker,
    ChartMarkerType, ChartSolidFill, ChartType, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Url, Workbook, Worksheet,
};

use super::tidy::{Column, Tidy, origin};
use super::{command, memo, visible};
use crate::results::{
    Estimate, InputRow, NumberSummary, Outline, OutputResult, Point, Quantile, SeriesSummary,
    SimulationResult, Statistics, TimeSummary,
};

/// Sheets of their own for so many outputs: nobody leafs through more.
const MOST_SHEETS: usize = 60;
/// A name of a sheet has at most so many characters.
const MOST_LETTERS: usize = 31;
/// A cell holds 32,767 characters.
const MOST_TEXT: usize = 32_000;
/// The row of the head of a table below a title.
const HEAD: u32 = 3;
/// The ink of charts: what is drawn, what is apart from it, and lines between.
const BLUE: u32 = 0x1F_5F_8B;
const PALE: u32 = 0x9E_C3_DC;
const ORANGE: u32 = 0xC7_5B_12;

/// The result as a workbook. `csv` and `json` are the same result in these formats.
pub fn workbook(result: &SimulationResult, inputs: &[InputRow], csv: &str, json: &str) -> Vec<u8> {
    let mut book = Book::new(&result.provenance.title);
    let drawn: Vec<&OutputResult> =
        result.outputs.iter().filter(|output| has_sheet(output)).collect();
    let names: Vec<(String, String)> = drawn
        .iter()
        .take(MOST_SHEETS)
        .map(|output| (shown(output), book.free_name(&shown(output))))
        .collect();
    book.summary(result, &names);
    book.probabilities(result);
    for (output, (_, sheet)) in drawn.iter().zip(&names) {
        match &output.statistics {
            Statistics::Series(series) => book.series(output, series, sheet),
            Statistics::Number(number) => book.distribution(output, number, None, sheet),
            Statistics::Time(time) => book.distribution(output, &time.number, Some(time), sheet),
            Statistics::Probability(_) => {}
        }
    }
    book.figures(&Tidy::read(csv));
    book.inputs(inputs);
    let mut facts = origin(json);
    facts.push((
        "outlay.command".to_owned(),
        command::line(&result.provenance, &percentiles(result)),
    ));
    let more = drawn.len().saturating_sub(MOST_SHEETS);
    let warnings = result.warnings.iter().map(ToString::to_string);
    let mut notes: Vec<String> = warnings.chain(result.notes.iter().cloned()).collect();
    if more > 0 {
        notes.push(format!("{more} outputs more have no sheet of their own: see Figures"));
    }
    book.provenance(&facts, &notes);
    book.bytes()
}

/// Any table of outlay's own CSV as a workbook; `json` is the same.
pub fn workbook_table(csv: &str, json: &str) -> Vec<u8> {
    let facts = origin(json);
    let title = facts.iter().find(|(key, _)| key == "outlay.model");
    let mut book = Book::new(title.map_or("outlay", |(_, title)| title));
    book.figures(&Tidy::read(csv));
    book.provenance(&facts, &[]);
    book.bytes()
}

/// Whether there is something to draw of it.
fn has_sheet(output: &OutputResult) -> bool {
    match &output.statistics {
        Statistics::Series(series) => !series.steps.is_empty(),
        Statistics::Number(_) | Statistics::Time(_) => output.outline.is_some(),
        Statistics::Probability(_) => false,
    }
}

/// `budget[alibaba]`.
fn shown(output: &OutputResult) -> String {
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    match labels.as_slice() {
        [] => output.name.clone(),
        labels => format!("{}[{}]", output.name, labels.join(", ")),
    }
}

/// Those that were asked for.
fn percentiles(result: &SimulationResult) -> Vec<f64> {
    let numbers = result.outputs.iter().filter_map(|output| match &output.statistics {
        Statistics::Number(number) => Some(number),
        Statistics::Time(time) => Some(&time.number),
        Statistics::Probability(_) | Statistics::Series(_) => None,
    });
    let mut quantiles = numbers.map(|number| &number.quantiles).filter(|list| !list.is_empty());
    quantiles.next().map_or_else(Vec::new, |list| list.iter().map(|one| one.p).collect())
}

/// `P5`, `P99.9`.
fn percentile(p: f64) -> String {
    format!("P{}", super::shifted(p, 2))
}

/// How many powers of ten a number has.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.rsplit('e').next().and_then(|power| power.parse().ok()).unwrap_or(0)
}

/// The format that shows the numbers of a unit, the largest of which is so large, with four digits.
fn number_format(unit: Option<&str>, largest: f64) -> String {
    let unit = unit.unwrap_or("");
    let power = if largest == 0.0 { 0 } else { exponent(largest) };
    let is_yuan = unit == "CNY" || unit.starts_with("CNY/");
    // A comma behind the digits divides by a thousand; a point that is written out stands where 万 or 亿 have theirs.
    match power {
        _ if largest == 0.0 => "0".to_owned(),
        8.. if is_yuan => "0\\.00,,\" 亿\"".to_owned(),
        5.. if is_yuan => "0\\.0,\" 万\"".to_owned(),
        15.. => "0.000E+00".to_owned(),
        9.. => "#,##0.00,,,\" bn\"".to_owned(),
        7.. => "#,##0.00,,\" M\"".to_owned(),
        -4.. => {
            let decimals = usize::try_from(3 - power).unwrap_or(0);
            let point = if decimals == 0 { "" } else { "." };
            let percent = if unit == "%" { "\" %\"" } else { "" };
            format!("#,##0{point}{}{percent}", "0".repeat(decimals))
        }
        _ => "0.000E+00".to_owned(),
    }
}

/// Shares: as many digits as four make.
const SHARE: &str = "0.00%";

/// The format of the values of a summary: of whole numbers without decimals, which their mean and spread have all the same.
fn value_format(unit: Option<&str>, number: &NumberSummary) -> String {
    let is_whole = |point: Point| match point {
        Point::Value(value) => value.fract() == 0.0,
        Point::Never | Point::Undefined => true,
    };
    let ends = number.min.into_iter().chain(number.max).map(Point::Value);
    let quantiles = number.quantiles.iter().map(|quantile| quantile.value);
    let largest = largest(number);
    if largest < 1e7 && ends.chain(quantiles).all(is_whole) {
        return "#,##0".to_owned();
    }
    number_format(unit, largest)
}

/// The largest distance from zero of what a summary shows.
fn largest(number: &NumberSummary) -> f64 {
    let value = |point: Point| if let Point::Value(value) = point { Some(value) } else { None };
    let quantiles = number.quantiles.iter().filter_map(|quantile| value(quantile.value));
    let base = number.base.and_then(|base| value(base.value));
    quantiles.chain(number.mean).chain(base).fold(0.0, |most, value| value.abs().max(most))
}

/// A cell of a table.
enum Cell {
    Empty,
    Text(String),
    Number(f64, String),
    /// A text that leads to a sheet.
    Link(String, String),
}

impl Cell {
    fn text(text: Option<&str>) -> Cell {
        text.filter(|text| !text.is_empty()).map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
    }

    fn number(value: Option<f64>, format: &str) -> Cell {
        let finite = value.filter(|value| value.is_finite());
        finite.map_or(Cell::Empty, |value| Cell::Number(value + 0.0, format.to_owned()))
    }

    fn point(point: Point, format: &str) -> Cell {
        match point {
            Point::Value(value) => Cell::number(Some(value), format),
            Point::Never => Cell::Text("never".to_owned()),
            Point::Undefined => Cell::Text("undefined".to_owned()),
        }
    }

    /// Where a chart reads: nothing but numbers.
    fn drawn(point: Point, format: &str) -> Cell {
        if let Point::Value(value) = point {
            Cell::number(Some(value), format)
        } else {
            Cell::Empty
        }
    }
}

/// A sheet that is filled from above.
struct Sheet<'a> {
    sheet: &'a mut Worksheet,
}

/// What of a sheet's limits cannot be exceeded here: a million rows, 16,384 columns, 32,767 characters.
const FITS: &str = "a cell within a sheet";

impl Sheet<'_> {
    fn put(&mut self, row: u32, column: u16, cell: &Cell) {
        let sheet = &mut *self.sheet;
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                let format = match text.as_str() {
                    "never" | "undefined" | "true" | "false" => {
                        Format::new().set_align(FormatAlign::Right)
                    }
                    _ => Format::new(),
                };
                sheet.write_string_with_format(row, column, cut(text), &format).expect(FITS);
            }
            Cell::Number(value, format) => {
                let format = Format::new().set_num_format(format);
                sheet.write_number_with_format(row, column, *value, &format).expect(FITS);
            }
            Cell::Link(text, to) => {
                let link = Url::new(format!("internal:'{to}'!A1")).set_text(cut(text));
                sheet.write_url(row, column, link).expect(FITS);
            }
        }
    }

    fn row(&mut self, row: u32, first: u16, cells: impl IntoIterator<Item = Cell>) {
        for (column, cell) in (first..).zip(cells) {
            self.put(row, column, &cell);
        }
    }

    fn head<T: AsRef<str>>(&mut self, row: u32, first: u16, names: &[T]) {
        let format = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap();
        for (column, name) in (first..).zip(names) {
            self.sheet
                .write_string_with_format(row, column, cut(name.as_ref()), &format)
                .expect(FITS);
        }
    }

    fn title(&mut self, title: &str, below: &str) {
        let bold = Format::new().set_bold().set_font_size(14);
        let gray = Format::new().set_font_color(0x60_60_60);
        self.sheet.write_string_with_format(0, 0, cut(title), &bold).expect(FITS);
        self.sheet.write_string_with_format(1, 0, cut(below), &gray).expect(FITS);
    }

    fn widths(&mut self, widths: &[f64]) {
        for (column, width) in (0..).zip(widths) {
            self.sheet.set_column_width(column, *width).expect(FITS);
        }
    }

    fn chart(&mut self, row: u32, column: u16, chart: &Chart) {
        self.sheet.insert_chart(row, column, chart).expect(FITS);
    }
}

/// What is seen of a text, as much as a cell holds.
fn cut(text: &str) -> String {
    visible(text).chars().take(MOST_TEXT).collect()
}

/// A workbook on its way.
struct Book {
    book: Workbook,
    title: String,
    /// In lower case: to a spreadsheet `NPV` and `npv` are one name.
    taken: Vec<String>,
}

impl Book {
    fn new(title: &str) -> Book {
        let mut book = Workbook::new();
        // A fixed moment: the same result is the same bytes.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).expect("a date");
        let properties = DocProperties::new()
            .set_title(cut(title))
            .set_author(concat!("outlay ", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&created);
        book.set_properties(&properties);
        let own = ["summary", "probabilities", "figures", "inputs", "provenance", "history"];
        Book { book, title: title.to_owned(), taken: own.map(str::to_owned).into() }
    }

    /// A sheet's name for an output: without what may not stand in one, and unlike the others.
    fn free_name(&mut self, wanted: &str) -> String {
        let plain: String = visible(wanted)
            .chars()
            .map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c })
            .collect();
        let plain = plain.trim();
        let plain = if plain.is_empty() { "output" } else { plain };
        for number in 1.. {
            let suffix = if number == 1 { String::new() } else { format!(" {number}") };
            let letters = MOST_LETTERS - suffix.len();
            // Characters beyond the Basic Multilingual Plane count twice.
            let mut room = letters;
            let kept = plain.chars().take_while(|c| {
                let fits = room >= c.len_utf16();
                room = room.saturating_sub(c.len_utf16());
                fits
            });
            let kept: String = kept.collect();
            let name = format!("{}{suffix}", kept.trim_end());
            if !self.taken.contains(&name.to_lowercase()) {
                self.taken.push(name.to_lowercase());
                return name;
            }
        }
        unreachable!("numbers do not end")
    }

    fn sheet(&mut self, name: &str) -> Sheet<'_> {
        let sheet = self.book.add_worksheet();
        sheet.set_name(name).expect("a name that a sheet may have");
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        Sheet { sheet }
    }

    /// Numbers and times, a row each.
    fn summary(&mut self, result: &SimulationResult, sheets: &[(String, String)]) {
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
        sheet.widths(&[vec![26.0, 40.0, 14.0], vec![11.0; names.len() - 3]].concat());
        sheet.sheet.set_freeze_panes(HEAD + 1, 1).expect(FITS);
        sheet.sheet.set_repeat_rows(HEAD, HEAD).expect(FITS);
        let notes = [
            "base: all inputs at their base · rank of base: share of trials at or below it",
            "P5: not exceeded in 5 % of trials · never: not within the timeline",
        ];
        for (line, note) in (row + 2..).zip(notes) {
            sheet.row(line, 0, [Cell::text(Some(note))]);
        }
    }

    /// Conditions, times within limits, checks and statistics that were asked for.
    fn probabilities(&mut self, result: &SimulationResult) {
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
                        let limit =
                            format!("{name} ≤ {} {unit}", super::number::exact(within.limit));
                        let mut row = vec![Cell::Text(limit), Cell::text(about)];
                        row.extend(estimate(within.probability));
                        rows.push(row);
                    }
                }
                Statistics::Number(_) | Statistics::Series(_) => {}
            }
        }
        let checks =
            result.checks.iter().map(|check| (Some(check.name.as_str()), &check.statistic));
        let asked = checks.chain(result.statistics.iter().map(|statistic| (None, statistic)));
        for (name, statistic) in asked {
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
                Cell::text(name),
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

    /// Percentiles, histogram and cumulative curve of a number or a time.
    fn distribution(
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
        let never_text = never.map(|never| {
            format!("never in {} % of trials", super::number::exact(100.0 * never.value))
        });
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

    /// A series: its figures step by step, and the fan.
    fn series(&mut self, output: &OutputResult, series: &SeriesSummary, name: &str) {
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
                Cell::text(step.label.as_deref()),
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

    /// The rows of the CSV.
    fn figures(&mut self, table: &Tidy) {
        let mut sheet = self.sheet("Figures");
        sheet.head(0, 0, &table.head);
        for (column, values) in (0..).zip(&table.columns) {
            match values {
                Column::Text(texts) => {
                    for (row, text) in (1..).zip(texts) {
                        sheet.put(row, column, &Cell::text(text.as_deref()));
                    }
                }
                Column::Numbers(numbers) => {
                    for (row, number) in (1..).zip(numbers) {
                        sheet.put(row, column, &Cell::number(Some(*number), "General"));
                    }
                }
                Column::Whole(numbers) => {
                    for (row, number) in (1..).zip(numbers) {
                        sheet.put(
                            row,
                            column,
                            &Cell::number(number.map(|number| number as f64), "0"),
                        );
                    }
                }
                // Beyond 2⁵³ a cell has no whole numbers.
                Column::Unsigned(numbers) => {
                    for (row, number) in (1..).zip(numbers) {
                        sheet.put(
                            row,
                            column,
                            &Cell::text(number.map(|n| n.to_string()).as_deref()),
                        );
                    }
                }
            }
        }
        let last = u32::try_from(table.len).unwrap_or(u32::MAX - 1);
        let columns = u16::try_from(table.columns.len().max(1) - 1).unwrap_or(0);
        sheet.sheet.set_freeze_panes(1, 0).expect(FITS);
        sheet.sheet.autofilter(0, 0, last, columns).expect(FITS);
        sheet.sheet.set_repeat_rows(0, 0).expect(FITS);
        sheet.widths(&vec![15.0; table.columns.len()]);
    }

    /// What the model was fed with.
    fn inputs(&mut self, inputs: &[InputRow]) {
        if inputs.is_empty() {
            return;
        }
        let title = self.title.clone();
        let mut sheet = self.sheet("Inputs");
        sheet.title(&title, "Inputs as the model states them, each in its own unit");
        sheet.head(
            HEAD,
            0,
            &[
                "input",
                "as written",
                "unit",
                "base",
                "mean",
                "P5",
                "P50",
                "P95",
                "meaning",
                "source",
                "date",
                "confidence",
            ],
        );
        for (row, input) in (HEAD + 1..).zip(inputs) {
            let [p5, p50, p95] = input.percentiles;
            let base = if let Point::Value(value) = input.base { value.abs() } else { 0.0 };
            let most = [p5, p50, p95]
                .into_iter()
                .filter(|x| x.is_finite())
                .fold(base, |most, x| x.abs().max(most));
            let format = number_format(input.unit.as_deref(), most);
            let random = |value: f64| match input.is_random {
                true => Cell::number(Some(value), &format),
                false => Cell::Empty,
            };
            sheet.row(
                row,
                0,
                [
                    Cell::text(Some(&input.name)),
                    Cell::text(Some(&input.text)),
                    Cell::text(input.unit.as_deref()),
                    Cell::point(input.base, &format),
                    input.mean.filter(|_| input.is_random).map_or(Cell::Empty, random),
                    random(p5),
                    random(p50),
                    random(p95),
                    Cell::text(input.about.as_deref()),
                    Cell::text(input.source.as_deref()),
                    Cell::text(input.date.as_deref()),
                    Cell::text(input.confidence),
                ],
            );
        }
        sheet.widths(&[24.0, 40.0, 16.0, 12.0, 12.0, 12.0, 12.0, 12.0, 44.0, 44.0, 10.0, 11.0]);
        sheet.sheet.set_freeze_panes(HEAD + 1, 1).expect(FITS);
    }

    /// What reproduces the figures, and what to know of them.
    fn provenance(&mut self, facts: &[(String, String)], notes: &[String]) {
        let title = self.title.clone();
        let mut sheet = self.sheet("Provenance");
        sheet.title(&title, "What reproduces these figures, bit for bit");
        let mut row = HEAD;
        for (key, value) in facts {
            sheet.row(
                row,
                0,
                [Cell::text(Some(key.trim_start_matches("outlay."))), Cell::text(Some(value))],
            );
            row += 1;
        }
        row += 1;
        for note in notes {
            sheet.row(row, 0, [Cell::text(Some("note")), Cell::text(Some(note))]);
            row += 1;
        }
        sheet.widths(&[14.0, 110.0]);
    }

    fn bytes(mut self) -> Vec<u8> {
        self.book.save_to_buffer().expect("sheets and charts that belong together")
    }
}

/// Base, rank, mean, error, sd, min, percentiles, max.
fn figures(number: &NumberSummary, of: &[f64], unit: Option<&str>) -> Vec<Cell> {
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

/// The share of trials below zero, where there are some.
fn below_zero(number: &NumberSummary) -> Cell {
    Cell::number(number.below_zero.filter(|share| *share > 0.0), SHARE)
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

/// `npv (亿 CNY)`.
fn named(name: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| name.to_owned(), |unit| format!("{name} ({unit})"))
}
