//! Statistics that were asked for and checks: each an estimate with its 95 % interval, and a verdict.
//!
//! What comes in: plans and a merged [`Tally`]. What goes out: a [`StatisticResult`] each. The intervals:
//! percentiles and probabilities as everywhere (`interval`, of designs `replicates`); means by Student's t, further on the side to which the
//! values are skewed (`interval::reach`); standard deviations likewise, as means of squares, by the delta method on their
//! logarithm (var(ln s) ≈ (κ − 1) / 4n, as in M. G. Kendall, A. Stuart, *The Advanced Theory of Statistics* I, 10.9); the
//! shortfall as told there, likewise. Where the tail makes an interval
//! false, it is withheld, and the reason stands in its place (`trust`).

use super::interval::{Z, quantile_rank, reach};
use super::replicates::{Replicates, Share};
use super::shortfall::shortfall;
use super::summary::{Recorded, quantiles, undefined};
use super::told::Warning;
use super::trust;
use super::warnings::{grouped, percent, two_digits};
use super::{Estimate, Point, Undefined};
use crate::accumulate::{ChannelKind, Stretch, Tally};
use crate::check::Claim;
use crate::expr::{Comparison, Measure};

/// Which end of the values is the bad one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// The low one: more is better.
    Low,
    /// The high one: less is better.
    High,
}

/// A statistic of one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticPlan {
    /// As written.
    pub text: String,
    /// What is asked of all trials together.
    pub measure: Measure,
    /// What it is shown in; `None` for plain numbers and probabilities.
    pub unit: Option<String>,
    /// What the channel's values are.
    pub kind: ChannelKind,
    /// The channel.
    pub channel: usize,
    /// Whether all trials have one value, whatever is drawn: there is no error then.
    pub is_constant: bool,
    /// Which end is the bad one.
    pub worse: Worse,
    /// What is said of it, in its unit.
    pub claim: Claim,
}

impl StatisticPlan {
    /// The quantile that it is, or that its tail begins at.
    pub fn quantile(&self) -> Option<f64> {
        match (self.measure, self.worse) {
            (Measure::Percentile(p), _) | (Measure::Shortfall(p), Worse::Low) => Some(p),
            (Measure::Shortfall(p), Worse::High) => Some(1.0 - p),
            (Measure::Mean | Measure::Sd | Measure::Probability, _) => None,
        }
    }

    /// Whether it was asked for with a precision.
    pub fn has_precision(&self) -> bool {
        matches!(self.claim, Claim::Relative(_) | Claim::Absolute(_))
    }
}

/// A check of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckPlan {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// What must hold.
    pub statistic: StatisticPlan,
}

/// What the trials say about a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds at every value of the interval.
    Holds,
    /// It holds at none.
    Fails,
    /// The target lies inside the interval, or there is none.
    Unsure,
}

impl Verdict {
    /// `holds`, `fails`, `unsure`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Unsure => "unsure",
        }
    }
}

/// Why an estimate has no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// The tail is too heavy for any.
    HeavyTail,
    /// There are too few trials; so many would do, where that can be told.
    TooFew(Option<u64>),
    /// There is nothing to estimate.
    Undefined,
}

/// How precise an estimate is, and whether that is precise enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// How far the interval reaches to its longer side; `None` where there is none.
    pub half_width: Option<f64>,
    /// How far it may reach, in the unit of the estimate; `None` where a share of it was asked for and it is
    /// not a number.
    pub wanted: Option<f64>,
    /// Whether that is so.
    pub is_reached: bool,
}

/// A statistic, estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticResult {
    /// As written.
    pub text: String,
    /// What was asked of all trials together.
    pub measure: Measure,
    /// What it is shown in; `None` for plain numbers and probabilities.
    pub unit: Option<String>,
    /// The estimate, of the defined trials.
    pub value: Point,
    /// Its 95 % interval, or why there is none.
    pub interval: Result<(Point, Point), Withheld>,
    /// Whether its tail may be too heavy for the interval to hold.
    pub is_doubtful: bool,
    /// What is said of it.
    pub claim: Claim,
    /// Of a comparison: what the trials say.
    pub verdict: Option<Verdict>,
    /// Of a precision: how precise it is.
    pub precision: Option<Precision>,
    /// Trials without a value.
    pub undefined: Undefined,
}

