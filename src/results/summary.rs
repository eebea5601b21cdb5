//! From a tally to a result: statistics of each output and each step, with the confidence bounds of their error.
//!
//! What comes in: plans of the outputs, a merged [`Tally`] and, of a design, its [`Replicates`]. What goes out: a
//! [`SimulationResult`]. What is not here: the ranks and formulas behind the bounds (`interval` for independent
//! trials, `replicates` for designs), and what the reader is warned of (`warnings`).

use std::collections::BTreeMap;
use std::ops::Range;

use super::interval::{Ranks, probability, quantile_rank, quantile_ranks};
use super::replicates::{OfChannel, Replicates, Share};
use super::statistics::{self, StatisticPlan};
use super::{
    BaseCase, Estimate, NumberSummary, OutputResult, Point, ProbabilitySummary, Provenance,
    Quantile, SeriesSummary, SimulationResult, Statistics, StepSummary, TimeSummary, Undefined,
    Within,
};
use super::{trust, warnings};
use crate::accumulate::{Channel, ChannelKind, Distribution, Spread, Stretch, Tally, affordable};

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
    /// What the replicates of a design found; `None` for independent trials.
    pub(super) replicates: Option<OfChannel<'a>>,
}

impl<'a> Recorded<'a> {
    pub(super) fn of(tally: &'a Tally, replicates: &'a Replicates, channel: usize) -> Recorded<'a> {
        let plan = &tally.plans()[channel];
        Recorded {
            channel: tally.channel(channel),
            spread: tally.spread(channel),
            distribution: tally.distribution(channel),
            center: plan.center(),
            thresholds: plan.thresholds(),
            replicates: replicates.of_channel(channel),
        }
    }

    /// A share of the defined trials, in `hits` of them; and how many independent trials would find it as well.
    pub(super) fn share(&self, hits: u64, what: Share) -> (Option<Estimate>, Option<f64>) {
        let Some(replicates) = self.replicates else {
            return (of_defined(hits, self.channel), None);
        };
        let Some((estimate, se)) = replicates.share(what) else { return (None, None) };
        let p = estimate.value;
        (Some(estimate), effective(p * (1.0 - p), se))
    }

    /// The ranks of a percentile's bounds, among all defined trials or, `if_ever`, those in which it happens.
    pub(super) fn ranks(&self, if_ever: bool, p: f64) -> Ranks {
        let (finite, never) = (self.distribution.count(), self.channel.never());
        let of_replicates = self
            .replicates
            .and_then(|found| found.quantile_ranks(&self.distribution, never, if_ever, p));
        of_replicates
            .unwrap_or_else(|| quantile_ranks(if if_ever { finite } else { finite + never }, p))
    }
}

/// How many independent trials of this variance have a mean with this standard error.
fn effective(variance: f64, se: f64) -> Option<f64> {
    Some(variance / (se * se)).filter(|trials| trials.is_finite() && *trials > 0.0)
}

/// Summarizes what a run recorded of the outputs; `percentiles` as probabilities in (0, 1), of those that the
/// replicates were to tell.
pub fn summarize(
    plans: &[OutputPlan],
    tally: &Tally,
    replicates: &Replicates,
    percentiles: &[f64],
    provenance: Provenance,
) -> SimulationResult {
    let mut warnings = Vec::new();
    let outputs = plans
        .iter()
        .map(|plan| {
            let recorded: Vec<Recorded<'_>> = plan
                .channels
                .clone()
                .map(|channel| Recorded::of(tally, replicates, channel))
                .collect();
            warnings.extend(warnings::of_output(plan, &recorded, percentiles));
            output(plan, |at| with_trials(plan.kind, &recorded[at], plan.base[at], percentiles))
        })
        .collect();
    let (statistics, checks, notes) = (Vec::new(), Vec::new(), Vec::new());
    SimulationResult { provenance, outputs, statistics, checks, warnings, notes }
}

/// The statistics of one output that is no series; `percentiles` are among those that the replicates were to tell.
pub fn summary_of(
    plan: &OutputPlan,
    tally: &Tally,
    replicates: &Replicates,
    percentiles: &[f64],
) -> Statistics {
    let recorded = Recorded::of(tally, replicates, plan.channels.start);
    with_trials(plan.kind, &recorded, plan.base[0], percentiles)
}

