//! What the reader of a result should know, as plain sentences: trials without a value, percentiles that rest on
//! too few trials, means that a heavy tail makes meaningless (how those are told: `trust`).

use super::digits::decimals_for;
use super::interval::{quantile_ranks, values_needed};
use super::statistics::Withheld;
use super::summary::{OutputPlan, Recorded};
use super::told::Warning;
use super::trust::{self, heavy_tail};
use crate::accumulate::{Cause, ChannelKind};

/// What there is to say about an output, at most one sentence of a sort: of a series, about the worst step.
pub(super) fn of_output(
    plan: &OutputPlan,
    recorded: &[Recorded<'_>],
    percentiles: &[f64],
) -> Vec<Warning> {
    let sorts = [
        worst(recorded, |step| Some(step.channel.undefined()).filter(|&count| count > 0))
            .map(|found| undefined(plan, recorded, &found)),
        worst(recorded, |step| trials_lacking(plan, step, percentiles))
            .map(|found| too_few(plan, recorded, &found, percentiles)),
        worst(recorded, heavy_tail).map(|found| heavy(plan, &found)),
        worst(recorded, trust::doubtful_tail).map(|found| doubtful(plan, &found)),
        worst(recorded, |step| trials_for_mean(plan, step))
            .map(|found| skewed(plan, recorded, &found)),
    ];
    sorts.into_iter().flatten().collect()
}

/// The worst step of a sort, and how many others there are.
struct Worst<T> {
    at: usize,
    value: T,
    others: usize,
}

fn worst<T: PartialOrd>(
    recorded: &[Recorded<'_>],
    find: impl Fn(&Recorded<'_>) -> Option<T>,
) -> Option<Worst<T>> {
    let mut worst: Option<Worst<T>> = None;
    for (at, step) in recorded.iter().enumerate() {
        let Some(value) = find(step) else { continue };
        worst = Some(match worst {
            None => Worst { at, value, others: 0 },
            Some(known) if value > known.value => Worst { at, value, others: known.others + 1 },
            Some(known) => Worst { others: known.others + 1, ..known },
        });
    }
    worst
}

/// `` `price[h100]` at step 12 (2024-06) and 3 other steps ``, in both languages.
fn subject<T>(plan: &OutputPlan, found: &Worst<T>) -> [String; 2] {
    let labels: Vec<&str> = plan.index.values().map(String::as_str).collect();
    let name = match labels.as_slice() {
        [] => format!("`{}`", plan.name),
        labels => format!("`{}[{}]`", plan.name, labels.join(", ")),
    };
    if !plan.is_series {
        return [name.clone(), name];
    }
    let label = plan.step_labels[found.at].as_deref();
    let english = label.map_or_else(String::new, |label| format!(" ({label})"));
    let chinese = label.map_or_else(String::new, |label| format!("（{label}）"));
    let others = match found.others {
        0 => [String::new(), String::new()],
        1 => [" and 1 other step".to_owned(), "及另外 1 期".to_owned()],
        others => [format!(" and {others} other steps"), format!("及另外 {others} 期")],
    };
    [
        format!("{name} at step {}{english}{}", found.at, others[0]),
        format!("{name} 第 {} 期{chinese}{}", found.at, others[1]),
    ]
}

/// A cause of trials without a value, in both languages; in short where all are internal rates of return.
fn cause_words(cause: Cause, is_irr: bool) -> [&'static str; 2] {
    match (cause, is_irr) {
        (Cause::IrrNone, true) => ["no root", "无根"],
        (Cause::IrrSeveral, true) => ["several", "多个"],
        (Cause::IrrNone, false) => ["no internal rate of return", "没有内部收益率"],
        (Cause::IrrSeveral, false) => ["several internal rates of return", "有多个内部收益率"],
        (Cause::DivisionByZero, _) => ["division by zero", "除以零"],
        (Cause::OutOfDomain, _) => ["a function outside its domain", "函数超出定义域"],
        (Cause::Overflow, _) => ["overflow", "溢出"],
        (Cause::BeyondHorizon, _) => ["beyond the last step", "超出最后一期"],
        (Cause::ImpossibleParameters, _) => {
            ["impossible parameters of a distribution", "分布参数不成立"]
        }
        (Cause::Arithmetic, _) => {
            ["undefined arithmetic such as a division by zero", "无定义的运算（如除以零）"]
        }
    }
}

fn undefined(plan: &OutputPlan, recorded: &[Recorded<'_>], found: &Worst<u64>) -> Warning {
    let channel = recorded[found.at].channel;
    let causes = channel.causes();
    let is_irr =
        causes.iter().all(|(cause, ..)| matches!(cause, Cause::IrrNone | Cause::IrrSeveral));
    let (mut english, mut chinese) = (Vec::new(), Vec::new());
    for &(cause, count, first) in &causes {
        let [word, words] = cause_words(cause, is_irr);
        let count = grouped(count);
        let trial = first.map_or_else(String::new, |first| format!(", first trial {first}"));
        english.push(format!("{word}: {count}{trial}"));
        let trial = first.map_or_else(String::new, |first| format!("，首次为试验 {first}"));
        chinese.push(format!("{words}：{count}{trial}"));
    }
    let [lacking, lacks] =
        if is_irr { ["internal rate of return", "内部收益率"] } else { ["value", "值"] };
    let [subject, about] = subject(plan, found);
    let (english, chinese) = (english.join("; "), chinese.join("；"));
    if channel.defined() == 0 {
        let article = if is_irr { "an" } else { "a" };
        return Warning::new(
            format!("{subject}: no trial has {article} {lacking} ({english})"),
            format!("{about}：没有一次试验有{lacks}（{chinese}）"),
        );
    }
    let [rest, others] = match plan.kind {
        ChannelKind::Condition => ["the probability is of the others", "概率来自其余试验"],
        ChannelKind::Number | ChannelKind::Time => {
            ["the figures are of the others", "数字来自其余试验"]
        }
    };
    let share = percent(channel.undefined() as f64 / channel.trials() as f64);
    Warning::new(
        format!("{subject}: {share} % of trials have no {lacking} ({english}); {rest}"),
        format!("{about}：{share} % 的试验没有{lacks}（{chinese}）；{others}"),
    )
}

/// Whether a percentile's interval is cut off, at this p and at this many values.
fn is_cut_off(count: u64, p: f64) -> bool {
    let ranks = quantile_ranks(count, p);
    count > 0 && (ranks.low.is_none() || ranks.high.is_none())
}

/// How many values the percentiles that rest on too few lack in all.
fn trials_lacking(plan: &OutputPlan, step: &Recorded<'_>, percentiles: &[f64]) -> Option<u64> {
    if plan.kind == ChannelKind::Condition {
        return None;
    }
    let count = step.channel.defined();
    let cut_off = percentiles.iter().filter(|&&p| is_cut_off(count, p));
    cut_off.map(|&p| values_needed(p).saturating_sub(count)).max()
}

fn too_few(
    plan: &OutputPlan,
    recorded: &[Recorded<'_>],
    found: &Worst<u64>,
    percentiles: &[f64],
) -> Warning {
    let channel = recorded[found.at].channel;
    let count = channel.defined();
    let cut_off: Vec<f64> = percentiles.iter().copied().filter(|&p| is_cut_off(count, p)).collect();
    let names: Vec<String> = cut_off.iter().map(|&p| format!("P{}", percent_exact(p))).collect();
    let values = cut_off.iter().map(|&p| values_needed(p)).max().unwrap_or(0);
    // Where some trials have no value, it takes the more of them.
    let needed = values as f64 * (channel.trials() as f64 / count as f64);
    let rest = if names.len() == 1 { "rests" } else { "rest" };
    let (count, needed) = (grouped(count), grouped(needed.ceil() as u64));
    let [subject, about] = subject(plan, found);
    Warning::new(
        format!(
            "{subject}: {} {rest} on too few trials ({count}) for a 95 % interval, which ends at the smallest or \
             largest value: {needed} trials would do",
            names.join(", "),
        ),
        format!(
            "{about}：{} 所依据的试验太少（{count} 次），95 % 置信区间止于最小值或最大值：需要 {needed} 次试验",
            names.join("、"),
        ),
    )
}

/// How many trials the error of a mean takes, where there are fewer.
fn trials_for_mean(plan: &OutputPlan, step: &Recorded<'_>) -> Option<u64> {
    if plan.kind == ChannelKind::Condition || step.channel.never() > 0 {
        return None;
    }
    match trust::of_mean(step) {
        Err(Withheld::TooFew(needed)) => needed,
        Err(Withheld::HeavyTail | Withheld::Undefined) | Ok(_) => None,
    }
}

fn skewed(plan: &OutputPlan, recorded: &[Recorded<'_>], found: &Worst<u64>) -> Warning {
    let count = grouped(recorded[found.at].channel.finite());
    let needed = grouped(two_digits(found.value as f64));
    let [subject, about] = subject(plan, found);
    Warning::new(
        format!(
            "{subject}: the values are so skewed that the error of the mean takes more trials than these {count}: \
             some {needed} would do"
        ),
        format!(
            "{about}：数值偏斜严重，现有 {count} 次试验不足以估计均值的误差：大约需要 {needed} 次"
        ),
    )
}

/// Rounded up to two significant digits.
pub(super) fn two_digits(count: f64) -> u64 {
    let mut unit = 1.0;
    while count / unit >= 100.0 {
        unit *= 10.0;
    }
    ((count / unit).ceil() * unit) as u64
}

fn doubtful(plan: &OutputPlan, found: &Worst<f64>) -> Warning {
    let [subject, about] = subject(plan, found);
    Warning::new(
        format!(
            "{subject} may have a heavy tail: the mean hangs on the largest few of its trials, and its error may be larger than \
             stated; its percentiles can be relied on"
        ),
        format!(
            "{about} 可能为厚尾：均值取决于最大的少数几次试验，其误差可能大于所示；百分位数可靠"
        ),
    )
}

fn heavy(plan: &OutputPlan, found: &Worst<f64>) -> Warning {
    // n equal shares of the variance have a concentration of 1/√n.
    let makers = (1.0 / (found.value * found.value)).max(1.0).round() as u64;
    let [makers, few] = match makers {
        1 => ["one trial makes".to_owned(), "单独一次试验".to_owned()],
        _ => {
            let makers = grouped(makers);
            [format!("some {makers} trials make"), format!("约 {makers} 次试验")]
        }
    };
    let [subject, about] = subject(plan, found);
    Warning::new(
        format!(
            "{subject} has a heavy tail: {makers} most of its variance, so that neither its mean nor its standard \
             deviation, nor their errors, can be relied on; its percentiles can"
        ),
        format!(
            "{about} 为厚尾：{few}构成其方差的大部分，均值、标准差及其误差均不可靠；百分位数可靠"
        ),
    )
}

/// `12,345`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in percent, to two digits.
pub(super) fn percent(share: f64) -> String {
    let value = 100.0 * share;
    format!("{value:.*}", decimals_for(value, 2).max(0) as usize)
}

/// A probability in percent, as it was asked for: 0.07 × 100 is a hair above 7.
fn percent_exact(p: f64) -> f64 {
    let text = format!("{:.10}", 100.0 * p);
    text.parse().expect("a float's own text")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Run, provenance};
    use super::super::{Replicates, SimulationResult, summarize};
    use crate::accumulate::testing::SplitMix;
    use crate::accumulate::{Cause, ChannelKind, Tally};
    use std::sync::Arc;

    fn english(result: &SimulationResult) -> Vec<&str> {
        result.warnings.iter().map(|warning| warning.english.as_str()).collect()
    }

    fn warnings(n: usize, seed: u64, draw: fn(&mut SplitMix) -> f64) -> Vec<String> {
        let mut random = SplitMix(seed);
        let values: Vec<f64> = (0..n).map(|_| draw(&mut random)).collect();
        Run { pilot: &values[..n.min(4096)], ..Run::default() }
            .result(&values)
            .warnings
            .into_iter()
            .map(|warning| warning.english)
            .collect()
    }

    #[track_caller]
    fn check_heavy(n: usize, is_heavy: bool, draw: fn(&mut SplitMix) -> f64) {
        for seed in 0..3 {
            let found = warnings(n, seed, draw);
            assert_eq!(
                found.iter().any(|text| text.contains("heavy tail")),
                is_heavy,
                "{n} {seed}: {found:?}"
            );
        }
    }

    #[test]
    fn ordinary_laws_have_no_heavy_tail() {
        for n in [1000, 20_000, 300_000] {
            check_heavy(n, false, |r| r.normal());
            check_heavy(n, false, |r| r.lognormal(0.5));
            check_heavy(n, false, |r| -libm::log(r.uniform()));
            check_heavy(n, false, |r| r.normal().max(1.0));
            check_heavy(n, false, |r| f64::from(u8::from(r.uniform() < 0.01)));
        }
        for n in [10_000, 300_000] {
            check_heavy(n, false, |r| 1e6 - r.lognormal(1.0));
        }
        check_heavy(1000, false, |_| 3.0);
    }

    #[test]
    fn heavy_tails_are_flagged() {
        for n in [50_000, 300_000] {
            check_heavy(n, true, |r| r.lognormal(2.0));
            check_heavy(n, true, |r| -r.lognormal(2.0));
            check_heavy(n, true, |r| libm::pow(r.uniform(), -1.0 / 1.5));
            check_heavy(n, true, |r| r.normal() / r.normal());
        }
        // A jackpot so rare that fewer than four trials make the variance.
        check_heavy(300_000, true, |r| if r.uniform() < 7e-6 { 1e9 } else { r.normal() });
    }

    /// Where the interval is printed though the variance may be infinite, a warning says so: half of the samples of a Pareto of
    /// shape 1.8 are told as heavy, the others as perhaps heavy.
    #[test]
    fn tails_that_may_be_heavy_are_told() {
        let (mut heavy, mut perhaps) = (0, 0);
        for seed in 0..40 {
            let found = warnings(10_000, seed, |r| libm::pow(r.uniform(), -1.0 / 1.8));
            heavy += u32::from(found.iter().any(|text| text.contains("has a heavy tail")));
            perhaps += u32::from(found.iter().any(|text| text.contains("may have a heavy tail")));
            assert!(warnings(10_000, seed, |r| r.lognormal(0.8)).is_empty(), "{seed}");
        }
        assert!(heavy + perhaps == 40 && heavy >= 10 && perhaps >= 10, "{heavy} {perhaps}");
    }

    #[test]
    fn undefined_trials_are_told_by_cause() {
        let run = Run::default();
        let mut values = vec![1.0; 100_000];
        values[..1234].fill(f64::NAN);
        let mut tally = run.tally(&values);
        tally.record_cause(0, Cause::IrrNone, 1200);
        assert_eq!(
            english(&run.result_of(&tally)),
            [
                "`x`: 1.2 % of trials have no value (no internal rate of return: 1,200; undefined arithmetic such \
             as a division by zero: 34); the figures are of the others"
            ]
        );
    }

    #[test]
    fn an_internal_rate_that_is_none_is_told_as_such() {
        let told = |undefined: usize| {
            let run = Run::default();
            let mut values = vec![1.0; 1000];
            values[..undefined].fill(f64::NAN);
            let mut tally = run.tally(&values);
            tally.record_cause(0, Cause::IrrNone, undefined as u64 - 10);
            tally.record_cause(0, Cause::IrrSeveral, 10);
            run.result_of(&tally).warnings.remove(0).english
        };
        assert_eq!(
            told(310),
            "`x`: 31 % of trials have no internal rate of return (no root: 300; several: 10); \
             the figures are of the others"
        );
        assert_eq!(
            told(1000),
            "`x`: no trial has an internal rate of return (no root: 990; several: 10)"
        );
    }

    #[test]
    fn percentiles_on_too_few_trials_say_how_many_would_do() {
        let values: Vec<f64> = (0..30).map(f64::from).collect();
        let run = Run { percentiles: &[0.07, 0.5, 0.95], ..Run::default() };
        assert_eq!(
            english(&run.result(&values)),
            [
                "`x`: P7, P95 rest on too few trials (30) for a 95 % interval, which ends at the smallest or \
             largest value: 72 trials would do"
            ]
        );
        let enough: Vec<f64> = (0..72).map(f64::from).collect();
        assert!(run.result(&enough).warnings.is_empty());
    }

    #[test]
    fn a_series_is_warned_of_once_about_its_worst_step() {
        let run = Run::default();
        let plan = run.plans()[0].clone();
        let plans = Arc::from([plan.clone(), plan.clone(), plan]);
        let mut tally = Tally::new(&plans);
        for (step, undefined) in [(0, 0), (1, 3), (2, 5)] {
            let mut column = [1.0; 500];
            column[..undefined].fill(f64::NAN);
            tally.record(step, 0, &column);
        }
        let mut output = run.output();
        output.channels = 0..3;
        output.is_series = true;
        output.step_labels = vec![None, None, Some("2024-06".to_owned())];
        output.base = vec![super::super::Point::Value(1.0); 3];
        output.index = [("firm".to_owned(), "a".to_owned())].into();
        let none = Replicates::default();
        let result = summarize(&[output], &tally, &none, &[0.5], provenance(500));
        assert_eq!(
            english(&result),
            [
                "`x[a]` at step 2 (2024-06) and 1 other step: 1.0 % of trials have no value (undefined \
                 arithmetic such as a division by zero: 5); the figures are of the others"
            ]
        );
    }

    #[test]
    fn every_warning_has_its_chinese_text() {
        let mut random = SplitMix(1);
        let mut values: Vec<f64> = (0..50_000).map(|_| random.lognormal(2.0)).collect();
        values[..20_000].fill(f64::NAN);
        let run = Run { percentiles: &[0.5, 0.99999], ..Run::default() };
        let told: Vec<String> =
            run.result(&values).warnings.into_iter().map(|warning| warning.chinese).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(
            told[0].starts_with("`x`：40 % 的试验没有值（无定义的运算（如除以零）：20,000"),
            "{told:?}"
        );
        assert!(
            told[1].starts_with("`x`：P99.999 所依据的试验太少（30,000 次），95 %"),
            "{told:?}"
        );
        assert!(told[2].starts_with("`x` 为厚尾：约 "), "{told:?}");
    }

    #[test]
    fn never_is_no_warning() {
        let run = Run { kind: ChannelKind::Time, ..Run::default() };
        assert!(run.result(&[f64::INFINITY; 1000]).warnings.is_empty());
    }
}
