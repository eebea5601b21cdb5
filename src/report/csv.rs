//! A result as tidy CSV: one statistic a row, so that one filter in any tool finds it.
//!
//! In: a result. Out: text with the columns of [`HEAD`], line feeds, the shortest decimals that
//! read back as the same numbers. A percentile that is never, and whatever is undefined, has an
//! empty value. Text cells that a spreadsheet would take for a formula are neutralized
//! (<https://owasp.org/www-community/attacks/CSV_Injection>).

use ::csv::{Writer, WriterBuilder};

use crate::results::QuantityRow;
use crate::results::{
    Estimate, NumberSummary, OutputResult, Point, Provenance, Quantile, SimulationResult,
    StatisticResult, Statistics, Undefined, Verdict,
};

/// The columns of a result.
const HEAD: [&str; 13] = [
    "model",
    "scenario",
    "output",
    "index",
    "step",
    "unit",
    "statistic",
    "p",
    "value",
    "low",
    "high",
    "trials",
    "seed",
];
/// The columns of the base case.
const QUANTITIES_HEAD: [&str; 7] = ["model", "scenario", "kind", "name", "step", "unit", "value"];

/// The result as CSV.
pub fn csv(result: &SimulationResult) -> String {
    let mut sheet = Sheet::new(&HEAD);
    let provenance = &result.provenance;
    for output in &result.outputs {
        let place = Place { provenance, output, step: None };
        sheet.statistics(place, &output.statistics);
    }
    for check in &result.checks {
        sheet.asked(provenance, &check.name, &check.statistic);
    }
    for statistic in &result.statistics {
        sheet.asked(provenance, "", statistic);
    }
    sheet.text()
}

/// Every quantity of the base case as CSV.
pub fn quantities_csv(provenance: &Provenance, rows: &[QuantityRow]) -> String {
    let mut sheet = Sheet::new(&QUANTITIES_HEAD);
    for row in rows {
        for (step, point) in row.values.iter().enumerate() {
            let step = if row.is_series { step.to_string() } else { String::new() };
            let value = match *point {
                Point::Value(value) if row.is_condition => {
                    if value == 0.0 { "false" } else { "true" }.to_owned()
                }
                Point::Value(value) => number(value),
                Point::Never => "never".to_owned(),
                Point::Undefined => String::new(),
            };
            sheet.row(&[
                safe(&provenance.file),
                safe(provenance.scenario.as_deref().unwrap_or("")),
                row.kind.to_owned(),
                safe(&row.name),
                step,
                safe(row.unit.as_deref().unwrap_or("")),
                value,
            ]);
        }
    }
    sheet.text()
}

/// Rows below a head, as CSV.
pub(super) fn sheet(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut sheet = Sheet::new(head);
    for row in rows {
        sheet.row(row);
    }
    sheet.text()
}

/// Whose statistic a row is.
#[derive(Clone, Copy)]
struct Place<'a> {
    provenance: &'a Provenance,
    output: &'a OutputResult,
    step: Option<u32>,
}

/// What a statistic is measured in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// The output's own unit.
    Own,
    /// Nothing: a probability or a count.
    Plain,
}

/// One statistic.
struct Entry {
    statistic: String,
    measure: Measure,
    p: Option<f64>,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl Entry {
    fn new(statistic: impl Into<String>, measure: Measure, value: Option<f64>) -> Entry {
        Entry { statistic: statistic.into(), measure, p: None, value, low: None, high: None }
    }

    fn estimate(statistic: impl Into<String>, estimate: Estimate) -> Entry {
        let Estimate { value, low, high } = estimate;
        Entry {
            low: Some(low),
            high: Some(high),
            ..Entry::new(statistic, Measure::Plain, Some(value))
        }
    }

    fn percentile(statistic: &str, quantile: &Quantile) -> Entry {
        Entry {
            p: Some(quantile.p),
            low: value(quantile.low),
            high: value(quantile.high),
            ..Entry::new(statistic, Measure::Own, value(quantile.value))
        }
    }
}

/// Rows on their way to text.
pub(super) struct Sheet {
    writer: Writer<Vec<u8>>,
}

impl Sheet {
    pub(super) fn new(head: &[&str]) -> Sheet {
        let mut writer = WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(head).expect("memory takes everything");
        Sheet { writer }
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        self.writer.write_record(cells).expect("as many cells as the head, written to memory");
    }

    pub(super) fn text(self) -> String {
        let bytes = self.writer.into_inner().expect("memory takes everything");
        String::from_utf8(bytes).expect("every cell is text")
    }

