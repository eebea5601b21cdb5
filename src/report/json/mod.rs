//! A result as JSON, schema `outlay.result/1`.
//!
//! In: a result and the time it took. Out: text that is a function of the result alone but for
//! `elapsed_seconds`. The structs of `wire` mirror the schema, so that the domain
//! types stay free of it. NaN and infinity never appear: `null` and a flag.

mod lines;
mod wire;

use std::collections::BTreeMap;

use serde::Serialize;

use self::lines::Lines;
use self::wire::{
    BaseNumberWire, BaseValueWire, BaseWire, PrecisionWire, QuantileWire, QuantityWire, ResultWire,
    StepQuantileWire, StepWire, WithinWire,
};
use crate::check::Claim;
use crate::results::QuantityRow;
use crate::results::{
    BaseCase, CheckResult, Estimate, NumberSummary, OutputResult, Point, Provenance, Quantile,
    SimulationResult, StatisticResult, Statistics, StepSummary, Undefined, Verdict, Withheld,
    Within,
};

pub(super) use self::wire::{ModelWire, OutputWire, PointWire, StatisticWire};

/// The schema's name and version.
pub const SCHEMA: &str = "outlay.result/1";
/// The schema of every quantity of the base case.
const BASE_SCHEMA: &str = "outlay.base/1";

/// The result as JSON, ending with a line break.
pub fn json(result: &SimulationResult, elapsed_seconds: Option<f64>) -> String {
    let provenance = &result.provenance;
    let is_partial = provenance.trials < provenance.trials_asked;
    written(&ResultWire {
        schema: SCHEMA,
        outlay: provenance.version,
        format: provenance.format,
        model: model_wire(provenance),
        trials: provenance.trials,
        trials_asked: is_partial.then_some(provenance.trials_asked),
        partial: is_partial,
        converged: result
            .statistics
            .iter()
            .any(|statistic| statistic.precision.is_some())
            .then(|| result.is_converged()),
        seed: provenance.seed.to_string(),
        design: provenance.design,
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        elapsed_seconds: elapsed_seconds.and_then(finite),
        outputs: result.outputs.iter().map(|output| output_wire(output)).collect(),
        checks: result.checks.iter().map(check_wire).collect(),
        statistics: result.statistics.iter().map(statistic_wire).collect(),
        warnings: result.warnings.iter().map(|warning| warning.english.as_str()).collect(),
        notes: &result.notes,
    })
}

/// Every quantity of the base case as JSON.
pub fn quantities_json(provenance: &Provenance, rows: &[QuantityRow]) -> String {
    let quantities = rows.iter().map(quantity_wire).collect();
    written(&BaseWire {
        schema: BASE_SCHEMA,
        outlay: provenance.version,
        model: model_wire(provenance),
        scenario: provenance.scenario.as_deref(),
        set: &provenance.set,
        quantities,
    })
}

pub(super) fn written(wire: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Lines::default());
    wire.serialize(&mut serializer).expect("maps with text keys, written to memory");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("serde_json writes UTF-8")
}

pub(super) fn model_wire(provenance: &Provenance) -> ModelWire<'_> {
    ModelWire { title: &provenance.title, file: &provenance.file, digest: &provenance.digest }
}

/// `None` for what JSON cannot say; −0 is 0.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => finite(value),
        Point::Never | Point::Undefined => None,
    }
}

fn base_wire(base: BaseCase) -> BaseValueWire {
    BaseValueWire::Number(BaseNumberWire {
        value: value(base.value),
        never: base.value == Point::Never,
        undefined: base.value == Point::Undefined,
        rank: base.rank.and_then(finite),
    })
}

fn quantile_wire(quantile: &Quantile) -> QuantileWire {
    // Bounds that say no more than the value itself are left out.
    let bound = |bound: Point| match (quantile.value, bound) {
        (Point::Undefined, _) | (Point::Never, Point::Never) => None,
        (Point::Value(_) | Point::Never, _) => Some(value(bound)),
    };
    let is_value = matches!(quantile.value, Point::Value(_));
    QuantileWire {
        p: quantile.p,
        value: value(quantile.value),
        never: quantile.value == Point::Never,
        undefined: quantile.value == Point::Undefined,
        low: bound(quantile.low),
        low_never: is_value && quantile.low == Point::Never,
        high: bound(quantile.high),
        high_never: is_value && quantile.high == Point::Never,
    }
}

fn quantile_wires(quantiles: &[Quantile]) -> Vec<QuantileWire> {
    quantiles.iter().map(quantile_wire).collect()
}

fn step_quantile_wire(quantile: &Quantile) -> StepQuantileWire {
    StepQuantileWire {
        p: quantile.p,
        value: value(quantile.value),
        never: quantile.value == Point::Never,
        undefined: quantile.value == Point::Undefined,
    }
}