impl StatisticResult {
    /// What it is compared with, in its unit.
    pub fn target(&self) -> Option<f64> {
        match self.claim {
            Claim::Compared(_, target) => Some(target),
            Claim::Nothing | Claim::Relative(_) | Claim::Absolute(_) => None,
        }
    }

    /// Whether it is as precise as it was asked to be.
    pub fn is_precise(&self) -> bool {
        self.precision.is_none_or(|precision| precision.is_reached)
    }
}

/// A check, estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// What must hold, and whether it does.
    pub statistic: StatisticResult,
}

impl CheckResult {
    /// What the trials say.
    pub fn verdict(&self) -> Verdict {
        self.statistic.verdict.unwrap_or(Verdict::Unsure)
    }
}

/// Estimates statistics from what a run recorded.
pub fn statistics(
    plans: &[StatisticPlan],
    tally: &Tally,
    replicates: &Replicates,
) -> Vec<StatisticResult> {
    plans.iter().map(|plan| statistic(plan, tally, replicates)).collect()
}

/// Judges checks by what a run recorded.
pub fn checks(plans: &[CheckPlan], tally: &Tally, replicates: &Replicates) -> Vec<CheckResult> {
    let check = |plan: &CheckPlan| CheckResult {
        name: plan.name.clone(),
        about: plan.about.clone(),
        statistic: statistic(&plan.statistic, tally, replicates),
    };
    plans.iter().map(check).collect()
}

/// What the reader of statistics should know: what they leave out, why one has no interval, how many trials
/// would tell whether a check holds.
pub fn advice(statistics: &[StatisticResult], checks: &[CheckResult], trials: u64) -> Vec<Warning> {
    let mut told = Vec::new();
    let named = checks.iter().map(|check| (Some(check.name.as_str()), &check.statistic));
    for (name, statistic) in named.chain(statistics.iter().map(|statistic| (None, statistic))) {
        let [english, chinese] = match name {
            Some(name) => [format!("check `{name}`: "), format!("限额 `{name}`：")],
            None => [String::new(), String::new()],
        };
        let found =
            [of_interval(statistic, trials), of_tail(statistic), of_undefined(statistic, trials)];
        let found = found.into_iter().flatten();
        told.extend(found.map(|warning| warning.of(&english, &chinese)));
    }
    told
}

/// Why a statistic has no interval, is not as precise as asked, or leaves its verdict open.
fn of_interval(statistic: &StatisticResult, trials: u64) -> Option<Warning> {
    let text = &statistic.text;
    Some(match statistic.interval {
        Err(Withheld::HeavyTail) if statistic.measure == Measure::Sd => Warning::new(
            format!(
                "`{text}` has no interval: the tail is so heavy that its error is not settled; \
                 percentiles and probabilities can be relied on"
            ),
            format!("`{text}` 没有置信区间：尾部过厚，误差无法确定；百分位数和概率可靠"),
        ),
        Err(Withheld::HeavyTail) => Warning::new(
            format!(
                "`{text}` has no interval: its tail is so heavy that no number of trials settles it; \
                 percentiles and probabilities can be relied on"
            ),
            format!("`{text}` 没有置信区间：尾部过厚，试验再多也无法确定；百分位数和概率可靠"),
        ),
        Err(Withheld::TooFew(Some(needed))) => {
            let needed = grouped(two_digits(needed as f64));
            Warning::new(
                format!("`{text}` has no interval: it takes some {needed} trials"),
                format!("`{text}` 没有置信区间：大约需要 {needed} 次试验"),
            )
        }
        Err(Withheld::TooFew(None)) => Warning::new(
            format!("`{text}` has no interval: too few trials differ from each other"),
            format!("`{text}` 没有置信区间：彼此不同的试验太少"),
        ),
        Err(Withheld::Undefined) => Warning::new(
            format!("`{text}` has no value: no trial has one"),
            format!("`{text}` 没有值：没有一次试验有值"),
        ),
        Ok(_) if !statistic.is_precise() => not_converged(statistic, trials),
        Ok(_) if statistic.verdict == Some(Verdict::Unsure) => undecided(statistic, trials),
        Ok(_) => return None,
    })
}