    fn entry(&mut self, place: Place<'_>, entry: &Entry) {
        let Place { provenance, output, step } = place;
        let index: Vec<String> =
            output.index.iter().map(|(index, label)| format!("{index}={label}")).collect();
        let unit = match entry.measure {
            Measure::Own => output.unit.as_deref().unwrap_or(""),
            Measure::Plain => "",
        };
        let optional = |value: Option<f64>| value.map_or_else(String::new, number);
        self.row(&[
            safe(&provenance.file),
            safe(provenance.scenario.as_deref().unwrap_or("")),
            safe(&output.name),
            safe(&index.join(";")),
            step.map_or_else(String::new, |step| step.to_string()),
            safe(unit),
            safe(&entry.statistic),
            optional(entry.p),
            optional(entry.value),
            optional(entry.low),
            optional(entry.high),
            provenance.trials.to_string(),
            provenance.seed.to_string(),
        ]);
    }

    /// A check or a statistic that was asked for: the sentence is the name of the statistic. Of a check and of a
    /// precision a second row says 1 (it holds, it is reached), 0, or nothing where that cannot be told.
    fn asked(&mut self, provenance: &Provenance, name: &str, asked: &StatisticResult) {
        let ends = asked.interval.ok();
        let verdict = match (asked.verdict, asked.precision) {
            (Some(Verdict::Holds), _) => Some(("verdict", Some(1.0))),
            (Some(Verdict::Fails), _) => Some(("verdict", Some(0.0))),
            (Some(Verdict::Unsure), _) => Some(("verdict", None)),
            (None, Some(precision)) => {
                Some(("converged", Some(f64::from(u8::from(precision.is_reached)))))
            }
            (None, None) => None,
        };
        let unit = asked.unit.as_deref().unwrap_or("");
        let optional = |value: Option<f64>| value.map_or_else(String::new, number);
        let mut row = |unit: &str, statistic: &str, numbers: [Option<f64>; 3]| {
            let [value, low, high] = numbers.map(optional);
            self.row(&[
                safe(&provenance.file),
                safe(provenance.scenario.as_deref().unwrap_or("")),
                safe(name),
                String::new(),
                String::new(),
                safe(unit),
                safe(statistic),
                String::new(),
                value,
                low,
                high,
                provenance.trials.to_string(),
                provenance.seed.to_string(),
            ]);
        };
        let [low, high] =
            [ends.and_then(|(low, _)| value(low)), ends.and_then(|(_, high)| value(high))];
        row(unit, &asked.text, [value(asked.value), low, high]);
        if let Some((name, value)) = verdict {
            row("", &format!("{name}: {}", asked.text), [value, None, None]);
        }
    }

    fn number(&mut self, place: Place<'_>, number: &NumberSummary) {
        let moments = [
            ("mean", number.mean),
            ("mean_se", number.mean_se),
            ("sd", number.sd),
            ("min", number.min),
            ("max", number.max),
        ];
        for (statistic, moment) in moments {
            if moment.is_some() {
                self.entry(place, &Entry::new(statistic, Measure::Own, moment));
            }
        }
        if number.effective_trials.is_some() {
            let effective = number.effective_trials;
            self.entry(place, &Entry::new("effective_trials", Measure::Plain, effective));
        }
        if let Some(base) = number.base {
            self.entry(place, &Entry::new("base", Measure::Own, value(base.value)));
            if base.rank.is_some() {
                self.entry(place, &Entry::new("base_rank", Measure::Plain, base.rank));
            }
        }
        if let Some(share) = number.below_zero.filter(|share| *share > 0.0) {
            self.entry(place, &Entry::new("below_zero", Measure::Plain, Some(share)));
        }
        for quantile in &number.quantiles {
            self.entry(place, &Entry::percentile("percentile", quantile));
        }
    }

    fn undefined(&mut self, place: Place<'_>, undefined: &Undefined) {
        if place.provenance.trials == 0 {
            return;
        }
        self.entry(place, &Entry::new("undefined", Measure::Plain, Some(undefined.count as f64)));
        for (cause, count) in &undefined.causes {
            self.entry(
                place,
                &Entry::new(format!("undefined_{cause}"), Measure::Plain, Some(*count as f64)),
            );
        }
        for (cause, trial) in &undefined.first_trials {
            let statistic = format!("first_trial_{cause}");
            self.entry(place, &Entry::new(statistic, Measure::Plain, Some(*trial as f64)));
        }
    }

