//! The wire of `outlay.result/1`: structs that mirror the schema key by key, in its order.
//!
//! `Option<Option<f64>>`: the outer one is whether the key stands there at all, the inner one `null`.
//! The statistics' keys stand beside the name's without serde's `flatten`, so that their order is this one.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize)]
pub(super) struct ResultWire<'a> {
    pub(super) schema: &'static str,
    pub(super) outlay: &'static str,
    pub(super) format: u32,
    pub(super) model: ModelWire<'a>,
    pub(super) trials: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trials_asked: Option<u64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) partial: bool,
    /// Only where a precision was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) converged: Option<bool>,
    pub(super) seed: String,
    pub(super) design: &'static str,
    pub(super) scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) set: &'a BTreeMap<String, String>,
    pub(super) elapsed_seconds: Option<f64>,
    pub(super) outputs: Vec<OutputWire<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checks: Vec<StatisticWire<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) statistics: Vec<StatisticWire<'a>>,
    pub(super) warnings: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) notes: &'a [String],
}

/// A check, or a statistic that was asked for.
#[derive(Serialize)]
pub(crate) struct StatisticWire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<&'a str>,
    pub(super) statistic: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<&'a str>,
    pub(super) value: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) never: bool,
    pub(super) low: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) low_never: bool,
    pub(super) high: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) high_never: bool,
    /// Why there is no interval: `heavy_tail`, `too_few_trials`, `undefined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) withheld: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) needed_trials: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comparison: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precision: Option<PrecisionWire>,
    pub(super) undefined: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) causes: Option<&'a BTreeMap<String, u64>>,
    /// By cause: the first such trial, to replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_trial: Option<&'a BTreeMap<String, u64>>,
}

#[derive(Serialize)]
pub(crate) struct PrecisionWire {
    pub(super) half_width: Option<f64>,
    pub(super) wanted: Option<f64>,
    pub(super) reached: bool,
}

#[derive(Serialize)]
pub(super) struct BaseWire<'a> {
    pub(super) schema: &'static str,
    pub(super) outlay: &'static str,
    pub(super) model: ModelWire<'a>,
    pub(super) scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) set: &'a BTreeMap<String, String>,
    pub(super) quantities: Vec<QuantityWire<'a>>,
}

#[derive(Serialize)]
pub(in crate::report) struct ModelWire<'a> {
    pub(in crate::report) title: &'a str,
    pub(in crate::report) file: &'a str,
    pub(in crate::report) digest: &'a str,
}

#[derive(Serialize)]
pub(crate) struct OutputWire<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) index: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<&'a str>,
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) steps: Option<Vec<StepWire<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probability: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) low: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) never: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) never_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) never_high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mean: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mean_se: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_trials: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sd: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<BaseValueWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) below_zero: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quantiles: Option<Vec<QuantileWire>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quantiles_if_ever: Option<Vec<QuantileWire>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<Vec<WithinWire>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undefined: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) causes: Option<&'a BTreeMap<String, u64>>,
    /// By cause: the first such trial, to replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_trial: Option<&'a BTreeMap<String, u64>>,
}

#[derive(Serialize)]
pub(super) struct StepWire<'a> {
    pub(super) step: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probability: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) low: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) never: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mean: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sd: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<BaseValueWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) below_zero: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quantiles: Option<Vec<StepQuantileWire>>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) undefined: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) causes: Option<&'a BTreeMap<String, u64>>,
    /// By cause: the first such trial, to replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_trial: Option<&'a BTreeMap<String, u64>>,
}

/// `base` of a condition is the truth itself, of a number an object.
pub(super) enum BaseValueWire {
    Truth(Option<bool>),
    Number(BaseNumberWire),
}

impl Serialize for BaseValueWire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            BaseValueWire::Truth(truth) => truth.serialize(serializer),
            BaseValueWire::Number(number) => number.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
pub(super) struct BaseNumberWire {
    pub(super) value: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) never: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) undefined: bool,
    pub(super) rank: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct QuantileWire {
    pub(super) p: f64,
    pub(super) value: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) never: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) undefined: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) low: Option<Option<f64>>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) low_never: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<Option<f64>>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) high_never: bool,
}

#[derive(Serialize)]
pub(super) struct StepQuantileWire {
    pub(super) p: f64,
    pub(super) value: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) never: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) undefined: bool,
}

#[derive(Serialize)]
pub(super) struct WithinWire {
    pub(super) limit: f64,
    pub(super) probability: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct QuantityWire<'a> {
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<PointWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) steps: Option<Vec<PointWire>>,
}

/// A number or a truth; `"never"` and `"undefined"` as words.
pub(in crate::report) enum PointWire {
    Number(f64),
    Truth(bool),
    Word(&'static str),
}

impl Serialize for PointWire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PointWire::Number(value) => value.serialize(serializer),
            PointWire::Truth(truth) => truth.serialize(serializer),
            PointWire::Word(word) => word.serialize(serializer),
        }
    }
}