/// That the interval of a mean may be too short.
fn of_tail(statistic: &StatisticResult) -> Option<Warning> {
    let text = &statistic.text;
    statistic.is_doubtful.then(|| {
        Warning::new(
            format!("`{text}` may have a heavy tail: its error may be larger than stated"),
            format!("`{text}` 可能为厚尾：其误差可能大于所示"),
        )
    })
}

/// Which share of the trials a statistic leaves out.
fn of_undefined(statistic: &StatisticResult, trials: u64) -> Option<Warning> {
    let (text, count) = (&statistic.text, statistic.undefined.count);
    if count == 0 || statistic.interval.is_err() {
        return None;
    }
    let share = percent(count as f64 / trials.max(1) as f64);
    let [rest, others] = match (statistic.verdict, statistic.measure) {
        (Some(_), Measure::Probability) => [
            "the probability is of the others, and the verdict allows for them either way",
            "概率来自其余试验，判定已考虑这些试验的两种可能",
        ],
        _ => ["the estimate is of the others", "估计值来自其余试验"],
    };
    Some(Warning::new(
        format!("{share} % of trials have no value of `{text}`; {rest}"),
        format!("{share} % 的试验没有 `{text}` 的值；{others}"),
    ))
}

/// How far a statistic is from its precision: errors shrink with the root of the number of trials.
fn not_converged(statistic: &StatisticResult, trials: u64) -> Warning {
    let (text, done) = (&statistic.text, grouped(trials));
    let short = statistic.precision.and_then(|precision| {
        let (half_width, wanted) = (precision.half_width?, precision.wanted?);
        (wanted > 0.0).then(|| half_width / wanted)
    });
    let needed = short.map(|short| trials as f64 * short * short * 1.1);
    let needed = needed.filter(|needed| *needed < 1e13);
    let [english, chinese] = match needed.map(|needed| grouped(two_digits(needed))) {
        Some(needed) => [format!(": about {needed} would do"), format!("：大约需要 {needed} 次")],
        None => [String::new(), String::new()],
    };
    Warning::new(
        format!("`{text}` is not converged after {done} trials{english}"),
        format!("`{text}` 经 {done} 次试验仍未收敛{chinese}"),
    )
}

/// Why a verdict is open, and how many trials would close it: errors shrink with the root of their number.
fn undecided(statistic: &StatisticResult, trials: u64) -> Warning {
    let (text, done) = (&statistic.text, grouped(trials));
    let needed = match (statistic.value, statistic.interval, statistic.claim) {
        (
            Point::Value(value),
            Ok((Point::Value(low), Point::Value(high))),
            Claim::Compared(_, target),
        ) => {
            let reach = if target < value { value - low } else { high - value };
            let ratio = reach / (value - target).abs();
            Some(trials as f64 * ratio * ratio * 1.2)
        }
        _ => None,
    };
    let most = 1000.0 * trials as f64;
    let needed = needed.filter(|needed| *needed > trials as f64 && *needed <= most);
    let [english, chinese] = match needed.map(|needed| grouped(two_digits(needed))) {
        Some(needed) => [format!("; about {needed} would"), format!("；大约需要 {needed} 次")],
        None => [String::new(), String::new()],
    };
    Warning::new(
        format!(
            "{done} trials cannot tell whether `{text}`: the limit lies inside the 95 % interval{english}"
        ),
        format!("{done} 次试验不足以判断 `{text}`：限额落在 95 % 置信区间内{chinese}"),
    )
}

/// Where buckets are too coarse for what [`statistics`] reads off them.
pub(super) fn doubtful<'a>(
    plans: impl Iterator<Item = &'a StatisticPlan>,
    tally: &Tally,
    replicates: &Replicates,
) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    for plan in plans {
        let recorded = Recorded::of(tally, replicates, plan.channel);
        let count = recorded.channel.defined();
        let Some(p) = plan.quantile() else { continue };
        if count > 0 {
            let bounds = recorded.ranks(false, p);
            let ranks = [Some(quantile_rank(count, p)), bounds.low, bounds.high];
            let ranks: Vec<(u64, f64)> =
                ranks.into_iter().flatten().map(|rank| (rank, p)).collect();
            stretches.extend(tally.doubtful(plan.channel, count, &ranks));
        }
    }
    stretches
}

/// An estimate with its interval.
struct Estimated {
    value: Point,
    interval: Result<(Point, Point), Withheld>,
}

