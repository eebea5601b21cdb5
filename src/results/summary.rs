//! From a tally to a result: statistics of each output and each step, with the confidence bounds of their error.
//!
//! What comes in: plans of the outputs and a merged [`Tally`]. What goes out: a [`SimulationResult`]. What is not
//! here: the ranks and formulas behind the bounds (`interval`), and what the reader is warned of (`warnings`).

use std::collections::BTreeMap;
use std::ops::Range;

use super::interval::{probability, quantile_rank, quantile_ranks};
use super::warnings;
use super::{
    BaseCase, Estimate, NumberSummary, OutputResult, Point, ProbabilitySummary, Provenance,
    Quantile, SeriesSummary, SimulationResult, Statistics, StepSummary, TimeSummary, Undefined,
    Within,
};
use crate::accumulate::{Channel, ChannelKind, Distribution, Spread, Tally};

/// What an output is, apart from its values.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputPlan {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// index → label; empty where it does not vary by index.
    pub index: BTreeMap<String, String>,
    /// What it is shown in; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// What its values are.
    pub kind: ChannelKind,
    /// Its channels in the tally: one, or one a step from step 0.
    pub channels: Range<usize>,
    /// Whether it is a series.
    pub is_series: bool,
    /// A series' labels of steps, as many as channels; else empty.
    pub step_labels: Vec<Option<String>>,
    /// The base case, one a channel; for a condition 1, 0 or undefined.
    pub base: Vec<Point>,
}

/// What a run recorded of one channel, read once for statistics and warnings.
pub(super) struct Recorded<'a> {
    pub(super) channel: &'a Channel,
    pub(super) spread: Spread,
    pub(super) distribution: Distribution,
    pub(super) center: f64,
    /// The thresholds below which values were counted.
    thresholds: &'a [f64],
}

impl Recorded<'_> {
    fn of(tally: &Tally, channel: usize) -> Recorded<'_> {
        let plan = &tally.plans()[channel];
        Recorded {
            channel: tally.channel(channel),
            spread: tally.spread(channel),
            distribution: tally.distribution(channel),
            center: plan.center(),
            thresholds: plan.thresholds(),
        }
    }
}

/// Summarizes what a run recorded; `percentiles` as probabilities in (0, 1).
pub fn summarize(
    plans: &[OutputPlan],
    tally: &Tally,
    percentiles: &[f64],
    provenance: Provenance,
) -> SimulationResult {
    let mut warnings = Vec::new();
    let outputs = plans
        .iter()
        .map(|plan| {
            let recorded: Vec<Recorded<'_>> =
                plan.channels.clone().map(|channel| Recorded::of(tally, channel)).collect();
            warnings.extend(warnings::of_output(plan, &recorded, percentiles));
            output(plan, |at| with_trials(plan.kind, &recorded[at], plan.base[at], percentiles))
        })
        .collect();
    SimulationResult { provenance, outputs, warnings }
}

/// The base case alone: no trials, no statistics.
pub fn base_only(plans: &[OutputPlan], provenance: Provenance) -> SimulationResult {
    let outputs = plans
        .iter()
        .map(|plan| output(plan, |at| without_trials(plan.kind, plan.base[at])))
        .collect();
    SimulationResult { provenance, outputs, warnings: Vec::new() }
}

/// An output whose channels' statistics are told by `statistics`, counted from 0.
fn output(plan: &OutputPlan, mut statistics: impl FnMut(usize) -> Statistics) -> OutputResult {
    let statistics = if plan.is_series {
        let steps = (0..plan.channels.len()).map(|at| StepSummary {
            step: u32::try_from(at).expect("steps are few"),
            label: plan.step_labels[at].clone(),
            statistics: statistics(at),
        });
        Statistics::Series(SeriesSummary { steps: steps.collect() })
    } else {
        statistics(0)
    };
    OutputResult {
        name: plan.name.clone(),
        about: plan.about.clone(),
        index: plan.index.clone(),
        unit: plan.unit.clone(),
        statistics,
    }
}

