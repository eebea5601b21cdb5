//! What a board asks first, answered from the outputs' kinds and from what they are called.
//!
//! A time answers when it pays back, a condition by index who can afford it. Among the numbers that are money, the
//! words of their names and abouts tell the cost from the worth and from what is tied up ([`PURPOSES`]); a model that
//! uses none of these words gets its first outputs told one by one. No model is known here.

use serde::Serialize;

use super::Dossier;
use super::amount::{Amounts, Voice};
use super::prose::{Piece, Prose, fill};
use super::words::Words;
use crate::report::number;
use crate::results::{
    Description, NumberSummary, OutputResult, Point, ProbabilitySummary, Quantile,
    SimulationResult, Statistics, TimeSummary,
};

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Answer {
    pub(super) question: &'static str,
    pub(super) subject: String,
    pub(super) figure: Prose,
    pub(super) text: Prose,
}

/// What a number may be there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Cost,
    Peak,
    Worth,
}

/// Words of names and abouts, in lower case, the more telling first; the first of a list that is found counts.
const PURPOSES: [(Purpose, &[&str]); 3] = [
    (Purpose::Peak, &["tied up", "peak", "most money", "funding need", "占用", "峰值"]),
    (Purpose::Worth, &["npv", "net present value", "净现值"]),
    (
        Purpose::Cost,
        &[
            "total outlay",
            "total cost",
            "total investment",
            "total capex",
            "cost of ownership",
            "tco",
            "总投资",
            "总成本",
            "总支出",
            "investment",
            "outlay",
            "programme",
            "capex",
            "capital cost",
            "投资",
            "purchase",
            "cost",
            "成本",
            "支出",
            "spend",
            "cluster",
        ],
    ),
];
/// What a cost is not called.
const NO_COST: [&str; 9] =
    ["income", "revenue", "saving", "margin", "profit", "avoided", "收入", "利润", "毛利"];
/// What a time is called at which money is back.
const PAYBACKS: [&str; 7] =
    ["break even", "break-even", "breakeven", "payback", "paid back", "pays back", "回本"];
/// Outputs told one by one where nothing else is known of a model.
const FALLBACK: usize = 3;
/// Outputs whose drivers are told, at most.
const MOST_HEADLINES: usize = 2;
/// The most labels of one condition that are told.
const MOST_LABELS: usize = 6;

/// The answers, in the order in which a board asks.
pub(super) fn answers(dossier: &Dossier<'_>) -> Vec<Answer> {
    let outputs = &dossier.result.outputs;
    let words = dossier.voice().words();
    let mut found = Vec::new();
    let by_purpose = |purpose, question| {
        best(dossier.result, dossier.description, purpose)
            .and_then(|output| of_output(dossier, output, question))
    };
    found.extend(by_purpose(Purpose::Cost, words.question_cost));
    found.extend(by_purpose(Purpose::Peak, words.question_peak));
    let is_time = |output: &&OutputResult| matches!(output.statistics, Statistics::Time(_));
    found.extend(
        outputs
            .iter()
            .find(is_time)
            .and_then(|output| of_output(dossier, output, words.question_payback)),
    );
    found.extend(by_purpose(Purpose::Worth, words.question_worth));
    found.extend(who(dossier));
    let has_subject = !found.is_empty();
    if !has_subject {
        let is_plain = |output: &&OutputResult| !matches!(output.statistics, Statistics::Series(_));
        let answers = outputs.iter().filter(is_plain).filter_map(|output| {
            let question = match output.statistics {
                Statistics::Probability(_) => words.question_holds,
                Statistics::Number(_) | Statistics::Time(_) | Statistics::Series(_) => {
                    words.question_other
                }
            };
            of_output(dossier, output, question)
        });
        found.extend(answers.take(FALLBACK));
    }
    found.extend(super::drivers::answer(dossier));
    found
}

