//! The JSON, `outlay.compare/1`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::json::{ModelWire, OutputWire, finite, model_wire, output_wire, written};
use super::{interval, names, orders, provenance, value};
use crate::accumulate::ChannelKind;
use crate::analysis::{ComparedOutput, Comparison, Dominance, Pair, Side, Standing};
use crate::results::{Estimate, OutputResult, Statistics};

const SCHEMA: &str = "outlay.compare/1";

#[derive(Serialize)]
struct CompareWire<'a> {
    schema: &'static str,
    outlay: &'static str,
    format: u32,
    trials: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials_asked: Option<u64>,
    seed: String,
    design: &'a str,
    elapsed_seconds: Option<f64>,
    alternatives: Vec<AlternativeWire<'a>>,
    pairs: Vec<PairWire<'a>>,
    best: Vec<BestWire<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct AlternativeWire<'a> {
    name: &'a str,
    model: ModelWire<'a>,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
    outputs: Vec<OutputWire<'a>>,
    warnings: Vec<&'a str>,
}

#[derive(Serialize)]
struct EstimateWire {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct PairWire<'a> {
    a: &'a str,
    b: &'a str,
    output: &'a str,
    unit: Option<&'a str>,
    better: &'static str,
    difference: OutputWire<'a>,
    probability_a_greater: Option<EstimateWire>,
    probability_a_less: Option<EstimateWire>,
    probability_equal: Option<f64>,
    never: NeverWire,
    undefined: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dominance: Option<DominanceWire<'a>>,
}

/// Trials in which one of the two, or both, are never.
#[derive(Serialize)]
struct NeverWire {
    a: u64,
    b: u64,
    both: u64,
}

#[derive(Serialize)]
struct DominanceWire<'a> {
    first: Option<&'a str>,
    second: Option<&'a str>,
    words: String,
}

#[derive(Serialize)]
struct BestWire<'a> {
    name: &'a str,
    output: &'a str,
    unit: Option<&'a str>,
    better: &'static str,
    probability: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    expected_regret: Option<f64>,
    expected_regret_se: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_shortfall: Option<EstimateWire>,
    undefined: u64,
}

/// The comparison as JSON, ending with a line break.
pub fn compare_json(comparison: &Comparison, elapsed_seconds: Option<f64>) -> String {
    let own = provenance(comparison);
    let is_partial = own.trials < own.trials_asked;
    let differences: Vec<Vec<OutputResult>> = comparison.outputs.iter().map(differences).collect();
    let pairs = comparison.outputs.iter().zip(&differences).flat_map(|(output, differences)| {
        let wire = |(pair, difference)| pair_wire(comparison, output, pair, difference);
        output.pairs.iter().zip(differences).map(wire).collect::<Vec<_>>()
    });
    let best = comparison.outputs.iter().flat_map(|output| {
        let names = comparison.alternatives.iter().map(|(name, _)| name.as_str());
        let standings = names.zip(&output.standings);
        standings.map(move |(name, standing)| best_wire(output, name, standing))
    });
    written(&CompareWire {
        schema: SCHEMA,
        outlay: own.version,
        format: own.format,
        trials: own.trials,
        trials_asked: is_partial.then_some(own.trials_asked),
        seed: own.seed.to_string(),
        design: own.design,
        elapsed_seconds: elapsed_seconds.and_then(finite),
        alternatives: comparison
            .alternatives
            .iter()
            .map(|(name, result)| AlternativeWire {
                name,
                model: model_wire(&result.provenance),
                scenario: result.provenance.scenario.as_deref(),
                set: &result.provenance.set,
                outputs: result.outputs.iter().map(output_wire).collect(),
                warnings: result.warnings.iter().map(|warning| warning.english.as_str()).collect(),
            })
            .collect(),
        pairs: pairs.collect(),
        best: best.collect(),
        warnings: &comparison.warnings,
    })
}

