//! What a run found: plain data, the same for every renderer, in the output's own units.
//!
//! `None` stands where a number would mean nothing (a mean of a time that may be never).

use std::collections::BTreeMap;

use super::{CheckResult, Outline, StatisticResult, Warning};

/// What a run found, with what reproduces it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SimulationResult {
    /// What reproduces it.
    pub provenance: Provenance,
    /// The outputs, in the order of the model; one entry a label where an output varies by index.
    pub outputs: Vec<OutputResult>,
    /// The statistics that were asked for, in their order.
    pub statistics: Vec<StatisticResult>,
    /// The checks, in the order of the model; empty without trials.
    pub checks: Vec<CheckResult>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
    /// What was done otherwise than asked, and is nothing to worry about.
    pub notes: Vec<String>,
}

impl SimulationResult {
    /// Whether every statistic is as precise as it was asked to be.
    pub fn is_converged(&self) -> bool {
        self.statistics.iter().all(StatisticResult::is_precise)
    }
}

/// What reproduces a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Version of outlay.
    pub version: &'static str,
    /// Number of the format of draws and results ([`crate::FORMAT`]).
    pub format: u32,
    /// Title of the model; its file's name where it has none.
    pub title: String,
    /// The name of the model's file without its folder and, for shipped models, without `.toml`.
    pub file: String,
    /// SHA-256 in hexadecimal over the model's bytes and its data files.
    pub digest: String,
    /// Trials done. 0: the base case alone.
    pub trials: u64,
    /// Trials asked for, rounded up to what the design takes; more than `trials` where the run was interrupted.
    pub trials_asked: u64,
    /// The seed.
    pub seed: u64,
    /// `random`, `latin`, `sobol`.
    pub design: &'static str,
    /// The scenario.
    pub scenario: Option<String>,
    /// Overrides from the command line, name → expression.
    pub set: BTreeMap<String, String>,
}

/// One output, for one combination of labels.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OutputResult {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// index → label; empty where it does not vary by index.
    pub index: BTreeMap<String, String>,
    /// What it is shown in; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// Its kind and its statistics.
    pub statistics: Statistics,
    /// Its distribution to draw; `None` unless asked for, and of what is no number.
    pub outline: Option<Outline>,
}

/// The statistics of an output, by kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Statistics {
    /// A number.
    Number(NumberSummary),
    /// A number that may be never.
    Time(TimeSummary),
    /// A condition.
    Probability(ProbabilitySummary),
    /// One summary a step.
    Series(SeriesSummary),
}

/// An estimate with 95 % confidence bounds of the Monte Carlo error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// The value of an output where every input is at its base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaseCase {
    /// The value.
    pub value: Point,
    /// P(output ≤ base) among the defined trials; `None` without trials.
    pub rank: Option<f64>,
}

/// A value of an output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Point {
    /// A finite number.
    Value(f64),
    /// It does not happen within the horizon.
    Never,
    /// Undefined.
    Undefined,
}

/// A percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Non-exceedance probability, in (0, 1).
    pub p: f64,
    /// The smallest value with at least that share of the defined trials at or below it.
    pub value: Point,
    /// Lower 95 % bound.
    pub low: Point,
    /// Upper 95 % bound.
    pub high: Point,
}

/// Trials without a value, by cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undefined {
    /// How many.
    pub count: u64,
    /// `irr_none` → 12; the counts add up to `count`.
    pub causes: BTreeMap<String, u64>,
    /// `irr_none` → 17: the first trial of a cause, where it is known.
    pub first_trials: BTreeMap<String, u64>,
}

/// Statistics of a number, over the defined trials. All but `base` are `None` or empty without trials.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberSummary {
    /// The mean.
    pub mean: Option<f64>,
    /// Standard error of the mean.
    pub mean_se: Option<f64>,
    /// How many independent trials would find the mean with that error (of a time that may be never: P(never) with
    /// its); `None` for such trials themselves.
    pub effective_trials: Option<f64>,
    /// The standard deviation.
    pub sd: Option<f64>,
    /// The smallest value.
    pub min: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// The base case.
    pub base: Option<BaseCase>,
    /// The share of the values that are negative, exact but for the histogram's bucket around 0; `None` where some
    /// trials are never.
    pub below_zero: Option<f64>,
    /// The percentiles, in the order asked for.
    pub quantiles: Vec<Quantile>,
    /// Trials without a value.
    pub undefined: Undefined,
}

/// Statistics of a number that may be never; never ranks above every time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeSummary {
    /// As for a number: mean and sd are `None` where P(never) > 0; min and max are of the times that are not never.
    pub number: NumberSummary,
    /// P(never); `None` without trials.
    pub never: Option<Estimate>,
    /// P(paid back within 24 months), in ascending order.
    pub within: Vec<Within>,
    /// The percentiles of the trials in which it happens; empty where P(never) is 0 or 1.
    pub quantiles_if_ever: Vec<Quantile>,
}

/// The probability that a time is at most a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// The limit, in the output's unit.
    pub limit: f64,
    /// The probability.
    pub probability: Estimate,
}

/// How often a condition holds, of the defined trials.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilitySummary {
    /// The probability; `None` without trials.
    pub probability: Option<Estimate>,
    /// How many independent trials would find the probability with its error; `None` for such trials themselves.
    pub effective_trials: Option<f64>,
    /// Whether it holds in the base case; `None` where that is undefined.
    pub base: Option<bool>,
    /// Trials without a value.
    pub undefined: Undefined,
}

/// A quantity step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesSummary {
    /// One entry a step, from step 0.
    pub steps: Vec<StepSummary>,
}

/// A quantity at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepSummary {
    /// The step.
    pub step: u32,
    /// `2023-06`; `None` where the timeline has no start.
    pub label: Option<String>,
    /// Its statistics: never a series.
    pub statistics: Statistics,
}