/// The output that most probably is there for this: by the rank of the word, then by its place in the model.
fn best<'a>(
    result: &'a SimulationResult,
    description: &Description,
    purpose: Purpose,
) -> Option<&'a OutputResult> {
    let words = PURPOSES.iter().find(|(known, _)| *known == purpose)?.1;
    let candidates = result.outputs.iter().filter(|output| {
        matches!(output.statistics, Statistics::Number(_))
            && output.index.is_empty()
            && description.money.contains(&output.name)
    });
    let rank = |output: &&OutputResult| {
        let text = called(output);
        if purpose == Purpose::Cost {
            let others = PURPOSES[..2].iter().flat_map(|(_, words)| words.iter());
            if NO_COST.iter().chain(others).any(|word| text.contains(word)) {
                return None;
            }
        }
        words.iter().position(|word| text.contains(word))
    };
    candidates
        .filter_map(|output| Some((rank(&output)?, output)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, output)| output)
}

/// The outputs whose drivers a board asks for, with their labels: what it is worth and what it costs; where neither is
/// known, the first that are no series. None that does not vary.
pub fn headlines(result: &SimulationResult, description: &Description) -> Vec<String> {
    let varies = |output: &&OutputResult| match &output.statistics {
        Statistics::Number(number) => number.min.is_some() && number.min != number.max,
        Statistics::Probability(summary) => {
            summary.probability.is_some_and(|p| p.value > 0.0 && p.value < 1.0)
        }
        Statistics::Time(_) | Statistics::Series(_) => false,
    };
    let purposes = [Purpose::Worth, Purpose::Cost, Purpose::Peak];
    let of_purpose = purposes.iter().filter_map(|purpose| best(result, description, *purpose));
    let mut found: Vec<&OutputResult> = of_purpose.filter(varies).take(MOST_HEADLINES).collect();
    if found.is_empty() {
        found = result.outputs.iter().filter(varies).take(MOST_HEADLINES).collect();
    }
    let labels =
        |output: &OutputResult| -> Vec<String> { output.index.values().cloned().collect() };
    let name = |output: &&OutputResult| match output.index.is_empty() {
        true => output.name.clone(),
        false => format!("{}[{}]", output.name, labels(output).join(", ")),
    };
    found.iter().map(name).collect()
}

fn called(output: &OutputResult) -> String {
    let about = output.about.as_deref().unwrap_or("");
    format!("{} {about}", output.name.replace('_', " ")).to_lowercase()
}

/// What an output is called in a heading.
pub(super) fn subject(output: &OutputResult) -> String {
    let about = output.about.as_ref().unwrap_or(&output.name);
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    let text = match labels.is_empty() {
        true => about.clone(),
        false => format!("{about} · {}", labels.join(", ")),
    };
    crate::report::visible(&text).into_owned()
}

fn of_output(
    dossier: &Dossier<'_>,
    output: &OutputResult,
    question: &'static str,
) -> Option<Answer> {
    let (figure, text) = told(output, dossier.voice(), dossier.result.provenance.trials)?;
    Some(Answer { question, subject: subject(output), figure, text })
}

/// An output as a figure and a sentence; `None` of a series.
pub(super) fn told(output: &OutputResult, voice: Voice, trials: u64) -> Option<(Prose, Prose)> {
    let unit = output.unit.as_deref();
    let (figure, mut text) = match &output.statistics {
        Statistics::Number(summary) => {
            let amounts = Amounts::of_number(summary, unit, voice);
            let mut text = of_number(summary, &amounts);
            let below = summary.below_zero.filter(|share| *share > 0.0);
            if let Some(share) = below
                && (called(output).contains("npv") || (share > 0.001 && share < 0.999))
            {
                text.extend(fill(voice.words().below_zero, &[&[voice.share(share)]]));
            }
            (headline(&summary.quantiles, summary.base.map(|base| base.value), &amounts), text)
        }
        Statistics::Time(time) => of_time(output, time, voice),
        Statistics::Probability(summary) => of_condition(summary, voice),
        Statistics::Series(_) => return None,
    };
    text.extend(undefined(output, voice, trials));
    Some((figure, text))
}

/// Figures are of the defined trials: how many are not.
fn undefined(output: &OutputResult, voice: Voice, trials: u64) -> Prose {
    let undefined = match &output.statistics {
        Statistics::Number(number) => &number.undefined,
        Statistics::Time(time) => &time.number.undefined,
        Statistics::Probability(probability) => &probability.undefined,
        Statistics::Series(_) => return Prose::new(),
    };
    if undefined.count == 0 || trials == 0 {
        return Prose::new();
    }
    let share = voice.share(undefined.count as f64 / trials as f64);
    let share = Piece { value: String::new(), ..share };
    let mut text = vec![Piece::text(" ")];
    text.extend(fill(voice.words().no_share, &[&[share.plain()]]));
    text
}