/// The differences of an output's pairs as outputs.
fn differences(output: &ComparedOutput) -> Vec<OutputResult> {
    let difference = |pair: &Pair| OutputResult {
        name: output.name.clone(),
        about: None,
        index: BTreeMap::new(),
        unit: output.unit.clone(),
        statistics: Statistics::Number(pair.difference.clone()),
        outline: None,
    };
    output.pairs.iter().map(difference).collect()
}

pub(super) fn way(output: &ComparedOutput) -> &'static str {
    if output.is_lower_better { "lower" } else { "higher" }
}

fn estimate_wire(estimate: Option<Estimate>) -> Option<EstimateWire> {
    estimate.map(|Estimate { value, low, high }| EstimateWire {
        value: finite(value),
        low: finite(low),
        high: finite(high),
    })
}

fn pair_wire<'a>(
    comparison: &'a Comparison,
    output: &'a ComparedOutput,
    pair: &'a Pair,
    difference: &'a OutputResult,
) -> PairWire<'a> {
    let (a, b) = names(comparison, pair);
    let trials = provenance(comparison).trials;
    let name = |side: Side| if side == Side::A { a } else { b };
    let [first, second] = orders(pair.dominance);
    PairWire {
        a,
        b,
        output: &output.name,
        unit: output.unit.as_deref(),
        better: way(output),
        difference: output_wire(difference),
        probability_a_greater: estimate_wire(pair.greater),
        probability_a_less: estimate_wire(pair.less),
        probability_equal: pair.greater.and_then(|_| finite(pair.equal)),
        never: NeverWire { a: pair.never[0], b: pair.never[1], both: pair.never[2] },
        undefined: pair.undefined,
        dominance: (output.kind != ChannelKind::Condition).then(|| DominanceWire {
            first: first.map(name),
            second: second.map(name),
            words: dominance_words(pair.dominance, a, b, trials),
        }),
    }
}

fn best_wire<'a>(output: &'a ComparedOutput, name: &'a str, standing: &Standing) -> BestWire<'a> {
    let Standing { best, regret, .. } = standing;
    BestWire {
        name,
        output: &output.name,
        unit: output.unit.as_deref(),
        better: way(output),
        probability: best.and_then(|best| finite(best.value)),
        low: best.and_then(|best| finite(best.low)),
        high: best.and_then(|best| finite(best.high)),
        expected_regret: regret.and_then(|regret| finite(regret.value)),
        expected_regret_se: regret.and_then(|regret| finite(regret.se)),
        expected_shortfall: standing.shortfall.as_ref().map(|shortfall| {
            let (low, high) = interval(shortfall);
            EstimateWire { value: value(shortfall.value), low, high }
        }),
        undefined: output.left_out,
    }
}

/// A sentence.
fn dominance_words(dominance: Dominance, a: &str, b: &str, trials: u64) -> String {
    let named = |side: Side| if side == Side::A { (a, b) } else { (b, a) };
    match dominance {
        Dominance::EveryTrial(side) => {
            let (best, other) = named(side);
            format!("{best} is at least as good as {other} in every trial, and better in some")
        }
        Dominance::First(side) => {
            let (best, other) = named(side);
            format!(
                "{best} dominates {other} in the first order: at every level it is at least as likely to be better \
                 than that; no level says otherwise beyond sampling error"
            )
        }
        Dominance::Second(side) => {
            let (best, other) = named(side);
            format!(
                "{best} dominates {other} in the second order, not in the first: whoever dislikes risk prefers it; \
                 no level says otherwise beyond sampling error"
            )
        }
        Dominance::Neither => format!(
            "neither {a} nor {b} dominates: each is better at some level, and which is preferred hangs on the \
             attitude to risk"
        ),
        Dominance::NotFirst => format!(
            "neither {a} nor {b} dominates in the first order: each is better at some level"
        ),
        Dominance::Unsure => {
            format!("{trials} trials cannot tell {a} and {b} apart at any level")
        }
        Dominance::Same => format!("{a} and {b} are equal in every trial"),
    }
}
