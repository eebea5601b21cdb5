//! A result as tidy CSV: one statistic a row, so that one filter in any tool finds it.
//!
//! In: a result. Out: text with the columns of [`HEAD`], line feeds, the shortest decimals that
//! read back as the same numbers. A percentile that is never, and whatever is undefined, has an
//! empty value. Text cells that a spreadsheet would take for a formula are neutralized
//! (<https://owasp.org/www-community/attacks/CSV_Injection>).

use ::csv::{Writer, WriterBuilder};

use crate::QuantityRow;
use crate::results::{
    Estimate, NumberSummary, OutputResult, Point, Provenance, Quantile, SimulationResult, Statistics, Undefined,
};

/// The columns of a result.
const HEAD: [&str; 13] = [
    "model", "scenario", "output", "index", "step", "unit", "statistic", "p", "value", "low", "high", "trials", "seed",
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
    sheet.text()
}

/// Every quantity of the base case as CSV.
pub fn quantities_csv(provenance: &Provenance, rows: &[QuantityRow]) -> String {
    let mut sheet = Sheet::new(&QUANTITIES_HEAD);
    for row in rows {
        for (step, point) in row.values.iter().enumerate() {
            let step = if row.is_series { step.to_string() } else { String::new() };
            let value = match *point {
                Point::Value(value) if row.is_condition => if value == 0.0 { "false" } else { "true" }.to_owned(),
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
        Entry { low: Some(low), high: Some(high), ..Entry::new(statistic, Measure::Plain, Some(value)) }
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
struct Sheet {
    writer: Writer<Vec<u8>>,
}

impl Sheet {
    fn new(head: &[&str]) -> Sheet {
        let mut writer = WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(head).expect("memory takes everything");
        Sheet { writer }
    }

    fn row(&mut self, cells: &[String]) {
        self.writer.write_record(cells).expect("as many cells as the head, written to memory");
    }

    fn text(self) -> String {
        let bytes = self.writer.into_inner().expect("memory takes everything");
        String::from_utf8(bytes).expect("every cell is text")
    }

    fn entry(&mut self, place: Place<'_>, entry: &Entry) {
        let Place { provenance, output, step } = place;
        let index: Vec<String> = output.index.iter().map(|(index, label)| format!("{index}={label}")).collect();
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
        if let Some(base) = number.base {
            self.entry(place, &Entry::new("base", Measure::Own, value(base.value)));
            if base.rank.is_some() {
                self.entry(place, &Entry::new("base_rank", Measure::Plain, base.rank));
            }
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
            self.entry(place, &Entry::new(format!("undefined_{cause}"), Measure::Plain, Some(*count as f64)));
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
fn number(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let value = value + 0.0;
    if value != 0.0 && !(1e-7..1e17).contains(&value.abs()) { format!("{value:e}") } else { value.to_string() }
}

/// Text that no spreadsheet runs.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