fn within_wire(within: &Within) -> WithinWire {
    let Estimate { value, low, high } = within.probability;
    WithinWire {
        limit: within.limit,
        probability: finite(value),
        low: finite(low),
        high: finite(high),
    }
}

fn causes(undefined: &Undefined) -> Option<&BTreeMap<String, u64>> {
    (undefined.count > 0).then_some(&undefined.causes)
}

pub(super) fn statistic_wire(result: &StatisticResult) -> StatisticWire<'_> {
    let (low, high) = result.interval.unwrap_or((Point::Undefined, Point::Undefined));
    let (withheld, needed_trials) = match result.interval {
        Ok(_) => (None, None),
        Err(Withheld::HeavyTail) => (Some("heavy_tail"), None),
        Err(Withheld::TooFew(needed)) => (Some("too_few_trials"), needed),
        Err(Withheld::Undefined) => (Some("undefined"), None),
    };
    let (comparison, target) = match result.claim {
        Claim::Compared(comparison, target) => (Some(comparison.symbol()), finite(target)),
        Claim::Nothing | Claim::Relative(_) | Claim::Absolute(_) => (None, None),
    };
    StatisticWire {
        name: None,
        about: None,
        statistic: &result.text,
        unit: result.unit.as_deref(),
        value: value(result.value),
        never: result.value == Point::Never,
        low: value(low),
        low_never: low == Point::Never,
        high: value(high),
        high_never: high == Point::Never,
        withheld,
        needed_trials,
        comparison,
        target,
        verdict: result.verdict.map(Verdict::name),
        precision: result.precision.map(|precision| PrecisionWire {
            half_width: precision.half_width.and_then(finite),
            wanted: precision.wanted.and_then(finite),
            reached: precision.is_reached,
        }),
        undefined: result.undefined.count,
        causes: causes(&result.undefined),
        first_trial: first_trials(&result.undefined),
    }
}

fn check_wire(check: &CheckResult) -> StatisticWire<'_> {
    StatisticWire {
        name: Some(&check.name),
        about: check.about.as_deref(),
        ..statistic_wire(&check.statistic)
    }
}

fn first_trials(undefined: &Undefined) -> Option<&BTreeMap<String, u64>> {
    (!undefined.first_trials.is_empty()).then_some(&undefined.first_trials)
}

/// An output's keys with no statistics yet.
fn named<'a>(output: &'a OutputResult, kind: &'static str) -> OutputWire<'a> {
    OutputWire {
        name: &output.name,
        about: output.about.as_deref(),
        index: &output.index,
        unit: output.unit.as_deref(),
        kind,
        steps: None,
        probability: None,
        low: None,
        high: None,
        never: None,
        never_low: None,
        never_high: None,
        mean: None,
        mean_se: None,
        effective_trials: None,
        sd: None,
        min: None,
        max: None,
        base: None,
        below_zero: None,
        quantiles: None,
        quantiles_if_ever: None,
        within: None,
        undefined: None,
        causes: None,
        first_trial: None,
    }
}

/// The share of negative values, where there are any.
fn below_zero(number: &NumberSummary) -> Option<f64> {
    number.below_zero.filter(|share| *share > 0.0).and_then(finite)
}

fn number_wire<'a>(wire: OutputWire<'a>, number: &'a NumberSummary) -> OutputWire<'a> {
    OutputWire {
        mean: Some(number.mean.and_then(finite)),
        mean_se: Some(number.mean_se.and_then(finite)),
        effective_trials: number.effective_trials.and_then(finite),
        sd: Some(number.sd.and_then(finite)),
        min: Some(number.min.and_then(finite)),
        max: Some(number.max.and_then(finite)),
        base: number.base.map(base_wire),
        below_zero: below_zero(number),
        quantiles: Some(quantile_wires(&number.quantiles)),
        undefined: Some(number.undefined.count),
        causes: causes(&number.undefined),
        first_trial: first_trials(&number.undefined),
        ..wire
    }
}

pub(super) fn output_wire(output: &OutputResult) -> OutputWire<'_> {
    match &output.statistics {
        Statistics::Number(number) => number_wire(named(output, "number"), number),
        Statistics::Time(time) => {
            let if_ever = quantile_wires(&time.quantiles_if_ever);
            OutputWire {
                never: Some(time.never.and_then(|never| finite(never.value))),
                never_low: time.never.and_then(|never| finite(never.low)),
                never_high: time.never.and_then(|never| finite(never.high)),
                within: Some(time.within.iter().map(within_wire).collect()),
                quantiles_if_ever: (!if_ever.is_empty()).then_some(if_ever),
                ..number_wire(named(output, "time"), &time.number)
            }
        }
        Statistics::Probability(summary) => OutputWire {
            probability: Some(summary.probability.and_then(|p| finite(p.value))),
            low: Some(summary.probability.and_then(|p| finite(p.low))),
            high: Some(summary.probability.and_then(|p| finite(p.high))),
            effective_trials: summary.effective_trials.and_then(finite),
            base: Some(BaseValueWire::Truth(summary.base)),
            undefined: Some(summary.undefined.count),
            causes: causes(&summary.undefined),
            first_trial: first_trials(&summary.undefined),
            ..named(output, "probability")
        },
        Statistics::Series(series) => OutputWire {
            steps: Some(series.steps.iter().map(step_wire).collect()),
            ..named(output, "series")
        },
    }
}