/// Where the buckets of a tally are too coarse for what [`summarize`] and [`super::statistics`] read off them:
/// stretches of values that a second pass over the same trials should collect.
pub fn doubtful<'a>(
    plans: &[OutputPlan],
    asked: impl Iterator<Item = &'a StatisticPlan>,
    tally: &Tally,
    replicates: &Replicates,
    percentiles: &[f64],
) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    for plan in plans.iter().filter(|plan| plan.kind != ChannelKind::Condition) {
        for at in plan.channels.clone() {
            let recorded = Recorded::of(tally, replicates, at);
            let channel = recorded.channel;
            // Of all trials, and of those in which it happens.
            let mut counts =
                vec![(channel.finite() + channel.never(), false), (channel.finite(), true)];
            counts.dedup_by_key(|(count, _)| *count);
            for (count, if_ever) in counts.into_iter().filter(|&(count, _)| count > 0) {
                let mut ranks = Vec::new();
                for &p in percentiles {
                    let bounds = recorded.ranks(if_ever, p);
                    let all = [Some(quantile_rank(count, p)), bounds.low, bounds.high];
                    ranks.extend(all.into_iter().flatten().map(|rank| (rank, p)));
                }
                stretches.extend(tally.doubtful(at, count, &ranks));
            }
        }
    }
    stretches.extend(statistics::doubtful(asked, tally, replicates));
    affordable(stretches)
}

/// The base case alone: no trials, no statistics.
pub fn base_only(plans: &[OutputPlan], provenance: Provenance) -> SimulationResult {
    let outputs = plans
        .iter()
        .map(|plan| output(plan, |at| without_trials(plan.kind, plan.base[at])))
        .collect();
    let (statistics, checks) = (Vec::new(), Vec::new());
    let (warnings, notes) = (Vec::new(), Vec::new());
    SimulationResult { provenance, outputs, statistics, checks, warnings, notes }
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
        outline: None,
    }
}

fn without_trials(kind: ChannelKind, base: Point) -> Statistics {
    let number = NumberSummary {
        mean: None,
        mean_se: None,
        effective_trials: None,
        sd: None,
        min: None,
        max: None,
        base: Some(BaseCase { value: base, rank: None }),
        below_zero: None,
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
            effective_trials: None,
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
            let within = recorded.thresholds.iter().zip(channel.within()).enumerate();
            let (never, effective_trials) = recorded.share(channel.never(), Share::Never);
            let mut number = number(recorded, base, percentiles);
            if channel.never() > 0 {
                number.effective_trials = effective_trials;
            }
            Statistics::Time(TimeSummary {
                number,
                never,
                within: within
                    .filter_map(|(number, (&limit, &hits))| {
                        let (probability, _) = recorded.share(hits, Share::Within(number));
                        Some(Within { limit, probability: probability? })
                    })
                    .collect(),
                quantiles_if_ever: if is_sometimes {
                    quantiles(recorded, true, percentiles)
                } else {
                    Vec::new()
                },
            })
        }
        ChannelKind::Condition => {
            let (probability, effective_trials) = recorded.share(channel.holds(), Share::Holds);
            Statistics::Probability(ProbabilitySummary {
                probability,
                effective_trials,
                base: holds(base),
                undefined: undefined(channel),
            })
        }
    }
}

fn number(recorded: &Recorded<'_>, base: Point, percentiles: &[f64]) -> NumberSummary {
    let Recorded { channel, spread, distribution, .. } = recorded;
    let has_moments = channel.never() == 0;
    let (mean, sd) = (spread.mean.filter(|_| has_moments), spread.sd.filter(|_| has_moments));
    let mean_se = match (recorded.replicates, mean) {
        (Some(replicates), Some(mean)) => replicates.mean_se(mean),
        (Some(_), None) => None,
        (None, _) => sd.map(|sd| sd / (channel.finite() as f64).sqrt()),
    };
    // Where the tail makes it false there is none.
    let mean_se = mean_se.filter(|_| trust::heavy_tail(recorded).is_none());
    let is_replicated = recorded.replicates.is_some();
    let rank = match base {
        Point::Value(_) | Point::Never => {
            (channel.defined() > 0).then(|| share(channel.at_or_below_base(), channel.defined()))
        }
        Point::Undefined => None,
    };
    NumberSummary {
        mean,
        mean_se,
        effective_trials: match (sd, mean_se) {
            (Some(sd), Some(se)) if is_replicated => effective(sd * sd, se),
            (Some(_) | None, _) => None,
        },
        sd,
        min: distribution.min(),
        max: distribution.max(),
        base: Some(BaseCase { value: base, rank }),
        below_zero: (channel.never() == 0 && channel.finite() > 0)
            .then(|| distribution.share_below(0.0)),
        quantiles: quantiles(recorded, false, percentiles),
        undefined: undefined(channel),
    }
}