    fn statistics(&mut self, place: Place<'_>, statistics: &Statistics) {
        match statistics {
            Statistics::Number(summary) => {
                self.number(place, summary);
                self.undefined(place, &summary.undefined);
            }
            Statistics::Time(time) => {
                self.number(place, &time.number);
                for quantile in &time.quantiles_if_ever {
                    self.entry(place, &Entry::percentile("percentile_if_ever", quantile));
                }
                if let Some(never) = time.never {
                    self.entry(place, &Entry::estimate("never", never));
                }
                for within in &time.within {
                    let statistic = format!("within_{}", number(within.limit));
                    self.entry(place, &Entry::estimate(statistic, within.probability));
                }
                self.undefined(place, &time.number.undefined);
            }
            Statistics::Probability(summary) => {
                if let Some(probability) = summary.probability {
                    self.entry(place, &Entry::estimate("probability", probability));
                }
                let base = summary.base.map(|base| if base { 1.0 } else { 0.0 });
                self.entry(place, &Entry::new("base", Measure::Plain, base));
                self.undefined(place, &summary.undefined);
            }
            Statistics::Series(series) => {
                for step in &series.steps {
                    self.statistics(Place { step: Some(step.step), ..place }, &step.statistics);
                }
            }
        }
    }
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => Some(value),
        Point::Never | Point::Undefined => None,
    }
}

/// The shortest decimal that reads back as the same number: `66`, `0.1`; powers of ten where zeros would fill the cell.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let value = value + 0.0;
    if value != 0.0 && !(1e-7..1e17).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// Text that no spreadsheet runs.
pub(super) fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    /// The rows as maps from the head to cells.
    fn rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
        ::csv::Reader::from_reader(text.as_bytes())
            .deserialize()
            .map(|row| row.expect("a row"))
            .collect()
    }

    #[track_caller]
    fn check(name: &str, statistic: &str, expected: [&str; 4]) {
        let rows = rows(&csv(&fixture::full()));
        let row = rows
            .iter()
            .find(|row| row["output"] == name && row["statistic"] == statistic)
            .expect("a row of that output and statistic");
        assert_eq!(["unit", "p", "value", "index"].map(|column| row[column].as_str()), expected);
    }

    #[test]
    fn one_statistic_stands_in_a_row() {
        check("investment", "mean", ["亿 CNY", "", "66.1234", ""]);
        check("investment", "percentile", ["亿 CNY", "0.05", "52.0123", ""]);
        check("investment", "base_rank", ["", "", "0.512", ""]);
        check("funding", "below_zero", ["", "", "0.5", ""]);
        check("break_even", "never", ["", "", "0.9297", ""]);
        check("break_even", "within_36", ["", "", "0.00123", ""]);
        check("break_even", "percentile_if_ever", ["month", "0.05", "40", ""]);
        check("can_afford", "probability", ["", "", "0.9903", "chip=a800;firm=alibaba"]);
        check("can_afford", "base", ["", "", "1", "chip=a800;firm=alibaba"]);
        check("irr", "undefined", ["", "", "12034", ""]);
        check("irr", "undefined_irr_none", ["", "", "12034", ""]);
    }

    #[test]
    fn never_is_an_empty_value() {
        let rows = rows(&csv(&fixture::full()));
        let median =
            rows.iter().find(|r| r["output"] == "break_even" && r["p"] == "0.5").expect("a median");
        assert_eq!([&median["value"], &median["low"], &median["high"]], ["", "", ""]);
    }

    #[test]
    fn a_series_has_rows_for_every_step() {
        let rows = rows(&csv(&fixture::full()));
        let means =
            rows.iter().filter(|row| row["output"] == "funding" && row["statistic"] == "mean");
        assert_eq!(means.map(|row| row["step"].clone()).collect::<Vec<_>>().len(), 61);
    }

    #[test]
    fn the_head_and_the_line_ends_are_fixed() {
        let text = csv(&fixture::full());
        assert!(text.starts_with(
            "model,scenario,output,index,step,unit,statistic,p,value,low,high,trials,seed\na800-10k,,investment,"
        ));
        assert!(!text.contains('\r'));
    }

    #[test]
    fn a_spreadsheet_runs_no_cell() {
        let mut result = fixture::full();
        result.outputs[0].name = "=HYPERLINK(1)".to_owned();
        result.provenance.file = "@x".to_owned();
        let rows = rows(&csv(&result));
        assert_eq!(rows[0]["output"], "'=HYPERLINK(1)");
        assert_eq!(rows[0]["model"], "'@x");
    }

    #[test]
    fn numbers_read_back_as_they_were() {
        for value in [66.0, 0.1, -1.5e-12, 6.6e9, 1e300, f64::MIN_POSITIVE, 123_456_789.123_456_78]
        {
            assert_eq!(number(value).parse(), Ok(value));
        }
        assert_eq!(number(66.0), "66");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(f64::NAN), "");
    }

    #[test]
    fn every_quantity_of_the_base_case_has_a_row() {
        let rows = rows(&quantities_csv(&fixture::provenance(), &fixture::quantity_rows()));
        assert_eq!(
            [&rows[0]["name"], &rows[0]["unit"], &rows[0]["value"]],
            ["gpus", "GPU", "10000"]
        );
        assert_eq!(rows.iter().filter(|row| row["name"] == "cash_flow").count(), 61);
    }
}