/// The median, the middle one of the percentiles where there is no median, or the plan.
fn headline(quantiles: &[Quantile], base: Option<Point>, amounts: &Amounts<'_>) -> Prose {
    let piece = match middle(quantiles) {
        Some(quantile) => amounts.quantile(quantile),
        None => amounts.point(base.unwrap_or(Point::Undefined)),
    };
    amounts.with_unit(piece)
}

fn middle(quantiles: &[Quantile]) -> Option<&Quantile> {
    let distance = |quantile: &&Quantile| (quantile.p - 0.5).abs();
    quantiles.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The outermost percentiles, in ascending order.
fn outermost(quantiles: &[Quantile]) -> Option<(&Quantile, &Quantile)> {
    let low = quantiles.iter().min_by(|a, b| a.p.total_cmp(&b.p))?;
    let high = quantiles.iter().max_by(|a, b| a.p.total_cmp(&b.p))?;
    (low.p < high.p).then_some((low, high))
}

fn of_number(summary: &NumberSummary, amounts: &Amounts<'_>) -> Prose {
    let words = amounts.voice.words();
    let mut text = Prose::new();
    let is_certain = summary.min.is_some() && summary.min == summary.max;
    if let Some(quantile) = middle(&summary.quantiles) {
        let value = amounts.with_unit(amounts.quantile(quantile));
        if is_certain {
            return fill(words.certain, &[&value]);
        }
        text.extend(median_sentence(quantile, &value, words));
        match outermost(&summary.quantiles) {
            Some((low, high)) if low.value != high.value => {
                text.extend(spread(low, high, amounts));
            }
            Some(_) | None => text.push(Piece::text(words.full_stop)),
        }
    }
    text.extend(plan(summary, amounts));
    text
}

/// `Half of the trials stay at or below 67.6 亿 CNY`.
fn median_sentence(quantile: &Quantile, value: &[Piece], words: &Words) -> Prose {
    let is_median = number::percent_short(quantile.p) == number::percent_short(0.5);
    if is_median {
        fill(words.half, &[value])
    } else {
        let share = Piece::text(&number::percent_short(quantile.p));
        fill(words.middle, &[&[share], value])
    }
}

/// `; 90 % of them lie between 54.8 and 86.7.`
fn spread(low: &Quantile, high: &Quantile, amounts: &Amounts<'_>) -> Prose {
    let share = number::fixed(number::shifted(high.p - low.p, 2), 3);
    let share = share.trim_end_matches('0').trim_end_matches('.');
    let share = Piece::text(&format!("{share}\u{a0}%"));
    let (low, high) = (amounts.quantile(low), amounts.quantile(high));
    fill(amounts.voice.words().spread, &[&[share], &[low], &[high]])
}

/// `The plan says 66.0; 44 % of trials stay at or below that.`
fn plan(summary: &NumberSummary, amounts: &Amounts<'_>) -> Prose {
    let words = amounts.voice.words();
    match summary.base {
        Some(base) if base.value == Point::Never => fill(words.plan_never, &[]),
        Some(base) => match base.rank {
            Some(rank) => {
                let rank = amounts.voice.share(rank).plain();
                fill(words.plan, &[&[amounts.point(base.value)], &[rank]])
            }
            None => Prose::new(),
        },
        None => Prose::new(),
    }
}

fn of_time(output: &OutputResult, time: &TimeSummary, voice: Voice) -> (Prose, Prose) {
    let unit = output.unit.as_deref();
    let is_payback = PAYBACKS.iter().any(|word| called(output).contains(word));
    let words = voice.words();
    let quantiles = match time.quantiles_if_ever.is_empty() {
        true => &time.number.quantiles,
        false => &time.quantiles_if_ever,
    };
    let amounts = Amounts::of(quantiles, time.number.base, unit, voice);
    let Some(never) = time.never else {
        let base = time.number.base.map(|base| base.value);
        return (headline(&[], base, &amounts), Prose::new());
    };
    let median = middle(quantiles).filter(|_| never.value < 1.0);
    // Of all trials, those that never come to it included.
    let of_all = middle(&time.number.quantiles).filter(|quantile| quantile.value != Point::Never);
    let figure = match of_all {
        Some(quantile) => amounts.with_unit(amounts.quantile(quantile)),
        None => {
            let never_in = if is_payback { words.never_paid_back } else { words.never_in };
            fill(never_in, &[&[voice.share(never.value)]])
        }
    };
    let by = median.map(|quantile| amounts.with_unit(amounts.quantile(quantile)));
    let share = voice.share(never.value);
    let mut text = match (never.value > 0.0, by) {
        (false, Some(by)) => {
            let mut text = fill(words.always, &[&by]);
            text.push(Piece::text(words.full_stop));
            text
        }
        // The figure above needs its own words where it is not the one below.
        (true, Some(by)) if let Some(quantile) = of_all => {
            let all = amounts.with_unit(amounts.quantile(quantile));
            let mut text = if quantile.p == 0.5 {
                fill(words.half_of_all, &[&all])
            } else {
                fill(
                    words.share_of_all,
                    &[&[Piece::text(&number::percent_short(quantile.p))], &all],
                )
            };
            text.extend(fill(words.never_and_if_ever, &[&[share], &by]));
            text
        }
        (_, Some(by)) => {
            let mut text = fill(words.within_horizon, &[&[share]]);
            text.extend(fill(words.if_ever, &[&by]));
            text
        }
        (_, None) => {
            let mut text = fill(words.within_horizon, &[&[share]]);
            text.push(Piece::text(words.full_stop));
            text
        }
    };
    // One of the limits says how likely an early return is.
    if let Some(within) =
        time.within.iter().rev().find(|within| within.probability.value + 1e-9 < 1.0 - never.value)
    {
        let limit = Piece::figure(voice.exact(within.limit), within.limit);
        let limit = amounts.with_unit(limit.plain());
        text.extend(fill(words.within_by, &[&limit, &[voice.share(within.probability.value)]]));
    }
    text.extend(plan(&time.number, &amounts));
    (figure, text)
}

fn of_condition(summary: &ProbabilitySummary, voice: Voice) -> (Prose, Prose) {
    let words = voice.words();
    match summary.probability {
        Some(probability) => {
            let share = voice.share(probability.value);
            (vec![share.clone()], fill(words.chance, &[&[share]]))
        }
        None => {
            let holds = match summary.base {
                Some(true) => words.holds_true,
                Some(false) => words.holds_false,
                None => words.undefined,
            };
            (vec![Piece::strong(holds)], Prose::new())
        }
    }
}

/// The first condition that varies by index: label by label.
fn who(dossier: &Dossier<'_>) -> Option<Answer> {
    let outputs = &dossier.result.outputs;
    let words = dossier.voice().words();
    let is_indexed = |output: &&OutputResult| {
        !output.index.is_empty() && matches!(output.statistics, Statistics::Probability(_))
    };
    let first = outputs.iter().find(is_indexed)?;
    let group: Vec<(&OutputResult, f64)> = outputs
        .iter()
        .filter(|output| output.name == first.name)
        .filter_map(|output| match &output.statistics {
            Statistics::Probability(ProbabilitySummary { probability: Some(p), .. }) => {
                Some((output, p.value))
            }
            Statistics::Probability(_)
            | Statistics::Number(_)
            | Statistics::Time(_)
            | Statistics::Series(_) => None,
        })
        .collect();
    if group.is_empty() {
        return None;
    }
    let likely = group.iter().filter(|(_, share)| *share > 0.5).count();
    let counts = [likely, group.len()].map(|count| Piece::strong(&count.to_string()));
    let [likely, all] = counts;
    let mut figure = fill(words.of_count, &[&[likely], &[all]]);
    figure.push(Piece::text(words.more_likely));
    let mut text = Prose::new();
    for (at, (output, share)) in group.iter().take(MOST_LABELS).enumerate() {
        if at > 0 {
            text.push(Piece::text(words.list_and));
        }
        let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
        text.push(Piece::text(&format!("{} ", labels.join(", "))));
        text.push(dossier.voice().share(*share));
    }
    text.push(Piece::text(if group.len() > MOST_LABELS { " …" } else { words.full_stop }));
    let about = first.about.as_ref().unwrap_or(&first.name);
    let subject = crate::report::visible(about).into_owned();
    Some(Answer { question: words.question_who, subject, figure, text })
}