impl Estimated {
    const NOTHING: Estimated =
        Estimated { value: Point::Undefined, interval: Err(Withheld::Undefined) };
    /// What some trials make certain: a mean with a trial that never ends.
    const NEVER: Estimated =
        Estimated { value: Point::Never, interval: Ok((Point::Never, Point::Never)) };

    fn with(value: f64, interval: Result<(f64, f64), Withheld>) -> Estimated {
        if !value.is_finite() {
            return Estimated::NOTHING;
        }
        let interval = interval.map(|(low, high)| (Point::Value(low), Point::Value(high)));
        Estimated { value: Point::Value(value), interval }
    }
}

fn statistic(plan: &StatisticPlan, tally: &Tally, replicates: &Replicates) -> StatisticResult {
    let recorded = Recorded::of(tally, replicates, plan.channel);
    let mut estimated = match plan.measure {
        _ if recorded.channel.defined() == 0 => Estimated::NOTHING,
        Measure::Mean => mean(&recorded),
        Measure::Sd => sd(&recorded),
        Measure::Percentile(p) => percentile(&recorded, p),
        Measure::Probability => probability(&recorded),
        Measure::Shortfall(share) => expected_shortfall(&recorded, share, plan.worse),
    };
    if plan.is_constant {
        estimated.interval = Ok((estimated.value, estimated.value));
    }
    let Estimated { value, interval } = estimated;
    let verdict = match plan.claim {
        Claim::Compared(comparison, target) => {
            let interval = with_undefined(plan, &recorded, interval);
            Some(verdict(comparison, target, interval))
        }
        Claim::Nothing | Claim::Relative(_) | Claim::Absolute(_) => None,
    };
    StatisticResult {
        text: plan.text.clone(),
        measure: plan.measure,
        unit: plan.unit.clone(),
        value,
        interval,
        is_doubtful: interval.is_ok()
            && !plan.is_constant
            && matches!(plan.measure, Measure::Mean | Measure::Shortfall(_))
            && trust::doubtful_tail(&recorded).is_some(),
        claim: plan.claim,
        verdict,
        precision: precision(plan.claim, value, interval),
        undefined: undefined(recorded.channel),
    }
}

fn mean(recorded: &Recorded<'_>) -> Estimated {
    if recorded.channel.never() > 0 {
        return Estimated::NEVER;
    }
    let Some(mean) = recorded.spread.mean else { return Estimated::NOTHING };
    let n = recorded.channel.finite();
    let Some(sd) = recorded.spread.sd else {
        return Estimated::with(mean, Err(Withheld::TooFew(None)));
    };
    let interval = trust::of_mean(recorded).map(|skewness| {
        let of_replicates = recorded.replicates.and_then(|found| found.mean_reach(mean));
        let (below, above) = of_replicates.unwrap_or_else(|| {
            let (below, above) = reach(student(n), skewness, n as f64);
            let se = sd / (n as f64).sqrt();
            (below * se, above * se)
        });
        (mean - below, mean + above)
    });
    Estimated::with(mean, interval)
}

/// The 97.5 % point of Student's t for the mean of n values.
fn student(n: u64) -> f64 {
    /// From here on the normal point differs by less than a thousandth.
    const MANY: u64 = 2000;
    if n >= MANY {
        return Z;
    }
    let df = n.saturating_sub(1).max(1) as f64;
    let law = crate::distribution::StudentT { df, location: 0.0, scale: 1.0 };
    crate::distribution::Distribution::StudentT(law).quantile_upper(0.025)
}

fn sd(recorded: &Recorded<'_>) -> Estimated {
    let Some(sd) = recorded.spread.sd.filter(|_| recorded.channel.never() == 0) else {
        return Estimated::NOTHING;
    };
    if sd == 0.0 {
        return Estimated::with(0.0, Err(Withheld::TooFew(None)));
    }
    let n = recorded.channel.finite() as f64;
    let interval = trust::of_sd(recorded).map(|squares| {
        let (below, above) = reach(Z, squares.skewness, n);
        let se = ((squares.kurtosis - 1.0) / (4.0 * n)).sqrt();
        (sd * libm::exp(-below * se), sd * libm::exp(above * se))
    });
    Estimated::with(sd, interval)
}