/// Percentiles of finite values and, above them all, `never`.
pub(super) fn quantiles(
    recorded: &Recorded<'_>,
    if_ever: bool,
    percentiles: &[f64],
) -> Vec<Quantile> {
    let finite = &recorded.distribution;
    let never = if if_ever { 0 } else { recorded.channel.never() };
    let count = finite.count() + never;
    if count == 0 {
        return Vec::new();
    }
    let point = |rank: u64, read: &dyn Fn(u64) -> f64| {
        if rank > finite.count() { Point::Never } else { Point::Value(read(rank)) }
    };
    let quantile = |&p: &f64| {
        let ranks = recorded.ranks(if_ever, p);
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

pub(super) fn undefined(channel: &Channel) -> Undefined {
    let mut undefined = Undefined { count: channel.undefined(), ..Undefined::default() };
    for (cause, count, first) in channel.causes() {
        undefined.causes.insert(cause.name().to_owned(), count);
        undefined.first_trials.extend(first.map(|first| (cause.name().to_owned(), first)));
    }
    undefined
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Run, float, provenance};
    use super::*;

    const NEVER: f64 = f64::INFINITY;

    #[test]
    fn never_ranks_above_every_time_and_leaves_no_mean() {
        let months: Vec<f64> =
            (1..=100).map(|k| if k <= 60 { f64::from(k) } else { NEVER }).collect();
        let run = Run {
            kind: ChannelKind::Time,
            thresholds: &[24.0, 36.0],
            base: 30.0,
            ..Run::default()
        };
        let time = run.time(&months);
        let number = &time.number;
        assert_eq!((number.mean, number.mean_se, number.sd), (None, None, None));
        assert_eq!((number.min, number.max), (Some(1.0), Some(60.0)));
        let values: Vec<Point> = number.quantiles.iter().map(|q| q.value).collect();
        assert_eq!(values, [Point::Value(5.0), Point::Value(50.0), Point::Never]);
        assert_eq!(number.quantiles[1].high, Point::Never, "rank 61 never happens");
        assert_eq!(number.base.expect("always").rank, Some(0.3));
        let never = time.never.expect("there are trials");
        assert!(never.low < 0.4 && never.value == 0.4 && 0.4 < never.high);
        let within: Vec<(f64, f64)> =
            time.within.iter().map(|w| (w.limit, w.probability.value)).collect();
        assert_eq!(within, [(24.0, 0.24), (36.0, 0.36)]);
        assert_eq!(float(time.quantiles_if_ever[1].value), 30.0);
    }

    #[test]
    fn times_that_always_happen_have_a_mean_and_no_conditional_percentiles() {
        let time =
            Run { kind: ChannelKind::Time, base: NEVER, ..Run::default() }.time(&[1.0, 2.0, 6.0]);
        assert_eq!((time.number.mean, time.quantiles_if_ever.len()), (Some(3.0), 0));
        assert_eq!(time.never.map(|never| (never.value, never.low)), Some((0.0, 0.0)));
        let base = time.number.base.expect("always");
        assert_eq!((base.value, base.rank), (Point::Never, Some(1.0)));
    }

    #[test]
    fn statistics_are_of_the_defined_trials() {
        let values = [4.0, f64::NAN, 2.0, NEVER, 6.0];
        let number = Run { base: f64::NAN, ..Run::default() }.number(&values);
        assert_eq!((number.mean, number.sd), (Some(4.0), Some(2.0)));
        assert_eq!(number.mean_se, Some(2.0 / 3.0_f64.sqrt()));
        assert_eq!((number.min, number.max), (Some(2.0), Some(6.0)));
        assert_eq!(number.undefined.count, 2);
        assert_eq!(number.undefined.causes, [("arithmetic".to_owned(), 2)].into());
        assert_eq!(number.base, Some(BaseCase { value: Point::Undefined, rank: None }));
    }

    #[test]
    fn conditions_are_probabilities_of_the_defined_trials() {
        let run = Run { kind: ChannelKind::Condition, base: 1.0, ..Run::default() };
        let condition = run.probability(&[1.0, 0.0, f64::NAN, 1.0, 1.0]);
        assert_eq!(condition.probability.map(|estimate| estimate.value), Some(0.75));
        assert_eq!((condition.base, condition.undefined.count), (Some(true), 1));
    }

    #[test]
    fn one_trial_has_a_mean_and_no_spread() {
        let number = Run::default().number(&[7.0]);
        assert_eq!((number.mean, number.sd, number.mean_se), (Some(7.0), None, None));
        assert!(number.quantiles.iter().all(|q| float(q.value) == 7.0));
    }

    #[test]
    fn the_base_case_alone_has_no_statistics() {
        let output = OutputPlan {
            is_series: true,
            channels: 0..2,
            step_labels: vec![Some("2023-06".to_owned()), None],
            base: vec![Point::Value(1.0), Point::Never],
            ..Run { kind: ChannelKind::Time, ..Run::default() }.output()
        };
        let result = base_only(&[output], provenance(0));
        let Statistics::Series(series) = &result.outputs[0].statistics else { panic!("a series") };
        assert_eq!(
            (series.steps[1].step, &series.steps[0].label),
            (1, &Some("2023-06".to_owned()))
        );
        let Statistics::Time(time) = &series.steps[1].statistics else { panic!("a time") };
        assert_eq!(time.number.base, Some(BaseCase { value: Point::Never, rank: None }));
        assert!(
            time.never.is_none() && time.number.quantiles.is_empty() && result.warnings.is_empty()
        );
    }
}