fn step_wire(step: &StepSummary) -> StepWire<'_> {
    let empty = StepWire {
        step: step.step,
        label: step.label.as_deref(),
        probability: None,
        low: None,
        high: None,
        never: None,
        mean: None,
        sd: None,
        base: None,
        below_zero: None,
        quantiles: None,
        undefined: 0,
        causes: None,
        first_trial: None,
    };
    let number = |never: Option<Estimate>, number: &'_ NumberSummary| {
        (
            never.map(|never| finite(never.value)),
            number.mean.and_then(finite),
            number.sd.and_then(finite),
            number.base.map(base_wire),
            number.quantiles.iter().map(step_quantile_wire).collect::<Vec<_>>(),
        )
    };
    let (summary, never) = match &step.statistics {
        Statistics::Number(summary) => (summary, None),
        Statistics::Time(time) => (&time.number, time.never),
        Statistics::Probability(summary) => {
            return StepWire {
                probability: Some(summary.probability.and_then(|p| finite(p.value))),
                low: Some(summary.probability.and_then(|p| finite(p.low))),
                high: Some(summary.probability.and_then(|p| finite(p.high))),
                base: Some(BaseValueWire::Truth(summary.base)),
                undefined: summary.undefined.count,
                causes: causes(&summary.undefined),
                first_trial: first_trials(&summary.undefined),
                ..empty
            };
        }
        Statistics::Series(_) => return empty,
    };
    let (never, mean, sd, base, quantiles) = number(never, summary);
    StepWire {
        never,
        mean: Some(mean),
        sd: Some(sd),
        base,
        below_zero: below_zero(summary),
        quantiles: Some(quantiles),
        undefined: summary.undefined.count,
        causes: causes(&summary.undefined),
        first_trial: first_trials(&summary.undefined),
        ..empty
    }
}

/// A value of a trial or of the base case.
pub(super) fn point_wire(point: Point, is_condition: bool) -> PointWire {
    match point {
        Point::Value(value) if is_condition => PointWire::Truth(value != 0.0),
        Point::Value(value) => {
            finite(value).map_or(PointWire::Word("undefined"), PointWire::Number)
        }
        Point::Never => PointWire::Word("never"),
        Point::Undefined => PointWire::Word("undefined"),
    }
}

