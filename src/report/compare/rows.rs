//! The CSV: one statistic a row.

use super::super::csv::{Sheet, number as csv_number, safe};
use super::{interval, names, orders, provenance, value};
use crate::accumulate::ChannelKind;
use crate::analysis::{ComparedOutput, Comparison, Pair, Side, Standing};
use crate::results::{Estimate, NumberSummary, Statistics};

/// The columns of the CSV.
const HEAD: [&str; 11] = [
    "alternative",
    "other",
    "output",
    "unit",
    "statistic",
    "p",
    "value",
    "low",
    "high",
    "trials",
    "seed",
];

/// One statistic a row: of an alternative, or of it less another.
pub fn compare_csv(comparison: &Comparison) -> String {
    let mut sheet = Sheet::new(&HEAD);
    for output in &comparison.outputs {
        for ((name, _), standing) in comparison.alternatives.iter().zip(&output.standings) {
            let place = Place { comparison, output, a: name, b: "" };
            place.standing(standing, &mut sheet);
        }
        for pair in &output.pairs {
            let (a, b) = names(comparison, pair);
            Place { comparison, output, a, b }.pair(pair, &mut sheet);
        }
    }
    sheet.text()
}

/// Whose statistics rows are.
struct Place<'a> {
    comparison: &'a Comparison,
    output: &'a ComparedOutput,
    a: &'a str,
    b: &'a str,
}

impl Place<'_> {
    fn row(
        &self,
        sheet: &mut Sheet,
        statistic: &str,
        unit: Option<&str>,
        p: Option<f64>,
        values: [Option<f64>; 3],
    ) {
        let cell = |value: Option<f64>| value.map_or_else(String::new, csv_number);
        let provenance = provenance(self.comparison);
        let [value, low, high] = values.map(cell);
        sheet.row(&[
            safe(self.a),
            safe(self.b),
            safe(&self.output.name),
            safe(unit.unwrap_or("")),
            statistic.to_owned(),
            cell(p),
            value,
            low,
            high,
            provenance.trials.to_string(),
            provenance.seed.to_string(),
        ]);
    }

    fn number(&self, number: &NumberSummary, sheet: &mut Sheet) {
        let unit = self.output.unit.as_deref();
        let moments = [("mean", number.mean), ("mean_se", number.mean_se), ("sd", number.sd)];
        for (statistic, value) in moments {
            self.row(sheet, statistic, unit, None, [value, None, None]);
        }
        for quantile in &number.quantiles {
            let values = [quantile.value, quantile.low, quantile.high].map(value);
            self.row(sheet, "percentile", unit, Some(quantile.p), values);
        }
    }

    fn estimate(&self, statistic: &str, estimate: Option<Estimate>, sheet: &mut Sheet) {
        if let Some(Estimate { value, low, high }) = estimate {
            self.row(sheet, statistic, None, None, [Some(value), Some(low), Some(high)]);
        }
    }

    fn standing(&self, standing: &Standing, sheet: &mut Sheet) {
        let unit = self.output.unit.as_deref();
        match &standing.statistics {
            Statistics::Number(number) => self.number(number, sheet),
            Statistics::Time(time) => {
                self.number(&time.number, sheet);
                self.estimate("never", time.never, sheet);
            }
            Statistics::Probability(summary) => {
                self.estimate("probability", summary.probability, sheet);
            }
            Statistics::Series(_) => {}
        }
        if let Some(shortfall) = &standing.shortfall {
            let (low, high) = interval(shortfall);
            self.row(sheet, "shortfall", unit, Some(0.05), [value(shortfall.value), low, high]);
        }
        self.estimate("best", standing.best, sheet);
        if let Some(regret) = standing.regret {
            self.row(sheet, "regret", unit, None, [Some(regret.value), None, None]);
            self.row(sheet, "regret_se", unit, None, [Some(regret.se), None, None]);
        }
    }

    fn pair(&self, pair: &Pair, sheet: &mut Sheet) {
        self.number(&pair.difference, sheet);
        self.estimate("probability_greater", pair.greater, sheet);
        self.estimate("probability_less", pair.less, sheet);
        self.row(sheet, "probability_equal", None, None, [Some(pair.equal), None, None]);
        self.row(sheet, "undefined", None, None, [Some(pair.undefined as f64), None, None]);
        if self.output.kind != ChannelKind::Condition {
            let [first, second] = orders(pair.dominance);
            for (statistic, side) in [("dominance_first", first), ("dominance_second", second)] {
                let value = match side {
                    Some(Side::A) => 1.0,
                    Some(Side::B) => -1.0,
                    None => 0.0,
                };
                self.row(sheet, statistic, None, None, [Some(value), None, None]);
            }
        }
    }
}