fn without_trials(kind: ChannelKind, base: Point) -> Statistics {
    let number = NumberSummary {
        mean: None,
        mean_se: None,
        sd: None,
        min: None,
        max: None,
        base: Some(BaseCase { value: base, rank: None }),
        quantiles: Vec::new(),
        undefined: Undefined::default(),
    };
    match kind {
        ChannelKind::Number => Statistics::Number(number),
        ChannelKind::Time => Statistics::Time(TimeSummary {
            number,
            never: None,
            within: Vec::new(),
            quantiles_if_ever: Vec::new(),
        }),
        ChannelKind::Condition => Statistics::Probability(ProbabilitySummary {
            probability: None,
            base: holds(base),
            undefined: Undefined::default(),
        }),
    }
}

fn with_trials(
    kind: ChannelKind,
    recorded: &Recorded<'_>,
    base: Point,
    percentiles: &[f64],
) -> Statistics {
    let channel = recorded.channel;
    match kind {
        ChannelKind::Number => Statistics::Number(number(recorded, base, percentiles)),
        ChannelKind::Time => {
            let is_sometimes = channel.never() > 0 && channel.finite() > 0;
            let within = recorded.thresholds.iter().zip(channel.within());
            Statistics::Time(TimeSummary {
                number: number(recorded, base, percentiles),
                never: of_defined(channel.never(), channel),
                within: within
                    .filter_map(|(&limit, &hits)| {
                        Some(Within { limit, probability: of_defined(hits, channel)? })
                    })
                    .collect(),
                quantiles_if_ever: if is_sometimes {
                    quantiles(&recorded.distribution, 0, percentiles)
                } else {
                    Vec::new()
                },
            })
        }
        ChannelKind::Condition => Statistics::Probability(ProbabilitySummary {
            probability: of_defined(channel.holds(), channel),
            base: holds(base),
            undefined: undefined(channel),
        }),
    }
}

fn number(recorded: &Recorded<'_>, base: Point, percentiles: &[f64]) -> NumberSummary {
    let Recorded { channel, spread, distribution, .. } = recorded;
    let has_moments = channel.never() == 0;
    let sd = spread.sd.filter(|_| has_moments);
    let rank = match base {
        Point::Value(_) | Point::Never => {
            (channel.defined() > 0).then(|| share(channel.at_or_below_base(), channel.defined()))
        }
        Point::Undefined => None,
    };
    NumberSummary {
        mean: spread.mean.filter(|_| has_moments),
        mean_se: sd.map(|sd| sd / (channel.finite() as f64).sqrt()),
        sd,
        min: distribution.min(),
        max: distribution.max(),
        base: Some(BaseCase { value: base, rank }),
        quantiles: quantiles(distribution, channel.never(), percentiles),
        undefined: undefined(channel),
    }
}

/// Percentiles of finite values and, above them all, `never`.
fn quantiles(finite: &Distribution, never: u64, percentiles: &[f64]) -> Vec<Quantile> {
    let count = finite.count() + never;
    if count == 0 {
        return Vec::new();
    }
    let point = |rank: u64, read: &dyn Fn(u64) -> f64| {
        if rank > finite.count() { Point::Never } else { Point::Value(read(rank)) }
    };
    let quantile = |&p: &f64| {
        let ranks = quantile_ranks(count, p);
        Quantile {
            p,
            value: point(quantile_rank(count, p), &|rank| finite.at_rank(rank)),
            low: point(ranks.low.unwrap_or(1), &|rank| finite.low_at_rank(rank)),
            high: point(ranks.high.unwrap_or(count), &|rank| finite.high_at_rank(rank)),
        }
    };
    percentiles.iter().map(quantile).collect()
}

fn of_defined(hits: u64, channel: &Channel) -> Option<Estimate> {
    (channel.defined() > 0).then(|| probability(hits, channel.defined()))
}

fn undefined(channel: &Channel) -> Undefined {
    let causes = channel.causes().into_iter().filter(|&(_, count)| count > 0);
    Undefined {
        count: channel.undefined(),
        causes: causes.map(|(cause, count)| (cause.name().to_owned(), count)).collect(),
    }
}

fn holds(base: Point) -> Option<bool> {
    match base {
        Point::Value(value) => Some(value != 0.0),
        Point::Never | Point::Undefined => None,
    }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