fn quantity_wire(row: &QuantityRow) -> QuantityWire<'_> {
    let wire = |point: &Point| point_wire(*point, row.is_condition);
    QuantityWire {
        kind: row.kind,
        name: &row.name,
        about: row.about.as_deref(),
        unit: row.unit.as_deref(),
        value: if row.is_series { None } else { row.values.first().map(wire) },
        steps: row.is_series.then(|| row.values.iter().map(wire).collect()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json as value};

    use super::super::fixture;
    use super::*;

    fn parsed(result: &SimulationResult) -> Value {
        serde_json::from_str(&json(result, Some(0.21))).expect("valid JSON")
    }

    fn output<'a>(document: &'a Value, name: &str) -> &'a Value {
        let outputs = document["outputs"].as_array().expect("a list");
        outputs.iter().find(|output| output["name"] == name).expect("an output of that name")
    }

    #[test]
    fn the_text_is_stable() {
        let mut result = fixture::full();
        for output in &mut result.outputs {
            if let Statistics::Series(series) = &mut output.statistics {
                series.steps.truncate(3);
            }
        }
        insta::assert_snapshot!(json(&result, Some(0.21)));
    }

    #[test]
    fn the_head_says_what_reproduces_the_run() {
        let document = parsed(&fixture::full());
        assert_eq!(document["schema"], "outlay.result/1");
        assert_eq!(document["seed"], "1");
        assert_eq!(document["scenario"], Value::Null);
        assert_eq!(document["elapsed_seconds"], 0.21);
        assert_eq!(document["model"]["file"], "a800-10k");
        assert_eq!(document.get("partial"), None);
        assert_eq!(document.get("set"), None);
    }

    #[test]
    fn an_interrupted_run_says_so() {
        let document = parsed(&fixture::partial());
        assert_eq!(document["partial"], true);
        assert_eq!(document["trials"], 262_144);
        assert_eq!(document["trials_asked"], 1_000_000);
        assert_eq!(document["set"], value!({"gpus": "300 GPU"}));
        assert_eq!(document["scenario"], "small_model");
    }

    #[test]
    fn a_number_has_its_moments_and_percentiles() {
        let document = parsed(&fixture::full());
        let investment = output(&document, "investment");
        assert_eq!(investment["kind"], "number");
        assert_eq!(investment["unit"], "亿 CNY");
        assert_eq!(investment["mean"], 66.1234);
        assert_eq!(investment["base"], value!({"value": 66.0, "rank": 0.512}));
        assert_eq!(investment["quantiles"][0]["p"], 0.05);
        assert_eq!(investment["quantiles"][0]["value"], 52.0123);
        assert_eq!(investment["undefined"], 0);
        assert_eq!(investment.get("causes"), None);
    }

    #[test]
    fn never_is_null_and_a_flag() {
        let document = parsed(&fixture::full());
        let time = output(&document, "break_even");
        assert_eq!(time["kind"], "time");
        assert_eq!(time["never"], 0.9297);
        assert_eq!(time["never_low"], 0.9292);
        assert_eq!(time["mean"], Value::Null);
        assert_eq!(time["base"], value!({"value": null, "never": true, "rank": 1.0}));
        assert_eq!(time["quantiles"][2], value!({"p": 0.5, "value": null, "never": true}));
        assert_eq!(time["within"][0]["limit"], 24.0);
        assert_eq!(time["quantiles_if_ever"][4]["value"], 60.0);
    }

    #[test]
    fn a_bound_that_is_never_is_flagged() {
        let quantile = Quantile {
            p: 0.07,
            value: Point::Value(60.0),
            low: Point::Value(59.0),
            high: Point::Never,
        };
        let wire = serde_json::to_value(quantile_wire(&quantile)).expect("a map");
        assert_eq!(
            wire,
            value!({"p": 0.07, "value": 60.0, "low": 59.0, "high": null, "high_never": true})
        );
    }

    #[test]
    fn undefined_trials_are_counted_by_cause() {
        let document = parsed(&fixture::full());
        let irr = output(&document, "irr");
        assert_eq!(irr["undefined"], 12_034);
        assert_eq!(irr["causes"], value!({"irr_none": 12_034}));
    }

    #[test]
    fn a_condition_has_a_probability_and_labels() {
        let document = parsed(&fixture::full());
        let condition = output(&document, "can_afford");
        assert_eq!(condition["index"], value!({"chip": "a800", "firm": "alibaba"}));
        assert_eq!(condition["kind"], "probability");
        assert_eq!(condition["probability"], 0.9903);
        assert_eq!(condition["base"], true);
        assert_eq!(condition.get("mean"), None);
    }

    #[test]
    fn a_series_has_its_steps() {
        let document = parsed(&fixture::full());
        let steps = output(&document, "funding")["steps"].as_array().expect("a list").clone();
        assert_eq!(steps.len(), 61);
        assert_eq!(steps[0]["label"], "2023-06");
        assert_eq!(steps[60]["label"], "2028-06");
        assert_eq!(steps[0]["mean"], -41.0);
        assert_eq!(steps[0].get("undefined"), None);
    }

    #[test]
    fn no_number_is_written_that_json_cannot_say() {
        let mut result = fixture::full();
        if let Statistics::Number(number) = &mut result.outputs[0].statistics {
            number.sd = Some(f64::INFINITY);
            number.mean_se = Some(f64::NAN);
            number.min = Some(-0.0);
        }
        let document = parsed(&result);
        assert_eq!(output(&document, "investment")["sd"], Value::Null);
        assert_eq!(output(&document, "investment")["mean_se"], Value::Null);
        assert!(!json(&result, None).contains("-0.0,"));
    }

    #[test]
    fn the_base_case_has_no_statistics() {
        let document = parsed(&fixture::base());
        assert_eq!(document["trials"], 0);
        let investment = output(&document, "investment");
        assert_eq!(investment["mean"], Value::Null);
        assert_eq!(investment["quantiles"], value!([]));
        assert_eq!(investment["base"]["value"], 66.0);
    }

    #[test]
    fn every_quantity_of_the_base_case_has_its_unit() {
        let text = quantities_json(&fixture::provenance(), &fixture::quantity_rows());
        let document: Value = serde_json::from_str(&text).expect("valid JSON");
        let quantities = document["quantities"].as_array().expect("a list");
        assert_eq!(
            quantities[0],
            value!({"kind": "input", "name": "gpus", "about": "Cards bought", "unit": "GPU", "value": 10_000.0})
        );
        assert!(
            quantities.iter().any(|q| q["steps"].as_array().is_some_and(|steps| steps.len() == 61))
        );
        assert!(quantities.iter().any(|q| q["value"] == true));
        assert!(quantities.iter().any(|q| q["value"] == "never"));
    }
}