fn percentile(recorded: &Recorded<'_>, p: f64) -> Estimated {
    let Some(quantile) = quantiles(recorded, false, &[p]).pop() else {
        return Estimated::NOTHING;
    };
    let ranks = recorded.ranks(false, p);
    let interval = match (ranks.low, ranks.high) {
        (Some(_), Some(_)) => Ok((quantile.low, quantile.high)),
        _ => Err(Withheld::TooFew(Some(super::interval::values_needed(p)))),
    };
    Estimated { value: quantile.value, interval }
}

fn probability(recorded: &Recorded<'_>) -> Estimated {
    match recorded.share(recorded.channel.holds(), Share::Holds).0 {
        Some(Estimate { value, low, high }) => Estimated::with(value, Ok((low, high))),
        None => Estimated::NOTHING,
    }
}

fn expected_shortfall(recorded: &Recorded<'_>, share: f64, worse: Worse) -> Estimated {
    let never = recorded.channel.never();
    if worse == Worse::High && never > 0 {
        return Estimated::NEVER;
    }
    let count = recorded.channel.defined();
    let Some(found) = shortfall(&recorded.distribution, count, share, worse) else {
        return Estimated::NEVER;
    };
    let interval = trust::of_shortfall(recorded, worse, found.skewness).map(|()| {
        let (near, far) = reach(Z, found.skewness, count as f64);
        // What is skewed is how far the trials lie beyond the edge.
        let (below, above) = match worse {
            Worse::Low => (far, near),
            Worse::High => (near, far),
        };
        (found.value - below * found.standard_error, found.value + above * found.standard_error)
    });
    Estimated::with(found.value, interval)
}

/// Trials without a value may be of either kind: a probability's bounds for a verdict allow for both.
fn with_undefined(
    plan: &StatisticPlan,
    recorded: &Recorded<'_>,
    interval: Result<(Point, Point), Withheld>,
) -> Result<(Point, Point), Withheld> {
    let (trials, undefined) = (recorded.channel.trials(), recorded.channel.undefined());
    if plan.measure != Measure::Probability || undefined == 0 {
        return interval;
    }
    let holds = recorded.channel.holds();
    let low = super::interval::probability(holds, trials).low;
    let high = super::interval::probability(holds + undefined, trials).high;
    Ok((Point::Value(low), Point::Value(high)))
}

/// A point as a number: never is above all.
fn number(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => Some(value),
        Point::Never => Some(f64::INFINITY),
        Point::Undefined => None,
    }
}

fn verdict(
    comparison: Comparison,
    target: f64,
    interval: Result<(Point, Point), Withheld>,
) -> Verdict {
    let bounds = interval.ok().and_then(|(low, high)| Some((number(low)?, number(high)?)));
    let Some((low, high)) = bounds else { return Verdict::Unsure };
    let holds = |value: f64| match comparison {
        Comparison::Less => value < target,
        Comparison::AtMost => value <= target,
        Comparison::Greater => value > target,
        Comparison::AtLeast => value >= target,
        Comparison::Equal => value == target,
    };
    match (holds(low), holds(high)) {
        (true, true) => Verdict::Holds,
        // Not even on the way from one end to the other.
        (false, false) if comparison != Comparison::Equal || target < low || high < target => {
            Verdict::Fails
        }
        _ => Verdict::Unsure,
    }
}

fn precision(
    claim: Claim,
    value: Point,
    interval: Result<(Point, Point), Withheld>,
) -> Option<Precision> {
    let wanted = match (claim, value) {
        (Claim::Nothing | Claim::Compared(..), _) => return None,
        (Claim::Absolute(wanted), _) => Some(wanted),
        (Claim::Relative(share), Point::Value(value)) => Some(share * value.abs()),
        (Claim::Relative(_), Point::Never | Point::Undefined) => None,
    };
    let half_width = match (value, interval) {
        (Point::Value(value), Ok((Point::Value(low), Point::Value(high)))) => {
            Some((high - value).max(value - low))
        }
        // What is never at both ends is certain.
        (Point::Never, Ok((Point::Never, Point::Never))) => Some(0.0),
        _ => None,
    };
    let is_reached = match (half_width, wanted) {
        (Some(half_width), Some(wanted)) => half_width <= wanted,
        (Some(half_width), None) => half_width == 0.0 && value == Point::Never,
        (None, _) => false,
    };
    Some(Precision { half_width, wanted, is_reached })
}
